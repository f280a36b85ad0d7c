//! The lanes: one task each, one session each.

use super::lane::Worker;
use super::line::{Emit, Line};
use super::mailbox::Mailbox;
use super::query::{Clerk, Desk};
use super::stop::{self, Slot, Spare, Stopper};
use super::{Event, Job, Lane};
use crate::config::{Address, Target};
use crate::engine::{self, Engine, Error, ErrorKind, Result};
use crate::model::QueryOf;
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

/// Opens sessions for the lanes; a test gives fakes.
#[async_trait]
pub trait Opener: Send + Sync {
    async fn open(&self) -> Result<Box<dyn Engine>>;
}

/// Opens sessions with the target's server.
pub struct ServerOpener(pub Target);

#[async_trait]
impl Opener for ServerOpener {
    async fn open(&self) -> Result<Box<dyn Engine>> {
        let limit = open_limit(&self.0);
        let late = || {
            let message = format!("{}: no session within {} s", self.0.label(), limit.as_secs());
            Error::new(ErrorKind::Unreachable, message)
                .hint("check the network and what stands between, or raise connect_timeout")
        };
        timeout(limit, engine::open(&self.0)).await.unwrap_or_else(|_| Err(late()))
    }
}

/// The net under the engines' own limits, for a line that stalls half-way: each host may be tried twice
/// (other options, other encryption), and the session is set up.
fn open_limit(target: &Target) -> Duration {
    let hosts = match &target.address {
        Address::Hosts(hosts) => hosts.len() as u32,
        _ => 1,
    };
    let command = target.password_command.as_ref().map_or(Duration::ZERO, |_| Duration::from_secs(60));
    target.connect_timeout.saturating_mul(2 * hosts).saturating_add(Duration::from_secs(5)).saturating_add(command)
}

#[async_trait]
impl Opener for engine::fake::Fake {
    async fn open(&self) -> Result<Box<dyn Engine>> {
        self.connect().await
    }
}

/// For a task to notice that it was aborted: it is dropped at its next await.
const ABORT_LIMIT: Duration = Duration::from_millis(200);

/// The two lanes of one target. All methods return at once.
///
/// A session is opened by the first job of its lane. There are never more than two, but for the moment
/// in which a statement is stopped while both are busy. Each job that is not replaced by a newer one gets
/// one answer; a job whose session was lost is asked again on the next one.
pub struct Collector {
    live: Arc<Mailbox>,
    deep: Arc<Mailbox>,
    line: Arc<Line>,
    slots: [Slot; 2],
    desk: Arc<Desk>,
    closing: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Collector {
    /// Starts both lanes on the current tokio runtime; `events` is called from their tasks.
    pub fn start(opener: Arc<dyn Opener>, events: impl Fn(Event) + Send + Sync + 'static) -> Self {
        let emit: Emit = Arc::new(events);
        let line = Arc::new(Line::new(opener.clone(), emit.clone()));
        let slots = [Slot::default(), Slot::default()];
        let spare = Arc::new(Spare::default());
        let closing = CancellationToken::new();
        let start = |lane, mailbox: &Arc<Mailbox>, own: &Slot, sibling: &Slot| {
            let stopper = Stopper { opener: opener.clone(), sibling: Some(sibling.clone()), spare: spare.clone() };
            let worker = Worker {
                lane,
                mailbox: mailbox.clone(),
                line: line.clone(),
                slot: own.clone(),
                stopper,
                emit: emit.clone(),
                closing: closing.clone(),
            };
            tokio::spawn(worker.run())
        };
        let desk = Arc::<Desk>::default();
        let clerk = Clerk {
            desk: desk.clone(),
            opener: opener.clone(),
            stopper: Stopper { opener: opener.clone(), sibling: Some(slots[0].clone()), spare: spare.clone() },
            emit: emit.clone(),
            closing: closing.clone(),
        };
        let (live, deep) = (Arc::<Mailbox>::default(), Arc::<Mailbox>::default());
        let tasks = vec![
            start(Lane::Live, &live, &slots[0], &slots[1]),
            start(Lane::Deep, &deep, &slots[1], &slots[0]),
            tokio::spawn(clerk.run()),
        ];
        Self { live, deep, line, slots, desk, closing, tasks }
    }

    /// Queues a job on its lane. A newer job of the same kind replaces one that waits.
    pub fn ask(&self, job: Job) {
        self.mailbox(job.ask.lane()).put(job);
    }

    /// Cancels what runs on the lane, on the server too, and drops what waits. Both are answered with
    /// [`ErrorKind::Cancelled`].
    pub fn cancel(&self, lane: Lane) {
        self.mailbox(lane).cancel();
    }

    /// Runs a statement of the SQL view in its own session; one that runs there is stopped.
    pub fn query(&self, epoch: u64, of: QueryOf) {
        self.desk.run(epoch, of);
    }

    /// Stops the statement of the SQL view, on the server too.
    pub fn cancel_query(&self) {
        self.desk.cancel();
    }

    /// The SQL view was left: its session is closed.
    pub fn close_query(&self) {
        self.desk.close();
    }

    /// Tries a lost or refused connection again now.
    pub fn retry(&self) {
        self.line.try_now();
    }

    /// Closes the sessions that are idle, within half a second each; the next job opens them again. For
    /// a program that is about to be suspended. False when a lane was busy and its session stays.
    pub async fn release(&self) -> bool {
        self.desk.close();
        let busy = self.live.is_working() || self.deep.is_working();
        for slot in &self.slots {
            let open = slot.try_lock().ok().and_then(|mut slot| slot.take());
            if let Some(open) = open {
                stop::close(open.engine).await;
            }
        }
        !busy
    }

    /// Cancels, closes both sessions and waits at most `within`. No event comes after it has begun.
    pub async fn shutdown(mut self, within: Duration) {
        let end = Instant::now() + within;
        self.closing.cancel();
        for mut task in std::mem::take(&mut self.tasks) {
            if timeout_at(end, &mut task).await.is_err() {
                // Dropping the lane drops its session: the server sees a closed socket.
                task.abort();
                timeout(ABORT_LIMIT, task).await.ok();
            }
        }
    }

    fn mailbox(&self, lane: Lane) -> &Mailbox {
        match lane {
            Lane::Live => &self.live,
            Lane::Deep => &self.deep,
        }
    }
}

/// Without a shutdown the lanes still end by themselves.
impl Drop for Collector {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}
