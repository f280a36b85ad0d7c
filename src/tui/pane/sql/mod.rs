//! View 9: one statement of one's own, guarded, in a session of its own, and the first rows of its answer.
//!
//! ```text
//! ▌ select *
//!     from sales.orders;
//! ── answer ──────────────────── 500 of more rows, 12 ms ──
//!   id      customer_id   status
//! ▌ 1       7             paid
//! ```
//!
//! While the text is written it takes every key; Esc leaves it, and then all keys of the screen work on the
//! rows. The text area only edits: lines are drawn here, so that no control character reaches the terminal.

mod complete;
mod draw;
mod text;

use super::{Cx, Pane, Spot};
use crate::config::{Family, PaneState};
use crate::model::RowsEnd;
use crate::text::bytes;
use crate::tui::export::Content;
use crate::tui::msg::{Action, Effect, Goto};
use crate::tui::overlay::value::ValueView;
use crate::tui::widget::grid::{Grid, raw};
use crate::tui::widget::scroll::Cursor;
use complete::Completion;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::style::Style;
use std::sync::Arc;
use std::time::Duration;
use tui_textarea::TextArea;

/// Statements kept for the arrows.
const HISTORY: usize = 100;
/// Bytes of a statement that is kept for the next time.
const LONG: usize = 2_000;

#[derive(Debug)]
pub struct SqlPane {
    area: TextArea<'static>,
    /// The text takes the keys.
    writing: bool,
    completion: Option<Completion>,
    /// Statements that were run, the newest last; `past` is the one that the arrows brought back.
    history: Vec<String>,
    past: Option<usize>,
    /// What was written before the arrows brought an older one.
    draft: Option<String>,
    grid: Option<Grid>,
    seen: u64,
    cursor: Cursor,
    column: usize,
    left: usize,
}

impl Default for SqlPane {
    fn default() -> Self {
        Self {
            area: TextArea::default(),
            writing: true,
            completion: None,
            history: Vec::new(),
            past: None,
            draft: None,
            grid: None,
            seen: 0,
            cursor: Cursor::default(),
            column: 0,
            left: 0,
        }
    }
}

/// The text as it was, for Ctrl-O.
#[derive(Clone, Debug)]
pub struct Place {
    text: String,
}

impl SqlPane {
    fn sql(&self) -> String {
        self.area.lines().join("\n")
    }

    fn set(&mut self, text: &str) {
        self.area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        self.area.move_cursor(tui_textarea::CursorMove::Bottom);
        self.area.move_cursor(tui_textarea::CursorMove::End);
        self.completion = None;
    }

    /// Runs what is written.
    fn run(&mut self) -> Vec<Effect> {
        let text = self.sql();
        if text.trim().is_empty() {
            return vec![Effect::Toast("There is no statement yet: write one.".into())];
        }
        self.history.retain(|known| *known != text);
        self.history.push(text.clone());
        let from = self.history.len().saturating_sub(HISTORY);
        self.history.drain(..from);
        (self.past, self.draft, self.completion) = (None, None, None);
        self.writing = false;
        vec![Effect::Query(text)]
    }

    /// Its plan, without running it.
    fn explain(&mut self, cx: &Cx) -> Vec<Effect> {
        let text = self.sql();
        if text.trim().is_empty() {
            return vec![Effect::Toast("There is no statement yet: write one.".into())];
        }
        let word = text.split_whitespace().next().unwrap_or_default();
        let explain = if cx.facts.family == Family::Sqlite { "explain query plan" } else { "explain" };
        let already = word.eq_ignore_ascii_case("explain");
        vec![Effect::Query(if already { text } else { format!("{explain}\n{text}") })]
    }

    fn height(&self, cx: &Cx) -> usize {
        draw::list_height(self, cx)
    }

    fn rows(&self) -> usize {
        self.grid.as_ref().map_or(0, |grid| grid.cells.len())
    }

    fn step(&mut self, by: isize, cx: &Cx) {
        self.cursor.by(by, self.height(cx), self.rows());
    }

    /// The column of the cursor is in sight, whatever changed.
    fn settle(&mut self, cx: &Cx) {
        let Some(grid) = &self.grid else { return };
        let column = self.column.min(grid.heads.len().saturating_sub(1));
        let left = grid.left(self.left, column, cx.area.width.saturating_sub(2));
        (self.column, self.left) = (column, left);
        let (height, rows) = (self.height(cx), self.rows());
        self.cursor.go(self.cursor.at, height, rows);
    }

