//! A statement of the SQL view: looked up, then read through a cursor in a read-only transaction of its own.
//!
//! `DECLARE … CURSOR` through the extended protocol makes the server itself take exactly one query. It is
//! declared twice: once joined to nothing, which names the columns and runs nothing, and once with its long
//! values cut on the server.

use super::judge;
use super::value::Row;
use super::wire::Wire;
use crate::engine::guard::Statement;
use crate::engine::rows::{text_value, unhex};
use crate::engine::sqlguard::{Guarded, What, judge};
use crate::engine::{Error, ErrorKind, QuerySink, Result};
use crate::model::{Cell, EngineKind, QueryOf, QueryRows, RowColumn, RowLimits, RowsEnd, Value};

/// In messages and in the log, where the text itself stands beside it.
const NAME: &str = "the statement";
/// Waits for no lock longer than this.
const LOCK_TIMEOUT_MS: u32 = 100;
/// Rows of the first look, which is shown while the others are read.
const FIRST: u32 = 50;

pub async fn run(wire: &mut Wire, version: i32, of: &QueryOf, sink: &mut QuerySink<'_>) -> Result<RowsEnd> {
    let guarded = judge(EngineKind::Postgresql, version, &of.text)?;
    let time = of.limits.time;
    wire.enter(&frame(time.as_millis().max(1)), time).await?;
    let result = inside(wire, &guarded, of.limits, sink).await;
    match result {
        Err(error) if error.ends_session() => Err(error),
        result => {
            wire.leave().await?;
            result
        }
    }
}

/// The transaction with its limits. Texts read the same way whatever the server's settings are.
fn frame(millis: u128) -> String {
    format!(
        "begin read only;\nset local statement_timeout = {millis};\nset local lock_timeout = {LOCK_TIMEOUT_MS};\n\
         set local standard_conforming_strings = on;\nset local search_path = pg_catalog;\nselect pg_backend_pid()::int8"
    )
}

async fn inside(wire: &mut Wire, guarded: &Guarded, limits: RowLimits, sink: &mut QuerySink<'_>) -> Result<RowsEnd> {
    let schemas = judge::search_path(wire).await?;
    judge::admit(wire, guarded, &schemas).await?;
    let path = format!("set local search_path = {}", judge::path_text(&schemas));
    wire.rows(Statement::shape("search_path", path), |_| Ok(())).await?;
    let mut rows = QueryRows::new(limits, sink);
    match guarded.what() {
        What::Rows => cursor(wire, guarded, limits, &mut rows).await?,
        _ => plain(wire, guarded, &mut rows).await?,
    }
    Ok(rows.done())
}

/// SHOW and EXPLAIN: a few rows of text, which no cursor takes.
async fn plain(wire: &mut Wire, guarded: &Guarded, rows: &mut QueryRows<'_>) -> Result<()> {
    let statement = Statement::shape(NAME, guarded.text().to_owned());
    let result = wire.guarded(&statement, guarded, false, |row| {
        rows.name(|| row.columns());
        let cells =
            (0..row.len()).map(|n| Ok(row.raw(n)?.map_or(Cell::new(Value::Null), |raw| Cell::new(text_value(raw)))));
        rows.take(cells.collect::<Result<_>>()?);
        Ok(())
    });
    result.await.map_err(|error| placed(error, guarded, 0))
}

async fn cursor(wire: &mut Wire, guarded: &Guarded, limits: RowLimits, rows: &mut QueryRows<'_>) -> Result<()> {
    let columns = columns(wire, guarded).await?;
    rows.name(|| columns.clone());
    let forms: Vec<Form> = columns.iter().map(|column| Form::of(&column.type_name)).collect();
    declare(wire, guarded, "dblens_rows", &shown(&forms, limits.characters(forms.len()))).await?;
    for count in [FIRST, limits.rows.saturating_sub(FIRST) + 1] {
        let fetch = Statement::shape(NAME, format!("fetch forward {count} from dblens_rows"));
        let mut got = 0;
        let each = |row: &Row<'_>| {
            got += 1;
            rows.take(cells(row, &forms)?);
            Ok(())
        };
        wire.guarded(&fetch, guarded, false, each).await.map_err(|error| Error { at: None, ..error })?;
        rows.flush();
        if got < count || !rows.wants() {
            break;
        }
    }
    Ok(())
}

/// The columns, by joining the statement to a row in vain: it is planned, not run.
async fn columns(wire: &mut Wire, guarded: &Guarded) -> Result<Vec<RowColumn>> {
    declare(wire, guarded, "dblens_columns", &["select o.* from (select) i left join (", ") o on false"]).await?;
    let mut columns = Vec::new();
    let fetch = Statement::file(NAME, "fetch forward 1 from dblens_columns");
    wire.guarded(&fetch, guarded, false, |row| {
        columns = row.columns();
        Ok(())
    })
    .await?;
    Ok(columns)
}

