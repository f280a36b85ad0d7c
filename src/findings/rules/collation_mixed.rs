//! Texts that are compared with each other and sort in different ways.

use super::words::{is_text, words};
use crate::findings::inferred::undeclared;
use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity};
use crate::model::{Column, EngineKind, RelId, Sureness};
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "collation-mixed",
        title: "Columns that are joined, but sort in different ways",
        section: Section::Types,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        engines: EVERY,
        profile: Profile::Default,
        why: "A comparison of the two uses one of the two orders: the index of the other side does not serve it. MySQL \
              and MariaDB refuse some pairs (illegal mix of collations), PostgreSQL two columns that each name one.",
        fires: "A text column that is called like a table and has the type of its key, or a text column of one name \
                ending in _id, _uuid or _code that stands in several tables, where the collations (or character \
                sets) differ. Of one name the most frequent collation is the norm.",
        silent: "Declared foreign keys (fk-type-mismatch says it of those), other names, numbers, dates, binary \
                 strings, columns of other schemas.",
        fix: "One collation for both. PostgreSQL: ALTER COLUMN … TYPE text COLLATE …, which builds the indexes of the \
              column again. MySQL and MariaDB: CONVERT TO CHARACTER SET, which may copy the table. SQLite: a new table.",
        reads: &["pg_attribute.attcollation", "information_schema.COLUMNS.COLLATION_NAME", "sqlite_schema"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    let relations = db.relations();
    let mut said = BTreeSet::new();
    let foreign: BTreeSet<_> = db
        .keys()?
        .list
        .iter()
        .filter(|key| key.kind == crate::model::KeyKind::Foreign)
        .flat_map(|key| db.keys().into_iter().flat_map(move |keys| keys.columns(key).map(move |name| (key.rel, name))))
        .collect();
    let find = |rel, name: &str| columns.of(rel).iter().find(|column| columns.names.get(column.name) == name);
    let text = |column: &Column| is_text(columns.names.get(column.type_name));
    for one in undeclared(db)?.into_iter().filter(|one| one.said.sureness == Sureness::Likely) {
        let same_schema = relations.get(one.from).map(|rel| rel.schema) == relations.get(one.to).map(|rel| rel.schema);
        let (own, theirs) = (find(one.from, &one.said.column), find(one.to, &one.said.ref_column));
        let (Some(own), Some(theirs)) = (own.filter(|it| text(it)), theirs.filter(|it| text(it))) else { continue };
        let (ours, norm) = (columns.collation_of(one.from, own), columns.collation_of(one.to, theirs));
        if ours == norm || !same_schema {
            continue;
        }
        let like = format!("{}.{}", db.table_object(one.to).label, one.said.ref_column);
        said.insert((one.from, own.position));
        out.add(finding(db, (one.from, &one.said.column), (ours, norm), &like));
    }
    let mut names: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (id, rel) in db.tables()? {
        for column in columns.of(id).iter().filter(|column| text(column)) {
            let parts = words(columns.names.get(column.name));
            let joins = matches!(parts.last().map(String::as_str), Some("id" | "uuid" | "guid" | "code"));
            if joins && parts.len() > 1 {
                names.entry((rel.schema, parts)).or_default().push((id, column));
            }
        }
    }
    for list in names.values() {
        let mut count: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        for (id, column) in list {
            *count.entry(columns.collation_of(*id, column)).or_default() += 1;
        }
        let norm = count.iter().max_by_key(|(name, n)| (**n, std::cmp::Reverse(**name))).map(|(name, n)| (*name, *n));
        let Some((norm, most)) = norm.filter(|_| count.len() > 1) else { continue };
        for (id, column) in list {
            let (name, own) = (columns.names.get(column.name), columns.collation_of(*id, column));
            if own == norm || said.contains(&(*id, column.position)) || foreign.contains(&(*id, name)) {
                continue;
            }
            let other = list.iter().find(|(id, column)| columns.collation_of(*id, column) == norm);
            let Some((other, column)) = other else { continue };
            let table = db.table_object(*other).label;
            let like = match most {
                1 => format!("{table}.{}", columns.names.get(column.name)),
                most => format!("{table}.{} and {} more", columns.names.get(column.name), most - 1),
            };
            out.add(finding(db, (*id, name), (own, norm), &like));
        }
    }
    Ok(())
}

/// The one of the database or type.
const NONE: &str = "the default collation";

