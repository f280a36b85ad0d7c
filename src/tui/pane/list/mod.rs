//! The pane under views that are one long list with a detail below it.
//!
//! ```text
//!  / filter   …                       row 0: the filter, or what could be done
//!  Index                       Size   row 1: titles
//! ▌sales.order_items_sku    19.2 GB   the list; the cursor stays on its line, by name
//! ── sales.order_items_sku ────────   from 16 rows on: the detail of that line
//! ```
//!
//! A view is a [`Listed`]: its lines, orders, columns, detail and what it wants to know next. Cursor, filter,
//! sorting, resting, places and clicks are [`ListPane`]'s, the same in each.

mod cursor;
pub mod words;

use super::schema::filter::Filter;
use super::{Cx, MOVES, Pane, SHELL, Spot};
use crate::tui::measures::Want;
use crate::tui::msg::{Action, Effect, Goto};
use crate::tui::widget::table::Table;
use crate::tui::widget::{put, put_cut, rows_of, select_row};
use crossterm::event::KeyEvent;
pub(super) use cursor::{Hit, List, Sight};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::fmt::Debug;
use std::time::Duration;

/// From this height on there is a detail under the list.
const DETAIL_FROM: u16 = 16;
/// Its rows, the rule with its title included.
const DETAIL: u16 = 7;

/// One way to sort.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// The key that chooses it; `None` is the one that the view begins with and comes back to.
    pub key: Option<Action>,
    /// As the status row names it.
    pub word: &'static str,
    /// True where the smallest comes first, as with names.
    pub up: bool,
}

/// What became of a key.
pub enum Did {
    /// It is none of the view's.
    Nothing,
    /// The lines are others: the cursor begins at the first.
    Anew,
    Effects(Vec<Effect>),
}

/// One view of a list: what it holds is where it stands, so that Ctrl-O comes back to it.
pub trait Listed: Debug + Clone + Default {
    type Line: Debug;

    /// In the tab row.
    const TITLE: &'static str;
    /// The first is the one that it begins with.
    const ORDERS: &'static [Order];
    /// Keys of its own, the most important first; those of every list follow.
    const KEYS: &'static [Action];

    /// After the title, in the breadcrumb.
    fn crumb(&self) -> String;

    /// Counts for the breadcrumb row.
    fn count(&self, lines: &[Self::Line]) -> String;

    /// Source, age and what is missing; the catalog is there.
    fn honesty(&self, lines: &[Self::Line], cx: &Cx) -> (String, Style);

    /// Words for the footer where a key means something of its own.
    fn hint(&self, action: Action) -> Option<&'static str>;

    /// What stands where the filter could be typed.
    fn hints(&self) -> String;

    /// Why there is no line.
    fn empty(&self, filtered: bool, cx: &Cx) -> String;

    /// All lines, in any order; `system` with what belongs to the engine.
    fn lines(&mut self, system: bool, cx: &Cx) -> Vec<Self::Line>;

    /// What a line is found again by; it outlives a refresh.
    fn name(line: &Self::Line) -> &str;

    fn takes(&self, filter: &Filter, line: &Self::Line, cx: &Cx) -> bool;

    /// Sorts by `order`, one of [`Self::ORDERS`]; equal lines in a stable order.
    fn sort(&self, order: &Order, lines: &mut [Self::Line], cx: &Cx);

    /// False for one of [`Self::KEYS`] that does nothing on this server.
    fn offers(&self, _key: Action, _cx: &Cx) -> bool {
        true
    }

    /// Why it can not be sorted so here and now.
    fn unsortable(&self, _order: &Order, _cx: &Cx) -> Option<String> {
        None
    }

    /// What should be asked next, once the view rests; `shown` are the lines in sight. Nothing is under way.
    fn wants(&self, lines: &[Self::Line], shown: &[Self::Line], order: &Order, cx: &Cx) -> Option<Want>;

    /// One of its own keys, on the line of the cursor.
    fn act(&mut self, action: Action, line: Option<&Self::Line>, cx: &Cx) -> Did;

    /// One step back where no filter is set; false at the top.
    fn back(&mut self) -> bool {
        false
    }

    /// Makes ready to show a place of this view.
    fn turn_to(&mut self, goto: &Goto, cx: &Cx) -> Result<(), String>;

