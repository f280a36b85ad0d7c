//! The schema fact as a whole: five parts that arrive one after the other.

use super::{Column, Columns, Grant, Indexes, Keys, Known, Names, Note, Objects, Policy, RelId, Relations};
use std::sync::Arc;

/// A part of the schema fact. Relations come first; the others refer to them by [`RelId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    Relations,
    Columns,
    Indexes,
    Keys,
    Objects,
}

/// The schema of one database. Parts are shared, so that a screen keeps the old one while a new one loads.
#[derive(Clone, Debug)]
pub struct Catalog {
    pub relations: Arc<Relations>,
    pub columns: Known<Arc<Columns>>,
    pub indexes: Known<Arc<Indexes>>,
    pub keys: Known<Arc<Keys>>,
    pub objects: Known<Arc<Objects>>,
}

impl Catalog {
    /// Only the relations are known so far.
    pub fn new(relations: Arc<Relations>) -> Self {
        Self { relations, columns: Known::NotYet, indexes: Known::NotYet, keys: Known::NotYet, objects: Known::NotYet }
    }

    /// Notes of every part that was read, in order.
    pub fn notes(&self) -> Vec<Note> {
        self.notes_of(&[Part::Columns, Part::Indexes, Part::Keys, Part::Objects])
    }

    /// Notes of the relations and of these parts, in order.
    pub fn notes_of(&self, parts: &[Part]) -> Vec<Note> {
        let mut notes = self.relations.notes.clone();
        for part in parts {
            let of_part = match part {
                Part::Relations => None,
                Part::Columns => self.columns.value().map(|part| &part.notes),
                Part::Indexes => self.indexes.value().map(|part| &part.notes),
                Part::Keys => self.keys.value().map(|part| &part.notes),
                Part::Objects => self.objects.value().map(|part| &part.notes),
            };
            notes.extend(of_part.into_iter().flatten().cloned());
        }
        notes
    }
}

/// What a definition or source can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectRef {
    Relation(RelId),
    /// Position in [`Indexes::list`].
    Index(u32),
    /// Position in [`Objects::routines`].
    Routine(u32),
    /// Position in [`Objects::triggers`].
    Trigger(u32),
    /// Position in [`Objects::types`].
    Type(u32),
    /// Position in [`Objects::extensions`].
    Extension(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DdlSource {
    /// The engine's own text.
    Engine,
    /// Put together here from the catalog.
    Assembled,
}

/// The definition of one object, and, for a relation, what is only read for the one in view.
#[derive(Clone, Debug)]
pub struct Ddl {
    pub text: String,
    pub source: DdlSource,
    /// Full columns of the relation (defaults, comments, statistics); `None` for other objects.
    pub columns: Option<Columns>,
    pub grants: Vec<Grant>,
    /// Policies with their expressions.
    pub policies: Vec<Policy>,
    /// Texts of `grants` and `policies`.
    pub names: Names,
    pub notes: Vec<Note>,
}

impl Ddl {
    /// Only a text.
    pub fn text(text: impl Into<String>, source: DdlSource) -> Self {
        Self {
            text: text.into(),
            source,
            columns: None,
            grants: Vec::new(),
            policies: Vec::new(),
            names: Names::new(),
            notes: Vec::new(),
        }
    }

    /// The full columns that came with it, for the relation asked for.
    pub fn columns_of(&self, rel: RelId) -> Option<&[Column]> {
        self.columns.as_ref().map(|columns| columns.of(rel))
    }
}
