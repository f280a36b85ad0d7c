//! A statement of the SQL view. The authorizer, `mode=ro` and `query_only` are in force on every handle; what
//! comes on top is one statement, a limit of time and a limit for the size of a value.

use super::wire::{self, Value as Class, Wire};
use crate::engine::guard::Statement;
use crate::engine::sqlguard::judge;
use crate::engine::{Error, ErrorKind, QuerySink, Result};
use crate::model::{Cell, EngineKind, QueryOf, QueryPart, QueryRows, RowColumn, RowsEnd, Value};

const NAME: &str = "the statement";

pub(super) async fn run(wire: &mut Wire, of: &QueryOf, sink: &mut QuerySink<'_>) -> Result<RowsEnd> {
    let guarded = judge(EngineKind::Sqlite, 0, &of.text)?;
    wire.limit_values().await?;
    let timeout = std::mem::replace(&mut wire.timeout, of.limits.time);
    let statement = Statement::shape(NAME, guarded.text().to_owned());
    let mut rows = QueryRows::new(of.limits, sink);
    let result = wire
        .guarded(&statement, &guarded, |columns, row| {
            rows.name(|| columns.into_iter().map(|name| RowColumn { name, type_name: String::new() }).collect());
            rows.take(row.0.into_iter().map(cell).collect());
            rows.wants()
        })
        .await;
    let end = rows.done();
    wire.timeout = timeout;
    match result {
        Ok(()) => Ok(end),
        // The file changed while it was read without locks: what came may be torn.
        Err(error) if error.kind == ErrorKind::Locked && error.code.as_deref() == Some(wire::TORN) => {
            sink(QueryPart::Columns(Vec::new()));
            Err(Error::new(ErrorKind::Locked, "the file was changed while it was read: run the statement again"))
        }
        Err(error) => Err(error),
    }
}

fn cell(value: Class) -> Cell {
    Cell::new(match value {
        Class::Null => Value::Null,
        Class::Integer(number) => Value::Text(number.to_string()),
        Class::Real(number) => Value::Text(wire::real(number)),
        Class::Text(text) => Value::Text(text),
        Class::Odd(text) => Value::Odd(text),
        Class::Blob(bytes) => Value::Binary(bytes),
    })
}
