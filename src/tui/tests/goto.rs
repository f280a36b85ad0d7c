//! Going to anything by its name.

use super::*;

/// The overlay in front of the shop.
fn open(columns: u16, rows: u16, keys: &str) -> Stage {
    let mut stage = Stage::ready(columns, rows);
    stage.play("^p").play(keys);
    stage
}

#[test]
fn a_few_letters_and_enter_go_there_and_ctrl_o_comes_back() {
    let mut stage = state("ready", 100, 30);
    let view = |stage: &Stage| rows(&stage.frame()).split_off(1);
    let before = view(&stage);
    stage.play("^p ordit <enter>").settle();
    assert!(stage.text().contains("› sales › order_items"), "{}", stage.text());
    stage.play("^o").settle();
    assert_eq!(view(&stage), before);
}

#[test]
fn a_column_an_index_and_a_key_are_found_in_their_table() {
    for (keys, tab, name) in [
        ("c:orders.coupon_id", "[Columns", "coupon_id"),
        ("orders_meta_gin", "[Indexes", "orders_meta_gin"),
        ("orders_coupon_id_fkey", "[Keys", "coupon_id"),
        ("orders_updated_at", "[Triggers", "orders_updated_at"),
    ] {
        let mut stage = open(120, 30, keys);
        stage.play("<enter>").settle();
        let text = stage.text();
        assert!(text.contains("› sales › orders") && text.contains(tab), "{keys}\n{text}");
        let chosen = rows(&stage.frame()).into_iter().find(|row| row.chars().skip(20).any(|c| c == '▌')).unwrap();
        assert!(chosen.contains(name), "{keys}: {chosen}");
    }
}

#[test]
fn it_can_be_typed_before_the_schema_is_here() {
    let mut stage = Stage::new(100, 30);
    stage.play("^p ordit");
    assert!(stage.text().contains("The schema is not read yet."), "{}", stage.text());
    stage.answer_until(Part::Relations);
    let text = stage.text();
    assert!(text.contains("table     sales.order_items") && text.contains("still being read: columns"), "{text}");
    assert!(!text.contains("order_items_pkey"));
    stage.settle();
    let text = stage.text();
    assert!(text.contains("order_items_pkey") && !text.contains("still being read"), "{text}");
    stage.play("<enter>").settle();
    assert!(stage.text().contains("› sales › order_items"));
}

#[test]
fn what_can_not_be_read_is_said() {
    let mut catalog = shop_catalog();
    catalog.keys = Known::unsupported("This server keeps no foreign keys");
    let mut stage = Stage::with(100, 30, Theme::terminal(), &glyphs::UNICODE, catalog);
    stage.settle();
    stage.play("^p");
    assert!(stage.text().contains("missing or not whole: keys (:notes)"), "{}", stage.text());
}

#[test]
fn typing_asks_no_server() {
    let mut stage = open(100, 30, "orders <backspace> <down> <up>");
    assert!(stage.jobs.is_empty());
    stage.play("<esc>");
    assert!(!stage.text().contains("Go to") && stage.jobs.is_empty());
}

#[test]
fn a_name_is_copied_from_the_list() {
    let stage = open(100, 30, "ordit ^y");
    assert!(matches!(stage.done.as_slice(), [Cmd::Copy(text, _)] if text == "sales.order_items"), "{:?}", stage.done);
}

#[test]
fn a_refresh_keeps_the_list_and_renews_it() {
    let mut stage = open(100, 30, "<esc> r ^p ordit");
    assert!(stage.text().contains("sales.order_items"));
    stage.settle();
    assert!(stage.text().contains("sales.order_items"));
    assert_eq!(stage.app.names.as_ref().map(|(known, _)| *known), Some(stage.app.facts.schema.generation));
}

#[test]
fn where_one_was_stands_first() {
    let mut stage = open(100, 30, "=");
    stage.play("<backspace> refunds <enter>").settle();
    stage.play("^p c:orders.coupon_id <enter>").settle();
    stage.play("^p");
    let rows = rows(&stage.frame());
    assert!(
        rows[5].contains("column    sales.orders.coupon_id") && rows[6].contains("sales.refunds"),
        "{}",
        rows.join("\n")
    );
    stage.play("r").settle();
    stage.play("<backspace>");
    assert!(stage.row_with("▌column").contains("sales.orders.coupon_id"), "{}", stage.text());
}

#[test]
fn hostile_names_stay_in_the_box() {
    for (columns, height) in [(40, 12), (80, 24), (100, 30)] {
        let mut stage = Stage::with(columns, height, Theme::terminal(), &glyphs::UNICODE, names::hostile());
        stage.settle();
        stage.play("^p");
        for _ in 0..8 {
            stage.play("<down>");
            let bytes = String::from_utf8(Screen::new(false, false).frame(stage.frame())).unwrap();
            assert!(!bytes.contains("\x1b[31mred") && !bytes.contains('\u{9b}') && !bytes.contains('\u{202e}'));
            for row in rows(&stage.frame()) {
                assert_eq!(crate::text::width(&row), columns as usize, "{row:?}");
            }
        }
    }
}

#[test]
fn screens_of_go_to() {
    for (columns, height) in SIZES {
        let mut stage = open(columns, height, "ord <down> <down>");
        let looks = with_styles(&stage.frame());
        stage.app.look = Look::new(Theme::mono(), &glyphs::ASCII);
        let plain = with_styles(&stage.frame());
        insta::assert_snapshot!(format!("goto_{columns}x{height}"), format!("{looks}\n{plain}"));
    }
}
