//! Tables that everybody may change.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
};
use crate::model::{EngineKind, qualified_sql};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "grants-public",
        title: "Everybody may change a table",
        section: Section::Security,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "Each role that can log in may change it, also those that are made for something else.",
        fires: "INSERT, UPDATE, DELETE or TRUNCATE of a table or view was granted to PUBLIC.",
        silent: "SELECT for everybody, and objects of extensions.",
        fix: "REVOKE it from PUBLIC, after a GRANT to the roles that need it.",
        reads: &["pg_class.relacl"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    for one in &db.accounts()?.public_grants {
        let table = qualified_sql(EngineKind::Postgresql, &one.schema, &one.name);
        let path = format!("{}.{}", one.schema, one.name);
        let object = Object {
            kind: ObjectKind::Table,
            schema: Some(one.schema.clone()),
            table: Some(one.name.clone()),
            name: one.name.clone(),
            label: path.clone(),
            path,
            rel: db.relations().find(&one.schema, &one.name),
        };
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                object,
                format!("may be changed by everybody: {}", one.privileges),
            )
            .why("Each role that can log in may change it.")
            .text("privileges", one.privileges.clone(), "pg_class.relacl")
            .fix(Fix {
                script: format!("REVOKE {} ON {table} FROM PUBLIC;", one.privileges),
                undo: Some(format!("GRANT {} ON {table} TO PUBLIC;", one.privileges)),
                lock: "none; programs that live on it need a GRANT of their own first".into(),
                precheck: None,
            }),
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
        fires(&RULE, "everybody app.t INSERT UPDATE", &["warning app.t"]);
        silent(&RULE, "account app");
        blind(&RULE, "table x.t", Status::CannotCheck, "roles");
    }
}
