//! A table without statistics.

use super::support::rows_source;
use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "never-analyzed",
        title: "A table that was never analyzed",
        section: Section::Vacuum,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "The planner guesses rows and values, and guesses wrong: nested loops over millions of rows.",
        fires: "More than 50,000 rows by the counters, no ANALYZE since they began, and no row count of the planner's own \
                (from 14 on it is -1 until then; before, 0). Partitioned tables too: autovacuum never analyzes those.",
        silent: "A table with a row count: a crash or a reset empties the times, but not the statistics.",
        fix: "ANALYZE, which reads a sample.",
        reads: &["pg_class.reltuples", "pg_stat_all_tables.last_analyze"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (_, window) = db.usage()?;
    for (id, rel) in db.heaps()? {
        let Some(of) = db.table_use(id).filter(|of| of.counted) else { continue };
        let known = rel.rows.is_some_and(|rows| rows > 0);
        let live = of.live_rows.get();
        if known || of.analyzed().is_some() || live.is_none_or(|rows| rows < db.limits().never_vacuumed_rows) {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.table_object(id),
                format!("was never analyzed, {} rows", crate::text::count(live.unwrap_or(0))),
            )
            .why("The planner knows neither its rows nor its values.")
            .number("live_rows", live, Unit::Count, "pg_stat_all_tables.n_live_tup")
            .since(Some(window.since))
            .number("rows_estimate", rel.rows, Unit::Count, rows_source(db))
            .bytes(db.table_bytes(id))
            .fix(Fix {
                script: format!("ANALYZE {};", db.table_sql(id)),
                undo: None,
                lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on; reads a sample; no rewrite".into(),
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
        fires(&RULE, "window days=2\ntable x.d live=100000\n col a int", &["notice x.d"]);
        silent(&RULE, "window days=2\ntable x.d rows=5 live=100000\n col a int");
        silent(&RULE, "window days=2\ntable x.d live=100\n col a int");
        silent(&RULE, "window days=2\ntable x.d live=100000 analyzed=1000\n col a int");
        blind(&RULE, "window none\ntable x.d", Status::CannotCheck, "counters");
    }
}
