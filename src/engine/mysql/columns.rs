//! Columns, with defaults as SQL text on both makes, and what the engines know of their values.

use super::flavor::sql;
use super::names::{Lookup, is_system, key};
use super::wire::Row;
use super::{Session, TABLES_TO_OPEN, cut, known};
use crate::engine::Scope;
use crate::engine::error::Result;
use crate::engine::guard::Statement;
use crate::model::{
    ColFlags, Column, Columns, Generated, Known, Names, Note, RelFlags, RelId, RelKind, Relations, Slices, Sym,
};
use std::collections::HashMap;

/// Default collation of each table, in a few bytes each; that of a schema under the table without a name.
#[derive(Default)]
pub struct Collations {
    names: Vec<String>,
    of: HashMap<u64, u16>,
}

impl Collations {
    pub fn add(&mut self, schema: &str, table: &str, collation: &str) {
        if is_system(schema) {
            return;
        }
        let n = self.names.iter().position(|name| name == collation).unwrap_or_else(|| {
            self.names.push(collation.to_owned());
            self.names.len() - 1
        });
        self.of.insert(key(&[schema, table]), n as u16);
    }

    pub fn get(&self, schema: &str, table: &str) -> Option<&str> {
        let n = self.of.get(&key(&[schema, table]))?;
        self.names.get(*n as usize).map(String::as_str)
    }
}

/// How this make writes defaults.
#[derive(Clone, Copy)]
pub enum Dialect {
    Mysql,
    Mariadb,
}

impl Session {
    pub async fn read_columns(&mut self, relations: &Relations, scope: Scope) -> Result<Known<Columns>> {
        self.ensure_collations().await?;
        let collations = self.collations.take().unwrap_or_default();
        let lookup = Lookup::new(relations);
        let mut names = Names::new();
        let mut list: Vec<(RelId, Column)> = Vec::new();
        let mut positions = HashMap::new();
        let dialect = self.dialect();
        let result = self
            .wire
            .rows(&sql!("columns.sql"), |row| {
                let (schema, table) = (row.text(0)?, row.text(1)?);
                let Some(rel) = lookup.find(&schema, &table) else { return Ok(()) };
                let column = column(row, &mut names, dialect, collations.get(&schema, &table))?;
                positions.insert(key(&[&schema, &table, names.get(column.name)]), column.position);
                list.push((rel, column));
                Ok(())
            })
            .await;
        let (table_collations, schema_collations) = own_collations(relations, &collations, &mut names);
        self.collations = Some(collations);
        let cut = cut(result)?;
        list.sort_by_key(|(rel, column)| (*rel, column.position));
        let mut notes = Vec::new();
        if cut.is_none() {
            self.positions = Some(positions);
            notes.extend(note_empty_views(relations, &list));
            if scope == Scope::Full {
                notes.extend(self.read_statistics(relations, &names, &mut list).await?);
            }
        }
        names.seal();
        let slices = Slices::build(relations.list.len(), list.iter().map(|(rel, _)| rel.0 as usize));
        let list = list.into_iter().map(|(_, column)| column).collect();
        let columns = Columns { names, list, slices, table_collations, schema_collations, notes, ..Columns::default() };
        Ok(known(columns, cut))
    }

    pub fn dialect(&self) -> Dialect {
        if self.settings.flavor.is_mariadb() { Dialect::Mariadb } else { Dialect::Mysql }
    }

    async fn ensure_collations(&mut self) -> Result<()> {
        if self.collations.is_some() {
            return Ok(());
        }
        let mut collations = Collations::default();
        self.wire
            .rows(&sql!("table_collations.sql"), |row| {
                if let Some(collation) = row.opt(2)? {
                    collations.add(&row.text(0)?, &row.text(1)?, &collation);
                }
                Ok(())
            })
            .await?;
        self.collations = Some(collations);
        Ok(())
    }

