//! A plan as lines of text with roles: the screen gives the roles a style, the command prints them as they are.
//!
//! ```text
//!  Nested Loop                                                          <1 %           4        122 k
//!  ├─ Index Scan  products_pkey  on catalog.products p                  <1 %           1         8.44
//! ▌└─ Parallel Seq Scan  catalog.stock s               ■ ██████████      99 %           2        121 k
//!        filter  product_id = $1 AND qty > $2
//! ```

use super::condition::shown;
use super::notes::Notes;
use super::signs::Signs;
use super::tree::{Estimate, Kind, Node, Plan};
use super::weigh::{By, Weights};
use super::words::{Words, percent, rows};
use crate::text::{cut, millis, sanitize, width};
use std::collections::BTreeSet;

/// What a piece of a line is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    #[default]
    Text,
    Dim,
    Strong,
    Bar,
    /// The mark of the worst.
    Worst,
    Warning,
}

/// A line, and the node that it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub node: Option<usize>,
    pub spans: Vec<(String, Role)>,
}

impl Line {
    pub fn new(text: impl Into<String>, role: Role) -> Self {
        Self { node: None, spans: vec![(text.into(), role)] }
    }

    fn add(&mut self, text: impl Into<String>, role: Role) {
        self.spans.push((text.into(), role));
    }

    /// Without blanks at its end.
    pub fn text(&self) -> String {
        let all: String = self.spans.iter().map(|(text, _)| text.as_str()).collect();
        all.trim_end().to_owned()
    }
}

/// Of which nodes the conditions are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conditions {
    Selected,
    All,
}

/// How a plan is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    pub signs: &'static Signs,
    pub width: usize,
    pub selected: Option<usize>,
    /// Nodes whose children are hidden.
    pub folded: &'a BTreeSet<usize>,
    pub conditions: Conditions,
}

/// One column at the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Bar,
    Share,
    EstimatedRows,
    EstimatedCost,
    OwnTime,
    ActualRows,
    Off,
}

impl Column {
    fn width(self) -> usize {
        match self {
            Self::Bar => 11,
            Self::Share => 6,
            Self::EstimatedRows | Self::ActualRows | Self::OwnTime => 10,
            Self::EstimatedCost => 12,
            Self::Off => 9,
        }
    }

    fn title(self, weights: &Weights, measured: bool, signs: &Signs) -> String {
        match self {
            Self::Bar => String::new(),
            Self::Share => weights.by.title().to_owned(),
            Self::EstimatedRows if measured => "rows est.".into(),
            Self::EstimatedRows => "est. rows".into(),
            Self::EstimatedCost => "est. cost".into(),
            Self::OwnTime => "time self".into(),
            Self::ActualRows => "rows act.".into(),
            Self::Off => format!("{} off", signs.times),
        }
    }
}

/// Room of the mark before the columns.
const MARK: usize = 3;

/// The columns that fit beside a readable tree: those of least use go first.
fn columns(plan: &Plan, weights: &Weights, width: usize) -> Vec<Column> {
    let measured = plan.measured();
    let has = |column: Column| match column {
        Column::Bar | Column::Share => weights.by != By::Nothing,
        Column::EstimatedRows => plan.nodes.iter().any(|node| node.estimate.rows.is_some()),
        Column::EstimatedCost => {
            !measured && plan.nodes.iter().any(|node| node.estimate.total.is_some() || node.estimate.own.is_some())
        }
        Column::OwnTime => measured && weights.by == By::Time,
        Column::ActualRows | Column::Off => measured,
    };
    let all = [
        Column::Bar,
        Column::Share,
        Column::OwnTime,
        Column::EstimatedRows,
        Column::ActualRows,
        Column::Off,
        Column::EstimatedCost,
    ];
    let mut kept: Vec<Column> = all.into_iter().filter(|column| has(*column)).collect();
    let least = [Column::Bar, Column::EstimatedRows, Column::EstimatedCost, Column::OwnTime, Column::ActualRows];
    let wanted = (width * 2 / 5).clamp(20, 40);
    for drop in least {
        let taken: usize = kept.iter().map(|column| column.width()).sum();
        if width.saturating_sub(taken + MARK) >= wanted {
            break;
        }
        // One number stays in any case.
        if kept.len() > 2 {
            kept.retain(|column| *column != drop);
        }
    }
    kept
}

fn taken(columns: &[Column]) -> usize {
    if columns.is_empty() { 0 } else { columns.iter().map(|column| column.width()).sum::<usize>() + MARK }
}

