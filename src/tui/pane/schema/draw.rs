//! Drawing of the schema view. Reads the state, changes nothing.

use super::detail::{Body, Detail, Neighbour, Wait, plural};
use super::rows::{Fold, Node, Row, key_of};
use super::{Key, SchemaPane, Side, filter, incomplete};
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

/// Before the first answer: what is happening, or what went wrong and what to do, over the whole pane.
fn nothing_yet(cx: &Cx, buf: &mut Buffer) {
    let theme = &cx.look.theme;
    let mut lines: Vec<(String, Style)> = Vec::new();
    match (&cx.facts.link, &cx.facts.schema.missing, &cx.facts.schema.stale) {
        (LinkState::Refused { error, .. } | LinkState::Lost { error, .. }, ..) => {
            lines.push((error.message.clone(), theme.strong));
            lines.extend(error.hint.iter().map(|hint| (hint.clone(), theme.plain)));
            lines.extend(error.grant.iter().map(|grant| (grant.clone(), theme.plain)));
            lines.push((String::new(), theme.plain));
            lines.push(("r tries again, q quits.".into(), theme.plain));
        }
        (_, Some(missing), _) => {
            let grant = match missing {
                Known::Denied { grant, .. } => Some(grant.clone()),
                _ => None,
            };
            lines.push((missing.reason().unwrap_or_default(), theme.strong));
            lines.extend(grant.map(|grant| (grant, theme.plain)));
            lines.push((String::new(), theme.plain));
            lines.push(("r tries again, q quits.".into(), theme.plain));
        }
        (_, _, Some(error)) => {
            lines.push((error.message.clone(), theme.strong));
            lines.extend(error.hint.iter().map(|hint| (hint.clone(), theme.plain)));
            lines.push((String::new(), theme.plain));
            lines.push(("r tries again, q quits.".into(), theme.plain));
        }
        (LinkState::Connecting { attempt, since }, ..) => {
            let took = cx.now.tick.saturating_sub(*since);
            lines.extend(connecting(cx, *attempt, took).map(|text| (text, theme.plain)));
        }
        (LinkState::Up, ..) => lines.extend(reading(cx).map(|text| (text, theme.plain))),
    }
    let room = cx.area.width.saturating_sub(4) as usize;
    let mut y = 1;
    for (line, style) in lines {
        for part in wrap(&line, room) {
            put(buf, cx.area, 2, y, &part, style);
            y += 1;
        }
    }
}

fn connecting(cx: &Cx, attempt: u32, took: Duration) -> Option<String> {
    let place = &cx.facts.place;
    match (attempt, took < QUIET) {
        (0 | 1, true) => Some(format!("Connecting to {place}")),
        (0 | 1, false) => Some(format!("Connecting to {place}, {}", seconds(took))),
        _ => Some(format!("Connecting to {place}, try {attempt}, {}", seconds(took))),
    }
}

fn reading(cx: &Cx) -> Option<String> {
    let load = cx.facts.schema.load.as_ref()?;
    let took = cx.now.tick.saturating_sub(load.since);
    (took >= QUIET).then(|| format!("loading, {}: reading names of schemas, tables and views", seconds(took)))
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

fn part_word(part: Part) -> &'static str {
    match part {
        Part::Relations => "tables and views",
        Part::Columns => "columns",
        Part::Indexes => "indexes",
        Part::Keys => "keys",
        Part::Objects => "functions, triggers and types",
    }
}

// The tree.

fn draw_tree(pane: &SchemaPane, cx: &Cx, catalog: &Catalog, area: Rect, buf: &mut Buffer) {
    draw_filter(pane, cx, area, buf);
    let list = rows_of(area, 1, area.height);
    let top = scroll::top(pane.tree.top, pane.tree.at, list.height as usize, pane.rows.list.len());
    for (y, row) in pane.rows.list.iter().enumerate().skip(top).take(list.height as usize) {
        let line = rows_of(list, (y - top) as u16, 1);
        draw_row(pane, cx, catalog, row, y == pane.tree.at, line, buf);
    }
    if pane.rows.list.is_empty() {
        let text =
            if pane.filter.is_some() { "Nothing fits. Esc shows all again." } else { "No tables that this role sees." };
        put_cut(buf, list, 1, 1, list.width.saturating_sub(1), text, cx.look.theme.plain, cx.look);
    }
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
}

