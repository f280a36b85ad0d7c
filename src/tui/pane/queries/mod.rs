//! View 5: which statements cost the time, over their whole life and now.
//!
//! ```text
//!  Load          Calls     Mean      Now       Max  Cache  Query
//! ▌38 % █████   891 k   438 ms  1.84 s▲   9.02 s   61 %  SELECT s.warehouse_id, s.qty, p.name FROM ca…
//!  62 % ████▊   1,213 other statements
//! ── query 7f3a…c1e9 ─────────────────────────────────────── ▲ 4.2 times its mean   3.8 rows a call ──
//!  SELECT s.warehouse_id, s.qty, p.name                  from 16 rows on: the statement of the cursor
//!  Mean time      ▁▁▁▁▂▂▂▃▃▄▅▅▆▆▇▇▇█    402 ms → 1.84 s
//! ```
//!
//! Counters come for all statements, in full and with texts only for those in sight. Where the server keeps
//! none, the view says how to get them and lists what it sees running meanwhile.

mod act;
mod detail;
mod draw;
mod export;
mod filter;
mod full;
mod history;
mod lines;
mod missing;
mod order;
mod table;
mod touches;
mod wants;
mod words;

pub use act::plan_of;

use super::list::List;
use super::{Cx, Pane, Spot};
use crate::config::PaneState;
use crate::model::{StatementKey, StatementText};
use crate::tui::export::Listing;
use crate::tui::msg::{Action, Effect, Goto};
use crate::tui::widget::scroll;
use crate::tui::widget::scroll::Cursor;
use crossterm::event::KeyEvent;
use detail::Detail;
use jiff::Timestamp;
use lines::{Line, What};
use order::{Group, Order, Window};
use ratatui::buffer::Buffer;
use ratatui::style::Style;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use touches::Touches;

/// Of which state of a text: its length, whether it is cut, whether all of it was asked for.
type State = (usize, bool, bool);
/// What the parser made of a text, or why nothing.
type Parsed = Result<Arc<Touches>, &'static str>;

#[derive(Debug, Default)]
pub struct QueriesPane {
    list: List,
    order: Order,
    reverse: bool,
    window: Window,
    group: Group,
    /// Only statements that touch this table, by schema and name.
    of: Option<(String, String)>,
    lines: Vec<Line>,
    /// The line of the cursor: it outlives a refresh.
    at: Option<What>,
    /// The cursor moved and the lower half has not followed yet.
    moved: Option<Duration>,
    /// What the lower half or the whole view tells of one statement.
    detail: Option<Box<Detail>>,
    /// The detail takes the whole view; its own cursor.
    full: Option<Cursor>,
    parsed: HashMap<StatementKey, (State, Parsed)>,
    /// Texts that were asked for whole.
    whole: HashSet<StatementKey>,
    /// Statements whose counters were asked for because they came into sight.
    tried: HashSet<StatementKey>,
    /// Revision of the facts and generation of the catalog that were looked at.
    seen: (u64, u64),
    /// There are no statistics.
    bare: bool,
}

/// A place in this view, for Ctrl-O.
#[derive(Clone, Debug)]
pub struct Place {
    list: List,
    order: Order,
    reverse: bool,
    window: Window,
    group: Group,
    of: Option<(String, String)>,
    at: Option<What>,
    full: Option<Cursor>,
}

