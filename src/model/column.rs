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
    /// Only where it is not the type's or table's own.
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
    pub notes: Vec<Note>,
}

impl Columns {
    pub fn of(&self, rel: RelId) -> &[Column] {
        self.list.get(self.slices.of(rel.0 as usize)).unwrap_or_default()
    }
}