/// Marks the letters that the filter found, where they are in sight.
fn underline(buf: &mut Buffer, line: Rect, x: u16, room: u16, name: &str, letters: &str, look: &Look) {
    let name = text::sanitize(name);
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
            put_right(buf, line, edge.saturating_sub(10), 0, &members.tables.to_string(), theme.plain);
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
    let count = format!("{children}p");
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

// The detail.

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
    let head = head_lines(detail, width, height, look);
    let blank = u16::from(height >= 20);
    let rule = u16::from(height >= 16);
    let titles = match &detail.body {
        Body::Table { table, .. } => u16::from(table.cols.iter().any(|col| !col.title.is_empty())),
        _ => 0,
    };
    let all = if matches!(detail.body, Body::Text(_)) { Vec::new() } else { pack(&detail.neighbours, width) };
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
    let name = text::sanitize(&detail.name);
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
        let quoted = format!("\"{comment}\"");
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

fn draw_detail(pane: &SchemaPane, cx: &Cx, detail: &Detail, area: Rect, buf: &mut Buffer) {
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
    let loose = tab_titles(detail, " ");
    let fits = loose.iter().map(|(title, _)| width(title)).sum::<usize>() <= area.width as usize;
    let titles = if fits { loose } else { tab_titles(detail, "") };
    let active = titles.iter().position(|(_, open)| *open).unwrap_or(0);
    let total = |from: usize, to: usize| titles[from..to].iter().map(|(title, _)| width(title)).sum::<usize>();
    let mut from = 0;
    while from < active && total(from, active + 1) + 2 > area.width as usize {
        from += 1;
    }
    let mut x = 0;
    for (title, open) in &titles[from..] {
        if x + width(title) as u16 > area.width {
            put_right(buf, area, area.width, 0, cx.look.glyphs.crumb, theme.faint);
            break;
        }
        x += put(buf, area, x, 0, title, if *open { theme.strong } else { theme.plain });
    }
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

/// A table as lines of text, columns padded with blanks, nothing cut.
pub fn plain_table(table: &Table) -> String {
    let count = table.cols.len();
    let cell =
        |row: usize, col: usize| table.rows.get(row).and_then(|row| row.get(col)).map_or("", |cell| cell.text.as_str());
    let widths: Vec<usize> = (0..count)
        .map(|col| {
            (0..table.rows.len()).map(|row| width(cell(row, col))).max().unwrap_or(0).max(width(table.cols[col].title))
        })
        .collect();
    let pad = |text: &str, col: usize| format!("{text}{}", " ".repeat(widths[col].saturating_sub(width(text))));
    let mut lines = vec![(0..count).map(|col| pad(table.cols[col].title, col)).collect::<Vec<_>>().join("  ")];
    for row in 0..table.rows.len() {
        lines.push((0..count).map(|col| pad(cell(row, col), col)).collect::<Vec<_>>().join("  "));
    }
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

/// The honesty line: what is wrong or missing first, then where the numbers come from.
pub fn honesty(pane: &SchemaPane, cx: &Cx) -> (String, Style) {
    let theme = &cx.look.theme;
    let schema = &cx.facts.schema;
    let Some(catalog) = &schema.catalog else { return (String::new(), theme.plain) };
    if let Some((part, error)) = schema.failed.first() {
        let grant = error.grant.as_deref().map(|grant| format!(" {grant}")).unwrap_or_default();
        return (format!("{} not read: {}{grant}", part_word(*part), error.message), theme.warning);
    }
    if let Some(text) = missing_part(catalog) {
        return (text, theme.warning);
    }
    if let Some(load) = &schema.load {
        let took = cx.now.tick.saturating_sub(load.since);
        if took >= QUIET && incomplete(catalog) {
            return (format!("loading, {}: reading {}", seconds(took), part_word(load.part)), theme.plain);
        }
    }
    if let Some(text) = definition_trouble(pane, cx) {
        return (text, theme.warning);
    }
    let mut notes = catalog.notes();
    notes.extend(cx.facts.server.iter().flat_map(|(server, _)| server.notes.iter().cloned()));
    if let Some(note) = notes.iter().find(|note| note.grant.is_some()).or(notes.first()) {
        let grant = note.grant.as_deref().map(|grant| format!("  {grant}")).unwrap_or_default();
        let more = if notes.len() > 1 { format!("  (+{}, :notes)", notes.len() - 1) } else { String::new() };
        return (format!("{}{grant}{more}", note.text), theme.plain);
    }
    (sources(pane, cx), theme.plain)
}

/// A part that is denied, absent or cut off, in one sentence.
fn missing_part(catalog: &Catalog) -> Option<String> {
    fn told<T>(word: &str, part: &Known<T>) -> Option<String> {
        match part {
            Known::Denied { grant, .. } => Some(format!("{word}: not permitted.  {grant}")),
            Known::TimedOut { what, .. } => Some(format!("{word}: no full answer in time, {what}. r tries again.")),
            _ => None,
        }
    }
    told("columns", &catalog.columns)
        .or_else(|| told("indexes", &catalog.indexes))
        .or_else(|| told("keys", &catalog.keys))
        .or_else(|| told("functions, triggers and types", &catalog.objects))
}

fn definition_trouble(pane: &SchemaPane, cx: &Cx) -> Option<String> {
    let object = pane.detail.as_ref()?.node.object()?;
    match cx.facts.definitions.get(object)? {
        Defined::Failed(error) => Some(format!("definition not read: {}", error.message)),
        Defined::Known(Known::Denied { what, grant }) => Some(format!("definition not permitted: {what}.  {grant}")),
        Defined::Known(known) => known.value().and_then(|ddl| ddl.notes.first()).map(|note| note.text.clone()),
    }
}

/// Where the numbers in view come from.
fn sources(pane: &SchemaPane, cx: &Cx) -> String {
    let mut words = Vec::new();
    let detail = pane.detail.as_ref();
    let tab = detail.map(|detail| detail.tab);
    let statistics = detail.is_some_and(|detail| match &detail.body {
        Body::Table { table, .. } => table.rows.iter().any(|row| row.get(5).is_some_and(|cell| !cell.text.is_empty())),
        _ => false,
    });
    if tab == Some(Tab::Columns) && statistics {
        words.push("Distinct and Nulls: the planner's statistics.".to_owned());
    }
    words.push("Sizes: estimates of the catalog.".to_owned());
    let took = cx.facts.schema.took;
    if cx.area.width >= 100 && !took.is_zero() {
        words.push(format!("Read in {}.", text::millis(took.as_secs_f64() * 1000.0)));
    }
    words.join(" ")
}
