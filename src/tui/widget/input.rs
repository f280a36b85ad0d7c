//! One line of text that a person types: filter, command, search.

use super::{Look, put};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use tui_textarea::{CursorMove, TextArea};

#[derive(Clone, Debug)]
pub struct Input {
    // Large, and there are many of them in a form.
    area: Box<TextArea<'static>>,
}

impl Default for Input {
    fn default() -> Self {
        Self::new("")
    }
}

impl Input {
    pub fn new(text: &str) -> Self {
        let mut area = TextArea::new(vec![text.to_owned()]);
        area.move_cursor(CursorMove::End);
        Self { area: Box::new(area) }
    }

    pub fn text(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    /// Takes a key; true when the text is another one. Enter, Esc, Tab, Up and Down are the caller's.
    pub fn key(&mut self, event: KeyEvent) -> bool {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        match event.code {
            KeyCode::Enter | KeyCode::Esc | KeyCode::Tab | KeyCode::BackTab | KeyCode::Up | KeyCode::Down => false,
            // The widget's undo; here it clears the line, as in a shell.
            KeyCode::Char('u') if ctrl => self.area.clear(),
            KeyCode::Char('m' | 'n' | 'p' | 'v') if ctrl => false,
            _ => self.area.input(event),
        }
    }

    /// Text of a paste: line breaks become blanks.
    pub fn paste(&mut self, text: &str) {
        let line: String = text.trim_end().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.area.insert_str(line);
    }

    /// Draws the text with its cursor in reverse video; scrolls so that the cursor is in sight.
    pub fn draw(&self, buf: &mut Buffer, area: Rect, style: Style, look: &Look) {
        self.draw_as(self.text(), buf, area, style, look);
    }

    /// The same with other characters in the places of the real ones, for what is not to be read.
    pub fn draw_as(&self, shown: &str, buf: &mut Buffer, area: Rect, style: Style, look: &Look) {
        let cursor = self.area.cursor().1;
        let room = area.width.saturating_sub(1) as usize;
        let chars: Vec<char> = shown.chars().collect();
        let wide = |c: &char| crate::text::width(&crate::text::sanitize(c.encode_utf8(&mut [0; 4])));
        let mut from = cursor.min(chars.len());
        let mut used = 0;
        while from > 0 && used + chars.get(from - 1).map_or(0, wide) <= room {
            from -= 1;
            used += chars.get(from).map_or(0, wide);
        }
        let before: String = chars.get(from..cursor).unwrap_or_default().iter().collect();
        let at = put(buf, area, 0, 0, &before, style);
        let under = chars.get(cursor).map_or(" ".to_owned(), char::to_string);
        let past = put(buf, area, at, 0, &under, look.theme.badge);
        let after: String = chars.get(cursor + 1..).unwrap_or_default().iter().collect();
        put(buf, area, at + past, 0, &after, style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[KeyCode]) -> Input {
        let mut input = Input::default();
        for code in keys {
            input.key(KeyEvent::new(*code, KeyModifiers::NONE));
        }
        input
    }

    #[test]
    fn takes_letters_and_no_line_breaks() {
        let mut input = typed(&[KeyCode::Char('a'), KeyCode::Enter, KeyCode::Char('b'), KeyCode::Backspace]);
        assert_eq!(input.text(), "a");
        input.paste("x\ny\n");
        assert_eq!(input.text(), "ax y");
        input.key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!(input.text(), "");
    }
}
