//! SQLite: a table made anew with another definition, because ALTER TABLE can not.
//!
//! The old table steps aside under another name and is dropped only when every row came over: until then one
//! failing statement takes everything back, and what follows it finds nothing to do.

use super::fix::literal;
use super::{Db, Fix};
use crate::model::sqlite_lex::{Kind, Token, closing, items, tokens};
use crate::model::{Definition, DefinitionKind, Generated, RelId};
use std::ops::Range;

/// A replacement in a definition, by bytes.
pub struct Edit {
    pub at: Range<usize>,
    pub text: String,
}

/// The parts of a `CREATE TABLE` that can be changed.
pub struct TableText {
    pub columns: Vec<ColumnText>,
    /// Behind the parenthesis that ends the list of columns, to the end.
    options: Range<usize>,
}

/// One column of a [`TableText`].
pub struct ColumnText {
    pub name: String,
    /// The declared type; empty behind the name where there is none.
    kind: Range<usize>,
    /// Behind its last constraint.
    end: usize,
}

impl TableText {
    /// `None` for what is no `CREATE TABLE` with a list of columns.
    pub fn read(source: &str) -> Option<Self> {
        let all = tokens(source);
        let open = all.iter().position(|token| token.is("("))?;
        let before = |word: &str| all.get(..open).is_some_and(|head| head.iter().any(|token| token.is(word)));
        if !before("CREATE") || !before("TABLE") || before("AS") || before("VIRTUAL") {
            return None;
        }
        let close = closing(&all, open)?;
        let columns = items(all.get(open + 1..close)?).into_iter().filter_map(column).collect();
        Some(Self { columns, options: all.get(close)?.end()..source.len() })
    }

    pub fn column(&self, name: &str) -> Option<&ColumnText> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// Another declared type for one column.
    pub fn set_type(&self, name: &str, kind: &str) -> Option<Edit> {
        let at = self.column(name)?.kind.clone();
        let text = if at.is_empty() { format!(" {kind}") } else { kind.to_owned() };
        Some(Edit { at, text })
    }

    /// One more constraint of one column.
    pub fn add(&self, name: &str, constraint: &str) -> Option<Edit> {
        let end = self.column(name)?.end;
        Some(Edit { at: end..end, text: format!(" {constraint}") })
    }

    /// What stands behind the list of columns.
    pub fn set_options(&self, strict: bool, without_rowid: bool) -> Edit {
        let words = [(without_rowid, "WITHOUT ROWID"), (strict, "STRICT")];
        let words: Vec<&str> = words.into_iter().filter(|(on, _)| *on).map(|(_, word)| word).collect();
        let text = if words.is_empty() { String::new() } else { format!(" {}", words.join(", ")) };
        Edit { at: self.options.clone(), text }
    }
}

/// A column of the list; `None` for a constraint of the table.
fn column(item: &[Token<'_>]) -> Option<ColumnText> {
    const CONSTRAINTS: [&str; 11] = [
        "CONSTRAINT",
        "PRIMARY",
        "NOT",
        "NULL",
        "UNIQUE",
        "CHECK",
        "DEFAULT",
        "COLLATE",
        "REFERENCES",
        "GENERATED",
        "AS",
    ];
    const TABLE: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
    let (first, last) = (item.first()?, item.last()?);
    if first.kind == Kind::Word && TABLE.iter().any(|word| first.is(word)) {
        return None;
    }
    let begins = |token: &Token<'_>| token.kind == Kind::Word && CONSTRAINTS.iter().any(|word| token.is(word));
    let rest = item.iter().skip(1).position(begins).map_or(item.len(), |at| at + 1);
    let kind = match item.get(1..rest).unwrap_or_default() {
        [] => first.end()..first.end(),
        [one] => one.start..one.end(),
        [one, .., end] => one.start..end.end(),
    };
    Some(ColumnText { name: first.name(), kind, end: last.end() })
}

/// The text with all changes, whatever their order.
pub fn edited(source: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| std::cmp::Reverse((edit.at.start, edit.at.end)));
    let mut out = source.to_owned();
    for edit in edits {
        if out.get(edit.at.clone()).is_some() {
            out.replace_range(edit.at, &edit.text);
        }
    }
    out
}

/// The definition of a table and those of its indexes and triggers.
pub struct Texts<'a> {
    pub table: &'a str,
    rest: Vec<&'a str>,
}

/// What SQLite keeps of a table; `None` where it was not read.
pub fn texts<'a>(db: &Db<'a>, rel: RelId) -> Option<Texts<'a>> {
    let objects = db.objects().ok()?;
    let all = objects.definitions_of(rel);
    let text = |one: &Definition| objects.names.get(one.text);
    let own = all.iter().find(|one| one.kind == DefinitionKind::Table)?;
    let rest = all.iter().filter(|one| matches!(one.kind, DefinitionKind::Index | DefinitionKind::Trigger));
    Some(Texts { table: text(own), rest: rest.map(text).collect() })
}

/// Makes the table anew with these changes of its definition. `check` is a look at the rows that would not fit.
pub fn rebuild(db: &Db<'_>, rel: RelId, edits: Vec<Edit>, check: Option<String>) -> Option<Fix> {
    let texts = texts(db, rel)?;
    let new = edited(texts.table, edits);
    let script = steps(db, rel, texts.table, &new, &texts.rest)?;
    let backup = format!("VACUUM INTO {};", literal(&format!("{}-before.db", db.relations().name(rel))));
    let precheck = ["-- a copy of the whole file, beside it".to_owned(), backup].into_iter().chain(check);
    Some(Fix {
        script,
        undo: Some(steps(db, rel, &new, texts.table, &texts.rest)?),
        lock: "one writer: other writers wait for its whole time, readers too without WAL; rewrites the table, so it \
               needs room for a second one. When a row does not fit, all is taken back. The undo gives back the \
               definition, not the values that were converted"
            .into(),
        precheck: Some(precheck.collect::<Vec<_>>().join("\n")),
    })
}

