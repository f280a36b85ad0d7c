//! Databases behind one trait. Drivers, SQL and their traps stay in here; typed facts go out.
//!
//! An engine holds one session. It is read-only in layers (our own texts, the session's settings, the
//! server's timeouts), never waits behind an exclusive lock, and every statement passes [`guard`].

pub mod error;
mod explain;
pub mod fake;
pub mod guard;
mod intent;
mod mysql;
mod postgres;
mod rows;
pub mod sqlguard;
mod sqlite;

use crate::config::{Family, Target, secret};
use crate::model::{
    Accounts, Activity, Catalog, Columns, Contents, Counting, Ddl, EngineKind, ExplainOf, Explained, Horizons, Indexes,
    Inside, Integrity, Keys, Known, LayoutOf, Layouts, LiveFact, LivePart, ObjectRef, Objects, Preview, Protection,
    QueryOf, QueryPart, RelId, Relations, Replication, RowsEnd, RowsOf, Running, Sent, Server, SizeBatch, Spaces,
    StatementKey, StatementTexts, StatementsOf, StatementsRead, Upkeep, Usage, Variables, Vitals,
};
use crate::model::{Overlaps, Pair};
use async_trait::async_trait;
pub use error::{Error, ErrorKind, Result};
pub use intent::intent;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Instant;

/// Files (tables, TOAST, indexes) that one statement may measure: each lets the server's backend grow.
pub const SIZES_AT_ONCE: usize = 500;

/// How much of a part is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What the tree and the detail pane need of everything: names, types, flags, counters. No function
    /// that opens relations (they wait for locks and make the server's backend grow).
    Light,
    /// Also defaults, comments, statistics, expression texts; relations under an exclusive lock are left
    /// out of what would wait and noted.
    Full,
}

/// A hook to stop what a session is doing, from outside of it.
#[derive(Clone, Debug)]
pub enum Stop {
    /// The server's process or connection number: [`Engine::stop`] of another session ends its statement.
    Session(i64),
    /// The same where the number changes with every transaction, behind a pooler; 0 while nothing runs that
    /// can be stopped.
    Running(Arc<AtomicI64>),
    /// In this process: the running statement sees the flag and ends.
    Flag(Arc<AtomicBool>),
    /// Nothing runs elsewhere.
    Nothing,
}

impl Stop {
    /// Raises the flag, where it is one; true when that was all there is to do.
    pub fn raise(&self) -> bool {
        match self {
            Self::Flag(flag) => {
                flag.store(true, Ordering::SeqCst);
                true
            }
            Self::Nothing => true,
            Self::Session(_) => false,
            Self::Running(number) => number.load(Ordering::SeqCst) == 0,
        }
    }
}

/// One read-only session with a database.
///
/// Each method is one fact and sends a fixed number of statements, never one per table. A fact that this
/// engine or version does not have stays at its default. An `Err` is for what went wrong; a missing right
/// is a [`Known::Denied`] or a note inside the fact.
///
/// Dropping a future of these methods cancels nothing on the server: use [`Engine::stop_handle`] and
/// await the end.
#[async_trait]
pub trait Engine: Send {
    /// The server as it is now; also serves as the sign of life.
    async fn server(&mut self) -> Result<Server>;

    /// Schemas and relations with cheap estimates; one statement.
    async fn relations(&mut self) -> Result<Known<Relations>>;

    async fn columns(&mut self, _relations: &Relations, _scope: Scope) -> Result<Known<Columns>> {
        Ok(absent("columns"))
    }

    async fn indexes(&mut self, _relations: &Relations, _scope: Scope) -> Result<Known<Indexes>> {
        Ok(absent("indexes"))
    }

    /// Constraints. `indexes` tells which foreign keys are indexed; unknown without it.
    async fn keys(&mut self, _relations: &Relations, _indexes: Option<&Indexes>, _scope: Scope) -> Result<Known<Keys>> {
        Ok(absent("keys"))
    }

    async fn objects(&mut self, _relations: &Relations) -> Result<Known<Objects>> {
        Ok(absent("objects"))
    }

    /// Measured sizes of these relations and of their indexes, to be laid over the catalog's estimates.
    ///
    /// Waits for no lock: what is locked says by whom. Costs grow with the number of relations, so ask for
    /// those in view. Partitioned tables hold nothing themselves: ask for their partitions.
    async fn sizes(&mut self, _catalog: &Catalog, _rels: &[RelId]) -> Result<Known<SizeBatch>> {
        Ok(absent("sizes"))
    }

