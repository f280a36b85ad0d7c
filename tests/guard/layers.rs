//! The attempts without the guard, against what the server itself stops: the one statement that DECLARE or
//! PREPARE takes, the read-only transaction, the limit of time. What ends, waits, reaches files or settings of
//! the server is left out: there the guard is the only layer, and nobody wants to see it fail.

use crate::attempts::ATTEMPTS;
use crate::place::{self, Place};
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, PgConnection, raw_sql};
use std::collections::BTreeMap;

/// Parts of a text that is not tried without the guard.
const UNSAFE: [&str; 31] = [
    "{pid}",
    "{file}",
    "pg_reload",
    "pg_rotate",
    "pg_switch",
    "restore_point",
    "replication_slot",
    "pg_promote",
    "stat_reset",
    "pg_cancel",
    "v_kill",
    "lo_",
    "sleep",
    "benchmark",
    "get_lock",
    "release_",
    "load_file",
    "pos_wait",
    "gtid",
    "pg_import",
    "binary_upgrade",
    "pg_log",
    "validator",
    "brin_",
    "gin_",
    "currtid",
    "dblink",
    "/*!",
    "\0",
    "advisory",
    "pg_notify",
];

/// Which layer stopped it.
fn layer(error: &sqlx::Error) -> &'static str {
    let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned();
    let text = error.to_string();
    match code.as_str() {
        "25006" => "the read-only transaction",
        "57014" => "the time limit",
        "HY000" | "25S01" if text.contains("READ ONLY") => "the read-only transaction",
        "42601" | "42000" => "one statement alone, by the server's own parser",
        _ => "something else the server minds",
    }
}

fn is_safe(text: &str) -> bool {
    let text = text.to_lowercase();
    let first = text.trim_start_matches('(').split_whitespace().next().unwrap_or_default().to_owned();
    let reads = ["select", "with", "table", "values", "explain"].contains(&first.as_str());
    reads && !UNSAFE.iter().any(|part| text.contains(part))
}

async fn postgres(url: &str, text: &str) -> Result<(), sqlx::Error> {
    let mut conn = PgConnection::connect(url).await?;
    conn.execute("begin read only; set local statement_timeout = 2000; select 1").await?;
    let declare = format!("declare c no scroll cursor for {text}");
    sqlx::query(AssertSqlSafe(declare)).persistent(false).execute(&mut conn).await?;
    raw_sql("fetch forward 5 from c").fetch_all(&mut conn).await?;
    raw_sql("rollback").execute(&mut conn).await?;
    conn.close().await
}

async fn mysql(url: &str, text: &str) -> Result<(), sqlx::Error> {
    let mut conn = MySqlConnection::connect(url).await?;
    raw_sql("set session transaction read only; start transaction read only").execute(&mut conn).await?;
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    raw_sql(AssertSqlSafe(format!("set @v = convert(x'{hex}' using utf8mb4)"))).execute(&mut conn).await?;
    raw_sql("prepare s from @v").execute(&mut conn).await?;
    raw_sql("execute s").fetch_all(&mut conn).await?;
    raw_sql("rollback").execute(&mut conn).await?;
    conn.close().await
}

async fn try_all(place: &mut Place) -> BTreeMap<&'static str, Vec<String>> {
    let url = place.url().to_owned();
    let mut found: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for (_, text) in ATTEMPTS.iter().filter(|(letters, text)| place.is_tried(letters) && is_safe(text)) {
        let text = place.fill(text);
        let result = if place.letters == "p" { postgres(&url, &text).await } else { mysql(&url, &text).await };
        let by = result.as_ref().map_or_else(layer, |()| "nothing but the guard");
        found.entry(by).or_default().push(text);
    }
    found
}

/// Which layers hold without the guard is told; that nothing is written even then is held.
#[tokio::test]
async fn without_the_guard_nothing_is_written_either() {
    let places = tokio::task::spawn_blocking(place::all).await.unwrap();
    for mut place in places.into_iter().filter(|place| place.letters != "s" && !place.name.starts_with("pgb")) {
        let before = place.state();
        let found = try_all(&mut place).await;
        for (layer, texts) in &found {
            println!("{}: {} stopped by {layer}", place.name, texts.len());
            if *layer == "nothing but the guard" {
                texts.iter().for_each(|text| println!("    {text}"));
            }
        }
        assert_eq!(before, place.state(), "{}", place.name);
        let by_transaction = found.get("the read-only transaction").map_or(0, Vec::len);
        assert!(by_transaction > 0, "{}: the read-only transaction stopped nothing", place.name);
        tokio::task::spawn_blocking(move || drop(place)).await.unwrap();
    }
}

/// The traps are real: outside of every layer they do write.
#[tokio::test]
async fn the_traps_do_write_where_nothing_stops_them() {
    let places = tokio::task::spawn_blocking(place::all).await.unwrap();
    for mut place in places.into_iter().filter(|place| place.letters != "s" && !place.name.starts_with("pgb")) {
        let before = place.state();
        let traps: &[&str] = match place.letters {
            "p" => &[
                "select * from v_over",
                "select t.total from t",
                "select '5'::dirty",
                "select 1 === 2",
                "select defaulted()",
            ],
            _ => &["select * from v_over", "select abs(touch())"],
        };
        for trap in traps {
            let seen = place.audit();
            place.run(trap);
            assert!(place.audit() > seen, "{}: {trap} writes nothing", place.name);
        }
        assert_ne!(before, place.state(), "{}: what is compared does not see a change", place.name);
        tokio::task::spawn_blocking(move || drop(place)).await.unwrap();
    }
}
