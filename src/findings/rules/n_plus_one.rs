//! Very many small lookups of one row.

use crate::findings::rule::SERVERS;
use crate::findings::statements::{Said, finding, round, said, source};
use crate::findings::{Checked, Confidence, Db, Findings, Gap, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "n-plus-one",
        title: "Very many small lookups of one row",
        section: Section::Queries,
        severity: Severity::Notice,
        confidence: Confidence::Hint,
        engines: SERVERS,
        profile: Profile::Default,
        why: "An application that asks for each row of a list on its own waits for the network as often as there are rows.",
        fires: "Between two looks: 50 calls a second or more, a tenth of all calls, two rows or fewer and 5 ms or less each, one table looked up by equality.",
        silent: "SELECT 1 and other checks of a session, SET, joins.",
        fix: "Ask for all of them at once: a join, or = ANY($1) with an array.",
        reads: &["pg_stat_statements", "performance_schema.events_statements_summary_by_digest"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (all, limits) = (db.statements()?, db.limits());
    let Some(deltas) = &db.facts.statement_deltas else {
        return Err(Gap::cannot_check("a single look tells no rate: it needs two, some seconds apart"));
    };
    let calls: i64 = deltas.values().map(|delta| delta.calls).sum();
    for said in said(db, all, out) {
        let Some(delta) = deltas.get(&said.one.key) else { continue };
        let per_second = delta.calls_per_min().unwrap_or(0.0) / 60.0;
        let small = said.one.counters.rows_per_call().is_some_and(|rows| rows <= limits.n_plus_one_rows)
            && delta.mean_ns().is_some_and(|mean| mean <= limits.n_plus_one_time as f64 * 1e3);
        let few = (delta.calls as f64) < calls as f64 * limits.n_plus_one_share;
        if per_second < limits.n_plus_one_per_second || !small || few || !is_lookup(&said) {
            continue;
        }
        let summary = format!("{} calls a second, a row each", crate::text::count(per_second as i64));
        out.add(
            finding(db, all, said.one, (RULE.meta.severity, RULE.meta.confidence), summary)
                .why("It looks like a list whose rows are asked for one by one: each waits for the network once.")
                .fact("calls_per_second", round(per_second), None, source(db))
                .not_known("whether one request makes these calls or many do"),
        );
    }
    Ok(())
}

/// `select … from t where x = ?`: one table, by equality.
fn is_lookup(said: &Said<'_>) -> bool {
    let equal = said.tokens.windows(2).any(|pair| pair[0] == "=" && pair[1] == "?");
    let one = said.tokens.iter().filter(|token| *token == "from").count() == 1;
    said.verb() == "select" && one && equal && said.has("where") && !said.has("join")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_on_a_storm_of_lookups() {
        let text = |now: i64, sql: &str| {
            format!("statements\nstatement calls=90000 mean=0.4 rows=90000 now_calls={now} | {sql}")
        };
        fires(&RULE, &text(900, "SELECT * FROM t WHERE id = $1"), &["notice q0"]);
        silent(&RULE, &text(90, "SELECT * FROM t WHERE id = $1"));
        silent(&RULE, &text(900, "SELECT 1"));
        silent(&RULE, &text(900, "SELECT * FROM t JOIN u ON u.a = t.a WHERE t.id = $1"));
        blind(&RULE, "statements\nstatement calls=90000 mean=0.4 | SELECT 1", Status::CannotCheck, "two");
    }

    #[test]
    fn cannot_check_without_statements() {
        blind(&RULE, "statements off", Status::CannotCheck, "no statements are counted");
        blind(&RULE, "deny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "table x.t", Status::CannotCheck, "not read");
    }
}
