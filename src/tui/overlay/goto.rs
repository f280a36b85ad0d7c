//! Go to anything: type a part of a name, Enter goes there. The view stays in sight around it.
//!
//! ```text
//! ┌─ Go to ──────────────────────────────────────┐
//! │ > ordit                           6 of 1,402 │
//! │▌table   sales.order_items             184 GB │
//! │ index   sales.order_items_pkey       28.1 GB │
//! │ t: tables  c: columns  i: indexes  …         │
//! └──────────────────────────────────────────────┘
//! ```

use super::Outcome;
use crate::model::{Catalog, Known};
use crate::text;
use crate::tui::jump::{Found, Index, SCOPES, SHOWN, Search, Shown};
use crate::tui::msg::Thing;
use crate::tui::pane::{Cx, schema};
use crate::tui::widget::input::Input;
use crate::tui::widget::scroll::Cursor;
use crate::tui::widget::{clear, put, put_cut, put_right, right_of, rows_of, scroll, select_row};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// Wider is not easier to read.
const WIDEST: u16 = 90;
/// Rows of the box that are no result: frame and text.
const FRAME: u16 = 3;
/// From this height of the box its last row tells the kinds.
const HINT_FROM: u16 = 9;

#[derive(Clone, Debug, Default)]
pub struct GoTo {
    input: Input,
    /// `None` until the list is made.
    index: Option<Arc<Index>>,
    search: Search,
    found: Found,
    cursor: Cursor,
    /// Where Enter led before, the newest first; they stand first while nothing is typed.
    recent: Vec<Thing>,
}

impl GoTo {
    pub fn new(text: &str, index: Option<Arc<Index>>, recent: Vec<Thing>) -> Self {
        let mut goto = Self { input: Input::new(text), index, recent, ..Self::default() };
        goto.look();
        goto
    }

    /// The list is here, or a newer one.
    pub fn renew(&mut self, index: Arc<Index>) {
        self.index = Some(index);
        self.search.forget();
        let at = self.cursor;
        self.look();
        self.cursor.at = at.at.min(self.found.top.len().saturating_sub(1));
    }

    fn look(&mut self) {
        self.cursor = Cursor::default();
        self.found = match &self.index {
            Some(index) => self.search.find(index, self.input.text()),
            None => Found::default(),
        };
        if let Some(index) = self.index.as_ref().filter(|_| self.input.text().is_empty()) {
            let mut top: Vec<u32> = self.recent.iter().filter_map(|thing| index.entry_of(thing)).collect();
            let others = self.found.top.iter().filter(|n| !top.contains(n)).copied().collect::<Vec<_>>();
            top.extend(others);
            top.truncate(SHOWN);
            self.found.top = top;
        }
    }

    pub fn key(&mut self, key: KeyEvent, cx: &Cx) -> Outcome {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let page = list_area(place(cx.area)).height.max(2) as isize / 2;
        let step = match key.code {
            KeyCode::Esc => return Outcome::Close,
            KeyCode::Backspace if self.input.text().is_empty() => return Outcome::Close,
            KeyCode::Enter => {
                return self.chosen().and_then(|(index, n)| index.goto(n)).map_or(Outcome::Stay, Outcome::Go);
            }
            KeyCode::Char('y') if ctrl => {
                return self
                    .chosen()
                    .and_then(|(index, n)| index.shown(n))
                    .map_or(Outcome::Stay, |one| Outcome::Copy(one.path));
            }
            KeyCode::Down | KeyCode::Tab => 1,
            KeyCode::Up | KeyCode::BackTab => -1,
            KeyCode::Char('n') if ctrl => 1,
            KeyCode::Char('p') if ctrl => -1,
            KeyCode::PageDown => page,
            KeyCode::PageUp => -page,
            _ => {
                if self.input.key(key) {
                    self.look();
                }
                return Outcome::Stay;
            }
        };
        self.cursor.by(step, list_area(place(cx.area)).height as usize, self.found.top.len());
        Outcome::Stay
    }

    pub fn paste(&mut self, text: &str) {
        self.input.paste(text);
        self.look();
    }

    fn chosen(&self) -> Option<(&Index, u32)> {
        Some((self.index.as_deref()?, *self.found.top.get(self.cursor.at)?))
    }

