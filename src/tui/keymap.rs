//! One table: key → action and its words. Help, footer and the which-key strip are made from it.
//!
//! Never bound: Alt and Shift-Enter (not told apart everywhere), `[`, `O` and capital A to D (the tail of
//! an arrow key whose ESC came apart), Ctrl-A, B, S, Q, H, I, M (multiplexers, flow control, same bytes).

use super::glyphs::Glyphs;
use super::msg::Action;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Move,
    Look,
    Do,
}

impl Group {
    pub const ALL: [(Self, &str); 3] = [(Self::Move, "Move"), (Self::Look, "Look"), (Self::Do, "Do")];
}

/// A first key that waits for a second one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    Sort,
}

impl Prefix {
    pub const fn key(self) -> char {
        match self {
            Self::Sort => 's',
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Sort => "sort by",
        }
    }
}

#[derive(Debug)]
pub struct Binding {
    pub keys: &'static [Key],
    pub action: Action,
    /// For the footer: one or two words.
    pub hint: &'static str,
    /// For the help: what it does.
    pub text: &'static str,
    pub group: Group,
    /// Only after this key.
    pub after: Option<Prefix>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Char(char),
    Ctrl(char),
    Code(KeyCode),
}

use Key::{Char, Code, Ctrl};

const fn bind(keys: &'static [Key], action: Action, hint: &'static str, text: &'static str, group: Group) -> Binding {
    Binding { keys, action, hint, text, group, after: None }
}

const fn then(prefix: Prefix, keys: &'static [Key], action: Action, hint: &'static str, text: &'static str) -> Binding {
    Binding { keys, action, hint, text, group: Group::Look, after: Some(prefix) }
}

/// The default map (`vi`); arrows work too.
pub const VI: &[Binding] = &[
    bind(&[Char('j'), Code(KeyCode::Down)], Action::Down, "down", "down", Group::Move),
    bind(&[Char('k'), Code(KeyCode::Up)], Action::Up, "up", "up", Group::Move),
    bind(&[Char('g'), Code(KeyCode::Home)], Action::First, "first", "first", Group::Move),
    bind(&[Char('G'), Code(KeyCode::End)], Action::Last, "last", "last", Group::Move),
    bind(&[Ctrl('d'), Code(KeyCode::PageDown)], Action::HalfDown, "half page down", "half a page down", Group::Move),
    bind(&[Ctrl('u'), Code(KeyCode::PageUp)], Action::HalfUp, "half page up", "half a page up", Group::Move),
    bind(&[Char('h'), Code(KeyCode::Left)], Action::Left, "fold", "fold, to the left", Group::Move),
    bind(&[Char('l'), Code(KeyCode::Right)], Action::Right, "unfold", "unfold, to the right", Group::Move),
    bind(&[Code(KeyCode::Tab)], Action::NextPane, "other side", "next pane", Group::Move),
    bind(&[Code(KeyCode::BackTab)], Action::PrevPane, "other side", "previous pane", Group::Move),
    bind(&[Code(KeyCode::Enter)], Action::Enter, "open", "open, follow", Group::Move),
    bind(
        &[Code(KeyCode::Esc), Code(KeyCode::Backspace)],
        Action::Back,
        "back",
        "close, clear filter, back",
        Group::Move,
    ),
    bind(&[Ctrl('o')], Action::LastPlace, "last place", "last place", Group::Move),
    bind(&[Ctrl('p')], Action::GoTo, "go to", "go to anything by its name", Group::Move),
    bind(&[Char('>')], Action::NextTab, "tab", "next tab", Group::Look),
    bind(&[Char('<')], Action::PrevTab, "tab", "previous tab", Group::Look),
    bind(&[Char('/')], Action::Filter, "filter", "filter: fuzzy, =exact, !not, col:name", Group::Look),
    bind(&[Char('n')], Action::NextMatch, "next", "next found", Group::Look),
    bind(&[Char('N')], Action::PrevMatch, "previous", "previous found", Group::Look),
    bind(&[Char(Prefix::Sort.key())], Action::Sort, "sort", "sort, then n s or r", Group::Look),
    then(Prefix::Sort, &[Char('n')], Action::SortName, "name", "sort by name, again: reverse"),
    then(Prefix::Sort, &[Char('s')], Action::SortSize, "size", "sort by size, again: reverse"),
    then(Prefix::Sort, &[Char('r')], Action::SortRows, "rows", "sort by rows, again: reverse"),
    bind(&[Char('z')], Action::Fold, "fold", "fold or unfold", Group::Look),
    bind(&[Char('H')], Action::System, "system", "system objects", Group::Look),
    bind(&[Char('d')], Action::Definition, "DDL", "definition (DDL)", Group::Look),
    bind(&[Char('v')], Action::Plain, "plain text", "plain text, for selection", Group::Look),
    bind(&[Char('r')], Action::Refresh, "refresh", "refresh now, try again", Group::Do),
    bind(&[Char(' ')], Action::Pause, "pause", "pause the refresh, again: go on", Group::Do),
    bind(&[Char('y')], Action::Copy, "copy", "copy the name or the text", Group::Do),
    bind(&[Char('Y')], Action::CopyMarkdown, "copy Markdown", "copy as Markdown", Group::Do),
    bind(&[Char('x')], Action::Export, "export", "export: CSV, JSON, Markdown", Group::Do),
    bind(&[Char('S')], Action::SaveText, "save", "save the text as a file", Group::Do),
    bind(&[Char(':')], Action::Command, "command", "command line", Group::Do),
    bind(&[Char('?')], Action::Help, "help", "help", Group::Do),
    bind(&[Ctrl('c')], Action::Cancel, "cancel", "cancel the running query", Group::Do),
    bind(&[Ctrl('z')], Action::Suspend, "suspend", "suspend", Group::Do),
    bind(&[Char('q')], Action::Quit, "quit", "quit", Group::Do),
];

