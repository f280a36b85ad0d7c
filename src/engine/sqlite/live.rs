//! What a file tells of its state: pragmas, last numbers, and whether it is whole.

use super::watch::{beside, wal_bytes};
use super::wire::{Row, Wire};
use crate::engine::guard::Statement;
use crate::engine::{Error, ErrorKind, Result};
use crate::model::{Counter, CounterKind, Counting, Feeds, Integrity, Known, Note, Orphans, Variable, Variables};

const SETTINGS: Statement = Statement::file("sqlite/settings.sql", include_str!("sql/settings.sql"));
const HAS_SEQUENCES: Statement = Statement::file("sqlite/has_sequences.sql", include_str!("sql/has_sequences.sql"));
const SEQUENCE_VALUES: Statement =
    Statement::file("sqlite/sequence_values.sql", include_str!("sql/sequence_values.sql"));
const QUICK_CHECK: Statement = Statement::file("sqlite/quick_check.sql", include_str!("sql/quick_check.sql"));
const CHILDREN: Statement = Statement::file("sqlite/children.sql", include_str!("sql/children.sql"));
const ORPHANS: Statement = Statement::file("sqlite/orphans.sql", include_str!("sql/orphans.sql"));

/// In a rollback journal every reader keeps writers from their commit: a larger file is not walked unasked.
const WALKED: i64 = 1 << 30;
/// Tables that are looked at one by one once one of them has a broken key.
const ONE_BY_ONE: usize = 200;
/// Rows that are counted; the statement asks for one more.
const COUNTED: usize = 1_000;

pub(super) async fn settings(wire: &mut Wire) -> Result<Known<Variables>> {
    pragmas(wire).await.map(Known::Ready)
}

async fn pragmas(wire: &mut Wire) -> Result<Variables> {
    let rows = wire.fetch(&SETTINGS, None).await?;
    let value = |row: &Row| row.text_opt(1).map(str::to_owned).or_else(|| row.int(1).map(|n| n.to_string()));
    let mut out = Variables {
        list: rows
            .iter()
            .map(|row| Variable { name: row.text(0).to_owned(), value: value(row), ..Variable::default() })
            .collect(),
        notes: vec![Note::new("a file keeps few settings: what a connection sets for itself is not in it")],
    };
    for one in out.list.iter_mut().filter(|one| one.name == "journal_mode" && wire.wal) {
        one.value = Some("wal".into());
    }
    out.sort();
    Ok(out)
}

pub(super) async fn counting(wire: &mut Wire) -> Result<Known<Counting>> {
    let mut out = Counting::default();
    if wire.fetch(&HAS_SEQUENCES, None).await?.is_empty() {
        return Ok(Known::Ready(out));
    }
    let end = i128::from(i64::MAX);
    for row in wire.fetch(&SEQUENCE_VALUES, None).await? {
        let table = row.text(0).to_owned();
        out.list.push(Counter {
            kind: CounterKind::Column,
            schema: "main".into(),
            name: table.clone(),
            feeds: Some(Feeds {
                schema: "main".into(),
                table,
                column: "rowid".into(),
                type_name: "INTEGER".into(),
                limit: Some(end),
            }),
            last: row.int(1).map(i128::from),
            min: 1,
            max: end,
            increment: 1,
            cycle: false,
            hidden: false,
        });
    }
    Ok(Known::Ready(out))
}

pub(super) async fn integrity(wire: &mut Wire) -> Result<Known<Integrity>> {
    let settings = pragmas(wire).await?;
    let int = |name: &str| settings.int(name).unwrap_or(0);
    let (page_size, pages) = (int("page_size"), int("page_count"));
    let bytes = page_size.saturating_mul(pages);
    let faults = match walks(wire, bytes) {
        None => faults(wire).await?,
        Some(why) => Known::unsupported(why),
    };
    let orphans = orphans(wire).await?;
    let beside_it = !wire.place.demo;
    let wal = if beside_it { i64::try_from(wal_bytes(&wire.place.path)).ok() } else { None };
    let journal = |path| std::fs::metadata(beside(path, "-journal")).is_ok_and(|meta| meta.len() > 0);
    Ok(Known::Ready(Integrity {
        faults,
        orphans,
        page_size,
        pages,
        free_pages: int("freelist_count"),
        journal_mode: settings.value("journal_mode").map(str::to_owned),
        wal_bytes: wal.filter(|bytes| *bytes > 0),
        hot_journal: beside_it && journal(&wire.place.path),
        auto_vacuum: int("auto_vacuum") != 0,
        notes: Vec::new(),
    }))
}

/// Why a file is not read from its first to its last page.
pub(super) fn walks(wire: &Wire, bytes: i64) -> Option<String> {
    let free = wire.wal || bytes <= WALKED || wire.place.immutable;
    let why = || format!("the file was not walked: writers would wait ({} without a WAL)", crate::text::bytes(bytes));
    (!free).then(why)
}

async fn faults(wire: &mut Wire) -> Result<Known<Vec<String>>> {
    match wire.fetch(&QUICK_CHECK, None).await {
        Ok(rows) => Ok(Known::Ready(rows.iter().map(|row| row.text(0).to_owned()).filter(|it| it != "ok").collect())),
        // What SQLite refuses to read at all is the worst that it can say.
        Err(error) if error.kind == ErrorKind::NotADatabase => Ok(Known::Ready(vec![error.message])),
        Err(error) => late(error, "quick_check"),
    }
}

/// All children in one statement; one by one when a broken key ends it.
async fn orphans(wire: &mut Wire) -> Result<Known<Vec<Orphans>>> {
    let children: Vec<String> = match wire.fetch(&CHILDREN, None).await {
        Ok(rows) => rows.iter().map(|row| row.text(0).to_owned()).collect(),
        Err(error) => return late(error, "foreign_key_check"),
    };
    let names: Vec<&str> = children.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    match wire.fetch(&ORPHANS, Some(&super::json(&names))).await {
        Ok(rows) => add(&rows, &mut found),
        Err(error) if error.kind == ErrorKind::Internal => {
            for name in names.iter().take(ONE_BY_ONE) {
                match wire.fetch(&ORPHANS, Some(&super::json(&[name]))).await {
                    Ok(rows) => add(&rows, &mut found),
                    // A key to a table that is not there, or not unique: another rule says so.
                    Err(error) if error.kind == ErrorKind::Internal => {}
                    Err(error) => return late(error, "foreign_key_check"),
                }
            }
        }
        Err(error) => return late(error, "foreign_key_check"),
    }
    Ok(Known::Ready(found))
}

fn add(rows: &[Row], found: &mut Vec<Orphans>) {
    for row in rows.iter().take(COUNTED) {
        let (table, parent) = (row.text(0), row.text(1));
        let at = found.iter().position(|one| one.table == table && one.parent == parent).unwrap_or_else(|| {
            found.push(Orphans { table: table.to_owned(), parent: parent.to_owned(), rows: 0, sample: Vec::new() });
            found.len() - 1
        });
        found[at].rows += 1;
        if let Some(id) = row.int(2).filter(|_| found[at].sample.len() < 5) {
            found[at].sample.push(id);
        }
    }
}

pub(super) fn late<T>(error: Error, what: &str) -> Result<Known<T>> {
    match error.kind {
        ErrorKind::TimedOut => Ok(Known::TimedOut { what: format!("{what}: {}", error.message), partial: None }),
        ErrorKind::Locked => Ok(Known::TimedOut { what: format!("{what}: the file is locked"), partial: None }),
        ErrorKind::NotADatabase => Ok(Known::unsupported(error.message)),
        _ => Err(error),
    }
}
