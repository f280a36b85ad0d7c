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

mod act;
mod click;
mod columns;
mod detail;
mod digest;
mod draw;
mod draw_detail;
mod draw_rows;
mod draw_tree;
mod export;
pub(super) mod filter;
mod jump;
mod keep;
mod links;
mod missing;
mod names;
mod preview;
mod rows;
mod tabs;

pub use columns::describe;
pub(super) use draw::plain_table;
pub use filter::found as letters_found;
pub(super) use missing::nothing_yet;
#[cfg(test)]
mod tests;

use super::{Cx, Pane, Spot};
use crate::config::PaneState;
use crate::model::{Catalog, Known, RowKey};
use crate::tui::export::Listing;
use crate::tui::facts::LinkState;
use crate::tui::msg::{Action, Effect, Goto};
use crate::tui::widget::input::Input;
use crate::tui::widget::scroll::Cursor;
use crossterm::event::{KeyCode, KeyEvent};
use detail::{Body, Detail, Source, Tab};
use digest::{Digest, Sort, SortBy};
use filter::Filter;
use names::{find, label};
use ratatui::buffer::Buffer;
use ratatui::style::Style;
use rows::{Key, Node, Open, Row, Rows};
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
    /// The column of the cursor on the Rows tab, and the first one in sight.
    column: usize,
    left: usize,
    /// Which rows the Rows tab is about, and of what: none of it anywhere else.
    where_: Option<(Key, Vec<RowKey>)>,
    /// Where the foreign keys of a row lead, while that is asked.
    links: Option<links::Links>,
    /// Places that a foreign key was followed from, for Esc.
    trail: Vec<Arc<Place>>,
    /// Generations of the catalog, the definitions and revision of the definitions that were looked at.
    seen: (u64, u64, u64),
    /// What is unfolded is as it was left the last time.
    recalled: bool,
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
    column: usize,
    left: usize,
    where_: Option<(Key, Vec<RowKey>)>,
    trail: Vec<Arc<Place>>,
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
        if detail.tab == Tab::Rows {
            let keys = self.keys_of(detail.node, cx);
            crumbs.extend((!keys.is_empty()).then(|| format!("where {}", preview::condition(keys))));
            let head = self.grid().and_then(|grid| grid.heads.get(self.column));
            crumbs.extend(head.filter(|_| self.side == Side::Detail).map(|head| head.name.clone()));
        }
        crumbs
    }

    fn status(&self, cx: &Cx) -> String {
        if cx.facts.schema.catalog.is_none() {
            return String::new();
        }
        if let Some(grid) = self.grid().filter(|_| self.side == Side::Detail) {
            let (row, column) = (self.cursor.at + 1, self.column + 1);
            return format!("row {row} of {}, column {column} of {}", grid.cells.len(), grid.heads.len());
        }
        let mut words = Vec::new();
        if self.filter.is_some() {
            words.push(format!("{} of {}", self.rows.found, self.digest.leaves));
            if self.input.is_none() && cx.area.width >= 60 {
                let cut = crate::text::cut(&self.query, 24, cx.look.glyphs.cut);
                words.push(format!("filter: {cut}"));
            }
        } else if cx.area.width >= 60 {
            let schemas = self.digest.schemas.len();
            let tables = match cx.facts.schema.cut {
                Some(_) => format!("{} tables read, not all,", self.digest.tables),
                None => detail::plural(self.digest.tables, "table"),
            };
            words.push(format!("{tables} in {}", detail::plural(schemas, "schema")));
        }
        if self.sort != Sort::default() {
            words.push(format!("sort: {}", self.sort_words(cx)));
        }
        words.join("   ")
    }

    fn honesty(&self, cx: &Cx) -> (String, Style) {
        missing::honesty(self, cx)
    }

    fn keys(&self, cx: &Cx) -> Vec<Action> {
        self.actions(cx)
    }

    fn hint(&self, action: Action) -> Option<&'static str> {
        match (action, self.side) {
            (Action::Copy, _) => Some(match self.detail.as_ref().map(|detail| &detail.body) {
                Some(Body::Text(_)) if self.side == Side::Detail => "copy text",
                Some(Body::Rows(_)) if self.side == Side::Detail => "copy value",
                _ => "copy name",
            }),
            (Action::Enter, Side::Detail) if self.links.is_some() => Some("these rows"),
            (Action::Enter, Side::Detail) if self.grid().is_some() => Some("value, key"),
            (Action::Enter, Side::Detail) if self.on_rows() => Some("read rows"),
            (Action::Refresh, Side::Detail) if self.on_rows() => Some("read again"),
            (Action::Left, Side::Detail) if self.grid().is_some() => Some("column"),
            (Action::Right, Side::Detail) if self.grid().is_some() => Some("column"),
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
        if let Some(effects) = self.links_action(action, cx) {
            return effects;
        }
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
                self.follow(cx);
            }
            (Action::NextTab, _) => return self.turn_tab(1, cx),
            (Action::PrevTab, _) => return self.turn_tab(-1, cx),
            (Action::Definition, _) => return self.show_tab(Tab::Ddl, cx),
            (Action::Relations, _) => return self.relations(cx),
            (Action::Statements, _) => return self.statements(cx),
            (Action::Follow, Side::Detail) => return self.open_links(cx),
            (Action::Copy, side) => return self.copy(side, cx),
            (action, Side::Tree) => return self.tree_action(action, cx),
            (action, Side::Detail) => return self.detail_action(action, cx),
        }
        Vec::new()
    }

    fn reload(&mut self, cx: &Cx) -> Option<Vec<Effect>> {
        if matches!(cx.facts.link, LinkState::Lost { .. } | LinkState::Refused { .. }) {
            return None;
        }
        let effects = self.read_rows(cx);
        if effects.is_some() {
            self.links = None;
        }
        effects
    }

    fn back(&mut self, cx: &Cx) -> bool {
        if self.side == Side::Detail {
            if !self.back_from_rows(cx) {
                self.side = Side::Tree;
            }
            return true;
        }
        if !self.query.is_empty() {
            self.set_query(String::new(), cx);
            return true;
        }
        false
    }

    fn inside(&self) -> Option<String> {
        self.detail.as_ref().filter(|_| self.side == Side::Detail).map(|detail| detail.name.clone())
    }

    fn refresh(&mut self, cx: &Cx) {
        let seen = (cx.facts.schema.generation, cx.facts.definitions.revision, cx.facts.rows.revision);
        if seen.0 != self.seen.0 {
            let first = self.seen.0 == 0;
            self.seen = seen;
            if first && !self.recalled {
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

    fn restyle(&mut self, cx: &Cx) {
        self.rebuild_detail(cx);
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
        let name = match goto {
            Goto::Thing(thing) => return self.go_to(thing, cx),
            Goto::Object(name) => name,
            Goto::Relations { .. } => return Err("Relations are in the ERD.".into()),
            _ => return Err("That is not in this view.".into()),
        };
        let Some(catalog) = &cx.facts.schema.catalog else { return Err("The schema is not read yet.".into()) };
        match find(catalog, name) {
            Some(node) => Ok(self.walk_to(node, cx)),
            None if cx.facts.schema.cut.is_some() || incomplete(catalog) => {
                Err(format!("Nothing like {name} is among what was read, which is not all. r reads again."))
            }
            None => Err(format!("There is no table, view, function or type like {name}.")),
        }
    }

    fn spot(&self, _cx: &Cx) -> Spot {
        Spot::Schema(Box::new(self.place()))
    }

    fn restore(&mut self, spot: Spot, cx: &Cx) {
        let Spot::Schema(place) = spot else { return };
        self.restore_place(*place, cx);
    }

    fn plain(&self, cx: &Cx) -> (String, String) {
        let Some(detail) = &self.detail else { return Default::default() };
        let text = match &detail.body {
            Body::Text(text) => text.clone(),
            Body::Say(lines) => lines.join("\n"),
            Body::Wait(_) => String::new(),
            Body::Table { table, .. } => draw::plain_table(table),
            Body::Rows(grid) => grid.plain(),
        };
        let _ = cx;
        (detail.name.clone(), format!("{}\n{}\n{}\n\n{text}", detail.name, detail.kind, detail.facts))
    }

    fn text_of(&self, cx: &Cx) -> (String, String) {
        match &self.detail {
            Some(Detail { body: Body::Text(text), name, .. }) => (name.clone(), text.clone()),
            _ => self.plain(cx),
        }
    }

    fn markdown(&self, _cx: &Cx) -> String {
        export::markdown(self)
    }

    fn listing(&self, cx: &Cx) -> Option<Listing> {
        export::listing(self, cx)
    }

    fn keep(&self) -> PaneState {
        self.kept()
    }

    fn recall(&mut self, state: &PaneState, cx: &Cx) {
        self.take_up(state, cx);
    }

    fn click(&mut self, column: u16, row: u16, cx: &Cx) -> Vec<Effect> {
        self.clicked(column, row, cx)
    }

    fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        draw::draw(self, cx, buf);
    }
}

impl SchemaPane {
    fn restore_place(&mut self, place: Place, cx: &Cx) {
        self.open = place.open;
        self.query = place.query;
        self.sort = place.sort;
        self.system = place.system;
        self.side = place.side;
        self.at = place.at;
        self.tab = place.tab;
        self.tree = place.tree;
        self.where_ = place.where_;
        self.trail = place.trail;
        self.links = None;
        self.filter = cx.facts.schema.catalog.as_ref().and_then(|catalog| Filter::new(&self.query, catalog));
        self.digest_again(cx);
        self.follow(cx);
        self.cursor = place.cursor;
        self.column = place.column;
        self.left = place.left;
        self.settle(cx);
    }

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
            column: self.column,
            left: self.left,
            where_: self.where_.clone(),
            trail: self.trail.clone(),
        }
    }

    fn actions(&self, cx: &Cx) -> Vec<Action> {
        use Action::*;
        if cx.facts.schema.catalog.is_none() {
            return vec![Refresh, Command, Quit, Pause, GoTo, Cancel, Suspend, Help];
        }
        let mut actions = match self.side {
            Side::Tree => vec![Enter, Filter, GoTo, Copy, Definition, Sort, NextPane, Right, Left],
            Side::Detail if self.grid().is_some() => {
                vec![Enter, Follow, Left, Right, Copy, Refresh, Back, NextTab, PrevTab, NextPane, Definition, Filter]
            }
            Side::Detail if self.on_rows() && cx.facts.rows.is_off() => {
                vec![Back, NextTab, PrevTab, Copy, NextPane, Definition, Filter]
            }
            Side::Detail if self.on_rows() => {
                vec![Enter, Refresh, Back, NextTab, PrevTab, Copy, NextPane, Definition, Filter]
            }
            Side::Detail => vec![Enter, Back, NextTab, PrevTab, Copy, NextPane, Definition, Filter],
        };
        if self.filter.is_some() && self.side == Side::Tree {
            actions.insert(1, NextMatch);
            actions.insert(2, Back);
        }
        let all = [
            Refresh,
            Pause,
            System,
            Fold,
            Plain,
            GoTo,
            LastPlace,
            Up,
            Down,
            First,
            Last,
            HalfUp,
            HalfDown,
            Left,
            Right,
            NextTab,
            PrevTab,
            NextPane,
            PrevPane,
            Back,
            NextMatch,
            PrevMatch,
            Sort,
            SortName,
            SortSize,
            SortRows,
            Relations,
            Statements,
            Export,
            CopyMarkdown,
            SaveText,
            Command,
            Help,
            Cancel,
            Suspend,
            Quit,
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

    /// Unfolds what people came for: the only schema, or the default one.
    fn open_first(&mut self, cx: &Cx) {
        let Some(catalog) = &cx.facts.schema.catalog else { return };
        let relations = &catalog.relations;
        let shown: Vec<&str> = relations
            .schemas
            .iter()
            .filter(|schema| !schema.system)
            .map(|schema| relations.names.get(schema.name))
            .collect();
        let facts = cx.facts;
        let default = facts.server.as_ref().and_then(|(server, _)| server.database.as_deref());
        // The list of schemas may come before the server told which one is its own.
        let default = default.or(facts.database.as_deref());
        let first = match shown.as_slice() {
            [only] => Some(*only),
            several => several.iter().copied().find(|name| Some(*name) == default),
        };
        if let Some(key) = first.map(|name| Key::Schema(name.to_owned())) {
            self.at.get_or_insert(key.clone());
            self.open.extend([key]);
        }
    }

    /// Works out the tree again: the catalog, the order or what is hidden changed.
    fn digest_again(&mut self, cx: &Cx) {
        let Some(catalog) = &cx.facts.schema.catalog else { return };
        self.digest = Digest::new(catalog, self.sort, self.system);
        self.filter = Filter::new(&self.query, catalog);
        self.rows_again(cx);
    }

    /// Builds the rows in sight and finds the cursor's object again.
    fn rows_again(&mut self, cx: &Cx) {
        let Some(catalog) = &cx.facts.schema.catalog else { return };
        self.rows = rows::build(catalog, &self.digest, &self.open, self.filter.as_ref());
        let node = self.at.as_ref().and_then(|key| rows::node_of(key, catalog));
        let found = node.and_then(|node| self.row_of(node, catalog));
        let at = found.unwrap_or(self.tree.at);
        self.tree.go(at, draw::tree_height(cx.area), self.rows.list.len());
        self.remember_cursor(catalog);
    }

    /// The row of `node`, or of what it is folded away in.
    fn row_of(&self, node: Node, catalog: &Catalog) -> Option<usize> {
        let position = |node: Node| self.rows.list.iter().position(|row| row.node == node);
        position(node).or_else(|| rows::above(node, catalog).into_iter().rev().find_map(position))
    }

    fn remember_cursor(&mut self, catalog: &Catalog) {
        if let Some(row) = self.rows.list.get(self.tree.at) {
            self.at = rows::key_of(row.node, catalog);
        }
    }

    fn row(&self) -> Option<Row> {
        self.rows.list.get(self.tree.at).copied()
    }

    /// The cursor goes to row `at`; the detail follows when it rests.
    fn go(&mut self, at: usize, cx: &Cx) {
        let was = self.tree.at;
        self.tree.go(at, draw::tree_height(cx.area), self.rows.list.len());
        if self.tree.at != was {
            self.moved = Some(cx.now.tick);
            self.define = None;
            if let Some(catalog) = &cx.facts.schema.catalog {
                self.remember_cursor(catalog);
            }
        }
    }

    fn step(&mut self, by: isize, cx: &Cx) {
        self.go(self.tree.at.saturating_add_signed(by), cx);
    }

    /// The detail shows what the cursor is on.
    fn follow(&mut self, cx: &Cx) {
        self.moved = None;
        let Some(row) = self.row() else {
            self.detail = None;
            return;
        };
        if self.detail.as_ref().is_none_or(|detail| detail.node != row.node) {
            self.cursor = Cursor::default();
            (self.column, self.left) = (0, 0);
        }
        self.build_detail(row.node, cx);
        self.define = Some(cx.now.tick + BEFORE_DEFINITION);
    }

    fn build_detail(&mut self, node: Node, cx: &Cx) {
        let Some(catalog) = &cx.facts.schema.catalog else { return };
        let keys = self.keys_of(node, cx);
        let source = Source { catalog, digest: &self.digest, facts: cx.facts, look: cx.look, keys };
        self.detail = Some(Detail::build(source, node, self.tab));
    }

    fn rebuild_detail(&mut self, cx: &Cx) {
        if let Some(node) = self.detail.as_ref().map(|detail| detail.node) {
            self.build_detail(node, cx);
        }
    }

    /// Asks for the definition of what is shown, where one helps: a tab that needs it, or columns.
    fn definition(&self, cx: &Cx) -> Vec<Effect> {
        let Some(detail) = &self.detail else { return Vec::new() };
        let helps = matches!(detail.tab, Tab::Columns | Tab::Ddl | Tab::Rights);
        match detail.node.object() {
            // While the schema is read for the first time the parts go first.
            Some(object) if helps && (cx.facts.schema.load.is_none() || detail.tab != Tab::Columns) => {
                vec![Effect::Define(object)]
            }
            _ => Vec::new(),
        }
    }

    /// Cursors stay inside their lists, whatever changed.
    fn settle(&mut self, cx: &Cx) {
        self.tree.go(self.tree.at, draw::tree_height(cx.area), self.rows.list.len());
        let (height, len) = self.detail_room(cx);
        self.cursor.go(self.cursor.at, height, len);
        self.settle_column(cx);
        if self.define.is_none() && self.wants_definition(cx) {
            self.define = Some(cx.now.tick + BEFORE_DEFINITION);
        }
    }

    /// True when what is shown still lacks its definition and nobody asked for it.
    fn wants_definition(&self, cx: &Cx) -> bool {
        let Some(object) = self.detail.as_ref().and_then(|detail| detail.node.object()) else { return false };
        let definitions = &cx.facts.definitions;
        definitions.get(object).is_none()
            && definitions.loading(object).is_none()
            && !self.definition(cx).is_empty()
            && !cx.facts.is_stale()
    }

    /// Rows that the list of the detail shows, and how many there are.
    fn detail_room(&self, cx: &Cx) -> (usize, usize) {
        let Some(detail) = &self.detail else { return (0, 0) };
        let height = draw_detail::detail_height(self, detail, cx);
        match &detail.body {
            Body::Text(text) => (height, draw::text_lines(text, cx.area).saturating_sub(height) + 1),
            _ => (height, detail.stops()),
        }
    }
}

/// True when not everything of the schema could be read.
fn incomplete(catalog: &Catalog) -> bool {
    let ready = |known: bool| !known;
    ready(matches!(catalog.columns, Known::Ready(_)))
        || ready(matches!(catalog.indexes, Known::Ready(_)))
        || ready(matches!(catalog.keys, Known::Ready(_)))
        || ready(matches!(catalog.objects, Known::Ready(_)))
}
