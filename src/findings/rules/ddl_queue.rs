//! A change of a table that waits for nobody knows whom.

use super::blocked_locks::excludes;
use crate::findings::live::{SECOND, doing, end_session, session};
use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "ddl-queue",
        title: "Change of a table that waits for its lock",
        section: Section::Activity,
        severity: Severity::Critical,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "While it waits for an exclusive lock, everybody who comes after it waits too, readers as well.",
        fires: "An exclusive lock on a table has been waited for for more than a second, and nobody is named who holds it.",
        silent: "Where the blocker is known: the chain of `blocked-locks` says it, critical as well.",
        fix: "Cancel the change, end the long transactions, and try again with lock_timeout set.",
        reads: &["pg_locks", "performance_schema.metadata_locks", "PROCESSLIST"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let activity = db.activity()?;
    if let Some(gap) = Gap::of(&activity.waits, "who waits for whom") {
        return Err(gap);
    }
    for wait in activity.waits.value().into_iter().flatten() {
        let Some(backend) = activity.backend(wait.pid) else { continue };
        let change =
            excludes(wait) || (wait.waits_for.as_deref() == Some("metadata") && is_change(backend.query.as_deref()));
        let age = backend.age(wait.since.or(backend.query_started), activity.now).unwrap_or(0);
        if !change || age < db.limits().lock_wait || db.in_chain(wait.pid) {
            continue;
        }
        let on = wait.relation.as_deref().map(|on| format!(" on {on}")).unwrap_or_default();
        let summary = format!("waits for an exclusive lock{on}, {}", doing(backend, activity.now));
        let mut finding = Finding::new(RULE.meta.severity, RULE.meta.confidence, session(wait.pid), summary)
            .why("Everybody who comes after it waits too, readers as well.")
            .number("waited", Some(age / SECOND), Unit::Seconds, "pg_locks, PROCESSLIST")
            .not_known(wait.doubt.clone().unwrap_or_else(|| "who holds the lock".into()));
        if let Some(fix) = end_session(db, backend) {
            finding = finding.fix(fix);
        }
        out.add(finding);
    }
    Ok(())
}

fn is_change(query: Option<&str>) -> bool {
    const WORDS: [&str; 6] = ["ALTER", "DROP", "TRUNCATE", "RENAME", "CREATE", "OPTIMIZE"];
    let word = query.and_then(|query| query.split_whitespace().next()).unwrap_or_default();
    WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        let text = "session 1 active waits since=5 mode=AccessExclusiveLock on=public.t";
        fires(&RULE, text, &["critical pid 1"]);
        silent(&RULE, "session 2 active\nsession 1 active by=2 since=5 mode=AccessExclusiveLock");
        silent(&RULE, "session 1 active waits since=5 mode=ShareLock");
        silent(&RULE, "session 1 active waits since=0.5 mode=AccessExclusiveLock");
        blind(&RULE, "session 1 active\ndeny waits GRANT PROCESS ON *.* TO me", Status::CannotCheck, "GRANT PROCESS");
    }
}
