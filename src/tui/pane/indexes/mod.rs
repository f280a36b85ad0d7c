//! View 4: all indexes in one list, what is wrong first, then the largest.
//!
//! ```text
//!  Index                            Size  Scans/d  Last scan  Writes  Verdict
//! ▌sales.order_items_sku_trgm    19.2 GB        0  never      high   ▲ unused
//! ── sales.order_items_sku_trgm ──────────────────────────────────────── unused ──
//!  CREATE INDEX order_items_sku_trgm ON sales.order_items USING gin (sku gin_trgm_ops)
//!  Evidence   0 scans since 28 Oct 02:14 (statistics reset, 23 d). Not unique, backs no constraint.
//! ```

mod act;
mod detail;
mod lines;
mod replicas;
mod table;

use super::list::{Did, ListPane, Listed, Order, Place, words};
use super::schema::filter::Filter;
use super::{Cx, Spot};
use crate::findings::Verdict;
use crate::model::{Amount, Catalog, EngineKind, Index, IndexUse, Key, Keys, Known, RelId, TableUse, Window};
use crate::report::index_sql;
use crate::text;
use crate::tui::measures::{Judgement, Want};
use crate::tui::msg::{Action, Goto};
use crate::tui::widget::table::Table;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

pub type IndexesPane = ListPane<Indexes>;

/// Relations that one background question measures.
const AT_ONCE: usize = 100;
/// Rows written a day: from here on an index is written much, or some.
const HIGH: f64 = 1_000_000.0;
const MID: f64 = 10_000.0;

/// In the list: what should go or is missing first, then what is in doubt, then what works.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Invalid => 0,
        Verdict::Unused => 1,
        Verdict::Duplicate => 2,
        Verdict::Redundant => 3,
        Verdict::Missing => 4,
        Verdict::Invisible => 5,
        Verdict::RarelyUsed => 6,
        Verdict::Unknown | Verdict::InUse => 7,
    }
}

fn title(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Invalid => "invalid",
        Verdict::Unused => "unused",
        Verdict::Duplicate => "duplicate",
        Verdict::Redundant => "redundant",
        Verdict::Missing => "missing",
        Verdict::Invisible => "invisible",
        Verdict::RarelyUsed => "rarely used",
        Verdict::Unknown => "unknown",
        Verdict::InUse => "in use",
    }
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// Position in the list of indexes.
    Index(u32),
    /// Position in the verdicts' list of missing ones.
    Missing(u32),
}

#[derive(Clone, Debug)]
pub struct Line {
    what: What,
    rel: RelId,
    name: String,
    size: Amount,
    verdict: Verdict,
    of: Option<u32>,
    scans: Option<i64>,
}

/// Which indexes are listed, and their bytes.
#[derive(Clone, Debug, Default)]
pub struct Indexes {
    /// Only the indexes of this table, by schema and name.
    of: Option<(String, String)>,
    /// Known bytes of all of them, filtered or not.
    total: i64,
}

const ORDERS: &[Order] = &[
    Order { key: None, word: "verdict", up: true },
    Order { key: Some(Action::SortSize), word: "size", up: false },
    Order { key: Some(Action::SortName), word: "name", up: true },
    Order { key: Some(Action::SortRows), word: "scans", up: false },
];

impl Listed for Indexes {
    type Line = Line;

