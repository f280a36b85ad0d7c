//! New tables go into the one file that never shrinks.

use super::support::setting_object;
use crate::findings::rule::MYSQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "innodb-file-per-table-off",
        title: "Tables share one file",
        section: Section::Settings,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: MYSQL,
        profile: Profile::Default,
        why: "The shared file never becomes smaller: what a dropped table held is not given back to the disk.",
        fires: "innodb_file_per_table is off.",
        silent: "Versions that have no such setting any more.",
        fix: "Turn it on; tables move with their next rebuild.",
        reads: &["innodb_file_per_table"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    if db.settings()?.is_on("innodb_file_per_table") != Some(false) {
        return Ok(());
    }
    out.add(
        Finding::new(RULE.meta.severity, RULE.meta.confidence, setting_object("innodb_file_per_table"), "is off")
            .why("What a dropped table held is not given back to the disk.")
            .text("value", "OFF", "SHOW GLOBAL VARIABLES")
            .fix(Fix {
                script: "SET GLOBAL innodb_file_per_table = ON;".into(),
                undo: Some("SET GLOBAL innodb_file_per_table = OFF;".into()),
                lock: "none: for tables that are made or rebuilt from now on".into(),
                precheck: None,
            }),
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
        let text = |rest: &str| format!("server mariadb 101100\n{rest}");
        fires(&RULE, &text("set innodb_file_per_table OFF"), &["info innodb_file_per_table"]);
        silent(&RULE, &text("set innodb_file_per_table ON"));
        blind(&RULE, &text("table t"), Status::CannotCheck, "settings");
    }
}
