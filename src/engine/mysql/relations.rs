//! Schemas, tables, views and sequences with sizes that open no table.
//!
//! Sizes come from the first of: InnoDB's persistent statistics (needs a right on one table of `mysql`),
//! the storage engines' estimates (cheap with MySQL 8's dictionary, otherwise only for few tables), the
//! sizes of the files (needs PROCESS). What none of them knows stays unknown and is noted.

use super::columns::Collations;
use super::ddl::literal;
use super::flavor::{Variants, sql};
use super::names::{Lookup, is_system};
use super::wire::Row;
use super::{Session, TABLES_TO_OPEN, cut, known};
use crate::engine::error::Result;
use crate::engine::guard::Statement;
use crate::model::{Known, Namespace, NamespaceId, Note, RelFlags, RelId, RelKind, Relation, Relations, RowsSource};
use std::collections::{BTreeSet, HashMap};

const RELATIONS: Variants = Variants {
    mysql: &[(80_000, || sql!("relations_dictionary.sql")), (0, || sql!("relations_frm.sql"))],
    mariadb: &[(0, || sql!("relations_frm.sql"))],
};

/// So few tables are asked for by name, each at the price of opening it.
const FEW: usize = 50;

/// One relation as it was read.
struct Raw {
    schema: String,
    name: String,
    kind: RelKind,
    flags: RelFlags,
    storage: Option<String>,
    comment: Option<String>,
}

impl Session {
    pub async fn read_relations(&mut self) -> Result<Known<Relations>> {
        let mut schemas = BTreeSet::new();
        let mut collations = Collations::default();
        let result = self
            .wire
            .rows(&sql!("schemas.sql"), |row| {
                let schema = row.text(0)?;
                if let Some(collation) = row.opt(1)? {
                    collations.add(&schema, "", &collation);
                }
                schemas.insert(schema.into_owned());
                Ok(())
            })
            .await;
        let schemas_cut = cut(result)?;
        let statement = self.settings.flavor.pick(&RELATIONS).unwrap_or(sql!("relations_frm.sql"));
        let mut raws = Vec::new();
        let result = self
            .wire
            .rows(&statement, |row| {
                let raw = raw(row)?;
                if let Some(collation) = row.opt(5)? {
                    collations.add(&raw.schema, &raw.name, &collation);
                }
                raws.push(raw);
                Ok(())
            })
            .await;
        let cut = cut(result)?.or(schemas_cut);
        let mut relations = build(schemas, raws);
        self.collations = Some(collations);
        if cut.is_none() {
            self.read_sizes(&mut relations).await?;
            self.note_what_is_hidden(&mut relations).await?;
        }
        relations.names.seal();
        Ok(known(relations, cut))
    }

    async fn read_sizes(&mut self, relations: &mut Relations) -> Result<()> {
        let tables = relations.list.iter().filter(|rel| needs_size(rel)).count();
        if tables == 0 {
            return Ok(());
        }
        let page_size = self.settings.page_size;
        let mut sizes = Sizes::default();
        let denied = {
            let lookup = Lookup::new(relations);
            self.optional(&sql!("table_stats.sql"), |row| {
                if let Some((rel, part)) = lookup.find_partition(&row.text(0)?, &row.text(1)?) {
                    let bytes = |pages: Option<i64>| pages.map(|pages| pages.saturating_mul(page_size));
                    sizes.add(rel, part, row.opt_int(2)?, bytes(row.opt_int(3)?), bytes(row.opt_int(4)?));
                }
                Ok(())
            })
            .await?
            .is_some()
        };
        sizes.apply(relations);
        let missing = relations.list.iter().filter(|rel| needs_size(rel) && rel.table_bytes.is_none()).count();
        if missing > 0 {
            self.read_missing_sizes(relations, tables, missing, denied).await?;
        }
        Ok(())
    }

