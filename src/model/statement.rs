//! Normalised statements with their counters, as the server keeps them.
//!
//! All entries come as [`Brief`]s (key, calls, time), a few in full. Texts are read on their own, because a
//! server may keep megabytes of them. Nothing here is a difference: see `collect::delta`.

use super::{Began, Known, Note, Num};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;

/// One statement of one database, whoever ran it. Stable as long as the server keeps the entry's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementKey(pub i64);

/// What is known of every entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brief {
    pub key: StatementKey,
    pub calls: i64,
    /// Time of execution, nanoseconds; summed over sessions.
    pub total_ns: i64,
}

/// Where the counters come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementSource {
    /// PostgreSQL: the version of the extension (`1.10`, not the server's) and the schema that it lives in.
    PgStatStatements { version: String, schema: String },
    /// MySQL and MariaDB: `performance_schema.events_statements_summary_by_digest`.
    Digests,
}

impl StatementSource {
    /// For people: `pg_stat_statements 1.10`.
    pub fn title(&self) -> String {
        match self {
            Self::PgStatStatements { version, .. } => format!("pg_stat_statements {version}"),
            Self::Digests => "events_statements_summary_by_digest".into(),
        }
    }
}

/// Entries without a key of their own, added up: hidden from this role, or lost by the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    pub entries: i64,
    pub calls: i64,
    pub total_ns: i64,
}

/// Since when the counters of all entries count, at the earliest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    pub at: Timestamp,
    pub began: Began,
}

/// What this server counts; what it does not is unknown in [`Counters`], never 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Time of planning (`track_planning`).
    pub planning: bool,
    /// Time of reading and writing blocks (`track_io_timing`).
    pub io_time: bool,
    pub wal: bool,
    pub jit: bool,
    pub stddev: bool,
    /// Quantiles; MySQL 8.0 and later.
    pub quantiles: bool,
    /// Blocks and what they make of cache hits; PostgreSQL.
    pub blocks: bool,
    /// Rows examined, full scans, errors, temporary tables; MySQL and MariaDB.
    pub scans: bool,
    /// When an entry was first seen.
    pub first_seen: bool,
}

/// What to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatementsOf {
    /// The dearest of the lifetime come in full; `u32::MAX` for all of them.
    pub top: u32,
    /// These too.
    pub keys: Vec<StatementKey>,
}

/// All statements of a server at one moment.
#[derive(Clone, Debug)]
pub struct Statements {
    pub source: StatementSource,
    /// Every entry that has a key, by key.
    pub all: Vec<Brief>,
    /// In full: those of [`StatementsOf`], dearest first.
    pub list: Vec<Statement>,
    /// Entries that the server holds now, as it counts them (one for each role and nesting level).
    pub entries: i64,
    /// How many it can hold.
    pub capacity: Num,
    /// Entries thrown out since the counters began to make room (PostgreSQL 14 and later).
    pub evicted: Num,
    /// Calls that found no room (MySQL, MariaDB); nothing where all found room or the server evicts.
    pub lost: Option<Rest>,
    /// Statements of others that this role may not even tell apart.
    pub hidden: Option<Rest>,
    pub since: Known<Since>,
    /// By the server's clock.
    pub read_at: Timestamp,
    /// Changes when counters can not be compared with those read before: another server or session of
    /// counting answered, or this role sees more or less than before.
    pub identity: u64,
    /// The version of the extension that the server would make now, where it tells.
    pub newest: Option<String>,
    pub counted: Counted,
    pub notes: Vec<Note>,
}

/// A role's part in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleShare {
    pub role: String,
    pub calls: i64,
    pub total_ns: i64,
}

/// One statement in full.
#[derive(Clone, Debug)]
pub struct Statement {
    pub key: StatementKey,
    /// As the server writes it: `queryid` as a signed number, `DIGEST` in hex.
    pub id: String,
    pub text: Known<StatementText>,
    /// The database (PostgreSQL) or default schema (MySQL, MariaDB); none where it was dropped or not set.
    pub database: Option<String>,
    /// Who called it, most calls first; empty where the engine does not say.
    pub roles: Vec<RoleShare>,
    /// False for what only ran inside functions; unknown before 1.9 and where the engine does not say.
    pub toplevel: Option<bool>,
    /// Microseconds since 1970: since when this entry is counted; PostgreSQL 17, MySQL, MariaDB.
    pub first_seen: Num,
    /// Microseconds since 1970; MySQL, MariaDB.
    pub last_seen: Num,
    pub counters: Counters,
}

impl Statement {
    /// The one role that called it, where it is one.
    pub fn role(&self) -> Option<&str> {
        match self.roles.as_slice() {
            [one] => Some(&one.role),
            _ => None,
        }
    }
}

