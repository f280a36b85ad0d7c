//! A server that a test scripts: what a call answers, when, and what became of its sessions.

use super::shop;
use crate::engine::{Engine, Error, ErrorKind, Result, Scope, Stop};
use crate::model::{
    Catalog, Columns, Ddl, Indexes, Keys, Known, ObjectRef, Objects, Outcome, Preview, Relations, RowsOf, Sent, Server,
    StatementKey, StatementTexts, StatementsOf, StatementsRead,
};
use async_trait::async_trait;
use jiff::Timestamp;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// What one call does before it answers.
#[derive(Clone, Debug)]
pub enum Act {
    /// Answers after a while; a stop ends the wait.
    Delay(Duration),
    /// Runs until it is stopped.
    Hang,
    /// Notices no stop for a while, as between two statements; then runs until it is stopped.
    Gap(Duration),
    /// Runs for ever, as on a line that swallows everything.
    Deaf,
    /// Waits a while and answers in full although it was stopped.
    Finish(Duration),
    Fail(Error),
    /// The session is gone.
    Lose,
    Panic,
}

/// What one connect does.
#[derive(Clone, Debug)]
pub enum Connect {
    Delay(Duration),
    Fail(Error),
    Hang,
}

/// How a session of the fake is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopBy {
    Session,
    Flag,
    Nothing,
}

#[derive(Default)]
struct Script {
    connects: VecDeque<Connect>,
    refuse: Option<Error>,
    room: Option<usize>,
    acts: HashMap<&'static str, VecDeque<Act>>,
    lose_at: Option<usize>,
    stop_act: Option<Act>,
}

/// What a test asks about afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Connects, also failed ones.
    pub connects: usize,
    /// Sessions that stand now, and the most at once.
    pub open: usize,
    pub most: usize,
    /// Calls in the order of their start: `server`, `columns`, ….
    pub calls: Vec<&'static str>,
    /// Orders to stop: the session that carried it and the one that it was for.
    pub stops: Vec<(i64, i64)>,
    /// Calls whose future was dropped before its end.
    pub dropped: usize,
    /// Calls that were ended by a stop.
    pub stopped: usize,
    /// Sessions ended by `close`.
    pub closed: usize,
}

struct Inner {
    server: Server,
    catalog: Catalog,
    stop_by: StopBy,
    script: Script,
    seen: Seen,
    running: HashMap<i64, CancellationToken>,
    next: i64,
}

/// A database server in memory; clones are the same server.
#[derive(Clone)]
pub struct Fake(Arc<Mutex<Inner>>);

