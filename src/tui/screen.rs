//! Two buffers and the bytes between them: a frame leaves as one piece, as short as it can be.
//!
//! Not ratatui's `Terminal`: that sends 25 bytes when nothing changed and asks for the cursor.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use std::io::Write;

/// A frame above this is wrapped in a synchronized update; a small one must not be (some terminal
/// multiplexers redraw everything at each end mark).
const SYNC_ABOVE: usize = 1024;

/// What the terminal shows, as far as we know.
#[derive(Debug)]
pub struct Screen {
    shown: Buffer,
    /// Everything is to be drawn again: the start, a resize, a return from suspension.
    fresh: bool,
    ascii: bool,
    sync: bool,
}

/// The looks that were sent last.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

const PLAIN: Pen = Pen { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

impl Screen {
    /// `ascii`: anything else is replaced by `?`, because its bytes would be control codes on a
    /// terminal without UTF-8. `sync`: the terminal may be told where a large frame begins and ends.
    pub fn new(ascii: bool, sync: bool) -> Self {
        Self { shown: Buffer::empty(Rect::ZERO), fresh: true, ascii, sync }
    }

    /// The next frame is drawn from nothing.
    pub fn forget(&mut self) {
        self.fresh = true;
    }

    /// The bytes that turn what is shown into `next`; empty when they are the same.
    pub fn frame(&mut self, next: Buffer) -> Vec<u8> {
        let mut out = Vec::with_capacity(4096);
        if self.fresh || self.shown.area != next.area {
            out.extend_from_slice(b"\x1b[m\x1b[2J");
            self.shown = Buffer::empty(next.area);
            self.fresh = false;
        }
        let head = out.len();
        Writer { out: &mut out, at: None, pen: PLAIN, ascii: self.ascii, next: &next }.changes(&self.shown);
        if out.len() == head && head == 0 {
            return out;
        }
        self.shown = next;
        if self.sync && out.len() > SYNC_ABOVE {
            let mut wrapped = b"\x1b[?2026h".to_vec();
            wrapped.append(&mut out);
            wrapped.extend_from_slice(b"\x1b[?2026l");
            return wrapped;
        }
        out
    }
}

/// A frame as lines, for a normal screen or a file: nothing moves the cursor, and nothing but text is in it
/// unless it is `styled`.
pub fn lines(frame: &Buffer, ascii: bool, styled: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(8192);
    let mut writer = Writer { out: &mut out, at: None, pen: PLAIN, ascii, next: frame };
    for y in 0..frame.area.height {
        let end = if styled { writer.blank_from(y) } else { writer.text_until(y) };
        let mut x = 0;
        while let Some(cell) = frame.cell((x, y)).filter(|_| x < end) {
            if styled {
                writer.wear(pen_of(cell));
            }
            writer.symbol(cell.symbol());
            x += crate::text::width(cell.symbol()).max(1) as u16;
        }
        writer.wear(PLAIN);
        writer.out.push(b'\n');
    }
    out
}

struct Writer<'a> {
    out: &'a mut Vec<u8>,
    /// Where the terminal's cursor is, when that is certain.
    at: Option<(u16, u16)>,
    pen: Pen,
    ascii: bool,
    next: &'a Buffer,
}

