//! The MySQL and MariaDB engine against real servers: `DBLENS_TEST_MARIA1011`, `…_MARIA118`, `…_MYSQL97`.
//!
//! Every test makes databases and accounts of its own and drops them.

use dblens::config::{Address, Env, Family, Host, Target, Tls, TlsMode};
use dblens::engine::{self, Engine, ErrorKind, Scope, Stop};
use dblens::model::{
    Action, Catalog, ColFlags, Columns, Generated, IndexFlags, Indexes, KeyKind, Keys, Known, ObjectRef, Objects,
    RelFlags, RelId, RelKind, Relations, Role,
};
use secrecy::SecretString;
use servers::{Server, TestDb};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Addresses of the servers, and statements as their administrator.
mod servers {
    use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};
    use sqlx::{AssertSqlSafe, ConnectOptions, MySqlConnection, Row};
    use std::path::PathBuf;
    use std::str::FromStr;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[derive(Clone, Debug)]
    pub struct Server {
        pub name: String,
        pub url: String,
        pub port: u16,
        pub socket: Option<PathBuf>,
    }

    /// Every MySQL and MariaDB whose address is set; says which are not.
    pub fn all() -> Vec<Server> {
        ["maria1011", "maria118", "mysql97"].into_iter().filter_map(require).collect()
    }

    pub fn require(name: &str) -> Option<Server> {
        let key = format!("DBLENS_TEST_{}", name.to_uppercase());
        let Ok(url) = std::env::var(&key) else {
            let required = std::env::var("DBLENS_REQUIRE").unwrap_or_default();
            assert!(!required.split(',').any(|word| word.trim() == name), "DBLENS_REQUIRE names {name}");
            eprintln!("SKIPPED: {name}, no server");
            return None;
        };
        let port = url::Url::parse(&url).unwrap().port().unwrap();
        let socket = std::env::var_os(format!("{key}_SOCKET")).map(PathBuf::from);
        Some(Server { name: name.into(), url, port, socket })
    }

    impl Server {
        pub fn is_mariadb(&self) -> bool {
            self.name.starts_with("maria")
        }

        pub async fn session(&self) -> MySqlConnection {
            let options = MySqlConnectOptions::from_str(&self.url).unwrap().ssl_mode(MySqlSslMode::Disabled);
            let options = options.timezone(None).pipes_as_concat(false).no_engine_substitution(false);
            options.connect().await.unwrap()
        }

        pub async fn exec(&self, statements: &[&str]) {
            let mut session = self.session().await;
            for statement in statements {
                run(&mut session, statement).await;
            }
        }

        pub async fn one(&self, statement: &str) -> String {
            let mut session = self.session().await;
            let row = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).fetch_one(&mut session).await.unwrap();
            let bytes = row.try_get_unchecked::<Option<Vec<u8>>, _>(0).unwrap().unwrap();
            String::from_utf8(bytes).unwrap()
        }

        /// A new database that goes when the value goes.
        pub async fn database(&self, what: &str) -> TestDb {
            static COUNT: AtomicUsize = AtomicUsize::new(0);
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!("mysql_{what}_{}_{count}", std::process::id());
            self.exec(&[&format!("CREATE DATABASE `{name}` DEFAULT CHARACTER SET utf8mb4")]).await;
            TestDb { server: self.clone(), name, users: Vec::new() }
        }
    }

    pub async fn run(session: &mut MySqlConnection, statement: &str) {
        let result = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(session).await;
        result.unwrap_or_else(|error| panic!("{error}\n{statement}"));
    }

    pub struct TestDb {
        pub server: Server,
        pub name: String,
        pub users: Vec<String>,
    }

    impl TestDb {
        pub async fn exec(&self, statements: &[&str]) {
            let mut session = self.server.session().await;
            run(&mut session, &format!("USE `{}`", self.name)).await;
            for statement in statements {
                run(&mut session, statement).await;
            }
        }

        /// An account with these rights (`SELECT ON {db}.*`), whose password is its name.
        pub async fn account(&mut self, what: &str, rights: &[&str]) -> String {
            let user = format!("m_{what}_{}", std::process::id());
            let mut statements = vec![
                format!("DROP USER IF EXISTS '{user}'@'%'"),
                format!("CREATE USER '{user}'@'%' IDENTIFIED BY '{user}'"),
            ];
            let db = self.name.replace('_', "\\_");
            statements.extend(rights.iter().map(|right| {
                let right = right.replace("{db}.*", &format!("`{db}`.*")).replace("{db}", &format!("`{}`", self.name));
                format!("GRANT {right} TO '{user}'@'%'")
            }));
            let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
            self.server.exec(&statements).await;
            self.users.push(user.clone());
            user
        }
    }

    impl Drop for TestDb {
        fn drop(&mut self) {
            let server = self.server.clone();
            let mut statements = vec![format!("DROP DATABASE IF EXISTS `{}`", self.name)];
            statements.extend(self.users.iter().map(|user| format!("DROP USER IF EXISTS '{user}'@'%'")));
            let work = move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
                runtime.block_on(server.exec(&statements));
            };
            let _ = std::thread::spawn(work).join();
        }
    }
}