/// The keys of the picker.
pub const PICKER: &[Binding] = &[
    bind(&[Char('j'), Code(KeyCode::Down)], Action::Down, "down", "down", Group::Move),
    bind(&[Char('k'), Code(KeyCode::Up)], Action::Up, "up", "up", Group::Move),
    bind(&[Char('g'), Code(KeyCode::Home)], Action::First, "first", "first", Group::Move),
    bind(&[Char('G'), Code(KeyCode::End)], Action::Last, "last", "last", Group::Move),
    bind(&[Ctrl('d'), Code(KeyCode::PageDown)], Action::HalfDown, "half page down", "half a page down", Group::Move),
    bind(&[Ctrl('u'), Code(KeyCode::PageUp)], Action::HalfUp, "half page up", "half a page up", Group::Move),
    bind(&[Code(KeyCode::Enter)], Action::Enter, "connect", "connect to the chosen one", Group::Move),
    bind(
        &[Code(KeyCode::Esc), Code(KeyCode::Backspace)],
        Action::Back,
        "back",
        "stop a test, clear the filter, back",
        Group::Move,
    ),
    bind(&[Char('/')], Action::Filter, "filter", "filter the list", Group::Look),
    bind(&[Char('H')], Action::PickLeftOut, "left out", "what was found and left out", Group::Look),
    bind(&[Char('v')], Action::Plain, "in full", "everything about the chosen one, in full", Group::Look),
    bind(&[Char('r')], Action::Refresh, "look again", "look for connections again", Group::Look),
    bind(&[Char('n')], Action::PickNew, "new", "new connection in config.toml", Group::Do),
    bind(&[Char('e')], Action::PickEdit, "edit", "edit it, or copy it into config.toml", Group::Do),
    bind(&[Char('m')], Action::PickMark, "mark prod/staging/dev", "mark as prod, staging, dev or none", Group::Do),
    bind(&[Char('t')], Action::PickTest, "test", "test the connection, then close it", Group::Do),
    bind(&[Char('d')], Action::PickDemo, "demo", "open the built-in demo", Group::Do),
    bind(&[Char('u')], Action::PickUrl, "URL", "type or paste a URL or a path", Group::Do),
    bind(&[Char('y')], Action::Copy, "copy", "copy the URL, without a password", Group::Do),
    bind(&[Char('?')], Action::Help, "help", "help", Group::Do),
    bind(&[Ctrl('c')], Action::Cancel, "cancel", "stop a test, close a field", Group::Do),
    bind(&[Ctrl('z')], Action::Suspend, "suspend", "suspend", Group::Do),
    bind(&[Char('q')], Action::Quit, "quit", "quit", Group::Do),
];

