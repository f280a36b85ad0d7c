//! The test servers, and what integration tests need of them.
//!
//! `tests/run` starts the servers and puts their addresses into the environment: `DBLENS_TEST_PG15`,
//! `DBLENS_TEST_MARIA1011`, and so on. Any other server joins the same way. A test without its server
//! says `SKIPPED` and passes, unless `DBLENS_REQUIRE` names the server.
#![allow(dead_code)] // every test binary includes this file and uses another part of it

pub mod load;
pub mod own;
pub mod planted;

use std::collections::HashSet;
use std::env;
use std::fmt::Display;
use std::future::Future;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use sqlx::mysql::{MySqlConnectOptions, MySqlRow, MySqlSslMode};
use sqlx::postgres::{PgConnectOptions, PgRow, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, MySqlConnection, PgConnection, Row, ValueRef};
use tokio::runtime::Runtime;
use tokio::time::timeout;
use url::Url;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Postgres,
    MySql,
    MariaDb,
}

#[derive(Clone, Debug)]
pub struct TestServer {
    /// `pg15`, `pg18_standby`, `pgbouncer15`, `maria1011`, `mysql97`.
    pub name: String,
    /// Of the superuser, over 127.0.0.1, without a password.
    pub url: String,
    pub engine: Engine,
    /// PostgreSQL: the directory of its unix socket. MySQL and MariaDB: the socket.
    pub socket: Option<PathBuf>,
}

// ---- which servers ------------------------------------------------------------------------------

/// Every PostgreSQL, MySQL and MariaDB, but neither standby nor pooler: ask for those by name.
pub fn all() -> Vec<TestServer> {
    let mut servers = pg();
    servers.extend(mysql());
    servers
}

/// Every PostgreSQL that is a primary.
pub fn pg() -> Vec<TestServer> {
    every("postgres", |server| server.engine == Engine::Postgres)
}

/// Every MySQL and MariaDB.
pub fn mysql() -> Vec<TestServer> {
    every("mysql", |server| server.engine != Engine::Postgres)
}

/// The oldest and the newest of these.
pub fn ends(mut servers: Vec<TestServer>) -> Vec<TestServer> {
    servers.sort_by_key(TestServer::version);
    let last = servers.len().saturating_sub(1);
    servers.into_iter().enumerate().filter(|(n, _)| *n == 0 || *n == last).map(|(_, server)| server).collect()
}

fn every(what: &str, wanted: impl Fn(&TestServer) -> bool) -> Vec<TestServer> {
    let servers = required().filter(|name| name_of(&format!("DBLENS_TEST_{}", name.to_uppercase())).is_some());
    let names = env::vars().filter_map(|(key, _)| name_of(&key)).chain(servers);
    let mut names: Vec<String> = names.filter(|name| !name.ends_with("_standby") && !name.starts_with("pgb")).collect();
    names.sort();
    names.dedup();
    let servers: Vec<TestServer> = names.iter().filter_map(|name| require(name)).filter(wanted).collect();
    if servers.is_empty() {
        skipped(&format!("{what}, no server (run tests/run)"));
    }
    servers
}

/// The server of this name. Without one the test is to return: it counts as skipped, or fails when
/// `DBLENS_REQUIRE` names the server.
#[track_caller]
pub fn require(name: &str) -> Option<TestServer> {
    let key = format!("DBLENS_TEST_{}", name.to_uppercase());
    let Ok(url) = env::var(&key) else {
        assert!(!required().any(|required| required == name), "DBLENS_REQUIRE names {name}, but {key} is not set");
        skipped(&format!("{name}, no server (run tests/run)"));
        return None;
    };
    let engine = match name {
        _ if name.starts_with("pg") => Engine::Postgres,
        _ if name.starts_with("mysql") => Engine::MySql,
        _ if name.starts_with("maria") => Engine::MariaDb,
        _ => panic!("{name} is no name of a test server"),
    };
    let socket = env::var_os(format!("{key}_SOCKET")).map(PathBuf::from);
    Some(TestServer { name: name.to_owned(), url, engine, socket })
}