fn target(server: &Server, user: &str, password: &str, database: Option<&str>) -> Target {
    let host = Host::Tcp { name: "127.0.0.1".into(), addr: None, port: server.port };
    Target {
        family: Family::Mysql,
        name: None,
        address: Address::Hosts(vec![host]),
        database: database.map(str::to_owned),
        user: Some(user.into()),
        password: (!password.is_empty()).then(|| SecretString::from(password.to_owned())),
        password_command: None,
        tls: Tls { mode: TlsMode::Disable, ..Tls::default() },
        connect_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(10),
        options: None,
        session_attrs: None,
        immutable: false,
        env: None::<Env>,
        env_guessed: false,
        origins: Vec::new(),
        warnings: Vec::new(),
    }
}

async fn open(server: &Server) -> Box<dyn Engine> {
    engine::open(&target(server, "root", "", None)).await.unwrap()
}

async fn open_as(server: &Server, user: &str) -> Box<dyn Engine> {
    engine::open(&target(server, user, user, None)).await.unwrap()
}

fn ready<T>(known: Known<T>) -> T {
    match known {
        Known::Ready(value) => value,
        other => panic!("{:?}", other.reason()),
    }
}

async fn catalog(engine: &mut dyn Engine) -> Catalog {
    let relations = Arc::new(ready(engine.relations().await.unwrap()));
    let mut catalog = Catalog::new(relations.clone());
    catalog.columns = engine.columns(&relations, Scope::Full).await.unwrap().map(Arc::new);
    catalog.indexes = engine.indexes(&relations, Scope::Full).await.unwrap().map(Arc::new);
    let indexes = catalog.indexes.value().cloned();
    catalog.keys = engine.keys(&relations, indexes.as_deref(), Scope::Full).await.unwrap().map(Arc::new);
    catalog.objects = engine.objects(&relations).await.unwrap().map(Arc::new);
    catalog
}

struct Facts(Catalog);

impl Facts {
    fn relations(&self) -> &Relations {
        &self.0.relations
    }
    fn columns(&self) -> &Columns {
        self.0.columns.value().unwrap()
    }
    fn indexes(&self) -> &Indexes {
        self.0.indexes.value().unwrap()
    }
    fn keys(&self) -> &Keys {
        self.0.keys.value().unwrap()
    }
    fn objects(&self) -> &Objects {
        self.0.objects.value().unwrap()
    }

    #[track_caller]
    fn rel(&self, db: &TestDb, name: &str) -> RelId {
        self.relations().find(&db.name, name).unwrap_or_else(|| panic!("{}: no relation {name}", db.server.name))
    }

    /// `name type default generated`, one a column.
    fn column(&self, rel: RelId, name: &str) -> (&dblens::model::Column, Option<&str>) {
        let columns = self.columns();
        let column = columns.of(rel).iter().find(|column| columns.names.get(column.name) == name).unwrap();
        (column, columns.names.opt(column.default))
    }

    fn index(&self, rel: RelId, name: &str) -> &dblens::model::Index {
        let indexes = self.indexes();
        let found = indexes.of(rel).iter().find(|index| indexes.names.get(index.name) == name);
        found.unwrap_or_else(|| panic!("no index {name}"))
    }

