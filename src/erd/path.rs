//! How to get from one table to another: ranked ways, the join, and where rows multiply.

use super::graph::{Graph, LinkId, TableId};
use super::sql::Step;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Ways that are shown.
pub const MOST: usize = 5;
/// Joins of a way.
pub const JOINS: usize = 6;
/// Ways that are looked at before the search gives up.
const EFFORT: usize = 40_000;

/// Costs in tenths of a join.
const JOIN: u32 = 10;
const UNINDEXED: u32 = 5;
const GUESSED: u32 = 20;
const HUB: u32 = 30;

/// One way from a table to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    pub start: TableId,
    pub steps: Vec<Step>,
    /// In tenths of a join: what it is ranked by.
    pub cost: u32,
}

impl Path {
    pub fn guessed(&self, graph: &Graph) -> usize {
        self.count(|step| graph.link(step.link).guessed())
    }

    pub fn unindexed(&self, graph: &Graph) -> usize {
        self.count(|step| graph.link(step.link).indexed == Some(false))
    }

    fn count(&self, test: impl Fn(&Step) -> bool) -> usize {
        self.steps.iter().filter(|step| test(step)).count()
    }

    /// Tables from the start to the end.
    pub fn tables(&self, graph: &Graph) -> Vec<TableId> {
        [self.start].into_iter().chain(self.steps.iter().map(|step| step.to(graph))).collect()
    }

    /// `all declared, 1 not indexed`.
    pub fn quality(&self, graph: &Graph) -> String {
        let declared = match self.guessed(graph) {
            0 => "all declared".to_owned(),
            n => format!("{n} guessed, no foreign key"),
        };
        let unknown = self.count(|step| graph.link(step.link).indexed.is_none());
        match (self.unindexed(graph), unknown) {
            (0, 0) => format!("{declared}, all indexed"),
            (0, n) => format!("{declared}, index of {n} not known"),
            (n, _) => format!("{declared}, {n} not indexed"),
        }
    }
}

/// At most [`MOST`] ways of at most [`JOINS`] joins, the cheapest first: declared and indexed keys before
/// others, columns that lead everywhere (a tenant, an author) late, guesses last. No table twice.
pub fn paths(graph: &Graph, from: TableId, to: TableId) -> Vec<Path> {
    if from == to {
        return Vec::new();
    }
    let costs = costs(graph);
    let left = distances(graph, to, &costs);
    let rest_of = |table: TableId| left.get(table.0 as usize).copied().flatten();
    let Some(least) = rest_of(from) else { return Vec::new() };
    // Every way is ordered by what it cost and what it will cost at least: the first to arrive are the best.
    let mut open = BinaryHeap::from([Reverse((least, Vec::<Step>::new(), from))]);
    let mut found: Vec<Path> = Vec::new();
    for _ in 0..EFFORT {
        let Some(Reverse((cost, steps, at))) = open.pop() else { break };
        if at == to {
            found.push(Path { start: from, steps, cost });
            if found.len() == MOST {
                break;
            }
            continue;
        }
        if steps.len() == JOINS {
            continue;
        }
        let spent = cost - rest_of(at).unwrap_or(0);
        for step in around(graph, at) {
            let next = step.to(graph);
            let Some(rest) = rest_of(next) else { continue };
            if next == from || steps.iter().any(|step| step.to(graph) == next) {
                continue;
            }
            let mut way = steps.clone();
            way.push(step);
            open.push(Reverse((spent + costs[step.link.0 as usize] + rest, way, next)));
        }
    }
    found
}

/// Every step that begins at a table and leads to another one.
fn around(graph: &Graph, table: TableId) -> impl Iterator<Item = Step> {
    let up = graph.out(table).map(|link| Step { link, down: false });
    let down = graph.into(table).iter().map(|&link| Step { link, down: true });
    up.chain(down).filter(|step| !graph.link(step.link).to_itself())
}

/// What each relation costs.
fn costs(graph: &Graph) -> Vec<u32> {
    let hubs = hub_links(graph);
    let cost = |(link, hub): (&super::Link, bool)| {
        let mut cost = JOIN;
        cost += if link.indexed == Some(false) { UNINDEXED } else { 0 };
        cost += if link.guessed() { GUESSED } else { 0 };
        cost + if hub { HUB } else { 0 }
    };
    graph.links.iter().zip(hubs).map(cost).collect()
}

/// For each relation whether it is one of many that lead to the same table from everywhere under the same
/// name: at least eight, and a quarter of all tables.
pub fn hub_links(graph: &Graph) -> Vec<bool> {
    let least = (graph.tables.len() / 4).max(8);
    let mut counts: BTreeMap<(TableId, Vec<&str>), usize> = BTreeMap::new();
    let crowded = |table: TableId| graph.into(table).len() >= least;
    for link in graph.links.iter().filter(|link| crowded(link.to)) {
        *counts.entry((link.to, graph.columns(link))).or_default() += 1;
    }
    let is_hub = |link: &super::Link| {
        crowded(link.to) && counts.get(&(link.to, graph.columns(link))).is_some_and(|&count| count >= least)
    };
    graph.links.iter().map(is_hub).collect()
}

/// The least cost from each table to `to`, by number; `None` where there is no way.
fn distances(graph: &Graph, to: TableId, costs: &[u32]) -> Vec<Option<u32>> {
    let mut best: Vec<Option<u32>> = vec![None; graph.tables.len()];
    let mut open = BinaryHeap::from([Reverse((0, to))]);
    while let Some(Reverse((cost, at))) = open.pop() {
        if best[at.0 as usize].is_some() {
            continue;
        }
        best[at.0 as usize] = Some(cost);
        for step in around(graph, at) {
            let next = step.to(graph);
            if best[next.0 as usize].is_none() {
                open.push(Reverse((cost + costs[step.link.0 as usize], next)));
            }
        }
    }
    best
}

/// What a way does to the number of rows, a sentence each, and the product of the known means.
pub fn mind_the_rows(graph: &Graph, path: &Path) -> Vec<String> {
    let mut said = Vec::new();
    let mut product = 1.0;
    let mut unknown = false;
    for (n, step) in path.steps.iter().enumerate() {
        let link = graph.link(step.link);
        let (from, to) = (graph.label(step.from(graph)), graph.label(step.to(graph)));
        let number = n + 1;
        if step.multiplies(graph) {
            match graph.fan_out(link) {
                Some(fan) => {
                    product *= fan.mean;
                    let mean = super::detail::mean(fan.mean);
                    said.push(format!("Step {number} goes from one to many: {mean} rows of {to} for each of {from}."));
                }
                None => {
                    unknown = true;
                    said.push(format!("Step {number} goes from one to many: how many rows of {to} is not known."));
                }
            }
        } else if step.down || link.optional == Some(true) {
            said.push(format!("Step {number} leaves out rows of {from} without {to}: LEFT JOIN keeps them."));
        }
    }
    let many = path.steps.iter().filter(|step| step.multiplies(graph)).count();
    let (start, end) = (graph.label(path.start), path.steps.last().map(|step| graph.label(step.to(graph))));
    let end = end.unwrap_or_default();
    if many > 0 {
        let about = if unknown { "at least ".to_owned() } else { "about ".to_owned() };
        if product >= 1.05 {
            said.push(format!("So one row of {start} becomes {about}{} rows.", super::detail::mean(product)));
        }
        said.push(format!("Use EXISTS when you only ask whether there is a row of {end}."));
    }
    said
}

/// The relations of a way, to export them.
pub fn links(path: &Path) -> Vec<LinkId> {
    path.steps.iter().map(|step| step.link).collect()
}