impl Pane for QueriesPane {
    fn title(&self) -> &'static str {
        "Queries"
    }

    fn offered(&self, cx: &Cx) -> bool {
        !words::never(cx)
    }

    fn age(&self, cx: &Cx) -> Option<Timestamp> {
        cx.facts.queries.at
    }

    fn is_old(&self, cx: &Cx) -> bool {
        cx.facts.queries.failed().is_some()
    }

    fn crumbs(&self, cx: &Cx) -> Vec<String> {
        let mut crumbs = Vec::new();
        crumbs.extend(self.of.as_ref().map(|(schema, name)| format!("of {schema}.{name}")));
        crumbs.extend((self.group != Group::Statement).then(|| format!("by {}", self.group.title())));
        crumbs.extend(self.detail.iter().filter(|_| self.full.is_some()).map(|detail| detail.short(cx)));
        crumbs
    }

    fn status(&self, cx: &Cx) -> String {
        words::status(self, cx)
    }

    fn honesty(&self, cx: &Cx) -> (String, Style) {
        words::honesty(self, cx)
    }

    fn keys(&self, cx: &Cx) -> Vec<Action> {
        use Action::*;
        const LAST: [Action; 8] = [LastPlace, GoTo, Command, Help, Plain, Cancel, Suspend, Quit];
        const MOVE: [Action; 6] = [Down, Up, First, Last, HalfDown, HalfUp];
        let of_view: &[Action] = match () {
            () if words::never(cx) => &[Refresh],
            () if cx.facts.queries.statements().is_none() => &[Refresh, Copy, Pause],
            () if self.full.is_some() => {
                &[Back, Enter, Copy, CopyMarkdown, Follow, Refresh, SaveText, Export, Pause, Explain]
            }
            () => &[
                Enter,
                Window,
                Sort,
                Copy,
                Follow,
                Filter,
                Pause,
                Refresh,
                Group,
                Export,
                Explain,
                Back,
                CopyMarkdown,
                SaveText,
            ],
        };
        let orders = Order::ALL.iter().map(|order| order.action()).filter(|_| of_view.contains(&Sort));
        of_view.iter().copied().chain(orders).chain(MOVE).chain(LAST).collect()
    }

    fn hint(&self, action: Action) -> Option<&'static str> {
        match action {
            Action::Enter if self.full.is_some() => Some("its table"),
            Action::Enter => Some("detail"),
            Action::Follow => Some("its tables"),
            Action::Explain => Some("plan"),
            Action::Copy if self.bare => None,
            Action::Copy => Some("copy SQL"),
            _ => None,
        }
    }

    fn typing(&self) -> bool {
        self.list.input.is_some()
    }

    fn text(&mut self, key: KeyEvent, cx: &Cx) -> Vec<Effect> {
        let before = self.list.cursor.at;
        if self.list.text(key, self.height(cx), self.lines.len()) {
            self.build(cx);
        } else if before != self.list.cursor.at {
            self.moved(cx);
        }
        Vec::new()
    }

    fn paste(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        if self.list.paste(text) {
            self.build(cx);
        }
        Vec::new()
    }

    fn update(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        if words::never(cx) {
            return Vec::new();
        }
        if self.full.is_some() {
            return self.act_in_full(action, cx);
        }
        if let Some(order) = Order::ALL.iter().find(|order| order.action() == action) {
            return self.sort(*order, cx);
        }
        match action {
            Action::Window => {
                self.window = self.window.next();
                self.build(cx);
            }
            Action::Group => {
                self.group = self.group.next();
                self.at = None;
                self.build(cx);
            }
            Action::Filter if cx.facts.queries.statements().is_some() => self.list.open(),
            Action::Copy => return self.copy(cx),
            Action::Explain => return self.plan(cx),
            Action::Enter => return self.open(cx),
            Action::Follow => return self.follow_tables(cx),
            action if self.list.moves(action, self.height(cx), self.rows(cx)) => self.moved(cx),
            _ => {}
        }
        Vec::new()
    }

    fn reload(&mut self, cx: &Cx) -> Option<Vec<Effect>> {
        wants::reload(self, cx)
    }

    fn back(&mut self, cx: &Cx) -> bool {
        if self.full.take().is_some() {
            return true;
        }
        if !self.list.query.is_empty() {
            self.list.query.clear();
        } else if self.of.take().is_none() && self.group == Group::Statement {
            return false;
        } else {
            self.group = Group::Statement;
        }
        self.build(cx);
        true
    }

    fn inside(&self) -> Option<String> {
        let detail = self.detail.as_ref().filter(|_| self.full.is_some());
        detail.map(|detail| detail.key.0.to_string()).or_else(|| self.of.as_ref().map(|(_, name)| format!("of {name}")))
    }

    fn refresh(&mut self, cx: &Cx) {
        self.seen = (cx.facts.queries.revision, cx.facts.schema.generation);
        self.build(cx);
    }

    fn restyle(&mut self, cx: &Cx) {
        self.build(cx);
    }

    fn tick(&mut self, cx: &Cx) -> Vec<Effect> {
        if self.moved.is_some_and(|at| at + cx.rest <= cx.now.tick) {
            self.follow(cx);
        }
        wants::tick(self, cx)
    }

    fn deadline(&self, cx: &Cx) -> Option<Duration> {
        let rest = self.moved.map(|at| at + cx.rest);
        rest.into_iter().chain(wants::next(self, cx).map(|(at, _)| at)).min()
    }

    fn goto(&mut self, goto: &Goto, cx: &Cx) -> Result<Vec<Effect>, String> {
        if words::never(cx) {
            return Err(words::why_never());
        }
        let before = self.place();
        match goto {
            Goto::Statement(id) => self.show(id, cx)?,
            Goto::StatementsOf { schema, name } => {
                self.of = Some((schema.clone(), name.clone()));
                (self.group, self.full, self.at) = (Group::Statement, None, None);
                self.list.query.clear();
                self.build(cx);
            }
            _ => return Err("That is not in this view.".into()),
        }
        Ok(vec![Effect::Remember(Spot::Queries(Box::new(before)))])
    }

    fn spot(&self, _cx: &Cx) -> Spot {
        Spot::Queries(Box::new(self.place()))
    }

    fn restore(&mut self, spot: Spot, cx: &Cx) {
        let Spot::Queries(place) = spot else { return };
        let Place { list, order, reverse, window, group, of, at, full } = *place;
        (self.list, self.order, self.reverse, self.window, self.group, self.of, self.at) =
            (list, order, reverse, window, group, of, at);
        self.build(cx);
        self.full = full.filter(|_| self.detail.is_some());
    }

    fn plain(&self, cx: &Cx) -> (String, String) {
        match (&self.detail, self.full) {
            (Some(detail), Some(_)) => (detail.short(cx), full::plain(detail, cx)),
            _ => ("Queries".into(), draw::plain(self, cx)),
        }
    }

    fn text_of(&self, cx: &Cx) -> (String, String) {
        match (&self.detail, self.full) {
            (Some(detail), Some(_)) => {
                (detail.short(cx), detail.text.as_ref().map(|text| text.to_string()).unwrap_or_default())
            }
            _ => self.plain(cx),
        }
    }

    fn markdown(&self, cx: &Cx) -> String {
        match (&self.detail, self.full) {
            (Some(detail), Some(_)) => full::markdown(detail, cx),
            _ => format!("```text\n{}\n```\n", draw::plain(self, cx).trim_end()),
        }
    }

    fn listing(&self, cx: &Cx) -> Option<Listing> {
        export::listing(self, cx)
    }

    fn keep(&self) -> PaneState {
        order::kept(self)
    }

    fn recall(&mut self, state: &PaneState, cx: &Cx) {
        order::recall(self, state);
        self.build(cx);
    }

    fn click(&mut self, _column: u16, row: u16, cx: &Cx) -> Vec<Effect> {
        self.clicked(usize::from(row.saturating_sub(cx.area.y)), cx)
    }

    fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        draw::draw(self, cx, buf);
    }
}

