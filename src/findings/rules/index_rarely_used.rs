//! An index that costs far more than it serves.

use super::support::{and_size, ours, scans_source, size_source};
use crate::findings::rule::{MYSQL, POSTGRESQL};
use crate::findings::verdict::replica_doubts;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit, Verdict, fix,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-rarely-used",
        title: "An index that is written much and read hardly ever",
        section: Section::Indexes,
        severity: Severity::Info,
        confidence: Confidence::Likely,
        engines: &[POSTGRESQL[0], MYSQL[0], MYSQL[1]],
        profile: Profile::Default,
        why: "Each of its few reads is paid for by thousands of writes that keep it.",
        fires: "Less than one scan a day in a window of at least 14 days, and more than 10,000 writes that touch the \
                index for each scan. MySQL and MariaDB count rows fetched instead of scans.",
        silent: "What is needed, as for index-unused, and indexes of tables that are hardly written.",
        fix: "See which query uses it, and whether that can wait for a scan of the table.",
        reads: &[
            "pg_stat_all_indexes",
            "pg_stat_all_tables",
            "performance_schema.table_io_waits_summary_by_index_usage",
        ],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (indexes, verdicts) = db.verdicts()?;
    let (uses, window) = db.index_use()?;
    db.long_enough(window)?;
    for (n, index) in ours(db, indexes).filter(|(_, index)| index.parent == 0) {
        if verdicts.list.get(n).is_none_or(|judged| judged.verdict != Verdict::RarelyUsed) {
            continue;
        }
        let scans = uses.get(n).and_then(|of| of.all_scans());
        let bytes = db.index_bytes(n as u32, index);
        let writes = db.table_use(index.rel).and_then(|of| of.writes());
        let unit = if db.facts.usage.value().is_some_and(|of| of.unit == crate::model::ScanUnit::Rows) {
            "rows read"
        } else {
            "scans"
        };
        let summary = format!("has {} {unit} in {} d{}", scans.unwrap_or(0), window.days() as i64, and_size(bytes));
        let finding = Finding::new(RULE.meta.severity, RULE.meta.confidence, db.index_object(indexes, index), summary)
            .why(format!("{} rows were written to its table in that time.", crate::text::count(writes.unwrap_or(0))))
            .number("scans", scans, Unit::Count, scans_source(db))
            .since(Some(window.since))
            .number("table_writes", writes, Unit::Count, scans_source(db))
            .since(Some(window.since))
            .number("bytes", bytes, Unit::Bytes, size_source(db))
            .bytes(bytes)
            .not_known("how much those few scans matter")
            .fix(fix::hide_index(db, indexes, index));
        out.add(replica_doubts(window).into_iter().fold(finding, Finding::not_known));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(scans: i64, writes: i64, days: i64) -> String {
        format!(
            "window days={days}\ntable x.d inserts={writes} updates=0 deletes=0\n col a text\n index d_a (a) scans={scans} bytes=9000"
        )
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text(5, 900_000, 20), &["info x.d_a"]);
        silent(&RULE, &text(5, 9_000, 20));
        silent(&RULE, &text(50, 900_000_000, 20));
        blind(&RULE, &text(5, 900_000, 2), Status::CannotCheck, "14");
    }
}
