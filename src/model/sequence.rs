//! Counters that end: sequences and the integer keys that they feed.

use super::Note;

/// Where the values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CounterKind {
    Sequence,
    /// `AUTO_INCREMENT`, `rowid`.
    Column,
}

/// One counter and where it ends. Values are of the engine, unsigned ones reach beyond `i64`.
#[derive(Clone, Debug, PartialEq)]
pub struct Counter {
    pub kind: CounterKind,
    pub schema: String,
    /// The sequence; of a column its table.
    pub name: String,
    /// Table and column that it feeds, with the type that also ends it.
    pub feeds: Option<Feeds>,
    /// The last value given out; `None` when never used or hidden.
    pub last: Option<i128>,
    pub min: i128,
    pub max: i128,
    pub increment: i128,
    pub cycle: bool,
    /// Its value could not be read: no right, or somebody holds it exclusively.
    pub hidden: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Feeds {
    pub schema: String,
    pub table: String,
    pub column: String,
    pub type_name: String,
    /// What the type holds, in the direction of the counter; `None` where it is no integer.
    pub limit: Option<i128>,
}

impl Counter {
    /// The last value that it can give: its own end or that of the column.
    pub fn end(&self) -> i128 {
        let limit = self.feeds.as_ref().and_then(|feeds| feeds.limit);
        if self.increment < 0 {
            return limit.map_or(self.min, |limit| limit.max(self.min));
        }
        limit.map_or(self.max, |limit| limit.min(self.max))
    }

    /// True when the column ends before the sequence does.
    pub fn ends_by_column(&self) -> bool {
        let own = if self.increment < 0 { self.min } else { self.max };
        self.end() != own
    }

    /// 0 to 1, from zero (or from where it starts, when it starts beyond) to its end; `None` when unknown.
    pub fn used(&self) -> Option<f64> {
        let last = self.last?;
        let end = self.end();
        // What lies on the other side of zero was given away by whoever chose the start.
        let zero = if self.increment < 0 { self.max.min(0) } else { self.min.max(0) };
        let room = (end - zero) as f64;
        (room != 0.0).then(|| ((last - zero) as f64 / room).clamp(0.0, 1.0))
    }

    /// Values that are left.
    pub fn left(&self) -> Option<i128> {
        self.last.map(|last| ((self.end() - last) / self.increment.max(1).max(self.increment.abs())).abs())
    }
}

/// By schema and name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counting {
    pub list: Vec<Counter>,
    pub notes: Vec<Note>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter(last: i128, max: i128, limit: Option<i128>) -> Counter {
        let feeds =
            Feeds { schema: "s".into(), table: "t".into(), column: "id".into(), type_name: "int4".into(), limit };
        Counter {
            kind: CounterKind::Sequence,
            schema: "s".into(),
            name: "q".into(),
            feeds: Some(feeds),
            last: Some(last),
            min: 1,
            max,
            increment: 1,
            cycle: false,
            hidden: false,
        }
    }

    #[test]
    fn the_smaller_of_sequence_and_column_ends_it() {
        let int4 = i128::from(i32::MAX);
        let int8 = i128::from(i64::MAX);
        // A bigint column fed by an integer sequence, and the other way round.
        let narrow = counter(int4 / 2, int4, Some(int8));
        assert_eq!((narrow.end(), narrow.ends_by_column()), (int4, false));
        let wide = counter(int4 / 2, int8, Some(int4));
        assert_eq!((wide.end(), wide.ends_by_column()), (int4, true));
        assert!((wide.used().unwrap() - 0.5).abs() < 0.001);
        assert_eq!(counter(int4, int4, None).left(), Some(0));
    }

    #[test]
    fn counts_down_too() {
        let down = Counter { increment: -1, min: -100, max: -1, ..counter(-75, -1, None) };
        assert_eq!((down.end(), down.left()), (-100, Some(25)));
        assert!((down.used().unwrap() - 0.7475).abs() < 0.01);
    }
}
