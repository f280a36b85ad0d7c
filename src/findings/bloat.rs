//! How much of a heap or b-tree of PostgreSQL a rewrite would give back, computed without reading a page.
//!
//! The ideal size is laid out tuple by tuple from the planner's statistics: columns with their alignment,
//! values of variable length with the header that they are stored with, and equal keys of a b-tree as the
//! posting lists that they share. What the relation has beyond that is reclaimable. On relations of mixed
//! kinds this is within a few percent of a rewritten copy, where the usual formula (mean widths, aligned
//! once) is off by half.
//!
//! A number is withheld when its inputs are missing or too old, and says how sure it is otherwise.

use super::{Confidence, Snapshot};
use crate::model::{Index, IndexFlags, Inside, Layout, LayoutOf, Layouts, RelFlags, RelId, Stored, TableUse};
use std::collections::HashMap;

/// Bytes of the page header, of a line pointer, of a b-tree's page end.
const PAGE_HEADER: f64 = 24.0;
const POINTER: f64 = 4.0;
const BTREE_SPECIAL: f64 = 16.0;
/// A heap tuple's header without its NULL bitmap, an index tuple's.
const HEAP_HEADER: f64 = 23.0;
const INDEX_HEADER: f64 = 8.0;
/// A posting list is at most this long; each entry is a row's address of 6 bytes.
const POSTING: f64 = 812.0;
const ADDRESS: f64 = 6.0;
/// Above this a value keeps the long header and its alignment.
const SHORT: f64 = 127.0;
/// Bytes to which tuples are aligned.
const MAXALIGN: f64 = 8.0;
/// Rows changed since ANALYZE, as a share: above the first the number is less sure, above the second none.
const AGED: f64 = 0.10;
const STALE: f64 = 0.50;

/// What a rewrite would give back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bloat {
    /// Pages of the relation and pages that it needs.
    pub pages: i64,
    pub needed: i64,
    /// Bytes that a rewrite gives back; 0 where it needs all it has.
    pub bytes: i64,
    /// Of its pages, 0 to 1.
    pub share: f64,
    /// `Certain`: measured. `Likely`: within 5 points. `Hint`: within 20.
    pub confidence: Confidence,
    /// Share of dead rows, which VACUUM must make free before anything else helps.
    pub dead_share: f64,
}

/// Why there is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// Under [`Layouts::least_pages`], or not of a kind that is estimated.
    Small,
    /// No row count.
    NeverCounted,
    /// A column without statistics: never analyzed, not permitted, or row security hides it.
    NoStatistics,
    /// So many rows changed since ANALYZE that its widths say nothing.
    Stale,
}

impl Withheld {
    /// Why, in half a sentence.
    pub fn why(self) -> &'static str {
        match self {
            Self::Small => "too small to estimate",
            Self::NeverCounted => "never vacuumed or analyzed",
            Self::NoStatistics => {
                "a column has no statistics: never analyzed, not permitted, or hidden by row security"
            }
            Self::Stale => "over half of the rows changed since ANALYZE",
        }
    }
}

/// A heap or b-tree with its estimate, or why there is none.
pub type Found = (LayoutOf, Result<Bloat, Withheld>);

/// The bloat of every heap and b-tree that is big enough, in the order of [`Layouts::list`]. `None` where
/// layouts are unknown.
pub fn all(facts: &Snapshot) -> Option<Vec<Found>> {
    let layouts = facts.layouts.value()?;
    Some(layouts.list.iter().map(|layout| (layout.of, of(facts, layouts, layout))).collect())
}

/// The bloat of one heap or b-tree.
pub fn one(facts: &Snapshot, of_what: LayoutOf) -> Result<Bloat, Withheld> {
    let layouts = facts.layouts.value().ok_or(Withheld::Small)?;
    let layout = layouts.find(of_what).ok_or(Withheld::Small)?;
    of(facts, layouts, layout)
}

