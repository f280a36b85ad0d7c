//! Where to begin with a schema that one does not know: what each table is for, as far as keys, names and
//! estimates tell, and which to read first.

use super::canvas::{Canvas, Role};
use super::graph::{Graph, TableId};
use super::signs::Signs;
use crate::text::count;
use std::cmp::Reverse;

/// What a table seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Much points to it.
    Hub,
    Plain,
    /// Its primary key is made of two or more foreign keys.
    Junction,
    /// Few rows, points to nothing, is pointed to.
    Lookup,
    /// Many rows that nothing points to, with a time.
    Log,
    /// Without declared relations, but with columns that look like keys.
    Orphan,
    /// Without any relation.
    Island,
}

impl Kind {
    pub const ALL: [Self; 7] =
        [Self::Hub, Self::Plain, Self::Junction, Self::Lookup, Self::Log, Self::Orphan, Self::Island];

    /// In words, of several.
    pub fn title(self) -> &'static str {
        match self {
            Self::Hub => "hubs: read these first",
            Self::Plain => "other tables with relations",
            Self::Junction => "junctions: they join two or more",
            Self::Lookup => "lookups: few rows that others name",
            Self::Log => "logs: many rows that nothing names",
            Self::Orphan => "orphans: no declared key, but columns like one",
            Self::Island => "islands: no relation at all",
        }
    }
}

/// One table with what it seems to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub table: TableId,
    pub kind: Kind,
    /// What it is ranked by within its kind: relations times the order of magnitude of its rows.
    pub score: u64,
}

/// Rows of a lookup, at most.
const FEW: i64 = 1_000;
/// Rows of a log, at least.
const MANY: i64 = 1_000;

/// Every table, by kind, then the highest score, then the name.
pub fn reading_order(graph: &Graph) -> Vec<Entry> {
    let mut degrees: Vec<usize> = graph.ids().map(|id| pointed(graph, id)).filter(|&count| count > 0).collect();
    degrees.sort_unstable_by_key(|&count| Reverse(count));
    // The most referenced tenth, but at least three relations.
    let hub = degrees.get(degrees.len() / 10).copied().unwrap_or(0).max(3);
    let mut entries: Vec<Entry> = graph
        .ids()
        .map(|table| {
            let rows = graph.table(table).rows.unwrap_or(1).max(1);
            let score = (declared(graph, table) as u64 + 1) * u64::from(rows.ilog10() + 1);
            Entry { table, kind: kind(graph, table, hub), score }
        })
        .collect();
    entries.sort_by_key(|entry| (entry.kind, Reverse(entry.score), entry.table));
    entries
}

/// Declared relations of other tables that end here.
fn pointed(graph: &Graph, id: TableId) -> usize {
    let links = graph.into(id).iter().map(|&link| graph.link(link));
    links.filter(|link| !link.guessed() && !link.to_itself()).count()
}

fn declared(graph: &Graph, id: TableId) -> usize {
    pointed(graph, id) + graph.out(id).filter(|&link| !graph.link(link).guessed()).count()
}

fn kind(graph: &Graph, id: TableId, hub: usize) -> Kind {
    let into = pointed(graph, id);
    let own: Vec<_> = graph.out(id).filter(|&link| !graph.link(link).guessed()).collect();
    let rows = graph.table(id).rows;
    if own.is_empty() && into == 0 {
        return if graph.degree(id) > 0 { Kind::Orphan } else { Kind::Island };
    }
    if into >= hub && rows.is_none_or(|rows| rows > FEW || !own.is_empty()) {
        return Kind::Hub;
    }
    if is_junction(graph, id) {
        return Kind::Junction;
    }
    if own.is_empty() && rows.is_some_and(|rows| rows <= FEW) {
        return Kind::Lookup;
    }
    if into >= hub {
        return Kind::Hub;
    }
    if into == 0 && rows.is_some_and(|rows| rows >= MANY) && is_log(graph, id) {
        return Kind::Log;
    }
    Kind::Plain
}

fn is_junction(graph: &Graph, id: TableId) -> bool {
    let primary = graph.primary(id);
    let links: Vec<_> = graph.out(id).map(|link| graph.link(link)).filter(|link| !link.guessed()).collect();
    let within = links.iter().filter(|link| graph.columns(link).iter().all(|column| primary.contains(column)));
    let covered: Vec<&str> = within.clone().flat_map(|link| graph.columns(link)).collect();
    primary.len() > 1 && within.count() > 1 && primary.iter().all(|column| covered.contains(column))
}

/// A name or a time column as logs have them.
fn is_log(graph: &Graph, id: TableId) -> bool {
    let name = graph.table(id).name.to_lowercase();
    let called = ["log", "audit", "event", "history", "journal", "trace"].iter().any(|word| name.contains(word));
    let time = |type_name: &str| ["timestamp", "datetime"].iter().any(|word| type_name.to_lowercase().contains(word));
    let timed = graph
        .all_columns(id)
        .is_some_and(|(columns, list)| list.iter().any(|column| time(columns.names.get(column.type_name))));
    called || (timed && graph.table(id).rows.is_some_and(|rows| rows >= 1_000_000))
}

/// Kinds as headings, tables below. Spots are places in the list.
pub fn paint(graph: &Graph, entries: &[Entry], selected: usize, signs: &Signs, width: usize) -> Canvas {
    let mut canvas = Canvas::new();
    let room = entries.iter().map(|entry| crate::text::width(&graph.label(entry.table))).max().unwrap_or(0);
    let room = room.clamp(12, 44).min(width / 2);
    let mut y = 0;
    let mut last = None;
    for (n, entry) in entries.iter().enumerate() {
        if last != Some(entry.kind) {
            let of_kind = entries.iter().filter(|other| other.kind == entry.kind).count();
            canvas.text(1, y, &format!("{} ({of_kind})", entry.kind.title()), Role::Dim);
            y += 1;
            last = Some(entry.kind);
        }
        let role = if n == selected { Role::Selected } else { Role::Text };
        if n == selected {
            canvas.put(0, y, signs.select, Role::Selected);
        }
        let x = canvas.field(2, y, &graph.label(entry.table), room, signs.cut, role);
        let rows =
            graph.table(entry.table).rows.map_or_else(|| signs.none.to_owned(), |rows| format!("~{}", count(rows)));
        let x = canvas.field_right(x + 1, y, &rows, 8, signs.cut, role);
        let words =
            format!("points to {}, pointed to by {}", graph.out(entry.table).count(), graph.into(entry.table).len());
        canvas.field(x + 2, y, &words, width.saturating_sub(x + 2), signs.cut, Role::Dim);
        canvas.spots.insert(y, n);
        y += 1;
    }
    canvas
}
