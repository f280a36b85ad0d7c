//! The command line behind `:`, with what fits listed above it. Tab completes, the arrows walk through what
//! was typed before.

use super::Outcome;
use super::words::{self, Takes, WORDS};
use crate::tui::pane::Cx;
use crate::tui::theme::Theme;
use crate::tui::widget::input::Input;
use crate::tui::widget::{clear, put, put_cut, put_right, right_of, rows_of, scroll};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Names that completion offers, of perhaps 100,000.
const OFFERED: usize = 50;

/// What Tab may put into the line, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Offer {
    line: String,
    name: String,
    text: &'static str,
}

#[derive(Clone, Debug, Default)]
pub struct CommandLine {
    input: Input,
    /// What Tab goes through, from the text as it was typed, and where it is.
    tab: Option<(Vec<Offer>, usize)>,
    /// What was typed before, the newest last.
    history: Vec<String>,
    /// Where in it, and what was typed before the arrows.
    back: Option<(usize, String)>,
}

impl CommandLine {
    pub fn new(history: Vec<String>) -> Self {
        Self { history, ..Self::default() }
    }

    /// With these words typed already.
    pub fn with(text: &str, history: Vec<String>) -> Self {
        Self { input: Input::new(text), ..Self::new(history) }
    }

    pub fn key(&mut self, key: KeyEvent, cx: &Cx) -> Outcome {
        match key.code {
            KeyCode::Enter => return Outcome::Line(self.input.text().trim().to_owned()),
            KeyCode::Esc => return Outcome::Close,
            KeyCode::Backspace if self.input.text().is_empty() => return Outcome::Close,
            KeyCode::Tab => self.complete(1, cx),
            KeyCode::BackTab => self.complete(-1, cx),
            KeyCode::Up => self.walk(-1),
            KeyCode::Down => self.walk(1),
            _ => {
                if self.input.key(key) {
                    self.tab = None;
                    self.back = None;
                }
            }
        }
        Outcome::Stay
    }

    pub fn paste(&mut self, text: &str) {
        self.input.paste(text);
        self.tab = None;
    }

    fn complete(&mut self, step: isize, cx: &Cx) {
        let (offers, at) = match self.tab.take() {
            Some((offers, at)) => {
                let len = offers.len() as isize;
                (offers, (at as isize + step).rem_euclid(len.max(1)) as usize)
            }
            None => (offers(self.input.text(), cx), 0),
        };
        let Some(offer) = offers.get(at) else { return };
        self.input = Input::new(&offer.line);
        // The only one: what comes after it is next.
        self.tab = (offers.len() > 1).then_some((offers, at));
    }

    fn walk(&mut self, step: isize) {
        let (at, typed) = self.back.take().unwrap_or_else(|| (self.history.len(), self.input.text().to_owned()));
        let at = at.saturating_add_signed(step).min(self.history.len());
        self.input = Input::new(self.history.get(at).unwrap_or(&typed));
        self.tab = None;
        self.back = Some((at, typed));
    }

