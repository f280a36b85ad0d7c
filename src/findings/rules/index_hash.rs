//! A hash index, which can do little that a B-tree can not.

use super::support::{and_size, index_source, key_text, ours, size_source};
use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-hash",
        title: "A hash index",
        section: Section::Indexes,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: POSTGRESQL,
        profile: Profile::Strict,
        why: "It answers only equality: no ranges, no order, no uniqueness, no several columns, no index-only scan.",
        fires: "The access method is hash.",
        silent: "Other methods. For long keys that are only ever compared for equality a hash index is the smaller one: \
                 keep it and accept the finding.",
        fix: "Build a B-tree on the same column, see that it is used, drop the hash index.",
        reads: &["pg_index", "pg_am"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let indexes = db.indexes()?;
    for (_, index) in ours(db, indexes).filter(|(_, it)| indexes.names.get(it.method) == "hash" && it.parent == 0) {
        let object = db.index_object(indexes, index);
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                object,
                format!("is a hash index{}", and_size(index.bytes)),
            )
            .why("It answers only equality on this one column.")
            .text("columns", key_text(db, indexes, index), index_source(db))
            .number("bytes", index.bytes, Unit::Bytes, size_source(db))
            .bytes(index.bytes)
            .not_known("how long the keys are: for long ones it is the smaller index"),
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
        fires(&RULE, "table x.d\n col a text\n index d_a (a) hash", &["info x.d_a"]);
        silent(&RULE, "table x.d\n col a text\n index d_a (a)");
        blind(&RULE, "deny indexes GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