/// The line above the tree: what stands in the columns.
pub fn heading(plan: &Plan, weights: &Weights, look: &Look<'_>) -> Line {
    let columns = columns(plan, weights, look.width);
    let left = look.width.saturating_sub(taken(&columns));
    let mut out = String::new();
    let mut spare = MARK;
    for column in &columns {
        let title = column.title(weights, plan.measured(), look.signs);
        if *column == Column::Bar {
            spare += column.width();
            continue;
        }
        // A title may begin in the room of the bar; without one it is a word.
        let title = if *column == Column::Share && spare == MARK { "share".to_owned() } else { title };
        let room = column.width() + spare;
        spare = 0;
        let title = cut(&title, room.saturating_sub(1), look.signs.cut);
        out.push_str(&" ".repeat(room.saturating_sub(width(&title))));
        out.push_str(&title);
    }
    let title = " Plan ";
    let rules = left.saturating_sub(width(title) + 2);
    let mut line = Line::default();
    line.add(look.signs.rule.repeat(2), Role::Dim);
    line.add(title, Role::Strong);
    line.add(look.signs.rule.repeat(rules), Role::Dim);
    line.add(out, Role::Dim);
    line
}

/// The tree, a line for each node and those of conditions.
pub fn lines(plan: &Plan, weights: &Weights, notes: &Notes, look: &Look<'_>) -> Vec<Line> {
    let columns = columns(plan, weights, look.width);
    let left = look.width.saturating_sub(taken(&columns));
    let follows = follows(plan);
    let mut out = Vec::with_capacity(plan.nodes.len());
    for n in shown_nodes(plan, look.folded) {
        let mut line = Line { node: Some(n), spans: Vec::new() };
        let chosen = look.selected == Some(n);
        let mark = if chosen { look.signs.select } else { " " };
        line.add(pad(mark, 1), if chosen { Role::Strong } else { Role::Text });
        let prefix = prefix(plan, &follows, n, look);
        let room = left.saturating_sub(1 + width(&prefix) + 1);
        let folded = if look.folded.contains(&n) { format!("{} ", look.signs.folded) } else { String::new() };
        let label = format!("{folded}{}", label(&plan.nodes[n]));
        let label = cut(&sanitize(&label), room, look.signs.cut);
        let filled = left.saturating_sub(1 + width(&prefix) + width(&label));
        line.add(prefix, Role::Dim);
        line.add(label, if chosen { Role::Strong } else { Role::Text });
        line.add(" ".repeat(filled), Role::Text);
        numbers(&mut line, plan, weights, notes, &columns, look.signs, n);
        out.push(line);
        if chosen || look.conditions == Conditions::All {
            conditions(&mut out, plan, &follows, n, look);
        }
    }
    out
}

/// Nodes that are not inside of a folded one, in their order.
pub fn shown_nodes(plan: &Plan, folded: &BTreeSet<usize>) -> Vec<usize> {
    let (mut out, mut n) = (Vec::with_capacity(plan.nodes.len()), 0);
    while n < plan.nodes.len() {
        out.push(n);
        n = if folded.contains(&n) { plan.end(n).max(n + 1) } else { n + 1 };
    }
    out
}

/// True for nodes that a sibling follows.
fn follows(plan: &Plan) -> Vec<bool> {
    let mut out = vec![false; plan.nodes.len()];
    let mut seen = vec![false; plan.nodes.len()];
    for (n, node) in plan.nodes.iter().enumerate().rev() {
        if let Some(parent) = node.parent {
            out[n] = seen[parent];
            seen[parent] = true;
        }
    }
    out
}

/// The branches before a node; those of far ancestors give way to the text.
fn prefix(plan: &Plan, follows: &[bool], n: usize, look: &Look<'_>) -> String {
    let signs = look.signs;
    let depth = plan.nodes[n].depth;
    if depth == 0 {
        return String::new();
    }
    let most = (look.width / 9).max(3);
    let mut parts = vec![if follows[n] { signs.branch[0] } else { signs.branch[1] }];
    let mut at = plan.nodes[n].parent;
    while let Some(ancestor) = at.filter(|ancestor| plan.nodes[*ancestor].depth > 0 && parts.len() < most) {
        parts.push(if follows[ancestor] { signs.branch[2] } else { signs.branch[3] });
        at = plan.nodes[ancestor].parent;
    }
    let hidden = depth.saturating_sub(parts.len());
    let more = if hidden > 0 { format!("{}{hidden} ", signs.cut) } else { String::new() };
    format!("{more}{}", parts.into_iter().rev().collect::<String>())
}

