//! The thread that reads the terminal. It is also the watch over the line: blocked in `poll`, it sees the
//! hang-up even where SIGHUP is ignored, and it never spins.

use super::keys::{Decoder, Typed};
use super::run::Signal;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::time::Duration;

/// A sequence that has begun (`ESC [`) is given this long: its rest cannot be anything else.
const REST: Duration = Duration::from_millis(500);
/// While keys are not for us they are left where they are, and looked at again after this.
const ASIDE: Duration = Duration::from_millis(20);

/// Reads until the terminal is gone. What is typed after the screen was left is the shell's: nothing is
/// read unless `ours`. `send` gets the keys; false ends the thread.
pub fn read(escape: Duration, ours: impl Fn() -> bool, mut send: impl FnMut(Result<Typed, Signal>) -> bool) {
    let mut decoder = Decoder::default();
    let mut bytes = [0u8; 4096];
    loop {
        let typed = match wait(decoder.patience(escape)) {
            Wait::Expired => decoder.expire(),
            Wait::Gone => break,
            Wait::Again => continue,
            Wait::Ready if !ours() => {
                std::thread::sleep(ASIDE);
                continue;
            }
            Wait::Ready => match rustix::io::read(rustix::stdio::stdin(), &mut bytes) {
                Ok(0) => break,
                Ok(n) => decoder.feed(bytes.get(..n).unwrap_or_default()),
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => continue,
                Err(_) => break,
            },
        };
        for one in typed {
            if !send(Ok(one)) {
                return;
            }
        }
    }
    send(Err(Signal::HangUp));
}

enum Wait {
    Ready,
    Expired,
    Again,
    Gone,
}

fn wait(patience: Option<Duration>) -> Wait {
    let stdin = rustix::stdio::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
    let patience = patience.and_then(|time| Timespec::try_from(time).ok());
    match poll(&mut fds, patience.as_ref()) {
        Ok(0) => Wait::Expired,
        Ok(_) => {
            let seen = fds[0].revents();
            if seen.contains(PollFlags::IN) {
                Wait::Ready
            } else if seen.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
                Wait::Gone
            } else {
                Wait::Again
            }
        }
        Err(rustix::io::Errno::INTR) => Wait::Again,
        Err(_) => Wait::Gone,
    }
}

impl Decoder {
    /// How long to wait for the rest; `None`: for ever.
    fn patience(&self, escape: Duration) -> Option<Duration> {
        if !self.waits() {
            return None;
        }
        Some(if self.has_begun() { REST } else { escape })
    }
}
