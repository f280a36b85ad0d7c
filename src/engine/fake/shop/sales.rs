//! The schema `sales`: orders and what belongs to them.

use super::{hours_ago, id, plain, plain_all, used};
use crate::engine::fake::draft::{GB, KB, MB, Table, col, index, relation, table};
use crate::model::RelKind;

pub(super) fn orders() -> Table {
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

pub(super) fn sales() -> Vec<Table> {
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
