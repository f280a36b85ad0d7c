//! Indexes with size and use, each from the cheapest place that this account may read.
//!
//! Use is rows fetched, not scans: neither make counts scans in its performance schema. FULLTEXT is never
//! counted, so its use stays unknown.

use super::columns::expression_text;
use super::flavor::{Variants, sql};
use super::names::{Lookup, key};
use super::wire::Row;
use super::{Session, cut, known};
use crate::engine::Scope;
use crate::engine::error::{ErrorKind, Result};
use crate::model::{Index, IndexFlags, IndexPart, IndexUse, Indexes, Known, Note, RelId, Relations, Slices, Sym};
use std::collections::HashMap;

const INDEXES: Variants = Variants {
    mysql: &[
        (80_013, || sql!("indexes_mysql.sql")),
        (80_000, || sql!("indexes_mysql_80.sql")),
        (0, || sql!("indexes_mysql_57.sql")),
    ],
    mariadb: &[(100_600, || sql!("indexes_mariadb.sql")), (0, || sql!("indexes_mysql_57.sql"))],
};

/// One row: one part of an index.
struct Raw {
    rel: RelId,
    name: Sym,
    position: u32,
    part: IndexPart,
    method: Sym,
    unique: bool,
    visible: bool,
    comment: Option<Sym>,
}

impl Session {
    pub async fn read_indexes(&mut self, relations: &Relations, _scope: Scope) -> Result<Known<Indexes>> {
        self.ensure_positions().await?;
        let positions = self.positions.take().unwrap_or_default();
        let lookup = Lookup::new(relations);
        let mut out = Indexes::default();
        let mut raws = Vec::new();
        let dialect = self.dialect();
        let statement = self.settings.flavor.pick(&INDEXES).unwrap_or(sql!("indexes_mysql_57.sql"));
        let result = self
            .wire
            .rows(&statement, |row| {
                if let Some(rel) = lookup.find(&row.text(0)?, &row.text(1)?) {
                    let part = part(row, &mut out, &positions, dialect)?;
                    raws.push(raw(row, rel, part, &mut out)?);
                }
                Ok(())
            })
            .await;
        let cut = cut(result)?;
        assemble(&mut out, raws, relations.list.len());
        if cut.is_none() {
            self.read_index_sizes(&mut out, relations).await?;
            self.read_index_usage(&mut out, relations).await?;
        }
        out.names.seal();
        Ok(known(out, cut))
    }

    /// The columns' positions, which no view of indexes has; usually the columns were read just before.
    async fn ensure_positions(&mut self) -> Result<()> {
        if self.positions.is_some() {
            return Ok(());
        }
        let mut positions = HashMap::new();
        self.wire
            .rows(&sql!("column_positions.sql"), |row| {
                let at = key(&[&row.text(0)?, &row.text(1)?, &row.text(2)?]);
                positions.insert(at, u16::try_from(row.int(3)?).unwrap_or(u16::MAX));
                Ok(())
            })
            .await?;
        self.positions = Some(positions);
        Ok(())
    }

    async fn read_index_sizes(&mut self, out: &mut Indexes, relations: &Relations) -> Result<()> {
        if out.list.is_empty() {
            return Ok(());
        }
        let lookup = Lookup::new(relations);
        let mut bytes: HashMap<u64, i64> = HashMap::new();
        let page_size = self.settings.page_size;
        let refused = self
            .optional(&sql!("index_sizes.sql"), |row| {
                if let (Some((rel, _)), Some(pages)) =
                    (lookup.find_partition(&row.text(0)?, &row.text(1)?), row.opt_int(3)?)
                {
                    let sum = bytes.entry(index_key(rel, &row.text(2)?)).or_default();
                    *sum = sum.saturating_add(pages.saturating_mul(page_size));
                }
                Ok(())
            })
            .await?;
        for index in &mut out.list {
            index.bytes = bytes.get(&index_key(index.rel, out.names.get(index.name))).copied();
        }
        if refused.is_some() {
            let grant = self.grant("SELECT ON mysql.innodb_index_stats").await?;
            out.notes.push(Note::denied("sizes of indexes are not known", grant));
        }
        Ok(())
    }

    async fn read_index_usage(&mut self, out: &mut Indexes, relations: &Relations) -> Result<()> {
        if out.list.is_empty() {
            return Ok(());
        }
        let mut fetched = HashMap::new();
        match self.counters(relations, &mut fetched).await? {
            Err(why) => out.notes.push(note_of(why)),
            Ok(complete) => set_usage(out, &fetched, complete),
        }
        Ok(())
    }

    /// Rows fetched by [`index_key`]. `Ok(true)` when an index without a count was not used; `Err` says why
    /// there are no counts.
    pub async fn counters(
        &mut self,
        relations: &Relations,
        fetched: &mut HashMap<u64, i64>,
    ) -> Result<std::result::Result<bool, Known<Vec<IndexUse>>>> {
        if self.settings.performance_schema {
            return self.usage_from_performance_schema(relations, fetched).await;
        }
        if self.settings.userstat {
            return self.usage_from_userstat(relations, fetched).await;
        }
        let userstat = if self.settings.flavor.is_mariadb() { ", or SET GLOBAL userstat = 1" } else { "" };
        Ok(Err(Known::unsupported(format!(
            "use of indexes is not counted: the server runs with performance_schema = OFF (it takes \
             performance_schema = ON in its option file and a restart{userstat})"
        ))))
    }

