//! PostgreSQL, `EXPLAIN` in FORMAT TEXT.
//!
//! ```text
//! Sort  (cost=…)                       a root: no arrow, its properties two columns further
//!   Sort Key: a                        a property belongs to the node whose properties stand so far right
//!   InitPlan 1                         the role of the next arrow below it
//!     ->  Aggregate  (cost=…)
//!   ->  Seq Scan on t  (cost=…)        a child; its own properties stand six columns right of its arrow
//!         Filter: (b > 1)
//! Planning Time: 0.1 ms                behind the tree, at the left edge
//! ```
//!
//! Only the order of columns counts, so a text that was shifted by a terminal reads the same.

use super::pg_line::{self, value};
use super::{NotAPlan, pg_words};
use crate::model::EngineKind;
use crate::plan::build::Builder;
use crate::plan::tree::{Form, Jit, Kind, Node, Plan, Spill, SpillKind, Trigger};

/// Steps without anything in parentheses (COSTS OFF) are known by their first words.
const FIRST: [&str; 20] = [
    "Seq Scan",
    "Index ",
    "Bitmap ",
    "Nested Loop",
    "Hash",
    "Merge ",
    "Sort",
    "Limit",
    "Aggregate",
    "GroupAggregate",
    "Gather",
    "Append",
    "Result",
    "Unique",
    "WindowAgg",
    "Subquery Scan",
    "CTE Scan",
    "Update on",
    "Delete on",
    "Insert on",
];

pub fn is_plan(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let plain = lines.next().map(str::trim_start).unwrap_or_default();
    text.contains("(cost=") || text.contains("(actual ") || FIRST.iter().any(|word| plain.starts_with(word))
}

/// A node that may still get children or properties.
struct Open {
    id: usize,
    arrow: isize,
    /// Where its properties stand.
    inner: isize,
}

struct Reader {
    out: Builder,
    open: Vec<Open>,
    /// Of the next arrow, and the node that it belongs to.
    role: Option<(String, usize)>,
    /// Behind the tree: which group of lines this is.
    group: Group,
    edge: isize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Tree,
    Planning,
    Jit,
    Other,
}

pub fn read(text: &str) -> Result<Plan, NotAPlan> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut reader = Reader {
        out: Builder::new(EngineKind::Postgresql, Form::PgText),
        open: Vec::new(),
        role: None,
        group: Group::Tree,
        edge: 0,
    };
    for (n, line) in lines.iter().enumerate() {
        let before = reader.out.len();
        reader.line(line)?;
        if before == 0 && reader.out.len() == 1 {
            // A text that was pasted without its first blank: what follows stands one column too far right.
            let rest = lines[n + 1..].iter().map(|line| indent(line)).min();
            let shifted = rest == Some(indent(line) + 1);
            reader.edge = indent(line) + isize::from(shifted);
        }
    }
    reader.out.done()
}

