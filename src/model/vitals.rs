//! VitalCounters of a server and how full it is: two samples make a rate, one is only a total.

use super::{Note, Num};
use jiff::Timestamp;

/// What the server has counted so far. Unknown where the engine has no such counter.
///
/// PostgreSQL counts commits to conflicts for the database of the session, the rest for the server; MySQL and
/// MariaDB count everything for the server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VitalCounters {
    pub commits: Num,
    pub rollbacks: Num,
    /// Pages found in the engine's cache.
    pub blocks_hit: Num,
    /// Pages asked of the operating system.
    pub blocks_read: Num,
    /// Sorts and hashes that went to disk; MySQL and MariaDB: temporary tables on disk.
    pub temp_files: Num,
    pub temp_bytes: Num,
    /// MySQL and MariaDB: temporary tables in all.
    pub temp_tables: Num,
    pub deadlocks: Num,
    pub rows_returned: Num,
    pub rows_fetched: Num,
    pub rows_inserted: Num,
    pub rows_updated: Num,
    pub rows_deleted: Num,
    /// Statements ended on a standby because replay could not wait.
    pub conflicts: Num,
    pub checksum_failures: Num,
    /// Connections ever opened.
    pub sessions: Num,
    /// Bytes of log ever written: the position.
    pub wal_bytes: Num,
    pub checkpoints_timed: Num,
    pub checkpoints_requested: Num,
    /// Sessions that had to sync a file themselves.
    pub backend_fsyncs: Num,
    pub archived: Num,
    pub archive_failed: Num,
    /// MySQL and MariaDB: statements.
    pub questions: Num,
    pub slow_queries: Num,
}

/// One sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Vitals {
    /// The server's clock.
    pub at: Timestamp,
    pub counters: VitalCounters,
    /// Since when the counters of the database count, where that is known.
    pub since: Option<Timestamp>,
    /// Since when those of checkpoints count.
    pub shared_since: Option<Timestamp>,
    pub started: Option<Timestamp>,
    /// Sessions of clients, ours with them.
    pub connections: Num,
    pub max_connections: Num,
    /// Of these, kept for superusers and for members of pg_use_reserved_connections.
    pub reserved: Num,
    /// The database's own limit, and its sessions.
    pub database_limit: Num,
    pub database_connections: Num,
    /// MySQL and MariaDB: the most there were at once since the start.
    pub most_connections: Num,
    /// `on`, `always`, `off`; on MySQL and MariaDB `log_bin`.
    pub archive_mode: Option<String>,
    pub last_archived: Option<Timestamp>,
    pub last_archive_failure: Option<Timestamp>,
    pub last_failed_wal: Option<String>,
    pub standby: Option<bool>,
    /// InnoDB's list of old row versions that are not purged yet.
    pub history_length: Num,
    pub notes: Vec<Note>,
}

impl Vitals {
    pub fn new(at: Timestamp) -> Self {
        Self {
            at,
            counters: VitalCounters::default(),
            since: None,
            shared_since: None,
            started: None,
            connections: Num::UNKNOWN,
            max_connections: Num::UNKNOWN,
            reserved: Num::UNKNOWN,
            database_limit: Num::UNKNOWN,
            database_connections: Num::UNKNOWN,
            most_connections: Num::UNKNOWN,
            archive_mode: None,
            last_archived: None,
            last_archive_failure: None,
            last_failed_wal: None,
            standby: None,
            history_length: Num::UNKNOWN,
            notes: Vec::new(),
        }
    }

    /// How often a second something happened since an earlier sample; `None` after a reset, or within no time.
    pub fn rate(&self, earlier: &Self, of: impl Fn(&VitalCounters) -> Num) -> Option<f64> {
        let seconds = (self.at.as_microsecond() - earlier.at.as_microsecond()) as f64 / 1e6;
        let grown = of(&self.counters).get()?.checked_sub(of(&earlier.counters).get()?)?;
        (seconds > 0.0 && grown >= 0).then(|| grown as f64 / seconds)
    }

    /// Days that the counters of the database cover.
    pub fn days(&self) -> Option<f64> {
        self.since.map(|since| days(since, self.at))
    }

    /// Days that the counters of checkpoints cover.
    pub fn shared_days(&self) -> Option<f64> {
        self.shared_since.map(|since| days(since, self.at))
    }
}

fn days(since: Timestamp, at: Timestamp) -> f64 {
    (at.as_microsecond() - since.as_microsecond()).max(0) as f64 / 86_400e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(second: i64, commits: i64) -> Vitals {
        let mut vitals = Vitals::new(Timestamp::from_second(second).unwrap());
        vitals.counters.commits = commits.into();
        vitals
    }

    #[test]
    fn rates_come_from_two_samples_and_never_below_zero() {
        let rate = |a: &Vitals, b: &Vitals| b.rate(a, |it| it.commits);
        assert_eq!(rate(&sample(10, 100), &sample(20, 150)), Some(5.0));
        assert_eq!(rate(&sample(10, 100), &sample(20, 50)), None);
        assert_eq!(rate(&sample(10, 100), &sample(10, 150)), None);
        assert_eq!(sample(20, 150).rate(&sample(10, 100), |it| it.deadlocks), None);
    }
}
