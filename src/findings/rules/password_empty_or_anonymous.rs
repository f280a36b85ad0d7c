//! Accounts that let anybody in.

use crate::findings::rule::MYSQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "password-empty-or-anonymous",
        title: "Account without a password or a name",
        section: Section::Security,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        engines: MYSQL,
        profile: Profile::Default,
        why: "Whoever reaches the port is let in.",
        fires: "An account without a name, or one that proves itself by a password and has none. A warning where it is \
                let in from this machine only.",
        silent: "Locked accounts, those of the operating system (unix_socket, auth_socket) or of a client certificate.",
        fix: "Set a password, lock or drop the account.",
        reads: &["mysql.user", "mysql.global_priv"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let accounts = db.accounts()?;
    if let Some(gap) = Gap::of(&accounts.list, "accounts") {
        return Err(gap);
    }
    for one in accounts.list.value().into_iter().flatten().filter(|one| !one.locked) {
        if !one.anonymous && !one.no_password {
            continue;
        }
        let (user, host) = one.name.rsplit_once('@').unwrap_or((&one.name, "%"));
        let near = matches!(host, "localhost" | "127.0.0.1" | "::1");
        let severity = if near { Severity::Warning } else { Severity::Critical };
        let quote = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
        let account = format!("{}@{}", quote(user), quote(host));
        let summary = match (one.anonymous, one.no_password) {
            (true, true) => "has neither a name nor a password",
            (true, false) => "has no name: any name is let in with its password",
            (false, _) => "has no password",
        };
        let fix = match one.anonymous {
            true => Fix {
                script: format!("DROP USER {account};"),
                undo: Some(format!("CREATE USER {account};")),
                lock: "none: sessions that are in stay in".into(),
                precheck: Some(format!("SHOW GRANTS FOR {account};")),
            },
            false => Fix {
                script: format!("ALTER USER {account} ACCOUNT LOCK;"),
                undo: Some(format!("ALTER USER {account} ACCOUNT UNLOCK;")),
                lock: "none: sessions that are in stay in; or give it a password: ALTER USER … IDENTIFIED BY".into(),
                precheck: None,
            },
        };
        let label = if user.is_empty() { format!("''@{host}") } else { one.name.clone() };
        let object = Object { label, ..Object::server(ObjectKind::Role, one.name.clone()) };
        out.add(
            Finding::new(severity, RULE.meta.confidence, object, summary)
                .why(if near { "Everybody on that machine is let in." } else { "Whoever reaches the port is let in." })
                .text("plugin", one.plugin.clone().unwrap_or_else(|| "password".into()), "mysql.user")
                .fix(fix),
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
        let text = |rest: &str| format!("server mysql 90704\n{rest}");
        fires(&RULE, &text("account app@% password=none"), &["critical app@%"]);
        fires(&RULE, &text("account app@localhost password=none"), &["warning app@localhost"]);
        fires(&RULE, &text("account @% anonymous"), &["critical @%"]);
        silent(&RULE, &text("account app@% \naccount old@% password=none locked"));
        blind(&RULE, &text("live\ndeny accounts GRANT SELECT ON mysql.user TO me"), Status::CannotCheck, "mysql.user");
    }
}
