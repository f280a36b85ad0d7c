//! Help, made from the key map: only keys that do something here, and every sign of the screen. Typing
//! searches, Enter runs the line.

use super::Outcome;
use crate::tui::glyphs::{ASCII, Glyphs};
use crate::tui::keymap::{self, Binding, Group, Keymap};
use crate::tui::msg::Action;
use crate::tui::pane::Cx;
use crate::tui::widget::input::Input;
use crate::tui::widget::{put, put_cut, put_right, right_of, rows_of, scroll, select_row};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Columns of a line with its keys and words.
const WIDE: u16 = 40;

#[derive(Clone, Debug)]
pub struct Help {
    input: Input,
    chosen: usize,
    /// What does something in the view below, in the order of the map.
    bindings: Vec<Binding>,
    map: String,
}

/// A line of the help.
#[derive(Clone, Debug)]
enum Item<'a> {
    Key(&'a Binding),
    Sign(String, &'static str),
}

impl Help {
    pub fn new(keymap: &Keymap, actions: &[Action]) -> Self {
        let does = |binding: &&Binding| actions.contains(&binding.action) && !binding.strokes.is_empty();
        let mut bindings: Vec<Binding> = keymap.bindings().iter().filter(does).cloned().collect();
        bindings.sort_by_key(|binding| Group::ALL.iter().position(|(group, _)| *group == binding.group));
        Self { input: Input::default(), chosen: 0, bindings, map: keymap.title.clone() }
    }

    /// Words of the text, or the keys themselves; `sign` finds all signs.
    fn found(&self, glyphs: &Glyphs) -> Vec<Item<'_>> {
        let wanted = self.input.text().trim().to_lowercase();
        let fits = |keys: &str, text: &str| {
            let text = text.to_lowercase();
            wanted.split_whitespace().all(|word| text.contains(word)) || keys.to_lowercase() == wanted
        };
        let keys = self.bindings.iter().filter(|binding| {
            let keys = keymap::label(&binding.strokes, &ASCII);
            fits(&keys, &format!("{} {keys}", binding.text))
        });
        let signs = signs(glyphs).into_iter().filter(|(sign, text)| fits(sign, &format!("{text} signs")));
        keys.map(Item::Key).chain(signs.map(|(sign, text)| Item::Sign(sign, text))).collect()
    }

    pub fn key(&mut self, key: KeyEvent, cx: &Cx) -> Outcome {
        let found = self.found(cx.look.glyphs);
        let page = (cx.area.height / 2).max(1) as usize;
        let last = found.len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => return Outcome::Close,
            KeyCode::Backspace if self.input.text().is_empty() => return Outcome::Close,
            KeyCode::Char('?') if self.input.text().is_empty() => return Outcome::Close,
            KeyCode::Enter => {
                return match found.get(self.chosen) {
                    Some(Item::Key(binding)) => Outcome::Run(binding.action),
                    Some(Item::Sign(..)) => Outcome::Stay,
                    None => Outcome::Close,
                };
            }
            KeyCode::Down | KeyCode::Tab => self.chosen = (self.chosen + 1).min(last),
            KeyCode::Up | KeyCode::BackTab => self.chosen = self.chosen.saturating_sub(1),
            KeyCode::PageDown => self.chosen = (self.chosen + page).min(last),
            KeyCode::PageUp => self.chosen = self.chosen.saturating_sub(page),
            _ => {
                if self.input.key(key) {
                    self.chosen = 0;
                }
            }
        }
        Outcome::Stay
    }

    pub fn paste(&mut self, text: &str) {
        self.input.paste(text);
        self.chosen = 0;
    }

    pub fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        let theme = &cx.look.theme;
        let area = cx.area;
        for y in 0..area.height {
            put(buf, area, 0, y, &" ".repeat(area.width as usize), theme.plain);
        }
        let at = put(buf, area, 1, 0, "search: ", theme.faint) + 1;
        self.input.draw(buf, right_of(rows_of(area, 0, 1), at), theme.plain, cx.look);
        let gap = if area.height >= 16 { 2 } else { 1 };
        let below = self.draw_list(cx, rows_of(area, gap, area.height.saturating_sub(gap)), buf);
        let mut right: Vec<String> = Vec::new();
        right.extend((below > 0).then(|| format!("{} {below} more below", cx.look.glyphs.dots)));
        right.extend((area.width >= 60).then(|| format!("key map: {}", self.map)));
        put_right(buf, area, area.width.saturating_sub(1), 0, &right.join("   "), theme.faint);
    }

    /// Lines in as many columns as there is room for, filled from top to bottom; how many are left below.
    fn draw_list(&self, cx: &Cx, area: Rect, buf: &mut Buffer) -> usize {
        let found = self.found(cx.look.glyphs);
        let height = area.height.max(1) as usize;
        let columns = (area.width / WIDE).clamp(1, 4) as usize;
        let wide = area.width / columns as u16;
        let lines = self.lines(&found);
        let chosen = lines.iter().position(|line| matches!(line, Line::Item(n, _) if *n == self.chosen)).unwrap_or(0);
        let fits = lines.len() <= height * columns;
        let per_column = if fits { lines.len().div_ceil(columns).max(1) } else { height };
        let top = if fits { 0 } else { scroll::top(0, chosen, height * columns, lines.len()) };
        for (place, line) in lines.iter().skip(top).take(height * columns).enumerate() {
            let (column, y) = (place / per_column, place % per_column);
            let cell = Rect { x: area.x + column as u16 * wide, width: wide, ..rows_of(area, y as u16, 1) };
            match line {
                Line::Title(title) => drop(put(buf, cell, 1, 0, title, cx.look.theme.head)),
                Line::Item(n, item) => draw_item(cx, cell, item, *n == self.chosen, buf),
            }
        }
        if found.is_empty() {
            put(buf, area, 1, 0, "No key does that here, and no sign means it.", cx.look.theme.plain);
        }
        lines.len().saturating_sub(top + height * columns)
    }

    fn lines<'a>(&self, found: &'a [Item<'a>]) -> Vec<Line<'a>> {
        let title = |item: &Item| match item {
            Item::Key(binding) => {
                Group::ALL.iter().find(|(known, _)| *known == binding.group).map_or("", |(_, title)| title)
            }
            Item::Sign(..) => "Signs",
        };
        let mut lines = Vec::new();
        let mut above = "";
        for (n, item) in found.iter().enumerate() {
            if title(item) != above && self.input.text().is_empty() {
                above = title(item);
                lines.push(Line::Title(above));
            }
            lines.push(Line::Item(n, item));
        }
        lines
    }
}