    /// Counters of all tables and indexes, and since when they count.
    async fn usage(&mut self, _catalog: &Catalog) -> Result<Known<Usage>> {
        Ok(absent("counters"))
    }

    /// What values or their statistics say of these pairs of columns, within bounds: never a whole table.
    async fn overlaps(&mut self, _catalog: &Catalog, _pairs: &[Pair]) -> Result<Known<Overlaps>> {
        Ok(absent("values of columns"))
    }

    /// Databases, tablespaces and files. May be slow: only when somebody wants to see them.
    async fn spaces(&mut self) -> Result<Known<Spaces>> {
        Ok(absent("databases and tablespaces"))
    }

    /// What large heaps and b-trees are made of.
    async fn layouts(&mut self, _catalog: &Catalog) -> Result<Known<Layouts>> {
        Ok(absent("layouts of rows"))
    }

    /// What the pages of one heap or b-tree hold. Reads them, until the statement timeout: only when somebody
    /// asks for it, one at a time. Waits behind no exclusive lock.
    async fn inside(&mut self, _catalog: &Catalog, _of: LayoutOf) -> Result<Known<Inside>> {
        Ok(absent("pages"))
    }

    /// The definition of one object and, for a relation, its full columns, grants and policies.
    async fn ddl(&mut self, _catalog: &Catalog, _object: ObjectRef) -> Result<Known<Ddl>> {
        Ok(absent("definitions"))
    }

    /// A few rows of one relation, within the limits of `of`: a read-only statement that waits behind no
    /// exclusive lock. What came before its time was over is partial.
    async fn rows(&mut self, _catalog: &Catalog, _of: &RowsOf) -> Result<Known<Preview>> {
        Ok(absent("rows"))
    }

    /// Sessions, who waits for whom, what holds back vacuum. Asked every few seconds: cheap, and waits for nothing.
    async fn activity(&mut self) -> Result<Known<Activity>> {
        Ok(absent("sessions and locks"))
    }

    /// Counters of the server and how full it is.
    async fn vitals(&mut self) -> Result<Known<Vitals>> {
        Ok(absent("counters of the server"))
    }

    async fn replication(&mut self) -> Result<Known<Replication>> {
        Ok(absent("replication"))
    }

    /// Settings of the server, or pragmas of the file.
    async fn settings(&mut self) -> Result<Known<Variables>> {
        Ok(absent("settings"))
    }

    /// How far transaction numbers have run.
    async fn horizons(&mut self) -> Result<Known<Horizons>> {
        Ok(absent("ages of transactions"))
    }

    /// Sequences and counters of keys, and where they end.
    async fn counting(&mut self) -> Result<Known<Counting>> {
        Ok(absent("sequences"))
    }

    /// Roles and rights that deserve a look.
    async fn accounts(&mut self) -> Result<Known<Accounts>> {
        Ok(absent("roles"))
    }

    /// Row level security: what policies say and who passes them by.
    async fn protection(&mut self) -> Result<Known<Protection>> {
        Ok(absent("row level security"))
    }

    /// What somebody has to look after: pg_hba.conf, versions of extensions and collations, replica identities.
    async fn upkeep(&mut self) -> Result<Known<Upkeep>> {
        Ok(absent("the upkeep of the server"))
    }

    /// Whether the file is whole; bounded by the limit of a statement.
    async fn integrity(&mut self) -> Result<Known<Integrity>> {
        Ok(absent("the integrity of the files"))
    }

    /// What the pages of a file hold. Reads all of it: only when somebody asks for it.
    async fn contents(&mut self, _catalog: &Catalog) -> Result<Known<Contents>> {
        Ok(absent("the contents of the pages"))
    }

    /// Refuses a guarded statement ([`sqlguard`]) that names what may do more than read on this server: to be
    /// asked before it is sent, for a plan too.
    async fn admit(&mut self, _guarded: &sqlguard::Guarded) -> Result<()> {
        Err(Error::new(ErrorKind::NotSupported, "statements of one's own are not run on this engine"))
    }

    /// The plan of one statement, which passes the guard first and is never executed: see [`ExplainOf`].
    async fn explain(&mut self, _of: &ExplainOf) -> Result<Known<Explained>> {
        Ok(absent("plans"))
    }

    /// Counters of all statements that the server keeps, without their texts. Cheap enough to be asked again
    /// and again: compact for all, in full only for those of `of`.
    async fn statements(&mut self, _of: &StatementsOf) -> Result<StatementsRead> {
        Ok(absent("statements").into())
    }

