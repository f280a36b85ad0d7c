//! What the right side shows of one object: head, tabs, the rows of one tab, the neighbours. Built when
//! the object, the tab or the facts change, not for each frame.

use super::digest::{Digest, Section};
use super::rows::Node;
use super::tabs;
use crate::config::Family;
use crate::model::{Catalog, Keys, Known, NamespaceId, ObjectRef, RelFlags, RelId, RelKind, Relation, TypeKind};
use crate::text;
use crate::tui::facts::Facts;
use crate::tui::widget::Look;
use crate::tui::widget::table::Table;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    Summary,
    #[default]
    Columns,
    Indexes,
    Keys,
    Triggers,
    Rights,
    Stats,
    /// The definition; its title depends on the object.
    Ddl,
}

/// Where Enter leads from a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Go(RelId),
    /// The definition of an object, over the view.
    Object(ObjectRef, String),
    /// Everything of one column, over the view: relation, position, name.
    Column(RelId, u16, String),
    /// A text, over the view.
    Text(String, String),
}

/// Something that is said instead of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// A part of the schema that has not come yet.
    Part(&'static str),
    Definition(ObjectRef),
}

#[derive(Clone, Debug)]
pub enum Body {
    /// Rows, with what Enter and copy do on each.
    Table {
        table: Table,
        targets: Vec<Option<Target>>,
        copies: Vec<String>,
    },
    /// A definition or source.
    Text(String),
    /// Sentences: nothing here, not permitted, failed.
    Say(Vec<String>),
    Wait(Wait),
}

/// A relation that this one refers to, or that refers to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    pub out: bool,
    pub text: String,
    pub rel: RelId,
}

#[derive(Clone, Debug)]
pub struct Detail {
    pub node: Node,
    /// `sales.orders`.
    pub name: String,
    /// `table, owner app_owner`.
    pub kind: String,
    /// Rows and sizes.
    pub facts: String,
    pub comment: Option<String>,
    pub tabs: Vec<(Tab, &'static str, Option<usize>)>,
    pub tab: Tab,
    pub body: Body,
    pub neighbours: Vec<Neighbour>,
}

/// Everything a tab is built from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub catalog: &'a Catalog,
    pub digest: &'a Digest,
    pub facts: &'a Facts,
    pub look: &'a Look,
}

impl Detail {
    /// The detail of `node` with the tab that was wanted, or the object's first one.
    pub fn build(source: Source, node: Node, wanted: Tab) -> Self {
        let (name, kind, facts, comment) = head(source, node);
        let tabs = tabs_of(source, node);
        let tab = if tabs.iter().any(|(tab, ..)| *tab == wanted) {
            wanted
        } else {
            tabs.first().map_or(Tab::Summary, |(tab, ..)| *tab)
        };
        let neighbours = match node {
            Node::Relation(rel) => neighbours(source.catalog, rel, source.look),
            _ => Vec::new(),
        };
        let body = tabs::body(source, node, tab);
        Self { node, name, kind, facts, comment, tabs, tab, body, neighbours }
    }

    /// Rows that the cursor can stand on, neighbours included.
    pub fn stops(&self) -> usize {
        match self.body {
            Body::Text(_) => 0,
            _ => self.rows() + self.neighbours.len(),
        }
    }

    pub fn rows(&self) -> usize {
        match &self.body {
            Body::Table { table, .. } => table.rows.len(),
            _ => 0,
        }
    }

    /// What Enter does on stop `at`.
    pub fn target(&self, at: usize) -> Option<Target> {
        match &self.body {
            Body::Table { targets, .. } if at < self.rows() => targets.get(at).cloned().flatten(),
            Body::Text(_) => None,
            _ => self.neighbours.get(at.checked_sub(self.rows())?).map(|near| Target::Go(near.rel)),
        }
    }

    /// What `y` copies on stop `at`.
    pub fn copy(&self, at: usize) -> Option<String> {
        match &self.body {
            Body::Text(text) => Some(text.clone()),
            Body::Table { copies, .. } if at < self.rows() => copies.get(at).cloned(),
            _ => self.neighbours.get(at.checked_sub(self.rows())?).map(|near| near.text.clone()),
        }
    }
}

