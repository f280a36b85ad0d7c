//! A plan as it was read, and reading one from a file, beside the screen.

use crate::plan::{Plan, Weights, compare, read};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

/// Bytes of a file that are read.
const MOST: u64 = 32 << 20;

/// A plan with its weights and the text that it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    pub plan: Plan,
    pub weights: Weights,
    pub text: String,
    /// How it came about.
    pub how: String,
    pub statement: Option<String>,
}

impl Read {
    /// # Errors
    /// `not a plan: …`.
    pub fn of_text(text: &str) -> Result<Self, String> {
        let plan = read(text).map_err(|why| why.to_string())?;
        let weights = Weights::of(&plan);
        let how = format!("{}: {}", plan.form.title(), compare::summary(&plan, &weights));
        let text = text.to_owned();
        Ok(Self { weights, text, how, statement: plan.statement.clone(), plan })
    }
}

/// A file to be read; `beside` puts its plan beside the one in view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub path: String,
    pub beside: bool,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Told {
    pub name: String,
    pub beside: bool,
    pub result: Result<Arc<Read>, String>,
}

/// Reads a file. `place` is the path with `~` resolved.
pub fn read_file(job: Job, place: &Path) -> Told {
    let Job { path: name, beside } = job;
    let result = text_of(place).and_then(|text| Read::of_text(&text)).map(Arc::new);
    Told { result: result.map_err(|why| format!("{name}: {why}")), name, beside }
}

fn text_of(place: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    // A pipe or a terminal would never end.
    let file = std::fs::metadata(place).map_err(|error| error.to_string())?;
    if !file.is_file() {
        return Err("is no file".to_owned());
    }
    let file = File::open(place).map_err(|error| error.to_string())?;
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MOST {
        return Err("has more than 32 MB".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "is no text in UTF-8".to_owned())
}
