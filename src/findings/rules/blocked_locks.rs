//! Sessions that wait for a lock, and the one at the root.

use crate::findings::live::{HOUR, SECOND, doing, end_session, hidden_sessions, session, span};
use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::{Activity, BackendKind, Chain, EngineKind, LockWait, Phase};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "blocked-locks",
        title: "Sessions that wait for a lock",
        section: Section::Activity,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Each of them keeps its client waiting, and most hold locks that others will wait for.",
        fires: "The longest wait of a chain has lasted a second; critical from 30 seconds on, or when a change of a table \
                waits and holds up others behind it, or when the root has been idle in its transaction for 10 minutes. One \
                finding for a whole chain, on the session that all others wait for.",
        silent: "Waits of less than a second: every busy database has them.",
        fix: "End what the root does; the others go on by themselves.",
        reads: &["pg_blocking_pids", "pg_locks", "performance_schema.data_lock_waits", "INNODB_LOCK_WAITS"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let activity = db.activity()?;
    if let Some(gap) = Gap::of(&activity.waits, "who waits for whom") {
        return Err(gap);
    }
    let waits = activity.waits.value().map(Vec::as_slice).unwrap_or_default();
    for chain in db.chains() {
        if let Some(finding) = chain_finding(db, activity, waits, &chain) {
            out.add(finding);
        }
    }
    for wait in
        waits.iter().filter(|wait| wait.blocked_by.is_empty() && waited(activity, wait) >= db.limits().lock_wait)
    {
        let why = wait.doubt.clone().unwrap_or_else(|| "nobody is named".into());
        out.partly(Gap::cannot_check(format!("pid {} waits {}: {why}", wait.pid, span(waited(activity, wait)))));
    }
    hidden_sessions(activity).into_iter().for_each(|gap| out.partly(gap));
    Ok(())
}

fn chain_finding(db: &Db<'_>, activity: &Activity, waits: &[LockWait], chain: &Chain) -> Option<Finding> {
    let members: Vec<&LockWait> =
        chain.victims.iter().filter_map(|(pid, _)| waits.iter().find(|wait| wait.pid == *pid)).collect();
    let longest = members.iter().map(|wait| waited(activity, wait)).max()?;
    let limits = db.limits();
    if longest < limits.lock_wait {
        return None;
    }
    let root = activity.backend(chain.root);
    let queued =
        members.iter().any(|wait| excludes(wait) && members.iter().any(|it| it.blocked_by.contains(&wait.pid)));
    let forgotten = root
        .and_then(|root| root.idle_in_transaction(activity.now))
        .is_some_and(|idle| idle >= limits.idle_in_transaction_critical);
    let severity = if longest >= limits.lock_wait_critical || queued || forgotten {
        Severity::Critical
    } else {
        Severity::Warning
    };
    let doubted = members.iter().find_map(|wait| wait.doubt.clone());
    let confidence = if doubted.is_some() { Confidence::Hint } else { Confidence::Certain };
    let count = chain.victims.len();
    let sessions = if count == 1 { "session" } else { "sessions" };
    let state = root.map(|root| format!(", {}", doing(root, activity.now))).unwrap_or_default();
    let what = if chain.ring { "waits in a ring with" } else { "blocks" };
    let mut finding =
        Finding::new(severity, confidence, session(chain.root), format!("{what} {count} {sessions}{state}"))
            .why(why(activity, chain, longest, queued))
            .number("blocked", Some(count as i64), Unit::Count, source(db))
            .number("longest_wait", Some(longest / SECOND), Unit::Seconds, source(db));
    let list = chain.victims.iter().map(|(pid, depth)| {
        let wait = waits.iter().find(|wait| wait.pid == *pid);
        let what = wait.and_then(|wait| wait.waits_for.as_deref()).unwrap_or("lock");
        let on = wait.and_then(|wait| wait.relation.as_deref()).map(|on| format!(" on {on}")).unwrap_or_default();
        let behind = if *depth > 1 { format!(", {depth} steps from the root") } else { String::new() };
        format!("pid {pid} waits {} for a {what} lock{on}{behind}", span(wait.map_or(0, |wait| waited(activity, wait))))
    });
    finding = finding.fact("waiting", Value::List(list.take(50).collect()), None, source(db));
    if let Some(root) = root {
        if let Some(age) = root.age(root.xact_started, activity.now) {
            finding =
                finding.number("transaction_age", Some(age / SECOND), Unit::Seconds, "pg_stat_activity, INNODB_TRX");
        }
        if let Some(query) = root.query.as_deref() {
            finding = finding.text("last_statement", query, "pg_stat_activity, performance_schema");
        }
        if root.kind == BackendKind::Autovacuum {
            finding =
                finding.not_known("whether this vacuum gives way by itself: it does unless it prevents wraparound");
        } else if let Some(fix) = end_session(db, root) {
            finding = finding.fix(fix);
        }
    } else if chain.root == 0 {
        // With only one there is no doubt which it is.
        if let Some([only]) = activity.prepared.value().map(Vec::as_slice) {
            finding = finding.text("prepared_transaction", only.name.clone(), "pg_prepared_xacts, INNODB_TRX");
        }
        finding = finding.fix(Fix {
            script: prepared(db).into(),
            undo: None,
            lock: "none: ending a prepared transaction lets its locks go".into(),
            precheck: None,
        });
    }
    match doubted {
        Some(doubt) => Some(finding.not_known(format!("who holds the lock: {doubt}"))),
        None => Some(finding),
    }
}