fn tabs_of(source: Source, node: Node) -> Vec<(Tab, &'static str, Option<usize>)> {
    let catalog = source.catalog;
    match node {
        Node::Relation(id) => {
            let Some(rel) = catalog.relations.get(id) else { return Vec::new() };
            relation_tabs(source, id, rel)
        }
        Node::Routine(_) => vec![(Tab::Ddl, "Source", None)],
        Node::Type(n) => {
            let kind = catalog.objects.value().and_then(|all| all.types.get(n as usize)).map(|info| info.kind);
            let title = if kind == Some(TypeKind::Enum) { "Labels" } else { "Summary" };
            vec![(Tab::Summary, title, None), (Tab::Ddl, "DDL", None)]
        }
        Node::Extension(_) => vec![(Tab::Summary, "Summary", None), (Tab::Ddl, "DDL", None)],
        Node::Schema(_) | Node::Group(..) | Node::Extensions | Node::Hidden => vec![(Tab::Summary, "Summary", None)],
    }
}

fn relation_tabs(source: Source, id: RelId, rel: &Relation) -> Vec<(Tab, &'static str, Option<usize>)> {
    let catalog = source.catalog;
    // Columns of system objects are not read with the others: none there is not "none".
    let full = super::columns::full_columns(source.facts, id).map(|all| all.of(id).len());
    let columns = full.or(catalog.columns.value().map(|all| all.of(id).len()).filter(|&count| count > 0));
    let known = |count: &usize| *count > 0 || !is_system(catalog, rel);
    let indexes = catalog.indexes.value().map(|all| all.of(id).len()).filter(known);
    let keys = catalog.keys.value().map(|all| all.of(id).len()).filter(known);
    let triggers = catalog.objects.value().map(|all| all.triggers_of(id).len());
    let mut tabs = Vec::new();
    match rel.kind {
        RelKind::Sequence => {}
        RelKind::View => tabs.push((Tab::Columns, "Columns", columns)),
        RelKind::MaterializedView => {
            tabs.extend([(Tab::Columns, "Columns", columns), (Tab::Indexes, "Indexes", indexes)]);
        }
        _ => tabs.extend([
            (Tab::Columns, "Columns", columns),
            (Tab::Indexes, "Indexes", indexes),
            (Tab::Keys, "Keys", keys),
        ]),
    }
    if triggers.is_some_and(|count| count > 0) {
        tabs.push((Tab::Triggers, "Triggers", triggers));
    }
    tabs.push((Tab::Stats, "Stats", None));
    // A file has no rights but its own.
    if source.facts.family != Family::Sqlite {
        tabs.push((Tab::Rights, "Rights", None));
    }
    let source = matches!(rel.kind, RelKind::View | RelKind::MaterializedView);
    tabs.push((Tab::Ddl, if source { "Source" } else { "DDL" }, None));
    tabs
}

/// True for what belongs to the engine: its parts are not read with those of the user's objects.
pub fn is_system(catalog: &Catalog, rel: &Relation) -> bool {
    let schema = catalog.relations.schemas.get(rel.schema.0 as usize);
    rel.flags.has(RelFlags::SYSTEM) || schema.is_some_and(|schema| schema.system)
}

/// Name, kind, numbers, comment.
fn head(source: Source, node: Node) -> (String, String, String, Option<String>) {
    let catalog = source.catalog;
    let relations = &catalog.relations;
    let objects = catalog.objects.value();
    match node {
        Node::Relation(id) => relation_head(source, id),
        Node::Schema(id) => schema_head(source, id),
        Node::Group(id, section) => {
            let count = source.digest.members(id).map_or(0, |members| members.sections[section as usize].len());
            (
                format!("{} {} {}", relations.namespace(id), source.look.glyphs.crumb, section.title()),
                String::new(),
                format!("{count} objects"),
                None,
            )
        }
        Node::Routine(n) => {
            let Some((all, routine)) = objects.and_then(|all| Some((all, all.routines.get(n as usize)?))) else {
                return Default::default();
            };
            let names = &all.names;
            let name = format!(
                "{}.{}({})",
                relations.namespace(routine.schema),
                names.get(routine.name),
                names.get(routine.arguments)
            );
            let mut kind = routine.kind.title().to_owned();
            if let Some(language) = names.opt(routine.language) {
                kind.push_str(&format!(" in {language}"));
            }
            if routine.security_definer {
                kind.push_str(", runs with its owner's rights (SECURITY DEFINER)");
            }
            let returns = names.opt(routine.returns).map(|text| format!("returns {text}")).unwrap_or_default();
            (name, kind, returns, names.opt(routine.comment).map(str::to_owned))
        }
        Node::Type(n) => {
            let Some((all, info)) = objects.and_then(|all| Some((all, all.types.get(n as usize)?))) else {
                return Default::default();
            };
            let name = format!("{}.{}", relations.namespace(info.schema), all.names.get(info.name));
            (name, info.kind.title().to_owned(), String::new(), all.names.opt(info.comment).map(str::to_owned))
        }
        Node::Extensions => {
            ("extensions".into(), String::new(), format!("{} installed", source.digest.extensions), None)
        }
        Node::Extension(n) => {
            let Some((all, extension)) = objects.and_then(|all| Some((all, all.extensions.get(n as usize)?))) else {
                return Default::default();
            };
            let kind = format!("extension, version {}", all.names.get(extension.version));
            let comment = all.names.opt(extension.comment).map(str::to_owned);
            (all.names.get(extension.name).to_owned(), kind, String::new(), comment)
        }
        Node::Hidden => {
            let text = format!("{} schemas of the engine itself are hidden. H shows them.", source.digest.hidden);
            ("system".into(), String::new(), text, None)
        }
    }
}

