//! Flags that are no booleans.

use super::words::{is_text, length, words};
use crate::findings::rule::POSTGRESQL;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-bool-as-int",
        title: "Flags kept as numbers or letters",
        section: Section::Types,
        severity: Severity::Info,
        confidence: Confidence::Likely,
        engines: POSTGRESQL,
        profile: Profile::Strict,
        why: "0, 1, 2, y, Y, t: what is true is known to programs only.",
        fires: "An integer or one-letter text column named is_…, has_…, can_…, …_flag with at most 2 distinct \
                values.",
        silent: "boolean columns, columns with more values or without statistics. MySQL (tinyint(1) is its boolean) \
                 and SQLite (which has none).",
        fix: "boolean, by a second column and a swap: the change rewrites the table.",
        reads: &["pg_attribute", "pg_stats"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    let mut unknown = 0;
    for (id, _) in db.tables()? {
        for column in columns.of(id) {
            let (name, kind) = (columns.names.get(column.name), columns.names.get(column.type_name));
            let parts = words(name);
            let first = parts.first().is_some_and(|word| ["is", "has", "can"].contains(&word.as_str()));
            let flag = parts.len() > 1 && (first || parts.last().is_some_and(|word| word == "flag"));
            let fits = kind == "integer" || kind == "smallint" || (is_text(kind) && length(kind) == Some(1));
            if !flag || !fits {
                continue;
            }
            let Some(distinct) = column.distinct else {
                unknown += 1;
                continue;
            };
            if distinct > 2.0 {
                continue;
            }
            out.add(
                Finding::new(
                    RULE.meta.severity,
                    RULE.meta.confidence,
                    db.columns_object(id, &[name]),
                    format!("is a flag as {kind}"),
                )
                .why("What is true is known to programs only.")
                .number("distinct_estimate", Some(distinct as i64), Unit::Count, "pg_stats"),
            );
        }
    }
    if unknown > 0 {
        out.partly(Gap::cannot_check(format!(
            "{unknown} columns may be flags, but have no statistics of their values"
        )));
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
        fires(
            &RULE,
            "table x.d\n col is_open integer distinct=2\n col done_flag character(1) distinct=2",
            &["info x.d.done_flag", "info x.d.is_open"],
        );
        silent(&RULE, "table x.d\n col is_open boolean distinct=2\n col has_rank integer distinct=40");
        blind(&RULE, "table x.d\n col is_open integer", Status::CannotCheck, "no statistics");
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
