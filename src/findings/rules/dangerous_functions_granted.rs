//! Roles that may touch files or programs of the server.

use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "dangerous-functions-granted",
        title: "Role that may use the server's files or programs",
        section: Section::Security,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "It can read what the server's own user can read, or run programs as that user: more than any table holds.",
        fires: "PostgreSQL: a member of pg_read_server_files, pg_write_server_files or pg_execute_server_program. MySQL and \
                MariaDB: FILE.",
        silent: "Superusers, who may it anyway.",
        fix: "REVOKE the membership, or FILE, from every role that does not need it.",
        reads: &["pg_auth_members", "mysql.user.File_priv"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let accounts = db.accounts()?;
    if let Some(gap) = Gap::of(&accounts.list, "roles") {
        return Err(gap);
    }
    for one in accounts.list.value().into_iter().flatten().filter(|one| !one.superuser && !one.locked) {
        let Some(what) = one.dangerous.as_deref() else { continue };
        let object =
            Object { label: format!("role {}", one.name), ..Object::server(ObjectKind::Role, one.name.clone()) };
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                object,
                format!("may use the server's files or programs: {what}"),
            )
            .why("It can reach what the server's own user of the operating system can reach.")
            .text("right", what, "pg_auth_members, mysql.user"),
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
        fires(&RULE, "account app files", &["warning app"]);
        silent(&RULE, "account postgres superuser files\naccount app");
        blind(
            &RULE,
            "server mysql 90704\nlive\ndeny accounts GRANT SELECT ON mysql.user TO me",
            Status::CannotCheck,
            "mysql.user",
        );
    }
}
