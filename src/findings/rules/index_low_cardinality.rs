//! An index on a column of a few values.

use super::support::{and_size, column_of, key_text, ours, rows_source, size_source};
use crate::findings::rule::EVERY;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::{EngineKind, IndexFlags};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-low-cardinality",
        title: "An index on a column of a few values",
        section: Section::Indexes,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: EVERY,
        profile: Profile::Default,
        why: "With five values or fewer each of them stands for a fifth of the table or more on average: reading the table \
              is faster, so the index is written and hardly read.",
        fires: "A B-tree of one column with at most 5 distinct values, on more than 10,000 rows.",
        silent: "Unique and partial indexes, indexes of several columns, the index of a foreign key, smaller tables.",
        fix: "Where queries look for a rare value, a partial index WHERE column = that value; otherwise drop it.",
        reads: &["pg_stats.n_distinct", "information_schema.STATISTICS.CARDINALITY", "sqlite_stat1"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (indexes, columns) = (db.indexes()?, db.columns()?);
    let (mut unknown, mut uncounted) = (0, 0);
    for (n, index) in ours(db, indexes) {
        let [part] = indexes.key(index) else { continue };
        let plain = indexes.names.get(index.method) == "btree" && index.include_parts == 0 && index.parent == 0;
        let partial = index.predicate.is_some() || index.flags.has(IndexFlags::PREDICATE_UNREAD);
        if !plain || partial || index.flags.has(IndexFlags::UNIQUE) || db.serves_a_key(n) {
            continue;
        }
        let rows = db.rows(index.rel);
        if rows.is_some_and(|rows| rows <= db.limits().index_low_cardinality_rows) {
            continue;
        }
        let Some(column) = column_of(columns, index.rel, part.column) else { continue };
        let Some(distinct) = column.distinct else {
            // PostgreSQL has counted neither in a table that is new.
            unknown += usize::from(rows.is_some() || db.engine() != EngineKind::Postgresql);
            continue;
        };
        if !(1.0..=db.limits().index_low_cardinality_values).contains(&f64::from(distinct)) {
            continue;
        }
        let Some(rows) = rows else {
            uncounted += 1;
            continue;
        };
        let bytes = db.index_bytes(n as u32, index);
        let summary = format!("has {distinct:.0} values for {} rows{}", crate::text::count(rows), and_size(bytes));
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.index_object(indexes, index), summary)
                .why("A value stands for so many rows that reading the table is faster; writes keep the index all the same.")
                .text("columns", key_text(db, indexes, index), super::support::index_source(db))
                .fact("distinct_values", Value::Int(distinct as i64), Some(Unit::Count), source(db))
                .number("rows_estimate", Some(rows), Unit::Count, rows_source(db))
                .number("bytes", bytes, Unit::Bytes, size_source(db))
                .bytes(bytes)
                .not_known("how the values are spread: for a rare one the index may be right"),
        );
    }
    if uncounted > 0 {
        out.partly(Gap::cannot_check(format!(
            "{uncounted} indexes have few values, but the rows of their tables are not known"
        )));
    }
    if unknown > 0 {
        out.partly(Gap::cannot_check(format!("the distinct values of {unknown} indexed columns are not known")));
    }
    Ok(())
}

fn source(db: &Db<'_>) -> &'static str {
    match db.engine() {
        EngineKind::Postgresql => "pg_stats.n_distinct",
        EngineKind::Mysql | EngineKind::Mariadb => "information_schema.STATISTICS.CARDINALITY",
        EngineKind::Sqlite => "sqlite_stat1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(rows: i64, distinct: &str, index: &str) -> String {
        format!("table x.d rows={rows}\n col id int\n col s text {distinct}\n pk d_pkey (id)\n index d_s {index}")
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text(50_000, "distinct=5", "(s)"), &["notice x.d_s"]);
        silent(&RULE, &text(50_000, "distinct=6", "(s)"));
        silent(&RULE, &text(9_000, "distinct=2", "(s)"));
        silent(&RULE, &text(50_000, "distinct=2", "(s) where (s = 'x')"));
        silent(&RULE, &text(50_000, "distinct=2", "(s, id)"));
        silent(&RULE, &text(50_000, "distinct=2", "(s) unique"));
        blind(&RULE, &text(50_000, "", "(s)"), Status::CannotCheck, "1 indexed columns");
    }
}
