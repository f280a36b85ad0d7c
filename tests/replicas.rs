//! Replicas keep their own counters: whether an index is used is judged over all that a connection names, and
//! a server that is no replica of this one adds nothing.

mod common;

use common::{TestDb, TestServer};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use url::Url;

/// A home with a configuration that names connections.
struct Home(TempDir);

impl Home {
    /// Each connection with its URL and its replicas; days are what a verdict needs.
    fn new(days: u32, connections: &[(&str, &str, &[&str])]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".config/dblens");
        fs::create_dir_all(&folder).unwrap();
        let mut text = format!("[thresholds]\nindex_unused_days = {days}\nindex_unused_bytes = 0\n");
        for (name, url, replicas) in connections {
            text.push_str(&format!("[connections.{name}]\nurl = \"{url}\"\nreplicas = {replicas:?}\n"));
        }
        let file = folder.join("config.toml");
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        Self(home)
    }

    fn json(&self, args: &[&str]) -> Value {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dblens"));
        command.args(args).args(["--json", "--no-state"]).env_clear().current_dir(self.0.path()).stdin(Stdio::null());
        command.env("HOME", self.0.path()).env("LANG", "C.UTF-8").env("TERM", "xterm");
        let out = command.output().unwrap();
        let error = String::from_utf8_lossy(&out.stderr).into_owned();
        serde_json::from_slice(&out.stdout).unwrap_or_else(|wrong| panic!("{args:?}: {wrong}\n{error}"))
    }

    /// The verdict on each index, and the notes in one text.
    fn indexes(&self, name: &str) -> (impl Fn(&str) -> String, String) {
        let page = self.json(&["show", "indexes", name]);
        assert_eq!(page["status"], "ready", "{page}");
        let notes: Vec<String> = page["notes"].as_array().unwrap().iter().map(ToString::to_string).collect();
        let verdict = move |index: &str| {
            let rows = page["rows"].as_array().unwrap();
            let row = rows.iter().find(|row| row["name"] == index).unwrap_or_else(|| panic!("no {index}"));
            row["verdict"].as_str().unwrap().to_owned()
        };
        (verdict, notes.join("\n"))
    }

    /// The findings of one rule, by object.
    fn findings(&self, name: &str, rule: &str) -> Vec<Value> {
        let page = self.json(&["check", name, "--only", rule, "--fail-on", "never"]);
        assert_eq!(page["checks"][0]["id"], rule, "{page}");
        page["checks"][0]["findings"].as_array().unwrap().clone()
    }
}

fn of<'a>(findings: &'a [Value], name: &str) -> Option<&'a Value> {
    findings.iter().find(|finding| finding["object"]["name"] == name)
}

const TABLE: &str = "
    create table orders (id int primary key, customer int, note text);
    create index orders_customer on orders (customer);
    create index orders_note on orders (note);
    insert into orders select n, n % 700, md5(n::text) from generate_series(1, 4000) n;
    analyze orders;
";

fn on(server: &TestServer, database: &str) -> String {
    let mut url = Url::parse(&server.url).unwrap();
    url.set_path(database);
    url.into()
}

fn wait_until(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < Duration::from_secs(20), "not in time: {what}");
        sleep(Duration::from_millis(20));
    }
}

/// The database on the primary, and its address on the standby, where everything has arrived.
fn pair() -> Option<(TestDb, String)> {
    let (primary, standby) = (common::require("pg18")?, common::require("pg18_standby")?);
    let db = primary.database("replicas");
    db.exec(TABLE);
    let there = on(&standby, &db.name);
    wait_until("replayed", || {
        let session = common::Session::open(&there);
        session
            .and_then(|mut session| session.try_rows("select 1 from orders where id = 4000"))
            .is_ok_and(|rows| rows.len() == 1)
    });
    Some((db, there))
}

/// Scans an index in a session of its own, and waits until that is counted.
fn use_index(url: &str, index: &str, sql: &str) {
    let mut session = common::Session::open(url).unwrap();
    session.exec("set enable_seqscan = off");
    session.exec(sql);
    drop(session);
    let counted = format!("select coalesce(idx_scan, 0) > 0 from pg_stat_user_indexes where indexrelname = '{index}'");
    wait_until("counted", || common::Session::open(url).unwrap().one(&counted) == "t");
}

#[test]
fn an_index_that_only_the_standby_uses_is_used() {
    let Some((db, there)) = pair() else { return };
    use_index(&there, "orders_customer", "select count(*) from orders where customer = 7");
    let home = Home::new(0, &[("shop", &db.url, &["shop2"]), ("shop2", &there, &[]), ("alone", &db.url, &[])]);

    let (verdict, notes) = home.indexes("alone");
    assert_eq!((verdict("orders_customer").as_str(), verdict("orders_note").as_str()), ("unused", "unused"));
    assert!(notes.contains("1 standby"), "{notes}");
    let alone = home.findings("alone", "index-unused");
    let doubts = of(&alone, "orders_customer").unwrap()["not_known"].to_string();
    assert!(doubts.contains("1 standby"), "{doubts}");

    let (verdict, notes) = home.indexes("shop");
    assert_eq!((verdict("orders_customer").as_str(), verdict("orders_note").as_str()), ("in_use", "unused"));
    assert!(notes.contains("scans include those of shop2"), "{notes}");
    let found = home.findings("shop", "index-unused");
    assert!(of(&found, "orders_customer").is_none(), "{found:?}");
    let unused = of(&found, "orders_note").unwrap();
    assert_eq!(unused["evidence"]["replicas_asked"]["value"], serde_json::json!(["shop2"]), "{unused}");
    let doubts = unused["not_known"].to_string();
    assert!(!doubts.contains("standby") && !doubts.contains("not asked"), "{doubts}");
    let only = home.findings("shop", "index-only-on-standby");
    assert!(of(&only, "orders_customer").is_some() && of(&only, "orders_note").is_none(), "{only:?}");
    // Its table is read there too.
    let reads = |name: &str| {
        let page = home.json(&["show", "tables", name]);
        page["rows"][0]["idx_scans"].as_i64().unwrap()
    };
    assert!(reads("shop") > reads("alone"));
}

