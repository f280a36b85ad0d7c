//! A declared type of SQLite that stores something else than it says.

use super::words::Affinity;
use crate::findings::rebuild::{TableText, rebuild, texts};
use crate::findings::rule::SQLITE;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity};
use crate::model::{RelFlags, RelId};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-affinity-trap",
        title: "A declared type that stores something else than it says",
        section: Section::Settings,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: SQLITE,
        profile: Profile::Default,
        why: "SQLite looks for a few letters in a declared type. In STRING there are none of text, so that '007' is stored as \
              7 and '1e5' as 100000.0; in FLOATING POINT there is INT.",
        fires: "A type that means text (STRING, UUID, ENUM, XML, EMAIL, HASH and the like) has the affinity NUMERIC or \
                INTEGER, or one that means fractions (FLOATING POINT) has INTEGER.",
        silent: "STRICT tables; dates, booleans, decimals and JSON, where numbers are meant or do no harm; types for blobs, \
                 which are never converted.",
        fix: "Make the table anew with TEXT or REAL. Digits that were lost stay lost: look for them in a backup.",
        reads: &["pragma_table_xinfo", "sqlite_schema.sql"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    for (id, rel) in db.tables()?.filter(|(_, rel)| !rel.flags.has(RelFlags::STRICT)) {
        for column in columns.of(id) {
            let (name, kind) = (columns.names.get(column.name), columns.names.get(column.type_name));
            let Some(meant) = meant(kind) else { continue };
            let affinity = Affinity::of(kind);
            let why = match meant {
                Affinity::Text => "Text that looks like a number is stored as one: 007 comes back as 7.",
                _ => "Whole numbers are stored without their point, and text that looks like a number as one.",
            };
            let mut finding = Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.columns_object(id, &[name]),
                format!("is declared {kind} and treated as {}", affinity.name()),
            )
            .why(why)
            .text("declared", kind, "pragma_table_xinfo")
            .text("affinity", affinity.name(), "the rules of SQLite")
            .not_known("which values were converted already: what they were is gone")
            .bytes(rel.table_bytes);
            if let Some(fix) = fix(db, id, name, meant) {
                finding = finding.fix(fix);
            }
            out.add(finding);
        }
    }
    Ok(())
}

/// What the author meant, where SQLite understands something else.
fn meant(kind: &str) -> Option<Affinity> {
    const TEXTS: [&str; 14] = [
        "STRING",
        "STR",
        "UUID",
        "GUID",
        "UNIQUEIDENTIFIER",
        "ENUM",
        "XML",
        "EMAIL",
        "URL",
        "HASH",
        "INET",
        "CIDR",
        "MACADDR",
        "PHONE",
    ];
    let upper = kind.to_ascii_uppercase();
    let head = upper.split('(').next().unwrap_or_default().trim();
    let affinity = Affinity::of(kind);
    if TEXTS.contains(&head) && matches!(affinity, Affinity::Numeric | Affinity::Integer) {
        return Some(Affinity::Text);
    }
    let fractions = ["FLOAT", "DOUBLE", "REAL"].iter().any(|word| head.starts_with(word));
    (fractions && affinity == Affinity::Integer).then_some(Affinity::Real)
}

fn fix(db: &Db<'_>, id: RelId, name: &str, meant: Affinity) -> Option<Fix> {
    let texts = texts(db, id)?;
    let edit = TableText::read(texts.table)?.set_type(name, meant.name())?;
    let (column, table) = (db.sql(name), db.table_sql(id));
    let check = format!("-- what was converted\nSELECT typeof({column}), count(*) FROM {table} GROUP BY 1;");
    rebuild(db, id, vec![edit], Some(check))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    fn text(kind: &str) -> String {
        let written = kind.replace('_', " ");
        format!(
            "server sqlite 3051003\ntable t\n col a {kind}\n define table t CREATE TABLE t(a {written} NOT NULL)\n define index t_a CREATE INDEX t_a ON t(a)"
        )
    }

    #[test]
    fn fires_silent_and_blind() {
        for kind in ["STRING", "string(20)", "Uuid", "FLOATING_POINT", "enum('a')"] {
            fires(&RULE, &text(kind), &["notice main.t.a"]);
        }
        for kind in [
            "TEXT",
            "VARCHAR(20)",
            "DATETIME",
            "BOOLEAN",
            "DECIMAL(10,2)",
            "JSON",
            "DOUBLE_PRECISION",
            "INT",
            "POINT",
            "BINARY(16)",
        ] {
            silent(&RULE, &text(kind));
        }
        silent(&RULE, &text("STRING").replace("table t\n", "table t strict\n"));
        blind(&RULE, "server sqlite 3051003\ndeny columns X\ntable t", Status::CannotCheck, "X");
    }

    #[test]
    fn the_script_makes_the_table_anew_with_its_indexes() {
        let check = run(&RULE, &text("STRING"));
        let script = &check.findings[0].fix.as_ref().unwrap().script;
        assert!(
            script.contains("CREATE TABLE t(a TEXT NOT NULL);") && script.contains("CREATE INDEX t_a ON t(a);"),
            "{script}"
        );
    }
}
