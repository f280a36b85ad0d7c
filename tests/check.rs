//! `check` and `rules` as scripts meet them: exit codes, what counts, what is written; and the schemas of the
//! advice that this program is to know better than.

mod common;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A duplicate index (warning), a table without a primary key (notice on SQLite).
const FAULTY: &str = "create table t (id integer primary key, a text); create index t_a on t (a); \
                      create index t_a2 on t (a); create table log (line text);";
const FINE: &str = "create table t (id integer primary key, a text); create index t_a on t (a);";
/// A key to a table that is not there.
const BROKEN: &str = "create table c (id integer primary key, p int references gone (id)); create index c_p on c (p);";

struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, sql: &str) -> String {
        let path = self.dir.path().join(name);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut db = SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", path.display())).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut db).await.unwrap();
            db.close().await.unwrap();
        });
        path.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// In this folder, which is home and working folder both.
    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dblens"));
        command.env_clear().env("HOME", self.dir.path()).current_dir(self.dir.path()).args(args).output().unwrap()
    }

    #[track_caller]
    fn code(&self, args: &[&str], expected: i32) -> String {
        let out = self.run(args);
        let text = String::from_utf8(out.stdout).unwrap();
        let told = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(expected), "{args:?}: {text}{told}");
        text
    }
}

fn keys(page: &str) -> BTreeSet<String> {
    let page: Value = serde_json::from_str(page).unwrap();
    let checks = page["checks"].as_array().unwrap().iter();
    checks
        .flat_map(|check| check["findings"].as_array().unwrap())
        .map(|finding| finding["key"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn exit_codes_are_those_of_monitoring() {
    let place = Place::new();
    let (faulty, fine, broken) =
        (place.file("faulty.db", FAULTY), place.file("fine.db", FINE), place.file("broken.db", BROKEN));
    place.code(&["check", &fine], 0);
    place.code(&["check", &faulty], 1);
    place.code(&["check", &broken], 2);
    place.code(&["check", &faulty, "--fail-on", "critical"], 0);
    place.code(&["check", &broken, "--fail-on", "never"], 0);
    place.code(&["check", &faulty, "--skip", "index-duplicate"], 0);
    place.code(&["check", &faulty, "--skip", "index-duplicate", "--fail-on", "notice"], 1);
    place.code(&["check", &faulty, "--only", "missing-primary-key"], 0);
    place.code(&["check", "nothing.db"], 3);
    place.code(&["check", &fine, "--only", "no-such-rule"], 3);
    // One bad target hides nobody.
    let text = place.code(&["check", &faulty, "nothing.db"], 3);
    assert!(text.contains("index-duplicate") && text.contains("nothing.db"), "{text}");
    place.code(&["check", &broken, "nothing.db"], 2);
    place.code(&["check", &fine, &faulty], 1);
}

#[test]
fn what_is_known_or_accepted_does_not_count() {
    let place = Place::new();
    let faulty = place.file("faulty.db", FAULTY);
    place.code(&["check", &faulty, "--format", "json", "--output", "old.json"], 1);
    place.code(&["check", &faulty, "--baseline", "old.json"], 0);
    let entry =
        |until: &str| format!("[[accept]]\nkey = \"index-duplicate|main.t_a2\"\nreason = \"old tool\"\n{until}");
    fs::write(place.path("dblens.toml"), entry("")).unwrap();
    let page = place.code(&["check", &faulty, "--json"], 0);
    assert!(page.contains("\"accepted\":{\"reason\":\"old tool\",\"until\":null}"), "{page}");
    fs::write(place.path("dblens.toml"), entry("until = 2001-01-01")).unwrap();
    place.code(&["check", &faulty], 1);
    fs::write(place.path("dblens.toml"), "[[accept]]\nkey = 3").unwrap();
    place.code(&["check", &faulty], 3);
}

#[test]
fn scripts_are_files_and_undo_themselves() {
    let place = Place::new();
    let faulty = place.file("faulty.db", FAULTY);
    place.code(&["check", &faulty, "--only", "index-duplicate", "--scripts", "out"], 1);
    let mut names: Vec<PathBuf> = fs::read_dir(place.path("out")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let [down, up] = &names[..] else { panic!("{names:?}") };
    let ends = |path: &Path, ending: &str| path.to_str().unwrap().ends_with(ending);
    assert!(
        ends(down, "_index_duplicate_main_t_a2.down.sql") && ends(up, "_index_duplicate_main_t_a2.up.sql"),
        "{names:?}"
    );
    let before = schema(&faulty);
    place.file("faulty.db", &fs::read_to_string(up).unwrap());
    place.code(&["check", &faulty, "--only", "index-duplicate"], 0);
    place.file("faulty.db", &fs::read_to_string(down).unwrap());
    assert_eq!(schema(&faulty), before);
}

fn schema(file: &str) -> BTreeSet<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut db = SqliteConnection::connect(&format!("sqlite:{file}")).await.unwrap();
        let rows: Vec<(String,)> =
            sqlx::query_as("select sql from sqlite_schema where sql is not null").fetch_all(&mut db).await.unwrap();
        db.close().await.unwrap();
        rows.into_iter().map(|(sql,)| sql).collect()
    })
}

#[test]
fn the_same_findings_in_every_format() {
    let place = Place::new();
    let faulty = place.file("faulty.db", FAULTY);
    for format in ["text", "json", "jsonl", "markdown", "sarif", "junit", "nagios", "prometheus"] {
        let text = place.code(&["check", &faulty, "--format", format], 1);
        let told = text.contains("index-duplicate") || text.contains("is the same as");
        assert!(told || format == "nagios" && text.contains("WARNING"), "{format}: {text}");
    }
    let found = place.code(&["show", "findings", &faulty, "--json"], 0);
    let page: Value = serde_json::from_str(&found).unwrap();
    let rows: BTreeSet<String> =
        page["rows"].as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap().to_owned()).collect();
    assert_eq!(rows, keys(&place.code(&["check", &faulty, "--json"], 1)));
    assert_eq!((page["fact"].as_str(), page["status"].as_str()), (Some("findings"), Some("ready")));
    assert!(place.code(&["show", "findings", &faulty], 0).contains("index-duplicate"));
}

