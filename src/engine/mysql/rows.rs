//! A few rows of one relation, cut on the server. The session is read-only already; the statement has a
//! time limit of its own.

use super::Session;
use super::wire::Row;
use crate::engine::error::{Error, ErrorKind, Result};
use crate::engine::guard::Statement;
use crate::engine::quote_name;
use crate::engine::rows::{hex, text_value, unhex};
use crate::model::{Catalog, Cell, EngineKind, Gather, Known, Preview, RelKind, RowColumn, RowKey, RowsOf, Value};
use std::time::Duration;

/// How a column is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Short whatever it holds: numbers, times.
    Plain,
    /// May be long: cut.
    Text,
    /// Cut, and sent as hex.
    Binary,
    /// The same for what no function cuts: hex first.
    Opaque,
    /// As its bits.
    Bit,
}

impl Form {
    fn of(column: &RowColumn) -> Self {
        let name = column.type_name.to_ascii_lowercase();
        let word = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        match word {
            "bit" => Self::Bit,
            "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => Self::Binary,
            "vector" | "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
            | "multipolygon" | "geometrycollection" | "geomcollection" => Self::Opaque,
            "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" | "decimal" | "numeric" | "float"
            | "double" | "date" | "time" | "datetime" | "timestamp" | "year" | "uuid" | "inet4" | "inet6" => {
                Self::Plain
            }
            _ => Self::Text,
        }
    }

    fn is_number(column: &RowColumn) -> bool {
        let name = column.type_name.to_ascii_lowercase();
        ["tinyint", "smallint", "mediumint", "int", "bigint", "decimal"].iter().any(|word| name.starts_with(word))
    }
}

impl Session {
    pub async fn read_rows(&mut self, catalog: &Catalog, of: &RowsOf) -> Result<Known<Preview>> {
        let Some(rel) = catalog.relations.get(of.rel) else {
            return Err(Error::new(ErrorKind::Internal, "this relation is not in the catalog any more")
                .hint("refresh the schema"));
        };
        if rel.kind == RelKind::Sequence || of.columns.is_empty() {
            return Ok(Known::unsupported("there are no columns to read rows of"));
        }
        let (schema, name) = (catalog.relations.schema_name(of.rel), catalog.relations.name(of.rel));
        let time = of.limits.time.min(self.wire.statement_timeout());
        let text = select(self.settings.flavor.is_mariadb(), time, schema, name, of);
        let forms: Vec<Form> = of.columns.iter().map(Form::of).collect();
        let mut gather = Gather::new(of.limits);
        let result = self
            .wire
            .rows(&Statement::shape("mysql/rows", text), |row| {
                if gather.wants() {
                    let cells = (0..forms.len()).map(|n| cell(row, n, forms[n])).collect::<Result<_>>()?;
                    gather.take(cells);
                }
                Ok(())
            })
            .await;
        let Err(error) = result else { return Ok(Known::Ready(gather.done())) };
        match error.kind {
            ErrorKind::TimedOut => {
                let what = format!("{} s were over", time.as_secs_f64());
                Ok(Known::TimedOut { what, partial: gather.partial() })
            }
            ErrorKind::Locked => {
                let what = "not read: a lock was in the way for a second".to_owned();
                Ok(Known::TimedOut { what, partial: gather.partial() })
            }
            ErrorKind::Denied => {
                let object = format!("{}.{}", quote(schema), quote(name));
                let grant = self.grant(&format!("SELECT ON {object}")).await?;
                Ok(Known::denied(format!("the rows of {object}"), format!("{grant};")))
            }
            ErrorKind::NotSupported => {
                Err(Error { hint: None, ..error }.hint("refresh the schema: it may have changed"))
            }
            _ => Err(error),
        }
    }
}

/// MySQL takes the limit as a hint, MariaDB as a setting of the one statement.
fn select(mariadb: bool, time: Duration, schema: &str, name: &str, of: &RowsOf) -> String {
    let head = match mariadb {
        true => format!("SET STATEMENT max_statement_time = {} FOR SELECT", time.as_secs_f64()),
        false => format!("SELECT /*+ MAX_EXECUTION_TIME({}) */", time.as_millis().max(1)),
    };
    let characters = of.limits.characters(of.columns.len());
    let columns: Vec<String> = of.columns.iter().map(|column| shown(column, characters)).collect();
    format!(
        "{head} {} FROM {}.{} r{} LIMIT {}",
        columns.join(", "),
        quote(schema),
        quote(name),
        condition(&of.keys),
        of.limits.rows + 1
    )
}

