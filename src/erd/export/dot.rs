//! Graphviz: one HTML table a node, a port on both sides of each column, crow's feet at the edges.

use super::Paper;
use crate::erd::graph::{Link, TableId};
use crate::text::sanitize;
use std::fmt::Write;

pub fn write(paper: &Paper<'_>) -> String {
    let mut out = String::from(
        "digraph erd {\n  graph [rankdir=LR, nodesep=0.4, ranksep=1.0];\n  node [shape=plain, fontname=\"Helvetica\"];\n  \
         edge [dir=both, fontname=\"Helvetica\", fontsize=10];\n",
    );
    for &table in &paper.part.tables {
        let _ = writeln!(out, "  \"{}\" [label={}];", paper.id(table), label(paper, table));
    }
    for link in paper.links() {
        let to = port(paper, link.to, paper.graph.ref_columns(link).first().copied());
        let from = port(paper, link.from, paper.graph.columns(link).first().copied());
        let style = if link.guessed() { ", style=dashed" } else { "" };
        let warn = if link.indexed == Some(false) && !link.guessed() { ", color=\"#c0392b\"" } else { "" };
        let (tail, head) = marks(link);
        let _ = writeln!(
            out,
            "  {to}:e -> {from}:w [arrowtail={tail}, arrowhead={head}, label=\"{}\"{style}{warn}];",
            quoted(&paper.label(link))
        );
    }
    out.push_str("}\n");
    out
}

/// At the referenced table, at the referencing one.
fn marks(link: &Link) -> (&'static str, &'static str) {
    let tail = if link.optional == Some(true) { "teeodot" } else { "teetee" };
    let head = if link.one_to_one() { "teeodot" } else { "crowodot" };
    (tail, head)
}

fn port(paper: &Paper<'_>, table: TableId, column: Option<&str>) -> String {
    let place = column.and_then(|name| paper.fields(table).iter().position(|field| field.name == name));
    let place = place.map_or("t".into(), |n| format!("c{n}"));
    format!("\"{}\":\"{place}\"", paper.id(table))
}

fn label(paper: &Paper<'_>, table: TableId) -> String {
    let mut out = String::from("<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\" cellpadding=\"4\">");
    let name = escaped(&paper.graph.label(table));
    let _ = write!(out, "<tr><td port=\"t\" bgcolor=\"#eeeeee\"><b>{name}</b></td></tr>");
    for (n, field) in paper.fields(table).iter().enumerate() {
        let mark = match (field.primary, field.foreign, field.unique) {
            (true, _, _) => "PK ",
            (_, true, _) => "FK ",
            (_, _, true) => "UK ",
            _ => "",
        };
        let null = if field.nullable == Some(true) { " ?" } else { "" };
        let text = format!("{mark}{}{}{null}", escaped(&field.name), type_text(&field.type_name));
        let _ = write!(out, "<tr><td port=\"c{n}\" align=\"left\">{}</td></tr>", text.trim_end());
    }
    out.push_str("</table>>");
    out
}

/// For HTML labels, which are XML.
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in sanitize(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    // An empty tag is an error to Graphviz.
    if out.trim().is_empty() { "&#160;".into() } else { out }
}

/// Inside double quotes; a backslash would begin one of the label's own escapes.
fn quoted(text: &str) -> String {
    sanitize(text).replace('\\', "\\\\").replace('"', "\\\"")
}

fn type_text(type_name: &str) -> String {
    if type_name.is_empty() { String::new() } else { format!(" {}", escaped(type_name)) }
}
