//! Keys of the picker: what each one does to it, and what is to be done outside.

use super::form::{Form, Outcome};
use super::{Entry, Job, Mode, Picker, Step, Test, Word, is_ours};
use crate::config::{Address, Edit, Family, Source, TlsMode};
use crate::tui::keymap::Keymap;
use crate::tui::msg::Action;
use crate::tui::widget::input::Input;
use crossterm::event::{KeyCode, KeyEvent};
use std::time::Duration;

/// What the help of the picker lists, the most important first: the footer takes them in this order.
pub const ACTIONS: &[Action] = &[
    Action::Enter,
    Action::PickNew,
    Action::PickEdit,
    Action::PickMark,
    Action::PickTest,
    Action::PickDemo,
    Action::Filter,
    Action::Quit,
    Action::PickUrl,
    Action::Plain,
    Action::PickLeftOut,
    Action::Refresh,
    Action::Copy,
    Action::Up,
    Action::Down,
    Action::First,
    Action::Last,
    Action::HalfUp,
    Action::HalfDown,
    Action::Back,
    Action::Help,
    Action::Cancel,
    Action::Suspend,
];

impl Picker {
    /// `height` is that of the list.
    pub fn key(&mut self, key: KeyEvent, height: usize, now: Duration) -> Vec<Step> {
        self.now = now;
        self.message = None;
        match &mut self.mode {
            Mode::List => match Keymap::picker().action(key) {
                Some(action) => self.act(action, height),
                None => Vec::new(),
            },
            Mode::Filter => self.filter_key(key, height),
            Mode::Url(_) => self.url_key(key),
            Mode::Form(form) => match form.key(key) {
                Outcome::Stay => Vec::new(),
                Outcome::Drop => {
                    self.mode = Mode::List;
                    Vec::new()
                }
                Outcome::Save(edit) => {
                    let stamp = form.stamp;
                    self.save(edit, stamp)
                }
            },
        }
    }

    /// A paste starts the URL field, unless a field is open already.
    pub fn paste(&mut self, text: &str, now: Duration) {
        self.now = now;
        self.message = None;
        match &mut self.mode {
            Mode::Form(form) => form.paste(text),
            Mode::Url(input) => input.paste(text.trim()),
            Mode::List | Mode::Filter => {
                let mut input = Input::default();
                input.paste(text.trim());
                self.mode = Mode::Url(input);
            }
        }
    }

    fn go(&mut self, at: usize, height: usize) {
        let len = self.entries().len();
        self.cursor.go(at, height, len);
    }

    /// Does what a key, or a line of the help, means.
    pub fn act(&mut self, action: Action, height: usize) -> Vec<Step> {
        let half = (height / 2).max(1);
        match action {
            Action::Up => self.go(self.cursor.at.saturating_sub(1), height),
            Action::Down => self.go(self.cursor.at + 1, height),
            Action::First => self.go(0, height),
            Action::Last => self.go(usize::MAX, height),
            Action::HalfUp => self.go(self.cursor.at.saturating_sub(half), height),
            Action::HalfDown => self.go(self.cursor.at + half, height),
            Action::Enter => return self.enter(),
            Action::Back => return self.back(),
            Action::Filter => self.mode = Mode::Filter,
            Action::Refresh => return vec![Step::Do(Job::Scan)],
            Action::Copy => return self.copy(),
            Action::Plain => return vec![self.in_full()],
            Action::PickNew => self.new_form(),
            Action::PickEdit => self.edit_form(None),
            Action::PickMark => return self.mark(),
            Action::PickTest => return self.test(),
            Action::PickDemo => return self.open("demo".into()),
            Action::PickUrl => self.mode = Mode::Url(Input::default()),
            Action::PickLeftOut => return self.toggle_left_out(height),
            Action::Help => return vec![Step::Help],
            Action::Quit => return vec![Step::Quit],
            Action::Suspend => return vec![Step::Suspend],
            _ => {}
        }
        Vec::new()
    }

