//! Help, hints, keys of one's own.

use super::*;
use crate::config::file;
use crate::tui::keymap::{Keymap, custom};
use crate::tui::msg::Action;
use std::collections::BTreeMap;

fn map(text: &str) -> Keymap {
    let config = file::parse(text, "config.toml").unwrap();
    let keys: BTreeMap<String, Vec<String>> = config.keys.into_iter().map(|(name, keys)| (name, keys.0)).collect();
    custom(&keys, "config.toml").unwrap()
}

#[test]
fn help_is_pinned_and_whole_at_every_width() {
    for columns in [40, 41, 60, 80, 100, 200] {
        for keys in ["", "<tab>", "/ ord <enter>", "s"] {
            let mut stage = Stage::ready(columns, 12);
            stage.play(keys).wait_ms(500);
            let last = rows(&stage.frame()).pop().unwrap();
            assert!(last.ends_with("? help "), "{columns} {keys}: {last}");
        }
    }
}

#[test]
fn signs_are_found_too() {
    let mut stage = Stage::ready(80, 24);
    stage.play("? sign");
    let text = stage.text();
    assert!(text.contains("an estimate") && text.contains("▸ ▾") && text.contains("folded, unfolded"), "{text}");
    stage.play("<enter>");
    assert!(stage.text().contains("an estimate"), "a sign runs nothing");
}

#[test]
fn every_line_of_the_help_comes_into_sight() {
    for (columns, height) in SIZES {
        let mut stage = Stage::ready(columns, height);
        stage.play("?");
        let mut seen = String::new();
        for _ in 0..80 {
            seen.push_str(&stage.text());
            stage.play("<down>");
        }
        for wanted in ["half a page down", "quit", "critical", "an estimate", "suspend"] {
            assert!(seen.contains(wanted), "{columns}x{height}: {wanted}");
        }
    }
}

#[test]
fn the_example_names_every_action_with_its_own_keys() {
    let example: String = include_str!("../../../config.example.toml")
        .lines()
        .filter(|line| !line.starts_with("# ") && *line != "#")
        .map(|line| format!("{}\n", line.trim_start_matches('#')))
        .collect();
    let given = file::parse(&example, "config.example.toml").unwrap().keys;
    let fixed = [Action::Cancel, Action::Suspend];
    let vi = Keymap::vi();
    for binding in vi.bindings().iter().filter(|binding| !fixed.contains(&binding.action)) {
        assert!(given.contains_key(binding.name), "`{}` is missing in config.example.toml", binding.name);
    }
    let own = map(&example);
    for (ours, theirs) in vi.bindings().iter().zip(own.bindings()) {
        assert_eq!(ours.strokes, theirs.strokes, "{}", ours.name);
    }
}

#[test]
fn a_map_of_ones_own_is_what_footer_help_and_strip_tell() {
    let mut stage = Stage::ready(100, 30);
    stage.app.keymap = map("[keys]\nmap = \"arrows\"\nrefresh = \"g r\"\nfilter = \"F\"\nhelp = \"Ctrl-T\"\n");
    assert!(stage.row_with("Ctrl-T help").contains("F filter"), "{}", stage.text());
    stage.play("j");
    let before = stage.text();
    stage.play("j j");
    assert_eq!(stage.text(), before, "j means nothing among the arrows");
    stage.play("g");
    assert!(!stage.text().contains("g:"));
    stage.wait_ms(450);
    assert!(stage.row_with("g:").contains("r refresh"), "{}", stage.text());
    stage.jobs.clear();
    stage.play("r");
    assert!(!stage.jobs.is_empty(), "g r reads again");
    stage.play("^t refresh");
    assert!(stage.row_with("refresh now").contains("g r"), "{}", stage.text());
}

#[test]
fn emacs_moves_with_its_letters_and_finds_with_two_keys() {
    let mut stage = Stage::ready(100, 30);
    stage.app.keymap = map("[keys]\nmap = \"emacs\"\n");
    stage.play("^n ^n ^p ^x").wait_ms(450);
    assert!(stage.row_with("Ctrl-X:").contains("f go to"), "{}", stage.text());
    stage.play("f ordit <enter>").settle();
    assert!(stage.text().contains("› sales › order_items"), "{}", stage.text());
}

#[test]
fn an_unfinished_pair_of_keys_goes_away_with_any_other() {
    let mut stage = Stage::ready(100, 30);
    stage.play("s <esc>").wait_ms(500);
    assert!(!stage.text().contains("sort by:") && !stage.text().contains("press q"));
}

#[test]
fn screens_of_the_help() {
    for (columns, height) in SIZES {
        let mut stage = Stage::ready(columns, height);
        stage.play("?");
        let looks = with_styles(&stage.frame());
        stage.app.look = Look::new(Theme::mono(), &glyphs::ASCII);
        insta::assert_snapshot!(
            format!("help_{columns}x{height}"),
            format!("{looks}\n{}", with_styles(&stage.frame()))
        );
    }
}
