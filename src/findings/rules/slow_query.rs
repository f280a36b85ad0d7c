//! A statement that is slow each time.

use crate::findings::rule::SERVERS;
use crate::findings::statements::{finding, millis, said, source};
use crate::findings::{Checked, Confidence, Db, Findings, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "slow-query",
        title: "A statement that is slow each time",
        section: Section::Queries,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "A statement that takes a tenth of a second is felt, and so is everything that waits behind it.",
        fires: "Its mean is 100 ms or more over 10 calls or more, or at fewer calls it takes 5 % of all time, and a second.",
        silent: "Maintenance, dumps, statements inside functions, and looks at the catalog.",
        fix: "Look at its plan: dblens explains it without running it.",
        reads: &["pg_stat_statements", "performance_schema.events_statements_summary_by_digest"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (all, limits) = (db.statements()?, db.limits());
    let since = all.since.value().map(|since| since.at);
    for said in said(db, all, out) {
        let (one, of) = (said.one, &said.one.counters);
        let Some(mean) = of.mean_ns().filter(|mean| *mean >= limits.slow_query as f64 * 1e3) else { continue };
        let share = all.share(one.key).unwrap_or(0.0);
        let calls = of.calls.get().unwrap_or(0);
        // Of a server that has hardly worked, one load of a table is half of all time.
        if calls < limits.slow_query_calls
            && (share < limits.slow_query_share || mean * (calls.max(1) as f64) < LEAST_NS)
        {
            continue;
        }
        let summary = format!("takes {} each time", crate::text::millis(mean / 1e6));
        let mut finding = finding(db, all, one, (RULE.meta.severity, RULE.meta.confidence), summary)
            .why("It is felt by whoever waits for it, and it holds memory, locks and a connection meanwhile.");
        let spread = [("max_ms", of.max_ns), ("stddev_ms", of.stddev_ns), ("p95_ms", of.p95_ns)];
        for (name, ns) in spread.into_iter().filter_map(|(name, ns)| Some((name, ns.get()?))) {
            finding = finding.fact(name, millis(Some(ns as f64)), Some(Unit::Millis), source(db)).since(since);
        }
        if of.p95_ns.get().is_none() {
            finding = finding.not_known("percentiles: this engine keeps mean, spread and longest only");
        }
        out.add(finding);
    }
    Ok(())
}

/// At fewer calls than that it has to have taken this much in all.
const LEAST_NS: f64 = 1e9;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_on_slow_ones_that_matter() {
        fires(&RULE, "statements\nstatement calls=20 mean=200 | SELECT a FROM t WHERE b = $1", &["warning q0"]);
        fires(&RULE, "statements\nstatement calls=2 mean=900 | UPDATE t SET a = $1", &["warning q0"]);
        silent(&RULE, "statements\nstatement calls=20 mean=50 | SELECT a FROM t");
        silent(&RULE, "statements\nstatement calls=2 mean=400 | INSERT INTO t SELECT a FROM u");
        silent(
            &RULE,
            "statements\nstatement calls=2 mean=200 | SELECT a FROM t\nstatement calls=900 mean=90 | SELECT b FROM t",
        );
        silent(&RULE, "statements\nstatement calls=20 mean=20000 | VACUUM t");
        silent(&RULE, "statements\nstatement calls=20 mean=20000 inner | SELECT a FROM t");
        silent(&RULE, "statements\nstatement calls=20 mean=20000 db=other | SELECT a FROM t");
        blind(&RULE, "statements\nstatement calls=20 mean=200 |", Status::CannotCheck, "pg_read_all_stats");
    }

    #[test]
    fn cannot_check_without_statements() {
        blind(&RULE, "statements off", Status::CannotCheck, "no statements are counted");
        blind(&RULE, "deny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "table x.t", Status::CannotCheck, "not read");
    }
}
