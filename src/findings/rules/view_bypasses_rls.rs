//! Views through which others see rows that policies hide from them.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Profile, Rule, Section, Severity, Value,
};
use crate::findings::{Object, ObjectKind};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "view-bypasses-rls",
        title: "View that shows what row security hides",
        section: Section::Security,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "A view reads its tables with the rights of its owner. Where policies do not hold the owner, whoever may read \
              the view sees every row.",
        fires: "A view without security_invoker reads a table with row security, its owner passes the policies by (it owns \
                the table without FORCE, or has BYPASSRLS), and somebody whom the policies would hold may read the view or \
                one over it.",
        silent: "security_invoker = on; owners whom the policies hold; views that nobody else may read. Materialized views \
                 keep rows of their own and are not looked at. Not before PostgreSQL 15, which brought the option.",
        fix: "ALTER VIEW ... SET (security_invoker = on), after a GRANT on the tables to those who read the view.",
        reads: &["pg_class.reloptions", "pg_rewrite", "pg_depend", "pg_class.relacl"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    if db.version() < 150_000 {
        return Err(Gap::not_applicable("views have security_invoker since PostgreSQL 15"));
    }
    let numbers = db.by_number();
    for one in &db.protection()?.views {
        let Some(&id) = numbers.get(&one.view) else { continue };
        let tables: Vec<String> =
            one.tables.iter().filter_map(|number| numbers.get(number)).map(|id| db.table_object(*id).label).collect();
        if tables.is_empty() || one.readers.is_empty() {
            continue;
        }
        let view = db.table_sql(id);
        let summary = format!("shows {} to {} past row security", tables.join(", "), one.readers.join(", "));
        let object = Object { kind: ObjectKind::View, ..db.table_object(id) };
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, object, summary)
                .why("It reads with the rights of its owner, whom the policies do not hold.")
                .text("owner", one.owner.clone(), "pg_class.relowner")
                .fact("tables", Value::List(tables), None, "pg_rewrite, pg_depend")
                .fact("readers", Value::List(one.readers.clone()), None, "pg_class.relacl")
                .not_known("whether the view is meant to show a chosen part of the rows")
                .fix(Fix {
                    script: format!("ALTER VIEW {view} SET (security_invoker = on);"),
                    undo: Some(match one.told {
                        true => format!("ALTER VIEW {view} SET (security_invoker = off);"),
                        false => format!("ALTER VIEW {view} RESET (security_invoker);"),
                    }),
                    lock: "ACCESS EXCLUSIVE on the view for a moment; no rewrite. From then on its readers need SELECT on \
                           its tables"
                        .into(),
                    precheck: Some(format!(
                        "-- who reads the view\nSELECT grantee::regrole, privilege_type FROM pg_catalog.pg_class, \
                         aclexplode(relacl)\n WHERE oid = {}::regclass;",
                        crate::findings::fix::literal(&view)
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
        let text = "table x.d row_security\ntable x.v view\nopen x.v over=x.d owner=boss readers=app";
        fires(&RULE, text, &["notice x.v"]);
        silent(&RULE, &text.replace(" readers=app", ""));
        silent(&RULE, "live\ntable x.d row_security\ntable x.v view");
        silent(&RULE, &text.replace("x.v view", "x.v view extension"));
        blind(&RULE, &format!("server postgresql 140020\n{text}"), Status::NotApplicable, "15");
        blind(&RULE, "table x.d", Status::CannotCheck, "policies");
    }
}
