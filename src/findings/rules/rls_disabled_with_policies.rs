//! Policies that nobody asks.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Value};
use crate::model::RelFlags;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "rls-disabled-with-policies",
        title: "Policies on a table without row security",
        section: Section::Security,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "The policies look like protection, but row security is off: everybody with SELECT reads every row.",
        fires: "A table has at least one policy and relrowsecurity is false.",
        silent: "Tables with row security, and tables without policies.",
        fix: "Read the policies, try them with a role of the application, then enable row security.",
        reads: &["pg_policy", "pg_class.relrowsecurity"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let objects = db.objects()?;
    for (id, rel) in db.relations().iter().filter(|(_, rel)| db.is_ours(rel) && !rel.flags.has(RelFlags::ROW_SECURITY))
    {
        let policies = objects.policies_of(id);
        if policies.is_empty() {
            continue;
        }
        let names: Vec<String> = policies.iter().map(|policy| objects.names.get(policy.name).to_owned()).collect();
        let table = db.table_sql(id);
        let _ = rel;
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.table_object(id),
                format!("has policies ({}), but row security is off", names.len()),
            )
            .why("Nobody asks the policies: who may SELECT reads every row.")
            .fact("policies", Value::List(names), None, "pg_policy")
            .fix(Fix {
                script: format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"),
                undo: Some(format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;")),
                lock: "ACCESS EXCLUSIVE for a moment; no rewrite. From then on roles without a policy see no row"
                    .into(),
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
        fires(&RULE, "table x.d\n policy own", &["critical x.d"]);
        silent(&RULE, "table x.d row_security\n policy own");
        silent(&RULE, "table x.d");
        blind(&RULE, "deny objects GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
