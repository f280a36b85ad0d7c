//! What this machine remembers of a database between two visits: sizes, which indexes there were, their
//! counters. No rows, no query texts. Pure: a text comes in, a text goes out; files are `config`'s.
//!
//! One file for each target, a line each, fields apart by tabs, text escaped:
//!
//! ```text
//! dblens history 1
//! visit   2026-11-18T01:12:00Z
//! size    table   sales   orders    77094297600
//! size    table   sales   notes     16384   ~
//! index   sales   orders  orders_pkey   0   44012345
//! counted 2026-11-01T07:00:00Z
//! ```

use crate::model::{
    Amount, Began, Catalog, Growth, Known, Num, RelFlags, RelKind, Relation, SizeSource, Sizes, SpaceKey, Spaces,
    Usage, Window,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

const HEAD: &str = "dblens history 1";
/// What stands behind a size that was not measured.
const ESTIMATE: &str = "~";
/// The largest tables that are kept, and the indexes: a history stays small on a server of any size.
const SIZES: usize = 1_000;
const INDEXES: usize = 20_000;
/// Growth within less says nothing.
const APART: SignedDuration = SignedDuration::from_hours(1);
/// From here on a visit replaces the one that growth is told from.
const OLD: SignedDuration = SignedDuration::from_hours(12);

/// Schema, table and name of an index.
type IndexKey = (String, String, String);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Visit {
    at: Timestamp,
    sizes: BTreeMap<SpaceKey, Amount>,
}

/// What a look at a database brought, to be remembered.
#[derive(Clone, Debug)]
pub struct Visited {
    /// By the server's clock.
    pub at: Timestamp,
    pub catalog: Arc<Catalog>,
    pub sizes: Sizes,
    pub usage: Option<Arc<Usage>>,
    pub spaces: Option<Arc<Spaces>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    /// When it was new here; `None`: there since the first visit, so its age is not known.
    first: Option<Timestamp>,
    scans: Option<i64>,
}

/// What is remembered of one database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The visit that growth is told from, where it is not the last one.
    base: Option<Visit>,
    last: Option<Visit>,
    indexes: BTreeMap<IndexKey, Seen>,
    /// The first look since which the counters never went back.
    counted: Option<Timestamp>,
}

