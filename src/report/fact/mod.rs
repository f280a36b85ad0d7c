//! The facts that a command or a pane can list, and their columns.

mod columns;
mod indexes;
mod keys;
mod locks;
mod replication;
mod schema;
mod sessions;
mod settings;
mod sizes;
mod statements;
mod tables;

use super::{Unit, Value};
use crate::findings::Verdicts;
use crate::findings::bloat::{Bloat, Withheld};
use crate::model::{
    Activity, Catalog, Delta, EngineKind, Growth, IndexUse, Known, Layouts, Live, LivePart, NamespaceId, Note, Part,
    RelFlags, RelId, Relation, Sizes, Spaces, StatementKey, StatementsRead, TableUse, Usage,
};
pub use columns::COLUMNS;
pub use indexes::INDEXES;
pub use keys::KEYS;
pub use locks::LOCKS;
pub use replication::REPLICATION;
pub use schema::SCHEMA;
pub use sessions::SESSIONS;
pub use settings::SETTINGS;
pub use sizes::SIZES;
pub use statements::STATEMENTS;
use std::collections::HashMap;
use std::sync::Arc;
pub use tables::TABLES;

/// Every fact of this version, in the order of help texts.
pub const FACTS: [&Fact; 11] =
    [&SCHEMA, &TABLES, &COLUMNS, &INDEXES, &KEYS, &SIZES, &STATEMENTS, &SESSIONS, &LOCKS, &REPLICATION, &SETTINGS];

/// The list of findings: it is made by rules, not read, and has its own writers in [`check`](super::check).
pub const FINDINGS: &str = "findings";

/// The fact of this id.
pub fn find(id: &str) -> Option<&'static Fact> {
    FACTS.into_iter().find(|fact| fact.id == id)
}

/// One list: what it reads, its columns and its rows.
pub struct Fact {
    pub id: &'static str,
    /// What to read beside the relations. Notes of these parts are notes of the fact.
    pub parts: &'static [Part],
    /// What to read beside the schema.
    pub needs: &'static [Need],
    pub columns: &'static [Column],
    /// How the part that the rows come from was answered.
    pub status: for<'a> fn(Context<'a>) -> Known<()>,
    /// The rows in a stable order: schema, then table, then name (columns: position).
    pub rows: for<'a> fn(Context<'a>) -> Vec<Row>,
    /// What this engine or this version leaves null, and why.
    pub notes: for<'a> fn(Context<'a>) -> Vec<Note>,
}

/// What a fact reads beside the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Sizes,
    Usage,
    Spaces,
    Layouts,
    /// Needs nothing of the schema.
    Statements,
    /// Nothing of the schema is read for it.
    Live(LivePart),
}

/// What was read beside the schema; nothing where the fact does not need it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measured<'a> {
    pub sizes: Option<&'a Sizes>,
    pub usage: Option<&'a Known<Arc<Usage>>>,
    pub spaces: Option<&'a Known<Spaces>>,
    pub verdicts: Option<&'a Verdicts>,
    /// What the bloat of tables is computed from.
    pub layouts: Option<&'a Known<Arc<Layouts>>>,
    /// Bloat of tables; one that is not there is too small to judge.
    pub bloats: Option<&'a HashMap<RelId, Result<Bloat, Withheld>>>,
    /// Sizes of an earlier visit, from this machine's own memory.
    pub growth: Option<&'a Growth>,
    pub statements: Option<&'a StatementsRead>,
    /// What happened between two looks.
    pub deltas: Option<&'a HashMap<StatementKey, Delta>>,
    pub live: Option<&'a Live>,
}

/// Where cells come from.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub engine: EngineKind,
    pub catalog: &'a Catalog,
    /// Only this schema, even one of the engine: MySQL and MariaDB show every schema that the account may
    /// see, but a target that names one means that one.
    pub only: Option<&'a str>,
    /// Also what belongs to the engine or to an extension.
    pub system: bool,
    pub measured: Measured<'a>,
}

/// One row: a position in the part of the model that it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    Relation(RelId),
    /// The relation, and the position in its columns.
    Column(RelId, u32),
    Index(u32),
    Key(u32),
    Routine(u32),
    Trigger(u32),
    Type(u32),
    Extension(u32),
    /// Position in the list of [`Spaces`].
    Space(u32),
    /// An index that there is not: position in the verdicts' list of missing ones.
    Missing(u32),
    /// Position in the list of the statements that came in full.
    Statement(u32),
    /// Position in the list of its live fact: a session, a wait, a peer, a setting.
    Live(u32),
}

pub type Cell = for<'a> fn(Context<'a>, Row) -> Value<'a>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// One column of a fact.
pub struct Column {
    /// The key in JSON, the header in CSV: a promise.
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    pub unit: Unit,
    pub align: Align,
    pub cell: Cell,
}

impl Column {
    const fn text(id: &'static str, title: &'static str, cell: Cell) -> Self {
        Self { id, title, unit: Unit::None, align: Align::Left, cell }
    }

    const fn number(id: &'static str, title: &'static str, unit: Unit, cell: Cell) -> Self {
        Self { id, title, unit, align: Align::Right, cell }
    }
}

impl<'a> Context<'a> {
    /// True for a relation that is not hidden.
    pub fn shows(self, rel: &Relation) -> bool {
        let foreign = RelFlags(RelFlags::SYSTEM.0 | RelFlags::EXTENSION.0);
        self.shows_in(rel.schema, rel.flags.has(foreign))
    }

    /// True for an object of this schema that is not hidden; `system` is what the object says of itself.
    fn shows_in(self, id: NamespaceId, system: bool) -> bool {
        let relations = &self.catalog.relations;
        match self.only {
            Some(name) => relations.namespace(id) == name,
            None => self.system || !(system || relations.schemas.get(id.0 as usize).is_some_and(|it| it.system)),
        }
    }