    /// Where among the lines that place is.
    fn find(&self, goto: &Goto, lines: &[Self::Line], cx: &Cx) -> Result<usize, String>;

    /// The columns of some lines, for so much room.
    fn table(&self, lines: &[Self::Line], order: &Order, room: u16, cx: &Cx) -> Table;

    fn draw_detail(&self, line: &Self::Line, area: Rect, cx: &Cx, buf: &mut Buffer);

    fn spot(place: Place<Self>) -> Spot;

    fn place(spot: Spot) -> Option<Place<Self>>;
}

/// A place in a view, for Ctrl-O.
#[derive(Clone, Debug)]
pub struct Place<V> {
    view: V,
    list: List,
    order: usize,
    reverse: bool,
    system: bool,
    at: Option<String>,
}

#[derive(Debug)]
pub struct ListPane<V: Listed> {
    view: V,
    list: List,
    /// Position in [`Listed::ORDERS`].
    order: usize,
    reverse: bool,
    system: bool,
    lines: Vec<V::Line>,
    /// The line of the cursor, by name: it outlives a refresh.
    at: Option<String>,
    /// When what is in sight came into sight.
    since: Duration,
    /// Generation of the catalog and revision of the measures that were looked at.
    seen: (u64, u64),
}

// By hand: lines need no default.
impl<V: Listed> Default for ListPane<V> {
    fn default() -> Self {
        Self {
            view: V::default(),
            list: List::default(),
            order: 0,
            reverse: false,
            system: false,
            lines: Vec::new(),
            at: None,
            since: Duration::ZERO,
            seen: (0, 0),
        }
    }
}

/// Keys of every list, behind those of the view.
const KEYS: &[Action] = &[Action::Sort, Action::Filter, Action::Copy, Action::Refresh, Action::System];

