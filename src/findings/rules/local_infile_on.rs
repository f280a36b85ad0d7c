//! Clients may be asked for files of their own machine.

use super::support::setting_object;
use crate::findings::rule::MYSQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "local-infile-on",
        title: "LOAD DATA LOCAL is allowed",
        section: Section::Security,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: MYSQL,
        profile: Profile::Default,
        why: "A statement that somebody smuggles in can read files of the machine that the program runs on.",
        fires: "local_infile is on: the default of MariaDB, not of MySQL 8 and later.",
        silent: "Whether the clients allow it can not be seen.",
        fix: "Turn it off where nothing loads files that way.",
        reads: &["local_infile"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    if db.settings()?.is_on("local_infile") != Some(true) {
        return Ok(());
    }
    out.add(
        Finding::new(RULE.meta.severity, RULE.meta.confidence, setting_object("local_infile"), "is on")
            .why("A statement that is smuggled in can read files of the machine that a program runs on.")
            .text("value", "ON", "SHOW GLOBAL VARIABLES")
            .not_known("whether the clients allow it too: both have to")
            .fix(Fix {
                script: "SET GLOBAL local_infile = OFF;".into(),
                undo: Some("SET GLOBAL local_infile = ON;".into()),
                lock: "none: LOAD DATA LOCAL is refused from then on".into(),
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
        fires(&RULE, "server mariadb 110806\nset local_infile ON", &["info local_infile"]);
        silent(&RULE, "server mysql 90704\nset local_infile OFF");
        blind(&RULE, "server mysql 90704\ntable t", Status::CannotCheck, "settings");
    }
}