/// `Index Scan  products_pkey  on catalog.products p`.
pub fn label(node: &Node) -> String {
    let mut out = String::new();
    if let Some(role) = &node.role {
        out.push_str(role);
        out.push_str(": ");
    }
    out.push_str(&node.title);
    let target = node.target().or_else(|| node.alias.clone());
    match (node.index.as_ref(), target.as_ref()) {
        (Some(index), Some(target)) => out.push_str(&format!("  {index}  on {target}")),
        (Some(name), None) | (None, Some(name)) => out.push_str(&format!("  {name}")),
        (None, None) => {}
    }
    if let Some(planned) = node.workers_planned {
        let launched = node.workers_launched.filter(|launched| *launched != planned);
        match launched {
            Some(launched) => out.push_str(&format!("  {launched} of {planned} workers")),
            None => out.push_str(&format!("  {planned} workers")),
        }
    }
    out
}

fn numbers(
    line: &mut Line,
    plan: &Plan,
    weights: &Weights,
    notes: &Notes,
    columns: &[Column],
    signs: &Signs,
    n: usize,
) {
    if columns.is_empty() {
        return;
    }
    let level = notes.level(n);
    let mark = level.and_then(|level| signs.marks.get(level)).copied().unwrap_or(" ");
    let role = [Role::Worst, Role::Warning, Role::Dim][level.unwrap_or(2).min(2)];
    line.add(pad(&format!(" {mark}"), MARK), role);
    for column in columns {
        let text = cell(plan, weights, signs, *column, n);
        match column {
            Column::Bar => line.add(pad(&text, column.width()), Role::Bar),
            _ => line.add(right(&cut(&text, column.width() - 1, signs.cut), column.width()), Role::Text),
        }
    }
}

fn cell(plan: &Plan, weights: &Weights, signs: &Signs, column: Column, n: usize) -> String {
    let node = &plan.nodes[n];
    let none = || signs.none.to_owned();
    match column {
        Column::Bar => weights.share[n].map(|share| signs.bar(share, 10)).unwrap_or_default(),
        // Steps without any figure of their own only hold others.
        Column::Share if weights.share[n] == Some(0.0) && node.estimate == Estimate::default() => none(),
        Column::Share => weights.share[n].map_or_else(none, percent),
        Column::EstimatedRows => node.estimate.rows.map_or_else(none, rows),
        Column::EstimatedCost => node.estimate.total.or(node.estimate.own).map_or_else(none, cost),
        Column::OwnTime if node.actual.is_none() => none(),
        Column::OwnTime => weights.own[n].map_or_else(none, millis),
        Column::ActualRows => node.actual.and_then(|actual| actual.rows).map_or_else(none, rows),
        Column::Off => off(weights.off[n], signs),
    }
}

/// `× 12` for more rows than expected, `÷` has no sign everywhere: `× 0.08` for fewer.
fn off(off: Option<f64>, signs: &Signs) -> String {
    let Some(off) = off else { return signs.none.to_owned() };
    match off {
        off if off.abs() < 1.05 => "1".to_owned(),
        off if off < 0.0 => format!("1/{}", ratio(-off)),
        off => ratio(off),
    }
}

fn ratio(off: f64) -> String {
    if off < 10.0 { format!("{off:.1}").trim_end_matches(".0").to_owned() } else { rows(off) }
}

/// A cost with three digits: `8.44`, `122 k`.
pub fn cost(cost: f64) -> String {
    match cost {
        cost if cost < 999.5 => format!("{cost:.2}"),
        cost => rows(cost),
    }
}

/// Conditions and what else is worth a line, below their node.
fn conditions(out: &mut Vec<Line>, plan: &Plan, follows: &[bool], n: usize, look: &Look<'_>) {
    let node = &plan.nodes[n];
    let chosen = look.selected == Some(n);
    let below = inner_prefix(plan, follows, n, look);
    for text in told(node) {
        let mut line = Line { node: Some(n), spans: Vec::new() };
        line.add(pad(if chosen { look.signs.select } else { " " }, 1), if chosen { Role::Strong } else { Role::Text });
        let room = look.width.saturating_sub(1 + width(&below));
        line.add(below.clone(), Role::Dim);
        line.add(cut(&sanitize(&text), room, look.signs.cut), Role::Dim);
        out.push(line);
    }
}

/// Below a node: its own branch goes on where siblings follow, and to its children.
fn inner_prefix(plan: &Plan, follows: &[bool], n: usize, look: &Look<'_>) -> String {
    let signs = look.signs;
    let mut own = prefix(plan, follows, n, look);
    let arrow = if follows[n] { signs.branch[0] } else { signs.branch[1] };
    if own.ends_with(arrow) {
        own.truncate(own.len() - arrow.len());
        own.push_str(if follows[n] { signs.branch[2] } else { signs.branch[3] });
    }
    let children = plan.children(n).next().is_some() && !look.folded.contains(&n);
    own.push_str(if children { signs.branch[2] } else { signs.branch[3] });
    own.push_str("  ");
    own
}

