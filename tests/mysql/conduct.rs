//! Read-only, locks, stopping, closing.

use crate::fake::{self, Reply};
use crate::*;

#[tokio::test]
async fn facts_come_while_tables_are_locked() {
    for server in servers::all() {
        let db = server.database("lock").await;
        make_rich(&db).await;
        let mut holder = server.session().await;
        servers::run(&mut holder, &format!("USE `{}`", db.name)).await;
        servers::run(&mut holder, "LOCK TABLES child WRITE, plain_types WRITE").await;
        let mut waiter = server.session().await;
        let id = connection_id(&mut waiter).await;
        let alter = format!("ALTER TABLE `{}`.child ADD COLUMN later INT", db.name);
        let pending = tokio::spawn(async move {
            let _ = sqlx::raw_sql(sqlx::AssertSqlSafe(alter)).execute(&mut waiter).await;
        });
        until(&server, id, "%metadata lock%").await;
        let started = Instant::now();
        let mut engine = open(&server).await;
        let facts = Facts(catalog(engine.as_mut()).await);
        let child = facts.rel(&db, "child");
        let ddl = engine.ddl(&facts.0, ObjectRef::Relation(child)).await.unwrap();
        // a statement that waited would have been ended by the lock timeout, after one second
        assert!(started.elapsed() < Duration::from_secs(30), "{}: {:?}", server.name, started.elapsed());
        for sent in engine.sent() {
            assert_eq!(sent.outcome, Outcome::Ok, "{}: {}", server.name, sent.name);
        }
        assert_eq!(facts.columns().of(child).len(), 4);
        assert!(matches!(ddl, Known::Ready(_)), "{:?}", ddl.reason());
        server.exec(&[&format!("KILL {id}")]).await;
        pending.await.unwrap();
    }
}

#[tokio::test]
async fn the_number_of_statements_does_not_grow_with_the_schema() {
    for server in servers::all() {
        let db = server.database("many").await;
        let mut engine = open(&server).await;
        let mut run = async || {
            engine.sent();
            catalog(engine.as_mut()).await;
            engine.sent().iter().map(|sent| sent.name).collect::<Vec<_>>()
        };
        db.exec(&["CREATE TABLE a (id INT PRIMARY KEY, b INT, FOREIGN KEY (b) REFERENCES a (id))"]).await;
        run().await;
        let few = run().await;
        let more: Vec<String> = (0..60)
            .map(|n| format!("CREATE TABLE t{n} (id INT PRIMARY KEY, b INT, FOREIGN KEY (b) REFERENCES a (id))"))
            .collect();
        db.exec(&more.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let many = run().await;
        // other tests' tables may need the one statement for sizes
        let count = |names: &[&str]| names.iter().filter(|name| !name.starts_with("mysql/table_sizes")).count();
        assert_eq!(count(&few), count(&many), "{few:?} {many:?}");
        assert!(many.len() <= 20, "{many:?}");
    }
}

#[tokio::test]
async fn the_session_cannot_write() {
    for server in servers::all() {
        let mut engine = open(&server).await;
        engine.server().await.unwrap();
        let Stop::Session(id) = engine.stop_handle() else { panic!("no session") };
        assert!(id > 0);
        let set: Vec<_> = engine.sent().into_iter().filter(|sent| sent.name == "mysql/session").collect();
        assert_eq!(set.len(), 1);
        // what a session set up in this way may do: a second one with the same statement
        let db = server.database("ro").await;
        db.exec(&[
            "CREATE TABLE t (id INT PRIMARY KEY)",
            "CREATE FUNCTION writes() RETURNS INT BEGIN INSERT INTO t VALUES (9); RETURN 1; END",
        ])
        .await;
        let mut session = server.session().await;
        servers::run(&mut session, &format!("USE `{}`", db.name)).await;
        servers::run(&mut session, &set[0].text).await;
        for statement in [
            "INSERT INTO t VALUES (1)",
            "SELECT writes()",
            "CREATE TABLE u (id INT)",
            "CREATE TEMPORARY TABLE u (id INT)",
            "DROP TABLE t",
            "TRUNCATE t",
            "OPTIMIZE TABLE t",
            "LOCK TABLES t WRITE",
            "SELECT * FROM t FOR UPDATE",
            "GRANT SELECT ON *.* TO root@'127.0.0.1'",
        ] {
            let error = sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut session).await;
            let error = error.err().unwrap_or_else(|| panic!("{}: {statement} ran", server.name));
            assert!(error.to_string().contains("1792"), "{}: {statement}: {error}", server.name);
        }
        // what the server would let through, the gate in front of it does not
        for statement in [
            "FLUSH TABLES",
            "ANALYZE TABLE t",
            "HANDLER t OPEN",
            "CALL p()",
            "DO SLEEP(1)",
            "INSERT INTO t VALUES (1)",
            "SELECT 1; DELETE FROM t",
            "LOCK TABLES t READ",
            "PURGE BINARY LOGS BEFORE NOW()",
        ] {
            assert!(!dblens::engine::guard::only_reads(statement), "{statement}");
        }
        assert_eq!(server.one(&format!("SELECT COUNT(*) FROM `{}`.t", db.name)).await, "0");
    }
}

