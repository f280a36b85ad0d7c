//! The real program in a real pseudo-terminal: what it shows, and what it leaves behind.
//!
//! A test waits for what it expects to see, up to a limit; the only pauses are those that a slow line
//! makes between two bytes.

#[path = "../common/mod.rs"]
mod common;
mod copy;
mod ends;
mod memory;
mod sessions;
mod slow;
mod terminal;

use portable_pty::PtySize;
use std::time::Duration;
use terminal::Terminal;

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
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.assert_given_back();
    assert!(terminal.text().contains("dblens: demo, "), "{}", terminal.text());
}

#[test]
fn a_start_and_a_step_cost_few_bytes() {
    let mut terminal = Terminal::start(&[("TERM", "xterm")], &["demo"]);
    terminal.wait("the whole demo", |screen| {
        let text = screen.contents();
        text.contains("Largest tables") && text.contains(" s ago") && !text.contains("loading,")
    });
    terminal.wait_quiet();
    assert!(terminal.raw.len() <= 6_000, "{} bytes", terminal.raw.len());
    // What comes in one piece was one write: the frame of this key.
    terminal.send("j");
    let frame = terminal.output.recv_timeout(terminal::LIMIT).unwrap();
    assert!(frame.len() <= 60, "{:?}", String::from_utf8_lossy(&frame));
    assert!(!String::from_utf8_lossy(&frame).contains("2026"));
    terminal.send("q");
    assert_eq!(terminal.end().exit_code(), 0);
}

#[test]
fn nothing_is_asked_of_the_terminal() {
    let mut terminal = Terminal::demo();
    terminal.wait_for("customers");
    terminal.send("q");
    terminal.end();
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
        assert_eq!(terminal.end().exit_code(), 0);
    }
}

#[test]
fn a_line_feed_is_enter() {
    let mut terminal = Terminal::demo();
    terminal.wait_for("customers");
    terminal.send("/custo\n\n");
    terminal.wait_for("main › customers ›");
    terminal.send("q");
    assert_eq!(terminal.end().exit_code(), 0);
}

#[test]
fn a_paste_is_no_keys() {
    let mut terminal = Terminal::demo();
    terminal.wait_for("customers");
    terminal.send("\x1b[200~qqq\r:q\r\x1b[201~");
    terminal.wait_for("nothing here takes text");
    terminal.send("q");
    assert_eq!(terminal.end().exit_code(), 0);
}

#[test]
fn a_terminal_without_utf8_gets_ascii_and_one_without_colour_no_colour() {
    let mut terminal = Terminal::start(&[("LANG", "C"), ("NO_COLOR", "1")], &["demo"]);
    terminal.wait_for("customers");
    terminal.wait_for("? help");
    terminal.send("q");
    terminal.end();
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
            && rows[1].contains("[2 Schema]")
            && rows[17].chars().count() == 90
            && rows[17].chars().all(|c| c == '─')
    });
    terminal.send("q");
    assert_eq!(terminal.end().exit_code(), 0);
}

#[test]
fn a_database_that_is_not_there_is_told_in_the_pane() {
    let mut terminal = Terminal::start(&[], &["sqlite:/nowhere/none.db"]);
    terminal.wait_for("r tries again, q quits");
    terminal.send("q");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.assert_given_back();
}
