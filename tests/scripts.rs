//! Every script that dblens shows, run: the finding is gone after it, and its undo brings the schema back.

mod common;

use common::planted::{Link, Page, Place, Room};
use common::{Engine, TestDb, TestServer};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

/// Scripts that leave the finding where it is, and why.
const STAYS: [(&str, &str); 2] = [
    ("index-mostly-null", "the old index goes when the new one is used: a line for people"),
    ("hot-blocked-by-index", "the updates of before are counted still"),
];

/// Undos that leave something, and why.
const LEAVES: [(&str, &str); 1] = [("extension-in-public", "the schema that it made: others may stand in it by then")];

#[test]
fn scripts_mend_and_undo() {
    // Scripts differ by engine; of PostgreSQL both ends, of the others the newest.
    let (mysql, mariadb): (Vec<_>, _) = common::mysql().into_iter().partition(|server| server.engine == Engine::MySql);
    let newest = [mysql, mariadb].into_iter().filter_map(|servers| common::ends(servers).pop());
    let servers: Vec<TestServer> = common::ends(common::pg()).into_iter().chain(newest).collect();
    let all = thread::scope(|scope| {
        let server = |server| scope.spawn(move || on_server(server));
        let mut threads: Vec<_> = servers.iter().map(server).collect();
        threads.push(scope.spawn(on_files));
        threads.into_iter().map(|thread| thread.join()).collect::<Vec<_>>()
    });
    let mut wrong = Vec::new();
    let mut table = format!("{:<12}{:>7}{:>7}{:>12}\n", "server", "run", "undone", "for people");
    for one in all {
        let Ok(one) = one else {
            wrong.push("a server gave up: it says why above".to_owned());
            continue;
        };
        let row = format!("{:<12}{:>7}{:>7}{:>12}\n", one.server, one.run, one.undone, one.people.len());
        table.push_str(&row);
        wrong.extend(one.wrong);
    }
    let _ = write!(std::io::stderr(), "{table}");
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// What came of the scripts on one server.
#[derive(Default)]
struct Tried {
    server: String,
    run: usize,
    undone: usize,
    /// Rules whose scripts are comments only: somebody has to choose.
    people: BTreeSet<String>,
    wrong: Vec<String>,
}

/// One finding's script and the way back.
struct Way {
    rule: String,
    key: String,
    script: String,
    undo: Option<String>,
}

impl Tried {
    fn room(&mut self, room: &Room, place: &Place, dump: impl Fn() -> String) {
        place.plant(room);
        let mut ways = ways(room, &Page::strict(&place.target()));
        // What has no way back comes last: the others find the schema as it was.
        ways.sort_by_key(|way| way.undo.is_none());
        for way in ways {
            self.way(&way, place, &dump);
        }
    }

    fn way(&mut self, way: &Way, place: &Place, dump: impl Fn() -> String) {
        let steps = statements(&way.script);
        if steps.is_empty() {
            self.people.insert(way.rule.clone());
            return;
        }
        let shared = ["ALTER SYSTEM", "SET GLOBAL", "SET PERSIST"];
        if shared.iter().any(|word| way.script.contains(word)) {
            return;
        }
        let before = way.undo.as_ref().map(|_| dump());
        if let Err(error) = run(place, &steps) {
            self.wrong.push(format!("{} {}: script: {error}", self.server, way.key));
            return;
        }
        self.run += 1;
        let stays = STAYS.iter().any(|(rule, _)| *rule == way.rule);
        let page = Page::check(&place.target(), &["--profile", "strict", "--only", &way.rule]);
        if stays != page.findings().any(|finding| finding["key"] == way.key.as_str()) {
            let still = if stays { "is gone" } else { "is still there" };
            self.wrong.push(format!("{} {}: {still} after\n{}", self.server, way.key, way.script));
        }
        let (Some(undo), Some(before)) = (&way.undo, before) else { return };
        if let Err(error) = run(place, &statements(undo)) {
            self.wrong.push(format!("{} {}: undo: {error}", self.server, way.key));
            return;
        }
        let after = dump();
        self.undone += 1;
        if before != after && !LEAVES.iter().any(|(rule, _)| *rule == way.rule) {
            let what = differences(&before, &after);
            self.wrong.push(format!("{} {}: the undo brings another schema:\n{what}{undo}", self.server, way.key));
        }
    }
}

/// The scripts of what was planted in this room.
fn ways(room: &Room, page: &Page) -> Vec<Way> {
    let rules = room.rules();
    let text = |finding: &Value, name: &str| finding[name].as_str().map(str::to_owned);
    let way = |finding: &Value| {
        let key = text(finding, "key")?;
        let rule = key.split_once('|')?.0.to_owned();
        rules.contains_key(rule.as_str()).then_some(())?;
        Some(Way { rule, key, script: text(&finding["fix"], "script")?, undo: text(&finding["fix"], "undo") })
    };
    page.findings().filter_map(way).collect()
}

fn run(place: &Place, statements: &[String]) -> Result<(), String> {
    let mut session = place.session();
    let result = statements.iter().try_for_each(|statement| {
        let rows = session.run(statement).map_err(|error| format!("{error}\n{statement}"))?;
        // `-- must print t`: the script says itself how one sees that it went well.
        let asked = statement.contains("indisvalid") && rows.first().is_some_and(|row| row[0].as_deref() != Some("t"));
        if asked { Err(format!("does not print t: {statement}")) } else { Ok(()) }
    });
    session.close();
    let mut session = place.session();
    place.wait_for_others(&mut session);
    session.close();
    result
}

/// The statements of a script, without its comments.
fn statements(script: &str) -> Vec<String> {
    let (mut out, mut open, mut quote) = (Vec::new(), String::new(), None);
    let mut rest = script.chars().peekable();
    while let Some(c) = rest.next() {
        match quote {
            Some(end) => quote = (c != end).then_some(end),
            None if c == '-' && rest.peek() == Some(&'-') => {
                while rest.next_if(|c| *c != '\n').is_some() {}
                continue;
            }
            None if matches!(c, '\'' | '"' | '`') => quote = Some(c),
            None => {}
        }
        open.push(c);
        if c == ';' && quote.is_none() {
            out.push(std::mem::take(&mut open).trim().to_owned());
        }
    }
    assert!(open.trim().is_empty(), "no end of a statement in\n{script}");
    out
}

/// Lines that only one of the two has.
fn differences(before: &str, after: &str) -> String {
    let only = |these: &str, those: &str, sign: char| -> String {
        let those: Vec<&str> = those.lines().collect();
        these.lines().filter(|line| !those.contains(line)).map(|line| format!("  {sign} {line}\n")).collect()
    };
    let text = only(before, after, '-') + &only(after, before, '+');
    if text.is_empty() { "  another order of lines\n".to_owned() } else { text }
}

fn on_server(server: &TestServer) -> Tried {
    let mut tried = Tried { server: server.name.clone(), ..Tried::default() };
    let Some(dumper) = Dumper::of(server) else { return tried };
    for room in Room::of(server) {
        let place = Place::Db(server.database("scripts"));
        let Place::Db(db) = &place else { continue };
        tried.room(&room, &place, || dumper.dump(db));
    }
    tried
}

fn on_files() -> Tried {
    let mut tried = Tried { server: "sqlite".to_owned(), ..Tried::default() };
    for room in Room::all("sqlite", "sqlite", 0) {
        let place = Place::file();
        let schema = || {
            let mut link = place.session();
            let rows = link.run(
                "select type, name, tbl_name, sql from sqlite_schema where name not like 'sqlite_stat%' order by 1, 2",
            );
            let mode = link.run("pragma journal_mode");
            link.close();
            lines(&rows.unwrap()) + &lines(&mode.unwrap())
        };
        tried.room(&room, &place, schema);
    }
    tried
}

fn lines(rows: &[Vec<Option<String>>]) -> String {
    rows.iter().map(|row| format!("{row:?}\n")).collect()
}

/// Writes a schema down.
enum Dumper {
    PgDump(PathBuf),
    ShowCreate,
}

impl Dumper {
    fn of(server: &TestServer) -> Option<Self> {
        if server.engine != Engine::Postgres {
            return Some(Self::ShowCreate);
        }
        let bin = std::env::var_os(format!("DBLENS_TEST_{}_BIN", server.name.to_uppercase()));
        let program = bin.map_or(PathBuf::from("pg_dump"), |bin| Path::new(&bin).join("pg_dump"));
        if Command::new(&program).arg("--version").output().is_err() {
            common::skipped(&format!("scripts on {}, no pg_dump", server.name));
            return None;
        }
        Some(Self::PgDump(program))
    }

    fn dump(&self, db: &TestDb) -> String {
        match self {
            Self::PgDump(program) => {
                let out = Command::new(program).args(["-s", "-d", &db.url]).output().unwrap();
                assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
                let text = String::from_utf8(out.stdout).unwrap();
                // Each dump has a key of its own to say what is its own.
                let kept = |line: &&str| !line.starts_with("--") && !line.starts_with('\\') && !line.is_empty();
                text.lines().filter(kept).map(|line| format!("{line}\n")).collect()
            }
            Self::ShowCreate => {
                let mut session = Link::Server(db.session());
                let tables = "select table_name from information_schema.tables where table_schema = database() and \
                              table_type = 'BASE TABLE' order by 1";
                let tables = session.run(tables).unwrap();
                let names = tables.iter().map(|row| row[0].clone().unwrap());
                let text = names.map(|name| show_create(&mut session, &name)).collect();
                session.close();
                text
            }
        }
    }
}

/// With its indexes and constraints in the order of their names: a new index comes last.
fn show_create(session: &mut Link, table: &str) -> String {
    let rows = session.run(&format!("show create table `{table}`")).unwrap();
    let text = rows[0][1].clone().unwrap();
    let (columns, mut others): (Vec<&str>, Vec<&str>) = text
        .lines()
        .map(|line| line.trim_end_matches(','))
        .partition(|line| !line.contains("KEY") && !line.contains("CONSTRAINT"));
    others.sort_unstable();
    [columns, others].concat().join("\n") + "\n"
}
