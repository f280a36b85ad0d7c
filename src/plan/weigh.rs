//! What each node takes: of the time where the statement was run, else of the cost, else of the rows.
//!
//! Engines tell a node's time and cost with everything below it, for one execution. The share of a node
//! alone is found from the top: what a node has is dealt out to what is below it, and the rest is its own.
//! Where those below claim more than there is (a LIMIT that stops them early), each gets its part. So the
//! shares add up to the whole, whatever the text says.

use super::tree::{Form, Kind, Node, Plan};

/// What is shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Milliseconds that were measured.
    Time,
    /// The planner's unit.
    Cost,
    /// Rows that are read.
    Rows,
    /// The plan has no numbers.
    Nothing,
}

impl By {
    /// The heading of its column.
    pub fn title(self) -> &'static str {
        match self {
            Self::Time => "time share",
            Self::Cost => "cost share",
            Self::Rows => "row share",
            Self::Nothing => "",
        }
    }
}

/// Figures of each node, in the order of the plan's nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    pub by: By,
    /// Of all nodes.
    pub total: f64,
    /// Of each node alone, over all its executions.
    pub own: Vec<Option<f64>>,
    /// 0 to 1.
    pub share: Vec<Option<f64>>,
    /// How often a node is expected to run.
    pub loops: Vec<f64>,
    /// Processes that work on it: 1 outside of a Gather.
    pub processes: Vec<f64>,
    /// What an estimate of one worker is to be taken times for all of them: 1 outside of shared work.
    pub all: Vec<f64>,
    /// How far the rows are from the estimate, the greater over the smaller; negative when there were fewer.
    pub off: Vec<Option<f64>>,
}

impl Weights {
    pub fn of(plan: &Plan) -> Self {
        let processes = processes(plan);
        let loops = loops(plan);
        let all = all_workers(plan);
        let off = off(plan, &all);
        let timed = plan.nodes.iter().any(has_time);
        let costed = plan.nodes.iter().any(|node| node.estimate.total.is_some() || node.estimate.own.is_some());
        let counted = plan.nodes.iter().any(|node| node.estimate.rows.is_some());
        let (by, raw) = match () {
            () if timed => (By::Time, times(plan, &processes)),
            () if costed => (By::Cost, costs(plan, &loops)),
            () if counted => (By::Rows, rows(plan, &loops)),
            () => (By::Nothing, Raw::none(plan)),
        };
        let own = raw.deal(plan);
        let total: f64 = own.iter().flatten().sum();
        let share = own.iter().map(|own| own.filter(|_| total > 0.0).map(|own| own / total)).collect();
        Self { by, total, own, share, loops, processes, all, off }
    }

    /// The node that takes most by itself.
    pub fn worst(&self) -> Option<usize> {
        let mut worst: Option<(usize, f64)> = None;
        for (n, share) in self.share.iter().enumerate() {
            let share = share.unwrap_or(0.0);
            if share > 0.0 && worst.is_none_or(|(_, most)| share > most) {
                worst = Some((n, share));
            }
        }
        worst.map(|(n, _)| n)
    }
}

fn has_time(node: &Node) -> bool {
    node.actual.is_some_and(|actual| actual.last_ms.is_some() || actual.own_ms.is_some())
}

/// Figures as they stand: of a node with all below it, or of a node alone.
struct Raw {
    inclusive: Vec<Option<f64>>,
    alone: Vec<Option<f64>>,
    /// What is below may be more than what is above: the engine adds it up elsewhere.
    grows: bool,
}

impl Raw {
    fn none(plan: &Plan) -> Self {
        let none = vec![None; plan.nodes.len()];
        Self { inclusive: none.clone(), alone: none, grows: false }
    }

