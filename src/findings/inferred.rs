//! Relations that nobody declared, among the users' tables.

use super::{Db, Gap};
use crate::model::{Inference, Inferred, KeyKind, Keys, Place, RelId, RelKind};
use std::collections::{HashMap, HashSet};

/// A relation that is not declared, by the tables that it joins.
#[derive(Clone, Debug)]
pub struct Undeclared {
    pub from: RelId,
    pub to: RelId,
    pub said: Inferred,
}

/// Every one, in the order of tables and their columns; columns of declared keys have none.
pub fn undeclared(db: &Db<'_>) -> Result<Vec<Undeclared>, Gap> {
    let (columns, keys) = (db.columns()?, db.keys()?);
    let relations = db.relations();
    let tables: Vec<RelId> = db.tables()?.map(|(id, _)| id).collect();
    let place = |&rel: &RelId| Place {
        rel,
        schema: relations.schema_name(rel),
        name: relations.name(rel),
        rows: db.rows(rel),
        primary: primary(keys, rel),
    };
    let places: Vec<Place<'_>> = tables.iter().map(place).collect();
    let at: HashMap<RelId, usize> = tables.iter().enumerate().map(|(n, rel)| (*rel, n)).collect();
    let mut taken = HashSet::new();
    for key in keys.list.iter().filter(|key| key.kind == KeyKind::Foreign) {
        // What a partition declares is declared of the whole.
        let parent = relations.get(key.rel).filter(|rel| rel.kind == RelKind::Partition).and_then(|rel| rel.parent);
        let owners = [Some(key.rel), parent];
        for owner in owners.into_iter().flatten().filter_map(|rel| at.get(&rel)) {
            taken.extend(keys.columns(key).map(|column| (*owner, column)));
        }
    }
    let label = |n: usize| db.table_object(tables[n]).label;
    let inference = Inference { places: &places, columns, taken: &taken, overlaps: None, label: &label };
    let whole = |said: Inferred| Undeclared { from: tables[said.from], to: tables[said.to], said };
    Ok(inference.run().into_iter().map(whole).collect())
}

/// Columns of the primary key, in its order; empty when there is none.
pub fn primary(keys: &Keys, rel: RelId) -> Vec<&str> {
    let key = keys.of(rel).iter().find(|key| key.kind == KeyKind::Primary);
    key.map(|key| keys.columns(key).collect()).unwrap_or_default()
}
