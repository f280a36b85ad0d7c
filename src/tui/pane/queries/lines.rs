//! The lines of the list: every statement that is counted, or what groups of them add up to.

use super::filter::{Facts, Filter};
use super::order::{Group, Order, Window};
use super::{QueriesPane, text_of, touches};
use crate::model::Delta;
use crate::model::{Brief, Rest, Statement, StatementKey, Statements};
use crate::tui::pane::Cx;
use std::collections::HashMap;

/// What a line is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum What {
    Statement(StatementKey),
    Group(String),
}

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub what: What,
    /// In the window.
    pub calls: i64,
    pub total_ns: i64,
    /// Of the whole life.
    pub life: (i64, i64),
    /// Of the window of `Now`.
    pub now: (i64, i64),
    /// Now over twice its mean.
    pub slower: bool,
    /// What the list is sorted by, where that is more than calls and time.
    pub value: Option<i64>,
}

impl Line {
    pub(super) fn mean_ns(&self) -> Option<f64> {
        mean(self.life)
    }

    pub(super) fn now_ns(&self) -> Option<f64> {
        mean(self.now)
    }
}

fn mean((calls, ns): (i64, i64)) -> Option<f64> {
    (calls > 0).then(|| ns as f64 / calls as f64)
}

/// All of the window: what shares are of.
pub(super) fn total(window: Window, cx: &Cx) -> Rest {
    let queries = &cx.facts.queries;
    let Some(statements) = queries.statements() else { return Rest::default() };
    let hidden = statements.hidden.iter().chain(&statements.lost).map(|rest| rest.entries).sum::<i64>();
    let of = |delta: Option<Delta>| delta.map_or((0, 0), |delta| (delta.calls, delta.total_ns));
    let (calls, total_ns) = match window {
        Window::Life => {
            let sum = statements.total();
            (sum.calls, sum.total_ns)
        }
        Window::Connect => of(queries.track.now_all()),
        Window::Refresh => of(queries.track.latest_all()),
    };
    Rest { entries: statements.all.len() as i64 + hidden, calls, total_ns }
}

pub(super) fn of(pane: &QueriesPane, cx: &Cx) -> Vec<Line> {
    let Some(statements) = cx.facts.queries.statements() else { return Vec::new() };
    let full: HashMap<StatementKey, &Statement> = statements.list.iter().map(|one| (one.key, one)).collect();
    let filter = Filter::new(&pane.list.query);
    let takes = |brief: &&Brief| {
        let facts = || Facts { full: full.get(&brief.key).copied(), text: cx.facts.queries.text(brief.key) };
        filter.as_ref().is_none_or(|filter| filter.takes(&facts())) && touches_it(pane, brief.key, cx)
    };
    let briefs = statements.all.iter().filter(takes);
    let lines = briefs.filter_map(|brief| line(pane, brief, full.get(&brief.key).copied(), cx));
    let mut lines: Vec<Line> = match pane.group {
        Group::Statement => lines.collect(),
        group => grouped(group, pane.order, lines, &full, cx),
    };
    sort(&mut lines, pane.order, pane.reverse);
    lines
}

fn touches_it(pane: &QueriesPane, key: StatementKey, cx: &Cx) -> bool {
    let Some((schema, name)) = &pane.of else { return true };
    let Some((_, Ok(touches))) = pane.parsed.get(&key) else { return false };
    // Quick, before the catalog is asked: most statements name other tables.
    if !touches.tables.iter().any(|table| table.name.eq_ignore_ascii_case(name)) {
        return false;
    }
    super::detail::touched(key, touches, cx).is_ok_and(|tables| {
        tables.iter().any(|table| table.name == *name && table.schema.as_ref().is_none_or(|known| known == schema))
    })
}

/// `None` for what did not run in the window.
fn line(pane: &QueriesPane, brief: &Brief, full: Option<&Statement>, cx: &Cx) -> Option<Line> {
    let track = &cx.facts.queries.track;
    let of = |delta: Option<Delta>| delta.map_or((0, 0), |delta| (delta.calls, delta.total_ns));
    let life = (brief.calls, brief.total_ns);
    let now = match pane.window {
        Window::Refresh => of(track.latest(brief.key)),
        Window::Life | Window::Connect => of(track.now(brief.key)),
    };
    let (calls, total_ns) = if pane.window == Window::Life { life } else { now };
    if pane.window != Window::Life && calls == 0 && total_ns == 0 {
        return None;
    }
    Some(Line {
        what: What::Statement(brief.key),
        calls,
        total_ns,
        life,
        now,
        slower: track.slower(brief.key, mean(life)),
        value: full.and_then(|full| pane.order.of(full)),
    })
}

