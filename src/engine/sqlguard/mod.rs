//! The guard before a statement that a person wrote: what may be sent at all.
//!
//! Three readings, each of which can only refuse. `lex` reads the text strictly and blanks its comments.
//! `statement` looks at the tokens: what kind of statement it is, what it names and calls. `shape` has a
//! parser of the dialect read it once more: one statement, nothing in it that writes or locks. What is named
//! is then looked up by the engine, where names can mean anything: [`Names`] is the list.
//!
//! The names come from the tokens, not from the parser's tree: every word may name a table, every word before
//! a bracket a function. That is too many rather than too few, however the server reads the statement.

mod lex;
mod mysql;
mod shape;
mod sqlite;
mod statement;
#[cfg(test)]
mod tests;

use super::{Error, ErrorKind};
use crate::model::EngineKind;
pub(super) use sqlite::pragma_reads;
use statement::Aim;
use std::collections::BTreeSet;

/// Why a statement is not sent: one sentence that names what, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub message: String,
    /// Byte of the statement where it begins.
    pub at: Option<usize>,
}

impl Refusal {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), at: None }
    }

    pub(super) fn at(mut self, at: usize) -> Self {
        self.at = Some(at);
        self
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::new(ErrorKind::Refused, refusal.message).at(refusal.at)
    }
}

/// What a statement that passed is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// SELECT, VALUES, TABLE, WITH: it has rows and can be explained.
    Rows,
    Show,
    Describe,
    Explain,
    Pragma,
}

/// Everything that a statement names, for the engine to look up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Words before an opening bracket: functions, if they are any.
    pub calls: BTreeSet<String>,
    /// Words behind a dot: columns, or functions of a row.
    pub fields: BTreeSet<String>,
    /// All words and quoted names: schemas, tables, types among them.
    pub words: BTreeSet<String>,
    /// Runs of operator characters; an operator is a part of one.
    pub signs: BTreeSet<String>,
    /// A cast may be written somewhere: `::`, or something in brackets behind a word.
    pub casts: bool,
}

/// A statement that passed. Only the guard makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guarded {
    what: What,
    text: String,
    names: Names,
    places: Vec<(usize, usize)>,
}

impl Guarded {
    pub fn what(&self) -> What {
        self.what
    }

    /// The statement without comments and the last `;`, every byte where it was.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Places for values (`$1`, `?`), as ranges of bytes.
    pub fn places(&self) -> &[(usize, usize)] {
        &self.places
    }
}

/// Judges a statement that is to be run. `version` is the server's number (`180001`, `90704`, `110806`).
///
/// What passes still has to pass the engine's look at what it names: see `Engine::query`.
pub fn judge(engine: EngineKind, _version: i32, text: &str) -> Result<Guarded, Refusal> {
    statement::judge(engine, text, Aim::Run)
}

/// Judges a statement of which the plan is to be asked: SELECT, VALUES, TABLE, WITH, without the EXPLAIN.
///
/// `values` allows places for values (`$1`, `?`). The server plans it, and some servers call functions then:
/// so it is judged as if it were run.
pub fn judge_explain(engine: EngineKind, _version: i32, text: &str, values: bool) -> Result<Guarded, Refusal> {
    let guarded = statement::judge(engine, text, Aim::Plan { values })?;
    match guarded.what {
        What::Rows => Ok(guarded),
        _ => Err(Refusal::new("only SELECT, WITH, VALUES and TABLE have a plan: give one of them without EXPLAIN")),
    }
}

/// What the definition of a MySQL or MariaDB view names, and the first function in it that may do more than
/// compute. `None` when it cannot be read.
pub(super) fn of_view(definition: &str) -> Option<(Names, Option<String>)> {
    if definition.is_empty() {
        return Some((Names::default(), None));
    }
    // The server writes a quote in a text as `\\'`: what is escaped is no part of a name.
    let mut plain = String::with_capacity(definition.len());
    let mut chars = definition.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.push_str(chars.next().map_or("", |_| "__")),
            c => plain.push(c),
        }
    }
    let lexed = lex::lex(EngineKind::Mysql, &plain, false).ok()?;
    Some((statement::names(&lexed.text, &lexed.tokens), mysql::odd_call(&lexed.tokens)))
}
