//! Short ways to the facts that change from minute to minute, and what rules say of sessions.

use super::snapshot::part;
use super::{Db, Fix, Gap, Object, ObjectKind};
use crate::model::{
    Accounts, Activity, Backend, Chain, Counting, EngineKind, Horizons, Integrity, Phase, Protection, RelId,
    Replication, Upkeep, Variables, Vitals, chains,
};
use jiff::Timestamp;
use std::collections::HashMap;

/// In microseconds.
pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;

impl<'a> Db<'a> {
    pub fn activity(&self) -> Result<&'a Activity, Gap> {
        part(&self.facts.live.activity, "sessions")
    }

    pub fn vitals(&self) -> Result<&'a Vitals, Gap> {
        part(&self.facts.live.vitals, "counters of the server")
    }

    pub fn replication(&self) -> Result<&'a Replication, Gap> {
        part(&self.facts.live.replication, "the state of replication")
    }

    pub fn settings(&self) -> Result<&'a Variables, Gap> {
        part(&self.facts.live.settings, "settings")
    }

    pub fn horizons(&self) -> Result<&'a Horizons, Gap> {
        part(&self.facts.live.horizons, "ages of transactions")
    }

    pub fn counting(&self) -> Result<&'a Counting, Gap> {
        self.visible()?;
        part(&self.facts.live.counting, "sequences")
    }

    pub fn accounts(&self) -> Result<&'a Accounts, Gap> {
        part(&self.facts.live.accounts, "roles")
    }

    pub fn protection(&self) -> Result<&'a Protection, Gap> {
        part(&self.facts.live.protection, "policies of row level security")
    }

    pub fn upkeep(&self) -> Result<&'a Upkeep, Gap> {
        part(&self.facts.live.upkeep, "what the server needs looked after")
    }

    /// The users' relations by the server's own numbers.
    pub fn by_number(&self) -> HashMap<i64, RelId> {
        self.relations().iter().filter(|(_, rel)| self.is_ours(rel)).map(|(id, rel)| (rel.id, id)).collect()
    }

    pub fn integrity(&self) -> Result<&'a Integrity, Gap> {
        part(&self.facts.live.integrity, "the integrity of the file")
    }

    /// Who waits for whom in the end; empty where that is not known.
    pub fn chains(&self) -> Vec<Chain> {
        let waits = self.activity().ok().and_then(|activity| activity.waits.value());
        waits.map(|waits| chains(waits)).unwrap_or_default()
    }

    /// Part of a chain: what is to be said of it is said of the chain.
    pub fn in_chain(&self, pid: i64) -> bool {
        self.chains().iter().any(|chain| chain.root == pid || chain.victims.iter().any(|(it, _)| *it == pid))
    }

    /// A setting of the server: its value, or why it is not known.
    pub fn setting(&self, name: &str) -> Result<&'a str, Gap> {
        let known = self.settings()?.value(name);
        known.ok_or_else(|| Gap::cannot_check(format!("the value of {name} is hidden or not told")))
    }

    /// Days that counters cover, or why they say nothing: a rate needs a window or a second look.
    pub fn counted_days(&self, days: Option<f64>) -> Result<f64, Gap> {
        let least = self.limits().counted_days;
        match days {
            Some(days) if days >= least => Ok(days),
            Some(days) => Err(Gap::cannot_check(format!(
                "counters cover {:.1} h: a rate needs {} of them, or a second look",
                days * 24.0,
                if least == 1.0 { "a day".to_owned() } else { format!("{least} days") }
            ))),
            None => Err(Gap::cannot_check("since when the counters count is not known: a rate needs a second look")),
        }
    }

    pub fn database_object(&self) -> Object {
        Object::server(ObjectKind::Database, self.facts.server.database.clone().unwrap_or_else(|| "server".into()))
    }

    pub fn server_object(&self) -> Object {
        let name = self.facts.server.host.clone().unwrap_or_else(|| "server".into());
        Object { label: "server".into(), path: "server".into(), ..Object::server(ObjectKind::Server, name) }
    }
}

/// What a part of the activity that is missing means for a rule about sessions: rights hide states.
pub fn hidden_sessions(activity: &Activity) -> Option<Gap> {
    let denied = activity.notes.iter().find_map(|note| Some(Gap::denied(note.text.clone(), note.grant.clone()?)));
    if activity.hidden() == 0 && activity.waits.value().is_some() { None } else { denied }
}

/// `pid 48213`.
pub fn session(pid: i64) -> Object {
    if pid == 0 {
        return Object::server(ObjectKind::Session, "a prepared transaction");
    }
    Object::server(ObjectKind::Session, format!("pid {pid}"))
}

/// `41 min`, from microseconds.
pub fn span(micros: i64) -> String {
    crate::text::age(micros / SECOND)
}

/// `idle in transaction 41 min, app checkout-worker`.
pub fn doing(backend: &Backend, now: Timestamp) -> String {
    let mut out = backend.state.clone().unwrap_or_else(|| "state hidden".into());
    let since = match backend.phase {
        Phase::Active => backend.query_started,
        _ => backend.state_changed,
    };
    if let Some(age) = backend.age(since, now) {
        out.push_str(&format!(" {}", span(age)));
    }
    match (&backend.application, &backend.user) {
        (Some(app), _) => out.push_str(&format!(", app {app}")),
        (None, Some(user)) => out.push_str(&format!(", user {user}")),
        _ => {}
    }
    out
}

/// Ends what a session does: its statement while one runs, else the session. Only while it is the same one.
pub fn end_session(db: &Db<'_>, backend: &Backend) -> Option<Fix> {
    let pid = backend.pid;
    let running = backend.phase == Phase::Active;
    let (script, precheck) = match db.engine() {
        EngineKind::Postgresql => {
            let started = backend.started?;
            let call = if running { "pg_cancel_backend" } else { "pg_terminate_backend" };
            let same = match backend.query_started.filter(|_| running) {
                Some(query) => format!("\n   AND query_start = '{query}'"),
                None => String::new(),
            };
            (
                format!(
                    "-- only while it is still the same session\n\
                     SELECT pg_catalog.{call}(pid) FROM pg_catalog.pg_stat_activity\n \
                     WHERE pid = {pid} AND backend_start = '{started}'{same};"
                ),
                format!(
                    "SELECT pid, usename, application_name, client_addr, state, xact_start, left(query, 200) AS query\n  \
                     FROM pg_catalog.pg_stat_activity WHERE pid = {pid};"
                ),
            )
        }
        EngineKind::Mysql | EngineKind::Mariadb => {
            let kill = if running { "KILL QUERY" } else { "KILL" };
            (
                format!("-- numbers of connections are not used twice\n{kill} {pid};"),
                format!(
                    "SELECT id, user, host, db, command, time, state, LEFT(info, 200) AS info\n  \
                     FROM information_schema.processlist WHERE id = {pid};"
                ),
            )
        }
        EngineKind::Sqlite => return None,
    };
    let what = if running {
        "ends its statement; the transaction rolls back"
    } else {
        "ends it and rolls its transaction back"
    };
    Some(Fix { script, undo: None, lock: format!("none: {what}"), precheck: Some(precheck) })
}
