//! A big table that is read from end to end again and again.

use super::support::{rows_source, scans_source};
use crate::findings::rule::{MYSQL, POSTGRESQL};
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::{ScanUnit, TableUse};

/// Less says nothing about a rate.
const HOUR: f64 = 1.0 / 24.0;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-missing-hot-scan",
        title: "A big table that is read from end to end again and again",
        section: Section::Indexes,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        engines: &[POSTGRESQL[0], MYSQL[0], MYSQL[1]],
        profile: Profile::Default,
        why: "Each scan reads every row to find a few; it takes time, memory and disk from everybody else.",
        fires: "More than 10,000 rows, more than 10,000 rows a scan, at least one scan a minute over a window of at least \
                an hour, and more than 5 % of all scans of the table.",
        silent: "Small tables, which are read whole faster than through an index; scans once in a while, such as reports, \
                 COUNT(*) and backups.",
        fix: "Find the statements that read the table and look at their WHERE; Queries shows them by time.",
        reads: &["pg_stat_all_tables", "performance_schema.table_io_waits_summary_by_index_usage"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (usage, window) = db.usage()?;
    if window.days() < HOUR {
        return Err(Gap::cannot_check("the counters cover less than an hour"));
    }
    let limits = db.limits();
    let small = |rows: f64| rows < limits.index_missing_rows as f64;
    let rare = |per_minute: f64| per_minute < limits.index_missing_per_minute;
    for (id, _) in db.tables()? {
        let (Some(of), Some(rows)) = (db.table_use(id), db.rows(id)) else { continue };
        let Some((scans, per_scan, share)) = scans(&of, rows, usage.unit) else { continue };
        let per_minute = scans / (window.days() * 1440.0);
        if small(rows as f64) || small(per_scan) || share < limits.index_missing_share || rare(per_minute) {
            continue;
        }
        let summary = format!(
            "is read from end to end {} times an hour, {} rows each",
            (per_minute * 60.0) as i64,
            crate::text::count(per_scan as i64)
        );
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.table_object(id), summary)
                .why("Statements filter or join by columns that no index leads with.")
                .fact("seq_scans", Value::Int(scans as i64), Some(Unit::Count), scans_source(db))
                .since(Some(window.since))
                .fact("rows_per_scan", Value::Int(per_scan as i64), Some(Unit::Count), scans_source(db))
                .fact(
                    "share_of_scans",
                    Value::Float((share * 1000.0).round() / 1000.0),
                    Some(Unit::Share),
                    scans_source(db),
                )
                .number("rows_estimate", Some(rows), Unit::Count, rows_source(db))
                .bytes(db.table_bytes(id))
                .not_known("which statements do it, and whether they need all rows"),
        );
    }
    Ok(())
}

/// Whole scans, rows of each, and their share of all scans (of all rows read where only rows are counted).
fn scans(of: &TableUse, rows: i64, unit: ScanUnit) -> Option<(f64, f64, f64)> {
    let (seq, index) = (of.seq_scans.get()? as f64, of.idx_scans.get()? as f64);
    let share = if seq + index > 0.0 { seq / (seq + index) } else { 0.0 };
    match unit {
        ScanUnit::Scans => {
            let read = of.seq_rows.get()? as f64;
            Some((seq, if seq > 0.0 { read / seq } else { 0.0 }, share))
        }
        // A scan ends after the last row, as far as one can tell.
        ScanUnit::Rows => Some((seq / (rows.max(1) as f64), rows as f64, share)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(words: &str) -> String {
        format!("window days=1\ntable x.d rows=50000 {words}\n col a text")
    }

    #[test]
    fn fires_on_a_hot_scan() {
        fires(&RULE, &text("seq_scans=5000 seq_rows=250000000 idx_scans=100"), &["warning x.d"]);
        let mysql = text("seq_scans=250000000 idx_scans=100").replace("window", "server mysql 90704\nwindow");
        fires(&RULE, &mysql, &["warning x.d"]);
    }

    #[test]
    fn silent_on_the_rest() {
        for words in [
            "seq_scans=5 seq_rows=250000 idx_scans=0",
            "seq_scans=5000 seq_rows=5000 idx_scans=0",
            "seq_scans=5000 seq_rows=250000000 idx_scans=9000000",
        ] {
            silent(&RULE, &text(words));
        }
        silent(&RULE, &text("seq_scans=5000 seq_rows=250000000 idx_scans=1").replace("rows=50000", "rows=500"));
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "window none\ntable x.d", Status::CannotCheck, "counters");
    }
}