/// `DBLENS_TEST_PG15` → `pg15`; nothing for `DBLENS_TEST_PG15_SOCKET` and the like.
fn name_of(key: &str) -> Option<String> {
    let name = key.strip_prefix("DBLENS_TEST_")?.to_lowercase();
    let digits = ["pgbouncer", "pg", "mysql", "maria"].iter().find_map(|start| name.strip_prefix(start))?;
    let digits = digits.strip_suffix("_standby").unwrap_or(digits);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(name)
}

fn required() -> impl Iterator<Item = String> {
    let list = env::var("DBLENS_REQUIRE").unwrap_or_default();
    let names: Vec<String> = list.split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    names.into_iter()
}

/// Says once in each test binary that something was not tested. Not by `eprintln!`, which the test
/// harness keeps to itself while a test passes.
pub fn skipped(what: &str) {
    static SAID: Mutex<Option<HashSet<String>>> = Mutex::new(None);
    if SAID.lock().unwrap().get_or_insert_default().insert(what.to_owned()) {
        let _ = writeln!(std::io::stderr(), "SKIPPED: {what}");
    }
}

/// A program that checks something, when it is there: on PATH, or in the folder that `tests/run prepare` fills.
/// Without it the test is to return: it counts as skipped, or fails when `DBLENS_REQUIRE` names it.
#[track_caller]
pub fn tool(name: &str, probe: &str) -> Option<String> {
    let found = Command::new(name).arg(probe).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_ok() {
        return Some(name.to_owned());
    }
    assert!(!required().any(|required| required == name), "DBLENS_REQUIRE names {name}, but it is not on PATH");
    skipped(&format!("{name}, not on PATH (tests/run prepare)"));
    None
}

/// The folder of the npm packages that read diagrams, which `tests/run prepare` fills and `tests/run` names.
/// Without them the test is to return: it counts as skipped, or fails when `DBLENS_REQUIRE` names `parsers`.
#[track_caller]
pub fn parsers() -> Option<PathBuf> {
    let folder = env::var_os("DBLENS_TEST_PARSERS").map(PathBuf::from);
    if let Some(folder) = folder.filter(|folder| folder.join("node_modules").is_dir()) {
        return Some(folder);
    }
    let why = "DBLENS_REQUIRE names parsers, but DBLENS_TEST_PARSERS is no folder of packages";
    assert!(!required().any(|required| required == "parsers"), "{why}");
    skipped("parsers of diagrams, not installed (tests/run prepare)");
    None
}

// ---- files --------------------------------------------------------------------------------------