fn prepared(db: &Db<'_>) -> &'static str {
    match db.engine() {
        EngineKind::Postgresql => {
            "-- which one: the oldest that holds a lock on what the others want; then, in its database:\n\
             --   ROLLBACK PREPARED 'gid';   (or COMMIT PREPARED, as its coordinator says)\n\
             SELECT gid, prepared, owner, database FROM pg_catalog.pg_prepared_xacts ORDER BY prepared;"
        }
        _ => {
            "-- which one, then as its coordinator says XA COMMIT or XA ROLLBACK with its name\nXA RECOVER CONVERT XID;"
        }
    }
}

fn why(activity: &Activity, chain: &Chain, longest: i64, queued: bool) -> String {
    let mut out = format!("The longest wait has lasted {}.", span(longest));
    if queued {
        out.push_str(" A change of a table waits in the queue, so that everybody who comes after it waits too.");
    }
    let idle = activity.backend(chain.root).is_some_and(|root| root.phase == Phase::IdleInTransaction);
    if idle {
        out.push_str(" The root runs nothing: its program has left a transaction open.");
    }
    if chain.root == 0 {
        out.push_str(" The root is a prepared transaction: it belongs to no session and survives a restart.");
    }
    if chain.ring {
        out.push_str(" They wait for each other: the server ends one of them when it notices.");
    }
    out
}

/// How long it has waited; where the server does not keep that, its statement can not have waited longer.
fn waited(activity: &Activity, wait: &LockWait) -> i64 {
    let backend = activity.backend(wait.pid);
    let since = wait.since.or_else(|| backend.and_then(|backend| backend.query_started));
    let micros = since.map_or(0, |since| activity.now.as_microsecond() - since.as_microsecond());
    micros.clamp(0, 10_000 * HOUR)
}

/// A lock that nobody may share.
pub fn excludes(wait: &LockWait) -> bool {
    let mode = wait.lock_mode.as_deref().unwrap_or_default();
    matches!(mode, "AccessExclusiveLock" | "EXCLUSIVE" | "SHARED_NO_READ_WRITE")
}

fn source(db: &Db<'_>) -> &'static str {
    match db.engine() {
        EngineKind::Postgresql => "pg_blocking_pids",
        EngineKind::Mysql => "performance_schema.data_lock_waits, metadata_locks",
        _ => "INNODB_LOCK_WAITS, PROCESSLIST",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    #[test]
    fn one_finding_for_a_chain() {
        let text = "session 1 idle_in_transaction xact=100 changed=90
            session 2 active query=5 by=1 since=5
            session 3 active query=4 by=2 since=4";
        fires(&RULE, text, &["warning pid 1"]);
        let check = run(&RULE, text);
        assert!(check.findings[0].summary.starts_with("blocks 2 sessions, idle in transaction"));
        assert!(check.findings[0].fix.as_ref().unwrap().script.contains("pid = 1 AND backend_start = '"));
        // Long, forgotten, or with a change of a table in the queue: critical.
        fires(&RULE, &text.replace("since=5", "since=31"), &["critical pid 1"]);
        fires(&RULE, &text.replace("changed=90", "changed=601"), &["critical pid 1"]);
        fires(&RULE, &text.replace("since=5", "since=5 mode=AccessExclusiveLock"), &["critical pid 1"]);
        let left = "prepared left since=60\nsession 2 active query=5 by=0 since=5";
        fires(&RULE, left, &["warning a prepared transaction"]);
        assert!(run(&RULE, left).findings[0].evidence.iter().any(|it| it.value == Value::Text("left".into())));
    }

    #[test]
    fn short_waits_and_none_are_silent() {
        silent(&RULE, "session 1 active\nsession 2 active query=5 by=1 since=0.5");
        silent(&RULE, "session 1 idle_in_transaction xact=9000");
    }

    #[test]
    fn says_what_it_can_not_see() {
        blind(&RULE, "table x.t", Status::CannotCheck, "sessions were not read");
        blind(&RULE, "session 1 active\ndeny waits GRANT PROCESS ON *.* TO me", Status::CannotCheck, "GRANT PROCESS");
        blind(&RULE, "session 1 active waits doubt since=9", Status::CannotCheck, "nobody records it");
        blind(&RULE, "session 1 hidden", Status::CannotCheck, "GRANT pg_read_all_stats");
        let text = "session 1 idle_in_transaction xact=9\nsession 2 active by=1 since=5 doubt";
        assert_eq!(run(&RULE, text).findings[0].confidence, Confidence::Hint);
    }
}