#[test]
fn a_page_for_every_rule() {
    let place = Place::new();
    let list: Value = serde_json::from_str(&place.code(&["rules", "--json"], 0)).unwrap();
    for rule in list["rules"].as_array().unwrap().iter().take(5) {
        let id = rule["id"].as_str().unwrap();
        assert!(place.code(&["rules", id], 0).starts_with(id));
    }
}

/// README's table of rules is what the program prints, between two marks.
#[test]
fn readme_lists_the_rules() {
    const MARKS: [&str; 2] = ["<!-- rules -->\n", "<!-- /rules -->"];
    const WRITE: &str = "DBLENS_WRITE_README";
    let table = Place::new().code(&["rules", "--format", "markdown"], 0);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(MARKS[0]).unwrap();
    let (listed, after) = rest.split_once(MARKS[1]).unwrap();
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, format!("{before}{}{table}{}{after}", MARKS[0], MARKS[1])).unwrap();
        return;
    }
    let wrong: Vec<&str> = table.lines().filter(|line| !listed.lines().any(|other| other == *line)).take(5).collect();
    assert!(
        listed == table,
        "README.md lists other rules:\n{WRITE}=1 cargo test --test check readme_lists\n{wrong:#?}"
    );
}

/// By engine, with what each rule needs there.
#[test]
fn rules_of_one_engine() {
    let place = Place::new();
    let of = |engine: &str| -> Vec<Value> {
        let page: Value = serde_json::from_str(&place.code(&["rules", "--engine", engine, "--json"], 0)).unwrap();
        page["rules"].as_array().unwrap().clone()
    };
    let sqlite = of("sqlite");
    assert!(sqlite.iter().all(|rule| rule["engines"].as_str().unwrap().split(' ').any(|it| it == "sqlite")));
    assert!(sqlite.iter().any(|rule| rule["id"] == "type-affinity-trap"));
    assert!(sqlite.iter().all(|rule| rule["rights"].is_null() && rule["reads"].is_string()));
    let slow = |engine: &str| of(engine).into_iter().find(|rule| rule["id"] == "slow-query").unwrap()["rights"].clone();
    assert_eq!(slow("postgresql"), "pg_read_all_stats");
    assert_eq!(slow("mariadb"), "SELECT ON performance_schema.*");
}

