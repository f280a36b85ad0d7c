//! One statement as tokens, read strictly.
//!
//! What the guard reads must be what the server reads, whatever its settings are. So everything that a setting
//! or a version decides (backslashes, `/*! … */`, nested comments, `$$`) is refused, not guessed, and comments
//! are blanked: they do not reach the server.

use super::Refusal;
use crate::model::EngineKind;

/// More than a person writes. It bounds the depth of what is parsed.
pub const TOKENS: usize = 5_000;
/// Bytes of a statement.
pub const BYTES: usize = 256 << 10;
/// Names longer than this are cut by PostgreSQL, and would then mean another.
const NAME: usize = 63;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A key word or a name that is not quoted.
    Word,
    /// A quoted name; with MySQL's double quotes it may also be a text.
    Quoted,
    Text,
    Number,
    /// A run of operator characters.
    Sign,
    /// `( ) [ ] , . ; : ::`, one by one.
    Mark,
    /// A place for a value: `?`, `$1`, `:name`.
    Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    /// As the server compares it: a word in lower case, a quoted name without its quotes, else as written.
    pub text: String,
    /// Byte offsets into the statement.
    pub at: usize,
    pub end: usize,
}

impl Token {
    pub fn is(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.text == mark
    }

    /// True for this key word, written in lower case here.
    pub fn word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }

    pub fn is_name(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Quoted)
    }
}

/// A statement without its comments and its last `;`, byte for byte where it was, and its tokens.
#[derive(Clone, Debug)]
pub struct Lexed {
    pub text: String,
    pub tokens: Vec<Token>,
}

/// Reads `text`; `values` allows places for values.
pub fn lex(engine: EngineKind, text: &str, values: bool) -> Result<Lexed, Refusal> {
    if text.len() > BYTES {
        let most = BYTES >> 10;
        return Err(Refusal::new(format!("the statement is longer than {most} KiB: shorten it")));
    }
    let mut lexer =
        Lexer { engine, text, bytes: text.as_bytes(), at: 0, tokens: Vec::new(), blanks: Vec::new(), values };
    while lexer.at < lexer.bytes.len() {
        lexer.next()?;
        if lexer.tokens.len() > TOKENS {
            return Err(Refusal::new(format!("the statement has more than {TOKENS} words and signs: shorten it")));
        }
    }
    lexer.finish()
}

struct Lexer<'a> {
    engine: EngineKind,
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    tokens: Vec<Token>,
    /// Comments, as ranges of bytes.
    blanks: Vec<(usize, usize)>,
    values: bool,
}

