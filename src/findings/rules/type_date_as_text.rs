//! Dates kept as text.

use super::words::{is_text, length, words};
use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-date-as-text",
        title: "Dates kept as text",
        section: Section::Types,
        severity: Severity::Warning,
        confidence: Confidence::Hint,
        engines: SERVERS,
        profile: Profile::Strict,
        why: "Text takes 31 February and 2026-13-01, sorts 1.2. before 10.1., and no date function uses its \
              index.",
        fires: "A text column whose name ends in _at, _date or is birthday, dob, date, with a width of 8 to 25 \
                characters by its type or the statistics.",
        silent: "Columns of date types, other widths, columns without length and statistics.",
        fix: "A second column of the right type, a copy in batches that lists what does not parse, then a swap.",
        reads: &["pg_attribute", "information_schema.COLUMNS"],
    },
    check,
};

const LAST: [&str; 7] = ["at", "date", "datetime", "timestamp", "birthday", "birthdate", "dob"];

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    for (id, _) in db.tables()? {
        for column in columns.of(id) {
            let (name, kind) = (columns.names.get(column.name), columns.names.get(column.type_name));
            let named = words(name).last().is_some_and(|word| LAST.contains(&word.as_str()));
            let width = column.avg_width.map(i64::from).or(length(kind));
            if !named || !is_text(kind) || !width.is_some_and(|width| (8..=26).contains(&width)) {
                continue;
            }
            out.add(
                Finding::new(
                    RULE.meta.severity,
                    RULE.meta.confidence,
                    db.columns_object(id, &[name]),
                    format!("looks like a date, but is {kind}"),
                )
                .why("It takes dates that do not exist and sorts by letters.")
                .text("type", kind, "the catalog")
                .not_known("whether its values are dates"),
            );
        }
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
        fires(&RULE, "table x.d\n col birth_date character_varying(10)\n col note text", &["warning x.d.birth_date"]);
        silent(&RULE, "table x.d\n col birth_date date\n col flat_at text width=400\n col looked_at text");
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
