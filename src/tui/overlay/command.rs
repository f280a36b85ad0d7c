//! The command line behind `:`.

use super::Outcome;
use crate::tui::msg::Goto;
use crate::tui::pane::Cx;
use crate::tui::widget::input::Input;
use crate::tui::widget::{put, put_cut, right_of, rows_of};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A command as it was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Quit,
    Sql,
    Help,
    Notes,
    Refresh,
    Goto(Goto),
    Theme(String),
    /// Another database: by its name, or through the picker when it is empty.
    Connect(String),
    /// Said in the honesty line.
    Unknown(String),
    #[cfg(debug_assertions)]
    Panic,
}

/// Name, whether it takes a word after it, and what it does.
const COMMANDS: &[(&str, bool, &str)] = &[
    ("q", false, "quit"),
    ("sql", false, "statements sent, with their cost"),
    ("table", true, "go to a table, view, function: :table orders"),
    ("notes", false, "what this role or set-up hides"),
    ("theme", true, "colours: :theme mono"),
    ("connect", true, "another database: :connect, or :connect NAME"),
    ("refresh", false, "read again"),
    ("help", false, "keys"),
];

#[derive(Clone, Debug, Default)]
pub struct CommandLine {
    input: Input,
}

impl CommandLine {
    pub fn key(&mut self, key: KeyEvent) -> Outcome {
        match key.code {
            KeyCode::Enter => Outcome::Line(parse(self.input.text())),
            KeyCode::Esc => Outcome::Close,
            KeyCode::Backspace if self.input.text().is_empty() => Outcome::Close,
            KeyCode::Tab => {
                self.complete();
                Outcome::Stay
            }
            _ => {
                self.input.key(key);
                Outcome::Stay
            }
        }
    }

    pub fn paste(&mut self, text: &str) {
        self.input.paste(text);
    }

    fn complete(&mut self) {
        let typed = self.input.text();
        if let Some((name, takes, _)) = COMMANDS.iter().find(|(name, ..)| name.starts_with(typed)) {
            self.input = Input::new(&format!("{name}{}", if *takes { " " } else { "" }));
        }
    }

    /// In the last two rows: what fits, and the line itself.
    pub fn draw(&self, cx: &Cx, full: Rect, buf: &mut Buffer) {
        let theme = &cx.look.theme;
        let line = rows_of(full, full.height.saturating_sub(1), 1);
        let above = rows_of(full, full.height.saturating_sub(2), 1);
        for area in [line, above] {
            put(buf, area, 0, 0, &" ".repeat(area.width as usize), theme.plain);
        }
        let typed = self.input.text().split(' ').next().unwrap_or_default();
        let fitting: Vec<String> = COMMANDS
            .iter()
            .filter(|(name, ..)| name.starts_with(typed))
            .map(|(name, _, text)| format!("{name}: {text}"))
            .collect();
        let hint = if fitting.is_empty() { "Enter goes to the table of this name".into() } else { fitting.join("   ") };
        put_cut(buf, above, 1, 0, above.width.saturating_sub(2), &hint, theme.faint, cx.look);
        put(buf, line, 0, 0, ":", theme.strong);
        self.input.draw(buf, right_of(line, 1), theme.plain, cx.look);
    }
}

/// `\d orders` and `\dt` feel at home too.
pub fn parse(text: &str) -> Line {
    let text = text.trim().trim_start_matches(':').trim();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    match (word, rest) {
        ("q" | "quit" | "exit" | "\\q", _) => Line::Quit,
        ("sql", _) => Line::Sql,
        ("help" | "h" | "\\?", _) => Line::Help,
        ("notes", _) => Line::Notes,
        ("connect" | "open" | "\\c", word) => Line::Connect(word.to_owned()),
        ("r" | "refresh", _) => Line::Refresh,
        ("theme", name) => Line::Theme(name.to_owned()),
        #[cfg(debug_assertions)]
        ("panic", _) => Line::Panic,
        ("table" | "t" | "\\d" | "\\d+" | "\\dt", "") => Line::Unknown("Which table? For example :table orders".into()),
        ("table" | "t" | "\\d" | "\\d+" | "\\dt" | "\\dv", name) => Line::Goto(Goto::Object(name.to_owned())),
        ("", _) => Line::Unknown(String::new()),
        (name, "") => Line::Goto(Goto::Object(name.to_owned())),
        (word, _) => {
            Line::Unknown(format!("There is no command :{word}. Known: q, sql, table, notes, theme, refresh, help."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands() {
        let goto = |name: &str| Line::Goto(Goto::Object(name.into()));
        let cases = [
            ("q", Line::Quit),
            (" :sql ", Line::Sql),
            ("table orders", goto("orders")),
            ("\\d sales.orders", goto("sales.orders")),
            ("orders", goto("orders")),
        ];
        for (text, line) in cases {
            assert_eq!(parse(text), line, "{text}");
        }
        assert!(matches!(parse("frobnicate all"), Line::Unknown(_)));
        assert!(matches!(parse("table"), Line::Unknown(_)));
    }
}
