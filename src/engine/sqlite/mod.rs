//! SQLite: a file, or the built-in demo, behind [`Engine`].
//!
//! One module for each fact. Table-valued pragmas joined to the list of tables keep the number of
//! statements fixed. What only the SQL texts tell (names of constraints, checks, expressions) is read from
//! them by [`declared`].

mod columns;
mod contents;
mod ddl;
mod declared;
mod demo;
mod explain;
mod indexes;
mod keys;
mod live;
mod objects;
mod open;
mod overlaps;
#[cfg(test)]
mod page_tests;
mod query;
mod readonly;
mod relations;
mod rows;
mod server;
mod sizes;
mod sniff;
#[cfg(test)]
mod tests;
mod watch;
mod wire;

pub use open::intent;

use super::guard::{Statement, StatementLog};
use super::sqlguard::Guarded;
use super::{Engine, Error, ErrorKind, QuerySink, Result, Scope, Stop};
use crate::config::{Address, Target};
use crate::model::{
    Activity, Catalog, Columns, Contents, Counting, Ddl, ExplainOf, Explained, Indexes, Integrity, Keys, Known,
    ObjectRef, Objects, Preview, QueryOf, RelId, Relations, Replication, RowsEnd, RowsOf, Sent, Server, SizeBatch,
    Spaces, StatementsOf, StatementsRead, Usage, Variables,
};
use crate::model::{Overlaps, Pair};
use async_trait::async_trait;
use open::{Opened, Place};
use sqlx::Connection;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use wire::{Brake, Wire};

const SOURCES: Statement = Statement::file("sqlite/sources.sql", include_str!("sql/sources.sql"));

/// One session with a file or with the demo.
struct Sqlite {
    wire: Wire,
    /// Bytes of every b-tree by its name, from the last look at the relations.
    sizes: HashMap<String, i64>,
}

/// Why there is no list of statements, and what there is instead.
const NO_STATEMENTS: &str = "SQLite keeps no statistics of statements: the view 9 SQL tries one, and dblens explain tells \
                             the plans of a file of them";

/// Opens the file of `target` for reading. Never creates a file.
pub async fn open(target: &Target) -> Result<Box<dyn Engine>> {
    Ok(Box::new(start(target).await?))
}

async fn start(target: &Target) -> Result<Sqlite> {
    let mut log = StatementLog::default();
    let brake = Arc::new(Brake::new());
    let timeout = target.statement_timeout;
    let (place, opened) = match &target.address {
        Address::File(path) => {
            let place = place(path, target.immutable);
            let opened = open::connect(&place, &mut log, &brake, timeout).await?;
            (place, opened)
        }
        Address::Demo => {
            let place = Place { path: "demo".into(), shown: "demo".into(), immutable: false, demo: true };
            (place, demo::connect(&mut log, &brake, timeout).await?)
        }
        Address::Hosts(_) => {
            return Err(Error::new(ErrorKind::NotSupported, "SQLite has no server: a file is needed")
                .hint("write sqlite:PATH or only the path"));
        }
    };
    let Opened { conn, watch, notes, wal } = opened;
    let wire =
        Wire { conn: Some(conn), log, brake, place, watch, notes, wal, timeout, walk_up_to: relations::SIZES_UP_TO };
    Ok(Sqlite { wire, sizes: HashMap::new() })
}

fn place(path: &Path, immutable: bool) -> Place {
    let real = std::fs::canonicalize(path).or_else(|_| std::path::absolute(path));
    Place { path: real.unwrap_or_else(|_| path.to_owned()), shown: path.display().to_string(), immutable, demo: false }
}

#[async_trait]
impl Engine for Sqlite {
    async fn server(&mut self) -> Result<Server> {
        self.wire.begin();
        server::server(&mut self.wire).await
    }

    async fn relations(&mut self) -> Result<Known<Relations>> {
        self.wire.begin();
        let (relations, sizes) = relations::relations(&mut self.wire).await?;
        self.sizes = sizes;
        Ok(Known::Ready(relations))
    }

    async fn columns(&mut self, relations: &Relations, scope: Scope) -> Result<Known<Columns>> {
        self.wire.begin();
        columns::columns(&mut self.wire, relations, scope, None).await.map(Known::Ready)
    }

    async fn indexes(&mut self, relations: &Relations, _scope: Scope) -> Result<Known<Indexes>> {
        self.wire.begin();
        indexes::indexes(&mut self.wire, relations, &self.sizes).await.map(Known::Ready)
    }

    async fn keys(&mut self, relations: &Relations, indexes: Option<&Indexes>, _scope: Scope) -> Result<Known<Keys>> {
        self.wire.begin();
        keys::keys(&mut self.wire, relations, indexes).await.map(Known::Ready)
    }

    async fn objects(&mut self, relations: &Relations) -> Result<Known<Objects>> {
        self.wire.begin();
        objects::objects(&mut self.wire, relations).await.map(Known::Ready)
    }