    const TITLE: &'static str = "Indexes";
    const ORDERS: &'static [Order] = ORDERS;
    const KEYS: &'static [Action] = &[
        Action::Enter,
        Action::Follow,
        Action::Fix,
        Action::Definition,
        Action::AskReplicas,
        Action::Measure,
        Action::Statements,
    ];

    fn crumb(&self) -> String {
        self.of.as_ref().map_or("all".into(), |(schema, name)| format!("{schema}.{name}"))
    }

    fn count(&self, lines: &[Line]) -> String {
        format!("{} indexes, {}", lines.len(), text::bytes(self.total))
    }

    fn honesty(&self, _lines: &[Line], cx: &Cx) -> (String, Style) {
        let (theme, measures) = (&cx.look.theme, &cx.facts.measures);
        if let Some((want, _)) = &measures.asked {
            let what = match want {
                Want::Overlaps(_) => "comparing values",
                Want::Sizes(_) | Want::Spaces => "measuring",
                Want::Usage => "reading counters",
                Want::Texts => "reading expressions of indexes",
                Want::Layouts => "reading layouts of rows",
                Want::Inside(_) => "reading its pages; Ctrl-C stops it",
                Want::Replicas => "asking the replicas",
            };
            return (format!("{what}{}", cx.look.glyphs.dots), theme.faint);
        }
        if let Some(error) = &measures.failed {
            return (format!("not read: {}. r tries again.", error.message.trim_end_matches('.')), theme.warning);
        }
        if cx.facts.engine() == EngineKind::Sqlite {
            return ("SQLite counts no use of indexes: whether one is used can not be known here.".into(), theme.plain);
        }
        let notes = measures.notes();
        if let Some(note) = notes.iter().find(|note| note.grant.is_some()).or(notes.first()) {
            return (words::note(note), theme.plain);
        }
        match window(cx) {
            Some(window) => {
                (format!("Scans count {}.{}", detail::since(window, cx), replicas::line(window, cx)), theme.plain)
            }
            None => ("Counters are not read yet.".into(), theme.faint),
        }
    }

    fn hint(&self, action: Action) -> Option<&'static str> {
        (action == Action::Follow).then_some("its table")
    }

    fn hints(&self) -> String {
        "/ filter   s sort   o its table".into()
    }

    fn empty(&self, filtered: bool, cx: &Cx) -> String {
        match cx.facts.schema.catalog.as_ref().map(|catalog| &catalog.indexes) {
            Some(Known::NotYet) => format!("loading{}", cx.look.glyphs.dots),
            Some(Known::Ready(_)) if !filtered => "No indexes that this role sees.".into(),
            Some(Known::Ready(_)) => "Nothing fits. Esc shows all again.".into(),
            Some(other) => other.reason().unwrap_or_default(),
            None => String::new(),
        }
    }

    fn lines(&mut self, system: bool, cx: &Cx) -> Vec<Line> {
        let lines = lines::of(self.of.as_ref(), system, cx);
        self.total = lines.iter().filter_map(|line| line.size.get()).sum();
        lines
    }

    fn name(line: &Line) -> &str {
        &line.name
    }

    fn takes(&self, filter: &Filter, line: &Line, cx: &Cx) -> bool {
        let Some(catalog) = &cx.facts.schema.catalog else { return false };
        let schema = catalog.relations.schema_name(line.rel);
        let named = match line.what {
            What::Index(n) => index_name(catalog, n),
            What::Missing(_) => line.name.strip_prefix(schema).map(|name| name.trim_start_matches('.')),
        };
        filter.takes(schema, named.unwrap_or(&line.name))
    }

    fn sort(&self, order: &Order, lines: &mut [Line], _cx: &Cx) {
        lines::sort(order, lines);
    }

    fn offers(&self, key: Action, cx: &Cx) -> bool {
        key != Action::Measure || cx.facts.engine() == EngineKind::Postgresql
    }

    fn wants(&self, _lines: &[Line], shown: &[Line], _order: &Order, cx: &Cx) -> Option<Want> {
        let measures = &cx.facts.measures;
        if measures.wants_usage() {
            return Some(Want::Usage);
        }
        if cx.facts.schema.catalog.as_ref().is_some_and(|catalog| measures.wants_texts(catalog)) {
            return Some(Want::Texts);
        }
        let mut rels = measures.unmeasured(shown.iter().map(|line| line.rel));
        rels.truncate(AT_ONCE);
        if !rels.is_empty() {
            return Some(Want::Sizes(rels));
        }
        let postgres = cx.facts.engine() == EngineKind::Postgresql;
        (postgres && measures.wants_layouts()).then_some(Want::Layouts)
    }

    fn act(&mut self, action: Action, line: Option<&Line>, cx: &Cx) -> Did {
        Did::Effects(match action {
            Action::Fix => act::fix(line, cx),
            Action::AskReplicas => replicas::ask(cx),
            Action::Definition => line.map(|line| act::view(line, cx)).into_iter().collect(),
            Action::Enter => act::go(line, true, cx),
            Action::Follow => act::go(line, false, cx),
            Action::Statements => act::statements(line, cx),
            Action::Measure => line.map(|line| act::measure(line, cx)).into_iter().collect(),
            _ => return Did::Nothing,
        })
    }

    fn back(&mut self) -> bool {
        self.of.take().is_some()
    }

    fn turn_to(&mut self, goto: &Goto, cx: &Cx) -> Result<(), String> {
        let Goto::IndexesOf { schema, name, .. } = goto else { return Err("That is not in this view.".into()) };
        let catalog = cx.facts.schema.catalog.as_ref().ok_or("The schema is not read yet.")?;
        let all = catalog.indexes.value().ok_or("The indexes are not read yet.")?;
        if catalog.relations.find(schema, name).is_none_or(|id| all.of(id).is_empty()) {
            return Err(format!("{schema}.{name} has no index."));
        }
        self.of = Some((schema.clone(), name.clone()));
        Ok(())
    }

    fn find(&self, goto: &Goto, lines: &[Line], cx: &Cx) -> Result<usize, String> {
        let (Goto::IndexesOf { index, .. }, Some(catalog)) = (goto, &cx.facts.schema.catalog) else {
            return Err("That is not in this view.".into());
        };
        let wanted = |line: &Line| match line.what {
            What::Index(n) => index.as_deref() == index_name(catalog, n),
            What::Missing(_) => false,
        };
        Ok(lines.iter().position(wanted).unwrap_or(0))
    }

    fn table(&self, lines: &[Line], _order: &Order, room: u16, cx: &Cx) -> Table {
        table::of(lines, room, cx)
    }

    fn draw_detail(&self, line: &Line, area: Rect, cx: &Cx, buf: &mut Buffer) {
        detail::draw(line, area, cx, buf);
    }

    fn spot(place: Place<Self>) -> Spot {
        Spot::Indexes(Box::new(place))
    }

    fn place(spot: Spot) -> Option<Place<Self>> {
        match spot {
            Spot::Indexes(place) => Some(*place),
            _ => None,
        }
    }
}

