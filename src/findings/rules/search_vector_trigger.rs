//! A search vector that a trigger keeps.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "search-vector-trigger",
        title: "A search vector that a trigger maintains",
        section: Section::Types,
        severity: Severity::Info,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Strict,
        why: "A trigger can be switched off or forgotten in a copy; a generated column is always right, and part \
              of the table's definition.",
        fires: "A tsvector column that is not generated, in a table with a trigger that runs \
                tsvector_update_trigger or a function named after search or tsv.",
        silent: "Generated columns, vectors over several tables (which a generated column can not hold, and which \
                 this rule can not tell).",
        fix: "A second column GENERATED ALWAYS AS (to_tsvector(…)) STORED, an index on it, then a swap. It \
              rewrites the table.",
        reads: &["pg_trigger", "pg_attribute.attgenerated"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (columns, objects) = (db.columns()?, db.objects()?);
    for (id, _) in db.tables()? {
        let runs = objects.triggers_of(id).iter().filter_map(|trigger| objects.names.opt(trigger.runs)).find(|name| {
            let lower = name.to_ascii_lowercase();
            ["tsvector_update_trigger", "search", "tsv"].iter().any(|word| lower.contains(word))
        });
        let Some(runs) = runs else { continue };
        let vectors = columns.of(id).iter().filter(|column| columns.names.get(column.type_name) == "tsvector");
        for column in vectors.filter(|column| column.generated.is_none()) {
            let name = columns.names.get(column.name);
            out.add(
                Finding::new(
                    RULE.meta.severity,
                    RULE.meta.confidence,
                    db.columns_object(id, &[name]),
                    "is kept by a trigger",
                )
                .why("A generated column can not be forgotten.")
                .text("trigger_function", runs, "pg_trigger")
                .not_known("whether it takes words of other tables, which a generated column can not"),
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
        fires(&RULE, "table x.d\n col v tsvector\n trigger touch on tsvector_update_trigger", &["info x.d.v"]);
        silent(&RULE, "table x.d\n col v tsvector\n trigger touch on log_change");
        silent(&RULE, "table x.d\n col v text\n trigger touch on tsvector_update_trigger");
        blind(&RULE, "deny objects GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
