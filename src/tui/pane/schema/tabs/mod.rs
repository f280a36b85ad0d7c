//! The rows of each tab.

mod columns;
mod keys;
mod lists;
mod table;

use columns::columns;
pub use columns::describe;
use keys::{indexes, keys};
use lists::{extensions, group, schema, type_info};
use table::{rights, stats, triggers};

use super::detail::{Body, Source, Tab, Target, Wait, plural, section_counts, size_parts};
use super::digest::Section;
use super::rows::Node;
use crate::model::{
    ColFlags, Column, Columns, Ddl, Generated, Index, IndexFlags, Indexes, Key, KeyKind, Keys, Known, NamespaceId,
    ObjectRef, RelFlags, RelId,
};
use crate::text;
use crate::tui::facts::{Defined, Facts};
use crate::tui::widget::table::{Cell, Col, Table};
use ratatui::style::Style;

/// Tables in the summary of a schema.
const LARGEST: usize = 12;
/// Members in the summary of a group; the tree has them all.
const MEMBERS: usize = 200;

/// Rows under construction.
struct Rows {
    cols: Vec<Col>,
    rows: Vec<Vec<Cell>>,
    targets: Vec<Option<Target>>,
    copies: Vec<String>,
}

impl Rows {
    fn new(cols: Vec<Col>) -> Self {
        Self { cols, rows: Vec::new(), targets: Vec::new(), copies: Vec::new() }
    }

    fn push(&mut self, cells: Vec<(String, Style)>, copy: &str, target: Option<Target>) {
        self.rows.push(cells.iter().map(|(text, style)| Cell::new(text, *style)).collect());
        self.targets.push(target);
        self.copies.push(copy.to_owned());
    }

    fn body(self, empty: &str) -> Body {
        if self.rows.is_empty() {
            return Body::Say(vec![empty.to_owned()]);
        }
        Body::Table { table: Table::new(self.cols, self.rows), targets: self.targets, copies: self.copies }
    }
}

pub fn body(source: Source, node: Node, tab: Tab) -> Body {
    match (node, tab) {
        (Node::Relation(id), Tab::Columns) => {
            part(source, &source.catalog.columns, "columns", |all| columns(source, id, all))
        }
        (Node::Relation(id), Tab::Indexes) => {
            part(source, &source.catalog.indexes, "indexes", |all| indexes(source, id, all))
        }
        (Node::Relation(id), Tab::Keys) => part(source, &source.catalog.keys, "keys", |all| keys(source, id, all)),
        (Node::Relation(id), Tab::Triggers) => {
            part(source, &source.catalog.objects, "functions, triggers and types", |_| triggers(source, id))
        }
        (Node::Relation(id), Tab::Stats) => stats(source, id),
        (Node::Relation(id), Tab::Rights) => defined(source, ObjectRef::Relation(id), |ddl| rights(source, id, ddl)),
        (node, Tab::Ddl) => match node.object() {
            Some(object) => defined(source, object, |ddl| Body::Text(ddl.text.clone())),
            None => Body::Say(vec!["There is no definition of it.".into()]),
        },
        (Node::Schema(id), _) => schema(source, id),
        (Node::Group(id, section), _) => group(source, id, section),
        (Node::Type(n), _) => type_info(source, n),
        (Node::Extensions, _) => extensions(source),
        (Node::Extension(_), _) => Body::Say(Vec::new()),
        _ => Body::Say(Vec::new()),
    }
}

/// A part of the schema: its rows, or why there are none.
fn part<T>(source: Source, part: &Known<T>, word: &'static str, rows: impl FnOnce(&T) -> Body) -> Body {
    match part {
        Known::Ready(value) | Known::TimedOut { partial: Some(value), .. } => rows(value),
        Known::NotYet => {
            let failed = source.facts.schema.failed.iter().find(|(part, _)| part_word(*part) == word);
            match failed {
                Some((_, error)) => Body::Say(said(&error.message, error.hint.as_deref(), error.grant.as_deref())),
                None => Body::Wait(Wait::Part(word)),
            }
        }
        other => Body::Say(reason(other)),
    }
}

fn part_word(part: crate::model::Part) -> &'static str {
    use crate::model::Part;
    match part {
        Part::Relations => "relations",
        Part::Columns => "columns",
        Part::Indexes => "indexes",
        Part::Keys => "keys",
        Part::Objects => "functions, triggers and types",
    }
}

fn said(message: &str, hint: Option<&str>, grant: Option<&str>) -> Vec<String> {
    let mut lines = vec![message.to_owned()];
    lines.extend(hint.map(str::to_owned));
    lines.extend(grant.map(str::to_owned));
    lines.push("r tries again.".into());
    lines
}

/// Why something is not known, the GRANT on a line of its own.
fn reason<T>(known: &Known<T>) -> Vec<String> {
    match known {
        Known::Denied { what, grant } => vec![format!("not permitted: {what}"), grant.clone()],
        other => other.reason().into_iter().collect(),
    }
}

/// Something of the definition of an object: it is read only for the object in view.
fn defined(source: Source, object: ObjectRef, show: impl FnOnce(&Ddl) -> Body) -> Body {
    match source.facts.definitions.get(object) {
        None => Body::Wait(Wait::Definition(object)),
        Some(Defined::Failed(error)) => Body::Say(said(&error.message, error.hint.as_deref(), error.grant.as_deref())),
        Some(Defined::Known(known)) => match known.value() {
            Some(ddl) => show(ddl),
            None => Body::Say(reason(known)),
        },
    }
}
