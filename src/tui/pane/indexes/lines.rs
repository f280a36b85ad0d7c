//! The lines, of indexes that are there and of those that are missing, and their orders.

use super::{Line, What, judged, rank};
use crate::findings::Verdict;
use crate::model::{Amount, Index, RelFlags};
use crate::tui::msg::Action;
use crate::tui::pane::Cx;
use crate::tui::pane::list::{Order, words};
use std::cmp::Reverse;

/// All lines, in no order; `of` are the indexes of one table alone.
pub(super) fn of(of: Option<&(String, String)>, system: bool, cx: &Cx) -> Vec<Line> {
    let Some(catalog) = &cx.facts.schema.catalog else { return Vec::new() };
    let Some(all) = catalog.indexes.value() else { return Vec::new() };
    let relations = &catalog.relations;
    let only = of.and_then(|(schema, name)| relations.find(schema, name));
    let alone = relations.schemas.iter().filter(|schema| !schema.system).count() < 2;
    let foreign = RelFlags(RelFlags::SYSTEM.0 | RelFlags::EXTENSION.0);
    let uses = cx.facts.measures.usage().and_then(|usage| usage.indexes.value());
    let shown = all.list.iter().enumerate().filter(|(_, index)| {
        let Some(rel) = relations.get(index.rel) else { return false };
        let engines = relations.schemas.get(rel.schema.0 as usize).is_some_and(|schema| schema.system);
        match only {
            Some(only) => index.rel == only,
            // Indexes of partitions are counted in the one above them.
            None => index.parent == 0 && (system || !(engines || rel.flags.has(foreign))),
        }
    });
    let verdicts = judged(cx).map(|judged| &judged.verdicts);
    let of_index = |(n, index): (usize, &Index)| {
        let judged = verdicts.and_then(|verdicts| verdicts.list.get(n));
        Line {
            what: What::Index(n as u32),
            rel: index.rel,
            name: words::index_name(catalog, index, cx.facts.engine(), alone),
            size: cx.facts.measures.sizes.as_ref().map(|sizes| sizes.index(n as u32)).unwrap_or_default(),
            verdict: judged.map_or(Verdict::Unknown, |judged| judged.verdict),
            of: judged.and_then(|judged| judged.of),
            scans: uses.and_then(|uses| uses.get(n)?.all_scans()),
        }
    };
    let mut lines: Vec<Line> = shown.map(of_index).collect();
    let keys = catalog.keys.value();
    for (n, missing) in verdicts.iter().flat_map(|verdicts| verdicts.missing.iter().enumerate()) {
        let Some((keys, key)) = keys.and_then(|keys| Some((keys, keys.list.get(missing.key as usize)?))) else {
            continue;
        };
        if only.is_some_and(|only| only != key.rel) {
            continue;
        }
        let columns: Vec<&str> = keys.columns(key).collect();
        lines.push(Line {
            what: What::Missing(n as u32),
            rel: key.rel,
            name: format!("{} ({})", words::full_name(catalog, key.rel, None, alone), columns.join(", ")),
            size: Amount::default(),
            verdict: Verdict::Missing,
            of: missing.partly,
            scans: None,
        });
    }
    lines
}

pub(super) fn sort(order: &Order, lines: &mut [Line]) {
    lines.sort_by(|a, b| (Reverse(a.size.get()), &a.name).cmp(&(Reverse(b.size.get()), &b.name)));
    match order.key {
        Some(Action::SortSize) => {}
        Some(Action::SortName) => lines.sort_by(|a, b| a.name.cmp(&b.name)),
        Some(Action::SortRows) => lines.sort_by_key(|line| Reverse(line.scans.unwrap_or(-1))),
        _ => lines.sort_by_key(|line| rank(line.verdict)),
    }
}
