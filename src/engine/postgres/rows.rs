//! A few rows of one relation, in a read-only transaction of their own, cut on the server.

use super::files;
use super::locks;
use super::wire::Wire;
use crate::engine::guard::Statement;
use crate::engine::rows::{hex, text_value, unhex};
use crate::engine::{Error, ErrorKind, Result, quote_name};
use crate::model::{
    Catalog, Cell, EngineKind, Gather, Known, Preview, RelKind, Relation, RowColumn, RowKey, RowsOf, Value,
};
use std::time::Duration;

/// Waits for no lock longer than this.
const LOCK_TIMEOUT_MS: u32 = 100;

pub async fn read(wire: &mut Wire, catalog: &Catalog, of: &RowsOf) -> Result<Known<Preview>> {
    let Some(rel) = catalog.relations.get(of.rel) else {
        return Err(Error::new(ErrorKind::Internal, "this relation is no longer in the schema that was read")
            .hint("Refresh the schema."));
    };
    if rel.kind == RelKind::Sequence || of.columns.is_empty() {
        return Ok(Known::unsupported("there are no columns to read rows of"));
    }
    // What is locked now is not even tried: the wait of others behind that lock would grow by ours.
    let locked = locks::read(wire).await?;
    if let Some(lock) = locked.iter().find(|lock| lock.oid == rel.id) {
        return Ok(Known::TimedOut {
            what: format!("not read, to wait for no lock: {}", locks::who(lock)),
            partial: None,
        });
    }
    let (schema, name) = (catalog.relations.schema_name(of.rel), catalog.relations.name(of.rel));
    let statement = Statement::shape("postgres/rows", select(schema, name, of));
    let binary: Vec<bool> = of.columns.iter().map(is_binary).collect();
    let mut gather = Gather::new(of.limits);
    let time = of.limits.time.min(wire.statement_timeout());
    let result = wire
        .rows_alone(&frame(time), statement, |row| {
            if gather.wants() {
                let cells = (0..binary.len()).map(|n| cell(row, n, binary[n])).collect::<Result<_>>()?;
                gather.take(cells);
            }
            Ok(())
        })
        .await;
    match result {
        Ok(()) => Ok(Known::Ready(gather.done())),
        Err(error) => failed(wire, rel, error, gather, time).await,
    }
}

async fn failed(
    wire: &mut Wire,
    rel: &Relation,
    error: Error,
    gather: Gather,
    time: Duration,
) -> Result<Known<Preview>> {
    match error.kind {
        ErrorKind::TimedOut => {
            let what = format!("{} s were over", time.as_secs_f64());
            Ok(Known::TimedOut { what, partial: gather.partial() })
        }
        ErrorKind::Locked => {
            let what = "not read, to wait for no lock: something that it needs was locked meanwhile".to_owned();
            Ok(Known::TimedOut { what, partial: gather.partial() })
        }
        ErrorKind::Denied => match missing_right(wire, rel.id).await? {
            Some((what, grant)) => Ok(Known::denied(what, grant)),
            // A function or a table behind a view: only the server knows which.
            None => Err(error),
        },
        ErrorKind::NotSupported => Err(error.hint("Refresh the schema: it may have changed.")),
        _ => Err(error),
    }
}

/// What this role lacks to read the relation, and the statement that gives it.
async fn missing_right(wire: &mut Wire, oid: i64) -> Result<Option<(String, String)>> {
    let mut missing = None;
    wire.rows(files::ROWS_RIGHTS.with(&[("oid", &oid.to_string())]), |row| {
        let (role, schema, name) = (row.need(0)?, row.need(1)?, row.need(2)?);
        let mut grants = Vec::new();
        if !row.bool(3)? {
            grants.push(format!("GRANT USAGE ON SCHEMA {schema} TO {role};"));
        }
        if !row.bool(4)? {
            grants.push(format!("GRANT SELECT ON {schema}.{name} TO {role};"));
        }
        if !grants.is_empty() {
            missing = Some((format!("the rows of {schema}.{name}"), grants.join(" ")));
        }
        Ok(())
    })
    .await?;
    Ok(missing)
}

/// The transaction around the statement: its own limits, whatever the session has.
fn frame(time: Duration) -> String {
    format!(
        "begin read only;\nset local statement_timeout = {};\nset local lock_timeout = {LOCK_TIMEOUT_MS};",
        time.as_millis().max(1)
    )
}

/// `select` of every column as text, its length where it is cut, from at most one row more than is wanted.
///
/// The inner query gives each value once, the outer one cuts it: a stored text is then read only as far as
/// it is shown.
fn select(schema: &str, name: &str, of: &RowsOf) -> String {
    let characters = of.limits.characters(of.columns.len());
    let (mut outer, mut inner) = (Vec::new(), Vec::new());
    for (n, column) in of.columns.iter().enumerate() {
        let quoted = quote(&column.name);
        let shown = format!("pg_catalog.substr(t.c{n}, 1, {characters})");
        let length = format!("pg_catalog.octet_length(t.c{n})");
        if is_binary(column) {
            inner.push(format!("r.{quoted} as c{n}"));
            outer.push(format!("pg_catalog.encode({shown}, 'hex')"));
        } else {
            inner.push(format!("r.{quoted}::text as c{n}"));
            outer.push(shown);
        }
        outer.push(format!("case when {length} > {characters} then {length}::int8 end"));
    }
    let condition = condition(&of.keys);
    format!(
        "select {}\n  from (select {}\n          from {}.{} r{condition}\n         limit {}) t",
        outer.join(", "),
        inner.join(", "),
        quote(schema),
        quote(name),
        of.limits.rows + 1
    )
}