    /// Texts of these. The server may load all its texts for it: only for those in view, and not often.
    /// Each is cut after `length` characters.
    async fn statement_texts(&mut self, _keys: &[StatementKey], _length: u32) -> Result<Known<StatementTexts>> {
        Ok(absent("texts of statements"))
    }

    /// What runs now in other sessions: one look, cheap.
    async fn running(&mut self) -> Result<Known<Running>> {
        Ok(absent("running statements"))
    }

    /// Runs a statement that a person wrote, in a read-only transaction that is rolled back, and hands on what
    /// comes until a limit is met. Judges it first: what the guard refuses is not sent.
    ///
    /// For a session of its own: after an error or an early end it may be in the middle of an answer, and is
    /// closed then ([`Engine::is_spent`]).
    async fn query(&mut self, _of: &QueryOf, _sink: &mut QuerySink<'_>) -> Result<RowsEnd> {
        Err(Error::new(ErrorKind::NotSupported, "statements of one's own are not run on this engine"))
    }

    /// True when this session is to be closed, not used again.
    fn is_spent(&self) -> bool {
        false
    }

    /// The least-privilege role for this server and version, as SQL text with comments.
    async fn grants(&mut self) -> Result<String>;

    /// What stops the statement that runs on this session.
    fn stop_handle(&self) -> Stop;

    /// Ends the statement of another session of ours; harmless when there is none.
    async fn stop(&mut self, session: i64) -> Result<()>;

    /// Everything sent on this session since the last call.
    fn sent(&mut self) -> Vec<Sent>;

    /// Ends the session at once, without waiting for a statement or an answer.
    async fn close(self: Box<Self>);
}

/// Takes what a statement of the SQL view brings, as it arrives.
pub type QuerySink<'a> = dyn FnMut(QueryPart) + Send + 'a;

/// One of the live facts.
pub async fn live(engine: &mut dyn Engine, part: LivePart) -> Result<LiveFact> {
    Ok(match part {
        LivePart::Activity => LiveFact::Activity(engine.activity().await?.map(Arc::new)),
        LivePart::Vitals => LiveFact::Vitals(engine.vitals().await?.map(Arc::new)),
        LivePart::Replication => LiveFact::Replication(engine.replication().await?.map(Arc::new)),
        LivePart::Settings => LiveFact::Settings(engine.settings().await?.map(Arc::new)),
        LivePart::Horizons => LiveFact::Horizons(engine.horizons().await?.map(Arc::new)),
        LivePart::Counting => LiveFact::Counting(engine.counting().await?.map(Arc::new)),
        LivePart::Accounts => LiveFact::Accounts(engine.accounts().await?.map(Arc::new)),
        LivePart::Protection => LiveFact::Protection(engine.protection().await?.map(Arc::new)),
        LivePart::Upkeep => LiveFact::Upkeep(engine.upkeep().await?.map(Arc::new)),
        LivePart::Integrity => LiveFact::Integrity(engine.integrity().await?.map(Arc::new)),
    })
}

fn absent<T>(what: &str) -> Known<T> {
    Known::unsupported(format!("{what} are not read on this engine"))
}

/// Opens one session. An error is one sentence with a next step and holds no secret.
///
/// A `password_command` runs here, once for each session: what it prints may be short-lived.
pub async fn open(target: &Target) -> Result<Box<dyn Engine>> {
    let (start, to) = (Instant::now(), target.label());
    tracing::info!(to, "connecting");
    let result = connect(target).await;
    let ms = start.elapsed().as_secs_f64() * 1000.0;
    match &result {
        Ok(_) => tracing::info!(to, ms, "connected"),
        Err(error) => tracing::warn!(to, ms, why = error.message, "not connected"),
    }
    result
}

async fn connect(target: &Target) -> Result<Box<dyn Engine>> {
    let password = secret::password(target).await.map_err(|error| {
        let rejected = Error::new(ErrorKind::Rejected, error.message);
        error.hint.into_iter().fold(rejected, Error::hint)
    })?;
    let target = &Target { password, ..target.clone() };
    match target.family {
        Family::Postgres => postgres::open(target).await,
        Family::Mysql => mysql::open(target).await,
        Family::Sqlite => sqlite::open(target).await,
    }
}

/// Quotes a name for SQL text of this engine; only where it has to be quoted when `always` is false.
///
/// MySQL and MariaDB quote with back-ticks, the others with double quotes.
pub fn quote_name(engine: EngineKind, name: &str) -> String {
    match engine {
        EngineKind::Mysql | EngineKind::Mariadb => format!("`{}`", name.replace('`', "``")),
        EngineKind::Postgresql | EngineKind::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}
