//! Schemas that advice for developers shows as good ones, and the faults that are in them: `../shared/advice/*.txt`
//! holds SQL, and tables in a language of TypeScript (drizzle). What of it a real server takes is loaded, and
//! `check --profile strict` has to name the faults.

mod common;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn an_index_beside_the_unique_one_of_the_same_column() {
    let Some(text) = advice("001") else { return };
    for server in common::pg() {
        let db = server.database("advice");
        load(&db, &statements(&blocks(&text, "sql"), "uuid"));
        let found = Found::check(&db.url);
        found.has("index-covered-by-unique", "public.idx_users_email");
        found.has_not("index-covered-by-unique", "public.idx_users_created_at");
        found.has_not("missing-primary-key", "public.users");
    }
}

#[test]
fn a_cascade_without_an_index() {
    let Some(text) = advice("002") else { return };
    for server in common::pg() {
        let db = server.database("advice");
        load(&db, &statements(&blocks(&text, "sql"), "uuid"));
        let found = Found::check(&db.url);
        found.has("fk-without-index", "public.favorites.item_id");
        // The first column of two indexes.
        found.has_not("fk-without-index", "public.favorites.user_id");
        found.has_not("missing-foreign-key", "public.favorites");
    }
}

#[test]
fn times_without_zone_words_without_check_and_an_index_on_five_values() {
    let Some(text) = advice("003") else { return };
    let tables = drizzle(&text);
    let projects = tables.iter().find(|table| table.name == "projects").expect("the advice defines projects");
    assert!(projects.words.len() >= 3, "the list of states: {:?}", projects.words);
    for server in common::pg() {
        let db = server.database("advice");
        load(&db, &ddl(&tables));
        // One state of most rows, as in life.
        let states = projects.words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(",");
        db.exec(&format!(
            "insert into teams select generate_series(1, 50);
             insert into projects (name, vision, status, team_id, created_by)
               select 'n' || g, 'v', (array[{states}])[1 + least(g % 30, {} - 1)], 1 + g % 50, 'u' || g % 900
                 from generate_series(1, 20000) g;
             analyze;",
            projects.words.len()
        ));
        let found = Found::check(&db.url);
        found.has_some("type-timestamp-no-tz", &["projects"]);
        found.has("unconstrained-status", "public.projects.status");
        found.has("fk-no-delete-action", "public.projects.team_id");
        found.has("index-low-cardinality", "public.projects_status_idx");
        // Each of these indexes serves something.
        found.has_not("fk-without-index", "public.projects.team_id");
        found.has_not("index-low-cardinality", "public.projects_created_by_idx");
    }
}

#[test]
fn defaults_without_not_null() {
    let Some(text) = advice("004") else { return };
    for server in common::pg() {
        let db = server.database("advice");
        load(&db, &statements(&blocks(&text, "sql"), "bigint"));
        let found = Found::check(&db.url);
        found.lists("nullable-default", "public.users", &["email_verified", "created_at", "updated_at"]);
        found.lists("nullable-default", "public.posts", &["status", "created_at", "updated_at"]);
        // A check names the words, a trigger keeps the time.
        found.has_not("unconstrained-status", "public.posts.status");
        found.has_not("updated-at-not-maintained", "public.users.updated_at");
        found.has("search-vector-trigger", "public.posts.search_vector");
    }
}

#[test]
fn a_key_of_sqlite_without_an_index() {
    let Some(text) = advice("000") else { return };
    let tables = drizzle(&text);
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("humans.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut db = SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", file.display())).await.unwrap();
        for statement in ddl(&tables) {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut db).await.unwrap();
        }
        db.close().await.unwrap();
    });
    let found = Found::check(file.to_str().unwrap());
    found.has("fk-without-index", "main.humans.account_id");
    found.has("fk-without-index", "main.human_geo_interests.geo_interest_id");
    // The first column of the primary key.
    found.has_not("fk-without-index", "main.human_geo_interests.human_id");
}

// ---- what was found -----------------------------------------------------------------------------

/// Keys of findings, and each finding by its key.
struct Found(BTreeMap<String, Value>);

impl Found {
    fn check(target: &str) -> Self {
        let args = ["check", target, "--json", "--profile", "strict", "--fail-on", "never"];
        let out = Command::new(env!("CARGO_BIN_EXE_dblens")).args(args).output().unwrap();
        assert!(out.status.success(), "check {target}: {}", String::from_utf8_lossy(&out.stderr));
        let page: Value = serde_json::from_slice(&out.stdout).unwrap();
        let checks = page["checks"].as_array().unwrap();
        let findings = checks.iter().flat_map(|check| check["findings"].as_array().unwrap());
        Self(findings.map(|finding| (finding["key"].as_str().unwrap().to_owned(), finding.clone())).collect())
    }

    #[track_caller]
    fn has(&self, rule: &str, object: &str) {
        let key = format!("{rule}|{object}");
        assert!(self.0.contains_key(&key), "no {key} among {:#?}", self.0.keys());
    }

