//! Transaction numbers that run out.

use super::support::wraparound;
use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Findings, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "xid-wraparound",
        title: "Transaction IDs run out",
        section: Section::Vacuum,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "When a table is 2.15 billion transactions old the server stops to write until somebody has vacuumed it.",
        fires: "A database is older than autovacuum_freeze_max_age and 20 %: autovacuum should have come and did not get \
                through. Critical from a billion on, while there is still time.",
        silent: "Younger ones: that is autovacuum's work.",
        fix: "End what holds back vacuum first; then VACUUM (FREEZE) the oldest tables.",
        reads: &["pg_database.datfrozenxid", "pg_class.relfrozenxid"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    wraparound(db, out, &RULE.meta, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "horizon shop xid=250000000", &["warning shop"]);
        fires(&RULE, "horizon other xid=1100000000", &["critical other"]);
        silent(&RULE, "horizon shop xid=230000000 mxid=2000000000");
        silent(&RULE, "freeze 1000000000\nhorizon shop xid=900000000");
        blind(&RULE, "table x.t", Status::CannotCheck, "ages of transactions");
        // The oldest tables of this database are what to vacuum.
        let check = run(
            &RULE,
            "horizon shop xid=250000000\noldest app.a xid=249000000\noldest app.b xid=240000000 toast\noldest app.c xid=9",
        );
        let script = &check.findings[0].fix.as_ref().unwrap().script;
        assert_eq!(script, "VACUUM (FREEZE, VERBOSE) app.a;\nVACUUM (FREEZE, VERBOSE) app.b;");
    }
}