    /// Distinct values and NULLs, where the engines keep them.
    async fn read_statistics(
        &mut self,
        relations: &Relations,
        names: &Names,
        list: &mut [(RelId, Column)],
    ) -> Result<Vec<Note>> {
        let mut at = HashMap::with_capacity(list.len());
        for (n, (rel, column)) in list.iter().enumerate() {
            at.insert(key(&[relations.schema_name(*rel), relations.name(*rel), names.get(column.name)]), n);
        }
        let mut notes = Vec::new();
        let refused = self.read_distinct(&sql!("column_distinct.sql"), &at, list).await?;
        if refused {
            let tables = relations.list.iter().filter(|rel| rel.kind.is_table()).count();
            if self.settings.flavor.has_dictionary() || tables <= TABLES_TO_OPEN {
                self.read_distinct(&sql!("column_cardinality.sql"), &at, list).await?;
                self.halve_distinct(relations, list);
            } else {
                let grant = self.grant("SELECT ON mysql.innodb_index_stats").await?;
                notes.push(Note::denied("how many distinct values the columns hold is not known", grant));
            }
        }
        match self.dialect() {
            Dialect::Mysql if self.settings.flavor.has_dictionary() => self.read_histograms(&at, list).await?,
            Dialect::Mysql => {}
            Dialect::Mariadb => notes.extend(self.read_column_stats(&at, list).await?),
        }
        Ok(notes)
    }

    /// InnoDB told MariaDB's optimizer twice the distinct values up to version 11, as long as a value has several
    /// rows: three values are six there.
    fn halve_distinct(&self, relations: &Relations, list: &mut [(RelId, Column)]) {
        if !self.settings.flavor.is_mariadb() || self.settings.flavor.version >= 110_000 {
            return;
        }
        for (rel, column) in list {
            let Some(rel) = relations.get(*rel) else { continue };
            let storage = relations.names.opt(rel.storage).unwrap_or_default();
            if !storage.starts_with("InnoDB") {
                continue;
            }
            let differ = |distinct: f32| rel.rows.is_some_and(|rows| distinct >= rows as f32 * 0.9);
            column.distinct = column.distinct.map(|it| if differ(it) || it < 2.0 { it } else { it / 2.0 });
        }
    }

    async fn read_distinct(
        &mut self,
        statement: &Statement,
        at: &HashMap<u64, usize>,
        list: &mut [(RelId, Column)],
    ) -> Result<bool> {
        let refused = self
            .optional(statement, |row| {
                if let (Some(name), Some(distinct)) = (row.opt(2)?, row.opt_real(3)?)
                    && let Some((_, column)) = find(at, list, row, &name)?
                {
                    column.distinct = Some(distinct as f32);
                }
                Ok(())
            })
            .await?;
        Ok(refused.is_some())
    }

    /// MySQL's histograms; without a right on a table its histograms are not listed.
    async fn read_histograms(&mut self, at: &HashMap<u64, usize>, list: &mut [(RelId, Column)]) -> Result<()> {
        self.optional(&sql!("histograms_mysql.sql"), |row| {
            let name = row.text(2)?;
            let Some((_, column)) = find(at, list, row, &name)? else { return Ok(()) };
            column.null_fraction = row.opt_real(3)?.map(|share| share as f32);
            column.distinct = match row.opt(4)?.as_deref() {
                Some("singleton") => row.opt_real(5)?.map(|buckets| buckets as f32),
                _ => row.opt(6)?.and_then(|counts| sum_of(&counts)).or(column.distinct),
            };
            Ok(())
        })
        .await?;
        Ok(())
    }

    async fn read_column_stats(
        &mut self,
        at: &HashMap<u64, usize>,
        list: &mut [(RelId, Column)],
    ) -> Result<Option<Note>> {
        let refused = self
            .optional(&sql!("histograms_mariadb.sql"), |row| {
                let name = row.text(2)?;
                let Some((_, column)) = find(at, list, row, &name)? else { return Ok(()) };
                column.null_fraction = row.opt_real(3)?.map(|share| share as f32);
                column.avg_width = row.opt_real(5)?.map(|bytes| bytes.round() as i32);
                if let (Some(each), Some(rows)) = (row.opt_real(4)?, row.opt_real(6)?)
                    && each > 0.0
                {
                    column.distinct = Some((rows / each) as f32);
                }
                Ok(())
            })
            .await?;
        if refused.is_none() {
            return Ok(None);
        }
        let grant = self.grant("SELECT ON mysql.column_stats").await?;
        Ok(Some(Note::denied("the share of NULLs in the columns is not known", grant)))
    }
}

