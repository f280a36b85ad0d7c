//! A database with traps in it, on each server, and everything that an attempt could change.

use crate::common::{self, Engine as Kind, Session, TestDb, TestServer};
use crate::target::{file, target};
use dblens::config::Target;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub struct Place {
    pub name: String,
    /// As in the tables: `p`, `m`, `a`, `q`, `s`.
    pub letters: &'static str,
    pub target: Target,
    home: Home,
    /// Where attempts would write a file.
    folder: tempfile::TempDir,
}

enum Home {
    Server { db: TestDb, victim: Session, pid: String },
    File(tempfile::TempDir),
}

/// Every server that is there, PgBouncer, and a SQLite file.
pub fn all() -> Vec<Place> {
    let mut places: Vec<Place> = common::all().into_iter().map(of_server).collect();
    if let (Some(pooler), Some(server)) = (common::require("pgbouncer15"), common::require("pg15")) {
        places.push(behind(&pooler, server));
    }
    places.push(of_file());
    places
}

fn of_server(server: TestServer) -> Place {
    let db = server.database("guard");
    let letters = match server.engine {
        Kind::Postgres => "p",
        Kind::MySql => "mq",
        Kind::MariaDb => "ma",
    };
    let mut session = db.session();
    match server.engine {
        Kind::Postgres => session.exec(include_str!("postgres.sql")),
        Kind::MySql | Kind::MariaDb => statements(include_str!("mysql.sql")).iter().for_each(|text| session.exec(text)),
    }
    if server.engine == Kind::MariaDb {
        session.exec("create sequence s");
    }
    drop(session);
    if server.engine == Kind::Postgres {
        settle(&db);
    }
    let mut victim = db.session();
    let pid = victim.one(match server.engine {
        Kind::Postgres => "select pg_backend_pid()::text",
        _ => "select cast(connection_id() as char)",
    });
    let target = target(&db.url);
    let name = server.name.clone();
    Place { name, letters, target, home: Home::Server { db, victim, pid }, folder: folder() }
}

/// What making the database has counted is counted, and the counters begin anew: they come in late.
fn settle(db: &TestDb) {
    let since = Instant::now();
    let mut session = db.session();
    let mut until = |question: &str| {
        while session.one(question) != "true" {
            assert!(since.elapsed() < Duration::from_secs(30), "{}: {question}", db.name);
        }
    };
    until("select (count(*) = 1)::text from pg_stat_activity where datname = current_database()");
    until("select (pg_stat_reset()::text = '')::text");
    until(
        "select (stats_reset is not null and tup_inserted = 0)::text from pg_stat_database \
         where datname = current_database()",
    );
}

/// The same database of the server behind a pooler.
fn behind(pooler: &TestServer, server: TestServer) -> Place {
    let mut place = of_server(server);
    let Home::Server { db, .. } = &place.home else { unreachable!() };
    let mut url = url::Url::parse(&pooler.url).unwrap();
    url.set_path(&db.name);
    place.target = target(url.as_str());
    place.name = pooler.name.clone();
    place
}

fn of_file() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("guard.db");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        use sqlx::{ConnectOptions, Connection};
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut conn = options.connect().await.unwrap();
        let text = "create table t (id integer primary key, a int, note text); \
             insert into t values (1, 1, 'n1'), (2, 2, 'n2'), (3, 0, 'n3'); create table audit (n int); \
             create view v_good as select id, random() as r from t";
        sqlx::raw_sql(text).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
    });
    Place { name: "sqlite".into(), letters: "s", target: file(&path), home: Home::File(dir), folder: folder() }
}

/// One that the servers' own users may write to.
fn folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::Builder::new().prefix("dblens_guard").tempdir_in("/tmp").unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    folder
}

/// One statement a line, but for the body of a function.
fn statements(text: &str) -> Vec<String> {
    text.lines().map(|line| line.trim_end_matches(';').to_owned()).filter(|line| !line.is_empty()).collect()
}

impl Place {
    pub fn is_tried(&self, letters: &str) -> bool {
        letters.chars().any(|letter| self.letters.contains(letter))
    }

    /// The text with what it names filled in.
    pub fn fill(&self, text: &str) -> String {
        let (pid, db) = match &self.home {
            Home::Server { pid, db, .. } => (pid.as_str(), db.name.as_str()),
            Home::File(_) => ("0", "main"),
        };
        let path = self.folder.path().join("made");
        text.replace("{pid}", pid).replace("{db}", db).replace("{file}", &path.display().to_string())
    }