    fn key(&self, rel: RelId, kind: KeyKind, name: &str) -> &dblens::model::Key {
        let keys = self.keys();
        let found = keys.of(rel).iter().find(|key| key.kind == kind && keys.names.opt(key.name) == Some(name));
        found.unwrap_or_else(|| panic!("no key {name}"))
    }

    fn definition(&self, key: &dblens::model::Key) -> &str {
        self.keys().names.opt(key.definition).unwrap()
    }
}

/// A name of 64 characters with everything in it that a name may have.
fn evil() -> String {
    let start = "a`b\"c'd\\e\nf\tg\u{1b}[31m\u{202e}#P#p0 ü表☃%_;--";
    let fill = 64 - start.chars().count();
    format!("{start}{}", "z".repeat(fill))
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Tables, keys, views and routines of every form that the engines know.
async fn make_rich(db: &TestDb) {
    db.exec(&[
        "CREATE TABLE parent (a INT NOT NULL, b INT NOT NULL, name VARCHAR(40), PRIMARY KEY (a, b)) COMMENT 'the parent'",
        "CREATE TABLE child (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, pa INT, pb INT, boss BIGINT UNSIGNED, \
         CONSTRAINT fk_parent FOREIGN KEY (pa, pb) REFERENCES parent (a, b) ON DELETE CASCADE ON UPDATE SET NULL, \
         CONSTRAINT fk_boss FOREIGN KEY (boss) REFERENCES child (id))",
        "CREATE TABLE plain_types (id INT PRIMARY KEY, t VARCHAR(20) NOT NULL DEFAULT 'it''s' COMMENT 'a text', \
         e VARCHAR(9) DEFAULT '', nt VARCHAR(9) DEFAULT 'NULL', nd VARCHAR(9), d DECIMAL(8,2) DEFAULT 0.00, \
         ts TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, \
         x INT DEFAULT (1 + 2), g INT GENERATED ALWAYS AS (id + 1) VIRTUAL, gs INT GENERATED ALWAYS AS (id * 2) STORED, \
         hidden INT INVISIBLE DEFAULT 7, en ENUM('a','b''c') DEFAULT 'a', bin VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, \
         note TEXT, pt POINT NOT NULL, price INT, CONSTRAINT price_positive CHECK (price > 0 AND t <> 'x'), \
         UNIQUE KEY uq_t (t), KEY k_prefix (note(10), d DESC), KEY k_price (price) COMMENT 'by price', \
         FULLTEXT KEY ft (note), SPATIAL KEY sp (pt))",
        "CREATE TABLE part (id INT NOT NULL PRIMARY KEY, v INT) PARTITION BY RANGE (id) \
         (PARTITION p0 VALUES LESS THAN (100), PARTITION p1 VALUES LESS THAN MAXVALUE)",
        "CREATE TABLE isam (id INT PRIMARY KEY, v VARCHAR(10)) ENGINE=MyISAM",
        "CREATE TABLE gone (id INT)",
        "CREATE VIEW good AS SELECT a, name FROM parent",
        "CREATE VIEW broken AS SELECT id FROM gone",
        "DROP TABLE gone",
        "CREATE FUNCTION twice(n INT, s VARCHAR(10)) RETURNS BIGINT DETERMINISTIC COMMENT 'doubles' RETURN n * 2",
        "CREATE PROCEDURE fill(IN n INT, OUT total BIGINT) SQL SECURITY INVOKER SELECT n INTO total",
        "CREATE TRIGGER child_bi BEFORE INSERT ON child FOR EACH ROW SET NEW.pa = NEW.pa",
        "INSERT INTO parent VALUES (1, 1, 'x'), (1, 2, 'y')",
    ])
    .await;
    let evil = evil();
    db.exec(&[
        &format!("CREATE TABLE {0} ({0} INT, `other` BIGINT UNSIGNED, KEY {0} ({0}), CONSTRAINT c1 FOREIGN KEY (`other`) REFERENCES child (id))", quoted(&evil)),
        &format!("CREATE VIEW {} AS SELECT 1 AS `x y`", quoted("v'; drop`")),
    ])
    .await;
    if db.server.is_mariadb() {
        db.exec(&[
            "CREATE SEQUENCE seq START WITH 5 INCREMENT BY 2",
            "CREATE TABLE versioned (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING",
            "CREATE TABLE js (id INT PRIMARY KEY, doc JSON)",
            "ALTER TABLE part ADD KEY ign (v) IGNORED",
        ])
        .await;
    } else {
        db.exec(&[
            "CREATE TABLE expr (id INT PRIMARY KEY, s VARCHAR(20), KEY k_lower ((lower(s)), id), KEY k_inv (s) INVISIBLE, \
             CONSTRAINT not_now CHECK (id > 5) NOT ENFORCED)",
        ])
        .await;
    }
    let analyse = format!("ANALYZE TABLE parent, child, plain_types, part, isam, {}", quoted(&evil));
    db.exec(&[&analyse]).await;
}

// ---- connecting -----------------------------------------------------------------------------------

#[tokio::test]
async fn connects_over_tcp_tls_and_a_socket() {
    let ca = std::env::var_os("DBLENS_TEST_CA").map(PathBuf::from);
    for server in servers::all() {
        let mut plain = target(&server, "root", "", None);
        let told = engine::open(&plain).await.unwrap().server().await.unwrap();
        assert_eq!((told.line.as_str(), told.port), ("no TLS", Some(server.port)), "{}", server.name);

        plain.tls.mode = TlsMode::Prefer;
        let told = engine::open(&plain).await.unwrap().server().await.unwrap();
        assert!(told.line.starts_with("TLSv1.") && told.line.ends_with("not verified"), "{}", told.line);

        if let Some(ca) = &ca {
            let mut verified = plain.clone();
            verified.tls.mode = TlsMode::VerifyFull;
            verified.tls.root_cert = Some(ca.clone());
            let told = engine::open(&verified).await.unwrap().server().await.unwrap();
            assert!(told.line.ends_with("verify-full"), "{}", told.line);
            // a CA that is given is used, although `require` alone would not verify
            verified.tls.mode = TlsMode::Require;
            let told = engine::open(&verified).await.unwrap().server().await.unwrap();
            assert!(told.line.ends_with("verify-ca"), "{}", told.line);
        }
        if let Some(socket) = &server.socket {
            let mut local = target(&server, "root", "", None);
            local.address = Address::Hosts(vec![Host::Socket { path: socket.clone(), port: 0 }]);
            local.tls.mode = TlsMode::Prefer;
            let told = engine::open(&local).await.unwrap().server().await.unwrap();
            assert_eq!(told.line, "unix socket", "{}", server.name);
            assert_eq!(told.host.as_deref(), socket.parent().map(|path| path.to_str().unwrap()));
        }
    }
}

#[tokio::test]
async fn tries_the_next_host_when_nobody_answers() {
    for server in servers::all() {
        let mut both = target(&server, "root", "", None);
        let Address::Hosts(hosts) = &mut both.address else { unreachable!() };
        hosts.insert(0, Host::Tcp { name: "127.0.0.1".into(), addr: None, port: 1 });
        let told = engine::open(&both).await.unwrap().server().await.unwrap();
        assert_eq!(told.port, Some(server.port));
    }
}

#[tokio::test]
async fn signs_in_with_every_password_plugin() {
    for server in servers::all() {
        let mut db = server.database("auth").await;
        let mut accounts = vec![(db.account("default", &[]).await, true)];
        let plugins: &[(&str, &str)] = if server.is_mariadb() {
            &[("native", "VIA mysql_native_password USING PASSWORD('native')")]
        } else {
            &[("sha2", "WITH caching_sha2_password BY 'sha2'"), ("sha256", "WITH sha256_password BY 'sha256'")]
        };
        for (name, how) in plugins {
            let user = format!("m_{name}_{}", std::process::id());
            let make = format!("CREATE USER '{user}'@'%' IDENTIFIED {how}");
            server.exec(&[&format!("DROP USER IF EXISTS '{user}'@'%'"), &make]).await;
            db.users.push(user.clone());
            accounts.push((user, false));
        }
        for (user, same) in accounts {
            let password = if same { user.clone() } else { user.split('_').nth(1).unwrap().to_owned() };
            for mode in [TlsMode::Disable, TlsMode::Require] {
                // twice: the first time MySQL does not have the password in its cache
                for _ in 0..2 {
                    let mut with = target(&server, &user, &password, None);
                    with.tls.mode = mode;
                    let mut session =
                        engine::open(&with).await.unwrap_or_else(|error| panic!("{user} {mode:?}: {error}"));
                    assert_eq!(session.server().await.unwrap().user.as_deref(), Some(user.as_str()));
                }
            }
        }
    }
}

#[tokio::test]
async fn says_why_it_cannot_connect() {
    for server in servers::all() {
        let good = target(&server, "root", "", None);
        let host = |name: &str, port| {
            let mut with = good.clone();
            with.address = Address::Hosts(vec![Host::Tcp { name: name.into(), addr: None, port }]);
            with
        };
        let mut socket = good.clone();
        socket.address = Address::Hosts(vec![Host::Socket { path: "/nonexistent/mysql.sock".into(), port: 0 }]);
        let mut no_ca = good.clone();
        no_ca.tls = Tls { mode: TlsMode::VerifyCa, root_cert: Some("/nonexistent/ca.pem".into()), ..Tls::default() };
        let mut unverified = good.clone();
        unverified.tls.mode = TlsMode::VerifyFull;
        let mut old_database = good.clone();
        old_database.database = Some("mysql_no_such".into());
        let cases = [
            (host("127.0.0.1", 1), ErrorKind::Unreachable, "nobody listens"),
            (host("no-such-host.invalid", server.port), ErrorKind::Unreachable, "unknown host"),
            (socket, ErrorKind::Unreachable, "no socket"),
            (no_ca, ErrorKind::Tls, "/nonexistent/ca.pem"),
            (unverified, ErrorKind::Tls, "no authority"),
            (old_database, ErrorKind::Rejected, "mysql_no_such"),
            (target(&server, "nobody_here", "s3cret-pass", None), ErrorKind::Rejected, "nobody_here"),
            (target(&server, "plain", "s3cret-pass", None), ErrorKind::Rejected, "plain"),
        ];
        for (with, kind, words) in cases {
            let error = engine::open(&with).await.err().unwrap_or_else(|| panic!("{words}: connected"));
            assert_eq!(error.kind, kind, "{}: {error}", server.name);
            assert!(error.message.contains(words), "{}: {error}", server.name);
            let hint = error.hint.clone().unwrap_or_default();
            assert!(!hint.is_empty(), "{error}");
            assert!(!format!("{error:?}").contains("s3cret-pass"), "{error:?}");
        }
    }
}

#[tokio::test]
async fn tells_a_foreign_port_by_name() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    // a web server: waits for a request, then complains
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut bytes = [0; 64];
                let mut all = Vec::new();
                while let Ok(n @ 1..) = stream.read(&mut bytes).await {
                    all.extend_from_slice(&bytes[..n]);
                    if all.ends_with(b"\r\n\r\n") {
                        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
                        return;
                    }
                }
            });
        }
    });
    let server = Server { name: "none".into(), url: String::new(), port, socket: None };
    let mut with = target(&server, "root", "", None);
    with.connect_timeout = Duration::from_millis(300);
    let error = engine::open(&with).await.err().unwrap();
    assert_eq!(error.kind, ErrorKind::NotSupported, "{error}");
    assert!(error.message.contains("an HTTP server"), "{error}");
    serve.abort();

    let Ok(url) = std::env::var("DBLENS_TEST_PG15") else {
        eprintln!("SKIPPED: pg15, no server");
        return;
    };
    with.address = Address::Hosts(vec![Host::Tcp {
        name: "127.0.0.1".into(),
        addr: None,
        port: url::Url::parse(&url).unwrap().port().unwrap(),
    }]);
    let error = engine::open(&with).await.err().unwrap();
    assert!(error.message.contains("a PostgreSQL server"), "{error}");
}

