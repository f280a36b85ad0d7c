//! Tests that need the wire itself and a real server: read-only layers, cancelling, left-over statements.

use super::connect;
use super::wire::Wire;
use crate::config::{Address, Family, Host, Target, Tls, TlsMode};
use crate::engine::ErrorKind;
use crate::engine::guard::Statement;
use crate::model::Outcome;
use std::time::{Duration, Instant};
use url::Url;

/// The servers of this run; a missing one that `DBLENS_REQUIRE` names fails the test.
fn targets() -> Vec<Target> {
    let mut found = Vec::new();
    for name in ["pg13", "pg15", "pg18"] {
        let key = format!("DBLENS_TEST_{}", name.to_uppercase());
        match std::env::var(&key) {
            Ok(url) => found.push(target(&url)),
            Err(_) => {
                let required = std::env::var("DBLENS_REQUIRE").unwrap_or_default();
                assert!(!required.split([',', ' ']).any(|required| required == name), "{key} is not set");
                println!("SKIPPED: {name}, no server");
            }
        }
    }
    found
}

fn target(url: &str) -> Target {
    let url = Url::parse(url).unwrap();
    let host = Host::Tcp { name: url.host_str().unwrap().into(), addr: None, port: url.port().unwrap() };
    Target {
        family: Family::Postgres,
        name: None,
        address: Address::Hosts(vec![host]),
        database: Some(url.path().trim_start_matches('/').into()),
        user: Some(url.username().into()),
        password: None,
        password_command: None,
        tls: Tls { mode: TlsMode::Disable, ..Tls::default() },
        connect_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(2),
        sql_timeout: Duration::from_secs(10),
        options: None,
        session_attrs: None,
        immutable: false,
        env: None,
        env_guessed: false,
        allow_sql: false,
        origins: Vec::new(),
        warnings: Vec::new(),
    }
}

async fn run(wire: &mut Wire, text: &str) -> Result<u64, ErrorKind> {
    let mut rows = 0;
    let outcome = wire.rows(Statement::shape("test", text.to_owned()), |_| {
        rows += 1;
        Ok(())
    });
    outcome.await.map(|()| rows).map_err(|error| error.kind)
}

async fn one(wire: &mut Wire, text: &str) -> String {
    wire.row(Statement::shape("test", text.to_owned()), |row| Ok(row.need(0)?.into_owned())).await.unwrap()
}

#[tokio::test]
async fn settings_are_in_force() {
    for target in targets() {
        let mut opened = connect::open(&target).await.unwrap();
        let wire = &mut opened.wire;
        let expected = [
            ("default_transaction_read_only", "on"),
            ("statement_timeout", "2s"),
            ("lock_timeout", "100ms"),
            ("idle_in_transaction_session_timeout", "10s"),
            ("search_path", "pg_catalog"),
            ("jit", "off"),
        ];
        for (name, value) in expected {
            assert_eq!(one(wire, &format!("show {name}")).await, value, "{name}");
        }
        if opened.version_num >= 140_000 {
            assert_eq!(one(wire, "show client_connection_check_interval").await, "2s");
        }
        if opened.version_num >= 150_000 {
            assert_eq!(one(wire, "show stats_fetch_consistency").await, "none");
        }
        opened.wire.close().await;
    }
}

#[tokio::test]
async fn writes_are_refused_by_the_guard_or_by_the_server() {
    // What an open read-only session lets through when it is sent as one message: the guard stops it.
    let by_guard = [
        "create table escaped (a int)",
        "begin; set transaction read write; create table escaped (a int); commit",
        "begin read only; set transaction read write; create table escaped (a int); commit",
        "select 1; insert into pg_class default values",
        "copy (select 1) to '/tmp/escaped'",
        "analyze pg_class",
        "notify escaped",
        "lock table pg_class in access exclusive mode",
        "do $$ begin perform 1; end $$",
        "call escaped()",
        "vacuum",
        "/* select */ drop table pg_class",
    ];
    // What begins with a word that reads: the server's read-only transaction stops it.
    let by_server = [
        "with x as (insert into pg_class default values returning 1) select * from x",
        "select pg_catalog.nextval('pg_catalog.pg_class'::regclass)",
        "select * into escaped from pg_catalog.pg_am",
        "with x as (delete from pg_catalog.pg_description returning 1) select * from x",
        "explain analyze insert into pg_class default values",
    ];
    for target in targets() {
        let mut opened = connect::open(&target).await.unwrap();
        let wire = &mut opened.wire;
        for text in by_guard {
            assert_eq!(run(wire, text).await, Err(ErrorKind::Internal), "{text}");
        }
        assert!(wire.sent().iter().all(|sent| sent.name != "test"), "the guard let something through");
        for text in by_server {
            assert!(run(wire, text).await.is_err(), "{text}");
        }
        let sent = wire.sent();
        assert!(sent.iter().all(|sent| matches!(&sent.outcome, Outcome::Failed(_))), "{sent:?}");
        assert_eq!(run(wire, "select 1 from pg_catalog.pg_class where relname = 'escaped'").await, Ok(0));
        opened.wire.close().await;
    }
}

