//! What several rules say or ask in the same words.

use crate::findings::bloat::{Found, Withheld};
use crate::findings::{Db, Gap, Judged, Verdicts};
use crate::model::{Column, Columns, EngineKind, Index, IndexFlags, Indexes, LayoutOf, RelId, index_sql};

/// Every index of the users with its verdict and the index that does its work.
pub fn judged<'a>(
    db: &'a Db<'_>,
    indexes: &'a Indexes,
    verdicts: &'a Verdicts,
) -> impl Iterator<Item = (&'a Index, Judged, Option<&'a Index>)> {
    let of = |judged: &Judged| judged.of.and_then(|n| indexes.list.get(n as usize));
    ours(db, indexes).filter_map(move |(n, index)| verdicts.list.get(n).map(|judged| (index, *judged, of(judged))))
}

/// Indexes of the users' tables with their positions.
pub fn ours<'a>(db: &'a Db<'_>, indexes: &'a Indexes) -> impl Iterator<Item = (usize, &'a Index)> {
    indexes.list.iter().enumerate().filter(|(_, index)| db.is_ours_id(index.rel))
}

/// Some indexes could not be compared, because their texts were not read.
pub fn unread(db: &Db<'_>, indexes: &Indexes) -> Option<Gap> {
    let bits = IndexFlags(IndexFlags::EXPRESSION_UNREAD.0 | IndexFlags::PREDICATE_UNREAD.0);
    let count = ours(db, indexes).filter(|(_, index)| index.flags.has(bits)).count();
    let reason =
        || format!("{count} indexes were not compared: the text of their expression or predicate was not read");
    (count > 0).then(|| Gap::cannot_check(reason()))
}

/// The key of an index for people: `customer_id, created_at DESC`.
pub fn key_text(db: &Db<'_>, indexes: &Indexes, index: &Index) -> String {
    let parts = indexes.key(index).iter().map(|part| index_sql::part_text(db.engine(), indexes, part));
    parts.collect::<Vec<_>>().join(", ")
}

/// Where this engine keeps the properties of indexes.
pub fn index_source(db: &Db<'_>) -> &'static str {
    match db.engine() {
        EngineKind::Postgresql => "pg_index",
        EngineKind::Mysql | EngineKind::Mariadb => "information_schema.STATISTICS",
        EngineKind::Sqlite => "pragma_index_xinfo",
    }
}

/// Where this engine keeps the size of an index.
pub fn size_source(db: &Db<'_>) -> &'static str {
    match db.engine() {
        EngineKind::Postgresql => "pg_class.relpages",
        EngineKind::Mysql | EngineKind::Mariadb => "mysql.innodb_index_stats",
        EngineKind::Sqlite => "dbstat",
    }
}

/// Where this engine keeps its estimate of rows.
pub fn rows_source(db: &Db<'_>) -> &'static str {
    match db.engine() {
        EngineKind::Postgresql => "pg_class.reltuples",
        EngineKind::Mysql | EngineKind::Mariadb => "mysql.innodb_table_stats",
        EngineKind::Sqlite => "max(rowid)",
    }
}

/// `, 2.21 GB` where the size is known.
pub fn and_size(bytes: Option<i64>) -> String {
    bytes.map(|bytes| format!(", {}", crate::text::bytes(bytes))).unwrap_or_default()
}

/// The column of an index part.
pub fn column_of(columns: &Columns, rel: RelId, position: u16) -> Option<&Column> {
    columns.of(rel).iter().find(|column| column.position == position && position != 0)
}

/// Where this engine counts use.
pub fn scans_source(db: &Db<'_>) -> &'static str {
    match db.engine() {
        EngineKind::Postgresql => "pg_stat_all_indexes, pg_stat_all_tables",
        EngineKind::Mysql => "performance_schema.table_io_waits_summary_by_index_usage",
        EngineKind::Mariadb => "performance_schema or INDEX_STATISTICS",
        EngineKind::Sqlite => "nothing",
    }
}

/// The value of a storage option: `fillfactor=70` among others.
pub fn option_of<'a>(options: &'a str, name: &str) -> Option<&'a str> {
    let words = options.split([',', ' ', ';']).map(str::trim);
    words
        .filter_map(|word| word.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.trim_matches('\''))
}

/// What could not be estimated, and the right that would help.
pub fn bloat_gap(db: &Db<'_>, all: &[Found], wanted: impl Fn(&LayoutOf) -> bool) -> Option<Gap> {
    let missing: Vec<Withheld> = all
        .iter()
        .filter(|(of, _)| wanted(of))
        .filter_map(|(_, found)| found.err())
        .filter(|why| *why != Withheld::Small)
        .collect();
    let first = missing.iter().max_by_key(|why| missing.iter().filter(|other| other == why).count())?;
    let reason = format!(
        "{} of {} were not estimated: {}",
        missing.len(),
        all.iter().filter(|(of, _)| wanted(of)).count(),
        first.why()
    );
    let hidden = missing.contains(&Withheld::NoStatistics);
    let grant = db.layout_notes().iter().find_map(|note| note.grant.clone()).filter(|_| hidden);
    Some(match grant {
        Some(grant) => Gap::denied(reason, grant),
        None => Gap::cannot_check(reason),
    })
}

/// Columns of the users' tables whose type fits, with its name.
pub fn typed<'a>(db: &Db<'a>, fits: impl Fn(&str) -> bool) -> Result<Vec<(RelId, &'a str, &'a str)>, Gap> {
    let columns = db.columns()?;
    let mut out = Vec::new();
    for (id, _) in db.tables()? {
        for column in columns.of(id) {
            let kind = columns.names.get(column.type_name);
            if fits(kind) {
                out.push((id, columns.names.get(column.name), kind));
            }
        }
    }
    Ok(out)
}
