//! Counters → differences. Pure: a reading comes in, what happened since comes out.
//!
//! What was counted is added up interval by interval, so that a reset, a restart or an entry that was thrown
//! out and came back only begins again: nothing ever runs backwards.

pub use crate::model::Delta;
use crate::model::{Counters, Num, StatementKey, Statements};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet, VecDeque};

/// Samples kept of one statement.
pub const SAMPLES: usize = 120;
/// Statements whose samples are kept.
const FOLLOWED: usize = 256;
/// `Now` over this many times `Mean` is worth a mark.
const SLOWER: f64 = 2.0;

/// One interval of one statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Its end, by the server's clock.
    pub at: Timestamp,
    pub delta: Delta,
    /// hit / (hit + read) of the interval; `None` unknown or when no block was asked for.
    pub cache_hit: Option<f64>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    calls: i64,
    total_ns: i64,
    /// Since the first reading.
    sum: Delta,
    /// Of the last interval.
    last: Delta,
    /// Its number of the last reading that had it.
    seen: u64,
}

#[derive(Clone, Debug, Default)]
struct Followed {
    samples: VecDeque<Sample>,
    /// Blocks at the last reading.
    blocks: Option<(i64, i64)>,
    seen: u64,
}

/// All readings of one server so far.
#[derive(Clone, Debug, Default)]
pub struct Track {
    entries: HashMap<StatementKey, Entry>,
    followed: HashMap<StatementKey, Followed>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    identity: u64,
    readings: u64,
    sum: Delta,
    latest: Delta,
    /// How often the counters began again since the first reading.
    resets: u32,
}

impl Track {
    /// Takes a reading; one that is not later than the last one is only a new base.
    pub fn take(&mut self, read: &Statements) {
        let span = self.last.map_or(0, |last| read.read_at.as_microsecond() - last.as_microsecond());
        let same = self.last.is_some() && self.identity == read.identity && span > 0;
        // All counters were emptied since: those that grew past their old ones by now would not show it.
        let emptied = read.since.value().zip(self.last).is_some_and(|(since, last)| since.at > last);
        if self.last.is_some() && self.identity != read.identity {
            self.resets += 1;
        }
        self.readings += 1;
        self.first.get_or_insert(read.read_at);
        self.last = Some(read.read_at);
        self.identity = read.identity;
        let span = span.max(0);
        self.latest = Delta { span_us: span, ..Delta::default() };
        self.sum.span_us = self.whole_span();
        let ceilings = ceilings(read);
        let mut fell = false;
        for brief in &read.all {
            let (calls, total_ns) = (brief.calls.max(0), brief.total_ns.max(0));
            let old = self.entries.get(&brief.key);
            let (delta, back) = match old {
                _ if !same => ((0, 0), false),
                Some(old) if old.seen + 1 == self.readings && !emptied => {
                    grown((old.calls, old.total_ns), (calls, total_ns), ceilings.get(&brief.key).copied())
                }
                // Not there a moment ago: all that it counts came since.
                _ => ((calls, total_ns), false),
            };
            fell |= back;
            let mut entry = Entry {
                calls,
                total_ns,
                sum: old.map_or(Delta::default(), |old| old.sum),
                last: Delta::default(),
                seen: self.readings,
            };
            entry.last = Delta { calls: delta.0, total_ns: delta.1, span_us: span };
            entry.sum.add(delta.0, delta.1);
            self.latest.add(delta.0, delta.1);
            self.entries.insert(brief.key, entry);
        }
        self.resets += u32::from((fell || emptied) && same);
        self.sum.add(self.latest.calls, self.latest.total_ns);
        self.follow(read, same);
        self.forget();
    }

    /// Samples of those that came in full.
    fn follow(&mut self, read: &Statements, same: bool) {
        for one in &read.list {
            if self.followed.len() >= FOLLOWED && !self.followed.contains_key(&one.key) {
                continue;
            }
            let known = self.followed.entry(one.key).or_default();
            let blocks = blocks(&one.counters);
            let delta = self.entries.get(&one.key).map_or(Delta::default(), |entry| entry.last);
            if same && delta.span_us > 0 {
                let cache_hit = match (known.blocks.filter(|_| known.seen + 1 == self.readings), blocks) {
                    (Some(old), Some(new)) => hit_of(old, new),
                    _ => None,
                };
                if known.samples.len() >= SAMPLES {
                    known.samples.pop_front();
                }
                known.samples.push_back(Sample { at: read.read_at, delta, cache_hit });
            }
            known.blocks = blocks;
            known.seen = self.readings;
        }
    }

    /// Entries that left the server long ago, and statements that nobody looks at any more.
    fn forget(&mut self) {
        let readings = self.readings;
        let kept = SAMPLES as u64;
        self.followed.retain(|_, known| known.seen + kept > readings);
        if self.entries.len() > 50_000 {
            self.entries.retain(|_, entry| entry.seen + kept > readings);
        }
    }

    fn whole_span(&self) -> i64 {
        match (self.first, self.last) {
            (Some(first), Some(last)) => (last.as_microsecond() - first.as_microsecond()).max(0),
            _ => 0,
        }
    }

