//! Everything around `sales`.

use super::{id, plain, plain_all, used};
use crate::engine::fake::draft::{GB, KB, MB, Table, col, relation, table};
use crate::model::{RelFlags, RelKind};

fn numbered(prefix: &str, count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("{prefix}_{n:02}")).collect()
}

pub(super) fn audit() -> Vec<Table> {
    let columns = || {
        [
            col("id", "bigint").required(),
            col("ts", "timestamptz").required().default("now()"),
            col("actor", "text").required(),
            col("what", "jsonb"),
        ]
    };
    let mut tables = vec![
        relation("audit", "events", RelKind::PartitionedTable)
            .rows(402e6)
            .columns(columns())
            .comment("One partition a month."),
        relation("audit", "order_log", RelKind::ForeignTable).columns([
            col("order_id", "bigint"),
            col("changed_at", "timestamptz"),
            col("old_status", "text"),
        ]),
    ];
    for n in 0..24_i32 {
        let (year, month) = (2024 + (n + 11) / 12, (n + 11) % 12 + 1);
        let share = |whole: f64| whole / 24.0;
        let name = format!("events_{year}_{month:02}");
        let actor = format!("{name}_actor_idx");
        tables.push(
            relation("audit", &name, RelKind::Partition)
                .parent("events")
                .rows(share(402e6))
                .heap(share(52.1 * GB))
                .toast(0.0)
                .columns(columns())
                .primary(&["id", "ts"], share(6.33 * GB), 9_000)
                .index(used(&actor, &["actor"], share(480.0 * MB), 41_000)),
        );
    }
    tables
}

pub(super) fn catalog() -> Vec<Table> {
    const REST: [&str; 25] = [
        "attributes",
        "attribute_values",
        "bundles",
        "bundle_items",
        "categories",
        "category_products",
        "collections",
        "colours",
        "compliance",
        "descriptions",
        "documents",
        "dimensions",
        "images",
        "image_variants",
        "labels",
        "manufacturers",
        "price_lists",
        "product_tags",
        "ratings",
        "reviews",
        "series",
        "suppliers",
        "supplier_products",
        "tags",
        "translations",
    ];
    let mut tables = plain_all("catalog", &REST, 2.97 * GB);
    tables.extend([plain("catalog", "brands", 2.0 * MB), plain("catalog", "warehouses", 80.0 * KB)]);
    tables.push(plain("catalog", "coupons", 1.0 * MB));
    tables.push(
        table("catalog", "products")
            .rows(1.9e6)
            .heap(1.1 * GB)
            .toast(2.12 * GB)
            .columns([
                id().stats(1.9e6, 0.0),
                col("sku", "text").required().stats(1.9e6, 0.0),
                col("name", "text").required().stats(1.8e6, 0.0),
                col("brand_id", "bigint").stats(8.1e3, 0.01),
            ])
            .primary(&["id"], 300.0 * MB, 41_000_000)
            .unique("products_sku_key", &["sku"], 410.0 * MB)
            .index(used("products_brand_idx", &["brand_id"], 190.0 * MB, 51_000))
            .references(&["brand_id"], "catalog", "brands", &["id"]),
    );
    tables.push(
        table("catalog", "prices")
            .rows(44.7e6)
            .heap(2.02 * GB)
            .toast(0.0)
            .columns([
                col("product_id", "bigint").stats(1.9e6, 0.0),
                col("valid_from", "date").stats(2_100.0, 0.0),
                col("price", "numeric(12,2)").required().stats(61e3, 0.0),
            ])
            .primary(&["product_id", "valid_from"], 1.53 * GB, 88_000_000)
            .references(&["product_id"], "catalog", "products", &["id"]),
    );
    // Its foreign key to products has no index: the story's slow query.
    tables.push(
        table("catalog", "stock")
            .rows(7.75e6)
            .heap(640.0 * MB)
            .toast(0.0)
            .columns([
                col("warehouse_id", "bigint").stats(42.0, 0.0),
                col("bin", "text").stats(190e3, 0.0),
                col("product_id", "bigint").required().stats(1.8e6, 0.0),
                col("qty", "integer").required().default("0").stats(900.0, 0.0),
            ])
            .primary(&["warehouse_id", "bin"], 470.0 * MB, 610_000)
            .references(&["warehouse_id"], "catalog", "warehouses", &["id"])
            .references(&["product_id"], "catalog", "products", &["id"]),
    );
    tables
}

