//! The plan of the shop's slow statement, as PostgreSQL would say it.

use crate::model::PlanText;

const STOCK: &str = r#"[{"Plan": {"Node Type": "Nested Loop", "Join Type": "Inner", "Startup Cost": 1000.43, "Total Cost": 122104.12,
"Plan Rows": 4, "Plan Width": 44, "Plans": [
{"Node Type": "Index Scan", "Parent Relationship": "Outer", "Scan Direction": "Forward", "Index Name": "products_pkey",
"Relation Name": "products", "Schema": "catalog", "Alias": "p", "Startup Cost": 0.43, "Total Cost": 8.44, "Plan Rows": 1,
"Plan Width": 36, "Index Cond": "(p.id = $1)"},
{"Node Type": "Gather", "Parent Relationship": "Inner", "Startup Cost": 1000.00, "Total Cost": 122095.60, "Plan Rows": 4,
"Plan Width": 16, "Workers Planned": 2, "Plans": [
{"Node Type": "Seq Scan", "Parent Relationship": "Outer", "Parallel Aware": true, "Relation Name": "stock",
"Schema": "catalog", "Alias": "s", "Startup Cost": 0.00, "Total Cost": 121095.20, "Plan Rows": 2, "Plan Width": 16,
"Filter": "((s.qty > $2) AND (s.product_id = $1))"}]}]}}]"#;

/// What `explain` gives in the shop.
pub fn shop_plan() -> PlanText {
    PlanText { text: STOCK.to_owned(), how: "EXPLAIN (GENERIC_PLAN)".to_owned() }
}