    pub fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        let area = place(cx.area);
        draw_box(cx, area, "Go to", buf);
        let inner = inside(area);
        let theme = &cx.look.theme;
        let count = self.count();
        let at = put(buf, inner, 1, 0, "> ", theme.strong) + 1;
        let room = inner.width.saturating_sub(text::width(&count) as u16 + 3);
        self.input.draw(buf, right_of(Rect { width: room, ..rows_of(inner, 0, 1) }, at), theme.plain, cx.look);
        put_right(buf, inner, inner.width.saturating_sub(1), 0, &count, theme.faint);
        let missing = missing(cx);
        let hints = missing.is_some() || area.height >= HINT_FROM;
        let list = list_area(area);
        self.draw_list(cx, rows_of(list, 0, list.height - u16::from(hints).min(list.height)), buf);
        let last = inner.height.saturating_sub(1);
        let (hint, style) = match missing {
            Some(missing) => (missing, theme.warning),
            None if hints => (scopes(), theme.faint),
            None => return,
        };
        put_cut(buf, inner, 1, last, inner.width.saturating_sub(2), &hint, style, cx.look);
    }

    fn count(&self) -> String {
        let Some(index) = &self.index else { return String::new() };
        let all = index.list.entries.len();
        if self.input.text().is_empty() {
            thousands(all)
        } else {
            format!("{} of {}", thousands(self.found.total), thousands(all))
        }
    }

    fn draw_list(&self, cx: &Cx, area: Rect, buf: &mut Buffer) {
        let theme = &cx.look.theme;
        let say = |buf: &mut Buffer, text: &str| {
            put_cut(buf, area, 1, 0, area.width.saturating_sub(2), text, theme.plain, cx.look);
        };
        let Some(index) = &self.index else { return say(buf, &waiting(cx)) };
        if self.found.top.is_empty() {
            return say(buf, "Nothing has such a name.");
        }
        let rows = &self.found.top;
        let letters = Search::letters(self.input.text());
        let top = scroll::top(self.cursor.top, self.cursor.at, area.height as usize, rows.len());
        for (y, (at, n)) in rows.iter().enumerate().skip(top).take(area.height as usize).enumerate() {
            let line = rows_of(area, y as u16, 1);
            if let Some(shown) = index.shown(*n) {
                draw_row(cx, line, &shown, &letters, at == self.cursor.at, buf);
            }
        }
        let hidden = self.found.total.saturating_sub(rows.len());
        let end = rows.len().saturating_sub(top);
        if hidden > 0 && rows.len() == SHOWN && end < area.height as usize {
            let more = format!("{} {} more: type on", cx.look.glyphs.dots, thousands(hidden));
            put_cut(buf, area, 1, end as u16, area.width.saturating_sub(2), &more, theme.faint, cx.look);
        }
    }
}

fn draw_row(cx: &Cx, line: Rect, shown: &Shown, letters: &str, chosen: bool, buf: &mut Buffer) {
    let theme = &cx.look.theme;
    if chosen {
        put(buf, line, 0, 0, cx.look.glyphs.select, theme.plain);
    }
    put_cut(buf, line, 1, 0, 9, shown.word, theme.faint, cx.look);
    let room = line.width.saturating_sub(13);
    // The name first; what tells it from others gets at least a third where the name leaves less.
    let wide = (text::width(&text::sanitize(text::prefix(&shown.path, room as usize))) as u16).min(room);
    let style = if chosen { theme.selected } else { theme.plain };
    let detail = if room < 40 { 0 } else { (room - wide.min(room * 2 / 3)).min(room / 2) };
    let used = put_cut(buf, line, 11, 0, room.saturating_sub(detail), &shown.path, style, cx.look);
    if used as usize == shown.path.len() && shown.word != "comment" {
        underline(cx, line, &shown.path, letters, buf);
    }
    let rest = room.saturating_sub(used + 2);
    if !shown.detail.is_empty() && rest > 3 && detail > 0 {
        let cut =
            text::cut(&text::sanitize(text::prefix(&shown.detail, rest as usize)), rest as usize, cx.look.glyphs.cut);
        put_right(buf, line, line.width.saturating_sub(1), 0, &cut, theme.faint);
    }
    if chosen {
        select_row(buf, line, cx.look);
    }
}

/// Marks the letters that were found in the own name of a path of ASCII that was not cut.
fn underline(cx: &Cx, line: Rect, path: &str, letters: &str, buf: &mut Buffer) {
    let own = path.split('(').next().unwrap_or(path).rfind('.').map_or(0, |dot| dot + 1);
    let name = path.get(own..).unwrap_or_default().to_lowercase();
    let places: Vec<usize> = match name.find(letters) {
        _ if letters.is_empty() => Vec::new(),
        Some(at) => (at..at + letters.len()).collect(),
        None => schema::letters_found(letters, &name),
    };
    for place in places {
        if let Some(cell) = buf.cell_mut((line.x + 11 + (own + place) as u16, line.y)) {
            cell.set_style(cx.look.theme.found);
        }
    }
}

