//! Statements against real servers: equal to what the server's own view says, on every version of the
//! extension, through resets, with and without rights.

mod common;
#[allow(dead_code)] // another part of it is for files
#[path = "common/target.rs"]
mod target;

use common::{Engine as Make, Session, TestDb};
use dblens::collect::delta::Track;
use dblens::engine::{self, Engine};
use dblens::model::{Known, Statement, Statements, StatementsOf};
use serde_json::Value;
use std::process::{Command, Stdio};
use std::sync::{Arc, Once};
use target::target;

fn show(args: &[&str]) -> Value {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dblens"));
    command.args(args).env_clear().current_dir(home.path()).stdin(Stdio::null());
    command.env("HOME", home.path()).env("LANG", "C.UTF-8").env("TERM", "xterm");
    let out = command.output().unwrap();
    let error = String::from_utf8_lossy(&out.stderr).into_owned();
    serde_json::from_slice(&out.stdout).unwrap_or_else(|wrong| panic!("{args:?}: {wrong}\n{error}"))
}

fn statements(url: &str) -> Value {
    show(&["show", "statements", url, "--json", "--no-state"])
}

/// The row of this database whose text holds `words`.
#[track_caller]
fn row<'a>(page: &'a Value, database: &str, words: &str) -> &'a Value {
    let rows = page["rows"].as_array().unwrap();
    let is =
        |row: &&Value| row["database"] == database && row["query"].as_str().is_some_and(|text| text.contains(words));
    rows.iter().find(is).unwrap_or_else(|| panic!("no {words} of {database}: {} {}", page["status"], page["reason"]))
}

fn noted(page: &Value, words: &str) -> bool {
    page["notes"].as_array().unwrap().iter().any(|note| note.as_str().unwrap().contains(words))
}

fn close(value: &Value, expected: &str) -> bool {
    let (value, expected) = (value.as_f64().unwrap(), expected.parse::<f64>().unwrap());
    (value - expected).abs() <= 1e-6 + expected.abs() * 1e-9
}

/// A database with a table to ask.
fn probed(server: &common::TestServer, name: &str) -> TestDb {
    let db = server.database(name);
    db.exec("create table probe (n int)");
    db.exec("insert into probe values (1), (2), (3), (4), (5), (6), (7), (8), (9)");
    db
}

const PROBE: &str = "select n as probed from probe where n > ";

fn ask(db: &TestDb, times: usize) {
    let mut session = db.session();
    (0..times).for_each(|n| session.exec(&format!("{PROBE}{n}")));
}

async fn open(url: &str) -> Box<dyn Engine> {
    engine::open(&target(url)).await.unwrap()
}

async fn read(engine: &mut dyn Engine) -> Arc<Statements> {
    let read = engine.statements(&StatementsOf { top: u32::MAX, keys: Vec::new() }).await.unwrap();
    match read.known {
        Known::Ready(statements) => statements,
        other => panic!("{:?}", other.map(|_| ())),
    }
}

/// The statement of this database that was called so often and gave so many rows.
async fn probe(engine: &mut dyn Engine, all: &Statements, words: &str, database: &str) -> Statement {
    let own: Vec<_> = all.list.iter().filter(|one| one.database.as_deref() == Some(database)).collect();
    let keys: Vec<_> = own.iter().map(|one| one.key).collect();
    let Known::Ready(texts) = engine.statement_texts(&keys, 2_000).await.unwrap() else { panic!("no texts") };
    let is = |one: &&&Statement| {
        let text = texts.get(one.key).and_then(|text| text.value().cloned());
        text.is_some_and(|text| text.text.contains(words))
    };
    (*own.iter().find(is).unwrap_or_else(|| panic!("no {words}"))).clone()
}

// ---- PostgreSQL ---------------------------------------------------------------------------------

