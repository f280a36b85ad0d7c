//! `keys`: constraints.

use super::{Column, Context, Fact, Row, status_of};
use crate::model::{Action, EngineKind, Key, KeyKind, Keys, Note, Part, RelId};
use crate::report::{Value, key_sql};

pub const KEYS: Fact = Fact {
    id: "keys",
    parts: &[Part::Keys],
    needs: &[],
    columns: &[
        Column::text("schema", "schema", |cx, row| cx.schema_of(rel(cx, row))),
        Column::text("table", "table", |cx, row| cx.name_of(rel(cx, row))),
        Column::text("name", "name", |cx, row| {
            Value::opt_text(key(cx, row).and_then(|(all, key)| all.names.opt(key.name)))
        }),
        Column::text("kind", "kind", |cx, row| Value::opt_text(key(cx, row).map(|(_, key)| key.kind.id()))),
        Column::text("columns", "columns", |cx, row| {
            let Some((all, key)) = key(cx, row).filter(|(_, key)| !hides_columns(cx, key)) else { return Value::Null };
            Value::List(all.columns(key).map(Into::into).collect())
        }),
        Column::text("ref_schema", "to schema", |cx, row| {
            Value::opt_text(key(cx, row).and_then(|(all, key)| all.names.opt(key.ref_schema)))
        }),
        Column::text("ref_table", "to table", |cx, row| {
            Value::opt_text(key(cx, row).and_then(|(all, key)| all.names.opt(key.ref_table)))
        }),
        Column::text("ref_columns", "to columns", ref_columns),
        Column::text("on_update", "on update", |cx, row| {
            Value::opt_text(key(cx, row).and_then(|(_, key)| key.on_update).map(Action::id))
        }),
        Column::text("on_delete", "on delete", |cx, row| {
            Value::opt_text(key(cx, row).and_then(|(_, key)| key.on_delete).map(Action::id))
        }),
        Column::text("validated", "validated", |cx, row| Value::flag(key(cx, row).and_then(|(_, key)| key.validated))),
        Column::text("enforced", "enforced", |cx, row| Value::flag(key(cx, row).and_then(|(_, key)| key.enforced))),
        Column::text("deferrable", "deferrable", |cx, row| Value::flag(key(cx, row).map(|(_, key)| key.deferrable))),
        Column::text("indexed", "indexed", |cx, row| Value::flag(key(cx, row).and_then(|(_, key)| key.indexed))),
        Column::text("definition", "definition", definition),
    ],
    status: |cx| status_of(&cx.catalog.keys),
    rows,
    notes,
};

fn rows(cx: Context<'_>) -> Vec<Row> {
    let Some(keys) = cx.catalog.keys.value() else { return Vec::new() };
    let mut shown: Vec<(usize, &Key)> = keys.list.iter().enumerate().filter(|(_, key)| cx.shows_id(key.rel)).collect();
    shown.sort_by_key(|(_, key)| (key.rel, keys.names.opt(key.name), key.kind));
    shown.into_iter().map(|(n, _)| Row::Key(n as u32)).collect()
}

/// Only PostgreSQL records which columns a check is about.
fn hides_columns(cx: Context<'_>, key: &Key) -> bool {
    cx.engine != EngineKind::Postgresql && key.kind == KeyKind::Check && key.columns == 0
}

fn notes(cx: Context<'_>) -> Vec<Note> {
    let mut notes = of_engine(cx);
    let shown = || rows(cx).into_iter().filter_map(|row| key(cx, row));
    if shown().any(|(_, key)| hides_columns(cx, key)) {
        notes.push(Note::new(format!(
            "columns of a check are null: {} does not record them, its definition names them",
            cx.engine.title()
        )));
    }
    let hidden = |key: &Key| key.kind == KeyKind::Foreign && (key.on_update.is_none() || key.on_delete.is_none());
    if shown().any(|(_, key)| hidden(key)) {
        notes.push(Note::new("definition is null for a foreign key whose actions are hidden"));
    }
    notes
}

fn of_engine(cx: Context<'_>) -> Vec<Note> {
    match cx.engine {
        EngineKind::Postgresql => Vec::new(),
        EngineKind::Mysql | EngineKind::Mariadb => {
            vec![Note::new(format!("validated: {} does not record it", cx.engine.title()))]
        }
        EngineKind::Sqlite => vec![Note::new(
            "validated and enforced: a file does not say, each connection decides; name is null where none was given",
        )],
    }
}

fn key<'a>(cx: Context<'a>, row: Row) -> Option<(&'a Keys, &'a Key)> {
    let Row::Key(n) = row else { return None };
    let keys = cx.catalog.keys.value()?;
    Some((keys, keys.list.get(n as usize)?))
}

fn rel(cx: Context<'_>, row: Row) -> RelId {
    key(cx, row).map_or(RelId(u32::MAX), |(_, key)| key.rel)
}

/// Null, not empty, for what references nothing.
fn ref_columns<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    match key(cx, row) {
        Some((all, key)) if key.kind == KeyKind::Foreign => Value::List(all.ref_columns(key).map(Into::into).collect()),
        _ => Value::Null,
    }
}

fn definition<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    let Some((all, key)) = key(cx, row) else { return Value::Null };
    match all.names.opt(key.definition) {
        Some(text) => Value::text(text),
        None => key_sql::definition(cx.engine, cx.catalog, all, key).map_or(Value::Null, Value::text),
    }
}