#[tokio::test]
async fn stops_only_what_is_its_own_and_running() {
    for server in servers::all() {
        let mut db = server.database("stop").await;
        let user = db.account("stop", &["PROCESS ON *.*"]).await;
        let mut engine = open_as(&server, &user).await;
        // somebody else's statement runs on
        let mut other = server.session().await;
        let other_id = connection_id(&mut other).await;
        let slept = tokio::spawn(async move {
            let row = sqlx::raw_sql("SELECT CAST(SLEEP(1) AS CHAR)").fetch_one(&mut other).await;
            row.map(|row| sqlx::Row::try_get_unchecked::<Vec<u8>, _>(&row, 0).unwrap())
        });
        until(&server, other_id, "User sleep").await;
        engine.stop(other_id).await.unwrap();
        assert_eq!(slept.await.unwrap().unwrap(), b"0", "{}: not interrupted", server.name);
        // our own account's statement ends, and the session lives on
        let mut own = user_session(&server, &user).await;
        let own_id = connection_id(&mut own).await;
        let started = Instant::now();
        let ended = tokio::spawn(async move {
            let result = sqlx::raw_sql("SELECT SLEEP(20) FROM (SELECT 1 UNION SELECT 2) q").fetch_all(&mut own).await;
            (result.is_ok(), sqlx::raw_sql("SELECT 1").fetch_all(&mut own).await.is_ok())
        });
        until(&server, own_id, "User sleep").await;
        engine.stop(own_id).await.unwrap();
        assert!(ended.await.unwrap().1, "{}", server.name);
        assert!(started.elapsed() < Duration::from_secs(30), "{}", server.name);
        // nobody there: nothing happens
        engine.stop(999_999_999).await.unwrap();
    }
}

#[tokio::test]
async fn a_fact_that_is_stopped_can_be_asked_again() {
    for server in servers::all() {
        let mut engine = open(&server).await;
        let relations = ready(engine.relations().await.unwrap());
        let Stop::Session(id) = engine.stop_handle() else { panic!() };
        // a kill that comes too late must not end what is asked next
        server.exec(&[&format!("KILL QUERY {id}")]).await;
        ready(engine.columns(&relations, Scope::Light).await.unwrap());
    }
}

#[tokio::test]
async fn a_statement_has_a_time_limit() {
    for server in servers::all() {
        let mut hurried = target(&server, "root", "", None);
        hurried.statement_timeout = Duration::from_millis(200);
        let set = engine::open(&hurried).await.unwrap().sent().swap_remove(0);
        assert_eq!(set.name, "mysql/session");
        let mut session = server.session().await;
        servers::run(&mut session, &set.text).await;
        let endless = "SELECT COUNT(*) FROM information_schema.columns a, information_schema.columns b, \
                       information_schema.columns c";
        let started = Instant::now();
        let error = sqlx::raw_sql(endless).fetch_all(&mut session).await.unwrap_err().to_string();
        assert!(error.contains(if server.is_mariadb() { "1969" } else { "3024" }), "{}: {error}", server.name);
        assert!(started.elapsed() < Duration::from_secs(30), "{}: {:?}", server.name, started.elapsed());
    }
}

