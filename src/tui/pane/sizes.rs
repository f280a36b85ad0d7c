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

use super::list::{self, List};
use super::{Cx, Pane, Spot};
use crate::model::{Catalog, EngineKind, RelFlags, RelId, RelKind, RelSize, SizeSource, Sizes, SpaceKind, TableUse};
use crate::text;
use crate::tui::measures::Want;
use crate::tui::msg::{Action, Effect, Goto, Thing};
use crate::tui::widget::table::{Cell, Col, Table};
use crate::tui::widget::{put, put_cut, put_right, put_rule, rows_of, scroll, select_row};
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

/// From this height on there is a detail under the list.
const DETAIL_FROM: u16 = 16;
const DETAIL: u16 = 7;
/// Relations that one background question measures: a partitioned table may hold thousands.
const AT_ONCE: usize = 100;
/// Relations that are measured without being in sight.
const MOST: usize = 2_000;
/// A share of dead rows worth a mark.
const MANY_DEAD: f64 = 0.2;

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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum By {
    #[default]
    Size,
    Name,
    Rows,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum What {
    Rel(RelId),
    Index(u32),
    Other,
}

#[derive(Clone, Debug)]
struct Line {
    what: What,
    name: String,
    size: RelSize,
    rows: Option<i64>,
}

#[derive(Debug, Default)]
pub struct SizesPane {
    list: List,
    group: Group,
    by: By,
    reverse: bool,
    system: bool,
    lines: Vec<Line>,
    /// Known bytes of all lines of the group, filtered or not.
    total: i64,
    /// Leaves of partitioned tables, by the table.
    leaves: HashMap<RelId, Vec<RelId>>,
    /// The line of the cursor, by name: it outlives a refresh.
    at: Option<String>,
    /// When what is in sight came into sight.
    since: Duration,
    /// Generation of the catalog and revision of the measures that were looked at.
    seen: (u64, u64),
}

/// A place in this view, for Ctrl-O.
#[derive(Clone, Debug)]
pub struct Place {
    list: List,
    group: Group,
    by: By,
    reverse: bool,
    system: bool,
    at: Option<String>,
}

impl Pane for SizesPane {
    fn title(&self) -> &'static str {
        "Sizes"
    }

    fn crumbs(&self, _cx: &Cx) -> Vec<String> {
        vec![format!("by {}", self.group.title())]
    }

    fn status(&self, cx: &Cx) -> String {
        if cx.facts.schema.catalog.is_none() {
            return String::new();
        }
        if list::hidden(cx).is_some() {
            return String::new();
        }
        let count = match self.group {
            Group::Tablespace => self.lines.len().to_string(),
            _ => format!("{}, {}", self.lines.len(), text::bytes(self.total)),
        };
        if cx.area.width < 60 { count } else { format!("{count}   sort: {}", self.sort_words(cx)) }
    }

    fn honesty(&self, cx: &Cx) -> (String, Style) {
        let theme = &cx.look.theme;
        let measures = &cx.facts.measures;
        if cx.facts.schema.catalog.is_none() {
            return (String::new(), theme.plain);
        }
        if let Some(said) = list::hidden(cx) {
            return (said, theme.warning);
        }
        if let Some((want, _)) = &measures.asked {
            let words = match want {
                Want::Sizes(rels) => format!("measuring {} tables{}", rels.len(), cx.look.glyphs.dots),
                Want::Usage => format!("reading counters{}", cx.look.glyphs.dots),
                Want::Spaces => format!("measuring databases and tablespaces{}", cx.look.glyphs.dots),
            };
            return (words, theme.faint);
        }
        if let Some(error) = &measures.failed {
            return (format!("not measured: {}. r tries again.", error.message.trim_end_matches('.')), theme.warning);
        }
        let locked = self.lines.iter().find_map(|line| match line.size.total().source {
            SizeSource::Locked(pid) => Some((line.name.clone(), pid)),
            _ => None,
        });
        if let Some((name, pid)) = locked {
            let text = format!("* {name} is under an exclusive lock of process {pid}: its size is an estimate.");
            return (text, theme.warning);
        }
        let notes = measures.notes();
        if let Some(note) = notes.iter().find(|note| note.grant.is_some()).or(notes.first()) {
            return (note.text.clone(), theme.plain);
        }
        ("~ is an estimate of the last VACUUM or ANALYZE; what is in sight is measured.".into(), theme.faint)
    }

    fn keys(&self, _cx: &Cx) -> Vec<Action> {
        let mut keys = vec![Action::Enter];
        if self.group == Group::Table {
            keys.push(Action::Follow);
        }
        keys.extend([
            Action::Group,
            Action::Sort,
            Action::Filter,
            Action::Copy,
            Action::Refresh,
            Action::System,
            Action::Down,
            Action::Up,
            Action::First,
            Action::Last,
            Action::HalfDown,
            Action::HalfUp,
            Action::SortSize,
            Action::SortName,
            Action::SortRows,
            Action::Plain,
            Action::Back,
            Action::LastPlace,
            Action::GoTo,
            Action::Pause,
            Action::Command,
            Action::Help,
            Action::Cancel,
            Action::Suspend,
            Action::Quit,
        ]);
        keys
    }

    fn hint(&self, action: Action) -> Option<&'static str> {
        match action {
            Action::Follow => Some("its indexes"),
            Action::Group => Some("group"),
            _ => None,
        }
    }

    fn typing(&self) -> bool {
        self.list.input.is_some()
    }

    fn text(&mut self, key: KeyEvent, cx: &Cx) -> Vec<Effect> {
        if self.list.text(key, self.height(cx), self.lines.len()) {
            self.build(cx);
        }
        self.moved(cx);
        Vec::new()
    }

    fn paste(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        if self.list.paste(text) {
            self.build(cx);
        }
        Vec::new()
    }

    fn update(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match action {
            Action::Group => {
                self.group = self.group.next();
                self.at = None;
                self.build(cx);
            }
            Action::Filter => self.list.open(),
            Action::SortSize => self.sort(By::Size, cx),
            Action::SortName => self.sort(By::Name, cx),
            Action::SortRows => self.sort(By::Rows, cx),
            Action::System => {
                self.system = !self.system;
                self.build(cx);
            }
            Action::Copy => return self.chosen().map(|line| Effect::Copy(line.name.clone())).into_iter().collect(),
            Action::Enter => return self.go(cx, false),
            Action::Follow => return self.go(cx, true),
            action if self.list.moves(action, self.height(cx), self.lines.len()) => self.moved(cx),
            _ => {}
        }
        Vec::new()
    }

    fn back(&mut self, cx: &Cx) -> bool {
        if self.list.query.is_empty() {
            return false;
        }
        self.list.query.clear();
        self.build(cx);
        true
    }

    fn refresh(&mut self, cx: &Cx) {
        let seen = (cx.facts.schema.generation, cx.facts.measures.revision);
        if seen != self.seen {
            self.seen = seen;
            self.build(cx);
        }
        let (at, height, len) = (self.list.cursor.at, self.height(cx), self.lines.len());
        self.list.cursor.go(at, height, len);
    }

    fn tick(&mut self, cx: &Cx) -> Vec<Effect> {
        if self.since + cx.rest > cx.now.tick {
            return Vec::new();
        }
        self.wants(cx).map(Effect::Measure).into_iter().collect()
    }

    fn deadline(&self, cx: &Cx) -> Option<Duration> {
        self.wants(cx).map(|_| self.since + cx.rest)
    }

    fn goto(&mut self, goto: &Goto, cx: &Cx) -> Result<Vec<Effect>, String> {
        let Goto::SizeOf { schema, name } = goto else { return Err("That is not in this view.".into()) };
        let remember = Effect::Remember(self.spot(cx));
        (self.group, self.system) = (Group::Table, self.system);
        self.list.query.clear();
        self.build(cx);
        let catalog = cx.facts.schema.catalog.as_ref().ok_or("The schema is not read yet.")?;
        let wanted = |line: &Line| match line.what {
            What::Rel(id) => catalog.relations.schema_name(id) == schema && catalog.relations.name(id) == name,
            _ => false,
        };
        let at =
            self.lines.iter().position(wanted).ok_or_else(|| format!("{schema}.{name} holds no rows of its own."))?;
        self.list.cursor.go(at, self.height(cx), self.lines.len());
        self.moved(cx);
        Ok(vec![remember])
    }

    fn spot(&self, _cx: &Cx) -> Spot {
        let Self { list, group, by, reverse, system, at, .. } = self;
        let (list, at) = (List { input: None, ..list.clone() }, at.clone());
        Spot::Sizes(Box::new(Place { list, group: *group, by: *by, reverse: *reverse, system: *system, at }))
    }

    fn restore(&mut self, spot: Spot, cx: &Cx) {
        let Spot::Sizes(place) = spot else { return };
        let Place { list, group, by, reverse, system, at } = *place;
        (self.list, self.group, self.by, self.reverse, self.system, self.at) = (list, group, by, reverse, system, at);
        self.build(cx);
    }

    fn plain(&self, cx: &Cx) -> (String, String) {
        let table = self.table(cx, &self.lines, u16::MAX);
        ("Sizes".into(), super::schema::plain_table(&table))
    }

    fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        if cx.facts.schema.catalog.is_none() {
            return super::schema::nothing_yet(cx, buf);
        }
        self.list.draw_filter(cx, &format!("/ filter   b group: {}", self.group.title()), buf);
        let body = rows_of(cx.area, 1, cx.area.height);
        let height = self.height(cx);
        let top = scroll::top(self.list.cursor.top, self.list.cursor.at, height, self.lines.len());
        let shown = self.lines.get(top..(top + height).min(self.lines.len())).unwrap_or_default();
        let table = self.table(cx, shown, body.width.saturating_sub(2));
        let slots = table.fit(body.width.saturating_sub(2));
        let inner = Rect { x: body.x + 1, width: body.width.saturating_sub(1), ..body };
        table.draw_head(buf, inner, &slots, cx.look);
        for n in 0..shown.len() {
            let line = rows_of(body, n as u16 + 1, 1);
            let chosen = top + n == self.list.cursor.at;
            if chosen {
                put(buf, line, 0, 0, cx.look.glyphs.select, cx.look.theme.plain);
            }
            let style = chosen.then_some(cx.look.theme.selected);
            table.draw_row(buf, rows_of(inner, n as u16 + 1, 1), &slots, n, style, cx.look);
            if chosen {
                select_row(buf, line, cx.look);
            }
        }
        if self.lines.is_empty() {
            let text = if self.list.query.is_empty() {
                "Nothing that this role sees."
            } else {
                "Nothing fits. Esc shows all again."
            };
            put_cut(buf, body, 1, 2, body.width.saturating_sub(1), text, cx.look.theme.plain, cx.look);
        }
        self.draw_detail(cx, buf);
    }
}

