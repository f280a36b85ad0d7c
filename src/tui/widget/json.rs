//! JSON with its structure in sight. Only blanks between the signs change: numbers, order and doubled keys
//! stay as they were written.

/// How deep a text may nest to be taken apart.
const DEEPEST: usize = 200;

/// `text` with a line for each member, or `None` where it is no JSON object or array.
pub fn pretty(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let mut out = Writer { out: String::with_capacity(text.len() * 2), open: Vec::new() };
    let mut rest = text;
    // What may come next.
    let mut want = Want::Value;
    while let Some(c) = rest.chars().next() {
        let token = token(rest)?;
        rest = rest.get(token.len()..)?.trim_start();
        want = match (want, c) {
            (Want::Value | Want::First(']'), '{') => out.down(token, '}')?,
            (Want::Value | Want::First(']'), '[') => out.down(token, ']')?,
            (Want::First(end), c) if c == end => out.up(token)?,
            (Want::More, '}' | ']') => out.up(token)?,
            (Want::More, ',') => out.comma()?,
            (Want::Name | Want::First('}'), '"') => {
                out.line();
                out.out.push_str(token);
                rest = rest.strip_prefix(':')?.trim_start();
                out.out.push_str(": ");
                Want::Value
            }
            (Want::Value | Want::First(']'), '"') => out.scalar(token),
            (Want::Value | Want::First(']'), c) if c == '-' || c.is_ascii_alphanumeric() => out.scalar(token),
            _ => return None,
        };
        if out.open.is_empty() {
            return rest.is_empty().then_some(out.out);
        }
    }
    None
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    /// A member or the end of what was just opened; the end's sign.
    First(char),
    Value,
    Name,
    /// A comma or the end.
    More,
}

struct Writer {
    out: String,
    /// The signs that close what is open.
    open: Vec<char>,
}

impl Writer {
    fn line(&mut self) {
        let at_value = self.out.ends_with(": ");
        if !at_value && !self.out.is_empty() {
            self.out.push('\n');
            self.out.push_str(&"  ".repeat(self.open.len()));
        }
    }

    fn down(&mut self, token: &str, end: char) -> Option<Want> {
        self.line();
        self.out.push_str(token);
        self.open.push(end);
        (self.open.len() <= DEEPEST).then_some(Want::First(end))
    }

    fn up(&mut self, token: &str) -> Option<Want> {
        let end = self.open.pop()?;
        if !token.starts_with(end) {
            return None;
        }
        if !self.out.ends_with(['{', '[']) {
            self.line();
        }
        self.out.push_str(token);
        Some(Want::More)
    }

    fn comma(&mut self) -> Option<Want> {
        self.out.push(',');
        Some(if self.open.last()? == &'}' { Want::Name } else { Want::Value })
    }

    fn scalar(&mut self, token: &str) -> Want {
        self.line();
        self.out.push_str(token);
        Want::More
    }
}

/// The sign, string, number or word at the beginning of `text`.
fn token(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    if first == '"' {
        let mut escaped = false;
        for (at, c) in text.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => return text.get(..=at),
                _ => {}
            }
        }
        return None;
    }
    if !(first == '-' || first.is_ascii_alphanumeric()) {
        return text.get(..first.len_utf8());
    }
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'))).unwrap_or(text.len());
    let word = text.get(..end)?;
    let known = matches!(word, "true" | "false" | "null") || word.parse::<f64>().is_ok_and(f64::is_finite);
    known.then_some(word)
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn a_line_for_each_member() {
        let text = r#"{"a":1.50,"b":[1,{"c":null}],"a":"x,\"y\"{","e":{},"f":[ ]}"#;
        let expected = "{\n  \"a\": 1.50,\n  \"b\": [\n    1,\n    {\n      \"c\": null\n    }\n  ],\n  \
                        \"a\": \"x,\\\"y\\\"{\",\n  \"e\": {},\n  \"f\": []\n}";
        assert_eq!(pretty(text).as_deref(), Some(expected));
        assert_eq!(pretty(expected).as_deref(), Some(expected));
    }

    #[test]
    fn long_numbers_stay_as_they_are() {
        assert_eq!(
            pretty("[123456789012345678901234567890]").as_deref(),
            Some("[\n  123456789012345678901234567890\n]")
        );
    }

    #[test]
    fn what_is_no_json_is_left_alone() {
        let texts = [
            "",
            "1",
            "text",
            "{",
            "{]",
            "[1,]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "[1 2]",
            "[tru]",
            "{a:1}",
            "[1]x",
            "{\"a\":1}}",
            "[\"open]",
            "{1:2}",
            "[,]",
            "{,}",
        ];
        for text in texts {
            assert_eq!(pretty(text), None, "{text}");
        }
        assert_eq!(pretty(&"[".repeat(5_000)), None);
    }
}
