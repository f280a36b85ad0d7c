//! Sizes of a batch of tables as the storage engines know them now, and of their files.

use super::ddl::literal;
use super::flavor::{Variants, sql};
use super::names::Lookup;
use super::{Session, cut, known};
use crate::engine::error::{ErrorKind, Result};
use crate::engine::guard::Statement;
use crate::model::{Amount, Catalog, Known, Note, Num, RelFlags, RelId, RelSize, SizeBatch, SizeSource};
use std::collections::HashMap;
use std::time::{Duration, Instant};

const FILE_SIZES: Variants = Variants {
    mysql: &[(80_000, || sql!("file_sizes_mysql.sql")), (0, || sql!("file_sizes.sql"))],
    mariadb: &[(0, || sql!("file_sizes.sql"))],
};

/// Tables in one statement: each is opened, by its name.
const AT_ONCE: usize = 100;
/// The list of files is read whole, so it is kept for a while and not read at all for very many.
const FILES_KEPT: Duration = Duration::from_secs(60);
const MOST_FILES: usize = 20_000;

/// Bytes of files by schema and table, and when they were read; or why not.
pub struct Files {
    at: Instant,
    bytes: HashMap<RelId, i64>,
    note: Option<Note>,
}

impl Session {
    pub async fn read_sizes_of(&mut self, catalog: &Catalog, rels: &[RelId]) -> Result<Known<SizeBatch>> {
        let mut batch = SizeBatch::default();
        let relations = &catalog.relations;
        let asked: Vec<RelId> = rels
            .iter()
            .copied()
            .filter(|&id| relations.get(id).is_some_and(|rel| rel.kind.is_table() && !rel.flags.has(RelFlags::SYSTEM)))
            .collect();
        let mut late = None;
        for part in asked.chunks(AT_ONCE) {
            let statement = statement(catalog, part);
            let result = self
                .wire
                .rows(&statement, |row| {
                    let Some(&rel) = usize::try_from(row.int(0)?).ok().and_then(|n| part.get(n)) else { return Ok(()) };
                    // What keeps no rows of its own (federated, merge) tells no length.
                    let amount = |bytes: Option<i64>| Amount { bytes: Num::new(bytes), source: SizeSource::Estimate };
                    let exact = row.opt(4)?.is_some_and(|engine| counts_bytes(&engine));
                    let source = |amount: Amount| match exact {
                        true => Amount { source: SizeSource::Exact, ..amount },
                        false => amount,
                    };
                    let size = RelSize {
                        table: source(amount(row.opt_int(1)?)),
                        index: source(amount(row.opt_int(2)?)),
                        toast: Amount::exact(0),
                        free: source(amount(row.opt_int(3)?)),
                        file: Amount::default(),
                    };
                    batch.relations.push((rel, size));
                    Ok(())
                })
                .await;
            late = cut(result)?;
            if late.is_some() {
                break;
            }
        }
        if late.is_none() && !asked.is_empty() {
            self.add_files(catalog, &mut batch).await?;
        }
        Ok(known(batch, late))
    }

    async fn add_files(&mut self, catalog: &Catalog, batch: &mut SizeBatch) -> Result<()> {
        if catalog.relations.list.len() > MOST_FILES {
            return Ok(());
        }
        if self.files.as_ref().is_none_or(|files| files.at.elapsed() > FILES_KEPT) {
            self.files = Some(self.read_files(catalog).await?);
        }
        let Some(files) = &self.files else { return Ok(()) };
        for (rel, size) in &mut batch.relations {
            if let Some(&bytes) = files.bytes.get(rel) {
                size.file = Amount::exact(bytes);
            }
        }
        batch.notes.extend(files.note.clone());
        Ok(())
    }

    async fn read_files(&mut self, catalog: &Catalog) -> Result<Files> {
        let mut files = Files { at: Instant::now(), bytes: HashMap::new(), note: None };
        let Some(statement) = self.settings.flavor.pick(&FILE_SIZES) else { return Ok(files) };
        let decoded = self.settings.flavor.has_dictionary();
        let refused = {
            let lookup = Lookup::new(&catalog.relations);
            self.optional(&statement, |row| {
                let found = lookup.find_partition(&row.text(0)?, &row.text(1)?);
                let bytes = row.opt_int(if decoded { 2 } else { 3 })?;
                if let (Some((rel, _)), Some(bytes)) = (found, bytes) {
                    let sum = files.bytes.entry(rel).or_insert(0);
                    *sum = sum.saturating_add(bytes);
                }
                Ok(())
            })
            .await?
        };
        if refused.is_some_and(|error| error.kind == ErrorKind::Denied) {
            let grant = self.grant("PROCESS ON *.*").await?;
            files.note = Some(Note::denied("sizes of InnoDB's files are not known", grant));
        }
        Ok(files)
    }
}

/// MyISAM and its kin keep their lengths; InnoDB samples.
fn counts_bytes(engine: &str) -> bool {
    ["myisam", "aria", "csv", "archive"].contains(&engine.to_ascii_lowercase().as_str())
}

/// A constant schema and name open just that table.
fn statement(catalog: &Catalog, rels: &[RelId]) -> Statement {
    let parts: Vec<String> = rels
        .iter()
        .enumerate()
        .map(|(n, &id)| {
            let relations = &catalog.relations;
            let (schema, name) = (literal(relations.schema_name(id)), literal(relations.name(id)));
            format!(
                "SELECT '{n}' AS n, CAST(t.data_length AS CHAR) AS table_bytes, CAST(t.index_length AS CHAR) AS \
                 index_bytes, CAST(t.data_free AS CHAR) AS free_bytes, t.engine AS engine FROM \
                 information_schema.tables t WHERE t.table_schema = {schema} AND t.table_name = {name}"
            )
        })
        .collect();
    Statement::shape("mysql/sizes_of", parts.join(" UNION ALL "))
}
