//! Sessions that had to sync files themselves.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "backend-fsync",
        title: "Sessions sync files themselves",
        section: Section::Activity,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "The checkpointer's list of files was full, so ordinary statements waited for the disk.",
        fires: "On average once an hour or more since the reset.",
        silent: "Rarely: a bulk load may do it once. Counters of less than a day say nothing.",
        fix: "Faster disks, a larger shared_buffers, or a bulk load in smaller steps.",
        reads: &["pg_stat_bgwriter.buffers_backend_fsync", "pg_stat_io"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let vitals = db.vitals()?;
    let Some(count) = vitals.counters.backend_fsyncs.get() else {
        return Err(Gap::cannot_check("syncs of sessions are not counted"));
    };
    if count == 0 {
        return Ok(());
    }
    let days = db.counted_days(vitals.shared_days())?;
    if count as f64 / days < db.limits().backend_fsyncs_per_hour * 24.0 {
        return Ok(());
    }
    let summary = format!("had sessions sync files {} times", crate::text::count(count));
    out.add(
        Finding::new(RULE.meta.severity, RULE.meta.confidence, db.server_object(), summary)
            .why("Ordinary statements waited for the disk, because the checkpointer could not keep up.")
            .number("syncs", Some(count), Unit::Count, "pg_stat_bgwriter, pg_stat_io")
            .since(vitals.shared_since),
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
        fires(&RULE, "vitals fsyncs=100 days=4", &["warning server"]);
        silent(&RULE, "vitals fsyncs=0 days=0.1");
        silent(&RULE, "vitals fsyncs=10 days=4");
        blind(&RULE, "vitals fsyncs=100 days=0.1", Status::CannotCheck, "counters cover");
        blind(&RULE, "vitals days=4", Status::CannotCheck, "not counted");
    }
}