#[test]
fn postgresql_numbers_are_those_of_the_view() {
    for server in common::pg() {
        let db = probed(&server, "statements_equal");
        db.exec("create extension pg_stat_statements");
        ask(&db, 7);
        let page = statements(&db.url);
        let own = row(&page, &db.name, "as probed");
        let (total, version) = match server.name.as_str() {
            "pg13" => ("exec", 13),
            _ => ("exec", 15),
        };
        let view = db.rows(&format!(
            "select queryid::text, calls::text, total_{total}_time::text, mean_{total}_time::text, max_{total}_time::text, \
             stddev_{total}_time::text, rows::text, (shared_blks_hit * 8192)::text, (shared_blks_read * 8192)::text, \
             wal_bytes::text, (temp_blks_written * 8192)::text, query from pg_stat_statements \
             where query like '%as probed%' and dbid = (select oid from pg_database where datname = current_database()) \
             and query not like '%pg_stat_statements%'"
        ));
        let view: Vec<&str> = view[0].iter().map(|cell| cell.as_deref().unwrap()).collect();
        assert_eq!((&own["id"], &own["query"]), (&view[0].into(), &view[11].into()), "{} {version}", server.name);
        assert_eq!((own["calls"].to_string(), own["calls"].as_i64()), (view[1].to_owned(), Some(7)));
        let ids = [
            "total_ms",
            "mean_ms",
            "max_ms",
            "stddev_ms",
            "rows",
            "shared_hit",
            "shared_read",
            "wal_bytes",
            "temp_written",
        ];
        for (id, value) in ids.iter().zip(&view[2..]) {
            // Nanoseconds are kept of the milliseconds that the view has as floating-point numbers.
            assert!(close(&own[id], value), "{} {id}: {} is not {value}", server.name, own[id]);
        }
        assert_eq!(own["role"], "postgres");
        assert!(own["p95_ms"].is_null() && own["errors"].is_null() && own["now_calls"].is_null());
        let shares: f64 = page["rows"].as_array().unwrap().iter().map(|row| row["share"].as_f64().unwrap()).sum();
        assert!((shares - 1.0).abs() < 1e-6, "{shares}");
    }
}

#[test]
fn every_version_of_the_extension_in_a_schema_of_any_name() {
    for server in common::pg() {
        let versions = server
            .rows("select version from pg_available_extension_versions where name = 'pg_stat_statements' order by 1");
        for version in versions.iter().map(|row| row[0].as_deref().unwrap()) {
            let db = probed(&server, "statements_versions");
            db.exec("create schema \"we;ird \"\"$1:'top' :total\"");
            db.exec(&format!(
                "create extension pg_stat_statements schema \"we;ird \"\"$1:'top' :total\" version '{version}'"
            ));
            ask(&db, 3);
            let page = statements(&db.url);
            let what = format!("{} {version}", server.name);
            assert_eq!(page["status"], "ready", "{what}: {}", page["reason"]);
            let own = row(&page, &db.name, "as probed");
            assert_eq!((own["calls"].as_i64(), own["rows"].as_i64()), (Some(3), Some(24)), "{what}");
            let minor: u32 = version.strip_prefix("1.").unwrap().parse().unwrap();
            assert_eq!(own["wal_bytes"].is_null(), minor < 8, "{what}");
            assert_eq!(own["first_seen"].is_null(), minor < 11, "{what}");
            assert_eq!(noted(&page, "is not told by this version of the extension"), minor < 9, "{what}");
            assert!(noted(&page, &format!("pg_stat_statements {version}, ")), "{what}");
        }
    }
}

#[test]
fn what_is_missing_is_told_with_its_steps() {
    for server in common::pg() {
        let db = server.database("statements_missing");
        let page = statements(&db.role("plain"));
        assert_eq!((&page["status"], page["rows"].as_array().unwrap().len()), (&"unsupported".into(), 0));
        let reason = page["reason"].as_str().unwrap();
        assert!(reason.contains(&format!("is not in the database {}", db.name)), "{reason}");
        for words in ["CREATE EXTENSION pg_stat_statements;", "another database", "GRANT pg_read_all_stats TO plain;"] {
            assert!(noted(&page, words), "{words}: {page}");
        }
    }
}

#[test]
fn a_role_without_rights_is_told_what_is_hidden() {
    for server in common::pg() {
        let db = probed(&server, "statements_rights");
        db.exec("create extension pg_stat_statements");
        ask(&db, 3);
        let plain = statements(&db.role("plain"));
        assert_eq!(plain["status"], "ready", "{}", server.name);
        assert!(noted(&plain, "entries of other roles are hidden"), "{}", plain["notes"]);
        let texts = plain["rows"].as_array().unwrap().iter().filter_map(|row| row["query"].as_str());
        assert!(!texts.clone().any(|text| text.contains("insufficient") || text.contains("as probed")));
        row(&statements(&db.role("mon")), &db.name, "as probed");
        db.exec("revoke execute on all functions in schema public from public");
        let denied = statements(&db.role("mon"));
        assert_eq!(denied["status"], "denied", "{}", server.name);
        let reason = denied["reason"].as_str().unwrap();
        assert!(reason.contains("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO mon"), "{reason}");
    }
}

