//! Text between a server and a terminal: the one [`sanitize`], and numbers for people.
//!
//! Pure functions, used by every layer that prints. JSON and CSV carry raw text; terminals never do.

use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Marks that stay on one letter: enough for every script that is written, too few to climb over other rows.
const MARKS: usize = 4;

/// Makes a text safe to print on one line: control characters, line breaks, bidi controls, zero-width
/// and other invisible characters become visible escapes (`\n`, `\x1b`, `\u{202e}`), and so does what
/// terminals disagree on (joined emoji, flags, skin tones, marks without a letter or too many of them on
/// one); everything else is kept. Every character that is left takes the columns that [`width`] says.
///
/// Idempotent: its output has nothing left to escape (backslashes are kept as they are, because names
/// with backslashes are common in Windows paths and doubling would mislead).
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) || is_safe(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut marks = Marks::default();
    for c in text.chars() {
        match c {
            c if !marks.escapes(c) => out.push(c),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x80 => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
        }
    }
    Cow::Owned(out)
}

/// Bytes that should be UTF-8 and need not be: those that are none become `\xff`, so that each stays to be
/// told from any other.
pub fn from_bytes(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| out.push_str(&format!("\\x{byte:02x}")));
    }
    Cow::Owned(out)
}

fn is_safe(text: &str) -> bool {
    let mut marks = Marks::default();
    !text.chars().any(|c| marks.escapes(c))
}

/// How many marks the last letter has; before the first letter, and after an escape, none may come.
#[derive(Default)]
struct Marks {
    room: usize,
}

impl Marks {
    fn escapes(&mut self, c: char) -> bool {
        if is_unsafe(c) {
            self.room = 0;
            return true;
        }
        if c.width() != Some(0) {
            self.room = MARKS;
            return false;
        }
        let full = self.room == 0;
        self.room = self.room.saturating_sub(1);
        full
    }
}

/// A beginning of `text` that surely fills `columns` columns when it is made safe, or all of it: a text
/// of a megabyte costs no more than what is in sight.
pub fn prefix(text: &str, columns: usize) -> &str {
    let most = (columns + 1) * (MARKS + 1);
    match text.char_indices().nth(most) {
        Some((end, _)) if text.len() > most => text.get(..end).unwrap_or(text),
        _ => text,
    }
}

/// `text` for a clipboard: line breaks and tabs stay, any other control character, C1 included, becomes an
/// escape that can be read. The flag says whether there was one.
pub fn pasteable(text: String) -> (String, bool) {
    let harmful = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !text.contains(harmful) {
        return (text, false);
    }
    let one = |c: char| match c {
        c if !harmful(c) => c.to_string(),
        '\r' => "\\r".to_owned(),
        c if (c as u32) < 0x80 => format!("\\x{:02x}", c as u32),
        c => format!("\\u{{{:x}}}", c as u32),
    };
    (text.chars().map(one).collect(), true)
}

/// Like [`sanitize`] for text of several lines: `\n` stays a line break and a tab becomes blanks.
pub fn sanitize_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
        .split('\n')
        .map(|line| sanitize(&line.replace('\t', "    ")).into_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// True for a character that can move the cursor, end a sequence, reorder or hide text, or that terminals
/// give different widths.
fn is_unsafe(c: char) -> bool {
    let code = c as u32;
    if code < 0x300 {
        return matches!(code, 0x00..=0x1f | 0x7f..=0x9f | 0xad); // C0, DEL, C1, soft hyphen
    }
    // Not a character in any version of Unicode.
    if code & 0xfffe == 0xfffe || matches!(code, 0xfdd0..=0xfdef) {
        return true;
    }
    matches!(code,
        0x34f | 0x600..=0x605 | 0x61c        // grapheme joiner, Arabic number signs and letter mark
        | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2 | 0x110bd | 0x110cd
        | 0x115f | 0x1160 | 0x3164 | 0xffa0  // Hangul fillers
        | 0x17a4 | 0x17b4 | 0x17b5 | 0x17d8
        | 0x180b..=0x180f
        | 0x200b..=0x200f                    // zero width, LRM, RLM
        | 0x2028..=0x202e                    // line and paragraph separators, bidi
        | 0x2060..=0x206f                    // word joiner, invisible operators, isolates
        | 0x2d7f                             // Tifinagh joiner
        | 0xfe00..=0xfe0f | 0xfeff           // variation selectors, BOM
        | 0xfff0..=0xfffb
        | 0x13430..=0x1345f                  // Egyptian joiners
        | 0x16d63..=0x16d6a                  // Kirat Rai vowels, which join
        | 0x1bca0..=0x1bca3
        | 0x1d173..=0x1d17a
        | 0x1f1e6..=0x1f1ff                  // regional indicators: pairs join in some terminals only
        | 0x1f3fb..=0x1f3ff                  // skin tones: they join in some terminals only
        | 0xe0000..=0xe0fff                  // tags, more variation selectors
    )
}

/// Columns of a terminal that `text` takes. Clusters are added up, because no terminal joins what this
/// crate's tables would join (Arabic lam and alef).
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return UnicodeWidthStr::width(text);
    }
    text.graphemes(true).map(cluster).sum()
}

