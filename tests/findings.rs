//! Findings against the truth: databases with planted faults and look-alikes, real schemas whose faults were
//! counted by other queries than ours, tables that trip naive rules. None missed, no false alarm.

mod common;

use common::load::{chunks, load_mysql, load_postgres, load_sqlite, sets};
use common::{Engine, TestDb};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

// ---- real schemas -------------------------------------------------------------------------------

#[test]
fn real_schemas_of_postgresql() {
    for server in common::pg() {
        for folder in sets("pg") {
            let Some(db) = load_postgres(&server, &folder) else { continue };
            let truth = truth(&folder);
            let mut wrong = Wrong::new(&folder, &server.name);
            let found = Found::check(&db.url);
            let both = |list: &str| -> BTreeSet<String> { pairs(&truth[list]) };
            wrong.same(
                "pairs",
                both("duplicate_indexes"),
                found.covered(&["index-duplicate", "index-covered-by-unique"]),
            );
            wrong.all("prefixes", names(&truth["prefix_redundant_nonunique"], "shorter"), &found.redundant());
            wrong.none("near", &truth["near_duplicates_must_not_be_flagged"], &found);
            let keys = list(&truth["fk_without_index"])
                .map(|key| format!("{}.{}.{}", text(&key["s"]), text(&key["t"]), columns(&key["cols"])));
            wrong.same("foreign keys", keys.collect(), found.of("fk-without-index"));
            let tables = list(&truth["tables_without_pk"]).map(text).collect();
            wrong.same("no primary key", tables, found.of("missing-primary-key"));
            wrong.done();
        }
    }
}

#[test]
fn real_schemas_of_mysql() {
    for server in common::mysql() {
        for folder in sets("mysql") {
            let db = load_mysql(&server, &folder);
            let truth = truth(&folder);
            let mut wrong = Wrong::new(&folder, &server.name);
            let found = Found::check(&db.url).under(&db.name);
            let name = |row: &Value, key: &str| format!("{}.{}", text(&row["t"]), text(&row[key]));
            let prefixes = list(&truth["prefix_redundant_nonunique"]).map(|row| name(row, "shorter")).collect();
            wrong.all("prefixes", prefixes, &found.redundant());
            let suffixes: BTreeSet<String> =
                list(&truth["secondary_indexes_with_explicit_pk_suffix"]).map(|row| name(row, "i")).collect();
            wrong.same("suffixes", suffixes, found.of("index-pk-suffix"));
            let tables = list(&truth["tables_without_pk"]).map(text).collect();
            wrong.same("no primary key", tables, found.of("missing-primary-key"));
            wrong.same("foreign keys", BTreeSet::new(), found.of("fk-without-index"));
            wrong.done();
        }
    }
}

#[test]
fn real_schemas_of_sqlite() {
    let scratch = tempfile::tempdir().unwrap();
    for folder in sets("sqlite") {
        let file = load_sqlite(&folder, scratch.path());
        let truth = truth(&folder);
        let mut wrong = Wrong::new(&folder, "sqlite");
        let found = Found::check(file.to_str().unwrap()).under("main");
        wrong.all("prefixes", names(&truth["prefix_redundant_nonunique"], "shorter"), &found.redundant());
        wrong.all("near", BTreeSet::new(), &found.redundant());
        let keys = list(&truth["fk_without_index"]).map(|key| format!("{}.{}", text(&key["t"]), columns(&key["cols"])));
        wrong.same("foreign keys", keys.collect(), found.of("fk-without-index"));
        let tables = list(&truth["tables_without_pk"]).map(text).collect();
        wrong.same("no primary key", tables, found.of("missing-primary-key"));
        wrong.done();
    }
}

// ---- tables that trip naive rules ---------------------------------------------------------------

