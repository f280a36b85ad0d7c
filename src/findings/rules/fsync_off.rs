//! Settings that lose what was committed.

use super::support::setting_object;
use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "fsync-off",
        title: "Commits that a crash may lose",
        section: Section::Settings,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "A commit is a promise that the change survives a crash; these settings break it for speed.",
        fires: "PostgreSQL: fsync or full_page_writes off (critical: a crash may damage the whole cluster), \
                synchronous_commit off (notice: the last moments). MySQL and MariaDB: innodb_flush_log_at_trx_commit other \
                than 1 (notice), innodb_doublewrite off (critical), sync_binlog other than 1 where a binary log is written \
                (notice).",
        silent: "A replica's sync_binlog; a server without a binary log.",
        fix: "Set them back; a scratch server may keep them: accept the finding.",
        reads: &["pg_settings", "SHOW GLOBAL VARIABLES"],
    },
    check,
};

const DAMAGE: &str = "After a crash of the machine pages may be half written: the data can be damaged beyond repair.";
const LAST: &str = "A crash loses what was committed in the last moments; the rest stays whole.";

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    match db.engine() {
        EngineKind::Postgresql => {
            for (name, severity, why) in [
                ("fsync", Severity::Critical, DAMAGE),
                ("full_page_writes", Severity::Critical, DAMAGE),
                ("synchronous_commit", Severity::Notice, LAST),
            ] {
                if db.setting(name)? == "off" {
                    let fix = Fix {
                        script: format!("ALTER SYSTEM SET {name} = on;\nSELECT pg_catalog.pg_reload_conf();"),
                        undo: Some(format!("ALTER SYSTEM SET {name} = off;\nSELECT pg_catalog.pg_reload_conf();")),
                        lock: "none: takes effect at once; commits wait for the disk again".into(),
                        precheck: None,
                    };
                    out.add(finding(name, "off", severity, why, "pg_settings").fix(fix));
                }
            }
        }
        _ => mysql(db, out)?,
    }
    Ok(())
}

fn mysql(db: &Db<'_>, out: &mut Findings) -> Checked {
    let flush = db.setting("innodb_flush_log_at_trx_commit")?;
    if flush != "1" {
        out.add(set(
            finding("innodb_flush_log_at_trx_commit", flush, Severity::Notice, LAST, "SHOW GLOBAL VARIABLES"),
            flush,
        ));
    }
    let settings = db.settings()?;
    if let Some(double) = settings.value("innodb_doublewrite").filter(|value| value.eq_ignore_ascii_case("off")) {
        out.add(finding("innodb_doublewrite", double, Severity::Critical, DAMAGE, "SHOW GLOBAL VARIABLES"));
    }
    let replica = db.replication().is_ok_and(|replication| replication.standby);
    if settings.is_on("log_bin") == Some(true) && !replica {
        let sync = db.setting("sync_binlog")?;
        if sync != "1" {
            out.add(set(finding("sync_binlog", sync, Severity::Notice, LAST, "SHOW GLOBAL VARIABLES"), sync));
        }
    }
    Ok(())
}

fn set(finding: Finding, value: &str) -> Finding {
    let name = finding.object.name.clone();
    finding.fix(Fix {
        script: format!("SET GLOBAL {name} = 1;"),
        undo: Some(format!("SET GLOBAL {name} = {value};")),
        lock: "none: takes effect at once; commits wait for the disk; set it in the configuration too".into(),
        precheck: None,
    })
}

fn finding(name: &str, value: &str, severity: Severity, why: &str, source: &'static str) -> Finding {
    Finding::new(severity, RULE.meta.confidence, setting_object(name), format!("is {value}"))
        .why(why)
        .text("value", value, source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        let text = |fsync: &str, commit: &str| {
            format!("set fsync {fsync}\nset full_page_writes on\nset synchronous_commit {commit}")
        };
        fires(&RULE, &text("off", "on"), &["critical fsync"]);
        fires(&RULE, &text("on", "off"), &["notice synchronous_commit"]);
        silent(&RULE, &text("on", "local"));
        let mysql = |flush: &str, bin: &str, rest: &str| {
            format!(
                "server mysql 90704\nset innodb_flush_log_at_trx_commit {flush}\nset log_bin {bin}\nset sync_binlog 0\n{rest}"
            )
        };
        fires(&RULE, &mysql("2", "OFF", ""), &["notice innodb_flush_log_at_trx_commit"]);
        fires(&RULE, &mysql("1", "ON", ""), &["notice sync_binlog"]);
        silent(&RULE, &mysql("1", "OFF", ""));
        silent(&RULE, &mysql("1", "ON", "replica read_only=on"));
        blind(&RULE, "live", Status::CannotCheck, "fsync");
    }
}
