//! Columns that are numbered.

use super::words::words;
use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "repeated-columns",
        title: "Numbered columns",
        section: Section::Types,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "A list inside a row: a search has to ask each column, and the next value needs a new one.",
        fires: "At least 3 columns of one name and type with numbers from 1 without a gap: tag1, tag2, tag3.",
        silent: "Lines of an address, quarters (q1 to q4), measures by their number of days.",
        fix: "A table of their own with the key of this one, or an array where the engine has them.",
        reads: &["pg_attribute", "information_schema.COLUMNS", "pragma_table_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let columns = db.columns()?;
    for (id, _) in db.tables()? {
        let mut groups: BTreeMap<(&str, &str), Vec<u32>> = BTreeMap::new();
        for column in columns.of(id) {
            let name = columns.names.get(column.name);
            let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
            let (Ok(number), false) = (name[stem.len()..].parse(), is_usual(stem)) else { continue };
            groups.entry((stem, columns.names.get(column.type_name))).or_default().push(number);
        }
        for ((stem, _), mut numbers) in groups {
            numbers.sort_unstable();
            let whole = numbers.iter().zip(1..).all(|(number, expected)| *number == expected);
            if numbers.len() < 3 || !whole {
                continue;
            }
            let names: Vec<String> = numbers.iter().map(|number| format!("{stem}{number}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            out.add(
                Finding::new(
                    RULE.meta.severity,
                    RULE.meta.confidence,
                    db.columns_object(id, &names),
                    "is a list in columns",
                )
                .why("A search has to ask each of them, and one more value needs one more column.")
                .number("columns", i64::try_from(names.len()).ok(), Unit::Count, "the catalog"),
            );
        }
    }
    Ok(())
}

fn is_usual(stem: &str) -> bool {
    let parts = words(stem);
    let last = parts.last().map(String::as_str).unwrap_or_default();
    ["q", "line", "address", "addr", "street", "day", "d", "x", "y", "p", "c"].contains(&last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "table x.d\n col tag_1 text\n col tag_2 text\n col tag_3 text", &["info x.d.tag_1,tag_2,tag_3"]);
        silent(
            &RULE,
            "table x.d\n col q1 int\n col q2 int\n col q3 int\n col address1 text\n col address2 text\n col address3 text",
        );
        silent(&RULE, "table x.d\n col tag1 text\n col tag2 text\n col tag7 text");
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
