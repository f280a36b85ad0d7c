//! What the tool itself sent: every statement with its cost.

use jiff::Timestamp;
use std::borrow::Cow;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Ok,
    Failed(String),
    Cancelled,
}

/// One statement that went to the server.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The `.sql` file (`postgres/relations.sql`) or the named shape (`cancel`).
    pub name: &'static str,
    /// Exactly as sent.
    pub text: Cow<'static, str>,
    pub at: Timestamp,
    /// From sending to the last row.
    pub took: Duration,
    pub rows: u64,
    /// Bytes of the values that came back.
    pub bytes: u64,
    pub outcome: Outcome,
}
