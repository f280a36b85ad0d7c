//! A statement that runs for long.

use crate::findings::live::{SECOND, doing, end_session, hidden_sessions, session};
use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::Phase;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "long-query",
        title: "Statement that runs for long",
        section: Section::Activity,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "It takes CPU, memory and disk from everybody else, and often nobody waits for its answer any more.",
        fires: "Running for 10 minutes; from a minute on for information.",
        silent: "Who waits for a lock (the chain says that), autovacuum, senders of the log.",
        fix: "Look at its plan; cancel it when nobody needs it.",
        reads: &["pg_stat_activity.query_start", "PROCESSLIST.TIME"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (activity, limits) = (db.activity()?, db.limits());
    for backend in activity.backends.iter().filter(|it| it.is_client() && it.phase == Phase::Active) {
        let age = backend.age(backend.query_started, activity.now).filter(|age| *age >= limits.long_query_info);
        let Some(age) = age else { continue };
        if db.in_chain(backend.pid) || activity.wait(backend.pid).is_some() {
            continue;
        }
        let severity = if age >= limits.long_query { Severity::Notice } else { Severity::Info };
        let mut finding =
            Finding::new(severity, RULE.meta.confidence, session(backend.pid), doing(backend, activity.now))
                .why("It takes CPU, memory and disk from everybody else.")
                .number("running", Some(age / SECOND), Unit::Seconds, "pg_stat_activity, PROCESSLIST");
        if let Some(query) = backend.query.as_deref() {
            finding = finding.text("statement", query, "pg_stat_activity, PROCESSLIST");
        }
        if let Some(fix) = end_session(db, backend) {
            finding = finding.fix(fix);
        }
        out.add(finding);
    }
    hidden_sessions(activity).into_iter().for_each(|gap| out.partly(gap));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "session 1 active query=601", &["notice pid 1"]);
        fires(&RULE, "session 1 active query=61", &["info pid 1"]);
        silent(&RULE, "session 1 active query=59\nsession 2 idle query=9000\nsession 3 autovacuum active query=9000");
        silent(&RULE, "session 1 active query=9\nsession 2 active query=601 by=1 since=600");
        blind(&RULE, "session 1 hidden", Status::CannotCheck, "pg_read_all_stats");
        blind(&RULE, "table x.t", Status::CannotCheck, "sessions");
    }
}
