//! Indexes with every property that tells two apart; their parts are put together from the catalog.

use super::files::{self, File};
use super::locks;
use super::oids::{Attributes, RelOids, number};
use super::value::Row;
use super::wire::Wire;
use crate::engine::{Result, Scope};
use crate::model::{Index, IndexFlags, IndexPart, Indexes, Names, RelId, Relations, Slices, Sym};
use std::collections::HashMap;

/// What stands for an expression whose text was not read.
const EXPRESSION: &str = "(expression)";
const DESCENDING: i64 = 1;
const NULLS_FIRST: i64 = 2;

/// Names of operator classes, collations and access methods by oid.
#[derive(Default)]
struct Words {
    /// With: whether it is its type's default.
    opclasses: HashMap<i64, (String, bool)>,
    collations: HashMap<i64, String>,
    methods: HashMap<i64, String>,
}

/// Light: two statements. Full: four.
pub async fn read(
    wire: &mut Wire,
    file: File,
    relations: &Relations,
    attributes: &Attributes,
    scope: Scope,
) -> Result<Indexes> {
    let words = words(wire).await?;
    let mut oids = RelOids::new(relations);
    let mut build = Build { words, attributes, names: Names::new(), list: Vec::new(), parts: Vec::new() };
    wire.rows(file.statement(), |row| {
        let Some(rel) = oids.find(row.need_int(1)?) else { return Ok(()) };
        build.take(rel, row)
    })
    .await?;
    let mut indexes = build.finish(relations.list.len());
    if scope == Scope::Full {
        texts(wire, &mut indexes).await?;
    }
    indexes.names.seal();
    Ok(indexes)
}

async fn words(wire: &mut Wire) -> Result<Words> {
    let mut words = Words::default();
    wire.rows(files::INDEX_WORDS.statement(), |row| {
        let (oid, name) = (row.need_int(1)?, row.need(2)?.into_owned());
        match &*row.need(0)? {
            "opclass" => drop(words.opclasses.insert(oid, (name, row.bool(3)?))),
            "collation" => drop(words.collations.insert(oid, name)),
            _ => drop(words.methods.insert(oid, name)),
        }
        Ok(())
    })
    .await?;
    Ok(words)
}

struct Build<'a> {
    words: Words,
    attributes: &'a Attributes,
    names: Names,
    list: Vec<Index>,
    parts: Vec<IndexPart>,
}

impl Build<'_> {
    fn take(&mut self, rel: RelId, row: &Row<'_>) -> Result<()> {
        let columns = row.ints(4)?;
        let key_parts = usize::try_from(row.need_int(5)?).unwrap_or(0).min(columns.len());
        let (classes, collations, options) = (row.ints(6)?, row.ints(7)?, row.ints(8)?);
        let start = self.parts.len();
        for (n, &column) in columns.iter().enumerate() {
            let at = |list: &[i64]| list.get(n).copied().unwrap_or(0);
            let part = if n < key_parts {
                self.key_part(rel, column, at(&classes), at(&collations), at(&options))
            } else {
                self.plain_part(rel, column)
            };
            self.parts.push(part);
        }
        let mut flags = flags(row)?;
        flags.set(IndexFlags::EXPRESSION_UNREAD, columns.iter().take(key_parts).any(|&column| column == 0));
        let method = self.words.methods.get(&row.need_int(3)?).map_or("", String::as_str);
        let method = self.names.intern(method);
        let options = row.list(22)?.map(|options| options.into_iter().flatten().collect::<Vec<_>>().join(", "));
        let index = Index {
            id: row.need_int(0)?,
            rel,
            name: self.names.intern(&row.need(2)?),
            method,
            parts: u32::try_from(start).unwrap_or(u32::MAX),
            key_parts: key_parts as u16,
            include_parts: (columns.len() - key_parts) as u16,
            flags,
            predicate: None,
            constraint: self.names.intern_opt(row.text(23)?.as_deref()),
            parent: row.int(24)?.unwrap_or(0),
            options: self.names.intern_opt(options.as_deref()),
            comment: None,
            bytes: bytes(row)?,
            scans: row.int(25)?.filter(|_| !flags.has(IndexFlags::PARTITIONED)),
            last_scan: row.int(26)?,
            statistics: None,
            definition: None,
        };
        self.list.push(index);
        Ok(())
    }

    fn plain_part(&mut self, rel: RelId, column: i64) -> IndexPart {
        let text = match column {
            0 => self.names.intern(EXPRESSION),
            _ => match self.attributes.find(rel, column) {
                Some(attribute) => self.names.intern(self.attributes.names.get(attribute.name)),
                None => self.names.intern(&self.attributes.name(rel, column)),
            },
        };
        IndexPart {
            text,
            column: number(column),
            descending: false,
            nulls_first: false,
            opclass: None,
            collation: None,
            sub_part: 0,
        }
    }

    fn key_part(&mut self, rel: RelId, column: i64, class: i64, collation: i64, option: i64) -> IndexPart {
        let mut part = self.plain_part(rel, column);
        part.descending = option & DESCENDING != 0;
        part.nulls_first = option & NULLS_FIRST != 0;
        if let Some((name, false)) = self.words.opclasses.get(&class) {
            part.opclass = Some(self.names.intern(name));
        }
        part.collation = self.collation(rel, column, collation);
        part
    }

    /// The collation's name where it is not the column's own; 100 is the database's default.
    fn collation(&mut self, rel: RelId, column: i64, collation: i64) -> Option<Sym> {
        const DEFAULT: i64 = 100;
        if collation == 0 {
            return None;
        }
        let own = self.attributes.find(rel, column).map_or(0, |attribute| i64::from(attribute.collation));
        let own = if own == 0 { DEFAULT } else { own };
        if collation == own {
            return None;
        }
        self.words.collations.get(&collation).map(|name| self.names.intern(name))
    }

    /// In the order of the relations, then name.
    fn finish(mut self, relations: usize) -> Indexes {
        let names = &self.names;
        self.list.sort_by(|a, b| (a.rel, names.get(a.name), a.id).cmp(&(b.rel, names.get(b.name), b.id)));
        let slices = Slices::build(relations, self.list.iter().map(|index| index.rel.0 as usize));
        Indexes { names: self.names, list: self.list, parts: self.parts, slices, notes: Vec::new() }
    }
}

