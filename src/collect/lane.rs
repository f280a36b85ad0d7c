//! One lane: one task that owns one session and works through its mailbox.

use super::line::{Emit, Line, Open, PANIC};
use super::mailbox::{Mailbox, Queued};
use super::session::absence;
use super::stop::{self, End, Slot, Stopper};
use super::{Answer, Ask, Event, Lane, Payload};
use crate::engine::{self, Engine, Error, ErrorKind, Result, Scope};
use crate::model::{Catalog, Known, Part, Relations};
use jiff::Timestamp;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::MutexGuard;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// A job under which this many sessions were lost may be the cause: it is answered instead of tried again.
const LOSSES: u32 = 3;

pub(super) struct Worker {
    pub lane: Lane,
    pub mailbox: Arc<Mailbox>,
    pub line: Arc<Line>,
    /// The session between two jobs.
    pub slot: Slot,
    pub stopper: Stopper,
    pub emit: Emit,
    pub closing: CancellationToken,
}

impl Worker {
    /// Works until the collector closes; then nothing of this lane is left.
    pub async fn run(self) {
        loop {
            self.mailbox.set_working(false);
            tokio::select! {
                biased;
                () = self.closing.cancelled() => break,
                () = self.mailbox.filled() => {}
            }
            self.mailbox.set_working(true);
            self.tell_dropped();
            let Some(open) = self.session().await else { continue };
            let Some((queued, cancelled)) = self.mailbox.take() else {
                self.keep(open, true).await;
                continue;
            };
            self.work(open, queued, &cancelled).await;
        }
        let open = self.slot.lock().await.take();
        if let Some(open) = open {
            stop::close(open.engine).await;
        }
    }

    /// The session for the next job; `None` when there is nothing left to do.
    async fn session(&self) -> Option<Open> {
        let mut cancelled = self.mailbox.prepare()?;
        if let Some(open) = self.slot.lock().await.take() {
            return Some(open);
        }
        let mut opening = pin!(self.obtain());
        loop {
            tokio::select! {
                biased;
                () = self.closing.cancelled() => return None,
                () = cancelled.cancelled() => {
                    self.tell_dropped();
                    // The next try was announced: a cancel ends questions, not the way back to the server.
                    if !self.line.keeps_trying() {
                        return None;
                    }
                    cancelled = self.mailbox.now();
                }
                open = &mut opening => return Some(open),
            }
        }
    }

    /// A new session, or the other lane's where the server gives no second.
    async fn obtain(&self) -> Open {
        loop {
            if self.line.share.is_on()
                && let Some(open) = self.borrow().await
            {
                return open;
            }
            if let Some(open) = self.line.open(self.lane).await {
                return open;
            }
        }
    }

    /// The session that stands, as soon as it is put down; `None` when there is none any more.
    async fn borrow(&self) -> Option<Open> {
        let share = &self.line.share;
        let mut changes = share.changes();
        let _wanted = share.want(self.lane);
        loop {
            changes.mark_unchanged();
            if !share.stands() {
                return None;
            }
            // What was handed over to the other lane is that one's turn.
            let sibling = self.stopper.sibling.as_ref().filter(|_| !share.is_wanted_by(self.lane.other()));
            for slot in [Some(&self.slot), sibling].into_iter().flatten() {
                if let Some(open) = slot.lock().await.take() {
                    return Some(open);
                }
            }
            // Fails only when the sender is gone, and it is the line's.
            changes.changed().await.ok();
        }
    }

    async fn work(&self, mut open: Open, mut queued: Queued, cancelled: &CancellationToken) {
        let ask = queued.job.ask.clone();
        let start = Instant::now();
        (self.emit)(Event::Started(queued.job.epoch));
        let handle = open.engine.stop_handle();
        stop::lower(&handle);
        let reason = async {
            tokio::select! {
                biased;
                () = self.closing.cancelled() => ErrorKind::Cancelled,
                () = cancelled.cancelled() => ErrorKind::Cancelled,
                () = sleep(ask.limit()) => ErrorKind::TimedOut,
            }
        };
        let end = stop::watch(perform(open.engine.as_mut(), &ask), &handle, reason, &self.stopper).await;
        queued.sent.extend(open.engine.sent());
        match end {
            End::Done(Err(error)) if error.ends_session() => self.lost(open, queued, error, start).await,
            End::Done(result) => {
                self.line.answered();
                let broken = matches!(&result, Err(error) if error.code.as_deref() == Some(PANIC));
                self.keep(open, !broken).await;
                self.answer(queued, result, start);
            }
            End::Stopped { kind, clean, sent } => {
                self.keep(open, clean).await;
                queued.sent.extend(sent);
                let error = stopped(&ask, kind, clean);
                self.answer(queued, Err(error), start);
            }
        }
    }

    /// The session ended under the job: the job is kept for the next session.
    async fn lost(&self, open: Open, mut queued: Queued, error: Error, start: Instant) {
        queued.losses += 1;
        self.line.lost(&open, error.clone());
        stop::close(open.engine).await;
        if queued.losses < LOSSES {
            self.mailbox.put_back(queued);
        } else {
            self.answer(queued, Err(error), start);
        }
    }

    async fn keep(&self, open: Open, usable: bool) {
        if !usable {
            return stop::close(open.engine).await;
        }
        if let Some(mut slot) = self.handed_over().await {
            *slot = Some(open);
        } else {
            *self.slot.lock().await = Some(open);
        }
        self.line.share.tell();
    }

