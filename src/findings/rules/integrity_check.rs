//! A file that is damaged.

use crate::findings::rule::SQLITE;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "integrity-check",
        title: "Damaged file",
        section: Section::Activity,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        engines: SQLITE,
        profile: Profile::Default,
        why: "Pages are not what they should be: rows are lost or wrong, and each write may damage more.",
        fires: "PRAGMA quick_check complains. It walks every page; entries of indexes are not compared with their tables.",
        silent: "Large files without a WAL are not walked unasked, since writers would wait: that is told.",
        fix: "Stop writing, copy the file, then .recover with the sqlite3 shell, or a backup.",
        reads: &["PRAGMA quick_check"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let integrity = db.integrity()?;
    if let Some(gap) = Gap::of(&integrity.faults, "quick_check") {
        return Err(gap);
    }
    let faults = integrity.faults.value().map(Vec::as_slice).unwrap_or_default();
    if faults.is_empty() {
        return Ok(());
    }
    out.add(
        Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            db.database_object(),
            format!("is damaged: {}", faults[0]),
        )
        .why("Rows are lost or wrong, and each write may damage more.")
        .number("faults", Some(faults.len() as i64), Unit::Count, "PRAGMA quick_check(10)")
        .fact("first", Value::List(faults.to_vec()), None, "PRAGMA quick_check(10)"),
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
        fires(&RULE, "server sqlite 3051003\nfile pages=10 faults=2", &["critical shop"]);
        silent(&RULE, "server sqlite 3051003\nfile pages=10");
        blind(&RULE, "server sqlite 3051003\nfile pages=10 unwalked", Status::CannotCheck, "not walked");
    }
}
