//! One verdict for each index, and the indexes that are missing.
//!
//! An index is told apart by everything that decides what it can answer: method, columns or expression
//! texts, operator classes, collations, directions, places of NULLs, prefix lengths, INCLUDE, predicate,
//! uniqueness. A text that could not be read makes it equal to nothing.

use super::Snapshot;
use crate::model::{
    EngineKind, Index, IndexBuild, IndexFlags, IndexPart, Indexes, Key, KeyKind, Keys, Known, RelFlags, RelId, RelKind,
    Relations, TableUse, Window, index_serves,
};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    Invalid,
    Duplicate,
    Redundant,
    Invisible,
    Unused,
    RarelyUsed,
    InUse,
    Missing,
    /// No counters, or not for long enough.
    Unknown,
}

impl Verdict {
    /// The word of the JSON contract.
    pub fn id(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Duplicate => "duplicate",
            Self::Redundant => "redundant",
            Self::Invisible => "invisible",
            Self::Unused => "unused",
            Self::RarelyUsed => "rarely_used",
            Self::InUse => "in_use",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
        }
    }
}

/// How the other index makes this one superfluous.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// Equal in every property.
    Same,
    /// Equal, and unique.
    Unique,
    /// Equal but for all directions: a B-tree is read backwards too.
    Backwards,
    /// Its key begins with all of this one's.
    Prefix,
    /// SQLite: the table itself is sorted by this column.
    RowNumber,
}

/// The verdict on one index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    pub verdict: Verdict,
    /// The position of the index that does its work; `None` for [`Cover::RowNumber`].
    pub of: Option<u32>,
    pub cover: Option<Cover>,
}

impl Judged {
    fn plain(verdict: Verdict) -> Self {
        Self { verdict, of: None, cover: None }
    }
}

/// A foreign key whose columns no index finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Position in [`Keys::list`].
    pub key: u32,
    /// Position of an index that helps a little: it begins with one of the columns.
    pub partly: Option<u32>,
}

/// Verdicts in the order of [`Indexes::list`].
#[derive(Clone, Debug, Default)]
pub struct Verdicts {
    pub list: Vec<Judged>,
    /// In the order of [`Keys::list`]; empty where constraints are unknown.
    pub missing: Vec<Missing>,
    /// Positions of indexes each of which alone serves some foreign key.
    pub needed: HashSet<usize>,
}

/// `None` where indexes are unknown.
pub fn judge(facts: &Snapshot) -> Option<Verdicts> {
    let indexes = facts.catalog.indexes.value()?;
    let relations = &*facts.catalog.relations;
    let keys = facts.catalog.keys.value().map(|keys| &**keys);
    let engine = facts.server.engine;
    let mut list = vec![Judged::plain(Verdict::Unknown); indexes.list.len()];
    for (n, index) in indexes.list.iter().enumerate() {
        list[n] = structural(engine, relations, indexes, keys, index).unwrap_or(list[n]);
    }
    let missing = keys.map(|keys| missing(engine, relations, indexes, keys)).unwrap_or_default();
    let needed = keys.map(|keys| needed(indexes, keys)).unwrap_or_default();
    count_use(facts, indexes, &needed, &mut list);
    unfinished(facts, indexes, &mut list);
    Some(Verdicts { list, missing, needed })
}

/// What is being built is not valid yet, and that says nothing.
fn unfinished(facts: &Snapshot, indexes: &Indexes, list: &mut [Judged]) {
    for (index, judged) in indexes.list.iter().zip(list) {
        if judged.verdict == Verdict::Invalid && build_of(facts, indexes, index).is_some() {
            *judged = Judged::plain(Verdict::Unknown);
        }
    }
}

/// The process that builds this index right now.
pub fn build_of<'a>(facts: &'a Snapshot, indexes: &Indexes, index: &Index) -> Option<&'a IndexBuild> {
    let builds = &facts.usage.value()?.builds;
    builds.iter().find(|build| build.makes(index.id, index.rel, indexes.names.get(index.name)))
}

/// The verdicts that need no counters.
fn structural(
    engine: EngineKind,
    relations: &Relations,
    indexes: &Indexes,
    keys: Option<&Keys>,
    index: &Index,
) -> Option<Judged> {
    if !index.flags.has(IndexFlags::VALID) {
        return Some(Judged::plain(Verdict::Invalid));
    }
    if let Some(judged) = covered(engine, relations, indexes, keys, index) {
        return Some(judged);
    }
    (!index.flags.has(IndexFlags::VISIBLE)).then(|| Judged::plain(Verdict::Invisible))
}

// ---- use ----------------------------------------------------------------------------------------

