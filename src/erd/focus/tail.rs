//! Below the table: self references, what is further away, what neighbours have more of, what the signs mean.

use super::{Focus, FocusLook, flat, marks, role_of};
use crate::erd::canvas::{Canvas, Role};
use crate::erd::graph::{Graph, LinkId};
use crate::erd::scope::around;
use crate::model::Action;
use crate::text::width;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Relations further away that are listed.
const FAR: usize = 24;

pub(super) fn paint(focus: &Focus, graph: &Graph, look: FocusLook, canvas: &mut Canvas) {
    let signs = look.signs;
    let mut y = canvas.height();
    for &id in &focus.itself {
        let link = graph.link(id);
        let key: String = signs.behind(!link.one_to_one(), true).iter().collect();
        let row: String = signs.before(false, link.optional == Some(true)).iter().collect();
        let (columns, refs) = (graph.columns(link).join(", "), graph.ref_columns(link).join(", "));
        let text = format!("self: {columns} {key}{}{row} {refs} {}", flat(graph, id, signs), marks(graph, id, signs));
        canvas.field(1, y, text.trim_end(), look.width.saturating_sub(1), signs.cut, role_of(graph, id, look));
        if look.selected == Some(id) {
            canvas.put(0, y, signs.select, Role::Selected);
        }
        canvas.spots.insert(y, id.0 as usize);
        y += 1;
    }
    if focus.left.is_empty() && focus.right.is_empty() && focus.itself.is_empty() {
        canvas.text(1, y, "No relations: nothing points to it, it points to nothing.", Role::Dim);
        y += 1;
    }
    if look.steps > 1 {
        y = further(focus, graph, look, canvas, y);
    } else if let Some(text) = neighbours(focus, graph) {
        canvas.field(1, y, &text, look.width.saturating_sub(1), signs.cut, Role::Dim);
        y += 1;
    }
    for line in legend(focus, graph, look) {
        canvas.field(1, y + 1, &line, look.width.saturating_sub(1), signs.cut, Role::Dim);
        y += 1;
    }
}

/// `customers has 9 more relations, addresses 4`.
fn neighbours(focus: &Focus, graph: &Graph) -> Option<String> {
    let mut seen = BTreeSet::from([focus.table]);
    let links = focus.links();
    let mut parts = Vec::new();
    for &(id, _) in &links {
        let link = graph.link(id);
        let other = if link.from == focus.table { link.to } else { link.from };
        if !seen.insert(other) {
            continue;
        }
        let ours = links.iter().filter(|(id, _)| [graph.link(*id).from, graph.link(*id).to].contains(&other));
        let more = graph.degree(other).saturating_sub(ours.count());
        if more > 0 {
            parts.push((graph.table(other).name.to_string(), more));
        }
    }
    let (first, rest) = parts.split_first()?;
    let mut text = format!("{} has {} more {}", first.0, first.1, if first.1 == 1 { "relation" } else { "relations" });
    rest.iter().for_each(|(name, more)| text.push_str(&format!(", {name} {more}")));
    Some(text)
}

/// Relations that begin where the last step ended, one line each.
fn further(focus: &Focus, graph: &Graph, look: FocusLook, canvas: &mut Canvas, mut y: usize) -> usize {
    let signs = look.signs;
    for step in 2..=look.steps {
        let (inner, outer) = (around(graph, focus.table, step - 1), around(graph, focus.table, step));
        let mut links: Vec<LinkId> = Vec::new();
        for &table in &inner {
            let both = graph.out(table).chain(graph.into(table).iter().copied());
            links.extend(both.filter(|&id| {
                let link = graph.link(id);
                outer.contains(&link.from)
                    && outer.contains(&link.to)
                    && (!inner.contains(&link.from) || !inner.contains(&link.to))
            }));
        }
        links.sort();
        links.dedup();
        if links.is_empty() {
            break;
        }
        canvas.text(1, y, &format!("{step} steps away"), Role::Dim);
        y += 1;
        let more = links.len().saturating_sub(FAR);
        links.sort_by_key(|&id| {
            let link = graph.link(id);
            let new = if inner.contains(&link.from) { link.to } else { link.from };
            (Reverse(graph.table(new).rows.unwrap_or(-1)), id)
        });
        links.truncate(FAR);
        links.sort();
        for id in links {
            let link = graph.link(id);
            let key: String = signs.behind(!link.one_to_one(), true).iter().collect();
            let row: String = signs.before(false, link.optional == Some(true)).iter().collect();
            let from = format!("{}.{}", graph.label(link.from), graph.columns(link).join(", "));
            let text = format!(
                "{from} {key}{}{row} {} {}",
                flat(graph, id, signs),
                graph.label(link.to),
                marks(graph, id, signs)
            );
            canvas.field(2, y, text.trim_end(), look.width.saturating_sub(2), signs.cut, role_of(graph, id, look));
            y += 1;
        }
        if more > 0 {
            canvas.text(2, y, &format!("{} {more} more", signs.cut), Role::Dim);
            y += 1;
        }
    }
    y
}

/// What the signs in sight mean, nothing else.
fn legend(focus: &Focus, graph: &Graph, look: FocusLook) -> Vec<String> {
    let signs = look.signs;
    let links: Vec<_> = focus.links().into_iter().map(|(id, _)| *graph.link(id)).collect();
    let pair = |marks: [char; 2]| marks.iter().collect::<String>();
    let mut parts = Vec::new();
    let mut add = |on: bool, sign: String, words: &str| {
        if on {
            parts.push(format!("{sign} {words}"));
        }
    };
    add(links.iter().any(|link| link.optional != Some(true)), pair(signs.behind(false, false)), "exactly one");
    let zero = links.iter().any(|link| link.optional == Some(true) || link.one_to_one());
    add(zero, pair(signs.behind(false, true)), "zero or one");
    add(links.iter().any(|link| !link.one_to_one()), pair(signs.before(true, true)), "zero or many");
    add(links.iter().any(|link| link.optional == Some(true)), "?".into(), "nullable");
    let unindexed = links.iter().any(|link| link.indexed == Some(false) && !link.guessed());
    add(unindexed, signs.warning.to_string(), "no index");
    add(links.iter().any(|link| link.on_delete == Some(Action::Cascade)), "*".into(), "cascade");
    let invalid = links.iter().any(|link| link.validated == Some(false) || link.enforced == Some(false));
    add(invalid, "!".into(), "not valid");
    add(links.iter().any(|link| link.guessed()), signs.guessed[0].to_string(), "guessed");
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if width(line) + 3 + width(&part) < look.width => line.push_str(&format!("   {part}")),
            _ => lines.push(part),
        }
    }
    lines
}
