//! A very large table that only grows.

use super::support::rows_source;
use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::RelKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "large-unpartitioned",
        title: "A very large table in one piece that only grows",
        section: Section::Types,
        severity: Severity::Info,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Old rows can only be deleted one by one, each index is as large as all years together, and \
              maintenance takes the whole of it.",
        fires: "Over 100 million rows or 100 GB, not partitioned, and under 1 % of its writes are updates or \
                deletes where that is counted.",
        silent: "Partitioned tables and partitions, tables that change, smaller ones, tables whose writes are not \
                 counted.",
        fix: "Partitions by time for what comes from now on; a BRIN index on the time where only ranges are \
              read.",
        reads: &["pg_class", "pg_stat_all_tables", "information_schema.TABLES"],
    },
    check,
};

const ROWS: i64 = 100_000_000;
const BYTES: i64 = 100 << 30;

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let uses = db.usage_tables()?;
    for (id, rel) in db.tables()? {
        let (rows, bytes) = (db.rows(id), db.table_bytes(id));
        let large = rows.is_some_and(|rows| rows > ROWS) || bytes.is_some_and(|bytes| bytes > BYTES);
        if rel.kind != RelKind::Table || !large {
            continue;
        }
        let Some(used) = uses.get(id.0 as usize) else { continue };
        let (Some(inserts), Some(changes)) = (used.inserts.get(), used.updates.plus(used.deletes).get()) else {
            continue;
        };
        if inserts == 0 || changes * 100 > inserts {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.table_object(id),
                "only grows and is in one piece",
            )
            .why("Old rows can only be deleted one by one.")
            .number("rows_estimate", rows, Unit::Count, rows_source(db))
            .number("inserts", Some(inserts), Unit::Count, "the counters")
            .bytes(bytes)
            .not_known("how long its rows are kept"),
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
        let text = |rows: i64, updates: i64| {
            format!("table x.d rows={rows} inserts=1000000 updates={updates} deletes=0\nwindow days=20")
        };
        fires(&RULE, &text(200_000_000, 10), &["info x.d"]);
        silent(&RULE, &text(200_000_000, 500_000));
        silent(&RULE, &text(2_000_000, 10));
        blind(&RULE, "deny usage GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
