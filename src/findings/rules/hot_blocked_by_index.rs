//! Updates that must write every index because one of them holds a changing column.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity, Unit, Value, fix,
};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "hot-blocked-by-index",
        title: "Updates that write all indexes",
        section: Section::Indexes,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "An update that changes no indexed column and finds room on its page writes no index (heap-only tuple). When \
              that hardly ever happens, every update writes every index and leaves dead entries behind.",
        fires: "More than 10,000 updates, fewer than 10 % of them heap-only.",
        silent: "Tables with few updates, and those without an index.",
        fix: "Look for an index on a column that changes with each update (updated_at, status), or leave room on each page \
              with a lower fillfactor.",
        reads: &["pg_stat_all_tables.n_tup_upd", "pg_stat_all_tables.n_tup_hot_upd"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (_, window) = db.usage()?;
    let indexes = db.indexes()?;
    let limits = db.limits();
    for (id, _) in db.tables()?.filter(|(id, _)| !indexes.of(*id).is_empty()) {
        let Some((updates, hot)) = db.table_use(id).and_then(|of| of.updates.get().zip(of.hot_updates.get())) else {
            continue;
        };
        if updates < limits.hot_updates || hot as f64 >= updates as f64 * limits.hot_share {
            continue;
        }
        let table = db.table_sql(id);
        let share = hot as f64 / updates as f64;
        let summary = format!("has {:.0} % heap-only updates of {}", share * 100.0, crate::text::count(updates));
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.table_object(id), summary)
                .why("Nearly every update writes all indexes of the table.")
                .number("updates", Some(updates), Unit::Count, "pg_stat_all_tables.n_tup_upd")
                .since(Some(window.since))
                .fact(
                    "hot_share",
                    Value::Float((share * 1000.0).round() / 1000.0),
                    Some(Unit::Share),
                    "pg_stat_all_tables.n_tup_hot_upd",
                )
                .not_known("whether an indexed column changes or the pages are full")
                .fix(Fix {
                    script: format!("ALTER TABLE {table} SET (fillfactor = 85);"),
                    undo: Some(fix::set_back(db, id, "fillfactor")),
                    lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on; no rewrite: only new pages keep the room"
                        .into(),
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
        let text = |words: &str| format!("window days=2\ntable x.d {words}\n col a int\n index d_a (a)");
        fires(&RULE, &text("updates=50000 hot=100"), &["notice x.d"]);
        silent(&RULE, &text("updates=50000 hot=20000"));
        silent(&RULE, &text("updates=500 hot=0"));
        blind(&RULE, "window none\ntable x.d", Status::CannotCheck, "counters");
    }
}
