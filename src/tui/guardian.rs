//! A small parent that gives the terminal back after any death of the screen, SIGKILL and out of memory too.
//!
//! ```text
//! shell ── guardian (this process, blocked in sigwait) ── screen (its child, same process group)
//!              ▲                                            │
//!              └──────── a pipe: '1' entered, '0' left ─────┘
//! ```
//!
//! The child has the terminal, the threads and the sessions. The parent passes signals on, stops when the
//! child stops, so that the shell sees a stopped job, and ends with the child's exit code. Should the
//! parent be killed, the child ends in order. Without a second process the screen works as well.

use super::tty;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, getpgrp, getpid, getppid, kill_process, waitpid};
use rustix::stdio::{stdin, stdout};
use rustix::termios::{OptionalActions, Termios, tcgetpgrp, tcsetattr};
use std::io;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::time::Duration;

/// What the parent waits for. They stay blocked in it: nothing interrupts what it does.
const WAITED: [i32; 9] = [
    libc::SIGCHLD,
    libc::SIGTERM,
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGALRM,
    libc::SIGTSTP,
    libc::SIGCONT,
    // So that the terminal can be given back from the background.
    libc::SIGTTOU,
];
/// A child that was told to end is killed after this: it ends itself within two seconds.
const PATIENCE: u32 = 4;
/// A terminal that takes nothing gets no bytes.
const WRITABLE: Duration = Duration::from_millis(500);

const ENTERED: u8 = b'1';
const LEFT: u8 = b'0';

/// Which of the two processes this is.
#[derive(Debug)]
pub enum Side {
    /// The screen is to run here.
    Screen(Guardian),
    /// The screen has ended in the other process.
    Ended(Ended),
}

/// How the screen's process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code; 128 + n after signal n.
    pub code: i32,
    /// The signal that killed it, unless that was one which asks to end.
    pub killed: Option<i32>,
}

/// The screen's side of the pair.
#[derive(Clone, Debug, Default)]
pub struct Guardian(Option<Link>);

#[derive(Clone, Debug)]
struct Link {
    marks: Arc<OwnedFd>,
    parent: Pid,
}

impl Guardian {
    /// The terminal is about to be changed.
    pub fn entered(&self) {
        self.mark(ENTERED);
    }

    /// The terminal is as it was.
    pub fn left(&self) {
        self.mark(LEFT);
    }

    fn mark(&self, mark: u8) {
        if let Some(link) = &self.0 {
            // A parent that is gone needs no mark.
            let _ = rustix::io::write(&link.marks, &[mark]);
        }
    }

    /// True when there was a parent and it was killed: a shell has the terminal again.
    pub fn is_gone(&self) -> bool {
        self.0.as_ref().is_some_and(|link| getppid() != Some(link.parent))
    }
}

/// Splits this process in two: the screen goes on in the child, the parent returns when it has ended.
/// `found` are the settings to give back. Where there are threads already, or no second process is to be
/// had, the screen runs without a guardian.
pub fn split(found: &Termios) -> Side {
    let alone = Side::Screen(Guardian::default());
    if !is_single_threaded() {
        return alone;
    }
    let Ok((read, write)) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK) else { return alone };
    let parent = getpid();
    let blocked = Blocked::new(&WAITED);
    reap_children();
    // SAFETY: there is one thread, so no lock is held by a thread that the child does not have.
    match unsafe { libc::fork() } {
        -1 => alone,
        0 => {
            drop((read, blocked));
            end_with(parent);
            Side::Screen(Guardian(Some(Link { marks: Arc::new(write), parent })))
        }
        child => {
            drop(write);
            let Some(child) = Pid::from_raw(child) else { return alone };
            Side::Ended(Watch { child, marks: read, found, entered: false }.until_the_end())
        }
    }
}

/// Elsewhere than on Linux the caller's word must do: `main` forks before it starts any thread.
fn is_single_threaded() -> bool {
    std::fs::read_dir("/proc/self/task").map_or(true, |tasks| tasks.count() == 1)
}

/// The screen ends in order when its guardian is killed.
fn end_with(parent: Pid) {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(Signal::TERM));
    if getppid() != Some(parent) {
        let _ = kill_process(getpid(), Signal::TERM);
    }
}

struct Watch<'a> {
    child: Pid,
    marks: OwnedFd,
    found: &'a Termios,
    entered: bool,
}

