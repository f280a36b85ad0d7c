//! What views of sizes and use know: estimates of the catalog, what was measured of them, counters.
//!
//! Pure: an answer comes in, jobs come out. Only one question of each kind is under way.

use super::facts::{Asked, Facts};
use super::msg::{Cmd, Now, Replicas};
use crate::collect::history::{History, Visited};
use crate::collect::{Answer, Ask, Error, Job, Payload};
use crate::config::Family;
use crate::findings::bloat::{self, Bloat, Withheld};
use crate::findings::{Snapshot, Verdicts, verdict};
use crate::model::{
    Catalog, EngineKind, Growth, IndexFlags, Indexes, Inside, Known, LayoutOf, Layouts, Note, RelId, Sizes, Spaces,
    Usage,
};
use crate::model::{Overlaps, Pair};
use jiff::{SignedDuration, Timestamp};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// So many texts of indexes are read at most: each lets the server's backend grow.
const TEXTS: usize = 2_000;
/// What was measured is remembered at most so often.
const BETWEEN_NOTES: Duration = Duration::from_secs(60);

/// What a view wants to know next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Exact sizes of these.
    Sizes(Vec<RelId>),
    Usage,
    Spaces,
    /// What values say of pairs of columns.
    Overlaps(Vec<Pair>),
    /// The texts of expressions and predicates of indexes: without them two can not be told to be equal.
    Texts,
    /// What bloat is computed from.
    Layouts,
    /// The pages of this one: only on a key.
    Inside(LayoutOf),
    /// What the replicas of this server count, which keep counters of their own.
    Replicas,
}

/// Verdicts with the facts that they rest on.
#[derive(Debug)]
pub struct Judgement {
    pub facts: Arc<Snapshot>,
    pub verdicts: Verdicts,
}

#[derive(Debug, Default)]
pub struct Measures {
    /// Of the catalog in view: estimates, with what was measured laid over them.
    pub sizes: Option<Sizes>,
    pub usage: Option<Known<Arc<Usage>>>,
    /// The same without what replicas told, to ask them again.
    own_usage: Option<Known<Arc<Usage>>>,
    pub spaces: Option<Known<Arc<Spaces>>>,
    pub overlaps: Option<Known<Arc<Overlaps>>>,
    pub layouts: Option<Known<Arc<Layouts>>>,
    /// What was looked into on a key.
    pub inside: HashMap<LayoutOf, Known<Inside>>,
    /// Sizes of an earlier visit from this machine.
    pub growth: Option<Arc<Growth>>,
    /// What this machine remembers of earlier visits; `None` until it is read, and where nothing is kept.
    history: Option<Arc<History>>,
    /// The facts that verdicts and bloat rest on.
    pub snapshot: Option<Arc<Snapshot>>,
    /// What is judged of every index, by what is known so far.
    pub judged: Option<Arc<Judgement>>,
    /// Counts the changes, so that a pane knows when to look again.
    pub revision: u64,
    /// Why the last question was not answered.
    pub failed: Option<Error>,
    pub asked: Option<(Want, Asked)>,
    /// Relations that were asked for, answered or not.
    tried: HashSet<RelId>,
    usage_tried: bool,
    overlaps_tried: bool,
    spaces_tried: bool,
    layouts_tried: bool,
    texts_tried: bool,
    /// Wanted by a key while something else was under way.
    next: Option<Want>,
    /// When this visit was remembered last, and the revision that was.
    noted: Option<(Duration, u64)>,
}

impl Measures {
    /// A new catalog: its own estimates, nothing measured.
    pub fn begin(&mut self, engine: EngineKind, catalog: &Catalog) {
        *self = Self {
            sizes: Some(Sizes::estimate(engine, catalog)),
            // Databases do not change with the catalog.
            spaces: self.spaces.take(),
            // Nor do earlier visits.
            history: self.history.take(),
            growth: self.growth.take(),
            noted: self.noted.take(),
            revision: self.revision + 1,
            ..Self::default()
        };
    }

