//! One session for a headless command: ask, wait, close.

use super::run::{Opener, ServerOpener};
use super::stop::{self, End, Spare, Stopper};
use crate::config::Target;
use crate::engine::{self, Engine, Error, ErrorKind, Result, Scope, Stop};
use crate::model::{
    Catalog, Columns, Contents, Ddl, ExplainOf, Explained, Indexes, Keys, Known, Layouts, Live, LiveFact, LivePart,
    ObjectRef, Objects, Part, RelId, Relations, Sent, Server, SizeBatch, Spaces, StatementKey, StatementTexts,
    StatementsOf, StatementsRead, Usage,
};
use crate::model::{Overlaps, Pair};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// A statement may outlive its own limit on the server by this much before it is cancelled from here.
const NET: Duration = Duration::from_secs(10);

/// A session and what it has learned. Awaiting is fine here: nobody looks at a screen.
///
/// A cancel or the end of the time stops the running statement on the server; the method then returns
/// [`ErrorKind::Cancelled`] or [`ErrorKind::TimedOut`], and so does every later one at once.
pub struct Session {
    /// `Err` with what ended it, after a session that could not be kept.
    engine: std::result::Result<Box<dyn Engine>, Error>,
    net: Net,
    /// What orders to stop cost on other sessions.
    sent: Vec<Sent>,
}

/// What may end a statement from outside.
struct Net {
    stopper: Stopper,
    cancel: CancellationToken,
    /// For everything.
    deadline: Option<Deadline>,
    /// For one statement.
    limit: Duration,
}

#[derive(Clone, Copy)]
struct Deadline {
    at: Instant,
    within: Duration,
}

/// One question to the engine, watched. Not even begun when the time is up or nobody wants it any more.
macro_rules! ask {
    ($session:ident, $what:literal, $engine:ident => $question:expr) => {{
        if let Some(kind) = $session.net.ended() {
            return Err($session.net.error($what, kind));
        }
        let $engine = $session.engine.as_mut().map_err(|error| error.clone())?;
        let handle = $engine.stop_handle();
        let end = $session.net.watch(&handle, $question).await;
        $session.settle($what, end).await
    }};
}

impl Session {
    pub async fn open(target: &Target) -> Result<Self> {
        Self::open_under(target, None, CancellationToken::new()).await
    }

    /// Connecting and everything that is asked afterwards together take at most `within`.
    pub async fn open_within(target: &Target, within: Duration) -> Result<Self> {
        Self::open_under(target, Some(within), CancellationToken::new()).await
    }

    /// Like [`Session::open_within`] with a token of the caller, which also ends the connecting.
    pub async fn open_under(target: &Target, within: Option<Duration>, cancel: CancellationToken) -> Result<Self> {
        let opener = Arc::new(ServerOpener(target.clone()));
        // Several limits of the server can follow each other inside one question.
        let limit = target.statement_timeout.saturating_mul(4).max(Duration::from_secs(60)).saturating_add(NET);
        Self::start(opener, within, cancel, limit).await
    }

    /// With sessions from anywhere; `limit` is for one question.
    pub async fn start(
        opener: Arc<dyn Opener>,
        within: Option<Duration>,
        cancel: CancellationToken,
        limit: Duration,
    ) -> Result<Self> {
        let deadline = within.map(|within| Deadline { at: Instant::now() + within, within });
        let stopper = Stopper { opener: opener.clone(), sibling: None, spare: Arc::new(Spare::default()) };
        let net = Net { stopper, cancel, deadline, limit };
        // No statement of ours runs yet: here dropping the future is the cancel.
        let engine = tokio::select! {
            biased;
            engine = stop::shielded(opener.open()) => engine?,
            kind = net.ends() => return Err(net.error("connecting", kind)),
        };
        Ok(Self { engine: Ok(engine), net, sent: Vec::new() })
    }

    /// Triggered by the caller, it stops what runs, on the server too.
    pub fn cancel_token(&self) -> CancellationToken {
        self.net.cancel.clone()
    }

    /// What is left of the time for everything; `None` without a limit.
    pub fn time_left(&self) -> Option<Duration> {
        self.net.deadline.map(|deadline| deadline.at.saturating_duration_since(Instant::now()))
    }

    pub async fn server(&mut self) -> Result<Server> {
        ask!(self, "version and state of the server", engine => engine.server())
    }

