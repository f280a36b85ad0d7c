//! What somebody has to look after on a server: who may knock, what lags behind, what changed under it.
//! PostgreSQL only.

use super::Known;

/// One line of pg_hba.conf as the server reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HbaRule {
    pub file: Option<String>,
    pub line: i64,
    /// `local`, `host`, `hostssl`, `hostnossl`, `hostgssenc`, `hostnogssenc`.
    pub kind: String,
    pub databases: Vec<String>,
    pub users: Vec<String>,
    /// An address, a name, `all`, `samehost`, `samenet`; `None` for local ones.
    pub address: Option<String>,
    pub netmask: Option<String>,
    pub method: String,
    /// The server can not read the line, and so will not load the file.
    pub error: Option<String>,
}

/// An extension and the version that its files on the server bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtensionState {
    pub name: String,
    pub version: String,
    /// `None` where its files are gone.
    pub newest: Option<String>,
    pub schema: String,
    /// It can be moved to another schema.
    pub relocatable: bool,
}

/// A collation whose library sorts otherwise than when indexes were built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollationDrift {
    /// The database whose default it is; `None` for a collation of its own.
    pub database: Option<String>,
    /// `schema.name` as SQL, of a collation of its own.
    pub collation: Option<String>,
    pub was: String,
    pub is: String,
    /// Indexes and partition keys that are sorted by a collation of its own; `None` for a database.
    pub indexes: Option<i64>,
}

/// A table whose changes are published, and that tells no row from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unidentified {
    /// Its number, as in `Relation::id`.
    pub table: i64,
    /// `d` default, `n` nothing, `i` an index that is gone.
    pub identity: char,
    pub publications: Vec<String>,
    pub has_key: bool,
    /// A unique index that could tell them.
    pub candidate: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Upkeep {
    /// In the order in which the server tries them.
    pub hba: Known<Vec<HbaRule>>,
    /// By name.
    pub extensions: Vec<ExtensionState>,
    pub collations: Vec<CollationDrift>,
    pub unidentified: Vec<Unidentified>,
    /// Unidentified tables beyond the bound were left out.
    pub cut: bool,
    /// The time zone that sessions of this database begin with; dblens sets another for its own.
    pub time_zone: Known<String>,
}