async fn declare(wire: &mut Wire, guarded: &Guarded, name: &str, around: &[impl AsRef<str>; 2]) -> Result<()> {
    let [before, behind] = around.each_ref().map(AsRef::as_ref);
    let before = format!("declare {name} no scroll cursor for {before}\n");
    let text = format!("{before}{}\n{behind}", guarded.text());
    let statement = Statement::shape(NAME, text);
    let declared = wire.guarded(&statement, guarded, true, |_| Ok(())).await;
    declared.map_err(|error| placed(error, guarded, before.chars().count()))
}

/// The error's place in the statement as it was written: the server counts characters of what was sent.
fn placed(error: Error, guarded: &Guarded, before: usize) -> Error {
    let place = error.at.and_then(|at| (at.get() as usize - 1).checked_sub(before));
    let byte = place.and_then(|place| guarded.text().char_indices().nth(place)).map(|(byte, _)| byte);
    let message = error.message.strip_prefix("the statement failed: ").map(str::to_owned);
    let message = message.unwrap_or_else(|| error.message.clone());
    // What the engine's own statements mean by a missing name is a new schema; here it is a slip.
    let kind = if error.kind == ErrorKind::NotSupported { ErrorKind::Internal } else { error.kind };
    Error { kind, message, ..error }.at(byte)
}

/// How a column is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Short whatever it holds.
    Plain,
    /// Cut on the server, with its whole length.
    Text,
    Binary,
}

impl Form {
    fn of(type_name: &str) -> Self {
        match type_name {
            "bytea" => Self::Binary,
            "bool" | "int2" | "int4" | "int8" | "float4" | "float8" | "oid" | "date" | "time" | "timetz"
            | "timestamp" | "timestamptz" | "interval" | "uuid" | "\"char\"" | "name" | "void" | "money" | "inet"
            | "cidr" => Self::Plain,
            _ => Self::Text,
        }
    }
}

/// What stands around the statement to read it with its long values cut.
fn shown(forms: &[Form], characters: u64) -> [String; 2] {
    let part = |(n, form): (usize, &Form)| match form {
        Form::Plain => format!("r.c{n}"),
        Form::Text => format!(
            "pg_catalog.substr(r.c{n}::pg_catalog.text, 1, {characters}), \
             pg_catalog.octet_length(r.c{n}::pg_catalog.text)"
        ),
        Form::Binary => format!(
            "pg_catalog.encode(pg_catalog.substr(r.c{n}, 1, {characters}), 'hex'), pg_catalog.octet_length(r.c{n})"
        ),
    };
    let parts: Vec<String> = forms.iter().enumerate().map(part).collect();
    let names: Vec<String> = (0..forms.len()).map(|n| format!("c{n}")).collect();
    let names = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    [format!("select {} from (", parts.join(", ")), format!(") r{names}")]
}

fn cells(row: &Row<'_>, forms: &[Form]) -> Result<Vec<Cell>> {
    let mut at = 0;
    let mut cells = Vec::with_capacity(forms.len());
    for form in forms {
        let raw = row.raw(at)?;
        let value = match (raw, form) {
            (None, _) => Value::Null,
            (Some(raw), Form::Binary) => Value::Binary(unhex(raw)),
            (Some(raw), _) => text_value(raw),
        };
        let mut cell = Cell::new(value);
        at += 1;
        if *form != Form::Plain {
            let whole = row.int(at)?.and_then(|length| u64::try_from(length).ok());
            cell.whole = whole.filter(|&whole| whole > cell.size());
            at += 1;
        }
        cells.push(cell);
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_on_the_server() {
        let [before, behind] = shown(&[Form::Plain, Form::Binary], 40);
        assert_eq!(
            before,
            "select r.c0, pg_catalog.encode(pg_catalog.substr(r.c1, 1, 40), 'hex'), pg_catalog.octet_length(r.c1) from ("
        );
        assert_eq!(behind, ") r (c0, c1)");
        assert_eq!(shown(&[], 40)[1], ") r");
    }

    #[test]
    fn a_place_is_told_in_the_statement_as_written() {
        let guarded = judge(EngineKind::Postgresql, 180_000, "select '\u{e4}', nix").unwrap();
        let error = Error::new(ErrorKind::NotSupported, "the statement failed: no nix").at(Some(30 + 12));
        let error = placed(error, &guarded, 30);
        assert_eq!(error.message, "no nix");
        assert_eq!(error.at.map(|at| at.get() as usize - 1), Some("select '\u{e4}', ".len()));
        let outside = placed(Error::new(ErrorKind::Internal, "x").at(Some(5)), &guarded, 30);
        assert_eq!(outside.at, None);
    }
}
