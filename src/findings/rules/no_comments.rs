//! A schema that nobody described.

use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, Object, ObjectKind, Profile, Rule, Section, Severity, Unit,
};
use crate::model::Relation;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "no-comments",
        title: "Tables without a word of explanation",
        section: Section::Types,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Strict,
        why: "Who opens the schema for the first time has nothing but names.",
        fires: "At least 10 tables, and under a fifth of them with a comment.",
        silent: "Smaller schemas. SQLite, which has no comments.",
        fix: "COMMENT ON TABLE … IS '…', first for the tables that most others reference.",
        reads: &["pg_description", "information_schema.TABLES"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all: Vec<&Relation> = db.tables()?.map(|(_, rel)| rel).collect();
    let told = all.iter().filter(|rel| rel.comment.is_some()).count();
    if all.len() < 10 || told * 5 >= all.len() {
        return Ok(());
    }
    let object = Object::server(ObjectKind::Database, db.facts.server.database.clone().unwrap_or_default());
    out.add(
        Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            object,
            format!("has comments on {told} of {} tables", all.len()),
        )
        .why("Who opens it for the first time has nothing but names.")
        .number("tables", i64::try_from(all.len()).ok(), Unit::Count, "the catalog"),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        let text = |count: usize| (0..count).map(|n| format!("table x.t{n}\n")).collect::<String>();
        fires(&RULE, &text(10), &["info shop"]);
        silent(&RULE, &text(9));
        blind(&RULE, "hidden GRANT X\n", Status::CannotCheck, "GRANT X");
    }
}
