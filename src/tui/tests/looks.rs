//! Themes, signs and the selected row: they change the looks and never the words.

use super::*;
use crate::config::{Looks, Selection};
use crate::tui::theme::Depth;
use crate::tui::{Options, Surroundings};

fn never(_: i32) -> ! {
    panic!("no test ends the process")
}

fn options(theme: Option<&str>, color: crate::tui::Color) -> Options {
    Options {
        target: Some(target()),
        context: crate::config::Context::default(),
        no_state: true,
        looks: Looks { theme: theme.map(str::to_owned), ..Looks::default() },
        ascii: false,
        low_bandwidth: false,
        inline: None,
        color,
        end_process: never,
    }
}

fn around(term: &str, colorterm: &str, no_color: bool) -> Surroundings {
    Surroundings {
        term: term.into(),
        colorterm: colorterm.into(),
        locale: "C.UTF-8".into(),
        no_color,
        ..Surroundings::default()
    }
}

#[test]
fn no_theme_says_more_than_mono() {
    for name in STATES {
        let mut stage = state(name, 100, 30);
        let mut wear = |theme: &str| {
            stage.app.look.theme = Theme::built_in(theme).unwrap();
            stage.app.with_pane(|pane, cx| pane.restyle(cx));
            rows(&stage.frame())
        };
        let mono = wear("mono");
        for theme in Theme::names() {
            assert_eq!(wear(theme), mono, "{name} in {theme}");
        }
    }
}

#[test]
fn a_theme_is_put_on_at_once_and_cells_follow() {
    let mut stage = state("ready", 100, 30);
    let warning = |stage: &Stage| with_styles(&stage.frame()).matches('Y').count();
    stage.play("/ =order_items <enter> <esc> > >").settle();
    let before = with_styles(&stage.frame());
    stage.play(": theme <space> mono <enter>");
    assert_eq!(stage.app.look.theme.name, "mono");
    assert!(stage.text().contains("The theme is mono."));
    stage.wait_ms(4_100);
    assert_eq!(warning(&stage), stage.text().matches('Y').count(), "{before}");
    assert!(!with_styles(&stage.frame()).contains('#'), "nothing red is left");
}

#[test]
fn the_same_words_without_any_colour() {
    for name in STATES {
        for (columns, lines) in SIZES {
            let colored = state(name, columns, lines);
            let mut mono = state(name, columns, lines);
            mono.app.look.theme = Theme::mono();
            assert_eq!(rows(&colored.frame()), rows(&mono.frame()), "{name}");
        }
    }
}

#[test]
fn colours_come_by_option_variable_file_and_terminal_in_this_order() {
    use crate::tui::Color::{Always, Auto, Never};
    let cases = [
        (None, Auto, around("xterm", "", false), "terminal"),
        (None, Auto, around("xterm", "", true), "mono"),
        (None, Always, around("xterm", "", true), "terminal"),
        (None, Never, around("xterm", "", false), "mono"),
        (Some("cb"), Auto, around("xterm-256color", "", false), "cb"),
        (Some("cb"), Auto, around("xterm-256color", "", true), "mono"),
        (Some("cb"), Always, around("xterm-256color", "", true), "cb"),
        (Some("cb"), Auto, around("vt100", "", false), "mono"),
        (Some("cbb"), Auto, around("xterm", "", false), "terminal"),
    ];
    for (theme, color, around, name) in cases {
        let (look, trouble) = around.look(&options(theme, color));
        assert_eq!(look.theme.name, name, "{theme:?} {color:?} {around:?}");
        assert_eq!(trouble.is_some(), theme == Some("cbb"));
    }
}

#[test]
fn a_theme_uses_what_the_terminal_has() {
    let critical = |term: &str, colorterm: &str| {
        let (look, _) = around(term, colorterm, false).look(&options(Some("cb"), crate::tui::Color::Auto));
        (look.theme.critical.fg, look.depth)
    };
    assert_eq!(critical("xterm", ""), (Some(Color::Yellow), Depth::Ansi));
    assert_eq!(critical("xterm-256color", ""), (Some(Color::Indexed(208)), Depth::Indexed));
    assert_eq!(critical("xterm-256color", "truecolor"), (Some(Color::Indexed(208)), Depth::True));
}

#[test]
fn names_keep_their_letters_when_only_the_signs_are_ascii() {
    let mut options = options(None, crate::tui::Color::Auto);
    options.ascii = true;
    let around = around("xterm", "", false);
    assert_eq!(around.look(&options).0.glyphs.name, "ascii");
    assert!(!around.only_ascii(&options), "the terminal reads UTF-8");
    let c = Surroundings { locale: "C".into(), ..around };
    assert!(c.only_ascii(&options));
}