#[tokio::test]
async fn an_account_for_tls_only_is_told_so() {
    for server in servers::all() {
        let mut db = server.database("tls").await;
        let user = db.account("tls", &[]).await;
        server.exec(&[&format!("ALTER USER '{user}'@'%' REQUIRE SSL")]).await;
        let mut with = target(&server, &user, &user, None);
        let error = engine::open(&with).await.err().unwrap();
        assert_eq!(error.kind, ErrorKind::Rejected, "{error}");
        assert!(error.hint.as_deref().unwrap().contains("sslmode=require"), "{error:?}");
        with.tls.mode = TlsMode::Require;
        assert!(engine::open(&with).await.is_ok());
    }
}

/// A server that greets like MariaDB and then answers the client's sign-in with one packet.
async fn fake_server(answer: &'static [u8]) -> u16 {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let packet = |number: u8, body: &[u8]| {
        let mut packet = (body.len() as u32).to_le_bytes()[..3].to_vec();
        packet.push(number);
        packet.extend_from_slice(body);
        packet
    };
    // protocol 10, version, connection, nonce, PROTOCOL_41 and SECURE_CONNECTION and PLUGIN_AUTH
    let mut hello = b"\x0a10.11.0-MariaDB\0\x01\0\0\0abcdefgh\0\x08\x82\x2d\x02\0\x08\0\x15".to_vec();
    hello.extend_from_slice(b"\0\0\0\0\0\0\0\0\0\0abcdefghijkl\0mysql_native_password\0");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(&packet(0, &hello)).await;
            let mut bytes = [0; 1024];
            let _ = stream.read(&mut bytes).await;
            let _ = stream.write_all(&packet(2, answer)).await;
            let _ = stream.read(&mut bytes).await;
        }
    });
    port
}

