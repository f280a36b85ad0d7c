//! The one gate to a server: every statement of the tool passes here, is checked, timed and logged.

use super::error::{Error, ErrorKind, Result};
use super::sqlguard::Guarded;
use crate::model::{Outcome, Sent};
use jiff::Timestamp;
use std::borrow::Cow;
use std::time::Instant;

/// One statement: a `.sql` file, or a named shape with values filled in by an engine's `quote`.
#[derive(Clone, Debug)]
pub struct Statement {
    /// `postgres/relations.sql`, or the name of a shape such as `cancel`.
    pub name: &'static str,
    pub text: Cow<'static, str>,
}

impl Statement {
    pub const fn file(name: &'static str, text: &'static str) -> Self {
        Self { name, text: Cow::Borrowed(text) }
    }

    pub fn shape(name: &'static str, text: String) -> Self {
        Self { name, text: Cow::Owned(text) }
    }
}

/// What was sent on one connection since it was last asked, newest last.
#[derive(Debug, Default)]
pub struct StatementLog {
    sent: Vec<Sent>,
}

/// A statement under way; ends as a [`Sent`] in the log.
#[derive(Debug)]
pub struct Pending {
    name: &'static str,
    text: Cow<'static, str>,
    at: Timestamp,
    start: Instant,
    pub rows: u64,
    pub bytes: u64,
}

impl StatementLog {
    /// Checks a statement and starts its clock.
    ///
    /// The check is the first of the read-only layers: our own texts begin with a word that only reads
    /// or that sets up our own session. It guards against a mistake of ours, not against a user.
    pub fn begin(&self, statement: &Statement) -> Result<Pending> {
        if !only_reads(&statement.text) {
            return Err(Error::new(
                ErrorKind::Internal,
                format!("{} does not only read: it was not sent", statement.name),
            ));
        }
        tracing::info!(name = statement.name, text = statement.text.as_ref(), "begun");
        Ok(Self::pending(statement))
    }

    /// The same for a statement of the SQL view, which the other guard has let through. Its text is the
    /// person's: it stands in the log of the session, not in a file.
    pub fn begin_guarded(&self, statement: &Statement, _proof: &Guarded) -> Pending {
        tracing::info!(name = statement.name, "begun");
        Self::pending(statement)
    }

    fn pending(statement: &Statement) -> Pending {
        Pending {
            name: statement.name,
            text: statement.text.clone(),
            at: Timestamp::now(),
            start: Instant::now(),
            rows: 0,
            bytes: 0,
        }
    }

    /// Notes how a statement ended.
    pub fn end(&mut self, pending: Pending, outcome: Outcome) {
        // A session that nobody asks (a long headless run) must not grow for ever.
        const KEPT: usize = 1_000;
        if self.sent.len() >= KEPT {
            self.sent.drain(..KEPT / 2);
        }
        tell(&pending, &outcome);
        self.sent.push(Sent {
            name: pending.name,
            text: pending.text,
            at: pending.at,
            took: pending.start.elapsed(),
            rows: pending.rows,
            bytes: pending.bytes,
            outcome,
        });
    }

    /// Everything since the last call.
    pub fn take(&mut self) -> Vec<Sent> {
        std::mem::take(&mut self.sent)
    }
}

/// One line of the log file, written as the statement ends.
fn tell(pending: &Pending, outcome: &Outcome) {
    let ms = pending.start.elapsed().as_secs_f64() * 1000.0;
    let &Pending { name, rows, bytes, .. } = pending;
    match outcome {
        Outcome::Ok => tracing::info!(name, ms, rows, bytes, "done"),
        Outcome::Failed(why) => tracing::warn!(name, ms, rows, bytes, why, "failed"),
        Outcome::Cancelled => tracing::warn!(name, ms, rows, bytes, "cancelled"),
    }
}

