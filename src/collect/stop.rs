//! Ending a statement that runs: on the server first, and only then here.
//!
//! Dropping a future cancels nothing: the server works on and the session's next use waits for it. So a
//! running future is kept until the server has let go; only when it does not is its session torn down.

use super::Opener;
use super::line::Open;
pub(super) use super::line::shielded;
use crate::engine::{Engine, Error, ErrorKind, Result, Stop};
use crate::model::Sent;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout, timeout_at};

/// For the order to stop, through a session that stands.
const ORDER_LIMIT: Duration = Duration::from_secs(1);
/// For the order to stop in all, a session of its own included.
const STOP_LIMIT: Duration = Duration::from_secs(3);
/// For the statement to end after the order was given.
const GRACE: Duration = Duration::from_secs(2);
/// Between two orders for the same question.
const AGAIN: Duration = Duration::from_millis(500);
/// For tearing a session down.
pub(super) const CLOSE_LIMIT: Duration = Duration::from_millis(500);

/// Where a lane keeps its session while it is idle. Locked by another only to send an order through it.
pub(super) type Slot = Arc<Mutex<Option<Open>>>;

/// How a question ended.
pub(super) enum End<T> {
    Done(Result<T>),
    /// Ended by us; `kind` says why.
    Stopped {
        kind: ErrorKind,
        /// The server has let go and the session can be used again.
        clean: bool,
        /// What the order cost on other sessions.
        sent: Vec<Sent>,
    },
}

/// The session of its own for orders, shared: two lanes that stop at once open one, not two.
#[derive(Default)]
pub(super) struct Spare {
    engine: Mutex<Option<Box<dyn Engine>>>,
    users: AtomicUsize,
}

/// Gives the order to stop on behalf of one lane.
#[derive(Clone)]
pub(super) struct Stopper {
    pub opener: Arc<dyn Opener>,
    /// The other lane's session.
    pub sibling: Option<Slot>,
    pub spare: Arc<Spare>,
}

/// Awaits `work` until `reason` says why it must end, then stops it on the server and awaits its end.
pub(super) async fn watch<T>(
    work: impl Future<Output = Result<T>>,
    handle: &Stop,
    reason: impl Future<Output = ErrorKind>,
    stopper: &Stopper,
) -> End<T> {
    let mut work = pin!(shielded(work));
    let kind = tokio::select! {
        biased;
        result = &mut work => return End::Done(result),
        kind = reason => kind,
    };
    let (ended, orders, sent) = insist(work.as_mut(), handle, stopper).await;
    let clean = ended.is_some_and(|result| has_let_go(handle, &result, orders));
    End::Stopped { kind, clean, sent }
}

/// Orders the statement to stop until `work` ends or the grace is over.
///
/// A question can be several statements: an order that comes between two of them stops nothing, so it is
/// repeated. Each order is carried to its end even when `work` ends first: cut short, it could reach the
/// session's next statement, and the session that carries it would be left in the middle.
async fn insist<T>(
    mut work: Pin<&mut impl Future<Output = Result<T>>>,
    handle: &Stop,
    stopper: &Stopper,
) -> (Option<Result<T>>, u32, Vec<Sent>) {
    let mut sent = Vec::new();
    let mut end = None;
    for orders in 1.. {
        let mut order = pin!(stopper.stop(handle));
        let ((given, cost), early) = tokio::select! {
            biased;
            given = &mut order => (given, None),
            result = &mut work => (order.await, Some(result)),
        };
        sent.extend(cost);
        if early.is_some() {
            return (early, orders, sent);
        }
        let end = *end.get_or_insert_with(|| Instant::now() + GRACE);
        let patience = if given { (Instant::now() + AGAIN).min(end) } else { end };
        match timeout_at(patience, &mut work).await {
            Ok(result) => return (Some(result), orders, sent),
            Err(_) if Instant::now() >= end => return (None, orders, sent),
            Err(_) => {}
        }
    }
    (None, 0, sent)
}

