//! `:sql`: every statement that this tool sent, with its cost.

use super::Outcome;
use crate::model::{Outcome as Ended, Sent};
use crate::text;
use crate::tui::pane::Cx;
use crate::tui::widget::scroll::Cursor;
use crate::tui::widget::table::{Cell, Col, Table};
use crate::tui::widget::text::wrap_code;
use crate::tui::widget::{put, put_cut, put_rule, right_of, rows_of, scroll, select_row};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The newest statement stands first.
#[derive(Clone, Debug, Default)]
pub struct Log {
    cursor: Cursor,
    /// The whole text of the chosen one takes the place of the list.
    open: bool,
    top: usize,
}

impl Log {
    pub fn key(&mut self, key: KeyEvent, cx: &Cx) -> Outcome {
        let log = &cx.facts.log;
        let height = list_height(cx.area);
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let step = match key.code {
            KeyCode::Char('j') | KeyCode::Down => 1,
            KeyCode::Char('k') | KeyCode::Up => -1,
            KeyCode::PageDown => (height / 2) as isize,
            KeyCode::PageUp => -((height / 2) as isize),
            KeyCode::Char('d') if ctrl => (height / 2) as isize,
            KeyCode::Char('u') if ctrl => -((height / 2) as isize),
            KeyCode::Char('g') | KeyCode::Home => -(log.len() as isize),
            KeyCode::Char('G') | KeyCode::End => log.len() as isize,
            KeyCode::Char('y') => {
                return Outcome::Copy(self.chosen(log).map(|sent| sent.text.to_string()).unwrap_or_default());
            }
            KeyCode::Enter => {
                self.open = !self.open;
                self.top = 0;
                0
            }
            KeyCode::Esc | KeyCode::Backspace | KeyCode::Char('q') if self.open => {
                self.open = false;
                0
            }
            KeyCode::Esc | KeyCode::Backspace | KeyCode::Char('q') => return Outcome::Close,
            _ => 0,
        };
        if self.open {
            self.top = self.top.saturating_add_signed(step);
        } else {
            self.cursor.by(step, height, log.len());
        }
        Outcome::Stay
    }

    fn chosen<'a>(&self, log: &'a [Sent]) -> Option<&'a Sent> {
        log.get(log.len().checked_sub(self.cursor.at + 1)?)
    }

    pub fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        let theme = &cx.look.theme;
        let area = cx.area;
        for y in 0..area.height {
            put(buf, area, 0, y, &" ".repeat(area.width as usize), theme.plain);
        }
        let cost = cx.facts.sent;
        let total = format!(
            "{} statements, {}, {} rows, {} in all. They only read.",
            cost.statements,
            text::millis(cost.took.as_secs_f64() * 1000.0),
            text::count(cost.rows as i64),
            text::bytes(cost.bytes as i64),
        );
        put_cut(buf, area, 1, 0, area.width.saturating_sub(2), &total, theme.plain, cx.look);
        if self.open {
            return self.draw_text(cx, buf);
        }
        let inner = right_of(Rect { width: area.width.saturating_sub(1), ..area }, 1);
        let table = table(cx);
        let slots = table.fit(inner.width);
        table.draw_head(buf, rows_of(inner, 1, 1), &slots, cx.look);
        let list = rows_of(area, 2, list_height(area) as u16);
        let top = scroll::top(self.cursor.top, self.cursor.at, list.height as usize, table.rows.len());
        for n in top..table.rows.len().min(top + list.height as usize) {
            let line = rows_of(list, (n - top) as u16, 1);
            let chosen = n == self.cursor.at;
            if chosen {
                put(buf, line, 0, 0, cx.look.glyphs.select, theme.plain);
            }
            table.draw_row(buf, right_of(line, 1), &slots, n, chosen.then_some(theme.selected), cx.look);
            if chosen {
                select_row(buf, line, cx.look);
            }
        }
        self.draw_preview(cx, buf);
    }

    /// The first lines of the chosen statement, below the list.
    fn draw_preview(&self, cx: &Cx, buf: &mut Buffer) {
        let height = preview_height(cx.area);
        let Some(sent) = self.chosen(&cx.facts.log).filter(|_| height > 1) else { return };
        let area = rows_of(cx.area, cx.area.height - height, height);
        put_rule(buf, area, 0, sent.name, "", cx.look);
        let room = area.width.saturating_sub(2) as usize;
        for (y, line) in wrap_code(&sent.text, room).iter().take(height as usize - 1).enumerate() {
            put(buf, area, 1, y as u16 + 1, line, cx.look.theme.plain);
        }
    }

    fn draw_text(&self, cx: &Cx, buf: &mut Buffer) {
        let Some(sent) = self.chosen(&cx.facts.log) else { return };
        let area = rows_of(cx.area, 2, cx.area.height);
        put_rule(buf, rows_of(cx.area, 1, 1), 0, sent.name, "", cx.look);
        let lines = wrap_code(&sent.text, area.width.saturating_sub(2) as usize);
        let top = self.top.min(lines.len().saturating_sub(area.height as usize));
        for (y, line) in lines.iter().skip(top).take(area.height as usize).enumerate() {
            put(buf, area, 1, y as u16, line, cx.look.theme.plain);
        }
    }
}

fn preview_height(area: Rect) -> u16 {
    if area.height >= 14 { area.height / 3 } else { 0 }
}

fn list_height(area: Rect) -> usize {
    area.height.saturating_sub(2 + preview_height(area)) as usize
}

fn table(cx: &Cx) -> Table {
    let theme = &cx.look.theme;
    let cols = vec![
        Col::right("Time", 8, 8, 2),
        Col::left("Statement", 12, 50, 0),
        Col::right("Took", 7, 8, 0),
        Col::right("Rows", 5, 8, 1),
        Col::right("Bytes", 7, 8, 1),
        Col::left("Ended", 5, 50, 3),
    ];
    let rows = cx.facts.log.iter().rev().map(|sent| {
        let (ended, style) = match &sent.outcome {
            Ended::Ok => ("ok".to_owned(), theme.plain),
            Ended::Cancelled => ("cancelled".to_owned(), theme.plain),
            Ended::Failed(why) => (why.clone(), theme.warning),
        };
        vec![
            Cell::new(&clock(sent), theme.plain),
            Cell::new(sent.name, theme.plain),
            Cell::new(&text::millis(sent.took.as_secs_f64() * 1000.0), theme.plain),
            Cell::new(&sent.rows.to_string(), theme.plain),
            Cell::new(&text::bytes(sent.bytes as i64), theme.plain),
            Cell::new(&ended, style),
        ]
    });
    Table::new(cols, rows.collect())
}

/// Hours, minutes and seconds in UTC: `03:11:26`.
fn clock(sent: &Sent) -> String {
    let seconds = sent.at.as_second().rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
