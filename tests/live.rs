//! Sessions, locks, replication and settings of real servers: what `show` and `check` say while people wait for
//! each other, and that nobody waits for them.

mod common;

use common::{Engine, Session, TestDb};
use serde_json::Value;
use sqlx::Connection;
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

// ---- what check says of it ------------------------------------------------------------------------

/// One check of a page.
fn check_of<'a>(page: &'a Value, id: &str) -> &'a Value {
    page["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no {id}"))
}

fn keys_of(check: &Value) -> Vec<String> {
    check["findings"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap().to_owned()).collect()
}

/// Rules about sessions.
const SESSIONS: &str = "blocked-locks,ddl-queue,idle-in-transaction,long-transaction,long-query";

#[test]
fn a_chain_is_one_finding_with_its_root() {
    let tool = Tool::new();
    for server in common::all() {
        let db = server.database("live_check");
        let jam = jam(&tool, &db);
        let mine = |page: &Value| {
            let all = page["checks"].as_array().unwrap().iter().flat_map(keys_of).collect::<Vec<_>>();
            let ours = |key: &String| {
                let of = |pid: &i64| key.ends_with(&format!("|pid {pid}"));
                of(&jam.root.pid) || jam.pids.values().any(of)
            };
            all.into_iter().filter(ours).collect::<Vec<_>>()
        };
        let start = Instant::now();
        // Until the wait has lasted a second, nothing is said of it.
        let page = loop {
            let page = tool.json(&["check", &db.url, "--only", SESSIONS]);
            if !mine(&page).is_empty() {
                break page;
            }
            assert!(start.elapsed() < PATIENCE, "{} {page:#}", server.name);
        };
        assert_eq!(mine(&page), [format!("blocked-locks|pid {}", jam.root.pid)], "{}", server.name);
        let check = check_of(&page, "blocked-locks");
        let key = format!("blocked-locks|pid {}", jam.root.pid);
        let finding = check["findings"].as_array().unwrap().iter().find(|one| one["key"] == key.as_str()).unwrap();
        assert_eq!(finding["evidence"]["blocked"]["value"], 4, "{finding:#}");
        // A change of the table waits and holds up a reader.
        assert_eq!(finding["severity"], "critical", "{finding:#}");
        let script = finding["fix"]["script"].as_str().unwrap();
        let guarded = match server.engine {
            Engine::Postgres => format!("WHERE pid = {} AND backend_start = '", jam.root.pid),
            Engine::MySql | Engine::MariaDb => format!("KILL {};", jam.root.pid),
        };
        assert!(script.contains(&guarded), "{script}");
        let hint = server.engine == Engine::MariaDb;
        assert_eq!(finding["confidence"] == "hint", hint, "{finding:#}");
        // What the script does is what was promised: everybody goes on.
        let mut other = db.session();
        for statement in
            script.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join(" ").split_inclusive(';')
        {
            other.exec(statement.trim());
        }
        for thread in jam.threads {
            thread.join().unwrap();
        }
    }
}

#[test]
fn a_role_without_rights_is_told_so() {
    let tool = Tool::new();
    for server in common::pg() {
        let db = server.database("live_role");
        db.exec("create schema app; create sequence app.q");
        let _other = Party::having(&db, "select 1");
        let page = tool.json(&["check", &db.role("plain"), "--only", "idle-in-transaction,sequence-exhaustion"]);
        let idle = check_of(&page, "idle-in-transaction");
        assert_eq!(
            (&idle["status"], &idle["grant"]),
            (&"cannot_check".into(), &"GRANT pg_read_all_stats TO plain".into())
        );
        let sequence = check_of(&page, "sequence-exhaustion");
        assert_eq!(sequence["grant"], "GRANT SELECT ON ALL SEQUENCES IN SCHEMA \"app\" TO plain", "{sequence}");
    }
    for server in common::mysql() {
        let page = tool.json(&["check", &server.role("plain")]);
        for (id, grant) in [
            ("blocked-locks", "GRANT PROCESS ON *.* TO 'plain'"),
            ("password-empty-or-anonymous", "GRANT SELECT ON mysql.user TO 'plain'"),
        ] {
            let check = check_of(&page, id);
            assert_eq!(check["status"], "cannot_check", "{} {check}", server.name);
            assert!(check["grant"].as_str().unwrap().starts_with(grant), "{} {check}", server.name);
        }
    }
}

