//! Every rule on every engine that it claims: a planted fault that fires, the healthy neighbour that stays silent,
//! and the account without rights, which is told that it can not know. A rule without a fault here fails.

mod common;

use common::planted::{Page, Place, Room};
use common::{Engine, Session, TestDb, TestServer};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write;
use std::thread;

#[test]
fn rooms_of_the_servers() {
    let servers = common::all();
    let tally = thread::scope(|scope| {
        let server = |server| scope.spawn(move || on_server(server));
        let mut threads: Vec<_> = servers.iter().map(server).collect();
        threads.push(scope.spawn(on_files));
        threads.into_iter().map(|thread| thread.join()).collect::<Vec<_>>()
    });
    let mut wrong = Vec::new();
    let mut table = format!("{:<12}{:>7}{:>8}{:>14}\n", "server", "fires", "silent", "cannot check");
    for one in tally {
        let Ok(one) = one else {
            wrong.push("a server could not be planted: it says why above".to_owned());
            continue;
        };
        let row = (one.fires.len(), one.silent.len(), one.blind.len());
        table.push_str(&format!("{:<12}{:>7}{:>8}{:>14}\n", one.server, row.0, row.1, row.2));
        wrong.extend(one.wrong);
    }
    // Not by `eprintln!`, which the harness keeps to itself while a test passes.
    let _ = write!(std::io::stderr(), "{table}");
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
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
