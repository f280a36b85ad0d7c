//! Names that want to do harm.

use super::*;

pub(super) fn hostile() -> Catalog {
    let names = [
        "a\x1b[31mred",
        "new\nline",
        "tab\there",
        "\u{202e}evil",
        "zero\u{200b}width",
        "表テーブル名前がとても長いのでここで切られるはずです",
        "👩‍💻👍🏽🇩🇪",
        "e\u{301}\u{301}\u{301}combining",
        "a_very_long_name_that_goes_on_and_on_and_is_cut_in_every_tree_that_there_is_until_somebody_cares",
        "\"; drop table x; --",
        "",
        " ",
    ];
    let mut draft = Draft::new().schema("public", None).schema("schéma \u{9b}2J", None);
    for name in names {
        draft =
            draft.table(table("public", name).comment(name).heap(4e6).columns([col(name, name), col("id", "bigint")]));
    }
    draft.build()
}

#[test]
fn hostile_names_reach_no_terminal_and_break_no_line() {
    for (columns, rows_) in [(40, 12), (80, 24), (100, 30), (150, 40)] {
        let mut stage = Stage::with(columns, rows_, Theme::terminal(), &glyphs::UNICODE, hostile());
        stage.settle();
        for _ in 0..20 {
            stage.play("l <enter> > <esc> j").settle();
            let bytes = Screen::new(false, false).frame(stage.frame());
            let text = String::from_utf8(bytes).unwrap();
            assert!(!text.contains("\x1b[31mred") && !text.contains('\u{9b}'), "{text:?}");
            for c in ['\u{202e}', '\u{200b}', '\u{7}'] {
                assert!(!text.contains(c), "{text:?}");
            }
            for row in rows(&stage.frame()) {
                assert_eq!(crate::text::width(&row), columns as usize, "{row:?}");
            }
        }
    }
}

#[test]
fn a_name_that_was_cut_is_whole_in_the_detail() {
    let mut stage = Stage::with(100, 30, Theme::terminal(), &glyphs::UNICODE, hostile());
    stage.settle();
    stage.play("/ goes <enter>").settle();
    let joined: String =
        rows(&stage.frame()).iter().map(|row| row.chars().skip(40).collect::<String>().trim_end().to_owned()).collect();
    assert!(joined.contains("goes_on_and_on_and_is_cut_in_every_tree_that_there_is_until_somebody_cares"), "{joined}");
}
