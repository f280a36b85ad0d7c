//! Takes passwords out of any text before it is shown or logged.
//!
//! When in doubt it takes out too much: half a URL less is better than one password more.

/// What stands instead of a password.
const MASK: &str = "***";

const KEYS: &[&str] = &["password", "passwd", "sslpassword", "pgpassword", "mysql_pwd", "pwd", "pass"];

/// `text` without the passwords of URLs (`scheme://user:password@host`) and of `password=…` in URLs,
/// connection strings and assignments.
pub fn redact(text: &str) -> String {
    assignments(&urls(text))
}

/// Masks what stands between `://user:` and the last `@` of the word.
fn urls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, tail) = rest.split_at(at + 3);
        out.push_str(before);
        // A password with a raw blank in it ends the word too early; then the `@` is looked for up to the
        // end of the line, unless another URL starts before it.
        let word_end = tail.find(char::is_whitespace).unwrap_or(tail.len());
        let line_end = tail.find('\n').unwrap_or(tail.len());
        let word = tail.get(..word_end).unwrap_or(tail);
        let line = tail.get(..line_end).unwrap_or(tail);
        let line = line.find("://").map_or(line, |next| line.get(..next).unwrap_or(line));
        let masked = mask_userinfo(word).or_else(|| match half_url(word) {
            true => mask_userinfo(line),
            false => None,
        });
        rest = match masked {
            Some((user, end)) => {
                out.push_str(user);
                out.push(':');
                out.push_str(MASK);
                tail.get(end..).unwrap_or_default()
            }
            None => tail,
        };
    }
    out.push_str(rest);
    out
}

/// The user and where the `@` stands.
fn mask_userinfo(text: &str) -> Option<(&str, usize)> {
    let at = text.rfind('@')?;
    let userinfo = text.get(..at)?;
    let (user, _) = userinfo.split_once(':')?;
    // `host/path:with@colon` has no userinfo.
    (!user.contains('/')).then_some((user, at))
}

/// `user:something` that is no `host:port`.
fn half_url(word: &str) -> bool {
    word.split_once(':')
        .is_some_and(|(user, rest)| !user.contains(['/', '?']) && !rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Masks the value of `password = …`, quoted or not.
fn assignments(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some((start, end)) = next_value(text, &lower, at) {
        out.push_str(text.get(at..start).unwrap_or_default());
        out.push_str(MASK);
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Start and end of the next value that belongs to a password key.
fn next_value(text: &str, lower: &str, from: usize) -> Option<(usize, usize)> {
    let mut search = from;
    loop {
        let equals = search + lower.get(search..)?.find('=')?;
        let name = lower.get(from..equals)?.trim_end().trim_end_matches(['"', '\'', '`']);
        let is_key = KEYS
            .iter()
            .any(|key| name.strip_suffix(key).is_some_and(|before| !before.ends_with(|c: char| c.is_alphanumeric())));
        if is_key {
            let tail = text.get(equals + 1..)?;
            let start = equals + 1 + (tail.len() - tail.trim_start().len());
            let end = start + value_len(text.get(start..)?, in_url(text.get(..equals)?));
            if end > start {
                return Some((start, end));
            }
        }
        search = equals + 1;
    }
}

/// True when the word that `before` ends with is a URL: there a `&` ends a value.
fn in_url(before: &str) -> bool {
    before.rsplit(char::is_whitespace).next().is_some_and(|word| word.contains("://") || word.contains('?'))
}

fn value_len(text: &str, url: bool) -> usize {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let mut chars = text.char_indices().skip(usize::from(quote.is_some()));
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            c if Some(c) == quote => return at + c.len_utf8(),
            '&' if url => return at,
            c if quote.is_none() && c.is_whitespace() => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_go() {
        let cases = [
            ("postgres://ada:tops3cret@h/db", "postgres://ada:***@h/db"),
            (
                "could not open postgres://ada:tops3cret@h:5432/db: refused",
                "could not open postgres://ada:***@h:5432/db: refused",
            ),
            ("mysql://root:tops3cret@h and mysql://x:tops3cret@i", "mysql://root:***@h and mysql://x:***@i"),
            ("postgres://ada:top@s3cret@h", "postgres://ada:***@h"),
            ("postgres://ada:a/tops3cret@h/db", "postgres://ada:***@h/db"),
            ("postgres://ada:a tops3cret@h/db", "postgres://ada:***@h/db"),
            ("postgres://:tops3cret@h", "postgres://:***@h"),
            (
                "postgres://h/db?user=a&password=tops3cret&sslmode=require",
                "postgres://h/db?user=a&password=***&sslmode=require",
            ),
            ("host=h password=tops3cret user=a", "host=h password=*** user=a"),
            ("host=h password = 'tops3cret x' user=a", "host=h password = *** user=a"),
            (r"password='a\'tops3cret' user=a", "password=*** user=a"),
            (r"password=a\ tops3cret user=a", "password=*** user=a"),
            ("PGPASSWORD=tops3cret psql", "PGPASSWORD=*** psql"),
            ("MYSQL_PWD=tops3cret --password=tops3cret", "MYSQL_PWD=*** --password=***"),
            ("password=\"tops3cret y\"", "password=***"),
            ("password=tops3cret password=tops3cret", "password=*** password=***"),
            ("PassWord=tops3cret", "PassWord=***"),
        ];
        for (text, expected) in cases {
            assert_eq!(redact(text), expected);
        }
    }

    #[test]
    fn the_rest_stays() {
        let cases = [
            "postgres://ada@h:5432/db",
            "postgres://h:5432/db",
            "see https://example.org:80/x and a@b",
            "postgres://h:5432/db is down, ask a@b",
            "host=h user=a",
            "password",
            "password=",
            "no password was given",
            "ü=ß password_encryption=md5",
            "",
        ];
        for text in cases {
            assert_eq!(redact(text), text);
        }
    }

    #[test]
    fn is_idempotent() {
        let once = redact("postgres://a:b@c?password=x y=z password='q r'");
        assert_eq!(redact(&once), once);
    }
}
