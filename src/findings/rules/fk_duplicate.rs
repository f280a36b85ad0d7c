//! Two foreign keys that say the same.

use crate::findings::rule::EVERY;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, ObjectKind, Profile, Rule, Section, Severity, fix,
};
use crate::model::{Key, KeyKind, Keys};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "fk-duplicate",
        title: "Two foreign keys on the same columns to the same table",
        section: Section::Keys,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: EVERY,
        profile: Profile::Default,
        why: "Every write checks both. Where their actions differ, which one acts first is a surprise.",
        fires: "Same columns, same referenced table and columns, in any order. Warning where ON DELETE or ON UPDATE differ.",
        silent: "Different referenced tables or columns; constraints of partitions.",
        fix: "Drop one of them; keep the one whose actions are meant.",
        reads: &["pg_constraint", "information_schema.KEY_COLUMN_USAGE", "pragma_foreign_key_list"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let keys = db.keys()?;
    for (rel, _) in db.tables()? {
        let own: Vec<&Key> = keys.of(rel).iter().filter(|key| key.kind == KeyKind::Foreign && !key.inherited).collect();
        for (n, key) in own.iter().enumerate() {
            // The first of a set stays; the others are named.
            let Some(first) = own[..n].iter().find(|other| same(keys, key, other)) else { continue };
            let differ = key.on_delete != first.on_delete || key.on_update != first.on_update;
            let severity = if differ { Severity::Warning } else { RULE.meta.severity };
            let columns: Vec<&str> = keys.columns(key).collect();
            let name = |key: &Key| keys.names.opt(key.name).unwrap_or("another key").to_owned();
            let object = match keys.names.opt(key.name) {
                Some(name) => db.part_object(ObjectKind::Key, rel, name),
                None => db.columns_object(rel, &columns),
            };
            let mut finding =
                Finding::new(severity, RULE.meta.confidence, object, format!("references the same as {}", name(first)))
                    .why(match differ {
                        true => "Their actions differ, so what a DELETE does is a surprise.",
                        false => "Every write checks both.",
                    })
                    .text("same_as", name(first), "pg_constraint")
                    .text("columns", columns.join(", "), "pg_constraint");
            if let Some(fix) = fix::drop_constraint(db, keys, key) {
                finding = finding.fix(fix);
            }
            out.add(finding);
        }
    }
    Ok(())
}

fn same(keys: &Keys, a: &Key, b: &Key) -> bool {
    let pairs = |key: &Key| {
        let mut pairs: Vec<(&str, Option<&str>)> = Vec::new();
        let mut theirs = keys.ref_columns(key);
        for column in keys.columns(key) {
            pairs.push((column, theirs.next()));
        }
        pairs.sort_unstable();
        pairs
    };
    let table = |key: &Key| (keys.names.opt(key.ref_schema), keys.names.opt(key.ref_table));
    table(a) == table(b) && pairs(a) == pairs(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    const HEAD: &str =
        "table x.p\n col id int\n pk p_pkey (id)\ntable x.c\n col pid int\n col qid int\n fk c_a (pid) -> x.p (id)\n";

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &format!("{HEAD}fk c_b (pid) -> x.p (id)"), &["notice x.c.c_b"]);
        fires(&RULE, &format!("{HEAD}fk c_b (pid) -> x.p (id) cascade"), &["warning x.c.c_b"]);
        silent(&RULE, &format!("{HEAD}fk c_b (qid) -> x.p (id)"));
        silent(&RULE, &format!("{HEAD}fk c_b (pid) -> x.c (pid)"));
        blind(&RULE, "deny keys GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
