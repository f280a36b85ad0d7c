//! A statement without its constants: what a server's own normalising does, done here.
//!
//! By the words alone, so it works on what no parser knows and on half a text. What it is not sure of it
//! masks: a constant must not stay, a name may.

use super::EngineKind;

/// Constants become `$1`, `$2`, … (PostgreSQL) or `?`; comments go, white space becomes one blank.
pub fn mask(engine: EngineKind, text: &str) -> String {
    let mysql = matches!(engine, EngineKind::Mysql | EngineKind::Mariadb);
    Mask { rest: text, out: String::with_capacity(text.len()), constants: 0, mysql }.run()
}

/// What stands for a pattern that begins with a wildcard.
pub const LEADING_WILDCARD: &str = "'%?'";

struct Mask<'a> {
    rest: &'a str,
    out: String,
    constants: usize,
    mysql: bool,
}

impl Mask<'_> {
    fn run(mut self) -> String {
        while let Some(c) = self.rest.chars().next() {
            match c {
                c if c.is_whitespace() => self.space(c.len_utf8()),
                '-' if self.rest.starts_with("--") => self.line_comment(),
                '#' if self.mysql => self.line_comment(),
                '/' if self.rest.starts_with("/*") => self.block_comment(),
                '\'' => self.text_constant(quoted(self.rest, '\'', self.mysql)),
                '"' if self.mysql => self.text_constant(quoted(self.rest, '"', true)),
                '"' => self.copy(quoted(self.rest, '"', false)),
                '`' if self.mysql => self.copy(quoted(self.rest, '`', false)),
                '$' if !self.mysql => self.dollar(),
                '0'..='9' => self.constant(number(self.rest)),
                '.' if self.rest[1..].starts_with(|c: char| c.is_ascii_digit()) && !self.after_name() => {
                    self.constant(number(self.rest));
                }
                c if is_word(c) => self.word(),
                c => self.copy(c.len_utf8()),
            }
        }
        self.out.truncate(self.out.trim_end().len());
        self.out
    }

    fn take(&mut self, bytes: usize) -> &str {
        let (head, tail) = self.rest.split_at(bytes.min(self.rest.len()));
        self.rest = tail;
        head
    }

    fn copy(&mut self, bytes: usize) {
        let (head, tail) = self.rest.split_at(bytes.min(self.rest.len()));
        self.out.push_str(head);
        self.rest = tail;
    }

    fn space(&mut self, bytes: usize) {
        self.take(bytes);
        if !self.out.is_empty() && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
    }

    fn line_comment(&mut self) {
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        self.take(end);
        self.space(0);
    }

    /// Nested on PostgreSQL; one that does not end hides the rest.
    fn block_comment(&mut self) {
        let bytes = self.rest.as_bytes();
        let (mut at, mut depth) = (2, 1);
        while depth > 0 && at < bytes.len() {
            match &bytes[at..] {
                [b'/', b'*', ..] if !self.mysql => (at, depth) = (at + 2, depth + 1),
                [b'*', b'/', ..] => (at, depth) = (at + 2, depth - 1),
                _ => at += 1,
            }
        }
        while !self.rest.is_char_boundary(at.min(self.rest.len())) {
            at += 1;
        }
        self.take(at);
        self.space(0);
    }

    /// Of a pattern that begins with `%` so much stays: no index helps it, and that is no secret.
    fn text_constant(&mut self, bytes: usize) {
        let open = self.rest[1..].starts_with('%');
        let word = self.out.trim_end().rsplit(|c: char| !is_word(c)).next().unwrap_or_default();
        if open && (word.eq_ignore_ascii_case("like") || word.eq_ignore_ascii_case("ilike")) {
            self.take(bytes);
            self.out.push_str(LEADING_WILDCARD);
            return;
        }
        self.constant(bytes);
    }

    fn constant(&mut self, bytes: usize) {
        self.take(bytes);
        self.constants += 1;
        if self.mysql {
            self.out.push('?');
        } else {
            self.out.push_str(&format!("${}", self.constants));
        }
    }

    /// A text between dollars, a parameter (which stays), or a plain character.
    fn dollar(&mut self) {
        let digits = self.rest[1..].bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            // Renumbered with the constants, so that no two are the same.
            return self.constant(1 + digits);
        }
        let tag = self.rest[1..].find(|c: char| !is_word(c)).unwrap_or(self.rest.len() - 1);
        if !self.rest[1 + tag..].starts_with('$') {
            return self.copy(1);
        }
        let open = tag + 2;
        let end = self.rest[open..].find(&self.rest[..open]).map_or(self.rest.len(), |at| open + at + open);
        self.constant(end);
    }

    /// A word; `E'…'`, `x'…'`, `_utf8'…'` are constants with their prefix.
    fn word(&mut self) {
        let end = self.rest.find(|c: char| !is_word(c) && !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (word, after) = self.rest.split_at(end);
        let is_prefix = match word.to_ascii_lowercase().as_str() {
            "e" | "b" | "x" | "n" | "u&" => true,
            "u" => after.starts_with("&'"),
            word => self.mysql && word.starts_with('_'),
        };
        let skip = usize::from(after.starts_with("&'"));
        if is_prefix && after[skip..].starts_with('\'') {
            let escapes = self.mysql || word.eq_ignore_ascii_case("e");
            let whole = end + skip + quoted(&after[skip..], '\'', escapes);
            return self.constant(whole);
        }
        self.copy(end);
    }

    fn after_name(&self) -> bool {
        self.out.ends_with(|c: char| is_word(c) || c.is_ascii_digit() || matches!(c, '"' | '`' | ']' | ')'))
    }
}

