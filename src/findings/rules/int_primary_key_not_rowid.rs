//! A whole-number key of SQLite that is not the row number.

use super::support::and_size;
use super::words::Affinity;
use crate::findings::rebuild::{TableText, rebuild, texts};
use crate::findings::rule::SQLITE;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity};
use crate::model::{ColFlags, Column, IndexFlags, RelFlags, RelId};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "int-primary-key-not-rowid",
        title: "A whole-number key that is not the row number",
        section: Section::Settings,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: SQLITE,
        profile: Profile::Default,
        why: "Only the very word INTEGER makes a primary key the number that SQLite sorts the table by. With INT or BIGINT it \
              makes an index beside the table: more room, two look-ups for each row, NULL allowed, and no number of its own for \
              new rows.",
        fires: "One column of a whole-number type is the primary key, SQLite made an index for it, and the table has row numbers.",
        silent: "INTEGER PRIMARY KEY, keys of several columns, other types, WITHOUT ROWID tables.",
        fix: "Make the table anew with INTEGER PRIMARY KEY. It takes whole numbers only, and NULL becomes a new number.",
        reads: &["pragma_table_xinfo", "pragma_index_list", "sqlite_schema.sql"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (columns, indexes) = (db.columns()?, db.indexes()?);
    for (id, _) in db.tables()?.filter(|(_, rel)| !rel.flags.has(RelFlags::WITHOUT_ROWID)) {
        let key: Vec<&Column> = columns.of(id).iter().filter(|it| it.flags.has(ColFlags::PRIMARY)).collect();
        let ([column], range) = (key.as_slice(), indexes.slices.of(id.0 as usize)) else { continue };
        let (name, kind) = (columns.names.get(column.name), columns.names.get(column.type_name));
        let primary = range.clone().zip(indexes.of(id)).find(|(_, index)| index.flags.has(IndexFlags::PRIMARY));
        let Some((n, index)) = primary.filter(|_| Affinity::of(kind) == Affinity::Integer) else { continue };
        let bytes = db.index_bytes(n as u32, index);
        let mut finding = Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            db.columns_object(id, &[name]),
            format!("is {kind} PRIMARY KEY: not the row number, but an index beside it{}", and_size(bytes)),
        )
        .why("Each look-up by the key searches two b-trees, and NULL is allowed in it.")
        .text("declared", kind, "pragma_table_xinfo")
        .text("index", indexes.names.get(index.name), "pragma_index_list")
        .bytes(bytes);
        if let Some(fix) = fix(db, id, name, kind) {
            finding = finding.fix(fix);
        }
        out.add(finding);
    }
    Ok(())
}

/// `INTEGER PRIMARY KEY DESC`, the other one that is none, would need another change than its type.
fn fix(db: &Db<'_>, id: RelId, name: &str, kind: &str) -> Option<Fix> {
    let texts = texts(db, id)?;
    let edit = TableText::read(texts.table)?.set_type(name, "INTEGER")?;
    let (column, table) = (db.sql(name), db.table_sql(id));
    let check = format!(
        "-- keys that are no whole numbers: must be 0\nSELECT count(*) FROM {table} WHERE typeof({column}) <> 'integer';"
    );
    (!kind.eq_ignore_ascii_case("INTEGER")).then(|| rebuild(db, id, vec![edit], Some(check)))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    fn text(kind: &str, key: &str) -> String {
        format!(
            "server sqlite 3051003\ntable t\n col id {kind}\n col b text\n {key}\n define table t CREATE TABLE t(id {kind} PRIMARY KEY, b text)"
        )
    }

    #[test]
    fn fires_silent_and_blind() {
        for kind in ["INT", "bigint", "INTEGER"] {
            fires(&RULE, &text(kind, "pk p (id) automatic"), &["info main.t.id"]);
        }
        silent(&RULE, &text("INTEGER", "pk p (id) rowid"));
        silent(&RULE, &text("TEXT", "pk p (id) automatic"));
        silent(&RULE, &text("INT", "pk p (id, b) automatic"));
        silent(&RULE, &text("INT", "pk p (id)").replace("table t\n", "table t without_rowid\n"));
        blind(&RULE, "server sqlite 3051003\ndeny indexes X\ntable t", Status::CannotCheck, "X");
    }

    #[test]
    fn the_script_changes_the_type_alone() {
        let fix = |kind: &str| run(&RULE, &text(kind, "pk p (id) automatic")).findings[0].fix.clone();
        assert!(fix("INT").unwrap().script.contains("CREATE TABLE t(id INTEGER PRIMARY KEY, b text);"));
        assert_eq!(fix("INTEGER"), None);
    }
}
