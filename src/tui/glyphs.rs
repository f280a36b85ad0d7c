//! The signs of the screen in three sets, chosen once from locale and terminal. Every one has width 1
//! (some of the ASCII set: 2), none of them is drawn as an emoji anywhere.

use crate::config::{GlyphSet, terminal};

/// One set of signs.
#[derive(Debug, PartialEq, Eq)]
pub struct Glyphs {
    pub name: &'static str,
    pub select: &'static str,
    pub critical: &'static str,
    pub warning: &'static str,
    pub notice: &'static str,
    /// Looked at and fine.
    pub fine: &'static str,
    pub unknown: &'static str,
    /// No value.
    pub none: &'static str,
    pub crumb: &'static str,
    pub right: &'static str,
    pub left: &'static str,
    pub ascending: &'static str,
    pub descending: &'static str,
    pub folded: &'static str,
    pub unfolded: &'static str,
    /// End of a text that was cut.
    pub cut: &'static str,
    /// More is to come: `loading...`.
    pub dots: &'static str,
    /// Behind an age: newer data is on its way.
    pub running: &'static str,
    pub rule: &'static str,
    pub vertical: &'static str,
    pub corners: [&'static str; 4],
    /// One of several branches; the last one is a corner.
    pub tee: &'static str,
    /// From nothing to full.
    pub levels: [&'static str; 9],
    pub arrows: [&'static str; 4],
    /// Before how far off a number may be.
    pub within: &'static str,
    /// One to eight eighths of a cell, from the left.
    pub bars: [&'static str; 8],
}

pub const UNICODE: Glyphs = Glyphs {
    name: "unicode",
    select: "▌",
    critical: "■",
    warning: "▲",
    notice: "●",
    fine: "✓",
    unknown: "?",
    none: "–",
    crumb: "›",
    right: "→",
    left: "←",
    ascending: "▲",
    descending: "▼",
    folded: "▸",
    unfolded: "▾",
    cut: "…",
    dots: "…",
    running: "·",
    rule: "─",
    vertical: "│",
    corners: ["┌", "┐", "└", "┘"],
    tee: "├",
    levels: ["·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    arrows: ["↑", "↓", "←", "→"],
    within: "±",
    bars: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
};

/// What the font of a Linux console has.
pub const CP437: Glyphs = Glyphs {
    name: "cp437",
    notice: "•",
    fine: "√",
    none: "-",
    crumb: ">",
    folded: "►",
    unfolded: "▼",
    cut: ".",
    dots: "...",
    levels: ["·", ".", ".", "░", "░", "▒", "▒", "▓", "█"],
    bars: ["", "", "", "▌", "▌", "▌", "▌", "█"],
    ..UNICODE
};

pub const ASCII: Glyphs = Glyphs {
    name: "ascii",
    select: ">",
    critical: "C",
    warning: "W",
    notice: "n",
    fine: "ok",
    unknown: "?",
    none: "-",
    crumb: ">",
    right: "->",
    left: "<-",
    ascending: "^",
    descending: "v",
    folded: "+",
    unfolded: "-",
    cut: "..",
    dots: "...",
    running: ".",
    rule: "-",
    vertical: "|",
    corners: ["+", "+", "+", "+"],
    tee: "|",
    levels: [".", ".", ":", "-", "=", "+", "*", "#", "#"],
    arrows: ["Up", "Down", "Left", "Right"],
    within: "+-",
    bars: ["", "", "", "", "", "", "", "#"],
};

/// The set for a locale (the first of LC_ALL, LC_CTYPE, LANG that is set) and a TERM.
pub fn choose(locale: &str, term: &str) -> &'static Glyphs {
    match terminal::glyphs(locale, term) {
        GlyphSet::Ascii => &ASCII,
        GlyphSet::Cp437 => &CP437,
        GlyphSet::Unicode => &UNICODE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_by_locale_and_terminal() {
        let cases = [
            ("de_DE.UTF-8", "xterm-256color", "unicode"),
            ("C.utf8", "tmux", "unicode"),
            ("C", "xterm", "ascii"),
            ("", "xterm", "ascii"),
            ("en_US.UTF-8", "linux", "cp437"),
            ("en_US.UTF-8", "vt100", "ascii"),
            ("de_DE.ISO-8859-1", "linux", "ascii"),
        ];
        for (locale, term, name) in cases {
            assert_eq!(choose(locale, term).name, name, "{locale} {term}");
        }
    }

    #[test]
    fn one_column_each() {
        for set in [&UNICODE, &CP437] {
            let signs = [set.select, set.critical, set.warning, set.none, set.crumb, set.right, set.folded, set.cut];
            for sign in signs.iter().chain(&set.levels).chain(&set.arrows).chain(&set.corners) {
                assert_eq!(crate::text::width(sign), 1, "{sign}");
            }
        }
        assert!(ASCII.levels.iter().chain(&ASCII.arrows).all(|sign| sign.is_ascii()));
    }
}
