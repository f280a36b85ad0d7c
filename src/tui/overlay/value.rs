//! One value as a text to read: JSON with its structure in sight, bytes as a dump, everything else as it is.

use crate::model::{Cell, RowsOf, Value};
use crate::text;
use crate::tui::pane::Cx;
use crate::tui::rows::OneValue;
use crate::tui::widget::json;
use std::sync::Arc;

/// A value, as it came with its row; and the question that reads it whole.
#[derive(Clone, Debug)]
pub struct ValueView {
    pub title: String,
    pub cell: Cell,
    pub again: Option<Arc<RowsOf>>,
    /// Why the whole value cannot be asked for, where only its beginning is here.
    pub only: Option<String>,
}

impl ValueView {
    /// The best that is here: the whole value once it came.
    fn cell<'a>(&'a self, cx: &Cx<'a>) -> &'a Cell {
        match self.again.as_ref().and_then(|of| cx.facts.rows.value(of)) {
            Some(OneValue::Ready(Some(cell))) => cell,
            _ => &self.cell,
        }
    }

    /// The text to copy: exactly what the server sent, bytes as hex.
    pub fn raw(&self, cx: &Cx) -> String {
        match &self.cell(cx).value {
            Value::Null => String::new(),
            Value::Text(text) | Value::Odd(text) => text.clone(),
            Value::Binary(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    /// The text to read, its first line saying what it is.
    pub fn text(&self, cx: &Cx, room: usize) -> String {
        let cell = self.cell(cx);
        let (kind, body) = match &cell.value {
            Value::Null => ("NULL: no value".to_owned(), String::new()),
            Value::Text(value) if value.is_empty() => ("empty text".to_owned(), String::new()),
            Value::Text(value) => match json::pretty(value).filter(|_| cell.whole.is_none()) {
                Some(pretty) => (format!("JSON, {}", size(cell)), pretty),
                None => (format!("text, {}", size(cell)), value.clone()),
            },
            Value::Odd(value) => (format!("bytes that are no text, {}", size(cell)), value.clone()),
            Value::Binary(bytes) => (format!("binary, {}", size(cell)), dump(bytes, room)),
        };
        let note = self.note(cx, cell).map(|note| format!("; {note}")).unwrap_or_default();
        format!("{kind}{note}\n\n{body}")
    }

    /// What is missing of it, and why.
    fn note(&self, cx: &Cx, cell: &Cell) -> Option<String> {
        match self.again.as_ref().and_then(|of| cx.facts.rows.value(of)) {
            Some(OneValue::Loading(asked)) => {
                let took = cx.now.tick.saturating_sub(asked.since).as_secs_f64();
                let time = if took < 0.3 { String::new() } else { format!(", {took:.1} s") };
                return Some(format!("loading the whole value{time}"));
            }
            Some(OneValue::Ready(None)) => return Some("the row is gone, this is its beginning as it was".into()),
            Some(OneValue::Trouble(trouble)) => {
                return Some(format!("the whole value was not read: {}", trouble.lines().join(" ")));
            }
            _ => {}
        }
        cell.whole?;
        Some(self.only.clone().unwrap_or_else(|| "longer than what is read at most".into()))
    }
}

/// `12.3 kB`, or `the first 977 kB of 9.54 MB`.
fn size(cell: &Cell) -> String {
    let here = text::bytes(i64::try_from(cell.size()).unwrap_or(i64::MAX));
    match cell.whole {
        None => here,
        Some(whole) => format!("the first {here} of {}", text::bytes(i64::try_from(whole).unwrap_or(i64::MAX))),
    }
}

/// Offset, bytes, and what of them is ASCII; 16 bytes a line, 8 where it is narrow.
fn dump(bytes: &[u8], room: usize) -> String {
    let wide = if room < 76 { 8 } else { 16 };
    let lines = bytes.chunks(wide).enumerate().map(|(n, chunk)| {
        let hex: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let seen: String = chunk
            .iter()
            .map(|&byte| if byte.is_ascii_graphic() || byte == b' ' { byte as char } else { '.' })
            .collect();
        format!("{:06x}  {:width$}  {seen}", n * wide, hex.join(" "), width = wide * 3 - 1)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::dump;

    #[test]
    fn bytes_as_a_dump() {
        assert_eq!(dump(b"PNG\r\n\0", 40), "000000  50 4e 47 0d 0a 00        PNG...");
        let lines: Vec<String> = dump(&[65; 17], 80).lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[1].starts_with("000010  41 ") && lines[1].ends_with(" A"));
    }
}
