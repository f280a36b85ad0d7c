//! SQLite, EXPLAIN QUERY PLAN: rows of id, parent and detail, or the tree that its shell draws.

use super::NotAPlan;
use crate::model::EngineKind;
use crate::plan::build::Builder;
use crate::plan::tree::{Condition, Form, Kind, Node, Plan, Spill, SpillKind};
use std::collections::HashMap;

/// Signs that the shell draws branches with.
const BRANCH: [&str; 4] = ["|--", "`--", "├─", "└─"];

pub fn is_tree(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let second = text.lines().filter(|line| !line.trim().is_empty()).nth(1).unwrap_or_default();
    let branch = |line: &str| BRANCH.iter().any(|sign| line.trim_start().starts_with(sign));
    branch(first) || (first.trim() == "QUERY PLAN" && branch(second)) || cells(first).is_some()
}

pub fn read(text: &str) -> Result<Plan, NotAPlan> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let table: Option<Vec<_>> = lines.iter().map(|line| cells(line)).collect();
    if let Some(table) = table {
        return rows(&table);
    }
    let mut found = Vec::new();
    let mut open: Vec<(usize, i64)> = Vec::new();
    for line in lines.iter().filter(|line| line.trim() != "QUERY PLAN") {
        let Some(column) = BRANCH.iter().filter_map(|sign| line.find(sign)).min() else { continue };
        let detail = line[column..].trim_start_matches(['|', '`', '├', '└', '─', '-', ' ']);
        // Signs of other alphabets take more bytes: columns are characters.
        let column = line[..column].chars().count();
        while open.last().is_some_and(|(above, _)| *above >= column) {
            open.pop();
        }
        let id = found.len() as i64 + 1;
        found.push((id, open.last().map_or(0, |(_, id)| *id), detail.to_owned()));
        open.push((column, id));
    }
    rows(&found)
}

/// `3|0|0|SCAN t`, also with tabs.
fn cells(line: &str) -> Option<(i64, i64, String)> {
    let sign = if line.contains('\t') { '\t' } else { '|' };
    let mut parts = line.trim().splitn(4, sign);
    let (id, parent) = (parts.next()?.trim().parse().ok()?, parts.next()?.trim().parse().ok()?);
    parts.next()?.trim().parse::<i64>().ok()?;
    Some((id, parent, parts.next()?.trim().to_owned()))
}

/// Rows in their order: a parent always precedes what is below it, and what belongs together may be apart.
pub fn rows(rows: &[(i64, i64, String)]) -> Result<Plan, NotAPlan> {
    let mut out = Builder::new(EngineKind::Sqlite, Form::Sqlite);
    let known: HashMap<i64, usize> = rows.iter().enumerate().rev().map(|(n, (id, ..))| (*id, n)).collect();
    let mut below: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    for (n, (_, parent, _)) in rows.iter().enumerate() {
        // A row that claims a later one, or itself, as its parent would make a circle.
        let parent = known.get(parent).copied().filter(|parent| *parent < n);
        below.entry(parent).or_default().push(n);
    }
    let mut open: Vec<(Option<usize>, usize)> =
        below.get(&None).into_iter().flatten().rev().map(|row| (None, *row)).collect();
    while let Some((parent, row)) = open.pop() {
        let id = out.push(parent, node(&rows[row].2))?;
        open.extend(below.get(&Some(row)).into_iter().flatten().rev().map(|child| (Some(id), *child)));
    }
    out.done()
}

fn node(detail: &str) -> Node {
    let detail = detail.trim();
    let (word, rest) = detail.split_once(' ').unwrap_or((detail, ""));
    let mut node = Node { title: detail.to_owned(), kind: kind(detail), ..Node::default() };
    match word {
        "SCAN" | "SEARCH" if !rest.contains("CONSTANT ROW") => {
            node.title = word.to_owned();
            access(&mut node, rest.strip_prefix("TABLE ").unwrap_or(rest));
        }
        "BLOOM" => {
            let (table, condition) = behind(rest.trim_start_matches("FILTER ON "));
            (node.title, node.relation) = ("BLOOM FILTER".into(), Some(table.to_owned()));
            node.conditions.extend(condition.map(|text| Condition { label: "filter".into(), text: text.to_owned() }));
        }
        "USE" if detail.starts_with("USE TEMP B-TREE") => {
            node.spill = Some(Spill { kind: SpillKind::Temporary, bytes: None, batches: None });
        }
        _ => {}
    }
    node
}

/// `t AS a USING COVERING INDEX i (a=? AND b>?) LEFT-JOIN`.
fn access(node: &mut Node, rest: &str) {
    let rest = match rest.strip_suffix(" LEFT-JOIN") {
        Some(rest) => {
            node.details.push(("Join".into(), "left".into()));
            rest
        }
        None => rest,
    };
    let (table, using) = rest.split_once(" USING ").unwrap_or((rest, ""));
    let table = table.split_once(" VIRTUAL TABLE ").map_or(table, |(table, _)| table);
    let (table, alias) = match table.split_once(" AS ") {
        Some((table, alias)) => (table, Some(alias.to_owned())),
        None => (table, None),
    };
    (node.relation, node.alias) = (Some(table.trim().to_owned()), alias);
    let (words, condition) = behind(using);
    let automatic = words.starts_with("AUTOMATIC");
    let name = words.rsplit("INDEX ").next().unwrap_or_default().trim();
    if words.contains("PRIMARY KEY") {
        node.index = Some(words.to_owned());
    } else if !automatic && words.contains("INDEX ") && !name.is_empty() {
        node.index = Some(name.to_owned());
    }
    if words.contains("COVERING") {
        node.details.push(("Index".into(), "covering".into()));
        node.kind = if node.title == "SCAN" { Kind::FullIndexScan } else { Kind::IndexOnlyScan };
    } else if !words.is_empty() && node.title == "SCAN" {
        node.kind = Kind::FullIndexScan;
    }
    if automatic {
        node.kind = Kind::AutomaticIndex;
        node.details.push(("Index".into(), "automatic, built for this statement".into()));
    }
    node.conditions.extend(condition.map(|text| Condition { label: "index cond".into(), text: text.to_owned() }));
}

/// Splits off the last group in parentheses.
fn behind(text: &str) -> (&str, Option<&str>) {
    match text.rfind(" (") {
        Some(at) if text.ends_with(')') => (text[..at].trim(), Some(text[at..].trim())),
        _ => (text.trim(), None),
    }
}

fn kind(detail: &str) -> Kind {
    let starts = |words: &[&str]| words.iter().any(|word| detail.starts_with(word));
    match () {
        () if detail.contains("CONSTANT ROW") => Kind::Other,
        () if starts(&["SCAN"]) => Kind::FullScan,
        () if starts(&["SEARCH"]) => Kind::IndexScan,
        () if starts(&["USE TEMP B-TREE FOR ORDER BY", "USE TEMP B-TREE FOR LAST", "USE TEMP B-TREE FOR RIGHT"]) => {
            Kind::Sort
        }
        () if starts(&["USE TEMP B-TREE"]) => Kind::Aggregate,
        () if starts(&["MATERIALIZE", "CO-ROUTINE"]) => Kind::Materialize,
        () if starts(&["COMPOUND", "UNION", "MERGE", "LEFT", "RIGHT", "INTERSECT", "EXCEPT", "MULTI-INDEX"]) => {
            Kind::Append
        }
        () if detail.contains("SUBQUERY") => Kind::Subquery,
        () => Kind::Other,
    }
}
