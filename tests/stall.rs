//! The lanes on lines that fail: real servers behind a proxy that holds, slows and cuts, listeners that
//! never speak, sessions that the server ends, clients that are killed.

mod common;
#[path = "stall/proxy.rs"]
mod proxy;
#[path = "common/target.rs"]
mod target;

use common::{Engine, Session as Admin, TestDb, TestServer};
use dblens::collect::{Answer, Ask, Collector, Event, Job, Lane, Link, Payload, ServerOpener, Session};
use dblens::config::{Address, Host, Target};
use dblens::engine::{ErrorKind, Scope};
use dblens::model::{Known, Outcome, Part, Relations};
use proxy::{Mode, Proxy};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::future::Future;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);
/// What takes longer hangs. How fast it was is for the bench, not for a test.
const PATIENCE: Duration = Duration::from_secs(40);

/// A line on which the statements over [`wide`] take seconds.
const SLOW: Mode = Mode::Slow(3_000_000);
/// A server that waits for room to send sees no order to stop: what is under way must go out first.
const FASTER: Mode = Mode::Slow(20_000_000);

/// Runs the same on every server at once: most of the time is waiting.
fn on_each<F: Future<Output = ()>>(check: impl Fn(TestServer) -> F + Sync) {
    thread::scope(|scope| {
        for server in common::all() {
            let check = &check;
            scope.spawn(move || runtime().block_on(check(server)));
        }
    });
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// A collector, and what it tells.
struct Bench {
    collector: Collector,
    events: UnboundedReceiver<Event>,
    what: String,
}

impl Bench {
    fn start(target: Target, what: &str) -> Self {
        let (sender, events) = unbounded_channel();
        let collector = Collector::start(Arc::new(ServerOpener(target)), move |event| {
            sender.send(event).ok();
        });
        Self { collector, events, what: what.to_owned() }
    }

    fn ask(&self, ask: Ask, epoch: u64) {
        let start = Instant::now();
        self.collector.ask(Job { ask, epoch });
        assert!(start.elapsed() < SECOND * 5, "{}: asking took {:?}", self.what, start.elapsed());
    }

    /// The next event that `wanted` takes, within `limit`.
    async fn event<T>(&mut self, limit: Duration, wanted: impl Fn(Event) -> Option<T>) -> T {
        let what = self.what.clone();
        let find = async {
            loop {
                match wanted(self.events.recv().await.unwrap()) {
                    Some(found) => return found,
                    None => continue,
                }
            }
        };
        timeout(limit, find).await.unwrap_or_else(|_| panic!("{what}: no such event within {limit:?}"))
    }

    async fn answer(&mut self, epoch: u64, limit: Duration) -> Answer {
        let wanted = |event| match event {
            Event::Answer(answer) if answer.job.epoch == epoch => Some(*answer),
            _ => None,
        };
        self.event(limit, wanted).await
    }

    /// The number of the server's session on the live lane.
    async fn session(&mut self, epoch: u64) -> i64 {
        self.ask(Ask::Server, epoch);
        match self.answer(epoch, PATIENCE).await.result {
            Ok(Payload::Server(server)) => server.session.unwrap(),
            other => panic!("{}: {other:?}", self.what),
        }
    }

    async fn relations(&mut self, epoch: u64) -> Arc<Relations> {
        self.ask(relations(), epoch);
        match self.answer(epoch, PATIENCE).await.result {
            Ok(Payload::Relations(Known::Ready(relations))) => relations,
            other => panic!("{}: {other:?}", self.what),
        }
    }
}

fn relations() -> Ask {
    Ask::Schema { part: Part::Relations, relations: None, indexes: None }
}

fn columns_of(relations: &Arc<Relations>) -> Ask {
    Ask::Schema { part: Part::Columns, relations: Some(relations.clone()), indexes: None }
}

/// The target of a URL, by way of another port.
fn through(url: &str, port: u16) -> Target {
    let mut target = target::target(url);
    target.address = Address::Hosts(vec![Host::Tcp { name: "127.0.0.1".into(), addr: None, port }]);
    target
}

fn port_of(url: &str) -> u16 {
    url::Url::parse(url).unwrap().port().unwrap()
}

/// Our sessions in this database as the server sees them: number, and whether a statement runs.
fn ours(admin: &mut Admin, db: &TestDb) -> Vec<(i64, bool)> {
    let sql = match db.server.engine {
        Engine::Postgres => format!(
            "select pid, state = 'active' from pg_stat_activity
              where datname = '{}' and application_name like 'dblens%' order by backend_start",
            db.name
        ),
        _ => format!(
            "select id, command not in ('Sleep', 'Killed', 'Quit') from information_schema.processlist
              where db = '{}' order by id",
            db.name
        ),
    };
    let rows = admin.rows(&sql);
    let flag = |text: &Option<String>| matches!(text.as_deref(), Some("t" | "1"));
    rows.iter().map(|row| (row[0].as_ref().unwrap().parse().unwrap(), flag(&row[1]))).collect()
}

/// Waits until `wanted` holds for our sessions.
async fn until(admin: &mut Admin, db: &TestDb, limit: Duration, what: &str, wanted: impl Fn(&[(i64, bool)]) -> bool) {
    let start = Instant::now();
    loop {
        let sessions = ours(admin, db);
        if wanted(&sessions) {
            return;
        }
        assert!(start.elapsed() < limit, "{} {}: {what} not within {limit:?}: {sessions:?}", db.server.name, db.name);
        sleep(Duration::from_millis(10)).await;
    }
}

fn kill(admin: &mut Admin, db: &TestDb, session: i64) {
    admin.exec(&match db.server.engine {
        Engine::Postgres => format!("select pg_terminate_backend({session})"),
        _ => format!("kill {session}"),
    });
}

/// More columns than fit into the buffers between server and client (some 4 MB), so that a slow line makes
/// the statement that reads them a long one.
fn wide(server: &TestServer) -> TestDb {
    let db = server.database("collect_wide");
    let (tables, columns, comment) = match server.engine {
        Engine::Postgres => (100, 1500, 0),
        // MariaDB has 64 kB for the definition of a table; MySQL takes long for each column.
        Engine::MariaDb => (200, 400, 80),
        Engine::MySql => (40, 1000, 300),
    };
    let comment = if comment > 0 { format!(" comment '{}'", "x".repeat(comment)) } else { String::new() };
    let columns: Vec<String> = (1..=columns).map(|n| format!("column_with_a_name_{n} int{comment}")).collect();
    let mut session = db.session();
    for n in 1..=tables {
        session.exec(&format!("create table wide_{n} ({})", columns.join(",")));
    }
    db
}

// ---- nobody there -------------------------------------------------------------------------------

/// An address of each kind with this port.
fn addresses(port: u16) -> [String; 2] {
    [format!("postgres://me:secret@127.0.0.1:{port}/db"), format!("mysql://me:secret@127.0.0.1:{port}/db")]
}

#[tokio::test]
async fn a_listener_that_never_speaks_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for url in addresses(listener.local_addr().unwrap().port()) {
        let mut target = target::target(&url);
        target.connect_timeout = SECOND;
        let start = Instant::now();
        let error = Session::open(&target).await.err().unwrap();
        // On top of the limit the engine may look what else listens there.
        assert!(start.elapsed() >= SECOND && start.elapsed() < SECOND * 20, "{url}: {:?}", start.elapsed());
        assert_eq!(error.kind, ErrorKind::Unreachable, "{url}: {error}");
        assert!(error.message.contains("127.0.0.1") && !error.message.contains("secret"), "{error}");
        assert!(error.hint.is_some(), "{error}");
    }
}

