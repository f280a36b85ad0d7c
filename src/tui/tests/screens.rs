//! Frames with styles.

use super::*;

#[test]
fn screens_of_the_schema() {
    for name in ["empty", "loading", "ready", "failed", "denied"] {
        for (columns, rows) in [(80, 24), (100, 30), (40, 12), (200, 60)] {
            let stage = state(name, columns, rows);
            insta::assert_snapshot!(format!("schema_{name}_{columns}x{rows}"), with_styles(&stage.frame()));
        }
    }
}

#[test]
fn screens_in_ascii_and_without_colour() {
    let mut ascii = Stage::with(80, 24, Theme::mono(), &glyphs::ASCII, shop_catalog());
    ascii.settle();
    ascii.play("/ =orders <enter> <esc>").settle();
    insta::assert_snapshot!("schema_ascii_80x24", with_styles(&ascii.frame()));
    let mut console = Stage::with(80, 24, Theme::terminal(), &glyphs::CP437, shop_catalog());
    console.settle();
    console.play("/ =orders <enter> <esc> <tab>").settle();
    insta::assert_snapshot!("schema_cp437_80x24", with_styles(&console.frame()));
}

#[test]
fn screens_of_the_overlays() {
    let mut stage = state("ready", 100, 30);
    stage.play("?");
    insta::assert_snapshot!("help_100x30", with_styles(&stage.frame()));
    stage.play("sort");
    insta::assert_snapshot!("help_search_100x30", with_styles(&stage.frame()));
    stage.play("<esc> : sql <enter>");
    insta::assert_snapshot!("sql_100x30", with_styles(&stage.frame()));
    stage.play("<esc> : tab");
    insta::assert_snapshot!("command_100x30", with_styles(&stage.frame()));
}

#[test]
fn mono_says_the_same_as_colour() {
    for name in ["empty", "loading", "ready", "failed", "denied"] {
        let coloured = state(name, 100, 30);
        let mut mono = state(name, 100, 30);
        mono.app.look.theme = Theme::mono();
        assert_eq!(rows(&coloured.frame()), rows(&mono.frame()), "{name}");
    }
}

#[test]
fn too_small_is_said_in_a_sentence() {
    let stage = Stage::ready(30, 8);
    assert!(stage.text().contains("Too small: 30 x 8."), "{}", stage.text());
    assert!(stage.text().contains("q quit"));
}