    /// `Ok(true)` when an index without a count was not used; `Err` says why there are no counts.
    async fn usage_from_performance_schema(
        &mut self,
        relations: &Relations,
        fetched: &mut HashMap<u64, i64>,
    ) -> Result<std::result::Result<bool, Known<Vec<IndexUse>>>> {
        let mut counted = false;
        let refused = self
            .optional(&sql!("index_usage_state.sql"), |row| {
                counted = row.flag(0)?;
                Ok(())
            })
            .await?;
        if let Some(error) = refused {
            return Ok(Err(self.usage_refused(error.kind).await?));
        }
        if !counted {
            return Ok(Err(Known::unsupported(
                "use of indexes is not counted: the instrument wait/io/table/sql/handler is off in \
                 performance_schema.setup_instruments",
            )));
        }
        if let Some(error) = self.read_usage(&sql!("index_usage.sql"), relations, fetched).await? {
            return Ok(Err(self.usage_refused(error).await?));
        }
        let mut lost = 0;
        self.wire
            .rows(&sql!("index_usage_lost.sql"), |row| {
                lost = row.opt_int(1)?.unwrap_or(0);
                Ok(())
            })
            .await?;
        Ok(Ok(lost == 0))
    }

    async fn usage_from_userstat(
        &mut self,
        relations: &Relations,
        fetched: &mut HashMap<u64, i64>,
    ) -> Result<std::result::Result<bool, Known<Vec<IndexUse>>>> {
        match self.read_usage(&sql!("index_userstat.sql"), relations, fetched).await? {
            None => Ok(Ok(true)),
            Some(_) => Ok(Err(late("use of indexes could not be read from INDEX_STATISTICS"))),
        }
    }

    async fn read_usage(
        &mut self,
        statement: &crate::engine::guard::Statement,
        relations: &Relations,
        fetched: &mut HashMap<u64, i64>,
    ) -> Result<Option<ErrorKind>> {
        let lookup = Lookup::new(relations);
        let refused = self
            .optional(statement, |row| {
                if let (Some(rel), Some(count)) = (lookup.find(&row.text(0)?, &row.text(1)?), row.opt_int(3)?) {
                    fetched.insert(index_key(rel, &row.text(2)?), count);
                }
                Ok(())
            })
            .await?;
        Ok(refused.map(|error| error.kind))
    }

    async fn usage_refused(&mut self, kind: ErrorKind) -> Result<Known<Vec<IndexUse>>> {
        if kind != ErrorKind::Denied {
            return Ok(late("use of indexes could not be read in time"));
        }
        let grant = self.grant("SELECT ON performance_schema.*").await?;
        Ok(Known::denied("use of indexes is not known", grant))
    }
}

fn late(what: &str) -> Known<Vec<IndexUse>> {
    Known::TimedOut { what: what.to_owned(), partial: None }
}

fn note_of(why: Known<Vec<IndexUse>>) -> Note {
    match why {
        Known::Denied { what, grant } => Note::denied(what, grant),
        Known::Unsupported { what, .. } | Known::TimedOut { what, .. } => Note::new(what),
        Known::Ready(_) | Known::NotYet => Note::new("use of indexes is not known"),
    }
}

pub fn index_key(rel: RelId, name: &str) -> u64 {
    key(&[&rel.0.to_string(), name])
}

fn set_usage(out: &mut Indexes, fetched: &HashMap<u64, i64>, complete: bool) {
    let mut unknown = 0;
    for index in &mut out.list {
        if out.names.get(index.method) == "fulltext" {
            continue;
        }
        let count = fetched.get(&index_key(index.rel, out.names.get(index.name))).copied();
        index.scans = count.or(complete.then_some(0));
        unknown += usize::from(index.scans.is_none());
    }
    if unknown > 0 {
        out.notes.push(Note::new(format!(
            "use of {unknown} indexes is not known: the server had no room to count all tables \
             (performance_schema_max_table_instances)"
        )));
    }
}

fn part(
    row: &Row<'_>,
    out: &mut Indexes,
    positions: &HashMap<u64, u16>,
    dialect: super::columns::Dialect,
) -> Result<IndexPart> {
    let (text, column) = match (row.opt(4)?, row.filled(11)?) {
        (Some(name), _) => {
            let at = key(&[&row.text(0)?, &row.text(1)?, &name]);
            (out.names.intern(&name), positions.get(&at).copied().unwrap_or(0))
        }
        (None, Some(expression)) => (out.names.intern(&expression_text(&expression, dialect)), 0),
        (None, None) => (out.names.intern("(expression)"), 0),
    };
    let descending = row.opt(6)?.as_deref() == Some("D");
    let sub_part = row.opt_int(5)?.unwrap_or(0);
    Ok(IndexPart {
        text,
        column,
        descending,
        // NULLs sort below every value here.
        nulls_first: !descending,
        opclass: None,
        collation: None,
        sub_part: u32::try_from(sub_part).unwrap_or(0),
    })
}

