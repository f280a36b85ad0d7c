//! One session for both lanes, where the server gives no second.
//!
//! A role with `CONNECTION LIMIT 1`, a server with one slot left: the lane that gets no session of its own
//! takes the other's between two jobs, and gives it back when that one asks for it.

use super::Lane;
use crate::engine::Error;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// After a refusal a second session is not asked for again for so long: each try is a line in the server's log.
const PATIENCE: Duration = Duration::from_secs(60);

/// SQLSTATE 53300; MySQL: no slot left, none left for this account.
const FULL: [&str; 4] = ["53300", "1040", "1203", "1226"];

pub(super) struct Share {
    /// Sessions of the lanes that stand.
    standing: AtomicUsize,
    /// The lanes share until then.
    until: Mutex<Option<Instant>>,
    /// Lanes that wait for a session of the other.
    wanted: [AtomicBool; 2],
    /// Counts sessions put down or ended.
    changes: watch::Sender<u64>,
}

/// A standing session's place in the count.
pub(super) struct Seat(Arc<Share>);

/// A lane that waits; ends with the wait.
pub(super) struct Wanted<'a>(&'a Share, Lane);

impl Share {
    pub fn new() -> Self {
        Self {
            standing: AtomicUsize::new(0),
            until: Mutex::new(None),
            wanted: [AtomicBool::new(false), AtomicBool::new(false)],
            changes: watch::Sender::new(0),
        }
    }

    pub fn seat(self: &Arc<Self>) -> Seat {
        self.standing.fetch_add(1, Ordering::SeqCst);
        Seat(self.clone())
    }

    pub fn stands(&self) -> bool {
        self.standing.load(Ordering::SeqCst) > 0
    }

    pub fn begin(&self) {
        *self.lock() = Some(Instant::now() + PATIENCE);
    }

    /// True after a session of its own was refused to a lane a short while ago.
    pub fn is_on(&self) -> bool {
        self.lock().is_some_and(|until| until > Instant::now())
    }

    /// True when a second session was ever refused.
    pub fn was_on(&self) -> bool {
        self.lock().is_some()
    }

    pub fn end(&self) {
        *self.lock() = None;
    }

    pub fn want(&self, lane: Lane) -> Wanted<'_> {
        self.wanted[lane as usize].store(true, Ordering::SeqCst);
        Wanted(self, lane)
    }

    pub fn is_wanted_by(&self, lane: Lane) -> bool {
        self.wanted[lane as usize].load(Ordering::SeqCst)
    }

    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// A session was put down.
    pub fn tell(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.standing.fetch_sub(1, Ordering::SeqCst);
        self.0.tell();
    }
}

impl Drop for Wanted<'_> {
    fn drop(&mut self) {
        self.0.wanted[self.1 as usize].store(false, Ordering::SeqCst);
        self.0.tell();
    }
}

/// True for the refusal of a server that has no connection left for us.
pub(super) fn is_full(error: &Error) -> bool {
    error.code.as_deref().is_some_and(|code| FULL.contains(&code))
}
