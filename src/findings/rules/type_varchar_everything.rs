//! Every text is varchar(255).

use super::support::typed;
use super::words::{is_text, length};
use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, Object, ObjectKind, Profile, Rule, Section, Severity, Unit,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-varchar-everything",
        title: "Nearly every text has the same arbitrary limit",
        section: Section::Types,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: SERVERS,
        profile: Profile::Strict,
        why: "A limit that nobody chose protects from nothing, and the day a value is longer the insert fails.",
        fires: "At least 20 text columns, over 80 % of them varchar(255), in the whole database.",
        silent: "Limits that differ, databases with few text columns.",
        fix: "Limits that mean something, or text. On PostgreSQL, varchar to text rewrites nothing.",
        reads: &["pg_attribute", "information_schema.COLUMNS"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = typed(db, is_text)?;
    let same = all.iter().filter(|(_, _, kind)| length(kind) == Some(255)).count();
    if all.len() < 20 || same * 5 <= all.len() * 4 {
        return Ok(());
    }
    out.add(
        Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            Object::server(ObjectKind::Database, db.facts.server.database.clone().unwrap_or_default()),
            format!("has {same} of {} texts limited to 255 characters", all.len()),
        )
        .why("It is the default of a tool, no decision.")
        .number("columns", i64::try_from(same).ok(), Unit::Count, "the catalog"),
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
        let text = |count: usize, kind: &str| {
            format!("table x.d\n{}", (0..count).map(|n| format!(" col c{n} {kind}\n")).collect::<String>())
        };
        assert_eq!(crate::findings::fixture::found(&RULE, &text(20, "character_varying(255)")).len(), 1);
        fires(&RULE, &text(20, "character_varying(255)"), &["info shop"]);
        silent(&RULE, &text(19, "character_varying(255)"));
        silent(&RULE, &text(40, "text"));
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
