//! Servers and files as one meets them on a bad day: a standby, one that crashed, one without its statistics, a
//! file that nobody may write, a table in the middle of an ALTER. The verdicts are right, and nothing hangs.

mod common;
#[path = "common/terminal.rs"]
mod terminal;

use common::own::{End, Own};
use common::{Session, TestDb};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use terminal::{Home, Terminal};

/// What the test servers are set up for: they keep nothing that has to survive, and let root in without a password.
const SET_UP: &str = "fsync-off,password-empty-or-anonymous";
/// What other tests of this run do on servers that they share with this one.
const OTHERS: [&str; 10] = [
    "blocked-locks",
    "ddl-queue",
    "idle-in-transaction",
    "long-transaction",
    "long-query",
    "vacuum-blocked-by-xmin",
    "slot-inactive",
    "connections-near-max",
    "prepared-xact-old",
    "secdef-search-path",
];
const LARGE: (u16, u16) = (100, 30);
const SMALL: (u16, u16) = (80, 24);

fn page(out: &Output) -> Value {
    let told = String::from_utf8_lossy(&out.stderr);
    serde_json::from_slice(&out.stdout).unwrap_or_else(|error| panic!("{error}: {told}"))
}

/// `check` of a target, which ends by its own limit.
#[track_caller]
fn check(target: &str) -> Value {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dblens"));
    command.args(["check", target, "--format", "json", "--timeout", "20s", "--no-state", "--skip", SET_UP]);
    command.env_clear().env("HOME", home.path()).current_dir(home.path());
    page(&command.output().unwrap())
}

fn of<'a>(page: &'a Value, id: &str) -> &'a Value {
    let checks = page["checks"].as_array().unwrap();
    checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no {id}"))
}

fn keys(page: &Value, id: &str) -> Vec<String> {
    let findings = of(page, id)["findings"].as_array().unwrap().iter();
    findings.map(|one| one["key"].as_str().unwrap().to_owned()).collect()
}

/// Whatever could not be looked at says why, in words for people; nothing was given up for want of time.
#[track_caller]
fn is_whole(what: &str, page: &Value) {
    let checks = page["checks"].as_array().unwrap();
    assert!(checks.len() > 20, "{what}: {page:#}");
    for check in checks {
        let reason = check["reason"].as_str().unwrap_or_default();
        assert_ne!(check["status"], "timed_out", "{what}: {check}");
        assert!(check["status"] != "cannot_check" || !reason.is_empty(), "{what}: {check}");
        assert!(!reason.contains(".sql") && !reason.contains("recovery is in progress"), "{what}: {check}");
    }
}

/// Nothing critical and no warning, but what `others` may cause.
#[track_caller]
fn raises_no_alarm(what: &str, page: &Value, others: &[&str]) {
    is_whole(what, page);
    for check in page["checks"].as_array().unwrap() {
        let id = check["id"].as_str().unwrap();
        for finding in check["findings"].as_array().unwrap().iter().filter(|_| !others.contains(&id)) {
            let severity = finding["severity"].as_str().unwrap();
            assert!(!["critical", "warning"].contains(&severity), "{what}: {finding:#}");
        }
    }
}

/// Health on the screen, once rules have looked.
fn health(home: &Home, size: (u16, u16), target: &str) -> Terminal {
    let mut screen = home.start(size, &[], &[target, "--no-state"]);
    screen.wait_for("2 Schema");
    screen.send("1");
    screen.wait_for("checks:");
    screen
}

// ---- PostgreSQL ---------------------------------------------------------------------------------

#[test]
fn a_standby_is_no_fault() {
    let home = Home::new();
    if let Some(server) = common::require("pg18_standby") {
        let page = check(&server.url);
        raises_no_alarm("pg18_standby", &page, &OTHERS);
        // What can only be done on the primary is no duty of a standby.
        assert_ne!(of(&page, "archiver-failing")["status"], "finding");
        let mut screen = health(&home, LARGE, &server.url);
        screen.wait_for("standby");
        screen.wait_for("Sessions");
        let text = screen.text();
        assert!(!text.contains("recovery is in progress") && !text.contains("ERROR"), "{text}");
        assert_eq!(screen.quit(), 0);
    }
    // One whose primary writes nothing: the time since the last transaction is no lag.
    for name in ["pg13", "pg15"] {
        let Some(mut own) = Own::postgres(name) else { continue };
        own.exec("create table t (id int primary key); insert into t values (1)");
        let standby = own.standby();
        let page = check(&standby.url);
        raises_no_alarm(name, &page, &[]);
        assert_eq!(keys(&page, "replication-lag"), Vec::<String>::new(), "{name}");
        // The primary sees it, and has nothing to say of it either.
        raises_no_alarm(name, &check(&own.url), &[]);
    }
}

