//! What the pages hold and which kinds of values: read on demand, each statement under the time limit.

use super::live::{late, walks};
use super::wire::Wire;
use crate::engine::guard::Statement;
use crate::engine::{Error, ErrorKind, Result, quote_name};
use crate::model::{Catalog, Column, Contents, EngineKind, Generated, Known, Mixed, RelFlags, RelId, RelKind, Tree};
use std::time::Instant;

const TREES: Statement = Statement::file("sqlite/trees.sql", include_str!("sql/trees.sql"));

/// Tables in one statement: SQLite compiles at most 500 parts.
const CHUNK: usize = 100;
/// Columns of one table that are looked at: functions of SQLite take so many arguments.
const COLUMNS: usize = 100;
/// So many statement limits may the looking take before the rest stays unread.
const LIMITS: u32 = 3;

pub(super) async fn contents(wire: &mut Wire, catalog: &Catalog) -> Result<Known<Contents>> {
    let bytes = super::server::file_bytes(wire).await?;
    if let Some(why) = walks(wire, bytes) {
        return Ok(Known::unsupported(why));
    }
    let trees = match wire.fetch(&TREES, None).await {
        Ok(rows) => {
            let int = |row: &super::wire::Row, n: usize| row.int(n).unwrap_or(0);
            let tree = |row: &super::wire::Row| Tree {
                name: row.text(0).to_owned(),
                bytes: int(row, 1),
                entries: int(row, 2),
                payload: int(row, 3),
                largest: int(row, 4),
            };
            Known::Ready(rows.iter().map(tree).collect())
        }
        Err(error) => late(error, "dbstat")?,
    };
    Ok(Known::Ready(Contents { trees, mixed: mixed(wire, catalog).await? }))
}

/// The kinds of values in the first rows of each table that is not STRICT.
async fn mixed(wire: &mut Wire, catalog: &Catalog) -> Result<Known<Vec<Mixed>>> {
    let Some(columns) = catalog.columns.value() else { return Ok(Known::NotYet) };
    let foreign = RelFlags(RelFlags::SYSTEM.0 | RelFlags::STRICT.0);
    let tables = catalog.relations.iter().filter(|(_, rel)| rel.kind == RelKind::Table && !rel.flags.has(foreign));
    let wanted: Vec<(RelId, Vec<&str>)> = tables
        .map(|(id, _)| {
            let stored = |column: &&Column| column.generated != Some(Generated::Virtual);
            let own = columns.of(id).iter().filter(stored).take(COLUMNS);
            (id, own.map(|column| columns.names.get(column.name)).collect())
        })
        .collect();
    let end = Instant::now() + wire.timeout.saturating_mul(LIMITS);
    let (mut found, mut unread) = (Vec::new(), 0);
    for chunk in wanted.chunks(CHUNK) {
        if Instant::now() >= end {
            unread += chunk.len();
            continue;
        }
        let rows = match wire.fetch(&kinds(catalog, chunk), None).await {
            Ok(rows) => rows,
            Err(error) if error.kind == ErrorKind::TimedOut => {
                unread += chunk.len();
                continue;
            }
            Err(error) => return damaged(error),
        };
        for row in rows {
            let Some((id, names)) = row.int(0).and_then(|n| chunk.get(usize::try_from(n).ok()?)) else { continue };
            let counts: Vec<[i64; 4]> = serde_json::from_str(row.text(1)).unwrap_or_default();
            let table = catalog.relations.name(*id);
            found.extend(names.iter().zip(counts).filter_map(|(column, kinds)| of(table, column, kinds)));
        }
    }
    Ok(match unread {
        0 => Known::Ready(found),
        unread => {
            let what = format!("the values of {unread} tables were not looked at: it takes longer than the time limit");
            Known::TimedOut { what, partial: Some(found) }
        }
    })
}

/// One row for each table: for each of its columns how many whole numbers, other numbers, texts and blobs.
fn kinds(catalog: &Catalog, chunk: &[(RelId, Vec<&str>)]) -> Statement {
    // In back-ticks, which SQLite takes too: the guard knows that nothing is escaped within them.
    let quoted = |name: &str| quote_name(EngineKind::Mysql, name);
    let part = |(n, (id, names)): (usize, &(RelId, Vec<&str>))| {
        let list: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        let column = |name: &String| {
            let sum = |kind: &str| format!("coalesce(sum(typeof({name}) = '{kind}'), 0)");
            format!("json_array({}, {}, {}, {})", sum("integer"), sum("real"), sum("text"), sum("blob"))
        };
        let each: Vec<String> = list.iter().map(column).collect();
        format!(
            "select {n}, json_array({}) from (select {} from main.{} limit {})",
            each.join(", "),
            list.join(", "),
            quoted(catalog.relations.name(*id)),
            Contents::SAMPLE
        )
    };
    let parts: Vec<String> = chunk.iter().enumerate().filter(|(_, (_, names))| !names.is_empty()).map(part).collect();
    let text = if parts.is_empty() { "select 0, '[]' where 0".to_owned() } else { parts.join("\nunion all ") };
    Statement::shape("sqlite/kinds-of-values", text)
}

fn of(table: &str, column: &str, [integers, reals, texts, blobs]: [i64; 4]) -> Option<Mixed> {
    let kinds = [integers, reals, texts, blobs].iter().filter(|count| **count > 0).count();
    let (table, column) = (table.to_owned(), column.to_owned());
    (kinds > 1).then_some(Mixed { table, column, integers, reals, texts, blobs })
}

fn damaged(error: Error) -> Result<Known<Vec<Mixed>>> {
    match error.kind {
        ErrorKind::Cancelled | ErrorKind::Lost => Err(error),
        ErrorKind::Internal => Ok(Known::unsupported(format!("the values can not be read: {}", error.message))),
        _ => late(error, "the kinds of values"),
    }
}
