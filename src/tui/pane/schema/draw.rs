//! Drawing of the schema view. Reads the state, changes nothing.

use super::draw_detail::draw_detail;
use super::draw_tree::draw_tree;
use super::missing::nothing_yet;
use super::{SchemaPane, Side};
use crate::text::width;
use crate::tui::pane::Cx;
use crate::tui::widget::table::Table;
use crate::tui::widget::text::wrap_code;
use crate::tui::widget::{put, right_of};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Narrower than this shows one side at a time.
const TWO_SIDES: u16 = 70;

/// Tree and detail, or the one that has the focus.
pub fn split(area: Rect, side: Side) -> (Option<Rect>, Option<Rect>) {
    if area.width < TWO_SIDES {
        return match side {
            Side::Tree => (Some(area), None),
            Side::Detail => (None, Some(area)),
        };
    }
    let tree = (area.width * 38 / 100).clamp(30, 50);
    (Some(Rect { width: tree, ..area }), Some(right_of(area, tree + 1)))
}

pub fn detail_width(area: Rect) -> u16 {
    split(area, Side::Detail).1.map_or(0, |area| area.width.saturating_sub(2))
}

/// Rows of the tree in sight: one line above them is the filter.
pub fn tree_height(area: Rect) -> usize {
    area.height.saturating_sub(1) as usize
}

/// Lines that a text takes on the right side.
pub fn text_lines(text: &str, area: Rect) -> usize {
    wrap_code(text, detail_width(area) as usize).len()
}

pub fn draw(pane: &SchemaPane, cx: &Cx, buf: &mut Buffer) {
    let Some(catalog) = &cx.facts.schema.catalog else { return nothing_yet(cx, buf) };
    let (tree, detail) = split(cx.area, pane.side);
    if let Some(area) = tree {
        draw_tree(pane, cx, catalog, area, buf);
    }
    if let (Some(tree), Some(_)) = (tree, detail) {
        for y in 0..cx.area.height {
            put(buf, cx.area, tree.width, y, cx.look.glyphs.vertical, cx.look.theme.faint);
        }
    }
    if let (Some(area), Some(detail)) = (detail, &pane.detail) {
        draw_detail(pane, cx, detail, area, buf);
    }
}

/// A table as lines of text, columns padded with blanks, nothing cut.
pub fn plain_table(table: &Table) -> String {
    let count = table.cols.len();
    let cell =
        |row: usize, col: usize| table.rows.get(row).and_then(|row| row.get(col)).map_or("", |cell| cell.text.as_str());
    let widths: Vec<usize> = (0..count)
        .map(|col| {
            (0..table.rows.len()).map(|row| width(cell(row, col))).max().unwrap_or(0).max(width(&table.cols[col].title))
        })
        .collect();
    let pad = |text: &str, col: usize| format!("{text}{}", " ".repeat(widths[col].saturating_sub(width(text))));
    let mut lines = vec![(0..count).map(|col| pad(&table.cols[col].title, col)).collect::<Vec<_>>().join("  ")];
    for row in 0..table.rows.len() {
        lines.push((0..count).map(|col| pad(cell(row, col), col)).collect::<Vec<_>>().join("  "));
    }
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}
