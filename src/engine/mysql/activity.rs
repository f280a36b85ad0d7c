//! Sessions, open transactions, and who waits for whom.

use super::Session;
use super::flavor::{Variants, sql};
use crate::engine::error::{Error, ErrorKind, Result};
use crate::engine::guard::Statement;
use crate::model::{Activity, Backend, BackendKind, Known, LockWait, Note, Num, Phase, Prepared};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

const SESSIONS: Variants = Variants {
    mysql: &[(80_022, || sql!("activity_mysql.sql")), (0, || sql!("activity_old.sql"))],
    mariadb: &[(0, || sql!("activity_mariadb.sql"))],
};
const ROW_WAITS: Variants = Variants {
    mysql: &[(80_000, || sql!("waits_rows_mysql.sql")), (0, || sql!("waits_rows_mariadb.sql"))],
    mariadb: &[(0, || sql!("waits_rows_mariadb.sql"))],
};

/// One line of the list of sessions.
pub(super) struct Listed {
    pub backend: Backend,
    pub command: String,
    own: bool,
}

/// An open transaction by its session.
struct Trx {
    pid: i64,
    waits: bool,
    started: Option<Timestamp>,
    wait_started: Option<Timestamp>,
    rows_locked: Num,
    name: String,
}

/// Waiter, blocker, kind, relation, mode.
struct Edge {
    waiter: i64,
    blocker: i64,
    kind: String,
    relation: Option<String>,
    mode: Option<String>,
}

/// What one look has gathered.
#[derive(Default)]
struct Look {
    edges: Vec<Edge>,
    /// Why blockers of rows, or of metadata locks, are not known.
    rows_doubt: Option<String>,
    metadata_doubt: Option<String>,
    notes: Vec<Note>,
}

impl Session {
    pub async fn read_activity(&mut self) -> Result<Known<Activity>> {
        let now = self.whoami().await?.now;
        let mut out = Activity::new(now);
        let mut listed = self.listed(now).await?;
        let (trxs, denied) = self.transactions(now).await?;
        let mut look = Look::default();
        self.threads(&mut listed, &mut look).await?;
        for trx in &trxs {
            let Some(one) = listed.iter_mut().find(|one| one.backend.pid == trx.pid) else { continue };
            one.backend.xact_started = trx.started;
            one.backend.rows_locked = trx.rows_locked;
            if one.backend.phase == Phase::Idle {
                one.backend.phase = Phase::IdleInTransaction;
                one.backend.state = Some("idle in transaction".into());
            }
        }
        let queued = listed.iter().any(|one| waits_for_metadata(&one.backend));
        if trxs.iter().any(|trx| trx.waits) {
            self.row_waits(&mut look).await?;
        }
        if queued {
            self.metadata_waits(&listed, &trxs, &mut look).await?;
        }
        out.waits = match &denied {
            Some(grant) => Known::denied("who waits for whom is hidden: this account sees only itself", grant.clone()),
            None => Known::Ready(waits(&mut listed, &trxs, &look)),
        };
        out.prepared = match denied {
            Some(grant) => {
                let text = "this account sees only its own sessions and no transactions";
                out.notes.push(Note::denied(text, grant.clone()));
                Known::denied("prepared transactions are hidden from this account", grant)
            }
            None => Known::Ready(prepared(&trxs)),
        };
        out.own = listed.iter().filter(|one| one.own).count() as u32;
        out.backends = listed.into_iter().filter(|one| !one.own).map(|one| one.backend).collect();
        out.backends.sort_by_key(|backend| backend.pid);
        out.notes.extend(look.notes);
        Ok(Known::Ready(out))
    }

