//! The views of sizes and indexes: what they ask, show and where their keys lead.

use super::*;
use crate::tui::measures::Want;

const SIZES: [(u16, u16); 4] = [(80, 24), (100, 30), (40, 12), (200, 60)];

fn snapshot(name: &str, stage: &mut Stage) {
    let looks = with_styles(&stage.frame());
    stage.app.look = Look::new(Theme::mono(), &glyphs::ASCII);
    stage.app.with_pane(|pane, cx| pane.restyle(cx));
    let plain = with_styles(&stage.frame());
    let rule = "=".repeat(stage.app.size.0 as usize);
    insta::assert_snapshot!(name, format!("{looks}\n{rule}\n{plain}"));
}

#[test]
fn screens_of_sizes_and_indexes() {
    for (columns, rows) in SIZES {
        for (view, name) in [("3", "sizes"), ("4", "indexes")] {
            let mut stage = Stage::ready(columns, rows);
            stage.play(view).settle();
            snapshot(&format!("{name}_ready_{columns}x{rows}"), &mut stage);
        }
    }
}

#[test]
fn screens_of_what_is_not_known_yet() {
    for (view, name) in [("3", "sizes"), ("4", "indexes")] {
        let mut stage = Stage::ready(80, 24);
        stage.play(view);
        snapshot(&format!("{name}_estimates_80x24"), &mut stage);
        let mut stage = Stage::new(80, 24);
        stage.play(view);
        stage.wait_ms(1_000);
        snapshot(&format!("{name}_loading_80x24"), &mut stage);
    }
}

#[test]
fn screens_of_groups() {
    for (keys, name) in [("b", "schema"), ("b b", "index"), ("b b b", "tablespace")] {
        let mut stage = Stage::ready(100, 30);
        stage.play("3").play(keys).settle();
        snapshot(&format!("sizes_by_{name}_100x30"), &mut stage);
    }
}

/// The relations of every question for sizes since the last look.
fn asked(stage: &Stage) -> Vec<usize> {
    let sizes = stage.jobs.iter().filter_map(|job| match &job.ask {
        Ask::Sizes { rels, .. } => Some(rels.len()),
        _ => None,
    });
    sizes.collect()
}

#[test]
fn nothing_is_measured_before_the_view_is_opened() {
    let mut stage = Stage::ready(100, 30);
    stage.wait_ms(60_000);
    assert!(stage.app.facts.measures.asked.is_none());
    assert!(stage.app.facts.measures.usage.is_none());
}

#[test]
fn the_rows_in_sight_are_measured_when_they_rest() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3");
    assert!(asked(&stage).is_empty(), "estimates first");
    stage.wait_ms(200);
    assert_eq!(asked(&stage).len(), 1);
    assert!(asked(&stage)[0] <= 100);
    stage.play("j j j");
    stage.wait_ms(5_000);
    assert_eq!(asked(&stage).len(), 1, "one question at a time");
    stage.settle();
    let want = stage.app.facts.measures.asked.clone();
    assert!(want.is_none(), "all in sight is known: {want:?}");
    assert!(stage.app.facts.measures.usage.is_some());
}

#[test]
fn leaving_the_view_stops_what_it_measures() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3");
    stage.wait_ms(200);
    let job = stage.jobs.pop_front().unwrap();
    stage.done.clear();
    stage.play("2");
    assert!(matches!(stage.done.as_slice(), [Cmd::Cancel(Lane::Deep)]), "{:?}", stage.done);
    let before = stage.app.facts.measures.revision;
    stage.answer(job);
    assert_eq!(stage.app.facts.measures.revision, before, "an answer that nobody waits for");
    stage.play("3");
    stage.wait_ms(200);
    let again = stage.app.facts.measures.asked.as_ref().map(|(want, _)| matches!(want, Want::Sizes(_)));
    assert_eq!(again, Some(true), "what was not answered is asked again");
}

#[test]
fn a_failed_measure_says_so_and_is_not_asked_for_ever() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3");
    for _ in 0..20 {
        stage.wait_ms(200);
        while let Some(job) = stage.jobs.pop_front() {
            stage.reply(job, Err(Error::new(ErrorKind::TimedOut, "no answer within 3 s")));
        }
    }
    assert!(stage.app.facts.measures.asked.is_none());
    assert!(stage.text().contains("no answer within 3 s"), "{}", stage.text());
}

#[test]
fn a_locked_table_shows_its_estimate_and_the_process() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3 / =payments <enter>").settle();
    assert!(stage.row_with("sales.payments").contains('*'), "{}", stage.text());
    assert!(stage.text().contains("process 4711"), "{}", stage.text());
}

#[test]
fn from_a_table_to_its_indexes_and_back() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3 / =orders <enter>").settle();
    stage.play("o").settle();
    assert!(stage.text().contains("Indexes › sales.orders"), "{}", stage.text());
    let shown = stage.row_with("orders_pkey");
    assert!(shown.contains("primary key"), "{shown}");
    stage.play("o").settle();
    assert!(stage.row_with("▌").contains("sales.orders"), "{}", stage.text());
    stage.play("^o ^o").settle();
    assert!(stage.text().contains("[3 Sizes]"), "{}", stage.text());
}

#[test]
fn from_an_index_to_the_key_it_serves() {
    let mut stage = Stage::ready(100, 30);
    stage.play("4 / =orders_pkey <enter>").settle();
    stage.play("<enter>").settle();
    assert!(stage.text().contains("[2 Schema]"), "{}", stage.text());
    assert!(stage.text().contains("orders_pkey"), "{}", stage.text());
}

#[test]
fn partitions_are_folded_into_their_table() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3").settle();
    assert!(stage.text().contains("parts)"), "{}", stage.text());
}

#[test]
fn a_sort_key_turns_round_and_comes_back_to_the_first_order() {
    let mut stage = Stage::ready(100, 30);
    stage.play("3 s n").settle();
    assert!(stage.text().contains("sort: name ▲"), "{}", stage.text());
    stage.play("s n");
    assert!(stage.text().contains("sort: name ▼"), "{}", stage.text());
    stage.play("s n");
    assert!(stage.text().contains("sort: total ▼"), "{}", stage.text());
    stage.play("4 s r").settle();
    assert!(stage.text().contains("sort: scans ▼"), "{}", stage.text());
    stage.play("s r s r");
    assert!(stage.text().contains("sort: verdict "), "{}", stage.text());
}

#[test]
fn a_click_chooses_a_line_and_opens_it_the_second_time() {
    use crate::tui::keys::{Click, Mouse};
    let mut stage = Stage::ready(100, 30);
    stage.play(": mouse <space> on <enter> 3").settle();
    let wanted = stage.row_with("sales.payments");
    let row = rows(&stage.frame()).iter().position(|row| *row == wanted).unwrap() as u16;
    let click = || Msg::Mouse(Mouse { what: Click::Left, column: 5, row });
    stage.send(click());
    assert!(stage.row_with("▌").contains("sales.payments"), "{}", stage.text());
    stage.send(click());
    assert!(stage.text().contains("[2 Schema]"), "{}", stage.text());
}
