//! JSON kept as text.

use super::support::rows_source;
use super::words::{is_text, words};
use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::{ColFlags, Column, Columns, EngineKind, KeyKind, RelId};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-json-as-text",
        title: "JSON kept as text",
        section: Section::Types,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Nothing keeps broken JSON out, each question to it parses the text again, and no index reaches inside.",
        fires: "PostgreSQL: a text column whose values in the planner's statistics (ten at least) are objects or arrays \
                to 90 %. Without statistics, and on MySQL and MariaDB, as a hint: a long text whose name ends in json.",
        silent: "json and jsonb, a text under a CHECK that names JSON (MariaDB's type JSON is that), statistics that \
                 say otherwise, other names without statistics. SQLite and D1 keep JSON in text and are right to.",
        fix: "PostgreSQL: jsonb, on a large table by a second column, since the change rewrites the table. MySQL: JSON \
              or a CHECK (JSON_VALID(c)); MariaDB: a CHECK.",
        reads: &["pg_stats", "pg_constraint", "information_schema.COLUMNS", "information_schema.CHECK_CONSTRAINTS"],
    },
    check,
};

/// Values from which on their share says something.
const FEW: u32 = 10;

/// What speaks for it.
enum Said {
    /// By statistics: objects and arrays, of all values seen.
    Values(u32, u32),
    Name,
}

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    db.keys()?;
    for (id, _) in db.tables()? {
        for column in columns.of(id) {
            let (name, kind) = (columns.names.get(column.name), columns.names.get(column.type_name));
            if !is_text(kind) || column.generated.is_some() {
                continue;
            }
            let Some(said) = said(columns, id, column, name, kind) else { continue };
            if !is_checked(db, id, name) {
                out.add(finding(db, id, (name, kind), said));
            }
        }
    }
    Ok(())
}

fn said(columns: &Columns, id: RelId, column: &Column, name: &str, kind: &str) -> Option<Said> {
    let values = columns.values_of(id, column.position);
    if let Some(values) = values.filter(|values| values.seen >= FEW) {
        return (values.json * 10 >= values.seen * 9).then_some(Said::Values(values.json, values.seen));
    }
    // `is_json`, `json_path` and `json_schema_url` tell of some.
    let parts = words(name);
    let last = parts.last().map(String::as_str).unwrap_or_default();
    let asks = parts.first().is_some_and(|word| matches!(word.as_str(), "is" | "has" | "as"));
    (matches!(last, "json" | "jsonb") && !asks && is_long(kind)).then_some(Said::Name)
}

fn is_long(kind: &str) -> bool {
    super::words::length(kind).is_none_or(|length| length >= 255)
}

/// Under a check that parses it.
fn is_checked(db: &Db<'_>, id: RelId, name: &str) -> bool {
    let Ok(keys) = db.keys() else { return true };
    keys.of(id).iter().filter(|key| key.kind == KeyKind::Check).any(|key| {
        // A text that was not read may be it.
        keys.names.opt(key.definition).is_none_or(|text| {
            let lower = text.to_lowercase();
            lower.contains("json") && lower.contains(&name.to_lowercase())
        })
    })
}

