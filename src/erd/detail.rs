//! One relation in words: the lower half of the focus view.

use super::canvas::{Canvas, Role};
use super::fanout::FanSource;
use super::graph::{Graph, Link, LinkId};
use super::signs::Signs;
use super::sql::{Step, join_sql};
use crate::model::{Action, name_sql};

/// `FOREIGN KEY (customer_id) REFERENCES sales.customers (id)`, or what is guessed and why.
pub fn condition(graph: &Graph, link: &Link) -> String {
    let list = |names: Vec<&str>| {
        names.iter().map(|name| name_sql(graph.engine, name).into_owned()).collect::<Vec<_>>().join(", ")
    };
    let (columns, to, refs) = (list(graph.columns(link)), graph.label(link.to), list(graph.ref_columns(link)));
    match link.source {
        super::Source::Key(_) => format!("FOREIGN KEY ({columns}) REFERENCES {to} ({refs})"),
        super::Source::Guess(n) => {
            let guess = graph.guesses.get(n as usize);
            let sure = guess.map_or("hint", |guess| guess.confidence.id());
            let why = guess.map_or("", |guess| guess.evidence.as_str());
            format!("guessed, {sure}: ({columns}) to {to} ({refs}). {why}")
        }
    }
}

/// What the relation says of a row at each end.
pub fn sentences(graph: &Graph, link: &Link) -> [String; 2] {
    let (from, to) = (graph.label(link.from), graph.label(link.to));
    let up = match link.optional {
        Some(false) => "exactly one row",
        Some(true) => "one row or, where the key is NULL, none",
        None => "at most one row",
    };
    let down = match (link.cardinality, graph.fan_out(link)) {
        (Some(super::Cardinality::OneToOne), _) => format!("A row of {to} has at most one row of {from}."),
        (None, None) => format!("How many rows of {from} a row of {to} has is not known."),
        (_, None) => format!("A row of {to} has zero or many rows of {from}."),
        (_, Some(fan)) => {
            let source = match fan.source {
                FanSource::Distinct => "where it has any",
                FanSource::Rows => "by the estimates of rows",
            };
            format!("A row of {to} has zero or many rows of {from}, {} on average {source}.", mean(fan.mean))
        }
    };
    [format!("Each row of {from} has {up} of {to}."), down]
}

/// A mean for people: `9.3`, `57`, `0.4`.
pub fn mean(value: f64) -> String {
    match value {
        value if value < 0.05 => "less than 0.1".into(),
        value if value < 10.0 => format!("{value:.1}"),
        value if value < 1000.0 => format!("{value:.0}"),
        value => crate::text::count(value as i64),
    }
}

/// Constraint, meaning, actions, index and the join, in `width` columns.
pub fn detail(graph: &Graph, id: LinkId, down: bool, signs: &Signs, width: usize) -> Canvas {
    let link = graph.link(id);
    let mut canvas = Canvas::new();
    let mut y = 0;
    let mut say = |text: &str, role: Role| {
        for line in wrap(text, width.saturating_sub(1)) {
            canvas.text(1, y, &line, role);
            y += 1;
        }
    };
    let name = graph.link_name(link).map(|name| format!("{name}    ")).unwrap_or_default();
    say(&format!("{name}{}", condition(graph, link)), Role::Text);
    sentences(graph, link).iter().for_each(|sentence| say(sentence, Role::Text));
    beside(&properties(graph, link), width.saturating_sub(1)).iter().for_each(|line| say(line, Role::Text));
    let warnings = warnings(graph, link);
    warnings.iter().for_each(|text| say(&format!("{} {text}", signs.warning), Role::Warning));
    let start = Step { link: id, down };
    join_sql(graph, start.from(graph), &[start]).iter().for_each(|line| say(&format!("  {line}"), Role::Text));
    canvas
}

fn properties(graph: &Graph, link: &Link) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(action) = link.on_delete {
        parts.push(format!("On delete  {}", action.sql().to_lowercase()));
    }
    if let Some(action) = link.on_update.filter(|action| *action != Action::NoAction) {
        parts.push(format!("On update  {}", action.sql().to_lowercase()));
    }
    parts.extend(link.validated.map(|valid| format!("Valid  {}", if valid { "yes" } else { "no" })));
    let columns = graph.columns(link).join(", ");
    match (link.indexed, graph.serving_index(link)) {
        (Some(true), Some(index)) => parts.push(format!("Index on {columns}  {index}")),
        (Some(true), None) => parts.push(format!("Index on {columns}  yes")),
        (Some(false), _) => parts.push(format!("Index on {columns}  none")),
        (None, _) => parts.push(format!("Index on {columns}  not known")),
    }
    if link.folded > 0 {
        parts.push(format!("on {} partitions", link.folded + 1));
    }
    parts
}

/// Parts side by side as far as they fit, none broken in two.
fn beside(parts: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if crate::text::width(line) + 5 + crate::text::width(part) <= width => {
                line.push_str(&format!("     {part}"));
            }
            _ => lines.push(part.clone()),
        }
    }
    lines
}

/// What is wrong with it.
fn warnings(graph: &Graph, link: &Link) -> Vec<String> {
    let mut all = Vec::new();
    let (from, to) = (graph.label(link.from), graph.label(link.to));
    if link.indexed == Some(false) && !link.guessed() {
        all.push(format!("No index: a delete in {to} reads all of {from}."));
    }
    if link.validated == Some(false) {
        all.push("NOT VALID: rows from before the key were never checked.".into());
    }
    if link.enforced == Some(false) {
        all.push("NOT ENFORCED: nothing keeps rows from breaking it.".into());
    }
    if link.on_delete == Some(Action::Cascade) {
        all.push(format!("CASCADE: a delete in {to} deletes rows of {from} too."));
    }
    all
}

/// Lines of at most `width` columns, broken at blanks.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let text = crate::text::sanitize(text);
    let indent = text.len() - text.trim_start().len();
    for word in text.split_inclusive(' ') {
        let Some(line) = lines.last_mut() else { break };
        let wide = crate::text::width(line) + crate::text::width(word.trim_end());
        if wide > width && !line.trim().is_empty() {
            lines.push(format!("{}{word}", " ".repeat(indent + 2)));
        } else {
            line.push_str(word);
        }
    }
    lines.into_iter().map(|line| crate::text::cut(line.trim_end(), width, "")).collect()
}