    /// The list of sessions: of all with PROCESS.
    pub(super) async fn listed(&mut self, now: Timestamp) -> Result<Vec<Listed>> {
        let statement = match self.settings.flavor.pick(&SESSIONS) {
            Some(statement) if self.settings.flavor.is_mariadb() || self.settings.performance_schema => statement,
            _ => sql!("activity_old.sql"),
        };
        let mut out = Vec::new();
        self.wire
            .rows(&statement, |row| {
                let command = row.opt(4)?.unwrap_or_default().into_owned();
                let since = row.opt_int(5)?.and_then(|ms| before(now, ms.max(0)));
                let text = |n: usize| -> Result<Option<String>> { Ok(row.filled(n)?.map(|text| text.into_owned())) };
                let user = text(1)?;
                let kind = kind(&command, user.as_deref());
                let idle = command == "Sleep";
                let state = text(6)?;
                out.push(Listed {
                    own: row.flag(8)?,
                    backend: Backend {
                        pid: row.int(0)?,
                        kind,
                        phase: match kind {
                            BackendKind::Client if idle => Phase::Idle,
                            BackendKind::Client => Phase::Active,
                            _ => Phase::Other,
                        },
                        user,
                        database: text(3)?,
                        client: text(2)?,
                        state: Some(match kind {
                            BackendKind::Client if idle => "idle".into(),
                            BackendKind::Client => "active".into(),
                            _ => command.to_lowercase(),
                        }),
                        wait_event: state.filter(|_| !idle),
                        query: text(7)?,
                        query_started: since.filter(|_| !idle && kind == BackendKind::Client),
                        state_changed: since,
                        ..Backend::default()
                    },
                    command,
                });
                Ok(())
            })
            .await?;
        Ok(out)
    }

    /// Open transactions, or the statement that would let this account see them.
    async fn transactions(&mut self, now: Timestamp) -> Result<(Vec<Trx>, Option<String>)> {
        let mut out = Vec::new();
        let refused = self
            .optional(&sql!("activity_trx.sql"), |row| {
                let since = |ms: Option<i64>| ms.and_then(|ms| before(now, ms.max(0)));
                out.push(Trx {
                    pid: row.int(0)?,
                    waits: row.text(1)? == "LOCK WAIT",
                    started: since(row.opt_int(2)?),
                    wait_started: since(row.opt_int(3)?),
                    rows_locked: Num::new(row.opt_int(4)?),
                    name: row.text(5)?.into_owned(),
                });
                Ok(())
            })
            .await?;
        match refused {
            None => Ok((out, None)),
            Some(error) if error.kind == ErrorKind::Denied => Ok((out, Some(self.grant("PROCESS ON *.*").await?))),
            Some(error) => Err(error),
        }
    }

    /// Program, digest and last statement, where performance_schema is on and may be read.
    async fn threads(&mut self, listed: &mut [Listed], look: &mut Look) -> Result<()> {
        if !self.settings.performance_schema {
            let what =
                "performance_schema is off: application, query_id and the last statement of idle sessions are null";
            look.notes.push(Note::new(what));
            return Ok(());
        }
        let mut known: HashMap<i64, [Option<String>; 3]> = HashMap::new();
        let refused = self
            .optional(&sql!("activity_threads.sql"), |row| {
                let text = |n: usize| -> Result<Option<String>> { Ok(row.filled(n)?.map(|text| text.into_owned())) };
                known.insert(row.int(0)?, [text(1)?, text(2)?, text(3)?]);
                Ok(())
            })
            .await?;
        if let Some(note) = self.refusal(refused, "application, query_id and last statements").await? {
            look.notes.push(note);
        }
        let mariadb = self.settings.flavor.is_mariadb();
        for one in listed {
            let Some([program, digest, query]) = known.remove(&one.backend.pid) else { continue };
            one.own |= program.as_deref().is_some_and(|program| program.starts_with("dblens"));
            one.backend.application = program;
            one.backend.query_id = digest.filter(|_| !mariadb);
            one.backend.query = one.backend.query.take().or(query);
        }
        Ok(())
    }

    async fn row_waits(&mut self, look: &mut Look) -> Result<()> {
        if !self.settings.flavor.is_mariadb()
            && self.settings.flavor.version >= 80_000
            && !self.settings.performance_schema
        {
            look.rows_doubt = Some("performance_schema is off, so the server tells nobody who holds a row".into());
            return Ok(());
        }
        let Some(statement) = self.settings.flavor.pick(&ROW_WAITS) else { return Ok(()) };
        let refused = self.edges(&statement, &mut look.edges).await?;
        if let Some(note) = self.refusal(refused, "who holds the rows that others wait for").await? {
            look.rows_doubt = Some(note.text.clone());
            look.notes.push(note);
        }
        Ok(())
    }

