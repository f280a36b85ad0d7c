//! Every text is varchar(255).

use super::support::typed;
use super::words::{is_text, length, words};
use crate::findings::rule::EVERY;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, Object, ObjectKind, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::EngineKind;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-varchar-everything",
        title: "Nearly every text has the same arbitrary limit",
        section: Section::Types,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "A limit that nobody chose protects from nothing, and the day a value is longer the insert fails.",
        fires: "At least 20 text columns, over 80 % of them varchar(255), in the whole database. \
                SQLite: at least 20 columns, over 80 % of all of them TEXT, and some of those called like numbers \
                (count, amount, price).",
        silent: "Limits that differ, databases with few text columns.",
        fix: "Limits that mean something, or text. On PostgreSQL, varchar to text rewrites nothing.",
        reads: &["pg_attribute", "information_schema.COLUMNS", "pragma_table_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    if db.engine() == EngineKind::Sqlite {
        return sqlite(db, out);
    }
    let all = typed(db, is_text)?;
    let same = all.iter().filter(|(_, _, kind)| length(kind) == Some(255)).count();
    if all.len() < 20 || same * 5 <= all.len() * 4 {
        return Ok(());
    }
    out.add(
        Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            Object::server(ObjectKind::Database, db.facts.server.database.clone().unwrap_or_default()),
            format!("has {same} of {} texts limited to 255 characters", all.len()),
        )
        .why("It is the default of a tool, no decision.")
        .number("columns", i64::try_from(same).ok(), Unit::Count, "the catalog"),
    );
    Ok(())
}

/// Everything is TEXT, although the names say otherwise.
fn sqlite(db: &Db<'_>, out: &mut Findings) -> Checked {
    const NUMBERS: [&str; 10] =
        ["count", "amount", "price", "total", "quantity", "qty", "size", "number", "age", "balance"];
    let all = typed(db, |_| true)?;
    let texts: Vec<&str> = all.iter().filter(|(_, _, kind)| is_text(kind)).map(|(_, name, _)| *name).collect();
    let last = |name: &str| words(name).pop().unwrap_or_default();
    let odd: Vec<String> =
        texts.iter().filter(|name| NUMBERS.contains(&last(name).as_str())).map(|name| (*name).to_owned()).collect();
    if all.len() < 20 || texts.len() * 5 <= all.len() * 4 || odd.is_empty() {
        return Ok(());
    }
    let name = db.facts.server.database.clone().unwrap_or_default();
    let summary = format!("has {} of {} columns as text, also such as {}", texts.len(), all.len(), odd[0]);
    out.add(
        Finding::new(RULE.meta.severity, RULE.meta.confidence, Object::server(ObjectKind::Database, name), summary)
            .why("Numbers in text sort 10 before 9 and are compared as letters.")
            .number("columns", i64::try_from(texts.len()).ok(), Unit::Count, "pragma_table_xinfo")
            .fact("called_like_numbers", Value::List(odd), None, "pragma_table_xinfo"),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        let text = |count: usize, kind: &str| {
            format!("table x.d\n{}", (0..count).map(|n| format!(" col c{n} {kind}\n")).collect::<String>())
        };
        assert_eq!(crate::findings::fixture::found(&RULE, &text(20, "character_varying(255)")).len(), 1);
        fires(&RULE, &text(20, "character_varying(255)"), &["info shop"]);
        silent(&RULE, &text(19, "character_varying(255)"));
        silent(&RULE, &text(40, "text"));
        let file = |rest: &str| format!("server sqlite 3051003\n{} col {rest}", text(24, "TEXT").replace("x.", ""));
        assert_eq!(crate::findings::fixture::found(&RULE, &file("price TEXT")).len(), 1);
        silent(&RULE, &file("price INTEGER"));
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