impl SizesPane {
    fn chosen(&self) -> Option<&Line> {
        self.lines.get(self.list.cursor.at)
    }

    /// Rows of the list in sight: above them are the filter and the titles.
    fn height(&self, cx: &Cx) -> usize {
        let detail = if cx.area.height >= DETAIL_FROM { DETAIL } else { 0 };
        cx.area.height.saturating_sub(2 + detail) as usize
    }

    fn moved(&mut self, cx: &Cx) {
        self.at = self.chosen().map(|line| line.name.clone());
        self.since = cx.now.tick;
    }

    fn sort(&mut self, by: By, cx: &Cx) {
        self.reverse = self.by == by && !self.reverse;
        self.by = by;
        self.build(cx);
    }

    fn sort_words(&self, cx: &Cx) -> String {
        let word = match self.by {
            By::Size => "total",
            By::Name => "name",
            By::Rows => "rows",
        };
        let down = (self.by == By::Name) == self.reverse;
        format!("{word} {}", if down { cx.look.glyphs.descending } else { cx.look.glyphs.ascending })
    }

    /// What should be asked next, once the view rests: counters, then the rows in sight.
    fn wants(&self, cx: &Cx) -> Option<Want> {
        let (facts, measures) = (cx.facts, &cx.facts.measures);
        if facts.schema.load.is_some() || measures.asked.is_some() || facts.is_stale() || self.lines.is_empty() {
            return None;
        }
        if self.group == Group::Tablespace {
            return measures.wants_spaces().then_some(Want::Spaces);
        }
        let catalog = facts.schema.catalog.as_ref()?;
        let top = self.list.cursor.top;
        let shown = self.lines.iter().skip(top).take(self.height(cx).max(1));
        let rels = shown.flat_map(|line| match line.what {
            What::Rel(id) => self.leaves.get(&id).cloned().unwrap_or_else(|| vec![id]),
            What::Index(n) => {
                catalog.indexes.value().and_then(|all| all.list.get(n as usize)).map(|it| it.rel).into_iter().collect()
            }
            What::Other => Vec::new(),
        });
        let mut rels = measures.unmeasured(rels);
        rels.truncate(AT_ONCE);
        if !rels.is_empty() {
            return Some(Want::Sizes(rels));
        }
        if measures.wants_usage() {
            return Some(Want::Usage);
        }
        // What has no estimate at all may be the largest: it is looked for, a batch at a time, up to a limit.
        let unknown = self.lines.iter().filter_map(|line| match line.what {
            What::Rel(id) if line.size.total().get().is_none() && !self.leaves.contains_key(&id) => Some(id),
            _ => None,
        });
        let mut rels = if measures.tried() < MOST { measures.unmeasured(unknown) } else { Vec::new() };
        rels.truncate(AT_ONCE);
        (!rels.is_empty()).then_some(Want::Sizes(rels))
    }

