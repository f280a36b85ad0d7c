//! Faults of a moment, of a setting, of weeks of counters: on servers of the test's own, whose clock it moves.

use crate::common::own::Own;
use crate::common::planted::Page;
use crate::common::{Session, TestServer, until};
use crate::{Tally, live_mysql};
use std::thread;

/// What a rule has to tell.
pub struct Fault {
    pub rule: &'static str,
    /// A part of the finding's path.
    pub path: &'static str,
    /// The versions of the server.
    since: u32,
    until: u32,
}

impl Fault {
    pub fn is_in(&self, version: u32) -> bool {
        (self.since..=self.until).contains(&version)
    }
}

pub const fn fault(rule: &'static str, path: &'static str) -> Fault {
    within(rule, path, 0, u32::MAX)
}

pub const fn within(rule: &'static str, path: &'static str, since: u32, until: u32) -> Fault {
    Fault { rule, path, since, until }
}

pub fn faults(engine: &str) -> impl Iterator<Item = &'static Fault> {
    let stages: &'static [Stage] = match engine {
        "postgresql" => &POSTGRESQL,
        "mysql" => &live_mysql::MYSQL,
        "mariadb" => &live_mysql::MARIADB,
        _ => &[],
    };
    stages.iter().flat_map(|(_, faults)| *faults)
}

pub const HOUR: i64 = 3600;
pub const DAY: i64 = 24 * HOUR;

/// What is to be found when so many seconds have passed.
pub type Stage = (i64, &'static [Fault]);

const POSTGRESQL: [Stage; 3] = [
    (
        70 * 60,
        &[
            fault("index-missing-hot-scan", "scanned"),
            fault("idle-in-transaction", ""),
            fault("long-transaction", ""),
            fault("long-query", ""),
            fault("blocked-locks", ""),
            fault("prepared-xact-old", "forgotten"),
            fault("vacuum-blocked-by-xmin", ""),
            fault("connections-near-max", ""),
            fault("connections-mostly-idle", ""),
            fault("checkpoints-requested", ""),
            fault("archiver-failing", ""),
            within("checksum-failures", "", 0, 17),
            fault("autovacuum-off", "autovacuum"),
            fault("fsync-off", "fsync"),
            fault("fsync-off", "synchronous_commit"),
            fault("settings-pending-restart", "max_connections"),
            fault("memory-defaults", ""),
            fault("password-md5", ""),
            fault("role-superuser", ""),
            fault("dangerous-functions-granted", ""),
            fault("slow-query", ""),
            fault("select-star", ""),
            fault("offset-pagination", ""),
            fault("function-on-column", ""),
            fault("plan-time-high", ""),
            fault("wal-heavy-statement", ""),
            fault("audit-missing", ""),
            fault("disk-space-unknown", ""),
            fault("hba-weak", "trust on this machine"),
            within("version-eol", "", 0, 13),
            fault("timezone-not-utc", ""),
            fault("large-unpartitioned", "huge"),
        ],
    ),
    (25 * HOUR, &[fault("deadlocks", "")]),
    (
        15 * DAY,
        &[
            fault("index-unused", "big_name"),
            fault("index-rarely-used", "big_n"),
            fault("over-indexed-write-heavy", "heavy"),
            fault("role-password-expired", "expiring"),
            within("slot-inactive", "left", 17, u32::MAX),
            within("statements-evicting", "", 14, u32::MAX),
        ],
    ),
];

const SETTINGS: [&str; 18] = [
    "autovacuum=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "password_encryption=md5",
    "max_connections=70",
    "max_prepared_transactions=2",
    "wal_level=logical",
    "archive_mode=on",
    "archive_command=false",
    "deadlock_timeout=10ms",
    "jit=off",
    "max_wal_size=64MB",
    "checkpoint_timeout=1d",
    "shared_preload_libraries=pg_stat_statements",
    "pg_stat_statements.max=500",
    "pg_stat_statements.track_planning=on",
    "pg_stat_statements.track_utility=off",
    "log_statement=none",
];

pub fn on_postgres(server: &TestServer) -> Tally {
    let mut tally = Tally { server: format!("{} own", server.name), ..Tally::default() };
    let Some(own) = Own::postgres_with_clock(&server.name, &SETTINGS) else { return tally };
    let version = server.version();
    own.exec("create database live");
    let url = address(&own, "postgres");
    thread::scope(|scope| {
        let busy = |sql: &'static str| {
            let url = url.clone();
            // It ends with the server.
            scope.spawn(move || Session::open(&url).unwrap().try_rows(sql).is_err());
        };
        prepare(&url);
        let mut idle = Session::open(&url).unwrap();
        idle.exec("begin isolation level repeatable read; select count(*) from d; update d set n = 1 where id = 3");
        let mut thinking = Session::open(&url).unwrap();
        thinking.exec("begin; select count(*) from d");
        busy("update d set n = 2 where id = 3");
        busy("begin; update d set n = 1 where id = 4; select pg_sleep(600)");
        busy("select pg_sleep(600)");
        let waiting = "select (select count(*) = 1 from pg_stat_activity where wait_event_type = 'Lock') and (select count(*) = 2 \
                       from pg_stat_activity where wait_event = 'PgSleep') and (select failed_count > 0 from pg_stat_archiver) \
                       and (select pending_restart from pg_settings where name = 'max_connections')";
        let mut watch = Session::open(&url).unwrap();
        until("two sleeps, a waiter and a failed archive", || watch.one(waiting) == "t");
        let crowd: Vec<Session> = (0..58).map(|_| Session::open(&url).unwrap()).collect();
        for (later, faults) in POSTGRESQL {
            own.pass(later);
            if later == 15 * DAY {
                evict(&url);
            }
            tally.live(&Page::strict(&url), faults, version);
            tally.live_blind(&Page::strict(&address(&own, "nobody")), faults, version);
        }
        drop(crowd);
        drop((idle, thinking, watch));
        drop(own);
    });
    tally
}

