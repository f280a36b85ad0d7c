//! Databases with planted faults: `tests/planted/ENGINE/ROOM.sql`, one database for each room.
//!
//! A room is blocks, each begun by `-- rule: id`, with what the rule has to say of it:
//! - `-- fires: path [severity]`: the end of a finding's key, without the room's own schema; `*` is any;
//! - `-- silent: path`: the neighbour that looks like it and is none; `*` is the whole room;
//! - `-- for: mariadb`, `-- since: 15`: only on that engine, only from that version on;
//! - `-- fails`: the next statement is to fail;
//! - `-- later`: the rest in another session, when the server has counted what this one did. A block begins so.
//!
//! In a room a rule finds what its blocks say and nothing else.

use super::{Engine, Session, TestDb, TestServer, until};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection, ValueRef};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

#[derive(Clone, Debug, Default)]
pub struct Block {
    pub rule: String,
    /// Path, severity.
    pub fires: Vec<(String, Option<String>)>,
    pub silent: Vec<String>,
    engine: Option<String>,
    since: u32,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Run(String),
    Fail(String),
    Later,
}

#[derive(Clone, Debug)]
pub struct Room {
    pub name: String,
    pub blocks: Vec<Block>,
}

impl Room {
    /// The rooms of a folder of `tests/planted`, with the blocks for this engine and version.
    pub fn all(folder: &str, engine: &str, version: u32) -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/planted").join(folder);
        let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|ending| ending == "sql"));
        files.sort();
        let room = |file: &PathBuf| {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let mut blocks = blocks(&name, &fs::read_to_string(file).unwrap());
            blocks.retain(|block| block.engine.as_deref().is_none_or(|of| of == engine) && block.since <= version);
            Self { name, blocks }
        };
        files.iter().map(room).filter(|room| !room.blocks.is_empty()).collect()
    }

    /// The rooms for this server.
    pub fn of(server: &TestServer) -> Vec<Self> {
        let version = server.version();
        match server.engine {
            Engine::Postgres => Self::all("postgres", "postgresql", version),
            Engine::MySql => Self::all("mysql", "mysql", version),
            Engine::MariaDb => Self::all("mysql", "mariadb", version),
        }
    }

    /// The rules planted here, each with what it has to find: nothing where only a look-alike stands.
    pub fn rules(&self) -> BTreeMap<&str, Vec<&(String, Option<String>)>> {
        let mut rules: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for block in &self.blocks {
            rules.entry(&block.rule).or_default().extend(&block.fires);
        }
        rules
    }
}

fn blocks(room: &str, text: &str) -> Vec<Block> {
    let (mut blocks, mut open, mut fails): (Vec<Block>, String, bool) = (Vec::new(), String::new(), false);
    for line in text.lines() {
        let note = line.strip_prefix("-- ").map(|note| note.split_once(": ").unwrap_or((note, "")));
        match (note, blocks.last_mut()) {
            (Some(("rule", id)), _) => blocks.push(Block { rule: id.trim().to_owned(), ..Block::default() }),
            (Some(("fires", what)), Some(block)) => block.fires.push(fires(what)),
            (Some(("silent", path)), Some(block)) => block.silent.push(path.trim().to_owned()),
            (Some(("for", engine)), Some(block)) => block.engine = Some(engine.trim().to_owned()),
            (Some(("since", version)), Some(block)) => block.since = version.trim().parse().unwrap(),
            (Some(("fails", _)), _) => fails = true,
            (Some(("later", _)), Some(block)) => block.steps.push(Step::Later),
            (Some(_), _) => {}
            (None, None) => assert!(line.trim().is_empty(), "{room}: {line} stands before any rule"),
            (None, Some(block)) => {
                open.push_str(line);
                open.push('\n');
                if line.trim_end().ends_with(';') && open.matches("$$").count() % 2 == 0 {
                    let statement = std::mem::take(&mut open).trim().to_owned();
                    block.steps.push(if std::mem::take(&mut fails) { Step::Fail } else { Step::Run }(statement));
                }
            }
        }
    }
    assert!(open.trim().is_empty(), "{room}: no end of {open}");
    // What is silent has to be there.
    let words = |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).collect();
    let all: BTreeSet<String> = words(text.lines().filter(|line| !line.starts_with("--")).collect::<String>().as_str());
    for path in blocks.iter().flat_map(|block| &block.silent).filter(|path| *path != "*") {
        let named: BTreeSet<String> = words(path);
        assert!(named.iter().all(|word| word.is_empty() || all.contains(word)), "{room}: nothing is called {path}");
    }
    blocks
}

fn fires(what: &str) -> (String, Option<String>) {
    const SEVERITIES: [&str; 4] = ["critical", "warning", "notice", "info"];
    match what.trim().rsplit_once(' ') {
        Some((path, severity)) if SEVERITIES.contains(&severity) => (path.to_owned(), Some(severity.to_owned())),
        _ => (what.trim().to_owned(), None),
    }
}

// ---- a database ---------------------------------------------------------------------------------

/// A database of a test's own on a server, or a file of its own.
pub enum Place {
    Db(TestDb),
    File(TempDir),
}

