//! A standby or replica that is behind.

use crate::findings::live::{SECOND, span};
use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity, Unit,
};
use crate::model::{Peer, PeerKind};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "replication-lag",
        title: "Replication is behind",
        section: Section::Activity,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Who reads there reads the past, and what is not there yet is lost if this server is.",
        fires: "10 seconds or 100 MB behind; critical from 60 seconds or 1 GB on.",
        silent: "A standby that is delayed on purpose; a standby without news because nothing is written.",
        fix: "Look for long statements on the standby, for the line between, for one large transaction.",
        reads: &["pg_stat_replication", "pg_stat_wal_receiver", "SHOW REPLICA STATUS"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let replication = db.replication()?;
    for peer in replication.of(PeerKind::Standby).chain(replication.of(PeerKind::Channel)) {
        judge(
            db,
            out,
            object(peer),
            Behind { lag: peer.replay_lag.get(), bytes: peer.behind_bytes.get(), delay: peer.delay.get() },
        );
    }
    // A standby knows what it has received but not replayed; time alone says nothing while nobody writes.
    if replication.standby && replication.of(PeerKind::Channel).next().is_none() {
        let behind = replication.replay_behind.get();
        let age = replication.replay_age.get().filter(|_| behind.is_some_and(|bytes| bytes > 0));
        let delay = db.settings().ok().and_then(|settings| settings.int("recovery_min_apply_delay"));
        let behind = Behind { lag: age, bytes: behind, delay: delay.map(|ms| ms * 1_000) };
        judge(db, out, db.server_object(), behind);
    }
    let hidden = |peer: &&Peer| peer.kind == PeerKind::Standby && peer.state.is_none() && peer.active.is_none();
    if replication.peers.iter().any(|peer| hidden(&peer)) {
        let note = replication.notes.iter().find_map(|note| Some((note.text.clone(), note.grant.clone()?)));
        if let Some((text, grant)) = note {
            out.partly(Gap::denied(text, grant));
        }
    }
    Ok(())
}

fn object(peer: &Peer) -> Object {
    Object {
        label: format!("{} {}", peer.kind.id(), peer.name),
        ..Object::server(ObjectKind::Replica, peer.name.clone())
    }
}

/// How far one is behind, in microseconds and bytes, and what of it is on purpose.
struct Behind {
    lag: Option<i64>,
    bytes: Option<i64>,
    delay: Option<i64>,
}

fn judge(db: &Db<'_>, out: &mut Findings, object: Object, Behind { lag, bytes, delay }: Behind) {
    let limits = db.limits();
    let lag = lag.map(|lag| lag - delay.unwrap_or(0));
    // Bytes of a standby that waits on purpose say nothing.
    let bytes = bytes.filter(|_| delay.unwrap_or(0) == 0);
    let beyond = |lag_limit: i64, bytes_limit: i64| {
        lag.is_some_and(|lag| lag >= lag_limit) || bytes.is_some_and(|bytes| bytes >= bytes_limit)
    };
    if !beyond(limits.replication_lag, limits.replication_lag_bytes) {
        return;
    }
    let severity = match beyond(limits.replication_lag_critical, limits.replication_lag_critical_bytes) {
        true => Severity::Critical,
        false => Severity::Warning,
    };
    let words = [lag.filter(|lag| *lag > 0).map(span), bytes.map(crate::text::bytes)];
    let summary = format!("is {} behind", words.into_iter().flatten().collect::<Vec<_>>().join(" and "));
    out.add(
        Finding::new(severity, RULE.meta.confidence, object, summary)
            .why("Who reads there reads the past; what is not there yet is lost if the source is.")
            .number("lag", lag.map(|lag| lag / SECOND), Unit::Seconds, "pg_stat_replication, SHOW REPLICA STATUS")
            .number("behind_bytes", bytes, Unit::Bytes, "pg_stat_replication, pg_last_wal_replay_lsn"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "standby s1 streaming lag=11", &["warning s1"]);
        fires(&RULE, "standby s1 streaming behind=2000000000", &["critical s1"]);
        fires(&RULE, "server mysql 90704\nchannel eu yes lag=61", &["critical eu"]);
        fires(&RULE, "replica age=3600 behind=200000000", &["critical server"]);
        silent(&RULE, "standby s1 streaming lag=2 behind=1000");
        silent(&RULE, "server mysql 90704\nchannel eu yes lag=3601 delay=3600");
        // Nothing was written for an hour.
        silent(&RULE, "replica age=3600 behind=0");
        blind(
            &RULE,
            "live\ndeny replication GRANT REPLICATION CLIENT ON *.* TO me",
            Status::CannotCheck,
            "REPLICATION",
        );
    }
}
