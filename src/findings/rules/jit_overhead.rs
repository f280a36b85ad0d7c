//! JIT compilation that costs more than it saves.

use crate::findings::rule::POSTGRESQL;
use crate::findings::statements::{finding, millis, per, said, source};
use crate::findings::{Checked, Confidence, Db, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "jit-overhead",
        title: "JIT compilation that costs more than it saves",
        section: Section::Queries,
        severity: Severity::Info,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "Compiling a statement takes tens of milliseconds each time; short statements never earn that back.",
        fires: "More than 20 % of the time is JIT compilation, a second or more in all.",
        silent: "Long statements, where it is a small part. Before pg_stat_statements 1.10 it is not counted.",
        fix: "jit = off for the role, or a higher jit_above_cost.",
        reads: &["pg_stat_statements.jit_generation_time"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = db.statements()?;
    if !all.counted.jit {
        return Err(Gap::not_applicable("JIT is not counted before pg_stat_statements 1.10"));
    }
    for said in said(db, all, out) {
        let of = &said.one.counters;
        let Some(jit) = of.jit_ns.get().filter(|jit| *jit >= db.limits().jit_time * 1_000) else { continue };
        let share = per(of.jit_ns, of.total_ns).unwrap_or(0.0);
        if share <= db.limits().jit_share {
            continue;
        }
        let summary = format!("spends {:.0} % of its time on JIT compilation", share * 100.0);
        out.add(
            finding(db, all, said.one, (RULE.meta.severity, RULE.meta.confidence), summary)
                .why("Compiling costs the same each time; a statement this short does not earn it back.")
                .fact("jit_ms", millis(Some(jit as f64)), Some(Unit::Millis), source(db))
                .number("jit_functions", of.jit_functions.get(), Unit::Count, source(db)),
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
    fn fires_when_compiling_is_a_fifth() {
        let text = |jit: i64| format!("statements\nstatement calls=100 mean=100 jit={jit} | SELECT a FROM t");
        fires(&RULE, &text(5_000), &["info q0"]);
        silent(&RULE, &text(1_500));
        silent(&RULE, &text(0));
    }

    #[test]
    fn cannot_check_without_statements() {
        blind(&RULE, "statements off", Status::CannotCheck, "no statements are counted");
        blind(&RULE, "deny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "table x.t", Status::CannotCheck, "not read");
    }
}
