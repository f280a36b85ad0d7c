//! However it ends or stops, the terminal is as it was.

use crate::terminal::{Terminal, settings};
use portable_pty::PtySize;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::channel;

#[test]
fn signals_give_the_terminal_back_and_tell_their_number() {
    for (name, code) in [("TERM", 143), ("HUP", 129), ("INT", 130), ("QUIT", 131)] {
        let mut terminal = Terminal::demo();
        terminal.wait_for("customers");
        terminal.signal(name);
        assert_eq!(terminal.end().exit_code(), code, "{name}");
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
    assert_eq!(terminal.end().exit_code(), 2);
    terminal.assert_given_back();
    assert!(terminal.text().contains("dblens:"), "{}", terminal.text());
}

#[test]
fn a_killed_screen_leaves_the_terminal_as_it_was() {
    for (name, code) in [("KILL", 137), ("ABRT", 134)] {
        let mut terminal = Terminal::demo();
        terminal.wait_for("customers");
        kill(name, screen_of(&terminal));
        assert_eq!(terminal.end().exit_code(), code, "{name}");
        terminal.assert_given_back();
        let told = format!("killed by signal {}", code - 128);
        assert!(terminal.text().contains(&told), "{}", terminal.text());
    }
}

#[test]
fn a_killed_guardian_ends_the_screen_in_order() {
    let mut terminal = Terminal::demo();
    terminal.wait_for("customers");
    let screen = screen_of(&terminal);
    terminal.signal("KILL");
    terminal.wait("the main screen", |screen| !screen.alternate_screen());
    until("the screen has ended", || !is_alive(screen));
    terminal.assert_given_back();
}

#[test]
fn a_closed_terminal_ends_both_even_when_the_hang_up_is_ignored() {
    let program = env!("CARGO_BIN_EXE_dblens");
    for script in [format!("trap '' HUP; exec {program} demo"), format!("exec {program} demo")] {
        let mut terminal = Terminal::spawn(&[], &["sh", "-c", &script]);
        terminal.wait_for("customers");
        let screen = screen_of(&terminal);
        terminal.input = None;
        // The reader's copy of the master goes with the channel: its thread ends at the next byte.
        drop(std::mem::replace(&mut terminal.output, channel().1));
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        terminal.master.take().unwrap().resize(size).unwrap();
        terminal.end();
        until("the screen has ended", || !is_alive(screen));
    }
}

#[test]
fn suspended_and_resumed() {
    let mut terminal = Terminal::demo();
    terminal.wait_for("customers");
    let (parent, screen) = (terminal.child.process_id().unwrap(), screen_of(&terminal));
    for _ in 0..2 {
        terminal.send("\x1a");
        terminal.wait("the main screen", |screen| !screen.alternate_screen());
        until("both have stopped", || state(parent) == 'T' && state(screen) == 'T');
        assert_eq!(settings(&terminal.device), terminal.before);
        terminal.signal("CONT");
        terminal.wait("the alternate screen", vt100::Screen::alternate_screen);
        terminal.wait_for("customers");
    }
    terminal.send("q");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn a_screen_that_somebody_stops_gives_the_terminal_back_too() {
    let mut terminal = Terminal::demo();
    terminal.wait_for("customers");
    let parent = terminal.child.process_id().unwrap();
    kill("STOP", screen_of(&terminal));
    terminal.wait("the main screen", |screen| !screen.alternate_screen());
    until("the guardian has stopped", || state(parent) == 'T');
    assert_eq!(settings(&terminal.device), terminal.before);
    terminal.signal("CONT");
    terminal.wait("the alternate screen", vt100::Screen::alternate_screen);
    terminal.wait_for("customers");
    terminal.send("q");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn a_shell_has_it_as_a_job() {
    let program = env!("CARGO_BIN_EXE_dblens");
    let mut terminal = Terminal::spawn(&[("PS1", "ready> ")], &["sh", "-i"]);
    terminal.wait_for("ready> ");
    terminal.send(&format!("{program} demo; echo ended $?\n"));
    terminal.wait_for("customers");
    terminal.send("\x1a");
    terminal.wait("the shell", |screen| !screen.alternate_screen() && screen.contents().contains("Stopped"));
    terminal.send("stty -a | tr ' ;' '\\n\\n' | grep -x -e icanon -e isig -e echo -e opost | wc -l | sed s/^/on=/\n");
    terminal.wait_for("on=4");
    terminal.send("fg\n");
    terminal.wait("the screen again", |screen| {
        screen.alternate_screen() && screen.contents().contains("customers") && screen.contents().contains("? help")
    });
    terminal.send("q");
    terminal.wait("the shell", |screen| !screen.alternate_screen() && screen.contents().contains("dblens: demo, "));
    // The sessions may still be closing: what is typed now is for the shell.
    terminal.send("exit 7\n");
    assert_eq!(terminal.end().exit_code(), 7);
    terminal.assert_given_back();
}

pub fn kill(name: &str, pid: u32) {
    assert!(Command::new("kill").args([format!("-{name}"), pid.to_string()]).status().unwrap().success());
}

/// The child that has the screen; its parent is the guardian.
pub fn screen_of(terminal: &Terminal) -> u32 {
    let pid = terminal.child.process_id().unwrap();
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    children.trim().parse().unwrap()
}

fn is_alive(pid: u32) -> bool {
    PathBuf::from(format!("/proc/{pid}")).exists() && state(pid) != 'Z'
}

/// `R`, `S`, `T`, `Z`, …; blank when it is gone.
pub fn state(pid: u32) -> char {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().and_then(|rest| rest.trim_start().chars().next()).unwrap_or(' ')
}

pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = std::time::Instant::now() + crate::terminal::LIMIT;
    while !is_so() {
        assert!(std::time::Instant::now() < end, "waited for: {what}");
        std::thread::yield_now();
    }
}