impl Lexer<'_> {
    fn is_mysql(&self) -> bool {
        matches!(self.engine, EngineKind::Mysql | EngineKind::Mariadb)
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn starts(&self, with: &str) -> bool {
        self.bytes[self.at..].starts_with(with.as_bytes())
    }

    fn refuse<T>(&self, at: usize, message: impl Into<String>) -> Result<T, Refusal> {
        Err(Refusal::new(message).at(at))
    }

    fn next(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        match self.bytes[start] {
            b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
            b'-' if self.peek(1) == b'-' => self.line_comment(2)?,
            b'#' if self.is_mysql() => self.line_comment(1)?,
            b'/' if self.peek(1) == b'*' => self.block_comment()?,
            b'\'' => self.quoted(b'\'', Kind::Text)?,
            b'"' => self.quoted(b'"', Kind::Quoted)?,
            b'`' if self.engine != EngineKind::Postgresql => self.quoted(b'`', Kind::Quoted)?,
            b'[' if self.engine == EngineKind::Sqlite => self.bracketed()?,
            b'0'..=b'9' => self.number()?,
            b'.' if self.peek(1).is_ascii_digit() && !self.after_name() => self.number()?,
            byte if is_start(byte) => self.word()?,
            b'(' | b')' | b'[' | b']' | b',' | b'.' | b';' => self.push(Kind::Mark, 1),
            b':' if self.peek(1) == b':' => self.push(Kind::Mark, 2),
            b':' if self.peek(1) == b'=' => return self.refuse(start, "`:=` assigns a variable: leave it out"),
            b':' if self.engine == EngineKind::Sqlite => self.place()?,
            b':' => self.push(Kind::Mark, 1),
            b'?' if self.engine != EngineKind::Postgresql => self.place()?,
            b'$' => self.place()?,
            b'@' if self.engine == EngineKind::Sqlite => self.place()?,
            b'\\' => return self.refuse(start, "`\\` begins a command of a client, not SQL: leave it out"),
            b'{' | b'}' => return self.refuse(start, "braces are not part of a statement here: leave them out"),
            byte if is_sign(byte) => self.sign(),
            byte => {
                let what = if byte == 0 { "a NUL byte".to_owned() } else { format!("the byte 0x{byte:02x}") };
                return self.refuse(start, format!("the statement holds {what}: leave it out"));
            }
        }
        Ok(())
    }

    fn after_name(&self) -> bool {
        self.tokens.last().is_some_and(|token| token.end == self.at && (token.is_name() || token.is(")")))
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let (at, end) = (self.at, self.at + length);
        self.tokens.push(Token { kind, text: self.text[at..end].to_owned(), at, end });
        self.at = end;
    }

    fn line_comment(&mut self, length: usize) -> Result<(), Refusal> {
        let behind = self.peek(length);
        if self.is_mysql() && length == 2 && !(behind == 0 || behind.is_ascii_whitespace()) {
            return self.refuse(self.at, "`--` without a blank behind it may be a comment or two signs: put a blank");
        }
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|&byte| byte == b'\n' || byte == b'\r').unwrap_or(rest.len());
        // A carriage return ends a comment in PostgreSQL alone; what stands behind it would be read there.
        if self.engine != EngineKind::Postgresql && rest.get(end) == Some(&b'\r') && rest.get(end + 1) != Some(&b'\n') {
            return self
                .refuse(self.at, "a carriage return alone ends the line of a comment: end lines with a line feed");
        }
        self.blanks.push((self.at, self.at + end));
        self.at += end;
        Ok(())
    }

    fn block_comment(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        if ["/*!", "/*M!", "/*m!"].iter().any(|mark| self.starts(mark)) {
            return self.refuse(start, "`/*! */` is code that the version of the server decides on: write it out");
        }
        if self.starts("/*+") {
            return self.refuse(start, "a hint (`/*+ */`) could lift the limits of the statement: leave it out");
        }
        let Some(length) = self.text[start + 2..].find("*/") else {
            return self.refuse(start, "a comment does not end: close it with `*/`");
        };
        let end = start + 2 + length + 2;
        if self.text[start + 2..end].contains("/*") {
            return self.refuse(start, "a comment stands inside a comment: take one of them away");
        }
        self.blanks.push((start, end));
        self.at = end;
        Ok(())
    }

    fn quoted(&mut self, quote: u8, kind: Kind) -> Result<(), Refusal> {
        let start = self.at;
        let mut value = Vec::new();
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                None => return self.refuse(start, "a quoted text does not end: close its quote"),
                Some(0) => return self.refuse(self.at, "the statement holds a NUL byte: leave it out"),
                Some(b'\\') if self.is_mysql() && quote != b'`' => {
                    let message =
                        "a backslash in a text means one thing or another by `sql_mode`: write the text without one";
                    return self.refuse(self.at, message);
                }
                Some(&byte) if byte == quote => {
                    self.at += 1;
                    if self.bytes.get(self.at) != Some(&quote) {
                        break;
                    }
                    value.push(byte);
                }
                Some(&byte) => value.push(byte),
            }
            self.at += 1;
        }
        self.keep(kind, start, value)
    }

    fn bracketed(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        let Some(length) = self.text[start..].find(']') else {
            return self.refuse(start, "a name in brackets does not end: close it with `]`");
        };
        let value = self.bytes[start + 1..start + length].to_vec();
        self.at = start + length + 1;
        self.keep(Kind::Quoted, start, value)
    }

    fn keep(&mut self, kind: Kind, at: usize, value: Vec<u8>) -> Result<(), Refusal> {
        // Cut at quotes, which are ASCII: whole characters remain.
        let text = String::from_utf8_lossy(&value).into_owned();
        if kind == Kind::Quoted {
            self.check_name(at, &text)?;
        }
        self.tokens.push(Token { kind, text, at, end: self.at });
        Ok(())
    }

    fn check_name(&self, at: usize, name: &str) -> Result<(), Refusal> {
        match self.engine == EngineKind::Postgresql && name.len() > NAME {
            true => self.refuse(at, format!("a name of more than {NAME} bytes would be cut by the server: shorten it")),
            false => Ok(()),
        }
    }

    fn number(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        let radix = matches!(self.peek(1), b'x' | b'X' | b'b' | b'B' | b'o' | b'O') && self.bytes[start] == b'0';
        if radix {
            self.at += 2;
            while self.peek(0).is_ascii_hexdigit() {
                self.at += 1;
            }
        } else {
            self.digits();
            if self.peek(0) == b'.' && self.peek(1) != b'.' {
                self.at += 1;
                self.digits();
            }
            let exponent = matches!(self.peek(0), b'e' | b'E');
            let signed = usize::from(matches!(self.peek(1), b'+' | b'-'));
            if exponent && self.peek(1 + signed).is_ascii_digit() {
                self.at += 1 + signed;
                self.digits();
            }
        }
        if is_part(self.peek(0)) {
            return self.refuse(start, "a number runs into a word: put a blank between them");
        }
        let (end, length) = (self.at, self.at - start);
        self.at = start;
        self.push(Kind::Number, length);
        self.at = end;
        Ok(())
    }

    fn digits(&mut self) {
        while self.peek(0).is_ascii_digit() {
            self.at += 1;
        }
    }

    fn word(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        while is_part(self.peek(0)) {
            self.at += 1;
        }
        let raw = &self.text[start..self.at];
        if raw.chars().any(|c| {
            c.is_whitespace()
                || c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        }) {
            return self.refuse(start, "an invisible character stands between the words: type the blank again");
        }
        self.check_name(start, raw)?;
        if self.engine == EngineKind::Postgresql {
            let escapes = raw.eq_ignore_ascii_case("e") && self.peek(0) == b'\'';
            let unicode = raw.eq_ignore_ascii_case("u") && self.peek(0) == b'&' && matches!(self.peek(1), b'\'' | b'"');
            if escapes || unicode {
                return self.refuse(start, "a text with escapes (E'…', U&'…') is not read here: write it plainly");
            }
        }
        let text = raw.to_lowercase();
        self.tokens.push(Token { kind: Kind::Word, text, at: start, end: self.at });
        Ok(())
    }

    /// `?`, `$1`, `:name`, `@name`; a dollar-quoted text of PostgreSQL begins alike.
    fn place(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        let mut length = 1;
        while is_part(self.peek(length)) && self.bytes[start] != b'?' || self.peek(length).is_ascii_digit() {
            length += 1;
        }
        let numbered = self.bytes[start + 1..start + length].iter().all(u8::is_ascii_digit);
        if self.engine == EngineKind::Postgresql && (length == 1 || !numbered) {
            return self.refuse(start, "a text between dollar signs is not read here: write it in single quotes");
        }
        if !self.values {
            let place = &self.text[start..start + length];
            return self.refuse(start, format!("`{place}` stands for a value that is not known: write the value"));
        }
        self.push(Kind::Place, length);
        Ok(())
    }

    fn sign(&mut self) {
        let mut length = 1;
        while is_sign(self.peek(length)) && !(self.is_mysql() && self.peek(length) == b'#') {
            let two = (self.peek(length), self.peek(length + 1));
            if two == (b'-', b'-') || two == (b'/', b'*') {
                break;
            }
            if self.peek(length) == b'?' && self.engine != EngineKind::Postgresql {
                break;
            }
            length += 1;
        }
        self.push(Kind::Sign, length);
    }

    fn finish(mut self) -> Result<Lexed, Refusal> {
        let mut text = self.text.as_bytes().to_vec();
        while let Some(last) = self.tokens.pop_if(|token| token.is(";")) {
            text[last.at] = b' ';
        }
        if let Some(second) = self.tokens.iter().find(|token| token.is(";")) {
            return self.refuse(second.at, "there is more than one statement: one at a time");
        }
        if self.tokens.is_empty() {
            return Err(Refusal::new("there is no statement: write one"));
        }
        balanced(&self.tokens)?;
        for (from, to) in std::mem::take(&mut self.blanks) {
            text[from..to].iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
        }
        // Blanked from whole characters to whole characters.
        let text = String::from_utf8_lossy(&text).into_owned();
        Ok(Lexed { text: text.trim_end().to_owned(), tokens: self.tokens })
    }
}

