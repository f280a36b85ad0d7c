//! Sessions, locks, replication and settings of real servers: what `show` and `check` say while people wait for
//! each other, and that nobody waits for them.

mod common;

use common::{Engine, Session, TestDb};
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::{Command, Output};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Far beyond what any of these takes: only a hang gets there.
const PATIENCE: Duration = Duration::from_secs(30);

struct Tool {
    home: TempDir,
}

impl Tool {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dblens"));
        command.env_clear().env("HOME", self.home.path()).args(args).args(["--no-state", "--timeout", "20s"]);
        command.output().unwrap()
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        let out = self.run(&[args, &["--json"]].concat());
        let told = String::from_utf8_lossy(&out.stderr);
        serde_json::from_slice(&out.stdout).unwrap_or_else(|error| panic!("{args:?}: {error}: {told}"))
    }

    #[track_caller]
    fn show(&self, fact: &str, url: &str) -> Value {
        let page = self.json(&["show", fact, url]);
        assert_eq!(page["status"], "ready", "{fact}: {}", page["reason"]);
        page
    }

    /// Asks until the answer is as wanted: others need a moment to get where they wait.
    #[track_caller]
    fn until(&self, fact: &str, url: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let page = self.show(fact, url);
            if wanted(&page) {
                return page;
            }
            assert!(start.elapsed() < PATIENCE, "{fact}: {page:#}");
        }
    }
}

fn rows(page: &Value) -> &[Value] {
    page["rows"].as_array().unwrap()
}

#[track_caller]
fn row(page: &Value, pid: i64) -> &Value {
    rows(page).iter().find(|row| row["pid"] == pid).unwrap_or_else(|| panic!("no {pid} in {page:#}"))
}

fn has(page: &Value, pids: &[i64]) -> bool {
    pids.iter().all(|pid| rows(page).iter().any(|row| row["pid"] == *pid))
}

fn notes(page: &Value) -> String {
    page["notes"].to_string()
}

/// A session of the test with its number.
struct Party {
    session: Session,
    pid: i64,
}

impl Party {
    fn new(db: &TestDb) -> Self {
        let mut session = db.session();
        let pid = match db.server.engine {
            Engine::Postgres => session.one("select pg_backend_pid()::text"),
            Engine::MySql | Engine::MariaDb => session.one("select connection_id()"),
        };
        Self { pid: pid.parse().unwrap(), session }
    }

    /// In a transaction that has done this.
    fn having(db: &TestDb, sql: &str) -> Self {
        let mut party = Self::new(db);
        party.session.exec("begin");
        party.session.exec(sql);
        party
    }

    /// Sends what will wait, on a thread of its own; the result is of no matter.
    fn waits(mut self, sql: &str) -> (i64, JoinHandle<()>) {
        let (pid, sql) = (self.pid, sql.to_owned());
        let handle = thread::spawn(move || {
            self.session.try_rows(&sql).ok();
            self.session.try_rows("rollback").ok();
        });
        (pid, handle)
    }
}

/// Row locks, a chain below a chain, an ALTER in the queue and a reader behind it.
struct Jam {
    root: Party,
    pids: BTreeMap<&'static str, i64>,
    threads: Vec<JoinHandle<()>>,
}

impl Jam {
    fn build(db: &TestDb) -> Self {
        db.exec("create table jam (id integer primary key, note varchar(20))");
        db.exec("insert into jam values (1, 'a'), (2, 'b'), (3, 'c')");
        let root = Party::having(db, "update jam set note = 'root' where id = 1");
        let mut pids = BTreeMap::new();
        let mut threads = Vec::new();
        let mut wait = |name, party: Party, sql: &str| {
            let (pid, thread) = party.waits(sql);
            pids.insert(name, pid);
            threads.push(thread);
        };
        let middle = Party::having(db, "update jam set note = 'middle' where id = 2");
        wait("middle", middle, "update jam set note = 'middle' where id = 1");
        wait("below", Party::new(db), "update jam set note = 'below' where id = 2");
        Self { root, pids, threads }
    }

    /// To be called once those before wait.
    fn queue(&mut self, db: &TestDb) {
        let (alter, thread) = Party::new(db).waits("alter table jam add column more integer");
        self.pids.insert("alter", alter);
        self.threads.push(thread);
    }

    fn read(&mut self, db: &TestDb) {
        let (reader, thread) = Party::new(db).waits("select count(*) from jam");
        self.pids.insert("reader", reader);
        self.threads.push(thread);
    }

    fn all(&self) -> Vec<i64> {
        self.pids.values().copied().collect()
    }

    fn end(mut self) {
        self.root.session.exec("rollback");
        drop(self.root);
        for thread in self.threads {
            thread.join().unwrap();
        }
    }
}

fn jam(tool: &Tool, db: &TestDb) -> Jam {
    let mut jam = Jam::build(db);
    tool.until("locks", &db.url, |page| has(page, &jam.all()));
    jam.queue(db);
    tool.until("locks", &db.url, |page| has(page, &jam.all()));
    jam.read(db);
    tool.until("locks", &db.url, |page| has(page, &jam.all()));
    jam
}