#[test]
fn trap_tables() {
    let Some(shared) = common::shared_dir() else { return };
    let sql = fs::read_to_string(shared.join("tools/trap_tables_pg.sql")).unwrap();
    for server in common::pg() {
        let db = server.database("traps");
        // NULLS NOT DISTINCT came with 15.
        let old = db.one("show server_version_num").parse::<i32>().unwrap() < 150_000;
        let lines = sql.lines().filter(|line| !(old && line.contains("nulls not distinct")));
        db.exec(&lines.collect::<Vec<_>>().join("\n"));
        let found = Found::check(&db.url);
        let set = |names: &[&str]| names.iter().map(|name| format!("x.{name}")).collect::<BTreeSet<_>>();
        let mut wrong = Wrong::new(Path::new("traps"), &server.name);
        wrong.same(
            "keys",
            set(&["c_part.pid", "c_incl.pid", "c_incl2.a,b", "c_brin.pid", "c_none.pid"]),
            found.of("fk-without-index"),
        );
        wrong.same(
            "duplicates",
            set(&["d_a2", "d_em_lower_longer_name", "d_p2_long", "b"]),
            found.of("index-duplicate"),
        );
        wrong.same("unique", set(&["d_n"]), found.of("index-covered-by-unique"));
        wrong.same("prefixes", set(&["d_a", "d_a_desc"]), found.of("index-redundant-prefix"));
        wrong.done();
    }
}

// ---- planted faults -----------------------------------------------------------------------------

/// What the generator calls a fault, and the rule that has to find it.
const PLANTED: [(&str, &str); 20] = [
    ("duplicate_index_exact", "index-duplicate"),
    ("duplicate_of_unique", "index-covered-by-unique"),
    ("duplicate_of_primary_key", "index-covered-by-unique"),
    ("prefix_redundant", "index-redundant-prefix"),
    ("single_column_asc_desc", "index-redundant-prefix"),
    ("fk_without_index", "fk-without-index"),
    ("no_primary_key", "missing-primary-key"),
    ("invalid_index", "index-invalid"),
    ("ignored_or_invisible_index", "index-invisible"),
    ("secondary_index_with_explicit_pk_suffix", "index-pk-suffix"),
    ("fk_type_mismatch", "fk-type-mismatch"),
    ("constraint_not_valid", "fk-not-validated"),
    ("duplicate_fk", "fk-duplicate"),
    ("disabled_trigger", "soft-disabled-trigger"),
    ("policy_but_rls_off", "rls-disabled-with-policies"),
    ("rls_without_policy", "rls-no-policy"),
    ("not_innodb", "engine-not-innodb"),
    ("fk_to_missing_table", "fk-broken-parent"),
    ("fk_mismatch_parent_not_unique", "fk-broken-parent"),
    ("null_in_text_primary_key", "pk-nullable"),
];

#[test]
fn planted_faults_of_postgresql() {
    for server in common::pg() {
        let Some(made) = Made::new("pg", "mariadb") else { return };
        let db = server.database("planted");
        made.psql(&server.name, &db.url);
        made.judge(&server.name, &Found::check(&db.url));
    }
}

#[test]
fn planted_faults_of_mysql() {
    for server in common::mysql() {
        let flavor = if server.engine == Engine::MySql { "mysql8" } else { "mariadb" };
        let Some(made) = Made::new("mysql", flavor) else { return };
        let db = server.database("planted");
        made.mysql(&db);
        made.judge(&server.name, &Found::check(&db.url).under(&db.name));
    }
}

#[test]
fn planted_faults_of_sqlite() {
    let Some(made) = Made::new("sqlite", "mariadb") else { return };
    let file = made.sqlite();
    made.judge("sqlite", &Found::check(file.to_str().unwrap()).under("main"));
}

/// What the generator made: SQL, steps that may fail, and the truth.
struct Made {
    dir: TempDir,
    truth: Value,
}

impl Made {
    fn new(engine: &str, flavor: &str) -> Option<Self> {
        let script = common::shared_dir()?.join("tools/gen_scale.py");
        let dir = tempfile::tempdir().unwrap();
        let mut command = Command::new("python3");
        command.arg(script).args([
            "--engine",
            engine,
            "--flavor",
            flavor,
            "--tables",
            "150",
            "--seed",
            "11",
            "--hot-rows",
            "300",
        ]);
        let Ok(out) = command.arg("--out").arg(dir.path().join("made")).output() else {
            common::skipped("planted faults, no python3");
            return None;
        };
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let truth = serde_json::from_slice(&fs::read(dir.path().join("made.truth.json")).unwrap()).unwrap();
        Some(Self { dir, truth })
    }

    fn sql(&self, ending: &str) -> String {
        fs::read_to_string(self.dir.path().join(format!("made.{ending}"))).unwrap()
    }

