//! Statements and values: one place that sends, counts, stops and decodes.
//!
//! A column's declared type says nothing about a value in SQLite, so every value is read by its own
//! storage class. Text need not be UTF-8: what is not, is kept as a visible escape.

use super::open::{self, Opened, Place};
use super::readonly;
use super::watch::Watch;
use crate::engine::guard::{Pending, Statement, StatementLog};
use crate::engine::sqlguard::Guarded;
use crate::engine::{Error, ErrorKind, Result};
use crate::model::{Note, Outcome};
use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteConnection, SqliteRow, SqliteValueRef};
use sqlx::{
    AssertSqlSafe, Column as _, Connection, Decode, Executor as _, Row as _, SqlSafeStr as _, Statement as _, TypeInfo,
    ValueRef,
};
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    /// Bytes that are no UTF-8, made visible.
    Odd(String),
    Blob(Vec<u8>),
}

/// One row; columns are taken by position, a missing one reads as null.
#[derive(Clone, Debug)]
pub(super) struct Row(pub Vec<Value>);

impl Row {
    /// The text, or empty where there is none.
    pub fn text(&self, n: usize) -> &str {
        self.text_opt(n).unwrap_or("")
    }

    pub fn text_opt(&self, n: usize) -> Option<&str> {
        match self.0.get(n) {
            Some(Value::Text(text) | Value::Odd(text)) => Some(text),
            _ => None,
        }
    }

