//! An index on a table that fits on a few pages.

use super::support::{ours, rows_source};
use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::IndexFlags;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-on-tiny-table",
        title: "A plain index on a small table",
        section: Section::Indexes,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "Below a thousand rows reading the table is as fast; the index is one more thing to write.",
        fires: "An index that is not unique, on a table of fewer than 1000 rows.",
        silent: "Unique indexes, indexes of foreign keys, and every table of a database that is still young: without one \
                 table of more than 1000 rows.",
        fix: "Drop it, unless the table will grow.",
        reads: &["pg_class.reltuples", "pg_index", "mysql.innodb_table_stats", "sqlite_stat1"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let indexes = db.indexes()?;
    if !db.tables()?.any(|(id, _)| db.rows(id).is_some_and(|rows| rows >= db.limits().tiny_table_rows)) {
        return Ok(());
    }
    for (n, index) in ours(db, indexes) {
        let Some(rows) = db.rows(index.rel).filter(|rows| (1..db.limits().tiny_table_rows).contains(rows)) else {
            continue;
        };
        if index.flags.has(IndexFlags::UNIQUE) || index.parent != 0 || db.serves_a_key(n) {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.index_object(indexes, index),
                format!("is an index of {rows} rows"),
            )
            .why("So few rows are read as fast without it.")
            .number("rows_estimate", Some(rows), Unit::Count, rows_source(db))
            .not_known("whether the table will grow"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        let text = "table x.big rows=5000\n col id int\ntable x.d rows=50\n col a int\n index d_a (a)";
        fires(&RULE, text, &["info x.d_a"]);
        silent(&RULE, &text.replace("rows=5000", "rows=500"));
        silent(&RULE, &text.replace("index d_a (a)", "index d_a (a) unique"));
        blind(&RULE, "deny indexes GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
