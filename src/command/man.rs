//! `man`: the manual page, or the page of one command, as roff.

use super::{Exit, Failure, output};
use crate::cli::{self, Common};
use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::io::{self, Write};

/// What every command may end with.
const EXIT: &[(&str, &str)] = &[
    ("0", "Done. Also when the reader of a pipe went away."),
    ("2", "Could not connect, or failed; for show, when the status of the fact is not ready."),
    ("3", "Bad argument, or the screen without a terminal that can move its cursor."),
    ("128+n", "Ended by signal n: 129 hang-up, 130 interrupt, 143 TERM."),
];

/// What is read, from the first that is looked at to the last.
const FILES: &[(&str, &str)] = &[
    (
        "$XDG_CONFIG_HOME/dblens/config.toml, else ~/.config/dblens/config.toml",
        "Looks and connections; never a password. The picker writes it whole, with mode 0600, and keeps its comments.",
    ),
    ("themes/NAME.toml", "Beside config.toml: a theme of your own, one role = \"bold red\" on a line."),
    (
        "$XDG_STATE_HOME/dblens/recent, else ~/.local/state/dblens/recent",
        "When a connection was last used. Not written with --no-state.",
    ),
    ("~/.pg_service.conf, pg_service.conf", "Services of PostgreSQL, for service=NAME."),
    ("~/.pgpass", "Passwords of PostgreSQL; refused when others can read it."),
    (
        "/etc/my.cnf, /etc/mysql/my.cnf, ~/.my.cnf",
        "Options of MySQL and MariaDB: the groups [client] and [dblens], with !include and !includedir.",
    ),
    ("~/.postgresql/root.crt, postgresql.crt, postgresql.key", "Certificates, where PostgreSQL's own programs look."),
];

/// Variables that change something, with those that only say what the terminal is at the end.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("PGHOST, PGHOSTADDR, PGPORT, PGDATABASE, PGUSER", "Where PostgreSQL is, as for psql."),
    ("PGPASSWORD", "The password. Other programs of the same user can read it."),
    ("PGPASSFILE", "Another file than ~/.pgpass."),
    ("PGSERVICE, PGSERVICEFILE, PGSYSCONFDIR", "A service, its file, and the folder of the system's file."),
    (
        "PGSSLMODE, PGREQUIRESSL, PGSSLROOTCERT, PGSSLCERT, PGSSLKEY",
        "How the line is protected, as for psql; PGREQUIRESSL=1 is sslmode=require.",
    ),
    ("PGCONNECT_TIMEOUT", "Seconds to wait for each host."),
    ("PGTARGETSESSIONATTRS, PGOPTIONS", "Which of several hosts, and settings of the session."),
    (
        "PGCHANNELBINDING, PGGSSENCMODE, PGREQUIREAUTH, PGREQUIREPEER, PGSSLCRL, PGSSLCRLDIR, PGSSLNEGOTIATION, \
         PGLOADBALANCEHOSTS",
        "Not supported: a value that asks for more than there is gives a warning.",
    ),
    ("PGAPPNAME", "Not used: dblens names its sessions itself, so that they can be found."),
    ("MYSQL_HOST, MYSQL_TCP_PORT, MYSQL_UNIX_PORT", "Where MySQL or MariaDB is."),
    ("MYSQL_PWD", "The password. Other programs of the same user can read it."),
    ("MYSQL_GROUP_SUFFIX", "More groups of the option files, such as [client_prod]."),
    ("DATABASE_URL", "A URL that the picker lists, and that $DATABASE_URL as TARGET opens."),
    ("HOME, XDG_CONFIG_HOME, XDG_STATE_HOME", "Where the files above are."),
    ("USER, LOGNAME", "The default user where the system does not say, and the name of the sessions."),
    ("NO_COLOR", "Any value: no colours, unless --color always."),
    ("TERM, COLORTERM", "What the terminal can do: dumb or none refuses the screen, vt100 has no colours."),
    ("LC_ALL, LC_CTYPE, LANG", "The first that is set: without UTF-8 the signs are ASCII."),
    ("SSH_CONNECTION", "Keys that arrive in pieces get more time."),
    ("TMUX", "A copy goes through tmux."),
];

