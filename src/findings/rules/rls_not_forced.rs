//! Programs that connect as the owner of tables with row security.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Value};
use crate::model::RelFlags;
use std::collections::BTreeSet;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "rls-not-forced",
        title: "Row security that the connected owner passes by",
        section: Section::Security,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "Policies do not hold the owner of a table, nor members of its role: a program that connects as one of them \
              sees and changes the rows of everybody.",
        fires: "A table has row security and policies, not FORCE, and sessions of its owner, or of a role that inherits its \
                rights, are in this database right now.",
        silent: "FORCE ROW LEVEL SECURITY. Owners that pass every policy by anyway, which FORCE would not change. Tables \
                 without a policy.",
        fix: "FORCE ROW LEVEL SECURITY, after a look at what migrations and jobs of the owner do; better, a role of its own \
              for the program.",
        reads: &["pg_class.relforcerowsecurity", "pg_policy", "pg_auth_members", "pg_stat_activity.usename"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let objects = db.objects()?;
    let tables: Vec<_> = db
        .relations()
        .iter()
        .filter(|(id, rel)| {
            db.is_ours(rel)
                && rel.flags.has(RelFlags::ROW_SECURITY)
                && !rel.flags.has(RelFlags::ROW_SECURITY_FORCED)
                && !objects.policies_of(*id).is_empty()
        })
        .collect();
    if tables.is_empty() {
        return Ok(());
    }
    let (protection, activity) = (db.protection()?, db.activity()?);
    let here = db.facts.server.database.as_deref();
    let clients = activity
        .backends
        .iter()
        .filter(|it| it.is_client() && (it.database.is_none() || it.database.as_deref() == here));
    let users: BTreeSet<&str> = clients.filter_map(|it| it.user.as_deref()).collect();
    for (id, rel) in tables {
        let owner = db.relations().names.opt(rel.owner).unwrap_or_default();
        let acting = protection.owners.iter().find(|it| it.name == owner && !it.above);
        let inside: Vec<String> = acting
            .into_iter()
            .flat_map(|it| &it.actors)
            .filter(|name| users.contains(name.as_str()))
            .cloned()
            .collect();
        if inside.is_empty() {
            continue;
        }
        let table = db.table_sql(id);
        let who = inside.join(", ");
        let summary = format!("has row security that does not hold {who}, who is connected");
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.table_object(id), summary)
                .why("The owner of a table and members of its role see and change every row, whatever the policies say.")
                .text("owner", owner, "pg_class.relowner")
                .fact("connected", Value::List(inside), None, "pg_stat_activity.usename")
                .not_known("whether those sessions are a program's or a person's")
                .fix(Fix {
                    script: format!("ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"),
                    undo: Some(format!("ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;")),
                    lock: "ACCESS EXCLUSIVE for a moment: waits for everybody on the table and holds up everybody behind \
                           it; no rewrite. From then on the owner sees what the policies let it see"
                        .into(),
                    precheck: Some(format!(
                        "SELECT polname, polcmd, polroles::regrole[] FROM pg_catalog.pg_policy WHERE polrelid = {}::regclass;",
                        crate::findings::fix::literal(&table)
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
        let text = "table x.d row_security owner=boss\n policy own\nacts boss owner=boss\nsession 1 idle user=boss";
        fires(&RULE, text, &["warning x.d"]);
        fires(&RULE, &text.replace("acts boss", "acts app").replace("user=boss", "user=app"), &["warning x.d"]);
        silent(&RULE, &text.replace("owner=boss\n policy", "owner=boss forced\n policy"));
        silent(&RULE, &text.replace("user=boss", "user=app"));
        silent(&RULE, &text.replace("acts boss owner=boss", "acts boss owner=boss above"));
        silent(&RULE, &text.replace(" policy own\n", ""));
        silent(&RULE, &text.replace("idle user=boss", "walsender user=boss"));
        let alone = "table x.d row_security owner=boss\n policy own\nacts boss owner=boss";
        blind(&RULE, alone, Status::CannotCheck, "sessions");
        blind(&RULE, &format!("{text}\ndeny protection GRANT X"), Status::CannotCheck, "GRANT X");
    }
}
