//! View 3: what is big. One line is one table, partitions folded into their parent; the largest first.
//!
//! ```text
//!  Table                   Total  Share              Table    Index    Toast     Rows  Dead
//! ▌sales.order_items      184 GB  █████████ 45 %   96.2 GB  87.4 GB      0 B  ~1.31 B   3 %
//! ── sales.order_items ───────────────────────────────────────────────────────── 184 GB ──
//!  table      █████████████ 96.2 GB
//! ```
//!
//! Estimates stand there at once; the rows in sight are measured in the background when they rest.

mod detail;
mod lines;
mod table;

use super::list::{Did, ListPane, Listed, Order, Place, words};
use super::schema::filter::Filter;
use super::{Cx, Spot};
use crate::config::Family;
use crate::findings::bloat::{Bloat, Withheld};
use crate::model::{EngineKind, LayoutOf, RelId, RelSize, SizeSource, TableUse};
use crate::text;
use crate::tui::measures::Want;
use crate::tui::msg::{Action, Effect, Goto, Thing};
use crate::tui::widget::table::Table;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

pub type SizesPane = ListPane<Sizes>;

/// Relations that one background question measures: a partitioned table may hold thousands.
const AT_ONCE: usize = 100;
/// Relations that are measured without being in sight.
const MOST: usize = 2_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Group {
    #[default]
    Table,
    Schema,
    Index,
    Tablespace,
}

