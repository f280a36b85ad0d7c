//! `tables` and `relations` of the JSON contract: every declared key once, those of partitions too.

use super::Paper;
use crate::erd::graph::{Link, Source};
use crate::model::{Action, Key, Keys, RelId};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Serialize)]
struct TableKeys<'a> {
    schema: &'a str,
    name: &'a str,
    kind: Option<&'a str>,
    rows_estimate: Option<i64>,
}

#[derive(Serialize)]
struct RelationKeys<'a> {
    name: Option<&'a str>,
    schema: &'a str,
    table: &'a str,
    columns: Vec<&'a str>,
    ref_schema: &'a str,
    ref_table: &'a str,
    ref_columns: Vec<&'a str>,
    cardinality: Option<&'a str>,
    optional: Option<bool>,
    indexed: Option<bool>,
    validated: Option<bool>,
    on_update: Option<&'a str>,
    on_delete: Option<&'a str>,
    inferred: bool,
    confidence: &'a str,
    /// What speaks for one that is not declared, in words.
    evidence: Option<&'a str>,
}

pub fn write(paper: &Paper<'_>) -> String {
    let mut relations = Vec::new();
    let mut partitions: BTreeSet<RelId> = BTreeSet::new();
    for &id in &paper.part.links {
        let link = paper.graph.link(id);
        relations.push(relation(paper, link));
        let Some(keys) = paper.graph.keys() else { continue };
        let start = paper.graph.folded.partition_point(|(known, _)| *known < id);
        let own = match link.source {
            Source::Key(n) => Some(n),
            Source::Guess(_) => None,
        };
        let folded = paper.graph.folded[start..].iter().take_while(|(known, _)| *known == id).map(|(_, n)| *n);
        for n in own.into_iter().chain(folded) {
            let Some(key) = keys.list.get(n as usize) else { continue };
            let not_drawn = paper.graph.of_rel(key.rel).is_some_and(|t| paper.graph.table(t).rel != Some(key.rel));
            partitions.extend(not_drawn.then_some(key.rel));
            if Some(n) != own {
                relations.push(of_partition(paper, keys, key, link));
            }
        }
    }
    format!("\"tables\":[{}\n],\"relations\":[{}\n]", lines(&tables(paper, &partitions)), lines(&relations))
}

fn tables<'a>(paper: &Paper<'a>, partitions: &BTreeSet<RelId>) -> Vec<TableKeys<'a>> {
    let relations = &paper.graph.catalog.relations;
    let drawn = paper.part.tables.iter().map(|&id| {
        let table = paper.graph.table(id);
        let kind = table.kind.map(|kind| kind.id());
        TableKeys { schema: &table.schema, name: &table.name, kind, rows_estimate: table.rows }
    });
    let parts = partitions.iter().filter_map(|&id| {
        let rel = relations.get(id)?;
        let (schema, name) = (relations.schema_name(id), relations.name(id));
        Some(TableKeys { schema, name, kind: Some(rel.kind.id()), rows_estimate: rel.rows })
    });
    let mut all: Vec<TableKeys> = drawn.chain(parts).collect();
    all.sort_by_key(|table| (table.schema, table.name));
    all
}

fn relation<'a>(paper: &Paper<'a>, link: &Link) -> RelationKeys<'a> {
    let graph = paper.graph;
    if let Some((keys, key)) = graph.key(link) {
        return of_partition(paper, keys, key, link);
    }
    let guess = match link.source {
        Source::Guess(n) => graph.guesses.get(n as usize),
        Source::Key(_) => None,
    };
    let (from, to) = (graph.table(link.from), graph.table(link.to));
    RelationKeys {
        name: None,
        schema: &from.schema,
        table: &from.name,
        columns: guess.map(|guess| guess.column.as_str()).into_iter().collect(),
        ref_schema: &to.schema,
        ref_table: &to.name,
        ref_columns: guess.map(|guess| guess.ref_column.as_str()).into_iter().collect(),
        cardinality: link.cardinality.map(|it| it.id()),
        optional: link.optional,
        indexed: link.indexed,
        validated: None,
        on_update: None,
        on_delete: None,
        inferred: true,
        confidence: guess.map_or("hint", |guess| guess.confidence.id()),
        evidence: guess.map(|guess| guess.evidence.as_str()),
    }
}

/// A declared key by its own words; what is computed comes from the link that it is drawn as.
fn of_partition<'a>(paper: &Paper<'a>, keys: &'a Keys, key: &'a Key, link: &Link) -> RelationKeys<'a> {
    let graph = paper.graph;
    let relations = &graph.catalog.relations;
    let to = graph.table(link.to);
    let named: Vec<&str> = keys.ref_columns(key).collect();
    RelationKeys {
        name: keys.names.opt(key.name),
        schema: relations.schema_name(key.rel),
        table: relations.name(key.rel),
        columns: keys.columns(key).collect(),
        ref_schema: keys.names.opt(key.ref_schema).unwrap_or(&to.schema),
        ref_table: keys.names.opt(key.ref_table).unwrap_or(&to.name),
        ref_columns: if named.is_empty() { graph.primary(link.to) } else { named },
        cardinality: link.cardinality.map(|it| it.id()),
        optional: link.optional,
        indexed: key.indexed,
        validated: key.validated,
        on_update: key.on_update.map(Action::id),
        on_delete: key.on_delete.map(Action::id),
        inferred: false,
        confidence: "certain",
        evidence: None,
    }
}

/// One object a line, so that two versions can be compared by line.
fn lines(rows: &[impl Serialize]) -> String {
    let row = |row| serde_json::to_string(row).unwrap_or_else(|_| "null".into());
    rows.iter().map(|it| format!("\n{}", row(it))).collect::<Vec<_>>().join(",")
}
