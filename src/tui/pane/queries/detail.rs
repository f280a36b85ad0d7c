//! What is told of one statement: its text, its history, what it names, who calls it.

use super::history::{self, History};
use super::table::{self, rate, time};
use super::touches::{self, Touched, Touches};
use super::{QueriesPane, text_of, words};
use crate::findings::{Finding, ObjectKind, Severity};
use crate::model::Delta;
use crate::model::{Catalog, EngineKind, Statement, StatementKey};
use crate::text;
use crate::tui::pane::Cx;
use crate::tui::widget::sql::{Line, layout};
use crate::tui::widget::{put, put_cut, put_rule, sql};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::sync::Arc;

/// Findings of the rules that are named.
const FINDINGS: usize = 5;
/// Why the tables of a statement are not known although it was parsed.
pub(super) const ELSEWHERE: &str = "it runs in another database";
/// Lines of a text that are laid out.
const MOST: usize = 400;

#[derive(Clone, Debug)]
pub(super) struct Detail {
    pub key: StatementKey,
    pub text: Option<Arc<str>>,
    /// Only its beginning is here.
    pub cut: bool,
    /// For the width of the view.
    pub lines: Vec<Line>,
    /// In the catalog; or why it is not known.
    pub touched: Result<Vec<Touched>, &'static str>,
    pub tags: Vec<(String, String)>,
}

impl Detail {
    pub(super) fn of(key: StatementKey, pane: &QueriesPane, cx: &Cx) -> Option<Self> {
        cx.facts.queries.statements()?;
        let text = text_of(key, cx);
        let room = cx.area.width.saturating_sub(2) as usize;
        let touched = match pane.parsed.get(&key) {
            None => Err("its text is not here"),
            Some((_, Err(why))) => Err(*why),
            Some((_, Ok(touches))) => touched(key, touches, cx),
        };
        Some(Self {
            key,
            lines: text.map(|text| layout(&text.text, room, MOST, cx.look.glyphs.dots)).unwrap_or_default(),
            cut: text.is_some_and(|text| text.cut),
            tags: text.map(|text| touches::tags(&text.text)).unwrap_or_default(),
            text: text.map(|text| text.text.clone()),
            touched,
        })
    }

    pub(super) fn statement<'a>(&self, cx: &Cx<'a>) -> Option<&'a Statement> {
        cx.facts.queries.statements()?.get(self.key)
    }

    /// `7f3a…c1e9`
    pub(super) fn short(&self, cx: &Cx) -> String {
        short(self.key, cx)
    }

    /// `▲ 4.2 times its mean   3.8 rows a call`
    pub(super) fn right(&self, cx: &Cx) -> String {
        let queries = &cx.facts.queries;
        let mut words = Vec::new();
        let brief = queries.statements().and_then(|statements| statements.brief(self.key));
        let mean = brief.and_then(|brief| (brief.calls > 0).then(|| brief.total_ns as f64 / brief.calls as f64));
        if let Some(mean) = mean.filter(|_| queries.track.slower(self.key, mean)) {
            let times = |delta: Option<Delta>| delta.and_then(|delta| delta.mean_ns()).map_or(0.0, |now| now / mean);
            let (since, last) = (times(queries.track.now(self.key)), times(queries.track.latest(self.key)));
            let mark = cx.look.glyphs.warning;
            words.push(match since >= 2.0 {
                true => format!("{mark} {since:.1} times its mean"),
                false => format!("{mark} {last:.1} times its mean, since the last refresh"),
            });
        }
        words.extend(brief.is_none().then(|| "no longer counted".to_owned()));
        let rows = self.statement(cx).and_then(|one| one.counters.rows_per_call());
        words.extend(rows.map(|rows| format!("{} rows a call", rate(rows))));
        words.join("   ")
    }
}

