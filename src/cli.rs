//! The command line: clap types only.
//!
//! psql's letters are the default (`-h` is the host, so help is `--help` only); `--mysql` switches to
//! mysql's. Column ids, formats and exit codes that scripts rely on stand in the long help.

use crate::report::{FACTS, Format, LATER};
use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Args, Command as Clap, CommandFactory, Parser, Subcommand, ValueEnum, ValueHint};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

const TARGETS: &str = "\
TARGET is one of
  postgres://USER@HOST:PORT/DATABASE   also postgresql://
  mysql://USER@HOST:PORT/DATABASE      also mariadb://
  sqlite:PATH or PATH                  a SQLite file
  service=NAME                         of pg_service.conf
  NAME                                 a connection of config.toml
  demo                                 the demo database that is built in

Exit codes: 0 done, 2 could not connect or failed, 3 bad argument or no terminal, 128+n ended by signal n.
A password on the command line can be seen by other users of this machine: use a password file or -W.";

const FORMATS: &str = "\
Formats: `table` is for people (units, cut to the terminal). `plain` is one row a line with tabs between, raw
numbers and a header of column ids, for cut, awk and grep; control characters of names are escaped. `json` is
one object with server, status, reason, rows and notes; `jsonl` one row a line; `csv` and `tsv` quote where
they have to, lists are JSON text. `markdown` is a table with notes. Unknown is null in JSON, empty in plain,
CSV and TSV, a dash elsewhere. Without --format: `table` on a terminal, by the ending of --output (.json .jsonl
.csv .tsv .md), else `plain`. What belongs to the engine or to an extension is left out without --system.";

#[derive(Debug, Parser)]
#[command(
    name = "dblens",
    version,
    about = "Looks into a PostgreSQL, MySQL, MariaDB or SQLite database and cannot change it",
    after_help = TARGETS,
    disable_help_flag = true,
    disable_help_subcommand = true,
    infer_long_args = false
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub screen: ScreenArgs,
    #[command(flatten)]
    pub common: Common,
}

/// Which database, by a word and the letters of psql (or, with `--mysql`, of mysql).
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Connection")]
pub struct TargetArgs {
    /// URL, file, service=NAME or the name of a configured connection
    #[arg(value_name = "TARGET", value_hint = ValueHint::AnyPath)]
    pub target: Option<String>,
    /// Host, or the directory of a unix socket
    #[arg(short = 'h', long, value_name = "HOST", value_hint = ValueHint::Hostname)]
    pub host: Option<String>,
    /// Port (-P with --mysql)
    #[arg(short = 'p', long, value_name = "PORT")]
    pub port: Option<u16>,
    /// User (-u with --mysql)
    #[arg(short = 'U', long, value_name = "USER")]
    pub user: Option<String>,
    /// Database (-D with --mysql)
    #[arg(short = 'd', long = "dbname", value_name = "DATABASE")]
    pub database: Option<String>,
    /// Ask for the password (-p with --mysql)
    #[arg(short = 'W', long = "password")]
    pub ask_password: bool,
    /// The letters of mysql: -h HOST -P PORT -u USER -p -D DATABASE
    #[arg(long)]
    pub mysql: bool,
}

impl TargetArgs {
    /// Fills what is missing here with what stood before the command: `dblens -h db show tables`.
    pub fn or(&mut self, outer: &Self) {
        let text = |mine: &mut Option<String>, theirs: &Option<String>| {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        };
        text(&mut self.target, &outer.target);
        text(&mut self.host, &outer.host);
        text(&mut self.user, &outer.user);
        text(&mut self.database, &outer.database);
        self.port = self.port.or(outer.port);
        self.ask_password |= outer.ask_password;
        self.mysql |= outer.mysql;
    }
}

/// Options of the screen.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Screen")]
pub struct ScreenArgs {
    /// Print one frame and end
    #[arg(long)]
    pub inline: bool,
    /// Few bytes: no colour steps, no sparklines, refresh on key only
    #[arg(long)]
    pub low_bandwidth: bool,
}

/// Options of every command.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Common options")]
pub struct Common {
    /// How to print
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    pub format: Option<FormatArg>,
    /// The same as --format json
    #[arg(long, global = true, conflicts_with = "format")]
    pub json: bool,
    /// Write to a file: whole, then renamed into place
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Limit for the whole command: 30s, 500ms, 2m
    #[arg(long, global = true, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// No notes on standard error
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Colour on the terminal; NO_COLOR turns it off too
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// Only ASCII marks
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Another config.toml
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Write no state
    #[arg(long, global = true)]
    pub no_state: bool,
    /// Write a log of what was done, without secrets
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub log: Option<PathBuf>,
    /// Print help
    #[arg(long, global = true, action = ArgAction::HelpLong)]
    help: Option<bool>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    #[value(alias = "text")]
    Table,
    Plain,
    Json,
    Jsonl,
    Csv,
    Tsv,
    #[value(alias = "md")]
    Markdown,
}