    #[track_caller]
    fn has_not(&self, rule: &str, object: &str) {
        let key = format!("{rule}|{object}");
        assert!(!self.0.contains_key(&key), "{key}");
    }

    /// One of the rule, about something that holds these words.
    #[track_caller]
    fn has_some(&self, rule: &str, words: &[&str]) {
        let fits = |key: &&String| key.starts_with(&format!("{rule}|")) && words.iter().all(|word| key.contains(word));
        assert!(self.0.keys().any(|key| fits(&key)), "no {rule} of {words:?} among {:#?}", self.0.keys());
    }

    /// The finding names these columns in its evidence.
    #[track_caller]
    fn lists(&self, rule: &str, object: &str, columns: &[&str]) {
        self.has(rule, object);
        let told = &self.0[&format!("{rule}|{object}")]["evidence"]["columns"]["value"];
        let told: Vec<&str> = told.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert!(columns.iter().all(|column| told.contains(column)), "{rule} of {object} names {told:?}");
    }
}

// ---- reading the advice -------------------------------------------------------------------------

fn advice(number: &str) -> Option<String> {
    let file = common::shared_dir()?.join("advice").join(format!("{number}.txt"));
    if !file.is_file() {
        common::skipped(&format!("advice {number}, there is no {}", Path::new(&file).display()));
        return None;
    }
    Some(fs::read_to_string(file).unwrap())
}

/// The fenced blocks of one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let (mut out, mut open): (Vec<String>, Option<String>) = (Vec::new(), None);
    for line in text.lines() {
        let fence = line.trim().strip_prefix("```");
        match (fence, open.take()) {
            (Some(word), None) if word == language => open = Some(String::new()),
            (Some(_), Some(block)) => out.push(block),
            (None, Some(block)) => open = Some(format!("{block}{line}\n")),
            _ => {}
        }
    }
    out
}

/// What makes tables, indexes, comments, functions and triggers, with a table for each that is only named.
fn statements(blocks: &[String], key_type: &str) -> Vec<String> {
    let all: Vec<String> = blocks.iter().flat_map(|block| split(block)).collect();
    let made = |name: &str| {
        let head = format!("create table {name} ");
        all.iter().any(|one| one.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().starts_with(&head))
    };
    let mut out = Vec::new();
    let mut stubs = BTreeSet::new();
    for one in &all {
        let lower = one.to_lowercase();
        for rest in lower.split("references ").skip(1) {
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !made(&name) && stubs.insert(name.clone()) {
                out.push(format!("create table {name} (id {key_type} primary key)"));
            }
        }
    }
    let wanted = |one: &&String| {
        let lower = one.trim_start().to_lowercase();
        lower.starts_with("create ") || lower.starts_with("comment ") || lower.starts_with("alter table")
    };
    out.extend(all.iter().filter(wanted).filter(|one| !one.to_lowercase().contains("drop ")).cloned());
    out
}

/// At semicolons outside of quotes, dollar quotes and comments.
fn split(block: &str) -> Vec<String> {
    let (mut out, mut open, mut quote, mut dollars) = (Vec::new(), String::new(), false, false);
    for line in block.lines() {
        let code = if quote || dollars { line } else { line.split("--").next().unwrap_or_default() };
        let mut rest = code.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '$' if !quote && rest.peek() == Some(&'$') => dollars = !dollars,
                '\'' if !dollars => quote = !quote,
                ';' if !quote && !dollars => {
                    out.push(std::mem::take(&mut open));
                    continue;
                }
                _ => {}
            }
            open.push(c);
            if c == '$' && rest.peek() == Some(&'$') {
                open.extend(rest.next());
            }
        }
        open.push('\n');
    }
    out.push(open);
    out.retain(|one| !one.trim().is_empty());
    out
}

/// What the server takes; examples show the same table twice, or name what is nowhere.
fn load(db: &common::TestDb, statements: &[String]) {
    let mut session = db.session();
    let taken = statements.iter().filter(|one| session.try_rows(one).is_ok()).count();
    assert!(taken > 1, "the server took {taken} of {} statements", statements.len());
}

// ---- tables in drizzle --------------------------------------------------------------------------

#[derive(Default)]
struct Table {
    /// The word in the code: `export const accounts`.
    constant: String,
    name: String,
    columns: Vec<Column>,
    /// Name and words of the columns.
    indexes: Vec<(String, Vec<String>)>,
    /// Words of the columns.
    primary: Vec<String>,
    /// The list of a text that is an enumeration for programs only.
    words: Vec<String>,
}

struct Column {
    word: String,
    name: String,
    kind: String,
    chain: String,
}

