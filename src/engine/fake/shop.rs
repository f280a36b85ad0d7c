//! The shop: one believable PostgreSQL catalog whose numbers agree with each other. 6 schemas, 412 GB.

use super::draft::{Col, Draft, GB, Idx, KB, MB, Table, col, index, relation, table};
use crate::model::{
    Catalog, ColFlags, Column, Ddl, DdlSource, EngineKind, Generated, Index, IndexFlags, Known, Names, ObjectRef,
    Policy, RelFlags, RelId, RelKind, Role, Server, TypeKind,
};
use jiff::{SignedDuration, Timestamp};

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
        .tables(audit())
        .tables(catalog())
        .tables(crm())
        .tables(sales())
        .table(orders())
        .tables(staging())
        .tables(public())
        .tables(system());
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

fn numbered(prefix: &str, count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("{prefix}_{n:02}")).collect()
}

/// Microseconds since 1970 of `hours` before the story.
fn hours_ago(hours: i64) -> Option<i64> {
    Some((NOW - hours * 3_600) * 1_000_000)
}

fn used(name: &str, parts: &[&str], bytes: f64, scans: i64) -> Idx {
    index(name, parts).bytes(bytes).scans(scans, hours_ago(0))
}

fn orders() -> Table {
    table("sales", "orders")
        .rows(212e6)
        .heap(38.0 * GB)
        .toast(1.9 * GB)
        .comment("One row per checkout. Never deleted, see runbook 14.")
        .columns([
            id().stats(212e6, 0.0),
            col("customer_id", "bigint").required().stats(22.8e6, 0.0).comment("who pays"),
            col("status", "order_status").required().default("'new'::order_status").stats(6.0, 0.0),
            col("placed_at", "timestamptz").required().default("now()").stats(204e6, 0.0),
            col("shipping_addr_id", "bigint").stats(19.4e6, 0.11),
            col("billing_addr_id", "bigint").stats(19.1e6, 0.12),
            col("coupon_id", "bigint").stats(4.1e3, 0.93),
            col("total", "numeric(12,2)").required().default("0").stats(1.2e6, 0.0),
            col("currency", "char(3)").required().default("'EUR'::bpchar").stats(9.0, 0.0),
            col("note", "text").stats(81e3, 0.98),
            col("meta", "jsonb").stats(9.2e6, 0.41),
            col("updated_at", "timestamptz").required().default("now()").stats(174e6, 0.0),
        ])
        .primary(&["id"], 4.55 * GB, 1_012_000_000)
        .index(used("orders_customer_idx", &["customer_id"], 2.3 * GB, 145_130_000))
        .index(index("orders_cust_id_idx", &["customer_id"]).bytes(2.21 * GB).scans(276, hours_ago(3)))
        .index(index("orders_note_idx", &["note"]).bytes(1.9 * GB).scans(0, None).predicate("(note IS NOT NULL)"))
        .index(index("orders_ccnew", &["coupon_id"]).bytes(1.02 * GB).scans(0, None).invalid())
        .index(index("orders_status_idx", &["status"]).bytes(2.04 * GB).scans(9, hours_ago(48)))
        .index(used("orders_placed_at_idx", &["placed_at", "id"], 6.48 * GB, 3_100_000).include(&["total"]))
        .index(used("orders_meta_gin", &["meta"], 7.9 * GB, 41_000).method("gin"))
        .index(used("orders_addr_idx", &["shipping_addr_id", "billing_addr_id"], 3.5 * GB, 88_000))
        .references(&["customer_id"], "sales", "customers", &["id"])
        .references(&["shipping_addr_id"], "sales", "addresses", &["id"])
        .references(&["billing_addr_id"], "sales", "addresses", &["id"])
        .references(&["coupon_id"], "catalog", "coupons", &["id"])
        .check("orders_total_check", "CHECK ((total >= (0)::numeric))")
        .trigger("orders_audit", "AFTER INSERT OR DELETE OR UPDATE, each row", "audit.log_change()")
        .trigger("orders_updated_at", "BEFORE UPDATE, each row", "sales.set_updated_at()")
}

fn sales() -> Vec<Table> {
    const REST: [&str; 29] = [
        "baskets",
        "basket_items",
        "carriers_zones",
        "chargebacks",
        "claims",
        "credit_notes",
        "delivery_slots",
        "discounts",
        "exchange_rates",
        "gift_cards",
        "invoices",
        "invoice_lines",
        "loyalty_points",
        "order_events",
        "packages",
        "pickups",
        "price_overrides",
        "quotes",
        "return_labels",
        "returns",
        "sales_channels",
        "settlements",
        "shops",
        "subscriptions",
        "tax_rates",
        "tax_rules",
        "tenders",
        "vouchers",
        "zones",
    ];
    let mut tables = plain_all("sales", &REST, 3.0 * GB);
    tables.extend([customers(), addresses(), order_items(), payments(), order_notes(), shipments(), refunds()]);
    tables.push(
        table("sales", "order_status")
            .rows(6.0)
            .heap(8.0 * KB)
            .columns([col("code", "text").stats(6.0, 0.0), col("title", "text").required().stats(6.0, 0.0)])
            .primary(&["code"], 8.0 * KB, 14),
    );
    tables.push(plain("sales", "carriers", 64.0 * KB));
    for name in ["daily_revenue", "late_shipments", "open_orders", "order_totals", "refund_rate"] {
        tables.push(relation("sales", name, RelKind::View).columns([
            col("day", "date"),
            col("orders", "bigint"),
            col("total", "numeric"),
        ]));
    }
    tables
}