    /// Relations that are not hidden, in their order: schema, then name.
    fn relations(self) -> impl Iterator<Item = (RelId, &'a Relation)> {
        self.catalog.relations.iter().filter(move |(_, rel)| self.shows(rel))
    }

    fn usage(self) -> Option<&'a Usage> {
        self.measured.usage.and_then(Known::value).map(Arc::as_ref)
    }

    fn activity(self) -> Option<&'a Activity> {
        self.measured.live?.activity.value().map(Arc::as_ref)
    }

    /// The counters of a table, where they are counted.
    fn table_use(self, id: RelId) -> Option<&'a TableUse> {
        self.usage()?.tables.value()?.get(id.0 as usize)
    }

    /// The counters of an index by its position.
    fn index_use(self, n: u32) -> Option<&'a IndexUse> {
        self.usage()?.indexes.value()?.get(n as usize)
    }

    /// Why there are no counters, and what else is to be said of them.
    fn usage_notes(self) -> Vec<Note> {
        let Some(usage) = self.measured.usage else { return Vec::new() };
        let Some(usage) = usage.value() else { return usage.note("counters").into_iter().collect() };
        let mut notes = usage.notes.clone();
        notes.extend(usage.tables.note("counters of tables"));
        notes.extend(usage.indexes.note("counters of indexes"));
        notes.extend(usage.window.note("the window of the counters"));
        if let Some(window) = usage.window.value() {
            notes.push(Note::new(format!(
                "counters count since {} ({}, {:.1} days)",
                super::value::time(window.since),
                window.began.title(),
                window.days()
            )));
            if !window.asked.is_empty() {
                let names: Vec<&str> = window.asked.iter().map(|asked| asked.name.as_str()).collect();
                notes.push(Note::new(format!("scans include those of {}", names.join(", "))));
            }
            let doubts = window.asked.iter().flat_map(|asked| asked.doubts(window.since));
            notes.extend(doubts.map(|doubt| Note::new(format!("not known: {doubt}"))));
            let missing = window.not_asked.iter().map(|(name, why)| Note::new(format!("{name} was not asked: {why}")));
            notes.extend(missing);
            if window.asked.is_empty() && window.standbys.is_some_and(|n| n > 0) {
                let n = window.standbys.unwrap_or(0);
                notes.push(Note::new(format!("{n} standbys keep counters of their own and were not asked")));
            }
        }
        notes
    }

    /// True when the relation of a part's row is not hidden.
    fn shows_id(self, id: RelId) -> bool {
        self.catalog.relations.get(id).is_some_and(|rel| self.shows(rel))
    }

    fn schema_of(self, id: RelId) -> Value<'a> {
        Value::text(self.catalog.relations.schema_name(id))
    }

    fn name_of(self, id: RelId) -> Value<'a> {
        Value::text(self.catalog.relations.name(id))
    }
}

/// The status of a live fact.
fn live_status<T>(cx: Context<'_>, of: impl Fn(&Live) -> &Known<Arc<T>>) -> Known<()> {
    cx.measured.live.map_or(Known::NotYet, |live| of(live).clone().map(|_| ()))
}

/// As many rows as there are things.
fn numbered(count: usize) -> Vec<Row> {
    (0..count as u32).map(Row::Live).collect()
}

/// The status of a part, without its value.
fn status_of<T: Clone>(part: &Known<T>) -> Known<()> {
    part.clone().map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contract, word for word.
    const IDS: [(&str, &str); 11] = [
        ("schema", "schema name kind parent rows_estimate rows_source comment"),
        (
            "tables",
            "schema name kind rows_estimate total_bytes table_bytes index_bytes toast_bytes free_bytes size_source \
             dead_rows seq_scans idx_scans inserts updates deletes last_vacuum last_analyze bloat_bytes \
             bloat_confidence",
        ),
        (
            "columns",
            "schema table position name type nullable default generated primary_key comment null_fraction \
             distinct_estimate avg_width",
        ),
        (
            "indexes",
            "schema table name method columns include predicate unique primary constraint valid visible bytes scans \
             scans_unit last_scan definition verdict verdict_of",
        ),
        (
            "keys",
            "schema table name kind columns ref_schema ref_table ref_columns on_update on_delete validated enforced \
             deferrable indexed definition",
        ),
        (
            "sizes",
            "kind name total_bytes table_bytes index_bytes toast_bytes free_bytes tables size_source growth_bytes \
             growth_since",
        ),
        (
            "statements",
            "id query calls total_ms mean_ms max_ms stddev_ms p95_ms rows share now_calls now_mean_ms shared_hit \
             shared_read temp_written wal_bytes no_index_used errors role database first_seen last_seen",
        ),
        (
            "sessions",
            "pid user database client application state wait_type wait_event query query_id started_at \
             xact_started_at query_started_at state_changed_at blocked_by",
        ),
        ("locks", "pid blocked_by root depth waits_for lock_mode relation waited_ms query"),
        (
            "replication",
            "name kind state write_lag_ms flush_lag_ms replay_lag_ms behind_bytes retained_bytes active detail",
        ),
        ("settings", "name value unit source default pending_restart category"),
    ];

    #[test]
    fn column_ids_are_the_promised_ones() {
        for (fact, ids) in IDS {
            let columns: Vec<&str> = find(fact).unwrap().columns.iter().map(|column| column.id).collect();
            assert_eq!(columns.join(" "), ids, "{fact}");
        }
        assert_eq!(IDS.len(), FACTS.len());
    }
}
