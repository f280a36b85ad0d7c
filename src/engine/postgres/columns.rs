//! Columns: light for everything, full with defaults, comments and the planner's statistics.

use super::files;
use super::locks;
use super::oids::{Attribute, Attributes, RelOids, number};
use super::wire::Wire;
use crate::engine::{Result, Scope};
use crate::model::{ColFlags, Column, Columns, Generated, Names, Note, RelId, Relations, Slices, Sym, ValueStats};
use std::collections::HashMap;

/// A type as the catalog has it: type, modifier, collation (0: the database's own or none).
type TypeKey = (i64, i64, i64);

/// The columns, and their names by number for the statements that follow.
///
/// Light: three statements. Full: ten.
pub async fn read(wire: &mut Wire, relations: &Relations, scope: Scope) -> Result<(Columns, Attributes)> {
    let mut oids = RelOids::new(relations);
    let mut names = Names::new();
    let mut short = Names::new();
    let nameless = names.intern("");
    let mut types = Types::default();
    let mut attributes: Vec<Attribute> = Vec::with_capacity(relations.list.len() * 6);
    let mut list: Vec<(RelId, u32, Column)> = Vec::with_capacity(relations.list.len() * 6);
    wire.rows(files::COLUMNS.statement(), |row| {
        let Some(rel) = oids.find(row.need_int(0)?) else { return Ok(()) };
        let position = number(row.need_int(1)?);
        let name = row.need(2)?;
        let collation = row.need_int(9)?;
        attributes.push(Attribute {
            rel,
            number: position,
            name: short.intern(&name),
            collation: u32::try_from(collation).unwrap_or(0),
        });
        let key = types.of((row.need_int(3)?, row.need_int(4)?, collation));
        list.push((rel, key, column(row, names.intern(&name), nameless, position)?));
        Ok(())
    })
    .await?;
    let texts = types.read(wire, &mut names).await?;
    for (_, key, column) in &mut list {
        if let Some(&(type_name, collation)) = texts.get(*key as usize) {
            column.type_name = type_name.unwrap_or(nameless);
            column.collation = collation;
        }
    }
    list.sort_unstable_by_key(|(rel, _, column)| (*rel, column.position));
    let slices = Slices::build(relations.list.len(), list.iter().map(|(rel, ..)| rel.0 as usize));
    let list = list.into_iter().map(|(.., column)| column).collect();
    let mut columns = Columns { names, list, slices, ..Columns::default() };
    mark_primary(wire, &mut columns, &mut oids).await?;
    if scope == Scope::Full {
        self::texts(wire, &mut columns, &mut oids).await?;
        statistics(wire, &mut columns, relations, &mut oids).await?;
    }
    columns.names.seal();
    short.seal();
    Ok((columns, Attributes::new(short, attributes)))
}

/// The types in use, numbered in the order in which they were met.
#[derive(Default)]
struct Types {
    numbers: HashMap<TypeKey, u32>,
    keys: Vec<TypeKey>,
}

impl Types {
    fn of(&mut self, key: TypeKey) -> u32 {
        *self.numbers.entry(key).or_insert_with(|| {
            self.keys.push(key);
            self.keys.len() as u32 - 1
        })
    }

    /// The text of each type and the collation where it is not the type's own, by number.
    async fn read(&self, wire: &mut Wire, names: &mut Names) -> Result<Vec<(Option<Sym>, Option<Sym>)>> {
        let mut found = vec![(None, None); self.keys.len()];
        let array = |part: fn(&TypeKey) -> i64| {
            let numbers: Vec<String> = self.keys.iter().map(|key| part(key).to_string()).collect();
            format!("{{{}}}", numbers.join(","))
        };
        let (types, modifiers, collations) = (array(|key| key.0), array(|key| key.1), array(|key| key.2));
        let values = [("types", types.as_str()), ("modifiers", &modifiers), ("collations", &collations)];
        wire.rows(files::COLUMN_TYPES.with(&values), |row| {
            let key = (row.need_int(0)?, row.need_int(1)?, row.need_int(2)?);
            let texts = (Some(names.intern(&row.need(3)?)), names.intern_opt(row.text(4)?.as_deref()));
            if let Some(slot) = self.numbers.get(&key).and_then(|&n| found.get_mut(n as usize)) {
                *slot = texts;
            }
            Ok(())
        })
        .await?;
        Ok(found)
    }
}

fn column(row: &super::value::Row<'_>, name: Sym, type_name: Sym, position: u16) -> Result<Column> {
    let mut flags = ColFlags::default();
    flags.set(ColFlags::NOT_NULL, row.bool(5)?);
    flags.set(ColFlags::DEFAULT_UNREAD, row.bool(6)?);
    let generated = match (row.code(7)?, row.code(8)?) {
        ('a', _) => Some(Generated::IdentityAlways),
        ('d', _) => Some(Generated::IdentityByDefault),
        (_, 's') => Some(Generated::Stored),
        (_, 'v') => Some(Generated::Virtual),
        _ => None,
    };
    Ok(Column {
        name,
        type_name,
        position,
        flags,
        generated,
        default: None,
        collation: None,
        comment: None,
        null_fraction: None,
        distinct: None,
        avg_width: None,
    })
}

/// The column of this relation and number, to be changed.
fn find(columns: &mut Columns, rel: Option<RelId>, number: i64) -> Option<&mut Column> {
    let range = columns.slices.of(rel?.0 as usize);
    let of = columns.list.get_mut(range)?;
    let at = of.binary_search_by_key(&number, |column| i64::from(column.position)).ok()?;
    of.get_mut(at)
}

