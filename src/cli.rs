//! The command line: clap types only.
//!
//! psql's letters are the default (`-h` is the host, so help is `--help` only); `--mysql` switches to
//! mysql's. Column ids, formats and exit codes that scripts rely on stand in the long help.

use crate::config::{ConfigError, Overrides, redact};
use crate::erd::RowSet;
use crate::report::check::CheckFormat;
use crate::report::{FACTS, FINDINGS, Format};
use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Args, Command as Clap, CommandFactory, Parser, Subcommand, ValueEnum, ValueHint};
use std::ffi::OsString;
use std::fmt;
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

const DIAGRAMS: &str = "\
Formats: `text` is the drawing of the screen (the default). `json` is one object with tables and relations, each
key once. `mermaid`, `dot` (Graphviz), `dbml`, `plantuml` and `d2` are documents of those tools; `svg` is
a picture that needs none. Partitions are drawn as their table. The same schema gives the same bytes. A relation
that is guessed is never declared: it is drawn dotted, and JSON says inferred with its confidence.";

const PLANS: &str = "\
The statement is planned in a read-only transaction and never executed; what could do more than read while it is
planned is refused. Several statements of a file are planned one by one; the exit code is 2 when one has no plan.
Plans are read as EXPLAIN prints them, with ANALYZE or without: PostgreSQL FORMAT TEXT and JSON (also as psql shows
them), MySQL FORMAT=JSON, TREE and TRADITIONAL, MariaDB EXPLAIN and ANALYZE FORMAT=JSON and the table, SQLite EXPLAIN
QUERY PLAN. Formats: `text` (the default), `json`, `markdown`.";

const CHECK: &str = "\
Formats: `text` (the default) is one line a finding; `json` is one object for one target, and an object with
`targets` for several; `jsonl` one finding a line; `markdown` for a ticket; `sarif`, `junit`, `nagios` and
`prometheus` as their readers want them.

Exit codes: 0 nothing at or above --fail-on, 1 warnings (or what --fail-on names), 2 critical, 3 could not tell:
no connection, a bad argument, or a rule of --require that could not look. 128+n ended by signal n.
Accepted findings stand in dblens.toml of the working folder, else in the state folder:
  [[accept]]
  key = \"index-unused|sales.orders_note_idx\"
  reason = \"used by the yearly report\"
  until = 2027-02-01";

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
    pub place: Place,
    #[command(flatten)]
    pub screen: ScreenArgs,
    #[command(flatten)]
    pub common: Common,
}

/// Which database: a word, and letters that say more or stand alone.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Connection")]
pub struct Place {
    /// URL, file, service=NAME, the name of a configured connection, or demo
    #[arg(value_name = "TARGET", value_hint = ValueHint::AnyPath)]
    pub target: Option<String>,
    #[command(flatten)]
    pub letters: TargetArgs,
}

impl Place {
    /// True when a word or a letter says which database is meant.
    pub fn says_anything(&self) -> bool {
        let letters = &self.letters;
        let texts = [&self.target, &letters.host, &letters.port, &letters.user, &letters.database];
        texts.iter().any(|text| text.is_some()) || letters.ask_password || letters.mysql
    }

    /// Fills what is missing here with what stood before the command: `dblens -h db show tables`.
    fn or(&mut self, outer: &Self) {
        let text = |mine: &mut Option<String>, theirs: &Option<String>| {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        };
        text(&mut self.target, &outer.target);
        let (mine, theirs) = (&mut self.letters, &outer.letters);
        text(&mut mine.host, &theirs.host);
        text(&mut mine.port, &theirs.port);
        text(&mut mine.user, &theirs.user);
        text(&mut mine.database, &theirs.database);
        mine.ask_password |= theirs.ask_password;
        mine.mysql |= theirs.mysql;
    }
}

/// A URL may hold a password.
impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = self.target.as_deref().map(redact);
        f.debug_struct("Place").field("target", &target).field("letters", &self.letters).finish()
    }
}

