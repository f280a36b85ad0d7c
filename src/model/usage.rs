//! How much tables and indexes are used, and over which time that was counted.

use super::{Known, Note, Num};
use jiff::Timestamp;

/// Counters of one table since the [`Window`] began. Unknown where the engine does not count.
///
/// Times are microseconds since 1970; 0 never stands for "never": an unknown time is
/// [`Num::UNKNOWN`], and `counted` tells whether "never" is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableUse {
    /// Sequential scans (PostgreSQL); rows read without an index (MySQL, MariaDB: see [`ScanUnit`]).
    pub seq_scans: Num,
    /// Rows that those scans read; PostgreSQL.
    pub seq_rows: Num,
    /// Index scans of all indexes; rows on MySQL and MariaDB.
    pub idx_scans: Num,
    /// Rows.
    pub inserts: Num,
    pub updates: Num,
    pub deletes: Num,
    /// Updates that touched no index; PostgreSQL.
    pub hot_updates: Num,
    /// Rows by the counters, not by the planner's statistics; PostgreSQL.
    pub live_rows: Num,
    pub dead_rows: Num,
    /// Rows changed since the last ANALYZE; PostgreSQL.
    pub mods_since_analyze: Num,
    /// Rows inserted since the last VACUUM; PostgreSQL.
    pub inserts_since_vacuum: Num,
    /// Times; automatic and by hand apart.
    pub last_vacuum: Num,
    pub last_autovacuum: Num,
    /// On MySQL and MariaDB the last recalculation of the statistics.
    pub last_analyze: Num,
    pub last_autoanalyze: Num,
    /// Pages whose rows are all visible, of the last VACUUM; PostgreSQL.
    pub all_visible_pages: Num,
    /// Pages of the table at the last VACUUM or ANALYZE; PostgreSQL.
    pub pages: Num,
    /// True when the engine counts this table: an unknown time then means "never".
    pub counted: bool,
    /// Autovacuum is switched off for this table by its own options.
    pub autovacuum_off: bool,
}

impl TableUse {
    /// The later of VACUUM by hand and by autovacuum, microseconds since 1970.
    pub fn vacuumed(&self) -> Option<i64> {
        self.last_vacuum.greatest(self.last_autovacuum).get()
    }

    /// The later of ANALYZE by hand and by autovacuum, microseconds since 1970.
    pub fn analyzed(&self) -> Option<i64> {
        self.last_analyze.greatest(self.last_autoanalyze).get()
    }

    /// dead / (live + dead), 0 to 1; `None` unknown or without rows.
    pub fn dead_share(&self) -> Option<f64> {
        let (live, dead) = (self.live_rows.get()?, self.dead_rows.get()?);
        let all = live.saturating_add(dead);
        (all > 0).then(|| dead as f64 / all as f64)
    }

    /// Rows written: inserts + updates + deletes.
    pub fn writes(&self) -> Option<i64> {
        self.inserts.plus(self.updates).plus(self.deletes).get()
    }
}

/// What a counter of an index counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanUnit {
    /// Times that the index was used.
    Scans,
    /// Rows fetched through it (MySQL, MariaDB without `QUERIES`).
    Rows,
}

impl ScanUnit {
    /// The word of the JSON contract.
    pub fn id(self) -> &'static str {
        match self {
            Self::Scans => "scans",
            Self::Rows => "rows",
        }
    }
}

/// Counters of one index since the [`Window`] began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexUse {
    /// In [`Usage::unit`]; unknown where this index is not counted (FULLTEXT on MySQL and MariaDB, a
    /// table that was not opened since the server started).
    pub scans: Num,
    /// Microseconds since 1970; PostgreSQL 16 and later. Unknown with known scans: never, as far as counted.
    pub last_scan: Num,
    /// Microseconds since 1970: when this machine saw the index first, from its own history. The window
    /// of this index begins no earlier.
    pub first_seen: Num,
    /// Scans on the replicas that were asked, summed; unknown when none was.
    pub replica_scans: Num,
}

/// Why the counters begin where they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Began {
    /// Somebody reset them.
    Reset,
    /// The server started: this engine keeps no counters over a restart, or it came up new.
    Restart,
    /// The server recovered from a crash, which sets its counters to nothing.
    Crash,
    /// A standby became the primary: it counted only its own reads before.
    Promotion,
    /// An own look at this server; nothing earlier is known for sure.
    FirstSeen,
}

impl Began {
    /// To stand in brackets behind a date: `(statistics reset, 23 d)`.
    pub fn title(self) -> &'static str {
        match self {
            Self::Reset => "statistics reset",
            Self::Restart => "server start",
            Self::Crash => "crash recovery",
            Self::Promotion => "promotion",
            Self::FirstSeen => "first look from here",
        }
    }
}

/// The time over which counters counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// The latest of everything that empties counters; nothing before it is known.
    pub since: Timestamp,
    /// When the counters were read, by the server's clock.
    pub until: Timestamp,
    pub began: Began,
    /// Replicas that were asked too, by the names of their connections.
    pub asked: Vec<String>,
    /// Replicas that were not: name and why, in half a sentence.
    pub not_asked: Vec<(String, String)>,
    /// Standbys that the server itself sees attached, where it says; unknown otherwise.
    pub standbys: Option<u32>,
}

impl Window {
    /// Its length in days.
    pub fn days(&self) -> f64 {
        (self.until.as_microsecond() - self.since.as_microsecond()).max(0) as f64 / 86_400e6
    }

    /// Its length in days for one index: an index that was seen first inside the window has a shorter one.
    pub fn days_of(&self, index: &IndexUse) -> f64 {
        let since = index.first_seen.get().unwrap_or(i64::MIN).max(self.since.as_microsecond());
        (self.until.as_microsecond() - since).max(0) as f64 / 86_400e6
    }
}

/// Use of all tables and indexes of one catalog.
#[derive(Clone, Debug)]
pub struct Usage {
    /// One for each relation, by `RelId`; nothing known for views.
    pub tables: Known<Vec<TableUse>>,
    /// One for each index, by its position in `Indexes::list`.
    pub indexes: Known<Vec<IndexUse>>,
    /// What `IndexUse::scans` counts.
    pub unit: ScanUnit,
    /// Since when the counters count; an unknown window supports no verdict.
    pub window: Known<Window>,
    pub notes: Vec<Note>,
}
