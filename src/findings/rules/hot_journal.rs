//! A rollback journal that lies beside the file.

use crate::findings::rule::SQLITE;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "hot-journal",
        title: "Rollback journal beside the file",
        section: Section::Activity,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        engines: SQLITE,
        profile: Profile::Default,
        why: "A program crashed in the middle of a transaction: the file is whole only together with the journal.",
        fires: "A -journal that is not empty lies beside the file.",
        silent: "WAL databases have none.",
        fix: "Open the file once with a program that may write: SQLite rolls back by itself. Never delete the journal, never \
              copy the file without it.",
        reads: &["the -journal file"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    if !db.integrity()?.hot_journal {
        return Ok(());
    }
    out.add(
        Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            db.database_object(),
            "has a rollback journal beside it",
        )
        .why("If no program writes right now, one has crashed: the file is whole only together with the journal.")
        .text("journal", "not empty", "the -journal file")
        .not_known("whether a writer is at work at this moment"),
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
        fires(&RULE, "server sqlite 3051003\nfile pages=10 hot", &["warning shop"]);
        silent(&RULE, "server sqlite 3051003\nfile pages=10");
        blind(&RULE, "server sqlite 3051003\ntable t", Status::CannotCheck, "integrity");
    }
}
