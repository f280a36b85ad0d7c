//! From where on something is worth a finding. Every number can be set; here are the defaults and why.
//!
//! One list for all: the values, the keys of `[thresholds]` in `config.toml`, and what the manual pages of the rules
//! say of them. Limits of an engine are no thresholds and stay with their rules.

/// Hands the list to a macro: `/// why`, name, kind, default, the rules that look at it.
macro_rules! each_threshold {
    ($callback:ident) => {
        $callback! {
            /// Days that counters must cover before "unused" means anything. Two weeks hold each weekly job twice; 35
            /// hold the end of a month too.
            index_unused_days: Days = 14.0, ["index-unused", "index-rarely-used"];
            /// Bytes below which an unused index costs too little to bother, unless its table is written all the time.
            index_unused_bytes: Bytes = 10 * MB, ["index-unused"];
            /// Bytes from which an unused index is a warning: a gigabyte is felt in backups and memory.
            index_unused_warning_bytes: Bytes = GB, ["index-unused"];
            /// Rows written for each scan from which, at less than a scan a day, an index is rarely used.
            index_rarely_used_writes: Count = 10_000, ["index-rarely-used"];
            /// Values of a column up to which its index is of low cardinality: a fifth of the table each.
            index_low_cardinality_values: Times = 5.0, ["index-low-cardinality"];
            /// Rows from which that matters.
            index_low_cardinality_rows: Count = 10_000, ["index-low-cardinality"];
            /// Share of NULLs from which a partial index is at most half as large.
            index_mostly_null_share: Share = 0.5, ["index-mostly-null"];
            /// Bytes below which half an index is nothing to save.
            index_mostly_null_bytes: Bytes = 10 * MB, ["index-mostly-null"];
            /// Rows of a table, and of each of its scans, from which whole scans are judged: more than a hundred pages.
            index_missing_rows: Count = 10_000, ["index-missing-hot-scan"];
            /// Share of all scans: a table that is nearly always found by an index is fine.
            index_missing_share: Share = 0.05, ["index-missing-hot-scan"];
            /// Whole scans a minute: reports and backups come more rarely.
            index_missing_per_minute: Times = 1.0, ["index-missing-hot-scan"];
            /// Rows below which reading a table whole is as fast as an index.
            tiny_table_rows: Count = 1_000, [
                "index-on-tiny-table", "fk-without-index", "missing-primary-key", "unique-missing-natural",
                "no-audit-timestamps"
            ];
            /// Indexes that guard nothing, from which a table that is mostly written has too many.
            over_indexed: Count = 8, ["over-indexed-write-heavy"];
            /// Updates from which their heap-only share says something.
            hot_updates: Count = 10_000, ["hot-blocked-by-index"];
            /// That share, below which nearly every update writes all indexes.
            hot_share: Share = 0.10, ["hot-blocked-by-index"];
            /// Empty share of a table or B-tree: a third is above what normal use leaves, and above the error of the
            /// estimate.
            bloat_share: Share = 0.30, ["table-bloat", "index-bloat"];
            /// Bytes that a rewrite must give back to be worth it.
            bloat_bytes: Bytes = 100 * MB, ["table-bloat", "index-bloat"];
            /// Half empty, and a gigabyte of it: a warning.
            bloat_warning_share: Share = 0.50, ["table-bloat", "index-bloat"];
            /// Bytes that go with that share.
            bloat_warning_bytes: Bytes = GB, ["table-bloat", "index-bloat"];
            /// Dead rows below which no scan feels them.
            dead_rows: Count = 10_000, ["dead-tuples-high", "autovacuum-off"];
            /// Dead share above which it is told whatever the settings of autovacuum are: its own default.
            dead_share: Share = 0.20, ["dead-tuples-high"];
            /// Times the number of dead rows at which autovacuum starts: below it may just be about to.
            dead_times: Times = 2.0, ["dead-tuples-high"];
            /// Rows from which a table that was never vacuumed or analyzed is told.
            never_vacuumed_rows: Count = 50_000, ["never-vacuumed", "never-analyzed"];
            /// Rows changed since ANALYZE below which plans do not change.
            stale_rows: Count = 10_000, ["stale-statistics"];
            /// The same as a share of the table: twice the default of autovacuum.
            stale_share: Share = 0.20, ["stale-statistics"];

            /// Days that counters must cover before a rate is one: a day holds the night and the rush.
            counted_days: Days = 1.0, [
                "deadlocks", "temp-files", "cache-hit-low", "connection-churn", "backend-fsync"
            ];
            /// A wait for a lock: shorter ones every busy database has.
            lock_wait: Span = SECOND, ["blocked-locks", "ddl-queue"];
            /// From here on programs give up, and pools are empty.
            lock_wait_critical: Span = 30 * SECOND, ["blocked-locks"];
            /// Idle inside a transaction: no program thinks that long.
            idle_in_transaction: Span = MINUTE, ["idle-in-transaction"];
            /// Forgotten: nobody comes back to it.
            idle_in_transaction_critical: Span = 10 * MINUTE, ["idle-in-transaction", "blocked-locks"];
            /// An open transaction keeps dead rows everywhere; most end in seconds.
            long_transaction_notice: Span = 5 * MINUTE, ["long-transaction"];
            /// Longer than most batch jobs and dumps of small databases.
            long_transaction: Span = 30 * MINUTE, ["long-transaction"];
            /// A statement that a person would not wait for.
            long_query_info: Span = MINUTE, ["long-query"];
            /// A statement whose asker has often gone.
            long_query: Span = 10 * MINUTE, ["long-query"];
            /// A prepared transaction: two-phase commit passes through that state in moments.
            prepared_xact: Span = 5 * MINUTE, ["prepared-xact-old"];
            /// Its coordinator has forgotten it.
            prepared_xact_critical: Span = 60 * MINUTE, ["prepared-xact-old"];
            /// Share of the connections that are taken: a rush of a fifth more is refused.
            connections_share: Share = 0.80, ["connections-near-max"];
            /// One restart of a pool away from the end.
            connections_critical_share: Share = 0.90, ["connections-near-max"];
            /// Connections below which a pooler gains nothing.
            idle_connections: Count = 50, ["connections-mostly-idle"];
            /// Share of them that is idle: more than half, beyond what a pool keeps ready.
            idle_connections_share: Share = 0.60, ["connections-mostly-idle"];
            /// New connections a second: each costs some milliseconds, ten a tenth of a core.
            connections_per_second: Times = 10.0, ["connection-churn"];
            /// A few in months belong to any busy database; one an hour is a pattern.
            deadlocks_per_hour: Times = 1.0, ["deadlocks"];
            /// Temporary files an hour: less a cache of the operating system swallows.
            temp_bytes_per_hour: Bytes = GB, ["temp-files"];
            /// Temporary tables from which their share on disk says something.
            temp_tables: Count = 1_000, ["temp-files"];
            /// That share: a quarter is MySQL's own rule of thumb.
            temp_tables_share: Share = 0.25, ["temp-files"];
            /// Share of pages found in the cache, which busy databases have or exceed.
            cache_hit_share: Share = 0.95, ["cache-hit-low"];
            /// Pages read from which that share says something.
            cache_pages: Count = 100_000, ["cache-hit-low"];
            /// Checkpoints from which the share of the requested ones says something.
            checkpoints: Count = 20, ["checkpoints-requested"];
            /// That share: some of them are backups.
            checkpoints_share: Share = 0.30, ["checkpoints-requested"];
            /// Syncs by sessions: a bulk load may do it once.
            backend_fsyncs_per_hour: Times = 1.0, ["backend-fsync"];
            /// A standby behind by more than a person notices.
            replication_lag: Span = 10 * SECOND, ["replication-lag"];
            /// From here on a failover loses a minute.
            replication_lag_critical: Span = MINUTE, ["replication-lag"];
            /// The same in log: some seconds of a busy server.
            replication_lag_bytes: Bytes = 100 * MB, ["replication-lag"];
            /// Log that takes its time even on a fast line.
            replication_lag_critical_bytes: Bytes = GB, ["replication-lag"];
            /// Log that a slot without a reader keeps: more than a restart of the reader leaves.
            slot_bytes: Bytes = 100 * MB, ["slot-inactive"];
            /// Log that fills small disks within the day.
            slot_critical_bytes: Bytes = GB, ["slot-inactive"];
            /// A reader that is away longer than a deployment takes.
            slot_inactive: Span = 60 * MINUTE, ["slot-inactive"];
            /// A -wal beside a SQLite file: sixteen times what is left between two checkpoints.
            wal_file_bytes: Bytes = 64 * MB, ["wal-file-large"];
            /// A SQLite file that several programs may well use at once.
            wal_mode_bytes: Bytes = 10 * MB, ["wal-mode-off"];
            /// Share of a limit of Cloudflare D1 that leaves time to move.
            d1_share: Share = 0.80, ["d1-limits"];

            /// A statement that is felt by whoever waits for it.
            slow_query: Span = SECOND / 10, ["slow-query"];
            /// Calls from which its mean is no accident.
            slow_query_calls: Count = 10, ["slow-query"];
            /// Share of all time that makes up for fewer calls.
            slow_query_share: Share = 0.05, ["slow-query"];
            /// Share of all time: a third, so that nothing else is worth as much.
            dominates_share: Share = 0.33, ["query-dominates"];
            /// Time in all below which a server does nothing anyway.
            dominates_time: Span = MINUTE, ["query-dominates"];
            /// Calls a second that no list of one page makes once.
            n_plus_one_per_second: Times = 50.0, ["n-plus-one"];
            /// Share of all calls that makes it the shape of a program.
            n_plus_one_share: Share = 0.10, ["n-plus-one"];
            /// Rows of a look-up: one, or one and a doubt.
            n_plus_one_rows: Times = 2.0, ["n-plus-one"];
            /// A look-up by a key is faster than this.
            n_plus_one_time: Span = SECOND / 200, ["n-plus-one"];
            /// So many of the dearest statements: what is not among them does not matter.
            select_star_top: Count = 50, ["select-star"];
            /// Blocks read for each row of a page; by an index it is a few.
            offset_blocks: Times = 50.0, ["offset-pagination"];
            /// Rows examined for each row of a page (MySQL, MariaDB).
            offset_rows: Times = 100.0, ["offset-pagination"];
            /// Rows a call that no person reads.
            big_result_rows: Count = 10_000, ["missing-limit-big-result"];
            /// Calls from which it is no export.
            big_result_calls: Count = 100, ["missing-limit-big-result"];
            /// Share of the calls without an index: a plan that tips now and then is below.
            full_scan_share: Share = 0.10, ["full-scan-statements"];
            /// Rows examined a call: smaller tables are read faster whole.
            full_scan_rows: Count = 1_000, ["full-scan-statements"];
            /// Rows examined for each that comes back: an index that fits reads about as many as it gives.
            examined_ratio: Times = 1_000.0, ["rows-examined-ratio"];
            /// Rows examined a call, below which it does not matter.
            examined_rows: Count = 1_000, ["rows-examined-ratio"];
            /// Share of the calls that made a temporary table on disk.
            disk_tables_share: Share = 0.10, ["disk-temp-tables"];
            /// Calls from which that share says something.
            disk_tables_calls: Count = 10, ["disk-temp-tables"];
            /// Planning as a share of planning and running: the larger half.
            planning_share: Share = 0.50, ["plan-time-high"];
            /// Planning in all, below which nothing is gained.
            planning_time: Span = SECOND, ["plan-time-high"];
            /// JIT compilation as a share of the time.
            jit_share: Share = 0.20, ["jit-overhead"];
            /// Compilation in all, below which nothing is gained.
            jit_time: Span = SECOND, ["jit-overhead"];
            /// Log that one call writes: more than a hundred pages.
            wal_statement_bytes: Bytes = MB, ["wal-heavy-statement"];
            /// Log that a statement wrote in all: less no standby feels.
            wal_statement_total_bytes: Bytes = 100 * MB, ["wal-heavy-statement"];
            /// So many statements, those that write most a call.
            wal_statement_top: Count = 5, ["wal-heavy-statement"];
            /// Share of the calls that failed: above what retries of a healthy program make.
            errors_share: Share = 0.01, ["statement-errors"];
            /// Errors from which that share says something.
            errors: Count = 10, ["statement-errors"];
            /// What the slow log should keep at least: a second is long for a statement of a program.
            slow_log: Span = SECOND, ["slow-log-threshold"];
            /// How often room was made a day: more often than once, and rare statements are never counted.
            evictions_per_day: Times = 1.0, ["statements-evicting"];
            /// Rows of a table from which a function around a column is felt.
            function_rows: Count = 10_000, ["function-on-column"];
            /// Rows of a table from which a scan in a plan of SQLite is told.
            plan_scan_rows: Count = 10_000, ["sqlite-plan-scan"];
        }
    };
}
pub(crate) use each_threshold;

