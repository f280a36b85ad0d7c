//! Temporary tables on disk.

use crate::findings::rule::MYSQL;
use crate::findings::statements::{finding, per, said, source};
use crate::findings::{Checked, Confidence, Db, Findings, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "disk-temp-tables",
        title: "Temporary tables on disk",
        section: Section::Queries,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: MYSQL,
        profile: Profile::Default,
        why: "A temporary table that does not fit into memory is written to disk and read again for one statement.",
        fires: "More than 10 % of at least 10 calls made a temporary table on disk.",
        silent: "What fits into memory.",
        fix: "An index for the ORDER BY or GROUP BY, fewer and narrower columns, or more tmp_table_size.",
        reads: &["performance_schema.events_statements_summary_by_digest"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = db.statements()?;
    for said in said(db, all, out) {
        let of = &said.one.counters;
        let share = per(of.tmp_disk_tables, of.calls).unwrap_or(0.0);
        if share <= db.limits().disk_tables_share
            || of.calls.get().is_none_or(|calls| calls < db.limits().disk_tables_calls)
        {
            continue;
        }
        let summary = format!("makes a temporary table on disk in {:.0} % of its calls", (share * 100.0).min(100.0));
        out.add(
            finding(db, all, said.one, (RULE.meta.severity, RULE.meta.confidence), summary)
                .why("What it sorts or groups is written to disk and read again.")
                .number("disk_tables", of.tmp_disk_tables.get(), Unit::Count, source(db)),
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
    fn fires_on_disk() {
        let text = |disk: i64| {
            format!("server mysql 90704\nstatements\nstatement calls=100 disk={disk} | SELECT a FROM t GROUP BY b")
        };
        fires(&RULE, &text(50), &["info q0"]);
        silent(&RULE, &text(5));
    }

    #[test]
    fn cannot_check_without_statements() {
        blind(&RULE, "server mysql 90704\nstatements off", Status::CannotCheck, "no statements are counted");
        blind(&RULE, "server mysql 90704\ndeny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "server mysql 90704\ntable x.t", Status::CannotCheck, "not read");
    }
}