/// Every table that a block defines; the same one twice counts once.
fn drizzle(text: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for block in blocks(text, "typescript") {
        for part in block.split("export const ").skip(1) {
            let Some((constant, rest)) = part.split_once(" = ") else { continue };
            let Some(call) = ["pgTable(", "sqliteTable("].iter().find_map(|word| rest.strip_prefix(word)) else {
                continue;
            };
            let name = quoted(call).into_iter().next().unwrap();
            if call.contains("// ...") || tables.iter().any(|table| table.name == name) {
                continue;
            }
            tables.push(table(constant, name, call));
        }
    }
    tables
}

fn table(constant: &str, name: String, call: &str) -> Table {
    let mut table = Table { constant: constant.into(), name, ..Table::default() };
    // A column may go over several lines; each begins with its word.
    let flat = call.split_whitespace().collect::<Vec<_>>().join(" ");
    let (columns, rest) = flat.split_once("}, (table)").unwrap_or((&flat, ""));
    let inner = columns.split_once('{').map_or("", |(_, inner)| inner);
    for item in items(inner) {
        let Some((word, value)) = item.split_once(": ") else { continue };
        let Some((kind, chain)) = value.split_once('(') else { continue };
        let texts = quoted(chain);
        let Some(name) = texts.first() else { continue };
        if chain.contains("enum: [") {
            let list = chain.split_once("enum: [").unwrap().1.split(']').next().unwrap();
            table.words = quoted(list);
        }
        let column = Column { word: word.trim().into(), name: name.clone(), kind: kind.into(), chain: chain.into() };
        table.columns.push(column);
    }
    for part in rest.split("index('").skip(1) {
        let name = part.split('\'').next().unwrap().to_owned();
        let of = part.split(".on(").nth(1).and_then(|list| list.split(')').next()).unwrap_or_default();
        table.indexes.push((name, of.split("table.").skip(1).map(word).collect()));
    }
    if let Some((_, list)) = rest.split_once("primaryKey({ columns: [") {
        table.primary = list.split(']').next().unwrap().split("table.").skip(1).map(word).collect();
    }
    table
}

/// The letters and digits at the beginning.
fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric()).collect()
}

fn quoted(text: &str) -> Vec<String> {
    text.split('\'').skip(1).step_by(2).map(str::to_owned).collect()
}

/// At commas outside of brackets, up to the bracket that ends the list.
fn items(text: &str) -> Vec<String> {
    let (mut out, mut depth) = (vec![String::new()], 0);
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            break;
        }
        match c {
            ',' if depth == 0 => out.push(String::new()),
            c => out.last_mut().unwrap().push(c),
        }
    }
    out
}

/// As the generator of migrations writes it, with a table for each that is only named.
fn ddl(tables: &[Table]) -> Vec<String> {
    let mut out = Vec::new();
    let mut stubs: BTreeSet<String> = BTreeSet::new();
    let target = |chain: &str| chain.split_once("references(() => ").map(|(_, rest)| word(rest));
    for column in tables.iter().flat_map(|table| &table.columns) {
        let Some(constant) = target(&column.chain) else { continue };
        if !tables.iter().any(|table| table.constant == constant) && stubs.insert(constant.clone()) {
            out.push(format!("create table {} (id {} primary key)", snake(&constant), column.kind));
        }
    }
    for table in tables {
        let name_of = |word: &String| table.columns.iter().find(|column| column.word == *word).unwrap().name.clone();
        let mut lines = Vec::new();
        for column in &table.columns {
            let has = |call: &str| column.chain.contains(call);
            let mut line = format!("{} {}", column.name, column.kind);
            if has(".primaryKey()") {
                line.push_str(" primary key");
            }
            if has(".notNull()") {
                line.push_str(" not null");
            }
            if has(".defaultNow()") {
                line.push_str(" default now()");
            }
            if let Some((_, value)) = column.chain.split_once(".default(") {
                line.push_str(&format!(" default {}", value.split(')').next().unwrap()));
            }
            if let Some(constant) = target(&column.chain) {
                let other = tables.iter().find(|table| table.constant == constant);
                let other = other.map_or_else(|| snake(&constant), |table| table.name.clone());
                line.push_str(&format!(" references {other} (id)"));
                if let Some((_, action)) = column.chain.split_once("onDelete: '") {
                    line.push_str(&format!(" on delete {}", action.split('\'').next().unwrap()));
                }
            }
            lines.push(line);
        }
        if !table.primary.is_empty() {
            let list: Vec<String> = table.primary.iter().map(name_of).collect();
            lines.push(format!("primary key ({})", list.join(", ")));
        }
        out.push(format!("create table {} ({})", table.name, lines.join(", ")));
        for (index, columns) in &table.indexes {
            let list: Vec<String> = columns.iter().map(name_of).collect();
            out.push(format!("create index {index} on {} ({})", table.name, list.join(", ")));
        }
    }
    out
}

/// `geoInterests` → `geo_interests`.
fn snake(word: &str) -> String {
    let mut out = String::new();
    for c in word.chars() {
        if c.is_uppercase() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}
