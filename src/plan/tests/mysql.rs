//! MySQL and MariaDB: every form gives the same steps as far as it tells them.

use crate::model::EngineKind;
use crate::plan::{By, Facts, Form, Kind, NoteKind, Notes, Plan, Weights, read};

const TREE: &str = include_str!("mysql_analyze.tree");
const JSON2: &str = include_str!("mysql_2.json");
const JSON1: &str = include_str!("mysql_1.json");
const TABLE: &str = include_str!("mysql.tab");
const MARIA: &str = include_str!("maria_analyze.json");
const OLD_MARIA: &str = include_str!("maria_1011.json");
const MARIA_TABLE: &str = include_str!("maria_analyze.tab");

fn shape(plan: &Plan) -> Vec<String> {
    plan.nodes
        .iter()
        .map(|node| {
            let index = node.index.as_deref().map(|index| format!(" using {index}")).unwrap_or_default();
            let table = node.relation.as_deref().map(|table| format!(" on {table}")).unwrap_or_default();
            format!("{}{}{index}{table}", "  ".repeat(node.depth), node.title)
        })
        .collect()
}

/// Tables in the order they are read.
fn tables(plan: &Plan) -> Vec<String> {
    let read = plan.nodes.iter().filter(|node| node.relation.as_deref().is_some_and(|name| !name.starts_with('<')));
    read.map(|node| format!("{} {}", node.title, node.relation.as_deref().unwrap_or_default())).collect()
}

const STEPS: [&str; 9] = [
    "Aggregate",
    "  Nested loop inner join",
    "    Filter",
    "      Table scan on part",
    "    Filter",
    "      Index lookup using lineitem_part on lineitem",
    "      Select #2 (subquery in condition; dependent)",
    "        Aggregate",
    "          Index lookup using lineitem_part on lineitem",
];

#[test]
fn tree_and_json_2_have_the_same_steps() {
    let (tree, json) = (read(TREE).unwrap(), read(JSON2).unwrap());
    assert_eq!((tree.form, json.form), (Form::MysqlTree, Form::MysqlJson2));
    assert_eq!(shape(&tree), STEPS);
    assert_eq!(shape(&json), STEPS);
    for (a, b) in tree.nodes.iter().zip(&json.nodes) {
        assert_eq!((&a.conditions, a.kind), (&b.conditions, b.kind), "{}", a.title);
    }
}

#[test]
fn a_tree_that_was_measured() {
    let plan = read(TREE).unwrap();
    let weights = Weights::of(&plan);
    let notes = Notes::of(&plan, &weights, &Facts::none(plan.engine));
    assert_eq!((weights.by, notes.worst), (By::Time, 8), "{:?}", weights.share);
    assert_eq!(plan.nodes[8].actual.unwrap().loops, 200.0);
    assert!((weights.share.iter().flatten().sum::<f64>() - 1.0).abs() < 1e-9);
}

#[test]
fn a_dependent_subquery_runs_for_each_row() {
    let plan = read(JSON2).unwrap();
    let weights = Weights::of(&plan);
    // 10 rows of part with 18.49 of lineitem each.
    assert!((weights.loops[8] - 184.93).abs() < 0.1, "{}", weights.loops[8]);
    assert_eq!(weights.worst(), Some(8), "{:?}", weights.share);
}

#[test]
fn the_other_forms_read_the_same_tables() {
    let expected = ["Table scan part", "Index lookup lineitem", "Index lookup lineitem"];
    assert_eq!(tables(&read(TREE).unwrap()), expected);
    let one = read(JSON1).unwrap();
    assert_eq!((one.form, one.engine), (Form::MysqlJson1, EngineKind::Mysql));
    assert_eq!(tables(&one), expected);
    let table = read(TABLE).unwrap();
    assert_eq!((table.form, table.engine), (Form::Tabular, EngineKind::Mysql));
    assert_eq!(tables(&table), expected);
    assert_eq!(
        shape(&table),
        [
            "Nested loop",
            "  Table scan on part",
            "  Index lookup using lineitem_part on lineitem",
            "  Select #2 (dependent subquery)",
            "    Index lookup using lineitem_part on lineitem",
        ]
    );
}

#[test]
fn the_same_table_from_the_client() {
    let bars: Vec<String> = TABLE.lines().map(|line| format!("| {} |", line.replace('\t', " | "))).collect();
    let text = format!("+--+--+\n{}\n+--+--+\n{}\n+--+--+\n3 rows in set (0.00 sec)\n", bars[0], bars[1..].join("\n"));
    assert_eq!(shape(&read(&text).unwrap()), shape(&read(TABLE).unwrap()));
    let tree = format!(
        "*************************** 1. row ***************************\nEXPLAIN: {TREE}\n1 row in set (0.01 sec)\n"
    );
    assert_eq!(shape(&read(&tree).unwrap()), STEPS);
    let boxed: Vec<String> = TREE.trim_end().lines().map(str::to_owned).collect();
    let boxed = format!("+----+\n| EXPLAIN |\n+----+\n| {} |\n+----+\n", boxed.join(" |\n| "));
    assert_eq!(shape(&read(&boxed).unwrap()), STEPS);
}

