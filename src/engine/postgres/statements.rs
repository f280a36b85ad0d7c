//! Statements as pg_stat_statements counts them, 1.4 to 1.12: by the columns of the extension, not by the
//! version of the server.

use super::Postgres;
use super::connect::application_name;
use super::files;
use super::statement_steps::remedy;
use super::value::{Row, parse_array};
use super::wire::Wire;
use crate::engine::guard::Statement as Sql;
use crate::engine::{Engine, Error, ErrorKind, Result, quote_name};
use crate::model::{
    Began, Brief, Counted, Counters, EngineKind, Known, Note, Num, Rest, RoleShare, Running, RunningStatement, Since,
    Statement, StatementKey, StatementSource, StatementText, StatementTexts, Statements, StatementsOf, StatementsRead,
    mask,
};
use jiff::Timestamp;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What the server counts and where, as far as this role may see it.
#[derive(Clone, Debug, Default)]
pub struct Place {
    pub version: Option<String>,
    pub schema: String,
    /// As SQL.
    pub quoted_schema: String,
    pub columns: Vec<String>,
    pub has_info: bool,
    pub may_use_schema: bool,
    pub may_execute: bool,
    /// `pg_stat_statements.max`: there only when the library is loaded.
    pub capacity: Option<i64>,
    /// `shared_preload_libraries`, where this role may see it.
    pub preload: Option<String>,
    pub track: Option<String>,
    pub planning: bool,
    pub io_time: bool,
    pub sees_all: bool,
    /// The version that `CREATE EXTENSION` would make; `None` when its files are not there.
    pub available: Option<String>,
    pub database: String,
    /// As SQL.
    pub role: String,
    pub standby: bool,
    /// The cluster and its start.
    pub server: String,
}

impl Place {
    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|known| known == column)
    }

    /// `"schema"."pg_stat_statements"`, the function; the view has the same name.
    fn source(&self) -> String {
        format!("{}.pg_stat_statements", quote_name(EngineKind::Postgresql, &self.schema))
    }

    /// True when there is nothing in the way of asking.
    fn is_usable(&self) -> bool {
        self.version.is_some() && self.capacity.is_some() && self.may_use_schema && self.may_execute && self.counts()
    }

    /// Columns by which calls and time can be told; there since 1.2.
    fn counts(&self) -> bool {
        self.has("queryid") && (self.has("total_exec_time") || self.has("total_time"))
    }

    fn total(&self) -> &'static str {
        if self.has("total_exec_time") { "total_exec_time" } else { "total_time" }
    }

    fn counted(&self) -> Counted {
        Counted {
            planning: self.planning && self.has("total_plan_time"),
            io_time: self.io_time,
            wal: self.has("wal_bytes"),
            jit: self.has("jit_functions"),
            stddev: true,
            quantiles: false,
            blocks: true,
            scans: false,
            first_seen: self.has("stats_since"),
        }
    }
}

async fn place(wire: &mut Wire) -> Result<Place> {
    wire.row(files::STATEMENTS_WHERE.statement(), |row| {
        let text = |column| row.text(column).map(|text| text.map(|text| text.into_owned()));
        let on = |column| row.text(column).map(|text| text.is_some_and(|text| text == "on"));
        let columns = row.list(2)?.unwrap_or_default().into_iter().flatten().collect();
        Ok(Place {
            version: text(0)?,
            schema: text(1)?.unwrap_or_default(),
            quoted_schema: text(17)?.unwrap_or_default(),
            columns,
            has_info: row.bool(3)?,
            may_use_schema: row.bool(4)?,
            may_execute: row.bool(5)?,
            capacity: row.int(6)?,
            preload: text(7)?,
            track: text(8)?,
            planning: on(9)?,
            io_time: on(10)?,
            sees_all: row.bool(11)?,
            available: text(12)?,
            database: text(13)?.unwrap_or_default(),
            role: text(14)?.unwrap_or_default(),
            standby: row.bool(15)?,
            server: text(16)?.unwrap_or_default(),
        })
    })
    .await
}

