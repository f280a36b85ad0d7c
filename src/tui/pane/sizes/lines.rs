//! The lines of each grouping, and their orders.

use super::{Group, Line, What, bloat_of, grown, use_of};
use crate::model::{Amount, Catalog, EngineKind, RelFlags, RelId, RelKind, RelSize, Relation, Sizes, Space, SpaceKind};
use crate::tui::msg::Action;
use crate::tui::pane::Cx;
use crate::tui::pane::list::{Order, words};
use std::cmp::Reverse;
use std::collections::HashMap;

/// All lines of a grouping, in no order.
pub(super) fn of(group: Group, system: bool, cx: &Cx) -> Vec<Line> {
    let (Some(catalog), Some(sizes)) = (&cx.facts.schema.catalog, &cx.facts.measures.sizes) else {
        return Vec::new();
    };
    match group {
        Group::Table => tables(catalog, sizes, system),
        Group::Index => indexes(catalog, sizes, cx.facts.engine(), system),
        Group::Schema => schemas(catalog, sizes, system),
        Group::Tablespace => spaces(cx),
    }
}

pub(super) fn sort(order: &Order, lines: &mut [Line], cx: &Cx) {
    match order.key {
        Some(Action::SortName) => lines.sort_by(|a, b| a.name.cmp(&b.name)),
        Some(Action::SortRows) => lines.sort_by_key(|line| Reverse(line.rows.unwrap_or(-1))),
        // Each of these is looked up once for a line, not once for a comparison.
        Some(Action::SortDead) => {
            let dead = |line: &Line| use_of(line, cx).and_then(|of| of.dead_rows.get());
            lines.sort_by_cached_key(|line| Reverse(dead(line).unwrap_or(-1)));
        }
        Some(Action::SortGrowth) => {
            lines.sort_by_cached_key(|line| Reverse(grown(line, cx).unwrap_or(i64::MIN)));
        }
        Some(Action::SortBloat) => {
            let bloat = |line: &Line| bloat_of(line, cx).and_then(Result::ok).map(|bloat| bloat.bytes);
            lines.sort_by_cached_key(|line| Reverse(bloat(line).unwrap_or(-1)));
        }
        _ => lines.sort_by_key(|line| Reverse(line.size.total().get().unwrap_or(-1))),
    }
}

fn shows(catalog: &Catalog, rel: &Relation, system: bool) -> bool {
    let foreign = RelFlags(RelFlags::SYSTEM.0 | RelFlags::EXTENSION.0);
    let schema = catalog.relations.schemas.get(rel.schema.0 as usize).is_some_and(|schema| schema.system);
    system || !(schema || rel.flags.has(foreign))
}

fn tables(catalog: &Catalog, sizes: &Sizes, system: bool) -> Vec<Line> {
    let relations = &catalog.relations;
    let alone = relations.schemas.iter().filter(|schema| !schema.system).count() < 2;
    let mut leaves: HashMap<RelId, Vec<RelId>> = HashMap::new();
    let mut shown = Vec::new();
    for (id, rel) in relations.iter().filter(|(_, rel)| shows(catalog, rel, system)) {
        if rel.kind == RelKind::Partition {
            let mut above = rel.parent;
            for _ in 0..64 {
                let Some(parent) = above else { break };
                leaves.entry(parent).or_default().push(id);
                above = relations.get(parent).and_then(|rel| rel.parent);
            }
            // One whose table is not seen stands for itself.
            if rel.parent.is_some() {
                continue;
            }
        }
        let inner = rel.kind == RelKind::PartitionedTable && rel.parent.is_some();
        let stores = rel.kind.is_table() || rel.kind == RelKind::MaterializedView;
        if stores && !inner {
            shown.push((id, rel.rows));
        }
    }
    let line = |(id, rows)| Line {
        what: What::Rel(id),
        name: words::full_name(catalog, id, None, alone),
        size: sizes.of(id),
        rows,
        leaves: leaves.remove(&id).map(Vec::into_boxed_slice),
    };
    shown.into_iter().map(line).collect()
}

fn indexes(catalog: &Catalog, sizes: &Sizes, engine: EngineKind, system: bool) -> Vec<Line> {
    let Some(all) = catalog.indexes.value() else { return Vec::new() };
    let relations = &catalog.relations;
    let alone = relations.schemas.iter().filter(|schema| !schema.system).count() < 2;
    let shown = all.list.iter().enumerate().filter(|(_, index)| {
        index.parent == 0 && relations.get(index.rel).is_some_and(|rel| shows(catalog, rel, system))
    });
    shown
        .map(|(n, index)| Line {
            what: What::Index(n as u32),
            name: words::index_name(catalog, index, engine, alone),
            size: RelSize {
                index: sizes.index(n as u32),
                table: Amount::exact(0),
                toast: Amount::exact(0),
                ..RelSize::default()
            },
            rows: None,
            leaves: None,
        })
        .collect()
}

fn schemas(catalog: &Catalog, sizes: &Sizes, system: bool) -> Vec<Line> {
    let spaces = sizes.schemas(catalog, |rel| shows(catalog, rel, system));
    let line = |space: Space| {
        let size = RelSize {
            table: space.table,
            index: space.index,
            toast: space.toast,
            free: space.free,
            ..RelSize::default()
        };
        Line { what: What::Schema, name: space.name, size, rows: space.tables, leaves: None }
    };
    spaces.list.into_iter().map(line).collect()
}

fn spaces(cx: &Cx) -> Vec<Line> {
    let Some(spaces) = cx.facts.measures.spaces.as_ref().and_then(|spaces| spaces.value()) else {
        return vec![Line {
            what: What::Other,
            name: "not measured yet".into(),
            size: RelSize::default(),
            rows: None,
            leaves: None,
        }];
    };
    let line = |(n, space): (usize, &Space)| Line {
        what: What::Space(n as u32),
        name: match space.kind {
            SpaceKind::Database => format!("database {}", space.name),
            SpaceKind::Tablespace => format!("tablespace {}", space.name),
            SpaceKind::Schema | SpaceKind::File => space.name.clone(),
        },
        size: RelSize {
            table: space.total,
            index: Amount::exact(0),
            toast: Amount::exact(0),
            free: space.free,
            ..RelSize::default()
        },
        rows: None,
        leaves: None,
    };
    spaces.list.iter().enumerate().map(line).collect()
}

/// Schema and name of an index.
pub(super) fn index_names(catalog: &Catalog, n: u32) -> Option<(&str, &str)> {
    let all = catalog.indexes.value()?;
    let index = all.list.get(n as usize)?;
    Some((catalog.relations.schema_name(index.rel), all.names.get(index.name)))
}
