//! MariaDB: a foreign key to columns that are not unique.

use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};
use crate::model::{EngineKind, IndexFlags, KeyKind};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "fk-parent-not-unique",
        title: "A foreign key to columns that are not unique",
        section: Section::Keys,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: &[EngineKind::Mysql, EngineKind::Mariadb],
        profile: Profile::Default,
        why: "InnoDB lets a key reference the first columns of any index. Several rows may then be the parent of one, and \
              what a DELETE with CASCADE means is anybody's guess; other servers refuse such a schema.",
        fires: "No complete unique index or primary key of the referenced table has exactly the referenced columns.",
        silent: "Keys to a primary or unique key.",
        fix: "Make the referenced columns unique, or reference the primary key.",
        reads: &["information_schema.KEY_COLUMN_USAGE", "information_schema.STATISTICS"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (keys, indexes) = (db.keys()?, db.indexes()?);
    for key in keys.list.iter().filter(|key| key.kind == KeyKind::Foreign && db.is_ours_id(key.rel)) {
        let Some(target) = key.ref_rel else { continue };
        let columns: Vec<&str> = keys.ref_columns(key).collect();
        let unique = indexes.of(target).iter().any(|index| {
            let parts = indexes.key(index);
            index.flags.has(IndexFlags::UNIQUE)
                && parts.len() == columns.len()
                && parts.iter().all(|part| part.sub_part == 0 && columns.contains(&indexes.names.get(part.text)))
        });
        // Without one index in sight nothing can be said.
        if unique || columns.is_empty() || indexes.of(target).is_empty() {
            continue;
        }
        let names: Vec<&str> = keys.columns(key).collect();
        let summary =
            format!("references {} ({}), which is not unique", db.table_object(target).label, columns.join(", "));
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.columns_object(key.rel, &names), summary)
                .why("Several rows can be the parent of one row.")
                .text(
                    "constraint",
                    keys.names.opt(key.name).unwrap_or_default(),
                    "information_schema.KEY_COLUMN_USAGE",
                ),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(parent: &str) -> String {
        format!(
            "server mariadb 110806\ntable x.p\n col id int\n col v int\n pk PRIMARY (id)\n index p_v {parent}\ntable x.c\n col pv int\n fk f (pv) -> x.p (v)"
        )
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text("(v)"), &["warning x.c.pv"]);
        fires(&RULE, &text("(v, id) unique"), &["warning x.c.pv"]);
        silent(&RULE, &text("(v) unique"));
        blind(&RULE, "server mariadb 110806\nhidden GRANT SELECT", Status::CannotCheck, "GRANT SELECT");
    }
}
