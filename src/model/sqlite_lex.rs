//! Tokens of SQLite's own texts in `sqlite_schema`: words, quoted names, literals, symbols. Comments go.
//!
//! The texts were accepted by SQLite once, so this only has to find boundaries; what does not fit becomes
//! a symbol and no panic.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A bare name or keyword.
    Word,
    /// `"x"`, `[x]`, `` `x` ``: a name (or, by SQLite's leniency, a text).
    Quoted,
    /// `'x'`.
    Text,
    Number,
    Symbol,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    /// Where it begins in the source.
    pub start: usize,
}

impl<'a> Token<'a> {
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// True for this keyword or symbol.
    pub fn is(&self, word: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Symbol) && self.text.eq_ignore_ascii_case(word)
    }

    /// The name that it means, unquoted.
    pub fn name(&self) -> String {
        let mut inner = self.text.chars();
        match (self.kind, inner.next()) {
            (Kind::Quoted, Some('[')) => self.text.get(1..self.text.len().saturating_sub(1)).unwrap_or("").to_owned(),
            (Kind::Quoted | Kind::Text, Some(quote)) => {
                let body = self.text.get(1..self.text.len().saturating_sub(1)).unwrap_or("");
                body.replace(&format!("{quote}{quote}"), &quote.to_string())
            }
            _ => self.text.to_owned(),
        }
    }
}

/// All tokens of `source`.
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    let bytes = source.as_bytes();
    let mut out = Vec::with_capacity(bytes.len() / 5);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let end = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0c => {
                at += 1;
                continue;
            }
            b'-' if bytes.get(at + 1) == Some(&b'-') => {
                at = find(bytes, at, b"\n").map_or(bytes.len(), |end| end + 1);
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = find(bytes, at + 2, b"*/").map_or(bytes.len(), |end| end + 2);
                continue;
            }
            b'\'' | b'"' | b'`' => close(bytes, at, byte),
            b'[' => find(bytes, at, b"]").map_or(bytes.len(), |end| end + 1),
            byte if is_word(byte) => {
                at + bytes.iter().skip(at).take_while(|&&byte| is_word(byte) || byte == b'$').count()
            }
            _ => at + 1,
        };
        let kind = match byte {
            b'\'' => Kind::Text,
            b'"' | b'`' | b'[' => Kind::Quoted,
            b'0'..=b'9' => Kind::Number,
            byte if is_word(byte) => Kind::Word,
            _ => Kind::Symbol,
        };
        // Every boundary is an ASCII byte or the end, so the slice is whole; if not, the rest is given up.
        let Some(text) = source.get(at..end) else { break };
        out.push(Token { kind, text, start: at });
        at = end;
    }
    out
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn find(bytes: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    bytes.get(from..)?.windows(needle.len()).position(|window| window == needle).map(|found| from + found)
}

/// The end of a quoted run that begins at `at`; a doubled quote is part of it.
fn close(bytes: &[u8], at: usize, quote: u8) -> usize {
    let mut next = at + 1;
    while let Some(&byte) = bytes.get(next) {
        if byte == quote && bytes.get(next + 1) == Some(&quote) {
            next += 2;
        } else if byte == quote {
            return next + 1;
        } else {
            next += 1;
        }
    }
    bytes.len()
}

/// The position of the `)` that closes the `(` at `open`; `None` when nothing closes it.
pub fn closing(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (n, token) in tokens.iter().enumerate().skip(open) {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(n);
            }
        }
    }
    None
}

/// The runs between the commas of this level.
pub fn items<'t, 'a>(tokens: &'t [Token<'a>]) -> Vec<&'t [Token<'a>]> {
    let mut out = Vec::new();
    let (mut depth, mut start) = (0i32, 0);
    for (n, token) in tokens.iter().enumerate() {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth -= 1;
        } else if token.is(",") && depth == 0 {
            out.push(tokens.get(start..n).unwrap_or_default());
            start = n + 1;
        }
    }
    out.push(tokens.get(start..).unwrap_or_default());
    out
}

/// The source text that these tokens span, comments inside included.
pub fn span(source: &str, tokens: &[Token<'_>]) -> String {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => source.get(first.start..last.end()).unwrap_or("").to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_what_sqlite_accepts() {
        let source = "a \"b\"\"c\" [d e] `f``g` 'h''i' -- j\n /* k ' */ l.m(1.5,x'00') größe unclosed'";
        let names: Vec<String> = tokens(source).iter().map(Token::name).collect();
        let expected = [
            "a", "b\"c", "d e", "f`g", "h'i", "l", ".", "m", "(", "1", ".", "5", ",", "x", "00", ")", "größe",
            "unclosed", "",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn never_panics() {
        for source in ["", "'", "\"", "[", "/*", "--", "é'é", "(", ")", "[é", "'\u{1f600}", "$$"] {
            let found = tokens(source);
            span(source, &found);
            items(&found);
            closing(&found, 0);
            found.iter().for_each(|token| drop(token.name()));
        }
    }
}
