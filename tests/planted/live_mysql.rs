//! The same for MySQL and MariaDB.

use crate::Tally;
use crate::common::own::Own;
use crate::common::planted::Page;
use crate::common::{Engine, Session, TestServer, until};
use crate::live::{DAY, Fault, HOUR, Stage, address, fault, within};
use std::thread;

const SESSIONS: [Fault; 7] = [
    fault("idle-in-transaction", ""),
    fault("long-transaction", ""),
    fault("long-query", ""),
    fault("blocked-locks", ""),
    fault("prepared-xact-old", "transaction"),
    fault("connections-near-max", ""),
    fault("connections-mostly-idle", ""),
];

const MOMENT: [Fault; 26] = [
    fault("index-missing-hot-scan", "scanned"),
    fault("archiver-failing", ""),
    fault("fsync-off", "innodb_flush_log_at_trx_commit"),
    fault("memory-defaults", ""),
    fault("role-superuser", ""),
    fault("dangerous-functions-granted", ""),
    fault("password-empty-or-anonymous", "root@127.0.0.1"),
    fault("local-infile-on", ""),
    fault("sql-mode-lax", ""),
    fault("slow-log-threshold", ""),
    fault("innodb-file-per-table-off", ""),
    fault("replica-writable", ""),
    fault("replication-broken", ""),
    fault("slow-query", ""),
    fault("select-star", ""),
    fault("offset-pagination", ""),
    fault("full-scan-statements", ""),
    fault("rows-examined-ratio", ""),
    fault("disk-temp-tables", ""),
    fault("statement-errors", ""),
    fault("statements-evicting", ""),
    fault("audit-missing", ""),
    fault("disk-space-unknown", ""),
    fault("timezone-not-utc", ""),
    fault("large-unpartitioned", "huge"),
    fault("random-uuid-pk", "scattered"),
];

const DAY_LATER: [Fault; 2] = [fault("deadlocks", ""), fault("temp-files", "")];

const WEEKS_LATER: [Fault; 3] =
    [fault("index-unused", "fat_pad"), fault("index-rarely-used", "fat_n"), fault("over-indexed-write-heavy", "heavy")];

pub const MYSQL: [Stage; 6] = [
    (70 * 60, &SESSIONS),
    (70 * 60, &MOMENT),
    (70 * 60, &[fault("function-on-column", ""), fault("like-leading-wildcard", "")]),
    (25 * HOUR, &DAY_LATER),
    (15 * DAY, &WEEKS_LATER),
    (15 * DAY, &[fault("role-password-expired", "expiring")]),
];

pub const MARIADB: [Stage; 6] = [
    (70 * 60, &SESSIONS),
    (70 * 60, &MOMENT),
    (70 * 60, &[fault("password-md5", ""), within("type-datetime-y2038", "licence", 0, 1104)]),
    (25 * HOUR, &DAY_LATER),
    (25 * HOUR, &[fault("cache-hit-low", "")]),
    (15 * DAY, &WEEKS_LATER),
];

const SETTINGS: [&str; 13] = [
    "performance-schema=ON",
    "performance-schema-digests-size=300",
    "sql-mode=",
    "local-infile=ON",
    "innodb-flush-log-at-trx-commit=2",
    "innodb-buffer-pool-size=8M",
    "innodb-file-per-table=OFF",
    "innodb-lock-wait-timeout=6000",
    "lock-wait-timeout=6000",
    "max-connections=70",
    "slow-query-log=OFF",
    "server-id=7",
    "default-time-zone=+02:00",
];

pub fn on_mysql(server: &TestServer) -> Tally {
    let mut tally = Tally { server: format!("{} own", server.name), ..Tally::default() };
    let (own, stages) = match server.engine {
        Engine::MySql => (Own::mysql_with_clock(&server.name, &SETTINGS), &MYSQL[..]),
        _ => (Own::mariadb_with_clock(&server.name, &SETTINGS), &MARIADB[..]),
    };
    let Some(own) = own else { return tally };
    let version = server.version();
    own.exec("create database live");
    let url = address(&own, "root");
    thread::scope(|scope| {
        let busy = |sql: &'static str| {
            let url = url.clone();
            // It ends with the server.
            scope.spawn(move || Session::open(&url).unwrap().try_rows(sql).is_err());
        };
        prepare(server, &url);
        let open = |sql: &str| {
            let mut session = Session::open(&url).unwrap();
            session.exec(sql);
            session
        };
        // Prepared, and its session is gone.
        drop(open("xa start 'forgotten'; update d set n = 1 where id = 6; xa end 'forgotten'; xa prepare 'forgotten'"));
        let kept = [
            open("begin; select count(*) from d; update d set n = 1 where id = 3"),
            open("begin; update d set n = 1 where id = 5"),
        ];
        busy("update d set n = 2 where id = 3");
        busy("begin; update d set n = 1 where id = 4; select sleep(600)");
        busy("select sleep(600)");
        let mut watch = Session::open(&url).unwrap();
        let waiting = "select (select count(*) >= 2 from information_schema.processlist where info like 'select sleep(600)%') \
                       and (select count(*) >= 1 from information_schema.innodb_trx where trx_state = 'LOCK WAIT')";
        until("two sleeps and a waiter", || watch.one(waiting) == "1");
        let crowd: Vec<Session> = (0..52).map(|_| Session::open(&url).unwrap()).collect();
        for (later, faults) in stages {
            own.pass(*later);
            tally.live(&Page::strict(&url), faults, version);
            tally.live_blind(&Page::strict(&address(&own, "nobody").replace("/live", "/")), faults, version);
        }
        drop((crowd, kept, watch));
        drop(own);
    });
    tally
}

/// What happened before anybody looked.
fn prepare(server: &TestServer, url: &str) {
    let mut session = Session::open(url).unwrap();
    for sql in include_str!("live_mysql.sql").split(";\n").filter(|sql| !sql.trim().is_empty()) {
        session.exec(sql);
    }
    session.exec(match server.engine {
        Engine::MySql => "change replication source to source_host = '127.0.0.1', source_port = 1",
        _ => "change master to master_host = '127.0.0.1', master_port = 1",
    });
    // One by one: of several in one go only the first is counted.
    let times = |session: &mut Session, count: u32, sql: &str| (0..count).for_each(|_| session.exec(sql));
    times(&mut session, 240, "select id from scanned where n = 5");
    times(&mut session, 11, "select count(*), sleep(0.11) from d where id = 1");
    (0..12).for_each(|_| assert!(session.try_rows("select nothing from d").is_err()));
    session.exec("set big_tables = 1");
    times(&mut session, 1200, "select n, count(*) from d group by n");
    session.exec("set big_tables = 0");
    times(&mut session, 60, "select count(*) from fat where pad <> 'y'");
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
    let sign = |n: u32, bit: u32| if n >> bit & 1 == 1 { "+ 1" } else { "* 1" };
    let sum = |n: u32| (0..10).map(|bit| format!(" {}", sign(n, bit))).collect::<String>();
    (0..600).for_each(|n| session.exec(&format!("select 1{}", sum(n))));
}
