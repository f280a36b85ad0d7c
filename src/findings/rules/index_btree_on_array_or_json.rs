//! A B-tree on a column that is searched inside.

use super::support::{and_size, column_of, index_source, key_text, ours, size_source};
use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::IndexFlags;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-btree-on-array-or-json",
        title: "A B-tree on an array, jsonb or tsvector column",
        section: Section::Indexes,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "A B-tree compares whole values only: it does not find what an array or document contains (@>, ?, @@).",
        fires: "The first column of a B-tree that is not unique is an array, jsonb or tsvector.",
        silent: "Unique indexes, expressions such as (doc->>'id'), and GIN or GiST indexes.",
        fix: "Build a GIN index on the column, see that it is used, drop the B-tree.",
        reads: &["pg_index", "pg_attribute"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (indexes, columns) = (db.indexes()?, db.columns()?);
    for (_, index) in ours(db, indexes) {
        let plain =
            indexes.names.get(index.method) == "btree" && !index.flags.has(IndexFlags::UNIQUE) && index.parent == 0;
        let Some(first) = indexes.key(index).first().filter(|_| plain) else { continue };
        let Some(column) = column_of(columns, index.rel, first.column) else { continue };
        let kind = columns.names.get(column.type_name);
        if !kind.ends_with("[]") && !matches!(kind, "jsonb" | "tsvector") {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.index_object(indexes, index),
                format!("is a B-tree on a column of type {kind}{}", and_size(index.bytes)),
            )
            .why("It finds only whole equal values, not what they contain.")
            .text("columns", key_text(db, indexes, index), index_source(db))
            .text("type", kind, "pg_attribute")
            .number("bytes", index.bytes, Unit::Bytes, size_source(db))
            .bytes(index.bytes)
            .not_known("whether queries compare whole values: then it is right"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn on(kind: &str, index: &str) -> String {
        format!("table x.d\n col a {kind}\n index d_a {index}")
    }

    #[test]
    fn fires_silent_and_blind() {
        for kind in ["text[]", "jsonb", "tsvector"] {
            fires(&RULE, &on(kind, "(a)"), &["notice x.d_a"]);
            silent(&RULE, &on(kind, "(a) gin"));
            silent(&RULE, &on(kind, "(a) unique"));
        }
        silent(&RULE, &on("text", "(a)"));
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
