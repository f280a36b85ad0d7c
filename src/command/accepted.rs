//! Accepted findings: `dblens.toml` of the working folder, else of the state folder. Only read here.

use super::Failure;
use crate::config::Context;
use crate::findings::{Acceptance, Accepted};
use serde::Deserialize;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    accept: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    key: String,
    reason: String,
    until: Option<toml::value::Datetime>,
}

/// What a team or this user accepted; the nearer file alone counts.
///
/// # Errors
///
/// A usage failure when the file is there but can not be read: findings would come and go unnoticed.
pub fn read(context: &Context, state: Option<PathBuf>) -> Result<Vec<Acceptance>, Failure> {
    let places = [Some(context.cwd.clone()), state];
    for path in places.into_iter().flatten().map(|folder| folder.join("dblens.toml")) {
        match fs::read_to_string(&path) {
            Ok(text) => return parse(&path, &text),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::usage(format!("can not read {}: {error}", path.display()))),
        }
    }
    Ok(Vec::new())
}

fn parse(path: &Path, text: &str) -> Result<Vec<Acceptance>, Failure> {
    let failed = |what: String| {
        Failure::usage(format!("{}: {what}", path.display()))
            .hint("An entry:  [[accept]]  key = \"RULE|SCHEMA.OBJECT\"  reason = \"why\"  until = 2027-02-01")
    };
    let file: File = toml::from_str(text).map_err(|error| failed(error.message().to_owned()))?;
    let mut out = Vec::new();
    for Entry { key, reason, until } in file.accept {
        if reason.trim().is_empty() {
            return Err(failed(format!("{key} has no reason")));
        }
        let until = match until {
            None => None,
            Some(until) => {
                let date = until.date.ok_or_else(|| failed(format!("{key}: until is a day, like 2027-02-01")))?;
                let date = jiff::civil::Date::new(date.year as i16, date.month as i8, date.day as i8);
                Some(date.map_err(|error| failed(format!("{key}: {error}")))?)
            }
        };
        out.push(Acceptance { key, accepted: Accepted { reason, until } });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_need_a_reason_and_a_day_is_a_day() {
        let read = |text: &str| parse(Path::new("dblens.toml"), text);
        let good = read(
            "[[accept]]\nkey = \"a|b\"\nreason = \"c\"\nuntil = 2027-02-01\n[[accept]]\nkey = \"d|e\"\nreason = \"f\"",
        );
        let good = good.unwrap();
        assert_eq!(good[0].accepted.until, Some(jiff::civil::date(2027, 2, 1)));
        assert_eq!(good[1].accepted.until, None);
        for bad in [
            "[[accept]]\nkey = \"a|b\"",
            "[[accept]]\nkey = \"a\"\nreason = \" \"",
            "accept = 3",
            "[[accept]]\nkey=\"a\"\nreason=\"b\"\nuntil = 07:32:00",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
