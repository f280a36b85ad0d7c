//! MySQL and MariaDB over the text protocol.
//!
//! One session that only reads: the session is set read-only and checked for it, every statement has a
//! time limit, and waiting for a lock ends after a second. `information_schema` is asked for columns that
//! open no tables wherever there is a choice; sizes come from InnoDB's own statistics. The engine's own
//! schemas are listed with their relations, but their columns and indexes are read only with one object's
//! definition.

mod accounts;
mod activity;
mod columns;
mod connect;
mod counting;
mod ddl;
mod explain;
mod fault;
mod flavor;
mod grants;
mod indexes;
mod judge;
mod keys;
mod names;
mod objects;
mod overlaps;
mod probe;
mod query;
mod relations;
mod replication;
mod rights;
mod rows;
mod server;
mod settings;
mod sizes;
mod spaces;
mod statements;
mod usage;
mod vitals;
mod wire;

pub use connect::intent;

use super::{Engine, Error, ErrorKind, QuerySink, Result, Scope, Stop};
use crate::config::Target;
use crate::engine::guard::Statement;
use crate::engine::sqlguard::Guarded;
use crate::model::{
    Accounts, Activity, Catalog, Columns, Counting, Ddl, ExplainOf, Explained, Indexes, Keys, Known, ObjectRef,
    Objects, Preview, QueryOf, RelId, Relations, Replication, RowsEnd, RowsOf, Running, Sent, Server, SizeBatch,
    Spaces, StatementKey, StatementTexts, StatementsOf, StatementsRead, Usage, Variables, Vitals,
};
use crate::model::{Overlaps, Pair};
use async_trait::async_trait;
use connect::{Place, Settings};
use flavor::sql;
use rights::Rights;
use std::collections::{BTreeSet, HashMap};
use std::time::Instant;
use wire::Wire;

/// Without a data dictionary, reading sizes or cardinalities opens every table: past this many tables it
/// would push the server's own tables out of its cache (`table_open_cache` is 2,000 by default).
const TABLES_TO_OPEN: usize = 2_000;

pub async fn open(target: &Target) -> Result<Box<dyn Engine>> {
    let (wire, settings, place) = connect::connect(target).await?;
    let mut session = Session {
        wire,
        settings,
        place,
        account: None,
        user: None,
        rights: None,
        role: None,
        collations: None,
        positions: None,
        files: None,
    };
    // A target that names a database means that one. The server says how it spells the name.
    if target.database.as_deref().is_some_and(|name| !name.is_empty())
        && let Some(schema) = session.whoami().await?.database.filter(|name| !names::is_system(name))
    {
        session.wire.stay_within(schema);
    }
    Ok(Box::new(session))
}

/// One session, and what it has learned that does not change under way.
pub struct Session {
    wire: Wire,
    settings: Settings,
    place: Place,
    /// `CURRENT_USER()`, quoted for a GRANT.
    account: Option<String>,
    user: Option<String>,
    rights: Option<Rights>,
    /// The answer on replication and when it was given: asking takes a lock on the server.
    role: Option<(Instant, server::RoleFact)>,
    /// Default collations by schema and table, from the last list of relations.
    collations: Option<columns::Collations>,
    /// Position by schema, table and column, from the last list of columns until indexes are read.
    positions: Option<HashMap<u64, u16>>,
    /// Sizes of files, from the last time that a batch of sizes was asked for.
    files: Option<sizes::Files>,
}

impl Session {
    /// The account of this session as it stands in a GRANT.
    async fn account(&mut self) -> Result<String> {
        if let Some(account) = &self.account {
            return Ok(account.clone());
        }
        self.whoami().await?;
        self.account
            .clone()
            .ok_or_else(|| Error::new(ErrorKind::Internal, "the server does not tell the account of this session"))
    }

    async fn rights(&mut self) -> Result<Rights> {
        if let Some(rights) = &self.rights {
            return Ok(rights.clone());
        }
        let mut rights = Rights::default();
        self.wire
            .rows(&sql!("rights.sql"), |row| {
                rights.add(&row.text(0)?);
                Ok(())
            })
            .await?;
        self.rights = Some(rights.clone());
        Ok(rights)
    }

    /// `GRANT … TO 'this'@'account'`.
    async fn grant(&mut self, what: &str) -> Result<String> {
        Ok(format!("GRANT {what} TO {}", self.account().await?))
    }

    /// One GRANT for each schema, or one for all when they are many.
    async fn grants_on(&mut self, privilege: &str, schemas: &BTreeSet<&str>) -> Result<String> {
        const NAMED: usize = 5;
        if schemas.len() > NAMED {
            return self.grant(&format!("{privilege} ON *.*")).await;
        }
        let mut out = Vec::new();
        for schema in schemas {
            out.push(self.grant(&format!("{privilege} ON {}.*", grants::pattern(schema))).await?);
        }
        Ok(out.join("; "))
    }

