//! PostgreSQL 13 and later, standbys and poolers included.
//!
//! Each fact is one file here and one statement, or a fixed few, under `sql/`. Light facts open no
//! relation on the server: nothing waits for a lock and its backend does not grow.

mod accounts;
mod activity;
mod columns;
mod connect;
mod ddl;
mod ddl_relation;
mod ddl_text;
mod errors;
mod explain;
mod files;
mod gin;
mod grants;
mod horizons;
mod indexes;
mod inside;
mod judge;
mod keys;
mod layouts;
#[cfg(test)]
mod live;
mod locks;
mod objects;
mod oids;
mod overlaps;
mod protection;
mod query;
mod relations;
mod replication;
mod rows;
mod sequences;
mod server;
mod settings;
mod sizes;
mod spaces;
mod statement_steps;
mod statements;
mod upkeep;
mod usage;
mod value;
mod vitals;
mod wire;

pub use connect::intent;

use super::{Engine, QuerySink, Result, Scope, Stop};
use crate::config::{Target, TlsMode};
use crate::engine::sqlguard::Guarded;
use crate::model::{
    Accounts, Activity, Catalog, Columns, Counting, Ddl, ExplainOf, Explained, Horizons, Indexes, Inside, Keys, Known,
    LayoutOf, Layouts, ObjectRef, Objects, Preview, Protection, QueryOf, RelId, Relations, Replication, RowsEnd,
    RowsOf, Running, Sent, Server, SizeBatch, Spaces, StatementKey, StatementTexts, StatementsOf, StatementsRead,
    Upkeep, Usage, Variables, Vitals,
};
use crate::model::{Overlaps, Pair};
use async_trait::async_trait;
use oids::Attributes;
use server::Line;
use wire::Wire;

/// One session with a PostgreSQL server.
struct Postgres {
    wire: Wire,
    host: String,
    port: u16,
    socket: bool,
    tls: TlsMode,
    version: i32,
    pooled: bool,
    pid: i64,
    /// Names of columns by number, kept from reading the columns until the constraints have used them.
    attributes: Option<Attributes>,
    /// Where statements are counted, while nothing was missing at the last look.
    statements_at: Option<statements::Place>,
}

pub async fn open(target: &Target) -> Result<Box<dyn Engine>> {
    let opened = connect::open(target).await?;
    Ok(Box::new(Postgres {
        wire: opened.wire,
        host: opened.host,
        port: opened.port,
        socket: opened.socket,
        tls: opened.tls,
        version: opened.version_num,
        pooled: opened.pooled,
        pid: opened.pid,
        attributes: None,
        statements_at: None,
    }))
}

impl Postgres {
    /// The names that the columns brought, or else read alone.
    async fn attributes(&mut self, relations: &Relations) -> Result<Attributes> {
        match self.attributes.take() {
            Some(attributes) => Ok(attributes),
            None => oids::read_attributes(&mut self.wire, relations).await,
        }
    }
}

#[async_trait]
impl Engine for Postgres {
    async fn server(&mut self) -> Result<Server> {
        let Self { wire, host, port, socket, tls, pooled, .. } = self;
        let line = Line { host, port: *port, socket: *socket, tls: *tls, pooled: *pooled };
        server::read(wire, &line).await
    }

    async fn relations(&mut self) -> Result<Known<Relations>> {
        self.attributes = None;
        Ok(Known::Ready(relations::read(&mut self.wire, self.version).await?))
    }

    async fn columns(&mut self, relations: &Relations, scope: Scope) -> Result<Known<Columns>> {
        let (columns, attributes) = columns::read(&mut self.wire, relations, scope).await?;
        self.attributes = Some(attributes);
        Ok(Known::Ready(columns))
    }

    async fn indexes(&mut self, relations: &Relations, scope: Scope) -> Result<Known<Indexes>> {
        let attributes = self.attributes(relations).await?;
        let file = files::indexes(self.version);
        let indexes = indexes::read(&mut self.wire, file, relations, &attributes, scope).await?;
        self.attributes = Some(attributes);
        Ok(Known::Ready(indexes))
    }

    async fn keys(&mut self, relations: &Relations, indexes: Option<&Indexes>, scope: Scope) -> Result<Known<Keys>> {
        let attributes = self.attributes(relations).await?;
        let file = files::keys(self.version);
        keys::read(&mut self.wire, file, relations, &attributes, indexes, scope).await.map(Known::Ready)
    }

