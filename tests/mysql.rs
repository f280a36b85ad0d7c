//! The MySQL and MariaDB engine against real servers: `DBLENS_TEST_MARIA1011`, `…_MARIA118`, `…_MYSQL97`.
//!
//! Every test makes databases and accounts of its own and drops them.

use dblens::config::{Address, Env, Family, Host, Target, Tls, TlsMode};
use dblens::engine::{self, Engine, ErrorKind, Scope, Stop};
use dblens::model::{
    Action, Catalog, ColFlags, Columns, Generated, IndexFlags, Indexes, KeyKind, Keys, Known, ObjectRef, Objects,
    Outcome, RelFlags, RelId, RelKind, Relations, Role,
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
async fn relations_have_kind_rows_and_size() {
    for server in servers::all() {
        let db = server.database("rels").await;
        make_rich(&db).await;
        let facts = Facts(catalog(open(&server).await.as_mut()).await);
        let relations = facts.relations();
        let get = |name: &str| relations.get(facts.rel(&db, name)).unwrap();
        let parent = get("parent");
        assert_eq!((parent.kind, parent.rows, parent.table_bytes), (RelKind::Table, Some(2), Some(16_384)));
        assert_eq!(relations.names.opt(parent.comment), Some("the parent"));
        assert!(relations.names.opt(parent.storage).unwrap().starts_with("InnoDB"));
        let part = get("part");
        assert_eq!((part.kind, part.table_bytes), (RelKind::PartitionedTable, Some(32_768)), "{}", server.name);
        let good = get("good");
        assert_eq!((good.kind, good.rows, good.comment), (RelKind::View, None, None));
        // InnoDB keeps no statistics of it: the engine's own figures, of this one table
        assert_eq!(get("isam").index_bytes, Some(1024), "{}", server.name);
        assert_eq!(get(&evil()).rows, Some(0), "{}", server.name);
        assert!(relations.find(&db.name, "part#P#p0").is_none());
        let broken = facts.0.notes().iter().any(|note| note.text.contains(".broken"));
        assert!(get("broken").flags.has(RelFlags::BROKEN) || broken, "{}", server.name);
        if server.is_mariadb() {
            assert_eq!((get("seq").kind, get("seq").rows), (RelKind::Sequence, None));
            assert!(get("versioned").flags.has(RelFlags::SYSTEM_VERSIONED));
        }
        let schema = |id: dblens::model::NamespaceId| relations.namespace(id).to_owned();
        let order: Vec<_> =
            relations.list.iter().map(|rel| (schema(rel.schema), relations.names.get(rel.name))).collect();
        let first_system = relations.schemas.iter().position(|schema| schema.system).unwrap();
        assert!(relations.schemas[first_system..].iter().all(|schema| schema.system));
        assert!(relations.list.windows(2).all(|two| two[0].schema <= two[1].schema), "{order:?}");
        let user = relations.find("mysql", "user").unwrap();
        assert!(relations.get(user).unwrap().flags.has(RelFlags::SYSTEM));
        assert!(facts.columns().of(user).is_empty(), "columns of the server's own tables come with their definition");
    }
}

#[tokio::test]
async fn columns_read_alike_on_both_makes() {
    for server in servers::all() {
        let db = server.database("cols").await;
        make_rich(&db).await;
        let facts = Facts(catalog(open(&server).await.as_mut()).await);
        let rel = facts.rel(&db, "plain_types");
        let names = &facts.columns().names;
        let defaults = [
            ("t", Some("'it''s'")),
            ("e", Some("''")),
            ("nt", Some("'NULL'")),
            ("nd", None),
            ("d", Some("0.00")),
            ("x", Some("(1 + 2)")),
            ("hidden", Some("7")),
            ("en", Some("'a'")),
            ("note", None),
        ];
        for (name, default) in defaults {
            assert_eq!(facts.column(rel, name).1, default, "{} {name}", server.name);
        }
        let stamp = facts.column(rel, "ts").1.unwrap().to_ascii_lowercase().replace("()", "");
        assert_eq!(stamp, "current_timestamp on update current_timestamp");
        assert_eq!(facts.column(rel, "g").0.generated, Some(Generated::Virtual));
        assert_eq!(facts.column(rel, "gs").0.generated, Some(Generated::Stored));
        assert!(facts.column(rel, "g").1.unwrap().contains("`id` + 1"));
        assert!(facts.column(rel, "hidden").0.flags.has(ColFlags::INVISIBLE));
        assert!(!facts.column(rel, "x").0.flags.has(ColFlags::INVISIBLE));
        assert!(facts.column(rel, "id").0.flags.has(ColFlags::PRIMARY));
        assert!(facts.column(rel, "t").0.flags.has(ColFlags::NOT_NULL));
        assert!(!facts.column(rel, "nd").0.flags.has(ColFlags::NOT_NULL));
        assert_eq!(names.opt(facts.column(rel, "bin").0.collation), Some("utf8mb4_bin"));
        assert_eq!(names.opt(facts.column(rel, "t").0.collation), None);
        assert_eq!(names.opt(facts.column(rel, "t").0.comment), Some("a text"));
        assert_eq!(names.get(facts.column(rel, "d").0.type_name), "decimal(8,2)");
        let positions: Vec<u16> = facts.columns().of(rel).iter().map(|column| column.position).collect();
        assert_eq!(positions, (1..=16).collect::<Vec<u16>>());
        let child = facts.rel(&db, "child");
        assert_eq!(facts.column(child, "id").0.generated, Some(Generated::AutoIncrement));
        assert_eq!(facts.column(facts.rel(&db, "parent"), "a").0.distinct, Some(1.0));
        let odd = evil();
        assert_eq!(names.get(facts.column(facts.rel(&db, &odd), &odd).0.name), odd);
    }
}

#[tokio::test]
async fn indexes_have_every_property() {
    for server in servers::all() {
        let db = server.database("idx").await;
        make_rich(&db).await;
        db.exec(&["SELECT COUNT(b) FROM parent WHERE a = 1"]).await;
        let facts = Facts(catalog(open(&server).await.as_mut()).await);
        let indexes = facts.indexes();
        let parts = |rel: RelId, name: &str| -> Vec<(String, u16, u32, bool)> {
            let parts = indexes.key(facts.index(rel, name)).iter();
            parts.map(|p| (indexes.names.get(p.text).to_owned(), p.column, p.sub_part, p.descending)).collect()
        };
        let rel = facts.rel(&db, "plain_types");
        assert_eq!(parts(rel, "k_prefix"), [("note".into(), 14, 10, false), ("d".into(), 6, 0, true)]);
        for (name, method) in [("PRIMARY", "btree"), ("ft", "fulltext"), ("sp", "spatial")] {
            assert_eq!(indexes.names.get(facts.index(rel, name).method), method, "{}", server.name);
        }
        let unique = facts.index(rel, "uq_t");
        assert!(unique.flags.has(IndexFlags::UNIQUE) && indexes.names.opt(unique.constraint) == Some("uq_t"));
        let primary = facts.index(rel, "PRIMARY");
        assert!(primary.flags.has(IndexFlags::PRIMARY) && primary.bytes == Some(16_384));
        assert_eq!(indexes.names.opt(facts.index(rel, "k_price").comment), Some("by price"));
        assert_eq!(facts.index(facts.rel(&db, "part"), "PRIMARY").bytes, Some(32_768));
        if server.is_mariadb() {
            let ignored = facts.index(facts.rel(&db, "part"), "ign");
            assert!(!ignored.flags.has(IndexFlags::VISIBLE), "{}", server.name);
        } else {
            let expr = facts.rel(&db, "expr");
            assert!(!facts.index(expr, "k_inv").flags.has(IndexFlags::VISIBLE));
            assert_eq!(parts(expr, "k_lower"), [("lower(`s`)".into(), 0, 0, false), ("id".into(), 1, 0, false)]);
        }
        // use is counted only with the performance schema; fulltext never is
        let counted = server.one("SELECT @@performance_schema").await == "1";
        let used = facts.index(facts.rel(&db, "parent"), "PRIMARY").scans;
        let unused = facts.index(rel, "k_price").scans;
        assert_eq!((used.is_some_and(|rows| rows >= 2), unused), (counted, counted.then_some(0)), "{}", server.name);
        assert_eq!(facts.index(rel, "ft").scans, None);
        assert_eq!(indexes.notes.iter().any(|note| note.text.contains("performance_schema = OFF")), !counted);
    }
}

#[tokio::test]
async fn keys_know_their_columns_actions_and_checks() {
    for server in servers::all() {
        let db = server.database("keys").await;
        make_rich(&db).await;
        let facts = Facts(catalog(open(&server).await.as_mut()).await);
        let keys = facts.keys();
        let (parent, child) = (facts.rel(&db, "parent"), facts.rel(&db, "child"));
        let foreign = facts.key(child, KeyKind::Foreign, "fk_parent");
        assert_eq!(keys.columns(foreign).collect::<Vec<_>>(), ["pa", "pb"]);
        assert_eq!(keys.ref_columns(foreign).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(foreign.ref_rel, Some(parent));
        assert_eq!((foreign.on_update, foreign.on_delete), (Some(Action::SetNull), Some(Action::Cascade)));
        assert_eq!(foreign.indexed, Some(true));
        let own = facts.key(child, KeyKind::Foreign, "fk_boss");
        assert_eq!((own.ref_rel, own.on_delete), (Some(child), Some(Action::NoAction)), "{}", server.name);
        let odd = facts.key(facts.rel(&db, &evil()), KeyKind::Foreign, "c1");
        assert_eq!(keys.columns(odd).collect::<Vec<_>>(), ["other"]);
        let referencing: Vec<_> = keys.referencing(child).map(|key| keys.names.opt(key.name).unwrap()).collect();
        assert_eq!(referencing.len(), 2, "{referencing:?}");
        let rel = facts.rel(&db, "plain_types");
        let check = facts.definition(facts.key(rel, KeyKind::Check, "price_positive"));
        assert!(check.starts_with("CHECK (") && check.contains("`price` > 0") && check.contains("'x'"), "{check}");
        assert!(!check.contains('\\'), "{check}");
        let unique = facts.key(rel, KeyKind::Unique, "uq_t");
        assert_eq!(keys.columns(unique).collect::<Vec<_>>(), ["t"]);
        assert_eq!(keys.columns(facts.key(parent, KeyKind::Primary, "PRIMARY")).collect::<Vec<_>>(), ["a", "b"]);
        if server.is_mariadb() {
            let json = facts.key(facts.rel(&db, "js"), KeyKind::Check, "doc");
            assert_eq!(facts.definition(json), "CHECK (json_valid(`doc`))");
        } else {
            let off = facts.key(facts.rel(&db, "expr"), KeyKind::Check, "not_now");
            assert_eq!((off.enforced, off.validated), (Some(false), None));
        }
    }
}

#[tokio::test]
async fn foreign_keys_are_the_same_from_either_source() {
    for server in servers::all() {
        let mut db = server.database("fk").await;
        make_rich(&db).await;
        let full = Facts(catalog(open(&server).await.as_mut()).await);
        let user = db.account("select", &["SELECT ON {db}.*"]).await;
        let few = Facts(catalog(open_as(&server, &user).await.as_mut()).await);
        let list = |facts: &Facts, with_actions: bool| -> Vec<String> {
            let keys = facts.keys();
            let relations = facts.relations();
            let mine = keys.list.iter().filter(|key| relations.schema_name(key.rel) == db.name);
            let mine = mine.filter(|key| key.kind == KeyKind::Foreign);
            mine.map(|key| {
                let (from, to) = (keys.columns(key).collect::<Vec<_>>(), keys.ref_columns(key).collect::<Vec<_>>());
                let target = key.ref_rel.map(|rel| relations.name(rel).to_owned());
                let actions = with_actions.then_some((key.on_update, key.on_delete));
                format!(
                    "{} {:?} {from:?} {target:?} {to:?} {actions:?}",
                    relations.name(key.rel),
                    keys.names.opt(key.name)
                )
            })
            .collect()
        };
        assert_eq!(list(&full, false), list(&few, false), "{}", server.name);
        if server.is_mariadb() {
            // hidden from SELECT alone: unknown, with the statement that helps
            let hidden = few.keys().list.iter().filter(|key| key.kind == KeyKind::Foreign);
            assert!(hidden.clone().count() >= 3 && hidden.clone().all(|key| key.on_delete.is_none()));
            let note = few.keys().notes.iter().find(|note| note.text.contains("foreign keys")).unwrap();
            server.exec(&[note.grant.as_deref().unwrap()]).await;
        }
        let after = Facts(catalog(open_as(&server, &user).await.as_mut()).await);
        assert_eq!(list(&full, true), list(&after, true), "{}", server.name);
    }
}

#[tokio::test]
async fn routines_and_triggers() {
    for server in servers::all() {
        let db = server.database("objs").await;
        make_rich(&db).await;
        let facts = Facts(catalog(open(&server).await.as_mut()).await);
        let objects = facts.objects();
        let names = &objects.names;
        let find = |name: &str| {
            let mine = objects.routines.iter().filter(|r| facts.relations().namespace(r.schema) == db.name);
            mine.clone().find(|routine| names.get(routine.name) == name).unwrap()
        };
        let twice = find("twice");
        assert!(names.get(twice.arguments).starts_with("n int") && twice.security_definer && !twice.system);
        assert!(names.opt(twice.returns).unwrap().starts_with("bigint"));
        assert_eq!(names.opt(twice.comment), Some("doubles"));
        let fill = find("fill");
        assert!(names.get(fill.arguments).contains("OUT total bigint") && !fill.security_definer);
        let triggers = objects.triggers_of(facts.rel(&db, "child"));
        assert_eq!(names.get(triggers[0].event), "BEFORE INSERT, each row");
        assert!(objects.notes.is_empty(), "{:?}", objects.notes);
    }
}

#[tokio::test]
async fn definitions_of_every_kind() {
    for server in servers::all() {
        let db = server.database("ddl").await;
        make_rich(&db).await;
        let mut engine = open(&server).await;
        let facts = Facts(catalog(engine.as_mut()).await);
        let mut text = async |object| ready(engine.ddl(&facts.0, object).await.unwrap());
        let odd = evil();
        for (name, words) in
            [("child", "CREATE TABLE `child`"), ("good", "VIEW"), ("broken", "VIEW"), (odd.as_str(), "CREATE TABLE")]
        {
            let ddl = text(ObjectRef::Relation(facts.rel(&db, name))).await;
            assert!(ddl.text.contains(words), "{}", ddl.text);
        }
        let rel = facts.rel(&db, "plain_types");
        let ddl = text(ObjectRef::Relation(rel)).await;
        let full: Vec<_> = ddl.columns_of(rel).unwrap().to_vec();
        let names = &ddl.columns.as_ref().unwrap().names;
        let before = facts.columns().of(rel);
        assert_eq!(full.len(), before.len());
        for (one, other) in full.iter().zip(before) {
            let theirs = &facts.columns().names;
            assert_eq!(names.get(one.name), theirs.get(other.name));
            assert_eq!(names.opt(one.default), theirs.opt(other.default));
            assert_eq!(names.opt(one.collation), theirs.opt(other.collation));
        }
        // the server's own tables: columns only here
        let user = facts.relations().find("mysql", "db").unwrap();
        assert!(text(ObjectRef::Relation(user)).await.columns_of(user).unwrap().len() > 5);
        for (name, words) in [("fill", "PROCEDURE"), ("twice", "FUNCTION")] {
            let n = facts.objects().routines.iter().position(|r| facts.objects().names.get(r.name) == name).unwrap();
            assert!(text(ObjectRef::Routine(n as u32)).await.text.contains(words));
        }
        let n = facts.objects().triggers.iter().position(|t| facts.objects().names.get(t.name) == "child_bi").unwrap();
        assert!(text(ObjectRef::Trigger(n as u32)).await.text.contains("BEFORE INSERT"));
        if server.is_mariadb() {
            assert!(text(ObjectRef::Relation(facts.rel(&db, "seq"))).await.text.contains("CREATE SEQUENCE"));
        }
    }
}

#[tokio::test]
async fn an_index_can_be_made_again_from_its_definition() {
    for server in servers::all() {
        let db = server.database("redo").await;
        make_rich(&db).await;
        let mut engine = open(&server).await;
        let shape = |facts: &Facts| -> Vec<String> {
            let indexes = facts.indexes();
            let mine = indexes.list.iter().filter(|index| facts.relations().schema_name(index.rel) == db.name);
            mine.map(|index| {
                let parts: Vec<_> =
                    indexes.key(index).iter().map(|p| (indexes.names.get(p.text), p.sub_part, p.descending)).collect();
                format!(
                    "{:?} {} {parts:?} {:?}",
                    facts.relations().name(index.rel),
                    indexes.names.get(index.name),
                    indexes.names.get(index.method)
                )
            })
            .collect()
        };
        let facts = Facts(catalog(engine.as_mut()).await);
        let before = shape(&facts);
        let indexes = facts.indexes();
        for (n, index) in indexes.list.iter().enumerate() {
            let (schema, table) = (facts.relations().schema_name(index.rel), facts.relations().name(index.rel));
            let name = indexes.names.get(index.name);
            // a foreign key needs its index all the time
            if schema != db.name
                || name == "PRIMARY"
                || name.starts_with("fk_")
                || name == "c1"
                || name.starts_with("uq")
            {
                continue;
            }
            let ddl = ready(engine.ddl(&facts.0, ObjectRef::Index(n as u32)).await.unwrap());
            let drop = format!("DROP INDEX {} ON {}.{}", quoted(name), quoted(schema), quoted(table));
            server.exec(&[&drop, &ddl.text]).await;
        }
        let after = Facts(catalog(engine.as_mut()).await);
        assert_eq!(before, shape(&after), "{}", server.name);
    }
}

#[tokio::test]
async fn real_schemas_are_counted_as_their_truth_says() {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/mysql");
    if !data.is_dir() {
        eprintln!("SKIPPED: shared, there is no ../shared/data");
        return;
    }
    for server in servers::all() {
        for (name, files) in [
            ("chinook", vec!["mysql.sql"]),
            ("sakila", vec!["1.sql", "2.sql"]),
            ("mediawiki", vec!["mysql.sql"]),
            ("zabbix", vec!["schema.sql"]),
        ] {
            let db = server.database(name).await;
            for file in files {
                let script = std::fs::read_to_string(data.join(name).join(file)).unwrap();
                load(&db, &script.replace("sakila.", "")).await;
            }
            let truth: serde_json::Value =
                serde_json::from_str(&std::fs::read_to_string(data.join(name).join("truth.json")).unwrap()).unwrap();
            let facts = Facts(catalog(open(&server).await.as_mut()).await);
            let mut expected = truth_counts(&truth);
            if name == "sakila" && !server.is_mariadb() {
                // a column and its spatial index stand in a comment that only MySQL executes
                expected[2] += 1;
                expected[3] += 1;
            }
            assert_eq!(counts(&facts, &db), expected, "{} {name}", server.name);
        }
    }
}

/// Runs the statements of a script that make something; the data is left out.
async fn load(db: &TestDb, script: &str) {
    let mut statements = vec!["SET FOREIGN_KEY_CHECKS = 0".to_owned()];
    let (mut delimiter, mut statement) = (";".to_owned(), String::new());
    let mut comment = false;
    for line in script.lines() {
        let plain = line.trim();
        comment |= statement.is_empty() && plain.starts_with("/*");
        if comment {
            comment = !plain.contains("*/");
        } else if let Some(word) = plain.strip_prefix("DELIMITER ") {
            delimiter = word.trim().to_owned();
        } else if !plain.is_empty() && !plain.starts_with("--") {
            statement.push_str(line);
            statement.push('\n');
            if let Some(end) = plain.strip_suffix(&delimiter) {
                let cut = statement.trim_end().len() - (plain.len() - end.len());
                statement.truncate(cut);
                let word = statement.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
                if ["CREATE", "ALTER"].contains(&word.as_str()) {
                    statements.push(std::mem::take(&mut statement));
                }
                statement.clear();
            }
        }
    }
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    db.exec(&statements).await;
}

/// Tables, views, columns, indexes, foreign keys, triggers, routines.
fn counts(facts: &Facts, db: &TestDb) -> [usize; 7] {
    let relations = facts.relations();
    let mine = |rel: RelId| relations.schema_name(rel) == db.name;
    let rels: Vec<RelId> = relations.iter().map(|(id, _)| id).filter(|id| mine(*id)).collect();
    let views = rels.iter().filter(|id| relations.get(**id).unwrap().kind == RelKind::View).count();
    let routines = facts.objects().routines.iter().filter(|r| relations.namespace(r.schema) == db.name).count();
    [
        rels.len() - views,
        views,
        rels.iter().map(|id| facts.columns().of(*id).len()).sum(),
        rels.iter().map(|id| facts.indexes().of(*id).len()).sum(),
        facts.keys().list.iter().filter(|key| mine(key.rel) && key.kind == KeyKind::Foreign).count(),
        facts.objects().triggers.iter().filter(|trigger| mine(trigger.rel)).count(),
        routines,
    ]
}

fn truth_counts(truth: &serde_json::Value) -> [usize; 7] {
    let n = |key: &str| truth["counts"][key].as_u64().unwrap() as usize;
    [
        n("tables"),
        n("views"),
        n("columns_tables") + n("columns_views"),
        n("indexes"),
        n("fks"),
        n("triggers"),
        n("procedures") + n("functions"),
    ]
}

// ---- accounts that may see less -------------------------------------------------------------------

#[tokio::test]
async fn an_account_without_rights_sees_that_it_sees_nothing() {
    for server in servers::all() {
        let mut db = server.database("none").await;
        let user = db.account("plain", &[]).await;
        let monitor = db.account("monitor", &["PROCESS ON *.*", "SELECT ON performance_schema.*"]).await;
        for user in [user, monitor] {
            let mut engine = open_as(&server, &user).await;
            let facts = Facts(catalog(engine.as_mut()).await);
            assert!(facts.relations().schemas.iter().all(|schema| schema.system));
            let note = &facts.relations().notes[0];
            assert!(note.text.contains("no schema"), "{note:?}");
            let grant = note.grant.clone().unwrap();
            assert!(grant.starts_with("GRANT SELECT, SHOW VIEW ON") && grant.contains(&user), "{grant}");
        }
    }
}

#[tokio::test]
async fn select_alone_fills_the_tree_and_names_what_is_missing() {
    for server in servers::all() {
        let mut db = server.database("sel").await;
        make_rich(&db).await;
        let user = db.account("sel", &["SELECT ON {db}.*"]).await;
        let mut engine = open_as(&server, &user).await;
        let facts = Facts(catalog(engine.as_mut()).await);
        let relations = facts.relations();
        // sizes without InnoDB's statistics: the engines' own figures
        let parent = relations.get(facts.rel(&db, "parent")).unwrap();
        assert_eq!((parent.rows, parent.table_bytes), (Some(2), Some(16_384)), "{}", server.name);
        assert_eq!(relations.get(facts.rel(&db, "part")).unwrap().kind, RelKind::PartitionedTable);
        assert_eq!(facts.column(facts.rel(&db, "parent"), "a").0.distinct.is_some(), true);
        let index = facts.index(facts.rel(&db, "plain_types"), "k_prefix");
        assert_eq!((index.bytes, index.scans), (None, None));
        assert!(facts.objects().triggers.is_empty());
        let notes = facts.0.notes();
        let has = |words: &str, right: &str| {
            let of = |grant: &Option<String>| grant.as_deref().unwrap_or_default().to_owned();
            notes.iter().any(|note| note.text.contains(words) && of(&note.grant).contains(right))
        };
        assert!(has("sizes of indexes", "SELECT ON mysql.innodb_index_stats"), "{notes:?}");
        assert!(has("triggers", "") && has("routines", "ON"), "{notes:?}");
        if server.one("SELECT @@performance_schema").await == "1" {
            assert!(has("use of indexes", "SELECT ON performance_schema.*"), "{notes:?}");
        }
        // every statement that is named is one that the server takes
        for grant in notes.iter().filter_map(|note| note.grant.as_deref()) {
            server.exec(&[grant]).await;
        }
        let good = facts.rel(&db, "good");
        let mut engine = open_as(&server, &db.account("sel2", &["SELECT ON {db}.*"]).await).await;
        let Known::Denied { grant, .. } = engine.ddl(&facts.0, ObjectRef::Relation(good)).await.unwrap() else {
            panic!("the text of a view needs SHOW VIEW");
        };
        server.exec(&[&grant]).await;
        assert!(matches!(engine.ddl(&facts.0, ObjectRef::Relation(good)).await.unwrap(), Known::Ready(_)), "{grant}");
    }
}

#[tokio::test]
async fn the_role_of_grants_sees_everything_but_triggers() {
    for server in servers::all() {
        let mut db = server.database("least").await;
        make_rich(&db).await;
        let text = open(&server).await.grants().await.unwrap();
        let user = format!("m_least_{}", std::process::id());
        let text = text.replace("'dblens'@'%'", &format!("'{user}'@'%'")).replace("change this", &user);
        db.users.push(user.clone());
        let mut made = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with("--") && !line.is_empty()) {
            // databases of other tests come and go meanwhile
            if !line.contains(".* TO") || !line.contains("`") || line.contains(&db.name.replace('_', "\\_")) {
                made.push(line);
            }
        }
        server.exec(&made).await;
        let mut engine = open_as(&server, &user).await;
        let told = engine.server().await.unwrap();
        assert_eq!((told.role, told.notes.len()), (Some(Role::Primary), 0), "{}", server.name);
        let few = Facts(catalog(engine.as_mut()).await);
        let full = Facts(catalog(open(&server).await.as_mut()).await);
        let mut counted = counts(&full, &db);
        counted[5] = 0;
        assert_eq!(counts(&few, &db), counted, "{}", server.name);
        let notes: Vec<String> = few.0.notes().into_iter().map(|note| note.text).collect();
        let expected = ["triggers", "no columns", "performance_schema = OFF"];
        for note in &notes {
            assert!(expected.iter().any(|words| note.contains(words)), "{}: {note}", server.name);
        }
        assert!(few.key(few.rel(&db, "child"), KeyKind::Foreign, "fk_parent").on_delete == Some(Action::Cascade));
        for name in ["child", "good", "plain_types"] {
            let ddl = engine.ddl(&few.0, ObjectRef::Relation(few.rel(&db, name))).await.unwrap();
            assert!(matches!(ddl, Known::Ready(_)), "{} {name}: {:?}", server.name, ddl.reason());
        }
        for (n, routine) in few.objects().routines.iter().enumerate() {
            if few.relations().namespace(routine.schema) == db.name {
                let ddl = engine.ddl(&few.0, ObjectRef::Routine(n as u32)).await.unwrap();
                assert!(matches!(ddl, Known::Ready(_)), "{}: {:?}", server.name, ddl.reason());
            }
        }
    }
}

// ---- conduct --------------------------------------------------------------------------------------

#[tokio::test]
async fn facts_come_while_tables_are_locked() {
    for server in servers::all() {
        let db = server.database("lock").await;
        make_rich(&db).await;
        let mut holder = server.session().await;
        servers::run(&mut holder, &format!("USE `{}`", db.name)).await;
        servers::run(&mut holder, "LOCK TABLES child WRITE, plain_types WRITE").await;
        let mut waiter = server.session().await;
        let id = connection_id(&mut waiter).await;
        let alter = format!("ALTER TABLE `{}`.child ADD COLUMN later INT", db.name);
        let pending = tokio::spawn(async move {
            let _ = sqlx::raw_sql(sqlx::AssertSqlSafe(alter)).execute(&mut waiter).await;
        });
        until(&server, id, "%metadata lock%").await;
        let started = Instant::now();
        let mut engine = open(&server).await;
        let facts = Facts(catalog(engine.as_mut()).await);
        let child = facts.rel(&db, "child");
        let ddl = engine.ddl(&facts.0, ObjectRef::Relation(child)).await.unwrap();
        // a statement that waited would have been ended by the lock timeout, after one second
        assert!(started.elapsed() < Duration::from_secs(10), "{}: {:?}", server.name, started.elapsed());
        for sent in engine.sent() {
            assert_eq!(sent.outcome, Outcome::Ok, "{}: {}", server.name, sent.name);
        }
        assert_eq!(facts.columns().of(child).len(), 4);
        assert!(matches!(ddl, Known::Ready(_)), "{:?}", ddl.reason());
        server.exec(&[&format!("KILL {id}")]).await;
        pending.await.unwrap();
    }
}

#[tokio::test]
async fn the_number_of_statements_does_not_grow_with_the_schema() {
    for server in servers::all() {
        let db = server.database("many").await;
        let mut engine = open(&server).await;
        let mut run = async || {
            engine.sent();
            catalog(engine.as_mut()).await;
            engine.sent().iter().map(|sent| sent.name).collect::<Vec<_>>()
        };
        db.exec(&["CREATE TABLE a (id INT PRIMARY KEY, b INT, FOREIGN KEY (b) REFERENCES a (id))"]).await;
        run().await;
        let few = run().await;
        let more: Vec<String> = (0..60)
            .map(|n| format!("CREATE TABLE t{n} (id INT PRIMARY KEY, b INT, FOREIGN KEY (b) REFERENCES a (id))"))
            .collect();
        db.exec(&more.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let many = run().await;
        // other tests' tables may need the one statement for sizes
        let count = |names: &[&str]| names.iter().filter(|name| !name.starts_with("mysql/table_sizes")).count();
        assert_eq!(count(&few), count(&many), "{few:?} {many:?}");
        assert!(many.len() <= 20, "{many:?}");
    }
}

#[tokio::test]
async fn the_session_cannot_write() {
    for server in servers::all() {
        let mut engine = open(&server).await;
        engine.server().await.unwrap();
        let Stop::Session(id) = engine.stop_handle() else { panic!("no session") };
        assert!(id > 0);
        let set: Vec<_> = engine.sent().into_iter().filter(|sent| sent.name == "mysql/session").collect();
        assert_eq!(set.len(), 1);
        // what a session set up in this way may do: a second one with the same statement
        let db = server.database("ro").await;
        db.exec(&[
            "CREATE TABLE t (id INT PRIMARY KEY)",
            "CREATE FUNCTION writes() RETURNS INT BEGIN INSERT INTO t VALUES (9); RETURN 1; END",
        ])
        .await;
        let mut session = server.session().await;
        servers::run(&mut session, &format!("USE `{}`", db.name)).await;
        servers::run(&mut session, &set[0].text).await;
        for statement in [
            "INSERT INTO t VALUES (1)",
            "SELECT writes()",
            "CREATE TABLE u (id INT)",
            "CREATE TEMPORARY TABLE u (id INT)",
            "DROP TABLE t",
            "TRUNCATE t",
            "OPTIMIZE TABLE t",
            "LOCK TABLES t WRITE",
            "SELECT * FROM t FOR UPDATE",
            "GRANT SELECT ON *.* TO root@'127.0.0.1'",
        ] {
            let error = sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut session).await;
            let error = error.err().unwrap_or_else(|| panic!("{}: {statement} ran", server.name));
            assert!(error.to_string().contains("1792"), "{}: {statement}: {error}", server.name);
        }
        // what the server would let through, the gate in front of it does not
        for statement in [
            "FLUSH TABLES",
            "ANALYZE TABLE t",
            "HANDLER t OPEN",
            "CALL p()",
            "DO SLEEP(1)",
            "INSERT INTO t VALUES (1)",
            "SELECT 1; DELETE FROM t",
            "LOCK TABLES t READ",
            "PURGE BINARY LOGS BEFORE NOW()",
        ] {
            assert!(!dblens::engine::guard::only_reads(statement), "{statement}");
        }
        assert_eq!(server.one(&format!("SELECT COUNT(*) FROM `{}`.t", db.name)).await, "0");
    }
}

#[tokio::test]
async fn stops_only_what_is_its_own_and_running() {
    for server in servers::all() {
        let mut db = server.database("stop").await;
        let user = db.account("stop", &["PROCESS ON *.*"]).await;
        let mut engine = open_as(&server, &user).await;
        // somebody else's statement runs on
        let mut other = server.session().await;
        let other_id = connection_id(&mut other).await;
        let slept = tokio::spawn(async move {
            let row = sqlx::raw_sql("SELECT CAST(SLEEP(1) AS CHAR)").fetch_one(&mut other).await;
            row.map(|row| sqlx::Row::try_get_unchecked::<Vec<u8>, _>(&row, 0).unwrap())
        });
        until(&server, other_id, "User sleep").await;
        engine.stop(other_id).await.unwrap();
        assert_eq!(slept.await.unwrap().unwrap(), b"0", "{}: not interrupted", server.name);
        // our own account's statement ends, and the session lives on
        let mut own = user_session(&server, &user).await;
        let own_id = connection_id(&mut own).await;
        let started = Instant::now();
        let ended = tokio::spawn(async move {
            let result = sqlx::raw_sql("SELECT SLEEP(20) FROM (SELECT 1 UNION SELECT 2) q").fetch_all(&mut own).await;
            (result.is_ok(), sqlx::raw_sql("SELECT 1").fetch_all(&mut own).await.is_ok())
        });
        until(&server, own_id, "User sleep").await;
        engine.stop(own_id).await.unwrap();
        assert!(ended.await.unwrap().1, "{}", server.name);
        assert!(started.elapsed() < Duration::from_secs(10), "{}", server.name);
        // nobody there: nothing happens
        engine.stop(999_999_999).await.unwrap();
    }
}

#[tokio::test]
async fn a_fact_that_is_stopped_can_be_asked_again() {
    for server in servers::all() {
        let mut engine = open(&server).await;
        let relations = ready(engine.relations().await.unwrap());
        let Stop::Session(id) = engine.stop_handle() else { panic!() };
        // a kill that comes too late must not end what is asked next
        server.exec(&[&format!("KILL QUERY {id}")]).await;
        ready(engine.columns(&relations, Scope::Light).await.unwrap());
    }
}

#[tokio::test]
async fn a_lost_session_says_so() {
    for server in servers::all() {
        let mut engine = open(&server).await;
        let Stop::Session(id) = engine.stop_handle() else { panic!() };
        server.exec(&[&format!("KILL {id}")]).await;
        let error = engine.server().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Lost, "{}: {error}", server.name);
        assert!(error.ends_session());
        assert_eq!(engine.server().await.unwrap_err().kind, ErrorKind::Lost);
        engine.close().await;
    }
}