fn customers() -> Table {
    table("sales", "customers")
        .rows(24.1e6)
        .heap(5.2 * GB)
        .toast(110.0 * MB)
        .columns([
            id().stats(24.1e6, 0.0),
            col("email", "text").required().stats(24.1e6, 0.0),
            col("name", "text").stats(18.9e6, 0.02),
            col("created_at", "timestamptz").required().default("now()").stats(23.9e6, 0.0),
        ])
        .primary(&["id"], 1.4 * GB, 943_000_000)
        .unique("customers_email_key", &["email"], 2.9 * GB)
}

fn addresses() -> Table {
    table("sales", "addresses")
        .rows(51e6)
        .heap(8.31 * GB)
        .toast(0.0)
        .columns([
            id().stats(51e6, 0.0),
            col("customer_id", "bigint").required().stats(22.1e6, 0.0),
            col("street", "text").required().stats(30e6, 0.0),
            col("postcode", "text").stats(91e3, 0.04),
            col("country", "char(2)").required().stats(31.0, 0.0),
        ])
        .primary(&["id"], 1.8 * GB, 88_000_000)
        .index(used("addresses_customer_idx", &["customer_id"], 1.81 * GB, 12_000_000))
        .references(&["customer_id"], "sales", "customers", &["id"])
}

fn order_items() -> Table {
    table("sales", "order_items")
        .rows(1.31e9)
        .heap(96.2 * GB)
        .toast(0.0)
        .columns([
            col("order_id", "bigint").stats(211e6, 0.0),
            col("line_no", "smallint").stats(61.0, 0.0),
            col("product_id", "bigint").required().stats(1.7e6, 0.0),
            col("sku", "text").required().stats(1.9e6, 0.0),
            col("qty", "integer").required().default("1").stats(40.0, 0.0),
            col("price", "numeric(12,2)").required().stats(88e3, 0.0),
        ])
        .primary(&["order_id", "line_no"], 28.1 * GB, 418_600_000)
        .index(used("order_items_order_idx", &["order_id"], 27.9 * GB, 722_200_000))
        .index(used("order_items_prod_sku", &["product_id", "sku"], 12.2 * GB, 24_610_000))
        .index(index("order_items_sku_trgm", &["sku"]).method("gin").bytes(19.2 * GB).scans(0, None))
        .references(&["order_id"], "sales", "orders", &["id"])
        .references(&["product_id"], "catalog", "products", &["id"])
}

fn payments() -> Table {
    table("sales", "payments")
        .rows(188e6)
        .heap(19.7 * GB)
        .toast(102.0 * MB)
        .columns([
            id().stats(188e6, 0.0),
            col("order_id", "bigint").required().stats(184e6, 0.0),
            col("amount", "numeric(12,2)").required().stats(1.1e6, 0.0),
            col("provider_ref", "text").stats(188e6, 0.01),
        ])
        .primary(&["id"], 4.02 * GB, 202_400_000)
        .index(used("payments_order_idx", &["order_id"], 4.01 * GB, 209_760_000))
        .index(used("payments_provider_ref_idx", &["provider_ref"], 5.57 * GB, 910_000))
        .references(&["order_id"], "sales", "orders", &["id"])
        .policy("payments_of_region", "SELECT", "support")
}

fn shipments() -> Table {
    table("sales", "shipments")
        .rows(180e6)
        .heap(4.95 * GB)
        .toast(0.0)
        .columns([
            id().stats(180e6, 0.0),
            col("order_id", "bigint").required().stats(176e6, 0.0),
            col("carrier_id", "bigint").stats(14.0, 0.03),
            col("sent_at", "timestamptz").stats(171e6, 0.04),
        ])
        .primary(&["id"], 1.55 * GB, 61_000_000)
        .index(used("shipments_order_idx", &["order_id"], 1.56 * GB, 58_000_000))
        .references(&["order_id"], "sales", "orders", &["id"])
        .references(&["carrier_id"], "sales", "carriers", &["id"])
}

fn refunds() -> Table {
    table("sales", "refunds")
        .rows(16.2e6)
        .heap(1.7 * GB)
        .toast(0.0)
        .columns([
            id().stats(16.2e6, 0.0),
            col("order_id", "bigint").required().stats(15.8e6, 0.0),
            col("amount", "numeric(12,2)").required().stats(410e3, 0.0),
        ])
        .primary(&["id"], 620.0 * MB, 4_000_000)
        .index(used("refunds_order_idx", &["order_id"], 619.0 * MB, 3_900_000))
        .references(&["order_id"], "sales", "orders", &["id"])
}

