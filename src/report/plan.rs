//! Plans as text, JSON and Markdown: the same tree and the same sentences as on the screen.

use crate::plan::compare;
use crate::plan::paint::{self, Conditions, Line, Look};
use crate::plan::{Advice, By, Facts, Node, Notes, Plan, Signs, Weights, Words, tell, words};
use crate::text::{sanitize, sanitize_lines};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A plan with all that is known about it, or why there is none.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// A file or a number, to tell several apart.
    pub name: String,
    pub statement: Option<&'a str>,
    /// How the plan came about: `EXPLAIN (GENERIC_PLAN), 3.1 ms`.
    pub how: Option<String>,
    pub plan: Result<Told<'a>, String>,
}

/// A plan, weighed and read.
#[derive(Debug)]
pub struct Told<'a> {
    pub plan: &'a Plan,
    pub weights: Weights,
    pub notes: Notes,
    pub facts: Facts<'a>,
}

impl<'a> Told<'a> {
    pub fn new(plan: &'a Plan, facts: Facts<'a>) -> Self {
        let weights = Weights::of(plan);
        let notes = Notes::of(plan, &weights, &facts);
        Self { plan, weights, notes, facts }
    }

    pub fn words(&self, node: usize) -> Words {
        words(self.plan, &self.weights, &self.notes, &self.facts, node)
    }

    /// The nodes that have something to tell, the worst one first.
    fn worth(&self) -> Vec<usize> {
        let mut out = vec![self.notes.worst];
        let noted = (0..self.plan.nodes.len()).filter(|n| self.notes.level(*n).is_some_and(|level| level < 2));
        out.extend(noted.filter(|n| *n != self.notes.worst));
        out
    }

    fn summary(&self) -> String {
        let form = self.plan.form.title();
        format!("{form}: {}", compare::summary(self.plan, &self.weights))
    }
}

/// How text is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Paper {
    pub signs: &'static Signs,
    pub width: usize,
}

/// Nodes whose sentences are printed; the tree marks the others all the same.
const MOST_TOLD: usize = 8;

/// The plans one below the other.
pub fn text(sheets: &[Sheet<'_>], paper: Paper) -> String {
    let parts: Vec<String> = sheets.iter().map(|sheet| one(sheet, paper, sheets.len() > 1)).collect();
    parts.join("\n")
}

fn one(sheet: &Sheet<'_>, paper: Paper, named: bool) -> String {
    let mut out = String::new();
    if named {
        out.push_str(&format!("{0} {1} {0}\n", paper.signs.rule.repeat(2), sanitize(&sheet.name)));
    }
    if let Some(statement) = sheet.statement {
        out.push_str(&indented(statement));
    }
    let told = match &sheet.plan {
        Ok(told) => told,
        Err(why) => return format!("{out} {}\n", sanitize(why)),
    };
    let how = sheet.how.as_deref().map(|how| format!("{how}. ")).unwrap_or_default();
    out.push_str(&format!(" {how}{}\n\n", told.summary()));
    out.push_str(&tree(told, paper));
    for n in told.worth().into_iter().take(MOST_TOLD) {
        let look = look(paper, None);
        let label = paint::label(&told.plan.nodes[n]);
        out.push_str(&format!("\n{} {}\n", paper.signs.rule.repeat(2), sanitize(&label)));
        out.extend(paint::words(&told.words(n), &look).iter().map(line));
    }
    out
}

fn look(paper: Paper, selected: Option<usize>) -> Look<'static> {
    const NONE: &BTreeSet<usize> = &BTreeSet::new();
    Look { signs: paper.signs, width: paper.width, selected, folded: NONE, conditions: Conditions::All }
}

fn tree(told: &Told<'_>, paper: Paper) -> String {
    let look = look(paper, None);
    let mut out = line(&paint::heading(told.plan, &told.weights, &look));
    out.extend(paint::lines(told.plan, &told.weights, &told.notes, &look).iter().map(line));
    out
}

fn line(line: &Line) -> String {
    format!("{}\n", line.text())
}

/// A statement, its beginning where it is long.
fn indented(statement: &str) -> String {
    const MOST: usize = 40;
    let lines: Vec<&str> = statement.trim().lines().collect();
    let mut out: String =
        lines.iter().take(MOST).map(|line| format!(" {}\n", sanitize_lines(line).trim_end())).collect();
    if lines.len() > MOST {
        out.push_str(&format!(" ({} more lines)\n", lines.len() - MOST));
    }
    out
}

/// Two plans side by side.
pub fn side_by_side(left: &Told<'_>, right: &Told<'_>, paper: Paper) -> String {
    let lines = compare::lines((left.plan, &left.weights), (right.plan, &right.weights), paper.signs, paper.width);
    lines.iter().map(line).collect()
}