/// A file of `tests/fixtures/tls`: `ca.pem`, `wrong-ca.pem`, `client.pem`, `client.key`.
pub fn tls_file(name: &str) -> String {
    format!("{}/tests/fixtures/tls/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The directory `../shared` beside the checkout, with material too big to commit.
pub fn shared_dir() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("shared");
    if !dir.is_dir() {
        skipped("shared, there is no ../shared");
        return None;
    }
    Some(dir)
}

// ---- a server -----------------------------------------------------------------------------------

impl TestServer {
    /// As its name says: 15, 1011 for MariaDB 10.11, 1108 for 11.8, 907 for MySQL 9.7.
    pub fn version(&self) -> u32 {
        let digits = self.name.trim_start_matches(char::is_alphabetic);
        let (major, minor) = match self.engine {
            Engine::Postgres => return digits.parse().unwrap(),
            Engine::MySql => digits.split_at(1),
            Engine::MariaDb => digits.split_at(2),
        };
        major.parse::<u32>().unwrap() * 100 + minor.parse::<u32>().unwrap_or(0)
    }

    /// `tests/run` started it, so it has the roles and the certificates. One whose address was put
    /// into the environment by hand has its own.
    pub fn is_ours(&self) -> bool {
        self.socket.is_some()
    }

    /// The address of another role on this server; its password is its name. The roles are those of
    /// `tests/servers/roles`: `mon` may read statistics, `plain` nothing, `tls_only` comes only with TLS,
    /// `tls_cert` only with the client certificate. A server of somebody's own gets them on the way.
    /// On MySQL and MariaDB without a database, since they may use none.
    pub fn role(&self, role: &str) -> String {
        if !self.is_ours() {
            self.make_roles();
        }
        let mut url = Url::parse(&self.url).unwrap();
        url.set_username(role).unwrap();
        url.set_password(Some(role)).unwrap();
        if self.engine != Engine::Postgres {
            url.set_path("");
        }
        url.into()
    }

    fn make_roles(&self) {
        let (file, exists) = match self.engine {
            Engine::Postgres => (include_str!("../servers/roles/postgres.sql"), "already exists"),
            Engine::MySql => (include_str!("../servers/roles/mysql.sql"), "\0"),
            Engine::MariaDb => (include_str!("../servers/roles/mariadb.sql"), "\0"),
        };
        let mut session = self.session();
        for statement in file.lines() {
            match session.try_rows(statement) {
                Err(error) if !error.contains(exists) => {
                    panic!("{}: {statement}: {error}", self.name)
                }
                _ => {}
            }
        }
    }

    /// A session of the superuser in the server's own database.
    #[track_caller]
    pub fn session(&self) -> Session {
        Session::open(&self.url).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    #[track_caller]
    pub fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        self.session().rows(sql)
    }

    #[track_caller]
    pub fn exec(&self, sql: &str) {
        self.session().exec(sql);
    }

    /// The first column of the first row.
    #[track_caller]
    pub fn one(&self, sql: &str) -> String {
        self.session().one(sql)
    }

    /// A new empty database, which goes when the value goes.
    #[track_caller]
    pub fn database(&self, prefix: &str) -> TestDb {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{prefix}_{}_{count}", std::process::id());
        self.exec(&match self.engine {
            // template0: nobody can be connected to it, which would be an error
            Engine::Postgres => format!("create database \"{name}\" template template0"),
            Engine::MySql | Engine::MariaDb => format!("create database `{name}`"),
        });
        let mut url = Url::parse(&self.url).unwrap();
        url.set_path(&name);
        TestDb { url: url.into(), name, server: self.clone() }
    }
}

pub struct TestDb {
    /// Of the superuser.
    pub url: String,
    pub name: String,
    pub server: TestServer,
}

impl TestDb {
    /// Runs one or more statements, in a session of their own.
    #[track_caller]
    pub fn exec(&self, sql: &str) {
        self.session().exec(sql);
    }

    /// Runs one or more statements in a session of their own, and returns their rows as text.
    #[track_caller]
    pub fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        self.session().rows(sql)
    }

    #[track_caller]
    pub fn one(&self, sql: &str) -> String {
        self.session().one(sql)
    }

    /// A session to keep, for transactions and locks.
    #[track_caller]
    pub fn session(&self) -> Session {
        Session::open(&self.url).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// The address of another role in this database, as [`TestServer::role`]. On MySQL and MariaDB
    /// the role needs a privilege there first, or it is not let in.
    pub fn role(&self, role: &str) -> String {
        let mut url = Url::parse(&self.server.role(role)).unwrap();
        url.set_path(&self.name);
        url.into()
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let drop = match self.server.engine {
            Engine::Postgres => format!("drop database if exists \"{}\" with (force)", self.name),
            Engine::MySql | Engine::MariaDb => format!("drop database if exists `{}`", self.name),
        };
        // no panic: it may be on its way out of one
        if let Err(error) = Session::open(&self.server.url).and_then(|mut session| session.try_rows(&drop)) {
            eprintln!("{}: {error}", self.name);
        }
    }
}

// ---- a session ----------------------------------------------------------------------------------

/// A connection that tests use without async, also from within an async test.
pub struct Session(Option<Link>);

enum Link {
    Pg(PgConnection),
    MySql(MySqlConnection),
}

impl Session {
    /// Connects to any address, with what sqlx understands of its parameters. In clear unless they say
    /// otherwise: a handshake costs a test more than its queries. The error is its text.
    pub fn open(url: &str) -> Result<Session, String> {
        let in_clear = !url.contains("ssl");
        let connect = async {
            if url.starts_with("postgres") {
                // PgBouncer refuses the parameter unless told to ignore it
                let mut options = PgConnectOptions::from_str(url)?.extra_float_digits(None);
                if in_clear {
                    options = options.ssl_mode(PgSslMode::Disable);
                }
                options.connect().await.map(Link::Pg)
            } else {
                let mut options = MySqlConnectOptions::from_str(url)?.timezone(None);
                if in_clear {
                    options = options.ssl_mode(MySqlSslMode::Disabled);
                }
                let options = options.pipes_as_concat(false).no_engine_substitution(false);
                options.connect().await.map(Link::MySql)
            }
        };
        let link = wait(async { timeout(Duration::from_secs(10), connect).await });
        let link = link.map_err(|_| "no answer for 10 s".to_owned())?;
        link.map(|link| Session(Some(link))).map_err(text)
    }

    #[track_caller]
    pub fn exec(&mut self, sql: &str) {
        self.rows(sql);
    }

    #[track_caller]
    pub fn rows(&mut self, sql: &str) -> Vec<Vec<Option<String>>> {
        self.try_rows(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }

    #[track_caller]
    pub fn one(&mut self, sql: &str) -> String {
        self.rows(sql).swap_remove(0).swap_remove(0).unwrap_or_else(|| panic!("null: {sql}"))
    }

    /// The rows, or the server's message.
    pub fn try_rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        let query = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match self.0.as_mut().unwrap() {
            Link::Pg(link) => {
                let rows = wait(query.fetch_all(link)).map_err(text)?;
                Ok(rows.iter().map(|row| (0..row.len()).map(|column| pg_text(row, column)).collect()).collect())
            }
            Link::MySql(link) => {
                let rows = wait(query.fetch_all(link)).map_err(text)?;
                Ok(rows.iter().map(|row| (0..row.len()).map(|column| mysql_text(row, column)).collect()).collect())
            }
        }
    }
}

impl Drop for Session {
    /// Says goodbye, so that the server does not count an aborted client.
    fn drop(&mut self) {
        let close = async |link| match link {
            Link::Pg(link) => PgConnection::close(link).await,
            Link::MySql(link) => MySqlConnection::close(link).await,
        };
        if let Some(link) = self.0.take() {
            let _ = wait(async { timeout(Duration::from_secs(2), close(link)).await });
        }
    }
}

fn pg_text(row: &PgRow, column: usize) -> Option<String> {
    let value = row.try_get_raw(column).unwrap();
    (!value.is_null()).then(|| value.as_str().unwrap().to_owned())
}

/// Unchecked: sqlx thinks that many of MySQL's types are not text, but in the text protocol all are.
fn mysql_text(row: &MySqlRow, column: usize) -> Option<String> {
    let bytes = row.try_get_unchecked::<Option<Vec<u8>>, _>(column).unwrap()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn text(error: impl Display) -> String {
    error.to_string()
}

/// Waits for a future. On a thread of its own, because a test's own runtime would not let it block.
fn wait<T: Send>(future: impl Future<Output = T> + Send) -> T {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).enable_all().build().unwrap()
    });
    thread::scope(|scope| scope.spawn(|| RUNTIME.block_on(future)).join())
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// A server's screen begins with Health, which asks for much; most tests look at the tree.
pub fn begin_with_schema(home: &std::path::Path, args: &[&str]) {
    use std::os::unix::fs::PermissionsExt;
    let folder = home.join(".config/dblens");
    if args.iter().any(|arg| arg.contains("://")) && !folder.exists() {
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("config.toml");
        std::fs::write(&file, "start_view = \"schema\"\n").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

/// Looks again until it is so. InnoDB renews its list of transactions only when nobody has read it for 100 ms:
/// who asks without a pause never sees a new one.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(90), "waited for {what}");
        thread::sleep(Duration::from_millis(120));
    }
}
