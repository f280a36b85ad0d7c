//! updated_at that only programs maintain.

use super::words::words;
use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Profile, Rule, Section, Severity};
use crate::model::{ColFlags, Column, EngineKind, RelFlags, RelId};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "updated-at-not-maintained",
        title: "A time of change that the database does not maintain",
        section: Section::Types,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "Whoever writes by hand or by another program forgets it, and what relies on it (copies, caches) \
              misses the change.",
        fires: "A column updated_at, modified_at or changed_at in a table without a trigger on UPDATE; on MySQL and \
                MariaDB also without ON UPDATE CURRENT_TIMESTAMP.",
        silent: "Tables with any trigger on UPDATE, generated columns, MariaDB's tables with system versioning.",
        fix: "PostgreSQL and SQLite: a trigger that sets it. MySQL and MariaDB: ON UPDATE CURRENT_TIMESTAMP as part of \
              the column. Or accept this finding where one program writes alone.",
        reads: &["pg_trigger", "sqlite_schema", "information_schema.COLUMNS.EXTRA", "information_schema.TRIGGERS"],
    },
    check,
};

const NAMES: [&str; 5] = ["updated_at", "modified_at", "changed_at", "last_modified", "last_updated"];

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (columns, objects) = (db.columns()?, db.objects()?);
    let mysql = matches!(db.engine(), EngineKind::Mysql | EngineKind::Mariadb);
    // Without the right to see them, triggers are not listed at all.
    let hidden = objects.notes.iter().find(|note| mysql && note.text.contains("trigger"));
    let mut unsure = 0;
    for (id, rel) in db.tables()? {
        let on_update = |event: &str| event.to_ascii_uppercase().contains("UPDATE");
        let triggered = objects.triggers_of(id).iter().any(|trigger| on_update(objects.names.get(trigger.event)));
        if triggered || rel.flags.has(RelFlags::SYSTEM_VERSIONED) {
            continue;
        }
        for column in columns.of(id) {
            let name = columns.names.get(column.name);
            let kept = columns.names.opt(column.default).is_some_and(|text| text.to_lowercase().contains("on update "));
            if !NAMES.contains(&words(name).join("_").as_str()) || kept || column.generated.is_some() {
                continue;
            }
            if hidden.is_some() {
                unsure += 1;
                continue;
            }
            let finding = Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.columns_object(id, &[name]),
                "is set by programs only",
            )
            .why("A change by hand or by another program does not show in it.")
            .not_known("whether every program that writes sets it");
            out.add(match fix(db, id, name, columns.names.get(column.type_name), column) {
                Some(fix) => finding.fix(fix),
                None => finding,
            });
        }
    }
    if let Some(note) = hidden.filter(|_| unsure > 0) {
        out.partly(Gap::cannot_check(note.text.clone()));
    }
    Ok(())
}

/// MySQL and MariaDB keep it themselves when the column says so.
fn fix(db: &Db<'_>, id: RelId, name: &str, kind: &str, column: &Column) -> Option<Fix> {
    let lower = kind.to_ascii_lowercase();
    let plain = column.default.is_none() && !column.flags.has(ColFlags::INVISIBLE);
    if !matches!(db.engine(), EngineKind::Mysql | EngineKind::Mariadb) || !plain || column.comment.is_some() {
        return None;
    }
    let digits = lower.strip_prefix("datetime").or(lower.strip_prefix("timestamp"))?;
    let (table, sql) = (db.table_sql(id), db.sql(name));
    let null = if column.flags.has(ColFlags::NOT_NULL) { "NOT NULL" } else { "NULL" };
    let change = format!("ALTER TABLE {table} MODIFY COLUMN {sql} {lower} {null}");
    // MySQL does not change a column in place where the table has a check.
    let (how, lock) = match db.engine() {
        EngineKind::Mariadb => (
            ", ALGORITHM=INPLACE, LOCK=NONE",
            "ALGORITHM=INPLACE, LOCK=NONE: a metadata lock for a moment waits for open transactions; no rewrite",
        ),
        _ => (
            "",
            "a metadata lock for a moment waits for open transactions; no rewrite, but a copy of the table where it has \
             a CHECK: writes wait for its whole time",
        ),
    };
    Some(Fix {
        script: format!("{change} ON UPDATE CURRENT_TIMESTAMP{digits}{how};"),
        undo: Some(format!("{change}{how};")),
        lock: lock.into(),
        precheck: Some(format!("SHOW CREATE TABLE {table};")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "table x.d\n col updated_at date", &["info x.d.updated_at"]);
        silent(&RULE, "table x.d\n col updated_at date\n trigger touch on");
        silent(&RULE, "table x.d\n col created_at date");
        let mysql = |column: &str| format!("server mysql 90704\ntable x.d\n col updated_at {column}");
        fires(&RULE, &mysql("datetime"), &["info x.d.updated_at"]);
        fires(&RULE, &mysql("timestamp default=CURRENT_TIMESTAMP"), &["info x.d.updated_at"]);
        blind(&RULE, "deny objects GRANT X\ntable x.d\n col updated_at date", Status::CannotCheck, "GRANT X");
    }
}