#[tokio::test]
async fn the_lanes_try_a_silent_server_again_and_end_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for url in addresses(listener.local_addr().unwrap().port()) {
        let mut target = target::target(&url);
        target.connect_timeout = SECOND;
        let mut bench = Bench::start(target, &url);
        bench.ask(Ask::Server, 1);
        bench.ask(relations(), 2);
        let lost = |event| match event {
            Event::Link(Link::Lost { attempt: 3, retry, .. }) => Some(retry),
            _ => None,
        };
        assert_eq!(bench.event(PATIENCE, lost).await, SECOND * 2);
        let start = Instant::now();
        bench.collector.shutdown(SECOND).await;
        assert!(start.elapsed() < SECOND * 20);
    }
}

#[tokio::test]
async fn a_wrong_service_is_a_sentence() {
    for greeting in ["", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\0\0\0\0\0"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let service = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                stream.write_all(greeting.as_bytes()).await.ok();
            }
        });
        for url in addresses(port) {
            let mut target = target::target(&url);
            target.connect_timeout = SECOND * 2;
            let start = Instant::now();
            let error = Session::open(&target).await.err().unwrap();
            assert!(start.elapsed() < SECOND * 20, "{url} {greeting:?}: {:?}", start.elapsed());
            assert!(error.message.contains("127.0.0.1"), "{greeting:?}: {error}");
            assert!(matches!(error.kind, ErrorKind::Unreachable | ErrorKind::NotSupported), "{greeting:?}: {error:?}");
        }
        service.abort();
    }
}

