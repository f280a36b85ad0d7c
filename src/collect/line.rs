//! The line to one server, shared by both lanes: who may try to connect, when, and what is told of it.
//!
//! Nobody knows yet whether the server takes us (or it was just lost): one lane tries, the other waits for
//! its turn, so that a wrong password is sent once and the screen hears of one series of tries.

use super::share::{Seat, Share, is_full};
use super::{Event, Lane, Link, Opener};
use crate::engine::{Engine, Error, ErrorKind, Result};
use futures_util::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep_until, timeout};

/// The last net under the engines' own connect timeouts: several hosts, a slow password command.
const OPEN_LIMIT: Duration = Duration::from_secs(120);

/// Seconds before the next try; the last one repeats.
const BACK_OFF: [u64; 5] = [1, 2, 4, 8, 15];

/// The code of an error that was a panic: the session is in an unknown state.
pub(super) const PANIC: &str = "panic";

pub(super) type Emit = Arc<dyn Fn(Event) + Send + Sync>;

/// One session and the state of the line when it was opened.
pub(super) struct Open {
    pub engine: Box<dyn Engine>,
    losses: u64,
    _seat: Seat,
}

struct State {
    /// A session stood before: what refuses us now may pass (a restart).
    ever_up: bool,
    /// Lost sessions so far; a session that was opened before the last loss is doubtful.
    losses: u64,
    /// Losses and failed tries since the last good answer: steps of the back-off.
    failures: u32,
    /// Number of the next try, from 1.
    attempt: u32,
    next: Option<Instant>,
    refused: bool,
}

pub(super) struct Line {
    pub opener: Arc<dyn Opener>,
    pub share: Arc<Share>,
    emit: Emit,
    state: Mutex<State>,
    turn: Semaphore,
    retry: watch::Sender<u64>,
}

impl Line {
    pub fn new(opener: Arc<dyn Opener>, emit: Emit) -> Self {
        let state = State { ever_up: false, losses: 0, failures: 0, attempt: 1, next: None, refused: false };
        let (share, turn, retry) = (Arc::new(Share::new()), Semaphore::new(1), watch::Sender::new(0));
        Self { opener, share, emit, state: Mutex::new(state), turn, retry }
    }

    /// Tries until there is a session; `None` when the server gives no second one, so that the lanes have to
    /// share. Dropping this future is fine: no statement of a job runs yet.
    pub async fn open(&self, lane: Lane) -> Option<Open> {
        let _turn = match self.is_well() {
            true => None,
            // Fails only when the semaphore was closed, which nobody does.
            false => self.turn.acquire().await.ok(),
        };
        let mut retry = self.retry.subscribe();
        loop {
            self.wait(&mut retry).await;
            let attempt = self.lock().attempt;
            // One that shares has a session: it only looks whether there is room for a second by now.
            if !(self.share.was_on() && self.share.stands()) {
                (self.emit)(Event::Link(Link::Connecting { attempt }));
            }
            retry.mark_unchanged();
            match shielded(open_once(self.opener.as_ref())).await {
                Ok(engine) => {
                    let second = self.share.stands();
                    let open = Open { engine, losses: self.up(), _seat: self.share.seat() };
                    if second {
                        self.share.end();
                    }
                    (self.emit)(Event::Link(Link::Up(lane)));
                    return Some(open);
                }
                Err(error) if is_full(&error) && self.share.stands() => {
                    self.share.begin();
                    (self.emit)(Event::Link(Link::Up(lane)));
                    return None;
                }
                Err(error) => {
                    let link = self.failed(error);
                    (self.emit)(Event::Link(link));
                }
            }
        }
    }

    /// Ends the wait of whoever waits to try again.
    pub fn try_now(&self) {
        self.retry.send_modify(|count| *count += 1);
    }

    /// A session ended under a job; the next try waits.
    pub fn lost(&self, session: &Open, error: Error) {
        let mut state = self.lock();
        // The other lane has met the same loss and told it: this session only had not been used since.
        if session.losses < state.losses {
            return;
        }
        state.losses += 1;
        state.failures += 1;
        state.attempt = 1;
        let retry = back_off(state.failures);
        state.next = Some(Instant::now() + retry);
        drop(state);
        (self.emit)(Event::Link(Link::Lost { error, attempt: 1, retry }));
    }

