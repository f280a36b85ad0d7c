//! Roles whose password ends.

use crate::findings::live::{HOUR, span};
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
    Value,
};
use crate::model::{Account, EngineKind};

const SOON: i64 = 7 * 24 * HOUR;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "role-password-expired",
        title: "Password that ends soon",
        section: Section::Security,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: &[EngineKind::Postgresql, EngineKind::Mysql],
        profile: Profile::Default,
        why: "From that moment on the role can not log in with its password, and nobody is told before.",
        fires: "It ends within seven days; for information where it has ended, or on MySQL somebody let it end by hand.",
        silent: "Passwords that never end: that is a matter of taste. Locked accounts, and those that prove themselves \
                 without a password that the server keeps.",
        fix: "A new password and a new date, before somebody is locked out.",
        reads: &["pg_roles.rolvaliduntil", "mysql.user.password_last_changed", "default_password_lifetime"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let accounts = db.accounts()?;
    if let Some(gap) = Gap::of(&accounts.list, "roles") {
        return Err(gap);
    }
    for one in accounts.list.value().into_iter().flatten().filter(|one| one.login && !one.locked && asks(one)) {
        let left = one.valid_until.map(|until| until.as_microsecond() - db.facts.now.as_microsecond());
        let (severity, summary) = match left {
            _ if one.expired => (Severity::Info, "has a password that somebody let end".to_owned()),
            Some(left) if left > SOON => continue,
            Some(left) if left > 0 => (RULE.meta.severity, format!("has a password that ends in {}", span(left))),
            Some(left) => (Severity::Info, format!("has a password that ended {} ago", span(-left))),
            None => continue,
        };
        let object =
            Object { label: format!("role {}", one.name), ..Object::server(ObjectKind::Role, one.name.clone()) };
        let mut finding = Finding::new(severity, RULE.meta.confidence, object, summary)
            .why("From then on it can not log in with its password, or only to set a new one.");
        if let Some(until) = one.valid_until {
            finding = finding.fact("valid_until", Value::Time(until), None, source(db));
        }
        out.add(finding.fix(fix(db, one)));
    }
    Ok(())
}

/// False for plugins that keep no password here.
fn asks(one: &Account) -> bool {
    let keeps = |plugin: &str| ["mysql_native_password", "sha256_password", "caching_sha2_password"].contains(&plugin);
    one.plugin.as_deref().is_none_or(keeps)
}

fn source(db: &Db<'_>) -> &'static str {
    match db.engine() {
        EngineKind::Postgresql => "pg_roles.rolvaliduntil",
        _ => "mysql.user.password_last_changed, password_lifetime",
    }
}

fn fix(db: &Db<'_>, one: &Account) -> Fix {
    const HOUSE: &str = "-- with a new password, if that is the rule of the house";
    if db.engine() == EngineKind::Postgresql {
        let name = db.sql(&one.name);
        let until = one.valid_until.map_or("infinity".into(), |until| until.to_string());
        return Fix {
            script: format!("{HOUSE}\nALTER ROLE {name} VALID UNTIL 'infinity';"),
            undo: Some(format!("ALTER ROLE {name} VALID UNTIL '{until}';")),
            lock: "none".into(),
            precheck: None,
        };
    }
    let name = super::support::account_sql(&one.name);
    // Somebody's EXPIRE is ended by a new password only.
    let script = match one.expired {
        true => format!(
            "{HOUSE}\n-- ALTER USER {name} IDENTIFIED BY 'a new one';\nALTER USER {name} PASSWORD EXPIRE NEVER;"
        ),
        false => format!("{HOUSE}\nALTER USER {name} PASSWORD EXPIRE NEVER;"),
    };
    let before = one.lifetime.map_or("DEFAULT".to_owned(), |days| match days {
        0 => "NEVER".into(),
        days => format!("INTERVAL {days} DAY"),
    });
    Fix {
        script,
        undo: Some(format!("ALTER USER {name} PASSWORD EXPIRE {before};")),
        lock: "none".into(),
        precheck: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "account app until=3600", &["notice app"]);
        fires(&RULE, "account app until=-3600", &["info app"]);
        silent(&RULE, "account app until=9000000\naccount other");
        blind(&RULE, "table x.t", Status::CannotCheck, "roles");
    }

    #[test]
    fn mysql_has_days_or_somebodys_word() {
        let text = |account: &str| format!("server mysql 90704\naccount {account}");
        fires(&RULE, &text("app@% until=3600 lifetime=90 plugin=caching_sha2_password"), &["notice app@%"]);
        fires(&RULE, &text("app@% expired"), &["info app@%"]);
        silent(&RULE, &text("app@% until=9000000 lifetime=180"));
        silent(&RULE, &text("team@% expired locked"));
        silent(&RULE, &text("app@% until=3600 plugin=auth_socket"));
        let fix = run(&RULE, &text("a'b@% until=60 lifetime=90")).findings[0].fix.clone().unwrap();
        assert!(fix.script.ends_with("ALTER USER 'a''b'@'%' PASSWORD EXPIRE NEVER;"), "{}", fix.script);
        assert_eq!(fix.undo.as_deref(), Some("ALTER USER 'a''b'@'%' PASSWORD EXPIRE INTERVAL 90 DAY;"));
        let denied = "server mysql 90704\nlive\ndeny accounts GRANT SELECT ON mysql.user TO me";
        blind(&RULE, denied, Status::CannotCheck, "mysql.user");
        blind(&RULE, "server mariadb 110806\nlive", Status::NotApplicable, "MariaDB");
    }
}
