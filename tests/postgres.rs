//! The PostgreSQL engine against real servers.

mod common;

use common::{TestDb, TestServer};
use dblens::config::{Address, Family, Host, Target, Tls, TlsMode};
use dblens::engine::{self, Engine, Error, ErrorKind, Scope};
use dblens::model::*;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use url::Url;

const RICH: &str = include_str!("postgres/rich.sql");
const RICH_15: &str = include_str!("postgres/rich_15.sql");
const RICH_18: &str = include_str!("postgres/rich_18.sql");

// ---- helpers ------------------------------------------------------------------------------------

/// A target as the configuration would make it from this address, in clear.
fn target(url: &str) -> Target {
    let url = Url::parse(url).unwrap();
    let name = url.host_str().unwrap().to_owned();
    Target {
        family: Family::Postgres,
        name: None,
        address: Address::Hosts(vec![Host::Tcp { name, addr: None, port: url.port().unwrap_or(5432) }]),
        database: Some(url.path().trim_start_matches('/').to_owned()),
        user: Some(url.username().to_owned()),
        password: url.password().map(|password| password.to_owned().into()),
        password_command: None,
        tls: Tls { mode: TlsMode::Disable, root_cert: None, cert: None, key: None },
        connect_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(3),
        sql_timeout: Duration::from_secs(10),
        options: None,
        session_attrs: None,
        immutable: false,
        env: None,
        env_guessed: false,
        allow_sql: false,
        origins: Vec::new(),
        warnings: Vec::new(),
    }
}

fn tcp(name: &str, port: u16) -> Address {
    Address::Hosts(vec![Host::Tcp { name: name.into(), addr: None, port }])
}

fn port_of(url: &str) -> u16 {
    Url::parse(url).unwrap().port().unwrap()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Opens, or fails; the other way round than what a test expects is a failure with both sides shown.
async fn refused(target: &Target) -> Error {
    match engine::open(target).await {
        Ok(_) => panic!("{} was opened", target.label()),
        Err(error) => {
            let text = format!("{error} {:?}", error.hint);
            assert!(!text.contains(SECRET), "a password in: {text}");
            assert!(!text.contains("at line"), "a C source line in: {text}");
            error
        }
    }
}

const SECRET: &str = "s3cr3t-w0rd";

fn ready<T>(known: Known<T>) -> T {
    match known {
        Known::Ready(value) => value,
        other => panic!("not ready: {:?}", other.reason()),
    }
}

async fn catalog(engine: &mut Box<dyn Engine>, scope: Scope) -> Catalog {
    let relations = Arc::new(ready(engine.relations().await.unwrap()));
    let mut catalog = Catalog::new(relations.clone());
    catalog.columns = engine.columns(&relations, scope).await.unwrap().map(Arc::new);
    catalog.indexes = engine.indexes(&relations, scope).await.unwrap().map(Arc::new);
    let indexes = catalog.indexes.value().cloned();
    catalog.keys = engine.keys(&relations, indexes.as_deref(), scope).await.unwrap().map(Arc::new);
    catalog.objects = engine.objects(&relations).await.unwrap().map(Arc::new);
    catalog
}

async fn full(url: &str) -> (Box<dyn Engine>, Catalog) {
    let mut engine = engine::open(&target(url)).await.unwrap();
    let catalog = catalog(&mut engine, Scope::Full).await;
    (engine, catalog)
}

fn is_shown(rel: &Relation) -> bool {
    !rel.flags.has(RelFlags::SYSTEM) && !rel.flags.has(RelFlags::EXTENSION)
}

fn find(catalog: &Catalog, name: &str) -> RelId {
    let relations = &catalog.relations;
    let (schema, name) = name.split_once('.').unwrap_or(("shop", name));
    relations.find(schema, name).unwrap_or_else(|| panic!("no {schema}.{name}"))
}

fn rel<'a>(catalog: &'a Catalog, name: &str) -> &'a Relation {
    catalog.relations.get(find(catalog, name)).unwrap()
}

fn version(server: &TestServer) -> i32 {
    server.one("select current_setting('server_version_num')").parse().unwrap()
}

/// A database with the rich schema.
fn rich(server: &TestServer) -> TestDb {
    let database = server.database("postgres_rich");
    server.role("mon");
    database.exec(RICH);
    if version(server) >= 150_000 {
        database.exec(RICH_15);
    }
    if version(server) >= 180_000 {
        database.exec(RICH_18);
    }
    database
}

// ---- connecting ---------------------------------------------------------------------------------

#[test]
fn connects_by_tcp_and_by_socket() {
    for server in common::pg() {
        runtime().block_on(async {
            let mut engine = engine::open(&target(&server.url)).await.unwrap();
            let facts = engine.server().await.unwrap();
            assert_eq!((facts.engine, facts.role, facts.pooled), (EngineKind::Postgresql, Some(Role::Primary), false));
            assert_eq!(facts.version_num, version(&server));
            assert_eq!(facts.database.as_deref(), Some("postgres"));
            assert_eq!(facts.line, "no TLS");
            assert!(facts.started_at.unwrap() < facts.now);
            assert!(facts.session.is_some() && facts.notes.is_empty());
            engine.close().await;
            let Some(directory) = &server.socket else { return };
            let mut over_socket = target(&server.url);
            over_socket.address =
                Address::Hosts(vec![Host::Socket { path: directory.clone(), port: port_of(&server.url) }]);
            over_socket.tls.mode = TlsMode::VerifyFull;
            let mut engine = engine::open(&over_socket).await.unwrap();
            assert_eq!(engine.server().await.unwrap().line, "unix socket");
            engine.close().await;
        });
    }
}

