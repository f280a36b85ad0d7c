//! Conditions in the engines' own words: which columns of a table they compare with something that is known
//! before the table is read.
//!
//! A best effort over a text: what is not understood names no column, so nothing is suggested for it.

/// How a column is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compare {
    Equal,
    Range,
}

/// A column and how it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    pub qualifier: Option<String>,
    pub column: String,
    pub how: Compare,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, perhaps with others before it.
    Name(Vec<String>),
    /// A number, a string, a parameter.
    Value,
    Sign(String),
    Open,
    Close,
}

/// Tokens that are looked at; a longer condition is as good as unknown.
const MOST: usize = 4_000;

/// The columns of `text`, which are joined by AND: a part with OR names none.
pub fn compared(text: &str) -> Vec<Compared> {
    let tokens = tokens(text);
    if tokens.len() > MOST {
        return Vec::new();
    }
    let mut out = Vec::new();
    conjuncts(&tokens, 0, &mut |part| out.extend(one(part)));
    out.sort_by_key(|found: &Compared| found.how);
    out.dedup();
    out
}

/// Splits at ANDs outside of parentheses; a part in parentheses is split again.
fn conjuncts(tokens: &[Token], depth: usize, each: &mut impl FnMut(&[Token])) {
    let tokens = bare(tokens);
    let (mut level, mut start, mut parts) = (0usize, 0, Vec::new());
    let (mut or, mut between) = (false, false);
    for (n, token) in tokens.iter().enumerate() {
        match token {
            Token::Open => level += 1,
            Token::Close => level = level.saturating_sub(1),
            Token::Name(_) if level == 0 && is_word(token, "or") => or = true,
            Token::Name(_) if level == 0 && is_word(token, "between") => between = true,
            // The AND of a BETWEEN joins nothing.
            Token::Name(_) if level == 0 && is_word(token, "and") && between => between = false,
            Token::Name(_) if level == 0 && is_word(token, "and") => {
                parts.push(&tokens[start..n]);
                start = n + 1;
            }
            _ => {}
        }
    }
    parts.push(&tokens[start..]);
    if or {
        return;
    }
    match parts.as_slice() {
        [part] => each(part),
        many if depth < 20 => many.iter().for_each(|part| conjuncts(part, depth + 1, each)),
        _ => {}
    }
}

/// Without parentheses that enclose all of it.
fn bare(mut tokens: &[Token]) -> &[Token] {
    while let [Token::Open, inner @ .., Token::Close] = tokens {
        let mut level = 0i64;
        let whole = inner.iter().all(|token| {
            level += match token {
                Token::Open => 1,
                Token::Close => -1,
                _ => 0,
            };
            level >= 0
        });
        if !whole {
            break;
        }
        tokens = inner;
    }
    tokens
}

fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Name(names) if names.len() == 1 && names[0].eq_ignore_ascii_case(word))
}

/// `a.b = $1`, `(b)::text = 'x'`, `b > 1`, `b = ANY (…)`, `b in (…)`, `b between 1 and 2`, `5 < b`.
fn one(part: &[Token]) -> Option<Compared> {
    let part = bare(part);
    let sign = part.iter().position(|token| comparison(token).is_some() && level(part, token) == 0)?;
    let how = comparison(&part[sign])?;
    let (left, right) = (&part[..sign], &part[sign + 1..]);
    match (column(left), column(right)) {
        // Two columns: known for one of them when the other table comes first.
        (Some(left), _) => Some(Compared { how, ..left }),
        (None, Some(right)) if !left.is_empty() => Some(Compared { how, ..right }),
        _ => None,
    }
}

/// Depth of parentheses at this token.
fn level(part: &[Token], token: &Token) -> i64 {
    let before = part.iter().take_while(|other| !std::ptr::eq(*other, token));
    before
        .map(|token| match token {
            Token::Open => 1,
            Token::Close => -1,
            _ => 0,
        })
        .sum()
}

fn comparison(token: &Token) -> Option<Compare> {
    match token {
        Token::Sign(sign) => match sign.as_str() {
            "=" | "<=>" | "==" => Some(Compare::Equal),
            "<" | ">" | "<=" | ">=" => Some(Compare::Range),
            _ => None,
        },
        Token::Name(_) if is_word(token, "in") => Some(Compare::Equal),
        Token::Name(_) if is_word(token, "between") => Some(Compare::Range),
        _ => None,
    }
}

