//! Looking for a word in a text of many lines.

use crate::tui::widget::input::Input;
use crossterm::event::{KeyCode, KeyEvent};

/// The word, and its field while it is typed.
#[derive(Clone, Debug, Default)]
pub struct Find {
    pub input: Option<Input>,
    pub word: String,
}

impl Find {
    /// A key while the field is open; the line to go to, where one holds the word.
    pub fn key(&mut self, key: KeyEvent, lines: &[String], from: usize) -> Option<usize> {
        let input = self.input.as_mut()?;
        match key.code {
            KeyCode::Esc => {
                *self = Self::default();
                None
            }
            KeyCode::Enter => {
                self.input = None;
                None
            }
            _ => {
                if input.key(key) {
                    self.word = input.text().to_owned();
                }
                self.next(lines, from)
            }
        }
    }

    /// The first line from `from` on that holds the word, then those before it.
    pub fn next(&self, lines: &[String], from: usize) -> Option<usize> {
        let len = lines.len();
        (0..len).map(|n| (from + n) % len).find(|&n| self.at(&lines[n]).is_some())
    }

    /// The last line before `from` that holds the word, then those behind it.
    pub fn previous(&self, lines: &[String], from: usize) -> Option<usize> {
        let len = lines.len();
        (1..=len).map(|n| (from + len - n) % len).find(|&n| self.at(&lines[n]).is_some())
    }

    /// Where the word is in a line, whatever its case: the bytes.
    pub fn at(&self, line: &str) -> Option<std::ops::Range<usize>> {
        if self.word.is_empty() {
            return None;
        }
        let size = self.word.len();
        let fits = |at: usize| line.get(at..at + size).is_some_and(|part| part.eq_ignore_ascii_case(&self.word));
        line.char_indices().map(|(at, _)| at).find(|&at| fits(at)).map(|at| at..at + size)
    }
}

#[cfg(test)]
mod tests {
    use super::Find;

    #[test]
    fn round_the_end_and_back() {
        let lines: Vec<String> = ["one Two", "three", "two \u{e9}"].iter().map(|line| (*line).to_owned()).collect();
        let find = Find { word: "two".into(), input: None };
        assert_eq!(find.next(&lines, 0), Some(0));
        assert_eq!(find.next(&lines, 1), Some(2));
        assert_eq!(find.next(&lines, 3), Some(0));
        assert_eq!(find.previous(&lines, 2), Some(0));
        assert_eq!(find.previous(&lines, 0), Some(2));
        assert_eq!(find.at("\u{e9} TWO"), Some(3..6));
        assert_eq!(Find { word: "four".into(), input: None }.next(&lines, 0), None);
        assert_eq!(find.next(&[], 0), None);
    }
}