/// True when the session can be used again. A statement that ended by itself, or by the first of several
/// orders, may leave an order behind in the server, where the next statement would meet it.
fn has_let_go<T>(handle: &Stop, result: &Result<T>, orders: u32) -> bool {
    match (handle, result) {
        (Stop::Session(_) | Stop::Running(_), _) if orders > 1 => false,
        (_, Err(error)) if error.kind == ErrorKind::Cancelled => true,
        (Stop::Session(_) | Stop::Running(_), _) => false,
        (_, Ok(_)) => true,
        (_, Err(error)) => !error.ends_session() && error.kind != ErrorKind::Internal,
    }
}

/// Takes back an order that came after the end of the statement it was for.
pub(super) fn lower(handle: &Stop) {
    if let Stop::Flag(flag) = handle {
        flag.store(false, Ordering::SeqCst);
    }
}

/// Tears a session down, within a limit.
pub(super) async fn close(engine: Box<dyn Engine>) {
    if timeout(CLOSE_LIMIT, engine.close()).await.is_err() {
        tracing::warn!("a session did not close in time and was dropped");
    }
}

impl Stopper {
    /// Stops what `handle` stands for; true when the order was given, and what that cost on other sessions.
    async fn stop(&self, handle: &Stop) -> (bool, Vec<Sent>) {
        let mut sent = Vec::new();
        let given = match handle {
            Stop::Session(number) => {
                self.by_sibling(*number, &mut sent).await || self.by_spare(*number, &mut sent).await
            }
            Stop::Running(number) => match number.load(Ordering::SeqCst) {
                0 => handle.raise(),
                number => self.by_sibling(number, &mut sent).await || self.by_spare(number, &mut sent).await,
            },
            Stop::Flag(_) | Stop::Nothing => handle.raise(),
        };
        (given, sent)
    }

    /// Through the other lane's session, when it stands idle.
    async fn by_sibling(&self, number: i64, sent: &mut Vec<Sent>) -> bool {
        let Some(Ok(mut slot)) = self.sibling.as_ref().map(|slot| slot.try_lock()) else { return false };
        let Some(open) = slot.as_mut() else { return false };
        let result = order(open.engine.as_mut(), number).await;
        sent.extend(open.engine.sent());
        let Err(error) = result else { return true };
        tracing::debug!(%error, "could not stop through the other session");
        // It was cut short or its line is dead: unusable for its own lane too.
        if (error.ends_session() || error.kind == ErrorKind::TimedOut)
            && let Some(open) = slot.take()
        {
            close(open.engine).await;
        }
        false
    }

    /// Through a session of its own that lives for this order alone.
    async fn by_spare(&self, number: i64, sent: &mut Vec<Sent>) -> bool {
        let spare = &self.spare;
        let _user = User::enter(&spare.users);
        let mut slot = spare.engine.lock().await;
        let mut engine = match slot.take() {
            Some(engine) => engine,
            None => match timeout(STOP_LIMIT, shielded(self.opener.open())).await {
                Ok(Ok(engine)) => engine,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "no session to stop a statement with");
                    return false;
                }
                Err(_) => {
                    tracing::warn!("no session to stop a statement with: no answer in time");
                    return false;
                }
            },
        };
        let result = order(engine.as_mut(), number).await;
        sent.extend(engine.sent());
        // Another lane waits for the same service: the session goes on to it.
        if result.is_ok() && spare.users.load(Ordering::SeqCst) > 1 {
            *slot = Some(engine);
        } else {
            close(engine).await;
        }
        result.is_ok()
    }
}

async fn order(engine: &mut dyn Engine, number: i64) -> Result<()> {
    let late = || Error::new(ErrorKind::TimedOut, "the order to stop was not taken in time");
    timeout(ORDER_LIMIT, shielded(engine.stop(number))).await.unwrap_or_else(|_| Err(late()))
}

/// Counts who needs the spare session, also when a future is dropped.
struct User<'a>(&'a AtomicUsize);

impl<'a> User<'a> {
    fn enter(users: &'a AtomicUsize) -> Self {
        users.fetch_add(1, Ordering::SeqCst);
        Self(users)
    }
}

impl Drop for User<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