/// psql's letters, shared by all commands that take a target. `--mysql` changes them to mysql's: give
/// the arguments to [`mysql_letters`] before clap sees them. `-h` is the host, so a command that flattens
/// this needs `disable_help_flag` (it reaches subcommands) and a `--help` argument of its own.
#[derive(Clone, Default, clap::Args)]
#[command(next_help_heading = "Connection")]
pub struct TargetArgs {
    /// Host, list of hosts, or folder of a unix socket
    #[arg(short = 'h', long, value_name = "HOST")]
    pub host: Option<String>,
    /// Port, or list of ports
    #[arg(short = 'p', long, value_name = "PORT")]
    pub port: Option<String>,
    /// User
    #[arg(short = 'U', long = "username", visible_alias = "user", value_name = "USER")]
    pub user: Option<String>,
    /// Database; without a TARGET also a URL or a connection string
    #[arg(short = 'd', long = "dbname", visible_alias = "database", value_name = "DB")]
    pub database: Option<String>,
    /// Ask for the password
    #[arg(short = 'W', long = "password")]
    pub ask_password: bool,
    /// MySQL or MariaDB, with the letters of mysql: -h HOST -P PORT -u USER -D DB, -p asks for the password
    #[arg(long)]
    pub mysql: bool,
}

impl TargetArgs {
    pub fn overrides(&self) -> Overrides {
        Overrides {
            host: self.host.clone(),
            port: self.port.clone(),
            user: self.user.clone(),
            database: self.database.clone(),
            ask_password: self.ask_password,
            mysql: self.mysql,
        }
    }
}

/// `-d` may hold a URL with a password.
impl fmt::Debug for TargetArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TargetArgs").field(&self.overrides()).finish()
    }
}

/// Turns mysql's letters into the long options of [`TargetArgs`] when `--mysql` is among the arguments.
/// Without it, and behind `--`, nothing changes. The first argument is the program's name.
///
/// # Errors
/// `-pPASSWORD`: everybody on the machine could read it.
pub fn mysql_letters(args: impl IntoIterator<Item = OsString>) -> Result<Vec<OsString>, ConfigError> {
    let args: Vec<OsString> = args.into_iter().collect();
    let end = args.iter().position(|arg| arg == "--").unwrap_or(args.len());
    let (ours, rest) = args.split_at(end);
    if !ours.iter().any(|arg| arg == "--mysql") {
        return Ok(args);
    }
    let mut out: Vec<OsString> = Vec::with_capacity(args.len());
    let mut value_follows = false;
    for (number, arg) in ours.iter().enumerate() {
        if number == 0 || std::mem::take(&mut value_follows) {
            out.push(arg.clone());
            continue;
        }
        let Some((letter, attached)) = arg.to_str().and_then(letter) else {
            out.push(arg.clone());
            continue;
        };
        let long = match letter {
            'h' => "--host",
            'P' => "--port",
            'u' => "--username",
            'D' => "--dbname",
            'p' if attached.is_empty() => {
                out.push("--password".into());
                continue;
            }
            'p' => {
                return Err(ConfigError::new("A password behind -p can be read by everybody on this machine.")
                    .hint("Write -p alone to be asked, or use MYSQL_PWD or ~/.my.cnf."));
            }
            _ => {
                out.push(arg.clone());
                continue;
            }
        };
        match attached.strip_prefix('=').unwrap_or(attached) {
            "" => {
                out.push(long.into());
                value_follows = true;
            }
            value => out.push(format!("{long}={value}").into()),
        }
    }
    out.extend(rest.iter().cloned());
    Ok(out)
}

/// `-Xrest` as letter and rest.
fn letter(arg: &str) -> Option<(char, &str)> {
    let rest = arg.strip_prefix('-')?;
    let letter = rest.chars().next().filter(char::is_ascii_alphabetic)?;
    Some((letter, rest.get(1..)?))
}

/// Options of the screen.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Screen")]
pub struct ScreenArgs {
    /// Print one frame as text when the data is there, and end; needs no terminal
    #[arg(long)]
    pub inline: bool,
    /// Few bytes for a slow line: 16 colours, ages by the minute, one frame a second
    #[arg(long)]
    pub low_bandwidth: bool,
}

impl ScreenArgs {
    /// What was said before the command and behind it.
    pub fn or(&self, other: &Self) -> Self {
        Self { inline: self.inline || other.inline, low_bandwidth: self.low_bandwidth || other.low_bandwidth }
    }

