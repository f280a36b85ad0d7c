//! An index of a column that is NULL in most rows.

use super::support::{and_size, column_of, ours, size_source};
use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value, fix,
};
use crate::model::IndexFlags;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-mostly-null",
        title: "An index that holds mostly NULLs",
        section: Section::Indexes,
        severity: Severity::Info,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "PostgreSQL keeps NULLs in a B-tree: most of its entries answer nothing but IS NULL.",
        fires: "A B-tree of one column of which at least half is NULL, from 10 MB on.",
        silent: "Unique and partial indexes.",
        fix: "The same index WHERE column IS NOT NULL, then drop this one.",
        reads: &["pg_stats.null_frac", "pg_index"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (indexes, columns) = (db.indexes()?, db.columns()?);
    let limits = db.limits();
    let mut unknown = 0;
    for (n, index) in ours(db, indexes) {
        let [part] = indexes.key(index) else { continue };
        let partial = index.predicate.is_some() || index.flags.has(IndexFlags::PREDICATE_UNREAD);
        let plain = indexes.names.get(index.method) == "btree" && index.include_parts == 0 && index.parent == 0;
        let bytes = db.index_bytes(n as u32, index);
        if !plain
            || partial
            || index.flags.has(IndexFlags::UNIQUE)
            || bytes.is_none_or(|bytes| bytes < limits.index_mostly_null_bytes)
        {
            continue;
        }
        let Some(column) = column_of(columns, index.rel, part.column) else { continue };
        let Some(share) = column.null_fraction else {
            unknown += 1;
            continue;
        };
        if f64::from(share) < limits.index_mostly_null_share {
            continue;
        }
        let name = columns.names.get(column.name);
        let again = fix::create_index(db, index.rel, &[name]);
        let quoted = db.sql(name);
        let partial =
            again.script.replacen(&format!("({quoted});"), &format!("({quoted}) WHERE {quoted} IS NOT NULL;"), 1);
        let old = db.index_sql(indexes, index);
        let partial = format!("{partial}\n-- when queries use the new one:\n-- DROP INDEX CONCURRENTLY {old};");
        let summary = format!("is NULL in {:.0} % of its entries{}", share * 100.0, and_size(bytes));
        let saved = bytes.map(|bytes| (bytes as f64 * f64::from(share)) as i64);
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.index_object(indexes, index), summary)
                .why("A partial index without the NULLs answers the same but IS NULL, in a fraction of the room.")
                .fact("null_share", Value::Float(f64::from(share)), Some(Unit::Share), "pg_stats.null_frac")
                .number("bytes", bytes, Unit::Bytes, size_source(db))
                .bytes(saved)
                .not_known("whether queries ask for IS NULL")
                .fix(Fix { script: partial, ..again }),
        );
    }
    if unknown > 0 {
        out.partly(Gap::cannot_check(format!("the share of NULLs of {unknown} indexed columns is not known")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    fn text(nulls: &str, index: &str) -> String {
        format!("table x.d\n col s text {nulls}\n index d_s {index}")
    }

    #[test]
    fn fires_silent_and_blind() {
        let big = "(s) bytes=20000000";
        fires(&RULE, &text("nulls=0.8", big), &["info x.d_s"]);
        let script = run(&RULE, &text("nulls=0.8", big)).findings[0].fix.clone().unwrap().script;
        assert!(script.contains("ON x.d (s) WHERE s IS NOT NULL;"), "{script}");
        silent(&RULE, &text("nulls=0.4", big));
        silent(&RULE, &text("nulls=0.8", "(s) bytes=2000"));
        silent(&RULE, &text("nulls=0.8", "(s) bytes=20000000 where (s IS NOT NULL)"));
        blind(&RULE, &text("", big), Status::CannotCheck, "1 indexed columns");
    }
}