    /// Runs a statement whose refusal or absence is no failure: `Some` with the reason in that case.
    async fn optional(
        &mut self,
        statement: &Statement,
        each: impl FnMut(&wire::Row<'_>) -> Result<()> + Send,
    ) -> Result<Option<Error>> {
        match self.wire.rows(statement, each).await {
            Ok(()) => Ok(None),
            Err(error) => match error.kind {
                ErrorKind::Denied | ErrorKind::NotSupported | ErrorKind::TimedOut | ErrorKind::Locked => {
                    Ok(Some(error))
                }
                _ => Err(error),
            },
        }
    }
}

/// What became of the main statement of a fact: `Ok(None)` whole, `Ok(Some(why))` cut short, but the rows
/// that arrived are good.
fn cut(result: Result<()>) -> Result<Option<String>> {
    match result {
        Ok(()) => Ok(None),
        Err(error) if matches!(error.kind, ErrorKind::TimedOut | ErrorKind::Locked) => Ok(Some(error.message)),
        Err(error) => Err(error),
    }
}

fn known<T>(value: T, cut: Option<String>) -> Known<T> {
    match cut {
        None => Known::Ready(value),
        Some(what) => Known::TimedOut { what, partial: Some(value) },
    }
}

#[async_trait]
impl Engine for Session {
    async fn server(&mut self) -> Result<Server> {
        self.read_server().await
    }

    async fn relations(&mut self) -> Result<Known<Relations>> {
        self.files = None;
        self.read_relations().await
    }

    async fn columns(&mut self, relations: &Relations, scope: Scope) -> Result<Known<Columns>> {
        self.read_columns(relations, scope).await
    }

    async fn indexes(&mut self, relations: &Relations, scope: Scope) -> Result<Known<Indexes>> {
        self.read_indexes(relations, scope).await
    }

    async fn keys(&mut self, relations: &Relations, indexes: Option<&Indexes>, scope: Scope) -> Result<Known<Keys>> {
        self.read_keys(relations, indexes, scope).await
    }

    async fn objects(&mut self, relations: &Relations) -> Result<Known<Objects>> {
        self.read_objects(relations).await
    }

    async fn sizes(&mut self, catalog: &Catalog, rels: &[RelId]) -> Result<Known<SizeBatch>> {
        self.read_sizes_of(catalog, rels).await
    }

    async fn usage(&mut self, catalog: &Catalog) -> Result<Known<Usage>> {
        self.read_usage_of(catalog).await
    }

    async fn overlaps(&mut self, catalog: &Catalog, pairs: &[Pair]) -> Result<Known<Overlaps>> {
        self.read_overlaps(catalog, pairs).await.map(Known::Ready)
    }

    async fn spaces(&mut self) -> Result<Known<Spaces>> {
        self.read_spaces().await
    }

    async fn ddl(&mut self, catalog: &Catalog, object: ObjectRef) -> Result<Known<Ddl>> {
        self.read_ddl(catalog, object).await
    }

    async fn rows(&mut self, catalog: &Catalog, of: &RowsOf) -> Result<Known<Preview>> {
        self.read_rows(catalog, of).await
    }

    async fn explain(&mut self, of: &ExplainOf) -> Result<Known<Explained>> {
        self.read_plan(of).await
    }

    async fn statements(&mut self, of: &StatementsOf) -> Result<StatementsRead> {
        self.read_statements(of).await
    }

    async fn statement_texts(&mut self, keys: &[StatementKey], length: u32) -> Result<Known<StatementTexts>> {
        self.read_statement_texts(keys, length).await
    }

    async fn running(&mut self) -> Result<Known<Running>> {
        self.read_running().await
    }

    async fn admit(&mut self, guarded: &Guarded) -> Result<()> {
        self.admit_names(guarded).await
    }

    async fn query(&mut self, of: &QueryOf, sink: &mut QuerySink<'_>) -> Result<RowsEnd> {
        self.read_query(of, sink).await
    }

    fn is_spent(&self) -> bool {
        self.wire.is_lost()
    }

    async fn activity(&mut self) -> Result<Known<Activity>> {
        self.read_activity().await
    }

    async fn vitals(&mut self) -> Result<Known<Vitals>> {
        self.read_vitals().await
    }

    async fn replication(&mut self) -> Result<Known<Replication>> {
        self.read_replication().await
    }

    async fn settings(&mut self) -> Result<Known<Variables>> {
        self.read_settings().await
    }

    async fn counting(&mut self) -> Result<Known<Counting>> {
        self.read_counting().await
    }

    async fn accounts(&mut self) -> Result<Known<Accounts>> {
        self.read_accounts().await
    }

    async fn grants(&mut self) -> Result<String> {
        self.write_grants().await
    }

    fn stop_handle(&self) -> Stop {
        match self.settings.session {
            0 => Stop::Nothing,
            session => Stop::Session(session),
        }
    }

    async fn stop(&mut self, session: i64) -> Result<()> {
        self.kill_query(session).await
    }

    fn sent(&mut self) -> Vec<Sent> {
        self.wire.sent()
    }

    async fn close(self: Box<Self>) {
        // Dropping the socket is all: a farewell would wait for the answer of a running statement, and the
        // server ends what still sends. What only computes is ended by its own time limit.
        drop(self.wire.into_connection());
    }
}
