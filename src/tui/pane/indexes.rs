//! View 4: all indexes in one list, what is wrong first, then the largest.
//!
//! ```text
//!  Index                            Size  Scans/d  Last scan  Writes  Verdict
//! ▌sales.order_items_sku_trgm    19.2 GB        0  never      high   ▲ unused
//! ── sales.order_items_sku_trgm ──────────────────────────────────────── unused ──
//!  CREATE INDEX order_items_sku_trgm ON sales.order_items USING gin (sku gin_trgm_ops)
//!  Evidence   0 scans since 28 Oct 02:14 (statistics reset, 23 d). Not unique, backs no constraint.
//! ```

use super::list::{self, List};
use super::{Cx, Pane, Spot};
use crate::findings::{Db, Verdict, fix};
use crate::model::{
    Amount, Catalog, EngineKind, Index, IndexFlags, IndexUse, Key, Keys, Known, ObjectRef, RelFlags, RelId, ScanUnit,
    TableUse, Window,
};
use crate::report::index_sql;
use crate::text;
use crate::tui::measures::{Judgement, Want};
use crate::tui::msg::{Action, Effect, Goto, RelPart, Thing};
use crate::tui::widget::table::{Cell, Col, Table};
use crate::tui::widget::{put, put_cut, put_rule, rows_of, scroll, select_row};
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::cmp::Reverse;
use std::time::Duration;

const DETAIL_FROM: u16 = 16;
const DETAIL: u16 = 7;
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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum By {
    #[default]
    Verdict,
    Size,
    Name,
    Use,
}

#[derive(Clone, Debug)]
struct Line {
    what: What,
    rel: RelId,
    name: String,
    size: Amount,
    verdict: Verdict,
    of: Option<u32>,
    scans: Option<i64>,
}

#[derive(Debug, Default)]
pub struct IndexesPane {
    list: List,
    by: By,
    reverse: bool,
    system: bool,
    /// Only the indexes of this table, by schema and name.
    of: Option<(String, String)>,
    lines: Vec<Line>,
    total: i64,
    /// The line of the cursor, by name: it outlives a refresh.
    at: Option<String>,
    since: Duration,
    seen: (u64, u64),
}

/// A place in this view, for Ctrl-O.
#[derive(Clone, Debug)]
pub struct Place {
    list: List,
    by: By,
    reverse: bool,
    system: bool,
    of: Option<(String, String)>,
    at: Option<String>,
}

