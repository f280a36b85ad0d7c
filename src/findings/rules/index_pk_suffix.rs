//! An index that ends in the primary key, which the engine appends anyway.

use super::support::{and_size, index_source, key_text, ours, size_source};
use crate::findings::rule::{MYSQL, SQLITE};
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit, Verdict,
};
use crate::model::{EngineKind, IndexFlags, KeyKind, RelId};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-pk-suffix",
        title: "An index that spells out the primary key at its end",
        section: Section::Indexes,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: &[MYSQL[0], MYSQL[1], SQLITE[0]],
        profile: Profile::Default,
        why: "InnoDB puts the primary key at the end of every secondary index, SQLite the row number: written out it \
              changes nothing, and a shorter index beside it is the same one.",
        fires: "A B-tree that is not unique, is longer than the primary key and ends in its columns, in order and \
                ascending.",
        silent: "Unique indexes, other engines than InnoDB, a primary key in the middle of a longer index, descending \
                 columns.",
        fix: "Write the index without those columns when it is built the next time; alone it is no reason to rebuild.",
        reads: &["information_schema.STATISTICS", "pragma_index_xinfo", "pragma_table_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let keys = db.keys()?;
    let (indexes, verdicts) = db.verdicts()?;
    for (n, index) in ours(db, indexes) {
        let judged =
            verdicts.list.get(n).is_some_and(|it| matches!(it.verdict, Verdict::Duplicate | Verdict::Redundant));
        let plain = indexes.names.get(index.method) == "btree" && !index.flags.has(IndexFlags::UNIQUE);
        if judged || !plain || !appends(db, index.rel) {
            continue;
        }
        let Some(primary) = keys.of(index.rel).iter().find(|key| key.kind == KeyKind::Primary) else { continue };
        let primary: Vec<&str> = keys.columns(primary).collect();
        let parts = indexes.key(index);
        let Some(start) = parts.len().checked_sub(primary.len()).filter(|&start| start > 0) else { continue };
        let tail = &parts[start..];
        let same = tail.iter().zip(&primary).all(|(part, name)| {
            indexes.names.get(part.text) == *name && part.column != 0 && !part.descending && part.sub_part == 0
        });
        if !same || primary.is_empty() {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.index_object(indexes, index),
                format!("ends in the primary key ({}){}", primary.join(", "), and_size(index.bytes)),
            )
            .why("The engine appends the primary key to every secondary index by itself.")
            .text("columns", key_text(db, indexes, index), index_source(db))
            .number("bytes", index.bytes, Unit::Bytes, size_source(db)),
        );
    }
    Ok(())
}

/// True where the engine ends every index in the key of the row.
fn appends(db: &Db<'_>, rel: RelId) -> bool {
    let relations = db.relations();
    let Some(rel) = relations.get(rel) else { return false };
    let storage = relations.names.opt(rel.storage).unwrap_or_default();
    match db.engine() {
        EngineKind::Sqlite => true,
        _ => storage.to_ascii_lowercase().contains("innodb"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn mysql(index: &str) -> String {
        format!(
            "server mysql 90704\ntable x.d storage=InnoDB\n col id int\n col a int\n pk PRIMARY (id)\n index d_i {index}"
        )
    }

    #[test]
    fn fires_on_the_key_at_the_end() {
        fires(&RULE, &mysql("(a, id)"), &["info x.d.d_i"]);
    }

    #[test]
    fn silent_on_what_differs() {
        for index in ["(a)", "(id, a)", "(a, id desc)", "(a, id) unique", "(id)"] {
            silent(&RULE, &mysql(index));
        }
        silent(&RULE, &mysql("(a, id)").replace("InnoDB", "MyISAM"));
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "server mysql 90704\nhidden GRANT SELECT", Status::CannotCheck, "GRANT SELECT");
        blind(&RULE, "table x.d", Status::NotApplicable, "PostgreSQL");
    }
}