#[test]
fn tls_as_libpq_means_it() {
    for server in common::pg().into_iter().filter(TestServer::is_ours) {
        runtime().block_on(async {
            let line = async |mode: TlsMode, root: Option<&str>, host: &str| {
                let mut wanted = target(&server.url);
                wanted.address = tcp(host, port_of(&server.url));
                wanted.tls.mode = mode;
                wanted.tls.root_cert = root.map(|name| PathBuf::from(common::tls_file(name)));
                match engine::open(&wanted).await {
                    Ok(mut engine) => Ok(engine.server().await.unwrap().line),
                    Err(error) => Err(error),
                }
            };
            assert_eq!(line(TlsMode::Prefer, None, "127.0.0.1").await.unwrap(), "TLSv1.3, not verified");
            assert_eq!(line(TlsMode::Require, None, "127.0.0.1").await.unwrap(), "TLSv1.3, not verified");
            let verified = line(TlsMode::VerifyFull, Some("ca.pem"), "localhost").await.unwrap();
            assert_eq!(verified, "TLSv1.3 verify-full");
            assert_eq!(line(TlsMode::VerifyCa, Some("ca.pem"), "127.0.0.1").await.unwrap(), "TLSv1.3 verify-ca");
            // The driver's own `require` would not look at the authority.
            for mode in [TlsMode::Require, TlsMode::VerifyCa, TlsMode::VerifyFull] {
                let error = line(mode, Some("wrong-ca.pem"), "localhost").await.unwrap_err();
                assert_eq!(error.kind, ErrorKind::Tls, "{error}");
                assert!(error.message.contains("not signed by the authority in"), "{error}");
            }
            let error = line(TlsMode::VerifyFull, None, "localhost").await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Tls, "{error}");
        });
    }
}

#[test]
fn client_certificates_and_tls_only_roles() {
    for server in common::pg().into_iter().filter(TestServer::is_ours) {
        runtime().block_on(async {
            let mut only = target(&server.role("tls_only"));
            let error = refused(&only).await;
            assert_eq!(error.kind, ErrorKind::Rejected, "{error}");
            assert!(error.hint.unwrap().contains("sslmode=require"));
            only.tls.mode = TlsMode::Require;
            engine::open(&only).await.unwrap().close().await;

            let mut by_cert = target(&server.role("tls_cert"));
            by_cert.tls.mode = TlsMode::Require;
            assert_eq!(refused(&by_cert).await.kind, ErrorKind::Rejected);
            by_cert.tls.cert = Some(common::tls_file("client.pem").into());
            by_cert.tls.key = Some(common::tls_file("client.key").into());
            engine::open(&by_cert).await.unwrap().close().await;
            by_cert.tls.key = Some(common::tls_file("ca.pem").into());
            let error = refused(&by_cert).await;
            assert!(error.message.contains("no key that can be read"), "{error}");
        });
    }
}

#[test]
fn refusals_say_what_and_what_next() {
    for server in common::pg() {
        runtime().block_on(async {
            let mut wrong = target(&server.role("mon"));
            wrong.password = Some(SECRET.to_owned().into());
            let error = refused(&wrong).await;
            assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Rejected, Some("28P01")), "{error}");
            assert!(error.message.contains("refused the password of mon"), "{error}");
            wrong.password = None;
            assert!(refused(&wrong).await.message.contains("none was given"));

            let mut missing = target(&server.url);
            missing.database = Some("no such database".into());
            let error = refused(&missing).await;
            assert_eq!(error.code.as_deref(), Some("3D000"), "{error}");
            let mut nobody = target(&server.url);
            nobody.user = Some("nobody here".into());
            assert_eq!(refused(&nobody).await.kind, ErrorKind::Rejected);
        });
    }
}

#[test]
fn what_is_not_there_or_not_postgresql() {
    // A port that was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let http = answering(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let mysql = answering(b"J\0\0\0\n8.4.0\0................................................................");
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    runtime().block_on(async {
        let mut wanted = target("postgres://someone@127.0.0.1:1/db");
        wanted.password = Some(SECRET.to_owned().into());
        wanted.connect_timeout = Duration::from_millis(500);
        wanted.address = tcp("127.0.0.1", free);
        let error = refused(&wanted).await;
        assert_eq!(error.kind, ErrorKind::Unreachable);
        assert!(error.message.contains("nothing listens"), "{error}");
        wanted.address = tcp("no-such-host.invalid", 5432);
        assert_eq!(refused(&wanted).await.kind, ErrorKind::Unreachable);
        wanted.address = Address::Hosts(vec![Host::Socket { path: "/no/such/directory".into(), port: 5432 }]);
        assert!(refused(&wanted).await.message.contains("no socket"));
        for port in [http, mysql] {
            wanted.address = tcp("127.0.0.1", port);
            wanted.tls.mode = TlsMode::Prefer;
            let error = refused(&wanted).await;
            assert_eq!(error.kind, ErrorKind::NotSupported, "{error}");
            wanted.tls.mode = TlsMode::Disable;
            let error = refused(&wanted).await;
            assert!(matches!(error.kind, ErrorKind::NotSupported | ErrorKind::Unreachable), "{error}");
        }
        wanted.address = tcp("127.0.0.1", silent.local_addr().unwrap().port());
        let start = Instant::now();
        assert_eq!(refused(&wanted).await.kind, ErrorKind::Unreachable);
        assert!(start.elapsed() < Duration::from_secs(30));
    });
}

/// A service that says this to everyone and hangs up.
fn answering(with: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.write_all(with);
            let _ = stream.read(&mut [0; 64]);
        }
    });
    port
}

/// One message of the protocol, from the server.
fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind];
    bytes.extend((body.len() as u32 + 4).to_be_bytes());
    bytes.extend(body);
    bytes
}

fn error_message(code: &str, text: &str) -> Vec<u8> {
    message(b'E', format!("SFATAL\0VFATAL\0C{code}\0M{text}\0Fx.c\0L77\0Rr\0\0").as_bytes())
}

/// What a server says that lets everyone in and calls itself this version.
fn welcome(version: &str) -> Vec<u8> {
    let mut bytes = message(b'R', &[0; 4]);
    bytes.extend(message(b'S', format!("server_version\0{version}\0").as_bytes()));
    bytes.extend(message(b'Z', b"I"));
    bytes
}

/// A server that answers the start with `start` and every statement with `reply`.
fn playing(start: Vec<u8>, reply: Vec<u8>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut buffer = [0; 4096];
            let mut answer = &start;
            while stream.read(&mut buffer).is_ok_and(|read| read > 0) && stream.write_all(answer).is_ok() {
                answer = &reply;
            }
        }
    });
    port
}

