//! Statements that fail.

use crate::findings::rule::MYSQL;
use crate::findings::statements::{finding, per, said, source};
use crate::findings::{Checked, Confidence, Db, Findings, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "statement-errors",
        title: "Statements that fail",
        section: Section::Queries,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: MYSQL,
        profile: Profile::Default,
        why: "An application that fails and tries again costs twice; one that ignores it loses data.",
        fires: "More than 1 % of the calls ended in an error, 10 or more in all.",
        silent: "A few errors among many calls.",
        fix: "Read the error in the log of the application: the server keeps only the count.",
        reads: &["performance_schema.events_statements_summary_by_digest"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = db.statements()?;
    for said in said(db, all, out) {
        let of = &said.one.counters;
        let share = per(of.errors, of.calls).unwrap_or(0.0);
        if share <= db.limits().errors_share || of.errors.get().is_none_or(|errors| errors < db.limits().errors) {
            continue;
        }
        let summary = format!("fails in {:.1} % of its calls", share * 100.0);
        out.add(
            finding(db, all, said.one, (RULE.meta.severity, RULE.meta.confidence), summary)
                .why("Somebody gets an error instead of an answer.")
                .number("errors", of.errors.get(), Unit::Count, source(db))
                .not_known("which errors: the server keeps only their number"),
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
    fn fires_on_failures() {
        let text = |errors: i64| {
            format!("server mysql 90704\nstatements\nstatement calls=1000 errors={errors} | INSERT INTO t VALUES (?)")
        };
        fires(&RULE, &text(50), &["info q0"]);
        silent(&RULE, &text(9));
    }

    #[test]
    fn cannot_check_without_statements() {
        blind(&RULE, "server mysql 90704\nstatements off", Status::CannotCheck, "no statements are counted");
        blind(&RULE, "server mysql 90704\ndeny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "server mysql 90704\ntable x.t", Status::CannotCheck, "not read");
    }
}
