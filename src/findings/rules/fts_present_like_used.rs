//! A search by LIKE beside an index of words.

use crate::findings::rule::SQLITE;
use crate::findings::{Checked, Confidence, Db, Finding, Findings, Meta, ObjectKind, Profile, Rule, Section, Severity};
use crate::model::sqlite_lex::{Kind, Token, tokens};
use crate::model::{DefinitionKind, RelKind};

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "fts-present-like-used",
        title: "LIKE '%word%' where there is a full-text index",
        section: Section::Settings,
        severity: Severity::Info,
        confidence: Confidence::Hint,
        engines: SQLITE,
        profile: Profile::Strict,
        why: "A pattern that begins with % reads every row; the full-text index beside it finds the words at once.",
        fires: "A view or trigger compares a column by LIKE with a pattern that begins with %, and a full-text table holds that column \
                of a table that it names.",
        silent: "Patterns with a beginning, tables without a full-text one, trigram tokenizers (which serve LIKE). SQLite keeps no \
                 statements: those of programs are seen in their plans only, see sqlite-plan-scan.",
        fix: "WHERE rowid IN (SELECT rowid FROM the_fts_table WHERE the_fts_table MATCH ?): words instead of parts of words.",
        reads: &["sqlite_schema.sql", "pragma_table_list"],
    },
    check,
};

/// A full-text table: what it indexes.
struct Words<'a> {
    name: &'a str,
    /// The table that holds the texts; itself where it keeps them.
    content: String,
    columns: Vec<String>,
}

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let (columns, objects) = (db.columns()?, db.objects()?);
    let all: Vec<Words<'_>> = db
        .relations()
        .iter()
        .filter(|(_, rel)| rel.kind == RelKind::VirtualTable)
        .filter(|(_, rel)| {
            db.relations().names.opt(rel.storage).is_some_and(|it| it.to_ascii_lowercase().starts_with("fts"))
        })
        .filter_map(|(id, _)| {
            let text = objects.definitions_of(id).iter().find(|one| one.kind == DefinitionKind::Table)?;
            let text = tokens(objects.names.get(text.text));
            let name = db.relations().name(id);
            let list = columns.of(id).iter().map(|column| columns.names.get(column.name).to_owned());
            let content = option(&text, "content").filter(|it| !it.is_empty()).unwrap_or_else(|| name.to_owned());
            let trigrams = option(&text, "tokenize").is_some_and(|it| it.contains("trigram"));
            (!trigrams).then(|| Words { name, content, columns: list.collect() })
        })
        .collect();
    let wanted = |kind: DefinitionKind| matches!(kind, DefinitionKind::View | DefinitionKind::Trigger);
    for one in objects.definitions.iter().filter(|one| wanted(one.kind) && db.is_ours_id(one.rel)) {
        let text = tokens(objects.names.get(one.text));
        let Some((words, column)) = all.iter().find_map(|words| Some((words, searched(&text, words)?))) else {
            continue;
        };
        let name = objects.names.get(one.name);
        let object = match one.kind {
            DefinitionKind::View => crate::findings::Object { kind: ObjectKind::View, ..db.table_object(one.rel) },
            _ => db.part_object(ObjectKind::Trigger, one.rel, name),
        };
        let summary = format!("searches {column} by LIKE '%...', and {} indexes its words", words.name);
        out.add(
            Finding::new(RULE.meta.severity, RULE.meta.confidence, object, summary)
                .why("Every row is read and compared; a full-text index finds words at once.")
                .text("full_text_table", words.name, "sqlite_schema")
                .not_known("whether parts of words are meant: MATCH finds words and their beginnings"),
        );
    }
    Ok(())
}

/// `content='t'` or `content=t` of a full-text table.
fn option(text: &[Token<'_>], name: &str) -> Option<String> {
    let at = text.windows(2).position(|two| two[0].is(name) && two[1].is("="))?;
    text.get(at + 2).map(Token::name)
}

/// The column that this text compares by a pattern with nothing in front.
fn searched(text: &[Token<'_>], words: &Words<'_>) -> Option<String> {
    let named = |token: &Token<'_>| matches!(token.kind, Kind::Word | Kind::Quoted);
    let about = [words.name, words.content.as_str()];
    if !text.iter().any(|token| named(token) && about.iter().any(|it| token.name().eq_ignore_ascii_case(it))) {
        return None;
    }
    text.windows(3).find_map(|three| {
        let [column, like, pattern] = three else { return None };
        let open = pattern.kind == Kind::Text && pattern.text.starts_with("'%");
        let name = column.name();
        let indexed = named(column) && words.columns.iter().any(|it| it.eq_ignore_ascii_case(&name));
        (like.is("LIKE") && open && indexed).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, silent};

    fn text(options: &str, view: &str) -> String {
        format!(
            "server sqlite 3051003\ntable docs\n col id int\n col body text\n\
             table docs_fts virtual storage=fts5\n col body\n define table docs_fts CREATE VIRTUAL TABLE docs_fts USING fts5(body{options})\n\
             table found view\n col id\n define view found CREATE VIEW found AS SELECT id FROM docs WHERE {view}"
        )
    }

    #[test]
    fn fires_silent_and_blind() {
        let content = ", content='docs', content_rowid=id";
        fires(&RULE, &text(content, "body LIKE '%x%'"), &["info main.found"]);
        fires(&RULE, &text(", content=docs", "docs.\"Body\" like '%' || id"), &["info main.found"]);
        silent(&RULE, &text(content, "body LIKE 'x%'"));
        silent(&RULE, &text(content, "other LIKE '%x%'"));
        silent(&RULE, &text("", "body LIKE '%x%'"));
        silent(&RULE, &text(", content='docs', tokenize=\"trigram\"", "body LIKE '%x%'"));
        blind(&RULE, "server sqlite 3051003\ndeny objects X\ntable t", Status::CannotCheck, "X");
    }
}