pub fn address(own: &Own, role: &str) -> String {
    let mut url = url::Url::parse(&own.url).unwrap();
    url.set_username(role).unwrap();
    url.set_path("live");
    url.into()
}

/// What happened before anybody looked.
fn prepare(url: &str) {
    let mut session = Session::open(url).unwrap();
    for sql in include_str!("live.sql").split(";\n").filter(|sql| !sql.trim().is_empty()) {
        session.exec(sql);
    }
    session.exec(&"select count(*) from scanned where n = 5;".repeat(75));
    session.exec(&"select count(*) from big;".repeat(40));
    (0..25).for_each(|_| session.exec("checkpoint"));
    session.exec(&"select count(*), pg_sleep(0.11) from scanned where id = 1;".repeat(11));
    session.exec("set join_collapse_limit = 20; set geqo = off");
    let joins: String =
        (1..9).map(|n| format!(" join pg_attribute a{n} on a{n}.attrelid = a{}.attrelid", n - 1)).collect();
    let mut planned = 0;
    while planned < 1_200 {
        session.exec(&format!("select 1 from pg_attribute a0{joins} where a0.attrelid = 1"));
        planned = session
            .one("select coalesce(max(total_plan_time), 0)::int from pg_stat_statements where query like '%a8%'")
            .parse()
            .unwrap();
    }
    let mut other = Session::open(url).unwrap();
    for _ in 0..30 {
        for (session, id) in [(&mut session, 1), (&mut other, 2)] {
            session.exec(&format!("begin; update d set n = n + 1 where id = {id}"));
        }
        let lost = thread::scope(|scope| {
            let first = scope.spawn(|| session.try_rows("update d set n = n + 1 where id = 2"));
            let second = other.try_rows("update d set n = n + 1 where id = 1");
            u32::from(first.join().unwrap().is_err()) + u32::from(second.is_err())
        });
        assert_eq!(lost, 1, "no deadlock");
        for session in [&mut session, &mut other] {
            session.exec("rollback");
        }
    }
}

/// More statements than there is room for.
fn evict(url: &str) {
    // Names do not count: each is another sum.
    let sign = |n: u32, bit: u32| if n >> bit & 1 == 1 { "+ 1" } else { "* 1" };
    let sum = |n: u32| (0..11).map(|bit| format!(" {}", sign(n, bit))).collect::<String>();
    let many: String = (0..2000).map(|n| format!("select 1{};", sum(n))).collect();
    Session::open(url).unwrap().exec(&many);
}
