//! Tables and views with estimates that cost a few page reads each, or none.

use super::declared;
use super::wire::{Row, Wire};
use crate::engine::guard::Statement;
use crate::engine::{ErrorKind, Result, quote_name};
use crate::model::{
    EngineKind, Names, Namespace, NamespaceId, Note, RelFlags, RelKind, Relation, Relations, RowsSource,
};
use crate::text;
use std::collections::HashMap;

const RELATIONS: Statement = Statement::file("sqlite/relations.sql", include_str!("sql/relations.sql"));
const OPENS: Statement = Statement::file("sqlite/opens.sql", include_str!("sql/opens.sql"));
pub(super) const STATISTICS: Statement = Statement::file("sqlite/statistics.sql", include_str!("sql/statistics.sql"));
const SIZES: Statement = Statement::file("sqlite/sizes.sql", include_str!("sql/sizes.sql"));

/// dbstat reads every page and cannot be stopped inside one b-tree: only for what it reads in a moment.
pub(super) const SIZES_UP_TO: i64 = 64 << 20;
/// Tables in one statement of row estimates: SQLite compiles at most 500 parts.
const CHUNK: usize = 400;
/// Statements of row estimates at most, when damaged tables make them fail.
const ESTIMATES: usize = 64;

struct Found {
    name: String,
    kind: RelKind,
    flags: RelFlags,
    /// How the row number can be named; `None` without one, or where columns hide all its names.
    rowid: Option<&'static str>,
    /// A view or virtual table that was opened; always for tables.
    opened: bool,
    module: Option<String>,
    rows: Option<(i64, RowsSource)>,
    /// The range of its row numbers.
    range: Option<i64>,
}

/// The relations, and the bytes of every b-tree by its name (empty where they were not read).
pub(super) async fn relations(wire: &mut Wire) -> Result<(Relations, HashMap<String, i64>)> {
    let rows = wire.fetch(&RELATIONS, None).await?;
    let mut found: Vec<Found> = rows.iter().map(one).collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let mut notes = Vec::new();
    mark_broken(wire, &mut found, &mut notes).await?;
    let file_bytes = super::server::file_bytes(wire).await?;
    row_counts(wire, &mut found, file_bytes, &mut notes).await?;
    let (sizes, table_sizes) = sizes(wire, file_bytes, &mut notes).await?;
    Ok((build(found, &table_sizes, notes), sizes))
}

fn one(row: &Row) -> Found {
    let name = row.text(0).to_owned();
    let kind = match row.text(1) {
        "view" => RelKind::View,
        "virtual" => RelKind::VirtualTable,
        _ => RelKind::Table,
    };
    let mut flags = RelFlags::default();
    let lower = name.to_ascii_lowercase();
    flags.set(RelFlags::SYSTEM, row.text(1) == "shadow" || lower.starts_with("sqlite_") || lower.starts_with("_cf_"));
    flags.set(RelFlags::WITHOUT_ROWID, row.flag(3));
    flags.set(RelFlags::STRICT, row.flag(4));
    let rowid = match (kind, row.flag(3), row.flag(5), row.flag(6)) {
        (RelKind::Table, false, false, _) => Some("_rowid_"),
        (RelKind::Table, false, true, false) => Some("oid"),
        _ => None,
    };
    let opened = kind == RelKind::Table || row.int(2) != Some(0);
    Found {
        name,
        kind,
        flags,
        rowid,
        opened,
        module: row.text_opt(7).and_then(declared::module),
        rows: None,
        range: None,
    }
}

/// Marks the views and virtual tables that SQLite cannot open. Those in doubt are tried together; where that
/// fails, in halves, so that a broken one costs a few statements and a whole one none. In most files none is in
/// doubt.
async fn mark_broken(wire: &mut Wire, found: &mut [Found], notes: &mut Vec<Note>) -> Result<()> {
    let mut broken = Vec::new();
    let doubtful: Vec<usize> = (0..found.len()).filter(|&n| !found[n].opened).collect();
    let mut parts: Vec<&[usize]> = vec![&doubtful];
    while let Some(part) = parts.pop().filter(|part| !part.is_empty()) {
        let names: Vec<&str> = part.iter().map(|&n| found[n].name.as_str()).collect();
        match wire.fetch(&OPENS, Some(&super::json(&names))).await {
            Ok(_) => {}
            Err(error) if error.kind == ErrorKind::Internal => match part {
                &[one] => {
                    found[one].flags.set(RelFlags::BROKEN, true);
                    broken.push(format!("{} ({})", found[one].name, error.message));
                }
                part => {
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                }
            },
            Err(error) => return Err(error),
        }
    }
    if !broken.is_empty() {
        let more = if broken.len() > 5 { format!(" and {} more", broken.len() - 5) } else { String::new() };
        broken.truncate(5);
        notes.push(Note::new(format!("cannot be opened here: {}{more}", broken.join(", "))));
    }
    Ok(())
}

