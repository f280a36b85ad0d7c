//! Tables that everybody may change.

use crate::findings::rule::SERVERS;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
};
use crate::model::{EngineKind, PublicGrant, RelId, qualified_sql};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "grants-public",
        title: "Everybody may change a table",
        section: Section::Security,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        engines: SERVERS,
        profile: Profile::Default,
        why: "Each role that can log in may change it, also those that are made for something else.",
        fires: "INSERT, UPDATE, DELETE or TRUNCATE of a table or view was granted to PUBLIC. MySQL and MariaDB: INSERT, \
                UPDATE, DELETE or DROP on a schema or a table was granted to the account without a name, whose rights \
                everybody has who comes from its host, or to MariaDB's PUBLIC. For information where the schema holds no \
                table.",
        silent: "SELECT for everybody, and objects of extensions. Accounts with a name that may come from any host. What \
                 mandatory_roles brings is not looked at.",
        fix: "REVOKE it from PUBLIC, after a GRANT to the roles that need it.",
        reads: &["pg_class.relacl", "mysql.db", "mysql.tables_priv"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let known = &db.accounts()?.public_grants;
    if let Some(gap) = Gap::of(known, "rights on tables") {
        return Err(gap);
    }
    let mut all: BTreeMap<(&str, Option<&str>), Vec<&PublicGrant>> = BTreeMap::new();
    for one in known.value().into_iter().flatten() {
        all.entry((&one.schema, one.name.as_deref())).or_default().push(one);
    }
    for ((schema, name), list) in all {
        match name {
            Some(name) => of_table(db, out, schema, name, &list),
            None => of_schema(db, out, schema, &list),
        }
    }
    Ok(())
}

fn source(db: &Db<'_>) -> &'static str {
    if db.engine() == EngineKind::Postgresql { "pg_class.relacl" } else { "mysql.db, mysql.tables_priv" }
}

fn of_table(db: &Db<'_>, out: &mut Findings, schema: &str, name: &str, list: &[&PublicGrant]) {
    if db.facts.only.as_deref().is_some_and(|only| only != schema) {
        return;
    }
    let path = format!("{}.{name}", schema);
    let object = Object {
        kind: ObjectKind::Table,
        schema: Some(schema.to_owned()),
        table: Some(name.to_owned()),
        name: name.to_owned(),
        label: path.clone(),
        path,
        rel: db.relations().find(schema, name),
    };
    let table = qualified_sql(db.engine(), schema, name);
    out.add(finding(db, list, object, RULE.meta.severity, &table));
}

/// All tables of a schema, or of those whose names fit.
fn of_schema(db: &Db<'_>, out: &mut Findings, schema: &str, list: &[&PublicGrant]) {
    let relations = db.relations();
    let fits = |id: RelId| like(schema, relations.schema_name(id));
    if db.facts.only.as_deref().is_some_and(|only| !like(schema, only)) {
        return;
    }
    let used = relations.iter().any(|(id, rel)| db.is_ours(rel) && fits(id));
    let severity = if used { RULE.meta.severity } else { Severity::Info };
    let object = Object {
        label: format!("schema {}", schema),
        path: format!("{}.*", schema),
        schema: Some(schema.to_owned()),
        ..Object::server(ObjectKind::Schema, schema)
    };
    let tables = format!("{}.*", crate::model::name_sql(db.engine(), schema));
    out.add(finding(db, list, object, severity, &tables));
}

/// What everybody may do with it, and one statement for each of those who stand for everybody.
fn finding(db: &Db<'_>, list: &[&PublicGrant], object: Object, severity: Severity, what: &str) -> Finding {
    let told: Vec<String> = list
        .iter()
        .map(|one| match one.grantee.as_str() {
            "PUBLIC" => one.privileges.clone(),
            grantee => format!("{} to {grantee}", one.privileges),
        })
        .collect();
    let each = |word: &str, to: &str| {
        let line = |one: &&PublicGrant| format!("{word} {} ON {what} {to} {};", one.privileges, one.grantee);
        list.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let summary = format!("may be changed by everybody: {}", told.join("; "));
    Finding::new(severity, RULE.meta.confidence, object, summary)
        .why("Each role that can log in may change it.")
        .text("privileges", told.join("; "), source(db))
        .fix(Fix {
            script: each("REVOKE", "FROM"),
            undo: Some(each("GRANT", "TO")),
            lock: "none; programs that live on it need a GRANT of their own first".into(),
            precheck: None,
        })
}

/// MySQL's patterns for names of schemas: `%` for anything, `_` for one character, `\\` before a plain one.
fn like(pattern: &str, name: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => name.is_empty(),
        Some('%') => {
            let rest = rest.as_str();
            name.char_indices().any(|(at, _)| like(rest, &name[at..])) || like(rest, "")
        }
        Some('_') => {
            let mut chars = name.chars();
            chars.next().is_some() && like(rest.as_str(), chars.as_str())
        }
        Some(c) => {
            let plain = if c == '\\' { rest.next() } else { Some(c) };
            plain.and_then(|c| name.strip_prefix(c)).is_some_and(|name| like(rest.as_str(), name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, "everybody app.t INSERT UPDATE", &["warning app.t"]);
        silent(&RULE, "account app");
        blind(&RULE, "table x.t", Status::CannotCheck, "roles");
    }

    #[test]
    fn mysql_has_whole_schemas_and_patterns() {
        let text = |line: &str| format!("server mariadb 101119\ntable shop.t\n{line}");
        fires(&RULE, &text("everybody shop.* INSERT"), &["warning shop.*"]);
        fires(&RULE, &text("everybody sh%.* INSERT"), &["warning sh%.*"]);
        fires(&RULE, &text("everybody test\\_%.* INSERT"), &["info test\\_%.*"]);
        fires(&RULE, &text("everybody shop.t DELETE"), &["warning shop.t"]);
        silent(&RULE, &text("account app@% anyhost"));
        let denied = "server mysql 90704\nlive\ndeny grants GRANT SELECT ON mysql.db TO me";
        blind(&RULE, denied, Status::CannotCheck, "mysql.db");
        assert!(like(r"a\_b", "a_b") && !like(r"a\_b", "axb") && like("%", "") && !like("_", ""));
    }
}