/// A normalised text: constants are `$1` or `?`. What a server wrote, not sanitised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementText {
    pub text: Arc<str>,
    /// Not whole: the server cut it, or it was too long to be read whole.
    pub cut: bool,
    /// One call of it with its constants masked, in the words of the caller (MySQL): for parsers, because
    /// the text above is no SQL there.
    pub sample: Option<Arc<str>>,
}

/// Counters of one entry since [`Statement::first_seen`], or since [`Statements::since`]. Times are
/// nanoseconds, blocks are bytes; unknown where this server does not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    pub calls: Num,
    pub total_ns: Num,
    pub min_ns: Num,
    pub max_ns: Num,
    /// Of the population; of entries with several roles put together from theirs.
    pub stddev_ns: Num,
    /// Upper bounds of buckets, up to 5 % high; MySQL.
    pub p95_ns: Num,
    pub p99_ns: Num,
    /// Returned or changed.
    pub rows: Num,
    pub shared_hit: Num,
    pub shared_read: Num,
    pub shared_dirtied: Num,
    pub shared_written: Num,
    pub local_read: Num,
    pub local_written: Num,
    pub temp_read: Num,
    pub temp_written: Num,
    /// Waiting for blocks of tables and indexes; `track_io_timing`.
    pub read_ns: Num,
    pub write_ns: Num,
    pub wal_bytes: Num,
    pub wal_records: Num,
    /// Full page images.
    pub wal_fpi: Num,
    /// `track_planning`.
    pub plans: Num,
    pub plan_ns: Num,
    pub jit_functions: Num,
    /// Generation, inlining, optimisation and emission together.
    pub jit_ns: Num,
    // MySQL and MariaDB.
    pub errors: Num,
    pub warnings: Num,
    pub rows_examined: Num,
    /// Calls that used no index.
    pub no_index_used: Num,
    pub no_good_index_used: Num,
    /// Joins without an index on the joined table.
    pub full_joins: Num,
    pub tmp_tables: Num,
    pub tmp_disk_tables: Num,
    pub lock_ns: Num,
    /// Unknown while the consumer `events_statements_cpu` is off.
    pub cpu_ns: Num,
}

impl Counters {
    /// total / calls, nanoseconds.
    pub fn mean_ns(&self) -> Option<f64> {
        ratio(self.total_ns, self.calls)
    }

    pub fn rows_per_call(&self) -> Option<f64> {
        ratio(self.rows, self.calls)
    }

    /// hit / (hit + read), 0 to 1; `None` unknown or when no block was asked for.
    pub fn cache_hit(&self) -> Option<f64> {
        let (hit, read) = (self.shared_hit.get()?, self.shared_read.get()?);
        let all = hit as f64 + read as f64;
        (all > 0.0).then(|| hit as f64 / all)
    }
}

/// a / b; `None` where one is unknown or b is 0.
pub fn ratio(a: Num, b: Num) -> Option<f64> {
    let (a, b) = (a.get()?, b.get()?);
    (b > 0).then(|| a as f64 / b as f64)
}

impl Statements {
    pub fn get(&self, key: StatementKey) -> Option<&Statement> {
        self.list.iter().find(|one| one.key == key)
    }

    /// Every entry: needs no list in full.
    pub fn brief(&self, key: StatementKey) -> Option<&Brief> {
        let at = self.all.binary_search_by_key(&key, |brief| brief.key).ok()?;
        self.all.get(at)
    }

    /// Calls and time of everything that was counted, also of what is hidden or lost.
    pub fn total(&self) -> Rest {
        let mut sum = Rest { entries: self.entries, ..Rest::default() };
        let rests = self.lost.iter().chain(&self.hidden).map(|rest| (rest.calls, rest.total_ns));
        for (calls, ns) in self.all.iter().map(|brief| (brief.calls, brief.total_ns)).chain(rests) {
            sum.calls = sum.calls.saturating_add(calls);
            sum.total_ns = sum.total_ns.saturating_add(ns);
        }
        sum
    }

    /// Part of all time that was counted, 0 to 1; `None` while nothing was counted. Adds up all entries.
    pub fn share(&self, key: StatementKey) -> Option<f64> {
        let (own, all) = (self.brief(key)?.total_ns, self.total().total_ns);
        (all > 0).then(|| own as f64 / all as f64)
    }

    /// Where texts could not be read: why, for each that came in full.
    pub fn no_texts(&mut self, why: &Known<StatementTexts>) {
        let reason = match why {
            Known::Denied { what, grant } => Known::denied(what.clone(), grant.clone()),
            Known::Unsupported { what, since } => Known::Unsupported { what: what.clone(), since: since.clone() },
            Known::TimedOut { what, .. } => Known::TimedOut { what: what.clone(), partial: None },
            Known::Ready(_) | Known::NotYet => return,
        };
        self.list.iter_mut().for_each(|one| one.text = reason.clone());
    }