#[test]
fn a_chain_of_chains_in_postgresql() {
    let tool = Tool::new();
    for server in common::pg() {
        let db = server.database("live_jam");
        let jam = jam(&tool, &db);
        for url in [db.url.clone(), db.role("plain")] {
            let page = tool.show("locks", &url);
            for (name, pid) in &jam.pids {
                let row = row(&page, *pid);
                assert_eq!(row["root"], jam.root.pid, "{} {name}: {row}", server.name);
            }
            let of = |name: &str| row(&page, jam.pids[name]);
            assert_eq!(of("middle")["blocked_by"], serde_json::json!([jam.root.pid]), "{}", server.name);
            assert_eq!(of("below")["blocked_by"], serde_json::json!([jam.pids["middle"]]), "{}", server.name);
            assert_eq!((&of("middle")["depth"], &of("below")["depth"]), (&1.into(), &2.into()));
            assert_eq!(of("alter")["lock_mode"], "AccessExclusiveLock");
            assert_eq!(of("alter")["relation"], "public.jam");
            // Behind the ALTER, which still waits itself.
            assert!(of("reader")["blocked_by"].to_string().contains(&jam.pids["alter"].to_string()), "{page:#}");
            let old = db.one("show server_version_num").parse::<i32>().unwrap() < 140_000;
            assert_eq!(of("alter")["waited_ms"].is_null(), old);
        }
        // Who may not see the sessions of others is told so, and which right helps.
        let hidden = tool.show("sessions", &db.role("plain"));
        assert!(notes(&hidden).contains("GRANT pg_read_all_stats TO plain"), "{}", notes(&hidden));
        assert!(row(&hidden, jam.root.pid)["query"].is_null());
        let seen = tool.show("sessions", &db.role("mon"));
        let root = row(&seen, jam.root.pid);
        assert_eq!((&root["state"], &root["blocked_by"]), (&"idle in transaction".into(), &serde_json::json!([])));
        assert!(root["query"].as_str().unwrap().contains("update jam"), "{root}");
        assert!(root["xact_started_at"].is_string() && root["database"] == db.name.as_str());
        jam.end();
    }
}

#[test]
fn a_chain_of_chains_in_mysql_and_mariadb() {
    let tool = Tool::new();
    for server in common::mysql() {
        let db = server.database("live_jam");
        let jam = jam(&tool, &db);
        let page = tool.show("locks", &db.url);
        for name in ["middle", "below"] {
            let row = row(&page, jam.pids[name]);
            assert_eq!(
                (&row["root"], &row["waits_for"]),
                (&jam.root.pid.into(), &"row".into()),
                "{} {row}",
                server.name
            );
        }
        assert_eq!(row(&page, jam.pids["below"])["blocked_by"], serde_json::json!([jam.pids["middle"]]));
        let (alter, reader) = (row(&page, jam.pids["alter"]), row(&page, jam.pids["reader"]));
        assert_eq!((&alter["waits_for"], &reader["waits_for"]), (&"metadata".into(), &"metadata".into()));
        assert!(alter["blocked_by"].to_string().contains(&jam.root.pid.to_string()), "{} {alter}", server.name);
        assert!(reader["blocked_by"].to_string().contains(&jam.pids["alter"].to_string()), "{} {reader}", server.name);
        // MariaDB leaves the record of metadata locks out by default: named is who may be it.
        let doubted = notes(&page).contains("does not record who holds metadata locks");
        assert_eq!(doubted, server.engine == Engine::MariaDb, "{} {}", server.name, notes(&page));
        let sessions = tool.show("sessions", &db.url);
        let root = row(&sessions, jam.root.pid);
        assert_eq!((&root["state"], &root["blocked_by"]), (&"idle in transaction".into(), &serde_json::json!([])));
        assert!(root["xact_started_at"].is_string(), "{root}");
        // Who sees only itself is told so.
        let out = tool.run(&["show", "locks", &db.server.role("plain"), "--json"]);
        let page: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!((&page["status"], out.status.code()), (&"denied".into(), Some(2)), "{page}");
        assert!(page["reason"].as_str().unwrap().contains("GRANT PROCESS ON *.* TO 'plain'"), "{page}");
        jam.end();
    }
}

#[test]
fn what_a_file_has_of_it() {
    let tool = Tool::new();
    let settings = tool.show("settings", "demo");
    assert!(rows(&settings).iter().any(|row| row["name"] == "page_size" && row["value"].is_string()));
    for fact in ["sessions", "locks", "replication"] {
        let out = tool.run(&["show", fact, "demo", "--json"]);
        let page: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!((&page["status"], out.status.code()), (&"unsupported".into(), Some(2)), "{page}");
    }
}

