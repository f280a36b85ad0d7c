//! `~/.pgpass`: which line fits, as libpq decides it.

use secrecy::SecretString;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What the connection is, in libpq's words: `localhost` for a socket in a default folder.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub host: &'a str,
    pub port: u16,
    pub database: &'a str,
    pub user: &'a str,
}

/// The file's text, or why it is not used. A file that is not there is neither.
///
/// Others could read the password: libpq ignores such a file, and so do we, but aloud.
pub(super) fn read(path: &Path, shown: &str) -> Result<Option<String>, String> {
    let Ok(meta) = std::fs::metadata(path) else { return Ok(None) };
    if !meta.is_file() {
        return Err(format!("{shown} is not a plain file and was not used."));
    }
    let mode = meta.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(format!(
            "{shown} has mode {mode:04o}: its group or everybody can read the passwords, so it was not used. \
             Run: chmod 600 {shown}"
        ));
    }
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) => Err(format!("{shown} can not be read: {error}.")),
    }
}

/// The password of the first line that fits, and the line's number.
pub(super) fn find(text: &str, wanted: Wanted<'_>) -> Option<(SecretString, usize)> {
    let port = wanted.port.to_string();
    let fields = [wanted.host, port.as_str(), wanted.database, wanted.user];
    text.lines().enumerate().find_map(|(number, line)| {
        let mut rest = line.strip_suffix('\r').unwrap_or(line);
        if rest.starts_with('#') {
            return None;
        }
        for field in fields {
            let (pattern, tail) = split(rest)?;
            if pattern != "*" && unescape(pattern) != field {
                return None;
            }
            rest = tail;
        }
        // A colon that is not escaped ends the password, as in libpq.
        let password = unescape(split(rest).map_or(rest, |(password, _)| password));
        (!password.is_empty()).then(|| (SecretString::from(password), number + 1))
    })
}

/// Where a line would be used; `None` is any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub line: usize,
    pub host: Option<String>,
    pub port: Option<String>,
    pub database: Option<String>,
    pub user: Option<String>,
}

/// What every line says before its password.
pub(super) fn places(text: &str) -> Vec<Place> {
    let one = |(number, line): (usize, &str)| {
        let mut rest = line;
        let mut field = || {
            let (field, tail) = split(rest)?;
            rest = tail;
            Some(Some(unescape(field)).filter(|_| field != "*"))
        };
        let (host, port, database, user) = (field()?, field()?, field()?, field()?);
        Some(Place { line: number + 1, host, port, database, user })
    };
    text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')).filter_map(one).collect()
}

/// The text up to the first colon that is not escaped, and the text behind it.
fn split(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ':' => return Some((text.get(..at)?, text.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::world;
    use secrecy::ExposeSecret;

    fn check(text: &str, host: &str, expected: Option<(&str, usize)>) {
        let wanted = Wanted { host, port: 5432, database: "shop", user: "ada" };
        let found = find(text, wanted);
        let found = found.as_ref().map(|(password, line)| (password.expose_secret(), *line));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn the_first_fitting_line_wins() {
        check("h:5432:shop:ada:pw", "h", Some(("pw", 1)));
        check("# c\n\nx:5432:shop:ada:no\nh:*:*:ada:pw\n*:*:*:*:late", "h", Some(("pw", 4)));
        check("*:*:*:*:pw", "h", Some(("pw", 1)));
        check("h:5433:shop:ada:no", "h", None);
        check("h:5432:shop:bob:no", "h", None);
        check("h*:*:*:*:no", "h", None);
        check("localhost:*:*:ada:pw", "localhost", Some(("pw", 1)));
        check("/run/pg:*:*:ada:pw", "/run/pg", Some(("pw", 1)));
        check("h:5432:shop:ada", "h", None);
        check("h:5432:shop:ada:", "h", None);
        check("h:5432:shop:ada:pw\r\n", "h", Some(("pw", 1)));
    }

    #[test]
    fn escapes() {
        check(r"\:\:1:5432:shop:ada:pw", "::1", Some(("pw", 1)));
        check(r"h:5432:shop:ada:a\:b\\c", "h", Some((r"a:b\c", 1)));
        check("h:5432:shop:ada:a:b", "h", Some(("a", 1)));
        check(r"\*:*:*:*:no", "h", None);
        check("h:*:*:*: p w ", "h", Some((" p w ", 1)));
    }

    #[test]
    fn a_file_others_may_read_is_refused() {
        let world = world(&[]);
        for (mode, fine) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o660, false)] {
            let path = world.write_mode("home/.pgpass", "*:*:*:*:tops3cret", mode);
            match read(&path, "~/.pgpass") {
                Ok(text) => assert!(fine && text.is_some(), "{mode:o}"),
                Err(why) => assert!(!fine && why.contains("chmod 600 ~/.pgpass") && !why.contains("tops3cret")),
            }
        }
        assert_eq!(read(&world.dir.path().join("none"), "x"), Ok(None));
        assert!(read(world.dir.path(), "x").is_err());
    }
}