/// For a ticket: the tree as it is, the sentences as a list.
pub fn markdown(sheets: &[Sheet<'_>], paper: Paper) -> String {
    let mut out = String::new();
    for sheet in sheets {
        out.push_str(&format!("## {}\n\n", sanitize(&sheet.name)));
        if let Some(statement) = sheet.statement {
            out.push_str(&fenced("sql", &sanitize_lines(statement.trim())));
        }
        let told = match &sheet.plan {
            Ok(told) => told,
            Err(why) => {
                out.push_str(&format!("{}\n\n", sanitize(why)));
                continue;
            }
        };
        let how = sheet.how.as_deref().map(|how| format!("{how}. ")).unwrap_or_default();
        out.push_str(&format!("{how}{}\n\n", told.summary()));
        out.push_str(&fenced("text", tree(told, paper).trim_end()));
        for n in told.worth().into_iter().take(MOST_TOLD) {
            out.push_str(&format!("### `{}`\n\n", sanitize(&paint::label(&told.plan.nodes[n])).replace('`', "'")));
            said(&mut out, &told.words(n));
        }
    }
    out
}

fn said(out: &mut String, words: &Words) {
    for (_, sentence) in &words.reading {
        out.push_str(&format!("* {}\n", sanitize(sentence)));
    }
    for advice in &words.help {
        out.push_str(&format!("\n{}", fenced("sql", &sanitize(&advice.script))));
        out.extend(advice.caveats.iter().map(|caveat| format!("* {}\n", sanitize(caveat))));
    }
    if !words.not_known.is_empty() {
        out.push_str("\nNot known:\n\n");
        out.extend(words.not_known.iter().map(|sentence| format!("* {}\n", sanitize(sentence))));
    }
    out.push('\n');
}

/// A block that no text inside can end.
fn fenced(language: &str, text: &str) -> String {
    let mut longest = 2;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence}{language}\n{text}\n{fence}\n\n")
}

/// One plan as JSON, its nodes from the top down.
pub fn json(sheet: &Sheet<'_>) -> Value {
    let mut out = json!({ "name": sheet.name, "statement": sheet.statement, "how": sheet.how, "error": null });
    let told = match &sheet.plan {
        Ok(told) => told,
        Err(why) => {
            out["error"] = why.clone().into();
            return out;
        }
    };
    let plan = told.plan;
    let nodes: Vec<Value> = (0..plan.nodes.len()).map(|n| node(told, n)).collect();
    let notes = told.notes.list.iter().map(|note| {
        let level = ["worst", "warning", "remark"][note.kind.level().min(2)];
        json!({ "id": note.kind.id(), "node": note.node, "level": level, "text": tell(plan, told.weights.by, note) })
    });
    let words = told.words(told.notes.worst);
    let sentences = |(_, sentence): &(usize, String)| Value::from(sentence.clone());
    let more = json!({
        "statement": sheet.statement.or(plan.statement.as_deref()),
        "engine": plan.engine.id(), "form": plan.form.id(), "measured": plan.measured(),
        "planning_ms": plan.planning_ms, "execution_ms": plan.execution_ms,
        "jit_ms": plan.jit.and_then(|jit| jit.total_ms),
        "share_of": share_of(told.weights.by), "total": told.weights.total,
        "triggers": plan.triggers.iter().map(|one| {
            json!({ "name": one.name, "table": one.relation, "ms": one.ms, "calls": one.calls })
        }).collect::<Vec<_>>(),
        "settings": plan.settings.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect::<Map<_, _>>(),
        "worst": told.notes.worst, "nodes": nodes, "notes": notes.collect::<Vec<_>>(),
        "reading": words.reading.iter().map(sentences).collect::<Vec<_>>(),
        "help": words.help.iter().map(advice).collect::<Vec<_>>(),
        "not_known": words.not_known,
    });
    if let (Some(map), Value::Object(more)) = (out.as_object_mut(), more) {
        map.extend(more);
    }
    out
}

fn share_of(by: By) -> Option<&'static str> {
    match by {
        By::Time => Some("time"),
        By::Cost => Some("cost"),
        By::Rows => Some("rows"),
        By::Nothing => None,
    }
}

fn advice(advice: &Advice) -> Value {
    json!({ "script": advice.script, "undo": advice.undo, "caveats": advice.caveats })
}

fn node(told: &Told<'_>, n: usize) -> Value {
    let Node { estimate, removed, .. } = &told.plan.nodes[n];
    let one = &told.plan.nodes[n];
    let conditions: Vec<Value> =
        one.conditions.iter().map(|one| json!({ "label": one.label, "text": one.text })).collect();
    let details: Map<String, Value> =
        one.details.iter().map(|(key, text)| (key.clone(), text.clone().into())).collect();
    let actual = one.actual.map(|actual| {
        json!({
            "first_ms": actual.first_ms, "last_ms": actual.last_ms, "rows": actual.rows, "loops": actual.loops,
        })
    });
    json!({
        "id": n, "parent": one.parent, "depth": one.depth, "title": one.title, "kind": one.kind.id(),
        "role": one.role, "schema": one.schema, "table": one.relation, "alias": one.alias, "index": one.index,
        "cte": one.cte, "conditions": conditions, "details": details,
        "estimate": {
            "startup_cost": estimate.startup, "total_cost": estimate.total, "own_cost": estimate.own,
            "rows": estimate.rows, "width": estimate.width, "loops": estimate.loops,
        },
        "actual": actual, "never_executed": one.never_executed,
        "own": told.weights.own[n], "share": told.weights.share[n], "rows_off": told.weights.off[n],
        "removed": {
            "by_filter": removed.by_filter, "by_join_filter": removed.by_join_filter, "by_recheck": removed.by_recheck,
        },
        "heap_fetches": one.heap_fetches, "parallel": one.parallel,
        "workers_planned": one.workers_planned, "workers_launched": one.workers_launched,
        "memory_bytes": one.memory, "spill": one.spill.map(|spill| {
            json!({ "kind": format!("{:?}", spill.kind).to_lowercase(), "bytes": spill.bytes, "batches": spill.batches })
        }),
        "buffers": one.buffers.map(|pages| json!({
            "shared_hit": pages.shared_hit, "shared_read": pages.shared_read, "shared_dirtied": pages.shared_dirtied,
            "shared_written": pages.shared_written, "local_hit": pages.local_hit, "local_read": pages.local_read,
            "local_dirtied": pages.local_dirtied, "local_written": pages.local_written,
            "temp_read": pages.temp_read, "temp_written": pages.temp_written,
        })),
    })
}