fn condition(keys: &[RowKey]) -> String {
    let parts: Vec<String> = keys
        .iter()
        .map(|key| format!("r.{} = {}", quote(&key.column.name), literal(&key.column, &key.value)))
        .collect();
    if parts.is_empty() { String::new() } else { format!("\n         where {}", parts.join(" and ")) }
}

/// A value as SQL writes it, to the same effect with `standard_conforming_strings` on or off: where there is
/// a backslash it goes as hex.
fn literal(column: &RowColumn, value: &Value) -> String {
    match value {
        Value::Null | Value::Odd(_) => "null".into(),
        Value::Binary(bytes) => format!("pg_catalog.decode('{}', 'hex')", hex(bytes)),
        Value::Text(text) if text.contains('\\') => format!(
            "pg_catalog.convert_from(pg_catalog.decode('{}', 'hex'), 'UTF8')::{}",
            hex(text.as_bytes()),
            column.type_name
        ),
        // No text of this engine holds a NUL; one that does would end the message.
        Value::Text(text) => format!("'{}'", text.replace('\'', "''").replace('\0', "")),
    }
}

fn quote(name: &str) -> String {
    quote_name(EngineKind::Postgresql, name)
}

fn is_binary(column: &RowColumn) -> bool {
    column.type_name == "bytea"
}

/// Value and whole length of column `n`.
fn cell(row: &super::value::Row<'_>, n: usize, binary: bool) -> Result<Cell> {
    let whole = row.int(n * 2 + 1)?.and_then(|length| u64::try_from(length).ok());
    let value = match row.raw(n * 2)? {
        None => Value::Null,
        Some(bytes) if binary => Value::Binary(unhex(bytes)),
        Some(bytes) => text_value(bytes),
    };
    // Characters were counted on the server, bytes are compared: a text may be whole all the same.
    let whole = whole.filter(|&whole| whole > Cell::new(value.clone()).size());
    Ok(Cell { value, whole })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::guard::only_reads;
    use crate::model::{RelId, RowLimits};

    fn column(name: &str, type_name: &str) -> RowColumn {
        RowColumn { name: name.into(), type_name: type_name.into() }
    }

    fn of(columns: &[(&str, &str)], keys: &[(&str, &str, Value)]) -> RowsOf {
        RowsOf {
            rel: RelId(0),
            columns: columns.iter().map(|(name, kind)| column(name, kind)).collect(),
            keys: keys
                .iter()
                .map(|(name, kind, value)| RowKey { column: column(name, kind), value: value.clone() })
                .collect(),
            limits: RowLimits::PREVIEW,
        }
    }

    #[test]
    fn the_shape() {
        let of = of(&[("id", "integer"), ("b", "bytea")], &[("id", "integer", Value::Text("7".into()))]);
        assert_eq!(
            select("app", "or\"ders", &of),
            "select pg_catalog.substr(t.c0, 1, 2048), case when pg_catalog.octet_length(t.c0) > 2048 then \
             pg_catalog.octet_length(t.c0)::int8 end, pg_catalog.encode(pg_catalog.substr(t.c1, 1, 2048), 'hex'), \
             case when pg_catalog.octet_length(t.c1) > 2048 then pg_catalog.octet_length(t.c1)::int8 end\n  \
             from (select r.\"id\"::text as c0, r.\"b\" as c1\n          from \"app\".\"or\"\"ders\" r\n         \
             where r.\"id\" = '7'\n         limit 101) t"
        );
    }

    #[test]
    fn hostile_values_pass_the_gate_and_hold_no_backslash() {
        let hostile = [
            "",
            "a'b",
            "a''; drop table t; --",
            "a\\'; drop table t; --",
            "a\\",
            "\n\r\t",
            "a\0b",
            "\u{1f600}",
            "a;b\\;c",
            "--",
            "/*",
            "$$",
            "\"`",
        ];
        for text in hostile {
            let of = of(&[("a", "text")], &[("a", "text", Value::Text(text.into()))]);
            let sql = format!("{}\n{};\ncommit", frame(of.limits.time), select("s;--", "t'\"; drop", &of));
            assert!(only_reads(&sql), "{text:?}: {sql}");
            assert!(!sql.contains('\\') && !sql.contains('\0'), "{text:?}: {sql}");
        }
    }

    #[test]
    fn literals() {
        let text = column("a", "character varying(20)");
        let cases = [
            (Value::Text("it's".into()), "'it''s'"),
            (
                Value::Text("a\\b".into()),
                "pg_catalog.convert_from(pg_catalog.decode('615c62', 'hex'), 'UTF8')::character varying(20)",
            ),
            (Value::Binary(vec![0, 255]), "pg_catalog.decode('00ff', 'hex')"),
            (Value::Null, "null"),
        ];
        for (value, expected) in cases {
            assert_eq!(literal(&text, &value), expected);
        }
    }
}
