//! `locks`: who waits, for whom, and for whom in the end.

use super::sessions::live_notes;
use super::{Column, Context, Fact, Need, Row, live_status, numbered};
use crate::model::{Chain, Known, LivePart, LockWait, Note, chains};
use crate::report::{Unit, Value};

pub const LOCKS: Fact = Fact {
    id: "locks",
    parts: &[],
    needs: &[Need::Live(LivePart::Activity)],
    columns: &[
        Column::number("pid", "pid", Unit::None, |cx, row| Value::int(wait(cx, row).map(|it| it.pid))),
        Column::text("blocked_by", "blocked by", |cx, row| match wait(cx, row) {
            Some(it) if !it.blocked_by.is_empty() => Value::Ints(it.blocked_by.clone()),
            _ => Value::Null,
        }),
        Column::number("root", "root", Unit::None, |cx, row| {
            Value::int(chain(cx, row).filter(|(chain, _)| !chain.ring).map(|(chain, _)| chain.root))
        }),
        Column::number("depth", "depth", Unit::None, |cx, row| {
            Value::int(chain(cx, row).map(|(_, depth)| i64::from(depth)))
        }),
        Column::text("waits_for", "waits for", |cx, row| {
            Value::opt_text(wait(cx, row).and_then(|it| it.waits_for.as_deref()))
        }),
        Column::text("lock_mode", "mode", |cx, row| {
            Value::opt_text(wait(cx, row).and_then(|it| it.lock_mode.as_deref()))
        }),
        Column::text("relation", "on", |cx, row| Value::opt_text(wait(cx, row).and_then(|it| it.relation.as_deref()))),
        Column::number("waited_ms", "waited", Unit::Millis, |cx, row| Value::int(waited(cx, row))),
        Column::text("query", "query", |cx, row| {
            let backend = wait(cx, row).and_then(|it| cx.activity()?.backend(it.pid));
            Value::opt_text(backend.and_then(|backend| backend.query.as_deref()))
        }),
    ],
    status: |cx| match live_status(cx, |live| &live.activity) {
        Known::Ready(()) => cx.activity().map_or(Known::NotYet, |activity| activity.waits.clone().map(|_| ())),
        missing => missing,
    },
    rows: |cx| numbered(cx.activity().and_then(|activity| activity.waits.value()).map_or(0, Vec::len)),
    notes: |cx| {
        let Some(activity) = cx.activity() else { return Vec::new() };
        let mut notes = live_notes(activity);
        let waits = activity.waits.value().map(Vec::as_slice).unwrap_or_default();
        let mut doubts: Vec<&String> = waits.iter().filter_map(|wait| wait.doubt.as_ref()).collect();
        doubts.dedup();
        notes.extend(doubts.into_iter().map(|doubt| Note::new(format!("who blocks some of them: {doubt}"))));
        if waits.iter().any(|wait| wait.blocked_by.contains(&0)) {
            notes.push(Note::new("blocked_by 0 is a prepared transaction: it belongs to no session"));
        }
        if waits.iter().any(|wait| wait.since.is_none()) {
            notes.push(Note::new("waited_ms is null where the server does not keep when a wait began"));
        }
        notes
    },
};

fn wait<'a>(cx: Context<'a>, row: Row) -> Option<&'a LockWait> {
    let Row::Live(n) = row else { return None };
    cx.activity()?.waits.value()?.get(n as usize)
}

/// Its chain and how far from the root it stands.
fn chain(cx: Context<'_>, row: Row) -> Option<(Chain, u32)> {
    let pid = wait(cx, row)?.pid;
    let all = chains(cx.activity()?.waits.value()?);
    all.into_iter().find_map(|chain| {
        let depth = chain.victims.iter().find(|(victim, _)| *victim == pid)?.1;
        Some((chain, depth))
    })
}

fn waited(cx: Context<'_>, row: Row) -> Option<i64> {
    let since = wait(cx, row)?.since?;
    let now = cx.activity()?.now;
    Some((now.as_microsecond() - since.as_microsecond()).max(0) / 1000)
}
