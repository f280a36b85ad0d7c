//! Bytes of a terminal → keys. Knows the halves of a split escape sequence; reads no clock.
//!
//! Over a slow line `ESC` and `[A` may come apart. A bare `ESC` is held until the caller says that the
//! waiting time is over ([`Decoder::expire`]); a sequence that has begun is never read as letters.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    Key(KeyEvent),
    Mouse(Mouse),
    Paste(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ground,
    Escape,
    /// After `ESC [`.
    Csi,
    /// After `ESC O`.
    Ss3,
    /// Inside a string that a terminal sends (OSC, DCS, APC, PM, SOS): swallowed.
    Text,
    /// Inside such a string, after `ESC`.
    TextEscape,
    Paste,
    /// Bytes of an old mouse report, or the second letter of a Linux function key: swallowed.
    Skip(u8),
}

/// What the mouse did and where: column and row from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    pub what: Click,
    pub column: u16,
    pub row: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Click {
    Left,
    WheelUp,
    WheelDown,
}

/// Turns bytes into keys, one chunk after the other.
#[derive(Debug)]
pub struct Decoder {
    state: State,
    /// Parameters of a sequence, the text of a paste, or a part of a UTF-8 character.
    held: Vec<u8>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self { state: State::Ground, held: Vec::new() }
    }
}

const PASTE_END: &[u8] = b"\x1b[201~";
/// A paste beyond this is cut: nothing here takes more.
const PASTE_MAX: usize = 64 * 1024;

impl Decoder {
    /// True while an `ESC` or the rest of a sequence is awaited.
    pub fn waits(&self) -> bool {
        matches!(self.state, State::Escape | State::Csi | State::Ss3)
    }

    /// True once more than the `ESC` of a sequence has come.
    pub fn has_begun(&self) -> bool {
        matches!(self.state, State::Csi | State::Ss3)
    }

    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Typed> {
        let mut out = Vec::new();
        for &byte in bytes {
            self.byte(byte, &mut out);
        }
        out
    }

    /// The waiting time is over: a bare `ESC` was the key; a broken sequence is dropped.
    pub fn expire(&mut self) -> Vec<Typed> {
        let state = std::mem::replace(&mut self.state, State::Ground);
        self.held.clear();
        match state {
            State::Escape => vec![plain(KeyCode::Esc)],
            _ => Vec::new(),
        }
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<Typed>) {
        match self.state {
            State::Ground => self.ground(byte, out),
            State::Escape => self.escape(byte, out),
            State::Csi => self.csi(byte, out),
            State::Ss3 => {
                self.state = State::Ground;
                out.extend(letter(byte, KeyModifiers::NONE));
            }
            State::Text => match byte {
                0x07 => self.state = State::Ground,
                0x1b => self.state = State::TextEscape,
                _ => {}
            },
            State::TextEscape => self.state = if byte == b'\\' { State::Ground } else { State::Text },
            State::Paste => self.paste(byte, out),
            State::Skip(left) => self.state = if left > 1 { State::Skip(left - 1) } else { State::Ground },
        }
    }

    fn ground(&mut self, byte: u8, out: &mut Vec<Typed>) {
        if !self.held.is_empty() || byte >= 0x80 {
            return self.utf8(byte, out);
        }
        match byte {
            0x1b => self.state = State::Escape,
            b'\r' | b'\n' => out.push(plain(KeyCode::Enter)),
            b'\t' => out.push(plain(KeyCode::Tab)),
            0x08 | 0x7f => out.push(plain(KeyCode::Backspace)),
            0x01..=0x1a => out.push(key(KeyCode::Char((byte + 0x60) as char), KeyModifiers::CONTROL)),
            0x20..=0x7e => out.push(plain(KeyCode::Char(byte as char))),
            _ => {}
        }
    }

    fn utf8(&mut self, byte: u8, out: &mut Vec<Typed>) {
        if byte < 0x80 {
            // A broken character: the new byte is a key of its own.
            self.held.clear();
            return self.ground(byte, out);
        }
        self.held.push(byte);
        match std::str::from_utf8(&self.held) {
            Ok(text) => {
                out.extend(text.chars().filter(|c| !c.is_control()).map(|c| plain(KeyCode::Char(c))));
                self.held.clear();
            }
            Err(error) if error.error_len().is_some() || self.held.len() >= 4 => self.held.clear(),
            Err(_) => {}
        }
    }