fn indent(line: &str) -> isize {
    line.chars().take_while(|c| *c == ' ').count() as isize
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), NotAPlan> {
        let (column, body) = (indent(line), line.trim());
        if let Some(rest) = body.strip_prefix("->") {
            return self.arrow(column, rest.trim_start());
        }
        if self.out.len() == 0 {
            if let Some(text) = body.strip_prefix("Query Text:") {
                self.out.plan().statement = Some(text.trim().to_owned());
                return Ok(());
            }
            // What precedes the first step: headings, echoes of a terminal.
            let head = pg_line::head(body);
            if head.bare && !FIRST.iter().any(|word| body.starts_with(word)) {
                if let Some(statement) = &mut self.out.plan().statement {
                    statement.push('\n');
                    statement.push_str(body);
                }
                return Ok(());
            }
            return self.root(column, body);
        }
        if column <= self.edge {
            return self.behind(column, body);
        }
        match self.group {
            Group::Tree => self.property(column, body),
            group => {
                self.grouped(group, body);
                Ok(())
            }
        }
    }

    fn root(&mut self, column: isize, body: &str) -> Result<(), NotAPlan> {
        let id = self.push(None, body)?;
        self.open = vec![Open { id, arrow: column - 1, inner: column + 1 }];
        self.group = Group::Tree;
        Ok(())
    }

    fn arrow(&mut self, column: isize, body: &str) -> Result<(), NotAPlan> {
        let role = self.role.take();
        match &role {
            Some((_, owner)) => {
                while self.open.last().is_some_and(|open| open.id != *owner) {
                    self.open.pop();
                }
            }
            None => {
                while self.open.len() > 1 && self.open.last().is_some_and(|open| open.arrow >= column) {
                    self.open.pop();
                }
            }
        }
        let parent = self.open.last().map(|open| open.id);
        let id = self.push(parent, body)?;
        self.out.node(id).role = role.map(|(name, _)| name);
        self.open.push(Open { id, arrow: column, inner: column + 5 });
        Ok(())
    }

    fn push(&mut self, parent: Option<usize>, body: &str) -> Result<usize, NotAPlan> {
        let head = pg_line::head(body);
        let mut node = Node {
            estimate: head.estimate,
            never_executed: head.never_executed || head.actual.is_some_and(|actual| actual.loops == 0.0),
            actual: head.actual.filter(|actual| actual.loops > 0.0),
            ..Node::default()
        };
        pg_line::names(head.words, &mut node);
        node.parallel = node.title.starts_with("Parallel ");
        node.kind = pg_words::kind(&node.title);
        self.out.push(parent, node)
    }

    /// A line of the tree that is no step.
    fn property(&mut self, column: isize, body: &str) -> Result<(), NotAPlan> {
        while self.open.len() > 1 && self.open.last().is_some_and(|open| open.inner > column) {
            self.open.pop();
        }
        let Some(owner) = self.open.last().map(|open| open.id) else { return Ok(()) };
        if let Some(role) = pg_line::role(body).filter(|_| !body.contains(": ")) {
            self.role = Some((role.to_owned(), owner));
            return Ok(());
        }
        let Some((key, text)) = body.split_once(": ") else { return Ok(()) };
        // Each worker has figures of its own; those of the node hold them.
        let (key, text) = match key.starts_with("Worker ") {
            true => match text.trim_start().split_once(": ") {
                Some((key @ ("Sort Method" | "Batches"), text)) => (key, text),
                _ => return Ok(()),
            },
            false => (key, text),
        };
        told(self.out.node(owner), key, text.trim());
        Ok(())
    }

    /// A line at the left edge below the tree.
    fn behind(&mut self, column: isize, body: &str) -> Result<(), NotAPlan> {
        self.group = Group::Other;
        let head = pg_line::head(body);
        if head.actual.is_some() || head.estimate.total.is_some() {
            return self.root(column, body);
        }
        let (key, text) = body.split_once(':').unwrap_or((body, ""));
        let ms = || text.trim().trim_end_matches("ms").trim().parse::<f64>().ok();
        let plan = self.out.plan();
        match key {
            "Planning" => self.group = Group::Planning,
            "JIT" => (self.group, plan.jit) = (Group::Jit, Some(Jit::default())),
            "Planning Time" | "Planning time" => plan.planning_ms = ms(),
            "Execution Time" | "Execution time" | "Total runtime" => plan.execution_ms = ms(),
            "Settings" => plan.settings = settings(text),
            _ if key.starts_with("Trigger ") => plan.triggers.push(trigger(key, text)),
            _ => {}
        }
        Ok(())
    }

    fn grouped(&mut self, group: Group, body: &str) {
        let Some(jit) = self.out.plan().jit.as_mut().filter(|_| group == Group::Jit) else { return };
        if let Some(count) = body.strip_prefix("Functions: ") {
            jit.functions = count.parse().ok();
        }
        if let Some(timing) = body.strip_prefix("Timing: ") {
            let total = timing.rsplit("Total ").next().unwrap_or_default();
            jit.total_ms = total.trim_end_matches("ms").trim().parse().ok();
        }
    }
}