/// `7f3a…c1e9`
pub(super) fn short(key: StatementKey, cx: &Cx) -> String {
    let id = match cx.facts.queries.statements().and_then(|all| all.get(key)) {
        Some(one) => one.id.parse::<i64>().map_or_else(|_| one.id.clone(), |id| format!("{id:016x}")),
        None => format!("{:016x}", key.0),
    };
    match (id.get(..4), id.get(id.len().saturating_sub(4)..)) {
        (Some(head), Some(tail)) if id.len() > 8 => format!("{head}{}{tail}", cx.look.glyphs.cut),
        _ => id,
    }
}

/// True where it ran in another database, whose plans are not here.
pub(super) fn is_elsewhere(key: StatementKey, cx: &Cx) -> bool {
    let database = cx.facts.queries.statements().and_then(|all| all.get(key)).and_then(|one| one.database.as_deref());
    let here = cx.facts.server.as_ref().and_then(|(server, _)| server.database.as_deref());
    cx.facts.engine() == EngineKind::Postgresql && database.zip(here).is_some_and(|(database, here)| database != here)
}

/// The tables of what was parsed, where this database is the one that it ran in.
pub(super) fn touched(key: StatementKey, touches: &Touches, cx: &Cx) -> Result<Vec<Touched>, &'static str> {
    let catalog: &Catalog = cx.facts.schema.catalog.as_deref().ok_or("the schema is not read yet")?;
    let database = cx.facts.queries.statements().and_then(|all| all.get(key)).and_then(|one| one.database.as_deref());
    if cx.facts.engine() != EngineKind::Postgresql {
        return Ok(touches::resolve(touches, catalog, database));
    }
    if is_elsewhere(key, cx) { Err(ELSEWHERE) } else { Ok(touches::resolve(touches, catalog, None)) }
}

/// One line of facts: a word and what there is to say; a row of signs before it, where it is one of numbers.
pub(super) struct Fact {
    pub word: &'static str,
    pub spark: Option<String>,
    pub text: String,
    pub style: Style,
}

/// Columns of the word, and of the signs.
fn columns(cx: &Cx) -> (u16, usize) {
    match cx.area.width {
        140.. => (16, 48),
        80.. => (16, 18),
        _ => (11, 8),
    }
}

pub(super) fn facts(detail: &Detail, cx: &Cx) -> Vec<Fact> {
    let mut facts = past(detail, columns(cx).1, cx);
    let plain = cx.look.theme.plain;
    let mut add = |word, text: String, style| facts.push(Fact { word, spark: None, text, style });
    match &detail.touched {
        Ok(tables) if tables.is_empty() => add("Tables", "none, as far as it was parsed".into(), plain),
        Ok(tables) => add("Tables", tables.iter().map(written).collect::<Vec<_>>().join(", "), plain),
        Err(why) => add("Tables", (*why).into(), cx.look.theme.faint),
    }
    let findings = findings(detail, cx);
    if !findings.is_empty() {
        let mark = cx.look.glyphs.warning;
        add("Finding", format!("{mark} {}", findings.join("; ")), cx.look.theme.warning);
    }
    let callers = callers(detail, cx);
    if !callers.is_empty() {
        add("Called by", callers, plain);
    }
    facts
}

fn written(table: &Touched) -> String {
    let title = table.title();
    let verb = if table.written { "changes " } else { "" };
    let unknown = if table.rel.is_none() { " (not in this schema)" } else { "" };
    format!("{verb}{title}{unknown}")
}

