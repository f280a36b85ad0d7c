//! What several rules say or ask in the same words.

use crate::findings::bloat::{Found, Withheld};
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Judged, Meta, Object, ObjectKind, Severity, Unit, Value,
    Verdicts,
};
use crate::model::{
    Column, Columns, Counter, EngineKind, Index, IndexFlags, Indexes, LayoutOf, RelId, XID_LIMIT, index_sql,
    qualified_sql,
};

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

/// From a billion on there is little time: half of what there is.
const OLD: i64 = 1_000_000_000;

/// Databases whose transaction or multixact numbers run out, and the tables of this one to vacuum.
pub fn wraparound(db: &Db<'_>, out: &mut Findings, meta: &Meta, multixact: bool) -> Checked {
    let horizons = db.horizons()?;
    let due = if multixact { horizons.mxid_freeze_max_age } else { horizons.freeze_max_age };
    let age_of = |xid: i64, mxid: i64| if multixact { mxid } else { xid };
    let what = if multixact { "multixact IDs" } else { "transaction IDs" };
    let (database, relation) = match multixact {
        true => ("pg_database.datminmxid", "pg_class.relminmxid"),
        false => ("pg_database.datfrozenxid", "pg_class.relfrozenxid"),
    };
    for one in &horizons.databases {
        let age = age_of(one.xid_age, one.mxid_age);
        // A limit that was raised far is the administrator's own; the end stays where it is.
        if age < (due + due / 5).min(OLD) {
            continue;
        }
        let severity = if age >= OLD { Severity::Critical } else { Severity::Warning };
        let share = age as f64 / XID_LIMIT as f64;
        let object = Object::server(ObjectKind::Database, one.name.clone());
        let summary = format!("has {:.0} % of its {what} used, {}", share * 100.0, crate::text::count(age));
        let mut finding = Finding::new(severity, meta.confidence, object, summary)
            .why("At the end the server stops to write until somebody has vacuumed the oldest tables.")
            .number("age", Some(age), Unit::Count, database)
            .number("limit", Some(XID_LIMIT), Unit::Count, "2^31 less 3 million")
            .number("autovacuum_at", Some(due), Unit::Count, "autovacuum_freeze_max_age");
        if db.facts.server.database.as_deref() == Some(one.name.as_str()) {
            let old = horizons.tables.iter().filter(|table| age_of(table.xid_age, table.mxid_age) * 5 >= age * 4);
            let list: Vec<String> =
                old.take(10).map(|table| qualified_sql(EngineKind::Postgresql, &table.schema, &table.name)).collect();
            if !list.is_empty() {
                let script: Vec<String> =
                    list.iter().map(|table| format!("VACUUM (FREEZE, VERBOSE) {table};")).collect();
                finding = finding.fact("oldest_tables", Value::List(list), None, relation).fix(Fix {
                    script: script.join("\n"),
                    undo: None,
                    lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on; reads and rewrites pages of the table"
                        .into(),
                    precheck: Some(
                        "-- what would keep it from freezing\n\
                         SELECT pid, usename, state, xact_start, age(backend_xmin) FROM pg_catalog.pg_stat_activity\n  \
                         WHERE backend_xmin IS NOT NULL ORDER BY age(backend_xmin) DESC;"
                            .into(),
                    ),
                });
            }
        } else {
            finding = finding.not_known("which tables: they are seen from inside that database only");
        }
        out.add(finding);
    }
    Ok(())
}

/// A counter that is used up to 70 % or more; its object is the sequence.
pub fn exhaustion(db: &Db<'_>, counter: &Counter) -> Option<Finding> {
    let used = counter.used().filter(|used| *used >= 0.70)?;
    let severity = match used {
        used if used >= 0.95 => Severity::Critical,
        used if used >= 0.85 => Severity::Warning,
        _ => Severity::Notice,
    };
    let path = format!("{}.{}", counter.schema, counter.name);
    let object = Object {
        kind: ObjectKind::Sequence,
        schema: Some(counter.schema.clone()),
        table: None,
        name: counter.name.clone(),
        label: path.clone(),
        path,
        rel: None,
    };
    let whole = |n: i128| i64::try_from(n).ok();
    let source = match db.engine() {
        EngineKind::Postgresql => "pg_sequence, pg_sequence_last_value",
        _ => "AUTO_INCREMENT, SEQUENCES",
    };
    let left = counter.left().map(|left| crate::text::count(i64::try_from(left).unwrap_or(i64::MAX)));
    let summary =
        format!("has {:.1} % of its values used, {} left", used * 100.0, left.unwrap_or_else(|| "some".into()));
    Some(
        Finding::new(severity, Confidence::Certain, object, summary)
            .why("After the last one every INSERT that needs a value fails.")
            .fact("used_share", Value::Float((used * 1000.0).round() / 1000.0), Some(Unit::Share), source)
            .number("last_value", counter.last.and_then(whole), Unit::Count, source)
            .number("end", whole(counter.end()), Unit::Count, source),
    )
}

/// An account of MySQL or MariaDB, `user@host`, as SQL.
pub fn account_sql(name: &str) -> String {
    let (user, host) = name.rsplit_once('@').unwrap_or((name, "%"));
    let quote = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
    format!("{}@{}", quote(user), quote(host))
}

/// A policy of a table as what a finding is about.
pub fn policy_object(db: &Db<'_>, rel: RelId, name: &str) -> Object {
    db.part_object(ObjectKind::Policy, rel, name)
}

/// A setting as what a finding is about.
pub fn setting_object(name: &str) -> Object {
    Object::server(ObjectKind::Setting, name)
}
