//! Rows of values under their names: which columns are in sight, how wide, and their drawing.
//!
//! ```text
//!   id      customer_id   status   note
//!   bigint  bigint        text     text
//! ▌ 1       7             paid     NULL
//! ```

use super::scroll::{self, Cursor};
use super::{Look, put, put_cut, put_right, right_of, rows_of, select_row};
use crate::model::{Cell, RowColumn, Value};
use crate::text::{self, sanitize, width};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// No cell is drawn wider than this where there is no room for all.
const WIDE: u16 = 28;
/// Columns of the terminal that a cell keeps at most.
const KEPT: usize = 120;
/// Blanks between two columns.
const GAP: u16 = 2;

/// What a cell is, for its looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Null,
}

/// The head of one column.
#[derive(Clone, Debug)]
pub struct Head {
    pub name: String,
    pub type_name: String,
    /// `PK`, `→`.
    pub mark: String,
    pub right: bool,
    /// The widest of head and cells.
    natural: u16,
}

/// Rows made ready to draw.
#[derive(Clone, Debug)]
pub struct Grid {
    pub heads: Vec<Head>,
    pub cells: Vec<Vec<(String, Kind)>>,
}

/// One column in sight: which, where, how wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub column: usize,
    pub x: u16,
    pub width: u16,
}

/// Where the cursor is, and what is in sight.
#[derive(Clone, Copy, Debug)]
pub struct View {
    pub cursor: Cursor,
    pub column: usize,
    /// The first column in sight.
    pub left: usize,
    pub focus: bool,
}

impl Grid {
    /// `mark` is what stands under a column's name beside its type.
    pub fn new(columns: &[RowColumn], rows: &[Vec<Cell>], mark: impl Fn(&str) -> String, look: &Look) -> Self {
        let cells: Vec<Vec<(String, Kind)>> =
            rows.iter().map(|row| row.iter().map(|cell| shown(cell, look)).collect()).collect();
        let head = |(n, column): (usize, &RowColumn)| {
            let mark = mark(&column.name);
            let type_name = short_type(&column.type_name);
            let widest = cells.iter().filter_map(|row| row.get(n)).map(|(text, _)| width(text)).max().unwrap_or(0);
            let head = [sanitize(&column.name), sanitize(&type_name), sanitize(&mark)];
            let head = head.iter().map(|text| width(text)).max().unwrap_or(0);
            Head {
                name: column.name.clone(),
                right: is_number(&column.type_name) || all_numbers(column, rows, n),
                mark,
                natural: widest.max(head.min(WIDE as usize)).clamp(1, KEPT) as u16,
                type_name,
            }
        };
        let heads = columns.iter().enumerate().map(head).collect();
        Self { heads, cells }
    }

    /// Columns from `left` on, in `room` columns of the terminal; the last one may be cut.
    pub fn places(&self, left: usize, room: u16) -> Vec<Place> {
        let all: u32 = self.heads.iter().map(|head| u32::from(head.natural + GAP)).sum();
        let most = if all <= u32::from(room + GAP) { u16::MAX } else { WIDE.max(room / 2) };
        let mut places = Vec::new();
        let mut x = 0;
        for (column, head) in self.heads.iter().enumerate().skip(left) {
            let wanted = head.natural.min(most);
            let width = wanted.min(room.saturating_sub(x));
            if width == 0 || (width < wanted && width < 6 && !places.is_empty()) {
                break;
            }
            places.push(Place { column, x, width });
            x += width + GAP;
        }
        places
    }

    /// The first column in sight, so that `column` is whole in sight where that can be.
    pub fn left(&self, left: usize, column: usize, room: u16) -> usize {
        let mut left = left.min(column);
        while left < column {
            let places = self.places(left, room);
            let whole = places.iter().any(|place| {
                place.column == column
                    && (places.last() != Some(place) || place.width >= self.heads[column].natural.min(WIDE))
            });
            if whole {
                break;
            }
            left += 1;
        }
        left
    }

    /// Lines of the head: names; where there is room types too, and marks where there are some.
    pub fn head_lines(&self, height: u16) -> u16 {
        let marks = self.heads.iter().any(|head| !head.mark.is_empty());
        if !marks && self.heads.iter().all(|head| head.type_name.is_empty()) {
            return 1;
        }
        match height {
            0..=13 => 1,
            14..=17 => 2,
            _ => 2 + u16::from(marks),
        }
    }

    /// The head in the first `lines` lines of `area`, then rows.
    pub fn draw(&self, look: &Look, view: View, area: Rect, lines: u16, buf: &mut Buffer) {
        let inner = right_of(Rect { width: area.width.saturating_sub(1), ..area }, 1);
        let places = self.places(view.left, inner.width);
        self.draw_head(look, view, rows_of(inner, 0, lines), &places, buf);
        let list = rows_of(area, lines, area.height);
        let at = view.cursor.at.min(self.cells.len().saturating_sub(1));
        let top = scroll::top(view.cursor.top, at, list.height as usize, self.cells.len());
        for (n, row) in self.cells.iter().enumerate().skip(top).take(list.height as usize) {
            let line = rows_of(list, (n - top) as u16, 1);
            let chosen = view.focus && n == at;
            if chosen {
                put(buf, line, 0, 0, look.glyphs.select, look.theme.plain);
            }
            let cells = right_of(Rect { width: line.width.saturating_sub(1), ..line }, 1);
            for place in &places {
                let Some((text, kind)) = row.get(place.column) else { continue };
                let style = match kind {
                    Kind::Null => look.theme.faint,
                    Kind::Plain => look.theme.plain,
                };
                let here = chosen && place.column == view.column;
                let style = if here { style.patch(look.theme.selected) } else { style };
                draw_cell(look, self.heads[place.column].right, cells, *place, text, style, buf);
            }
            if chosen {
                select_row(buf, line, look);
            }
        }
    }

