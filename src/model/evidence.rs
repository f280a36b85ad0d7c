//! What values say of a relation that nobody declared.

use super::{Note, RelId};
use std::collections::BTreeMap;

/// A column that may name rows of another table, and the column that it would name them by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    pub from: (RelId, String),
    pub to: (RelId, String),
}

/// The smallest and the largest known value of a column of whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub low: i64,
    pub high: i64,
}

/// What is known of the values of a pair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Distinct values of a bounded sample, and how many of them the other column has.
    pub sample: Option<(i64, i64)>,
    /// By the planner's statistics: of the column, and of the one that it would name rows by.
    pub ranges: Option<(Range, Range)>,
}

/// Values of pairs; one that is not in the list was not looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overlaps {
    pub list: BTreeMap<Pair, Overlap>,
    pub notes: Vec<Note>,
}

impl Overlaps {
    /// From the ranges of single columns.
    pub fn of_ranges(pairs: &[Pair], ranges: &BTreeMap<(RelId, String), Range>) -> Self {
        let both = |pair: &Pair| Some((*ranges.get(&pair.from)?, *ranges.get(&pair.to)?));
        let known = pairs.iter().filter_map(|pair| Some((pair, both(pair)?)));
        let list = known
            .map(|(pair, ranges)| (pair.clone(), Overlap { ranges: Some(ranges), ..Overlap::default() }))
            .collect();
        Self { list, notes: Vec::new() }
    }
}
