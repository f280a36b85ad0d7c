//! `doctor`: what the terminal is, for a fault report. Asks no terminal, and a server only when one is
//! named; prints no secret.

use super::list::List;
use super::{Exit, Failure, output, resolve, session, terminal};
use crate::cli::{Common, Place};
use crate::config::terminal::{clipboard, glyphs, is_remote, locale};
use crate::config::{Context, GlyphSet};
use std::env;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Statements that are timed; the fastest one is the distance.
const TIMED: usize = 3;
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

type Pair = (String, Option<String>);

pub fn run(place: &Place, common: &Common) -> Result<Exit, Failure> {
    output::check(common)?;
    let context = resolve::context(common);
    let mut rows = program(common);
    rows.extend(places(&context));
    rows.extend(clipboards(&context));
    rows.extend(PRINTED.into_iter().map(|name| (name.to_owned(), env::var(name).ok())));
    rows.extend(PRESENT.into_iter().map(|name| (name.to_owned(), terminal::is_set(name).then(|| "set".to_owned()))));
    if place.says_anything() {
        rows.extend(distance(place, common)?);
    }
    let rows = rows.into_iter().map(|(name, value)| vec![Some(name), value]).collect();
    List { key: "doctor", ids: &["name", "value"], rows }.print(common)?;
    Ok(Exit::DONE)
}

fn pair(name: &str, value: impl Into<String>) -> Pair {
    (name.to_owned(), Some(value.into()))
}

fn yes(on: bool) -> &'static str {
    if on { "yes" } else { "no" }
}

fn program(common: &Common) -> Vec<Pair> {
    let tty = io::stdout().is_terminal();
    vec![
        pair("dblens", env!("CARGO_PKG_VERSION")),
        pair("system", format!("{} {}", env::consts::OS, env::consts::ARCH)),
        pair("stdin is a terminal", yes(io::stdin().is_terminal())),
        pair("stdout is a terminal", yes(tty)),
        pair("stderr is a terminal", yes(io::stderr().is_terminal())),
        ("size".into(), terminal::size().map(|(columns, lines)| format!("{columns}x{lines}"))),
        pair("colour", yes(terminal::color(common.color, tty))),
        pair("marks", marks(common)),
    ]
}

/// The signs that the screen would draw with.
fn marks(common: &Common) -> &'static str {
    let context = resolve::context(common);
    // A file that can not be read is told by every other command.
    let wanted = resolve::looks(common).ok().and_then(|looks| looks.glyphs);
    let found = wanted.unwrap_or_else(|| glyphs(locale(&context), context.var("TERM").unwrap_or_default()));
    match found {
        _ if common.ascii => "ascii",
        GlyphSet::Ascii => "ascii",
        GlyphSet::Cp437 => "cp437",
        GlyphSet::Unicode => "unicode",
    }
}

fn places(context: &Context) -> Vec<Pair> {
    let told = |path: &Path| {
        let found = if path.exists() { "found" } else { "not there" };
        format!("{} ({found})", path.display())
    };
    vec![pair("config", told(&context.config_path())), ("state".into(), context.state_dir().map(|dir| told(&dir)))]
}

fn clipboards(context: &Context) -> Vec<Pair> {
    let ways: Vec<&str> = clipboard(context).iter().map(|way| way.title()).collect();
    vec![
        pair(
            "copies by",
            if ways.is_empty() { "nothing: v shows for selection".to_owned() } else { ways.join(", else ") },
        ),
        pair("over SSH", yes(is_remote(context))),
        ("tmux version".into(), context.var("TMUX").and_then(|_| tmux_version())),
    ]
}

/// `3.3a`; `None` when tmux cannot be run.
fn tmux_version() -> Option<String> {
    let output = Command::new("tmux").arg("-V").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().trim_start_matches("tmux ").to_owned())
}

/// How long it takes to connect and to ask.
fn distance(place: &Place, common: &Common) -> Result<Vec<Pair>, Failure> {
    let target = resolve::resolve(place, common)?;
    let begin = Instant::now();
    let (server, connected, fastest) = session::with(&target, common, async |session| {
        let connected = begin.elapsed();
        let mut server = session.server().await?;
        for _ in 1..TIMED {
            server = session.server().await?;
        }
        Ok((server, connected, session.sent().iter().map(|sent| sent.took).min()))
    })?;
    let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
    Ok(vec![
        pair("server", format!("{} {}", server.engine.title(), server.version)),
        pair("connected in", ms(connected)),
        ("fastest answer".into(), fastest.map(ms)),
    ])
}