#[tokio::test]
async fn close_does_not_wait() {
    for server in servers::all() {
        let mut engine = open(&server).await;
        engine.server().await.unwrap();
        let Stop::Session(id) = engine.stop_handle() else { panic!() };
        let started = Instant::now();
        engine.close().await;
        assert!(started.elapsed() < Duration::from_millis(50));
        let gone = format!("SELECT COUNT(*) FROM information_schema.processlist WHERE id = {id}");
        let deadline = Instant::now() + Duration::from_secs(5);
        while server.one(&gone).await != "0" {
            assert!(Instant::now() < deadline, "{}: session {id} stays", server.name);
        }
    }
}

async fn user_session(server: &Server, user: &str) -> sqlx::MySqlConnection {
    use sqlx::ConnectOptions;
    let options = sqlx::mysql::MySqlConnectOptions::new().host("127.0.0.1").port(server.port);
    let options = options.username(user).password(user).ssl_mode(sqlx::mysql::MySqlSslMode::Preferred);
    options.connect().await.unwrap()
}

async fn connection_id(session: &mut sqlx::MySqlConnection) -> i64 {
    let row = sqlx::raw_sql("SELECT CAST(CONNECTION_ID() AS CHAR)").fetch_one(session).await.unwrap();
    String::from_utf8(sqlx::Row::try_get_unchecked::<Vec<u8>, _>(&row, 0).unwrap()).unwrap().parse().unwrap()
}

/// Waits until a session is in a state.
async fn until(server: &Server, id: i64, state: &str) {
    let query = format!("SELECT COUNT(*) FROM information_schema.processlist WHERE id = {id} AND state LIKE '{state}'");
    let deadline = Instant::now() + Duration::from_secs(10);
    while server.one(&query).await != "1" {
        assert!(Instant::now() < deadline, "{}: session {id} never came to {state}", server.name);
    }
}
