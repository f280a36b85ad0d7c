//! Soon nobody can connect any more.

use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Meta, Object, Profile, Rule, Section, Severity, Unit, Value,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "connections-near-max",
        title: "Almost all connections are taken",
        section: Section::Activity,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "The next program that connects is refused.",
        fires: "80 % of the connections that ordinary roles may have are taken; critical from 90 % on. Also of the limit \
                of this database.",
        silent: "Connections kept for superusers do not count as room.",
        fix: "Find who holds many idle ones; put a pooler in front; only then raise max_connections (a restart, and memory).",
        reads: &["pg_stat_activity", "max_connections", "Threads_connected"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let vitals = db.vitals()?;
    let (Some(used), Some(max)) = (vitals.connections.get(), vitals.max_connections.get()) else {
        return Err(Gap::cannot_check("the number of connections is not known"));
    };
    let room = (max - vitals.reserved.get().unwrap_or(0)).max(1);
    // Ours is one of them.
    judge(db, out, db.server_object(), used - 1, room, vitals.most_connections.get());
    if let (Some(used), Some(max)) = (vitals.database_connections.get(), vitals.database_limit.get()) {
        judge(db, out, db.database_object(), used - 1, max.max(1), None);
    }
    Ok(())
}

fn judge(db: &Db<'_>, out: &mut Findings, object: Object, used: i64, room: i64, most: Option<i64>) {
    let share = used as f64 / room as f64;
    if share < db.limits().connections_share {
        return;
    }
    let severity = if share >= db.limits().connections_critical_share { Severity::Critical } else { Severity::Warning };
    let summary = format!("has {used} of {room} connections taken ({:.0} %)", share * 100.0);
    out.add(
        Finding::new(severity, RULE.meta.confidence, object, summary)
            .why("The next program that connects may be refused.")
            .number("connections", Some(used), Unit::Count, "pg_stat_activity, Threads_connected")
            .number("limit", Some(room), Unit::Count, "max_connections less those kept for superusers")
            .fact("share", Value::Float((share * 1000.0).round() / 1000.0), Some(Unit::Share), "the two")
            .number("most_ever", most, Unit::Count, "Max_used_connections"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "vitals connections=88 max=100", &["warning server"]);
        fires(&RULE, "vitals connections=92 max=100", &["critical server"]);
        // What is kept for superusers is no room.
        fires(&RULE, "vitals connections=78 max=100 reserved=5", &["warning server"]);
        fires(&RULE, "vitals connections=20 max=100 database=10 database_max=10", &["critical shop"]);
        silent(&RULE, "vitals connections=70 max=100");
        blind(&RULE, "vitals max=100", Status::CannotCheck, "not known");
        blind(&RULE, "table x.t", Status::CannotCheck, "counters of the server");
    }
}
