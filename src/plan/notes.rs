//! What stands out in a plan: the node that takes most, estimates that are wrong, work on disk, rows that are
//! read to be thrown away.

use super::tree::{Kind, Plan, SpillKind};
use super::weigh::{By, Weights};
use super::words::Facts;

/// Share of a table beyond which reading all of it is right.
const FEW: f64 = 0.1;
/// Rows are that many times off before it is worth a word.
const OFF: f64 = 10.0;
/// Executions of the inner side of a nested loop.
const MANY_LOOPS: f64 = 10_000.0;
/// Of rows that were read, those thrown away.
const THROWN: f64 = 0.9;
/// Rows thrown away in all, below which it does not matter.
const THROWN_ROWS: f64 = 1_000.0;
/// Of the time of the statement.
const JIT_SHARE: f64 = 0.2;
/// Share of the whole from which on the worst node is called so.
const WORST: f64 = 0.1;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoteKind {
    /// Takes this share of the whole by itself.
    Worst {
        share: f64,
    },
    /// Rows were so many times more (positive) or fewer (negative) than expected.
    Misestimate {
        off: f64,
    },
    Spill {
        kind: SpillKind,
        bytes: Option<u64>,
        batches: Option<u64>,
    },
    /// So many rows were read and thrown away, so many kept, over all executions.
    Removed {
        removed: f64,
        kept: f64,
    },
    /// Reads all of so many rows to return so few.
    FullScan {
        rows: f64,
        kept: f64,
    },
    /// SQLite: reads all of a table; how many rows is not always known.
    Scan {
        rows: Option<f64>,
    },
    /// SQLite: sorts or groups in a temporary b-tree, or builds an index for the statement.
    Temporary,
    AutomaticIndex,
    /// The inner side of a nested loop runs so often.
    ManyLoops {
        loops: f64,
    },
    NeverExecuted,
    /// Index-only, but so many rows were fetched from the table.
    HeapFetches {
        fetched: f64,
    },
    FewerWorkers {
        planned: u64,
        launched: u64,
    },
    /// Of the whole plan: compilation took so much of it.
    Jit {
        ms: f64,
        share: f64,
    },
    /// Of the whole plan: it took longer to plan than to run.
    Planning {
        planning_ms: f64,
        execution_ms: f64,
    },
    /// Of the whole plan: a trigger took so long.
    Trigger {
        ms: f64,
        share: f64,
    },
}

impl NoteKind {
    /// 0 worst, 1 warning, 2 remark: which mark it has.
    pub fn level(&self) -> usize {
        match self {
            Self::Worst { .. } => 0,
            Self::NeverExecuted | Self::FewerWorkers { .. } | Self::Planning { .. } | Self::HeapFetches { .. } => 2,
            Self::Temporary => 2,
            _ => 1,
        }
    }

    /// The word for JSON.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Worst { .. } => "worst",
            Self::Misestimate { .. } => "misestimate",
            Self::Spill { .. } => "spill",
            Self::Removed { .. } => "rows_removed",
            Self::FullScan { .. } => "full_scan",
            // What the rule about SQLite's plans is called.
            Self::Scan { .. } | Self::Temporary | Self::AutomaticIndex => "sqlite-plan-scan",
            Self::ManyLoops { .. } => "many_loops",
            Self::NeverExecuted => "never_executed",
            Self::HeapFetches { .. } => "heap_fetches",
            Self::FewerWorkers { .. } => "fewer_workers",
            Self::Jit { .. } => "jit",
            Self::Planning { .. } => "planning",
            Self::Trigger { .. } => "trigger",
        }
    }
}

/// Something about a node, or about the whole plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    pub node: Option<usize>,
    pub kind: NoteKind,
}

/// All notes of a plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notes {
    pub list: Vec<Note>,
    /// Where to begin to read.
    pub worst: usize,
}

impl Notes {
    pub fn of(plan: &Plan, weights: &Weights, facts: &Facts<'_>) -> Self {
        let mut notes = Self::default();
        for n in 0..plan.nodes.len() {
            notes.node(plan, weights, facts, n);
        }
        notes.whole(plan);
        notes.worst = notes.begin(plan, weights);
        let share = weights.share.get(notes.worst).copied().flatten();
        if let Some(share) = share.filter(|share| *share >= WORST && plan.nodes.len() > 1) {
            notes.list.insert(0, Note { node: Some(notes.worst), kind: NoteKind::Worst { share } });
        }
        notes
    }