/// View 9: what it takes, what its guard cannot see, what stands behind it.
const SQL_VIEW: &[(&str, &str)] = &[
    (
        "What is taken",
        "One statement that only reads: SELECT, WITH, VALUES, TABLE, SHOW, DESCRIBE, EXPLAIN without ANALYZE, some \
         PRAGMAs. It is read strictly and parsed, and what it names is looked up on the server. What is refused is \
         told by its name and not sent.",
    ),
    (
        "What remains possible",
        "A function that calls itself stable and is not. On MySQL and MariaDB a view whose text this account may not \
         see (SHOW VIEW), or a loaded function with the name of a built-in one of another version. Something that is \
         redefined between the look-up and the run.",
    ),
    (
        "What stands behind it",
        "A session of its own in a read-only transaction that is rolled back, a limit of time (sql_timeout), of rows \
         and of bytes, and the rights of the role: give it few (dblens grants).",
    ),
    ("Where it is absent", "On a production database, unless allow_sql = true in config.toml."),
];

const EXAMPLES: &[(&str, &str)] = &[
    ("dblens", "Choose a database: connections, services, variables, files of this folder, a URL."),
    ("dblens demo", "Look around without a server."),
    ("dblens postgres://app_ro@db-7/shop?sslmode=verify-full", "The screen over one database."),
    ("dblens show indexes shop --json | jq '.rows[]'", "One list for a script."),
    ("dblens grants shop", "The statements that make a role with few rights."),
    ("dblens connections --explain shop", "Each value of a target and where it came from."),
    ("dblens completions bash > ~/.local/share/bash-completion/completions/dblens", "Completion in the shell."),
    ("dblens man > ~/.local/share/man/man1/dblens.1", "This page for man(1)."),
];

pub fn run(command: Option<&str>, common: &Common) -> Result<Exit, Failure> {
    output::check(common)?;
    let mut page = cli::command();
    page.build();
    if let Some(name) = command {
        let found = page.find_subcommand(name).filter(|found| !found.is_hide_set()).cloned();
        let page =
            found.ok_or_else(|| Failure::usage(format!("there is no command `{name}`")).hint("See:  dblens --help"))?;
        output::print(common, |out| Man::new(page).render(out))?;
        return Ok(Exit::DONE);
    }
    output::print(common, |out| whole(page, out))?;
    Ok(Exit::DONE)
}

/// The page with everything: the commands in full, exit codes, files, variables.
fn whole(page: Command, out: &mut dyn Write) -> io::Result<()> {
    let commands: Vec<Command> = page.get_subcommands().filter(|one| !one.is_hide_set()).cloned().collect();
    let after = page.get_after_help().map(ToString::to_string).unwrap_or_default();
    let man = Man::new(page);
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    let mut text = Roff::new();
    as_it_is(&mut text, &after);
    text.to_writer(out)?;
    man.render_options_section(out)?;
    let mut text = Roff::new();
    text.control("SH", ["COMMANDS"]);
    commands.iter().for_each(|command| section(&mut text, command));
    list(&mut text, "EXIT STATUS", EXIT);
    list(&mut text, "ENVIRONMENT", ENVIRONMENT);
    list(&mut text, "FILES", FILES);
    list(&mut text, "SQL VIEW", SQL_VIEW);
    list(&mut text, "EXAMPLES", EXAMPLES);
    text.control("SH", ["SEE ALSO"]);
    text.text([roman("psql(1), mysql(1), mariadb(1), sqlite3(1)")]);
    text.to_writer(out)
}

fn list(text: &mut Roff, title: &str, rows: &[(&str, &str)]) {
    text.control("SH", [title]);
    for (term, words) in rows {
        text.control("TP", []);
        text.text([bold(*term)]);
        text.text([roman(*words)]);
    }
}

/// What a command does, and what only it takes: options of all commands stand above.
fn section(text: &mut Roff, command: &Command) {
    let own: Vec<&Arg> = command.get_arguments().filter(|arg| is_own(arg)).collect();
    let words: Vec<String> = own.iter().filter(|arg| arg.is_positional()).map(|arg| placeholder(arg)).collect();
    let heading = ["dblens".to_owned(), command.get_name().to_owned()].into_iter().chain(words);
    text.control("SS", [heading.collect::<Vec<_>>().join(" ").as_str()]);
    text.text([roman(command.get_about().map(ToString::to_string).unwrap_or_default())]);
    for arg in own {
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let values: Vec<String> = match arg.get_num_args().is_some_and(|range| range.takes_values()) {
            true => arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect(),
            false => Vec::new(),
        };
        let values = if values.is_empty() { String::new() } else { format!(" One of: {}.", values.join(", ")) };
        let words = format!("{help}{}{values}", if help.is_empty() || help.ends_with('.') { "" } else { "." });
        text.control("TP", []);
        text.text([bold(term(arg))]);
        text.text([roman(words.trim())]);
    }
    if let Some(after) = command.get_after_help() {
        as_it_is(text, &after.to_string());
    }
}