#[test]
fn servers_that_say_no_or_are_something_else() {
    let mut lacking = error_message("42P01", "relation pg_catalog.pg_class does not exist");
    lacking.extend(message(b'Z', b"I"));
    let no = |code: &str, text: &str| playing(error_message(code, text), Vec::new());
    let cases = [
        (playing(welcome("9.6.24"), Vec::new()), ErrorKind::NotSupported, "PostgreSQL 9.6: 13 is the oldest"),
        (playing(welcome("12.22 (Debian 12.22-1)"), Vec::new()), ErrorKind::NotSupported, "PostgreSQL 12.22"),
        (playing(welcome("13.0.0"), lacking), ErrorKind::NotSupported, "lacks its catalogs"),
        (no("57P03", "the database system is starting up"), ErrorKind::Unreachable, "is not ready"),
        (no("57P03", "the database system is shutting down"), ErrorKind::Unreachable, "is not ready"),
        (no("53300", "sorry, too many clients already"), ErrorKind::Rejected, "no connection left"),
        (no("28000", "no pg_hba.conf entry for host \"1.2.3.4\""), ErrorKind::Rejected, "pg_hba.conf"),
        (no("28000", "role \"someone\" does not exist"), ErrorKind::Rejected, "does not exist"),
        (no("28P01", "password authentication failed"), ErrorKind::Rejected, "refused the password of someone"),
        (no("42501", "permission denied for database"), ErrorKind::Rejected, "may not connect"),
        (playing(message(b'R', &[0, 0, 0, 7]), Vec::new()), ErrorKind::NotSupported, "authentication"),
    ];
    runtime().block_on(async {
        for (port, kind, text) in cases {
            let mut wanted = target("postgres://someone@127.0.0.1:1/db");
            wanted.password = Some(SECRET.to_owned().into());
            wanted.address = tcp("127.0.0.1", port);
            let error = refused(&wanted).await;
            assert_eq!(error.kind, kind, "{text}: {error:?}");
            assert!(error.message.contains(text), "{text}: {error:?}");
            assert!(!error.message.contains("x.c"), "{error}");
        }
    });
}

#[test]
fn hosts_in_turn_and_session_attributes() {
    let (Some(primary), Some(standby)) = (common::require("pg18"), common::require("pg18_standby")) else { return };
    let host = |url: &str| Host::Tcp { name: "127.0.0.1".into(), addr: None, port: port_of(url) };
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    runtime().block_on(async {
        let cases = [
            ("any", Role::Primary),
            ("primary", Role::Primary),
            ("standby", Role::Standby),
            ("read-only", Role::Standby),
            ("prefer-standby", Role::Standby),
        ];
        for (attrs, role) in cases {
            let mut wanted = target(&primary.url);
            let dead = Host::Tcp { name: "127.0.0.1".into(), addr: None, port: free };
            wanted.address = Address::Hosts(vec![dead, host(&primary.url), host(&standby.url)]);
            wanted.session_attrs = Some(attrs.into());
            let mut engine = engine::open(&wanted).await.unwrap();
            assert_eq!(engine.server().await.unwrap().role, Some(role), "{attrs}");
            catalog(&mut engine, Scope::Full).await;
            engine.close().await;
        }
        let mut wanted = target(&primary.url);
        wanted.session_attrs = Some("standby".into());
        assert!(refused(&wanted).await.message.contains("is a primary"));
    });
}

#[test]
fn the_users_own_options_go_along_but_cannot_undo_ours() {
    for server in common::pg() {
        runtime().block_on(async {
            let mut wanted = target(&server.url);
            wanted.options = Some("-c default_transaction_read_only=off -c work_mem=7MB".into());
            let mut engine = engine::open(&wanted).await.unwrap();
            assert!(!engine.server().await.unwrap().pooled);
            let pid = engine.server().await.unwrap().session.unwrap();
            let seen = server.rows(&format!("select application_name from pg_stat_activity where pid = {pid}"));
            assert!(seen[0][0].as_deref().unwrap().starts_with("dblens/"));
            engine.close().await;
        });
    }
}

#[test]
fn pooled_sessions_leave_nothing_behind() {
    let Some(pooler) = common::require("pgbouncer15") else { return };
    runtime().block_on(async {
        let mut engine = engine::open(&target(&pooler.url)).await.unwrap();
        let facts = engine.server().await.unwrap();
        assert!(facts.pooled && facts.session.is_none());
        let idle = |number: &std::sync::atomic::AtomicI64| number.load(std::sync::atomic::Ordering::SeqCst) == 0;
        assert!(matches!(engine.stop_handle(), engine::Stop::Running(number) if idle(&number)));
        // Process 1 is none of ours.
        engine.stop(1).await.unwrap();
        catalog(&mut engine, Scope::Full).await;
        let sent = engine.sent();
        let facts = sent.iter().filter(|sent| sent.name.ends_with(".sql") && !sent.name.ends_with("session.sql"));
        for sent in facts {
            assert!(sent.text.starts_with("begin read only;") && sent.text.ends_with("commit"), "{}", sent.text);
        }
        assert!(sent.iter().all(|sent| !sent.text.contains("\nset session") && sent.name != "session_settings"));
        // Another client of the pooler gets a server session with the server's own settings.
        for _ in 0..4 {
            let rows = common::Session::open(&pooler.url).unwrap().rows(
                "select current_setting('default_transaction_read_only'), current_setting('statement_timeout'), \
                 current_setting('lock_timeout')",
            );
            let rows: Vec<&str> = rows[0].iter().flatten().map(String::as_str).collect();
            assert_eq!(rows, ["off", "0", "0"]);
        }
        engine.close().await;
        let mut console = target(&pooler.url);
        console.database = Some("pgbouncer".into());
        let error = refused(&console).await;
        assert!(matches!(error.kind, ErrorKind::NotSupported | ErrorKind::Rejected), "{error}");
    });
}

// ---- facts --------------------------------------------------------------------------------------

