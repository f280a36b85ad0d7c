//! The definition of one object, and for a relation what is only read for the one in view.
//!
//! Each kind sends a fixed number of statements about that object alone. Texts of the engine are not
//! asked for while a lock would make them wait: what is known is given, with a note.

use super::ddl_relation;
use super::files::{self, File};
use super::locks::{self, Lock};
use super::value::Row;
use super::wire::Wire;
use crate::engine::{Error, ErrorKind, Result};
use crate::model::{Catalog, Ddl, DdlSource, Index, Known, Note, ObjectRef, Objects};

pub async fn read(wire: &mut Wire, catalog: &Catalog, object: ObjectRef) -> Result<Known<Ddl>> {
    match object {
        ObjectRef::Relation(id) => {
            let rel = catalog.relations.get(id).ok_or_else(gone)?;
            ddl_relation::read(wire, id, rel).await
        }
        ObjectRef::Index(n) => {
            let indexes = catalog.indexes.value().ok_or_else(unread)?;
            index(wire, indexes.list.get(n as usize).ok_or_else(gone)?).await
        }
        ObjectRef::Routine(n) => {
            let routine = objects(catalog)?.routines.get(n as usize).ok_or_else(gone)?;
            routine_ddl(wire, routine.id).await
        }
        ObjectRef::Trigger(n) => {
            let trigger = objects(catalog)?.triggers.get(n as usize).ok_or_else(gone)?;
            trigger_ddl(wire, trigger.id).await
        }
        ObjectRef::Type(n) => {
            let found = objects(catalog)?.types.get(n as usize).ok_or_else(gone)?;
            type_ddl(wire, found.id).await
        }
        ObjectRef::Extension(n) => Ok(extension(catalog, n)?),
    }
}

fn objects(catalog: &Catalog) -> Result<&Objects> {
    catalog.objects.value().map(|objects| &**objects).ok_or_else(unread)
}

fn gone() -> Error {
    Error::new(ErrorKind::Internal, "this object is no longer in the schema that was read").hint("Refresh the schema.")
}

fn unread() -> Error {
    Error::new(ErrorKind::Internal, "this part of the schema was not read yet").hint("Refresh the schema.")
}