#[test]
fn a_connect_that_stalls_half_way_is_given_up() {
    on_each(async |server: TestServer| {
        // In the middle of signing in, and of setting up the session.
        for bytes in [20, 400] {
            let proxy = Proxy::start(port_of(&server.url)).await;
            let mut target = through(&server.url, proxy.port);
            target.connect_timeout = SECOND;
            proxy.hold_after(bytes);
            let start = Instant::now();
            let error = Session::open(&target).await.err();
            assert!(proxy.is_reached(), "{}: signing in takes less than {bytes} bytes", server.name);
            let error = error.unwrap_or_else(|| panic!("{}: a session after {bytes} bytes", server.name));
            assert!(start.elapsed() < PATIENCE, "{} {bytes}: {:?}", server.name, start.elapsed());
            let kinds = [ErrorKind::Unreachable, ErrorKind::TimedOut];
            assert!(kinds.contains(&error.kind), "{} {bytes}: {error:?}", server.name);
        }
    });
}

// ---- a line that fails --------------------------------------------------------------------------

#[test]
fn a_swallowed_answer_blocks_nobody_and_the_line_heals() {
    on_each(async |server: TestServer| {
        let db = server.database("collect_swallow");
        let mut admin = server.session();
        let proxy = Proxy::start(port_of(&server.url)).await;
        let mut target = through(&db.url, proxy.port);
        target.connect_timeout = SECOND * 2;
        let mut bench = Bench::start(target, &server.name);
        bench.session(1).await;
        bench.relations(2).await;

        proxy.hold_after(300);
        bench.ask(relations(), 3);
        while !proxy.is_reached() {
            sleep(Duration::from_millis(5)).await;
        }
        bench.ask(Ask::Server, 4);
        // Both lanes are in the middle of something now.
        bench.event(SECOND, |event| matches!(event, Event::Started(4)).then_some(())).await;
        bench.collector.cancel(Lane::Deep);
        let cancelled = bench.answer(3, PATIENCE).await;
        assert_eq!(cancelled.result.unwrap_err().kind, ErrorKind::Cancelled, "{}", server.name);
        let late = bench.answer(4, PATIENCE).await;
        assert_eq!(late.result.unwrap_err().kind, ErrorKind::TimedOut, "{}", server.name);

        proxy.set(Mode::Forward);
        bench.session(5).await;
        bench.relations(6).await;
        until(&mut admin, &db, PATIENCE, "two sessions", |sessions| sessions.len() == 2).await;
        bench.collector.shutdown(SECOND).await;
        until(&mut admin, &db, PATIENCE, "no session", <[_]>::is_empty).await;
    });
}

#[test]
fn an_answer_that_is_cut_off_is_asked_again() {
    on_each(async |server: TestServer| {
        let db = server.database("collect_cut");
        db.exec("create table seen_again (id int)");
        let proxy = Proxy::start(port_of(&server.url)).await;
        let mut bench = Bench::start(through(&db.url, proxy.port), &server.name);
        bench.session(1).await;
        bench.relations(2).await;

        proxy.cut_after(300);
        bench.ask(relations(), 3);
        let lost = |event| match event {
            Event::Link(Link::Lost { error, attempt: 1, .. }) => Some(error),
            Event::Answer(answer) => panic!("answered without a loss: {:?}", answer.result.map(|_| ())),
            _ => None,
        };
        assert_eq!(bench.event(PATIENCE, lost).await.kind, ErrorKind::Lost, "{}", server.name);
        let again = bench.answer(3, PATIENCE).await;
        match again.result.unwrap() {
            Payload::Relations(Known::Ready(after)) => {
                let schema = if server.engine == Engine::Postgres { "public" } else { &db.name };
                assert!(after.find(schema, "seen_again").is_some(), "{}", server.name);
            }
            other => panic!("{}: {other:?}", server.name),
        }
        // The other lane's session was cut too, while it was idle.
        bench.session(4).await;
        bench.collector.shutdown(SECOND).await;
    });
}