impl Fake {
    pub fn new(server: Server, catalog: Catalog) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            server,
            catalog,
            stop_by: StopBy::Session,
            script: Script::default(),
            seen: Seen::default(),
            running: HashMap::new(),
            next: 100,
        })))
    }

    /// The shop, healthy.
    pub fn shop() -> Self {
        Self::new(shop::shop_server(), shop::shop_catalog())
    }

    /// The next call of `fact` (`server`, `relations`, `columns`, `indexes`, `keys`, `objects`, `ddl`, `rows`,
    /// `grants`) does `act` first; several are used up one after the other.
    pub fn on(&self, fact: &'static str, act: Act) -> &Self {
        self.lock().script.acts.entry(fact).or_default().push_back(act);
        self
    }

    /// The next connect; several are used up one after the other.
    pub fn on_connect(&self, connect: Connect) -> &Self {
        self.lock().script.connects.push_back(connect);
        self
    }

    /// Every connect fails with this, after those of [`Fake::on_connect`]; `None` ends it.
    pub fn refuse(&self, error: Option<Error>) -> &Self {
        self.lock().script.refuse = error;
        self
    }

    /// No more than this many sessions at once, as for a role with a connection limit; `None` ends it.
    pub fn room(&self, sessions: Option<usize>) -> &Self {
        self.lock().script.room = sessions;
        self
    }

    /// The session is lost under the n-th call from now, from 1.
    pub fn lose_at(&self, call: usize) -> &Self {
        self.lock().script.lose_at = Some(call);
        self
    }

    /// What every order to stop does. With [`Act::Finish`] it takes effect at once and is answered later.
    pub fn on_stop(&self, act: Act) -> &Self {
        self.lock().script.stop_act = Some(act);
        self
    }

    pub fn stop_by(&self, how: StopBy) -> &Self {
        self.lock().stop_by = how;
        self
    }

    pub fn set_server(&self, server: Server) {
        self.lock().server = server;
    }

    pub fn set_catalog(&self, catalog: Catalog) {
        self.lock().catalog = catalog;
    }

    pub fn seen(&self) -> Seen {
        self.lock().seen.clone()
    }

    /// Opens a session, as the script says.
    pub async fn connect(&self) -> Result<Box<dyn Engine>> {
        let (connect, refuse) = {
            let mut inner = self.lock();
            inner.seen.connects += 1;
            (inner.script.connects.pop_front(), inner.script.refuse.clone())
        };
        match connect {
            Some(Connect::Delay(delay)) => sleep(delay).await,
            Some(Connect::Fail(error)) => return Err(error),
            Some(Connect::Hang) => std::future::pending().await,
            None => {}
        }
        if let Some(error) = refuse {
            return Err(error);
        }
        let mut inner = self.lock();
        if inner.script.room.is_some_and(|room| inner.seen.open >= room) {
            let message = "the server has no connection left: too many connections for role";
            return Err(Error::new(ErrorKind::Rejected, message).code("53300"));
        }
        inner.seen.open += 1;
        inner.seen.most = inner.seen.most.max(inner.seen.open);
        inner.next += 1;
        let number = inner.next;
        let flag = Arc::new(AtomicBool::new(false));
        Ok(Box::new(FakeEngine { fake: self.clone(), number, flag, sent: Vec::new() }))
    }

    /// Ends what runs on a session.
    fn end(&self, session: i64) {
        if let Some(running) = self.lock().running.get(&session) {
            running.cancel();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One session with a [`Fake`].
struct FakeEngine {
    fake: Fake,
    number: i64,
    flag: Arc<AtomicBool>,
    sent: Vec<Sent>,
}

impl Drop for FakeEngine {
    fn drop(&mut self) {
        self.fake.lock().seen.open -= 1;
    }
}

/// Notes a call whose future ends before it does.
struct Running {
    fake: Fake,
    number: i64,
    ended: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut inner = self.fake.lock();
        inner.running.remove(&self.number);
        if !self.ended {
            inner.seen.dropped += 1;
        }
    }
}

impl FakeEngine {
    /// Plays what the script has for this call; the statement is logged as it ended.
    async fn play(&mut self, fact: &'static str) -> Result<()> {
        let stopped = CancellationToken::new();
        let act = {
            let mut inner = self.fake.lock();
            inner.seen.calls.push(fact);
            let act = inner.next_act(fact);
            if !matches!(act, Some(Act::Gap(_))) {
                inner.running.insert(self.number, stopped.clone());
            }
            act
        };
        let mut running = Running { fake: self.fake.clone(), number: self.number, ended: false };
        let start = Instant::now();
        let flag = self.flag.clone();
        if let Some(Act::Gap(gap)) = act {
            sleep(gap).await;
            self.fake.lock().running.insert(self.number, stopped.clone());
        }
        let result = act_out(act, wait_stop(stopped, flag)).await;
        running.ended = true;
        if matches!(&result, Err(error) if error.kind == ErrorKind::Cancelled) {
            self.fake.lock().seen.stopped += 1;
        }
        self.note(fact, start, &result);
        result
    }

    fn note(&mut self, fact: &'static str, start: Instant, result: &Result<()>) {
        let outcome = match result {
            Ok(()) => Outcome::Ok,
            Err(error) if error.kind == ErrorKind::Cancelled => Outcome::Cancelled,
            Err(error) => Outcome::Failed(error.message.clone()),
        };
        self.sent.push(Sent {
            name: fact,
            text: format!("select {fact}").into(),
            at: Timestamp::now(),
            took: start.elapsed(),
            rows: 0,
            bytes: 0,
            outcome,
        });
    }

    fn catalog(&self) -> Catalog {
        self.fake.lock().catalog.clone()
    }
}

impl Inner {
    fn next_act(&mut self, fact: &'static str) -> Option<Act> {
        if let Some(left) = self.script.lose_at.as_mut() {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.script.lose_at = None;
                return Some(Act::Lose);
            }
        }
        self.script.acts.get_mut(fact).and_then(VecDeque::pop_front)
    }
}

async fn wait_stop(stopped: CancellationToken, flag: Arc<AtomicBool>) {
    while !stopped.is_cancelled() && !flag.load(Ordering::SeqCst) {
        tokio::select! {
            () = stopped.cancelled() => {}
            () = sleep(Duration::from_millis(5)) => {}
        }
    }
}

