//! The line that asks for the name of a file.

use super::Outcome;
use crate::tui::export::{Content, Save};
use crate::tui::pane::Cx;
use crate::tui::widget::input::Input;
use crate::tui::widget::{put, put_cut, right_of, rows_of};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Clone, Debug)]
pub struct SaveLine {
    input: Input,
    content: Content,
    /// A file of this name is there: Enter again replaces it.
    exists: Option<String>,
    /// Why a file of this name was not written.
    failed: Option<(String, String)>,
}

const LABEL: &str = "write ";

impl SaveLine {
    pub fn new(name: &str, content: Content) -> Self {
        Self { input: Input::new(name), content, exists: None, failed: None }
    }

    /// The file was not written because it is there already.
    pub fn exists(&mut self) {
        self.exists = Some(self.input.text().to_owned());
    }

    pub fn failed(&mut self, why: String) {
        self.failed = Some((self.input.text().to_owned(), why));
    }

    pub fn key(&mut self, key: KeyEvent) -> Outcome {
        match key.code {
            KeyCode::Enter => {
                let path = self.input.text().to_owned();
                let replace = self.exists.as_ref() == Some(&path);
                return Outcome::Save(Save { path, replace, content: self.content.clone() });
            }
            KeyCode::Esc => return Outcome::Close,
            _ => drop(self.input.key(key)),
        }
        Outcome::Stay
    }

    pub fn paste(&mut self, text: &str) {
        self.input.paste(text);
    }

    fn what(&self) -> &'static str {
        match &self.content {
            Content::Rows { .. } | Content::Answer { .. } => {
                "Format by the ending: .csv .tsv .json .jsonl .md .txt   Enter writes, Esc closes."
            }
            Content::Document(_) => {
                "By the ending: .svg .mmd .dot .dbml .puml .d2 .json .txt   Enter writes, Esc closes."
            }
            Content::HandOver(_) => "The page to hand over: .md, or .html with pictures.   Enter writes, Esc closes.",
            Content::Text(_) => "The text as it is shown.   Enter writes, Esc closes.",
        }
    }

    /// In the last two rows: what Enter does, and the name.
    pub fn draw(&self, cx: &Cx, full: Rect, buf: &mut Buffer) {
        let theme = &cx.look.theme;
        let line = rows_of(full, full.height.saturating_sub(1), 1);
        let above = rows_of(full, full.height.saturating_sub(2), 1);
        for area in [line, above] {
            put(buf, area, 0, 0, &" ".repeat(area.width as usize), theme.plain);
        }
        let typed = self.input.text();
        let (hint, style) = match (&self.exists, &self.failed) {
            (_, Some((name, why))) if name == typed => (why.as_str(), theme.strong),
            (Some(name), _) if name == typed => {
                ("It exists. Enter replaces it; or type another name. Esc closes.", theme.strong)
            }
            _ => (self.what(), theme.faint),
        };
        put_cut(buf, above, 1, 0, above.width.saturating_sub(2), hint, style, cx.look);
        let used = put(buf, line, 0, 0, LABEL, theme.strong);
        self.input.draw(buf, right_of(line, used), theme.plain, cx.look);
    }
}
