//! A storage engine that has neither transactions nor foreign keys.

use super::support::rows_source;
use super::words::words;
use crate::findings::rule::MYSQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::{KeyKind, RelId};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "fk-on-nontransactional",
        title: "A foreign key that a storage engine can not keep",
        section: Section::Keys,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: MYSQL,
        profile: Profile::Default,
        why: "MyISAM and Aria read a REFERENCES clause and forget it; a key between them and InnoDB guards nothing.",
        fires: "A foreign key whose own or referenced table is MyISAM, Aria, MEMORY, CSV or ARCHIVE. As a hint (notice): a \
                table of such an engine with a column named after another table (order_id beside orders), in a schema \
                where other tables have foreign keys.",
        silent: "Tables of InnoDB and of other transactional engines.",
        fix: "ENGINE = InnoDB, which copies the table; then add the key.",
        reads: &["information_schema.TABLES.ENGINE", "information_schema.KEY_COLUMN_USAGE"],
    },
    check,
};

/// Engines without transactions.
pub fn is_nontransactional(storage: &str) -> bool {
    let lower = storage.to_ascii_lowercase();
    ["myisam", "aria", "memory", "csv", "archive", "mrg_myisam"]
        .iter()
        .any(|word| lower.split([' ', ',']).next() == Some(word))
}

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let keys = db.keys()?;
    let relations = db.relations();
    let engine = |rel| relations.get(rel).and_then(|rel| relations.names.opt(rel.storage)).unwrap_or_default();
    for key in keys.list.iter().filter(|key| key.kind == KeyKind::Foreign && db.is_ours_id(key.rel)) {
        let both = [Some(key.rel), key.ref_rel];
        let Some(bad) = both.into_iter().flatten().find(|rel| is_nontransactional(engine(*rel))) else { continue };
        let names: Vec<&str> = keys.columns(key).collect();
        let table = db.table_sql(bad);
        let summary = format!("has a foreign key, but {} is {}", db.table_object(bad).label, engine(bad));
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.columns_object(key.rel, &names), summary)
                .why("The key is not kept: rows without a parent come in unseen.")
                .text("engine", engine(bad), "information_schema.TABLES.ENGINE")
                .number("rows_estimate", db.rows(bad), Unit::Count, rows_source(db))
                .fix(Fix {
                    script: format!("ALTER TABLE {table} ENGINE = InnoDB;"),
                    undo: Some(format!(
                        "ALTER TABLE {table} ENGINE = {};",
                        engine(bad).split([' ', ',']).next().unwrap_or_default()
                    )),
                    lock: "the table is copied: writes wait for all of it".into(),
                    precheck: None,
                }),
        );
    }
    forgotten(db, out)
}

/// Such an engine keeps no word of a key that it was given: only the name of the column is left of it.
fn forgotten(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (keys, columns, relations) = (db.keys()?, db.columns()?, db.relations());
    let foreign = |id| keys.of(id).iter().any(|key| key.kind == KeyKind::Foreign);
    let all: Vec<RelId> = db.tables()?.map(|(id, _)| id).collect();
    for &id in &all {
        let Some(rel) = relations.get(id) else { continue };
        let engine = relations.names.opt(rel.storage).unwrap_or_default();
        let beside = |other: &RelId| *other != id && relations.get(*other).is_some_and(|it| it.schema == rel.schema);
        if !is_nontransactional(engine) || foreign(id) || !all.iter().any(|other| beside(other) && foreign(*other)) {
            continue;
        }
        let names = columns.of(id).iter().map(|column| columns.names.get(column.name));
        let named = |name: &&str| all.iter().any(|other| beside(other) && is_named_after(name, relations.name(*other)));
        let Some(column) = names.into_iter().find(named) else { continue };
        out.add(
            Finding::new(
                Severity::Notice,
                Confidence::Hint,
                db.columns_object(id, &[column]),
                format!("looks like a foreign key, which {engine} would have forgotten"),
            )
            .why("A REFERENCES clause on such a table is read and dropped without a word.")
            .text("engine", engine, "information_schema.TABLES.ENGINE")
            .number("rows_estimate", db.rows(id), Unit::Count, rows_source(db))
            .not_known("whether a key was ever meant"),
        );
    }
    Ok(())
}

/// `order_id` is named after `order`, `orders` and `Order`.
fn is_named_after(column: &str, table: &str) -> bool {
    let mut column = words(column);
    if column.pop().is_none_or(|last| last != "id") || column.is_empty() {
        return false;
    }
    let (one, table) = (column.join("_"), words(table).join("_"));
    table == one || table.strip_prefix(one.as_str()).is_some_and(|tail| tail == "s" || tail == "es")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(storage: &str) -> String {
        format!(
            "server mariadb 110806\ntable x.p storage=InnoDB\n col id int\n pk PRIMARY (id)\ntable x.c storage={storage}\n col pid int\n fk f (pid) -> x.p (id)"
        )
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text("MyISAM"), &["warning x.c.pid"]);
        silent(&RULE, &text("InnoDB"));
        let beside = |column: &str| {
            format!("{}\ntable x.notes storage=MyISAM\n col {column} int", text("InnoDB").replace("x.p", "x.parents"))
        };
        fires(&RULE, &beside("parent_id"), &["notice x.notes.parent_id"]);
        silent(&RULE, &beside("other_id"));
        silent(&RULE, &beside("parent"));
        blind(&RULE, "server mariadb 110806\nhidden GRANT SELECT", Status::CannotCheck, "GRANT SELECT");
    }
}
