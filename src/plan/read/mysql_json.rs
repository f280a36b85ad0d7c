//! MySQL, FORMAT=JSON version 1, and MariaDB, FORMAT=JSON and ANALYZE FORMAT=JSON.
//!
//! Both nest what is done last around what is done first: a block holds a sort, which holds a grouping, which
//! holds a list of tables that are joined one after the other. What is new in a version and not known here
//! becomes a step of its own name: nothing below it is lost.

use super::json::{flag, line, number, text, whole};
use super::{NotAPlan, mysql};
use crate::model::EngineKind;
use crate::plan::build::Builder;
use crate::plan::tree::{Actual, Condition, Estimate, Form, Kind, Node, Plan, Spill, SpillKind};
use serde_json::Value;

/// What wraps the rest of a block, from the outside to the inside, with its title.
const WRAPPERS: [(&str, &str, Kind); 14] = [
    ("filesort", "Sort", Kind::Sort),
    ("ordering_operation", "Sort", Kind::Sort),
    ("temporary_table", "Temporary table", Kind::Aggregate),
    ("grouping_operation", "Group", Kind::Aggregate),
    ("duplicates_removal", "Remove duplicates", Kind::Aggregate),
    ("windowing", "Window aggregate", Kind::Aggregate),
    ("window_functions_computation", "Window aggregate", Kind::Aggregate),
    ("buffer_result", "Buffer result", Kind::Materialize),
    ("read_sorted_file", "Read sorted rows", Kind::Other),
    ("union_result", "Union", Kind::Append),
    ("recursive_union", "Recursive union", Kind::Append),
    ("intersect_result", "Intersect", Kind::Append),
    ("except_result", "Except", Kind::Append),
    ("unit_result", "Set operation", Kind::Append),
];

/// Keys of an object that are figures or names, never steps.
const PLAIN: [&str; 8] = [
    "cost_info",
    "used_columns",
    "possible_keys",
    "ref",
    "r_engine_stats",
    "used_key_parts",
    "query_optimization",
    "sorts",
];

pub fn read(value: &Value) -> Result<Plan, NotAPlan> {
    let maria = is_maria(value);
    let (engine, form) = match maria {
        true => (EngineKind::Mariadb, Form::MariaJson),
        false => (EngineKind::Mysql, Form::MysqlJson1),
    };
    let mut out = Builder::new(engine, form);
    let block = value.get("query_block").unwrap_or(value);
    let mut reader = Reader { out: &mut out };
    reader.block(None, block)?;
    let plan = out.plan();
    plan.planning_ms = value.get("query_optimization").and_then(|part| number(part, "r_total_time_ms"));
    plan.execution_ms = number(block, "r_total_time_ms");
    plan.statement = text(value, "query").map(str::to_owned);
    out.done()
}

/// MariaDB writes numbers as numbers and has words of its own.
fn is_maria(value: &Value) -> bool {
    let text = value.to_string();
    let mysql = ["\"cost_info\"", "\"rows_examined_per_scan\"", "\"query_specifications\":[{\"dependent\""];
    let maria =
        ["\"filesort\":", "\"r_loops\":", "\"rows\":", "\"nested_loop\":", "\"temporary_table\":", "\"union_result\":"];
    if mysql.iter().any(|word| text.contains(word)) {
        return false;
    }
    maria.iter().any(|word| text.contains(word)) || value.pointer("/query_block/table/message").is_some()
}

struct Reader<'a> {
    out: &'a mut Builder,
}

