//! A SQLite file that the planner knows nothing about.

use crate::findings::rule::SQLITE;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit};

const ROWS: i64 = 10_000;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "stats-missing",
        title: "Several indexes and no statistics to choose by",
        section: Section::Vacuum,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: SQLITE,
        profile: Profile::Default,
        why: "Without sqlite_stat1 the planner takes every index for equally good and may choose the worst.",
        fires: "A table of more than 10,000 rows with at least two indexes and no row in sqlite_stat1.",
        silent: "Smaller tables, and those with one index.",
        fix: "ANALYZE, or PRAGMA optimize now and then.",
        reads: &["sqlite_stat1", "max(rowid)"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let indexes = db.indexes()?;
    for (id, rel) in db.tables()? {
        let own = indexes.of(id);
        let rows = rel.rows.unwrap_or(0);
        if rows <= ROWS || own.len() < 2 || own.iter().any(|index| index.statistics.is_some()) {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.table_object(id),
                format!("has {} indexes and no statistics", own.len()),
            )
            .why("The planner can not tell which of the indexes finds fewer rows.")
            .number("rows_estimate", Some(rows), Unit::Count, "max(rowid)")
            .number("indexes", i64::try_from(own.len()).ok(), Unit::Count, "pragma_index_list")
            .bytes(db.table_bytes(id))
            .fix(Fix {
                script: format!("ANALYZE {};", db.table_sql(id)),
                undo: None,
                lock: "one writer for its time; reads the indexes of the table".into(),
                precheck: None,
            }),
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
    fn fires_silent_and_blind() {
        let text = |rows: i64, stat: &str| {
            format!(
                "server sqlite 3051003\ntable d rows={rows}\n col a int\n col b int\n index d_a (a) {stat}\n index d_b (b)"
            )
        };
        fires(&RULE, &text(50_000, ""), &["notice main.d"]);
        silent(&RULE, &text(50_000, "stat=50000_10"));
        silent(&RULE, &text(500, ""));
        blind(&RULE, "server sqlite 3051003\ndeny indexes GRANT X\ntable d", Status::CannotCheck, "GRANT X");
    }
}
