//! Ranges of values by the planner's statistics, for relations that nobody declared.

use super::files;
use super::wire::Wire;
use crate::engine::Result;
use crate::model::{Catalog, Overlaps, Pair, Range, RelId};
use std::collections::BTreeMap;

/// One statement. A column without statistics, or that this role may not read, has no range.
pub async fn read(wire: &mut Wire, catalog: &Catalog, pairs: &[Pair]) -> Result<Overlaps> {
    let mut columns: Vec<&(RelId, String)> = pairs.iter().flat_map(|pair| [&pair.from, &pair.to]).collect();
    columns.sort();
    columns.dedup();
    let named = columns.iter().map(|(rel, column)| {
        serde_json::json!([catalog.relations.schema_name(*rel), catalog.relations.name(*rel), column])
    });
    let wanted = serde_json::Value::from(named.collect::<Vec<_>>()).to_string();
    let mut ranges = BTreeMap::new();
    wire.rows(files::COLUMN_RANGES.with(&[("columns", &wanted)]), |row| {
        let column = usize::try_from(row.need_int(0)? - 1).ok().and_then(|n| columns.get(n));
        let end = |n: usize| -> Result<Option<i64>> { Ok(row.text(n)?.and_then(|text| text.parse::<i64>().ok())) };
        if let (Some(column), Some(low), Some(high)) = (column, end(1)?, end(2)?) {
            ranges.insert((*column).clone(), Range { low, high });
        }
        Ok(())
    })
    .await?;
    Ok(Overlaps::of_ranges(pairs, &ranges))
}