#[tokio::test]
async fn refusals_while_signing_in_are_told() {
    let cases: [(&[u8], ErrorKind, &str); 6] = [
        (b"\xfeclient_ed25519\0nonce-nonce-nonce-nonce-nonce-no", ErrorKind::NotSupported, "client_ed25519"),
        (b"\xff\x10\x04#08004Too many connections", ErrorKind::Unreachable, "no more connections"),
        (b"\xff\x69\x04#HY000Host 'x' is blocked", ErrorKind::Rejected, "blocked this host"),
        (b"\xff\x6a\x04#HY000Host 'x' is not allowed to connect", ErrorKind::Rejected, "not allowed"),
        (
            b"\xff\x57\x0c#HY000Connections using insecure transport are prohibited",
            ErrorKind::Tls,
            "only connections with TLS",
        ),
        (b"\xff\x46\x07#HY000Your password has expired", ErrorKind::Rejected, "expired"),
    ];
    for (answer, kind, words) in cases {
        let port = fake_server(answer).await;
        let server = Server { name: "fake".into(), url: String::new(), port, socket: None };
        let error = engine::open(&target(&server, "dba", "s3cret", None)).await.err().unwrap();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.contains(words), "{error}");
        assert!(error.hint.is_some() && !format!("{error:?}").contains("s3cret"), "{error:?}");
    }
}

