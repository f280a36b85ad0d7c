//! Tables that reference each other in a ring that no insert can enter.

use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Value};
use crate::model::{ColFlags, Columns, Key, KeyKind, Keys, RelId};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "fk-cycle",
        title: "Tables that reference each other in a ring",
        section: Section::Keys,
        severity: Severity::Info,
        confidence: Confidence::Certain,
        engines: EVERY,
        profile: Profile::Default,
        why: "No first row can be inserted, restores and bulk loads need tricks, and deletes need an order that does not \
              exist.",
        fires: "A ring of foreign keys, none of which is deferrable or has a nullable column.",
        silent: "A table that references itself (a tree), and rings with one link that may be empty or is checked late.",
        fix: "Make one of the keys DEFERRABLE, or one of its columns nullable.",
        reads: &["pg_constraint", "pg_attribute", "information_schema.KEY_COLUMN_USAGE", "pragma_foreign_key_list"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (keys, columns) = (db.keys()?, db.columns()?);
    let mut graph: BTreeMap<RelId, Vec<RelId>> = BTreeMap::new();
    for key in keys.list.iter().filter(|key| key.kind == KeyKind::Foreign && !key.inherited && db.is_ours_id(key.rel)) {
        if let Some(target) = key.ref_rel.filter(|target| *target != key.rel && is_rigid(keys, columns, key)) {
            graph.entry(key.rel).or_default().push(target);
        }
    }
    for ring in rings(&graph) {
        let labels: Vec<String> = ring.iter().map(|rel| db.table_object(*rel).label).collect();
        let Some(first) = ring.first() else { continue };
        let others = labels[1..].join(", ");
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.table_object(*first),
                format!("is in a ring of foreign keys with {others}"),
            )
            .why("Every key of the ring needs a row that needs this one first.")
            .fact("tables", Value::List(labels.clone()), None, "pg_constraint"),
        );
    }
    Ok(())
}

/// It must be filled, and is checked at once.
fn is_rigid(keys: &Keys, columns: &Columns, key: &Key) -> bool {
    let required = |name: &str| {
        columns.of(key.rel).iter().any(|it| columns.names.get(it.name) == name && it.flags.has(ColFlags::NOT_NULL))
    };
    !key.deferrable && keys.columns(key).all(required)
}

/// Strongly connected sets of more than one table, each in the order of the relations. Without recursion:
/// a chain of a hundred thousand tables must not end the program.
fn rings(graph: &BTreeMap<RelId, Vec<RelId>>) -> Vec<Vec<RelId>> {
    let mut reverse: BTreeMap<RelId, Vec<RelId>> = BTreeMap::new();
    for (from, targets) in graph {
        for to in targets {
            reverse.entry(*to).or_default().push(*from);
        }
    }
    let mut seen: BTreeMap<RelId, ()> = BTreeMap::new();
    let mut finished = Vec::new();
    for &start in graph.keys() {
        let mut stack = vec![(start, 0)];
        if seen.insert(start, ()).is_some() {
            continue;
        }
        while let Some((node, next)) = stack.pop() {
            match graph.get(&node).and_then(|targets| targets.get(next)) {
                Some(&target) => {
                    stack.push((node, next + 1));
                    if seen.insert(target, ()).is_none() {
                        stack.push((target, 0));
                    }
                }
                None => finished.push(node),
            }
        }
    }
    let mut taken: BTreeMap<RelId, ()> = BTreeMap::new();
    let mut out = Vec::new();
    for &start in finished.iter().rev() {
        if taken.insert(start, ()).is_some() {
            continue;
        }
        let (mut ring, mut stack) = (vec![start], vec![start]);
        while let Some(node) = stack.pop() {
            for &from in reverse.get(&node).into_iter().flatten() {
                if taken.insert(from, ()).is_none() {
                    ring.push(from);
                    stack.push(from);
                }
            }
        }
        if ring.len() > 1 {
            ring.sort_unstable();
            out.push(ring);
        }
    }
    out.sort_unstable();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(one: &str, two: &str) -> String {
        format!(
            "table x.a\n col id int\n col b_id int {one}\n pk a_pkey (id)\n fk a_fk (b_id) -> x.b (id) {two}\n\
             table x.b\n col id int\n col a_id int notnull\n pk b_pkey (id)\n fk b_fk (a_id) -> x.a (id)"
        )
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text("notnull", ""), &["info x.a"]);
        silent(&RULE, &text("", ""));
        silent(&RULE, &text("notnull", "deferrable"));
        silent(&RULE, "table x.a\n col id int\n col up int notnull\n pk a_pkey (id)\n fk f (up) -> x.a (id)");
        blind(&RULE, "deny keys GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }

    #[test]
    fn rings_of_three_and_no_chain() {
        let graph = |edges: &[(u32, u32)]| {
            let mut graph: BTreeMap<RelId, Vec<RelId>> = BTreeMap::new();
            edges.iter().for_each(|(a, b)| graph.entry(RelId(*a)).or_default().push(RelId(*b)));
            rings(&graph).into_iter().map(|ring| ring.iter().map(|rel| rel.0).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        assert_eq!(graph(&[(0, 1), (1, 2), (2, 0), (2, 3), (4, 5), (5, 4)]), [vec![0, 1, 2], vec![4, 5]]);
        assert!(graph(&[(0, 1), (1, 2), (0, 2)]).is_empty());
    }
}
