//! Joins as SQL text of the engine. Shown and copied, never run.

use super::graph::{Graph, LinkId, TableId};
use crate::model::{EngineKind, name_sql, qualified_sql};
use std::collections::HashSet;

/// One relation, walked in one of its directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Step {
    pub link: LinkId,
    /// From the referenced table to the referencing one: rows may multiply.
    pub down: bool,
}

impl Step {
    /// Where the step begins.
    pub fn from(self, graph: &Graph) -> TableId {
        let link = graph.link(self.link);
        if self.down { link.to } else { link.from }
    }

    /// Where it leads.
    pub fn to(self, graph: &Graph) -> TableId {
        let link = graph.link(self.link);
        if self.down { link.from } else { link.to }
    }

    /// True when one row may become several.
    pub fn multiplies(self, graph: &Graph) -> bool {
        self.down && !graph.link(self.link).one_to_one()
    }
}

/// `FROM …` and a `JOIN …` for each step, a line each.
pub fn join_sql(graph: &Graph, start: TableId, steps: &[Step]) -> Vec<String> {
    let aliases = alias_list(graph, start, steps);
    let mut lines = vec![format!("FROM {} {}", table_sql(graph, start), aliases[0])];
    for (n, step) in steps.iter().enumerate() {
        let (left, right) = (&aliases[n], &aliases[n + 1]);
        let link = graph.link(step.link);
        let (child, parent) = if step.down { (right, left) } else { (left, right) };
        let pairs = graph.columns(link).into_iter().zip(graph.ref_columns(link));
        let conditions = pairs.map(|(column, ref_column)| {
            let child = format!("{child}.{}", name_sql(graph.engine, column));
            let parent = format!("{parent}.{}", name_sql(graph.engine, ref_column));
            if step.down { format!("{child} = {parent}") } else { format!("{parent} = {child}") }
        });
        let conditions = conditions.collect::<Vec<_>>().join(" AND ");
        lines.push(format!("JOIN {} {right} ON {conditions}", table_sql(graph, step.to(graph))));
    }
    lines
}

/// The name of a table as a query wants it.
fn table_sql(graph: &Graph, id: TableId) -> String {
    let table = graph.table(id);
    let implied = graph.home.is_some() && graph.engine != EngineKind::Postgresql;
    if implied || table.schema.is_empty() {
        return name_sql(graph.engine, &table.name).into_owned();
    }
    qualified_sql(graph.engine, &table.schema, &table.name)
}

/// A short name for the table at the start and behind each step: a letter and, where that is taken, a number.
/// A single letter is no key word anywhere.
pub fn alias_list(graph: &Graph, start: TableId, steps: &[Step]) -> Vec<String> {
    let tables = [start].into_iter().chain(steps.iter().map(|step| step.to(graph)));
    let mut used = HashSet::new();
    tables
        .map(|id| {
            let name = &graph.table(id).name;
            let last = name.rsplit('_').next().unwrap_or_default();
            let letter = last.chars().next().map(|c| c.to_ascii_lowercase()).filter(char::is_ascii_lowercase);
            let letter = letter.unwrap_or('t');
            let mut alias = letter.to_string();
            for n in 2.. {
                if used.insert(alias.clone()) {
                    break;
                }
                alias = format!("{letter}{n}");
            }
            alias
        })
        .collect()
}