fn flags(row: &Row<'_>) -> Result<IndexFlags> {
    const BITS: [(usize, IndexFlags); 10] = [
        (9, IndexFlags::UNIQUE),
        (10, IndexFlags::PRIMARY),
        (11, IndexFlags::EXCLUSION),
        (12, IndexFlags::VALID),
        (13, IndexFlags::READY),
        (14, IndexFlags::REPLICA_IDENTITY),
        (15, IndexFlags::CLUSTERED),
        (16, IndexFlags::NULLS_NOT_DISTINCT),
        (17, IndexFlags::PARTITIONED),
        (18, IndexFlags::PREDICATE_UNREAD),
    ];
    let mut flags = IndexFlags::VISIBLE;
    for (column, bit) in BITS {
        flags.set(bit, row.bool(column)?);
    }
    Ok(flags)
}

/// Pages as of the last VACUUM or ANALYZE; a B-tree has at least its meta page, so 0 is unknown.
fn bytes(row: &Row<'_>) -> Result<Option<i64>> {
    let block = row.need_int(21)?;
    Ok(row.int(20)?.filter(|&pages| pages > 0).map(|pages| pages * block))
}

/// Expressions, predicates and comments, where no lock is in the way.
async fn texts(wire: &mut Wire, indexes: &mut Indexes) -> Result<()> {
    let locked = locks::read(wire).await?;
    let by_oid: HashMap<i64, usize> = indexes.list.iter().enumerate().map(|(n, index)| (index.id, n)).collect();
    let complete = locks::rows_or_locked(wire, files::INDEX_TEXTS.statement(), |row| {
        let Some(&at) = by_oid.get(&row.need_int(0)?) else { return Ok(()) };
        if let Some(parts) = row.list(1)? {
            set_expressions(indexes, at, &parts);
        }
        let predicate = row.text(2)?.map(|text| indexes.names.intern(&text));
        let comment = row.text(3)?.map(|text| indexes.names.intern(&text));
        let Some(index) = indexes.list.get_mut(at) else { return Ok(()) };
        if predicate.is_some() {
            index.predicate = predicate;
            index.flags.0 &= !IndexFlags::PREDICATE_UNREAD.0;
        }
        index.comment = comment;
        Ok(())
    })
    .await?;
    indexes.notes.extend(locks::note("expressions and predicates of indexes", &locked, complete));
    Ok(())
}

/// `texts` holds one element for each part; NULL where the part is a column.
fn set_expressions(indexes: &mut Indexes, at: usize, texts: &[Option<String>]) {
    let Some(index) = indexes.list.get_mut(at) else { return };
    let start = index.parts as usize;
    for (n, text) in texts.iter().enumerate().take(index.key_parts as usize) {
        let Some(text) = text else { continue };
        let sym = indexes.names.intern(text);
        if let Some(part) = indexes.parts.get_mut(start + n).filter(|part| part.column == 0) {
            part.text = sym;
        }
    }
    index.flags.0 &= !IndexFlags::EXPRESSION_UNREAD.0;
}
