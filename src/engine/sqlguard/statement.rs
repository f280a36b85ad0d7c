//! What kind of statement it is, by its tokens, and what it names.

use super::lex::{Kind, Lexed, Token, lex};
use super::{Guarded, Names, Refusal, What, mysql, shape, sqlite};
use crate::model::EngineKind;

/// What becomes of the statement: a refusal is worded for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    Run,
    /// With places for values in it, or without.
    Plan {
        values: bool,
    },
}

impl Aim {
    /// What happens here to a statement that is let through.
    fn done(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Plan { .. } => "planned",
        }
    }

    fn takes(self) -> &'static str {
        match self {
            Self::Run => "the SQL view runs SELECT, WITH, VALUES, TABLE, SHOW, EXPLAIN and their like, one at a time",
            Self::Plan { .. } => "plans are asked of SELECT, WITH, VALUES and TABLE, of one statement at a time",
        }
    }
}

pub(super) fn judge(engine: EngineKind, text: &str, aim: Aim) -> Result<Guarded, Refusal> {
    let Lexed { text, tokens } = lex(engine, text, aim == Aim::Plan { values: true })?;
    let what = kind(engine, &text, &tokens, aim)?;
    check_words(engine, &tokens)?;
    let names = names(&text, &tokens);
    match engine {
        EngineKind::Mysql | EngineKind::Mariadb => mysql::check(&tokens)?,
        EngineKind::Sqlite => sqlite::check(&tokens)?,
        EngineKind::Postgresql => {}
    }
    let places = tokens.iter().filter(|token| token.kind == Kind::Place).map(|token| (token.at, token.end)).collect();
    Ok(Guarded { what, text, names, places })
}

fn is_mysql(engine: EngineKind) -> bool {
    matches!(engine, EngineKind::Mysql | EngineKind::Mariadb)
}

/// The kind by the first words; what has rows is parsed.
fn kind(engine: EngineKind, text: &str, tokens: &[Token], aim: Aim) -> Result<What, Refusal> {
    let Some(first) = tokens.iter().find(|token| !token.is("(")) else {
        return Err(Refusal::new("there is no statement: write one"));
    };
    let alone = tokens[0].at == first.at;
    let rest = &tokens[1..];
    match (first.kind, first.text.as_str()) {
        (Kind::Word, "select" | "with" | "values" | "table") => {
            shape::check(engine, text)?;
            Ok(What::Rows)
        }
        (Kind::Word, "show") if alone && engine == EngineKind::Postgresql => show_postgres(rest),
        (Kind::Word, "show") if alone && is_mysql(engine) => mysql::show(rest),
        (Kind::Word, "describe" | "desc") if alone && is_mysql(engine) => describe(rest),
        (Kind::Word, "explain") if alone => explain(engine, text, rest),
        (Kind::Word, "pragma") if alone && engine == EngineKind::Sqlite => sqlite::pragma(rest),
        (Kind::Word, word) => {
            let word = word.to_uppercase();
            Err(Refusal::new(format!("{word} is not {} here: {}", aim.done(), aim.takes())).at(first.at))
        }
        _ => Err(Refusal::new(format!("`{}` begins no statement: {}", first.text, aim.takes())).at(first.at)),
    }
}

/// `SHOW name`, `SHOW a.b`, `SHOW TIME ZONE`: words alone.
fn show_postgres(rest: &[Token]) -> Result<What, Refusal> {
    let plain = rest.iter().all(|token| token.is_name() || token.is("."));
    match plain && !rest.is_empty() && rest.len() <= 5 {
        true => Ok(What::Show),
        false => Err(Refusal::new("SHOW takes the name of one setting, or ALL: give that alone")),
    }
}

/// `DESCRIBE table [column]`.
fn describe(rest: &[Token]) -> Result<What, Refusal> {
    let column = |token: &Token| token.is_name() || token.kind == Kind::Text;
    match rest {
        [table] | [_, _, table] if table.is_name() && is_dotted(rest) => Ok(What::Describe),
        [.., last] if column(last) && is_dotted(&rest[..rest.len() - 1]) => Ok(What::Describe),
        _ => Err(Refusal::new("DESCRIBE takes a table and perhaps a column: for a plan write EXPLAIN SELECT …")),
    }
}

/// `table`, `schema.table`.
fn is_dotted(tokens: &[Token]) -> bool {
    match tokens {
        [table] => table.is_name(),
        [schema, dot, table] => schema.is_name() && dot.is(".") && table.is_name(),
        _ => false,
    }
}

fn explain(engine: EngineKind, text: &str, rest: &[Token]) -> Result<What, Refusal> {
    if let Some(runs) = rest.iter().take(12).find(|token| token.word("analyze") || token.word("analyse")) {
        return Err(Refusal::new("EXPLAIN ANALYZE runs the statement: ask for the plan without ANALYZE").at(runs.at));
    }
    let options = match engine {
        EngineKind::Postgresql => options_postgres(rest)?,
        EngineKind::Sqlite => {
            let plan = rest.first().is_some_and(|token| token.word("query"));
            if plan && !rest.get(1).is_some_and(|token| token.word("plan")) {
                return Err(Refusal::new("EXPLAIN QUERY is not whole: write EXPLAIN QUERY PLAN SELECT …"));
            }
            if plan { 2 } else { 0 }
        }
        EngineKind::Mysql | EngineKind::Mariadb => mysql::explain_options(rest)?,
    };
    let body = &rest[options..];
    let Some(first) = body.first() else {
        return Err(Refusal::new("EXPLAIN is not whole: write the SELECT behind it"));
    };
    let start = body.iter().find(|token| !token.is("("));
    if start.is_some_and(|token| ["select", "with", "values", "table"].iter().any(|word| token.word(word))) {
        shape::check(engine, &text[first.at..])?;
        return Ok(What::Explain);
    }
    // `EXPLAIN table` is another way to write DESCRIBE.
    let writes = ["insert", "update", "delete", "replace"].iter().any(|word| first.word(word));
    if is_mysql(engine) && options == 0 && first.is_name() && !writes {
        return describe(body).map_err(|_| not_explained(first));
    }
    Err(not_explained(first))
}

