//! A table with many indexes that is written far more than read.

use super::support::{ours, scans_source, size_source};
use crate::findings::rule::{MYSQL, POSTGRESQL};
use crate::findings::verdict::replica_doubts;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::IndexFlags;
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "over-indexed-write-heavy",
        title: "Many indexes on a table that is written more than read",
        section: Section::Indexes,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: &[POSTGRESQL[0], MYSQL[0], MYSQL[1]],
        profile: Profile::Default,
        why: "Each insert writes every index; with few reads most of that work serves nobody.",
        fires: "Over a window of at least 14 days more than 10 rows written for each index scan, and at least 8 plain \
                indexes, or indexes of more than twice the bytes of the rows.",
        silent: "Tables that are read as much as written, and small ones (below 10 MB of indexes).",
        fix: "Rank the indexes of the table by scans and bytes, and drop from the bottom.",
        reads: &[
            "pg_stat_all_tables",
            "pg_stat_all_indexes",
            "performance_schema.table_io_waits_summary_by_index_usage",
        ],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let indexes = db.indexes()?;
    let (_, window) = db.usage()?;
    db.long_enough(window)?;
    let mut plain: BTreeMap<_, (usize, Option<i64>)> = BTreeMap::new();
    for (n, index) in ours(db, indexes) {
        let entry = plain.entry(index.rel).or_insert((0, Some(0)));
        entry.0 += usize::from(!index.flags.has(IndexFlags::UNIQUE));
        entry.1 = entry.1.zip(db.index_bytes(n as u32, index)).map(|(sum, bytes)| sum + bytes);
    }
    for (rel, (count, bytes)) in plain {
        let Some((writes, scans)) = db.table_use(rel).and_then(|of| of.writes().zip(of.idx_scans.get())) else {
            continue;
        };
        let heavy = bytes.zip(db.table_bytes(rel)).is_some_and(|(indexes, rows)| indexes / 2 > rows);
        let small = bytes.is_none_or(|bytes| bytes < 10 * 1024 * 1024);
        if small
            || writes / 10 <= scans
            || !(i64::try_from(count).is_ok_and(|count| count >= db.limits().over_indexed) || heavy)
        {
            continue;
        }
        let size = crate::text::bytes(bytes.unwrap_or(0));
        let summary = format!(
            "has {count} plain indexes of {size} in all and {} writes for each scan",
            crate::text::count(writes / scans.max(1))
        );
        let finding = Finding::new(RULE.meta.severity, RULE.meta.confidence, db.table_object(rel), summary)
            .why("Every insert and most updates write all of them.")
            .fact("indexes", Value::Int(count as i64), Some(Unit::Count), super::support::index_source(db))
            .number("index_bytes", bytes, Unit::Bytes, size_source(db))
            .number("writes", Some(writes), Unit::Count, scans_source(db))
            .since(Some(window.since))
            .number("index_scans", Some(scans), Unit::Count, scans_source(db))
            .since(Some(window.since))
            .bytes(bytes);
        out.add(replica_doubts(window).into_iter().fold(finding, Finding::not_known));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(count: usize, scans: i64) -> String {
        let list: String = (0..count).map(|n| format!(" index i{n} (a) bytes=3000000 scans={scans}\n")).collect();
        format!("window days=20\ntable x.d bytes=90000000 inserts=1000000 updates=0 deletes=0\n col a text\n{list}")
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text(8, 1), &["notice x.d"]);
        fires(&RULE, &text(4, 1).replace("bytes=90000000", "bytes=5000000"), &["notice x.d"]);
        silent(&RULE, &text(4, 1));
        silent(&RULE, &text(8, 1_000_000));
        blind(&RULE, "window days=1\ntable x.d", Status::CannotCheck, "14");
    }
}
