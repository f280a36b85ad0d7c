//! Arguments to [`Cli`], and clap's errors to sentences: a usage error is 3, never 2.

use super::{Exit, Failure};
use crate::cli::{self, Cli};
use crate::config::redact;
use clap::FromArgMatches;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use std::ffi::OsString;
use std::io::Write;

/// Reads the arguments. Help and version are printed here and end with a silent [`Failure`].
///
/// # Errors
///
/// A usage failure that names the argument and the next step; passwords of URLs are removed.
pub fn parse(args: impl Iterator<Item = OsString>) -> Result<Cli, Failure> {
    let args = cli::mysql_letters(args)?;
    let found = cli::command().try_get_matches_from(args).and_then(|found| Cli::from_arg_matches(&found));
    let mut cli = found.map_err(|error| told(&error))?;
    cli.inherit();
    Ok(cli)
}

fn told(error: &Error) -> Failure {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => printed(error),
        _ => {
            let hint = suggestion(error).unwrap_or_else(|| "See:  dblens --help".into());
            Failure::usage(redact(&sentence(error))).hint(redact(&hint))
        }
    }
}

fn printed(error: &Error) -> Failure {
    match write!(std::io::stdout().lock(), "{error}") {
        Ok(()) => Failure::silent(Exit::DONE),
        Err(error) => error.into(),
    }
}

fn sentence(error: &Error) -> String {
    let arg = context(error, ContextKind::InvalidArg).unwrap_or_default();
    let value = context(error, ContextKind::InvalidValue).unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument if arg.starts_with('-') => format!("there is no option {arg}"),
        ErrorKind::UnknownArgument => format!("`{arg}` is one word too many, or no command"),
        ErrorKind::InvalidValue if value.is_empty() => format!("{arg} needs a value"),
        ErrorKind::InvalidValue => format!("`{value}` is no value of {arg}"),
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(|why| format!(": {why}")).unwrap_or_default();
            format!("`{value}` is no value of {arg}{why}")
        }
        ErrorKind::MissingRequiredArgument => format!("missing: {arg}"),
        ErrorKind::InvalidSubcommand => {
            let word = context(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            format!("`{word}` is one word too many, or no command")
        }
        ErrorKind::ArgumentConflict => {
            let other = context(error, ContextKind::PriorArg).unwrap_or_default();
            format!("{arg} can not be used with {other}")
        }
        ErrorKind::TooManyValues => format!("{arg} takes no value"),
        _ => {
            let text = error.to_string();
            text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
        }
    }
}

/// What was meant, where clap can tell.
fn suggestion(error: &Error) -> Option<String> {
    let kinds = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    // Commands that are not built yet are no help.
    let hidden = |word: &String| cli::command().find_subcommand(word).is_some_and(|found| found.is_hide_set());
    if let Some(meant) = kinds.into_iter().find_map(|kind| context(error, kind)).filter(|word| !hidden(word)) {
        return Some(format!("Did you mean {meant}?"));
    }
    context(error, ContextKind::ValidValue)
        .filter(|values| !values.is_empty())
        .map(|values| format!("One of: {values}"))
}

fn context(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        _ => None,
    }
}
