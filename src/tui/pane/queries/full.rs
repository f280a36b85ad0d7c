//! One statement in full height: the text, every counter in words, history, tables, callers.

use super::act::table_effect;
use super::detail::{self, Detail};
use super::{history, table, touches, words};
use crate::model::Statement;
use crate::text;
use crate::tui::msg::Effect;
use crate::tui::pane::Cx;
use crate::tui::widget::scroll::{self, Cursor};
use crate::tui::widget::sql::Line;
use crate::tui::widget::{put, put_cut, put_rule, rows_of, select_row, sql};
use ratatui::buffer::Buffer;
use ratatui::style::Style;

/// Columns of one counter: a word and its value.
const COUNTER: usize = 32;
/// Columns of words before their text.
const WORD: usize = 15;

/// One line of the view.
#[derive(Clone, Debug)]
enum Row {
    Sql(Line),
    /// A title over what follows.
    Head(String),
    Words(String, Style),
    /// Position among the tables that were found: Enter goes there.
    Table(usize, String),
}

impl Row {
    fn text(&self) -> String {
        match self {
            Self::Sql(line) => line.text(),
            Self::Head(text) | Self::Words(text, _) | Self::Table(_, text) => text.clone(),
        }
    }
}

fn rows(detail: &Detail, cx: &Cx) -> Vec<Row> {
    let plain = cx.look.theme.plain;
    let mut rows: Vec<Row> = detail.lines.iter().cloned().map(Row::Sql).collect();
    if rows.is_empty() {
        rows.push(Row::Words(words::no_text(detail.key, cx), cx.look.theme.faint));
    }
    if detail.cut {
        rows.push(Row::Words("Only this beginning of it is here.".into(), cx.look.theme.faint));
    }
    for finding in detail::findings(detail, cx) {
        rows.push(Row::Words(format!("{} {finding}", cx.look.glyphs.warning), cx.look.theme.warning));
    }
    rows.extend(past(detail, cx));
    tables(detail, &mut rows, cx);
    let statement = detail.statement(cx);
    if let Some(one) = statement {
        rows.push(Row::Head("Counters, over their whole life".into()));
        rows.extend(counters(one, cx).into_iter().map(|line| Row::Words(line, plain)));
    }
    rows.push(Row::Head("Callers".into()));
    rows.extend(callers(detail, statement).into_iter().map(|line| Row::Words(line, plain)));
    rows
}

fn word(word: &str, text: &str) -> String {
    format!("{word:<WORD$}{text}")
}

/// Larger than in the lower half: as wide as the view.
fn past(detail: &Detail, cx: &Cx) -> Vec<Row> {
    let plain = cx.look.theme.plain;
    let room = (cx.area.width as usize).saturating_sub(WORD + 24).clamp(8, 120);
    let Some(history) = history::of(detail.key, room, cx) else {
        let text = "Its history begins with the next refresh that it is in sight in.".to_owned();
        return vec![Row::Head("Since you connected".into()), Row::Words(text, cx.look.theme.faint)];
    };
    let span = words::span(history.span_us);
    let title = if history.cut { format!("In the last {span}") } else { format!("In the {span} since you connected") };
    let mut rows = vec![Row::Head(title)];
    let arrow = cx.look.glyphs.right;
    let mut add = |title: &str, values: &[Option<f64>], most: f64, say: &dyn Fn(f64) -> String| {
        if let Some((first, last)) = history::ends(values) {
            let spark = history::spark(values, most, cx);
            let text = format!("{spark}  {} {arrow} {}", say(first), say(last));
            rows.push(Row::Words(word(title, &text), plain));
        }
    };
    add("Mean time", &history.mean, history::most(&history.mean), &table::time);
    add("Calls", &history.calls, history::most(&history.calls), &|n| format!("{} /min", table::rate(n)));
    add("Cache hit", &history.hit, 1.0, &table::percent);
    if let Some(delta) = cx.facts.queries.track.now(detail.key) {
        let mean = delta.mean_ns().map_or_else(|| "no call".to_owned(), |ns| format!("mean {}", table::time(ns)));
        let load = delta.load().map(|load| format!(", {load:.2} sessions busy with it")).unwrap_or_default();
        rows.push(Row::Words(word("In all", &format!("{} calls, {mean}{load}", text::count(delta.calls))), plain));
    }
    rows
}

fn tables(detail: &Detail, rows: &mut Vec<Row>, cx: &Cx) {
    let faint = cx.look.theme.faint;
    rows.push(Row::Head("Tables and indexes, parsed from the text: best effort".into()));
    let found = match &detail.touched {
        Ok(found) if found.is_empty() => {
            return rows.push(Row::Words("It names no table, as far as it was parsed.".into(), faint));
        }
        Ok(found) => found,
        Err(why) => return rows.push(Row::Words(format!("Not known: {why}."), faint)),
    };
    for (n, table) in found.iter().enumerate() {
        rows.push(Row::Table(n, about(table, cx)));
    }
}

