//! What the plan of a statement of SQLite shows.

use crate::findings::rule::SQLITE;
use crate::findings::{Checked, Confidence, Db, Findings, Gap, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "sqlite-plan-scan",
        title: "A plan that scans, sorts aside, or builds an index for one statement",
        section: Section::Queries,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: SQLITE,
        profile: Profile::Default,
        why: "SQLite plans simply: without an index it reads the whole table, once for each row of the other where two are joined, \
              or first builds an index that it throws away afterwards (AUTOMATIC).",
        fires: "A step of a plan is SCAN of a table of 10,000 rows or more (or of unknown size), USE TEMP B-TREE, or an AUTOMATIC \
                INDEX. It is seen where a plan is: dblens explain FILE, and the plan of a statement in the SQL view. SQLite keeps no \
                statements, so that check has none to judge.",
        silent: "Tables below 10,000 rows, steps that an index serves, rows that a subquery gives.",
        fix: "The index that the plan's reading proposes: CREATE INDEX IF NOT EXISTS, and DROP INDEX to undo it.",
        reads: &["EXPLAIN QUERY PLAN of a statement that somebody gives"],
    },
    check,
};

fn check(_db: &Db<'_>, _out: &mut Findings) -> Checked {
    Err(Gap::not_applicable("SQLite keeps no statements: dblens explain tells it of those that you give it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::blind;

    #[test]
    fn it_says_where_it_is_seen() {
        blind(&RULE, "server sqlite 3051003\ntable t", Status::NotApplicable, "dblens explain");
    }
}