// ---- the server -----------------------------------------------------------------------------------

#[tokio::test]
async fn tells_make_version_clock_and_role() {
    for server in servers::all() {
        let started = jiff::Timestamp::now();
        let told = open(&server).await.server().await.unwrap();
        let full = server.one("SELECT VERSION()").await;
        assert!(full.starts_with(&told.version) && !told.version.contains('-'), "{} of {full}", told.version);
        assert_eq!(told.engine.id() == "mariadb", server.is_mariadb());
        assert_eq!(told.role, Some(Role::Primary), "{}", server.name);
        assert_eq!(told.user.as_deref(), Some("root"));
        let age = told.now.duration_since(started).abs();
        assert!(age.as_secs() < 5, "{} clock is {age:?} off", server.name);
        assert!(told.started_at.unwrap() < told.now && told.stats_since == told.started_at);
        assert!(told.notes.is_empty(), "{:?}", told.notes);
    }
}

#[tokio::test]
async fn a_role_that_may_not_be_asked_is_unknown_with_its_grant() {
    for server in servers::all() {
        let mut db = server.database("role").await;
        let user = db.account("norole", &[]).await;
        let told = open_as(&server, &user).await.server().await.unwrap();
        assert_eq!(told.role, None, "{}", server.name);
        let grant = told.notes[0].grant.clone().unwrap();
        server.exec(&[&grant]).await;
        let told = open_as(&server, &user).await.server().await.unwrap();
        assert_eq!(told.role, Some(Role::Primary), "{} after {grant}", server.name);
    }
}