/// Counters that a crash has emptied accuse nobody.
#[test]
fn after_a_crash_no_index_and_no_table_is_accused() {
    for name in ["pg13", "pg15", "pg18"] {
        let Some(mut own) = Own::postgres(name) else { continue };
        own.exec(
            "create table big (id int primary key, a int not null, b int not null);
             create index big_a on big (a);
             create index big_b on big (b);
             insert into big select n, n % 700, n % 900 from generate_series(1, 60000) n",
        );
        // Outside of a transaction.
        own.exec("vacuum (analyze) big");
        own.stop(End::Crash);
        own.start();
        let page = check(&own.url);
        is_whole(name, &page);
        for id in ["index-unused", "index-rarely-used", "never-vacuumed", "never-analyzed", "stale-statistics"] {
            assert_eq!(keys(&page, id), Vec::<String>::new(), "{name}, {id}");
        }
        let unused = of(&page, "index-unused");
        assert_eq!(unused["status"], "cannot_check", "{name}: {unused}");
        raises_no_alarm(name, &page, &[]);
    }
}

#[test]
fn without_statistics_of_statements_the_rest_is_judged_all_the_same() {
    let Some(own) = Own::postgres("pg15") else { return };
    own.exec("create table a (id int); create table t (id int primary key, x int); create index t_x on t (x); create index t_x2 on t (x)");
    let page = check(&own.url);
    is_whole("no pg_stat_statements", &page);
    assert_eq!(keys(&page, "index-duplicate").len(), 1, "{page:#}");
    for id in ["slow-query", "query-dominates"] {
        let check = of(&page, id);
        assert_eq!(check["status"], "cannot_check", "{check}");
        assert!(check["reason"].as_str().unwrap().contains("pg_stat_statements"), "{check}");
    }
    let home = Home::new();
    let mut screen = health(&home, SMALL, &own.url);
    screen.wait_for("Queries");
    screen.send("5");
    screen.wait_for("shared_preload_libraries");
    assert_eq!(screen.quit(), 0);
}

/// Somebody who waits, on a thread of its own.
fn waits(mut session: Session, sql: &str) -> JoinHandle<()> {
    let sql = sql.to_owned();
    thread::spawn(move || {
        session.try_rows(&sql).ok();
        session.try_rows("rollback").ok();
    })
}

fn pid(session: &mut Session) -> String {
    session.one("select pg_backend_pid()::text")
}

/// Until so many sessions of this database wait for a lock.
fn until_waiting(db: &TestDb, wanted: &str) {
    let sql = format!(
        "select count(*)::text from pg_locks l join pg_stat_activity a using (pid)
          where not l.granted and a.datname = '{}'",
        db.name
    );
    let begin = Instant::now();
    while db.one(&sql) != wanted {
        assert!(begin.elapsed() < Duration::from_secs(30), "they do not wait");
        thread::yield_now();
    }
}

/// One ALTER that has its ACCESS EXCLUSIVE lock, and one that waits for it with a reader behind.
#[test]
fn in_the_middle_of_an_alter() {
    for server in common::pg() {
        let db = server.database("situations");
        db.exec("create table held (id int); create table wanted (id int); create table free (id int)");
        let mut holder = db.session();
        let held_by = pid(&mut holder);
        holder.exec("begin; alter table held add column x int");
        let reader = waits(db.session(), "select count(*) from held");
        until_waiting(&db, "1");
        let mut root = db.session();
        let root_pid = pid(&mut root);
        root.exec("begin; select count(*) from wanted");
        let mut altering = db.session();
        let alter_pid = pid(&mut altering);
        let alter = waits(altering, "alter table wanted add column x int");
        until_waiting(&db, "2");
        let behind = waits(db.session(), "select count(*) from wanted");
        until_waiting(&db, "3");

        let wanted = [&held_by, &root_pid].map(|pid| format!("blocked-locks|pid {pid}"));
        let begin = Instant::now();
        // Until a wait has lasted a second, nothing is said of it.
        let page = loop {
            let page = check(&db.url);
            let found = keys(&page, "blocked-locks");
            if wanted.iter().all(|key| found.contains(key)) {
                break page;
            }
            assert!(begin.elapsed() < Duration::from_secs(30), "{}: {wanted:?} are not in {found:?}", server.name);
        };
        is_whole(&server.name, &page);
        let chains = of(&page, "blocked-locks")["findings"].as_array().unwrap();
        let queued = chains.iter().find(|one| one["key"] == wanted[1].as_str()).unwrap();
        assert_eq!(queued["severity"], "critical", "{}: a reader waits behind the ALTER: {queued:#}", server.name);
        // The chain says it all; the ALTER is no second finding.
        let queue = keys(&page, "ddl-queue").join(" ");
        assert!(!queue.contains(&alter_pid), "{}: {queue}", server.name);
        // What is locked is judged from the catalog as well as what is free.
        let bare = keys(&page, "missing-primary-key").join(" ");
        assert!(["held", "wanted", "free"].iter().all(|table| bare.contains(table)), "{}: {bare}", server.name);

        if server.name == "pg15" {
            let home = Home::new();
            let mut screen = health(&home, LARGE, &db.url);
            screen.wait_for("blocks");
            screen.send("6");
            screen.wait_for("root of the chain");
            screen.wait_for("alter table wanted");
            screen.send("1\r");
            screen.wait_for("Why it matters");
            assert_eq!(screen.quit(), 0);
        }
        // Nobody was held up by us.
        holder.exec("commit");
        root.exec("commit");
        for thread in [reader, alter, behind] {
            thread.join().unwrap();
        }
        drop((holder, root));
    }
}