fn schema_head(source: Source, id: NamespaceId) -> (String, String, String, Option<String>) {
    let relations = &source.catalog.relations;
    let Some(schema) = relations.schemas.get(id.0 as usize) else { return Default::default() };
    let mut kind = "schema".to_owned();
    if let Some(owner) = relations.names.opt(schema.owner) {
        kind.push_str(&format!(", owner {owner}"));
    }
    let members = source.digest.members(id);
    let tables = members.map_or(0, |members| members.tables);
    let size =
        members.and_then(|members| members.bytes).map(|bytes| format!(", {}", text::bytes(bytes))).unwrap_or_default();
    let comment = relations.names.opt(schema.comment).map(str::to_owned);
    (relations.names.get(schema.name).to_owned(), kind, format!("{}{size}", plural(tables, "table")), comment)
}

fn relation_head(source: Source, id: RelId) -> (String, String, String, Option<String>) {
    let relations = &source.catalog.relations;
    let Some(rel) = relations.get(id) else { return Default::default() };
    let mut kind = rel.kind.title().to_owned();
    if let Some(parent) = rel.parent.and_then(|parent| relations.get(parent)) {
        let how = if rel.flags.has(RelFlags::INHERITS) { "inherits" } else { "of" };
        kind.push_str(&format!(" {how} {}", relations.names.get(parent.name)));
    }
    for (flag, word) in [
        (RelFlags::UNLOGGED, "unlogged"),
        (RelFlags::TEMPORARY, "temporary"),
        (RelFlags::STRICT, "strict"),
        (RelFlags::WITHOUT_ROWID, "without rowid"),
        (RelFlags::SYSTEM_VERSIONED, "system versioned"),
        (RelFlags::ROW_SECURITY, "row security"),
        (RelFlags::EXTENSION, "made by an extension"),
        (RelFlags::BROKEN, "broken: it cannot be opened"),
    ] {
        if rel.flags.has(flag) {
            kind.push_str(&format!(", {word}"));
        }
    }
    if let Some(owner) = relations.names.opt(rel.owner) {
        kind.push_str(&format!(", owner {owner}"));
    }
    let name = format!("{}.{}", relations.schema_name(id), relations.names.get(rel.name));
    (name, kind, numbers(source, id, rel), relations.names.opt(rel.comment).map(str::to_owned))
}

/// `~212 M rows    71.8 GB = table 38.0 + index 31.9 + toast 1.9`.
fn numbers(source: Source, id: RelId, rel: &Relation) -> String {
    let mut words = Vec::new();
    if let Some(rows) = source.digest.rows(id) {
        words.push(format!("{} rows", about(rel, rows)));
    }
    let children = source.digest.children(id).len();
    if children > 0 {
        words.push(plural(children, if has_partitions(rel) { "partition" } else { "child" }));
    }
    if let Some(total) = source.digest.bytes(id) {
        let parts = size_parts(source.catalog, id, rel);
        let whole = text::bytes(total);
        let unit = whole.split_once(' ').map_or("", |(_, unit)| unit);
        let known: Vec<String> = parts
            .iter()
            .filter(|part| part.1 > 0)
            .map(|(word, bytes)| {
                let size = text::bytes(*bytes);
                format!("{word} {}", size.strip_suffix(unit).unwrap_or(&size).trim_end())
            })
            .collect();
        let sum: i64 = parts.iter().map(|part| part.1).sum();
        let equals = if known.len() > 1 && sum == total { format!(" = {}", known.join(" + ")) } else { String::new() };
        words.push(format!("{whole}{equals}{}", indexes_missing(source, rel)));
    }
    words.join("    ")
}