#[test]
fn a_replica_that_can_not_be_reached_hides_nothing() {
    let Some(server) = common::require("pg18") else { return };
    let db = server.database("replicas");
    db.exec(TABLE);
    // Nobody listens on the discard port.
    let dead = "postgres://postgres@127.0.0.1:9/shop";
    let home = Home::new(0, &[("shop", &db.url, &["dead", "nameless"]), ("dead", dead, &[])]);
    let (verdict, notes) = home.indexes("shop");
    assert_eq!(verdict("orders_note"), "unused");
    assert!(notes.contains("dead was not asked: ") && notes.contains("nameless was not asked: "), "{notes}");
    let found = home.findings("shop", "index-unused");
    let doubts = of(&found, "orders_note").unwrap()["not_known"].to_string();
    assert!(doubts.contains("dead") && doubts.contains("nameless"), "{doubts}");
}

#[test]
fn counters_of_another_server_are_refused() {
    let (Some((db, there)), Some(stranger)) = (pair(), common::require("pg15")) else { return };
    let other = stranger.database("replicas");
    other.exec(TABLE);
    use_index(&other.url, "orders_note", "select count(*) from orders where note = 'x'");
    let elsewhere = there.replace(&db.name, "postgres");
    let home = Home::new(
        0,
        &[
            ("shop", &db.url, &["stranger", "itself", "elsewhere"]),
            ("stranger", &other.url, &[]),
            ("itself", &db.url, &[]),
            ("elsewhere", &elsewhere, &[]),
        ],
    );
    let (verdict, notes) = home.indexes("shop");
    assert_eq!(verdict("orders_note"), "unused");
    for said in [
        "stranger was not asked: it is a standby of another server",
        "it is this server itself",
        "the database postgres",
    ] {
        assert!(notes.contains(said), "{said}: {notes}");
    }
}

/// The role may not read the system identifier: then it is said that nothing proves the kinship.
#[test]
fn what_can_not_be_verified_is_said() {
    let Some((db, there)) = pair() else { return };
    db.exec(&format!("create role \"{0}\" login; revoke execute on function pg_control_system() from public", db.name));
    let plain = |url: &str| {
        let mut url = Url::parse(url).unwrap();
        url.set_username(&db.name).unwrap();
        String::from(url)
    };
    // Trust is for the superuser alone over TCP.
    let socket = |server: &str, url: &str| {
        let folder = common::require(server).unwrap().socket;
        folder.map(|folder| format!("{}?host={}&sslmode=disable", plain(url), folder.display()))
    };
    let (Some(own), Some(theirs)) = (socket("pg18", &db.url), socket("pg18_standby", &there)) else { return };
    let home = Home::new(0, &[("shop", &own, &["shop2"]), ("shop2", &theirs, &[])]);
    wait_until("replayed", || {
        let denied = "select pg_catalog.has_function_privilege('public', 'pg_control_system()', 'execute')";
        common::Session::open(&there).unwrap().one(denied) == "f"
    });
    let (verdict, notes) = home.indexes("shop");
    db.exec(&format!("drop role \"{}\"", db.name));
    assert_eq!(verdict("orders_note"), "unknown", "no window without the control file");
    assert!(notes.contains("GRANT EXECUTE ON FUNCTION pg_control_system()"), "{notes}");
}

#[test]
fn servers_of_mysql_that_do_not_replicate_are_refused() {
    let servers = common::mysql();
    for server in &servers {
        let db = server.database("replicas");
        db.exec("create table t (id int primary key, a int, key t_a (a)); insert into t values (1, 1)");
        let other = servers.iter().find(|other| other.name != server.name && other.engine == server.engine);
        let stranger = other.map(|other| other.database("replicas"));
        let url = stranger.as_ref().map_or(db.url.as_str(), |stranger| stranger.url.as_str());
        let home = Home::new(0, &[("shop", &db.url, &["stranger"]), ("stranger", url, &[])]);
        let (_, notes) = home.indexes("shop");
        let why = if other.is_some() { "it shows the database" } else { "it is this server itself" };
        assert!(notes.contains(&format!("stranger was not asked: {why}")), "{}: {notes}", server.name);
        let Some(other) = other else { continue };
        let whole = on(other, "");
        let home = Home::new(0, &[("shop", &db.url, &["stranger"]), ("stranger", &whole, &[])]);
        let (_, notes) = home.indexes("shop");
        let why = "it is no replica: it replicates from no server";
        assert!(notes.contains(&format!("stranger was not asked: {why}")), "{}: {notes}", server.name);
    }
}