    /// For what InnoDB's statistics do not hold, or when they may not be read.
    async fn read_missing_sizes(
        &mut self,
        relations: &mut Relations,
        tables: usize,
        missing: usize,
        denied: bool,
    ) -> Result<()> {
        if missing <= FEW {
            let statement = sizes_of(relations);
            return self.engine_sizes(relations, &statement).await;
        }
        if self.settings.flavor.has_dictionary() || tables <= TABLES_TO_OPEN {
            return self.engine_sizes(relations, &sql!("table_sizes.sql")).await;
        }
        if !denied {
            relations.notes.push(Note::new(format!(
                "sizes of {missing} tables are not known: InnoDB keeps no statistics of them, and reading them \
                 would open all {tables} tables"
            )));
            return Ok(());
        }
        self.file_sizes(relations, tables).await
    }

    async fn engine_sizes(&mut self, relations: &mut Relations, statement: &Statement) -> Result<()> {
        let mut sizes = Sizes::default();
        let mut storage = Vec::new();
        {
            let lookup = Lookup::new(relations);
            self.optional(statement, |row| {
                if let Some(rel) = lookup.find(&row.text(0)?, &row.text(1)?) {
                    sizes.add(rel, false, row.opt_int(2)?, row.opt_int(3)?, row.opt_int(4)?);
                    let options = row.filled(6)?.map(|text| text.into_owned());
                    storage.push((rel, row.filled(5)?.map(|text| text.into_owned()), options));
                }
                Ok(())
            })
            .await?;
        }
        sizes.apply(relations);
        for (rel, row_format, options) in storage {
            add_storage(relations, rel, row_format.as_deref(), options.as_deref());
        }
        Ok(())
    }

    async fn file_sizes(&mut self, relations: &mut Relations, tables: usize) -> Result<()> {
        let mut sizes = Sizes::default();
        let refused = {
            let lookup = Lookup::new(relations);
            self.optional(&sql!("file_sizes.sql"), |row| {
                if let Some(rel) = lookup.find(&row.text(0)?, &row.text(1)?) {
                    sizes.add(rel, row.flag(2)?, None, row.opt_int(3)?, None);
                }
                Ok(())
            })
            .await?
        };
        sizes.apply(relations);
        let grant = self.grant("SELECT ON mysql.innodb_table_stats").await?;
        relations.notes.push(match refused {
            None => Note::denied("sizes are those of the files, indexes included, and rows are not known", grant),
            Some(_) => Note::denied(
                format!("sizes and rows are not known: reading them would open all {tables} tables"),
                grant,
            ),
        });
        Ok(())
    }

    /// An account without rights on any table sees an empty tree, also where a schema's name is visible, which is
    /// not an empty server.
    async fn note_what_is_hidden(&mut self, relations: &mut Relations) -> Result<()> {
        let of_system = |id: NamespaceId| relations.schemas.get(id.0 as usize).is_none_or(|schema| schema.system);
        if relations.list.iter().any(|rel| !of_system(rel.schema)) {
            return Ok(());
        }
        if self.rights().await?.reads_something() {
            return Ok(());
        }
        let grant = self.grant("SELECT, SHOW VIEW ON `db`.*").await?;
        relations.notes.push(Note::denied("this account sees no table but the server's own", grant));
        Ok(())
    }
}

/// One statement for the few tables without a size: a constant schema and name open just that table.
fn sizes_of(relations: &Relations) -> Statement {
    let missing = relations.iter().filter(|(_, rel)| needs_size(rel) && rel.table_bytes.is_none());
    let parts: Vec<String> = missing
        .map(|(id, _)| {
            let (schema, name) = (literal(relations.schema_name(id)), literal(relations.name(id)));
            format!(
                "SELECT t.table_schema AS db, t.table_name AS name, CAST(t.table_rows AS CHAR) AS n_rows, \
                 CAST(t.data_length AS CHAR) AS table_bytes, CAST(t.index_length AS CHAR) AS index_bytes, \
                 t.row_format AS row_format, t.create_options AS options FROM information_schema.tables t \
                 WHERE t.table_schema = {schema} AND t.table_name = {name}"
            )
        })
        .collect();
    Statement::shape("mysql/table_sizes_of", parts.join(" UNION ALL "))
}

