//! What a key and a quiet minute cost.

use super::*;

#[test]
fn a_cursor_move_is_small_and_the_same_frame_is_free() {
    let mut stage = state("ready", 100, 30);
    let mut screen = Screen::new(false, true);
    let first = screen.frame(stage.frame());
    assert!(first.len() <= 6_000, "first paint: {}", first.len());
    assert!(screen.frame(stage.frame()).is_empty());
    for key in ["j", "k", "k", "j"] {
        stage.play(key);
        let bytes = screen.frame(stage.frame());
        assert!(bytes.len() <= 60, "{} bytes: {:?}", bytes.len(), String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn nothing_happens_for_half_a_minute_for_few_bytes() {
    let mut stage = state("ready", 100, 30);
    let mut screen = Screen::new(false, true);
    screen.frame(stage.frame());
    let mut sent = 0;
    for _ in 0..300 {
        stage.wait_ms(100);
        while let Some(job) = stage.jobs.pop_front() {
            stage.answer(job);
        }
        sent += screen.frame(stage.frame()).len();
    }
    assert!(sent <= 300, "{sent} bytes in 30 s");
}

#[test]
fn fifty_thousand_tables_cost_a_key_nothing() {
    let mut draft = Draft::new().schema("public", None);
    for n in 0..50_000 {
        draft = draft.table(table("public", &format!("t_{n:05}")).heap(8e3 * f64::from(n % 97)));
    }
    let mut stage = Stage::with(120, 40, Theme::terminal(), &glyphs::UNICODE, draft.build());
    stage.settle();
    // A ratio in one run: a move among 50,000 rows against a move among a handful.
    let time = |stage: &mut Stage, keys: &str| {
        let start = std::time::Instant::now();
        for _ in 0..50 {
            stage.play(keys);
            stage.frame();
        }
        start.elapsed()
    };
    let many = time(&mut stage, "j j k");
    let mut small = Stage::ready(120, 40);
    small.play("l");
    let few = time(&mut small, "j j k");
    assert!(many < few * 5, "50,000 tables: {many:?}, the shop: {few:?}");
}
