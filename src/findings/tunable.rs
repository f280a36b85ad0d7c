//! Every threshold is looked at: with another value its rule speaks otherwise.

use super::fixture::snapshot;
use super::{Db, check, find};
use crate::model::Thresholds;

/// A rule on a database in words, before and after a threshold was set to `set`.
fn speaks(rule: &str, text: &str, set: fn(&mut Thresholds)) -> [String; 2] {
    let rule = find(rule).unwrap();
    [None, Some(set)].map(|set: Option<fn(&mut Thresholds)>| {
        let mut facts = snapshot(text);
        set.into_iter().for_each(|set| set(&mut facts.thresholds));
        let found = check(rule, &Db::new(&facts));
        let list: Vec<String> = found.findings.iter().map(|it| format!("{} {}", it.severity.id(), it.key)).collect();
        format!("{:?} {list:?}", found.status)
    })
}

/// The threshold, a rule that looks at it, and what is done to it.
type Case = (&'static str, &'static str, fn(&mut Thresholds));

const MANY: i64 = i64::MAX / 10_000_000;
const IDLE: &str = "session 1 idle_in_transaction xact=700 changed=601";
const CHAIN: &str = "session 1 idle_in_transaction xact=900 changed=601\nsession 2 active query=5 by=1 since=5";
const LAG: &str = "standby s1 streaming lag=90 behind=2000000000";
const SLOT: &str = "slot old inactive retained=2000000000";
const MYSQL: &str = "server mysql 90704\nstatements\nstatement calls=100 mean=1 ";
const SELECT: &str = "SELECT a FROM t WHERE b = ?";

/// Key, rule, how the key is turned, and the facts that show it.
type Row = (&'static str, &'static str, fn(&mut Thresholds), String);