#[test]
fn relations_of_a_rich_schema() {
    for server in common::pg() {
        let database = rich(&server);
        runtime().block_on(async {
            let (engine, catalog) = full(&database.url).await;
            let relations = &catalog.relations;
            let kinds = [
                ("orders", RelKind::PartitionedTable),
                ("orders_2024", RelKind::Partition),
                ("orders_2025", RelKind::PartitionedTable),
                ("orders_2025_a", RelKind::Partition),
                ("customer", RelKind::Table),
                ("customer_names", RelKind::View),
                ("totals", RelKind::MaterializedView),
                ("free_seq", RelKind::Sequence),
                ("far", RelKind::ForeignTable),
            ];
            for (name, kind) in kinds {
                assert_eq!(rel(&catalog, name).kind, kind, "{name}");
            }
            assert_eq!(rel(&catalog, "orders_2025").parent, Some(find(&catalog, "orders")));
            assert_eq!(rel(&catalog, "orders_2025_a").parent, Some(find(&catalog, "orders_2025")));
            let vip = rel(&catalog, "vip");
            assert!(vip.flags.has(RelFlags::INHERITS) && vip.parent == Some(find(&catalog, "customer")));
            assert!(rel(&catalog, "fast").flags.has(RelFlags::UNLOGGED));
            assert!(rel(&catalog, "secret").flags.has(RelFlags::ROW_SECURITY));
            assert!(rel(&catalog, "secret").flags.has(RelFlags::ROW_SECURITY_FORCED));
            assert_eq!(relations.names.opt(rel(&catalog, "customer").comment), Some("who buys; it's \"them\""));
            assert_eq!(relations.names.opt(rel(&catalog, "customer").storage), Some("heap, fillfactor=80"));
            // Analysed in the schema's text: 100 rows in one leaf, 50 in another, none in the last.
            assert_eq!(rel(&catalog, "customer").rows, Some(10));
            assert!(rel(&catalog, "customer").table_bytes.unwrap() > 0);
            if version(&server) >= 140_000 {
                assert_eq!(rel(&catalog, "orders").rows, Some(150));
                assert_eq!(rel(&catalog, "fast").rows, None);
                assert_eq!(rel(&catalog, "fast").table_bytes, None);
            }
            assert!(relations.list.iter().any(|rel| rel.flags.has(RelFlags::SYSTEM)));
            assert!(relations.schemas.iter().any(|schema| relations.names.get(schema.name) == "empty schema"));
            let shown: Vec<bool> = relations.schemas.iter().map(|schema| schema.system).collect();
            assert!(shown.is_sorted(), "system schemas come last");
            for name in ["new\nline", "sel\"ect", "emoji👩‍👩‍👧🇩🇪", "back\\slash'", "\u{1b}[31mred", "bidi\u{202e}x"]
            {
                assert_eq!(rel(&catalog, &format!("evil.{name}")).kind, RelKind::Table);
            }
            let order = |rel: &Relation| (rel.schema, relations.names.get(rel.name).to_owned());
            assert!(relations.list.is_sorted_by_key(order));
            engine.close().await;
        });
    }
}

#[test]
fn columns_of_a_rich_schema() {
    for server in common::pg() {
        let database = rich(&server);
        runtime().block_on(async {
            let (mut engine, catalog) = full(&database.url).await;
            let columns = catalog.columns.value().unwrap();
            let column = |table: &str, name: &str| {
                let of = columns.of(find(&catalog, table));
                of.iter()
                    .find(|column| columns.names.get(column.name) == name)
                    .unwrap_or_else(|| panic!("{table}.{name}"))
            };
            let id = column("customer", "id");
            assert_eq!(id.generated, Some(Generated::IdentityAlways));
            assert!(id.flags.has(ColFlags::PRIMARY) && id.flags.has(ColFlags::NOT_NULL));
            let price = column("item", "gross");
            assert_eq!(price.generated, Some(Generated::Stored));
            assert_eq!(columns.names.get(price.type_name), "numeric(12,2)");
            assert!(columns.names.opt(price.default).unwrap().contains("net"));
            assert_eq!(columns.names.opt(column("customer", "name").collation), Some("C"));
            assert_eq!(columns.names.opt(column("customer", "name").comment), Some("as they\nwrite it"));
            assert_eq!(columns.names.get(column("customer", "mood").type_name), "shop.mood");
            assert_eq!(
                columns.names.opt(column("item", "serial_no").default),
                Some("nextval('shop.item_serial_no_seq'::regclass)")
            );
            assert_eq!(column("customer", "name").null_fraction, Some(0.0));
            assert_eq!(column("customer", "name").distinct, Some(10.0));
            assert!(columns.notes.is_empty(), "{:?}", columns.notes);

            let light = ready(engine.columns(&catalog.relations, Scope::Light).await.unwrap());
            let of = light.of(find(&catalog, "item"));
            let gross = of.iter().find(|column| light.names.get(column.name) == "gross").unwrap();
            assert!(gross.default.is_none() && gross.flags.has(ColFlags::DEFAULT_UNREAD));
            assert_eq!(light.list.len(), columns.list.len());
            if version(&server) >= 180_000 {
                assert_eq!(column("v18", "doubled").generated, Some(Generated::Virtual));
            }
            engine.close().await;
        });
    }
}

#[test]
fn indexes_of_a_rich_schema() {
    for server in common::pg() {
        let database = rich(&server);
        runtime().block_on(async {
            let (mut engine, catalog) = full(&database.url).await;
            let indexes = catalog.indexes.value().unwrap().clone();
            let index = |name: &str| {
                let found = indexes.list.iter().find(|index| indexes.names.get(index.name) == name);
                found.unwrap_or_else(|| panic!("no index {name}"))
            };
            let key = |name: &str| -> Vec<String> {
                indexes.key(index(name)).iter().map(|part| indexes.names.get(part.text).to_owned()).collect()
            };
            assert_eq!(key("customer_lower"), ["lower(name)", "id"]);
            assert_eq!(indexes.names.opt(index("customer_lower").predicate), Some("(mood = 'happy'::shop.mood)"));
            let cover = index("item_cover");
            assert_eq!((key("item_cover"), cover.include_parts), (vec!["order_id".to_owned()], 2));
            let included: Vec<&str> = indexes.include(cover).iter().map(|part| indexes.names.get(part.text)).collect();
            assert_eq!(included, ["net", "tax"]);
            let parts = indexes.key(index("customer_sorted"));
            assert!(parts[0].descending && !parts[0].nulls_first);
            assert!(!parts[1].descending && parts[1].nulls_first);
            assert_eq!(indexes.names.opt(parts[0].opclass), Some("text_pattern_ops"));
            assert_eq!(indexes.names.opt(parts[0].collation), Some("\"POSIX\""));
            assert_eq!(parts[1].collation, None);
            assert_eq!(indexes.names.get(index("item_tags").method), "gin");
            let primary = index("customer_pkey");
            assert!(primary.flags.has(IndexFlags::PRIMARY) && primary.flags.has(IndexFlags::UNIQUE));
            assert_eq!(indexes.names.opt(primary.constraint), Some("customer_pkey"));
            assert!(primary.bytes.unwrap() > 0 && primary.scans.is_some());
            assert!(index("booking_no_overlap").flags.has(IndexFlags::EXCLUSION));
            assert!(index("orders_at").flags.has(IndexFlags::PARTITIONED));
            assert_eq!(index("orders_2024_at").parent, index("orders_at").id);
            assert_eq!(indexes.names.opt(index("item_fill").options), Some("fillfactor=50"));
            assert!(!index("item_broken").flags.has(IndexFlags::VALID));
            assert!(index("customer_sorted").flags.has(IndexFlags::CLUSTERED));
            assert!(index("item_ident").flags.has(IndexFlags::REPLICA_IDENTITY));
            if version(&server) >= 150_000 {
                assert!(index("v15_code_key").flags.has(IndexFlags::NULLS_NOT_DISTINCT));
            }
            let light = ready(engine.indexes(&catalog.relations, Scope::Light).await.unwrap());
            assert_eq!(light.list.len(), indexes.list.len());
            let at = light.list.iter().find(|index| light.names.get(index.name) == "customer_lower").unwrap();
            assert!(at.flags.has(IndexFlags::EXPRESSION_UNREAD) && at.flags.has(IndexFlags::PREDICATE_UNREAD));
            assert_eq!(light.names.get(light.key(at)[0].text), "(expression)");
            engine.close().await;
        });
    }
}