fn index<'a>(line: &Line, cx: &Cx<'a>) -> Option<(&'a Catalog, &'a Index)> {
    let catalog = cx.facts.schema.catalog.as_deref()?;
    let What::Index(n) = line.what else { return None };
    Some((catalog, catalog.indexes.value()?.list.get(n as usize)?))
}

fn judged<'a>(cx: &Cx<'a>) -> Option<&'a Judgement> {
    cx.facts.measures.judged.as_deref()
}

/// The foreign key whose index is missing.
fn missing<'a>(line: &Line, cx: &Cx<'a>) -> Option<(&'a Keys, &'a Key)> {
    let What::Missing(n) = line.what else { return None };
    let keys = cx.facts.schema.catalog.as_deref()?.keys.value()?;
    let missing = judged(cx)?.verdicts.missing.get(n as usize)?;
    Some((keys, keys.list.get(missing.key as usize)?))
}

fn window<'a>(cx: &Cx<'a>) -> Option<&'a Window> {
    cx.facts.measures.usage()?.window.value()
}

fn use_of<'a>(line: &Line, cx: &Cx<'a>) -> Option<&'a IndexUse> {
    let What::Index(n) = line.what else { return None };
    cx.facts.measures.usage()?.indexes.value()?.get(n as usize)
}

fn table_use<'a>(line: &Line, cx: &Cx<'a>) -> Option<&'a TableUse> {
    cx.facts.measures.usage()?.tables.value()?.get(line.rel.0 as usize).filter(|of| of.counted)
}

fn definition(line: &Line, cx: &Cx) -> Option<String> {
    let (catalog, index) = index(line, cx)?;
    let all = catalog.indexes.value()?;
    match all.names.opt(index.definition) {
        Some(text) => Some(text.to_owned()),
        None => index_sql::definition(cx.facts.engine(), &catalog.relations, all, index),
    }
}

fn index_name(catalog: &Catalog, n: u32) -> Option<&str> {
    let all = catalog.indexes.value()?;
    all.list.get(n as usize).map(|index| all.names.get(index.name))
}

/// A rate with as many digits as it deserves: `0`, `0.4`, `12`, `1.07 M`.
fn per_day(rate: f64) -> String {
    match rate {
        rate if rate <= 0.0 => "0".into(),
        rate if rate < 0.05 => "<0.1".into(),
        rate if rate < 10.0 => format!("{rate:.1}"),
        rate => text::count(rate as i64),
    }
}

fn level(rate: f64) -> &'static str {
    match rate {
        rate if rate >= HIGH => "high",
        rate if rate >= MID => "mid",
        rate if rate > 0.0 => "low",
        _ => "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_short() {
        let cases = [(0.0, "0"), (0.01, "<0.1"), (0.42, "0.4"), (12.3, "12"), (1_070_000.0, "1.07 M")];
        for (rate, expected) in cases {
            assert_eq!(per_day(rate), expected);
        }
    }

    #[test]
    fn levels_of_writing() {
        assert_eq!([0.0, 5.0, 20_000.0, 2e6].map(level), ["none", "low", "mid", "high"]);
    }
}