    /// Puts texts that were read on their own where they belong.
    pub fn put_texts(&mut self, texts: &StatementTexts) {
        let by_key: HashMap<StatementKey, &Known<StatementText>> =
            texts.list.iter().map(|(key, text)| (*key, text)).collect();
        for one in &mut self.list {
            if let Some(&text) = by_key.get(&one.key) {
                one.text = text.clone();
            }
        }
    }

    /// In the order of the engine's promise: briefs by key, the list dearest first.
    pub fn sort(&mut self) {
        self.all.sort_unstable_by_key(|brief| brief.key);
        self.list.sort_by_key(|one| (std::cmp::Reverse(one.counters.total_ns.get()), one.key));
    }
}

/// What happened in a span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    pub calls: i64,
    pub total_ns: i64,
    /// Microseconds of the server's clock.
    pub span_us: i64,
}

impl Delta {
    /// Nanoseconds; `None` without a call.
    pub fn mean_ns(&self) -> Option<f64> {
        (self.calls > 0).then(|| self.total_ns as f64 / self.calls as f64)
    }

    pub fn calls_per_min(&self) -> Option<f64> {
        (self.span_us > 0).then(|| self.calls as f64 * 60e6 / self.span_us as f64)
    }

    /// Sessions that were busy with it on average.
    pub fn load(&self) -> Option<f64> {
        (self.span_us > 0).then(|| self.total_ns as f64 / (self.span_us as f64 * 1e3))
    }

    /// Never runs over.
    pub fn add(&mut self, calls: i64, total_ns: i64) {
        self.calls = self.calls.saturating_add(calls);
        self.total_ns = self.total_ns.saturating_add(total_ns);
    }
}

/// Texts of the statements that were named.
#[derive(Clone, Debug, Default)]
pub struct StatementTexts {
    /// By key; one that is gone meanwhile is not here.
    pub list: Vec<(StatementKey, Known<StatementText>)>,
}

impl StatementTexts {
    pub fn get(&self, key: StatementKey) -> Option<&Known<StatementText>> {
        self.list.iter().find(|(known, _)| *known == key).map(|(_, text)| text)
    }
}

/// The answer to a question for statements.
#[derive(Clone, Debug)]
pub struct StatementsRead {
    pub known: Known<Arc<Statements>>,
    /// What would bring them, where they are missing or incomplete.
    pub remedy: Option<Remedy>,
    /// MySQL and MariaDB.
    pub slow_log: Option<SlowLog>,
}

impl From<Known<Statements>> for StatementsRead {
    fn from(known: Known<Statements>) -> Self {
        Self { known: known.map(Arc::new), remedy: None, slow_log: None }
    }
}

/// How the server logs slow statements.
#[derive(Clone, Debug, PartialEq)]
pub struct SlowLog {
    pub on: bool,
    /// Statements that take longer are logged (`long_query_time`).
    pub seconds: f64,
    /// `FILE`, `TABLE`, both, or `NONE`.
    pub output: String,
}

/// What has to be done to get a fact that is missing, for this engine, version and provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remedy {
    /// In their order.
    pub steps: Vec<Step>,
    /// What was looked at: `shared_preload_libraries has it`, and the answer; `None` could not be seen.
    pub checked: Vec<(String, Option<bool>)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// A statement, a line of a file, a parameter: to be copied.
    pub what: String,
    /// Where and by whom, and what it costs: `in the database shop, by its owner`.
    pub place: String,
}

/// One moment of what runs.
#[derive(Clone, Debug)]
pub struct Running {
    pub list: Vec<RunningStatement>,
    /// By the server's clock.
    pub at: Timestamp,
    pub notes: Vec<Note>,
}

/// A statement that runs now, in some session but ours.
#[derive(Clone, Debug)]
pub struct RunningStatement {
    pub session: i64,
    /// Normalised here: constants are `$1` or `?`.
    pub text: Known<StatementText>,
    /// As in [`Statement::id`], where the server tells it.
    pub id: Option<String>,
    pub database: Option<String>,
    pub user: Option<String>,
    pub application: Option<String>,
    /// Since its start, microseconds.
    pub runs_us: Num,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_of_unknown_are_unknown() {
        let counters = Counters { calls: 4.into(), total_ns: 10.into(), shared_hit: 3.into(), ..Counters::default() };
        assert_eq!((counters.mean_ns(), counters.cache_hit(), counters.rows_per_call()), (Some(2.5), None, None));
        let none = Counters { shared_hit: 0.into(), shared_read: 0.into(), calls: 0.into(), ..counters };
        assert_eq!((none.mean_ns(), none.cache_hit()), (None, None));
    }
}
