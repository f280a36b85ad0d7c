//! Definitions in the engine's own words, and what is read only for the one object in view.

use super::Session;
use super::columns::column;
use super::names::is_system;
use crate::engine::error::{Error, ErrorKind, Result};
use crate::engine::guard::Statement;
use crate::engine::quote_name;
use crate::model::{
    Catalog, Columns, Ddl, DdlSource, EngineKind, Grant, Index, IndexFlags, Indexes, Known, Names, Note, ObjectRef,
    RelId, RelKind, Relations, RoutineKind, Slices,
};

impl Session {
    pub async fn read_ddl(&mut self, catalog: &Catalog, object: ObjectRef) -> Result<Known<Ddl>> {
        let relations = &catalog.relations;
        match object {
            ObjectRef::Relation(rel) => self.relation_ddl(relations, rel).await,
            ObjectRef::Index(n) => Ok(index_ddl(catalog, n)),
            ObjectRef::Routine(n) => {
                let Some(objects) = catalog.objects.value() else { return Ok(gone()) };
                let Some(routine) = objects.routines.get(n as usize) else { return Ok(gone()) };
                let (schema, name) = (relations.namespace(routine.schema), objects.names.get(routine.name));
                let word = if routine.kind == RoutineKind::Procedure { "PROCEDURE" } else { "FUNCTION" };
                self.show_create(word, schema, name, 2).await
            }
            ObjectRef::Trigger(n) => {
                let Some(objects) = catalog.objects.value() else { return Ok(gone()) };
                let Some(trigger) = objects.triggers.get(n as usize) else { return Ok(gone()) };
                let name = objects.names.get(trigger.name);
                self.show_create("TRIGGER", relations.schema_name(trigger.rel), name, 2).await
            }
            ObjectRef::Type(_) | ObjectRef::Extension(_) => {
                Ok(Known::unsupported("MySQL and MariaDB have neither types nor extensions of this kind"))
            }
        }
    }

    async fn relation_ddl(&mut self, relations: &Relations, rel: RelId) -> Result<Known<Ddl>> {
        let Some(relation) = relations.get(rel) else { return Ok(gone()) };
        let (schema, name) = (relations.schema_name(rel), relations.name(rel));
        let word = match relation.kind {
            RelKind::View if schema == "information_schema" => "TABLE",
            RelKind::View => "VIEW",
            RelKind::Sequence => "SEQUENCE",
            _ => "TABLE",
        };
        let mut ddl = match self.show_create(word, schema, name, 1).await? {
            Known::Ready(ddl) => ddl,
            other => return Ok(other),
        };
        ddl.columns = Some(self.columns_of(relations, rel).await?);
        self.add_grants(&mut ddl, schema, name).await?;
        ddl.names.seal();
        Ok(Known::Ready(ddl))
    }

    /// `SHOW CREATE …`; the text stands in the given column.
    async fn show_create(&mut self, word: &str, schema: &str, name: &str, at: usize) -> Result<Known<Ddl>> {
        let object = format!("{}.{}", quoted(schema), quoted(name));
        let statement = Statement::shape("mysql/show_create", format!("SHOW CREATE {word} {object}"));
        let mut text = None;
        let result = self
            .wire
            .rows(&statement, |row| {
                text = row.opt(at)?.map(|text| text.into_owned());
                Ok(())
            })
            .await;
        match (result, text) {
            (Ok(()), Some(text)) => Ok(Known::Ready(Ddl::text(text, DdlSource::Engine))),
            // A routine whose body this account may not see comes as NULL, without an error.
            (Ok(()), None) => self.denied_ddl(word, schema, &object).await,
            (Err(error), _) if error.kind == ErrorKind::Denied => self.denied_ddl(word, schema, &object).await,
            (Err(error), _) => not_read(error, word, schema, name),
        }
    }

    async fn denied_ddl(&mut self, word: &str, schema: &str, object: &str) -> Result<Known<Ddl>> {
        let flavor = self.settings.flavor;
        let right = match word {
            "VIEW" => format!("SELECT, SHOW VIEW ON {object}"),
            "TRIGGER" => {
                return Ok(Known::unsupported(
                    "the text of a trigger needs the TRIGGER right, which also makes triggers",
                ));
            }
            "FUNCTION" | "PROCEDURE" if flavor.is_mariadb() && flavor.version >= 110_300 => {
                format!("SHOW CREATE ROUTINE ON {}.*", super::grants::pattern(schema))
            }
            "FUNCTION" | "PROCEDURE" if flavor.is_mariadb() || flavor.version < 80_020 => "SELECT ON mysql.proc".into(),
            "FUNCTION" | "PROCEDURE" => "SHOW_ROUTINE ON *.*".into(),
            _ => format!("SELECT ON {object}"),
        };
        let what = format!("the definition of {object}");
        Ok(Known::denied(what, self.grant(&right).await?))
    }

