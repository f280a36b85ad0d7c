//! What this terminal is: asked of the system and the environment, never of the terminal itself.

use super::Failure;
use crate::cli::{Cli, Color, Place, ScreenArgs};
use crate::config::{near, redact};
use clap::CommandFactory;
use std::env;
use std::io::{self, IsTerminal};

/// The screen needs a terminal that can move its cursor; one frame of it only needs to know of what.
///
/// # Errors
///
/// A usage failure that names what to run instead.
pub fn require_screen(place: &Place, screen: &ScreenArgs) -> Result<(), Failure> {
    if screen.inline {
        let picks = !place.says_anything();
        let failure = Failure::usage("--inline prints a frame of one database, but none is named.");
        return if picks { Err(failure.hint("Name it:  dblens --inline TARGET")) } else { Ok(()) };
    }
    let target = place.target.as_deref();
    let report = meant(target)
        .unwrap_or_else(|| format!("For reports use:  dblens check {}", redact(target.unwrap_or("TARGET"))));
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

/// A word that is a command, or nearly one, was hardly meant as a target.
fn meant(target: Option<&str>) -> Option<String> {
    // The demo is a target too.
    let word = target.filter(|word| *word != "demo" && !std::path::Path::new(word).exists())?;
    let mut commands: Vec<String> = Cli::command().get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    commands.push("help".to_owned());
    let near = near(word, commands.iter().map(String::as_str));
    match near.first()? {
        &"help" => Some("For the manual:  dblens --help".to_owned()),
        command => Some(format!("Did you mean:  dblens {command}")),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_near_a_command_gets_the_command() {
        let cases = [
            (Some("sow"), Some("Did you mean:  dblens show")),
            (Some("help"), Some("For the manual:  dblens --help")),
            (Some("conections"), Some("Did you mean:  dblens connections")),
            (Some("postgres://h/shop"), None),
            (Some("shop"), Some("Did you mean:  dblens show")),
            (Some("warehouse"), None),
            (None, None),
        ];
        for (word, expected) in cases {
            assert_eq!(meant(word).as_deref(), expected, "{word:?}");
        }
    }
}
