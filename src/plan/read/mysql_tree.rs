//! MySQL, `EXPLAIN FORMAT=TREE`, which is what EXPLAIN ANALYZE gives too, and JSON version 2, which has the
//! same operations with names.

use super::json::{number, text, whole};
use super::{NotAPlan, mysql, pg_line};
use crate::model::EngineKind;
use crate::plan::build::Builder;
use crate::plan::tree::{Actual, Estimate, Form, Kind, Node, Plan};
use serde_json::Value;

/// PostgreSQL's first step has no arrow.
pub fn is_tree(text: &str) -> bool {
    text.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| line.trim_start().starts_with("-> "))
}

pub fn read(text: &str) -> Result<Plan, NotAPlan> {
    let mut out = Builder::new(EngineKind::Mysql, Form::MysqlTree);
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (column, line) in steps(text) {
        while open.last().is_some_and(|(_, above)| *above >= column) {
            open.pop();
        }
        if line.starts_with("<not executable") {
            return Err(NotAPlan::new("MySQL has no tree for this statement; FORMAT=JSON version 1 has a plan"));
        }
        let id = out.push(open.last().map(|(id, _)| *id), step(&line))?;
        open.push((id, column));
    }
    out.done()
}

/// Column and text of each step; a text with a line break in it goes on in the next line.
fn steps(text: &str) -> Vec<(usize, String)> {
    let mut out: Vec<(usize, String)> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let column = line.chars().take_while(|c| *c == ' ').count();
        match (line.trim_start().strip_prefix("-> "), out.last_mut()) {
            (Some(body), _) => out.push((column, body.trim_end().to_owned())),
            (None, Some((_, last))) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            (None, None) => {}
        }
    }
    out
}

fn step(line: &str) -> Node {
    let head = pg_line::head(line);
    Node {
        estimate: head.estimate,
        actual: head.actual.filter(|actual| actual.loops > 0.0),
        never_executed: head.never_executed,
        ..mysql::operation(head.words)
    }
}

/// JSON version 2.
pub fn read_json(value: &Value) -> Result<Plan, NotAPlan> {
    let mut out = Builder::new(EngineKind::Mysql, Form::MysqlJson2);
    let top = value.get("query_plan").unwrap_or(value);
    if text(top, "operation").is_none() {
        return Err(NotAPlan::new("its \"query_plan\" has no \"operation\""));
    }
    push(&mut out, None, top)?;
    out.plan().statement = text(value, "query").map(str::to_owned);
    out.done()
}

fn push(out: &mut Builder, parent: Option<usize>, value: &Value) -> Result<(), NotAPlan> {
    // A heading is a line of its own in TREE.
    let parent = match text(value, "heading") {
        Some(heading) => Some(out.push(parent, mysql::operation(heading))?),
        None => parent,
    };
    let id = out.push(parent, of_json(value))?;
    let list = |key: &str| value.get(key).and_then(Value::as_array).into_iter().flatten();
    for child in list("inputs") {
        push(out, Some(id), child)?;
    }
    // Subqueries of the select list stand beside the step in TREE.
    let mut beside: Vec<&String> = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key)
        .filter(|key| key.starts_with("inputs_from_"))
        .collect();
    beside.sort();
    for key in beside {
        for child in list(key) {
            push(out, parent, child)?;
        }
    }
    Ok(())
}

fn of_json(value: &Value) -> Node {
    let mut node = mysql::operation(text(value, "operation").unwrap_or_default());
    node.schema = text(value, "schema_name").filter(|_| node.relation.is_some()).map(str::to_owned);
    if let Some(index) = text(value, "index_name") {
        node.index = Some(index.to_owned());
    }
    if let Some(table) = text(value, "table_name") {
        node.relation = Some(table.to_owned());
    }
    node.alias = text(value, "alias").map(str::to_owned).filter(|alias| Some(alias) != node.relation.as_ref());
    node.estimate = Estimate {
        startup: number(value, "estimated_first_row_cost"),
        total: number(value, "estimated_total_cost"),
        rows: number(value, "estimated_rows"),
        ..Estimate::default()
    };
    if let Some(loops) = number(value, "actual_loops") {
        node.never_executed = loops == 0.0;
        node.actual = (loops > 0.0).then(|| Actual {
            first_ms: number(value, "actual_first_row_ms"),
            last_ms: number(value, "actual_last_row_ms"),
            own_ms: None,
            rows: number(value, "actual_rows"),
            loops,
        });
    }
    if node.kind == Kind::Limit {
        node.details.retain(|(key, _)| key != "Limit");
        node.details.extend(whole(value, "limit").map(|rows| ("Limit".to_owned(), rows.to_string())));
    }
    node
}
