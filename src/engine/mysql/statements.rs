//! Statements as performance_schema counts them: one digest for each schema and normalised text.

use super::Session;
use super::flavor::{Variants, sql};
use super::wire::Row;
use crate::engine::error::{Error, ErrorKind, Result};
use crate::engine::guard::Statement as Sql;
use crate::model::{
    Began, Brief, Counted, Counters, Known, Note, Num, Remedy, Rest, Running, RunningStatement, Since, SlowLog,
    Statement, StatementKey, StatementSource, StatementText, StatementTexts, Statements, StatementsOf, StatementsRead,
    Step, mask,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

const BRIEF: Variants = Variants {
    mysql: &[(0, || sql!("statements_brief_mysql.sql"))],
    mariadb: &[(0, || sql!("statements_brief_mariadb.sql"))],
};
const FULL: Variants = Variants {
    mysql: &[
        (80_028, || sql!("statements_mysql.sql")),
        (80_000, || sql!("statements_mysql_80.sql")),
        (0, || sql!("statements_mysql_57.sql")),
    ],
    mariadb: &[(0, || sql!("statements_mariadb.sql"))],
};
const TEXTS: Variants = Variants {
    mysql: &[(80_000, || sql!("statement_texts_mysql.sql")), (0, || sql!("statement_texts_mariadb.sql"))],
    mariadb: &[(0, || sql!("statement_texts_mariadb.sql"))],
};
const RUNNING: Variants = Variants {
    mysql: &[(80_022, || sql!("running_mysql.sql")), (0, || sql!("running_processlist.sql"))],
    mariadb: &[(0, || sql!("running_mariadb.sql"))],
};

/// What everyone may ask.
#[derive(Clone, Debug, Default)]
struct State {
    slow_log: Option<SlowLog>,
    capacity: Option<i64>,
    text_length: i64,
    now: i64,
    identity: u64,
}

impl Session {
    /// Five statements: state, uptime, consumer, all packed, some in full.
    pub(super) async fn read_statements(&mut self, of: &StatementsOf) -> Result<StatementsRead> {
        let state = self.statements_state().await?;
        let slow_log = state.slow_log.clone();
        let (known, remedy) = self.digests(state, of).await?;
        Ok(StatementsRead { known: known.map(Into::into), remedy, slow_log })
    }

    async fn statements_state(&mut self) -> Result<State> {
        let mut state = State::default();
        let version = self.settings.version.clone();
        self.wire
            .rows(&sql!("statements_state.sql"), |row| {
                state.slow_log = Some(SlowLog {
                    on: row.flag(0)?,
                    seconds: row.opt_real(1)?.unwrap_or(0.0),
                    output: row.opt(2)?.unwrap_or_default().into_owned(),
                });
                state.capacity = row.opt_int(3)?.filter(|&size| size > 0);
                state.text_length = row.opt_int(4)?.unwrap_or(0);
                state.now = row.int(5)?;
                let mut hasher = DefaultHasher::new();
                (version.as_str(), row.opt(6)?.as_deref(), row.opt(7)?.as_deref()).hash(&mut hasher);
                state.identity = hasher.finish();
                Ok(())
            })
            .await?;
        Ok(state)
    }

    async fn digests(&mut self, state: State, of: &StatementsOf) -> Result<(Known<Statements>, Option<Remedy>)> {
        if !self.settings.performance_schema {
            return Ok((
                Known::unsupported("no statements are counted: the server runs with performance_schema = OFF"),
                Some(self.remedy_off()),
            ));
        }
        let (mut on, mut lost) = (false, None);
        let refused = self
            .optional(&sql!("statements_consumer.sql"), |row| {
                on = row.flag(0)?;
                let calls = row.opt_int(1)?.unwrap_or(0);
                let total_ns = row.opt_int(2)?.unwrap_or(0);
                lost = (calls > 0).then_some(Rest { entries: 1, calls, total_ns });
                Ok(())
            })
            .await?;
        if let Some(error) = refused {
            return self.digests_refused(&error).await;
        }
        if !on {
            let step = Step {
                what: "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'statements_digest';"
                    .into(),
                place: "by an account with UPDATE on performance_schema; until the next restart".into(),
            };
            return Ok((
                Known::unsupported("no statements are counted: the consumer statements_digest is off"),
                Some(Remedy {
                    steps: vec![step],
                    checked: vec![("the consumer statements_digest is on".into(), Some(false))],
                }),
            ));
        }
        let (uptime, _) = self.status().await?;
        let all = self.briefs().await?;
        let list = self.in_full(of, all.len()).await?;
        let mut statements = self.gather(&state, uptime, lost, all, list)?;
        statements.sort();
        Ok((Known::Ready(statements), None))
    }

    async fn digests_refused(&mut self, error: &Error) -> Result<(Known<Statements>, Option<Remedy>)> {
        if error.kind != ErrorKind::Denied {
            return Ok((Known::TimedOut { what: error.message.clone(), partial: None }, None));
        }
        let grant = self.grant("SELECT ON `performance_schema`.*").await?;
        let step = Step { what: format!("{grant};"), place: "by an account that may grant it".into() };
        Ok((
            Known::denied("this account may not read performance_schema", grant),
            Some(Remedy { steps: vec![step], checked: Vec::new() }),
        ))
    }

    fn gather(
        &self,
        state: &State,
        uptime: Option<i64>,
        lost: Option<Rest>,
        all: Vec<Brief>,
        list: Vec<Statement>,
    ) -> Result<Statements> {
        let read_at = time(state.now)?;
        let started = uptime.and_then(|seconds| read_at.checked_sub(SignedDuration::from_secs(seconds)).ok());
        let mysql = !self.settings.flavor.is_mariadb();
        let mut notes = Vec::new();
        if !mysql {
            notes.push(Note::new(
                "statements that a driver prepares on the server are counted nowhere on MariaDB: only those sent as text",
            ));
        }
        notes.push(Note::new("what procedures and functions run inside is not counted by statement"));
        let mut identity = DefaultHasher::new();
        // The uptime moves by a second with rounding; a restart empties the counters anyway.
        (state.identity, self.settings.performance_schema).hash(&mut identity);
        Ok(Statements {
            source: StatementSource::Digests,
            entries: all.len() as i64,
            all,
            list,
            capacity: state.capacity.into(),
            evicted: Num::UNKNOWN,
            lost,
            hidden: None,
            since: match started {
                Some(at) => Known::Ready(Since { at, began: Began::Restart }),
                None => Known::unsupported("since when statements are counted: the server does not tell its uptime"),
            },
            read_at,
            identity: identity.finish(),
            newest: None,
            counted: Counted {
                quantiles: mysql && self.settings.flavor.version >= 80_000,
                scans: true,
                first_seen: true,
                ..Counted::default()
            },
            notes,
        })
    }

    async fn briefs(&mut self) -> Result<Vec<Brief>> {
        let Some(sql) = self.settings.flavor.pick(&BRIEF) else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        self.wire
            .rows(&sql, |row| {
                all.push(Brief { key: key(row)?, calls: base36(row, 1)? as i64, total_ns: base36(row, 2)? as i64 });
                Ok(())
            })
            .await?;
        Ok(all)
    }

    async fn in_full(&mut self, of: &StatementsOf, all: usize) -> Result<Vec<Statement>> {
        let Some(sql) = self.settings.flavor.pick(&FULL) else { return Ok(Vec::new()) };
        let top = (of.top as usize).saturating_add(of.keys.len()).min(all);
        let sql = filled(&sql, &[("{keys}", key_list(&of.keys)), ("{top}", top.to_string())]);
        let mut list = Vec::new();
        let mut seen = HashSet::new();
        self.wire
            .rows(&sql, |row| {
                let one = in_full(row)?;
                if seen.insert(one.key) {
                    list.push(one);
                }
                Ok(())
            })
            .await?;
        Ok(list)
    }

    pub(super) async fn read_statement_texts(
        &mut self,
        keys: &[StatementKey],
        length: u32,
    ) -> Result<Known<StatementTexts>> {
        let Some(sql) = self.settings.flavor.pick(&TEXTS).filter(|_| self.settings.performance_schema) else {
            return Ok(Known::unsupported("no statements are counted: the server runs with performance_schema = OFF"));
        };
        let sql = filled(&sql, &[("{keys}", key_list(keys)), ("{length}", length.to_string())]);
        let state = self.statements_state().await?;
        let flavor = self.settings.flavor;
        let mut texts = StatementTexts::default();
        let refused = self
            .optional(&sql, |row| {
                let text = row.opt(1)?.unwrap_or_default();
                // A driver's prepared statement: the same text as one sent whole.
                let plain = text.strip_prefix("EXECUTE ").filter(|_| !flavor.is_mariadb()).unwrap_or(&text);
                let whole = row.opt_int(2)?.unwrap_or(0);
                let sample = row.filled(3)?;
                // The server cuts silently: what is nearly as long as it may be was probably longer.
                let near = whole >= state.text_length * 4 / 5 && state.text_length > 0;
                let cut = near || whole > i64::from(length) || text.ends_with("...");
                let whole_sample =
                    sample.filter(|sample| !sample.ends_with("...") && sample.chars().count() < length as usize);
                let sample = whole_sample.map(|sample| mask(flavor.engine, &sample).into());
                texts.list.push((key(row)?, Known::Ready(StatementText { text: plain.into(), cut, sample })));
                Ok(())
            })
            .await?;
        match refused {
            None => Ok(Known::Ready(texts)),
            Some(error) if error.kind == ErrorKind::Denied => {
                let grant = self.grant("SELECT ON `performance_schema`.*").await?;
                Ok(Known::denied("this account may not read performance_schema", grant))
            }
            Some(error) => Ok(Known::TimedOut { what: error.message, partial: None }),
        }
    }

    pub(super) async fn read_running(&mut self) -> Result<Known<Running>> {
        let flavor = self.settings.flavor;
        let picked = flavor.pick(&RUNNING).filter(|_| flavor.is_mariadb() || self.settings.performance_schema);
        // Without performance_schema its list is empty.
        let sql = picked.unwrap_or_else(|| sql!("running_processlist.sql"));
        let (mut list, mut now) = (Vec::new(), 0);
        let mut each = |row: &Row<'_>| {
            now = row.int(5)?;
            let Some(session) = row.opt_int(0)? else { return Ok(()) };
            let own = |n| row.filled(n).map(|text| text.map(|text| text.into_owned()));
            let text = row.opt(1)?.unwrap_or_default();
            let micros = row.opt_int(6)?.map(|ms| ms * 1_000).or(row.opt_int(4)?.map(|seconds| seconds * 1_000_000));
            list.push(RunningStatement {
                session,
                text: Known::Ready(StatementText {
                    text: mask(flavor.engine, &text).into(),
                    cut: text.chars().count() >= 4_096,
                    sample: None,
                }),
                id: None,
                database: own(2)?,
                user: own(3)?,
                application: None,
                runs_us: micros.into(),
            });
            Ok(())
        };
        let mut refused = self.optional(&sql, &mut each).await?;
        if refused.is_some() {
            refused = self.optional(&sql!("running_processlist.sql"), &mut each).await?;
        }
        if let Some(error) = refused {
            return Ok(Known::TimedOut { what: error.message, partial: None });
        }
        let mut notes = Vec::new();
        if !self.rights().await?.everywhere("PROCESS") {
            let grant = self.grant("PROCESS ON *.*").await?;
            notes.push(Note::denied("only the sessions of this account are seen", grant));
        }
        Ok(Known::Ready(Running { list, at: time(now)?, notes }))
    }

    fn remedy_off(&self) -> Remedy {
        let mariadb = self.settings.flavor.is_mariadb();
        let (what, place) = match self.settings.provider.as_deref() {
            Some(provider @ ("rds" | "aurora")) => {
                ("performance_schema = 1", format!("in the DB parameter group ({provider}); then reboot the instance"))
            }
            Some("azure") => {
                ("performance_schema = ON", "under Server parameters in the portal; then restart".to_owned())
            }
            Some("cloudsql") => ("performance_schema = on", "as a flag of the instance; it restarts for it".to_owned()),
            _ => ("performance_schema = ON", "in the section [mysqld] of the server's own file".to_owned()),
        };
        let mut steps = vec![Step { what: what.into(), place }];
        if self.settings.provider.is_none() {
            steps.push(Step {
                what: "systemctl restart mariadb".replace("mariadb", if mariadb { "mariadb" } else { "mysqld" }),
                place: "it can not be switched on while the server runs; it takes memory then".into(),
            });
        }
        Remedy { steps, checked: vec![("performance_schema is on".into(), Some(false))] }
    }
}

