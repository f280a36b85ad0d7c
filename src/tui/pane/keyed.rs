//! A list whose lines are found again by a key, in the views that show what the server does and what is wrong
//! with it: the cursor stays on its line whatever comes, and the list is left and come back to as it was.

use super::list::{Hit, List, Sight};
use super::{Cx, MOVES, SHELL};
use crate::tui::msg::Action;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Where it stands, for Ctrl-O.
#[derive(Clone, Debug)]
pub struct Stand<K> {
    at: Option<K>,
    query: String,
}

/// Cursor and filter. Lines are positions; `key` gives the key of one, `None` for a title, on which the cursor
/// never rests.
#[derive(Debug)]
pub struct Keyed<K> {
    list: List,
    /// The key of the line of the cursor: it outlives a refresh.
    at: Option<K>,
    /// Revision of the facts that the lines were made of.
    seen: u64,
}

// By hand: keys need no default.
impl<K> Default for Keyed<K> {
    fn default() -> Self {
        Self { list: List::default(), at: None, seen: 0 }
    }
}

impl<K: Clone + PartialEq> Keyed<K> {
    /// Position of the cursor.
    pub fn cursor(&self) -> usize {
        self.list.cursor.at
    }

    pub fn query(&self) -> &str {
        &self.list.query
    }

    /// The key that the cursor is on, or was on when it was last moved.
    pub fn key(&self) -> Option<&K> {
        self.at.as_ref()
    }

    /// The line that [`Self::stay`] looks for; no line is the first one.
    pub fn seek(&mut self, key: Option<K>) {
        self.at = key;
    }

    pub fn set_query(&mut self, query: &str) {
        self.list.query = query.to_owned();
    }

    /// True when there was a filter.
    pub fn clear(&mut self) -> bool {
        !std::mem::take(&mut self.list.query).is_empty()
    }

    pub fn stand(&self) -> Stand<K> {
        Stand { at: self.at.clone(), query: self.list.query.clone() }
    }

    pub fn stand_at(&mut self, stand: Stand<K>) {
        (self.at, self.list.query) = (stand.at, stand.query);
    }

    /// True once for each revision of the facts.
    pub fn is_new(&mut self, revision: u64) -> bool {
        std::mem::replace(&mut self.seen, revision) != revision
    }

    pub fn open(&mut self) {
        self.list.open();
    }

    pub fn typing(&self) -> bool {
        self.list.input.is_some()
    }

    /// True when the filter changed; the arrows move the cursor meanwhile.
    pub fn text(&mut self, event: KeyEvent, sight: Sight, key: impl Fn(usize) -> Option<K>) -> bool {
        match event.code {
            KeyCode::Up => self.moves(Action::Up, sight, key),
            KeyCode::Down => self.moves(Action::Down, sight, key),
            _ => return self.list.text(event, sight.height, sight.len),
        };
        false
    }

    pub fn paste(&mut self, text: &str) -> bool {
        self.list.paste(text)
    }

    /// True when `action` moved the cursor.
    pub fn moves(&mut self, action: Action, sight: Sight, key: impl Fn(usize) -> Option<K>) -> bool {
        if !self.list.moves(action, sight.height, sight.len) {
            return false;
        }
        let at = self.list.cursor.at;
        if key(at).is_none() {
            let before = at.saturating_sub(1);
            let beyond = if matches!(action, Action::Up | Action::HalfUp | Action::First) { before } else { at + 1 };
            let to = if beyond < sight.len && key(beyond).is_some() { beyond } else { before };
            self.list.cursor.go(to, sight.height, sight.len);
        }
        self.at = key(self.list.cursor.at);
        true
    }

    /// The lines are others: the cursor stays on the line of its key; where that is gone, at `lost`.
    pub fn stay(&mut self, lost: usize, sight: Sight, key: impl Fn(usize) -> Option<K>) {
        let known = self.at.as_ref().and_then(|at| (0..sight.len).find(|n| key(*n).as_ref() == Some(at)));
        let lost = if self.at.is_some() { lost } else { 0 };
        let free = |from: usize| (from..sight.len).find(|n| key(*n).is_some());
        let at = known.or_else(|| free(lost)).or_else(|| free(0)).unwrap_or(lost);
        self.list.cursor.go(at, sight.height, sight.len);
    }

