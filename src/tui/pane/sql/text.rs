//! Keys while the statement is written.

use super::complete::Completion;
use super::{Cx, SqlPane};
use crate::tui::msg::Effect;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, Input};

impl SqlPane {
    pub(super) fn write(&mut self, key: KeyEvent, cx: &Cx) -> Vec<Effect> {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('r') if ctrl => return self.run(),
            KeyCode::Tab => return self.complete(1, cx),
            KeyCode::BackTab => return self.complete(-1, cx),
            KeyCode::Esc if self.completion.take().is_some() => return Vec::new(),
            KeyCode::Esc => self.writing = false,
            KeyCode::Enter if self.completion.take().is_some() => {}
            KeyCode::Enter if self.is_done() => return self.run(),
            KeyCode::Enter => self.area.insert_newline(),
            KeyCode::Up if self.area.cursor().0 == 0 => self.recall_past(-1),
            KeyCode::Down if self.area.cursor().0 + 1 == self.area.lines().len() => self.recall_past(1),
            // What the text area makes of other keys with Ctrl is its own: undo, words, lines.
            _ => {
                self.completion = None;
                self.area.input(Input::from(key));
            }
        }
        Vec::new()
    }

    /// True behind a `;` that ends the text.
    fn is_done(&self) -> bool {
        let at = self.area.cursor();
        let (row, column) = (at.0, at.1);
        let Some(line) = self.area.lines().get(row) else { return false };
        let before: String = line.chars().take(column).collect();
        let behind: String = line.chars().skip(column).collect();
        let rest_empty = self.area.lines().iter().skip(row + 1).all(|line| line.trim().is_empty());
        before.trim_end().ends_with(';') && behind.trim().is_empty() && rest_empty
    }

    /// The statement before or after in the history; past its end what was being written.
    fn recall_past(&mut self, step: isize) {
        let len = self.history.len();
        let now = self.past.unwrap_or(len);
        let next = now.saturating_add_signed(step).min(len);
        if next == now || (step < 0 && now == 0) {
            let end = if step < 0 { CursorMove::Head } else { CursorMove::End };
            return self.area.move_cursor(end);
        }
        if self.past.is_none() {
            self.draft = Some(self.sql());
        }
        let text = match self.history.get(next) {
            Some(text) => text.clone(),
            None => self.draft.take().unwrap_or_default(),
        };
        self.past = (next < len).then_some(next);
        self.set(&text);
    }

    /// Completes the word before the cursor, then the next proposal each time.
    fn complete(&mut self, step: isize, cx: &Cx) -> Vec<Effect> {
        let row = self.area.cursor().0;
        let column = self.area.cursor().1;
        let line: String =
            self.area.lines().get(row).map(|line| line.chars().take(column).collect()).unwrap_or_default();
        let completion = match self.completion.take() {
            Some(completion) => completion.next(step),
            None => match Completion::new(&line, &self.sql(), cx) {
                Some(completion) => completion,
                None if line.trim().is_empty() => {
                    self.area.insert_str("  ");
                    return Vec::new();
                }
                None => return vec![Effect::Toast("No name begins like that.".into())],
            },
        };
        self.area.delete_str_back(completion.shown());
        self.area.insert_str(completion.text());
        // One proposal is taken at once: the next Tab looks again.
        self.completion = Some(completion.placed()).filter(Completion::has_more);
        Vec::new()
    }
}

/// Deletes characters before the cursor.
trait DeleteBack {
    fn delete_str_back(&mut self, chars: usize);
}

impl DeleteBack for tui_textarea::TextArea<'static> {
    fn delete_str_back(&mut self, chars: usize) {
        for _ in 0..chars {
            self.delete_char();
        }
    }
}