    fn go(&self, cx: &Cx, indexes: bool) -> Vec<Effect> {
        let (Some(line), Some(catalog)) = (self.chosen(), &cx.facts.schema.catalog) else { return Vec::new() };
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
            What::Other if self.group == Group::Schema => Goto::Thing(Thing::Schema(line.name.clone())),
            What::Other => return vec![Effect::Toast("Nothing to open there.".into())],
        };
        vec![Effect::Go(goto)]
    }

    /// The lines anew, the cursor on the same one.
    fn build(&mut self, cx: &Cx) {
        let (Some(catalog), Some(sizes)) = (&cx.facts.schema.catalog, &cx.facts.measures.sizes) else {
            self.lines.clear();
            return;
        };
        let mut lines = match self.group {
            Group::Table => self.tables(catalog, sizes),
            Group::Index => self.indexes(catalog, sizes),
            Group::Schema => self.schemas(catalog, sizes),
            Group::Tablespace => spaces(cx),
        };
        self.total = lines.iter().filter_map(|line| line.size.total().get()).sum();
        if let Some(filter) = self.list.filter(catalog) {
            lines.retain(|line| match line.what {
                What::Rel(id) => {
                    filter.takes_relation(id, catalog.relations.schema_name(id), catalog.relations.name(id))
                }
                What::Index(n) => index_names(catalog, n).is_some_and(|(schema, name)| filter.takes(schema, name)),
                What::Other => filter.takes("", &line.name),
            });
        }
        match self.by {
            By::Size => lines.sort_by_key(|line| Reverse(line.size.total().get().unwrap_or(-1))),
            By::Name => lines.sort_by(|a, b| a.name.cmp(&b.name)),
            By::Rows => lines.sort_by_key(|line| Reverse(line.rows.unwrap_or(-1))),
        }
        if self.reverse {
            lines.reverse();
        }
        self.lines = lines;
        let at = self.at.as_ref().and_then(|name| self.lines.iter().position(|line| line.name == *name));
        let at = at.unwrap_or(if self.at.is_some() { self.list.cursor.at } else { 0 });
        self.list.cursor.go(at, self.height(cx), self.lines.len());
        self.since = cx.now.tick;
    }

    fn shows(&self, catalog: &Catalog, rel: &crate::model::Relation) -> bool {
        let foreign = RelFlags(RelFlags::SYSTEM.0 | RelFlags::EXTENSION.0);
        let schema = catalog.relations.schemas.get(rel.schema.0 as usize).is_some_and(|schema| schema.system);
        self.system || !(schema || rel.flags.has(foreign))
    }

    fn tables(&mut self, catalog: &Catalog, sizes: &Sizes) -> Vec<Line> {
        let relations = &catalog.relations;
        self.leaves.clear();
        let alone = relations.schemas.iter().filter(|schema| !schema.system).count() < 2;
        let mut lines = Vec::new();
        for (id, rel) in relations.iter() {
            if !self.shows(catalog, rel) {
                continue;
            }
            if rel.kind == RelKind::Partition {
                let mut above = rel.parent;
                for _ in 0..64 {
                    let Some(parent) = above else { break };
                    self.leaves.entry(parent).or_default().push(id);
                    above = relations.get(parent).and_then(|rel| rel.parent);
                }
                // One whose table is not seen stands for itself.
                if rel.parent.is_some() {
                    continue;
                }
            }
            let inner = rel.kind == RelKind::PartitionedTable && rel.parent.is_some();
            let stores = rel.kind.is_table() || rel.kind == RelKind::MaterializedView;
            if stores && !inner {
                let name = list::full_name(catalog, id, None, alone);
                lines.push(Line { what: What::Rel(id), name, size: sizes.of(id), rows: rel.rows });
            }
        }
        lines
    }

    fn indexes(&self, catalog: &Catalog, sizes: &Sizes) -> Vec<Line> {
        let Some(all) = catalog.indexes.value() else { return Vec::new() };
        let relations = &catalog.relations;
        let alone = relations.schemas.iter().filter(|schema| !schema.system).count() < 2;
        let shown = all.list.iter().enumerate().filter(|(_, index)| {
            index.parent == 0 && relations.get(index.rel).is_some_and(|rel| self.shows(catalog, rel))
        });
        shown
            .map(|(n, index)| Line {
                what: What::Index(n as u32),
                name: list::full_name(catalog, index.rel, Some(index.name), alone),
                size: RelSize {
                    index: sizes.index(n as u32),
                    table: crate::model::Amount::exact(0),
                    toast: crate::model::Amount::exact(0),
                    ..RelSize::default()
                },
                rows: None,
            })
            .collect()
    }

    fn schemas(&self, catalog: &Catalog, sizes: &Sizes) -> Vec<Line> {
        let spaces = sizes.schemas(catalog, |rel| self.shows(catalog, rel));
        let line = |space: crate::model::Space| {
            let size = RelSize {
                table: space.table,
                index: space.index,
                toast: space.toast,
                free: space.free,
                ..RelSize::default()
            };
            Line { what: What::Other, name: space.name, size, rows: space.tables }
        };
        spaces.list.into_iter().map(line).collect()
    }

    fn table(&self, cx: &Cx, lines: &[Line], room: u16) -> Table {
        let (theme, none) = (&cx.look.theme, cx.look.glyphs.none);
        let postgres = cx.facts.engine() == EngineKind::Postgresql;
        let name_max = if room == u16::MAX { 500 } else { room.saturating_sub(24).clamp(12, 60) };
        let count = if self.group == Group::Schema { "Tables" } else { "Rows" };
        let title = match self.group {
            Group::Table => "Table",
            Group::Schema => "Schema",
            Group::Index => "Index",
            Group::Tablespace => "Database, tablespace, file",
        };
        let cols = vec![
            Col::left(title, name_max.min(30), name_max, 0),
            Col::right("Total", 8, 9, 0),
            Col::left("Share", 8, 14, 4),
            Col::right("Table", 8, 9, 5),
            Col::right("Index", 8, 9, 6),
            Col::right("Toast", 8, 9, 9),
            Col::right(count, 7, 8, 7),
            Col::right("Dead", 5, 6, 8),
        ];
        let parts = matches!(self.group, Group::Table | Group::Schema);
        let rows = lines.iter().map(|line| {
            let total = line.size.total();
            // A tablespace holds databases: their sum says nothing.
            let share = total
                .get()
                .filter(|_| self.total > 0 && self.group != Group::Tablespace)
                .map(|bytes| bytes as f64 / self.total as f64);
            let cell = |text: String| Cell::new(&text, theme.plain);
            let part = |amount| if parts { cell(list::amount(amount, cx)) } else { cell(String::new()) };
            let of = self.use_of(cx, line);
            let dead = of.and_then(TableUse::dead_share);
            let dead = match dead {
                Some(share) if share >= MANY_DEAD => {
                    Cell::new(&format!("{:.0} %{}", share * 100.0, cx.look.glyphs.warning), theme.warning)
                }
                Some(share) => cell(format!("{:.0} %", share * 100.0)),
                None => cell(String::new()),
            };
            let rows = match (self.group, line.rows) {
                (Group::Table, Some(rows)) => format!("~{}", text::count(rows)),
                (Group::Table, None) => none.into(),
                (_, Some(tables)) => text::count(tables),
                (_, None) => String::new(),
            };
            vec![
                cell(self.label(line)),
                cell(list::amount(total, cx)),
                cell(share.map_or(String::new(), |share| {
                    let bar = list::bar(share, 8, cx);
                    format!("{bar}{} {:>2.0} %", " ".repeat(8usize.saturating_sub(text::width(&bar))), share * 100.0)
                })),
                part(line.size.table),
                part(line.size.index),
                if postgres { part(line.size.toast) } else { cell(String::new()) },
                cell(rows),
                dead,
            ]
        });
        Table::new(cols, rows.collect())
    }

    fn label(&self, line: &Line) -> String {
        match line.what {
            What::Rel(id) => match self.leaves.get(&id) {
                Some(leaves) => format!("{} ({} parts)", line.name, leaves.len()),
                None => line.name.clone(),
            },
            _ => line.name.clone(),
        }
    }

    fn use_of<'a>(&self, cx: &Cx<'a>, line: &Line) -> Option<&'a TableUse> {
        let What::Rel(id) = line.what else { return None };
        cx.facts.measures.usage()?.tables.value()?.get(id.0 as usize).filter(|of| of.counted)
    }

    fn draw_detail(&self, cx: &Cx, buf: &mut Buffer) {
        let Some(line) = self.chosen().filter(|_| cx.area.height >= DETAIL_FROM) else { return };
        let area = rows_of(cx.area, cx.area.height - DETAIL, DETAIL);
        let (theme, total) = (&cx.look.theme, line.size.total());
        put_rule(buf, area, 0, &line.name, &list::amount(total, cx), cx.look);
        let whole = total.get().unwrap_or(0).max(1) as f64;
        let room = (area.width / 3).clamp(8, 40);
        let postgres = cx.facts.engine() == EngineKind::Postgresql;
        let mut y = 1;
        let parts =
            [("table", line.size.table, true), ("index", line.size.index, true), ("toast", line.size.toast, postgres)];
        let whole_only = !matches!(self.group, Group::Table | Group::Schema);
        for (word, amount, _) in parts.into_iter().filter(|(_, _, shown)| *shown && !whole_only) {
            let share = amount.get().unwrap_or(0) as f64 / whole;
            put(buf, area, 1, y, word, theme.faint);
            put(buf, area, 8, y, &list::bar(share, room as usize, cx), theme.plain);
            put_right(buf, area, 8 + room + 10, y, &list::amount(amount, cx), theme.plain);
            y += 1;
        }
        self.draw_biggest(cx, line, area, 8 + room + 14, buf);
        let free = line.size.free.get().map(|bytes| format!("   {} of it free inside", text::bytes(bytes)));
        let sizes = format!("{}{}", list::source_words(total), free.unwrap_or_default());
        list::put_fact(buf, area, y, "sizes", &sizes, theme.plain, cx);
        if let Some(of) = self.use_of(cx, line) {
            list::put_fact(buf, area, y + 1, "use", &use_words(of, cx), theme.plain, cx);
            list::put_fact(buf, area, y + 2, "upkeep", &upkeep_words(of, cx), theme.plain, cx);
        }
    }

    /// The three largest indexes of the table, right of its bars.
    fn draw_biggest(&self, cx: &Cx, line: &Line, area: Rect, x: u16, buf: &mut Buffer) {
        let (What::Rel(id), Some(catalog), Some(sizes)) =
            (line.what, &cx.facts.schema.catalog, &cx.facts.measures.sizes)
        else {
            return;
        };
        let Some(all) = catalog.indexes.value().filter(|_| area.width >= x + 30) else { return };
        let mut list: Vec<usize> = all.slices.of(id.0 as usize).collect();
        list.sort_by_key(|&n| Reverse(sizes.index(n as u32).get().unwrap_or(-1)));
        for (row, &n) in list.iter().take(3).enumerate() {
            let Some(index) = all.list.get(n) else { continue };
            let y = row as u16 + 1;
            put_cut(buf, area, x, y, area.width - x - 12, all.names.get(index.name), cx.look.theme.plain, cx.look);
            let amount = list::amount(sizes.index(n as u32), cx);
            put_right(buf, area, area.width.saturating_sub(1), y, &amount, cx.look.theme.plain);
        }
    }
}

