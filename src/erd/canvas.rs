//! A grid of cells that knows neither a terminal nor SQL: the screen and the command print the same one.

use crate::text::{cut, sanitize, width};
use std::collections::BTreeMap;
use unicode_segmentation::UnicodeSegmentation;

/// What a cell is for: the screen gives it a style, text does not show it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    #[default]
    Text,
    Dim,
    Strong,
    Line,
    Guessed,
    Warning,
    Selected,
}

/// What stands in a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sign {
    #[default]
    Blank,
    Char(char),
    /// A cluster of several characters, or one that takes two cells.
    Cluster(Box<str>),
    /// The second cell of a wide cluster.
    Tail,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub sign: Sign,
    pub role: Role,
}

/// A drawing of cells; it grows to the right and down as it is drawn on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Canvas {
    rows: Vec<Vec<Cell>>,
    width: usize,
    /// Where things can be selected: line → what, by the painter's own number.
    pub spots: BTreeMap<usize, usize>,
}

impl Canvas {
    pub fn new() -> Self {
        Self::default()
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Lines.
    pub fn height(&self) -> usize {
        self.rows.len()
    }

    pub fn cell(&self, x: usize, y: usize) -> Option<&Cell> {
        self.rows.get(y)?.get(x)
    }

    /// The cells of one line; those behind its last one are blank.
    pub fn line(&self, y: usize) -> &[Cell] {
        self.rows.get(y).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn put(&mut self, x: usize, y: usize, sign: char, role: Role) {
        self.set(x, y, Cell { sign: Sign::Char(sign), role });
    }

    /// Writes a text made safe; gives the column behind it.
    pub fn text(&mut self, x: usize, y: usize, text: &str, role: Role) -> usize {
        let mut at = x;
        for cluster in sanitize(text).graphemes(true) {
            let wide = width(cluster);
            let mut chars = cluster.chars();
            let sign = match (chars.next(), chars.next()) {
                _ if wide == 0 => continue,
                (Some(c), None) if wide == 1 => Sign::Char(c),
                _ => Sign::Cluster(cluster.into()),
            };
            self.set(at, y, Cell { sign, role });
            for tail in 1..wide {
                self.set(at + tail, y, Cell { sign: Sign::Tail, role });
            }
            at += wide;
        }
        at
    }

    /// Writes a text into a field of `room` columns, cut with `mark`; gives the column behind the field.
    pub fn field(&mut self, x: usize, y: usize, text: &str, room: usize, mark: &str, role: Role) -> usize {
        self.text(x, y, &cut(&sanitize(text), room, mark), role);
        x + room
    }

    /// The same, at the right edge of the field.
    pub fn field_right(&mut self, x: usize, y: usize, text: &str, room: usize, mark: &str, role: Role) -> usize {
        let text = cut(&sanitize(text), room, mark);
        self.text(x + room.saturating_sub(width(&text)), y, &text, role);
        x + room
    }

    pub fn run(&mut self, x: usize, y: usize, sign: char, length: usize, role: Role) -> usize {
        for n in 0..length {
            self.put(x + n, y, sign, role);
        }
        x + length
    }

    /// Puts another drawing on this one.
    pub fn stamp(&mut self, x: usize, y: usize, other: &Self) {
        for (dy, row) in other.rows.iter().enumerate() {
            for (dx, cell) in row.iter().enumerate().filter(|(_, cell)| cell.sign != Sign::Blank) {
                self.set(x + dx, y + dy, cell.clone());
            }
        }
        self.spots.extend(other.spots.iter().map(|(line, what)| (line + y, *what)));
    }

    /// Gives the role to every cell of a line.
    pub fn paint_line(&mut self, y: usize, role: Role) {
        for cell in self.rows.get_mut(y).into_iter().flatten() {
            cell.role = role;
        }
    }

    /// As plain text, without blanks at the ends of lines.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for row in &self.rows {
            let start = out.len();
            for cell in row {
                match &cell.sign {
                    Sign::Blank => out.push(' '),
                    Sign::Char(c) => out.push(*c),
                    Sign::Cluster(text) => out.push_str(text),
                    Sign::Tail => {}
                }
            }
            let kept = out.get(start..).map_or(0, |line| line.trim_end().len());
            out.truncate(start + kept);
            out.push('\n');
        }
        out
    }

    fn set(&mut self, x: usize, y: usize, cell: Cell) {
        if self.rows.len() <= y {
            self.rows.resize_with(y + 1, Vec::new);
        }
        let row = &mut self.rows[y];
        if row.len() <= x {
            row.resize_with(x + 1, Cell::default);
        }
        row[x] = cell;
        self.width = self.width.max(x + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_text_takes_two_cells_and_nothing_raw() {
        let mut canvas = Canvas::new();
        let end = canvas.text(1, 0, "日本\u{1b}x", Role::Text);
        assert_eq!((end, canvas.to_text().as_str()), (10, " 日本\\x1bx\n"));
        assert_eq!(canvas.cell(2, 0).unwrap().sign, Sign::Tail);
    }

    #[test]
    fn fields_are_cut_and_aligned() {
        let mut canvas = Canvas::new();
        canvas.field(0, 0, "customers", 5, "…", Role::Text);
        canvas.field_right(0, 1, "12", 5, "…", Role::Text);
        assert_eq!(canvas.to_text(), "cust…\n   12\n");
    }
}
