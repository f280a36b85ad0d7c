//! Rows that look like those of the types, the same each time.

use crate::model::{Catalog, Cell, Gather, Preview, RowColumn, RowsOf, Value};

/// Rows of any table of the shop: numbers count up, every fifth value of what is no key is NULL, and the
/// first text is hostile.
pub fn shop_rows(_catalog: &Catalog, of: &RowsOf) -> Preview {
    let mut gather = Gather::new(of.limits);
    let mut n = 0;
    while gather.wants() {
        let row = of.columns.iter().enumerate().map(|(at, column)| cell(of, column, at, n)).collect();
        gather.take(row);
        n += 1;
    }
    gather.done()
}

fn cell(of: &RowsOf, column: &RowColumn, at: usize, n: usize) -> Cell {
    if let Some(key) = of.keys.iter().find(|key| key.column.name == column.name) {
        return Cell::new(key.value.clone());
    }
    let kind = column.type_name.as_str();
    let text = |text: String| Cell::new(Value::Text(text));
    let is_key = column.name == "id" || column.name.ends_with("_id");
    if !is_key && (n + at) % 5 == 4 {
        return Cell::new(Value::Null);
    }
    match kind {
        _ if kind.contains("int") => text((n * 7 % 1000 + 1).to_string()),
        _ if kind.starts_with("numeric") => text(format!("{}.{:02}", n * 13 % 400, n * 7 % 100)),
        _ if kind.starts_with("timestamp") => text(format!("2026-11-{:02} 08:{:02}:00+00", n % 20 + 1, n % 60)),
        _ if kind.starts_with("json") && of.limits.rows == 1 => {
            text(format!("{{\"n\": {n}, \"tags\": [\"a\", \"b\"]}}"))
        }
        _ if kind.starts_with("json") => {
            Cell { value: Value::Text(format!("{{\"n\": {n}, \"tags\": [\"a\", ")), whole: Some(9_800_000) }
        }
        "bytea" => Cell::new(Value::Binary(vec![0x89, 0x50, n as u8])),
        "boolean" => text(n.is_multiple_of(2).to_string()),
        _ => text(match n % 4 {
            0 => format!("{} \u{8868}\u{793a}", column.name),
            1 => "two\nlines \u{1b}[31mred".into(),
            2 => String::new(),
            _ => format!("{} {n}", column.name),
        }),
    }
}