/// The bloat of every table that is large enough. A partitioned one has that of its partitions that are large
/// enough, as unsure as the least sure of them, and none where one of them has none.
pub fn tables(facts: &Snapshot) -> HashMap<RelId, Result<Bloat, Withheld>> {
    let relations = &facts.catalog.relations;
    let mut out: HashMap<RelId, Result<Bloat, Withheld>> = HashMap::new();
    for (of, own) in all(facts).unwrap_or_default() {
        let LayoutOf::Heap(rel) = of else { continue };
        out.insert(rel, own);
        let parent = |id: RelId| relations.get(id).filter(|rel| !rel.flags.has(RelFlags::INHERITS))?.parent;
        let mut above = parent(rel);
        // Bounded, so that a damaged catalog cannot turn this into a loop without end.
        for _ in 0..64 {
            let Some(id) = above else { break };
            let sum = out.get(&id).map_or(own, |sum| Ok((*sum)?.plus(&own?)));
            out.insert(id, sum);
            above = parent(id);
        }
    }
    out
}

/// What was measured, as bloat: what a rewrite to the fillfactor would give back.
pub fn measured(inside: &Inside) -> Bloat {
    let (bytes, spare, dead, block) = match *inside {
        Inside::Heap { bytes, free, dead, fillfactor, block, .. } => {
            let kept = bytes as f64 * (1.0 - f64::from(fillfactor) / 100.0);
            (bytes, (free + dead) as f64 - kept, dead, block)
        }
        Inside::Btree { bytes, leaf_pages, inner_pages, density, fillfactor, block } => {
            let ratio = density / f64::from(fillfactor.max(1));
            let leaves = (leaf_pages as f64 * ratio).ceil();
            let inner = if leaves > 1.0 { (inner_pages as f64 * ratio).ceil() } else { 0.0 };
            // Its first page is its own.
            (bytes, bytes as f64 - (leaves + inner + 1.0) * f64::from(block), 0, block)
        }
    };
    let spare = spare.clamp(0.0, bytes.max(0) as f64);
    let (pages, share) = (bytes / i64::from(block.max(1)), spare / bytes.max(1) as f64);
    Bloat {
        pages,
        needed: pages - (spare / f64::from(block.max(1))) as i64,
        bytes: spare as i64,
        share,
        confidence: Confidence::Certain,
        dead_share: dead as f64 / bytes.max(1) as f64,
    }
}

impl Bloat {
    /// How far off the share may be, in points; `None` where it is measured.
    pub fn points(&self) -> Option<u8> {
        match self.confidence {
            Confidence::Certain => None,
            Confidence::Likely => Some(5),
            Confidence::Hint => Some(20),
        }
    }

    /// Both together, as unsure as the less sure one.
    pub fn plus(&self, other: &Self) -> Self {
        let pages = self.pages + other.pages;
        let mean = |of: fn(&Self) -> f64| {
            (of(self) * self.pages as f64 + of(other) * other.pages as f64) / (pages.max(1) as f64)
        };
        Self {
            pages,
            needed: self.needed + other.needed,
            bytes: self.bytes.saturating_add(other.bytes),
            share: mean(|one| one.share),
            confidence: self.confidence.min(other.confidence),
            dead_share: mean(|one| one.dead_share),
        }
    }
}

fn of(facts: &Snapshot, layouts: &Layouts, layout: &Layout) -> Result<Bloat, Withheld> {
    let index = match layout.of {
        LayoutOf::Btree(n) => facts.catalog.indexes.value().and_then(|all| all.list.get(n as usize)),
        LayoutOf::Heap(_) => None,
    };
    let rel = match (layout.of, index) {
        (LayoutOf::Heap(rel), _) => rel,
        (LayoutOf::Btree(_), Some(index)) => index.rel,
        _ => return Err(Withheld::Small),
    };
    let rows = facts.catalog.relations.get(rel).and_then(|rel| rel.rows);
    estimate(layouts, layout, index, table_use(facts, rel), rows)
}

