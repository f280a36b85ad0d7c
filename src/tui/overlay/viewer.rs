//! A text to read, or to select with the terminal's own mouse: full width, no frame, nothing beside it.

use super::Outcome;
use crate::model::{Known, ObjectRef, RelId};
use crate::tui::facts::Defined;
use crate::tui::pane::{Cx, schema};
use crate::tui::widget::put;
use crate::tui::widget::text::{wrap, wrap_code};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Clone, Debug)]
pub enum Content {
    Text(String),
    /// The definition of an object; drawn when it is here.
    Object(ObjectRef),
    /// All that is known of a column; grows when the definition comes.
    Column(RelId, u16),
}

#[derive(Clone, Debug)]
pub struct Viewer {
    pub title: String,
    pub content: Content,
    /// Nothing but the text: for the terminal's own selection.
    pub bare: bool,
    top: usize,
}

impl Viewer {
    pub fn text(title: String, text: String) -> Self {
        Self { title, content: Content::Text(text), bare: false, top: 0 }
    }

    pub fn object(title: String, object: ObjectRef) -> Self {
        Self { title, content: Content::Object(object), bare: false, top: 0 }
    }

    pub fn column(title: String, rel: RelId, position: u16) -> Self {
        Self { title, content: Content::Column(rel, position), bare: false, top: 0 }
    }

    pub fn bare(title: String, text: String) -> Self {
        Self { bare: true, ..Self::text(title, text) }
    }

    fn lines(&self, cx: &Cx, room: usize) -> Vec<String> {
        match self.source(cx) {
            Some(text) => wrap_code(&text, room),
            None => self.instead(cx).iter().flat_map(|line| wrap(line, room)).collect(),
        }
    }

    /// The text itself, where there is one.
    fn source(&self, cx: &Cx) -> Option<String> {
        match &self.content {
            Content::Text(text) => Some(text.clone()),
            Content::Column(rel, position) => Some(schema::describe(cx.facts, *rel, *position)),
            Content::Object(object) => cx.facts.definitions.ddl(*object).map(|ddl| ddl.text.clone()),
        }
    }

    fn instead(&self, cx: &Cx) -> Vec<String> {
        let Content::Object(object) = &self.content else { return Vec::new() };
        match cx.facts.definitions.get(*object) {
            Some(Defined::Failed(error)) => {
                let mut lines = vec![error.message.clone()];
                lines.extend(error.hint.clone());
                lines.extend(error.grant.clone());
                lines
            }
            Some(Defined::Known(Known::Denied { what, grant })) => {
                vec![format!("not permitted: {what}"), grant.clone()]
            }
            Some(Defined::Known(known)) => known.reason().into_iter().collect(),
            None => match cx.facts.definitions.loading(*object) {
                Some(since) => {
                    let took = cx.now.tick.saturating_sub(since);
                    let long = took.as_millis() >= 300;
                    vec![if long {
                        format!("loading, {:.1} s: reading the definition", took.as_secs_f64())
                    } else {
                        String::new()
                    }]
                }
                None => vec!["not read".into()],
            },
        }
    }

    pub fn key(&mut self, key: KeyEvent, cx: &Cx) -> Outcome {
        let height = cx.area.height.max(1) as usize;
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let last = self.lines(cx, cx.area.width.saturating_sub(2) as usize).len().saturating_sub(height);
        let top = match key.code {
            KeyCode::Char('y') => return Outcome::Copy(self.source(cx).unwrap_or_default()),
            KeyCode::Char('S') => {
                let text = self.source(cx).unwrap_or_default();
                return Outcome::Keep { title: self.title.clone(), text };
            }
            KeyCode::Char('v') => {
                self.bare = !self.bare;
                self.top
            }
            KeyCode::Char('d') | KeyCode::PageDown if ctrl || key.code == KeyCode::PageDown => self.top + height / 2,
            KeyCode::Char('u') | KeyCode::PageUp if ctrl || key.code == KeyCode::PageUp => {
                self.top.saturating_sub(height / 2)
            }
            KeyCode::Char('j') | KeyCode::Down => self.top + 1,
            KeyCode::Char('k') | KeyCode::Up => self.top.saturating_sub(1),
            KeyCode::Char('g') | KeyCode::Home => 0,
            KeyCode::Char('G') | KeyCode::End => last,
            KeyCode::Char('q') | KeyCode::Esc | KeyCode::Enter | KeyCode::Backspace => return Outcome::Close,
            _ => self.top,
        };
        self.top = top.min(last);
        Outcome::Stay
    }

    pub fn draw(&self, cx: &Cx, full: Rect, buf: &mut Buffer) {
        let (area, margin) = if self.bare { (full, 0) } else { (cx.area, 1) };
        for y in 0..area.height {
            put(buf, area, 0, y, &" ".repeat(area.width as usize), cx.look.theme.plain);
        }
        let room = area.width.saturating_sub(margin * 2) as usize;
        let lines = self.lines(cx, room);
        let last = lines.len().saturating_sub(area.height as usize);
        for (y, line) in lines.iter().skip(self.top.min(last)).take(area.height as usize).enumerate() {
            put(buf, area, margin, y as u16, line, cx.look.theme.plain);
        }
    }
}
