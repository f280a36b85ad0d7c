//! A name at the engine's limit.

use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "naming-identifier-long",
        title: "A name at the limit of the engine",
        section: Section::Types,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Strict,
        why: "PostgreSQL cuts names at 63 bytes without an error, MySQL refuses more than 64 characters: a name \
              made from this one (an index, a partition) is cut or refused.",
        fires: "Names of tables of at least 60 bytes (PostgreSQL) or characters (MySQL, MariaDB).",
        silent: "Shorter names; names of indexes and constraints, which programs seldom write.",
        fix: "A shorter name, with a view under the old one for the time between.",
        reads: &["pg_class", "information_schema.TABLES"],
    },
    check,
};

const LONG: usize = 60;

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    for (id, _) in db.tables()? {
        let name = db.relations().name(id);
        let long = match db.engine() {
            EngineKind::Postgresql => name.len(),
            _ => name.chars().count(),
        };
        if long < LONG {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.table_object(id),
                format!("has a name of {long} letters"),
            )
            .why("Names that are made from it are cut or refused.")
            .number("length", i64::try_from(long).ok(), Unit::Count, "the catalog"),
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
        let long = "a".repeat(60);
        fires(&RULE, &format!("table x.{long}"), &[&format!("info x.{long}")]);
        silent(&RULE, &format!("table x.{}", "a".repeat(59)));
        blind(&RULE, "hidden GRANT X\n", Status::CannotCheck, "GRANT X");
    }
}
