//! SQLite: a primary key that takes NULL.

use crate::findings::rule::SQLITE;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Value};
use crate::model::{ColFlags, KeyKind, RelFlags};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "pk-nullable",
        title: "A primary key that takes NULL",
        section: Section::Keys,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: SQLITE,
        profile: Profile::Default,
        why: "By an old mistake that SQLite keeps, a primary key other than INTEGER PRIMARY KEY accepts NULL, any number of \
              times: such rows can not be told apart.",
        fires: "A primary key column without NOT NULL, in a table that is neither STRICT nor WITHOUT ROWID, where the key \
                is not the row number.",
        silent: "INTEGER PRIMARY KEY, NOT NULL columns, STRICT tables and tables WITHOUT ROWID.",
        fix: "NOT NULL on the columns, which needs a copy of the table.",
        reads: &["pragma_table_xinfo", "pragma_table_list"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (keys, columns) = (db.keys()?, db.columns()?);
    for (id, rel) in db.tables()? {
        if rel.flags.has(RelFlags::STRICT) || rel.flags.has(RelFlags::WITHOUT_ROWID) {
            continue;
        }
        // A primary key without an index is the row number.
        let Some(key) = keys.of(id).iter().find(|key| key.kind == KeyKind::Primary && key.index.is_some()) else {
            continue;
        };
        let names: Vec<&str> = keys.columns(key).collect();
        let open: Vec<&str> = columns
            .of(id)
            .iter()
            .filter(|column| !column.flags.has(ColFlags::NOT_NULL))
            .map(|column| columns.names.get(column.name))
            .filter(|name| names.iter().any(|own| own.eq_ignore_ascii_case(name)))
            .collect();
        if open.is_empty() {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.columns_object(id, &open),
                "is a primary key that takes NULL",
            )
            .why("Rows with NULL in their key can not be told apart.")
            .fact(
                "columns",
                Value::List(open.iter().map(|&name| name.to_owned()).collect()),
                None,
                "pragma_table_xinfo",
            )
            .not_known("whether there are such rows"),
        );
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
        let text = |words: &str, column: &str, key: &str| {
            format!("server sqlite 3051003\ntable d {words}\n col code TEXT {column}\n pk p (code) {key}")
        };
        // The fixture takes a primary key for NOT NULL unless told otherwise.
        fires(&RULE, &text("", "nullable", ""), &["warning main.d.code"]);
        silent(&RULE, &text("", "notnull", ""));
        silent(&RULE, &text("", "nullable", "rowid"));
        silent(&RULE, &text("strict", "nullable", ""));
        silent(&RULE, &text("without_rowid", "nullable", ""));
        blind(&RULE, "server sqlite 3051003\ndeny columns GRANT X\ntable d", Status::CannotCheck, "GRANT X");
    }
}
