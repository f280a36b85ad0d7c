//! View 2: the tree of schemas left, the detail of one object right.
//!
//! ```text
//!  / filter   s sort: name          │ sales.orders   table, owner app_owner
//!  ▾ sales               44  327 GB │ ~212 M rows    71.8 GB = table 38.0 GB + …
//!      order_items         █ 184 GB │ [Columns 12]  Indexes 9  Keys 6  Stats  Rights  DDL
//! ▌    orders              ▄  72 GB │  # Column        Type     Null  Key   Distinct  Nulls
//!    ▸ views              5         │ → customers   ← order_items   ← payments
//! ```
//!
//! The detail follows the cursor when it rests, so that a held key moves one mark and nothing else.

mod detail;
mod digest;
mod draw;
mod filter;
mod names;
mod rows;
mod state;
mod tabs;
mod walk;

#[cfg(test)]
mod tests;

pub use tabs::describe;

use super::{Cx, Pane, Spot};
use crate::collect::quote_name;
use crate::model::{Catalog, EngineKind};
use crate::tui::msg::{Action, Effect, Goto};
use crate::tui::widget::input::Input;
use crate::tui::widget::scroll::Cursor;
use crossterm::event::{KeyCode, KeyEvent};
use detail::{Body, Detail, Source, Tab, Target};
use digest::{Digest, Sort, SortBy};
use filter::Filter;
use names::*;
use ratatui::buffer::Buffer;
use ratatui::style::Style;
use rows::{Fold, Key, Node, Open, Row, Rows};
use std::sync::Arc;
use std::time::Duration;

/// After the detail is drawn: how much longer the cursor must rest before its definition is asked for.
const BEFORE_DEFINITION: Duration = Duration::from_millis(120);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    #[default]
    Tree,
    Detail,
}

#[derive(Debug, Default)]
pub struct SchemaPane {
    digest: Digest,
    rows: Rows,
    open: Open,
    sort: Sort,
    system: bool,
    query: String,
    /// The text field, while it is open.
    input: Option<Input>,
    filter: Option<Filter>,
    side: Side,
    tree: Cursor,
    /// The object of the cursor, by name: it outlives a refresh.
    at: Option<Key>,
    tab: Tab,
    cursor: Cursor,
    detail: Option<Detail>,
    /// The cursor moved and the detail has not followed yet.
    moved: Option<Duration>,
    /// When the definition of what is shown is to be asked for.
    define: Option<Duration>,
    /// Generation of the catalog and revision of the definitions that were looked at.
    seen: (u64, u64),
}

/// A place in this view, for Ctrl-O.
#[derive(Clone, Debug)]
pub struct Place {
    at: Option<Key>,
    open: Open,
    query: String,
    sort: Sort,
    system: bool,
    side: Side,
    tree: Cursor,
    tab: Tab,
    cursor: Cursor,
}