    /// The relations, then the parts asked for, each with one statement or a fixed few.
    ///
    /// A part that got no full answer in time is [`Known::TimedOut`]: what came before it stands.
    pub async fn catalog(&mut self, parts: &[Part], scope: Scope) -> Result<Known<Catalog>> {
        let relations = match self.relations().await? {
            Known::Ready(relations) => Arc::new(relations),
            other => return Ok(other.map(|relations: Relations| Catalog::new(Arc::new(relations)))),
        };
        let mut catalog = Catalog::new(relations);
        if parts.contains(&Part::Columns) {
            catalog.columns = late(self.columns(&catalog, scope).await)?.map(Arc::new);
        }
        if parts.contains(&Part::Indexes) || parts.contains(&Part::Keys) {
            catalog.indexes = late(self.indexes(&catalog, scope).await)?.map(Arc::new);
        }
        if parts.contains(&Part::Keys) {
            catalog.keys = late(self.keys(&catalog, scope).await)?.map(Arc::new);
        }
        if parts.contains(&Part::Objects) {
            catalog.objects = late(self.objects(&catalog).await)?.map(Arc::new);
        }
        Ok(Known::Ready(catalog))
    }

    pub async fn ddl(&mut self, catalog: &Catalog, object: ObjectRef) -> Result<Known<Ddl>> {
        ask!(self, "definition", engine => engine.ddl(catalog, object))
    }

    /// Measured sizes of these relations.
    pub async fn sizes(&mut self, catalog: &Catalog, rels: &[RelId]) -> Result<Known<SizeBatch>> {
        late(self.ask_sizes(catalog, rels).await)
    }

    pub async fn usage(&mut self, catalog: &Catalog) -> Result<Known<Usage>> {
        late(self.ask_usage(catalog).await)
    }

    pub async fn layouts(&mut self, catalog: &Catalog) -> Result<Known<Layouts>> {
        late(self.ask_layouts(catalog).await)
    }

    pub async fn overlaps(&mut self, catalog: &Catalog, pairs: &[Pair]) -> Result<Known<Overlaps>> {
        late(self.ask_overlaps(catalog, pairs).await)
    }

    pub async fn contents(&mut self, catalog: &Catalog) -> Result<Known<Contents>> {
        late(self.ask_contents(catalog).await)
    }

    pub async fn spaces(&mut self) -> Result<Known<Spaces>> {
        late(self.ask_spaces().await)
    }

    /// These live facts, one after the other: what one of them lacks never hides the others.
    ///
    /// # Errors
    ///
    /// A cancel, a lost connection.
    pub async fn live(&mut self, parts: &[LivePart]) -> Result<Live> {
        let mut live = Live::default();
        for &part in parts {
            let fact = match self.ask_live(part).await {
                Ok(fact) => fact,
                Err(error) => LiveFact::missing(part, absence(error)?),
            };
            live.put(fact);
        }
        Ok(live)
    }

    /// Counters of statements; one that came too late is a value.
    pub async fn statements(&mut self, of: &StatementsOf) -> Result<StatementsRead> {
        match self.ask_statements(of).await {
            Err(error) if error.kind == ErrorKind::TimedOut => {
                Ok(Known::TimedOut { what: error.message, partial: None }.into())
            }
            other => other,
        }
    }

    pub async fn statement_texts(&mut self, keys: &[StatementKey], length: u32) -> Result<Known<StatementTexts>> {
        late(self.ask_statement_texts(keys, length).await)
    }

    /// The plan of one statement, which is not executed.
    pub async fn explain(&mut self, of: &ExplainOf) -> Result<Known<Explained>> {
        ask!(self, "plan", engine => engine.explain(of))
    }

    pub async fn grants(&mut self) -> Result<String> {
        ask!(self, "grants", engine => engine.grants())
    }

    /// What was sent since the last call.
    pub fn sent(&mut self) -> Vec<Sent> {
        let mut sent = self.engine.as_mut().map_or_else(|_| Vec::new(), |engine| engine.sent());
        sent.append(&mut self.sent);
        sent
    }

    pub async fn close(self) {
        if let Ok(engine) = self.engine {
            stop::close(engine).await;
        }
    }

    async fn relations(&mut self) -> Result<Known<Relations>> {
        ask!(self, "list of tables", engine => engine.relations())
    }

    async fn columns(&mut self, catalog: &Catalog, scope: Scope) -> Result<Known<Columns>> {
        ask!(self, "columns", engine => engine.columns(&catalog.relations, scope))
    }

    async fn indexes(&mut self, catalog: &Catalog, scope: Scope) -> Result<Known<Indexes>> {
        ask!(self, "indexes", engine => engine.indexes(&catalog.relations, scope))
    }

    async fn keys(&mut self, catalog: &Catalog, scope: Scope) -> Result<Known<Keys>> {
        let indexes = catalog.indexes.value().map(Arc::as_ref);
        ask!(self, "keys", engine => engine.keys(&catalog.relations, indexes, scope))
    }

    async fn objects(&mut self, catalog: &Catalog) -> Result<Known<Objects>> {
        ask!(self, "objects", engine => engine.objects(&catalog.relations))
    }

