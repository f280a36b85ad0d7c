//! A statement of the SQL view. The authorizer, `mode=ro` and `query_only` are in force on every handle; what
//! comes on top is one statement, a limit of time and a limit for the size of a value.

use super::wire::{self, Value as Class, Wire};
use crate::engine::guard::Statement;
use crate::engine::sqlguard::{Guarded, What, judge};
use crate::engine::{Error, ErrorKind, QuerySink, Result};
use crate::model::{Cell, EngineKind, QueryOf, QueryPart, QueryRows, RowColumn, RowLimits, RowsEnd, Value};

const NAME: &str = "the statement";

pub(super) async fn run(wire: &mut Wire, of: &QueryOf, sink: &mut QuerySink<'_>) -> Result<RowsEnd> {
    let guarded = judge(EngineKind::Sqlite, 0, &of.text)?;
    wire.limit_values().await?;
    let timeout = std::mem::replace(&mut wire.timeout, of.limits.time);
    let mut rows = QueryRows::new(of.limits, sink);
    let result = read(wire, &guarded, of.limits, &mut rows).await;
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

/// Long values are cut before they leave SQLite, where the statement can stand inside of another.
async fn read(wire: &mut Wire, guarded: &Guarded, limits: RowLimits, rows: &mut QueryRows<'_>) -> Result<()> {
    let names = wire.columns_of(guarded.text()).await?;
    rows.name(|| names.iter().map(|name| RowColumn { name: name.clone(), type_name: String::new() }).collect());
    let cut = guarded.what() == What::Rows && !names.is_empty();
    let text = if cut { shown(guarded.text(), names.len(), limits) } else { guarded.text().to_owned() };
    let statement = Statement::shape(NAME, text);
    wire.guarded(&statement, guarded, |row| {
        rows.take(if cut { pairs(row) } else { row.0.into_iter().map(cell).collect() });
        rows.wants()
    })
    .await
}

/// Each value with its length behind it, where it was cut.
fn pairs(row: wire::Row) -> Vec<Cell> {
    let mut values = row.0.into_iter();
    let mut cells = Vec::new();
    while let Some(value) = values.next() {
        let mut cell = cell(value);
        if let Some(Class::Integer(length)) = values.next() {
            cell.whole = u64::try_from(length).ok().filter(|&whole| whole > cell.size());
        }
        cells.push(cell);
    }
    cells
}

/// The statement inside of one that gives the beginning of each long value, and its length where it was cut.
fn shown(text: &str, columns: usize, limits: RowLimits) -> String {
    let characters = limits.characters(columns);
    let names: Vec<String> = (0..columns).map(|n| format!("c{n}")).collect();
    let part = |name: &String| {
        let long = format!("typeof({name}) IN ('text', 'blob') AND octet_length({name}) > {characters}");
        format!("iif({long}, substr({name}, 1, {characters}), {name}), iif({long}, octet_length({name}), NULL)")
    };
    let parts: Vec<String> = names.iter().map(part).collect();
    format!("WITH dblens ({}) AS (\n{text}\n) SELECT {} FROM dblens", names.join(", "), parts.join(", "))
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
