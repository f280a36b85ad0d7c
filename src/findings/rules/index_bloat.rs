//! A B-tree with far more pages than its entries need.

use super::support::bloat_gap;
use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit, Value, bloat, fix,
};
use crate::model::LayoutOf;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-bloat",
        title: "A B-tree with many empty pages",
        section: Section::Indexes,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "Scans read and memory holds pages that say little; VACUUM empties pages but never gives them back.",
        fires: "An estimate of at least 30 % and 100 MB; warning from 50 % and 1 GB. The estimate lays out entries with \
                their alignment and with equal keys sharing a tuple; it is within 5 points where statistics are fresh, \
                within 20 where a hint is said.",
        silent: "Indexes without an estimate: under 100 pages, never analyzed, statistics hidden or stale. Other methods \
                 than B-tree.",
        fix: "REINDEX CONCURRENTLY, which needs room for a second copy.",
        reads: &["pg_class", "pg_attribute", "pg_stats"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let indexes = db.indexes()?;
    let all = db.bloats()?;
    for (of, found) in all.iter() {
        let LayoutOf::Btree(n) = of else { continue };
        let Some(index) = indexes.list.get(*n as usize).filter(|index| db.is_ours_id(index.rel)) else { continue };
        let Ok(bloat) = found else { continue };
        if bloat.share < db.limits().bloat_share || bloat.bytes < db.limits().bloat_bytes {
            continue;
        }
        let bad = bloat.share >= db.limits().bloat_warning_share
            && bloat.bytes >= db.limits().bloat_warning_bytes
            && bloat.confidence == Confidence::Likely;
        let severity = if bad { Severity::Warning } else { RULE.meta.severity };
        let object = db.index_object(indexes, index);
        let summary = format!("is {:.0} % empty, {}", bloat.share * 100.0, crate::text::bytes(bloat.bytes));
        let finding = Finding::new(severity, bloat.confidence, object, summary)
            .why("A rebuilt copy would hold the same entries on far fewer pages.")
            .fix(fix::reindex(db, indexes, index));
        out.add(evidence(finding, bloat));
    }
    bloat_gap(db, all, |of| matches!(of, LayoutOf::Btree(_))).into_iter().for_each(|gap| out.partly(gap));
    Ok(())
}

/// What the estimate rests on, for heaps too.
pub fn evidence(finding: Finding, bloat: &bloat::Bloat) -> Finding {
    let bound = if bloat.confidence == Confidence::Likely { 5 } else { 20 };
    let source = "estimate from pg_class and pg_stats";
    let finding = finding
        .number("reclaimable_bytes", Some(bloat.bytes), Unit::Bytes, source)
        .fact("reclaimable_share", Value::Float((bloat.share * 1000.0).round() / 1000.0), Some(Unit::Share), source)
        .number("error_bound_points", Some(bound), Unit::Count, source)
        .number("pages", Some(bloat.pages), Unit::Count, "pg_class.relpages")
        .number("pages_needed", Some(bloat.needed), Unit::Count, source)
        .bytes(Some(bloat.bytes));
    match bloat.dead_share > 0.10 {
        true => finding.not_known("how much VACUUM alone makes free: it comes first"),
        false => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(pages: i64, mods: &str) -> String {
        format!(
            "window days=2\ntable x.d rows=1000000 {mods}\n col a int\n index d_a (a)\n\
             layout index d_a pages={pages} rows=1000000 len=4 align=4 width=4 distinct=-1"
        )
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text(40_000, "mods=0"), &["notice x.d_a"]);
        fires(&RULE, &text(400_000, "mods=0"), &["warning x.d_a"]);
        fires(&RULE, &text(400_000, "mods=200000"), &["notice x.d_a"]);
        silent(&RULE, &text(2_800, "mods=0"));
        blind(&RULE, &text(400_000, "mods=900000"), Status::CannotCheck, "changed since ANALYZE");
        blind(&RULE, "deny layouts GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