fn finding(db: &Db<'_>, (rel, name): (RelId, &str), (own, norm): (Option<&str>, Option<&str>), like: &str) -> Finding {
    let none = match db.engine() {
        EngineKind::Sqlite => "BINARY",
        _ => NONE,
    };
    let (own, norm) = (own.unwrap_or(none), norm.unwrap_or(none));
    let source = match db.engine() {
        EngineKind::Postgresql => "pg_attribute.attcollation",
        EngineKind::Mysql | EngineKind::Mariadb => "information_schema.COLUMNS",
        EngineKind::Sqlite => "sqlite_schema",
    };
    let finding = Finding::new(
        RULE.meta.severity,
        RULE.meta.confidence,
        db.columns_object(rel, &[name]),
        format!("sorts by {own}, but {like} by {norm}"),
    )
    .why("A comparison of the two can use the index of one side only, and may be refused.")
    .text("collation", own, source)
    .text("other_collation", norm, source)
    .not_known("whether the two are ever joined");
    match fix(db, rel, name, (own, norm)) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

/// Only PostgreSQL changes a column's collation without all that belongs to the column being said again.
fn fix(db: &Db<'_>, rel: RelId, name: &str, (own, norm): (&str, &str)) -> Option<Fix> {
    let columns = db.columns().ok()?;
    let column = columns.of(rel).iter().find(|column| columns.names.get(column.name) == name)?;
    let kind = columns.names.get(column.type_name);
    let plain = |name: &str| match name {
        NONE => "\"default\"".to_owned(),
        name => format!("\"{}\"", name.replace('"', "\"\"")),
    };
    if db.engine() != EngineKind::Postgresql || kind.contains("COLLATE") {
        return None;
    }
    let (table, column) = (db.table_sql(rel), db.sql(name));
    let change = |to: String| format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind} COLLATE {to};");
    Some(Fix {
        script: change(plain(norm)),
        undo: Some(change(plain(own))),
        lock: "ACCESS EXCLUSIVE while the indexes of the column are built again: nobody reads or writes; the rows are \
               not rewritten"
            .into(),
        precheck: Some(format!(
            "-- indexes that are built again\nSELECT indexrelid::regclass FROM pg_catalog.pg_index WHERE indrelid = {}::regclass;",
            crate::findings::fix::literal(&table)
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(own: &str, theirs: &str) -> String {
        format!(
            "table x.shops rows=50\n col id text {theirs}\n pk shops_pkey (id)\n\
             table x.sales\n col shop_id text {own} distinct=40"
        )
    }

    #[test]
    fn fires_on_columns_that_belong_together() {
        fires(&RULE, &text("collation=C", ""), &["warning x.sales.shop_id"]);
        let names = "table x.a\n col item_code text\ntable x.b\n col item_code text\n\
                     table x.c\n col item_code text collation=C";
        fires(&RULE, names, &["warning x.c.item_code"]);
        let file = "server sqlite 3051003\ntable a\n col user_id TEXT\ntable b\n col user_id TEXT\n\
                    table c\n col user_id TEXT collation=NOCASE";
        fires(&RULE, file, &["warning main.c.user_id"]);
    }

    #[test]
    fn the_table_gives_its_collation() {
        let mysql = |own: &str, theirs: &str| {
            format!(
                "server mysql 90704\ntable x.a collation={own}\n col shop_code varchar(9)\n\
                 table x.b collation={theirs}\n col shop_code varchar(9) collation=utf8mb4_bin"
            )
        };
        silent(&RULE, &mysql("utf8mb4_bin", "latin1_swedish_ci"));
        fires(&RULE, &mysql("utf8mb4_0900_ai_ci", "latin1_swedish_ci"), &["warning x.b.shop_code"]);
    }

    #[test]
    fn silent_on_equal_ones_and_other_names() {
        silent(&RULE, &text("collation=C", "collation=C"));
        silent(&RULE, "table x.a\n col note text\ntable x.b\n col note text collation=C");
        silent(&RULE, "table x.a\n col item_id int\ntable x.b\n col item_id text collation=C");
        silent(&RULE, "table x.a\n col item_id text\ntable y.b\n col item_id text collation=C");
    }

    #[test]
    fn fk_type_mismatch_says_it_of_declared_keys() {
        let key = "\n fk s_fk (shop_id) -> x.shops (id)";
        let declared = format!("{}{key}", text("collation=C", ""));
        silent(&RULE, &declared);
        fires(&super::super::fk_type_mismatch::RULE, &declared, &["warning x.sales.shop_id"]);
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