/// Verdicts from counters, for what is still open and where the counters cover enough time.
fn count_use(facts: &Snapshot, indexes: &Indexes, needed: &HashSet<usize>, list: &mut [Judged]) {
    let Known::Ready(usage) = &facts.usage else { return };
    let (Known::Ready(uses), Known::Ready(window)) = (&usage.indexes, &usage.window) else { return };
    let parents: HashMap<i64, usize> = indexes
        .list
        .iter()
        .enumerate()
        .filter(|(_, index)| index.flags.has(IndexFlags::PARTITIONED))
        .map(|(n, index)| (index.id, n))
        .collect();
    let (least, rare) = (facts.thresholds.index_unused_days, facts.thresholds.index_rarely_used_writes);
    for (n, index) in indexes.list.iter().enumerate() {
        if list[n].verdict != Verdict::Unknown {
            continue;
        }
        // A partition's share is used when the whole is: it can not be dropped alone.
        let of = uses.get(whole(indexes, &parents, n)).copied().unwrap_or_default();
        if window.days_of(&of) < least || window.days() < least {
            continue;
        }
        let Some(own) = of.scans.get() else { continue };
        let scans = own.saturating_add(of.replica_scans.get().unwrap_or(0));
        let writes = usage.tables.value().and_then(|tables| tables.get(index.rel.0 as usize)).and_then(written);
        let verdict = match scans {
            _ if must_stay(index) || needed.contains(&n) => Verdict::InUse,
            0 => Verdict::Unused,
            scans if (scans as f64) < window.days() && writes.is_some_and(|writes| writes / scans > rare) => {
                Verdict::RarelyUsed
            }
            _ => Verdict::InUse,
        };
        list[n] = Judged::plain(verdict);
    }
}

/// The index at the top of the partitioned ones that this one belongs to.
fn whole(indexes: &Indexes, parents: &HashMap<i64, usize>, n: usize) -> usize {
    let mut at = n;
    // Bounded, so that a damaged catalog can not turn this into a loop without end.
    for _ in 0..64 {
        match indexes.list.get(at).and_then(|index| parents.get(&index.parent)) {
            Some(&above) => at = above,
            None => break,
        }
    }
    at
}

/// Rows written that touch indexes: heap-only updates do not.
fn written(of: &TableUse) -> Option<i64> {
    Some(of.writes()?.saturating_sub(of.hot_updates.get().unwrap_or(0)))
}

/// What enforces or holds together something stays without a single scan.
fn must_stay(index: &Index) -> bool {
    let kept = IndexFlags(
        IndexFlags::UNIQUE.0
            | IndexFlags::PRIMARY.0
            | IndexFlags::EXCLUSION.0
            | IndexFlags::REPLICA_IDENTITY.0
            | IndexFlags::CLUSTERED.0,
    );
    index.flags.has(kept) || index.constraint.is_some()
}

/// Indexes each of which alone serves some foreign key.
fn needed(indexes: &Indexes, keys: &Keys) -> HashSet<usize> {
    let mut out = HashSet::new();
    for key in keys.list.iter().filter(|key| key.kind == KeyKind::Foreign) {
        let columns: Vec<&str> = keys.columns(key).collect();
        let mut serving = indexes.of(key.rel).iter().filter(|index| index_serves(indexes, index, &columns));
        if let (Some(only), None) = (serving.next(), serving.next()) {
            out.extend(position(indexes, only));
        }
    }
    out
}

/// Standbys keep their own counters: what of them is not in these.
pub fn replica_doubts(window: &Window) -> Vec<String> {
    let mut doubts: Vec<String> = window.asked.iter().flat_map(|asked| asked.doubts(window.since)).collect();
    let named = |(name, why): &(String, String)| format!("scans on {name}, which was not asked: {why}");
    doubts.extend(window.not_asked.iter().map(named));
    let known = window.asked.len() + window.not_asked.len();
    match window.standbys {
        None if known == 0 => doubts.push("scans on replicas, which keep their own counters".into()),
        None => {}
        Some(attached) => match (attached as usize).saturating_sub(known) {
            0 => {}
            1 => doubts.push("scans on 1 standby, which keeps its own counters".into()),
            n => doubts.push(format!("scans on {n} standbys, which keep their own counters")),
        },
    }
    doubts
}

// ---- what does its work -------------------------------------------------------------------------