/// Columns of one cluster, as the screen's buffer counts them.
fn cluster(cluster: &str) -> usize {
    let sounds = cluster.chars().filter(|c| matches!(c, '\u{ff9e}' | '\u{ff9f}')).count();
    UnicodeWidthStr::width(cluster) + sounds
}

/// `text` cut to `max` columns, the last one being `mark` when something was cut.
pub fn cut(text: &str, max: usize, mark: &str) -> String {
    if width(prefix(text, max)) <= max && prefix(text, max).len() == text.len() {
        return text.to_owned();
    }
    let room = max.saturating_sub(width(mark));
    let mut used = 0;
    let mut out = String::new();
    for part in text.graphemes(true) {
        let wide = cluster(part);
        if used + wide > room {
            break;
        }
        used += wide;
        out.push_str(part);
    }
    if max > 0 {
        out.push_str(mark);
    }
    out
}

/// Bytes with three significant digits and a binary unit: `0 B`, `16 kB`, `9.61 GB`.
pub fn bytes(n: i64) -> String {
    const UNITS: [&str; 6] = ["B", "kB", "MB", "GB", "TB", "PB"];
    if n.unsigned_abs() < 1024 {
        return format!("{n} B");
    }
    let mut value = n as f64;
    let mut unit = 0;
    // 999.5 would print as 1000: three digits are kept by going up one unit.
    while value.abs() >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{} {}", three(value), UNITS[unit])
}

/// A count with three significant digits: `184`, `1.90 M`, `1.31 B`.
pub fn count(n: i64) -> String {
    const UNITS: [&str; 5] = ["", " k", " M", " B", " T"];
    if n.unsigned_abs() < 1000 {
        return n.to_string();
    }
    let mut value = n as f64;
    let mut unit = 0;
    while value.abs() >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{}{}", three(value), UNITS[unit])
}

/// An age or a duration of at least a second, in seconds: `3 s`, `6 min`, `23 h`, `41 d`.
pub fn age(seconds: i64) -> String {
    match seconds.max(0) {
        s @ 0..120 => format!("{s} s"),
        s @ 120..7_200 => format!("{} min", s / 60),
        s @ 7_200..172_800 => format!("{} h", s / 3_600),
        s => format!("{} d", s / 86_400),
    }
}

/// A duration in milliseconds with three significant digits: `466 µs`, `16.2 ms`, `9.02 s`.
pub fn millis(ms: f64) -> String {
    match ms {
        ms if ms < 0.9995 => format!("{:.0} µs", ms * 1000.0),
        ms if ms < 999.5 => format!("{} ms", three(ms)),
        ms if ms < 120_000.0 => format!("{} s", three(ms / 1000.0)),
        ms => age((ms / 1000.0) as i64),
    }
}