/// The collations of relations and schemas, by their numbers.
fn own_collations(
    relations: &Relations,
    collations: &Collations,
    names: &mut Names,
) -> (Vec<Option<Sym>>, Vec<Option<Sym>>) {
    let tables = relations.iter().map(|(id, _)| {
        let name = collations.get(relations.schema_name(id), relations.name(id));
        names.intern_opt(name)
    });
    let tables = tables.collect();
    let schemas = relations.schemas.iter().map(|schema| collations.get(relations.names.get(schema.name), ""));
    let schemas: Vec<Option<&str>> = schemas.collect();
    (tables, schemas.into_iter().map(|name| names.intern_opt(name)).collect())
}

/// The column that the first three columns of `row` name.
fn find<'a>(
    at: &HashMap<u64, usize>,
    list: &'a mut [(RelId, Column)],
    row: &Row<'_>,
    name: &str,
) -> Result<Option<&'a mut (RelId, Column)>> {
    let n = at.get(&key(&[&row.text(0)?, &row.text(1)?, name])).copied();
    Ok(n.and_then(|n| list.get_mut(n)))
}

/// `[3, 4, 5]` → 12.
fn sum_of(counts: &str) -> Option<f32> {
    let inner = counts.trim().strip_prefix('[')?.strip_suffix(']')?;
    inner.split(',').map(|text| text.trim().parse::<f32>().ok()).sum()
}

/// A view without columns cannot be opened: what it selects from is gone.
fn note_empty_views(relations: &Relations, list: &[(RelId, Column)]) -> Vec<Note> {
    let mut seen = vec![false; relations.list.len()];
    for (rel, _) in list {
        if let Some(seen) = seen.get_mut(rel.0 as usize) {
            *seen = true;
        }
    }
    let broken = relations.iter().filter(|(id, rel)| {
        rel.kind == RelKind::View
            && !rel.flags.has(RelFlags::BROKEN)
            && !is_system(relations.namespace(rel.schema))
            && !seen[id.0 as usize]
    });
    broken
        .map(|(id, _)| {
            let (schema, name) = (relations.schema_name(id), relations.name(id));
            Note::new(format!("view {schema}.{name} has no columns: what it selects from is gone or may not be used"))
        })
        .collect()
}

/// One row of `columns.sql`, or of one relation's full columns, which has the same columns.
pub fn column(row: &Row<'_>, names: &mut Names, dialect: Dialect, table_collation: Option<&str>) -> Result<Column> {
    let type_text = row.text(4)?;
    let extra = row.opt(7)?.unwrap_or_default();
    let extra_lower = extra.to_ascii_lowercase();
    let expression = row.filled(8)?;
    let generated = generated(&extra_lower);
    let mut flags = ColFlags::default();
    flags.set(ColFlags::NOT_NULL, row.opt(5)?.as_deref() == Some("NO"));
    flags.set(ColFlags::PRIMARY, row.opt(10)?.as_deref() == Some("PRI"));
    flags.set(ColFlags::INVISIBLE, extra_lower.split_whitespace().any(|word| word == "invisible"));
    let default = match (generated, expression) {
        (Some(Generated::Stored | Generated::Virtual), Some(text)) => Some(expression_text(&text, dialect)),
        _ => {
            let default = row.opt(6)?;
            let default = default.and_then(|text| default_text(&text, &type_text, &extra_lower, dialect));
            with_on_update(default, &extra)
        }
    };
    // A view has none of its own to differ from.
    let collation = row.filled(9)?.filter(|name| table_collation.is_some_and(|own| own != name.as_ref()));
    Ok(Column {
        name: names.intern(&row.text(2)?),
        type_name: names.intern(&type_text),
        position: u16::try_from(row.int(3)?).unwrap_or(u16::MAX),
        flags,
        generated,
        default: names.intern_opt(default.as_deref()),
        collation: names.intern_opt(collation.as_deref()),
        comment: names.intern_opt(row.filled(11)?.as_deref()),
        null_fraction: None,
        distinct: None,
        avg_width: None,
    })
}

fn generated(extra: &str) -> Option<Generated> {
    if extra.contains("auto_increment") {
        Some(Generated::AutoIncrement)
    } else if extra.contains("virtual generated") {
        Some(Generated::Virtual)
    } else if extra.contains("stored generated") || extra.contains("persistent generated") {
        Some(Generated::Stored)
    } else {
        None
    }
}

