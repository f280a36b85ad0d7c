//! SQLite: rows one to one, as rows and as the shell draws them.

use crate::plan::{Facts, Kind, NoteKind, Notes, Weights, read, read_rows, words};

const TREE: &str = "QUERY PLAN\n|--SCAN part\n|--SEARCH partsupp USING INDEX sqlite_autoindex_partsupp_1 (ps_partkey=?)\n\
|--CORRELATED SCALAR SUBQUERY 1\n|  |--SEARCH s USING INTEGER PRIMARY KEY (rowid=?)\n|  `--SEARCH n USING AUTOMATIC \
COVERING INDEX (n_name=?) LEFT-JOIN\n|--BLOOM FILTER ON region (r_regionkey=?)\n`--USE TEMP B-TREE FOR ORDER BY\n";

#[test]
fn tree_and_rows_are_the_same() {
    let tree = read(TREE).unwrap();
    let details = [
        (2, 0, "SCAN part"),
        (7, 0, "SEARCH partsupp USING INDEX sqlite_autoindex_partsupp_1 (ps_partkey=?)"),
        (12, 0, "CORRELATED SCALAR SUBQUERY 1"),
        (17, 12, "SEARCH s USING INTEGER PRIMARY KEY (rowid=?)"),
        (25, 12, "SEARCH n USING AUTOMATIC COVERING INDEX (n_name=?) LEFT-JOIN"),
        (40, 0, "BLOOM FILTER ON region (r_regionkey=?)"),
        (60, 0, "USE TEMP B-TREE FOR ORDER BY"),
    ];
    let rows: Vec<(i64, i64, String)> = details.iter().map(|(id, up, text)| (*id, *up, (*text).to_owned())).collect();
    assert_eq!(read_rows(&rows).unwrap().nodes, tree.nodes);
    let text: String = details.iter().map(|(id, up, text)| format!("{id}|{up}|0|{text}\n")).collect();
    assert_eq!(read(&text).unwrap().nodes, tree.nodes);
    let drawn = TREE.replace("|--", "├─").replace("`--", "└─");
    assert_eq!(read(&drawn).unwrap().nodes.len(), tree.nodes.len());
}

#[test]
fn what_the_words_mean() {
    let plan = read(TREE).unwrap();
    let kinds: Vec<Kind> = plan.nodes.iter().map(|node| node.kind).collect();
    use Kind::{AutomaticIndex, FullScan, IndexScan, Other, Sort, Subquery};
    assert_eq!(kinds, [FullScan, IndexScan, Subquery, IndexScan, AutomaticIndex, Other, Sort]);
    assert_eq!(plan.nodes[1].index.as_deref(), Some("sqlite_autoindex_partsupp_1"));
    assert_eq!(plan.nodes[1].condition("index cond"), Some("(ps_partkey=?)"));
    assert_eq!(plan.nodes[4].index, None, "it has no name");
    let old = read("0|0|0|SCAN TABLE orders AS o USING COVERING INDEX by_c\n").unwrap();
    let node = &old.nodes[0];
    assert_eq!(
        (node.relation.as_deref(), node.alias.as_deref(), node.index.as_deref()),
        (Some("orders"), Some("o"), Some("by_c"))
    );
}

#[test]
fn scans_sorts_and_automatic_indexes_are_noted() {
    let plan = read(TREE).unwrap();
    let weights = Weights::of(&plan);
    let facts = Facts::none(plan.engine);
    let notes = Notes::of(&plan, &weights, &facts);
    let kinds: Vec<(Option<usize>, &str)> = notes.list.iter().map(|note| (note.node, note.kind.id())).collect();
    let rule = "sqlite-plan-scan";
    assert_eq!(kinds, [(Some(0), rule), (Some(4), rule), (Some(6), rule)]);
    assert!(matches!(notes.list[0].kind, NoteKind::Scan { rows: None }));
    assert_eq!(notes.worst, 0);
    let said = words(&plan, &weights, &notes, &facts, 4);
    assert_eq!(said.help[0].script, "CREATE INDEX n_n_name_idx ON n (n_name);");
}

#[test]
fn what_a_subquery_gives_is_no_table() {
    let plan = read("1|0|0|CO-ROUTINE c_orders\n2|1|0|SCAN customer\n3|0|0|SCAN c_orders\n").unwrap();
    let notes = Notes::of(&plan, &Weights::of(&plan), &Facts::none(plan.engine));
    let nodes: Vec<Option<usize>> = notes.list.iter().map(|note| note.node).collect();
    assert_eq!(nodes, [Some(1)]);
}