impl<V: Listed> Pane for ListPane<V> {
    fn title(&self) -> &'static str {
        V::TITLE
    }

    fn crumbs(&self, _cx: &Cx) -> Vec<String> {
        vec![self.view.crumb()]
    }

    fn status(&self, cx: &Cx) -> String {
        if cx.facts.schema.catalog.is_none() || words::hidden(cx).is_some() {
            return String::new();
        }
        let count = self.view.count(&self.lines);
        if cx.area.width < 60 { count } else { format!("{count}   sort: {}", self.sort_words(cx)) }
    }

    fn honesty(&self, cx: &Cx) -> (String, Style) {
        let theme = &cx.look.theme;
        if cx.facts.schema.catalog.is_none() {
            return (String::new(), theme.plain);
        }
        match words::hidden(cx) {
            Some(said) => (said, theme.warning),
            None => self.view.honesty(&self.lines, cx),
        }
    }

    fn keys(&self, cx: &Cx) -> Vec<Action> {
        let own = V::KEYS.iter().copied().filter(|key| self.view.offers(*key, cx));
        let orders = V::ORDERS.iter().filter(|order| self.view.unsortable(order, cx).is_none());
        let orders = orders.filter_map(|order| order.key);
        own.chain(KEYS.iter().chain(MOVES).copied()).chain(orders).chain(SHELL.iter().copied()).collect()
    }

    fn hint(&self, action: Action) -> Option<&'static str> {
        self.view.hint(action)
    }

    fn typing(&self) -> bool {
        self.list.input.is_some()
    }

    fn text(&mut self, key: KeyEvent, cx: &Cx) -> Vec<Effect> {
        if self.list.text(key, height(cx), self.lines.len()) {
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
        if let Some(order) = V::ORDERS.iter().position(|order| order.key == Some(action)) {
            return self.sort(order, cx);
        }
        match self.view.act(action, self.lines.get(self.list.cursor.at), cx) {
            Did::Effects(effects) => return effects,
            Did::Anew => {
                self.at = None;
                self.build(cx);
                return Vec::new();
            }
            Did::Nothing => {}
        }
        match action {
            Action::Filter => self.list.open(),
            Action::System => {
                self.system = !self.system;
                self.build(cx);
            }
            Action::Copy => {
                return self.chosen().map(|line| Effect::Copy(V::name(line).to_owned())).into_iter().collect();
            }
            action if self.list.moves(action, height(cx), self.lines.len()) => self.moved(cx),
            _ => {}
        }
        Vec::new()
    }

    fn back(&mut self, cx: &Cx) -> bool {
        if !self.list.query.is_empty() {
            self.list.query.clear();
        } else if !self.view.back() {
            return false;
        }
        self.build(cx);
        true
    }

    fn inside(&self) -> Option<String> {
        Some(format!("{} {}", self.view.crumb(), self.list.query))
    }

    fn refresh(&mut self, cx: &Cx) {
        let seen = (cx.facts.schema.generation, cx.facts.measures.revision);
        if seen != self.seen {
            self.seen = seen;
            self.build(cx);
        }
        let (at, len) = (self.list.cursor.at, self.lines.len());
        self.list.cursor.go(at, height(cx), len);
    }

    fn tick(&mut self, cx: &Cx) -> Vec<Effect> {
        if self.due(cx).is_none_or(|at| at > cx.now.tick) {
            return Vec::new();
        }
        vec![self.wants(cx).map_or(Effect::Note, Effect::Measure)]
    }

    fn deadline(&self, cx: &Cx) -> Option<Duration> {
        self.due(cx)
    }

    fn goto(&mut self, goto: &Goto, cx: &Cx) -> Result<Vec<Effect>, String> {
        let before = self.here();
        self.view.turn_to(goto, cx)?;
        self.list.query.clear();
        self.build(cx);
        match self.view.find(goto, &self.lines, cx) {
            Ok(at) => self.list.cursor.go(at, height(cx), self.lines.len()),
            Err(why) => {
                self.stand(before, cx);
                return Err(why);
            }
        }
        self.moved(cx);
        Ok(vec![Effect::Remember(V::spot(before))])
    }

    fn spot(&self, _cx: &Cx) -> Spot {
        V::spot(self.here())
    }

    fn restore(&mut self, spot: Spot, cx: &Cx) {
        if let Some(place) = V::place(spot) {
            self.stand(place, cx);
        }
    }

    fn plain(&self, cx: &Cx) -> (String, String) {
        let table = self.view.table(&self.lines, self.order(), u16::MAX, cx);
        (V::TITLE.into(), super::schema::plain_table(&table))
    }

    fn click(&mut self, _column: u16, row: u16, cx: &Cx) -> Vec<Effect> {
        let y = usize::from(row.saturating_sub(cx.area.y));
        if y == 0 {
            return self.update(Action::Filter, cx);
        }
        match self.list.hit(y.checked_sub(2), 1, self.sight(cx), |_| true) {
            Hit::Again => self.update(Action::Enter, cx),
            Hit::Moved => {
                self.moved(cx);
                Vec::new()
            }
            Hit::Nothing => Vec::new(),
        }
    }

    fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        if cx.facts.schema.catalog.is_none() {
            return super::schema::nothing_yet(cx, buf);
        }
        self.list.draw_filter(cx.area, cx, &self.view.hints(), buf);
        self.draw_lines(rows_of(cx.area, 1, cx.area.height), cx, buf);
        if let Some(line) = self.chosen().filter(|_| cx.area.height >= DETAIL_FROM) {
            self.view.draw_detail(line, rows_of(cx.area, cx.area.height - DETAIL, DETAIL), cx, buf);
        }
    }
}

/// Rows of the list in sight: above them are the filter and the titles.
fn height(cx: &Cx) -> usize {
    let detail = if cx.area.height >= DETAIL_FROM { DETAIL } else { 0 };
    cx.area.height.saturating_sub(2 + detail) as usize
}

impl<V: Listed> ListPane<V> {
    fn chosen(&self) -> Option<&V::Line> {
        self.lines.get(self.list.cursor.at)
    }

