//! The view of findings on the shop: what is listed, what it says, where it leads, what is accepted.

use crate::findings::{Acceptance, Accepted};
use crate::tui::msg::{Cmd, Msg};
use crate::tui::tests::Stage;

fn stage(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::ready(columns, rows);
    stage.play("8").settle();
    // The rules run once more when all parts are there.
    stage.wait_ms(3_000);
    stage.settle();
    stage
}

#[test]
fn every_finding_is_listed_with_its_script_and_what_is_not_shown() {
    let mut stage = stage(100, 30);
    let text = stage.text();
    assert!(text.contains("[8 Findings "), "{text}");
    assert!(text.contains("Not shown") && text.contains("Passed"), "{text}");
    stage.play("/ fk-without-index <enter>");
    let text = stage.text();
    assert!(
        text.contains("this tool shows it and never runs it") && text.contains("CREATE INDEX CONCURRENTLY"),
        "{text}"
    );
    stage.play("<esc> i / index-btree <enter>");
    assert!(stage.text().contains("✓      index-btree"), "rules that passed are listed: {}", stage.text());
}

#[test]
fn enter_leads_to_the_object_and_back_to_the_same_finding() {
    let mut stage = stage(100, 30);
    stage.play("/ fk-without-index <enter>");
    let before = stage.text();
    stage.play("<enter>").settle();
    assert!(stage.text().contains("[2 Schema]"), "{}", stage.text());
    stage.play("^o");
    assert_eq!(stage.text().lines().nth(4), before.lines().nth(4));
}

#[test]
fn a_finding_is_accepted_with_a_day_and_a_reason() {
    let mut stage = stage(100, 30);
    let open = |stage: &Stage| stage.app.facts.health.looked.as_ref().unwrap().open.len();
    let all = open(&stage);
    stage.play("a");
    assert!(stage.text().contains(":accept 2027-02-18"), "{}", stage.text());
    stage.play("<enter>");
    assert!(stage.done.iter().all(|cmd| !matches!(cmd, Cmd::Accept(_))), "a reason is needed");
    stage.play("a known <enter>");
    let Some(Cmd::Accept(entry)) = stage.done.last() else { panic!("{:?}", stage.done.last()) };
    assert_eq!(entry.accepted.reason, "known");
    let entries = vec![(**entry).clone()];
    stage.send(Msg::Accepted { entries, said: None });
    stage.settle();
    assert_eq!(open(&stage), all - 1);
    stage.play("z");
    let of = |key: &str| Acceptance { key: key.into(), accepted: Accepted { reason: "x".into(), until: None } };
    stage.send(Msg::Accepted { entries: vec![of("nothing|at.all")], said: None });
    stage.settle();
    assert_eq!(open(&stage), all, "an entry less and it is back");
}

#[test]
fn on_a_narrow_screen_one_thing_is_shown_at_a_time() {
    let mut stage = stage(60, 20);
    assert!(!stage.text().contains("Why it matters"));
    stage.play("<enter>");
    assert!(stage.text().contains("Why it matters"), "{}", stage.text());
    stage.play("<esc>");
    assert!(!stage.text().contains("Why it matters"));
}

#[test]
fn frames() {
    for (columns, rows) in [(100, 30), (80, 24), (40, 12), (200, 60)] {
        let stage = stage(columns, rows);
        insta::assert_snapshot!(format!("ready_{columns}x{rows}"), stage.shot());
    }
}
