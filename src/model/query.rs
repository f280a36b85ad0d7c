//! A statement of the SQL view: the question with its limits, and what comes of it, part by part.

use super::{Cell, RowColumn, RowLimits, RowsEnd};
use std::time::Duration;

/// What was written, and how much of the answer is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryOf {
    pub text: String,
    pub limits: RowLimits,
}

impl QueryOf {
    /// With the limits of the SQL view; `time` is for the statement on the server.
    pub fn new(text: impl Into<String>, time: Duration) -> Self {
        let limits = RowLimits { rows: 500, cell: 4 << 10, total: 4 << 20, time };
        Self { text: text.into(), limits }
    }
}

/// A part of the answer, as it arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryPart {
    /// Once, before the first rows; missing where a server names columns only with a row and there is none.
    Columns(Vec<RowColumn>),
    Rows(Vec<Vec<Cell>>),
}

/// Takes rows one by one, cuts them to the limits and hands them on in parts.
pub struct QueryRows<'a> {
    limits: RowLimits,
    sink: &'a mut (dyn FnMut(QueryPart) + Send),
    waiting: Vec<Vec<Cell>>,
    rows: u32,
    bytes: u64,
    end: RowsEnd,
    named: bool,
}

impl<'a> QueryRows<'a> {
    pub fn new(limits: RowLimits, sink: &'a mut (dyn FnMut(QueryPart) + Send)) -> Self {
        Self { limits, sink, waiting: Vec::new(), rows: 0, bytes: 0, end: RowsEnd::All, named: false }
    }

    /// The columns; only the first call counts.
    pub fn name(&mut self, columns: impl FnOnce() -> Vec<RowColumn>) {
        if !std::mem::replace(&mut self.named, true) {
            (self.sink)(QueryPart::Columns(columns()));
        }
    }

    /// False when no more are wanted.
    pub fn wants(&self) -> bool {
        self.end == RowsEnd::All
    }

    pub fn take(&mut self, mut row: Vec<Cell>) {
        /// Rows that are handed on together.
        const PART: usize = 50;
        if !self.wants() {
            return;
        }
        if self.rows >= self.limits.rows {
            self.end = RowsEnd::Rows;
            return;
        }
        row.iter_mut().for_each(|cell| super::preview::shorten(cell, self.limits.cell as usize));
        let size: u64 = row.iter().map(Cell::size).sum();
        if self.bytes + size > self.limits.total && self.rows > 0 {
            self.end = RowsEnd::Bytes;
            return;
        }
        self.bytes += size;
        self.rows += 1;
        self.waiting.push(row);
        if self.waiting.len() >= PART {
            self.flush();
        }
    }

    pub fn flush(&mut self) {
        if !self.waiting.is_empty() {
            (self.sink)(QueryPart::Rows(std::mem::take(&mut self.waiting)));
        }
    }

    /// Hands the rest on and tells why no more came.
    pub fn done(mut self) -> RowsEnd {
        self.flush();
        self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Value;

    fn parts(limits: RowLimits, rows: usize) -> (Vec<QueryPart>, RowsEnd) {
        let mut parts = Vec::new();
        let mut sink = |part| parts.push(part);
        let mut gather = QueryRows::new(limits, &mut sink);
        gather.name(|| vec![RowColumn { name: "a".into(), type_name: "text".into() }]);
        gather.name(Vec::new);
        for n in 0..rows {
            gather.take(vec![Cell::new(Value::Text(format!("{n:04}")))]);
        }
        let end = gather.done();
        (parts, end)
    }

    fn count(parts: &[QueryPart]) -> usize {
        parts.iter().map(|part| if let QueryPart::Rows(rows) = part { rows.len() } else { 0 }).sum()
    }

    #[test]
    fn rows_come_in_parts_and_end_at_the_limit() {
        let limits = RowLimits { rows: 120, ..RowLimits::PREVIEW };
        let (list, end) = parts(limits, 121);
        assert_eq!((count(&list), end, list.len()), (120, RowsEnd::Rows, 4));
        let (list, end) = parts(limits, 120);
        assert_eq!((count(&list), end), (120, RowsEnd::All));
    }

    #[test]
    fn bytes_end_it_too() {
        let (list, end) = parts(RowLimits { total: 10, ..RowLimits::PREVIEW }, 9);
        assert_eq!((count(&list), end), (2, RowsEnd::Bytes));
    }
}