/// A column, with or without a cast around it; anything that computes is none.
fn column(tokens: &[Token]) -> Option<Compared> {
    // `(brand)::text`: a cast that changes nothing of the value.
    let uncast = tokens.iter().position(|token| *token == Token::Sign("::".into())).map_or(tokens, |at| &tokens[..at]);
    let text_cast = uncast.len() == tokens.len()
        || tokens[uncast.len() + 1..].first().is_some_and(|to| ["text", "bpchar"].iter().any(|word| is_word(to, word)));
    let [Token::Name(names)] = bare(uncast) else { return None };
    const WORDS: [&str; 6] = ["null", "true", "false", "any", "not", "const"];
    let (column, before) = names.split_last()?;
    if !text_cast || (before.is_empty() && WORDS.iter().any(|word| column.eq_ignore_ascii_case(word))) {
        return None;
    }
    Some(Compared { qualifier: before.last().cloned(), column: column.clone(), how: Compare::Equal })
}

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().take(200_000).collect();
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(&c) = chars.get(at) {
        if out.len() > MOST {
            break;
        }
        match c {
            c if c.is_whitespace() => at += 1,
            '(' => push(&mut out, &mut at, Token::Open),
            ')' => push(&mut out, &mut at, Token::Close),
            '\'' => {
                at = quoted(&chars, at, '\'').1;
                out.push(Token::Value);
            }
            '"' | '`' => name(&chars, &mut at, &mut out),
            c if c.is_alphabetic() || c == '_' => name(&chars, &mut at, &mut out),
            c if c.is_ascii_digit() || matches!(c, '$' | '?' | ':') && !chars[at..].starts_with(&[':', ':']) => {
                at += 1;
                while chars.get(at).is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_')) {
                    at += 1;
                }
                out.push(Token::Value);
            }
            _ => {
                let start = at;
                while chars.get(at).is_some_and(|c| "<>=!:~*+-/%|&^@#".contains(*c)) {
                    at += 1;
                }
                at = at.max(start + 1);
                out.push(Token::Sign(chars[start..at].iter().collect()));
            }
        }
    }
    out
}

fn push(out: &mut Vec<Token>, at: &mut usize, token: Token) {
    out.push(token);
    *at += 1;
}

/// A name with those before it: `a."b c".d`.
fn name(chars: &[char], at: &mut usize, out: &mut Vec<Token>) {
    let mut names = Vec::new();
    loop {
        match chars.get(*at) {
            Some(&quote @ ('"' | '`')) => {
                let (text, end) = quoted(chars, *at, quote);
                names.push(text);
                *at = end;
            }
            Some(c) if c.is_alphanumeric() || *c == '_' => {
                let start = *at;
                while chars.get(*at).is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$')) {
                    *at += 1;
                }
                names.push(chars[start..*at].iter().collect());
            }
            _ => break,
        }
        if chars.get(*at) != Some(&'.') {
            break;
        }
        *at += 1;
    }
    // `E'…'`, `_utf8mb4'…'`: a string with a prefix.
    if chars.get(*at) == Some(&'\'') {
        *at = quoted(chars, *at, '\'').1;
        out.push(Token::Value);
        return;
    }
    out.push(Token::Name(names));
}

/// What stands between the quotes that begin at `at`, and where they end.
fn quoted(chars: &[char], at: usize, quote: char) -> (String, usize) {
    let (mut text, mut n) = (String::new(), at + 1);
    while let Some(&c) = chars.get(n) {
        if c == quote && chars.get(n + 1) == Some(&quote) {
            n += 1;
        } else if c == quote {
            return (text, n + 1);
        }
        text.push(c);
        n += 1;
    }
    (text, n)
}

/// A condition as it is shown: without parentheses around all of it, without the name of the table before its
/// columns, and without casts of literals that only repeat their type.
pub fn shown(text: &str, drop: &[&str]) -> String {
    let mut out = text.trim();
    while out.starts_with('(') && out.ends_with(')') && encloses(out) {
        out = out[1..out.len() - 1].trim();
    }
    let mut out = plain_names(out);
    for table in drop.iter().filter(|table| !table.is_empty()) {
        out = without(&out, &format!("{table}."));
    }
    out
}

