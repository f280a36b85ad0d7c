//! Everything that has a name, to go to: one local list, built once for each state of the schema, searched
//! at each key without a server.
//!
//! What has names of its own is a [`Source`]. One more is an implementation and a line where the list is built.

mod catalog;
mod list;
mod search;
#[cfg(test)]
mod tests;

pub use catalog::CatalogSource;
pub use list::{Builder, Entry, List};
pub use search::{Found, SHOWN, Search};

use super::msg::{Goto, Thing};
use crate::model::Catalog;
use std::fmt::Debug;
use std::sync::Arc;

/// What kind of thing it is; among equally good names the earlier kind comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Table,
    View,
    Schema,
    Routine,
    Type,
    Sequence,
    Index,
    Column,
    Key,
    Trigger,
    Extension,
    Comment,
}

/// Only things of these kinds, by the letter before a colon: `c:email`.
pub struct Scope {
    pub letter: char,
    pub title: &'static str,
    pub kinds: &'static [Kind],
}

pub const SCOPES: [Scope; 8] = [
    Scope { letter: 't', title: "tables", kinds: &[Kind::Table] },
    Scope { letter: 'v', title: "views", kinds: &[Kind::View] },
    Scope { letter: 'c', title: "columns", kinds: &[Kind::Column] },
    Scope { letter: 'i', title: "indexes", kinds: &[Kind::Index] },
    Scope { letter: 'k', title: "keys", kinds: &[Kind::Key] },
    Scope { letter: 'f', title: "functions", kinds: &[Kind::Routine, Kind::Trigger] },
    Scope { letter: 'n', title: "schemas", kinds: &[Kind::Schema] },
    Scope { letter: 'm', title: "comments", kinds: &[Kind::Comment] },
];

/// How one thing is shown in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// `table`, `materialized view`.
    pub word: &'static str,
    /// The whole name: `sales.orders.id`.
    pub path: String,
    /// Size, type, arguments: what tells it from its like.
    pub detail: String,
}

/// Something that has names to go to. Its things are numbered by itself.
pub trait Source: Debug + Send + Sync {
    /// Adds every name.
    fn names(&self, builder: &mut Builder);

    /// What the thing is in, in lower case: `sales.orders` for a column. Empty where it is in nothing.
    fn parent(&self, kind: Kind, at: u32, into: &mut String);

    fn show(&self, kind: Kind, at: u32) -> Shown;

    fn goto(&self, kind: Kind, at: u32) -> Option<Goto>;
}

/// The list with what its entries mean.
#[derive(Debug)]
pub struct Index {
    pub list: List,
    sources: Vec<Arc<dyn Source>>,
}

impl Index {
    pub fn new(sources: Vec<Arc<dyn Source>>) -> Self {
        let mut builder = Builder::default();
        for source in &sources {
            builder.next_source();
            source.names(&mut builder);
        }
        Self { list: builder.done(), sources }
    }

    pub fn of_catalog(catalog: Arc<Catalog>) -> Self {
        Self::new(vec![Arc::new(CatalogSource(catalog))])
    }

    pub fn shown(&self, n: u32) -> Option<Shown> {
        let entry = self.list.entry(n)?;
        Some(self.source(entry)?.show(entry.kind, entry.at))
    }

    pub fn goto(&self, n: u32) -> Option<Goto> {
        let entry = self.list.entry(n)?;
        self.source(entry)?.goto(entry.kind, entry.at)
    }

    /// The entry that leads there.
    pub fn entry_of(&self, thing: &Thing) -> Option<u32> {
        let wanted = Goto::Thing(thing.clone());
        self.list.called(thing.name()).find(|n| self.goto(*n).as_ref() == Some(&wanted))
    }

    fn source(&self, entry: &Entry) -> Option<&dyn Source> {
        self.sources.get(entry.source as usize).map(|source| &**source)
    }

    pub fn parent(&self, entry: &Entry, into: &mut String) {
        into.clear();
        if let Some(source) = self.source(entry) {
            source.parent(entry.kind, entry.at, into);
        }
    }
}
