//! Indexes with key columns, expressions and predicates.

use super::declared::{self, IndexText, TableText, What};
use super::relations::STATISTICS;
use super::wire::{Row, Wire};
use crate::engine::Result;
use crate::engine::guard::Statement;
use crate::model::{Index, IndexFlags, IndexPart, Indexes, Names, RelFlags, RelId, Relations, Slices};
use std::collections::HashMap;

const INDEXES: Statement = Statement::file("sqlite/indexes.sql", include_str!("sql/indexes.sql"));

struct Part {
    cid: i64,
    name: Option<String>,
    descending: bool,
    collation: String,
}

struct Found {
    rel: RelId,
    name: String,
    unique: bool,
    /// `c` by CREATE INDEX, `u` for UNIQUE, `pk` for a primary key.
    origin: String,
    partial: bool,
    parts: Vec<Part>,
}

/// What the texts and statistics add to the pragmas.
struct Texts {
    /// `CREATE INDEX` by index name: the source and its parts.
    indexes: HashMap<String, (String, Option<IndexText>)>,
    tables: HashMap<RelId, TableText>,
    /// Words of `sqlite_stat1` by index name.
    statistics: HashMap<String, String>,
}

pub(super) async fn indexes(wire: &mut Wire, relations: &Relations, sizes: &HashMap<String, i64>) -> Result<Indexes> {
    let ids = super::by_name(relations);
    let rows = wire.fetch(&INDEXES, None).await?;
    let sources = super::sources(wire, None).await?;
    let statistics = match ids.contains_key("sqlite_stat1") {
        true => wire.fetch(&STATISTICS, None).await?,
        false => Vec::new(),
    };
    let mut texts = Texts { indexes: HashMap::new(), tables: HashMap::new(), statistics: HashMap::new() };
    for source in sources {
        match (source.kind.as_str(), ids.get(source.name.as_str())) {
            ("index", _) => {
                let parsed = declared::index(&source.text);
                texts.indexes.insert(source.name, (source.text, parsed));
            }
            ("table", Some(&id)) => {
                texts.tables.extend(declared::table(&source.text).map(|table| (id, table)));
            }
            _ => {}
        }
    }
    for row in &statistics {
        if let (Some(index), Some(words)) = (row.text_opt(1), row.text_opt(2)) {
            texts.statistics.insert(index.to_owned(), words.to_owned());
        }
    }
    let mut found = group(&rows, &ids);
    found.sort_by(|a, b| (a.rel, &a.name).cmp(&(b.rel, &b.name)));
    Ok(build(&found, relations, &texts, sizes))
}

fn group(rows: &[Row], ids: &HashMap<&str, RelId>) -> Vec<Found> {
    let mut out: Vec<Found> = Vec::new();
    for row in rows {
        let Some(&rel) = ids.get(row.text(0)) else { continue };
        if !out.last().is_some_and(|last| last.rel == rel && last.name == row.text(1)) {
            out.push(Found {
                rel,
                name: row.text(1).to_owned(),
                unique: row.flag(2),
                origin: row.text(3).to_owned(),
                partial: row.flag(4),
                parts: Vec::new(),
            });
        }
        let Some(last) = out.last_mut() else { continue };
        last.parts.push(Part {
            cid: row.int(6).unwrap_or(-2),
            name: row.text_opt(7).map(str::to_owned),
            descending: row.flag(8),
            collation: row.text(9).to_owned(),
        });
    }
    out
}

fn build(found: &[Found], relations: &Relations, texts: &Texts, sizes: &HashMap<String, i64>) -> Indexes {
    let mut out = Indexes::default();
    for index in found {
        let own = texts.tables.get(&index.rel);
        let parsed = texts.indexes.get(&index.name).and_then(|(_, parsed)| parsed.as_ref());
        let entry = described(&mut out, index, relations, texts, sizes);
        for (n, part) in index.parts.iter().enumerate() {
            let part = key_part(&mut out.names, part, n, parsed, own);
            out.parts.push(part);
        }
        out.list.push(entry);
    }
    out.slices = Slices::build(relations.list.len(), out.list.iter().map(|index| index.rel.0 as usize));
    out.names.seal();
    out
}