impl Writer<'_> {
    fn changes(&mut self, shown: &Buffer) {
        let mut row = None;
        let mut blank_from = u16::MAX;
        let mut erased = false;
        for (x, y, cell) in shown.diff(self.next) {
            if row != Some(y) {
                row = Some(y);
                blank_from = self.blank_from(y);
                erased = false;
            }
            if x >= blank_from {
                // The rest of the row is empty: one erase instead of many blanks.
                if !erased && self.next.area.width - x > 3 {
                    self.go(x, y);
                    self.wear(PLAIN);
                    self.out.extend_from_slice(b"\x1b[K");
                    erased = true;
                }
                if erased {
                    continue;
                }
            }
            self.go(x, y);
            self.put(x, y, cell);
        }
        self.wear(PLAIN);
    }

    /// The first column after which a row holds nothing but plain blanks.
    fn blank_from(&self, y: u16) -> u16 {
        let width = self.next.area.width;
        (0..width).rev().find(|&x| !self.next.cell((x, y)).is_some_and(is_blank)).map_or(0, |x| x + 1)
    }

    /// The first column after which a row holds nothing but blanks, whatever they look like.
    fn text_until(&self, y: u16) -> u16 {
        let blank = |x| self.next.cell((x, y)).is_none_or(|cell| cell.symbol() == " ");
        (0..self.next.area.width).rev().find(|&x| !blank(x)).map_or(0, |x| x + 1)
    }

    fn go(&mut self, x: u16, y: u16) {
        match self.at {
            Some(at) if at == (x, y) => return,
            Some((from, row)) if row == y && from < x && x - from <= 3 && self.can_repeat(from, x, y) => {
                for gap in from..x {
                    if let Some(cell) = self.next.cell((gap, y)) {
                        self.out.extend_from_slice(cell.symbol().as_bytes());
                    }
                }
            }
            Some((from, row)) if row == y && from < x => {
                let _ = write!(self.out, "\x1b[{}C", x - from);
            }
            Some((_, row)) if x == 0 && row + 1 == y => self.out.extend_from_slice(b"\r\n"),
            _ if x == 0 => {
                let _ = write!(self.out, "\x1b[{}H", y + 1);
            }
            _ => {
                let _ = write!(self.out, "\x1b[{};{}H", y + 1, x + 1);
            }
        }
        self.at = Some((x, y));
    }

    /// True when the cells of a short gap are plain characters in the looks that are on anyway.
    fn can_repeat(&self, from: u16, to: u16, y: u16) -> bool {
        (from..to)
            .all(|x| self.next.cell((x, y)).is_some_and(|cell| pen_of(cell) == self.pen && cell.symbol().is_ascii()))
    }

    fn put(&mut self, x: u16, y: u16, cell: &Cell) {
        self.wear(pen_of(cell));
        let symbol = cell.symbol();
        let width = self.symbol(symbol);
        // Terminals disagree on the width of what is not one narrow character: say the place again.
        let certain = width == 1 && symbol.chars().count() == 1 && x + 1 < self.next.area.width;
        self.at = certain.then_some((x + 1, y));
    }

    /// Writes what is in a cell; returns its columns.
    fn symbol(&mut self, symbol: &str) -> u16 {
        let width = crate::text::width(symbol).max(1) as u16;
        if self.ascii && symbol == "\u{b5}" {
            self.out.push(b'u');
        } else if self.ascii && !symbol.is_ascii() {
            self.out.extend(std::iter::repeat_n(b'?', width as usize));
        } else {
            self.out.extend_from_slice(symbol.as_bytes());
            // The buffer gives a half-width sound mark one column more than terminals do.
            let marks = symbol.chars().filter(|c| matches!(c, '\u{ff9e}' | '\u{ff9f}')).count();
            self.out.extend(std::iter::repeat_n(b' ', marks));
        }
        width
    }

    fn wear(&mut self, pen: Pen) {
        if pen == self.pen {
            return;
        }
        let added = pen.modifier - self.pen.modifier;
        let only_adds = self.pen.modifier - pen.modifier == Modifier::empty();
        let mut codes: Vec<u8> = Vec::new();
        if pen != PLAIN {
            let (was, modifiers) = if only_adds { (self.pen, added) } else { (PLAIN, pen.modifier) };
            if !only_adds {
                codes.push(0);
            }
            push_modifiers(&mut codes, modifiers);
            if pen.fg != was.fg {
                push_color(&mut codes, pen.fg, 30);
            }
            if pen.bg != was.bg {
                push_color(&mut codes, pen.bg, 40);
            }
        }
        let text: Vec<String> = codes.iter().map(u8::to_string).collect();
        let _ = write!(self.out, "\x1b[{}m", text.join(";"));
        self.pen = pen;
    }
}

fn pen_of(cell: &Cell) -> Pen {
    Pen { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
}

fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " " && pen_of(cell) == PLAIN
}

fn push_modifiers(codes: &mut Vec<u8>, modifier: Modifier) {
    let all = [(Modifier::BOLD, 1), (Modifier::DIM, 2), (Modifier::UNDERLINED, 4), (Modifier::REVERSED, 7)];
    codes.extend(all.iter().filter(|(bit, _)| modifier.contains(*bit)).map(|(_, code)| *code));
}

