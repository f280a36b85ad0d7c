//! Rows that do not say when they came.

use super::support::rows_source;
use super::words::words;
use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::{KeyKind, RelId};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "no-audit-timestamps",
        title: "Rows that do not say when they came",
        section: Section::Types,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "After an incident nobody can say which rows are new, and a copy of what changed can not be made.",
        fires: "Over 1,000 rows and no column of a date or time type, in a schema where half of the tables have \
                one.",
        silent: "Small tables, tables between two others, schemas without such columns.",
        fix: "created_at timestamptz DEFAULT now(): nullable at first, for old rows have none.",
        reads: &["pg_attribute", "information_schema.COLUMNS", "pragma_table_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (columns, keys) = (db.columns()?, db.keys()?);
    let is_time = |kind: &str| {
        let lower = kind.to_ascii_lowercase();
        lower.contains("time") || lower.contains("date")
    };
    let named = |name: &str| {
        words(name).last().is_some_and(|word| {
            ["at", "on", "time", "date", "timestamp", "created", "updated"].contains(&word.as_str())
        })
    };
    let dated = |id| {
        columns
            .of(id)
            .iter()
            .any(|column| is_time(columns.names.get(column.type_name)) || named(columns.names.get(column.name)))
    };
    let all: Vec<RelId> = db.tables()?.map(|(id, _)| id).collect();
    let with = all.iter().filter(|id| dated(**id)).count();
    if with * 2 < all.len() {
        return Ok(());
    }
    for id in all.into_iter().filter(|id| !dated(*id)) {
        let between =
            keys.of(id).iter().filter(|key| key.kind == KeyKind::Foreign).count() >= 2 && columns.of(id).len() <= 4;
        let rows = db.rows(id);
        if between || rows.is_none_or(|rows| rows <= db.limits().tiny_table_rows) {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.table_object(id),
                "does not say when its rows came",
            )
            .why("Which rows are new can not be told.")
            .number("rows_estimate", rows, Unit::Count, rows_source(db)),
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
        let rest = "table x.a\n col created_at timestamp_with_time_zone\n";
        fires(&RULE, &format!("{rest}table x.d rows=5000\n col id int"), &["info x.d"]);
        silent(&RULE, &format!("{rest}table x.d rows=500\n col id int"));
        silent(&RULE, &format!("{rest}table x.d rows=5000\n col day date"));
        silent(&RULE, "table x.d rows=5000\n col id int");
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
