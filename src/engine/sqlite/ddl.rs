//! Definitions: SQLite keeps the text as it was written.

use super::wire::Wire;
use super::{Source, columns};
use crate::engine::{Result, Scope};
use crate::model::{Catalog, Ddl, DdlSource, Index, IndexFlags, Known, ObjectRef, RelId};

pub(super) async fn ddl(wire: &mut Wire, catalog: &Catalog, object: ObjectRef) -> Result<Known<Ddl>> {
    match object {
        ObjectRef::Relation(rel) => relation(wire, catalog, rel).await,
        ObjectRef::Index(n) => index(wire, catalog, n).await,
        ObjectRef::Trigger(n) => trigger(wire, catalog, n).await,
        ObjectRef::Routine(_) | ObjectRef::Type(_) | ObjectRef::Extension(_) => {
            Ok(Known::unsupported("SQLite keeps no routines, types or extensions in a file"))
        }
    }
}

/// The relation's own text, then its indexes and triggers; automatic indexes as comments.
async fn relation(wire: &mut Wire, catalog: &Catalog, rel: RelId) -> Result<Known<Ddl>> {
    let name = catalog.relations.name(rel).to_owned();
    let sources = super::sources(wire, Some(&name)).await?;
    let Some(own) = sources.iter().find(|source| is_relation(source) && source.name == name) else {
        return Ok(Known::unsupported(no_text(&name)));
    };
    let mut text = statement(&own.text);
    for kind in ["index", "trigger"] {
        let mut more: Vec<&Source> = sources.iter().filter(|source| source.kind == kind).collect();
        more.sort_by(|a, b| a.name.cmp(&b.name));
        more.iter().for_each(|source| text.push_str(&format!("\n{}", statement(&source.text))));
    }
    text.push_str(&automatic(catalog, rel));
    let mut ddl = Ddl::text(text, DdlSource::Engine);
    ddl.columns = Some(columns::columns(wire, &catalog.relations, Scope::Full, Some(rel)).await?);
    Ok(Known::Ready(ddl))
}

fn is_relation(source: &Source) -> bool {
    source.kind == "table" || source.kind == "view"
}

fn no_text(name: &str) -> String {
    match name.to_ascii_lowercase().starts_with("sqlite_schema") {
        true => format!("{name} is built into SQLite and has no text"),
        false => format!("{name} is no longer in the file"),
    }
}

/// A text of `sqlite_schema` ends without a semicolon.
fn statement(text: &str) -> String {
    // On a line of its own when the text ends in a comment, which would swallow it.
    let last = text.lines().last().unwrap_or("");
    format!("{}{};\n", text.trim_end(), if last.contains("--") { "\n" } else { "" })
}

/// What SQLite made by itself, as comments: their names say nothing.
fn automatic(catalog: &Catalog, rel: RelId) -> String {
    let Some(indexes) = catalog.indexes.value() else { return String::new() };
    let line = |index: &Index| {
        let columns: Vec<&str> = indexes.key(index).iter().map(|part| indexes.names.get(part.text)).collect();
        let name = indexes.names.get(index.name);
        one_comment(&format!("-- {name} was made for {} ({})", made_for(index), columns.join(", ")))
    };
    let lines: String =
        indexes.of(rel).iter().filter(|index| index.flags.has(IndexFlags::AUTOMATIC)).map(line).collect();
    if lines.is_empty() { lines } else { format!("\n{lines}") }
}

fn made_for(index: &Index) -> &'static str {
    if index.flags.has(IndexFlags::PRIMARY) { "PRIMARY KEY" } else { "UNIQUE" }
}

async fn index(wire: &mut Wire, catalog: &Catalog, n: u32) -> Result<Known<Ddl>> {
    let Some((indexes, index)) =
        catalog.indexes.value().and_then(|indexes| Some((indexes, indexes.list.get(n as usize)?)))
    else {
        return Ok(Known::NotYet);
    };
    let (name, table) = (indexes.names.get(index.name), catalog.relations.name(index.rel));
    if index.flags.has(IndexFlags::AUTOMATIC) {
        let columns: Vec<&str> = indexes.key(index).iter().map(|part| indexes.names.get(part.text)).collect();
        let text = format!(
            "-- {name} has no text: SQLite made it for {} ({}) of {table}\n",
            made_for(index),
            columns.join(", ")
        );
        return Ok(Known::Ready(Ddl::text(one_comment(&text), DdlSource::Assembled)));
    }
    stored(wire, table, "index", name).await
}

async fn trigger(wire: &mut Wire, catalog: &Catalog, n: u32) -> Result<Known<Ddl>> {
    let Some((objects, trigger)) =
        catalog.objects.value().and_then(|objects| Some((objects, objects.triggers.get(n as usize)?)))
    else {
        return Ok(Known::NotYet);
    };
    stored(wire, catalog.relations.name(trigger.rel), "trigger", objects.names.get(trigger.name)).await
}

async fn stored(wire: &mut Wire, table: &str, kind: &str, name: &str) -> Result<Known<Ddl>> {
    let sources = super::sources(wire, Some(table)).await?;
    Ok(match sources.iter().find(|source| source.kind == kind && source.name == name) {
        Some(source) => Known::Ready(Ddl::text(statement(&source.text), DdlSource::Engine)),
        None => Known::unsupported(no_text(name)),
    })
}

/// A name with a line break must not end the comment.
fn one_comment(text: &str) -> String {
    format!("{}\n", text.trim_end().replace(['\n', '\r'], " "))
}