/// The value and, for what may be cut, its length in bytes where it is.
fn shown(column: &RowColumn, characters: u64) -> String {
    let name = format!("r.{}", quote(&column.name));
    match Form::of(column) {
        Form::Plain => format!("{name}, NULL"),
        Form::Bit => format!("BIN({name} + 0), NULL"),
        Form::Text => format!("LEFT({name}, {characters}), IF(LENGTH({name}) > {characters}, LENGTH({name}), NULL)"),
        Form::Opaque => {
            let hex = characters * 2;
            format!("LEFT(HEX({name}), {hex}), IF(LENGTH({name}) > {characters}, LENGTH({name}), NULL)")
        }
        Form::Binary => {
            format!("HEX(LEFT({name}, {characters})), IF(LENGTH({name}) > {characters}, LENGTH({name}), NULL)")
        }
    }
}

fn condition(keys: &[RowKey]) -> String {
    let parts: Vec<String> = keys
        .iter()
        .map(|key| format!("r.{} = {}", quote(&key.column.name), literal(&key.column, &key.value)))
        .collect();
    if parts.is_empty() { String::new() } else { format!(" WHERE {}", parts.join(" AND ")) }
}

/// A value as SQL writes it, to the same effect in every `sql_mode`: a backslash, which is an escape in one
/// and a character in the other, goes as hex, and so does what no editor shows.
fn literal(column: &RowColumn, value: &Value) -> String {
    match value {
        Value::Null | Value::Odd(_) => "NULL".into(),
        Value::Binary(bytes) => format!("X'{}'", hex(bytes)),
        Value::Text(text) if Form::of(column) == Form::Bit && text.bytes().all(|b| b == b'0' || b == b'1') => {
            format!("b'{text}'")
        }
        // As a text it would be compared as a floating number, which long whole numbers do not survive.
        Value::Text(text) if Form::is_number(column) && is_number(text) => text.clone(),
        Value::Text(text) if text.chars().any(|c| c == '\\' || c.is_control()) => {
            format!("_utf8mb4 X'{}'", hex(text.as_bytes()))
        }
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit()) && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn quote(name: &str) -> String {
    quote_name(EngineKind::Mysql, name)
}

fn cell(row: &Row<'_>, n: usize, form: Form) -> Result<Cell> {
    let whole = row.opt_int(n * 2 + 1)?.and_then(|length| u64::try_from(length).ok());
    let value = match row.raw(n * 2)? {
        None => Value::Null,
        Some(bytes) if matches!(form, Form::Binary | Form::Opaque) => Value::Binary(unhex(bytes)),
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
        let of = of(&[("id", "int(11)"), ("b`", "blob")], &[("id", "int(11)", Value::Text("7".into()))]);
        assert_eq!(
            select(false, of.limits.time, "app", "or`ders", &of),
            "SELECT /*+ MAX_EXECUTION_TIME(3000) */ r.`id`, NULL, HEX(LEFT(r.`b```, 2048)), \
             IF(LENGTH(r.`b```) > 2048, LENGTH(r.`b```), NULL) FROM `app`.`or``ders` r WHERE r.`id` = 7 LIMIT 101"
        );
        assert!(
            select(true, of.limits.time, "app", "t", &of)
                .starts_with("SET STATEMENT max_statement_time = 3 FOR SELECT r.`id`")
        );
    }

    #[test]
    fn hostile_values_pass_the_gate_in_every_mode() {
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
            "/*",
            "#",
            "\"`",
        ];
        for text in hostile {
            for mariadb in [true, false] {
                let of = of(&[("a", "varchar(9)")], &[("a", "varchar(9)", Value::Text(text.into()))]);
                let sql = select(mariadb, of.limits.time, "s`;--", "t'\"; drop", &of);
                assert!(only_reads(&sql), "{text:?}: {sql}");
                assert!(!sql.contains('\\') && !sql.contains('\0'), "{text:?}: {sql}");
            }
        }
    }

    #[test]
    fn literals() {
        let cases = [
            ("varchar(9)", Value::Text("it's".into()), "'it''s'"),
            ("varchar(9)", Value::Text("a\\b".into()), "_utf8mb4 X'615c62'"),
            ("varchar(9)", Value::Text("a\0".into()), "_utf8mb4 X'6100'"),
            ("varchar(9)", Value::Text("12".into()), "'12'"),
            ("bigint(20) unsigned", Value::Text("18446744073709551615".into()), "18446744073709551615"),
            ("decimal(9,2)", Value::Text("-1.50".into()), "-1.50"),
            ("int", Value::Text("1 or 1=1".into()), "'1 or 1=1'"),
            ("bit(4)", Value::Text("101".into()), "b'101'"),
            ("varbinary(3)", Value::Binary(vec![0, 255]), "X'00ff'"),
            ("int", Value::Null, "NULL"),
        ];
        for (kind, value, expected) in cases {
            assert_eq!(literal(&column("a", kind), &value), expected, "{kind}");
        }
    }
}
