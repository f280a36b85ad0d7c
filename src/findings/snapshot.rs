//! What rules look at: the facts of one database, some of which may be missing, and short ways to them.

use super::bloat::{self, Found};
use super::verdict::{self, Verdicts};
use super::{Gap, Object, ObjectKind};
use crate::model::{
    Catalog, Columns, Contents, Delta, EngineKind, Index, IndexUse, Indexes, Keys, Known, Layouts, Live, NamespaceId,
    Note, Objects, RelFlags, RelId, RelKind, Relation, Relations, Server, Sizes, StatementKey, Statements,
    StatementsRead, TableUse, Thresholds, Usage, Window, name_sql, qualified_sql,
};
use jiff::Timestamp;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The facts of one database at one moment. Cheap to clone: the parts are shared.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub server: Server,
    pub catalog: Catalog,
    /// Only this schema: MySQL and MariaDB show all that the account may see, a target may name one.
    pub only: Option<String>,
    /// The server's clock when the facts were read; ages are counted from it.
    pub now: Timestamp,
    pub sizes: Known<Arc<Sizes>>,
    pub usage: Known<Arc<Usage>>,
    pub layouts: Known<Arc<Layouts>>,
    /// What changes from minute to minute.
    pub live: Live,
    pub statements: StatementsRead,
    /// What happened between two looks at the statements; a single look has none.
    pub statement_deltas: Option<Arc<HashMap<StatementKey, Delta>>>,
    /// What the pages of a SQLite file hold; not read unless asked for.
    pub contents: Known<Arc<Contents>>,
    /// To be judged as a database of Cloudflare D1, whatever it looks like.
    pub as_d1: bool,
    /// From where on something is worth a finding.
    pub thresholds: Thresholds,
}

impl Snapshot {
    /// Only the catalog is known.
    pub fn new(server: Server, catalog: Catalog) -> Self {
        let now = server.now;
        let (sizes, usage, layouts) = (Known::NotYet, Known::NotYet, Known::NotYet);
        Self {
            server,
            catalog,
            only: None,
            now,
            sizes,
            usage,
            layouts,
            live: Live::default(),
            statements: Known::NotYet.into(),
            statement_deltas: None,
            contents: Known::NotYet,
            as_d1: false,
            thresholds: Thresholds::default(),
        }
    }
}

/// A snapshot with what several rules need of it, computed once, when the first of them asks.
pub struct Db<'a> {
    pub facts: &'a Snapshot,
    /// `None` where indexes are unknown.
    verdicts: OnceCell<Option<Verdicts>>,
    /// `None` where layouts are unknown.
    bloats: OnceCell<Option<Vec<Found>>>,
    /// Names that a new index can not have.
    taken: OnceCell<HashSet<(NamespaceId, String)>>,
    /// Partitions by their parent, sorted.
    children: OnceCell<Vec<(RelId, RelId)>>,
}

impl<'a> Db<'a> {
    pub fn new(facts: &'a Snapshot) -> Self {
        Self {
            facts,
            verdicts: OnceCell::new(),
            bloats: OnceCell::new(),
            taken: OnceCell::new(),
            children: OnceCell::new(),
        }
    }

    fn judged(&self) -> Option<&Verdicts> {
        self.verdicts.get_or_init(|| verdict::judge(self.facts)).as_ref()
    }

    fn taken(&self) -> &HashSet<(NamespaceId, String)> {
        self.taken.get_or_init(|| {
            let relations = self.relations();
            let mut taken: HashSet<(NamespaceId, String)> =
                relations.list.iter().map(|rel| (rel.schema, relations.names.get(rel.name).to_owned())).collect();
            if let Some(indexes) = self.facts.catalog.indexes.value() {
                let schema = |index: &Index| relations.get(index.rel).map(|rel| rel.schema);
                let name = |index: &Index| indexes.names.get(index.name).to_owned();
                taken.extend(indexes.list.iter().filter_map(|index| Some((schema(index)?, name(index)))));
            }
            taken
        })
    }

