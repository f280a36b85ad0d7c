//! How far the numbers of transactions have run: what wraparound counts. PostgreSQL only.

/// Transactions that a database or table may age before the server stops to write: 2^31 less what it keeps.
pub const XID_LIMIT: i64 = 2_147_483_648 - 3_000_000;

/// Ages in transactions and in multixacts.
#[derive(Clone, Debug, PartialEq)]
pub struct DatabaseAge {
    pub name: String,
    pub xid_age: i64,
    pub mxid_age: i64,
    /// False for `template0`: nobody can vacuum it by hand.
    pub connectable: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TableAge {
    pub schema: String,
    /// The table; of a TOAST table the one that it belongs to.
    pub name: String,
    pub toast: bool,
    pub xid_age: i64,
    pub mxid_age: i64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Horizons {
    /// Oldest first.
    pub databases: Vec<DatabaseAge>,
    /// The oldest of this database, oldest first.
    pub tables: Vec<TableAge>,
    /// `autovacuum_freeze_max_age` and its twin: from there on vacuum comes by itself.
    pub freeze_max_age: i64,
    pub mxid_freeze_max_age: i64,
    pub autovacuum: bool,
}