/// The twelve steps of SQLite's manual from the definition `now` to another, with a guard before the old rows go.
fn steps(db: &Db<'_>, rel: RelId, now: &str, definition: &str, rest: &[&str]) -> Option<String> {
    let columns = db.columns().ok()?;
    let name = db.relations().name(rel);
    let aside = (1..100)
        .map(|n| if n == 1 { format!("{name}_before") } else { format!("{name}_before{n}") })
        .find(|name| !db.is_taken(rel, name))?;
    let (table, before) = (db.sql(name), db.sql(&aside));
    let stored = columns
        .of(rel)
        .iter()
        .filter(|column| !matches!(column.generated, Some(Generated::Stored | Generated::Virtual)));
    let list: Vec<String> = stored.map(|column| db.sql(columns.names.get(column.name))).collect();
    let list = list.join(", ");
    let order = if is_without_rowid(now) { "" } else { " ORDER BY rowid" };
    let counts = columns.of(rel).iter().any(|column| column.generated == Some(Generated::AutoIncrement));
    let mut out = vec![
        "-- sqlite3 -bail FILE: it ends at the first error, and nothing is changed".to_owned(),
        "PRAGMA foreign_keys = OFF;".to_owned(),
        "PRAGMA legacy_alter_table = ON;".to_owned(),
        "BEGIN IMMEDIATE;".to_owned(),
        "CREATE TEMP TABLE rebuilt (whole CHECK (whole));".to_owned(),
        "-- whether the table is still what this was written for".to_owned(),
        format!(
            "CREATE TEMP TABLE known AS SELECT sql = {} AND (SELECT count(*) FROM main.sqlite_schema WHERE tbl_name = {1} \
             COLLATE NOCASE AND type <> 'table' AND sql IS NOT NULL) = {2} AS same FROM main.sqlite_schema WHERE \
             type = 'table' AND name = {1};",
            literal(now),
            literal(name),
            rest.len()
        ),
        format!("ALTER TABLE {table} RENAME TO {before};"),
        ended(definition),
        format!("INSERT INTO {table} ({list}) SELECT {list} FROM {before}{order};"),
        "-- else, or when a row is missing, this takes all of it back; what follows then finds nothing to do"
            .to_owned(),
        format!(
            "INSERT OR ROLLBACK INTO temp.rebuilt SELECT (SELECT count(*) FROM {table}) = (SELECT count(*) FROM \
             {before}) AND (SELECT same FROM temp.known);"
        ),
        "DROP TABLE temp.rebuilt;".to_owned(),
        "DROP TABLE temp.known;".to_owned(),
    ];
    if counts {
        out.push(format!(
            "UPDATE sqlite_sequence SET seq = (SELECT max(seq) FROM sqlite_sequence WHERE name IN ({0}, {1})) WHERE name = {0};",
            literal(name),
            literal(&aside)
        ));
    }
    out.push(format!("DROP TABLE {before};"));
    out.extend(rest.iter().map(|text| ended(text)));
    out.extend([
        "COMMIT;".to_owned(),
        "PRAGMA legacy_alter_table = OFF;".to_owned(),
        "-- must print nothing".to_owned(),
        format!("PRAGMA foreign_key_check({});", table),
    ]);
    Some(out.join("\n"))
}

/// True for a definition of a table without row numbers.
fn is_without_rowid(definition: &str) -> bool {
    tokens(definition).windows(2).any(|two| two[0].is("WITHOUT") && two[1].is("ROWID"))
}

/// A text of `sqlite_schema` with its `;`, on a line of its own where a comment would swallow it.
pub fn ended(text: &str) -> String {
    let last = text.lines().last().unwrap_or("");
    format!("{}{};", text.trim_end().trim_end_matches(';'), if last.contains("--") { "\n" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(source: &str, edits: impl Fn(&TableText) -> Vec<Option<Edit>>) -> String {
        let table = TableText::read(source).unwrap();
        edited(source, edits(&table).into_iter().flatten().collect())
    }

    #[test]
    fn changes_of_a_definition() {
        let source = "CREATE TABLE t(id INT PRIMARY KEY, \"a b\" VARCHAR(10, 2) NOT NULL, c, -- x\n d DEFAULT (1), UNIQUE (c)) WITHOUT ROWID";
        let found = changed(source, |table| {
            vec![
                table.set_type("ID", "INTEGER"),
                table.set_type("a b", "TEXT"),
                table.add("a b", "CHECK (json_valid(\"a b\"))"),
                table.set_type("c", "ANY"),
                table.set_type("d", "ANY"),
                Some(table.set_options(true, false)),
            ]
        });
        assert_eq!(
            found,
            "CREATE TABLE t(id INTEGER PRIMARY KEY, \"a b\" TEXT NOT NULL CHECK (json_valid(\"a b\")), c ANY, -- x\n d ANY DEFAULT (1), UNIQUE (c)) STRICT"
        );
        let both = changed("CREATE TABLE t(a INT)", |table| vec![Some(table.set_options(true, true))]);
        assert_eq!(both, "CREATE TABLE t(a INT) WITHOUT ROWID, STRICT");
    }

    #[test]
    fn what_is_no_list_of_columns() {
        for source in [
            "CREATE TABLE t",
            "CREATE VIEW v AS SELECT (1)",
            "CREATE TABLE t AS SELECT (1)",
            "CREATE TABLE t(",
            "",
            "(",
        ] {
            assert!(TableText::read(source).is_none(), "{source}");
        }
        assert!(TableText::read("CREATE TABLE t(,)").is_some());
    }
}
