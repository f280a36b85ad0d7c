//! PostgreSQL, `EXPLAIN (FORMAT JSON)`.

use super::json::{flag, line, number, text, whole};
use super::pg_words::{self, DETAILS};
use super::{NotAPlan, pg_line};
use crate::model::EngineKind;
use crate::plan::build::Builder;
use crate::plan::tree::{Actual, Buffers, Estimate, Form, Jit, Kind, Node, Plan, Removed, Spill, SpillKind, Trigger};
use serde_json::Value;

pub fn read(value: &Value) -> Result<Plan, NotAPlan> {
    let mut out = Builder::new(EngineKind::Postgresql, Form::PgJson);
    let top = value.get("Plan").filter(|plan| plan.get("Node Type").is_some());
    let Some(top) = top else { return Err(NotAPlan::new("its \"Plan\" has no \"Node Type\"")) };
    push(&mut out, None, top)?;
    let plan = out.plan();
    plan.statement = text(value, "Query Text").map(str::to_owned);
    plan.planning_ms = number(value, "Planning Time");
    plan.execution_ms = number(value, "Execution Time").or_else(|| number(value, "Total Runtime"));
    plan.jit = value.get("JIT").map(|jit| Jit {
        functions: whole(jit, "Functions"),
        total_ms: jit.get("Timing").and_then(|timing| number(timing, "Total")),
    });
    let triggers = value.get("Triggers").and_then(Value::as_array);
    plan.triggers = triggers.into_iter().flatten().map(trigger).collect();
    let settings = value.get("Settings").and_then(Value::as_object);
    plan.settings = settings.into_iter().flatten().map(|(name, value)| (name.clone(), line(value))).collect();
    out.done()
}

fn trigger(value: &Value) -> Trigger {
    let name = text(value, "Trigger Name").or_else(|| text(value, "Constraint Name"));
    Trigger {
        name: name.unwrap_or_default().to_owned(),
        relation: text(value, "Relation").map(str::to_owned),
        ms: number(value, "Time"),
        calls: number(value, "Calls"),
    }
}

/// As deep as the JSON parser lets a document be, which is far less than the stack.
fn push(out: &mut Builder, parent: Option<usize>, value: &Value) -> Result<(), NotAPlan> {
    let id = out.push(parent, node(value))?;
    for child in value.get("Plans").and_then(Value::as_array).into_iter().flatten() {
        push(out, Some(id), child)?;
    }
    Ok(())
}

fn node(value: &Value) -> Node {
    let title = title(value);
    let own = |key: &str| text(value, key).map(str::to_owned);
    let relation = own("Relation Name").or_else(|| own("Function Name")).or_else(|| own("Table Function Name"));
    let name = relation.clone().or_else(|| own("CTE Name")).or_else(|| own("Tuplestore Name"));
    let role = text(value, "Subplan Name").map(role_of);
    let mut node = Node {
        kind: pg_words::kind(&title),
        title,
        role,
        schema: own("Schema"),
        relation: relation.or_else(|| own("Tuplestore Name")),
        alias: own("Alias").filter(|alias| Some(alias) != name.as_ref()),
        index: own("Index Name"),
        cte: own("CTE Name"),
        parallel: flag(value, "Parallel Aware"),
        workers_planned: whole(value, "Workers Planned"),
        workers_launched: whole(value, "Workers Launched"),
        estimate: Estimate {
            startup: number(value, "Startup Cost"),
            total: number(value, "Total Cost"),
            rows: number(value, "Plan Rows"),
            width: number(value, "Plan Width"),
            ..Estimate::default()
        },
        removed: Removed {
            by_filter: number(value, "Rows Removed by Filter"),
            by_join_filter: number(value, "Rows Removed by Join Filter"),
            by_recheck: number(value, "Rows Removed by Index Recheck").filter(|rows| *rows > 0.0),
        },
        heap_fetches: number(value, "Heap Fetches"),
        buffers: buffers(value),
        ..Node::default()
    };
    if let Some(loops) = number(value, "Actual Loops") {
        node.never_executed = loops == 0.0;
        node.actual = (loops > 0.0).then(|| Actual {
            first_ms: number(value, "Actual Startup Time"),
            last_ms: number(value, "Actual Total Time"),
            own_ms: None,
            rows: number(value, "Actual Rows"),
            loops,
        });
    }
    words(&mut node, value);
    node
}

