//! Sizes and use against real servers: equal to what the server says itself, and never behind a lock.

mod common;
#[path = "common/terminal.rs"]
mod terminal;

use common::TestDb;
use serde_json::Value;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const TABLES: &str = "
    create schema app;
    create table app.plain (id int primary key, note text);
    create index plain_note on app.plain (note);
    create table app.wide (id int primary key, doc text);
    create table app.parts (id int, at date) partition by range (at);
    create table app.parts_a partition of app.parts for values from ('2026-01-01') to ('2026-02-01');
    create table app.parts_b partition of app.parts for values from ('2026-02-01') to ('2026-03-01');
    create index parts_at on app.parts (at);
    insert into app.plain select n, md5(n::text) from generate_series(1, 3000) n;
    insert into app.wide select n, (select string_agg(md5(random()::text), '') from generate_series(1, 200 + n)) from generate_series(1, 50) n;
    insert into app.parts select n, '2026-01-01'::date + n % 50 from generate_series(1, 2000) n;
";

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dblens"));
        command.args(args).env_clear().current_dir(self.0.path()).stdin(Stdio::null());
        command.env("HOME", self.0.path()).env("LANG", "C.UTF-8").env("TERM", "xterm");
        command
    }

    fn json(&self, args: &[&str]) -> Value {
        let out = self.command(args).output().unwrap();
        let error = String::from_utf8_lossy(&out.stderr).into_owned();
        serde_json::from_slice(&out.stdout).unwrap_or_else(|wrong| panic!("{args:?}: {wrong}\n{error}"))
    }
}

fn row<'a>(page: &'a Value, name: &str) -> &'a Value {
    let rows = page["rows"].as_array().unwrap();
    rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name} in {page}"))
}

fn noted(page: &Value, words: &str) -> bool {
    page["notes"].as_array().unwrap().iter().any(|note| note.as_str().unwrap().contains(words))
}

fn number(db: &TestDb, sql: &str) -> i64 {
    db.one(sql).parse().unwrap()
}

#[test]
fn measured_sizes_are_those_of_the_server() {
    let home = Home::new();
    for server in common::pg() {
        let db = server.database("sizes_equal");
        db.exec(TABLES);
        db.exec("vacuum analyze");
        let page = home.json(&["show", "tables", &db.url, "--json", "--no-state"]);
        for name in ["plain", "wide", "parts_a", "parts_b"] {
            let own = row(&page, name);
            assert_eq!(own["size_source"], "exact", "{name}");
            let asked = |what: &str| number(&db, &format!("select {what}('app.{name}'::regclass)"));
            assert_eq!(own["total_bytes"], asked("pg_total_relation_size"), "{} {name}", server.name);
            assert_eq!(own["index_bytes"], asked("pg_indexes_size"), "{} {name}", server.name);
            let table = own["table_bytes"].as_i64().unwrap() + own["toast_bytes"].as_i64().unwrap();
            assert_eq!(table, asked("pg_table_size"), "{} {name}", server.name);
        }
        assert_ne!(row(&page, "wide")["toast_bytes"], 0);
        let parts = "select sum(pg_total_relation_size(relid)) from pg_partition_tree('app.parts')";
        assert_eq!(row(&page, "parts")["total_bytes"], number(&db, parts), "partitions add up");
        let indexes = home.json(&["show", "indexes", &db.url, "--json", "--no-state"]);
        let note = number(&db, "select pg_relation_size('app.plain_note') + pg_relation_size('app.plain_note', 'fsm')");
        assert_eq!(row(&indexes, "plain_note")["bytes"], note);
        let sizes = home.json(&["show", "sizes", &db.url, "--json", "--no-state"]);
        assert_eq!(row(&sizes, &db.name)["total_bytes"], number(&db, "select pg_database_size(current_database())"));
        assert_eq!(row(&sizes, "app")["tables"], 3);
    }
}