#[test]
fn keys_of_a_rich_schema() {
    for server in common::pg() {
        let database = rich(&server);
        runtime().block_on(async {
            let (engine, catalog) = full(&database.url).await;
            let keys = catalog.keys.value().unwrap();
            let key = |name: &str| {
                keys.list
                    .iter()
                    .find(|key| keys.names.opt(key.name) == Some(name))
                    .unwrap_or_else(|| panic!("no {name}"))
            };
            let composite = key("item_order_fk");
            assert_eq!(keys.columns(composite).collect::<Vec<_>>(), ["order_id", "order_at"]);
            assert_eq!(keys.ref_columns(composite).collect::<Vec<_>>(), ["id", "at"]);
            assert_eq!(composite.ref_rel, Some(find(&catalog, "orders")));
            assert_eq!((composite.on_update, composite.on_delete), (Some(Action::Cascade), Some(Action::SetNull)));
            assert!(composite.match_full && composite.deferrable && composite.initially_deferred);
            assert_eq!(composite.indexed, Some(false));
            // One row for people, though the engine keeps one more for each partition of the referenced table.
            let of_item = keys.of(find(&catalog, "item")).iter().filter(|key| key.kind == KeyKind::Foreign);
            assert_eq!(of_item.count(), 1);
            let late = key("orders_customer_fk");
            assert_eq!((late.validated, late.inherited, late.indexed), (Some(true), false, Some(true)));
            let copies = keys.list.iter().filter(|key| key.inherited && key.kind == KeyKind::Foreign);
            assert_eq!(copies.count(), 3, "one for each partition of the referencing table");
            assert_eq!(key("note_customer_fk").validated, Some(false));
            assert_eq!(keys.names.opt(key("net_positive").definition), Some("CHECK ((net >= (0)::numeric))"));
            assert_eq!(key("booking_no_overlap").kind, KeyKind::Exclusion);
            assert!(keys.names.opt(key("booking_no_overlap").definition).unwrap().starts_with("EXCLUDE USING gist"));
            let incoming: Vec<&str> =
                keys.referencing(find(&catalog, "customer")).filter_map(|key| keys.names.opt(key.name)).collect();
            assert!(incoming.contains(&"note_customer_fk") && incoming.contains(&"orders_customer_fk"));
            if version(&server) >= 180_000 {
                assert!(keys.list.iter().any(|key| key.kind == KeyKind::NotNull));
                assert_eq!(key("v18_not_enforced").enforced, Some(false));
            } else {
                assert!(keys.list.iter().all(|key| key.enforced == Some(true)));
            }
            engine.close().await;
        });
    }
}

#[test]
fn objects_of_a_rich_schema() {
    for server in common::pg() {
        let database = rich(&server);
        runtime().block_on(async {
            let (engine, catalog) = full(&database.url).await;
            let objects = catalog.objects.value().unwrap();
            let name = |sym: Sym| objects.names.get(sym);
            let overloads: Vec<&str> = objects
                .routines
                .iter()
                .filter(|routine| name(routine.name) == "add")
                .map(|routine| name(routine.arguments))
                .collect();
            assert_eq!(overloads, ["a integer, b integer", "a numeric, b numeric"]);
            let kind =
                |wanted: &str| objects.routines.iter().find(|routine| name(routine.name) == wanted).unwrap().kind;
            assert_eq!(kind("tidy_up"), RoutineKind::Procedure);
            assert_eq!(kind("total"), RoutineKind::Aggregate);
            let triggers = objects.triggers_of(find(&catalog, "customer"));
            let events: Vec<&str> = triggers.iter().map(|trigger| name(trigger.event)).collect();
            assert_eq!(events, ["AFTER INSERT, each row, deferred", "BEFORE INSERT OR UPDATE OF name, each row"]);
            assert!(!triggers[1].enabled);
            let types: BTreeMap<&str, (TypeKind, Option<&str>)> = objects
                .types
                .iter()
                .map(|info| (name(info.name), (info.kind, objects.names.opt(info.detail))))
                .collect();
            assert_eq!(types["mood"], (TypeKind::Enum, Some("sad, it's, happy")));
            assert_eq!(types["positive"], (TypeKind::Domain, Some("integer NOT NULL")));
            assert_eq!(types["pair"], (TypeKind::Composite, Some("left integer, right text")));
            assert_eq!(types["span"], (TypeKind::Range, Some("double precision")));
            assert!(!types.contains_key("customer"));
            assert!(objects.extensions.iter().any(|extension| name(extension.name) == "plpgsql"));
            let policies = objects.policies_of(find(&catalog, "secret"));
            assert_eq!(policies.len(), 2);
            assert_eq!((name(policies[0].command), name(policies[0].roles)), ("SELECT", "mon"));
            assert!(!policies[1].permissive);
            engine.close().await;
        });
    }
}

#[test]
fn statements_do_not_grow_with_the_schema() {
    for server in common::pg() {
        let database = server.database("postgres_count");
        let mut counts = Vec::new();
        for tables in [5, 200] {
            database.exec(&format!(
                "do $$ begin for n in 1..{tables} loop execute format('create table if not exists t%s \
                 (id int primary key, x int default 1 check (x > 0), y int references t1 (id))', n); end loop; end $$"
            ));
            runtime().block_on(async {
                let mut engine = engine::open(&target(&database.url)).await.unwrap();
                engine.sent();
                let mut count = Vec::new();
                for scope in [Scope::Light, Scope::Full] {
                    let catalog = catalog(&mut engine, scope).await;
                    count.push(engine.sent().len());
                    let any = catalog.relations.find("public", "t1").unwrap();
                    ready(engine.ddl(&catalog, ObjectRef::Relation(any)).await.unwrap());
                    count.push(engine.sent().len());
                    engine.server().await.unwrap();
                    count.push(engine.sent().len());
                }
                counts.push(count);
                engine.close().await;
            });
        }
        assert_eq!(counts[0], counts[1], "{}", server.name);
    }
}

