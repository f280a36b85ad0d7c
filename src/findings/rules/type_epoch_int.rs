//! Moments kept as numbers.

use super::support::typed;
use super::words::words;
use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-epoch-int",
        title: "Moments kept as numbers",
        section: Section::Types,
        severity: Severity::Notice,
        confidence: Confidence::Hint,
        engines: SERVERS,
        profile: Profile::Strict,
        why: "Nobody can read them, date functions need a cast that no index serves, and seconds mix with \
              milliseconds.",
        fires: "An integer column whose name ends in _at, _on, _time, _date, _ts or timestamp.",
        silent: "Durations and counters by name (retry, elapsed, timeout, ttl), small integers.",
        fix: "PostgreSQL: timestamptz by to_timestamp(c), a rewrite, so by a second column on a large table. \
              MySQL: DATETIME(6).",
        reads: &["pg_attribute", "information_schema.COLUMNS"],
    },
    check,
};

const LAST: [&str; 8] = ["at", "on", "time", "date", "ts", "timestamp", "datetime", "epoch"];
const SPANS: [&str; 9] = ["retry", "elapsed", "ellapsed", "timeout", "ttl", "duration", "run", "wait", "total"];

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    for (id, name, kind) in typed(db, is_large_int)? {
        let parts = words(name);
        let last = parts.last().map(String::as_str).unwrap_or_default();
        // An integer named `…_time` is more often a span.
        let moment = LAST.contains(&last) && (last != "time" || kind.to_ascii_lowercase().starts_with("bigint"));
        if !moment || parts.len() < 2 && name.len() < 5 || parts.iter().any(|word| SPANS.contains(&word.as_str())) {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.columns_object(id, &[name]),
                format!("looks like a moment, but is {kind}"),
            )
            .why("Seconds or milliseconds, and in which zone, is known to programs only.")
            .text("type", kind, "the catalog")
            .not_known("whether its values are times"),
        );
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
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
