//! The SQL view's own session: opened by its first statement, closed when the view is left.
//!
//! One task. A newer statement stops the one that runs, on the server first. Rows are told as they come.

use super::Opener;
use super::line::Emit;
use super::stop::{self, End, Stopper};
use super::{Event, QueryAnswer, QueryTold};
use crate::engine::{Engine, Error, ErrorKind, Result};
use crate::model::{QueryOf, RowsEnd, Sent};
use jiff::Timestamp;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// A statement is several on the server, each with its own limit: all together end this much after it.
const NET: Duration = Duration::from_secs(2);
/// For opening the session.
const OPENING: Duration = Duration::from_secs(30);

#[derive(Default)]
struct Inner {
    next: Option<(u64, QueryOf)>,
    /// Cancelled before it was taken up, and not told yet.
    dropped: Option<u64>,
    /// The view was left: no session is kept.
    close: bool,
    /// Stops what runs.
    now: CancellationToken,
}

/// What there is to do.
struct Taken {
    next: Option<(u64, QueryOf)>,
    dropped: Option<u64>,
    close: bool,
    cancelled: CancellationToken,
}

/// What waits for the session. No call on it waits.
#[derive(Default)]
pub(super) struct Desk {
    inner: Mutex<Inner>,
    filled: Notify,
}

impl Desk {
    /// Runs a statement next; what runs is stopped.
    pub fn run(&self, epoch: u64, of: QueryOf) {
        let mut inner = self.lock();
        inner.next = Some((epoch, of));
        inner.close = false;
        let now = std::mem::take(&mut inner.now);
        drop(inner);
        now.cancel();
        self.filled.notify_one();
    }

    /// Stops what runs and forgets what waits.
    pub fn cancel(&self) {
        let mut inner = self.lock();
        inner.dropped = inner.next.take().map(|(epoch, _)| epoch).or(inner.dropped);
        std::mem::take(&mut inner.now).cancel();
        drop(inner);
        self.filled.notify_one();
    }

    /// Stops what runs and closes the session.
    pub fn close(&self) {
        self.cancel();
        self.lock().close = true;
        self.filled.notify_one();
    }

    fn take(&self) -> Taken {
        let mut inner = self.lock();
        inner.now = CancellationToken::new();
        Taken {
            next: inner.next.take(),
            dropped: inner.dropped.take(),
            close: std::mem::take(&mut inner.close),
            cancelled: inner.now.clone(),
        }
    }

    /// One that panicked must not take its callers with it.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct Clerk {
    pub desk: Arc<Desk>,
    pub opener: Arc<dyn Opener>,
    pub stopper: Stopper,
    pub emit: Emit,
    pub closing: CancellationToken,
}

impl Clerk {
    /// Works until the collector closes; then nothing of it is left.
    pub async fn run(self) {
        let mut engine: Option<Box<dyn Engine>> = None;
        loop {
            tokio::select! {
                biased;
                () = self.closing.cancelled() => break,
                () = self.desk.filled.notified() => {}
            }
            let Taken { next, dropped, close, cancelled } = self.desk.take();
            if let Some(epoch) = dropped {
                self.tell(epoch, Err(stopped(ErrorKind::Cancelled, OPENING)), Instant::now(), Vec::new());
            }
            if close && let Some(old) = engine.take() {
                stop::close(old).await;
            }
            if let Some((epoch, of)) = next {
                engine = self.work(engine.take(), epoch, of, cancelled).await;
            }
        }
        if let Some(old) = engine {
            stop::close(old).await;
        }
    }

    /// Runs one statement; the session, where it can be used again.
    async fn work(
        &self,
        engine: Option<Box<dyn Engine>>,
        epoch: u64,
        of: QueryOf,
        cancelled: CancellationToken,
    ) -> Option<Box<dyn Engine>> {
        let start = Instant::now();
        let engine = match engine {
            Some(engine) => Ok(engine),
            None => self.open(&cancelled).await,
        };
        let mut engine = match engine {
            Ok(engine) => engine,
            Err(error) => {
                self.tell(epoch, Err(error), start, Vec::new());
                return None;
            }
        };
        let handle = engine.stop_handle();
        stop::lower(&handle);
        let reason = async {
            tokio::select! {
                biased;
                () = self.closing.cancelled() => ErrorKind::Cancelled,
                () = cancelled.cancelled() => ErrorKind::Cancelled,
                () = sleep(of.limits.time + NET) => ErrorKind::TimedOut,
            }
        };
        let mut sink = |part| (self.emit)(Event::Query { epoch, told: QueryTold::Part(part) });
        let end = stop::watch(engine.query(&of, &mut sink), &handle, reason, &self.stopper).await;
        let mut sent = engine.sent();
        let (result, usable) = match end {
            End::Done(result) => {
                let usable = !engine.is_spent() && !matches!(&result, Err(error) if error.ends_session());
                (result, usable)
            }
            End::Stopped { kind, clean, sent: orders } => {
                sent.extend(orders);
                (Err(stopped(kind, of.limits.time)), clean && !engine.is_spent())
            }
        };
        self.tell(epoch, result, start, sent);
        if usable {
            return Some(engine);
        }
        stop::close(engine).await;
        None
    }

    async fn open(&self, cancelled: &CancellationToken) -> Result<Box<dyn Engine>> {
        // Nothing of the person's runs yet: here dropping the future is the cancel.
        tokio::select! {
            biased;
            () = self.closing.cancelled() => Err(stopped(ErrorKind::Cancelled, OPENING)),
            () = cancelled.cancelled() => Err(stopped(ErrorKind::Cancelled, OPENING)),
            () = sleep(OPENING) => Err(Error::new(ErrorKind::Unreachable, "no session for the statement in time: try again")),
            engine = stop::shielded(self.opener.open()) => engine,
        }
    }

    fn tell(&self, epoch: u64, result: Result<RowsEnd>, start: Instant, sent: Vec<Sent>) {
        if self.closing.is_cancelled() {
            return;
        }
        let answer = QueryAnswer { result, took: start.elapsed(), at: Timestamp::now(), sent };
        (self.emit)(Event::Query { epoch, told: QueryTold::End(Box::new(answer)) });
    }
}

fn stopped(kind: ErrorKind, limit: Duration) -> Error {
    match kind {
        ErrorKind::Cancelled => Error::new(kind, "cancelled"),
        _ => Error::new(kind, format!("not done within {} s: cancelled on the server", limit.as_secs())),
    }
}
