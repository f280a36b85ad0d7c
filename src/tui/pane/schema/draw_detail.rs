//! Drawing of the right side.

use super::detail::{Body, Detail, Neighbour, Tab, Wait};
use super::draw::detail_width;
use super::missing::{QUIET, seconds};
use super::{SchemaPane, Side};
use crate::text::{self, width};
use crate::tui::pane::Cx;
use crate::tui::widget::table::Table;
use crate::tui::widget::text::{wrap, wrap_code};
use crate::tui::widget::{Look, put, put_cut, put_right, right_of, rows_of, scroll, select_row};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// How the right side is divided, from top to bottom.
struct Plan {
    head: Vec<(String, Style)>,
    blank: u16,
    rule: u16,
    titles: u16,
    /// Rows of the list.
    list: u16,
    near: Vec<Vec<usize>>,
    near_gap: u16,
}

fn plan(detail: &Detail, width: u16, height: u16, look: &Look) -> Plan {
    let mut head = head_lines(detail, width, height, look);
    if detail.tab == Tab::Rows && height < 16 {
        // Rows need the room more than numbers that stand on every other tab.
        head.truncate(1);
    }
    let blank = u16::from(height >= 20);
    let rule = u16::from(height >= 16);
    let titles = match &detail.body {
        Body::Table { table, .. } => u16::from(table.cols.iter().any(|col| !col.title.is_empty())),
        Body::Rows(grid) => grid.head_lines(height),
        _ => 0,
    };
    let all = if matches!(detail.body, Body::Text(_)) || detail.tab == Tab::Rows {
        Vec::new()
    } else {
        pack(&detail.neighbours, width)
    };
    let mut near = all.clone();
    let above = head.len() as u16 + blank + 1 + rule + titles;
    let left = height.saturating_sub(above);
    near.truncate(near.len().min((left / 3) as usize));
    let near_gap = u16::from(!near.is_empty() && left >= 8);
    let list = left.saturating_sub(near.len() as u16 + near_gap);
    Plan { head, blank, rule, titles, list, near: all, near_gap }
}

impl Plan {
    fn near_rows(&self, height: u16) -> u16 {
        height.saturating_sub(
            self.head.len() as u16 + self.blank + 1 + self.rule + self.titles + self.list + self.near_gap,
        )
    }
}

fn head_lines(detail: &Detail, width: u16, height: u16, look: &Look) -> Vec<(String, Style)> {
    let theme = &look.theme;
    let room = width as usize;
    let name = text::sanitize(text::prefix(&detail.name, room * 4));
    let mut lines: Vec<(String, Style)> = Vec::new();
    // A long name is shown whole: this is the place to read what the tree had to cut.
    let most = if height >= 16 { 4 } else { 2 };
    let beside = text::width(&name) + 3 + text::width(&detail.kind) <= room && !detail.kind.is_empty();
    if beside {
        lines.push((format!("{name}   {}", detail.kind), theme.plain));
    } else {
        lines.extend(wrap(&name, room).into_iter().take(most).map(|line| (line, theme.strong)));
        if !detail.kind.is_empty() {
            lines.extend(wrap(&detail.kind, room).into_iter().take(2).map(|line| (line, theme.plain)));
        }
    }
    if !detail.facts.is_empty() {
        let wide = text::width(&detail.facts) > room;
        let facts = if wide { detail.facts.replace("    ", "  ") } else { detail.facts.clone() };
        lines.extend(wrap(&facts, room).into_iter().take(2).map(|line| (line, theme.plain)));
    }
    if let Some(comment) = detail.comment.as_ref().filter(|_| height >= 12) {
        let quoted = format!("\"{}\"", text::prefix(comment, room * 3));
        let mut comment = wrap(&quoted, room);
        if comment.len() > 2 {
            comment.truncate(2);
            if let Some(last) = comment.last_mut() {
                *last = text::cut(&format!("{last} {}", " ".repeat(room)), room.saturating_sub(1), look.glyphs.cut);
            }
        }
        lines.extend(comment.into_iter().map(|line| (line, theme.faint)));
    }
    lines
}

/// Neighbours in lines: those referred to first, then those that refer, each kind on lines of its own.
fn pack(neighbours: &[Neighbour], room: u16) -> Vec<Vec<usize>> {
    let mut lines: Vec<Vec<usize>> = Vec::new();
    let mut used = 0;
    let mut out = None;
    for (n, near) in neighbours.iter().enumerate() {
        let wide = width(&text::sanitize(&near.text)) + 3;
        if out != Some(near.out) || used + wide > room as usize {
            lines.push(Vec::new());
            used = 0;
            out = Some(near.out);
        }
        used += wide;
        if let Some(line) = lines.last_mut() {
            line.push(n);
        }
    }
    lines
}

/// Rows of the detail's list in sight.
pub fn detail_height(pane: &SchemaPane, detail: &Detail, cx: &Cx) -> usize {
    let _ = pane;
    plan(detail, detail_width(cx.area), cx.area.height, cx.look).list as usize
}

