//! A replica that lets people write.

use crate::findings::rule::MYSQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Profile, Rule, Section, Severity};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "replica-writable",
        title: "Replica that lets people write",
        section: Section::Activity,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: MYSQL,
        profile: Profile::Default,
        why: "A row that is written here by mistake makes two different databases, and stops replication when the source \
              writes the same key.",
        fires: "The server has a channel, and read_only is off.",
        silent: "Servers that replicate nothing. With several sources, or in a ring, it may be wanted: accept it.",
        fix: "SET PERSIST super_read_only = ON (MySQL), SET GLOBAL read_only = ON and the configuration file (MariaDB).",
        reads: &["read_only", "SHOW REPLICA STATUS"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let replication = db.replication()?;
    if !replication.standby {
        return Ok(());
    }
    match replication.read_only {
        None => return Err(Gap::cannot_check("whether the server is read-only is not told")),
        Some(true) => return Ok(()),
        Some(false) => {}
    }
    let (script, undo) = match db.engine() {
        EngineKind::Mysql => {
            ("SET PERSIST super_read_only = ON;", "SET PERSIST super_read_only = OFF;\nSET PERSIST read_only = OFF;")
        }
        _ => ("SET GLOBAL read_only = ON;", "SET GLOBAL read_only = OFF;"),
    };
    out.add(
        Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            db.server_object(),
            "is a replica that lets people write",
        )
        .why("A row written here by mistake makes two different databases.")
        .text("read_only", "OFF", "SHOW GLOBAL VARIABLES")
        .fix(Fix {
            script: script.into(),
            undo: Some(undo.into()),
            lock: "waits for running writes; from then on only replication writes".into(),
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
        let text = |rest: &str| format!("server mysql 90704\n{rest}");
        fires(&RULE, &text("replica read_only=off"), &["warning server"]);
        silent(&RULE, &text("replica read_only=on"));
        silent(&RULE, &text("live"));
        blind(&RULE, &text("replica age=3"), Status::CannotCheck, "not told");
    }
}
