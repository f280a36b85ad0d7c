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
            Format::Table | Format::Markdown => self.table(out),
            Format::Plain | Format::Tsv => self.separated(out, "\t"),
            Format::Csv => self.separated(out, ","),
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

    fn separated(&self, out: &mut dyn Write, separator: &str) -> io::Result<()> {
        writeln!(out, "{}", self.ids.join(separator))?;
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| quoted(cell.as_deref().unwrap_or_default())).collect();
            writeln!(out, "{}", cells.join(separator))?;
        }
        Ok(())
    }

    fn table(&self, out: &mut dyn Write) -> io::Result<()> {
        let text = |cell: &Option<String>| sanitize(cell.as_deref().unwrap_or("-")).into_owned();
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

/// As CSV wants it, on one line.
fn quoted(text: &str) -> String {
    let text = sanitize(text);
    match text.contains(['"', ',']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.into_owned(),
    }
}