// ---- roles --------------------------------------------------------------------------------------

#[test]
fn every_role_sees_the_structure_and_hears_what_it_lacks() {
    for server in common::pg() {
        let database = rich(&server);
        runtime().block_on(async {
            let (engine, whole) = full(&database.url).await;
            engine.close().await;
            for role in ["mon", "plain"] {
                let (mut engine, seen) = full(&database.role(role)).await;
                assert_eq!(seen.relations.list.len(), whole.relations.list.len());
                assert_eq!(describe(&seen), describe(&whole), "{role}");
                let columns = seen.columns.value().unwrap();
                let grant = columns.notes[0].grant.as_deref().unwrap();
                if version(&server) >= 140_000 {
                    assert_eq!(grant, format!("GRANT pg_read_all_data TO {role}"));
                } else {
                    assert!(grant.starts_with("GRANT SELECT ON ALL TABLES IN SCHEMA"), "{grant}");
                }
                let notes = engine.server().await.unwrap().notes;
                let expected = (role == "plain").then(|| "GRANT pg_monitor TO plain".to_owned());
                assert_eq!(notes.iter().find_map(|note| note.grant.clone()), expected);
                let table = find(&seen, "customer");
                let ddl = ready(engine.ddl(&seen, ObjectRef::Relation(table)).await.unwrap());
                assert!(ddl.text.contains("CREATE TABLE shop.customer"), "{}", ddl.text);
                assert!(ddl.notes.iter().any(|note| note.grant.is_some()));
                engine.close().await;
            }
        });
    }
}

#[test]
fn the_role_from_grants_sees_everything() {
    for server in common::pg() {
        let database = rich(&server);
        let role = format!("lens_{}", std::process::id());
        runtime().block_on(async {
            let mut engine = engine::open(&target(&database.url)).await.unwrap();
            let script = engine.grants().await.unwrap().replace("TO dblens;", &format!("TO {role};"));
            let script = script.replace("ROLE dblens ", &format!("ROLE {role} "));
            database.exec(&script);
            // 13 would make an MD5 password, which the test servers do not take.
            database.exec(&format!("set password_encryption = 'scram-sha-256'; alter role {role} password '{role}'"));
            let mut url = Url::parse(&database.url).unwrap();
            url.set_username(&role).unwrap();
            url.set_password(Some(&role)).unwrap();
            let (mut seen_by, seen) = full(url.as_str()).await;
            let notes = seen_by.server().await.unwrap().notes;
            let columns = seen.columns.value().unwrap();
            let customer = columns.of(find(&seen, "customer")).to_vec();
            seen_by.close().await;
            engine.close().await;
            database.exec(&format!("drop owned by {role}; drop role {role}"));
            assert!(notes.is_empty(), "{notes:?}");
            assert!(columns.notes.iter().all(|note| note.grant.is_none()), "{:?}", columns.notes);
            assert!(customer.iter().any(|column| column.distinct.is_some()));
        });
    }
}

// ---- locks --------------------------------------------------------------------------------------

#[test]
fn never_waits_behind_an_exclusive_lock() {
    for server in common::pg() {
        let database = server.database("postgres_locks");
        database.exec(
            "create schema shop; \
             create table shop.held (id int primary key, x int default 1 + 1 check (x > 0)); \
             create table shop.awaited (id int primary key, x int default 2 + 2 check (x > 0)); \
             create table shop.free (id int primary key, x int default 3 + 3 check (x > 0)); \
             create index held_e on shop.held ((x + 1)) where x > 1; \
             create index awaited_e on shop.awaited ((x + 1)) where x > 1; \
             create index free_e on shop.free ((x + 1)) where x > 1; \
             create view shop.over_held as select x from shop.held; \
             create table shop.ruled (a int, b int default 1); \
             create rule r as on insert to shop.ruled do also insert into shop.held values (new.a); \
             alter table shop.held enable row level security; create policy p on shop.held using (x > 1)",
        );
        let mut holder = database.session();
        holder.exec("begin; lock table shop.held in access exclusive mode; select count(*) from shop.awaited");
        let pid = holder.one("select pg_backend_pid()");
        let waiter = {
            let mut session = database.session();
            thread::spawn(move || session.try_rows("begin; lock table shop.awaited in access exclusive mode"))
        };
        let waiting = "select count(*) from pg_locks where mode = 'AccessExclusiveLock' and not granted";
        let deadline = Instant::now() + Duration::from_secs(10);
        while database.one(waiting) != "1" {
            assert!(Instant::now() < deadline, "the waiter does not wait");
            thread::yield_now();
        }
        runtime().block_on(async {
            let mut engine = engine::open(&target(&database.url)).await.unwrap();
            let start = Instant::now();
            let light = catalog(&mut engine, Scope::Light).await;
            assert!(start.elapsed() < Duration::from_secs(30));
            assert!(light.notes().is_empty());
            let start = Instant::now();
            let full = catalog(&mut engine, Scope::Full).await;
            assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
            let columns = full.columns.value().unwrap();
            let default = |table: &str| columns.names.opt(columns.of(find(&full, table))[1].default).map(str::to_owned);
            assert_eq!(default("free").as_deref(), Some("(3 + 3)"));
            assert_eq!((default("held"), default("awaited")), (None, None));
            let notes = full.notes();
            for part in ["default expressions", "expressions and predicates", "texts of check"] {
                let note = notes.iter().find(|note| note.text.starts_with(part)).unwrap_or_else(|| panic!("{notes:?}"));
                assert!(note.text.contains(&format!("shop.held (locked by process {pid})")), "{}", note.text);
                assert!(note.text.contains("shop.awaited (lock awaited by"), "{}", note.text);
            }
            // The text of a rule waits for a table that nothing tells before: the lock timeout is the second net.
            let cases = [("free", true), ("held", false), ("awaited", false), ("over_held", false), ("ruled", false)];
            for (table, complete) in cases {
                let start = Instant::now();
                let ddl = ready(engine.ddl(&full, ObjectRef::Relation(find(&full, table))).await.unwrap());
                assert!(start.elapsed() < Duration::from_secs(30), "{table}: {:?}", start.elapsed());
                assert_eq!(ddl.notes.is_empty(), complete, "{table}: {:?}", ddl.notes);
                assert!(!ddl.columns_of(find(&full, table)).unwrap().is_empty());
                if ["held", "over_held", "ruled"].contains(&table) {
                    assert!(ddl.notes[0].text.contains(&format!("process {pid}")), "{:?}", ddl.notes);
                }
            }
            let indexes = full.indexes.value().unwrap();
            let at = indexes.list.iter().position(|index| indexes.names.get(index.name) == "held_e").unwrap();
            let ddl = ready(engine.ddl(&full, ObjectRef::Index(at as u32)).await.unwrap());
            assert_eq!(ddl.notes.len(), 1);
            engine.close().await;
        });
        holder.exec("rollback");
        waiter.join().unwrap().unwrap();
    }
}

