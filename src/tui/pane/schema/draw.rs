//! Drawing of the schema view. Reads the state, changes nothing.

use super::detail::Body;
use super::draw_detail::draw_detail;
use super::draw_tree::draw_tree;
use super::{SchemaPane, Side, incomplete};
use crate::model::{Catalog, Known, Part};
use crate::text::{self, width};
use crate::tui::facts::{Defined, LinkState};
use crate::tui::pane::Cx;
use crate::tui::pane::schema::detail::Tab;
use crate::tui::widget::table::Table;
use crate::tui::widget::text::{wrap, wrap_code};
use crate::tui::widget::{put, right_of};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::time::Duration;

/// Below this a first load says nothing: no flicker.
pub const QUIET: Duration = Duration::from_millis(300);
/// Narrower than this shows one side at a time.
const TWO_SIDES: u16 = 70;

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

pub fn seconds(took: Duration) -> String {
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