impl Pane for IndexesPane {
    fn title(&self) -> &'static str {
        "Indexes"
    }

    fn crumbs(&self, _cx: &Cx) -> Vec<String> {
        vec![self.of.as_ref().map_or("all".into(), |(schema, name)| format!("{schema}.{name}"))]
    }

    fn status(&self, cx: &Cx) -> String {
        if cx.facts.schema.catalog.is_none() {
            return String::new();
        }
        if list::hidden(cx).is_some() {
            return String::new();
        }
        let count = format!("{} indexes, {}", self.lines.len(), text::bytes(self.total));
        if cx.area.width < 60 { count } else { format!("{count}   sort: {}", self.sort_words(cx)) }
    }

    fn honesty(&self, cx: &Cx) -> (String, Style) {
        let (theme, measures) = (&cx.look.theme, &cx.facts.measures);
        if cx.facts.schema.catalog.is_none() {
            return (String::new(), theme.plain);
        }
        if let Some(said) = list::hidden(cx) {
            return (said, theme.warning);
        }
        if let Some((want, _)) = &measures.asked {
            let what = if matches!(want, Want::Sizes(_)) { "measuring" } else { "reading counters" };
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
            return (note.text.clone(), theme.plain);
        }
        match self.window(cx) {
            Some(window) => (format!("Scans count {}. Replicas keep their own.", since(window, cx)), theme.plain),
            None => ("Counters are not read yet.".into(), theme.faint),
        }
    }

    fn keys(&self, _cx: &Cx) -> Vec<Action> {
        vec![
            Action::Enter,
            Action::Follow,
            Action::Sort,
            Action::Filter,
            Action::Fix,
            Action::Definition,
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
        ]
    }

    fn hint(&self, action: Action) -> Option<&'static str> {
        match action {
            Action::Follow => Some("its table"),
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
            Action::Filter => self.list.open(),
            Action::SortSize => self.sort(By::Size, cx),
            Action::SortName => self.sort(By::Name, cx),
            Action::SortRows => self.sort(By::Use, cx),
            Action::System => {
                self.system = !self.system;
                self.build(cx);
            }
            Action::Copy => return self.chosen().map(|line| Effect::Copy(line.name.clone())).into_iter().collect(),
            Action::Fix => return self.fix(cx),
            Action::Definition => return self.chosen().map(|line| self.view(line, cx)).into_iter().collect(),
            Action::Enter => return self.go(cx, true),
            Action::Follow => return self.go(cx, false),
            action if self.list.moves(action, self.height(cx), self.lines.len()) => self.moved(cx),
            _ => {}
        }
        Vec::new()
    }

    fn back(&mut self, cx: &Cx) -> bool {
        if !self.list.query.is_empty() {
            self.list.query.clear();
        } else if self.of.take().is_none() {
            return false;
        }
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
        let Goto::IndexesOf { schema, name, index } = goto else { return Err("That is not in this view.".into()) };
        let catalog = cx.facts.schema.catalog.as_ref().ok_or("The schema is not read yet.")?;
        let found = catalog.relations.find(schema, name);
        let all = catalog.indexes.value().ok_or("The indexes are not read yet.")?;
        if found.is_none_or(|id| all.of(id).is_empty()) {
            return Err(format!("{schema}.{name} has no index."));
        }
        let remember = Effect::Remember(self.spot(cx));
        self.list.query.clear();
        self.of = Some((schema.clone(), name.clone()));
        self.build(cx);
        let wanted = |line: &Line| match line.what {
            What::Index(n) => index.as_deref() == index_name(catalog, n),
            What::Missing(_) => false,
        };
        let at = self.lines.iter().position(wanted).unwrap_or(0);
        self.list.cursor.go(at, self.height(cx), self.lines.len());
        self.moved(cx);
        Ok(vec![remember])
    }

    fn spot(&self, _cx: &Cx) -> Spot {
        let Self { list, by, reverse, system, of, at, .. } = self;
        let list = List { input: None, ..list.clone() };
        let (of, at) = (of.clone(), at.clone());
        Spot::Indexes(Box::new(Place { list, by: *by, reverse: *reverse, system: *system, of, at }))
    }

    fn restore(&mut self, spot: Spot, cx: &Cx) {
        let Spot::Indexes(place) = spot else { return };
        let Place { list, by, reverse, system, of, at } = *place;
        (self.list, self.by, self.reverse, self.system, self.of, self.at) = (list, by, reverse, system, of, at);
        self.build(cx);
    }

    fn plain(&self, cx: &Cx) -> (String, String) {
        ("Indexes".into(), super::schema::plain_table(&self.table(cx, &self.lines, u16::MAX)))
    }

    fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        if cx.facts.schema.catalog.is_none() {
            return super::schema::nothing_yet(cx, buf);
        }
        self.list.draw_filter(cx, "/ filter   s sort   o its table", buf);
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
            put_cut(buf, body, 1, 2, body.width.saturating_sub(1), &self.empty(cx), cx.look.theme.plain, cx.look);
        }
        self.draw_detail(cx, buf);
    }
}

impl IndexesPane {
    fn chosen(&self) -> Option<&Line> {
        self.lines.get(self.list.cursor.at)
    }

    fn height(&self, cx: &Cx) -> usize {
        let detail = if cx.area.height >= DETAIL_FROM { DETAIL } else { 0 };
        cx.area.height.saturating_sub(2 + detail) as usize
    }

    fn moved(&mut self, cx: &Cx) {
        self.at = self.chosen().map(|line| line.name.clone());
        self.since = cx.now.tick;
    }

    fn sort(&mut self, by: By, cx: &Cx) {
        // A third time: what is wrong first again.
        (self.by, self.reverse) = match (self.by == by, self.reverse) {
            (true, true) => (By::Verdict, false),
            (same, _) => (by, same),
        };
        self.build(cx);
    }

    fn sort_words(&self, cx: &Cx) -> String {
        let word = match self.by {
            By::Verdict => return "verdict".into(),
            By::Size => "size",
            By::Name => "name",
            By::Use => "scans",
        };
        let down = (self.by == By::Name) == self.reverse;
        format!("{word} {}", if down { cx.look.glyphs.descending } else { cx.look.glyphs.ascending })
    }

