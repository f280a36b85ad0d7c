//! The answer to a statement of one's own, for a file: columns and values as the server wrote them.

use super::write::escape;
use super::{Format, Value};
use crate::model::{Cell, RowColumn, Value as Raw};
use serde_json::json;
use std::io::{self, Write};

/// CSV, TSV and Markdown with a head of the columns' names; JSON as one object, since names may be there twice;
/// anything else as lines with tabs.
pub fn write_rows(out: &mut dyn Write, columns: &[RowColumn], rows: &[Vec<Cell>], format: Format) -> io::Result<()> {
    match format {
        Format::Csv => csv(out, columns, rows, b','),
        Format::Markdown => markdown(out, columns, rows),
        Format::Json => {
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            let types: Vec<&str> = columns.iter().map(|column| column.type_name.as_str()).collect();
            let rows: Vec<Vec<serde_json::Value>> = rows.iter().map(|row| values(columns, row)).collect();
            let tool = concat!("dblens ", env!("CARGO_PKG_VERSION"));
            let whole = json!({"schema_version": 1, "tool": tool, "columns": names, "types": types, "rows": rows});
            writeln!(out, "{whole}")
        }
        Format::Jsonl => {
            for row in rows {
                writeln!(out, "{}", serde_json::Value::from(values(columns, row)))?;
            }
            Ok(())
        }
        _ => csv(out, columns, rows, b'\t'),
    }
}

fn csv(out: &mut dyn Write, columns: &[RowColumn], rows: &[Vec<Cell>], separator: u8) -> io::Result<()> {
    let mut csv = csv::WriterBuilder::new().delimiter(separator).flexible(true).from_writer(out);
    csv.write_record(columns.iter().map(|column| column.name.as_str())).map_err(io::Error::other)?;
    for row in rows {
        csv.write_record(row.iter().map(text)).map_err(io::Error::other)?;
    }
    csv.flush()
}

fn markdown(out: &mut dyn Write, columns: &[RowColumn], rows: &[Vec<Cell>]) -> io::Result<()> {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    writeln!(out, "{}", line(columns.iter().map(|column| escape(&column.name)).collect()))?;
    writeln!(out, "|{}|", vec!["---"; columns.len()].join("|"))?;
    for row in rows {
        let shown = |cell: &Cell| if cell.value == Raw::Null { "NULL".to_owned() } else { escape(&text(cell)) };
        writeln!(out, "{}", line(row.iter().map(shown).collect()))?;
    }
    Ok(())
}

/// As text: bytes as hex, NULL as nothing.
fn text(cell: &Cell) -> String {
    match &cell.value {
        Raw::Null => String::new(),
        Raw::Text(text) | Raw::Odd(text) => text.clone(),
        Raw::Binary(bytes) => bytes.iter().fold("0x".to_owned(), |out, byte| format!("{out}{byte:02x}")),
    }
}

/// Whole numbers of a column of whole numbers are numbers; everything else is a text as the server wrote it.
fn values(columns: &[RowColumn], row: &[Cell]) -> Vec<serde_json::Value> {
    let value = |(n, cell): (usize, &Cell)| {
        let whole = columns.get(n).is_some_and(|column| is_whole(&column.type_name));
        match &cell.value {
            Raw::Null => Value::Null.json(),
            Raw::Text(text) => match text.parse::<i64>() {
                Ok(number) if whole => Value::Int(number).json(),
                _ => json!(text),
            },
            _ => json!(text(cell)),
        }
    };
    row.iter().enumerate().map(value).collect()
}

fn is_whole(type_name: &str) -> bool {
    let name = type_name.to_ascii_lowercase();
    let words = ["int2", "int4", "int8", "int", "integer", "bigint", "smallint", "mediumint", "tinyint", "oid"];
    words.contains(&name.split([' ', '(']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: Format) -> String {
        let column = |name: &str, kind: &str| RowColumn { name: name.into(), type_name: kind.into() };
        let columns = [column("id", "int4"), column("a|b", "text"), column("id", "bytea")];
        let cell = |text: &str| Cell::new(Raw::Text(text.into()));
        let rows = vec![
            vec![cell("1"), cell("x,\"y\""), Cell::new(Raw::Binary(vec![0, 255]))],
            vec![cell("2"), Cell::new(Raw::Null), Cell::new(Raw::Null)],
        ];
        let mut out = Vec::new();
        write_rows(&mut out, &columns, &rows, format).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_format_says_the_same() {
        assert_eq!(written(Format::Csv), "id,a|b,id\n1,\"x,\"\"y\"\"\",0x00ff\n2,,\n");
        assert_eq!(
            written(Format::Markdown),
            "| id | a\\|b | id |\n|---|---|---|\n| 1 | x,\"y\" | 0x00ff |\n| 2 | NULL | NULL |\n"
        );
        let json: serde_json::Value = serde_json::from_str(&written(Format::Json)).unwrap();
        assert_eq!(json["rows"][0], json!([1, "x,\"y\"", "0x00ff"]));
        assert_eq!(json["rows"][1][1], serde_json::Value::Null);
        assert_eq!(written(Format::Jsonl).lines().count(), 2);
        assert!(written(Format::Plain).starts_with("id\ta|b\tid\n"));
    }
}