fn three(value: f64) -> String {
    match value.abs() {
        v if v < 9.995 => format!("{value:.2}"),
        v if v < 99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clipboard_gets_no_control_character() {
        let (text, escaped) = pasteable("a\x1b[201~\nb\tc\u{9b}\r".into());
        assert_eq!((text.as_str(), escaped), ("a\\x1b[201~\nb\tc\\u{9b}\\r", true));
        assert_eq!(
            pasteable("CREATE TABLE t (\n  a int\n)".into()),
            ("CREATE TABLE t (\n  a int\n)".to_owned(), false)
        );
    }

    #[test]
    fn nothing_unsafe_is_left() {
        let evil = "a\x1b[31m\u{9b}0;x\u{7}\u{202e}b\u{200b}c\nd\te\u{feff}\u{1f1e9}";
        let safe = sanitize(evil);
        assert!(is_safe(&safe), "{safe}");
        assert_eq!(sanitize(&safe), safe);
        assert_eq!(safe, "a\\x1b[31m\\u{9b}0;x\\x07\\u{202e}b\\u{200b}c\\nd\\te\\u{feff}\\u{1f1e9}");
    }

    #[test]
    fn a_flood_of_marks_stays_on_its_letter() {
        let flood = format!("a{}b", "\u{301}".repeat(100));
        let safe = sanitize(&flood);
        assert_eq!(safe.matches('\u{301}').count(), MARKS);
        assert!(safe.starts_with("a\u{301}") && safe.ends_with("\\u{301}b"), "{safe}");
        assert_eq!(sanitize(&safe), safe);
        assert_eq!(sanitize("\u{301}x"), "\\u{301}x", "no letter before it");
        assert_eq!(sanitize("\u{200b}\u{301}"), "\\u{200b}\\u{301}");
        for written in ["e\u{301}", "שָׁלוֹם", "ที่นี่", "हिन्दी", "각"] {
            assert_eq!(sanitize(written), written);
        }
    }

    #[test]
    fn what_terminals_disagree_on_is_taken_apart() {
        let cases = [
            ("👩\u{200d}💻", "👩\\u{200d}💻"),
            ("👍\u{1f3fd}", "👍\\u{1f3fd}"),
            ("\u{1f1e9}\u{1f1ea}", "\\u{1f1e9}\\u{1f1ea}"),
            ("❤\u{fe0f}", "❤\\u{fe0f}"),
            ("a\u{fffe}", "a\\u{fffe}"),
        ];
        for (text, safe) in cases {
            assert_eq!(sanitize(text), safe);
        }
        assert_eq!(width("لا"), 2, "two letters in every terminal, though they may be drawn as one sign");
        assert_eq!(width("ﾊﾟ"), 3, "as the buffer counts; the screen fills the rest with a blank");
    }

    #[test]
    fn a_prefix_is_enough_for_its_columns() {
        let long = format!("x{}", "\u{301}".repeat(1_000_000));
        assert!(width(&sanitize(prefix(&long, 80))) > 80);
        assert!(prefix(&long, 80).len() < 1_000);
        assert_eq!(prefix("short", 80), "short");
        assert_eq!(cut(&"ab".repeat(500_000), 3, "…"), "ab…");
    }

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(sanitize("größe_表 \"x\""), Cow::Borrowed(_)));
    }

    #[test]
    fn cuts_by_columns() {
        assert_eq!(cut("orders", 6, "…"), "orders");
        assert_eq!(cut("orders_x", 6, "…"), "order…");
        assert_eq!(cut("表テーブル", 5, "…"), "表テ…");
        assert_eq!(cut("abc", 0, "…"), "");
    }

    #[test]
    fn three_digits_and_a_unit() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.00 kB"),
            (16_384, "16.0 kB"),
            (1_048_575, "1.00 MB"),
            (10_318_658_765, "9.61 GB"),
            (-2_252_341, "-2.15 MB"),
        ];
        for (n, text) in cases {
            assert_eq!(bytes(n), text);
        }
        let cases =
            [(999, "999"), (1_402, "1.40 k"), (999_499, "999 k"), (999_999, "1.00 M"), (1_310_000_000, "1.31 B")];
        for (n, text) in cases {
            assert_eq!(count(n), text);
        }
    }

    #[test]
    fn times_for_people() {
        let cases = [(0.466, "466 µs"), (16.23, "16.2 ms"), (9_020.0, "9.02 s"), (372_000.0, "6 min")];
        for (ms, text) in cases {
            assert_eq!(millis(ms), text);
        }
        assert_eq!(age(48), "48 s");
        assert_eq!(age(90_000), "25 h");
        assert_eq!(age(3_600 * 24 * 41), "41 d");
    }
}