#[tokio::test]
async fn a_reset_in_mid_run_begins_again() {
    for server in common::pg() {
        let db = probed(&server, "statements_reset");
        db.exec("create extension pg_stat_statements");
        ask(&db, 5);
        let (mut engine, mut track) = (open(&db.url).await, Track::default());
        let first = read(engine.as_mut()).await;
        let key = probe(engine.as_mut(), &first, "as probed", &db.name).await.key;
        track.take(&first);
        ask(&db, 4);
        track.take(read(engine.as_mut()).await.as_ref());
        assert_eq!(track.now(key).map(|now| now.calls), Some(4), "{}", server.name);
        db.exec(
            "select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)",
        );
        ask(&db, 2);
        track.take(read(engine.as_mut()).await.as_ref());
        assert_eq!(track.now(key).map(|now| now.calls), Some(6), "{}", server.name);
        assert!(track.latest(key).is_some_and(|latest| latest.calls == 2 && latest.total_ns >= 0));
        engine.close().await;
    }
}

#[tokio::test]
async fn what_became_slow_is_marked_at_the_next_look() {
    for server in common::pg() {
        let db = server.database("statements_slower");
        db.exec("create extension pg_stat_statements");
        let sleep = |times: usize, seconds: f64| {
            let mut session = db.session();
            (0..times).for_each(|_| session.exec(&format!("select pg_sleep({seconds}) as slower")));
        };
        sleep(20, 0.002);
        let (mut engine, mut track) = (open(&db.url).await, Track::default());
        track.take(read(engine.as_mut()).await.as_ref());
        sleep(3, 0.2);
        let second = read(engine.as_mut()).await;
        let own = probe(engine.as_mut(), &second, "as slower", &db.name).await;
        track.take(&second);
        assert!(track.slower(own.key, own.counters.mean_ns()), "{}: {:?}", server.name, track.latest(own.key));
        assert!(track.changed(3).contains(&own.key));
        engine.close().await;
    }
}

#[tokio::test]
async fn a_session_notices_that_the_extension_moved() {
    for server in common::pg() {
        let db = probed(&server, "statements_moved");
        db.exec("create schema a; create schema b; create extension pg_stat_statements schema a");
        let mut engine = open(&db.url).await;
        read(engine.as_mut()).await;
        db.exec("alter extension pg_stat_statements set schema b");
        read(engine.as_mut()).await;
        db.exec("drop extension pg_stat_statements");
        let gone = engine.statements(&StatementsOf::default()).await.unwrap();
        assert!(matches!(gone.known, Known::Unsupported { .. }) && gone.remedy.is_some(), "{}", server.name);
        engine.close().await;
    }
}

#[tokio::test]
async fn texts_cost_nothing_until_they_are_asked_for() {
    for server in common::pg() {
        let db = server.database("statements_bytes");
        db.exec("create extension pg_stat_statements");
        let mut session = db.session();
        for n in 1..=60 {
            let wide = format!("{}{n}", "w".repeat(50));
            session.exec(
                &format!("select {} as \"{wide}\"", vec!["n"; 1_200].join(" + "))
                    .replace(" n", " length('n')")
                    .replace("select n", "select length('n')"),
            );
        }
        let mut engine = open(&db.url).await;
        read(engine.as_mut()).await;
        engine.sent();
        let read = engine.statements(&StatementsOf { top: 60, keys: Vec::new() }).await.unwrap();
        let Known::Ready(all) = read.known else { panic!("not ready") };
        let bytes: u64 = engine.sent().iter().map(|sent| sent.bytes).sum();
        let most = all.all.len() as u64 * 29 + 60 * 700;
        assert!(bytes < most, "{}: {bytes} bytes for {} entries", server.name, all.all.len());
        assert_eq!(all.list.len(), 60.min(all.all.len()));
        let keys: Vec<_> = all.list.iter().map(|one| one.key).take(10).collect();
        let Known::Ready(texts) = engine.statement_texts(&keys, 100).await.unwrap() else { panic!("no texts") };
        assert!(texts.list.iter().all(|(_, text)| text.value().unwrap().text.chars().count() <= 100));
        engine.close().await;
    }
}

