//! Sessions on the server: none stays where nobody looks.

use crate::common::{self, TestDb};
use crate::ends::{kill, screen_of, state, until};
use crate::terminal::Terminal;
use portable_pty::PtySize;
use std::sync::mpsc::channel;

fn open(db: &TestDb) -> Terminal {
    let mut terminal = Terminal::start(&[], &[&db.url]);
    terminal.wait_for("to_look_at");
    assert!(sessions(db) > 0);
    terminal
}

fn database(name: &str) -> Option<TestDb> {
    let db = common::require("pg15")?.database(name);
    db.exec("create table to_look_at (id int primary key)");
    Some(db)
}

fn sessions(db: &TestDb) -> u32 {
    let count = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
    db.one(count).parse().unwrap()
}

fn until_none_is_left(db: &TestDb, what: &str) {
    until(what, || sessions(db) == 0);
}

#[test]
fn none_while_suspended_and_back_again() {
    let Some(db) = database("suspended") else { return };
    let mut terminal = open(&db);
    terminal.send("\x1a");
    terminal.wait("the main screen", |screen| !screen.alternate_screen());
    until_none_is_left(&db, "suspended");
    let parent = terminal.child.process_id().unwrap();
    until("it has stopped", || state(parent) == 'T');
    terminal.signal("CONT");
    terminal.wait("the alternate screen", vt100::Screen::alternate_screen);
    until("connected again", || sessions(&db) > 0);
    terminal.wait_for("to_look_at");
    terminal.send("q");
    assert_eq!(terminal.end().exit_code(), 0);
    until_none_is_left(&db, "after the end");
}

#[test]
fn none_after_the_line_dropped_or_the_process_was_killed() {
    let Some(db) = database("dropped") else { return };
    let mut terminal = open(&db);
    kill("KILL", screen_of(&terminal));
    assert_eq!(terminal.end().exit_code(), 137);
    until_none_is_left(&db, "killed");

    let terminal = open(&db);
    terminal.signal("KILL");
    until_none_is_left(&db, "the guardian was killed");

    let program = env!("CARGO_BIN_EXE_dblens");
    let script = format!("trap '' HUP; exec {program} {}", db.url);
    let mut terminal_of_a_shell = Terminal::spawn(&[], &["sh", "-c", &script]);
    terminal_of_a_shell.wait_for("to_look_at");
    terminal_of_a_shell.input = None;
    drop(std::mem::replace(&mut terminal_of_a_shell.output, channel().1));
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    terminal_of_a_shell.master.take().unwrap().resize(size).unwrap();
    until_none_is_left(&db, "the terminal is gone");
    terminal_of_a_shell.end();
}
