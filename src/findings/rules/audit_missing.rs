//! A server that keeps no record of who did what.

use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "audit-missing",
        title: "No record of who did what",
        section: Section::Security,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Strict,
        why: "After an incident nobody can say who read or changed what. Where the law or a contract asks for it, it has \
              to be there before.",
        fires: "PostgreSQL: shared_preload_libraries has no pgaudit, and log_statement is none or ddl. MySQL and MariaDB: no \
                audit plugin is loaded (audit_log, server_audit), or its switch is off.",
        silent: "log_statement = mod or all. Proxies and the operating system may keep a record too, which is not seen.",
        fix: "pgaudit in shared_preload_libraries; server_audit on MariaDB; the audit plugin of the makers or of Percona on \
              MySQL.",
        reads: &["shared_preload_libraries", "log_statement", "SHOW GLOBAL VARIABLES"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let seen = match db.engine() {
        EngineKind::Postgresql => postgres(db)?,
        _ => plugin(db)?,
    };
    let Some(text) = seen else { return Ok(()) };
    out.add(
        Finding::new(RULE.meta.severity, RULE.meta.confidence, db.server_object(), "keeps no record of who did what")
            .why("After an incident nobody can say who read or changed what.")
            .text("seen", text, "pg_settings, SHOW GLOBAL VARIABLES")
            .not_known("what a proxy or the operating system records"),
    );
    Ok(())
}

/// What was seen in place of an audit; `None` where there is one.
fn postgres(db: &Db<'_>) -> Result<Option<String>, Gap> {
    const WANTED: [&str; 2] = ["pgaudit", "edb_audit"];
    let statements = db.setting("log_statement").ok();
    if matches!(statements, Some("mod" | "all")) {
        return Ok(None);
    }
    let me = db.facts.server.user.as_deref().unwrap_or("dblens");
    let libraries = db.settings()?.value("shared_preload_libraries").ok_or_else(|| {
        Gap::denied(
            "shared_preload_libraries is hidden from this role",
            format!("GRANT pg_read_all_settings TO {}", db.sql(me)),
        )
    })?;
    let name = |word: &str| word.trim().trim_matches('"').rsplit('/').next().unwrap_or_default().to_owned();
    if libraries.split(',').any(|word| WANTED.contains(&name(word).trim_end_matches(".so"))) {
        return Ok(None);
    }
    Ok(Some(format!("shared_preload_libraries = '{libraries}', log_statement = {}", statements.unwrap_or("not told"))))
}

fn plugin(db: &Db<'_>) -> Result<Option<String>, Gap> {
    let settings = db.settings()?;
    if settings.list.is_empty() {
        return Err(Gap::cannot_check("no setting is told"));
    }
    let off = |value: &str| matches!(value.to_ascii_uppercase().as_str(), "OFF" | "0" | "NONE");
    for (prefix, switch) in [("server_audit_", "server_audit_logging"), ("audit_log", "audit_log_policy")] {
        if settings.list.iter().any(|one| one.name.starts_with(prefix)) {
            return Ok(settings.value(switch).is_some_and(off).then(|| format!("{switch} is off")));
        }
    }
    Ok(Some("no setting of an audit plugin".into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "set shared_preload_libraries pg_stat_statements\nset log_statement none", &["info server"]);
        silent(&RULE, "set shared_preload_libraries pg_stat_statements,pgaudit\nset log_statement none");
        silent(&RULE, "set shared_preload_libraries ''\nset log_statement mod");
        fires(&RULE, "server mariadb 110806\nset version 11", &["info server"]);
        fires(&RULE, "server mariadb 110806\nset server_audit_logging OFF", &["info server"]);
        silent(&RULE, "server mariadb 110806\nset server_audit_logging ON");
        silent(&RULE, "server mysql 80046\nset audit_log_policy ALL");
        blind(&RULE, "set log_statement none", Status::CannotCheck, "pg_read_all_settings");
        blind(&RULE, "server mysql 80046\nlive", Status::CannotCheck, "no setting");
        blind(&RULE, "table x.t", Status::CannotCheck, "settings");
    }
}
