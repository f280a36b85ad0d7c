//! `sizes`: databases, tablespaces, schemas and files.

use super::{Column, Context, Fact, Need, Row, status_of};
use crate::model::{Amount, EngineKind, Known, Note, Part, Space};
use crate::report::{Unit, Value};

pub const SIZES: Fact = Fact {
    id: "sizes",
    parts: &[Part::Indexes],
    needs: &[Need::Sizes, Need::Spaces],
    columns: &[
        Column::text("kind", "kind", |cx, row| Value::opt_text(space(cx, row).map(|space| space.kind.id()))),
        Column::text("name", "name", |cx, row| Value::opt_text(space(cx, row).map(|space| space.name.as_str()))),
        Column::number("total_bytes", "total", Unit::Bytes, |cx, row| bytes(cx, row, |space| space.total)),
        Column::number("table_bytes", "tables", Unit::Bytes, |cx, row| bytes(cx, row, |space| space.table)),
        Column::number("index_bytes", "indexes", Unit::Bytes, |cx, row| bytes(cx, row, |space| space.index)),
        Column::number("toast_bytes", "toast", Unit::Bytes, |cx, row| match cx.engine {
            EngineKind::Postgresql => bytes(cx, row, |space| space.toast),
            _ => Value::Null,
        }),
        Column::number("free_bytes", "free", Unit::Bytes, |cx, row| bytes(cx, row, |space| space.free)),
        Column::number("tables", "tables", Unit::Count, |cx, row| {
            Value::int(space(cx, row).and_then(|space| space.tables))
        }),
        Column::text("size_source", "sizes are", |cx, row| {
            Value::opt_text(space(cx, row).map(|space| space.total.source.id()))
        }),
        Column::number("growth_bytes", "grew by", Unit::Bytes, |cx, row| Value::int(grown(cx, row))),
        Column::text("growth_since", "since", |cx, row| {
            let since = grown(cx, row).and(cx.measured.growth).map(|growth| growth.since);
            since.map_or(Value::Null, Value::Time)
        }),
    ],
    status: |cx| cx.measured.spaces.map_or(Known::NotYet, status_of),
    rows: |cx| {
        let list = cx.measured.spaces.and_then(Known::value).map_or(0, |spaces| spaces.list.len());
        (0..list as u32).map(Row::Space).collect()
    },
    notes,
};

fn notes(cx: Context<'_>) -> Vec<Note> {
    let spaces = cx.measured.spaces.and_then(Known::value);
    let mut notes: Vec<Note> = spaces.iter().flat_map(|spaces| spaces.notes.clone()).collect();
    notes.extend(cx.measured.sizes.iter().flat_map(|sizes| sizes.notes.clone()));
    notes
}

fn space<'a>(cx: Context<'a>, row: Row) -> Option<&'a Space> {
    let Row::Space(n) = row else { return None };
    cx.measured.spaces?.value()?.list.get(n as usize)
}

/// Since an earlier visit from this machine.
fn grown(cx: Context<'_>, row: Row) -> Option<i64> {
    let space = space(cx, row)?;
    cx.measured.growth?.of(space.kind.id(), "", &space.name, space.total)
}

fn bytes<'a>(cx: Context<'a>, row: Row, of: fn(&Space) -> Amount) -> Value<'a> {
    Value::int(space(cx, row).and_then(|space| of(space).get()))
}
