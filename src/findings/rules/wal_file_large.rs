//! A write-ahead log that is not put back into the file.

use crate::findings::rule::SQLITE;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit};

/// SQLite's own default, in pages.
const CHECKPOINT: i64 = 1_000;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "wal-file-large",
        title: "The -wal file keeps growing",
        section: Section::Activity,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: SQLITE,
        profile: Profile::Default,
        why: "Each read looks through the log first; and a copy of the file alone lacks what is in it.",
        fires: "A -wal of more than 64 MB, and of more than four times what is left between two checkpoints.",
        silent: "Smaller ones: they are used again and again.",
        fix: "Find the reader that never ends; then PRAGMA wal_checkpoint(TRUNCATE).",
        reads: &["the size of the -wal file"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let file = db.integrity()?;
    let Some(bytes) =
        file.wal_bytes.filter(|bytes| *bytes > db.limits().wal_file_bytes && *bytes > 4 * CHECKPOINT * file.page_size)
    else {
        return Ok(());
    };
    out.add(
        Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            db.database_object(),
            format!("has a -wal of {}", crate::text::bytes(bytes)),
        )
        .why("A reader that never ends, or a program that never closes, keeps it from being put back into the file.")
        .number("wal_bytes", Some(bytes), Unit::Bytes, "the size of the -wal file")
        .fix(Fix {
            script: "PRAGMA wal_checkpoint(TRUNCATE);".into(),
            undo: None,
            lock: "one writer for its time; waits for readers".into(),
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
        fires(&RULE, "server sqlite 3051003\nfile pages=10 mode=wal wal=90000000", &["notice shop"]);
        silent(&RULE, "server sqlite 3051003\nfile pages=10 mode=wal wal=4000000");
        silent(&RULE, "server sqlite 3051003\nfile pages=10 size=65536 mode=wal wal=90000000");
        blind(&RULE, "server sqlite 3051003\ntable t", Status::CannotCheck, "integrity");
    }
}
