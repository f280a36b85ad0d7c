//! Keys: as the terminal sends them, as a person writes them, as the screen shows them.

use crate::tui::glyphs::Glyphs;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Char(char),
    Ctrl(char),
    Code(KeyCode),
}

/// A key, perhaps after another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stroke {
    pub after: Option<Key>,
    pub key: Key,
}

/// Names of keys without a letter, the one that is shown first.
const CODES: [(&str, KeyCode); 16] = [
    ("Down", KeyCode::Down),
    ("Up", KeyCode::Up),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("PageUp", KeyCode::PageUp),
    ("PageDown", KeyCode::PageDown),
    ("Tab", KeyCode::Tab),
    ("Shift-Tab", KeyCode::BackTab),
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
];

/// `None` for what is never bound.
pub fn of_event(event: KeyEvent) -> Option<Key> {
    if event.modifiers.intersects(KeyModifiers::ALT | KeyModifiers::SUPER) {
        return None;
    }
    match event.code {
        KeyCode::Char(c) if event.modifiers.contains(KeyModifiers::CONTROL) => Some(Key::Ctrl(c)),
        KeyCode::Char(c) => Some(Key::Char(c)),
        code => Some(Key::Code(code)),
    }
}

/// One key or two: `j`, `Ctrl-D`, `PgDn`, `s n`.
///
/// # Errors
/// A sentence that says why it can not be.
pub fn parse(text: &str) -> Result<Stroke, String> {
    let stroke = read(text)?;
    match stroke.after.and_then(forbidden).or_else(|| forbidden(stroke.key)) {
        Some(why) => Err(format!("`{text}` can not be bound: {why}.")),
        None => Ok(stroke),
    }
}

/// The same for our own tables, which a test looks through.
pub fn read(text: &str) -> Result<Stroke, String> {
    let keys: Vec<&str> = text.split_whitespace().collect();
    match keys.as_slice() {
        [key] => Ok(Stroke { after: None, key: one(key)? }),
        [first, key] => Ok(Stroke { after: Some(one(first)?), key: one(key)? }),
        _ => Err("A key reads `j`, `Ctrl-D` or `PgDn`, and two keys one after the other `s n`.".into()),
    }
}

fn one(text: &str) -> Result<Key, String> {
    let lower = text.to_lowercase();
    if let Some((_, code)) = CODES.iter().find(|(name, _)| name.to_lowercase() == lower) {
        return Ok(Key::Code(*code));
    }
    if lower == "space" {
        return Ok(Key::Char(' '));
    }
    let ctrl = ["ctrl-", "ctrl+", "c-"].iter().find_map(|start| lower.strip_prefix(start));
    let mut letters = ctrl.unwrap_or(text).chars();
    match (letters.next(), letters.next(), ctrl) {
        (Some(letter), None, None) if !letter.is_control() => Ok(Key::Char(letter)),
        (Some(letter @ 'a'..='z'), None, Some(_)) => Ok(Key::Ctrl(letter)),
        _ => Err(format!("`{text}` is no key that every terminal sends: write `j`, `Ctrl-D`, `PgDn`, `Space`.")),
    }
}

/// Why a key would do something else than was meant.
fn forbidden(key: Key) -> Option<&'static str> {
    match key {
        Key::Char('[' | 'O' | 'A' | 'B' | 'C' | 'D') => {
            Some("on a slow line it may be the end of an arrow key whose start came before")
        }
        Key::Char('1'..='9') => Some("digits are the views"),
        Key::Ctrl('a' | 'b') => Some("screen and tmux take it"),
        Key::Ctrl('s' | 'q') => Some("it stops or starts the output of a terminal"),
        Key::Ctrl('h') => Some("a terminal sends the same for Backspace"),
        Key::Ctrl('i') => Some("a terminal sends the same for Tab"),
        Key::Ctrl('j' | 'm') => Some("a terminal sends the same for Enter"),
        Key::Ctrl('c') => Some("it always cancels"),
        Key::Ctrl('z') => Some("it always suspends"),
        _ => None,
    }
}

/// One key as it is shown: `j`, `Ctrl-D`, `Enter`.
pub fn name(key: Key, glyphs: &Glyphs) -> String {
    match key {
        Key::Char(' ') => "Space".into(),
        Key::Char(c) => c.to_string(),
        Key::Ctrl(c) => format!("Ctrl-{}", c.to_ascii_uppercase()),
        Key::Code(KeyCode::Up) => glyphs.arrows[0].into(),
        Key::Code(KeyCode::Down) => glyphs.arrows[1].into(),
        Key::Code(KeyCode::Left) => glyphs.arrows[2].into(),
        Key::Code(KeyCode::Right) => glyphs.arrows[3].into(),
        Key::Code(code) => CODES
            .iter()
            .find(|(_, known)| *known == code)
            .map_or_else(|| format!("{code:?}"), |(name, _)| (*name).into()),
    }
}

/// As a person writes it in the configuration.
pub fn written(stroke: Stroke) -> String {
    let one = |key| match key {
        Key::Code(code) => CODES.iter().find(|(_, known)| *known == code).map_or("", |(name, _)| name).to_owned(),
        key => name(key, &crate::tui::glyphs::ASCII),
    };
    stroke.after.map(|first| format!("{} ", one(first))).unwrap_or_default() + &one(stroke.key)
}