#[test]
fn a_prepared_transaction_blocks_as_nobody() {
    let tool = Tool::new();
    for server in common::pg() {
        if server.one("show max_prepared_transactions") == "0" {
            common::skipped(&format!("prepared transactions, {} has none", server.name));
            continue;
        }
        let db = server.database("live_2pc");
        db.exec("create table t (id integer primary key); insert into t values (1)");
        let gid = format!("{}_left", db.name);
        let mut party = Party::having(&db, "update t set id = 2");
        party.session.exec(&format!("prepare transaction '{gid}'"));
        let (victim, thread) = Party::new(&db).waits("update t set id = 3");
        let page = tool.until("locks", &db.url, |page| has(page, &[victim]));
        assert_eq!((&row(&page, victim)["root"], &row(&page, victim)["depth"]), (&0.into(), &1.into()));
        assert!(notes(&page).contains("prepared transaction"), "{}", notes(&page));
        db.exec(&format!("rollback prepared '{gid}'"));
        thread.join().unwrap();
    }
}

#[test]
fn replication_of_a_pair() {
    let (Some(primary), Some(standby)) = (common::require("pg18"), common::require("pg18_standby")) else { return };
    let tool = Tool::new();
    let page = tool.show("replication", &primary.url);
    let kind = |page: &Value, kind: &str| rows(page).iter().find(|row| row["kind"] == kind).cloned().unwrap();
    let followed = kind(&page, "standby");
    assert_eq!((&followed["state"], &followed["active"]), (&"streaming".into(), &true.into()), "{page:#}");
    assert!(followed["behind_bytes"].is_i64());
    let slot = kind(&page, "slot");
    assert!(slot["retained_bytes"].is_i64() && slot["active"] == true, "{slot}");
    let receiver = kind(&tool.show("replication", &standby.url), "receiver");
    assert_eq!(receiver["state"], "streaming");
    // Without the right the peers are there, their state is not.
    let hidden = tool.show("replication", &primary.role("plain"));
    assert!(kind(&hidden, "standby")["state"].is_null() && notes(&hidden).contains("pg_read_all_stats"));
}

#[test]
fn an_unused_slot_keeps_the_log() {
    let tool = Tool::new();
    for server in common::pg() {
        let name = format!("live_slot_{}", std::process::id());
        server.exec(&format!("select pg_create_physical_replication_slot('{name}', true)"));
        let page = tool.show("replication", &server.url);
        let slot = rows(&page).iter().find(|row| row["name"] == name.as_str()).cloned();
        server.exec(&format!("select pg_drop_replication_slot('{name}')"));
        let slot = slot.unwrap_or_else(|| panic!("{page:#}"));
        assert_eq!(
            (&slot["kind"], &slot["state"], &slot["active"]),
            (&"slot".into(), &"inactive".into(), &false.into())
        );
        assert!(slot["retained_bytes"].is_i64(), "{slot}");
    }
}

#[test]
fn settings_of_every_server() {
    let tool = Tool::new();
    for server in common::mysql() {
        let page = tool.show("settings", &server.url);
        let one = rows(&page).iter().find(|row| row["name"] == "max_connections").unwrap();
        assert_eq!(one["value"].as_str().unwrap(), server.one("select @@max_connections"), "{}", server.name);
        assert!(one["source"].is_string(), "{} {one}", server.name);
        tool.show("replication", &server.url);
    }
    for server in common::pg() {
        let page = tool.show("settings", &server.url);
        let port = rows(&page).iter().find(|row| row["name"] == "port").unwrap();
        let truth = server.rows("select setting, source, boot_val from pg_settings where name = 'port'");
        assert_eq!(port["value"].as_str(), truth[0][0].as_deref());
        assert_eq!(
            (port["source"].as_str(), port["default"].as_str()),
            (truth[0][1].as_deref(), truth[0][2].as_deref())
        );
        assert_eq!(port["pending_restart"], false);
        // What dblens sets for itself says nothing of the server.
        let own = rows(&page).iter().find(|row| row["name"] == "statement_timeout").unwrap();
        assert!(own["value"].is_null() && notes(&page).contains("statement_timeout"));
    }
}

/// `check` and `show` answer while somebody holds and somebody waits for a lock on everything there is.
#[test]
fn nothing_waits_behind_an_exclusive_lock() {
    let tool = Tool::new();
    for server in common::pg() {
        let db = server.database("live_alter");
        db.exec("create sequence q; create table t (id serial primary key); create index t_x on t ((id + 1))");
        let mut holder = Party::having(&db, "lock table t in access exclusive mode");
        holder.session.exec("alter sequence q increment 2; alter sequence t_id_seq increment 2");
        let start = Instant::now();
        for fact in ["sessions", "locks", "replication", "settings"] {
            tool.show(fact, &db.url);
        }
        let page = tool.json(&["check", &db.url]);
        assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
        assert!(page["checks"].is_array(), "{page}");
        // Nobody was held up by us.
        holder.session.exec("commit");
    }
}
