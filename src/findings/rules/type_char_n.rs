//! Texts of a fixed length.

use super::support::typed;
use super::words::length;
use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-char-n",
        title: "Texts padded to a fixed length",
        section: Section::Types,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Strict,
        why: "char(n) stores and returns trailing blanks, compares as if they were not there, and is never \
              faster than text on PostgreSQL.",
        fires: "Columns of type char(n) with n over 1, named once for each table.",
        silent: "char(1), varchar and text. Fixed codes (ISO country, currency: up to 3 letters).",
        fix: "text with a CHECK of the length; the change rewrites the table.",
        reads: &["pg_attribute"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let mut tables: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    let wanted = |kind: &str| kind.starts_with("character(") && length(kind).is_some_and(|long| long > 3);
    for (id, name, _) in typed(db, wanted)? {
        tables.entry(id).or_default().push(name);
    }
    for (id, names) in tables {
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.columns_object(id, &names),
                "is padded with blanks to a fixed length",
            )
            .why("The blanks are stored, and forgotten by compares.")
            .number("columns", i64::try_from(names.len()).ok(), Unit::Count, "pg_attribute"),
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
        fires(&RULE, "table x.d\n col a character(10)\n col b character(20)\n col c text", &["info x.d.a,b"]);
        silent(&RULE, "table x.d\n col a character(2)\n col b character_varying(20)");
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