fn order_notes() -> Table {
    table("sales", "order_notes")
        .rows(9.01e6)
        .heap(1.9 * GB)
        .toast(80.0 * MB)
        .columns([col("order_id", "bigint").stats(9.01e6, 0.0), col("body", "text").required().stats(8.8e6, 0.0)])
        .primary(&["order_id"], 320.0 * MB, 700_000)
        .references(&["order_id"], "sales", "orders", &["id"])
}

fn audit() -> Vec<Table> {
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
                .index(index(&actor, &["actor"]).bytes(share(480.0 * MB)).scans(0, None)),
        );
    }
    tables
}

fn catalog() -> Vec<Table> {
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

fn crm() -> Vec<Table> {
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

fn staging() -> Vec<Table> {
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

fn public() -> Vec<Table> {
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

fn system() -> Vec<Table> {
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

/// A definition as the engine would assemble it; full columns, grants and policies for a relation.
pub fn definition(catalog: &Catalog, object: ObjectRef) -> Known<Ddl> {
    match object {
        ObjectRef::Relation(rel) => Known::Ready(relation_ddl(catalog, rel)),
        ObjectRef::Index(n) => {
            let text = catalog.indexes.value().and_then(|indexes| {
                let index = indexes.list.get(n as usize)?;
                Some(index_text(catalog, index))
            });
            Known::Ready(Ddl::text(text.unwrap_or_default(), DdlSource::Assembled))
        }
        other => Known::Ready(Ddl::text(format!("-- the definition of {other:?}\n"), DdlSource::Engine)),
    }
}

fn relation_ddl(catalog: &Catalog, rel: RelId) -> Ddl {
    let place = format!("{}.{}", catalog.relations.schema_name(rel), catalog.relations.name(rel));
    let columns = catalog.columns.value();
    let mut lines: Vec<String> = columns
        .map(|columns| columns.of(rel).iter().map(|column| column_line(&columns.names, column)).collect())
        .unwrap_or_default();
    if let Some(keys) = catalog.keys.value() {
        for key in keys.of(rel) {
            let name = keys.names.opt(key.name).unwrap_or_default();
            let parts: Vec<&str> = keys.columns(key).collect();
            lines.push(format!("    CONSTRAINT {name} {} ({})", key.kind.id().to_uppercase(), parts.join(", ")));
        }
    }
    let mut text = format!("CREATE TABLE {place} (\n{}\n);\n", lines.join(",\n"));
    if let Some(indexes) = catalog.indexes.value() {
        for index in indexes.of(rel).iter().filter(|index| index.constraint.is_none()) {
            text.push_str(&index_text(catalog, index));
        }
    }
    let mut ddl = Ddl::text(text, DdlSource::Assembled);
    ddl.columns = columns.map(|columns| columns.as_ref().clone());
    let mut names = Names::new();
    ddl.grants = super::draft::grants(
        &mut names,
        &[("app_owner", "SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"), ("app_ro", "SELECT")],
    );
    ddl.policies = policies(catalog, rel, &mut names);
    ddl.names = names;
    ddl
}

fn policies(catalog: &Catalog, rel: RelId, names: &mut Names) -> Vec<Policy> {
    let Some(objects) = catalog.objects.value() else { return Vec::new() };
    let mut policies = objects.policies_of(rel).to_vec();
    for policy in &mut policies {
        policy.name = names.intern(objects.names.get(policy.name));
        policy.command = names.intern(objects.names.get(policy.command));
        policy.roles = names.intern(objects.names.get(policy.roles));
        policy.using = Some(names.intern("(region = current_setting('app.region'::text))"));
    }
    policies
}

fn column_line(names: &Names, column: &Column) -> String {
    let null = if column.flags.has(ColFlags::NOT_NULL) { " NOT NULL" } else { "" };
    let default = names.opt(column.default).map(|text| format!(" DEFAULT {text}")).unwrap_or_default();
    format!("    {} {}{default}{null}", names.get(column.name), names.get(column.type_name))
}

fn index_text(catalog: &Catalog, index: &Index) -> String {
    let Some(indexes) = catalog.indexes.value() else { return String::new() };
    let unique = if index.flags.has(IndexFlags::UNIQUE) { "UNIQUE " } else { "" };
    let parts: Vec<&str> = indexes.key(index).iter().map(|part| indexes.names.get(part.text)).collect();
    format!(
        "CREATE {unique}INDEX {} ON {}.{} USING {} ({});\n",
        indexes.names.get(index.name),
        catalog.relations.schema_name(index.rel),
        catalog.relations.name(index.rel),
        indexes.names.get(index.method),
        parts.join(", "),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
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
