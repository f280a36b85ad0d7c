//! Indexes with every property that tells two apart.

use super::bits::bits;
use super::{Names, Note, RelId, Slices, Sym};

/// Bits of an [`Index`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexFlags(pub u16);

impl IndexFlags {
    pub const UNIQUE: Self = Self(1);
    pub const PRIMARY: Self = Self(2);
    pub const EXCLUSION: Self = Self(4);
    /// PostgreSQL `indisvalid`; always set elsewhere.
    pub const VALID: Self = Self(8);
    /// PostgreSQL `indisready`; always set elsewhere.
    pub const READY: Self = Self(16);
    /// MySQL VISIBLE, MariaDB NOT IGNORED; always set elsewhere.
    pub const VISIBLE: Self = Self(32);
    pub const REPLICA_IDENTITY: Self = Self(64);
    pub const CLUSTERED: Self = Self(128);
    pub const NULLS_NOT_DISTINCT: Self = Self(256);
    /// On a partitioned table: holds nothing itself.
    pub const PARTITIONED: Self = Self(512);
    /// Made by the engine itself for a constraint (SQLite `sqlite_autoindex_…`, InnoDB's for a foreign key).
    pub const AUTOMATIC: Self = Self(1024);
    /// An expression exists whose text was not read (light scope, locked table, no right): the part's
    /// text is then `(expression)`.
    pub const EXPRESSION_UNREAD: Self = Self(2048);
    /// A predicate exists whose text was not read: partial, though `predicate` is `None`.
    pub const PREDICATE_UNREAD: Self = Self(4096);
}

bits!(IndexFlags);

/// One key or INCLUDE column of an index.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IndexPart {
    /// Column name unquoted, or the expression as the engine writes it.
    pub text: Sym,
    /// Position of the column in its table; 0 for an expression.
    pub column: u16,
    pub descending: bool,
    /// PostgreSQL only; the engine's default for the direction otherwise.
    pub nulls_first: bool,
    /// Only where it is not the type's default.
    pub opclass: Option<Sym>,
    /// Only where it differs from the column's own.
    pub collation: Option<Sym>,
    /// MySQL prefix length; 0 for the whole column.
    pub sub_part: u32,
}

#[derive(Clone, Debug)]
pub struct Index {
    /// The server's own number (PostgreSQL oid); 0 where it has none.
    pub id: i64,
    pub rel: RelId,
    pub name: Sym,
    /// `btree`, `gin`, `hash`, `fulltext`, … in lower case.
    pub method: Sym,
    /// Start of this index's parts in [`Indexes::parts`]; key parts first, then INCLUDE.
    pub parts: u32,
    pub key_parts: u16,
    pub include_parts: u16,
    pub flags: IndexFlags,
    /// The `WHERE` of a partial index, without the word.
    pub predicate: Option<Sym>,
    /// The constraint that this index backs.
    pub constraint: Option<Sym>,
    /// PostgreSQL: oid of the partitioned index above; 0 for none.
    pub parent: i64,
    /// Storage options as the engine writes them (`fillfactor=70`).
    pub options: Option<Sym>,
    pub comment: Option<Sym>,
    /// Estimate from the catalog; `None` unknown.
    pub bytes: Option<i64>,
    /// Scans (PostgreSQL) or rows fetched (MySQL, MariaDB) since the counters began; `None` unknown.
    pub scans: Option<i64>,
    /// Microseconds since 1970, PostgreSQL 16 and later.
    pub last_scan: Option<i64>,
    /// Entries per distinct key prefix or distinct keys, where the engine keeps them (SQLite stat1 text).
    pub statistics: Option<Sym>,
    /// The engine's own text where it was read; otherwise it is assembled.
    pub definition: Option<Sym>,
}

/// Indexes of many relations, in the order of the relations, then name.
#[derive(Clone, Debug, Default)]
pub struct Indexes {
    pub names: Names,
    pub list: Vec<Index>,
    pub parts: Vec<IndexPart>,
    pub slices: Slices,
    pub notes: Vec<Note>,
}

impl Indexes {
    pub fn of(&self, rel: RelId) -> &[Index] {
        self.list.get(self.slices.of(rel.0 as usize)).unwrap_or_default()
    }

    /// The key parts of an index, in order.
    pub fn key(&self, index: &Index) -> &[IndexPart] {
        let start = index.parts as usize;
        self.parts.get(start..start + index.key_parts as usize).unwrap_or_default()
    }

    /// The INCLUDE parts of an index, in order.
    pub fn include(&self, index: &Index) -> &[IndexPart] {
        let start = index.parts as usize + index.key_parts as usize;
        self.parts.get(start..start + index.include_parts as usize).unwrap_or_default()
    }
}