fn table_use(facts: &Snapshot, rel: RelId) -> Option<TableUse> {
    let usage = facts.usage.value()?;
    usage.tables.value()?.get(rel.0 as usize).copied().filter(|of| of.counted)
}

/// The estimate from its parts. `table_rows` is the planner's count of the table's rows.
pub fn estimate(
    layouts: &Layouts,
    layout: &Layout,
    index: Option<&Index>,
    of: Option<TableUse>,
    table_rows: Option<i64>,
) -> Result<Bloat, Withheld> {
    if layout.pages < layouts.least_pages.max(1) || layouts.block < 1024 {
        return Err(Withheld::Small);
    }
    if layout.rows < 0.0 {
        return Err(Withheld::NeverCounted);
    }
    let stored = layouts.stored_of(layout);
    if stored.len() != usize::from(layout.count) || stored.iter().any(|column| column.stats.is_none()) {
        return Err(Withheld::NoStatistics);
    }
    let age = age(of, table_rows);
    if age > STALE {
        return Err(Withheld::Stale);
    }
    let dead_share = of.and_then(|of| of.dead_share()).unwrap_or(0.0);
    let rows = f64::from(layout.rows) * live(of, table_rows);
    let block = f64::from(layouts.block);
    let (needed, sure) = pages(layout, stored, rows, block);
    // Values of one column differ in length: near a step of the alignment their mean says little.
    let off = |by: f64| (pages(layout, &shifted(stored, by), rows, block).0 - needed).abs() / layout.pages as f64;
    let sure = if off(1.0).max(off(-1.0)) > PROMISED { Confidence::Hint } else { sure };
    let partial = index.is_some_and(|index| index.predicate.is_some() || index.flags.has(IndexFlags::PREDICATE_UNREAD));
    let confidence = if age > AGED || partial || dead_share > AGED { Confidence::Hint } else { sure };
    let needed = needed.clamp(1.0, 1e15) as i64;
    let spare = (layout.pages - needed).max(0);
    Ok(Bloat {
        pages: layout.pages,
        needed,
        bytes: spare.saturating_mul(i64::from(layouts.block)),
        share: spare as f64 / layout.pages as f64,
        confidence,
        dead_share,
    })
}

/// Pages that are needed, and how sure that is.
fn pages(layout: &Layout, stored: &[Stored], rows: f64, block: f64) -> (f64, Confidence) {
    match layout.of {
        LayoutOf::Heap(_) => (heap(layout, stored, rows, block), Confidence::Likely),
        LayoutOf::Btree(_) => btree(layout, stored, rows, block),
    }
}

/// What `Likely` promises, as a share of the pages: on either side.
const PROMISED: f64 = 0.05;

/// The mean of each column of variable length moved up (1) or down (-1), to see how much hangs on it: ANALYZE
/// cuts it to whole bytes, and lengths lie around it by some share of it. From half a step of the alignment on
/// the mean itself would be another.
fn shifted(stored: &[Stored], by: f64) -> Vec<Stored> {
    let one = |column: &Stored| match (column.len > 0, column.stats) {
        (false, Some(stats)) => {
            let most = (f64::from(stats.avg_width) / 4.0).ceil().clamp(2.0, MAXALIGN / 2.0);
            let avg_width = stats.avg_width.saturating_add((by * most) as i32).max(1);
            Stored { stats: Some(crate::model::StoredStats { avg_width, ..stats }), ..*column }
        }
        _ => *column,
    };
    stored.iter().map(one).collect()
}

/// The share of rows that changed since ANALYZE; 0 where nothing is counted.
fn age(of: Option<TableUse>, rows: Option<i64>) -> f64 {
    match (of.and_then(|of| of.mods_since_analyze.get()), rows) {
        (Some(mods), Some(rows)) if rows > 0 => mods as f64 / rows as f64,
        _ => 0.0,
    }
}

