//! Statements are forgotten for want of room.

use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
    Unit,
};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "statements-evicting",
        title: "Statements are forgotten for want of room",
        section: Section::Queries,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "The list of statements leaves out what was thrown away: shares and counts are too small, rare statements are gone.",
        fires: "PostgreSQL 14 and later: room was made at least once a day since the counters began. MySQL and MariaDB: calls found no room among the digests.",
        silent: "A list that holds everything.",
        fix: "More room; fewer different texts (bind values instead of writing them into the text).",
        reads: &["pg_stat_statements_info", "performance_schema.events_statements_summary_by_digest"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = db.statements()?;
    let since = all.since.value().map(|since| since.at);
    let days = since.map_or(1.0, |since| (all.read_at.as_microsecond() - since.as_microsecond()) as f64 / 86_400e6);
    let room = all.capacity.get();
    let (times, what, source, setting) = match (db.engine(), all.evicted.get(), &all.lost) {
        (EngineKind::Postgresql, None, _) => {
            return Err(Gap::not_applicable("before pg_stat_statements 1.9 it is not told how often room was made"));
        }
        (EngineKind::Postgresql, Some(times), _)
            if times > 0 && times as f64 >= days * db.limits().evictions_per_day =>
        {
            (times, format!("made room {times} times"), "pg_stat_statements_info.dealloc", "pg_stat_statements.max")
        }
        (EngineKind::Mysql | EngineKind::Mariadb, _, Some(lost)) => {
            let share = lost.calls as f64 * 100.0 / all.total().calls.max(1) as f64;
            let what = format!("{} calls found no room ({share:.1} % of all)", crate::text::count(lost.calls));
            (lost.calls, what, "digest NULL", "performance_schema_digests_size")
        }
        _ => return Ok(()),
    };
    let mut finding =
        Finding::new(RULE.meta.severity, RULE.meta.confidence, Object::server(ObjectKind::Setting, setting), what)
            .why("What was thrown away is missing in every sum of the list of statements.")
            .number("times", Some(times), Unit::Count, source)
            .since(since)
            .number("room", room, Unit::Count, setting);
    if let Some(room) = room {
        finding = finding.fix(more(db.engine(), setting, room));
    }
    out.add(finding);
    Ok(())
}

fn more(engine: EngineKind, setting: &str, room: i64) -> Fix {
    let (script, undo) = match engine {
        EngineKind::Postgresql => (
            format!("ALTER SYSTEM SET {setting} = {};\n-- then restart the server", room * 2),
            format!("ALTER SYSTEM SET {setting} = {room};\n-- then restart the server"),
        ),
        _ => (
            format!("-- in [mysqld] of the server's own file, then restart: {setting} = {}", room * 2),
            format!("-- in [mysqld] of the server's own file, then restart: {setting} = {room}"),
        ),
    };
    Fix { script, undo: Some(undo), lock: "none; takes effect with a restart, costs memory".into(), precheck: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_when_room_is_made_again_and_again() {
        fires(&RULE, "statements days=3 evicted=40 capacity=5000", &["notice pg_stat_statements.max"]);
        silent(&RULE, "statements days=30 evicted=2 capacity=5000");
        silent(&RULE, "statements days=3 evicted=0");
        fires(
            &RULE,
            "server mysql 90704\nstatements lost=900 capacity=10000",
            &["notice performance_schema_digests_size"],
        );
        silent(&RULE, "server mysql 90704\nstatements capacity=10000");
        blind(&RULE, "statements days=3", Status::NotApplicable, "1.9");
    }

    #[test]
    fn cannot_check_without_statements() {
        blind(&RULE, "statements off", Status::CannotCheck, "no statements are counted");
        blind(&RULE, "deny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "table x.t", Status::CannotCheck, "not read");
    }
}