impl Postgres {
    /// Two statements the first time, one from then on; two more where something is missing.
    pub(super) async fn read_statements(&mut self, of: &StatementsOf) -> Result<StatementsRead> {
        let known = self.statements_at.take().filter(Place::is_usable);
        let fresh = known.is_none();
        let at = match known {
            Some(at) => at,
            None => place(&mut self.wire).await?,
        };
        if !at.is_usable() {
            return self.missing(&at).await;
        }
        match counters(&mut self.wire, &at, of).await {
            Ok(statements) => {
                let remedy = (!at.sees_all).then(|| remedy(&at, None));
                self.statements_at = Some(at);
                Ok(StatementsRead { known: Known::Ready(statements.into()), remedy, slow_log: None })
            }
            // The extension was changed or dropped since the session looked.
            Err(error) if !fresh && is_gone(&error) => {
                let at = place(&mut self.wire).await?;
                if !at.is_usable() {
                    return self.missing(&at).await;
                }
                let statements = counters(&mut self.wire, &at, of).await?;
                self.statements_at = Some(at);
                Ok(Known::Ready(statements).into())
            }
            Err(error) => Err(error),
        }
    }

    async fn missing(&mut self, at: &Place) -> Result<StatementsRead> {
        let provider = Engine::server(self).await?.provider;
        Ok(StatementsRead { known: why(at), remedy: Some(remedy(at, provider.as_deref())), slow_log: None })
    }

    pub(super) async fn read_statement_texts(
        &mut self,
        keys: &[StatementKey],
        length: u32,
    ) -> Result<Known<StatementTexts>> {
        let at = match self.statements_at.take().filter(Place::is_usable) {
            Some(at) => at,
            None => place(&mut self.wire).await?,
        };
        if !at.is_usable() {
            return Ok(why(&at));
        }
        let result = texts(&mut self.wire, &at, keys, length).await;
        self.statements_at = Some(at);
        result
    }

    pub(super) async fn read_running(&mut self) -> Result<Known<Running>> {
        let app = application_name();
        let sql = files::running(self.version).with(&[("app", &app)]);
        let (mut list, mut now, mut hidden, mut role) = (Vec::new(), 0, 0, String::new());
        self.wire
            .rows(sql, |row| {
                (now, role) = (row.need_int(8)?, row.need(9)?.into_owned());
                let Some(session) = row.int(0)? else { return Ok(()) };
                let is_hidden = row.bool(7)?;
                hidden += usize::from(is_hidden);
                list.push(running(row, session, is_hidden, &role)?);
                Ok(())
            })
            .await?;
        let mut notes = Vec::new();
        if hidden > 0 {
            let text = format!("{hidden} sessions of others are hidden: what they run, and whether they do");
            notes.push(Note::denied(text, format!("GRANT pg_read_all_stats TO {role}")));
        }
        Ok(Known::Ready(Running { list, at: time(now)?, notes }))
    }
}

fn running(row: &Row<'_>, session: i64, hidden: bool, role: &str) -> Result<RunningStatement> {
    let own = |column| row.text(column).map(|text| text.map(|text| text.into_owned()).filter(|text| !text.is_empty()));
    let text = match own(1)? {
        _ if hidden => Known::denied(
            "the text of another role's statement is hidden",
            format!("GRANT pg_read_all_stats TO {role}"),
        ),
        Some(text) => {
            let cut = text.len() >= 4_096;
            Known::Ready(StatementText { text: mask(EngineKind::Postgresql, &text).into(), cut, sample: None })
        }
        None => Known::unsupported("this session tells no text: track_activities is off for it"),
    };
    Ok(RunningStatement {
        session,
        text,
        id: own(2)?,
        database: own(3)?,
        user: own(4)?,
        application: own(5)?,
        runs_us: if hidden { Num::UNKNOWN } else { row.int(6)?.into() },
    })
}

/// True when what the session knew of the extension no longer holds.
fn is_gone(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::NotSupported | ErrorKind::Denied)
        || matches!(error.code.as_deref(), Some("3F000" | "55000"))
}

/// One sentence; the steps are in the remedy.
pub(super) fn why<T>(at: &Place) -> Known<T> {
    let loaded = at.capacity.is_some();
    match (&at.version, loaded) {
        (None, true) => Known::unsupported(format!(
            "pg_stat_statements counts on this server, but the extension is not in the database {}",
            at.database
        )),
        (None, false) => {
            Known::unsupported("no statements are counted: the server runs without the library pg_stat_statements")
        }
        (Some(_), false) => Known::unsupported(format!(
            "no statements are counted: the extension is in the database {}, but the server runs without its library",
            at.database
        )),
        (Some(_), true) if !at.may_use_schema => Known::denied(
            "this role may not use the schema of pg_stat_statements",
            format!("GRANT USAGE ON SCHEMA {} TO {}", at.quoted_schema, at.role),
        ),
        (Some(_), true) if !at.may_execute => Known::denied(
            "this role may not ask pg_stat_statements",
            format!("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {} TO {}", at.quoted_schema, at.role),
        ),
        (Some(version), true) => Known::Unsupported {
            what: format!("pg_stat_statements {version} has not the columns that are needed"),
            since: Some("pg_stat_statements 1.4".into()),
        },
    }
}

