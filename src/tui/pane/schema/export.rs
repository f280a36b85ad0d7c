//! What is in view as Markdown, and as rows for a file.

use super::columns::full_columns;
use super::detail::{Body, Tab};
use super::digest::Section;
use super::preview::Grid;
use super::rows::Node;
use super::{Cx, SchemaPane};
use crate::model::{Catalog, Known, NamespaceId, RelId};
use crate::report::{self, Context, Fact, Measured, Row};
use crate::tui::export::Listing;
use crate::tui::widget::table::Table;
use std::sync::Arc;

/// The head and the tab of the object in view: a table as a table, a definition as code.
pub fn markdown(pane: &SchemaPane) -> String {
    let Some(detail) = &pane.detail else { return String::new() };
    let body = match &detail.body {
        Body::Table { table, .. } => rows(table),
        Body::Text(text) => fenced(text),
        Body::Say(lines) => lines.iter().map(|line| escape(line)).collect::<Vec<_>>().join("\n"),
        Body::Rows(grid) => preview(grid),
        Body::Wait(_) => String::new(),
    };
    let head = [&detail.kind, &detail.facts].into_iter().filter(|text| !text.is_empty());
    let head = head.map(|text| escape(text)).collect::<Vec<_>>().join(", ");
    format!("**{}** {head}\n\n{}\n", escape(&detail.name), body.trim_end())
}

fn rows(table: &Table) -> String {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let mut lines = vec![line(table.cols.iter().map(|col| escape(&col.title)).collect())];
    lines.push(line(table.cols.iter().map(|col| if col.right { "---:" } else { "---" }.to_owned()).collect()));
    lines.extend(table.rows.iter().map(|row| line(row.iter().map(|cell| escape(&cell.text)).collect())));
    lines.join("\n")
}

/// The rows of a table that were read, as they are shown: long values are cut.
fn preview(grid: &Grid) -> String {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let mut lines = vec![line(grid.heads.iter().map(|head| escape(&head.name)).collect())];
    lines.push(line(grid.heads.iter().map(|head| if head.right { "---:" } else { "---" }.to_owned()).collect()));
    lines.extend(grid.cells.iter().map(|row| line(row.iter().map(|(text, _)| escape(text)).collect())));
    lines.join("\n")
}

/// A fence longer than any in the text.
fn fenced(text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    format!("{fence}sql\n{}\n{fence}", text.trim_end())
}

/// Names can neither leave their cell nor become markup.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '|' | '*' | '`' | '\\' | '[' | ']' | '<' | '>' => out.extend(['\\', c]),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Rows of the tab in view, or the tables of the schema in view.
pub fn listing(pane: &SchemaPane, cx: &Cx) -> Option<Listing> {
    let catalog = cx.facts.schema.catalog.as_ref()?;
    let (server, _) = cx.facts.server.as_ref()?;
    let detail = pane.detail.as_ref()?;
    let (fact, wanted): (&'static Fact, Wanted) = match (detail.node, detail.tab) {
        (Node::Relation(id), Tab::Columns) => (&report::COLUMNS, Wanted::Of(id)),
        (Node::Relation(id), Tab::Indexes) => (&report::INDEXES, Wanted::Of(id)),
        (Node::Relation(id), Tab::Keys) => (&report::KEYS, Wanted::Of(id)),
        (Node::Schema(id) | Node::Group(id, Section::Tables), _) => (&report::TABLES, Wanted::In(id)),
        _ => return None,
    };
    let catalog = match (detail.node, detail.tab) {
        (Node::Relation(id), Tab::Columns) => with_all_of(cx, id, catalog),
        _ => catalog.clone(),
    };
    let context =
        Context { engine: server.engine, catalog: &catalog, measured: Measured::default(), only: None, system: true };
    let mut rows = (fact.rows)(context);
    rows.retain(|row| wanted.has(*row, &catalog));
    (!rows.is_empty()).then(|| Listing { name: detail.name.clone(), fact, rows, catalog, statements: None })
}

/// The columns that came with the definition have defaults, comments and statistics too.
fn with_all_of(cx: &Cx, id: RelId, catalog: &Arc<Catalog>) -> Arc<Catalog> {
    match full_columns(cx.facts, id) {
        Some(full) => Arc::new(Catalog { columns: Known::Ready(Arc::new(full.clone())), ..(**catalog).clone() }),
        None => catalog.clone(),
    }
}

#[derive(Clone, Copy)]
enum Wanted {
    Of(RelId),
    In(NamespaceId),
}

impl Wanted {
    fn has(self, row: Row, catalog: &Catalog) -> bool {
        let rel = match row {
            Row::Relation(id) | Row::Column(id, _) => Some(id),
            Row::Index(n) => catalog.indexes.value().and_then(|all| all.list.get(n as usize)).map(|index| index.rel),
            Row::Key(n) => catalog.keys.value().and_then(|all| all.list.get(n as usize)).map(|key| key.rel),
            _ => None,
        };
        match (self, rel) {
            (Self::Of(id), Some(rel)) => rel == id,
            (Self::In(id), Some(rel)) => catalog.relations.get(rel).is_some_and(|rel| rel.schema == id),
            (_, None) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_cells() {
        assert_eq!(escape("a|b`c*\\\nd"), "a\\|b\\`c\\*\\\\ d");
        assert_eq!(fenced("a ``` b"), "````sql\na ``` b\n````");
    }
}
