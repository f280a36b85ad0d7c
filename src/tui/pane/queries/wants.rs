//! What the view asks for, and when: counters by the interval, in full for what is in sight, texts of that.

use super::filter::Filter;
use super::lines::{What, dearest};
use super::order::Group;
use super::{QueriesPane, words};
use crate::model::StatementKey;
use crate::tui::facts::LinkState;
use crate::tui::msg::Effect;
use crate::tui::pane::Cx;
use crate::tui::queries_facts::Want;
use std::time::Duration;

/// What is running is looked at this often.
const LOOK: Duration = Duration::from_secs(1);
/// Where there are no statistics it is asked this often whether there are now.
const AGAIN: Duration = Duration::from_secs(60);
/// Counters of what came into sight are asked for not more often than this.
const SIGHT: Duration = Duration::from_secs(2);
/// Statements that are read in full for an order, a group, a filter that needs more than calls and time.
const MANY: usize = 300;
/// Statements whose texts are read for a filter, a group, a table.
const SEARCHED: usize = 500;
/// Texts of one question.
const TEXTS: usize = 100;

/// True while what runs is listed instead of statistics.
pub(super) fn samples(cx: &Cx) -> bool {
    cx.facts.queries.statements().is_none() && !words::never(cx)
}

/// The next question and when it is due.
pub(super) fn next(pane: &QueriesPane, cx: &Cx) -> Option<(Duration, Want)> {
    due(pane, cx).into_iter().min_by_key(|(at, _)| *at)
}

pub(super) fn tick(pane: &mut QueriesPane, cx: &Cx) -> Vec<Effect> {
    let now = cx.now.tick;
    let due: Vec<Want> = due(pane, cx).into_iter().filter(|(at, _)| *at <= now).map(|(_, want)| want).collect();
    for want in &due {
        if let Want::Counters(keys) = want {
            pane.tried.extend(keys.iter().copied());
        }
        if let Want::WholeText(key) = want {
            pane.whole.insert(*key);
        }
    }
    due.into_iter().map(Effect::Queries).collect()
}

/// Reads again; nothing of its own on a dead line.
pub(super) fn reload(pane: &QueriesPane, cx: &Cx) -> Option<Vec<Effect>> {
    if words::never(cx) || is_down(cx) {
        return None;
    }
    Some(vec![Effect::Queries(Want::Counters(in_full(pane, cx)))])
}

fn is_down(cx: &Cx) -> bool {
    matches!(cx.facts.link, LinkState::Lost { .. } | LinkState::Refused { .. })
}

fn due(pane: &QueriesPane, cx: &Cx) -> Vec<(Duration, Want)> {
    if words::never(cx) || is_down(cx) {
        return Vec::new();
    }
    [counters(pane, cx), texts(pane, cx), running(cx)].into_iter().flatten().collect()
}

fn counters(pane: &QueriesPane, cx: &Cx) -> Option<(Duration, Want)> {
    let queries = &cx.facts.queries;
    if queries.known().is_none() && queries.failed().is_none() {
        return Some((queries.next_counters(Duration::ZERO)?, Want::Counters(Vec::new())));
    }
    let every = cx.every.map(|every| if queries.statements().is_none() { every.max(AGAIN) } else { every });
    let auto = every.and_then(|every| queries.next_counters(every));
    let keys = in_full(pane, cx);
    let unread = queries
        .statements()
        .is_some_and(|statements| keys.iter().any(|key| !pane.tried.contains(key) && statements.get(*key).is_none()));
    let rested = pane.moved.map_or(Duration::ZERO, |at| at + cx.rest);
    let sight = queries.next_counters(SIGHT).filter(|_| unread).map(|at| at.max(rested));
    let at = auto.into_iter().chain(sight).min()?;
    Some((at, Want::Counters(keys)))
}

/// The statements to be read in full: those in sight, and more where the list needs more of them.
fn in_full(pane: &QueriesPane, cx: &Cx) -> Vec<StatementKey> {
    let mut keys: Vec<StatementKey> = in_sight(pane, cx).collect();
    keys.extend(pane.detail.iter().map(|detail| detail.key));
    let filter = Filter::new(&pane.list.query);
    let more = pane.order.in_full() || pane.group != Group::Statement || filter.is_some_and(|one| one.needs_full());
    if let Some(statements) = cx.facts.queries.statements().filter(|_| more) {
        keys.extend(dearest(statements, MANY));
    }
    keys
}

fn in_sight<'a>(pane: &'a QueriesPane, cx: &Cx) -> impl Iterator<Item = StatementKey> + 'a {
    let keys = pane.shown(cx).iter().filter_map(|line| match line.what {
        What::Statement(key) => Some(key),
        What::Group(_) => None,
    });
    keys.collect::<Vec<_>>().into_iter()
}

fn texts(pane: &QueriesPane, cx: &Cx) -> Option<(Duration, Want)> {
    let queries = &cx.facts.queries;
    let statements = queries.statements()?;
    let at = queries.next_texts()?;
    // In full height all of the text is wanted, where the list has only its beginning.
    let cut =
        pane.detail.as_ref().filter(|detail| pane.full.is_some() && detail.cut && !pane.whole.contains(&detail.key));
    if let Some(detail) = cut {
        return Some((at, Want::WholeText(detail.key)));
    }
    let shown = in_sight(pane, cx).chain(pane.detail.as_ref().map(|detail| detail.key));
    let mut missing = queries.missing_texts(shown);
    let filter = Filter::new(&pane.list.query);
    let more = pane.of.is_some() || pane.group == Group::Application || filter.is_some_and(|one| one.needs_text());
    if more && missing.len() < TEXTS {
        let rest = queries.missing_texts(dearest(statements, SEARCHED).into_iter());
        missing.extend(rest.into_iter().take(TEXTS - missing.len()));
        missing.sort_unstable();
        missing.dedup();
    }
    if missing.is_empty() {
        return None;
    }
    let rested = pane.moved.map_or(Duration::ZERO, |at| at + cx.rest);
    Some((at.max(rested), Want::Texts(missing)))
}

/// True while texts that the list is chosen by are still to come.
pub(super) fn reads_texts(pane: &QueriesPane, cx: &Cx) -> bool {
    cx.facts.queries.next_texts().is_none() || texts(pane, cx).is_some()
}

fn running(cx: &Cx) -> Option<(Duration, Want)> {
    let queries = &cx.facts.queries;
    cx.every?;
    let at = queries.next_running(LOOK)?;
    queries.needs_sample().then_some((at, Want::Running))
}