    /// How long `--inline` waits for the data; `None` is the screen.
    pub fn limit(&self, common: &Common) -> Option<Duration> {
        self.inline.then(|| common.timeout.unwrap_or(Duration::from_secs(30)))
    }
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
    /// Of `check`: SARIF 2.1.0
    Sarif,
    /// Of `check`: JUnit XML
    Junit,
    /// Of `check`: one line of a monitoring plugin
    Nagios,
    /// Of `check`: numbers for the collector of text files
    Prometheus,
    /// Of `report`: one file that loads nothing
    Html,
    // Of `erd` only.
    #[value(hide = true)]
    Mermaid,
    #[value(hide = true)]
    Dot,
    #[value(hide = true)]
    Dbml,
    #[value(hide = true)]
    Plantuml,
    #[value(hide = true)]
    D2,
    #[value(hide = true)]
    Svg,
}

impl FormatArg {
    /// The format of a list; `None` for those of `check` or `erd` alone.
    pub fn of_list(self) -> Option<Format> {
        Some(match self {
            Self::Table => Format::Table,
            Self::Plain => Format::Plain,
            Self::Json => Format::Json,
            Self::Jsonl => Format::Jsonl,
            Self::Csv => Format::Csv,
            Self::Tsv => Format::Tsv,
            Self::Markdown => Format::Markdown,
            Self::Sarif | Self::Junit | Self::Nagios | Self::Prometheus | Self::Html => return None,
            Self::Mermaid | Self::Dot | Self::Dbml | Self::Plantuml | Self::D2 | Self::Svg => return None,
        })
    }

