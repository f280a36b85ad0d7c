//! How many bytes relations, indexes, databases and files take, and how each number came about.

use super::{Catalog, EngineKind, IndexFlags, Known, Note, Num, RelFlags, RelId, RelKind, Relation};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};

/// How a number of bytes came about; ordered from the best to the worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SizeSource {
    /// Asked of the storage itself, when it was read.
    Exact,
    /// From the engine's statistics: as old as the last VACUUM, ANALYZE or recalculation.
    #[default]
    Estimate,
    /// Not measured because this process holds or awaits an exclusive lock (0: a prepared transaction);
    /// the bytes, where there are any, are the estimate.
    Locked(u32),
    /// Not permitted; the bytes, where there are any, are the estimate.
    Denied,
}

impl SizeSource {
    /// The word of the JSON contract.
    pub fn id(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Estimate => "estimate",
            Self::Locked(_) => "locked",
            Self::Denied => "denied",
        }
    }
}

/// Bytes with their source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// Bytes; unknown where neither a measure nor an estimate exists.
    pub bytes: Num,
    pub source: SizeSource,
}

impl Amount {
    pub fn exact(bytes: i64) -> Self {
        Self { bytes: bytes.into(), source: SizeSource::Exact }
    }

    pub fn estimate(bytes: Option<i64>) -> Self {
        Self { bytes: bytes.into(), source: SizeSource::Estimate }
    }

    pub fn get(self) -> Option<i64> {
        self.bytes.get()
    }

    /// This one laid over an older one: without bytes of its own it keeps those and says its source.
    fn over(self, old: Self) -> Self {
        match self.bytes.get() {
            Some(_) => self,
            None => Self { bytes: old.bytes, source: self.source },
        }
    }

    /// The sum; unknown when one is, with the worse source.
    pub fn plus(self, other: Self) -> Self {
        Self { bytes: self.bytes.plus(other.bytes), source: self.source.max(other.source) }
    }
}

/// The sizes of one relation. What an engine does not have is an exact 0 (TOAST outside of PostgreSQL).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RelSize {
    /// The rows: PostgreSQL heap with its free space and visibility map, InnoDB clustered index, b-tree
    /// of a SQLite table.
    pub table: Amount,
    /// All indexes together (InnoDB: the secondary ones).
    pub index: Amount,
    /// PostgreSQL TOAST table with its index.
    pub toast: Amount,
    /// Inside the files but unused: InnoDB `DATA_FREE`, SQLite unused bytes in pages; unknown on
    /// PostgreSQL, which must read every page to tell.
    pub free: Amount,
    /// Its files on disk with everything in them; InnoDB, where PROCESS is granted.
    pub file: Amount,
}

impl RelSize {
    /// table + index + toast. `free` is a part of the table and `file` another view: neither is added.
    pub fn total(&self) -> Amount {
        self.table.plus(self.index).plus(self.toast)
    }

    fn plus(&self, other: &Self) -> Self {
        Self {
            table: self.table.plus(other.table),
            index: self.index.plus(other.index),
            toast: self.toast.plus(other.toast),
            free: self.free.plus(other.free),
            file: self.file.plus(other.file),
        }
    }

    const ZERO: Self = Self { table: ZERO, index: ZERO, toast: ZERO, free: ZERO, file: ZERO };
}

const ZERO: Amount = Amount { bytes: Num::ZERO, source: SizeSource::Exact };

/// Sizes of all relations and indexes of one catalog.
///
/// Begins as the estimates that the catalog itself holds ([`Sizes::estimate`], no statement at all);
/// measured batches are laid over it ([`Sizes::apply`]).
#[derive(Clone, Debug, Default)]
pub struct Sizes {
    /// One for each relation, by [`RelId`]; nothing known for what stores nothing (views).
    /// Partitioned tables hold the sum of their partitions.
    pub relations: Vec<RelSize>,
    /// One for each index, by its position in `Indexes::list`; partitioned ones hold the sum of theirs.
    pub indexes: Vec<Amount>,
    pub notes: Vec<Note>,
}

/// Measured sizes of some relations, with those of their indexes.
#[derive(Clone, Debug, Default)]
pub struct SizeBatch {
    pub relations: Vec<(RelId, RelSize)>,
    /// By position in `Indexes::list`.
    pub indexes: Vec<(u32, Amount)>,
    pub notes: Vec<Note>,
}

impl Sizes {
    pub fn of(&self, rel: RelId) -> RelSize {
        self.relations.get(rel.0 as usize).copied().unwrap_or_default()
    }

