//! The real program in a real pseudo-terminal: what it shows, and what it leaves behind.
//!
//! A test waits for what it expects to see, up to a limit; the only pauses are those that a slow line
//! makes between two bytes.

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(20);

struct Terminal {
    master: Option<Box<dyn MasterPty + Send>>,
    child: Box<dyn Child + Send + Sync>,
    output: Receiver<Vec<u8>>,
    input: Option<Box<dyn Write + Send>>,
    parser: vt100::Parser,
    raw: Vec<u8>,
    before: String,
    device: PathBuf,
    _home: tempfile::TempDir,
}

impl Terminal {
    /// The demo at 100x30.
    fn demo() -> Self {
        Self::start(&[], &["demo"])
    }

    fn start(env: &[(&str, &str)], args: &[&str]) -> Self {
        let program = env!("CARGO_BIN_EXE_dblens");
        let words: Vec<&str> = std::iter::once(program).chain(args.iter().copied()).collect();
        Self::spawn(env, &words)
    }

    fn spawn(env: &[(&str, &str)], words: &[&str]) -> Self {
        let size = PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let device = pair.master.tty_name().unwrap();
        let before = settings(&device);
        let home = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(words[0]);
        command.args(&words[1..]);
        command.env_clear();
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
            let mut bytes = [0u8; 65536];
            while let Ok(n) = reader.read(&mut bytes) {
                if n == 0 || sender.send(bytes[..n].to_vec()).is_err() {
                    break;
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
            _home: home,
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.parser.process(bytes);
    }

    fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// Reads until the screen is as wanted.
    fn wait(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let end = Instant::now() + LIMIT;
        while !wanted(self.parser.screen()) {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.take(&bytes),
                Err(error) => panic!("waited for {what} ({error}); the screen is\n{}", self.text()),
            }
        }
    }

    fn wait_for(&mut self, text: &str) {
        self.wait(text, |screen| screen.contents().contains(text));
    }

    fn wait_gone(&mut self, text: &str) {
        self.wait(&format!("the end of {text}"), |screen| !screen.contents().contains(text));
    }

    fn send(&mut self, keys: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(keys.as_bytes()).unwrap();
        input.flush().unwrap();
    }

    fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args([format!("-{name}"), pid]).status().unwrap().success());
    }

    /// The end of the process, which must come within `limit`.
    fn end(&mut self, limit: Duration) -> ExitStatus {
        let pid = self.child.process_id();
        let mut killer = self.child.clone_killer();
        let child = std::mem::replace(&mut self.child, Box::new(Gone));
        let (sender, ended) = channel();
        std::thread::spawn(move || {
            let mut child = child;
            let _ = sender.send(child.wait());
        });
        match ended.recv_timeout(limit) {
            Ok(status) => status.unwrap(),
            Err(_) => {
                let _ = killer.kill();
                panic!("process {pid:?} is still there after {limit:?}; the screen was\n{}", self.text());
            }
        }
    }

    /// Reads what is left and checks that the terminal is as it was.
    fn assert_given_back(&mut self) {
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(500)) {
            self.take(&bytes);
        }
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
fn settings(device: &PathBuf) -> String {
    let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY;
    let file = rustix::fs::open(device, flags, rustix::fs::Mode::empty()).unwrap();
    format!("{:?}", rustix::termios::tcgetattr(file.as_fd()).unwrap())
}

#[test]
fn start_walk_filter_resize_quit() {
    let mut terminal = Terminal::demo();
    terminal.wait_for("[2 Schema]");
    terminal.wait_for("customers");
    terminal.send("/custo\r");
    terminal.wait_for(" of ");
    terminal.send("\r");
    terminal.wait_for("main › customers");
    terminal.wait_for("[Columns");
    terminal.send("d");
    terminal.wait_for("CREATE TABLE");
    terminal.master.as_ref().unwrap().resize(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 }).unwrap();
    terminal.parser.screen_mut().set_size(24, 80);
    terminal.wait("the last row at 80x24", |screen| {
        screen.rows(0, 80).nth(23).is_some_and(|row| row.trim_end().ends_with("? help"))
    });
    terminal.send("q");
    assert_eq!(terminal.end(Duration::from_secs(3)).exit_code(), 0);
    terminal.assert_given_back();
    assert!(terminal.text().contains("dblens: demo, "), "{}", terminal.text());
}