pub fn draw_detail(pane: &SchemaPane, cx: &Cx, detail: &Detail, area: Rect, buf: &mut Buffer) {
    // Column 0 of the right side is the gutter of its cursor.
    let inner = right_of(Rect { width: area.width.saturating_sub(1), ..area }, 1);
    let plan = plan(detail, inner.width, area.height, cx.look);
    let mut y = 0;
    for (n, (line, style)) in plan.head.iter().enumerate() {
        put_cut(buf, inner, 0, y, inner.width, line, *style, cx.look);
        if n == 0 && line.starts_with(&*text::sanitize(&detail.name)) {
            put_cut(buf, inner, 0, y, inner.width, &detail.name, cx.look.theme.strong, cx.look);
        }
        y += 1;
    }
    y += plan.blank;
    draw_tabs(detail, cx, rows_of(inner, y, 1), buf);
    y += 1;
    if plan.rule > 0 {
        put(buf, area, 0, y, &cx.look.glyphs.rule.repeat(area.width as usize), cx.look.theme.faint);
        y += 1;
    }
    draw_body(pane, cx, detail, &plan, area, y, buf);
    let near_rows = plan.near_rows(area.height);
    let near = rows_of(area, area.height.saturating_sub(near_rows), near_rows);
    draw_near(pane, cx, detail, &plan, near, buf);
}

/// `[Columns 12]  Indexes 9  Keys 6`; when they do not fit, those around the one that is open.
fn draw_tabs(detail: &Detail, cx: &Cx, area: Rect, buf: &mut Buffer) {
    let theme = &cx.look.theme;
    let (from, titles) = tabs_in(detail, area.width);
    let mut x = 0;
    for (title, open) in &titles[from..] {
        if x + width(title) as u16 > area.width {
            put_right(buf, area, area.width, 0, cx.look.glyphs.crumb, theme.faint);
            break;
        }
        x += put(buf, area, x, 0, title, if *open { theme.strong } else { theme.plain });
    }
}

/// The titles, and the first one that there is room for.
fn tabs_in(detail: &Detail, room: u16) -> (usize, Vec<(String, bool)>) {
    let loose = tab_titles(detail, " ");
    let fits = loose.iter().map(|(title, _)| width(title)).sum::<usize>() <= room as usize;
    let titles = if fits { loose } else { tab_titles(detail, "") };
    let active = titles.iter().position(|(_, open)| *open).unwrap_or(0);
    let total = |from: usize, to: usize| titles[from..to].iter().map(|(title, _)| width(title)).sum::<usize>();
    let mut from = 0;
    while from < active && total(from, active + 1) + 2 > room as usize {
        from += 1;
    }
    (from, titles)
}

/// Something of the right side that a click can choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    Tab(super::detail::Tab),
    Row(usize),
}

/// What is drawn at column `x` and row `y` of the right side.
pub fn what_is_at(pane: &SchemaPane, detail: &Detail, x: u16, y: u16, cx: &Cx) -> Option<Spot> {
    let room = detail_width(cx.area);
    let plan = plan(detail, room, cx.area.height, cx.look);
    let tabs = plan.head.len() as u16 + plan.blank;
    if y == tabs {
        let (from, titles) = tabs_in(detail, room);
        let mut end = 1;
        return titles.iter().zip(&detail.tabs).skip(from).find_map(|((title, _), (tab, ..))| {
            end += width(title) as u16;
            (x < end).then_some(Spot::Tab(*tab))
        });
    }
    let first = tabs + 1 + plan.rule + plan.titles;
    let at = scroll::top(pane.cursor.top, pane.cursor.at, plan.list as usize, detail.rows())
        + y.checked_sub(first)? as usize;
    (y < first + plan.list && at < detail.rows()).then_some(Spot::Row(at))
}

/// Each title with its count, brackets around the open one; `pad` stands on both sides of the others.
fn tab_titles(detail: &Detail, pad: &str) -> Vec<(String, bool)> {
    let last = detail.tabs.len().saturating_sub(1);
    detail
        .tabs
        .iter()
        .enumerate()
        .map(|(n, (tab, title, count))| {
            let count = count.map(|count| format!(" {count}")).unwrap_or_default();
            let open = *tab == detail.tab;
            let gap = if pad.is_empty() && n < last { " " } else { "" };
            (if open { format!("[{title}{count}]{gap}") } else { format!("{pad}{title}{count}{pad}{gap}") }, open)
        })
        .collect()
}

