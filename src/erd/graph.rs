//! Tables and the relations between them, in one stable order.

use super::guess::Guess;
use crate::model::{
    Action, Catalog, ColFlags, Column, Columns, EngineKind, Key, Keys, Overlaps, Pair, RelId, RelKind, Slices,
};
use std::sync::Arc;

/// Guessed relations whose values are looked at, at most.
const PAIRS: usize = 200;

/// The position in [`Graph::tables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId(pub u32);

/// The position in [`Graph::links`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkId(pub u32);

/// What is taken from a catalog.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Only this schema, and what it points to or is pointed to by.
    pub only: Option<&'a str>,
    /// Also what belongs to the engine or to an extension.
    pub system: bool,
    /// Also relations that are not declared but likely.
    pub inferred: bool,
    /// What values say of them.
    pub overlaps: Option<&'a Overlaps>,
}

/// A table; its partitions are folded into it.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub schema: Arc<str>,
    pub name: Box<str>,
    /// `None`: something points to it, but this role does not see it or it does not exist.
    pub rel: Option<RelId>,
    pub kind: Option<RelKind>,
    /// Estimate; a partitioned table without one of its own has the sum of its partitions.
    pub rows: Option<i64>,
    /// Rows, indexes and TOAST in bytes, by the catalog's estimate; `None` unknown.
    pub bytes: Option<i64>,
    /// Partitions that were folded.
    pub partitions: u32,
}

/// How many rows may point to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cardinality {
    OneToOne,
    ManyToOne,
}

impl Cardinality {
    /// The word of the JSON contract.
    pub fn id(self) -> &'static str {
        match self {
            Self::OneToOne => "one_to_one",
            Self::ManyToOne => "many_to_one",
        }
    }
}

/// Where a relation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Declared: the position in `Keys::list`.
    Key(u32),
    /// Not declared: the position in [`Graph::guesses`].
    Guess(u32),
}

/// A relation: rows of `from` name one row of `to`. `None` is unknown everywhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// The table with the foreign key.
    pub from: TableId,
    /// The table that it references.
    pub to: TableId,
    pub source: Source,
    pub cardinality: Option<Cardinality>,
    /// The key may be NULL: a row without a row of `to`.
    pub optional: Option<bool>,
    /// An index of `from` starts with the columns of the key.
    pub indexed: Option<bool>,
    pub validated: Option<bool>,
    pub enforced: Option<bool>,
    pub on_update: Option<Action>,
    pub on_delete: Option<Action>,
    /// Keys of partitions that say the same and are drawn as this one.
    pub folded: u32,
}

impl Link {
    pub fn guessed(&self) -> bool {
        matches!(self.source, Source::Guess(_))
    }

    pub fn to_itself(&self) -> bool {
        self.from == self.to
    }

    pub fn one_to_one(&self) -> bool {
        self.cardinality == Some(Cardinality::OneToOne)
    }
}

/// What stands before a column in a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowMark {
    Primary,
    Foreign,
    Unique,
    Index,
    None,
}

impl RowMark {
    pub fn text(self) -> &'static str {
        match self {
            Self::Primary => "PK",
            Self::Foreign => "FK",
            Self::Unique => "UK",
            Self::Index => "IX",
            Self::None => "",
        }
    }
}

/// Which columns a box shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowSet {
    #[default]
    Keys,
    Indexed,
    All,
}

impl RowSet {
    pub const ALL: [(Self, &str); 3] =
        [(Self::Keys, "keys only"), (Self::Indexed, "keys and indexed"), (Self::All, "all columns")];

    /// In words.
    pub fn title(self) -> &'static str {
        Self::ALL.iter().find(|(set, _)| *set == self).map_or("", |(_, title)| title)
    }

    pub fn next(self) -> Self {
        match self {
            Self::Keys => Self::Indexed,
            Self::Indexed => Self::All,
            Self::All => Self::Keys,
        }
    }
}

/// One line of a box: a column, or the columns of a composite key.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub mark: RowMark,
    pub columns: Vec<String>,
    /// As the engine writes it; empty for a composite key.
    pub type_name: String,
    pub nullable: bool,
    /// A key without an index.
    pub unindexed: bool,
    /// Relations that start here.
    pub links: Vec<LinkId>,
}

/// Every table and relation that is drawn, in the order of names.
#[derive(Clone, Debug)]
pub struct Graph {
    pub engine: EngineKind,
    pub(super) catalog: Catalog,
    /// Sorted by schema, then name.
    pub tables: Vec<Table>,
    /// Sorted by `from`, `to`, columns.
    pub links: Vec<Link>,
    pub guesses: Vec<Guess>,
    /// Keys of partitions that are drawn as the link, sorted.
    pub folded: Vec<(LinkId, u32)>,
    pub(super) out: Slices,
    pub(super) incoming: Vec<LinkId>,
    pub(super) incoming_slices: Slices,
    pub(super) by_rel: Vec<Option<TableId>>,
    /// The only schema of all tables.
    pub home: Option<Arc<str>>,
}