    pub fn index(&self, n: u32) -> Amount {
        self.indexes.get(n as usize).copied().unwrap_or_default()
    }

    /// What the catalog itself knows; sends nothing. SQLite's catalog counts pages, so it is exact.
    pub fn estimate(engine: EngineKind, catalog: &Catalog) -> Self {
        let source = if engine == EngineKind::Sqlite { SizeSource::Exact } else { SizeSource::Estimate };
        let amount = |bytes: Option<i64>| Amount { bytes: bytes.into(), source };
        let list = catalog.relations.iter();
        let relations = list
            .map(|(id, rel)| RelSize {
                table: amount(rel.table_bytes),
                index: amount(index_bytes(engine, catalog, id, rel)),
                toast: if engine == EngineKind::Postgresql { amount(rel.toast_bytes) } else { ZERO },
                free: Amount::default(),
                file: Amount::default(),
            })
            .collect();
        let indexes = catalog.indexes.value().map(|indexes| indexes.list.iter().map(|it| amount(it.bytes)).collect());
        let mut sizes = Self { relations, indexes: indexes.unwrap_or_default(), notes: Vec::new() };
        sizes.roll_up(engine, catalog);
        sizes
    }

    /// Lays measured sizes over these.
    pub fn apply(&mut self, engine: EngineKind, catalog: &Catalog, batch: &SizeBatch) {
        for (rel, new) in &batch.relations {
            let Some(size) = self.relations.get_mut(rel.0 as usize) else { continue };
            size.table = new.table.over(size.table);
            size.index = new.index.over(size.index);
            size.toast = new.toast.over(size.toast);
            size.free = new.free.over(size.free);
            size.file = new.file.over(size.file);
        }
        for (n, new) in &batch.indexes {
            if let Some(amount) = self.indexes.get_mut(*n as usize) {
                *amount = new.over(*amount);
            }
        }
        let fresh = batch.notes.iter().filter(|note| !self.notes.contains(note)).cloned().collect::<Vec<_>>();
        self.notes.extend(fresh);
        self.roll_up(engine, catalog);
    }

    /// What to measure when only `files` files can be: first what has no estimate, then the largest.
    pub fn to_measure(&self, catalog: &Catalog, files: usize, shows: impl Fn(&Relation) -> bool) -> Vec<RelId> {
        let stored = |rel: &Relation| {
            matches!(rel.kind, RelKind::Table | RelKind::Partition | RelKind::MaterializedView)
                || rel.kind == RelKind::PartitionedTable && rel.table_bytes.is_some() && rel.id == 0
        };
        let relations = catalog.relations.iter().filter(|(_, rel)| stored(rel) && shows(rel));
        let mut wanted: Vec<RelId> = relations.map(|(id, _)| id).collect();
        wanted.sort_by_key(|&id| (-self.of(id).total().get().unwrap_or(i64::MAX), id));
        let mut left = files;
        wanted.retain(|&id| {
            // Its own, TOAST with its index, and its indexes.
            let own = 3 + catalog.indexes.value().map_or(0, |all| all.of(id).len());
            left = left.saturating_sub(own);
            left > 0
        });
        wanted
    }

    /// One row for each schema that holds something shown: the sum of what is known of it.
    pub fn schemas(&self, catalog: &Catalog, shows: impl Fn(&Relation) -> bool) -> Spaces {
        let relations = &catalog.relations;
        let mut sums: Vec<(RelSize, i64, usize)> = vec![(RelSize::ZERO, 0, 0); relations.schemas.len()];
        for (id, rel) in relations.iter().filter(|(_, rel)| shows(rel)) {
            let Some((sum, tables, unknown)) = sums.get_mut(rel.schema.0 as usize) else { continue };
            *tables += i64::from(rel.kind.is_table() && rel.kind != RelKind::Partition);
            let stores = rel.kind.is_table() || rel.kind == RelKind::MaterializedView;
            // Partitions of PostgreSQL are relations of their own: their parent would count them twice.
            let summed = rel.kind == RelKind::PartitionedTable && rel.id != 0;
            let elsewhere = matches!(rel.kind, RelKind::ForeignTable | RelKind::VirtualTable);
            if !stores || summed || elsewhere {
                continue;
            }
            let own = self.of(id);
            *unknown += usize::from(own.total().get().is_none());
            let known = |amount: Amount| if amount.get().is_some() { amount } else { Amount::estimate(Some(0)) };
            let own = RelSize { table: known(own.table), index: known(own.index), toast: known(own.toast), ..own };
            *sum = sum.plus(&own);
        }
        let mut out = Spaces::default();
        for (schema, (sum, tables, unknown)) in relations.schemas.iter().zip(sums).filter(|(_, (_, n, _))| *n > 0) {
            let name = relations.names.get(schema.name).to_owned();
            if unknown > 0 {
                let text = format!("{unknown} tables of schema {name} have no known size: they are not in its sum");
                out.notes.push(Note::new(text));
            }
            let (total, tables) = (sum.total(), Some(tables));
            let RelSize { table, index, toast, free, .. } = sum;
            out.list.push(Space { kind: SpaceKind::Schema, name, total, table, index, toast, free, tables });
        }
        out.sort();
        out
    }