fn needs_size(rel: &Relation) -> bool {
    rel.kind.is_table() && !rel.flags.has(RelFlags::SYSTEM)
}

fn raw(row: &Row<'_>) -> Result<Raw> {
    let schema = row.text(0)?.into_owned();
    let name = row.text(1)?.into_owned();
    let engine = row.filled(3)?;
    let comment = row.filled(4)?;
    let row_format = row.filled(6)?;
    let options = row.filled(7)?;
    let mut flags = RelFlags::default();
    flags.set(RelFlags::SYSTEM, is_system(&schema));
    let partitioned = options.as_deref().is_some_and(is_partitioned);
    let kind = match row.text(2)?.to_ascii_uppercase().as_str() {
        "VIEW" | "SYSTEM VIEW" => RelKind::View,
        "SEQUENCE" => RelKind::Sequence,
        other => {
            flags.set(RelFlags::SYSTEM_VERSIONED, other == "SYSTEM VERSIONED");
            flags.set(RelFlags::TEMPORARY, other.contains("TEMPORARY"));
            if partitioned { RelKind::PartitionedTable } else { RelKind::Table }
        }
    };
    let comment = match comment.as_deref() {
        Some("VIEW") if kind == RelKind::View => None,
        // What MySQL writes there when the view cannot be opened.
        Some(text) if kind == RelKind::View && text.contains("references invalid") => {
            flags.set(RelFlags::BROKEN, true);
            None
        }
        other => other.map(str::to_owned),
    };
    let storage = storage(engine.as_deref(), row_format.as_deref(), options.as_deref());
    Ok(Raw { schema, name, kind, flags, storage, comment })
}

fn is_partitioned(options: &str) -> bool {
    options.split_whitespace().any(|word| word.eq_ignore_ascii_case("partitioned"))
}

/// `InnoDB, Dynamic, partitioned`: the engine's own words.
fn storage(engine: Option<&str>, row_format: Option<&str>, options: Option<&str>) -> Option<String> {
    let engine = engine?;
    let rest = [row_format, options];
    let words = [Some(engine)].into_iter().chain(rest).flatten().filter(|text| !text.is_empty());
    Some(words.collect::<Vec<_>>().join(", "))
}

fn add_storage(relations: &mut Relations, rel: RelId, row_format: Option<&str>, options: Option<&str>) {
    let Some(relation) = relations.list.get_mut(rel.0 as usize) else { return };
    if relation.kind == RelKind::Table && options.is_some_and(is_partitioned) {
        relation.kind = RelKind::PartitionedTable;
    }
    let Some(engine) = relation.storage else { return };
    let engine = relations.names.get(engine).to_owned();
    // MySQL's dictionary gave these words already.
    if engine.contains(", ") {
        return;
    }
    let text = storage(Some(&engine), row_format, options);
    relation.storage = text.map(|text| relations.names.intern(&text));
}

fn build(mut schemas: BTreeSet<String>, mut raws: Vec<Raw>) -> Relations {
    schemas.extend(raws.iter().map(|raw| raw.schema.clone()));
    let mut ordered: Vec<String> = schemas.into_iter().collect();
    ordered.sort_by_key(|name| is_system(name));
    let position: HashMap<&str, u32> = ordered.iter().enumerate().map(|(n, name)| (name.as_str(), n as u32)).collect();
    let place = |raw: &Raw| position.get(raw.schema.as_str()).copied().unwrap_or(0);
    raws.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.name.cmp(&b.name)));
    let mut out = Relations::default();
    for raw in &raws {
        let relation = Relation {
            id: 0,
            schema: NamespaceId(place(raw)),
            name: out.names.intern(&raw.name),
            kind: raw.kind,
            flags: raw.flags,
            parent: None,
            owner: None,
            comment: out.names.intern_opt(raw.comment.as_deref()),
            storage: out.names.intern_opt(raw.storage.as_deref()),
            rows: None,
            rows_source: None,
            rows_at_most: None,
            table_bytes: None,
            index_bytes: None,
            toast_bytes: None,
        };
        out.list.push(relation);
    }
    for name in &ordered {
        let system = is_system(name);
        let name = out.names.intern(name);
        out.schemas.push(Namespace { name, owner: None, comment: None, system });
    }
    out
}

