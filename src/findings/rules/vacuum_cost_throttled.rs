//! Autovacuum whose workers never come to an end.

use crate::findings::live::{MINUTE, hidden_sessions, span};
use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::findings::{Object, ObjectKind};
use crate::model::BackendKind;

/// As two looks five minutes apart that find every worker at the same table.
const LONG: i64 = 5 * MINUTE;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "vacuum-cost-throttled",
        title: "All workers of autovacuum busy, and told to go slowly",
        section: Section::Vacuum,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "Every worker is at a table for minutes and sleeps most of the time: other tables wait for their vacuum, and \
              their dead rows and old transaction IDs grow.",
        fires: "As many workers as autovacuum_max_workers allows, each at its table for five minutes or longer, and \
                autovacuum_vacuum_cost_delay above 0.",
        silent: "A worker that is free, or that has just begun; a delay of 0, where nothing slows them down. More workers \
                 do not help: they share one limit.",
        fix: "Raise autovacuum_vacuum_cost_limit first, tenfold on today's disks; then the number of workers.",
        reads: &["pg_stat_activity", "autovacuum_max_workers", "autovacuum_vacuum_cost_delay"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let activity = db.activity()?;
    let most = db.setting("autovacuum_max_workers")?.parse::<usize>().unwrap_or(usize::MAX);
    let workers: Vec<_> = activity.backends.iter().filter(|it| it.kind == BackendKind::Autovacuum).collect();
    // The launcher is no worker, and works in no transaction.
    let known: Vec<i64> = workers.iter().filter_map(|it| it.age(it.xact_started, activity.now)).collect();
    if known.len() < most {
        let hidden = workers.iter().any(|it| it.hidden);
        return match hidden_sessions(activity).filter(|_| hidden && workers.len() >= most) {
            Some(gap) => Err(gap),
            None => Ok(()),
        };
    }
    let Some(youngest) = known.iter().copied().min().filter(|age| *age >= LONG) else { return Ok(()) };
    let settings = db.settings()?;
    let delay = settings.value("autovacuum_vacuum_cost_delay").or_else(|| settings.value("vacuum_cost_delay"));
    let Some(delay) = delay.and_then(|text| text.parse::<f64>().ok()) else {
        return Err(Gap::cannot_check("the value of autovacuum_vacuum_cost_delay is hidden or not told"));
    };
    if delay <= 0.0 {
        return Ok(());
    }
    let own = settings.int("autovacuum_vacuum_cost_limit").filter(|limit| *limit > 0);
    let limit = own.or_else(|| settings.int("vacuum_cost_limit"));
    let raised = limit.unwrap_or(200).saturating_mul(10).min(10_000);
    let tables: Vec<String> = workers.iter().filter_map(|it| it.query.clone()).collect();
    let summary = format!("is busy with all {most} workers, the youngest for {}", span(youngest));
    let object = Object::server(ObjectKind::Setting, "autovacuum_vacuum_cost_limit");
    let object = Object { label: "autovacuum".into(), ..object };
    out.add(
        Finding::new(RULE.meta.severity, RULE.meta.confidence, object, summary)
            .why("Other tables wait for a worker, and those there are sleep for most of the time.")
            .number("workers", i64::try_from(known.len()).ok(), Unit::Count, "pg_stat_activity")
            .number("youngest_ms", Some(youngest / 1_000), Unit::Millis, "pg_stat_activity.xact_start")
            .fact("cost_delay_ms", Value::Float(delay), Some(Unit::Millis), "autovacuum_vacuum_cost_delay")
            .number("cost_limit", limit, Unit::Count, "autovacuum_vacuum_cost_limit, vacuum_cost_limit")
            .fact("at_work", Value::List(tables), None, "pg_stat_activity.query")
            .not_known("how much of that time they slept: 18 and later count it with track_cost_delay_timing")
            .not_known("how much more the disks can bear")
            .fix(Fix {
                script: format!(
                    "ALTER SYSTEM SET autovacuum_vacuum_cost_limit = {raised};\nSELECT pg_catalog.pg_reload_conf();"
                ),
                undo: Some(match own {
                    Some(limit) => format!(
                        "ALTER SYSTEM SET autovacuum_vacuum_cost_limit = {limit};\nSELECT pg_catalog.pg_reload_conf();"
                    ),
                    None => {
                        "ALTER SYSTEM RESET autovacuum_vacuum_cost_limit;\nSELECT pg_catalog.pg_reload_conf();".into()
                    }
                }),
                lock: "none; autovacuum reads and writes faster at once, also the tables that are at work".into(),
                precheck: Some(
                    "SELECT pid, relid::regclass, phase, heap_blks_total, heap_blks_scanned\n  \
                                FROM pg_catalog.pg_stat_progress_vacuum;"
                        .into(),
                ),
            }),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    const SET: &str = "set autovacuum_max_workers 2\nset autovacuum_vacuum_cost_delay 2\nset autovacuum_vacuum_cost_limit -1\n\
                       set vacuum_cost_limit 200";

    fn text(workers: &str) -> String {
        format!("{SET}\nsession 9 autovacuum\n{workers}")
    }

    #[test]
    fn fires_silent_and_blind() {
        let both = "session 10 autovacuum active xact=900\nsession 11 autovacuum active xact=400";
        fires(&RULE, &text(both), &["notice autovacuum_vacuum_cost_limit"]);
        silent(&RULE, &text(&both.replace("xact=400", "xact=20")));
        silent(&RULE, &text("session 10 autovacuum active xact=900"));
        silent(&RULE, &text(both).replace("cost_delay 2", "cost_delay 0"));
        let hidden = "session 10 autovacuum hidden\nsession 11 autovacuum hidden";
        blind(&RULE, &text(hidden), Status::CannotCheck, "pg_read_all_stats");
        blind(&RULE, "session 10 active", Status::CannotCheck, "settings");
        blind(&RULE, SET, Status::CannotCheck, "sessions");
    }
}