    fn deal(&self, plan: &Plan) -> Vec<Option<f64>> {
        let count = plan.nodes.len();
        // From below: the sum of what is beneath, and what a node has with it.
        let (mut whole, mut below): (Vec<Option<f64>>, Vec<Option<f64>>) = (vec![None; count], vec![None; count]);
        for n in (0..count).rev() {
            let beneath = below[n];
            whole[n] = match (self.alone[n], self.inclusive[n]) {
                (Some(own), _) => Some(own + beneath.unwrap_or(0.0)),
                (None, Some(all)) if self.grows => Some(all.max(beneath.unwrap_or(0.0))),
                (None, Some(all)) => Some(all),
                (None, None) => beneath,
            };
            if let (Some(parent), Some(mine)) = (plan.nodes[n].parent, whole[n]) {
                below[parent] = Some(below[parent].unwrap_or(0.0) + mine);
            }
        }
        // From the top: nobody gets more than there is.
        let mut scale = vec![1.0_f64; count];
        let mut own = vec![None; count];
        for n in 0..count {
            let Some(all) = whole[n] else { continue };
            let mine = all * scale[n];
            let beneath = below[n].unwrap_or(0.0) * scale[n];
            let fits = if beneath > mine && beneath > 0.0 { mine / beneath } else { 1.0 };
            own[n] = Some((mine - beneath * fits).max(0.0));
            for child in plan.children(n) {
                scale[child] = scale[n] * fits;
            }
        }
        own
    }
}

/// Milliseconds of the wall: loops of parallel workers run side by side.
fn times(plan: &Plan, processes: &[f64]) -> Raw {
    let mut raw = Raw::none(plan);
    for (n, node) in plan.nodes.iter().enumerate() {
        let Some(actual) = node.actual else {
            raw.inclusive[n] = node.never_executed.then_some(0.0);
            continue;
        };
        raw.alone[n] = actual.own_ms;
        let beside = processes[n].min(actual.loops).max(1.0);
        raw.inclusive[n] = actual.last_ms.map(|ms| ms * actual.loops / beside);
    }
    for n in 0..plan.nodes.len() {
        if plan.nodes[n].is_init() {
            move_init(plan, n, &mut raw.inclusive);
        }
    }
    raw
}

/// The time of an InitPlan or of a WITH query is counted in the node that first needs it, and again at its
/// place beside: it is taken from the way to the first.
fn move_init(plan: &Plan, init: usize, inclusive: &mut [Option<f64>]) {
    let (Some(parent), Some(amount)) = (plan.nodes[init].parent, inclusive[init]) else { return };
    let role = plan.nodes[init].role.as_deref().unwrap_or_default();
    let needs = |node: &Node| match role.strip_prefix("CTE ") {
        Some(name) => node.cte.as_deref() == Some(name),
        None => node.conditions.iter().any(|condition| condition.text.contains(role)),
    };
    let inside = init..plan.end(init);
    let found = (parent + 1..plan.end(parent)).find(|n| !inside.contains(n) && needs(&plan.nodes[*n]));
    let mut at = found;
    while let Some(n) = at.filter(|n| *n != parent) {
        if let Some(time) = &mut inclusive[n] {
            *time = (*time - amount).max(0.0);
        }
        at = plan.nodes[n].parent;
    }
}

fn costs(plan: &Plan, loops: &[f64]) -> Raw {
    let mut raw = Raw::none(plan);
    raw.grows = plan.form != Form::PgJson && plan.form != Form::PgText;
    for (n, node) in plan.nodes.iter().enumerate() {
        raw.alone[n] = node.estimate.own;
        raw.inclusive[n] = node.estimate.total.map(|cost| cost * loops[n]);
    }
    for n in 0..plan.nodes.len() {
        repeat_subplan(plan, n, &mut raw.inclusive);
    }
    raw
}

/// A SubPlan runs for each row that its parent looks at, which no text tells: it gets as many times its cost
/// as its parent's cost has room for.
fn repeat_subplan(plan: &Plan, n: usize, inclusive: &mut [Option<f64>]) {
    let node = &plan.nodes[n];
    let (Some(role), Some(parent)) = (node.role.as_deref(), node.parent) else { return };
    let hashed = format!("hashed {role}");
    let once = plan.nodes[parent].conditions.iter().any(|condition| condition.text.contains(&hashed));
    if !role.starts_with("SubPlan") || once {
        return;
    }
    let (Some(all), Some(cost)) = (inclusive[parent], inclusive[n].filter(|cost| *cost > 0.0)) else { return };
    let others: f64 = plan.children(parent).filter(|other| *other != n).filter_map(|other| inclusive[other]).sum();
    let times = ((all - others) / cost).floor().max(1.0);
    for cost in inclusive[n..plan.end(n)].iter_mut().flatten() {
        *cost *= times;
    }
}