const MB: i64 = 1024 * 1024;
const GB: i64 = 1024 * MB;
/// In microseconds.
const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;

type Days = f64;
/// 0 to 1.
type Share = f64;
type Times = f64;
type Count = i64;
type Bytes = i64;
/// Microseconds.
type Span = i64;

/// One number, for manual pages and the example of the configuration.
pub struct Threshold {
    pub name: &'static str,
    /// The ids of the rules that look at it.
    pub rules: &'static [&'static str],
    /// What it is and the reason for its default, with blanks around.
    pub why: &'static str,
    /// As `config.toml` writes it.
    pub shown: fn(&Thresholds) -> String,
}

macro_rules! define {
    ($($(#[doc = $doc:literal])+ $field:ident: $kind:ident = $value:expr, [$($rule:literal),+];)+) => {
        /// The numbers of one run.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct Thresholds {
            $($(#[doc = $doc])+ pub $field: $kind,)+
        }

        impl Default for Thresholds {
            fn default() -> Self {
                Self { $($field: $value,)+ }
            }
        }

        impl Thresholds {
            /// Every number, in the order of the rules.
            pub const ALL: &'static [Threshold] = &[
                $(Threshold {
                    name: stringify!($field),
                    rules: &[$($rule),+],
                    why: concat!($($doc),+),
                    shown: |all| shown::$kind(all.$field),
                },)+
            ];
        }
    };
}
each_threshold!(define);

/// Values as `config.toml` writes them, by their kind.
#[allow(non_snake_case)]
mod shown {
    use super::{GB, MB, MINUTE, SECOND};

    pub fn Days(days: f64) -> String {
        days.to_string()
    }

    pub fn Share(share: f64) -> String {
        share.to_string()
    }

    pub fn Times(times: f64) -> String {
        times.to_string()
    }

    pub fn Count(count: i64) -> String {
        count.to_string()
    }

    pub fn Bytes(bytes: i64) -> String {
        match bytes {
            bytes if bytes >= GB && bytes % GB == 0 => format!("\"{} GB\"", bytes / GB),
            bytes if bytes >= MB && bytes % MB == 0 => format!("\"{} MB\"", bytes / MB),
            bytes => bytes.to_string(),
        }
    }

    pub fn Span(micros: i64) -> String {
        match micros {
            micros if micros >= MINUTE && micros % MINUTE == 0 => format!("\"{}min\"", micros / MINUTE),
            micros if micros >= SECOND && micros % SECOND == 0 => format!("\"{}s\"", micros / SECOND),
            micros => format!("\"{}ms\"", micros / 1_000),
        }
    }
}

impl Thresholds {
    /// The numbers that this rule looks at.
    pub fn of(rule: &str) -> impl Iterator<Item = &'static Threshold> {
        Self::ALL.iter().filter(move |one| one.rules.contains(&rule))
    }
}
