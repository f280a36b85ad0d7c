//! Drawing of the SQL view: the text, a rule, the answer.

use super::{Cx, SqlPane};
use crate::collect::{Error, ErrorKind};
use crate::text::{sanitize, width};
use crate::tui::widget::grid::View;
use crate::tui::widget::{Look, put, put_cut, put_rule, right_of, rows_of, select_row, text::wrap};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

/// Rows of the text, of the rule and of the answer.
struct Parts {
    text: Rect,
    rule: Rect,
    answer: Rect,
}

fn parts(pane: &SqlPane, cx: &Cx) -> Parts {
    let lines = u16::try_from(pane.area.lines().len()).unwrap_or(u16::MAX);
    let most = (cx.area.height * 2 / 5).max(2);
    let height = lines.max(3).min(most).min(cx.area.height);
    Parts {
        text: rows_of(cx.area, 0, height),
        rule: rows_of(cx.area, height, 1),
        answer: rows_of(cx.area, height + 1, cx.area.height),
    }
}

/// Rows of the answer in sight.
pub fn list_height(pane: &SqlPane, cx: &Cx) -> usize {
    let answer = parts(pane, cx).answer;
    let head = pane.grid.as_ref().map_or(0, |grid| grid.head_lines(answer.height));
    answer.height.saturating_sub(head).max(1) as usize
}

pub fn draw(pane: &SqlPane, cx: &Cx, buf: &mut Buffer) {
    let parts = parts(pane, cx);
    draw_text(pane, cx, parts.text, buf);
    put_rule(buf, parts.rule, 0, "answer", &told(pane, cx), cx.look);
    draw_answer(pane, cx, parts.answer, buf);
    if let Some(completion) = pane.completion.as_ref().filter(|_| pane.writing) {
        draw_completion(completion, cx, parts.answer, buf);
    }
}

/// At the right end of the rule: what runs, or how much came.
fn told(pane: &SqlPane, cx: &Cx) -> String {
    let query = &cx.facts.query;
    if let Some(since) = query.running() {
        let took = cx.now.tick.saturating_sub(since).as_secs_f64();
        let came = if query.rows.is_empty() { String::new() } else { format!("{} rows, ", query.rows.len()) };
        let time = if took < 0.3 { String::new() } else { format!(" {took:.0} s") };
        return format!("{came}running{time}, Ctrl-C cancels");
    }
    match &query.ended {
        Some(ended) if ended.result.is_ok() => pane.amount(cx),
        _ => String::new(),
    }
}

fn draw_text(pane: &SqlPane, cx: &Cx, area: Rect, buf: &mut Buffer) {
    let theme = &cx.look.theme;
    let at = pane.area.cursor();
    let (row, column) = (at.0, at.1);
    let lines = pane.area.lines();
    let height = area.height.max(1) as usize;
    let top = (row + 1).saturating_sub(height).min(lines.len().saturating_sub(height));
    let room = area.width.saturating_sub(3) as usize;
    if lines.iter().all(String::is_empty) {
        put_cut(buf, area, 2, 0, area.width, example(cx), theme.faint, cx.look);
    }
    for (n, line) in lines.iter().enumerate().skip(top).take(height) {
        let y = (n - top) as u16;
        if n == row {
            put(buf, area, 0, y, if pane.writing { cx.look.glyphs.select } else { " " }, theme.plain);
        }
        let before = sanitize(&line.chars().take(column).collect::<String>()).into_owned();
        let shift = if n == row { width(&before).saturating_sub(room.saturating_sub(1)) } else { 0 };
        let shown = skip_columns(&sanitize(line), shift);
        put_cut(buf, area, 2, y, area.width.saturating_sub(2), &shown, theme.plain, cx.look);
        if n == row && pane.writing {
            let x = area.x + 2 + (width(&before) - shift) as u16;
            if x < area.right() {
                let cell = &mut buf[(x, area.y + y)];
                cell.set_style(Style::new().add_modifier(Modifier::REVERSED));
            }
        }
    }
}

fn example(cx: &Cx) -> &'static str {
    match cx.facts.family {
        crate::config::Family::Sqlite => "select * from sqlite_schema;",
        _ => "select * from information_schema.tables;",
    }
}

/// `text` without its first `columns` columns of the terminal.
fn skip_columns(text: &str, columns: usize) -> String {
    let mut used = 0;
    text.chars()
        .skip_while(|c| {
            let skip = used < columns;
            used += width(c.encode_utf8(&mut [0; 4]));
            skip
        })
        .collect()
}

