//! `columns`: the columns of tables and views.

use super::{Column, Context, Fact, Row, status_of};
use crate::model::{self, ColFlags, Columns, EngineKind, Generated, Note, Part, RelId, RelKind};
use crate::report::{Unit, Value};

pub const COLUMNS: Fact = Fact {
    id: "columns",
    parts: &[Part::Columns],
    needs: &[],
    columns: &[
        Column::text("schema", "schema", |cx, row| cx.schema_of(rel(row))),
        Column::text("table", "table", |cx, row| cx.name_of(rel(row))),
        Column::number("position", "#", Unit::None, |cx, row| {
            Value::int(column(cx, row).map(|(_, column)| i64::from(column.position)))
        }),
        Column::text("name", "name", |cx, row| {
            Value::opt_text(column(cx, row).map(|(all, column)| all.names.get(column.name)))
        }),
        Column::text("type", "type", |cx, row| {
            Value::opt_text(column(cx, row).map(|(all, column)| all.names.get(column.type_name)))
        }),
        Column::text("nullable", "nullable", |cx, row| {
            Value::flag(column(cx, row).map(|(_, column)| !column.flags.has(ColFlags::NOT_NULL)))
        }),
        Column::text("default", "default", |cx, row| {
            Value::opt_text(column(cx, row).and_then(|(all, column)| all.names.opt(column.default)))
        }),
        Column::text("generated", "generated", |cx, row| {
            Value::opt_text(column(cx, row).and_then(|(_, column)| column.generated).map(Generated::id))
        }),
        Column::text("primary_key", "primary", |cx, row| {
            Value::flag(column(cx, row).map(|(_, column)| column.flags.has(ColFlags::PRIMARY)))
        }),
        Column::text("comment", "comment", |cx, row| {
            Value::opt_text(column(cx, row).and_then(|(all, column)| all.names.opt(column.comment)))
        }),
        Column::number("null_fraction", "nulls", Unit::Share, |cx, row| {
            Value::small_float(column(cx, row).and_then(|(_, column)| column.null_fraction))
        }),
        Column::number("distinct_estimate", "distinct ~", Unit::Count, |cx, row| {
            let distinct = column(cx, row).and_then(|(_, column)| column.distinct);
            Value::int(distinct.filter(|n| n.is_finite()).map(|n| n.round() as i64))
        }),
        Column::number("avg_width", "width", Unit::Bytes, |cx, row| {
            Value::int(column(cx, row).and_then(|(_, column)| column.avg_width).map(i64::from))
        }),
    ],
    status: |cx| status_of(&cx.catalog.columns),
    rows,
    notes,
};

/// Sequences have columns too, in some catalogs; nobody looks for those.
fn rows(cx: Context<'_>) -> Vec<Row> {
    let Some(columns) = cx.catalog.columns.value() else { return Vec::new() };
    cx.relations()
        .filter(|(_, rel)| rel.kind != RelKind::Sequence)
        .flat_map(|(id, _)| (0..columns.of(id).len() as u32).map(move |n| Row::Column(id, n)))
        .collect()
}

fn notes(cx: Context<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    match cx.engine {
        EngineKind::Postgresql => notes.push(Note::new(
            "null_fraction, distinct_estimate and avg_width are null before ANALYZE and for columns that this role may \
             not read",
        )),
        EngineKind::Mysql | EngineKind::Mariadb => notes.push(Note::new(format!(
            "avg_width: {} does not keep it; null_fraction needs a histogram, distinct_estimate a histogram or an \
             index that leads with the column",
            cx.engine.title()
        ))),
        EngineKind::Sqlite => notes.push(Note::new(
            "SQLite keeps no comments, null fractions or widths; distinct_estimate needs ANALYZE and an index that \
             leads with the column",
        )),
    }
    let unread = |column: &model::Column| column.flags.has(ColFlags::DEFAULT_UNREAD) && column.default.is_none();
    if cx.catalog.columns.value().is_some_and(|columns| columns.list.iter().any(unread)) {
        notes.push(Note::new("some columns have a default or an expression whose text could not be read: null there"));
    }
    notes
}

fn rel(row: Row) -> RelId {
    match row {
        Row::Column(id, _) => id,
        _ => RelId(u32::MAX),
    }
}

fn column<'a>(cx: Context<'a>, row: Row) -> Option<(&'a Columns, &'a model::Column)> {
    let Row::Column(id, n) = row else { return None };
    let columns = cx.catalog.columns.value()?;
    Some((columns, columns.of(id).get(n as usize)?))
}
