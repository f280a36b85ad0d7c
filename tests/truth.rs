//! Real schemas against their truth: `../shared/data/ENGINE/NAME` holds the SQL and `truth.json`, counted by
//! other queries than ours. What `dblens show … --json` prints must agree, object by object.

mod common;

use common::load::{chunks, load_mysql, load_postgres, load_sqlite, sets};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn postgresql_schemas() {
    for server in common::pg() {
        for folder in sets("pg") {
            let Some(db) = load_postgres(&server, &folder) else { continue };
            Check::new(&db.url, &folder, &server.name).postgres();
        }
    }
}

#[test]
fn mysql_schemas() {
    for server in common::mysql() {
        for folder in sets("mysql") {
            let db = load_mysql(&server, &folder);
            Check::new(&db.url, &folder, &server.name).mysql(&db.name);
        }
    }
}

#[test]
fn sqlite_schemas() {
    let scratch = tempfile::tempdir().unwrap();
    for folder in sets("sqlite") {
        let file = load_sqlite(&folder, scratch.path());
        Check::new(file.to_str().unwrap(), &folder, "sqlite").sqlite();
    }
}

// ---- comparing ----------------------------------------------------------------------------------

/// One loaded schema: what dblens prints, what is true, and where they differ.
struct Check {
    label: String,
    truth: Value,
    schema: Vec<Value>,
    columns: Vec<Value>,
    indexes: Vec<Value>,
    keys: Vec<Value>,
    /// Relations of `erd`.
    relations: Vec<Value>,
    wrong: Vec<String>,
}

impl Check {
    fn new(target: &str, folder: &Path, server: &str) -> Self {
        let rows = |fact: &str| show(fact, target);
        Self {
            label: format!("{} on {server}", folder.file_name().unwrap().to_string_lossy()),
            truth: serde_json::from_slice(&fs::read(folder.join("truth.json")).unwrap()).unwrap(),
            schema: rows("schema"),
            columns: rows("columns"),
            // Those that are missing are rows without a name.
            indexes: rows("indexes").into_iter().filter(|row| !row["verdict"].eq("missing")).collect(),
            keys: rows("keys"),
            relations: relations(target),
            wrong: Vec::new(),
        }
    }

    fn postgres(mut self) {
        for (kind, count) in [
            ("table", "tables_ordinary"),
            ("partitioned_table", "partitioned_parents"),
            ("partition", "partitions"),
            ("foreign_table", "foreign_tables"),
            ("view", "views"),
            ("materialized_view", "matviews"),
            ("sequence", "sequences"),
            ("trigger", "triggers"),
        ] {
            self.kind(kind, self.count(count));
        }
        let routines = self.truth["counts"]["functions_f_procedures_p_aggregates_a"].clone();
        self.kind("function", routines.as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum());
        let types = ["enums", "domains", "composite_types"].iter().map(|name| self.count(name)).sum();
        self.kind("type", types);
        let extensions: BTreeSet<String> = texts(&self.truth["extensions"]).into_iter().collect();
        let found = self.of_kind("extension").map(|row| text(&row["name"])).filter(|name| name != "plpgsql");
        self.same("extensions", extensions, found.collect());

        let is_view = |kind: &str| matches!(kind, "view" | "materialized_view");
        self.equal("columns of tables", self.count("columns_tables"), self.columns_where(|kind| !is_view(kind)));
        self.equal("columns of views", self.count("columns_views_matviews"), self.columns_where(is_view));

        let expected = list(&self.truth["indexes"])
            .map(|it| row([&it["s"], &it["t"], &it["i"], &it["u"], &it["pk"], &it["valid"], &it["am"], &it["def"]]));
        let found = self.indexes.iter().map(|it| {
            let id = [&it["schema"], &it["table"], &it["name"], &it["unique"], &it["primary"]];
            row(id.into_iter().chain([&it["valid"], &it["method"], &it["definition"]]))
        });
        self.same("indexes", expected.collect(), found.collect());
        self.postgres_keys();
        self.done();
    }