#[test]
fn nothing_is_asked_of_the_terminal() {
    let mut terminal = Terminal::demo();
    terminal.wait_for("customers");
    terminal.send("q");
    terminal.end(Duration::from_secs(3));
    terminal.assert_given_back();
    let bytes = String::from_utf8_lossy(&terminal.raw).into_owned();
    for question in
        ["\x1b[c", "\x1b[0c", "\x1b[>c", "\x1b[6n", "\x1b[5n", "\x1b[?u", "\x1b]10;?", "\x1b]11;?", "\x1bP+q"]
    {
        assert!(!bytes.contains(question), "{question:?}");
    }
    for mode in ["\x1b[?1000h", "\x1b[?1003h", "\x1b[?1004h"] {
        assert!(!bytes.contains(mode), "{mode:?}");
    }
}

#[test]
fn signals_give_the_terminal_back_and_tell_their_number() {
    for (name, code) in [("TERM", 143), ("HUP", 129), ("INT", 130), ("QUIT", 131)] {
        let mut terminal = Terminal::demo();
        terminal.wait_for("customers");
        terminal.signal(name);
        assert_eq!(terminal.end(Duration::from_secs(2)).exit_code(), code, "{name}");
        terminal.assert_given_back();
        assert!(!terminal.text().contains("dblens:"), "nothing is printed after {name}");
    }
}

#[cfg(debug_assertions)]
#[test]
fn a_panic_gives_the_terminal_back() {
    let mut terminal = Terminal::demo();
    terminal.wait_for("customers");
    terminal.send(":panic\r");
    assert_eq!(terminal.end(Duration::from_secs(2)).exit_code(), 2);
    terminal.assert_given_back();
    assert!(terminal.text().contains("dblens:"), "{}", terminal.text());
}

#[test]
fn a_closed_terminal_ends_it_even_when_the_hang_up_is_ignored() {
    let program = env!("CARGO_BIN_EXE_dblens");
    for script in [format!("trap '' HUP; exec {program} demo"), format!("exec {program} demo")] {
        let mut terminal = Terminal::spawn(&[], &["sh", "-c", &script]);
        terminal.wait_for("customers");
        terminal.input = None;
        terminal.master = None;
        // The reader's copy of the master goes with the channel: its thread ends at the next byte.
        drop(std::mem::replace(&mut terminal.output, channel().1));
        terminal.signal("CONT");
        terminal.end(Duration::from_secs(3));
    }
}

#[test]
fn suspended_and_resumed() {
    let mut terminal = Terminal::demo();
    terminal.wait_for("customers");
    terminal.send("\x1a");
    terminal.wait("the main screen", |screen| !screen.alternate_screen());
    assert!(stopped(&terminal));
    assert_eq!(settings(&terminal.device), terminal.before);
    terminal.signal("CONT");
    terminal.wait("the alternate screen", vt100::Screen::alternate_screen);
    terminal.wait_for("customers");
    terminal.send("q");
    assert_eq!(terminal.end(Duration::from_secs(3)).exit_code(), 0);
    terminal.assert_given_back();
}