    /// The other lane's place, when it waits for a session.
    async fn handed_over(&self) -> Option<MutexGuard<'_, Option<Open>>> {
        let sibling = self.stopper.sibling.as_ref().filter(|_| self.line.share.is_wanted_by(self.lane.other()))?;
        let slot = sibling.lock().await;
        slot.is_none().then_some(slot)
    }

    fn answer(&self, queued: Queued, result: Result<Payload>, start: Instant) {
        self.tell(queued, result, start);
        self.tell_dropped();
    }

    /// A cancelled job is answered too, so that nobody waits for it.
    fn tell_dropped(&self) {
        for queued in self.mailbox.dropped() {
            let error = stopped(&queued.job.ask, ErrorKind::Cancelled, true);
            self.tell(queued, Err(error), Instant::now());
        }
    }

    fn tell(&self, queued: Queued, result: Result<Payload>, start: Instant) {
        if self.closing.is_cancelled() {
            return;
        }
        let Queued { job, sent, .. } = queued;
        let answer = Answer { job, result, took: start.elapsed(), at: Timestamp::now(), sent };
        (self.emit)(Event::Answer(Box::new(answer)));
    }
}

fn stopped(ask: &Ask, kind: ErrorKind, clean: bool) -> Error {
    let what = ask.title();
    let message = match kind {
        ErrorKind::Cancelled => format!("{what}: cancelled"),
        _ => format!("{what}: no answer within {} s", ask.limit().as_secs()),
    };
    let error = Error::new(kind, message);
    match (kind, clean) {
        (_, false) => error
            .hint("the server did not confirm the cancel; the session was dropped, the next question opens a new one"),
        (ErrorKind::TimedOut, true) => {
            error.hint("the statement was cancelled on the server; try again when it is less busy")
        }
        _ => error,
    }
}

/// Asks the engine. The screen reads everything lightly; the rest comes with the definition of one object.
async fn perform(engine: &mut dyn Engine, ask: &Ask) -> Result<Payload> {
    let (part, relations, indexes) = match ask {
        Ask::Server => return Ok(Payload::Server(Box::new(engine.server().await?))),
        Ask::Whole { relations } => return Ok(Payload::Whole(Box::new(whole(engine, relations).await?))),
        Ask::Ddl { catalog, object } => {
            return Ok(Payload::Ddl(*object, engine.ddl(catalog, *object).await?.map(Arc::new)));
        }
        Ask::Sizes { catalog, rels } => return Ok(Payload::Sizes(engine.sizes(catalog, rels).await?)),
        Ask::Usage { catalog } => return Ok(Payload::Usage(engine.usage(catalog).await?.map(Arc::new))),
        Ask::Overlaps { catalog, pairs } => {
            return Ok(Payload::Overlaps(engine.overlaps(catalog, pairs).await?.map(Arc::new)));
        }
        Ask::Spaces => return Ok(Payload::Spaces(engine.spaces().await?.map(Arc::new))),
        Ask::IndexTexts { catalog } => {
            let indexes = engine.indexes(&catalog.relations, Scope::Full).await?;
            return Ok(Payload::IndexTexts(indexes.map(Arc::new)));
        }
        Ask::Layouts { catalog } => return Ok(Payload::Layouts(engine.layouts(catalog).await?.map(Arc::new))),
        Ask::Inside { catalog, of } => return Ok(Payload::Inside(*of, engine.inside(catalog, *of).await?)),
        Ask::Live(part) => return Ok(Payload::Live(engine::live(engine, *part).await?)),
        Ask::Rows { catalog, of } | Ask::Value { catalog, of } => {
            return Ok(Payload::Rows(engine.rows(catalog, of).await?.map(Arc::new)));
        }
        Ask::Statements { of } => return Ok(Payload::Statements(engine.statements(of).await?)),
        Ask::StatementTexts { keys, length } => {
            return Ok(Payload::StatementTexts(engine.statement_texts(keys, *length).await?));
        }
        Ask::Running => return Ok(Payload::Running(engine.running().await?)),
        Ask::Explain { of } => return Ok(Payload::Explained(engine.explain(of).await?)),
        Ask::Schema { part, relations, indexes } => (*part, relations, indexes),
    };
    if part == Part::Relations {
        return Ok(Payload::Relations(engine.relations().await?.map(Arc::new)));
    }
    let relations = relations.as_deref().ok_or_else(|| {
        Error::new(ErrorKind::Internal, format!("{} were asked for without the relations", ask.title()))
    })?;
    Ok(match part {
        Part::Columns => Payload::Columns(engine.columns(relations, Scope::Light).await?.map(Arc::new)),
        Part::Indexes => Payload::Indexes(engine.indexes(relations, Scope::Light).await?.map(Arc::new)),
        Part::Keys => Payload::Keys(engine.keys(relations, indexes.as_deref(), Scope::Light).await?.map(Arc::new)),
        Part::Relations | Part::Objects => Payload::Objects(engine.objects(relations).await?.map(Arc::new)),
    })
}

/// Everything of these relations; one part that is missing never hides the others.
async fn whole(engine: &mut dyn Engine, relations: &Arc<Relations>) -> Result<Catalog> {
    let mut catalog = Catalog::new(relations.clone());
    catalog.columns = part(engine.columns(relations, Scope::Full).await)?;
    catalog.indexes = part(engine.indexes(relations, Scope::Full).await)?;
    let indexes = catalog.indexes.value().map(Arc::as_ref);
    catalog.keys = part(engine.keys(relations, indexes, Scope::Full).await)?;
    catalog.objects = part(engine.objects(relations).await)?;
    Ok(catalog)
}

fn part<T>(result: Result<Known<T>>) -> Result<Known<Arc<T>>> {
    match result {
        Ok(known) => Ok(known.map(Arc::new)),
        Err(error) if error.ends_session() => Err(error),
        Err(error) => absence(error),
    }
}