/// What a node says besides its figures, a line each.
pub fn told(node: &Node) -> Vec<String> {
    const DETAILS: [&str; 9] = [
        "Sort Key",
        "Group Key",
        "Presorted Key",
        "Sort Method",
        "Cache Key",
        "Join buffer",
        "Using",
        "Extra",
        "Index",
    ];
    let names = [node.alias.as_deref().unwrap_or_default(), node.relation.as_deref().unwrap_or_default()];
    let conditions = node.conditions.iter().filter(|one| !(node.kind == Kind::Filter && one.text.is_empty()));
    let mut out: Vec<String> = conditions.map(|one| format!("{}  {}", one.label, shown(&one.text, &names))).collect();
    for key in DETAILS {
        out.extend(node.detail(key).map(|text| format!("{}  {text}", key.to_lowercase())));
    }
    let removed = [
        (node.removed.by_filter, "by its filter"),
        (node.removed.by_join_filter, "by its join filter"),
        (node.removed.by_recheck, "when checked again"),
    ];
    for (count, by) in removed {
        if let Some(count) = count.filter(|count| *count > 0.0) {
            let loops = node.actual.map_or(1.0, |actual| actual.loops);
            out.push(format!("removes {} rows {by}", rows(count * loops)));
        }
    }
    if let Some(loops) = node.actual.map(|actual| actual.loops).filter(|loops| *loops > 1.0) {
        out.push(format!("loops  {}, rows are of one", rows(loops)));
    }
    if node.never_executed {
        out.push("never executed".to_owned());
    }
    out
}

/// Reading, what would help and what is not known, wrapped.
pub fn words(words: &Words, look: &Look<'_>) -> Vec<Line> {
    let mut out = Vec::new();
    for (level, sentence) in &words.reading {
        let mark = if *level < 2 { look.signs.marks[*level] } else { " " };
        let role = [Role::Worst, Role::Warning, Role::Text][(*level).min(2)];
        hang(&mut out, &format!(" {} ", pad(mark, 1)), role, sentence, Role::Text, look.width);
    }
    let label = |text: &str| format!(" {}", pad(text, 18));
    for (n, advice) in words.help.iter().enumerate() {
        out.push(Line::default());
        let first = if n == 0 { label("What would help") } else { label("") };
        hang(&mut out, &first, Role::Strong, &advice.script, Role::Strong, look.width);
        for caveat in &advice.caveats {
            hang(&mut out, &label(""), Role::Text, caveat, Role::Text, look.width);
        }
    }
    if !words.not_known.is_empty() {
        out.push(Line::default());
    }
    for (n, sentence) in words.not_known.iter().enumerate() {
        let first = if n == 0 { label("Not known") } else { label("") };
        hang(&mut out, &first, Role::Strong, sentence, Role::Text, look.width);
    }
    out
}

/// A text with something before its first line; the others stand as far right.
fn hang(out: &mut Vec<Line>, first: &str, first_role: Role, text: &str, role: Role, most: usize) {
    // On a narrow screen the label has a line of its own.
    let narrow = width(first) > most / 3;
    let indent = if narrow { 3 } else { width(first) };
    if narrow && !first.trim().is_empty() {
        out.push(Line::new(first.trim_end().to_owned(), first_role));
    }
    let room = most.saturating_sub(indent).max(10);
    for (n, piece) in wrap(&sanitize(text), room).into_iter().enumerate() {
        let mut line = Line::default();
        match n == 0 && !narrow {
            true => line.add(first, first_role),
            false => line.add(" ".repeat(indent), Role::Text),
        }
        line.add(piece, role);
        out.push(line);
    }
}

/// Lines of at most `room` columns, broken at blanks; a word that is longer is broken where it has to be.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let (mut out, mut line) = (Vec::new(), String::new());
    for word in text.split(' ') {
        let mut word = word.to_owned();
        if !line.is_empty() && width(&line) + 1 + width(&word) > room {
            out.push(std::mem::take(&mut line));
        }
        while width(&word) > room {
            let head = cut(&word, room, "");
            if head.is_empty() {
                break;
            }
            word = word[head.len()..].to_owned();
            out.push(head);
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    if !line.is_empty() || out.is_empty() {
        out.push(line);
    }
    out
}

fn pad(text: &str, room: usize) -> String {
    format!("{text}{}", " ".repeat(room.saturating_sub(width(text))))
}

fn right(text: &str, room: usize) -> String {
    format!("{}{text}", " ".repeat(room.saturating_sub(width(text))))
}
