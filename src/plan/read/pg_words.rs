//! What PostgreSQL calls its steps and their properties, the same for text and JSON.

use crate::plan::tree::{Condition, Kind, Node, Spill, SpillKind};

/// Properties that are conditions, as TEXT and JSON name them, in the order they are shown in.
const CONDITIONS: [&str; 11] = [
    "Index Cond",
    "Recheck Cond",
    "TID Cond",
    "Order By",
    "Hash Cond",
    "Merge Cond",
    "Join Filter",
    "One-Time Filter",
    "Run Condition",
    "Filter",
    "Conflict Filter",
];

/// Properties that are kept as details, in the order they are shown in.
pub const DETAILS: [&str; 16] = [
    "Sort Key",
    "Presorted Key",
    "Group Key",
    "Cache Key",
    "Cache Mode",
    "Sort Method",
    "Function Call",
    "Remote SQL",
    "Subplans Removed",
    "Scan Direction",
    "Conflict Resolution",
    "Conflict Arbiter Indexes",
    "Window",
    "Inner Unique",
    "Disabled",
    "Output",
];

/// Takes a condition into the node; false for any other property.
pub fn condition(node: &mut Node, key: &str, text: &str) -> bool {
    if !CONDITIONS.contains(&key) {
        return false;
    }
    node.conditions.push(Condition { label: key.to_lowercase(), text: text.to_owned() });
    let rank = |label: &str| CONDITIONS.iter().position(|known| known.eq_ignore_ascii_case(label));
    node.conditions.sort_by_key(|one| rank(&one.label));
    true
}

/// The kind of a step by its title.
pub fn kind(title: &str) -> Kind {
    let title = title.trim_start_matches("Parallel ").trim_start_matches("Async ");
    match title {
        "Seq Scan" | "Sample Scan" | "Foreign Scan" | "Foreign Update" => Kind::FullScan,
        "Index Only Scan" | "Index Only Scan Backward" => Kind::IndexOnlyScan,
        "Bitmap Index Scan" => Kind::BitmapIndex,
        "Bitmap Heap Scan" => Kind::BitmapHeap,
        "Limit" => Kind::Limit,
        "Gather" | "Gather Merge" => Kind::Gather,
        "Materialize" => Kind::Materialize,
        "Memoize" => Kind::Memoize,
        "CTE Scan" => Kind::CteScan,
        "Subquery Scan" => Kind::Subquery,
        "Append" | "Merge Append" | "Recursive Union" => Kind::Append,
        "Insert" | "Update" | "Delete" | "Merge" => Kind::Modify,
        "Hash" => Kind::Hash,
        _ if title.starts_with("Index Scan") || title.starts_with("Tid") => Kind::IndexScan,
        _ if title.starts_with("Nested Loop") => Kind::NestedLoop,
        _ if title.starts_with("Hash") && title.ends_with("Join") => Kind::HashJoin,
        _ if title.starts_with("Merge") && title.ends_with("Join") => Kind::MergeJoin,
        _ if title.ends_with("Sort") => Kind::Sort,
        _ if is_aggregate(title) => Kind::Aggregate,
        _ => Kind::Other,
    }
}

fn is_aggregate(title: &str) -> bool {
    let words = ["Aggregate", "Group", "WindowAgg", "Unique", "SetOp"];
    words.iter().any(|word| title.contains(word))
}

/// A sort of this method that used so much room.
pub fn sorted(node: &mut Node, method: &str, kilobytes: Option<f64>, on_disk: bool) {
    let bytes = kilobytes.filter(|kb| *kb >= 0.0).map(|kb| (kb * 1024.0) as u64);
    match on_disk {
        true => spill(node, Spill { kind: SpillKind::Sort, bytes, batches: None }),
        false => node.memory = node.memory.max(bytes),
    }
    if node.detail("Sort Method").is_none() {
        node.details.push(("Sort Method".into(), method.to_owned()));
    }
}

/// A hash table in so many pieces.
pub fn hashed(node: &mut Node, batches: Option<u64>, memory_kb: Option<f64>, disk_kb: Option<f64>) {
    let bytes = |kb: f64| (kb.max(0.0) * 1024.0) as u64;
    node.memory = node.memory.max(memory_kb.map(bytes));
    let batches = batches.filter(|batches| *batches > 1);
    let disk = disk_kb.filter(|kb| *kb > 0.0).map(bytes);
    if batches.is_some() || disk.is_some() {
        let kind = if node.kind == Kind::Hash { SpillKind::Hash } else { SpillKind::Aggregate };
        spill(node, Spill { kind, bytes: disk, batches });
    }
}

/// The worst of several: each worker has its own.
pub fn spill(node: &mut Node, found: Spill) {
    let worse = node.spill.is_none_or(|known| found.bytes > known.bytes || found.batches > known.batches);
    if worse {
        node.spill = Some(found);
    }
}
