//! The terminal itself: raw mode, the alternate screen, one write per frame, and giving it all back.
//!
//! Nothing is ever asked of the terminal: an answer that comes late reads as typed keys.

use super::guardian::{Guardian, set_from_anywhere};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

/// Alternate screen, cursor hidden, bracketed paste, empty.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[2J";
/// Clicks and the wheel, told as `ESC [ < … M`.
pub const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
pub const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";
/// Ends a synchronized update too: a frame may have been cut in the middle.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[m\x1b[?25h\x1b[?1049l";

/// The same where a frame or a copied text may have been cut in the middle of a sequence.
pub const LEAVE_IN_THE_MIDDLE: &[u8] = b"\x18\x1b[?2026l\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[m\x1b[?25h\x1b[?1049l";
/// A write that hangs is waited for so long before the terminal is given back.
const HANGING: Duration = Duration::from_millis(500);

/// The terminal on standard input and output, and how it was found.
#[derive(Debug)]
pub struct Tty {
    found: Termios,
    guardian: Guardian,
    /// True while it is ours. Held during each write: nothing is written after it was given back.
    entered: Mutex<bool>,
    /// The same for the thread that reads, which must not wait for a write.
    ours: AtomicBool,
}

impl Tty {
    /// `found` are the settings to give back.
    pub fn new(found: Termios, guardian: Guardian) -> Self {
        Self { found, guardian, entered: Mutex::new(false), ours: AtomicBool::new(false) }
    }

    /// How the terminal is now.
    pub fn settings() -> io::Result<Termios> {
        Ok(tcgetattr(rustix::stdio::stdin())?)
    }

    /// Raw mode and the alternate screen, empty. False when it is ours already.
    pub fn enter(&self) -> io::Result<bool> {
        let mut entered = self.lock();
        if *entered && is_raw() {
            return Ok(false);
        }
        let mut raw = self.found.clone();
        raw.make_raw();
        self.guardian.entered();
        tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &raw)?;
        *entered = true;
        self.ours.store(true, Ordering::SeqCst);
        write_all(ENTER)?;
        Ok(true)
    }

    /// Writes while the terminal is ours; false when it is not.
    pub fn write(&self, bytes: &[u8]) -> io::Result<bool> {
        let entered = self.lock();
        if *entered {
            write_all(bytes)?;
        }
        Ok(*entered)
    }

    /// False once what is typed is for somebody else.
    pub fn is_ours(&self) -> bool {
        self.ours.load(Ordering::SeqCst)
    }

    /// Gives the terminal back; does nothing the second time. Errors are ignored: the terminal may be gone.
    pub fn leave(&self) {
        self.ours.store(false, Ordering::SeqCst);
        let Some(mut entered) = self.lock_within(HANGING) else { return self.cook() };
        if std::mem::take(&mut *entered) {
            let _ = write_all(LEAVE);
            self.cook();
            self.guardian.left();
        }
    }

    /// Only the line settings, which never block: for the last way out, when a write might hang.
    pub fn cook(&self) {
        // A shell that has the terminal again may have made its own settings.
        if !self.guardian.is_gone() || is_raw() {
            let _ = set_from_anywhere(&self.found);
        }
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.entered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_within(&self, limit: Duration) -> Option<MutexGuard<'_, bool>> {
        let end = Instant::now() + limit;
        loop {
            match self.entered.try_lock() {
                Ok(guard) => return Some(guard),
                Err(TryLockError::Poisoned(error)) => return Some(error.into_inner()),
                Err(TryLockError::WouldBlock) if Instant::now() >= end => return None,
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
            }
        }
    }

    /// Columns and rows; 80 x 24 where the terminal does not say.
    pub fn size() -> (u16, u16) {
        match tcgetwinsize(rustix::stdio::stdout()) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col, size.ws_row),
            _ => (80, 24),
        }
    }
}

/// Neither a shell nor anything else that asks for lines leaves keys without their signals.
fn is_raw() -> bool {
    Tty::settings().is_ok_and(|now| !now.local_modes.intersects(LocalModes::ICANON | LocalModes::ISIG))
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
