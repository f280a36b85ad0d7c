//! Drawing of the Rows tab.

use super::links::Links;
use super::preview::{Grid, Kind, Place};
use super::{SchemaPane, Side};
use crate::text::width;
use crate::tui::pane::Cx;
use crate::tui::widget::{put, put_cut, put_right, right_of, rows_of, scroll, select_row};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Lines of the head: names; where there is room types too, and keys where there are some.
pub fn head_lines(grid: &Grid, height: u16) -> u16 {
    let marks = grid.heads.iter().any(|head| !head.mark.is_empty());
    match height {
        0..=13 => 1,
        14..=17 => 2,
        _ => 2 + u16::from(marks),
    }
}

/// The head in the first `lines` lines of `area`, then rows.
pub fn draw_rows(pane: &SchemaPane, cx: &Cx, grid: &Grid, area: Rect, lines: u16, buf: &mut Buffer) {
    let inner = right_of(Rect { width: area.width.saturating_sub(1), ..area }, 1);
    if let Some(links) = &pane.links {
        return draw_links(cx, links, area, buf);
    }
    let places = grid.places(pane.left, inner.width);
    draw_head(pane, cx, grid, rows_of(inner, 0, lines), &places, buf);
    let list = rows_of(area, lines, area.height);
    let at = pane.cursor.at.min(grid.cells.len().saturating_sub(1));
    let top = scroll::top(pane.cursor.top, at, list.height as usize, grid.cells.len());
    let focus = pane.side == Side::Detail;
    for (n, row) in grid.cells.iter().enumerate().skip(top).take(list.height as usize) {
        let line = rows_of(list, (n - top) as u16, 1);
        let chosen = focus && n == at;
        if chosen {
            put(buf, line, 0, 0, cx.look.glyphs.select, cx.look.theme.plain);
        }
        let cells = right_of(Rect { width: line.width.saturating_sub(1), ..line }, 1);
        for place in &places {
            let Some((text, kind)) = row.get(place.column) else { continue };
            let style = match kind {
                Kind::Null => cx.look.theme.faint,
                Kind::Plain => cx.look.theme.plain,
            };
            let style = if chosen && place.column == pane.column { style.patch(cx.look.theme.selected) } else { style };
            draw_cell(cx, grid.heads[place.column].right, cells, *place, text, style, buf);
        }
        if chosen {
            select_row(buf, line, cx.look);
        }
    }
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

fn draw_head(pane: &SchemaPane, cx: &Cx, grid: &Grid, area: Rect, places: &[Place], buf: &mut Buffer) {
    let theme = &cx.look.theme;
    let focus = pane.side == Side::Detail;
    let marks = area.height > 2 || (area.height == 2 && grid.heads.iter().all(|head| head.mark.is_empty()));
    for place in places {
        let head = &grid.heads[place.column];
        let name = if focus && place.column == pane.column { theme.strong } else { theme.head };
        draw_cell(cx, head.right, area, *place, &head.name, name, buf);
        let second = if marks || head.mark.is_empty() {
            head.type_name.clone()
        } else {
            format!("{} {}", head.mark, head.type_name)
        };
        if area.height > 1 {
            draw_cell(cx, head.right, rows_of(area, 1, 1), *place, &second, theme.faint, buf);
        }
        if area.height > 2 {
            draw_cell(cx, head.right, rows_of(area, 2, 1), *place, &head.mark, theme.faint, buf);
        }
    }
    let last = places.last().map_or(0, |place| place.column + 1);
    if last < grid.heads.len() && area.height > 0 {
        put_right(buf, right_of(area, area.width.saturating_sub(1)), 1, 0, cx.look.glyphs.crumb, theme.strong);
    }
}

fn draw_cell(cx: &Cx, right: bool, area: Rect, place: Place, text: &str, style: Style, buf: &mut Buffer) {
    let safe = crate::text::sanitize(text);
    if right && width(&safe) <= place.width as usize {
        put_right(buf, area, place.x + place.width, 0, &safe, style);
    } else {
        put_cut(buf, area, place.x, 0, place.width, &safe, style, cx.look);
    }
}
