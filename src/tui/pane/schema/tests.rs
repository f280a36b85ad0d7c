//! Tests of the tree behind the schema view; the view as a whole is tested with the screen.

use super::digest::{Digest, Section, Sort, SortBy};
use super::rows::{self, Key, Node, Open};
use crate::engine::fake::draft::{Draft, index, relation, table};
use crate::model::{Catalog, RelId, RelKind};

fn events() -> Catalog {
    Draft::new()
        .schema("app", None)
        .tables([
            relation("app", "events", RelKind::PartitionedTable),
            relation("app", "events_1", RelKind::Partition).parent("events").heap(1000.0).rows(10.0),
            relation("app", "events_2", RelKind::Partition)
                .parent("events")
                .heap(3000.0)
                .rows(30.0)
                .index(index("events_2_at", &["at"]).bytes(500.0)),
            table("app", "small").heap(50.0).rows(99.0),
        ])
        .build()
}

fn id(catalog: &Catalog, name: &str) -> RelId {
    catalog.relations.find("app", name).unwrap()
}

fn names(catalog: &Catalog, list: &[u32]) -> Vec<String> {
    list.iter().map(|&n| catalog.relations.name(RelId(n)).to_owned()).collect()
}

#[test]
fn a_partitioned_table_weighs_what_its_partitions_weigh() {
    let catalog = events();
    let digest = Digest::new(&catalog, Sort::default(), false);
    assert_eq!(digest.bytes(id(&catalog, "events")), Some(4500));
    assert_eq!(digest.rows(id(&catalog, "events")), Some(40));
    assert_eq!(digest.members(crate::model::NamespaceId(0)).unwrap().bytes, Some(4550), "each byte once");
}

#[test]
fn partitions_are_folded_under_their_table() {
    let catalog = events();
    let digest = Digest::new(&catalog, Sort::default(), false);
    let mut open = Open::from([Key::Schema("app".into())]);
    let shown = |open: &Open| rows::build(&catalog, &digest, open, None).list.len();
    assert_eq!(shown(&open), 3);
    open.insert(Key::Relation("app".into(), "events".into()));
    assert_eq!(shown(&open), 5);
    assert_eq!(digest.tables, 2);
}

#[test]
fn a_filter_that_finds_a_partition_shows_its_table_too() {
    let catalog = events();
    let digest = Digest::new(&catalog, Sort::default(), false);
    let filter = super::Filter::new("=events_2", &catalog).unwrap();
    let built = rows::build(&catalog, &digest, &Open::new(), Some(&filter));
    assert_eq!(built.found, 1);
    let nodes: Vec<Node> = built.list.iter().map(|row| row.node).collect();
    let relation = |name: &str| Node::Relation(id(&catalog, name));
    assert_eq!(nodes, [Node::Schema(crate::model::NamespaceId(0)), relation("events"), relation("events_2")]);
}

#[test]
fn orders_and_their_reverse() {
    let catalog = events();
    let order = |by, reversed| {
        let digest = Digest::new(&catalog, Sort { by, reversed }, false);
        let members = digest.members(crate::model::NamespaceId(0)).unwrap();
        names(&catalog, &members.sections[Section::Tables as usize])
    };
    assert_eq!(order(SortBy::Name, false), ["events", "small"]);
    assert_eq!(order(SortBy::Name, true), ["small", "events"]);
    assert_eq!(order(SortBy::Size, false), ["events", "small"]);
    assert_eq!(order(SortBy::Rows, false), ["small", "events"]);
}

#[test]
fn indexes_alone_are_no_size_of_a_table() {
    let never = table("app", "never").index(index("never_pk", &["id"]).bytes(500.0)).toast(0.0);
    let catalog = Draft::new().schema("app", None).tables([never, table("app", "known").heap(50.0)]).build();
    let digest = Digest::new(&catalog, Sort::default(), false);
    assert_eq!(digest.bytes(id(&catalog, "never")), None);
    assert_eq!(digest.members(crate::model::NamespaceId(0)).unwrap().bytes, Some(50));
}
