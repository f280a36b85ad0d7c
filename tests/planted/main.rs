//! Every rule on every engine that it claims: a planted fault that fires, the healthy neighbour that stays silent,
//! and the account without rights, which is told that it can not know. A rule without a fault here fails.

#[path = "../common/mod.rs"]
mod common;
mod live;
mod live_mysql;
mod reasons;
mod sane;

use common::planted::{Page, Place, Room};
use common::{Engine, Session, TestDb, TestServer};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write;
use std::process::Command;
use std::thread;

#[test]
fn every_rule_on_every_server() {
    let servers = common::all();
    let all = thread::scope(|scope| {
        let mut threads: Vec<_> = servers.iter().map(|server| scope.spawn(move || on_server(server))).collect();
        for server in common::ends(common::pg()) {
            threads.push(scope.spawn(move || live::on_postgres(&server)));
        }
        let (mysql, mariadb) = common::mysql().into_iter().partition(|server| server.engine == Engine::MySql);
        for server in
            [common::ends(mysql), common::ends(mariadb)].into_iter().flat_map(|ends| ends.into_iter().next_back())
        {
            threads.push(scope.spawn(move || live_mysql::on_mysql(&server)));
        }
        threads.push(scope.spawn(on_files));
        threads.into_iter().map(|thread| thread.join()).collect::<Vec<_>>()
    });
    let mut wrong = Vec::new();
    let mut table = format!("{:<14}{:>7}{:>8}{:>14}\n", "server", "fires", "silent", "cannot check");
    for one in all {
        let Ok(one) = one else {
            wrong.push("a server gave up: it says why above".to_owned());
            continue;
        };
        let row = (one.fires.len(), one.silent.len(), one.blind.len());
        table.push_str(&format!("{:<14}{:>7}{:>8}{:>14}\n", one.server, row.0, row.1, row.2));
        wrong.extend(one.wrong);
    }
    // Not by `eprintln!`, which the harness keeps to itself while a test passes.
    let _ = write!(std::io::stderr(), "{table}");
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// Each rule has its fault and its look-alike for each engine that it claims, or a reason why not.
#[test]
fn every_rule_is_planted() {
    let rules = rules();
    let mut wrong = Vec::new();
    for engine in ["postgresql", "mysql", "mariadb", "sqlite"] {
        let (fires, silent) = planted(engine);
        for rule in rules.iter().filter(|(_, engines)| engines.contains(&engine.to_owned())).map(|(id, _)| id.as_str())
        {
            let reason = reasons::why(rule, engine);
            match (fires.contains(rule), reason) {
                (false, None) => wrong.push(format!("{rule} is not planted for {engine}, and no reason says why")),
                (true, Some(_)) => wrong.push(format!("{rule} is planted for {engine}, and a reason says why not")),
                (true, None) if !silent.contains(rule) => wrong.push(format!("{rule} has no look-alike for {engine}")),
                _ => {}
            }
        }
    }
    let known: BTreeSet<&str> = rules.iter().map(|(id, _)| id.as_str()).collect();
    wrong.extend(reasons::rules().filter(|id| !known.contains(id)).map(|id| format!("{id} is no rule")));
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// Id and engines.
fn rules() -> Vec<(String, Vec<String>)> {
    let out = Command::new(env!("CARGO_BIN_EXE_dblens")).args(["rules", "--json"]).output().unwrap();
    let page: Value = serde_json::from_slice(&out.stdout).unwrap();
    let text = |rule: &Value, name: &str| rule[name].as_str().unwrap().to_owned();
    let rule = |rule: &Value| (text(rule, "id"), text(rule, "engines").split(' ').map(str::to_owned).collect());
    page["rules"].as_array().unwrap().iter().map(rule).collect()
}

/// The rules that fire somewhere on this engine, and those that have a look-alike.
fn planted(engine: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let folder = match engine {
        "postgresql" => "postgres",
        "mariadb" => "mysql",
        other => other,
    };
    let (mut fires, mut silent) = (BTreeSet::new(), BTreeSet::new());
    for block in Room::all(folder, engine, u32::MAX).into_iter().flat_map(|room| room.blocks) {
        if !block.fires.is_empty() {
            fires.insert(block.rule.clone());
        }
        if !block.silent.is_empty() {
            silent.insert(block.rule);
        }
    }
    for live::Fault { rule, .. } in live::faults(engine) {
        fires.insert((*rule).to_owned());
        // A server that is well looks like it and is none: `sane` asks it everything.
        silent.insert((*rule).to_owned());
    }
    if engine == "sqlite" {
        fires.extend(BESIDE.map(str::to_owned));
        silent.extend(BESIDE.map(str::to_owned));
    }
    (fires, silent)
}

/// What is wrong beside the file, or only by the limits of a service.
const BESIDE: [&str; 3] = ["wal-file-large", "hot-journal", "d1-limits"];

fn beside(tally: &mut Tally) {
    let place = Place::file();
    let look = |place: &Place| Page::check(&place.target(), &["--profile", "d1"]);
    let mut session = place.session();
    let wide: String = (0..101).map(|n| format!(", c{n}")).collect();
    for sql in ["pragma journal_mode = wal", "pragma wal_autocheckpoint = 0", &format!("create table wide (id{wide})")]
    {
        session.run(sql).unwrap();
    }
    session.run("create table fill (body blob)").unwrap();
    let before = look(&place);
    (0..70).for_each(|_| drop(session.run("insert into fill values (zeroblob(1000000))").unwrap()));
    let after = look(&place);
    session.close();
    let cold = Place::file();
    cold.plant(&Room { name: "cold".into(), blocks: Vec::new() });
    let mut session = cold.session();
    session.run("create table t (id integer primary key)").unwrap();
    session.close();
    let fine = look(&cold);
    std::fs::write(format!("{}-journal", cold.target()), [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]).unwrap();
    // Without the mark it is not opened at all.
    let hot = Page::check(&format!("file:{}?immutable=1", cold.target()), &[]);
    for (rule, silent, fires) in
        [("wal-file-large", &before, &after), ("hot-journal", &fine, &hot), ("d1-limits", &fine, &before)]
    {
        match (silent.rule(rule)["status"].as_str(), fires.rule(rule)["status"].as_str()) {
            (Some("ok"), Some("finding")) => {
                tally.fires.insert(rule.to_owned());
                tally.silent.insert(rule.to_owned());
            }
            found => tally.wrong.push(format!("sqlite: {rule}: {found:?}: {}", brief(fires.rule(rule)))),
        }
    }
}

/// What became of the rules on one server.
#[derive(Default)]
struct Tally {
    server: String,
    fires: BTreeSet<String>,
    silent: BTreeSet<String>,
    blind: BTreeSet<String>,
    wrong: Vec<String>,
}

impl Tally {
    fn wrong(&mut self, room: &Room, what: String) {
        self.wrong.push(format!("{} {}: {what}", self.server, room.name));
    }

    /// In a room each rule finds what was planted, and nothing else.
    fn judge(&mut self, room: &Room, page: &Page, schema: &str) {
        for (rule, planted) in room.rules() {
            let mut left = page.found(rule, schema);
            if planted.iter().any(|(path, _)| path == "*") {
                if left.is_empty() {
                    self.wrong(room, format!("{rule}: missed: {}", brief(page.rule(rule))));
                }
                left.clear();
            }
            for (path, severity) in planted.iter().filter(|(path, _)| path != "*") {
                let Some(at) = left.iter().position(|(found, _)| found == path) else {
                    self.wrong(room, format!("{rule}: missed {path}: {}", brief(page.rule(rule))));
                    continue;
                };
                let (_, found) = left.remove(at);
                if severity.as_ref().is_some_and(|severity| *severity != found) {
                    self.wrong(room, format!("{rule}: {path} is {found}"));
                }
            }
            for (path, severity) in left {
                self.wrong(room, format!("{rule}: false alarm {path} {severity}"));
            }
            if !planted.is_empty() {
                self.fires.insert(rule.to_owned());
            }
        }
        for block in room.blocks.iter().filter(|block| !block.silent.is_empty()) {
            // Silence is health only from one who could look.
            let check = page.rule(&block.rule);
            if matches!(check["status"].as_str(), Some("ok" | "finding")) && check["reason"].is_null() {
                self.silent.insert(block.rule.clone());
            } else {
                self.wrong(room, format!("{} could not look: {}", block.rule, brief(check)));
            }
        }
    }

    /// Who may not see what the owner sees is told that, or sees the fault as well: never that all is fine.
    fn blind(&mut self, room: &Room, who: &str, page: &Page) {
        for (rule, planted) in room.rules() {
            let check = page.rule(rule);
            match check["status"].as_str() {
                Some("cannot_check" | "timed_out") if check["reason"].is_string() => {
                    self.blind.insert(rule.to_owned());
                }
                Some("finding") => {}
                Some("ok") if planted.is_empty() => {}
                // A part was not looked at.
                Some("ok") if check["reason"].is_string() => {}
                _ => self.wrong(room, format!("{rule} tells {who}: {}", brief(check))),
            }
        }
    }
}

impl Tally {
    /// What a server of the test's own has to tell by now.
    fn live(&mut self, page: &Page, faults: &[live::Fault], version: u32) {
        for fault in faults.iter().filter(|fault| fault.is_in(version)) {
            if page.found(fault.rule, "public").iter().any(|(path, _)| path.contains(fault.path)) {
                self.fires.insert(fault.rule.to_owned());
            } else {
                let check = brief(page.rule(fault.rule));
                self.wrong.push(format!("{}: {}: missed {:?}: {check}", self.server, fault.rule, fault.path));
            }
        }
    }

    /// What it has to tell somebody without rights: never that all is fine.
    fn live_blind(&mut self, page: &Page, faults: &[live::Fault], version: u32) {
        for fault in faults.iter().filter(|fault| fault.is_in(version)) {
            let check = page.rule(fault.rule);
            match check["status"].as_str() {
                Some("cannot_check" | "timed_out") => drop(self.blind.insert(fault.rule.to_owned())),
                Some("finding") => {}
                _ if check["reason"].is_string() => {}
                _ => {
                    self.wrong.push(format!("{}: {} tells who may nothing: {}", self.server, fault.rule, brief(check)))
                }
            }
        }
    }
}

/// Status, reason and the paths found.
fn brief(check: &Value) -> String {
    let found = check["findings"].as_array().into_iter().flatten();
    let keys: Vec<&str> = found.filter_map(|finding| finding["key"].as_str()).collect();
    format!("{} {} {keys:?}", check["status"], check["reason"])
}

fn on_server(server: &TestServer) -> Tally {
    let mut tally = Tally { server: server.name.clone(), ..Tally::default() };
    let accounts = Accounts::new(server);
    for room in Room::of(server) {
        let place = Place::Db(server.database("planted"));
        place.plant(&room);
        tally.judge(&room, &Page::strict(&place.target()), place.schema());
        let Place::Db(db) = &place else { continue };
        tally.blind(&room, "who may read the tables", &Page::strict(&accounts.reader(db)));
        if let Some(nobody) = accounts.nobody(db) {
            tally.blind(&room, "who may nothing", &Page::strict(&nobody));
        }
    }
    tally
}

fn on_files() -> Tally {
    let mut tally = Tally { server: "sqlite".to_owned(), ..Tally::default() };
    for room in Room::all("sqlite", "sqlite", 0) {
        let place = Place::file();
        place.plant(&room);
        tally.judge(&room, &Page::strict(&place.target()), place.schema());
    }
    beside(&mut tally);
    tally
}

/// Accounts of the test's own: others may give rights to the ones that all share.
struct Accounts<'a> {
    server: &'a TestServer,
    /// May read the tables of a database, and nothing besides.
    reader: String,
    /// May log in.
    nobody: String,
}

impl<'a> Accounts<'a> {
    fn new(server: &'a TestServer) -> Self {
        let named = |what: &str| format!("{what}_{}", std::process::id());
        let accounts = Self { server, reader: named("reader"), nobody: named("nobody") };
        for name in [&accounts.reader, &accounts.nobody] {
            server.exec(&match server.engine {
                Engine::Postgres => {
                    format!("set password_encryption = 'scram-sha-256'; create role {name} login password '{name}'")
                }
                _ => format!("create user {name}@'%' identified by '{name}'"),
            });
        }
        accounts
    }

    fn reader(&self, db: &TestDb) -> String {
        let name = &self.reader;
        match self.server.engine {
            Engine::Postgres => db.exec(&format!("grant select on all tables in schema public to {name}")),
            _ => self.server.exec(&format!("grant select on `{}`.* to {name}@'%'", db.name)),
        }
        target(&db.url, name).into()
    }

    /// On MySQL and MariaDB without a database, for it may use none. `None` where everybody may see some table.
    fn nobody(&self, db: &TestDb) -> Option<String> {
        let mut url = target(&db.url, &self.nobody);
        if self.server.engine != Engine::Postgres {
            url.set_path("");
            let seen = "select count(*) from information_schema.tables where table_schema not in \
                        ('information_schema', 'performance_schema', 'mysql', 'sys')";
            if Session::open(url.as_str()).unwrap().one(seen) != "0" {
                common::skipped(&format!("who may nothing on {}: somebody gave everybody a table", self.server.name));
                return None;
            }
        }
        Some(url.into())
    }
}

impl Drop for Accounts<'_> {
    /// Last of all: what they were given goes with the databases.
    fn drop(&mut self) {
        for name in [&self.reader, &self.nobody] {
            self.server.exec(&match self.server.engine {
                Engine::Postgres => format!("drop role if exists {name}"),
                _ => format!("drop user if exists {name}@'%'"),
            });
        }
    }
}

fn target(url: &str, name: &str) -> url::Url {
    let mut url = url::Url::parse(url).unwrap();
    url.set_username(name).unwrap();
    url.set_password(Some(name)).unwrap();
    url
}
