//! Readers and writers that wait for each other.

use crate::findings::rule::SQLITE;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "wal-mode-off",
        title: "Rollback journal instead of a WAL",
        section: Section::Activity,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: SQLITE,
        profile: Profile::Strict,
        why: "With a rollback journal a reader keeps writers from their commit, and a writer keeps readers out.",
        fires: "A file of more than 10 MB without a WAL.",
        silent: "Smaller files. On network file systems and read-only media a WAL does not work: accept it there.",
        fix: "PRAGMA journal_mode = WAL, once; the file remembers it.",
        reads: &["PRAGMA journal_mode"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let file = db.integrity()?;
    let mode = file.journal_mode.as_deref().unwrap_or_default();
    let bytes = file.pages.saturating_mul(file.page_size);
    if mode == "wal" || mode == "memory" || bytes < db.limits().wal_mode_bytes {
        return Ok(());
    }
    out.add(
        Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            db.database_object(),
            format!("keeps a rollback journal ({mode})"),
        )
        .why("A reader keeps writers from their commit, and a writer keeps readers out.")
        .text("journal_mode", mode, "PRAGMA journal_mode")
        .number("bytes", Some(bytes), Unit::Bytes, "PRAGMA page_count, page_size")
        .not_known("whether several programs use it at once")
        .fix(Fix {
            script: "PRAGMA journal_mode = WAL;".into(),
            undo: Some("PRAGMA journal_mode = DELETE;".into()),
            lock: "exclusive for a moment: nobody else may have the file open".into(),
            precheck: None,
        }),
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
        fires(&RULE, "server sqlite 3051003\nfile pages=5000 mode=delete", &["info shop"]);
        silent(&RULE, "server sqlite 3051003\nfile pages=5000 mode=wal");
        silent(&RULE, "server sqlite 3051003\nfile pages=50 mode=delete");
        blind(&RULE, "server sqlite 3051003\ntable t", Status::CannotCheck, "integrity");
    }
}
