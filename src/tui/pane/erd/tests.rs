//! The ERD over the shop: frames, walking, and no key that can break it.

use crate::engine::fake::shop_catalog;
use crate::tui::glyphs::{ASCII, Glyphs, UNICODE};
use crate::tui::msg::Msg;
use crate::tui::tests::Stage;
use crate::tui::theme::Theme;
use proptest::prelude::*;

fn stage(columns: u16, rows: u16, glyphs: &'static Glyphs) -> Stage {
    let mut stage = Stage::with(columns, rows, Theme::terminal(), glyphs, shop_catalog());
    stage.settle();
    stage
}

/// The ERD around orders.
fn orders(columns: u16, rows: u16, glyphs: &'static Glyphs) -> Stage {
    let mut stage = stage(columns, rows, glyphs);
    stage.play("7 / sales.orders <enter>").settle();
    stage
}

#[test]
fn screens_of_the_erd() {
    for (glyphs, name) in [(&UNICODE, "unicode"), (&ASCII, "ascii")] {
        for (columns, rows) in [(40, 12), (80, 24), (100, 30), (200, 60)] {
            let size = format!("{name}_{columns}x{rows}");
            let mut focus = orders(columns, rows, glyphs);
            insta::assert_snapshot!(format!("focus_{size}"), focus.text());
            focus.play("m").settle();
            insta::assert_snapshot!(format!("map_{size}"), focus.text());
            let mut path = stage(columns, rows, glyphs);
            path.play("7 / crm.tickets <enter> P catalog.products <enter>").settle();
            insta::assert_snapshot!(format!("path_{size}"), path.text());
            let mut reading = stage(columns, rows, glyphs);
            reading.play("7").settle();
            insta::assert_snapshot!(format!("reading_{size}"), reading.text());
        }
    }
}

#[test]
fn e_opens_the_table_of_the_schema_view_and_the_way_back_is_kept() {
    let mut stage = stage(100, 30, &UNICODE);
    stage.play("/ =orders <enter> <esc> e").settle();
    assert!(stage.text().contains("[7 ERD]"), "{}", stage.text());
    assert!(stage.text().contains("ERD › sales.orders"), "{}", stage.text());
    stage.play("^o").settle();
    assert!(stage.text().contains("[2 Schema]"), "{}", stage.text());
}

#[test]
fn walking_leads_there_and_escape_back() {
    let mut stage = orders(100, 30, &UNICODE);
    assert!(stage.text().contains("relation 1 of"), "{}", stage.text());
    stage.play("<enter>").settle();
    assert!(stage.text().contains("ERD › sales.customers"), "{}", stage.text());
    stage.play("<esc>").settle();
    assert!(stage.text().contains("ERD › sales.orders"), "{}", stage.text());
    stage.play("l <enter>").settle();
    assert!(stage.text().contains("ERD › sales.payments"), "{}", stage.text());
}

#[test]
fn a_hidden_table_is_gone_until_it_is_asked_for() {
    let mut stage = orders(100, 30, &UNICODE);
    stage.play("z").settle();
    assert!(!stage.text().contains("customer_id_fkey"), "{}", stage.text());
    assert!(stage.text().contains("1 hidden"), "{}", stage.text());
    stage.play("H").settle();
    assert!(stage.text().contains("orders_customer_id_fkey"), "{}", stage.text());
}

#[test]
fn guesses_are_off_until_asked_for() {
    let mut stage = orders(100, 30, &UNICODE);
    assert!(!stage.text().contains("order_log"), "{}", stage.text());
    stage.play("i").settle();
    assert!(stage.text().contains("audit.order_log"), "{}", stage.text());
}

#[test]
fn hidden_tables_are_hidden_the_next_time() {
    let mut first = orders(100, 30, &UNICODE);
    first.play("z").settle();
    let state = first.app.kept().unwrap();
    let mut next = stage(100, 30, &UNICODE);
    next.send(Msg::Kept(Box::new(state.clone())));
    next.play("7 / sales.orders <enter>").settle();
    assert!(!next.text().contains("customer_id_fkey"), "{}", next.text());
    assert!(next.text().contains("1 hidden"), "{}", next.text());
    assert_eq!(next.app.kept().unwrap().panes["ERD"], state.panes["ERD"]);
}

#[test]
fn sizes_writes_and_findings_are_laid_over_boxes_and_groups() {
    let mut stage = orders(100, 30, &UNICODE);
    stage.play("m w").settle();
    assert!(stage.text().contains("size   "), "{}", stage.text());
    insta::assert_snapshot!("laid_size", stage.text());
    stage.play("w").settle();
    assert!(stage.text().contains(" writes"), "{}", stage.text());
    stage.play("w").settle();
    assert!(stage.text().contains("no finding"), "{}", stage.text());
    assert!(stage.text().contains(", warning") || stage.text().contains(", notice"), "{}", stage.text());
    stage.play("b").settle();
    insta::assert_snapshot!("laid_groups", stage.text());
    stage.play("w").settle();
    assert!(stage.text().contains("size  linked to"), "{}", stage.text());
}

#[test]
fn a_name_is_found_by_its_letters_and_chosen_among_several() {
    let mut stage = stage(100, 30, &UNICODE);
    stage.play("7 / ordit").settle();
    assert!(stage.row_with("sales.order_items").contains("▌"), "{}", stage.text());
    stage.play("<esc> / order").settle();
    let second = stage.text().lines().nth(5).unwrap().split_whitespace().next().unwrap().to_owned();
    stage.play("<down> <enter>").settle();
    assert!(stage.text().contains(&format!("ERD › {second}")), "{second}\n{}", stage.text());
}

#[test]
fn what_is_in_view_becomes_a_file_of_the_tool_that_its_ending_names() {
    let mut stage = orders(100, 30, &UNICODE);
    stage.play("x").settle();
    assert!(stage.text().contains(".svg") && stage.text().contains(".mmd"), "{}", stage.text());
    let document = stage.app.pane().document(&stage.app.cx()).unwrap();
    let tables: Vec<String> = document.part.tables.iter().map(|&id| document.graph.full_name(id)).collect();
    assert!(
        tables.contains(&"sales.customers".to_owned()) && !tables.contains(&"crm.tickets".to_owned()),
        "{tables:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_key_breaks_it(
        keys in prop::collection::vec(prop::sample::select(KEYS), 1..25),
        size in (20_u16..140, 8_u16..50),
    ) {
        let mut stage = stage(size.0, size.1, &UNICODE);
        stage.play("7").settle();
        for key in keys {
            stage.play(key);
            stage.frame();
        }
    }
}

const KEYS: &[&str] = &[
    "j",
    "k",
    "h",
    "l",
    "g",
    "G",
    "<enter>",
    "<esc>",
    "m",
    "b",
    "c",
    "i",
    "z",
    "H",
    "+",
    "-",
    "t",
    "w",
    "x <esc>",
    "y",
    "P orders <enter>",
    "/ cust <enter>",
    "^d",
    "^u",
    "^o",
    "e",
    "v <esc>",
];
