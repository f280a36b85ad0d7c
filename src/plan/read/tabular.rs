//! MySQL and MariaDB, the form with one row for each table: tabs between columns, or bars around them.
//!
//! Rows of one `id` are joined in their order. A table `<derived2>` or `<subquery2>` is filled by the rows of
//! that id, `<union2,3>` by those of both; what nobody names is a subquery of the first select.

use super::{NotAPlan, mysql, pg_line};
use crate::model::EngineKind;
use crate::plan::build::Builder;
use crate::plan::tree::{Actual, Condition, Estimate, Form, Kind, Node, Plan};
use std::collections::{BTreeMap, HashSet};

pub fn is_table(text: &str) -> bool {
    header(text).is_some()
}

fn header(text: &str) -> Option<(usize, Vec<String>)> {
    text.lines().enumerate().take(200).find_map(|(n, line)| {
        let cells = cells(line);
        let has = |name: &str| cells.iter().any(|cell| cell.eq_ignore_ascii_case(name));
        (has("id") && has("select_type") && has("table") && has("type")).then_some((n, cells))
    })
}

/// By bars, by tabs, or by runs of blanks.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim_end();
    let trimmed = line.trim();
    let split: Vec<&str> = if trimmed.starts_with(['|', '│']) {
        trimmed.trim_matches(['|', '│']).split(['|', '│']).collect()
    } else if line.contains('\t') {
        line.split('\t').collect()
    } else {
        trimmed.split("  ").filter(|cell| !cell.trim().is_empty()).collect()
    };
    split.into_iter().map(|cell| cell.trim().to_owned()).collect()
}

struct Row {
    id: Option<u64>,
    select: String,
    node: Node,
}

pub fn read(text: &str) -> Result<Plan, NotAPlan> {
    let Some((at, names)) = header(text) else { return Err(NotAPlan::new("it has no header of columns")) };
    let mut rows = Vec::new();
    for line in text.lines().skip(at + 1) {
        let cells = cells(line);
        // Frames, counts, empty lines.
        if cells.len() + 1 < names.len() {
            continue;
        }
        rows.push(row(&names, &cells));
    }
    if rows.is_empty() {
        return Err(NotAPlan::new("it has a header of columns, but no row"));
    }
    // MariaDB has no column `partitions` unless it is asked for one.
    let maria = !names.iter().any(|name| name.eq_ignore_ascii_case("partitions"));
    let engine = if maria { EngineKind::Mariadb } else { EngineKind::Mysql };
    let mut out = Builder::new(engine, Form::Tabular);
    Tree::new(rows).build(&mut out)?;
    out.done()
}

fn row(names: &[String], cells: &[String]) -> Row {
    let cell = |name: &str| {
        let at = names.iter().position(|found| found.eq_ignore_ascii_case(name))?;
        cells.get(at).map(String::as_str).filter(|text| !text.is_empty() && *text != "NULL")
    };
    let number =
        |name: &str| cell(name).and_then(|text| text.parse::<f64>().ok()).filter(|number| pg_line::is_figure(*number));
    let extra = cell("Extra").unwrap_or_default();
    let covering = extra.split("; ").any(|word| word == "Using index");
    let access = cell("type").unwrap_or_default();
    let (title, kind) = mysql::by_type(access, covering);
    let passed = number("rows").map(|rows| rows * number("filtered").unwrap_or(100.0).min(100.0) / 100.0);
    let mut node = Node {
        title: title.to_owned(),
        kind,
        relation: cell("table").map(str::to_owned),
        index: cell("key").map(str::to_owned),
        estimate: Estimate { rows: passed, read: number("rows"), ..Estimate::default() },
        ..Node::default()
    };
    if cell("table").is_none() {
        node.title = if extra.is_empty() { "No table".into() } else { extra.to_owned() };
        node.kind = Kind::Other;
    }
    if let Some(to) = cell("ref") {
        node.conditions.push(Condition { label: "index cond".into(), text: format!("= {}", to.replace(',', ", ")) });
    }
    node.details.extend(
        number("filtered").filter(|share| *share < 100.0).map(|share| ("Filtered".into(), format!("{share} %"))),
    );
    if !extra.is_empty() && cell("table").is_some() {
        node.details.push(("Extra".to_owned(), extra.to_owned()));
    }
    if let Some(rows) = number("r_rows") {
        let kept = number("r_filtered").unwrap_or(100.0);
        node.removed.by_filter = (kept < 100.0).then_some(rows * (100.0 - kept) / 100.0);
        let rows = Some(rows * kept / 100.0);
        node.actual = Some(Actual { first_ms: None, last_ms: None, own_ms: None, rows, loops: 1.0 });
    }
    Row {
        id: cell("id").and_then(|text| text.parse().ok()),
        select: cell("select_type").unwrap_or_default().to_owned(),
        node,
    }
}

