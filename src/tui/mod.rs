//! The screen: `run` sets up the terminal, `update` changes the state, `draw` paints it.
//!
//! It holds no connection and awaits no server: it sends jobs to [`crate::collect`] and receives
//! answers. A view is one module under [`pane`]; what lies over a view is one under `overlay`.

mod app;
mod clipboard;
mod draw;
mod export;
mod facts;
mod glyphs;
mod guardian;
pub mod health;
mod heap;
mod inline;
mod input;
mod jump;
mod kept;
mod keymap;
mod keys;
mod layout;
mod live;
mod measures;
mod msg;
mod overlay;
pub mod pane;
mod picker;
mod plans;
mod queries_facts;
mod query_facts;
mod rows;
mod run;
mod save;
mod screen;
mod server_text;
#[cfg(test)]
mod tests;
mod theme;
mod trouble;
mod tty;
mod update;
mod widget;
mod writer;

use crate::config::{Context, GlyphSet, Looks, Selection, Target};
use glyphs::Glyphs;
pub use run::{run, run_with};
use std::io;
use std::time::Duration;
use theme::{Depth, Theme};
use widget::Look;

/// When colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// Unless `NO_COLOR` is set or the terminal has none.
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Clone, Debug)]
pub struct Options {
    /// `None` opens the picker.
    pub target: Option<Target>,
    /// Where the picker finds connections.
    pub context: Context,
    /// Nothing is written but what is asked for: not even when a connection was last used.
    pub no_state: bool,
    /// Theme, signs, selection.
    pub looks: Looks,
    /// Only ASCII signs, whatever the locale says.
    pub ascii: bool,
    /// Few bytes: no colour steps, no moving parts, ages by the minute.
    pub low_bandwidth: bool,
    /// No screen: one frame is printed when the data is here, at the latest after this.
    pub inline: Option<Duration>,
    pub color: Color,
    /// Ends the process at once with this code: for the case that something hangs for two seconds after
    /// the end was asked for. `std::process::exit`, which belongs to `main`.
    pub end_process: fn(i32) -> !,
}

/// How the screen ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// By the person. `line` may stay in the shell.
    Quit { line: String },
    /// By this signal, or by the end of the terminal (1). A shell wants 128 more as exit code; nothing is
    /// to be printed.
    Signal(i32),
    /// All is said and done, with this exit code.
    Ended(i32),
}

impl Exit {
    pub fn code(&self) -> i32 {
        match self {
            Self::Quit { .. } => 0,
            Self::Signal(number) => 128 + number,
            Self::Ended(code) => *code,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the terminal: {0}")]
    Terminal(#[source] io::Error),
    /// The screen's process, by this signal. The terminal was given back.
    #[error("the screen was killed by signal {0} (kill -9, or no memory left); the terminal is as before.")]
    Killed(i32),
    #[error("can not write: {0}")]
    Output(#[source] io::Error),
    /// A fault of ours in another thread.
    #[error("a fault in this program: {0}")]
    Fault(String),
}

impl Error {
    /// The exit code: 2 is a failure.
    pub fn code(&self) -> i32 {
        if let Self::Killed(signal) = self { 128 + signal } else { 2 }
    }
}

/// What the environment tells of the terminal. Nothing is asked of the terminal itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Surroundings {
    term: String,
    colorterm: String,
    locale: String,
    ssh: bool,
    tmux: bool,
    no_color: bool,
}

impl Surroundings {
    fn read() -> Self {
        let var =
            |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).unwrap_or_default();
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().map(|name| var(name)).find(|value| !value.is_empty());
        Self {
            term: var("TERM"),
            colorterm: var("COLORTERM"),
            locale: locale.unwrap_or_default(),
            ssh: !var("SSH_CONNECTION").is_empty(),
            tmux: !var("TMUX").is_empty(),
            no_color: !var("NO_COLOR").is_empty(),
        }
    }

    /// The looks, and what is wrong with those that were asked for: then they are the default ones,
    /// because nobody is kept from a database by a colour.
    fn look(&self, options: &Options) -> (Look, Option<String>) {
        let depth = Depth::of(&self.term, &self.colorterm);
        let colors = match options.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => !self.no_color && depth > Depth::None,
        };
        let depth = if self.is_narrow(options) { depth.min(Depth::Ansi) } else { depth };
        // A terminal that is said to have none has the sixteen when the person insists.
        let depth = if options.color == Color::Always { depth.max(Depth::Ansi) } else { depth };
        let (theme, trouble) = match options.looks.theme.as_deref().filter(|_| colors) {
            Some(name) => match Theme::load(name, &options.looks.themes) {
                Ok(theme) => (theme, None),
                Err(why) => (Theme::terminal(), Some(why)),
            },
            None if colors => (Theme::terminal(), None),
            None => (Theme::mono(), None),
        };
        let row = options.looks.selection == Selection::Row;
        (Look { theme: theme.at(depth), glyphs: self.glyphs(options), depth, row }, trouble)
    }

    fn glyphs(&self, options: &Options) -> &'static Glyphs {
        match options.looks.glyphs {
            _ if options.ascii => &glyphs::ASCII,
            Some(GlyphSet::Ascii) => &glyphs::ASCII,
            Some(GlyphSet::Cp437) => &glyphs::CP437,
            Some(GlyphSet::Unicode) => &glyphs::UNICODE,
            None => glyphs::choose(&self.locale, &self.term),
        }
    }

    /// True when the bytes of other characters than ASCII would be control codes to the terminal. Signs that
    /// are ASCII by choice do not touch names.
    fn only_ascii(&self, options: &Options) -> bool {
        let told = matches!(options.looks.glyphs, Some(GlyphSet::Unicode | GlyphSet::Cp437));
        !told && *glyphs::choose(&self.locale, &self.term) == glyphs::ASCII
    }

    /// A bare ESC is held so long: on a slow line the rest of an arrow key may come late.
    fn escape_wait(&self) -> Duration {
        Duration::from_millis(if self.ssh { 150 } else { 25 })
    }

    /// How long the cursor rests before the detail follows.
    fn rest(&self) -> Duration {
        Duration::from_millis(if self.ssh { 150 } else { 80 })
    }

    /// Whether bytes are to be spared: asked for, or a terminal of the time of serial lines.
    fn is_narrow(&self, options: &Options) -> bool {
        options.low_bandwidth || self.term.starts_with("vt1") || self.term.starts_with("vt2")
    }

    /// How many frames a second data may cause.
    fn frames(&self, options: &Options) -> usize {
        match self.is_narrow(options) {
            true => 1,
            false if self.ssh => 5,
            false => 10,
        }
    }

    /// Whether a large frame may be wrapped in a synchronized update.
    fn may_sync(&self) -> bool {
        !self.tmux && !self.term.starts_with("vt") && self.term != "linux"
    }
}