fn finding(db: &Db<'_>, id: RelId, (name, kind): (&str, &str), said: Said) -> Finding {
    let (confidence, summary) = match said {
        Said::Values(..) => (RULE.meta.confidence, format!("holds JSON as {kind}")),
        Said::Name => (Confidence::Hint, format!("sounds like JSON, but is {kind}")),
    };
    let mut finding = Finding::new(RULE.meta.severity, confidence, db.columns_object(id, &[name]), summary)
        .why("Nothing keeps broken JSON out, and no index reaches inside.")
        .number("rows_estimate", db.rows(id), Unit::Count, rows_source(db));
    if let Said::Values(json, seen) = said {
        let share = f64::from(json) / f64::from(seen);
        finding = finding
            .fact("json_share", Value::Float((share * 1000.0).round() / 1000.0), Some(Unit::Share), "pg_stats")
            .number("values_seen", Some(i64::from(seen)), Unit::Count, "pg_stats")
            .not_known("whether each value parses: the precheck finds those that do not");
    } else {
        finding = finding.not_known("whether its values are JSON");
    }
    match fix(db, id, name, kind) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

fn fix(db: &Db<'_>, id: RelId, name: &str, kind: &str) -> Option<Fix> {
    let (table, column) = (db.table_sql(id), db.sql(name));
    let columns = db.columns().ok()?;
    let own = columns.of(id).iter().find(|own| columns.names.get(own.name) == name)?;
    if own.flags.has(ColFlags::DEFAULT_UNREAD) {
        return None;
    }
    // A default of the old type stands in the way.
    let change = |kind: &str, text: &str| match columns.names.opt(own.default) {
        None => format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind} USING {column}::{text};"),
        Some(default) => format!(
            "ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT, ALTER COLUMN {column} TYPE {kind} USING \
             {column}::{text}, ALTER COLUMN {column} SET DEFAULT ({default})::{text};"
        ),
    };
    match db.engine() {
        EngineKind::Postgresql => Some(Fix {
            script: change("jsonb", "jsonb"),
            undo: Some(format!(
                "-- spaces, the order of keys and repeated keys do not come back\n{}",
                change(kind, "text")
            )),
            lock: "ACCESS EXCLUSIVE while the table is rewritten: nobody reads or writes; on a large table a second \
                   column, a copy in batches and a swap instead"
                .into(),
            precheck: Some(match db.version() >= 160_000 {
                true => format!(
                    "-- values that do not parse: must be 0; reads the table\n\
                     SELECT count(*) FROM {table} WHERE NOT pg_catalog.pg_input_is_valid({column}, 'jsonb');"
                ),
                false => format!(
                    "-- fails at the first value that does not parse; reads the table\n\
                     SELECT count({column}::jsonb) FROM {table};"
                ),
            }),
        }),
        EngineKind::Mysql | EngineKind::Mariadb => {
            // Unique in the whole schema on MySQL.
            let base = format!("{}_{name}", db.relations().name(id));
            let check = db.sql(&format!("{}_is_json", base.chars().take(50).collect::<String>()));
            let drop = if db.engine() == EngineKind::Mysql { "CHECK" } else { "CONSTRAINT" };
            Some(Fix {
                script: format!("ALTER TABLE {table} ADD CONSTRAINT {check} CHECK (json_valid({column}));"),
                undo: Some(format!("ALTER TABLE {table} DROP {drop} {check};")),
                lock: "copies the table: writes wait for its whole time".into(),
                precheck: Some(format!(
                    "-- values that do not parse: must be 0; reads the table\n\
                     SELECT count(*) FROM {table} WHERE json_valid({column}) = 0;"
                )),
            })
        }
        EngineKind::Sqlite => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    #[test]
    fn fires_by_values_and_by_name() {
        fires(&RULE, "table x.d\n col body text seen=100 json=95", &["notice x.d.body"]);
        fires(&RULE, "table x.d\n col extra_json text\n col config text", &["notice x.d.extra_json"]);
        fires(&RULE, "server mysql 90704\ntable x.d\n col tags_json longtext", &["notice x.d.tags_json"]);
        assert_eq!(run(&RULE, "table x.d\n col body text seen=100 json=95").findings[0].confidence, Confidence::Likely);
    }

    #[test]
    fn silent_on_what_is_no_json_or_is_kept_well() {
        silent(&RULE, "table x.d\n col settings text seen=100 json=60\n col payload jsonb\n col is_json text");
        silent(&RULE, "table x.d\n col config character_varying(40)\n col json_path text");
        silent(&RULE, "server mariadb 101100\ntable x.d\n col a_json longtext\n check c (json_valid(a_json))");
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
        blind(&RULE, "deny keys GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
