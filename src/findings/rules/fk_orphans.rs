//! Rows whose foreign key points to nothing.

use crate::findings::rule::SQLITE;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
    Unit, Value,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "fk-orphans",
        title: "Rows that point to nothing",
        section: Section::Keys,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        engines: SQLITE,
        profile: Profile::Default,
        why: "Foreign keys are checked only by connections that ask for it: one program without the pragma is enough.",
        fires: "PRAGMA foreign_key_check finds a row.",
        silent: "Keys that can not be checked because the parent is missing or not unique: that is `fk-broken-parent`.",
        fix: "Delete or mend the rows, and set PRAGMA foreign_keys = ON in every program.",
        reads: &["PRAGMA foreign_key_check"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let integrity = db.integrity()?;
    if let Some(gap) = Gap::of(&integrity.orphans, "foreign_key_check") {
        return Err(gap);
    }
    let is_there = |name: &str| {
        let relations = db.relations();
        relations.iter().any(|(id, _)| relations.name(id).eq_ignore_ascii_case(name))
    };
    // Without its parent a whole table is orphaned: `fk-broken-parent` says that.
    for one in integrity.orphans.value().into_iter().flatten().filter(|one| is_there(&one.parent)) {
        let object = match db.relations().find("main", &one.table) {
            Some(rel) => db.part_object(ObjectKind::Key, rel, &one.parent),
            None => Object::server(ObjectKind::Table, one.table.clone()),
        };
        let count = crate::text::count(i64::try_from(one.rows).unwrap_or(i64::MAX));
        let most = if one.rows >= 1_000 { "at least " } else { "" };
        let table = db.sql(&one.table);
        let literal = one.table.replace('\'', "''");
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                object,
                format!("has {most}{count} rows in {} that point to nothing in {}", one.table, one.parent),
            )
            .why("A join loses these rows, and a program that turns foreign keys on can not change them.")
            .number("rows", i64::try_from(one.rows).ok(), Unit::Count, "PRAGMA foreign_key_check")
            .fact("rowids", Value::List(one.sample.iter().map(i64::to_string).collect()), None, "PRAGMA foreign_key_check")
            .fix(Fix {
                script: format!(
                    "-- look at them first: they may be worth mending\n\
                     DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM pragma_foreign_key_check('{literal}'));"
                ),
                undo: None,
                lock: "one writer for its time; a copy of the file first: the rows are gone afterwards".into(),
                precheck: Some(format!(
                    "SELECT * FROM {table} WHERE rowid IN (SELECT rowid FROM pragma_foreign_key_check('{literal}')) LIMIT 20;"
                )),
            }),
        );
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
        let text =
            |rest: &str| format!("server sqlite 3051003\ntable parent\n col id int\ntable child\n col p int\n{rest}");
        fires(&RULE, &text("orphan child parent rows=3"), &["critical main.child.parent"]);
        silent(&RULE, &text("file pages=10"));
        silent(&RULE, &text("orphan child gone rows=3"));
        blind(&RULE, &text(""), Status::CannotCheck, "integrity");
    }
}