#[test]
fn a_session_that_the_server_ends_comes_back() {
    on_each(async |server: TestServer| {
        let db = server.database("collect_killed");
        let mut admin = server.session();
        let mut bench = Bench::start(target::target(&db.url), &server.name);
        let first = bench.session(1).await;
        bench.relations(2).await;
        for (session, _) in ours(&mut admin, &db) {
            kill(&mut admin, &db, session);
        }
        until(&mut admin, &db, PATIENCE, "no session", <[_]>::is_empty).await;
        bench.ask(relations(), 3);
        bench.ask(Ask::Server, 4);
        let lost = |event| match event {
            Event::Link(Link::Lost { error, .. }) => Some(error.kind),
            _ => None,
        };
        assert_eq!(bench.event(PATIENCE, lost).await, ErrorKind::Lost, "{}", server.name);
        bench.answer(3, PATIENCE).await.result.unwrap();
        assert_ne!(bench.session(5).await, first);
        until(&mut admin, &db, PATIENCE, "two sessions", |sessions| sessions.len() == 2).await;
        bench.collector.shutdown(SECOND).await;
    });
}

// ---- a long statement ---------------------------------------------------------------------------

#[test]
fn a_long_statement_ends_on_the_server_with_its_client() {
    on_each(async |server: TestServer| {
        let db = wide(&server);
        let mut admin = server.session();
        cancelled(&db, &mut admin, false).await;
        cancelled(&db, &mut admin, true).await;
        shut_down(&db, &mut admin).await;
        headless_cancelled(&db, &mut admin).await;
        killed(&db, &mut admin).await;
    });
}

/// In this process there is no other session to give the order: the statement sees a flag.
#[tokio::test]
async fn a_long_read_of_a_file_ends_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wide.db");
    let mut file = SqliteConnection::connect(&format!("sqlite://{}?mode=rwc", path.display())).await.unwrap();
    let columns: Vec<String> = (1..=200).map(|n| format!("column_with_a_name_{n} int")).collect();
    let tables: Vec<String> = (1..=400).map(|n| format!("create table wide_{n} ({});", columns.join(","))).collect();
    sqlx::raw_sql(AssertSqlSafe(format!("begin; {} commit", tables.concat()))).execute(&mut file).await.unwrap();
    file.close().await.unwrap();

    let mut bench = Bench::start(target::file(&path), "sqlite");
    let relations = bench.relations(1).await;
    bench.ask(columns_of(&relations), 2);
    bench.event(PATIENCE, |event| matches!(event, Event::Started(2)).then_some(())).await;
    bench.collector.cancel(Lane::Deep);
    let answer = bench.answer(2, PATIENCE).await;
    assert_eq!(answer.result.unwrap_err().kind, ErrorKind::Cancelled);
    assert!(answer.sent.iter().any(|sent| sent.outcome == Outcome::Cancelled), "it was too short: {:?}", answer.sent);
    // The same session goes on, and the flag is down.
    bench.ask(columns_of(&relations), 3);
    let next = |event| match event {
        Event::Link(link) => Some(format!("{link:?}")),
        Event::Started(3) => Some("started".to_owned()),
        _ => None,
    };
    assert_eq!(bench.event(SECOND, next).await, "started");
    bench.answer(3, PATIENCE).await.result.unwrap();
    bench.collector.shutdown(SECOND).await;
}

/// Everything that a slow reader of the wide database stands on.
async fn slow_bench(db: &TestDb) -> (Proxy, Bench, Arc<Relations>) {
    let proxy = Proxy::start(port_of(&db.url)).await;
    let mut bench = Bench::start(through(&db.url, proxy.port), &db.server.name);
    bench.session(1).await;
    let relations = bench.relations(2).await;
    proxy.set(SLOW);
    (proxy, bench, relations)
}