    fn draw_head(&self, look: &Look, view: View, area: Rect, places: &[Place], buf: &mut Buffer) {
        let theme = &look.theme;
        let marks = area.height > 2 || (area.height == 2 && self.heads.iter().all(|head| head.mark.is_empty()));
        for place in places {
            let head = &self.heads[place.column];
            let name = if view.focus && place.column == view.column { theme.strong } else { theme.head };
            draw_cell(look, head.right, area, *place, &head.name, name, buf);
            let second = if marks || head.mark.is_empty() {
                head.type_name.clone()
            } else {
                format!("{} {}", head.mark, head.type_name)
            };
            if area.height > 1 {
                draw_cell(look, head.right, rows_of(area, 1, 1), *place, &second, theme.faint, buf);
            }
            if area.height > 2 {
                draw_cell(look, head.right, rows_of(area, 2, 1), *place, &head.mark, theme.faint, buf);
            }
        }
        let last = places.last().map_or(0, |place| place.column + 1);
        if last < self.heads.len() && area.height > 0 {
            put_right(buf, right_of(area, area.width.saturating_sub(1)), 1, 0, look.glyphs.crumb, theme.strong);
        }
    }

    /// As text with blanks between, for `v`.
    pub fn plain(&self) -> String {
        let head: Vec<&str> = self.heads.iter().map(|head| head.name.as_str()).collect();
        let row = |row: &Vec<(String, Kind)>| row.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join("  ");
        std::iter::once(head.join("  ")).chain(self.cells.iter().map(row)).collect::<Vec<_>>().join("\n")
    }
}

fn draw_cell(look: &Look, right: bool, area: Rect, place: Place, text: &str, style: Style, buf: &mut Buffer) {
    let safe = sanitize(text);
    if right && width(&safe) <= place.width as usize {
        put_right(buf, area, place.x + place.width, 0, &safe, style);
    } else {
        put_cut(buf, area, place.x, 0, place.width, &safe, style, look);
    }
}

/// `timestamptz` for `timestamp with time zone`.
pub fn short_type(name: &str) -> String {
    name.replace("timestamp with time zone", "timestamptz")
        .replace("timestamp without time zone", "timestamp")
        .replace("time with time zone", "timetz")
        .replace("time without time zone", "time")
        .replace("character varying", "varchar")
        .replace("character(", "char(")
}

/// A value as text, to copy: bytes as hex, NULL as nothing.
pub fn raw(cell: &Cell) -> String {
    match &cell.value {
        Value::Null => String::new(),
        Value::Text(text) | Value::Odd(text) => text.clone(),
        Value::Binary(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// A value on one line, safe for a terminal.
fn shown(cell: &Cell, look: &Look) -> (String, Kind) {
    let (text, kind) = match &cell.value {
        Value::Null => return ("NULL".into(), Kind::Null),
        Value::Text(text) | Value::Odd(text) => (sanitize(text::prefix(text, KEPT)).into_owned(), Kind::Plain),
        Value::Binary(bytes) => {
            let whole = cell.whole.unwrap_or(bytes.len() as u64);
            let hex: String = bytes.iter().take(KEPT / 2).map(|byte| format!("{byte:02x}")).collect();
            (format!("{} 0x{hex}", text::bytes(i64::try_from(whole).unwrap_or(i64::MAX))), Kind::Plain)
        }
    };
    let mark = if cell.whole.is_some() && width(&text) < KEPT { look.glyphs.cut } else { "" };
    (format!("{}{mark}", text::cut(&text, KEPT, look.glyphs.cut)), kind)
}

fn is_number(type_name: &str) -> bool {
    let name = type_name.to_ascii_lowercase();
    let words = ["int", "bigint", "smallint", "tinyint", "mediumint", "numeric", "decimal", "double", "real", "float"];
    words.iter().any(|word| name.starts_with(word)) && !name.starts_with("interval") && !name.contains("[]")
}

/// A column without a type may hold numbers all the same.
fn all_numbers(column: &RowColumn, rows: &[Vec<Cell>], n: usize) -> bool {
    let mut texts = rows.iter().filter_map(|row| match row.get(n).map(|cell| &cell.value) {
        Some(Value::Text(text)) => Some(text.parse::<f64>().is_ok()),
        Some(Value::Null) | None => None,
        _ => Some(false),
    });
    column.type_name.is_empty() && texts.next() == Some(true) && texts.all(|number| number)
}
