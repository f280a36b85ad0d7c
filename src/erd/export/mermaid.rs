//! Mermaid `erDiagram`.

use super::{Field, Paper, identifier};
use crate::erd::graph::Link;
use crate::text::sanitize;
use std::fmt::Write;

pub fn write(paper: &Paper<'_>) -> String {
    let mut out = String::from("erDiagram\n");
    for &table in &paper.part.tables {
        let id = paper.id(table);
        let label = paper.graph.label(table);
        let alias = if label == id { String::new() } else { format!("[\"{}\"]", quoted(&label)) };
        let fields = paper.fields(table);
        if fields.is_empty() {
            let _ = writeln!(out, "  {id}{alias}");
            continue;
        }
        let _ = writeln!(out, "  {id}{alias} {{");
        for field in &fields {
            let _ = writeln!(out, "    {}", attribute(field));
        }
        out.push_str("  }\n");
    }
    for link in paper.links() {
        let (from, to) = (paper.id(link.from), paper.id(link.to));
        let _ = writeln!(out, "  {to} {} {from} : \"{}\"", marks(link), quoted(&paper.label(link)));
    }
    out
}

/// From the referenced table on the left to the referencing one on the right.
pub fn marks(link: &Link) -> String {
    let left = if link.optional == Some(true) { "|o" } else { "||" };
    let line = if link.guessed() { ".." } else { "--" };
    let right = if link.one_to_one() { "o|" } else { "o{" };
    format!("{left}{line}{right}")
}

fn attribute(field: &Field) -> String {
    let name = identifier(&field.name);
    let type_name = type_word(&field.type_name);
    let marks = [(field.primary, "PK"), (field.foreign, "FK"), (field.unique && !field.primary, "UK")];
    let marks: Vec<&str> = marks.iter().filter(|(on, _)| *on).map(|(_, mark)| *mark).collect();
    let mut line = format!("{type_name} {name}");
    if !marks.is_empty() {
        let _ = write!(line, " {}", marks.join(", "));
    }
    // The grammar takes plain words only: the real name stands beside.
    let real = (name != field.name).then(|| quoted(&field.name));
    let note: Vec<String> = real.into_iter().chain((field.nullable == Some(true)).then(|| "nullable".into())).collect();
    if !note.is_empty() {
        let _ = write!(line, " \"{}\"", note.join(", "));
    }
    line
}

/// A type as one word: `numeric(12,2)` → `numeric(12_2)`.
fn type_word(type_name: &str) -> String {
    if type_name.is_empty() {
        return "unknown".into();
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '(' | ')' | '[' | ']' | '-');
    let word: String = type_name.chars().map(|c| if fits(c) { c } else { '_' }).collect();
    if word.starts_with(|c: char| c.is_ascii_alphabetic()) { word } else { format!("t_{word}") }
}

/// Inside double quotes; what the grammar forbids there as a character code.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for c in sanitize(text).chars() {
        match c {
            '"' | '%' | '\\' | '#' | ';' | '<' | '>' | '`' => {
                let _ = write!(out, "#{};", c as u32);
            }
            c => out.push(c),
        }
    }
    if out.is_empty() { " ".into() } else { out }
}