fn draw_answer(pane: &SqlPane, cx: &Cx, area: Rect, buf: &mut Buffer) {
    let query = &cx.facts.query;
    if let Some(Err(error)) = query.ended.as_ref().map(|ended| &ended.result) {
        let height = if query.rows.is_empty() { area.height } else { area.height / 2 };
        let used = draw_error(cx, error, rows_of(area, 0, height), buf);
        return draw_grid(pane, cx, rows_of(area, used + 1, area.height), buf);
    }
    if pane.grid.as_ref().is_some_and(|grid| !grid.cells.is_empty()) {
        return draw_grid(pane, cx, area, buf);
    }
    let done = query.ended.is_some();
    if done {
        draw_grid(pane, cx, area, buf);
        let below = pane.grid.as_ref().map_or(0, |grid| grid.head_lines(area.height) + 1);
        put(buf, area, 2, below, "There are no rows.", cx.look.theme.plain);
    } else if query.running().is_none() {
        draw_help(cx, area, buf);
    }
}

fn draw_grid(pane: &SqlPane, cx: &Cx, area: Rect, buf: &mut Buffer) {
    let Some(grid) = pane.grid.as_ref().filter(|_| area.height > 0) else { return };
    let view = View { cursor: pane.cursor, column: pane.column, left: pane.left, focus: !pane.writing };
    grid.draw(cx.look, view, area, grid.head_lines(area.height).min(area.height), buf);
}

/// Why there is no answer, with the place in the statement where the server or the guard tells one.
fn draw_error(cx: &Cx, error: &Error, area: Rect, buf: &mut Buffer) -> u16 {
    let theme = &cx.look.theme;
    let word = match error.kind {
        ErrorKind::Refused => "Not sent: ",
        ErrorKind::Cancelled => "",
        _ => "Failed: ",
    };
    let room = area.width.saturating_sub(4) as usize;
    let mut y = 0;
    let mut say = |text: &str, style: Style, buf: &mut Buffer| {
        for line in wrap(&sanitize(text), room) {
            put(buf, area, 2, y, &line, style);
            y += 1;
        }
    };
    say(&format!("{word}{}", error.message), theme.warning, buf);
    if let Some((line, column)) = place(cx, error) {
        let shift = column.saturating_sub(room.saturating_sub(8));
        put_cut(buf, area, 4, y, area.width.saturating_sub(5), &skip_columns(&line, shift), theme.plain, cx.look);
        put(buf, area, 4 + (column - shift) as u16, y + 1, "^", theme.strong);
        y += 2;
    }
    for more in [&error.hint, &error.grant].into_iter().flatten() {
        for line in wrap(&sanitize(more), room) {
            put(buf, area, 2, y, &line, theme.plain);
            y += 1;
        }
    }
    y
}

/// The line of the statement that the error points at, and the column in it.
fn place(cx: &Cx, error: &Error) -> Option<(String, usize)> {
    let at = error.at?.get() as usize - 1;
    let text = &cx.facts.query.of.as_ref()?.text;
    let before = text.get(..at)?;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    Some((sanitize(line).into_owned(), width(&sanitize(&text[start..at]))))
}

fn draw_help(cx: &Cx, area: Rect, buf: &mut Buffer) {
    let limit = cx.facts.query.limit.as_secs_f64();
    let lines = [
        "One statement that only reads: SELECT, WITH, VALUES, TABLE, SHOW, DESCRIBE, EXPLAIN, PRAGMA.".to_owned(),
        "What could write, lock, wait, end a session or reach a file is not sent, and its name is told.".to_owned(),
        format!("It runs in a session of its own, read-only and rolled back, {limit} s at most; 500 rows are read."),
    ];
    let mut y = 1;
    for line in lines {
        for part in wrap(&line, area.width.saturating_sub(4) as usize) {
            put(buf, area, 2, y, &part, cx.look.theme.faint);
            y += 1;
        }
    }
}

/// Proposals over the top of the answer.
fn draw_completion(completion: &super::Completion, cx: &Cx, area: Rect, buf: &mut Buffer) {
    let rows = area.height.min(8) as usize;
    if rows == 0 {
        return;
    }
    let (list, chosen) = completion.around(rows);
    let wide = list.iter().map(|text| width(&sanitize(text))).max().unwrap_or(0) as u16 + 3;
    let place = Rect { width: wide.min(area.width), height: list.len() as u16, ..area };
    crate::tui::widget::clear(Rect { width: (wide + 1).min(area.width), ..place }, buf);
    for (n, text) in list.iter().enumerate() {
        let line = rows_of(place, n as u16, 1);
        draw_proposal(line, text, n == chosen, cx.look, buf);
    }
}

fn draw_proposal(line: Rect, text: &str, chosen: bool, look: &Look, buf: &mut Buffer) {
    if chosen {
        put(buf, line, 0, 0, look.glyphs.select, look.theme.plain);
    }
    let style = if chosen { look.theme.selected } else { look.theme.plain };
    put_cut(buf, right_of(line, 2), 0, 0, line.width.saturating_sub(2), text, style, look);
    if chosen {
        select_row(buf, line, look);
    }
}