async fn mark_primary(wire: &mut Wire, columns: &mut Columns, oids: &mut RelOids) -> Result<()> {
    wire.rows(files::PRIMARY_KEYS.statement(), |row| {
        let rel = oids.find(row.need_int(0)?);
        for number in row.ints(1)? {
            if let Some(column) = find(columns, rel, number) {
                column.flags.set(ColFlags::PRIMARY, true);
            }
        }
        Ok(())
    })
    .await
}

async fn texts(wire: &mut Wire, columns: &mut Columns, oids: &mut RelOids) -> Result<()> {
    let locked = locks::read(wire).await?;
    let mut defaults = Vec::new();
    let complete = locks::rows_or_locked(wire, files::COLUMN_DEFAULTS.statement(), |row| {
        defaults.push((row.need_int(0)?, row.need_int(1)?, row.need(2)?.into_owned()));
        Ok(())
    })
    .await?;
    for (oid, number, text) in defaults {
        let sym = columns.names.intern(&text);
        if let Some(column) = find(columns, oids.find(oid), number) {
            column.default = Some(sym);
            column.flags.0 &= !ColFlags::DEFAULT_UNREAD.0;
        }
    }
    columns.notes.extend(locks::note("default expressions", &locked, complete));
    wire.rows(files::COLUMN_COMMENTS.statement(), |row| {
        let (rel, number) = (oids.find(row.need_int(0)?), row.need_int(1)?);
        let sym = columns.names.intern(&row.need(2)?);
        if let Some(column) = find(columns, rel, number) {
            column.comment = Some(sym);
        }
        Ok(())
    })
    .await
}

async fn statistics(wire: &mut Wire, columns: &mut Columns, relations: &Relations, oids: &mut RelOids) -> Result<()> {
    wire.rows(files::COLUMN_STATS.statement(), |row| {
        let rel = oids.find(row.need_int(0)?);
        let rows = rel.and_then(|rel| relations.get(rel)).and_then(|rel| rel.rows);
        let (null_fraction, distinct, width) = (row.float(2)?, row.float(3)?, row.int(4)?);
        if let Some(column) = find(columns, rel, row.need_int(1)?) {
            column.null_fraction = null_fraction.map(|share| share as f32);
            column.distinct = distinct.and_then(|distinct| count_of(distinct, rows));
            column.avg_width = width.and_then(|width| i32::try_from(width).ok());
        }
        Ok(())
    })
    .await?;
    columns.notes.extend(rights(wire).await?);
    // What only a few rules want must not take the rest away.
    match values(wire, columns, oids).await {
        Err(error) if error.ends_session() => Err(error),
        Err(error) => {
            let text = format!("what the statistics say of values is not known: {}", error.message);
            columns.notes.push(Note::new(text));
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// What the statistics say of the values of a few columns: counts only.
async fn values(wire: &mut Wire, columns: &mut Columns, oids: &mut RelOids) -> Result<()> {
    let mut found = Vec::new();
    wire.rows(files::COLUMN_VALUES.statement(), |row| {
        let count = |at: usize| -> Result<u32> { Ok(u32::try_from(row.need_int(at)?).unwrap_or(u32::MAX)) };
        let Some(rel) = oids.find(row.need_int(0)?) else { return Ok(()) };
        found.push(ValueStats {
            rel: Some(rel),
            position: number(row.need_int(1)?),
            correlation: row.float(2)?.map(|share| share as f32),
            seen: count(3)?,
            json: count(4)?,
            hashes: count(5)?,
            opaque: count(6)?,
            epochs: count(7)?,
        });
        Ok(())
    })
    .await?;
    found.sort_unstable_by_key(|one| (one.rel, one.position));
    columns.values = found;
    let mut bare = Vec::new();
    wire.rows(files::COLUMNS_UNANALYZED.statement(), |row| {
        let position = number(row.need_int(1)?);
        bare.extend(oids.find(row.need_int(0)?).map(|rel| (rel, position)));
        Ok(())
    })
    .await?;
    columns.unanalyzed = bare;
    Ok(())
}

/// `n_distinct` as a count: below 0 it is a share of the rows, 0 is unknown.
pub fn count_of(distinct: f64, rows: Option<i64>) -> Option<f32> {
    if distinct > 0.0 {
        return Some(distinct as f32);
    }
    if distinct == 0.0 {
        return None;
    }
    rows.map(|rows| (-distinct * rows as f64) as f32)
}

/// Says of how many tables the statistics stay hidden from this role, and what brings them.
pub async fn rights(wire: &mut Wire) -> Result<Option<Note>> {
    wire.row(files::RIGHTS.statement(), |row| {
        let (unreadable, hidden, all) = (row.need_int(0)?, row.need_int(1)?, row.need_int(2)?);
        let role = row.need(3)?;
        if unreadable > 0 {
            let grant = if row.bool(4)? {
                format!("GRANT pg_read_all_data TO {role}")
            } else {
                format!("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {role}", row.text(5)?.unwrap_or_default())
            };
            let text = format!(
                "share of NULLs, distinct values and width are unknown in {unreadable} of {all} tables: this role may not read them"
            );
            return Ok(Some(Note::denied(text, grant)));
        }
        let text = format!(
            "share of NULLs, distinct values and width are hidden in {hidden} of {all} tables by row security"
        );
        Ok((hidden > 0).then(|| Note::new(text)))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::count_of;

    #[test]
    fn distinct_as_a_count() {
        assert_eq!(count_of(5.0, None), Some(5.0));
        assert_eq!(count_of(-0.5, Some(200)), Some(100.0));
        assert_eq!(count_of(-0.5, None), None);
        assert_eq!(count_of(0.0, Some(200)), None);
    }
}