    /// The value under the cursor.
    fn open(&self, cx: &Cx) -> Vec<Effect> {
        let row = cx.facts.query.rows.get(self.cursor.at);
        let found = row.and_then(|row| row.get(self.column)).zip(cx.facts.query.columns.get(self.column));
        let Some((cell, column)) = found else { return Vec::new() };
        let only = cell.whole.map(|_| "the SQL view reads only the beginning of long values".to_owned());
        let view = ValueView { title: column.name.clone(), cell: cell.clone(), again: None, only };
        vec![Effect::ViewValue(Box::new(view))]
    }
}

impl Pane for SqlPane {
    fn title(&self) -> &'static str {
        "SQL"
    }

    fn crumbs(&self, _cx: &Cx) -> Vec<String> {
        if self.writing { vec!["writing".into()] } else { Vec::new() }
    }

    fn status(&self, _cx: &Cx) -> String {
        match &self.grid {
            Some(grid) if !self.writing && !grid.cells.is_empty() => {
                let (row, column) = (self.cursor.at + 1, self.column + 1);
                format!("row {row} of {}, column {column} of {}", grid.cells.len(), grid.heads.len())
            }
            _ => String::new(),
        }
    }

    fn honesty(&self, cx: &Cx) -> (String, Style) {
        let theme = &cx.look.theme;
        let query = &cx.facts.query;
        let limit = query.limit.as_secs_f64();
        let before =
            format!("One statement, guarded, in a session of its own: read-only, rolled back, {limit} s at most.");
        let Some(ended) = &query.ended else { return (before, theme.faint) };
        match &ended.result {
            Err(error) => (error.message.clone(), theme.warning),
            Ok(_) => {
                let age = crate::text::age(cx.clock.at.as_second().saturating_sub(ended.at.as_second()).max(0));
                (format!("{}. Read {age} ago, rolled back.", self.amount(cx)), theme.faint)
            }
        }
    }

    fn keys(&self, _cx: &Cx) -> Vec<Action> {
        use Action::*;
        let mut keys = vec![Enter, Refresh, Explain];
        if self.rows() > 0 {
            keys.extend([Follow, Copy, Export, Left, Right]);
        }
        keys.extend([CopyMarkdown, SaveText, Plain, Up, Down, First, Last, HalfUp, HalfDown, NextPane]);
        keys
    }

    fn hint(&self, action: Action) -> Option<&'static str> {
        match action {
            Action::Enter => Some("write"),
            Action::Refresh => Some("run again"),
            Action::Explain => Some("plan"),
            Action::Follow => Some("value"),
            Action::Copy => Some("copy value"),
            Action::Left | Action::Right => Some("column"),
            Action::NextPane => Some("text, rows"),
            _ => None,
        }
    }

    fn typing(&self) -> bool {
        self.writing
    }

    fn writing_hints(&self) -> Option<Vec<String>> {
        let hints = match self.completion {
            Some(_) => ["Tab next", "Enter take", "Esc close", ""],
            None => ["Ctrl-R run", "Enter behind ; run", "Tab complete", "Esc leave"],
        };
        Some(hints.iter().filter(|hint| !hint.is_empty()).map(|hint| (*hint).to_owned()).collect())
    }

    fn text(&mut self, key: KeyEvent, cx: &Cx) -> Vec<Effect> {
        let effects = self.write(key, cx);
        self.settle(cx);
        effects
    }

    fn paste(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        self.area.insert_str(text.replace("\r\n", "\n").replace('\r', "\n"));
        self.settle(cx);
        Vec::new()
    }

    fn update(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        let half = (self.height(cx) / 2).max(1) as isize;
        let last = self.grid.as_ref().map_or(0, |grid| grid.heads.len().saturating_sub(1));
        match action {
            Action::Enter | Action::NextPane | Action::PrevPane => self.writing = true,
            Action::Explain => return self.explain(cx),
            Action::Follow => return self.open(cx),
            Action::Up => self.step(-1, cx),
            Action::Down => self.step(1, cx),
            Action::First => self.step(isize::MIN / 2, cx),
            Action::Last => self.step(isize::MAX / 2, cx),
            Action::HalfUp => self.step(-half, cx),
            Action::HalfDown => self.step(half, cx),
            Action::Left => self.column = self.column.saturating_sub(1),
            Action::Right => self.column = (self.column + 1).min(last),
            Action::Copy => {
                let row = cx.facts.query.rows.get(self.cursor.at);
                let text = row.and_then(|row| row.get(self.column)).map_or_else(|| self.sql(), raw);
                return vec![Effect::Copy(text)];
            }
            _ => return Vec::new(),
        }
        self.settle(cx);
        Vec::new()
    }

    fn reload(&mut self, _cx: &Cx) -> Option<Vec<Effect>> {
        Some(self.run())
    }

    fn back(&mut self, _cx: &Cx) -> bool {
        false
    }

    fn refresh(&mut self, cx: &Cx) {
        let query = &cx.facts.query;
        if self.seen != query.revision {
            self.seen = query.revision;
            if query.rows.is_empty() {
                (self.cursor, self.column, self.left) = (Cursor::default(), 0, 0);
            }
            let mark = |_: &str| String::new();
            self.grid = (!query.columns.is_empty()).then(|| Grid::new(&query.columns, &query.rows, mark, cx.look));
        }
        self.settle(cx);
    }

    fn restyle(&mut self, cx: &Cx) {
        self.seen = u64::MAX;
        self.refresh(cx);
    }

    fn tick(&mut self, _cx: &Cx) -> Vec<Effect> {
        Vec::new()
    }

    /// While a statement runs its time is told.
    fn deadline(&self, cx: &Cx) -> Option<Duration> {
        let since = cx.facts.query.running()?;
        let took = cx.now.tick.saturating_sub(since);
        let first = Duration::from_millis(300);
        Some(since + if took < first { first } else { Duration::from_secs(took.as_secs() + 1) })
    }

    fn goto(&mut self, goto: &Goto, cx: &Cx) -> Result<Vec<Effect>, String> {
        match goto {
            Goto::Sql(text) => {
                self.set(text);
                self.settle(cx);
                Ok(Vec::new())
            }
            _ => Err("That is not in the SQL view.".into()),
        }
    }

    fn spot(&self, _cx: &Cx) -> Spot {
        Spot::Sql(Box::new(Place { text: self.sql() }))
    }

    fn restore(&mut self, spot: Spot, cx: &Cx) {
        if let Spot::Sql(place) = spot {
            self.set(&place.text);
            self.writing = false;
            self.settle(cx);
        }
    }

    fn plain(&self, _cx: &Cx) -> (String, String) {
        let rows = self.grid.as_ref().map(|grid| format!("\n\n{}", grid.plain())).unwrap_or_default();
        ("SQL".into(), format!("{}{rows}", self.sql()))
    }

    fn text_of(&self, _cx: &Cx) -> (String, String) {
        ("statement".into(), self.sql())
    }

    fn markdown(&self, cx: &Cx) -> String {
        let query = &cx.facts.query;
        let mut out = Vec::new();
        match crate::report::write_rows(&mut out, &query.columns, &query.rows, crate::report::Format::Markdown) {
            Ok(()) if !query.columns.is_empty() => String::from_utf8_lossy(&out).into_owned(),
            _ => format!("```sql\n{}\n```\n", self.sql().trim_end()),
        }
    }

    fn sheet(&self, cx: &Cx) -> Option<Content> {
        let query = &cx.facts.query;
        let (columns, rows) = (query.columns.clone(), query.rows.clone());
        (!columns.is_empty()).then(|| Content::Answer { columns: Arc::new(columns), rows })
    }

    fn keep(&self) -> PaneState {
        // The file of a database's views is small: long statements are not worth their place in it.
        let short = self.history.iter().filter(|text| text.len() <= LONG);
        PaneState { lines: short.cloned().collect(), ..PaneState::default() }
    }

    fn recall(&mut self, state: &PaneState, _cx: &Cx) {
        self.history = state.lines.clone();
    }

    fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        draw::draw(self, cx, buf);
    }
}

impl SqlPane {
    /// `500 of more rows, 34 kB, 12 ms`.
    fn amount(&self, cx: &Cx) -> String {
        let query = &cx.facts.query;
        let count = query.rows.len();
        let rows = if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
        let size: u64 = query.rows.iter().flatten().map(crate::model::Cell::size).sum();
        let size = bytes(i64::try_from(size).unwrap_or(i64::MAX));
        let Some(ended) = &query.ended else { return format!("{rows}, {size}") };
        let some = match ended.result {
            Ok(RowsEnd::Rows) => format!("{count} of more rows"),
            Ok(RowsEnd::Bytes) => format!("{rows} of more, the next would be too much"),
            Ok(RowsEnd::Time) => format!("{rows}, then time was over"),
            Ok(RowsEnd::All) | Err(_) => rows,
        };
        format!("{some}, {size}, {}", millis(ended.took))
    }
}

fn millis(took: Duration) -> String {
    match took.as_millis() {
        ms @ 0..=9_999 => format!("{ms} ms"),
        _ => format!("{:.1} s", took.as_secs_f64()),
    }
}
