//! A table with very many columns.

use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};

const MANY: usize = 100;
/// Cloudflare D1 takes no more than 100.
const MANY_OF_D1: usize = 80;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "wide-table",
        title: "A table with very many columns",
        section: Section::Types,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: EVERY,
        profile: Profile::Default,
        why: "Each row carries what few statements need; updates of one column write the whole row, and engines have limits \
              (1600 columns on PostgreSQL, 1017 on InnoDB, 100 on Cloudflare D1).",
        fires: "More than 100 columns; more than 80 in a database of Cloudflare D1.",
        silent: "Views and partitions.",
        fix: "Split what is read apart into a table of its own with the same key.",
        reads: &["pg_attribute", "information_schema.COLUMNS", "pragma_table_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    let many = if db.is_d1() { MANY_OF_D1 } else { MANY };
    for (id, _) in db.tables()? {
        let count = columns.of(id).len();
        if count <= many {
            continue;
        }
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.table_object(id), format!("has {count} columns"))
                .why("Each row carries columns that few statements need.")
                .number("columns", i64::try_from(count).ok(), Unit::Count, "the catalog")
                .bytes(db.table_bytes(id)),
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
        let text =
            |count: usize| format!("table x.d\n{}", (0..count).map(|n| format!(" col c{n} int\n")).collect::<String>());
        fires(&RULE, &text(101), &["notice x.d"]);
        silent(&RULE, &text(100));
        let d1 = format!("server sqlite 3051003\nd1\n{}", text(81));
        fires(&RULE, &d1, &["notice x.d"]);
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