    /// Everything that an attempt could change, as lines.
    pub fn state(&mut self) -> Vec<String> {
        let mut lines = match &mut self.home {
            Home::File(dir) => bytes_of(dir.path()),
            Home::Server { db, victim, .. } => {
                let mut lines = vec![format!("the victim answers {}", victim.one("select '1'"))];
                let questions: &[&str] = match db.server.engine {
                    Kind::Postgres => &POSTGRES,
                    Kind::MySql | Kind::MariaDb => &MYSQL,
                };
                let mut session = db.session();
                for question in questions {
                    let rows = session.rows(&question.replace("{db}", &db.name));
                    lines.push(format!("{question}: {rows:?}"));
                }
                if db.server.engine == Kind::MariaDb {
                    lines.push(format!("{:?}", session.rows("select cast(next_not_cached_value as char) from s")));
                }
                lines
            }
        };
        lines.extend(std::fs::read_dir(self.folder.path()).unwrap().map(|entry| format!("{:?}", entry.unwrap())));
        lines
    }

    /// Of the superuser.
    pub fn url(&self) -> &str {
        match &self.home {
            Home::Server { db, .. } => &db.url,
            Home::File(_) => "",
        }
    }

    /// Runs a statement past every layer.
    pub fn run(&self, text: &str) {
        if let Home::Server { db, .. } = &self.home {
            db.rows(text);
        }
    }

    /// How often a trap has written.
    pub fn audit(&self) -> i64 {
        match &self.home {
            Home::Server { db, .. } if self.letters == "p" => {
                db.one("select count(*)::text from audit").parse().unwrap()
            }
            Home::Server { db, .. } => db.one("select cast(count(*) as char) from audit").parse().unwrap(),
            Home::File(_) => 0,
        }
    }

    /// Sessions of ours that are still there, by what the server says.
    pub fn sessions(&self) -> Vec<String> {
        let Home::Server { db, .. } = &self.home else { return Vec::new() };
        let rows = match db.server.engine {
            Kind::Postgres => db.rows(&format!(
                "select pid::text || ' ' || state || ' ' || query from pg_stat_activity \
                 where datname = '{}' and application_name like 'dblens/%'",
                db.name
            )),
            _ => db.rows(&format!(
                "select concat(id, ' ', command, ' ', coalesce(info, '')) from information_schema.processlist \
                 where db = '{}' and id <> connection_id() and command <> 'Sleep'",
                db.name
            )),
        };
        rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect()
    }
}

const POSTGRES: [&str; 13] = [
    "select count(*)::text, coalesce(sum(a), 0)::text from t",
    "select count(*)::text from audit",
    "select last_value::text, is_called::text from s",
    "select count(*)::text from pg_class",
    "select count(*)::text from pg_proc",
    "select count(*)::text from pg_roles where rolname = 'made'",
    "select count(*)::text from pg_db_role_setting",
    "select md5(pg_read_file('postgresql.auto.conf', 0, 100000, true))",
    "select name || '=' || setting from pg_settings where name in ('work_mem', 'max_connections', 'log_destination')",
    "select count(*)::text from pg_largeobject_metadata",
    "select count(*)::text from pg_replication_slots where slot_name = 'made'",
    "select count(*)::text from pg_locks where locktype = 'advisory' and objid = 7",
    "select tup_inserted::text, tup_updated::text, tup_deleted::text, stats_reset::text \
     from pg_stat_database where datname = current_database()",
];

const MYSQL: [&str; 9] = [
    "select cast(count(*) as char), cast(coalesce(sum(a), 0) as char) from t",
    "select cast(count(*) as char) from audit",
    "select cast(count(*) as char) from information_schema.tables where table_schema = '{db}'",
    "select cast(count(*) as char) from information_schema.columns where table_schema = '{db}'",
    "select cast(count(*) as char) from information_schema.routines where routine_schema = '{db}'",
    "select user from mysql.user where user = 'made'",
    "select cast(@@global.max_connections as char), cast(@@global.read_only as char), cast(@@global.lock_wait_timeout as char)",
    "select cast(is_used_lock('guard') as char)",
    "select cast(count(*) as char) from information_schema.plugins where plugin_name = 'x'",
];

/// Names, sizes and sums of everything in a folder.
fn bytes_of(folder: &Path) -> Vec<String> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let sum = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
    };
    files.iter().map(|path| format!("{} {:x}", path.display(), sum(&std::fs::read(path).unwrap()))).collect()
}
