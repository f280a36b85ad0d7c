//! Texts of a fixed length.

use super::words::{length, words};
use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::EngineKind;
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-char-n",
        title: "Texts padded to a fixed length",
        section: Section::Types,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Strict,
        why: "PostgreSQL stores and returns the blanks behind, compares as if they were not there, and is never \
              faster than with text. MySQL and MariaDB cut the blanks off when they read, so that what was written does \
              not come back, and keep n bytes at least.",
        fires: "Columns of type char(n) with n over 3, named once for each table. MySQL and MariaDB: those whose \
                characters take several bytes, where char is not even of a fixed size.",
        silent: "char(1) to char(3), which hold codes, varchar and text. MySQL and MariaDB: one-byte character sets, and \
                 lengths or names of what always has this length (uuid, hashes, codes).",
        fix: "PostgreSQL: text with a CHECK of the length; MySQL and MariaDB: varchar(n). The change rewrites the table.",
        reads: &["pg_attribute", "information_schema.COLUMNS"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let mut tables: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    let columns = db.columns()?;
    for (id, _) in db.tables()? {
        for column in columns.of(id) {
            let (name, kind) = (columns.names.get(column.name), columns.names.get(column.type_name));
            let fits = match db.engine() {
                EngineKind::Postgresql => kind.starts_with("character(") && length(kind).is_some_and(|long| long > 3),
                _ => is_padded(name, kind, columns.collation_of(id, column)),
            };
            if fits {
                tables.entry(id).or_default().push(name);
            }
        }
    }
    let source = if db.engine() == EngineKind::Postgresql { "pg_attribute" } else { "information_schema.COLUMNS" };
    let summary = match db.engine() {
        EngineKind::Postgresql => "is padded with blanks to a fixed length",
        _ => "is of a fixed length that its characters do not have",
    };
    for (id, names) in tables {
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.columns_object(id, &names), summary)
                .why(match db.engine() {
                    EngineKind::Postgresql => "The blanks are stored, and forgotten by compares.",
                    _ => "Blanks at the end do not come back, and varchar takes less room.",
                })
                .number("columns", i64::try_from(names.len()).ok(), Unit::Count, source),
        );
    }
    Ok(())
}

/// MySQL and MariaDB: several bytes a character, and nothing that always has this length.
fn is_padded(name: &str, kind: &str, collation: Option<&str>) -> bool {
    const CODES: [&str; 12] =
        ["uuid", "guid", "hash", "md5", "sha1", "sha256", "digest", "checksum", "code", "iso", "token", "ulid"];
    let Some(long) = length(kind).filter(|_| kind.to_ascii_lowercase().starts_with("char(")) else { return false };
    let several = collation.is_some_and(|name| name.starts_with("utf8") || name.starts_with("ucs2"));
    let fixed = matches!(long, 26 | 32 | 36 | 40 | 56 | 64 | 96 | 128);
    long > 3 && several && !fixed && !words(name).iter().any(|word| CODES.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "table x.d\n col a character(10)\n col b character(20)\n col c text", &["info x.d.a,b"]);
        silent(&RULE, "table x.d\n col a character(2)\n col b character_varying(20)");
        let mysql = |column: &str| format!("server mysql 90704\ntable x.d collation=utf8mb4_0900_ai_ci\n col {column}");
        fires(&RULE, &mysql("city char(30)"), &["info x.d.city"]);
        for column in ["id char(36)", "city char(30) collation=latin1_bin", "zip_code char(5)", "city varchar(30)"] {
            silent(&RULE, &mysql(column));
        }
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
