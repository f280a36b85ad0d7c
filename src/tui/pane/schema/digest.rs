//! What the tree needs of a catalog, worked out once when the catalog changes: sums of sizes, members
//! of each group in the chosen order. No key press has to look at 50,000 tables again.

use crate::model::{Catalog, NamespaceId, Objects, RelFlags, RelId, RelKind, Relation, Slices};
use std::cmp::Reverse;

/// A group of objects under a schema; tables stand directly under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    Tables,
    Views,
    MaterializedViews,
    Sequences,
    Routines,
    Types,
}

impl Section {
    pub const ALL: [Self; 6] =
        [Self::Tables, Self::Views, Self::MaterializedViews, Self::Sequences, Self::Routines, Self::Types];

    pub fn title(self) -> &'static str {
        match self {
            Self::Tables => "tables",
            Self::Views => "views",
            Self::MaterializedViews => "materialized views",
            Self::Sequences => "sequences",
            Self::Routines => "functions",
            Self::Types => "types",
        }
    }

    pub fn of(kind: RelKind) -> Self {
        match kind {
            RelKind::View => Self::Views,
            RelKind::MaterializedView => Self::MaterializedViews,
            RelKind::Sequence => Self::Sequences,
            RelKind::Table
            | RelKind::PartitionedTable
            | RelKind::Partition
            | RelKind::ForeignTable
            | RelKind::VirtualTable => Self::Tables,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SortBy {
    #[default]
    Name,
    Size,
    Rows,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Sort {
    pub by: SortBy,
    pub reversed: bool,
}

impl Sort {
    /// The same column again turns it around.
    pub fn then(self, by: SortBy) -> Self {
        Self { by, reversed: self.by == by && !self.reversed }
    }
}

/// The members of one schema, each section in the chosen order. System objects are in it only when asked for.
#[derive(Clone, Debug, Default)]
pub struct Members {
    pub sections: [Vec<u32>; 6],
    /// Tables, without partitions.
    pub tables: usize,
    /// Relations, routines and types, with partitions: what a filter searches.
    pub leaves: usize,
    /// Bytes of all tables; `None` when nothing is known.
    pub bytes: Option<i64>,
    /// The largest table: the full bar.
    pub largest: i64,
}

#[derive(Clone, Debug, Default)]
pub struct Digest {
    /// Bytes with indexes, toast and partitions, by relation; -1 unknown.
    bytes: Vec<i64>,
    /// Rows with partitions, by relation; -1 unknown.
    rows: Vec<i64>,
    children: Vec<u32>,
    child_slices: Slices,
    pub members: Vec<Members>,
    /// Schemas in the tree, in order.
    pub schemas: Vec<NamespaceId>,
    /// System schemas that are hidden.
    pub hidden: usize,
    pub tables: usize,
    pub leaves: usize,
    pub extensions: usize,
}

impl Digest {
    pub fn new(catalog: &Catalog, sort: Sort, system: bool) -> Self {
        let mut digest = Self::default();
        digest.measure(catalog);
        digest.group(catalog, system);
        digest.add_objects(catalog, system);
        digest.order(catalog, sort);
        digest.link_children(catalog, sort);
        digest.sum(catalog, system);
        digest
    }

    /// Bytes with everything that belongs to it, where anything is known.
    pub fn bytes(&self, rel: RelId) -> Option<i64> {
        self.bytes.get(rel.0 as usize).copied().filter(|&bytes| bytes >= 0)
    }

    pub fn rows(&self, rel: RelId) -> Option<i64> {
        self.rows.get(rel.0 as usize).copied().filter(|&rows| rows >= 0)
    }

    /// Partitions (or heirs) of a relation, in the chosen order.
    pub fn children(&self, rel: RelId) -> &[u32] {
        self.children.get(self.child_slices.of(rel.0 as usize)).unwrap_or_default()
    }

    pub fn members(&self, schema: NamespaceId) -> Option<&Members> {
        self.members.get(schema.0 as usize)
    }

    fn measure(&mut self, catalog: &Catalog) {
        let list = &catalog.relations.list;
        self.bytes = list
            .iter()
            .map(|rel| {
                let parts = [rel.table_bytes, rel.index_bytes, rel.toast_bytes];
                if !has_size(rel) || parts.iter().all(Option::is_none) { -1 } else { parts.iter().flatten().sum() }
            })
            .collect();
        self.rows = list.iter().map(|rel| rel.rows.unwrap_or(-1)).collect();
        if let Some(indexes) = catalog.indexes.value() {
            for index in &indexes.list {
                let whole = list.get(index.rel.0 as usize).and_then(|rel| rel.index_bytes);
                // MySQL gives one sum beside the single ones: not twice.
                let sized = list.get(index.rel.0 as usize).is_some_and(has_size);
                if let (Some(bytes), None, true) = (index.bytes, whole, sized) {
                    add(&mut self.bytes, index.rel.0 as usize, bytes);
                }
            }
        }
        let own: Vec<i64> = self.bytes.clone();
        for ((_, rel), own) in catalog.relations.iter().zip(own) {
            let rows = rel.rows.unwrap_or(-1);
            let mut parent = rel.parent;
            // A guard against a circle, which a damaged catalog could hold.
            for _ in 0..16 {
                let Some(above) = parent else { break };
                let Some(holder) = list.get(above.0 as usize) else { break };
                if rel.kind == RelKind::Partition || holder.kind == RelKind::PartitionedTable {
                    add(&mut self.bytes, above.0 as usize, own);
                    // A partitioned table's own estimate already counts all partitions, where it has one.
                    if holder.rows.is_none() {
                        add(&mut self.rows, above.0 as usize, rows);
                    }
                }
                parent = holder.parent;
            }
        }
    }

    fn group(&mut self, catalog: &Catalog, system: bool) {
        let relations = &catalog.relations;
        self.members = vec![Members::default(); relations.schemas.len()];
        for (n, schema) in relations.schemas.iter().enumerate() {
            if schema.system && !system {
                self.hidden += 1;
            } else {
                self.schemas.push(NamespaceId(n as u32));
            }
        }
        for (id, rel) in relations.iter() {
            let Some(members) = self.members.get_mut(rel.schema.0 as usize) else { continue };
            if rel.flags.has(RelFlags::SYSTEM) && !system {
                continue;
            }
            members.leaves += 1;
            if rel.parent.is_some_and(|parent| relations.get(parent).is_some()) {
                continue;
            }
            let section = Section::of(rel.kind);
            if section == Section::Tables {
                members.tables += 1;
            }
            members.sections[section as usize].push(id.0);
        }
    }

    fn add_objects(&mut self, catalog: &Catalog, system: bool) {
        let Some(objects) = catalog.objects.value() else { return };
        let objects: &Objects = objects;
        for (n, routine) in objects.routines.iter().enumerate() {
            if let Some(members) = self.members.get_mut(routine.schema.0 as usize)
                && (system || !routine.system)
            {
                members.sections[Section::Routines as usize].push(n as u32);
                members.leaves += 1;
            }
        }
        for (n, info) in objects.types.iter().enumerate() {
            if let Some(members) = self.members.get_mut(info.schema.0 as usize)
                && (system || !info.system)
            {
                members.sections[Section::Types as usize].push(n as u32);
                members.leaves += 1;
            }
        }
        self.extensions = objects.extensions.len();
    }

    /// Relations come sorted by name; anything else is sorted here, ties by name.
    fn order(&mut self, catalog: &Catalog, sort: Sort) {
        let (bytes, rows) = (&self.bytes, &self.rows);
        for members in &mut self.members {
            for (section, list) in Section::ALL.iter().zip(members.sections.iter_mut()) {
                let of_relations = *section < Section::Routines;
                if of_relations {
                    order(list, sort, bytes, rows);
                } else if sort.by == SortBy::Name && sort.reversed {
                    list.reverse();
                }
            }
        }
        debug_assert!(catalog.relations.list.len() == bytes.len());
    }

    fn link_children(&mut self, catalog: &Catalog, sort: Sort) {
        let list = &catalog.relations.list;
        let parent = |n: u32| list.get(n as usize).and_then(|rel| rel.parent).map_or(u32::MAX, |parent| parent.0);
        let mut children: Vec<u32> = (0..list.len() as u32).filter(|&n| (parent(n) as usize) < list.len()).collect();
        order(&mut children, sort, &self.bytes, &self.rows);
        children.sort_by_key(|&n| parent(n));
        self.child_slices = Slices::build(list.len(), children.iter().map(|&n| parent(n) as usize));
        self.children = children;
    }

    fn sum(&mut self, catalog: &Catalog, system: bool) {
        for (id, rel) in catalog.relations.iter() {
            let bytes = self.bytes[id.0 as usize];
            let top = rel.parent.is_none() && (system || !rel.flags.has(RelFlags::SYSTEM));
            if let Some(members) = self.members.get_mut(rel.schema.0 as usize)
                && top
                && bytes >= 0
            {
                members.bytes = Some(members.bytes.unwrap_or(0) + bytes);
                members.largest = members.largest.max(bytes);
            }
        }
        for id in &self.schemas {
            let Some(members) = self.members.get(id.0 as usize) else { continue };
            self.tables += members.tables;
            self.leaves += members.leaves;
        }
        self.leaves += self.extensions;
    }
}

/// False where the rows themselves were never measured: the indexes alone are no size of a table.
fn has_size(rel: &Relation) -> bool {
    let stored = matches!(rel.kind, RelKind::Table | RelKind::Partition | RelKind::MaterializedView);
    !stored || rel.table_bytes.is_some()
}

/// Adds what is known; unknown plus something is something.
fn add(list: &mut [i64], at: usize, more: i64) {
    if let Some(value) = list.get_mut(at)
        && more >= 0
    {
        *value = (*value).max(0).saturating_add(more);
    }
}

fn order(list: &mut [u32], sort: Sort, bytes: &[i64], rows: &[i64]) {
    let value = |of: &[i64], n: u32| of.get(n as usize).copied().unwrap_or(-1);
    match (sort.by, sort.reversed) {
        (SortBy::Name, false) => list.sort_unstable(),
        (SortBy::Name, true) => list.sort_unstable_by_key(|&n| Reverse(n)),
        (SortBy::Size, false) => list.sort_unstable_by_key(|&n| (Reverse(value(bytes, n)), n)),
        (SortBy::Size, true) => list.sort_unstable_by_key(|&n| (value(bytes, n), n)),
        (SortBy::Rows, false) => list.sort_unstable_by_key(|&n| (Reverse(value(rows, n)), n)),
        (SortBy::Rows, true) => list.sort_unstable_by_key(|&n| (value(rows, n), n)),
    }
}
