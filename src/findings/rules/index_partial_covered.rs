//! A partial index beside a full one on the same columns.

use super::support::{and_size, index_source, ours, size_source};
use crate::findings::rule::NOT_MYSQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::{Index, IndexFlags, Indexes};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-partial-covered",
        title: "A partial index beside a full one on the same columns",
        section: Section::Indexes,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: NOT_MYSQL,
        profile: Profile::Strict,
        why: "The full one finds the same rows; the partial one is worth its writes only when it is much smaller and much \
              used.",
        fires: "A partial index that is not unique, and a complete full one whose key is the same.",
        silent: "Unique partial indexes, which are rules; other columns, directions, collations, operator classes.",
        fix: "Compare size and scans of the two, and keep the one that earns it.",
        reads: &["pg_index.indpred", "pragma_index_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let indexes = db.indexes()?;
    for (_, index) in ours(db, indexes) {
        if index.predicate.is_none() || index.flags.has(IndexFlags::UNIQUE) || index.parent != 0 {
            continue;
        }
        let Some(full) = indexes.of(index.rel).iter().find(|other| is_full(indexes, index, other)) else { continue };
        let name = indexes.names.get(full.name);
        let summary = format!("holds a part of {name}{}", and_size(index.bytes));
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.index_object(indexes, index), summary)
                .why("The full index finds the same rows; writes of matching rows keep both.")
                .text("full_index", name, index_source(db))
                .text("predicate", indexes.names.opt(index.predicate).unwrap_or_default(), index_source(db))
                .number("bytes", index.bytes, Unit::Bytes, size_source(db))
                .number("full_bytes", full.bytes, Unit::Bytes, size_source(db)),
        );
    }
    Ok(())
}

fn is_full(indexes: &Indexes, index: &Index, other: &Index) -> bool {
    let plain = other.predicate.is_none() && !other.flags.has(IndexFlags::PREDICATE_UNREAD);
    plain
        && other.method == index.method
        && other.flags.has(IndexFlags::VALID)
        && !other.flags.has(IndexFlags::EXPRESSION_UNREAD)
        && indexes.key(other) == indexes.key(index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        let text = |part: &str| format!("table x.d\n col a int\n col b int\n index d_1 (a)\n index d_2 {part}");
        fires(&RULE, &text("(a) where (b IS NULL)"), &["info x.d_2"]);
        silent(&RULE, &text("(a) unique where (b IS NULL)"));
        silent(&RULE, &text("(b) where (b IS NULL)"));
        blind(&RULE, "deny indexes GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