fn draw_body(pane: &SchemaPane, cx: &Cx, detail: &Detail, plan: &Plan, area: Rect, y: u16, buf: &mut Buffer) {
    let inner = right_of(Rect { width: area.width.saturating_sub(1), ..area }, 1);
    let theme = &cx.look.theme;
    match &detail.body {
        Body::Table { table, .. } => draw_table(pane, cx, table, plan, area, y, buf),
        Body::Rows(grid) => {
            let area = rows_of(area, y, plan.titles + plan.list);
            super::draw_rows::draw_rows(pane, cx, grid, area, plan.titles, buf);
        }
        Body::Text(text) => {
            let lines = wrap_code(text, inner.width as usize);
            let top = pane.cursor.at.min(lines.len().saturating_sub(1));
            for (n, line) in lines.iter().skip(top).take(plan.list as usize).enumerate() {
                put(buf, inner, 0, y + n as u16, line, theme.plain);
            }
        }
        Body::Say(sentences) => {
            let lines = sentences.iter().flat_map(|line| wrap(line, inner.width as usize));
            for (n, line) in lines.take(plan.list as usize).enumerate() {
                put(buf, inner, 0, y + n as u16, &line, theme.plain);
            }
        }
        Body::Wait(wait) => {
            if let Some(line) = waiting(cx, wait) {
                put_cut(buf, inner, 0, y, inner.width, &line, theme.faint, cx.look);
            }
        }
    }
}

/// `loading, 1.2 s: reading columns`; nothing in the first moment.
fn waiting(cx: &Cx, wait: &Wait) -> Option<String> {
    let (since, what) = match wait {
        Wait::Part(word) => (cx.facts.schema.load.as_ref().map(|load| load.since), *word),
        Wait::Definition(object) => (cx.facts.definitions.loading(*object), "the definition"),
        Wait::Rows(sight) => (cx.facts.rows.loading(sight), "rows. Ctrl-C stops it"),
    };
    match since.map(|since| cx.now.tick.saturating_sub(since)) {
        Some(took) if took >= QUIET => Some(format!("loading, {}: reading {what}", seconds(took))),
        Some(_) => None,
        None if cx.facts.is_stale() => Some(format!("{what}: not read, the connection is gone")),
        None => None,
    }
}

fn draw_table(pane: &SchemaPane, cx: &Cx, table: &Table, plan: &Plan, area: Rect, y: u16, buf: &mut Buffer) {
    let inner = right_of(Rect { width: area.width.saturating_sub(1), ..area }, 1);
    let slots = table.fit(inner.width);
    if plan.titles > 0 {
        table.draw_head(buf, rows_of(inner, y, 1), &slots, cx.look);
    }
    let list = rows_of(area, y + plan.titles, plan.list);
    let at = pane.cursor.at.min(table.rows.len().saturating_sub(1));
    let top = scroll::top(pane.cursor.top, at, list.height as usize, table.rows.len());
    let focus = pane.side == Side::Detail;
    for n in top..table.rows.len().min(top + list.height as usize) {
        let line = rows_of(list, (n - top) as u16, 1);
        let chosen = focus && n == pane.cursor.at;
        if chosen {
            put(buf, line, 0, 0, cx.look.glyphs.select, cx.look.theme.plain);
        }
        let name = chosen.then_some(cx.look.theme.selected);
        let cells = right_of(Rect { width: line.width.saturating_sub(1), ..line }, 1);
        table.draw_row(buf, cells, &slots, n, name, cx.look);
        if chosen {
            select_row(buf, line, cx.look);
        }
    }
    let hidden = table.rows.len().saturating_sub(top + list.height as usize);
    if hidden > 0 && list.height > 0 {
        let more = format!("{} {hidden} more ", cx.look.glyphs.cut);
        put_right(buf, rows_of(area, area.height, 0), area.width, 0, "", cx.look.theme.faint);
        let title_row = rows_of(inner, y, 1);
        if plan.titles > 0 {
            let used = slots.last().map_or(0, |slot| slot.x + slot.width);
            if used + width(&more) as u16 <= title_row.width {
                put_right(buf, title_row, title_row.width, 0, more.trim_end(), cx.look.theme.faint);
            }
        }
    }
}

fn draw_near(pane: &SchemaPane, cx: &Cx, detail: &Detail, plan: &Plan, area: Rect, buf: &mut Buffer) {
    let theme = &cx.look.theme;
    let reachable = pane.side == Side::Detail && detail.stops() > 0;
    let chosen = pane.cursor.at.checked_sub(detail.rows()).filter(|_| reachable);
    let in_sight = area.height as usize;
    let line_of = |n: usize| plan.near.iter().position(|line| line.contains(&n)).unwrap_or(0);
    let first = chosen.map_or(0, |n| (line_of(n) + 1).saturating_sub(in_sight));
    for (y, line) in plan.near.iter().skip(first).take(in_sight).enumerate() {
        let mut x = 0;
        for &n in line {
            let Some(near) = detail.neighbours.get(n) else { continue };
            let style = if chosen == Some(n) {
                put(buf, area, x, y as u16, cx.look.glyphs.select, theme.plain);
                theme.selected
            } else {
                theme.plain
            };
            let room = area.width.saturating_sub(x + 3);
            x += 1 + put_cut(buf, area, x + 1, y as u16, room, &near.text, style, cx.look) + 2;
        }
    }
    let last = plan.near.get(first + in_sight..).unwrap_or_default();
    let hidden: usize = last.iter().map(Vec::len).sum();
    if hidden > 0 && in_sight > 0 {
        put_right(buf, area, area.width, area.height - 1, &format!(" +{hidden}"), theme.faint);
    }
}