    async fn objects(&mut self, relations: &Relations) -> Result<Known<Objects>> {
        objects::read(&mut self.wire, relations).await.map(Known::Ready)
    }

    async fn sizes(&mut self, catalog: &Catalog, rels: &[RelId]) -> Result<Known<SizeBatch>> {
        sizes::read(&mut self.wire, catalog, rels).await.map(Known::Ready)
    }

    async fn usage(&mut self, catalog: &Catalog) -> Result<Known<Usage>> {
        usage::read(&mut self.wire, self.version, catalog).await.map(Known::Ready)
    }

    async fn overlaps(&mut self, catalog: &Catalog, pairs: &[Pair]) -> Result<Known<Overlaps>> {
        overlaps::read(&mut self.wire, catalog, pairs).await.map(Known::Ready)
    }

    async fn spaces(&mut self) -> Result<Known<Spaces>> {
        spaces::read(&mut self.wire).await
    }

    async fn layouts(&mut self, catalog: &Catalog) -> Result<Known<Layouts>> {
        layouts::read(&mut self.wire, catalog).await.map(Known::Ready)
    }

    async fn inside(&mut self, catalog: &Catalog, of: LayoutOf) -> Result<Known<Inside>> {
        inside::read(&mut self.wire, catalog, of).await
    }

    async fn ddl(&mut self, catalog: &Catalog, object: ObjectRef) -> Result<Known<Ddl>> {
        ddl::read(&mut self.wire, catalog, object).await
    }

    async fn rows(&mut self, catalog: &Catalog, of: &RowsOf) -> Result<Known<Preview>> {
        rows::read(&mut self.wire, catalog, of).await
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

    async fn activity(&mut self) -> Result<Known<Activity>> {
        activity::read(&mut self.wire, self.version).await.map(Known::Ready)
    }

    async fn vitals(&mut self) -> Result<Known<Vitals>> {
        vitals::read(&mut self.wire, self.version).await.map(Known::Ready)
    }

    async fn replication(&mut self) -> Result<Known<Replication>> {
        replication::read(&mut self.wire).await.map(Known::Ready)
    }

    async fn settings(&mut self) -> Result<Known<Variables>> {
        settings::read(&mut self.wire).await.map(Known::Ready)
    }

    async fn horizons(&mut self) -> Result<Known<Horizons>> {
        horizons::read(&mut self.wire).await.map(Known::Ready)
    }

    async fn counting(&mut self) -> Result<Known<Counting>> {
        sequences::read(&mut self.wire).await.map(Known::Ready)
    }

    async fn accounts(&mut self) -> Result<Known<Accounts>> {
        accounts::read(&mut self.wire).await.map(Known::Ready)
    }

    async fn protection(&mut self) -> Result<Known<Protection>> {
        protection::read(&mut self.wire).await.map(Known::Ready)
    }

    async fn upkeep(&mut self) -> Result<Known<Upkeep>> {
        upkeep::read(&mut self.wire, self.version).await.map(Known::Ready)
    }

    async fn explain(&mut self, of: &ExplainOf) -> Result<Known<Explained>> {
        self.read_plan(of).await
    }

    async fn admit(&mut self, guarded: &Guarded) -> Result<()> {
        let schemas = judge::search_path(&mut self.wire).await?;
        judge::admit(&mut self.wire, guarded, &schemas).await
    }

    async fn query(&mut self, of: &QueryOf, sink: &mut QuerySink<'_>) -> Result<RowsEnd> {
        query::run(&mut self.wire, self.version, of, sink).await
    }

    async fn grants(&mut self) -> Result<String> {
        grants::text(&mut self.wire).await
    }

    fn stop_handle(&self) -> Stop {
        // Behind a pooler the process changes with every transaction.
        if self.pooled { Stop::Running(self.wire.running()) } else { Stop::Session(self.pid) }
    }

    async fn stop(&mut self, session: i64) -> Result<()> {
        let values = [("pid", session.to_string()), ("app", connect::application_name())];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.wire.rows(files::STOP.with(&values), |_| Ok(())).await
    }

    fn sent(&mut self) -> Vec<Sent> {
        self.wire.sent()
    }

    async fn close(self: Box<Self>) {
        self.wire.close().await;
    }
}
