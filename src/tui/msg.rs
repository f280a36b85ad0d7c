//! The closed sets that pass through the screen: what happens ([`Msg`]), what a key means ([`Action`]),
//! what is to be done outside ([`Cmd`]).

use super::jump::Index;
use crate::collect::history::{History, Visited};
use crate::collect::{Event, Job, Lane};
use crate::config::ViewState;
use crate::config::terminal::Clipboard;
use crate::findings::{Acceptance, Check, Section, Snapshot};
use crate::model::{Catalog, ObjectRef, QueryOf, RelId, RowsOf, Usage};
use crossterm::event::KeyEvent;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// The time as a value: `update` and `draw` read no clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// By this machine's clock, for ages of data.
    pub at: Timestamp,
    /// Since the start, for waiting times; never goes back.
    pub tick: Duration,
}

/// What happened.
#[derive(Debug)]
pub enum Msg {
    Key(KeyEvent),
    Paste(String),
    Resize(u16, u16),
    Collect(Event),
    /// A time that [`super::app::App::deadline`] named has come.
    Tick,
    /// The process was stopped and goes on.
    Resumed,
    /// A theme was read from its file, or why not.
    Theme(Result<super::theme::Theme, String>),
    /// A program could not be given a text to copy.
    CopyFailed(String),
    /// A file was written, or not.
    Saved(super::export::Saved),
    /// An answer to a job of the picker.
    Picker(super::picker::Told),
    /// A click or the wheel, while the mouse is taken.
    Mouse(super::keys::Mouse),
    /// How the views of this database were left the last time.
    Kept(Box<ViewState>),
    /// What this machine remembers of the sizes and indexes of the database with this number.
    Visits {
        opened: u64,
        history: Arc<History>,
    },
    /// Something to say in the honesty line.
    Say(String),
    /// What the rules said of the facts that were given to them with this number.
    Judged {
        epoch: u64,
        checks: Vec<Check>,
        at: Timestamp,
    },
    /// What is accepted, after its file was read or written; and what there is to say.
    Accepted {
        entries: Vec<Acceptance>,
        said: Option<String>,
    },
    /// What the replicas count, added to what the server itself does; or why nobody was asked.
    Replicas {
        epoch: u64,
        told: Result<Arc<Usage>, String>,
    },
    /// A plan was read from a file, or why not.
    Plan(Box<super::overlay::plan::Told>),
    /// The list of names that was asked for with these numbers.
    Names {
        opened: u64,
        generation: u64,
        index: Arc<Index>,
    },
}

/// What is to be done outside of `update`.
#[derive(Clone, Debug)]
pub enum Cmd {
    Ask(Job),
    Cancel(Lane),
    /// Run a statement of the SQL view, stop it, close its session.
    Query {
        epoch: u64,
        of: QueryOf,
    },
    CancelQuery,
    CloseQuery,
    /// Connect again now.
    Retry,
    Copy(String, Clipboard),
    /// Write a file.
    Save(Box<super::export::Save>),
    /// Read a theme of the person's own.
    Theme(String),
    Suspend,
    Quit,
    /// Take the mouse from the terminal, or give it back.
    Mouse(bool),
    /// The database is left: remember how its views were.
    Keep(Box<ViewState>),
    /// Remember what was seen of sizes and use, beside the screen.
    Note(Box<Visited>),
    /// Remove what is remembered of the database in view.
    Forget,
    /// Make the list of names of this catalog, beside the screen; [`Msg::Names`] brings it.
    Names {
        opened: u64,
        generation: u64,
        catalog: Arc<Catalog>,
    },
    /// Have the rules look at these facts, beside the screen; [`Msg::Judged`] brings what they say.
    Judge {
        epoch: u64,
        facts: Box<Snapshot>,
        accepted: Arc<Vec<Acceptance>>,
        /// Only the rules of this area: before the schema is read, and while only what moves has changed.
        only: Option<Section>,
    },
    /// Write down that a finding is accepted.
    Accept(Box<Acceptance>),
    /// Ask the replicas, beside the lanes; [`Msg::Replicas`] brings it.
    Replicas(Box<Replicas>),
    /// Read a plan from a file, beside the screen; [`Msg::Plan`] brings it.
    Plan(super::overlay::plan::Job),
    /// A job of the picker.
    Pick(super::picker::Job),
    /// Another database: the lanes of the old one are shut down.
    Connect(Box<crate::config::Target>),
    /// For tests of the way out.
    #[cfg(debug_assertions)]
    Panic,
}

/// The question to the replicas of a connection.
#[derive(Clone, Debug)]
pub struct Replicas {
    /// The name of the connection that names them.
    pub of: Option<String>,
    pub epoch: u64,
    pub catalog: Arc<Catalog>,
    /// What the server itself counts.
    pub usage: Arc<Usage>,
}

/// What a pane wants of the shell.
#[derive(Clone, Debug)]
pub enum Effect {
    /// A few words in the honesty line.
    Toast(String),
    /// Copy a text; the shell says how it was sent.
    Copy(String),
    /// The definition of an object, unless it is here or on its way.
    Define(ObjectRef),
    /// Exact sizes, counters, databases: what the view wants to know next.
    Measure(super::measures::Want),
    /// Remember what is known of sizes and use.
    Note,
    /// Statements, their texts, what runs: what the view wants to know next.
    Queries(super::queries_facts::Want),
    /// Ask for what the rules lack, and have them look; how often what moves is asked for.
    Look(Duration),
    /// The same from the beginning.
    LookAgain,
    /// Ask only for what moves, when that is due.
    Pulse(Duration),
    /// The command line with these words in it.
    Prompt(String),
    /// Rows of a relation.
    Rows(RowsOf),
    /// A statement of one's own.
    Query(String),
    /// One value over the view; the question reads it again where only its beginning is here.
    ViewValue(Box<super::overlay::value::ValueView>),
    /// Remember the place as it was before this key, for Ctrl-O.
    Remember(super::pane::Spot),
    /// Go to a place, of another view too.
    Go(Goto),
    /// The plan of a statement over the view; it is asked for and never executed.
    Plan { title: String, of: crate::model::ExplainOf },
    /// A text over the view, to read and to select.
    View { title: String, text: String },
    /// The same for everything of one column, by its position.
    ViewColumn { title: String, rel: RelId, position: u16 },
    /// The same for a definition, which may have to be read first.
    ViewObject { title: String, object: ObjectRef },
}