/// `catalog.stock   by product_id: no index begins with it   ~7.75 M rows, 640 MB`
fn about(table: &touches::Touched, cx: &Cx) -> String {
    let verb = if table.written { "changes " } else { "" };
    let mut parts = vec![format!("{verb}{}", table.title())];
    if table.rel.is_none() {
        parts.push("not in this schema, or not to be told apart".into());
        return parts.join("   ");
    }
    let index = cx.facts.schema.catalog.as_deref().and_then(|catalog| {
        catalog.indexes.value()?;
        Some(touches::index_for(table, catalog))
    });
    match (index, table.columns.is_empty()) {
        (Some(Some((name, column))), _) => parts.push(format!("by {column}: index {name}")),
        (Some(None), false) => {
            let columns = table.columns.join(", ");
            let what = if table.columns.len() == 1 { "it" } else { "one of them" };
            parts.push(format!("by {columns}: no index begins with {what}"));
        }
        (_, true) => parts.push("no column of it is compared".into()),
        (None, false) => {}
    }
    let extent = detail::extent(table, cx);
    parts.extend((!extent.is_empty()).then_some(extent));
    parts.join("   ")
}

/// In columns, down and then to the right.
fn counters(one: &Statement, cx: &Cx) -> Vec<String> {
    let list = table::all(one);
    let columns = ((cx.area.width as usize).saturating_sub(2) / COUNTER).clamp(1, 4);
    let height = list.len().div_ceil(columns).max(1);
    let cell = |n: usize| list.get(n).map(|(title, value)| format!("{:<COUNTER$}", word(title, value)));
    (0..height)
        .map(|row| {
            let line: String = (0..columns).filter_map(|column| cell(column * height + row)).collect();
            line.trim_end().to_owned()
        })
        .collect()
}

fn callers(detail: &Detail, statement: Option<&Statement>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(one) = statement {
        let all: i64 = one.roles.iter().map(|share| share.calls).sum();
        for share in &one.roles {
            let part = table::percent(share.calls as f64 / all.max(1) as f64);
            let time = table::time(share.total_ns as f64);
            lines.push(word(
                &format!("role {}", share.role),
                &format!(" {} calls, {part}, {time}", text::count(share.calls)),
            ));
        }
        lines.extend(one.database.as_ref().map(|database| word("Database", database)));
        lines.extend((one.toplevel == Some(false)).then(|| "It ran inside functions only.".to_owned()));
        lines.push(word("Id", &one.id));
        lines.extend(one.first_seen.get().map(|at| word("Counted since", &when(at))));
        lines.extend(one.last_seen.get().map(|at| word("Last seen", &when(at))));
    }
    lines.extend(detail.tags.iter().map(|(key, value)| word("Tag", &format!("{key}={value}"))));
    lines
}

/// Microseconds since 1970, by the clock of this machine's zone.
fn when(at: i64) -> String {
    match jiff::Timestamp::from_microsecond(at) {
        Ok(at) => at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => String::new(),
    }
}

pub(super) fn len(detail: &Detail, cx: &Cx) -> usize {
    rows(detail, cx).len()
}

/// A cursor on the first table.
pub(super) fn first_table(detail: &Detail, cx: &Cx) -> Cursor {
    let rows = rows(detail, cx);
    let at = rows.iter().position(|row| matches!(row, Row::Table(..))).unwrap_or(0);
    let mut cursor = Cursor::default();
    cursor.go(at, cx.area.height as usize, rows.len());
    cursor
}

pub(super) fn enter(detail: &Detail, at: usize, cx: &Cx) -> Vec<Effect> {
    let rows = rows(detail, cx);
    let (Some(Row::Table(n, _)), Ok(tables)) = (rows.get(at), &detail.touched) else {
        return vec![Effect::Toast("o goes to its tables, y copies the text.".into())];
    };
    match tables.get(*n).and_then(|table| table_effect(table, cx)) {
        Some(effect) => vec![effect],
        None => vec![Effect::Toast("That table is not in this schema, as far as it is known.".into())],
    }
}

pub(super) fn draw(detail: &Detail, cursor: Cursor, cx: &Cx, buf: &mut Buffer) {
    let (area, look) = (cx.area, cx.look);
    let rows = rows(detail, cx);
    let height = area.height as usize;
    let top = scroll::top(cursor.top, cursor.at.min(rows.len().saturating_sub(1)), height, rows.len());
    for (n, row) in rows.iter().enumerate().skip(top).take(height) {
        let y = (n - top) as u16;
        let line = rows_of(area, y, 1);
        let chosen = n == cursor.at;
        let room = area.width.saturating_sub(2);
        match row {
            Row::Sql(sql) => sql::put_layout(buf, line, 1, 0, sql, look),
            Row::Head(title) => put_rule(buf, line, 0, title, "", look),
            Row::Words(text, style) => drop(put_cut(buf, line, 1, 0, room, text, *style, look)),
            Row::Table(_, text) => {
                put(buf, line, 1, 0, look.glyphs.right, look.theme.faint);
                let style = if chosen { look.theme.selected } else { look.theme.plain };
                put_cut(buf, line, 4, 0, room.saturating_sub(3), text, style, look);
            }
        }
        if chosen {
            put(buf, line, 0, 0, look.glyphs.select, look.theme.plain);
            select_row(buf, line, look);
        }
    }
}

/// Everything as text, without a frame.
pub(super) fn plain(detail: &Detail, cx: &Cx) -> String {
    rows(detail, cx).iter().map(|row| format!("{}\n", crate::text::sanitize(&row.text()))).collect()
}

/// The text as code, the rest as it is shown.
pub(super) fn markdown(detail: &Detail, cx: &Cx) -> String {
    let sql = detail.text.as_deref().unwrap_or("-- the text is not known");
    let rest: String = rows(detail, cx)
        .iter()
        .filter(|row| !matches!(row, Row::Sql(_)))
        .map(|row| format!("{}\n", crate::text::sanitize(&row.text())))
        .collect();
    format!("```sql\n{sql}\n```\n\n```text\n{rest}```\n")
}
