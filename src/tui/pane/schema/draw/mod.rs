//! Drawing of the schema view. Reads the state, changes nothing.

mod detail;
mod honesty;
mod nothing;
mod tree;

use detail::draw_detail;
pub use detail::{detail_height, plain_table};
pub use honesty::honesty;
use nothing::{nothing_yet, part_word, seconds};
use tree::draw_tree;

use super::detail::{Body, Detail, Neighbour, Wait, plural};
use super::rows::{Fold, Node, Row, key_of};
use super::{Key, SchemaPane, Side, filter};
use crate::model::{Catalog, Known, Part, RelId, RelKind};
use crate::text::{self, width};
use crate::tui::facts::{Defined, LinkState};
use crate::tui::pane::Cx;
use crate::tui::pane::schema::detail::Tab;
use crate::tui::widget::table::Table;
use crate::tui::widget::text::{wrap, wrap_code};
use crate::tui::widget::{Look, put, put_cut, put_right, right_of, rows_of, scroll};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::time::Duration;

/// Below this a first load says nothing: no flicker.
const QUIET: Duration = Duration::from_millis(300);
/// Narrower than this shows one side at a time.
const TWO_SIDES: u16 = 70;
/// A tree from this width has bars.
const BAR_FROM: u16 = 36;

/// Tree and detail, or the one that has the focus.
fn split(area: Rect, side: Side) -> (Option<Rect>, Option<Rect>) {
    if area.width < TWO_SIDES {
        return match side {
            Side::Tree => (Some(area), None),
            Side::Detail => (None, Some(area)),
        };
    }
    let tree = (area.width * 38 / 100).clamp(30, 50);
    (Some(Rect { width: tree, ..area }), Some(right_of(area, tree + 1)))
}

fn detail_width(area: Rect) -> u16 {
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