    pub fn int(&self, n: usize) -> Option<i64> {
        match self.0.get(n)? {
            Value::Integer(value) => Some(*value),
            Value::Real(value) if value.abs() < 9e18 => Some(*value as i64),
            Value::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub fn flag(&self, n: usize) -> bool {
        self.int(n).is_some_and(|value| value != 0)
    }
}

/// A floating number with every digit that it needs, and never like a whole one.
pub(super) fn real(number: f64) -> String {
    format!("{number:?}")
}

/// Bytes as text; what is no UTF-8 becomes `\xNN`.
pub(super) fn lossy(bytes: &[u8]) -> String {
    crate::text::from_bytes(bytes).into_owned()
}

fn decode(value: SqliteValueRef<'_>) -> (Value, u64) {
    // Null is asked first: the type of a null is the declared one.
    if value.is_null() {
        return (Value::Null, 0);
    }
    let class = value.type_info().name().to_owned();
    match class.as_str() {
        "INTEGER" => <i64 as Decode<sqlx::Sqlite>>::decode(value).map_or((Value::Null, 0), |n| (Value::Integer(n), 8)),
        "REAL" => <f64 as Decode<sqlx::Sqlite>>::decode(value).map_or((Value::Null, 0), |n| (Value::Real(n), 8)),
        _ => {
            let bytes = <&[u8] as Decode<sqlx::Sqlite>>::decode(value).unwrap_or_default();
            let size = bytes.len() as u64;
            match class.as_str() {
                "TEXT" => match std::str::from_utf8(bytes) {
                    Ok(text) => (Value::Text(text.to_owned()), size),
                    Err(_) => (Value::Odd(lossy(bytes)), size),
                },
                _ => (Value::Blob(bytes.to_vec()), size),
            }
        }
    }
}

fn read(row: &SqliteRow, pending: &mut Pending) -> Row {
    pending.rows += 1;
    let values = (0..row.len()).map(|n| {
        let (value, size) = row.try_get_raw(n).map_or((Value::Null, 0), decode);
        pending.bytes += size;
        value
    });
    Row(values.collect())
}

/// Ends the running statement: by the flag from outside, or by its deadline.
///
/// SQLite calls [`Brake::pulled`] every thousand steps of its machine from the thread that runs the statement.
#[derive(Debug)]
pub(super) struct Brake {
    pub stop: Arc<AtomicBool>,
    start: Instant,
    /// Microseconds after `start`; 0 for none.
    deadline: AtomicU64,
}

impl Brake {
    pub fn new() -> Self {
        Self { stop: Arc::default(), start: Instant::now(), deadline: AtomicU64::new(0) }
    }

    fn set(&self, timeout: Duration) {
        let deadline = self.start.elapsed().saturating_add(timeout).as_micros();
        self.deadline.store(u64::try_from(deadline).unwrap_or(u64::MAX).max(1), Ordering::Relaxed);
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn late(&self) -> bool {
        self.start.elapsed().as_micros() > u128::from(self.deadline.load(Ordering::Relaxed))
    }

    pub fn pulled(&self) -> bool {
        self.stopped() || (self.deadline.load(Ordering::Relaxed) != 0 && self.late())
    }
}

/// The code of an error that says: the file changed under a reading without locks.
pub(super) const TORN: &str = "torn";

/// The connection with its log, its brake and its eye on the file.
pub(super) struct Wire {
    /// `None` after a reopening that failed.
    pub conn: Option<SqliteConnection>,
    pub log: StatementLog,
    pub brake: Arc<Brake>,
    pub place: Place,
    pub watch: Option<Watch>,
    pub notes: Vec<Note>,
    /// The header of the file says WAL.
    pub wal: bool,
    pub timeout: Duration,
    /// Bytes of a file up to which it is read whole for the sizes of its tables.
    pub walk_up_to: i64,
}

impl Wire {
    /// Forgets a stop that came when nothing ran.
    pub fn begin(&self) {
        self.brake.stop.store(false, Ordering::SeqCst);
    }

    /// Sends one statement and reads all its rows. `argument` is `?1`, null without one.
    ///
    /// The file is looked at before and after (see [`super::watch`]): when what was read may be torn, the rows
    /// are thrown away, the file is opened again and the statement sent again.
    pub async fn fetch(&mut self, statement: &Statement, argument: Option<&str>) -> Result<Vec<Row>> {
        self.reopen_if_needed().await?;
        let first = self.fetch_once(statement, argument).await;
        if self.reopen_if_needed().await? {
            return self.fetch_once(statement, argument).await;
        }
        first
    }

    /// Like [`Wire::fetch`], row by row, until `each` says false. `None` means that what came is void: the
    /// statement is sent again.
    pub async fn fetch_while(
        &mut self,
        statement: &Statement,
        mut each: impl FnMut(Option<&Row>) -> bool + Send,
    ) -> Result<()> {
        self.reopen_if_needed().await?;
        let first = self.each_once(statement, &mut each).await;
        if self.reopen_if_needed().await? {
            each(None);
            return self.each_once(statement, &mut each).await;
        }
        first
    }

    /// The names of the columns of a statement, which is compiled for it and not run.
    pub async fn columns_of(&mut self, text: &str) -> Result<Vec<String>> {
        self.reopen_if_needed().await?;
        let Some(conn) = &mut self.conn else {
            return Err(Error::new(ErrorKind::Lost, format!("{} is not open any more", self.place.shown)));
        };
        self.brake.set(self.timeout);
        let statement = conn.prepare(AssertSqlSafe(text.to_owned()).into_sql_str()).await;
        let statement = statement.map_err(|error| self.explained(error))?;
        Ok(statement.columns().iter().map(|column| column.name().to_owned()).collect())
    }

    fn explained(&self, error: sqlx::Error) -> Error {
        let error = translate(error, &self.brake, self.timeout);
        // What SQLite says of the statement itself is all that there is to say.
        if error.kind == ErrorKind::Internal { error } else { open::explain(error, &self.place) }
    }

    /// Values of a statement that a person wrote are bounded: `zeroblob(1e9)` would be made in this process.
    pub async fn limit_values(&mut self) -> Result<()> {
        let Some(conn) = &mut self.conn else { return Ok(()) };
        let mut locked = conn.lock_handle().await.map_err(|error| Error::new(ErrorKind::Lost, error.to_string()))?;
        readonly::limit_values(locked.as_raw_handle());
        Ok(())
    }

    /// Sends a statement that passed the other guard, and hands over its rows until `each` says
    /// false. An error with the code [`TORN`] means that what came is void.
    pub async fn guarded(
        &mut self,
        statement: &Statement,
        proof: &Guarded,
        mut each: impl FnMut(Row) -> bool + Send,
    ) -> Result<()> {
        self.reopen_if_needed().await?;
        let Some(conn) = &mut self.conn else {
            return Err(Error::new(ErrorKind::Lost, format!("{} is not open any more", self.place.shown)));
        };
        let mut pending = self.log.begin_guarded(statement, proof);
        self.brake.set(self.timeout);
        let read = async {
            let mut rows = sqlx::raw_sql(AssertSqlSafe(statement.text.clone().into_owned())).fetch(&mut *conn);
            while let Some(row) = rows.try_next().await? {
                if !each(read(&row, &mut pending)) {
                    break;
                }
            }
            Ok(())
        };
        let result: std::result::Result<(), sqlx::Error> = read.await;
        let result = result.map_err(|error| self.explained(error).statement(statement.name));
        let outcome = match &result {
            Ok(()) => Outcome::Ok,
            Err(error) if error.kind == ErrorKind::Cancelled => Outcome::Cancelled,
            Err(error) => Outcome::Failed(error.message.clone()),
        };
        self.log.end(pending, outcome);
        if self.reopen_if_needed().await? {
            return Err(Error::new(ErrorKind::Locked, "the file was changed meanwhile").code(TORN));
        }
        result
    }

    async fn each_once(
        &mut self,
        statement: &Statement,
        each: &mut (impl FnMut(Option<&Row>) -> bool + Send),
    ) -> Result<()> {
        let Some(conn) = &mut self.conn else {
            return Err(Error::new(ErrorKind::Lost, format!("{} is not open any more", self.place.shown)));
        };
        run_each(conn, &mut self.log, &self.brake, self.timeout, statement, None, |row| each(Some(&row)))
            .await
            .map_err(|error| open::explain(error, &self.place))
    }

    async fn reopen_if_needed(&mut self) -> Result<bool> {
        if !self.watch.as_ref().is_some_and(Watch::must_reopen) {
            return Ok(false);
        }
        // Closed before the new one opens: closing a file drops every lock of the process on it.
        if let Some(conn) = self.conn.take() {
            conn.close().await.ok();
        }
        let Opened { conn, watch, notes, wal } =
            open::connect(&self.place, &mut self.log, &self.brake, self.timeout).await?;
        self.conn = Some(conn);
        self.watch = watch;
        self.notes = notes;
        self.wal = wal;
        Ok(true)
    }

    async fn fetch_once(&mut self, statement: &Statement, argument: Option<&str>) -> Result<Vec<Row>> {
        let Some(conn) = &mut self.conn else {
            return Err(Error::new(ErrorKind::Lost, format!("{} is not open any more", self.place.shown)));
        };
        run(conn, &mut self.log, &self.brake, self.timeout, statement, argument)
            .await
            .map_err(|error| open::explain(error, &self.place))
    }
}

/// Sends one statement on a connection and reads all its rows; the error still knows nothing of the file.
pub(super) async fn run(
    conn: &mut SqliteConnection,
    log: &mut StatementLog,
    brake: &Brake,
    timeout: Duration,
    statement: &Statement,
    argument: Option<&str>,
) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let keep = |row| {
        rows.push(row);
        true
    };
    run_each(conn, log, brake, timeout, statement, argument, keep).await?;
    Ok(rows)
}

/// Sends one statement and hands over its rows until `each` says false.
async fn run_each(
    conn: &mut SqliteConnection,
    log: &mut StatementLog,
    brake: &Brake,
    timeout: Duration,
    statement: &Statement,
    argument: Option<&str>,
    each: impl FnMut(Row) -> bool + Send,
) -> Result<()> {
    if brake.stopped() {
        return Err(Error::new(ErrorKind::Cancelled, "cancelled").statement(statement.name));
    }
    let mut pending = log.begin(statement)?;
    brake.set(timeout);
    match stream(conn, statement, argument, &mut pending, each).await {
        Ok(()) => {
            log.end(pending, Outcome::Ok);
            Ok(())
        }
        Err(error) => {
            let error = translate(error, brake, timeout).statement(statement.name);
            let outcome = match error.kind {
                ErrorKind::Cancelled => Outcome::Cancelled,
                _ => Outcome::Failed(error.message.clone()),
            };
            log.end(pending, outcome);
            Err(error)
        }
    }
}

async fn stream(
    conn: &mut SqliteConnection,
    statement: &Statement,
    argument: Option<&str>,
    pending: &mut Pending,
    mut each: impl FnMut(Row) -> bool + Send,
) -> std::result::Result<(), sqlx::Error> {
    let text = match &statement.text {
        Cow::Borrowed(text) => AssertSqlSafe((*text).to_owned()),
        Cow::Owned(text) => AssertSqlSafe(text.clone()),
    };
    // Without an argument the text goes as it is: `?1` is then null, as in the sqlite3 shell.
    let mut rows = match argument {
        Some(argument) => sqlx::query(text).persistent(false).bind(argument.to_owned()).fetch(&mut *conn),
        None => sqlx::raw_sql(text).fetch(&mut *conn),
    };
    while let Some(row) = rows.try_next().await? {
        if !each(read(&row, pending)) {
            break;
        }
    }
    Ok(())
}

/// The driver's error as ours, by SQLite's result code.
pub(super) fn translate(error: sqlx::Error, brake: &Brake, timeout: Duration) -> Error {
    let sqlx::Error::Database(database) = &error else {
        return match error {
            sqlx::Error::WorkerCrashed => Error::new(ErrorKind::Lost, "the database's thread ended"),
            other => Error::new(ErrorKind::Internal, other.to_string()),
        };
    };
    let message = database.message().to_owned();
    let code: i32 = database.code().and_then(|code| code.parse().ok()).unwrap_or(0);
    let kind = match code & 0xff {
        5 | 6 => ErrorKind::Locked,
        9 if brake.stopped() => ErrorKind::Cancelled,
        9 => ErrorKind::TimedOut,
        10 => ErrorKind::Lost,
        11 | 26 => ErrorKind::NotADatabase,
        3 | 8 | 14 | 23 => ErrorKind::Denied,
        _ => ErrorKind::Internal,
    };
    let text = match kind {
        ErrorKind::Cancelled => "cancelled".to_owned(),
        ErrorKind::TimedOut => format!("no answer within {} ms", timeout.as_millis()),
        _ => message,
    };
    Error::new(kind, text).code(code.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_stay_visible() {
        assert_eq!(lossy("größe".as_bytes()), "größe");
        assert_eq!(lossy(b"a\xff\xfeb"), "a\\xff\\xfeb");
    }

    #[test]
    fn the_brake_is_pulled_by_flag_or_deadline() {
        let brake = Brake::new();
        assert!(!brake.pulled());
        brake.set(Duration::from_secs(60));
        assert!(!brake.pulled());
        brake.stop.store(true, Ordering::SeqCst);
        assert!(brake.pulled());
        brake.stop.store(false, Ordering::SeqCst);
        brake.set(Duration::ZERO);
        while !brake.late() {}
        assert!(brake.pulled());
    }
}