    fn postgres_keys(&mut self) {
        let expected = list(&self.truth["foreign_keys"]).map(|it| {
            let (update, delete) = (action(&it["upd"]), action(&it["del"]));
            let id = row([&it["s"], &it["t"], &it["con"], &it["cols"], &it["fs"], &it["ft"], &it["fcols"]]);
            format!("{id} {} {update} {delete} {}", row([&it["valid"], &it["defer"]]), covered(&it["cover"]))
        });
        let found = self.of_key("foreign").map(|it| {
            let from = [&it["schema"], &it["table"], &it["name"], &it["columns"]];
            let id = row(from.into_iter().chain([&it["ref_schema"], &it["ref_table"], &it["ref_columns"]]));
            let actions = format!("{} {}", text(&it["on_update"]), text(&it["on_delete"]));
            format!("{id} {} {actions} {}", row([&it["validated"], &it["deferrable"]]), it["indexed"])
        });
        self.same("foreign keys", expected.collect(), found.collect());
        let drawn = list(&self.truth["foreign_keys"])
            .map(|it| row([&it["s"], &it["t"], &it["con"], &it["cols"], &it["fs"], &it["ft"], &it["fcols"]]));
        let found = self.relations.iter().map(|it| {
            let from = [&it["schema"], &it["table"], &it["name"], &it["columns"]];
            row(from.into_iter().chain([&it["ref_schema"], &it["ref_table"], &it["ref_columns"]]))
        });
        self.once(drawn.collect(), found.collect());
        self.equal("checks", self.count("check_constraints"), self.of_key("check").count() as u64);
        let primary = list(&self.truth["indexes"]).filter(|it| it["pk"] == true).count() as u64;
        self.equal("primary keys", primary, self.of_key("primary").count() as u64);
    }

    fn mysql(mut self, schema: &str) {
        for (kind, count) in
            [("table", "tables"), ("view", "views"), ("sequence", "sequences"), ("trigger", "triggers")]
        {
            self.kind(kind, self.count(count));
        }
        self.kind("function", self.count("procedures") + self.count("functions"));
        self.equal("columns of tables", self.count("columns_tables"), self.columns_where(|kind| kind != "view"));
        self.equal("columns of views", self.count("columns_views"), self.columns_where(|kind| kind == "view"));

        let expected = list(&self.truth["indexes"]).map(|it| {
            let parts: Vec<String> = list(&it["cols"]).map(mysql_part).collect();
            let method = text(&it["ty"]).to_lowercase();
            format!("{} {method} {parts:?} {}", row([&it["t"], &it["i"], &it["u"]]), it["ign"] != "YES")
        });
        let found = self.indexes.iter().map(|it| {
            let id = row([&it["table"], &it["name"], &it["unique"]]);
            format!("{id} {} {:?} {}", text(&it["method"]), texts(&it["columns"]), it["visible"])
        });
        self.same("indexes", expected.collect(), found.collect());

        // The truth was read in a schema of another name.
        let home = text(&self.truth["database"]);
        let expected = list(&self.truth["foreign_keys"]).map(|it| {
            let to = text(&it["rs"]).replace(&home, schema);
            let actions = [&it["upd"], &it["del"]].map(|it| innodb_action(&text(it)));
            format!("{} {to} {} {actions:?}", row([&it["t"], &it["con"], &it["cols"]]), row([&it["rt"], &it["rcols"]]))
        });
        let found = self.of_key("foreign").map(|it| {
            let actions = [&it["on_update"], &it["on_delete"]].map(|it| innodb_action(&text(it)));
            let id = row([&it["table"], &it["name"], &it["columns"]]);
            format!("{id} {} {} {actions:?}", text(&it["ref_schema"]), row([&it["ref_table"], &it["ref_columns"]]))
        });
        self.same("foreign keys", expected.collect(), found.collect());
        let drawn = list(&self.truth["foreign_keys"])
            .map(|it| row([&it["t"], &it["con"], &it["cols"], &it["rt"], &it["rcols"]]));
        let found = self
            .relations
            .iter()
            .map(|it| row([&it["table"], &it["name"], &it["columns"], &it["ref_table"], &it["ref_columns"]]));
        self.once(drawn.collect(), found.collect());
        self.equal("keys without an index", self.count("fk_without_index"), self.unindexed());
        self.done();
    }

