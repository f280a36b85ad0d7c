//! What a graph says of a catalog.

use super::draft::{Draft, col, relation, table};
use super::{of, shop};
use crate::erd::map::Notes;
use crate::erd::{Cardinality, Confidence, Extra, Format, Part, RowSet, Scope, UNICODE, export};
use crate::model::RelKind;

#[test]
fn the_shop_has_its_relations() {
    let graph = shop(false);
    let orders = graph.find("orders").unwrap();
    let customers = graph.find("sales.customers").unwrap();
    let link = graph.out(orders).find(|&link| graph.link(link).to == customers).unwrap();
    let link = graph.link(link);
    assert_eq!(graph.columns(link), ["customer_id"]);
    assert_eq!((link.cardinality, link.optional), (Some(Cardinality::ManyToOne), Some(false)));
    assert_eq!(link.indexed, Some(true));
    let fan = graph.fan_out(link).unwrap();
    assert!((9.0..9.6).contains(&fan.mean), "{fan:?}");
}

#[test]
fn partitions_are_one_table_and_keys_of_each_are_kept() {
    let mut draft = Draft::new()
        .table(table("s", "customers").columns([col("id", "int")]).primary(&["id"], 1.0, 1))
        .table(relation("s", "payments", RelKind::PartitionedTable).columns([col("customer_id", "int")]));
    for n in 1..=3 {
        let part = relation("s", &format!("payments_{n}"), RelKind::Partition).parent("payments").rows(10.0);
        let part = part.columns([col("customer_id", "int").required()]);
        draft = draft.table(part.references(&["customer_id"], "s", "customers", &["id"]));
    }
    let graph = of(&draft.build(), false);
    assert_eq!(graph.tables.len(), 2);
    assert_eq!(graph.links.len(), 1);
    assert_eq!((graph.links[0].folded, graph.links[0].optional), (2, Some(false)));
    let payments = graph.find("payments").unwrap();
    assert_eq!((graph.table(payments).rows, graph.table(payments).partitions), (Some(30), 3));
    let part = Part::of(&graph, &Scope::All);
    let json = export(&graph, &part, Format::Json, Extra { rows: RowSet::Keys, signs: &UNICODE, notes: &Notes::new() });
    for n in 1..=3 {
        assert_eq!(json.matches(&format!("\"payments_{n}_customer_id_fkey\"")).count(), 1, "{json}");
    }
}

#[test]
fn one_to_one_and_optional() {
    let draft = Draft::new().table(table("s", "users").columns([col("id", "int")]).primary(&["id"], 1.0, 1)).table(
        table("s", "profiles")
            .columns([col("user_id", "int"), col("editor_id", "int")])
            .primary(&["user_id"], 1.0, 1)
            .references(&["user_id"], "s", "users", &["id"])
            .references(&["editor_id"], "s", "users", &["id"]),
    );
    let graph = of(&draft.build(), false);
    let of = |name: &str| *graph.links.iter().find(|link| graph.columns(link) == [name]).unwrap();
    assert_eq!((of("user_id").cardinality, of("user_id").optional), (Some(Cardinality::OneToOne), Some(false)));
    assert_eq!((of("editor_id").cardinality, of("editor_id").optional), (Some(Cardinality::ManyToOne), Some(true)));
    assert_eq!(of("editor_id").indexed, Some(false));
}

#[test]
fn guesses_need_a_unique_target_of_the_same_type_and_are_never_declared() {
    let draft = |type_name: &str, unique: bool| {
        let orders = table("s", "orders").rows(1000.0).columns([col("id", "bigint")]);
        let orders = if unique { orders.primary(&["id"], 1.0, 1) } else { orders };
        let log = table("s", "order_log").columns([col("order_id", type_name).stats(900.0, 0.0)]);
        Draft::new().table(orders).table(log).build()
    };
    let graph = of(&draft("bigint", true), true);
    assert_eq!(graph.links.len(), 1);
    assert!(graph.links[0].guessed());
    assert_eq!(graph.guesses[0].confidence, Confidence::Likely);
    assert!(graph.guesses[0].evidence.contains("900 values for 1.00 k rows"), "{}", graph.guesses[0].evidence);
    assert!(of(&draft("bigint", true), false).links.is_empty());
    assert!(of(&draft("text", true), true).links.is_empty());
    assert!(of(&draft("bigint", false), true).links.is_empty());
}
