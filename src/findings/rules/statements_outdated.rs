//! An older pg_stat_statements than the server ships.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
};
use crate::model::StatementSource;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "statements-outdated",
        title: "An older pg_stat_statements than the server ships",
        section: Section::Queries,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "Newer versions of the extension count more: planning, WAL, JIT, since when an entry counts.",
        fires: "The extension of this database has another version than the one that the server would make now.",
        silent: "The newest version.",
        fix: "ALTER EXTENSION pg_stat_statements UPDATE: a moment, nothing is lost.",
        reads: &["pg_extension", "pg_available_extensions"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = db.statements()?;
    let StatementSource::PgStatStatements { version, .. } = &all.source else { return Ok(()) };
    let Some(newest) = all.newest.as_ref().filter(|newest| *newest != version) else { return Ok(()) };
    let object = Object::server(ObjectKind::Extension, "pg_stat_statements");
    let summary = format!("is {version}, the server ships {newest}");
    out.add(
        Finding::new(RULE.meta.severity, RULE.meta.confidence, object, summary)
            .why("It was left behind by an upgrade of the server: what newer versions count stays unknown.")
            .text("version", version.clone(), "pg_extension.extversion")
            .text("newest", newest.clone(), "pg_available_extensions.default_version")
            .fix(Fix {
                script: "ALTER EXTENSION pg_stat_statements UPDATE;".into(),
                undo: None,
                lock: "ACCESS EXCLUSIVE on its own view for a moment".into(),
                precheck: None,
            }),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_after_an_upgrade() {
        fires(&RULE, "statements version=1.8 newest=1.10", &["info pg_stat_statements"]);
        silent(&RULE, "statements version=1.10 newest=1.10");
        silent(&RULE, "statements version=1.10");
    }

    #[test]
    fn cannot_check_without_statements() {
        blind(&RULE, "statements off", Status::CannotCheck, "no statements are counted");
        blind(&RULE, "deny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "table x.t", Status::CannotCheck, "not read");
    }
}