#[tokio::test]
async fn what_runs_is_seen_without_its_constants() {
    for server in common::all() {
        let db = server.database("statements_running");
        let sleep = match server.engine {
            Make::Postgres => "select pg_sleep(30), 'secret4711'",
            _ => "select sleep(30), 'secret4711'",
        };
        let (url, text) = (db.url.clone(), sleep.to_owned());
        let sleeper = std::thread::spawn(move || Session::open(&url).unwrap().try_rows(&text));
        let mut engine = open(&db.url).await;
        let found = loop {
            let Known::Ready(running) = engine.running().await.unwrap() else { panic!("{}", server.name) };
            let own = running.list.into_iter().find(|one| one.database.as_deref() == Some(&db.name));
            if let Some(own) = own {
                break own;
            }
        };
        let text = found.text.value().unwrap();
        assert!(text.text.contains("sleep(") && !text.text.contains("secret") && !text.text.contains("30"), "{text:?}");
        assert!(found.runs_us.get().is_some());
        match server.engine {
            Make::Postgres => db.exec(&format!("select pg_terminate_backend({})", found.session)),
            _ => db.exec(&format!("kill {}", found.session)),
        }
        let _ = sleeper.join();
        engine.close().await;
    }
}

#[test]
fn a_standby_and_a_pooler_tell_their_statements() {
    for name in ["pg18_standby", "pgbouncer15"] {
        let Some(server) = common::require(name) else { continue };
        let page = statements(&server.url);
        // The extension may not be in that database: then it says so.
        let status = page["status"].as_str().unwrap();
        assert!(matches!(status, "ready" | "unsupported"), "{name}: {page}");
        let here = "select count(*)::text from pg_extension where extname = 'pg_stat_statements'";
        assert_eq!(status == "ready", server.one(here) == "1", "{name}: {}", page["reason"]);
    }
}

// ---- MySQL and MariaDB --------------------------------------------------------------------------

/// Servers that count, and those that do not. Other suites may have left no room for new digests: it is made once.
fn counting() -> (Vec<common::TestServer>, Vec<common::TestServer>) {
    static ROOM: Once = Once::new();
    let (on, off): (Vec<_>, Vec<_>) =
        common::mysql().into_iter().partition(|server| server.one("select @@performance_schema") == "1");
    let empty = "truncate table performance_schema.events_statements_summary_by_digest";
    ROOM.call_once(|| on.iter().for_each(|server| server.exec(empty)));
    (on, off)
}

#[test]
fn mysql_numbers_are_those_of_the_digests() {
    for server in counting().0 {
        let db = probed(&server, "statements_equal");
        ask(&db, 7);
        let page = statements(&db.url);
        let own = row(&page, &db.name, "`probed`");
        let view = db.rows(&format!(
            "select digest, cast(count_star as char), cast(sum_timer_wait / 1e9 as char), cast(max_timer_wait / 1e9 as char), \
             cast(sum_rows_sent as char), cast(sum_no_index_used as char), cast(sum_errors as char), digest_text \
             from performance_schema.events_statements_summary_by_digest \
             where schema_name = '{}' and digest_text like '%`probed`%'",
            db.name
        ));
        let view: Vec<&str> = view[0].iter().map(|cell| cell.as_deref().unwrap()).collect();
        assert_eq!((&own["id"], &own["query"]), (&view[0].into(), &view[7].into()), "{}", server.name);
        assert_eq!(own["calls"].as_i64(), Some(7));
        for (id, value) in ["calls", "total_ms", "max_ms", "rows", "no_index_used", "errors"].iter().zip(&view[1..]) {
            assert!(close(&own[id], value), "{} {id}: {} is not {value}", server.name, own[id]);
        }
        assert_eq!(own["no_index_used"].as_i64(), Some(7));
        assert!(own["role"].is_null() && own["stddev_ms"].is_null() && own["wal_bytes"].is_null());
        assert_eq!(own["p95_ms"].is_null(), server.engine == Make::MariaDb);
        assert!(own["first_seen"].is_string() && own["last_seen"].is_string());
    }
}

