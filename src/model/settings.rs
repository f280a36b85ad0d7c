//! The few values of a server that verdicts depend on.

use super::EngineKind;

/// What rules ask of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    pub engine: EngineKind,
    /// As in `Server::version_num`.
    pub version_num: i32,
    /// Bytes of a page: PostgreSQL `block_size`, `innodb_page_size`, SQLite `page_size`.
    pub block_size: i32,
    /// A standby: nothing can be created or dropped here, and its counters count only its own reads.
    pub standby: bool,
    /// Behind a pooler that hands out sessions per transaction.
    pub pooled: bool,
}