    fn partitions(&self) -> &[(RelId, RelId)] {
        self.children.get_or_init(|| {
            let all = self.relations().iter();
            let mut children: Vec<(RelId, RelId)> = all.filter_map(|(id, rel)| Some((rel.parent?, id))).collect();
            children.sort_unstable();
            children
        })
    }

    pub fn engine(&self) -> EngineKind {
        self.facts.server.engine
    }

    /// From where on something is worth a finding.
    pub fn limits(&self) -> &'a Thresholds {
        &self.facts.thresholds
    }

    /// As in [`Server::version_num`].
    pub fn version(&self) -> i32 {
        self.facts.server.version_num
    }

    pub fn relations(&self) -> &'a Relations {
        &self.facts.catalog.relations
    }

    // ---- parts, or why there is none

    pub fn columns(&self) -> Result<&'a Columns, Gap> {
        self.visible()?;
        part(&self.facts.catalog.columns, "columns")
    }

    pub fn indexes(&self) -> Result<&'a Indexes, Gap> {
        self.visible()?;
        part(&self.facts.catalog.indexes, "indexes")
    }

    pub fn keys(&self) -> Result<&'a Keys, Gap> {
        self.visible()?;
        part(&self.facts.catalog.keys, "constraints")
    }

    pub fn objects(&self) -> Result<&'a Objects, Gap> {
        part(&self.facts.catalog.objects, "routines, triggers and policies")
    }

    pub fn verdicts(&self) -> Result<(&'a Indexes, &Verdicts), Gap> {
        let indexes = self.indexes()?;
        match self.judged() {
            Some(verdicts) => Ok((indexes, verdicts)),
            None => Err(Gap::cannot_check("indexes were not read")),
        }
    }

    /// Counters, and since when they count.
    pub fn usage(&self) -> Result<(&'a Usage, &'a Window), Gap> {
        self.visible()?;
        let usage = part(&self.facts.usage, "counters")?;
        complete(&usage.tables, "counters of tables")?;
        Ok((usage, complete(&usage.window, "the time that counters cover")?))
    }

    /// Counters of tables, whatever time they cover.
    pub fn usage_tables(&self) -> Result<&'a [TableUse], Gap> {
        self.visible()?;
        Ok(complete(&part(&self.facts.usage, "counters")?.tables, "counters of tables")?)
    }

    /// Counters of indexes by position, and since when they count.
    pub fn index_use(&self) -> Result<(&'a [IndexUse], &'a Window), Gap> {
        let (usage, window) = self.usage()?;
        Ok((complete(&usage.indexes, "counters of indexes")?, window))
    }

    /// Counters of one table.
    pub fn table_use(&self, rel: RelId) -> Option<TableUse> {
        self.facts.usage.value()?.tables.value()?.get(rel.0 as usize).copied()
    }

    /// Counters of a few days accuse nobody.
    pub fn long_enough(&self, window: &Window) -> Result<(), Gap> {
        let (days, least) = (window.days(), self.facts.thresholds.index_unused_days);
        if days >= least {
            return Ok(());
        }
        Err(Gap::cannot_check(format!("counters cover {days:.1} days ({}), {least} are needed", window.began.title())))
    }

    /// The estimates of bloat, or why there are none.
    pub fn bloats(&self) -> Result<&[Found], Gap> {
        self.visible()?;
        part(&self.facts.layouts, "layouts of rows")?;
        Ok(self.bloats.get_or_init(|| bloat::all(self.facts)).as_deref().unwrap_or_default())
    }

    /// What large relations are made of, or why it is not known.
    pub fn layouts(&self) -> Result<&'a Layouts, Gap> {
        self.visible()?;
        part(&self.facts.layouts, "layouts of rows")
    }

    /// Statements as they are counted, or why they are not.
    pub fn statements(&self) -> Result<&'a Statements, Gap> {
        part(&self.facts.statements.known, "statements")
    }

    /// What the pages of a file hold, or why that is not known.
    pub fn contents(&self) -> Result<&'a Contents, Gap> {
        match &self.facts.contents {
            Known::NotYet => Err(Gap::cannot_check("the pages are read for it by dblens check --profile strict")),
            read => part(read, "the contents of the pages"),
        }
    }

    /// Cloudflare's marks in the file, or somebody says so.
    pub fn is_d1(&self) -> bool {
        let marked = |rel: &Relation| {
            let name = self.relations().names.get(rel.name);
            name == "d1_migrations" || name == "_cf_KV" || name == "_cf_METADATA"
        };
        self.engine() == EngineKind::Sqlite && (self.facts.as_d1 || self.relations().list.iter().any(marked))
    }

    /// Rights that hide statistics, where they do.
    pub fn layout_notes(&self) -> &'a [Note] {
        self.facts.layouts.value().map(|layouts| layouts.notes.as_slice()).unwrap_or_default()
    }

    /// An account that may see no table at all must not be told that all is fine.
    pub(super) fn visible(&self) -> Result<(), Gap> {
        let relations = self.relations();
        let denied = relations.notes.iter().find(|note| note.grant.is_some());
        match denied {
            Some(note) if !relations.list.iter().any(|rel| self.is_ours(rel)) => {
                Err(Gap::denied(note.text.clone(), note.grant.clone().unwrap_or_default()))
            }
            _ => Ok(()),
        }
    }

    // ---- relations

    /// True for what belongs to the users of this database: not to the engine, an extension or one session.
    pub fn is_ours(&self, rel: &Relation) -> bool {
        let foreign = RelFlags(RelFlags::SYSTEM.0 | RelFlags::EXTENSION.0 | RelFlags::TEMPORARY.0);
        let relations = self.relations();
        let schema = relations.schemas.get(rel.schema.0 as usize);
        let wanted = self.facts.only.as_deref().is_none_or(|only| relations.namespace(rel.schema) == only);
        wanted && !rel.flags.has(foreign) && schema.is_some_and(|schema| !schema.system)
    }

    pub fn is_ours_id(&self, rel: RelId) -> bool {
        self.relations().get(rel).is_some_and(|rel| self.is_ours(rel))
    }

    /// Tables of the users, partitioned ones once and without their partitions; no virtual or foreign ones.
    pub fn tables(&self) -> Result<impl Iterator<Item = (RelId, &'a Relation)>, Gap> {
        self.visible()?;
        let wanted = |rel: &Relation| matches!(rel.kind, RelKind::Table | RelKind::PartitionedTable);
        Ok(self.relations().iter().filter(move |(_, rel)| wanted(rel) && self.is_ours(rel)))
    }

    /// What stores rows of the users: tables, partitions, materialized views.
    pub fn heaps(&self) -> Result<impl Iterator<Item = (RelId, &'a Relation)>, Gap> {
        self.visible()?;
        let wanted =
            |rel: &Relation| matches!(rel.kind, RelKind::Table | RelKind::Partition | RelKind::MaterializedView);
        Ok(self.relations().iter().filter(move |(_, rel)| wanted(rel) && self.is_ours(rel)))
    }

    /// True for an index without which a foreign key would have none.
    pub fn serves_a_key(&self, n: usize) -> bool {
        self.judged().is_some_and(|verdicts| verdicts.needed.contains(&n))
    }

    /// Bytes of an index: measured, else the catalog's estimate.
    pub fn index_bytes(&self, n: u32, index: &Index) -> Option<i64> {
        self.facts.sizes.value().and_then(|sizes| sizes.index(n).get()).or(index.bytes)
    }

    /// Partitions (or inheritance children) of a table, one level down.
    pub fn children(&self, parent: RelId) -> impl Iterator<Item = RelId> {
        let all = self.partitions();
        let start = all.partition_point(|(of, _)| *of < parent);
        all[start..].iter().take_while(move |(of, _)| *of == parent).map(|(_, child)| *child)
    }

    /// Rows as far as the engine estimates them, partitions added up; `None` unknown.
    pub fn rows(&self, rel: RelId) -> Option<i64> {
        let own = self.relations().get(rel)?;
        if own.kind == RelKind::PartitionedTable {
            return self.children(rel).map(|child| self.rows(child)).sum::<Option<i64>>();
        }
        own.rows
    }

    /// Bytes of the rows of a table, partitions added up: measured, else the catalog's estimate.
    pub fn table_bytes(&self, rel: RelId) -> Option<i64> {
        if let Some(bytes) = self.facts.sizes.value().and_then(|sizes| sizes.of(rel).table.get()) {
            return Some(bytes);
        }
        let own = self.relations().get(rel)?;
        if own.kind == RelKind::PartitionedTable {
            return self.children(rel).map(|child| self.table_bytes(child)).sum::<Option<i64>>();
        }
        own.table_bytes
    }

    // ---- names

    /// `schema.table` as SQL.
    pub fn table_sql(&self, rel: RelId) -> String {
        let relations = self.relations();
        qualified_sql(self.engine(), relations.schema_name(rel), relations.name(rel))
    }

    /// A name as SQL.
    pub fn sql(&self, name: &str) -> String {
        name_sql(self.engine(), name).into_owned()
    }

    /// `schema.name` of an index as SQL; MySQL and MariaDB name it alone.
    pub fn index_sql(&self, indexes: &Indexes, index: &Index) -> String {
        let name = indexes.names.get(index.name);
        match self.engine() {
            EngineKind::Mysql | EngineKind::Mariadb => self.sql(name),
            engine => qualified_sql(engine, self.relations().schema_name(index.rel), name),
        }
    }

    /// True when a relation or index of the schema of `rel` has this name.
    pub fn is_taken(&self, rel: RelId, name: &str) -> bool {
        let schema = self.relations().get(rel).map_or(NamespaceId(u32::MAX), |rel| rel.schema);
        self.taken().contains(&(schema, name.to_owned()))
    }

    // ---- objects

    pub fn table_object(&self, rel: RelId) -> Object {
        let name = self.relations().name(rel);
        self.object(ObjectKind::Table, rel, name, &[name])
    }

    /// Columns of a table, as one object.
    pub fn columns_object(&self, rel: RelId, columns: &[&str]) -> Object {
        let list = columns.join(",");
        self.object(ObjectKind::Column, rel, &list, &[self.relations().name(rel), &list])
    }

    pub fn index_object(&self, indexes: &Indexes, index: &Index) -> Object {
        let name = indexes.names.get(index.name);
        match self.engine() {
            // Their indexes have names within the table only.
            EngineKind::Mysql | EngineKind::Mariadb => {
                self.object(ObjectKind::Index, index.rel, name, &[self.relations().name(index.rel), name])
            }
            _ => self.object(ObjectKind::Index, index.rel, name, &[name]),
        }
    }

    /// Something of a table: a constraint, a trigger.
    pub fn part_object(&self, kind: ObjectKind, rel: RelId, name: &str) -> Object {
        self.object(kind, rel, name, &[self.relations().name(rel), name])
    }

    fn object(&self, kind: ObjectKind, rel: RelId, name: &str, path: &[&str]) -> Object {
        let schema = self.relations().schema_name(rel);
        let inner = path.join(".");
        let path = format!("{schema}.{inner}");
        // SQLite's one schema says nothing.
        let plain = self.engine() == EngineKind::Sqlite && schema == "main";
        Object {
            kind,
            schema: Some(schema.to_owned()),
            table: Some(self.relations().name(rel).to_owned()),
            name: name.to_owned(),
            label: if plain { inner } else { path.clone() },
            path,
            rel: Some(rel),
        }
    }
}

pub(super) fn part<'a, T>(fact: &'a Known<Arc<T>>, what: &str) -> Result<&'a T, Gap> {
    complete(fact, what).map(|value| &**value)
}

/// A half answer proves nothing.
pub(super) fn complete<'a, T>(fact: &'a Known<T>, what: &str) -> Result<&'a T, Gap> {
    match (Gap::of(fact, what), fact) {
        (None, Known::Ready(value)) => Ok(value),
        (gap, _) => Err(gap.unwrap_or_else(|| Gap::cannot_check(format!("{what} were not read")))),
    }
}