/// Rows from what ANALYZE left, else from the range of row numbers.
async fn row_counts(wire: &mut Wire, found: &mut [Found], file_bytes: i64, notes: &mut Vec<Note>) -> Result<()> {
    if found.iter().any(|rel| rel.name == "sqlite_stat1") {
        let rows = wire.fetch(&STATISTICS, None).await?;
        let statistics = table_rows(&rows);
        for rel in found.iter_mut().filter(|rel| rel.kind == RelKind::Table) {
            rel.rows = statistics.get(rel.name.as_str()).map(|&rows| (rows, RowsSource::Statistics));
        }
    }
    let wanted: Vec<usize> = (0..found.len()).filter(|&n| found[n].rowid.is_some()).collect();
    // A row takes six bytes at least (pointer, sizes, number, one column), so a range that the file cannot
    // hold counts numbers made elsewhere (time stamps, random numbers), not rows.
    let most = file_bytes / 6;
    let mut open: Vec<Vec<usize>> = wanted.chunks(CHUNK).map(<[usize]>::to_vec).collect();
    let (mut sent, mut unread) = (0, 0);
    while let Some(chunk) = open.pop() {
        if sent == ESTIMATES {
            unread += chunk.len();
            continue;
        }
        sent += 1;
        match wire.fetch(&ranges(found, &chunk), None).await {
            Ok(rows) => rows.iter().for_each(|row| set_range(row, found, most)),
            Err(error) if matches!(error.kind, ErrorKind::Cancelled | ErrorKind::TimedOut | ErrorKind::Locked) => {
                return Err(error);
            }
            // One damaged table fails them all: halve until it stands alone.
            Err(_) if chunk.len() > 1 => {
                let (left, right) = chunk.split_at(chunk.len() / 2);
                open.extend([left.to_vec(), right.to_vec()]);
            }
            Err(error) => {
                if let Some(rel) = chunk.first().and_then(|&n| found.get(n)) {
                    notes.push(Note::new(format!("rows of {} are unknown: {}", rel.name, error.message)));
                }
            }
        }
    }
    if unread > 0 {
        notes.push(Note::new(format!("rows of {unread} tables are unknown: too many tables are damaged")));
    }
    Ok(())
}

/// Rows by table: the largest first number of its entries (a partial index holds fewer).
pub(super) fn table_rows(statistics: &[Row]) -> HashMap<&str, i64> {
    let mut out = HashMap::new();
    for row in statistics {
        let Some(rows) = row.text(2).split(' ').next().and_then(|first| first.parse::<i64>().ok()) else { continue };
        let entry = out.entry(row.text(0)).or_insert(rows);
        *entry = (*entry).max(rows);
    }
    out
}

/// First and last row number of these tables; two look-ups in each b-tree.
fn ranges(found: &[Found], chunk: &[usize]) -> Statement {
    let part = |&n: &usize| {
        let rel = found.get(n)?;
        // In back-ticks, which SQLite takes too: the guard knows that nothing is escaped within them.
        let (table, rowid) = (quote_name(EngineKind::Mysql, &rel.name), rel.rowid?);
        Some(format!("select {n}, (select max({rowid}) from main.{table}), (select min({rowid}) from main.{table})"))
    };
    let parts: Vec<String> = chunk.iter().filter_map(part).collect();
    Statement::shape("sqlite/row-ranges", parts.join("\nunion all "))
}

