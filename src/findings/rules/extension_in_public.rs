//! Extensions among the users' own objects.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "extension-in-public",
        title: "Extension in the schema public",
        section: Section::Security,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Strict,
        why: "Its functions stand among the users' own and are reachable wherever public is; services that offer a schema \
              over HTTP offer them too.",
        fires: "The schema of an installed extension is public.",
        silent: "Every other schema. CREATE EXTENSION puts them into public unless told otherwise, so this is for those who \
                 want it strict.",
        fix: "A schema of its own for extensions, in the search_path of those who call them. Some cannot be moved, but \
              only dropped and made again.",
        reads: &["pg_extension.extnamespace", "pg_extension.extrelocatable"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    for one in db.upkeep()?.extensions.iter().filter(|one| one.schema == "public") {
        let name = db.sql(&one.name);
        let object = Object {
            label: format!("extension {}", one.name),
            ..Object::server(ObjectKind::Extension, one.name.clone())
        };
        let finding = Finding::new(RULE.meta.severity, RULE.meta.confidence, object, "is in the schema public")
            .why("Its functions stand among the users' own.")
            .text("schema", "public", "pg_extension.extnamespace")
            .text("can_be_moved", if one.relocatable { "yes" } else { "no" }, "pg_extension.extrelocatable");
        out.add(match one.relocatable {
            false => finding,
            true => finding.not_known("who calls it by public or finds it there by the search_path").fix(Fix {
                script: format!(
                    "CREATE SCHEMA IF NOT EXISTS extensions;\nALTER EXTENSION {name} SET SCHEMA extensions;"
                ),
                undo: Some(format!(
                    "ALTER EXTENSION {name} SET SCHEMA public;\n-- and where nothing else is in it\n-- DROP SCHEMA extensions;"
                )),
                lock:
                    "ACCESS EXCLUSIVE on its own tables and views for a moment; who finds it by the search_path needs \
                       the new schema there"
                        .into(),
                precheck: None,
            }),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "extends hstore 1.8 in=public", &["info hstore"]);
        assert!(run(&RULE, "extends postgis 3.5 in=public fixed").findings[0].fix.is_none());
        silent(&RULE, "extends hstore 1.8 in=extensions");
        blind(&RULE, "table x.t", Status::CannotCheck, "looked after");
    }
}
