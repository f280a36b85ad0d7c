//! What stays from one run to the next, and the mouse.

use super::terminal::Terminal;
use std::path::Path;

/// The demo with its files in `home`.
fn demo(home: &Path, words: &[&str]) -> Terminal {
    let (config, state) = (home.join("config"), home.join("state"));
    let env = [("XDG_CONFIG_HOME", config.to_str().unwrap()), ("XDG_STATE_HOME", state.to_str().unwrap())];
    let mut terminal = Terminal::start(&env, words);
    terminal.wait_for("? help");
    terminal
}

fn quit(mut terminal: Terminal) -> Terminal {
    terminal.send("q");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.assert_given_back();
    terminal
}

fn files(folder: &Path) -> Vec<String> {
    let Ok(list) = std::fs::read_dir(folder) else { return Vec::new() };
    list.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn views_are_as_they_were_left_unless_forgotten_or_without_state() {
    let home = tempfile::tempdir().unwrap();
    let views = home.path().join("state/dblens/views");
    let mut terminal = demo(home.path(), &["demo", "--no-state"]);
    terminal.wait_for("customers");
    terminal.send("ss");
    terminal.wait_for("sort: size");
    quit(terminal);
    assert!(!home.path().join("state").exists(), "--no-state writes nothing");
    let mut terminal = demo(home.path(), &["demo"]);
    terminal.wait_for("customers");
    terminal.send("ss");
    terminal.wait_for("sort: size");
    quit(terminal);
    let kept = files(&views);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(!kept[0].contains("demo") && kept[0].ends_with(".json"), "{kept:?}");
    let mut terminal = demo(home.path(), &["demo"]);
    terminal.wait_for("sort: size");
    terminal.send(":forget\r");
    terminal.wait_for("Forgotten");
    quit(terminal);
    assert_eq!(files(&views), Vec::<String>::new());
    let mut terminal = demo(home.path(), &["demo"]);
    terminal.wait_for("customers");
    terminal.wait_gone("sort: size ▼");
    quit(terminal);
}

#[test]
fn keys_and_history_come_from_the_configuration() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("config/dblens/config.toml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "history = true\n[keys]\nfilter = \"F\"\n").unwrap();
    let mut terminal = demo(home.path(), &["demo"]);
    terminal.wait_for("F filter");
    terminal.send(":notes\r");
    terminal.wait_for("Notes › Schema");
    terminal.send("\x1b");
    terminal.wait_gone("Notes › Schema");
    quit(terminal);
    assert_eq!(std::fs::read_to_string(home.path().join("state/dblens/history")).unwrap(), "notes\n");
    std::fs::write(&file, "[keys]\nfilter = \"j\"\n").unwrap();
    let mut terminal = demo(home.path(), &["demo"]);
    terminal.wait_for("`down` and `filter` both have the key j");
    quit(terminal);
}

#[test]
fn the_mouse_is_taken_on_demand_and_given_back() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = demo(home.path(), &["demo"]);
    terminal.wait_for("customers");
    terminal.send(":mouse on\r");
    terminal.wait_for("Shift-drag selects");
    // A turn of the wheel: three rows down, the detail follows.
    terminal.send("\x1b[<65;5;10M");
    terminal.wait_for("main › ");
    let terminal = quit(terminal);
    let bytes = String::from_utf8_lossy(&terminal.raw).into_owned();
    let (on, off) = (bytes.find("\x1b[?1000h"), bytes.rfind("\x1b[?1000l"));
    assert!(on.is_some() && off > on, "{on:?} {off:?}");
}
