//! Themes: all that are built in, files of a person's own, fewer colours than a theme wants.

use super::file::parse;
use super::{Depth, Theme};
use ratatui::style::{Color, Modifier, Style};

fn styles(theme: &Theme) -> Vec<(&'static str, Style)> {
    theme.clone().roles().into_iter().map(|(name, style)| (name, *style)).collect()
}

#[test]
fn every_theme_that_is_built_in_is_complete() {
    for name in Theme::names() {
        let theme = Theme::built_in(name).unwrap_or_else(|| panic!("{name} does not parse"));
        assert_eq!(theme.name, name);
        let (_, text) = super::BUILT_IN.iter().find(|(known, _)| *known == name).unwrap();
        for (role, _) in styles(&theme) {
            assert!(text.contains(&format!("\n{role} = ")), "{name} says nothing of {role}");
        }
        assert_eq!(theme.plain, Style::new(), "{name}: plain text in the terminal's own colours costs no bytes");
        for (role, style) in styles(&theme) {
            assert_eq!(style.bg, None, "{name}, {role}: a background of its own fits no other terminal");
        }
    }
}

#[test]
fn the_default_has_three_colours_and_mono_none() {
    for (role, style) in styles(&Theme::terminal()) {
        assert!(matches!(style.fg, None | Some(Color::Red | Color::Yellow | Color::Cyan)), "{role}: {style:?}");
    }
    for (role, style) in styles(&Theme::mono()) {
        assert_eq!(style.fg, None, "{role}");
    }
    assert!(Theme::terminal().production.add_modifier.contains(Modifier::REVERSED));
}

#[test]
fn a_file_changes_what_it_names() {
    let text = "# mine\ncritical = \"underline 208 on #202020\"\nfaint = \"\"\n";
    let theme = parse("mine", text, "mine.toml").unwrap();
    assert_eq!(theme.critical.fg, Some(Color::Indexed(208)));
    assert_eq!(theme.critical.bg, Some(Color::Rgb(0x20, 0x20, 0x20)));
    assert_eq!(theme.faint, Style::new());
    assert_eq!(theme.warning, Theme::terminal().warning);
}

#[test]
fn errors_name_file_line_key_and_the_near_word() {
    let cases = [
        (
            "strong = \"bold\"\ncritcal = \"red\"\n",
            "mine.toml, line 2, `critcal`: no such role. Did you mean `critical`?",
        ),
        ("critical = \"rad\"\n", "mine.toml, line 1, `critical`: `rad` is no look. Did you mean `red`?"),
        ("critical = \"red on\"\n", "mine.toml, line 1, `critical`: after `on` comes a colour."),
        ("a = 1\n", "mine.toml, line 1, `a`: expected a text"),
        ("critical = \"300\"\n", "`300` is no look. A look is made of"),
        ("critical = \"#ff\"\n", "`#ff` is no look"),
        ("critical = \"\u{1f}\"\n", "mine.toml, line 1"),
        ("\nx\n", "mine.toml, line 2"),
    ];
    for (text, wanted) in cases {
        let error = parse("mine", text, "mine.toml").unwrap_err();
        assert!(error.contains(wanted), "{error}");
        assert!(!error.chars().any(char::is_control), "{error:?}");
    }
}

#[test]
fn a_theme_is_built_in_or_lies_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.toml"), "critical = \"blue\"\n").unwrap();
    assert_eq!(Theme::load("mine", folder.path()).unwrap().critical.fg, Some(Color::Blue));
    assert_eq!(Theme::load("dark", folder.path()).unwrap().name, "dark");
    let error = Theme::load("drak", folder.path()).unwrap_err();
    assert!(error.contains("There is no theme drak. Did you mean `dark`?"), "{error}");
    for name in ["../mine", "", "a/b", "\u{1b}[31m"] {
        let error = Theme::load(name, folder.path()).unwrap_err();
        assert!(error.contains("Known: terminal, dark"), "{error}");
        assert!(!error.contains('\u{1b}'));
    }
}

#[test]
fn the_depth_is_what_the_terminal_says() {
    let cases = [
        ("xterm", "", Depth::Ansi),
        ("xterm-256color", "", Depth::Indexed),
        ("tmux-256color", "truecolor", Depth::True),
        ("linux", "truecolor", Depth::Ansi),
        ("vt100", "", Depth::None),
        ("vt220", "truecolor", Depth::None),
        ("xterm-mono", "", Depth::None),
        ("foot", "", Depth::Indexed),
        ("screen", "", Depth::Ansi),
    ];
    for (term, colorterm, depth) in cases {
        assert_eq!(Depth::of(term, colorterm), depth, "{term} {colorterm}");
    }
}

#[test]
fn colours_that_are_missing_become_near_ones() {
    let cases = [
        (Depth::Indexed, Color::Rgb(255, 135, 0), Some(Color::Indexed(208))),
        (Depth::Ansi, Color::Rgb(255, 135, 0), Some(Color::Yellow)),
        (Depth::Ansi, Color::Indexed(203), Some(Color::Red)),
        (Depth::Ansi, Color::Indexed(39), Some(Color::Cyan)),
        (Depth::Ansi, Color::Rgb(0, 0, 255), Some(Color::Cyan)),
        (Depth::Ansi, Color::Indexed(245), None),
        (Depth::Ansi, Color::Indexed(3), Some(Color::Yellow)),
        (Depth::True, Color::Rgb(1, 2, 3), Some(Color::Rgb(1, 2, 3))),
        (Depth::None, Color::Red, None),
    ];
    for (depth, color, near) in cases {
        assert_eq!(depth.nearest(color), near, "{depth:?} {color:?}");
    }
    for name in Theme::names() {
        for (role, style) in styles(&Theme::built_in(name).unwrap().at(Depth::None)) {
            assert_eq!((style.fg, style.bg), (None, None), "{name} {role}");
        }
    }
}
