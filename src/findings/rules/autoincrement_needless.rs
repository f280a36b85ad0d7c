//! AUTOINCREMENT, which few need.

use crate::findings::rule::SQLITE;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};
use crate::model::Generated;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "autoincrement-needless",
        title: "AUTOINCREMENT, which few need",
        section: Section::Settings,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: SQLITE,
        profile: Profile::Strict,
        why: "INTEGER PRIMARY KEY gives new rows a number by itself. AUTOINCREMENT only adds that a number is never given \
              twice after the last row was deleted, and pays with a look-up and a write in sqlite_sequence for each insert.",
        fires: "A table is declared with it.",
        silent: "Tables without it. Accept it where a number that once was must never come again: invoices, ids that others keep.",
        fix: "Leave it away in the next table. An old one gains little from being made anew.",
        reads: &["sqlite_schema.sql"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    for (id, _) in db.tables()? {
        for column in columns.of(id).iter().filter(|it| it.generated == Some(Generated::AutoIncrement)) {
            let object = db.columns_object(id, &[columns.names.get(column.name)]);
            out.add(
                Finding::new(RULE.meta.severity, RULE.meta.confidence, object, "is AUTOINCREMENT")
                    .why("Each insert looks up and writes sqlite_sequence too.")
                    .text("declared", "AUTOINCREMENT", "sqlite_schema.sql")
                    .not_known("whether a number may come again after its row was deleted: then it is needless"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        let text = |more: &str| format!("server sqlite 3051003\ntable t\n col id INTEGER {more}\n pk p (id) rowid");
        fires(&RULE, &text("autoincrement"), &["info main.t.id"]);
        silent(&RULE, &text(""));
        blind(&RULE, "server sqlite 3051003\ndeny columns X\ntable t", Status::CannotCheck, "X");
    }
}