pub(super) fn crm() -> Vec<Table> {
    const REST: [&str; 9] =
        ["agents", "calls", "campaigns", "contacts", "mails", "macros", "queues", "surveys", "ticket_events"];
    let mut tables = plain_all("crm", &REST, 0.58 * GB);
    tables.push(
        table("crm", "tickets")
            .rows(3.02e6)
            .heap(402.0 * MB)
            .toast(690.0 * MB)
            .columns([
                id().stats(3.02e6, 0.0),
                col("customer_id", "bigint").required().stats(2.1e6, 0.0),
                col("order_id", "bigint").stats(1.8e6, 0.3),
                col("subject", "text").required().stats(2.9e6, 0.0),
                col("body", "text").stats(3.0e6, 0.0),
            ])
            .primary(&["id"], 144.0 * MB, 900_000)
            .index(used("tickets_customer_idx", &["customer_id"], 144.0 * MB, 71_000))
            .references(&["customer_id"], "sales", "customers", &["id"]),
    );
    tables.push(
        table("crm", "wishlists")
            .rows(2.2e6)
            .heap(170.0 * MB)
            .columns([id().stats(2.2e6, 0.0), col("customer_id", "bigint").required().stats(2.0e6, 0.0)])
            .primary(&["id"], 50.0 * MB, 210_000)
            .references(&["customer_id"], "sales", "customers", &["id"]),
    );
    tables.push(
        table("crm", "w_items")
            .rows(6.1e6)
            .heap(150.0 * MB)
            .columns([col("wishlist_id", "bigint").stats(2.1e6, 0.0), col("product_id", "bigint").stats(700e3, 0.0)])
            .primary(&["wishlist_id", "product_id"], 58.0 * MB, 230_000)
            .index(used("w_items_product_idx", &["product_id"], 55.0 * MB, 11_000))
            .references(&["wishlist_id"], "crm", "wishlists", &["id"])
            .references(&["product_id"], "catalog", "products", &["id"]),
    );
    tables
}

pub(super) fn staging() -> Vec<Table> {
    let raw = |name: &str, gigabytes: f64| {
        // Never analyzed: the planner has no row count.
        table("staging", name).owner("etl").flag(RelFlags::UNLOGGED).heap(gigabytes * GB).toast(0.0).columns([
            col("line", "bigint"),
            col("payload", "text"),
            col("loaded_at", "timestamptz"),
        ])
    };
    let names = numbered("chunk", 56);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut tables = plain_all("staging", &names, 1.26 * GB);
    tables.extend([raw("import_2024", 6.4), raw("import_2023", 2.44)]);
    tables
}

pub(super) fn public() -> Vec<Table> {
    const REST: [&str; 12] = [
        "api_keys",
        "cron_jobs",
        "feature_flags",
        "files",
        "job_results",
        "jobs",
        "locks",
        "schema_migrations",
        "sessions",
        "settings",
        "translations",
        "users",
    ];
    let mut tables = plain_all("public", &REST, 1.62 * GB);
    tables.push(relation("public", "pg_stat_statements", RelKind::View).owner("postgres").flag(RelFlags::EXTENSION));
    tables
}

pub(super) fn system() -> Vec<Table> {
    let of = |schema: &str, name: &str, kind: RelKind| {
        let flags = RelFlags::SYSTEM;
        relation(schema, name, kind).owner("postgres").flag(flags).columns([col("oid", "oid").required()])
    };
    vec![
        of("information_schema", "columns", RelKind::View),
        of("information_schema", "tables", RelKind::View),
        of("pg_catalog", "pg_attribute", RelKind::Table).rows(4_100.0).heap(760.0 * KB),
        of("pg_catalog", "pg_class", RelKind::Table).rows(1_200.0).heap(208.0 * KB),
        of("pg_catalog", "pg_index", RelKind::Table).rows(620.0).heap(80.0 * KB),
    ]
}
