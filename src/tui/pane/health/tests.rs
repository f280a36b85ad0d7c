//! The start view of a server: what is said first, what could not be looked at, what is sampled.

use crate::engine::fake::shop_catalog;
use crate::model::{Activity, Backend, Known, LiveFact, LivePart, VitalCounters, Vitals};
use crate::tui::glyphs;
use crate::tui::tests::Stage;
use crate::tui::theme::Theme;
use jiff::SignedDuration;
use std::sync::Arc;

fn stage(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::ready(columns, rows);
    stage.play("1").settle();
    // The rules run once more when all parts are there.
    stage.wait_ms(3_000);
    stage.settle();
    stage
}

#[test]
fn the_worst_comes_first_and_silence_is_no_health() {
    let stage = stage(100, 30);
    let text = stage.text();
    assert!(text.contains("Needs attention") && text.contains("What to do first"), "{text}");
    assert!(text.contains("could not look"), "what nobody could look at is not fine: {text}");
    assert!(text.contains(" 1 of "), "{text}");
}

#[test]
fn enter_opens_the_finding_in_full() {
    let mut stage = stage(100, 30);
    stage.play("j j j <enter>");
    let text = stage.text();
    assert!(text.contains("[8 Findings") && text.contains("Why it matters"), "{text}");
    stage.play("^o");
    assert!(stage.text().contains(" 4 of "), "{}", stage.text());
}

#[test]
fn vital_signs_come_from_own_samples() {
    let mut stage = Stage::ready(100, 30);
    let start = stage.server.now;
    let mut second = 0;
    stage.live = Some(Box::new(move |part| match part {
        LivePart::Vitals => {
            second += 5;
            let mut vitals = Vitals::new(start.checked_add(SignedDuration::from_secs(second)).unwrap());
            vitals.counters = VitalCounters { commits: (second * 400).into(), ..VitalCounters::default() };
            LiveFact::Vitals(Known::Ready(Arc::new(vitals)))
        }
        other => LiveFact::missing(other, Known::NotYet),
    }));
    stage.play("1").settle();
    assert!(!stage.text().contains("/s"), "one sample is no rate: {}", stage.text());
    for _ in 0..3 {
        stage.wait_ms(5_000);
        stage.settle();
    }
    assert!(stage.text().contains("400 /s"), "{}", stage.text());
}

#[test]
fn sessions_that_a_role_may_not_see_are_no_zeros() {
    let mut stage = Stage::ready(100, 30);
    let start = stage.server.now;
    stage.live = Some(Box::new(move |part| match part {
        LivePart::Activity => {
            let mut all = Activity::new(start);
            all.backends = vec![Backend { pid: 7, hidden: true, ..Backend::default() }];
            LiveFact::Activity(Known::Ready(Arc::new(all)))
        }
        LivePart::Vitals => LiveFact::Vitals(Known::Ready(Arc::new(Vitals::new(start)))),
        other => LiveFact::missing(other, Known::NotYet),
    }));
    stage.play("1").settle();
    assert!(stage.row_with("  active ").contains(" ?"), "{}", stage.text());
    assert!(stage.row_with("idle in tx").contains(" ?"), "{}", stage.text());
    assert!(!stage.text().contains("Longest tx"), "{}", stage.text());
}

#[test]
fn nothing_is_asked_while_it_is_paused_or_another_view_is_in_sight() {
    let mut stage = stage(100, 30);
    stage.wait_ms(6_000);
    assert!(!stage.jobs.is_empty(), "the pulse goes on");
    stage.settle();
    stage.play("2").settle();
    stage.wait_ms(8_000);
    assert!(stage.jobs.iter().all(|job| !matches!(job.ask, crate::collect::Ask::Live(_))));
    stage.play("1 <space>").settle();
    stage.wait_ms(12_000);
    assert!(stage.jobs.iter().all(|job| !matches!(job.ask, crate::collect::Ask::Live(_))), "{:?}", stage.jobs);
}

