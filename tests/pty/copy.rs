//! What is copied reaches the outer terminal; what is exported, a file.

use crate::common;
use crate::terminal::Terminal;
use std::fs;

/// `main`, the name under the cursor at the start, in base64.
const COPIED: &str = "bWFpbg==";

#[test]
fn a_plain_terminal_gets_the_sequence() {
    let mut terminal = Terminal::demo();
    terminal.wait_for("customers");
    terminal.send("y");
    terminal.wait_for("Sent 4 B to the clipboard (OSC 52). If it did not arrive");
    terminal.wait_raw(&format!("\x1b]52;c;{COPIED}\x1b\\"));
    terminal.send("q");
    assert_eq!(terminal.end().exit_code(), 0);
}

#[test]
fn gnu_screen_gets_it_wrapped() {
    let mut terminal = Terminal::start(&[("STY", "1.tty.host"), ("TERM", "screen")], &["demo"]);
    terminal.wait_for("customers");
    terminal.send("y");
    terminal.wait_raw(&format!("\x1bP\x1b]52;c;{COPIED}\x07\x1b\\"));
    terminal.send("q");
    assert_eq!(terminal.end().exit_code(), 0);
}

/// tmux as it comes: its own sequence comes out at the outer side.
#[test]
fn tmux_hands_it_to_the_outer_terminal() {
    if std::process::Command::new("tmux").arg("-V").output().is_err() {
        return common::skipped("tmux is not installed");
    }
    let folder = tempfile::tempdir().unwrap();
    let sockets = folder.path().to_str().unwrap();
    let program = env!("CARGO_BIN_EXE_dblens");
    let words = ["tmux", "-L", "dblens", "-f", "/dev/null", "new-session", program, "demo"];
    let mut terminal = Terminal::spawn(&[("TMUX_TMPDIR", sockets)], &words);
    terminal.wait_for("customers");
    terminal.send("y");
    terminal.wait_for("(tmux load-buffer)");
    terminal.wait_raw(COPIED);
    assert!(String::from_utf8_lossy(&terminal.raw).contains("\x1b]52;"));
    terminal.send("q");
    assert_eq!(terminal.end().exit_code(), 0);
}

#[test]
fn a_table_is_written_into_the_working_folder() {
    let mut terminal = Terminal::demo();
    let folder = terminal.home.path().to_owned();
    terminal.wait_for("customers");
    terminal.wait_for("SQLite 3");
    terminal.send("/=orders\r");
    terminal.wait_for("customer_id");
    terminal.send("x");
    terminal.wait_for("write main.orders.columns.csv");
    terminal.send("\r");
    terminal.wait_for("Wrote ");
    let file = folder.join("main.orders.columns.csv");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("schema,table,") && text.contains("customer_id"), "{text}");
    fs::write(&file, "mine").unwrap();
    terminal.send("x\r");
    terminal.wait_for("It exists. Enter replaces it");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    terminal.send("\r");
    terminal.wait_gone("It exists");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    terminal.send("q");
    assert_eq!(terminal.end().exit_code(), 0);
}
