//! `replication`: standbys, slots, channels.

use super::{Column, Context, Fact, Need, Row, live_status, numbered};
use crate::model::{EngineKind, LivePart, Note, Num, Peer, Replication};
use crate::report::{Unit, Value};

pub const REPLICATION: Fact = Fact {
    id: "replication",
    parts: &[],
    needs: &[Need::Live(LivePart::Replication)],
    columns: &[
        Column::text("name", "name", |cx, row| Value::opt_text(peer(cx, row).map(|it| it.name.as_str()))),
        Column::text("kind", "kind", |cx, row| Value::opt_text(peer(cx, row).map(|it| it.kind.id()))),
        Column::text("state", "state", |cx, row| Value::opt_text(peer(cx, row).and_then(|it| it.state.as_deref()))),
        Column::number("write_lag_ms", "write lag", Unit::Millis, |cx, row| millis(cx, row, |it| it.write_lag)),
        Column::number("flush_lag_ms", "flush lag", Unit::Millis, |cx, row| millis(cx, row, |it| it.flush_lag)),
        Column::number("replay_lag_ms", "replay lag", Unit::Millis, |cx, row| millis(cx, row, |it| it.replay_lag)),
        Column::number("behind_bytes", "behind", Unit::Bytes, |cx, row| {
            Value::int(peer(cx, row).and_then(|it| it.behind_bytes.get()))
        }),
        Column::number("retained_bytes", "retained", Unit::Bytes, |cx, row| {
            Value::int(peer(cx, row).and_then(|it| it.retained_bytes.get()))
        }),
        Column::text("active", "active", |cx, row| Value::flag(peer(cx, row).and_then(|it| it.active))),
        Column::text("detail", "detail", |cx, row| Value::opt_text(peer(cx, row).and_then(|it| it.detail.as_deref()))),
    ],
    status: |cx| live_status(cx, |live| &live.replication),
    rows: |cx| numbered(replication(cx).map_or(0, |it| it.peers.len())),
    notes,
};

fn replication<'a>(cx: Context<'a>) -> Option<&'a Replication> {
    cx.measured.live?.replication.value().map(|it| &**it)
}

fn peer<'a>(cx: Context<'a>, row: Row) -> Option<&'a Peer> {
    let Row::Live(n) = row else { return None };
    replication(cx)?.peers.get(n as usize)
}

fn millis<'a>(cx: Context<'a>, row: Row, of: fn(&Peer) -> Num) -> Value<'a> {
    peer(cx, row).and_then(|it| of(it).get()).map_or(Value::Null, |micros| Value::Float(micros as f64 / 1000.0))
}

fn notes(cx: Context<'_>) -> Vec<Note> {
    let Some(replication) = replication(cx) else { return Vec::new() };
    let mut notes = replication.notes.clone();
    if cx.engine == EngineKind::Postgresql && replication.peers.iter().any(|it| it.replay_lag.get().is_none()) {
        notes.push(Note::new("lags are null while nothing is written, and for slots and receivers"));
    }
    notes
}
