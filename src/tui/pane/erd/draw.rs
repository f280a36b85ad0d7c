//! Copies cells of the drawing to the screen, and says where numbers come from.

use super::{Ask, ErdPane, View};
use crate::erd::{Canvas, Cell, Role, Sign, Signs};
use crate::model::Known;
use crate::tui::pane::Cx;
use crate::tui::theme::Theme;
use crate::tui::trouble;
use crate::tui::widget::text::wrap;
use crate::tui::widget::{put, put_rule, select_row};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

pub(super) fn draw(pane: &ErdPane, cx: &Cx, buf: &mut Buffer) {
    let mut area = cx.area;
    if let Some((ask, finder)) = &pane.finder {
        let words = match ask {
            Ask::Focus => "table: ",
            Ask::PathTo => "path to: ",
        };
        let used = finder.draw(words, cx, area, buf);
        area.y += used;
        area.height = area.height.saturating_sub(used);
    }
    if pane.graph.is_none() {
        return missing(cx, area, buf);
    }
    let main = main_height(pane, cx.area).min(area.height as usize);
    let top = Rect { height: main as u16, ..area };
    canvas(&pane.scene.canvas, pane.place.left, pane.place.top, cx, top, buf);
    mark(pane, cx, top, buf);
    if let Some(below) = &pane.scene.below
        && main < area.height as usize
    {
        put_rule(buf, area, main as u16, &below.title, &below.right, cx.look);
        let rest = Rect { y: area.y + main as u16 + 1, height: area.height - main as u16 - 1, ..area };
        canvas(&below.canvas, 0, 0, cx, rest, buf);
    }
}

/// Lines of the drawing itself; the rest is for the relation in words.
pub(super) fn main_height(pane: &ErdPane, area: Rect) -> usize {
    let all = area.height as usize;
    let Some(below) = &pane.scene.below else { return all };
    if all < 14 {
        return all;
    }
    let wanted = below.canvas.height() + 1;
    pane.scene.canvas.height().max(1).min(all.saturating_sub(wanted).max(all / 2))
}

fn canvas(canvas: &Canvas, left: usize, top: usize, cx: &Cx, area: Rect, buf: &mut Buffer) {
    for y in 0..area.height {
        let line = canvas.line(top + y as usize);
        let mut x = 0;
        while x < area.width {
            let Some(cell) = line.get(left + x as usize) else { break };
            let (run, next) = run(line, left + x as usize, (area.width - x) as usize);
            put(buf, area, x, y, &run, style(&cx.look.theme, cell.role));
            x += next as u16;
        }
    }
}

/// Cells of one role from `at`, as text, and how many there are.
fn run(line: &[Cell], at: usize, room: usize) -> (String, usize) {
    let role = line[at].role;
    let cells = line[at..].iter().take(room).take_while(|cell| cell.role == role);
    let mut text = String::new();
    let mut count = 0;
    for cell in cells {
        match &cell.sign {
            Sign::Blank => text.push(' '),
            Sign::Char(c) => text.push(*c),
            Sign::Cluster(cluster) => text.push_str(cluster),
            // Half of a wide letter at the edge.
            Sign::Tail if count == 0 => text.push(' '),
            Sign::Tail => {}
        }
        count += 1;
    }
    (text, count.max(1))
}

fn style(theme: &Theme, role: Role) -> Style {
    match role {
        Role::Text | Role::Line => theme.plain,
        Role::Dim | Role::Guessed => theme.faint,
        Role::Strong => theme.strong,
        Role::Warning => theme.warning,
        Role::Selected => theme.selected,
    }
}

/// The mark of the chosen line, where the drawing has none.
fn mark(pane: &ErdPane, cx: &Cx, area: Rect, buf: &mut Buffer) {
    let Some(item) = pane.scene.items.get(pane.place.at).filter(|_| !pane.scene.marked) else { return };
    let Some(y) = item.line.checked_sub(pane.place.top).filter(|y| *y < area.height as usize) else { return };
    let line = Rect { y: area.y + y as u16, height: 1, ..area };
    buf.set_style(line.intersection(buf.area), cx.look.theme.selected);
    put(buf, area, 0, y as u16, cx.look.glyphs.select, cx.look.theme.selected);
    select_row(buf, line, cx.look);
}

/// Why there is nothing to draw.
fn missing(cx: &Cx, area: Rect, buf: &mut Buffer) {
    let keys = cx.facts.schema.catalog.as_ref().map(|catalog| &catalog.keys);
    let text = match keys {
        None | Some(Known::NotYet) => match trouble::of_schema(cx.facts).first() {
            Some(trouble) => trouble.text.clone(),
            None => format!("The keys are being read{}", cx.look.glyphs.dots),
        },
        Some(known) => known.reason().unwrap_or_default(),
    };
    for (y, line) in wrap(&text, area.width.saturating_sub(4) as usize).iter().enumerate() {
        put(buf, area, 2, 1 + y as u16, line, cx.look.theme.plain);
    }
}

/// What is wrong first; then where the numbers come from.
pub(super) fn honesty(pane: &ErdPane, cx: &Cx) -> (String, Style) {
    let theme = &cx.look.theme;
    if let Some(first) = trouble::of_schema(cx.facts).first() {
        return (first.text.clone(), theme.warning);
    }
    if let Some((words, bad)) = pane.laid_words(cx) {
        return (words, if bad { theme.warning } else { theme.faint });
    }
    let Some(graph) = &pane.graph else { return (String::new(), theme.plain) };
    let guessed = graph.guesses.len();
    let source = match &pane.place.view {
        View::Reading => "By keys, names and estimates of rows.",
        View::Path { .. } => "Averages from planner statistics or estimates of rows. The SQL is only shown, never run.",
        View::Cascade { .. } => "Means from statistics. Nothing is deleted here. Triggers are not followed.",
        View::Groups { .. } => "Groups by declared relations, the same for the same schema.",
        View::Focus { .. } | View::Map { .. } if !graph.knows_columns() => {
            "Columns are not read: optional is not known."
        }
        View::Focus { .. } => "Averages from planner statistics or estimates of rows.",
        View::Map { .. } => "",
    };
    let source = if source.is_empty() { legend(cx) } else { source.to_owned() };
    let guesses = if guessed > 0 { format!(" {guessed} guessed by name and type.") } else { String::new() };
    (format!("{source}{guesses}"), theme.faint)
}

/// What the signs of a map mean.
fn legend(cx: &Cx) -> String {
    let signs = Signs::named(cx.look.glyphs.name);
    let (one, zero, many, warning) = (signs.one, signs.zero, signs.many[0], signs.warning);
    format!("{one} one   {zero} optional   {many} many   {warning} key without an index   ? nullable.")
}
