//! A transaction that its program has left open.

use crate::findings::live::{SECOND, doing, end_session, hidden_sessions, session, span};
use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "idle-in-transaction",
        title: "Session that sits in an open transaction",
        section: Section::Activity,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Its locks stay, and vacuum (or InnoDB's purge) must keep every row version that it could still see.",
        fires: "Idle in a transaction for 60 seconds: no program thinks that long; critical from 10 minutes on.",
        silent: "Sessions of a blocking chain: that is said once, at its root. Sessions of dblens.",
        fix: "Mend the program; end the session when it can not wait; set idle_in_transaction_session_timeout.",
        reads: &["pg_stat_activity.state_change", "INNODB_TRX", "PROCESSLIST"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (activity, limits) = (db.activity()?, db.limits());
    for backend in activity.backends.iter().filter(|it| it.is_client()) {
        let idle = backend.idle_in_transaction(activity.now).filter(|idle| *idle >= limits.idle_in_transaction);
        let Some(idle) = idle else { continue };
        if db.in_chain(backend.pid) {
            continue;
        }
        let severity = if idle >= limits.idle_in_transaction_critical { Severity::Critical } else { Severity::Warning };
        let open = backend.age(backend.xact_started, activity.now);
        let mut finding =
            Finding::new(severity, RULE.meta.confidence, session(backend.pid), doing(backend, activity.now))
                .why(format!(
                    "Its transaction has been open for {}; what it has locked stays locked, and dead rows stay.",
                    span(open.unwrap_or(idle))
                ))
                .number("idle", Some(idle / SECOND), Unit::Seconds, "pg_stat_activity, PROCESSLIST")
                .number(
                    "transaction_age",
                    open.map(|open| open / SECOND),
                    Unit::Seconds,
                    "pg_stat_activity, INNODB_TRX",
                )
                .number("xmin_age", backend.xmin_age.get(), Unit::Count, "pg_stat_activity.backend_xmin")
                .number("rows_locked", backend.rows_locked.get(), Unit::Count, "INNODB_TRX.trx_rows_locked");
        if let Some(query) = backend.query.as_deref() {
            finding = finding.text("last_statement", query, "pg_stat_activity, performance_schema");
        }
        if let Some(fix) = end_session(db, backend) {
            finding = finding.fix(fix);
        }
        out.add(finding);
    }
    if db.engine() != EngineKind::Postgresql
        && let Some(gap) = Gap::of(&activity.prepared, "transactions")
    {
        out.partly(gap);
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
        fires(&RULE, "session 1 idle_in_transaction xact=70 changed=61", &["warning pid 1"]);
        fires(&RULE, "session 1 idle_in_transaction xact=700 changed=601", &["critical pid 1"]);
        silent(&RULE, "session 1 idle_in_transaction xact=700 changed=30");
        silent(&RULE, "session 1 idle changed=6000\nsession 2 active xact=900 query=900");
        // The chain says it.
        silent(&RULE, "session 1 idle_in_transaction xact=700 changed=601\nsession 2 active by=1 since=3");
        blind(&RULE, "session 1 hidden", Status::CannotCheck, "pg_read_all_stats");
        blind(&RULE, "table x.t", Status::CannotCheck, "sessions");
    }
}