/// `role api 99.8 %, role reports 0.2 %    Tag  app=storefront`
fn callers(detail: &Detail, cx: &Cx) -> String {
    let mut words = Vec::new();
    if let Some(one) = detail.statement(cx) {
        let all: i64 = one.roles.iter().map(|share| share.calls).sum();
        let part = |calls: i64| table::percent(calls as f64 / all.max(1) as f64);
        words.extend(match one.roles.as_slice() {
            [] => None,
            [only] => Some(format!("role {}", only.role)),
            many => {
                let named: Vec<String> =
                    many.iter().take(4).map(|share| format!("role {} {}", share.role, part(share.calls))).collect();
                let more = many.len().saturating_sub(4);
                Some(format!("{}{}", named.join(", "), if more > 0 { format!(", {more} more") } else { String::new() }))
            }
        });
        let database = one.database.as_ref().filter(|_| cx.facts.engine() != EngineKind::Postgresql);
        words.extend(database.map(|database| format!("in {database}")));
    }
    if !detail.tags.is_empty() {
        let tags: Vec<String> = detail.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        words.push(format!("Tag {}", tags.join(", ")));
    }
    words.join("   ")
}

/// What is wrong with the tables that it names, as far as it matters to this statement.
pub(super) fn findings(detail: &Detail, cx: &Cx) -> Vec<String> {
    let (Ok(tables), Some(catalog)) = (&detail.touched, cx.facts.schema.catalog.as_deref()) else { return Vec::new() };
    let Some(keys) = catalog.keys.value() else { return Vec::new() };
    let mut list = Vec::new();
    for table in tables {
        let Some(rel) = table.rel else { continue };
        let compared = |column: &str| table.columns.iter().any(|known| known.eq_ignore_ascii_case(column));
        let bare = keys.of(rel).iter().filter(|key| key.indexed == Some(false));
        list.extend(bare.filter(|key| keys.columns(key).all(compared)).map(|key| {
            let columns: Vec<&str> = keys.columns(key).collect();
            format!("{}: foreign key ({}) without an index", table.title(), columns.join(", "))
        }));
    }
    list.extend(of_rules(detail, tables, cx));
    list
}

/// What the rules found about the statement, or what is bad about its tables.
fn of_rules(detail: &Detail, tables: &[Touched], cx: &Cx) -> Vec<String> {
    let Some(looked) = &cx.facts.health.looked else { return Vec::new() };
    let id = detail.statement(cx).map(|one| one.id.as_str());
    let about = |finding: &Finding| match finding.object.kind {
        ObjectKind::Statement => Some(finding.object.name.as_str()) == id,
        // That one is told above, where it matters to this statement.
        _ if finding.rule == "fk-without-index" || finding.severity < Severity::Warning => false,
        _ => finding.object.rel.is_some() && tables.iter().any(|table| table.rel == finding.object.rel),
    };
    let open = looked.open.iter().filter_map(|at| looked.finding(*at)).map(|(_, finding)| finding);
    let found = open.filter(|finding| about(finding)).take(FINDINGS);
    found.map(|finding| format!("{} {}", finding.object.label, finding.summary)).collect()
}

/// Mean time, calls and cache hits since connect, with their first and last values.
fn past(detail: &Detail, room: usize, cx: &Cx) -> Vec<Fact> {
    let plain = cx.look.theme.plain;
    let fact = |word, spark, text| Fact { word, spark, text, style: plain };
    let Some(history) = history::of(detail.key, room, cx) else {
        let text = match cx.facts.queries.track.readings() {
            0 | 1 => "from the next refresh on".to_owned(),
            _ => format!("{} it was not among those that were followed", cx.look.glyphs.none),
        };
        return vec![Fact { style: cx.look.theme.faint, ..fact("Since connect", None, text) }];
    };
    let arrow = cx.look.glyphs.right;
    let span = |first: String, last: String| if first == last { last } else { format!("{first} {arrow} {last}") };
    let mut facts = Vec::new();
    let since = window(&history);
    match history::ends(&history.mean) {
        Some((first, last)) => {
            let spark = history::spark(&history.mean, history::most(&history.mean), cx);
            facts.push(fact("Mean time", Some(spark), format!("{:<20} {since}", span(time(first), time(last)))));
        }
        None => facts.push(fact("Mean time", None, format!("no call {since}"))),
    }
    if let Some((first, last)) = history::ends(&history.calls).filter(|_| history::most(&history.calls) > 0.0) {
        let steady = history::is_steady(&history.calls);
        let text = match steady {
            true => format!("{} /min, steady", rate(mean(&history.calls))),
            false => format!("{} /min", span(rate(first), rate(last))),
        };
        facts.push(fact("Calls", Some(history::spark(&history.calls, history::most(&history.calls), cx)), text));
    }
    if let Some((first, last)) = history::ends(&history.hit) {
        let text = span(table::percent(first), table::percent(last));
        facts.push(fact("Cache hit", Some(history::spark(&history.hit, 1.0, cx)), text));
    }
    facts
}

