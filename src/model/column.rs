//! Columns of tables and views.

use super::bits::bits;
use super::{Names, Note, RelId, Slices, Sym};

/// Where a column's value comes from when nobody writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generated {
    IdentityAlways,
    IdentityByDefault,
    AutoIncrement,
    Stored,
    Virtual,
}

impl Generated {
    /// The word in `columns.generated`.
    pub fn id(self) -> &'static str {
        match self {
            Self::IdentityAlways => "identity_always",
            Self::IdentityByDefault => "identity_by_default",
            Self::AutoIncrement => "auto_increment",
            Self::Stored => "stored",
            Self::Virtual => "virtual",
        }
    }
}

/// Bits of a [`Column`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ColFlags(pub u8);

impl ColFlags {
    pub const NOT_NULL: Self = Self(1);
    /// Part of the primary key.
    pub const PRIMARY: Self = Self(2);
    /// Has a default or expression whose text was not read: `default` is `None` but not "no default".
    pub const DEFAULT_UNREAD: Self = Self(4);
    /// MySQL INVISIBLE, SQLite hidden column of a virtual table.
    pub const INVISIBLE: Self = Self(8);
}

bits!(ColFlags);

#[derive(Clone, Debug)]
pub struct Column {
    pub name: Sym,
    /// As the engine writes it: `numeric(12,2)`, `int(11) unsigned`, `VARCHAR(20)`; empty when SQLite has none.
    pub type_name: Sym,
    /// Position in the table, from 1 (PostgreSQL: attnum, with gaps where columns were dropped).
    pub position: u16,
    pub flags: ColFlags,
    pub generated: Option<Generated>,
    /// Default, or the expression of a generated column, as the engine writes it.
    pub default: Option<Sym>,
    /// Only where it is not the type's or table's own: see [`Columns::collation_of`].
    pub collation: Option<Sym>,
    pub comment: Option<Sym>,
    /// Share of NULLs, 0 to 1, from the planner's statistics.
    pub null_fraction: Option<f32>,
    /// Distinct values, a count, from the planner's statistics.
    pub distinct: Option<f32>,
    /// Mean stored width in bytes, from the planner's statistics.
    pub avg_width: Option<i32>,
}

/// Columns of many relations, in the order of the relations, then position.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    pub names: Names,
    pub list: Vec<Column>,
    pub slices: Slices,
    /// MySQL and MariaDB: the collation of each relation, by its number, which its columns have where they name
    /// none; empty elsewhere.
    pub table_collations: Vec<Option<Sym>>,
    /// MySQL and MariaDB: the collation that new tables of each schema get, by its number.
    pub schema_collations: Vec<Option<Sym>>,
    /// What the planner's statistics say of the values of a few columns, by relation and position.
    pub values: Vec<ValueStats>,
    /// Relation and position of columns that lead an index of a large table and have no statistics, though this
    /// role could see them. PostgreSQL only.
    pub unanalyzed: Vec<(RelId, u16)>,
    pub notes: Vec<Note>,
}

/// What the statistics of one column say of its values. Only counts: no value leaves the server for it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ValueStats {
    pub rel: Option<RelId>,
    pub position: u16,
    /// -1 to 1: how far the order of the rows is that of the values.
    pub correlation: Option<f32>,
    /// Values in the statistics (most common ones, ends of the histogram's buckets).
    pub seen: u32,
    /// Of those: JSON objects and arrays.
    pub json: u32,
    /// Of those: what hashes of passwords and digests look like.
    pub hashes: u32,
    /// Of those: long runs of base64 or hex, which may be a digest, a cipher or a random token.
    pub opaque: u32,
    /// Of those: whole numbers that are seconds (or thousands, or millions of them) from 2001 to 2039.
    pub epochs: u32,
}

impl Columns {
    /// The collation of a column: its own, or that of its table; `None` the default of its type or database.
    pub fn collation_of(&self, rel: RelId, column: &Column) -> Option<&str> {
        let table = || self.table_collations.get(rel.0 as usize).copied().flatten();
        self.names.opt(column.collation.or_else(table))
    }

    /// What the statistics say of the values of this column; `None` where it was not asked or they say nothing.
    pub fn values_of(&self, rel: RelId, position: u16) -> Option<&ValueStats> {
        let at = self.values.binary_search_by_key(&(Some(rel), position), |one| (one.rel, one.position)).ok()?;
        self.values.get(at)
    }

    pub fn of(&self, rel: RelId) -> &[Column] {
        self.list.get(self.slices.of(rel.0 as usize)).unwrap_or_default()
    }
}
