//! Small parts to draw with. Everything that reaches the buffer passes [`put`]: clipped to its area,
//! sanitized, cut by columns. So no size and no name can break a frame.

pub mod grid;
pub mod input;
pub mod json;
pub mod scroll;
pub mod sql;
pub mod table;
pub mod text;

use super::glyphs::Glyphs;
use super::theme::{Depth, Theme};
use crate::text::{cut, prefix, sanitize, width};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What drawing needs beside the facts.
#[derive(Clone, Debug)]
pub struct Look {
    pub theme: Theme,
    pub glyphs: &'static Glyphs,
    /// What the terminal can show.
    pub depth: Depth,
    /// The whole selected row is shown, not the mark alone.
    pub row: bool,
}

impl Look {
    pub fn new(theme: Theme, glyphs: &'static Glyphs) -> Self {
        Self { theme, glyphs, depth: Depth::Ansi, row: false }
    }
}

/// The looks of the selected row over what was drawn in `line`.
pub fn select_row(buf: &mut Buffer, line: Rect, look: &Look) {
    if look.row {
        buf.set_style(line.intersection(buf.area), look.theme.row);
    }
}

/// Nothing of what lies below is left, a wide character that reaches in neither.
pub fn clear(area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    for y in area.top()..area.bottom() {
        let before = area.x.checked_sub(1).and_then(|x| buf.cell_mut((x, y)));
        if let Some(cell) = before.filter(|cell| width(cell.symbol()) > 1) {
            cell.reset();
        }
        for x in area.left()..area.right() {
            buf[(x, y)].reset();
        }
    }
}

/// Writes `text` at column `x` and row `y` of `area`, cut at its right edge; returns the columns used.
pub fn put(buf: &mut Buffer, area: Rect, x: u16, y: u16, text: &str, style: Style) -> u16 {
    let area = area.intersection(buf.area);
    if y >= area.height || x >= area.width {
        return 0;
    }
    let room = (area.width - x) as usize;
    let text = sanitize(prefix(text, room));
    let (end, _) = buf.set_stringn(area.x + x, area.y + y, text, room, style);
    end - (area.x + x)
}

/// Writes `text` in `room` columns from `x`, with a mark where it was cut; returns the columns used.
#[expect(clippy::too_many_arguments, reason = "place, room and look of one text")]
pub fn put_cut(buf: &mut Buffer, area: Rect, x: u16, y: u16, room: u16, text: &str, style: Style, look: &Look) -> u16 {
    let room = room.min(area.width.saturating_sub(x));
    let safe = sanitize(prefix(text, room as usize));
    put(buf, area, x, y, &cut(&safe, room as usize, look.glyphs.cut), style)
}

/// Writes `text` so that it ends before column `end`; cut at the left edge of the area.
pub fn put_right(buf: &mut Buffer, area: Rect, end: u16, y: u16, text: &str, style: Style) {
    let safe = sanitize(text);
    let wide = width(&safe) as u16;
    put(buf, area, end.saturating_sub(wide), y, &safe, style);
}

/// A rule across the whole area: `── title ───────── right ──`. A long title is cut in its middle, so
/// that its end, the most telling part, stays.
pub fn put_rule(buf: &mut Buffer, area: Rect, y: u16, title: &str, right: &str, look: &Look) {
    let rule = look.glyphs.rule;
    put(buf, area, 0, y, &rule.repeat(area.width as usize), look.theme.faint);
    let full = area.width as usize;
    let right = sanitize(right);
    let right_width = if right.is_empty() { 0 } else { width(&right) + 2 };
    let room = full.saturating_sub(right_width + 7);
    if !title.is_empty() && full > 8 {
        let title = cut_middle(&sanitize(title), room.max(full.min(12)), look.glyphs.cut);
        put(buf, area, 2, y, &format!(" {title} "), look.theme.strong);
        if !right.is_empty() && width(&title) + 6 + right_width <= full {
            put_right(buf, area, area.width.saturating_sub(2), y, &format!(" {right} "), look.theme.plain);
        }
    }
}

/// `text` in at most `max` columns, the middle replaced by `mark`: beginning and end both stay readable.
pub fn cut_middle(text: &str, max: usize, mark: &str) -> String {
    if width(text) <= max {
        return text.to_owned();
    }
    let tail_room = max.saturating_sub(width(mark)) * 2 / 3;
    let mut tail = String::new();
    let mut used = 0;
    for c in text.chars().rev() {
        let wide = width(c.encode_utf8(&mut [0; 4]));
        if used + wide > tail_room {
            break;
        }
        used += wide;
        tail.insert(0, c);
    }
    let head = cut(text, max.saturating_sub(used), mark);
    format!("{head}{tail}")
}

/// The part of `area` right of `x`, or nothing.
pub fn right_of(area: Rect, x: u16) -> Rect {
    let x = x.min(area.width);
    Rect { x: area.x + x, width: area.width - x, ..area }
}

/// `rows` rows of `area` from row `y`, or nothing.
pub fn rows_of(area: Rect, y: u16, rows: u16) -> Rect {
    let y = y.min(area.height);
    Rect { y: area.y + y, height: rows.min(area.height - y), ..area }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_outside() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 4, 2));
        let area = Rect::new(1, 0, 2, 1);
        assert_eq!(put(&mut buf, area, 0, 0, "abcdef", Style::new()), 2);
        assert_eq!(put(&mut buf, area, 0, 1, "x", Style::new()), 0);
        assert_eq!(put(&mut buf, area, 5, 0, "x", Style::new()), 0);
        assert_eq!(put(&mut buf, Rect::new(3, 1, 50, 50), 0, 0, "表", Style::new()), 0);
        assert_eq!(buf, Buffer::with_lines([" ab ", "    "]));
    }

    #[test]
    fn control_characters_become_visible() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 10, 1));
        let area = buf.area;
        put(&mut buf, area, 0, 0, "a\x1b[31m", Style::new());
        assert_eq!(buf, Buffer::with_lines(["a\\x1b[31m "]));
    }

    #[test]
    fn a_long_title_keeps_its_end() {
        assert_eq!(cut_middle("Schema › sales › order_items_archive", 20, "…"), "Schema …tems_archive");
        assert_eq!(cut_middle("short", 20, "…"), "short");
        assert!(width(&cut_middle("表表表表表表表表表表", 9, "…")) <= 9);
    }
}