/// The box: in the upper part of the view, all of it where there is little room.
fn place(view: Rect) -> Rect {
    let width = if view.width <= 60 { view.width } else { (view.width - 8).min(WIDEST) };
    let height = if view.height <= 14 { view.height } else { (view.height * 2 / 3).max(14) };
    Rect { x: view.x + (view.width - width) / 2, y: view.y, width, height }
}

fn inside(area: Rect) -> Rect {
    let inner = rows_of(area, 1, area.height.saturating_sub(2));
    right_of(Rect { width: inner.width.saturating_sub(1), ..inner }, 1)
}

fn list_area(area: Rect) -> Rect {
    rows_of(inside(area), 1, area.height.saturating_sub(FRAME))
}

/// An empty box with a title in its upper edge.
pub fn draw_box(cx: &Cx, area: Rect, title: &str, buf: &mut Buffer) {
    let (glyphs, theme) = (cx.look.glyphs, &cx.look.theme);
    if area.width < 2 || area.height < 2 {
        return;
    }
    clear(area, buf);
    let middle = area.width as usize - 2;
    let [a, b, c, d] = glyphs.corners;
    put(buf, area, 0, 0, &format!("{a}{}{b}", glyphs.rule.repeat(middle)), theme.faint);
    for y in 1..area.height - 1 {
        put(buf, area, 0, y, glyphs.vertical, theme.faint);
        put(buf, area, area.width - 1, y, glyphs.vertical, theme.faint);
    }
    put(buf, area, 0, area.height - 1, &format!("{c}{}{d}", glyphs.rule.repeat(middle)), theme.faint);
    put_cut(buf, area, 2, 0, area.width.saturating_sub(4), &format!(" {title} "), theme.strong, cx.look);
}

fn scopes() -> String {
    let all: Vec<String> = SCOPES.iter().map(|scope| format!("{}: {}", scope.letter, scope.title)).collect();
    all.join("  ")
}

fn waiting(cx: &Cx) -> String {
    match (&cx.facts.schema.catalog, &cx.facts.schema.missing) {
        (Some(_), _) => format!("putting the names in order{}", cx.look.glyphs.dots),
        (None, Some(missing)) => missing.reason().unwrap_or_else(|| "The schema is not known.".into()),
        (None, None) => "The schema is not read yet.".into(),
    }
}

/// The parts of the schema whose names are not in the list, and why.
fn missing(cx: &Cx) -> Option<String> {
    let catalog = cx.facts.schema.catalog.as_deref()?;
    let of = |ready: bool, waits: bool, word: &'static str| (!ready).then_some((waits, word));
    let parts = [
        of(matches!(catalog.columns, Known::Ready(_)), is_awaited(cx, &catalog.columns), "columns"),
        of(matches!(catalog.indexes, Known::Ready(_)), is_awaited(cx, &catalog.indexes), "indexes"),
        of(matches!(catalog.keys, Known::Ready(_)), is_awaited(cx, &catalog.keys), "keys"),
        of(matches!(catalog.objects, Known::Ready(_)), is_awaited(cx, &catalog.objects), "functions, types, triggers"),
    ];
    let words = |wanted: bool| -> Vec<&str> {
        parts.iter().flatten().filter(|(waits, _)| *waits == wanted).map(|(_, word)| *word).collect()
    };
    let (coming, gone) = (words(true), words(false));
    let mut says = Vec::new();
    if !coming.is_empty() {
        says.push(format!("still being read: {}", coming.join(", ")));
    }
    if !gone.is_empty() {
        says.push(format!("missing or not whole: {} (:notes)", gone.join(", ")));
    }
    says.extend(not_all(catalog, cx));
    (!says.is_empty()).then(|| says.join(". "))
}

fn is_awaited<T>(cx: &Cx, known: &Known<T>) -> bool {
    matches!(known, Known::NotYet) && cx.facts.schema.load.is_some()
}

fn not_all(_catalog: &Catalog, cx: &Cx) -> Option<String> {
    cx.facts.schema.cut.as_ref().map(|cut| format!("not all in time: {cut}"))
}

/// `1402` as `1,402`.
fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
