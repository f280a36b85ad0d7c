//! updated_at that only programs maintain.

use super::words::words;
use crate::findings::rule::NOT_MYSQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "updated-at-not-maintained",
        title: "A time of change that the database does not maintain",
        section: Section::Types,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: NOT_MYSQL,
        profile: Profile::Strict,
        why: "Whoever writes by hand or by another program forgets it, and what relies on it (copies, caches) \
              misses the change.",
        fires: "A column updated_at, modified_at or changed_at in a table without a trigger on UPDATE.",
        silent: "Tables with any trigger on UPDATE. MySQL and MariaDB, where ON UPDATE CURRENT_TIMESTAMP is part of \
                 the column.",
        fix: "A BEFORE UPDATE trigger that sets it; or accept this finding where one program writes alone.",
        reads: &["pg_trigger", "sqlite_schema"],
    },
    check,
};

const NAMES: [&str; 5] = ["updated_at", "modified_at", "changed_at", "last_modified", "last_updated"];

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (columns, objects) = (db.columns()?, db.objects()?);
    for (id, _) in db.tables()? {
        let on_update = |event: &str| event.to_ascii_uppercase().contains("UPDATE");
        if objects.triggers_of(id).iter().any(|trigger| on_update(objects.names.get(trigger.event))) {
            continue;
        }
        let names = columns.of(id).iter().map(|column| columns.names.get(column.name));
        for name in names.filter(|name| NAMES.contains(&words(name).join("_").as_str())) {
            out.add(
                Finding::new(
                    RULE.meta.severity,
                    RULE.meta.confidence,
                    db.columns_object(id, &[name]),
                    "is set by programs only",
                )
                .why("A change by hand or by another program does not show in it.")
                .not_known("whether every program that writes sets it"),
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
        fires(&RULE, "table x.d\n col updated_at date", &["info x.d.updated_at"]);
        silent(&RULE, "table x.d\n col updated_at date\n trigger touch on");
        silent(&RULE, "table x.d\n col created_at date");
        blind(&RULE, "deny objects GRANT X\ntable x.d\n col updated_at date", Status::CannotCheck, "GRANT X");
    }
}
