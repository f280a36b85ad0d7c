//! Keys and what they do.

use super::*;
use crate::config::terminal::Clipboard;

#[test]
fn walking_to_a_neighbour_and_back() {
    let mut stage = state("ready", 100, 30);
    stage.play("<enter> G").settle();
    // Row 1 has ages.
    let view = |stage: &Stage| rows(&stage.frame()).split_off(1);
    let before = view(&stage);
    stage.play("<enter>").settle();
    assert!(!stage.text().contains("› sales › orders"), "{}", stage.text());
    stage.play("^o").settle();
    assert_eq!(view(&stage), before);
}

#[test]
fn escape_goes_back_to_where_enter_was_pressed_level_by_level() {
    let mut stage = state("ready", 100, 30);
    let view = |stage: &Stage| rows(&stage.frame()).split_off(1);
    stage.play("<esc> s s / ord <enter> / <esc> / =orders <enter>").settle();
    stage.play("<enter> j").settle();
    let orders = view(&stage);
    assert!(orders.concat().contains("filter: =orders") && orders.concat().contains("sort: size"), "{}", stage.text());
    stage.play("<enter>").settle();
    assert!(stage.text().contains("› sales › customers"), "{}", stage.text());
    stage.play("G <enter>").settle();
    assert!(!stage.text().contains("› sales › customers"), "{}", stage.text());
    stage.play("<esc>").settle();
    assert!(stage.text().contains("› sales › customers"), "{}", stage.text());
    stage.play("<esc>").settle();
    assert_eq!(view(&stage), orders);
    stage.play("<esc>");
    assert!(stage.text().contains("filter: =orders"), "the tree, still filtered: {}", stage.text());
    stage.play("<esc>");
    assert!(!stage.text().contains("filter: =orders"), "{}", stage.text());
}

#[test]
fn escape_does_not_leave_a_place_that_a_jump_led_to() {
    let mut stage = state("ready", 100, 30);
    stage.play("^p =payments <backspace>").play("<esc> ^p payments <enter>").settle();
    stage.play("<esc>").settle();
    assert!(stage.text().contains("› sales › payments"), "{}", stage.text());
    stage.play("^o").settle();
    assert!(stage.text().contains("› sales › orders"), "{}", stage.text());
}

#[test]
fn a_foreign_key_column_leads_to_its_table() {
    let mut stage = state("ready", 100, 30);
    stage.play("<enter> j").settle();
    assert!(stage.row_with("2  customer_id").contains('▌'));
    stage.play("<enter>").settle();
    assert!(stage.text().contains("› sales › customers"), "{}", stage.text());
}

#[test]
fn a_filter_says_what_it_hides_and_goes_away_with_esc() {
    let mut stage = Stage::ready(100, 30);
    stage.play("/ ordit");
    let text = stage.text();
    assert!(text.contains("order_items") && !text.contains("payments"), "{text}");
    let leaves = stage.row_with("Schema ›");
    assert!(leaves.contains(" of "), "{leaves}");
    stage.play("<enter> <esc>");
    assert!(!stage.row_with("Schema ›").contains(" of "), "{}", stage.text());
}

#[test]
fn digits_go_into_a_text_field_and_to_views_elsewhere() {
    let mut stage = Stage::ready(100, 30);
    stage.play("/ 3x");
    assert!(stage.row_with("/ 3x").contains("3x"));
    stage.play("<esc> 3");
    assert!(stage.text().contains("[3 Sizes]"), "{}", stage.text());
}

#[test]
fn escape_never_quits_and_q_does() {
    let mut stage = state("ready", 100, 30);
    stage.play("<enter> <esc> <esc> <esc> <backspace> <esc>");
    assert!(stage.done.is_empty(), "{:?}", stage.done);
    assert!(stage.text().contains("press q to quit"));
    stage.play("q");
    assert!(matches!(stage.done.as_slice(), [Cmd::Quit]));
}

#[test]
fn ctrl_c_twice_within_two_seconds_quits() {
    let mut stage = Stage::ready(80, 24);
    stage.play("^c").wait_ms(2_500);
    stage.play("^c");
    assert!(stage.done.is_empty());
    stage.wait_ms(500);
    stage.play("^c");
    assert!(matches!(stage.done.as_slice(), [Cmd::Quit]));
}

#[test]
fn sort_waits_for_its_second_key_and_tells_the_choices() {
    let mut stage = Stage::ready(100, 30);
    stage.play("s");
    assert!(!stage.text().contains("sort by:"));
    stage.wait_ms(450);
    assert!(stage.row_with("? help").contains("sort by:"), "{}", stage.text());
    stage.play("s");
    assert!(stage.row_with("Schema ›").contains("sort: size ▼"));
    stage.play("s s");
    assert!(stage.row_with("Schema ›").contains("sort: size ▲"));
}

