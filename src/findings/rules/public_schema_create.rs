//! Everybody may create something in the schema public.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "public-schema-create",
        title: "Everybody may create objects in public",
        section: Section::Security,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "Any role can put a function there that others call in place of the one they mean.",
        fires: "PUBLIC has CREATE on the schema public: what databases came with before PostgreSQL 15, and keep with an \
                upgrade. A notice before 15, and where nobody but superusers may log in.",
        silent: "Clusters made with 15 or later.",
        fix: "REVOKE CREATE ON SCHEMA public FROM PUBLIC, and a schema of its own for each program.",
        reads: &["pg_namespace.nspacl"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let accounts = db.accounts()?;
    let others = accounts.list.value().into_iter().flatten().any(|one| one.login && !one.superuser);
    for schema in &accounts.public_create {
        // Before 15 it is what every new database comes with.
        let severity = if others && db.version() >= 150_000 { RULE.meta.severity } else { Severity::Notice };
        let name = db.sql(schema);
        let object = Object { label: format!("schema {schema}"), ..Object::server(ObjectKind::Schema, schema.clone()) };
        out.add(
            Finding::new(severity, RULE.meta.confidence, object, "lets everybody create objects")
                .why("Any role can put a function there that others call in place of the one they mean.")
                .text("right", "CREATE to PUBLIC", "pg_namespace.nspacl")
                .fix(Fix {
                    script: format!("REVOKE CREATE ON SCHEMA {name} FROM PUBLIC;"),
                    undo: Some(format!("GRANT CREATE ON SCHEMA {name} TO PUBLIC;")),
                    lock: "none; roles that create tables there need a GRANT of their own first".into(),
                    precheck: Some(format!(
                        "-- who owns something there\nSELECT relowner::regrole, count(*) FROM pg_catalog.pg_class\n  \
                         WHERE relnamespace = {}::regnamespace GROUP BY 1;",
                        format_args!("'{}'", name.replace('\'', "''"))
                    )),
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
        fires(&RULE, "create_in public\naccount app", &["warning public"]);
        fires(&RULE, "create_in public\naccount postgres superuser", &["notice public"]);
        fires(&RULE, "server postgresql 130023\ncreate_in public\naccount app", &["notice public"]);
        silent(&RULE, "account app");
        blind(&RULE, "table x.t", Status::CannotCheck, "roles");
    }
}