#[test]
fn counters_are_those_of_the_server() {
    let home = Home::new();
    for server in common::pg() {
        let db = server.database("sizes_use");
        db.exec(TABLES);
        let mut session = db.session();
        session.exec("set enable_seqscan = off; select * from app.plain where id = 7");
        session.exec("delete from app.plain where id < 11");
        drop(session);
        // A session's counters arrive with its end, at the latest.
        let deadline = Instant::now() + Duration::from_secs(20);
        while number(&db, "select n_tup_del from pg_stat_user_tables where relname = 'plain'") != 10 {
            assert!(Instant::now() < deadline, "the counters do not come");
            thread::yield_now();
        }
        let page = home.json(&["show", "tables", &db.url, "--json", "--no-state"]);
        let own = row(&page, "plain");
        let asked =
            |column: &str| number(&db, &format!("select {column} from pg_stat_user_tables where relname = 'plain'"));
        for (id, column) in [
            ("seq_scans", "seq_scan"),
            ("idx_scans", "idx_scan"),
            ("inserts", "n_tup_ins"),
            ("deletes", "n_tup_del"),
            ("dead_rows", "n_dead_tup"),
        ] {
            assert_eq!(own[id], asked(column), "{} {id}", server.name);
        }
        assert!(noted(&page, "counters count since"), "{}", page["notes"]);
    }
}

/// Whether a session of dblens waits for a lock, looked at again and again until told to stop.
fn watch(db: &TestDb, stop: &AtomicBool) -> bool {
    let mut session = db.session();
    let mut waited = false;
    while !stop.load(Ordering::SeqCst) {
        let waiting = "select count(*) from pg_locks l join pg_stat_activity a using (pid) \
                       where not l.granted and a.application_name like 'dblens/%'";
        waited |= session.one(waiting) != "0";
    }
    waited
}

#[test]
fn nothing_waits_behind_a_lock_that_is_held_or_awaited() {
    let home = Home::new();
    for server in common::pg() {
        let db = server.database("sizes_locks");
        db.exec(TABLES);
        db.exec("vacuum analyze");
        let mut holder = db.session();
        holder.exec("begin; alter table app.plain add column x int; select count(*) from app.wide");
        let pid = holder.one("select pg_backend_pid()");
        let waiter = {
            let mut session = db.session();
            thread::spawn(move || session.try_rows("begin; alter table app.wide add column x int"))
        };
        let deadline = Instant::now() + Duration::from_secs(10);
        while db.one("select count(*) from pg_locks where mode = 'AccessExclusiveLock' and not granted") != "1" {
            assert!(Instant::now() < deadline, "the waiter does not wait");
            thread::yield_now();
        }
        let stop = AtomicBool::new(false);
        let waited = thread::scope(|scope| {
            let watcher = scope.spawn(|| watch(&db, &stop));
            for fact in ["tables", "indexes", "sizes"] {
                let page = home.json(&["show", fact, &db.url, "--json", "--no-state"]);
                assert_eq!(page["status"], "ready", "{} {fact}", server.name);
                if fact == "tables" {
                    for name in ["plain", "wide"] {
                        assert_eq!(row(&page, name)["size_source"], "locked", "{name}");
                        assert!(row(&page, name)["table_bytes"].as_i64().unwrap() > 0, "its estimate: {name}");
                    }
                    assert_eq!(row(&page, "parts_a")["size_source"], "exact");
                    assert!(noted(&page, &format!("app.plain (process {pid})")), "{}", page["notes"]);
                }
            }
            stop.store(true, Ordering::SeqCst);
            watcher.join().unwrap()
        });
        assert!(!waited, "{}: dblens waited for a lock", server.name);
        holder.exec("rollback");
        waiter.join().unwrap().unwrap();
    }
}

#[test]
fn a_role_with_nothing_sees_sizes_and_is_told_what_is_missing() {
    let home = Home::new();
    for server in common::pg() {
        let db = server.database("sizes_plain");
        db.exec(TABLES);
        let page = home.json(&["show", "tables", &db.role("plain"), "--json", "--no-state"]);
        assert_eq!(row(&page, "plain")["size_source"], "exact");
        let sizes = home.json(&["show", "sizes", &db.role("plain"), "--json", "--no-state"]);
        assert!(noted(&sizes, "GRANT pg_monitor TO plain"), "{}", sizes["notes"]);
    }
}

