//! The test servers are what the other tests take them for.

mod common;

use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{Engine, Session, TestServer, tls_file};

#[test]
fn each_answers_with_the_version_in_its_name() {
    for server in common::all() {
        let version = server.one("select version()");
        // mysql97 → 97; PostgreSQL 15.18 → 15; 10.11.19-MariaDB → 1011
        let expected = server.name.trim_start_matches(char::is_alphabetic);
        let mut parts = version.trim_start_matches("PostgreSQL ").split(['.', ' ', '-']);
        let mut found = parts.next().unwrap().to_owned();
        if server.engine != Engine::Postgres {
            found += parts.next().unwrap();
        }
        assert_eq!(found, expected, "{}: {version}", server.name);
        assert_eq!(version.contains("MariaDB"), server.engine == Engine::MariaDb, "{}: {version}", server.name);
    }
}

#[test]
fn each_gives_a_database_and_takes_it_back() {
    for server in common::all() {
        let count = match server.engine {
            Engine::Postgres => "select count(*) from pg_database where datname = ",
            Engine::MySql | Engine::MariaDb => "select count(*) from information_schema.schemata where schema_name = ",
        };
        let database = server.database("given");
        database
            .exec("create table t (id int primary key, name varchar(20)); insert into t values (1, 'one'), (2, null)");
        let rows = database.rows("select id, name from t order by id");
        assert_eq!(rows, [[Some("1".into()), Some("one".into())], [Some("2".into()), None]], "{}", server.name);

        let count = format!("{count} '{}'", database.name);
        assert_eq!(server.one(&count), "1", "{}", server.name);
        drop(database);
        assert_eq!(server.one(&count), "0", "{}", server.name);
    }
}

#[test]
fn a_session_keeps_its_transaction() {
    for server in common::all() {
        let database = server.database("session");
        database.exec("create table t (id int primary key)");
        let mut session = database.session();
        session.exec("begin");
        session.exec("insert into t values (1)");
        assert_eq!(database.one("select count(*) from t"), "0", "{}", server.name);
        session.exec("commit");
        assert_eq!(database.one("select count(*) from t"), "1", "{}", server.name);
    }
}

#[tokio::test]
async fn a_session_works_within_an_async_test() {
    for server in common::all() {
        assert_eq!(server.one("select 1"), "1", "{}", server.name);
    }
}

#[test]
fn mon_reads_statistics_and_plain_does_not() {
    for server in common::all() {
        let mut mon = Session::open(&server.role("mon")).unwrap();
        let mut plain = Session::open(&server.role("plain")).unwrap();
        match server.engine {
            Engine::Postgres => {
                let others = "select count(*) from pg_stat_statements where userid <> current_user::regrole and query <> '<insufficient privilege>'";
                assert_ne!(mon.one(others), "0", "{}", server.name);
                assert_eq!(plain.one(others), "0", "{}", server.name);
            }
            Engine::MySql | Engine::MariaDb => {
                let mut views = vec!["performance_schema.events_statements_summary_by_digest"];
                // since MariaDB 10.6
                if !server.rows("show databases like 'sys'").is_empty() {
                    views.push("sys.innodb_lock_waits");
                }
                for view in views {
                    let sql = format!("select count(*) from {view}");
                    mon.exec(&sql);
                    let error = plain.try_rows(&sql).unwrap_err();
                    assert!(error.contains("denied"), "{}: {error}", server.name);
                }
            }
        }
    }
}

#[test]
fn tls_is_verified_against_the_test_authority() {
    for server in ours() {
        let right = Session::open(&verified(&server, &server.url, "ca.pem"));
        let mut session = right.unwrap_or_else(|error| panic!("{}: {error}", server.name));
        let cipher = match server.engine {
            Engine::Postgres => session.one("select version from pg_stat_ssl where pid = pg_backend_pid()"),
            Engine::MySql | Engine::MariaDb => {
                session.rows("show session status like 'Ssl_version'")[0][1].clone().unwrap()
            }
        };
        assert!(cipher.starts_with("TLSv1."), "{}: {cipher}", server.name);
        assert!(Session::open(&verified(&server, &server.url, "wrong-ca.pem")).is_err(), "{}", server.name);
    }
}