/// Conditions, details and how much memory and disk it took.
fn words(node: &mut Node, value: &Value) {
    for (key, inner) in value.as_object().into_iter().flatten() {
        pg_words::condition(node, key, &line(inner));
    }
    for key in DETAILS {
        // What TEXT leaves out as plain.
        let Some(inner) = value.get(key).filter(|inner| **inner != Value::Bool(false)) else { continue };
        if !(key == "Sort Method" || (key == "Scan Direction" && text(value, key) != Some("NoMovement"))) {
            node.details.push((key.to_owned(), line(inner)));
        }
    }
    node.details.retain(|(key, text)| key != "Scan Direction" || text == "Backward");
    let workers = value.get("Workers").and_then(Value::as_array).into_iter().flatten();
    for place in std::iter::once(value).chain(workers) {
        if let Some(method) = text(place, "Sort Method") {
            let disk = text(place, "Sort Space Type") == Some("Disk");
            pg_words::sorted(node, method, number(place, "Sort Space Used"), disk);
        }
        let batches = whole(place, "Hash Batches").or_else(|| whole(place, "HashAgg Batches"));
        let (memory, disk) = (number(place, "Peak Memory Usage"), number(place, "Disk Usage"));
        if node.kind != Kind::Memoize {
            pg_words::hashed(node, batches, memory, disk);
        }
        if let Some(pages) = whole(place, "Lossy Heap Blocks").filter(|pages| *pages > 0) {
            pg_words::spill(node, Spill { kind: SpillKind::Lossy, bytes: None, batches: Some(pages) });
        }
    }
    for group in ["Full-sort Groups", "Pre-sorted Groups"] {
        incremental(node, value.get(group));
    }
}

/// Each kind of group of an incremental sort says where it was kept.
fn incremental(node: &mut Node, group: Option<&Value>) {
    let Some(group) = group else { return };
    let method = group.get("Sort Methods Used").map(line).unwrap_or_default();
    for (key, disk) in [("Sort Space Memory", false), ("Sort Space Disk", true)] {
        if let Some(space) = group.get(key) {
            pg_words::sorted(node, &method, number(space, "Peak Sort Space Used"), disk);
        }
    }
}

fn buffers(value: &Value) -> Option<Buffers> {
    value.get("Shared Hit Blocks")?;
    let pages = |key: &str| whole(value, key).unwrap_or(0);
    Some(Buffers {
        shared_hit: pages("Shared Hit Blocks"),
        shared_read: pages("Shared Read Blocks"),
        shared_dirtied: pages("Shared Dirtied Blocks"),
        shared_written: pages("Shared Written Blocks"),
        local_hit: pages("Local Hit Blocks"),
        local_read: pages("Local Read Blocks"),
        local_dirtied: pages("Local Dirtied Blocks"),
        local_written: pages("Local Written Blocks"),
        temp_read: pages("Temp Read Blocks"),
        temp_written: pages("Temp Written Blocks"),
    })
}

/// `InitPlan 1 (returns $0)` is InitPlan 1.
pub fn role_of(name: &str) -> String {
    pg_line::role(name).unwrap_or(name).to_owned()
}

/// The title as FORMAT TEXT writes it.
fn title(value: &Value) -> String {
    let node_type = text(value, "Node Type").unwrap_or_default();
    let word = |key: &str| text(value, key).unwrap_or_default();
    let base = match node_type {
        "Aggregate" => aggregate(word("Strategy"), word("Partial Mode")),
        "SetOp" if word("Strategy") == "Hashed" => format!("HashSetOp {}", word("Command")),
        "SetOp" => format!("SetOp {}", word("Command")),
        "ModifyTable" => word("Operation").to_owned(),
        "Foreign Scan" if !matches!(word("Operation"), "Select" | "") => format!("Foreign {}", word("Operation")),
        "Custom Scan" => format!("Custom Scan ({})", word("Custom Plan Provider")),
        "Nested Loop" => joined("Nested Loop", "", word("Join Type")),
        "Hash Join" => joined("Hash", " Join", word("Join Type")),
        "Merge Join" => joined("Merge", " Join", word("Join Type")),
        "Index Scan" | "Index Only Scan" if word("Scan Direction") == "Backward" => format!("{node_type} Backward"),
        other => other.to_owned(),
    };
    let parallel = if flag(value, "Parallel Aware") { "Parallel " } else { "" };
    let apart = if flag(value, "Async Capable") { "Async " } else { "" };
    format!("{parallel}{apart}{}", base.trim_end())
}

fn aggregate(strategy: &str, mode: &str) -> String {
    let base = match strategy {
        "Hashed" => "HashAggregate",
        "Sorted" => "GroupAggregate",
        "Mixed" => "MixedAggregate",
        _ => "Aggregate",
    };
    match mode {
        "Partial" | "Finalize" => format!("{mode} {base}"),
        _ => base.to_owned(),
    }
}

/// Inner joins have no word of their own.
fn joined(base: &str, inner: &str, join: &str) -> String {
    match join {
        "Inner" | "" => format!("{base}{inner}"),
        other => format!("{base} {other} Join"),
    }
}
