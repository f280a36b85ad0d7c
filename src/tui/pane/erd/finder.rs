//! Which table is meant: the letters of it, and what they find, as in go-to.

use crate::erd::{Graph, TableId};
use crate::text::{count, width};
use crate::tui::jump::{Builder, Found, Index, Kind, Search, Shown, Source};
use crate::tui::msg::Goto;
use crate::tui::pane::Cx;
use crate::tui::widget::input::Input;
use crate::tui::widget::scroll::Cursor;
use crate::tui::widget::{put, put_cut, put_right, select_row};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// Names below the text, at most.
const SHOWN: usize = 8;

/// Tables of a graph by their names.
#[derive(Debug)]
struct Tables(Arc<Graph>);

impl Source for Tables {
    fn names(&self, builder: &mut Builder) {
        // Among equally good names the one with the most relations is the first.
        let mut ids: Vec<TableId> = self.0.ids().collect();
        ids.sort_by_key(|&id| (std::cmp::Reverse(self.0.degree(id)), id));
        for id in ids {
            builder.add(Kind::Table, &self.0.table(id).name, id.0, false);
        }
    }

    fn parent(&self, _: Kind, at: u32, into: &mut String) {
        into.push_str(&self.0.table(TableId(at)).schema.to_lowercase());
    }

    fn show(&self, _: Kind, at: u32) -> Shown {
        let rows = self.0.table(TableId(at)).rows.map_or_else(String::new, |rows| format!("~{} rows", count(rows)));
        Shown { word: "table", path: self.0.label(TableId(at)), detail: rows }
    }

    fn goto(&self, _: Kind, _: u32) -> Option<Goto> {
        None
    }
}

/// The text and what it finds.
#[derive(Debug)]
pub(super) struct Finder {
    input: Input,
    index: Index,
    search: Search,
    found: Found,
    cursor: Cursor,
}

impl Finder {
    pub fn new(graph: Arc<Graph>) -> Self {
        let index = Index::new(vec![Arc::new(Tables(graph))]);
        let (input, search) = (Input::new(""), Search::default());
        let mut finder = Self { input, index, search, found: Found::default(), cursor: Cursor::default() };
        finder.look();
        finder
    }

    pub fn text(&self) -> &str {
        self.input.text()
    }

    /// The table that the cursor is on; none before anything is typed or chosen.
    pub fn chosen(&self) -> Option<TableId> {
        let entry = self.index.list.entry(*self.found.top.get(self.cursor.at)?)?;
        let meant = !self.input.text().trim().is_empty() || self.cursor.at > 0;
        meant.then_some(TableId(entry.at))
    }

    pub fn paste(&mut self, text: &str) {
        self.input.paste(text);
        self.look();
    }

    pub fn key(&mut self, key: KeyEvent) {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let step = match key.code {
            KeyCode::Down | KeyCode::Tab => 1,
            KeyCode::Up | KeyCode::BackTab => -1,
            KeyCode::Char('n') if ctrl => 1,
            KeyCode::Char('p') if ctrl => -1,
            _ => {
                if self.input.key(key) {
                    self.look();
                }
                return;
            }
        };
        self.cursor.by(step, SHOWN, self.found.top.len());
    }

    fn look(&mut self) {
        self.cursor = Cursor::default();
        self.found = self.search.find(&self.index, self.input.text());
    }

    /// Draws text and names from the top of `area`; how many rows that took.
    pub fn draw(&self, words: &str, cx: &Cx, area: Rect, buf: &mut Buffer) -> u16 {
        let theme = &cx.look.theme;
        let x = 1 + put(buf, area, 1, 0, words, theme.faint);
        let total = format!("{} of {}", count(self.found.total as i64), count(self.index.list.entries.len() as i64));
        let room = area.width.saturating_sub(x + width(&total) as u16 + 3);
        let line = Rect { x: area.x + x, width: room, height: 1.min(area.height), ..area };
        self.input.draw(buf, line, theme.plain, cx.look);
        put_right(buf, area, area.width.saturating_sub(1), 0, &total, theme.faint);
        let rows = SHOWN.min(area.height as usize / 2);
        let top = self.cursor.top.max((self.cursor.at + 1).saturating_sub(rows));
        let mut y = 1;
        for (n, &entry) in self.found.top.iter().enumerate().skip(top).take(rows) {
            let Some(shown) = self.index.shown(entry) else { continue };
            let cut = area.width.saturating_sub(width(&shown.detail) as u16 + 5);
            put_cut(buf, area, 2, y, cut, &crate::text::sanitize(&shown.path), theme.plain, cx.look);
            put_right(buf, area, area.width.saturating_sub(1), y, &shown.detail, theme.faint);
            if n == self.cursor.at {
                let line = Rect { y: area.y + y, height: 1, ..area };
                put(buf, area, 0, y, cx.look.glyphs.select, theme.selected);
                select_row(buf, line, cx.look);
            }
            y += 1;
        }
        y.min(area.height)
    }
}
