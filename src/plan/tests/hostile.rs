//! Whatever is pasted: no panic, no hang, one sentence.

use crate::plan::paint::{self, Conditions, Look};
use crate::plan::{ASCII, Facts, Notes, Plan, Weights, compare, read, words};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Everything that is done with a plan.
fn whole(plan: &Plan) {
    let facts = Facts::none(plan.engine);
    let weights = Weights::of(plan);
    let notes = Notes::of(plan, &weights, &facts);
    let sum: f64 = weights.share.iter().flatten().sum();
    assert!(weights.total == 0.0 || (sum - 1.0).abs() < 1e-6, "{sum}");
    assert!(weights.share.iter().flatten().all(|share| (0.0..=1.0 + 1e-9).contains(share)));
    let folded = BTreeSet::new();
    for width in [0, 1, 7, 40, 80, 200] {
        let look =
            Look { signs: &ASCII, width, selected: Some(notes.worst), folded: &folded, conditions: Conditions::All };
        paint::heading(plan, &weights, &look);
        for line in paint::lines(plan, &weights, &notes, &look) {
            assert!(width < 40 || crate::text::width(&line.text()) <= width, "{width}: {:?}", line.text());
        }
        compare::lines((plan, &weights), (plan, &weights), &ASCII, width);
        paint::words(&words(plan, &weights, &notes, &facts, notes.worst), &look);
    }
}

fn check(text: &str) -> Result<(), String> {
    let plan = read(text).map_err(|why| why.to_string())?;
    whole(&plan);
    Ok(())
}

#[test]
fn what_is_no_plan_says_so() {
    let cases = [
        ("", "not a plan: it is empty"),
        ("select 1", "not a plan: no line of it looks like a step of PostgreSQL, MySQL, MariaDB or SQLite"),
        ("{", "not a plan: its JSON does not parse (EOF while parsing an object at line 1 column 1)"),
        (
            "[]",
            "not a plan: it is JSON, but has neither \"Plan\" (PostgreSQL) nor \"query_block\" or \"query_plan\" (MySQL, MariaDB)",
        ),
        ("[{\"Plan\": 1}]", "not a plan: its \"Plan\" has no \"Node Type\""),
        ("{\"query_plan\": {}}", "not a plan: its \"query_plan\" has no \"operation\""),
        ("{\"query_block\": {}}", "not a plan: there is no step in it"),
        ("<explain xmlns=\"x\">", "not a plan: it is XML; what can be read is FORMAT JSON and FORMAT TEXT"),
        ("a\0b", "not a plan: it holds zero bytes; is it a text in UTF-8?"),
        (
            "-> <not executable by iterator executor>\n",
            "not a plan: MySQL has no tree for this statement; FORMAT=JSON version 1 has a plan",
        ),
    ];
    for (text, why) in cases {
        assert_eq!(check(text), Err(why.to_owned()), "{text}");
    }
}

#[test]
fn depth_and_length_have_an_end() {
    let deep: String =
        (0..600).map(|n| format!("{}->  Sort  (cost=0.00..1.00 rows=1 width=1)\n", " ".repeat(n * 6 + 2))).collect();
    let text = format!("Sort  (cost=0.00..1.00 rows=1 width=1)\n{deep}");
    assert!(check(&text).unwrap_err().contains("levels"));
    let long = format!(
        "Append  (cost=0.00..1.00 rows=1 width=1)\n{}",
        "  ->  Seq Scan on t  (cost=0.00..1.00 rows=1 width=1)\n".repeat(20_001)
    );
    assert!(check(&long).unwrap_err().contains("steps"));
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(check(&nested).unwrap_err().contains("nested too deep"));
    let json = format!("{{\"Plan\":{}{}}}", "{\"Node Type\":\"Sort\",\"Plans\":[".repeat(5_000), "]}".repeat(5_000));
    assert!(check(&json).unwrap_err().contains("nested too deep"));
    let rows: String = (1..2_000).map(|n| format!("{n}|{}|0|SCAN t\n", n - 1)).collect();
    assert!(check(&rows).unwrap_err().contains("levels"));
}

#[test]
fn rows_that_point_in_circles_are_read_once() {
    let plan = read("1|2|0|SCAN a\n2|1|0|SCAN b\n3|3|0|SCAN c\n").unwrap();
    assert_eq!(plan.nodes.len(), 3);
    whole(&plan);
    let union = "id\tselect_type\ttable\ttype\tpossible_keys\tkey\tkey_len\tref\trows\tExtra\n\
                 1\tPRIMARY\t<derived1>\tALL\tNULL\tNULL\tNULL\tNULL\t2\t\n";
    whole(&read(union).unwrap());
}

