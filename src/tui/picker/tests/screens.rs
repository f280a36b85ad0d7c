//! Frames of the picker, with styles; and what holds for all of them.

use super::*;
use proptest::prelude::*;

const STATES: [&str; 19] = [
    "looking",
    "list",
    "production",
    "staging",
    "file",
    "problem",
    "demo",
    "paste",
    "left_out",
    "filter",
    "url",
    "form_new",
    "form_edit",
    "conflict",
    "testing",
    "passed",
    "failed",
    "broken",
    "nothing",
];

/// The story of a test: what was found, and what was pressed since.
fn state(name: &str, columns: u16, rows: u16) -> Stage {
    let ready = |keys: &str| {
        let mut stage = Stage::ready(columns, rows);
        stage.play(keys);
        stage
    };
    match name {
        "looking" => Stage::new(Home::full(), columns, rows),
        "list" => ready(""),
        "production" => ready("g"),
        "staging" => ready("g j"),
        "file" => ready("/ events <tab> <esc>"),
        "problem" => {
            let home = Home::full();
            home.write(
                ".config/dblens/config.toml",
                "[connections.a]\nurl = \"postgres://h/d\"\nsslmode = \"maybe\"\n",
            );
            let mut stage = Stage::new(home, columns, rows).looked();
            stage.play("g");
            stage
        }
        "demo" => ready("G k"),
        "paste" => ready("G"),
        "left_out" => ready("H G k k"),
        "filter" => ready("/ shop"),
        "url" => ready("u postgres://ada:tops3cret@db-9.eu/sh"),
        "form_new" => ready("n bill <tab> <tab>"),
        "form_edit" => ready("g e <tab>"),
        "conflict" => {
            let mut stage = ready("n x <tab> sqlite:a.db");
            stage.home.write(".config/dblens/config.toml", "# theirs\n");
            stage.play("<enter>").answer();
            stage
        }
        "testing" => {
            let mut stage = ready("g t");
            stage.wait_ms(2_400);
            stage
        }
        "passed" | "failed" => {
            let mut stage = ready("g t");
            let (number, _) = stage.asked_test();
            let passed = Tested {
                server: shop_server(),
                connected: Duration::from_millis(23),
                round_trip: Some(Duration::from_micros(1_840)),
            };
            let why = "password authentication failed for user \"app_ro\". Next: check the password in ~/.pgpass";
            let result = if name == "passed" { Ok(Box::new(passed)) } else { Err(why.to_owned()) };
            stage.told(Told::Tested { number, result });
            stage
        }
        "broken" => {
            let home = Home::full();
            home.write(".config/dblens/config.toml", "\nhst = \"h\"\n");
            Stage::new(home, columns, rows).looked()
        }
        "nothing" => Stage::new(Home::empty(), columns, rows).looked(),
        other => panic!("no state {other}"),
    }
}

fn plain(stage: &mut Stage) {
    stage.app.look = Look::new(Theme::mono(), &glyphs::ASCII);
}

/// One file for each state and size: the default looks, and below them ASCII without colour.
#[test]
fn screens_of_the_picker() {
    for name in STATES {
        for (columns, lines) in SIZES {
            let mut stage = state(name, columns, lines);
            let looks = with_styles(&draw_all(&stage.app));
            plain(&mut stage);
            let ascii = with_styles(&draw_all(&stage.app));
            let rule = "=".repeat(columns as usize);
            insta::assert_snapshot!(format!("{name}_{columns}x{lines}"), format!("{looks}\n{rule}\n{ascii}"));
        }
    }
}

#[test]
fn screens_of_its_help() {
    let mut stage = Stage::ready(100, 30);
    stage.play("?");
    insta::assert_snapshot!("help_100x30", with_styles(&draw_all(&stage.app)));
    let mut stage = Stage::ready(40, 12);
    stage.play("?");
    insta::assert_snapshot!("help_40x12", with_styles(&draw_all(&stage.app)));
}

#[test]
fn the_same_words_without_any_colour_and_ascii_where_it_is_asked_for() {
    for name in STATES {
        for (columns, lines) in SIZES {
            let mut stage = state(name, columns, lines);
            let colored = rows(&draw_all(&stage.app));
            stage.app.look.theme = Theme::mono();
            assert_eq!(rows(&draw_all(&stage.app)), colored, "{name}");
            plain(&mut stage);
            assert!(stage.text().is_ascii(), "{name}: {}", stage.text());
        }
    }
}

#[test]
fn nothing_is_cut_that_tells_what_will_happen() {
    for (columns, lines) in [(80, 24), (100, 30), (200, 60)] {
        let mut stage = state("production", columns, lines);
        let will = stage.picker().chosen().unwrap().will.clone();
        assert!(!will.is_empty());
        for sentence in will {
            stage.shows(&sentence);
        }
        stage.play("G k");
        stage.shows("nothing to set up");
    }
}

#[test]
fn the_help_is_pinned_and_each_row_ends_at_the_edge() {
    for name in STATES {
        for (columns, lines) in SIZES {
            let stage = state(name, columns, lines);
            let all = rows(&draw_all(&stage.app));
            assert!(all.iter().all(|row| crate::text::width(row) == columns as usize), "{name}");
            let typing = matches!(name, "filter" | "url" | "form_new" | "form_edit" | "conflict");
            assert!(typing || all[lines as usize - 1].trim_end().ends_with("? help"), "{name}:\n{}", all.join("\n"));
        }
    }
}

fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(vec![
            "j", "k", "g", "G", "<enter>", "<esc>", "<tab>", "/", "n", "e", "m", "t", "H", "r", "y", "u", "d", "?", "<down>",
            "<up>", "<pagedown>", "<backspace>", "^d", "^u", "^c", "shop", "postgres://a:b@h", "<space>", "7",
        ]).prop_map(str::to_owned),
        1 => "[ -~]".prop_map(|c| if c == " " { "<space>".into() } else { c }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_keys_at_any_size_break_it(
        keys in prop::collection::vec((any_key(), 0u64..900), 0..40),
        sizes in prop::collection::vec((1u16..300, 1u16..100), 1..4),
        full in any::<bool>(),
        ascii in any::<bool>(),
    ) {
        let home = if full { Home::full() } else { Home::empty() };
        let mut stage = Stage::new(home, sizes[0].0, sizes[0].1);
        if ascii {
            plain(&mut stage);
        }
        for (n, (key, pause)) in keys.iter().enumerate() {
            if n % 9 == 0 {
                let (columns, rows) = sizes[(n / 9) % sizes.len()];
                stage.send(Msg::Resize(columns, rows));
            }
            stage.play(key);
            stage.wait_ms(*pause);
            if n % 2 == 0 {
                stage.answer();
            }
            let frame = draw_all(&stage.app);
            prop_assert_eq!((frame.area.width, frame.area.height), stage.app.size);
            if stage.app.picker.is_none() {
                break;
            }
        }
        prop_assert!(!stage.home.config().contains("a:b@h"));
    }
}
