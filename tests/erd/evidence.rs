//! Relations that nobody declared, by the values of their columns: surer, or withdrawn.

use crate::common::{self, Engine};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::collections::BTreeMap;
use std::process::Command;

/// Columns that are called like a table: `customer_id` names its rows, `product_id` holds other numbers,
/// `voucher_id` nothing at all.
const TABLES: &str = "create table customers (id int primary key, name varchar(20));
    create table products (id int primary key, name varchar(20));
    create table vouchers (id int primary key, name varchar(20));
    create table baskets (id int primary key, customer_id int, product_id int, voucher_id int);";

fn rows() -> String {
    let mut sql = String::new();
    for (table, first) in [("customers", 1), ("products", 1), ("vouchers", 1)] {
        let values: Vec<String> = (first..first + 200).map(|id| format!("({id}, 'x')")).collect();
        sql.push_str(&format!("insert into {table} values {};", values.join(", ")));
    }
    let values: Vec<String> =
        (1..=500).map(|id| format!("({id}, {}, {}, null)", id % 200 + 1, 70_000_000 + id % 150 * 31)).collect();
    sql.push_str(&format!("insert into baskets values {};", values.join(", ")));
    sql
}

/// Guessed relations of `baskets` by their column: confidence and evidence.
fn guesses(target: &str) -> BTreeMap<String, (String, String)> {
    let out =
        Command::new(env!("CARGO_BIN_EXE_dblens")).args(["erd", target, "--inferred", "--json"]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let page: Value = serde_json::from_slice(&out.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let relations = page["relations"].as_array().unwrap().iter();
    let own = relations.filter(|it| it["inferred"] == true && it["table"] == "baskets");
    own.map(|it| (text(&it["columns"][0]), (text(&it["confidence"]), text(&it["evidence"])))).collect()
}

/// `customer_id` is surer by words that hold `said`, `product_id` is no guess any more, `voucher_id` stays one.
fn check(target: &str, name: &str, said: &str) {
    let found = guesses(target);
    let (confidence, evidence) = found.get("customer_id").unwrap_or_else(|| panic!("{name}: {found:?}"));
    assert!(confidence == "likely" && evidence.contains(said), "{name}: {found:?}");
    assert!(!found.contains_key("product_id"), "{name}: {found:?}");
    let (_, evidence) = found.get("voucher_id").unwrap_or_else(|| panic!("{name}: {found:?}"));
    assert!(!evidence.contains("values"), "{name}: {evidence}");
}

#[test]
fn ranges_of_statistics_on_servers() {
    for server in common::all() {
        let db = server.database("evidence");
        db.exec(TABLES);
        db.exec(&rows());
        let tables = "customers, products, vouchers, baskets";
        match server.engine {
            Engine::Postgres => db.exec("analyze"),
            Engine::MariaDb => {
                db.exec(&format!("analyze table {tables} persistent for all"));
            }
            Engine::MySql => {
                // The counts of rows and values otherwise come some seconds later.
                db.exec(&format!("analyze table {tables}"));
                for table in ["customers", "products", "vouchers"] {
                    db.exec(&format!("analyze table {table} update histogram on id with 16 buckets"));
                }
                db.exec("analyze table baskets update histogram on customer_id, product_id with 16 buckets");
            }
        }
        // A unique column has no histogram on MySQL: there the count of distinct values decides.
        if server.engine == Engine::MySql {
            let found = guesses(&db.url);
            assert!(found["customer_id"].1.contains("values for"), "{}: {found:?}", server.name);
            continue;
        }
        check(&db.url, &server.name, "where 1 to 200 are");
    }
}

#[test]
fn a_sample_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("evidence.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut db = SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", file.display())).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("{TABLES}{}", rows()))).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
    });
    check(file.to_str().unwrap(), "sqlite", "100 of 100 values of a sample are there");
}