    /// What of `rels` was not asked for yet.
    pub fn unmeasured(&self, rels: impl Iterator<Item = RelId>) -> Vec<RelId> {
        let mut list: Vec<RelId> = rels.filter(|rel| !self.tried.contains(rel)).collect();
        list.sort_unstable();
        list.dedup();
        list
    }

    /// How many relations were asked for, answered or not.
    pub fn tried(&self) -> usize {
        self.tried.len()
    }

    pub fn wants_usage(&self) -> bool {
        !self.usage_tried
    }

    pub fn wants_overlaps(&self) -> bool {
        !self.overlaps_tried
    }

    pub fn wants_spaces(&self) -> bool {
        !self.spaces_tried
    }

    pub fn wants_layouts(&self) -> bool {
        !self.layouts_tried
    }

    /// True where indexes have expressions or predicates whose texts were left out, and not too many of them.
    pub fn wants_texts(&self, catalog: &Catalog) -> bool {
        let unread = IndexFlags(IndexFlags::EXPRESSION_UNREAD.0 | IndexFlags::PREDICATE_UNREAD.0);
        let count = |all: &Indexes| all.list.iter().filter(|index| index.flags.has(unread)).count();
        !self.texts_tried && catalog.indexes.value().is_some_and(|all| (1..=TEXTS).contains(&count(all)))
    }

    /// When what was measured since the last time is to be remembered; `None` where there is nothing to.
    pub fn note_at(&self) -> Option<Duration> {
        let measured = self.usage.is_some() || !self.tried.is_empty();
        self.history.as_ref().filter(|_| measured && self.failed.is_none())?;
        match self.noted {
            None => Some(Duration::ZERO),
            Some((at, revision)) => (revision != self.revision).then_some(at + BETWEEN_NOTES),
        }
    }

    /// Bloat of one heap or b-tree: measured, else estimated, else why not; `None` while nothing can be said.
    pub fn bloat(&self, of: LayoutOf) -> Option<Result<Bloat, Withheld>> {
        if let Some(Known::Ready(inside)) = self.inside.get(&of) {
            return Some(Ok(bloat::measured(inside)));
        }
        let snapshot = self.snapshot.as_ref().filter(|snapshot| snapshot.layouts.value().is_some())?;
        Some(bloat::one(snapshot, of))
    }

    pub fn usage(&self) -> Option<&Usage> {
        self.usage.as_ref()?.value().map(Arc::as_ref)
    }

    /// What is to be said of sizes and counters.
    pub fn notes(&self) -> Vec<Note> {
        let mut notes: Vec<Note> = self.sizes.iter().flat_map(|sizes| sizes.notes.clone()).collect();
        if let Some(usage) = &self.usage {
            notes.extend(usage.note("counters"));
        }
        if let Some(usage) = self.usage() {
            notes.extend(usage.tables.note("counters of tables"));
            notes.extend(usage.indexes.note("counters of indexes").filter(|note| !notes.contains(note)));
            notes.extend(usage.window.note("the window of the counters"));
        }
        if let Some(layouts) = &self.layouts {
            notes.extend(layouts.value().iter().flat_map(|layouts| layouts.notes.clone()));
            notes.extend(layouts.note("bloat").filter(|_| !matches!(layouts, Known::Unsupported { .. })));
        }
        notes.extend(self.inside.values().filter_map(|known| known.note("the room inside")));
        if let Some(spaces) = &self.spaces {
            notes.extend(spaces.note("databases and tablespaces"));
            notes.extend(spaces.value().iter().flat_map(|spaces| spaces.notes.clone()));
        }
        notes
    }
}

impl Facts {
    /// As far as it is known before the server says it; enough for what differs in sizes.
    pub fn engine(&self) -> EngineKind {
        match (&self.server, self.family) {
            (Some((server, _)), _) => server.engine,
            (None, Family::Postgres) => EngineKind::Postgresql,
            (None, Family::Mysql) => EngineKind::Mysql,
            (None, Family::Sqlite) => EngineKind::Sqlite,
        }
    }