    /// The format of a report of findings; `None` for those of lists alone.
    pub fn of_check(self) -> Option<CheckFormat> {
        Some(match self {
            Self::Table | Self::Plain => CheckFormat::Text,
            Self::Json => CheckFormat::Json,
            Self::Jsonl => CheckFormat::Jsonl,
            Self::Markdown => CheckFormat::Markdown,
            Self::Sarif => CheckFormat::Sarif,
            Self::Junit => CheckFormat::Junit,
            Self::Nagios => CheckFormat::Nagios,
            Self::Prometheus => CheckFormat::Prometheus,
            Self::Csv | Self::Tsv | Self::Html => return None,
            Self::Mermaid | Self::Dot | Self::Dbml | Self::Plantuml | Self::D2 | Self::Svg => return None,
        })
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The screen over a demo database that is built in: no server, no set-up
    Demo(ScreenArgs),
    /// One list without the screen
    #[command(after_help = FORMATS, after_long_help = FORMATS)]
    Show(Show),
    /// What is wrong: findings with evidence, script and undo; the exit code is for monitoring
    #[command(after_help = CHECK, after_long_help = CHECK)]
    Check(Check),
    /// What is looked for, or the manual page of one rule
    Rules(Rules),
    /// Relations between tables: around one, from one to another, as a map
    #[command(after_help = DIAGRAMS, after_long_help = DIAGRAMS)]
    Erd(Erd),
    /// The plan of a statement, which is never executed; or a plan that was made elsewhere
    #[command(after_help = PLANS, after_long_help = PLANS)]
    Explain(Explain),
    /// The least-privilege role for this server as SQL; nothing is run
    Grants(Place),
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
    /// What this terminal is, for a fault report; with TARGET also how far the server is. Never a secret
    Doctor(Place),
    /// One page to hand over: the verdict, what is big, what costs the time, how to read the schema
    Report(Place),
    #[command(hide = true)]
    Snapshot(LaterArgs),
    #[command(hide = true)]
    Diff(LaterArgs),
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
    pub place: Place,
    /// Also what belongs to the engine or to an extension
    #[arg(help_heading = "List", long)]
    pub system: bool,
    /// statements: look twice, this far apart, and tell what happened between
    #[arg(help_heading = "List", long, value_name = "DURATION", value_parser = duration)]
    pub interval: Option<Duration>,
}

/// What to check, and what counts.
#[derive(Args, Debug, Default)]
pub struct Check {
    #[command(flatten)]
    pub place: Place,
    /// More targets, checked side by side
    #[arg(help_heading = "Check", value_name = "MORE", value_hint = ValueHint::AnyPath)]
    pub more: Vec<String>,
    /// Every connection of config.toml
    #[arg(help_heading = "Check", long)]
    pub all: bool,
    /// Only these rules
    #[arg(help_heading = "Check", long, value_name = "ID,…", value_delimiter = ',')]
    pub only: Vec<String>,
    /// All but these rules
    #[arg(help_heading = "Check", long, value_name = "ID,…", value_delimiter = ',')]
    pub skip: Vec<String>,
    /// Exit with 3 when one of these could not look
    #[arg(help_heading = "Check", long, value_name = "ID,…", value_delimiter = ',')]
    pub require: Vec<String>,
    /// From which severity on the exit code is not 0
    #[arg(help_heading = "Check", long, value_enum, value_name = "SEVERITY", default_value_t)]
    pub fail_on: FailOn,
    /// strict: also hints; d1: also the limits of Cloudflare D1
    #[arg(help_heading = "Check", long, value_enum, value_name = "PROFILE", default_value_t)]
    pub profile: ProfileArg,
    /// An earlier report as JSON: what stands in it does not count
    #[arg(help_heading = "Check", long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Option<PathBuf>,
    /// Write the script of each finding, and its undo, as files
    #[arg(help_heading = "Check", long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub scripts: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Critical,
    #[default]
    Warning,
    Notice,
    Info,
    Never,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ProfileArg {
    #[default]
    Default,
    Strict,
    D1,
}

#[derive(Args, Debug)]
pub struct Rules {
    /// The page of this rule
    pub id: Option<String>,
    /// Only rules for this engine, with the rights that they need there
    #[arg(long, value_enum, value_name = "ENGINE")]
    pub engine: Option<EngineArg>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineArg {
    Postgresql,
    Mysql,
    Mariadb,
    Sqlite,
}

#[derive(Args, Debug)]
pub struct Erd {
    #[command(flatten)]
    pub place: Place,
    /// A table and what is around it
    #[arg(help_heading = "Diagram", long, value_name = "TABLE", group = "part")]
    pub focus: Option<String>,
    /// How many relations away from --focus
    #[arg(help_heading = "Diagram", long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=3))]
    pub steps: u8,
    /// How to join one table to another
    #[arg(help_heading = "Diagram", long, num_args = 2, value_names = ["FROM", "TO"], group = "part")]
    pub path: Vec<String>,
    /// Where to begin with an unknown schema: hubs, junctions, lookups, logs, what stands apart
    #[arg(help_heading = "Diagram", long, group = "part")]
    pub reading: bool,
    /// What a delete of one row of a table takes along
    #[arg(help_heading = "Diagram", long, value_name = "TABLE", group = "part")]
    pub cascade: Option<String>,
    /// The tables of a schema
    #[arg(help_heading = "Diagram", long, value_name = "SCHEMA", group = "part")]
    pub group: Option<String>,
    /// These tables, with commas between
    #[arg(help_heading = "Diagram", long, value_name = "LIST", value_delimiter = ',', group = "part")]
    pub tables: Vec<String>,
    /// Also relations that are not declared: likely by name, type and statistics
    #[arg(help_heading = "Diagram", long)]
    pub inferred: bool,
    /// Which columns a table shows
    #[arg(help_heading = "Diagram", long, value_enum, default_value_t, value_name = "SET")]
    pub columns: ColumnsArg,
    /// What is written on the boxes of a map and on its groups
    #[arg(help_heading = "Diagram", long, value_enum, value_name = "WHAT")]
    pub overlay: Option<OverlayArg>,
    /// Also what belongs to the engine or to an extension
    #[arg(help_heading = "Diagram", long)]
    pub system: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColumnsArg {
    /// Primary, foreign and unique keys
    #[default]
    Keys,
    /// Also columns with an index
    Indexed,
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OverlayArg {
    /// Bytes with indexes
    Size,
    /// Rows inserted, updated and deleted since the counters began
    Writes,
    /// What `check` finds
    Findings,
}

impl From<ColumnsArg> for RowSet {
    fn from(arg: ColumnsArg) -> Self {
        match arg {
            ColumnsArg::Keys => Self::Keys,
            ColumnsArg::Indexed => Self::Indexed,
            ColumnsArg::All => Self::All,
        }
    }
}

/// What is planned, or which plans are read.
#[derive(Args, Debug)]
pub struct Explain {
    #[command(flatten)]
    pub place: Place,
    /// A file with statements; standard input without it
    #[arg(help_heading = "Plan", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// Read this plan instead, no target needed; - is standard input
    #[arg(help_heading = "Plan", long = "plan", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub plans: Vec<PathBuf>,
    /// Put this plan beside the other one
    #[arg(help_heading = "Plan", long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub compare: Option<PathBuf>,
    /// A value for a place (`$1`, `?`), in their order; NULL is none
    #[arg(help_heading = "Plan", long = "value", value_name = "VALUE", allow_hyphen_values = true)]
    pub values: Vec<String>,
}

#[derive(Args, Debug)]
pub struct Connections {
    /// Print each value of this target and where it came from
    #[arg(long)]
    pub explain: bool,
    #[command(flatten)]
    pub place: Place,
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
            Some(Command::Show(args)) => args.place.or(&self.place),
            Some(Command::Erd(args)) => args.place.or(&self.place),
            Some(Command::Check(args)) => args.place.or(&self.place),
            Some(Command::Explain(args)) => args.place.or(&self.place),
            Some(Command::Grants(args) | Command::Doctor(args) | Command::Report(args)) => args.or(&self.place),
            Some(Command::Connections(args)) => args.place.or(&self.place),
            _ => {}
        }
    }
}

/// The command as `completions` and `man` describe it.
pub fn command() -> Clap {
    Cli::command()
}

fn facts() -> Vec<&'static str> {
    FACTS.iter().map(|fact| fact.id).chain([FINDINGS]).collect()
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
    }

