//! Who follows this server, whom it follows, and what keeps the log from being removed.

use super::{Note, Num};
use jiff::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeerKind {
    /// This server reads its log.
    Standby,
    Slot,
    /// What a standby hears from its primary.
    Receiver,
    Subscription,
    /// MySQL and MariaDB: one source of this replica.
    Channel,
}

impl PeerKind {
    /// The word of the JSON contract.
    pub fn id(self) -> &'static str {
        match self {
            Self::Standby => "standby",
            Self::Slot => "slot",
            Self::Receiver => "receiver",
            Self::Subscription => "subscription",
            Self::Channel => "channel",
        }
    }
}

/// One peer, slot or channel. Times in microseconds, unknown where the role may not see them.
#[derive(Clone, Debug, PartialEq)]
pub struct Peer {
    pub kind: PeerKind,
    pub name: String,
    /// `streaming`, `active`, `inactive`, `lost`, `IO Yes, SQL No`.
    pub state: Option<String>,
    pub write_lag: Num,
    pub flush_lag: Num,
    pub replay_lag: Num,
    /// Bytes of log between here and there.
    pub behind_bytes: Num,
    /// Bytes of log that a slot keeps.
    pub retained_bytes: Num,
    pub active: Option<bool>,
    pub detail: Option<String>,
    /// PostgreSQL: `reserved`, `extended`, `unreserved`, `lost`.
    pub wal_status: Option<String>,
    /// Since when a slot is not used, or when a receiver last heard something.
    pub since: Option<Timestamp>,
    /// Why a slot is of no use any more, or the last error of a channel.
    pub reason: Option<String>,
    /// Bytes of log until the slot is lost.
    pub safe_bytes: Num,
    /// Wanted delay, in microseconds.
    pub delay: Num,
    /// MySQL and MariaDB: both threads run.
    pub broken: bool,
}

impl Peer {
    pub fn new(kind: PeerKind, name: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            state: None,
            write_lag: Num::UNKNOWN,
            flush_lag: Num::UNKNOWN,
            replay_lag: Num::UNKNOWN,
            behind_bytes: Num::UNKNOWN,
            retained_bytes: Num::UNKNOWN,
            active: None,
            detail: None,
            wal_status: None,
            since: None,
            reason: None,
            safe_bytes: Num::UNKNOWN,
            delay: Num::UNKNOWN,
            broken: false,
        }
    }
}

/// Replication as this server sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replication {
    /// By kind, then name.
    pub peers: Vec<Peer>,
    /// This server follows another one.
    pub standby: bool,
    /// A standby: microseconds since the last transaction that was replayed, and bytes received but not
    /// replayed. A primary that writes nothing lets the time grow without any lag.
    pub replay_age: Num,
    pub replay_behind: Num,
    /// MySQL and MariaDB: `read_only` is on; `None` unknown.
    pub read_only: Option<bool>,
    pub notes: Vec<Note>,
}

impl Replication {
    pub fn of(&self, kind: PeerKind) -> impl Iterator<Item = &Peer> {
        self.peers.iter().filter(move |peer| peer.kind == kind)
    }

    pub fn sort(&mut self) {
        self.peers.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    }
}
