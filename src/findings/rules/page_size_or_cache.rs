//! Small pages in a large file.

use crate::findings::rule::SQLITE;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit};

/// What SQLite makes since 3.12, and what a page of memory and of most disks is.
const PAGE: i64 = 4096;
/// Below this a file is in memory anyway.
const BYTES: i64 = 100 << 20;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "page-size-or-cache",
        title: "Small pages in a large file",
        section: Section::Settings,
        severity: Severity::Info,
        confidence: Confidence::Likely,
        engines: SQLITE,
        profile: Profile::Default,
        why: "The b-trees of small pages are deeper, rows that do not fit go to overflow pages, and each read from the disk \
              brings less. Before 3.12 SQLite made pages of 1,024 bytes.",
        fires: "A file of more than 100 MB with pages below 4,096 bytes, the default since 3.12.",
        silent: "Smaller files. The cache is a setting of each connection (PRAGMA cache_size) and can not be seen in a file.",
        fix: "PRAGMA page_size = 4096, then VACUUM, which writes the whole file anew.",
        reads: &["PRAGMA page_size", "PRAGMA page_count", "PRAGMA journal_mode"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let file = db.integrity()?;
    let bytes = file.pages.saturating_mul(file.page_size);
    if file.page_size >= PAGE || file.page_size <= 0 || bytes <= BYTES {
        return Ok(());
    }
    // In a WAL the size of pages can not change.
    let wal = file.journal_mode.as_deref() == Some("wal");
    let around = |size: i64| match wal {
        true => {
            format!("PRAGMA journal_mode = DELETE;\nPRAGMA page_size = {size};\nVACUUM;\nPRAGMA journal_mode = WAL;")
        }
        false => format!("PRAGMA page_size = {size};\nVACUUM;"),
    };
    let summary = format!("has pages of {} bytes and is {}", file.page_size, crate::text::bytes(bytes));
    out.add(
        Finding::new(RULE.meta.severity, RULE.meta.confidence, db.database_object(), summary)
            .why("Its b-trees are deeper than they need to be, and each read brings less.")
            .number("page_size", Some(file.page_size), Unit::Bytes, "PRAGMA page_size")
            .number("bytes", Some(bytes), Unit::Bytes, "PRAGMA page_count, page_size")
            .not_known("the cache: each connection sets its own")
            .fix(Fix {
                script: around(PAGE),
                undo: Some(around(file.page_size)),
                lock: "exclusive for its whole time: writes the file anew and needs room for it twice; nobody else may have \
                       the file open"
                    .into(),
                precheck: None,
            }),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    #[test]
    fn fires_silent_and_blind() {
        let text = |rest: &str| format!("server sqlite 3051003\nfile {rest}");
        fires(&RULE, &text("pages=200000 size=1024"), &["info shop"]);
        silent(&RULE, &text("pages=200000 size=4096"));
        silent(&RULE, &text("pages=2000 size=1024"));
        blind(&RULE, "server sqlite 3051003\ntable t", Status::CannotCheck, "integrity");
        let script =
            |mode: &str| run(&RULE, &text(&format!("pages=200000 size=1024 mode={mode}"))).findings[0].fix.clone();
        assert!(script("wal").unwrap().script.starts_with("PRAGMA journal_mode = DELETE;"));
        assert!(script("delete").unwrap().script.starts_with("PRAGMA page_size = 4096;"));
    }
}
