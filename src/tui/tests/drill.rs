//! From a finding to everything that it is about, and back to the same finding by Esc and by Ctrl-O.

use super::*;

/// Findings with this filter; the cursor on the first.
fn findings(filter: &str) -> Stage {
    let mut stage = Stage::ready(100, 30);
    stage.play("8").settle();
    // The rules run once more when all parts are there.
    stage.wait_ms(3_000);
    stage.settle();
    stage.play("/").play(&filter.replace(' ', " <space> ")).play("<enter>").settle();
    assert!(stage.text().contains(" of ") && !stage.text().contains("Nothing found"), "{}", stage.text());
    stage
}

/// The view without what ages.
fn view(stage: &Stage) -> String {
    let rows = rows(&stage.frame());
    rows[3..27].iter().filter(|row| !row.contains("seen ")).cloned().collect::<Vec<_>>().join("\n")
}

/// Presses `keys` on the finding, sees `words`, and comes back both ways.
fn leads(filter: &str, keys: &str, words: &[&str]) {
    let mut stage = findings(filter);
    let before = view(&stage);
    for back in ["<esc>", "^o"] {
        stage.play(keys).settle();
        let text = stage.text();
        for word in words {
            assert!(text.contains(word), "{filter}, {keys}: no {word:?} in\n{text}");
        }
        stage.play(back);
        assert_eq!(view(&stage), before, "{filter}, {keys}, {back}");
    }
}

#[test]
fn to_a_table_its_relations_its_indexes_and_statements() {
    leads("dead-tuples-high", "<enter>", &["[2 Schema]", "Schema › sales › orders"]);
    leads("dead-tuples-high", "e", &["[7 ERD]", "orders"]);
    leads("dead-tuples-high", "o", &["[4 Indexes]", "sales.orders_status_idx"]);
    leads("dead-tuples-high", "Q", &["[5 Queries]", "of sales.orders"]);
}

#[test]
fn to_an_index_and_to_a_column() {
    leads("index-invalid", "<enter>", &["[4 Indexes]", "orders_ccnew"]);
    leads("fk-without-index product_id", "<enter>", &["[2 Schema]", "stock"]);
}

#[test]
fn to_the_session_at_the_root_of_a_chain() {
    leads("blocked-locks", "<enter>", &["[6 Activity]", "session 48213", "root of the chain"]);
}

#[test]
fn to_a_statement_in_full() {
    leads("query-dominates", "<enter>", &["[5 Queries]", "Counters, over their whole life"]);
}

#[test]
fn to_its_plan_over_the_finding() {
    let mut stage = findings("query-dominates");
    stage.play("E").settle();
    assert!(stage.text().contains("query 7f3a"), "{}", stage.text());
    stage.play("<esc>");
    assert!(stage.text().contains("[8 Findings"), "{}", stage.text());
    let mut stage = findings("dead-tuples-high");
    stage.play("E");
    assert!(stage.text().contains("It is about no statement"), "{}", stage.text());
}

#[test]
fn to_the_settings_of_the_server() {
    let mut stage = findings("settings-pending-restart");
    stage.play("<enter>");
    let text = stage.text();
    assert!(text.contains("Waits for a restart:") && text.contains("shared_buffers"), "{text}");
    stage.play("<esc>");
    assert!(stage.text().contains("[8 Findings"), "{}", stage.text());
    stage.play(":").play("replication").play("<enter>");
    assert!(stage.text().contains("standby db-8"), "{}", stage.text());
}

#[test]
fn from_health_through_the_finding_to_the_session_and_all_the_way_back() {
    let mut stage = Stage::ready(100, 30);
    stage.play("1").settle();
    stage.wait_ms(3_000);
    stage.settle();
    let places = ["[1 Health]", "[8 Findings", "[6 Activity]"];
    for place in &places[..2] {
        assert!(stage.text().contains(place), "{}", stage.text());
        stage.play("<enter>").settle();
    }
    for place in places.iter().rev() {
        assert!(stage.text().contains(place), "{place}: {}", stage.text());
        stage.play("<esc>");
    }
    assert!(stage.text().contains("press q to quit"), "{}", stage.text());
}

#[test]
fn esc_clears_what_was_typed_there_before_it_goes_back() {
    let mut stage = findings("blocked-locks");
    stage.play("<enter>").settle();
    stage.play("/ 48377 <enter> <esc>");
    assert!(stage.text().contains("[6 Activity]"), "{}", stage.text());
    stage.play("<esc>");
    assert!(stage.text().contains("[8 Findings"), "{}", stage.text());
}

#[test]
fn a_view_that_was_chosen_by_its_digit_has_no_way_back_by_esc() {
    let mut stage = findings("blocked-locks");
    stage.play("<enter>").settle();
    stage.play("3 <esc>");
    assert!(stage.text().contains("[3 Sizes]"), "{}", stage.text());
}

#[test]
fn on_a_narrow_screen_the_finding_is_shown_and_esc_goes_back_to_health() {
    let mut stage = Stage::ready(60, 20);
    stage.play("1").settle();
    stage.wait_ms(3_000);
    stage.settle();
    stage.play("<enter>");
    assert!(stage.text().contains("Why it matters"), "{}", stage.text());
    stage.play("<esc>");
    assert!(stage.text().contains("Health 1/"), "{}", stage.text());
}
