//! `doctor`: what the terminal is, for a fault report. Asks no terminal and no server; no secret.

use super::list::List;
use super::{Exit, Failure, output, resolve, terminal};
use crate::cli::Common;
use std::env;
use std::io::{self, IsTerminal};

/// Variables whose value is printed: none of them can hold a secret.
const PRINTED: [&str; 9] =
    ["TERM", "TERM_PROGRAM", "COLORTERM", "NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG", "COLUMNS", "LINES"];
/// Variables of which only the presence is printed: they hold addresses, paths or passwords.
const PRESENT: [&str; 12] = [
    "TMUX",
    "STY",
    "SSH_CONNECTION",
    "PGHOST",
    "PGSERVICE",
    "PGPASSWORD",
    "PGPASSFILE",
    "MYSQL_HOST",
    "MYSQL_PWD",
    "DATABASE_URL",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
];

pub fn run(common: &Common) -> Result<Exit, Failure> {
    output::check(common)?;
    let yes = |on: bool| if on { "yes" } else { "no" }.to_owned();
    let tty = io::stdout().is_terminal();
    let mut rows = vec![
        ("dblens".to_owned(), Some(env!("CARGO_PKG_VERSION").to_owned())),
        ("system".into(), Some(format!("{} {}", env::consts::OS, env::consts::ARCH))),
        ("stdin is a terminal".into(), Some(yes(io::stdin().is_terminal()))),
        ("stdout is a terminal".into(), Some(yes(tty))),
        ("stderr is a terminal".into(), Some(yes(io::stderr().is_terminal()))),
        ("size".into(), terminal::size().map(|(columns, lines)| format!("{columns}x{lines}"))),
        ("colour".into(), Some(yes(terminal::color(common.color, tty)))),
        ("marks".into(), Some(if common.ascii || !terminal::is_utf8() { "ascii" } else { "unicode" }.into())),
    ];
    let config = resolve::context(common).config_path();
    let found = if config.is_file() { "found" } else { "not there" };
    rows.push(("config".into(), Some(format!("{} ({found})", config.display()))));
    rows.extend(PRINTED.into_iter().map(|name| (name.to_owned(), env::var(name).ok())));
    rows.extend(PRESENT.into_iter().map(|name| (name.to_owned(), terminal::is_set(name).then(|| "set".to_owned()))));
    let rows = rows.into_iter().map(|(name, value)| vec![Some(name), value]).collect();
    List { key: "doctor", ids: &["name", "value"], rows }.print(common)?;
    Ok(Exit::DONE)
}
