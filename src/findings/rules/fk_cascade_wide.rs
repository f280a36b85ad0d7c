//! A delete that deletes far away.

use crate::findings::rule::EVERY;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::{Action, KeyKind, Keys, RelId};

const DEPTH: usize = 3;
const ROWS: i64 = 1_000_000;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "fk-cascade-wide",
        title: "A delete that reaches far through ON DELETE CASCADE",
        section: Section::Keys,
        severity: Severity::Notice,
        confidence: Confidence::Certain,
        engines: EVERY,
        profile: Profile::Default,
        why: "One DELETE of one row can delete millions elsewhere, in one transaction, with all its locks and its log.",
        fires: "A chain of three or more cascading keys, or one cascading key onto a table of more than a million rows.",
        silent: "Shorter chains, and tables whose rows were never counted.",
        fix: "RESTRICT and a job that deletes in batches, from the far end.",
        reads: &["pg_constraint", "information_schema.REFERENTIAL_CONSTRAINTS", "pragma_foreign_key_list"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let keys = db.keys()?;
    let mut hidden = 0;
    for (rel, _) in db.tables()? {
        hidden += keys.referencing(rel).filter(|key| key.on_delete.is_none()).count();
        let chain = chain(db, keys, rel);
        let biggest = children(keys, rel).filter_map(|child| Some((db.rows(child)?, child))).max();
        let big = biggest.filter(|(rows, _)| *rows > ROWS);
        // Named once, where it begins.
        let begins = !keys.of(rel).iter().any(|key| key.on_delete == Some(Action::Cascade) && key.ref_rel != Some(rel));
        let long = chain.len() > DEPTH && begins;
        if !long && big.is_none() {
            continue;
        }
        let path: Vec<String> = chain.iter().map(|rel| db.table_object(*rel).label).collect();
        let summary = match big {
            Some((rows, child)) => {
                format!("deletes from {} too, {} rows", db.table_object(child).label, crate::text::count(rows))
            }
            None => format!("deletes {} tables deep", chain.len() - 1),
        };
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.table_object(rel), summary)
                .why("A DELETE of one row here deletes there as well, in the same transaction.")
                .fact("chain", Value::List(path), None, "pg_constraint")
                .number("rows_estimate", big.map(|(rows, _)| rows), Unit::Count, super::support::rows_source(db)),
        );
    }
    if hidden > 0 {
        out.partly(Gap::cannot_check(format!("the actions of {hidden} foreign keys are hidden from this account")));
    }
    Ok(())
}

/// Tables that lose rows when `rel` does.
fn children<'a>(keys: &'a Keys, rel: RelId) -> impl Iterator<Item = RelId> + use<'a> {
    keys.referencing(rel)
        .filter(move |key| key.kind == KeyKind::Foreign && key.on_delete == Some(Action::Cascade) && !key.inherited)
        .map(|key| key.rel)
        .filter(move |child| *child != rel)
}

/// The longest way down; bounded, because rings have no end.
fn chain(_db: &Db<'_>, keys: &Keys, start: RelId) -> Vec<RelId> {
    let mut best = vec![start];
    let mut stack = vec![vec![start]];
    let mut steps = 0;
    while let Some(path) = stack.pop() {
        steps += 1;
        if path.len() > best.len() {
            best.clone_from(&path);
        }
        if steps > 2_000 || path.len() > 8 {
            continue;
        }
        let Some(&last) = path.last() else { continue };
        for child in children(keys, last).filter(|child| !path.contains(child)) {
            let mut longer = path.clone();
            longer.push(child);
            stack.push(longer);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(depth: usize, rows: &str) -> String {
        let mut text = "table x.t0\n col id int\n pk t0_pkey (id)\n".to_owned();
        for n in 1..=depth {
            text.push_str(&format!(
                "table x.t{n} {rows}\n col id int\n col up int\n pk t{n}_pkey (id)\n fk f{n} (up) -> x.t{} (id) cascade\n",
                n - 1
            ));
        }
        text
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text(3, ""), &["notice x.t0"]);
        fires(&RULE, &text(1, "rows=5000000"), &["notice x.t0"]);
        silent(&RULE, &text(2, "rows=1000"));
        silent(&RULE, &text(3, "").replace("cascade", "restrict"));
        blind(&RULE, "deny keys GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
