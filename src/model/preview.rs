//! A few rows of one relation: the question with its limits, and what came.

use super::RelId;
use std::time::Duration;

/// A value as its server wrote it. What is no text of its encoding is [`Value::Odd`]: shown, never sent back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    Null,
    Text(String),
    Binary(Vec<u8>),
    /// Bytes that are no text, made visible as `\xNN`.
    Odd(String),
}

/// A value, or its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub value: Value,
    /// The whole length in bytes, where only the beginning is here.
    pub whole: Option<u64>,
}

impl Cell {
    pub fn new(value: Value) -> Self {
        Self { value, whole: None }
    }

    /// Bytes that are kept.
    pub fn size(&self) -> u64 {
        match &self.value {
            Value::Null => 0,
            Value::Text(text) | Value::Odd(text) => text.len() as u64,
            Value::Binary(bytes) => bytes.len() as u64,
        }
    }

    /// True when the value can be looked for: it is whole, exact and not NULL.
    pub fn is_exact(&self) -> bool {
        self.whole.is_none() && matches!(self.value, Value::Text(_) | Value::Binary(_))
    }
}

/// One column of a question: its name and its type as the engine writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RowColumn {
    pub name: String,
    pub type_name: String,
}

/// A column that equals a value; the type is needed to write the value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RowKey {
    pub column: RowColumn,
    pub value: Value,
}

/// How much is read at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowLimits {
    pub rows: u32,
    /// Bytes of one value that are kept; it is cut on the server.
    pub cell: u32,
    /// Bytes of all values that are kept.
    pub total: u64,
    /// For the statement, on the server.
    pub time: Duration,
}

impl RowLimits {
    /// For a preview.
    pub const PREVIEW: Self = Self { rows: 100, cell: 2 << 10, total: 1 << 20, time: Duration::from_secs(3) };
    /// For one whole value.
    pub const VALUE: Self = Self { rows: 1, cell: 256 << 10, total: 256 << 10, time: Duration::from_secs(3) };

    /// The preview of a table whose rows have this mean size: where they are large, fewer are read, because
    /// some servers read a value whole to give its beginning. 32 MB is what three seconds surely give.
    pub fn preview(mean: Option<i64>) -> Self {
        const READ: i64 = 32 << 20;
        let rows = match mean.filter(|&mean| mean > 0) {
            Some(mean) => (READ / mean).clamp(10, i64::from(Self::PREVIEW.rows)) as u32,
            None => Self::PREVIEW.rows,
        };
        Self { rows, ..Self::PREVIEW }
    }

    /// Characters of one value that the server sends: where there are many values, fewer of each, so that
    /// what passes the line stays near the limit whatever is in the table.
    pub fn characters(&self, columns: usize) -> u64 {
        let values = u64::from(self.rows).saturating_add(1).saturating_mul(columns.max(1) as u64);
        u64::from(self.cell).min((self.total.saturating_mul(2) / values).max(40))
    }
}

/// What rows are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RowsOf {
    pub rel: RelId,
    pub columns: Vec<RowColumn>,
    /// All of them hold; empty for any row.
    pub keys: Vec<RowKey>,
    pub limits: RowLimits,
}

/// Why no more rows came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowsEnd {
    /// There are no more.
    All,
    /// There are more than were asked for.
    Rows,
    /// The next one would have gone past the limit of bytes.
    Bytes,
    /// Time was over.
    Time,
}

/// Rows in no order that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    pub rows: Vec<Vec<Cell>>,
    pub end: RowsEnd,
    /// Bytes of the values that are kept.
    pub bytes: u64,
}

/// A [`Preview`] that grows row by row and never past its limits.
#[derive(Clone, Debug)]
pub struct Gather {
    limits: RowLimits,
    preview: Preview,
}

impl Gather {
    pub fn new(limits: RowLimits) -> Self {
        Self { limits, preview: Preview { rows: Vec::new(), end: RowsEnd::All, bytes: 0 } }
    }

    /// False when no more are wanted.
    pub fn wants(&self) -> bool {
        self.preview.end == RowsEnd::All
    }

