//! Help, made from the key map: only keys that do something here. Typing searches, Enter runs the line.

use super::Outcome;
use crate::tui::glyphs::Glyphs;
use crate::tui::keymap::{self, Binding, Group, Keymap};
use crate::tui::msg::Action;
use crate::tui::pane::Cx;
use crate::tui::widget::input::Input;
use crate::tui::widget::{put, put_cut, right_of, rows_of, scroll, select_row};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Clone, Debug)]
pub struct Help {
    input: Input,
    chosen: usize,
    /// What does something in the view below, in the order of the map.
    bindings: Vec<&'static Binding>,
}

impl Help {
    pub fn new(keymap: Keymap, actions: &[Action]) -> Self {
        let mut bindings: Vec<&'static Binding> =
            keymap.0.iter().filter(|binding| actions.contains(&binding.action)).collect();
        bindings.sort_by_key(|binding| Group::ALL.iter().position(|(group, _)| *group == binding.group));
        Self { input: Input::default(), chosen: 0, bindings }
    }

    fn found(&self) -> Vec<&'static Binding> {
        let wanted = self.input.text().to_lowercase();
        self.bindings
            .iter()
            .copied()
            .filter(|binding| {
                wanted.split_whitespace().all(|word| binding.text.to_lowercase().contains(word))
                    || keymap::label(binding.keys, &crate::tui::glyphs::ASCII).to_lowercase().contains(&wanted)
            })
            .collect()
    }

    pub fn key(&mut self, key: KeyEvent) -> Outcome {
        let found = self.found();
        match key.code {
            KeyCode::Esc => return Outcome::Close,
            KeyCode::Backspace if self.input.text().is_empty() => return Outcome::Close,
            KeyCode::Char('?') if self.input.text().is_empty() => return Outcome::Close,
            KeyCode::Enter => {
                return found.get(self.chosen).map_or(Outcome::Close, |binding| Outcome::Run(binding.action));
            }
            KeyCode::Down | KeyCode::Tab => self.chosen = (self.chosen + 1).min(found.len().saturating_sub(1)),
            KeyCode::Up | KeyCode::BackTab => self.chosen = self.chosen.saturating_sub(1),
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
        let signs = signs(cx.look.glyphs);
        let below = if area.height >= 22 { signs.len() as u16 + 1 } else { 0 };
        let list = rows_of(area, 2, area.height.saturating_sub(2 + below));
        self.draw_list(cx, list, buf);
        for (n, line) in signs.iter().take(below as usize).enumerate() {
            put_cut(
                buf,
                area,
                1,
                area.height - below + 1 + n as u16,
                area.width.saturating_sub(2),
                line,
                theme.plain,
                cx.look,
            );
        }
    }

    /// Lines in as many columns as there is room for, filled from top to bottom.
    fn draw_list(&self, cx: &Cx, area: Rect, buf: &mut Buffer) {
        const WIDE: u16 = 40;
        let theme = &cx.look.theme;
        let found = self.found();
        let height = area.height.max(1) as usize;
        let columns = (area.width / WIDE).clamp(1, 3) as usize;
        let column_wide = area.width / columns as u16;
        let lines = self.lines(&found);
        let chosen =
            lines.iter().position(|line| matches!(line, Line::Binding(n, _) if *n == self.chosen)).unwrap_or(0);
        let fits = lines.len() <= height * columns;
        let per_column = if fits { lines.len().div_ceil(columns).max(1) } else { height };
        let top = if fits { 0 } else { scroll::top(0, chosen, height * columns, lines.len()) };
        for (place, line) in lines.iter().skip(top).take(height * columns).enumerate() {
            let (column, y) = (place / per_column, place % per_column);
            let cell = Rect { x: area.x + column as u16 * column_wide, width: column_wide, ..area };
            match line {
                Line::Title(title) => {
                    put(buf, cell, 1, y as u16, title, theme.head);
                }
                Line::Binding(n, binding) => {
                    let chosen = *n == self.chosen;
                    if chosen {
                        put(buf, cell, 0, y as u16, cx.look.glyphs.select, theme.plain);
                    }
                    let style = if chosen { theme.selected } else { theme.plain };
                    let first = binding.after.map(|prefix| format!("{} ", prefix.key())).unwrap_or_default();
                    let keys = format!("{first}{}", keymap::label(binding.keys, cx.look.glyphs));
                    put_cut(buf, cell, 2, y as u16, 14, &keys, style, cx.look);
                    put_cut(buf, cell, 17, y as u16, cell.width.saturating_sub(18), binding.text, style, cx.look);
                    if chosen {
                        select_row(buf, rows_of(cell, y as u16, 1), cx.look);
                    }
                }
            }
        }
        if found.is_empty() {
            put(buf, area, 1, 0, "No key does that here.", theme.plain);
        }
    }

    fn lines(&self, found: &[&'static Binding]) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut group = None;
        for (n, binding) in found.iter().enumerate() {
            if group != Some(binding.group) && self.input.text().is_empty() {
                group = Some(binding.group);
                let title = Group::ALL.iter().find(|(known, _)| *known == binding.group).map_or("", |(_, title)| title);
                lines.push(Line::Title(title));
            }
            lines.push(Line::Binding(n, binding));
        }
        lines
    }
}

enum Line {
    Title(&'static str),
    Binding(usize, &'static Binding),
}

fn signs(glyphs: &Glyphs) -> Vec<String> {
    vec![
        format!(
            "Signs  {} warning  {} unknown  {} no value  ~ estimate  {} {} folded, unfolded  p partitions",
            glyphs.warning, glyphs.unknown, glyphs.none, glyphs.folded, glyphs.unfolded
        ),
        "Age    3 s ago: fresh    stale: the last try failed, the data is the older one".into(),
        "Words  : opens the command line, for example   :table orders   :sql".into(),
        "Every SQL statement that this tool sends: :sql".into(),
    ]
}