#[test]
fn a_theme_of_ones_own_is_read_outside_and_an_error_is_told() {
    let mut stage = Stage::ready(100, 30);
    stage.play(": theme <space> mine <enter>");
    assert!(matches!(stage.done.as_slice(), [Cmd::Theme(name)] if name == "mine"));
    stage.send(Msg::Theme(Err("mine.toml, line 2, `critcal`: no such role.".into())));
    assert!(stage.text().contains("line 2, `critcal`"), "{}", stage.text());
    stage.play(": theme <enter>");
    assert!(stage.text().contains("The theme is terminal. Known: terminal, dark"), "{}", stage.text());
}

#[test]
fn the_row_of_production_is_red_where_there_is_red() {
    let stage = Stage::ready(100, 30);
    let cell = |stage: &Stage| stage.frame().cell((50, 0)).unwrap().style();
    assert_eq!(cell(&stage).fg, Some(Color::Red));
    assert!(cell(&stage).add_modifier.contains(Modifier::REVERSED));
    let mono = Stage::with(100, 30, Theme::mono(), &glyphs::UNICODE, shop_catalog());
    assert!(!cell(&mono).add_modifier.contains(Modifier::REVERSED));
}

#[test]
fn the_selected_row_may_be_reversed_as_a_whole() {
    let (look, _) = {
        let mut options = options(None, crate::tui::Color::Auto);
        options.looks.selection = Selection::Row;
        around("xterm", "", false).look(&options)
    };
    let mut stage = state("ready", 100, 30);
    let words = rows(&stage.frame());
    stage.app.look = look;
    assert_eq!(rows(&stage.frame()), words);
    let y = words.iter().position(|row| row.starts_with('▌')).unwrap() as u16;
    for x in 0..30 {
        assert!(stage.frame().cell((x, y)).unwrap().style().add_modifier.contains(Modifier::REVERSED), "column {x}");
    }
    assert!(!stage.frame().cell((45, y)).unwrap().style().add_modifier.contains(Modifier::REVERSED));
}

/// Every sign stands in the one table: a literal elsewhere would reach terminals that can not draw it.
#[test]
fn no_sign_is_written_outside_the_table() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui");
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "tests" && name != "snapshots" {
                folders.push(path);
                continue;
            }
            if !name.ends_with(".rs") || name.contains("tests") || name == "glyphs.rs" {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
                assert!(line.is_ascii(), "{}: {line}", path.display());
            }
        }
    }
}

#[test]
fn ascii_is_ascii_in_every_state_and_overlay() {
    for name in STATES {
        let mut stage = state(name, 80, 24);
        stage.app.look = Look::new(Theme::mono(), &glyphs::ASCII);
        stage.app.with_pane(|pane, cx| pane.restyle(cx));
        for keys in
            ["<esc>", "?", "<esc> :", "<esc> : sql <enter>", "<esc> v", "<esc> : notes <enter>", "<esc> s", "^c"]
        {
            stage.play(keys).wait_ms(450);
            // Without the names of the shop, which are ASCII too.
            let text = stage.text().replace('µ', "u");
            assert!(text.is_ascii(), "{name} {keys}: {text}");
        }
    }
}

/// Keys that put something over the view, or wait for more of them.
const OVER: [&str; 8] = ["?", "? sort", ": tab", ": sql <enter>", ": notes <enter>", "v", "/ ord", "s"];

#[test]
fn what_lies_over_a_view_says_the_same_in_every_theme() {
    for keys in OVER {
        for (columns, lines) in SIZES {
            let mut stage = state("partial", columns, lines);
            stage.play(keys).wait_ms(450);
            let mut wear = |theme: &str| {
                stage.app.look.theme = Theme::built_in(theme).unwrap();
                stage.app.with_pane(|pane, cx| pane.restyle(cx));
                rows(&stage.frame())
            };
            let mono = wear("mono");
            for theme in Theme::names() {
                assert_eq!(wear(theme), mono, "{keys} in {theme} at {columns}x{lines}");
            }
        }
    }
}

#[test]
fn marks_of_an_environment_are_words_in_every_theme() {
    for (env, guessed, word) in [
        (Env::Prod, false, " PROD "),
        (Env::Prod, true, " PROD? "),
        (Env::Stage, false, " STAGE "),
        (Env::Dev, false, " DEV "),
    ] {
        for theme in Theme::names() {
            let mut stage = Stage::ready(100, 30);
            stage.app.look.theme = Theme::built_in(theme).unwrap();
            (stage.app.facts.env, stage.app.facts.env_guessed) = (Some(env), guessed);
            assert!(stage.text().starts_with(word), "{word} in {theme}: {}", stage.text());
        }
    }
}
