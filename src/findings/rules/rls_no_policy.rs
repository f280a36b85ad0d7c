//! Row security that lets nobody in.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};
use crate::model::RelFlags;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "rls-no-policy",
        title: "Row security without a policy",
        section: Section::Security,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "Everybody but the owner sees an empty table. That may be a lock-down, or a policy that was forgotten.",
        fires: "relrowsecurity is true and the table has no policy.",
        silent: "Tables with a policy, and tables without row security.",
        fix: "Write the policy, or accept the finding with the reason for the lock-down.",
        reads: &["pg_policy", "pg_class.relrowsecurity"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let objects = db.objects()?;
    for (id, _) in db.relations().iter().filter(|(_, rel)| db.is_ours(rel) && rel.flags.has(RelFlags::ROW_SECURITY)) {
        if !objects.policies_of(id).is_empty() {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.table_object(id),
                "has row security and no policy",
            )
            .why("All roles but the owner and those that bypass row security see no row.")
            .text("row_security", "on", "pg_class.relrowsecurity")
            .not_known("whether that is meant"),
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
        fires(&RULE, "table x.d row_security", &["notice x.d"]);
        silent(&RULE, "table x.d row_security\n policy own");
        silent(&RULE, "table x.d");
        blind(&RULE, "deny objects GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
