//! Views over the shop and over schemas that are hard to draw.

use super::draft::{Draft, Table, col, table};
use super::{listed, of, shop};
use crate::erd::map::{self, MapLook, Notes};
use crate::erd::path::{mind_the_rows, paths};
use crate::erd::path_view::{self, PathLook};
use crate::erd::{
    ASCII, Extra, Focus, FocusLook, Format, Graph, Part, RowSet, Scope, Signs, UNICODE, cascade, export, groups,
    join_sql, reading,
};
use crate::model::EngineKind;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn look(signs: &'static Signs, width: usize) -> FocusLook {
    FocusLook { signs, width, rows: RowSet::Keys, steps: 1, selected: None, unfolded: false }
}

fn focus(graph: &Graph, name: &str, look: FocusLook) -> String {
    let table = graph.find(name).unwrap();
    Focus::new(graph, table, look.unfolded, &BTreeSet::new()).paint(graph, look).to_text()
}

#[test]
fn focus_at_every_width() {
    let graph = shop(true);
    for (signs, name) in [(&UNICODE, "unicode"), (&ASCII, "ascii")] {
        for width in [40, 80, 100, 200] {
            insta::assert_snapshot!(format!("focus_{name}_{width}"), focus(&graph, "sales.orders", look(signs, width)));
        }
    }
}

#[test]
fn no_view_is_wider_than_it_may_be_and_ascii_is_ascii() {
    let graph = shop(true);
    for width in 20..130 {
        for name in ["sales.orders", "sales.customers", "catalog.products", "crm.tickets"] {
            for rows in [RowSet::Keys, RowSet::All] {
                let text = focus(&graph, name, FocusLook { rows, steps: 3, ..look(&ASCII, width) });
                let widest = text.lines().map(crate::text::width).max().unwrap();
                assert!(widest <= width.max(24), "{name} at {width}: {widest}\n{text}");
                assert!(text.is_ascii(), "{text}");
            }
        }
    }
}

#[test]
fn a_hub_is_folded_to_its_largest() {
    let hub = table("s", "users").columns([col("id", "int")]).primary(&["id"], 1.0, 1);
    let mut draft = Draft::new().table(hub);
    for n in 0..99 {
        let other = table("s", &format!("t{n:02}")).rows(f64::from(n)).columns([col("user_id", "int")]);
        draft = draft.table(other.references(&["user_id"], "s", "users", &["id"]));
    }
    let graph = of(&draft.build(), false);
    let text = focus(&graph, "users", look(&UNICODE, 80));
    assert!(text.contains("… 87 more"), "{text}");
    assert!(text.contains("t98") && !text.contains("t86"), "{text}");
    let whole = focus(&graph, "users", FocusLook { unfolded: true, ..look(&UNICODE, 80) });
    assert!((0..99).all(|n| whole.contains(&format!("t{n:02}"))), "{whole}");
}

#[test]
fn ways_from_tickets_to_products() {
    let graph = shop(false);
    let ends = (graph.find("crm.tickets").unwrap(), graph.find("catalog.products").unwrap());
    let found = paths(&graph, ends.0, ends.1);
    assert!(!found.is_empty() && found.len() <= 5);
    assert!(found.is_sorted_by_key(|path| path.cost));
    assert!(found.iter().all(|path| path.steps.len() <= 6));
    let tables = found[0].tables(&graph);
    let names: Vec<&str> = tables.iter().map(|&id| &*graph.table(id).name).collect();
    assert_eq!((names.first(), names.last()), (Some(&"tickets"), Some(&"products")));
    for path in &found {
        let tables: BTreeSet<_> = path.tables(&graph).into_iter().collect();
        assert_eq!(tables.len(), path.steps.len() + 1, "no table twice");
    }
    let text = path_view::paint(&graph, ends, &found, PathLook { signs: &UNICODE, width: 100, chosen: 0 }).to_text();
    insta::assert_snapshot!("path_100", text);
    let narrow = path_view::paint(&graph, ends, &found, PathLook { signs: &ASCII, width: 40, chosen: 0 }).to_text();
    insta::assert_snapshot!("path_ascii_40", narrow);
}

#[test]
fn a_shortcut_over_a_tenant_comes_last() {
    let tenants = table("s", "tenants").rows(10.0).columns([col("id", "int")]).primary(&["id"], 1.0, 1);
    let of_tenant = |name: &str| -> Table {
        let columns = [col("id", "int"), col("tenant_id", "int").required()];
        let index = super::draft::index(&format!("{name}_tenant"), &["tenant_id"]);
        let made = table("s", name).rows(100.0).columns(columns).primary(&["id"], 1.0, 1).index(index);
        made.references(&["tenant_id"], "s", "tenants", &["id"])
    };
    let index = |name: &str| super::draft::index(name, &["up_id"]);
    let mut draft = Draft::new().table(tenants).table(of_tenant("a"));
    for (name, up) in [("b", "a"), ("c", "b"), ("d", "c")] {
        let made = of_tenant(name).columns([col("up_id", "int").required()]).index(index(name));
        draft = draft.table(made.references(&["up_id"], "s", up, &["id"]));
    }
    for n in 0..8 {
        draft = draft.table(of_tenant(&format!("other{n}")));
    }
    let graph = of(&draft.build(), false);
    let found = paths(&graph, graph.find("a").unwrap(), graph.find("d").unwrap());
    assert_eq!(found[0].steps.len(), 3, "by the chain, not by the tenant");
    let said = mind_the_rows(&graph, &found[0]).join("\n");
    assert!(said.contains("one to many"), "{said}");
}

