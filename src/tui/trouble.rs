//! Everything that is wrong, missing or hidden, in sentences: the first one stands in the honesty line, all
//! of them behind `:notes`.

use super::facts::Facts;
use crate::config::Family;
use crate::model::{Known, Part};

/// One sentence, and the statement that would help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub text: String,
    pub grant: Option<String>,
}

impl Trouble {
    fn new(text: String, grant: Option<&str>) -> Self {
        Self { text, grant: grant.map(str::to_owned) }
    }

    /// On one line, the statement behind the sentence.
    pub fn line(&self) -> String {
        self.grant.iter().fold(self.text.clone(), |line, grant| format!("{line}  {grant}"))
    }
}

pub fn part_word(part: Part) -> &'static str {
    match part {
        Part::Relations => "tables and views",
        Part::Columns => "columns",
        Part::Indexes => "indexes",
        Part::Keys => "keys",
        Part::Objects => "functions, triggers and types",
    }
}

/// Parts of the schema that are not here or not whole.
pub fn of_schema(facts: &Facts) -> Vec<Trouble> {
    let schema = &facts.schema;
    let mut all: Vec<Trouble> = schema
        .failed
        .iter()
        .map(|(part, error)| {
            let message = error.message.trim_end_matches('.');
            Trouble::new(format!("{} not read: {message}. r tries again.", part_word(*part)), error.grant.as_deref())
        })
        .collect();
    all.extend(schema.cut.as_ref().map(|what| cut_off(Part::Relations, what)));
    if let Some(catalog) = &schema.catalog {
        all.extend(of_part(Part::Columns, &catalog.columns));
        all.extend(of_part(Part::Indexes, &catalog.indexes));
        all.extend(of_part(Part::Keys, &catalog.keys));
        all.extend(of_part(Part::Objects, &catalog.objects));
    }
    all
}

fn of_part<T>(part: Part, known: &Known<T>) -> Option<Trouble> {
    let word = part_word(part);
    match known {
        Known::Denied { grant, .. } => Some(Trouble::new(format!("{word}: not permitted."), Some(grant))),
        Known::TimedOut { what, .. } => Some(cut_off(part, what)),
        Known::Unsupported { .. } => Some(Trouble::new(format!("{word}: {}.", known.reason()?), None)),
        Known::Ready(_) | Known::NotYet => None,
    }
}

fn cut_off(part: Part, what: &str) -> Trouble {
    Trouble::new(format!("{}: no full answer in time, {what}. r tries again.", part_word(part)), None)
}

/// What is hidden of the names in view. What a server says of its sessions belongs to other views; what a
/// file says of itself is about everything in it.
pub fn of_names(facts: &Facts) -> Vec<Trouble> {
    let mut notes = facts.schema.catalog.as_ref().map(|catalog| catalog.notes()).unwrap_or_default();
    if facts.family == Family::Sqlite {
        notes.extend(facts.server.iter().flat_map(|(server, _)| server.notes.iter().cloned()));
    }
    notes.into_iter().map(|note| Trouble { text: note.text, grant: note.grant }).collect()
}

/// What this role or set-up hides.
pub fn notes(facts: &Facts) -> Vec<Trouble> {
    let mut notes = facts.schema.catalog.as_ref().map(|catalog| catalog.notes()).unwrap_or_default();
    notes.extend(facts.queries.notes());
    notes.extend(facts.server.iter().flat_map(|(server, _)| server.notes.iter().cloned()));
    notes.extend(facts.measures.notes());
    notes.into_iter().map(|note| Trouble { text: note.text, grant: note.grant }).collect()
}
