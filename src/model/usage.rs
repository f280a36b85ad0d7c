//! How much tables and indexes are used, and over which time that was counted.

use super::{Catalog, Identity, IndexFlags, Kin, Known, Note, Num, RelFlags, RelId, RelKind};
use jiff::Timestamp;
use std::collections::HashMap;

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

impl IndexUse {
    /// Here and on the replicas that were asked.
    pub fn all_scans(&self) -> Option<i64> {
        Some(self.scans.get()?.saturating_add(self.replica_scans.get().unwrap_or(0)))
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
    /// Microseconds since 1970: when this machine first saw the index, where it had looked at this
    /// database before and the index was not there. The window of this index begins no earlier.
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

/// A replica whose counters are in the sums.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The name of its connection.
    pub name: String,
    /// Why it is not certain that it is a replica of this server, in half a sentence.
    pub unproven: Option<String>,
    /// Since when its own counters count; unknown where it did not tell.
    pub since: Option<(Timestamp, Began)>,
    /// Indexes that are counted here, but not there.
    pub unseen: u32,
}

impl Asked {
    /// What its answer does not cover, in half sentences.
    pub fn doubts(&self, since: Timestamp) -> Vec<String> {
        let name = &self.name;
        let mut doubts: Vec<String> =
            self.unproven.iter().map(|why| format!("whether {name} is a replica of this server: {why}")).collect();
        match self.since {
            Some((theirs, began)) if theirs > since => doubts.push(format!(
                "scans on {name} before {}: it counts since then ({})",
                theirs.strftime("%Y-%m-%d %H:%M UTC"),
                began.title()
            )),
            Some(_) => {}
            None => doubts.push(format!("since when {name} counts")),
        }
        if self.unseen > 0 {
            doubts.push(format!("the use of {} indexes on {name}: it does not tell them", self.unseen));
        }
        doubts
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
    /// Replicas that were asked too.
    pub asked: Vec<Asked>,
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
    /// Which server counted.
    pub identity: Identity,
    /// Of the whole server; a table may have its own. Unknown where the engine has no such thing.
    pub autovacuum: Option<Autovacuum>,
    /// Indexes that are being built right now; PostgreSQL.
    pub builds: Vec<IndexBuild>,
    pub notes: Vec<Note>,
}

/// A CREATE INDEX or REINDEX that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexBuild {
    pub pid: i64,
    /// As [`super::Index::id`]; unknown before it is there, and where this role may not see it.
    pub index: Option<i64>,
    pub table: Option<RelId>,
    /// `CREATE INDEX CONCURRENTLY` and the like; unknown where hidden.
    pub command: Option<String>,
    pub phase: Option<String>,
    /// The process that it waits for.
    pub waits_for: Option<i64>,
}

impl IndexBuild {
    /// True when this build makes the index, which is not valid yet.
    pub fn makes(&self, id: i64, rel: RelId, name: &str) -> bool {
        match (self.index, self.command.as_deref()) {
            // It makes a copy of several; two of the names stand for each until it is done.
            (Some(_), Some(command)) if command.contains("REINDEX") => {
                self.index == Some(id) || self.table == Some(rel) && name.contains("_cc")
            }
            (Some(index), _) => index == id,
            // What it makes is hidden: the lock says on which table.
            (None, _) => self.table == Some(rel),
        }
    }
}

/// When autovacuum comes, by the settings of the server; PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Autovacuum {
    pub on: bool,
    /// `autovacuum_vacuum_threshold`: dead rows,
    pub threshold: f64,
    /// `autovacuum_vacuum_scale_factor`: and this share of all rows,
    pub scale: f64,
    /// `autovacuum_vacuum_max_threshold`: but at most so many; from 18 on.
    pub most: Option<f64>,
}

