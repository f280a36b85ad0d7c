//! `tables`: size and use of everything that holds rows.

use super::{Column, Context, Fact, Need, Row};
use crate::findings::bloat::{Bloat, Withheld};
use crate::model::{
    Amount, EngineKind, Known, Note, Num, Part, RelId, RelKind, RelSize, Relation, SizeSource, Sizes, TableUse,
};
use crate::report::{Unit, Value};

pub const TABLES: Fact = Fact {
    id: "tables",
    parts: &[Part::Indexes],
    needs: &[Need::Sizes, Need::Usage, Need::Layouts],
    columns: &[
        Column::text("schema", "schema", |cx, row| cx.schema_of(id(row))),
        Column::text("name", "name", |cx, row| cx.name_of(id(row))),
        Column::text("kind", "kind", |cx, row| Value::opt_text(relation(cx, row).map(|rel| rel.kind.id()))),
        Column::number("rows_estimate", "rows ~", Unit::Count, |cx, row| {
            Value::int(relation(cx, row).and_then(|rel| rel.rows))
        }),
        Column::number("total_bytes", "total", Unit::Bytes, |cx, row| bytes(cx, row, RelSize::total)),
        Column::number("table_bytes", "table", Unit::Bytes, |cx, row| bytes(cx, row, |size| size.table)),
        Column::number("index_bytes", "indexes", Unit::Bytes, |cx, row| bytes(cx, row, |size| size.index)),
        Column::number("toast_bytes", "toast", Unit::Bytes, toast),
        Column::number("free_bytes", "free", Unit::Bytes, |cx, row| bytes(cx, row, |size| size.free)),
        Column::text("size_source", "sizes are", size_source),
        Column::number("dead_rows", "dead rows", Unit::Count, |cx, row| count(cx, row, |of| of.dead_rows)),
        Column::number("seq_scans", "seq scans", Unit::Count, seq_scans),
        Column::number("idx_scans", "index scans", Unit::Count, |cx, row| count(cx, row, |of| of.idx_scans)),
        Column::number("inserts", "inserts", Unit::Count, |cx, row| count(cx, row, |of| of.inserts)),
        Column::number("updates", "updates", Unit::Count, |cx, row| count(cx, row, |of| of.updates)),
        Column::number("deletes", "deletes", Unit::Count, |cx, row| count(cx, row, |of| of.deletes)),
        Column::text("last_vacuum", "last vacuum", |cx, row| time(cx, row, TableUse::vacuumed)),
        Column::text("last_analyze", "last analyze", |cx, row| time(cx, row, TableUse::analyzed)),
        Column::number("bloat_bytes", "bloat", Unit::Bytes, |cx, row| {
            Value::int(bloat(cx, id(row)).and_then(Result::ok).map(|bloat| bloat.bytes))
        }),
        Column::text("bloat_confidence", "bloat is", |cx, row| {
            Value::opt_text(bloat(cx, id(row)).and_then(Result::ok).map(|bloat| bloat.confidence.id()))
        }),
    ],
    status: |_| Known::Ready(()),
    rows: |cx| cx.relations().filter(|(_, rel)| holds_rows(rel)).map(|(id, _)| Row::Relation(id)).collect(),
    notes,
};

fn notes(cx: Context<'_>) -> Vec<Note> {
    let mut notes = bloat_notes(cx);
    if cx.catalog.indexes.value().is_none() {
        let why = cx.catalog.indexes.reason().unwrap_or_default();
        notes.push(Note::new(format!("sizes of indexes are not known: {why}")));
    }
    if let Some(sizes) = cx.measured.sizes {
        notes.extend(sizes.notes.clone());
        notes.extend(locked(cx, sizes));
    }
    notes.extend(cx.usage_notes());
    let unknown = |(id, rel): (RelId, &Relation)| {
        holds_rows(rel)
            && (rel.rows.is_none() || cx.measured.sizes.is_none_or(|all| all.of(id).total().get().is_none()))
    };
    if cx.relations().any(unknown) {
        notes.push(Note::new(match cx.engine {
            EngineKind::Postgresql => {
                "rows_estimate and estimated sizes are null before the first VACUUM or ANALYZE, toast_bytes before the \
                 first VACUUM; total_bytes is null while a part of it is"
            }
            _ => "rows_estimate and sizes are null where they could not be read without opening the table",
        }));
    }
    match cx.engine {
        EngineKind::Postgresql => notes.push(Note::new("free_bytes: PostgreSQL tells none without reading every page")),
        EngineKind::Mysql | EngineKind::Mariadb => notes.push(Note::new(format!(
            "toast_bytes, dead_rows, seq_scans and last_vacuum: {} has no such thing; idx_scans counts rows",
            cx.engine.title()
        ))),
        EngineKind::Sqlite => {
            notes.push(Note::new("toast_bytes, dead_rows, last_vacuum and last_analyze: SQLite has no such thing"));
        }
    }
    notes
}