#[test]
fn counters_near_their_end() {
    let tool = Tool::new();
    let exhausted = |url: &str| {
        let page = tool.json(&["check", url, "--only", "sequence-exhaustion,int4-key-exhaustion"]);
        let mut keys: Vec<String> = page["checks"].as_array().unwrap().iter().flat_map(keys_of).collect();
        keys.sort();
        keys
    };
    for server in common::pg() {
        let db = server.database("live_count");
        db.exec(
            "create table small (id serial primary key);
             select setval('small_id_seq', 2100000000);
             create table wide (id serial primary key);
             alter table wide alter column id type bigint;
             select setval('wide_id_seq', 2100000000);
             create table fine (id serial primary key);
             create sequence round maxvalue 10 cycle;
             select setval('round', 10);",
        );
        // The sequence of a serial column that was made bigint is an integer still.
        let expected = ["sequence-exhaustion|public.small_id_seq", "sequence-exhaustion|public.wide_id_seq"];
        assert_eq!(exhausted(&db.url), expected, "{}", server.name);
        db.exec("alter sequence small_id_seq as bigint; alter sequence wide_id_seq as bigint");
        assert_eq!(exhausted(&db.url), ["int4-key-exhaustion|public.small.id"], "{}", server.name);
    }
    for server in common::mysql() {
        let db = server.database("live_count");
        db.exec("create table small (id tinyint auto_increment primary key)");
        db.exec("insert into small values (126)");
        db.exec("create table fine (id int unsigned auto_increment primary key)");
        db.exec("insert into fine values (2147483648)");
        assert_eq!(exhausted(&db.url), [format!("int4-key-exhaustion|{}.small.id", db.name)], "{}", server.name);
        if server.engine == Engine::MariaDb {
            db.exec("create sequence q maxvalue 100");
            db.exec("select setval(q, 97)");
            assert!(exhausted(&db.url).contains(&format!("sequence-exhaustion|{}.q", db.name)), "{}", server.name);
        }
    }
}

/// A new database of each server: no critical and no warning but those that the test servers are set up for.
#[test]
fn a_healthy_server_is_fine() {
    // They keep nothing that has to survive, and let root in without a password.
    const SET_UP: &str = "fsync-off,password-empty-or-anonymous";
    // What other tests of this run do on the same servers.
    const OTHERS: [&str; 9] = [
        "blocked-locks",
        "ddl-queue",
        "idle-in-transaction",
        "long-transaction",
        "vacuum-blocked-by-xmin",
        "slot-inactive",
        "connections-near-max",
        "prepared-xact-old",
        "secdef-search-path",
    ];
    let tool = Tool::new();
    for server in common::all() {
        let db = server.database("live_fine");
        db.exec("create table t (id integer primary key, name varchar(20))");
        let page = tool.json(&["check", &db.url, "--skip", SET_UP]);
        for check in page["checks"].as_array().unwrap() {
            let id = check["id"].as_str().unwrap();
            for finding in check["findings"].as_array().unwrap().iter().filter(|_| !OTHERS.contains(&id)) {
                let severity = finding["severity"].as_str().unwrap();
                assert!(!["critical", "warning"].contains(&severity), "{} {finding:#}", server.name);
            }
            // What could not be looked at says why, in words for people.
            let reason = check["reason"].as_str();
            let told = check["status"] != "cannot_check" || reason.is_some();
            assert!(told && !reason.unwrap_or_default().contains(".sql"), "{} {check}", server.name);
        }
    }
}

#[test]
fn orphans_and_damage_of_a_file() {
    let tool = Tool::new();
    let path = tool.home.path().join("shop.db");
    let url = format!("sqlite:{}?mode=rwc", path.display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
        let sql = "pragma foreign_keys = off;
            create table parent (id integer primary key);
            create table child (id integer primary key, p int references parent (id));
            create table broken (id integer primary key, p int references gone (id));
            insert into parent values (1);
            insert into child values (1, 1), (2, 7), (3, 8);
            insert into broken values (1, 1);";
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
    });
    let file = path.to_str().unwrap();
    let page = tool.json(&["check", file, "--only", "fk-orphans,integrity-check"]);
    assert_eq!(keys_of(check_of(&page, "fk-orphans")), ["fk-orphans|main.child.parent"], "{page:#}");
    assert_eq!(check_of(&page, "fk-orphans")["findings"][0]["evidence"]["rows"]["value"], 2);
    assert_eq!(check_of(&page, "integrity-check")["status"], "ok");
    // A page of the table is overwritten.
    let mut bytes = std::fs::read(&path).unwrap();
    let end = bytes.len();
    bytes[end - 4096..end - 4000].fill(0xee);
    std::fs::write(&path, &bytes).unwrap();
    let page = tool.json(&["check", file, "--only", "integrity-check"]);
    assert_eq!(check_of(&page, "integrity-check")["findings"][0]["severity"], "critical", "{page:#}");
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
