//! What is said where something is missing: before the first answer, instead of it, and in the honesty line.

use super::detail::{Body, Tab};
use super::{SchemaPane, incomplete};
use crate::config::Family;
use crate::model::Known;
use crate::text;
use crate::tui::facts::{Defined, LinkState};
use crate::tui::pane::Cx;
use crate::tui::trouble::{self, part_word};
use crate::tui::widget::put;
use crate::tui::widget::text::wrap;
use ratatui::buffer::Buffer;
use ratatui::style::Style;
use std::time::Duration;

/// Below this a first load says nothing: no flicker.
pub const QUIET: Duration = Duration::from_millis(300);

/// Before the first answer: what is happening, or what went wrong and what to do, over the whole pane.
pub fn nothing_yet(cx: &Cx, buf: &mut Buffer) {
    let room = cx.area.width.saturating_sub(4) as usize;
    let mut y = 1;
    for (line, style) in instead(cx) {
        for part in wrap(&line, room) {
            put(buf, cx.area, 2, y, &part, style);
            y += 1;
        }
    }
}

fn instead(cx: &Cx) -> Vec<(String, Style)> {
    let theme = &cx.look.theme;
    let schema = &cx.facts.schema;
    let (message, rest) = match (&cx.facts.link, &schema.missing, &schema.stale) {
        (LinkState::Refused { error, .. } | LinkState::Lost { error, .. }, ..) | (_, None, Some(error)) => {
            (error.message.clone(), vec![error.hint.clone(), error.grant.clone()])
        }
        (_, Some(Known::Denied { what, grant }), _) => (format!("not permitted: {what}"), vec![Some(grant.clone())]),
        (_, Some(missing), _) => (missing.reason().unwrap_or_default(), Vec::new()),
        (LinkState::Connecting { attempt, since }, ..) => {
            let took = cx.now.tick.saturating_sub(*since);
            return waiting(connecting(cx, *attempt, took), took, theme.plain);
        }
        (LinkState::Up, ..) => {
            let took = schema.load.as_ref().map(|load| cx.now.tick.saturating_sub(load.since)).unwrap_or_default();
            let text = format!("loading, {}: reading names of schemas, tables and views", seconds(took));
            return waiting(text, took, theme.plain).split_off(usize::from(took < QUIET));
        }
    };
    let mut lines = vec![(message, theme.strong)];
    lines.extend(rest.into_iter().flatten().map(|line| (line, theme.plain)));
    lines.extend([String::new(), "r tries again, q quits.".into()].map(|line| (line, theme.plain)));
    lines
}

/// What is awaited, and how to stop it once that is worth a thought.
fn waiting(text: String, took: Duration, style: Style) -> Vec<(String, Style)> {
    let mut lines = vec![(text, style)];
    if took >= Duration::from_secs(1) {
        lines.extend([String::new(), "Ctrl-C stops it, q quits.".into()].map(|line| (line, style)));
    }
    lines
}

fn connecting(cx: &Cx, attempt: u32, took: Duration) -> String {
    let place = &cx.facts.place;
    match (attempt, took < QUIET) {
        (0 | 1, true) => format!("Connecting to {place}"),
        (0 | 1, false) => format!("Connecting to {place}, {}", seconds(took)),
        _ => format!("Connecting to {place}, try {attempt}, {}", seconds(took)),
    }
}

pub fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

/// The honesty line: what is wrong or missing first, then where the numbers come from.
pub fn honesty(pane: &SchemaPane, cx: &Cx) -> (String, Style) {
    let theme = &cx.look.theme;
    let schema = &cx.facts.schema;
    let Some(catalog) = &schema.catalog else { return (String::new(), theme.plain) };
    let troubles = trouble::of_schema(cx.facts);
    if let Some(first) = troubles.first() {
        return (with_more(first.line(), troubles.len() - 1), theme.warning);
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
    let notes = trouble::of_names(cx.facts);
    if let Some(note) = notes.iter().find(|note| note.grant.is_some()).or(notes.first()) {
        return (with_more(note.line(), notes.len() - 1), theme.plain);
    }
    (sources(pane, cx), theme.plain)
}

fn with_more(text: String, more: usize) -> String {
    if more > 0 { format!("{text}  (+{more}, :notes)") } else { text }
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
        words.push("Distinct and Nulls: the planner's statistics.");
    }
    words.push(match cx.facts.family {
        Family::Postgres => "Sizes: as of the last VACUUM or ANALYZE.",
        Family::Mysql => "Sizes and rows: estimates of the storage engine.",
        Family::Sqlite => "Sizes: pages of the file.",
    });
    let took = cx.facts.schema.took;
    let read = format!("Read in {}.", text::millis(took.as_secs_f64() * 1000.0));
    if cx.area.width >= 100 && !took.is_zero() {
        words.push(&read);
    }
    words.join(" ")
}