/// The SQL blocks of the advice, and what is wrong with them.
#[test]
fn the_advice_itself() {
    let Some(shared) = common::shared_dir() else { return };
    const CASES: [(&str, &str, &str, &[&str]); 3] = [
        ("001.txt", "EXCELLENT: Normalized", "", &["index-covered-by-unique|public.idx_users_email"]),
        (
            "002.txt",
            "CREATE TABLE favorites",
            "create table users (id uuid primary key); create table items (id uuid primary key)",
            &["fk-without-index|public.favorites.item_id"],
        ),
        (
            "004.txt",
            "BEGIN;\n\nCREATE TABLE users",
            "",
            &["index-covered-by-unique|public.idx_users_email", "index-covered-by-unique|public.idx_users_username"],
        ),
    ];
    for server in common::pg() {
        for (file, mark, before, expected) in CASES {
            let text = fs::read_to_string(shared.join("advice").join(file)).unwrap();
            let block =
                text.split("```sql").filter_map(|rest| rest.split("```").next()).find(|block| block.contains(mark));
            let block = block.unwrap_or_else(|| panic!("{file} has no block with {mark}"));
            let db = server.database("advice");
            let mut session = db.session();
            if !before.is_empty() {
                session.exec(before);
            }
            // Some of it needs what other blocks make; the way back at its end is not run.
            let up = block.split("DROP TABLE").next().unwrap();
            for statement in up.split(";\n") {
                let _ = session.try_rows(statement);
            }
            let out = Command::new(env!("CARGO_BIN_EXE_dblens"))
                .args(["check", &db.url, "--json", "--fail-on", "never"])
                .output()
                .unwrap();
            let found = keys(&String::from_utf8(out.stdout).unwrap());
            let missing: Vec<&&str> = expected.iter().filter(|key| !found.contains(**key)).collect();
            assert!(missing.is_empty(), "{file} on {}: missed {missing:?}, found {found:?}", server.name);
        }
    }
}

/// A fresh database of each server is fine: nothing critical, no warning, and what could not be looked at is named.
#[test]
fn a_healthy_database_is_fine() {
    for server in common::all() {
        let db = server.database("healthy");
        db.exec("create table person (id int not null primary key, name varchar(40) not null)");
        db.exec("create table pet (id int not null primary key, owner int not null references person (id), name varchar(40))");
        db.exec("create index pet_owner_idx on pet (owner)");
        // The test servers keep nothing that has to survive, and let root in without a password.
        let set_up = "fsync-off,password-empty-or-anonymous";
        let args = ["check", &db.url, "--json", "--profile", "strict", "--skip", set_up];
        let out = Command::new(env!("CARGO_BIN_EXE_dblens")).args(args).output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        assert_eq!(out.status.code(), Some(0), "{}: {text}", server.name);
        let page: Value = serde_json::from_str(&text).unwrap();
        for check in page["checks"].as_array().unwrap() {
            let silent = matches!(check["status"].as_str(), Some("cannot_check" | "timed_out"));
            assert!(!silent || check["reason"].is_string(), "{}: {check}", server.name);
        }
    }
}

/// An account that may see no table is told that, never that all is fine.
#[test]
fn who_sees_nothing_is_not_told_that_all_is_fine() {
    for server in common::mysql() {
        // Of its own: what somebody granted to another on a server that lives for long would be seen.
        let name = format!("nothing_{}", std::process::id());
        server.exec(&format!("create user {name}@'%' identified by '{name}'"));
        let mut url = url::Url::parse(&server.url).unwrap();
        url.set_username(&name).unwrap();
        url.set_password(Some(&name)).unwrap();
        url.set_path("");
        let args = ["check", url.as_str(), "--json"];
        let out = Command::new(env!("CARGO_BIN_EXE_dblens")).args(args).output();
        let seen = common::Session::open(url.as_str()).map(|mut session| {
            session.one(
                "select count(*) from information_schema.tables where table_schema not in \
                 ('information_schema', 'performance_schema', 'mysql', 'sys')",
            )
        });
        server.exec(&format!("drop user {name}@'%'"));
        if seen.unwrap() != "0" {
            common::skipped(&format!("{}: everybody may read something there (PUBLIC)", server.name));
            continue;
        }
        let out = out.unwrap();
        let page: Value = serde_json::from_str(&String::from_utf8(out.stdout).unwrap()).unwrap();
        let check = page["checks"].as_array().unwrap().iter().find(|check| check["id"] == "missing-primary-key");
        let check = check.unwrap();
        assert_eq!(check["status"], "cannot_check", "{}: {check}", server.name);
        assert!(check["grant"].as_str().is_some_and(|grant| grant.starts_with("GRANT")), "{}: {check}", server.name);
    }
}
