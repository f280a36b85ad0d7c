//! Published tables that tell no row from another.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Profile, Rule, Section, Severity, Unit, Value,
};
use crate::model::{RelId, Unidentified};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "replica-identity-missing",
        title: "Published table without a replica identity",
        section: Section::Keys,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "A subscriber could not find the row that was changed, so the server refuses every UPDATE and DELETE of the \
              table.",
        fires: "A publication that publishes updates or deletes has the table, by itself, by its schema or as one of all, \
                and it has no primary key (a deferrable one does not count), REPLICA IDENTITY NOTHING, or an index as its \
                identity that is gone. Partitions are counted at the table on top.",
        silent: "REPLICA IDENTITY FULL. Publications of inserts alone. Unlogged and temporary tables, which are not \
                 published.",
        fix: "A primary key; or REPLICA IDENTITY USING INDEX with a unique index over columns that are NOT NULL; or FULL, \
              which compares whole rows.",
        reads: &[
            "pg_publication",
            "pg_publication_rel",
            "pg_publication_namespace",
            "pg_class.relreplident",
            "pg_index",
        ],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let upkeep = db.upkeep()?;
    let numbers = db.by_number();
    let mut tops: BTreeMap<RelId, Vec<(RelId, &Unidentified)>> = BTreeMap::new();
    for one in &upkeep.unidentified {
        let Some(&rel) = numbers.get(&one.table) else { continue };
        tops.entry(top(db, rel)).or_default().push((rel, one));
    }
    for (top, list) in tops {
        let Some((rel, one)) = list.first() else { continue };
        let what = match one.identity {
            'n' => "REPLICA IDENTITY NOTHING",
            'i' => "an index as its identity that is gone",
            _ => "no primary key to tell rows by",
        };
        let names = one.publications.join(", ");
        let mut finding = Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            db.table_object(top),
            format!("is published by {names} with {what}: UPDATE and DELETE fail"),
        )
        .why("A subscriber could not find the row, so the server refuses every UPDATE and DELETE of it.")
        .fact("publications", Value::List(one.publications.clone()), None, "pg_publication")
        .text("replica_identity", what, "pg_class.relreplident, pg_index");
        if list.len() > 1 || *rel != top {
            finding = finding.number("partitions", i64::try_from(list.len()).ok(), Unit::Count, "pg_inherits");
        }
        out.add(finding.fix(fix(db, &list)));
    }
    if upkeep.cut {
        out.partly(Gap::cannot_check("more than 500 published tables have none: the rest is not listed"));
    }
    Ok(())
}

/// The table on top of a partition.
fn top(db: &Db<'_>, rel: RelId) -> RelId {
    let mut at = rel;
    // Bounded, so that a damaged catalog can not turn this into a loop without end.
    for _ in 0..64 {
        match db.relations().get(at).and_then(|rel| rel.parent) {
            Some(above) => at = above,
            None => break,
        }
    }
    at
}

fn fix(db: &Db<'_>, list: &[(RelId, &Unidentified)]) -> Fix {
    let (mut script, mut undo, mut full) = (Vec::new(), Vec::new(), false);
    for (rel, one) in list {
        let table = db.table_sql(*rel);
        let identity = match (&one.candidate, one.has_key) {
            (_, true) => "DEFAULT".to_owned(),
            (Some(index), false) => format!("USING INDEX {}", db.sql(index)),
            (None, false) => {
                full = true;
                "FULL".to_owned()
            }
        };
        script.push(format!("ALTER TABLE {table} REPLICA IDENTITY {identity};"));
        let before = if one.identity == 'n' { "NOTHING" } else { "DEFAULT" };
        undo.push(format!("ALTER TABLE {table} REPLICA IDENTITY {before};"));
    }
    if full {
        script.insert(0, "-- FULL compares whole rows: until there is a primary key".into());
    }
    Fix {
        script: script.join("\n"),
        undo: Some(undo.join("\n")),
        lock: "ACCESS EXCLUSIVE for a moment: waits for everybody on the table and holds up everybody behind it; no \
               rewrite"
            .into(),
        precheck: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "table x.t\nbare x.t publication=p", &["critical x.t"]);
        let parts = "table x.m partitioned\ntable x.m1 partition_of=m\ntable x.m2 partition_of=m\nbare x.m1\nbare x.m2";
        fires(&RULE, parts, &["critical x.m"]);
        silent(&RULE, "live\ntable x.t");
        silent(&RULE, "table x.t extension\nbare x.t publication=p");
        blind(&RULE, "table x.t", Status::CannotCheck, "looked after");
        blind(&RULE, "server mysql 90704\ntable x.t", Status::NotApplicable, "MySQL");
    }

    #[test]
    fn takes_the_best_identity_there_is() {
        let script = |line: &str| run(&RULE, &format!("table x.t\nbare x.t {line}")).findings[0].fix.clone().unwrap();
        assert_eq!(script("candidate=t_k").script, "ALTER TABLE x.t REPLICA IDENTITY USING INDEX t_k;");
        assert!(script("identity=d").script.ends_with("ALTER TABLE x.t REPLICA IDENTITY FULL;"));
        let nothing = script("identity=n keyed");
        assert_eq!(nothing.script, "ALTER TABLE x.t REPLICA IDENTITY DEFAULT;");
        assert_eq!(nothing.undo.as_deref(), Some("ALTER TABLE x.t REPLICA IDENTITY NOTHING;"));
    }
}