impl Group {
    const ALL: [(Self, &'static str); 4] =
        [(Self::Table, "table"), (Self::Schema, "schema"), (Self::Index, "index"), (Self::Tablespace, "tablespace")];

    fn title(self) -> &'static str {
        Self::ALL.iter().find(|(group, _)| *group == self).map_or("", |(_, title)| title)
    }

    fn next(self) -> Self {
        let at = Self::ALL.iter().position(|(group, _)| *group == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()].0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum What {
    Rel(RelId),
    Index(u32),
    Schema,
    /// Position in the list of databases, tablespaces and files.
    Space(u32),
    /// Nothing yet.
    Other,
}

#[derive(Clone, Debug)]
pub struct Line {
    what: What,
    name: String,
    size: RelSize,
    /// Rows of a table, tables of a schema.
    rows: Option<i64>,
    /// The partitions of a partitioned table that hold rows.
    leaves: Option<Box<[RelId]>>,
}

/// How the list is grouped, and what all of the group is.
#[derive(Clone, Debug, Default)]
pub struct Sizes {
    group: Group,
    /// Known bytes of all lines of the group, filtered or not.
    total: i64,
}

const ORDERS: &[Order] = &[
    Order { key: Some(Action::SortSize), word: "total", up: false },
    Order { key: Some(Action::SortName), word: "name", up: true },
    Order { key: Some(Action::SortRows), word: "rows", up: false },
    Order { key: Some(Action::SortDead), word: "dead rows", up: false },
    Order { key: Some(Action::SortGrowth), word: "growth", up: false },
    Order { key: Some(Action::SortBloat), word: "bloat", up: false },
];

impl Listed for Sizes {
    type Line = Line;

    const TITLE: &'static str = "Sizes";
    const ORDERS: &'static [Order] = ORDERS;
    const KEYS: &'static [Action] =
        &[Action::Enter, Action::Follow, Action::Group, Action::Measure, Action::Statements];

    fn crumb(&self) -> String {
        format!("by {}", self.group.title())
    }

    fn count(&self, lines: &[Line]) -> String {
        match self.group {
            Group::Tablespace => lines.len().to_string(),
            _ => format!("{}, {}", lines.len(), text::bytes(self.total)),
        }
    }

    fn honesty(&self, lines: &[Line], cx: &Cx) -> (String, Style) {
        let (theme, measures) = (&cx.look.theme, &cx.facts.measures);
        if let Some((want, _)) = &measures.asked {
            let words = match want {
                Want::Sizes(rels) => format!("measuring {} tables{}", rels.len(), cx.look.glyphs.dots),
                Want::Usage => format!("reading counters{}", cx.look.glyphs.dots),
                Want::Overlaps(_) => format!("comparing values{}", cx.look.glyphs.dots),
                Want::Replicas => format!("asking the replicas{}", cx.look.glyphs.dots),
                Want::Spaces => format!("measuring databases and tablespaces{}", cx.look.glyphs.dots),
                Want::Texts => format!("reading expressions of indexes{}", cx.look.glyphs.dots),
                Want::Layouts => format!("reading layouts of rows{}", cx.look.glyphs.dots),
                Want::Inside(_) => format!("reading its pages{} Ctrl-C stops it.", cx.look.glyphs.dots),
            };
            return (words, theme.faint);
        }
        if let Some(error) = &measures.failed {
            return (format!("not measured: {}. r tries again.", error.message.trim_end_matches('.')), theme.warning);
        }
        let locked = lines.iter().find_map(|line| match line.size.total().source {
            SizeSource::Locked(pid) => Some((line.name.clone(), pid)),
            _ => None,
        });
        if let Some((name, pid)) = locked {
            let text = format!("* {name} is under an exclusive lock of process {pid}: its size is an estimate.");
            return (text, theme.warning);
        }
        let notes = measures.notes();
        if let Some(note) = notes.iter().find(|note| note.grant.is_some()).or(notes.first()) {
            return (words::note(note), theme.plain);
        }
        if let Some(growth) = &measures.growth {
            let at = growth.since.strftime("%a %d %b %H:%M UTC");
            let title = table::growth_title(growth, cx);
            return (format!("\"{title}\" compares with your visit on {at}, kept on this machine."), theme.faint);
        }
        let by = words::estimated_by(cx.facts.family);
        let measured = if cx.facts.family == Family::Postgres { "; what is in sight is measured" } else { "" };
        (format!("~ is an estimate of {by}{measured}."), theme.faint)
    }

    fn hint(&self, action: Action) -> Option<&'static str> {
        match action {
            Action::Follow => Some("its indexes"),
            Action::Group => Some("group"),
            _ => None,
        }
    }

    fn hints(&self) -> String {
        format!("/ filter   b group: {}", self.group.title())
    }

    fn empty(&self, filtered: bool, _cx: &Cx) -> String {
        if filtered { "Nothing fits. Esc shows all again." } else { "Nothing that this role sees." }.into()
    }

    fn lines(&mut self, system: bool, cx: &Cx) -> Vec<Line> {
        let lines = lines::of(self.group, system, cx);
        self.total = lines.iter().filter_map(|line| line.size.total().get()).sum();
        lines
    }

    fn name(line: &Line) -> &str {
        &line.name
    }

    fn takes(&self, filter: &Filter, line: &Line, cx: &Cx) -> bool {
        let Some(catalog) = &cx.facts.schema.catalog else { return false };
        match line.what {
            What::Rel(id) => filter.takes_relation(id, catalog.relations.schema_name(id), catalog.relations.name(id)),
            What::Index(n) => lines::index_names(catalog, n).is_some_and(|(schema, name)| filter.takes(schema, name)),
            What::Schema | What::Space(_) | What::Other => filter.takes("", &line.name),
        }
    }

    fn sort(&self, order: &Order, lines: &mut [Line], cx: &Cx) {
        lines::sort(order, lines, cx);
    }

    fn unsortable(&self, order: &Order, cx: &Cx) -> Option<String> {
        let measures = &cx.facts.measures;
        match order.key {
            Some(Action::SortGrowth) if measures.growth.is_none() => {
                Some("There is no earlier visit from this machine to compare with.".into())
            }
            Some(Action::SortBloat) if cx.facts.engine() != EngineKind::Postgresql => {
                Some("Bloat is estimated on PostgreSQL; what is free inside stands below the list.".into())
            }
            Some(Action::SortDead) if cx.facts.engine() != EngineKind::Postgresql => {
                Some("This engine counts no dead rows.".into())
            }
            _ => None,
        }
    }

    fn offers(&self, key: Action, cx: &Cx) -> bool {
        key != Action::Measure || cx.facts.engine() == EngineKind::Postgresql
    }

    fn wants(&self, lines: &[Line], shown: &[Line], _order: &Order, cx: &Cx) -> Option<Want> {
        let measures = &cx.facts.measures;
        if self.group == Group::Tablespace {
            return measures.wants_spaces().then_some(Want::Spaces);
        }
        let indexes = cx.facts.schema.catalog.as_ref()?.indexes.value();
        let rels = shown.iter().flat_map(|line| match (line.what, &line.leaves) {
            (What::Rel(_), Some(leaves)) => leaves.to_vec(),
            (What::Rel(id), None) => vec![id],
            (What::Index(n), _) => {
                indexes.and_then(|all| all.list.get(n as usize)).map(|it| it.rel).into_iter().collect()
            }
            _ => Vec::new(),
        });
        let mut rels = measures.unmeasured(rels);
        rels.truncate(AT_ONCE);
        if !rels.is_empty() {
            return Some(Want::Sizes(rels));
        }
        if measures.wants_usage() {
            return Some(Want::Usage);
        }
        if measures.wants_layouts() && cx.facts.engine() == EngineKind::Postgresql {
            return Some(Want::Layouts);
        }
        // What has no estimate at all may be the largest: it is looked for, a batch at a time, up to a limit.
        let unknown = lines.iter().filter_map(|line| match line.what {
            What::Rel(id) if line.size.total().get().is_none() && line.leaves.is_none() => Some(id),
            _ => None,
        });
        let mut rels = if measures.tried() < MOST { measures.unmeasured(unknown) } else { Vec::new() };
        rels.truncate(AT_ONCE);
        (!rels.is_empty()).then_some(Want::Sizes(rels))
    }

    fn act(&mut self, action: Action, line: Option<&Line>, cx: &Cx) -> Did {
        match action {
            Action::Group => {
                self.group = self.group.next();
                Did::Anew
            }
            Action::Enter | Action::Follow => {
                Did::Effects(line.map_or_else(Vec::new, |line| self.go(line, action == Action::Follow, cx)))
            }
            Action::Statements => Did::Effects(vec![
                line.and_then(|line| statements(line, cx))
                    .unwrap_or_else(|| Effect::Toast("Statements touch tables: choose one.".into())),
            ]),
            Action::Measure => Did::Effects(line.map(|line| measure(line, cx)).into_iter().collect()),
            _ => Did::Nothing,
        }
    }

    fn turn_to(&mut self, goto: &Goto, cx: &Cx) -> Result<(), String> {
        let Goto::SizeOf { .. } = goto else { return Err("That is not in this view.".into()) };
        self.group = Group::Table;
        cx.facts.schema.catalog.as_ref().map(drop).ok_or_else(|| "The schema is not read yet.".into())
    }

    fn find(&self, goto: &Goto, lines: &[Line], cx: &Cx) -> Result<usize, String> {
        let (Goto::SizeOf { schema, name }, Some(catalog)) = (goto, &cx.facts.schema.catalog) else {
            return Err("That is not in this view.".into());
        };
        let wanted = |line: &Line| match line.what {
            What::Rel(id) => catalog.relations.schema_name(id) == schema && catalog.relations.name(id) == name,
            _ => false,
        };
        lines.iter().position(wanted).ok_or_else(|| format!("{schema}.{name} holds no rows of its own."))
    }

    fn table(&self, lines: &[Line], order: &Order, room: u16, cx: &Cx) -> Table {
        table::of(self, lines, order, room, cx)
    }

    fn draw_detail(&self, line: &Line, area: Rect, cx: &Cx, buf: &mut Buffer) {
        detail::draw(self, line, area, cx, buf);
    }

    fn spot(place: Place<Self>) -> Spot {
        Spot::Sizes(Box::new(place))
    }

    fn place(spot: Spot) -> Option<Place<Self>> {
        match spot {
            Spot::Sizes(place) => Some(*place),
            _ => None,
        }
    }
}

impl Sizes {
    /// To the table in the schema, or to its indexes; from an index to where it is judged.
    fn go(&self, line: &Line, indexes: bool, cx: &Cx) -> Vec<Effect> {
        let Some(catalog) = &cx.facts.schema.catalog else { return Vec::new() };
        let relations = &catalog.relations;
        let goto = match line.what {
            What::Rel(id) if indexes => Goto::IndexesOf {
                schema: relations.schema_name(id).to_owned(),
                name: relations.name(id).to_owned(),
                index: None,
            },
            What::Rel(id) => Goto::Thing(Thing::Relation {
                schema: relations.schema_name(id).to_owned(),
                name: relations.name(id).to_owned(),
                part: None,
            }),
            What::Index(n) => {
                let Some((all, index)) = catalog.indexes.value().and_then(|all| Some((all, all.list.get(n as usize)?)))
                else {
                    return Vec::new();
                };
                Goto::IndexesOf {
                    schema: relations.schema_name(index.rel).to_owned(),
                    name: relations.name(index.rel).to_owned(),
                    index: Some(all.names.get(index.name).to_owned()),
                }
            }
            What::Schema => Goto::Thing(Thing::Schema(line.name.clone())),
            What::Space(_) | What::Other => return vec![Effect::Toast("Nothing to open there.".into())],
        };
        vec![Effect::Go(goto)]
    }
}

/// To the statements that touch the table.
fn statements(line: &Line, cx: &Cx) -> Option<Effect> {
    let What::Rel(id) = line.what else { return None };
    let relations = &cx.facts.schema.catalog.as_ref()?.relations;
    let (schema, name) = (relations.schema_name(id).to_owned(), relations.name(id).to_owned());
    Some(Effect::Go(Goto::StatementsOf { schema, name }))
}

/// Reads the pages of the table or index of a line.
fn measure(line: &Line, cx: &Cx) -> Effect {
    let said = match (line.what, &line.leaves) {
        _ if cx.facts.engine() != EngineKind::Postgresql => "Pages are read with pgstattuple, of PostgreSQL.",
        (What::Rel(_), Some(_)) => "It holds nothing itself: its partitions can be measured one by one.",
        (What::Rel(id), None) => return Effect::Measure(Want::Inside(LayoutOf::Heap(id))),
        (What::Index(n), _) => return Effect::Measure(Want::Inside(LayoutOf::Btree(n))),
        _ => "One table or index is measured at a time: b groups by them.",
    };
    Effect::Toast(said.into())
}

/// Bloat of the table or b-tree of a line; `None` where nothing can be said.
fn bloat_of(line: &Line, cx: &Cx) -> Option<Result<Bloat, Withheld>> {
    let measures = &cx.facts.measures;
    match (line.what, &line.leaves) {
        (What::Index(n), _) => measures.bloat(LayoutOf::Btree(n)),
        (What::Rel(id), None) => measures.bloat(LayoutOf::Heap(id)),
        (What::Rel(_), Some(leaves)) => {
            let mut sum: Option<Bloat> = None;
            for own in leaves.iter().map(|&id| measures.bloat(LayoutOf::Heap(id))) {
                match own? {
                    Ok(own) => sum = Some(sum.map_or(own, |sum| sum.plus(&own))),
                    // A little one changes little.
                    Err(Withheld::Small) => {}
                    Err(other) => return Some(Err(other)),
                }
            }
            Some(sum.ok_or(Withheld::Small))
        }
        _ => None,
    }
}

/// By how many bytes it grew since an earlier visit.
fn grown(line: &Line, cx: &Cx) -> Option<i64> {
    let (growth, total) = (cx.facts.measures.growth.as_ref()?, line.size.total());
    match line.what {
        What::Rel(id) => {
            let relations = &cx.facts.schema.catalog.as_ref()?.relations;
            growth.of("table", relations.schema_name(id), relations.name(id), total)
        }
        What::Schema => growth.of("schema", "", &line.name, total),
        What::Space(n) => {
            let space = cx.facts.measures.spaces.as_ref()?.value()?.list.get(n as usize)?;
            growth.of(space.kind.id(), "", &space.name, space.total)
        }
        What::Index(_) | What::Other => None,
    }
}

/// The counters of a table, where they are counted.
fn use_of<'a>(line: &Line, cx: &Cx<'a>) -> Option<&'a TableUse> {
    let What::Rel(id) = line.what else { return None };
    cx.facts.measures.usage()?.tables.value()?.get(id.0 as usize).filter(|of| of.counted)
}
