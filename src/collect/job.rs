//! The values that pass between a caller and the lanes.

use crate::engine::Error;
use crate::model::{
    Catalog, Columns, Ddl, ExplainOf, Explained, Indexes, Inside, Keys, Known, LayoutOf, Layouts, LiveFact, LivePart,
    ObjectRef, Objects, Part, Preview, QueryPart, RelId, Relations, RowsEnd, RowsOf, Running, Sent, Server, SizeBatch,
    Spaces, StatementKey, StatementTexts, StatementsOf, StatementsRead, Usage,
};
use crate::model::{Overlaps, Pair};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// Which session does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    Live,
    Deep,
}

impl Lane {
    pub fn other(self) -> Self {
        match self {
            Self::Live => Self::Deep,
            Self::Deep => Self::Live,
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub enum Ask {
    /// The server again: its clock, role and a sign of life.
    Server,
    /// One part of the schema. All but `Relations` need the relations that they refer to; `Keys` also
    /// takes the indexes when they are known.
    Schema { part: Part, relations: Option<Arc<Relations>>, indexes: Option<Arc<Indexes>> },
    /// Columns, indexes, keys and objects of these relations with all their texts, for the rules.
    Whole { relations: Arc<Relations> },
    /// Definition, full columns, grants of one object.
    Ddl { catalog: Arc<Catalog>, object: ObjectRef },
    /// Measured sizes of these relations: those in view.
    Sizes { catalog: Arc<Catalog>, rels: Vec<RelId> },
    /// Counters of all tables and indexes.
    Usage { catalog: Arc<Catalog> },
    /// What values say of these pairs of columns.
    Overlaps { catalog: Arc<Catalog>, pairs: Vec<Pair> },
    /// Databases, tablespaces and files.
    Spaces,
    /// The indexes once more, with the texts of their expressions and predicates.
    IndexTexts { catalog: Arc<Catalog> },
    /// What large heaps and b-trees are made of.
    Layouts { catalog: Arc<Catalog> },
    /// What the pages of one heap or b-tree hold.
    Inside { catalog: Arc<Catalog>, of: LayoutOf },
    /// A few rows of one relation.
    Rows { catalog: Arc<Catalog>, of: Arc<RowsOf> },
    /// One value of one row, whole.
    Value { catalog: Arc<Catalog>, of: Arc<RowsOf> },
    /// What changes from minute to minute.
    Live(LivePart),
    /// Counters of statements, without texts.
    Statements { of: Arc<StatementsOf> },
    /// Texts of these statements, cut after so many characters: those in view that are not here yet.
    StatementTexts { keys: Vec<StatementKey>, length: u32 },
    /// What runs now.
    Running,
    /// The plan of a statement.
    Explain { of: Arc<ExplainOf> },
}

impl Ask {
    pub fn lane(&self) -> Lane {
        match self {
            Self::Server | Self::Statements { .. } | Self::Running => Lane::Live,
            Self::Schema { .. } | Self::Whole { .. } | Self::Ddl { .. } => Lane::Deep,
            Self::Rows { .. } | Self::Value { .. } => Lane::Deep,
            Self::IndexTexts { .. } | Self::Layouts { .. } | Self::Inside { .. } => Lane::Deep,
            Self::Sizes { .. } | Self::Usage { .. } | Self::Spaces | Self::StatementTexts { .. } => Lane::Deep,
            Self::Overlaps { .. } => Lane::Deep,
            Self::Explain { .. } => Lane::Deep,
            Self::Live(LivePart::Activity | LivePart::Vitals | LivePart::Replication) => Lane::Live,
            Self::Live(_) => Lane::Deep,
        }
    }

    /// The client's own net: a job that takes longer is cancelled. The server's limits come first, so
    /// this one is met only when the line or the server stalls.
    pub fn limit(&self) -> Duration {
        match self {
            Self::Server | Self::Running => Duration::from_secs(5),
            Self::Schema { .. } | Self::Whole { .. } | Self::Usage { .. } | Self::Spaces => Duration::from_secs(60),
            Self::IndexTexts { .. } | Self::Layouts { .. } => Duration::from_secs(60),
            // Somebody who waits for it may have raised the server's own limit.
            Self::Inside { .. } => Duration::from_secs(600),
            Self::Ddl { .. } | Self::Rows { .. } | Self::Value { .. } => Duration::from_secs(10),
            Self::Statements { .. } | Self::StatementTexts { .. } | Self::Explain { .. } => Duration::from_secs(10),
            Self::Sizes { .. } | Self::Overlaps { .. } => Duration::from_secs(30),
            Self::Live(LivePart::Integrity) => Duration::from_secs(60),
            Self::Live(_) => Duration::from_secs(10),
        }
    }

    /// For people: what is being asked.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Schema { part: Part::Relations, .. } => "relations",
            Self::Schema { part: Part::Columns, .. } => "columns",
            Self::Schema { part: Part::Indexes, .. } => "indexes",
            Self::Schema { part: Part::Keys, .. } => "keys",
            Self::Schema { part: Part::Objects, .. } => "functions, triggers and types",
            Self::Whole { .. } => "the schema with its texts",
            Self::Ddl { .. } => "definition",
            Self::Sizes { .. } => "sizes",
            Self::Usage { .. } => "counters",
            Self::Overlaps { .. } => "values of columns",
            Self::Spaces => "databases and tablespaces",
            Self::IndexTexts { .. } => "expressions of indexes",
            Self::Layouts { .. } => "layouts of rows",
            Self::Inside { .. } => "the room inside",
            Self::Rows { .. } => "rows",
            Self::Value { .. } => "value",
            Self::Live(part) => part.title(),
            Self::Statements { .. } => "statements",
            Self::StatementTexts { .. } => "texts of statements",
            Self::Running => "running statements",
            Self::Explain { .. } => "plan",
        }
    }
}

/// One question; `epoch` comes back with the answer, so that an old answer can be told from a new one.
#[derive(Clone, Debug)]
pub struct Job {
    pub ask: Ask,
    pub epoch: u64,
}

/// A fact, or why there is none.
#[derive(Clone, Debug)]
pub enum Payload {
    Server(Box<Server>),
    Relations(Known<Arc<Relations>>),
    Columns(Known<Arc<Columns>>),
    Indexes(Known<Arc<Indexes>>),
    Keys(Known<Arc<Keys>>),
    Objects(Known<Arc<Objects>>),
    /// A part that could not be read says why; the others stand.
    Whole(Box<Catalog>),
    Ddl(ObjectRef, Known<Arc<Ddl>>),
    Sizes(Known<SizeBatch>),
    Usage(Known<Arc<Usage>>),
    Overlaps(Known<Arc<Overlaps>>),
    Spaces(Known<Arc<Spaces>>),
    IndexTexts(Known<Arc<Indexes>>),
    Layouts(Known<Arc<Layouts>>),
    Inside(LayoutOf, Known<Inside>),
    Rows(Known<Arc<Preview>>),
    Live(LiveFact),
    Statements(StatementsRead),
    StatementTexts(Known<StatementTexts>),
    Running(Known<Running>),
    Explained(Known<Explained>),
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub job: Job,
    pub result: Result<Payload, Error>,
    /// From starting the job (its last try) to the whole answer.
    pub took: Duration,
    /// When the answer was complete, by this machine's clock.
    pub at: Timestamp,
    /// The statements that it took, also those of tries that ended with a lost session and those that
    /// set up the session or stopped the job.
    pub sent: Vec<Sent>,
}

/// How the connection is.
#[derive(Clone, Debug)]
pub enum Link {
    /// Trying; `attempt` counts from 1.
    Connecting { attempt: u32 },
    /// The session of the lane stands.
    Up(Lane),
    /// Gone, or not reached; `attempt` is the number of the next try, which is in `retry`.
    Lost { error: Error, attempt: u32, retry: Duration },
    /// The server said no, or the target cannot be opened: trying again would say the same.
    Refused(Error),
}

/// What a statement of the SQL view has come to.
#[derive(Clone, Debug)]
pub enum QueryTold {
    Part(QueryPart),
    End(Box<QueryAnswer>),
}

/// How a statement of the SQL view ended.
#[derive(Clone, Debug)]
pub struct QueryAnswer {
    pub result: Result<RowsEnd, Error>,
    /// From asking, the opening of the session included.
    pub took: Duration,
    pub at: Timestamp,
    pub sent: Vec<Sent>,
}

/// What the lanes report.
#[derive(Clone, Debug)]
pub enum Event {
    Link(Link),
    /// A job was taken up: from now on it can be cancelled on the server.
    Started(u64),
    Answer(Box<Answer>),
    /// Of the statement with this number, in the SQL view's own session.
    Query {
        epoch: u64,
        told: QueryTold,
    },
}