fn cases() -> Vec<(Case, String)> {
    let text = |more: &str| format!("{MYSQL}{more} | {SELECT}");
    let page = "SELECT a FROM t ORDER BY b LIMIT ? OFFSET ?";
    let idle: String = (0..60).map(|n| format!("session {n} idle\n")).collect();
    let vitals = |words: &str| format!("vitals days=2 {words}");
    let d1 = "server sqlite 3051003\nd1\ninside\nfile pages=2100000 size=4096\ntable t\n col a int";
    let n_plus = "statements\nstatement calls=9000 mean=1 rows=9000 now_calls=6000 | SELECT a FROM t WHERE b = $1";
    let my = "server mysql 90704\n";
    let function = "table x.users rows=50000\n col email text\nstatements\nstatement calls=9 | SELECT 1 FROM users WHERE lower(email) = $1";
    let list: Vec<Row> = vec![
        ("counted_days", "deadlocks", |it| it.counted_days = 9.0, vitals("deadlocks=100")),
        ("lock_wait", "blocked-locks", |it| it.lock_wait = MANY, CHAIN.into()),
        (
            "lock_wait",
            "ddl-queue",
            |it| it.lock_wait = MANY,
            "session 1 active query=5 waits since=5 mode=AccessExclusiveLock on=x.t".into(),
        ),
        (
            "lock_wait_critical",
            "blocked-locks",
            |it| it.lock_wait_critical = 1,
            CHAIN.replace("changed=601", "changed=1"),
        ),
        ("idle_in_transaction", "idle-in-transaction", |it| it.idle_in_transaction = MANY, IDLE.into()),
        (
            "idle_in_transaction_critical",
            "idle-in-transaction",
            |it| it.idle_in_transaction_critical = MANY,
            IDLE.into(),
        ),
        ("idle_in_transaction_critical", "blocked-locks", |it| it.idle_in_transaction_critical = MANY, CHAIN.into()),
        (
            "long_transaction_notice",
            "long-transaction",
            |it| it.long_transaction_notice = MANY,
            "session 1 active xact=1801 query=5".into(),
        ),
        (
            "long_transaction",
            "long-transaction",
            |it| it.long_transaction = MANY,
            "session 1 active xact=1801 query=5".into(),
        ),
        ("long_query_info", "long-query", |it| it.long_query_info = MANY, "session 1 active query=601".into()),
        ("long_query", "long-query", |it| it.long_query = MANY, "session 1 active query=601".into()),
        ("prepared_xact", "prepared-xact-old", |it| it.prepared_xact = MANY, "prepared left since=3601".into()),
        (
            "prepared_xact_critical",
            "prepared-xact-old",
            |it| it.prepared_xact_critical = MANY,
            "prepared left since=3601".into(),
        ),
        (
            "connections_share",
            "connections-near-max",
            |it| it.connections_share = 1.0,
            vitals("connections=88 max=100"),
        ),
        (
            "connections_critical_share",
            "connections-near-max",
            |it| it.connections_critical_share = 0.5,
            vitals("connections=88 max=100"),
        ),
        ("idle_connections", "connections-mostly-idle", |it| it.idle_connections = MANY, idle.clone()),
        ("idle_connections_share", "connections-mostly-idle", |it| it.idle_connections_share = 1.0, idle),
        (
            "connections_per_second",
            "connection-churn",
            |it| it.connections_per_second = 1e9,
            vitals("sessions=2000000"),
        ),
        ("deadlocks_per_hour", "deadlocks", |it| it.deadlocks_per_hour = 1e9, vitals("deadlocks=100")),
        ("temp_bytes_per_hour", "temp-files", |it| it.temp_bytes_per_hour = i64::MAX, vitals("temp_bytes=60000000000")),
        (
            "temp_tables",
            "temp-files",
            |it| it.temp_tables = MANY,
            format!("{my}{}", vitals("temp_tables=2000 temp_files=900")),
        ),
        (
            "temp_tables_share",
            "temp-files",
            |it| it.temp_tables_share = 1.0,
            format!("{my}{}", vitals("temp_tables=2000 temp_files=900")),
        ),
        ("cache_hit_share", "cache-hit-low", |it| it.cache_hit_share = 0.1, vitals("hit=900000 read=200000")),
        ("cache_pages", "cache-hit-low", |it| it.cache_pages = MANY, vitals("hit=900000 read=200000")),
        ("checkpoints", "checkpoints-requested", |it| it.checkpoints = MANY, vitals("timed=20 requested=20")),
        (
            "checkpoints_share",
            "checkpoints-requested",
            |it| it.checkpoints_share = 1.0,
            vitals("timed=20 requested=20"),
        ),
        ("backend_fsyncs_per_hour", "backend-fsync", |it| it.backend_fsyncs_per_hour = 1e9, vitals("fsyncs=100")),
        ("replication_lag", "replication-lag", |it| it.replication_lag = MANY, "standby s1 streaming lag=11".into()),
        (
            "replication_lag_critical",
            "replication-lag",
            |it| it.replication_lag_critical = MANY,
            "standby s1 streaming lag=90".into(),
        ),
        (
            "replication_lag_bytes",
            "replication-lag",
            |it| it.replication_lag_bytes = i64::MAX,
            "standby s1 streaming behind=200000000".into(),
        ),
        (
            "replication_lag_critical_bytes",
            "replication-lag",
            |it| (it.replication_lag_critical_bytes, it.replication_lag_critical) = (i64::MAX, MANY),
            LAG.into(),
        ),
        ("slot_bytes", "slot-inactive", |it| it.slot_bytes = i64::MAX, "slot old inactive retained=200000000".into()),
        ("slot_critical_bytes", "slot-inactive", |it| it.slot_critical_bytes = i64::MAX, SLOT.into()),
        (
            "slot_inactive",
            "slot-inactive",
            |it| it.slot_inactive = MANY,
            "slot old inactive retained=16 since=4000".into(),
        ),
        (
            "wal_file_bytes",
            "wal-file-large",
            |it| it.wal_file_bytes = i64::MAX,
            "server sqlite 3051003\nfile pages=10 mode=wal wal=90000000".into(),
        ),
        (
            "wal_mode_bytes",
            "wal-mode-off",
            |it| it.wal_mode_bytes = i64::MAX,
            "server sqlite 3051003\nfile pages=5000 mode=delete".into(),
        ),
        ("d1_share", "d1-limits", |it| it.d1_share = 1.0, d1.into()),
        ("slow_query", "slow-query", |it| it.slow_query = MANY, text("").replace("mean=1", "mean=200")),
        (
            "slow_query_calls",
            "slow-query",
            |it| (it.slow_query_calls, it.slow_query_share) = (MANY, 1.1),
            text("").replace("mean=1", "mean=200"),
        ),
        (
            "slow_query_share",
            "slow-query",
            |it| it.slow_query_share = 1.1,
            text("").replace("calls=100 mean=1", "calls=2 mean=900"),
        ),
        ("dominates_share", "query-dominates", |it| it.dominates_share = 1.0, text("").replace("mean=1", "mean=900")),
        ("dominates_time", "query-dominates", |it| it.dominates_time = MANY, text("").replace("mean=1", "mean=900")),
        ("n_plus_one_per_second", "n-plus-one", |it| it.n_plus_one_per_second = 1e9, n_plus.into()),
        ("n_plus_one_share", "n-plus-one", |it| it.n_plus_one_share = 1.1, n_plus.into()),
        ("n_plus_one_rows", "n-plus-one", |it| it.n_plus_one_rows = 0.5, n_plus.into()),
        ("n_plus_one_time", "n-plus-one", |it| it.n_plus_one_time = 1, n_plus.into()),
        ("select_star_top", "select-star", |it| it.select_star_top = 0, text("").replace("SELECT a", "SELECT *")),
        (
            "offset_blocks",
            "offset-pagination",
            |it| it.offset_blocks = 1e9,
            format!("statements\nstatement calls=9 rows=90 hit=900000000 read=0 | {page}"),
        ),
        (
            "offset_rows",
            "offset-pagination",
            |it| it.offset_rows = 1e9,
            format!("{MYSQL} rows=90 examined=900000 | {page}"),
        ),
        (
            "big_result_rows",
            "missing-limit-big-result",
            |it| it.big_result_rows = MANY,
            text("rows=9000000").replace("calls=100", "calls=200"),
        ),
        (
            "big_result_calls",
            "missing-limit-big-result",
            |it| it.big_result_calls = MANY,
            text("rows=9000000").replace("calls=100", "calls=200"),
        ),
        (
            "full_scan_share",
            "full-scan-statements",
            |it| it.full_scan_share = 1.0,
            text("no_index=50 examined=9000000"),
        ),
        ("full_scan_rows", "full-scan-statements", |it| it.full_scan_rows = MANY, text("no_index=50 examined=9000000")),
        ("examined_ratio", "rows-examined-ratio", |it| it.examined_ratio = 1e12, text("rows=100 examined=9000000")),
        ("examined_rows", "rows-examined-ratio", |it| it.examined_rows = MANY, text("rows=100 examined=9000000")),
        ("disk_tables_share", "disk-temp-tables", |it| it.disk_tables_share = 1.0, text("disk=50")),
        ("disk_tables_calls", "disk-temp-tables", |it| it.disk_tables_calls = MANY, text("disk=50")),
        (
            "planning_share",
            "plan-time-high",
            |it| it.planning_share = 1.0,
            "statements planning\nstatement calls=100 mean=1 plan=5000 | SELECT a FROM t".into(),
        ),
        (
            "planning_time",
            "plan-time-high",
            |it| it.planning_time = MANY,
            "statements planning\nstatement calls=100 mean=1 plan=5000 | SELECT a FROM t".into(),
        ),
        (
            "jit_share",
            "jit-overhead",
            |it| it.jit_share = 1.0,
            "statements\nstatement calls=100 mean=50 jit=3000 | SELECT a FROM t".into(),
        ),
        (
            "jit_time",
            "jit-overhead",
            |it| it.jit_time = MANY,
            "statements\nstatement calls=100 mean=50 jit=3000 | SELECT a FROM t".into(),
        ),
        (
            "wal_statement_bytes",
            "wal-heavy-statement",
            |it| it.wal_statement_bytes = i64::MAX,
            "statements\nstatement calls=100 wal=900000000 | UPDATE t SET a = $1".into(),
        ),
        (
            "wal_statement_total_bytes",
            "wal-heavy-statement",
            |it| it.wal_statement_total_bytes = i64::MAX,
            "statements\nstatement calls=100 wal=900000000 | UPDATE t SET a = $1".into(),
        ),
        (
            "wal_statement_top",
            "wal-heavy-statement",
            |it| it.wal_statement_top = 0,
            "statements\nstatement calls=100 wal=900000000 | UPDATE t SET a = $1".into(),
        ),
        ("errors_share", "statement-errors", |it| it.errors_share = 1.0, text("errors=50")),
        ("errors", "statement-errors", |it| it.errors = MANY, text("errors=50")),
        ("slow_log", "slow-log-threshold", |it| it.slow_log = MANY, format!("{my}statements\nslowlog on 10 FILE")),
        (
            "evictions_per_day",
            "statements-evicting",
            |it| it.evictions_per_day = 1e9,
            "statements evicted=100 capacity=5000".into(),
        ),
        ("function_rows", "function-on-column", |it| it.function_rows = MANY, function.into()),
    ];
    list.into_iter().map(|(name, rule, set, text)| ((name, rule, set), text)).collect()
}

#[test]
fn another_number_another_answer() {
    let cases = cases();
    for ((name, rule, set), text) in &cases {
        let [before, after] = speaks(rule, text, *set);
        assert!(before.contains(rule), "{name}: {rule} is silent on {text}: {before}");
        assert_ne!(before, after, "{name} changes nothing in {rule}");
    }
    // Those of indexes, bloat and vacuum have their cases with their rules; a plan is none of these.
    let first = Thresholds::ALL.iter().position(|one| one.name == "counted_days").unwrap();
    for one in Thresholds::ALL[first..].iter().filter(|one| one.name != "plan_scan_rows") {
        assert!(cases.iter().any(|((name, ..), _)| *name == one.name), "{}: no case", one.name);
    }
}

#[test]
fn every_threshold_belongs_to_rules() {
    for one in Thresholds::ALL {
        assert!(one.rules.iter().all(|id| find(id).is_some()), "{}: {:?}", one.name, one.rules);
        assert!(one.why.trim().len() > 20, "{}", one.name);
    }
}