/// The share of the counted rows that still live: after a big DELETE the count is that of before.
fn live(of: Option<TableUse>, rows: Option<i64>) -> f64 {
    let live = of.filter(|of| of.dead_share().is_some_and(|share| share > AGED)).and_then(|of| of.live_rows.get());
    match (live, rows) {
        (Some(live), Some(rows)) if rows > 0 => (live as f64 / rows as f64).min(1.0),
        _ => 1.0,
    }
}

/// `n` rounded up to a multiple of `to`.
fn up(n: f64, to: f64) -> f64 {
    (n / to).ceil() * to
}

/// Ways in which NULLs can fall that are told apart at most; beyond, their mean is taken.
const WAYS: usize = 512;

/// Mean bytes of a tuple, aligned: a row without a NULL has no bitmap, and each way in which NULLs fall has
/// an end of its own, so the mean of the aligned ends is not the aligned mean.
fn tuple(stored: &[Stored], plain: f64, with_bitmap: f64) -> f64 {
    let mut ways = vec![Way { end: 0.0, null: false, share: 1.0 }];
    for column in stored {
        let nulls = f64::from(column.stats.map_or(0.0, |stats| stats.null_fraction)).clamp(0.0, 1.0);
        let mut next: Vec<Way> = Vec::with_capacity(ways.len() * 2);
        for way in &ways {
            let kept = Way { null: true, share: way.share * nulls, ..*way };
            let filled = Way { end: after(column, way.end), share: way.share * (1.0 - nulls), ..*way };
            for new in [kept, filled] {
                match next.iter_mut().find(|old| old.null == new.null && old.end == new.end) {
                    Some(old) => old.share += new.share,
                    None if new.share > 0.0 => next.push(new),
                    None => {}
                }
            }
        }
        ways = if next.len() > WAYS { merged(&next) } else { next };
    }
    let size = |way: &Way| up(((if way.null { with_bitmap } else { plain }) + way.end).ceil(), MAXALIGN);
    ways.iter().map(|way| way.share * size(way)).sum()
}

/// Rows that have the same columns empty, as far as it matters: where their last column ends.
#[derive(Clone, Copy)]
struct Way {
    end: f64,
    null: bool,
    share: f64,
}

/// One way for those with and one for those without a NULL.
fn merged(ways: &[Way]) -> Vec<Way> {
    let mean = |null: bool| {
        let of = || ways.iter().filter(move |way| way.null == null);
        let share: f64 = of().map(|way| way.share).sum();
        let end = of().map(|way| way.end * way.share).sum::<f64>() / share;
        (share > 0.0).then_some(Way { end, null, share })
    };
    [mean(false), mean(true)].into_iter().flatten().collect()
}

/// Where a column ends that begins behind `offset`: short values of variable length are not aligned.
fn after(column: &Stored, offset: f64) -> f64 {
    let width = width(column);
    match column.len > 0 || width > SHORT {
        true => up(offset, f64::from(column.align.max(1))) + width,
        false => offset + width,
    }
}

/// Bytes of one value as it is stored.
fn width(column: &Stored) -> f64 {
    if column.len > 0 {
        return f64::from(column.len);
    }
    let mean = f64::from(column.stats.map_or(0, |stats| stats.avg_width));
    // ANALYZE counts an expression's value with the long header of 4 bytes; a short one is stored with 1.
    match column.column == 0 && mean - POINTER < SHORT {
        true => (mean - 3.0).max(1.0),
        false => mean,
    }
}

fn has_nulls(stored: &[Stored]) -> bool {
    stored.iter().any(|column| column.stats.is_some_and(|stats| stats.null_fraction > 0.0))
}

/// Pages of a heap of so many rows, freshly written.
fn heap(layout: &Layout, stored: &[Stored], rows: f64, block: f64) -> f64 {
    let bitmap = (f64::from(layout.attributes) / 8.0).ceil();
    let tuple = tuple(stored, up(HEAP_HEADER, MAXALIGN), up(HEAP_HEADER + bitmap, MAXALIGN)) + POINTER;
    let room = (block - PAGE_HEADER) * f64::from(layout.fillfactor) / 100.0;
    let fit = room / tuple;
    // Tuples that differ in size fill a page whatever their mean is, and big ones vary most.
    let fit = if tuple < 2000.0 && !has_nulls(stored) { fit.floor().max(1.0) } else { fit };
    (rows / fit).ceil()
}

