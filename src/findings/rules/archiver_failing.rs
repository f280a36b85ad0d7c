//! The log is not archived: no recovery to a point in time.

use crate::findings::live::{SECOND, span};
use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "archiver-failing",
        title: "The log is not archived",
        section: Section::Activity,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Without an archive of the log a database can only be restored to its last backup. A failing archiver also \
              keeps every piece of log until the disk is full.",
        fires: "The last failure is newer than the last success. For information where nothing is archived at all, or \
                MySQL and MariaDB write no binary log.",
        silent: "Standbys; failures that were overcome.",
        fix: "Look into the server's log for what archive_command said.",
        reads: &["pg_stat_archiver", "archive_mode", "log_bin"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let vitals = db.vitals()?;
    let Some(mode) = vitals.archive_mode.as_deref() else {
        return Err(Gap::cannot_check("whether the log is archived is not told"));
    };
    if vitals.standby == Some(true) && mode != "always" {
        return Ok(());
    }
    if mode == "off" {
        let (summary, why) = match db.engine() {
            EngineKind::Postgresql => ("does not archive its log", "It can only be restored to its last backup."),
            _ => ("writes no binary log", "It can only be restored to its last backup, and nobody can replicate it."),
        };
        out.add(
            Finding::new(Severity::Info, RULE.meta.confidence, db.server_object(), summary)
                .why(why)
                .text("mode", mode, "archive_mode, log_bin")
                .not_known("whether a managed service or a tool of its own keeps the log"),
        );
        return Ok(());
    }
    let Some(failed) = vitals.last_archive_failure else { return Ok(()) };
    if vitals.last_archived.is_some_and(|archived| archived >= failed) {
        return Ok(());
    }
    let ago = vitals.at.as_microsecond() - failed.as_microsecond();
    let mut finding = Finding::new(
        RULE.meta.severity,
        RULE.meta.confidence,
        db.server_object(),
        format!("fails to archive its log, last {} ago", span(ago)),
    )
    .why("Nothing was archived since: no recovery to a point after that, and the log piles up on the disk.")
    .number("failures", vitals.counters.archive_failed.get(), Unit::Count, "pg_stat_archiver.failed_count")
    .number("last_failure_age", Some(ago / SECOND), Unit::Seconds, "pg_stat_archiver.last_failed_time");
    if let Some(wal) = vitals.last_failed_wal.as_deref() {
        finding = finding.text("last_failed_wal", wal, "pg_stat_archiver.last_failed_wal");
    }
    if let Some(at) = vitals.last_archived {
        let age = (vitals.at.as_microsecond() - at.as_microsecond()) / SECOND;
        finding = finding.number("last_success_age", Some(age), Unit::Seconds, "pg_stat_archiver.last_archived_time");
    }
    out.add(finding);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "vitals archive=on failed=10 archived=60", &["critical server"]);
        fires(&RULE, "vitals archive=on failed=10", &["critical server"]);
        fires(&RULE, "vitals archive=off", &["info server"]);
        silent(&RULE, "vitals archive=on failed=60 archived=10");
        silent(&RULE, "vitals archive=on archived=10");
        silent(&RULE, "vitals archive=off standby");
        blind(&RULE, "vitals days=4", Status::CannotCheck, "not told");
    }
}
