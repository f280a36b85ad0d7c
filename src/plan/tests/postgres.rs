//! PostgreSQL: TEXT and JSON give the same tree.

use crate::plan::{Facts, Kind, NoteKind, Notes, Plan, SpillKind, Weights, read};

const PARALLEL: &str = include_str!("pg_parallel.txt");
const SUBPLAN: &str = include_str!("pg_subplan.txt");
const CTE_TEXT: &str = include_str!("pg_cte.txt");
const CTE_JSON: &str = include_str!("pg_cte.json");

fn weights(plan: &Plan) -> (Weights, Notes) {
    let weights = Weights::of(plan);
    let notes = Notes::of(plan, &weights, &Facts::none(plan.engine));
    (weights, notes)
}

/// `depth role title relation index`.
fn shape(plan: &Plan) -> Vec<String> {
    plan.nodes
        .iter()
        .map(|node| {
            let role = node.role.as_deref().map(|role| format!("[{role}] ")).unwrap_or_default();
            let index = node.index.as_deref().map(|index| format!(" using {index}")).unwrap_or_default();
            let target = node.target().map(|target| format!(" on {target}")).unwrap_or_default();
            format!("{}{role}{}{index}{target}", "  ".repeat(node.depth), node.title)
        })
        .collect()
}

#[test]
fn text_with_roles_and_workers() {
    let plan = read(PARALLEL).unwrap();
    assert_eq!(
        shape(&plan),
        [
            "Limit",
            "  Sort",
            "    HashAggregate",
            "      Gather",
            "        Nested Loop",
            "          Parallel Hash Join",
            "            Parallel Seq Scan on orders",
            "            Parallel Hash",
            "              Parallel Seq Scan on customer",
            "          Index Scan using lineitem_pkey on lineitem",
        ]
    );
    assert_eq!((plan.planning_ms, plan.execution_ms), (Some(1.655), Some(12.215)));
    let gather = &plan.nodes[3];
    assert_eq!((gather.workers_planned, gather.workers_launched), (Some(2), Some(2)));
    let scan = &plan.nodes[9];
    assert_eq!(scan.removed.by_filter, Some(5.0));
    assert_eq!(scan.condition("index cond"), Some("(l_orderkey = orders.o_orderkey)"));
    assert_eq!(scan.buffers.unwrap().shared_hit, 1_400);
}

#[test]
fn workers_run_side_by_side() {
    let plan = read(PARALLEL).unwrap();
    let (weights, notes) = weights(&plan);
    // 200 loops of 0.008 ms in three processes.
    assert!((weights.own[9].unwrap() - 0.008 * 200.0 / 3.0).abs() < 1e-6);
    // 200 rows of all workers against 83 for each of 2.4.
    assert!(weights.off[5].unwrap().abs() < 1.05, "{:?}", weights.off[5]);
    // One process read all of the table: 2,000 rows against 833 for each of 2.4.
    assert!(weights.off[6].unwrap().abs() < 1.05, "{:?}", weights.off[6]);
    let wrong: Vec<usize> = notes
        .list
        .iter()
        .filter(|note| matches!(note.kind, NoteKind::Misestimate { .. }))
        .filter_map(|note| note.node)
        .collect();
    assert_eq!(wrong, [4], "where it begins, not each step above");
}

#[test]
fn a_subplan_hangs_on_its_step() {
    let plan = read(SUBPLAN).unwrap();
    assert_eq!(
        shape(&plan),
        [
            "Aggregate",
            "  Hash Join",
            "    Seq Scan on public.lineitem",
            "    Hash",
            "      Seq Scan on public.part",
            "    [SubPlan 1] Aggregate",
            "      Bitmap Heap Scan on public.lineitem lineitem_1",
            "        Bitmap Index Scan using lineitem_part",
        ]
    );
    assert_eq!(plan.nodes[1].removed.by_join_filter, Some(160.0));
    assert_eq!(plan.settings, [("jit".to_owned(), "off".to_owned())]);
    let (weights, notes) = weights(&plan);
    // 9.842 of the join less its scan, its hash and 200 times 0.022.
    assert!((weights.own[1].unwrap() - (9.842 - 2.890 - 0.173 - 4.4)).abs() < 1e-6);
    let sum: f64 = weights.share.iter().flatten().sum();
    assert!((sum - 1.0).abs() < 1e-9);
    assert_eq!(notes.worst, 6, "{:?}", weights.share);
}

#[test]
fn text_and_json_are_one_tree() {
    let (text, json) = (read(CTE_TEXT).unwrap(), read(CTE_JSON).unwrap());
    assert_eq!(shape(&text), shape(&json));
    assert_eq!(text.nodes, json.nodes);
}

#[test]
fn the_cost_of_a_with_query_is_its_own() {
    let plan = read(CTE_TEXT).unwrap();
    let (weights, notes) = weights(&plan);
    assert_eq!(plan.nodes[notes.worst].title, "Seq Scan");
    assert!((weights.share[notes.worst].unwrap() - 591.0 / 639.17).abs() < 0.001);
    assert!((weights.total - 639.17).abs() < 1e-6);
}