#[test]
fn tab_goes_to_the_areas_and_enter_lists_one() {
    let mut stage = stage(100, 30);
    stage.play("<tab>");
    assert!(stage.text().contains("Keys and constraints"), "{}", stage.text());
    stage.play("j j l");
    assert!(stage.text().contains("── Queries ──"), "{}", stage.text());
    stage.play("h");
    assert!(stage.text().contains("── Activity, locks"), "{}", stage.text());
    stage.play("<enter>");
    let text = stage.text();
    assert!(text.contains("[8 Findings") && text.contains("Findings › Activity"), "{text}");
    assert!(text.contains("48213") && text.contains("✓      deadlocks"), "what passed is listed too: {text}");
    assert!(!text.contains("fk-without-index"), "{text}");
    stage.play("<esc>");
    assert!(stage.text().contains("[1 Health]") && stage.text().contains("Activity, locks"), "{}", stage.text());
    stage.play("<tab>");
    assert!(stage.text().contains("What to do first"), "{}", stage.text());
}

#[test]
fn a_click_takes_an_area_too() {
    let mut stage = stage(100, 30);
    stage.app.mouse = true;
    let text = stage.text();
    let (y, row) = text.lines().enumerate().find(|(_, row)| row.contains("Settings")).expect("areas");
    let x = row.chars().take_while(|c| *c != '│').count() + 22;
    for _ in 0..2 {
        let what = crate::tui::keys::Click::Left;
        stage.send(crate::tui::msg::Msg::Mouse(crate::tui::keys::Mouse { column: x as u16, row: y as u16, what }));
    }
    assert!(stage.text().contains("Findings › Settings"), "{}", stage.text());
}

#[test]
fn what_moves_is_judged_before_the_schema_is_read() {
    let mut stage = Stage::new(100, 30);
    stage.play("1").wait_ms(20);
    for _ in 0..4 {
        let moves = |job: &crate::collect::Job| !matches!(job.ask, crate::collect::Ask::Schema { .. });
        let Some(at) = stage.jobs.iter().position(moves) else { break };
        let job = stage.jobs.remove(at).unwrap();
        stage.answer(job);
        stage.wait_ms(20);
    }
    let text = stage.text();
    assert!(text.contains("pid 48213 blocks 7 sessions") && text.contains("143 of 200"), "{text}");
    assert!(!text.contains("✓ Keys") && !text.contains("✓ Indexes"), "nobody has looked at tables: {text}");
    stage.settle();
    stage.wait_ms(3_000);
    stage.settle();
    assert!(stage.text().contains("A foreign key without an index"), "{}", stage.text());
}

#[test]
fn without_live_facts_nothing_is_invented() {
    let mut stage = Stage::ready(80, 24);
    stage.live = Some(Box::new(|part| LiveFact::missing(part, Known::NotYet)));
    stage.play("1").settle();
    assert!(stage.text().contains("no sample yet"), "{}", stage.text());
    insta::assert_snapshot!("unsampled_80x24", stage.shot());
}

/// The shop after some minutes of samples.
fn sampled(mut stage: Stage) -> Stage {
    stage.settle();
    stage.play("1").settle();
    for _ in 0..24 {
        stage.wait_ms(5_000);
        stage.settle();
    }
    stage.wait_ms(3_000);
    stage.settle();
    stage
}

#[test]
fn frames() {
    for (columns, rows) in [(100, 30), (80, 24), (40, 12), (200, 60)] {
        let stage = sampled(Stage::new(columns, rows));
        insta::assert_snapshot!(format!("ready_{columns}x{rows}"), stage.shot());
    }
    let mut stage = sampled(Stage::with(80, 24, Theme::terminal(), &glyphs::ASCII, shop_catalog()));
    insta::assert_snapshot!("ascii_80x24", stage.shot());
    stage.play("<tab> j");
    insta::assert_snapshot!("areas_ascii_80x24", stage.shot());
}

#[test]
fn nothing_found_yet_is_no_verdict() {
    let mut stage = Stage::ready(100, 30);
    stage.play("1");
    // Step by step until every part is there: before that nobody says that all is fine.
    for _ in 0..200 {
        let text = stage.text();
        if stage.app.facts.health.has_read_all() {
            break;
        }
        assert!(!text.contains("nothing serious") && !text.contains("Nothing has to be done"), "{text}");
        assert!(!text.contains(" could not look"), "{text}");
        stage.wait_ms(100);
    }
    stage.settle();
    assert!(stage.app.facts.health.has_read_all());
}