/// A map of keys; a configured one may take the place of [`VI`].
#[derive(Clone, Copy, Debug)]
pub struct Keymap(pub &'static [Binding]);

impl Keymap {
    pub fn action(&self, event: KeyEvent, after: Option<Prefix>) -> Option<Action> {
        let key = key_of(event)?;
        if after.is_none()
            && let Char(digit @ '1'..='9') = key
        {
            return Some(Action::View(digit as u8 - b'0'));
        }
        self.0
            .iter()
            .find(|binding| binding.after == after && binding.keys.contains(&key))
            .map(|binding| binding.action)
    }

    pub fn binding(&self, action: Action) -> Option<&'static Binding> {
        self.0.iter().find(|binding| binding.action == action)
    }

    /// The second keys after `prefix`.
    pub fn after(&self, prefix: Prefix) -> impl Iterator<Item = &'static Binding> {
        self.0.iter().filter(move |binding| binding.after == Some(prefix))
    }
}

/// `None` for what is never bound.
fn key_of(event: KeyEvent) -> Option<Key> {
    if event.modifiers.intersects(KeyModifiers::ALT | KeyModifiers::SUPER) {
        return None;
    }
    match event.code {
        KeyCode::Char(c) if event.modifiers.contains(KeyModifiers::CONTROL) => Some(Ctrl(c)),
        KeyCode::Char(c) => Some(Char(c)),
        code => Some(Code(code)),
    }
}

/// The keys of a binding as people write them: `j ↓`.
pub fn label(keys: &[Key], glyphs: &Glyphs) -> String {
    keys.iter().map(|key| name(*key, glyphs)).collect::<Vec<_>>().join(" ")
}

/// One key: `j`, `Ctrl-D`, `Enter`.
pub fn name(key: Key, glyphs: &Glyphs) -> String {
    match key {
        Char(' ') => "Space".into(),
        Char(c) => c.to_string(),
        Ctrl(c) => format!("Ctrl-{}", c.to_ascii_uppercase()),
        Code(KeyCode::Up) => glyphs.arrows[0].into(),
        Code(KeyCode::Down) => glyphs.arrows[1].into(),
        Code(KeyCode::Left) => glyphs.arrows[2].into(),
        Code(KeyCode::Right) => glyphs.arrows[3].into(),
        Code(KeyCode::PageUp) => "PgUp".into(),
        Code(KeyCode::PageDown) => "PgDn".into(),
        Code(KeyCode::BackTab) => "Shift-Tab".into(),
        Code(code) => format!("{code:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things() {
        for map in [VI, PICKER] {
            for (n, one) in map.iter().enumerate() {
                for other in &map[n + 1..] {
                    let clash = one.after == other.after && one.keys.iter().any(|key| other.keys.contains(key));
                    assert!(!clash, "{:?} and {:?}", one.action, other.action);
                }
            }
        }
    }

    #[test]
    fn the_tail_of_a_split_arrow_is_bound_to_nothing() {
        let forbidden = [Char('['), Char('O'), Char('A'), Char('B'), Char('C'), Char('D')];
        let multiplexers = ['a', 'b', 's', 'q', 'h', 'i', 'm'].map(Ctrl);
        for binding in VI.iter().chain(PICKER) {
            for key in binding.keys {
                assert!(!forbidden.contains(key) && !multiplexers.contains(key), "{key:?}");
            }
        }
    }

    #[test]
    fn an_arrow_and_a_letter_mean_the_same() {
        let map = Keymap(VI);
        let down = KeyEvent::new(KeyCode::Down, KeyModifiers::NONE);
        let j = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE);
        assert_eq!(map.action(down, None), Some(Action::Down));
        assert_eq!(map.action(j, None), Some(Action::Down));
        let alt = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::ALT);
        assert_eq!(map.action(alt, None), None);
    }
}
