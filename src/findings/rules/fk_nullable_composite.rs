//! A composite foreign key that is not checked as soon as one column is NULL.

use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Value};
use crate::model::{ColFlags, KeyKind};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "fk-nullable-composite",
        title: "A composite foreign key with a column that may be NULL",
        section: Section::Keys,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: EVERY,
        profile: Profile::Default,
        why: "With MATCH SIMPLE a row with one NULL among the columns is not checked at all: the other columns may name \
              what does not exist.",
        fires: "Two or more columns, some of them nullable and some not, without MATCH FULL.",
        silent: "Single columns, MATCH FULL, keys whose columns are all NOT NULL or all nullable (then the whole \
                 reference is optional).",
        fix: "NOT NULL on the columns, or MATCH FULL, after looking for rows that break it.",
        reads: &["pg_constraint.confmatchtype", "pg_attribute.attnotnull", "information_schema.COLUMNS"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (keys, columns) = (db.keys()?, db.columns()?);
    for key in keys.list.iter().filter(|key| key.kind == KeyKind::Foreign && key.columns > 1) {
        if key.match_full || key.inherited || !db.is_ours_id(key.rel) {
            continue;
        }
        let names: Vec<&str> = keys.columns(key).collect();
        let nullable: Vec<String> = columns
            .of(key.rel)
            .iter()
            .filter(|column| !column.flags.has(ColFlags::NOT_NULL))
            .map(|column| columns.names.get(column.name).to_owned())
            .filter(|name| names.contains(&name.as_str()))
            .collect();
        if nullable.is_empty() || nullable.len() == names.len() {
            continue;
        }
        let summary = format!("is not checked where {} is NULL", nullable.join(" or "));
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.columns_object(key.rel, &names), summary)
                .why("The other columns may then reference what does not exist.")
                .fact("nullable", Value::List(nullable), None, "pg_attribute.attnotnull")
                .text("constraint", keys.names.opt(key.name).unwrap_or_default(), "pg_constraint"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(a: &str, b: &str, words: &str) -> String {
        format!(
            "table x.p\n col a int\n col b int\n unique p_ab (a, b)\ntable x.c\n col a int {a}\n col b int {b}\n \
             fk f (a, b) -> x.p (a, b) {words}"
        )
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text("notnull", "", ""), &["notice x.c.a,b"]);
        silent(&RULE, &text("notnull", "notnull", ""));
        silent(&RULE, &text("", "", ""));
        silent(&RULE, &text("notnull", "", "full"));
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
