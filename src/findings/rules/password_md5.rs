//! Passwords that are kept in a way that is easy to guess.

use super::support::setting_object;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "password-md5",
        title: "Passwords kept with an old method",
        section: Section::Security,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: &[EngineKind::Postgresql, EngineKind::Mysql, EngineKind::Mariadb],
        profile: Profile::Default,
        why: "Whoever gets hold of an MD5 verifier or a mysql_native_password hash can log in with it, or guess the password \
              at billions of tries a second.",
        fires: "PostgreSQL: password_encryption is md5, so that new passwords are kept so (a notice before 14, whose default it is). MySQL: accounts with \
                mysql_native_password; a notice on MariaDB, whose default it is.",
        silent: "What PostgreSQL has stored already can only be seen by superusers; dblens does not look.",
        fix: "scram-sha-256, caching_sha2_password or ed25519; then set each password again.",
        reads: &["password_encryption", "mysql.user"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    if db.engine() == EngineKind::Postgresql {
        if db.setting("password_encryption")? == "md5" {
            // Before 14 it is the default.
            let severity = if db.version() >= 140_000 { RULE.meta.severity } else { Severity::Notice };
            out.add(
                Finding::new(severity, RULE.meta.confidence, setting_object("password_encryption"), "is md5")
                    .why("New passwords are kept in a way that is easy to guess, and the verifier itself lets one in.")
                    .text("value", "md5", "pg_settings")
                    .not_known("which roles have such a password: only superusers see that")
                    .fix(Fix {
                        script: "ALTER SYSTEM SET password_encryption = 'scram-sha-256';\nSELECT pg_catalog.pg_reload_conf();"
                            .into(),
                        undo: Some(
                            "ALTER SYSTEM SET password_encryption = 'md5';\nSELECT pg_catalog.pg_reload_conf();".into(),
                        ),
                        lock: "none: for passwords that are set from now on; clients older than 10 can not log in with them"
                            .into(),
                        precheck: None,
                    }),
            );
        }
        return Ok(());
    }
    let accounts = db.accounts()?;
    if let Some(gap) = Gap::of(&accounts.list, "accounts") {
        return Err(gap);
    }
    let severity = if db.engine() == EngineKind::Mysql { Severity::Warning } else { Severity::Notice };
    let old = |plugin: &str| matches!(plugin, "mysql_native_password" | "mysql_old_password");
    let list: Vec<String> = accounts
        .list
        .value()
        .into_iter()
        .flatten()
        .filter(|one| !one.locked && !one.no_password && one.plugin.as_deref().is_some_and(old))
        .map(|one| one.name.clone())
        .collect();
    if list.is_empty() {
        return Ok(());
    }
    let object =
        Object { path: "accounts".into(), label: "accounts".into(), ..Object::server(ObjectKind::Role, "accounts") };
    let summary = format!("{} have a mysql_native_password", list.len());
    out.add(
        Finding::new(severity, RULE.meta.confidence, object, summary)
            .why("The hash is fast to guess, and whoever has it and a look at one login can log in.")
            .fact("accounts", crate::findings::Value::List(list.into_iter().take(50).collect()), None, "mysql.user"),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "set password_encryption md5", &["warning password_encryption"]);
        fires(&RULE, "server postgresql 130023\nset password_encryption md5", &["notice password_encryption"]);
        silent(&RULE, "set password_encryption scram-sha-256");
        let text = |make: &str, plugin: &str| format!("server {make}\naccount app@% plugin={plugin}");
        fires(&RULE, &text("mysql 80400", "mysql_native_password"), &["warning accounts"]);
        fires(&RULE, &text("mariadb 110806", "mysql_native_password"), &["notice accounts"]);
        silent(&RULE, &text("mysql 90704", "caching_sha2_password"));
        blind(
            &RULE,
            "server mysql 90704\nlive\ndeny accounts GRANT SELECT ON mysql.user TO me",
            Status::CannotCheck,
            "mysql.user",
        );
    }
}