#[test]
fn tls_only_is_refused_in_clear() {
    for server in ours() {
        let url = server.role("tls_only");
        let clear = match server.engine {
            Engine::Postgres => format!("{url}?sslmode=disable"),
            Engine::MySql | Engine::MariaDb => format!("{url}?ssl-mode=DISABLED"),
        };
        assert!(Session::open(&clear).is_err(), "{}", server.name);
        if let Err(error) = Session::open(&verified(&server, &url, "ca.pem")) {
            panic!("{}: {error}", server.name);
        }
    }
}

#[test]
fn tls_cert_needs_the_client_certificate() {
    for server in ours() {
        let url = server.role("tls_cert").replace("tls_cert:tls_cert@", "tls_cert@");
        let url = verified(&server, &url, "ca.pem");
        assert!(Session::open(&url).is_err(), "{}", server.name);
        let (cert, key) = match server.engine {
            Engine::Postgres => ("sslcert", "sslkey"),
            Engine::MySql | Engine::MariaDb => ("ssl-cert", "ssl-key"),
        };
        let url = format!("{url}&{cert}={}&{key}={}", tls_file("client.pem"), tls_file("client.key"));
        if let Err(error) = Session::open(&url) {
            panic!("{}: {error}", server.name);
        }
    }
}

#[test]
fn unix_sockets_answer() {
    for server in ours() {
        let socket = server.socket.as_ref().unwrap().display();
        let url = match server.engine {
            Engine::Postgres => format!("{}?host={socket}&sslmode=disable", server.url),
            Engine::MySql | Engine::MariaDb => format!("{}?socket={socket}", server.url),
        };
        let mut session = Session::open(&url).unwrap_or_else(|error| panic!("{}: {error}", server.name));
        assert_eq!(session.one("select 1"), "1", "{}", server.name);
    }
}

#[test]
fn the_standby_streams() {
    let (Some(primary), Some(standby)) = (common::require("pg18"), common::require("pg18_standby")) else {
        return;
    };
    assert_eq!(standby.one("select pg_is_in_recovery()"), "t");
    let database = primary.database("streamed");
    let there = format!("select count(*) from pg_database where datname = '{}'", database.name);
    let start = Instant::now();
    while standby.one(&there) == "0" {
        assert!(start.elapsed() < Duration::from_secs(10), "not replayed");
        sleep(Duration::from_millis(20));
    }
    let state = "select state from pg_stat_replication where application_name = 'standby1'";
    assert_eq!(primary.one(state), "streaming");
}

#[test]
fn pgbouncer_pools_transactions() {
    let Some(pooler) = common::require("pgbouncer15") else {
        return;
    };
    let mut sessions: Vec<Session> = (0..5).map(|_| pooler.session()).collect();
    let mut backends: Vec<String> = sessions.iter_mut().map(|session| session.one("select pg_backend_pid()")).collect();
    backends.sort();
    backends.dedup();
    assert!(backends.len() <= 2, "five clients had {} backends", backends.len());
}

/// MariaDB comes with the performance schema off; one of ours is as it comes, one has it on.
#[test]
fn performance_schema_is_off_on_one_mariadb() {
    for (name, expected) in [("maria1011", "OFF"), ("maria118", "ON")] {
        let Some(server) = common::require(name) else {
            continue;
        };
        let rows = server.rows("show global variables like 'performance_schema'");
        assert_eq!(rows[0][1].as_deref(), Some(expected), "{name}");
    }
}

fn ours() -> Vec<TestServer> {
    common::all().into_iter().filter(TestServer::is_ours).collect()
}

/// The address with TLS that checks the server's name and who signed it.
fn verified(server: &TestServer, url: &str, ca: &str) -> String {
    match server.engine {
        Engine::Postgres => format!("{url}?sslmode=verify-full&sslrootcert={}", tls_file(ca)),
        Engine::MySql | Engine::MariaDb => {
            format!("{url}?ssl-mode=VERIFY_IDENTITY&ssl-ca={}", tls_file(ca))
        }
    }
}