impl Pane for SchemaPane {
    fn title(&self) -> &'static str {
        "Schema"
    }

    fn crumbs(&self, cx: &Cx) -> Vec<String> {
        let (Some(catalog), Some(detail)) = (&cx.facts.schema.catalog, &self.detail) else { return Vec::new() };
        let mut crumbs: Vec<String> =
            rows::above(detail.node, catalog).into_iter().map(|node| label(node, catalog)).collect();
        crumbs.push(label(detail.node, catalog));
        if let (Side::Detail, Body::Table { copies, .. }) = (self.side, &detail.body)
            && let Some(name) = copies.get(self.cursor.at)
            && detail.tab != Tab::Stats
        {
            crumbs.push(name.clone());
        }
        crumbs
    }

    fn status(&self, cx: &Cx) -> String {
        if cx.facts.schema.catalog.is_none() {
            return String::new();
        }
        let mut words = Vec::new();
        if self.filter.is_some() {
            words.push(format!("{} of {}", self.rows.found, self.digest.leaves));
        } else if cx.area.width >= 60 {
            let schemas = self.digest.schemas.len();
            words.push(format!(
                "{} in {}",
                detail::plural(self.digest.tables, "table"),
                detail::plural(schemas, "schema")
            ));
        }
        if self.sort != Sort::default() {
            words.push(format!("sort: {}", self.sort_words(cx)));
        }
        words.join("   ")
    }

    fn honesty(&self, cx: &Cx) -> (String, Style) {
        draw::honesty(self, cx)
    }

    fn keys(&self, cx: &Cx) -> Vec<Action> {
        self.actions(cx)
    }

    fn hint(&self, action: Action) -> Option<&'static str> {
        match (action, self.side) {
            (Action::Copy, _) => Some(match self.detail.as_ref().map(|detail| &detail.body) {
                Some(Body::Text(_)) if self.side == Side::Detail => "copy text",
                _ => "copy name",
            }),
            (Action::NextPane, Side::Tree) => Some("detail"),
            (Action::NextPane, Side::Detail) => Some("tree"),
            (Action::Right, Side::Tree) => Some("unfold"),
            _ => None,
        }
    }

    fn typing(&self) -> bool {
        self.input.is_some()
    }

    fn text(&mut self, key: KeyEvent, cx: &Cx) -> Vec<Effect> {
        let Some(input) = &mut self.input else { return Vec::new() };
        match key.code {
            KeyCode::Enter => {
                self.input = None;
                self.follow(cx);
            }
            KeyCode::Esc => {
                self.input = None;
                self.set_query(String::new(), cx);
            }
            KeyCode::Backspace if input.text().is_empty() => self.input = None,
            KeyCode::Up => self.step(-1, cx),
            KeyCode::Down => self.step(1, cx),
            _ => {
                if input.key(key) {
                    let text = input.text().to_owned();
                    self.set_query(text, cx);
                }
            }
        }
        Vec::new()
    }

    fn paste(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        if let Some(input) = &mut self.input {
            input.paste(text);
            let text = input.text().to_owned();
            self.set_query(text, cx);
        }
        Vec::new()
    }

    fn update(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match (action, self.side) {
            (Action::NextPane | Action::PrevPane, side) => {
                self.follow(cx);
                self.side = if side == Side::Tree { Side::Detail } else { Side::Tree };
            }
            (Action::Filter, _) => {
                self.side = Side::Tree;
                self.input = Some(Input::new(&self.query));
            }
            (Action::NextMatch, _) => self.next_match(1, cx),
            (Action::PrevMatch, _) => self.next_match(-1, cx),
            (Action::SortName, _) => self.sort_by(SortBy::Name, cx),
            (Action::SortSize, _) => self.sort_by(SortBy::Size, cx),
            (Action::SortRows, _) => self.sort_by(SortBy::Rows, cx),
            (Action::System, _) => {
                self.system = !self.system;
                self.digest_again(cx);
            }
            (Action::NextTab, _) => return self.turn_tab(1, cx),
            (Action::PrevTab, _) => return self.turn_tab(-1, cx),
            (Action::Definition, _) => return self.show_tab(Tab::Ddl, cx),
            (Action::Copy, side) => return self.copy(side, cx),
            (action, Side::Tree) => return self.tree_action(action, cx),
            (action, Side::Detail) => return self.detail_action(action, cx),
        }
        Vec::new()
    }

    fn back(&mut self, cx: &Cx) -> bool {
        if self.side == Side::Detail {
            self.side = Side::Tree;
            return true;
        }
        if !self.query.is_empty() {
            self.set_query(String::new(), cx);
            return true;
        }
        false
    }

    fn refresh(&mut self, cx: &Cx) {
        let seen = (cx.facts.schema.generation, cx.facts.definitions.revision);
        if seen.0 != self.seen.0 {
            let first = self.seen.0 == 0;
            self.seen = seen;
            if first {
                self.open_first(cx);
            }
            self.digest_again(cx);
            self.follow(cx);
        } else if seen != self.seen {
            self.seen = seen;
            self.rebuild_detail(cx);
        }
        self.settle(cx);
    }

    fn tick(&mut self, cx: &Cx) -> Vec<Effect> {
        if self.moved.is_some_and(|at| at + cx.rest <= cx.now.tick) {
            self.follow(cx);
        }
        if self.define.is_some_and(|at| at <= cx.now.tick) {
            self.define = None;
            return self.definition(cx);
        }
        Vec::new()
    }

    fn deadline(&self, cx: &Cx) -> Option<Duration> {
        let rest = self.moved.map(|at| at + cx.rest);
        rest.into_iter().chain(self.define).min()
    }

    fn goto(&mut self, goto: &Goto, cx: &Cx) -> Result<Vec<Effect>, String> {
        let Goto::Object(name) = goto;
        let Some(catalog) = &cx.facts.schema.catalog else { return Err("The schema is not read yet.".into()) };
        match find(catalog, name) {
            Some(node) => Ok(self.walk_to(node, cx)),
            None => Err(format!("There is no table, view, function or type like {name}.")),
        }
    }

    fn spot(&self, _cx: &Cx) -> Spot {
        Spot::Schema(Box::new(self.place()))
    }

    fn restore(&mut self, spot: Spot, cx: &Cx) {
        let Spot::Schema(place) = spot;
        self.open = place.open;
        self.query = place.query;
        self.sort = place.sort;
        self.system = place.system;
        self.side = place.side;
        self.at = place.at;
        self.tab = place.tab;
        self.tree = place.tree;
        self.filter = cx.facts.schema.catalog.as_ref().and_then(|catalog| Filter::new(&self.query, catalog));
        self.digest_again(cx);
        self.follow(cx);
        self.cursor = place.cursor;
        self.settle(cx);
    }

    fn plain(&self, cx: &Cx) -> (String, String) {
        let Some(detail) = &self.detail else { return Default::default() };
        let text = match &detail.body {
            Body::Text(text) => text.clone(),
            Body::Say(lines) => lines.join("\n"),
            Body::Wait(_) => String::new(),
            Body::Table { table, .. } => draw::plain_table(table),
        };
        let _ = cx;
        (detail.name.clone(), format!("{}\n{}\n{}\n\n{text}", detail.name, detail.kind, detail.facts))
    }

    fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        draw::draw(self, cx, buf);
    }
}

