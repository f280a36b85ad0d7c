//! A text to read, or to select with the terminal's own mouse: full width, no frame, nothing beside it.

use super::Outcome;
use super::find::Find;
use super::value::ValueView;
use crate::model::{Known, ObjectRef, RelId};
use crate::text::{sanitize_lines, width};
use crate::tui::facts::Defined;
use crate::tui::pane::{Cx, schema};
use crate::tui::widget::input::Input;
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
    /// One value of a row.
    Value(Box<ValueView>),
}

#[derive(Clone, Debug)]
pub struct Viewer {
    pub title: String,
    pub content: Content,
    /// Nothing but the text: for the terminal's own selection.
    pub bare: bool,
    top: usize,
    /// Long lines go on at the right instead of below; the first column in sight then.
    long: bool,
    left: usize,
    find: Find,
}

impl Viewer {
    fn new(title: String, content: Content) -> Self {
        Self { title, content, bare: false, top: 0, long: false, left: 0, find: Find::default() }
    }

    pub fn text(title: String, text: String) -> Self {
        Self::new(title, Content::Text(text))
    }

    pub fn object(title: String, object: ObjectRef) -> Self {
        Self::new(title, Content::Object(object))
    }

    pub fn column(title: String, rel: RelId, position: u16) -> Self {
        Self::new(title, Content::Column(rel, position))
    }

    pub fn value(view: Box<ValueView>) -> Self {
        Self::new(view.title.clone(), Content::Value(view))
    }

    pub fn bare(title: String, text: String) -> Self {
        Self { bare: true, ..Self::text(title, text) }
    }

    fn lines(&self, cx: &Cx, room: usize) -> Vec<String> {
        let text = match &self.content {
            Content::Value(view) => Some(view.text(cx, room)),
            _ => self.source(cx),
        };
        match text {
            Some(text) if self.long => sanitize_lines(&text).split('\n').map(str::to_owned).collect(),
            Some(text) => wrap_code(&text, room),
            None => self.instead(cx).iter().flat_map(|line| wrap(line, room)).collect(),
        }
    }

    /// The text itself, where there is one.
    fn source(&self, cx: &Cx) -> Option<String> {
        match &self.content {
            Content::Text(text) => Some(text.clone()),
            Content::Value(view) => Some(view.raw(cx)),
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
        let lines = self.lines(cx, cx.area.width.saturating_sub(2) as usize);
        let last = lines.len().saturating_sub(height);
        if self.find.input.is_some() {
            self.top = self.find.key(key, &lines, self.top).unwrap_or(self.top).min(last);
            return Outcome::Stay;
        }
        let half = (cx.area.width / 2) as usize;
        let top = match key.code {
            KeyCode::Char('/') => {
                self.find.input = Some(Input::new(&self.find.word));
                self.top
            }
            KeyCode::Char('n') => self.find.next(&lines, self.top + 1).unwrap_or(self.top),
            KeyCode::Char('N') => self.find.previous(&lines, self.top).unwrap_or(self.top),
            KeyCode::Char('w') => {
                self.long = !self.long;
                self.left = 0;
                0
            }
            KeyCode::Char('l') | KeyCode::Right if self.long => {
                let widest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
                self.left = (self.left + half).min(widest.saturating_sub(half));
                self.top
            }
            KeyCode::Char('h') | KeyCode::Left if self.long => {
                self.left = self.left.saturating_sub(half);
                self.top
            }
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
            let (line, found) = (from_column(line, self.left), cx.look.theme.found);
            put(buf, area, margin, y as u16, line, cx.look.theme.plain);
            if let Some(at) = self.find.at(line) {
                let x = width(line.get(..at.start).unwrap_or_default()) as u16;
                put(buf, area, margin + x, y as u16, line.get(at).unwrap_or_default(), found);
            }
        }
        self.draw_find(cx, area, &lines, buf);
    }

    /// The field at the lower edge, or that nothing was found.
    fn draw_find(&self, cx: &Cx, area: Rect, lines: &[String], buf: &mut Buffer) {
        let lost = !self.find.word.is_empty() && self.find.next(lines, 0).is_none();
        let text = match &self.find.input {
            Some(_) if lost => format!("/{}   not found", self.find.word),
            Some(_) => format!("/{}", self.find.word),
            None if lost => format!("not found: {}", self.find.word),
            None => return,
        };
        let y = area.height.saturating_sub(1);
        put(buf, area, 0, y, &" ".repeat(area.width as usize), cx.look.theme.plain);
        put(buf, area, 1, y, &text, cx.look.theme.strong);
    }
}

/// The part of a line from column `left` on.
fn from_column(line: &str, left: usize) -> &str {
    let mut used = 0;
    for (at, c) in line.char_indices() {
        if used >= left {
            return line.get(at..).unwrap_or_default();
        }
        used += width(c.encode_utf8(&mut [0; 4]));
    }
    if used <= left && left > 0 { "" } else { line }
}
