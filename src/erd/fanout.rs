//! How many rows point to one, on average.

use super::graph::{Cardinality, Graph, Link};

/// Where a mean comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FanSource {
    /// Rows that have the key, divided by its distinct values: the mean of those that have any.
    Distinct,
    /// Rows of the one table divided by those of the other.
    Rows,
}

/// A mean number of rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fan {
    pub mean: f64,
    pub source: FanSource,
}

impl Graph {
    /// How many rows of `link.from` point to one row of `link.to`, on average.
    ///
    /// `rows * (1 - null fraction) / distinct values` where the planner has statistics of a key of one
    /// column, else `rows of from / rows of to`; `None` without estimates and for one to one.
    pub fn fan_out(&self, link: &Link) -> Option<Fan> {
        if link.cardinality == Some(Cardinality::OneToOne) {
            return None;
        }
        let rows = self.table(link.from).rows.filter(|&rows| rows > 0)? as f64;
        if let [name] = self.columns(link).as_slice()
            && let Some((_, column)) = self.column(link.from, name)
            && let Some(distinct) = column.distinct.map(f64::from).filter(|&distinct| distinct >= 1.0)
        {
            let mean = rows * (1.0 - f64::from(column.null_fraction.unwrap_or(0.0))) / distinct;
            return Some(Fan { mean: mean.max(1.0), source: FanSource::Distinct });
        }
        let parents = self.table(link.to).rows.filter(|&rows| rows > 0)? as f64;
        Some(Fan { mean: rows / parents, source: FanSource::Rows })
    }
}
