//! Pages that are not found in the engine's cache.

use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "cache-hit-low",
        title: "Many pages are not in the cache",
        section: Section::Activity,
        severity: Severity::Info,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "A page that is not in shared_buffers or the buffer pool is asked of the operating system.",
        fires: "Less than 95 % of the pages found, over at least a day and 100,000 pages read. Information, no alarm: the \
                operating system's own cache can not be seen.",
        silent: "Idle servers, and counters of less than a day.",
        fix: "Look for scans of large tables first; then compare the size of what is worked with and the cache.",
        reads: &["pg_stat_database.blks_hit", "Innodb_buffer_pool_read_requests"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let vitals = db.vitals()?;
    let (Some(hit), Some(read)) = (vitals.counters.blocks_hit.get(), vitals.counters.blocks_read.get()) else {
        return Err(Gap::cannot_check("pages are not counted"));
    };
    db.counted_days(vitals.days())?;
    let share = hit as f64 / (hit + read).max(1) as f64;
    if read < db.limits().cache_pages || share >= db.limits().cache_hit_share {
        return Ok(());
    }
    let summary = format!("finds {:.1} % of its pages in the cache", share * 100.0);
    out.add(
        Finding::new(RULE.meta.severity, RULE.meta.confidence, db.database_object(), summary)
            .why("The rest is asked of the operating system, which may or may not have it in its own cache.")
            .fact(
                "hit_share",
                Value::Float((share * 1000.0).round() / 1000.0),
                Some(Unit::Share),
                "pg_stat_database, InnoDB",
            )
            .since(vitals.since)
            .number("pages_read", Some(read), Unit::Count, "pg_stat_database.blks_read, Innodb_buffer_pool_reads")
            .not_known("what the operating system's cache holds"),
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
        fires(&RULE, "vitals hit=900000 read=200000 days=3", &["info shop"]);
        silent(&RULE, "vitals hit=9000000 read=200000 days=3");
        silent(&RULE, "vitals hit=10 read=2000 days=3");
        blind(&RULE, "vitals hit=900000 read=200000 days=0.2", Status::CannotCheck, "counters cover");
    }
}