/// Builds the list of counters by the columns that there are; each as text, in the order of `take`.
fn counter_columns(at: &Place) -> String {
    let sum = |names: &[&str], scale: &str| match names.iter().find(|name| at.has(name)) {
        Some(name) => format!("least(pg_catalog.sum(e.{name}){scale}, 9e18)::int8::text"),
        None => "null::text".to_owned(),
    };
    let (ms, block) = (" * 1e6", " * pg_catalog.current_setting('block_size')::int8");
    let of = |kind: &str| format!("{kind}_exec_time");
    let one = |kind: &str, how: &str| {
        let new = of(kind);
        let name = if at.has(&new) { new } else { format!("{kind}_time") };
        format!("least(pg_catalog.{how}(e.{name}) * 1e6, 9e18)::int8::text")
    };
    let flag = if at.has("toplevel") { "pg_catalog.bool_or(e.top)::text" } else { "null::text" };
    let seen = match at.has("stats_since") {
        true => "(extract(epoch from pg_catalog.min(e.stats_since)) * 1000000)::int8::text",
        false => "null::text",
    };
    let jit = match at.has("jit_functions") {
        // Deforming is a part of generation where it is told apart.
        true => {
            "least(pg_catalog.sum(e.jit_generation_time + e.jit_inlining_time + e.jit_optimization_time \
             + e.jit_emission_time) * 1e6, 9e18)::int8::text"
        }
        false => "null::text",
    };
    [
        flag.to_owned(),
        seen.to_owned(),
        sum(&["calls"], ""),
        sum(&[at.total()], ms),
        one("min", "min"),
        one("max", "max"),
        stddev(at),
        sum(&["rows"], ""),
        sum(&["shared_blks_hit"], block),
        sum(&["shared_blks_read"], block),
        sum(&["shared_blks_dirtied"], block),
        sum(&["shared_blks_written"], block),
        sum(&["local_blks_read"], block),
        sum(&["local_blks_written"], block),
        sum(&["temp_blks_read"], block),
        sum(&["temp_blks_written"], block),
        sum(&["shared_blk_read_time", "blk_read_time"], ms),
        sum(&["shared_blk_write_time", "blk_write_time"], ms),
        sum(&["wal_bytes"], ""),
        sum(&["wal_records"], ""),
        sum(&["wal_fpi"], ""),
        sum(&["plans"], ""),
        sum(&["total_plan_time"], ms),
        sum(&["jit_functions"], ""),
        jit.to_owned(),
    ]
    .join(", ")
}

/// Of several entries: by their means and variances, weighted by their calls.
fn stddev(at: &Place) -> String {
    let (stddev, mean) = match at.has("stddev_exec_time") {
        true => ("stddev_exec_time", "mean_exec_time"),
        false => ("stddev_time", "mean_time"),
    };
    let total = at.total();
    format!(
        "least(case when pg_catalog.count(*) = 1 then pg_catalog.max(e.{stddev}) else pg_catalog.sqrt(greatest(0, \
         pg_catalog.sum(e.calls * (e.{stddev} * e.{stddev} + e.{mean} * e.{mean})) / nullif(pg_catalog.sum(e.calls), 0) \
         - (pg_catalog.sum(e.{total}) / nullif(pg_catalog.sum(e.calls), 0)) ^ 2)) end * 1e6, 9e18)::int8::text"
    )
}

fn key_list(keys: &[StatementKey]) -> String {
    let list: Vec<String> = keys.iter().map(|key| key.0.to_string()).collect();
    format!("{{{}}}", list.join(","))
}

fn counters_sql(at: &Place, of: &StatementsOf) -> Sql {
    let info = match at.has_info {
        true => format!("{}.pg_stat_statements_info", quote_name(EngineKind::Postgresql, &at.schema)),
        false => "(select null::int8 as dealloc, null::timestamptz as stats_reset)".into(),
    };
    let top = if at.has("toplevel") { "s.toplevel" } else { "true" };
    let words = [
        (":source", at.source()),
        (":toplevel", top.to_owned()),
        (":total", at.total().to_owned()),
        (":info", info),
        (":counters", counter_columns(at)),
        (":'top'", i64::from(of.top).to_string()),
        (":'keys'", format!("'{}'", key_list(&of.keys))),
    ];
    files::STATEMENTS.filled(&words)
}

