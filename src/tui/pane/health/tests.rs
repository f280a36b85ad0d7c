//! The start view of a server: what is said first, what could not be looked at, what is sampled.

use crate::model::{Activity, Backend, Known, LiveFact, LivePart, VitalCounters, Vitals};
use crate::tui::tests::Stage;
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
fn frames() {
    for (columns, rows) in [(100, 30), (80, 24), (40, 12), (200, 60)] {
        let stage = stage(columns, rows);
        insta::assert_snapshot!(format!("ready_{columns}x{rows}"), stage.shot());
    }
}
