//! One session for a headless command: ask, wait, close.

use crate::config::Target;
use crate::engine::{self, Engine, Result, Scope};
use crate::model::{Catalog, Ddl, Known, ObjectRef, Part, Relations, Sent, Server};
use std::sync::Arc;

/// A session and what it has learned. Awaiting is fine here: nobody looks at a screen.
pub struct Session {
    engine: Box<dyn Engine>,
}

impl Session {
    pub async fn open(target: &Target) -> Result<Self> {
        Ok(Self { engine: engine::open(target).await? })
    }

    pub async fn server(&mut self) -> Result<Server> {
        self.engine.server().await
    }

    /// The relations, then the parts asked for, each with one statement or a fixed few.
    pub async fn catalog(&mut self, parts: &[Part], scope: Scope) -> Result<Known<Catalog>> {
        let relations = match self.engine.relations().await? {
            Known::Ready(relations) => Arc::new(relations),
            other => return Ok(other.map(|relations: Relations| Catalog::new(Arc::new(relations)))),
        };
        let mut catalog = Catalog::new(relations.clone());
        if parts.contains(&Part::Columns) {
            catalog.columns = self.engine.columns(&relations, scope).await?.map(Arc::new);
        }
        if parts.contains(&Part::Indexes) || parts.contains(&Part::Keys) {
            catalog.indexes = self.engine.indexes(&relations, scope).await?.map(Arc::new);
        }
        if parts.contains(&Part::Keys) {
            let indexes = catalog.indexes.value().cloned();
            catalog.keys = self.engine.keys(&relations, indexes.as_deref(), scope).await?.map(Arc::new);
        }
        if parts.contains(&Part::Objects) {
            catalog.objects = self.engine.objects(&relations).await?.map(Arc::new);
        }
        Ok(Known::Ready(catalog))
    }

    pub async fn ddl(&mut self, catalog: &Catalog, object: ObjectRef) -> Result<Known<Ddl>> {
        self.engine.ddl(catalog, object).await
    }

    pub async fn grants(&mut self) -> Result<String> {
        self.engine.grants().await
    }

    /// What was sent since the last call.
    pub fn sent(&mut self) -> Vec<Sent> {
        self.engine.sent()
    }

    pub async fn close(self) {
        self.engine.close().await;
    }
}