impl Place {
    pub fn file() -> Self {
        Self::File(tempfile::tempdir().unwrap())
    }

    /// What `dblens` is to look at.
    pub fn target(&self) -> String {
        match self {
            Self::Db(db) => db.url.clone(),
            Self::File(dir) => dir.path().join("planted.db").to_str().unwrap().to_owned(),
        }
    }

    pub fn session(&self) -> Link {
        match self {
            Self::Db(db) => Link::Server(db.session()),
            Self::File(_) => Link::file(&self.target()),
        }
    }

    /// The schema that stands before every name of it.
    pub fn schema(&self) -> &str {
        match self {
            Self::Db(db) if db.server.engine == Engine::Postgres => "public",
            Self::Db(db) => &db.name,
            Self::File(_) => "main",
        }
    }

    /// Runs the statements of a room.
    pub fn plant(&self, room: &Room) {
        let mut session = self.session();
        for step in room.blocks.iter().flat_map(|block| [&Step::Later].into_iter().chain(&block.steps)) {
            match step {
                Step::Later => {
                    session.close();
                    session = self.session();
                    self.wait_for_others(&mut session);
                }
                Step::Fail(sql) => assert!(session.run(sql).is_err(), "{}: does not fail: {sql}", room.name),
                Step::Run(sql) => {
                    session
                        .run(sql)
                        .unwrap_or_else(|error| panic!("{} in {}: {error}\n{sql}", room.name, self.target()));
                }
            }
        }
        session.close();
        let mut session = self.session();
        self.wait_for_others(&mut session);
        session.close();
    }

    /// PostgreSQL counts what a session did when it ends, if not earlier.
    pub fn wait_for_others(&self, session: &mut Link) {
        if self.schema() != "public" {
            return;
        }
        let others =
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
        until("the others to leave", || session.run(others).unwrap()[0][0].as_deref() == Some("0"));
        // Up to 14 what is read is a copy that may be half a second old.
        let now = session.run("select clock_timestamp()").unwrap()[0][0].clone().unwrap();
        let stale = format!("select pg_stat_get_snapshot_timestamp() < '{now}'");
        until("counters of now", || session.run(&stale).unwrap()[0][0].as_deref() != Some("t"));
    }
}

/// A session with a server or a file.
pub enum Link {
    Server(Session),
    File(tokio::runtime::Runtime, SqliteConnection),
}

impl Link {
    fn file(path: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let link = runtime.block_on(SqliteConnection::connect(&format!("sqlite:{path}?mode=rwc"))).unwrap();
        Self::File(runtime, link)
    }

    pub fn run(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        let (runtime, link) = match self {
            Self::Server(session) => return session.try_rows(sql),
            Self::File(runtime, link) => (runtime, link),
        };
        let rows = runtime.block_on(sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(link));
        let text = |row: &sqlx::sqlite::SqliteRow, column: usize| {
            let value = row.try_get_raw(column).unwrap();
            (!value.is_null()).then(|| row.try_get_unchecked::<String, _>(column).unwrap())
        };
        let rows = rows.map_err(|error| error.to_string())?;
        Ok(rows.iter().map(|row| (0..row.len()).map(|column| text(row, column)).collect()).collect())
    }

    /// Says goodbye, so that nothing of it is there when the next one looks.
    pub fn close(self) {
        match self {
            Self::File(runtime, link) => runtime.block_on(link.close()).unwrap(),
            Self::Server(session) => drop(session),
        }
    }
}

// ---- what dblens says ---------------------------------------------------------------------------

/// A report of `check`.
pub struct Page(Value);

impl Page {
    pub fn check(target: &str, more: &[&str]) -> Self {
        let args = ["check", target, "--json", "--fail-on", "never", "--no-state"];
        let out = Command::new(env!("CARGO_BIN_EXE_dblens")).args(args).args(more).output().unwrap();
        let told = [&out.stdout[..], &out.stderr].map(String::from_utf8_lossy).concat();
        assert!(out.status.success(), "check {target}: {told}");
        Self(serde_json::from_slice(&out.stdout).unwrap())
    }

    pub fn strict(target: &str) -> Self {
        Self::check(target, &["--profile", "strict"])
    }

    pub fn checks(&self) -> impl Iterator<Item = &Value> {
        self.0["checks"].as_array().unwrap().iter()
    }

    pub fn rule(&self, id: &str) -> &Value {
        self.checks().find(|check| check["id"] == id).unwrap_or(&Value::Null)
    }

    pub fn findings(&self) -> impl Iterator<Item = &Value> {
        self.checks().flat_map(|check| check["findings"].as_array().unwrap())
    }

    /// Path and severity of what a rule has found, without this schema.
    pub fn found(&self, rule: &str, schema: &str) -> Vec<(String, String)> {
        let findings = self.rule(rule)["findings"].as_array().into_iter().flatten();
        let path = |finding: &Value| {
            let key = finding["key"].as_str().unwrap().split_once('|').unwrap().1;
            let short = key.strip_prefix(schema).and_then(|rest| rest.strip_prefix('.')).unwrap_or(key);
            (short.to_owned(), finding["severity"].as_str().unwrap().to_owned())
        };
        findings.map(path).collect()
    }
}
