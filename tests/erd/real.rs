//! The schemas of `../shared/data`, loaded and read.

use crate::common::load::{load_mysql, load_postgres, load_sqlite, sets};
use crate::common::{self, TestDb};
use dblens::collect::Session;
use dblens::config::{self, Context, Overrides};
use dblens::engine::Scope;
use dblens::erd::{Graph, Options};
use dblens::model::{EngineKind, Known, Part};
use tempfile::TempDir;

/// A schema in a database of its own, for as long as this lives.
pub struct Real {
    /// `pagila on pg15`.
    pub label: String,
    pub url: String,
    _home: Home,
}

/// What goes when the value goes.
enum Home {
    Server { _db: TestDb },
    File { _folder: TempDir },
}

/// Every schema, each on one server of its engine; fewer where an engine has none.
pub fn schemas() -> Vec<Real> {
    let mut all = Vec::new();
    let mut add = |label: String, url: String, home| all.push(Real { label, url, _home: home });
    for server in common::pg().into_iter().take(1) {
        for folder in sets("pg") {
            let Some(db) = load_postgres(&server, &folder) else { continue };
            add(label(&folder, &server.name), db.url.clone(), Home::Server { _db: db });
        }
    }
    for server in common::mysql().into_iter().take(1) {
        for folder in sets("mysql") {
            let db = load_mysql(&server, &folder);
            add(label(&folder, &server.name), db.url.clone(), Home::Server { _db: db });
        }
    }
    for folder in sets("sqlite") {
        let scratch = tempfile::tempdir().unwrap();
        let file = load_sqlite(&folder, scratch.path());
        add(label(&folder, "sqlite"), file.to_str().unwrap().to_owned(), Home::File { _folder: scratch });
    }
    all
}

fn label(folder: &std::path::Path, server: &str) -> String {
    format!("{} on {server}", folder.file_name().unwrap().to_string_lossy())
}

impl Real {
    /// Its tables with their relations, guessed ones too where none are declared.
    pub fn graph(&self) -> Graph {
        let target = config::resolve(Some(&self.url), &Overrides::default(), &Context::from_system(None)).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (server, catalog) = runtime.block_on(async {
            let mut session = Session::open(&target).await.unwrap();
            let server = session.server().await.unwrap();
            let catalog = session.catalog(&[Part::Columns, Part::Indexes, Part::Keys], Scope::Full).await.unwrap();
            session.close().await;
            (server, catalog)
        });
        let Known::Ready(catalog) = catalog else { panic!("{}: {:?}", self.label, catalog.reason()) };
        let mysql = matches!(server.engine, EngineKind::Mysql | EngineKind::Mariadb);
        let only = server.database.as_deref().filter(|_| mysql);
        let declared = Graph::new(server.engine, &catalog, Options { only, ..Options::default() });
        if !declared.links.is_empty() {
            return declared;
        }
        Graph::new(server.engine, &catalog, Options { only, inferred: true, ..Options::default() })
    }
}
