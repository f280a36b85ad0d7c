//! `sessions`: who is connected, what they do, and for whom they wait.

use super::{Column, Context, Fact, Need, Row, live_status, numbered};
use crate::model::{Activity, Backend, EngineKind, LivePart, Note};
use crate::report::{Unit, Value};
use jiff::Timestamp;

pub const SESSIONS: Fact = Fact {
    id: "sessions",
    parts: &[],
    needs: &[Need::Live(LivePart::Activity)],
    columns: &[
        Column::number("pid", "pid", Unit::None, |cx, row| Value::int(one(cx, row).map(|it| it.pid))),
        Column::text("user", "user", |cx, row| text(cx, row, |it| it.user.as_deref())),
        Column::text("database", "database", |cx, row| text(cx, row, |it| it.database.as_deref())),
        Column::text("client", "client", |cx, row| text(cx, row, |it| it.client.as_deref())),
        Column::text("application", "application", |cx, row| text(cx, row, |it| it.application.as_deref())),
        Column::text("state", "state", |cx, row| text(cx, row, |it| it.state.as_deref())),
        Column::text("wait_type", "waits", |cx, row| text(cx, row, |it| it.wait_type.as_deref())),
        Column::text("wait_event", "for", |cx, row| text(cx, row, |it| it.wait_event.as_deref())),
        Column::text("query", "query", |cx, row| text(cx, row, |it| it.query.as_deref())),
        Column::text("query_id", "query id", |cx, row| text(cx, row, |it| it.query_id.as_deref())),
        Column::text("started_at", "connected", |cx, row| time(cx, row, |it| it.started)),
        Column::text("xact_started_at", "transaction since", |cx, row| time(cx, row, |it| it.xact_started)),
        Column::text("query_started_at", "query since", |cx, row| time(cx, row, |it| it.query_started)),
        Column::text("state_changed_at", "state since", |cx, row| time(cx, row, |it| it.state_changed)),
        Column::text("blocked_by", "blocked by", |cx, row| blocked_by(cx, row).unwrap_or(Value::Null)),
    ],
    status: |cx| live_status(cx, |live| &live.activity),
    rows: |cx| {
        let Some(activity) = cx.activity() else { return Vec::new() };
        numbered(activity.backends.len())
            .into_iter()
            .zip(&activity.backends)
            .filter(|(_, it)| shown(cx, it))
            .map(|(row, _)| row)
            .collect()
    },
    notes,
};

/// Processes of the engine itself only when asked for.
fn shown(cx: Context<'_>, backend: &Backend) -> bool {
    cx.system || backend.is_client()
}

fn one<'a>(cx: Context<'a>, row: Row) -> Option<&'a Backend> {
    let Row::Live(n) = row else { return None };
    cx.activity()?.backends.get(n as usize)
}

fn text<'a>(cx: Context<'a>, row: Row, of: fn(&Backend) -> Option<&str>) -> Value<'a> {
    Value::opt_text(one(cx, row).and_then(of))
}

fn time<'a>(cx: Context<'a>, row: Row, of: fn(&Backend) -> Option<Timestamp>) -> Value<'a> {
    one(cx, row).and_then(of).map_or(Value::Null, Value::Time)
}

/// Empty for who waits for nobody; null where it is not known.
fn blocked_by<'a>(cx: Context<'a>, row: Row) -> Option<Value<'a>> {
    let pid = one(cx, row)?.pid;
    let activity = cx.activity()?;
    activity.waits.value()?;
    match activity.wait(pid) {
        None => Some(Value::Ints(Vec::new())),
        Some(wait) if wait.doubt.is_some() && wait.blocked_by.is_empty() => None,
        Some(wait) => Some(Value::Ints(wait.blocked_by.clone())),
    }
}

fn notes(cx: Context<'_>) -> Vec<Note> {
    let Some(activity) = cx.activity() else { return Vec::new() };
    let mut notes = live_notes(activity);
    let apart = activity.backends.iter().filter(|it| !shown(cx, it)).count();
    if apart > 0 {
        notes.push(Note::new(format!("{apart} processes of the server itself are not shown (--system shows them)")));
    }
    if cx.engine == EngineKind::Mysql || cx.engine == EngineKind::Mariadb {
        notes.push(Note::new("started_at is null: the server does not keep when a session began"));
    }
    notes
}

/// What there is to say of sessions and of locks alike.
pub(super) fn live_notes(activity: &Activity) -> Vec<Note> {
    let mut notes = activity.notes.clone();
    notes.extend(activity.waits.note("who waits for whom"));
    if activity.own > 0 {
        notes.push(Note::new(format!("sessions of dblens are left out: {}", activity.own)));
    }
    notes
}
