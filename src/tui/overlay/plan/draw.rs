//! How a plan is drawn: the tree above, sentences below, each with its share of the rows.

use super::{Mode, PlanView};
use crate::plan::paint::{self, Conditions, Line, Look, Role};
use crate::plan::{Signs, compare};
use crate::text::sanitize_lines;
use crate::tui::pane::Cx;
use crate::tui::theme::Theme;
use crate::tui::widget::text::{wrap, wrap_code};
use crate::tui::widget::{put, put_rule, rows_of, scroll, select_row};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Rows of the statement, on a screen that has room.
const STATEMENT: u16 = 2;

impl PlanView {
    pub fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        let area = cx.area;
        for y in 0..area.height {
            put(buf, area, 0, y, &" ".repeat(area.width as usize), cx.look.theme.plain);
        }
        match (self.mode, &self.read) {
            (_, None) => self.draw_trouble(cx, buf),
            (Mode::Tree, Some(_)) => self.draw_tree(cx, buf),
            (Mode::Raw | Mode::Compare, Some(_)) => {
                for (y, line) in self.text_lines(cx).iter().skip(self.top).take(area.height as usize).enumerate() {
                    put_line(buf, area, y as u16, line, cx, false);
                }
            }
        }
        self.draw_values(cx, buf);
    }

    /// Waiting, or why there is none.
    fn draw_trouble(&self, cx: &Cx, buf: &mut Buffer) {
        let room = cx.area.width.saturating_sub(2) as usize;
        let mut lines: Vec<String> =
            self.statement_lines(room, usize::MAX).into_iter().take(cx.area.height as usize / 2).collect();
        lines.push(String::new());
        if self.trouble.is_empty() {
            let waited = cx.facts.plans.waits().map(|since| cx.now.tick.saturating_sub(since).as_secs_f64());
            let waited = waited.filter(|seconds| *seconds >= 0.3);
            lines.extend(
                waited.map(|seconds| format!("loading, {seconds:.1} s: the plan, without running the statement")),
            );
        }
        for sentence in &self.trouble {
            lines.extend(wrap(sentence, room));
        }
        for (y, line) in lines.iter().take(cx.area.height as usize).enumerate() {
            put(buf, cx.area, 1, y as u16, line, cx.look.theme.plain);
        }
    }

    fn draw_tree(&self, cx: &Cx, buf: &mut Buffer) {
        let Some(read) = &self.read else { return };
        let area = cx.area;
        let look = self.look(cx);
        let mut y = 0;
        let roomy = area.height >= 16;
        if roomy {
            let room = area.width.saturating_sub(2) as usize;
            for line in self.statement_lines(room, STATEMENT as usize) {
                put(buf, area, 1, y, &line, cx.look.theme.plain);
                y += 1;
            }
            put_right_of_how(buf, area, &mut y, &read.how, cx);
        }
        put_line(buf, area, y, &paint::heading(&read.plan, &read.weights, &look), cx, false);
        let tree = paint::lines(&read.plan, &read.weights, &self.notes, &look);
        let words = paint::words(&self.words, &look);
        let rest = area.height.saturating_sub(y + 1);
        // The sentences get what the tree leaves, and at least two fifths where they need them.
        let kept = (words.len() as u16 + 1).min((rest * 2 / 5).max(3)).min(rest);
        let height = (tree.len() as u16).min(rest.saturating_sub(kept));
        let chosen = tree.iter().position(|line| line.node == Some(self.selected)).unwrap_or(0);
        let last = tree.iter().rposition(|line| line.node == Some(self.selected)).unwrap_or(0);
        // The step with its conditions in sight, the step itself in any case.
        let top = scroll::top(0, last, height as usize, tree.len()).min(chosen);
        let list = rows_of(area, y + 1, height);
        for (row, line) in tree.iter().skip(top).take(height as usize).enumerate() {
            put_line(buf, list, row as u16, line, cx, line.node == Some(self.selected));
        }
        self.draw_words(cx, rows_of(area, y + 1 + height, rest - height), &words, buf);
    }

    fn draw_words(&self, cx: &Cx, area: Rect, words: &[Line], buf: &mut Buffer) {
        if area.height < 2 {
            return;
        }
        let room = area.height as usize - 1;
        let more = words.len().saturating_sub(room);
        let right =
            if more > 0 { format!("{} {more} more: w", cx.look.glyphs.dots) } else { "selected step".to_owned() };
        put_rule(buf, area, 0, "Reading", &right, cx.look);
        for (y, line) in words.iter().take(room).enumerate() {
            put_line(buf, area, y as u16 + 1, line, cx, false);
        }
    }

    /// The field for values, at the lower edge.
    fn draw_values(&self, cx: &Cx, buf: &mut Buffer) {
        let Some(input) = &self.values else { return };
        let row = rows_of(cx.area, cx.area.height.saturating_sub(1), 1);
        put(buf, row, 0, 0, &" ".repeat(row.width as usize), cx.look.theme.plain);
        let label = " Values: ";
        let used = put(buf, row, 0, 0, label, cx.look.theme.strong);
        input.draw(buf, crate::tui::widget::right_of(row, used), cx.look.theme.plain, cx.look);
    }

    fn look(&self, cx: &Cx) -> Look<'_> {
        Look {
            signs: Signs::named(cx.look.glyphs.name),
            width: cx.area.width as usize,
            selected: Some(self.selected),
            folded: &self.folded,
            conditions: Conditions::Selected,
        }
    }

    fn statement_lines(&self, room: usize, most: usize) -> Vec<String> {
        let read = self.read.as_ref().and_then(|read| read.statement.as_deref());
        let Some(text) = read.or(self.of.as_ref().map(|of| of.text.as_str())) else { return Vec::new() };
        let plain: Vec<&str> = text.split_whitespace().collect();
        let plain = plain.join(" ");
        // Of a statement of a megabyte no more is laid out than is seen.
        let begin: String = plain.chars().take(room.saturating_mul(most.min(40)).saturating_add(room)).collect();
        wrap_code(&begin, room).into_iter().take(most).collect()
    }

    /// What stands in place of the tree, as lines.
    pub(super) fn text_lines(&self, cx: &Cx) -> Vec<Line> {
        let Some(read) = &self.read else { return Vec::new() };
        let signs = Signs::named(cx.look.glyphs.name);
        match (self.mode, &self.other) {
            (Mode::Compare, Some((_, other))) => compare::lines(
                (&read.plan, &read.weights),
                (&other.plan, &other.weights),
                signs,
                cx.area.width as usize,
            ),
            _ => {
                let room = cx.area.width.saturating_sub(2).max(1) as usize;
                let lines = wrap_code(&sanitize_lines(&read.text), room);
                lines.into_iter().map(|line| Line::new(format!(" {line}"), Role::Text)).collect()
            }
        }
    }

    /// What is in view as text, to copy or to save.
    pub(super) fn text(&self, cx: &Cx) -> String {
        let Some(read) = &self.read else { return self.trouble.join("\n") };
        match self.mode {
            Mode::Raw => read.text.clone(),
            Mode::Compare => join(&self.text_lines(cx)),
            Mode::Tree => {
                let look = Look { selected: None, conditions: Conditions::All, ..self.look(cx) };
                let mut lines = vec![paint::heading(&read.plan, &read.weights, &look)];
                lines.extend(paint::lines(&read.plan, &read.weights, &self.notes, &look));
                join(&lines)
            }
        }
    }

    /// The sentences in full.
    pub(super) fn reading(&self, cx: &Cx) -> String {
        join(&paint::words(&self.words, &self.look(cx)))
    }
}

fn join(lines: &[Line]) -> String {
    lines.iter().map(|line| format!("{}\n", line.text())).collect()
}

/// How the plan came about, on the row below the statement.
fn put_right_of_how(buf: &mut Buffer, area: Rect, y: &mut u16, how: &str, cx: &Cx) {
    put(buf, area, 1, *y, how, cx.look.theme.faint);
    *y += 1;
}

fn put_line(buf: &mut Buffer, area: Rect, y: u16, line: &Line, cx: &Cx, chosen: bool) {
    let mut x = 0;
    for (text, role) in &line.spans {
        x += put(buf, area, x, y, text, style(*role, &cx.look.theme, chosen));
    }
    if chosen {
        select_row(buf, rows_of(area, y, 1), cx.look);
    }
}

fn style(role: Role, theme: &Theme, chosen: bool) -> Style {
    match role {
        Role::Strong if chosen => theme.selected,
        Role::Text | Role::Bar => theme.plain,
        Role::Dim => theme.faint,
        Role::Strong => theme.strong,
        Role::Worst => theme.critical,
        Role::Warning => theme.warning,
    }
}
