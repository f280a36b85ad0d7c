//! Free room on the disk, which no server tells.

use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::PeerKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "disk-space-unknown",
        title: "Free disk space cannot be seen from here",
        section: Section::Activity,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Strict,
        why: "A full disk stops the server, and SQL tells what is used but not what is left: silence here is no comfort.",
        fires: "Always, on a server that is not a managed service: a reminder to have something on the machine that looks.",
        silent: "Managed services, which watch the room themselves and tell it in their own console.",
        fix: "An alarm on the file systems of the data and of the log, at 80 % and at the growth of a week. Accept this \
              finding when it is there.",
        reads: &["nothing: no view has it"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    if db.facts.server.provider.is_some() {
        return Ok(());
    }
    let all = |rel: &crate::model::Relation| {
        [rel.table_bytes, rel.index_bytes, rel.toast_bytes].into_iter().flatten().sum::<i64>()
    };
    let data = db.heaps().ok().map(|heaps| heaps.map(|(_, rel)| all(rel)).sum::<i64>());
    let kept =
        db.replication().ok().map(|all| all.of(PeerKind::Slot).filter_map(|slot| slot.retained_bytes.get()).sum());
    out.add(
        Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            db.server_object(),
            "tells what its data takes, not what room is left",
        )
        .why("A full disk stops the server; something on the machine itself has to look.")
        .number("seen_bytes", data, Unit::Bytes, "sizes of the catalog")
        .number("kept_by_slots_bytes", kept.filter(|bytes: &i64| *bytes > 0), Unit::Bytes, "pg_replication_slots")
        .not_known("the free room of the file systems that hold the data and the log"),
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
        fires(&RULE, "table x.t bytes=900", &["info server"]);
        fires(&RULE, "server mysql 90704\ntable x.t bytes=900", &["info server"]);
        silent(&RULE, "provider rds\ntable x.t");
        blind(&RULE, "server sqlite 3051003\ntable d", Status::NotApplicable, "SQLite");
    }
}
