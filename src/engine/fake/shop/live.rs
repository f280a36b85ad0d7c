//! What moves in the shop: at 02:31:07 a worker ran an UPDATE and went quiet inside its transaction. Seven
//! sessions wait for its locks, commits fall, rollbacks and sessions rise, as time goes by since connect.

use super::shop_now;
use crate::model::{
    Account, Accounts, Activity, Backend, BackendKind, Counting, DatabaseAge, Horizons, Known, LiveFact, LivePart,
    LockWait, Num, Peer, PeerKind, Phase, Protection, Replication, SlotHold, TableAge, Upkeep, Variable, Variables,
    VitalCounters, Vitals,
};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::Duration;

const UPDATE: &str = "UPDATE sales.orders SET status = $1 WHERE id = $2";
const STOCK: &str = "SELECT s.warehouse_id, s.qty, p.name FROM catalog.stock s JOIN catalog.products p \
                     ON p.id = s.product_id WHERE s.product_id = $1 AND s.qty > $2";
/// Who waits since how many seconds for whom: number, blocker, what for, user, statement.
const WAITS: [(i64, i64, i64, &str, &str, &str); 7] = [
    (48_377, 2_332, 48_213, "transactionid", "checkout", UPDATE),
    (48_391, 1_323, 48_213, "transactionid", "billing", "UPDATE sales.orders SET total = $1 WHERE id = $2"),
    (48_410, 1_870, 48_377, "tuple", "checkout", UPDATE),
    (48_455, 764, 48_377, "tuple", "refunds", "SELECT id FROM sales.orders WHERE id = $1 FOR UPDATE"),
    (48_502, 591, 48_213, "relation", "migrator", "ALTER TABLE sales.orders ADD COLUMN gift boolean"),
    (48_530, 587, 48_502, "relation", "checkout", "SELECT * FROM sales.orders WHERE id = $1"),
    (48_533, 581, 48_502, "relation", "reports", "SELECT count(*) FROM sales.orders WHERE status = $1"),
];
/// Number, seconds, what it waits for as kind and event (nothing: it works), user, statement.
type Busy = (i64, i64, [&'static str; 2], &'static str, &'static str);

const RUNNING: [Busy; 4] = [
    (48_222, 2, ["", ""], "api", "SELECT * FROM sales.customers WHERE id = $1"),
    (
        48_555,
        1,
        ["Client", "ClientRead"],
        "api",
        "INSERT INTO sales.payments (order_id, amount, method) VALUES ($1, $2, $3)",
    ),
    (48_590, 9, ["IO", "DataFileRead"], "api", STOCK),
    (48_601, 14, ["IO", "DataFileRead"], "api", STOCK),
];
const IDLE: i64 = 102;
const SHORT: i64 = 27;

/// One part, `after` some time since connect.
pub fn shop_live(part: LivePart, after: Duration) -> LiveFact {
    let at = shop_now().checked_add(SignedDuration::try_from(after).unwrap_or_default()).unwrap_or(shop_now());
    fn ready<T>(value: T) -> Known<Arc<T>> {
        Known::Ready(Arc::new(value))
    }
    match part {
        LivePart::Activity => LiveFact::Activity(ready(activity(at, after))),
        LivePart::Vitals => LiveFact::Vitals(ready(vitals(at, after))),
        LivePart::Replication => LiveFact::Replication(ready(replication(after))),
        LivePart::Settings => LiveFact::Settings(ready(settings())),
        LivePart::Horizons => LiveFact::Horizons(ready(horizons())),
        LivePart::Counting => LiveFact::Counting(ready(Counting::default())),
        LivePart::Accounts => LiveFact::Accounts(ready(accounts())),
        LivePart::Protection => LiveFact::Protection(ready(Protection::default())),
        LivePart::Upkeep => LiveFact::Upkeep(ready(upkeep())),
        LivePart::Integrity => LiveFact::missing(part, Known::unsupported("PostgreSQL has no single file to check")),
    }
}

fn ago(seconds: i64) -> Option<Timestamp> {
    shop_now().checked_sub(SignedDuration::from_secs(seconds)).ok()
}

/// A client of that phase, which began it `seconds` before connect.
fn client(pid: i64, phase: Phase, seconds: i64, user: &str, query: &str) -> Backend {
    let state = match phase {
        Phase::Active => "active",
        Phase::IdleInTransaction => "idle in transaction",
        _ => "idle",
    };
    Backend {
        pid,
        phase,
        state: Some(state.into()),
        user: Some(user.into()),
        database: Some("shop".into()),
        application: Some(format!("{user}-worker")),
        client: Some(format!("10.2.{}.{}:53122", pid % 3, 20 + pid % 40)),
        query: Some(query.into()),
        started: ago(40_000),
        xact_started: ago(seconds).filter(|_| phase != Phase::Idle),
        query_started: ago(seconds),
        state_changed: ago(seconds),
        ..Backend::default()
    }
}

fn activity(now: Timestamp, after: Duration) -> Activity {
    let mut all = Activity::new(now);
    let root = client(48_213, Phase::IdleInTransaction, 2_467, "checkout", UPDATE);
    all.backends.push(Backend {
        application: Some("checkout-worker 4.11".into()),
        client: Some("10.2.0.31:53122".into()),
        xmin_age: Num::from(1_040_000),
        xid_age: Num::from(1_040_000),
        ..root
    });
    let totals = "SELECT date_trunc($1, placed_at), sum(total) FROM sales.orders GROUP BY 1";
    all.backends.push(client(47_112, Phase::IdleInTransaction, 48, "reports", totals));
    all.backends.push(client(
        47_530,
        Phase::IdleInTransaction,
        3,
        "crm",
        "SELECT id, subject FROM crm.tickets WHERE id = $1",
    ));
    for (pid, seconds, _, _, user, query) in WAITS {
        all.backends.push(client(pid, Phase::Active, seconds, user, query));
    }
    for (pid, seconds, wait, user, query) in RUNNING {
        let mut one = client(pid, Phase::Active, seconds, user, query);
        let word = |word: &str| Some(word.to_owned()).filter(|word| !word.is_empty());
        (one.wait_type, one.wait_event) = (word(wait[0]), word(wait[1]));
        all.backends.push(one);
    }
    // More of them from minute to minute, as the others have to wait.
    let short = (SHORT / 3 + after.as_secs() as i64 / 30).min(SHORT);
    let begun = after.as_secs() as i64;
    for n in 0..SHORT + IDLE {
        let phase = if n < short { Phase::Active } else { Phase::Idle };
        let mut one = client(46_000 + n, phase, 0, "api", "SELECT * FROM sales.order_items WHERE order_id = $1");
        one.query_started = ago(-begun);
        (one.state_changed, one.xact_started) = (one.query_started, one.query_started.filter(|_| n < short));
        all.backends.push(one);
    }
    let autovacuum = client(902, Phase::Active, 358, "", "autovacuum: VACUUM audit.events_2026_11");
    all.backends.push(Backend {
        kind: BackendKind::Autovacuum,
        user: None,
        application: None,
        client: None,
        wait_type: Some("Timeout".into()),
        wait_event: Some("VacuumDelay".into()),
        ..autovacuum
    });
    let sender = client(911, Phase::Active, 3_500_000, "replicator", "START_REPLICATION SLOT \"db_8\" 5B/0 TIMELINE 3");
    all.backends.push(Backend {
        kind: BackendKind::Walsender,
        application: Some("db-8".into()),
        xact_started: None,
        ..sender
    });
    all.backends.sort_by_key(|one| one.pid);
    all.waits = Known::Ready(waits());
    all.slots =
        vec![SlotHold { name: "db_8".into(), active: true, xmin_age: Num::UNKNOWN, catalog_xmin_age: Num::UNKNOWN }];
    all.own = 2;
    all
}

fn waits() -> Vec<LockWait> {
    let one = |(pid, seconds, by, what, _, _): (i64, i64, i64, &str, &str, &str)| LockWait {
        pid,
        blocked_by: vec![by],
        waits_for: Some(what.into()),
        lock_mode: Some(
            match what {
                "relation" if pid == 48_502 => "AccessExclusiveLock",
                "relation" => "AccessShareLock",
                "tuple" => "ExclusiveLock",
                _ => "ShareLock",
            }
            .into(),
        ),
        relation: Some("sales.orders".into()),
        since: ago(seconds),
        ..LockWait::default()
    };
    WAITS.into_iter().map(one).collect()
}

fn vitals(at: Timestamp, after: Duration) -> Vitals {
    let t = after.as_secs_f64().min(900.0);
    // A counter that began at `from`, runs at `rate` a second at connect, and `more` faster each second.
    let counter = |from: f64, rate: f64, more: f64| Num::from((from + rate * t + more * t * t / 2.0) as i64);
    let mut out = Vitals::new(at);
    out.counters = VitalCounters {
        commits: counter(9.1e8, 640.0, -0.382),
        rollbacks: counter(4.1e6, 1.2, 0.013),
        blocks_hit: counter(8.2e12, 410_000.0, -50.0),
        blocks_read: counter(5.1e10, 1_900.0, 2.6),
        temp_files: Num::from(211),
        temp_bytes: Num::from(3_400_000_000),
        deadlocks: Num::from(4),
        rows_returned: counter(4.0e12, 2_100_000.0, 0.0),
        rows_fetched: counter(9.0e11, 500_000.0, 0.0),
        rows_inserted: counter(3.1e9, 900.0, -0.4),
        rows_updated: counter(6.0e9, 1_400.0, -0.9),
        rows_deleted: counter(2.0e8, 30.0, 0.0),
        conflicts: Num::ZERO,
        checksum_failures: Num::ZERO,
        sessions: counter(2.2e6, 1.1, 0.0),
        wal_bytes: counter(1.0e14, 26.0e6, -11_500.0),
        checkpoints_timed: Num::from(6_580),
        checkpoints_requested: Num::from(44),
        backend_fsyncs: Num::ZERO,
        archived: counter(610_000.0, 1.1, 0.0),
        archive_failed: Num::ZERO,
        ..VitalCounters::default()
    };
    out.since = ago(23 * 86_400 + 3_480);
    out.shared_since = out.since;
    out.started = ago(41 * 86_400 + 7_000);
    out.connections = Num::from(145);
    out.max_connections = Num::from(200);
    out.reserved = Num::from(3);
    out.archive_mode = Some("on".into());
    out.last_archived = Some(at);
    out.standby = Some(false);
    out
}

fn replication(after: Duration) -> Replication {
    let lag = 180_000 + (after.as_secs() as i64 * 7_919) % 230_000;
    let standby = Peer {
        state: Some("streaming".into()),
        write_lag: Num::from(lag / 3),
        flush_lag: Num::from(lag / 2),
        replay_lag: Num::from(lag),
        behind_bytes: Num::from(7_300_000),
        active: Some(true),
        ..Peer::new(PeerKind::Standby, "db-8")
    };
    let slot = Peer {
        state: Some("active".into()),
        active: Some(true),
        retained_bytes: Num::from(41_000_000),
        wal_status: Some("reserved".into()),
        ..Peer::new(PeerKind::Slot, "db_8")
    };
    Replication { peers: vec![standby, slot], ..Replication::default() }
}

fn settings() -> Variables {
    const FILE: &str = "configuration file";
    const DEFAULT: &str = "default";
    let rows = [
        ("autovacuum", "on", None, DEFAULT, "on", false),
        ("autovacuum_vacuum_scale_factor", "0.2", None, DEFAULT, "0.2", false),
        ("checkpoint_timeout", "300", Some("s"), DEFAULT, "300", false),
        ("data_checksums", "on", None, "override", "off", false),
        ("effective_cache_size", "6291456", Some("8kB"), FILE, "524288", false),
        ("fsync", "on", None, DEFAULT, "on", false),
        ("full_page_writes", "on", None, DEFAULT, "on", false),
        ("idle_in_transaction_session_timeout", "0", Some("ms"), DEFAULT, "0", false),
        ("jit", "off", None, FILE, "on", false),
        ("log_lock_waits", "on", None, FILE, "off", false),
        ("log_min_duration_statement", "1000", Some("ms"), FILE, "-1", false),
        ("maintenance_work_mem", "2097152", Some("kB"), FILE, "65536", false),
        ("max_connections", "200", None, FILE, "100", false),
        ("max_wal_size", "65536", Some("MB"), FILE, "1024", false),
        ("password_encryption", "scram-sha-256", None, DEFAULT, "scram-sha-256", false),
        ("random_page_cost", "1.1", None, FILE, "4", false),
        ("shared_buffers", "4194304", Some("8kB"), FILE, "16384", true),
        ("ssl", "on", None, FILE, "off", false),
        ("synchronous_commit", "on", None, DEFAULT, "on", false),
        ("track_io_timing", "on", None, FILE, "off", false),
        ("work_mem", "32768", Some("kB"), FILE, "4096", false),
    ];
    let list = rows.into_iter().map(|(name, value, unit, source, default, pending)| Variable {
        name: name.into(),
        value: Some(value.into()),
        unit: unit.map(str::to_owned),
        source: Some(source.into()),
        default: Some(default.into()),
        pending_restart: Some(pending),
        category: None,
    });
    Variables { list: list.collect(), notes: Vec::new() }
}

fn horizons() -> Horizons {
    let database =
        |name: &str, xid_age, connectable| DatabaseAge { name: name.into(), xid_age, mxid_age: 9_100, connectable };
    let table = |schema: &str, name: &str, xid_age| TableAge {
        schema: schema.into(),
        name: name.into(),
        toast: false,
        xid_age,
        mxid_age: 9_100,
    };
    Horizons {
        databases: vec![
            database("shop", 1_420_000_000, true),
            database("postgres", 61_000_000, true),
            database("template0", 60_000_000, false),
        ],
        tables: vec![
            table("sales", "orders", 1_420_000_000),
            table("sales", "order_items", 151_000_000),
            table("audit", "events_2025_01", 149_000_000),
        ],
        freeze_max_age: 200_000_000,
        mxid_freeze_max_age: 400_000_000,
        autovacuum: true,
    }
}

fn accounts() -> Accounts {
    let role = |name: &str, login| Account { name: name.into(), login, ..Account::default() };
    Accounts {
        list: Known::Ready(vec![
            role("api", true),
            role("app_owner", true),
            role("app_ro", true),
            role("checkout", true),
            role("migrator", true),
            Account { superuser: true, ..role("postgres", true) },
            role("replicator", true),
        ]),
        public_create: Vec::new(),
        definers: Vec::new(),
        public_grants: Known::Ready(Vec::new()),
        public_reads: Vec::new(),
        notes: Vec::new(),
    }
}

/// Nobody but a superuser may read the rules by which the server lets people in.
fn upkeep() -> Upkeep {
    let grant = "GRANT SELECT ON pg_catalog.pg_hba_file_rules TO app_ro; \
                 GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO app_ro";
    Upkeep {
        hba: Known::denied("the rules of pg_hba.conf", grant),
        extensions: Vec::new(),
        collations: Vec::new(),
        unidentified: Vec::new(),
        cut: false,
        time_zone: Known::Ready("UTC".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::chains;

    fn activity_at(seconds: u64) -> Activity {
        activity(shop_now(), Duration::from_secs(seconds))
    }

    #[test]
    fn seven_wait_in_one_chain_and_numbers_agree() {
        let all = activity_at(600);
        let found = chains(all.waits.value().unwrap());
        assert_eq!((found.len(), found[0].root, found[0].victims.len()), (1, 48_213, 7));
        let count = |phase| all.backends.iter().filter(|one| one.is_client() && one.phase == phase).count();
        let counts = (count(Phase::Active), count(Phase::IdleInTransaction), count(Phase::Idle));
        assert_eq!(counts, (38, 3, 102));
        assert!(all.backends.is_sorted_by_key(|one| one.pid));
        assert!(settings().list.iter().map(|one| &one.name).is_sorted());
    }

    #[test]
    fn two_samples_make_rates() {
        let of = |seconds: u64| {
            vitals(activity_at(seconds).now + SignedDuration::from_secs(seconds as i64), Duration::from_secs(seconds))
        };
        let rate = |of_what: fn(&VitalCounters) -> Num| of(600).rate(&of(595), of_what).unwrap();
        assert_eq!(rate(|it| it.commits).round(), 412.0);
        assert!((rate(|it| it.rollbacks) - 9.1).abs() < 0.3);
        assert!(of(10).rate(&of(5), |it| it.commits).unwrap() > 600.0);
    }
}
