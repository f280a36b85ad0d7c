//! One statement takes a third of the time.

use crate::findings::rule::SERVERS;
use crate::findings::statements::{finding, matters, said};
use crate::findings::{Checked, Confidence, Db, Findings, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "query-dominates",
        title: "One statement takes a third of the time",
        section: Section::Queries,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "What helps this one helps everything: nothing else is worth as much.",
        fires: "More than 33 % of all time that was counted, and more than a minute.",
        silent: "Small totals: a server that does nothing has a heaviest statement too.",
        fix: "Look at its plan and at who calls it; a cache or fewer calls may do more than a faster plan.",
        reads: &["pg_stat_statements", "performance_schema.events_statements_summary_by_digest"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = db.statements()?;
    for said in said(db, all, out) {
        let share = all.share(said.one.key).unwrap_or(0.0);
        if share <= db.limits().dominates_share || !matters(said.one, db.limits().dominates_time as f64 / 1e6) {
            continue;
        }
        let summary = format!("takes {:.0} % of all time", share * 100.0);
        let finding = finding(db, all, said.one, (RULE.meta.severity, RULE.meta.confidence), summary);
        out.add(finding.why("What helps this statement helps everything else too."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_on_a_third() {
        let two = |calls: i64| {
            format!(
                "statements\nstatement calls={calls} mean=100 | SELECT a FROM t\nstatement calls=1000 mean=100 | SELECT b FROM t\nstatement calls=1000 mean=100 | SELECT c FROM t\nstatement calls=1000 mean=100 | SELECT d FROM t"
            )
        };
        fires(&RULE, &two(9_000), &["notice q0"]);
        silent(&RULE, &two(900));
        silent(&RULE, "statements\nstatement calls=5 mean=100 | SELECT a FROM t");
    }

    #[test]
    fn cannot_check_without_statements() {
        blind(&RULE, "statements off", Status::CannotCheck, "no statements are counted");
        blind(&RULE, "deny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "table x.t", Status::CannotCheck, "not read");
    }
}
