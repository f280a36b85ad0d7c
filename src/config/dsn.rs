//! `host=a,b port=1,2 dbname='x y'`: libpq's key/value form, with its quoting.

use super::found::Pairs;
use super::keys;
use super::target::{ConfigError, Family};

/// How values of a DSN are called in messages.
pub(super) const FROM: &str = "the connection string";

/// True for a text that starts like `word=` or `word =`.
pub(super) fn looks_like(text: &str) -> bool {
    text.trim_start().split_once('=').is_some_and(|(name, _)| {
        let name = name.trim_end();
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic() || c == '_')
    })
}

/// Reads a key/value string. Errors name keys, never values.
pub(super) fn parse(text: &str) -> Result<Pairs, ConfigError> {
    let mut pairs = Pairs::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (name, tail) = rest.split_at(end);
        let Some(tail) = tail.trim_start().strip_prefix('=') else {
            return Err(missing_equals(&pairs));
        };
        let (value, tail) = value(name, tail.trim_start())?;
        keys::take(&mut pairs, Family::Postgres, name, &value, FROM)?;
        rest = tail.trim_start();
    }
    Ok(pairs)
}

/// The word without `=` may be the second half of a password with a blank, so it is not shown.
fn missing_equals(before: &Pairs) -> ConfigError {
    let place = match before.pairs.len() {
        0 => "at its start".to_owned(),
        n => format!("after {n} parameter{}", if n == 1 { "" } else { "s" }),
    };
    ConfigError::new(format!("A word without `=` stands in the connection string, {place}."))
        .hint("Put values with blanks in single quotes: dbname='my shop'.")
}

/// One value and the text behind it.
fn value<'a>(name: &str, text: &'a str) -> Result<(String, &'a str), ConfigError> {
    let (quoted, body) = match text.strip_prefix('\'') {
        Some(body) => (true, body),
        None => (false, text),
    };
    let mut value = String::new();
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            '\'' if quoted => return Ok((value, body.get(at + 1..).unwrap_or_default())),
            c if !quoted && c.is_whitespace() => return Ok((value, body.get(at..).unwrap_or_default())),
            c => value.push(c),
        }
    }
    match quoted {
        true => Err(ConfigError::new(format!("The value of `{name}` in the connection string has no closing quote."))
            .hint(r"Inside quotes write ' as \' and \ as \\.")),
        false => Ok((value, "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::found::Key;

    #[test]
    fn recognised() {
        for text in ["host=h", " host = h", "service=x", "application_name='a'"] {
            assert!(looks_like(text), "{text}");
        }
        for text in ["shop", "./a=b.db", "a/b=c", "=x", "", "my shop=1"] {
            assert!(!looks_like(text), "{text}");
        }
    }

    #[test]
    fn quoting_as_libpq() {
        let cases = [
            ("dbname=shop", "shop"),
            ("dbname='my shop'", "my shop"),
            (r"dbname='it\'s'", "it's"),
            (r"dbname='a\\b'", r"a\b"),
            (r"dbname=my\ shop", "my shop"),
            (r"dbname=a\'b", "a'b"),
            ("dbname = 'x'", "x"),
            ("dbname=", ""),
            ("dbname=''", ""),
            ("host=h dbname=x\tuser=y", "x"),
            ("dbname='a'user=b", "a"),
            ("dbname=a=b", "a=b"),
            ("dbname=a dbname=b", "b"),
        ];
        for (text, expected) in cases {
            let pairs = parse(text).unwrap();
            assert_eq!(pairs.get(Key::Database), Some(expected), "{text}");
        }
        let pairs = parse("host=a,b port=1,2 user=u").unwrap();
        assert_eq!(pairs.get(Key::Host), Some("a,b"));
        assert_eq!(pairs.get(Key::Port), Some("1,2"));
    }

    #[test]
    fn errors_hold_no_value() {
        let cases = ["password=my tops3cret", "password='tops3cret", "tops3cret", "password=x tops3cret host=h"];
        for text in cases {
            let error = parse(text).unwrap_err();
            assert!(!format!("{error:?}").contains("tops3cret"), "{error:?}");
            assert!(error.hint.is_some());
        }
    }
}
