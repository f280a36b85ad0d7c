//! Many connections that do nothing.

use crate::findings::live::hidden_sessions;
use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::Phase;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "connections-mostly-idle",
        title: "Most connections do nothing",
        section: Section::Activity,
        severity: Severity::Info,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Each idle connection keeps memory, and every snapshot looks at all of them.",
        fires: "More than 50 connections, and more than 60 % of them idle outside a transaction at this moment.",
        silent: "Fewer connections: there is nothing to gain.",
        fix: "A pooler in transaction mode, or smaller pools in the programs.",
        reads: &["pg_stat_activity.state", "PROCESSLIST.COMMAND"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let activity = db.activity()?;
    if let Some(gap) = hidden_sessions(activity) {
        return Err(gap);
    }
    let all = activity.backends.iter().filter(|it| it.is_client()).count();
    let idle = activity.backends.iter().filter(|it| it.is_client() && it.phase == Phase::Idle).count();
    let share = idle as f64 / all.max(1) as f64;
    let limits = db.limits();
    if all as i64 <= limits.idle_connections || share <= limits.idle_connections_share {
        return Ok(());
    }
    out.add(
        Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            db.server_object(),
            format!("has {idle} of {all} connections idle"),
        )
        .why("Each keeps memory; a pooler would serve the same programs with far fewer.")
        .number("idle", Some(idle as i64), Unit::Count, "pg_stat_activity, PROCESSLIST")
        .number("connections", Some(all as i64), Unit::Count, "pg_stat_activity, PROCESSLIST")
        .fact("share", Value::Float((share * 1000.0).round() / 1000.0), Some(Unit::Share), "the two")
        .not_known("one moment only: whether it is so all day"),
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
        let many =
            |count: usize, word: &str| (0..count).map(|n| format!("session {} {word}\n", n + 1)).collect::<String>();
        fires(&RULE, &many(60, "idle"), &["info server"]);
        silent(&RULE, &many(60, "active query=1"));
        silent(&RULE, &many(40, "idle"));
        blind(&RULE, &many(60, "hidden"), Status::CannotCheck, "pg_read_all_stats");
    }
}
