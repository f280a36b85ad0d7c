//! Facts about a database as plain values.
//!
//! No I/O, no async, no clock, no driver and no screen here: same input, same output. The structs are
//! compact because a server may hold 100,000 relations: text is interned ([`Names`]), lists are flat and
//! a relation's columns, indexes and keys are slices of one vector ([`Slices`]). What SQL calls them
//! (`name_sql`, [`index_sql`], [`key_sql`]) is here too, for everybody who writes a definition or a script.

mod account;
mod activity;
mod bits;
mod catalog;
mod column;
mod contents;
mod evidence;
mod explain;
mod horizon;
mod identity;
mod index;
pub mod index_sql;
mod inferred;
mod inside;
mod integrity;
mod key;
pub mod key_sql;
mod known;
mod layout;
mod live;
mod mask;
mod name_sql;
mod names;
mod num;
mod object;
mod preview;
mod protection;
mod query;
mod relation;
mod replication;
mod sent;
mod sequence;
mod server;
mod settings;
mod size;
pub mod sqlite_lex;
mod statement;
mod thresholds;
mod upkeep;
mod usage;
mod variable;
mod vitals;

pub use account::{Account, Accounts, Definer, PublicGrant};
pub use activity::{Activity, Backend, BackendKind, Chain, Holder, LockWait, Phase, Prepared, SlotHold, chains};
pub use catalog::{Catalog, Ddl, DdlSource, ObjectRef, Part};
pub use column::{ColFlags, Column, Columns, Generated, ValueStats};
pub use contents::{Contents, Mixed, Tree};
pub use evidence::{Overlap, Overlaps, Pair, Range};
pub use explain::{ExplainOf, Explained, PlanText};
pub use horizon::{DatabaseAge, Horizons, TableAge, XID_LIMIT};
pub use identity::{Identity, Kin};
pub use index::{Index, IndexFlags, IndexPart, Indexes};
pub use inferred::{Inference, Inferred, Place, Sureness, name_words};
pub use inside::Inside;
pub use integrity::{Integrity, Orphans};
pub use key::{Action, Key, KeyKind, Keys, index_serves};
pub use known::{Known, Note};
pub use layout::{GinPending, Layout, LayoutOf, Layouts, Stored, StoredStats};
pub use live::{Live, LiveFact, LivePart};
pub use mask::{LEADING_WILDCARD, mask};
pub use name_sql::{name_sql, qualified_sql};
pub use names::{Names, Slices, Sym};
pub use num::Num;
pub use object::{
    Definition, DefinitionKind, Extension, Grant, Objects, Policy, Routine, RoutineKind, Trigger, TypeInfo, TypeKind,
};
pub use preview::{Cell, Gather, Preview, RowColumn, RowKey, RowLimits, RowsEnd, RowsOf, Value};
pub use protection::{OpenView, PolicyText, Protection, RlsOwner};
pub use query::{QueryOf, QueryPart, QueryRows};
pub use relation::{Namespace, NamespaceId, RelFlags, RelId, RelKind, Relation, Relations, RowsSource};
pub use replication::{Peer, PeerKind, Replication};
pub use sent::{Outcome, Sent};
pub use sequence::{Counter, CounterKind, Counting, Feeds};
pub use server::{EngineKind, Role, Server};
pub use settings::Settings;
pub use size::{Amount, Growth, RelSize, SizeBatch, SizeSource, Sizes, Space, SpaceKey, SpaceKind, Spaces};
pub use statement::{
    Brief, Counted, Counters, Delta, Remedy, Rest, RoleShare, Running, RunningStatement, Since, SlowLog, Statement,
    StatementKey, StatementSource, StatementText, StatementTexts, Statements, StatementsOf, StatementsRead, Step,
    ratio,
};
pub(crate) use thresholds::each_threshold;
pub use thresholds::{Threshold, Thresholds};
pub use upkeep::{CollationDrift, ExtensionState, HbaRule, Unidentified, Upkeep};
pub use usage::{Asked, Autovacuum, Began, IndexBuild, IndexUse, ScanUnit, TableUse, Usage, Window};
pub use variable::{Variable, Variables};
pub use vitals::{VitalCounters, Vitals};
