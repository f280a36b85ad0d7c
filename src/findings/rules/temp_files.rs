//! Sorts and hashes that do not fit into memory.

use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "temp-files",
        title: "Sorts and hashes that spill to disk",
        section: Section::Activity,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "What does not fit into memory is written to disk and read back.",
        fires: "PostgreSQL: a GB of temporary files an hour on average since the reset. MySQL and MariaDB: more than 25 % \
                of the temporary tables on disk, of at least 1,000.",
        silent: "Less than that. Counters of less than a day say nothing.",
        fix: "An index in the wanted order; more work_mem for the role that needs it, not for all.",
        reads: &["pg_stat_database.temp_bytes", "Created_tmp_disk_tables"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (vitals, limits) = (db.vitals()?, db.limits());
    let counters = &vitals.counters;
    let days = db.counted_days(vitals.days())?;
    if db.engine() != EngineKind::Postgresql {
        let (Some(disk), Some(all)) = (counters.temp_files.get(), counters.temp_tables.get()) else {
            return Err(Gap::cannot_check("temporary tables are not counted"));
        };
        let share = disk as f64 / (all + disk).max(1) as f64;
        if all >= limits.temp_tables && share > limits.temp_tables_share {
            let summary = format!("puts {:.0} % of its temporary tables on disk", share * 100.0);
            out.add(
                Finding::new(RULE.meta.severity, RULE.meta.confidence, db.server_object(), summary)
                    .why("They are written to disk and read back.")
                    .number("on_disk", Some(disk), Unit::Count, "Created_tmp_disk_tables")
                    .since(vitals.since)
                    .number("temporary_tables", Some(all), Unit::Count, "Created_tmp_tables"),
            );
        }
        return Ok(());
    }
    let Some(bytes) = counters.temp_bytes.get() else {
        return Err(Gap::cannot_check("temporary files are not counted"));
    };
    let rate = bytes as f64 / days;
    if rate < limits.temp_bytes_per_hour as f64 * 24.0 {
        return Ok(());
    }
    let summary = format!("writes {} of temporary files an hour", crate::text::bytes((rate / 24.0) as i64));
    out.add(
        Finding::new(RULE.meta.severity, RULE.meta.confidence, db.database_object(), summary)
            .why("What does not fit into work_mem is written to disk and read back.")
            .number("temp_bytes", Some(bytes), Unit::Bytes, "pg_stat_database.temp_bytes")
            .since(vitals.since)
            .number("temp_files", counters.temp_files.get(), Unit::Count, "pg_stat_database.temp_files")
            .fact("days", Value::Float((days * 10.0).round() / 10.0), None, "the window of the counters"),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "vitals temp_bytes=60000000000 days=2", &["notice shop"]);
        silent(&RULE, "vitals temp_bytes=40000000000 days=2");
        blind(&RULE, "vitals temp_bytes=60000000000 days=0.5", Status::CannotCheck, "12.0 h");
        let mysql = |disk: i64| format!("server mysql 90704\nvitals temp_tables=2000 temp_files={disk} days=3");
        fires(&RULE, &mysql(900), &["notice server"]);
        silent(&RULE, &mysql(300));
    }
}
