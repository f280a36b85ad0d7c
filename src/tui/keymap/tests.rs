use super::custom::MAPS;
use super::*;
use crate::tui::glyphs;
use crossterm::event::{KeyCode, KeyModifiers};
use std::collections::BTreeMap;

fn press(key: Key) -> KeyEvent {
    match key {
        Key::Char(c) => KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE),
        Key::Ctrl(c) => KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL),
        Key::Code(code) => KeyEvent::new(code, KeyModifiers::NONE),
    }
}

/// `[keys]` as the configuration gives it, one `name = keys` a line, several keys between commas.
fn own(text: &str) -> Result<Keymap, String> {
    let lines = text.lines().filter_map(|line| line.split_once('='));
    let keys: BTreeMap<String, Vec<String>> = lines
        .map(|(name, keys)| {
            let keys = keys.split(',').map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
            (name.trim().to_owned(), keys.collect())
        })
        .collect();
    custom(&keys, "config.toml")
}

#[test]
fn every_key_of_the_tables_can_be_read_and_none_is_lost() {
    for entry in table::ALL.iter().chain(table::PICKER) {
        for text in entry.keys {
            let stroke = key::read(text).unwrap_or_else(|why| panic!("{}: {why}", entry.name));
            assert_eq!(key::written(stroke), *text, "{}", entry.name);
            let fixed = matches!(entry.action, Action::Cancel | Action::Suspend);
            assert_eq!(key::parse(text).is_ok(), !fixed, "{}: {text}", entry.name);
        }
    }
}

#[test]
fn no_key_means_two_things_in_any_map() {
    for (name, _) in MAPS {
        own(&format!("map = {name}")).unwrap();
    }
    let picker = Keymap::picker();
    for (n, one) in picker.bindings().iter().enumerate() {
        for other in picker.bindings().iter().skip(n + 1) {
            assert!(
                one.strokes.iter().all(|stroke| !other.strokes.contains(stroke)),
                "{} and {}",
                one.name,
                other.name
            );
        }
    }
}

#[test]
fn every_action_keeps_a_key_in_every_map() {
    for (name, changes) in MAPS {
        let map = own(&format!("map = {name}")).unwrap();
        for binding in map.bindings() {
            assert!(!binding.strokes.is_empty(), "{name}: {}", binding.name);
        }
        for (name, keys) in changes {
            assert!(map.bindings().iter().any(|one| one.name == *name), "{name}");
            assert!(keys.iter().all(|text| key::parse(text).is_ok()), "{name}");
        }
    }
}

#[test]
fn an_arrow_and_a_letter_mean_the_same() {
    let map = Keymap::vi();
    assert_eq!(map.action(press(Key::Code(KeyCode::Down))), Some(Action::Down));
    assert_eq!(map.action(press(Key::Char('j'))), Some(Action::Down));
    let alt = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::ALT);
    assert_eq!(map.action(alt), None);
}

#[test]
fn keys_of_ones_own() {
    let map = own("map = arrows\ndown = j\nrefresh = F, Space x\npause = Ctrl-T").unwrap();
    assert_eq!(map.title, "arrows, own keys");
    assert_eq!(map.action(press(Key::Char('j'))), Some(Action::Down));
    assert_eq!(map.action(press(Key::Code(KeyCode::Down))), None);
    assert_eq!(map.action(press(Key::Char('k'))), None);
    assert_eq!(map.action(press(Key::Char('r'))), None);
    assert_eq!(map.action(press(Key::Char('F'))), Some(Action::Refresh));
    assert_eq!(map.hit(press(Key::Char(' ')), None), Some(Hit::Wait(Key::Char(' '))));
    let second = map.hit(press(Key::Char('x')), Some(Key::Char(' ')));
    assert_eq!(second, Some(Hit::Act(Action::Refresh)));
    assert_eq!(map.hit(press(Key::Char('F')), Some(Key::Char(' '))), None);
}

#[test]
fn the_second_keys_of_a_sort_follow_the_first() {
    let map = own("sort = U").unwrap();
    assert_eq!(map.first_key(Action::Sort), Some(Key::Char('U')));
    assert_eq!(map.hit(press(Key::Char('n')), Some(Key::Char('U'))), Some(Hit::Act(Action::SortName)));
    assert_eq!(map.hit(press(Key::Char('n')), Some(Key::Char('s'))), None);
}

#[test]
fn errors_say_what_where_and_what_next() {
    let cases = [
        ("map = vim", "config.toml, [keys]: there is no map `vim`. Known: vi, arrows, emacs."),
        ("dwon = x", "config.toml, [keys]: `dwon` is nothing that a key can do. Did you mean `down`?"),
        ("refresh = j", "config.toml, [keys]: `down` and `refresh` both have the key j. Give one of them another key."),
        ("refresh = [", "config.toml, [keys], `refresh`: `[` can not be bound: on a slow line"),
        ("refresh = A", "config.toml, [keys], `refresh`: `A` can not be bound: on a slow line"),
        ("refresh = g D", "config.toml, [keys], `refresh`: `g D` can not be bound: on a slow line"),
        ("refresh = Ctrl-B", "config.toml, [keys], `refresh`: `Ctrl-B` can not be bound: screen and tmux"),
        ("refresh = Ctrl-S", "config.toml, [keys], `refresh`: `Ctrl-S` can not be bound: it stops"),
        ("refresh = Ctrl-I", "config.toml, [keys], `refresh`: `Ctrl-I` can not be bound: a terminal sends the same"),
        ("refresh = Ctrl-C", "config.toml, [keys], `refresh`: `Ctrl-C` can not be bound: it always cancels."),
        ("refresh = 4", "config.toml, [keys], `refresh`: `4` can not be bound: digits are the views."),
        ("refresh = Alt-x", "config.toml, [keys], `refresh`: `Alt-x` is no key that every terminal sends"),
        ("refresh = F5", "config.toml, [keys], `refresh`: `F5` is no key that every terminal sends"),
        ("refresh = a b c", "config.toml, [keys], `refresh`: A key reads `j`"),
        ("cancel = x", "config.toml, [keys]: `cancel` keeps its key, Ctrl-C or Ctrl-Z."),
        ("refresh = y x", "config.toml, [keys]: y is `copy`, so it can not begin y x of `refresh`."),
    ];
    for (text, said) in cases {
        let error = own(text).unwrap_err();
        assert!(error.starts_with(said), "{text}: {error}");
    }
}

#[test]
fn keys_are_shown_in_the_signs_of_the_terminal() {
    let map = Keymap::vi();
    let shown = |action, signs| label(&map.binding(action).unwrap().strokes, signs);
    assert_eq!(shown(Action::Down, &glyphs::UNICODE), "j ↓");
    assert_eq!(shown(Action::Down, &glyphs::ASCII), "j Down");
    assert_eq!(shown(Action::SortName, &glyphs::ASCII), "s n");
    assert_eq!(shown(Action::Pause, &glyphs::ASCII), "Space");
}
