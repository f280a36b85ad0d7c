//! Text of several lines in a given width.

use crate::text::{sanitize, width};

/// The lines of `text`, safe for a terminal and no wider than `room`; broken at blanks where there are
/// some, continued with the indentation of the line and two more blanks.
pub fn wrap_code(text: &str, room: usize) -> Vec<String> {
    text.replace("\r\n", "\n")
        .trim_end_matches('\n')
        .split('\n')
        .flat_map(|line| {
            let line = line.replace('\t', "    ");
            let indent = line.len() - line.trim_start_matches(' ').len();
            wrap_line(&sanitize(&line), room, (indent + 2).min(room / 2))
        })
        .collect()
}

/// A sentence in lines no wider than `room`.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    wrap_line(&sanitize(text), room, 0)
}

fn wrap_line(line: &str, room: usize, hang: usize) -> Vec<String> {
    if room == 0 {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let mut now = String::new();
    let mut used = 0;
    // Bytes of `now` before the last blank where it may be broken.
    let mut last_blank = None;
    for c in line.chars() {
        let wide = width(c.encode_utf8(&mut [0; 4]));
        if used + wide > room {
            let hang = if hang + 4 > room { 0 } else { hang };
            let rest = match last_blank {
                Some(at) if c != ' ' => now.split_off(at),
                _ => String::new(),
            };
            lines.push(now.trim_end().to_owned());
            now = format!("{}{}", " ".repeat(hang), rest.trim_start());
            used = width(&now);
            last_blank = None;
            if c == ' ' {
                continue;
            }
        }
        if c == ' ' && !now.trim_start().is_empty() {
            last_blank = Some(now.len());
        }
        now.push(c);
        used += wide;
    }
    lines.push(now);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn breaks_at_blanks() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("x", 0), Vec::<String>::new());
        assert_eq!(
            wrap_code("  total numeric(12,2) NOT NULL,\nend", 20),
            ["  total", "    numeric(12,2)", "    NOT NULL,", "end"]
        );
    }

    proptest! {
        #[test]
        fn never_wider_and_nothing_lost(text in "[a-z表 ]{0,60}", room in 2usize..20) {
            let lines = wrap(&text, room);
            for line in &lines {
                prop_assert!(width(line) <= room, "{line:?}");
            }
            let kept: String = lines.concat().split_whitespace().collect();
            prop_assert_eq!(kept, text.split_whitespace().collect::<String>());
        }
    }
}
