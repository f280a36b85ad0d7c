use super::*;
use crate::engine::fake::draft::{Draft, col, table};
use crate::engine::fake::shop_catalog;
use crate::model::RelKind;

fn shop() -> Index {
    Index::of_catalog(Arc::new(shop_catalog()))
}

/// The first results as `word path`.
fn found(index: &Index, text: &str) -> Vec<String> {
    let found = Search::default().find(index, text);
    found.top.iter().filter_map(|n| index.shown(*n)).map(|shown| format!("{} {}", shown.word, shown.path)).collect()
}

fn first(text: &str) -> String {
    found(&shop(), text).into_iter().next().unwrap_or_default()
}

#[test]
fn the_exact_name_comes_first_then_what_begins_so_and_tables_before_columns() {
    let all = found(&shop(), "orders");
    assert_eq!(all[0], "table sales.orders", "{all:#?}");
    let place = |wanted: &str| all.iter().position(|one| one == wanted).unwrap_or(usize::MAX);
    let exact = place("column sales.open_orders.orders");
    let (begins, word) = (place("index sales.orders.orders_pkey"), place("view sales.open_orders"));
    assert!(exact < begins && begins < word && word < usize::MAX, "{all:#?}");
}

#[test]
fn letters_in_order_find_words_apart() {
    assert_eq!(first("ordit"), "table sales.order_items");
    assert_eq!(first("ORDIT"), "table sales.order_items");
}

#[test]
fn every_kind_can_be_found() {
    let catalog = Draft::new()
        .schema("app", Some("the whole application"))
        .table(
            table("app", "users")
                .comment("People who may sign in")
                .columns([col("id", "bigint").required(), col("email", "text").comment("never shown")])
                .primary(&["id"], 8e3, 1)
                .check("email_has_an_at", "email like '%@%'")
                .trigger("stamp_row", "BEFORE UPDATE", "app.touch"),
        )
        .function("app", "touch_it", "integer", "integer")
        .type_of("app", "mood", crate::model::TypeKind::Enum, "sad, happy")
        .extension("app", "hstore", "1.8")
        .table(crate::engine::fake::draft::relation("app", "grown_ups", RelKind::View))
        .build();
    let index = Index::of_catalog(Arc::new(catalog));
    let cases = [
        ("users", "table app.users"),
        ("grown", "view app.grown_ups"),
        ("email_has", "key app.users.email_has_an_at"),
        ("=", ""),
        ("email", "column app.users.email"),
        ("users_pkey", "index app.users.users_pkey"),
        ("stamp", "trigger app.users.stamp_row"),
        ("touch_it", "function app.touch_it(integer)"),
        ("mood", "type app.mood"),
        ("hstore", "extension hstore"),
        ("app", "schema app"),
        ("sign in", "comment app.users"),
        ("m:never", "comment app.users.email"),
    ];
    for (text, wanted) in cases {
        let all = found(&index, text);
        assert_eq!(all.first().map_or("", String::as_str), wanted, "{text}: {all:#?}");
    }
}

#[test]
fn a_dot_asks_for_what_it_is_in() {
    assert_eq!(first("sales.orders"), "table sales.orders");
    assert_eq!(first("orders.status"), "column sales.orders.status");
    assert_eq!(first("sales.orders.status"), "column sales.orders.status");
    let all = found(&shop(), "orders.");
    assert!(all.iter().take(20).all(|one| one.contains("sales.orders.")), "{all:#?}");
    assert_eq!(found(&shop(), "t:audit.orders"), Vec::<String>::new());
    assert_eq!(first("\"sales\".\"orders\""), "table sales.orders");
}

#[test]
fn a_letter_and_a_colon_leave_one_kind() {
    let index = shop();
    for (text, word) in [("c:id", "column "), ("i:", "index "), ("k:", "key "), ("n:", "schema ")] {
        let all = found(&index, text);
        assert!(!all.is_empty() && all.iter().all(|one| one.starts_with(word)), "{text}: {all:?}");
    }
}

#[test]
fn things_of_the_engine_come_last() {
    let all = found(&shop(), "");
    let system = all.iter().position(|one| one.contains("pg_catalog")).unwrap_or(usize::MAX);
    let own = all.iter().rposition(|one| one.starts_with("table sales.")).unwrap();
    assert!(own < system);
}

/// Typing on narrows; the result is the one of a search from the beginning.
#[test]
fn typing_on_finds_what_a_new_search_finds() {
    let index = shop();
    let mut search = Search::default();
    let typed =
        ["o", "or", "ord", "ord i", "ord id", "ord i", "ord", "order", "sales", "sales.", "sales.o", "c:", "c:i", "id"];
    for text in typed {
        assert_eq!(search.find(&index, text), Search::default().find(&index, text), "{text}");
    }
}

#[test]
fn every_entry_leads_somewhere() {
    let index = shop();
    for n in 0..index.list.entries.len() as u32 {
        assert!(index.goto(n).is_some() && index.shown(n).is_some_and(|shown| !shown.path.is_empty()));
    }
}

/// 100,000 different names: what is found is right. What it takes is measured elsewhere.
#[test]
fn a_name_among_a_hundred_thousand() {
    let mut draft = Draft::new().schema("public", None);
    for n in 0..20_000 {
        let columns = (0..4).map(|c| col(&format!("field_{n:05}_{c}"), "text"));
        draft = draft.table(table("public", &format!("table_{n:05}")).columns(columns));
    }
    let index = Index::of_catalog(Arc::new(draft.build()));
    assert!(index.list.entries.len() >= 100_000);
    let mut search = Search::default();
    for text in ["t", "ta", "tb19", "tb199", "tb1999"] {
        search.find(&index, text);
    }
    let found = search.find(&index, "tb19999");
    assert_eq!((found.total, index.shown(found.top[0]).unwrap().path), (1, "public.table_19999".to_owned()));
    let found = search.find(&index, "field_1");
    assert!(found.total >= 40_000 && found.top.len() == SHOWN, "{}", found.total);
    assert!(found.top.iter().all(|n| index.shown(*n).unwrap().path.contains(".field_1")));
}