/// One object's row, read by `read`; `None` when it is gone or a lock struck.
pub async fn one<T: Send>(
    wire: &mut Wire,
    file: File,
    oid: i64,
    read: impl Fn(&Row<'_>) -> Result<T> + Send + Sync,
) -> Result<(Option<T>, bool)> {
    let mut found = None;
    let oid = oid.to_string();
    let complete = locks::rows_or_locked(wire, file.with(&[("oid", &oid)]), |row| {
        found = Some(read(row)?);
        Ok(())
    })
    .await?;
    Ok((found, complete))
}

/// What is missing because of locks, with those who hold or await them.
pub fn lock_note(what: &str, locked: &[Lock]) -> Note {
    let who: Vec<String> = locked.iter().take(3).map(locks::who).collect();
    match who.is_empty() {
        true => Note::new(format!("{what} not read: a lock was in the way")),
        false => Note::new(format!("{what} not read, to wait for no lock: {}", who.join(", "))),
    }
}

/// A definition that could not be read for a lock, as a comment and a note.
fn only_a_note(what: &str, locked: &[Lock]) -> Known<Ddl> {
    let note = lock_note(what, locked);
    let mut ddl = Ddl::text(format!("-- {}\n", one_line(&note.text)), DdlSource::Assembled);
    ddl.notes.push(note);
    Known::Ready(ddl)
}

/// A text for a `--` comment: names may hold line breaks.
pub fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

fn gone_now() -> Known<Ddl> {
    let mut ddl = Ddl::text("", DdlSource::Assembled);
    ddl.notes.push(Note::new("the object is gone: it was dropped since the schema was read"));
    Known::Ready(ddl)
}

async fn index(wire: &mut Wire, index: &Index) -> Result<Known<Ddl>> {
    let locked = locks::read(wire).await?;
    let (found, complete) = one(wire, files::DDL_INDEXES, index.id, |row| {
        let definition = row.text(4)?.map(|text| text.into_owned());
        let constraint = row.text(5)?.zip(row.text(6)?);
        let mut text = match (&definition, constraint) {
            (_, Some((name, definition))) => {
                format!("ALTER TABLE {}\n    ADD CONSTRAINT {name} {definition};\n", only(&row.need(3)?, row.bool(11)?))
            }
            (Some(definition), None) => format!("{definition};\n"),
            (None, None) => return Ok(None),
        };
        ddl_relation::index_settings(row, &mut text)?;
        Ok(Some(text))
    })
    .await?;
    match found {
        Some(Some(text)) => Ok(Known::Ready(Ddl::text(text, DdlSource::Engine))),
        Some(None) => Ok(only_a_note("the index's text was", &locked)),
        None if complete => Ok(gone_now()),
        None => Ok(only_a_note("the index's text was", &locked)),
    }
}

/// Constraints of partitioned tables reach down by themselves and refuse ONLY.
fn only(table: &str, partitioned: bool) -> String {
    if partitioned { table.to_owned() } else { format!("ONLY {table}") }
}

async fn routine_ddl(wire: &mut Wire, oid: i64) -> Result<Known<Ddl>> {
    let locked = locks::read(wire).await?;
    let (found, complete) = one(wire, files::DDL_ROUTINE, oid, |row| {
        let kind = row.code(1)?;
        let (name, arguments) = (row.need(3)?, row.need(4)?);
        let (mut text, source) = match (kind, row.text(2)?) {
            ('a', _) => {
                let arguments = if arguments.is_empty() { "*".into() } else { arguments.clone() };
                (format!("CREATE AGGREGATE {name}({arguments}) (\n    {}\n);\n", row.need(7)?), DdlSource::Assembled)
            }
            (_, Some(text)) => (format!("{};\n", text.trim_end()), DdlSource::Engine),
            (_, None) => return Ok(None),
        };
        text.insert_str(0, &format!("-- Owner: {}\n", one_line(&row.need(5)?)));
        if let Some(comment) = row.text(6)? {
            let word = match kind {
                'a' => "AGGREGATE",
                'p' => "PROCEDURE",
                _ => "FUNCTION",
            };
            let arguments = if kind == 'a' && arguments.is_empty() { "*".into() } else { arguments };
            text.push_str(&format!("\nCOMMENT ON {word} {name}({arguments}) IS {comment};\n"));
        }
        Ok(Some(Ddl::text(text, source)))
    })
    .await?;
    match found {
        Some(Some(ddl)) => Ok(Known::Ready(ddl)),
        Some(None) => Ok(only_a_note("the routine's text was", &locked)),
        None if complete => Ok(gone_now()),
        None => Ok(only_a_note("the routine's text was", &locked)),
    }
}

async fn trigger_ddl(wire: &mut Wire, oid: i64) -> Result<Known<Ddl>> {
    let locked = locks::read(wire).await?;
    let (found, complete) = one(wire, files::DDL_TRIGGER, oid, |row| {
        let Some(definition) = row.text(0)? else { return Ok(None) };
        let mut text = format!("{definition};\n");
        for column in [1, 2] {
            if let Some(more) = row.text(column)? {
                text.push_str(&format!("\n{more};\n"));
            }
        }
        Ok(Some(text))
    })
    .await?;
    match found {
        Some(Some(text)) => Ok(Known::Ready(Ddl::text(text, DdlSource::Engine))),
        Some(None) => Ok(only_a_note("the trigger's text was", &locked)),
        None if complete => Ok(gone_now()),
        None => Ok(only_a_note("the trigger's text was", &locked)),
    }
}

async fn type_ddl(wire: &mut Wire, oid: i64) -> Result<Known<Ddl>> {
    let (found, _) = one(wire, files::DDL_TYPE, oid, |row| {
        let mut text = format!("-- Owner: {}\n{};\n", one_line(&row.need(2)?), row.need(0)?);
        if let Some(more) = row.text(4)? {
            text.push_str(&format!("\n{more};\n"));
        }
        if let Some(comment) = row.text(3)? {
            text.push_str(&format!("\nCOMMENT ON {} IS {comment};\n", row.need(1)?));
        }
        Ok(text)
    })
    .await?;
    Ok(found.map_or_else(gone_now, |text| Known::Ready(Ddl::text(text, DdlSource::Assembled))))
}

/// From what is known already: no statement.
fn extension(catalog: &Catalog, n: u32) -> Result<Known<Ddl>> {
    let objects = objects(catalog)?;
    let extension = objects.extensions.get(n as usize).ok_or_else(gone)?;
    let quote = |name: &str| crate::engine::quote_name(crate::model::EngineKind::Postgresql, name);
    let mut text = format!("CREATE EXTENSION IF NOT EXISTS {}", quote(objects.names.get(extension.name)));
    if let Some(schema) = extension.schema {
        text.push_str(&format!(" WITH SCHEMA {}", quote(catalog.relations.namespace(schema))));
    }
    text.push_str(&format!(" VERSION {};\n", files::quote_literal(objects.names.get(extension.version)).trim_start()));
    Ok(Known::Ready(Ddl::text(text, DdlSource::Assembled)))
}