/// `jit = 'off', work_mem = '64kB'`.
fn settings(text: &str) -> Vec<(String, String)> {
    let pairs = text.split("', ").filter_map(|pair| pair.split_once(" = '"));
    pairs.map(|(name, value)| (name.trim().to_owned(), value.trim_end_matches('\'').to_owned())).collect()
}

/// `Trigger for constraint fk on t: time=1.0 calls=2`.
fn trigger(key: &str, text: &str) -> Trigger {
    let words = key.trim_start_matches("Trigger ").trim_start_matches("for constraint ");
    let (name, relation) = words.split_once(" on ").map_or((words, None), |(name, on)| (name, Some(on.to_owned())));
    Trigger { name: name.to_owned(), relation, ms: value(text, "time="), calls: value(text, "calls=") }
}

/// One property of a node.
fn told(node: &mut Node, key: &str, text: &str) {
    if pg_words::condition(node, key, text) {
        return;
    }
    let number = || text.parse::<f64>().ok().filter(|number| pg_line::is_figure(*number));
    match key {
        "Rows Removed by Filter" => node.removed.by_filter = number(),
        "Rows Removed by Join Filter" => node.removed.by_join_filter = number(),
        "Rows Removed by Index Recheck" => node.removed.by_recheck = number(),
        "Heap Fetches" => node.heap_fetches = number(),
        "Workers Planned" => node.workers_planned = text.parse().ok(),
        "Workers Launched" => node.workers_launched = text.parse().ok(),
        "Buffers" => node.buffers = Some(pg_line::buffers(text)),
        "Sort Method" => {
            let (method, room) = text.split_once("  ").unwrap_or((text, ""));
            let used = |word: &str| value(&room.replace(": ", ":"), word);
            match used("Disk:") {
                Some(disk) => pg_words::sorted(node, method, Some(disk), true),
                None => pg_words::sorted(node, method, used("Memory:"), false),
            }
        }
        "Buckets" | "Batches" | "Planned Partitions" if node.kind != Kind::Memoize => {
            // The first word is the value of the key, the rest are pairs of their own.
            let line = format!("{key}:{text}").replace(": ", ":").replace("Memory Usage", "Memory");
            let batches = value(&line, "Batches:").map(|batches| batches.max(0.0) as u64);
            let disk = value(&line.replace("Disk Usage", "Disk"), "Disk:");
            pg_words::hashed(node, batches, value(&line, "Memory:"), disk);
        }
        "Heap Blocks" => {
            if let Some(pages) = value(text, "lossy=").filter(|pages| *pages > 0.0) {
                pg_words::spill(node, Spill { kind: SpillKind::Lossy, bytes: None, batches: Some(pages as u64) });
            }
        }
        "Full-sort Groups" | "Pre-sorted Groups" => incremental(node, text),
        _ if pg_words::DETAILS.contains(&key) => node.details.push((key.to_owned(), text.to_owned())),
        _ => {}
    }
}

/// `32  Sort Methods: external merge  Average Disk: 4kB  Peak Disk: 8kB`.
fn incremental(node: &mut Node, text: &str) {
    let line = text.replace(": ", ":");
    let method = line.split("Sort Method").nth(1).and_then(|rest| rest.split_once(':')).map_or("", |(_, rest)| rest);
    let method = method.split("  ").next().unwrap_or_default();
    match value(&line.replace("Peak Disk", "PeakDisk"), "PeakDisk:") {
        Some(disk) => pg_words::sorted(node, method, Some(disk), true),
        None => pg_words::sorted(node, method, value(&line.replace("Peak Memory", "PeakMemory"), "PeakMemory:"), false),
    }
}
