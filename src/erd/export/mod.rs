//! A part of the graph as a document of another tool. Names stay intact where the format can carry them; what
//! could end a string or a line is escaped as that format wants it.

mod d2;
mod dbml;
mod dot;
mod json;
mod mermaid;
mod plantuml;
mod svg;
mod text;

use super::graph::{Graph, Link, RowSet, TableId};
use super::map::{MapLook, Notes, Plan};
use super::scope::Part;
use super::signs::Signs;
use std::collections::{HashMap, HashSet};

/// Formats of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
    Mermaid,
    Dot,
    Dbml,
    Plantuml,
    D2,
    Svg,
}

impl Format {
    /// By the ending of a file's name.
    pub fn of_ending(ending: &str) -> Option<Self> {
        Some(match ending {
            "json" => Self::Json,
            "mmd" | "mermaid" => Self::Mermaid,
            "dot" | "gv" => Self::Dot,
            "dbml" => Self::Dbml,
            "puml" | "plantuml" => Self::Plantuml,
            "d2" => Self::D2,
            "svg" => Self::Svg,
            _ => return None,
        })
    }
}

/// What is shown of each table, and with which signs.
#[derive(Clone, Copy, Debug)]
pub struct Extra<'a> {
    pub rows: RowSet,
    pub signs: &'static Signs,
    /// On the boxes of a picture.
    pub notes: &'a Notes,
}

/// The document. JSON is the two members `tables` and `relations` without the object around them.
pub fn export(graph: &Graph, part: &Part, format: Format, extra: Extra<'_>) -> String {
    let paper = Paper::new(graph, part, extra.rows);
    match format {
        Format::Text => text::write(&paper, extra.signs),
        Format::Json => json::write(&paper),
        Format::Mermaid => mermaid::write(&paper),
        Format::Dot => dot::write(&paper),
        Format::Dbml => dbml::write(&paper),
        Format::Plantuml => plantuml::write(&paper),
        Format::D2 => d2::write(&paper),
        Format::Svg => svg::write(graph, &Plan::new(graph, part, &look(extra))),
    }
}

/// A picture has room for parts side by side as a page has.
const PAGE: usize = 200;

fn look(extra: Extra<'_>) -> MapLook<'_> {
    MapLook { signs: extra.signs, rows: Some(extra.rows), selected: None, width: PAGE, notes: extra.notes }
}

/// A column as the formats show it.
struct Field {
    name: String,
    /// Empty where it is not known or SQLite has none.
    type_name: String,
    primary: bool,
    foreign: bool,
    unique: bool,
    nullable: Option<bool>,
}

/// What every writer needs: the part, an identifier and the columns of each table.
struct Paper<'a> {
    graph: &'a Graph,
    part: &'a Part,
    ids: HashMap<TableId, String>,
    rows: RowSet,
}

impl<'a> Paper<'a> {
    fn new(graph: &'a Graph, part: &'a Part, rows: RowSet) -> Self {
        let mut used = HashSet::new();
        let mut ids = HashMap::new();
        for &table in &part.tables {
            let base = identifier(&graph.label(table));
            let mut id = base.clone();
            for n in 2.. {
                if used.insert(id.to_lowercase()) {
                    break;
                }
                id = format!("{base}_{n}");
            }
            ids.insert(table, id);
        }
        Self { graph, part, ids, rows }
    }

    fn id(&self, table: TableId) -> &str {
        self.ids.get(&table).map_or("", String::as_str)
    }

    fn links(&self) -> impl Iterator<Item = &'a Link> {
        self.part.links.iter().map(|&link| self.graph.link(link))
    }

    /// Columns to show: those of keys in their order, then others; also every column that a relation of the
    /// part names, known or not.
    fn fields(&self, table: TableId) -> Vec<Field> {
        let graph = self.graph;
        let mut names: Vec<String> = Vec::new();
        let mut add = |name: &str| {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        };
        for row in graph.rows(table, self.rows) {
            row.columns.iter().for_each(|name| add(name));
        }
        for &link in graph.into(table).iter().filter(|link| self.part.links.contains(link)) {
            graph.ref_columns(graph.link(link)).into_iter().for_each(&mut add);
        }
        let primary = graph.primary(table);
        let unique = graph.unique_sets(table);
        let foreign: HashSet<&str> = graph.out(table).flat_map(|link| graph.columns(graph.link(link))).collect();
        let field = |name: String| {
            let column = graph.column(table, &name);
            let rel = graph.table(table).rel;
            Field {
                type_name: column
                    .map(|(columns, column)| columns.names.get(column.type_name).to_owned())
                    .unwrap_or_default(),
                primary: primary.contains(&name.as_str()),
                foreign: foreign.contains(name.as_str()),
                unique: unique.iter().any(|set| set.as_slice() == [name.as_str()]),
                nullable: rel.and_then(|rel| super::build::nullable(&graph.catalog, graph.engine, rel, &name)),
                name,
            }
        };
        names.into_iter().map(field).collect()
    }

    /// What is written on a relation: its columns.
    fn label(&self, link: &Link) -> String {
        self.graph.columns(link).join(", ")
    }
}

/// Letters, digits and `_` only, never a digit first.
fn identifier(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if plain.starts_with(|c: char| c.is_ascii_alphabetic()) { plain } else { format!("t_{plain}") }
}