// ---- MariaDB and MySQL --------------------------------------------------------------------------

#[test]
fn mariadb_without_its_performance_schema() {
    let Some(server) = common::require("maria1011") else { return };
    let db = server.database("situations");
    db.exec("create table t (id int primary key, x int, key t_x (x), key t_x2 (x))");
    let page = check(&db.url);
    is_whole("maria1011", &page);
    assert_eq!(keys(&page, "index-duplicate").len(), 1, "{page:#}");
    for id in ["slow-query", "query-dominates"] {
        let check = of(&page, id);
        assert_eq!(check["status"], "cannot_check", "{check}");
        assert!(check["reason"].as_str().unwrap().contains("performance_schema"), "{check}");
    }
    assert_ne!(of(&page, "index-unused")["status"], "finding");
    let home = Home::new();
    let mut screen = health(&home, LARGE, &db.url);
    screen.wait_for("Sessions");
    screen.wait_for("is the same as");
    screen.send("6");
    screen.wait_for("nobody waits for a lock");
    assert_eq!(screen.quit(), 0);
}

#[test]
fn mysql_9() {
    let Some(server) = common::require("mysql97") else { return };
    let db = server.database("situations");
    db.exec("create table t (id int primary key, x int not null, key t_x (x))");
    raises_no_alarm("mysql97", &check(&db.url), &OTHERS);
    let home = Home::new();
    let mut screen = health(&home, SMALL, &db.url);
    screen.wait_for("MySQL 9");
    // Two samples make a rate.
    screen.wait_for("/s");
    assert_eq!(screen.quit(), 0);
}

// ---- files --------------------------------------------------------------------------------------

fn make(path: &Path, sql: &str) {
    use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut db = SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", path.display())).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
    });
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// As somebody who may only read there: rights do not hold root with its capabilities.
fn check_as_reader(path: &Path) -> Output {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0");
    let program = env!("CARGO_BIN_EXE_dblens");
    let mut command = match is_root {
        true => {
            let mut command = Command::new("setpriv");
            command.args(["--inh-caps=-all", "--bounding-set=-all"]).arg(program);
            command
        }
        false => Command::new(program),
    };
    command.arg("check").arg(path).args(["--format", "json", "--timeout", "20s", "--no-state"]);
    let home = tempfile::tempdir().unwrap();
    command.current_dir(path.parent().unwrap());
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", home.path());
    command.output().unwrap()
}

/// A folder, and what makes its files read-only and gives it these rights.
fn locked() -> (TempDir, impl Fn(u32)) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_owned();
    let set = move |folder: u32| {
        for entry in std::fs::read_dir(&place).unwrap() {
            std::fs::set_permissions(entry.unwrap().path(), std::fs::Permissions::from_mode(0o444)).unwrap();
        }
        std::fs::set_permissions(&place, std::fs::Permissions::from_mode(folder)).unwrap();
    };
    (folder, set)
}

const FAULTY: &str = "create table t (id integer primary key, a text); create index t_a on t (a); \
                      create index t_a2 on t (a); insert into t (a) values ('x');";

#[test]
fn a_file_that_may_only_be_read_in_a_folder_that_may_only_be_read() {
    for (name, journal) in [("plain.db", ""), ("wal.db", "pragma journal_mode = wal;")] {
        let (folder, set) = locked();
        let path = folder.path().join(name);
        make(&path, &format!("{journal}{FAULTY}"));
        set(0o555);
        let before = names(folder.path());
        let out = check_as_reader(&path);
        let page = page(&out);
        is_whole(name, &page);
        assert_eq!(keys(&page, "index-duplicate").len(), 1, "{name}: {page:#}");
        assert_eq!(of(&page, "integrity-check")["status"], "ok", "{name}");
        assert_eq!(names(folder.path()), before, "{name}: nothing is left behind");
        set(0o755);
    }
}

/// With a log whose index can not be made there: told with a way out, never as an empty database.
#[test]
fn a_log_that_can_not_be_indexed_there_is_told_so() {
    let (folder, set) = locked();
    let (live, copy) = (folder.path().join("live.db"), folder.path().join("copy.db"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
        let mut db = SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", live.display())).await.unwrap();
        let sql = format!("pragma journal_mode = wal; {FAULTY}");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut db).await.unwrap();
        // A snapshot as somebody might copy it: the file and its log, without the log's index.
        std::fs::copy(&live, &copy).unwrap();
        std::fs::copy(folder.path().join("live.db-wal"), folder.path().join("copy.db-wal")).unwrap();
        db.close().await.unwrap();
    });
    set(0o555);
    let before = names(folder.path());
    let out = check_as_reader(&copy);
    let told = String::from_utf8_lossy(&out.stderr).into_owned() + &String::from_utf8_lossy(&out.stdout);
    assert_ne!(out.status.code(), Some(0), "{told}");
    assert!(told.contains("immutable=1"), "{told}");
    assert_eq!(names(folder.path()), before);
    set(0o755);
}
