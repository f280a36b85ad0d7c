//! `indexes`: every index with what tells two apart.

use super::{Column, Context, Fact, Need, Row, UNKNOWN, status_of};
use crate::model::{EngineKind, Index, IndexFlags, IndexUse, Indexes, Note, Part, RelId};
use crate::report::{Unit, Value, index_sql};

pub const INDEXES: Fact = Fact {
    id: "indexes",
    parts: &[Part::Indexes],
    needs: &[Need::Sizes, Need::Usage],
    columns: &[
        Column::text("schema", "schema", |cx, row| cx.schema_of(rel(cx, row))),
        Column::text("table", "table", |cx, row| cx.name_of(rel(cx, row))),
        Column::text("name", "name", |cx, row| {
            Value::opt_text(index(cx, row).map(|(all, index)| all.names.get(index.name)))
        }),
        Column::text("method", "method", |cx, row| {
            Value::opt_text(index(cx, row).map(|(all, index)| all.names.get(index.method)))
        }),
        Column::text("columns", "columns", columns),
        Column::text("include", "include", include),
        Column::text("predicate", "where", |cx, row| {
            Value::opt_text(index(cx, row).and_then(|(all, index)| all.names.opt(index.predicate)))
        }),
        Column::text("unique", "unique", |cx, row| flag(cx, row, IndexFlags::UNIQUE)),
        Column::text("primary", "primary", |cx, row| flag(cx, row, IndexFlags::PRIMARY)),
        Column::text("constraint", "constraint", |cx, row| {
            Value::opt_text(index(cx, row).and_then(|(all, index)| all.names.opt(index.constraint)))
        }),
        Column::text("valid", "valid", |cx, row| flag(cx, row, IndexFlags::VALID)),
        Column::text("visible", "visible", |cx, row| flag(cx, row, IndexFlags::VISIBLE)),
        Column::number("bytes", "size", Unit::Bytes, bytes),
        Column::number("scans", "scans", Unit::Count, |cx, row| {
            Value::int(index_use(cx, row).and_then(|of| of.scans.get()))
        }),
        Column::text("scans_unit", "counted in", scans_unit),
        Column::text("last_scan", "last scan", |cx, row| {
            Value::micros(index_use(cx, row).and_then(|of| of.last_scan.get()))
        }),
        Column::text("definition", "definition", definition),
        Column::text("verdict", "verdict", verdict),
        Column::text("verdict_of", "because of", UNKNOWN),
    ],
    status: |cx| status_of(&cx.catalog.indexes),
    rows,
    notes,
};

fn rows(cx: Context<'_>) -> Vec<Row> {
    let Some(indexes) = cx.catalog.indexes.value() else { return Vec::new() };
    let shown = indexes.list.iter().enumerate().filter(|(_, index)| cx.shows_id(index.rel));
    shown.map(|(n, _)| Row::Index(n as u32)).collect()
}

fn notes(cx: Context<'_>) -> Vec<Note> {
    let mut notes =
        vec![Note::new("verdicts are not computed by this version: only invalid and invisible are told, else null")];
    notes.extend(cx.measured.sizes.iter().flat_map(|sizes| sizes.notes.clone()));
    notes.extend(cx.usage_notes());
    match cx.engine {
        EngineKind::Postgresql => {}
        EngineKind::Mysql | EngineKind::Mariadb => notes.push(Note::new(format!(
            "include, predicate and last_scan: {} has no such thing; scans counts rows, not scans",
            cx.engine.title()
        ))),
        EngineKind::Sqlite => {
            notes.push(Note::new("include, scans and last_scan: SQLite has no such thing and counts no use"));
        }
    }
    let unread = IndexFlags(IndexFlags::EXPRESSION_UNREAD.0 | IndexFlags::PREDICATE_UNREAD.0);
    if cx.catalog.indexes.value().is_some_and(|all| all.list.iter().any(|index| index.flags.has(unread))) {
        notes.push(Note::new(
            "some indexes have an expression or predicate whose text could not be read: their definition is null",
        ));
    }
    notes
}

fn index<'a>(cx: Context<'a>, row: Row) -> Option<(&'a Indexes, &'a Index)> {
    let Row::Index(n) = row else { return None };
    let indexes = cx.catalog.indexes.value()?;
    Some((indexes, indexes.list.get(n as usize)?))
}

fn bytes<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    let Row::Index(n) = row else { return Value::Null };
    Value::int(cx.measured.sizes.and_then(|sizes| sizes.index(n).get()))
}

fn index_use<'a>(cx: Context<'a>, row: Row) -> Option<&'a IndexUse> {
    let Row::Index(n) = row else { return None };
    cx.index_use(n)
}

fn rel(cx: Context<'_>, row: Row) -> RelId {
    index(cx, row).map_or(RelId(u32::MAX), |(_, index)| index.rel)
}

fn flag<'a>(cx: Context<'a>, row: Row, bit: IndexFlags) -> Value<'a> {
    Value::flag(index(cx, row).map(|(_, index)| index.flags.has(bit)))
}

fn columns<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    let Some((all, index)) = index(cx, row) else { return Value::Null };
    Value::List(all.key(index).iter().map(|part| index_sql::part_text(cx.engine, all, part)).collect())
}

fn include<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    match index(cx, row) {
        Some((all, index)) if cx.engine == EngineKind::Postgresql => {
            Value::List(all.include(index).iter().map(|part| all.names.get(part.text).into()).collect())
        }
        _ => Value::Null,
    }
}

/// Also where this index is not counted: the unit is the engine's.
fn scans_unit<'a>(cx: Context<'a>, _: Row) -> Value<'a> {
    match (cx.engine, cx.usage()) {
        (EngineKind::Sqlite, _) => Value::Null,
        (_, Some(usage)) => Value::text(usage.unit.id()),
        (EngineKind::Postgresql, None) => Value::text("scans"),
        (_, None) => Value::text("rows"),
    }
}

fn definition<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    let Some((all, index)) = index(cx, row) else { return Value::Null };
    match all.names.opt(index.definition) {
        Some(text) => Value::text(text),
        None => index_sql::definition(cx.engine, &cx.catalog.relations, all, index).map_or(Value::Null, Value::text),
    }
}

/// The two that need no counters and no comparison.
fn verdict<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    match index(cx, row) {
        Some((_, index)) if !index.flags.has(IndexFlags::VALID) => Value::text("invalid"),
        Some((_, index)) if !index.flags.has(IndexFlags::VISIBLE) => Value::text("invisible"),
        _ => Value::Null,
    }
}