impl Reader<'_> {
    /// What a block holds, below `parent`.
    fn block(&mut self, parent: Option<usize>, value: &Value) -> Result<(), NotAPlan> {
        let Some(map) = value.as_object() else { return Ok(()) };
        let first = self.out.len();
        if let Some(message) = text(value, "message") {
            self.out.push(parent, Node { title: message.to_owned(), ..Node::default() })?;
        }
        for (key, title, kind) in WRAPPERS {
            if let Some(inner) = map.get(key) {
                self.wrapper(parent, inner, title, kind)?;
            }
        }
        if let Some(tables) = map.get("nested_loop").and_then(Value::as_array) {
            self.joined(parent, tables)?;
        }
        if let Some(table) = map.get("table") {
            self.table(parent, table, 1.0)?;
        }
        if let Some(joined) = map.get("block-nl-join") {
            self.block_join(parent, joined)?;
        }
        if let Some(inner) = map.get("query_block") {
            // A block inside of a block is transparent.
            self.block(parent, inner)?;
        }
        // What hangs on a block belongs to its topmost step.
        let top = if self.out.len() > first { Some(first) } else { parent };
        self.rest(top, map)
    }

    /// Lists and objects that are not known by name, subqueries among them.
    fn rest(&mut self, parent: Option<usize>, map: &serde_json::Map<String, Value>) -> Result<(), NotAPlan> {
        const KNOWN: [&str; 5] = ["nested_loop", "table", "block-nl-join", "query_block", "materialized"];
        for (key, inner) in map {
            let known = WRAPPERS.iter().any(|(name, ..)| name == key) || KNOWN.contains(&key.as_str());
            if known || PLAIN.contains(&key.as_str()) {
                continue;
            }
            match inner {
                Value::Array(list) => {
                    for item in list.iter().filter(|item| item.is_object()) {
                        self.item(parent, item, key)?;
                    }
                }
                Value::Object(_) if holds_steps(inner) => self.item(parent, inner, key)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// A subquery, a part of a union, or something without a known name.
    fn item(&mut self, parent: Option<usize>, value: &Value, key: &str) -> Result<(), NotAPlan> {
        if !holds_steps(value) {
            return Ok(());
        }
        if key == "query_specifications" {
            return self.block(parent, value);
        }
        // MariaDB wraps a subquery into how its results are kept.
        if let Some((name, inner)) = single(value) {
            return self.kept(parent, name, inner);
        }
        let title = match key {
            "subqueries" | "attached_subqueries" => "Subquery".to_owned(),
            "select_list_subqueries" => "Subquery of the select list".to_owned(),
            "optimized_away_subqueries" => "Subquery, run while planning".to_owned(),
            "having_subqueries" => "Subquery of HAVING".to_owned(),
            "group_by_subqueries" => "Subquery of GROUP BY".to_owned(),
            "order_by_subqueries" => "Subquery of ORDER BY".to_owned(),
            "materialized_from_subquery" => "Materialize".to_owned(),
            other => words(other),
        };
        let kind = if key == "materialized_from_subquery" { Kind::Materialize } else { Kind::Subquery };
        let dependent = flag(value, "dependent");
        let title = if dependent { format!("{title} (dependent)") } else { title };
        let id = self.out.push(parent, Node { title, kind, ..Node::default() })?;
        self.block(Some(id), value)
    }

    fn kept(&mut self, parent: Option<usize>, name: &str, inner: &Value) -> Result<(), NotAPlan> {
        match name {
            "query_block" => {
                let title = match whole(inner, "select_id") {
                    Some(id) => format!("Subquery #{id}"),
                    None => "Subquery".to_owned(),
                };
                let id = self.out.push(parent, Node { title, kind: Kind::Subquery, ..times(inner) })?;
                self.block(Some(id), inner)
            }
            other => {
                let id =
                    self.out.push(parent, Node { title: words(other), kind: Kind::Materialize, ..Node::default() })?;
                self.block(Some(id), inner)
            }
        }
    }

    fn wrapper(&mut self, parent: Option<usize>, value: &Value, title: &str, kind: Kind) -> Result<(), NotAPlan> {
        let mut node = Node { title: title.to_owned(), kind, ..times(value) };
        for (key, label) in [("sort_key", "Sort Key"), ("filesort_key", "Sort Key"), ("r_sort_mode", "Sort Method")] {
            node.details.extend(value.get(key).map(|found| (label.to_owned(), line(found))));
        }
        if number(value, "r_sort_passes").is_some_and(|passes| passes > 0.0) {
            node.spill = Some(Spill { kind: SpillKind::Sort, bytes: None, batches: whole(value, "r_sort_passes") });
        }
        let told = [("using_temporary_table", "temporary table"), ("using_filesort", "filesort")];
        let using: Vec<&str> = told.iter().filter(|(key, _)| flag(value, key)).map(|(_, word)| *word).collect();
        if !using.is_empty() {
            node.details.push(("Using".to_owned(), using.join(", ")));
        }
        node.estimate.own = value.get("cost_info").and_then(|cost| number(cost, "sort_cost"));
        let id = self.out.push(parent, node)?;
        // MariaDB: tables that are joined inside of it, as a bare list.
        match value.as_array() {
            Some(tables) => self.joined(Some(id), tables),
            None => self.block(Some(id), value),
        }
    }

    /// Tables in the order they are read: each for every row of those before it.
    fn joined(&mut self, parent: Option<usize>, tables: &[Value]) -> Result<(), NotAPlan> {
        let parent = match tables.len() {
            0 | 1 => parent,
            _ => {
                let node = Node { title: "Nested loop".into(), kind: Kind::NestedLoop, ..Node::default() };
                Some(self.out.push(parent, node)?)
            }
        };
        let mut loops = 1.0;
        for item in tables {
            let first = self.out.len();
            if let Some(table) = item.get("table") {
                self.table(parent, table, loops)?;
            } else if let Some(joined) = item.get("block-nl-join") {
                self.block_join(parent, joined)?;
            } else {
                self.block(parent, item)?;
            }
            loops *= (first..self.out.len()).find_map(|n| kept_rows(self.out.node(n))).unwrap_or(1.0);
        }
        Ok(())
    }

    /// MariaDB: a table that is read once for a buffer of rows.
    fn block_join(&mut self, parent: Option<usize>, value: &Value) -> Result<(), NotAPlan> {
        let hash = text(value, "join_type").is_some_and(|kind| kind.contains("BNLH") || kind.contains("BKAH"));
        let mut node = Node {
            title: if hash { "Block nested loop, hashed".into() } else { "Block nested loop".into() },
            kind: if hash { Kind::HashJoin } else { Kind::NestedLoop },
            ..Node::default()
        };
        if let Some(condition) = text(value, "attached_condition") {
            node.conditions.push(Condition { label: "join filter".into(), text: condition.to_owned() });
        }
        let id = self.out.push(parent, node)?;
        match value.get("table") {
            Some(table) => self.table(Some(id), table, 1.0)?,
            None => self.block(Some(id), value)?,
        }
        let map = value.as_object();
        map.map_or(Ok(()), |map| self.rest(Some(id), map))
    }

    fn table(&mut self, parent: Option<usize>, value: &Value, loops: f64) -> Result<(), NotAPlan> {
        if let Some(message) = text(value, "message").filter(|_| value.get("table_name").is_none()) {
            self.out.push(parent, Node { title: message.to_owned(), ..Node::default() })?;
            return Ok(());
        }
        let id = self.out.push(parent, of_table(value, loops))?;
        if let Some(inner) = value.get("materialized") {
            let below = self
                .out
                .push(Some(id), Node { title: "Materialize".into(), kind: Kind::Materialize, ..times(inner) })?;
            self.block(Some(below), inner)?;
        }
        let Some(map) = value.as_object() else { return Ok(()) };
        self.rest(Some(id), map)
    }
}

/// Rows that a table passes on for one row of those before it.
fn kept_rows(node: &Node) -> Option<f64> {
    node.relation.as_ref()?;
    Some(node.estimate.rows?.clamp(0.001, 1e12))
}

fn of_table(value: &Value, loops: f64) -> Node {
    let covering = flag(value, "using_index");
    let (title, kind) = mysql::by_type(text(value, "access_type").unwrap_or_default(), covering);
    let mut node = Node {
        title: title.to_owned(),
        kind,
        relation: text(value, "table_name").map(str::to_owned),
        index: text(value, "key").map(str::to_owned),
        ..Node::default()
    };
    let rows = number(value, "rows_examined_per_scan").or_else(|| number(value, "rows"));
    let own = value.get("cost_info").and_then(|cost| Some(number(cost, "read_cost")? + number(cost, "eval_cost")?));
    let loops = number(value, "loops").unwrap_or(loops).clamp(1.0, 1e15);
    let own = own.or_else(|| number(value, "cost"));
    let passed = rows.map(|rows| rows * number(value, "filtered").unwrap_or(100.0).min(100.0) / 100.0);
    node.estimate = Estimate { rows: passed, read: rows, own, loops: Some(loops), ..node.estimate };
    let conditions = [
        ("attached_condition", "filter"),
        ("index_condition", "index filter"),
        ("pushed_index_condition", "index filter"),
        ("pushed_condition", "engine filter"),
        ("having_condition", "having"),
    ];
    for (key, label) in conditions {
        if let Some(text) = text(value, key) {
            node.conditions.push(Condition { label: label.to_owned(), text: text.to_owned() });
        }
    }
    if let (Some(parts), Some(refs)) = (value.get("used_key_parts"), value.get("ref")) {
        node.conditions.push(Condition { label: "index cond".into(), text: lookup(parts, refs) });
    }
    let filtered = number(value, "filtered").filter(|share| *share < 100.0);
    node.details.extend(filtered.map(|share| ("Filtered".to_owned(), format!("{share} %"))));
    node.details.extend(text(value, "using_join_buffer").map(|what| ("Join buffer".to_owned(), what.to_owned())));
    if let Some(actual) = measured(value) {
        let kept = number(value, "r_filtered").filter(|share| *share < 100.0);
        node.removed.by_filter = actual.rows.zip(kept).map(|(rows, kept)| rows * (100.0 - kept) / 100.0);
        // What passes the filter, as other engines count.
        let passed = actual.rows.zip(kept).map(|(rows, kept)| rows * kept / 100.0).or(actual.rows);
        node.actual = Some(Actual { rows: passed, ..actual });
    }
    node.never_executed = number(value, "r_loops") == Some(0.0);
    node
}

/// `a = t.b AND c = const`.
fn lookup(parts: &Value, refs: &Value) -> String {
    let empty = Vec::new();
    let (parts, refs) = (parts.as_array().unwrap_or(&empty), refs.as_array().unwrap_or(&empty));
    let pairs = parts.iter().enumerate().map(|(n, part)| {
        let to = refs.get(n).map(line).unwrap_or_else(|| "?".into());
        format!("{} = {to}", line(part))
    });
    format!("({})", pairs.collect::<Vec<_>>().join(" and "))
}

/// What ANALYZE FORMAT=JSON of MariaDB says of a table.
fn measured(value: &Value) -> Option<Actual> {
    let loops = number(value, "r_loops").filter(|loops| *loops > 0.0)?;
    let parts = [number(value, "r_table_time_ms"), number(value, "r_other_time_ms")];
    let own = parts.iter().flatten().copied().reduce(|a, b| a + b);
    Some(Actual { first_ms: None, last_ms: None, own_ms: own, rows: number(value, "r_rows"), loops })
}

/// The same of a step around tables: its time is its own.
fn times(value: &Value) -> Node {
    let mut node = Node::default();
    if value.get("select_id").is_some() {
        return node;
    }
    if let Some(loops) = number(value, "r_loops").filter(|loops| *loops > 0.0) {
        let (own, rows) = (number(value, "r_total_time_ms"), number(value, "r_output_rows"));
        node.actual = Some(Actual { first_ms: None, last_ms: None, own_ms: own, rows, loops });
    }
    node
}

fn holds_steps(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, inner)| {
            !PLAIN.contains(&key.as_str())
                && (matches!(key.as_str(), "table" | "query_block" | "nested_loop" | "block-nl-join")
                    || holds_steps(inner))
        }),
        Value::Array(list) => list.iter().any(holds_steps),
        _ => false,
    }
}

/// An object with one object in it that is not a table.
fn single(value: &Value) -> Option<(&str, &Value)> {
    let map = value.as_object()?;
    let mut objects = map.iter().filter(|(_, inner)| inner.is_object());
    let (name, inner) = objects.next()?;
    let alone = objects.next().is_none() && map.len() == 1;
    (alone && name != "table").then_some((name.as_str(), inner))
}

fn words(key: &str) -> String {
    let text = key.replace(['_', '-'], " ");
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
