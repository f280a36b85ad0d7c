//! The traps of SQLite on a real file: each is found, its look-alikes are not, its script mends it, and the undo
//! gives the definition back. Scripts run as sqlite3 runs them: on after an error.

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Executor, Row, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const RULES: &str = "strict-tables-off,type-affinity-trap,int-primary-key-not-rowid,autoincrement-needless,without-rowid-misuse,\
                     page-size-or-cache,fts-present-like-used,json-valid-missing,schema-double-quoted-literals,d1-limits";

const MANY: &str = "with recursive n(value) as (select 1 union all select value + 1 from n where value < ";

fn schema() -> String {
    format!(
        "create table customers(id int primary key, phone STRING, name text not null, extra_json text, balance numeric);
{MANY}3000) insert into customers select value, printf('%05d', value), 'n' || value, '{{}}', value from n;
create index customers_name on customers(name);
create table orders(id integer primary key autoincrement, customer_id int not null references customers(id) on delete cascade,
  status text check (status in (\"open\", \"done\")), price FLOATING POINT, twice int as (customer_id * 2) stored);
insert into orders(customer_id, status, price) select id, 'open', 1.5 from customers;
delete from orders where id > 2990;
create index orders_customer on orders(customer_id);
create index orders_odd on orders(\"statsu\");
create table log(at text);
create trigger orders_ai after insert on orders begin insert into log values (\"now\"); end;
create table notes(id integer primary key, body numeric);
insert into notes(body) values ('a'), ('b'), (5);
create table wide(k text not null primary key, v blob) without rowid;
{MANY}20000) insert into wide select 'k' || value, randomblob(600) from n;
create table link(a text not null, b text not null, primary key (a, b));
{MANY}200000) insert into link select 'account-' || value, 'group-' || (value % 50) from n;
create table docs(id integer primary key, body text);
create virtual table docs_fts using fts5(body, content='docs', content_rowid='id');
create view found as select id from docs where body like '%x%';
create view open_orders as select id from orders where status = \"open\";
create trigger open_orders_i instead of insert on open_orders begin select 1; end;
create table whole(id integer primary key, a text, b int) strict;
create table \"odd \"\" name\"(\"select\" INT PRIMARY KEY, \"b c\" STRING default 'x;', check (\"b c\" <> ''));
insert into \"odd \"\" name\" values (7, 'seven'), (1, 'one');
"
    )
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Runs statements, each to its `;` at the end of a line, on after errors; the errors.
fn run(file: &Path, script: &str) -> Vec<String> {
    block_on(async {
        let url = format!("sqlite:{}?mode=rwc", file.display());
        let mut db = SqliteConnection::connect(&url).await.unwrap();
        let mut errors = Vec::new();
        for statement in script.split_inclusive(";\n") {
            if let Err(error) = db.execute(AssertSqlSafe(statement.to_owned())).await {
                errors.push(format!("{error}: {statement}"));
            }
        }
        db.close().await.unwrap();
        errors
    })
}

fn rows(file: &Path, sql: &str) -> Vec<String> {
    block_on(async {
        let mut db = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
        let rows = db.fetch_all(AssertSqlSafe(sql.to_owned())).await.unwrap();
        db.close().await.unwrap();
        rows.iter().map(|row| row.get::<Option<String>, _>(0).unwrap_or_default()).collect()
    })
}

/// Definitions, and how many rows each table has.
fn state(file: &Path) -> Vec<String> {
    let mut out =
        rows(file, "select type || ' ' || name || ' ' || coalesce(sql, '') from sqlite_schema order by type, name");
    for table in
        rows(file, "select name from pragma_table_list where type = 'table' and name not like 'sqlite%' order by 1")
    {
        out.extend(rows(file, &format!("select cast(count(*) as text) from \"{}\"", table.replace('"', "\"\""))));
    }
    out.extend(rows(file, "select name || seq from sqlite_sequence"));
    out
}

fn whole(file: &Path) {
    assert_eq!(rows(file, "pragma integrity_check"), ["ok"]);
    assert!(rows(file, "select \"table\" from pragma_foreign_key_check").is_empty());
}

/// The findings by their keys, `rule|object`.
fn check(file: &Path, more: &[&str]) -> BTreeMap<String, Value> {
    let args = ["check", file.to_str().unwrap(), "--json", "--fail-on", "never", "--no-state"];
    let out = Command::new(env!("CARGO_BIN_EXE_dblens")).args(args).args(more).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let page: Value = serde_json::from_slice(&out.stdout).unwrap();
    let checks = page["checks"].as_array().unwrap().iter();
    let findings = checks.flat_map(|check| check["findings"].as_array().unwrap().clone());
    findings.map(|one| (one["key"].as_str().unwrap().to_owned(), one)).collect()
}

fn made(folder: &Path) -> PathBuf {
    let file = folder.join("made.db");
    assert_eq!(run(&file, &schema()), Vec::<String>::new());
    file
}

fn strict(file: &Path) -> BTreeMap<String, Value> {
    check(file, &["--profile", "strict", "--only", RULES])
}

#[test]
fn traps_are_found_mended_and_given_back() {
    let scratch = tempfile::tempdir().unwrap();
    let file = made(scratch.path());
    let found = strict(&file);
    let keys: BTreeSet<&str> = found.keys().map(String::as_str).collect();
    let expected = BTreeSet::from([
        "autoincrement-needless|main.orders.id",
        "fts-present-like-used|main.found",
        "int-primary-key-not-rowid|main.customers.id",
        "int-primary-key-not-rowid|main.odd \" name.select",
        "json-valid-missing|main.customers.extra_json",
        "schema-double-quoted-literals|main.open_orders",
        "schema-double-quoted-literals|main.orders",
        "schema-double-quoted-literals|main.orders.orders_ai",
        "schema-double-quoted-literals|main.orders_odd",
        "strict-tables-off|main.notes.body",
        "type-affinity-trap|main.customers.phone",
        "type-affinity-trap|main.odd \" name.b c",
        "type-affinity-trap|main.orders.price",
        "without-rowid-misuse|main.link",
        "without-rowid-misuse|main.wide",
    ]);
    assert_eq!(keys, expected);
    let before = state(&file);
    let mut mended = 0;
    for (key, finding) in found.iter().filter(|(_, finding)| !finding["fix"]["script"].is_null()) {
        let copy = scratch.path().join("copy.db");
        fs::copy(&file, &copy).unwrap();
        assert_eq!(run(&copy, finding["fix"]["script"].as_str().unwrap()), Vec::<String>::new(), "{key}");
        whole(&copy);
        assert!(!strict(&copy).contains_key(key), "{key} is still there");
        let counts = |all: &[String]| all.iter().filter(|it| it.parse::<i64>().is_ok()).cloned().collect::<Vec<_>>();
        assert_eq!(counts(&state(&copy)), counts(&before), "{key}");
        assert_eq!(run(&copy, finding["fix"]["undo"].as_str().unwrap()), Vec::<String>::new(), "{key}");
        whole(&copy);
        assert_eq!(state(&copy), before, "{key}");
        mended += 1;
    }
    assert_eq!(mended, expected.len() - 2, "autoincrement and the search have no script");
}

/// A value that does not fit, and a table that has changed since: everything stays as it is.
#[test]
fn a_script_that_does_not_fit_changes_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let file = made(scratch.path());
    for (spoil, key) in [
        (
            "delete from orders where customer_id = 2;\nupdate customers set id = 'x' where id = 2",
            "int-primary-key-not-rowid|main.customers.id",
        ),
        ("update customers set extra_json = '{' where id = 2", "json-valid-missing|main.customers.extra_json"),
        ("update customers set balance = 'none' where id = 2", "strict-tables-off|main.customers.balance"),
    ] {
        let copy = scratch.path().join("copy.db");
        fs::copy(&file, &copy).unwrap();
        assert_eq!(run(&copy, spoil), Vec::<String>::new());
        let before =
            (state(&copy), rows(&copy, "select quote(id) || quote(extra_json) || quote(balance) from customers"));
        let finding = strict(&copy).remove(key).unwrap_or_else(|| panic!("{key}"));
        assert!(!run(&copy, finding["fix"]["script"].as_str().unwrap()).is_empty(), "{key}");
        whole(&copy);
        let after =
            (state(&copy), rows(&copy, "select quote(id) || quote(extra_json) || quote(balance) from customers"));
        assert_eq!(after, before, "{key}");
    }
    let finding = strict(&file).remove("type-affinity-trap|main.customers.phone").unwrap();
    for late in ["create index late on customers(phone)", "alter table customers add column late"] {
        let copy = scratch.path().join("copy.db");
        fs::copy(&file, &copy).unwrap();
        run(&copy, late);
        let before = state(&copy);
        assert!(!run(&copy, finding["fix"]["script"].as_str().unwrap()).is_empty(), "{late}");
        assert_eq!(state(&copy), before, "{late}");
    }
}

#[test]
fn small_pages_of_a_large_file() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("small.db");
    let fill = format!(
        "pragma page_size = 1024;\ncreate table t(a);\n{MANY}1100) insert into t select zeroblob(100000) from n;\n"
    );
    assert_eq!(run(&file, &fill), Vec::<String>::new());
    let found = check(&file, &["--only", "page-size-or-cache"]);
    let finding = found.values().next().unwrap();
    assert_eq!(run(&file, finding["fix"]["script"].as_str().unwrap()), Vec::<String>::new());
    assert!(check(&file, &["--only", "page-size-or-cache"]).is_empty());
    assert_eq!(run(&file, finding["fix"]["undo"].as_str().unwrap()), Vec::<String>::new());
    assert_eq!(rows(&file, "select cast(page_size as text) from pragma_page_size"), ["1024"]);
}

#[test]
fn databases_of_d1() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("d1.db");
    run(&file, "create table t(id integer primary key, body blob);\ninsert into t(body) values (zeroblob(1900000));\n");
    let rule = "d1-limits|main.t";
    assert!(!check(&file, &[]).contains_key(rule));
    assert!(check(&file, &["--profile", "d1"]).contains_key(rule));
    assert!(check(&file, &["--only", "d1-limits"]).contains_key(rule));
    run(&file, "create table d1_migrations(id integer primary key autoincrement, name text unique);\n");
    assert!(check(&file, &["--profile", "strict"]).contains_key(rule));
    let columns: Vec<String> = (0..101).map(|n| format!("c{n} int")).collect();
    run(&file, &format!("create table many({});\n", columns.join(", ")));
    let found = check(&file, &[]);
    assert!(
        found.contains_key("d1-limits|main.many") && found.contains_key("wide-table|main.many"),
        "{:?}",
        found.keys()
    );
}
