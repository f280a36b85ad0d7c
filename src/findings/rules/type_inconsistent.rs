//! One name, several types.

use super::support::typed;
use super::words::{is_text, words};
use crate::findings::rule::SERVERS;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::{KeyKind, RelId};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "type-inconsistent",
        title: "One column name with several types",
        section: Section::Types,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Joins of the two convert one side, which may keep an index from being used, and a value that fits \
              one does not fit the other.",
        fires: "A column name ending in _id that stands in at least two tables: as integers of different sizes, or as uuid and \
                as text. The most frequent type is the norm.",
        silent: "SQLite, whose integers have no size. Other names, text among numbers (the id of somebody else), and columns that are in a foreign key (fk-type-mismatch names those).",
        fix: "The type of the column that the others reference, by a second column and a swap.",
        reads: &["pg_attribute", "information_schema.COLUMNS"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let keys = db.keys()?;
    let mut by_name: BTreeMap<String, Vec<(RelId, &str, String)>> = BTreeMap::new();
    for (id, name, kind) in typed(db, |kind| !kind.is_empty())? {
        let foreign =
            keys.of(id).iter().any(|key| key.kind == KeyKind::Foreign && keys.columns(key).any(|it| it == name));
        let parts = words(name);
        if parts.len() > 1 && parts.last().is_some_and(|word| word == "id") {
            let base = base(kind);
            by_name.entry(parts.join("_")).or_default().push((id, if foreign { "" } else { name }, base));
        }
    }
    for list in by_name.values() {
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, _, kind) in list {
            *count.entry(kind).or_default() += 1;
        }
        // The most frequent type is the norm; of two that are equally frequent, the one that comes first.
        let Some((norm, most)) =
            count.iter().max_by_key(|(kind, n)| (**n, std::cmp::Reverse(**kind))).map(|(kind, n)| (*kind, *n))
        else {
            continue;
        };
        for (id, name, kind) in list.iter().filter(|(_, name, kind)| !name.is_empty() && clash(kind, norm)) {
            out.add(
                Finding::new(
                    RULE.meta.severity,
                    RULE.meta.confidence,
                    db.columns_object(*id, &[name]),
                    format!("is {kind}, elsewhere {norm}"),
                )
                .why("A join of the two has to convert one side.")
                .text("type", kind.clone(), "the catalog")
                .number("others", i64::try_from(most).ok(), Unit::Count, "the catalog")
                .not_known("whether the two are ever joined"),
            );
        }
    }
    Ok(())
}

/// Two sizes of integer, or a UUID and its text. A text among numbers is most likely somebody else's id.
fn clash(kind: &str, norm: &str) -> bool {
    let integer =
        |kind: &str| ["int", "tinyint", "smallint", "mediumint", "bigint"].iter().any(|name| kind.starts_with(name));
    let uuid = |a: &str, b: &str| a == "uuid" && is_text(b);
    kind != norm && (integer(kind) && integer(norm) || uuid(kind, norm) || uuid(norm, kind))
}

/// Without length and display width.
fn base(kind: &str) -> String {
    let lower = kind.to_ascii_lowercase();
    match (lower.split_once('('), lower.split_once(')')) {
        (Some((before, _)), Some((_, after))) => format!("{}{after}", before.trim_end()),
        _ => lower,
    }
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
            "table x.a\n col user_id bigint\ntable x.b\n col user_id bigint\ntable x.c\n col user_id integer",
            &["notice x.c.user_id"],
        );
        silent(&RULE, "table x.a\n col user_id int(11)\ntable x.b\n col user_id int(10)\ntable x.c\n col user_id text");
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
