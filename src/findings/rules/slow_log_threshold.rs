//! The slow log misses what is slow.

use crate::findings::rule::MYSQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
    Unit, Value,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "slow-log-threshold",
        title: "The slow log misses what is slow",
        section: Section::Queries,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: MYSQL,
        profile: Profile::Default,
        why: "The slow log is the only place that keeps single slow statements with their values; by default it waits for ten seconds, or is off.",
        fires: "slow_query_log is OFF, or long_query_time is above one second.",
        silent: "A threshold of a second or less.",
        fix: "SET GLOBAL long_query_time = 0.1 and slow_query_log = ON; watch the disk.",
        reads: &["@@slow_query_log", "@@long_query_time", "@@log_output"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let Some(log) = &db.facts.statements.slow_log else {
        return Err(Gap::cannot_check("the settings of the slow log were not read"));
    };
    let summary = match (log.on, log.seconds) {
        (false, _) => "is off".to_owned(),
        (true, seconds) if seconds * 1e6 > db.limits().slow_log as f64 => {
            format!("keeps only what takes longer than {seconds} s")
        }
        _ => return Ok(()),
    };
    let undo = format!(
        "SET GLOBAL long_query_time = {};\nSET GLOBAL slow_query_log = {};",
        log.seconds,
        if log.on { "ON" } else { "OFF" }
    );
    let mut finding = Finding::new(
        RULE.meta.severity,
        RULE.meta.confidence,
        Object::server(ObjectKind::Setting, "slow_query_log"),
        summary,
    )
    .why("Single slow statements with their values are kept nowhere else.")
    .fact("slow_query_log", Value::Bool(log.on), None, "@@slow_query_log")
    .fact("long_query_time", Value::Float(log.seconds), Some(Unit::Seconds), "@@long_query_time")
    .text("log_output", log.output.clone(), "@@log_output")
    .fix(Fix {
        script: "SET GLOBAL long_query_time = 0.1;\nSET GLOBAL slow_query_log = ON;".into(),
        undo: Some(undo),
        lock: "none; for sessions that begin after it, until the next restart".into(),
        precheck: None,
    });
    if !log.output.to_ascii_uppercase().contains("TABLE") {
        finding = finding.not_known("what is in the log: with log_output = FILE it is on the server's disk");
    }
    out.add(finding);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_on_defaults() {
        fires(&RULE, "server mysql 90704\nstatements\nslowlog off 10 FILE", &["info slow_query_log"]);
        fires(&RULE, "server mariadb 101119\nstatements off\nslowlog on 10 TABLE", &["info slow_query_log"]);
        silent(&RULE, "server mysql 90704\nstatements\nslowlog on 0.5 FILE");
        blind(&RULE, "server mysql 90704\nstatements", Status::CannotCheck, "slow log");
    }
}