fn is_word(c: char) -> bool {
    c.is_alphabetic() || c == '_' || !c.is_ascii()
}

/// Bytes of a quoted run with its quotes; all that is left when it has no end.
fn quoted(text: &str, quote: char, backslash: bool) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && backslash {
            chars.next();
        } else if c == quote {
            if chars.peek().is_some_and(|(_, next)| *next == quote) {
                chars.next();
            } else {
                return at + 1;
            }
        }
    }
    text.len()
}

/// Bytes of a number, also `1e-5`, `0xff`, `1_000`.
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        let exponent = matches!(b, b'+' | b'-') && at > 0 && matches!(bytes[at - 1], b'e' | b'E');
        if !(b.is_ascii_alphanumeric() || b == b'.' || b == b'_' || exponent) {
            break;
        }
        at += 1;
    }
    at.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PG: EngineKind = EngineKind::Postgresql;
    const MY: EngineKind = EngineKind::Mysql;

    #[test]
    fn constants_go_names_stay() {
        let cases = [
            (PG, "select  a1, 'it''s' from t2 where b=3.5e-7", "select a1, $1 from t2 where b=$2"),
            (PG, "select \"a'1\" -- x'y\n, e'\\'', $$q$$ , $t$ a $$ $t$", "select \"a'1\" , $1, $2 , $3"),
            (PG, "select $1, 7, U&'d', x'ff', t.c1[2]", "select $1, $2, $3, $4, t.c1[$5]"),
            (PG, "select /* a /* b */ c */ 1", "select $1"),
            (PG, "select 'open", "select $1"),
            (MY, "select \"x\\\"y\", `a'b`, _utf8'z' # no 1\n from t", "select ?, `a'b`, ? from t"),
            (MY, "select a from t where b like '%x' or c like 'x%'", "select a from t where b like '%?' or c like ?"),
            (MY, "insert into t values (-1, .5, 0xFF)", "insert into t values (-?, ?, ?)"),
        ];
        for (engine, text, masked) in cases {
            assert_eq!(mask(engine, text), masked, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_no_quoted_word_survives(text in "[ -~\\n'\"`$éß]{0,60}", secret in "[a-z]{6}") {
            for engine in [PG, MY] {
                let _ = mask(engine, &text);
                let said = mask(engine, &format!("select '{secret}', 4711 from t"));
                prop_assert!(!said.contains(&secret) && !said.contains("4711"));
            }
        }
    }
}
