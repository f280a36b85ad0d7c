//! Under an ALTER TABLE that holds its lock, and under one that waits behind a reader, everything is answered,
//! waits for nobody and lets nobody wait.

mod common;

use common::own::Own;
use common::{Session, TestDb, TestServer};
use serde_json::Value;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const FACTS: [&str; 11] = [
    "schema",
    "tables",
    "columns",
    "indexes",
    "keys",
    "sizes",
    "statements",
    "sessions",
    "locks",
    "replication",
    "settings",
];
/// For the whole command, on machines that do other things too: its statements wait for no lock longer than a
/// tenth of a second, and what waits for one at all is seen in the lists of locks.
const WITHIN: &str = "20s";

fn dblens(home: &TempDir, args: &[&str]) -> (Value, String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dblens"));
    command.args(args).args(["--json", "--no-state", "--timeout", WITHIN]).env_clear().current_dir(home.path());
    command.env("HOME", home.path()).env("LANG", "C.UTF-8").env("TERM", "xterm").stdin(Stdio::null());
    let out = command.output().unwrap();
    let error = String::from_utf8_lossy(&out.stderr).into_owned();
    (serde_json::from_slice(&out.stdout).unwrap_or(Value::Null), error, out.status.code())
}

/// Runs every fact and `check`, while somebody else looks whether a session of ours waits or is waited for.
fn all(
    server: &TestServer,
    db: &TestDb,
    home: &TempDir,
    seen: impl Fn(&mut Session) -> Vec<Vec<Option<String>>> + Sync,
) {
    let done = AtomicBool::new(false);
    let (looked, bad) = thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let (mut session, mut looked, mut bad) = (db.session(), 0, Vec::new());
            while !done.load(Ordering::SeqCst) {
                bad.extend(seen(&mut session));
                looked += 1;
                sleep(Duration::from_millis(5));
            }
            (looked, bad)
        });
        for fact in FACTS {
            let (page, error, code) = dblens(home, &["show", fact, &db.url]);
            // What is not built yet, or not on this engine, says so at once.
            let status = page["status"].as_str().unwrap_or_default();
            let answered = code == Some(0) && status == "ready" || status == "unsupported";
            assert!(answered, "{}: show {fact}: {code:?} {error} {page}", server.name);
        }
        let (page, error, code) = dblens(home, &["check", &db.url, "--fail-on", "never"]);
        assert_eq!(code, Some(0), "{}: check: {error}", server.name);
        let late: Vec<&Value> =
            page["checks"].as_array().unwrap().iter().filter(|check| check["status"] == "timed_out").collect();
        assert!(late.is_empty(), "{}: {late:?}", server.name);
        done.store(true, Ordering::SeqCst);
        watch.join().unwrap()
    });
    assert!(looked > 0 && bad.is_empty(), "{}: {bad:?}", server.name);
}

fn wait_until(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < Duration::from_secs(20), "not in time: {what}");
        sleep(Duration::from_millis(20));
    }
}

