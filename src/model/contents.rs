//! What the pages of a SQLite file hold, b-tree by b-tree, and which kinds of values are in its columns.

use super::Known;

/// One b-tree: a table or an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    pub name: String,
    /// Bytes of its pages.
    pub bytes: i64,
    /// Rows of a table, entries of an index.
    pub entries: i64,
    /// Bytes of all entries, overflow pages included.
    pub payload: i64,
    /// Bytes of the largest entry.
    pub largest: i64,
}

impl Tree {
    /// Bytes of an entry in the mean; `None` without any.
    pub fn mean(&self) -> Option<i64> {
        (self.entries > 0).then(|| self.payload / self.entries)
    }
}

/// A column and the storage classes of its values in the first rows of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mixed {
    pub table: String,
    pub column: String,
    pub integers: i64,
    pub reals: i64,
    pub texts: i64,
    pub blobs: i64,
}

/// Read only when somebody asks for it: it takes a walk through the whole file.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    /// Every b-tree, by name.
    pub trees: Known<Vec<Tree>>,
    /// Columns of tables that are not STRICT and hold two kinds of values or more, null apart.
    pub mixed: Known<Vec<Mixed>>,
}

impl Contents {
    /// Rows of each table that are looked at for the kinds of their values.
    pub const SAMPLE: i64 = 10_000;
}
