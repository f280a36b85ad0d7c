//! More time for planning than for running.

use crate::findings::rule::POSTGRESQL;
use crate::findings::statements::{finding, millis, said, source};
use crate::findings::{Checked, Confidence, Db, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "plan-time-high",
        title: "More time for planning than for running",
        section: Section::Queries,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "A statement that is planned each time pays for it each time; many partitions or joins make plans dear.",
        fires: "More than half of the time of planning and running together is planning, and planning took a second or more.",
        silent: "Servers without pg_stat_statements.track_planning: it is not counted there.",
        fix: "Prepare the statement once for a session; fewer partitions.",
        reads: &["pg_stat_statements.total_plan_time"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = db.statements()?;
    if !all.counted.planning {
        return Err(Gap::not_applicable("planning is not counted: pg_stat_statements.track_planning is off"));
    }
    for said in said(db, all, out) {
        let of = &said.one.counters;
        let (Some(plan), Some(run)) = (of.plan_ns.get(), of.total_ns.get()) else { continue };
        let share = plan as f64 / (plan as f64 + run as f64).max(1.0);
        if share <= db.limits().planning_share || plan < db.limits().planning_time * 1_000 {
            continue;
        }
        let summary = format!("spends {:.0} % of its time on planning", share * 100.0);
        out.add(
            finding(db, all, said.one, (RULE.meta.severity, RULE.meta.confidence), summary)
                .why("It is planned again and again; running it is the smaller part.")
                .fact("plan_ms", millis(Some(plan as f64)), Some(Unit::Millis), source(db)),
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
    fn fires_when_planning_is_the_larger_part() {
        let text = |words: &str, plan: i64| {
            format!("statements {words}\nstatement calls=1000 mean=2 plan={plan} | SELECT a FROM t")
        };
        fires(&RULE, &text("planning", 5_000), &["info q0"]);
        silent(&RULE, &text("planning", 1_000));
        blind(&RULE, &text("", 5_000), Status::NotApplicable, "track_planning");
    }

    #[test]
    fn cannot_check_without_statements() {
        blind(&RULE, "statements off", Status::CannotCheck, "no statements are counted");
        blind(&RULE, "deny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "table x.t", Status::CannotCheck, "not read");
    }
}