fn set_range(row: &Row, found: &mut [Found], most: i64) {
    let Some(rel) = row.int(0).and_then(|n| found.get_mut(usize::try_from(n).ok()?)) else { return };
    rel.range = match (row.int(1), row.int(2)) {
        (None, None) => Some(0),
        (Some(last), Some(first)) => {
            let rows = last.checked_sub(first).and_then(|range| range.checked_add(1));
            rows.filter(|&rows| rows <= most)
        }
        _ => None,
    };
    let source = |rows| if rows == 0 { RowsSource::Exact } else { RowsSource::MaxRowid };
    rel.rows = rel.rows.or(rel.range.map(|rows| (rows, source(rows))));
}

#[derive(Default)]
struct Sizes {
    table: HashMap<String, i64>,
    index: HashMap<String, i64>,
}

async fn sizes(wire: &mut Wire, file_bytes: i64, notes: &mut Vec<Note>) -> Result<(HashMap<String, i64>, Sizes)> {
    if file_bytes > wire.walk_up_to {
        notes.push(Note::new(format!(
            "sizes of tables are not known: SQLite keeps none, and a file of {} is not read whole for them",
            text::bytes(file_bytes)
        )));
        return Ok(Default::default());
    }
    let rows = match wire.fetch(&SIZES, None).await {
        Ok(rows) => rows,
        Err(error) if matches!(error.kind, ErrorKind::Cancelled | ErrorKind::Locked) => return Err(error),
        Err(error) => {
            notes.push(Note::new(format!("sizes of tables are not known: {}", error.message)));
            return Ok(Default::default());
        }
    };
    let mut all = HashMap::with_capacity(rows.len());
    let mut sizes = Sizes::default();
    for row in &rows {
        let bytes = row.int(3).unwrap_or(0);
        all.insert(row.text(0).to_owned(), bytes);
        let map = if row.text(2) == "index" { &mut sizes.index } else { &mut sizes.table };
        *map.entry(row.text(1).to_owned()).or_insert(0) += bytes;
    }
    Ok((all, sizes))
}

fn build(found: Vec<Found>, sizes: &Sizes, notes: Vec<Note>) -> Relations {
    let mut names = Names::new();
    let schemas = vec![Namespace { name: names.intern("main"), owner: None, comment: None, system: false }];
    let known = !sizes.table.is_empty();
    let mut list = Vec::with_capacity(found.len());
    for rel in found {
        let stored = rel.kind == RelKind::Table && known;
        list.push(Relation {
            id: 0,
            schema: NamespaceId(0),
            name: names.intern(&rel.name),
            kind: rel.kind,
            flags: rel.flags,
            parent: None,
            owner: None,
            comment: None,
            storage: names.intern_opt(rel.module.as_deref()),
            rows: rel.rows.map(|(rows, _)| rows),
            rows_source: rel.rows.map(|(_, source)| source),
            rows_at_most: rel.range,
            table_bytes: stored.then(|| sizes.table.get(&rel.name).copied()).flatten(),
            index_bytes: stored.then(|| sizes.index.get(&rel.name).copied().unwrap_or(0)),
            toast_bytes: None,
        });
    }
    names.seal();
    Relations { names, schemas, list, notes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::sqlite::wire::Value;

    #[test]
    fn rows_are_those_of_the_fullest_entry() {
        let row = |table: &str, stat: &str| Row(vec![Value::Text(table.into()), Value::Null, Value::Text(stat.into())]);
        let rows = [row("a", "12 3"), row("a", "900 30 1"), row("b", "4 sz=20"), row("c", ""), row("d", "x")];
        let found = table_rows(&rows);
        assert_eq!(found.get("a"), Some(&900));
        assert_eq!(found.get("b"), Some(&4));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_range_that_cannot_fit_is_no_estimate() {
        let mut found = vec![Found {
            name: "t".into(),
            kind: RelKind::Table,
            flags: RelFlags::default(),
            rowid: Some("_rowid_"),
            opened: true,
            module: None,
            rows: None,
            range: None,
        }];
        let cases = [
            (Value::Integer(110), Value::Integer(101), Some((10, RowsSource::MaxRowid))),
            (Value::Null, Value::Null, Some((0, RowsSource::Exact))),
            (Value::Integer(i64::MAX), Value::Integer(i64::MIN), None),
            (Value::Integer(1_700_000_000_000), Value::Integer(1), None),
        ];
        for (last, first, rows) in cases {
            found[0].rows = None;
            set_range(&Row(vec![Value::Integer(0), last, first]), &mut found, 1_000);
            assert_eq!(found[0].rows, rows);
        }
    }
}
