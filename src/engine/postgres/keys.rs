//! Constraints of every kind.

use super::files::{self, File};
use super::locks;
use super::oids::{Attributes, RelOids};
use super::value::Row;
use super::wire::Wire;
use crate::engine::{Result, Scope};
use crate::model::{Action, Indexes, Key, KeyKind, Keys, Names, RelId, Relations, Sym};
use std::collections::HashMap;

/// A constraint with what only sorting it out needs.
struct Raw {
    key: Key,
    parent: i64,
    referenced: i64,
}

/// Light: one statement. Full: three.
pub async fn read(
    wire: &mut Wire,
    file: File,
    relations: &Relations,
    attributes: &Attributes,
    indexes: Option<&Indexes>,
    scope: Scope,
) -> Result<Keys> {
    let mut build = Build {
        relations,
        attributes,
        oids: RelOids::new(relations),
        referenced: RelOids::new(relations),
        names: Names::new(),
        parts: Vec::new(),
    };
    let mut raw = Vec::new();
    wire.rows(file.statement(), |row| {
        raw.extend(build.take(row)?);
        Ok(())
    })
    .await?;
    let names = build.names;
    let mut list = without_copies(raw);
    list.sort_by(|a, b| {
        let name = |key: &Key| names.opt(key.name).unwrap_or_default();
        (a.rel, a.kind, name(a), a.id).cmp(&(b.rel, b.kind, name(b), b.id))
    });
    let mut keys = Keys { names, list, parts: build.parts, ..Keys::default() };
    keys.link(relations.list.len());
    if let Some(indexes) = indexes {
        keys.mark_indexed(indexes);
    }
    if scope == Scope::Full {
        texts(wire, &mut keys).await?;
    }
    keys.names.seal();
    Ok(keys)
}

/// A foreign key that references a partitioned table has one more row for each of its partitions: those
/// are the engine's own business. What remains of copies is one for each partition of the referencing table.
fn without_copies(raw: Vec<Raw>) -> Vec<Key> {
    let above: HashMap<i64, (i64, i64)> = raw
        .iter()
        .filter(|raw| raw.key.kind == KeyKind::Foreign)
        .map(|raw| (raw.key.id, (raw.parent, raw.referenced)))
        .collect();
    let is_copy = |raw: &Raw| {
        let mut parent = raw.parent;
        // Bounded, so that a damaged catalog cannot turn this into a loop without end.
        for _ in 0..64 {
            let Some(&(next, referenced)) = above.get(&parent) else { return false };
            if next == 0 {
                return referenced != raw.referenced;
            }
            parent = next;
        }
        false
    };
    let keep: Vec<bool> =
        raw.iter().map(|raw| raw.key.kind != KeyKind::Foreign || raw.parent == 0 || !is_copy(raw)).collect();
    raw.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(raw, _)| raw.key).collect()
}

struct Build<'a> {
    relations: &'a Relations,
    attributes: &'a Attributes,
    oids: RelOids,
    referenced: RelOids,
    names: Names,
    parts: Vec<Sym>,
}

impl Build<'_> {
    fn take(&mut self, row: &Row<'_>) -> Result<Option<Raw>> {
        let Some(rel) = self.oids.find(row.need_int(1)?) else { return Ok(None) };
        let Some(kind) = kind(row.code(3)?) else { return Ok(None) };
        let foreign = kind == KeyKind::Foreign;
        let referenced = row.need_int(5)?;
        let ref_rel = if foreign { self.referenced.find(referenced) } else { None };
        let start = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        let columns = self.push_columns(Some(rel), &row.ints(4)?);
        let ref_columns = self.push_columns(ref_rel, &row.ints(6)?);
        let name = self.names.intern(&row.need(2)?);
        let backed = matches!(kind, KeyKind::Primary | KeyKind::Unique | KeyKind::Exclusion);
        let (ref_schema, ref_table) = match ref_rel {
            Some(rel) => {
                let schema = self.names.intern(self.relations.schema_name(rel));
                (Some(schema), Some(self.names.intern(self.relations.name(rel))))
            }
            None => (None, None),
        };
        let parent = row.need_int(14)?;
        let key = Key {
            id: row.need_int(0)?,
            rel,
            name: Some(name),
            kind,
            parts: start,
            columns,
            ref_columns,
            ref_schema,
            ref_table,
            ref_rel,
            on_update: action(row.code(7)?, foreign),
            on_delete: action(row.code(8)?, foreign),
            validated: Some(row.bool(10)?),
            enforced: Some(row.bool(11)?),
            deferrable: row.bool(12)?,
            initially_deferred: row.bool(13)?,
            match_full: foreign && row.code(9)? == 'f',
            inherited: parent != 0 || row.need_int(15)? > 0,
            // The server keeps the names of a constraint and of its index the same.
            index: backed.then_some(name),
            indexed: None,
            definition: None,
        };
        Ok(Some(Raw { key, parent, referenced }))
    }

    fn push_columns(&mut self, rel: Option<RelId>, numbers: &[i64]) -> u16 {
        let Some(rel) = rel else { return 0 };
        let before = self.parts.len();
        // 0 is an expression of an exclusion constraint; its text has it.
        for &number in numbers.iter().filter(|&&number| number != 0) {
            let sym = match self.attributes.find(rel, number) {
                Some(attribute) => self.names.intern(self.attributes.names.get(attribute.name)),
                None => self.names.intern(&self.attributes.name(rel, number)),
            };
            self.parts.push(sym);
        }
        (self.parts.len() - before) as u16
    }
}

fn kind(code: char) -> Option<KeyKind> {
    match code {
        'p' => Some(KeyKind::Primary),
        'u' => Some(KeyKind::Unique),
        'f' => Some(KeyKind::Foreign),
        'c' => Some(KeyKind::Check),
        'x' => Some(KeyKind::Exclusion),
        'n' => Some(KeyKind::NotNull),
        _ => None,
    }
}

fn action(code: char, foreign: bool) -> Option<Action> {
    if !foreign {
        return None;
    }
    match code {
        'a' => Some(Action::NoAction),
        'r' => Some(Action::Restrict),
        'c' => Some(Action::Cascade),
        'n' => Some(Action::SetNull),
        'd' => Some(Action::SetDefault),
        _ => None,
    }
}

/// Texts of checks and exclusions, where no lock is in the way.
async fn texts(wire: &mut Wire, keys: &mut Keys) -> Result<()> {
    let locked = locks::read(wire).await?;
    let by_oid: HashMap<i64, usize> = keys.list.iter().enumerate().map(|(n, key)| (key.id, n)).collect();
    let complete = locks::rows_or_locked(wire, files::KEY_TEXTS.statement(), |row| {
        let sym = keys.names.intern(&row.need(1)?);
        if let Some(key) = by_oid.get(&row.need_int(0)?).and_then(|&n| keys.list.get_mut(n)) {
            key.definition = Some(sym);
        }
        Ok(())
    })
    .await?;
    keys.notes.extend(locks::note("texts of check and exclusion constraints", &locked, complete));
    Ok(())
}
