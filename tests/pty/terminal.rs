//! A pseudo-terminal with the program in it, and what it shows.

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

pub const LIMIT: Duration = Duration::from_secs(20);

pub struct Terminal {
    pub master: Option<Box<dyn MasterPty + Send>>,
    pub child: Box<dyn Child + Send + Sync>,
    pub output: Receiver<Vec<u8>>,
    pub input: Option<Box<dyn Write + Send>>,
    pub parser: vt100::Parser,
    pub raw: Vec<u8>,
    pub before: String,
    pub device: PathBuf,
    pub home: tempfile::TempDir,
}

impl Terminal {
    /// The demo at 100x30.
    pub fn demo() -> Self {
        Self::start(&[], &["demo"])
    }

    pub fn start(env: &[(&str, &str)], args: &[&str]) -> Self {
        let program = env!("CARGO_BIN_EXE_dblens");
        let words: Vec<&str> = std::iter::once(program).chain(args.iter().copied()).collect();
        Self::spawn(env, &words)
    }

    pub fn spawn(env: &[(&str, &str)], words: &[&str]) -> Self {
        Self::spawn_at(None, env, words)
    }

    /// A terminal that takes so many bytes a second.
    pub fn slow(rate: usize, env: &[(&str, &str)], args: &[&str]) -> Self {
        let program = env!("CARGO_BIN_EXE_dblens");
        let words: Vec<&str> = std::iter::once(program).chain(args.iter().copied()).collect();
        Self::spawn_at(Some(rate), env, &words)
    }

    fn spawn_at(rate: Option<usize>, env: &[(&str, &str)], words: &[&str]) -> Self {
        let size = PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let device = pair.master.tty_name().unwrap();
        let before = settings(&device);
        let home = tempfile::tempdir().unwrap();
        crate::common::begin_with_schema(home.path(), words);
        let mut command = CommandBuilder::new(words[0]);
        command.args(&words[1..]);
        command.env_clear();
        command.cwd(home.path());
        command.env("HOME", home.path());
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for (name, value) in env {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = vec![0u8; rate.map_or(65536, |rate| rate / 20)];
            while let Ok(n) = reader.read(&mut bytes) {
                if n == 0 || sender.send(bytes[..n].to_vec()).is_err() {
                    break;
                }
                if rate.is_some() {
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
        });
        let input = pair.master.take_writer().unwrap();
        Self {
            master: Some(pair.master),
            child,
            output,
            input: Some(input),
            parser: vt100::Parser::new(30, 100, 0),
            raw: Vec::new(),
            before,
            device,
            home,
        }
    }

    pub fn take(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.parser.process(bytes);
    }

    pub fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// Reads until the screen is as wanted.
    pub fn wait(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let end = Instant::now() + LIMIT;
        while !wanted(self.parser.screen()) {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.take(&bytes),
                Err(error) => panic!("waited for {what} ({error}); the screen is\n{}", self.text()),
            }
        }
    }

    /// Reads until nothing has come for half a second.
    pub fn wait_quiet(&mut self) {
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(500)) {
            self.take(&bytes);
        }
    }

    /// Reads until the program has written these bytes.
    pub fn wait_raw(&mut self, text: &str) {
        let end = Instant::now() + LIMIT;
        while !String::from_utf8_lossy(&self.raw).contains(text) {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.take(&bytes),
                Err(error) => panic!("waited for the bytes {text:?} ({error}); the screen is\n{}", self.text()),
            }
        }
    }

    pub fn wait_for(&mut self, text: &str) {
        self.wait(text, |screen| screen.contents().contains(text));
    }

    pub fn wait_gone(&mut self, text: &str) {
        self.wait(&format!("the end of {text}"), |screen| !screen.contents().contains(text));
    }

    pub fn send(&mut self, keys: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(keys.as_bytes()).unwrap();
        input.flush().unwrap();
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args([format!("-{name}"), pid]).status().unwrap().success());
    }

    /// The end of the process, which must come within [`LIMIT`].
    pub fn end(&mut self) -> ExitStatus {
        let pid = self.child.process_id();
        let mut killer = self.child.clone_killer();
        let child = std::mem::replace(&mut self.child, Box::new(Gone));
        let (sender, ended) = channel();
        std::thread::spawn(move || {
            let mut child = child;
            let _ = sender.send(child.wait());
        });
        match ended.recv_timeout(LIMIT) {
            Ok(status) => status.unwrap(),
            Err(_) => {
                let _ = killer.kill();
                panic!("process {pid:?} is still there after {LIMIT:?}; the screen was\n{}", self.text());
            }
        }
    }

    /// Reads what is left and checks that the terminal is as it was.
    pub fn assert_given_back(&mut self) {
        self.wait_quiet();
        let screen = self.parser.screen();
        assert!(!screen.alternate_screen(), "still on the alternate screen");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste is on");
        assert_eq!(settings(&self.device), self.before, "the settings of the line");
    }
}

/// In the place of a child that somebody waits for.
#[derive(Debug)]
struct Gone;

impl portable_pty::ChildKiller for Gone {
    fn kill(&mut self) -> std::io::Result<()> {
        Ok(())
    }

    fn clone_killer(&self) -> Box<dyn portable_pty::ChildKiller + Send + Sync> {
        Box::new(Gone)
    }
}

impl Child for Gone {
    fn try_wait(&mut self) -> std::io::Result<Option<ExitStatus>> {
        Ok(None)
    }

    fn wait(&mut self) -> std::io::Result<ExitStatus> {
        Ok(ExitStatus::with_exit_code(0))
    }

    fn process_id(&self) -> Option<u32> {
        None
    }
}

/// What `stty -a` would tell of a terminal.
pub fn settings(device: &PathBuf) -> String {
    let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY;
    let file = rustix::fs::open(device, flags, rustix::fs::Mode::empty()).unwrap();
    format!("{:?}", rustix::termios::tcgetattr(file.as_fd()).unwrap())
}
