//! Writers: one sheet of rows as a table, plain lines, JSON, CSV, TSV or Markdown.
//!
//! Rows are made one at a time and go straight to the output: nothing here grows with their number. What
//! a terminal or a Markdown reader sees is sanitised; JSON and CSV carry the text as it is.

mod csv;
mod json;
mod markdown;
mod plain;
mod table;

use super::{Column, Context, Fact, Row, Value};
use crate::model::{Note, Server};
use jiff::Timestamp;
pub use json::server_json;
pub(super) use json::{ServerKeys, server_keys};
pub(super) use markdown::escape;
use std::io::{self, Write};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Aligned, with units; for people.
    Table,
    /// One row a line, tabs between, raw numbers; for `cut`, `awk`, `grep`.
    Plain,
    Json,
    Jsonl,
    Csv,
    Tsv,
    Markdown,
}

impl Format {
    /// True where the notes are part of the document; otherwise they go to standard error.
    pub fn holds_notes(self) -> bool {
        matches!(self, Self::Json | Self::Markdown)
    }
}

/// How a table for people looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub color: bool,
    /// Only ASCII marks.
    pub ascii: bool,
    /// Columns of the terminal; `None` cuts nothing.
    pub width: Option<usize>,
}

impl Look {
    /// What stands where there is no value.
    pub fn none(self) -> &'static str {
        if self.ascii { "-" } else { "–" }
    }

    fn cut(self) -> &'static str {
        if self.ascii { ".." } else { "…" }
    }
}

/// What stands around the rows.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    /// `dblens 0.1.0`.
    pub tool: &'a str,
    pub taken_at: Timestamp,
    pub server: Option<&'a Server>,
    /// The id of the fact, also of one that could not be read.
    pub fact: &'a str,
    /// `ready`, `denied`, `unsupported`, `timed_out`.
    pub status: &'a str,
    pub reason: Option<String>,
    pub notes: Vec<Note>,
}

/// Rows to print. Without a fact and a context there are none.
pub struct Sheet<'a> {
    pub envelope: Envelope<'a>,
    pub fact: Option<&'static Fact>,
    pub context: Option<Context<'a>>,
    pub rows: Vec<Row>,
}

impl<'a> Sheet<'a> {
    fn columns(&self) -> &'static [Column] {
        self.fact.map_or(&[], |fact| fact.columns)
    }

    /// Every row as its cells, in the order of the columns.
    fn cells(&self) -> impl Iterator<Item = Vec<Value<'a>>> {
        let columns = self.columns();
        self.context.into_iter().flat_map(move |context| {
            self.rows.iter().map(move |&row| columns.iter().map(|column| (column.cell)(context, row)).collect())
        })
    }
}

/// Prints the sheet.
///
/// # Errors
///
/// Only those of `out`.
pub fn write(out: &mut dyn Write, sheet: &Sheet, format: Format, look: Look) -> io::Result<()> {
    match format {
        Format::Table => table::write(out, sheet, look),
        Format::Plain => plain::write(out, sheet),
        Format::Json => json::write(out, sheet),
        Format::Jsonl => json::write_lines(out, sheet),
        Format::Csv => csv::write(out, sheet, b','),
        Format::Tsv => csv::write(out, sheet, b'\t'),
        Format::Markdown => markdown::write(out, sheet),
    }
}

/// A note as one line: the sentence, and the statement that would help.
pub fn text_lines(note: &Note) -> String {
    match &note.grant {
        Some(grant) => format!("{}. It needs: {grant}", note.text.trim_end_matches('.')),
        None => note.text.clone(),
    }
}