    async fn metadata_waits(&mut self, listed: &[Listed], trxs: &[Trx], look: &mut Look) -> Result<()> {
        if self.settings.performance_schema && self.records_metadata().await? {
            let refused = self.edges(&sql!("waits_metadata.sql"), &mut look.edges).await?;
            if let Some(note) = self.refusal(refused, "who holds the tables that others wait for").await? {
                look.metadata_doubt = Some(note.text.clone());
                look.notes.push(note);
            }
            return Ok(());
        }
        look.metadata_doubt = Some(
            "the server does not record who holds metadata locks: named are transactions that are older than the wait, \
             and changes of tables that were there before"
                .into(),
        );
        let mut holders = Vec::new();
        if self.settings.flavor.is_mariadb() {
            // The plugin is rarely installed; its absence is no failure.
            self.optional(&sql!("metadata_holders.sql"), |row| {
                holders.push(row.int(0)?);
                Ok(())
            })
            .await?;
        }
        guess(listed, trxs, &holders, &mut look.edges);
        Ok(())
    }

    async fn records_metadata(&mut self) -> Result<bool> {
        // MySQL records them unless somebody has turned it off, and then nobody is named.
        if !self.settings.flavor.is_mariadb() {
            return Ok(true);
        }
        let mut on = false;
        self.optional(&sql!("metadata_instrument.sql"), |row| {
            on = row.flag(0)?;
            Ok(())
        })
        .await?;
        Ok(on)
    }

    async fn edges(&mut self, statement: &Statement, edges: &mut Vec<Edge>) -> Result<Option<Error>> {
        self.optional(statement, |row| {
            let Some(blocker) = row.opt_int(1)? else { return Ok(()) };
            edges.push(Edge {
                waiter: row.int(0)?,
                blocker,
                kind: row.text(2)?.into_owned(),
                relation: row.filled(3)?.map(|text| text.into_owned()),
                mode: row.filled(4)?.map(|text| text.into_owned()),
            });
            Ok(())
        })
        .await
    }

    /// What a reader must know of a part of performance_schema that was refused.
    pub(super) async fn refusal(&mut self, refused: Option<Error>, what: &str) -> Result<Option<Note>> {
        let Some(error) = refused else { return Ok(None) };
        Ok(Some(match error.kind {
            ErrorKind::Denied => {
                let grant = self.grant("SELECT ON performance_schema.*").await?;
                Note::denied(format!("{what}: hidden from this account"), grant)
            }
            _ => Note::new(format!("{what}: {}", error.message)),
        }))
    }
}

fn before(now: Timestamp, ms: i64) -> Option<Timestamp> {
    now.checked_sub(SignedDuration::from_millis(ms)).ok()
}

fn kind(command: &str, user: Option<&str>) -> BackendKind {
    match (command, user) {
        ("Binlog Dump" | "Binlog Dump GTID", _) => BackendKind::Walsender,
        ("Daemon" | "Slave_IO" | "Slave_SQL" | "Slave_worker", _) => BackendKind::Background,
        (_, Some("system user" | "event_scheduler")) => BackendKind::Background,
        _ => BackendKind::Client,
    }
}

fn waits_for_metadata(backend: &Backend) -> bool {
    let state = backend.wait_event.as_deref().unwrap_or_default();
    state == "User lock" || (state.starts_with("Waiting for ") && state.ends_with(" lock"))
}

