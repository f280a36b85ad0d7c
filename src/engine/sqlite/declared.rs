//! What only the text of a definition tells: names of constraints, checks, expressions, collations.
//!
//! SQLite keeps these nowhere else. Best effort, and rather nothing than something wrong.

use crate::model::sqlite_lex::{Kind, Token, closing, items, span, tokens};

/// A constraint as its text has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    Primary,
    Unique,
    /// The expression.
    Check(String),
    NotNull,
    Foreign {
        table: String,
        deferrable: bool,
        initially_deferred: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Constraint {
    pub name: Option<String>,
    pub what: What,
    /// The columns that it names, or the column it stands at.
    pub columns: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ColumnText {
    pub name: String,
    pub collation: Option<String>,
    /// The expression of a generated column.
    pub generated: Option<String>,
    pub autoincrement: bool,
}

/// A `CREATE TABLE`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TableText {
    pub columns: Vec<ColumnText>,
    /// In the order of the text.
    pub constraints: Vec<Constraint>,
}

impl TableText {
    pub fn column(&self, name: &str) -> Option<&ColumnText> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }
}

/// One part of an index's list, without direction and collation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IndexText {
    pub parts: Vec<String>,
    /// The `WHERE`, without the word.
    pub predicate: Option<String>,
}

/// Reads a `CREATE TABLE`; `None` for anything else.
pub(super) fn table(source: &str) -> Option<TableText> {
    let all = tokens(source);
    let open = head(&all, "TABLE")?;
    if !all.get(open)?.is("(") {
        return None;
    }
    let body = all.get(open + 1..closing(&all, open)?)?;
    let mut out = TableText::default();
    for item in items(body) {
        let Some(first) = item.first() else { continue };
        if first.kind == Kind::Word
            && ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].iter().any(|word| first.is(word))
        {
            constraints(source, item, None, &mut out);
            continue;
        }
        out.columns.push(ColumnText { name: first.name(), ..ColumnText::default() });
        let rest = item.iter().position(|token| starts_constraint(token)).unwrap_or(item.len());
        constraints(source, item.get(rest..).unwrap_or_default(), Some(first.name()), &mut out);
    }
    Some(out)
}

/// Reads a `CREATE INDEX`; `None` for anything else.
pub(super) fn index(source: &str) -> Option<IndexText> {
    let all = tokens(source);
    let on = head(&all, "INDEX")?;
    if !all.get(on)?.is("ON") || !all.get(on + 2)?.is("(") {
        return None;
    }
    let close = closing(&all, on + 2)?;
    let parts = items(all.get(on + 3..close)?).into_iter().map(|item| span(source, bare(item))).collect();
    let predicate = match all.get(close + 1) {
        Some(token) if token.is("WHERE") => {
            let rest = all.get(close + 2..)?;
            let rest = if rest.last().is_some_and(|token| token.is(";")) { &rest[..rest.len() - 1] } else { rest };
            Some(span(source, rest))
        }
        _ => None,
    };
    Some(IndexText { parts, predicate })
}

/// `BEFORE UPDATE OF a, b, each row` of a `CREATE TRIGGER`; `None` for anything else.
pub(super) fn trigger_event(source: &str) -> Option<String> {
    let all = tokens(source);
    let mut at = head(&all, "TRIGGER")?;
    let mut words = Vec::new();
    let first = all.get(at)?;
    if first.is("BEFORE") || first.is("AFTER") {
        words.push(first.text.to_ascii_uppercase());
        at += 1;
    } else if first.is("INSTEAD") {
        words.push("INSTEAD OF".to_owned());
        at += 2;
    } else {
        words.push("BEFORE".to_owned());
    }
    let action = all.get(at)?;
    if !["INSERT", "UPDATE", "DELETE"].iter().any(|word| action.is(word)) {
        return None;
    }
    words.push(action.text.to_ascii_uppercase());
    if all.get(at + 1)?.is("OF") {
        let end = at + all.iter().skip(at).position(|token| token.is("ON"))?;
        words.push(format!("OF {}", span(source, all.get(at + 2..end)?)));
    }
    Some(format!("{}, each row", words.join(" ")))
}

/// The module of a `CREATE VIRTUAL TABLE`: `fts5`.
pub(super) fn module(source: &str) -> Option<String> {
    let all = tokens(source);
    let using = all.iter().position(|token| token.is("USING"))?;
    all.get(using + 1).map(Token::name)
}