/// MySQL writes `` `db`.`t`.`c` ``: without the database, and without quotes where none are needed.
fn plain_names(text: &str) -> String {
    if !text.contains('`') {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while let Some(&c) = chars.get(at) {
        if c == '\'' {
            let end = quoted(&chars, at, '\'').1;
            out.extend(&chars[at..end.min(chars.len())]);
            at = end;
        } else if c == '`' {
            let mut names = Vec::new();
            while chars.get(at) == Some(&'`') {
                let (name, end) = quoted(&chars, at, '`');
                names.push(name);
                at = end + usize::from(chars.get(end) == Some(&'.') && chars.get(end + 1) == Some(&'`'));
            }
            let shown = names.iter().skip(names.len().saturating_sub(2)).map(|name| {
                let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
                if plain { name.clone() } else { format!("`{name}`") }
            });
            out.push_str(&shown.collect::<Vec<_>>().join("."));
        } else {
            out.push(c);
            at += 1;
        }
    }
    out
}

/// True when the first parenthesis closes at the end.
fn encloses(text: &str) -> bool {
    let (mut level, mut quoted) = (0i64, false);
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => level += 1,
            ')' if !quoted => level -= 1,
            _ => {}
        }
        if level == 0 && at + 1 < text.len() {
            return false;
        }
    }
    level == 0
}

/// `text` without `prefix` where it begins a word, outside of strings.
fn without(text: &str, prefix: &str) -> String {
    let (mut out, mut quoted, mut before) = (String::with_capacity(text.len()), false, ' ');
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let inside = quoted || before.is_alphanumeric() || matches!(before, '_' | '.' | '"' | '`');
        if !inside && rest.starts_with(prefix) {
            rest = &rest[prefix.len()..];
            before = '.';
            continue;
        }
        quoted ^= c == '\'';
        out.push(c);
        before = c;
        rest = &rest[c.len_utf8()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found: Vec<String> = compared(text)
            .iter()
            .map(|one| {
                let qualifier = one.qualifier.iter().map(|name| format!("{name}.")).collect::<String>();
                let sign = if one.how == Compare::Equal { "=" } else { "<" };
                format!("{qualifier}{}{sign}", one.column)
            })
            .collect();
        assert_eq!(found.join(" "), expected, "{text}");
    }

    #[test]
    fn columns_that_are_compared() {
        check("((s.qty > $2) AND (s.product_id = $1))", "s.product_id= s.qty<");
        check("((part.p_brand)::text = 'Brand#23'::text)", "part.p_brand=");
        check("(`plan`.`orders`.`o_custkey` = 'it''s') and (`a`.`b` between 1 and 2)", "orders.o_custkey= a.b<");
        check("((a = 1) OR (b = 2))", "");
        check("(a = 1) AND ((b = 2) OR (c = 3)) AND (d < 5)", "a= d<");
        check("lower(name) = 'x'", "");
        check("(a + 1) = 2", "");
        check("5 < x", "x<");
        check("a <> 1 AND b IS NULL AND c ~~ 'x%'", "");
        check("status = ANY ('{a,b}'::text[])", "status=");
        check("customer.c_mktsegment in ('A','B')", "customer.c_mktsegment=");
        check("x = 'a and b = 1'", "x=");
        check("((amount)::integer = 3)", "");
        check("(", "");
        check("a = b = c = ", "a=");
        check("\"Odd \"\"Name\" = 1", "Odd \"Name=");
    }

    #[test]
    fn shown_without_what_is_known() {
        assert_eq!(shown("((s.product_id = $1) AND (s.qty > $2))", &["s"]), "(product_id = $1) AND (qty > $2)");
        assert_eq!(shown("(a = 1) AND (b = 2)", &[]), "(a = 1) AND (b = 2)");
        assert_eq!(shown("(x = 's.y')", &["s"]), "x = 's.y'");
        assert_eq!(
            shown("(`shop`.`o`.`a` = `shop`.`c`.`odd b`) and `x` = '`y`'", &["o"]),
            "(a = c.`odd b`) and x = '`y`'"
        );
        assert_eq!(shown("(os.y = s.y)", &["s"]), "os.y = y");
    }
}
