//! Functions with their owner's rights whose caller chooses where names are looked up.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "secdef-search-path",
        title: "SECURITY DEFINER without a search_path",
        section: Section::Security,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "The caller can put a table or a function of his own before the one that is meant, and it runs with the \
              owner's rights.",
        fires: "A SECURITY DEFINER function without SET search_path; critical when its owner is a superuser and everybody \
                may call it.",
        silent: "Functions of extensions, and those that run with their caller's rights.",
        fix: "ALTER FUNCTION … SET search_path, with pg_temp at its end.",
        reads: &["pg_proc.prosecdef", "pg_proc.proconfig"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    for one in &db.accounts()?.definers {
        let severity =
            if one.owner_is_superuser && one.public_may_run { Severity::Critical } else { RULE.meta.severity };
        let path = format!("{}.{}", one.schema, one.name);
        let object = Object {
            kind: ObjectKind::Routine,
            schema: Some(one.schema.clone()),
            table: None,
            name: one.name.clone(),
            label: path.clone(),
            path,
            rel: None,
        };
        let (plain, arguments) = one.name.split_once('(').unwrap_or((&one.name, ")"));
        let kind = if one.procedure { "PROCEDURE" } else { "FUNCTION" };
        let schema = db.sql(&one.schema);
        let name = format!("{kind} {schema}.{}({arguments}", db.sql(plain));
        out.add(
            Finding::new(
                severity,
                RULE.meta.confidence,
                object,
                format!("runs as {} with its caller's search_path", one.owner),
            )
            .why("The caller can put something of his own before what is meant, and it runs with the owner's rights.")
            .text("owner", one.owner.clone(), "pg_proc.proowner")
            .text("callers", if one.public_may_run { "everybody" } else { "granted roles" }, "pg_proc.proacl")
            .fix(Fix {
                script: format!("ALTER {name} SET search_path = pg_catalog, {schema}, pg_temp;"),
                undo: Some(format!("ALTER {name} RESET search_path;")),
                lock: "none; names of other schemas in its body have to be qualified first".into(),
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
    use crate::findings::fixture::{blind, fires, run, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "definer app.f(integer) owner=ada public", &["warning app.f(integer)"]);
        fires(&RULE, "definer app.f() owner=postgres super public", &["critical app.f()"]);
        silent(&RULE, "account app");
        blind(&RULE, "table x.t", Status::CannotCheck, "roles");
        let check = run(&RULE, "definer app.f(integer) owner=ada");
        let fix = check.findings[0].fix.as_ref().unwrap();
        assert_eq!(fix.script, "ALTER FUNCTION app.f(integer) SET search_path = pg_catalog, app, pg_temp;");
    }
}