    /// The server answered: the next loss starts again with a short wait.
    pub fn answered(&self) {
        let mut state = self.lock();
        state.failures = 0;
        state.next = None;
    }

    /// True while the line is down and tries were announced.
    pub fn keeps_trying(&self) -> bool {
        let state = self.lock();
        state.failures > 0 && !state.refused
    }

    fn is_well(&self) -> bool {
        let state = self.lock();
        state.ever_up && state.failures == 0 && !state.refused
    }

    async fn wait(&self, retry: &mut watch::Receiver<u64>) {
        let (refused, next) = {
            let state = self.lock();
            (state.refused, state.next)
        };
        // `changed` fails only when the sender is gone, and it is ours.
        if refused {
            retry.changed().await.ok();
            self.lock().refused = false;
        } else if let Some(next) = next.filter(|next| *next > Instant::now()) {
            tokio::select! {
                _ = sleep_until(next) => {}
                _ = retry.changed() => {}
            }
        }
    }

    fn up(&self) -> u64 {
        let mut state = self.lock();
        state.ever_up = true;
        state.attempt = 1;
        state.next = None;
        state.losses
    }

    fn failed(&self, error: Error) -> Link {
        let mut state = self.lock();
        state.attempt += 1;
        if is_final(&error, state.ever_up) {
            state.refused = true;
            return Link::Refused(error);
        }
        state.failures += 1;
        let retry = back_off(state.failures);
        state.next = Some(Instant::now() + retry);
        Link::Lost { error, attempt: state.attempt, retry }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn open_once(opener: &dyn Opener) -> Result<Box<dyn Engine>> {
    let late = || Error::new(ErrorKind::Unreachable, format!("no session after {} s", OPEN_LIMIT.as_secs()));
    timeout(OPEN_LIMIT, opener.open()).await.unwrap_or_else(|_| Err(late()))
}

fn back_off(failures: u32) -> Duration {
    let step = (failures.max(1) as usize - 1).min(BACK_OFF.len() - 1);
    Duration::from_secs(BACK_OFF[step])
}

/// True when another try would hear the same.
///
/// A server that starts, stops or is full says no in words that pass. After a session has stood, only a
/// wrong password is final: repeating that can lock the account.
fn is_final(error: &Error, ever_up: bool) -> bool {
    const PASSING: [&str; 6] = ["57P01", "57P02", "57P03", "53300", "1040", "1203"];
    const PASSWORD: [&str; 2] = ["28P01", "1045"];
    let code = error.code.as_deref().unwrap_or_default();
    match error.kind {
        ErrorKind::Rejected | ErrorKind::Tls if ever_up => PASSWORD.contains(&code),
        ErrorKind::Rejected => !PASSING.contains(&code),
        ErrorKind::Tls => true,
        ErrorKind::NotSupported | ErrorKind::NotADatabase => !ever_up,
        _ => false,
    }
}

/// An engine's panic is a fault of ours and ends one answer, not the lane.
pub(super) async fn shielded<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let panicked = |_| {
        Err(Error::new(ErrorKind::Internal, "a fault of dblens stopped this question")
            .code(PANIC)
            .hint("please report it with the log of --log"))
    };
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(panicked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_fifteen_seconds() {
        let waits: Vec<u64> = (1..=7).map(|failures| back_off(failures).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 15, 15, 15]);
    }

    #[test]
    fn what_is_final() {
        use ErrorKind::*;
        let cases = [
            (Rejected, "28P01", true, true),
            (Rejected, "1045", true, true),
            (Rejected, "3D000", true, false),
            (Rejected, "57P03", false, false),
            (Rejected, "53300", false, false),
            (Rejected, "1040", false, false),
            (Tls, "", true, false),
            (NotSupported, "", true, false),
            (NotADatabase, "", true, false),
            (Unreachable, "", false, false),
            (Lost, "", false, false),
        ];
        for (kind, code, first, later) in cases {
            let error = Error::new(kind, "x").code(code);
            assert_eq!((is_final(&error, false), is_final(&error, true)), (first, later), "{kind:?} {code}");
        }
    }
}