fn changes_a_table(query: Option<&str>) -> bool {
    const WORDS: [&str; 8] = ["ALTER", "DROP", "TRUNCATE", "RENAME", "CREATE", "OPTIMIZE", "LOCK", "ANALYZE"];
    let word = query.and_then(|query| query.split_whitespace().next()).unwrap_or_default();
    WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Where nobody records metadata locks: older transactions, and older changes of tables that wait themselves.
fn guess(listed: &[Listed], trxs: &[Trx], holders: &[i64], edges: &mut Vec<Edge>) {
    let queue = |one: &&Listed| waits_for_metadata(&one.backend);
    let waiting: Vec<&Listed> = listed.iter().filter(queue).collect();
    for waiter in &waiting {
        if waiter.backend.wait_event.as_deref() == Some("User lock") {
            continue;
        }
        let since = waiter.backend.query_started;
        let is_waiting = |pid: i64| waiting.iter().any(|one| one.backend.pid == pid);
        let old = trxs.iter().filter(|trx| {
            // The server keeps these times in whole seconds.
            let older = trx.started.zip(since).is_none_or(|(a, b)| a.as_second() <= b.as_second());
            trx.pid != 0 && !trx.waits && older && !is_waiting(trx.pid)
        });
        let mut named: Vec<i64> = match holders.is_empty() {
            true => old.map(|trx| trx.pid).collect(),
            false => holders.iter().copied().filter(|pid| !is_waiting(*pid)).collect(),
        };
        let ahead = waiting.iter().filter(|one| {
            let earlier = one.backend.query_started.zip(since).is_some_and(|(a, b)| a < b);
            earlier && changes_a_table(one.backend.query.as_deref())
        });
        named.extend(ahead.map(|one| one.backend.pid));
        named.retain(|pid| *pid != waiter.backend.pid);
        let edge = |blocker: i64| Edge {
            waiter: waiter.backend.pid,
            blocker,
            kind: "metadata".into(),
            relation: None,
            // What changes a table wants it alone; what others want is not told.
            mode: changes_a_table(waiter.backend.query.as_deref()).then(|| "EXCLUSIVE".to_owned()),
        };
        edges.extend(named.into_iter().map(edge));
    }
}

/// Everybody who waits, by number.
fn waits(listed: &mut [Listed], trxs: &[Trx], look: &Look) -> Vec<LockWait> {
    let mut out = Vec::new();
    for one in listed.iter_mut().filter(|one| !one.own) {
        let pid = one.backend.pid;
        let trx = trxs.iter().find(|trx| trx.pid == pid && trx.waits);
        let metadata = waits_for_metadata(&one.backend);
        let edges: Vec<&Edge> = look.edges.iter().filter(|edge| edge.waiter == pid).collect();
        if trx.is_none() && !metadata && edges.is_empty() {
            continue;
        }
        let mut blocked_by: Vec<i64> = edges.iter().map(|edge| edge.blocker).filter(|by| *by != pid).collect();
        blocked_by.sort_unstable();
        blocked_by.dedup();
        let doubt = if metadata { look.metadata_doubt.clone() } else { look.rows_doubt.clone() };
        let untold = || Some("the server names nobody".to_owned());
        let first = edges.first();
        let user = one.backend.wait_event.as_deref() == Some("User lock");
        out.push(LockWait {
            pid,
            doubt: doubt.or_else(|| if blocked_by.is_empty() { untold() } else { None }),
            blocked_by,
            waits_for: Some(match first {
                Some(edge) => edge.kind.clone(),
                None if user => "user".into(),
                None if metadata => "metadata".into(),
                None => "row".into(),
            }),
            lock_mode: first.and_then(|edge| edge.mode.clone()),
            relation: first.and_then(|edge| edge.relation.clone()),
            since: trx.and_then(|trx| trx.wait_started).or(one.backend.query_started),
        });
        one.backend.wait_type = Some("Lock".into());
    }
    out.sort_by_key(|wait| wait.pid);
    out
}

/// What was prepared and then left by its session.
fn prepared(trxs: &[Trx]) -> Vec<Prepared> {
    let left = trxs.iter().filter(|trx| trx.pid == 0);
    let one = |trx: &Trx| Prepared {
        name: format!("transaction {}", trx.name),
        owner: None,
        database: None,
        since: trx.started,
        xid_age: Num::UNKNOWN,
    };
    left.map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(pid: i64, second: i64, state: &str, query: &str) -> Listed {
        let at = Timestamp::from_second(second).unwrap();
        let backend = Backend {
            pid,
            query_started: Some(at),
            wait_event: Some(state.into()),
            query: Some(query.into()),
            ..Backend::default()
        };
        Listed { backend, command: "Query".into(), own: false }
    }

    #[test]
    fn without_a_record_older_transactions_and_changes_are_named() {
        let wait = "Waiting for table metadata lock";
        let all = [listed(2, 20, wait, "alter table t add x int"), listed(3, 30, wait, "select 1 from t")];
        let trx = |pid, second| Trx {
            pid,
            waits: false,
            started: Timestamp::from_second(second).ok(),
            wait_started: None,
            rows_locked: Num::UNKNOWN,
            name: String::new(),
        };
        let mut edges = Vec::new();
        guess(&all, &[trx(1, 10), trx(9, 40)], &[], &mut edges);
        let pairs: Vec<(i64, i64)> = edges.iter().map(|edge| (edge.waiter, edge.blocker)).collect();
        assert_eq!(pairs, [(2, 1), (3, 1), (3, 2)]);
    }
}