#[tokio::test]
async fn a_cancelled_statement_leaves_a_usable_session() {
    for target in targets() {
        let mut victim = connect::open(&target).await.unwrap();
        let mut killer = connect::open(&target).await.unwrap();
        let pid = victim.pid.to_string();
        let app = connect::application_name();
        let start = Instant::now();
        let stop = async {
            let stop = super::files::STOP.with(&[("pid", pid.as_str()), ("app", app.as_str())]);
            // Until it hits: the statement may not have begun yet.
            while run_count(&mut killer.wire, &stop, &pid).await == 0 {}
        };
        let (outcome, ()) = tokio::join!(run(&mut victim.wire, "select pg_sleep(1.5), 1"), stop);
        assert_eq!(outcome, Err(ErrorKind::Cancelled));
        assert!(start.elapsed() < Duration::from_millis(1500));
        for _ in 0..3 {
            assert_eq!(run(&mut victim.wire, "select 1").await, Ok(1));
        }
        victim.wire.close().await;
        killer.wire.close().await;
    }
}

/// Cancels once the victim is seen sleeping; the number of sessions that were hit.
async fn run_count(killer: &mut Wire, stop: &Statement, pid: &str) -> u64 {
    let sleeping = format!("select 1 from pg_catalog.pg_stat_activity where pid = {pid} and wait_event = 'PgSleep'");
    if run(killer, &sleeping).await.unwrap() == 0 {
        return 0;
    }
    killer.row(stop.clone(), |row| Ok(row.need_int(0)? as u64)).await.unwrap()
}

#[tokio::test]
async fn a_dropped_future_does_not_disturb_the_next() {
    for target in targets() {
        let mut opened = connect::open(&target).await.unwrap();
        let dropped =
            tokio::time::timeout(Duration::from_millis(50), run(&mut opened.wire, "select pg_sleep(0.3), 'stale'"));
        assert!(dropped.await.is_err());
        assert_eq!(one(&mut opened.wire, "select 'fresh'").await, "fresh");
        // Half-read: the rest is let pass, also when a cancel strikes meanwhile.
        let half = tokio::time::timeout(
            Duration::from_millis(20),
            run(&mut opened.wire, "select n from pg_catalog.generate_series(1, 3000000) n"),
        );
        let _ = half.await;
        assert_eq!(one(&mut opened.wire, "select 'fresh'").await, "fresh");
        opened.wire.close().await;
    }
}

#[tokio::test]
async fn the_limit_of_a_dropped_future_does_not_strike_the_next() {
    for mut target in targets() {
        target.statement_timeout = Duration::from_millis(200);
        let mut opened = connect::open(&target).await.unwrap();
        let _ = tokio::time::timeout(Duration::from_millis(50), run(&mut opened.wire, "select pg_sleep(5)")).await;
        assert_eq!(one(&mut opened.wire, "select 'fresh'").await, "fresh");
        opened.wire.close().await;
    }
}

#[tokio::test]
async fn a_statement_ends_at_its_limit() {
    for mut target in targets() {
        target.statement_timeout = Duration::from_millis(200);
        let mut opened = connect::open(&target).await.unwrap();
        assert_eq!(run(&mut opened.wire, "select pg_sleep(5)").await, Err(ErrorKind::TimedOut));
        assert_eq!(run(&mut opened.wire, "select 1").await, Ok(1));
        opened.wire.close().await;
    }
}

#[tokio::test]
async fn odd_values_are_errors_with_their_place() {
    for target in targets() {
        let mut opened = connect::open(&target).await.unwrap();
        let statement = Statement::file("odd.sql", "select 'x', null");
        let error = opened.wire.row(statement.clone(), |row| row.need_int(0)).await.unwrap_err();
        assert_eq!((error.kind, error.statement), (ErrorKind::Internal, Some("odd.sql")));
        assert!(error.message.contains("column 1 of odd.sql"), "{error}");
        assert!(opened.wire.row(statement.clone(), |row| row.need(1).map(|_| ())).await.is_err());
        assert!(opened.wire.row(statement, |row| row.need(7).map(|_| ())).await.is_err());
        assert_eq!(run(&mut opened.wire, "select 1").await, Ok(1));
        opened.wire.close().await;
    }
}

#[tokio::test]
async fn closing_a_busy_session_is_quick() {
    for target in targets() {
        let mut opened = connect::open(&target).await.unwrap();
        let busy = tokio::time::timeout(Duration::from_millis(20), run(&mut opened.wire, "select pg_sleep(2)"));
        assert!(busy.await.is_err());
        let start = Instant::now();
        opened.wire.close().await;
        assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    }
}