fn index_names(catalog: &Catalog, n: u32) -> Option<(&str, &str)> {
    let all = catalog.indexes.value()?;
    let index = all.list.get(n as usize)?;
    Some((catalog.relations.schema_name(index.rel), all.names.get(index.name)))
}

fn spaces(cx: &Cx) -> Vec<Line> {
    let Some(spaces) = cx.facts.measures.spaces.as_ref().and_then(|spaces| spaces.value()) else {
        return vec![Line { what: What::Other, name: "not measured yet".into(), size: RelSize::default(), rows: None }];
    };
    let line = |space: &crate::model::Space| Line {
        what: What::Other,
        name: match space.kind {
            SpaceKind::Database => format!("database {}", space.name),
            SpaceKind::Tablespace => format!("tablespace {}", space.name),
            SpaceKind::Schema | SpaceKind::File => space.name.clone(),
        },
        size: RelSize {
            table: space.total,
            index: crate::model::Amount::exact(0),
            toast: crate::model::Amount::exact(0),
            free: space.free,
            ..RelSize::default()
        },
        rows: None,
    };
    spaces.list.iter().map(line).collect()
}

fn use_words(of: &TableUse, cx: &Cx) -> String {
    let unit = if cx.facts.engine() == EngineKind::Postgresql { "scans" } else { "rows read" };
    let mut words = Vec::new();
    let mut add = |value: Option<i64>, word: String| words.extend(value.map(|n| format!("{} {word}", text::count(n))));
    add(of.seq_scans.get(), format!("{unit} without an index"));
    add(of.idx_scans.get(), format!("{unit} by index"));
    add(of.inserts.get(), "inserts".into());
    add(of.updates.get(), "updates".into());
    add(of.deletes.get(), "deletes".into());
    words.join("   ")
}

fn upkeep_words(of: &TableUse, cx: &Cx) -> String {
    let mut words = Vec::new();
    if cx.facts.engine() == EngineKind::Postgresql {
        let dead = of.dead_rows.get().map(|n| format!("{} dead rows", text::count(n)));
        words.extend(dead);
        words.push(match of.vacuumed() {
            Some(at) => format!("vacuumed {}", list::ago(Some(at), cx)),
            None => "never vacuumed, as far as counted".into(),
        });
    }
    words.push(match of.analyzed() {
        Some(at) => format!("analyzed {}", list::ago(Some(at), cx)),
        None => "never analyzed, as far as counted".into(),
    });
    if of.autovacuum_off {
        words.push("autovacuum off".into());
    }
    words.join("   ")
}