    async fn sizes(&mut self, catalog: &Catalog, rels: &[RelId]) -> Result<Known<SizeBatch>> {
        self.wire.begin();
        sizes::sizes(&mut self.wire, catalog, rels).await
    }

    async fn usage(&mut self, _catalog: &Catalog) -> Result<Known<Usage>> {
        Ok(Known::unsupported("SQLite counts no use of tables and indexes"))
    }

    async fn overlaps(&mut self, catalog: &Catalog, pairs: &[Pair]) -> Result<Known<Overlaps>> {
        self.wire.begin();
        overlaps::overlaps(&mut self.wire, catalog, pairs).await
    }

    async fn spaces(&mut self) -> Result<Known<Spaces>> {
        self.wire.begin();
        sizes::spaces(&mut self.wire).await
    }

    async fn ddl(&mut self, catalog: &Catalog, object: ObjectRef) -> Result<Known<Ddl>> {
        self.wire.begin();
        ddl::ddl(&mut self.wire, catalog, object).await
    }

    async fn rows(&mut self, catalog: &Catalog, of: &RowsOf) -> Result<Known<Preview>> {
        self.wire.begin();
        rows::rows(&mut self.wire, catalog, of).await
    }

    async fn explain(&mut self, of: &ExplainOf) -> Result<Known<Explained>> {
        self.wire.begin();
        explain::read_plan(&mut self.wire, of).await
    }

    async fn statements(&mut self, _of: &StatementsOf) -> Result<StatementsRead> {
        Ok(Known::unsupported(NO_STATEMENTS).into())
    }

    /// SQLite itself asks the authorizer about everything that a statement would do, while it compiles it.
    async fn admit(&mut self, _guarded: &Guarded) -> Result<()> {
        Ok(())
    }

    async fn query(&mut self, of: &QueryOf, sink: &mut QuerySink<'_>) -> Result<RowsEnd> {
        self.wire.begin();
        query::run(&mut self.wire, of, sink).await
    }

    async fn activity(&mut self) -> Result<Known<Activity>> {
        Ok(Known::unsupported("SQLite has no sessions: it is a library inside of each program that opens the file"))
    }

    async fn replication(&mut self) -> Result<Known<Replication>> {
        Ok(Known::unsupported("SQLite does not replicate"))
    }

    async fn settings(&mut self) -> Result<Known<Variables>> {
        self.wire.begin();
        live::settings(&mut self.wire).await
    }

    async fn counting(&mut self) -> Result<Known<Counting>> {
        self.wire.begin();
        live::counting(&mut self.wire).await
    }

    async fn integrity(&mut self) -> Result<Known<Integrity>> {
        self.wire.begin();
        live::integrity(&mut self.wire).await
    }

    async fn contents(&mut self, catalog: &Catalog) -> Result<Known<Contents>> {
        self.wire.begin();
        contents::contents(&mut self.wire, catalog).await
    }

    async fn grants(&mut self) -> Result<String> {
        Ok(server::grants(&self.wire.place))
    }

    fn stop_handle(&self) -> Stop {
        Stop::Flag(self.wire.brake.stop.clone())
    }

    async fn stop(&mut self, _session: i64) -> Result<()> {
        Ok(())
    }

    fn sent(&mut self) -> Vec<Sent> {
        self.wire.log.take()
    }

    async fn close(self: Box<Self>) {
        self.wire.brake.stop.store(true, Ordering::SeqCst);
        // Awaited so that SQLite lets its locks go in order; a step that cannot be stopped is not waited for.
        if let Some(conn) = self.wire.conn {
            let _ = tokio::time::timeout(Duration::from_millis(200), conn.close()).await;
        }
    }
}

/// Relations by their exact name.
fn by_name(relations: &Relations) -> HashMap<&str, RelId> {
    relations.iter().map(|(id, rel)| (relations.names.get(rel.name), id)).collect()
}

/// The text of one object of `sqlite_schema`.
#[derive(Clone, Debug)]
struct Source {
    kind: String,
    name: String,
    table: String,
    text: String,
}

/// Names as the argument of a statement that takes several.
fn json(names: &[&str]) -> String {
    serde_json::Value::from(names.to_vec()).to_string()
}

/// The texts of everything, or of one table or view with what belongs to it. Automatic indexes have none.
async fn sources(wire: &mut Wire, table: Option<&str>) -> Result<Vec<Source>> {
    let rows = wire.fetch(&SOURCES, table).await?;
    let source = |row: &wire::Row| {
        Some(Source {
            kind: row.text(0).to_owned(),
            name: row.text(1).to_owned(),
            table: row.text(2).to_owned(),
            text: row.text_opt(3)?.to_owned(),
        })
    };
    Ok(rows.iter().filter_map(source).collect())
}
