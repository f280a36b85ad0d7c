//! A transaction that has been open for long.

use crate::findings::live::{SECOND, doing, end_session, hidden_sessions, session, span};
use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::Phase;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "long-transaction",
        title: "Long transaction",
        section: Section::Activity,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Row versions that it could still see are kept, in every table of the database.",
        fires: "Open for 30 minutes; from 5 minutes on a notice.",
        silent: "Autovacuum, senders of the log, sessions that sit idle in a transaction (a rule of their own) and those of \
                 a blocking chain. A backup takes its time: accept it.",
        fix: "Let it end; cut the work into smaller transactions.",
        reads: &["pg_stat_activity.xact_start", "INNODB_TRX.trx_started"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (activity, limits) = (db.activity()?, db.limits());
    for backend in activity.backends.iter().filter(|it| it.is_client() && it.phase != Phase::IdleInTransaction) {
        let age = backend.age(backend.xact_started, activity.now);
        let Some(age) = age.filter(|age| *age >= limits.long_transaction_notice) else { continue };
        if db.in_chain(backend.pid) {
            continue;
        }
        let severity = if age >= limits.long_transaction { Severity::Warning } else { Severity::Notice };
        let summary = format!("transaction open {}, {}", span(age), doing(backend, activity.now));
        let mut finding = Finding::new(severity, RULE.meta.confidence, session(backend.pid), summary)
            .why("Row versions that it could still see are kept, in every table of the database.")
            .number("transaction_age", Some(age / SECOND), Unit::Seconds, "pg_stat_activity, INNODB_TRX")
            .number("xmin_age", backend.xmin_age.get(), Unit::Count, "pg_stat_activity.backend_xmin");
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
        fires(&RULE, "session 1 active xact=1801 query=5", &["warning pid 1"]);
        fires(&RULE, "session 1 active xact=301 query=5", &["notice pid 1"]);
        silent(
            &RULE,
            "session 1 active xact=200 query=5\nsession 2 autovacuum xact=9000\nsession 3 walsender xact=9000",
        );
        silent(&RULE, "session 1 active xact=1801 query=5\nsession 2 active by=1 since=2");
        blind(&RULE, "session 1 hidden", Status::CannotCheck, "pg_read_all_stats");
        blind(&RULE, "table x.t", Status::CannotCheck, "sessions");
    }
}
