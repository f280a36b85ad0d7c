//! A server that takes what does not fit.

use super::support::setting_object;
use crate::findings::rule::MYSQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "sql-mode-lax",
        title: "Values that do not fit are taken all the same",
        section: Section::Settings,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: MYSQL,
        profile: Profile::Default,
        why: "Without a strict mode a text that is too long is cut, a bad date becomes 0000-00-00, a number that is too \
              large the largest one: with a warning that nobody reads.",
        fires: "The global sql_mode has neither STRICT_TRANS_TABLES nor STRICT_ALL_TABLES.",
        silent: "What a session sets for itself can not be seen.",
        fix: "Add STRICT_TRANS_TABLES, after a test of the programs: statements that were taken will fail.",
        reads: &["@@GLOBAL.sql_mode"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let mode = db.setting("sql_mode")?;
    if mode.contains("STRICT_TRANS_TABLES") || mode.contains("STRICT_ALL_TABLES") || mode.contains("TRADITIONAL") {
        return Ok(());
    }
    out.add(
        Finding::new(RULE.meta.severity, RULE.meta.confidence, setting_object("sql_mode"), "is not strict")
            .why("Values that do not fit are cut or replaced, with a warning that nobody reads.")
            .text("sql_mode", if mode.is_empty() { "empty" } else { mode }, "SHOW GLOBAL VARIABLES")
            .not_known("what sessions set for themselves"),
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
        let text = |mode: &str| format!("server mariadb 110806\nset sql_mode {mode}");
        fires(&RULE, &text("NO_ENGINE_SUBSTITUTION"), &["warning sql_mode"]);
        fires(&RULE, &text("''"), &["warning sql_mode"]);
        silent(&RULE, &text("ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES"));
        blind(&RULE, "server mysql 90704\nlive", Status::CannotCheck, "sql_mode");
    }
}
