//! What runs, looked at again and again: the stand-in where a server keeps no statistics of statements.
//!
//! It misses what is short, and says so by its nature: a count of looks, no count of calls.

use crate::model::{Known, Running, RunningStatement};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};

/// Statements kept; the least seen are forgotten first.
const KEPT: usize = 500;

/// One normalised statement as it was seen.
#[derive(Clone, Debug)]
pub struct Seen {
    /// As in [`RunningStatement::text`]; all that are hidden are one.
    pub last: RunningStatement,
    /// Looks in which it ran.
    pub looks: u32,
    /// Sessions that ran it, the most at once.
    pub most: u32,
    /// Sum of what it had run for, over all looks and sessions, microseconds; and how many of these.
    runs_us: i64,
    timed: u32,
}

impl Seen {
    /// How long it had run when it was seen, on average, microseconds; `None` where the server does not say.
    pub fn mean_runs_us(&self) -> Option<i64> {
        (self.timed > 0).then(|| self.runs_us / i64::from(self.timed))
    }
}

#[derive(Clone, Debug, Default)]
pub struct Sampled {
    list: HashMap<String, Seen>,
    pub looks: u32,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

impl Sampled {
    pub fn take(&mut self, running: &Running) {
        self.looks += 1;
        self.since.get_or_insert(running.at);
        self.until = Some(running.at);
        let mut here: HashMap<String, HashSet<i64>> = HashMap::new();
        for one in &running.list {
            let key = key(one);
            here.entry(key.clone()).or_default().insert(one.session);
            let seen = self.list.entry(key).or_insert_with(|| Seen {
                last: one.clone(),
                looks: 0,
                most: 0,
                runs_us: 0,
                timed: 0,
            });
            seen.last = one.clone();
            if let Some(us) = one.runs_us.get() {
                seen.runs_us = seen.runs_us.saturating_add(us.max(0));
                seen.timed += 1;
            }
        }
        for (key, sessions) in here {
            if let Some(seen) = self.list.get_mut(&key) {
                seen.looks += 1;
                seen.most = seen.most.max(sessions.len() as u32);
            }
        }
        self.forget();
    }

    /// Most often seen first.
    pub fn list(&self) -> Vec<&Seen> {
        let mut list: Vec<(&String, &Seen)> = self.list.iter().collect();
        list.sort_by(|(a, x), (b, y)| y.looks.cmp(&x.looks).then(y.runs_us.cmp(&x.runs_us)).then(a.cmp(b)));
        list.into_iter().map(|(_, seen)| seen).collect()
    }

    fn forget(&mut self) {
        if self.list.len() <= KEPT {
            return;
        }
        let mut looks: Vec<u32> = self.list.values().map(|seen| seen.looks).collect();
        looks.sort_unstable_by(|a, b| b.cmp(a));
        let least = looks.get(KEPT).copied().unwrap_or(0);
        self.list.retain(|_, seen| seen.looks > least);
    }
}

fn key(one: &RunningStatement) -> String {
    match &one.text {
        Known::Ready(text) => format!("{}\u{1f}{}", one.database.as_deref().unwrap_or_default(), text.text),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Num, StatementText};

    fn running(at: i64, list: &[(i64, Option<&str>, i64)]) -> Running {
        let list = list.iter().map(|(session, text, us)| RunningStatement {
            session: *session,
            text: match text {
                Some(text) => Known::Ready(StatementText { text: (*text).into(), cut: false, sample: None }),
                None => Known::denied("hidden", "GRANT x"),
            },
            id: None,
            database: None,
            user: None,
            application: None,
            runs_us: Num::from(*us),
        });
        Running { list: list.collect(), at: Timestamp::from_second(at).unwrap(), notes: Vec::new() }
    }

    #[test]
    fn counts_looks_not_calls() {
        let mut sampled = Sampled::default();
        sampled.take(&running(1, &[(7, Some("a"), 10), (8, Some("a"), 30), (9, None, 5)]));
        sampled.take(&running(2, &[(7, Some("a"), 20), (9, None, 5), (10, None, 5)]));
        sampled.take(&running(3, &[(7, Some("b"), 20)]));
        let list = sampled.list();
        assert_eq!((sampled.looks, list.len()), (3, 3));
        assert_eq!((list[0].looks, list[0].most, list[0].mean_runs_us()), (2, 2, Some(20)));
        assert!(matches!(list[1].last.text, Known::Denied { .. }) && list[1].looks == 2);
    }
}
