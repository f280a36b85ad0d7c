//! A number that may be unknown, in eight bytes: usage holds a dozen of them for each of 100,000 relations.

use std::fmt;

/// A count, a number of bytes or a time in microseconds since 1970; `None` is unknown, never 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Num(i64);

impl Num {
    pub const UNKNOWN: Self = Self(i64::MIN);
    pub const ZERO: Self = Self(0);

    pub fn new(value: Option<i64>) -> Self {
        Self(value.unwrap_or(i64::MIN))
    }

    pub fn get(self) -> Option<i64> {
        (self.0 != i64::MIN).then_some(self.0)
    }

    /// Known only when both are.
    pub fn plus(self, other: Self) -> Self {
        Self::new(self.get().zip(other.get()).map(|(a, b)| a.saturating_add(b)))
    }

    /// The later or greater one; an unknown one gives way.
    pub fn greatest(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }
}

impl Default for Num {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

impl From<i64> for Num {
    fn from(value: i64) -> Self {
        Self(value)
    }
}

impl From<Option<i64>> for Num {
    fn from(value: Option<i64>) -> Self {
        Self::new(value)
    }
}

impl fmt::Debug for Num {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Some(value) => write!(f, "{value}"),
            None => f.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Num;

    #[test]
    fn unknown_stays_unknown_in_sums_and_gives_way_in_comparisons() {
        let five = Num::from(5);
        assert_eq!(Num::UNKNOWN.get(), None);
        assert_eq!(five.plus(Num::from(2)).get(), Some(7));
        assert_eq!(five.plus(Num::UNKNOWN).get(), None);
        assert_eq!(five.greatest(Num::UNKNOWN), five);
        assert_eq!(Num::default(), Num::new(None));
    }
}