enum Line<'a> {
    Title(&'static str),
    Item(usize, &'a Item<'a>),
}

fn draw_item(cx: &Cx, cell: Rect, item: &Item, chosen: bool, buf: &mut Buffer) {
    let theme = &cx.look.theme;
    if chosen {
        put(buf, cell, 0, 0, cx.look.glyphs.select, theme.plain);
    }
    let style = if chosen { theme.selected } else { theme.plain };
    let (keys, text) = match item {
        Item::Key(binding) => (keymap::label(&binding.strokes, cx.look.glyphs), binding.text),
        Item::Sign(sign, text) => (sign.clone(), *text),
    };
    put_cut(buf, cell, 2, 0, 14, &keys, style, cx.look);
    put_cut(buf, cell, 17, 0, cell.width.saturating_sub(18), text, style, cx.look);
    if chosen {
        select_row(buf, cell, cx.look);
    }
}

/// Every sign of the screen and what it means.
fn signs(glyphs: &Glyphs) -> Vec<(String, &'static str)> {
    let pair = |a: &str, b: &str| format!("{a} {b}");
    vec![
        (glyphs.critical.into(), "critical"),
        (glyphs.warning.into(), "warning"),
        (glyphs.unknown.into(), "could not look: :notes"),
        (glyphs.none.into(), "no value, or not permitted"),
        ("~".into(), "an estimate"),
        (glyphs.select.into(), "the chosen row"),
        (pair(glyphs.folded, glyphs.unfolded), "folded, unfolded"),
        (pair(glyphs.ascending, glyphs.descending), "sorted upwards, downwards"),
        (pair(glyphs.right, glyphs.left), "refers to, is referred to"),
        (glyphs.crumb.into(), "is inside what stands before"),
        (pair(glyphs.cut, glyphs.dots), "cut, more to come"),
        (glyphs.levels.concat(), "share of the largest"),
        ("24p".into(), "24 partitions"),
        ("PK UQ FK NN".into(), "primary, unique, foreign, not null"),
        ("12 of 184".into(), "the filter hides the others"),
        ("3 s ago".into(), "age of the data"),
        (format!("3 s ago{}", glyphs.running), "newer data is on its way"),
        ("stale 48 s".into(), "the last try failed, data is older"),
        ("PROD?".into(), "production, guessed from a name"),
        ("PAUSED".into(), "nothing is asked without a key"),
        ("READ-ONLY, RO".into(), "nothing can be changed from here"),
        (":table orders".into(), "the command line, Tab lists words"),
        (":sql".into(), "every statement that was sent"),
        (":notes".into(), "all that is missing, with GRANTs"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::glyphs::{CP437, UNICODE};

    #[test]
    fn every_sign_is_explained() {
        for set in [&UNICODE, &CP437, &ASCII] {
            let all: String = signs(set).into_iter().map(|(sign, _)| format!(" {sign} ")).collect();
            let Glyphs { name, select, critical, warning, unknown, none, crumb, right, left, .. } = set;
            let Glyphs { ascending, descending, folded, unfolded, cut, dots, levels, running, .. } = set;
            let one = [
                select, critical, warning, unknown, none, crumb, right, left, ascending, descending, folded, unfolded,
                cut, dots,
            ];
            for sign in one.into_iter().chain([running]).chain(levels) {
                assert!(all.contains(sign), "{name}: {sign}");
            }
        }
    }
}