    async fn ask_sizes(&mut self, catalog: &Catalog, rels: &[RelId]) -> Result<Known<SizeBatch>> {
        ask!(self, "sizes", engine => engine.sizes(catalog, rels))
    }

    async fn ask_usage(&mut self, catalog: &Catalog) -> Result<Known<Usage>> {
        ask!(self, "counters", engine => engine.usage(catalog))
    }

    async fn ask_layouts(&mut self, catalog: &Catalog) -> Result<Known<Layouts>> {
        ask!(self, "layouts of rows", engine => engine.layouts(catalog))
    }

    async fn ask_overlaps(&mut self, catalog: &Catalog, pairs: &[Pair]) -> Result<Known<Overlaps>> {
        ask!(self, "values of columns", engine => engine.overlaps(catalog, pairs))
    }

    async fn ask_contents(&mut self, catalog: &Catalog) -> Result<Known<Contents>> {
        ask!(self, "contents of the pages", engine => engine.contents(catalog))
    }

    async fn ask_live(&mut self, part: LivePart) -> Result<LiveFact> {
        ask!(self, "live facts", engine => engine::live(engine.as_mut(), part))
    }

    async fn ask_spaces(&mut self) -> Result<Known<Spaces>> {
        ask!(self, "databases and tablespaces", engine => engine.spaces())
    }

    async fn ask_statements(&mut self, of: &StatementsOf) -> Result<StatementsRead> {
        ask!(self, "statements", engine => engine.statements(of))
    }

    async fn ask_statement_texts(&mut self, keys: &[StatementKey], length: u32) -> Result<Known<StatementTexts>> {
        ask!(self, "texts of statements", engine => engine.statement_texts(keys, length))
    }

    async fn settle<T>(&mut self, what: &str, end: End<T>) -> Result<T> {
        let (kind, clean, sent) = match end {
            End::Done(result) => return result,
            End::Stopped { kind, clean, sent } => (kind, clean, sent),
        };
        let error = self.net.error(what, kind);
        if !clean && let Ok(mut engine) = std::mem::replace(&mut self.engine, Err(error.clone())) {
            self.sent.extend(engine.sent());
            stop::close(engine).await;
        }
        self.sent.extend(sent);
        Err(error)
    }
}

impl Net {
    /// Runs one question until it ends, or until it has to.
    async fn watch<T>(&self, handle: &Stop, work: impl Future<Output = Result<T>>) -> End<T> {
        stop::lower(handle);
        let limit = Instant::now() + self.limit;
        let reason = async {
            tokio::select! {
                kind = self.ends() => kind,
                () = sleep_until(limit) => ErrorKind::TimedOut,
            }
        };
        stop::watch(work, handle, reason, &self.stopper).await
    }

    fn ended(&self) -> Option<ErrorKind> {
        if self.cancel.is_cancelled() {
            return Some(ErrorKind::Cancelled);
        }
        self.deadline.filter(|deadline| deadline.at <= Instant::now()).map(|_| ErrorKind::TimedOut)
    }

    async fn ends(&self) -> ErrorKind {
        let deadline = async {
            match self.deadline {
                Some(deadline) => sleep_until(deadline.at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => ErrorKind::Cancelled,
            () = deadline => ErrorKind::TimedOut,
        }
    }

    fn error(&self, what: &str, kind: ErrorKind) -> Error {
        if kind == ErrorKind::Cancelled {
            return Error::new(kind, format!("{what}: cancelled"));
        }
        match self.deadline {
            Some(deadline) if deadline.at <= Instant::now() => {
                Error::new(kind, format!("{what}: no answer within {} s", deadline.within.as_secs_f64()))
                    .hint("give it more time with --timeout")
            }
            _ => Error::new(kind, format!("{what}: no answer within {} s", self.limit.as_secs())),
        }
    }
}

/// What went wrong with one fact, as its value; the end of the session is the end of everything.
pub(super) fn absence<T>(error: Error) -> Result<Known<T>> {
    Ok(match (error.kind, &error.grant) {
        (ErrorKind::Cancelled | ErrorKind::Lost | ErrorKind::Unreachable, _) => return Err(error),
        (ErrorKind::TimedOut | ErrorKind::Locked, _) => Known::TimedOut { what: error.message, partial: None },
        (_, Some(grant)) => Known::denied(error.message.clone(), grant.clone()),
        _ => Known::unsupported(error.message),
    })
}

/// A part that came too late is a value; everything else that went wrong is an error.
fn late<T>(result: Result<Known<T>>) -> Result<Known<T>> {
    match result {
        Err(error) if error.kind == ErrorKind::TimedOut => Ok(Known::TimedOut { what: error.message, partial: None }),
        other => other,
    }
}