#[test]
fn times_of_a_with_query_are_not_counted_twice() {
    let text = "Sort  (cost=0..1 rows=1 width=1) (actual time=100.0..100.0 rows=1 loops=1)\n  CTE x\n    ->  Seq Scan on t  \
                (cost=0..1 rows=1 width=1) (actual time=0.0..80.0 rows=1 loops=1)\n  ->  Hash Join  (cost=0..1 rows=1 width=1) \
                (actual time=95.0..95.0 rows=1 loops=1)\n        ->  CTE Scan on x  (cost=0..1 rows=1 width=1) (actual \
                time=0.0..90.0 rows=1 loops=1)\n";
    let (weights, _) = weights(&read(text).unwrap());
    let own: Vec<f64> = weights.own.iter().flatten().map(|ms| ms.round()).collect();
    assert_eq!(own, [5.0, 80.0, 5.0, 10.0]);
}

#[test]
fn work_on_disk() {
    let cases = [
        ("Sort Method: external merge  Disk: 1904kB", SpillKind::Sort, Some(1_949_696), None),
        (
            "Buckets: 1024 (originally 512)  Batches: 4 (originally 1)  Memory Usage: 9kB",
            SpillKind::Aggregate,
            None,
            Some(4),
        ),
        ("Batches: 5  Memory Usage: 48kB  Disk Usage: 128kB", SpillKind::Aggregate, Some(131_072), Some(5)),
        ("Heap Blocks: exact=4000 lossy=12", SpillKind::Lossy, None, Some(12)),
        ("Worker 1:  Sort Method: external merge  Disk: 8kB", SpillKind::Sort, Some(8_192), None),
    ];
    for (line, kind, bytes, batches) in cases {
        let text = format!("Sort  (cost=0.00..1.00 rows=1 width=1) (actual time=0.1..0.2 rows=1 loops=1)\n  {line}\n");
        let spill = read(&text).unwrap().nodes[0].spill.unwrap();
        assert_eq!((spill.kind, spill.bytes, spill.batches), (kind, bytes, batches), "{line}");
    }
    for line in ["Sort Method: quicksort  Memory: 25kB", "Buckets: 1024  Batches: 1  Memory Usage: 9kB"] {
        let text = format!("Hash  (cost=0.00..1.00 rows=1 width=1) (actual time=0.1..0.2 rows=1 loops=1)\n  {line}\n");
        let plan = read(&text).unwrap();
        assert!(plan.nodes[0].spill.is_none() && plan.nodes[0].memory.is_some(), "{line}");
    }
}

#[test]
fn a_limit_that_stops_early_is_no_wrong_estimate() {
    let text = "Limit  (cost=0.00..0.02 rows=1 width=4) (actual time=0.01..0.01 rows=1 loops=1)\n  ->  Seq Scan on t  \
                (cost=0.00..1000.00 rows=50000 width=4) (actual time=0.01..0.01 rows=1 loops=1)\n";
    let plan = read(text).unwrap();
    let (weights, notes) = weights(&plan);
    assert!(!notes.list.iter().any(|note| matches!(note.kind, NoteKind::Misestimate { .. })), "{:?}", notes.list);
    assert!((weights.share.iter().flatten().sum::<f64>() - 1.0).abs() < 1e-9);
}

#[test]
fn names_with_everything_in_them() {
    let text = "Index Scan using \"odd \"\"index\" on \"my schema\".\"a on b\" \"x (cost=1\"  (cost=0.00..1.00 rows=1 width=1)\n";
    let node = &read(text).unwrap().nodes[0];
    assert_eq!(
        (node.index.as_deref(), node.schema.as_deref(), node.relation.as_deref(), node.alias.as_deref()),
        (Some("odd \"index"), Some("my schema"), Some("a on b"), Some("x (cost=1"))
    );
    assert_eq!(node.kind, Kind::IndexScan);
}

#[test]
fn behind_the_tree() {
    let text = "Result  (cost=0.00..0.01 rows=1 width=4) (actual time=0.00..0.01 rows=1 loops=1)\nPlanning:\n  Buffers: shared hit=3\n\
                Planning Time: 0.1 ms\nTrigger for constraint fk_a on orders: time=5.5 calls=10\nJIT:\n  Functions: 4\n  Options: \
                Inlining false\n  Timing: Generation 1.0 ms (Deform 0.1 ms), Inlining 0.0 ms, Total 9.5 ms\nExecution Time: 20.0 ms\n";
    let plan = read(text).unwrap();
    assert!(plan.nodes[0].buffers.is_none(), "those of planning are not of the step");
    let jit = plan.jit.unwrap();
    assert_eq!((jit.functions, jit.total_ms), (Some(4), Some(9.5)));
    let trigger = &plan.triggers[0];
    assert_eq!((trigger.name.as_str(), trigger.relation.as_deref(), trigger.ms), ("fk_a", Some("orders"), Some(5.5)));
    let (_, notes) = weights(&plan);
    let ids: Vec<&str> = notes.of_plan().map(|note| note.kind.id()).collect();
    assert_eq!(ids, ["jit", "trigger"]);
}

#[test]
fn pasted_in_any_way() {
    let shifted = CTE_TEXT.replace('\n', "\n ");
    let psql = format!(" QUERY PLAN \n---------\n {}\n(19 rows)\n", shifted.trim_end());
    let tabs = format!(
        "LOG:  duration: 12.5 ms  plan:\n\tQuery Text: select 1\n\t{}",
        CTE_TEXT.trim_end().replace('\n', "\n\t")
    );
    let expected = shape(&read(CTE_TEXT).unwrap());
    for text in [shifted, psql, tabs.clone(), CTE_TEXT.replace('\n', "\r\n")] {
        assert_eq!(shape(&read(&text).unwrap()), expected, "{text}");
    }
    assert_eq!(read(&tabs).unwrap().statement.as_deref(), Some("select 1"));
}
