//! A key that has grown towards the end of what a column that references it can hold.

use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::{Columns, Counter, Key, KeyKind, Keys, RelId};
use std::collections::{HashMap, HashSet};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "fk-int4-to-int8",
        title: "A key that soon does not fit the columns that reference it",
        section: Section::Vacuum,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "The key goes on to bigint, the column that references it stays at integer: the first row that names a \
              larger one is refused, while everything else works.",
        fires: "The referencing column is a smaller integer than the referenced one, and the counter of the \
                referenced one has used half of what the smaller type holds; critical from 85 %.",
        silent: "Counters below half of it, or not known: fk-type-mismatch names the two types. MySQL and MariaDB \
                 refuse such keys, unless foreign_key_checks was off.",
        fix: "A second column of the larger type, a copy in batches and a swap; in place the change rewrites the table \
              under an exclusive lock.",
        reads: &["pg_constraint", "pg_attribute", "pg_sequence_last_value", "AUTO_INCREMENT"],
    },
    check,
};

/// Of what the smaller type holds.
const HALF: f64 = 0.5;

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (keys, columns) = (db.keys()?, db.columns()?);
    let counting = db.counting();
    for (key, own, fill) in filling(db, keys, columns) {
        let Some(fill) = fill.filter(|fill| fill.share >= HALF) else { continue };
        let Some(target) = key.ref_rel else { continue };
        let severity = if fill.share >= 0.85 { Severity::Critical } else { RULE.meta.severity };
        let table = db.table_object(target).label;
        let used = fill.share * 100.0;
        let summary =
            format!("ends at {}, and {table} has used {used:.0} % of that", crate::text::count(fill.end as i64));
        out.add(
            Finding::new(severity, RULE.meta.confidence, db.columns_object(key.rel, &[own]), summary)
                .why("Rows that name a larger key will be refused, while the referenced table still grows.")
                .number("end", i64::try_from(fill.end).ok(), Unit::Count, "the type of the column")
                .number("last_value", i64::try_from(fill.last).ok(), Unit::Count, "the counter of the referenced key")
                .fact("used_share", Value::Float((fill.share * 1000.0).round() / 1000.0), Some(Unit::Share), "both"),
        );
    }
    match counting {
        Ok(_) => Ok(()),
        // Without counters nothing of this can be told; without such keys there is nothing to tell.
        Err(gap) if filling(db, keys, columns).next().is_some() => Err(gap),
        Err(_) => Ok(()),
    }
}

/// How far the referenced counter is within what the smaller column holds.
#[derive(Clone, Copy, Debug)]
struct Fill {
    last: i128,
    end: i128,
    share: f64,
}

/// Columns of which this rule speaks: then no other does.
pub fn spoken(db: &Db<'_>) -> HashSet<(RelId, String)> {
    let (Ok(keys), Ok(columns)) = (db.keys(), db.columns()) else { return HashSet::new() };
    let full = |fill: Option<Fill>| fill.is_some_and(|fill| fill.share >= HALF);
    filling(db, keys, columns).filter(|(.., fill)| full(*fill)).map(|(key, own, _)| (key.rel, own.to_owned())).collect()
}

/// Smaller columns of foreign keys, with how full they will be.
fn filling<'a>(
    db: &Db<'a>,
    keys: &'a Keys,
    columns: &'a Columns,
) -> impl Iterator<Item = (&'a Key, &'a str, Option<Fill>)> {
    let counters = counters(db);
    let foreign = |key: &&Key| key.kind == KeyKind::Foreign && !key.inherited && db.is_ours_id(key.rel);
    let found: Vec<_> = keys
        .list
        .iter()
        .filter(foreign)
        .flat_map(|key| {
            let of: Vec<_> = filling_of(db, keys, columns, key, &counters).collect();
            of.into_iter().map(move |(own, fill)| (key, own, fill))
        })
        .collect();
    found.into_iter()
}

fn filling_of<'a>(
    db: &Db<'a>,
    keys: &'a Keys,
    columns: &'a Columns,
    key: &'a Key,
    counters: &HashMap<(&str, &str, &str), &Counter>,
) -> impl Iterator<Item = (&'a str, Option<Fill>)> {
    let relations = db.relations();
    keys.columns(key).zip(keys.ref_columns(key)).filter_map(move |(own, theirs)| {
        let target = key.ref_rel?;
        let (small, large) = (holds(columns, key.rel, own)?, holds(columns, target, theirs)?);
        if small >= large {
            return None;
        }
        let counter = counters.get(&(relations.schema_name(target), relations.name(target), theirs));
        let last = counter.and_then(|counter| counter.last);
        let fill = last.map(|last| Fill { last, end: small, share: (last as f64 / small as f64).max(0.0) });
        Some((own, fill))
    })
}

/// Counters by schema, table and column that they feed.
fn counters<'a>(db: &Db<'a>) -> HashMap<(&'a str, &'a str, &'a str), &'a Counter> {
    let Ok(counting) = db.counting() else { return HashMap::new() };
    let known = |counter: &'a Counter| {
        let feeds = counter.feeds.as_ref()?;
        Some(((feeds.schema.as_str(), feeds.table.as_str(), feeds.column.as_str()), counter))
    };
    counting.list.iter().filter_map(known).collect()
}

/// The largest value of an integer column.
fn holds(columns: &Columns, rel: RelId, name: &str) -> Option<i128> {
    let column = columns.of(rel).iter().find(|column| columns.names.get(column.name) == name)?;
    let kind = columns.names.get(column.type_name).to_ascii_lowercase();
    let base = kind.split(['(', ' ']).next().unwrap_or_default();
    let bits = match base {
        "tinyint" => 8,
        "smallint" | "int2" => 16,
        "mediumint" => 24,
        "int" | "integer" | "int4" => 32,
        "bigint" | "int8" => 64,
        _ => return None,
    };
    let bits = if kind.contains("unsigned") { bits } else { bits - 1 };
    Some((1i128 << bits) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(own: &str, last: &str) -> String {
        format!(
            "table x.p\n col id bigint\n pk p_pkey (id)\ntable x.c\n col pid {own}\n fk c_fk (pid) -> x.p (id)\n\
             sequence x.p_id_seq feeds=p.id:int8 {last}"
        )
    }

    #[test]
    fn fires_when_the_parent_has_grown() {
        fires(&RULE, &text("integer", "last=1200000000"), &["warning x.c.pid"]);
        fires(&RULE, &text("integer", "last=2000000000"), &["critical x.c.pid"]);
        fires(&RULE, &text("smallint", "last=40000"), &["critical x.c.pid"]);
    }

    #[test]
    fn silent_below_half_and_on_equal_types() {
        silent(&RULE, &text("integer", "last=5000"));
        silent(&RULE, &text("integer", ""));
        silent(&RULE, &text("bigint", "last=1200000000"));
        silent(&RULE, &text("text", "last=1200000000"));
    }

    #[test]
    fn fk_type_mismatch_leaves_it_to_this_rule() {
        let other = &super::super::fk_type_mismatch::RULE;
        silent(other, &text("integer", "last=1200000000"));
        fires(other, &text("integer", "last=5000"), &["warning x.c.pid"]);
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
        let hidden = format!("deny counting GRANT X\n{}", text("integer", "last=1"));
        blind(&RULE, &hidden, Status::CannotCheck, "GRANT X");
    }
}
