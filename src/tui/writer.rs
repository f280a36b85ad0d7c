//! The thread that writes: the loop never waits for a slow line.
//!
//! One frame is held, the newest: what it replaced was never written, and the bytes are the difference to
//! what was. So a line that is slow shows fewer frames, not old ones.

use super::screen::Screen;
use ratatui::buffer::Buffer;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A write that takes longer halves the frame rate.
const SLOW: Duration = Duration::from_millis(100);
/// Between two frames after the first slow write, and at most.
const FIRST_GAP: Duration = Duration::from_millis(200);
const LAST_GAP: Duration = Duration::from_secs(1);
/// A line that takes less in a second has to be spared, bytes.
const NARROW: f64 = 4096.0;

/// What the loop is to know.
#[derive(Debug, PartialEq, Eq)]
pub enum Told {
    /// Few bytes go through.
    Narrow,
    /// The terminal takes nothing any more.
    Gone,
}

#[derive(Default)]
struct Pending {
    frame: Option<Buffer>,
    forget: bool,
    /// What is no frame: a text for the clipboard.
    aside: Vec<u8>,
    ended: bool,
}

#[derive(Default)]
struct Shared {
    pending: Mutex<Pending>,
    more: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Pending)) {
        change(&mut self.lock());
        self.more.notify_one();
    }

    /// What is to be written, at `due` or later; `None` is the end.
    fn next(&self, due: Instant) -> Option<Pending> {
        let mut pending = self.lock();
        loop {
            if pending.ended {
                return None;
            }
            let early = due.saturating_duration_since(Instant::now());
            if pending.frame.is_none() && pending.aside.is_empty() {
                pending = self.more.wait(pending).unwrap_or_else(PoisonError::into_inner);
            } else if early.is_zero() {
                return Some(std::mem::take(&mut *pending));
            } else {
                pending = self.more.wait_timeout(pending, early).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }
}

/// The loop's end of it. Dropping it ends the thread after the write that runs.
pub struct Writer(Arc<Shared>);

impl Writer {
    /// `write` gets a whole frame at once; false when it was not written, because the terminal is not ours.
    pub fn start(
        screen: Screen,
        write: impl FnMut(&[u8]) -> io::Result<bool> + Send + 'static,
        tell: impl Fn(Told) + Send + 'static,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let writer = Self(shared.clone());
        let work = move || run(&shared, screen, write, tell);
        std::thread::Builder::new().name("dblens-frames".into()).spawn(work)?;
        Ok(writer)
    }

    /// The frame that is to be seen from now on.
    pub fn show(&self, frame: Buffer) {
        self.0.change(|pending| pending.frame = Some(frame));
    }

    /// The next frame is drawn from nothing.
    pub fn forget(&self) {
        self.0.change(|pending| pending.forget = true);
    }

    /// Bytes that change nothing on the screen.
    pub fn send(&self, bytes: &[u8]) {
        self.0.change(|pending| pending.aside.extend_from_slice(bytes));
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.change(|pending| pending.ended = true);
    }
}

fn run(shared: &Shared, mut screen: Screen, mut write: impl FnMut(&[u8]) -> io::Result<bool>, tell: impl Fn(Told)) {
    let mut pace = Pace::default();
    let mut due = Instant::now();
    while let Some(next) = shared.next(due) {
        if next.forget {
            screen.forget();
        }
        let mut bytes = next.frame.map(|frame| screen.frame(frame)).unwrap_or_default();
        bytes.extend_from_slice(&next.aside);
        if bytes.is_empty() {
            continue;
        }
        let begin = Instant::now();
        match write(&bytes) {
            Ok(true) => {}
            Ok(false) => screen.forget(),
            Err(_) => return tell(Told::Gone),
        }
        if pace.wrote(bytes.len(), begin.elapsed()) {
            tell(Told::Narrow);
        }
        due = Instant::now() + pace.gap;
    }
}

/// How soon after a frame the next one may come.
#[derive(Debug, Default)]
struct Pace {
    gap: Duration,
    narrow: bool,
}

impl Pace {
    /// Takes note of a write; true when the line proves narrow for the first time.
    fn wrote(&mut self, bytes: usize, took: Duration) -> bool {
        if took <= SLOW {
            self.gap /= 2;
            if self.gap < FIRST_GAP {
                self.gap = Duration::ZERO;
            }
            return false;
        }
        self.gap = (self.gap * 2).clamp(FIRST_GAP, LAST_GAP);
        let narrow = bytes as f64 / took.as_secs_f64() < NARROW;
        narrow && !std::mem::replace(&mut self.narrow, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Sender, channel};

    /// A terminal that takes one write for each permit, and what it got.
    fn slow() -> (Writer, Sender<()>, std::sync::mpsc::Receiver<Vec<u8>>) {
        let (permit, permits) = channel();
        let (written, got) = channel();
        let write = move |bytes: &[u8]| {
            written.send(bytes.to_vec()).unwrap();
            permits.recv().map(|()| true).map_err(|_| io::ErrorKind::BrokenPipe.into())
        };
        (Writer::start(Screen::new(false, false), write, |_| {}).unwrap(), permit, got)
    }

    #[test]
    fn frames_that_came_too_late_are_never_written() {
        let (writer, permit, got) = slow();
        let mut parser = vt100::Parser::new(1, 10, 0);
        writer.show(Buffer::with_lines(["one       "]));
        parser.process(&got.recv().unwrap());
        // The first is being written: of these only the last one is left when it is done.
        for text in ["two       ", "three     ", "four      "] {
            writer.show(Buffer::with_lines([text]));
        }
        permit.send(()).unwrap();
        let bytes = got.recv().unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("th"));
        parser.process(&bytes);
        assert_eq!(parser.screen().contents(), "four");
    }

    #[test]
    fn what_was_not_written_is_drawn_from_nothing() {
        let (written, got) = channel();
        let mut ours = false;
        let write = move |bytes: &[u8]| {
            written.send(bytes.to_vec()).unwrap();
            Ok(std::mem::replace(&mut ours, true))
        };
        let writer = Writer::start(Screen::new(false, false), write, |_| {}).unwrap();
        writer.show(Buffer::with_lines(["abc"]));
        assert!(!got.recv().unwrap().is_empty());
        writer.show(Buffer::with_lines(["abc"]));
        assert!(String::from_utf8_lossy(&got.recv().unwrap()).contains("abc"));
    }

    #[test]
    fn a_terminal_that_is_gone_is_told() {
        let (tell, told) = channel();
        let write = |_: &[u8]| Err(io::ErrorKind::BrokenPipe.into());
        let writer = Writer::start(Screen::new(false, false), write, move |one| tell.send(one).unwrap()).unwrap();
        writer.send(b"x");
        assert_eq!(told.recv(), Ok(Told::Gone));
    }

    #[test]
    fn the_pace_follows_the_line() {
        let mut pace = Pace::default();
        let mut gaps = Vec::new();
        for ms in [1, 150, 150, 150, 150, 5, 5, 5] {
            pace.wrote(100_000, Duration::from_millis(ms));
            gaps.push(pace.gap.as_millis());
        }
        assert_eq!(gaps, [0, 200, 400, 800, 1000, 500, 250, 0]);
        assert!(!pace.narrow);
        assert!(pace.wrote(300, Duration::from_millis(300)));
        assert!(!pace.wrote(300, Duration::from_millis(300)), "told once");
    }
}
