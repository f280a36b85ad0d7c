//! Roles that stand above all rights.

use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
};
use crate::model::{Account, EngineKind};

const FEW: usize = 2;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "role-superuser",
        title: "Many superusers, or a program that is one",
        section: Section::Security,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "A superuser passes every right and row security policy, and may run programs on the server: a hole in the \
              program is a hole in the machine.",
        fires: "More than two that may log in; or one of them has sessions from another machine right now.",
        silent: "One or two for people, from the machine itself. Roles of managed services (rdsadmin and the like).",
        fix: "A role with the rights it needs; pg_monitor for watching, pg_read_all_data for reading.",
        reads: &["pg_roles", "mysql.user", "pg_stat_activity"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let accounts = db.accounts()?;
    if let Some(gap) = Gap::of(&accounts.list, "roles") {
        return Err(gap);
    }
    let managed = ["rdsadmin", "cloudsqladmin", "azuresu", "supabase_admin", "mysql.session", "mariadb.sys"];
    let user = |one: &Account| one.name.rsplit_once('@').map_or(one.name.clone(), |(user, _)| user.to_owned());
    let mut all: Vec<&Account> = Vec::new();
    for one in accounts.list.value().into_iter().flatten() {
        let wanted = one.superuser && one.login && !one.locked && !managed.contains(&user(one).as_str());
        // One person's account for several hosts counts once.
        if wanted && !all.iter().any(|it| db.engine() != EngineKind::Postgresql && user(it) == user(one)) {
            all.push(one);
        }
    }
    let busy: Vec<(&Account, &str)> = all.iter().filter_map(|one| Some((*one, from_afar(db, &user(one))?))).collect();
    for (one, client) in &busy {
        let summary = format!("is above all rights, and logged in from {client}");
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, role(one), summary)
                .why("A program that runs as superuser turns every hole of its own into one of the server.")
                .text("client", *client, "pg_stat_activity, PROCESSLIST")
                .not_known("whether it is a person who looks after the server"),
        );
    }
    if all.len() > FEW {
        for one in all.iter().filter(|one| !busy.iter().any(|(it, _)| it.name == one.name)) {
            let mut finding = Finding::new(
                Severity::Notice,
                RULE.meta.confidence,
                role(one),
                format!("is one of {} superusers", all.len()),
            )
            .why("Each of them passes every right; few people need that.")
            .text("superuser", "yes", "pg_roles, mysql.user");
            if db.engine() == EngineKind::Postgresql {
                let name = db.sql(&one.name);
                finding = finding.fix(Fix {
                    script: format!("ALTER ROLE {name} NOSUPERUSER;"),
                    undo: Some(format!("ALTER ROLE {name} SUPERUSER;")),
                    lock: "none: it keeps what it owns and what was granted".into(),
                    precheck: None,
                });
            }
            out.add(finding);
        }
    }
    Ok(())
}

fn role(one: &Account) -> Object {
    Object { label: format!("role {}", one.name), ..Object::server(ObjectKind::Role, one.name.clone()) }
}

/// Where a session of that role comes from, if from another machine.
fn from_afar<'a>(db: &Db<'a>, user: &str) -> Option<&'a str> {
    let near = |client: &str| {
        let host = client.rsplit_once(':').map_or(client, |(host, _)| host);
        matches!(host, "[local]" | "localhost" | "127.0.0.1" | "::1" | "[::1]" | "")
    };
    let activity = db.activity().ok()?;
    let mine = activity.backends.iter().filter(|it| it.is_client() && it.user.as_deref() == Some(user));
    mine.filter_map(|it| it.client.as_deref()).find(|client| !near(client))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        let three = "account a superuser\naccount b superuser\naccount c superuser\naccount d";
        fires(&RULE, three, &["notice a", "notice b", "notice c"]);
        silent(&RULE, "account a superuser\naccount b superuser\naccount c superuser nologin");
        silent(
            &RULE,
            "server mysql 90704\naccount root@% superuser\naccount root@localhost superuser\naccount root@::1 superuser",
        );
        blind(
            &RULE,
            "server mysql 90704\nlive\ndeny accounts GRANT SELECT ON mysql.user TO me",
            Status::CannotCheck,
            "mysql.user",
        );
    }
}