impl SchemaPane {
    fn place(&self) -> Place {
        Place {
            at: self.at.clone(),
            open: self.open.clone(),
            query: self.query.clone(),
            sort: self.sort,
            system: self.system,
            side: self.side,
            tree: self.tree,
            tab: self.tab,
            cursor: self.cursor,
        }
    }

    fn actions(&self, cx: &Cx) -> Vec<Action> {
        use Action::*;
        if cx.facts.schema.catalog.is_none() {
            return vec![Refresh, Command, Quit, Help];
        }
        let mut actions = match self.side {
            Side::Tree => vec![Enter, Filter, Copy, Definition, Sort, NextPane, Right, Left],
            Side::Detail => vec![Enter, Back, NextTab, PrevTab, Copy, NextPane, Definition, Filter],
        };
        if self.filter.is_some() && self.side == Side::Tree {
            actions.insert(1, NextMatch);
            actions.insert(2, Back);
        }
        let all = [
            Refresh, System, Fold, Plain, LastPlace, Up, Down, First, Last, HalfUp, HalfDown, Left, Right, NextTab,
            PrevTab, NextPane, PrevPane, Back, NextMatch, PrevMatch, Sort, SortName, SortSize, SortRows, Command, Help,
            Cancel, Suspend, Quit,
        ];
        for action in all {
            if !actions.contains(&action) {
                actions.push(action);
            }
        }
        actions
    }

    fn sort_words(&self, cx: &Cx) -> String {
        let word = match self.sort.by {
            SortBy::Name => "name",
            SortBy::Size => "size",
            SortBy::Rows => "rows",
        };
        let falls = (self.sort.by == SortBy::Name) == self.sort.reversed;
        let arrow = if falls { cx.look.glyphs.descending } else { cx.look.glyphs.ascending };
        format!("{word} {arrow}")
    }
}
