//! json where jsonb would do.

use super::support::typed;
use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-json-not-jsonb",
        title: "A json column",
        section: Section::Types,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "json is kept as text and parsed at every access; it has no index, no equality and no DISTINCT.",
        fires: "A column of type json.",
        silent: "jsonb. json is right where the order of keys or repeated keys must be kept: accept the finding.",
        fix: "A jsonb column beside it, filled in batches, then swapped. ALTER TYPE in place rewrites the table under an \
              exclusive lock.",
        reads: &["pg_attribute"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    for (rel, name, _) in typed(db, |kind| kind == "json")? {
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.columns_object(rel, &[name]),
                "is json, not jsonb",
            )
            .why("It is parsed anew at every access and can not be indexed.")
            .text("type", "json", "pg_attribute")
            .bytes(db.table_bytes(rel))
            .not_known("whether the order of keys must be kept"),
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
        fires(&RULE, "table x.d\n col a json", &["notice x.d.a"]);
        silent(&RULE, "table x.d\n col a jsonb");
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
