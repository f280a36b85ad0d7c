//! A replication slot that nobody reads, or that is of no use any more.

use crate::findings::live::{SECOND, span};
use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Object, ObjectKind, Profile, Rule, Section, Severity, Unit,
};
use crate::model::PeerKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "slot-inactive",
        title: "Replication slot that nobody reads",
        section: Section::Activity,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "The server keeps all log since the slot was last read, until the disk is full and it stops.",
        fires: "Inactive and keeping 1 GB of log (a warning from 100 MB on), or lost, invalidated or beyond the reserve, or \
                inactive for an hour (a notice; the time is told from PostgreSQL 17 on).",
        silent: "Slots in use: a slow reader is `replication-lag`.",
        fix: "Bring its reader back, or drop the slot; max_slot_wal_keep_size protects the disk.",
        reads: &["pg_replication_slots"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (replication, limits) = (db.replication()?, db.limits());
    for slot in replication.of(PeerKind::Slot) {
        let retained = slot.retained_bytes.get();
        let status = slot.wal_status.as_deref().unwrap_or("reserved");
        let dead = matches!(status, "lost" | "unreserved") || slot.reason.is_some();
        let inactive = slot.active == Some(false);
        let age = slot.since.map(|since| db.facts.now.as_microsecond() - since.as_microsecond());
        let keeps = |limit: i64| inactive && retained.is_some_and(|bytes| bytes >= limit);
        let severity = match () {
            () if dead || keeps(limits.slot_critical_bytes) => Severity::Critical,
            () if keeps(limits.slot_bytes) => Severity::Warning,
            () if inactive && age.is_some_and(|age| age >= limits.slot_inactive) => Severity::Notice,
            () => continue,
        };
        let kept = retained.map(|bytes| format!(", keeps {} of log", crate::text::bytes(bytes))).unwrap_or_default();
        let state = match (&slot.reason, dead) {
            (Some(reason), _) => format!("is invalidated: {reason}"),
            (None, true) => format!("is {status}"),
            (None, false) => "is not read".to_owned(),
        };
        let since = age.filter(|age| *age > 0).map(|age| format!(" since {}", span(age))).unwrap_or_default();
        let object =
            Object { label: format!("slot {}", slot.name), ..Object::server(ObjectKind::Slot, slot.name.clone()) };
        let name = slot.name.replace('\'', "''");
        out.add(
            Finding::new(severity, RULE.meta.confidence, object, format!("{state}{since}{kept}"))
                .why(match dead {
                    true => "Its reader cannot go on from here: it has to be built anew.",
                    false => "All log since it was last read is kept, until the disk is full.",
                })
                .number("retained_bytes", retained, Unit::Bytes, "pg_replication_slots.restart_lsn")
                .text("wal_status", status, "pg_replication_slots.wal_status")
                .number("safe_bytes", slot.safe_bytes.get(), Unit::Bytes, "pg_replication_slots.safe_wal_size")
                .number("inactive", age.map(|age| age / SECOND), Unit::Seconds, "pg_replication_slots.inactive_since")
                .bytes(retained)
                .fix(Fix {
                    script: format!(
                        "-- only while nobody reads it\nSELECT pg_catalog.pg_drop_replication_slot(slot_name)\n  \
                         FROM pg_catalog.pg_replication_slots WHERE slot_name = '{name}' AND NOT active;"
                    ),
                    undo: None,
                    lock: "none: the log is removed at the next checkpoint; its reader has to be built anew".into(),
                    precheck: Some(format!(
                        "SELECT slot_name, slot_type, database, active, active_pid, wal_status\n  \
                         FROM pg_catalog.pg_replication_slots WHERE slot_name = '{name}';"
                    )),
                }),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "slot old inactive retained=2000000000", &["critical old"]);
        fires(&RULE, "slot old inactive retained=200000000", &["warning old"]);
        fires(&RULE, "slot old inactive retained=16 since=4000", &["notice old"]);
        fires(&RULE, "slot old inactive wal=lost", &["critical old"]);
        fires(&RULE, "slot old inactive reason=wal_removed", &["critical old"]);
        silent(&RULE, "slot s active retained=2000000000 wal=extended");
        silent(&RULE, "slot s inactive retained=2000 since=60");
        blind(&RULE, "table x.t", Status::CannotCheck, "replication");
    }
}
