//! UUIDs kept as text.

use super::support::rows_source;
use super::words::{is_text, length, words};
use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::{Column, EngineKind, Index, RelId};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-uuid-as-text",
        title: "UUIDs kept as text",
        section: Section::Types,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: EVERY,
        profile: Profile::Default,
        why: "A UUID takes 16 bytes, its text 37: every row and every index that holds it is more than twice as \
              large, compares are slower, and 'A…' and 'a…' are two values.",
        fires: "PostgreSQL: a text column whose values are 36 characters wide by the statistics, with uuid or guid \
                in its name or a length of 36. MySQL and MariaDB: char(36) or varchar(36) with uuid or guid in its \
                name.",
        silent: "Other widths (CUID, ULID, nanoid), columns without statistics on PostgreSQL, the type uuid.",
        fix: "PostgreSQL: uuid, by a second column, a copy in batches and a swap. MySQL: BINARY(16) with \
              UUID_TO_BIN; MariaDB 10.7: UUID. SQLite: a BLOB of 16 bytes.",
        reads: &["pg_stats.avg_width", "information_schema.COLUMNS", "pragma_table_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    let mut blind = 0;
    for (id, _) in db.tables()? {
        for column in columns.of(id) {
            let (name, kind) = (columns.names.get(column.name), columns.names.get(column.type_name));
            let named = words(name).iter().any(|word| word == "uuid" || word == "guid");
            let long = length(kind) == Some(36);
            if !is_text(kind) || !(named || long) {
                continue;
            }
            let fits = match (db.engine(), column.avg_width) {
                (EngineKind::Postgresql, None) => {
                    blind += 1;
                    false
                }
                // 36 characters and one byte of length.
                (EngineKind::Postgresql, Some(width)) => width == 37,
                (EngineKind::Sqlite, _) => named && (long || length(kind).is_none()) && is_heavy(db, id, column),
                _ => named && long,
            };
            if !fits {
                continue;
            }
            let (severity, confidence) = match db.engine() {
                EngineKind::Sqlite => (Severity::Info, Confidence::Hint),
                _ => (RULE.meta.severity, RULE.meta.confidence),
            };
            out.add(
                Finding::new(severity, confidence, db.columns_object(id, &[name]), format!("holds UUIDs as {kind}"))
                    .why("The text takes more than twice the room of the type, in the table and in each index.")
                    .number("avg_width", column.avg_width.map(i64::from), Unit::Bytes, "pg_stats")
                    .number("rows_estimate", db.rows(id), Unit::Count, rows_source(db))
                    .not_known("whether each value is a UUID"),
            );
        }
    }
    if blind > 0 {
        out.partly(Gap::cannot_check(format!("{blind} columns may hold UUIDs, but have no statistics of their width")));
    }
    Ok(())
}

/// SQLite: enough rows for the room to matter, and an index that holds each value again.
fn is_heavy(db: &Db<'_>, id: RelId, column: &Column) -> bool {
    const ROWS: i64 = 100_000;
    let Ok(indexes) = db.indexes() else { return false };
    let holds = |index: &Index| indexes.key(index).iter().any(|part| part.column == column.position);
    db.rows(id).is_some_and(|rows| rows >= ROWS) && indexes.of(id).iter().any(holds)
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
            "table x.d\n col order_uuid text width=37\n col ref character_varying(36) width=37",
            &["notice x.d.order_uuid", "notice x.d.ref"],
        );
        fires(&RULE, "server mysql 90700\ntable x.d\n col guid char(36)", &["notice x.d.guid"]);
        silent(
            &RULE,
            "table x.d\n col uuid uuid\n col uuid_text text width=12\n col ref character_varying(36) width=20",
        );
        let file = "server sqlite 3051003\ntable d rows=200000\n col uuid TEXT\n index d_u (uuid)";
        fires(&RULE, file, &["info main.d.uuid"]);
        silent(&RULE, &file.replace("200000", "2000"));
        silent(&RULE, &file.replace("col uuid TEXT", "col uuid BLOB"));
        blind(&RULE, "table x.d\n col order_uuid text", Status::CannotCheck, "no statistics");
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
