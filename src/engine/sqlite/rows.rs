//! A few rows of one table or view, cut before they leave SQLite.

use super::wire::{self, Wire};
use crate::engine::guard::Statement;
use crate::engine::rows::hex;
use crate::engine::{Error, ErrorKind, Result, quote_name};
use crate::model::{Catalog, Cell, EngineKind, Gather, Known, Preview, RowKey, RowsOf, Value};

pub(super) async fn rows(wire: &mut Wire, catalog: &Catalog, of: &RowsOf) -> Result<Known<Preview>> {
    if catalog.relations.get(of.rel).is_none() {
        return Err(Error::new(ErrorKind::Internal, "this table is no longer in the schema that was read")
            .hint("Refresh the schema."));
    }
    if of.columns.is_empty() {
        return Ok(Known::unsupported("there are no columns to read rows of"));
    }
    let (schema, name) = (catalog.relations.schema_name(of.rel), catalog.relations.name(of.rel));
    let statement = Statement::shape("sqlite/rows", select(schema, name, of));
    let timeout = wire.timeout;
    wire.timeout = timeout.min(of.limits.time);
    let mut gather = Gather::new(of.limits);
    let result = wire
        .fetch_while(&statement, |row| match row {
            Some(row) => {
                gather.take((0..of.columns.len()).map(|n| cell(row, n)).collect());
                gather.wants()
            }
            None => {
                gather = Gather::new(of.limits);
                true
            }
        })
        .await;
    wire.timeout = timeout;
    match result {
        Ok(()) => Ok(Known::Ready(gather.done())),
        Err(error) => match error.kind {
            ErrorKind::TimedOut => {
                let what = format!("{} s were over", of.limits.time.min(timeout).as_secs_f64());
                Ok(Known::TimedOut { what, partial: gather.partial() })
            }
            ErrorKind::Locked => Ok(Known::TimedOut {
                what: "not read: another program has locked the file".into(),
                partial: gather.partial(),
            }),
            _ => Err(error),
        },
    }
}

/// A value has its own class whatever its column says, so each is cut by what it is.
fn select(schema: &str, name: &str, of: &RowsOf) -> String {
    let characters = of.limits.characters(of.columns.len());
    let columns: Vec<String> = of
        .columns
        .iter()
        .map(|column| {
            let name = format!("r.{}", quote(&column.name));
            format!(
                "CASE WHEN typeof({name}) IN ('text', 'blob') AND octet_length({name}) > {characters} \
                 THEN substr({name}, 1, {characters}) ELSE {name} END, octet_length({name})"
            )
        })
        .collect();
    format!(
        "SELECT {} FROM {}.{} AS r{} LIMIT {}",
        columns.join(", "),
        quote(schema),
        quote(name),
        condition(&of.keys),
        of.limits.rows + 1
    )
}

fn condition(keys: &[RowKey]) -> String {
    let parts: Vec<String> =
        keys.iter().map(|key| format!("r.{} = {}", quote(&key.column.name), literal(&key.value))).collect();
    if parts.is_empty() { String::new() } else { format!(" WHERE {}", parts.join(" AND ")) }
}

/// A value as SQL writes it. A backslash means nothing in SQLite; a NUL would end the statement.
///
/// What reads as a number goes as one: a column of texts makes it a text again.
fn literal(value: &Value) -> String {
    match value {
        Value::Null | Value::Odd(_) => "NULL".into(),
        Value::Binary(bytes) => format!("x'{}'", hex(bytes)),
        Value::Text(text) if is_number(text) => text.clone(),
        Value::Text(text) if text.chars().any(|c| c == '\\' || c == '\0') => {
            let parts: Vec<String> = text
                .split_inclusive(['\\', '\0'])
                .flat_map(|part| {
                    let plain = part.trim_end_matches(['\\', '\0']);
                    let last = part.chars().last().filter(|c| matches!(c, '\\' | '\0'));
                    [Some(format!("'{}'", plain.replace('\'', "''"))), last.map(|c| format!("char({})", c as u32))]
                })
                .flatten()
                .collect();
            format!("({})", parts.join(" || "))
        }
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
    }
}

/// True for what a number is written as here, and nothing else: `007` is a text.
fn is_number(text: &str) -> bool {
    text.parse::<i64>().is_ok_and(|n| n.to_string() == text)
        || text.parse::<f64>().is_ok_and(|n| n.is_finite() && wire::real(n) == text)
}

fn quote(name: &str) -> String {
    quote_name(EngineKind::Sqlite, name)
}

fn cell(row: &wire::Row, n: usize) -> Cell {
    let whole = row.int(n * 2 + 1).and_then(|length| u64::try_from(length).ok());
    let value = match row.0.get(n * 2) {
        None | Some(wire::Value::Null) => Value::Null,
        Some(wire::Value::Integer(number)) => return Cell::new(Value::Text(number.to_string())),
        Some(wire::Value::Real(number)) => return Cell::new(Value::Text(wire::real(*number))),
        Some(wire::Value::Text(text)) => Value::Text(text.clone()),
        Some(wire::Value::Odd(text)) => Value::Odd(text.clone()),
        Some(wire::Value::Blob(bytes)) => Value::Binary(bytes.clone()),
    };
    let whole = whole.filter(|&whole| whole > Cell::new(value.clone()).size());
    Cell { value, whole }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::guard::only_reads;
    use crate::model::{RelId, RowColumn, RowLimits};

    fn of(value: Value) -> RowsOf {
        let column = RowColumn { name: "a\"".into(), type_name: String::new() };
        let limits = RowLimits::PREVIEW;
        RowsOf { rel: RelId(0), columns: vec![column.clone()], keys: vec![RowKey { column, value }], limits }
    }

    #[test]
    fn the_shape() {
        assert_eq!(
            select("main", "t", &of(Value::Text("7".into()))),
            "SELECT CASE WHEN typeof(r.\"a\"\"\") IN ('text', 'blob') AND octet_length(r.\"a\"\"\") > 2048 \
             THEN substr(r.\"a\"\"\", 1, 2048) ELSE r.\"a\"\"\" END, octet_length(r.\"a\"\"\") FROM \"main\".\"t\" AS r \
             WHERE r.\"a\"\"\" = 7 LIMIT 101"
        );
    }

    #[test]
    fn hostile_values_pass_the_gate() {
        for text in
            ["", "a'b", "a''; drop table t; --", "a\\'; drop table t; --", "\\", "\n", "a\0b", "\u{1f600}", "\0"]
        {
            let sql = select("main", "t;--", &of(Value::Text(text.into())));
            assert!(only_reads(&sql), "{text:?}: {sql}");
            assert!(!sql.contains('\0'), "{text:?}: {sql}");
        }
    }

    #[test]
    fn literals() {
        let cases = [
            (Value::Text("it's".into()), "'it''s'"),
            (Value::Text("a\\b".into()), "('a' || char(92) || 'b')"),
            (Value::Text("a\0".into()), "('a' || char(0))"),
            (Value::Text("007".into()), "'007'"),
            (Value::Text("-7".into()), "-7"),
            (Value::Text("1.5".into()), "1.5"),
            (Value::Text("1e5".into()), "'1e5'"),
            (Value::Text("inf".into()), "'inf'"),
            (Value::Binary(vec![0, 255]), "x'00ff'"),
            (Value::Null, "NULL"),
        ];
        for (value, expected) in cases {
            assert_eq!(literal(&value), expected);
        }
    }
}
