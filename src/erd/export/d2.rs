//! D2 with its `sql_table` shapes. Every name stands in single quotes, in which nothing is substituted.

use super::{Field, Paper};
use crate::erd::graph::Link;
use crate::text::sanitize;
use std::fmt::Write;

pub fn write(paper: &Paper<'_>) -> String {
    let mut out = String::from("direction: right\n\n");
    for &table in &paper.part.tables {
        let _ = writeln!(out, "{}: {{\n  shape: sql_table", quoted(&paper.graph.label(table)));
        for field in paper.fields(table) {
            let _ = writeln!(out, "  {}", column(&field));
        }
        out.push_str("}\n");
    }
    out.push('\n');
    for link in paper.links() {
        let (from, to) = (quoted(&paper.graph.label(link.from)), quoted(&paper.graph.label(link.to)));
        let column = |names: &[&str]| names.first().map(|name| format!(".{}", quoted(name))).unwrap_or_default();
        let (from, to) = (
            format!("{from}{}", column(&paper.graph.columns(link))),
            format!("{to}{}", column(&paper.graph.ref_columns(link))),
        );
        let _ = writeln!(out, "{to} <-> {from}: {} {{", quoted(&paper.label(link)));
        let (source, target) = marks(link);
        let _ = writeln!(out, "  source-arrowhead: {{shape: {source}}}\n  target-arrowhead: {{shape: {target}}}");
        if link.guessed() {
            out.push_str("  style.stroke-dash: 4\n");
        }
        out.push_str("}\n");
    }
    out
}

/// At the referenced table, at the referencing one.
fn marks(link: &Link) -> (&'static str, &'static str) {
    let source = if link.optional == Some(true) { "cf-one" } else { "cf-one-required" };
    let target = if link.one_to_one() { "cf-one" } else { "cf-many" };
    (source, target)
}

fn column(field: &Field) -> String {
    let constraints = [(field.primary, "primary_key"), (field.foreign, "foreign_key"), (field.unique, "unique")];
    let list: Vec<&str> = constraints.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
    let tail = match list.as_slice() {
        [] => String::new(),
        [one] => format!(" {{constraint: {one}}}"),
        several => format!(" {{constraint: [{}]}}", several.join("; ")),
    };
    format!("{}: {}{tail}", quoted(&field.name), quoted(&field.type_name))
}

fn quoted(text: &str) -> String {
    format!("'{}'", sanitize(text).replace('\'', "''"))
}
