//! From where on something is worth a finding. Every number can be set; here are the defaults and why.

/// The limits of rules about indexes, bloat and vacuum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Days that counters must cover before "unused" means anything. Two weeks hold each weekly job twice; 35
    /// hold the end of a month too.
    pub index_unused_days: f64,
    /// Bytes below which an unused index costs too little to bother, unless its table is written all the time.
    pub index_unused_bytes: i64,
    /// Bytes from which an unused index is a warning: a gigabyte is felt in backups and memory.
    pub index_unused_warning_bytes: i64,
    /// Rows written for each scan from which, at less than a scan a day, an index is rarely used.
    pub index_rarely_used_writes: i64,
    /// Values of a column up to which its index is of low cardinality: a fifth of the table each.
    pub index_low_cardinality_values: f64,
    /// Rows from which that matters.
    pub index_low_cardinality_rows: i64,
    /// Share of NULLs from which a partial index is at most half as large.
    pub index_mostly_null_share: f64,
    pub index_mostly_null_bytes: i64,
    /// Rows of a table, and of each of its scans, from which whole scans are judged: more than a hundred pages.
    pub index_missing_rows: i64,
    /// Share of all scans: a table that is nearly always found by an index is fine.
    pub index_missing_share: f64,
    /// Whole scans a minute: reports and backups come more rarely.
    pub index_missing_per_minute: f64,
    /// Rows below which reading a table whole is as fast as an index.
    pub tiny_table_rows: i64,
    /// Indexes that guard nothing, from which a table that is mostly written has too many.
    pub over_indexed: i64,
    /// Updates from which their heap-only share says something.
    pub hot_updates: i64,
    /// That share, below which nearly every update writes all indexes.
    pub hot_share: f64,
    /// Empty share of a table or B-tree: a third is above what normal use leaves, and above the error of the
    /// estimate.
    pub bloat_share: f64,
    /// Bytes that a rewrite must give back to be worth it.
    pub bloat_bytes: i64,
    pub bloat_warning_share: f64,
    pub bloat_warning_bytes: i64,
    /// Dead rows below which no scan feels them.
    pub dead_rows: i64,
    /// Dead share above which it is told whatever the settings of autovacuum are: its own default.
    pub dead_share: f64,
    /// Times the number of dead rows at which autovacuum starts: below it may just be about to.
    pub dead_times: f64,
    /// Rows from which a table that was never vacuumed or analyzed is told.
    pub never_vacuumed_rows: i64,
    /// Rows changed since ANALYZE below which plans do not change.
    pub stale_rows: i64,
    /// The same as a share of the table: twice the default of autovacuum.
    pub stale_share: f64,
}

const MB: i64 = 1024 * 1024;
const GB: i64 = 1024 * MB;

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            index_unused_days: 14.0,
            index_unused_bytes: 10 * MB,
            index_unused_warning_bytes: GB,
            index_rarely_used_writes: 10_000,
            index_low_cardinality_values: 5.0,
            index_low_cardinality_rows: 10_000,
            index_mostly_null_share: 0.5,
            index_mostly_null_bytes: 10 * MB,
            index_missing_rows: 10_000,
            index_missing_share: 0.05,
            index_missing_per_minute: 1.0,
            tiny_table_rows: 1_000,
            over_indexed: 8,
            hot_updates: 10_000,
            hot_share: 0.10,
            bloat_share: 0.30,
            bloat_bytes: 100 * MB,
            bloat_warning_share: 0.50,
            bloat_warning_bytes: GB,
            dead_rows: 10_000,
            dead_share: 0.20,
            dead_times: 2.0,
            never_vacuumed_rows: 50_000,
            stale_rows: 10_000,
            stale_share: 0.20,
        }
    }
}
