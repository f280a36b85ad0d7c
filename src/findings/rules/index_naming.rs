//! Indexes that are not named after what they hold.

use super::support::ours;
use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};
use crate::model::{Index, NamespaceId, RelKind};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-naming",
        title: "Index names that do not say what they hold",
        section: Section::Indexes,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: POSTGRESQL,
        profile: Profile::Strict,
        why: "An index named idx1 or orders_new2 has to be looked up in every plan and every size list.",
        fires: "At least 20 indexes of one schema, of which four fifths hold the name of their table, and this one \
                does not.",
        silent: "Indexes of constraints, indexes of partitions, schemas without a rule.",
        fix: "ALTER INDEX … RENAME TO table_columns_idx: a short lock, nothing is rewritten.",
        reads: &["pg_class"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let indexes = db.indexes()?;
    let named = |index: &Index| {
        let table = db.relations().name(index.rel).to_lowercase();
        indexes.names.get(index.name).to_lowercase().contains(&table)
    };
    let mut schemas: BTreeMap<NamespaceId, Vec<&Index>> = BTreeMap::new();
    for (_, index) in ours(db, indexes) {
        let Some(rel) = db.relations().get(index.rel) else { continue };
        if index.constraint.is_none() && index.parent == 0 && rel.kind != RelKind::Partition {
            schemas.entry(rel.schema).or_default().push(index);
        }
    }
    for list in schemas.values() {
        let odd: Vec<&&Index> = list.iter().filter(|index| !named(index)).collect();
        if list.len() < 20 || odd.len() * 5 > list.len() {
            continue;
        }
        for index in odd {
            let table = db.table_object(index.rel).label;
            let finding = Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.index_object(indexes, index),
                format!("does not say that it is an index of {table}"),
            );
            out.add(finding.why("It has to be looked up in every plan.").text("table", table, "pg_class"));
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
        let all = |last: &str| {
            let most = (0..19).map(|n| format!(" index orders_{n} (a)\n")).collect::<String>();
            format!("table x.orders\n col a int\n{most} index {last} (a)")
        };
        fires(&RULE, &all("idx1"), &["info x.idx1"]);
        silent(&RULE, &all("orders_a_idx"));
        silent(&RULE, "table x.orders\n col a int\n index idx1 (a)");
        blind(&RULE, "deny indexes GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
