//! Indexes that are not named after what they hold.

use super::support::{index_source, ours};
use crate::findings::fix::{index_name, rename_index};
use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};
use crate::model::{Index, IndexFlags, NamespaceId, RelKind};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-naming",
        title: "Index names that do not say what they hold",
        section: Section::Indexes,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "An index named idx1 or orders_new2 has to be looked up in every plan and every size list.",
        fires: "At least 20 indexes of one schema, of which four fifths hold the name of their table, and this one \
                does not.",
        silent: "Indexes of constraints and those that the server made, indexes of partitions, schemas without a rule \
                 (on MySQL and MariaDB most indexes are named after their first column).",
        fix: "PostgreSQL: ALTER INDEX … RENAME TO table_columns_idx; MySQL and MariaDB: RENAME INDEX: a short lock, \
              nothing is rewritten. SQLite: a second index, then the old one goes.",
        reads: &["pg_class", "information_schema.STATISTICS", "sqlite_schema"],
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
        let made = IndexFlags(IndexFlags::AUTOMATIC.0 | IndexFlags::PRIMARY.0);
        let own = index.constraint.is_none() && index.parent == 0 && !index.flags.has(made);
        if own && rel.kind != RelKind::Partition {
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
            let finding = finding.why("It has to be looked up in every plan.").text("table", table, index_source(db));
            let columns: Vec<&str> = indexes
                .key(index)
                .iter()
                .map(|part| if part.column == 0 { "expr" } else { indexes.names.get(part.text) })
                .collect();
            let name = index_name(db, index.rel, &columns);
            match rename_index(db, indexes, index, &name) {
                Some(fix) => out.add(finding.fix(fix)),
                None => out.add(finding),
            }
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
        fires(&RULE, &format!("server mysql 90704\n{}", all("idx1")), &["info x.orders.idx1"]);
        fires(
            &RULE,
            &format!("server sqlite 3051003\n{}", all("idx1")).replace("x.orders", "orders"),
            &["info main.idx1"],
        );
        let by_column = (0..20).map(|n| format!(" index c{n} (a)\n")).collect::<String>();
        silent(&RULE, &format!("server mysql 90704\ntable x.orders\n col a int\n{by_column}"));
        blind(&RULE, "deny indexes GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