impl QueriesPane {
    /// Rows of the list in sight; the line of all others is not among them.
    fn height(&self, cx: &Cx) -> usize {
        draw::parts(self, cx).list.height.saturating_sub(2) as usize
    }

    /// Rows that the cursor moves over.
    fn rows(&self, cx: &Cx) -> usize {
        if wants::samples(cx) { cx.facts.queries.sampled.list().len() } else { self.lines.len() }
    }

    fn top(&self, cx: &Cx) -> usize {
        scroll::top(self.list.cursor.top, self.list.cursor.at, self.height(cx), self.rows(cx))
    }

    fn shown(&self, cx: &Cx) -> &[Line] {
        let top = self.top(cx);
        self.lines.get(top..(top + self.height(cx).max(1)).min(self.lines.len())).unwrap_or_default()
    }

    fn chosen(&self) -> Option<&Line> {
        self.lines.get(self.list.cursor.at)
    }

    fn moved(&mut self, cx: &Cx) {
        self.at = self.chosen().map(|line| line.what.clone());
        self.moved = Some(cx.now.tick);
    }

    /// The lines anew, the cursor on the same one, the lower half as it is now.
    fn build(&mut self, cx: &Cx) {
        self.bare = cx.facts.queries.statements().is_none();
        self.parse_texts(cx);
        self.lines = lines::of(self, cx);
        let len = self.rows(cx);
        let at = self.at.as_ref().and_then(|what| self.lines.iter().position(|line| line.what == *what));
        let at = at.unwrap_or(if self.at.is_some() { self.list.cursor.at } else { 0 });
        self.list.cursor.go(at, self.height(cx), len);
        if self.full.is_none() && self.moved.is_none() {
            self.at = self.chosen().map(|line| line.what.clone());
        }
        self.detail = match (&self.detail, self.full) {
            // It stays, even where it is no longer in the list.
            (Some(detail), Some(_)) => Detail::of(detail.key, self, cx).map(Box::new),
            (Some(detail), None) if self.moved.is_some() => Detail::of(detail.key, self, cx).map(Box::new),
            _ => self.detail_of_cursor(cx),
        };
    }