    fn sqlite(mut self) {
        for (kind, count) in
            [("table", "tables"), ("view", "views"), ("virtual_table", "virtual_tables"), ("trigger", "triggers")]
        {
            self.kind(kind, self.count(count));
        }
        self.equal("columns of tables", self.count("columns_tables"), self.columns_where(|kind| kind == "table"));

        let expected = list(&self.truth["indexes"]).map(|it| {
            let unique = it["u"] == 1;
            format!("{} {unique} {}", row([&it["t"], &it["i"]]), list(&it["cols"]).count())
        });
        let found = self.indexes.iter().map(|it| {
            format!("{} {} {}", row([&it["table"], &it["name"]]), it["unique"], list(&it["columns"]).count())
        });
        self.same("indexes", expected.collect(), found.collect());

        let key = |table: &Value, columns: &Value, to: &Value, upd: String, del: String| {
            format!("{} {} {upd} {del}", row([table, columns]), text(to).to_lowercase())
        };
        let words = |it: &Value| text(it).to_lowercase().replace(' ', "_");
        let expected = list(&self.truth["foreign_keys"])
            .map(|it| key(&it["t"], &it["cols"], &it["rt"], words(&it["upd"]), words(&it["del_"])));
        let found = self.of_key("foreign").map(|it| {
            key(&it["table"], &it["columns"], &it["ref_table"], text(&it["on_update"]), text(&it["on_delete"]))
        });
        self.same("foreign keys", expected.collect(), found.collect());
        let drawn = list(&self.truth["foreign_keys"])
            .map(|it| format!("{} {}", row([&it["t"], &it["cols"]]), text(&it["rt"]).to_lowercase()));
        let found = self
            .relations
            .iter()
            .map(|it| format!("{} {}", row([&it["table"], &it["columns"]]), text(&it["ref_table"]).to_lowercase()));
        self.once(drawn.collect(), found.collect());
        self.equal("keys without an index", self.count("fk_without_index"), self.unindexed());
        self.done();
    }

    // ---- helpers

    fn count(&self, name: &str) -> u64 {
        self.truth["counts"][name].as_u64().unwrap_or_else(|| panic!("{}: no count {name}", self.label))
    }

    fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.schema.iter().filter(move |row| row["kind"] == kind)
    }

    fn of_key(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.keys.iter().filter(move |row| row["kind"] == kind)
    }

    fn unindexed(&self) -> u64 {
        self.of_key("foreign").filter(|row| row["indexed"] == false).count() as u64
    }

    /// Columns of relations of some kinds.
    fn columns_where(&self, wanted: impl Fn(&str) -> bool) -> u64 {
        let relations = self.schema.iter().filter(|row| {
            let kind = row["kind"].as_str().unwrap();
            !matches!(kind, "trigger" | "function" | "type" | "extension" | "sequence") && wanted(kind)
        });
        let names: BTreeSet<String> = relations.map(|it| row([&it["schema"], &it["name"]])).collect();
        self.columns.iter().filter(|it| names.contains(&row([&it["schema"], &it["table"]]))).count() as u64
    }

    fn kind(&mut self, kind: &str, expected: u64) {
        let found = self.of_kind(kind).count() as u64;
        self.equal(kind, expected, found);
    }

    fn equal(&mut self, what: &str, expected: u64, found: u64) {
        if expected != found {
            self.wrong.push(format!("{what}: {found} instead of {expected}"));
        }
    }

    fn same(&mut self, what: &str, expected: BTreeSet<String>, found: BTreeSet<String>) {
        for missing in expected.difference(&found).take(5) {
            self.wrong.push(format!("{what}: missing  {missing}"));
        }
        for extra in found.difference(&expected).take(5) {
            self.wrong.push(format!("{what}: too much {extra}"));
        }
    }

    /// Each relation of the truth is drawn as often as it is there, and no other.
    fn once(&mut self, mut expected: Vec<String>, mut found: Vec<String>) {
        expected.sort();
        found.sort();
        if expected != found {
            let missing = expected.iter().find(|it| !found.contains(it));
            let extra = found.iter().find(|it| !expected.contains(it));
            let counts = format!("{} instead of {}", found.len(), expected.len());
            self.wrong.push(format!("erd: {counts}, missing {missing:?}, too much {extra:?}"));
        }
    }

    fn done(self) {
        assert!(self.wrong.is_empty(), "{}:\n{}", self.label, self.wrong.join("\n"));
    }
}

