//! What part of the graph is meant: around a table, a schema, a list, a path, everything.

use super::graph::{Graph, LinkId, TableId};
use std::collections::{BTreeSet, VecDeque};

/// What a person asks to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    /// A table and what is at most so many relations away.
    Focus(TableId, u8),
    /// The tables of a schema.
    Schema(String),
    Tables(Vec<TableId>),
    /// The tables and relations of a path.
    Path(Vec<LinkId>),
}

/// Tables and the relations between them, both sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub tables: Vec<TableId>,
    pub links: Vec<LinkId>,
}

impl Part {
    pub fn of(graph: &Graph, scope: &Scope) -> Self {
        let mut tables = BTreeSet::new();
        match scope {
            Scope::All => tables.extend(graph.ids()),
            Scope::Focus(table, steps) => tables = around(graph, *table, *steps),
            Scope::Schema(name) => tables.extend(graph.ids().filter(|&id| *graph.table(id).schema == **name)),
            Scope::Tables(list) => tables.extend(list.iter().copied()),
            Scope::Path(links) => {
                let ends = links.iter().flat_map(|&link| [graph.link(link).from, graph.link(link).to]);
                let links: BTreeSet<LinkId> = links.iter().copied().collect();
                let tables: BTreeSet<TableId> = ends.collect();
                return Self { tables: tables.into_iter().collect(), links: links.into_iter().collect() };
            }
        }
        let links = tables.iter().flat_map(|&table| graph.out(table));
        let links = links.filter(|&link| tables.contains(&graph.link(link).to)).collect();
        Self { links, tables: tables.into_iter().collect() }
    }
}

/// Tables that are at most `steps` relations away, whichever way they point.
pub fn around(graph: &Graph, table: TableId, steps: u8) -> BTreeSet<TableId> {
    let mut found = BTreeSet::from([table]);
    let mut next = VecDeque::from([(table, 0)]);
    while let Some((at, far)) = next.pop_front() {
        if far == steps {
            continue;
        }
        let out = graph.out(at).map(|link| graph.link(link).to);
        let into = graph.into(at).iter().map(|&link| graph.link(link).from);
        for other in out.chain(into) {
            if found.insert(other) {
                next.push_back((other, far + 1));
            }
        }
    }
    found
}
