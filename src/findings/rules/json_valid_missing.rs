//! JSON in a column of SQLite that takes any text.

use super::words::words;
use crate::findings::rebuild::{TableText, rebuild, texts};
use crate::findings::rule::SQLITE;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Fix, Meta, Profile, Rule, Section, Severity};
use crate::model::RelId;
use crate::model::sqlite_lex::{Kind, Token, tokens};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "json-valid-missing",
        title: "JSON without a check that it is JSON",
        section: Section::Settings,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: SQLITE,
        profile: Profile::Strict,
        why: "SQLite keeps JSON as text. One malformed value makes each statement that reads it with json_extract or -> fail.",
        fires: "A column is declared JSON, has json in its name, or an index or a generated column of its table takes it apart with \
                a function of JSON; and nothing in the table's definition calls json_valid on it.",
        silent: "Columns with such a check, generated columns, JSONB and blobs.",
        fix: "CHECK (json_valid(column)), which takes making the table anew.",
        reads: &["pragma_table_xinfo", "sqlite_schema.sql"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (columns, objects) = (db.columns()?, db.objects()?);
    for (id, _) in db.tables()? {
        let own: Vec<_> = objects.definitions_of(id).iter().map(|one| tokens(objects.names.get(one.text))).collect();
        for column in columns.of(id).iter().filter(|column| column.generated.is_none()) {
            let (name, kind) = (columns.names.get(column.name), columns.names.get(column.type_name));
            let upper = kind.to_ascii_uppercase();
            if upper.contains("BLOB") || upper.contains("JSONB") || own.iter().any(|text| is_checked(text, name)) {
                continue;
            }
            let how = match () {
                () if upper == "JSON" => "is declared JSON",
                () if own.iter().any(|text| is_taken_apart(text, name)) => "is read by a function of JSON",
                () if words(name).iter().any(|word| word == "json") => "is called so",
                () => continue,
            };
            let mut finding = Finding::new(
                RULE.meta.severity,
                RULE.meta.confidence,
                db.columns_object(id, &[name]),
                format!("holds JSON ({how}) without json_valid"),
            )
            .why("One malformed value makes each statement that reads it as JSON fail.")
            .text("declared", kind, "pragma_table_xinfo")
            .not_known("whether the program checks what it writes");
            if let Some(fix) = fix(db, id, name) {
                finding = finding.fix(fix);
            }
            out.add(finding);
        }
    }
    Ok(())
}

/// `json_valid(name`.
fn is_checked(text: &[Token<'_>], name: &str) -> bool {
    text.windows(3).any(
        |three| matches!(three, [call, open, first] if call.is("json_valid") && open.is("(") && is_name(first, name)),
    )
}

/// `json_extract(name, …)`, `name ->`.
fn is_taken_apart(text: &[Token<'_>], name: &str) -> bool {
    text.windows(3).any(|three| {
        let [a, b, c] = three else { return false };
        let json = a.kind == Kind::Word && a.text.to_ascii_lowercase().starts_with("json_");
        (json && b.is("(") && is_name(c, name)) || (is_name(a, name) && b.is("-") && c.is(">"))
    })
}

fn is_name(token: &Token<'_>, name: &str) -> bool {
    matches!(token.kind, Kind::Word | Kind::Quoted) && token.name().eq_ignore_ascii_case(name)
}

fn fix(db: &Db<'_>, id: RelId, name: &str) -> Option<Fix> {
    let texts = texts(db, id)?;
    let (column, table) = (db.sql(name), db.table_sql(id));
    let edit = TableText::read(texts.table)?.add(name, &format!("CHECK (json_valid({column}))"))?;
    let check =
        format!("-- values that are no JSON: must be 0\nSELECT count(*) FROM {table} WHERE NOT json_valid({column});");
    rebuild(db, id, vec![edit], Some(check))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    fn text(name: &str, kind: &str, rest: &str, more: &str) -> String {
        format!(
            "server sqlite 3051003\ntable t\n col {name} {kind}\n define table t CREATE TABLE t({name} {kind}{rest})\n {more}"
        )
    }

    #[test]
    fn fires_silent_and_blind() {
        fires(&RULE, &text("a", "JSON", "", ""), &["info main.t.a"]);
        fires(&RULE, &text("extra_json", "text", "", ""), &["info main.t.extra_json"]);
        let index = "define index i CREATE INDEX i ON t(json_extract(\"A\", '$.b'))";
        fires(&RULE, &text("a", "text", "", index), &["info main.t.a"]);
        fires(&RULE, &text("a", "text", ", b AS (a ->> 'x')", ""), &["info main.t.a"]);
        silent(&RULE, &text("a", "JSON", " CHECK (json_valid(a))", ""));
        silent(&RULE, &text("a", "JSON", ", CHECK (a IS NULL OR JSON_VALID([a]))", ""));
        silent(&RULE, &text("json", "blob", "", ""));
        silent(&RULE, &text("settings", "text", "", ""));
        blind(&RULE, "server sqlite 3051003\ndeny objects X\ntable t", Status::CannotCheck, "X");
    }

    #[test]
    fn the_script_adds_the_check() {
        let check = run(&RULE, &text("a", "JSON", " NOT NULL", ""));
        let script = &check.findings[0].fix.as_ref().unwrap().script;
        assert!(script.contains("CREATE TABLE t(a JSON NOT NULL CHECK (json_valid(a)));"), "{script}");
    }
}
