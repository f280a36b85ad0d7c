//! Views. Each one is a [`Pane`]: its state, keys and drawing together; what it shows are the facts.
//!
//! To add a view: a module here, a line in [`ALL`], a variant of [`Spot`], its screen snapshots. One that is
//! one long list with a detail is a `list::Listed`.

pub mod activity;
pub mod erd;
pub mod findings;
pub mod health;
pub mod indexes;
mod keyed;
mod list;
pub mod queries;
pub mod schema;
pub mod sizes;
pub mod sql;

#[cfg(test)]
pub(super) use list::words::index_name;

use super::export::{Content, Document, Listing};
use super::facts::Facts;
use super::msg::{Action, Effect, Goto, Now};
use super::widget::Look;
use crate::config::PaneState;
use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::time::Duration;

/// A view's digit and how it begins.
pub type Entry = (u8, fn() -> Box<dyn Pane>);

/// The SQL view, which may be absent.
pub const SQL: u8 = 9;

/// Keys that move the cursor of a list.
const MOVES: &[Action] = &[Action::Down, Action::Up, Action::First, Action::Last, Action::HalfDown, Action::HalfUp];
/// Keys of the shell, the same in every view.
const SHELL: &[Action] = &[
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
];

/// Views by their digit, in the order of the tab row.
pub const ALL: &[Entry] = &[
    (1, || Box::new(health::HealthPane::default())),
    (2, || Box::new(schema::SchemaPane::default())),
    (3, || Box::new(sizes::SizesPane::default())),
    (4, || Box::new(indexes::IndexesPane::default())),
    (5, || Box::new(queries::QueriesPane::default())),
    (6, || Box::new(activity::ActivityPane::default())),
    (7, || Box::new(erd::ErdPane::default())),
    (8, || Box::new(findings::FindingsPane::default())),
    (SQL, || Box::new(sql::SqlPane::default())),
];

/// What a pane may look at.
#[derive(Clone, Copy, Debug)]
pub struct Cx<'a> {
    pub facts: &'a Facts,
    pub now: Now,
    /// The time by which ages are told: it moves in steps, so that a key does not redraw them.
    pub clock: Now,
    pub look: &'a Look,
    /// Where the pane is drawn.
    pub area: Rect,
    /// How long the cursor must rest before what follows it is drawn; longer on a slow line.
    pub rest: Duration,
    /// How often a live view asks without a key; `None` while paused and on a line that is too narrow for it.
    pub every: Option<Duration>,
    /// Nothing is asked without a key.
    pub paused: bool,
}

/// A place to come back to with Ctrl-O: one variant for each view.
#[derive(Clone, Debug)]
pub enum Spot {
    Schema(Box<schema::Place>),
    Sizes(Box<list::Place<sizes::Sizes>>),
    Indexes(Box<list::Place<indexes::Indexes>>),
    Queries(Box<queries::Place>),
    Erd(Box<erd::Place>),
    Health(Box<health::Place>),
    Activity(Box<activity::Place>),
    Findings(Box<findings::Place>),
    Sql(Box<sql::Place>),
}

/// One view. `draw` changes nothing; `update` does no I/O.
pub trait Pane: std::fmt::Debug {
    /// In the tab row.
    fn title(&self) -> &'static str;

    /// False where this server has nothing of the kind; the view says why when it is opened.
    fn offered(&self, _cx: &Cx) -> bool {
        true
    }

    /// When what is in view was read.
    fn age(&self, cx: &Cx) -> Option<Timestamp> {
        cx.facts.schema.at
    }

    /// True where the last refresh of this view failed.
    fn is_old(&self, cx: &Cx) -> bool {
        cx.facts.schema.stale.is_some()
    }

    /// A number behind its title in the tab row.
    fn badge(&self, _cx: &Cx) -> Option<usize> {
        None
    }

    /// The key of the finding that is chosen, where there are findings.
    fn finding(&self, _cx: &Cx) -> Option<String> {
        None
    }

