//! Whether a file is whole. SQLite only.

use super::{Known, Note};

/// Rows of one table that point to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphans {
    pub table: String,
    pub parent: String,
    /// Rows found; counting ends at a bound.
    pub rows: u64,
    /// The first of them.
    pub sample: Vec<i64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Integrity {
    /// What `quick_check` complains of; empty when all is well.
    pub faults: Known<Vec<String>>,
    pub orphans: Known<Vec<Orphans>>,
    pub page_size: i64,
    pub pages: i64,
    pub free_pages: i64,
    pub journal_mode: Option<String>,
    /// Bytes of the `-wal` beside the file; `None` without one.
    pub wal_bytes: Option<i64>,
    /// A rollback journal that nobody works with lies beside the file.
    pub hot_journal: bool,
    pub auto_vacuum: bool,
    pub notes: Vec<Note>,
}
