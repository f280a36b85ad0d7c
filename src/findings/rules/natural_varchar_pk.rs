//! A wide text as the key under every secondary index.

use super::support::{column_of, index_source};
use super::words::{is_text, length};
use crate::findings::rule::MYSQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::IndexFlags;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "natural-varchar-pk",
        title: "A wide text as primary key of InnoDB",
        section: Section::Keys,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: MYSQL,
        profile: Profile::Strict,
        why: "InnoDB keeps the primary key in every secondary index: a key of 100 bytes stands there once for \
              each index and row.",
        fires: "A primary key of one text column longer than 36 characters, in a table with at least two secondary \
                indexes.",
        silent: "Short codes, UUIDs and the like up to 36 characters, junction tables, other storage engines.",
        fix: "A bigint AUTO_INCREMENT key, with the text under a unique index.",
        reads: &["information_schema.STATISTICS", "information_schema.COLUMNS"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (indexes, columns) = (db.indexes()?, db.columns()?);
    for (id, rel) in db.tables()? {
        let engine = db.relations().names.opt(rel.storage).unwrap_or("InnoDB");
        let all = indexes.of(id);
        let primary = all.iter().find(|index| index.flags.has(IndexFlags::PRIMARY));
        let Some(primary) = primary.filter(|index| index.key_parts == 1 && engine.starts_with("InnoDB")) else {
            continue;
        };
        let column = indexes.key(primary).first().and_then(|part| column_of(columns, id, part.column));
        let Some(column) = column else { continue };
        let (name, kind) = (columns.names.get(column.name), columns.names.get(column.type_name));
        let Some(long) = length(kind).filter(|long| *long > 36 && is_text(kind)) else { continue };
        if all.len() < 3 {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.columns_object(id, &[name]),
                format!("is a key of up to {long} characters under {} indexes", all.len() - 1),
            )
            .why("Each secondary index holds the primary key of each row.")
            .number("indexes", i64::try_from(all.len()).ok(), Unit::Count, index_source(db))
            .not_known("how long the values really are"),
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
        let text = |kind: &str| {
            format!(
                "server mysql 90700\ntable x.d storage=InnoDB\n col code {kind}\n col a int\n col b int\n pk PRIMARY (code)\n index i1 (a)\n index i2 (b)"
            )
        };
        fires(&RULE, &text("varchar(190)"), &["info x.d.code"]);
        silent(&RULE, &text("char(36)"));
        silent(&RULE, &text("bigint"));
        blind(&RULE, "server mysql 90700\ndeny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
