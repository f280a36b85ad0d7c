//! The MySQL and MariaDB engine against real servers: `DBLENS_TEST_MARIA1011`, `…_MARIA118`, `…_MYSQL97`.
//!
//! Every test makes databases and accounts of its own and drops them.

mod accounts;
mod conduct;
mod connect;
mod fake;
mod rich;
mod schema;
mod servers;
mod truth;

use dblens::config::{Address, Env, Family, Host, Target, Tls, TlsMode};
use dblens::engine::{self, Engine, ErrorKind, Scope, Stop};
use dblens::model::{
    Action, Catalog, ColFlags, Columns, Generated, IndexFlags, Indexes, KeyKind, Keys, Known, ObjectRef, Objects,
    Outcome, RelFlags, RelId, RelKind, Relations, Role,
};
use rich::{evil, make_rich, quoted};
use secrecy::SecretString;
use servers::{Server, TestDb};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use truth::counts;

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
        sql_timeout: Duration::from_secs(10),
        options: None,
        session_attrs: None,
        immutable: false,
        env: None::<Env>,
        env_guessed: false,
        allow_sql: false,
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
