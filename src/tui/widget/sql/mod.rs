//! SQL to look at: taken apart well enough to colour it, to put it on one line and to break it at its clauses.
//!
//! Nothing is refused: what is no SQL comes out as it went in, only without its line breaks.

mod layout;
mod lex;

pub use layout::{Line, layout};
pub use lex::{Kind, lex};

use super::{Look, put};
use crate::text::{cut, prefix, sanitize, width};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// More of a text is not looked at for one line.
const ONE_LINE: usize = 4_096;

/// The text on one line, without comments.
pub fn fold(text: &str) -> String {
    let mut out = String::new();
    let mut blank = false;
    let mut before = "";
    for token in lex(start(text, ONE_LINE)) {
        if matches!(token.kind, Kind::Space | Kind::Comment) {
            blank = true;
            continue;
        }
        if blank && !out.is_empty() && is_apart(before, token.text) {
            out.push(' ');
        }
        out.push_str(token.text);
        (blank, before) = (false, token.text);
    }
    out
}

/// At most so many bytes of it, whole characters.
fn start(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// False where a blank between two tokens says nothing; a digest of MySQL has one between all of them.
fn is_apart(before: &str, next: &str) -> bool {
    !(matches!(before, "(" | "." | "") || matches!(next, ")" | "." | "," | ";"))
}

/// How a kind looks where the text is read: words of the language stand out, values and remarks step back.
pub fn style(kind: Kind, look: &Look) -> Style {
    let theme = &look.theme;
    match kind {
        Kind::Keyword => theme.strong,
        Kind::Text | Kind::Number | Kind::Param => theme.notice,
        Kind::Comment => theme.faint,
        Kind::Name | Kind::Quoted | Kind::Space | Kind::Sign => theme.plain,
    }
}

/// A folded text in `room` columns of a list: words of the language are dim, so that the names are found.
pub fn put_line(buf: &mut Buffer, area: Rect, x: u16, y: u16, room: u16, text: &str, look: &Look) -> u16 {
    let safe = sanitize(prefix(text, room as usize));
    let shown = cut(&safe, room as usize, look.glyphs.cut);
    let mut at = x;
    for token in lex(&shown) {
        let style = if token.kind == Kind::Keyword { look.theme.faint } else { look.theme.plain };
        at += put(buf, area, at, y, token.text, style);
    }
    at - x
}

/// One line of a formatted text.
pub fn put_layout(buf: &mut Buffer, area: Rect, x: u16, y: u16, line: &Line, look: &Look) {
    let mut at = x + line.indent as u16;
    for (kind, text) in &line.parts {
        at += put(buf, area, at, y, text, style(*kind, look));
    }
}

/// Columns that a token needs.
fn wide(text: &str) -> usize {
    width(&sanitize(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_without_remarks_and_idle_blanks() {
        let cases = [
            ("SELECT  1\n\t-- one\n FROM t /* app=x */", "SELECT 1 FROM t"),
            ("SELECT `s` . `qty` , COUNT ( * ) FROM `a` . `b`", "SELECT `s`.`qty`, COUNT (*) FROM `a`.`b`"),
            ("SELECT '  a -- b  '", "SELECT '  a -- b  '"),
            ("/* unclosed", ""),
            ("", ""),
        ];
        for (text, line) in cases {
            assert_eq!(fold(text), line, "{text}");
        }
        assert!(fold(&"ä ".repeat(10_000)).len() <= ONE_LINE);
    }
}