async fn act_out(act: Option<Act>, stop: impl Future<Output = ()>) -> Result<()> {
    let cancelled = || Error::new(ErrorKind::Cancelled, "canceling statement due to user request").code("57014");
    match act {
        None => Ok(()),
        Some(Act::Delay(delay)) => tokio::select! {
            () = sleep(delay) => Ok(()),
            () = stop => Err(cancelled()),
        },
        Some(Act::Hang | Act::Gap(_)) => {
            stop.await;
            Err(cancelled())
        }
        Some(Act::Deaf) => std::future::pending().await,
        Some(Act::Finish(delay)) => {
            sleep(delay).await;
            Ok(())
        }
        Some(Act::Fail(error)) => Err(error),
        Some(Act::Lose) => Err(Error::new(ErrorKind::Lost, "the server closed the connection")),
        #[allow(clippy::panic)]
        Some(Act::Panic) => panic!("the script says panic"),
    }
}

/// A part as the catalog holds it, as a value of its own.
fn own<T: Clone>(part: &Known<Arc<T>>) -> Known<T> {
    part.clone().map(|part| part.as_ref().clone())
}

#[async_trait]
impl Engine for FakeEngine {
    async fn server(&mut self) -> Result<Server> {
        self.play("server").await?;
        Ok(self.fake.lock().server.clone())
    }

    async fn relations(&mut self) -> Result<Known<Relations>> {
        self.play("relations").await?;
        Ok(Known::Ready(self.catalog().relations.as_ref().clone()))
    }

    async fn columns(&mut self, _relations: &Relations, _scope: Scope) -> Result<Known<Columns>> {
        self.play("columns").await?;
        Ok(own(&self.catalog().columns))
    }

    async fn indexes(&mut self, _relations: &Relations, _scope: Scope) -> Result<Known<Indexes>> {
        self.play("indexes").await?;
        Ok(own(&self.catalog().indexes))
    }

    async fn keys(&mut self, _relations: &Relations, _indexes: Option<&Indexes>, _scope: Scope) -> Result<Known<Keys>> {
        self.play("keys").await?;
        Ok(own(&self.catalog().keys))
    }

    async fn objects(&mut self, _relations: &Relations) -> Result<Known<Objects>> {
        self.play("objects").await?;
        Ok(own(&self.catalog().objects))
    }

    async fn ddl(&mut self, catalog: &Catalog, object: ObjectRef) -> Result<Known<Ddl>> {
        self.play("ddl").await?;
        Ok(shop::definition(catalog, object))
    }

    async fn rows(&mut self, catalog: &Catalog, of: &RowsOf) -> Result<Known<Preview>> {
        self.play("rows").await?;
        Ok(Known::Ready(super::rows::shop_rows(catalog, of)))
    }

    async fn statements(&mut self, of: &StatementsOf) -> Result<StatementsRead> {
        self.play("statements").await?;
        Ok(Known::Ready(super::shop_statements(of, Duration::ZERO)).into())
    }

    async fn statement_texts(&mut self, keys: &[StatementKey], _length: u32) -> Result<Known<StatementTexts>> {
        self.play("statement_texts").await?;
        Ok(Known::Ready(super::shop_statement_texts(keys)))
    }

    async fn running(&mut self) -> Result<Known<crate::model::Running>> {
        self.play("running").await?;
        Ok(Known::Ready(super::shop_running(0)))
    }

    async fn grants(&mut self) -> Result<String> {
        self.play("grants").await?;
        Ok("GRANT pg_monitor TO app_ro;\n".into())
    }

    fn stop_handle(&self) -> Stop {
        match self.fake.lock().stop_by {
            StopBy::Session => Stop::Session(self.number),
            StopBy::Flag => Stop::Flag(self.flag.clone()),
            StopBy::Nothing => Stop::Nothing,
        }
    }

    async fn stop(&mut self, session: i64) -> Result<()> {
        let act = {
            let mut inner = self.fake.lock();
            inner.seen.stops.push((self.number, session));
            inner.script.stop_act.clone()
        };
        let start = Instant::now();
        let at_once = matches!(act, Some(Act::Finish(_)));
        if at_once {
            self.fake.end(session);
        }
        let result = act_out(act, std::future::pending()).await;
        self.note("stop", start, &result);
        if result.is_ok() && !at_once {
            self.fake.end(session);
        }
        result
    }

    fn sent(&mut self) -> Vec<Sent> {
        std::mem::take(&mut self.sent)
    }

    async fn close(self: Box<Self>) {
        self.fake.lock().seen.closed += 1;
    }
}
