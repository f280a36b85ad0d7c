//! An index that no query used for weeks.

use super::support::{and_size, key_text, ours, scans_source, size_source};
use crate::findings::rule::{MYSQL, POSTGRESQL};
use crate::findings::verdict::replica_doubts;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit, Value, Verdict, fix,
};
use crate::model::{EngineKind, IndexFlags, Window};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-unused",
        title: "An index that no query uses",
        section: Section::Indexes,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: &[POSTGRESQL[0], MYSQL[0], MYSQL[1]],
        profile: Profile::Default,
        why: "Every write keeps it, backups and memory carry it, and updates of its columns cannot stay on their page.",
        fires: "0 scans in a window of at least 14 days (month-end jobs need 35), and at least 10 MB or one written row a \
                second. Warning above 1 GB. The window begins at the latest of everything that empties counters: a \
                reset, a crash, a restart, a promotion, or the day this index was first seen from here.",
        silent: "What enforces something or is needed: unique, primary, exclusion, replica identity, the only index of a \
                 foreign key, a share of a partitioned index that is used elsewhere. FULLTEXT, which is never counted.",
        fix: "Ask the replicas (a connection may name them: replicas = [...]) and wait for the end of the month. MySQL and MariaDB: hide it first. PostgreSQL: drop it \
              concurrently, and keep the statement that brings it back.",
        reads: &[
            "pg_stat_all_indexes",
            "performance_schema.table_io_waits_summary_by_index_usage",
            "information_schema.INDEX_STATISTICS",
        ],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (indexes, verdicts) = db.verdicts()?;
    let (uses, window) = db.index_use()?;
    db.long_enough(window)?;
    let limits = db.limits();
    let mut blind = 0;
    for (n, index) in ours(db, indexes) {
        let Some(judged) = verdicts.list.get(n) else { continue };
        blind += usize::from(judged.verdict == Verdict::Unknown);
        // A partition's share goes with the whole.
        if judged.verdict != Verdict::Unused || index.parent != 0 {
            continue;
        }
        let bytes = db.index_bytes(n as u32, index);
        let writes = db.table_use(index.rel).and_then(|of| of.writes());
        let per_second = writes.map(|writes| writes as f64 / (window.days() * 86_400.0));
        if bytes.is_none_or(|bytes| bytes < limits.index_unused_bytes) && per_second.is_none_or(|rate| rate < 1.0) {
            continue;
        }
        let big = bytes.is_some_and(|bytes| bytes > limits.index_unused_warning_bytes);
        let severity = if big { Severity::Warning } else { RULE.meta.severity };
        let days = window.days() as i64;
        let summary = format!("has no scan in {days} d{}", and_size(bytes));
        let since = Some(window.since);
        let mut finding = Finding::new(severity, RULE.meta.confidence, db.index_object(indexes, index), summary)
            .why("It is written with every change of its columns and was not read once in that time.")
            .number("scans", Some(0), Unit::Count, scans_source(db))
            .since(since)
            .fact("window_days", Value::Float((window.days() * 10.0).round() / 10.0), None, window.began.title())
            .number("bytes", bytes, Unit::Bytes, size_source(db))
            .number("table_writes", writes, Unit::Count, scans_source(db))
            .since(since)
            .text("columns", key_text(db, indexes, index), super::support::index_source(db))
            .bytes(bytes)
            .fix(fix::hide_index(db, indexes, index));
        if !window.asked.is_empty() {
            let names: Vec<String> = window.asked.iter().map(|asked| asked.name.clone()).collect();
            finding = finding.fact("replicas_asked", Value::List(names), None, scans_source(db));
        }
        if let Some(seen) =
            uses.get(n).and_then(|of| of.first_seen.get()).and_then(|at| jiff::Timestamp::from_microsecond(at).ok())
        {
            finding = finding.fact("first_seen", Value::Time(seen), None, "own history");
        }
        for doubt in doubts(db, window, indexes.key(index).iter().any(|part| part.column == 0)) {
            finding = finding.not_known(doubt);
        }
        if index.flags.has(IndexFlags::PARTITIONED) {
            finding = finding.not_known("single partitions: their scans are added up");
        }
        out.add(finding);
    }
    if blind > 0 {
        let reason = format!("the use of {blind} indexes is not known, or not for {} days", limits.index_unused_days);
        out.partly(crate::findings::Gap::cannot_check(reason));
    }
    Ok(())
}

/// What zero scans do not cover.
fn doubts(db: &Db<'_>, window: &Window, expression: bool) -> Vec<String> {
    let mut doubts = replica_doubts(window);
    if window.days() < 35.0 {
        doubts.push("jobs that run once a month or more rarely".into());
    }
    if expression && db.engine() == EngineKind::Postgresql {
        doubts.push("the planner uses the statistics of an expression index without scanning it".into());
    }
    if db.engine() != EngineKind::Postgresql {
        doubts.push("counters of a table begin anew when one of its indexes is dropped".into());
    }
    doubts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    fn text(window: &str, index: &str) -> String {
        format!(
            "window {window}\ntable x.p\n col id int\n pk p_pkey (id) scans=5\ntable x.d rows=100000\n col id int\n col a text\n \
             pk d_pkey (id) scans=9\n fk f (id) -> x.p (id)\n {index}"
        )
    }

    #[test]
    fn fires_after_two_weeks() {
        fires(&RULE, &text("days=23", "index d_a (a) scans=0 bytes=20000000"), &["notice x.d_a"]);
        fires(&RULE, &text("days=15", "index d_a (a) scans=0 bytes=2000000000"), &["warning x.d_a"]);
        let whole = "window days=30\ntable x.m partitioned\n col a int\n index m_a (a) partitioned bytes=20000000\n\
                     table x.m1 partition_of=m\n col a int\n index m1_a (a) attached=m_a scans=0 bytes=20000000";
        fires(&RULE, whole, &["notice x.m_a"]);
        silent(&RULE, &whole.replace("scans=0", "scans=3"));
    }

    #[test]
    fn silent_on_what_is_needed_or_used() {
        for index in [
            "index d_a (a) scans=100000 bytes=20000000",
            "index d_a (a) scans=0 bytes=9000",
            "index d_a (a) unique scans=0 bytes=20000000",
            "index d_a (a) exclusion gist scans=0 bytes=20000000",
            "index d_a (a) replica_identity scans=0 bytes=20000000",
        ] {
            silent(&RULE, &text("days=23", index));
        }
        let only = "window days=23\ntable x.p\n col id int\n pk p_pkey (id) scans=5\ntable x.c\n col pid int\n \
                    index c_pid (pid) scans=0 bytes=20000000\n fk f (pid) -> x.p (id)";
        silent(&RULE, only);
    }

    #[test]
    fn cannot_check_without_counters_or_time() {
        let index = "index d_a (a) scans=0 bytes=20000000";
        blind(&RULE, &text("days=3", index), Status::CannotCheck, "14");
        blind(&RULE, &text("none", index), Status::CannotCheck, "counters");
        blind(&RULE, &format!("deny usage GRANT X\n{}", text("days=30", index)), Status::CannotCheck, "GRANT X");
        blind(&RULE, "server sqlite 3051003\ntable d", Status::NotApplicable, "SQLite");
    }

    #[test]
    fn says_what_it_does_not_cover() {
        let check = run(&RULE, &text("days=23 standbys=1", "index d_a (a) scans=0 bytes=20000000"));
        let doubts = check.findings[0].not_known.join("; ");
        assert!(doubts.contains("1 standby") && doubts.contains("month"), "{doubts}");
    }
}