#[tokio::test]
async fn what_arrived_before_the_limit_is_kept() {
    let port = fake::answering(|text, _| match set_up(text) {
        Some(reply) => reply,
        None if text.contains("schemata") => Reply::Rows(vec![vec!["app", "utf8mb4_general_ci"]]),
        None => Reply::Error(1969, "Query execution was interrupted (max_statement_time exceeded)"),
    })
    .await;
    let mut engine = engine::open(&target(&Server::fake(port), "dba", "", None)).await.unwrap();
    let Known::TimedOut { what, partial: Some(relations) } = engine.relations().await.unwrap() else {
        panic!("cut short, but not told");
    };
    assert!(what.contains("max_statement_time"));
    assert_eq!((relations.schemas.len(), relations.list.len()), (1, 0));
}

/// MariaDB 10.11 as far as the set-up asks.
fn set_up(text: &str) -> Option<Reply> {
    let row = |name, value| vec![name, value];
    if text.starts_with("SET NAMES") {
        return Some(Reply::Ok);
    }
    let values = vec![row("version", "10.11.0-MariaDB"), row("tx_read_only", "ON"), row("pseudo_thread_id", "7")];
    text.contains("SHOW SESSION VARIABLES").then_some(Reply::Rows(values))
}

#[tokio::test]
async fn errors_of_a_statement_have_their_kind() {
    let cases = [
        (1142, ErrorKind::Denied, false),
        (1146, ErrorKind::NotSupported, true),
        (1205, ErrorKind::Locked, true),
        (1317, ErrorKind::Cancelled, false),
        (1927, ErrorKind::Lost, false),
        (1969, ErrorKind::TimedOut, true),
        (3024, ErrorKind::TimedOut, true),
    ];
    for (number, kind, has_hint) in cases {
        let port = fake::answering(move |text, _| set_up(text).unwrap_or(Reply::Error(number, "said so"))).await;
        let mut engine = engine::open(&target(&Server::fake(port), "dba", "", None)).await.unwrap();
        let error = engine.server().await.unwrap_err();
        assert_eq!((error.kind, error.code.as_deref()), (kind, Some(number.to_string().as_str())));
        assert_eq!((error.hint.is_some(), error.statement), (has_hint, Some("mysql/whoami.sql")), "{number}");
        // what was sent is told, with its end
        let last = engine.sent().pop().unwrap();
        assert_eq!(last.name, "mysql/whoami.sql");
        assert_ne!(last.outcome, Outcome::Ok);
    }
}

#[tokio::test]
async fn a_late_kill_does_not_end_the_next_statement() {
    // the statement that was stopped, and one that the second kill hits before it has begun
    let killed = |n| n == 2 || n == 3;
    let port = fake::answering(move |text, n| match set_up(text) {
        Some(reply) => reply,
        None if killed(n) => Reply::Error(1317, "Query execution was interrupted"),
        None if text.contains("CONNECTION_ID") => Reply::Rows(vec![vec!["7", "dba@%", "db", "1763641234.000001"]]),
        None if text.contains("Uptime") => Reply::Rows(vec![vec!["Uptime", "100"]]),
        None => Reply::Error(1227, "no"),
    })
    .await;
    let mut engine = engine::open(&target(&Server::fake(port), "dba", "", None)).await.unwrap();
    assert_eq!(engine.server().await.unwrap_err().kind, ErrorKind::Cancelled);
    let told = engine.server().await.unwrap();
    assert_eq!((told.session, told.user.as_deref(), told.role), (Some(7), Some("dba"), None));
    assert_eq!(told.now.duration_since(told.started_at.unwrap()).as_secs(), 100);
    assert!(told.notes[0].grant.as_deref().unwrap().ends_with("TO 'dba'@'%'"));
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    let port = fake::answering(|text, _| set_up(text).unwrap_or(Reply::Silence)).await;
    let mut hurried = target(&Server::fake(port), "dba", "", None);
    hurried.statement_timeout = Duration::from_millis(10);
    let mut engine = engine::open(&hurried).await.unwrap();
    assert_eq!(engine.server().await.unwrap_err().kind, ErrorKind::TimedOut);
    // an answer may still come: this session cannot tell to what
    assert_eq!(engine.server().await.unwrap_err().kind, ErrorKind::Lost);
}