    fn escape(&mut self, byte: u8, out: &mut Vec<Typed>) {
        self.state = match byte {
            b'[' => State::Csi,
            b'O' => State::Ss3,
            b']' | b'P' | b'X' | b'^' | b'_' => State::Text,
            0x1b => {
                out.push(plain(KeyCode::Esc));
                State::Escape
            }
            _ => {
                // Two keys in a hurry, or Alt with a letter, which nothing here binds.
                self.state = State::Ground;
                out.push(plain(KeyCode::Esc));
                return self.ground(byte, out);
            }
        };
    }

    fn csi(&mut self, byte: u8, out: &mut Vec<Typed>) {
        match byte {
            0x20..=0x3f if self.held.len() < 32 => return self.held.push(byte),
            0x1b => {
                self.held.clear();
                self.state = State::Escape;
                return;
            }
            _ => {}
        }
        let held = std::mem::take(&mut self.held);
        self.state = match (byte, held.as_slice()) {
            (b'[', []) => State::Skip(1),
            (b'M', []) => State::Skip(3),
            (b'~', b"200") => State::Paste,
            _ => State::Ground,
        };
        if self.state == State::Ground {
            out.extend(sequence(byte, &held));
        }
    }

    fn paste(&mut self, byte: u8, out: &mut Vec<Typed>) {
        self.held.push(byte);
        if self.held.ends_with(PASTE_END) {
            let mut held = std::mem::take(&mut self.held);
            held.truncate(held.len() - PASTE_END.len());
            self.state = State::Ground;
            out.push(Typed::Paste(String::from_utf8_lossy(&held).into_owned()));
        } else if self.held.len() > PASTE_MAX + PASTE_END.len() {
            // Keep the tail: it may be the start of the end mark.
            self.held.drain(PASTE_MAX..PASTE_MAX + 1);
        }
    }
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Typed {
    Typed::Key(KeyEvent::new(code, modifiers))
}

fn plain(code: KeyCode) -> Typed {
    key(code, KeyModifiers::NONE)
}

/// A control sequence with its parameters, where it is a key.
fn sequence(last: u8, held: &[u8]) -> Option<Typed> {
    let text = std::str::from_utf8(held).ok()?;
    if let Some(report) = text.strip_prefix('<') {
        return if last == b'M' { mouse(report).map(Typed::Mouse) } else { None };
    }
    if text.starts_with(['<', '?', '>', '=']) {
        return None;
    }
    let mut numbers = text.split(';').map(|part| part.parse::<u8>().unwrap_or(0));
    let first = numbers.next().unwrap_or(0);
    let modifiers = numbers.next().map_or(KeyModifiers::NONE, modifiers);
    let code = match (last, first) {
        (b'~', 1 | 7) => KeyCode::Home,
        (b'~', 4 | 8) => KeyCode::End,
        (b'~', 3) => KeyCode::Delete,
        (b'~', 5) => KeyCode::PageUp,
        (b'~', 6) => KeyCode::PageDown,
        (b'Z', _) => KeyCode::BackTab,
        _ => return letter(last, modifiers),
    };
    Some(key(code, modifiers))
}

/// `button;column;row`: the left button goes down, or the wheel turns. Other buttons are the terminal's.
fn mouse(report: &str) -> Option<Mouse> {
    let mut numbers = report.split(';').map(str::parse::<u16>);
    let (button, column, row) = (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
    let what = match button {
        0 => Click::Left,
        64 => Click::WheelUp,
        65 => Click::WheelDown,
        _ => return None,
    };
    Some(Mouse { what, column: column.checked_sub(1)?, row: row.checked_sub(1)? })
}

fn letter(last: u8, modifiers: KeyModifiers) -> Option<Typed> {
    let code = match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        // The keypad's Enter in application mode.
        b'M' => KeyCode::Enter,
        _ => return None,
    };
    Some(key(code, modifiers))
}

/// xterm's `1 + bits`.
fn modifiers(n: u8) -> KeyModifiers {
    let bits = n.saturating_sub(1);
    let mut all = KeyModifiers::NONE;
    for (bit, modifier) in [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL)] {
        if bits & bit != 0 {
            all |= modifier;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys of several chunks, as text: `Up`, `Esc`, `a`, `^d`.
    fn read(chunks: &[&[u8]], expire: bool) -> String {
        let mut decoder = Decoder::default();
        let mut all: Vec<Typed> = chunks.iter().flat_map(|chunk| decoder.feed(chunk)).collect();
        if expire {
            all.extend(decoder.expire());
        }
        all.iter().map(name).collect::<Vec<_>>().join(" ")
    }

    fn name(typed: &Typed) -> String {
        match typed {
            Typed::Paste(text) => format!("paste({text})"),
            Typed::Mouse(mouse) => format!("{:?}({},{})", mouse.what, mouse.column, mouse.row),
            Typed::Key(key) => match key.code {
                KeyCode::Char(c) if key.modifiers.contains(KeyModifiers::CONTROL) => format!("^{c}"),
                KeyCode::Char(c) => c.to_string(),
                code => format!("{code:?}"),
            },
        }
    }

    #[test]
    fn keys_of_a_terminal() {
        let cases: [(&[u8], &str); 17] = [
            (b"\x1b[A", "Up"),
            (b"\x1bOA", "Up"),
            (b"\x1b[1;5B", "Down"),
            (b"\x1b[5~\x1b[6~\x1b[3~", "PageUp PageDown Delete"),
            (b"\x1b[1~\x1b[F", "Home End"),
            (b"\r\n", "Enter Enter"),
            (b"\x7f\x08\t\x1b[Z", "Backspace Backspace Tab BackTab"),
            (b"\x04\x03", "^d ^c"),
            ("ä表".as_bytes(), "ä 表"),
            (b"\x1b[200~a\nb\x1b[201~c", "paste(a\nb) c"),
            // Answers that were never asked for, mouse, focus, function keys: nothing.
            (b"\x1b[?62;4c\x1b]11;rgb:0000/0000/0000\x07\x1bP>|x\x1b\\q", "q"),
            (b"\x1b[I\x1b[Mabcq", "q"),
            // The mouse: where it was pressed, the wheel; not the release, not other buttons, not broken ones.
            (b"\x1b[<0;3;4M\x1b[<0;3;4mq", "Left(2,3) q"),
            (b"\x1b[<64;1;1M\x1b[<65;300;100M", "WheelUp(0,0) WheelDown(299,99)"),
            (b"\x1b[<2;3;4M\x1b[<0;0;4M\x1b[<0;3M\x1b[<;;Mq", "q"),
            (b"\x1b[[Aq", "q"),
            (b"\xffq", "q"),
        ];
        for (bytes, keys) in cases {
            assert_eq!(read(&[bytes], false), keys, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_split_sequence_is_one_key() {
        assert_eq!(read(&[b"\x1b", b"[A"], false), "Up");
        assert_eq!(read(&[b"\x1b", b"[", b"1;", b"5", b"A"], false), "Up");
        assert_eq!(read(&[b"\x1b", b"O", b"B"], false), "Down");
        assert_eq!(read(&["ä".as_bytes().get(..1).unwrap(), "ä".as_bytes().get(1..).unwrap()], false), "ä");
    }

    #[test]
    fn a_bare_escape_waits_for_its_time() {
        assert_eq!(read(&[b"\x1b"], false), "");
        assert_eq!(read(&[b"\x1b"], true), "Esc");
        assert_eq!(read(&[b"\x1b\x1b"], true), "Esc Esc");
        assert_eq!(read(&[b"\x1b\x1b[A"], true), "Esc Up");
        assert_eq!(read(&[b"\x1bj"], true), "Esc j");
        // Cut off in the middle: never letters.
        assert_eq!(read(&[b"\x1b["], true), "");
    }

    #[test]
    fn a_huge_paste_is_cut() {
        let mut bytes = b"\x1b[200~".to_vec();
        bytes.extend(std::iter::repeat_n(b'x', 200_000));
        bytes.extend(b"\x1b[201~q");
        let typed = Decoder::default().feed(&bytes);
        let Some(Typed::Paste(text)) = typed.first() else { panic!("no paste") };
        assert!(text.len() <= PASTE_MAX + PASTE_END.len());
        assert_eq!(typed.len(), 2);
    }
}
