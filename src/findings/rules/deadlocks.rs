//! Transactions that had to be ended because they waited for each other.

use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "deadlocks",
        title: "Transactions that deadlock",
        section: Section::Activity,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Each costs a transaction, after it has waited; programs that do not repeat it lose work.",
        fires: "On average one an hour or more since the counters were reset.",
        silent: "Fewer: a few in months belong to any busy database. Counters of less than a day say nothing.",
        fix: "Take locks in the same order everywhere; log_lock_waits, or the last deadlock of SHOW ENGINE INNODB STATUS.",
        reads: &["pg_stat_database.deadlocks", "INNODB_METRICS.lock_deadlocks", "Innodb_deadlocks"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let vitals = db.vitals()?;
    let Some(count) = vitals.counters.deadlocks.get() else {
        let denied = vitals.notes.iter().find_map(|note| Some(Gap::denied(note.text.clone(), note.grant.clone()?)));
        return Err(denied.unwrap_or_else(|| Gap::cannot_check("deadlocks are not counted")));
    };
    let days = db.counted_days(vitals.days())?;
    let rate = count as f64 / days;
    if rate < db.limits().deadlocks_per_hour * 24.0 {
        return Ok(());
    }
    out.add(
        Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            db.database_object(),
            format!("has {:.1} deadlocks an hour", rate / 24.0),
        )
        .why("Each ends a transaction after it has waited.")
        .number("deadlocks", Some(count), Unit::Count, "pg_stat_database, InnoDB")
        .since(vitals.since)
        .fact("per_day", Value::Float((rate * 10.0).round() / 10.0), None, "the count over its window"),
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
        fires(&RULE, "vitals deadlocks=100 days=4", &["notice shop"]);
        silent(&RULE, "vitals deadlocks=90 days=4");
        blind(&RULE, "vitals deadlocks=90 days=0.1", Status::CannotCheck, "2.4 h");
        blind(&RULE, "vitals deadlocks=90", Status::CannotCheck, "second look");
        blind(&RULE, "vitals days=4", Status::CannotCheck, "not counted");
    }
}