    /// Asks for it, unless something is under way or the schema is still being read.
    pub fn measure(&mut self, want: Want, now: Now) -> Vec<Cmd> {
        let Some(catalog) = self.schema.catalog.clone() else { return Vec::new() };
        if want == Want::Replicas {
            return self.ask_replicas(catalog, now);
        }
        if self.measures.asked.is_some() || self.schema.load.is_some() {
            // A key is not forgotten; what a view wants is wanted again.
            if matches!(want, Want::Inside(_)) {
                self.measures.next = Some(want);
            }
            return Vec::new();
        }
        let asked = self.next(now);
        let ask = match &want {
            Want::Sizes(rels) => {
                self.measures.tried.extend(rels.iter().copied());
                Ask::Sizes { catalog, rels: rels.clone() }
            }
            Want::Usage => {
                self.measures.usage_tried = true;
                Ask::Usage { catalog }
            }
            Want::Overlaps(pairs) => {
                self.measures.overlaps_tried = true;
                Ask::Overlaps { catalog, pairs: pairs.clone() }
            }
            Want::Spaces => {
                self.measures.spaces_tried = true;
                Ask::Spaces
            }
            Want::Texts => {
                self.measures.texts_tried = true;
                Ask::IndexTexts { catalog }
            }
            Want::Layouts => {
                self.measures.layouts_tried = true;
                Ask::Layouts { catalog }
            }
            Want::Inside(of) => Ask::Inside { catalog, of: *of },
            Want::Replicas => return Vec::new(),
        };
        self.measures.asked = Some((want, asked));
        vec![Cmd::Ask(Job { ask, epoch: asked.epoch })]
    }

    /// Instead of what else is under way: a key asked for it.
    fn ask_replicas(&mut self, catalog: Arc<Catalog>, now: Now) -> Vec<Cmd> {
        let Some(Known::Ready(usage)) = &self.measures.own_usage.clone().or(self.measures.usage.clone()) else {
            return Vec::new();
        };
        let mut cmds = Vec::new();
        if self.unmeasure() {
            cmds.push(Cmd::Cancel(crate::collect::Lane::Deep));
        }
        let asked = self.next(now);
        self.measures.asked = Some((Want::Replicas, asked));
        self.measures.own_usage = Some(Known::Ready(usage.clone()));
        let question = Replicas { of: self.name.clone(), epoch: asked.epoch, catalog, usage: usage.clone() };
        cmds.push(Cmd::Replicas(Box::new(question)));
        cmds
    }

    /// What the replicas told; words to say when none is named.
    pub fn replicas_told(&mut self, epoch: u64, told: Result<Arc<Usage>, String>) -> Option<String> {
        if self.measures.asked.as_ref().is_none_or(|(_, asked)| asked.epoch != epoch) {
            return None;
        }
        self.measures.asked = None;
        self.measures.revision += 1;
        match told {
            Ok(usage) => {
                self.measures.usage = Some(Known::Ready(usage));
                self.judge();
                None
            }
            Err(why) => Some(why),
        }
    }

    /// The view that wanted it was left: what is under way is not worth its cost any more.
    pub fn unmeasure(&mut self) -> bool {
        self.measures.next = None;
        let Some((want, _)) = self.measures.asked.take() else { return false };
        match want {
            Want::Sizes(rels) => self.measures.tried.retain(|rel| !rels.contains(rel)),
            Want::Usage => self.measures.usage_tried = false,
            Want::Spaces => self.measures.spaces_tried = false,
            Want::Overlaps(_) => self.measures.overlaps_tried = false,
            Want::Texts => self.measures.texts_tried = false,
            Want::Layouts => self.measures.layouts_tried = false,
            Want::Inside(_) => {}
            Want::Replicas => {}
        }
        true
    }

    /// Judges the indexes by the catalog in view and what is known of their use.
    pub(super) fn judge(&mut self) {
        let (Some(catalog), Some((server, _))) = (&self.schema.catalog, &self.server) else { return };
        let facts = Arc::new(Snapshot {
            usage: self.measures.usage.clone().unwrap_or(Known::NotYet),
            thresholds: self.thresholds,
            sizes: self.measures.sizes.clone().map_or(Known::NotYet, |sizes| Known::Ready(Arc::new(sizes))),
            layouts: self.measures.layouts.clone().unwrap_or(Known::NotYet),
            ..Snapshot::new((**server).clone(), (**catalog).clone())
        });
        let verdicts = verdict::judge(&facts);
        self.measures.judged = verdicts.map(|verdicts| Arc::new(Judgement { facts: facts.clone(), verdicts }));
        self.measures.snapshot = Some(facts);
        self.measures.revision += 1;
    }

