//! Drawing of the Rows tab.

use super::links::Links;
use super::preview::Grid;
use super::{SchemaPane, Side};
use crate::tui::pane::Cx;
use crate::tui::widget::grid::View;
use crate::tui::widget::{put, put_cut, rows_of};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The head in the first `lines` lines of `area`, then rows.
pub fn draw_rows(pane: &SchemaPane, cx: &Cx, grid: &Grid, area: Rect, lines: u16, buf: &mut Buffer) {
    if let Some(links) = &pane.links {
        return draw_links(cx, links, area, buf);
    }
    let focus = pane.side == Side::Detail;
    let view = View { cursor: pane.cursor, column: pane.column, left: pane.left, focus };
    grid.draw(cx.look, view, area, lines, buf);
}

/// Where the keys of the row lead, in place of the rows.
fn draw_links(cx: &Cx, links: &Links, area: Rect, buf: &mut Buffer) {
    let theme = &cx.look.theme;
    put_cut(buf, area, 1, 0, area.width, "This row's foreign keys, and those that point at it:", theme.head, cx.look);
    let list = rows_of(area, 1, area.height);
    let height = list.height.max(1) as usize;
    let top = (links.at + 1).saturating_sub(height);
    for (n, link) in links.list.iter().enumerate().skip(top).take(height) {
        let y = (n - top) as u16;
        let chosen = n == links.at;
        if chosen {
            put(buf, list, 0, y, cx.look.glyphs.select, theme.plain);
        }
        let style = if link.to.is_some() { theme.plain } else { theme.faint };
        let style = if chosen { style.patch(theme.selected) } else { style };
        put_cut(buf, list, 1, y, list.width.saturating_sub(2), &link.text, style, cx.look);
    }
}
