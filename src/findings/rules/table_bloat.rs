//! A table whose file is far bigger than its rows.

use super::index_bloat::evidence;
use super::support::{bloat_gap, size_source};
use crate::findings::rule::EVERY;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::{EngineKind, LayoutOf, RelId};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "table-bloat",
        title: "A table whose file is far bigger than its rows",
        section: Section::Vacuum,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: EVERY,
        profile: Profile::Default,
        why: "Scans, backups and memory carry the empty room; it is used again by new rows of this table only.",
        fires: "At least 30 % and 100 MB; warning from 50 % and 1 GB. PostgreSQL: an estimate from statistics, within 5 \
                points where they are fresh. InnoDB: free extents (DATA_FREE). SQLite: unused bytes in the table's pages.",
        silent: "Tables without an estimate: under 100 pages, never analyzed, statistics hidden or stale. A table that is \
                 about to be filled again needs the room.",
        fix: "First see that VACUUM is not held up. pg_repack or pg_squeeze work aside; VACUUM FULL and OPTIMIZE TABLE \
              write the table anew.",
        reads: &["pg_class", "pg_attribute", "pg_stats", "information_schema.TABLES.DATA_FREE", "dbstat"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    match db.engine() {
        EngineKind::Postgresql => postgres(db, out),
        _ => free(db, out),
    }
}

fn postgres(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = db.bloats()?;
    for (of, found) in all.iter() {
        let (LayoutOf::Heap(rel), Ok(bloat)) = (of, found) else { continue };
        if !db.is_ours_id(*rel) || bloat.share < db.limits().bloat_share || bloat.bytes < db.limits().bloat_bytes {
            continue;
        }
        let bad = bloat.share >= db.limits().bloat_warning_share
            && bloat.bytes >= db.limits().bloat_warning_bytes
            && bloat.confidence == Confidence::Likely;
        let table = db.table_sql(*rel);
        let dead = bloat.dead_share > 0.10;
        let summary = format!("is {:.0} % empty, {}", bloat.share * 100.0, crate::text::bytes(bloat.bytes));
        let finding = Finding::new(severity(bad), bloat.confidence, db.table_object(*rel), summary)
            .why(match dead {
                true => "Dead rows fill it: VACUUM makes their room usable again, a rewrite gives it back.",
                false => "Its rows would fit on far fewer pages; only a rewrite gives the room back.",
            })
            .fix(Fix {
                script: match dead {
                    true => format!("VACUUM (VERBOSE, ANALYZE) {table};"),
                    false => format!("VACUUM (FULL, VERBOSE, ANALYZE) {table};\n-- or, without the lock:  pg_repack --table={}", db.table_object(*rel).label),
                },
                undo: None,
                lock: match dead {
                    true => "SHARE UPDATE EXCLUSIVE: reads and writes go on; no rewrite".into(),
                    false => "ACCESS EXCLUSIVE while the whole table is rewritten: reads and writes wait; needs room for a second copy".into(),
                },
                precheck: None,
            });
        out.add(evidence(finding, bloat));
    }
    bloat_gap(db, all, |of| matches!(of, LayoutOf::Heap(_))).into_iter().for_each(|gap| out.partly(gap));
    Ok(())
}

/// The engine's own count of free room.
fn free(db: &Db<'_>, out: &mut Findings) -> Checked {
    let mut unknown = 0;
    for (id, _) in db.tables()? {
        let Some((free, total)) = room(db, id) else {
            unknown += 1;
            continue;
        };
        let share = if total > 0 { free as f64 / total as f64 } else { 0.0 };
        if share < db.limits().bloat_share || free < db.limits().bloat_bytes {
            continue;
        }
        let bad = share >= db.limits().bloat_warning_share && free >= db.limits().bloat_warning_bytes;
        let table = db.table_sql(id);
        let sqlite = db.engine() == EngineKind::Sqlite;
        let confidence = if sqlite { Confidence::Certain } else { Confidence::Likely };
        let summary = format!("is {:.0} % empty, {}", share * 100.0, crate::text::bytes(free));
        let script = if sqlite {
            "VACUUM;".to_owned()
        } else {
            format!("ALTER TABLE {table} ENGINE = InnoDB, ALGORITHM=INPLACE, LOCK=NONE;")
        };
        let lock = match sqlite {
            true => "one writer for its whole time, and twice the room; the whole file is written anew",
            false => {
                "ALGORITHM=INPLACE, LOCK=NONE: reads and writes go on while the table is rewritten; needs room for a second copy"
            }
        };
        out.add(
            Finding::new(severity(bad), confidence, db.table_object(id), summary)
                .why("The file holds room that no row uses.")
                .number("free_bytes", Some(free), Unit::Bytes, size_source(db))
                .fact("free_share", Value::Float((share * 1000.0).round() / 1000.0), Some(Unit::Share), size_source(db))
                .bytes(Some(free))
                .fix(Fix { script, undo: None, lock: lock.into(), precheck: None }),
        );
    }
    if unknown > 0 {
        out.partly(Gap::cannot_check(format!("the free room of {unknown} tables was not measured")));
    }
    Ok(())
}

fn room(db: &Db<'_>, rel: RelId) -> Option<(i64, i64)> {
    let size = db.facts.sizes.value()?.of(rel);
    let free = size.free.get()?;
    // InnoDB counts free extents outside of its data; SQLite's are inside.
    let total = match db.engine() {
        EngineKind::Sqlite => size.table.get()?,
        _ => size.table.get()?.saturating_add(size.index.get().unwrap_or(0)).saturating_add(free),
    };
    Some((free, total))
}

fn severity(bad: bool) -> Severity {
    if bad { Severity::Warning } else { RULE.meta.severity }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(pages: i64, words: &str) -> String {
        format!(
            "window days=2\ntable x.d rows=1000000 {words}\n col a int\nlayout table d pages={pages} rows=1000000 len=4 align=4 width=4 distinct=-1"
        )
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text(40_000, "mods=0"), &["notice x.d"]);
        fires(&RULE, &text(400_000, "mods=0"), &["warning x.d"]);
        silent(&RULE, &text(4_500, "mods=0"));
        blind(&RULE, &text(400_000, "mods=900000"), Status::CannotCheck, "changed since ANALYZE");
    }

    #[test]
    fn free_room_of_the_others() {
        let mysql = "server mysql 90704\ntable x.d bytes=400000000 free=900000000\n col a int";
        fires(&RULE, mysql, &["notice x.d"]);
        silent(&RULE, &mysql.replace("free=900000000", "free=4000000"));
        blind(&RULE, &mysql.replace("free=900000000", ""), Status::CannotCheck, "1 tables");
    }
}