/// Pages of a b-tree of so many entries, freshly built, and how sure that is.
fn btree(layout: &Layout, stored: &[Stored], rows: f64, block: f64) -> (f64, Confidence) {
    let tuple = tuple(stored, INDEX_HEADER, up(INDEX_HEADER + POINTER, MAXALIGN));
    let room = (block - PAGE_HEADER - BTREE_SPECIAL) * f64::from(layout.fillfactor) / 100.0;
    // All NULLs are one key: they share lists of their own, whatever the other keys do.
    let single = stored.first().filter(|_| stored.len() == 1 && layout.deduplicates);
    let nulls = single.and_then(|column| column.stats).map_or(0.0, |stats| f64::from(stats.null_fraction) * rows);
    let key = match single.filter(|_| nulls > 0.0) {
        Some(column) => up((INDEX_HEADER + after(column, 0.0)).ceil(), MAXALIGN),
        None => tuple,
    };
    let filled = (rows - nulls).max(0.0);
    let distinct = distinct(stored, rows).min(filled).max(1.0);
    let repeats = filled / distinct;
    let of_nulls = if nulls > 1.0 { posting(2.0 * MAXALIGN, nulls) / (room - 2.0 * MAXALIGN) } else { 0.0 };
    let of_keys = match layout.deduplicates && repeats >= 1.5 {
        true => distinct * posting(key, repeats) / (room - key),
        false => filled / ((room - key - POINTER) / (key + POINTER)).floor().max(1.0),
    };
    let leaves = (of_keys + of_nulls).ceil().max(1.0);
    let mut inner = 0.0;
    let mut level = leaves;
    while level > 1.0 {
        level = (level / ((block - 40.0) * 0.7 / (tuple + INDEX_HEADER + POINTER)).max(2.0)).ceil();
        inner += level;
    }
    // Near the point where lists begin, and where the distinct pairs of several columns are a guess.
    let doubtful = layout.deduplicates && ((1.2..3.0).contains(&repeats) || (stored.len() > 1 && repeats >= 1.2));
    (leaves + inner + 1.0, if doubtful { Confidence::Hint } else { Confidence::Likely })
}

/// Bytes of one distinct key with all its addresses.
fn posting(tuple: f64, repeats: f64) -> f64 {
    let most = ((POSTING - tuple) / ADDRESS).floor().max(2.0);
    let full = (repeats / most).floor();
    let rest = repeats - full * most;
    let list = |addresses: f64| up(tuple + ADDRESS * addresses, MAXALIGN) + POINTER;
    let last = match rest {
        rest if rest > 1.0 => list(rest.ceil()),
        rest if rest > 0.0 => tuple + POINTER,
        _ => 0.0,
    };
    full * list(most) + last
}