impl Usage {
    /// Nothing is known yet.
    pub fn unknown() -> Self {
        Self {
            tables: Known::NotYet,
            indexes: Known::NotYet,
            unit: ScanUnit::Scans,
            window: Known::NotYet,
            identity: Identity::default(),
            autovacuum: None,
            builds: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Fills what is a sum of others: index scans of tables, and counters of partitioned tables and
    /// indexes, which count nothing themselves.
    pub fn roll_up(&mut self, catalog: &Catalog) {
        self.sum_indexes(catalog);
        let (Known::Ready(tables), relations) = (&mut self.tables, &catalog.relations) else { return };
        for (id, rel) in relations.iter() {
            let Some(own) = tables.get(id.0 as usize).copied() else { continue };
            if rel.kind == RelKind::PartitionedTable || rel.flags.has(RelFlags::INHERITS) {
                continue;
            }
            let mut above = rel.parent;
            // Bounded, so that a damaged catalog cannot turn this into a loop without end.
            for _ in 0..64 {
                let Some(parent) = above else { break };
                if let Some(sum) = tables.get_mut(parent.0 as usize) {
                    sum.add(&own);
                }
                above = relations.get(parent).and_then(|rel| rel.parent);
            }
        }
    }

    /// Adds the reads of a replica, whose relations have numbers of their own: by names. A stranger's are
    /// refused, also one that was asked before under another name.
    pub fn add_replica(&mut self, catalog: &Catalog, name: &str, found: &Catalog, used: &Usage) {
        let unproven = match self.identity.replica(&used.identity) {
            Kin::Stranger(why) => return self.without_replica(name, &why),
            Kin::Unproven(why) => Some(why),
            Kin::Same => None,
        };
        let (Some(own), Some(theirs)) = (catalog.indexes.value(), found.indexes.value()) else {
            return self.without_replica(name, "its indexes could not be read");
        };
        let (Known::Ready(uses), Some(their_uses)) = (&mut self.indexes, used.indexes.value()) else {
            let why = used.indexes.reason().unwrap_or_else(|| "it told no counters".into());
            return self.without_replica(name, &why);
        };
        let key = |catalog: &'_ Catalog, rel, index: &str| -> (String, String, String) {
            let relations = &catalog.relations;
            (relations.schema_name(rel).to_owned(), relations.name(rel).to_owned(), index.to_owned())
        };
        let scans: HashMap<_, _> = theirs
            .list
            .iter()
            .zip(their_uses)
            .map(|(index, of)| (key(found, index.rel, theirs.names.get(index.name)), *of))
            .collect();
        let mut unseen = 0;
        for (index, of) in own.list.iter().zip(uses) {
            let there = scans.get(&key(catalog, index.rel, own.names.get(index.name)));
            let Some(there) = there.filter(|there| there.scans.get().is_some()) else {
                unseen += u32::from(of.scans.get().is_some());
                continue;
            };
            let sum = there.scans.get().map(|scans| scans.saturating_add(of.replica_scans.get().unwrap_or(0)));
            of.replica_scans = sum.or(of.replica_scans.get()).into();
            of.last_scan = of.last_scan.greatest(there.last_scan);
        }
        self.add_reads(catalog, found, used);
        if let Known::Ready(window) = &mut self.window {
            let since = used.window.value().map(|theirs| (theirs.since, theirs.began));
            window.asked.push(Asked { name: name.to_owned(), unproven, since, unseen });
        }
    }

    /// Reads of tables; what is written is the primary's to count.
    fn add_reads(&mut self, catalog: &Catalog, found: &Catalog, used: &Usage) {
        let (Known::Ready(tables), Some(theirs)) = (&mut self.tables, used.tables.value()) else { return };
        let key = |catalog: &Catalog, id| {
            (catalog.relations.schema_name(id).to_owned(), catalog.relations.name(id).to_owned())
        };
        let there: HashMap<_, _> = found.relations.iter().map(|(id, _)| (key(found, id), id.0 as usize)).collect();
        for (n, own) in tables.iter_mut().enumerate() {
            let at = there.get(&key(catalog, RelId(n as u32)));
            let Some(there) = at.and_then(|&at| theirs.get(at)) else { continue };
            for (sum, one) in [
                (&mut own.seq_scans, there.seq_scans),
                (&mut own.seq_rows, there.seq_rows),
                (&mut own.idx_scans, there.idx_scans),
            ] {
                if let (Some(own), Some(one)) = (sum.get(), one.get()) {
                    *sum = Num::from(own.saturating_add(one));
                }
            }
        }
    }

    /// A replica that was not asked: its index use is not known.
    pub fn without_replica(&mut self, name: &str, why: &str) {
        if let Known::Ready(window) = &mut self.window {
            window.not_asked.push((name.to_owned(), why.to_owned()));
        }
    }

    fn sum_indexes(&mut self, catalog: &Catalog) {
        let (Some(all), Known::Ready(uses)) = (catalog.indexes.value(), &mut self.indexes) else { return };
        let list = all.list.iter().enumerate();
        let partitioned: HashMap<i64, usize> = list
            .clone()
            .filter(|(_, index)| index.flags.has(IndexFlags::PARTITIONED))
            .map(|(n, index)| (index.id, n))
            .collect();
        for (n, index) in list {
            let Some(own) = uses.get(n).copied().filter(|_| !index.flags.has(IndexFlags::PARTITIONED)) else {
                continue;
            };
            let mut above = index.parent;
            for _ in 0..64 {
                let Some(&parent) = partitioned.get(&above) else { break };
                if let Some(sum) = uses.get_mut(parent) {
                    sum.scans = sum.scans.plus(own.scans);
                    sum.last_scan = sum.last_scan.greatest(own.last_scan);
                }
                above = all.list.get(parent).map_or(0, |index| index.parent);
            }
            if let Known::Ready(tables) = &mut self.tables
                && let Some(table) = tables.get_mut(index.rel.0 as usize)
            {
                let sum = table.idx_scans.get().map_or(own.scans, |sum| Num::from(sum).plus(own.scans));
                table.idx_scans = sum;
            }
        }
    }
}

impl TableUse {
    /// Adds a partition's counters; a time becomes the oldest of them, because that is what is due.
    fn add(&mut self, other: &Self) {
        if !self.counted && !other.counted {
            return;
        }
        for (sum, one) in [
            (&mut self.seq_scans, other.seq_scans),
            (&mut self.seq_rows, other.seq_rows),
            (&mut self.inserts, other.inserts),
            (&mut self.updates, other.updates),
            (&mut self.deletes, other.deletes),
            (&mut self.hot_updates, other.hot_updates),
            (&mut self.live_rows, other.live_rows),
            (&mut self.dead_rows, other.dead_rows),
            (&mut self.mods_since_analyze, other.mods_since_analyze),
            (&mut self.inserts_since_vacuum, other.inserts_since_vacuum),
            (&mut self.all_visible_pages, other.all_visible_pages),
            (&mut self.pages, other.pages),
        ] {
            *sum = sum.plus(one);
        }
        self.idx_scans = match (self.idx_scans.get(), other.idx_scans.get()) {
            (Some(a), Some(b)) => Num::from(a.saturating_add(b)),
            (a, b) => a.or(b).into(),
        };
    }
}
