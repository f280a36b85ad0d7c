//! An index that the planner may not use.

use super::support::{and_size, index_source, judged, size_source};
use crate::findings::rule::MYSQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit, Verdict, fix,
};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-invisible",
        title: "An index hidden from the planner",
        section: Section::Indexes,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: MYSQL,
        profile: Profile::Default,
        why: "Hiding is the trial before dropping: every write keeps the index, no query uses it.",
        fires: "IS_VISIBLE is NO (MySQL) or IGNORED is YES (MariaDB).",
        silent: "Visible ones; hidden ones that another index covers are named by index-duplicate and its kin.",
        fix: "When nothing got slow for a whole business cycle, drop it; otherwise show it again.",
        reads: &["information_schema.STATISTICS"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (indexes, verdicts) = db.verdicts()?;
    let word = if db.engine() == EngineKind::Mariadb { "ignored" } else { "invisible" };
    for (index, _, _) in judged(db, indexes, verdicts).filter(|(_, judged, _)| judged.verdict == Verdict::Invisible) {
        let object = db.index_object(indexes, index);
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                object,
                format!("is {word}{}", and_size(index.bytes)),
            )
            .why("No query uses it, every write keeps it.")
            .text("state", word, index_source(db))
            .number("bytes", index.bytes, Unit::Bytes, size_source(db))
            .bytes(index.bytes)
            .not_known("since when it is hidden")
            .fix(fix::show_index(db, indexes, index)),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    #[test]
    fn fires_and_can_be_shown_again() {
        let text = "server mariadb 101100\ntable x.d\n col a int\n index d_a (a) invisible";
        fires(&RULE, text, &["info x.d.d_a"]);
        let fix = run(&RULE, text).findings[0].fix.clone().unwrap();
        assert_eq!(fix.script, "ALTER TABLE `x`.`d` ALTER INDEX `d_a` NOT IGNORED;");
        assert_eq!(fix.undo.as_deref(), Some("ALTER TABLE `x`.`d` ALTER INDEX `d_a` IGNORED;"));
    }

    #[test]
    fn silent_on_visible_ones() {
        silent(&RULE, "server mysql 90704\ntable x.d\n col a int\n index d_a (a)");
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "server mysql 90704\nhidden GRANT SELECT ON x.* TO me", Status::CannotCheck, "GRANT SELECT");
    }
}
