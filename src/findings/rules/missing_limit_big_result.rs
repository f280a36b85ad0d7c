//! Results of many rows, again and again.

use crate::findings::rule::SERVERS;
use crate::findings::statements::{finding, said, source};
use crate::findings::{Checked, Confidence, Db, Findings, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "missing-limit-big-result",
        title: "Results of many rows, again and again",
        section: Section::Queries,
        severity: Severity::Info,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Tens of thousands of rows a call fill memory on both sides; a person reads none of them.",
        fires: "More than 10,000 rows a call on average over more than 100 calls, without LIMIT.",
        silent: "Dumps and exports by COPY; what is called rarely.",
        fix: "Ask for a page, or let the server do the sum.",
        reads: &["pg_stat_statements", "performance_schema.events_statements_summary_by_digest"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = db.statements()?;
    for said in said(db, all, out).into_iter().filter(|said| said.is_read()) {
        let of = &said.one.counters;
        let many = of.rows_per_call().filter(|rows| *rows > db.limits().big_result_rows as f64);
        let (Some(rows), false) = (many, said.has("limit") || said.has("fetch")) else { continue };
        if of.calls.get().is_none_or(|calls| calls <= db.limits().big_result_calls) {
            continue;
        }
        let summary = format!("gives {} rows a call", crate::text::count(rows as i64));
        out.add(
            finding(db, all, said.one, (RULE.meta.severity, RULE.meta.confidence), summary)
                .why("So many rows fill memory on both sides and the line between them.")
                .number("rows_per_call", Some(rows as i64), Unit::Count, source(db)),
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
    fn fires_on_floods() {
        let text =
            |calls: i64, rows: i64, sql: &str| format!("statements\nstatement calls={calls} rows={rows} | {sql}");
        fires(&RULE, &text(200, 9_000_000, "SELECT a FROM t"), &["info q0"]);
        silent(&RULE, &text(200, 9_000_000, "SELECT a FROM t LIMIT $1"));
        silent(&RULE, &text(20, 9_000_000, "SELECT a FROM t"));
        silent(&RULE, &text(200, 9_000, "SELECT a FROM t"));
        silent(&RULE, &text(200, 9_000_000, "INSERT INTO t SELECT a FROM u"));
    }

    #[test]
    fn cannot_check_without_statements() {
        blind(&RULE, "statements off", Status::CannotCheck, "no statements are counted");
        blind(&RULE, "deny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "table x.t", Status::CannotCheck, "not read");
    }
}
