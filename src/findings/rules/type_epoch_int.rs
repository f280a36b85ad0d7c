//! Moments kept as numbers.

use super::support::typed;
use super::words::words;
use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::{EngineKind, Key, KeyKind};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-epoch-int",
        title: "Moments kept as numbers",
        section: Section::Types,
        severity: Severity::Notice,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "Nobody can read them, date functions need a cast that no index serves, and seconds mix with \
              milliseconds.",
        fires: "An integer column whose name ends in _at, _on, _time, _date, _ts or timestamp; likely where the \
                planner's statistics (PostgreSQL) hold seconds, milliseconds or microseconds from 2001 to 2039. SQLite, \
                which has no type for them, as info.",
        silent: "Keys, durations and counters by name (retry, elapsed, timeout, ttl), small integers, statistics that hold \
                 other numbers.",
        fix: "PostgreSQL: timestamptz by to_timestamp(c), a rewrite, so by a second column on a large table. \
              MySQL: DATETIME(6). SQLite: one unit everywhere, and a word about it where the schema is.",
        reads: &["pg_attribute", "pg_stats", "information_schema.COLUMNS", "pragma_table_xinfo"],
    },
    check,
};

const LAST: [&str; 8] = ["at", "on", "time", "date", "ts", "timestamp", "datetime", "epoch"];
/// Values from which on their share says something.
const FEW: u32 = 10;
const SPANS: [&str; 9] = ["retry", "elapsed", "ellapsed", "timeout", "ttl", "duration", "run", "wait", "total"];

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (columns, keys) = (db.columns()?, db.keys()?);
    for (id, name, kind) in typed(db, is_large_int)? {
        let parts = words(name);
        let last = parts.last().map(String::as_str).unwrap_or_default();
        // An integer named `…_time` is more often a span.
        let moment = LAST.contains(&last) && (last != "time" || kind.to_ascii_lowercase().starts_with("bigint"));
        // `created_on`, but not `execute_on` or `iconid_on`.
        let before = parts.len().checked_sub(2).and_then(|at| parts.get(at)).map(String::as_str).unwrap_or_default();
        let moment = moment && (last != "on" || before.ends_with("ed"));
        let key = |key: &Key| matches!(key.kind, KeyKind::Foreign | KeyKind::Primary);
        if keys.of(id).iter().any(|own| key(own) && keys.columns(own).any(|it| it == name)) {
            continue;
        }
        if !moment || parts.len() < 2 && name.len() < 5 || parts.iter().any(|word| SPANS.contains(&word.as_str())) {
            continue;
        }
        let position = columns.of(id).iter().find(|column| columns.names.get(column.name) == name);
        let values = position.and_then(|column| columns.values_of(id, column.position));
        if values.is_some_and(|values| values.seen > 0 && values.epochs == 0) {
            continue;
        }
        let values = values.filter(|values| values.seen >= FEW);
        if values.is_some_and(|values| values.epochs * 10 < values.seen * 9) {
            continue;
        }
        let severity = if db.engine() == EngineKind::Sqlite { Severity::Info } else { RULE.meta.severity };
        let confidence = if values.is_some() { Confidence::Likely } else { RULE.meta.confidence };
        let summary = match values {
            Some(_) => format!("holds moments as {kind}"),
            None => format!("looks like a moment, but is {kind}"),
        };
        let finding = Finding::new(severity, confidence, db.columns_object(id, &[name]), summary)
            .why("Seconds or milliseconds, and in which zone, is known to programs only.")
            .text("type", kind, "the catalog");
        out.add(match values {
            Some(values) => finding
                .number("values_seen", Some(i64::from(values.seen)), Unit::Count, "pg_stats")
                .number("look_like_times", Some(i64::from(values.epochs)), Unit::Count, "pg_stats"),
            None => finding.not_known("whether its values are times"),
        });
    }
    Ok(())
}

fn is_large_int(kind: &str) -> bool {
    let lower = kind.to_ascii_lowercase();
    lower.starts_with("int") && !lower.starts_with("interval") || lower.starts_with("bigint")
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
            "table x.d\n col created_at bigint\n col retry_time integer\n col seen timestamp_with_time_zone",
            &["notice x.d.created_at"],
        );
        silent(
            &RULE,
            "table x.d\n col created_at timestamp_with_time_zone\n col retry_time integer\n col flat_at interval",
        );
        fires(&RULE, "table x.d\n col created_at bigint seen=100 epochs=99", &["notice x.d.created_at"]);
        silent(&RULE, "table x.d\n col execute_on int\n col start_date int\n pk d_pk (start_date)");
        silent(&RULE, "table x.d\n col created_at bigint seen=100 epochs=9");
        fires(&RULE, "server sqlite 3051003\ntable d\n col created_at INTEGER", &["info main.d.created_at"]);
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
