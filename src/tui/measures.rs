//! What views of sizes and use know: estimates of the catalog, what was measured of them, counters.
//!
//! Pure: an answer comes in, jobs come out. Only one question of each kind is under way.

use super::facts::{Asked, Facts};
use super::msg::{Cmd, Now, Replicas};
use crate::collect::{Answer, Ask, Error, Job, Payload};
use crate::config::Family;
use crate::findings::{Snapshot, Verdicts, verdict};
use crate::model::{Catalog, EngineKind, Known, Note, RelId, Sizes, Spaces, Usage};
use std::collections::HashSet;
use std::sync::Arc;

/// What a view wants to know next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Exact sizes of these.
    Sizes(Vec<RelId>),
    Usage,
    Spaces,
    /// What the replicas of this server count, which keep counters of their own.
    Replicas,
}

/// Verdicts with the facts that they rest on.
#[derive(Debug)]
pub struct Judgement {
    pub facts: Snapshot,
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
    spaces_tried: bool,
}

impl Measures {
    /// A new catalog: its own estimates, nothing measured.
    pub fn begin(&mut self, engine: EngineKind, catalog: &Catalog) {
        *self = Self {
            sizes: Some(Sizes::estimate(engine, catalog)),
            // Databases do not change with the catalog.
            spaces: self.spaces.take(),
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

    pub fn wants_spaces(&self) -> bool {
        !self.spaces_tried
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
            Want::Spaces => {
                self.measures.spaces_tried = true;
                Ask::Spaces
            }
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
        let Some((want, _)) = self.measures.asked.take() else { return false };
        match want {
            Want::Sizes(rels) => self.measures.tried.retain(|rel| !rels.contains(rel)),
            Want::Usage => self.measures.usage_tried = false,
            Want::Spaces => self.measures.spaces_tried = false,
            Want::Replicas => {}
        }
        true
    }

    /// Judges the indexes by the catalog in view and what is known of their use.
    pub(super) fn judge(&mut self) {
        let (Some(catalog), Some((server, _))) = (&self.schema.catalog, &self.server) else { return };
        let facts = Snapshot {
            usage: self.measures.usage.clone().unwrap_or(Known::NotYet),
            thresholds: self.thresholds,
            sizes: self.measures.sizes.clone().map_or(Known::NotYet, |sizes| Known::Ready(Arc::new(sizes))),
            ..Snapshot::new((**server).clone(), (**catalog).clone())
        };
        let verdicts = verdict::judge(&facts);
        self.measures.judged = verdicts.map(|verdicts| Arc::new(Judgement { facts, verdicts }));
        self.measures.revision += 1;
    }

    pub(super) fn measured(&mut self, answer: Answer) {
        let (engine, measures) = (self.engine(), &mut self.measures);
        if measures.asked.as_ref().is_none_or(|(_, asked)| asked.epoch != answer.job.epoch) {
            return;
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
            (Ok(Payload::Usage(known)), _) => {
                measures.usage = Some(known);
                measures.own_usage = None;
                self.judge();
            }
            (Ok(Payload::Spaces(known)), _) => measures.spaces = Some(known),
            (Ok(_), _) => {}
            (Err(error), _) => measures.failed = Some(error),
        }
    }
}
