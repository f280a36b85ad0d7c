//! Statistics of a table that is not as it was.

use super::support::rows_source;
use crate::findings::rule::EVERY;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::{EngineKind, RelId, Relation};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "stale-statistics",
        title: "Statistics that are older than the data",
        section: Section::Vacuum,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: EVERY,
        profile: Profile::Default,
        why: "The planner plans for the table as it was.",
        fires: "More than 10,000 rows changed since the last ANALYZE, and more than 20 % of the rows. SQLite: the count of \
                sqlite_stat1 is off by more than that. MySQL and MariaDB: so many rows were written since the counters \
                began, the statistics are older than that, and the server does not compute them by itself.",
        silent: "Smaller changes, which autovacuum takes care of, and tables that were never analyzed at all. MySQL and \
                 MariaDB compute the statistics of InnoDB anew after a tenth of the rows has changed, unless \
                 innodb_stats_auto_recalc is off for the server or the table.",
        fix: "ANALYZE; on PostgreSQL let autovacuum do it earlier on this table; MySQL and MariaDB: ANALYZE TABLE, or \
              STATS_AUTO_RECALC=1.",
        reads: &[
            "pg_stat_all_tables.n_mod_since_analyze",
            "pg_class.reltuples",
            "sqlite_stat1",
            "mysql.innodb_table_stats.last_update",
            "@@innodb_stats_auto_recalc",
        ],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    match db.engine() {
        EngineKind::Sqlite => sqlite(db, out),
        EngineKind::Postgresql => postgres(db, out),
        EngineKind::Mysql | EngineKind::Mariadb => mysql(db, out),
    }
}

fn postgres(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (_, window) = db.usage()?;
    for (id, rel) in db.heaps()? {
        let Some(of) = db.table_use(id) else { continue };
        let (Some(mods), Some(rows)) = (of.mods_since_analyze.get(), rel.rows.filter(|rows| *rows > 0)) else {
            continue;
        };
        let share = mods as f64 / rows as f64;
        if mods < db.limits().stale_rows || share < db.limits().stale_share {
            continue;
        }
        let table = db.table_sql(id);
        let mut finding = finding(db, id, share, mods)
            .number("changed_rows", Some(mods), Unit::Count, "pg_stat_all_tables.n_mod_since_analyze")
            .since(Some(window.since));
        if of.autovacuum_off {
            finding = finding.text("autovacuum", "off for this table", "pg_class.reloptions");
        }
        out.add(finding.fix(Fix {
            script: format!("ANALYZE {table};"),
            undo: None,
            lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on; reads a sample; no rewrite".into(),
            precheck: None,
        }));
    }
    Ok(())
}

