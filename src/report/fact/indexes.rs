//! `indexes`: every index with what tells two apart.

use super::{Column, Context, Fact, Need, Row, status_of};
use crate::findings::{Judged, Verdict};
use crate::model::{EngineKind, Index, IndexFlags, IndexUse, Indexes, Key, Keys, Note, Part, RelId};
use crate::report::{Unit, Value, index_sql};

pub const INDEXES: Fact = Fact {
    id: "indexes",
    parts: &[Part::Indexes, Part::Keys],
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
            Value::int(index_use(cx, row).and_then(IndexUse::all_scans))
        }),
        Column::text("scans_unit", "counted in", scans_unit),
        Column::text("last_scan", "last scan", |cx, row| {
            Value::micros(index_use(cx, row).and_then(|of| of.last_scan.get()))
        }),
        Column::text("definition", "definition", definition),
        Column::text("verdict", "verdict", verdict),
        Column::text("verdict_of", "because of", verdict_of),
    ],
    status: |cx| status_of(&cx.catalog.indexes),
    rows,
    notes,
};

fn rows(cx: Context<'_>) -> Vec<Row> {
    let Some(indexes) = cx.catalog.indexes.value() else { return Vec::new() };
    let shown = indexes.list.iter().enumerate().filter(|(_, index)| cx.shows_id(index.rel));
    let mut rows: Vec<Row> = shown.map(|(n, _)| Row::Index(n as u32)).collect();
    // A missing index stands behind those of its table.
    let missing = cx.measured.verdicts.iter().flat_map(|verdicts| verdicts.missing.iter().enumerate());
    let missing = missing.map(|(n, _)| Row::Missing(n as u32)).filter(|&row| cx.shows_id(rel(cx, row)));
    rows.extend(missing);
    rows.sort_by_key(|&row| rel(cx, row));
    rows
}

fn notes(cx: Context<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
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

fn missing<'a>(cx: Context<'a>, row: Row) -> Option<(&'a Keys, &'a Key)> {
    let Row::Missing(n) = row else { return None };
    let keys = cx.catalog.keys.value()?;
    Some((keys, keys.list.get(cx.measured.verdicts?.missing.get(n as usize)?.key as usize)?))
}

fn rel(cx: Context<'_>, row: Row) -> RelId {
    let of_key = missing(cx, row).map(|(_, key)| key.rel);
    index(cx, row).map(|(_, index)| index.rel).or(of_key).unwrap_or(RelId(u32::MAX))
}

fn flag<'a>(cx: Context<'a>, row: Row, bit: IndexFlags) -> Value<'a> {
    Value::flag(index(cx, row).map(|(_, index)| index.flags.has(bit)))
}

fn columns<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    if let Some((keys, key)) = missing(cx, row) {
        return Value::List(keys.columns(key).map(Into::into).collect());
    }
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
fn scans_unit<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    if matches!(row, Row::Missing(_)) {
        return Value::Null;
    }
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

fn judged<'a>(cx: Context<'a>, row: Row) -> Option<&'a Judged> {
    let Row::Index(n) = row else { return None };
    cx.measured.verdicts?.list.get(n as usize)
}

fn verdict<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    match row {
        Row::Missing(_) => Value::text(Verdict::Missing.id()),
        _ => Value::opt_text(judged(cx, row).map(|judged| judged.verdict.id())),
    }
}

/// The index that does its work; for a missing one, an index that helps a little.
fn verdict_of<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    let partly = || match row {
        Row::Missing(n) => cx.measured.verdicts?.missing.get(n as usize)?.partly,
        _ => judged(cx, row)?.of,
    };
    let name = partly().and_then(|n| {
        let all = cx.catalog.indexes.value()?;
        Some(all.names.get(all.list.get(n as usize)?.name))
    });
    Value::opt_text(name)
}
