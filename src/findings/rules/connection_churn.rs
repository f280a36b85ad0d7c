//! Programs that connect for each request.

use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "connection-churn",
        title: "A connection for each request",
        section: Section::Activity,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "A connection costs a process or a thread, a handshake and cold caches: often more than its one statement.",
        fires: "On average more than 10 new connections a second since the reset (PostgreSQL: from 14 on).",
        silent: "Less. Counters of less than a day say nothing.",
        fix: "A pool in the program, or a pooler in front of the server.",
        reads: &["pg_stat_database.sessions", "Connections"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let vitals = db.vitals()?;
    let Some(sessions) = vitals.counters.sessions.get() else {
        return Err(match db.engine() {
            EngineKind::Postgresql if db.version() < 140_000 => {
                Gap::not_applicable("connections are counted since PostgreSQL 14")
            }
            _ => Gap::cannot_check("connections are not counted"),
        });
    };
    let days = db.counted_days(vitals.days())?;
    let rate = sessions as f64 / days / 86_400.0;
    if rate <= db.limits().connections_per_second {
        return Ok(());
    }
    out.add(
        Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            db.database_object(),
            format!("gets {rate:.0} new connections a second"),
        )
        .why("A connection often costs more than the one statement it is opened for.")
        .number("connections", Some(sessions), Unit::Count, "pg_stat_database.sessions, Connections")
        .since(vitals.since)
        .fact("per_second", Value::Float((rate * 10.0).round() / 10.0), None, "the count over its window"),
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
        fires(&RULE, "vitals sessions=2000000 days=2", &["notice shop"]);
        silent(&RULE, "vitals sessions=20000 days=2");
        blind(&RULE, "server postgresql 130005\nvitals days=2", Status::NotApplicable, "since PostgreSQL 14");
        blind(&RULE, "vitals sessions=2000000 days=0.2", Status::CannotCheck, "counters cover");
    }
}