    /// The last row, and above it what fits.
    pub fn draw(&self, cx: &Cx, full: Rect, buf: &mut Buffer) {
        let theme = &cx.look.theme;
        let line = rows_of(full, full.height.saturating_sub(1), 1);
        clear(line, buf);
        put(buf, line, 0, 0, ":", theme.strong);
        self.input.draw(buf, right_of(line, 1), theme.plain, cx.look);
        let (offers, at) = match &self.tab {
            Some((offers, at)) => (offers.clone(), Some(*at)),
            None => (offers(self.input.text(), cx), None),
        };
        // Header and breadcrumb stay in sight.
        let most = (full.height.saturating_sub(5)).min((full.height / 2).max(5)) as usize;
        let height = offers.len().min(most).max(1);
        let list = rows_of(full, full.height.saturating_sub(1 + height as u16), height as u16);
        clear(list, buf);
        let rule = rows_of(full, list.y.saturating_sub(full.y + 1), 1);
        clear(rule, buf);
        put(buf, rule, 0, 0, &cx.look.glyphs.rule.repeat(rule.width as usize), theme.faint);
        if offers.is_empty() {
            let hint =
                if self.input.text().contains(' ') { "Enter runs it" } else { "Enter goes to what has this name" };
            put_cut(buf, list, 1, 0, list.width.saturating_sub(2), hint, theme.faint, cx.look);
            return;
        }
        let top = scroll::top(0, at.unwrap_or(0), height, offers.len());
        let below = offers.len().saturating_sub(top + height);
        if below > 0 {
            let more = format!(" {} {below} more: Tab ", cx.look.glyphs.dots);
            put_right(buf, rule, rule.width.saturating_sub(2), 0, &more, theme.faint);
        }
        for (y, (n, offer)) in offers.iter().enumerate().skip(top).take(height).enumerate() {
            let chosen = at == Some(n);
            let row = rows_of(list, y as u16, 1);
            if chosen {
                put(buf, row, 0, 0, cx.look.glyphs.select, theme.plain);
            }
            let room = if offer.text.is_empty() { row.width.saturating_sub(2) } else { 13 };
            put_cut(buf, row, 1, 0, room, &offer.name, if chosen { theme.selected } else { theme.plain }, cx.look);
            put_cut(buf, row, 15, 0, row.width.saturating_sub(16), offer.text, theme.faint, cx.look);
        }
    }
}

/// What may stand here: words at first, then what the word takes.
fn offers(text: &str, cx: &Cx) -> Vec<Offer> {
    let text = text.trim_start();
    match text.split_once(' ') {
        None => words_like(text),
        Some((name, rest)) => match words::word_of(name) {
            Some(word) => values(word.takes, rest.trim_start(), cx)
                .into_iter()
                .map(|value| Offer { line: format!("{name} {value}"), name: value, text: "" })
                .collect(),
            None => Vec::new(),
        },
    }
}

fn words_like(typed: &str) -> Vec<Offer> {
    let fitting = WORDS.iter().filter_map(|word| {
        let name = *word.names.iter().find(|name| name.starts_with(typed) && (name.len() > 1 || typed == **name))?;
        let space = if word.takes == Takes::Nothing { "" } else { " " };
        Some(Offer { line: format!("{name}{space}"), name: name.to_owned(), text: word.text })
    });
    fitting.collect()
}

fn values(takes: Takes, typed: &str, cx: &Cx) -> Vec<String> {
    let fixed = |all: &mut dyn Iterator<Item = &'static str>| -> Vec<String> {
        all.filter(|value| value.starts_with(typed)).map(str::to_owned).collect()
    };
    match takes {
        Takes::Nothing | Takes::Text => Vec::new(),
        Takes::OnOff => fixed(&mut ["on", "off"].into_iter()),
        Takes::Theme => fixed(&mut Theme::names()),
        Takes::Table | Takes::Pattern => tables(typed, cx),
    }
}

/// Tables and views that begin so, with their schema where it was typed; those of the engine last.
fn tables(typed: &str, cx: &Cx) -> Vec<String> {
    use crate::model::RelFlags;
    let Some(catalog) = &cx.facts.schema.catalog else { return Vec::new() };
    if typed.is_empty() {
        return Vec::new();
    }
    let relations = &catalog.relations;
    let lower = typed.to_lowercase();
    let (schema, start) = match lower.rsplit_once('.') {
        Some((schema, start)) => (Some(schema), start),
        None => (None, lower.as_str()),
    };
    let begins = |text: &str| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    let fits = relations.iter().filter(|(id, rel)| {
        begins(relations.names.get(rel.name))
            && schema.is_none_or(|schema| relations.schema_name(*id).eq_ignore_ascii_case(schema))
    });
    let (mut own, system): (Vec<_>, Vec<_>) = fits.partition(|(_, rel)| !rel.flags.has(RelFlags::SYSTEM));
    own.extend(system);
    own.into_iter()
        .take(OFFERED)
        .map(|(id, rel)| match schema {
            Some(_) => format!("{}.{}", relations.schema_name(id), relations.names.get(rel.name)),
            None => relations.names.get(rel.name).to_owned(),
        })
        .collect()
}
