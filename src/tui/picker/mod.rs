//! Choose a database: everything that can be opened, what would happen, and a form for new ones.
//!
//! It lies over everything else and has keys of its own. It reads no file and opens nothing itself: a
//! [`Job`] goes out, what was [`Told`] comes back.

mod draw;
mod form;
mod keys;
#[cfg(test)]
mod tests;
mod words;
mod work;

use super::widget::input::Input;
use super::widget::scroll::Cursor;
use crate::config::{ConfigError, Connection, Edit, Line, Source, Stamp, Target, redact};
use crate::model::Server;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

pub use draw::{draw, list_height};
pub use form::Form;
pub use keys::ACTIONS;
pub use work::{Work, Worker};

/// What was chosen or typed as a target. It may hold a password, so its `Debug` is masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Word(pub String);

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Word({})", redact(&self.0))
    }
}

/// What is to be done outside. `number` comes back with the answer: an older one is dropped.
#[derive(Clone, Debug)]
pub enum Job {
    Scan,
    /// Find out what the word means; nothing is connected.
    Open {
        number: u64,
        word: Word,
    },
    /// One session, its server, and closed again.
    Test {
        number: u64,
        word: Word,
    },
    StopTest,
    Save {
        edit: Edit,
        stamp: Stamp,
    },
}

/// What came of a [`Job`].
#[derive(Debug)]
pub enum Told {
    Scanned(Box<World>),
    Opened { number: u64, result: Result<Box<Target>, ConfigError> },
    Tested { number: u64, result: Result<Box<Tested>, String> },
    Saved { name: String, result: Result<String, ConfigError> },
}

/// What a test found.
#[derive(Clone, Debug)]
pub struct Tested {
    pub server: Server,
    /// From nothing to a session that was set up.
    pub connected: Duration,
    /// The fastest statement: a round trip and next to nothing else.
    pub round_trip: Option<Duration>,
}

/// A line, and what a connection to it would do.
#[derive(Clone, Debug)]
pub struct Shown {
    pub line: Line,
    pub will: Vec<String>,
}

/// Everything that was found.
#[derive(Clone, Debug)]
pub struct World {
    pub lines: Vec<Shown>,
    pub left_out: Vec<Shown>,
    pub demo: Option<Shown>,
    pub notes: Vec<String>,
    pub warnings: Vec<String>,
    pub connections: BTreeMap<String, Connection>,
    pub stamp: Stamp,
    pub config: String,
    pub chosen: usize,
}

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Line(usize),
    LeftOut(usize),
    Demo,
    Paste,
}

#[derive(Debug)]
enum Mode {
    List,
    Filter,
    Url(Input),
    Form(Box<Form>),
}

/// A test that runs, or what it found; for one word.
#[derive(Debug)]
struct Test {
    number: u64,
    word: String,
    since: Duration,
    result: Option<Result<Box<Tested>, String>>,
}

#[derive(Debug)]
pub struct Picker {
    world: Option<World>,
    /// The name of the database that lies behind: Esc goes back to it.
    pub behind: Option<String>,
    mode: Mode,
    filter: Input,
    cursor: Cursor,
    left_out: bool,
    test: Option<Test>,
    opening: Option<(u64, Duration)>,
    /// Stays until the next key.
    message: Option<String>,
    /// The connection to stand on after the next look around.
    select: Option<String>,
    saving: bool,
    number: u64,
    now: Duration,
}

/// What the shell is to do.
#[derive(Debug)]
pub enum Step {
    Do(Job),
    Say(String),
    Copy(String),
    Connect(Box<Target>),
    Help,
    /// A text over the list.
    View {
        title: String,
        text: String,
    },
    Close,
    Quit,
    Suspend,
}

impl Picker {
    pub fn new(behind: Option<String>, now: Duration) -> Self {
        Self {
            world: None,
            behind,
            mode: Mode::List,
            filter: Input::default(),
            cursor: Cursor::default(),
            left_out: false,
            test: None,
            opening: None,
            message: None,
            select: None,
            saving: false,
            number: 0,
            now,
        }
    }

    /// The first thing to do.
    pub fn start(&self) -> Job {
        Job::Scan
    }

    /// The rows of the list, as the filter leaves them.
    pub fn entries(&self) -> Vec<Entry> {
        let wanted = self.filter.text().to_lowercase();
        let words: Vec<&str> = wanted.split_whitespace().collect();
        let fits = |shown: &Shown| {
            let text = searchable(&shown.line);
            words.iter().all(|word| text.contains(word))
        };
        let mut entries = Vec::new();
        if let Some(world) = &self.world {
            let some = |list: &[Shown]| -> Vec<usize> {
                list.iter().enumerate().filter(|(_, shown)| fits(shown)).map(|(n, _)| n).collect()
            };
            entries.extend(some(&world.lines).into_iter().map(Entry::Line));
            if self.left_out {
                entries.extend(some(&world.left_out).into_iter().map(Entry::LeftOut));
            }
        }
        if words.iter().all(|word| "demo built in".contains(word)) {
            entries.push(Entry::Demo);
        }
        if words.is_empty() {
            entries.push(Entry::Paste);
        }
        entries
    }

    fn entry(&self) -> Option<Entry> {
        self.entries().get(self.cursor.at).copied()
    }

    fn shown(&self, entry: Entry) -> Option<&Shown> {
        let world = self.world.as_ref()?;
        match entry {
            Entry::Line(n) => world.lines.get(n),
            Entry::LeftOut(n) => world.left_out.get(n),
            Entry::Demo => world.demo.as_ref(),
            Entry::Paste => None,
        }
    }

