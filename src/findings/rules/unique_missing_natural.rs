//! A column whose name promises one row, without a unique index.

use super::support::rows_source;
use super::words::words;
use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::{IndexFlags, IndexPart, Indexes, KeyKind, RelId};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "unique-missing-natural",
        title: "A natural key that nothing keeps unique",
        section: Section::Keys,
        severity: Severity::Notice,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "Two accounts with one e-mail address, two pages with one slug: the program that checks first and \
              inserts later lets them in when two of it run.",
        fires: "A column named email, username, login, slug, sku, isbn or barcode, in a table with a primary key, \
                that is in no unique index. Likely where statistics say that all values differ.",
        silent: "Columns that are part of a unique index (also of lower(email), of tenant and email, of a partial \
                 one), foreign keys, views.",
        fix: "Look for duplicates first; then a unique index, on PostgreSQL made CONCURRENTLY and taken up by \
              ADD CONSTRAINT … USING INDEX.",
        reads: &["pg_index", "information_schema.STATISTICS", "pragma_index_xinfo"],
    },
    check,
};

const NAMES: [&str; 8] = ["email", "e_mail", "username", "login", "slug", "sku", "isbn", "barcode"];

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (keys, columns, indexes) = (db.keys()?, db.columns()?, db.indexes()?);
    for (id, _) in db.tables()? {
        if !keys.of(id).iter().any(|key| key.kind == KeyKind::Primary) {
            continue;
        }
        for column in columns.of(id) {
            let name = columns.names.get(column.name);
            let foreign =
                keys.of(id).iter().any(|key| key.kind == KeyKind::Foreign && keys.columns(key).any(|it| it == name));
            if !NAMES.contains(&words(name).join("_").as_str())
                || foreign
                || is_unique(indexes, id, column.position, name)
            {
                continue;
            }
            let rows = db.rows(id).filter(|rows| *rows >= db.limits().tiny_table_rows);
            let distinct = column.distinct.map(f64::from);
            let all_differ = rows.zip(distinct).is_some_and(|(rows, distinct)| distinct >= rows as f64 * 0.99);
            let confidence = if all_differ { Confidence::Likely } else { Confidence::Hint };
            out.add(
                Finding::new(
                    RULE.meta.severity,
                    confidence,
                    db.columns_object(id, &[name]),
                    "sounds like a key, but nothing keeps it unique",
                )
                .why("A check in the program alone lets duplicates in when two of it run at once.")
                .number("rows_estimate", db.rows(id), Unit::Count, rows_source(db))
                .not_known("whether values may repeat on purpose, and whether some do already"),
            );
        }
    }
    Ok(())
}

/// Part of any unique index, by itself or inside an expression.
fn is_unique(indexes: &Indexes, rel: RelId, position: u16, name: &str) -> bool {
    indexes.of(rel).iter().filter(|index| index.flags.has(IndexFlags::UNIQUE)).any(|index| {
        let holds = |part: &IndexPart| match part.column {
            0 => indexes.names.get(part.text).to_lowercase().contains(&name.to_lowercase()),
            column => column == position,
        };
        index.flags.has(IndexFlags::EXPRESSION_UNREAD) || indexes.key(index).iter().any(holds)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(
            &RULE,
            "table x.d rows=5000\n col id int\n col email text distinct=5000\n pk d_pk (id)",
            &["notice x.d.email"],
        );
        silent(&RULE, "table x.d\n col id int\n col email text\n pk d_pk (id)\n unique d_email (email)");
        silent(&RULE, "table x.d\n col id int\n col email text\n pk d_pk (id)\n index d_e (lower(email)) unique");
        silent(&RULE, "table x.d\n col email text");
        silent(&RULE, "table x.d\n col id int\n col email_count int\n pk d_pk (id)");
        blind(&RULE, "deny keys GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