/// `~12.4 k`; without the sign where it was counted.
pub fn about(rel: &Relation, rows: i64) -> String {
    let sign = if rel.rows_source == Some(crate::model::RowsSource::Exact) { "" } else { "~" };
    format!("{sign}{}", text::count(rows))
}

/// False for a table that others inherit from.
pub fn has_partitions(rel: &Relation) -> bool {
    rel.kind == RelKind::PartitionedTable
}

/// A sum without its indexes must not look like a whole one.
fn indexes_missing(source: Source, rel: &Relation) -> &'static str {
    if rel.index_bytes.is_some() || source.catalog.indexes.value().is_some() {
        return "";
    }
    match source.catalog.indexes {
        Known::NotYet => ", indexes not read yet",
        Known::Unsupported { .. } => "",
        _ => ", indexes not known",
    }
}

/// The parts of a relation's own size that are known.
pub fn size_parts(catalog: &Catalog, id: RelId, rel: &Relation) -> Vec<(&'static str, i64)> {
    let of_indexes = catalog.indexes.value().and_then(|all| {
        let sizes: Vec<i64> = all.of(id).iter().filter_map(|index| index.bytes).collect();
        (!sizes.is_empty()).then(|| sizes.iter().sum())
    });
    let parts = [("table", rel.table_bytes), ("index", rel.index_bytes.or(of_indexes)), ("toast", rel.toast_bytes)];
    parts.iter().filter_map(|(word, bytes)| bytes.map(|bytes| (*word, bytes))).collect()
}

pub fn plural(count: usize, word: &str) -> String {
    match (count, word) {
        (1, _) => format!("1 {word}"),
        (_, "child") => format!("{count} children"),
        (_, word) if word.ends_with('x') => format!("{count} {word}es"),
        _ => format!("{count} {word}s"),
    }
}

/// Relations on the other end of foreign keys: those referred to, then those that refer.
fn neighbours(catalog: &Catalog, id: RelId, look: &Look) -> Vec<Neighbour> {
    let Some(keys) = catalog.keys.value() else { return Vec::new() };
    let mut out: Vec<(RelId, Vec<String>)> = Vec::new();
    for key in keys.of(id) {
        let Some(rel) = key.ref_rel else { continue };
        add_neighbour(&mut out, rel, columns(keys, key));
    }
    let mut into: Vec<(RelId, Vec<String>)> = Vec::new();
    for key in keys.referencing(id).filter(|key| !key.inherited && key.rel != id) {
        add_neighbour(&mut into, whole_table(catalog, key.rel), columns(keys, key));
    }
    let text = |(rel, through): &(RelId, Vec<String>), out: bool| {
        let arrow = if out { look.glyphs.right } else { look.glyphs.left };
        let same = catalog.relations.schema_name(*rel) == catalog.relations.schema_name(id);
        let schema = if same { String::new() } else { format!("{}.", catalog.relations.schema_name(*rel)) };
        let through = if through.len() > 1 { format!(" ({})", through.join(", ")) } else { String::new() };
        format!("{arrow} {schema}{}{through}", catalog.relations.name(*rel))
    };
    let mut list: Vec<Neighbour> =
        out.iter().map(|one| Neighbour { out: true, text: text(one, true), rel: one.0 }).collect();
    list.extend(into.iter().map(|one| Neighbour { out: false, text: text(one, false), rel: one.0 }));
    list
}

/// The partitioned table that a partition belongs to: a key of twelve partitions is one neighbour.
fn whole_table(catalog: &Catalog, rel: RelId) -> RelId {
    let mut top = rel;
    for _ in 0..16 {
        match catalog.relations.get(top) {
            Some(part) if part.kind == RelKind::Partition => match part.parent {
                Some(parent) => top = parent,
                None => break,
            },
            _ => break,
        }
    }
    top
}

fn columns(keys: &Keys, key: &crate::model::Key) -> String {
    keys.columns(key).collect::<Vec<_>>().join("+")
}

fn add_neighbour(list: &mut Vec<(RelId, Vec<String>)>, rel: RelId, through: String) {
    match list.iter_mut().find(|(known, _)| *known == rel) {
        Some((_, known)) if known.contains(&through) => {}
        Some((_, known)) => known.push(through),
        None => list.push((rel, vec![through])),
    }
}

/// The word for a section's members, for a summary.
pub fn section_counts(digest: &Digest, id: NamespaceId) -> Vec<(Section, usize)> {
    let Some(members) = digest.members(id) else { return Vec::new() };
    Section::ALL
        .iter()
        .map(|&section| (section, members.sections[section as usize].len()))
        .filter(|(_, n)| *n > 0)
        .collect()
}
