//! Columns of tables, views and virtual tables.

use super::declared::{self, ColumnText, TableText};
use super::wire::{Row, Wire};
use crate::engine::guard::Statement;
use crate::engine::{ErrorKind, Result, Scope};
use crate::model::{ColFlags, Column, Columns, Generated, Names, Note, RelFlags, RelId, RelKind, Relations, Slices};
use std::collections::HashMap;

const COLUMNS: Statement = Statement::file("sqlite/columns.sql", include_str!("sql/columns.sql"));
const VIEW_COLUMNS: Statement = Statement::file("sqlite/view_columns.sql", include_str!("sql/view_columns.sql"));
const DISTINCT: Statement = Statement::file("sqlite/distinct.sql", include_str!("sql/distinct.sql"));

/// One row of `columns.sql`.
struct Found {
    rel: RelId,
    cid: i64,
    primary: i64,
    hidden: i64,
    not_null: bool,
    name: String,
    type_name: String,
    default: Option<String>,
}

/// Columns of all relations, or of `only`.
pub(super) async fn columns(
    wire: &mut Wire,
    relations: &Relations,
    scope: Scope,
    only: Option<RelId>,
) -> Result<Columns> {
    let name = only.map(|id| relations.name(id).to_owned());
    let ids = super::by_name(relations);
    let mut notes = Vec::new();
    let mut rows = wire.fetch(&COLUMNS, name.as_deref()).await?;
    rows.extend(view_columns(wire, relations, name.as_deref(), &mut notes).await?);
    let mut found: Vec<Found> = rows.iter().filter_map(|row| one(row, &ids)).collect();
    found.sort_by_key(|column| (column.rel, column.cid));
    let texts = texts(wire, &ids, name.as_deref()).await?;
    let statistics = match scope {
        Scope::Full if ids.contains_key("sqlite_stat1") => wire.fetch(&DISTINCT, None).await?,
        _ => Vec::new(),
    };
    Ok(build(found, relations, &texts, &distinct(&statistics), notes))
}

