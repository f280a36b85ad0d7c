//! What this terminal is: asked of the system and the environment, never of the terminal itself.

use super::Failure;
use crate::cli::{Color, Place, ScreenArgs};
use crate::config::redact;
use std::env;
use std::io::{self, IsTerminal};

/// The screen needs a terminal that can move its cursor; one frame of it only needs to know of what.
///
/// # Errors
///
/// A usage failure that names what to run instead.
pub fn require_screen(place: &Place, screen: &ScreenArgs) -> Result<(), Failure> {
    let shown = redact(place.target.as_deref().unwrap_or("TARGET"));
    if screen.inline {
        let picks = !place.says_anything();
        let failure = Failure::usage("--inline prints a frame of one database, but none is named.");
        return if picks { Err(failure.hint("Name it:  dblens --inline TARGET")) } else { Ok(()) };
    }
    let report = format!("For reports use:  dblens check {shown}");
    let needs = |what: &str| {
        Err(Failure::usage(format!("the screen needs a terminal, but standard {what} is not one.")).hint(&report))
    };
    if !io::stdout().is_terminal() {
        return needs("output");
    }
    if !io::stdin().is_terminal() {
        return needs("input");
    }
    match env::var("TERM").unwrap_or_default().as_str() {
        term @ ("dumb" | "") => {
            let shown = if term.is_empty() { "TERM is not set" } else { "TERM=dumb" };
            Err(Failure::usage(format!("this terminal ({shown}) can not move the cursor."))
                .hint(format!("{report}      or set TERM, for example TERM=vt100")))
        }
        _ => Ok(()),
    }
}

/// Colour or not: `--color`, then `NO_COLOR`, then what the terminal is.
pub fn color(choice: Color, terminal: bool) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && !is_set("NO_COLOR") && !matches!(env::var("TERM").as_deref(), Ok("dumb" | "")),
    }
}

/// True when a variable holds anything.
pub fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// True when the locale writes UTF-8: the first set of `LC_ALL`, `LC_CTYPE`, `LANG` decides.
pub fn is_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find(|name| is_set(name));
    let locale = locale.and_then(|name| env::var(name).ok()).unwrap_or_default().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Columns and rows of the terminal on standard output.
pub fn size() -> Option<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    (size.ws_col > 0).then_some((size.ws_col, size.ws_row))
}
