//! Names of nodes: as the breadcrumb shows them, as SQL takes them, and finding a node by its name.

use super::filter::{self, Filter};
use super::rows::{self, Key, Node, Rows};
use crate::collect::quote_name;
use crate::config::Family;
use crate::model::{Catalog, EngineKind, RelFlags};
use crate::tui::pane::Cx;

/// A node as the breadcrumb calls it.
pub fn label(node: Node, catalog: &Catalog) -> String {
    match rows::key_of(node, catalog) {
        Some(Key::Schema(name) | Key::Relation(_, name) | Key::Type(_, name) | Key::Extension(name)) => name,
        Some(Key::Group(_, section)) => section.title().to_owned(),
        Some(Key::Routine(_, name, arguments)) => format!("{name}({arguments})"),
        Some(Key::Extensions) => "extensions".into(),
        Some(Key::Hidden) => "system".into(),
        None => String::new(),
    }
}

/// The object that people mean by `name`: exactly so, else without regard to capitals, else the best
/// fuzzy match. Tables and views come first, those of the system last.
pub fn find(catalog: &Catalog, name: &str) -> Option<Node> {
    let name = name.trim().trim_matches('"');
    let filter = Filter::new(name, catalog)?;
    let lower = name.to_lowercase();
    let mut matcher = filter::matcher();
    let mut best: Option<(u64, Node)> = None;
    for (schema, own, node, system) in objects(catalog) {
        let qualified = || format!("{schema}.{own}");
        let kind = u64::from(matches!(node, Node::Relation(_)));
        let rank = if own == name || (name.contains('.') && qualified() == name) {
            4
        } else if own.to_lowercase() == lower || (name.contains('.') && qualified().to_lowercase() == lower) {
            3
        } else if filter.takes(schema, own) {
            1
        } else {
            continue;
        };
        let fit = if rank == 1 { u64::from(filter.score(&mut matcher, own)) } else { 0 };
        let score = (rank << 40) + (u64::from(!system) << 39) + (kind << 38) + fit;
        if best.is_none_or(|(known, _)| score > known) {
            best = Some((score, node));
        }
    }
    best.map(|(_, node)| node)
}

/// Schema, name, node and whether it is of the system, of everything with a name of its own.
pub fn objects(catalog: &Catalog) -> impl Iterator<Item = (&str, &str, Node, bool)> {
    let relations = &catalog.relations;
    let system = RelFlags::SYSTEM;
    let of_relations = relations.iter().map(move |(id, rel)| {
        (relations.schema_name(id), relations.name(id), Node::Relation(id), rel.flags.has(system))
    });
    let all = catalog.objects.value();
    let of_routines = all.into_iter().flat_map(move |all| {
        all.routines.iter().enumerate().map(move |(n, one)| {
            (relations.namespace(one.schema), all.names.get(one.name), Node::Routine(n as u32), one.system)
        })
    });
    let of_types = all.into_iter().flat_map(move |all| {
        all.types.iter().enumerate().map(move |(n, one)| {
            (relations.namespace(one.schema), all.names.get(one.name), Node::Type(n as u32), one.system)
        })
    });
    of_relations.chain(of_routines).chain(of_types)
}

pub fn engine(cx: &Cx) -> EngineKind {
    match (&cx.facts.server, cx.facts.family) {
        (Some((server, _)), _) => server.engine,
        (None, Family::Postgres) => EngineKind::Postgresql,
        (None, Family::Mysql) => EngineKind::Mysql,
        (None, Family::Sqlite) => EngineKind::Sqlite,
    }
}

/// The name as SQL takes it: quoted only where it must be.
pub fn copy_name(node: Node, catalog: &Catalog, engine: EngineKind) -> String {
    let quote = |name: &str| {
        let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if plain { name.to_owned() } else { quote_name(engine, name) }
    };
    match rows::key_of(node, catalog) {
        Some(Key::Relation(schema, name)) if engine == EngineKind::Sqlite && schema == "main" => quote(&name),
        Some(Key::Relation(schema, name) | Key::Routine(schema, name, _) | Key::Type(schema, name)) => {
            format!("{}.{}", quote(&schema), quote(&name))
        }
        Some(Key::Schema(name) | Key::Extension(name) | Key::Group(name, _)) => quote(&name),
        Some(Key::Extensions | Key::Hidden) | None => String::new(),
    }
}

/// The row that fits best, among the first few thousand found.
pub fn best_row(filter: &Filter, rows: &Rows, catalog: &Catalog) -> Option<usize> {
    const SCORED: usize = 2_000;
    let mut matcher = filter::matcher();
    rows.list
        .iter()
        .enumerate()
        .filter(|(_, row)| row.found)
        .take(SCORED)
        .max_by_key(|(n, row)| (filter.score(&mut matcher, &label(row.node, catalog)), std::cmp::Reverse(*n)))
        .map(|(n, _)| n)
}