#[test]
fn a_prepared_statement_is_counted_by_its_calls() {
    for server in counting().0.into_iter().filter(|server| server.engine == Make::MySql) {
        let db = probed(&server, "statements_prepared");
        let mut session = db.session();
        session.exec("prepare s from 'select n as held from probe where n > ?'");
        session.exec("set @n = 3");
        (0..4).for_each(|_| session.exec("execute s using @n"));
        session.exec("deallocate prepare s");
        let page = statements(&db.url);
        let rows = page["rows"].as_array().unwrap().iter();
        let own: Vec<&Value> = rows
            .filter(|row| {
                row["database"] == db.name.as_str() && row["query"].as_str().is_some_and(|text| text.contains("`held`"))
            })
            .collect();
        assert_eq!(own.len(), 1, "{own:?}");
        assert!(own[0]["query"].as_str().unwrap().starts_with("SELECT ") && own[0]["calls"] == 4, "{}", own[0]);
    }
}

#[test]
fn what_is_switched_off_or_denied_is_told() {
    let (on, off) = counting();
    for server in off {
        let page = statements(&server.url);
        assert_eq!(page["status"], "unsupported");
        assert!(page["reason"].as_str().unwrap().contains("performance_schema = OFF") && noted(&page, "[mysqld]"));
    }
    for server in on {
        let page = statements(&server.role("plain"));
        assert_eq!(page["status"], "denied", "{}", server.name);
        let reason = page["reason"].as_str().unwrap();
        assert!(reason.contains("GRANT SELECT ON `performance_schema`.* TO 'plain'@"), "{reason}");
    }
}

// ---- rules --------------------------------------------------------------------------------------

/// The objects' labels of what one rule found, and its status.
fn found(url: &str, rule: &str) -> (Vec<String>, String) {
    let page = show(&["check", url, "--only", rule, "--format", "json"]);
    let check = &page["checks"][0];
    let list = check["findings"].as_array().unwrap().iter();
    let texts = list.map(|finding| finding["evidence"]["query"]["value"].as_str().unwrap_or_default().to_lowercase());
    (texts.collect(), check["status"].as_str().unwrap().to_owned())
}

#[test]
fn rules_find_what_was_planted() {
    let (on, _) = counting();
    for server in common::pg().into_iter().chain(on) {
        let db = server.database("statements_rules");
        let mysql = server.engine != Make::Postgres;
        db.exec("create table people (id int primary key, email varchar(100))");
        let digits = "(select 0 as d union all select 1 union all select 2 union all select 3 union all select 4)";
        let tables: Vec<String> =
            ["a", "b", "c", "d", "e", "f", "g"].iter().map(|name| format!("{digits} {name}")).collect();
        let id = "a.d + 5 * b.d + 25 * c.d + 125 * d.d + 625 * e.d + 3125 * f.d + 15625 * g.d";
        db.exec(&format!("insert into people select {id}, concat('p', {id}) from {} where g.d = 0", tables.join(", ")));
        db.exec(if mysql { "analyze table people" } else { "analyze people; create extension pg_stat_statements" });
        let sleep = if mysql { "sleep" } else { "pg_sleep" };
        let mut session = db.session();
        (0..10).for_each(|_| session.exec(&format!("select {sleep}(0.11) as planted_slow")));
        session.exec("select email from people where lower(email) = 'p7'");
        session.exec("select * from people where id = 7");
        let said = |rule: &str, words: &str| {
            let (texts, status) = found(&db.url, rule);
            assert!(texts.iter().any(|text| text.contains(words)), "{} {rule} {status}: {texts:?}", server.name);
        };
        said("slow-query", "planted_slow");
        said("select-star", "people");
        // MariaDB remembers no call, so there is no text that can be parsed.
        if server.engine != Make::MariaDb {
            said("function-on-column", "lower");
        }
    }
}

// ---- SQLite -------------------------------------------------------------------------------------

#[test]
fn sqlite_says_in_a_line_why_there_is_none() {
    let page = show(&["show", "statements", "demo", "--json"]);
    assert_eq!(page["status"], "unsupported");
    let reason = page["reason"].as_str().unwrap();
    assert!(reason.contains("9 SQL") && reason.contains("dblens explain"), "{reason}");
}