fn sqlite(db: &Db<'_>, out: &mut Findings) -> Checked {
    let indexes = db.indexes()?;
    for (id, rel) in db.tables()? {
        let words = indexes.of(id).iter().filter_map(|index| indexes.names.opt(index.statistics));
        let counted = words.filter_map(|text| text.split_whitespace().next()?.parse::<i64>().ok()).max();
        let (Some(counted), Some(rows)) = (counted, rel.rows_at_most) else { continue };
        let off = (rows - counted).abs();
        let share = off as f64 / counted.max(1) as f64;
        if off < db.limits().stale_rows || share < db.limits().stale_share {
            continue;
        }
        out.add(
            finding(db, id, share, off)
                .number("counted_rows", Some(counted), Unit::Count, "sqlite_stat1")
                .not_known("gaps in the row numbers: their range stands for the number of rows")
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

/// Only where the server does not do it by itself.
fn mysql(db: &Db<'_>, out: &mut Findings) -> Checked {
    let automatic = !db.setting("innodb_stats_auto_recalc")?.eq_ignore_ascii_case("off");
    let left_alone = |rel: &Relation| {
        let storage = db.relations().names.opt(rel.storage).unwrap_or("InnoDB").to_ascii_lowercase();
        storage.starts_with("innodb")
            && (storage.contains("stats_auto_recalc=0") || !automatic && !storage.contains("stats_auto_recalc=1"))
    };
    let all: Vec<RelId> = db.tables()?.filter(|(_, rel)| left_alone(rel)).map(|(id, _)| id).collect();
    if all.is_empty() {
        return Ok(());
    }
    let (_, window) = db.usage()?;
    let mut unknown = 0;
    for id in all {
        let (Some(of), Some(rows)) = (db.table_use(id), db.rows(id).filter(|rows| *rows > 0)) else { continue };
        let (Some(computed), Some(writes)) = (of.last_analyze.get(), of.writes()) else {
            unknown += 1;
            continue;
        };
        let share = writes as f64 / rows as f64;
        let older = computed < window.since.as_microsecond();
        if !older || writes < db.limits().stale_rows || share < db.limits().stale_share {
            continue;
        }
        out.add(
            finding(db, id, share, writes)
                .number("written_rows", Some(writes), Unit::Count, "performance_schema")
                .since(Some(window.since))
                .text("automatic", "off: innodb_stats_auto_recalc", "@@innodb_stats_auto_recalc")
                .fix(Fix {
                    script: format!("ANALYZE TABLE {};", db.table_sql(id)),
                    undo: None,
                    lock: "a metadata lock for a moment; reads a sample of pages; no rewrite".into(),
                    precheck: None,
                }),
        );
    }
    if unknown > 0 {
        let reason = format!("of {unknown} tables the writes or the time of their statistics are not known");
        out.partly(Gap::cannot_check(reason));
    }
    Ok(())
}

fn finding(db: &Db<'_>, id: RelId, share: f64, changed: i64) -> Finding {
    let summary = format!("changed by {} rows since it was analyzed", crate::text::count(changed));
    Finding::new(RULE.meta.severity, RULE.meta.confidence, db.table_object(id), summary)
        .why("The planner still plans for the table as it was.")
        .fact("changed_share", Value::Float((share * 1000.0).round() / 1000.0), Some(Unit::Share), rows_source(db))
        .number("rows_estimate", db.rows(id), Unit::Count, rows_source(db))
        .bytes(db.table_bytes(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        let text = |mods: i64| format!("window days=2\ntable x.d rows=100000 mods={mods}\n col a int");
        fires(&RULE, &text(30_000), &["notice x.d"]);
        silent(&RULE, &text(15_000));
        silent(&RULE, &text(9_000).replace("rows=100000", "rows=100"));
        let file =
            |rows: i64| format!("server sqlite 3051003\ntable d rows={rows}\n col a int\n index d_a (a) stat=5000_10");
        fires(&RULE, &file(50_000), &["notice main.d"]);
        silent(&RULE, &file(6_000));
        let mysql = |set: &str, words: &str| {
            format!(
                "server mysql 90704\nset innodb_stats_auto_recalc {set}\nwindow days=2\ntable x.d rows=50000 storage=InnoDB {words}"
            )
        };
        let words = "analyzed=5 inserts=30000 updates=0 deletes=0";
        fires(&RULE, &mysql("OFF", words), &["notice x.d"]);
        fires(&RULE, &mysql("ON", words).replace("InnoDB", "InnoDB,stats_auto_recalc=0"), &["notice x.d"]);
        silent(&RULE, &mysql("ON", words));
        silent(&RULE, &mysql("OFF", words).replace("30000", "3000"));
        silent(&RULE, &mysql("OFF", words).replace("analyzed=5", "analyzed=1795200000000000"));
        blind(&RULE, &mysql("OFF", "").replace("storage", "rows=5 storage"), Status::CannotCheck, "not known");
        blind(&RULE, "server mysql 90704\ntable x.d", Status::CannotCheck, "settings");
        blind(&RULE, "window none\ntable x.d", Status::CannotCheck, "counters");
    }
}
