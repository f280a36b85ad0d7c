//! Since when counters count, on servers of the tests' own that are reset, restarted, crashed and promoted. What
//! began a moment ago accuses no index.

mod common;

use common::Session;
use common::own::{End, Own};
use jiff::Timestamp;
use serde_json::Value;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const TABLE: &str = "
    create table t (id int primary key, a int);
    create index t_a on t (a);
    insert into t select n, n % 700 from generate_series(1, 4000) n;
    analyze t;
";

fn json(home: &TempDir, args: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dblens"));
    command.args(args).arg("--json").env_clear().current_dir(home.path()).stdin(Stdio::null());
    command.env("HOME", home.path()).env("LANG", "C.UTF-8").env("TERM", "xterm");
    let out = command.output().unwrap();
    let error = String::from_utf8_lossy(&out.stderr).into_owned();
    serde_json::from_slice(&out.stdout).unwrap_or_else(|wrong| panic!("{args:?}: {wrong}\n{error}"))
}

/// What dblens says of the counters.
struct Said {
    /// Since when, and why; nothing where it is not known.
    since: Option<(Timestamp, String)>,
    verdict: String,
    scans: Option<i64>,
    /// Why `index-unused` says nothing.
    reason: String,
    grant: String,
}

fn said(home: &TempDir, url: &str) -> Said {
    let page = json(home, &["show", "indexes", url, "--no-state"]);
    let row = page["rows"].as_array().unwrap().iter().find(|row| row["name"] == "t_a").expect("t_a");
    let notes: Vec<&str> = page["notes"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let since = notes.iter().find_map(|note| {
        let (at, why) = note.strip_prefix("counters count since ")?.split_once(" (")?;
        Some((at.parse().unwrap(), why.to_owned()))
    });
    let check = json(home, &["check", url, "--only", "index-unused", "--fail-on", "never", "--no-state"]);
    let check = &check["checks"][0];
    Said {
        since,
        verdict: row["verdict"].as_str().unwrap().to_owned(),
        scans: row["scans"].as_i64(),
        reason: check["reason"].to_string(),
        grant: check["grant"].to_string(),
    }
}

/// The server's clock.
fn now(url: &str) -> Timestamp {
    let micros = "select (extract(epoch from clock_timestamp()) * 1000000)::int8";
    Timestamp::from_microsecond(Session::open(url).unwrap().one(micros).parse().unwrap()).unwrap()
}

fn wait_until(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < Duration::from_secs(30), "not in time: {what}");
        sleep(Duration::from_millis(50));
    }
}

/// Scans the index, and waits until that is counted: before 15 a process collects it in its own time.
fn scan(url: &str) {
    let mut session = Session::open(url).unwrap();
    session.exec("set enable_seqscan = off");
    session.exec("select count(*) from t where a = 7");
    drop(session);
    let counted = "select coalesce(sum(idx_scan), 0) > 0 from pg_stat_user_indexes where indexrelname = 't_a'";
    wait_until("counted", || Session::open(url).unwrap().one(counted) == "t");
}

/// The window begins in between, no index is judged, and it says why not.
#[track_caller]
fn begins(what: &str, found: &Said, after: Timestamp, before: Timestamp) {
    let (since, _) = found.since.as_ref().unwrap_or_else(|| panic!("{what}: no window"));
    assert!((after..=before).contains(since), "{what}: {since} is not in {after} to {before}");
    assert_eq!(found.verdict, "unknown", "{what}");
    assert!(found.reason.contains("14 are needed"), "{what}: {}", found.reason);
}

#[test]
fn resets_restarts_and_crashes_of_postgresql() {
    let home = tempfile::tempdir().unwrap();
    for name in ["pg13", "pg15", "pg18"] {
        let Some(mut own) = Own::postgres(name) else { continue };
        own.exec(TABLE);
        scan(&own.url);
        let first = said(&home, &own.url);
        let born = first.since.clone().expect("a window").0;
        assert!(first.scans.unwrap() > 0, "{name}");

        own.stop(End::Clean);
        own.start();
        let found = said(&home, &own.url);
        let kept = found.since.clone().unwrap().0;
        assert!(
            kept.duration_since(born).abs() < jiff::SignedDuration::from_secs(2),
            "{name}: a restart keeps counters"
        );
        assert!(found.scans.unwrap() > 0, "{name}: a clean restart lost the scans");

        let resets = [
            ("reset", "select pg_stat_reset()"),
            ("reset of one table", "select pg_stat_reset_single_table_counters('t_a'::regclass)"),
        ];
        for (what, sql) in resets {
            scan(&own.url);
            let before = now(&own.url);
            own.exec(sql);
            let counted = "select coalesce(sum(idx_scan), 0) = 0 from pg_stat_user_indexes where indexrelname = 't_a'";
            wait_until("reset", || own.one(counted) == "t");
            let found = said(&home, &own.url);
            begins(&format!("{name}, {what}"), &found, before, now(&own.url));
            // Before 15 a reset so soon after the birth looks like the birth.
            let told = found.since.unwrap().1;
            assert!(told.contains("statistics reset") || name == "pg13", "{name}, {what}: {told}");
        }

        scan(&own.url);
        let before = now(&own.url);
        own.stop(End::Crash);
        own.start();
        let found = said(&home, &own.url);
        begins(&format!("{name}, crash"), &found, before, now(&own.url));
        assert_eq!(found.scans, Some(0), "{name}: a crash empties the counters");
    }
}

