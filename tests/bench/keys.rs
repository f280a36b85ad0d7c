//! Keys, and what they cause.

use super::process;
use super::terminal::{Terminal, millis};
use std::time::{Duration, Instant};

pub const DOWN: &str = "\x1b[B";
const UP: &str = "\x1b[A";
const PAGE_DOWN: &str = "\x1b[6~";
const PAGE_UP: &str = "\x1b[5~";
const HOME: &str = "\x1b[H";
/// Ctrl-P.
const GO_TO: &str = "\x10";
const ESCAPE: &str = "\x1b";
const BACKSPACE: &str = "\x7f";

/// A key without effect is let pass after this.
const NO_EFFECT: Duration = Duration::from_millis(400);
/// Longer than the detail lets the cursor rest.
const QUIET: Duration = Duration::from_millis(200);
/// Shorter than that: a pause of this length divides the cursor's frames from the detail's.
const PAUSE: Duration = Duration::from_millis(50);
/// What belongs to the first frame after a key arrives within this.
const FRAME: Duration = Duration::from_millis(10);
const REPEAT: Duration = Duration::from_millis(33);

#[derive(Default)]
pub struct Walk {
    /// Key to changed screen, ms.
    pub latency: Vec<f64>,
    /// Bytes of the frame that the key caused.
    pub frame: Vec<f64>,
    /// Bytes until the screen rests.
    pub all: Vec<f64>,
}

/// The walks: single steps, pages, letters of the filter, letters of the search for names.
pub struct Walks {
    pub steps: Walk,
    pub pages: Walk,
    pub letters: Walk,
    pub names: Walk,
}

pub fn walks(terminal: &mut Terminal, first: &str) -> Result<Walks, String> {
    let steps = walk(terminal, [DOWN, UP], 30)?;
    home(terminal)?;
    let pages = walk(terminal, [PAGE_DOWN, PAGE_UP], 20)?;
    home(terminal)?;
    let filter = letters(terminal, "/", first)?;
    home(terminal)?;
    let names = letters(terminal, GO_TO, first)?;
    Ok(Walks { steps, pages, letters: filter, names })
}

fn home(terminal: &mut Terminal) -> Result<(), String> {
    terminal.send(HOME)?;
    terminal.quiet(QUIET, Duration::from_secs(5)).map(drop)
}

/// The first key over and over; the second at the end of the list.
fn walk(terminal: &mut Terminal, keys: [&str; 2], count: usize) -> Result<Walk, String> {
    let (mut walk, mut way) = (Walk::default(), 0);
    for _ in 0..count {
        if !press(terminal, keys[way % 2], &mut walk)? {
            way += 1;
        }
    }
    Ok(walk)
}

/// The first letters of a name, and back, twice.
fn letters(terminal: &mut Terminal, open: &str, name: &str) -> Result<Walk, String> {
    let mut walk = Walk::default();
    let letters: Vec<String> = name.chars().filter(char::is_ascii_graphic).take(7).map(String::from).collect();
    terminal.send(open)?;
    terminal.quiet(QUIET, Duration::from_secs(5))?;
    for _ in 0..2 {
        for letter in &letters {
            press(terminal, letter, &mut walk)?;
        }
        for _ in &letters {
            press(terminal, BACKSPACE, &mut walk)?;
        }
    }
    terminal.send(ESCAPE)?;
    terminal.quiet(QUIET, Duration::from_secs(5))?;
    Ok(walk)
}

/// One key; false when it changed nothing.
fn press(terminal: &mut Terminal, key: &str, walk: &mut Walk) -> Result<bool, String> {
    let sent = terminal.send(key)?;
    let (mut changed, mut frame, mut all) = (None, 0, 0);
    let mut wait = NO_EFFECT;
    while let Some(step) = terminal.step(wait)? {
        all += step.bytes;
        if step.changed && changed.is_none() {
            changed = Some(step.at);
        }
        if changed.is_none_or(|at: Instant| step.at <= at + FRAME) {
            frame += step.bytes;
        }
        wait = if changed.is_some() { QUIET } else { (sent + NO_EFFECT).saturating_duration_since(Instant::now()) };
        if sent.elapsed() > Duration::from_secs(10) {
            return Err("the screen does not rest after a key".into());
        }
    }
    let Some(at) = changed else { return Ok(false) };
    walk.latency.push(millis(at.saturating_duration_since(sent)));
    walk.frame.push(frame as f64);
    walk.all.push(all as f64);
    Ok(true)
}

/// Two seconds of a held key, 30 a second; how long the screen goes on after the last one, ms.
pub fn repeat(terminal: &mut Terminal) -> Result<f64, String> {
    terminal.quiet(QUIET, Duration::from_secs(5))?;
    let (start, mut sent, mut last) = (Instant::now(), Instant::now(), None);
    for n in 0..60u32 {
        // There and back again, so that a short list has no end.
        sent = terminal.send(if n / 25 % 2 == 0 { DOWN } else { UP })?;
        while let Some(step) = terminal.step((start + REPEAT * (n + 1)).saturating_duration_since(Instant::now()))? {
            if step.changed {
                last = Some(step.at);
            }
        }
    }
    while let Some(step) = terminal.step(PAUSE)? {
        if step.changed && last.is_none_or(|at| step.at <= at + PAUSE) {
            last = Some(step.at);
        }
    }
    terminal.quiet(QUIET, Duration::from_secs(5))?;
    let last = last.ok_or("sixty keys changed nothing")?;
    Ok(millis(last.saturating_duration_since(sent)))
}

/// A time in which nobody touches anything.
pub struct Idle {
    /// To the terminal, bytes/s.
    pub bytes: f64,
    /// Of one core, percent.
    pub cpu: Option<f64>,
}

pub fn idle(terminal: &mut Terminal, time: Duration) -> Result<Idle, String> {
    terminal.quiet(Duration::from_millis(500), Duration::from_secs(5))?;
    let (start, before) = (Instant::now(), process::cpu(terminal.pid()));
    let mut bytes = 0;
    while start.elapsed() < time {
        let step = terminal.step(time.saturating_sub(start.elapsed()))?;
        bytes += step.map_or(0, |step| step.bytes);
    }
    let seconds = start.elapsed().as_secs_f64();
    let used = process::cpu(terminal.pid()).zip(before).map(|(after, before)| after.saturating_sub(before));
    Ok(Idle { bytes: bytes as f64 / seconds, cpu: used.map(|used| used.as_secs_f64() / seconds * 100.0) })
}
