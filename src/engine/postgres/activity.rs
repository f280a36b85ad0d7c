//! Sessions, waits, prepared transactions and slots: one statement.

use super::value::Row;
use super::wire::Wire;
use super::{connect, files};
use crate::engine::{Error, ErrorKind, Result};
use crate::model::{Activity, Backend, BackendKind, Known, LockWait, Note, Phase, Prepared, SlotHold};
use jiff::Timestamp;

pub async fn read(wire: &mut Wire, version: i32) -> Result<Activity> {
    let app = connect::application_name();
    let file = files::activity(version);
    let mut out: Option<Activity> = None;
    let mut waits = Vec::new();
    let mut prepared = Vec::new();
    let mut role = String::new();
    wire.rows(file.with(&[("app", &app)]), |row| {
        let kind = row.need(0)?;
        if kind == "now" {
            role = row.need(3)?.into_owned();
            out = row.time(1)?.map(Activity::new);
            return Ok(());
        }
        let Some(out) = &mut out else { return Ok(()) };
        match &*kind {
            "session" => session(row, out, &mut waits)?,
            "prepared" => prepared.push(Prepared {
                name: row.need(6)?.into_owned(),
                owner: row.owned(3)?,
                database: row.owned(4)?,
                since: row.time(13)?,
                xid_age: row.num(17)?,
            }),
            _ => out.slots.push(SlotHold {
                name: row.need(6)?.into_owned(),
                active: row.need(7)? == "active",
                xmin_age: row.num(17)?,
                catalog_xmin_age: row.num(18)?,
            }),
        }
        Ok(())
    })
    .await?;
    let mut out = out.ok_or_else(|| Error::new(ErrorKind::Internal, "the server gave no time").statement(file.name))?;
    out.backends.sort_by_key(|backend| backend.pid);
    waits.sort_by_key(|wait: &LockWait| wait.pid);
    prepared.sort_by(|a, b| a.name.cmp(&b.name));
    out.slots.sort_by(|a, b| a.name.cmp(&b.name));
    let unasked = waits.iter().filter(|wait| wait.doubt.is_some()).count();
    if unasked > 0 {
        let text = format!("{unasked} more sessions wait: only for 100 is it asked who blocks them");
        out.notes.push(Note::new(text));
    }
    out.waits = Known::Ready(waits);
    out.prepared = Known::Ready(prepared);
    if out.hidden() > 0 {
        let text = format!("what {} sessions of other roles do is hidden from this role", out.hidden());
        out.notes.push(Note::denied(text, format!("GRANT pg_read_all_stats TO {role}")));
    }
    Ok(out)
}

fn session(row: &Row<'_>, out: &mut Activity, waits: &mut Vec<LockWait>) -> Result<()> {
    if row.bool(20)? {
        out.own += 1;
        return Ok(());
    }
    let backend = backend(row)?;
    if let Some(by) = row.text(16)? {
        let mut wait = LockWait {
            pid: backend.pid,
            waits_for: row.owned(21)?,
            lock_mode: row.owned(22)?,
            relation: row.owned(23)?,
            // Before 14 nobody notes when a wait began.
            since: row.time(24)?,
            ..LockWait::default()
        };
        match &*by {
            "?" => wait.doubt = Some("not asked: too many sessions wait".into()),
            _ => wait.blocked_by = row.ints(16)?.into_iter().filter(|pid| *pid != backend.pid).collect(),
        }
        wait.blocked_by.sort_unstable();
        wait.blocked_by.dedup();
        waits.push(wait);
    }
    out.backends.push(backend);
    Ok(())
}

fn backend(row: &Row<'_>) -> Result<Backend> {
    let (kind, state, client) = (row.owned(2)?, row.owned(7)?, row.owned(5)?);
    let hidden = row.bool(25)?;
    let user = row.owned(3)?;
    let group = match kind.as_deref() {
        Some("client backend" | "parallel worker") => BackendKind::Client,
        Some("walsender") => BackendKind::Walsender,
        Some("autovacuum worker" | "autovacuum launcher") => BackendKind::Autovacuum,
        // Whose kind is hidden has a user, if it is a client.
        None if user.is_some() => BackendKind::Client,
        _ => BackendKind::Background,
    };
    let phase = match state.as_deref() {
        Some("active" | "fastpath function call") => Phase::Active,
        Some("idle") => Phase::Idle,
        Some("idle in transaction" | "idle in transaction (aborted)") => Phase::IdleInTransaction,
        _ => Phase::Other,
    };
    let time = |column: usize| -> Result<Option<Timestamp>> { row.time(column) };
    Ok(Backend {
        pid: row.need_int(1)?,
        kind: group,
        phase,
        user,
        database: row.owned(4)?,
        client,
        application: row.owned(6)?,
        state: state.or(kind.filter(|_| group != BackendKind::Client)),
        wait_type: row.owned(8)?,
        wait_event: row.owned(9)?,
        query: row.owned(10)?,
        query_id: row.owned(11)?,
        started: time(12)?,
        xact_started: time(13)?,
        query_started: time(14)?,
        state_changed: time(15)?,
        xmin_age: row.num(17)?,
        xid_age: row.num(18)?,
        leader: row.int(19)?,
        hidden,
        ..Backend::default()
    })
}
