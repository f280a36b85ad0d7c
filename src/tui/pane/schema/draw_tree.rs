//! Drawing of the left side.

use super::detail::{has_partitions, plural};
use super::rows::{Fold, Node, Row, key_of};
use super::{Key, SchemaPane, Side, filter};
use crate::model::{Catalog, RelId, RelKind};
use crate::text::{self, width};
use crate::tui::pane::Cx;
use crate::tui::widget::{Look, put, put_cut, put_right, right_of, rows_of, scroll, select_row};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A tree from this width has bars.
const BAR_FROM: u16 = 36;

pub fn draw_tree(pane: &SchemaPane, cx: &Cx, catalog: &Catalog, area: Rect, buf: &mut Buffer) {
    draw_filter(pane, cx, area, buf);
    let list = rows_of(area, 1, area.height);
    let top = scroll::top(pane.tree.top, pane.tree.at, list.height as usize, pane.rows.list.len());
    for (y, row) in pane.rows.list.iter().enumerate().skip(top).take(list.height as usize) {
        let line = rows_of(list, (y - top) as u16, 1);
        draw_row(pane, cx, catalog, row, y == pane.tree.at, line, buf);
    }
    // Under the rows that came: that they are not all.
    let end = pane.rows.list.len().saturating_sub(top);
    if cx.facts.schema.cut.is_some() && end < list.height as usize {
        let text = format!("{} not all were read in time", cx.look.glyphs.dots);
        put_cut(buf, list, 1, end as u16, list.width.saturating_sub(1), &text, cx.look.theme.faint, cx.look);
    } else if pane.rows.list.is_empty() {
        let text =
            if pane.filter.is_some() { "Nothing fits. Esc shows all again." } else { "No tables that this role sees." };
        put_cut(buf, list, 1, 1, list.width.saturating_sub(1), text, cx.look.theme.plain, cx.look);
    }
}

/// The first row in sight.
pub fn top(pane: &SchemaPane, cx: &Cx) -> usize {
    let height = super::draw::tree_height(cx.area);
    scroll::top(pane.tree.top, pane.tree.at, height, pane.rows.list.len())
}

fn draw_filter(pane: &SchemaPane, cx: &Cx, area: Rect, buf: &mut Buffer) {
    let theme = &cx.look.theme;
    match &pane.input {
        Some(input) => {
            put(buf, area, 1, 0, "/", theme.strong);
            let room = Rect { width: area.width.saturating_sub(1), height: area.height.min(1), ..area };
            input.draw(buf, right_of(room, 3), theme.plain, cx.look);
        }
        None if pane.query.is_empty() => {
            let hint = format!("/ filter   s sort: {}", pane.sort_words(cx));
            put_cut(buf, area, 1, 0, area.width.saturating_sub(1), &hint, theme.faint, cx.look);
        }
        None => {
            put(buf, area, 1, 0, "/", theme.strong);
            put_cut(buf, area, 3, 0, area.width.saturating_sub(4), &pane.query, theme.strong, cx.look);
        }
    }
}

fn draw_row(pane: &SchemaPane, cx: &Cx, catalog: &Catalog, row: &Row, chosen: bool, line: Rect, buf: &mut Buffer) {
    let look = cx.look;
    let theme = &look.theme;
    if chosen && pane.side == Side::Tree {
        put(buf, line, 0, 0, look.glyphs.select, theme.plain);
    }
    let indent = 1 + u16::from(row.depth) * 2;
    let mark = match row.fold {
        Fold::Leaf => "",
        Fold::Closed => look.glyphs.folded,
        Fold::Open => look.glyphs.unfolded,
    };
    put(buf, line, indent, 0, mark, theme.faint);
    let x = indent + 2;
    let end = draw_numbers(pane, cx, catalog, row, line, buf);
    let base = match row.node {
        Node::Group(..) | Node::Extensions | Node::Hidden => theme.faint,
        _ if pane.filter.is_some() && !row.found => theme.faint,
        _ => theme.plain,
    };
    let style = if chosen { base.patch(theme.selected) } else { base };
    let name = name_of(pane, catalog, row.node);
    let room = end.saturating_sub(x + 1);
    put_cut(buf, line, x, 0, room, &name, style, look);
    if let Some(letters) = pane.filter.as_ref().filter(|_| row.found).and_then(|filter| filter.letters()) {
        underline(buf, line, x, room, &name, letters, look);
    }
    if chosen && pane.side == Side::Tree {
        select_row(buf, line, look);
    }
}

