//! Statements that use no index.

use crate::findings::rule::MYSQL;
use crate::findings::statements::{finding, per, said, source};
use crate::findings::{Checked, Confidence, Db, Findings, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "full-scan-statements",
        title: "Statements that use no index",
        section: Section::Queries,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: MYSQL,
        profile: Profile::Default,
        why: "A statement without an index reads whole tables, and more of them every day.",
        fires: "More than 10 % of the calls used no index, or joined without one, and more than 1,000 rows were examined a call.",
        silent: "Small tables. MariaDB counts a scan of a whole index as none.",
        fix: "An index on what the statement filters or joins by.",
        reads: &["performance_schema.events_statements_summary_by_digest"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = db.statements()?;
    for said in said(db, all, out) {
        let of = &said.one.counters;
        let share = per(of.no_index_used, of.calls).unwrap_or(0.0).max(per(of.full_joins, of.calls).unwrap_or(0.0));
        let examined = per(of.rows_examined, of.calls).unwrap_or(0.0);
        if share <= db.limits().full_scan_share || examined <= db.limits().full_scan_rows as f64 {
            continue;
        }
        let summary = format!("reads {} rows a call without an index", crate::text::count(examined as i64));
        out.add(
            finding(db, all, said.one, (RULE.meta.severity, RULE.meta.confidence), summary)
                .why("Whole tables are read for it, and they grow.")
                .number("no_index_used", of.no_index_used.get(), Unit::Count, source(db))
                .number("full_joins", of.full_joins.get(), Unit::Count, source(db))
                .number("rows_examined_per_call", Some(examined as i64), Unit::Count, source(db)),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_on_scans_of_many_rows() {
        let text = |no_index: i64, examined: i64| {
            format!(
                "server mysql 90704\nstatements\nstatement calls=100 no_index={no_index} full_joins=0 examined={examined} | SELECT a FROM t WHERE b = ?"
            )
        };
        fires(&RULE, &text(50, 500_000), &["notice q0"]);
        silent(&RULE, &text(5, 500_000));
        silent(&RULE, &text(50, 5_000));
        blind(&RULE, "statements", Status::NotApplicable, "PostgreSQL");
    }

    #[test]
    fn cannot_check_without_statements() {
        blind(&RULE, "server mysql 90704\nstatements off", Status::CannotCheck, "no statements are counted");
        blind(&RULE, "server mysql 90704\ndeny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "server mysql 90704\ntable x.t", Status::CannotCheck, "not read");
    }
}
