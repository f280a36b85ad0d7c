//! Checkpoints that come because the log is full.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "checkpoints-requested",
        title: "Checkpoints come too often",
        section: Section::Activity,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "After each checkpoint every page that changes is written to the log whole: more log, more checkpoints.",
        fires: "More than 30 % of at least 21 checkpoints were asked for before their time.",
        silent: "Fewer checkpoints than that, and standbys.",
        fix: "Raise max_wal_size; it costs disk and a longer recovery.",
        reads: &["pg_stat_checkpointer", "pg_stat_bgwriter"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let vitals = db.vitals()?;
    let counters = &vitals.counters;
    let (Some(timed), Some(requested)) = (counters.checkpoints_timed.get(), counters.checkpoints_requested.get())
    else {
        return Err(Gap::cannot_check("checkpoints are not counted"));
    };
    let share = requested as f64 / (timed + requested).max(1) as f64;
    if timed + requested <= db.limits().checkpoints || share <= db.limits().checkpoints_share {
        return Ok(());
    }
    let size = db.settings().ok().and_then(|settings| settings.int("max_wal_size"));
    let mut finding = Finding::new(
        RULE.meta.severity,
        RULE.meta.confidence,
        db.server_object(),
        format!("had {:.0} % of its checkpoints before their time", share * 100.0),
    )
    .why("After each checkpoint every page that changes goes to the log whole.")
    .number("requested", Some(requested), Unit::Count, "pg_stat_checkpointer, pg_stat_bgwriter")
    .since(vitals.shared_since)
    .number("timed", Some(timed), Unit::Count, "pg_stat_checkpointer, pg_stat_bgwriter")
    .fact("share", Value::Float((share * 1000.0).round() / 1000.0), Some(Unit::Share), "the two")
    .not_known("how many of them a person asked for with CHECKPOINT, or a backup");
    if let Some(mb) = size {
        finding = finding.number("max_wal_size", Some(mb * 1_048_576), Unit::Bytes, "pg_settings").fix(Fix {
            script: format!("ALTER SYSTEM SET max_wal_size = '{}MB';\nSELECT pg_catalog.pg_reload_conf();", mb * 2),
            undo: Some(format!("ALTER SYSTEM SET max_wal_size = '{mb}MB';\nSELECT pg_catalog.pg_reload_conf();")),
            lock: "none: takes effect at once; more disk for the log, longer recovery after a crash".into(),
            precheck: None,
        });
    }
    out.add(finding);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "vitals timed=20 requested=20", &["notice server"]);
        silent(&RULE, "vitals timed=90 requested=20");
        silent(&RULE, "vitals timed=2 requested=18");
        blind(&RULE, "vitals days=3", Status::CannotCheck, "not counted");
    }
}