    /// From here on the cursor stays on the line that it is on.
    pub fn hold(&mut self, key: impl Fn(usize) -> Option<K>) {
        self.at = key(self.list.cursor.at);
    }

    /// The size of the list or of the screen changed.
    pub fn fit(&mut self, sight: Sight) {
        let at = self.list.cursor.at;
        self.list.cursor.go(at, sight.height, sight.len);
    }

    /// The first line in sight.
    pub fn top(&self, sight: Sight) -> usize {
        self.list.top(sight)
    }

    /// A click so many rows below the first line, each line being `tall` rows: what is to be done then.
    pub fn click(
        &mut self,
        row: Option<usize>,
        tall: usize,
        sight: Sight,
        key: impl Fn(usize) -> Option<K>,
    ) -> Option<Action> {
        match self.list.hit(row, tall, sight, |at| key(at).is_some()) {
            Hit::Again => return Some(Action::Enter),
            Hit::Moved => self.at = key(self.list.cursor.at),
            Hit::Nothing => {}
        }
        None
    }

    pub fn draw_filter(&self, area: Rect, hint: &str, cx: &Cx, buf: &mut Buffer) {
        self.list.draw_filter(area, cx, hint, buf);
    }
}

/// The keys of a view: its own, the most important first, then those of every list and of the shell.
pub fn keys(own: &[Action]) -> Vec<Action> {
    let rest = MOVES.iter().chain(SHELL).filter(|action| !own.contains(action));
    own.iter().chain(rest).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two chains, a title, two more.
    const LINES: [Option<u8>; 5] = [Some(1), Some(2), None, Some(4), Some(5)];

    fn sight() -> Sight {
        Sight { height: 3, len: LINES.len() }
    }

    fn at(lines: &Keyed<u8>) -> Option<u8> {
        lines.key().copied()
    }

    #[test]
    fn the_cursor_steps_over_titles() {
        let key = |n: usize| LINES.get(n).copied().flatten();
        let mut lines = Keyed::default();
        let walk = [Action::Down, Action::Down, Action::Down, Action::Down, Action::Up, Action::Up];
        let seen: Vec<Option<u8>> = walk
            .into_iter()
            .map(|action| {
                lines.moves(action, sight(), key);
                at(&lines)
            })
            .collect();
        assert_eq!(seen, [2, 4, 5, 5, 4, 2].map(Some));
        assert!(!lines.moves(Action::Enter, sight(), key));
    }

    #[test]
    fn it_stays_on_its_line_while_that_is_there() {
        let key = |n: usize| LINES.get(n).copied().flatten();
        let mut lines = Keyed::default();
        lines.seek(Some(5));
        lines.stay(0, sight(), key);
        assert_eq!(lines.cursor(), 4);
        let fewer = |n: usize| [Some(1), Some(2), None, Some(4)].get(n).copied().flatten();
        lines.stay(2, Sight { len: 4, ..sight() }, fewer);
        assert_eq!(lines.cursor(), 3, "gone: the next line that is none but a title");
        lines.seek(None);
        lines.stay(3, sight(), key);
        assert_eq!(lines.cursor(), 0);
    }

    #[test]
    fn a_click_chooses_and_the_second_one_opens() {
        let key = |n: usize| LINES.get(n).copied().flatten();
        let mut lines = Keyed::default();
        assert_eq!(lines.click(Some(3), 2, sight(), key), None);
        assert_eq!(at(&lines), Some(2));
        assert_eq!(lines.click(Some(2), 2, sight(), key), Some(Action::Enter));
        assert_eq!(lines.click(Some(4), 2, sight(), key), None, "a title");
        assert_eq!(lines.click(None, 2, sight(), key), None);
        assert_eq!(at(&lines), Some(2));
    }
}