/// True when every statement of `text` starts with a word that reads or sets up our own session.
///
/// Comments and quoted runs are skipped: a name may hold `;` or `--`. What is in doubt (a quoted run without
/// an end, a backslash in one that is not in back-ticks) is not skipped, which can only refuse too much.
pub fn only_reads(text: &str) -> bool {
    const WORDS: [&str; 16] = [
        "SELECT",
        "WITH",
        "SHOW",
        "VALUES",
        "EXPLAIN",
        "PRAGMA",
        "BEGIN",
        "START",
        "SET",
        "COMMIT",
        "ROLLBACK",
        "KILL",
        "DESCRIBE",
        "TABLE",
        "PREPARE",
        "DEALLOCATE",
    ];
    let plain = without_quoted(text).unwrap_or_else(|| {
        text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
    });
    let mut any = false;
    for part in plain.split(';') {
        let Some(word) = part.split_whitespace().next() else { continue };
        any = true;
        if !is_plain_set(part) || !is_plain_prepare(part) {
            return false;
        }
        if !WORDS.iter().any(|known| word.trim_start_matches('(').eq_ignore_ascii_case(known)) {
            return false;
        }
    }
    any
}

/// False for MariaDB's `SET STATEMENT … FOR` before anything but a SELECT; true for every other text.
fn is_plain_set(part: &str) -> bool {
    let mut words = part.split_whitespace();
    let mut is = |wanted: &str| words.next().is_some_and(|word| word.eq_ignore_ascii_case(wanted));
    if !(is("set") && is("statement")) {
        return true;
    }
    let after = words.skip_while(|word| !word.eq_ignore_ascii_case("for")).nth(1);
    after.is_some_and(|word| word.eq_ignore_ascii_case("select"))
}

/// False for `PREPARE name AS` before anything but a query; true for every other text.
fn is_plain_prepare(part: &str) -> bool {
    let words: Vec<&str> = part.split_whitespace().take(4).collect();
    if !words.first().is_some_and(|word| word.eq_ignore_ascii_case("prepare")) {
        return true;
    }
    let reads = ["SELECT", "WITH", "VALUES", "TABLE"];
    let first = words.get(3).map(|word| word.trim_start_matches('(')).unwrap_or_default();
    let query = reads.iter().any(|known| first.split('(').next().unwrap_or_default().eq_ignore_ascii_case(known));
    query && words.get(2).is_some_and(|word| word.eq_ignore_ascii_case("as"))
}

/// `text` without comments, each quoted run as one `?`; `None` where a quoted run is in doubt.
fn without_quoted(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("--") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if matches!(c, '\'' | '"' | '`') {
            // A doubled quote is the end of one run and the start of the next.
            let (run, behind) = rest[1..].split_once(c)?;
            if c != '`' && run.contains('\\') {
                return None;
            }
            out.push('?');
            rest = behind;
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    Some(out)
}

/// The text for a server version: the first entry whose version is not above it.
///
/// `table` is sorted from the newest version down.
pub fn pick<T: Copy>(version: i32, table: &[(i32, T)]) -> Option<T> {
    table.iter().find(|(from, _)| version >= *from).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_words_only() {
        let cases = [
            ("select 1", true),
            ("-- why\nwith x as (select 1) select * from x", true),
            ("begin read only; set local lock_timeout = 100; select 1; commit", true),
            ("(select 1)", true),
            ("set statement max_statement_time = 3 for select a from t", true),
            ("set statement max_statement_time = 3 for delete from t", false),
            ("SET STATEMENT a = 1", false),
            ("prepare p as\nselect $1; explain execute p (null); deallocate p", true),
            ("prepare p as (select 1)", true),
            ("prepare p as delete from t", false),
            ("prepare p (int) as select 1", false),
            ("prepare p from 'delete from t'", false),
            ("set lock_wait_timeout = 1", true),
            ("insert into t values (1)", false),
            ("select 1; drop table t", false),
            ("", false),
            ("-- only a comment", false),
            ("select \"a;b\" from `c -- d` where e = 'f''; drop'", true),
            ("select 'a'; drop table \"b\"", false),
            ("select 'a\\'; drop table t; --'", false),
            ("select 1 from `a\\;b`", true),
            ("select 'a; drop table t", false),
            ("select \"a\"; -- x\ndelete from t", false),
        ];
        for (text, reads) in cases {
            assert_eq!(only_reads(text), reads, "{text}");
        }
    }

    #[test]
    fn picks_the_newest_that_fits() {
        const TABLE: &[(i32, &str)] = &[(170000, "new"), (130000, "old")];
        assert_eq!(pick(180001, TABLE), Some("new"));
        assert_eq!(pick(169999, TABLE), Some("old"));
        assert_eq!(pick(120000, TABLE), None);
    }
}
