//! The shop: one believable PostgreSQL catalog whose numbers agree with each other. 6 schemas, 412 GB.

mod ddl;
mod live;
mod rest;
mod sales;

use super::draft::{Col, Draft, Idx, Table, col, index, table};
use crate::model::{Catalog, EngineKind, Generated, Role, Server, TypeKind};
pub use ddl::definition;
use jiff::{SignedDuration, Timestamp};
pub use live::shop_live;

/// 2026-11-20 03:12 UTC: the moment of the story.
const NOW: i64 = 1_795_144_320;

/// The time at which the story plays.
pub fn shop_now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap_or_default()
}

/// PostgreSQL 16.4, primary, up 41 days; counters since 23 days.
pub fn shop_server() -> Server {
    let ago = |seconds: i64| shop_now().checked_sub(SignedDuration::from_secs(seconds)).ok();
    Server {
        engine: EngineKind::Postgresql,
        version: "16.4".into(),
        version_num: 160_004,
        database: Some("shop".into()),
        host: Some("db-7.eu".into()),
        port: Some(5432),
        user: Some("app_ro".into()),
        role: Some(Role::Primary),
        started_at: ago(41 * 86_400 + 7_000),
        stats_since: ago(23 * 86_400 + 3_480),
        provider: None,
        line: "TLSv1.3 verify-full".into(),
        pooled: false,
        session: Some(48_600),
        now: shop_now(),
        notes: Vec::new(),
    }
}

/// The whole catalog, every part ready.
pub fn shop_catalog() -> Catalog {
    shop_draft().build()
}

/// The catalog before it is built, to change in a test.
pub fn shop_draft() -> Draft {
    let draft = Draft::new()
        .schema("audit", Some("Append only. Kept for two years."))
        .schema("public", Some("standard public schema"))
        .system_schema("information_schema")
        .system_schema("pg_catalog")
        .tables(rest::audit())
        .tables(rest::catalog())
        .tables(rest::crm())
        .tables(sales::sales())
        .table(sales::orders())
        .tables(rest::staging())
        .tables(rest::public())
        .tables(rest::system());
    objects(draft)
}

fn objects(mut draft: Draft) -> Draft {
    let functions = [
        ("cart_total", "cart bigint", "numeric"),
        ("close_order", "order_id bigint, reason text", "boolean"),
        ("customer_orders", "customer bigint", "SETOF sales.orders"),
        ("is_refundable", "order_id bigint", "boolean"),
        ("next_invoice_no", "", "bigint"),
        ("note_change", "", "trigger"),
        ("order_age", "order_id bigint", "interval"),
        ("price_at", "product bigint, moment timestamp with time zone", "numeric"),
        ("set_updated_at", "", "trigger"),
        ("shipment_state", "shipment bigint", "text"),
        ("total_of", "order_id bigint", "numeric"),
    ];
    for (name, arguments, returns) in functions {
        draft = draft.function("sales", name, arguments, returns);
    }
    draft
        .procedure("sales", "archive_orders", "before date")
        .function("audit", "log_change", "", "trigger")
        .type_of("public", "order_status", TypeKind::Enum, "new, paid, packed, shipped, done, cancelled")
        .type_of("public", "currency_code", TypeKind::Domain, "character(3)")
        .extension("public", "pg_stat_statements", "1.10")
        .extension("public", "pg_trgm", "1.6")
}

fn id() -> Col {
    col("id", "bigint").required().generated(Generated::IdentityByDefault)
}

/// A table of little interest: an id, a name, a time, and `bytes` of which an eighth is its key.
fn plain(schema: &str, name: &str, bytes: f64) -> Table {
    let rows = (bytes / 180.0).floor();
    table(schema, name)
        .rows(rows)
        .heap(bytes * 0.875)
        .toast(0.0)
        .columns([
            id().stats(rows, 0.0),
            col("name", "text").required().stats(rows * 0.9, 0.0),
            col("created_at", "timestamp with time zone").required().default("now()").stats(rows * 0.99, 0.0),
        ])
        .primary(&["id"], bytes * 0.125, 120_000)
}

/// Tables with falling sizes that sum up to `bytes`.
fn plain_all(schema: &str, names: &[&str], bytes: f64) -> Vec<Table> {
    let weights: Vec<f64> = (0..names.len()).map(|n| 1.0 / (n as f64 + 1.5)).collect();
    let sum: f64 = weights.iter().sum();
    names.iter().zip(weights).map(|(name, weight)| plain(schema, name, bytes * weight / sum)).collect()
}

/// Microseconds since 1970 of `hours` before the story.
fn hours_ago(hours: i64) -> Option<i64> {
    Some((NOW - hours * 3_600) * 1_000_000)
}

fn used(name: &str, parts: &[&str], bytes: f64, scans: i64) -> Idx {
    index(name, parts).bytes(bytes).scans(scans, hours_ago(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RelId;
    use crate::text;

    fn bytes_of(catalog: &Catalog, id: RelId) -> i64 {
        let rel = catalog.relations.get(id).unwrap();
        let indexes: i64 = catalog.indexes.value().unwrap().of(id).iter().filter_map(|index| index.bytes).sum();
        rel.table_bytes.unwrap_or(0) + rel.toast_bytes.unwrap_or(0) + indexes
    }

    #[test]
    fn schemas_hold_what_the_story_says() {
        let catalog = shop_catalog();
        let relations = &catalog.relations;
        let cases = [
            ("audit", 26, "58.9 GB"),
            ("catalog", 31, "11.7 GB"),
            ("crm", 12, "2.40 GB"),
            ("sales", 44, "327 GB"),
            ("staging", 58, "10.1 GB"),
            ("public", 13, "1.62 GB"),
        ];
        for (schema, count, size) in cases {
            let ids: Vec<RelId> =
                relations.iter().map(|(id, _)| id).filter(|&id| relations.schema_name(id) == schema).collect();
            let sum: i64 = ids.iter().map(|&id| bytes_of(&catalog, id)).sum();
            assert_eq!((ids.len(), text::bytes(sum).as_str()), (count, size), "{schema}");
        }
    }

    #[test]
    fn orders_is_as_drawn() {
        let catalog = shop_catalog();
        let id = catalog.relations.find("sales", "orders").unwrap();
        let (indexes, keys) = (catalog.indexes.value().unwrap(), catalog.keys.value().unwrap());
        assert_eq!(catalog.columns.value().unwrap().of(id).len(), 12);
        assert_eq!((indexes.of(id).len(), keys.of(id).len()), (9, 6));
        assert_eq!(text::bytes(bytes_of(&catalog, id)), "71.8 GB");
        let from: Vec<&str> = keys.referencing(id).map(|key| catalog.relations.name(key.rel)).collect();
        assert_eq!(from, ["order_items", "order_notes", "payments", "refunds", "shipments"]);
        let open: Vec<&str> = keys
            .list
            .iter()
            .filter(|key| key.indexed == Some(false))
            .map(|key| catalog.relations.name(key.rel))
            .collect();
        assert!(open.contains(&"stock"), "{open:?}");
    }

    #[test]
    fn lists_are_sorted_and_linked() {
        let catalog = shop_catalog();
        let relations = &catalog.relations;
        let places: Vec<(u32, &str)> =
            relations.list.iter().map(|rel| (rel.schema.0, relations.names.get(rel.name))).collect();
        assert!(places.is_sorted());
        let part = relations.find("audit", "events_2026_11").unwrap();
        assert_eq!(relations.get(part).unwrap().parent, relations.find("audit", "events"));
        assert!(relations.schemas.last().unwrap().system && !relations.schemas[0].system);
    }
}