    /// Readings taken.
    pub fn readings(&self) -> u64 {
        self.readings
    }

    /// When the first reading was made, by the server's clock.
    pub fn first(&self) -> Option<Timestamp> {
        self.first
    }

    /// How often counters began again since the first reading: resets, restarts, another server.
    pub fn resets(&self) -> u32 {
        self.resets
    }

    /// Since the first reading; `None` before the second one.
    pub fn now(&self, key: StatementKey) -> Option<Delta> {
        let entry = self.entries.get(&key).filter(|_| self.readings > 1)?;
        Some(Delta { span_us: self.sum.span_us, ..entry.sum })
    }

    /// Since the reading before the last one; `None` before the second one.
    pub fn latest(&self, key: StatementKey) -> Option<Delta> {
        self.entries.get(&key).filter(|entry| self.readings > 1 && entry.seen == self.readings).map(|entry| entry.last)
    }

    /// Of every statement that was called, since the first reading; `None` before the second one.
    pub fn deltas(&self) -> Option<HashMap<StatementKey, Delta>> {
        let called = self.entries.iter().filter(|_| self.readings > 1);
        let all = called.map(|(key, entry)| (*key, Delta { span_us: self.sum.span_us, ..entry.sum }));
        (self.readings > 1).then(|| all.collect())
    }

    /// Of all statements, since the first reading.
    pub fn now_all(&self) -> Option<Delta> {
        (self.readings > 1).then_some(self.sum)
    }

    /// Of all statements, since the reading before the last one.
    pub fn latest_all(&self) -> Option<Delta> {
        (self.readings > 1).then_some(self.latest)
    }

    /// Oldest first; of statements that came in full.
    pub fn series(&self, key: StatementKey) -> impl ExactSizeIterator<Item = &Sample> + Clone {
        const NONE: &VecDeque<Sample> = &VecDeque::new();
        self.followed.get(&key).map_or(NONE.iter(), |known| known.samples.iter())
    }

    /// Those that took most time in the last interval, at most `n`.
    pub fn changed(&self, n: usize) -> Vec<StatementKey> {
        let busy = self.entries.iter().filter(|(_, entry)| entry.seen == self.readings && entry.last.total_ns > 0);
        let mut list: Vec<(i64, StatementKey)> = busy.map(|(key, entry)| (-entry.last.total_ns, *key)).collect();
        list.sort_unstable();
        list.truncate(n);
        list.into_iter().map(|(_, key)| key).collect()
    }

    /// True for one that is slow now: since the first reading, or in the last interval, its mean was over
    /// twice `mean_ns`, that of its whole life. One odd call of an interval marks nothing.
    pub fn slower(&self, key: StatementKey, mean_ns: Option<f64>) -> bool {
        let Some(mean) = mean_ns.filter(|mean| *mean > 0.0) else { return false };
        let over =
            |delta: Option<Delta>| delta.and_then(|delta| delta.mean_ns()).is_some_and(|now| now > SLOWER * mean);
        over(self.now(key)) || over(self.latest(key).filter(|delta| delta.calls > 1))
    }
}

/// What was added between two readings of one entry, and whether it began again between them.
///
/// A counter that fell counts from nothing. One whose mean of the interval is above the longest call ever
/// was thrown out and came back: what it counts now is all that is known of the interval.
fn grown(old: (i64, i64), new: (i64, i64), longest: Option<i64>) -> ((i64, i64), bool) {
    let (calls, total) = (new.0 - old.0, new.1 - old.1);
    if calls < 0 || total < 0 {
        return (new, true);
    }
    // Time without a call can be: it is of calls that were counted on their start.
    let odd = longest.is_some_and(|longest| calls > 0 && total / calls > longest.saturating_add(1));
    if odd { (new, true) } else { ((calls, total), false) }
}

/// The longest call of those that came in full, nanoseconds.
fn ceilings(read: &Statements) -> HashMap<StatementKey, i64> {
    read.list.iter().filter_map(|one| Some((one.key, one.counters.max_ns.get().filter(|&max| max > 0)?))).collect()
}

fn blocks(counters: &Counters) -> Option<(i64, i64)> {
    Num::get(counters.shared_hit).zip(counters.shared_read.get())
}

fn hit_of(old: (i64, i64), new: (i64, i64)) -> Option<f64> {
    let (hit, read) = (new.0 - old.0, new.1 - old.1);
    // It began again: its own counters are the interval's.
    let (hit, read) = if hit < 0 || read < 0 { new } else { (hit, read) };
    let all = hit as f64 + read as f64;
    (all > 0.0).then(|| hit as f64 / all)
}

/// The keys to read in full next: those in view, and those that changed most.
pub fn interesting(track: &Track, view: &[StatementKey], most: usize) -> Vec<StatementKey> {
    let mut seen = HashSet::new();
    let all = view.iter().copied().chain(track.changed(most));
    all.filter(|key| seen.insert(*key)).collect()
}

#[cfg(test)]
#[path = "delta_tests.rs"]
mod tests;
