//! Texts in double quotes, which are names.

use crate::findings::rebuild::{Edit, ended, rebuild};
use crate::findings::rule::SQLITE;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
    Value,
};
use crate::model::sqlite_lex::{Kind, Token, closing, items, tokens};
use crate::model::{Definition, DefinitionKind, Objects, RelId};
use std::collections::HashSet;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "schema-double-quoted-literals",
        title: "A text in double quotes in a definition",
        section: Section::Settings,
        severity: Severity::Notice,
        confidence: Confidence::Likely,
        engines: SQLITE,
        profile: Profile::Default,
        why: "Double quotes are for names. Where no column has the name, SQLite takes it as a text, and a column that is misspelled \
              as well: an index of a constant, a check that never holds. Programs built without that leniency can not use the view, \
              and ALTER TABLE RENAME COLUMN fails.",
        fires: "A name in double quotes stands as a value in a view, a trigger, a check, a generated column, or an index, and nothing of \
                that name is there.",
        silent: "Names of columns, tables, aliases and functions; DEFAULT and RAISE, which take a name as a text by rule; texts with WITH \
                 or with functions that are tables.",
        fix: "Write texts in single quotes; mend the name where a column was meant.",
        reads: &["sqlite_schema.sql", "pragma_table_xinfo"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let objects = db.objects()?;
    let everything = names(db)?;
    for one in objects.definitions.iter().filter(|one| db.is_ours_id(one.rel)) {
        let text = objects.names.get(one.text);
        let own = match one.kind {
            DefinitionKind::Table | DefinitionKind::Index => Some(columns(db, one.rel)?),
            DefinitionKind::View | DefinitionKind::Trigger => None,
        };
        let found = literals(one.kind, text, own.as_ref().unwrap_or(&everything));
        if found.is_empty() {
            continue;
        }
        let mut list: Vec<String> = found.iter().map(|it| it.name.clone()).collect();
        list.sort_unstable();
        list.dedup();
        let shown = list.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let mut finding = Finding::new(
            RULE.meta.severity,
            RULE.meta.confidence,
            object(db, one, objects.names.get(one.name)),
            format!("has {shown} in double quotes, and no column is called so"),
        )
        .why("SQLite takes it as a text; elsewhere, and where a column was misspelled, it is an error.")
        .fact("names", Value::List(list), None, "sqlite_schema.sql")
        .not_known("whether a text or a column was meant: the script keeps the text, which is what runs today");
        let edits =
            found.into_iter().map(|it| Edit { at: it.at, text: crate::findings::fix::literal(&it.name) }).collect();
        if let Some(fix) = fix(db, objects, one, edits) {
            finding = finding.fix(fix);
        }
        out.add(finding);
    }
    Ok(())
}

fn object(db: &Db<'_>, one: &Definition, name: &str) -> Object {
    match one.kind {
        DefinitionKind::Table => db.table_object(one.rel),
        DefinitionKind::View => Object { kind: ObjectKind::View, ..db.table_object(one.rel) },
        DefinitionKind::Index => {
            let path = format!("{}.{name}", db.relations().schema_name(one.rel));
            Object {
                kind: ObjectKind::Index,
                name: name.to_owned(),
                label: name.to_owned(),
                path,
                ..db.table_object(one.rel)
            }
        }
        DefinitionKind::Trigger => db.part_object(ObjectKind::Trigger, one.rel, name),
    }
}

/// A text in double quotes, and where it stands.
struct Literal {
    name: String,
    at: std::ops::Range<usize>,
}

/// The quoted names that are values and name nothing that is known.
fn literals(kind: DefinitionKind, text: &str, known: &HashSet<String>) -> Vec<Literal> {
    let all = tokens(text);
    if !all.iter().any(|token| token.kind == Kind::Quoted && token.text.starts_with('"')) || is_too_much(&all) {
        return Vec::new();
    }
    let aliases = aliases(&all);
    let within = |at: usize| match kind {
        DefinitionKind::Table => is_expression(&all, at),
        DefinitionKind::Index => all.iter().take(at).any(|token| token.is("(")),
        DefinitionKind::View | DefinitionKind::Trigger => true,
    };
    let quoted = all.iter().enumerate().filter(|(_, token)| token.kind == Kind::Quoted && token.text.starts_with('"'));
    let unknown = quoted.filter(|(_, token)| {
        let name = token.name().to_lowercase();
        !known.contains(&name) && !aliases.contains(&name)
    });
    let values = unknown.filter(|(at, _)| is_value(&all, *at, kind) && within(*at));
    values.map(|(_, token)| Literal { name: token.name(), at: token.start..token.end() }).collect()
}