/// The rows of a fact, as the real program prints them.
fn show(fact: &str, target: &str) -> Vec<Value> {
    let out = Command::new(env!("CARGO_BIN_EXE_dblens")).args(["show", fact, target, "--json"]).output().unwrap();
    assert!(out.status.success(), "show {fact} {target}: {}", String::from_utf8_lossy(&out.stderr));
    let mut page: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(page["status"], "ready", "show {fact} {target}: {}", page["reason"]);
    match page["rows"].take() {
        Value::Array(rows) => rows,
        other => panic!("rows are {other}"),
    }
}

/// The relations of `erd`, as the real program prints them.
fn relations(target: &str) -> Vec<Value> {
    let out = Command::new(env!("CARGO_BIN_EXE_dblens")).args(["erd", target, "--json"]).output().unwrap();
    assert!(out.status.success(), "erd {target}: {}", String::from_utf8_lossy(&out.stderr));
    let mut page: Value = serde_json::from_slice(&out.stdout).unwrap();
    match page["relations"].take() {
        Value::Array(rows) => rows,
        other => panic!("relations are {other}"),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    list(value).map(text).collect()
}

fn row<'a>(values: impl IntoIterator<Item = &'a Value>) -> String {
    values.into_iter().map(Value::to_string).collect::<Vec<_>>().join(" ")
}

/// `pg_constraint.confupdtype` as the contract says it.
fn action(letter: &Value) -> &'static str {
    match letter.as_str() {
        Some("a") => "no_action",
        Some("r") => "restrict",
        Some("c") => "cascade",
        Some("n") => "set_null",
        Some("d") => "set_default",
        other => panic!("{other:?} is no action"),
    }
}

/// A key is served by a whole index and by one that leaves out only NULLs.
fn covered(cover: &Value) -> bool {
    matches!(cover.as_str(), Some("full" | "partial_notnull"))
}

/// To InnoDB RESTRICT and NO ACTION are one, and a key without a clause is called the one or the other.
fn innodb_action(words: &str) -> String {
    words.to_lowercase().replace(' ', "_").replace("restrict", "no_action")
}

/// `["name", 10, "D"]` as `name(10) DESC`.
fn mysql_part(part: &Value) -> String {
    let sub = part[1].as_u64().map(|n| format!("({n})")).unwrap_or_default();
    let down = if part[2] == "D" { " DESC" } else { "" };
    format!("{}{sub}{down}", text(&part[0]))
}

#[test]
fn delimiters_split_scripts() {
    let script =
        "create table t (a int);\nDELIMITER //\ncreate trigger x begin\n select 1; end//\nDELIMITER ;\nselect 2;\n";
    let chunks = chunks(script);
    assert_eq!(chunks, ["create table t (a int);\n", "create trigger x begin\n select 1; end", "select 2;\n"]);
}
