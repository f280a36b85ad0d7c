//! SQL in tokens, of any engine and of none: every character belongs to one.

/// What a token is, as far as looks go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Keyword,
    Name,
    /// A name in quotes.
    Quoted,
    /// A value in quotes.
    Text,
    Number,
    /// `$1`, `?`, `:name`.
    Param,
    Comment,
    Space,
    Sign,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
}

/// Words that are no names, in order.
const KEYWORDS: [&str; 103] = [
    "ALL",
    "ALTER",
    "ANALYZE",
    "AND",
    "ANY",
    "AS",
    "ASC",
    "BEGIN",
    "BETWEEN",
    "BY",
    "CALL",
    "CASE",
    "CAST",
    "COMMIT",
    "CONFLICT",
    "COPY",
    "CREATE",
    "CROSS",
    "CURRENT_DATE",
    "CURRENT_TIMESTAMP",
    "DEFAULT",
    "DELETE",
    "DESC",
    "DISTINCT",
    "DO",
    "DROP",
    "DUPLICATE",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXECUTE",
    "EXISTS",
    "EXPLAIN",
    "FALSE",
    "FETCH",
    "FILTER",
    "FIRST",
    "FOR",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "IGNORE",
    "ILIKE",
    "IN",
    "INNER",
    "INSERT",
    "INTERSECT",
    "INTERVAL",
    "INTO",
    "IS",
    "JOIN",
    "LATERAL",
    "LEFT",
    "LIKE",
    "LIMIT",
    "LOCK",
    "LOCKED",
    "MATERIALIZED",
    "MERGE",
    "NATURAL",
    "NOT",
    "NOTHING",
    "NOWAIT",
    "NULL",
    "NULLS",
    "OFFSET",
    "ON",
    "ONLY",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "RECURSIVE",
    "REPLACE",
    "RETURNING",
    "RIGHT",
    "ROLLBACK",
    "ROWS",
    "SELECT",
    "SET",
    "SHARE",
    "SHOW",
    "SKIP",
    "SOME",
    "STDIN",
    "STDOUT",
    "TABLE",
    "THEN",
    "TO",
    "TRUE",
    "TRUNCATE",
    "UNION",
    "UPDATE",
    "USING",
    "VACUUM",
    "VALUES",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
];

const LONGEST: usize = 17;

fn is_keyword(word: &str) -> bool {
    if word.len() > LONGEST || !word.is_ascii() {
        return false;
    }
    let upper = word.to_ascii_uppercase();
    KEYWORDS.binary_search(&upper.as_str()).is_ok()
}

/// The tokens of `text`; put together again they are `text`.
pub fn lex(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let (kind, len) = next(rest, first);
        // A length that is no boundary of characters would be a fault here, not of the text.
        let (token, after) = rest.split_at_checked(len.max(first.len_utf8())).unwrap_or((rest, ""));
        rest = after;
        Some(Token { kind, text: token })
    })
}

fn next(rest: &str, first: char) -> (Kind, usize) {
    let run = |of: fn(char) -> bool| rest.find(|c| !of(c)).unwrap_or(rest.len());
    match first {
        c if c.is_whitespace() => (Kind::Space, run(char::is_whitespace)),
        '-' if rest.starts_with("--") => (Kind::Comment, rest.find('\n').unwrap_or(rest.len())),
        '/' if rest.starts_with("/*") => (Kind::Comment, comment(rest)),
        '\'' => (Kind::Text, quoted(rest, '\'')),
        '"' | '`' => (Kind::Quoted, quoted(rest, first)),
        '$' => dollar(rest),
        '?' => (Kind::Param, 1),
        ':' if rest[1..].starts_with(|c: char| c.is_alphabetic()) => {
            (Kind::Param, 1 + rest[1..].find(|c: char| !is_word(c)).unwrap_or(rest.len() - 1))
        }
        c if c.is_ascii_digit() => (Kind::Number, run(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_')),
        c if is_word(c) => {
            let len = run(is_word);
            (if is_keyword(&rest[..len]) { Kind::Keyword } else { Kind::Name }, len)
        }
        c if is_operator(c) => (Kind::Sign, operator(rest)),
        c => (Kind::Sign, c.len_utf8()),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn is_operator(c: char) -> bool {
    "+-*/<>=~!@#%^&|:".contains(c)
}

/// A run of signs, up to a remark or a parameter.
fn operator(rest: &str) -> usize {
    let end = rest.find(|c| !is_operator(c)).unwrap_or(rest.len());
    let run = &rest[..end];
    let stop = ["--", "/*"].iter().filter_map(|mark| run.find(mark)).filter(|at| *at > 0).min();
    stop.unwrap_or(end)
}

/// Remarks nest in PostgreSQL.
fn comment(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let (mut depth, mut at) = (0usize, 0);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => {
                (depth, at) = (depth - 1, at + 2);
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

/// Up to the closing quote; a doubled one does not close.
fn quoted(rest: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(found) = rest[at..].find(quote) {
        at += found + 1;
        if !rest[at..].starts_with(quote) {
            return at;
        }
        at += 1;
    }
    rest.len()
}

/// `$1`, or a text between `$tag$` and `$tag$`.
fn dollar(rest: &str) -> (Kind, usize) {
    let word = 1 + rest[1..].find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len() - 1);
    if word > 1 && rest[1..word].bytes().all(|byte| byte.is_ascii_digit()) {
        return (Kind::Param, word);
    }
    if !rest[word..].starts_with('$') {
        return (Kind::Sign, 1);
    }
    let tag = &rest[..=word];
    let end = rest[tag.len()..].find(tag).map_or(rest.len(), |at| at + 2 * tag.len());
    (Kind::Text, end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        lex(text).filter(|token| token.kind != Kind::Space).map(|token| (token.kind, token.text)).collect()
    }

    #[test]
    fn keywords_are_in_order() {
        assert!(KEYWORDS.is_sorted());
        assert!(KEYWORDS.iter().all(|word| word.len() <= LONGEST));
    }

    #[test]
    fn tokens_of_all_engines() {
        use Kind::*;
        assert_eq!(
            kinds("select a.\"b\"\"c\", `d` from t where x>=$1 and y=?"),
            [
                (Keyword, "select"),
                (Name, "a"),
                (Sign, "."),
                (Quoted, "\"b\"\"c\""),
                (Sign, ","),
                (Quoted, "`d`"),
                (Keyword, "from"),
                (Name, "t"),
                (Keyword, "where"),
                (Name, "x"),
                (Sign, ">="),
                (Param, "$1"),
                (Keyword, "and"),
                (Name, "y"),
                (Sign, "="),
                (Param, "?"),
            ]
        );
        assert_eq!(kinds("$f$ it's $f$ 'it''s' 1.5e3"), [(Text, "$f$ it's $f$"), (Text, "'it''s'"), (Number, "1.5e3")]);
        assert_eq!(
            kinds("/* a /* b */ c */x--y\nz"),
            [(Comment, "/* a /* b */ c */"), (Name, "x"), (Comment, "--y"), (Name, "z")]
        );
        assert_eq!(kinds("a::int :name"), [(Name, "a"), (Sign, "::"), (Name, "int"), (Param, ":name")]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "[-a-zäS'\"`$?:/*.,()1 \n\u{9b}]{0,60}") {
            let again: String = lex(&text).map(|token| token.text).collect();
            prop_assert_eq!(again, text);
        }
    }
}