/// All at once but for those that are known to be broken. One that broke since the relations were read ends the
/// joined statement: then they are asked one by one, and the others keep their columns.
async fn view_columns(
    wire: &mut Wire,
    relations: &Relations,
    only: Option<&str>,
    notes: &mut Vec<Note>,
) -> Result<Vec<Row>> {
    let is_view = |kind: RelKind| matches!(kind, RelKind::View | RelKind::VirtualTable);
    let whole = relations.list.iter().filter(|rel| is_view(rel.kind) && !rel.flags.has(RelFlags::BROKEN));
    let names = whole.map(|rel| relations.names.get(rel.name)).filter(|name| only.is_none_or(|only| only == *name));
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    match wire.fetch(&VIEW_COLUMNS, Some(&super::json(&names))).await {
        Err(error) if error.kind == ErrorKind::Internal => {}
        other => return other,
    }
    let mut rows = Vec::new();
    for name in names {
        match wire.fetch(&VIEW_COLUMNS, Some(&super::json(&[name]))).await {
            Ok(more) => rows.extend(more),
            Err(error) if error.kind == ErrorKind::Internal => {
                notes.push(Note::new(format!("columns of {name} cannot be read: {}", error.message)));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(rows)
}

fn one(row: &Row, ids: &HashMap<&str, RelId>) -> Option<Found> {
    Some(Found {
        rel: *ids.get(row.text(0))?,
        cid: row.int(1)?,
        primary: row.int(6).unwrap_or(0),
        hidden: row.int(7).unwrap_or(0),
        not_null: row.flag(4),
        name: row.text(2).to_owned(),
        type_name: row.text(3).to_owned(),
        default: row.text_opt(5).map(str::to_owned),
    })
}

/// The `CREATE TABLE` of every table, parsed.
pub(super) async fn texts(
    wire: &mut Wire,
    ids: &HashMap<&str, RelId>,
    only: Option<&str>,
) -> Result<HashMap<RelId, TableText>> {
    let sources = super::sources(wire, only).await?;
    let table = |source: &super::Source| {
        let id = *ids.get(source.name.as_str()).filter(|_| source.kind == "table")?;
        Some((id, declared::table(&source.text)?))
    };
    Ok(sources.iter().filter_map(table).collect())
}

/// Distinct values of leading columns: rows divided by rows per value.
fn distinct(rows: &[Row]) -> HashMap<(&str, &str), f32> {
    let value = |row: &Row| {
        let mut numbers = row.text(2).split(' ').map_while(|word| word.parse::<f32>().ok());
        let (rows, each) = (numbers.next()?, numbers.next()?);
        (each >= 1.0).then(|| rows / each)
    };
    rows.iter().filter_map(|row| Some(((row.text(0), row.text(1)), value(row)?))).collect()
}

/// True for the column that is the row number itself: exactly `INTEGER`, alone in the key, with a rowid.
fn is_rowid(group: &[Found], without_rowid: bool) -> Option<&Found> {
    let mut key = group.iter().filter(|column| column.primary > 0);
    match (key.next(), key.next()) {
        (Some(only), None) if !without_rowid && only.type_name.eq_ignore_ascii_case("INTEGER") => Some(only),
        _ => None,
    }
}

fn build(
    found: Vec<Found>,
    relations: &Relations,
    texts: &HashMap<RelId, TableText>,
    distinct: &HashMap<(&str, &str), f32>,
    notes: Vec<Note>,
) -> Columns {
    let mut names = Names::new();
    let mut list = Vec::with_capacity(found.len());
    for group in found.chunk_by(|a, b| a.rel == b.rel) {
        let Some(first) = group.first() else { continue };
        let (table, text) = (relations.name(first.rel), texts.get(&first.rel));
        let without = relations.get(first.rel).is_some_and(|rel| rel.flags.has(RelFlags::WITHOUT_ROWID));
        let rowid = is_rowid(group, without).map(|column| column.cid);
        for column in group {
            let own = text.and_then(|text| text.column(&column.name));
            let distinct = distinct.get(&(table, column.name.as_str())).copied();
            list.push(Column { distinct, ..described(&mut names, column, own, rowid == Some(column.cid)) });
        }
    }
    let slices = Slices::build(relations.list.len(), found.iter().map(|column| column.rel.0 as usize));
    names.seal();
    Columns { names, list, slices, notes, ..Columns::default() }
}

/// One column; `rowid` when it is the row number, which is never null.
fn described(names: &mut Names, column: &Found, own: Option<&ColumnText>, rowid: bool) -> Column {
    let mut flags = ColFlags::default();
    flags.set(ColFlags::NOT_NULL, column.not_null || rowid);
    flags.set(ColFlags::PRIMARY, column.primary > 0);
    flags.set(ColFlags::INVISIBLE, column.hidden == 1);
    let generated = match column.hidden {
        2 => Some(Generated::Virtual),
        3 => Some(Generated::Stored),
        _ if rowid && own.is_some_and(|own| own.autoincrement) => Some(Generated::AutoIncrement),
        _ => None,
    };
    // The pragma keeps silent about the expression of a generated column.
    let computed = column.hidden >= 2;
    let expression = own.and_then(|own| own.generated.as_deref());
    flags.set(ColFlags::DEFAULT_UNREAD, computed && expression.is_none());
    let default = if computed { expression } else { column.default.as_deref() };
    Column {
        name: names.intern(&column.name),
        type_name: names.intern(&column.type_name),
        position: u16::try_from(column.cid + 1).unwrap_or(u16::MAX),
        flags,
        generated,
        default: names.intern_opt(default),
        collation: names.intern_opt(own.and_then(|own| own.collation.as_deref())),
        comment: None,
        null_fraction: None,
        distinct: None,
        avg_width: None,
    }
}
