//! What only this side of the trait can send: statements that must be refused or stopped.

use super::*;
use crate::config::{Family, Tls};
use sqlx::{ConnectOptions, Executor};
use std::time::Instant;

pub(super) fn target(address: Address) -> Target {
    Target {
        family: Family::Sqlite,
        name: None,
        address,
        database: None,
        user: None,
        password: None,
        password_command: None,
        tls: Tls::default(),
        connect_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(60),
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

async fn make(path: &Path) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut conn = options.connect().await.unwrap();
    conn.execute("create table t(a); insert into t values (1); create index i on t(a); create virtual table r using rtree(id, a, b)")
        .await
        .unwrap();
    conn.close().await.unwrap();
}

/// Past the guard of `StatementLog`, as if that layer did not exist.
async fn send(engine: &mut Sqlite, text: &str) -> std::result::Result<(), sqlx::Error> {
    engine.wire.conn.as_mut().unwrap().execute(sqlx::AssertSqlSafe(text.to_owned())).await.map(drop)
}

#[tokio::test]
async fn nothing_writes_even_past_the_first_guard() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    make(&path).await;
    let names = || -> Vec<_> {
        let mut names: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names
    };
    let before = (names(), std::fs::read(&path).unwrap());
    let other = dir.path().join("other.db").display().to_string();
    let mut writes: Vec<String> = [
        "insert into t values (2)",
        "update t set a = 2",
        "delete from t",
        "replace into t values (1)",
        "insert into r values (1, 2, 3)",
        "insert into r_node values (1, x'00')",
        "create table u(a)",
        "create temp table u(a)",
        "create index j on t(a)",
        "create view v as select 1",
        "create virtual table f using fts5(a)",
        "drop table t",
        "alter table t add column b",
        "alter table t rename to u",
        "analyze",
        "reindex i",
        "vacuum",
        "pragma query_only = 0",
        "pragma journal_mode = wal",
        "pragma journal_mode(delete)",
        "pragma user_version = 7",
        "pragma application_id = 7",
        "pragma writable_schema = 1",
        "pragma wal_checkpoint",
        "pragma optimize",
        "pragma incremental_vacuum",
        "pragma temp_store_directory = '/'",
        "select load_extension('x')",
        "select * from t; delete from t",
    ]
    .map(str::to_owned)
    .to_vec();
    writes.push(format!("vacuum into '{other}'"));
    writes.push(format!("attach '{other}' as o"));
    writes.push(format!("attach 'file:{other}?mode=rwc' as o"));
    let mut engine = start(&target(Address::File(path.clone()))).await.unwrap();
    refuses(&mut engine, &writes).await;
    for text in ["select * from sqlite_schema, r", "pragma quick_check", "explain query plan select * from t"] {
        send(&mut engine, text).await.unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    Box::new(engine).close().await;
    assert_eq!(before, (names(), std::fs::read(&path).unwrap()));
}

async fn refuses(engine: &mut Sqlite, writes: &[String]) {
    for text in writes {
        let error = send(engine, text).await.expect_err(text).to_string();
        let refused = ["not authorized", "authorization denied", "readonly", "prohibited"];
        assert!(refused.iter().any(|word| error.contains(word)), "{text}: {error}");
    }
}

#[tokio::test]
async fn the_demo_cannot_be_changed_either() {
    let mut engine = start(&target(Address::Demo)).await.unwrap();
    let writes = [
        "delete from customers",
        "create table u(a)",
        "create temp table u(a)",
        "pragma query_only = 0",
        "vacuum into '/nowhere/x.db'",
        "attach ':memory:' as o",
    ];
    refuses(&mut engine, &writes.map(str::to_owned)).await;
    Box::new(engine).close().await;
}

const ENDLESS: &str = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_flag_ends_a_statement_soon_and_the_session_lives_on() {
    let mut engine = start(&target(Address::Demo)).await.unwrap();
    let stop = engine.stop_handle();
    engine.wire.begin();
    let running = tokio::spawn(async move {
        let result = engine.wire.fetch(&Statement::shape("endless", ENDLESS.to_owned()), None).await;
        (engine, result, Instant::now())
    });
    // Long enough to be in the middle of it; were it not, the flag would end it all the same.
    tokio::time::sleep(Duration::from_millis(30)).await;
    let raised = Instant::now();
    assert!(stop.raise());
    let (mut engine, result, ended) = running.await.unwrap();
    assert_eq!(result.unwrap_err().kind, ErrorKind::Cancelled);
    assert!(ended - raised < Duration::from_millis(200), "{:?}", ended - raised);
    assert!(engine.server().await.is_ok());
}

#[tokio::test]
async fn the_deadline_ends_a_statement() {
    let mut limited = target(Address::Demo);
    limited.statement_timeout = Duration::from_millis(50);
    let mut engine = start(&limited).await.unwrap();
    let start = Instant::now();
    let error = engine.wire.fetch(&Statement::shape("endless", ENDLESS.to_owned()), None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TimedOut, "{error:?}");
    assert!(start.elapsed() < Duration::from_millis(300), "{:?}", start.elapsed());
    assert!(engine.server().await.is_ok());
}

#[tokio::test]
async fn the_text_of_every_demo_table_says_what_the_pragmas_say() {
    let mut engine = start(&target(Address::Demo)).await.unwrap();
    let shape = |text: &str| Statement::shape("check", text.to_owned());
    let columns = "select s.name, group_concat(x.name, '|') from sqlite_schema s join pragma_table_xinfo(s.name) x
                   where s.type = 'table' and s.rootpage > 0 group by s.name";
    let foreign = "select s.name, count(distinct f.id) from sqlite_schema s left join pragma_foreign_key_list(s.name) f
                   where s.type = 'table' group by s.name";
    let columns = engine.wire.fetch(&shape(columns), None).await.unwrap();
    let foreign = engine.wire.fetch(&shape(foreign), None).await.unwrap();
    let texts = sources(&mut engine.wire, None).await.unwrap();
    let parsed: HashMap<&str, declared::TableText> = texts
        .iter()
        .filter(|source| source.kind == "table")
        .filter_map(|source| Some((source.name.as_str(), declared::table(&source.text)?)))
        .collect();
    assert!(columns.len() > 40);
    for row in columns {
        let names: Vec<&str> = parsed[row.text(0)].columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names.join("|"), row.text(1), "{}", row.text(0));
    }
    for row in foreign {
        let count = |table: &declared::TableText| {
            table.constraints.iter().filter(|one| matches!(one.what, declared::What::Foreign { .. })).count() as i64
        };
        assert_eq!(parsed.get(row.text(0)).map_or(0, count), row.int(1).unwrap(), "{}", row.text(0));
    }
}
