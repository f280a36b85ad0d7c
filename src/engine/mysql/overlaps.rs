//! Ranges of values by histograms and column statistics, for relations that nobody declared.

use super::Session;
use super::columns::Dialect;
use super::flavor::sql;
use crate::engine::error::Result;
use crate::model::{Catalog, Note, Overlaps, Pair, Range, RelId};
use std::collections::{BTreeMap, HashMap};

impl Session {
    /// One statement. Most columns have no such statistics, and then no range.
    pub async fn read_overlaps(&mut self, catalog: &Catalog, pairs: &[Pair]) -> Result<Overlaps> {
        let statement = match self.dialect() {
            Dialect::Mysql if !self.settings.flavor.has_dictionary() => return Ok(Overlaps::default()),
            Dialect::Mysql => sql!("column_ranges_mysql.sql"),
            Dialect::Mariadb => sql!("column_ranges_mariadb.sql"),
        };
        let relations = &catalog.relations;
        let wanted: HashMap<(&str, &str, &str), &(RelId, String)> = pairs
            .iter()
            .flat_map(|pair| [&pair.from, &pair.to])
            .map(|at| ((relations.schema_name(at.0), relations.name(at.0), at.1.as_str()), at))
            .collect();
        let mut ranges = BTreeMap::new();
        let refused = self
            .optional(&statement, |row| {
                let (db, rel, name) = (row.text(0)?, row.text(1)?, row.text(2)?);
                let end = |n: usize| -> Result<Option<i64>> {
                    Ok(row.opt(n)?.and_then(|text| text.trim().parse::<i64>().ok()))
                };
                let at = wanted.get(&(&*db, &*rel, &*name));
                if let (Some(at), Some(low), Some(high)) = (at, end(3)?, end(4)?) {
                    ranges.insert((*at).clone(), Range { low, high });
                }
                Ok(())
            })
            .await?;
        let mut overlaps = Overlaps::of_ranges(pairs, &ranges);
        if refused.is_some() && matches!(self.dialect(), Dialect::Mariadb) {
            let grant = self.grant("SELECT ON mysql.column_stats").await?;
            overlaps.notes.push(Note::denied("ranges of values are not known", grant));
        }
        Ok(overlaps)
    }
}