/// Where to go: across views too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goto {
    /// An object of the schema, by a name as people write it: `orders`, `sales.orders`.
    Object(String),
    /// Exactly this one.
    Thing(Thing),
    /// A table among the sizes.
    SizeOf { schema: String, name: String },
    /// The indexes of a table, the cursor on this one.
    IndexesOf { schema: String, name: String, index: Option<String> },
    /// The statements that touch a table.
    StatementsOf { schema: String, name: String },
    /// A statement to be looked at or run, in the SQL view.
    Sql(String),
    /// A table with its relations around it.
    Relations { schema: String, name: String },
    /// A session by its number.
    Session(i64),
    /// Who does what now.
    Sessions,
    /// A statement by the server's id of it.
    Statement(String),
    /// A finding by its key.
    Finding(String),
    /// The findings of a rule, by its id.
    FindingsOf(&'static str),
    /// Everything that was looked at in an area.
    Area(Section),
}

impl Goto {
    /// The digit of the view that can show it.
    pub fn view(&self) -> u8 {
        match self {
            Self::Object(_) | Self::Thing(_) => 2,
            Self::SizeOf { .. } => 3,
            Self::IndexesOf { .. } => 4,
            Self::StatementsOf { .. } | Self::Statement(_) => 5,
            Self::Relations { .. } => 7,
            Self::Session(_) | Self::Sessions => 6,
            Self::Finding(_) | Self::FindingsOf(_) | Self::Area(_) => 8,
            Self::Sql(_) => 9,
        }
    }
}

/// Something of the schema by its names, which outlive a refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    Schema(String),
    Relation { schema: String, name: String, part: Option<(RelPart, String)> },
    Routine { schema: String, name: String, arguments: String },
    Type { schema: String, name: String },
    Extension(String),
}

/// What a relation has that has a name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelPart {
    Column,
    Index,
    Key,
    Trigger,
}

impl Thing {
    /// Its own name: the last part of the path.
    pub fn name(&self) -> &str {
        match self {
            Self::Relation { part: Some((_, name)), .. } => name,
            Self::Schema(name) | Self::Extension(name) => name,
            Self::Relation { name, .. } | Self::Routine { name, .. } | Self::Type { name, .. } => name,
        }
    }

    /// The whole name for people: `sales.orders.id`.
    pub fn path(&self) -> String {
        match self {
            Self::Schema(name) | Self::Extension(name) => name.clone(),
            Self::Relation { schema, name, part: None } | Self::Type { schema, name } => format!("{schema}.{name}"),
            Self::Relation { schema, name, part: Some((_, part)) } => format!("{schema}.{name}.{part}"),
            Self::Routine { schema, name, arguments } => format!("{schema}.{name}({arguments})"),
        }
    }
}

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Up,
    Down,
    First,
    Last,
    HalfUp,
    HalfDown,
    Left,
    Right,
    NextPane,
    PrevPane,
    NextTab,
    PrevTab,
    Enter,
    Back,
    View(u8),
    LastPlace,
    /// Find anything by its name.
    GoTo,
    Filter,
    NextMatch,
    PrevMatch,
    /// Waits for the second key.
    Sort,
    SortName,
    SortSize,
    SortRows,
    SortLoad,
    SortTotal,
    SortCalls,
    SortMean,
    SortNow,
    SortMax,
    SortReads,
    SortTemp,
    SortWal,
    /// What numbers are of: the whole life, since connect, since the last refresh. ERD: what is laid over the boxes.
    Window,
    /// The statements that touch a table.
    Statements,
    SortDead,
    SortGrowth,
    SortBloat,
    Fold,
    System,
    Refresh,
    /// No questions without a key, until it is pressed again.
    Pause,
    Definition,
    /// The script for what is wrong.
    Fix,
    /// Ask the replicas for their counters too.
    AskReplicas,
    Plain,
    /// From a row to what it refers to, and to what refers to it; from a table to its indexes and back.
    Follow,
    /// Reads the pages of what is chosen, to tell the room inside for sure.
    Measure,
    Copy,
    CopyMarkdown,
    /// What is in view, into a file: rows in a format of data, else the text.
    Export,
    /// The text that is in view, into a file.
    SaveText,
    Command,
    Help,
    Quit,
    Cancel,
    Suspend,
    /// The plan of the statement in view.
    Explain,
    /// The relations of what is chosen, in the ERD.
    Relations,
    PathTo,
    Map,
    /// Another grouping of the list; the groups of a large schema.
    Group,
    /// More steps, larger; less, smaller.
    More,
    Less,
    Columns,
    /// Relations that are not declared but likely.
    Guessed,
    /// What a delete takes along.
    Cascade,
    /// Live with a finding, for a while.
    Accept,
    /// Everything that a right is missing for.
    Permissions,
    Overlay,
    // Of the picker.
    PickNew,
    PickEdit,
    PickMark,
    PickTest,
    PickDemo,
    PickUrl,
    PickLeftOut,
}
