//! Rows and columns: widths from what is in them, the least important column goes first when it is narrow.

use super::{Look, put_cut, put_right};
use crate::text::{cut, prefix, sanitize, width};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::borrow::Cow;

#[derive(Clone, Debug)]
pub struct Col {
    pub title: Cow<'static, str>,
    /// Numbers stand right.
    pub right: bool,
    /// Not narrower than this.
    pub min: u16,
    /// Not wider than this.
    pub max: u16,
    /// 0 stays always; the highest goes first.
    pub rank: u8,
    /// May be cut to this before another column is left out for it.
    pub ease: u16,
}

impl Col {
    pub fn left(title: impl Into<Cow<'static, str>>, min: u16, max: u16, rank: u8) -> Self {
        Self { title: title.into(), right: false, min, max, rank, ease: max }
    }

    pub fn right(title: impl Into<Cow<'static, str>>, min: u16, max: u16, rank: u8) -> Self {
        Self { title: title.into(), right: true, min, max, rank, ease: max }
    }

    pub fn ease(mut self, ease: u16) -> Self {
        self.ease = ease;
        self
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Already safe for a terminal.
    pub text: String,
    pub style: Style,
}

impl Cell {
    pub fn new(text: &str, style: Style) -> Self {
        Self { text: sanitize(prefix(text, WIDEST)).into_owned(), style }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Table {
    pub cols: Vec<Col>,
    pub rows: Vec<Vec<Cell>>,
    /// The widest cell of each column, title included.
    natural: Vec<u16>,
}

/// One column in sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub col: usize,
    pub x: u16,
    pub width: u16,
}

/// No cell shows more columns than this; the whole text is one key away.
const WIDEST: usize = 1_000;
/// Blanks between two columns.
const GAP: u16 = 2;

impl Table {
    pub fn new(cols: Vec<Col>, rows: Vec<Vec<Cell>>) -> Self {
        let natural = cols
            .iter()
            .enumerate()
            .map(|(n, col)| {
                let widest = rows.iter().filter_map(|row| row.get(n)).map(|cell| width(&cell.text)).max().unwrap_or(0);
                (widest.max(width(&col.title)).min(col.max as usize) as u16).max(col.min)
            })
            .collect();
        Self { cols, rows, natural }
    }

    /// Which columns fit into `room`, where, how wide. Columns that hold nothing are left out.
    pub fn fit(&self, room: u16) -> Vec<Slot> {
        let mut shown: Vec<usize> = (0..self.cols.len()).filter(|&n| self.cols[n].rank == 0 || self.holds(n)).collect();
        while shown.len() > 1 && self.needed(&shown, |n| self.cols[n].min) > room {
            let Some(last) =
                shown.iter().copied().filter(|&n| self.cols[n].rank > 0).max_by_key(|&n| self.cols[n].rank)
            else {
                break;
            };
            shown.retain(|&n| n != last);
        }
        // What is optional only stays where nothing has to be cut for it.
        while self.needed(&shown, |n| self.natural[n].min(self.cols[n].ease)) > room {
            let Some(last) =
                shown.iter().copied().filter(|&n| self.cols[n].rank > 3).max_by_key(|&n| self.cols[n].rank)
            else {
                break;
            };
            shown.retain(|&n| n != last);
        }
        self.place(&shown, room)
    }

    fn holds(&self, col: usize) -> bool {
        self.rows.iter().any(|row| row.get(col).is_some_and(|cell| !cell.text.is_empty()))
    }

    fn needed(&self, shown: &[usize], each: impl Fn(usize) -> u16) -> u16 {
        let widths: u32 = shown.iter().map(|&n| u32::from(each(n))).sum();
        let gaps = u32::from(GAP) * (shown.len().saturating_sub(1)) as u32;
        (widths + gaps).min(u32::from(u16::MAX)) as u16
    }

    /// Cuts the widest columns first until all fit.
    fn place(&self, shown: &[usize], room: u16) -> Vec<Slot> {
        let mut widths: Vec<u16> = shown.iter().map(|&n| self.natural[n]).collect();
        let gaps = GAP * shown.len().saturating_sub(1) as u16;
        loop {
            let total: u16 = widths.iter().sum::<u16>() + gaps;
            if total <= room {
                break;
            }
            let widest = (0..widths.len()).filter(|&i| widths[i] > self.cols[shown[i]].min).max_by_key(|&i| widths[i]);
            let Some(widest) = widest else { break };
            widths[widest] -= 1;
        }
        let mut x = 0;
        let mut slots = Vec::new();
        for (&col, &width) in shown.iter().zip(&widths) {
            slots.push(Slot { col, x, width });
            x += width + GAP;
        }
        slots
    }

    pub fn draw_head(&self, buf: &mut Buffer, area: Rect, slots: &[Slot], look: &Look) {
        for slot in slots {
            let Some(col) = self.cols.get(slot.col) else { continue };
            if col.right {
                put_right(buf, area, slot.x + slot.width, 0, &col.title, look.theme.head);
            } else {
                put_cut(buf, area, slot.x, 0, slot.width, &col.title, look.theme.head, look);
            }
        }
    }

    /// Draws one row; its first column wears `name` in addition, where it is the selected one.
    pub fn draw_row(&self, buf: &mut Buffer, area: Rect, slots: &[Slot], row: usize, name: Option<Style>, look: &Look) {
        let Some(cells) = self.rows.get(row) else { return };
        let main = slots.iter().position(|slot| !self.cols[slot.col].right).unwrap_or(0);
        for (n, slot) in slots.iter().enumerate() {
            let Some(cell) = cells.get(slot.col) else { continue };
            let style = match name {
                Some(name) if n == main => cell.style.patch(name),
                _ => cell.style,
            };
            if self.cols[slot.col].right {
                let text = cut(&cell.text, slot.width as usize, look.glyphs.cut);
                put_right(buf, area, slot.x + slot.width, 0, &text, style);
            } else {
                put_cut(buf, area, slot.x, 0, slot.width, &cell.text, style, look);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let cell = |text: &str| Cell::new(text, Style::new());
        let cols = vec![
            Col::left("Name", 4, 30, 0),
            Col::left("Type", 4, 20, 1),
            Col::right("Rows", 4, 8, 2),
            Col::left("Note", 4, 40, 9),
        ];
        let row = vec![cell("customer_address"), cell("bigint"), cell("12"), cell("a long remark on it")];
        Table::new(cols, vec![row])
    }

    #[test]
    fn the_least_important_goes_first() {
        let shown = |room: u16| table().fit(room).iter().map(|slot| slot.col).collect::<Vec<_>>();
        assert_eq!(shown(80), [0, 1, 2, 3]);
        assert_eq!(shown(40), [0, 1, 2]);
        assert_eq!(shown(11), [0, 1]);
        assert_eq!(shown(5), [0]);
        assert_eq!(shown(0), [0]);
    }

    #[test]
    fn columns_never_overlap() {
        for room in 0..100 {
            let slots = table().fit(room);
            for pair in slots.windows(2) {
                assert!(pair[0].x + pair[0].width < pair[1].x, "{room}");
            }
        }
    }
}