impl History {
    /// What a text says; nothing where it is damaged or of another version.
    pub fn parse(text: &str) -> Self {
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return Self::default();
        }
        let (mut visits, mut indexes): (Vec<Visit>, BTreeMap<IndexKey, Seen>) = Default::default();
        let mut counted = None;
        for line in lines {
            let fields: Vec<String> = line.split('\t').map(unescape).collect();
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            match fields[..] {
                ["visit", at] => visits.extend(at.parse().ok().map(|at| Visit { at, sizes: BTreeMap::new() })),
                ["counted", at] => counted = at.parse().ok(),
                ["size", kind, schema, name, bytes] | ["size", kind, schema, name, bytes, ESTIMATE] => {
                    if let (Some(visit), Ok(bytes)) = (visits.last_mut(), bytes.parse()) {
                        let amount = match fields.len() {
                            5 => Amount::exact(bytes),
                            _ => Amount::estimate(Some(bytes)),
                        };
                        visit.sizes.insert((kind.into(), schema.into(), name.into()), amount);
                    }
                }
                ["index", schema, table, name, first, scans] => {
                    let seen = Seen { first: first.parse().ok(), scans: scans.parse().ok() };
                    indexes.insert((schema.into(), table.into(), name.into()), seen);
                }
                _ => {}
            }
        }
        let last = visits.pop();
        Self { base: visits.pop(), last, indexes, counted }
    }

    pub fn text(&self) -> String {
        let mut out = format!("{HEAD}\n");
        for visit in self.base.iter().chain(&self.last) {
            let _ = writeln!(out, "visit\t{}", visit.at);
            for ((kind, schema, name), amount) in &visit.sizes {
                let Some(bytes) = amount.get() else { continue };
                let mark = if amount.source == SizeSource::Exact { "" } else { "\t~" };
                let _ = writeln!(out, "size\t{kind}\t{}\t{}\t{bytes}{mark}", escape(schema), escape(name));
            }
        }
        if let Some(at) = self.counted {
            let _ = writeln!(out, "counted\t{at}");
        }
        for ((schema, table, name), seen) in &self.indexes {
            let first = seen.first.map_or(String::new(), |at| at.to_string());
            let scans = seen.scans.map_or(String::new(), |scans| scans.to_string());
            let names = format!("{}\t{}\t{}", escape(schema), escape(table), escape(name));
            let _ = writeln!(out, "index\t{names}\t{first}\t{scans}");
        }
        out
    }

    /// An earlier visit that is long enough ago.
    pub fn growth(&self, now: Timestamp) -> Option<Growth> {
        let apart = |visit: &&Visit| now.duration_since(visit.at) >= APART;
        let visit = self.last.as_ref().filter(apart).or(self.base.as_ref().filter(apart))?;
        Some(Growth { since: visit.at, sizes: visit.sizes.clone() })
    }

    /// Adds what only a memory can tell: indexes that came since, and counters that went back.
    pub fn fill(&self, usage: &mut Usage, catalog: &Catalog, now: Timestamp) {
        let (Some(last), Some(all), Known::Ready(uses)) = (&self.last, catalog.indexes.value(), &mut usage.indexes)
        else {
            return;
        };
        let mut went_back = false;
        for (index, of) in all.list.iter().zip(uses.iter_mut()) {
            match self.indexes.get(&key_of(catalog, index.rel, all.names.get(index.name))) {
                Some(seen) => {
                    of.first_seen = Num::new(seen.first.map(Timestamp::as_microsecond));
                    went_back |= seen.scans.zip(of.scans.get()).is_some_and(|(then, now)| now < then);
                }
                // There was no room for all of them, so one that is missing need not be new.
                None if self.indexes.len() < INDEXES => of.first_seen = Num::from(now.as_microsecond()),
                None => {}
            }
        }
        match (&mut usage.window, self.counted.filter(|_| !went_back)) {
            (Known::Ready(window), _) if went_back && window.since < last.at => {
                (window.since, window.began) = (last.at, Began::Reset);
            }
            (Known::Ready(_) | Known::NotYet, _) | (_, None) => {}
            // The server does not tell: what was seen from here is certain.
            (window, Some(since)) => {
                *window = Known::Ready(Window {
                    since,
                    until: now,
                    began: Began::FirstSeen,
                    asked: Vec::new(),
                    not_asked: Vec::new(),
                    standbys: None,
                });
            }
        }
    }

    /// Remembers this visit.
    pub fn note(
        &mut self,
        at: Timestamp,
        catalog: &Catalog,
        sizes: Option<&Sizes>,
        usage: Option<&Usage>,
        spaces: Option<&Spaces>,
    ) {
        let mut visit = Visit { at, sizes: sizes.map(|sizes| tables(catalog, sizes)).unwrap_or_default() };
        for space in spaces.iter().flat_map(|spaces| &spaces.list) {
            let key = (space.kind.id().to_owned(), String::new(), space.name.clone());
            visit.sizes.extend(space.total.get().map(|_| (key, space.total)));
        }
        if let Some(last) = self.last.take() {
            if at.duration_since(last.at) >= OLD || self.base.is_none() && at.duration_since(last.at) >= APART {
                self.base = Some(last);
            } else {
                // What was not looked at this time is still as it was.
                let mut sizes = last.sizes;
                for (key, amount) in std::mem::take(&mut visit.sizes) {
                    let measured = sizes.get(&key).is_some_and(|old| old.source == SizeSource::Exact);
                    // An estimate of now says less than a measure of a moment ago.
                    if amount.source == SizeSource::Exact || !measured {
                        sizes.insert(key, amount);
                    }
                }
                visit.sizes = sizes;
            }
        }
        self.last = Some(visit);
        self.note_indexes(at, catalog, usage);
    }

    /// Remembers a look of the screen, by the same rules.
    pub fn note_look(&mut self, look: &Visited) {
        let Visited { at, catalog, sizes, usage, spaces } = look;
        let foreign = RelFlags(RelFlags::SYSTEM.0 | RelFlags::EXTENSION.0);
        let of_system =
            |rel: &Relation| catalog.relations.schemas.get(rel.schema.0 as usize).is_none_or(|schema| schema.system);
        let mut all = sizes.schemas(catalog, |rel| !rel.flags.has(foreign) && !of_system(rel));
        all.list.extend(spaces.iter().flat_map(|spaces| spaces.list.iter().cloned()));
        self.note(*at, catalog, Some(sizes), usage.as_deref(), Some(&all));
    }

    fn note_indexes(&mut self, at: Timestamp, catalog: &Catalog, usage: Option<&Usage>) {
        let Some(all) = catalog.indexes.value() else { return };
        let first_visit = self.indexes.is_empty();
        let uses = usage.and_then(|usage| usage.indexes.value());
        let mut now = BTreeMap::new();
        let (mut counts, mut went_back) = (false, false);
        for (n, index) in all.list.iter().enumerate().take(INDEXES) {
            let key = key_of(catalog, index.rel, all.names.get(index.name));
            let old = self.indexes.get(&key);
            let first = match old {
                Some(seen) => seen.first,
                None => (!first_visit).then_some(at),
            };
            let then = old.and_then(|seen| seen.scans);
            let read = uses.and_then(|uses| uses.get(n)?.scans.get());
            counts |= read.is_some();
            went_back |= then.zip(read).is_some_and(|(then, read)| read < then);
            let scans = read.or(then);
            now.insert(key, Seen { first, scans });
        }
        self.indexes = now;
        if counts {
            self.counted = self.counted.filter(|_| !went_back).or(Some(at));
        } else if uses.is_none() && usage.is_some() {
            // Nothing was counted: what comes later begins later.
            self.counted = None;
        }
    }
}

