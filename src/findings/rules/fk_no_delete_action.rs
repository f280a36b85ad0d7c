//! A key of an owned row that says nothing about deletes.

use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity};
use crate::model::{Action, Key, KeyKind};
use std::collections::HashSet;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "fk-no-delete-action",
        title: "A foreign key of an owned row without an action on delete",
        section: Section::Keys,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "The parent of a row that means nothing alone can not be deleted until somebody deletes the child \
              first, and each program has to know that.",
        fires: "ON DELETE NO ACTION or RESTRICT where the row looks owned: a table of nothing but keys between two \
                others, or a foreign key whose columns are its own primary key.",
        silent: "Other foreign keys: refusing the delete is often what is wanted. Actions that this account can not \
                 see.",
        fix: "Decide per relation: ON DELETE CASCADE for what is part of the parent, else accept this finding. A \
              new constraint NOT VALID, validated, then the old one dropped.",
        reads: &["pg_constraint.confdeltype", "information_schema.REFERENTIAL_CONSTRAINTS", "pragma_foreign_key_list"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (keys, columns) = (db.keys()?, db.columns()?);
    let mut hidden = 0;
    for (id, _) in db.tables()? {
        let own = keys.of(id);
        let primary: Vec<&str> =
            own.iter().filter(|key| key.kind == KeyKind::Primary).flat_map(|key| keys.columns(key)).collect();
        let foreign: Vec<&Key> = own.iter().filter(|key| key.kind == KeyKind::Foreign && !key.inherited).collect();
        let held: HashSet<&str> = foreign.iter().flat_map(|key| keys.columns(key)).collect();
        let junction =
            foreign.len() >= 2 && columns.of(id).iter().all(|column| held.contains(columns.names.get(column.name)));
        for key in foreign {
            let refuses = matches!(key.on_delete, Some(Action::NoAction | Action::Restrict));
            let mut names: Vec<&str> = keys.columns(key).collect();
            let summary = format!(
                "references {} and keeps its rows from being deleted",
                keys.names.opt(key.ref_table).unwrap_or("a table")
            );
            names.sort_unstable();
            let mut all = primary.clone();
            all.sort_unstable();
            if !(junction || (!all.is_empty() && names == all)) {
                continue;
            }
            hidden += usize::from(key.on_delete.is_none());
            if !refuses {
                continue;
            }
            let columns: Vec<&str> = keys.columns(key).collect();
            out.add(
                Finding::new(RULE.meta.severity, RULE.meta.confidence, db.columns_object(id, &columns), summary)
                    .why("This row means nothing without the one that it references.")
                    .text("on_delete", key.on_delete.map_or("", Action::sql), "the catalog")
                    .not_known("whether refusing the delete is what is wanted"),
            );
        }
    }
    if hidden > 0 {
        out.partly(Gap::cannot_check(format!("the actions of {hidden} foreign keys are hidden from this account")));
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
        let text = |rest: &str, action: &str| {
            format!(
                "table x.a
 col id int
 pk a_pk (id)
table x.b
 col id int
 pk b_pk (id)
                 table x.ab
 col a int
 col b int{rest}
 pk ab_pk (a, b)
 fk f1 (a) -> x.a (id) {action}
 fk f2 (b) -> x.b (id) cascade"
            )
        };
        fires(&RULE, &text("", ""), &["info x.ab.a"]);
        silent(&RULE, &text("", "cascade"));
        silent(&RULE, &text("\n col amount int", ""));
        blind(&RULE, "deny keys GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