    /// Gives partitioned tables and indexes the sum of what they hold, however deep it is.
    ///
    /// MySQL's partitions are no relations: its engines give the sum themselves.
    fn roll_up(&mut self, engine: EngineKind, catalog: &Catalog) {
        if engine != EngineKind::Postgresql {
            return;
        }
        let relations = &catalog.relations;
        let mut sums: HashMap<u32, RelSize> = HashMap::new();
        for (id, rel) in relations.iter() {
            if rel.kind == RelKind::PartitionedTable {
                sums.entry(id.0).or_insert(RelSize::ZERO);
                continue;
            }
            let mut above = rel.parent.filter(|_| !rel.flags.has(RelFlags::INHERITS));
            let own = self.of(id);
            // Bounded, so that a damaged catalog cannot turn this into a loop without end.
            for _ in 0..64 {
                let Some(parent) = above else { break };
                let sum = sums.entry(parent.0).or_insert(RelSize::ZERO);
                *sum = sum.plus(&own);
                above = relations.get(parent).and_then(|rel| rel.parent);
            }
        }
        for (n, sum) in sums {
            if let Some(size) = self.relations.get_mut(n as usize) {
                *size = sum;
            }
        }
        self.roll_up_indexes(catalog);
    }

    fn roll_up_indexes(&mut self, catalog: &Catalog) {
        let Some(indexes) = catalog.indexes.value() else { return };
        let partitioned = indexes.list.iter().enumerate().filter(|(_, it)| it.flags.has(IndexFlags::PARTITIONED));
        let ids: HashMap<i64, usize> = partitioned.map(|(n, index)| (index.id, n)).collect();
        if ids.is_empty() {
            return;
        }
        let mut sums: HashMap<usize, Amount> = ids.values().map(|&n| (n, ZERO)).collect();
        for (n, index) in indexes.list.iter().enumerate().filter(|(_, it)| !it.flags.has(IndexFlags::PARTITIONED)) {
            let own = self.index(n as u32);
            let mut above = index.parent;
            for _ in 0..64 {
                let Some(&parent) = ids.get(&above) else { break };
                let sum = sums.entry(parent).or_insert(ZERO);
                *sum = sum.plus(own);
                above = indexes.list.get(parent).map_or(0, |index| index.parent);
            }
        }
        for (n, sum) in sums {
            if let Some(amount) = self.indexes.get_mut(n) {
                *amount = sum;
            }
        }
    }
}

/// The engine's own sum, else the sum over the indexes when every one of them is known.
fn index_bytes(engine: EngineKind, catalog: &Catalog, id: RelId, rel: &Relation) -> Option<i64> {
    if rel.index_bytes.is_some() || engine != EngineKind::Postgresql {
        return rel.index_bytes;
    }
    // What is stored elsewhere, or nowhere, has no indexes here to be summed.
    if !matches!(rel.kind, RelKind::Table | RelKind::Partition | RelKind::MaterializedView) {
        return None;
    }
    let Known::Ready(indexes) = &catalog.indexes else { return None };
    indexes.of(id).iter().map(|index| index.bytes).sum()
}

/// What a [`Space`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpaceKind {
    Database,
    Tablespace,
    Schema,
    File,
}

impl SpaceKind {
    /// The word of the JSON contract.
    pub fn id(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Tablespace => "tablespace",
            Self::Schema => "schema",
            Self::File => "file",
        }
    }
}

/// A database, tablespace, schema or file.
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    pub kind: SpaceKind,
    pub name: String,
    /// Everything in it.
    pub total: Amount,
    /// The parts, where they are known: of schemas, and of a SQLite file.
    pub table: Amount,
    pub index: Amount,
    pub toast: Amount,
    /// Bytes inside that nothing uses (SQLite free pages, InnoDB free extents).
    pub free: Amount,
    /// The number of tables in it, where that is known.
    pub tables: Option<i64>,
}

