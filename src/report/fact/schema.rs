//! `schema`: every object that is not a column, index or constraint.

use super::{Align, Column, Context, Fact, Row};
use crate::model::{EngineKind, Known, Note, Objects, Part, Relation, RowsSource};
use crate::report::{Unit, Value};

pub const SCHEMA: Fact = Fact {
    id: "schema",
    parts: &[Part::Objects],
    needs: &[],
    columns: &[
        Column::text("schema", "schema", schema),
        Column::text("name", "name", name),
        Column::text("kind", "kind", |cx, row| Value::text(kind(cx, row))),
        Column::text("parent", "parent", parent),
        Column {
            id: "rows_estimate",
            title: "rows ~",
            unit: Unit::Count,
            align: Align::Right,
            cell: |cx, row| Value::int(relation(cx, row).and_then(|rel| rel.rows)),
        },
        Column::text("rows_source", "rows from", |cx, row| {
            Value::opt_text(relation(cx, row).and_then(|rel| rel.rows_source).map(RowsSource::id))
        }),
        Column::text("comment", "comment", comment),
    ],
    status,
    rows,
    notes,
};

/// The relations are the fact; without the other objects it is not complete.
fn status(cx: Context<'_>) -> Known<()> {
    match &cx.catalog.objects {
        Known::TimedOut { what, .. } => Known::TimedOut { what: what.clone(), partial: Some(()) },
        _ => Known::Ready(()),
    }
}

fn rows(cx: Context<'_>) -> Vec<Row> {
    let mut rows: Vec<Row> = cx.relations().map(|(id, _)| Row::Relation(id)).collect();
    if let Some(objects) = cx.catalog.objects.value() {
        let routines = objects.routines.iter().enumerate().filter(|(_, it)| cx.shows_in(it.schema, it.system));
        rows.extend(routines.map(|(n, _)| Row::Routine(n as u32)));
        let types = objects.types.iter().enumerate().filter(|(_, it)| cx.shows_in(it.schema, it.system));
        rows.extend(types.map(|(n, _)| Row::Type(n as u32)));
        let triggers = objects.triggers.iter().enumerate().filter(|(_, it)| cx.shows_id(it.rel));
        rows.extend(triggers.map(|(n, _)| Row::Trigger(n as u32)));
        rows.extend((0..objects.extensions.len()).map(|n| Row::Extension(n as u32)));
    }
    // Schema, name, kind, then what tells namesakes apart.
    rows.sort_by_cached_key(|&row| {
        let text = |value: Value<'_>| value.raw().into_owned();
        (text(schema(cx, row)), text(name(cx, row)), kind(cx, row), text(parent(cx, row)), arguments(cx, row))
    });
    rows
}

fn notes(cx: Context<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    if let (None, Some(reason)) = (cx.catalog.objects.value(), cx.catalog.objects.reason()) {
        notes.push(Note::new(format!("functions, types, triggers and extensions are not listed: {reason}")));
    }
    if cx.engine == EngineKind::Sqlite {
        notes.push(Note::new("SQLite keeps no comments"));
    }
    notes
}

fn relation<'a>(cx: Context<'a>, row: Row) -> Option<&'a Relation> {
    match row {
        Row::Relation(id) => cx.catalog.relations.get(id),
        _ => None,
    }
}

fn object<'a, T>(cx: Context<'a>, get: impl FnOnce(&'a Objects) -> Option<T>) -> Option<T> {
    cx.catalog.objects.value().and_then(|objects| get(objects))
}

fn schema<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    let relations = &cx.catalog.relations;
    let namespace = |id| Value::text(relations.namespace(id));
    match row {
        Row::Relation(id) => cx.schema_of(id),
        Row::Routine(n) => {
            object(cx, |all| all.routines.get(n as usize)).map_or(Value::Null, |it| namespace(it.schema))
        }
        Row::Type(n) => object(cx, |all| all.types.get(n as usize)).map_or(Value::Null, |it| namespace(it.schema)),
        Row::Trigger(n) => {
            object(cx, |all| all.triggers.get(n as usize)).map_or(Value::Null, |it| cx.schema_of(it.rel))
        }
        Row::Extension(n) => {
            object(cx, |all| all.extensions.get(n as usize)).and_then(|it| it.schema).map_or(Value::Null, namespace)
        }
        _ => Value::Null,
    }
}

fn name<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    if let Row::Relation(id) = row {
        return cx.name_of(id);
    }
    let name = object(cx, |all| {
        let sym = match row {
            Row::Routine(n) => all.routines.get(n as usize)?.name,
            Row::Type(n) => all.types.get(n as usize)?.name,
            Row::Trigger(n) => all.triggers.get(n as usize)?.name,
            Row::Extension(n) => all.extensions.get(n as usize)?.name,
            _ => return None,
        };
        Some(all.names.get(sym))
    });
    Value::opt_text(name)
}

fn kind(cx: Context<'_>, row: Row) -> &'static str {
    match row {
        Row::Routine(_) => "function",
        Row::Type(_) => "type",
        Row::Trigger(_) => "trigger",
        Row::Extension(_) => "extension",
        _ => relation(cx, row).map_or("", |rel| rel.kind.id()),
    }
}

fn parent<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    let parent = match row {
        Row::Trigger(n) => object(cx, |all| all.triggers.get(n as usize)).map(|trigger| trigger.rel),
        _ => relation(cx, row).and_then(|rel| rel.parent),
    };
    parent.map_or(Value::Null, |id| cx.name_of(id))
}

fn comment<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    if let Some(rel) = relation(cx, row) {
        return Value::opt_text(cx.catalog.relations.names.opt(rel.comment));
    }
    let comment = object(cx, |all| {
        let sym = match row {
            Row::Routine(n) => all.routines.get(n as usize)?.comment,
            Row::Type(n) => all.types.get(n as usize)?.comment,
            Row::Trigger(n) => all.triggers.get(n as usize)?.comment,
            Row::Extension(n) => all.extensions.get(n as usize)?.comment,
            _ => None,
        };
        all.names.opt(sym)
    });
    Value::opt_text(comment)
}

/// Tells overloads of one name apart.
fn arguments(cx: Context<'_>, row: Row) -> String {
    let Row::Routine(n) = row else { return String::new() };
    let arguments = object(cx, |all| all.routines.get(n as usize).map(|it| all.names.get(it.arguments)));
    arguments.unwrap_or_default().to_owned()
}
