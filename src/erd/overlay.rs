//! What is laid over boxes and groups: how large tables are, how much is written to them, what is wrong with
//! them. A table without a mark is one of which that is not known.

use super::canvas::Role;
use super::graph::{Graph, TableId};
use super::map::Notes;
use crate::model::{RelId, SizeSource, Sizes, Usage};
use crate::text::{bytes, count};
use std::collections::BTreeMap;

/// What is laid over the tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlay {
    #[default]
    None,
    Size,
    /// Rows inserted, updated and deleted since the counters began.
    Writes,
    Findings,
}

impl Overlay {
    pub const ALL: [Self; 4] = [Self::None, Self::Size, Self::Writes, Self::Findings];

    /// In words, also of the column of groups.
    pub fn title(self) -> &'static str {
        match self {
            Self::None => "nothing",
            Self::Size => "size",
            Self::Writes => "writes",
            Self::Findings => "findings",
        }
    }

    pub fn next(self) -> Self {
        match self {
            Self::None => Self::Size,
            Self::Size => Self::Writes,
            Self::Writes => Self::Findings,
            Self::Findings => Self::None,
        }
    }
}

/// What one table has of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Bytes, rows or findings.
    pub amount: i64,
    /// On the box: `318 GB`, `~12.3 M writes`, `2 findings, warning`.
    pub text: String,
    /// Something that wants a look.
    pub bad: bool,
}

/// Something laid over the tables of a graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    pub overlay: Overlay,
    pub marks: BTreeMap<TableId, Mark>,
}

/// Less than this share of the largest is faint; from the other on it is strong.
const SMALL: f64 = 0.01;
const LARGE: f64 = 0.25;

impl Layer {
    /// Bytes of tables with their indexes; `~` before an estimate.
    pub fn sizes(graph: &Graph, sizes: &Sizes) -> Self {
        let mark = |rel: RelId| {
            let total = sizes.of(rel).total();
            let amount = total.get()?;
            let about = if total.source == SizeSource::Exact { "" } else { "~" };
            Some(Mark { amount, text: format!("{about}{}", bytes(amount)), bad: false })
        };
        Self::of_tables(graph, Overlay::Size, mark)
    }

    /// Rows written since the counters began; nothing where the engine does not count.
    pub fn writes(graph: &Graph, usage: Option<&Usage>) -> Self {
        let tables = usage.and_then(|usage| usage.tables.value());
        let mark = |rel: RelId| {
            let amount = tables?.get(rel.0 as usize)?.writes()?;
            Some(Mark { amount, text: format!("{} {}", count(amount), plural(amount, "write")), bad: false })
        };
        Self::of_tables(graph, Overlay::Writes, mark)
    }

    /// Findings by the relation they are about, with the word of how bad each is and whether it wants a look,
    /// the worst first.
    pub fn findings<'a>(graph: &Graph, list: impl Iterator<Item = (RelId, &'a str, bool)>) -> Self {
        let clean = |table| (table, Mark { amount: 0, text: "no finding".to_owned(), bad: false });
        let mut marks: BTreeMap<TableId, Mark> = graph.ids().map(clean).collect();
        let mut worst: BTreeMap<TableId, &str> = BTreeMap::new();
        for (rel, word, bad) in list {
            let Some(table) = graph.of_rel(rel) else { continue };
            let Some(mark) = marks.get_mut(&table) else { continue };
            let word = *worst.entry(table).or_insert(word);
            let amount = mark.amount + 1;
            let text = format!("{amount} {}, {word}", plural(amount, "finding"));
            *mark = Mark { amount, text, bad: mark.bad || bad };
        }
        Self { overlay: Overlay::Findings, marks }
    }

    fn of_tables(graph: &Graph, overlay: Overlay, mark: impl Fn(RelId) -> Option<Mark>) -> Self {
        let marks = graph.ids().filter_map(|table| Some((table, mark(graph.table(table).rel?)?)));
        Self { overlay, marks: marks.collect() }
    }

    /// The words for boxes: strong what is large beside the others, faint what is small.
    pub fn notes(&self, of: &[TableId]) -> Notes {
        let here = |table: &TableId| Some((*table, self.marks.get(table)?));
        let marks: Vec<(TableId, &Mark)> = of.iter().filter_map(here).collect();
        let most = marks.iter().map(|(_, mark)| mark.amount).max().unwrap_or(0);
        let role = |mark: &Mark| match mark.amount as f64 / most.max(1) as f64 {
            _ if mark.bad => Role::Warning,
            share if share < SMALL => Role::Dim,
            share if share >= LARGE && self.overlay != Overlay::Findings => Role::Strong,
            _ => Role::Text,
        };
        marks.into_iter().map(|(table, mark)| (table, (mark.text.clone(), role(mark)))).collect()
    }

    /// The sum over some tables as a cell of a list, and whether something in it wants a look; `None` unknown.
    pub fn sum(&self, of: &[TableId]) -> Option<(String, bool)> {
        let marks: Vec<&Mark> = of.iter().filter_map(|table| self.marks.get(table)).collect();
        let amount = marks.iter().fold(0_i64, |sum, mark| sum.saturating_add(mark.amount));
        let text = if self.overlay == Overlay::Size { bytes(amount) } else { count(amount) };
        (!marks.is_empty()).then(|| (text, marks.iter().any(|mark| mark.bad)))
    }
}

fn plural(n: i64, word: &str) -> String {
    if n == 1 { word.to_owned() } else { format!("{word}s") }
}