    pub(super) fn measured(&mut self, answer: Answer, now: Now) -> Vec<Cmd> {
        let (engine, at, measures) = (self.engine(), self.server_time(answer.at), &mut self.measures);
        if measures.asked.as_ref().is_none_or(|(_, asked)| asked.epoch != answer.job.epoch) {
            return Vec::new();
        }
        measures.asked = None;
        measures.revision += 1;
        measures.failed = None;
        match (answer.result, &self.schema.catalog) {
            (Ok(Payload::Sizes(known)), Some(catalog)) => {
                if let (Some(sizes), Some(batch)) = (&mut measures.sizes, known.value()) {
                    sizes.apply(engine, catalog, batch);
                }
            }
            (Ok(Payload::Usage(mut known)), Some(catalog)) => {
                if let (Known::Ready(usage), Some(history)) = (&mut known, &measures.history) {
                    history.fill(Arc::make_mut(usage), catalog, at);
                }
                measures.usage = Some(known);
                measures.own_usage = None;
                self.judge();
            }
            (Ok(Payload::IndexTexts(Known::Ready(indexes))), Some(catalog)) => {
                let same =
                    |all: &Arc<Indexes>| all.list.iter().map(|one| one.id).eq(indexes.list.iter().map(|one| one.id));
                // Where one came or went meanwhile the positions are others: the schema is older than these.
                if catalog.indexes.value().is_some_and(same) {
                    let mut catalog = (**catalog).clone();
                    catalog.indexes = Known::Ready(indexes);
                    self.schema.catalog = Some(Arc::new(catalog));
                    self.schema.generation += 1;
                    self.judge();
                }
            }
            (Ok(Payload::Layouts(known)), _) => {
                measures.layouts = Some(known);
                self.judge();
            }
            (Ok(Payload::Inside(of, known)), _) => drop(measures.inside.insert(of, known)),
            (Ok(Payload::Spaces(known)), _) => measures.spaces = Some(known),
            (Ok(Payload::Overlaps(known)), _) => measures.overlaps = Some(known),
            (Ok(_), _) => {}
            (Err(error), _) => measures.failed = Some(error),
        }
        let next = self.measures.next.take();
        next.map(|want| self.measure(want, now)).unwrap_or_default()
    }

    /// The server's clock at this time of ours; ours where it has not told.
    fn server_time(&self, at: Timestamp) -> Timestamp {
        let ahead = self.server.as_ref().map(|(server, answered)| server.now.duration_since(*answered));
        at.checked_add(ahead.unwrap_or(SignedDuration::ZERO)).unwrap_or(at)
    }

    /// What this machine remembers of earlier visits: growth, and indexes that came since.
    pub fn recall(&mut self, history: Arc<History>, now: Now) {
        let at = self.server_time(now.at);
        let measures = &mut self.measures;
        measures.growth = history.growth(at).map(Arc::new);
        if let (Some(Known::Ready(usage)), Some(catalog)) = (&mut measures.usage, &self.schema.catalog) {
            history.fill(Arc::make_mut(usage), catalog, at);
        }
        let again = measures.usage.is_some();
        measures.history = Some(history);
        measures.revision += 1;
        if again {
            self.judge();
        }
    }

    /// What is known of sizes and use now, to be remembered.
    pub fn look(&mut self, now: Now) -> Option<Visited> {
        let at = self.server_time(now.at);
        let (catalog, sizes) = (self.schema.catalog.clone()?, self.measures.sizes.clone()?);
        let value = |known: &Option<Known<Arc<Usage>>>| known.as_ref().and_then(Known::value).cloned();
        let spaces = self.measures.spaces.as_ref().and_then(Known::value).cloned();
        self.measures.noted = Some((now.tick, self.measures.revision));
        Some(Visited { at, catalog, sizes, usage: value(&self.measures.usage), spaces })
    }
}
