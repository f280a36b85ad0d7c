//! Pages of a file that hold nothing.

use crate::findings::rule::SQLITE;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit, Value,
};

const SHARE: f64 = 0.20;
const BYTES: i64 = 50 << 20;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "page-fragmentation-sqlite",
        title: "Free pages in the file",
        section: Section::Vacuum,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: SQLITE,
        profile: Profile::Default,
        why: "Deleted rows leave pages in the file: backups and copies carry them along.",
        fires: "More than 20 % of the pages, and more than 50 MB, are free.",
        silent: "Less than that: new rows will use them.",
        fix: "VACUUM, or VACUUM INTO a new file.",
        reads: &["PRAGMA freelist_count", "PRAGMA page_count"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let file = db.integrity()?;
    let bytes = file.free_pages.saturating_mul(file.page_size);
    let share = file.free_pages as f64 / file.pages.max(1) as f64;
    if share <= SHARE || bytes <= BYTES {
        return Ok(());
    }
    let summary = format!("has {:.0} % free pages, {}", share * 100.0, crate::text::bytes(bytes));
    out.add(
        Finding::new(RULE.meta.severity, RULE.meta.confidence, db.database_object(), summary)
            .why("Backups and copies carry them along.")
            .number("free_bytes", Some(bytes), Unit::Bytes, "PRAGMA freelist_count")
            .fact("free_share", Value::Float((share * 1000.0).round() / 1000.0), Some(Unit::Share), "PRAGMA page_count")
            .bytes(Some(bytes))
            .fix(Fix {
                script: if file.auto_vacuum { "PRAGMA incremental_vacuum;".into() } else { "VACUUM;".into() },
                undo: None,
                lock: "exclusive for its whole time, and room for a second copy of the file".into(),
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
        fires(&RULE, "server sqlite 3051003\nfile pages=100000 free=30000", &["notice shop"]);
        silent(&RULE, "server sqlite 3051003\nfile pages=100000 free=10000");
        silent(&RULE, "server sqlite 3051003\nfile pages=100 free=90");
        blind(&RULE, "server sqlite 3051003\ntable t", Status::CannotCheck, "integrity");
    }
}
