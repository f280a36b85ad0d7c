//! Replication that stands still.

use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
};
use crate::model::{EngineKind, PeerKind};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "replication-broken",
        title: "Replication stands still",
        section: Section::Activity,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "What is changed at the source does not arrive here any more.",
        fires: "A thread of a replica has stopped (MySQL, MariaDB); a subscription has no worker, a standby no receiver \
                (PostgreSQL).",
        silent: "A thread that is connecting, a subscription that is disabled on purpose has no row.",
        fix: "Read its error; mend the cause, not the symptom: skipping a transaction makes two different databases.",
        reads: &["SHOW REPLICA STATUS", "pg_stat_subscription", "pg_stat_wal_receiver"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let replication = db.replication()?;
    for peer in &replication.peers {
        let stopped = match peer.kind {
            PeerKind::Channel => peer.broken,
            PeerKind::Subscription => peer.active == Some(false),
            _ => false,
        };
        if !stopped {
            continue;
        }
        let label = format!("{} {}", peer.kind.id(), peer.name);
        let object = Object { label, ..Object::server(ObjectKind::Replica, peer.name.clone()) };
        let state = peer.state.as_deref().unwrap_or("stopped");
        let mut finding =
            Finding::new(RULE.meta.severity, RULE.meta.confidence, object, format!("stands still: {state}"))
                .why("What is changed at the source does not arrive here any more.")
                .text("state", state, "SHOW REPLICA STATUS, pg_stat_subscription");
        if let Some(reason) = peer.reason.as_deref() {
            finding = finding.text("last_error", reason, "SHOW REPLICA STATUS");
        }
        out.add(finding);
    }
    let alone = db.engine() == EngineKind::Postgresql
        && replication.standby
        && replication.of(PeerKind::Receiver).next().is_none();
    if alone {
        out.add(
            Finding::new(Severity::Warning, Confidence::Likely, db.server_object(), "is a standby without a receiver")
                .why("It hears nothing from a primary: it replays an archive, or it has lost its line.")
                .text("receiver", "none", "pg_stat_wal_receiver")
                .not_known("whether it is fed from an archive on purpose"),
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
        fires(&RULE, "server mysql 90704\nchannel eu x broken reason=error_1062", &["critical eu"]);
        fires(&RULE, "subscription sub x stopped", &["critical sub"]);
        fires(&RULE, "replica age=5 behind=0", &["warning server"]);
        silent(&RULE, "server mysql 90704\nchannel eu x");
        silent(&RULE, "replica age=5 behind=0\nreceiver p streaming");
        silent(&RULE, "live");
        blind(&RULE, "live\ndeny replication GRANT SLAVE MONITOR ON *.* TO me", Status::CannotCheck, "SLAVE MONITOR");
    }
}