    /// The path to what is in view, after the title: `sales › orders`.
    fn crumbs(&self, cx: &Cx) -> Vec<String>;

    /// Counts, filter and sort of the list, for the right end of the breadcrumb row.
    fn status(&self, cx: &Cx) -> String;

    /// Source, age and what is missing; never empty while something is wrong.
    fn honesty(&self, cx: &Cx) -> (String, Style);

    /// Every action that does something now, the most important first. Footer and help come from it.
    fn keys(&self, cx: &Cx) -> Vec<Action>;

    /// Words for the footer where the state gives an action another meaning.
    fn hint(&self, _action: Action) -> Option<&'static str> {
        None
    }

    /// True while letters go into a text field.
    fn typing(&self) -> bool {
        false
    }

    /// What Enter and Esc do then, for the footer.
    fn typing_hints(&self) -> [&'static str; 2] {
        ["Enter keep", "Esc clear"]
    }

    /// The same for a text of several lines, which has more of them.
    fn writing_hints(&self) -> Option<Vec<String>> {
        None
    }

    fn text(&mut self, _key: KeyEvent, _cx: &Cx) -> Vec<Effect> {
        Vec::new()
    }

    fn paste(&mut self, _text: &str, _cx: &Cx) -> Vec<Effect> {
        Vec::new()
    }

    fn update(&mut self, action: Action, cx: &Cx) -> Vec<Effect>;

    /// What reading again means here, where it is not the whole schema.
    fn reload(&mut self, _cx: &Cx) -> Option<Vec<Effect>> {
        None
    }

    /// One step back inside the view; false at its top.
    fn back(&mut self, cx: &Cx) -> bool;

    /// The object that has the focus, where Enter led into one; Esc goes back to where it was pressed.
    fn inside(&self) -> Option<String> {
        None
    }

    /// Facts or the size changed.
    fn refresh(&mut self, cx: &Cx);

    /// The theme is another one: what was made with the old styles is made again.
    fn restyle(&mut self, _cx: &Cx) {}

    /// A time named by [`Pane::deadline`] has come.
    fn tick(&mut self, cx: &Cx) -> Vec<Effect>;

    /// When something is to be done without a key.
    fn deadline(&self, cx: &Cx) -> Option<Duration>;

    /// Goes to a place, where it is in this view.
    fn goto(&mut self, goto: &Goto, cx: &Cx) -> Result<Vec<Effect>, String>;

    fn spot(&self, cx: &Cx) -> Spot;

    fn restore(&mut self, spot: Spot, cx: &Cx);

    /// What is in view as plain text, for the terminal's own selection.
    fn plain(&self, cx: &Cx) -> (String, String);

    /// Title and text for a file: a definition without anything before it, so that it can be run.
    fn text_of(&self, cx: &Cx) -> (String, String) {
        self.plain(cx)
    }

    /// The same as Markdown.
    fn markdown(&self, cx: &Cx) -> String {
        let (_, text) = self.plain(cx);
        format!("```text\n{}\n```\n", text.trim_end())
    }

    /// What is in view as rows of a fact, for a file; `None` where it is a text.
    fn listing(&self, _cx: &Cx) -> Option<Listing> {
        None
    }

    /// The same where the rows are no fact.
    fn sheet(&self, _cx: &Cx) -> Option<Content> {
        None
    }

    /// `x` writes the page for somebody who was not there.
    fn hands_over(&self) -> bool {
        false
    }

    /// Tables and relations in view, for a file of another tool.
    fn document(&self, _cx: &Cx) -> Option<Document> {
        None
    }

    /// How it is left, for the next time.
    fn keep(&self) -> PaneState {
        PaneState::default()
    }

    /// Takes up how it was left the last time.
    fn recall(&mut self, _state: &PaneState, _cx: &Cx) {}

    /// A click at this column and row of the screen, inside [`Cx::area`].
    fn click(&mut self, _column: u16, _row: u16, _cx: &Cx) -> Vec<Effect> {
        Vec::new()
    }

    fn draw(&self, cx: &Cx, buf: &mut Buffer);
}