/// The index itself; its parts follow at the end of `out.parts`.
fn described(
    out: &mut Indexes,
    index: &Found,
    relations: &Relations,
    texts: &Texts,
    sizes: &HashMap<String, i64>,
) -> Index {
    let text = texts.indexes.get(&index.name);
    let parsed = text.and_then(|(_, parsed)| parsed.as_ref());
    // The key of a table WITHOUT ROWID is the table: it has its name in the statistics and the sizes.
    let without = relations.get(index.rel).is_some_and(|rel| rel.flags.has(RelFlags::WITHOUT_ROWID));
    let clustered = without && index.origin == "pk";
    let stored = if clustered { relations.name(index.rel) } else { index.name.as_str() };
    let predicate = parsed.and_then(|parsed| parsed.predicate.as_deref()).filter(|_| index.partial);
    let mut flags = flags(index, clustered);
    let unread = index.parts.iter().any(|part| part.cid == -2) && parsed.is_none();
    flags.set(IndexFlags::EXPRESSION_UNREAD, unread);
    flags.set(IndexFlags::PREDICATE_UNREAD, index.partial && predicate.is_none());
    let names = &mut out.names;
    Index {
        id: 0,
        rel: index.rel,
        name: names.intern(&index.name),
        method: names.intern("btree"),
        parts: out.parts.len() as u32,
        key_parts: index.parts.len() as u16,
        include_parts: 0,
        flags,
        predicate: names.intern_opt(predicate),
        constraint: names.intern_opt(constraint(index, texts.tables.get(&index.rel))),
        parent: 0,
        options: None,
        comment: None,
        bytes: sizes.get(stored).copied(),
        scans: None,
        last_scan: None,
        statistics: names.intern_opt(texts.statistics.get(stored).map(String::as_str)),
        definition: names.intern_opt(text.map(|(source, _)| source.as_str())),
    }
}

fn flags(index: &Found, clustered: bool) -> IndexFlags {
    let mut flags = IndexFlags::default();
    for always in [IndexFlags::VALID, IndexFlags::READY, IndexFlags::VISIBLE] {
        flags.set(always, true);
    }
    flags.set(IndexFlags::UNIQUE, index.unique);
    flags.set(IndexFlags::PRIMARY, index.origin == "pk");
    flags.set(IndexFlags::AUTOMATIC, index.origin != "c");
    flags.set(IndexFlags::CLUSTERED, clustered);
    flags
}

fn key_part(
    names: &mut Names,
    part: &Part,
    n: usize,
    parsed: Option<&IndexText>,
    table: Option<&TableText>,
) -> IndexPart {
    let expression = || parsed.and_then(|parsed| parsed.parts.get(n)).map_or("(expression)", String::as_str);
    let text = match part.cid {
        -2 => expression(),
        -1 => "rowid",
        _ => part.name.as_deref().unwrap_or(""),
    };
    let column = table.and_then(|table| table.column(text));
    let own = column.and_then(|column| column.collation.as_deref()).unwrap_or("BINARY");
    let differs = !part.collation.is_empty() && !part.collation.eq_ignore_ascii_case(own);
    IndexPart {
        text: names.intern(text),
        column: u16::try_from(part.cid + 1).unwrap_or(0),
        descending: part.descending,
        // SQLite holds NULL for the smallest value: first when ascending.
        nulls_first: !part.descending,
        opclass: None,
        collation: differs.then(|| names.intern(&part.collation)),
        sub_part: 0,
    }
}

/// The name of the constraint that made this index, when the text has one with just these columns.
fn constraint<'t>(index: &Found, table: Option<&'t TableText>) -> Option<&'t str> {
    let what = match index.origin.as_str() {
        "u" => What::Unique,
        "pk" => What::Primary,
        _ => return None,
    };
    let same = |columns: &[String]| {
        columns.len() == index.parts.len()
            && columns
                .iter()
                .zip(&index.parts)
                .all(|(column, part)| part.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(column)))
    };
    let constraints = &table?.constraints;
    constraints.iter().find(|one| one.what == what && same(&one.columns)).and_then(|one| one.name.as_deref())
}
