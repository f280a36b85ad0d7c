//! The command line: clap types only.

use crate::config::{ConfigError, Overrides};
use std::ffi::OsString;
use std::fmt;

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
