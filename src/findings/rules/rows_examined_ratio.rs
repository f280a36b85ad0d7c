//! Thousands of rows read for one.

use crate::findings::rule::MYSQL;
use crate::findings::statements::{finding, per, said, source};
use crate::findings::{Checked, Confidence, Db, Findings, Meta, Profile, Rule, Section, Severity, Unit};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "rows-examined-ratio",
        title: "Thousands of rows read for one",
        section: Section::Queries,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: MYSQL,
        profile: Profile::Default,
        why: "Reading a thousand rows to give one means that the index does not fit the question.",
        fires: "More than 1,000 rows examined for each row that came back, and more than 1,000 a call.",
        silent: "Sums, counts and groups: they read many rows by nature.",
        fix: "An index that holds the columns of the WHERE, those of equality first.",
        reads: &["performance_schema.events_statements_summary_by_digest"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let all = db.statements()?;
    const SUMS: [&str; 6] = ["count", "sum", "avg", "min", "max", "group"];
    for said in said(db, all, out).into_iter().filter(|said| said.is_read()) {
        let of = &said.one.counters;
        let (Some(ratio), Some(examined)) = (per(of.rows_examined, of.rows), per(of.rows_examined, of.calls)) else {
            continue;
        };
        let few = ratio <= db.limits().examined_ratio || examined <= db.limits().examined_rows as f64;
        if few || SUMS.iter().any(|word| said.has(word)) {
            continue;
        }
        let summary = format!("examines {} rows for each that it gives", crate::text::count(ratio as i64));
        out.add(
            finding(db, all, said.one, (RULE.meta.severity, RULE.meta.confidence), summary)
                .why("The index that it uses does not fit the question.")
                .number("rows_examined_per_row", Some(ratio as i64), Unit::Count, source(db)),
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
    fn fires_on_needles_in_haystacks() {
        let text = |examined: i64, sql: &str| {
            format!("server mariadb 110806\nstatements\nstatement calls=100 rows=100 examined={examined} | {sql}")
        };
        fires(&RULE, &text(900_000, "SELECT `a` FROM `t` WHERE `b` = ?"), &["notice q0"]);
        silent(&RULE, &text(9_000, "SELECT `a` FROM `t` WHERE `b` = ?"));
        silent(&RULE, &text(900_000, "SELECT COUNT ( * ) FROM `t`"));
    }

    #[test]
    fn cannot_check_without_statements() {
        blind(&RULE, "server mysql 90704\nstatements off", Status::CannotCheck, "no statements are counted");
        blind(&RULE, "server mysql 90704\ndeny statements GRANT X", Status::CannotCheck, "GRANT X");
        blind(&RULE, "server mysql 90704\ntable x.t", Status::CannotCheck, "not read");
    }
}
