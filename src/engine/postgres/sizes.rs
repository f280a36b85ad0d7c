//! Measured sizes of a batch of relations, without ever waiting for a lock.

use super::files;
use super::locks::rows_or_locked;
use super::oids::RelOids;
use super::wire::Wire;
use crate::engine::{Result, SIZES_AT_ONCE};
use crate::model::{Amount, Catalog, Note, Num, RelId, RelSize, SizeBatch, SizeSource};
use std::collections::HashMap;

const ZERO: Amount = Amount { bytes: Num::ZERO, source: SizeSource::Exact };
const NOTHING_INSIDE: RelSize = RelSize { table: ZERO, index: ZERO, toast: ZERO, free: UNKNOWN, file: UNKNOWN };
const UNKNOWN: Amount = Amount { bytes: Num::UNKNOWN, source: SizeSource::Estimate };

/// One statement for each [`SIZES_AT_ONCE`] files, as the catalog counts them.
pub async fn read(wire: &mut Wire, catalog: &Catalog, rels: &[RelId]) -> Result<SizeBatch> {
    let mut batch = SizeBatch::default();
    let mut oids = RelOids::new(&catalog.relations);
    let index_of = index_positions(catalog, rels);
    for part in parts(catalog, rels) {
        let list: Vec<String> = part.iter().filter_map(|&id| Some(catalog.relations.get(id)?.id.to_string())).collect();
        let mut found: HashMap<RelId, RelSize> = HashMap::new();
        let mut indexes: Vec<(u32, Amount)> = Vec::new();
        let statement = files::SIZES.with(&[("oids", &format!("{{{}}}", list.join(",")))]);
        let complete = rows_or_locked(wire, statement, |row| {
            let Some(rel) = oids.find(row.need_int(0)?) else { return Ok(()) };
            let amount = match (row.int(3)?, row.int(4)?) {
                (Some(pid), _) => Amount { bytes: Num::UNKNOWN, source: locked(pid) },
                (None, Some(bytes)) => Amount::exact(bytes),
                // Dropped since the tree was read.
                (None, None) => UNKNOWN,
            };
            let size = found.entry(rel).or_insert(NOTHING_INSIDE);
            match row.code(2)? {
                't' => size.table = size.table.plus(amount),
                'o' => size.toast = size.toast.plus(amount),
                _ => {
                    size.index = size.index.plus(amount);
                    indexes.extend(index_of.get(&row.need_int(1)?).map(|&n| (n, amount)));
                }
            }
            Ok(())
        })
        .await?;
        if complete {
            batch.relations.extend(found);
            batch.indexes.append(&mut indexes);
        } else {
            batch.notes.push(Note::new(format!(
                "{} tables were not measured: an exclusive lock came in between, twice",
                part.len()
            )));
        }
    }
    batch.relations.sort_unstable_by_key(|(rel, _)| *rel);
    batch.indexes.sort_unstable_by_key(|(n, _)| *n);
    Ok(batch)
}

fn locked(pid: i64) -> SizeSource {
    SizeSource::Locked(u32::try_from(pid).unwrap_or(0))
}

/// Positions in the catalog by oid, of the indexes of these relations.
fn index_positions(catalog: &Catalog, rels: &[RelId]) -> HashMap<i64, u32> {
    let Some(indexes) = catalog.indexes.value() else { return HashMap::new() };
    let ranges = rels.iter().map(|rel| indexes.slices.of(rel.0 as usize));
    ranges.flat_map(|range| range.filter_map(|n| Some((indexes.list.get(n)?.id, u32::try_from(n).ok()?)))).collect()
}

/// Runs of `rels` with at most [`SIZES_AT_ONCE`] files each: heap, TOAST with its index, indexes.
fn parts<'a>(catalog: &Catalog, rels: &'a [RelId]) -> Vec<&'a [RelId]> {
    let indexes = catalog.indexes.value();
    let mut parts = Vec::new();
    let (mut start, mut files) = (0, 0);
    for (n, rel) in rels.iter().enumerate() {
        let own = 3 + indexes.map_or(2, |indexes| indexes.of(*rel).len());
        if n > start && files + own > SIZES_AT_ONCE {
            parts.push(&rels[start..n]);
            (start, files) = (n, 0);
        }
        files += own;
    }
    if start < rels.len() {
        parts.push(&rels[start..]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Relations;
    use std::sync::Arc;

    #[test]
    fn no_statement_asks_for_more_files_than_allowed() {
        let catalog = Catalog::new(Arc::new(Relations::default()));
        let rels: Vec<RelId> = (0..1_000).map(RelId).collect();
        let parts = parts(&catalog, &rels);
        assert!(parts.iter().all(|part| part.len() * 5 <= SIZES_AT_ONCE));
        assert_eq!(parts.concat(), rels);
        assert!(super::parts(&catalog, &[]).is_empty());
    }
}