fn not_explained(first: &Token) -> Refusal {
    let word = first.text.to_uppercase();
    Refusal::new(format!("the plan of {word} is not asked for: EXPLAIN takes SELECT, WITH, VALUES and TABLE here"))
        .at(first.at)
}

/// How many tokens the options of EXPLAIN take.
fn options_postgres(rest: &[Token]) -> Result<usize, Refusal> {
    const KNOWN: [&str; 9] =
        ["verbose", "costs", "settings", "generic_plan", "buffers", "summary", "memory", "format", "timing"];
    if rest.first().is_some_and(|token| token.word("verbose")) {
        return Ok(1);
    }
    // A bracket begins either the options or a SELECT in brackets.
    let options = rest.first().is_some_and(|token| token.is("("))
        && rest.get(1).is_some_and(|token| KNOWN.contains(&token.text.as_str()) || token.word("wal"));
    if !options {
        return Ok(0);
    }
    let Some(end) = rest.iter().position(|token| token.is(")")) else { return Ok(0) };
    let parts = rest[1..end].split(|token| token.is(","));
    for part in parts {
        let known = part.first().is_some_and(|token| KNOWN.contains(&token.text.as_str()));
        let value = part.len() <= 2 && part.iter().all(|token| matches!(token.kind, Kind::Word | Kind::Number));
        if !(known && value) {
            let word = part.first().map_or_else(String::new, |token| token.text.to_uppercase());
            return Err(Refusal::new(format!("the option {word} of EXPLAIN is not taken here: leave it out")));
        }
    }
    Ok(end + 1)
}

/// What no statement that only reads contains, whatever a parser makes of it.
fn check_words(engine: EngineKind, tokens: &[Token]) -> Result<(), Refusal> {
    for (n, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Word) {
        let next = tokens.get(n + 1);
        let before = n.checked_sub(1).and_then(|n| tokens.get(n));
        // Where the server speaks Oracle's dialect this calls the function of that name.
        if is_mysql(engine) && token.text == "nextval" && before.is_some_and(|token| token.is(".")) {
            return Err(Refusal::new("NEXTVAL moves a sequence: read the sequence's table instead").at(token.at));
        }
        // Behind a dot even a key word is a name.
        if before.is_some_and(|token| token.is(".")) {
            continue;
        }
        let next_is = |words: &[&str]| next.is_some_and(|token| words.iter().any(|word| token.word(word)));
        let bracket = next.is_some_and(|token| token.is("("));
        let refusal = match token.text.as_str() {
            "into" => "INTO writes a table, a file or a variable: leave it out",
            "for" if next_is(&["update", "share", "no", "key"]) => "FOR UPDATE and FOR SHARE lock rows: leave them out",
            "lock" if is_mysql(engine) => "LOCK IN SHARE MODE locks rows: leave it out",
            "procedure" if is_mysql(engine) && next.is_some_and(Token::is_name) && n > 2 => {
                "PROCEDURE runs a procedure over the rows: leave it out"
            }
            "next" | "previous" if is_mysql(engine) && next_is(&["value"]) => {
                "NEXT VALUE FOR moves a sequence: read the sequence's table instead"
            }
            "treat" if bracket => "TREAT calls a function of any name: write a cast (::) instead",
            "insert" | "update" | "delete" | "merge" | "replace" | "truncate" | "copy"
                if next.is_some_and(begins_object) && before.is_none_or(|token| token.is("(") || token.is(")")) =>
            {
                let word = token.text.to_uppercase();
                return Err(Refusal::new(format!("{word} writes: a statement here only reads")).at(token.at));
            }
            _ => continue,
        };
        return Err(Refusal::new(refusal).at(token.at));
    }
    Ok(())
}

/// True for what may name the object of a writing statement; a column of such a name is followed by else.
fn begins_object(token: &Token) -> bool {
    const BEHIND_A_COLUMN: [&str; 12] =
        ["is", "and", "or", "in", "as", "asc", "desc", "between", "like", "not", "order", "separator"];
    token.is_name() && !BEHIND_A_COLUMN.iter().any(|word| token.word(word))
}

pub(super) fn names(text: &str, tokens: &[Token]) -> Names {
    let mut names = Names::default();
    for (n, token) in tokens.iter().enumerate() {
        let next = tokens.get(n + 1);
        let behind_dot = n.checked_sub(1).and_then(|n| tokens.get(n)).is_some_and(|token| token.is("."));
        // `int4(x)` is a cast too.
        names.casts |= token.is("::") || token.is("(");
        if token.kind == Kind::Sign {
            names.signs.insert(token.text.clone());
        }
        if !token.is_name() {
            continue;
        }
        // A server that folds no letters, or only those of ASCII, finds another name than one that folds all.
        let raw = &text[token.at..token.end];
        let folded = if token.kind == Kind::Word { raw.to_ascii_lowercase() } else { token.text.clone() };
        if token.kind == Kind::Word {
            names.words.insert(raw.to_owned());
        }
        for name in [token.text.clone(), folded] {
            names.words.insert(name.clone());
            if next.is_some_and(|token| token.is("(")) {
                names.calls.insert(name);
            } else if behind_dot {
                names.fields.insert(name);
            }
        }
    }
    names
}
