//! The cursor of a list and the field that filters it.

use crate::model::Catalog;
use crate::tui::msg::Action;
use crate::tui::pane::Cx;
use crate::tui::pane::schema::filter::Filter;
use crate::tui::widget::input::Input;
use crate::tui::widget::scroll::Cursor;
use crate::tui::widget::{put, put_cut, right_of};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

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

    /// The first row: the filter, or what could be done.
    pub fn draw_filter(&self, cx: &Cx, hint: &str, buf: &mut Buffer) {
        let (area, theme) = (cx.area, &cx.look.theme);
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
