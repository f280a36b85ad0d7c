//! A Markdown table and the notes below it. Names can not leave their cell or become markup.

use super::{Look, Sheet, text_lines};
use crate::report::Align;
use crate::text::sanitize;
use std::io::{self, Write};

pub fn write(out: &mut dyn Write, sheet: &Sheet) -> io::Result<()> {
    let look = Look::default();
    if !sheet.columns().is_empty() {
        let ids: Vec<&str> = sheet.columns().iter().map(|column| column.id).collect();
        writeln!(out, "| {} |", ids.join(" | "))?;
        let rules: Vec<&str> = sheet.columns().iter().map(|column| rule(column.align)).collect();
        writeln!(out, "|{}|", rules.join("|"))?;
    }
    for cells in sheet.cells() {
        let texts: Vec<String> = sheet
            .columns()
            .iter()
            .zip(&cells)
            .map(|(column, cell)| escape(&cell.shown(column.unit, look.none())))
            .collect();
        writeln!(out, "| {} |", texts.join(" | "))?;
    }
    let reason = sheet.envelope.reason.iter().cloned();
    for (n, note) in reason.chain(sheet.envelope.notes.iter().map(text_lines)).enumerate() {
        writeln!(out, "{}* {}", if n == 0 { "\n" } else { "" }, escape(&note))?;
    }
    Ok(())
}

fn rule(align: Align) -> &'static str {
    match align {
        Align::Left => "---",
        Align::Right => "---:",
    }
}

/// Escapes what Markdown or HTML would read. An underscore inside a word is left alone: it marks nothing
/// there, and most names have one.
pub fn escape(text: &str) -> String {
    let text = sanitize(text);
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let inside = before.is_alphanumeric() && rest.peek().is_some_and(|next| next.is_alphanumeric());
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '_' if inside => out.push('_'),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn names_stay_in_their_cell() {
        let cases = [
            ("order_items", "order_items"),
            ("_x", "\\_x"),
            ("a|b", "a\\|b"),
            ("<img src=x>", "&lt;img src=x>"),
            ("[x](http://y)", "\\[x\\](http://y)"),
            ("a\nb", "a\\\\nb"),
        ];
        for (name, text) in cases {
            assert_eq!(escape(name), text);
        }
    }
}
