//! The stages together, over catalogs drawn by hand.

mod graph;
mod layout;
mod views;

use super::{Graph, Options};
use crate::engine::fake::{draft, shop_catalog};
use crate::model::{Catalog, Column, EngineKind, Known, RelId, Slices};
use std::sync::Arc;

/// The shop as PostgreSQL has it, with or without guesses.
fn shop(inferred: bool) -> Graph {
    of(&shop_catalog(), inferred)
}

fn of(catalog: &Catalog, inferred: bool) -> Graph {
    Graph::new(EngineKind::Postgresql, catalog, Options { inferred, ..Options::default() })
}

/// The same catalog as a server would list it that sorts nothing: relation `order[n]` comes `n`-th, and every
/// list follows.
fn listed(catalog: &Catalog, order: &[usize]) -> Catalog {
    let moved = |rel: RelId| RelId(order.iter().position(|&old| old == rel.0 as usize).unwrap() as u32);
    let mut relations = (*catalog.relations).clone();
    relations.list = order.iter().map(|&old| catalog.relations.list[old].clone()).collect();
    relations.list.iter_mut().for_each(|rel| rel.parent = rel.parent.map(moved));
    let count = order.len();
    let mut columns = (**catalog.columns.value().unwrap()).clone();
    let of = |&old: &usize| columns.of(RelId(old as u32)).to_vec();
    let lists: Vec<Vec<Column>> = order.iter().map(of).collect();
    columns.slices = Slices::build(count, lists.iter().enumerate().flat_map(|(n, list)| vec![n; list.len()]));
    columns.list = lists.concat();
    let mut indexes = (**catalog.indexes.value().unwrap()).clone();
    indexes.list.iter_mut().for_each(|index| index.rel = moved(index.rel));
    indexes.list.sort_by_key(|index| index.rel);
    indexes.slices = Slices::build(count, indexes.list.iter().map(|index| index.rel.0 as usize));
    let mut keys = (**catalog.keys.value().unwrap()).clone();
    for key in &mut keys.list {
        key.rel = moved(key.rel);
        key.ref_rel = key.ref_rel.map(moved);
    }
    keys.list.reverse();
    keys.list.sort_by_key(|key| key.rel);
    keys.link(count);
    Catalog {
        relations: Arc::new(relations),
        columns: Known::Ready(Arc::new(columns)),
        indexes: Known::Ready(Arc::new(indexes)),
        keys: Known::Ready(Arc::new(keys)),
        objects: Known::NotYet,
    }
}
