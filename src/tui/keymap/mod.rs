//! One table: action → its name in `config.toml`, its keys and its words. Help, footer and the which-key
//! strip are made from it; `[keys]` of the configuration changes it.

mod custom;
mod key;
mod table;
#[cfg(test)]
mod tests;

pub use custom::custom;
pub use key::{Key, Stroke, name};

use super::glyphs::Glyphs;
use super::msg::Action;
use crossterm::event::KeyEvent;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Move,
    Look,
    Do,
}

impl Group {
    pub const ALL: [(Self, &str); 3] = [(Self::Move, "Move"), (Self::Look, "Look"), (Self::Do, "Do")];
}

/// An action as the table has it.
#[derive(Debug)]
pub struct Entry {
    pub action: Action,
    /// In `[keys]`.
    pub name: &'static str,
    /// As a person writes them: `j`, `Ctrl-D`, `s n` for one after the other.
    pub keys: &'static [&'static str],
    /// For the footer: one or two words.
    pub hint: &'static str,
    /// For the help: what it does.
    pub text: &'static str,
    pub group: Group,
}

/// An action with the keys that it has now.
#[derive(Clone, Debug)]
pub struct Binding {
    pub strokes: Vec<Stroke>,
    pub action: Action,
    pub name: &'static str,
    pub hint: &'static str,
    pub text: &'static str,
    pub group: Group,
}

/// A map of keys. Copies share it.
#[derive(Clone, Debug)]
pub struct Keymap {
    /// `vi`, `arrows`, `emacs`, and `own` with keys of one's own.
    pub title: String,
    bindings: Arc<[Binding]>,
}

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    Act(Action),
    /// It waits for a second one.
    Wait(Key),
}

impl Keymap {
    /// The default: letters of `vi`, and the arrows.
    pub fn vi() -> Self {
        Self::of("vi", table::ALL)
    }

    /// The keys of the picker.
    pub fn picker() -> Self {
        Self::of("vi", table::PICKER)
    }

    fn of(title: &str, entries: &'static [Entry]) -> Self {
        Self { title: title.to_owned(), bindings: entries.iter().map(Binding::of).collect() }
    }

    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// What `event` means, after the key that waited for it.
    pub fn hit(&self, event: KeyEvent, after: Option<Key>) -> Option<Hit> {
        let key = key::of_event(event)?;
        if after.is_none()
            && let Key::Char(digit @ '1'..='9') = key
        {
            return Some(Hit::Act(Action::View(digit as u8 - b'0')));
        }
        let wanted = Stroke { after, key };
        if let Some(binding) = self.bindings.iter().find(|binding| binding.strokes.contains(&wanted)) {
            return Some(Hit::Act(binding.action));
        }
        let begins = after.is_none() && self.after(key).next().is_some();
        begins.then_some(Hit::Wait(key))
    }

    pub fn action(&self, event: KeyEvent) -> Option<Action> {
        match self.hit(event, None)? {
            Hit::Act(action) => Some(action),
            Hit::Wait(_) => None,
        }
    }

    pub fn binding(&self, action: Action) -> Option<&Binding> {
        self.bindings.iter().find(|binding| binding.action == action)
    }

    /// The key of an action that waits for a second one.
    pub fn first_key(&self, action: Action) -> Option<Key> {
        self.binding(action)?.strokes.iter().find(|stroke| stroke.after.is_none()).map(|stroke| stroke.key)
    }

    /// The second keys after `first`, with what they do.
    pub fn after(&self, first: Key) -> impl Iterator<Item = (Key, &Binding)> {
        self.bindings.iter().flat_map(move |binding| {
            let strokes = binding.strokes.iter().filter(move |stroke| stroke.after == Some(first));
            strokes.map(move |stroke| (stroke.key, binding))
        })
    }

    /// What the second key chooses: `sort by`, else the first key itself.
    pub fn prefix_title(&self, first: Key, glyphs: &Glyphs) -> String {
        match self.bindings.iter().find(|one| one.strokes.contains(&Stroke { after: None, key: first })) {
            Some(binding) => format!("{} by", binding.hint),
            None => name(first, glyphs),
        }
    }
}

impl Binding {
    fn of(entry: &Entry) -> Self {
        Self {
            strokes: entry.keys.iter().filter_map(|text| key::read(text).ok()).collect(),
            action: entry.action,
            name: entry.name,
            hint: entry.hint,
            text: entry.text,
            group: entry.group,
        }
    }
}

/// Keys as people read them: `j ↓`, `s n`.
pub fn label(strokes: &[Stroke], glyphs: &Glyphs) -> String {
    let one = |stroke: &Stroke| match stroke.after {
        Some(first) => format!("{} {}", name(first, glyphs), name(stroke.key, glyphs)),
        None => name(stroke.key, glyphs),
    };
    strokes.iter().map(one).collect::<Vec<_>>().join(" ")
}