fn covered(
    engine: EngineKind,
    relations: &Relations,
    indexes: &Indexes,
    keys: Option<&Keys>,
    index: &Index,
) -> Option<Judged> {
    if !may_go(index) || !is_read(index) {
        return None;
    }
    if engine == EngineKind::Sqlite && is_row_number(relations, indexes, keys, index) {
        return Some(Judged { verdict: Verdict::Redundant, of: None, cover: Some(Cover::RowNumber) });
    }
    let start = position(indexes, index)?;
    let first = indexes.of(index.rel).first().and_then(|first| position(indexes, first))?;
    let mut best: Option<(Cover, &Index, usize)> = None;
    for (n, other) in indexes.of(index.rel).iter().enumerate() {
        let at = first + n;
        if at == start || !works(other) {
            continue;
        }
        let Some(cover) = cover(indexes, keys, index, other) else { continue };
        let better = |(old, old_index, _): &(Cover, &Index, usize)| {
            (order(cover), Reverse(rank(indexes, other))) < (order(*old), Reverse(rank(indexes, old_index)))
        };
        if best.as_ref().is_none_or(better) {
            best = Some((cover, other, at));
        }
    }
    let (cover, _, at) = best?;
    let verdict = if cover == Cover::Same { Verdict::Duplicate } else { Verdict::Redundant };
    Some(Judged { verdict, of: u32::try_from(at).ok(), cover: Some(cover) })
}

/// The strongest reason first.
fn order(cover: Cover) -> u8 {
    match cover {
        Cover::Same => 0,
        Cover::Unique => 1,
        Cover::Backwards => 2,
        Cover::Prefix => 3,
        Cover::RowNumber => 4,
    }
}

/// Where an index stands in [`Indexes::list`]: lists are slices of one vector.
fn position(indexes: &Indexes, index: &Index) -> Option<usize> {
    let own = indexes.slices.of(index.rel.0 as usize);
    own.clone().find(|&n| indexes.list.get(n).is_some_and(|other| std::ptr::eq(other, index)))
}

/// What can be given up at all: never what makes rows unique for good, what replicas find rows by, what the
/// server holds together (a partition's share of a partitioned index), or what it made itself.
fn may_go(index: &Index) -> bool {
    let kept = IndexFlags(
        IndexFlags::PRIMARY.0
            | IndexFlags::EXCLUSION.0
            | IndexFlags::REPLICA_IDENTITY.0
            | IndexFlags::AUTOMATIC.0
            | IndexFlags::CLUSTERED.0,
    );
    !index.flags.has(kept) && index.parent == 0
}

/// What can do the work of another: complete, and the planner may use it.
fn works(index: &Index) -> bool {
    let flags = index.flags;
    flags.has(IndexFlags::VALID)
        && flags.has(IndexFlags::VISIBLE)
        && !flags.has(IndexFlags::EXCLUSION)
        && is_read(index)
}

/// Every text that tells it apart is there.
fn is_read(index: &Index) -> bool {
    !index.flags.has(IndexFlags(IndexFlags::EXPRESSION_UNREAD.0 | IndexFlags::PREDICATE_UNREAD.0))
}

/// How `other` makes `index` superfluous, if it does.
fn cover(indexes: &Indexes, keys: Option<&Keys>, index: &Index, other: &Index) -> Option<Cover> {
    if index.method != other.method || index.predicate != other.predicate {
        return None;
    }
    let unique = |index: &Index| index.flags.has(IndexFlags::UNIQUE);
    if unique(index) && !unique(other) {
        return None;
    }
    let (own, theirs) = (indexes.key(index), indexes.key(other));
    let btree = indexes.names.get(index.method) == "btree";
    let stronger = rank(indexes, other) > rank(indexes, index);
    let same_length = own.len() == theirs.len();
    if same_length && starts_with(theirs, own, false) && includes_same(indexes, index, other) {
        if unique(index) == unique(other) {
            let rule =
                |index: &Index| (index.flags.has(IndexFlags::NULLS_NOT_DISTINCT), is_deferrable(indexes, keys, index));
            return (stronger && rule(index) == rule(other)).then_some(Cover::Same);
        }
        return Some(Cover::Unique);
    }
    if !btree || unique(index) || index.include_parts > 0 {
        return None;
    }
    if same_length && starts_with(theirs, own, true) && other.include_parts == 0 {
        return (stronger || unique(other)).then_some(Cover::Backwards);
    }
    let longer = theirs.len() > own.len() && !own.is_empty();
    let begins = longer && (starts_with(theirs, own, false) || starts_with(theirs, own, true));
    begins.then_some(Cover::Prefix)
}