#[test]
fn mariadb_measures_each_step_alone() {
    let plan = read(MARIA).unwrap();
    assert_eq!((plan.form, plan.engine), (Form::MariaJson, EngineKind::Mariadb));
    assert_eq!(
        shape(&plan),
        [
            "Sort",
            "  Temporary table",
            "    Table scan on customer",
            "      Subquery cache",
            "        Covering index lookup using orders_customer on orders",
            "      Subquery #3",
            "        Table scan on customer",
        ]
    );
    let weights = Weights::of(&plan);
    assert_eq!(weights.by, By::Time);
    assert!((weights.own[2].unwrap() - (0.395076653 + 0.557391844)).abs() < 1e-9);
    assert!((weights.own[4].unwrap() - (0.719210673 + 0.108466089)).abs() < 1e-9);
    let notes = Notes::of(&plan, &weights, &Facts::none(plan.engine));
    assert!(notes.of_node(2).any(|note| matches!(note.kind, NoteKind::Removed { removed, .. } if removed == 1_000.0)));
    assert_eq!(plan.nodes[4].actual.unwrap().loops, 400.0);
}

#[test]
fn mariadb_without_costs_is_weighed_by_rows() {
    let plan = read(OLD_MARIA).unwrap();
    let weights = Weights::of(&plan);
    assert_eq!(weights.by, By::Rows);
    let worst = &plan.nodes[weights.worst().unwrap()];
    assert_eq!((worst.relation.as_deref(), worst.kind), (Some("lineitem"), Kind::FullScan));
    assert_eq!(plan.nodes[4].title, "Single-row index lookup");
}

#[test]
fn the_table_of_analyze() {
    let plan = read(MARIA_TABLE).unwrap();
    assert_eq!(plan.engine, EngineKind::Mariadb);
    let orders = &plan.nodes[1];
    assert_eq!((orders.actual.unwrap().rows, orders.removed.by_filter), (Some(400.0), Some(3_600.0)));
    assert_eq!(plan.nodes[2].actual.unwrap().loops, 400.0);
}

#[test]
fn what_a_version_adds_is_not_lost() {
    let text = r#"{"query_block":{"select_id":1,"new_operation":{"nested_loop":[{"table":{"table_name":"a","access_type":"ALL","rows":3}},
        {"table":{"table_name":"b","access_type":"ref","key":"i","rows":2,"surprise":{"query_block":{"table":{"table_name":"c","access_type":"range","rows":1}}}}}]}}}"#;
    assert_eq!(
        shape(&read(text).unwrap()),
        [
            "New operation",
            "  Nested loop",
            "    Table scan on a",
            "    Index lookup using i on b",
            "      Subquery",
            "        Index range scan on c"
        ]
    );
}

#[test]
fn a_list_inside_of_a_wrapper_is_joined() {
    let text = r#"{"query_block":{"select_id":1,"nested_loop":[{"duplicates_removal":[{"table":{"table_name":"a","access_type":"ALL","rows":3}},
        {"table":{"table_name":"b","access_type":"ref","key":"i","rows":2}}]},{"table":{"table_name":"c","access_type":"ALL","rows":1}}]}}"#;
    let expected = ["Table scan a", "Index lookup b", "Table scan c"];
    assert_eq!(tables(&read(text).unwrap()), expected);
}

#[test]
fn unions_and_derived_tables() {
    let text = "id\tselect_type\ttable\tpartitions\ttype\tpossible_keys\tkey\tkey_len\tref\trows\tfiltered\tExtra\n\
                1\tPRIMARY\t<derived2>\tNULL\tALL\tNULL\tNULL\tNULL\tNULL\t4\t100.00\tNULL\n\
                2\tDERIVED\ta\tNULL\tALL\tNULL\tNULL\tNULL\tNULL\t2\t100.00\tNULL\n\
                3\tUNION\tb\tNULL\tindex\tNULL\ti\t4\tNULL\t2\t100.00\tUsing index\n\
                NULL\tUNION RESULT\t<union2,3>\tNULL\tALL\tNULL\tNULL\tNULL\tNULL\tNULL\tNULL\tUsing temporary\n";
    assert_eq!(
        shape(&read(text).unwrap()),
        [
            "Table scan on <derived2>",
            "  Union on <union2,3>",
            "    Table scan on a",
            "    Covering index scan using i on b",
        ]
    );
}
