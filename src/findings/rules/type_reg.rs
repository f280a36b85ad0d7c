//! Columns that pg_upgrade refuses.

use super::support::typed;
use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-reg",
        title: "A column of a type that names a catalog object",
        section: Section::Types,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "It holds the number of an object, which is another after pg_upgrade: pg_upgrade refuses such a database.",
        fires: "A column of type regproc, regprocedure, regoper, regoperator, regconfig, regdictionary, regcollation or \
                regnamespace.",
        silent: "regclass, regtype and regrole, which pg_upgrade keeps.",
        fix: "Keep the name as text, or the number as oid, and cast where it is used.",
        reads: &["pg_attribute"],
    },
    check,
};

const TYPES: [&str; 8] =
    ["regproc", "regprocedure", "regoper", "regoperator", "regconfig", "regdictionary", "regcollation", "regnamespace"];

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    for (rel, name, kind) in typed(db, |kind| TYPES.contains(&kind.trim_end_matches("[]")))? {
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.columns_object(rel, &[name]),
                format!("is {kind}, which pg_upgrade refuses"),
            )
            .why("The number that it holds means something else in an upgraded cluster.")
            .text("type", kind, "pg_attribute"),
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
        fires(&RULE, "table x.d\n col a regproc", &["warning x.d.a"]);
        silent(&RULE, "table x.d\n col a regclass");
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