/// Sums over partitions.
#[derive(Default)]
struct Sizes {
    found: HashMap<RelId, Size>,
}

#[derive(Default)]
struct Size {
    partitioned: bool,
    rows: Option<i64>,
    table: Option<i64>,
    index: Option<i64>,
}

impl Sizes {
    fn add(&mut self, rel: RelId, partition: bool, rows: Option<i64>, table: Option<i64>, index: Option<i64>) {
        let size = self.found.entry(rel).or_default();
        size.partitioned |= partition;
        let sum = |a: Option<i64>, b: Option<i64>| match (a, b) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (a, b) => a.or(b),
        };
        size.rows = sum(size.rows, rows);
        size.table = sum(size.table, table);
        size.index = sum(size.index, index);
    }

    /// Fills what is not known yet.
    fn apply(self, relations: &mut Relations) {
        for (rel, size) in self.found {
            let Some(relation) = relations.list.get_mut(rel.0 as usize) else { continue };
            if !needs_size(relation) || relation.table_bytes.is_some() {
                continue;
            }
            if size.partitioned && relation.kind == RelKind::Table {
                relation.kind = RelKind::PartitionedTable;
            }
            relation.rows = size.rows;
            relation.rows_source = size.rows.map(|_| RowsSource::Statistics);
            relation.table_bytes = size.table;
            relation.index_bytes = size.index;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(schema: &str, name: &str) -> Raw {
        let (kind, flags) = (RelKind::Table, RelFlags::default());
        Raw { schema: schema.into(), name: name.into(), kind, flags, storage: Some("InnoDB".into()), comment: None }
    }

    #[test]
    fn sorted_with_the_servers_schemas_last() {
        let schemas = ["mysql", "zoo", "app", "sys"].map(str::to_owned).into();
        let out = build(schemas, vec![table("zoo", "b"), table("mysql", "user"), table("zoo", "a")]);
        let names: Vec<&str> = out.schemas.iter().map(|schema| out.names.get(schema.name)).collect();
        assert_eq!(names, ["app", "zoo", "mysql", "sys"]);
        let tables: Vec<&str> = out.list.iter().map(|rel| out.names.get(rel.name)).collect();
        assert_eq!(tables, ["a", "b", "user"]);
    }

    #[test]
    fn partitions_add_up_and_tell_their_table() {
        let mut out = build(["s".to_owned()].into(), vec![table("s", "part"), table("s", "t#P#x")]);
        let mut sizes = Sizes::default();
        let lookup = Lookup::new(&out);
        for (name, rows) in [("part#P#p0", 3), ("part#p#p1#sp#p1sp0", 4), ("t#P#x", 9)] {
            let (rel, partition) = lookup.find_partition("s", name).unwrap();
            sizes.add(rel, partition, Some(rows), Some(16_384), Some(0));
        }
        sizes.apply(&mut out);
        assert_eq!((out.list[0].rows, out.list[0].table_bytes), (Some(7), Some(32_768)));
        assert_eq!(out.list[0].kind, RelKind::PartitionedTable);
        assert_eq!((out.list[1].rows, out.list[1].kind), (Some(9), RelKind::Table));
    }

    #[test]
    fn storage_in_the_engines_words() {
        assert_eq!(
            storage(Some("InnoDB"), Some("Dynamic"), Some("partitioned")).unwrap(),
            "InnoDB, Dynamic, partitioned"
        );
        assert_eq!(storage(Some("Aria"), None, Some("")).unwrap(), "Aria");
        assert_eq!(storage(None, Some("Dynamic"), None), None);
    }
}