impl Watch<'_> {
    fn until_the_end(mut self) -> Ended {
        loop {
            let signal = next_signal();
            match signal {
                libc::SIGCHLD => {
                    if let Some(ended) = self.look() {
                        return ended;
                    }
                }
                libc::SIGTTOU => {}
                libc::SIGALRM => self.pass(libc::SIGKILL),
                libc::SIGTSTP | libc::SIGCONT => self.pass(signal),
                signal => {
                    self.pass(signal);
                    alarm(PATIENCE);
                }
            }
        }
    }

    fn pass(&self, signal: i32) {
        if let Some(signal) = Signal::from_named_raw(signal) {
            let _ = kill_process(self.child, signal);
        }
    }

    /// What became of the child: `None` while it lives.
    fn look(&mut self) -> Option<Ended> {
        while let Ok(Some((_, status))) = waitpid(Some(self.child), WaitOptions::NOHANG | WaitOptions::UNTRACED) {
            if !status.stopped() {
                self.give_back();
                return Some(ended(status));
            }
            // Stopped by itself it has left the terminal; by somebody else it could not.
            self.give_back();
            let _ = kill_process(getpid(), Signal::STOP);
        }
        None
    }

    /// The terminal as it was found, unless the child has seen to that.
    fn give_back(&mut self) {
        let mut marks = [0u8; 64];
        while let Ok(n @ 1..) = rustix::io::read(&self.marks, &mut marks) {
            self.entered = marks.get(n - 1) == Some(&ENTERED);
        }
        // With another job in the foreground it is that one's.
        if !self.entered || tcgetpgrp(stdin()).is_ok_and(|group| group != getpgrp()) {
            return;
        }
        if is_writable() {
            let _ = tty::write_all(tty::LEAVE_IN_THE_MIDDLE);
        }
        let _ = tcsetattr(stdin(), OptionalActions::Now, self.found);
        self.entered = false;
    }
}

fn ended(status: WaitStatus) -> Ended {
    const ASKING: [i32; 4] = [libc::SIGTERM, libc::SIGHUP, libc::SIGINT, libc::SIGQUIT];
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Ended { code, killed: None },
        (None, signal) => {
            let number = signal.unwrap_or_default();
            Ended { code: 128 + number, killed: signal.filter(|number| !ASKING.contains(number)) }
        }
    }
}

fn is_writable() -> bool {
    let out = stdout();
    let mut fds = [PollFd::new(&out, PollFlags::OUT)];
    let limit = Timespec::try_from(WRITABLE).ok();
    matches!(poll(&mut fds, limit.as_ref()), Ok(1..)) && fds[0].revents().contains(PollFlags::OUT)
}

/// Signals that are held back in this thread, until dropped.
pub struct Blocked(libc::sigset_t);

impl Blocked {
    pub fn new(signals: &[i32]) -> Self {
        let mut before = MaybeUninit::uninit();
        let set = set_of(signals);
        // SAFETY: both point to whole sets; the call fills the second and fails only for an unknown `how`.
        unsafe {
            libc::pthread_sigmask(libc::SIG_BLOCK, &set, before.as_mut_ptr());
            Self(before.assume_init())
        }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: the set is the one that the system gave.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.0, std::ptr::null_mut()) };
    }
}

fn set_of(signals: &[i32]) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: `sigemptyset` fills the set; the others add numbers to it.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in signals {
            libc::sigaddset(set.as_mut_ptr(), *signal);
        }
        set.assume_init()
    }
}

/// Sleeps until one of [`WAITED`] comes; they are blocked.
fn next_signal() -> i32 {
    let set = set_of(&WAITED);
    let mut signal = 0;
    // SAFETY: both point to live values.
    while unsafe { libc::sigwait(&set, &mut signal) } != 0 {}
    signal
}

fn alarm(seconds: u32) {
    // SAFETY: changes nothing in memory; SIGALRM is waited for.
    unsafe { libc::alarm(seconds) };
}

/// Some launchers let children vanish unseen.
fn reap_children() {
    // SAFETY: the default is no function of ours.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_DFL) };
}

/// The settings of the line, from the background too.
pub fn set_from_anywhere(settings: &Termios) -> io::Result<()> {
    let _blocked = Blocked::new(&[libc::SIGTTOU]);
    Ok(tcsetattr(stdin(), OptionalActions::Now, settings)?)
}