    fn detail_of_cursor(&self, cx: &Cx) -> Option<Box<Detail>> {
        match self.chosen()?.what {
            What::Statement(key) => Detail::of(key, self, cx).map(Box::new),
            What::Group(_) => None,
        }
    }

    /// The lower half follows the cursor.
    fn follow(&mut self, cx: &Cx) {
        self.moved = None;
        if let Some(line) = self.chosen() {
            self.at = Some(line.what.clone());
        }
        if let Some(What::Statement(key)) = self.at {
            self.parse(key, cx);
        }
        self.detail = self.detail_of_cursor(cx);
    }

    /// Texts are parsed where all of them matter, and the one that is told of.
    fn parse_texts(&mut self, cx: &Cx) {
        let shown = self.detail.as_ref().map(|detail| detail.key);
        let chosen = match self.at {
            Some(What::Statement(key)) => Some(key),
            _ => None,
        };
        for key in shown.into_iter().chain(chosen) {
            self.parse(key, cx);
        }
        let (true, Some(statements)) = (self.of.is_some(), cx.facts.queries.statements()) else { return };
        for brief in &statements.all {
            self.parse(brief.key, cx);
        }
    }

    fn parse(&mut self, key: StatementKey, cx: &Cx) {
        let Some(text) = text_of(key, cx) else { return };
        let state = (text.text.len(), text.cut, self.whole.contains(&key));
        if self.parsed.get(&key).is_some_and(|(known, _)| *known == state) {
            return;
        }
        let parsed = match (&text.sample, text.cut) {
            (Some(sample), _) => touches::parse(sample, cx.facts.engine()),
            (None, true) if state.2 => Err("not parsed: the server keeps only its beginning"),
            (None, true) => Err("not parsed: only its beginning is here"),
            (None, false) => touches::parse(&text.text, cx.facts.engine()),
        };
        self.parsed.insert(key, (state, parsed.map(Arc::new)));
    }

    fn place(&self) -> Place {
        Place {
            list: List { input: None, ..self.list.clone() },
            order: self.order,
            reverse: self.reverse,
            window: self.window,
            group: self.group,
            of: self.of.clone(),
            at: self.at.clone(),
            full: self.full,
        }
    }
}

fn text_of<'a>(key: StatementKey, cx: &Cx<'a>) -> Option<&'a StatementText> {
    cx.facts.queries.text(key)?.value()
}
