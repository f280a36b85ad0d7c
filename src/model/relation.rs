//! Tables, views, sequences: everything that has columns or rows.

use super::bits::bits;
use super::{Names, Note, Sym};

/// The position in [`Relations::list`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RelId(pub u32);

/// The position in [`Relations::schemas`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NamespaceId(pub u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RelKind {
    Table,
    PartitionedTable,
    Partition,
    View,
    MaterializedView,
    ForeignTable,
    VirtualTable,
    Sequence,
}

impl RelKind {
    /// The word of the JSON contract.
    pub fn id(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::PartitionedTable => "partitioned_table",
            Self::Partition => "partition",
            Self::View => "view",
            Self::MaterializedView => "materialized_view",
            Self::ForeignTable => "foreign_table",
            Self::VirtualTable => "virtual_table",
            Self::Sequence => "sequence",
        }
    }

    /// For people: `materialized view`.
    pub fn title(self) -> &'static str {
        match self {
            Self::PartitionedTable => "partitioned table",
            Self::MaterializedView => "materialized view",
            Self::ForeignTable => "foreign table",
            Self::VirtualTable => "virtual table",
            other => other.id(),
        }
    }

    /// True for what holds rows of its own or through its partitions.
    pub fn is_table(self) -> bool {
        matches!(self, Self::Table | Self::PartitionedTable | Self::Partition | Self::ForeignTable | Self::VirtualTable)
    }
}

/// Where a row estimate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowsSource {
    Statistics,
    MaxRowid,
    Exact,
}

impl RowsSource {
    /// The word of the JSON contract.
    pub fn id(self) -> &'static str {
        match self {
            Self::Statistics => "statistics",
            Self::MaxRowid => "max_rowid",
            Self::Exact => "exact",
        }
    }
}

/// A PostgreSQL schema, a MySQL database, an attached SQLite database.
#[derive(Clone, Debug)]
pub struct Namespace {
    pub name: Sym,
    pub owner: Option<Sym>,
    pub comment: Option<Sym>,
    /// Belongs to the engine: hidden until asked for.
    pub system: bool,
}

/// Bits of a [`Relation`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RelFlags(pub u16);

impl RelFlags {
    /// Belongs to the engine or hides another's storage: hidden until asked for.
    pub const SYSTEM: Self = Self(1);
    /// Made by an extension.
    pub const EXTENSION: Self = Self(2);
    pub const ROW_SECURITY: Self = Self(4);
    pub const ROW_SECURITY_FORCED: Self = Self(8);
    pub const UNLOGGED: Self = Self(16);
    pub const TEMPORARY: Self = Self(32);
    /// SQLite `STRICT`.
    pub const STRICT: Self = Self(64);
    /// SQLite `WITHOUT ROWID`.
    pub const WITHOUT_ROWID: Self = Self(128);
    /// MariaDB `WITH SYSTEM VERSIONING`.
    pub const SYSTEM_VERSIONED: Self = Self(256);
    /// The engine could not read its definition (a view whose function or table is gone).
    pub const BROKEN: Self = Self(512);
    /// An old-style PostgreSQL child (INHERITS) that is no partition.
    pub const INHERITS: Self = Self(1024);
}

bits!(RelFlags);

/// One relation. Sizes are estimates from cheap catalog columns; `None` is unknown, never 0.
#[derive(Clone, Debug)]
pub struct Relation {
    /// The server's own number (PostgreSQL oid); 0 where it has none.
    pub id: i64,
    pub schema: NamespaceId,
    pub name: Sym,
    pub kind: RelKind,
    pub flags: RelFlags,
    /// The partitioned table (or inheritance parent) above this one.
    pub parent: Option<RelId>,
    pub owner: Option<Sym>,
    pub comment: Option<Sym>,
    /// The engine's own words on storage: access method and options, storage engine and row format.
    pub storage: Option<Sym>,
    pub rows: Option<i64>,
    pub rows_source: Option<RowsSource>,
    /// SQLite: no more rows than its row numbers have room, whatever the statistics say.
    pub rows_at_most: Option<i64>,
    /// Bytes of the rows themselves (heap, clustered index, b-tree of the table).
    pub table_bytes: Option<i64>,
    /// Bytes of the indexes, where the engine gives one sum (MySQL); PostgreSQL's come with each index.
    pub index_bytes: Option<i64>,
    /// Bytes of the PostgreSQL TOAST table with its index.
    pub toast_bytes: Option<i64>,
}

/// All relations, sorted by schema, then name.
#[derive(Clone, Debug, Default)]
pub struct Relations {
    pub names: Names,
    /// Sorted by name, system ones last.
    pub schemas: Vec<Namespace>,
    pub list: Vec<Relation>,
    /// What this role does not see.
    pub notes: Vec<Note>,
}

impl Relations {
    pub fn get(&self, id: RelId) -> Option<&Relation> {
        self.list.get(id.0 as usize)
    }

    pub fn name(&self, id: RelId) -> &str {
        self.get(id).map_or("", |rel| self.names.get(rel.name))
    }

    /// The name of the schema that holds `id`.
    pub fn schema_name(&self, id: RelId) -> &str {
        self.get(id).map_or("", |rel| self.namespace(rel.schema))
    }

    pub fn namespace(&self, id: NamespaceId) -> &str {
        self.schemas.get(id.0 as usize).map_or("", |schema| self.names.get(schema.name))
    }

    /// Every relation with its number, in list order.
    pub fn iter(&self) -> impl Iterator<Item = (RelId, &Relation)> {
        self.list.iter().enumerate().map(|(n, rel)| (RelId(n as u32), rel))
    }

    /// The relation of this name in this schema. Linear: for one look-up, not for loops.
    pub fn find(&self, schema: &str, name: &str) -> Option<RelId> {
        self.iter()
            .find(|(_, rel)| self.names.get(rel.name) == name && self.namespace(rel.schema) == schema)
            .map(|(id, _)| id)
    }
}
