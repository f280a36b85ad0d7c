//! What went wrong, for a person and for a script.

use crate::config::ConfigError;
use crate::engine;
use crate::text::sanitize;
use std::fmt;
use std::io;

/// An exit code of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit(pub i32);

impl Exit {
    pub const DONE: Self = Self(0);
    /// `check`: something at or above `--fail-on`, but nothing critical.
    pub const WARNINGS: Self = Self(1);
    /// Could not connect, or failed.
    pub const FAILED: Self = Self(2);
    /// Bad argument, or no terminal.
    pub const USAGE: Self = Self(3);

    /// Ended by a signal.
    pub fn signal(number: i32) -> Self {
        Self(128 + number)
    }
}

/// A sentence, a next step, an exit code. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    message: String,
    hint: Option<String>,
    pub exit: Exit,
}

impl Failure {
    /// It was tried and did not work.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, exit: Exit::FAILED }
    }

    /// It was asked for in a way that can not work.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, exit: Exit::USAGE }
    }

    /// A panic, whatever it said.
    pub fn fault() -> Self {
        Self::failed(concat!("a fault in dblens ", env!("CARGO_PKG_VERSION"), " itself ended it."))
            .hint("Please report it with the output of:  dblens doctor")
    }

    /// Ended on purpose: nothing to say.
    pub fn silent(exit: Exit) -> Self {
        Self { message: String::new(), hint: None, exit }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// On one line, where several stand side by side.
    pub fn told(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{} ({})", self.message.trim_end_matches('.'), hint.trim()),
            None => self.message.clone(),
        }
    }

    /// For standard error: `dblens: sentence`, and the next step below it. Empty for a silent one.
    pub fn lines(&self) -> String {
        if self.message.is_empty() {
            return String::new();
        }
        let hint = self.hint.iter().map(|hint| format!("  {}\n", sanitize(hint)));
        format!("dblens: {}\n{}", sanitize(&self.message), hint.collect::<String>())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<engine::Error> for Failure {
    fn from(error: engine::Error) -> Self {
        // The file is for those who mend dblens: it helps nobody else.
        let failure = Self::failed(match error.statement {
            Some(statement) if error.kind == engine::ErrorKind::Internal && !error.message.contains(statement) => {
                format!("{} ({statement})", error.message)
            }
            _ => error.message,
        });
        match (error.grant, error.hint) {
            (Some(grant), _) => failure.hint(format!("It needs:  {grant}")),
            (None, Some(hint)) => failure.hint(hint),
            (None, None) => failure,
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self { message: error.message, hint: error.hint, exit: Exit::USAGE }
    }
}

impl From<io::Error> for Failure {
    /// A reader that has seen enough (`| head`) is no failure.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::silent(Exit::DONE),
            _ => Self::failed(format!("can not write: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Error, ErrorKind};

    #[test]
    fn a_statement_is_named_once_and_only_where_it_is_our_fault() {
        let cases = [
            (ErrorKind::Internal, "column `x` is NULL", "column `x` is NULL (sqlite/probe.sql)"),
            (ErrorKind::Internal, "sqlite/probe.sql: no", "sqlite/probe.sql: no"),
            (ErrorKind::Denied, "x.db could not be opened", "x.db could not be opened"),
        ];
        for (kind, message, expected) in cases {
            let failure = Failure::from(Error::new(kind, message).statement("sqlite/probe.sql"));
            assert_eq!(failure.to_string(), expected);
        }
    }
}