fn key(row: &Row<'_>) -> Result<StatementKey> {
    Ok(StatementKey(base36(row, 0)? as i64))
}

/// A number to base 36; larger than 64 bits is as good as endless.
fn base36(row: &Row<'_>, n: usize) -> Result<u64> {
    let text = row.text(n)?;
    u64::from_str_radix(&text, 36)
        .map_err(|_| Error::new(ErrorKind::Internal, format!("{}: {text} is no number", row.label(n))))
}

/// As the server counts them: without a sign. None is a key that there is not.
fn key_list(keys: &[StatementKey]) -> String {
    match keys {
        [] => "NULL".into(),
        keys => keys.iter().map(|key| (key.0 as u64).to_string()).collect::<Vec<_>>().join(", "),
    }
}

/// Numbers in the places of their words.
fn filled(sql: &Sql, words: &[(&str, String)]) -> Sql {
    let text = words.iter().fold(sql.text.to_string(), |text, (word, value)| text.replace(word, value));
    Sql::shape(sql.name, text)
}

fn in_full(row: &Row<'_>) -> Result<Statement> {
    let num = |n: usize| row.opt_int(n).map(Num::new);
    Ok(Statement {
        key: key(row)?,
        id: row.text(1)?.into_owned(),
        text: Known::NotYet,
        database: row.opt(2)?.map(|text| text.into_owned()),
        roles: Vec::new(),
        toplevel: None,
        first_seen: num(19)?,
        last_seen: num(20)?,
        counters: Counters {
            calls: num(3)?,
            total_ns: num(4)?,
            min_ns: num(5)?,
            max_ns: num(6)?,
            p95_ns: num(7)?,
            p99_ns: num(8)?,
            lock_ns: num(9)?,
            errors: num(10)?,
            warnings: num(11)?,
            rows: num(12)?,
            rows_examined: num(13)?,
            tmp_disk_tables: num(14)?,
            tmp_tables: num(15)?,
            full_joins: num(16)?,
            no_index_used: num(17)?,
            no_good_index_used: num(18)?,
            cpu_ns: num(21)?,
            ..Counters::default()
        },
    })
}

fn time(micros: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros)
        .map_err(|_| Error::new(ErrorKind::Internal, "the server gave a time that can not be read"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::guard::only_reads;

    #[test]
    fn keys_go_out_without_a_sign() {
        let sql = filled(
            &sql!("statements_mysql.sql"),
            &[("{keys}", key_list(&[StatementKey(-1), StatementKey(7)])), ("{top}", "9".into())],
        );
        assert!(sql.text.contains("IN (18446744073709551615, 7) DESC") && sql.text.contains("LIMIT 9"));
        assert!(only_reads(&sql.text) && !sql.text.contains('{'));
        assert_eq!(key_list(&[]), "NULL");
    }
}
