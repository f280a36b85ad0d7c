//! A statement of the SQL view: `PREPARE` makes the server take exactly one, in a read-only transaction that is
//! rolled back.
//!
//! Values come whole (no function can be put around an unknown column) and are cut here. When enough came,
//! the rest is not waited for: the session is given up and the server ends what still sends.

use super::Session;
use super::wire::Row;
use crate::engine::QuerySink;
use crate::engine::error::{Error, ErrorKind, Result};
use crate::engine::guard::Statement;
use crate::engine::rows::{hex, text_value};
use crate::engine::sqlguard::{Guarded, What, judge};
use crate::model::{Cell, QueryOf, QueryRows, RowColumn, RowLimits, RowsEnd, Value};

const NAME: &str = "the statement";
/// What PREPARE does not take.
const NOT_PREPARED: &str = "1295";

impl Session {
    pub async fn read_query(&mut self, of: &QueryOf, sink: &mut QuerySink<'_>) -> Result<RowsEnd> {
        let flavor = self.settings.flavor;
        let guarded = judge(flavor.engine, flavor.version, &of.text)?;
        self.admit_names(&guarded).await?;
        self.limit_query(of.limits).await?;
        self.set("START TRANSACTION READ ONLY".into()).await?;
        let result = self.run_query(&guarded, of.limits, sink).await;
        if self.wire.is_lost() || matches!(&result, Err(error) if error.ends_session()) {
            return result;
        }
        self.set("ROLLBACK".into()).await?;
        result
    }

    async fn limit_query(&mut self, limits: RowLimits) -> Result<()> {
        let most = limits.rows + 1;
        let time = match self.settings.flavor.is_mariadb() {
            true => format!("max_statement_time = {}", limits.time.as_secs_f64()),
            false => format!("max_execution_time = {}", limits.time.as_millis().max(1)),
        };
        self.wire.wait_at_most(limits.time);
        self.set(format!("SET SESSION {time}, SESSION sql_select_limit = {most}")).await
    }

    async fn set(&mut self, text: String) -> Result<()> {
        self.wire.run_only(&Statement::shape("mysql/query_session", text)).await
    }

    async fn run_query(&mut self, guarded: &Guarded, limits: RowLimits, sink: &mut QuerySink<'_>) -> Result<RowsEnd> {
        // As hex the text is the same in every `sql_mode`.
        let text = hex(guarded.text().as_bytes());
        self.set(format!("SET @dblens = CONVERT(X'{text}' USING utf8mb4)")).await?;
        let prepare = Statement::file(NAME, "PREPARE dblens FROM @dblens");
        let run = match self.wire.guarded(&prepare, guarded, |_| Ok(true)).await {
            Ok(()) => Statement::file(NAME, "EXECUTE dblens"),
            // One statement by our own reading, and it shows something.
            Err(error) if error.code.as_deref() == Some(NOT_PREPARED) && guarded.what() == What::Show => {
                Statement::shape(NAME, guarded.text().to_owned())
            }
            Err(error) => return Err(plain(error)),
        };
        let mut rows = QueryRows::new(limits, sink);
        // One row more than is wanted is mostly the last one: then the session can be used again.
        let mut beyond = 0;
        let each = |row: &Row<'_>| {
            rows.name(|| row.columns());
            rows.take((0..row.len()).map(|n| cell(row, n)).collect::<Result<_>>()?);
            beyond += u32::from(!rows.wants());
            Ok(beyond < 2)
        };
        self.wire.guarded(&run, guarded, each).await.map_err(plain)?;
        Ok(rows.done())
    }
}

/// The server's words without advice that is for our own statements.
fn plain(error: Error) -> Error {
    let kind = if error.kind == ErrorKind::NotSupported { ErrorKind::Internal } else { error.kind };
    Error { kind, hint: None, ..error }
}

/// Text where it is one, else bytes: the server's name of the type says little about it.
fn cell(row: &Row<'_>, n: usize) -> Result<Cell> {
    let Some(bytes) = row.raw(n)? else { return Ok(Cell::new(Value::Null)) };
    let control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    let value = match text_value(bytes) {
        Value::Text(text) if !bytes.iter().any(control) && row.type_name(n) != "BIT" => Value::Text(text),
        Value::Odd(text) if row.type_name(n).contains("CHAR") => Value::Odd(text),
        _ => Value::Binary(bytes.to_vec()),
    };
    Ok(Cell::new(value))
}

impl Row<'_> {
    fn columns(&self) -> Vec<RowColumn> {
        let column = |n| RowColumn { name: self.label(n).to_owned(), type_name: self.type_name(n).to_lowercase() };
        (0..self.len()).map(column).collect()
    }
}
