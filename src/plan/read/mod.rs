//! From the text of a plan to a tree: which engine and form it is, and what a terminal put around it.

mod clean;
mod json;
mod mysql;
mod mysql_json;
mod mysql_tree;
mod pg_json;
mod pg_line;
mod pg_text;
mod pg_words;
mod sqlite;
mod tabular;

use super::tree::Plan;
use std::fmt;

/// Bytes of a text that is looked at; a plan of 20,000 steps has less.
const MOST_BYTES: usize = 32 << 20;

/// Why a text is no plan, as the end of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAPlan(String);

impl NotAPlan {
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for NotAPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a plan: {}", self.0)
    }
}

impl std::error::Error for NotAPlan {}

/// Reads a plan of any engine: as the server sent it, or as a terminal showed it.
///
/// # Errors
///
/// Why it is none, in one sentence.
pub fn read(text: &str) -> Result<Plan, NotAPlan> {
    if text.len() > MOST_BYTES {
        return Err(NotAPlan::new("it has more than 32 MB"));
    }
    if text.contains('\0') {
        return Err(NotAPlan::new("it holds zero bytes; is it a text in UTF-8?"));
    }
    let text = clean::clean(text);
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(NotAPlan::new("it is empty"));
    }
    if trimmed.starts_with(['{', '[']) {
        return json::read(trimmed);
    }
    if trimmed.starts_with("<explain") || trimmed.starts_with("<?xml") {
        return Err(NotAPlan::new("it is XML; what can be read is FORMAT JSON and FORMAT TEXT"));
    }
    if trimmed.starts_with("- Plan:") || trimmed.starts_with("---") {
        return Err(NotAPlan::new("it is YAML; what can be read is FORMAT JSON and FORMAT TEXT"));
    }
    if tabular::is_table(&text) {
        return tabular::read(&text);
    }
    if sqlite::is_tree(&text) {
        return sqlite::read(&text);
    }
    if mysql_tree::is_tree(&text) {
        return mysql_tree::read(&text);
    }
    if pg_text::is_plan(&text) {
        return pg_text::read(&text);
    }
    Err(NotAPlan::new("no line of it looks like a step of PostgreSQL, MySQL, MariaDB or SQLite"))
}

/// The rows of SQLite's EXPLAIN QUERY PLAN: id, parent, detail.
///
/// # Errors
///
/// As [`read`].
pub fn read_rows(rows: &[(i64, i64, String)]) -> Result<Plan, NotAPlan> {
    sqlite::rows(rows)
}
