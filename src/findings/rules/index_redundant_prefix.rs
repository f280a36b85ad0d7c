//! An index whose key is the beginning of another's.

use super::support::{and_size, index_source, judged, key_text, size_source, unread};
use crate::findings::rule::EVERY;
use crate::findings::{
    Checked, Confidence, Cover, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit, fix,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-redundant-prefix",
        title: "An index whose key another begins with",
        section: Section::Indexes,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: EVERY,
        profile: Profile::Default,
        why: "What it finds, the longer one finds too; each write keeps both.",
        fires: "A B-tree that is not unique, whose columns are the first columns of another complete, visible B-tree with \
                the same directions (or all turned: a B-tree is read backwards too), operator classes, collations, \
                prefix lengths and predicate. Also one of the same length with all directions turned.",
        silent: "Unique indexes, other orders of columns, (a, b) beside (a, b DESC), name(10) beside name, a partial one \
                 beside a full one, an index with INCLUDE columns of its own, a partition's share of an index.",
        fix: "Drop the shorter one. Where it is very much smaller and hot, keep it and accept the finding.",
        reads: &["pg_index", "information_schema.STATISTICS", "pragma_index_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (indexes, verdicts) = db.verdicts()?;
    for (index, judged, of) in judged(db, indexes, verdicts) {
        let (Some(cover @ (Cover::Prefix | Cover::Backwards)), Some(of)) = (judged.cover, of) else { continue };
        let name = indexes.names.get(of.name);
        let (summary, why) = match cover {
            Cover::Prefix => (
                format!("is the beginning of {name} ({}){}", key_text(db, indexes, of), and_size(index.bytes)),
                format!("{name} finds rows by these columns too; every write keeps both."),
            ),
            _ => (
                format!("is {name} read backwards{}", and_size(index.bytes)),
                format!("A B-tree is read in both directions, so {name} answers the same; every write keeps both."),
            ),
        };
        let mut finding =
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.index_object(indexes, index), summary)
                .why(why)
                .text("covered_by", db.index_object(indexes, of).label, index_source(db))
                .text("columns", key_text(db, indexes, index), index_source(db))
                .number("bytes", index.bytes, Unit::Bytes, size_source(db))
                .number("covered_by_bytes", of.bytes, Unit::Bytes, size_source(db))
                .bytes(index.bytes)
                .fix(fix::drop_index(db, indexes, index));
        // A much wider index is read slower: then it is a matter of taste.
        if let (Some(own), Some(theirs)) = (index.bytes, of.bytes)
            && theirs / 3 > own
        {
            finding = finding
                .not_known("how much slower the wider index is for scans of many rows: it is over 3 times as big");
        }
        out.add(finding);
    }
    unread(db, indexes).into_iter().for_each(|gap| out.partly(gap));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    const HEAD: &str = "table x.d\n col id int\n col a text\n col b text\n col n int\n pk d_pkey (id)\n";

    fn pair(short: &str, long: &str) -> String {
        format!("{HEAD}index d_1 {short}\nindex d_2 {long}")
    }

    #[test]
    fn fires_on_a_beginning() {
        for (short, long) in [
            ("(a)", "(a, b)"),
            ("(a, b)", "(a, b, n)"),
            ("(a desc)", "(a, b)"),
            ("(lower(a))", "(lower(a), b)"),
            ("(a) where (n > 1)", "(a, b) where (n > 1)"),
            ("(a)", "(a, b) unique"),
            ("(a)", "(a, b) include (n)"),
            ("(a(10))", "(a(10), b)"),
        ] {
            fires(&RULE, &pair(short, long), &["notice x.d_1"]);
        }
        fires(&RULE, &format!("{HEAD}index d_1 (a)\nindex d_2 (a desc)"), &["notice x.d_2"]);
    }

    #[test]
    fn silent_on_what_only_looks_like_it() {
        for (short, long) in [
            ("(b)", "(a, b)"),
            ("(a) unique", "(a, b)"),
            ("(a, b)", "(a, b desc)"),
            ("(a collate C)", "(a, b)"),
            ("(a text_pattern_ops)", "(a, b)"),
            ("(a)", "(a, b) where (n > 1)"),
            ("(a)", "(a(10), b)"),
            ("(a(5))", "(a(50), b)"),
            ("(a) include (n)", "(a, b)"),
            ("(a)", "(a, b) invalid"),
            ("(a)", "(a, b) invisible"),
            ("(a) gin", "(a, b) gin"),
            ("(a) attached", "(a, b)"),
            ("(a nulls first)", "(a, b)"),
        ] {
            silent(&RULE, &pair(short, long));
        }
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "deny indexes GRANT X TO me\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