fn rows(plan: &Plan, loops: &[f64]) -> Raw {
    let mut raw = Raw::none(plan);
    for (n, node) in plan.nodes.iter().enumerate() {
        let read = node.relation.as_ref().and(node.estimate.read.or(node.estimate.rows));
        raw.alone[n] = read.map(|rows| rows * loops[n]);
    }
    raw
}

/// Expected executions: the inner side of a nested loop runs once for each row of the outer one, what is kept
/// (materialized) once in all.
fn loops(plan: &Plan) -> Vec<f64> {
    const MOST: f64 = 1e15;
    let mut out = vec![1.0_f64; plan.nodes.len()];
    let mut outer: Vec<Option<f64>> = vec![None; plan.nodes.len()];
    for (n, node) in plan.nodes.iter().enumerate() {
        let Some(parent) = node.parent else { continue };
        let above = &plan.nodes[parent];
        let before = outer[parent];
        let first = node.estimate.rows.filter(|_| !node.is_init() && before.is_none());
        outer[parent] = before.or(first);
        let dependent = node.title.contains("dependent");
        let factor = match (above.kind, before) {
            (Kind::NestedLoop, Some(rows)) if node.role.is_none() => rows.max(1.0),
            (_, Some(rows)) if dependent => rows.max(1.0),
            _ => 1.0,
        };
        let once = node.is_init() || above.kind == Kind::Materialize;
        out[n] = if once { 1.0 } else { (out[parent] * factor).min(MOST) };
        if let Some(said) = node.estimate.loops {
            out[n] = said.clamp(1.0, MOST);
        }
    }
    out
}

/// Processes below a Gather: those that came and the leader.
fn processes(plan: &Plan) -> Vec<f64> {
    let mut out = vec![1.0; plan.nodes.len()];
    for (n, node) in plan.nodes.iter().enumerate() {
        let above = node.parent.map_or(1.0, |parent| out[parent]);
        out[n] = above;
        let Some(parent) = node.parent.filter(|parent| plan.nodes[*parent].kind == Kind::Gather) else { continue };
        let gather = &plan.nodes[parent];
        let workers = gather.workers_launched.or(gather.workers_planned).unwrap_or(0);
        out[n] = (workers.min(1_000) + 1) as f64;
    }
    out
}

/// True below a Gather where the workers share the rows of a table: an estimate is then of one of them.
fn partial(plan: &Plan) -> Vec<bool> {
    let mut shares = vec![false; plan.nodes.len()];
    for n in (0..plan.nodes.len()).rev() {
        let node = &plan.nodes[n];
        shares[n] |= node.parallel;
        if let Some(parent) = node.parent.filter(|_| shares[n] && !node.is_init()) {
            shares[parent] |= plan.nodes[parent].kind != Kind::Gather;
        }
    }
    shares
}

/// Workers of PostgreSQL and the part of the leader, as its planner divides rows.
fn divisor(workers: f64) -> f64 {
    let leader = (1.0 - 0.3 * workers).max(0.0);
    (workers + leader).max(1.0)
}

fn all_workers(plan: &Plan) -> Vec<f64> {
    let (partial, planned) = (partial(plan), planned(plan));
    partial.iter().zip(planned).map(|(shares, planned)| if *shares { divisor(planned) } else { 1.0 }).collect()
}

fn off(plan: &Plan, all: &[f64]) -> Vec<Option<f64>> {
    let one = |(n, node): (usize, &Node)| {
        let actual = node.actual.filter(|actual| actual.loops > 0.0)?;
        let (rows, guess) = (actual.rows?, node.estimate.rows?);
        // Rows of all workers together against the estimate for all of them.
        let (rows, guess) = if all[n] > 1.0 { (rows * actual.loops, guess * all[n]) } else { (rows, guess) };
        let (rows, guess) = (rows.max(1.0), guess.max(1.0));
        Some(if rows >= guess { rows / guess } else { -(guess / rows) })
    };
    plan.nodes.iter().enumerate().map(one).collect()
}

/// Workers that the planner counted on, at each node.
fn planned(plan: &Plan) -> Vec<f64> {
    let mut out = vec![0.0; plan.nodes.len()];
    for (n, node) in plan.nodes.iter().enumerate() {
        let Some(parent) = node.parent else { continue };
        let above = &plan.nodes[parent];
        out[n] =
            if above.kind == Kind::Gather { above.workers_planned.unwrap_or(0).min(1_000) as f64 } else { out[parent] };
    }
    out
}
