//! A status in words that nothing constrains.

use super::words::{is_text, words};
use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::{KeyKind, Keys, RelId};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "unconstrained-status",
        title: "A status column that takes any text",
        section: Section::Keys,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "One program writes canceled, another cancelled, and a report counts neither: the list of values is \
              nowhere but in the code.",
        fires: "A text column named status, state, type, kind, role, level or category with at most 20 distinct \
                values and no CHECK, foreign key or enum.",
        silent: "Columns with more values, without statistics, under a CHECK that names them, enum types.",
        fix: "CHECK (status IN (…)) NOT VALID, then VALIDATE; or a small table of values with a foreign key.",
        reads: &["pg_constraint", "pg_stats", "information_schema.CHECK_CONSTRAINTS"],
    },
    check,
};

const NAMES: [&str; 9] = ["status", "state", "type", "kind", "role", "level", "category", "priority", "severity"];

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (keys, columns) = (db.keys()?, db.columns()?);
    let mut blind = 0;
    for (id, _) in db.tables()? {
        for column in columns.of(id) {
            let name = columns.names.get(column.name);
            let last = words(name).pop().unwrap_or_default();
            if !NAMES.contains(&last.as_str()) || !is_text(columns.names.get(column.type_name)) {
                continue;
            }
            let Some(distinct) = column.distinct else {
                blind += 1;
                continue;
            };
            if !(1.0..=20.0).contains(&distinct) || is_constrained(keys, id, name) {
                continue;
            }
            out.add(
                Finding::new(
                    RULE.meta.severity,
                    RULE.meta.confidence,
                    db.columns_object(id, &[name]),
                    format!("holds {distinct:.0} different words and takes any other"),
                )
                .why("The list of its values is nowhere but in programs.")
                .number("distinct_estimate", Some(distinct as i64), Unit::Count, "the planner's statistics")
                .not_known("the values that are meant"),
            );
        }
    }
    if blind > 0 {
        out.partly(Gap::cannot_check(format!(
            "{blind} columns have no statistics of their values (ANALYZE brings them)"
        )));
    }
    Ok(())
}

/// A foreign key on it, or a check that names it.
fn is_constrained(keys: &Keys, rel: RelId, name: &str) -> bool {
    keys.of(rel).iter().any(|key| match key.kind {
        KeyKind::Foreign => keys.columns(key).any(|it| it == name),
        KeyKind::Check => keys.names.opt(key.definition).is_none_or(|text| text.contains(name)),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "table x.d\n col id int\n col order_status text distinct=4", &["info x.d.order_status"]);
        silent(&RULE, "table x.d\n col status text distinct=4\n check c1 (status = 'a')");
        silent(&RULE, "table x.d\n col status text distinct=400\n col state order_state distinct=3");
        blind(&RULE, "table x.d\n col status text", Status::CannotCheck, "no statistics");
        blind(&RULE, "deny keys GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