#[test]
fn a_promoted_standby_begins_anew() {
    let home = tempfile::tempdir().unwrap();
    for name in ["pg13", "pg18"] {
        let Some(mut own) = Own::postgres(name) else { continue };
        own.exec(TABLE);
        own.exec("create role plain login");
        let standby = own.standby();
        scan(&standby.url);
        let found = said(&home, &standby.url);
        assert!(found.since.is_some(), "{name}: a standby has a window");
        own.stop(End::Clean);
        let before = now(&standby.url);
        standby.exec("select pg_promote()");
        wait_until("promoted", || standby.one("select pg_is_in_recovery()") == "f");
        let found = said(&home, &standby.url);
        begins(&format!("{name}, promotion"), &found, before, now(&standby.url));
        assert!(found.since.unwrap().1.contains("promotion"), "{name}");

        let plain = standby.url.replace("postgres@", "plain@");
        let found = said(&home, &plain);
        assert!(found.since.is_none() && found.verdict == "unknown", "{name}");
        assert!(found.grant.contains("GRANT pg_monitor TO plain"), "{name}: {} {}", found.grant, found.reason);
    }
}

/// Without the performance schema, counted from when somebody switches it on, which the server does not tell.
#[test]
fn userstat_of_mariadb() {
    let Some(mut own) = Own::mariadb("maria1011") else { return };
    let home = tempfile::tempdir().unwrap();
    own.exec("create database shop");
    let url = own.url.replace("/mysql", "/shop");
    let rows: Vec<String> = (1..=200).map(|n| format!("({n}, {n} % 7)")).collect();
    let table =
        format!("create table t (id int primary key, a int, key t_a (a)); insert into t values {}", rows.join(", "));
    Session::open(&url).unwrap().exec(&table);
    let found = said(&home, &url);
    assert!(found.scans.is_none() && found.verdict == "unknown", "{}", found.reason);
    assert!(found.reason.contains("userstat"), "{}", found.reason);

    own.exec("set global userstat = 1");
    Session::open(&url).unwrap().exec("select count(*) from t force index (t_a) where a = 3");
    let found = said(&home, &url);
    assert!(found.scans.unwrap() > 0 && found.since.is_none() && found.verdict == "unknown");
    assert!(found.reason.contains("userstat was switched on while the server ran"), "{}", found.reason);

    // What this machine has seen before begins the window then.
    let look = |args: &[&str]| json(&home, &[&["show", "indexes", url.as_str()], args].concat());
    look(&[]);
    let notes = look(&[])["notes"].to_string();
    assert!(notes.contains("first look from here"), "{notes}");

    own.stop(End::Clean);
    own.start();
    let found = said(&home, &url);
    assert!(found.scans.is_none(), "userstat is off again");
}

/// MySQL and MariaDB empty the counters of a table when one of its indexes is dropped, and leave no trace: what
/// was seen before tells.
#[test]
fn counters_that_went_back_begin_a_window_of_their_own() {
    for server in common::mysql() {
        if server.name == "maria1011" {
            continue;
        }
        let db = server.database("window");
        let rows: Vec<String> = (1..=200).map(|n| format!("({n}, {n} % 7, {n})")).collect();
        db.exec(&format!(
            "create table t (id int primary key, a int, b int, key t_a (a), key t_b (b)); insert into t values {}",
            rows.join(", ")
        ));
        db.exec("select count(*) from t force index (t_a) where a = 3");
        let home = tempfile::tempdir().unwrap();
        let look = || json(&home, &["show", "indexes", &db.url])["notes"].to_string();
        assert!(look().contains("(server start, "), "{}", server.name);
        db.exec("alter table t drop index t_b");
        let notes = look();
        assert!(notes.contains("(statistics reset, "), "{}: {notes}", server.name);
    }
}