/// Names come from elsewhere too: common tables, functions that are tables.
fn is_too_much(all: &[Token<'_>]) -> bool {
    const TABLES: [&str; 4] = ["json_each", "json_tree", "generate_series", "dbstat"];
    let word = |token: &Token<'_>| token.text.to_ascii_lowercase();
    all.iter().any(|token| {
        token.kind == Kind::Word
            && (token.is("WITH") || TABLES.contains(&word(token).as_str()) || word(token).starts_with("pragma_"))
    })
}

/// Names that the text gives itself: behind AS, or behind an operand without a sign between.
fn aliases(all: &[Token<'_>]) -> HashSet<String> {
    let mut out = HashSet::new();
    for two in all.windows(2) {
        let [before, token] = two else { continue };
        if !matches!(token.kind, Kind::Word | Kind::Quoted) {
            continue;
        }
        let operand = matches!(before.kind, Kind::Quoted | Kind::Number | Kind::Text) || before.is(")");
        let column = before.kind == Kind::Word && token.kind == Kind::Quoted && !is_keyword(before);
        if before.is("AS") || operand || column {
            out.insert(token.name().to_lowercase());
        }
    }
    out
}

/// Words behind which a value or a name stands, not an alias.
fn is_keyword(token: &Token<'_>) -> bool {
    const WORDS: [&str; 30] = [
        "SELECT", "DISTINCT", "ALL", "FROM", "JOIN", "WHERE", "AND", "OR", "NOT", "ON", "IN", "IS", "LIKE", "GLOB",
        "BETWEEN", "THEN", "ELSE", "WHEN", "CASE", "BY", "HAVING", "SET", "INTO", "UPDATE", "LIMIT", "OFFSET",
        "VALUES", "RETURN", "ESCAPE", "MATCH",
    ];
    WORDS.iter().any(|word| token.is(word))
}

/// Where only a column or a text can stand.
fn is_value(all: &[Token<'_>], at: usize, kind: DefinitionKind) -> bool {
    const SIGNS: [&str; 11] = ["=", "<", ">", "!", "|", "+", "-", "*", "/", "(", ","];
    const WORDS: [&str; 15] = [
        "AND", "OR", "NOT", "IN", "IS", "LIKE", "GLOB", "BETWEEN", "THEN", "ELSE", "WHEN", "CASE", "SELECT", "WHERE",
        "HAVING",
    ];
    let Some(before) = at.checked_sub(1).and_then(|at| all.get(at)) else { return false };
    let dotted = all.get(at + 1).is_some_and(|next| next.is(".") || next.is("("));
    let sign = SIGNS.iter().any(|sign| before.is(sign));
    let listed = before.is("(") || before.is(",");
    // A list of names may stand in parentheses (INSERT INTO t (…), VIEW v(…)): only lists of IN, VALUES and functions are values.
    let named = listed && !is_list_of_values(all, at, kind);
    !dotted && !named && !is_raised(all, at) && (sign || WORDS.iter().any(|word| before.is(word)))
}

/// True when the parenthesis around is that of a function, of IN, of VALUES, of CHECK, or of an index.
fn is_list_of_values(all: &[Token<'_>], at: usize, kind: DefinitionKind) -> bool {
    let mut depth = 0;
    for n in (0..at).rev() {
        if all[n].is(")") {
            depth += 1;
        } else if all[n].is("(") && depth > 0 {
            depth -= 1;
        } else if all[n].is("(") {
            let Some(head) = n.checked_sub(1).and_then(|n| all.get(n)) else { return false };
            let index = kind == DefinitionKind::Index && all.iter().position(|token| token.is("(")) == Some(n);
            let into = n
                .checked_sub(2)
                .and_then(|n| all.get(n))
                .is_some_and(|it| ["INTO", "VIEW", "TABLE", "EXISTS", "REFERENCES"].iter().any(|word| it.is(word)));
            let key = ["KEY", "UNIQUE", "USING", "CONFLICT"].iter().any(|word| head.is(word));
            return index || (!into && !key && head.kind != Kind::Quoted);
        }
    }
    // The list of a SELECT.
    true
}

/// Inside of `RAISE(…)`.
fn is_raised(all: &[Token<'_>], at: usize) -> bool {
    (0..at).rev().take(6).any(|n| all[n].is("RAISE") && closing(all, n + 1).is_some_and(|end| end > at))
}

/// Inside of the parentheses of CHECK or of a generated column.
fn is_expression(all: &[Token<'_>], at: usize) -> bool {
    (0..at).any(|n| {
        let head = all[n].is("CHECK") || all[n].is("AS");
        head && all.get(n + 1).is_some_and(|open| open.is("("))
            && closing(all, n + 1).is_some_and(|end| n < at && at < end)
    })
}

fn columns(db: &Db<'_>, rel: RelId) -> Result<HashSet<String>, Gap> {
    let columns = db.columns()?;
    let own = columns.of(rel).iter().map(|column| columns.names.get(column.name).to_lowercase());
    Ok(own.chain(["rowid", "oid", "_rowid_"].map(str::to_owned)).collect())
}

/// Everything that has a name.
fn names(db: &Db<'_>) -> Result<HashSet<String>, Gap> {
    let (columns, relations) = (db.columns()?, db.relations());
    let all = columns.list.iter().map(|column| columns.names.get(column.name));
    let tables = relations.list.iter().map(|rel| relations.names.get(rel.name));
    let fixed = ["rowid", "oid", "_rowid_", "new", "old", "excluded", "rank", "main", "temp"];
    Ok(all.chain(tables).map(str::to_lowercase).chain(fixed.map(str::to_owned)).collect())
}

/// The same with single quotes.
fn fix(db: &Db<'_>, objects: &Objects, one: &Definition, edits: Vec<Edit>) -> Option<Fix> {
    let text = objects.names.get(one.text);
    // In the list of an index even single quotes make a name: nothing there can stand for a text, nor is of use.
    if one.kind == DefinitionKind::Index && edits.iter().any(|edit| is_key(text, edit.at.start)) {
        return Some(Fix {
            script: format!("DROP INDEX IF EXISTS {};", db.sql(objects.names.get(one.name))),
            undo: Some(ended(text)),
            lock: "one writer for a moment; the undo builds the index, and only where that leniency is".into(),
            precheck: None,
        });
    }
    let name = db.sql(objects.names.get(one.name));
    let word = match one.kind {
        DefinitionKind::Table => return rebuild(db, one.rel, edits, None),
        DefinitionKind::View => "VIEW",
        DefinitionKind::Index => "INDEX",
        DefinitionKind::Trigger => "TRIGGER",
    };
    let own = |it: &&Definition| one.kind == DefinitionKind::View && it.kind == DefinitionKind::Trigger;
    // A view takes its triggers with it.
    let rest: Vec<String> =
        objects.definitions_of(one.rel).iter().filter(own).map(|it| ended(objects.names.get(it.text))).collect();
    let again = |text: &str| {
        let lines = ["BEGIN IMMEDIATE;".to_owned(), format!("DROP {word} {name};"), ended(text)];
        let all: Vec<String> = lines.into_iter().chain(rest.clone()).chain(["COMMIT;".to_owned()]).collect();
        all.join("\n")
    };
    Some(Fix {
        script: again(&crate::findings::rebuild::edited(text, edits)),
        undo: Some(again(text)),
        lock: match one.kind {
            DefinitionKind::Index => "one writer: other writers wait while the index is built, readers too without WAL",
            _ => "one writer, for a moment; no row is touched",
        }
        .into(),
        precheck: None,
    })
}

/// True for a part of an index's list that is nothing but this.
fn is_key(text: &str, start: usize) -> bool {
    let all = tokens(text);
    let open = all.iter().position(|token| token.is("("));
    let close = open.and_then(|open| closing(&all, open));
    let Some((open, close)) = open.zip(close) else { return false };
    let list = all.get(open + 1..close).unwrap_or_default();
    items(list).iter().any(|item| item.first().is_some_and(|token| token.start == start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    fn text(kind: &str, name: &str, sql: &str) -> String {
        format!(
            "server sqlite 3051003\ntable t\n col id int\n col status text\n{}\n define {kind} {name} {sql}",
            if kind == "view" { "table v view\n col a" } else { "" }
        )
    }

    #[test]
    fn fires_on_texts_in_double_quotes() {
        for (kind, name, sql, object) in [
            ("view", "v", "CREATE VIEW v AS SELECT id AS a FROM t WHERE status = \"open\"", "main.v"),
            ("view", "v", "CREATE VIEW v AS SELECT id a FROM t WHERE status IN ('x', \"open\")", "main.v"),
            ("view", "v", "CREATE VIEW v AS SELECT CASE WHEN id THEN \"yes\" ELSE 'no' END AS a FROM t", "main.v"),
            ("view", "v", "CREATE VIEW v AS SELECT id || \"-\" || status AS a FROM t", "main.v"),
            ("view", "v", "CREATE VIEW v AS SELECT coalesce(status, \"none\") AS a FROM t", "main.v"),
            ("index", "i", "CREATE INDEX i ON t(\"statsu\")", "main.i"),
            ("index", "i", "CREATE INDEX i ON t(id) WHERE status <> \"done\"", "main.i"),
            ("table", "t", "CREATE TABLE t(id int, status text CHECK (status IN (\"a\", \"b\")))", "main.t"),
            (
                "trigger",
                "g",
                "CREATE TRIGGER g AFTER UPDATE ON t WHEN new.status = \"x\" BEGIN DELETE FROM t; END",
                "main.t.g",
            ),
            (
                "trigger",
                "g",
                "CREATE TRIGGER g AFTER UPDATE ON t BEGIN INSERT INTO t(id) VALUES (1, \"x\"); END",
                "main.t.g",
            ),
        ] {
            fires(&RULE, &text(kind, name, sql), &[&format!("notice {object}")]);
        }
    }

    #[test]
    fn silent_on_names() {
        for (kind, name, sql) in [
            ("view", "v", "CREATE VIEW \"v\" (\"a\") AS SELECT \"t\".\"id\" FROM \"t\" WHERE \"Status\" = 'x'"),
            (
                "view",
                "v",
                "CREATE VIEW v AS SELECT id \"x y\", count(*) \"n\" FROM t AS \"q\" GROUP BY \"x y\" HAVING \"n\" > 1",
            ),
            ("view", "v", "CREATE VIEW v AS SELECT \"q\".id AS a FROM t \"q\" JOIN t AS \"r\" USING (\"id\")"),
            ("view", "v", "CREATE VIEW v AS WITH c(\"x\") AS (SELECT 1) SELECT \"x\" AS a FROM c"),
            ("view", "v", "CREATE VIEW v AS SELECT \"lower\"(status) AS a FROM t ORDER BY id COLLATE \"NOCASE\""),
            ("view", "v", "CREATE VIEW v AS SELECT id AS \"what is it\" FROM t WHERE status = 'a \"b\" c'"),
            ("index", "i", "CREATE INDEX \"my idx\" ON \"t\"(\"status\" COLLATE \"rtrim\") WHERE \"id\" > 1"),
            (
                "table",
                "t",
                "CREATE TABLE \"t\"(\"id\" \"int\" CONSTRAINT \"c d\" CHECK (\"id\" > 0), status text DEFAULT \"open\", UNIQUE (\"id\"))",
            ),
            (
                "trigger",
                "g",
                "CREATE TRIGGER \"g\" AFTER UPDATE OF \"id\" ON t BEGIN SELECT RAISE(ABORT, \"no way\"); END",
            ),
            (
                "trigger",
                "g",
                "CREATE TRIGGER g AFTER UPDATE ON t BEGIN INSERT INTO t(\"id\", \"status\") VALUES (new.\"id\", 'x'); END",
            ),
        ] {
            silent(&RULE, &text(kind, name, sql));
        }
        blind(&RULE, "server sqlite 3051003\ndeny objects X\ntable t", Status::CannotCheck, "X");
    }

    #[test]
    fn the_script_keeps_what_runs_today() {
        let view = text("view", "v", "CREATE VIEW v AS SELECT id AS a FROM t WHERE status = \"it's\"");
        let fix = run(&RULE, &view).findings[0].fix.clone().unwrap();
        assert!(
            fix.script.contains("DROP VIEW v;\nCREATE VIEW v AS SELECT id AS a FROM t WHERE status = 'it''s';"),
            "{}",
            fix.script
        );
        assert!(fix.undo.unwrap().contains("status = \"it's\";"));
        let key = run(&RULE, &text("index", "i", "CREATE INDEX i ON t(id, \"statsu\" DESC)")).findings[0]
            .fix
            .clone()
            .unwrap();
        assert_eq!(key.script, "DROP INDEX IF EXISTS i;");
        assert_eq!(key.undo.unwrap(), "CREATE INDEX i ON t(id, \"statsu\" DESC);");
        let inside = run(&RULE, &text("index", "i", "CREATE INDEX i ON t(ifnull(status, \"none\"))"));
        assert!(inside.findings[0].fix.clone().unwrap().script.contains("ON t(ifnull(status, 'none'));"));
        let table = text("table", "t", "CREATE TABLE t(id int, status text CHECK (status IN (\"a\")))");
        assert!(run(&RULE, &table).findings[0].fix.clone().unwrap().script.contains("CHECK (status IN ('a')))"));
    }
}