    fn order(&self) -> &'static Order {
        V::ORDERS.get(self.order).unwrap_or(&V::ORDERS[0])
    }

    fn sight(&self, cx: &Cx) -> Sight {
        Sight { height: height(cx), len: self.lines.len() }
    }

    fn top(&self, cx: &Cx) -> usize {
        self.list.top(self.sight(cx))
    }

    fn shown(&self, cx: &Cx) -> &[V::Line] {
        let top = self.top(cx);
        self.lines.get(top..(top + height(cx).max(1)).min(self.lines.len())).unwrap_or_default()
    }

    fn moved(&mut self, cx: &Cx) {
        self.at = self.chosen().map(|line| V::name(line).to_owned());
        self.since = cx.now.tick;
    }

    /// The same once more: the other way round; a third time: as the view began.
    fn sort(&mut self, order: usize, cx: &Cx) -> Vec<Effect> {
        if let Some(why) = self.view.unsortable(&V::ORDERS[order], cx) {
            return vec![Effect::Toast(why)];
        }
        (self.order, self.reverse) = match (self.order == order, self.reverse) {
            (true, true) => (0, false),
            (same, _) => (order, same),
        };
        self.build(cx);
        Vec::new()
    }

    fn sort_words(&self, cx: &Cx) -> String {
        let Order { key, word, up } = self.order();
        let glyph = if *up == self.reverse { cx.look.glyphs.descending } else { cx.look.glyphs.ascending };
        if key.is_some() { format!("{word} {glyph}") } else { (*word).to_owned() }
    }

    /// What should be asked next; nothing while something is under way or the line is dead.
    fn wants(&self, cx: &Cx) -> Option<Want> {
        let facts = cx.facts;
        if facts.schema.load.is_some() || facts.measures.asked.is_some() || facts.is_stale() || self.lines.is_empty() {
            return None;
        }
        self.view.wants(&self.lines, self.shown(cx), self.order(), cx)
    }

    /// When the next thing is to be asked; when nothing is, what was seen is remembered.
    fn due(&self, cx: &Cx) -> Option<Duration> {
        let rests = self.since + cx.rest;
        if self.wants(cx).is_some() {
            return Some(rests);
        }
        let measures = &cx.facts.measures;
        let quiet = cx.facts.schema.load.is_none() && measures.asked.is_none() && !cx.facts.is_stale();
        measures.note_at().filter(|_| quiet).map(|at| at.max(rests))
    }

    fn here(&self) -> Place<V> {
        let Self { view, list, order, reverse, system, at, .. } = self;
        let list = List { input: None, ..list.clone() };
        Place { view: view.clone(), list, order: *order, reverse: *reverse, system: *system, at: at.clone() }
    }

    fn stand(&mut self, place: Place<V>, cx: &Cx) {
        let Place { view, list, order, reverse, system, at } = place;
        (self.view, self.list, self.order, self.reverse, self.system, self.at) =
            (view, list, order, reverse, system, at);
        self.build(cx);
    }

    /// The lines anew, the cursor on the same one.
    fn build(&mut self, cx: &Cx) {
        let mut lines = self.view.lines(self.system, cx);
        if let Some(filter) = cx.facts.schema.catalog.as_ref().and_then(|catalog| self.list.filter(catalog)) {
            lines.retain(|line| self.view.takes(&filter, line, cx));
        }
        self.view.sort(self.order(), &mut lines, cx);
        if self.reverse {
            lines.reverse();
        }
        self.lines = lines;
        let at = self.at.as_ref().and_then(|name| self.lines.iter().position(|line| V::name(line) == name));
        let at = at.unwrap_or(if self.at.is_some() { self.list.cursor.at } else { 0 });
        self.list.cursor.go(at, height(cx), self.lines.len());
        self.since = cx.now.tick;
    }

    fn draw_lines(&self, body: Rect, cx: &Cx, buf: &mut Buffer) {
        let look = cx.look;
        if self.lines.is_empty() {
            let why = self.view.empty(!self.list.query.is_empty(), cx);
            put_cut(buf, body, 1, 2, body.width.saturating_sub(1), &why, look.theme.plain, look);
        }
        let (top, room) = (self.top(cx), body.width.saturating_sub(2));
        let shown = self.shown(cx);
        let table = self.view.table(shown, self.order(), room, cx);
        let slots = table.fit(room);
        let inner = Rect { x: body.x + 1, width: body.width.saturating_sub(1), ..body };
        table.draw_head(buf, inner, &slots, look);
        for n in 0..shown.len().min(height(cx)) {
            let line = rows_of(body, n as u16 + 1, 1);
            let chosen = top + n == self.list.cursor.at;
            if chosen {
                put(buf, line, 0, 0, look.glyphs.select, look.theme.plain);
            }
            let style = chosen.then_some(look.theme.selected);
            table.draw_row(buf, rows_of(inner, n as u16 + 1, 1), &slots, n, style, look);
            if chosen {
                select_row(buf, line, look);
            }
        }
    }
}