fn key_of(catalog: &Catalog, rel: crate::model::RelId, name: &str) -> IndexKey {
    let relations = &catalog.relations;
    (relations.schema_name(rel).to_owned(), relations.name(rel).to_owned(), name.to_owned())
}

/// The largest ones.
fn tables(catalog: &Catalog, sizes: &Sizes) -> BTreeMap<SpaceKey, Amount> {
    let relations = &catalog.relations;
    let stored = relations.iter().filter(|(_, rel)| rel.kind.is_table() || rel.kind == RelKind::MaterializedView);
    let mut list: Vec<_> = stored.filter_map(|(id, _)| Some((sizes.of(id).total().get()?, id))).collect();
    list.sort_unstable_by(|a, b| b.cmp(a));
    let key = |id| ("table".to_owned(), relations.schema_name(id).to_owned(), relations.name(id).to_owned());
    list.into_iter().take(SIZES).map(|(_, id)| (key(id), sizes.of(id).total())).collect()
}

/// Names may hold anything, also what ends a field or a line.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => out.push(match chars.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some(other) => other,
                None => '\\',
            }),
            (c, false) => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake::{shop_catalog, shop_now, shop_sizes, shop_usage};
    use crate::model::{EngineKind, RelId};
    use proptest::prelude::*;

    fn at(hours: i64) -> Timestamp {
        shop_now().checked_add(SignedDuration::from_hours(hours)).unwrap()
    }

    fn sizes(catalog: &Catalog) -> Sizes {
        let mut sizes = Sizes::estimate(EngineKind::Postgresql, catalog);
        let all: Vec<RelId> = catalog.relations.iter().map(|(id, _)| id).collect();
        sizes.apply(EngineKind::Postgresql, catalog, &shop_sizes(catalog, &all));
        sizes
    }

    #[test]
    fn growth_is_told_from_a_visit_long_enough_ago() {
        let catalog = shop_catalog();
        let sizes = sizes(&catalog);
        let mut history = History::default();
        assert_eq!(history.growth(at(0)), None);
        history.note(at(0), &catalog, Some(&sizes), None, None);
        assert_eq!(history.growth(at(0)), None, "a minute says nothing");
        let growth = history.growth(at(2)).unwrap();
        assert_eq!(growth.since, at(0));
        assert_eq!(growth.of("table", "sales", "nothing", Amount::exact(5)), None);
        let orders = catalog.relations.find("sales", "orders").unwrap();
        let now = sizes.of(orders).total().get().unwrap() + 70;
        assert_eq!(growth.of("table", "sales", "orders", Amount::exact(now)), Some(70));
        let estimate = Amount::estimate(Some(now));
        assert_eq!(growth.of("table", "sales", "orders", estimate), None, "a measure and an estimate");
        // A second look a moment later still compares with the earlier one.
        history.note(at(2), &catalog, Some(&sizes), None, None);
        assert_eq!(history.growth(at(2)).unwrap().since, at(0));
        history.note(at(30), &catalog, Some(&sizes), None, None);
        assert_eq!(history.growth(at(30)).unwrap().since, at(2));
    }

    #[test]
    fn an_index_that_came_later_has_a_shorter_window() {
        let catalog = shop_catalog();
        let mut usage = shop_usage(&catalog);
        let mut history = History::default();
        history.fill(&mut usage, &catalog, at(0));
        let Known::Ready(uses) = &usage.indexes else { panic!() };
        assert!(uses.iter().all(|of| of.first_seen.get().is_none()), "a first visit knows no ages");
        history.note(at(0), &catalog, None, Some(&usage), None);
        let gone = history.indexes.keys().next().unwrap().clone();
        history.indexes.remove(&gone);
        history.fill(&mut usage, &catalog, at(24));
        let Known::Ready(uses) = &usage.indexes else { panic!() };
        let new: Vec<_> = uses.iter().filter_map(|of| of.first_seen.get()).collect();
        assert_eq!(new, [at(24).as_microsecond()]);
    }

    #[test]
    fn counters_that_went_back_begin_a_window() {
        let catalog = shop_catalog();
        let mut usage = shop_usage(&catalog);
        let mut history = History::default();
        history.note(at(-24), &catalog, None, Some(&usage), None);
        let Known::Ready(uses) = &mut usage.indexes else { panic!() };
        uses.iter_mut().for_each(|of| of.scans = Num::from(0));
        history.fill(&mut usage, &catalog, at(0));
        let Known::Ready(window) = &usage.window else { panic!() };
        assert_eq!((window.since, window.began), (at(-24), Began::Reset));
    }

    #[test]
    fn a_first_look_begins_the_window_of_a_server_that_tells_none() {
        let catalog = shop_catalog();
        let usage = || Usage { window: Known::unsupported("no time"), ..shop_usage(&catalog) };
        let mut history = History::default();
        history.note(at(0), &catalog, None, Some(&usage()), None);
        history.note(at(30), &catalog, None, Some(&usage()), None);
        let mut history = History::parse(&history.text());
        let mut later = usage();
        history.fill(&mut later, &catalog, at(60));
        let Known::Ready(window) = &later.window else { panic!() };
        assert_eq!((window.since, window.began), (at(0), Began::FirstSeen));
        // Then they went back.
        let mut less = usage();
        let Known::Ready(uses) = &mut less.indexes else { panic!() };
        uses.iter_mut().for_each(|of| of.scans = Num::from(0));
        history.fill(&mut less, &catalog, at(90));
        assert!(!matches!(less.window, Known::Ready(_)));
        history.note(at(90), &catalog, None, Some(&less), None);
        assert_eq!(history.counted, Some(at(90)));
    }

    #[test]
    fn another_version_is_no_history() {
        assert_eq!(History::parse("dblens history 2\nvisit\t2026-01-01T00:00:00Z\n"), History::default());
        assert_eq!(History::parse(""), History::default());
    }

    proptest! {
        #[test]
        fn any_name_comes_back(name in any::<String>(), bytes in any::<i64>(), exact in any::<bool>()) {
            let mut history = History { last: Some(Visit::default()), ..History::default() };
            let key = ("table".to_owned(), name.clone(), name.clone());
            let source = if exact { SizeSource::Exact } else { SizeSource::Estimate };
            let amount = Amount { bytes: Num::from(bytes), source };
            history.last.as_mut().unwrap().sizes.extend(amount.get().map(|_| (key, amount)));
            let seen = Seen { first: None, scans: Some(bytes) };
            history.indexes.insert((name.clone(), String::new(), name), seen);
            prop_assert_eq!(History::parse(&history.text()), history);
        }

        #[test]
        fn damage_never_panics(text in any::<String>()) {
            History::parse(&format!("{HEAD}\n{text}"));
        }
    }
}
