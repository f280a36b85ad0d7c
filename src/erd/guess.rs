//! Relations that nobody declared, among the tables that are drawn: see [`Inference`].

use super::build;
use super::graph::{Graph, Link, Source, TableId};
use crate::model::{Inference, Overlaps, Place};
use std::collections::{HashMap, HashSet};

pub use crate::model::Sureness as Confidence;

/// A relation that is not declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    pub from: TableId,
    pub column: String,
    pub to: TableId,
    pub ref_column: String,
    pub confidence: Confidence,
    /// What speaks for it, in words.
    pub evidence: String,
}

impl Guess {
    pub(super) fn link(&self, graph: &Graph, number: u32) -> Link {
        let rel = graph.table(self.from).rel;
        let indexed = rel.zip(graph.catalog.indexes.value()).map(|(rel, indexes)| {
            let columns = [self.column.as_str()];
            indexes.of(rel).iter().any(|index| crate::model::index_serves(indexes, index, &columns))
        });
        Link {
            from: self.from,
            to: self.to,
            source: Source::Guess(number),
            cardinality: rel.and_then(|rel| build::cardinality_of(&graph.catalog, rel, &[&self.column])),
            optional: rel.and_then(|rel| build::nullable(&graph.catalog, graph.engine, rel, &self.column)),
            indexed,
            validated: None,
            enforced: None,
            on_update: None,
            on_delete: None,
            folded: 0,
        }
    }
}

/// Every guess, in the order of tables and their columns.
pub(super) fn guesses(graph: &Graph, declared: &[Link], overlaps: Option<&Overlaps>) -> Vec<Guess> {
    let Some(columns) = graph.catalog.columns.value() else { return Vec::new() };
    let mut tables = Vec::new();
    let mut places = Vec::new();
    for id in graph.ids() {
        let table = graph.table(id);
        let Some(rel) = table.rel else { continue };
        let primary = graph.primary(id);
        places.push(Place { rel, schema: &table.schema, name: &table.name, rows: table.rows, primary });
        tables.push(id);
    }
    let at: HashMap<TableId, usize> = tables.iter().enumerate().map(|(n, id)| (*id, n)).collect();
    let mut taken: HashSet<(usize, &str)> = HashSet::new();
    for link in declared {
        let Some(&from) = at.get(&link.from) else { continue };
        taken.extend(graph.columns(link).into_iter().map(|column| (from, column)));
    }
    let label = |place: usize| graph.label(tables[place]);
    let inference = Inference { places: &places, columns, taken: &taken, overlaps, label: &label };
    let guess = |one: crate::model::Inferred| Guess {
        from: tables[one.from],
        column: one.column,
        to: tables[one.to],
        ref_column: one.ref_column,
        confidence: one.sureness,
        evidence: one.evidence,
    };
    inference.run().into_iter().map(guess).collect()
}