#[test]
fn mysql_sizes_and_use() {
    let home = Home::new();
    for server in common::mysql() {
        let db = server.database("sizes_mysql");
        db.exec(
            "create table t (id int primary key auto_increment, k int, key k (k)) engine=innodb; \
             insert into t (k) values (1), (2), (3); analyze table t; \
             select * from t where k = 2; select * from t where k = 3",
        );
        let page = home.json(&["show", "tables", &db.url, "--json", "--no-state"]);
        let own = row(&page, "t");
        let asked = |column: &str| {
            let sql = format!(
                "select cast({column} as char) from information_schema.tables where table_schema = '{}' and table_name = 't'",
                db.name
            );
            number(&db, &sql)
        };
        assert_eq!(own["table_bytes"], asked("data_length"), "{}", server.name);
        assert_eq!(own["index_bytes"], asked("index_length"), "{}", server.name);
        assert_eq!(own["size_source"], "estimate");
        let indexes = home.json(&["show", "indexes", &db.url, "--json", "--no-state"]);
        let counted = server.one("select if(@@performance_schema, 'yes', 'no')") == "yes";
        let scans = &row(&indexes, "k")["scans"];
        if counted {
            assert_eq!(scans, 2, "{}: rows fetched", server.name);
        } else {
            assert!(scans.is_null(), "{}: {scans}", server.name);
            assert!(noted(&indexes, "performance_schema = ON"), "{}", indexes["notes"]);
        }
        let sizes = home.json(&["show", "sizes", &db.url, "--json", "--no-state"]);
        assert_eq!(row(&sizes, &db.name)["kind"], "schema");
    }
}

#[test]
fn a_second_visit_tells_what_grew() {
    let home = Home::new();
    let Some(server) = common::pg().into_iter().next() else { return };
    let db = server.database("sizes_growth");
    db.exec(TABLES);
    let without = home.json(&["show", "sizes", &db.url, "--json", "--no-state"]);
    assert!(row(&without, "app")["growth_bytes"].is_null());
    assert!(!home.0.path().join(".local/state").exists(), "--no-state writes nothing");
    home.json(&["show", "sizes", &db.url, "--json"]);
    // The visit was two days ago.
    let folder = home.0.path().join(".local/state/dblens/visits");
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&file).unwrap();
    let visit = text.lines().find(|line| line.starts_with("visit")).unwrap().to_owned();
    std::fs::write(&file, text.replace(&visit, "visit\t2026-01-01T00:00:00Z")).unwrap();
    db.exec("insert into app.plain select n, md5(n::text) from generate_series(10000, 20000) n");
    let page = home.json(&["show", "sizes", &db.url, "--json"]);
    let grown = row(&page, "app")["growth_bytes"].as_i64().unwrap();
    assert!(grown > 0, "{grown}");
    assert_eq!(row(&page, "app")["growth_since"], "2026-01-01T00:00:00.000Z");
}

const INDEXES: &str = "
    create schema app;
    create table app.parent (id int primary key, code text);
    create table app.t (id int primary key, a int, b int, name text, parent int references app.parent (id));
    create index t_a on app.t (a);
    create index t_a_again on app.t (a);
    create index t_a_b on app.t (a, b);
    create index t_lower on app.t (lower(name));
    create index t_lower_again on app.t (lower(name));
    create index t_part on app.t (b) where a > 3;
    create index t_part_again on app.t (b) where a > 3;
    create index t_part_other on app.t (b) where a > 4;
    create unique index t_name on app.t (name);
    create index t_name_plain on app.t (name);
";