fn balanced(tokens: &[Token]) -> Result<(), Refusal> {
    let mut open = Vec::new();
    for token in tokens.iter().filter(|token| token.kind == Kind::Mark) {
        match token.text.as_str() {
            "(" => open.push(")"),
            "[" => open.push("]"),
            ")" | "]" if open.pop() != Some(token.text.as_str()) => {
                return Err(Refusal::new(format!("`{}` closes nothing: check the brackets", token.text)).at(token.at));
            }
            _ => {}
        }
    }
    match open.last() {
        Some(missing) => Err(Refusal::new(format!("a bracket is not closed: put `{missing}`"))),
        None => Ok(()),
    }
}

fn is_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_part(byte: u8) -> bool {
    is_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn is_sign(byte: u8) -> bool {
    b"+-*/<>=~!@#%^&|?".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(engine: EngineKind, text: &str) -> Vec<String> {
        lex(engine, text, false).unwrap().tokens.into_iter().map(|token| token.text).collect()
    }

    fn refused(engine: EngineKind, text: &str) -> String {
        lex(engine, text, false).unwrap_err().message
    }

    #[test]
    fn comments_are_blanked_where_they_stood() {
        let lexed = lex(EngineKind::Postgresql, "select /* a;b */ 1 -- c\n + 2 ;", false).unwrap();
        assert_eq!(lexed.text, "select           1     \n + 2");
        let lexed = lex(EngineKind::Mysql, "select 1 # x\n", false).unwrap();
        assert_eq!(lexed.text, "select 1");
    }

    #[test]
    fn words_are_folded_and_quotes_undone() {
        assert_eq!(texts(EngineKind::Postgresql, "SELECT \"A\"\"b\", 'c''d'"), ["select", "A\"b", ",", "c'd"]);
        assert_eq!(texts(EngineKind::Sqlite, "select [a b], `c`"), ["select", "a b", ",", "c"]);
        assert_eq!(texts(EngineKind::Postgresql, "a->>'b'||c::int"), ["a", "->>", "b", "||", "c", "::", "int"]);
        assert_eq!(texts(EngineKind::Postgresql, "1.5e-3+.5"), ["1.5e-3", "+", ".5"]);
    }

    #[test]
    fn what_is_in_doubt_is_refused() {
        use EngineKind::{Mariadb, Mysql, Postgresql, Sqlite};
        let cases = [
            (Postgresql, "select 1; drop table t", "more than one"),
            (Postgresql, "select $$a$$", "dollar"),
            (Postgresql, "select $1", "value"),
            (Postgresql, "select E'a'", "escapes"),
            (Postgresql, "select u&\"a\"", "escapes"),
            (Postgresql, "select /* /* */ 1", "inside a comment"),
            (Postgresql, "\\copy t to 'x'", "command of a client"),
            (Postgresql, "select 1 /* x", "does not end"),
            (Postgresql, "select 'a", "does not end"),
            (Postgresql, "select (1", "not closed"),
            (Postgresql, "select 1)", "closes nothing"),
            (Postgresql, "select 1\0", "NUL"),
            (Postgresql, "select 'a\0'", "NUL"),
            (Postgresql, "select 1a", "runs into"),
            (Postgresql, "select\u{a0}1", "invisible"),
            (Mysql, "select 'a\\'", "backslash"),
            (Mysql, "select \"a\\n\"", "backslash"),
            (Mysql, "select /*!50000 1 */", "version"),
            (Mariadb, "select /*M! 1 */", "version"),
            (Mysql, "select /*+ MAX_EXECUTION_TIME(0) */ 1", "hint"),
            (Mysql, "select 1--1", "blank"),
            (Mysql, "select @a := 1", "assigns"),
            (Mysql, "select ?", "value"),
            (Sqlite, "select :a", "value"),
            (Sqlite, "select @a", "value"),
            (Sqlite, "", "no statement"),
            (Sqlite, "-- only", "no statement"),
        ];
        for (engine, text, part) in cases {
            let message = refused(engine, text);
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn long_statements_are_refused_before_they_are_parsed() {
        assert!(refused(EngineKind::Sqlite, &format!("select 1{}", "+1".repeat(TOKENS))).contains("5000"));
        assert!(refused(EngineKind::Sqlite, &"a".repeat(BYTES + 1)).contains("KiB"));
    }

    #[test]
    fn places_for_values_where_they_are_allowed() {
        for (engine, text) in
            [(EngineKind::Postgresql, "select $1"), (EngineKind::Mysql, "select ?"), (EngineKind::Sqlite, "select ?1")]
        {
            let lexed = lex(engine, text, true).unwrap();
            assert_eq!(lexed.tokens[1].kind, Kind::Place, "{text}");
        }
    }
}
