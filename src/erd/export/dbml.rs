//! DBML: tables with their columns, then the references.

use super::{Field, Paper};
use crate::erd::graph::{Link, TableId};
use crate::model::Action;
use crate::text::sanitize;
use std::collections::HashSet;
use std::fmt::Write;

pub fn write(paper: &Paper<'_>) -> String {
    let mut out = String::new();
    for &table in &paper.part.tables {
        let _ = writeln!(out, "Table {} {{", name(paper, table));
        let fields = paper.fields(table);
        let composite = fields.iter().filter(|field| field.primary).count() > 1;
        for field in &fields {
            let _ = writeln!(out, "  {}", column(field, composite));
        }
        if fields.is_empty() {
            // A table without columns is not taken.
            out.push_str("  \"(columns not known)\" unknown\n");
        }
        if composite {
            let list: Vec<String> = paper.graph.primary(table).iter().map(|name| quoted(name)).collect();
            let _ = writeln!(out, "\n  indexes {{\n    ({}) [pk]\n  }}", list.join(", "));
        }
        out.push_str("}\n\n");
    }
    let mut ends = HashSet::new();
    for link in paper.links() {
        let line = reference(paper, link);
        // Two references with the same ends are an error to the parser.
        let mut pair =
            [end(paper, link.from, &paper.graph.columns(link)), end(paper, link.to, &paper.graph.ref_columns(link))];
        pair.sort();
        let comment = if link.guessed() { "// guessed from names\n" } else { "" };
        if ends.insert(pair) {
            let _ = writeln!(out, "{comment}{line}");
        } else {
            let _ = writeln!(out, "// the same again: {line}");
        }
    }
    out
}

fn name(paper: &Paper<'_>, table: TableId) -> String {
    let table = paper.graph.table(table);
    match &paper.graph.home {
        Some(_) => quoted(&table.name),
        None => format!("{}.{}", quoted(&table.schema), quoted(&table.name)),
    }
}

fn column(field: &Field, composite: bool) -> String {
    let mut settings = Vec::new();
    if field.primary && !composite {
        settings.push("pk");
    }
    if field.unique && !field.primary {
        settings.push("unique");
    }
    match field.nullable {
        Some(false) => settings.push("not null"),
        Some(true) => settings.push("null"),
        None => {}
    }
    let type_name = if field.type_name.is_empty() { "unknown".into() } else { type_word(&field.type_name) };
    let settings = if settings.is_empty() { String::new() } else { format!(" [{}]", settings.join(", ")) };
    format!("{} {type_name}{settings}", quoted(&field.name))
}

fn type_word(type_name: &str) -> String {
    let plain = type_name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let word = plain && type_name.starts_with(|c: char| c.is_ascii_alphabetic());
    if word { type_name.to_owned() } else { quoted(type_name) }
}

fn reference(paper: &Paper<'_>, link: &Link) -> String {
    let sign = if link.one_to_one() { "-" } else { ">" };
    let from = end(paper, link.from, &paper.graph.columns(link));
    let to = end(paper, link.to, &paper.graph.ref_columns(link));
    let name = paper.graph.link_name(link).map(|name| format!(" {}", quoted(name))).unwrap_or_default();
    let mut settings = Vec::new();
    for (word, action) in [("update", link.on_update), ("delete", link.on_delete)] {
        if let Some(action) = action.filter(|action| *action != Action::NoAction) {
            settings.push(format!("{word}: {}", action.sql().to_lowercase()));
        }
    }
    let settings = if settings.is_empty() { String::new() } else { format!(" [{}]", settings.join(", ")) };
    format!("Ref{name}: {from} {sign} {to}{settings}")
}

fn end(paper: &Paper<'_>, table: TableId, columns: &[&str]) -> String {
    let list: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    match list.as_slice() {
        [one] => format!("{}.{one}", name(paper, table)),
        list => format!("{}.({})", name(paper, table), list.join(", ")),
    }
}

/// Inside double quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", sanitize(text).replace('\\', "\\\\").replace('"', "\\\""))
}
