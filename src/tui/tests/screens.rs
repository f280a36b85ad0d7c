//! Frames with styles.

use super::*;

/// One file for each state and size: the default looks, and below them ASCII without colour.
#[test]
fn screens_of_the_schema() {
    for name in STATES {
        for (columns, rows) in SIZES {
            let mut stage = state(name, columns, rows);
            let looks = with_styles(&stage.frame());
            stage.app.look = Look::new(Theme::mono(), &glyphs::ASCII);
            stage.app.with_pane(|pane, cx| pane.restyle(cx));
            let plain = with_styles(&stage.frame());
            let rule = "=".repeat(columns as usize);
            insta::assert_snapshot!(format!("schema_{name}_{columns}x{rows}"), format!("{looks}\n{rule}\n{plain}"));
        }
    }
}

#[test]
fn screens_of_what_is_missing_in_full() {
    for name in ["partial", "failed", "timed_out", "refresh_failed"] {
        let mut stage = state(name, 80, 24);
        stage.play(": notes <enter>");
        insta::assert_snapshot!(format!("notes_{name}_80x24"), with_styles(&stage.frame()));
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
    stage.play("? sort");
    insta::assert_snapshot!("help_search_100x30", with_styles(&stage.frame()));
    stage.play("<esc> : sql <enter>");
    insta::assert_snapshot!("sql_100x30", with_styles(&stage.frame()));
    stage.play("<esc> : tab");
    insta::assert_snapshot!("command_100x30", with_styles(&stage.frame()));
}

#[test]
fn too_small_is_said_in_a_sentence() {
    let stage = Stage::ready(30, 8);
    assert!(stage.text().contains("Too small: 30 x 8."), "{}", stage.text());
    assert!(stage.text().contains("q quit"));
}

/// What lies over a view, at every size, in the default looks and in ASCII without colour.
#[test]
fn screens_of_what_lies_over_a_view() {
    for (name, keys) in [("viewer", "v"), ("sql", ": sql <enter>"), ("notes", ": notes <enter>"), ("filter", "/ ord")] {
        for (columns, lines) in SIZES {
            let mut stage = state("partial", columns, lines);
            stage.play(keys).wait_ms(450);
            let looks = with_styles(&stage.frame());
            stage.app.look = Look::new(Theme::mono(), &glyphs::ASCII);
            stage.app.with_pane(|pane, cx| pane.restyle(cx));
            let plain = with_styles(&stage.frame());
            let rule = "=".repeat(columns as usize);
            insta::assert_snapshot!(format!("over_{name}_{columns}x{lines}"), format!("{looks}\n{rule}\n{plain}"));
        }
    }
}
