//! Any keys at any size.

use super::names::hostile;
use super::*;

fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(vec![
            "j", "k", "h", "l", "g", "G", "<enter>", "<esc>", "<tab>", "<", ">", "/", "n", "N", "s", "z", "H", "r", "y",
            "v", "d", "?", ":", "<down>", "<pagedown>", "<backspace>", "^d", "^u", "^o", "^c", "^p", "2", "<up>", "<backtab>", "theme <space> m", "\\\\d <space> o", "c:id", "7", "5", "w", "b", "Q", "s", "t", "role:api", "orders", "sql",
        ]).prop_map(str::to_owned),
        1 => "[ -~]".prop_map(|c| if c == " " { "<space>".into() } else { c }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_keys_at_any_size_break_it(
        keys in prop::collection::vec((any_key(), 0u64..400), 0..40),
        sizes in prop::collection::vec((1u16..300, 1u16..100), 1..4),
        hostile_names in any::<bool>(),
        answers in 0usize..9,
    ) {
        let catalog = if hostile_names { hostile() } else { shop_catalog() };
        let mut stage = Stage::with(sizes[0].0, sizes[0].1, Theme::terminal(), &glyphs::UNICODE, catalog);
        for _ in 0..answers {
            if let Some(job) = stage.jobs.pop_front() {
                stage.answer(job);
            }
        }
        let each = keys.len() / sizes.len() + 1;
        for (n, (key, pause)) in keys.iter().enumerate() {
            if n % each == 0 {
                let (columns, rows) = sizes[(n / each) % sizes.len()];
                stage.send(Msg::Resize(columns, rows));
            }
            stage.play(key);
            stage.wait_ms(*pause);
            if n % 3 == 0 && let Some(job) = stage.jobs.pop_front() {
                stage.answer(job);
            }
            let frame = stage.frame();
            prop_assert_eq!((frame.area.width, frame.area.height), stage.app.size);
        }
    }

    /// The same from every state that a view may be in, in every set of signs.
    #[test]
    fn no_keys_in_any_state_break_it(
        name in prop::sample::select(STATES.to_vec()),
        keys in prop::collection::vec((any_key(), 0u64..900), 0..30),
        sizes in prop::collection::vec((1u16..=300, 1u16..=100), 1..4),
        glyphs in prop::sample::select(vec![&glyphs::UNICODE, &glyphs::CP437, &glyphs::ASCII]),
        theme in prop::sample::select(Theme::names().collect::<Vec<_>>()),
    ) {
        let mut stage = state(name, 100, 30);
        stage.app.look = Look::new(Theme::built_in(theme).unwrap(), glyphs);
        for (n, (key, pause)) in keys.iter().enumerate() {
            if n % 7 == 0 {
                let (columns, rows) = sizes[(n / 7) % sizes.len()];
                stage.send(Msg::Resize(columns, rows));
            }
            stage.play(key);
            stage.wait_ms(*pause);
            if n % 4 == 0 && let Some(job) = stage.jobs.pop_front() {
                stage.answer(job);
            }
            let frame = stage.frame();
            prop_assert_eq!((frame.area.width, frame.area.height), stage.app.size);
        }
    }
}