/// Kind (`table`, `database`, …), schema or nothing, name: what a size is remembered by.
pub type SpaceKey = (String, String, String);

/// Sizes of an earlier visit, to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Growth {
    pub since: Timestamp,
    pub sizes: BTreeMap<SpaceKey, Amount>,
}

impl Growth {
    /// By how many bytes it grew; `None` where one of the two sizes is not known, or one of them was measured
    /// and the other estimated: their difference is not growth.
    pub fn of(&self, kind: &str, schema: &str, name: &str, now: Amount) -> Option<i64> {
        let key = (kind.to_owned(), schema.to_owned(), name.to_owned());
        let then = self.sizes.get(&key)?;
        let alike = (then.source == SizeSource::Exact) == (now.source == SizeSource::Exact);
        if alike { Some(now.get()?.saturating_sub(then.get()?)) } else { None }
    }
}

/// Databases, tablespaces and files of a server; slow to ask on some, so only when wanted.
#[derive(Clone, Debug, Default)]
pub struct Spaces {
    /// By kind, then size.
    pub list: Vec<Space>,
    pub notes: Vec<Note>,
}

impl Spaces {
    /// By kind, then size from the largest, then name.
    pub fn sort(&mut self) {
        self.list.sort_by(|a, b| (a.kind, b.total.get(), &a.name).cmp(&(b.kind, a.total.get(), &b.name)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Names, Namespace, NamespaceId, Relations};
    use std::sync::Arc;

    fn relation(names: &mut Names, name: &str, kind: RelKind, parent: Option<u32>, bytes: Option<i64>) -> Relation {
        Relation {
            id: 0,
            schema: NamespaceId(0),
            name: names.intern(name),
            kind,
            flags: RelFlags::default(),
            parent: parent.map(RelId),
            owner: None,
            comment: None,
            storage: None,
            rows: None,
            rows_source: None,
            rows_at_most: None,
            table_bytes: bytes,
            index_bytes: Some(0),
            toast_bytes: Some(0),
        }
    }

    fn partitioned() -> Catalog {
        let mut names = Names::new();
        let schema = Namespace { name: names.intern("s"), owner: None, comment: None, system: false };
        let list = vec![
            relation(&mut names, "top", RelKind::PartitionedTable, None, None),
            relation(&mut names, "mid", RelKind::PartitionedTable, Some(0), None),
            relation(&mut names, "a", RelKind::Partition, Some(1), Some(100)),
            relation(&mut names, "b", RelKind::Partition, Some(0), Some(10)),
        ];
        Catalog::new(Arc::new(Relations { names, schemas: vec![schema], list, notes: Vec::new() }))
    }

    #[test]
    fn partitioned_tables_hold_what_their_partitions_hold() {
        let catalog = partitioned();
        let mut sizes = Sizes::estimate(EngineKind::Postgresql, &catalog);
        assert_eq!(sizes.of(RelId(0)).total(), Amount::estimate(Some(110)));
        assert_eq!(sizes.of(RelId(1)).total(), Amount::estimate(Some(100)));
        let exact = |bytes| RelSize { table: Amount::exact(bytes), index: ZERO, toast: ZERO, ..RelSize::default() };
        let batch = SizeBatch { relations: vec![(RelId(2), exact(200))], ..SizeBatch::default() };
        sizes.apply(EngineKind::Postgresql, &catalog, &batch);
        assert_eq!(sizes.of(RelId(0)).total(), Amount::estimate(Some(210)), "one of two is measured");
        assert_eq!(sizes.of(RelId(1)).total(), Amount::exact(200));
    }

    #[test]
    fn a_locked_relation_keeps_its_estimate() {
        let catalog = partitioned();
        let mut sizes = Sizes::estimate(EngineKind::Postgresql, &catalog);
        let locked = Amount { bytes: Num::UNKNOWN, source: SizeSource::Locked(7) };
        let size = RelSize { table: locked, index: locked, toast: locked, free: locked, file: locked };
        let batch = SizeBatch { relations: vec![(RelId(3), size)], ..SizeBatch::default() };
        sizes.apply(EngineKind::Postgresql, &catalog, &batch);
        assert_eq!(sizes.of(RelId(3)).table, Amount { bytes: 10.into(), source: SizeSource::Locked(7) });
        assert_eq!(sizes.of(RelId(0)).table, Amount { bytes: 110.into(), source: SizeSource::Locked(7) });
    }
}
