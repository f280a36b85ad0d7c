//! PlantUML entities in information engineering notation.

use super::{Paper, mermaid};
use crate::text::sanitize;
use std::fmt::Write;

pub fn write(paper: &Paper<'_>) -> String {
    let mut out = String::from("@startuml\nhide circle\nskinparam linetype ortho\n\n");
    for &table in &paper.part.tables {
        let _ = writeln!(out, "entity \"{}\" as {} {{", coded(&paper.graph.label(table)), paper.id(table));
        let fields = paper.fields(table);
        let (keys, others): (Vec<_>, Vec<_>) = fields.iter().partition(|field| field.primary);
        for (n, field) in keys.iter().chain(&others).enumerate() {
            if n == keys.len() && n > 0 {
                out.push_str("  --\n");
            }
            let required = if field.nullable == Some(false) { "* " } else { "" };
            let marks = [(field.primary, "<<PK>>"), (field.foreign, "<<FK>>"), (field.unique, "<<UK>>")];
            let marks = marks.iter().filter(|(on, _)| *on).map(|(_, mark)| format!(" {mark}"));
            let type_name = match field.type_name.as_str() {
                "" => String::new(),
                type_name => format!(" : {}", coded(type_name)),
            };
            let name = coded(&field.name);
            let _ = writeln!(out, "  {{field}} {required}{name}{type_name}{}", marks.collect::<String>());
        }
        out.push_str("}\n");
    }
    out.push('\n');
    for link in paper.links() {
        let (from, to) = (paper.id(link.from), paper.id(link.to));
        let _ = writeln!(out, "{to} {} {from} : {}", mermaid::marks(link), coded(&paper.label(link)));
    }
    out.push_str("@enduml\n");
    out
}

/// Everything that could mean something to PlantUML as its own code for a character.
fn coded(text: &str) -> String {
    let mut out = String::new();
    for c in sanitize(text).chars() {
        match c {
            c if c.is_alphanumeric() || matches!(c, '_' | ' ' | '.' | ',' | '(' | ')') => out.push(c),
            c => {
                let _ = write!(out, "<U+{:04X}>", c as u32);
            }
        }
    }
    out
}
