//! What waits for a lane. The only thing that callers and a lane share: no call on it ever waits.

use super::job::{Ask, Job};
use crate::model::{LivePart, Part, Sent};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// A job with its past: what it has cost on sessions that were lost under it.
#[derive(Debug)]
pub(super) struct Queued {
    pub job: Job,
    /// Sessions lost while it ran.
    pub losses: u32,
    /// Statements of those tries.
    pub sent: Vec<Sent>,
}

/// Two jobs of the same kind want the same place on the screen: only the newer one matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Server,
    Schema(Part),
    Ddl,
    Sizes,
    Usage,
    Overlaps,
    Spaces,
    IndexTexts,
    Layouts,
    Inside,
    Rows,
    Value,
    Live(LivePart),
    Whole,
    Statements,
    StatementTexts,
    Running,
    Explain,
}

fn kind(ask: &Ask) -> Kind {
    match ask {
        Ask::Server => Kind::Server,
        Ask::Schema { part, .. } => Kind::Schema(*part),
        Ask::Whole { .. } => Kind::Whole,
        Ask::Ddl { .. } => Kind::Ddl,
        Ask::Sizes { .. } => Kind::Sizes,
        Ask::Usage { .. } => Kind::Usage,
        Ask::Overlaps { .. } => Kind::Overlaps,
        Ask::Spaces => Kind::Spaces,
        Ask::IndexTexts { .. } => Kind::IndexTexts,
        Ask::Layouts { .. } => Kind::Layouts,
        Ask::Inside { .. } => Kind::Inside,
        Ask::Rows { .. } => Kind::Rows,
        Ask::Value { .. } => Kind::Value,
        Ask::Live(part) => Kind::Live(*part),
        Ask::Statements { .. } => Kind::Statements,
        Ask::StatementTexts { .. } => Kind::StatementTexts,
        Ask::Running => Kind::Running,
        Ask::Explain { .. } => Kind::Explain,
    }
}

#[derive(Default)]
struct Inner {
    waiting: VecDeque<Queued>,
    /// Dropped by a cancel, not told to the caller yet.
    dropped: Vec<Queued>,
    /// Cancels what the lane does now: connecting for a job, or running it.
    now: CancellationToken,
    /// The lane has a job, or a session for one, in its hands.
    working: bool,
}

#[derive(Default)]
pub(super) struct Mailbox {
    inner: Mutex<Inner>,
    filled: Notify,
}

impl Mailbox {
    /// Queues a job; one of the same kind that waits is replaced in its place.
    pub fn put(&self, job: Job) {
        let mut inner = self.lock();
        match inner.waiting.iter_mut().find(|queued| kind(&queued.job.ask) == kind(&job.ask)) {
            Some(old) => {
                // What the old one has sent was sent: it is reported with the new one.
                old.job = job;
                old.losses = 0;
            }
            None => inner.waiting.push_back(Queued { job, losses: 0, sent: Vec::new() }),
        }
        drop(inner);
        self.filled.notify_one();
    }

    /// Puts a job back whose session was lost, to be the next, unless a newer one waits.
    pub fn put_back(&self, queued: Queued) {
        let mut inner = self.lock();
        match inner.waiting.iter_mut().find(|newer| kind(&newer.job.ask) == kind(&queued.job.ask)) {
            Some(newer) => newer.sent.splice(0..0, queued.sent).for_each(drop),
            None => inner.waiting.push_front(queued),
        }
        drop(inner);
        self.filled.notify_one();
    }

    /// Drops what waits and cancels what the lane does now.
    pub fn cancel(&self) {
        let mut inner = self.lock();
        let waiting = std::mem::take(&mut inner.waiting);
        inner.dropped.extend(waiting);
        let now = std::mem::take(&mut inner.now);
        drop(inner);
        now.cancel();
        self.filled.notify_one();
    }

    /// Waits until there is something to do or to tell. For the lane alone.
    pub async fn filled(&self) {
        loop {
            {
                let inner = self.lock();
                if !inner.waiting.is_empty() || !inner.dropped.is_empty() {
                    return;
                }
            }
            self.filled.notified().await;
        }
    }

    /// Noted by the lane around each job.
    pub fn set_working(&self, working: bool) {
        self.lock().working = working;
    }

