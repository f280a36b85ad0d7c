//! Extensions whose objects are older than their files.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Object, ObjectKind, Profile, Rule, Section, Severity, fix,
};
use std::cmp::Ordering;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "extension-outdated",
        title: "Extension with an update that was not taken",
        section: Section::Security,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "An upgrade of the server brings new files, but functions and views in the database stay as they were until \
              somebody says so: fixes are missing, and columns that tools expect.",
        fires: "The installed version is lower than the default one of the extension's files on the server.",
        silent: "Extensions whose files are gone or bring an older version: an update would not help. pg_stat_statements \
                 where statements are read: statements-outdated says what that one lacks.",
        fix: "ALTER EXTENSION ... UPDATE, in a quiet hour and after a look at its release notes.",
        reads: &["pg_extension", "pg_available_extensions()"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let counted = db.statements().is_ok();
    // What is missing in that one is said by `statements-outdated`.
    let told = |name: &str| name == "pg_stat_statements" && counted;
    for one in db.upkeep()?.extensions.iter().filter(|one| !told(&one.name)) {
        let Some(newest) = one.newest.as_deref().filter(|newest| order(&one.version, newest) == Ordering::Less) else {
            continue;
        };
        let name = db.sql(&one.name);
        let object = Object {
            label: format!("extension {}", one.name),
            ..Object::server(ObjectKind::Extension, one.name.clone())
        };
        let summary = format!("is at {}, its files bring {newest}", one.version);
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, object, summary)
                .why("Its functions and views stay as they were until somebody updates them.")
                .text("installed", one.version.clone(), "pg_extension.extversion")
                .text("available", newest, "pg_available_extensions()")
                .fix(Fix {
                    script: format!("ALTER EXTENSION {name} UPDATE TO {};", fix::literal(newest)),
                    undo: None,
                    lock:
                        "what its script takes: mostly ACCESS EXCLUSIVE on its own functions and views for a moment. \
                           Nothing takes it back but a script of the extension's own"
                            .into(),
                    precheck: Some(format!(
                        "-- there must be a path\nSELECT path FROM pg_catalog.pg_extension_update_paths({})\n \
                         WHERE source = {} AND target = {};",
                        fix::literal(&one.name),
                        fix::literal(&one.version),
                        fix::literal(newest)
                    )),
                }),
        );
    }
    Ok(())
}

/// By their numbers: 1.10 comes after 1.9. Other versions are never less.
fn order(a: &str, b: &str) -> Ordering {
    let numbers = |text: &str| -> Option<Vec<u64>> { text.split('.').map(|part| part.parse().ok()).collect() };
    match (numbers(a), numbers(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "extends hstore 1.4 newest=1.8", &["info hstore"]);
        fires(&RULE, "extends pg_stat_statements 1.9 newest=1.10", &["info pg_stat_statements"]);
        silent(&RULE, "statements days=5\nextends pg_stat_statements 1.9 newest=1.10");
        silent(&RULE, "extends hstore 1.8 newest=1.8");
        silent(&RULE, "extends hstore 1.10 newest=1.9");
        silent(&RULE, "extends hstore 1.8");
        silent(&RULE, "extends odd next newest=stable");
        blind(&RULE, "table x.t", Status::CannotCheck, "looked after");
    }
}