    fn chosen(&self) -> Option<&Shown> {
        self.shown(self.entry()?)
    }

    /// The test of the chosen line.
    fn test_here(&self) -> Option<&Test> {
        let word = &self.chosen()?.line.known.word;
        self.test.as_ref().filter(|test| test.word == *word)
    }

    fn is_testing(&self) -> bool {
        self.test.as_ref().is_some_and(|test| test.result.is_none())
    }

    /// When something changes without a key: the time of what is awaited is told.
    pub fn deadline(&self, now: Duration) -> Option<Duration> {
        let test = self.test.as_ref().filter(|test| test.result.is_none()).map(|test| test.since);
        let since = test.or(self.opening.map(|(_, since)| since))?;
        let took = now.saturating_sub(since);
        let first = Duration::from_millis(300);
        Some(since + if took < first { first } else { Duration::from_secs(took.as_secs() + 1) })
    }

    /// Time went by.
    pub fn tick(&mut self, now: Duration) {
        self.now = now;
    }

    fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    /// An answer to a job.
    pub fn told(&mut self, told: Told, now: Duration) -> Vec<Step> {
        self.now = now;
        match told {
            Told::Scanned(world) => self.scanned(*world),
            Told::Opened { number, result } => return self.opened(number, result),
            Told::Tested { number, result } => {
                if let Some(test) = self.test.as_mut().filter(|test| test.number == number) {
                    test.result = Some(result);
                }
            }
            Told::Saved { name, result } => return self.saved(name, result),
        }
        Vec::new()
    }

    fn scanned(&mut self, world: World) {
        let first = self.world.is_none();
        let before = self.entry().filter(|_| !first);
        let before = before.map(|entry| (entry, self.shown(entry).map(|shown| shown.line.known.word.clone())));
        let chosen = world.chosen;
        self.world = Some(world);
        if let Some(word) = self.select.take() {
            // What was just saved is seen, also when the filter would hide it.
            if self.row_of(|_, known| known == Some(&word)).is_none() {
                self.filter = Input::default();
            }
            self.cursor.at = self.row_of(|_, known| known == Some(&word)).unwrap_or(0);
        } else if first {
            self.cursor.at = self.row_of(|entry, _| entry == Entry::Line(chosen)).unwrap_or(0);
        } else if let Some((entry, word)) = before {
            let same = |other: Entry, known: Option<&String>| match &word {
                Some(word) => known == Some(word),
                None => other == entry,
            };
            self.cursor.at = self.row_of(same).unwrap_or(self.cursor.at);
        }
        self.cursor.at = self.cursor.at.min(self.entries().len().saturating_sub(1));
    }

    /// The row of the first entry that fits, by itself or by its word.
    fn row_of(&self, fits: impl Fn(Entry, Option<&String>) -> bool) -> Option<usize> {
        self.entries().iter().position(|entry| fits(*entry, self.shown(*entry).map(|shown| &shown.line.known.word)))
    }

    fn opened(&mut self, number: u64, result: Result<Box<Target>, ConfigError>) -> Vec<Step> {
        if self.opening.is_none_or(|(awaited, _)| awaited != number) {
            return Vec::new();
        }
        self.opening = None;
        match result {
            Ok(target) => {
                let mut steps = self.stop_test();
                steps.push(Step::Connect(target));
                steps
            }
            Err(error) => {
                self.message = Some(sentence(&error));
                Vec::new()
            }
        }
    }

    fn saved(&mut self, name: String, result: Result<String, ConfigError>) -> Vec<Step> {
        self.saving = false;
        match result {
            Ok(file) => {
                self.mode = Mode::List;
                self.select = Some(name.clone());
                vec![Step::Say(format!("Saved {name} in {file}.")), Step::Do(Job::Scan)]
            }
            Err(error) => {
                match &mut self.mode {
                    Mode::Form(form) => form.message = Some(sentence(&error)),
                    _ => self.message = Some(sentence(&error)),
                }
                Vec::new()
            }
        }
    }

    fn stop_test(&mut self) -> Vec<Step> {
        let runs = self.is_testing();
        self.test = None;
        if runs { vec![Step::Do(Job::StopTest)] } else { Vec::new() }
    }

    /// Ctrl-C and Esc: stops what runs or closes what is open; `None` when there is nothing of the kind.
    pub fn cancel(&mut self) -> Option<Vec<Step>> {
        if self.is_testing() {
            self.message = Some("The test was stopped.".into());
            return Some(self.stop_test());
        }
        if self.opening.take().is_some() {
            return Some(Vec::new());
        }
        if !matches!(self.mode, Mode::List) {
            if matches!(self.mode, Mode::Filter) {
                self.filter = Input::default();
            }
            self.mode = Mode::List;
            self.cursor.at = self.cursor.at.min(self.entries().len().saturating_sub(1));
            return Some(Vec::new());
        }
        None
    }
}

/// What a filter looks at.
fn searchable(line: &Line) -> String {
    let known = &line.known;
    let parts = [
        Some(&known.name),
        Some(&known.url),
        Some(&known.server),
        known.user.as_ref(),
        known.database.as_ref(),
        Some(&known.from),
    ];
    let env = words::env_word(known.env, known.env_guessed);
    format!("{} {env}", parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")).to_lowercase()
}

/// An error and its next step.
fn sentence(error: &ConfigError) -> String {
    match &error.hint {
        Some(hint) => format!("{} {hint}", error.message),
        None => error.message.clone(),
    }
}

/// Can be changed in the config file.
fn is_ours(line: &Line) -> bool {
    line.source == Source::Config
}
