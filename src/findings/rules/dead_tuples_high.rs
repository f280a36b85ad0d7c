//! A table that vacuum does not keep up with.

use super::support::{option_of, rows_source};
use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit, Value, fix,
};
use crate::model::Autovacuum;

/// As the server comes, where it did not tell its settings.
const DEFAULTS: Autovacuum = Autovacuum { on: true, threshold: 50.0, scale: 0.2, most: None };

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "dead-tuples-high",
        title: "Dead rows that vacuum does not keep up with",
        section: Section::Vacuum,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "Every scan reads dead rows too, indexes keep pointing at them, and the file grows where it could use their room.",
        fires: "More than 10,000 dead rows and either twice the number at which autovacuum starts (by this \
                table's options, else by the server's settings), or more than 20 % of the rows.",
        silent: "Small tables, and those that are below the point where autovacuum starts.",
        fix: "See what holds vacuum up (an old transaction, a slot, a prepared transaction); then VACUUM once, and let \
              autovacuum start earlier on this table.",
        reads: &["pg_stat_all_tables.n_dead_tup", "pg_class.reloptions", "pg_settings"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (usage, window) = db.usage()?;
    let (server, limits) = (usage.autovacuum.unwrap_or(DEFAULTS), db.limits());
    for (id, rel) in db.heaps()? {
        let Some(of) = db.table_use(id) else { continue };
        let (Some(dead), Some(share)) = (of.dead_rows.get(), of.dead_share()) else { continue };
        let options = db.relations().names.opt(rel.storage).unwrap_or_default();
        let option =
            |name: &str, default: f64| option_of(options, name).and_then(|text| text.parse().ok()).unwrap_or(default);
        let rows = of.live_rows.get().unwrap_or(0) as f64;
        let due = option("autovacuum_vacuum_threshold", server.threshold)
            + option("autovacuum_vacuum_scale_factor", server.scale) * rows;
        let most = option("autovacuum_vacuum_max_threshold", server.most.unwrap_or(-1.0));
        // -1 switches that limit off; before 18 there is none.
        let due = if most >= 0.0 { due.min(most) } else { due };
        if dead < limits.dead_rows || (dead as f64 <= limits.dead_times * due && share <= limits.dead_share) {
            continue;
        }
        let table = db.table_sql(id);
        let summary = format!("has {:.0} % dead rows, {}", share * 100.0, crate::text::count(dead));
        let mut finding = Finding::new(RULE.meta.severity, RULE.meta.confidence, db.table_object(id), summary)
            .why(format!("Vacuum was due at {} dead rows.", crate::text::count(due as i64)))
            .number("dead_rows", Some(dead), Unit::Count, "pg_stat_all_tables.n_dead_tup")
            .fact(
                "dead_share",
                Value::Float((share * 1000.0).round() / 1000.0),
                Some(Unit::Share),
                "pg_stat_all_tables",
            )
            .number("vacuum_due_at", Some(due as i64), Unit::Count, "autovacuum settings")
            .number("rows_estimate", db.rows(id), Unit::Count, rows_source(db))
            .since(Some(window.since))
            .bytes(db.table_bytes(id).map(|bytes| (bytes as f64 * share) as i64))
            .not_known("whether an old transaction holds vacuum up, and whether it runs right now");
        if !server.on {
            finding = finding.text("autovacuum", "off for the whole server", "pg_settings");
        } else if of.autovacuum_off {
            finding = finding.text("autovacuum", "off for this table", "pg_class.reloptions");
        }
        out.add(finding.fix(Fix {
            script: format!("VACUUM (VERBOSE, ANALYZE) {table};\nALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0.02);"),
            undo: Some(fix::set_back(db, id, "autovacuum_vacuum_scale_factor")),
            lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on; VACUUM can not run inside a transaction; no rewrite".into(),
            precheck: Some("SELECT pid, phase, heap_blks_scanned, heap_blks_total FROM pg_catalog.pg_stat_progress_vacuum;".into()),
        }));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(live: i64, dead: i64, words: &str) -> String {
        format!("window days=2\ntable x.d rows={live} live={live} dead={dead} {words}\n col a int")
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text(100_000, 60_000, ""), &["warning x.d"]);
        fires(&RULE, &text(1_000_000, 60_000, "storage=heap,autovacuum_vacuum_scale_factor=0.02"), &["warning x.d"]);
        silent(&RULE, &text(1_000_000, 60_000, ""));
        silent(&RULE, &text(100, 60, ""));
        let server = |words: &str| text(10_000_000, 60_000, "").replace("days=2", &format!("days=2 {words}"));
        silent(&RULE, &server(""));
        fires(&RULE, &server("scale=0.001"), &["warning x.d"]);
        fires(&RULE, &server("most=20000"), &["warning x.d"]);
        blind(&RULE, "window none\ntable x.d", Status::CannotCheck, "counters");
    }
}