fn runs(sessions: &[(i64, bool)]) -> bool {
    sessions.iter().any(|(_, active)| *active)
}

/// Waits until one statement has been running for a while and is likely to go on.
async fn until_long(admin: &mut Admin, db: &TestDb) {
    let start = Instant::now();
    let mut since = Instant::now();
    while since.elapsed() < Duration::from_millis(300) {
        if !runs(&ours(admin, db)) {
            since = Instant::now();
        }
        assert!(start.elapsed() < SECOND * 20, "{}: no statement takes long enough", db.server.name);
        sleep(Duration::from_millis(10)).await;
    }
}

/// `busy`: the other lane works too, so the order needs a session of its own.
async fn cancelled(db: &TestDb, admin: &mut Admin, busy: bool) {
    let name = &db.server.name;
    let (proxy, mut bench, relations) = slow_bench(db).await;
    bench.ask(columns_of(&relations), 3);
    until_long(admin, db).await;
    if busy {
        bench.ask(Ask::Server, 4);
    }
    bench.collector.cancel(Lane::Deep);
    proxy.set(FASTER);
    until(admin, db, PATIENCE, "the cancel", |sessions| !runs(sessions)).await;
    let answer = bench.answer(3, PATIENCE).await;
    assert_eq!(answer.result.unwrap_err().kind, ErrorKind::Cancelled, "{name}");
    proxy.set(Mode::Forward);
    let confirmed = answer.sent.iter().any(|sent| sent.outcome == Outcome::Cancelled);
    assert!(confirmed, "{name}: the server ended it: {:?}", answer.sent);
    assert!(answer.sent.len() >= 2, "{name}: the order to stop is told: {:?}", answer.sent);
    // The lane works on.
    bench.ask(self::relations(), 5);
    bench.answer(5, PATIENCE).await.result.unwrap();
    until(admin, db, PATIENCE, "two sessions at most", |sessions| sessions.len() <= 2).await;
    bench.collector.shutdown(SECOND).await;
    until(admin, db, PATIENCE, "no session", <[_]>::is_empty).await;
}

async fn shut_down(db: &TestDb, admin: &mut Admin) {
    let name = &db.server.name;
    let (_proxy, bench, relations) = slow_bench(db).await;
    bench.ask(columns_of(&relations), 3);
    until_long(admin, db).await;
    let start = Instant::now();
    bench.collector.shutdown(Duration::from_millis(1_500)).await;
    assert!(start.elapsed() < Duration::from_millis(1_800), "{name}: {:?}", start.elapsed());
    until(admin, db, PATIENCE, "no session", <[_]>::is_empty).await;
}

async fn headless_cancelled(db: &TestDb, admin: &mut Admin) {
    let name = &db.server.name;
    let proxy = Proxy::start(port_of(&db.url)).await;
    let mut session = Session::open(&through(&db.url, proxy.port)).await.unwrap();
    proxy.set(SLOW);
    let token = session.cancel_token();
    let work = tokio::spawn(async move {
        let result = session.catalog(&[Part::Columns], Scope::Full).await;
        session.close().await;
        result.map(|_| ())
    });
    until_long(admin, db).await;
    token.cancel();
    proxy.set(FASTER);
    until(admin, db, PATIENCE, "the cancel", |sessions| !runs(sessions)).await;
    assert_eq!(work.await.unwrap().unwrap_err().kind, ErrorKind::Cancelled, "{name}");
    until(admin, db, PATIENCE, "no session", <[_]>::is_empty).await;
}

/// The program itself, killed without a chance to say anything.
async fn killed(db: &TestDb, admin: &mut Admin) {
    let proxy = Proxy::start(port_of(&db.url)).await;
    proxy.set(SLOW);
    let mut url = url::Url::parse(&db.url).unwrap();
    url.set_port(Some(proxy.port)).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_dblens"))
        .args(["show", "columns", url.as_str(), "--json"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until_long(admin, db).await;
    child.kill().unwrap();
    child.wait().unwrap();
    until(admin, db, PATIENCE, "no session", <[_]>::is_empty).await;
}