/// `None` where nothing can be estimated at all.
fn bloat(cx: Context<'_>, id: RelId) -> Option<Result<Bloat, Withheld>> {
    cx.measured.layouts?.value()?;
    let found = cx.measured.bloats?.get(&id).copied();
    Some(found.unwrap_or(Err(Withheld::Small)))
}

/// What bloat is, and why it is null where it is.
fn bloat_notes(cx: Context<'_>) -> Vec<Note> {
    let Some(layouts) = cx.measured.layouts else { return vec![Note::new("bloat was not asked for")] };
    if cx.engine != EngineKind::Postgresql {
        let title = cx.engine.title();
        return vec![Note::new(format!(
            "bloat_bytes: pages of {title} are not estimated; free_bytes is what it tells"
        ))];
    }
    let Some(found) = layouts.value() else { return layouts.note("bloat").into_iter().collect() };
    let mut notes = found.notes.clone();
    notes.extend(layouts.note("bloat"));
    let tables = || cx.relations().filter(|(_, rel)| rel.kind.is_table() || rel.kind == RelKind::MaterializedView);
    let mut why: Vec<(Withheld, usize)> = Vec::new();
    for withheld in tables().filter_map(|(id, _)| bloat(cx, id)?.err()) {
        match why.iter_mut().find(|(known, _)| *known == withheld) {
            Some((_, count)) => *count += 1,
            None => why.push((withheld, 1)),
        }
    }
    notes.push(Note::new(
        "bloat_bytes is what a rewrite of the table itself would give back, without indexes and TOAST: estimated, \
         likely within 5 points of the share, hint within 20",
    ));
    why.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let counted = why.iter().map(|(why, count)| Note::new(format!("bloat_bytes is null for {count}: {}", why.why())));
    notes.extend(counted);
    notes
}

/// Whose locks kept tables from being measured.
fn locked(cx: Context<'_>, sizes: &Sizes) -> Option<Note> {
    let blocked: Vec<String> = cx
        .relations()
        .filter_map(|(id, rel)| match sizes.of(id).total().source {
            SizeSource::Locked(pid) if rel.kind != RelKind::PartitionedTable => Some(format!(
                "{}.{} (process {pid})",
                cx.catalog.relations.namespace(rel.schema),
                cx.catalog.relations.names.get(rel.name)
            )),
            _ => None,
        })
        .collect();
    let more = if blocked.len() > 3 { format!(" and {} more", blocked.len() - 3) } else { String::new() };
    let first = blocked.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    (!blocked.is_empty()).then(|| {
        Note::new(format!("not measured, to wait for no exclusive lock: {first}{more}; their sizes are estimates"))
    })
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

fn bytes<'a>(cx: Context<'a>, row: Row, of: impl Fn(&RelSize) -> Amount) -> Value<'a> {
    Value::int(cx.measured.sizes.and_then(|sizes| of(&sizes.of(id(row))).get()))
}

/// Only PostgreSQL has it.
fn toast<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    match cx.engine {
        EngineKind::Postgresql => bytes(cx, row, |size| size.toast),
        _ => Value::Null,
    }
}

fn count<'a>(cx: Context<'a>, row: Row, of: impl Fn(&TableUse) -> Num) -> Value<'a> {
    Value::int(cx.table_use(id(row)).and_then(|table| of(table).get()))
}

/// The servers that count rows instead of scans promise none.
fn seq_scans<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    match cx.engine {
        EngineKind::Mysql | EngineKind::Mariadb => Value::Null,
        _ => count(cx, row, |of| of.seq_scans),
    }
}

fn time<'a>(cx: Context<'a>, row: Row, of: impl Fn(&TableUse) -> Option<i64>) -> Value<'a> {
    Value::micros(cx.table_use(id(row)).and_then(of))
}

/// How the least sure part of the total came about; nothing where there is no size at all.
fn size_source<'a>(cx: Context<'a>, row: Row) -> Value<'a> {
    let Some(size) = cx.measured.sizes.map(|sizes| sizes.of(id(row))) else { return Value::Null };
    let total = size.total();
    let said = size.table.get().is_some() || matches!(total.source, SizeSource::Locked(_) | SizeSource::Denied);
    Value::opt_text(said.then(|| total.source.id()))
}
