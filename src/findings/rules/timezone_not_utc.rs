//! A server whose clock on the wall is not UTC.

use super::support::setting_object;
use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "timezone-not-utc",
        title: "The server's time zone is not UTC",
        section: Section::Settings,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "What becomes a time without a zone (now() in a timestamp or DATETIME, a date of today) depends on the \
              session, and one hour of the year is there twice.",
        fires: "The zone that sessions begin with is another than UTC or GMT: TimeZone of the database or of the \
                configuration files; time_zone, or system_time_zone where that is SYSTEM.",
        silent: "UTC under any of its names.",
        fix: "UTC for the server, and the zone of the reader in the program. Times without a zone that are stored already \
              keep their old meaning: look at them first.",
        reads: &["pg_file_settings", "pg_db_role_setting", "time_zone", "system_time_zone"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (name, zone, source) = match db.engine() {
        EngineKind::Postgresql => {
            let known = &db.upkeep()?.time_zone;
            let zone = known.value().ok_or_else(|| {
                Gap::of(known, "time zones").unwrap_or_else(|| Gap::cannot_check("the time zone is not told"))
            })?;
            ("TimeZone", zone.as_str(), "pg_file_settings, pg_db_role_setting")
        }
        _ => match db.setting("time_zone")? {
            "SYSTEM" => ("system_time_zone", db.setting("system_time_zone")?, "SHOW GLOBAL VARIABLES"),
            zone => ("time_zone", zone, "SHOW GLOBAL VARIABLES"),
        },
    };
    if is_utc(zone) {
        return Ok(());
    }
    out.add(
        Finding::new(RULE.meta.severity, RULE.meta.confidence, setting_object(name), format!("is {zone}"))
            .why(
                "Times without a zone depend on it, and an hour of the autumn is there twice where clocks are changed.",
            )
            .text("time_zone", zone, source)
            .not_known("what programs and roles set for their own sessions"),
    );
    Ok(())
}

fn is_utc(zone: &str) -> bool {
    const NAMES: [&str; 13] = [
        "utc",
        "gmt",
        "uct",
        "zulu",
        "universal",
        "greenwich",
        "gmt0",
        "gmt+0",
        "gmt-0",
        "+00:00",
        "-00:00",
        "00:00",
        "0",
    ];
    let lower = zone.to_ascii_lowercase();
    NAMES.contains(&lower.strip_prefix("etc/").unwrap_or(&lower))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "zone Europe/Berlin", &["info TimeZone"]);
        silent(&RULE, "zone Etc/UTC");
        silent(&RULE, "zone GMT");
        let mysql = |zone: &str, system: &str| {
            format!("server mysql 90704\nset time_zone {zone}\nset system_time_zone {system}")
        };
        fires(&RULE, &mysql("SYSTEM", "CEST"), &["info system_time_zone"]);
        fires(&RULE, &mysql("+02:00", "UTC"), &["info time_zone"]);
        silent(&RULE, &mysql("SYSTEM", "UTC"));
        silent(&RULE, &mysql("+00:00", "CEST"));
        blind(&RULE, "live\ndeny zone GRANT SELECT ON pg_file_settings TO me", Status::CannotCheck, "pg_file_settings");
        blind(&RULE, "server mysql 90704\nlive", Status::CannotCheck, "time_zone");
    }
}
