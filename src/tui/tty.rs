//! The terminal itself: raw mode, the alternate screen, one write per frame, and giving it all back.
//!
//! Nothing is ever asked of the terminal: an answer that comes late reads as typed keys.

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// Alternate screen, cursor hidden, bracketed paste, empty.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[2J";
/// Ends a synchronized update too: a frame may have been cut in the middle.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[?2004l\x1b[m\x1b[?25h\x1b[?1049l";

/// The terminal on standard input and output, and how it was found.
#[derive(Debug)]
pub struct Tty {
    found: Termios,
    entered: AtomicBool,
}

impl Tty {
    pub fn open() -> io::Result<Self> {
        Ok(Self { found: tcgetattr(rustix::stdio::stdin())?, entered: AtomicBool::new(false) })
    }

    pub fn enter(&self) -> io::Result<()> {
        let mut raw = self.found.clone();
        raw.make_raw();
        tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &raw)?;
        self.entered.store(true, Ordering::SeqCst);
        write_all(ENTER)
    }

    /// Gives the terminal back; does nothing the second time. Errors are ignored: the terminal may be gone.
    pub fn leave(&self) {
        if self.entered.swap(false, Ordering::SeqCst) {
            let _ = write_all(LEAVE);
            self.cook();
        }
    }

    /// Only the line settings, which never block: for the last way out, when a write might hang.
    pub fn cook(&self) {
        let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &self.found);
    }

    /// Columns and rows; 80 x 24 where the terminal does not say.
    pub fn size() -> (u16, u16) {
        match tcgetwinsize(rustix::stdio::stdout()) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col, size.ws_row),
            _ => (80, 24),
        }
    }
}

/// Writes past `std`'s line buffer: one frame is one write.
pub fn write_all(mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(rustix::stdio::stdout(), bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(n) => bytes = bytes.get(n..).unwrap_or_default(),
            Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::AGAIN) => wait_writable()?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn wait_writable() -> io::Result<()> {
    let out = rustix::stdio::stdout();
    let mut fds = [rustix::event::PollFd::new(&out, rustix::event::PollFlags::OUT)];
    match rustix::event::poll(&mut fds, None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
