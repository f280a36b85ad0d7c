//! A key of an owned row that says nothing about deletes.

use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity};
use crate::model::{Action, ColFlags, Columns, EngineKind, Key, KeyKind, Keys, NamespaceId};
use std::collections::{BTreeMap, HashSet};

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
                others, a foreign key whose columns are its own primary key, or the only foreign key of the table that \
                is NOT NULL, left at the engine's default.",
        silent: "Other foreign keys: refusing the delete is often what is wanted. The last case also where four fifths \
                 of ten foreign keys or more of the schema refuse: that is how it is done there. References to the \
                 table itself, actions that this account can not see.",
        fix: "Decide per relation: ON DELETE CASCADE for what is part of the parent, else accept this finding. A \
              new constraint NOT VALID, validated, then the old one dropped.",
        reads: &["pg_constraint.confdeltype", "information_schema.REFERENTIAL_CONSTRAINTS", "pragma_foreign_key_list"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (keys, columns) = (db.keys()?, db.columns()?);
    let customs = customs(db, keys);
    let mut hidden = 0;
    for (id, rel) in db.tables()? {
        let own = keys.of(id);
        let primary: Vec<&str> =
            own.iter().filter(|key| key.kind == KeyKind::Primary).flat_map(|key| keys.columns(key)).collect();
        let foreign: Vec<&Key> = own.iter().filter(|key| key.kind == KeyKind::Foreign && !key.inherited).collect();
        let held: HashSet<&str> = foreign.iter().flat_map(|key| keys.columns(key)).collect();
        let junction =
            foreign.len() >= 2 && columns.of(id).iter().all(|column| held.contains(columns.names.get(column.name)));
        let owner = owner(db, columns, keys, &foreign).filter(|_| !customs.contains(&rel.schema));
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
            let owned = owner.is_some_and(|owner| std::ptr::eq(owner, key));
            if !(junction || owned || (!all.is_empty() && names == all)) {
                continue;
            }
            hidden += usize::from(key.on_delete.is_none());
            if !refuses {
                continue;
            }
            let columns: Vec<&str> = keys.columns(key).collect();
            out.add(
                Finding::new(RULE.meta.severity, RULE.meta.confidence, db.columns_object(id, &columns), summary)
                    .why(match owned {
                        true => "This row belongs to the one that it references, and nothing says what a delete does.",
                        false => "This row means nothing without the one that it references.",
                    })
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

/// Schemas where nearly every foreign key refuses: nobody forgot it there.
fn customs(db: &Db<'_>, keys: &Keys) -> HashSet<NamespaceId> {
    let mut counts: BTreeMap<NamespaceId, (usize, usize)> = BTreeMap::new();
    for key in keys.list.iter().filter(|key| key.kind == KeyKind::Foreign && !key.inherited) {
        let Some(rel) = db.relations().get(key.rel) else { continue };
        let count = counts.entry(rel.schema).or_default();
        count.0 += 1;
        count.1 += usize::from(matches!(key.on_delete, Some(Action::NoAction | Action::Restrict)));
    }
    counts
        .into_iter()
        .filter(|(_, (all, refuse))| *all >= 10 && refuse * 5 >= all * 4)
        .map(|(schema, _)| schema)
        .collect()
}

/// The only key without which no row can be, where nobody chose its action.
fn owner<'a>(db: &Db<'_>, columns: &Columns, keys: &Keys, foreign: &[&'a Key]) -> Option<&'a Key> {
    let needed = |key: &&&Key| {
        keys.columns(key).all(|name| {
            let column = columns.of(key.rel).iter().find(|column| columns.names.get(column.name) == name);
            column.is_some_and(|column| column.flags.has(ColFlags::NOT_NULL))
        })
    };
    let mut needed = foreign.iter().filter(needed);
    let (Some(key), None) = (needed.next(), needed.next()) else { return None };
    let default = match db.engine() {
        EngineKind::Mariadb => Action::Restrict,
        _ => Action::NoAction,
    };
    (key.on_delete == Some(default) && key.ref_rel != Some(key.rel)).then_some(*key)
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
        let owned = |own: &str, action: &str| {
            format!(
                "table x.teams\n col id int\n pk t_pk (id)\ntable x.projects\n col id int\n col team_id int {own}\n \
                 pk p_pk (id)\n fk p_team (team_id) -> x.teams (id) {action}"
            )
        };
        fires(&RULE, &owned("notnull", ""), &["info x.projects.team_id"]);
        silent(&RULE, &owned("", ""));
        silent(&RULE, &owned("notnull", "restrict"));
        silent(&RULE, &owned("notnull", "cascade"));
        let more = |n: usize| format!("\ntable x.o{n}\n col t int\n fk o{n}_fk (t) -> x.teams (id)");
        silent(&RULE, &format!("{}{}", owned("notnull", ""), (0..9).map(more).collect::<String>()));
        blind(&RULE, "deny keys GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