#[test]
fn the_screen_and_the_command_give_the_same_verdicts() {
    for server in common::pg() {
        let db = server.database("sizes_verdicts");
        db.exec(INDEXES);
        let home = terminal::Home::new();
        // The first visit makes a memory that both look at.
        let show = |args: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_dblens"));
            command.args(["show", "indexes", &db.url, "--json"]).args(args).env_clear().stdin(Stdio::null());
            command.env("HOME", home.path("")).env("LANG", "C.UTF-8").current_dir(home.path("work"));
            let out = command.output().unwrap();
            serde_json::from_slice::<Value>(&out.stdout).unwrap()
        };
        show(&[]);
        db.exec("create index t_new on app.t (b, id)");
        let page = show(&[]);
        let mut screen = home.start((200, 60), &[], &[&db.url]);
        screen.wait_for("app");
        screen.send("4");
        screen.wait_for("Scans count");
        for row in page["rows"].as_array().unwrap() {
            let verdict = row["verdict"].as_str().unwrap().replace('_', " ");
            let name = match row["name"].as_str() {
                Some(name) => format!("app.{name} "),
                None => "app.t (parent) ".to_owned(),
            };
            screen.wait(&format!("{}: {name} {verdict}", server.name), |screen| {
                let text = screen.contents();
                let found = text.lines().find(|line| line.contains(&name) && !line.contains("──"));
                found.is_some_and(|line| line.contains(&verdict))
            });
        }
        let verdict = |name: &str| row(&page, name)["verdict"].clone();
        assert!(verdict("t_lower") == "duplicate" || verdict("t_lower_again") == "duplicate", "{page}");
        assert!(verdict("t_part") == "duplicate" || verdict("t_part_again") == "duplicate", "{page}");
        screen.quit();
    }
}

#[test]
fn bloat_is_told_with_its_confidence_or_why_not() {
    let home = Home::new();
    for server in common::pg() {
        let db = server.database("sizes_bloat");
        db.exec(
            "create table full_one (id bigint, x bigint, at timestamptz); create table half (id bigint, x bigint, at timestamptz); \
             create table tiny (id int); create table never (id bigint, x bigint, at timestamptz); \
             create table parts (id bigint, x bigint, at timestamptz) partition by range (id); \
             create table parts_a partition of parts for values from (0) to (100000); \
             create table parts_b partition of parts for values from (100000) to (200000); \
             insert into full_one select n, n, now() from generate_series(1, 40000) n; \
             insert into half select n, n, now() from generate_series(1, 40000) n; \
             insert into never select n, n, now() from generate_series(1, 40000) n; \
             insert into parts select n, n, now() from generate_series(1, 40000) n; \
             delete from half where id % 2 = 0",
        );
        let deadline = Instant::now() + Duration::from_secs(60);
        let fresh = "select coalesce(sum(n_mod_since_analyze + n_dead_tup), 0)::text from pg_stat_user_tables \
                     where relname <> 'never'";
        // Counters of the session that filled them may come after the first ANALYZE.
        loop {
            for table in ["full_one", "half", "tiny", "parts_a", "parts_b"] {
                db.exec(&format!("vacuum (analyze) {table}"));
            }
            if number(&db, fresh) == 0 {
                break;
            }
            assert!(Instant::now() < deadline, "the counters stay old");
        }
        let page = home.json(&["show", "tables", &db.url, "--json", "--no-state"]);
        let share = |name: &str| {
            let own = row(&page, name);
            assert_eq!(own["bloat_confidence"], "likely", "{} {name}: {}", server.name, page["notes"]);
            own["bloat_bytes"].as_f64().unwrap() / own["table_bytes"].as_f64().unwrap()
        };
        assert!(share("full_one") < 0.05, "{}", server.name);
        assert!((share("half") - 0.5).abs() < 0.05, "{}", server.name);
        assert!(share("parts_a") < 0.05 && share("parts") < 0.05, "{}", server.name);
        for name in ["tiny", "never", "parts_b"] {
            let own = row(&page, name);
            assert!(own["bloat_bytes"].is_null() && own["bloat_confidence"].is_null(), "{} {own}", server.name);
        }
        assert!(noted(&page, "too small to estimate"), "{}", page["notes"]);
        let plain = home.json(&["show", "tables", &db.role("plain"), "--json", "--no-state"]);
        assert!(row(&plain, "half")["bloat_bytes"].is_null(), "its statistics are hidden from this role");
        assert!(noted(&plain, "a column has no statistics"), "{}", plain["notes"]);
        assert!(noted(&plain, "GRANT"), "{}", plain["notes"]);
    }
}