    pub fn of_node(&self, node: usize) -> impl Iterator<Item = &Note> {
        self.list.iter().filter(move |note| note.node == Some(node))
    }

    pub fn of_plan(&self) -> impl Iterator<Item = &Note> {
        self.list.iter().filter(|note| note.node.is_none())
    }

    /// The mark of a node: the worst of its notes.
    pub fn level(&self, node: usize) -> Option<usize> {
        self.of_node(node).map(|note| note.kind.level()).min()
    }

    /// The node with the greatest share; without shares the first one with a warning.
    fn begin(&self, plan: &Plan, weights: &Weights) -> usize {
        let warned = || self.list.iter().filter(|note| note.kind.level() < 2).find_map(|note| note.node);
        let weighed = weights.worst().filter(|_| weights.by != By::Nothing);
        weighed
            .or_else(warned)
            .or_else(|| self.list.iter().find_map(|note| note.node))
            .unwrap_or(0)
            .min(plan.nodes.len())
    }

    fn add(&mut self, node: usize, kind: NoteKind) {
        self.list.push(Note { node: Some(node), kind });
    }

    fn node(&mut self, plan: &Plan, weights: &Weights, facts: &Facts<'_>, n: usize) {
        let node = &plan.nodes[n];
        if node.never_executed {
            return self.add(n, NoteKind::NeverExecuted);
        }
        if let Some(off) = weights.off[n].filter(|off| off.abs() >= OFF && begins(plan, weights, n, *off)) {
            self.add(n, NoteKind::Misestimate { off });
        }
        if let Some(spill) = node.spill.filter(|spill| spill.kind != SpillKind::Temporary) {
            self.add(n, NoteKind::Spill { kind: spill.kind, bytes: spill.bytes, batches: spill.batches });
        } else if let Some(pages) = own_temp(plan, n) {
            let bytes = Some(pages.saturating_mul(8_192));
            self.add(n, NoteKind::Spill { kind: SpillKind::Files, bytes, batches: None });
        }
        self.reading(plan, weights, facts, n);
        if let (Some(planned), Some(launched)) = (node.workers_planned, node.workers_launched)
            && launched < planned
        {
            self.add(n, NoteKind::FewerWorkers { planned, launched });
        }
        let fetched = node.heap_fetches.map(|rows| rows * node.actual.map_or(1.0, |actual| actual.loops));
        if let Some(fetched) =
            fetched.filter(|rows| *rows >= THROWN_ROWS && *rows > node.actual_rows().unwrap_or(0.0) * FEW)
        {
            self.add(n, NoteKind::HeapFetches { fetched });
        }
        let inner = node.parent.is_some_and(|parent| {
            let above = &plan.nodes[parent];
            above.kind == Kind::NestedLoop && plan.children(parent).next() != Some(n) && node.role.is_none()
        });
        let loops = node.actual.map_or(weights.loops[n], |actual| actual.loops);
        if inner && loops >= MANY_LOOPS {
            self.add(n, NoteKind::ManyLoops { loops });
        }
    }

    /// Rows that are read in vain.
    fn reading(&mut self, plan: &Plan, weights: &Weights, facts: &Facts<'_>, n: usize) {
        let node = &plan.nodes[n];
        if plan.engine == crate::model::EngineKind::Sqlite {
            return self.sqlite(plan, facts, n);
        }
        let loops = node.actual.map_or(1.0, |actual| actual.loops);
        let removed = [node.removed.by_filter, node.removed.by_join_filter, node.removed.by_recheck];
        let removed: f64 = removed.iter().flatten().sum::<f64>() * loops;
        let kept = node.actual_rows().unwrap_or(0.0);
        if node.actual.is_some() && removed >= THROWN_ROWS && removed >= (removed + kept) * THROWN {
            self.add(n, NoteKind::Removed { removed, kept });
        }
        if node.kind != Kind::FullScan || node.relation.is_none() {
            return;
        }
        let Some((rows, kept)) = scanned(plan, weights, facts, n) else { return };
        if rows >= facts.large && kept <= rows * FEW && node.actual.is_none() {
            self.add(n, NoteKind::FullScan { rows, kept });
        }
    }

