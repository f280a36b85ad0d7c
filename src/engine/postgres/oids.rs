//! From the server's numbers to ours, and the names of columns by their numbers.

use super::files;
use super::wire::Wire;
use crate::engine::Result;
use crate::model::{Names, RelId, Relations, Sym};
use std::collections::HashMap;

/// Relations by oid. Rows come mostly grouped by relation, so the last answer is kept.
pub struct RelOids {
    map: HashMap<u32, u32>,
    last: (i64, Option<RelId>),
}

impl RelOids {
    pub fn new(relations: &Relations) -> Self {
        let map = relations.iter().filter_map(|(id, rel)| Some((u32::try_from(rel.id).ok()?, id.0))).collect();
        Self { map, last: (-1, None) }
    }

    /// The relation of this oid; `None` for one that is not shown, or that was made after the tree was read.
    pub fn find(&mut self, oid: i64) -> Option<RelId> {
        if self.last.0 != oid {
            self.last = (oid, u32::try_from(oid).ok().and_then(|oid| self.map.get(&oid)).map(|&id| RelId(id)));
        }
        self.last.1
    }
}

/// One column as indexes and constraints see it.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    pub rel: RelId,
    pub number: u16,
    pub name: Sym,
    /// Oid of the collation; 0 where it is the database's own or there is none.
    pub collation: u32,
}

/// The columns of all relations, by relation and number: what turns `indkey` and `conkey` into names.
#[derive(Default)]
pub struct Attributes {
    pub names: Names,
    list: Vec<Attribute>,
}

impl Attributes {
    pub fn new(names: Names, mut list: Vec<Attribute>) -> Self {
        list.sort_unstable_by_key(|attribute| (attribute.rel, attribute.number));
        Self { names, list }
    }

    pub fn find(&self, rel: RelId, number: i64) -> Option<&Attribute> {
        let number = u16::try_from(number).ok()?;
        let at = self.list.binary_search_by_key(&(rel, number), |attribute| (attribute.rel, attribute.number)).ok()?;
        self.list.get(at)
    }

    /// The name of a column, `(system column)` for a negative number and the number itself for one that
    /// was made after the columns were read.
    pub fn name(&self, rel: RelId, number: i64) -> String {
        match self.find(rel, number) {
            Some(attribute) => self.names.get(attribute.name).to_owned(),
            None if number < 0 => system_column(number).to_owned(),
            None => format!("column {number}"),
        }
    }
}

fn system_column(number: i64) -> &'static str {
    match number {
        -1 => "ctid",
        -2 => "xmin",
        -3 => "cmin",
        -4 => "xmax",
        -5 => "cmax",
        -6 => "tableoid",
        _ => "system column",
    }
}

/// Reads names alone, where the columns were not read just before.
pub async fn read_attributes(wire: &mut Wire, relations: &Relations) -> Result<Attributes> {
    let mut oids = RelOids::new(relations);
    let mut names = Names::new();
    let mut list = Vec::new();
    wire.rows(files::ATTRIBUTES.statement(), |row| {
        let Some(rel) = oids.find(row.need_int(0)?) else { return Ok(()) };
        list.push(Attribute {
            rel,
            number: number(row.need_int(1)?),
            name: names.intern(&row.need(2)?),
            collation: u32::try_from(row.int(3)?.unwrap_or(0)).unwrap_or(0),
        });
        Ok(())
    })
    .await?;
    Ok(Attributes::new(names, list))
}

/// A column number; PostgreSQL's limit is 1,600.
pub fn number(value: i64) -> u16 {
    u16::try_from(value).unwrap_or(0)
}
