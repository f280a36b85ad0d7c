//! Something old that keeps dead rows from being removed.

use crate::findings::live::{HOUR, doing, end_session, hidden_sessions, session, span};
use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity, Unit,
};
use crate::model::{Activity, Holder};

const XIDS: i64 = 10_000_000;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "vacuum-blocked-by-xmin",
        title: "Dead rows that nothing may remove",
        section: Section::Vacuum,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "Vacuum keeps every row that the oldest snapshot could still see, in all tables: they grow and nothing helps \
              until its holder goes.",
        fires: "The oldest snapshot is 10 million transactions back, or is held for an hour. Only the oldest holder is \
                named: the next comes into view when it is gone.",
        silent: "Vacuum itself, and sessions of dblens.",
        fix: "End that session, drop that slot, settle that prepared transaction.",
        reads: &["pg_stat_activity.backend_xmin", "pg_prepared_xacts", "pg_replication_slots", "pg_stat_replication"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let activity = db.activity()?;
    let holders = activity.holders();
    let old = |(holder, age): &&(Holder<'_>, i64)| {
        *age >= XIDS || (*age > 0 && held(activity, holder).is_some_and(|held| held >= HOUR))
    };
    let Some((holder, age)) = holders.iter().find(old) else {
        hidden_sessions(activity).into_iter().for_each(|gap| out.partly(gap));
        return Gap::of(&activity.prepared, "prepared transactions").map_or(Ok(()), Err);
    };
    let (object, what, fix) = match holder {
        Holder::Session(backend) => (session(backend.pid), doing(backend, activity.now), end_session(db, backend)),
        Holder::Standby(backend) => {
            let name = backend.application.clone().unwrap_or_else(|| format!("pid {}", backend.pid));
            let object = Object { label: format!("standby {name}"), ..Object::server(ObjectKind::Replica, name) };
            (object, "a long statement there, by hot_standby_feedback".to_owned(), None)
        }
        Holder::Prepared(one) => {
            let object = Object {
                label: format!("prepared {}", one.name),
                ..Object::server(ObjectKind::Session, one.name.clone())
            };
            (object, "a prepared transaction".to_owned(), None)
        }
        Holder::Slot(slot) => {
            let object =
                Object { label: format!("slot {}", slot.name), ..Object::server(ObjectKind::Slot, slot.name.clone()) };
            (object, if slot.active { "a slot in use" } else { "a slot that nobody reads" }.to_owned(), None)
        }
    };
    let held = held(activity, holder);
    let since = held.map(|held| format!(" for {}", span(held))).unwrap_or_default();
    let mut finding = Finding::new(
        RULE.meta.severity,
        RULE.meta.confidence,
        object,
        format!("holds back vacuum{since}, {} transactions: {what}", crate::text::count(*age)),
    )
    .why("Dead rows younger than that stay, in every table of the database.")
    .number("xmin_age", Some(*age), Unit::Count, "pg_stat_activity, pg_replication_slots, pg_prepared_xacts")
    .number("held", held.map(|held| held / 1_000_000), Unit::Seconds, "pg_stat_activity.xact_start");
    if let Some(fix) = fix {
        finding = finding.fix(fix);
    }
    out.add(finding);
    Ok(())
}

/// Since when the holder holds, where that is known.
fn held(activity: &Activity, holder: &Holder<'_>) -> Option<i64> {
    let since = match holder {
        Holder::Session(backend) => backend.xact_started,
        Holder::Prepared(one) => one.since,
        Holder::Standby(_) | Holder::Slot(_) => None,
    };
    since.map(|since| (activity.now.as_microsecond() - since.as_microsecond()).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "session 1 idle_in_transaction xact=60 xmin=20000000", &["warning pid 1"]);
        fires(&RULE, "session 1 idle_in_transaction xact=4000 xmin=5", &["warning pid 1"]);
        fires(&RULE, "session 1 active xact=60 xmin=100\nhold old inactive xmin=20000000", &["warning old"]);
        fires(&RULE, "prepared left since=4000 xid=5", &["warning left"]);
        fires(&RULE, "session 7 walsender app=s1 xmin=20000000", &["warning s1"]);
        silent(&RULE, "session 1 active xact=60 xmin=100\nsession 2 autovacuum xact=9000 xmin=20000000");
        silent(&RULE, "session 1 idle_in_transaction xact=9000");
        blind(&RULE, "table x.t", Status::CannotCheck, "sessions");
    }
}
