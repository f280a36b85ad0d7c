//! `--scripts DIR`: the script of each finding and its undo as files, one change each.

use super::Failure;
use crate::findings::{Finding, Fix};
use crate::report::check::Target;
use crate::text::sanitize;
use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

/// Writes `YYYYMMDDHHMMSS_rule_object.up.sql` and `.down.sql`; the number of scripts. Nothing is overwritten.
///
/// # Errors
///
/// A folder that can not be made, a file that is there already or can not be written.
pub fn write(folder: &Path, targets: &[Target]) -> Result<usize, Failure> {
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let mut taken = HashSet::new();
    let mut count = 0;
    for target in targets {
        let mut first = if targets.len() > 1 { format!("{}_", word(&target.name)) } else { String::new() };
        first.insert_str(0, &target.taken_at.strftime("%Y%m%d%H%M%S_").to_string());
        for finding in target.open() {
            let Some(fix) = &finding.fix else { continue };
            let base = format!("{first}{}_{}", word(finding.rule), word(&finding.object.path));
            let name = (1..).map(|n| if n == 1 { base.clone() } else { format!("{base}_{n}") });
            let Some(name) = name.into_iter().find(|name| !taken.contains(name)) else { continue };
            let head = head(target, finding);
            put(&folder.join(format!("{name}.up.sql")), &up(&head, fix))?;
            if let Some(undo) = &fix.undo {
                put(&folder.join(format!("{name}.down.sql")), &format!("{head}{undo}\n"))?;
            }
            taken.insert(name);
            count += 1;
        }
    }
    Ok(count)
}

fn head(target: &Target, finding: &Finding) -> String {
    let server = target.server.as_ref();
    let database = server.and_then(|server| server.database.as_deref()).unwrap_or(&target.name);
    let host = server.and_then(|server| server.host.as_deref()).map(|host| format!(" on {host}")).unwrap_or_default();
    let at = target.taken_at.strftime("%Y-%m-%d %H:%M UTC");
    // A line break in a name must not end the comment.
    let line = |text: &str| sanitize(text).into_owned();
    format!("-- {}{}, {at}, {}\n-- {}\n", line(database), line(&host), finding.rule, line(&finding.title()))
}

fn up(head: &str, fix: &Fix) -> String {
    let precheck = fix.precheck.iter().flat_map(|text| text.lines()).map(|line| format!("--   {line}\n"));
    let precheck: String = precheck.collect();
    let before = if precheck.is_empty() { String::new() } else { format!("-- look first:\n{precheck}") };
    format!("{head}-- locks: {}\n{before}{}\n", sanitize(&fix.lock), fix.script)
}

fn put(path: &Path, text: &str) -> Result<(), Failure> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| failed(path, &error))?;
    file.write_all(text.as_bytes()).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("can not write {}: {error}", path.display()))
}

/// As a file name can have it everywhere, and not too long.
fn word(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    text.chars().map(plain).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_hold_nothing_strange() {
        assert_eq!(word("x.Order ../../é"), "x_order________");
    }
}