#[test]
fn the_servers_backend_does_not_grow() {
    let Some(server) = common::require("pg18") else { return };
    let database = server.database("postgres_memory");
    database.exec(
        "do $$ begin for n in 1..1500 loop execute format('create table t%s (id int primary key, x int check (x > 0), \
         y text default ''a'')', n); end loop; end $$",
    );
    runtime().block_on(async {
        let mut engine = engine::open(&target(&database.url)).await.unwrap();
        let pid = engine.server().await.unwrap().session.unwrap();
        // Anonymous memory only: pages of the shared buffers count as resident too.
        let memory = || -> Option<u64> {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
            let line = status.lines().find(|line| line.starts_with("RssAnon:"))?;
            line.split_whitespace().nth(1)?.parse().ok()
        };
        let Some(before) = memory() else {
            common::skipped("memory of the backend: its /proc is not readable");
            return;
        };
        catalog(&mut engine, Scope::Light).await;
        let after = memory().unwrap();
        assert!(after < before + 10 * 1024, "{before} kB grew to {after} kB");
        engine.close().await;
    });
}

// ---- definitions --------------------------------------------------------------------------------

/// Every object that has a definition, by a name that is the same in a copy.
fn targets(catalog: &Catalog) -> Vec<(String, ObjectRef)> {
    let relations = &catalog.relations;
    let shown = relations.iter().filter(|(_, rel)| is_shown(rel));
    let mut all: Vec<(String, ObjectRef)> = shown
        .map(|(id, _)| {
            (format!("relation {}.{}", relations.schema_name(id), relations.name(id)), ObjectRef::Relation(id))
        })
        .collect();
    let objects = catalog.objects.value().unwrap();
    for (n, routine) in objects.routines.iter().enumerate().filter(|(_, routine)| !routine.system) {
        let name = format!("routine {} {}", objects.names.get(routine.name), objects.names.get(routine.arguments));
        all.push((name, ObjectRef::Routine(n as u32)));
    }
    for (n, info) in objects.types.iter().enumerate().filter(|(_, info)| !info.system) {
        all.push((format!("type {}", objects.names.get(info.name)), ObjectRef::Type(n as u32)));
    }
    for (n, extension) in objects.extensions.iter().enumerate() {
        all.push((format!("extension {}", objects.names.get(extension.name)), ObjectRef::Extension(n as u32)));
    }
    all
}

async fn definitions(url: &str) -> (BTreeMap<String, String>, Vec<String>) {
    let (mut engine, catalog) = full(url).await;
    let mut texts = BTreeMap::new();
    for (name, object) in targets(&catalog) {
        let ddl = ready(engine.ddl(&catalog, object).await.unwrap_or_else(|error| panic!("{name}: {error}")));
        assert!(ddl.notes.is_empty(), "{name}: {:?}", ddl.notes);
        texts.insert(name, ddl.text);
    }
    engine.close().await;
    (texts, describe(&catalog))
}

/// Everything that a definition decides, without what differs from database to database.
fn describe(catalog: &Catalog) -> Vec<String> {
    let relations = &catalog.relations;
    let (columns, indexes, keys) =
        (catalog.columns.value().unwrap(), catalog.indexes.value().unwrap(), catalog.keys.value().unwrap());
    let mut lines = Vec::new();
    for (id, rel) in relations.iter().filter(|(_, rel)| is_shown(rel)) {
        let parent = rel.parent.map(|parent| relations.name(parent));
        let (owner, comment, storage) =
            (relations.names.opt(rel.owner), relations.names.opt(rel.comment), relations.names.opt(rel.storage));
        let name = format!("{}.{}", relations.schema_name(id), relations.name(id));
        lines.push(format!("{name} {:?} {:?} {parent:?} {owner:?} {comment:?} {storage:?}", rel.kind, rel.flags));
        for (n, column) in columns.of(id).iter().enumerate() {
            let text = |sym| columns.names.opt(sym);
            lines.push(format!(
                "{name} column {n} {} {} {:?} {:?} {:?} {:?} {:?}",
                columns.names.get(column.name),
                columns.names.get(column.type_name),
                column.flags,
                column.generated,
                text(column.default),
                text(column.collation),
                text(column.comment)
            ));
        }
        for index in indexes.of(id) {
            let text = |sym| indexes.names.opt(sym);
            let part = |part: &IndexPart| {
                let (opclass, collation) = (text(part.opclass), text(part.collation));
                let name = indexes.names.get(part.text);
                format!("{name} {} {} {opclass:?} {collation:?}", part.descending, part.nulls_first)
            };
            let key: Vec<String> = indexes.key(index).iter().map(part).collect();
            let include: Vec<String> = indexes.include(index).iter().map(part).collect();
            lines.push(format!(
                "{name} index {} {} {key:?} {include:?} {:?} {:?} {:?} {:?} {:?} {}",
                indexes.names.get(index.name),
                indexes.names.get(index.method),
                index.flags,
                text(index.predicate),
                text(index.constraint),
                text(index.options),
                text(index.comment),
                index.parent != 0
            ));
        }
        for key in keys.of(id) {
            let text = |sym| keys.names.opt(sym);
            lines.push(format!(
                "{name} key {:?} {:?} {:?} {:?} {:?}.{:?} {:?} {:?} {:?} {:?} {} {} {} {} {:?} {:?}",
                text(key.name),
                key.kind,
                keys.columns(key).collect::<Vec<_>>(),
                keys.ref_columns(key).collect::<Vec<_>>(),
                text(key.ref_schema),
                text(key.ref_table),
                key.on_update,
                key.on_delete,
                key.validated,
                key.enforced,
                key.deferrable,
                key.initially_deferred,
                key.match_full,
                key.inherited,
                key.indexed,
                text(key.definition)
            ));
        }
    }
    let objects = catalog.objects.value().unwrap();
    let text = |sym| objects.names.opt(sym);
    for trigger in &objects.triggers {
        let table = relations.name(trigger.rel);
        lines.push(format!(
            "{table} trigger {:?} {:?} {:?} {} {:?}",
            text(Some(trigger.name)),
            text(Some(trigger.event)),
            text(trigger.runs),
            trigger.enabled,
            text(trigger.comment)
        ));
    }
    for policy in &objects.policies {
        let table = relations.name(policy.rel);
        let (name, command, roles) = (text(Some(policy.name)), text(Some(policy.command)), text(Some(policy.roles)));
        lines.push(format!("{table} policy {name:?} {command:?} {roles:?} {}", policy.permissive));
    }
    lines
}

