//! Two indexes that are equal in every property.

use super::support::{and_size, index_source, judged, key_text, size_source, unread};
use crate::findings::rule::EVERY;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit, Verdict, fix,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-duplicate",
        title: "Two indexes that are the same",
        section: Section::Indexes,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: EVERY,
        profile: Profile::Default,
        why: "Both are written by every insert and take room on disk and in memory; the planner needs one.",
        fires: "Method, columns or expression texts, operator classes, collations, directions, places of NULLs, prefix \
                lengths, INCLUDE, predicate and uniqueness are all equal. Of the two, the one that backs no constraint, \
                is hidden, or is younger is named.",
        silent: "Any difference that decides what the index can answer: COLLATE \"C\", text_pattern_ops, NULLS FIRST, \
                 name(10), NULLS NOT DISTINCT, a predicate. The share of a partition in a partitioned index, replica \
                 identity and what the engine made itself can not be dropped and are never named.",
        fix: "Drop the one that is named. A hidden index never does the work of a visible one.",
        reads: &["pg_index", "pg_get_indexdef of expressions", "information_schema.STATISTICS", "pragma_index_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (indexes, verdicts) = db.verdicts()?;
    for (index, judged, of) in judged(db, indexes, verdicts) {
        let (Verdict::Duplicate, Some(of)) = (judged.verdict, of) else { continue };
        let kept = db.index_object(indexes, of).label;
        let summary = format!("is the same as {}{}", indexes.names.get(of.name), and_size(index.bytes));
        let object = db.index_object(indexes, index);
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, object, summary)
                .why(format!(
                    "Every write to {} keeps both; each answers what the other does.",
                    db.table_object(index.rel).label
                ))
                .text("same_as", kept, index_source(db))
                .text("columns", key_text(db, indexes, index), index_source(db))
                .number("bytes", index.bytes, Unit::Bytes, size_source(db))
                .bytes(index.bytes)
                .not_known("whether a hint or a script names the index")
                .fix(fix::drop_index(db, indexes, index)),
        );
    }
    unread(db, indexes).into_iter().for_each(|gap| out.partly(gap));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    const HEAD: &str = "table x.d\n col id int\n col a text\n col b text\n col n int\n pk d_pkey (id)\n";

    fn pair(one: &str, two: &str) -> String {
        format!("{HEAD}index d_1 {one}\nindex d_2 {two}")
    }

    #[test]
    fn fires_on_equal_ones() {
        for parts in [
            "(a)",
            "(a, b desc)",
            "(lower(a))",
            "(n) where (a IS NOT NULL)",
            "(n) include (a)",
            "(a) gin",
            "(n) unique",
        ] {
            fires(&RULE, &pair(parts, parts), &["warning x.d_2"]);
        }
        fires(&RULE, &pair("(n) include (a, b)", "(n) include (b, a)"), &["warning x.d_2"]);
    }

    #[test]
    fn silent_on_what_differs() {
        for (one, two) in [
            ("(a)", "(a collate C)"),
            ("(a)", "(a text_pattern_ops)"),
            ("(a)", "(a desc)"),
            ("(a, b)", "(a, b desc)"),
            ("(a)", "(a nulls first)"),
            ("(a)", "(a) hash"),
            ("(a)", "(a) where (b IS NULL)"),
            ("(a) where (b IS NULL)", "(a) where (b IS NOT NULL)"),
            ("(lower(a))", "(upper(a))"),
            ("(n)", "(n) include (a)"),
            ("(n)", "(n) unique"),
            ("(n) unique", "(n) unique nulls_not_distinct"),
            ("(a, b)", "(b, a)"),
            ("(a)", "(a(10))"),
        ] {
            silent(&RULE, &pair(one, two));
        }
    }

    #[test]
    fn names_the_one_that_can_go() {
        let unique = format!("{HEAD}unique d_key (n)\nindex a_first (n) unique");
        fires(&RULE, &unique, &["warning x.a_first"]);
        fires(&RULE, &pair("(a) invisible", "(a)"), &["warning x.d_1"]);
        fires(&RULE, &pair("(a) replica_identity", "(a)"), &["warning x.d_2"]);
        fires(&RULE, &pair("(a)", "(a) attached"), &["warning x.d_1"]);
        silent(&RULE, &pair("(a) attached", "(a) attached"));
        silent(&RULE, &pair("(a) invalid", "(a)"));
        // A constraint that is checked late is not unique at every moment.
        silent(&RULE, &format!("{HEAD}unique d_key (n) deferrable\nindex d_n (n) unique"));
    }

    #[test]
    fn a_script_and_its_way_back() {
        let check = run(&RULE, &pair("(a)", "(a)"));
        let fix = check.findings[0].fix.clone().unwrap();
        assert_eq!(fix.script, "DROP INDEX CONCURRENTLY x.d_2;");
        assert_eq!(fix.undo.as_deref(), Some("CREATE INDEX CONCURRENTLY d_2 ON x.d USING btree (a);"));
        let constraint = run(&RULE, &format!("{HEAD}unique d_key (n)\nunique d_key2 (n)"));
        let fix = constraint.findings[0].fix.clone().unwrap();
        assert_eq!(fix.script, "ALTER TABLE x.d DROP CONSTRAINT d_key2;");
        assert!(fix.undo.unwrap().ends_with("ADD CONSTRAINT d_key2 UNIQUE USING INDEX d_key2;"));
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "deny indexes GRANT X TO me\ntable x.d", Status::CannotCheck, "GRANT X TO me");
        blind(&RULE, "server mariadb 101100\nhidden GRANT SELECT ON x.* TO me", Status::CannotCheck, "GRANT SELECT");
        blind(&RULE, &pair("(a) unread", "(a)"), Status::CannotCheck, "1 indexes were not compared");
    }
}
