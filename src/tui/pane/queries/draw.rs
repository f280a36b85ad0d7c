//! The list, the line of all others, the lower half.

use super::lines::{self, What};
use super::{QueriesPane, detail, full, missing, table, wants, words};
use crate::model::Rest;
use crate::tui::pane::{Cx, schema};
use crate::tui::widget::table::Slot;
use crate::tui::widget::{put, put_cut, rows_of, select_row, sql};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// From this height on there is a lower half.
const DETAIL_FROM: u16 = 16;
/// Its rows, title included.
const LEAST: u16 = 9;
const MOST: u16 = 22;

/// Where the parts of the view are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// What is typed to filter, while there is some of it.
    pub filter: Option<Rect>,
    /// Titles, lines, and the line of all others; of a sample: rule, titles, lines.
    pub list: Rect,
    pub detail: Option<Rect>,
}

pub(super) fn parts(pane: &QueriesPane, cx: &Cx) -> Parts {
    let area = cx.area;
    if wants::samples(cx) {
        let list = missing::list_area(cx);
        return Parts { filter: None, list, detail: None };
    }
    let filter = u16::from(pane.list.input.is_some() || !pane.list.query.is_empty());
    let below = if area.height >= DETAIL_FROM { (area.height / 2).clamp(LEAST, MOST) } else { 0 };
    Parts {
        filter: (filter > 0).then(|| rows_of(area, 0, 1)),
        list: rows_of(area, filter, area.height.saturating_sub(below + filter)),
        detail: (below > 0).then(|| rows_of(area, area.height - below, below)),
    }
}

pub(super) fn draw(pane: &QueriesPane, cx: &Cx, buf: &mut Buffer) {
    if words::never(cx) {
        put_cut(buf, cx.area, 1, 1, cx.area.width.saturating_sub(2), &words::why_never(), cx.look.theme.plain, cx.look);
        return;
    }
    let nothing_asked = cx.facts.queries.known().is_none() && cx.facts.queries.failed().is_none();
    if nothing_asked && cx.facts.server.is_none() && cx.facts.schema.catalog.is_none() {
        return schema::nothing_yet(cx, buf);
    }
    if cx.facts.queries.statements().is_none() {
        return missing::draw(pane, cx, buf);
    }
    if let (Some(detail), Some(cursor)) = (&pane.detail, pane.full) {
        return full::draw(detail, cursor, cx, buf);
    }
    let parts = parts(pane, cx);
    if let Some(area) = parts.filter {
        let cx = Cx { area, ..*cx };
        pane.list.draw_filter(cx.area, &cx, "", buf);
    }
    draw_list(pane, parts.list, cx, buf);
    match (&pane.detail, parts.detail) {
        (Some(detail), Some(area)) => detail::draw(detail, area, cx, buf),
        (None, Some(area)) => draw_group(pane, area, cx, buf),
        _ => {}
    }
}

fn draw_list(pane: &QueriesPane, area: Rect, cx: &Cx, buf: &mut Buffer) {
    let look = cx.look;
    let (shown, top, height) = (pane.shown(cx), pane.top(cx), pane.height(cx));
    let room = area.width.saturating_sub(2);
    let table = table::of(pane, shown, room, cx);
    let slots = table.fit(room);
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    table.draw_head(buf, inner, &slots, look);
    if shown.is_empty() {
        put_cut(buf, area, 1, 2, room, &words::empty(pane, cx), look.theme.plain, look);
    }
    let text = slots.iter().find(|slot| slot.col == table::TEXT);
    for (n, line) in shown.iter().take(height).enumerate() {
        let row = rows_of(area, n as u16 + 1, 1);
        let chosen = top + n == pane.list.cursor.at;
        let style = chosen.then_some(look.theme.selected);
        table.draw_row(buf, rows_of(inner, n as u16 + 1, 1), &slots, n, style, look);
        if let (Some(slot), What::Statement(_)) = (text, &line.what) {
            draw_text(line, *slot, rows_of(inner, n as u16 + 1, 1), cx, buf);
        }
        if chosen {
            put(buf, row, 0, 0, look.glyphs.select, look.theme.plain);
            select_row(buf, row, look);
        }
    }
    draw_others(pane, &slots, rows_of(inner, shown.len().min(height) as u16 + 1, 1), cx, buf);
}

/// Over the cell: words of the language dim; what stands for a text that is not here too.
fn draw_text(line: &lines::Line, slot: Slot, row: Rect, cx: &Cx, buf: &mut Buffer) {
    let text = words::name(&line.what, cx);
    if text.starts_with('<') || text == cx.look.glyphs.dots {
        put_cut(buf, row, slot.x, 0, slot.width, &text, cx.look.theme.faint, cx.look);
        return;
    }
    sql::put_line(buf, row, slot.x, 0, slot.width, &text, cx.look);
}

/// `13 % █▋    1,204 other statements`: all that is not in sight, so that the shares are those of a whole.
fn draw_others(pane: &QueriesPane, slots: &[Slot], row: Rect, cx: &Cx, buf: &mut Buffer) {
    let Some(text) = others_words(pane, cx) else { return };
    let (total, most) = (lines::total(pane.window, cx).total_ns, most(pane));
    let (look, rest) = (cx.look, others(pane, cx));
    let room = row.width.saturating_sub(1);
    put_cut(buf, row, 0, 0, room, &table::load(rest.total_ns, total, most, cx), look.theme.plain, look);
    let x = slots.first().map_or(12, |slot| slot.x + slot.width + 2);
    put_cut(buf, row, x, 0, room.saturating_sub(x), &text, look.theme.plain, look);
}

fn most(pane: &QueriesPane) -> i64 {
    pane.lines.iter().map(|line| line.total_ns).max().unwrap_or(0)
}

fn others(pane: &QueriesPane, cx: &Cx) -> Rest {
    let mut rest = lines::total(pane.window, cx);
    for line in pane.shown(cx) {
        rest.entries -= i64::from(matches!(line.what, What::Statement(_)));
        rest.calls = rest.calls.saturating_sub(line.calls).max(0);
        rest.total_ns = rest.total_ns.saturating_sub(line.total_ns).max(0);
    }
    rest
}

fn others_words(pane: &QueriesPane, cx: &Cx) -> Option<String> {
    let rest = others(pane, cx);
    if pane.lines.is_empty() && rest.total_ns == 0 {
        return None;
    }
    if pane.lines.first().is_some_and(|line| matches!(line.what, What::Group(_))) {
        return (rest.total_ns > 0).then(|| "all others, and what was not read in full".into());
    }
    let word = if rest.entries == 1 { "other statement" } else { "other statements" };
    let calls = crate::text::count(rest.calls);
    (rest.entries > 0).then(|| format!("{} {word}, {calls} calls", words::grouped(rest.entries)))
}

fn draw_group(pane: &QueriesPane, area: Rect, cx: &Cx, buf: &mut Buffer) {
    let Some(What::Group(name)) = pane.chosen().map(|line| &line.what) else { return };
    let title = format!("{} {name}", pane.group.title());
    crate::tui::widget::put_rule(buf, area, 0, &title, "", cx.look);
    put(buf, area, 1, 1, "Enter lists its statements.", cx.look.theme.plain);
}

/// The lines as text.
pub(super) fn plain(pane: &QueriesPane, cx: &Cx) -> String {
    if words::never(cx) {
        return words::why_never();
    }
    if cx.facts.queries.statements().is_none() {
        return missing::plain(cx);
    }
    schema::plain_table(&table::of(pane, &pane.lines, u16::MAX, cx))
}
