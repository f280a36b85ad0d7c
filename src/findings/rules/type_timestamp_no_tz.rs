//! Moments without a time zone.

use super::support::typed;
use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::RelId;
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-timestamp-no-tz",
        title: "Timestamps without a time zone",
        section: Section::Types,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "Such a value is a wall clock, no moment: two clients in two zones read two times, and an hour of each autumn \
              comes twice.",
        fires: "Columns of type timestamp or time with time zone, named once for each table.",
        silent: "timestamptz and date. Local times on purpose (opening hours) are right: accept the finding.",
        fix: "ALTER TYPE timestamptz; with TimeZone = UTC and values in UTC it rewrites nothing.",
        reads: &["pg_attribute"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let mut tables: BTreeMap<RelId, Vec<(&str, &str)>> = BTreeMap::new();
    let wanted = |kind: &str| {
        kind.starts_with("timestamp") && kind.ends_with("without time zone")
            || kind.starts_with("time") && !kind.starts_with("timestamp") && kind.ends_with("with time zone")
    };
    for (rel, name, kind) in typed(db, wanted)? {
        tables.entry(rel).or_default().push((name, kind));
    }
    for (rel, columns) in tables {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let finding = Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            db.columns_object(rel, &names),
            "is no moment: it has no time zone",
        )
        .why("What it means depends on who reads it.")
        .fact("columns", Value::Int(names.len() as i64), Some(Unit::Count), "pg_attribute")
        .not_known("the zone in which the values were written");
        out.add(match fix(db, rel, &columns) {
            Some(fix) => finding.fix(fix),
            None => finding,
        });
    }
    Ok(())
}

/// With the precision that each has. A time of day with a zone becomes no moment by another type.
fn fix(db: &Db<'_>, rel: RelId, columns: &[(&str, &str)]) -> Option<Fix> {
    let table = db.table_sql(rel);
    let (moments, times): (Vec<_>, Vec<_>) = columns.iter().partition(|(_, kind)| kind.starts_with("timestamp"));
    if moments.is_empty() {
        return None;
    }
    let precision = |kind: &str| match (kind.find('('), kind.find(')')) {
        (Some(from), Some(end)) => kind.get(from..=end).unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let change = |to: &str| {
        let one = |(name, kind): &(&str, &str)| format!("ALTER COLUMN {} TYPE {to}{}", db.sql(name), precision(kind));
        format!("ALTER TABLE {table} {};", moments.iter().map(one).collect::<Vec<_>>().join(", "))
    };
    let rest = times.iter().map(|(name, _)| format!("\n-- {}: is it a moment or a time of day?", db.sql(name)));
    let rest: String = rest.collect();
    Some(Fix {
        script: format!("SET TimeZone = 'UTC'; -- only where the values are UTC\n{}{rest}", change("timestamptz")),
        undo: Some(format!("SET TimeZone = 'UTC';\n{}", change("timestamp"))),
        lock: "ACCESS EXCLUSIVE; no rewrite with TimeZone = UTC, else the table is rewritten".into(),
        precheck: None,
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
            "table x.d\n col a timestamp_without_time_zone\n col b timestamp(3)_without_time_zone",
            &["notice x.d.a,b"],
        );
        silent(&RULE, "table x.d\n col a timestamp_with_time_zone\n col b date");
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