impl From<FormatArg> for Format {
    fn from(arg: FormatArg) -> Self {
        match arg {
            FormatArg::Table => Self::Table,
            FormatArg::Plain => Self::Plain,
            FormatArg::Json => Self::Json,
            FormatArg::Jsonl => Self::Jsonl,
            FormatArg::Csv => Self::Csv,
            FormatArg::Tsv => Self::Tsv,
            FormatArg::Markdown => Self::Markdown,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The screen over a demo database that is built in: no server, no set-up
    Demo(ScreenArgs),
    /// One list without the screen
    #[command(after_help = FORMATS, after_long_help = FORMATS)]
    Show(Show),
    /// The least-privilege role for this server as SQL; nothing is run
    Grants(TargetArgs),
    /// Known connections, or where each value of one comes from
    Connections(Connections),
    /// A completion script for a shell
    Completions {
        #[arg(value_enum)]
        shell: Shell,
    },
    /// The manual page
    Man {
        /// The page of one command
        command: Option<String>,
    },
    /// What this terminal is, for a fault report; never a secret
    Doctor,
    #[command(hide = true)]
    Check(LaterArgs),
    #[command(hide = true)]
    Erd(LaterArgs),
    #[command(hide = true)]
    Explain(LaterArgs),
    #[command(hide = true)]
    Report(LaterArgs),
    #[command(hide = true)]
    Snapshot(LaterArgs),
    #[command(hide = true)]
    Diff(LaterArgs),
    #[command(hide = true)]
    Rules(LaterArgs),
}

/// Whatever is given to a command that is not built yet.
#[derive(Args, Debug)]
pub struct LaterArgs {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub rest: Vec<OsString>,
}

#[derive(Args, Debug)]
pub struct Show {
    /// What to list
    #[arg(value_name = "FACT", value_parser = PossibleValuesParser::new(facts()))]
    pub fact: String,
    #[command(flatten)]
    pub target: TargetArgs,
    /// Also what belongs to the engine or to an extension
    #[arg(long)]
    pub system: bool,
}

#[derive(Args, Debug)]
pub struct Connections {
    /// Print each value of this target and where it came from
    #[arg(long)]
    pub explain: bool,
    #[command(flatten)]
    pub target: TargetArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Cli {
    /// Gives a command what was said before it.
    pub fn inherit(&mut self) {
        match &mut self.command {
            Some(Command::Show(args)) => args.target.or(&self.target),
            Some(Command::Grants(args)) => args.or(&self.target),
            Some(Command::Connections(args)) => args.target.or(&self.target),
            _ => {}
        }
    }
}

/// The command with psql's letters, as `completions` and `man` describe it.
pub fn command() -> Clap {
    Cli::command()
}

/// The same with mysql's letters.
pub fn mysql_command() -> Clap {
    letters(command()).mut_subcommands(letters)
}

fn letters(command: Clap) -> Clap {
    let takes_target = command.get_arguments().any(|arg| arg.get_id() == "ask_password");
    if !takes_target {
        return command;
    }
    command
        .mut_arg("port", |arg| arg.short('P'))
        .mut_arg("user", |arg| arg.short('u'))
        .mut_arg("ask_password", |arg| arg.short('p'))
        .mut_arg("database", |arg| arg.short('D'))
}

fn facts() -> Vec<&'static str> {
    FACTS.iter().map(|fact| fact.id).chain(LATER).collect()
}

/// `30s`, `500ms`, `2m`; a bare number is seconds.
fn duration(text: &str) -> Result<Duration, String> {
    const WHY: &str = "a time looks like 30s, 500ms or 2m";
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|_| WHY.into());
    }
    let span: jiff::SignedDuration = text.parse().map_err(|_| WHY)?;
    Duration::try_from(span).map_err(|_| WHY.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_sound() {
        command().debug_assert();
        mysql_command().debug_assert();
    }

    #[test]
    fn times() {
        let cases = [("30s", 30_000), ("500ms", 500), ("2m", 120_000), ("1.5", 1_500), ("1h 5m", 3_900_000)];
        for (text, ms) in cases {
            assert_eq!(duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in ["", "-1", "soon", "30x", "NaN", "inf", "-2s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