/// True once the process is in state T.
fn stopped(terminal: &Terminal) -> bool {
    let path = format!("/proc/{}/stat", terminal.child.process_id().unwrap());
    let end = Instant::now() + LIMIT;
    while Instant::now() < end {
        let stat = std::fs::read_to_string(&path).unwrap();
        if stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T')) {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

#[test]
fn an_arrow_that_comes_in_two_pieces_is_an_arrow() {
    for pause in [5, 50, 100] {
        let mut terminal = Terminal::start(&[("SSH_CONNECTION", "10.0.0.1 5000 10.0.0.2 22")], &["demo"]);
        terminal.wait_for("customers");
        terminal.send("/c");
        terminal.wait_for(" of ");
        // In a text field a lost ESC would clear it, and the rest would be typed.
        terminal.send("\x1b");
        std::thread::sleep(Duration::from_millis(pause));
        terminal.send("[A");
        terminal.send("u");
        terminal.wait_for("/ cu");
        terminal.send("\x1b");
        terminal.wait_gone("/ cu");
        terminal.send("q");
        assert_eq!(terminal.end(Duration::from_secs(3)).exit_code(), 0);
    }
}

#[test]
fn a_line_feed_is_enter() {
    let mut terminal = Terminal::demo();
    terminal.wait_for("customers");
    terminal.send("/custo\n\n");
    terminal.wait_for("main › customers ›");
    terminal.send("q");
    assert_eq!(terminal.end(Duration::from_secs(3)).exit_code(), 0);
}

#[test]
fn a_paste_is_no_keys() {
    let mut terminal = Terminal::demo();
    terminal.wait_for("customers");
    terminal.send("\x1b[200~qqq\r:q\r\x1b[201~");
    terminal.wait_for("nothing here takes text");
    terminal.send("q");
    assert_eq!(terminal.end(Duration::from_secs(3)).exit_code(), 0);
}

#[test]
fn a_terminal_without_utf8_gets_ascii_and_one_without_colour_no_colour() {
    let mut terminal = Terminal::start(&[("LANG", "C"), ("NO_COLOR", "1")], &["demo"]);
    terminal.wait_for("customers");
    terminal.wait_for("? help");
    terminal.send("q");
    terminal.end(Duration::from_secs(3));
    terminal.assert_given_back();
    assert!(terminal.raw.is_ascii());
    let text = String::from_utf8_lossy(&terminal.raw).into_owned();
    let looks = text.split("\x1b[").skip(1).filter_map(|rest| rest.split_once('m'));
    for (codes, _) in looks.filter(|(codes, _)| codes.chars().all(|c| c.is_ascii_digit() || c == ';')) {
        let colour = codes.split(';').any(|code| matches!(code.parse::<u8>(), Ok(30..=48 | 90..=107)));
        assert!(!colour, "colour {codes}");
    }
}

#[test]
fn two_hundred_sizes_end_in_a_right_frame() {
    let mut terminal = Terminal::demo();
    terminal.wait_for("customers");
    for n in 0..200u16 {
        let size = PtySize { rows: 12 + n % 40, cols: 40 + n % 90, pixel_width: 0, pixel_height: 0 };
        terminal.master.as_ref().unwrap().resize(size).unwrap();
    }
    terminal.master.as_ref().unwrap().resize(PtySize { rows: 20, cols: 90, pixel_width: 0, pixel_height: 0 }).unwrap();
    terminal.parser.screen_mut().set_size(20, 90);
    terminal.wait("the frame of 90x20", |screen| {
        let rows: Vec<String> = screen.rows(0, 90).collect();
        rows.len() == 20
            && rows[19].trim_end().ends_with("? help")
            && rows[1].starts_with("[2 Schema]")
            && rows[17].chars().count() == 90
            && rows[17].chars().all(|c| c == '─')
    });
    terminal.send("q");
    assert_eq!(terminal.end(Duration::from_secs(3)).exit_code(), 0);
}

#[test]
fn a_database_that_is_not_there_is_told_in_the_pane() {
    let mut terminal = Terminal::start(&[], &["sqlite:/nowhere/none.db"]);
    terminal.wait_for("r tries again, q quits");
    terminal.send("q");
    assert_eq!(terminal.end(Duration::from_secs(3)).exit_code(), 0);
    terminal.assert_given_back();
}
