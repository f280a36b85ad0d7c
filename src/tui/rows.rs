//! Rows that were read on request: the last good ones of each place, what is on its way, what went wrong.
//!
//! Pure, as all facts. A place is named, not numbered: it outlives a refresh of the schema. Only what a key
//! asked for is read, and on a production database only where its connection allows it.

use super::facts::Asked;
use super::msg::{Cmd, Now};
use crate::collect::{Answer, Ask, Error, Job, Payload};
use crate::config::{Env, Target};
use crate::model::{Catalog, Cell, Known, Preview, RowKey, RowsOf};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// Places whose rows are kept: enough to walk back and forth.
const PLACES: usize = 8;

/// Rows of one relation, by name; with keys only those that match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    pub schema: String,
    pub name: String,
    pub keys: Vec<RowKey>,
}

/// Rows that came.
#[derive(Clone, Debug)]
pub struct Good {
    pub of: Arc<RowsOf>,
    pub preview: Arc<Preview>,
    /// Why they are not all that were asked for, where time was over.
    pub cut: Option<String>,
    pub at: Timestamp,
    pub took: Duration,
}

/// Why there are none, or no newer ones.
#[derive(Clone, Debug)]
pub enum Trouble {
    Known(Known<()>),
    Failed(Error),
}

/// What is known of one place.
#[derive(Clone, Debug)]
pub struct Shown {
    sight: Sight,
    pub good: Option<Good>,
    pub trouble: Option<Trouble>,
}

/// One whole value, read again because only its beginning was here.
#[derive(Clone, Debug)]
pub enum OneValue {
    Loading(Asked),
    Ready(Option<Cell>),
    Trouble(Trouble),
}

#[derive(Debug, Default)]
pub struct RowFacts {
    list: Vec<Shown>,
    asked: Option<(Sight, Arc<RowsOf>, Asked)>,
    value: Option<(Arc<RowsOf>, OneValue)>,
    /// Production, and nobody allowed it.
    off: bool,
    /// Counts the changes, so that a pane knows when to look again.
    pub revision: u64,
}

impl RowFacts {
    pub fn new(target: &Target) -> Self {
        Self { off: target.env == Some(Env::Prod) && !target.allow_sql, ..Self::default() }
    }

    /// True where rows are never read: a production database without `allow_sql`.
    pub fn is_off(&self) -> bool {
        self.off
    }

    pub fn get(&self, sight: &Sight) -> Option<&Shown> {
        self.list.iter().find(|shown| shown.sight == *sight)
    }

    /// Since when something is being read.
    pub fn waits(&self) -> Option<Duration> {
        let value = match &self.value {
            Some((_, OneValue::Loading(asked))) => Some(asked.since),
            _ => None,
        };
        self.asked.as_ref().map(|(.., asked)| asked.since).into_iter().chain(value).min()
    }

    /// Since when the rows of this place are being read.
    pub fn loading(&self, sight: &Sight) -> Option<Duration> {
        self.asked.as_ref().filter(|(asked, ..)| asked == sight).map(|(.., asked)| asked.since)
    }

    /// The whole value that was asked for by `of`.
    pub fn value(&self, of: &RowsOf) -> Option<&OneValue> {
        self.value.as_ref().filter(|(known, _)| **known == *of).map(|(_, value)| value)
    }

    /// Asks for rows; nothing where that is off.
    pub fn ask(&mut self, catalog: &Arc<Catalog>, of: RowsOf, asked: Asked) -> Vec<Cmd> {
        if self.off {
            return Vec::new();
        }
        let of = Arc::new(of);
        let sight = sight(catalog, &of);
        self.asked = Some((sight, of.clone(), asked));
        self.revision += 1;
        vec![Cmd::Ask(Job { ask: Ask::Rows { catalog: catalog.clone(), of }, epoch: asked.epoch })]
    }

    /// Asks for one whole value; nothing where that is off.
    pub fn ask_value(&mut self, catalog: &Arc<Catalog>, of: Arc<RowsOf>, asked: Asked) -> Vec<Cmd> {
        if self.off {
            return Vec::new();
        }
        self.value = Some((of.clone(), OneValue::Loading(asked)));
        vec![Cmd::Ask(Job { ask: Ask::Value { catalog: catalog.clone(), of }, epoch: asked.epoch })]
    }

    /// The answer to [`RowFacts::ask`]; an old one is dropped.
    pub fn answer(&mut self, answer: Answer) {
        let Some((sight, of, _)) = self.asked.take_if(|(.., asked)| asked.epoch == answer.job.epoch) else { return };
        let good = |preview, cut| Good { of, preview, cut, at: answer.at, took: answer.took };
        let (good, trouble) = match answer.result {
            Ok(Payload::Rows(Known::Ready(preview))) => (Some(good(preview, None)), None),
            Ok(Payload::Rows(Known::TimedOut { what, partial: Some(preview) })) => {
                (Some(good(preview, Some(what))), None)
            }
            Ok(Payload::Rows(known)) => (None, Some(Trouble::Known(known.map(|_| ())))),
            Ok(_) => return,
            Err(error) => (None, Some(Trouble::Failed(error))),
        };
        let old = self.list.iter().position(|shown| shown.sight == sight).map(|at| self.list.remove(at));
        if self.list.len() >= PLACES {
            self.list.remove(0);
        }
        // What failed now leaves what was read before.
        let good = good.or(old.and_then(|old| old.good));
        self.list.push(Shown { sight, good, trouble });
        self.revision += 1;
    }

    /// The answer to [`RowFacts::ask_value`]; an old one is dropped.
    pub fn value_answer(&mut self, answer: Answer) {
        let Some((_, value)) = &mut self.value else { return };
        if !matches!(value, OneValue::Loading(asked) if asked.epoch == answer.job.epoch) {
            return;
        }
        *value = match answer.result {
            Ok(Payload::Rows(known)) => match known.value() {
                Some(preview) => OneValue::Ready(preview.rows.first().and_then(|row| row.first()).cloned()),
                None => OneValue::Trouble(Trouble::Known(known.map(|_| ()))),
            },
            Ok(_) => return,
            Err(error) => OneValue::Trouble(Trouble::Failed(error)),
        };
    }
}

impl Trouble {
    /// In sentences, the most telling first.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Known(Known::Denied { what, grant }) => vec![format!("not permitted: {what}"), grant.clone()],
            Self::Known(Known::TimedOut { what, .. }) => vec![what.clone()],
            Self::Known(known) => known.reason().into_iter().collect(),
            Self::Failed(error) => {
                [Some(error.message.clone()), error.hint.clone(), error.grant.clone()].into_iter().flatten().collect()
            }
        }
    }
}

/// The place that a question is about.
pub fn sight(catalog: &Catalog, of: &RowsOf) -> Sight {
    let relations = &catalog.relations;
    Sight {
        schema: relations.schema_name(of.rel).to_owned(),
        name: relations.name(of.rel).to_owned(),
        keys: of.keys.clone(),
    }
}

/// The next question's number and time.
pub fn asked(epoch: &mut u64, now: Now) -> Asked {
    *epoch += 1;
    Asked { epoch: *epoch, since: now.tick }
}

/// A name as the key of a table in TOML.
pub fn key_word(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if bare { name.to_owned() } else { "NAME".into() }
}
