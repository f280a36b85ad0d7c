//! A foreign key whose column has another type than what it references.

use crate::findings::rule::EVERY;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, Profile, Rule, Section, Severity};
use crate::model::{Column, Columns, EngineKind, KeyKind, RelId};
use std::collections::HashSet;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "fk-type-mismatch",
        title: "A foreign key between columns of different types",
        section: Section::Keys,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: EVERY,
        profile: Profile::Default,
        why: "Each check and each join converts one side, which may keep an index from being used; a smaller integer runs \
              out before the key that it references.",
        fires: "The types differ (lengths aside), or one integer is smaller than the other, or collations differ. SQLite: \
                the affinities differ.",
        silent: "The same type with another length, domains over the same type written alike, keys whose referenced table \
                 is not visible, and smaller integers whose end is near: fk-int4-to-int8 says that.",
        fix: "Give the referencing column the referenced type: add a column, copy in batches, swap. Changing the type in \
              place rewrites the table.",
        reads: &["pg_constraint", "pg_attribute", "information_schema.COLUMNS", "pragma_table_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (keys, columns) = (db.keys()?, db.columns()?);
    let foreign = |key: &&crate::model::Key| key.kind == KeyKind::Foreign && !key.inherited && db.is_ours_id(key.rel);
    let urgent = match db.engine() {
        EngineKind::Sqlite => HashSet::new(),
        _ => super::fk_int4_to_int8::spoken(db),
    };
    for key in keys.list.iter().filter(foreign) {
        let Some(target) = key.ref_rel else { continue };
        for (own, theirs) in keys.columns(key).zip(keys.ref_columns(key)) {
            let (Some(a), Some(b)) = (column(columns, key.rel, own), column(columns, target, theirs)) else { continue };
            let Some((ours, referenced)) = differ(db.engine(), columns, (key.rel, a), (target, b)) else { continue };
            if urgent.contains(&(key.rel, own.to_owned())) {
                continue;
            }
            let table = db.table_object(target).label;
            let summary = format!("is {ours}, but references {referenced} of {table}.{theirs}");
            let mut finding =
                Finding::new(RULE.meta.severity, RULE.meta.confidence, db.columns_object(key.rel, &[own]), summary)
                    .why(match is_smaller(&ours, &referenced) {
                        true => "The key that it references can grow beyond what this column can hold.",
                        false => "Each check and each join has to convert one of the two.",
                    })
                    .text("type", ours.clone(), source(db))
                    .text("referenced_type", referenced.clone(), source(db));
            if let Some(name) = keys.names.opt(key.name) {
                finding = finding.text("constraint", name, source(db));
            }
            out.add(finding);
        }
    }
    Ok(())
}

fn column<'a>(columns: &'a Columns, rel: RelId, name: &str) -> Option<&'a Column> {
    columns.of(rel).iter().find(|column| columns.names.get(column.name).eq_ignore_ascii_case(name))
}

/// The two types in words, where they differ.
fn differ(
    engine: EngineKind,
    columns: &Columns,
    (own, a): (RelId, &Column),
    (other, b): (RelId, &Column),
) -> Option<(String, String)> {
    let name = |column: &Column| columns.names.get(column.type_name).to_owned();
    if engine == EngineKind::Sqlite {
        let (ours, theirs) = (affinity(&name(a)), affinity(&name(b)));
        return (ours != theirs).then(|| (with_affinity(&name(a)), with_affinity(&name(b))));
    }
    if base(&name(a)) != base(&name(b)) {
        return Some((name(a), name(b)));
    }
    let (ours, theirs) = (columns.collation_of(own, a), columns.collation_of(other, b));
    (ours != theirs).then(|| {
        let told = |column: &Column, collation: Option<&str>| {
            format!("{} collate {}", name(column), collation.unwrap_or("default"))
        };
        (told(a, ours), told(b, theirs))
    })
}

/// Without length or display width, but with `unsigned`.
fn base(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    match (lower.split_once('('), lower.split_once(')')) {
        (Some((before, _)), Some((_, after))) => format!("{}{after}", before.trim_end()),
        _ => lower,
    }
}

fn with_affinity(name: &str) -> String {
    match name {
        "" => "without a type".into(),
        name if name.eq_ignore_ascii_case(affinity(name)) => name.to_owned(),
        name => format!("{name} ({})", affinity(name)),
    }
}

/// SQLite's rules, in their order.
pub fn affinity(name: &str) -> &'static str {
    let upper = name.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| upper.contains(word));
    match () {
        () if has(&["INT"]) => "INTEGER",
        () if has(&["CHAR", "CLOB", "TEXT"]) => "TEXT",
        () if upper.is_empty() || has(&["BLOB"]) => "BLOB",
        () if has(&["REAL", "FLOA", "DOUB"]) => "REAL",
        () => "NUMERIC",
    }
}

fn is_smaller(ours: &str, theirs: &str) -> bool {
    let rank = |name: &str| {
        let base = base(name);
        ["tinyint", "smallint", "mediumint", "int", "bigint"].iter().rposition(|kind| {
            base.trim_end_matches(" unsigned").trim_start_matches("integer") == *kind
                || base.starts_with(kind)
                || (*kind == "int" && base.starts_with("integer"))
        })
    };
    rank(ours).zip(rank(theirs)).is_some_and(|(ours, theirs)| ours < theirs)
}

fn source(db: &Db<'_>) -> &'static str {
    match db.engine() {
        EngineKind::Postgresql => "pg_attribute",
        EngineKind::Mysql | EngineKind::Mariadb => "information_schema.COLUMNS",
        EngineKind::Sqlite => "pragma_table_xinfo",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(own: &str, theirs: &str) -> String {
        format!("table x.p\n col id {theirs}\n pk p_pkey (id)\ntable x.c\n col pid {own}\n fk c_fk (pid) -> x.p (id)")
    }

    #[test]
    fn fires_silent_and_blind() {
        for (own, theirs) in
            [("integer", "bigint"), ("text", "uuid"), ("numeric(10)", "integer"), ("text collation=C", "text")]
        {
            fires(&RULE, &text(own, theirs), &["warning x.c.pid"]);
        }
        for (own, theirs) in
            [("bigint", "bigint"), ("character_varying(20)", "character_varying(40)"), ("int(11)", "int(10)")]
        {
            silent(&RULE, &text(own, theirs));
        }
        let sqlite =
            |own: &str, theirs: &str| format!("server sqlite 3051003\n{}", text(own, theirs).replace("x.", ""));
        fires(&RULE, &sqlite("TEXT", "INTEGER"), &["warning main.c.pid"]);
        silent(&RULE, &sqlite("INT", "INTEGER"));
        blind(&RULE, "deny columns GRANT X\ntable x.d", Status::CannotCheck, "GRANT X");
    }

    #[test]
    fn smaller_integers() {
        assert!(
            is_smaller("integer", "bigint") && is_smaller("smallint", "int(11)") && !is_smaller("bigint", "integer")
        );
    }
}