/// Marks the letters that the filter found, where they are in sight.
fn underline(buf: &mut Buffer, line: Rect, x: u16, room: u16, name: &str, letters: &str, look: &Look) {
    let name = text::sanitize(text::prefix(name, room as usize));
    let found = filter::found(letters, &name);
    let mut at = x;
    for (n, c) in name.chars().enumerate() {
        let wide = width(c.encode_utf8(&mut [0; 4])) as u16;
        if at + wide >= x + room && width(&name) > room as usize {
            break;
        }
        if found.contains(&n)
            && let Some(cell) = buf.cell_mut((line.x + at, line.y))
        {
            cell.set_style(look.theme.found);
        }
        at += wide;
    }
}

/// Sizes and counts at the right of a row; returns the column where the name must end.
fn draw_numbers(pane: &SchemaPane, cx: &Cx, catalog: &Catalog, row: &Row, line: Rect, buf: &mut Buffer) -> u16 {
    let theme = &cx.look.theme;
    let edge = line.width.saturating_sub(1);
    match row.node {
        Node::Schema(id) => {
            let Some(members) = pane.digest.members(id) else { return edge };
            let size = members.bytes.map(text::bytes).unwrap_or_default();
            put_right(buf, line, edge, 0, &size, theme.plain);
            let unknown = cx.facts.schema.cut.is_some();
            let count = if unknown { cx.look.glyphs.unknown.to_owned() } else { members.tables.to_string() };
            put_right(buf, line, edge.saturating_sub(10), 0, &count, theme.plain);
            edge.saturating_sub(15)
        }
        Node::Group(id, section) => {
            let count = pane.digest.members(id).map_or(0, |members| members.sections[section as usize].len());
            let count = count.to_string();
            put_right(buf, line, edge.saturating_sub(10), 0, &count, theme.plain);
            edge.saturating_sub(10 + width(&count) as u16)
        }
        Node::Extensions => {
            put_right(buf, line, edge.saturating_sub(10), 0, &pane.digest.extensions.to_string(), theme.plain);
            edge.saturating_sub(15)
        }
        Node::Relation(id) => {
            let Some(rel) = catalog.relations.get(id) else { return edge };
            if matches!(rel.kind, RelKind::View | RelKind::Sequence) {
                return edge;
            }
            let end = match pane.digest.bytes(id) {
                Some(bytes) => {
                    put_right(buf, line, edge, 0, &text::bytes(bytes), theme.plain);
                    let full = pane.digest.members(rel.schema).map_or(0, |members| members.largest);
                    let bar = edge.saturating_sub(10);
                    // A narrow tree gives the room to the names.
                    if line.width < BAR_FROM {
                        return children_mark(pane, id, edge.saturating_sub(8), line, cx, buf);
                    }
                    put(buf, line, bar, 0, level(bytes, full, cx.look), theme.faint);
                    bar
                }
                None => edge,
            };
            children_mark(pane, id, end, line, cx, buf)
        }
        Node::Routine(_) | Node::Type(_) | Node::Extension(_) | Node::Hidden => edge,
    }
}

/// The number of partitions, ending before `end`; returns where the name must end.
fn children_mark(pane: &SchemaPane, id: RelId, end: u16, line: Rect, cx: &Cx, buf: &mut Buffer) -> u16 {
    let children = pane.digest.children(id).len();
    if children == 0 {
        return end;
    }
    let parts =
        cx.facts.schema.catalog.as_ref().and_then(|catalog| catalog.relations.get(id)).is_some_and(has_partitions);
    let count = format!("{children}{}", if parts { 'p' } else { 'c' });
    put_right(buf, line, end.saturating_sub(1), 0, &count, cx.look.theme.faint);
    end.saturating_sub(width(&count) as u16 + 1)
}

/// The bar of a table: its share of the largest one in its schema.
fn level(bytes: i64, full: i64, look: &Look) -> &'static str {
    if bytes <= 0 || full <= 0 {
        return look.glyphs.levels[0];
    }
    // Under a thousandth a dot: the lowest bar would claim more.
    let share = bytes as f64 / full as f64;
    let step = if share < 0.001 { 0 } else { (share * 8.0).ceil().clamp(1.0, 8.0) as usize };
    look.glyphs.levels.get(step).copied().unwrap_or(look.glyphs.levels[8])
}

fn name_of(pane: &SchemaPane, catalog: &Catalog, node: Node) -> String {
    match key_of(node, catalog) {
        Some(Key::Schema(name) | Key::Relation(_, name) | Key::Type(_, name) | Key::Extension(name)) => name,
        Some(Key::Group(_, section)) => section.title().to_owned(),
        Some(Key::Routine(_, name, arguments)) => format!("{name}({arguments})"),
        Some(Key::Extensions) => "extensions".into(),
        Some(Key::Hidden) => format!("{} of the system (H shows)", plural(pane.digest.hidden, "schema")),
        None => String::new(),
    }
}
