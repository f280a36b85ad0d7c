//! A foreign key of SQLite that names what is not there.

use crate::findings::rule::SQLITE;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};
use crate::model::{IndexFlags, Key, KeyKind, Keys, RelId};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "fk-broken-parent",
        title: "A foreign key to a missing table, or to columns that are not unique",
        section: Section::Keys,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        engines: SQLITE,
        profile: Profile::Default,
        why: "SQLite accepts such a key and fails later: with foreign_keys on, every insert into the table and every \
              delete from the referenced one is an error (no such table, foreign key mismatch).",
        fires: "The referenced table does not exist, or the referenced columns are neither its primary key nor covered by \
                a complete unique index on exactly these columns.",
        silent: "Keys without columns after the table's name (they mean its primary key).",
        fix: "Make the referenced columns unique, or make the table anew without the key (a copy, in one transaction).",
        reads: &["pragma_foreign_key_list", "pragma_table_xinfo", "pragma_index_list"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (keys, indexes) = (db.keys()?, db.indexes()?);
    for key in keys.list.iter().filter(|key| key.kind == KeyKind::Foreign && db.is_ours_id(key.rel)) {
        let table = keys.names.opt(key.ref_table).unwrap_or_default();
        let names: Vec<&str> = keys.columns(key).collect();
        let (summary, why) = match key.ref_rel {
            None => (
                format!("references the table {table}, which does not exist"),
                "Every insert fails with `no such table`.",
            ),
            Some(target) => {
                let columns: Vec<&str> = keys.ref_columns(key).collect();
                if columns.is_empty()
                    || is_unique(keys, indexes, target, &columns)
                    || !has_columns(db, key, keys, target)?
                {
                    continue;
                }
                let list = columns.join(", ");
                (
                    format!("references {table} ({list}), which is not unique"),
                    "Every insert fails with `foreign key mismatch`.",
                )
            }
        };
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.columns_object(key.rel, &names), summary)
                .why(format!("{why} That holds wherever foreign_keys is on; without it nothing is checked."))
                .text("references", table, "pragma_foreign_key_list"),
        );
    }
    Ok(())
}

/// Virtual tables and views can not be referenced either, but have no keys to tell.
fn has_columns(db: &Db<'_>, _key: &Key, _keys: &Keys, target: RelId) -> Result<bool, crate::findings::Gap> {
    Ok(!db.columns()?.of(target).is_empty())
}

fn is_unique(keys: &Keys, indexes: &crate::model::Indexes, target: RelId, columns: &[&str]) -> bool {
    let same = |list: &[&str]| {
        list.len() == columns.len() && list.iter().all(|name| columns.iter().any(|it| it.eq_ignore_ascii_case(name)))
    };
    let by_key = keys.of(target).iter().any(|key| {
        matches!(key.kind, KeyKind::Primary | KeyKind::Unique) && same(&keys.columns(key).collect::<Vec<_>>())
    });
    by_key
        || indexes.of(target).iter().any(|index| {
            let complete = index.predicate.is_none() && !index.flags.has(IndexFlags::PREDICATE_UNREAD);
            let texts: Vec<&str> = indexes.key(index).iter().map(|part| indexes.names.get(part.text)).collect();
            index.flags.has(IndexFlags::UNIQUE) && complete && same(&texts)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(parent: &str, target: &str) -> String {
        format!(
            "server sqlite 3051003\ntable p\n col id INTEGER\n col v INT\n pk pk (id) rowid\n {parent}\ntable c\n col pv INT\n fk f (pv) -> {target}"
        )
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text("", "p (v)"), &["critical main.c.pv"]);
        fires(&RULE, &text("index p_v (v) unique where (v > 1)", "p (v)"), &["critical main.c.pv"]);
        fires(&RULE, &text("", "gone (v)"), &["critical main.c.pv"]);
        silent(&RULE, &text("index p_v (v) unique", "p (v)"));
        silent(&RULE, &text("", "p (id)"));
        silent(&RULE, &text("", "p ()"));
        blind(&RULE, "server sqlite 3051003\ndeny keys GRANT X\ntable d", Status::CannotCheck, "GRANT X");
    }
}
