//! The cursor of a list and the field that filters it.

use crate::model::Catalog;
use crate::tui::msg::Action;
use crate::tui::pane::Cx;
use crate::tui::pane::schema::filter::Filter;
use crate::tui::widget::input::Input;
use crate::tui::widget::scroll::{self, Cursor};
use crate::tui::widget::{put, put_cut, right_of};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// How much of a list is in sight, and how long it is.
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    pub height: usize,
    pub len: usize,
}

/// What a click on a list means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// The line where the cursor already was.
    Again,
    /// The cursor is there now.
    Moved,
    Nothing,
}

/// The cursor of a list and the text that filters it.
#[derive(Clone, Debug, Default)]
pub struct List {
    pub cursor: Cursor,
    pub query: String,
    /// The text field, while it is open.
    pub input: Option<Input>,
}

impl List {
    /// True when `action` moved the cursor.
    pub fn moves(&mut self, action: Action, height: usize, len: usize) -> bool {
        let half = (height / 2).max(1) as isize;
        match action {
            Action::Up => self.cursor.by(-1, height, len),
            Action::Down => self.cursor.by(1, height, len),
            Action::HalfUp => self.cursor.by(-half, height, len),
            Action::HalfDown => self.cursor.by(half, height, len),
            Action::First => self.cursor.go(0, height, len),
            Action::Last => self.cursor.go(len.saturating_sub(1), height, len),
            _ => return false,
        }
        true
    }

    /// The first line in sight.
    pub fn top(&self, sight: Sight) -> usize {
        scroll::top(self.cursor.top, self.cursor.at, sight.height, sight.len)
    }

    /// A click `row` rows below the first line, each line being `tall` rows; `takes` says which lines the cursor
    /// may rest on.
    pub fn hit(&mut self, row: Option<usize>, tall: usize, sight: Sight, takes: impl Fn(usize) -> bool) -> Hit {
        let Some(line) = row.map(|row| row / tall.max(1)).filter(|line| *line < sight.height) else {
            return Hit::Nothing;
        };
        let at = self.top(sight) + line;
        if at >= sight.len || !takes(at) {
            return Hit::Nothing;
        }
        self.input = None;
        if at == self.cursor.at {
            return Hit::Again;
        }
        self.cursor.go(at, sight.height, sight.len);
        Hit::Moved
    }

    pub fn open(&mut self) {
        self.input = Some(Input::new(&self.query));
    }

    /// True when the filter changed. `step` is what the arrows do meanwhile.
    pub fn text(&mut self, key: KeyEvent, height: usize, len: usize) -> bool {
        let Some(input) = &mut self.input else { return false };
        match key.code {
            KeyCode::Enter => self.input = None,
            KeyCode::Esc => {
                self.input = None;
                return self.set(String::new());
            }
            KeyCode::Backspace if input.text().is_empty() => self.input = None,
            KeyCode::Up => self.cursor.by(-1, height, len),
            KeyCode::Down => self.cursor.by(1, height, len),
            _ if input.key(key) => {
                let text = input.text().to_owned();
                return self.set(text);
            }
            _ => {}
        }
        false
    }

    pub fn paste(&mut self, text: &str) -> bool {
        let Some(input) = &mut self.input else { return false };
        input.paste(text);
        let text = input.text().to_owned();
        self.set(text)
    }

    fn set(&mut self, query: String) -> bool {
        let changed = self.query != query;
        self.query = query;
        changed
    }

    pub fn filter(&self, catalog: &Catalog) -> Option<Filter> {
        Filter::new(&self.query, catalog)
    }

    /// The first row of `area`: the filter, or what could be done.
    pub fn draw_filter(&self, area: Rect, cx: &Cx, hint: &str, buf: &mut Buffer) {
        let theme = &cx.look.theme;
        let room = area.width.saturating_sub(1);
        match &self.input {
            Some(input) => {
                put(buf, area, 1, 0, "/", theme.strong);
                let line = Rect { width: room, height: area.height.min(1), ..area };
                input.draw(buf, right_of(line, 3), theme.plain, cx.look);
            }
            None if self.query.is_empty() => drop(put_cut(buf, area, 1, 0, room, hint, theme.faint, cx.look)),
            None => {
                put(buf, area, 1, 0, "/", theme.strong);
                put_cut(buf, area, 3, 0, area.width.saturating_sub(4), &self.query, theme.strong, cx.look);
            }
        }
    }
}