#[tokio::test]
async fn a_server_that_is_not_fit_is_refused() {
    let cases: [(&[(&str, &str)], &str); 4] = [
        (&[("version", "10.11.0-MariaDB"), ("tx_read_only", "OFF")], "read-only"),
        (&[("version", "5.6.51"), ("tx_read_only", "ON")], "MySQL 5.6.51"),
        (&[("version", "10.3.39-MariaDB"), ("tx_read_only", "ON")], "MariaDB 10.3.39"),
        (&[("tx_read_only", "ON")], "version"),
    ];
    for (values, words) in cases {
        let rows: Vec<Vec<&'static str>> = values.iter().map(|(name, value)| vec![*name, *value]).collect();
        let port = fake::answering(move |_, n| if n == 0 { Reply::Ok } else { Reply::Rows(rows.clone()) }).await;
        let error = engine::open(&target(&Server::fake(port), "dba", "", None)).await.err().unwrap();
        assert_eq!(error.kind, ErrorKind::NotSupported, "{error}");
        assert!(error.message.contains(words) && error.hint.is_some(), "{error}");
    }
    let port = fake::answering(|_, _| Reply::Error(1193, "Unknown system variable 'tx_read_only'")).await;
    let error = engine::open(&target(&Server::fake(port), "dba", "", None)).await.err().unwrap();
    assert!(error.kind == ErrorKind::NotSupported && error.message.contains("tx_read_only"), "{error}");
}

#[tokio::test]
async fn a_lost_session_says_so() {
    for server in servers::all() {
        let mut engine = open(&server).await;
        let Stop::Session(id) = engine.stop_handle() else { panic!() };
        server.exec(&[&format!("KILL {id}")]).await;
        let error = engine.server().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Lost, "{}: {error}", server.name);
        assert!(error.ends_session());
        assert_eq!(engine.server().await.unwrap_err().kind, ErrorKind::Lost);
        engine.close().await;
    }
}

#[tokio::test]
async fn close_does_not_wait() {
    for server in servers::all() {
        let mut engine = open(&server).await;
        engine.server().await.unwrap();
        let Stop::Session(id) = engine.stop_handle() else { panic!() };
        let started = Instant::now();
        engine.close().await;
        assert!(started.elapsed() < Duration::from_secs(30));
        let gone = format!("SELECT COUNT(*) FROM information_schema.processlist WHERE id = {id}");
        let deadline = Instant::now() + Duration::from_secs(30);
        while server.one(&gone).await != "0" {
            assert!(Instant::now() < deadline, "{}: session {id} stays", server.name);
        }
    }
}

async fn user_session(server: &Server, user: &str) -> sqlx::MySqlConnection {
    use sqlx::ConnectOptions;
    let options = sqlx::mysql::MySqlConnectOptions::new().host("127.0.0.1").port(server.port);
    let options = options.username(user).password(user).ssl_mode(sqlx::mysql::MySqlSslMode::Preferred);
    options.connect().await.unwrap()
}

async fn connection_id(session: &mut sqlx::MySqlConnection) -> i64 {
    let row = sqlx::raw_sql("SELECT CAST(CONNECTION_ID() AS CHAR)").fetch_one(session).await.unwrap();
    String::from_utf8(sqlx::Row::try_get_unchecked::<Vec<u8>, _>(&row, 0).unwrap()).unwrap().parse().unwrap()
}

/// Waits until a session is in a state.
async fn until(server: &Server, id: i64, state: &str) {
    let query = format!("SELECT COUNT(*) FROM information_schema.processlist WHERE id = {id} AND state LIKE '{state}'");
    let deadline = Instant::now() + Duration::from_secs(30);
    while server.one(&query).await != "1" {
        assert!(Instant::now() < deadline, "{}: session {id} never came to {state}", server.name);
    }
}