    /// True while the lane has something in its hands or in sight.
    pub fn is_working(&self) -> bool {
        let inner = self.lock();
        inner.working || !inner.waiting.is_empty()
    }

    /// What a cancel dropped since the last call.
    pub fn dropped(&self) -> Vec<Queued> {
        std::mem::take(&mut self.lock().dropped)
    }

    /// What cancels the preparation for the next job; `None` when nothing waits.
    pub fn prepare(&self) -> Option<CancellationToken> {
        let mut inner = self.lock();
        if inner.waiting.is_empty() {
            return None;
        }
        inner.now = CancellationToken::new();
        Some(inner.now.clone())
    }

    /// What the next cancel will cancel.
    pub fn now(&self) -> CancellationToken {
        self.lock().now.clone()
    }

    /// The next job and what cancels it.
    pub fn take(&self) -> Option<(Queued, CancellationToken)> {
        let mut inner = self.lock();
        let queued = inner.waiting.pop_front()?;
        inner.now = CancellationToken::new();
        Some((queued, inner.now.clone()))
    }

    /// A lane that panicked must not take its callers with it.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(part: Part, epoch: u64) -> Job {
        Job { ask: Ask::Schema { part, relations: None, indexes: None }, epoch }
    }

    fn epochs(mailbox: &Mailbox) -> Vec<u64> {
        std::iter::from_fn(|| mailbox.take()).map(|(queued, _)| queued.job.epoch).collect()
    }

    #[test]
    fn the_newest_of_a_kind_keeps_the_place() {
        let mailbox = Mailbox::default();
        for (part, epoch) in [(Part::Relations, 1), (Part::Columns, 2), (Part::Relations, 3), (Part::Keys, 4)] {
            mailbox.put(job(part, epoch));
        }
        assert_eq!(epochs(&mailbox), [3, 2, 4]);
    }

    #[test]
    fn a_lost_job_is_the_next_unless_a_newer_waits() {
        let mailbox = Mailbox::default();
        mailbox.put(job(Part::Relations, 1));
        mailbox.put(job(Part::Columns, 2));
        let (lost, _) = mailbox.take().unwrap();
        mailbox.put_back(lost);
        assert_eq!(epochs(&mailbox), [1, 2]);

        mailbox.put(job(Part::Relations, 1));
        let (lost, _) = mailbox.take().unwrap();
        mailbox.put(job(Part::Relations, 5));
        mailbox.put_back(lost);
        assert_eq!(epochs(&mailbox), [5]);
    }

    #[test]
    fn a_newer_job_takes_over_the_statements_but_not_the_losses() {
        let mailbox = Mailbox::default();
        let lost = |epoch| {
            mailbox.put(job(Part::Keys, epoch));
            let (mut queued, _) = mailbox.take().unwrap();
            queued.losses = 2;
            queued.sent.push(Sent {
                name: "keys",
                text: "select".into(),
                at: jiff::Timestamp::UNIX_EPOCH,
                took: std::time::Duration::ZERO,
                rows: 0,
                bytes: 0,
                outcome: crate::model::Outcome::Ok,
            });
            queued
        };
        let first = lost(1);
        mailbox.put_back(first);
        mailbox.put(job(Part::Keys, 2));
        let (queued, _) = mailbox.take().unwrap();
        assert_eq!((queued.job.epoch, queued.losses, queued.sent.len()), (2, 0, 1));

        let second = lost(3);
        mailbox.put(job(Part::Keys, 4));
        mailbox.put_back(second);
        let (queued, _) = mailbox.take().unwrap();
        assert_eq!((queued.job.epoch, queued.losses, queued.sent.len()), (4, 0, 1));
    }

    #[test]
    fn a_cancel_hits_what_runs_and_waits_but_not_what_comes() {
        let mailbox = Mailbox::default();
        mailbox.put(job(Part::Relations, 1));
        mailbox.put(job(Part::Columns, 2));
        let (_, running) = mailbox.take().unwrap();
        mailbox.cancel();
        assert!(running.is_cancelled());
        assert_eq!(mailbox.dropped().len(), 1);
        mailbox.put(job(Part::Keys, 3));
        assert!(!mailbox.take().unwrap().1.is_cancelled());
    }
}
