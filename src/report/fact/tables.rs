//! `tables`: size and use of everything that holds rows.

use super::{Column, Context, Fact, Row, UNKNOWN};
use crate::model::{EngineKind, Known, Note, Part, RelId, RelKind, Relation};
use crate::report::{Unit, Value};

pub const TABLES: Fact = Fact {
    id: "tables",
    parts: &[Part::Indexes],
    columns: &[
        Column::text("schema", "schema", |cx, row| cx.schema_of(id(row))),
        Column::text("name", "name", |cx, row| cx.name_of(id(row))),
        Column::text("kind", "kind", |cx, row| Value::opt_text(relation(cx, row).map(|rel| rel.kind.id()))),
        Column::number("rows_estimate", "rows ~", Unit::Count, |cx, row| {
            Value::int(relation(cx, row).and_then(|rel| rel.rows))
        }),
        Column::number("total_bytes", "total", Unit::Bytes, |cx, row| Value::int(total(cx, id(row)))),
        Column::number("table_bytes", "table", Unit::Bytes, |cx, row| {
            Value::int(relation(cx, row).and_then(|rel| rel.table_bytes))
        }),
        Column::number("index_bytes", "indexes", Unit::Bytes, |cx, row| Value::int(index_bytes(cx, id(row)))),
        Column::number("toast_bytes", "toast", Unit::Bytes, |cx, row| {
            Value::int(relation(cx, row).and_then(|rel| rel.toast_bytes))
        }),
        Column::number("free_bytes", "free", Unit::Bytes, UNKNOWN),
        Column::text("size_source", "sizes are", size_source),
        Column::number("dead_rows", "dead rows", Unit::Count, UNKNOWN),
        Column::number("seq_scans", "seq scans", Unit::Count, UNKNOWN),
        Column::number("idx_scans", "index scans", Unit::Count, UNKNOWN),
        Column::number("inserts", "inserts", Unit::Count, UNKNOWN),
        Column::number("updates", "updates", Unit::Count, UNKNOWN),
        Column::number("deletes", "deletes", Unit::Count, UNKNOWN),
        Column::text("last_vacuum", "last vacuum", UNKNOWN),
        Column::text("last_analyze", "last analyze", UNKNOWN),
        Column::number("bloat_bytes", "bloat", Unit::Bytes, UNKNOWN),
        Column::text("bloat_confidence", "bloat is", UNKNOWN),
    ],
    status: |_| Known::Ready(()),
    rows: |cx| cx.relations().filter(|(_, rel)| holds_rows(rel)).map(|(id, _)| Row::Relation(id)).collect(),
    notes,
};

fn notes(cx: Context<'_>) -> Vec<Note> {
    let mut notes = vec![Note::new(
        "free_bytes, dead_rows, scans, changes, last_vacuum, last_analyze and bloat are not read by this version",
    )];
    if cx.catalog.indexes.value().is_none() {
        let why = cx.catalog.indexes.reason().unwrap_or_default();
        notes.push(Note::new(format!("sizes of indexes are not known: {why}")));
    }
    if cx.relations().any(|(id, rel)| holds_rows(rel) && (rel.rows.is_none() || total(cx, id).is_none())) {
        notes.push(Note::new(match cx.engine {
            EngineKind::Postgresql => {
                "rows_estimate and sizes are null before the first VACUUM or ANALYZE, toast_bytes before the first \
                 VACUUM; total_bytes is null while a part of it is"
            }
            _ => "rows_estimate and sizes are null where they could not be read without opening the table",
        }));
    }
    if cx.engine != EngineKind::Postgresql {
        notes.push(Note::new(format!("toast_bytes: {} has no such thing", cx.engine.title())));
    }
    notes
}

fn holds_rows(rel: &Relation) -> bool {
    rel.kind.is_table() || rel.kind == RelKind::MaterializedView
}

fn id(row: Row) -> RelId {
    match row {
        Row::Relation(id) => id,
        _ => RelId(u32::MAX),
    }
}

fn relation<'a>(cx: Context<'a>, row: Row) -> Option<&'a Relation> {
    cx.catalog.relations.get(id(row))
}

/// SQLite counts pages; what the servers' catalogs hold is from the last time they looked.
fn size_source<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    let source = if cx.engine == EngineKind::Sqlite { "exact" } else { "estimate" };
    Value::opt_text(relation(cx, row).and_then(|rel| rel.table_bytes).map(|_| source))
}

/// The engine's own sum, else the sum over the indexes when every one of them is known.
fn index_bytes(cx: Context<'_>, id: RelId) -> Option<i64> {
    index_sum(cx, id, 64)
}

/// `depth` bounds partitions of partitions: a damaged catalog must not turn this into a loop without end.
fn index_sum(cx: Context<'_>, id: RelId, depth: u32) -> Option<i64> {
    let rel = cx.catalog.relations.get(id)?;
    if rel.index_bytes.is_some() {
        return rel.index_bytes;
    }
    // What is stored elsewhere has no indexes here to be summed; MySQL and MariaDB know the sum or nothing.
    let mysql = matches!(cx.engine, EngineKind::Mysql | EngineKind::Mariadb);
    if mysql || matches!(rel.kind, RelKind::ForeignTable | RelKind::VirtualTable) {
        return None;
    }
    let Known::Ready(indexes) = &cx.catalog.indexes else { return None };
    if rel.kind == RelKind::PartitionedTable {
        // Like its rows and bytes: the sum over the partitions. There are few partitioned tables.
        let children = cx.catalog.relations.iter().filter(|(_, child)| child.parent == Some(id));
        let depth = depth.checked_sub(1)?;
        return children.map(|(child, _)| index_sum(cx, child, depth)).sum();
    }
    indexes.of(id).iter().map(|index| index.bytes).sum()
}

/// Known only when every part is.
fn total(cx: Context<'_>, id: RelId) -> Option<i64> {
    let rel = cx.catalog.relations.get(id)?;
    let toast = match cx.engine {
        EngineKind::Postgresql => rel.toast_bytes?,
        _ => 0,
    };
    Some(rel.table_bytes? + index_bytes(cx, id)? + toast)
}