    fn psql(&self, server: &str, url: &str) {
        let bin = std::env::var(format!("DBLENS_TEST_{}_BIN", server.to_uppercase()));
        let psql = bin.map_or(PathBuf::from("psql"), |bin| Path::new(&bin).join("psql"));
        for (ending, stop) in [("sql", "1"), ("post.sql", "0")] {
            let mut command = Command::new(&psql);
            command.args(["-X", "-q", "-o", "/dev/null", "-v", &format!("ON_ERROR_STOP={stop}"), "-d", url, "-f"]);
            let out = command.arg(self.dir.path().join(format!("made.{ending}"))).output().unwrap();
            assert!(stop == "0" || out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        }
    }

    fn mysql(&self, db: &TestDb) {
        let mut session = db.session();
        for chunk in chunks(&self.sql("sql")) {
            session.try_rows(&chunk).unwrap_or_else(|error| panic!("{error}"));
        }
    }

    fn sqlite(&self) -> PathBuf {
        let file = self.dir.path().join("made.db");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut db = SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", file.display())).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(self.sql("sql"))).execute(&mut db).await.unwrap();
            db.close().await.unwrap();
        });
        file
    }

    /// Everything planted is found under its rule, and those rules find nothing else.
    fn judge(&self, server: &str, found: &Found) {
        let mut wrong = Wrong::new(Path::new("planted"), server);
        let mut expected: BTreeSet<(String, Vec<String>)> = BTreeSet::new();
        for (part, list) in ["planted", "must_not_flag"].iter().flat_map(|part| self.truth[*part].as_object().unwrap())
        {
            // Advice is allowed where the note says so.
            let Some((_, rule)) =
                PLANTED.iter().find(|(kind, _)| part == kind || (part.starts_with(kind) && part.contains("advice")))
            else {
                continue;
            };
            for fault in list.as_array().unwrap() {
                expected.insert(((*rule).to_owned(), candidates(rule, fault)));
            }
        }
        let rules: BTreeSet<&str> = PLANTED.iter().map(|(_, rule)| *rule).collect();
        for rule in rules {
            let mut left = found.of(rule);
            for (_, names) in expected.iter().filter(|(of, _)| of == rule) {
                if !names.iter().any(|name| left.remove(name)) {
                    wrong.list.push(format!("{rule}: missed {names:?}"));
                }
            }
            wrong.list.extend(left.iter().map(|name| format!("{rule}: false alarm {name:?}")));
        }
        wrong.done();
    }
}

/// The objects, one of which the rule may name.
fn candidates(rule: &str, fault: &Value) -> Vec<String> {
    let table = text(&fault["table"]);
    let schema = table.split_once('.').map(|(schema, _)| schema.to_owned());
    match rule {
        "fk-without-index" => vec![format!("{table}.{}", columns(&fault["columns"]))],
        "missing-primary-key" | "rls-no-policy" | "rls-disabled-with-policies" | "engine-not-innodb" => vec![table],
        "fk-type-mismatch" => vec![format!("{table}.p_id")],
        "pk-nullable" => vec![format!("{table}.code")],
        "fk-broken-parent" => vec![format!("{table}.{}", text(&fault["column"]))],
        "fk-not-validated" => vec![format!("{table}.{}", text(&fault["constraint"]))],
        "soft-disabled-trigger" => vec![format!("{table}.{}", text(&fault["trigger"]))],
        // Either of the two may be the one to go.
        "fk-duplicate" => {
            let named = list(&fault["constraints"]).map(text);
            named.chain(["owner_id".to_owned()]).map(|name| format!("{table}.{name}")).collect()
        }
        _ => {
            let one = [&fault["redundant"], &fault["index"]].into_iter().filter_map(Value::as_str);
            let one: Vec<&str> = one.filter(|name| *name != "either").collect();
            let names: Vec<&str> = match one.is_empty() {
                true => list(&fault["indexes"]).filter_map(Value::as_str).collect(),
                false => one,
            };
            // PostgreSQL: in the schema. MySQL: in the table. SQLite: alone.
            let with = |name: &str| match &schema {
                Some(schema) => vec![format!("{schema}.{name}")],
                None => vec![name.to_owned(), format!("{table}.{name}")],
            };
            names.into_iter().flat_map(with).collect()
        }
    }
}

// ---- reading what dblens says -------------------------------------------------------------------

