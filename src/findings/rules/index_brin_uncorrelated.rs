//! A BRIN index on values that lie anywhere.

use super::support::{index_source, ours, rows_source};
use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::IndexFlags;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "index-brin-uncorrelated",
        title: "A BRIN index on values that lie anywhere in the table",
        section: Section::Indexes,
        severity: Severity::Info,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "BRIN keeps the least and the greatest value of each 128 pages: where the values are in no order, every \
              range fits every question and the whole table is read.",
        fires: "A BRIN index each of whose columns has a correlation under 0.9 by the statistics (neither up nor down), \
                on a table of at least 10,000 rows.",
        silent: "Columns in the order of the rows, one such column among others, bloom operator classes, which need no \
                 order, small tables.",
        fix: "A b-tree where single rows are looked for, or CLUSTER and inserts in the order of the column; or no index.",
        reads: &["pg_index", "pg_stats.correlation"],
    },
    check,
};

const ROWS: i64 = 10_000;
const LEAST: f32 = 0.9;

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (columns, indexes) = (db.columns()?, db.indexes()?);
    let mut unknown = 0;
    for (_, index) in ours(db, indexes).filter(|(_, index)| indexes.names.get(index.method) == "brin") {
        let parts = indexes.key(index);
        let ordered = |part: &crate::model::IndexPart| {
            // Operator classes with bloom or multi in their name were chosen for this.
            indexes.names.opt(part.opclass).is_none_or(|name| !name.contains("bloom") && !name.contains("multi"))
        };
        let whole = db.relations().get(index.rel).and_then(|rel| rel.rows);
        if !parts.iter().all(|part| part.column != 0 && ordered(part)) || whole.is_none_or(|rows| rows < ROWS) {
            continue;
        }
        if index.flags.has(IndexFlags::PARTITIONED) {
            continue;
        }
        let found = parts.iter().map(|part| columns.values_of(index.rel, part.column)?.correlation);
        let Some(found) = found.collect::<Option<Vec<f32>>>() else {
            unknown += 1;
            continue;
        };
        let best = found.iter().map(|one| one.abs()).fold(0.0, f32::max);
        if best >= LEAST || found.is_empty() {
            continue;
        }
        let names: Vec<&str> = parts.iter().map(|part| indexes.names.get(part.text)).collect();
        let share = (f64::from(best) * 1000.0).round() / 1000.0;
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.index_object(indexes, index),
                format!("is a BRIN index, but {} lies in no order (correlation {share})", names.join(", ")),
            )
            .why("Nearly every part of the table fits nearly every question.")
            .fact("correlation", Value::Float(share), None, "pg_stats.correlation")
            .number("rows_estimate", whole, Unit::Count, rows_source(db))
            .text("columns", names.join(", "), index_source(db))
            .bytes(db.table_bytes(index.rel)),
        );
    }
    if unknown > 0 {
        let reason = format!("{unknown} BRIN indexes have columns without statistics of their order");
        let grant = columns.notes.iter().find_map(|note| note.grant.clone());
        out.partly(grant.map_or_else(|| Gap::cannot_check(reason.clone()), |grant| Gap::denied(reason.clone(), grant)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(rows: i64, words: &str, rest: &str) -> String {
        format!(
            "table x.d rows={rows}\n col at date {words}\n col n int correlation=0.1\n index d_brin (at{rest}) brin"
        )
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text(50_000, "correlation=0.3", ""), &["info x.d_brin"]);
        fires(&RULE, &text(50_000, "correlation=-0.5", ", n"), &["info x.d_brin"]);
        silent(&RULE, &text(50_000, "correlation=0.99", ""));
        silent(&RULE, &text(50_000, "correlation=-0.99", ", n"));
        silent(&RULE, &text(50_000, "correlation=0.3", " date_minmax_multi_ops"));
        silent(&RULE, &text(500, "correlation=0.3", ""));
        silent(&RULE, &text(50_000, "correlation=0.3", "").replace("brin", "btree"));
        blind(&RULE, &text(50_000, "", ""), Status::CannotCheck, "without statistics");
        blind(&RULE, "deny indexes GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