    fn back(&mut self) -> Vec<Step> {
        if let Some(steps) = self.cancel() {
            return steps;
        }
        if !self.filter.text().is_empty() || self.left_out {
            self.filter = Input::default();
            self.left_out = false;
            self.cursor.at = self.cursor.at.min(self.entries().len().saturating_sub(1));
            return Vec::new();
        }
        match self.behind {
            Some(_) => vec![Step::Close],
            None => vec![Step::Say("press q to quit".into())],
        }
    }

    fn toggle_left_out(&mut self, height: usize) -> Vec<Step> {
        let many = self.world.as_ref().map_or(0, |world| world.left_out.len());
        if many == 0 {
            return vec![Step::Say("Nothing was left out.".into())];
        }
        let before = self.entry();
        self.left_out = !self.left_out;
        let at = self.entries().iter().position(|entry| Some(*entry) == before).unwrap_or(0);
        self.go(at, height);
        Vec::new()
    }

    fn enter(&mut self) -> Vec<Step> {
        match self.entry() {
            None => vec![Step::Say("No line fits the filter.".into())],
            Some(Entry::Paste) => {
                self.mode = Mode::Url(Input::default());
                Vec::new()
            }
            Some(Entry::Demo) => self.open("demo".into()),
            Some(_) => {
                let Some(known) = self.chosen().map(|shown| shown.line.known.clone()) else { return Vec::new() };
                self.open(known.word)
            }
        }
    }

    fn open(&mut self, word: String) -> Vec<Step> {
        let number = self.next();
        self.opening = Some((number, self.now));
        vec![Step::Do(Job::Open { number, word: Word(word) })]
    }

    /// What the lower half says, without its edge.
    fn in_full(&self) -> Step {
        let title = self.chosen().map_or("Paste a URL", |shown| shown.line.known.name.as_str()).to_owned();
        Step::View { title, text: super::draw::in_full(self) }
    }

    fn copy(&mut self) -> Vec<Step> {
        let url = self.chosen().map(|shown| shown.line.known.url.clone()).unwrap_or_default();
        vec![Step::Copy(url)]
    }

    fn test(&mut self) -> Vec<Step> {
        let Some(word) = self.chosen().map(|shown| shown.line.known.word.clone()) else {
            return vec![Step::Say("There is nothing to test on this line.".into())];
        };
        let mut steps = self.stop_test();
        let number = self.next();
        self.test = Some(Test { number, word: word.clone(), since: self.now, result: None });
        steps.push(Step::Do(Job::Test { number, word: Word(word) }));
        steps
    }

    /// prod → stage → dev → none, in the file at once.
    fn mark(&mut self) -> Vec<Step> {
        if self.saving {
            return Vec::new();
        }
        let Some(shown) = self.chosen().filter(|shown| is_ours(&shown.line)) else {
            self.edit_form(Some("prod"));
            return Vec::new();
        };
        let name = shown.line.known.name.clone();
        let Some(world) = &self.world else { return Vec::new() };
        let env = world.connections.get(&name).and_then(|connection| connection.env);
        let next = match env.map(crate::config::Env::from) {
            None => Some("prod"),
            Some(crate::config::Env::Prod) => Some("stage"),
            Some(crate::config::Env::Stage) => Some("dev"),
            Some(crate::config::Env::Dev) => None,
        };
        let edit = Edit { old: Some(name.clone()), name, changes: vec![("env", next.map(str::to_owned))] };
        let stamp = world.stamp;
        self.save(edit, stamp)
    }

    fn save(&mut self, edit: Edit, stamp: crate::config::Stamp) -> Vec<Step> {
        self.saving = true;
        vec![Step::Do(Job::Save { edit, stamp })]
    }

    fn new_form(&mut self) {
        let Some(world) = &self.world else { return };
        let title = format!("New connection in {}", world.config);
        self.mode = Mode::Form(Box::new(Form::new(title, "", &[], world.stamp)));
    }