/// Collects the rows of `statements.sql`.
struct Build<'a> {
    at: &'a Place,
    counted: Counted,
    statements: Option<Statements>,
    list: Vec<Statement>,
}

async fn counters(wire: &mut Wire, at: &Place, of: &StatementsOf) -> Result<Statements> {
    let mut build = Build { at, counted: at.counted(), statements: None, list: Vec::new() };
    wire.rows(counters_sql(at, of), |row| if build.statements.is_none() { build.head(row) } else { build.one(row) })
        .await?;
    let Some(mut statements) = build.statements else {
        return Err(Error::new(ErrorKind::Internal, "postgres/statements.sql gave no row"));
    };
    statements.list = build.list;
    statements.sort();
    Ok(statements)
}

impl Build<'_> {
    /// The row of everything.
    fn head(&mut self, row: &Row<'_>) -> Result<()> {
        let read_at = time(row.int(5)?.unwrap_or(0))?;
        let hidden = row.ints_or_null(3)?;
        let rest = |n: usize| hidden.get(n).copied().flatten().unwrap_or(0);
        let hidden = (rest(0) > 0).then(|| Rest { entries: rest(0), calls: rest(1), total_ns: rest(2) });
        let info = row.ints_or_null(4)?;
        let at = self.at;
        let mut notes = Vec::new();
        if let Some(hidden) = hidden {
            let text = format!("{} entries of other roles are hidden, also which statements they are", hidden.entries);
            notes.push(Note::denied(text, format!("GRANT pg_read_all_stats TO {}", at.role)));
        }
        match at.track.as_deref() {
            Some("none") => notes.push(Note::new("nothing new is counted: pg_stat_statements.track is none here")),
            Some("all") => notes.push(Note::new(
                "pg_stat_statements.track is all: the time of statements inside functions counts in their callers too",
            )),
            _ => {}
        }
        let since = match info.get(1).copied().flatten() {
            Some(at) => Known::Ready(Since { at: time(at)?, began: Began::Reset }),
            None => Known::Unsupported {
                what: "since when statements are counted is not told by this version of the extension".into(),
                since: Some("pg_stat_statements 1.9".into()),
            },
        };
        let mut identity = DefaultHasher::new();
        (&at.server, at.sees_all, &at.version).hash(&mut identity);
        let packed = row.text(2)?.unwrap_or_default();
        let all = unpack(&packed).ok_or_else(|| {
            Error::new(ErrorKind::Internal, "postgres/statements.sql gave counters that can not be unpacked")
        })?;
        self.statements = Some(Statements {
            source: StatementSource::PgStatStatements {
                version: at.version.clone().unwrap_or_default(),
                schema: at.schema.clone(),
            },
            all,
            list: Vec::new(),
            entries: row.need(1)?.parse().unwrap_or(0),
            capacity: at.capacity.into(),
            evicted: info.first().copied().flatten().into(),
            lost: None,
            hidden,
            since,
            read_at,
            identity: identity.finish(),
            newest: at.available.clone(),
            counted: self.counted,
            notes,
        });
        Ok(())
    }

    fn one(&mut self, row: &Row<'_>) -> Result<()> {
        let list = row.list(3)?.unwrap_or_default();
        let text = |n: usize| list.get(n).and_then(Option::as_deref);
        let num = |n: usize| Num::new(text(n).and_then(|text| text.parse().ok()));
        // Off now and nothing counted: it was never on.
        let timed = |n: usize, on: bool| if on || num(n).get().is_some_and(|n| n > 0) { num(n) } else { Num::UNKNOWN };
        let counted = self.counted;
        let counters = Counters {
            calls: num(2),
            total_ns: num(3),
            min_ns: num(4),
            max_ns: num(5),
            stddev_ns: num(6),
            rows: num(7),
            shared_hit: num(8),
            shared_read: num(9),
            shared_dirtied: num(10),
            shared_written: num(11),
            local_read: num(12),
            local_written: num(13),
            temp_read: num(14),
            temp_written: num(15),
            read_ns: timed(16, counted.io_time),
            write_ns: timed(17, counted.io_time),
            wal_bytes: num(18),
            wal_records: num(19),
            wal_fpi: num(20),
            plans: timed(21, counted.planning),
            plan_ns: timed(22, counted.planning),
            jit_functions: num(23),
            jit_ns: num(24),
            ..Counters::default()
        };
        self.list.push(Statement {
            key: StatementKey(row.need_int(0)?),
            id: row.need(1)?.into_owned(),
            text: Known::NotYet,
            database: row.text(2)?.map(|text| text.into_owned()),
            roles: roles(row)?,
            toplevel: text(0).map(|text| text.starts_with('t')),
            first_seen: num(1),
            last_seen: Num::UNKNOWN,
            counters,
        });
        Ok(())
    }
}