    /// Takes a row that arrived, where it still fits.
    pub fn take(&mut self, mut row: Vec<Cell>) {
        if !self.wants() {
            return;
        }
        if self.preview.rows.len() >= self.limits.rows as usize {
            self.preview.end = RowsEnd::Rows;
            return;
        }
        row.iter_mut().for_each(|cell| shorten(cell, self.limits.cell as usize));
        let size: u64 = row.iter().map(Cell::size).sum();
        if self.preview.bytes + size > self.limits.total && !self.preview.rows.is_empty() {
            self.preview.end = RowsEnd::Bytes;
            return;
        }
        self.preview.bytes += size;
        self.preview.rows.push(row);
    }

    pub fn done(self) -> Preview {
        self.preview
    }

    /// What came before time was over; `None` when nothing did.
    pub fn partial(mut self) -> Option<Preview> {
        self.preview.end = RowsEnd::Time;
        Some(self.preview).filter(|preview| !preview.rows.is_empty())
    }
}

/// Characters were cut on the server; a character has up to four bytes.
pub(super) fn shorten(cell: &mut Cell, most: usize) {
    let size = cell.size();
    match &mut cell.value {
        Value::Text(text) | Value::Odd(text) if text.len() > most => {
            let end = (0..=most).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
            text.truncate(end);
        }
        Value::Binary(bytes) if bytes.len() > most => bytes.truncate(most),
        _ => return,
    }
    cell.whole = cell.whole.or(Some(size));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::new(Value::Text(text.into()))
    }

    fn limits(rows: u32, cell: u32, total: u64) -> RowLimits {
        RowLimits { rows, cell, total, ..RowLimits::PREVIEW }
    }

    #[test]
    fn rows_beyond_the_limit_are_only_told() {
        let mut gather = Gather::new(limits(2, 10, 100));
        for n in 0..3 {
            gather.take(vec![text(&n.to_string())]);
        }
        assert!(!gather.wants());
        let preview = gather.done();
        assert_eq!((preview.rows.len(), preview.end, preview.bytes), (2, RowsEnd::Rows, 2));
    }

    #[test]
    fn bytes_end_it_before_the_row_that_is_too_much() {
        let mut gather = Gather::new(limits(9, 10, 12));
        gather.take(vec![text("0123456789")]);
        gather.take(vec![text("abc")]);
        gather.take(vec![text("d")]);
        let preview = gather.done();
        assert_eq!((preview.rows.len(), preview.end, preview.bytes), (1, RowsEnd::Bytes, 10));
    }

    #[test]
    fn a_value_is_cut_between_characters_and_keeps_its_length() {
        let mut gather = Gather::new(limits(9, 4, 100));
        gather.take(vec![text("a\u{20ac}\u{20ac}"), Cell::new(Value::Binary(vec![7; 9])), text("ab")]);
        let row = gather.done().rows.remove(0);
        assert_eq!(row[0], Cell { value: Value::Text("a\u{20ac}".into()), whole: Some(7) });
        assert_eq!(row[1], Cell { value: Value::Binary(vec![7; 4]), whole: Some(9) });
        assert_eq!(row[2], text("ab"));
    }

    #[test]
    fn what_passes_the_line_is_bounded_whatever_the_width() {
        for columns in [1, 10, 100, 800] {
            let limits = RowLimits::PREVIEW;
            let most = limits.characters(columns) * u64::from(limits.rows + 1) * columns as u64;
            assert!(most <= 4 * limits.total, "{columns}: {most}");
        }
        assert_eq!(RowLimits::VALUE.characters(1), 256 << 10);
    }

    #[test]
    fn fewer_rows_where_they_are_large() {
        assert_eq!(RowLimits::preview(None).rows, 100);
        assert_eq!(RowLimits::preview(Some(200)).rows, 100);
        assert_eq!(RowLimits::preview(Some(1 << 20)).rows, 32);
        assert_eq!(RowLimits::preview(Some(100 << 20)).rows, 10);
    }

    #[test]
    fn nothing_before_the_end_of_time_is_nothing() {
        assert_eq!(Gather::new(RowLimits::PREVIEW).partial(), None);
        let mut gather = Gather::new(RowLimits::PREVIEW);
        gather.take(vec![text("a")]);
        assert_eq!(gather.partial().map(|preview| preview.end), Some(RowsEnd::Time));
    }
}