fn row<'a>(page: &'a Value, name: &str) -> &'a Value {
    page["rows"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

const POSTGRES: &str = "
    create table parent (id int primary key);
    create table t (id int primary key, p int references parent (id), note text default 'x' check (note <> ''));
    create index t_lower on t (lower(note)) where id > 0;
    create view v as select * from t;
    insert into parent select n from generate_series(1, 500) n;
    insert into t select n, n % 500 + 1, md5(n::text) from generate_series(1, 5000) n;
    analyze;
";

/// Sessions of ours that wait for a lock, or that another one waits for.
fn queue_of_postgres(session: &mut Session) -> Vec<Vec<Option<String>>> {
    session.rows(
        "select a.pid::text, a.query from pg_stat_activity a
          where a.application_name like 'dblens%' and a.datname = current_database()
            and exists (select from pg_locks l where l.pid = a.pid and not l.granted)
         union all
         select a.pid::text, a.query from pg_stat_activity w, unnest(pg_blocking_pids(w.pid)) b, pg_stat_activity a
          where w.datname = current_database() and w.wait_event_type = 'Lock'
            and a.pid = b and a.application_name like 'dblens%'",
    )
}

#[test]
fn behind_an_alter_table_of_postgresql() {
    let home = tempfile::tempdir().unwrap();
    for server in common::pg() {
        let db = server.database("queue");
        db.exec(POSTGRES);
        // One that holds.
        let mut holder = db.session();
        holder.exec("begin; alter table t add column more int");
        let pid = holder.one("select pg_backend_pid()");
        all(&server, &db, &home, queue_of_postgres);
        says_who(&db, &home, &pid);
        holder.exec("rollback");
        // One that waits, with a reader before it.
        let mut reader = db.session();
        reader.exec("begin; select count(*) from t");
        let url = db.url.clone();
        let waiting = thread::spawn(move || Session::open(&url).unwrap().try_rows("alter table t add column more int"));
        let waits = "select min(l.pid)::text from pg_locks l where not l.granted and l.relation = 't'::regclass";
        wait_until("waiting", || db.rows(waits)[0][0].is_some());
        let pid = db.one(waits);
        all(&server, &db, &home, queue_of_postgres);
        says_who(&db, &home, &pid);
        reader.exec("rollback");
        waiting.join().unwrap().unwrap();
    }
}

/// The estimate, and the process whose lock it is.
#[track_caller]
fn says_who(db: &TestDb, home: &TempDir, pid: &str) {
    let (page, ..) = dblens(home, &["show", "tables", &db.url]);
    let own = row(&page, "t");
    assert_eq!(own["size_source"], "locked", "{own}");
    assert!(own["table_bytes"].as_i64().unwrap() > 0, "an estimate: {own}");
    assert!(page["notes"].to_string().contains(&format!("process {pid}")), "{pid}: {}", page["notes"]);
    let (page, ..) = dblens(home, &["show", "indexes", &db.url]);
    assert!(page["notes"].to_string().contains(pid), "{pid}: {}", page["notes"]);
}

/// Threads of ours that wait for a metadata lock, or behind whose statement another waits.
fn queue_of_mysql(session: &mut Session) -> Vec<Vec<Option<String>>> {
    session.rows(
        "select cast(p.id as char), p.info from information_schema.processlist p
          where p.state like 'Waiting for table metadata lock%' and p.info not like 'alter table t %'",
    )
}

#[test]
fn behind_an_alter_table_of_mysql() {
    let home = tempfile::tempdir().unwrap();
    for server in common::mysql() {
        let db = server.database("queue");
        let rows: Vec<String> = (1..=300).map(|n| format!("({n}, {n}, 'n{n}')")).collect();
        db.exec(&format!(
            "create table parent (id int primary key); insert into parent values (1), (2);
             create table t (id int primary key, a int, note varchar(40), key t_a (a)); insert into t values {};
             create view v as select * from t",
            rows.join(", ")
        ));
        // One that waits behind an open transaction: from now on also a SELECT would queue.
        let mut reader = db.session();
        reader.exec("begin");
        reader.exec("select count(*) from t");
        let url = db.url.clone();
        let waiting = thread::spawn(move || Session::open(&url).unwrap().try_rows("alter table t add column more int"));
        let waits = "select count(*) from information_schema.processlist where state like 'Waiting for table metadata lock%' and info like 'alter table t %'";
        wait_until("waiting", || db.one(waits) != "0");
        all(&server, &db, &home, queue_of_mysql);
        assert_ne!(db.one(waits), "0", "{}: it still waits", server.name);
        reader.exec("rollback");
        waiting.join().unwrap().unwrap();
        // One that holds: LOCK TABLES takes what an ALTER holds while it works.
        let mut holder = db.session();
        holder.exec("lock tables t write");
        all(&server, &db, &home, queue_of_mysql);
        holder.exec("unlock tables");
    }
}

/// CREATE INDEX CONCURRENTLY behind an open transaction: its index is not valid, and nothing is wrong.
#[test]
fn a_build_in_progress_is_no_failed_one() {
    let home = tempfile::tempdir().unwrap();
    for server in common::pg() {
        let db = server.database("build");
        db.exec(POSTGRES);
        let mut writer = db.session();
        writer.exec("begin; update t set note = 'y' where id = 1");
        let holder = writer.one("select pg_backend_pid()");
        let url = db.url.clone();
        let build = thread::spawn(move || {
            Session::open(&url).unwrap().try_rows("create index concurrently t_note on t (note)")
        });
        let there = "select count(*) from pg_index where not indisvalid and indexrelid = to_regclass('t_note')";
        wait_until("begun", || db.one(there) == "1");
        let pid = db.one("select pid from pg_stat_progress_create_index where datname = current_database()");

        let finding = |url: &str| {
            let (page, ..) = dblens(&home, &["check", url, "--only", "index-invalid", "--fail-on", "never"]);
            page["checks"][0]["findings"].as_array().unwrap().clone()
        };
        let found = finding(&db.url);
        let [one] = &found[..] else { panic!("{}: {found:?}", server.name) };
        assert_eq!(one["severity"], "info", "{}: {one}", server.name);
        assert!(one["summary"].as_str().unwrap().contains(&format!("process {pid}")), "{one}");
        assert!(one["why"].as_str().unwrap().contains(&format!("waits for process {holder}")), "{one}");
        let (page, ..) = dblens(&home, &["show", "indexes", &db.url]);
        assert_eq!(
            (&row(&page, "t_note")["verdict"], &row(&page, "t_note")["valid"]),
            (&"unknown".into(), &false.into())
        );
        // A role that sees no others' builds knows it by the lock on the table.
        if server.is_ours() {
            let found = finding(&db.role("plain"));
            assert_eq!(found[0]["severity"], "info", "{}: {found:?}", server.name);
            assert!(found[0]["summary"].as_str().unwrap().contains(&format!("process {pid}")), "{found:?}");
        }

        // The build fails: now it is one.
        db.exec(&format!("select pg_cancel_backend({pid})"));
        assert!(build.join().unwrap().is_err());
        let found = finding(&db.url);
        assert_eq!(found[0]["severity"], "warning", "{}: {found:?}", server.name);
        writer.exec("rollback");
    }
}

/// Autovacuum that is off for the whole server counts, whatever the tables say.
#[test]
fn autovacuum_that_is_off_for_the_server_is_told() {
    let home = tempfile::tempdir().unwrap();
    let Some(own) = Own::postgres("pg18") else { return };
    own.exec("create table t (id int)");
    let found = |id: &str| {
        let (page, ..) = dblens(&home, &["check", &own.url, "--only", id, "--fail-on", "never"]);
        page["checks"][0]["findings"].as_array().unwrap().clone()
    };
    assert!(found("autovacuum-off").is_empty());
    own.exec("create table d (id int) with (autovacuum_enabled = on); insert into d select generate_series(1, 200000)");
    own.exec("analyze d; delete from d where id <= 15000");
    wait_until("counted", || {
        own.one("select coalesce(sum(n_dead_tup), 0) >= 15000 from pg_stat_user_tables where relname = 'd'") == "t"
    });
    assert!(found("dead-tuples-high").is_empty(), "7 % of the rows, below what the server vacuums at");
    own.exec("alter system set autovacuum_vacuum_scale_factor = 0.01");
    own.exec("alter system set autovacuum = off");
    own.exec("select pg_reload_conf()");
    wait_until("reloaded", || own.one("show autovacuum") == "off");
    let off = found("autovacuum-off");
    assert_eq!((&off[0]["severity"], &off[0]["object"]["name"]), (&"critical".into(), &"autovacuum".into()), "{off:?}");
    let dead = found("dead-tuples-high");
    assert_eq!(dead[0]["object"]["name"], "d", "{dead:?}");
    assert_eq!(dead[0]["evidence"]["vacuum_due_at"]["value"].as_i64().unwrap() / 100, 19, "{dead:?}");
}