impl Graph {
    /// What it was made from.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    pub fn table(&self, id: TableId) -> &Table {
        &self.tables[id.0 as usize]
    }

    pub fn link(&self, id: LinkId) -> &Link {
        &self.links[id.0 as usize]
    }

    pub fn ids(&self) -> impl DoubleEndedIterator<Item = TableId> + use<> {
        (0..self.tables.len() as u32).map(TableId)
    }

    /// Relations that start at `id`: its own foreign keys.
    pub fn out(&self, id: TableId) -> impl DoubleEndedIterator<Item = LinkId> + use<> {
        self.out.of(id.0 as usize).map(|n| LinkId(n as u32))
    }

    /// Relations that end at `id`.
    pub fn into(&self, id: TableId) -> &[LinkId] {
        self.incoming.get(self.incoming_slices.of(id.0 as usize)).unwrap_or_default()
    }

    /// Relations that start at `id`, in the order of their columns in the table.
    pub fn own_keys(&self, id: TableId) -> Vec<LinkId> {
        let mut links: Vec<LinkId> = self.out(id).collect();
        let place = |name: &str| self.column(id, name).map_or(u16::MAX, |(_, column)| column.position);
        links.sort_by_key(|&link| {
            let link = self.link(link);
            (link.guessed(), self.columns(link).first().map_or(u16::MAX, |name| place(name)))
        });
        links
    }

    /// The name of an index that finds the rows of `from` by the key.
    pub fn serving_index(&self, link: &Link) -> Option<&str> {
        let (indexes, rel) = (self.catalog.indexes.value()?, self.table(link.from).rel?);
        let columns = self.columns(link);
        let found = indexes.of(rel).iter().find(|index| crate::model::index_serves(indexes, index, &columns))?;
        Some(indexes.names.get(found.name))
    }

    /// Columns of the guessed relations, to look at their values: those that are most likely, as many as may be
    /// asked for.
    pub fn pairs(&self) -> Vec<Pair> {
        let mut guesses: Vec<&Guess> = self.guesses.iter().collect();
        guesses.sort_by_key(|guess| std::cmp::Reverse(guess.confidence));
        let pair = |guess: &Guess| {
            let (from, to) = (self.table(guess.from).rel?, self.table(guess.to).rel?);
            Some(Pair { from: (from, guess.column.clone()), to: (to, guess.ref_column.clone()) })
        };
        guesses.into_iter().filter_map(pair).take(PAIRS).collect()
    }

    /// Relations at `id`, a self reference once.
    pub fn degree(&self, id: TableId) -> usize {
        self.out(id).count() + self.into(id).iter().filter(|&&link| !self.link(link).to_itself()).count()
    }

    /// The table of a relation of the catalog; that of a partition is its partitioned table.
    pub fn of_rel(&self, rel: RelId) -> Option<TableId> {
        self.by_rel.get(rel.0 as usize).copied().flatten()
    }

    /// The table that people mean: `schema.name`, or a name that only one table has. Case counts only when
    /// it has to.
    ///
    /// # Errors
    ///
    /// One sentence: there is none, or there are several.
    pub fn find(&self, word: &str) -> Result<TableId, String> {
        let lower = word.to_lowercase();
        let tests: [&dyn Fn(&Table) -> bool; 4] = [
            &|table| *table.name == *word,
            &|table| is_qualified(table, word),
            &|table| table.name.to_lowercase() == lower,
            &|table| format!("{}.{}", table.schema, table.name).to_lowercase() == lower,
        ];
        for test in tests {
            let found: Vec<TableId> = self.ids().filter(|&id| test(self.table(id))).collect();
            match found.as_slice() {
                [] => {}
                [one] => return Ok(*one),
                [first, second, ..] => {
                    let (one, two) = (self.full_name(*first), self.full_name(*second));
                    return Err(format!("{word} names more than one table, for example {one} and {two}"));
                }
            }
        }
        Err(format!("there is no table {word} here"))
    }

    /// `schema.name`.
    pub fn full_name(&self, id: TableId) -> String {
        let table = self.table(id);
        format!("{}.{}", table.schema, table.name)
    }

    /// The name as it is told: with the schema where there are several.
    pub fn label(&self, id: TableId) -> String {
        match &self.home {
            Some(_) => self.table(id).name.to_string(),
            None => self.full_name(id),
        }
    }

    /// The constraint's name, where it has one and is declared.
    pub fn link_name(&self, link: &Link) -> Option<&str> {
        let (keys, key) = self.key(link)?;
        keys.names.opt(key.name)
    }

    /// Columns of the foreign key, in its order.
    pub fn columns(&self, link: &Link) -> Vec<&str> {
        match link.source {
            Source::Guess(n) => self.guesses.get(n as usize).map(|guess| guess.column.as_str()).into_iter().collect(),
            Source::Key(_) => self.key(link).map(|(keys, key)| keys.columns(key).collect()).unwrap_or_default(),
        }
    }

    /// Columns that it references; the primary key where none are named.
    pub fn ref_columns(&self, link: &Link) -> Vec<&str> {
        if let Source::Guess(n) = link.source {
            return self.guesses.get(n as usize).map(|guess| guess.ref_column.as_str()).into_iter().collect();
        }
        let Some((keys, key)) = self.key(link) else { return Vec::new() };
        let named: Vec<&str> = keys.ref_columns(key).collect();
        if named.is_empty() { self.primary(link.to) } else { named }
    }

    pub(super) fn keys(&self) -> Option<&Keys> {
        self.catalog.keys.value().map(Arc::as_ref)
    }

    pub(super) fn key(&self, link: &Link) -> Option<(&Keys, &Key)> {
        let Source::Key(n) = link.source else { return None };
        let keys = self.keys()?;
        Some((keys, keys.list.get(n as usize)?))
    }

    /// Columns of the primary key, in its order; empty when there is none or it is not known.
    pub fn primary(&self, id: TableId) -> Vec<&str> {
        let (Some(keys), Some(rel)) = (self.keys(), self.table(id).rel) else { return Vec::new() };
        let key = keys.of(rel).iter().find(|key| key.kind == crate::model::KeyKind::Primary);
        key.map(|key| keys.columns(key).collect()).unwrap_or_default()
    }

    /// The columns of a table with the texts they use; nothing while they are not known.
    pub fn all_columns(&self, id: TableId) -> Option<(&Columns, &[Column])> {
        let columns = self.catalog.columns.value()?;
        Some((columns, columns.of(self.table(id).rel?)))
    }

    /// One column by its name.
    pub fn column(&self, id: TableId, name: &str) -> Option<(&Columns, &Column)> {
        let (columns, list) = self.all_columns(id)?;
        list.iter().find(|column| columns.names.get(column.name) == name).map(|column| (columns, column))
    }

    /// True when the columns were read.
    pub fn knows_columns(&self) -> bool {
        self.catalog.columns.value().is_some()
    }

    /// Column names of every unique key or whole unique index of a table.
    pub fn unique_sets(&self, id: TableId) -> Vec<Vec<&str>> {
        self.table(id).rel.map(|rel| super::build::unique_sets(&self.catalog, rel)).unwrap_or_default()
    }

    /// Lines of the box of a table. A primary key and a composite foreign key are one line each.
    pub fn rows(&self, id: TableId, set: RowSet) -> Vec<Row> {
        let primary = self.primary(id);
        let mut rows = Vec::new();
        if !primary.is_empty() {
            rows.push(self.row(id, RowMark::Primary, &primary));
        }
        for link in self.own_keys(id) {
            let columns = self.columns(self.link(link));
            let at = rows.iter().position(|row: &Row| row.columns == columns);
            let at = at.unwrap_or_else(|| {
                rows.push(self.row(id, RowMark::Foreign, &columns));
                rows.len() - 1
            });
            rows[at].unindexed |= self.link(link).indexed == Some(false) && !self.link(link).guessed();
            rows[at].links.push(link);
        }
        self.unique_rows(id, &mut rows);
        if set != RowSet::Keys {
            self.other_rows(id, set, &mut rows);
        }
        rows
    }

    fn unique_rows(&self, id: TableId, rows: &mut Vec<Row>) {
        let mut sets = self.unique_sets(id);
        sets.sort();
        for columns in sets {
            if !rows.iter().any(|row| row.columns == columns) {
                rows.push(self.row(id, RowMark::Unique, &columns));
            }
        }
    }

    fn other_rows(&self, id: TableId, set: RowSet, rows: &mut Vec<Row>) {
        let Some((columns, list)) = self.all_columns(id) else { return };
        let indexed = self.indexed_columns(id);
        for column in list {
            let name = columns.names.get(column.name);
            let single = |row: &Row| row.columns.len() == 1 && row.columns[0] == name;
            let has_index = indexed.contains(&name);
            if rows.iter().any(single) || (set == RowSet::Indexed && !has_index) {
                continue;
            }
            rows.push(self.row(id, if has_index { RowMark::Index } else { RowMark::None }, &[name]));
        }
    }

    /// Columns that are a part of an index.
    fn indexed_columns(&self, id: TableId) -> Vec<&str> {
        let (Some(indexes), Some(rel)) = (self.catalog.indexes.value(), self.table(id).rel) else { return Vec::new() };
        let parts = indexes.of(rel).iter().flat_map(|index| indexes.key(index));
        parts.filter(|part| part.column != 0).map(|part| indexes.names.get(part.text)).collect()
    }

    fn row(&self, id: TableId, mark: RowMark, names: &[&str]) -> Row {
        let (type_name, nullable) = match names {
            [name] => self.column(id, name).map_or((String::new(), false), |(columns, column)| {
                let null = !column.flags.has(ColFlags::NOT_NULL) && !column.flags.has(ColFlags::PRIMARY);
                (columns.names.get(column.type_name).to_owned(), null)
            }),
            _ => (String::new(), false),
        };
        Row {
            mark,
            columns: names.iter().map(|&name| name.to_owned()).collect(),
            type_name,
            nullable,
            unindexed: false,
            links: Vec::new(),
        }
    }
}

fn is_qualified(table: &Table, word: &str) -> bool {
    let rest = word.strip_prefix(&*table.schema).and_then(|rest| rest.strip_prefix('.'));
    rest == Some(&*table.name)
}