/// Distinct keys, the columns taken as independent.
fn distinct(stored: &[Stored], rows: f64) -> f64 {
    let mut product = 1.0;
    for column in stored {
        let kept = f64::from(column.stats.map_or(0.0, |stats| stats.distinct));
        let count = match kept {
            kept if kept > 0.0 => kept,
            // 0 is unknown: taken as all distinct.
            0.0 => rows,
            kept => -kept * rows,
        };
        product *= count.max(1.0);
    }
    product.min(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Num, StoredStats};

    fn column(len: i16, align: u8, width: i32, distinct: f32) -> Stored {
        Stored { column: 1, len, align, stats: Some(StoredStats { null_fraction: 0.0, avg_width: width, distinct }) }
    }

    fn check(of: LayoutOf, pages: i64, rows: f32, stored: Vec<Stored>, deduplicates: bool) -> Bloat {
        let fillfactor = if matches!(of, LayoutOf::Heap(_)) { 100 } else { 90 };
        let layout = Layout {
            of,
            pages,
            rows,
            fillfactor,
            attributes: stored.len() as u16,
            deduplicates,
            start: 0,
            count: stored.len() as u16,
        };
        let layouts = Layouts { list: vec![layout], stored, block: 8192, least_pages: 100, ..Layouts::default() };
        estimate(&layouts, &layout, None, None, Some(rows as i64)).unwrap()
    }

    #[test]
    fn alignment_is_part_of_a_row() {
        // bool, int8, bool, int8: 32 bytes of data where their widths add up to 18.
        let columns = vec![column(1, 1, 1, -1.0), column(8, 8, 8, -1.0), column(1, 1, 1, -1.0), column(8, 8, 8, -1.0)];
        let bloat = check(LayoutOf::Heap(RelId(0)), 1000, 136_000.0, columns, false);
        assert_eq!((bloat.needed, bloat.bytes), (1000, 0), "24 + 32 + 4 bytes: 136 rows on a page");
    }

    #[test]
    fn equal_keys_share_a_tuple() {
        let keys = vec![column(4, 4, 4, 100.0)];
        let shared = check(LayoutOf::Btree(0), 1000, 1_000_000.0, keys.clone(), true);
        let alone = check(LayoutOf::Btree(0), 10_000, 1_000_000.0, keys, false);
        assert!(shared.needed < 900 && alone.needed > 2_700, "{} {}", shared.needed, alone.needed);
        assert_eq!(shared.confidence, Confidence::Likely);
    }

    #[test]
    fn withheld_without_inputs() {
        let mut layout = Layout {
            of: LayoutOf::Heap(RelId(0)),
            pages: 500,
            rows: 1000.0,
            fillfactor: 100,
            attributes: 1,
            deduplicates: false,
            start: 0,
            count: 1,
        };
        let mut layouts =
            Layouts { stored: vec![column(4, 4, 4, -1.0)], block: 8192, least_pages: 100, ..Layouts::default() };
        let of = |mods: i64| TableUse { mods_since_analyze: Num::from(mods), counted: true, ..TableUse::default() };
        let run =
            |layouts: &Layouts, layout: &Layout, mods| estimate(layouts, layout, None, Some(of(mods)), Some(1000));
        assert_eq!(run(&layouts, &layout, 10).unwrap().confidence, Confidence::Likely);
        assert_eq!(run(&layouts, &layout, 200).unwrap().confidence, Confidence::Hint);
        assert_eq!(run(&layouts, &layout, 900), Err(Withheld::Stale));
        layout.rows = -1.0;
        assert_eq!(run(&layouts, &layout, 0), Err(Withheld::NeverCounted));
        layout.rows = 1000.0;
        layouts.stored[0].stats = None;
        assert_eq!(run(&layouts, &layout, 0), Err(Withheld::NoStatistics));
        layout.pages = 99;
        assert_eq!(run(&layouts, &layout, 0), Err(Withheld::Small));
    }

    #[test]
    fn dead_rows_are_no_need() {
        let layout = Layout {
            of: LayoutOf::Heap(RelId(0)),
            pages: 1000,
            rows: 226_000.0,
            fillfactor: 100,
            attributes: 1,
            deduplicates: false,
            start: 0,
            count: 1,
        };
        let layouts =
            Layouts { stored: vec![column(4, 4, 4, -1.0)], block: 8192, least_pages: 100, ..Layouts::default() };
        let of = TableUse {
            live_rows: Num::from(22_600),
            dead_rows: Num::from(203_400),
            mods_since_analyze: Num::from(0),
            counted: true,
            ..TableUse::default()
        };
        let bloat = estimate(&layouts, &layout, None, Some(of), Some(226_000)).unwrap();
        assert_eq!((bloat.needed, bloat.confidence), (100, Confidence::Hint));
        assert!(bloat.share > 0.89 && bloat.dead_share > 0.89);
    }
}