#[test]
fn joins_quote_and_take_every_column() {
    let draft = Draft::new()
        .table(table("S x", "or\"der").columns([col("a b", "int"), col("select", "int")]).primary(
            &["a b", "select"],
            1.0,
            1,
        ))
        .table(table("S x", "line").columns([col("x", "int"), col("Y", "int")]).references(
            &["x", "Y"],
            "S x",
            "or\"der",
            &["a b", "select"],
        ));
    let catalog = draft.build();
    let expected = [
        (EngineKind::Postgresql, "JOIN \"S x\".\"or\"\"der\" o ON o.\"a b\" = l.x AND o.\"select\" = l.\"Y\""),
        (EngineKind::Mysql, "JOIN `or\"der` o ON o.`a b` = l.`x` AND o.`select` = l.`Y`"),
    ];
    for (engine, sql) in expected {
        let graph = Graph::new(engine, &catalog, crate::erd::Options::default());
        let (from, to) = (graph.find("line").unwrap(), graph.find("or\"der").unwrap());
        let found = paths(&graph, from, to);
        assert_eq!(join_sql(&graph, from, &found[0].steps)[1], sql);
    }
}

#[test]
fn a_delete_says_what_goes_and_what_refuses() {
    let graph = shop(false);
    let customers = graph.find("sales.customers").unwrap();
    let hops = cascade::cascade(&graph, customers);
    assert!(hops.iter().any(|hop| hop.effect == cascade::Effect::Refuse));
    let text = cascade::paint(&graph, customers, &UNICODE, 100).to_text();
    assert!(text.contains("is refused by"), "{text}");
}

#[test]
fn reading_begins_with_what_much_points_to() {
    let graph = shop(false);
    let order = reading::reading_order(&graph);
    assert_eq!(order.len(), graph.tables.len());
    assert_eq!(order[0].kind, reading::Kind::Hub);
    let junction = graph.find("crm.w_items").unwrap();
    let entry = order.iter().find(|entry| entry.table == junction).unwrap();
    assert_eq!(entry.kind, reading::Kind::Junction);
    assert_eq!(order.last().unwrap().kind, reading::Kind::Island);
}

#[test]
fn a_map_of_one_schema() {
    let graph = shop(false);
    let part = Part::of(&graph, &Scope::Schema("sales".into()));
    let linked: Vec<_> = part.tables.iter().copied().filter(|&id| graph.degree(id) > 0).collect();
    let part = Part::of(&graph, &Scope::Tables(linked));
    for (signs, name) in [(&UNICODE, "unicode"), (&ASCII, "ascii")] {
        let look = MapLook { signs, rows: Some(RowSet::Keys), selected: None, width: 100, notes: &Notes::new() };
        insta::assert_snapshot!(format!("map_{name}"), map::paint(&graph, &part, &look).canvas.to_text());
    }
}

#[test]
fn groups_hold_every_table_once() {
    let graph = shop(true);
    let all: Vec<_> = graph.ids().collect();
    let groups = groups::groups(&graph, &all);
    let mut found: Vec<_> = groups.list.iter().flat_map(|group| group.tables.clone()).collect();
    found.extend(&groups.islands);
    found.sort();
    assert_eq!(found, all);
    assert!(groups.list.iter().all(|group| group.tables.contains(&group.hub)));
}

/// A schema of tables that point to each other in any way.
fn tangle(count: usize, keys: &[(usize, usize)]) -> Draft {
    let mut draft = Draft::new();
    for n in 0..count {
        let mut columns = vec![col("id", "int").required()];
        let own: Vec<(usize, usize)> =
            keys.iter().copied().enumerate().filter(|(_, key)| key.0 == n).map(|(at, key)| (at, key.1)).collect();
        columns.extend(own.iter().map(|(at, _)| col(&format!("k{at}_id"), "int")));
        let mut made = table("s", &format!("t{n}")).rows(n as f64).columns(columns).primary(&["id"], 1.0, 1);
        for (at, to) in own {
            made = made.references(&[&format!("k{at}_id")], "s", &format!("t{to}"), &["id"]);
        }
        draft = draft.table(made);
    }
    draft
}

fn everything(graph: &Graph) -> String {
    let all = Part::of(graph, &Scope::All);
    let extra = Extra { rows: RowSet::All, signs: &UNICODE, notes: &Notes::new() };
    let formats = [
        Format::Text,
        Format::Json,
        Format::Mermaid,
        Format::Dot,
        Format::Dbml,
        Format::Plantuml,
        Format::D2,
        Format::Svg,
    ];
    let mut out: String = formats.iter().map(|&format| export(graph, &all, format, extra)).collect();
    for id in graph.ids() {
        out.push_str(&Focus::new(graph, id, true, &BTreeSet::new()).paint(graph, look(&UNICODE, 80)).to_text());
    }
    let ids: Vec<_> = graph.ids().collect();
    out.push_str(&groups::paint(graph, &groups::groups(graph, &ids), 0, None, &UNICODE, 80).to_text());
    out.push_str(&reading::paint(graph, &reading::reading_order(graph), 0, &UNICODE, 80).to_text());
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_the_input_changes_nothing(
        (order, keys) in (2_usize..14).prop_flat_map(|count| {
            let order = Just((0..count).collect::<Vec<_>>()).prop_shuffle();
            (order, prop::collection::vec((0..count, 0..count), 0..24))
        })
    ) {
        let catalog = tangle(order.len(), &keys).build();
        let one = everything(&of(&catalog, true));
        let other = everything(&of(&listed(&catalog, &order), true));
        prop_assert_eq!(one, other);
    }
}