// ---- the schema -----------------------------------------------------------------------------------

#[tokio::test]
async fn tmp_print() {
    for server in servers::all() {
        let db = server.database("rich").await;
        make_rich(&db).await;
        let mut engine = open(&server).await;
        let facts = Facts(catalog(engine.as_mut()).await);
        println!("=== {}", server.name);
        let r = facts.relations();
        for (id, rel) in r.iter() {
            if r.schema_name(id) != db.name {
                continue;
            }
            println!(
                "{:?} {:?} {:?} rows {:?} {:?}/{:?} {:?} {:?}",
                r.name(id),
                rel.kind,
                rel.flags,
                rel.rows,
                rel.table_bytes,
                rel.index_bytes,
                r.names.opt(rel.storage),
                r.names.opt(rel.comment)
            );
            let c = facts.columns();
            for col in c.of(id) {
                println!(
                    "   {} {:?} {} {:?} {:?} def={:?} coll={:?} com={:?} nf={:?} d={:?} w={:?}",
                    col.position,
                    c.names.get(col.name),
                    c.names.get(col.type_name),
                    col.flags,
                    col.generated,
                    c.names.opt(col.default),
                    c.names.opt(col.collation),
                    c.names.opt(col.comment),
                    col.null_fraction,
                    col.distinct,
                    col.avg_width
                );
            }
            let ix = facts.indexes();
            for i in ix.of(id) {
                let parts: Vec<_> =
                    ix.key(i).iter().map(|p| (ix.names.get(p.text), p.column, p.sub_part, p.descending)).collect();
                println!(
                    "   I {:?} {} {:?} {:?} b={:?} s={:?} {:?}",
                    ix.names.get(i.name),
                    ix.names.get(i.method),
                    parts,
                    i.flags,
                    i.bytes,
                    i.scans,
                    ix.names.opt(i.comment)
                );
            }
            let k = facts.keys();
            for key in k.of(id) {
                println!(
                    "   K {:?} {:?} {:?} -> {:?} {:?} {:?} up={:?} del={:?} enf={:?} idx={:?} {:?}",
                    key.kind,
                    k.names.opt(key.name),
                    k.columns(key).collect::<Vec<_>>(),
                    k.names.opt(key.ref_table),
                    key.ref_rel,
                    k.ref_columns(key).collect::<Vec<_>>(),
                    key.on_update,
                    key.on_delete,
                    key.enforced,
                    key.indexed,
                    k.names.opt(key.definition)
                );
            }
        }
        let o = facts.objects();
        for x in &o.routines {
            if !x.system {
                println!(
                    "R {:?} ({}) -> {:?} {:?} {:?} {} {:?}",
                    o.names.get(x.name),
                    o.names.get(x.arguments),
                    o.names.opt(x.returns),
                    o.names.opt(x.language),
                    x.kind,
                    x.security_definer,
                    o.names.opt(x.comment)
                )
            }
        }
        for x in &o.triggers {
            println!("T {:?} {}", o.names.get(x.name), o.names.get(x.event))
        }
        println!("{:#?}", facts.0.notes());
        for sent in engine.sent() {
            println!("{:32} {:>6} rows {:>8} B {:?} {:?}", sent.name, sent.rows, sent.bytes, sent.took, sent.outcome);
        }
        println!("{}", engine.grants().await.unwrap());
        let cat = facts.0;
        for (id, _) in cat.relations.iter() {
            if cat.relations.schema_name(id) != db.name {
                continue;
            }
            match engine.ddl(&cat, ObjectRef::Relation(id)).await.unwrap() {
                Known::Ready(d) => println!(
                    "{}\n grants {:?} {:?}",
                    d.text,
                    d.grants.iter().map(|g| (d.names.get(g.grantee), d.names.get(g.privileges))).collect::<Vec<_>>(),
                    d.notes
                ),
                other => println!("{:?}", other.reason()),
            }
        }
    }
}