#[test]
fn figures_that_are_none_are_left_out() {
    for figure in ["NaN", "inf", "1e400", "-1", "", "99999999999999999999999"] {
        let text = format!(
            "Limit  (cost={figure}..{figure} rows={figure} width=1) (actual time={figure}..{figure} rows={figure} loops={figure})\n  \
             Rows Removed by Filter: {figure}\n  Buffers: shared hit={figure}\n  Workers Planned: {figure}\n  \
             ->  Seq Scan on t  (cost=0.00..1.00 rows=1 width=1)\n"
        );
        let _ = check(&text);
        let json = format!(
            "{{\"Plan\":{{\"Node Type\":\"Sort\",\"Total Cost\":\"{figure}\",\"Actual Loops\":\"{figure}\",\"Actual Total Time\":\"{figure}\"}}}}"
        );
        let _ = check(&json);
    }
}

/// Words that plans are made of, so that a random text gets past the first look.
const WORDS: [&str; 44] = [
    "\n",
    "\n",
    "  ",
    "      ",
    "->  ",
    "-> ",
    "Seq Scan on t",
    "Hash Join",
    "Nested Loop",
    "Gather",
    "Workers Planned: 2",
    "  (cost=0.00..1.00 rows=1 width=4)",
    " (actual time=0.1..0.2 rows=3 loops=7)",
    " (never executed)",
    "SubPlan 1",
    "InitPlan 1 (returns $0)",
    "CTE x",
    "CTE Scan on x",
    "Filter: ((a = 1) AND (b > 2))",
    "Sort Method: external merge  Disk: 12kB",
    "Buckets: 1024  Batches: 4  Memory Usage: 9kB",
    "Worker 0:  ",
    "Planning Time: 1 ms",
    "JIT:",
    "|--",
    "`--",
    "|  ",
    "SCAN t",
    "SEARCH t USING INDEX i (a=?)",
    "1|0|0|",
    "2|1|0|",
    "id\tselect_type\ttable\ttype\trows",
    "1\tSIMPLE\tt\tALL\t5",
    "Filter: (a = 1)",
    "Index lookup on t using i (a = 1)",
    "(cost=1 rows=2)",
    "Select #2 (subquery; dependent)",
    "{",
    "}",
    "[",
    "]",
    "\"Plan\":",
    "\"query_block\":",
    "é│┌ \u{202e}",
];

/// Pieces of JSON that the readers know.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let keys = [
        "Plan",
        "Plans",
        "Node Type",
        "query_block",
        "query_plan",
        "inputs",
        "operation",
        "heading",
        "nested_loop",
        "table",
        "materialized",
        "subqueries",
        "attached_subqueries",
        "filesort",
        "temporary_table",
        "block-nl-join",
        "union_result",
        "query_specifications",
        "message",
        "cost_info",
        "rows",
        "r_loops",
        "loops",
        "Actual Loops",
        "Total Cost",
        "Plan Rows",
        "Actual Total Time",
        "Workers Planned",
        "Parent Relationship",
        "Subplan Name",
        "inputs_from_select_list",
        "odd",
    ];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<f64>().prop_map(|number| serde_json::json!(number)),
        any::<i64>().prop_map(|number| serde_json::json!(number)),
        prop::sample::select(vec![
            "Gather",
            "Nested Loop",
            "SubPlan 1",
            "CTE a",
            "Seq Scan",
            "Table scan on t",
            "Hash",
            "1e9",
            ""
        ])
        .prop_map(|text| serde_json::json!(text)),
        any::<bool>().prop_map(|flag| serde_json::json!(flag)),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::Array),
            prop::collection::vec((prop::sample::select(keys.to_vec()), inner), 0..6).prop_map(|pairs| {
                serde_json::Value::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_text(text in ".{0,400}") {
        let _ = check(&text);
    }

    #[test]
    fn any_words(picks in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..60)) {
        let _ = check(&picks.concat());
        let _ = check(&format!("Sort  (cost=0.00..1.00 rows=1 width=1)\n{}", picks.concat()));
        let _ = check(&format!("-> Limit  (cost=1 rows=2)\n{}", picks.concat()));
    }

    #[test]
    fn any_json(value in json()) {
        let _ = check(&value.to_string());
        let _ = check(&serde_json::json!({ "Plan": { "Node Type": "Sort", "Plans": [value.clone()] } }).to_string());
        let _ = check(&serde_json::json!({ "query_block": value.clone() }).to_string());
        let _ = check(&serde_json::json!({ "query_plan": { "operation": "Sort: a", "inputs": [value] } }).to_string());
    }
}