#[test]
fn the_largest_table_comes_first_when_sorted_by_size() {
    let mut stage = Stage::ready(100, 30);
    stage.play("/ =orders <enter> <esc> s s").settle();
    let rows = rows(&stage.frame());
    let at = |name: &str| rows.iter().position(|row| row.chars().take(38).collect::<String>().contains(name));
    assert!(at("order_items") < at("  orders ") && at("  orders ") < at("payments"), "{}", rows.join("\n"));
}

#[test]
fn system_schemas_are_hidden_until_asked_for() {
    let mut stage = Stage::ready(100, 30);
    assert!(!stage.text().contains("pg_catalog") && stage.text().contains("(H shows)"));
    stage.play("H");
    assert!(stage.text().contains("pg_catalog"), "{}", stage.text());
}

#[test]
fn copying_never_claims_success() {
    let mut stage = state("ready", 100, 30);
    stage.play("y");
    assert!(matches!(stage.done.as_slice(), [Cmd::Copy(text, Clipboard::Osc52)] if text == "sales.orders"));
    let row = stage.row_with("clipboard");
    assert!(row.contains("Sent") && row.contains("If it did not arrive"), "{row}");
    stage.play("v");
    assert!(stage.text().starts_with("sales.orders"), "{}", stage.text());
}

#[test]
fn a_paste_is_text_in_a_field_and_nothing_elsewhere() {
    let mut stage = Stage::ready(100, 30);
    stage.send(Msg::Paste("qqq:q\n".into()));
    assert!(stage.done.is_empty() && stage.text().contains("pasted 6 characters"), "{}", stage.text());
    stage.play("/");
    stage.send(Msg::Paste("orders\n".into()));
    assert!(stage.row_with("/ orders").contains("orders"));
}

#[test]
fn help_runs_the_line_that_is_chosen() {
    let mut stage = Stage::ready(100, 30);
    stage.play("? half <down> <enter>");
    stage.play("? quit <enter>");
    assert!(matches!(stage.done.as_slice(), [Cmd::Quit]), "{:?}", stage.done);
}

#[test]
fn the_statement_log_tells_every_statement_and_the_cost() {
    let mut stage = Stage::ready(100, 30);
    stage.play(": sql <enter>");
    let text = stage.text();
    assert!(text.contains("postgres/relations.sql") && text.contains("11.2 ms") && text.contains("46.9 kB"), "{text}");
    stage.play("<enter>");
    assert!(stage.text().contains("from pg_class c"));
    stage.play("<esc> <esc>");
    assert!(stage.text().contains("Schema"));
}

#[test]
fn a_command_goes_to_a_table_a_function_or_says_that_there_is_none() {
    let mut stage = Stage::ready(100, 30);
    stage.play(": table <space> payments <enter>").settle();
    assert!(stage.text().contains("› sales › payments"), "{}", stage.text());
    stage.play(": close_order <enter>").settle();
    assert!(stage.text().contains("sales.close_order("), "{}", stage.text());
    stage.play(": zzqqxx <enter>");
    assert!(stage.text().contains("There is no table"), "{}", stage.text());
}

#[test]
fn every_tab_of_every_object_can_be_opened() {
    let mut stage = Stage::ready(100, 30);
    stage.play("H").settle();
    for _ in 0..400 {
        let before = stage.text();
        stage.play("l <esc> j").wait_ms(100);
        for _ in 0..8 {
            stage.play(">");
            while let Some(job) = stage.jobs.pop_front() {
                stage.answer(job);
            }
            stage.frame();
        }
        if stage.text() == before {
            return;
        }
    }
}

#[test]
fn nothing_that_is_copied_can_end_a_paste() {
    let mut stage = Stage::new(100, 30);
    let name = "t\u{1b}[201~\u{9b}x";
    stage.catalog = Arc::new(Draft::new().schema("s", None).table(table("s", name)).build());
    stage.settle();
    stage.play("G y");
    let copied = stage.done.iter().find_map(|cmd| match cmd {
        Cmd::Copy(text, _) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.unwrap();
    assert!(!copied.contains(['\u{1b}', '\u{9b}']) && copied.contains("\\x1b[201~\\u{9b}x"), "{copied:?}");
    assert!(stage.row_with("clipboard").contains("escapes"), "{}", stage.text());
}