/// Sums by database, role or application; of statements that came in full, because only of those it is known.
fn grouped(
    group: Group,
    order: Order,
    lines: impl Iterator<Item = Line>,
    full: &HashMap<StatementKey, &Statement>,
    cx: &Cx,
) -> Vec<Line> {
    let mut groups: HashMap<String, Line> = HashMap::new();
    for line in lines {
        let What::Statement(key) = line.what else { continue };
        let Some(full) = full.get(&key) else { continue };
        for (name, calls, time) in parts(group, full, cx) {
            let part = |pair: (i64, i64)| (part_of(pair.0, calls), part_of(pair.1, time));
            let (own, life, now) = (part((line.calls, line.total_ns)), part(line.life), part(line.now));
            let empty = || Line {
                what: What::Group(name.clone()),
                calls: 0,
                total_ns: 0,
                life: (0, 0),
                now: (0, 0),
                slower: false,
                value: None,
            };
            let sum = groups.entry(name.clone()).or_insert_with(empty);
            (sum.calls, sum.total_ns) = plus((sum.calls, sum.total_ns), own);
            (sum.life, sum.now) = (plus(sum.life, life), plus(sum.now, now));
            sum.value = match (sum.value, line.value) {
                (Some(a), Some(b)) if order == Order::Max => Some(a.max(b)),
                (Some(a), Some(b)) => Some(a.saturating_add(part_of(b, time))),
                (a, b) => a.or(b),
            };
        }
    }
    let slower = |line: &Line| mean(line.now).zip(mean(line.life)).is_some_and(|(now, mean)| now > 2.0 * mean);
    groups.into_values().map(|line| Line { slower: slower(&line), ..line }).collect()
}

fn plus(a: (i64, i64), b: (i64, i64)) -> (i64, i64) {
    (a.0.saturating_add(b.0), a.1.saturating_add(b.1))
}

fn part_of(all: i64, part: f64) -> i64 {
    if part >= 1.0 { all } else { (all as f64 * part).round() as i64 }
}

/// The groups of a statement with their part of its calls and of its time.
fn parts(group: Group, full: &Statement, cx: &Cx) -> Vec<(String, f64, f64)> {
    let whole = |name: String| vec![(name, 1.0, 1.0)];
    match group {
        Group::Statement => Vec::new(),
        Group::Database => whole(full.database.clone().unwrap_or_else(|| "(none)".into())),
        Group::Role if full.roles.is_empty() => whole("(not told)".into()),
        Group::Role => {
            let calls: i64 = full.roles.iter().map(|share| share.calls).sum();
            let time: i64 = full.roles.iter().map(|share| share.total_ns).sum();
            let part = |own: i64, all: i64| own as f64 / all.max(1) as f64;
            full.roles
                .iter()
                .map(|share| (share.role.clone(), part(share.calls, calls), part(share.total_ns, time)))
                .collect()
        }
        Group::Application => match text_of(full.key, cx) {
            Some(text) => whole(touches::application(&text.text).unwrap_or_else(|| "(no tag)".into())),
            None => Vec::new(),
        },
    }
}

/// The greatest first; what is unknown last, whichever way round.
fn sort(lines: &mut [Line], order: Order, reverse: bool) {
    let value = |line: &Line| match order {
        Order::Load => Some(line.total_ns as f64),
        Order::Total => Some(line.life.1 as f64),
        Order::Calls => Some(line.calls as f64),
        Order::Mean => line.mean_ns(),
        Order::Now => line.now_ns(),
        _ => line.value.map(|value| value as f64),
    };
    lines.sort_by(|a, b| {
        let (x, y) = (value(a), value(b));
        let by_value = match (x, y) {
            (Some(x), Some(y)) if reverse => x.total_cmp(&y),
            (Some(x), Some(y)) => y.total_cmp(&x),
            (x, y) => y.is_some().cmp(&x.is_some()),
        };
        by_value.then_with(|| b.total_ns.cmp(&a.total_ns)).then_with(|| a.what.cmp(&b.what))
    });
}

/// The dearest of the whole life, for what needs more than calls and time.
pub(super) fn dearest(statements: &Statements, most: usize) -> Vec<StatementKey> {
    let mut list: Vec<&Brief> = statements.all.iter().collect();
    list.sort_unstable_by_key(|brief| (std::cmp::Reverse(brief.total_ns), brief.key));
    list.into_iter().take(most).map(|brief| brief.key).collect()
}