/// Rows by their select.
struct Tree {
    selects: BTreeMap<u64, (String, Vec<Node>)>,
    unions: Vec<Node>,
    done: HashSet<u64>,
    named: HashSet<u64>,
}

impl Tree {
    fn new(rows: Vec<Row>) -> Self {
        let mut tree =
            Self { selects: BTreeMap::new(), unions: Vec::new(), done: HashSet::new(), named: HashSet::new() };
        let mut last = 1;
        for row in rows {
            let named = row.node.relation.as_deref().map(sources).unwrap_or_default();
            tree.named.extend(named);
            match row.id {
                None if row.select.contains("RESULT") => tree.unions.push(row.node),
                id => {
                    last = id.unwrap_or(last);
                    tree.selects.entry(last).or_insert_with(|| (row.select.clone(), Vec::new())).1.push(row.node);
                }
            }
        }
        tree
    }

    fn build(mut self, out: &mut Builder) -> Result<(), NotAPlan> {
        let first = self.selects.keys().next().copied();
        let union = self.unions.iter().position(|node| {
            let named = node.relation.as_deref().map(sources).unwrap_or_default();
            first.is_some_and(|first| named.contains(&first))
        });
        let mut top = None;
        if let Some(at) = union {
            let node = self.unions.swap_remove(at);
            top = Some(self.result(out, None, node)?);
        } else if let Some(first) = first {
            top = Some(out.len());
            self.select(out, None, first)?;
        }
        let left: Vec<u64> = self.selects.keys().copied().filter(|id| !self.done.contains(id)).collect();
        for id in left {
            if self.done.contains(&id) {
                continue;
            }
            let title = match self.selects.get(&id).map(|(select, _)| select.to_lowercase()) {
                Some(word) => format!("Select #{id} ({word})"),
                None => format!("Select #{id}"),
            };
            // The top has children already, and the last one may be deep: a new one comes behind all of them.
            let below = out.push(top, Node { title, kind: Kind::Subquery, ..Node::default() })?;
            self.select(out, Some(below), id)?;
        }
        Ok(())
    }

    fn select(&mut self, out: &mut Builder, parent: Option<usize>, id: u64) -> Result<(), NotAPlan> {
        if !self.done.insert(id) {
            return Ok(());
        }
        let Some((_, nodes)) = self.selects.get_mut(&id) else { return Ok(()) };
        let nodes = std::mem::take(nodes);
        let parent = match nodes.len() {
            0 | 1 => parent,
            _ => {
                let joined = Node { title: "Nested loop".into(), kind: Kind::NestedLoop, ..Node::default() };
                Some(out.push(parent, joined)?)
            }
        };
        let mut loops = 1.0_f64;
        for mut node in nodes {
            node.estimate.loops = Some(loops);
            if let Some(actual) = &mut node.actual {
                actual.loops = loops.max(1.0);
            }
            let measured = node.actual.and_then(|actual| actual.rows);
            let passed = measured.or(node.estimate.rows);
            loops = (loops * passed.unwrap_or(1.0)).clamp(1.0, 1e15);
            self.table(out, parent, node)?;
        }
        Ok(())
    }

    fn table(&mut self, out: &mut Builder, parent: Option<usize>, node: Node) -> Result<(), NotAPlan> {
        let from = node.relation.as_deref().map(sources).unwrap_or_default();
        let id = out.push(parent, node)?;
        for source in from {
            let union = self
                .unions
                .iter()
                .position(|node| node.relation.as_deref().map(sources).unwrap_or_default().contains(&source));
            match union {
                Some(at) if self.selects.contains_key(&source) => {
                    let node = self.unions.swap_remove(at);
                    self.result(out, Some(id), node)?;
                }
                _ => self.select(out, Some(id), source)?,
            }
        }
        Ok(())
    }

    /// The row of a union above its parts.
    fn result(&mut self, out: &mut Builder, parent: Option<usize>, node: Node) -> Result<usize, NotAPlan> {
        let from = node.relation.as_deref().map(sources).unwrap_or_default();
        let id = out.push(parent, Node { title: "Union".into(), kind: Kind::Append, ..node })?;
        for source in from {
            self.select(out, Some(id), source)?;
        }
        Ok(id)
    }
}

/// The selects that fill `<derived2>`, `<subquery3>`, `<union1,2>`.
fn sources(table: &str) -> Vec<u64> {
    let Some(inner) = table.strip_prefix('<').and_then(|table| table.strip_suffix('>')) else { return Vec::new() };
    let digits = inner.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.split(',').filter_map(|word| word.trim().parse().ok()).collect()
}