    /// The form for the chosen line; one from elsewhere is copied into the config file. `env` is preset.
    fn edit_form(&mut self, env: Option<&'static str>) {
        let Some(world) = &self.world else { return };
        let Some(shown) = self.chosen().filter(|_| self.entry() != Some(Entry::Demo)) else {
            self.message = Some("This line is built in. n makes a new connection.".into());
            return;
        };
        let known = &shown.line.known;
        if is_ours(&shown.line) {
            self.mode = match world.connections.get(&known.name) {
                Some(connection) => {
                    Mode::Form(Box::new(Form::edit(&known.name, connection, &world.config, world.stamp)))
                }
                None => return,
            };
            return;
        }
        let mut values = copied(&shown.line);
        values.extend(env.map(|env| ("env", env.to_owned())));
        let title = format!("Copy into {} (it comes from {})", world.config, known.from);
        let taken = |name: &str| world.connections.contains_key(name);
        let mut name = suggested(&shown.line);
        if taken(&name) {
            name = (2..).map(|n| format!("{name}-{n}")).find(|name| !taken(name)).unwrap_or_default();
        }
        self.mode = Mode::Form(Box::new(Form::new(title, &name, &values, world.stamp)));
    }

    fn filter_key(&mut self, key: KeyEvent, height: usize) -> Vec<Step> {
        match key.code {
            KeyCode::Enter => {
                self.mode = Mode::List;
                return if self.filter.text().is_empty() { Vec::new() } else { self.enter() };
            }
            KeyCode::Esc => drop(self.cancel()),
            KeyCode::Backspace if self.filter.text().is_empty() => self.mode = Mode::List,
            KeyCode::Down => self.go(self.cursor.at + 1, height),
            KeyCode::Up => self.go(self.cursor.at.saturating_sub(1), height),
            KeyCode::Tab => self.mode = Mode::List,
            _ => {
                if self.filter.key(key) {
                    self.go(0, height);
                }
            }
        }
        Vec::new()
    }

    fn url_key(&mut self, key: KeyEvent) -> Vec<Step> {
        let Mode::Url(input) = &mut self.mode else { return Vec::new() };
        match key.code {
            KeyCode::Esc => drop(self.cancel()),
            KeyCode::Backspace if input.text().is_empty() => self.mode = Mode::List,
            KeyCode::Enter => {
                let text = input.text().trim().to_owned();
                if text.is_empty() {
                    self.mode = Mode::List;
                    return Vec::new();
                }
                return self.open(text);
            }
            _ => drop(input.key(key)),
        }
        Vec::new()
    }
}

/// The values of a line from elsewhere, without a password.
fn copied(line: &crate::config::Line) -> Vec<(&'static str, String)> {
    let known = &line.known;
    let Some(target) = &line.target else { return Vec::new() };
    if line.source == Source::Service {
        // The service keeps what else it says.
        return vec![("url", known.word.clone())];
    }
    if let Address::File(path) = &target.address {
        return vec![("path", path.display().to_string())];
    }
    let mut values = vec![("url", known.url.clone())];
    if target.tls.mode != TlsMode::Prefer && target.tls.mode != TlsMode::Disable {
        values.push(("sslmode", target.tls.mode.id().to_owned()));
    }
    values
}

/// A name that can be typed: of the service or the file, else of the database or the host.
fn suggested(line: &crate::config::Line) -> String {
    let known = &line.known;
    let name = match (line.source, known.family) {
        (Source::Folder, _) => known.name.rsplit_once('.').map_or(known.name.as_str(), |(stem, _)| stem),
        (Source::Service, _) => &known.name,
        (_, Some(Family::Postgres | Family::Mysql)) => known.database.as_deref().unwrap_or(&known.server),
        _ => &known.name,
    };
    let plain = |c: char| if c.is_control() || matches!(c, ':' | '=' | '$') { '-' } else { c };
    name.trim().trim_start_matches(['-', '$']).chars().map(plain).collect()
}
