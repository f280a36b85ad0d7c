//! A table without any relation.

use super::words::{collects, words};
use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity, Value};
use crate::model::{KeyKind, RelId};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "table-isolated",
        title: "A table without any relation",
        section: Section::Keys,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "Nothing says what its rows belong to: either the relation is only in code, or nobody needs the \
              table.",
        fires: "No foreign key in or out, in a schema where most tables have some; at least one column looks like \
                a reference (customer_id).",
        silent: "Tables without a column that looks like a reference, and whose name says log, audit, migrations, \
                 settings or the like; schemas without foreign keys.",
        fix: "Declare the relation (NOT VALID first), or find out who uses the table.",
        reads: &["pg_constraint", "information_schema.KEY_COLUMN_USAGE", "pragma_foreign_key_list"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (keys, columns) = (db.keys()?, db.columns()?);
    let bound =
        |id| keys.of(id).iter().any(|key| key.kind == KeyKind::Foreign) || keys.referencing(id).next().is_some();
    // The keys of a partitioned table may stand on its partitions.
    let related = |id| bound(id) || db.children(id).any(bound);
    let all: Vec<RelId> = db.tables()?.map(|(id, _)| id).collect();
    let with = all.iter().filter(|id| related(**id)).count();
    if with * 2 < all.len() {
        return Ok(());
    }
    for id in all.into_iter().filter(|id| !related(*id)) {
        let name = db.relations().name(id);
        let own = |text: &str| words(text).len() > 1 && words(text).last().is_some_and(|word| word == "id");
        let open: Vec<&str> =
            columns.of(id).iter().map(|column| columns.names.get(column.name)).filter(|name| own(name)).collect();
        if collects(name) || open.is_empty() {
            continue;
        }
        out.add(
            Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.table_object(id),
                "has no relation, though a column looks like one",
            )
            .why("What its rows belong to is only in code.")
            .fact(
                "columns",
                Value::List(open.iter().map(|&name| name.to_owned()).collect()),
                None,
                "the catalog",
            ),
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
    fn fires_silent_and_blind() {
        let rest = "table x.a\n col id int\n pk a_pk (id)\ntable x.b\n col a_id int\n fk f (a_id) -> x.a (id)\n";
        fires(&RULE, &format!("{rest}table x.c\n col user_id int"), &["info x.c"]);
        silent(&RULE, &format!("{rest}table x.c\n col name text"));
        silent(&RULE, &format!("{rest}table x.audit_log\n col user_id int"));
        silent(&RULE, "table x.c\n col user_id int");
        let parts =
            "table x.c partitioned\n col a_id int\ntable x.c1 partition_of=c\n col a_id int\n fk g (a_id) -> x.a (id)";
        silent(&RULE, &format!("{rest}{parts}"));
        blind(&RULE, "deny keys GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
