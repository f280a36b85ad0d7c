//! The tree: one node for each step of the engine, in the engine's own words.

use crate::model::EngineKind;

/// Nodes of one plan; a longer one is refused.
pub const MOST_NODES: usize = 20_000;
/// Levels of one plan; a deeper one is refused.
pub const MOST_LEVELS: usize = 500;

/// What a plan was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// PostgreSQL, FORMAT JSON.
    PgJson,
    /// PostgreSQL, FORMAT TEXT.
    PgText,
    /// MySQL, FORMAT=JSON with `explain_json_format_version` 1.
    MysqlJson1,
    /// The same with version 2.
    MysqlJson2,
    /// MySQL, FORMAT=TREE, which is also what EXPLAIN ANALYZE gives.
    MysqlTree,
    /// MySQL or MariaDB, one row for each table.
    Tabular,
    /// MariaDB, FORMAT=JSON.
    MariaJson,
    /// SQLite, EXPLAIN QUERY PLAN.
    Sqlite,
}

impl Form {
    /// The word for JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::PgJson => "postgresql_json",
            Self::PgText => "postgresql_text",
            Self::MysqlJson1 => "mysql_json_1",
            Self::MysqlJson2 => "mysql_json_2",
            Self::MysqlTree => "mysql_tree",
            Self::Tabular => "tabular",
            Self::MariaJson => "mariadb_json",
            Self::Sqlite => "sqlite",
        }
    }

    /// For a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::PgJson => "PostgreSQL, FORMAT JSON",
            Self::PgText => "PostgreSQL, FORMAT TEXT",
            Self::MysqlJson1 => "MySQL, FORMAT=JSON version 1",
            Self::MysqlJson2 => "MySQL, FORMAT=JSON version 2",
            Self::MysqlTree => "MySQL, FORMAT=TREE",
            Self::Tabular => "MySQL or MariaDB, table",
            Self::MariaJson => "MariaDB, FORMAT=JSON",
            Self::Sqlite => "SQLite, EXPLAIN QUERY PLAN",
        }
    }
}

/// What a step does, whatever the engine calls it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Every row of a table.
    FullScan,
    /// Every entry of an index.
    FullIndexScan,
    /// Rows by an index: a lookup or a range.
    IndexScan,
    /// The same without reading the table.
    IndexOnlyScan,
    /// PostgreSQL: entries of an index into a bitmap of pages.
    BitmapIndex,
    /// PostgreSQL: the pages of a bitmap.
    BitmapHeap,
    NestedLoop,
    HashJoin,
    MergeJoin,
    /// The table in memory that a hash join looks into.
    Hash,
    Sort,
    Aggregate,
    Limit,
    Filter,
    /// PostgreSQL: collects rows of parallel workers.
    Gather,
    /// Keeps rows for a second reading.
    Materialize,
    /// Keeps rows by the key that they were looked up with.
    Memoize,
    /// Reads what a WITH query gave.
    CteScan,
    /// A subquery, a derived table, a view.
    Subquery,
    /// Several inputs one after the other: UNION, partitions.
    Append,
    /// INSERT, UPDATE, DELETE, MERGE.
    Modify,
    /// SQLite: an index that is built for this statement and thrown away.
    AutomaticIndex,
    #[default]
    Other,
}

impl Kind {
    /// The word for JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::FullScan => "full_scan",
            Self::FullIndexScan => "full_index_scan",
            Self::IndexScan => "index_scan",
            Self::IndexOnlyScan => "index_only_scan",
            Self::BitmapIndex => "bitmap_index_scan",
            Self::BitmapHeap => "bitmap_heap_scan",
            Self::NestedLoop => "nested_loop",
            Self::HashJoin => "hash_join",
            Self::MergeJoin => "merge_join",
            Self::Hash => "hash",
            Self::Sort => "sort",
            Self::Aggregate => "aggregate",
            Self::Limit => "limit",
            Self::Filter => "filter",
            Self::Gather => "gather",
            Self::Materialize => "materialize",
            Self::Memoize => "memoize",
            Self::CteScan => "cte_scan",
            Self::Subquery => "subquery",
            Self::Append => "append",
            Self::Modify => "modify",
            Self::AutomaticIndex => "automatic_index",
            Self::Other => "other",
        }
    }
}

/// What the planner expects of one execution of a node. Costs are in the engine's own unit and hold
/// what is below the node.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    pub startup: Option<f64>,
    pub total: Option<f64>,
    /// The cost of this node alone over all its executions, where the engine says that instead.
    pub own: Option<f64>,
    pub rows: Option<f64>,
    /// Rows that are read before conditions throw some away, where the engine says so.
    pub read: Option<f64>,
    /// Mean bytes of a row.
    pub width: Option<f64>,
    /// How often it will be executed, where the engine says so.
    pub loops: Option<f64>,
}

/// What a node did when the statement was run: means of one execution.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Actual {
    /// Milliseconds to the first row and to the last one; absent with TIMING OFF.
    pub first_ms: Option<f64>,
    pub last_ms: Option<f64>,
    /// Milliseconds of this node alone over all its executions, where the engine says that instead.
    pub own_ms: Option<f64>,
    pub rows: Option<f64>,
    pub loops: f64,
}

/// Pages of 8 kB (of PostgreSQL), over all executions, with what is below the node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Buffers {
    pub shared_hit: u64,
    pub shared_read: u64,
    pub shared_dirtied: u64,
    pub shared_written: u64,
    pub local_hit: u64,
    pub local_read: u64,
    pub local_dirtied: u64,
    pub local_written: u64,
    pub temp_read: u64,
    pub temp_written: u64,
}

