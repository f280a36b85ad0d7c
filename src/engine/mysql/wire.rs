//! One connection: every statement goes through the guard's log, every value comes back as text.
//!
//! Only the text protocol is used (`raw_sql`): no type of a server has to be known to the driver, no
//! prepared statement stays behind, and a statement is on the server exactly as it stands in its file.

use super::fault;
use super::flavor::within;
use crate::engine::error::{Error, ErrorKind, Result};
use crate::engine::guard::{Pending, Statement, StatementLog};
use crate::engine::sqlguard::Guarded;
use crate::model::{Outcome, Sent};
use futures_util::StreamExt;
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, Column as _, Row as _, TypeInfo as _, raw_sql};
use std::borrow::Cow;
use std::time::Duration;

/// The server's own limit ends a SELECT; what it does not limit (SHOW, SET) ends this much later.
const GRACE: Duration = Duration::from_secs(2);

/// What is done with each row. No type of its own for each caller: the reading loop is compiled once.
type Each<'a> = &'a mut (dyn FnMut(&Row<'_>) -> Result<()> + Send);

pub struct Wire {
    connection: MySqlConnection,
    log: StatementLog,
    /// The one schema that the statements are narrowed to.
    schema: Option<String>,
    /// For one statement: what the session was told, plus [`GRACE`].
    limit: Duration,
    /// A statement was left half read: what comes back next belongs to it.
    lost: bool,
    /// The last statement was ended from outside: a second, late KILL may hit the next one.
    interrupted: bool,
}

impl Wire {
    pub fn new(connection: MySqlConnection, limit: Duration) -> Self {
        let log = StatementLog::default();
        Self { connection, log, schema: None, limit: limit + GRACE, lost: false, interrupted: false }
    }

    /// From now on reads only this schema, beside the server's own.
    pub fn stay_within(&mut self, schema: String) {
        self.schema = Some(schema);
    }

    /// The limit of a statement of this session, as the server knows it.
    pub fn statement_timeout(&self) -> Duration {
        self.limit.saturating_sub(GRACE)
    }

    pub fn sent(&mut self) -> Vec<Sent> {
        self.log.take()
    }

    /// Gives the connection back, to drop it.
    pub fn into_connection(self) -> MySqlConnection {
        self.connection
    }

    /// Sends a statement and hands each row to `each`; an error of `each` is returned once all is read.
    pub async fn rows(
        &mut self,
        statement: &Statement,
        mut each: impl FnMut(&Row<'_>) -> Result<()> + Send,
    ) -> Result<()> {
        let narrowed = self.schema.as_deref().and_then(|schema| within(statement, schema));
        self.rows_of(narrowed.as_ref().unwrap_or(statement), &mut each).await
    }

    /// Like [`Wire::rows`] for a text of somebody else: nothing is put into it.
    pub async fn rows_as_is(
        &mut self,
        statement: &Statement,
        mut each: impl FnMut(&Row<'_>) -> Result<()> + Send,
    ) -> Result<()> {
        self.rows_of(statement, &mut each).await
    }

    async fn rows_of(&mut self, statement: &Statement, each: Each<'_>) -> Result<()> {
        if self.lost {
            return Err(Error::new(ErrorKind::Lost, "the session ended with a statement that did not answer"));
        }
        let again = std::mem::take(&mut self.interrupted);
        match self.run(statement, &mut *each).await {
            // Nothing of this statement had arrived: it was hit by a KILL meant for the one before.
            Err((error, 0)) if again && error.kind == ErrorKind::Cancelled => {
                self.run(statement, each).await.map_err(|(error, _)| error)
            }
            Err((error, _)) => {
                self.interrupted = error.kind == ErrorKind::Cancelled;
                Err(error)
            }
            Ok(()) => Ok(()),
        }
    }

    /// True when what comes next may belong to a statement that was left half read.
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// From now on a statement may take this long on the server.
    pub fn wait_at_most(&mut self, time: Duration) {
        self.limit = time + GRACE;
    }

    /// Sends a statement that passed the other guard. When `each` says false, the rest is not read and the
    /// session cannot be used again.
    pub async fn guarded(
        &mut self,
        statement: &Statement,
        proof: &Guarded,
        mut each: impl FnMut(&Row<'_>) -> Result<bool> + Send,
    ) -> Result<()> {
        let mut pending = self.log.begin_guarded(statement, proof);
        self.lost = true;
        let reading = async {
            let mut stream = raw_sql(AssertSqlSafe(statement.text.clone().into_owned())).fetch(&mut self.connection);
            while let Some(raw) = stream.next().await {
                let raw = raw.map_err(|error| fault::of_statement(&error, statement.name))?;
                pending.rows += 1;
                pending.bytes += size(&raw);
                if !each(&Row { raw: &raw, statement: statement.name })? {
                    return Ok::<bool, Error>(true);
                }
            }
            Ok(false)
        };
        let (result, left) = match tokio::time::timeout(self.limit, reading).await {
            Ok(Ok(left)) => (Ok(()), left),
            Ok(Err(error)) => {
                let left = error.ends_session();
                (Err(error), left)
            }
            Err(_) => {
                let message = format!("no end of the statement within {} s", self.limit.as_secs());
                (Err(Error::new(ErrorKind::TimedOut, message)), true)
            }
        };
        self.lost = left;
        self.interrupted = matches!(&result, Err(error) if error.kind == ErrorKind::Cancelled);
        self.log.end(pending, outcome(&result));
        result
    }

    /// For a statement that gives no rows.
    pub async fn run_only(&mut self, statement: &Statement) -> Result<()> {
        self.rows(statement, |_| Ok(())).await
    }

    async fn run(&mut self, statement: &Statement, each: Each<'_>) -> std::result::Result<(), (Error, u64)> {
        let mut pending = self.log.begin(statement).map_err(|error| (error, 0))?;
        // Until the end is seen the connection is not usable: a caller may drop this future.
        self.lost = true;
        let read = read(&mut self.connection, statement, &mut pending, each);
        let (result, usable) = match tokio::time::timeout(self.limit, read).await {
            Ok(Ok(read)) => (read, true),
            Ok(Err(error)) => {
                let error = fault::of_statement(&error, statement.name);
                let usable = !error.ends_session();
                (Err(error), usable)
            }
            Err(_) => {
                let message = format!("{} did not end within {} s", statement.name, self.limit.as_secs());
                (Err(Error::new(ErrorKind::TimedOut, message).statement(statement.name)), false)
            }
        };
        self.lost = !usable;
        let rows = pending.rows;
        self.log.end(pending, outcome(&result));
        result.map_err(|error| (error, rows))
    }
}

/// Reads all rows; the inner error is one of `each`, after which the rest is only drained.
async fn read(
    connection: &mut MySqlConnection,
    statement: &Statement,
    pending: &mut Pending,
    each: Each<'_>,
) -> std::result::Result<Result<()>, sqlx::Error> {
    let mut stream = raw_sql(AssertSqlSafe(statement.text.clone().into_owned())).fetch(connection);
    let mut result = Ok(());
    while let Some(raw) = stream.next().await {
        let raw = raw?;
        pending.rows += 1;
        pending.bytes += size(&raw);
        if result.is_ok() {
            result = each(&Row { raw: &raw, statement: statement.name });
        }
    }
    Ok(result)
}

fn size(raw: &MySqlRow) -> u64 {
    (0..raw.len())
        .filter_map(|n| raw.try_get_unchecked::<Option<&[u8]>, _>(n).ok().flatten())
        .map(|value| value.len() as u64)
        .sum()
}

fn outcome(result: &Result<()>) -> Outcome {
    match result {
        Ok(()) => Outcome::Ok,
        Err(error) if error.kind == ErrorKind::Cancelled => Outcome::Cancelled,
        Err(error) => Outcome::Failed(error.message.clone()),
    }
}

/// One row of text values, by position; a value that does not fit names its file and column.
pub struct Row<'a> {
    raw: &'a MySqlRow,
    statement: &'static str,
}

impl Row<'_> {
    /// Number of columns.
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// The driver's name of a column's type.
    pub fn type_name(&self, n: usize) -> &str {
        self.raw.columns().get(n).map_or("", |column| column.type_info().name())
    }

    /// The label of a column.
    pub fn label(&self, n: usize) -> &str {
        self.raw.columns().get(n).map_or("?", |column| column.name())
    }

    /// A value as it came.
    pub fn raw(&self, n: usize) -> Result<Option<&[u8]>> {
        self.raw.try_get_unchecked::<Option<&[u8]>, _>(n).map_err(|_| self.wrong(n, "is not there"))
    }

    pub fn opt(&self, n: usize) -> Result<Option<Cow<'_, str>>> {
        match self.raw.try_get_unchecked::<Option<&[u8]>, _>(n) {
            Ok(value) => Ok(value.map(visible)),
            Err(_) => Err(self.wrong(n, "is not there")),
        }
    }

    pub fn text(&self, n: usize) -> Result<Cow<'_, str>> {
        self.opt(n)?.ok_or_else(|| self.wrong(n, "is NULL"))
    }

    /// Like [`Row::opt`], an empty text being none.
    pub fn filled(&self, n: usize) -> Result<Option<Cow<'_, str>>> {
        Ok(self.opt(n)?.filter(|text| !text.is_empty()))
    }

    pub fn opt_int(&self, n: usize) -> Result<Option<i64>> {
        let Some(text) = self.opt(n)? else { return Ok(None) };
        // BIGINT UNSIGNED goes past i64; what counts that far is as good as endless.
        let wide = || text.parse::<u64>().ok().map(|_| i64::MAX);
        match text.parse::<i64>().ok().or_else(wide) {
            Some(value) => Ok(Some(value)),
            None => Err(self.wrong(n, "is no whole number")),
        }
    }

    pub fn int(&self, n: usize) -> Result<i64> {
        self.opt_int(n)?.ok_or_else(|| self.wrong(n, "is NULL"))
    }

    pub fn opt_real(&self, n: usize) -> Result<Option<f64>> {
        let Some(text) = self.opt(n)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.wrong(n, "is no number"))
    }

    /// `1`, `YES`, `ON`.
    pub fn flag(&self, n: usize) -> Result<bool> {
        Ok(self.opt(n)?.is_some_and(|text| is_on(&text)))
    }

    fn wrong(&self, n: usize, what: &str) -> Error {
        Error::new(ErrorKind::Internal, format!("{}: column `{}` {what}", self.statement, self.label(n)))
            .statement(self.statement)
    }
}

pub fn is_on(text: &str) -> bool {
    text == "1" || text.eq_ignore_ascii_case("YES") || text.eq_ignore_ascii_case("ON")
}

/// The bytes as text; bytes that are no UTF-8 become `\xe9`, so that nothing is lost or hidden.
fn visible(bytes: &[u8]) -> Cow<'_, str> {
    crate::text::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_stay_visible() {
        assert_eq!(visible(b"caf\xe9 \xc3\xa9"), "caf\\xe9 \u{e9}");
        assert!(matches!(visible("größe".as_bytes()), Cow::Borrowed(_)));
    }

    #[test]
    fn flags_in_every_spelling() {
        for (text, on) in [("1", true), ("ON", true), ("yes", true), ("0", false), ("OFF", false), ("", false)] {
            assert_eq!(is_on(text), on, "{text}");
        }
    }
}