fn raw(row: &Row<'_>, rel: RelId, mut part: IndexPart, out: &mut Indexes) -> Result<Raw> {
    let method = method(&row.text(7)?);
    // What is reported for a spatial index is the size of its bounding box, not a prefix of the column.
    if method == "spatial" || method == "fulltext" {
        part.sub_part = 0;
    }
    Ok(Raw {
        rel,
        name: out.names.intern(&row.text(2)?),
        position: u32::try_from(row.int(3)?).unwrap_or(0),
        part,
        method: out.names.intern(&method),
        unique: row.opt_int(8)? == Some(0),
        visible: row.opt(10)?.is_none_or(|text| text != "NO"),
        comment: row.filled(9)?.map(|text| out.names.intern(&text)),
    })
}

fn method(index_type: &str) -> String {
    match index_type.to_ascii_lowercase().as_str() {
        "rtree" => "spatial".into(),
        other => other.to_owned(),
    }
}

fn assemble(out: &mut Indexes, mut raws: Vec<Raw>, relations: usize) {
    let names = &out.names;
    raws.sort_by(|a, b| (a.rel, names.get(a.name), a.position).cmp(&(b.rel, names.get(b.name), b.position)));
    for raw in raws {
        let same = out.list.last().is_some_and(|index: &Index| index.rel == raw.rel && index.name == raw.name);
        if !same {
            let index = index(&raw, out);
            out.list.push(index);
        }
        out.parts.push(raw.part);
        if let Some(index) = out.list.last_mut() {
            index.key_parts += 1;
            let unread = out.names.get(raw.part.text) == "(expression)" && raw.part.column == 0;
            index.flags.set(IndexFlags::EXPRESSION_UNREAD, unread);
        }
    }
    out.slices = Slices::build(relations, out.list.iter().map(|index| index.rel.0 as usize));
}

fn index(raw: &Raw, out: &Indexes) -> Index {
    let primary = out.names.get(raw.name) == "PRIMARY";
    let mut flags = IndexFlags::default();
    flags.set(IndexFlags::UNIQUE, raw.unique);
    flags.set(IndexFlags::PRIMARY, primary);
    flags.set(IndexFlags::VALID, true);
    flags.set(IndexFlags::READY, true);
    flags.set(IndexFlags::VISIBLE, raw.visible);
    Index {
        id: 0,
        rel: raw.rel,
        name: raw.name,
        method: raw.method,
        parts: out.parts.len() as u32,
        key_parts: 0,
        include_parts: 0,
        flags,
        predicate: None,
        // A unique index is the constraint of its name.
        constraint: (primary || raw.unique).then_some(raw.name),
        parent: 0,
        options: None,
        comment: raw.comment,
        bytes: None,
        scans: None,
        last_scan: None,
        statistics: None,
        definition: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_methods() {
        for (from, to) in [("BTREE", "btree"), ("RTREE", "spatial"), ("SPATIAL", "spatial"), ("FULLTEXT", "fulltext")] {
            assert_eq!(method(from), to);
        }
    }

    fn raw_of(out: &mut Indexes, name: &str, position: u32, column: &str, unique: bool) -> Raw {
        let text = out.names.intern(column);
        let part = IndexPart {
            text,
            column: 1,
            descending: false,
            nulls_first: true,
            opclass: None,
            collation: None,
            sub_part: 0,
        };
        let method = out.names.intern("btree");
        let name = out.names.intern(name);
        Raw { rel: RelId(0), name, position, part, method, unique, visible: true, comment: None }
    }

    #[test]
    fn parts_come_together_in_order() {
        let mut out = Indexes::default();
        let raws = vec![
            raw_of(&mut out, "k", 2, "b", false),
            raw_of(&mut out, "PRIMARY", 1, "id", true),
            raw_of(&mut out, "k", 1, "a", false),
        ];
        assemble(&mut out, raws, 1);
        let shape: Vec<(String, Vec<String>)> = out
            .of(RelId(0))
            .iter()
            .map(|index| {
                let parts = out.key(index).iter().map(|part| out.names.get(part.text).to_owned()).collect();
                (out.names.get(index.name).to_owned(), parts)
            })
            .collect();
        assert_eq!(shape, [("PRIMARY".into(), vec!["id".into()]), ("k".into(), vec!["a".into(), "b".into()])]);
        assert!(out.list[0].flags.has(IndexFlags::PRIMARY) && out.list[0].constraint.is_some());
        assert!(out.list[1].constraint.is_none());
    }

    #[test]
    fn an_uncounted_index_is_unused_only_when_all_are_counted() {
        let mut out = Indexes::default();
        let raws = vec![raw_of(&mut out, "k", 1, "a", false)];
        assemble(&mut out, raws, 1);
        set_usage(&mut out, &HashMap::new(), false);
        assert_eq!((out.list[0].scans, out.notes.len()), (None, 1));
        set_usage(&mut out, &HashMap::new(), true);
        assert_eq!(out.list[0].scans, Some(0));
    }
}