    /// The columns of one relation, also of the engine's own schemas.
    async fn columns_of(&mut self, relations: &Relations, rel: RelId) -> Result<Columns> {
        let (schema, name) = (relations.schema_name(rel), relations.name(rel));
        let statement = Statement::shape(
            "mysql/columns_of",
            format!(
                "SELECT c.table_schema AS db, c.table_name AS rel, c.column_name AS name, \
                 CAST(c.ordinal_position AS CHAR) AS position, c.column_type AS type, c.is_nullable AS nullable, \
                 c.column_default AS default_text, c.extra AS extra, c.generation_expression AS expression, \
                 c.collation_name AS collation, c.column_key AS column_key, c.column_comment AS comment \
                 FROM information_schema.columns c WHERE c.table_schema = {} AND c.table_name = {}",
                literal(schema),
                literal(name)
            ),
        );
        let dialect = self.dialect();
        let collations = self.collations.take();
        let table_collation = collations.as_ref().and_then(|all| all.get(schema, name)).map(str::to_owned);
        self.collations = collations;
        let mut names = Names::new();
        let mut list = Vec::new();
        let result = self
            .wire
            .rows(&statement, |row| {
                // MariaDB compares these names without regard to case.
                if row.text(0)? == schema && row.text(1)? == name {
                    list.push(column(row, &mut names, dialect, table_collation.as_deref())?);
                }
                Ok(())
            })
            .await;
        super::cut(result)?;
        list.sort_by_key(|column| column.position);
        let owners = std::iter::repeat_n(rel.0 as usize, list.len());
        let slices = Slices::build(relations.list.len(), owners);
        let mut out = Columns { names, list, slices, ..Columns::default() };
        if !is_system(schema) {
            self.column_statistics(&mut out, schema, name).await?;
        }
        Ok(out)
    }

    /// Distinct values of the columns that lead an index of this one table.
    async fn column_statistics(&mut self, out: &mut Columns, schema: &str, name: &str) -> Result<()> {
        let statement = Statement::shape(
            "mysql/distinct_of",
            format!(
                "SELECT s.table_schema AS db, s.table_name AS rel, s.column_name AS name, \
                 CAST(s.cardinality AS CHAR) AS n_distinct FROM information_schema.statistics s \
                 WHERE s.table_schema = {} AND s.table_name = {} AND s.seq_in_index = 1 AND s.sub_part IS NULL",
                literal(schema),
                literal(name)
            ),
        );
        let Columns { names, list, .. } = out;
        self.optional(&statement, |row| {
            let (Some(column), Some(distinct)) = (row.opt(2)?, row.opt_real(3)?) else { return Ok(()) };
            if row.text(1)? != name {
                return Ok(());
            }
            if let Some(column) = list.iter_mut().find(|known| names.get(known.name) == column) {
                column.distinct = Some(column.distinct.unwrap_or(0.0).max(distinct as f32));
            }
            Ok(())
        })
        .await?;
        Ok(())
    }

    /// Rights on the table itself and on its schema; another account's only for who may read `mysql.*`.
    async fn add_grants(&mut self, ddl: &mut Ddl, schema: &str, name: &str) -> Result<()> {
        let table = format!(
            "SELECT p.grantee AS grantee, p.privilege_type AS privilege, '' AS scope, p.table_name AS rel \
             FROM information_schema.table_privileges p WHERE p.table_schema = {0} AND p.table_name = {1} \
             UNION ALL \
             SELECT p.grantee, p.privilege_type, p.table_schema, NULL \
             FROM information_schema.schema_privileges p \
             WHERE {0} LIKE p.table_schema",
            literal(schema),
            literal(name)
        );
        let mut found: Vec<(String, String, Vec<String>)> = Vec::new();
        let refused = self
            .optional(&Statement::shape("mysql/grants_of", table), |row| {
                if row.opt(3)?.is_some_and(|rel| rel != name) {
                    return Ok(());
                }
                let (grantee, scope) = (row.text(0)?.into_owned(), row.text(2)?.into_owned());
                let privilege = row.text(1)?.into_owned();
                match found.iter_mut().find(|(who, on, _)| *who == grantee && *on == scope) {
                    Some((_, _, list)) => list.push(privilege),
                    None => found.push((grantee, scope, vec![privilege])),
                }
                Ok(())
            })
            .await?;
        found.sort();
        for (grantee, scope, mut privileges) in found {
            privileges.sort();
            let on = if scope.is_empty() { String::new() } else { format!(" (on {}.*)", quoted(&scope)) };
            let grantee = ddl.names.intern(&grantee);
            let privileges = ddl.names.intern(&format!("{}{on}", privileges.join(", ")));
            ddl.grants.push(Grant { grantee, privileges, grantor: None });
        }
        let rights = self.rights().await?;
        if refused.is_some() || !(rights.everywhere("SELECT") || rights.on_schema("SELECT", "mysql")) {
            ddl.notes.push(Note::new("only this account's own rights are seen: others stand in mysql.*"));
        }
        Ok(())
    }
}

