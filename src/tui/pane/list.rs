//! What views that are one long list share: cursor, filter, marks of sizes.

use super::Cx;
use crate::model::{Amount, Catalog, Relation, SizeSource, Sym};
use crate::text;
use crate::tui::msg::Action;
use crate::tui::pane::schema::filter::Filter;
use crate::tui::trouble;
use crate::tui::widget::input::Input;
use crate::tui::widget::scroll::Cursor;
use crate::tui::widget::{put, put_cut, right_of};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// The cursor of a list and the text that filters it.
#[derive(Clone, Debug, Default)]
pub struct List {
    pub cursor: Cursor,
    pub query: String,
    /// The text field, while it is open.
    pub input: Option<Input>,
}

/// Why an empty list is no proof: this role may see no table of anybody; with the statement that helps.
pub fn hidden(cx: &Cx) -> Option<String> {
    let relations = &cx.facts.schema.catalog.as_ref()?.relations;
    let of_system = |rel: &Relation| relations.schemas.get(rel.schema.0 as usize).is_none_or(|schema| schema.system);
    if relations.list.iter().any(|rel| !of_system(rel)) {
        return None;
    }
    trouble::of_names(cx.facts).into_iter().find(|one| one.grant.is_some()).map(|one| one.line())
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

/// Bytes as a cell: `~` before an estimate, `*` before one that a lock keeps from being measured.
pub fn amount(amount: Amount, cx: &Cx) -> String {
    let Some(bytes) = amount.get() else {
        return if amount.source == SizeSource::Denied { "?".into() } else { cx.look.glyphs.none.into() };
    };
    let mark = match amount.source {
        SizeSource::Exact => "",
        SizeSource::Estimate => "~",
        SizeSource::Locked(_) => "*",
        SizeSource::Denied => "?",
    };
    format!("{mark}{}", text::bytes(bytes))
}

/// `~184 GB exact`, in words for the detail: why it is no measure.
pub fn source_words(amount: Amount) -> String {
    match amount.source {
        SizeSource::Exact => "measured".into(),
        SizeSource::Estimate if amount.get().is_none() => "not known yet".into(),
        SizeSource::Estimate => "estimate of the last VACUUM, ANALYZE or recalculation".into(),
        SizeSource::Locked(0) => "estimate: a prepared transaction holds an exclusive lock".into(),
        SizeSource::Locked(pid) => format!("estimate: process {pid} holds or awaits an exclusive lock"),
        SizeSource::Denied => "not permitted".into(),
    }
}

/// `share` of `room` columns as a bar, in eighths where the signs have them.
pub fn bar(share: f64, room: usize, cx: &Cx) -> String {
    let share = share.clamp(0.0, 1.0);
    let eighths = (share * room as f64 * 8.0).round() as usize;
    let levels = &cx.look.glyphs.bars;
    let mut text = levels[7].repeat(eighths / 8);
    if !eighths.is_multiple_of(8) && eighths / 8 < room {
        text.push_str(levels[eighths % 8 - 1]);
    }
    text
}

/// `3 h ago` from microseconds since 1970; the sign for nothing where it is unknown.
pub fn ago(at: Option<i64>, cx: &Cx) -> String {
    match at {
        Some(at) => format!("{} ago", text::age((cx.clock.at.as_microsecond() - at) / 1_000_000)),
        None => cx.look.glyphs.none.into(),
    }
}

/// `schema.name`; the schema left out where there is only one.
pub fn full_name(catalog: &Catalog, rel: crate::model::RelId, name: Option<Sym>, alone: bool) -> String {
    let relations = &catalog.relations;
    let last = match (name, catalog.indexes.value()) {
        (Some(name), Some(indexes)) => indexes.names.get(name),
        _ => relations.name(rel),
    };
    if alone { last.to_owned() } else { format!("{}.{last}", relations.schema_name(rel)) }
}

/// Lines of a detail: a word and its text.
pub fn put_fact(buf: &mut Buffer, area: Rect, y: u16, word: &str, text: &str, style: Style, cx: &Cx) {
    put(buf, area, 1, y, word, cx.look.theme.faint);
    put_cut(buf, area, 12, y, area.width.saturating_sub(13), text, style, cx.look);
}