fn mean(values: &[Option<f64>]) -> f64 {
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    known.iter().sum::<f64>() / known.len().max(1) as f64
}

fn window(history: &History) -> String {
    let span = words::span(history.span_us);
    if history.cut { format!("in the last {span}") } else { format!("in the {span} since you connected") }
}

/// The lower half: title, as much of the text as there is room for, the facts.
pub(super) fn draw(detail: &Detail, area: Rect, cx: &Cx, buf: &mut Buffer) {
    put_rule(buf, area, 0, &format!("query {}", detail.short(cx)), &detail.right(cx), cx.look);
    let facts = facts(detail, cx);
    let rows = area.height.saturating_sub(1);
    let for_text = rows.saturating_sub(facts.len() as u16).max(2).min(rows);
    let lines = detail.lines.len() as u16;
    // A blank line between, where there is one to spare.
    let gap = u16::from(lines.max(1) < for_text);
    draw_text(detail, 1, for_text - gap, area, cx, buf);
    let y = 1 + lines.max(1).min(for_text - gap) + gap;
    for (n, fact) in facts.iter().enumerate() {
        put_fact(fact, area, y + n as u16, cx, buf);
    }
}

/// Lines of the text from row `y`, as many as there is room for.
fn draw_text(detail: &Detail, y: u16, room: u16, area: Rect, cx: &Cx, buf: &mut Buffer) {
    if detail.lines.is_empty() {
        put_cut(buf, area, 1, y, area.width, &words::no_text(detail.key, cx), cx.look.theme.faint, cx.look);
    }
    let more = detail.lines.len() > room as usize;
    for (n, line) in detail.lines.iter().take(room as usize).enumerate() {
        sql::put_layout(buf, area, 1, y + n as u16, line, cx.look);
    }
    if more && room > 0 {
        put(buf, area, area.width.saturating_sub(2), y + room - 1, cx.look.glyphs.dots, cx.look.theme.faint);
    }
}

pub(super) fn put_fact(fact: &Fact, area: Rect, y: u16, cx: &Cx, buf: &mut Buffer) {
    let (at, signs) = columns(cx);
    put(buf, area, 1, y, fact.word, cx.look.theme.faint);
    let mut x = at;
    if let Some(spark) = &fact.spark {
        put(buf, area, x, y, spark, cx.look.theme.plain);
        x += signs as u16 + if area.width >= 80 { 4 } else { 1 };
    }
    put_cut(buf, area, x, y, area.width.saturating_sub(x + 1), &fact.text, fact.style, cx.look);
}

/// `~7.75 M rows, 640 MB`, where they are known.
pub(super) fn extent(table: &Touched, cx: &Cx) -> String {
    let (Some(rel), Some(catalog)) = (table.rel, cx.facts.schema.catalog.as_deref()) else { return String::new() };
    let rows = catalog.relations.get(rel).and_then(|relation| relation.rows);
    let rows = rows.map(|rows| format!("~{} rows", text::count(rows)));
    let sizes = cx.facts.measures.sizes.as_ref();
    let bytes = sizes.and_then(|sizes| sizes.of(rel).total().get()).map(text::bytes);
    rows.into_iter().chain(bytes).collect::<Vec<_>>().join(", ")
}