fn not_read(error: Error, word: &str, schema: &str, name: &str) -> Result<Known<Ddl>> {
    let what = format!("{} {schema}.{name}", word.to_ascii_lowercase());
    match error.kind {
        ErrorKind::TimedOut | ErrorKind::Locked => {
            Ok(Known::TimedOut { what: format!("the definition of {what}: {}", error.message), partial: None })
        }
        ErrorKind::NotSupported | ErrorKind::Internal => {
            Ok(Known::unsupported(format!("the server cannot show {what}: {}", error.message)))
        }
        _ => Err(error),
    }
}

fn gone() -> Known<Ddl> {
    Known::unsupported("this object is not in the catalog any more")
}

fn quoted(name: &str) -> String {
    quote_name(EngineKind::Mysql, name)
}

/// A text for SQL in either quoting mode: what holds a backslash goes as hex, because a session may take
/// it as a plain character or as an escape.
pub fn literal(text: &str) -> String {
    if text.contains('\\') {
        let hex: String = text.bytes().map(|byte| format!("{byte:02X}")).collect();
        return format!("_utf8mb4 X'{hex}'");
    }
    format!("'{}'", text.replace('\'', "''"))
}

fn index_ddl(catalog: &Catalog, n: u32) -> Known<Ddl> {
    let Some(indexes) = catalog.indexes.value() else { return gone() };
    let Some(index) = indexes.list.get(n as usize) else { return gone() };
    let (schema, table) = (catalog.relations.schema_name(index.rel), catalog.relations.name(index.rel));
    Known::Ready(Ddl::text(index_text(indexes, index, schema, table), DdlSource::Assembled))
}

/// The statement that would make an index.
pub fn index_text(indexes: &Indexes, index: &Index, schema: &str, table: &str) -> String {
    let name = indexes.names.get(index.name);
    let method = indexes.names.get(index.method);
    let parts: Vec<String> = indexes
        .key(index)
        .iter()
        .map(|part| {
            let text = indexes.names.get(part.text);
            let text = if part.column == 0 && !part_is_name(text) { format!("({text})") } else { quoted(text) };
            let length = if part.sub_part > 0 { format!("({})", part.sub_part) } else { String::new() };
            let order = if part.descending { " DESC" } else { "" };
            format!("{text}{length}{order}")
        })
        .collect();
    let parts = parts.join(", ");
    let on = format!("{}.{}", quoted(schema), quoted(table));
    if index.flags.has(IndexFlags::PRIMARY) {
        return format!("ALTER TABLE {on} ADD PRIMARY KEY ({parts});");
    }
    let kind = match method {
        "fulltext" | "spatial" | "vector" => format!("{} ", method.to_ascii_uppercase()),
        _ if index.flags.has(IndexFlags::UNIQUE) => "UNIQUE ".into(),
        _ => String::new(),
    };
    let using = if method == "hash" { " USING HASH" } else { "" };
    let hidden = if index.flags.has(IndexFlags::VISIBLE) { "" } else { " /* INVISIBLE (MariaDB: IGNORED) */" };
    let comment = indexes.names.opt(index.comment).map(|text| format!(" COMMENT {}", literal(text)));
    format!("CREATE {kind}INDEX {}{using} ON {on} ({parts}){}{hidden};", quoted(name), comment.unwrap_or_default())
}

/// Without positions (a column of a table that changed under way) a plain name still is one.
fn part_is_name(text: &str) -> bool {
    !text.contains(['(', ')', '`'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_survive_either_quoting_mode() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\'b"), "_utf8mb4 X'615C2762'");
    }

    #[test]
    fn names_are_quoted() {
        assert_eq!(quoted("a`b"), "`a``b`");
    }
}