/// `base` is 30 for the foreground, 40 for the background.
fn push_color(codes: &mut Vec<u8>, color: Color, base: u8) {
    let plain = match color {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
        Color::Indexed(n) => return codes.extend([base + 8, 5, n]),
        Color::Rgb(r, g, b) => return codes.extend([base + 8, 2, r, g, b]),
        _ => 9,
    };
    codes.push(base + plain);
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Style;

    fn buffer(lines: &[&str]) -> Buffer {
        Buffer::with_lines(lines.iter().copied())
    }

    fn bytes(screen: &mut Screen, next: Buffer) -> String {
        String::from_utf8(screen.frame(next)).unwrap()
    }

    /// What a terminal shows after all frames.
    fn emulate(frames: &[Buffer]) -> Vec<String> {
        let area = frames.last().unwrap().area;
        let mut parser = vt100::Parser::new(area.height, area.width, 0);
        let mut screen = Screen::new(false, true);
        for frame in frames {
            parser.process(&screen.frame(frame.clone()));
        }
        parser.screen().rows(0, area.width).map(|row| format!("{row:<width$}", width = area.width as usize)).collect()
    }

    #[test]
    fn the_same_frame_costs_nothing() {
        let mut screen = Screen::new(false, true);
        assert!(!bytes(&mut screen, buffer(&["abc"])).is_empty());
        assert_eq!(bytes(&mut screen, buffer(&["abc"])), "");
    }

    #[test]
    fn a_mark_moves_for_a_few_bytes() {
        let mut screen = Screen::new(false, true);
        screen.frame(buffer(&["> one", "  two"]));
        assert_eq!(bytes(&mut screen, buffer(&["  one", "> two"])), "\x1b[1H \r\n>");
    }

    #[test]
    fn looks_are_left_plain() {
        let mut screen = Screen::new(false, true);
        let mut next = buffer(&["ab c"]);
        next.set_style(Rect::new(0, 0, 1, 1), Style::new().fg(Color::Red).add_modifier(Modifier::BOLD));
        next.set_style(Rect::new(1, 0, 1, 1), Style::new().add_modifier(Modifier::BOLD));
        assert_eq!(bytes(&mut screen, next), "\x1b[m\x1b[2J\x1b[1H\x1b[1;31ma\x1b[39mb\x1b[1C\x1b[mc");
    }

    #[test]
    fn the_end_of_a_row_is_erased() {
        let mut screen = Screen::new(false, true);
        screen.frame(buffer(&["a long line", "x"]));
        assert_eq!(bytes(&mut screen, buffer(&["a          ", "x          "])), "\x1b[1;3H\x1b[K");
    }

    #[test]
    fn only_large_frames_are_wrapped() {
        let large = "x".repeat(600);
        let mut screen = Screen::new(false, true);
        let text = bytes(&mut screen, buffer(&[large.as_str(), large.as_str()]));
        assert!(text.starts_with("\x1b[?2026h") && text.ends_with("\x1b[?2026l"));
        let mut never = Screen::new(false, false);
        assert!(!bytes(&mut never, buffer(&[large.as_str(), large.as_str()])).contains("2026"));
    }

    #[test]
    fn lines_hold_text_and_only_asked_for_looks() {
        let mut frame = buffer(&["a表 b   ", "        ", "c       "]);
        frame.set_style(Rect::new(0, 2, 8, 1), Style::new().add_modifier(Modifier::REVERSED));
        assert_eq!(String::from_utf8(lines(&frame, false, false)).unwrap(), "a表 b\n\nc\n");
        assert_eq!(String::from_utf8(lines(&frame, false, true)).unwrap(), "a表 b\n\n\x1b[7mc       \x1b[m\n");
        assert_eq!(String::from_utf8(lines(&frame, true, false)).unwrap(), "a?? b\n\nc\n");
    }

    #[test]
    fn nothing_but_ascii_where_asked() {
        let mut screen = Screen::new(true, true);
        let text = bytes(&mut screen, buffer(&["a…表b"]));
        assert!(text.is_ascii());
        assert!(text.ends_with("??b") || text.contains("a?"), "{text:?}");
    }

    #[test]
    fn nothing_old_stays_behind_a_sound_mark() {
        assert_eq!(emulate(&[buffer(&["123456"]), buffer(&["ﾊﾟx4  "])])[0].trim_end(), "ﾊﾟ x4");
    }

    #[test]
    fn a_terminal_shows_what_was_meant() {
        let frames = [
            buffer(&["表x y z   ", "second row", "last      "]),
            buffer(&["表表 y     ", "s c nd rxw", "     last!"]),
            buffer(&["a  表    ", "second row", "x        y"]),
            buffer(&["b       ", "second row", "xe\u{301}       y"]),
        ];
        for end in 1..=frames.len() {
            let rows = emulate(&frames[..end]);
            let meant: Vec<String> = (0..3)
                .map(|y| {
                    let mut skip = 0;
                    (0..frames[end - 1].area.width)
                        .filter_map(|x| {
                            let symbol = frames[end - 1].cell((x, y))?.symbol();
                            if skip > 0 {
                                skip -= 1;
                                return None;
                            }
                            skip = crate::text::width(symbol).max(1) - 1;
                            Some(symbol)
                        })
                        .collect::<String>()
                })
                .collect();
            let trim = |rows: &[String]| rows.iter().map(|row| row.trim_end().to_owned()).collect::<Vec<_>>();
            assert_eq!(trim(&rows), trim(&meant));
        }
    }
}
