//! The view of sessions: a chain of blocked ones, what runs, what is hidden, what is asked for.

use crate::collect::Ask;
use crate::model::{Known, LiveFact};
use crate::tui::glyphs;
use crate::tui::tests::Stage;
use crate::tui::theme::Theme;

fn stage(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::ready(columns, rows);
    stage.play("6").settle();
    stage
}

#[test]
fn the_root_of_a_chain_comes_first_with_a_gentle_way_out() {
    let stage = stage(100, 30);
    let text = stage.text();
    assert!(text.contains("1 chain, 7 blocked, longest wait 38 min"), "{text}");
    assert!(text.contains("root of the chain") && text.contains("locks that 7 sessions wait for"), "{text}");
    let (root, victim) = (text.find("48213").unwrap(), text.find("48377").unwrap());
    assert!(root < victim && !text.contains("46100"), "{text}");
}

#[test]
fn the_script_is_guarded_and_idle_sessions_come_on_a_key() {
    let mut stage = stage(100, 30);
    stage.play("f");
    let text = stage.text();
    assert!(text.contains("pg_terminate_backend(pid) FROM") && text.contains("backend_start ="), "{text}");
    stage.play("<esc> / 46100 <enter>");
    assert!(!stage.text().contains("SELECT * FROM sales.order_items"), "{}", stage.text());
    stage.play("i");
    assert!(stage.text().contains("SELECT * FROM sales.order_items"), "{}", stage.text());
    stage.play("<esc> / migrator <enter>");
    let text = stage.text();
    assert!(text.contains("48502") && !text.contains("48601"), "{text}");
}

#[test]
fn only_what_moves_is_asked_for() {
    let mut stage = stage(100, 30);
    stage.jobs.clear();
    stage.wait_ms(11_000);
    assert!(!stage.jobs.is_empty());
    assert!(stage.jobs.iter().all(|job| matches!(job.ask, Ask::Live(_) | Ask::Server)), "{:?}", stage.jobs);
    stage.play("<space>").settle();
    stage.wait_ms(11_000);
    assert!(stage.jobs.is_empty(), "{:?}", stage.jobs);
}

#[test]
fn a_finding_about_a_session_leads_here_and_back() {
    let mut stage = stage(100, 30);
    stage.play("8").settle();
    stage.wait_ms(3_000);
    stage.settle();
    stage.play("/ 48213 <enter> <enter>").settle();
    assert!(stage.text().contains("[6 Activity]"), "{}", stage.text());
    stage.play("^o");
    assert!(stage.text().contains("[8 Findings"), "{}", stage.text());
}

#[test]
fn frames() {
    for (columns, rows) in [(100, 30), (80, 24), (40, 12), (200, 60)] {
        let stage = stage(columns, rows);
        insta::assert_snapshot!(format!("blocked_{columns}x{rows}"), stage.shot());
    }
    let mut ascii = Stage::with(80, 24, Theme::terminal(), &glyphs::ASCII, crate::engine::fake::shop_catalog());
    ascii.settle();
    ascii.play("6").settle();
    insta::assert_snapshot!("blocked_ascii_80x24", ascii.shot());
    let mut quiet = Stage::ready(80, 24);
    quiet.live = Some(Box::new(|part| LiveFact::missing(part, Known::NotYet)));
    quiet.play("6").settle();
    insta::assert_snapshot!("nothing_80x24", quiet.shot());
}

#[test]
fn a_session_that_does_nothing_now_is_found_all_the_same() {
    let mut stage = stage(100, 30);
    let goto = crate::tui::msg::Goto::Session(46_100);
    let (now, effects) = (stage.app.now, stage.app.with_pane(|pane, cx| pane.goto(&goto, cx)));
    assert!(effects.is_ok(), "{effects:?} at {now:?}");
    assert!(stage.text().contains("session 46100"), "{}", stage.text());
    let goto = crate::tui::msg::Goto::Session(1);
    let before = stage.text();
    assert!(stage.app.with_pane(|pane, cx| pane.goto(&goto, cx)).is_err());
    assert_eq!(stage.text(), before, "one that is gone moves nothing");
}