fn is_own(arg: &Arg) -> bool {
    let shared = arg.is_global_set() || arg.get_help_heading() == Some("Connection");
    !arg.is_hide_set() && (!shared || arg.get_id() == "target")
}

fn placeholder(arg: &Arg) -> String {
    let name = arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    let name = name.unwrap_or_else(|| arg.get_id().to_string()).to_uppercase();
    if arg.is_required_set() { name } else { format!("[{name}]") }
}

/// `-o, --output FILE`, or the placeholder.
fn term(arg: &Arg) -> String {
    if arg.is_positional() {
        return placeholder(arg).trim_matches(['[', ']']).to_owned();
    }
    let short = arg.get_short().map(|letter| format!("-{letter}"));
    let long = arg.get_long().map(|word| format!("--{word}"));
    let value = arg.get_num_args().is_some_and(|range| range.takes_values());
    let names = short.into_iter().chain(long).collect::<Vec<_>>().join(", ");
    if value { format!("{names} {}", placeholder(arg).trim_matches(['[', ']'])) } else { names }
}

/// Lines that are laid out already.
fn as_it_is(text: &mut Roff, lines: &str) {
    text.control("PP", []);
    text.control("nf", []);
    for line in lines.lines() {
        text.text([roman(line)]);
    }
    text.control("fi", []);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn page() -> String {
        let mut page = cli::command();
        page.build();
        let mut out = Vec::new();
        whole(page, &mut out).unwrap();
        String::from_utf8(out).unwrap().replace("\\-", "-")
    }

    #[test]
    fn every_command_and_option_has_its_place() {
        let text = page();
        let mut all = cli::command();
        all.build();
        for arg in all.get_arguments().filter(|arg| !arg.is_hide_set()) {
            let long = arg.get_long().map(|word| format!("--{word}"));
            assert!(long.is_none_or(|word| text.contains(&word)), "{}", arg.get_id());
        }
        for command in all.get_subcommands() {
            let heading = format!(".SS \"dblens {}", command.get_name());
            assert_eq!(text.contains(&heading), !command.is_hide_set(), "{heading}");
            for arg in command.get_arguments().filter(|arg| is_own(arg) && !command.is_hide_set()) {
                assert!(text.contains(&term(arg)), "{}: {}", command.get_name(), term(arg));
            }
        }
    }

    #[test]
    fn exit_codes_are_those_of_the_program() {
        let known: BTreeSet<&str> = EXIT.iter().map(|(code, _)| *code).collect();
        for exit in [Exit::DONE, Exit::FAILED, Exit::USAGE] {
            assert!(known.contains(exit.0.to_string().as_str()), "{}", exit.0);
        }
        assert_eq!(Exit::signal(15).0, 143);
        assert_eq!(known.len(), 4);
    }

    /// What stands in quotes in the code and looks like a variable.
    fn variables() -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if path.is_dir() && !name.contains("tests") {
                    folders.push(path);
                } else if name.ends_with(".rs") && !name.contains("tests") && name != "man.rs" {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
                    found
                        .extend(code.split('"').skip(1).step_by(2).filter(|word| is_variable(word)).map(str::to_owned));
                }
            }
        }
        found
    }

    fn is_variable(word: &str) -> bool {
        const WHOLE: [&str; 12] = [
            "HOME",
            "USER",
            "LOGNAME",
            "TERM",
            "COLORTERM",
            "NO_COLOR",
            "LANG",
            "TMUX",
            "DATABASE_URL",
            "LC_ALL",
            "LC_CTYPE",
            "SSH_CONNECTION",
        ];
        let starts =
            ["PG", "MYSQL_", "XDG_", "LC_", "DBLENS_"].iter().any(|start| word.starts_with(start) && word != *start);
        let plain = word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        // Of tests beside the code, and how a dump begins.
        plain && (WHOLE.contains(&word) || starts) && !["DBLENS_REQUIRE", "PGDMP"].contains(&word)
    }

    #[test]
    fn every_variable_that_is_read_is_told_and_no_other() {
        let told: BTreeSet<String> =
            ENVIRONMENT.iter().flat_map(|(names, _)| names.split(", ")).map(str::to_owned).collect();
        let mut read = variables();
        // Read by a crate.
        read.insert("HOME".into());
        assert_eq!(told, read);
    }
}