/// The position behind `CREATE … WORD [IF NOT EXISTS] [schema.]name`.
fn head(all: &[Token<'_>], word: &str) -> Option<usize> {
    if !all.first()?.is("CREATE") {
        return None;
    }
    let mut at = 1 + all.iter().skip(1).take(2).position(|token| token.is(word))? + 1;
    if all.get(at)?.is("IF") && all.get(at + 1)?.is("NOT") {
        at += 3;
    }
    at += 1;
    if all.get(at)?.is(".") {
        at += 2;
    }
    Some(at)
}

/// An index part without `ASC`, `DESC` and its own `COLLATE name` at the end.
fn bare<'t, 'a>(mut item: &'t [Token<'a>]) -> &'t [Token<'a>] {
    if let [rest @ .., last] = item
        && (last.is("ASC") || last.is("DESC"))
    {
        item = rest;
    }
    if let [rest @ .., collate, _name] = item
        && collate.is("COLLATE")
    {
        item = rest;
    }
    item
}

fn starts_constraint(token: &Token<'_>) -> bool {
    const WORDS: [&str; 11] = [
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
    token.kind == Kind::Word && WORDS.iter().any(|word| token.is(word))
}

/// The constraints of one column (`column`) or of the table. A token that fits nowhere is passed over.
fn constraints(source: &str, item: &[Token<'_>], column: Option<String>, out: &mut TableText) {
    let mut name: Option<String> = None;
    let mut at = 0;
    while let Some(token) = item.get(at) {
        let own: Vec<String> = column.iter().cloned().collect();
        if token.is("CONSTRAINT") {
            name = item.get(at + 1).map(Token::name);
            at += 2;
        } else if token.is("NOT") && item.get(at + 1).is_some_and(|next| next.is("NULL")) {
            out.constraints.push(Constraint { name: name.take(), what: What::NotNull, columns: own });
            at += 2;
        } else if token.is("PRIMARY") || token.is("UNIQUE") {
            let (what, list) = if token.is("UNIQUE") { (What::Unique, at + 1) } else { (What::Primary, at + 2) };
            let (columns, next) = listed(item, list, column.is_none());
            // `PRIMARY KEY (id AUTOINCREMENT)` is the other place for the word.
            if item.get(list..next).is_some_and(|inside| inside.iter().any(|token| token.is("AUTOINCREMENT"))) {
                out.columns
                    .iter_mut()
                    .filter(|one| columns.contains(&one.name))
                    .for_each(|one| one.autoincrement = true);
            }
            let columns = if column.is_some() { own } else { columns };
            out.constraints.push(Constraint { name: name.take(), what, columns });
            at = next;
        } else if token.is("CHECK") {
            let (text, next) = enclosed(source, item, at + 1);
            out.constraints.push(Constraint { name: name.take(), what: What::Check(text), columns: own });
            at = next;
        } else if token.is("FOREIGN") {
            let (columns, next) = listed(item, at + 2, true);
            at = reference(item, next, name.take(), columns, out);
        } else if token.is("REFERENCES") {
            at = reference(item, at, name.take(), own, out);
        } else {
            at = property(source, item, at, out.columns.last_mut().filter(|_| column.is_some()));
        }
    }
}

/// What stands at a column beside constraints; returns the position behind.
fn property(source: &str, item: &[Token<'_>], at: usize, column: Option<&mut ColumnText>) -> usize {
    let (Some(token), Some(column)) = (item.get(at), column) else { return at + 1 };
    if token.is("DEFAULT") {
        return behind_default(item, at);
    }
    if token.is("COLLATE") {
        column.collation = item.get(at + 1).map(Token::name);
        return at + 2;
    }
    if token.is("AS") {
        let (text, next) = enclosed(source, item, at + 1);
        column.generated = Some(text);
        return next;
    }
    column.autoincrement |= token.is("AUTOINCREMENT");
    at + 1
}

/// `(a, b DESC)` at `at` when `wanted`: the names, and the position behind.
fn listed(item: &[Token<'_>], at: usize, wanted: bool) -> (Vec<String>, usize) {
    match (wanted && item.get(at).is_some_and(|token| token.is("(")), closing(item, at)) {
        (true, Some(end)) => {
            let names = items(item.get(at + 1..end).unwrap_or_default());
            (names.iter().filter_map(|name| name.first()).map(Token::name).collect(), end + 1)
        }
        _ => (Vec::new(), at),
    }
}

/// The text in the parentheses at `at`, and the position behind them.
fn enclosed(source: &str, item: &[Token<'_>], at: usize) -> (String, usize) {
    match (item.get(at).is_some_and(|token| token.is("(")), closing(item, at)) {
        (true, Some(end)) => (span(source, item.get(at + 1..end).unwrap_or_default()), end + 1),
        _ => (String::new(), at),
    }
}

/// Behind `DEFAULT (expr)`, `DEFAULT -1`, `DEFAULT 'x'`.
fn behind_default(item: &[Token<'_>], at: usize) -> usize {
    let next = at + 1;
    match item.get(next) {
        Some(token) if token.is("(") => closing(item, next).map_or(item.len(), |end| end + 1),
        Some(token) if token.is("+") || token.is("-") => next + 2,
        _ => next + 1,
    }
}

/// `REFERENCES t(c) ON DELETE … [NOT] DEFERRABLE INITIALLY …` at `at`; returns the position behind.
fn reference(item: &[Token<'_>], at: usize, name: Option<String>, columns: Vec<String>, out: &mut TableText) -> usize {
    if !item.get(at).is_some_and(|token| token.is("REFERENCES")) {
        return at + 1;
    }
    let Some(table) = item.get(at + 1).map(Token::name) else { return at + 1 };
    let (_, mut next) = listed(item, at + 2, true);
    let (mut deferrable, mut deferred) = (false, false);
    while let Some(token) = item.get(next) {
        let after = |n: usize, word: &str| item.get(next + n).is_some_and(|token| token.is(word));
        if token.is("ON") {
            next += if after(2, "SET") || after(2, "NO") { 4 } else { 3 };
        } else if token.is("MATCH") {
            next += 2;
        } else if token.is("NOT") && after(1, "DEFERRABLE") {
            (deferrable, deferred) = (false, false);
            next += if after(2, "INITIALLY") { 4 } else { 2 };
        } else if token.is("DEFERRABLE") {
            deferrable = true;
            deferred = after(1, "INITIALLY") && after(2, "DEFERRED");
            next += if after(1, "INITIALLY") { 3 } else { 1 };
        } else {
            break;
        }
    }
    let what = What::Foreign { table, deferrable, initially_deferred: deferred };
    out.constraints.push(Constraint { name, what, columns });
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(source: &str) -> Vec<(Option<String>, String)> {
        let table = table(source).unwrap();
        let text = |c: &Constraint| match &c.what {
            What::Primary => format!("pk {}", c.columns.join(",")),
            What::Unique => format!("unique {}", c.columns.join(",")),
            What::Check(text) => format!("check {text}"),
            What::NotNull => format!("not null {}", c.columns.join(",")),
            What::Foreign { table, deferrable, initially_deferred } => {
                format!("fk {} -> {table} {deferrable} {initially_deferred}", c.columns.join(","))
            }
        };
        table.constraints.iter().map(|c| (c.name.clone(), text(c))).collect()
    }

    #[test]
    fn constraints_with_their_names() {
        let source = r#"CREATE TABLE IF NOT EXISTS main."odd ( name" ( -- PRIMARY KEY (x)
            id INTEGER CONSTRAINT pk PRIMARY KEY DESC ON CONFLICT REPLACE AUTOINCREMENT,
            "a,b" VARCHAR(10, 2) NOT NULL DEFAULT (')' || 'CHECK (x)') COLLATE NOCASE UNIQUE,
            c DEFAULT -1 CONSTRAINT positive CHECK (c > 0 AND "a,b" <> ','),
            d REFERENCES [other t] ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED NOT NULL,
            e INT GENERATED ALWAYS AS (c * (2 + 1)) STORED,
            f AS (lower('x)')),
            CONSTRAINT u UNIQUE (c, d DESC) CHECK (c < d),
            CONSTRAINT "the fk" FOREIGN KEY (c, d) REFERENCES p NOT DEFERRABLE /* , CHECK (0) */
        ) STRICT"#;
        let some = |text: &str| Some(text.to_owned());
        let expected = [
            (some("pk"), "pk id"),
            (None, "not null a,b"),
            (None, "unique a,b"),
            (some("positive"), "check c > 0 AND \"a,b\" <> ','"),
            (None, "fk d -> other t true true"),
            (None, "not null d"),
            (some("u"), "unique c,d"),
            (None, "check c < d"),
            (some("the fk"), "fk c,d -> p false false"),
        ];
        let found = short(source);
        let found: Vec<(Option<String>, &str)> =
            found.iter().map(|(name, text)| (name.clone(), text.as_str())).collect();
        assert_eq!(found, expected);
        let table = table(source).unwrap();
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["id", "a,b", "c", "d", "e", "f"]);
        assert!(table.columns[0].autoincrement);
        assert_eq!(table.column("A,B").unwrap().collation.as_deref(), Some("NOCASE"));
        assert_eq!(table.column("e").unwrap().generated.as_deref(), Some("c * (2 + 1)"));
        assert_eq!(table.column("f").unwrap().generated.as_deref(), Some("lower('x)')"));
    }

    #[test]
    fn autoincrement_in_a_table_constraint() {
        let table = table("CREATE TABLE t(a, id INTEGER, PRIMARY KEY(id AUTOINCREMENT))").unwrap();
        let found: Vec<bool> = table.columns.iter().map(|column| column.autoincrement).collect();
        assert_eq!(found, [false, true]);
    }

    #[test]
    fn lists_and_predicates_of_indexes() {
        let cases = [
            ("CREATE INDEX i ON t(a, b DESC)", vec!["a", "b"], None),
            (
                "CREATE UNIQUE INDEX \"i ON\" ON [t (x)] ( lower(a /* , */ || ',') COLLATE NOCASE DESC, (b+1) ) WHERE c IN (1, 2) -- end",
                vec!["lower(a /* , */ || ',')", "(b+1)"],
                Some("c IN (1, 2)"),
            ),
            ("create index if not exists s.i on t(a collate \"rtrim\" asc) where d='x;';", vec!["a"], Some("d='x;'")),
        ];
        for (source, parts, predicate) in cases {
            let found = index(source).unwrap();
            assert_eq!(found.parts, parts, "{source}");
            assert_eq!(found.predicate.as_deref(), predicate, "{source}");
        }
        assert_eq!(index("CREATE TABLE t(a)"), None);
        assert_eq!(index("CREATE INDEX i ON t(a"), None);
    }

    #[test]
    fn events_of_triggers() {
        let cases = [
            ("CREATE TRIGGER t AFTER INSERT ON x BEGIN SELECT 1; END", Some("AFTER INSERT, each row")),
            (
                "CREATE TEMP TRIGGER IF NOT EXISTS a.t UPDATE OF \"a b\", c ON x WHEN 1 BEGIN END",
                Some("BEFORE UPDATE OF \"a b\", c, each row"),
            ),
            ("create trigger t instead of delete on v begin end", Some("INSTEAD OF DELETE, each row")),
            ("CREATE VIEW v AS SELECT 1", None),
        ];
        for (source, event) in cases {
            assert_eq!(trigger_event(source).as_deref(), event, "{source}");
        }
    }

    #[test]
    fn modules_of_virtual_tables() {
        assert_eq!(module("CREATE VIRTUAL TABLE f USING fts5(a)").as_deref(), Some("fts5"));
        assert_eq!(module("CREATE VIRTUAL TABLE f USING \"x y\"").as_deref(), Some("x y"));
    }

    #[test]
    fn broken_text_is_no_table() {
        for source in [
            "",
            "CREATE",
            "CREATE TABLE",
            "CREATE TABLE t",
            "CREATE TABLE t(",
            "CREATE VIEW v AS SELECT 1",
            "CREATE TABLE t(a REFERENCES",
        ] {
            assert_eq!(table(source), None, "{source}");
        }
        assert!(table("CREATE TABLE t(a REFERENCES)").is_some());
        assert!(table("CREATE TABLE t(,CHECK,DEFAULT,FOREIGN KEY)").is_some());
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(words in proptest::collection::vec("[(),;.'\"`\\[\\] é-]|/\\*|\\*/|CREATE|TABLE|INDEX|TRIGGER|ON|CHECK|AS|DEFAULT|REFERENCES|FOREIGN|KEY|CONSTRAINT|WHERE|OF|a", 0..40)) {
            for head in ["", "CREATE TABLE t(", "CREATE INDEX i ON t(", "CREATE TRIGGER t "] {
                for glue in [" ", ""] {
                    let source = format!("{head}{}", words.join(glue));
                    table(&source);
                    index(&source);
                    trigger_event(&source);
                    module(&source);
                }
            }
        }
    }
}