fn roles(row: &Row<'_>) -> Result<Vec<RoleShare>> {
    let (names, calls, ns) = (row.list(4)?.unwrap_or_default(), row.ints(5)?, row.ints(6)?);
    let all = names.into_iter().flatten().zip(calls).zip(ns);
    Ok(all.map(|((role, calls), total_ns)| RoleShare { role, calls, total_ns }).collect())
}

async fn texts(wire: &mut Wire, at: &Place, keys: &[StatementKey], length: u32) -> Result<Known<StatementTexts>> {
    if keys.is_empty() {
        return Ok(Known::Ready(StatementTexts::default()));
    }
    let words = [
        (":source", at.source()),
        (":'keys'", format!("'{}'", key_list(keys))),
        (":'length'", i32::try_from(length).unwrap_or(i32::MAX).to_string()),
    ];
    let mut texts = StatementTexts::default();
    let result = wire
        .rows(files::STATEMENT_TEXTS.filled(&words), |row| {
            let whole = row.int(2)?.unwrap_or(0);
            let text = match row.text(1)? {
                Some(text) => Known::Ready(StatementText {
                    text: text.as_ref().into(),
                    cut: whole > i64::from(length),
                    sample: None,
                }),
                None => Known::unsupported("the server lost the text of this statement: its file of texts was damaged"),
            };
            texts.list.push((StatementKey(row.need_int(0)?), text));
            Ok(())
        })
        .await;
    match result {
        Ok(()) => Ok(Known::Ready(texts)),
        // Some text of another database is not valid in the encoding of this one: the server refuses all.
        Err(error) if matches!(error.code.as_deref(), Some("22021" | "22P05" | "22000")) => {
            Ok(Known::unsupported(format!(
                "the server can not give the texts: one of them, of any database, can not be turned into the encoding of {} ({})",
                at.database,
                error.message.trim_start_matches("postgres/statement_texts.sql failed: ")
            )))
        }
        Err(error) => Err(error),
    }
}

fn time(micros: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros)
        .map_err(|_| Error::new(ErrorKind::Internal, "the server gave a time that can not be read"))
}

/// Entries of 21 bytes in base64: key, calls in five bytes, nanoseconds.
fn unpack(text: &str) -> Option<Vec<Brief>> {
    let bytes = base64(text)?;
    if bytes.len() % 21 != 0 {
        return None;
    }
    let number = |part: &[u8]| part.iter().fold(0u64, |sum, &byte| sum << 8 | u64::from(byte)) as i64;
    let all = bytes.chunks_exact(21);
    Some(
        all.map(|one| Brief {
            key: StatementKey(number(&one[..8])),
            calls: number(&one[8..13]),
            total_ns: number(&one[13..]),
        })
        .collect(),
    )
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    Some(out)
}

impl Row<'_> {
    /// Numbers of an array that may hold NULLs.
    fn ints_or_null(&self, column: usize) -> Result<Vec<Option<i64>>> {
        let text = self.text(column)?;
        let list = text.as_deref().and_then(parse_array).unwrap_or_default();
        Ok(list.into_iter().map(|one| one.and_then(|one| one.parse().ok())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::guard::only_reads;

    #[test]
    fn packed_entries() {
        // select encode(int8send(-2) || substr(int8send(300), 4) || int8send(5), 'base64')
        let all = unpack("//////////4AAAABLAAAAAAAAAAF").unwrap();
        assert_eq!(all, [Brief { key: StatementKey(-2), calls: 300, total_ns: 5 }]);
        assert!(unpack("").unwrap().is_empty());
        assert!(unpack("AAAA").is_none() && unpack("é").is_none());
    }

    #[test]
    fn a_hostile_schema_stays_a_name() {
        let at = Place {
            schema: "a\"; drop table t; --".into(),
            columns: ["queryid", "calls", "total_time"].map(str::to_owned).to_vec(),
            has_info: true,
            ..Place::default()
        };
        let sql = counters_sql(&at, &StatementsOf { top: 3, keys: vec![StatementKey(-7)] });
        assert!(only_reads(&sql.text), "{}", sql.text);
        assert!(
            sql.text.contains("\"a\"\"; drop table t; --\".pg_stat_statements(false)") && sql.text.contains("'{-7}'")
        );
        assert!(!sql.text.contains(':') || !sql.text.contains(":source"), "{}", sql.text);
    }
}