    /// A flattened place lends its heading to what follows it.
    #[test]
    fn only_the_place_stands_under_its_heading() {
        let mut all = command();
        all.build();
        let place = ["target", "host", "port", "user", "database", "ask_password", "mysql"];
        for one in all.get_subcommands() {
            let under = one.get_arguments().filter(|arg| arg.get_help_heading() == Some("Connection"));
            let others: Vec<&str> = under.map(|arg| arg.get_id().as_str()).filter(|id| !place.contains(id)).collect();
            assert!(others.is_empty(), "{}: {others:?}", one.get_name());
        }
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

#[cfg(test)]
mod target_tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    #[command(disable_help_flag = true)]
    struct Program {
        target: Option<String>,
        #[command(flatten)]
        args: TargetArgs,
        #[arg(long, action = clap::ArgAction::Help)]
        help: Option<bool>,
    }

    fn parse(line: &str) -> Result<(Option<String>, Overrides), String> {
        let args = ["dblens"].into_iter().chain(line.split_whitespace()).map(OsString::from);
        let args = mysql_letters(args).map_err(|error| error.to_string())?;
        let program = Program::try_parse_from(args).map_err(|error| error.to_string())?;
        Ok((program.target, program.args.overrides()))
    }

    fn given(host: &str, port: &str, user: &str, database: &str) -> Overrides {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Overrides {
            host: text(host),
            port: text(port),
            user: text(user),
            database: text(database),
            ..Overrides::default()
        }
    }

    #[test]
    fn letters_of_psql() {
        let all = given("h", "6432", "ada", "shop");
        assert_eq!(parse("-h h -p 6432 -U ada -d shop").unwrap(), (None, all.clone()));
        assert_eq!(parse("-hh -p6432 -Uada -dshop").unwrap(), (None, all.clone()));
        assert_eq!(parse("--host=h --port=6432 --username ada --dbname shop").unwrap(), (None, all.clone()));
        let asked = Overrides { ask_password: true, ..all };
        assert_eq!(parse("-W -h h -p 6432 -U ada -d shop x").unwrap(), (Some("x".into()), asked));
        assert!(parse("-u ada").is_err());
    }

    #[test]
    fn letters_of_mysql() {
        let all = Overrides { mysql: true, ..given("h", "3307", "root", "shop") };
        assert_eq!(parse("--mysql -h h -P 3307 -u root -D shop").unwrap(), (None, all.clone()));
        assert_eq!(parse("-hh -P3307 -uroot -Dshop --mysql").unwrap(), (None, all.clone()));
        let asked = Overrides { ask_password: true, ..all.clone() };
        assert_eq!(parse("--mysql -h h -P 3307 -u root -D shop -p x").unwrap(), (Some("x".into()), asked));
        assert!(parse("--mysql -h").is_err() && parse("-h h -P 1").is_err());
        assert_eq!(parse("--mysql -- -p").unwrap().0.as_deref(), Some("-p"));
    }

    #[test]
    fn a_password_on_the_command_line_is_refused_and_not_shown() {
        let error = parse("--mysql -ptops3cret").unwrap_err();
        assert!(error.contains("everybody") && !error.contains("tops3cret"), "{error}");
        let program = Program::try_parse_from(["dblens", "-d", "postgres://a:tops3cret@h"]).unwrap();
        assert!(!format!("{:?}", program.args).contains("tops3cret"));
    }

    #[test]
    fn help_is_the_long_word_only() {
        assert!(parse("--help").unwrap_err().contains("--mysql"));
        assert!(parse("-h").unwrap_err().contains("a value is required"));
    }
}
