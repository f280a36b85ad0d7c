//! Findings that somebody decided to live with: `dblens.toml` of the working folder, which a team can share,
//! else of the state folder.

use super::context::Context;
use super::write;
use jiff::civil::Date;
use serde::Deserialize;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// One entry of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedEntry {
    /// The finding's key; a `*` at its end takes everything that begins so.
    pub key: String,
    pub reason: String,
    /// The last day; the finding returns on the next.
    pub until: Option<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    accept: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    key: String,
    reason: String,
    until: Option<toml::value::Datetime>,
}

const HINT: &str = "An entry:  [[accept]]  key = \"RULE|SCHEMA.OBJECT\"  reason = \"why\"  until = 2027-02-01";

/// What is accepted; the nearer file alone counts.
///
/// # Errors
/// A sentence and what to do, when the file is there but can not be read: findings would come and go unnoticed.
pub fn accepted(ctx: &Context) -> Result<Vec<AcceptedEntry>, (String, Option<&'static str>)> {
    for path in places(ctx) {
        match fs::read_to_string(&path) {
            Ok(text) => return parse(&path, &text).map_err(|what| (what, Some(HINT))),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err((format!("can not read {}: {error}", path.display()), None)),
        }
    }
    Ok(Vec::new())
}

/// Adds an entry to the file that counts; without one, to that of the state folder unless nothing may be kept.
///
/// # Errors
/// A sentence why it was not written; the file is as it was.
pub fn accept(ctx: &Context, entry: &AcceptedEntry, no_state: bool) -> Result<PathBuf, String> {
    let shared = ctx.cwd.join("dblens.toml");
    let own = ctx.state_dir().filter(|_| !no_state).map(|folder| folder.join("dblens.toml"));
    let there = shared.exists().then_some(shared);
    let path = there.or(own).ok_or("nothing may be kept here: make a dblens.toml in this folder to keep it")?;
    let before = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(format!("can not read {}: {error}", path.display())),
    };
    // What can not be read back is not added to.
    parse(&path, &before)?;
    let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let gap = if before.is_empty() || before.ends_with("\n\n") { "" } else { "\n" };
    let until = entry.until.map(|until| format!("until = {until}\n")).unwrap_or_default();
    let added = format!("{gap}[[accept]]\nkey = {}\nreason = {}\n{until}", text(&entry.key), text(&entry.reason));
    let after = format!("{before}{added}");
    parse(&path, &after)?;
    write::replace(&path, after.as_bytes(), || Ok(())).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}

fn places(ctx: &Context) -> impl Iterator<Item = PathBuf> {
    let folders = [Some(ctx.cwd.clone()), ctx.state_dir()];
    folders.into_iter().flatten().map(|folder| folder.join("dblens.toml"))
}

fn parse(path: &Path, text: &str) -> Result<Vec<AcceptedEntry>, String> {
    let failed = |what: String| format!("{}: {what}", path.display());
    let file: File = toml::from_str(text).map_err(|error| failed(error.message().to_owned()))?;
    let mut out = Vec::new();
    for Raw { key, reason, until } in file.accept {
        if reason.trim().is_empty() {
            return Err(failed(format!("{key} has no reason")));
        }
        let until = match until {
            None => None,
            Some(until) => {
                let date = until.date.ok_or_else(|| failed(format!("{key}: until is a day, like 2027-02-01")))?;
                let date = Date::new(date.year as i16, date.month as i8, date.day as i8);
                Some(date.map_err(|error| failed(format!("{key}: {error}")))?)
            }
        };
        out.push(AcceptedEntry { key, reason, until });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::world;
    use jiff::civil::date;

    #[test]
    fn entries_need_a_reason_and_a_day_is_a_day() {
        let read = |text: &str| parse(Path::new("dblens.toml"), text);
        let good = read(
            "[[accept]]\nkey = \"a|b\"\nreason = \"c\"\nuntil = 2027-02-01\n[[accept]]\nkey = \"d|e\"\nreason = \"f\"",
        );
        let good = good.unwrap();
        assert_eq!(good[0].until, Some(date(2027, 2, 1)));
        assert_eq!(good[1].until, None);
        for bad in [
            "[[accept]]\nkey = \"a|b\"",
            "[[accept]]\nkey = \"a\"\nreason = \" \"",
            "accept = 3",
            "[[accept]]\nkey=\"a\"\nreason=\"b\"\nuntil = 07:32:00",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_accepted_is_read_again_and_the_rest_of_the_file_stays() {
        let world = world(&[]);
        let entry = |key: &str| AcceptedEntry {
            key: key.into(),
            reason: "a \"good\"\nreason".into(),
            until: Some(date(2027, 2, 1)),
        };
        assert!(accept(&world.ctx, &entry("r|a"), true).is_err(), "nothing may be kept");
        accept(&world.ctx, &entry("r|a"), false).unwrap();
        accept(&world.ctx, &entry("r|x.\"y\""), false).unwrap();
        assert_eq!(accepted(&world.ctx).unwrap(), [entry("r|a"), entry("r|x.\"y\"")]);
        // A team's file is nearer, and what stands in it stays.
        let shared = world.ctx.cwd.join("dblens.toml");
        fs::create_dir_all(&world.ctx.cwd).unwrap();
        fs::write(&shared, "# ours\n").unwrap();
        assert_eq!(accept(&world.ctx, &entry("r|c"), true).unwrap(), shared);
        assert!(fs::read_to_string(&shared).unwrap().starts_with("# ours\n"));
        assert_eq!(accepted(&world.ctx).unwrap(), [entry("r|c")]);
        fs::write(&shared, "accept = 3").unwrap();
        assert!(accept(&world.ctx, &entry("r|d"), false).is_err());
        assert_eq!(fs::read_to_string(&shared).unwrap(), "accept = 3");
    }
}