struct Found {
    /// Rule, object.
    keys: Vec<(String, String)>,
    page: Value,
}

impl Found {
    fn check(target: &str) -> Self {
        let args = ["check", target, "--json", "--profile", "strict", "--fail-on", "never"];
        let out = Command::new(env!("CARGO_BIN_EXE_dblens")).args(args).output().unwrap();
        assert!(out.status.success(), "check {target}: {}", String::from_utf8_lossy(&out.stderr));
        let page: Value = serde_json::from_slice(&out.stdout).unwrap();
        let findings = list(&page["checks"]).flat_map(|check| list(&check["findings"]));
        let keys = findings.map(|finding| {
            let key = text(&finding["key"]);
            let (rule, object) = key.split_once('|').unwrap();
            (rule.to_owned(), object.to_owned())
        });
        Self { keys: keys.collect(), page }
    }

    /// Without the name of the schema that was made for the test.
    fn under(mut self, schema: &str) -> Self {
        for (_, object) in &mut self.keys {
            *object = object.strip_prefix(&format!("{schema}.")).unwrap_or(object).to_owned();
        }
        self
    }

    fn of(&self, rule: &str) -> BTreeSet<String> {
        self.keys.iter().filter(|(of, _)| of == rule).map(|(_, object)| object.clone()).collect()
    }

    fn redundant(&self) -> BTreeSet<String> {
        let rules = ["index-duplicate", "index-covered-by-unique", "index-redundant-prefix"];
        rules.iter().flat_map(|rule| self.of(rule)).collect()
    }

    /// Pairs of the index named and the one that does its work, in either order.
    fn covered(&self, rules: &[&str]) -> BTreeSet<String> {
        let checks = list(&self.page["checks"]).filter(|check| rules.contains(&check["id"].as_str().unwrap()));
        let pairs = checks.flat_map(|check| list(&check["findings"])).map(|finding| {
            let own = format!("{}.{}", text(&finding["object"]["schema"]), text(&finding["object"]["name"]));
            let evidence = &finding["evidence"];
            let other =
                [&evidence["same_as"]["value"], &evidence["covered_by"]["value"]].into_iter().find_map(Value::as_str);
            pair(&own, other.unwrap_or_default())
        });
        pairs.collect()
    }
}

fn pair(a: &str, b: &str) -> String {
    if a < b { format!("{a} = {b}") } else { format!("{b} = {a}") }
}

fn pairs(rows: &Value) -> BTreeSet<String> {
    list(rows).map(|row| pair(&text(&row["a"]), &text(&row["b"]))).collect()
}

fn names(rows: &Value, key: &str) -> BTreeSet<String> {
    list(rows).map(|row| text(&row[key])).collect()
}

fn columns(value: &Value) -> String {
    list(value).map(text).collect::<Vec<_>>().join(",")
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn truth(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("truth.json")).unwrap()).unwrap()
}

/// What differs from the truth.
struct Wrong {
    label: String,
    list: Vec<String>,
}

impl Wrong {
    fn new(folder: &Path, server: &str) -> Self {
        Self { label: format!("{} on {server}", folder.file_name().unwrap().to_string_lossy()), list: Vec::new() }
    }

    fn same(&mut self, what: &str, expected: BTreeSet<String>, found: BTreeSet<String>) {
        self.list.extend(expected.difference(&found).map(|name| format!("{what}: missed {name}")));
        self.list.extend(found.difference(&expected).map(|name| format!("{what}: false alarm {name}")));
    }

    fn all(&mut self, what: &str, expected: BTreeSet<String>, found: &BTreeSet<String>) {
        self.list.extend(expected.difference(found).map(|name| format!("{what}: missed {name}")));
    }

    /// Pairs that only look alike: neither does the other's work.
    fn none(&mut self, what: &str, rows: &Value, found: &Found) {
        let all = found.covered(&["index-duplicate", "index-covered-by-unique", "index-redundant-prefix"]);
        self.list.extend(pairs(rows).intersection(&all).map(|pair| format!("{what}: false alarm {pair}")));
    }

    fn done(self) {
        let shown = self.list.iter().take(12).cloned().collect::<Vec<_>>().join("\n");
        assert!(self.list.is_empty(), "{}: {} wrong\n{shown}", self.label, self.list.len());
    }
}
