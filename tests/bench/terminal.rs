//! The program in a pseudo-terminal. A thread of its own stamps each piece of output when it arrives, so
//! that what this program does with it costs the measured one nothing.

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

pub const COLUMNS: u16 = 120;
pub const ROWS: u16 = 40;

/// A piece of output.
struct Chunk {
    at: Instant,
    bytes: Vec<u8>,
}

/// What a piece of output did.
pub struct Step {
    pub at: Instant,
    pub bytes: usize,
    /// The screen below its first row, which tells ages, looks different.
    pub changed: bool,
}

pub struct Terminal {
    pub started: Instant,
    child: Box<dyn Child + Send + Sync>,
    input: Box<dyn Write + Send>,
    output: Receiver<Chunk>,
    parser: vt100::Parser,
    body: Vec<Vec<u8>>,
    _master: Box<dyn MasterPty + Send>,
    _home: tempfile::TempDir,
}

impl Terminal {
    pub fn start(words: &[&str]) -> Result<Self, String> {
        let home = tempfile::tempdir().map_err(text)?;
        let size = PtySize { rows: ROWS, cols: COLUMNS, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).map_err(text)?;
        // A server's screen begins with Health; what is measured is the tree.
        let folder = home.path().join(".config/dblens");
        std::fs::create_dir_all(&folder).map_err(text)?;
        std::fs::write(folder.join("config.toml"), "start_view = \"schema\"\n").map_err(text)?;
        let mut command = CommandBuilder::new(words[0]);
        command.args(&words[1..]);
        command.env_clear();
        command.env("HOME", home.path());
        command.env("USER", "bench");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        let mut reader = pair.master.try_clone_reader().map_err(text)?;
        let input = pair.master.take_writer().map_err(text)?;
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0u8; 65536];
            while let Ok(n) = reader.read(&mut bytes) {
                let at = Instant::now();
                if n == 0 || sender.send(Chunk { at, bytes: bytes[..n].to_vec() }).is_err() {
                    break;
                }
            }
        });
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).map_err(text)?;
        drop(pair.slave);
        let parser = vt100::Parser::new(ROWS, COLUMNS, 0);
        let body = body_of(parser.screen());
        Ok(Self { started, child, input, output, parser, body, _master: pair.master, _home: home })
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap_or(0)
    }

    pub fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    /// Since the spawn, in milliseconds.
    pub fn ms(&self, at: Instant) -> f64 {
        millis(at.saturating_duration_since(self.started))
    }

    /// The next piece of output, or nothing within `patience`.
    pub fn step(&mut self, patience: Duration) -> Result<Option<Step>, String> {
        match self.output.recv_timeout(patience) {
            Ok(chunk) => {
                self.parser.process(&chunk.bytes);
                let body = body_of(self.parser.screen());
                let changed = body != self.body;
                self.body = body;
                Ok(Some(Step { at: chunk.at, bytes: chunk.bytes.len(), changed }))
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(format!("it ended; the screen was\n{}", self.screen())),
        }
    }

    /// When the screen was as wanted; `limit` counts from now.
    pub fn wait(&mut self, what: &str, limit: Duration, wanted: impl Fn(&str) -> bool) -> Result<Instant, String> {
        let end = Instant::now() + limit;
        loop {
            let step = self.step(end.saturating_duration_since(Instant::now()))?;
            let Some(step) = step else {
                return Err(format!("waited {limit:?} for {what}; the screen is\n{}", self.screen()));
            };
            if wanted(&self.screen()) {
                return Ok(step.at);
            }
        }
    }

    /// Waits until the screen has not changed for `gap`; the last change, if there was one.
    pub fn quiet(&mut self, gap: Duration, limit: Duration) -> Result<Option<Instant>, String> {
        let (start, mut last) = (Instant::now(), None);
        loop {
            let since = last.unwrap_or(start) + gap;
            let patience = since.min(start + limit).saturating_duration_since(Instant::now());
            match self.step(patience)? {
                Some(step) if step.changed => last = Some(step.at),
                Some(_) if start.elapsed() < limit => {}
                _ => return Ok(last),
            }
        }
    }

    pub fn send(&mut self, keys: &str) -> Result<Instant, String> {
        let at = Instant::now();
        self.input.write_all(keys.as_bytes()).and_then(|()| self.input.flush()).map_err(text)?;
        Ok(at)
    }

    /// Ends it as a person would.
    pub fn quit(mut self) -> Result<(), String> {
        self.send("q")?;
        let end = Instant::now() + Duration::from_secs(3);
        while Instant::now() < end {
            if let Ok(Some(_)) = self.child.try_wait() {
                return Ok(());
            }
            if self.step(Duration::from_millis(20)).is_err() {
                // The line is closed, so the end is near.
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        Err(format!("q did not end it; the screen is\n{}", self.screen()))
    }
}

impl Drop for Terminal {
    /// Our own child, and only while it is there.
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn body_of(screen: &vt100::Screen) -> Vec<Vec<u8>> {
    screen.rows_formatted(0, COLUMNS).skip(1).collect()
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