    fn sqlite(&mut self, plan: &Plan, facts: &Facts<'_>, n: usize) {
        let node = &plan.nodes[n];
        match node.kind {
            Kind::FullScan if node.relation.is_some() => {
                // What a subquery gives is no table.
                let named = node.relation.as_deref().unwrap_or_default();
                let made = plan.nodes.iter().any(|other| {
                    ["CO-ROUTINE ", "MATERIALIZE "].iter().any(|word| other.title.strip_prefix(word) == Some(named))
                });
                let rows = facts.rows(node);
                if !made && rows.is_none_or(|rows| rows >= facts.large) {
                    self.add(n, NoteKind::Scan { rows });
                }
            }
            Kind::AutomaticIndex => self.add(n, NoteKind::AutomaticIndex),
            Kind::Sort | Kind::Aggregate => self.add(n, NoteKind::Temporary),
            _ => {}
        }
    }

    fn whole(&mut self, plan: &Plan) {
        let Some(execution_ms) = plan.execution_ms else { return };
        let mut add = |kind| self.list.push(Note { node: None, kind });
        if let Some(ms) = plan.jit.and_then(|jit| jit.total_ms).filter(|ms| *ms > execution_ms * JIT_SHARE) {
            add(NoteKind::Jit { ms, share: (ms / execution_ms).min(1.0) });
        }
        if let Some(planning_ms) = plan.planning_ms.filter(|ms| *ms > execution_ms && *ms > 1.0) {
            add(NoteKind::Planning { planning_ms, execution_ms });
        }
        for trigger in &plan.triggers {
            if let Some(ms) = trigger.ms.filter(|ms| *ms > execution_ms * FEW) {
                add(NoteKind::Trigger { ms, share: (ms / execution_ms).min(1.0) });
            }
        }
    }
}

/// Rows of the table, and rows that one scan of it passes on: with the filter above it where that is a step.
pub fn scanned(plan: &Plan, weights: &Weights, facts: &Facts<'_>, n: usize) -> Option<(f64, f64)> {
    let node = &plan.nodes[n];
    let above = node.parent.map(|parent| &plan.nodes[parent]).filter(|above| above.kind == Kind::Filter);
    let kept = above.map_or(node.estimate.rows, |filter| filter.estimate.rows)?;
    // PostgreSQL's estimate is of what passes; the others tell what is read too.
    let read = node.estimate.read.or_else(|| above.and(node.estimate.rows));
    Some((facts.rows(node).or(read)?, kept * weights.all[n]))
}

/// True where an estimate goes wrong first: what is above only follows.
fn begins(plan: &Plan, weights: &Weights, n: usize, off: f64) -> bool {
    let follows = plan.children(n).any(|child| {
        weights.off[child].is_some_and(|below| below.signum() == off.signum() && below.abs() * 2.0 >= off.abs())
    });
    let early = off < 0.0 && stopped_early(plan, n);
    !follows && !early
}

/// Below a LIMIT, or on the side of a join that ends at the first match: fewer rows are no wrong estimate.
fn stopped_early(plan: &Plan, n: usize) -> bool {
    let mut at = n;
    while let Some(parent) = plan.nodes[at].parent {
        let above = &plan.nodes[parent];
        let inner = plan.children(parent).next() != Some(at);
        let first_match = ["Semi", "Anti", "semijoin", "antijoin"].iter().any(|word| above.title.contains(word));
        if above.kind == Kind::Limit || (inner && (first_match || above.kind == Kind::MergeJoin)) {
            return true;
        }
        // These read everything below them before they give a row.
        if matches!(above.kind, Kind::Sort | Kind::Hash | Kind::Aggregate) {
            return false;
        }
        at = parent;
    }
    false
}

/// Pages of temporary files that this node wrote itself.
fn own_temp(plan: &Plan, n: usize) -> Option<u64> {
    let written = plan.nodes[n].buffers?.temp_written;
    let below: u64 = plan.children(n).filter_map(|child| plan.nodes[child].buffers).map(|all| all.temp_written).sum();
    Some(written.saturating_sub(below)).filter(|pages| *pages > 0)
}
