//! A partial index whose predicate leaves nothing out.

use super::support::{index_source, ours, size_source};
use crate::findings::rule::NOT_MYSQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::ColFlags;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-unnecessary-where",
        title: "A partial index that leaves no row out",
        section: Section::Indexes,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: NOT_MYSQL,
        profile: Profile::Default,
        why: "The predicate asks a column that can not be NULL to be not NULL: it holds every row, but the planner uses it \
              only where a query implies the predicate.",
        fires: "The predicate is exactly `column IS NOT NULL` and the column is NOT NULL.",
        silent: "Every other predicate, and nullable columns.",
        fix: "Build it without the predicate when it is built the next time.",
        reads: &["pg_index.indpred", "pg_attribute.attnotnull", "sqlite_schema"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (indexes, columns) = (db.indexes()?, db.columns()?);
    for (_, index) in ours(db, indexes).filter(|(_, index)| index.parent == 0) {
        let Some(predicate) = indexes.names.opt(index.predicate) else { continue };
        let inner = predicate.trim().trim_matches(['(', ')']);
        let lower = inner.to_ascii_lowercase();
        let Some(end) = lower.strip_suffix(" is not null").map(str::len) else { continue };
        let name = inner.get(..end).unwrap_or_default().trim().trim_matches('"');
        let required = columns.of(index.rel).iter().any(|column| {
            columns.names.get(column.name).eq_ignore_ascii_case(name) && column.flags.has(ColFlags::NOT_NULL)
        });
        if !required {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.index_object(indexes, index),
                format!("leaves no row out: {name} is never NULL"),
            )
            .why("A plain index on the same columns is as big and answers more queries.")
            .text("predicate", predicate, index_source(db))
            .number("bytes", index.bytes, Unit::Bytes, size_source(db)),
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
        let on =
            |words: &str, predicate: &str| format!("table x.d\n col a int {words}\n index d_a (a) where {predicate}");
        fires(&RULE, &on("notnull", "(a IS NOT NULL)"), &["info x.d_a"]);
        silent(&RULE, &on("", "(a IS NOT NULL)"));
        silent(&RULE, &on("notnull", "(a > 5)"));
        silent(&RULE, &on("notnull", "((a IS NOT NULL) AND (a > 5))"));
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