    fn empty(&self, cx: &Cx) -> String {
        match cx.facts.schema.catalog.as_ref().map(|catalog| &catalog.indexes) {
            Some(Known::NotYet) => format!("loading{}", cx.look.glyphs.dots),
            Some(Known::Ready(_)) if self.list.query.is_empty() => "No indexes that this role sees.".into(),
            Some(Known::Ready(_)) => "Nothing fits. Esc shows all again.".into(),
            Some(other) => other.reason().unwrap_or_default(),
            None => String::new(),
        }
    }

    /// What should be asked next, once the view rests: counters, then the rows in sight.
    fn wants(&self, cx: &Cx) -> Option<Want> {
        let (facts, measures) = (cx.facts, &cx.facts.measures);
        if facts.schema.load.is_some() || measures.asked.is_some() || facts.is_stale() || self.lines.is_empty() {
            return None;
        }
        if measures.wants_usage() {
            return Some(Want::Usage);
        }
        let shown = self.lines.iter().skip(self.list.cursor.top).take(self.height(cx).max(1));
        let mut rels = measures.unmeasured(shown.map(|line| line.rel));
        rels.truncate(AT_ONCE);
        (!rels.is_empty()).then_some(Want::Sizes(rels))
    }

    fn index<'a>(&self, cx: &Cx<'a>, line: &Line) -> Option<(&'a Catalog, &'a Index)> {
        let catalog = cx.facts.schema.catalog.as_deref()?;
        let What::Index(n) = line.what else { return None };
        Some((catalog, catalog.indexes.value()?.list.get(n as usize)?))
    }

    fn judged<'a>(&self, cx: &Cx<'a>) -> Option<&'a Judgement> {
        cx.facts.measures.judged.as_deref()
    }

    /// The foreign key whose index is missing.
    fn missing<'a>(&self, cx: &Cx<'a>, line: &Line) -> Option<(&'a Keys, &'a Key)> {
        let What::Missing(n) = line.what else { return None };
        let keys = cx.facts.schema.catalog.as_deref()?.keys.value()?;
        let missing = self.judged(cx)?.verdicts.missing.get(n as usize)?;
        Some((keys, keys.list.get(missing.key as usize)?))
    }

    fn window<'a>(&self, cx: &Cx<'a>) -> Option<&'a Window> {
        cx.facts.measures.usage()?.window.value()
    }

    fn use_of<'a>(&self, cx: &Cx<'a>, line: &Line) -> Option<&'a IndexUse> {
        let What::Index(n) = line.what else { return None };
        cx.facts.measures.usage()?.indexes.value()?.get(n as usize)
    }

    fn table_use<'a>(&self, cx: &Cx<'a>, line: &Line) -> Option<&'a TableUse> {
        cx.facts.measures.usage()?.tables.value()?.get(line.rel.0 as usize).filter(|of| of.counted)
    }

    fn definition(&self, cx: &Cx) -> Option<String> {
        let (catalog, index) = self.index(cx, self.chosen()?)?;
        let all = catalog.indexes.value()?;
        match all.names.opt(index.definition) {
            Some(text) => Some(text.to_owned()),
            None => index_sql::definition(cx.facts.engine(), &catalog.relations, all, index),
        }
    }

    fn view(&self, line: &Line, cx: &Cx) -> Effect {
        let title = line.name.clone();
        match (self.definition(cx), line.what) {
            (Some(text), _) => Effect::View { title, text },
            (None, What::Index(n)) => Effect::ViewObject { title, object: ObjectRef::Index(n) },
            (None, What::Missing(_)) => Effect::Toast("It is missing: f shows the script that makes it.".into()),
        }
    }

    /// The script for what is wrong, with its locks, what to look at before, and the way back. Only to read.
    fn fix(&self, cx: &Cx) -> Vec<Effect> {
        let (Some(line), Some(judged)) = (self.chosen(), self.judged(cx)) else {
            return vec![Effect::Toast("Nothing is judged yet.".into())];
        };
        let db = Db::new(&judged.facts);
        let index = self.index(cx, line).and_then(|(catalog, index)| Some((catalog.indexes.value()?, index)));
        let fix = match (line.verdict, index) {
            (Verdict::Missing, _) => self.missing(cx, line).map(|(keys, key)| {
                let columns: Vec<&str> = keys.columns(key).collect();
                fix::create_index(&db, key.rel, &columns)
            }),
            (Verdict::Duplicate | Verdict::Redundant | Verdict::Unused | Verdict::RarelyUsed, Some((all, index))) => {
                Some(fix::hide_index(&db, all, index))
            }
            (Verdict::Invisible, Some((all, index))) => Some(fix::drop_index(&db, all, index)),
            (Verdict::Invalid, Some((all, index))) => Some(fix::reindex(&db, all, index)),
            _ => None,
        };
        let Some(fix) = fix else { return vec![Effect::Toast("Nothing is wrong with it, as far as known.".into())] };
        let mut text = String::new();
        if let Some(precheck) = &fix.precheck {
            text.push_str(&format!("-- look first\n{precheck}\n\n"));
        }
        text.push_str(&format!("-- {}\n{}\n", fix.lock, fix.script));
        if let Some(undo) = &fix.undo {
            text.push_str(&format!("\n-- the way back\n{undo}\n"));
        }
        vec![Effect::View { title: format!("{}: {}", line.name, title(line.verdict)), text }]
    }

    /// To the index in the schema, where the key it serves stands too; or to its table among the sizes.
    fn go(&self, cx: &Cx, schema: bool) -> Vec<Effect> {
        let (Some(line), Some(catalog)) = (self.chosen(), cx.facts.schema.catalog.as_deref()) else {
            return Vec::new();
        };
        let (in_schema, name) =
            (catalog.relations.schema_name(line.rel).to_owned(), catalog.relations.name(line.rel).to_owned());
        if !schema {
            return vec![Effect::Go(Goto::SizeOf { schema: in_schema, name })];
        }
        let Some((_, index)) = self.index(cx, line) else {
            let key = self.missing(cx, line).and_then(|(keys, key)| keys.names.opt(key.name));
            let part = key.map(|key| (RelPart::Key, key.to_owned()));
            return vec![Effect::Go(Goto::Thing(Thing::Relation { schema: in_schema, name, part }))];
        };
        let names = catalog.indexes.value().map(|all| &all.names);
        // A constraint is what people know it by.
        let part = match (names, index.constraint) {
            (Some(names), Some(key)) if cx.facts.engine() != EngineKind::Sqlite => Some((RelPart::Key, names.get(key))),
            (Some(names), _) => Some((RelPart::Index, names.get(index.name))),
            (None, _) => None,
        };
        let part = part.map(|(part, name)| (part, name.to_owned()));
        vec![Effect::Go(Goto::Thing(Thing::Relation { schema: in_schema, name, part }))]
    }

    /// The lines anew, the cursor on the same one.
    fn build(&mut self, cx: &Cx) {
        let mut lines = self.all(cx);
        self.total = lines.iter().filter_map(|line| line.size.get()).sum();
        if let Some(filter) = cx.facts.schema.catalog.as_ref().and_then(|catalog| self.list.filter(catalog)) {
            let relations = cx.facts.schema.catalog.as_ref().map(|catalog| &catalog.relations);
            lines.retain(|line| {
                let schema = relations.map_or("", |relations| relations.schema_name(line.rel));
                filter.takes(
                    schema,
                    line.name.strip_prefix(schema).map_or(&line.name, |name| name.trim_start_matches('.')),
                )
            });
        }
        lines.sort_by(|a, b| (Reverse(a.size.get()), &a.name).cmp(&(Reverse(b.size.get()), &b.name)));
        match self.by {
            By::Verdict => lines.sort_by_key(|line| rank(line.verdict)),
            By::Size => {}
            By::Name => lines.sort_by(|a, b| a.name.cmp(&b.name)),
            By::Use => lines.sort_by_key(|line| Reverse(line.scans.unwrap_or(-1))),
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

    fn all(&self, cx: &Cx) -> Vec<Line> {
        let Some(catalog) = &cx.facts.schema.catalog else { return Vec::new() };
        let Some(all) = catalog.indexes.value() else { return Vec::new() };
        let relations = &catalog.relations;
        let only = self.of.as_ref().and_then(|(schema, name)| relations.find(schema, name));
        let alone = relations.schemas.iter().filter(|schema| !schema.system).count() < 2;
        let foreign = RelFlags(RelFlags::SYSTEM.0 | RelFlags::EXTENSION.0);
        let uses = cx.facts.measures.usage().and_then(|usage| usage.indexes.value());
        let shown = all.list.iter().enumerate().filter(|(_, index)| {
            let Some(rel) = relations.get(index.rel) else { return false };
            let system = relations.schemas.get(rel.schema.0 as usize).is_some_and(|schema| schema.system);
            match only {
                Some(only) => index.rel == only,
                // Indexes of partitions are counted in the one above them.
                None => index.parent == 0 && (self.system || !(system || rel.flags.has(foreign))),
            }
        });
        let verdicts = self.judged(cx).map(|judged| &judged.verdicts);
        let of_index = |(n, index): (usize, &Index)| {
            let judged = verdicts.and_then(|verdicts| verdicts.list.get(n));
            Line {
                what: What::Index(n as u32),
                rel: index.rel,
                name: list::full_name(catalog, index.rel, Some(index.name), alone),
                size: cx.facts.measures.sizes.as_ref().map(|sizes| sizes.index(n as u32)).unwrap_or_default(),
                verdict: judged.map_or(Verdict::Unknown, |judged| judged.verdict),
                of: judged.and_then(|judged| judged.of),
                scans: uses.and_then(|uses| uses.get(n)?.all_scans()),
            }
        };
        let mut lines: Vec<Line> = shown.map(of_index).collect();
        let keys = catalog.keys.value();
        for (n, missing) in verdicts.iter().flat_map(|verdicts| verdicts.missing.iter().enumerate()) {
            let Some((keys, key)) = keys.and_then(|keys| Some((keys, keys.list.get(missing.key as usize)?))) else {
                continue;
            };
            if only.is_some_and(|only| only != key.rel) {
                continue;
            }
            let columns: Vec<&str> = keys.columns(key).collect();
            lines.push(Line {
                what: What::Missing(n as u32),
                rel: key.rel,
                name: format!("{} ({})", list::full_name(catalog, key.rel, None, alone), columns.join(", ")),
                size: Amount::default(),
                verdict: Verdict::Missing,
                of: missing.partly,
                scans: None,
            });
        }
        lines
    }

    fn table(&self, cx: &Cx, lines: &[Line], room: u16) -> Table {
        let (theme, glyphs) = (&cx.look.theme, cx.look.glyphs);
        let name_max = if room == u16::MAX { 500 } else { room.saturating_sub(26).clamp(12, 60) };
        let days = self.window(cx).map(Window::days).filter(|days| *days >= 1.0);
        let unit = cx.facts.measures.usage().map_or(ScanUnit::Scans, |usage| usage.unit);
        let scans = match (unit, days.is_some()) {
            (ScanUnit::Scans, true) => "Scans/d",
            (ScanUnit::Scans, false) => "Scans",
            (ScanUnit::Rows, true) => "Rows/d",
            (ScanUnit::Rows, false) => "Rows read",
        };
        let cols = vec![
            Col::left("Index", name_max.min(30), name_max, 0),
            Col::right("Size", 8, 9, 0),
            Col::right(scans, 8, 9, 2),
            Col::left("Last scan", 9, 12, 6),
            Col::left("Writes", 6, 6, 7),
            Col::left("Verdict", 9, 16, 1),
            Col::left("", 10, 60, 5).ease(20),
        ];
        let last = cx
            .facts
            .server
            .as_ref()
            .is_some_and(|(server, _)| server.engine == EngineKind::Postgresql && server.version_num >= 160_000);
        let row = |line: &Line| {
            let cell = |text: String| Cell::new(&text, theme.plain);
            let of = self.use_of(cx, line);
            let scans = match (line.scans, days) {
                (Some(scans), Some(days)) => per_day(scans as f64 / days),
                (Some(scans), None) => text::count(scans),
                (None, _) => glyphs.none.into(),
            };
            let seen = match of.and_then(|of| of.last_scan.get()) {
                Some(at) => list::ago(Some(at), cx),
                None if last && line.scans == Some(0) => "never".into(),
                None => String::new(),
            };
            let writes = self.table_use(cx, line).and_then(TableUse::writes).zip(days);
            let writes = writes.map_or(String::new(), |(rows, days)| level(rows as f64 / days).into());
            let (verdict, style) = match rank(line.verdict) {
                0..=4 => (format!("{} {}", glyphs.warning, title(line.verdict)), theme.warning),
                _ => (title(line.verdict).to_owned(), theme.plain),
            };
            vec![
                cell(line.name.clone()),
                cell(list::amount(line.size, cx)),
                cell(scans),
                cell(seen),
                cell(writes),
                Cell::new(&verdict, style),
                Cell::new(&self.remark(cx, line), theme.faint),
            ]
        };
        Table::new(cols, lines.iter().map(row).collect())
    }

    /// What the index is, in a few words.
    fn remark(&self, cx: &Cx, line: &Line) -> String {
        let of = line.of.and_then(|n| index_name(cx.facts.schema.catalog.as_deref()?, n));
        if line.verdict == Verdict::Missing {
            return "foreign key without an index".into();
        }
        let Some((catalog, index)) = self.index(cx, line) else { return String::new() };
        let Some(all) = catalog.indexes.value() else { return String::new() };
        let covered = of.map(|of| format!("of {of}"));
        let mut words: Vec<&str> = covered.iter().map(String::as_str).collect();
        let flags = index.flags;
        if flags.has(IndexFlags::PRIMARY) {
            words.push("primary key");
        } else if flags.has(IndexFlags::EXCLUSION) {
            words.push("exclusion");
        } else if flags.has(IndexFlags::UNIQUE) {
            words.push("unique");
        }
        let method = all.names.get(index.method);
        if method != "btree" {
            words.push(method);
        }
        if index.predicate.is_some() || flags.has(IndexFlags::PREDICATE_UNREAD) {
            words.push("partial");
        }
        words.join(", ")
    }

    fn draw_detail(&self, cx: &Cx, buf: &mut Buffer) {
        let Some(line) = self.chosen().filter(|_| cx.area.height >= DETAIL_FROM) else { return };
        let area = rows_of(cx.area, cx.area.height - DETAIL, DETAIL);
        let theme = &cx.look.theme;
        put_rule(buf, area, 0, &line.name, title(line.verdict), cx.look);
        let definition = self
            .definition(cx)
            .unwrap_or_else(|| "It has an expression or a predicate that is read with its definition: d.".into());
        put_cut(buf, area, 1, 1, area.width.saturating_sub(2), &definition, theme.plain, cx.look);
        for (n, (word, text)) in self.facts(cx, line).into_iter().enumerate() {
            list::put_fact(buf, area, n as u16 + 2, word, &text, theme.plain, cx);
        }
    }

    fn facts(&self, cx: &Cx, line: &Line) -> Vec<(&'static str, String)> {
        let Some((catalog, index)) = self.index(cx, line) else { return self.facts_of_missing(cx, line) };
        vec![
            ("Evidence", self.evidence(cx, line, index)),
            ("Serves", serves(catalog, index)),
            ("Cost", self.cost(cx, line)),
            ("Not known", self.not_known(cx, index)),
        ]
    }

    fn facts_of_missing(&self, cx: &Cx, line: &Line) -> Vec<(&'static str, String)> {
        let Some((keys, key)) = self.missing(cx, line) else { return Vec::new() };
        let name = keys.names.opt(key.name).unwrap_or("without a name");
        let target = keys.names.opt(key.ref_table).unwrap_or_default();
        let deletes = self.table_use(cx, line).and_then(|of| of.deletes.get());
        let partly = line.of.and_then(|n| index_name(cx.facts.schema.catalog.as_deref()?, n));
        let partly =
            partly.map_or(String::new(), |index| format!(" {index} helps a little: it begins with one column."));
        vec![
            ("Evidence", format!("Foreign key {name} to {target}: no index begins with its columns.{partly}")),
            ("Cost", format!("Each DELETE and key change in {target} reads this table whole.")),
            (
                "Not known",
                match deletes {
                    Some(_) => format!("How often rows of {target} are deleted matters more than rows here."),
                    None => "How often that happens.".into(),
                },
            ),
        ]
    }

    fn evidence(&self, cx: &Cx, line: &Line, index: &Index) -> String {
        if !index.flags.has(IndexFlags::VALID) {
            return "A build of it failed: it is written but never read.".into();
        }
        let unit = match cx.facts.measures.usage().map(|usage| usage.unit) {
            Some(ScanUnit::Rows) => "rows read through it",
            _ => "scans",
        };
        let catalog = cx.facts.schema.catalog.as_deref();
        let of = line.of.and_then(|n| index_name(catalog?, n));
        let of = of.map_or_else(String::new, |of| match line.verdict {
            Verdict::Duplicate => format!("The same as {of}. "),
            _ => format!("Covered by {of}. "),
        });
        let counted = match (line.scans, self.window(cx)) {
            (Some(scans), Some(window)) => format!("{} {unit} {}.", text::count(scans), since(window, cx)),
            (Some(scans), None) => format!("{} {unit}, since an unknown time.", text::count(scans)),
            (None, _) => "Its use is not counted or not read yet.".into(),
        };
        format!("{of}{counted}")
    }

    fn cost(&self, cx: &Cx, line: &Line) -> String {
        let size = format!("{} ({})", list::amount(line.size, cx), list::source_words(line.size));
        // Minutes say nothing of a day: below one no rate is told.
        let days = self.window(cx).map(Window::days).filter(|days| *days >= 1.0);
        let Some((of, days)) = self.table_use(cx, line).zip(days) else { return format!("{size}.") };
        let hot = of.hot_updates.get().unwrap_or(0);
        let writes = of.writes().map(|all| (all - hot - of.deletes.get().unwrap_or(0)).max(0) as f64 / days);
        match writes {
            Some(writes) => format!("{size}; about {} entries written a day.", per_day(writes)),
            None => format!("{size}."),
        }
    }

    fn not_known(&self, cx: &Cx, index: &Index) -> String {
        let mut words = Vec::new();
        if let Some(window) = self.window(cx) {
            match window.standbys.filter(|_| window.asked.is_empty()) {
                Some(0) if window.not_asked.is_empty() => {}
                Some(1) => words.push("1 replica keeps its own counters and was not asked.".to_owned()),
                Some(n) if n > 1 => words.push(format!("{n} replicas keep their own counters and were not asked.")),
                _ => words.push("Replicas keep their own counters.".to_owned()),
            }
            if window.days() < 35.0 {
                words.push("Monthly jobs may need it.".into());
            }
        }
        if index.flags.has(IndexFlags::UNIQUE) {
            words.push("Checks of uniqueness are not counted.".into());
        }
        words.join(" ")
    }
}

/// The keys that need this index: its own constraint, and foreign keys whose columns it begins with.
fn serves(catalog: &Catalog, index: &Index) -> String {
    let Some(all) = catalog.indexes.value() else { return String::new() };
    let mut words: Vec<String> =
        all.names.opt(index.constraint).map(|name| format!("constraint {name}")).into_iter().collect();
    if let Some(keys) = catalog.keys.value() {
        let served = keys.of(index.rel).iter().filter(|key| key.kind == crate::model::KeyKind::Foreign);
        let columns = all.key(index);
        for key in served {
            let wanted: Vec<&str> = keys.columns(key).collect();
            let begins = columns.get(..wanted.len()).is_some_and(|parts| {
                parts.iter().all(|part| part.column > 0 && wanted.contains(&all.names.get(part.text)))
            });
            if begins {
                words.push(format!("foreign key {}", keys.names.opt(key.name).unwrap_or("without a name")));
            }
        }
    }
    if words.is_empty() { "no constraint and no foreign key".into() } else { words.join(", ") }
}

fn index_name(catalog: &Catalog, n: u32) -> Option<&str> {
    let all = catalog.indexes.value()?;
    all.list.get(n as usize).map(|index| all.names.get(index.name))
}

/// `since 28 Oct 02:14 (statistics reset, 23 d)`.
fn since(window: &Window, cx: &Cx) -> String {
    let at = window.since.to_zoned(jiff::tz::TimeZone::UTC).strftime("%d %b %H:%M UTC").to_string();
    let _ = cx;
    let seconds = (window.days() * 86_400.0) as i64;
    format!("since {at} ({}, {})", window.began.title(), text::age(seconds))
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
