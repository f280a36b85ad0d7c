//! How many colours a terminal has, by its own word in the environment, and what becomes of a colour that
//! it has not.

use ratatui::style::Color;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    None,
    /// The sixteen of the terminal's own palette.
    #[default]
    Ansi,
    /// 256.
    Indexed,
    True,
}

impl Depth {
    /// From `TERM` and `COLORTERM`. When nothing is said, the sixteen that every terminal has.
    pub fn of(term: &str, colorterm: &str) -> Self {
        const MANY: [&str; 6] = ["256color", "kitty", "alacritty", "foot", "ghostty", "wezterm"];
        if term.starts_with("vt") || term.ends_with("-m") || term.ends_with("-mono") || term == "dumb" {
            return Self::None;
        }
        if term == "linux" {
            return Self::Ansi;
        }
        if matches!(colorterm, "truecolor" | "24bit") || term.ends_with("-direct") {
            return Self::True;
        }
        if MANY.iter().any(|word| term.contains(word)) { Self::Indexed } else { Self::Ansi }
    }

    /// The colour that comes nearest; nothing is the terminal's own.
    pub(super) fn nearest(self, color: Color) -> Option<Color> {
        match (self, color) {
            (Self::None, _) => None,
            (Self::True, color) => Some(color),
            (Self::Indexed, Color::Rgb(r, g, b)) => Some(Color::Indexed(index(r, g, b))),
            (Self::Indexed, color) => Some(color),
            (Self::Ansi, Color::Rgb(r, g, b)) => ansi(r, g, b),
            (Self::Ansi, Color::Indexed(n)) => match rgb(n) {
                Some((r, g, b)) => ansi(r, g, b),
                None => PALETTE.get(n as usize).copied(),
            },
            (Self::Ansi, color) => Some(color),
        }
    }
}

/// The terminal's own sixteen.
const PALETTE: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

/// The steps of each part in the cube of 6 x 6 x 6.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// What stands behind a number from 16 on; those below are the terminal's own.
fn rgb(n: u8) -> Option<(u8, u8, u8)> {
    let step = |n: u8| STEPS.get(n as usize % 6).copied().unwrap_or(255);
    match n {
        0..16 => None,
        16..232 => Some((step((n - 16) / 36), step((n - 16) / 6 % 6), step((n - 16) % 6))),
        232.. => {
            let grey = 8 + (n - 232) * 10;
            Some((grey, grey, grey))
        }
    }
}

fn index(r: u8, g: u8, b: u8) -> u8 {
    let distance = |n: u8| {
        let (x, y, z) = rgb(n).unwrap_or_default();
        let square = |a: u8, b: u8| (i32::from(a) - i32::from(b)).pow(2);
        square(x, r) + square(y, g) + square(z, b)
    };
    (16..=255).min_by_key(|n| distance(*n)).unwrap_or(7)
}

/// By hue alone, because the palette is the person's own. Greys are the terminal's own colour, and there is
/// no blue: ANSI 4 can not be read on black.
fn ansi(r: u8, g: u8, b: u8) -> Option<Color> {
    let (r, g, b) = (i32::from(r), i32::from(g), i32::from(b));
    let (high, low) = (r.max(g).max(b), r.min(g).min(b));
    let spread = high - low;
    if spread * 4 < high || high < 32 {
        return None;
    }
    let hue = match high {
        _ if high == r => 60 * (g - b) / spread,
        _ if high == g => 120 + 60 * (b - r) / spread,
        _ => 240 + 60 * (r - g) / spread,
    };
    Some(match hue.rem_euclid(360) {
        0..20 | 340.. => Color::Red,
        20..75 => Color::Yellow,
        75..160 => Color::Green,
        160..270 => Color::Cyan,
        _ => Color::Magenta,
    })
}