/// A default as SQL text: MySQL stores literals bare (`it's`), MariaDB as SQL (`'it''s'`).
pub fn default_text(raw: &str, type_text: &str, extra: &str, dialect: Dialect) -> Option<String> {
    match dialect {
        // A nullable column without a default has the word; the text 'NULL' has quotes.
        Dialect::Mariadb => (raw != "NULL").then(|| raw.to_owned()),
        Dialect::Mysql if extra.contains("default_generated") => Some(expression_text(raw, dialect)),
        Dialect::Mysql if is_bare(raw, type_text) => Some(raw.to_owned()),
        Dialect::Mysql => Some(format!("'{}'", raw.replace('\'', "''"))),
    }
}

/// Numbers, bits, bytes as hex, and the clock stand without quotes.
fn is_bare(raw: &str, type_text: &str) -> bool {
    let kind = type_text.split(['(', ' ']).next().unwrap_or_default().to_ascii_lowercase();
    match kind.as_str() {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "float" | "double" | "bit" | "year" => {
            true
        }
        "timestamp" | "datetime" => raw.to_ascii_uppercase().starts_with("CURRENT_TIMESTAMP"),
        "binary" | "varbinary" => raw.starts_with("0x"),
        _ => false,
    }
}

/// MySQL writes quotes inside of stored expressions as `\'`.
pub fn expression_text(text: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Mysql => text.replace("\\'", "'"),
        Dialect::Mariadb => text.to_owned(),
    }
}

/// `CURRENT_TIMESTAMP on update CURRENT_TIMESTAMP`.
fn with_on_update(default: Option<String>, extra: &str) -> Option<String> {
    let Some(start) = extra.to_ascii_lowercase().find("on update ") else { return default };
    // The expression has no blanks; other marks may follow it.
    let clause: Vec<&str> = extra.get(start..)?.split_whitespace().take(3).collect();
    let clause = clause.join(" ");
    Some(default.map_or(clause.clone(), |default| format!("{default} {clause}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_of_both_makes_become_sql() {
        let m = Dialect::Mysql;
        let r = Dialect::Mariadb;
        let cases = [
            (m, "it's", "varchar(20)", "", Some("'it''s'")),
            (m, "", "varchar(20)", "", Some("''")),
            (m, "NULL", "varchar(20)", "", Some("'NULL'")),
            (m, "0.00", "decimal(8,2)", "", Some("0.00")),
            (m, "b'101'", "bit(3)", "", Some("b'101'")),
            (m, "0x4142", "binary(2)", "", Some("0x4142")),
            (m, "a", "enum('a','b')", "", Some("'a'")),
            (m, "2020-01-01", "date", "", Some("'2020-01-01'")),
            (m, "CURRENT_TIMESTAMP", "timestamp", "", Some("CURRENT_TIMESTAMP")),
            (m, "(1 + 2)", "int", "default_generated", Some("(1 + 2)")),
            (m, "_utf8mb3\\'abc\\'", "varchar(9)", "default_generated", Some("_utf8mb3'abc'")),
            (r, "'it''s'", "varchar(20)", "", Some("'it''s'")),
            (r, "NULL", "varchar(20)", "", None),
            (r, "'NULL'", "varchar(20)", "", Some("'NULL'")),
            (r, "current_timestamp(6)", "timestamp(6)", "", Some("current_timestamp(6)")),
        ];
        for (dialect, raw, kind, extra, expected) in cases {
            assert_eq!(default_text(raw, kind, extra, dialect).as_deref(), expected, "{raw} {kind}");
        }
    }

    #[test]
    fn on_update_follows_the_default() {
        let cases = [
            (
                Some("CURRENT_TIMESTAMP"),
                "DEFAULT_GENERATED on update CURRENT_TIMESTAMP",
                Some("CURRENT_TIMESTAMP on update CURRENT_TIMESTAMP"),
            ),
            (None, "on update current_timestamp() INVISIBLE", Some("on update current_timestamp()")),
            (Some("0"), "auto_increment", Some("0")),
        ];
        for (default, extra, expected) in cases {
            assert_eq!(with_on_update(default.map(str::to_owned), extra).as_deref(), expected, "{extra}");
        }
    }

    #[test]
    fn sums_the_buckets() {
        assert_eq!(sum_of("[3, 4, 5]"), Some(12.0));
        assert_eq!(sum_of("[]"), None);
    }

    #[test]
    fn collations_by_table() {
        let mut collations = Collations::default();
        collations.add("s", "t", "utf8mb4_bin");
        collations.add("mysql", "user", "utf8mb3_bin");
        assert_eq!(collations.get("s", "t"), Some("utf8mb4_bin"));
        assert_eq!(collations.get("mysql", "user"), None);
    }
}