impl Buffers {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A condition, in the engine's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `filter`, `index cond`, `hash cond`, `join filter`…
    pub label: String,
    pub text: String,
}

/// Rows that were read and thrown away, mean of one execution.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Removed {
    pub by_filter: Option<f64>,
    pub by_join_filter: Option<f64>,
    pub by_recheck: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpillKind {
    Sort,
    Hash,
    Aggregate,
    /// A bitmap that forgot rows and keeps pages only.
    Lossy,
    /// SQLite, MySQL, MariaDB: a sort or a temporary table, wherever it is kept.
    Temporary,
    /// Temporary files, by the pages that were written.
    Files,
}

/// Work that did not fit into its memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spill {
    pub kind: SpillKind,
    /// Bytes on disk, where they are told.
    pub bytes: Option<u64>,
    /// Pieces that a hash was cut into.
    pub batches: Option<u64>,
}

/// One step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    pub parent: Option<usize>,
    /// 0 at the top.
    pub depth: usize,
    pub kind: Kind,
    /// As the engine calls it: `Parallel Seq Scan`, `Index lookup`.
    pub title: String,
    /// What it is to its parent where that is not plain: `InitPlan 1`, `SubPlan 2`, `CTE revenue`.
    pub role: Option<String>,
    pub schema: Option<String>,
    pub relation: Option<String>,
    pub alias: Option<String>,
    pub index: Option<String>,
    /// The WITH query that it reads.
    pub cte: Option<String>,
    pub conditions: Vec<Condition>,
    /// What else is said: sort keys, output, methods.
    pub details: Vec<(String, String)>,
    pub estimate: Estimate,
    pub actual: Option<Actual>,
    /// The plan was run, this node was not needed.
    pub never_executed: bool,
    pub removed: Removed,
    pub heap_fetches: Option<f64>,
    /// Works together with the other workers.
    pub parallel: bool,
    pub workers_planned: Option<u64>,
    pub workers_launched: Option<u64>,
    pub spill: Option<Spill>,
    /// Bytes of memory at most.
    pub memory: Option<u64>,
    pub buffers: Option<Buffers>,
}

impl Node {
    pub fn condition(&self, label: &str) -> Option<&str> {
        self.conditions.iter().find(|one| one.label == label).map(|one| one.text.as_str())
    }

    pub fn detail(&self, label: &str) -> Option<&str> {
        self.details.iter().find(|(name, _)| name == label).map(|(_, text)| text.as_str())
    }

    /// `catalog.stock s`; what has no table gives nothing.
    pub fn target(&self) -> Option<String> {
        let name = self.relation.as_deref().or(self.cte.as_deref())?;
        let mut out = match &self.schema {
            Some(schema) => format!("{schema}.{name}"),
            None => name.to_owned(),
        };
        if let Some(alias) = self.alias.as_deref().filter(|alias| *alias != name) {
            out.push(' ');
            out.push_str(alias);
        }
        Some(out)
    }

    /// True for what is planned apart and run once, before or when it is needed: its cost is in its parent's.
    pub fn is_init(&self) -> bool {
        self.role.as_deref().is_some_and(|role| role.starts_with("InitPlan") || role.starts_with("CTE "))
    }

    /// Rows of all executions, where the plan was run.
    pub fn actual_rows(&self) -> Option<f64> {
        let actual = self.actual.as_ref()?;
        Some(actual.rows? * actual.loops)
    }
}

/// Compilation of expressions, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Jit {
    pub functions: Option<u64>,
    pub total_ms: Option<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    pub name: String,
    pub relation: Option<String>,
    pub ms: Option<f64>,
    pub calls: Option<f64>,
}

/// A plan: its nodes from the top down, each before what is below it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub engine: EngineKind,
    pub form: Form,
    pub nodes: Vec<Node>,
    /// The statement, where the plan says it.
    pub statement: Option<String>,
    /// What the statement asks of its rows, where the plan does not tell.
    pub condition: Option<String>,
    pub planning_ms: Option<f64>,
    pub execution_ms: Option<f64>,
    pub jit: Option<Jit>,
    pub triggers: Vec<Trigger>,
    /// Settings that are not at their default.
    pub settings: Vec<(String, String)>,
    /// What stands beside the tree and is told as it is: messages, partial reads.
    pub remarks: Vec<String>,
}

impl Plan {
    /// True when the statement was run for it.
    pub fn measured(&self) -> bool {
        self.nodes.iter().any(|node| node.actual.is_some() || node.never_executed)
    }

    pub fn children(&self, parent: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.end(parent);
        (parent + 1..end).filter(move |&n| self.nodes[n].parent == Some(parent))
    }

    /// The first node that is no longer below `of`.
    pub fn end(&self, of: usize) -> usize {
        let Some(depth) = self.nodes.get(of).map(|node| node.depth) else { return 0 };
        let behind = self.nodes[of + 1..].iter().position(|node| node.depth <= depth);
        behind.map_or(self.nodes.len(), |n| of + 1 + n)
    }

    /// Nodes without a parent: one, except where an engine lists several.
    pub fn roots(&self) -> impl Iterator<Item = usize> + '_ {
        self.nodes.iter().enumerate().filter(|(_, node)| node.parent.is_none()).map(|(n, _)| n)
    }
}
