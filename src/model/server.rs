//! The server, or the file, that is looked at.

use super::Note;
use jiff::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EngineKind {
    Postgresql,
    Mysql,
    Mariadb,
    Sqlite,
}

impl EngineKind {
    /// The word of the JSON contract.
    pub fn id(self) -> &'static str {
        match self {
            Self::Postgresql => "postgresql",
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
            Self::Sqlite => "sqlite",
        }
    }

    /// The name its makers write.
    pub fn title(self) -> &'static str {
        match self {
            Self::Postgresql => "PostgreSQL",
            Self::Mysql => "MySQL",
            Self::Mariadb => "MariaDB",
            Self::Sqlite => "SQLite",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Primary,
    Standby,
    Replica,
    File,
}

impl Role {
    /// The word of the JSON contract.
    pub fn id(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Standby => "standby",
            Self::Replica => "replica",
            Self::File => "file",
        }
    }
}

/// What the connection told about the other side. Unknown is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    pub engine: EngineKind,
    /// As the server writes it, without the distribution's tail: `16.4`, `11.8.6`, `9.7.4`, `3.51.3`.
    pub version: String,
    /// PostgreSQL `server_version_num`; MySQL and MariaDB `major * 10000 + minor * 100 + patch`;
    /// SQLite `SQLITE_VERSION_NUMBER`.
    pub version_num: i32,
    /// The database (PostgreSQL), the default schema (MySQL, MariaDB) or the file (SQLite).
    pub database: Option<String>,
    /// The host, the directory of the socket, or nothing for a file.
    pub host: Option<String>,
    pub port: Option<u16>,
    pub user: Option<String>,
    /// `None` when it could not be asked.
    pub role: Option<Role>,
    pub started_at: Option<Timestamp>,
    /// Since when the counters count, as far as the server says.
    pub stats_since: Option<Timestamp>,
    /// A managed service that the server shows itself to be (`rds`, `aurora`, `cloudsql`, `azure`, …).
    pub provider: Option<String>,
    /// What protects the line: `TLSv1.3 verify-full`, `unix socket`, `no TLS`.
    pub line: String,
    /// True behind a pooler that hands out sessions per transaction.
    pub pooled: bool,
    /// The server's process or connection number of this session.
    pub session: Option<i64>,
    /// The server's clock when it answered; ages are counted from it.
    pub now: Timestamp,
    /// What this role or set-up hides.
    pub notes: Vec<Note>,
}
