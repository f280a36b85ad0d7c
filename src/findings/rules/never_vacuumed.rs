//! A big table that vacuum has never visited.

use super::support::rows_source;
use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "never-vacuumed",
        title: "A big table that was never vacuumed",
        section: Section::Vacuum,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "Without a first VACUUM no page is known to be all visible: index-only scans read the table all the same, and \
              the first freeze will be a big one.",
        fires: "More than 50,000 rows, no VACUUM by hand or by autovacuum since the counters began, and no page marked \
                all visible. A crash or a reset empties the times, but not the marks.",
        silent: "Tables with all-visible pages, and smaller ones.",
        fix: "VACUUM once, in a quiet hour.",
        reads: &["pg_stat_all_tables.last_vacuum", "pg_class.relallvisible"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (_, window) = db.usage()?;
    for (id, _) in db.heaps()? {
        let Some(of) = db.table_use(id).filter(|of| of.counted) else { continue };
        let rows = db.rows(id).max(of.live_rows.get());
        let visible = of.all_visible_pages.get().unwrap_or(0);
        if of.vacuumed().is_some() || visible > 0 || rows.is_none_or(|rows| rows < db.limits().never_vacuumed_rows) {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.table_object(id),
                format!("was never vacuumed, {} rows", crate::text::count(rows.unwrap_or(0))),
            )
            .why("No page is marked all visible, so index-only scans read the table too.")
            .number("rows_estimate", rows, Unit::Count, rows_source(db))
            .number("all_visible_pages", Some(visible), Unit::Count, "pg_class.relallvisible")
            .since(Some(window.since))
            .bytes(db.table_bytes(id))
            .fix(Fix {
                script: format!("VACUUM (VERBOSE, ANALYZE) {};", db.table_sql(id)),
                undo: None,
                lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on; not inside a transaction; no rewrite".into(),
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
        let text = |words: &str| format!("window days=2\ntable x.d rows=100000 {words}\n col a int");
        fires(&RULE, &text("live=100000 visible=0"), &["notice x.d"]);
        silent(&RULE, &text("live=100000 visible=500"));
        silent(&RULE, &text("live=100000 visible=0 vacuumed=1000"));
        silent(&RULE, &text("live=100 visible=0").replace("rows=100000", "rows=100"));
        blind(&RULE, "window none\ntable x.d", Status::CannotCheck, "counters");
    }
}
