//! Statements are not counted.

use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
};
use crate::model::{EngineKind, Known};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "statements-missing",
        title: "Statements are not counted",
        section: Section::Queries,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Without counters of statements nobody can tell which of them cost the time.",
        fires: "pg_stat_statements is not loaded or not made in this database; performance_schema or its digests are off.",
        silent: "Statements that this role may not see: that is a right, not a missing counter.",
        fix: "The steps for this server and its provider.",
        reads: &["pg_extension", "pg_settings", "performance_schema.setup_consumers"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let Known::Unsupported { what, .. } = &db.facts.statements.known else {
        return db.statements().map(|_| ());
    };
    let name = match db.engine() {
        EngineKind::Postgresql => "pg_stat_statements",
        _ => "performance_schema",
    };
    let object = Object::server(ObjectKind::Extension, name);
    let summary = "statements are not counted";
    let why = format!("Nobody can tell which statements cost the time: {what}.");
    let mut finding = Finding::new(RULE.meta.severity, RULE.meta.confidence, object, summary).why(why);
    if let Some(remedy) = &db.facts.statements.remedy {
        let steps = remedy.steps.iter().map(|step| format!("-- {}\n{}", step.place, line(&step.what)));
        finding = finding.fix(Fix {
            script: steps.collect::<Vec<_>>().join("\n"),
            undo: None,
            lock: "none on tables; loading a library or performance_schema needs a restart of the server".into(),
            precheck: None,
        });
    }
    out.add(finding);
    Ok(())
}

/// What is no SQL stays a comment of the script.
fn line(what: &str) -> String {
    if what.ends_with(';') { what.to_owned() } else { format!("-- {what}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_where_nothing_is_counted() {
        fires(&RULE, "statements off", &["notice pg_stat_statements"]);
        fires(&RULE, "server mariadb 101119\nstatements off", &["notice performance_schema"]);
        silent(&RULE, "statements days=3");
        blind(&RULE, "deny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "table x.t", Status::CannotCheck, "not read");
        blind(&RULE, "server sqlite 3051003\ntable t", Status::NotApplicable, "SQLite");
    }
}
