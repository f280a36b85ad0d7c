//! The session's wire: one statement in, text rows out, everything through the guard.
//!
//! Only the simple protocol is spoken: it gives every type as text and needs no prepared statement, so
//! poolers do not matter. Behind a pooler each statement is its own read-only transaction in one message.

use super::errors;
use super::value::Row;
use crate::engine::guard::{Pending, Statement, StatementLog};
use crate::engine::sqlguard::Guarded;
use crate::engine::{Error, ErrorKind, Result};
use crate::model::{Outcome, Sent};
use futures_util::StreamExt;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, raw_sql};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

/// A statement that does nothing, sent to let a late cancel strike where nobody is hurt.
const NOTHING: &str = "select 1 where false";

/// How much longer than its own limit the server may stay silent before the line counts as dead.
const GRACE: Duration = Duration::from_secs(5);

/// What is done with each row. No type of its own for each caller: the reading loop is compiled once.
type Each<'a> = &'a mut (dyn FnMut(&Row<'_>) -> Result<()> + Send);

/// One connection with its statement log.
pub struct Wire {
    conn: PgConnection,
    log: StatementLog,
    /// Behind a pooler: what makes each message a read-only transaction of its own.
    preamble: Option<String>,
    /// Settings that go along with the next statement, in its message: a round trip less.
    late: Vec<&'static str>,
    statement_timeout: Duration,
    /// In a transaction that [`Wire::enter`] began: statements are sent as they are, under this limit.
    inside: Option<Duration>,
    /// The server's process of that transaction; 0 outside of one.
    running: Arc<AtomicI64>,
    /// A statement was left half-way (its future was dropped) or cancelled: a cancel may still be on its
    /// way, or its error unread.
    unsettled: bool,
}

impl Wire {
    pub fn new(conn: PgConnection, statement_timeout: Duration) -> Self {
        Self {
            conn,
            log: StatementLog::default(),
            preamble: None,
            late: Vec::new(),
            statement_timeout,
            inside: None,
            running: Arc::default(),
            unsettled: false,
        }
    }

    /// From now on each statement is sent inside `begin read only; …; commit`.
    pub fn pool(&mut self, preamble: String) {
        self.preamble = Some(preamble);
    }

    /// Sets these with the next statement. None of them is needed: what a server refuses is left out.
    pub fn set_along(&mut self, settings: Vec<&'static str>) {
        self.late = settings;
    }

    pub fn version_num(&self) -> i32 {
        self.conn.server_version_num().and_then(|version| i32::try_from(version).ok()).unwrap_or(0)
    }

    /// The limit of a statement of this session.
    pub fn statement_timeout(&self) -> Duration {
        self.statement_timeout
    }

    pub fn sent(&mut self) -> Vec<Sent> {
        self.log.take()
    }

    /// Runs a statement and hands each row to `each` as it arrives.
    pub async fn rows(
        &mut self,
        statement: Statement,
        mut each: impl FnMut(&Row<'_>) -> Result<()> + Send,
    ) -> Result<()> {
        let frame = self.preamble.clone().filter(|_| self.inside.is_none());
        self.rows_framed(frame, statement, &mut each).await
    }

    /// Like [`Wire::rows`], in a transaction of its own that begins with `frame` (`begin read only; …`).
    pub async fn rows_alone(
        &mut self,
        frame: &str,
        statement: Statement,
        mut each: impl FnMut(&Row<'_>) -> Result<()> + Send,
    ) -> Result<()> {
        let frame = self.head(frame);
        self.rows_framed(Some(frame), statement, &mut each).await
    }

    /// What a pooler needs comes first; its own `begin` is there.
    fn head(&self, frame: &str) -> String {
        match &self.preamble {
            Some(preamble) => format!("{preamble}\n{}", frame.replacen("begin read only;", "", 1).trim_start()),
            None => frame.to_owned(),
        }
    }

    /// Begins a transaction with `frame` (`begin read only; …; select pg_backend_pid()`); `limit` is for each statement in it, as the
    /// frame sets it. [`Wire::leave`] ends it.
    pub async fn enter(&mut self, frame: &str, limit: Duration) -> Result<()> {
        self.leave().await?;
        self.settle().await?;
        self.set_alone().await?;
        self.inside = Some(limit);
        let begin = Statement::shape("begin", self.head(frame));
        let mut process = 0;
        self.send(&begin, &mut |row: &Row<'_>| {
            process = row.need_int(0)?;
            Ok(())
        })
        .await?;
        self.running.store(process, Ordering::SeqCst);
        Ok(())
    }

    /// Where the process of the transaction under way stands.
    pub fn running(&self) -> Arc<AtomicI64> {
        self.running.clone()
    }

    /// Rolls the transaction back.
    pub async fn leave(&mut self) -> Result<()> {
        // From here on the process may be another client's.
        self.running.store(0, Ordering::SeqCst);
        if self.inside.take().is_none() {
            return Ok(());
        }
        let rollback = Statement::file("rollback", "rollback");
        match self.send(&rollback, &mut |_: &Row<'_>| Ok(())).await {
            // A late cancel struck the rollback: once more.
            Err(error) if error.kind == ErrorKind::Cancelled => self.send(&rollback, &mut |_: &Row<'_>| Ok(())).await,
            other => other,
        }
    }

    /// Sends a statement that passed the guard, inside of [`Wire::enter`]. With `alone` the extended protocol
    /// carries it: then the server itself takes no second statement, and no rows come back.
    pub async fn guarded(
        &mut self,
        statement: &Statement,
        proof: &Guarded,
        alone: bool,
        mut each: impl FnMut(&Row<'_>) -> Result<()> + Send,
    ) -> Result<()> {
        let pending = self.log.begin_guarded(statement, proof);
        match alone {
            false => self.receive(statement, pending, &mut each).await,
            true => self.execute(statement, pending).await,
        }
    }

    async fn execute(&mut self, statement: &Statement, pending: Pending) -> Result<()> {
        let (start, limit) = (Instant::now(), self.limit());
        self.unsettled = true;
        let text = AssertSqlSafe(statement.text.to_string());
        let sending = sqlx::query(text).persistent(false).execute(&mut self.conn);
        let failed = match tokio::time::timeout(limit + GRACE, sending).await {
            Ok(Ok(_)) => None,
            Ok(Err(error)) => Some(errors::of_statement(&error, statement.name, start.elapsed(), limit)),
            Err(_) => Some(errors::silent(statement.name, limit + GRACE)),
        };
        self.unsettled = false;
        self.log.end(pending, outcome(failed.as_ref()));
        failed.map_or(Ok(()), Err)
    }

    fn limit(&self) -> Duration {
        self.inside.unwrap_or(self.statement_timeout)
    }

    async fn rows_framed(&mut self, frame: Option<String>, statement: Statement, each: Each<'_>) -> Result<()> {
        self.settle().await?;
        if frame.is_some() || self.inside.is_some() {
            self.set_alone().await?;
        } else if !self.late.is_empty() {
            let mut begun = false;
            let mut noted = |row: &Row<'_>| {
                begun = true;
                each(row)
            };
            let sent = self.send_with_settings(&statement, &mut noted).await;
            match sent {
                // In one message they fail as one: which of them it was, each alone will tell.
                Err(error) if !error.ends_session() && error.kind != ErrorKind::Cancelled && !begun => {
                    self.set_alone().await?;
                }
                other => return other,
            }
        }
        let framed = framed(frame.as_deref(), &statement);
        let outcome = self.send(&framed, each).await;
        if let Err(error) = &outcome {
            let cancelled = error.kind == ErrorKind::Cancelled;
            self.unsettled = cancelled;
            if frame.is_some() && !error.ends_session() {
                let rollback = Statement::file("rollback", "rollback");
                self.send(&rollback, &mut |_: &Row<'_>| Ok(())).await?;
                self.unsettled = cancelled;
            }
        }
        outcome
    }

    /// The settings and the statement in one message. A failure takes the settings back, too.
    async fn send_with_settings(&mut self, statement: &Statement, each: Each<'_>) -> Result<()> {
        let text = format!("{};\n{}", self.late.join(";\n"), statement.text);
        let outcome = self.send(&Statement { name: statement.name, text: text.into() }, each).await;
        match &outcome {
            Ok(()) => self.late.clear(),
            Err(error) => self.unsettled = error.kind == ErrorKind::Cancelled,
        }
        outcome
    }

    /// The settings that are due, each in a message of its own.
    async fn set_alone(&mut self) -> Result<()> {
        for setting in std::mem::take(&mut self.late) {
            match self.send(&Statement::file("session_settings", setting), &mut |_| Ok(())).await {
                Err(error) if error.ends_session() => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Runs a statement that gives one row.
    pub async fn row<T: Send>(
        &mut self,
        statement: Statement,
        read: impl Fn(&Row<'_>) -> Result<T> + Send + Sync,
    ) -> Result<T> {
        let name = statement.name;
        let mut found = None;
        self.rows(statement, |row| {
            found = Some(read(row)?);
            Ok(())
        })
        .await?;
        found.ok_or_else(|| Error::new(ErrorKind::Internal, format!("{name} gave no row")).statement(name))
    }

    /// Lets the error of a cancelled or half-read statement pass by.
    async fn settle(&mut self) -> Result<()> {
        if !std::mem::take(&mut self.unsettled) {
            return Ok(());
        }
        for _ in 0..2 {
            match self.send(&Statement::file("settle", NOTHING), &mut |_: &Row<'_>| Ok(())).await {
                // A cancel that came late, or the end of what was half read: its own limit, a lock.
                Err(error) if !error.ends_session() => {}
                other => return other,
            }
        }
        if self.preamble.is_some() {
            return self.send(&Statement::file("rollback", "rollback"), &mut |_: &Row<'_>| Ok(())).await;
        }
        Ok(())
    }

    /// Sends exactly this text and reads the answer to its end.
    async fn send(&mut self, statement: &Statement, each: Each<'_>) -> Result<()> {
        let pending = self.log.begin(statement)?;
        self.receive(statement, pending, each).await
    }

    async fn receive(&mut self, statement: &Statement, mut pending: Pending, each: Each<'_>) -> Result<()> {
        let limit = self.limit();
        let start = Instant::now();
        self.unsettled = true;
        let mut failed: Option<Error> = None;
        {
            let mut stream = raw_sql(AssertSqlSafe(statement.text.to_string())).fetch(&mut self.conn);
            // The server ends a statement at its limit; one that says nothing long after that is gone.
            let patience = limit + GRACE;
            loop {
                let Ok(next) = tokio::time::timeout(patience, stream.next()).await else {
                    failed = Some(errors::silent(statement.name, patience));
                    break;
                };
                let Some(next) = next else { break };
                match next {
                    Ok(row) if failed.is_none() => {
                        let row = Row::new(&row, statement.name);
                        pending.rows += 1;
                        failed = each(&row).err();
                        pending.bytes += row.bytes();
                    }
                    // What follows a row that could not be read is let pass, so that the session stays usable.
                    Ok(_) => {}
                    Err(error) => {
                        failed = Some(errors::of_statement(&error, statement.name, start.elapsed(), limit));
                        break;
                    }
                }
            }
        }
        self.unsettled = false;
        self.log.end(pending, outcome(failed.as_ref()));
        failed.map_or(Ok(()), Err)
    }

    /// Ends the session without waiting for the server.
    pub async fn close(self) {
        // A dead line could hold the TLS farewell up; the socket closes with the drop either way.
        let _ = tokio::time::timeout(Duration::from_millis(100), self.conn.close_hard()).await;
    }
}

/// The statement inside `frame` and a `commit`, as one message.
fn framed(frame: Option<&str>, statement: &Statement) -> Statement {
    let Some(frame) = frame else { return statement.clone() };
    let body = statement.text.trim_end().trim_end_matches(';');
    Statement { name: statement.name, text: format!("{frame}\n{body};\ncommit").into() }
}

fn outcome(failed: Option<&Error>) -> Outcome {
    match failed {
        None => Outcome::Ok,
        Some(error) if error.kind == ErrorKind::Cancelled => Outcome::Cancelled,
        Some(error) => Outcome::Failed(error.message.clone()),
    }
}
