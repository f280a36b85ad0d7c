//! Keys that are not named as the others are.

use super::words::is_text;
use crate::findings::inferred::primary;
use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Gap, Meta, Profile, Rule, Section, Severity, Unit};
use crate::model::{Columns, KeyKind, Keys, NamespaceId, RelId, name_words};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "naming-fk",
        title: "Keys that are not named as the others are",
        section: Section::Types,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: EVERY,
        profile: Profile::Strict,
        why: "Who writes a join by heart writes customer_id; a column that says the same as cust or customer_no is \
              looked up every time.",
        fires: "At least 10 foreign keys of one column in a schema, four fifths of them ending in id, and this one \
                does not. At least 10 primary keys of one column, four fifths named id (or, all of them, such as \
                customer_id), and this one is not.",
        silent: "Schemas without such a rule, roles before the id (created_by_id, parent_id), texts as primary keys \
                 (codes), a primary key that is a foreign key, inherited keys.",
        fix: "New columns in the norm. Renaming one is a step for the programs too: a generated column or a view under \
              the old name first.",
        reads: &["pg_constraint", "information_schema.KEY_COLUMN_USAGE", "pragma_foreign_key_list"],
    },
    check,
};

const LEAST: usize = 10;

/// A column, and whether it follows a rule.
type Named<'a> = (RelId, &'a str, bool);

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (keys, columns) = (db.keys()?, db.columns()?);
    let mut foreign: BTreeMap<NamespaceId, Vec<Named<'_>>> = BTreeMap::new();
    for key in keys.list.iter().filter(|key| key.kind == KeyKind::Foreign && !key.inherited) {
        let (Some(rel), 1) = (db.relations().get(key.rel).filter(|rel| db.is_ours(rel)), key.columns) else { continue };
        let Some(name) = keys.columns(key).next() else { continue };
        let says_id = says_id(name);
        foreign.entry(rel.schema).or_default().push((key.rel, name, says_id));
    }
    for list in foreign.values() {
        odd(db, out, list, "is a foreign key, but does not end in id as the others do");
    }
    of_primary(db, out, keys, columns)
}

/// `customer_id`, `customerId`, `albumid`; also before a role or a number: `triggerid_up`, `parent_id2`.
fn says_id(name: &str) -> bool {
    name_words(name).iter().any(|word| {
        let plain = word.trim_end_matches(|c: char| c.is_ascii_digit());
        plain == "uuid" || plain == "guid" || plain.ends_with("id") && (plain.len() == 2 || plain.len() > 4)
    })
}

fn of_primary(db: &Db<'_>, out: &mut Findings, keys: &Keys, columns: &Columns) -> Result<(), Gap> {
    let mut plain: BTreeMap<NamespaceId, Vec<Named<'_>>> = BTreeMap::new();
    let mut after_table: BTreeMap<NamespaceId, Vec<Named<'_>>> = BTreeMap::new();
    for (id, rel) in db.tables()? {
        let own = primary(keys, id);
        let [name] = own.as_slice() else { continue };
        let kind = columns.of(id).iter().find(|column| columns.names.get(column.name) == *name);
        let code = kind.is_none_or(|column| is_text(columns.names.get(column.type_name)));
        let of = keys.of(id).iter().filter(|key| key.kind == KeyKind::Foreign);
        if code || of.into_iter().any(|key| keys.columns(key).any(|it| it == *name)) {
            continue;
        }
        let bare = name.eq_ignore_ascii_case("id");
        plain.entry(rel.schema).or_default().push((id, name, bare));
        after_table.entry(rel.schema).or_default().push((id, name, !bare && says_id(name)));
    }
    for list in plain.values() {
        odd(db, out, list, "is a primary key, but not named id as the others are");
    }
    for list in after_table.values() {
        odd(db, out, list, "is a primary key, but not named for what it counts (customer_id) as the others are");
    }
    Ok(())
}

/// Those that do not follow what four fifths do.
fn odd(db: &Db<'_>, out: &mut Findings, list: &[Named<'_>], summary: &str) {
    let follow = list.iter().filter(|(_, _, follows)| *follows).count();
    if list.len() < LEAST || follow * 5 < list.len() * 4 {
        return;
    }
    for (id, name, _) in list.iter().filter(|(_, _, follows)| !*follows) {
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, db.columns_object(*id, &[name]), summary)
                .why("A name that does not follow the rule has to be looked up each time.")
                .number("follow", i64::try_from(follow).ok(), Unit::Count, "the names of all keys")
                .number("of", i64::try_from(list.len()).ok(), Unit::Count, "the names of all keys"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(odd: &str) -> String {
        let table = |n: usize| {
            format!("table x.c{n}\n col id int\n col p_id int\n pk c{n}_pkey (id)\n fk c{n}_fk (p_id) -> x.p (id)\n")
        };
        let most: String = (0..10).map(table).collect();
        format!("table x.p\n col id int\n pk p_pkey (id)\n{most}{odd}")
    }

    #[test]
    fn fires_on_the_odd_one() {
        fires(&RULE, &text("table x.d\n col pno int\n fk d_fk (pno) -> x.p (id)"), &["info x.d.pno"]);
        fires(&RULE, &text("table x.d\n col no int\n pk d_pk (no)"), &["info x.d.no"]);
    }

    #[test]
    fn silent_on_roles_codes_and_small_schemas() {
        silent(&RULE, &text("table x.d\n col created_by_id int\n fk d_fk (created_by_id) -> x.p (id)"));
        silent(&RULE, &text("table x.d\n col code text\n pk d_pk (code)"));
        silent(&RULE, &text("table x.d\n col p_id int\n pk d_pk (p_id)\n fk d_fk (p_id) -> x.p (id)"));
        silent(&RULE, "table x.p\n col id int\n pk p_k (id)\ntable x.d\n col pno int\n fk d_fk (pno) -> x.p (id)");
    }

    #[test]
    fn ids_with_a_role_behind_say_id() {
        for name in ["customer_id", "albumId", "triggerid_up", "selementid1", "PARENT_ID2", "order_uuid"] {
            assert!(says_id(name), "{name}");
        }
        for name in ["customer", "reports_to", "paid", "pno", "void"] {
            assert!(!says_id(name), "{name}");
        }
    }

    #[test]
    fn cannot_check() {
        blind(&RULE, "deny keys GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }
}