/// Loads texts in whatever order works: each waits for what it refers to.
fn load(database: &TestDb, mut texts: Vec<(String, String)>) {
    let mut session = database.session();
    session.exec("set check_function_bodies = off; set session_replication_role = replica");
    while !texts.is_empty() {
        let before = texts.len();
        let mut failed = Vec::new();
        for (name, text) in texts {
            if let Err(error) = session.try_rows(&text) {
                failed.push((name, text, error));
            }
        }
        if failed.len() == before {
            let all: Vec<String> =
                failed.iter().map(|(name, text, error)| format!("{name}: {error}\n{text}")).collect();
            panic!("{} do not load:\n{}", failed.len(), all.join("\n"));
        }
        texts = failed.into_iter().map(|(name, text, _)| (name, text)).collect();
    }
}

#[test]
fn definitions_load_again_and_give_the_same_facts() {
    for server in common::pg() {
        let database = rich(&server);
        // An index that failed to build has no definition that would fail again.
        database.exec("drop index shop.item_broken");
        let copy = server.database("postgres_copy");
        copy.exec("create schema shop; create schema evil; create schema \"empty schema\"");
        copy.exec("create extension file_fdw; create server nowhere foreign data wrapper file_fdw");
        let (texts, facts) = runtime().block_on(definitions(&database.url));
        let loadable = texts.iter().filter(|(_, text)| !text.contains("-- Made by the identity column"));
        // A sequence that belongs to a column comes with its table.
        let loadable = loadable.filter(|(name, text)| {
            !(name.starts_with("relation") && text.contains("OWNED BY") && !text.contains("CREATE TABLE"))
        });
        load(&copy, loadable.map(|(name, text)| (name.clone(), text.clone())).collect());
        let (again, facts_again) = runtime().block_on(definitions(&copy.url));
        for (line, line_again) in facts.iter().zip(&facts_again) {
            assert_eq!(line, line_again, "{}", server.name);
        }
        assert_eq!(facts.len(), facts_again.len());
        for (name, text) in &texts {
            assert_eq!(Some(text), again.get(name), "{}: {name}", server.name);
        }
    }
}

#[test]
fn definitions_of_indexes_triggers_grants_and_policies() {
    for server in common::pg() {
        let database = rich(&server);
        runtime().block_on(async {
            let (mut engine, catalog) = full(&database.url).await;
            let indexes = catalog.indexes.value().unwrap().clone();
            let at = indexes.list.iter().position(|index| indexes.names.get(index.name) == "item_cover").unwrap();
            let ddl = ready(engine.ddl(&catalog, ObjectRef::Index(at as u32)).await.unwrap());
            assert_eq!(ddl.text, "CREATE INDEX item_cover ON shop.item USING btree (order_id) INCLUDE (net, tax);\n");
            let at = indexes.list.iter().position(|index| indexes.names.get(index.name) == "customer_pkey").unwrap();
            let ddl = ready(engine.ddl(&catalog, ObjectRef::Index(at as u32)).await.unwrap());
            assert!(ddl.text.contains("ADD CONSTRAINT customer_pkey PRIMARY KEY (id);"), "{}", ddl.text);
            let ddl = ready(engine.ddl(&catalog, ObjectRef::Trigger(0)).await.unwrap());
            assert!(ddl.text.starts_with("CREATE"), "{}", ddl.text);
            let ddl = ready(engine.ddl(&catalog, ObjectRef::Relation(find(&catalog, "secret"))).await.unwrap());
            let policy = &ddl.policies[0];
            assert_eq!(ddl.names.opt(policy.using), Some("(owner = CURRENT_USER)"));
            let grants: Vec<(&str, &str)> = ddl
                .grants
                .iter()
                .map(|grant| (ddl.names.get(grant.grantee), ddl.names.get(grant.privileges)))
                .collect();
            assert!(grants.contains(&("mon", "SELECT WITH GRANT OPTION")), "{grants:?}");
            assert!(grants.contains(&("plain", "UPDATE (x)")), "{grants:?}");
            assert!(grants.contains(&("PUBLIC", "REFERENCES")), "{grants:?}");
            engine.close().await;
        });
    }
}

// ---- cancelling ---------------------------------------------------------------------------------

#[test]
fn stop_hits_only_sessions_of_ours() {
    for server in common::pg() {
        runtime().block_on(async {
            let mut engine = engine::open(&target(&server.url)).await.unwrap();
            let mut other = engine::open(&target(&server.url)).await.unwrap();
            let engine::Stop::Session(pid) = other.stop_handle() else { panic!("no session number") };
            let query = format!("select application_name from pg_stat_activity where pid = {pid}");
            let name = server.one(&query);
            let victim = |name: String| {
                let mut session = server.session();
                session.exec(&format!("set application_name = '{name}'"));
                let pid: i64 = session.one("select pg_backend_pid()").parse().unwrap();
                (pid, thread::spawn(move || session.try_rows("select pg_sleep(3)")))
            };
            let (foreign, stays) = victim("psql".into());
            let (ours, ends) = victim(name);
            let active = format!("select count(*) from pg_stat_activity where pid in ({foreign}, {ours}) and state = 'active' and query like '%pg_sleep%'");
            let deadline = Instant::now() + Duration::from_secs(10);
            while server.one(&active) != "2" {
                assert!(Instant::now() < deadline);
            }
            engine.stop(foreign).await.unwrap();
            engine.stop(ours).await.unwrap();
            // Nothing runs there: harmless, also for the next statement.
            engine.stop(pid).await.unwrap();
            other.server().await.unwrap();
            assert!(ends.join().unwrap().unwrap_err().contains("user request"));
            assert!(stays.join().unwrap().is_ok());
            engine.close().await;
            other.close().await;
        });
    }
}
