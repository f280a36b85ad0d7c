//! What the picker says of a target, and what it hides.

use crate::config::{Address, Env, Family, Host, Line, Target, TlsMode};
use crate::tui::glyphs::Glyphs;

/// The mark before the name; two columns at most.
pub fn mark(env: Option<Env>, guessed: bool, glyphs: &Glyphs) -> String {
    let ascii = glyphs.name == "ascii";
    let sign = match env {
        Some(Env::Prod) if ascii => "P",
        Some(Env::Stage) if ascii => "S",
        Some(Env::Prod) => glyphs.critical,
        Some(Env::Stage) => glyphs.warning,
        Some(Env::Dev) | None => return String::new(),
    };
    format!("{sign}{}", if guessed { "?" } else { "" })
}

/// For the detail and for the filter.
pub fn env_word(env: Option<Env>, guessed: bool) -> &'static str {
    match (env, guessed) {
        (Some(Env::Prod), true) => "PROD? guessed from the names",
        (Some(Env::Prod), false) => "production",
        (Some(Env::Stage), _) => "staging",
        (Some(Env::Dev), _) => "development",
        (None, _) => "",
    }
}

pub fn engine(family: Option<Family>) -> &'static str {
    match family {
        Some(Family::Postgres) => "postgres",
        Some(Family::Mysql) => "mysql",
        Some(Family::Sqlite) => "sqlite",
        None => "?",
    }
}

/// Where the password comes from, never what it is; `None` for a file.
pub fn password(target: &Target) -> Option<String> {
    let origin = target.origins.iter().find(|origin| origin.key == "password")?;
    Some(match origin.value.as_str() {
        "set" => origin.from.clone(),
        "none" => "none found".into(),
        other => format!("{other}, {}", origin.from),
    })
}

/// How the line is protected, in words; `None` for a file.
pub fn tls(target: &Target) -> Option<String> {
    let Address::Hosts(hosts) = &target.address else { return None };
    let sockets = hosts.iter().all(|host| matches!(host, Host::Socket { .. }));
    let checked = target.tls.root_cert.is_some();
    let what = match target.tls.mode {
        TlsMode::Disable if sockets => return Some("not needed on a unix socket".into()),
        TlsMode::Disable => "the line is not encrypted",
        TlsMode::Prefer => "encrypted if the server can, not checked",
        TlsMode::Require if checked => "encrypted, the certificate is checked",
        TlsMode::Require => "encrypted, the certificate is not checked",
        TlsMode::VerifyCa => "encrypted, the certificate is checked",
        TlsMode::VerifyFull => "encrypted, certificate and name are checked",
    };
    Some(format!("{} ({what})", target.tls.mode.id()))
}

/// The database; the size of a file.
pub fn database(line: &Line) -> String {
    match line.bytes {
        Some(bytes) => crate::text::bytes(bytes as i64),
        None => line.known.database.clone().unwrap_or_default(),
    }
}

/// Each character of `text` that may belong to a password as `*`. While a URL is not complete this hides
/// too much: what follows `user:` may still become one.
pub fn veil(text: &str) -> String {
    let mut hidden = vec![false; text.chars().count()];
    veil_userinfo(text, &mut hidden);
    veil_values(text, &mut hidden);
    text.chars().zip(hidden).map(|(c, hide)| if hide { '*' } else { c }).collect()
}

fn hide(text: &str, hidden: &mut [bool], from: usize, until: usize) {
    for ((at, _), hide) in text.char_indices().zip(hidden) {
        *hide |= (from..until).contains(&at);
    }
}

/// `scheme://user:…@`, to the last `@`; without one to the end, unless a port and a path stand there.
fn veil_userinfo(text: &str, hidden: &mut [bool]) {
    let Some(start) = text.find("://").map(|at| at + 3) else { return };
    let rest = text.get(start..).unwrap_or_default();
    let Some(colon) = rest.find(':').filter(|colon| !rest.get(..*colon).is_some_and(|user| user.contains('@'))) else {
        return;
    };
    let from = start + colon + 1;
    let tail = text.get(from..).unwrap_or_default();
    let digits = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
    let port = (1..=5).contains(&digits) && tail.get(digits..).is_some_and(|after| after.starts_with('/'));
    match tail.rfind('@') {
        Some(at) => hide(text, hidden, from, from + at),
        None if port || rest.starts_with('[') => {}
        None => hide(text, hidden, from, text.len()),
    }
}

/// `password=…`, and everything behind it: a blank may be part of it.
fn veil_values(text: &str, hidden: &mut [bool]) {
    let lower = text.to_ascii_lowercase();
    for key in ["password", "passwd", "pwd", "pass"] {
        for (at, _) in lower.match_indices(key) {
            let after = at + key.len();
            let tail = text.get(after..).unwrap_or_default();
            let value = tail.trim_start();
            if value.starts_with('=') {
                hide(text, hidden, after + (tail.len() - value.len()) + 1, text.len());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn passwords_are_veiled_while_they_are_typed() {
        let cases = [
            ("postgres://ada@h:5432/shop", "postgres://ada@h:5432/shop"),
            ("postgres://h:5432/shop", "postgres://h:5432/shop"),
            ("postgres://ada:tops3cret", "postgres://ada:*********"),
            ("postgres://ada:54", "postgres://ada:**"),
            ("postgres://ada:tops3cret@h/shop", "postgres://ada:*********@h/shop"),
            ("postgres://ada:12/3@h/shop", "postgres://ada:****@h/shop"),
            ("postgres://ada:p@ss@h", "postgres://ada:****@h"),
            ("postgres://[::1]:5432/x", "postgres://[::1]:5432/x"),
            ("host=h password=ab cd", "host=h password=*****"),
            ("mysql://h/d?PASSWORD = x", "mysql://h/d?PASSWORD =**"),
            ("./data/events.db", "./data/events.db"),
            ("", ""),
        ];
        for (text, shown) in cases {
            assert_eq!(veil(text), shown);
        }
    }

    proptest! {
        #[test]
        fn no_part_of_a_pasted_password_is_seen(password in "[A-Z0-9]{3,12}", cut in 0usize..40) {
            prop_assume!(password.chars().any(char::is_alphabetic));
            for text in [format!("postgres://ada:{password}@h/shop"), format!("host=h password={password}")] {
                let part: String = text.chars().take(cut).collect();
                let shown = veil(&part);
                prop_assert_eq!(shown.chars().count(), part.chars().count());
                prop_assert!(!shown.contains(|c: char| c.is_ascii_uppercase()), "{}", shown);
            }
        }
    }
}
