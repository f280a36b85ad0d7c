//! Multixact numbers that run out.

use super::support::wraparound;
use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Findings, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "mxid-wraparound",
        title: "Multixact IDs run out",
        section: Section::Vacuum,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "They are used up when several transactions lock the same row, as foreign keys do. At the end the server \
              stops to write.",
        fires: "A database is older than autovacuum_multixact_freeze_max_age and 20 %; critical from a billion on.",
        silent: "Younger ones: that is autovacuum's work.",
        fix: "End what holds back vacuum first; then VACUUM (FREEZE) the oldest tables.",
        reads: &["pg_database.datminmxid", "pg_class.relminmxid"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    wraparound(db, out, &RULE.meta, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "horizon shop mxid=500000000", &["warning shop"]);
        fires(&RULE, "horizon shop mxid=1100000000", &["critical shop"]);
        silent(&RULE, "horizon shop mxid=400000000 xid=2000000000");
        blind(&RULE, "table x.t", Status::CannotCheck, "ages of transactions");
    }
}
