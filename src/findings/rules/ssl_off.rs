//! People come over the network in clear.

use super::support::setting_object;
use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "ssl-off",
        title: "No TLS for sessions from elsewhere",
        section: Section::Security,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Passwords and rows can be read and changed on the way.",
        fires: "The server offers no TLS, and sessions from another machine are there right now.",
        silent: "Servers that only this machine talks to. Which sessions of a server with TLS go without it is not looked at.",
        fix: "A certificate, ssl = on (PostgreSQL) or ssl_cert and ssl_key (MySQL, MariaDB); then demand it from everybody.",
        reads: &["ssl", "tls_version", "have_ssl", "pg_stat_activity.client_addr"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let settings = db.settings()?;
    let (name, offered) = match db.engine() {
        EngineKind::Postgresql => ("ssl", settings.is_on("ssl")),
        EngineKind::Mariadb => ("have_ssl", settings.value("have_ssl").map(|value| value == "YES")),
        _ => ("tls_version", settings.value("tls_version").map(|value| !value.is_empty())),
    };
    match offered {
        None => return Err(Gap::cannot_check("whether the server offers TLS is not told")),
        Some(true) => return Ok(()),
        Some(false) => {}
    }
    let activity = db.activity()?;
    let near = |client: &str| {
        let host = client.rsplit_once(':').map_or(client, |(host, _)| host);
        matches!(host, "[local]" | "localhost" | "127.0.0.1" | "::1" | "[::1]" | "")
    };
    let afar = activity.backends.iter().filter(|it| it.client.as_deref().is_some_and(|client| !near(client))).count();
    if afar == 0 {
        return Ok(());
    }
    out.add(
        Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            setting_object(name),
            format!("is off, and {afar} sessions come from elsewhere"),
        )
        .why("Passwords and rows can be read and changed on the way.")
        .number("sessions", i64::try_from(afar).ok(), Unit::Count, "pg_stat_activity, PROCESSLIST")
        .not_known("whether a proxy or a tunnel between protects the line"),
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
        let text = |ssl: &str, client: &str| format!("set ssl {ssl}\nsession 1 idle client={client}");
        fires(&RULE, &text("off", "10.2.0.31:53122"), &["warning ssl"]);
        silent(&RULE, &text("off", "127.0.0.1:53122"));
        silent(&RULE, &text("on", "10.2.0.31:53122"));
        blind(&RULE, "live", Status::CannotCheck, "not told");
    }
}
