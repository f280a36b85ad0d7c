//! Programs that connect as the owner of the tables.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity, Unit,
};
use std::collections::{BTreeMap, BTreeSet};

/// A small program of one person is its own owner, and that is fine.
const MANY: usize = 20;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "role-app-is-owner",
        title: "The program's role owns the tables",
        section: Section::Security,
        severity: Severity::Info,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "An owner may drop and change its tables and passes row security by: a hole in the program is then more than \
              a hole in its rows.",
        fires: "A role with sessions in this database right now owns 20 tables or more of it.",
        silent: "Fewer tables: a small program may be its own owner. Superusers, which are a finding of their own, and \
                 dblens's own sessions.",
        fix: "One role that owns and migrates, and one for the program with SELECT, INSERT, UPDATE and DELETE.",
        reads: &["pg_class.relowner", "pg_stat_activity.usename", "pg_roles"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let mut owned: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, rel) in db.tables()? {
        if let Some(owner) = db.relations().names.opt(rel.owner) {
            *owned.entry(owner).or_default() += 1;
        }
    }
    owned.retain(|_, count| *count >= MANY);
    if owned.is_empty() {
        return Ok(());
    }
    let (activity, accounts) = (db.activity()?, db.accounts()?);
    if let Some(gap) = Gap::of(&accounts.list, "roles") {
        return Err(gap);
    }
    let here = db.facts.server.database.as_deref();
    let clients = activity
        .backends
        .iter()
        .filter(|it| it.is_client() && (it.database.is_none() || it.database.as_deref() == here));
    let users: BTreeSet<&str> = clients.filter_map(|it| it.user.as_deref()).collect();
    for (owner, count) in owned.into_iter().filter(|(owner, _)| users.contains(owner)) {
        if accounts.list.value().into_iter().flatten().any(|one| one.name == owner && one.superuser) {
            continue;
        }
        let object = Object { label: format!("role {owner}"), ..Object::server(ObjectKind::Role, owner) };
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                object,
                format!("is connected and owns {count} tables"),
            )
            .why("It may drop and change them, and passes their row security by.")
            .number("tables", i64::try_from(count).ok(), Unit::Count, "pg_class.relowner")
            .not_known("whether those sessions are a program's or a person's"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(tables: usize, tail: &str) -> String {
        let tables: Vec<String> = (0..tables).map(|n| format!("table x.t{n} owner=app")).collect();
        format!("{}\n{tail}", tables.join("\n"))
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text(20, "account app\nsession 1 idle user=app"), &["info app"]);
        silent(&RULE, &text(19, "account app\nsession 1 idle user=app"));
        silent(&RULE, &text(20, "account app\nsession 1 idle user=web"));
        silent(&RULE, &text(20, "account app superuser\nsession 1 idle user=app"));
        blind(&RULE, &text(20, "account app"), Status::CannotCheck, "sessions");
        blind(&RULE, &text(20, "session 1 idle user=app"), Status::CannotCheck, "roles");
    }
}