/// True when `long` begins with `short`, part by part; `backwards` with every direction turned.
fn starts_with(long: &[IndexPart], short: &[IndexPart], backwards: bool) -> bool {
    let same = |a: &IndexPart, b: &IndexPart| {
        a.text == b.text
            && a.column == b.column
            && a.opclass == b.opclass
            && a.collation == b.collation
            && a.sub_part == b.sub_part
            && (a.descending == b.descending) != backwards
            && (a.nulls_first == b.nulls_first) != backwards
    };
    long.len() >= short.len() && long.iter().zip(short).all(|(a, b)| same(a, b))
}

/// The same INCLUDE columns, in any order.
fn includes_same(indexes: &Indexes, a: &Index, b: &Index) -> bool {
    let texts = |index: &Index| {
        let mut texts: Vec<_> = indexes.include(index).iter().map(|part| part.text).collect();
        texts.sort_unstable();
        texts
    };
    texts(a) == texts(b)
}

/// True when it backs a constraint that may be checked late: then it is not unique at every moment.
fn is_deferrable(indexes: &Indexes, keys: Option<&Keys>, index: &Index) -> bool {
    let (Some(keys), Some(name)) = (keys, indexes.names.opt(index.constraint)) else { return false };
    keys.of(index.rel).iter().any(|key| key.deferrable && keys.names.opt(key.name) == Some(name))
}

/// Which of two equal indexes stays: the higher. A total order, so that no two can both be given up for
/// each other. Counters have no say: they would turn the verdict from run to run.
fn rank<'a>(indexes: &'a Indexes, index: &Index) -> ([bool; 6], Reverse<(i64, &'a str)>) {
    let flags = index.flags;
    let strong = [
        index.parent != 0,
        flags.has(IndexFlags::PRIMARY),
        flags.has(IndexFlags::VISIBLE),
        index.constraint.is_some() || flags.has(IndexFlags::AUTOMATIC),
        flags.has(IndexFlags::REPLICA_IDENTITY),
        flags.has(IndexFlags::CLUSTERED),
    ];
    (
        strong,
        // The older one: others may already know its name.
        Reverse((index.id, indexes.names.get(index.name))),
    )
}

/// An index of nothing but the column that is SQLite's row number.
fn is_row_number(relations: &Relations, indexes: &Indexes, keys: Option<&Keys>, index: &Index) -> bool {
    let ([part], Some(keys)) = (indexes.key(index), keys) else { return false };
    let plain = relations.get(index.rel).is_some_and(|rel| !rel.flags.has(RelFlags::WITHOUT_ROWID));
    let name = indexes.names.get(part.text);
    plain
        && part.column != 0
        && index.predicate.is_none()
        && keys.of(index.rel).iter().any(|key| {
            // The only primary key that has no index of its own.
            key.kind == KeyKind::Primary && key.index.is_none() && keys.columns(key).eq([name])
        })
}

// ---- what is missing ----------------------------------------------------------------------------

fn missing(engine: EngineKind, relations: &Relations, indexes: &Indexes, keys: &Keys) -> Vec<Missing> {
    // InnoDB makes the index itself and refuses to drop it.
    if matches!(engine, EngineKind::Mysql | EngineKind::Mariadb) {
        return Vec::new();
    }
    let mut out = Vec::new();
    for (n, key) in keys.list.iter().enumerate() {
        if key.kind != KeyKind::Foreign || key.inherited || key.indexed != Some(false) {
            continue;
        }
        let columns: Vec<&str> = keys.columns(key).collect();
        if columns.is_empty() || by_partitions(relations, indexes, key.rel, &columns, 0) {
            continue;
        }
        let partly = partly(indexes, key, &columns);
        out.push(Missing { key: n as u32, partly });
    }
    out
}

/// A partitioned table needs no index of its own when each of its partitions has one.
fn by_partitions(relations: &Relations, indexes: &Indexes, rel: RelId, columns: &[&str], depth: u8) -> bool {
    if depth > 16 || relations.get(rel).is_none_or(|rel| rel.kind != RelKind::PartitionedTable) {
        return false;
    }
    let mut any = false;
    relations.iter().filter(|(_, child)| child.parent == Some(rel)).all(|(child, _)| {
        any = true;
        indexes.of(child).iter().any(|index| index_serves(indexes, index, columns))
            || by_partitions(relations, indexes, child, columns, depth + 1)
    }) && any
}

/// An index that begins with some of the columns.
fn partly(indexes: &Indexes, key: &Key, columns: &[&str]) -> Option<u32> {
    let found = indexes.of(key.rel).iter().find(|index| {
        let first = indexes.key(index).first();
        first.is_some_and(|part| {
            index_serves(indexes, index, &[indexes.names.get(part.text)])
                && columns.contains(&indexes.names.get(part.text))
        })
    })?;
    position(indexes, found).and_then(|n| u32::try_from(n).ok())
}
