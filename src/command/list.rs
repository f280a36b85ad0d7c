//! Short lists that are no facts of a server: the same formats for all of them.

use super::{Failure, output};
use crate::cli::Common;
use crate::report::Format;
use crate::text::{sanitize, width};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// Rows of a short list, `None` where a value does not apply.
pub struct List {
    /// The key of the rows in JSON.
    pub key: &'static str,
    pub ids: &'static [&'static str],
    pub rows: Vec<Vec<Option<String>>>,
}

impl List {
    /// Prints in the format asked for.
    ///
    /// # Errors
    ///
    /// A failed write.
    pub fn print(&self, common: &Common) -> Result<(), Failure> {
        let format = output::format(common);
        output::print(common, |out| match format {
            Format::Table => self.table(out, output::look(common).none()),
            Format::Markdown => self.markdown(out),
            Format::Plain => self.separated(out, "\t", |cell| sanitize(cell).into_owned()),
            Format::Tsv => self.separated(out, "\t", quoted),
            Format::Csv => self.separated(out, ",", quoted),
            Format::Json => self.json(out),
            Format::Jsonl => self.rows.iter().try_for_each(|row| writeln!(out, "{}", self.object(row))),
        })
    }

    fn object(&self, row: &[Option<String>]) -> Value {
        let pairs = self.ids.iter().zip(row).map(|(id, value)| ((*id).to_owned(), json!(value)));
        Value::Object(pairs.collect::<Map<_, _>>())
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let rows: Vec<Value> = self.rows.iter().map(|row| self.object(row)).collect();
        let tool = concat!("dblens ", env!("CARGO_PKG_VERSION"));
        writeln!(out, "{}", json!({"schema_version": 1, "tool": tool, (self.key): rows}))
    }

    fn separated(&self, out: &mut dyn Write, separator: &str, written: fn(&str) -> String) -> io::Result<()> {
        writeln!(out, "{}", self.ids.join(separator))?;
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| written(cell.as_deref().unwrap_or_default())).collect();
            writeln!(out, "{}", cells.join(separator))?;
        }
        Ok(())
    }

    fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        let text = |cell: &Option<String>| sanitize(cell.as_deref().unwrap_or_default()).replace('|', "\\|");
        writeln!(out, "{}", line(self.ids.iter().map(|id| (*id).to_owned()).collect()))?;
        writeln!(out, "{}", line(vec!["---".to_owned(); self.ids.len()]))?;
        self.rows.iter().try_for_each(|row| writeln!(out, "{}", line(row.iter().map(text).collect())))
    }

    /// `none` stands where a value does not apply.
    fn table(&self, out: &mut dyn Write, none: &str) -> io::Result<()> {
        let text = |cell: &Option<String>| sanitize(cell.as_deref().unwrap_or(none)).into_owned();
        let widest = |n: usize| self.rows.iter().filter_map(|row| row.get(n)).map(|cell| width(&text(cell))).max();
        let widths: Vec<usize> =
            self.ids.iter().enumerate().map(|(n, id)| widest(n).unwrap_or(0).max(width(id))).collect();
        let headers = self.ids.iter().map(|id| Some((*id).to_owned())).collect();
        for row in [&headers].into_iter().chain(&self.rows) {
            let cells = row.iter().zip(&widths).map(|(cell, room)| {
                let cell = text(cell);
                let blanks = " ".repeat(room.saturating_sub(width(&cell)));
                format!("{cell}{blanks}")
            });
            writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}

/// As CSV and TSV want it, with every character as it is.
fn quoted(text: &str) -> String {
    match text.contains(['"', ',', '\t', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVIL: &str = "a|b,\"c\"\td\x1b[31m";

    fn printed(write: impl Fn(&List, &mut dyn Write) -> io::Result<()>) -> String {
        let rows = vec![vec![Some(EVIL.to_owned()), None]];
        let list = List { key: "rows", ids: &["name", "value"], rows };
        let mut out = Vec::new();
        write(&list, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_format_keeps_its_fields_apart() {
        let plain = printed(|list, out| list.separated(out, "\t", |cell| sanitize(cell).into_owned()));
        assert_eq!(plain, "name\tvalue\na|b,\"c\"\\td\\x1b[31m\t\n");
        let csv = printed(|list, out| list.separated(out, ",", quoted));
        assert_eq!(csv, "name,value\n\"a|b,\"\"c\"\"\td\x1b[31m\",\n");
        let markdown = printed(|list, out| list.markdown(out));
        assert_eq!(markdown, "| name | value |\n| --- | --- |\n| a\\|b,\"c\"\\td\\x1b[31m |  |\n");
        let table = printed(|list, out| list.table(out, "none"));
        assert!(!table.contains('\x1b') && table.ends_with("  none\n"), "{table}");
    }
}
