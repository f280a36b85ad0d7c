//! `statements`: what was run, normalised and counted, dearest first.

use super::{Column, Context, Fact, Need, Row, status_of};
use crate::model::{Counters, Delta, EngineKind, Known, Note, Num, Statement, Statements};
use crate::report::{Unit, Value};

pub const STATEMENTS: Fact = Fact {
    id: "statements",
    parts: &[],
    needs: &[Need::Statements],
    columns: &[
        Column::text("id", "id", |cx, row| Value::opt_text(statement(cx, row).map(|one| one.id.as_str()))),
        Column::text("query", "query", |cx, row| {
            let text = statement(cx, row).and_then(|one| one.text.value());
            Value::opt_text(text.map(|text| &*text.text))
        }),
        Column::number("calls", "calls", Unit::Count, |cx, row| int(cx, row, |of| of.calls)),
        Column::number("total_ms", "total", Unit::Millis, |cx, row| ms(cx, row, |of| of.total_ns)),
        Column::number("mean_ms", "mean", Unit::Millis, |cx, row| {
            float(statement(cx, row).and_then(|one| one.counters.mean_ns()).map(|ns| ns / 1e6))
        }),
        Column::number("max_ms", "max", Unit::Millis, |cx, row| ms(cx, row, |of| of.max_ns)),
        Column::number("stddev_ms", "spread", Unit::Millis, |cx, row| ms(cx, row, |of| of.stddev_ns)),
        Column::number("p95_ms", "p95", Unit::Millis, |cx, row| ms(cx, row, |of| of.p95_ns)),
        Column::number("rows", "rows", Unit::Count, |cx, row| int(cx, row, |of| of.rows)),
        Column::number("share", "load", Unit::Share, |cx, row| {
            let (all, one) = (all(cx), statement(cx, row));
            float(all.zip(one).and_then(|(all, one)| all.share(one.key)))
        }),
        Column::number("now_calls", "calls now", Unit::Count, |cx, row| Value::int(now(cx, row).map(|now| now.calls))),
        Column::number("now_mean_ms", "mean now", Unit::Millis, |cx, row| {
            float(now(cx, row).and_then(|now| now.mean_ns()).map(|ns| ns / 1e6))
        }),
        Column::number("shared_hit", "hit", Unit::Bytes, |cx, row| int(cx, row, |of| of.shared_hit)),
        Column::number("shared_read", "read", Unit::Bytes, |cx, row| int(cx, row, |of| of.shared_read)),
        Column::number("temp_written", "temp", Unit::Bytes, |cx, row| int(cx, row, |of| of.temp_written)),
        Column::number("wal_bytes", "wal", Unit::Bytes, |cx, row| int(cx, row, |of| of.wal_bytes)),
        Column::number("no_index_used", "no index", Unit::Count, |cx, row| int(cx, row, |of| of.no_index_used)),
        Column::number("errors", "errors", Unit::Count, |cx, row| int(cx, row, |of| of.errors)),
        Column::text("role", "role", |cx, row| Value::opt_text(statement(cx, row).and_then(Statement::role))),
        Column::text("database", "database", |cx, row| {
            Value::opt_text(statement(cx, row).and_then(|one| one.database.as_deref()))
        }),
        Column::text("first_seen", "first seen", |cx, row| {
            Value::micros(statement(cx, row).and_then(|one| one.first_seen.get()))
        }),
        Column::text("last_seen", "last seen", |cx, row| {
            Value::micros(statement(cx, row).and_then(|one| one.last_seen.get()))
        }),
    ],
    status: |cx| cx.measured.statements.map_or(Known::NotYet, |read| status_of(&read.known)),
    rows: |cx| (0..all(cx).map_or(0, |all| all.list.len()) as u32).map(Row::Statement).collect(),
    notes,
};

fn all(cx: Context<'_>) -> Option<&Statements> {
    cx.measured.statements?.known.value().map(|all| &**all)
}

fn statement(cx: Context<'_>, row: Row) -> Option<&Statement> {
    let Row::Statement(n) = row else { return None };
    all(cx)?.list.get(n as usize)
}

fn now(cx: Context<'_>, row: Row) -> Option<Delta> {
    cx.measured.deltas?.get(&statement(cx, row)?.key).copied()
}

fn int<'a>(cx: Context<'a>, row: Row, of: fn(&Counters) -> Num) -> Value<'a> {
    Value::int(statement(cx, row).and_then(|one| of(&one.counters).get()))
}

fn ms<'a>(cx: Context<'a>, row: Row, of: fn(&Counters) -> Num) -> Value<'a> {
    float(statement(cx, row).and_then(|one| of(&one.counters).get()).map(|ns| ns as f64 / 1e6))
}

fn float<'a>(n: Option<f64>) -> Value<'a> {
    n.filter(|n| n.is_finite()).map_or(Value::Null, Value::Float)
}

fn notes(cx: Context<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Some(remedy) = cx.measured.statements.and_then(|read| read.remedy.as_ref()) {
        let missing = all(cx).is_none();
        let steps = remedy.steps.iter().enumerate().filter(|_| missing);
        notes.extend(steps.map(|(n, step)| Note::new(format!("step {}: {}  ({})", n + 1, step.what, step.place))));
    }
    let Some(all) = all(cx) else { return notes };
    notes.extend(all.notes.iter().cloned());
    notes.push(Note::new(format!("source: {}, {} entries{}", all.source.title(), all.entries, of(all.capacity))));
    match &all.since {
        Known::Ready(since) => {
            let (at, why) = (crate::report::value::time(since.at), since.began.title());
            notes.push(Note::new(format!("statements are counted since {at} at the earliest ({why})")));
        }
        other => notes.extend(other.note("since when statements are counted")),
    }
    if let Some(lost) = &all.lost {
        notes.push(Note::new(format!(
            "{} calls found no room among the statements and are in none of these rows",
            lost.calls
        )));
    }
    if all.evicted.get().is_some_and(|evicted| evicted > 0) {
        let evicted = all.evicted.get().unwrap_or(0);
        notes.push(Note::new(format!("the server made room {evicted} times: rare statements were forgotten")));
    }
    if all.list.iter().any(|one| one.roles.len() > 1) {
        notes.push(Note::new("role is null where several roles called a statement"));
    }
    notes.extend(texts(all));
    if cx.measured.deltas.is_none() {
        notes.push(Note::new("now_calls and now_mean_ms need two looks: --interval 5s"));
    }
    if cx.engine != EngineKind::Postgresql {
        notes.push(Note::new(
            "role, stddev_ms, shared_hit, shared_read, temp_written, wal_bytes: this engine does not tell",
        ));
    } else {
        notes.push(Note::new("p95_ms, no_index_used, errors, last_seen: this engine does not tell"));
    }
    notes
}

/// Why texts are missing, each reason once, and how many are cut.
fn texts(all: &Statements) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    for one in &all.list {
        let note = one.text.note("texts of statements");
        notes.extend(note.filter(|note| !notes.contains(note)));
    }
    let cut = all.list.iter().filter(|one| one.text.value().is_some_and(|text| text.cut)).count();
    if cut > 0 {
        notes.push(Note::new(format!("{cut} texts are not whole: the server or this list cut them")));
    }
    notes
}

fn of(capacity: Num) -> String {
    capacity.get().map_or(String::new(), |all| format!(" of {all}"))
}
