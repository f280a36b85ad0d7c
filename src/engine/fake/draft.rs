//! A catalog drawn by hand: names as text, in any order; [`Draft::build`] sorts, interns and links it as
//! an engine would.

use crate::model::{
    Action, Catalog, ColFlags, Column, Columns, Extension, Generated, Grant, Index, IndexFlags, IndexPart, Indexes,
    Key, KeyKind, Keys, Known, Names, Namespace, NamespaceId, Note, Objects, Policy, RelFlags, RelId, RelKind,
    Relation, Relations, Routine, RoutineKind, RowsSource, Slices, Trigger, TypeInfo, TypeKind,
};
use std::collections::BTreeMap;
use std::sync::Arc;

pub const KB: f64 = 1024.0;
pub const MB: f64 = KB * 1024.0;
pub const GB: f64 = MB * 1024.0;

/// One column of a [`Table`].
#[derive(Clone, Debug)]
pub struct Col {
    name: String,
    type_name: String,
    required: bool,
    generated: Option<Generated>,
    default: Option<String>,
    comment: Option<String>,
    null_fraction: Option<f32>,
    distinct: Option<f32>,
}

/// A nullable column without statistics.
pub fn col(name: &str, type_name: &str) -> Col {
    Col {
        name: name.into(),
        type_name: type_name.into(),
        required: false,
        generated: None,
        default: None,
        comment: None,
        null_fraction: None,
        distinct: None,
    }
}

impl Col {
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub fn generated(mut self, how: Generated) -> Self {
        self.generated = Some(how);
        self
    }

    pub fn default(mut self, text: &str) -> Self {
        self.default = Some(text.into());
        self
    }

    pub fn comment(mut self, text: &str) -> Self {
        self.comment = Some(text.into());
        self
    }

    /// Distinct values (a count) and the share of NULLs, as the planner would have them.
    pub fn stats(mut self, distinct: f64, nulls: f32) -> Self {
        self.distinct = Some(distinct as f32);
        self.null_fraction = Some(nulls);
        self
    }
}

/// One index of a [`Table`]; a part that is no column of the table is an expression.
#[derive(Clone, Debug)]
pub struct Idx {
    name: String,
    method: String,
    parts: Vec<String>,
    include: Vec<String>,
    flags: IndexFlags,
    predicate: Option<String>,
    constraint: bool,
    bytes: Option<i64>,
    scans: Option<i64>,
    last_scan: Option<i64>,
}

/// A valid btree index.
pub fn index(name: &str, parts: &[&str]) -> Idx {
    let mut flags = IndexFlags::default();
    for bit in [IndexFlags::VALID, IndexFlags::READY, IndexFlags::VISIBLE] {
        flags.set(bit, true);
    }
    Idx {
        name: name.into(),
        method: "btree".into(),
        parts: parts.iter().map(|&part| part.into()).collect(),
        include: Vec::new(),
        flags,
        predicate: None,
        constraint: false,
        bytes: None,
        scans: None,
        last_scan: None,
    }
}

impl Idx {
    pub fn method(mut self, method: &str) -> Self {
        self.method = method.into();
        self
    }

    pub fn unique(mut self) -> Self {
        self.flags.set(IndexFlags::UNIQUE, true);
        self
    }

    pub fn include(mut self, columns: &[&str]) -> Self {
        self.include = columns.iter().map(|&column| column.into()).collect();
        self
    }

    pub fn predicate(mut self, text: &str) -> Self {
        self.predicate = Some(text.into());
        self
    }

    /// Left by a failed build: neither valid nor ready.
    pub fn invalid(mut self) -> Self {
        self.flags.0 &= !(IndexFlags::VALID.0 | IndexFlags::READY.0);
        self
    }

    pub fn bytes(mut self, bytes: f64) -> Self {
        self.bytes = Some(bytes as i64);
        self
    }

    /// Scans since the counters began, and the last one in microseconds since 1970.
    pub fn scans(mut self, scans: i64, last: Option<i64>) -> Self {
        self.scans = Some(scans);
        self.last_scan = last;
        self
    }
}

/// One constraint of a [`Table`].
#[derive(Clone, Debug)]
struct KeyDraft {
    name: Option<String>,
    kind: KeyKind,
    columns: Vec<String>,
    reference: Option<(String, String, Vec<String>)>,
    on_delete: Action,
    definition: Option<String>,
    index: Option<String>,
}

/// One relation with everything that hangs on it.
#[derive(Clone, Debug)]
pub struct Table {
    schema: String,
    name: String,
    kind: RelKind,
    flags: RelFlags,
    parent: Option<String>,
    owner: Option<String>,
    comment: Option<String>,
    rows: Option<i64>,
    table_bytes: Option<i64>,
    toast_bytes: Option<i64>,
    columns: Vec<Col>,
    indexes: Vec<Idx>,
    keys: Vec<KeyDraft>,
    triggers: Vec<(String, String, String)>,
    policies: Vec<(String, String, String)>,
}

/// A table without columns, whose size and rows are unknown.
pub fn table(schema: &str, name: &str) -> Table {
    relation(schema, name, RelKind::Table)
}

pub fn relation(schema: &str, name: &str, kind: RelKind) -> Table {
    Table {
        schema: schema.into(),
        name: name.into(),
        kind,
        flags: RelFlags::default(),
        parent: None,
        owner: Some("app_owner".into()),
        comment: None,
        rows: None,
        table_bytes: None,
        toast_bytes: None,
        columns: Vec::new(),
        indexes: Vec::new(),
        keys: Vec::new(),
        triggers: Vec::new(),
        policies: Vec::new(),
    }
}

impl Table {
    pub fn rows(mut self, rows: f64) -> Self {
        self.rows = Some(rows as i64);
        self
    }

    pub fn heap(mut self, bytes: f64) -> Self {
        self.table_bytes = Some(bytes as i64);
        self
    }

    pub fn toast(mut self, bytes: f64) -> Self {
        self.toast_bytes = Some(bytes as i64);
        self
    }

    pub fn comment(mut self, text: &str) -> Self {
        self.comment = Some(text.into());
        self
    }

    pub fn owner(mut self, name: &str) -> Self {
        self.owner = Some(name.into());
        self
    }

    pub fn flag(mut self, bit: RelFlags) -> Self {
        self.flags.set(bit, true);
        self
    }

    /// The partitioned table of the same schema above this one.
    pub fn parent(mut self, name: &str) -> Self {
        self.parent = Some(name.into());
        self
    }

    pub fn columns(mut self, columns: impl IntoIterator<Item = Col>) -> Self {
        self.columns.extend(columns);
        self
    }

    pub fn index(mut self, index: Idx) -> Self {
        self.indexes.push(index);
        self
    }

    /// The primary key and its index `…_pkey`.
    pub fn primary(mut self, columns: &[&str], bytes: f64, scans: i64) -> Self {
        let name = format!("{}_pkey", self.name);
        let mut backing = index(&name, columns).unique().bytes(bytes).scans(scans, None);
        backing.flags.set(IndexFlags::PRIMARY, true);
        backing.constraint = true;
        for column in self.columns.iter_mut().filter(|column| columns.contains(&column.name.as_str())) {
            column.required = true;
        }
        self.indexes.push(backing);
        self.key(Some(name.clone()), KeyKind::Primary, columns, None, Some(name))
    }

    /// A unique constraint and its index.
    pub fn unique(mut self, name: &str, columns: &[&str], bytes: f64) -> Self {
        let mut backing = index(name, columns).unique().bytes(bytes).scans(1_000, None);
        backing.constraint = true;
        self.indexes.push(backing);
        self.key(Some(name.into()), KeyKind::Unique, columns, None, Some(name.into()))
    }

    /// A foreign key `…_fkey` to `schema.table (column)`, on delete restrict.
    pub fn references(self, columns: &[&str], schema: &str, target: &str, ref_columns: &[&str]) -> Self {
        let name = format!("{}_{}_fkey", self.name, columns.join("_"));
        let to = (schema.to_owned(), target.to_owned(), ref_columns.iter().map(|&column| column.into()).collect());
        self.key(Some(name), KeyKind::Foreign, columns, Some(to), None)
    }

    pub fn check(mut self, name: &str, definition: &str) -> Self {
        self = self.key(Some(name.into()), KeyKind::Check, &[], None, None);
        if let Some(key) = self.keys.last_mut() {
            key.definition = Some(definition.into());
        }
        self
    }

    /// `event` as in [`Trigger::event`], `runs` a function.
    pub fn trigger(mut self, name: &str, event: &str, runs: &str) -> Self {
        self.triggers.push((name.into(), event.into(), runs.into()));
        self
    }

    /// A permissive policy for `roles`; the table gets row security.
    pub fn policy(mut self, name: &str, command: &str, roles: &str) -> Self {
        self.policies.push((name.into(), command.into(), roles.into()));
        self.flag(RelFlags::ROW_SECURITY)
    }

    fn key(
        mut self,
        name: Option<String>,
        kind: KeyKind,
        columns: &[&str],
        reference: Option<(String, String, Vec<String>)>,
        index: Option<String>,
    ) -> Self {
        self.keys.push(KeyDraft {
            name,
            kind,
            columns: columns.iter().map(|&column| column.into()).collect(),
            reference,
            on_delete: if kind == KeyKind::Foreign { Action::Restrict } else { Action::NoAction },
            definition: None,
            index,
        });
        self
    }
}

/// A whole catalog.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    schemas: BTreeMap<(bool, String), Option<String>>,
    tables: Vec<Table>,
    routines: Vec<(String, String, String, Option<String>, RoutineKind)>,
    types: Vec<(String, String, TypeKind, String)>,
    extensions: Vec<(String, String, String)>,
    notes: Vec<Note>,
}

impl Draft {
    pub fn new() -> Self {
        Self::default()
    }

    /// A schema; those of the tables come by themselves.
    pub fn schema(mut self, name: &str, comment: Option<&str>) -> Self {
        self.schemas.insert((false, name.into()), comment.map(Into::into));
        self
    }

    /// A schema of the engine.
    pub fn system_schema(mut self, name: &str) -> Self {
        self.schemas.insert((true, name.into()), None);
        self
    }

    pub fn table(mut self, table: Table) -> Self {
        self.tables.push(table);
        self
    }

    pub fn tables(mut self, tables: impl IntoIterator<Item = Table>) -> Self {
        self.tables.extend(tables);
        self
    }

    pub fn function(mut self, schema: &str, name: &str, arguments: &str, returns: &str) -> Self {
        let returns = Some(returns.to_owned());
        self.routines.push((schema.into(), name.into(), arguments.into(), returns, RoutineKind::Function));
        self
    }

    pub fn procedure(mut self, schema: &str, name: &str, arguments: &str) -> Self {
        self.routines.push((schema.into(), name.into(), arguments.into(), None, RoutineKind::Procedure));
        self
    }

    /// A type; `detail` as in [`TypeInfo::detail`].
    pub fn type_of(mut self, schema: &str, name: &str, kind: TypeKind, detail: &str) -> Self {
        self.types.push((schema.into(), name.into(), kind, detail.into()));
        self
    }

    pub fn extension(mut self, schema: &str, name: &str, version: &str) -> Self {
        self.extensions.push((schema.into(), name.into(), version.into()));
        self
    }

    /// A note of the relations.
    pub fn note(mut self, note: Note) -> Self {
        self.notes.push(note);
        self
    }

    /// Everything known, complete.
    pub fn build(mut self) -> Catalog {
        for name in self.tables.iter().map(|table| table.schema.clone()) {
            if !self.schemas.contains_key(&(true, name.clone())) {
                self.schemas.entry((false, name)).or_default();
            }
        }
        let order: Vec<String> = self.schemas.keys().map(|(_, name)| name.clone()).collect();
        let place = |schema: &str| order.iter().position(|name| name == schema).unwrap_or(0);
        self.tables.sort_by_key(|table| (place(&table.schema), table.name.clone()));
        let relations = self.relations(&place);
        let indexes = self.indexes();
        let keys = self.keys(&relations, &indexes);
        Catalog {
            columns: Known::Ready(Arc::new(self.columns())),
            objects: Known::Ready(Arc::new(self.objects(&place))),
            indexes: Known::Ready(Arc::new(indexes)),
            keys: Known::Ready(Arc::new(keys)),
            relations: Arc::new(relations),
        }
    }

    fn relations(&self, place: &dyn Fn(&str) -> usize) -> Relations {
        let mut names = Names::new();
        let schemas = self.schemas.iter().map(|((system, name), comment)| Namespace {
            name: names.intern(name),
            owner: Some(names.intern(if *system { "postgres" } else { "app_owner" })),
            comment: names.intern_opt(comment.as_deref()),
            system: *system,
        });
        let schemas: Vec<Namespace> = schemas.collect();
        let find = |schema: &str, name: &str| {
            let found = self.tables.iter().position(|table| table.schema == schema && table.name == name);
            found.map(|n| RelId(n as u32))
        };
        let mut list = Vec::new();
        for (n, table) in self.tables.iter().enumerate() {
            list.push(Relation {
                id: 16_384 + n as i64,
                schema: NamespaceId(place(&table.schema) as u32),
                name: names.intern(&table.name),
                kind: table.kind,
                flags: table.flags,
                parent: table.parent.as_ref().and_then(|parent| find(&table.schema, parent)),
                owner: names.intern_opt(table.owner.as_deref()),
                comment: names.intern_opt(table.comment.as_deref()),
                storage: table.kind.is_table().then(|| names.intern("heap")),
                rows: table.rows,
                rows_source: table.rows.map(|_| RowsSource::Statistics),
                rows_at_most: None,
                table_bytes: table.table_bytes,
                index_bytes: None,
                toast_bytes: table.toast_bytes,
            });
        }
        names.seal();
        Relations { names, schemas, list, notes: self.notes.clone() }
    }

    fn columns(&self) -> Columns {
        let mut names = Names::new();
        let mut list = Vec::new();
        let mut owners = Vec::new();
        for (owner, table) in self.tables.iter().enumerate() {
            let primary = table.keys.iter().find(|key| key.kind == KeyKind::Primary);
            for (n, column) in table.columns.iter().enumerate() {
                let mut flags = ColFlags::default();
                flags.set(ColFlags::NOT_NULL, column.required);
                flags.set(ColFlags::PRIMARY, primary.is_some_and(|key| key.columns.contains(&column.name)));
                owners.push(owner);
                list.push(Column {
                    name: names.intern(&column.name),
                    type_name: names.intern(&column.type_name),
                    position: n as u16 + 1,
                    flags,
                    generated: column.generated,
                    default: names.intern_opt(column.default.as_deref()),
                    collation: None,
                    comment: names.intern_opt(column.comment.as_deref()),
                    null_fraction: column.null_fraction,
                    distinct: column.distinct,
                    avg_width: None,
                });
            }
        }
        names.seal();
        let slices = Slices::build(self.tables.len(), owners.into_iter());
        Columns { names, list, slices, ..Columns::default() }
    }

    fn indexes(&self) -> Indexes {
        let mut out = Indexes::default();
        for (rel, table) in self.tables.iter().enumerate() {
            let mut indexes: Vec<&Idx> = table.indexes.iter().collect();
            indexes.sort_by(|a, b| a.name.cmp(&b.name));
            for index in indexes {
                push_index(&mut out, RelId(rel as u32), table, index);
            }
        }
        out.names.seal();
        out.slices = Slices::build(self.tables.len(), out.list.iter().map(|index| index.rel.0 as usize));
        out
    }

    fn keys(&self, relations: &Relations, indexes: &Indexes) -> Keys {
        let mut out = Keys::default();
        for (rel, table) in self.tables.iter().enumerate() {
            let mut keys: Vec<&KeyDraft> = table.keys.iter().collect();
            keys.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
            for key in keys {
                push_key(&mut out, RelId(rel as u32), key, relations);
            }
        }
        out.names.seal();
        out.link(self.tables.len());
        out.mark_indexed(indexes);
        out
    }

    fn objects(&self, place: &dyn Fn(&str) -> usize) -> Objects {
        let mut out = Objects::default();
        let schema_id = |name: &str| NamespaceId(place(name) as u32);
        for (n, (schema, name, arguments, returns, kind)) in self.routines.iter().enumerate() {
            out.routines.push(Routine {
                id: 40_000 + n as i64,
                schema: schema_id(schema),
                name: out.names.intern(name),
                arguments: out.names.intern(arguments),
                returns: out.names.intern_opt(returns.as_deref()),
                language: Some(out.names.intern("plpgsql")),
                kind: *kind,
                security_definer: false,
                system: false,
                comment: None,
            });
        }
        for (n, (schema, name, kind, detail)) in self.types.iter().enumerate() {
            out.types.push(TypeInfo {
                id: 50_000 + n as i64,
                schema: schema_id(schema),
                name: out.names.intern(name),
                kind: *kind,
                detail: Some(out.names.intern(detail)),
                system: false,
                comment: None,
            });
        }
        for (schema, name, version) in &self.extensions {
            out.extensions.push(Extension {
                name: out.names.intern(name),
                version: out.names.intern(version),
                schema: Some(schema_id(schema)),
                comment: None,
            });
        }
        for (rel, table) in self.tables.iter().enumerate() {
            push_attached(&mut out, RelId(rel as u32), table);
        }
        let names = &out.names;
        out.routines.sort_by_key(|routine| (routine.schema, names.get(routine.name).to_owned()));
        out.types.sort_by_key(|kind| (kind.schema, names.get(kind.name).to_owned()));
        out.extensions.sort_by_key(|extension| names.get(extension.name).to_owned());
        out.names.seal();
        out
    }
}

fn push_index(out: &mut Indexes, rel: RelId, table: &Table, index: &Idx) {
    let parts = out.parts.len() as u32;
    for text in index.parts.iter().chain(&index.include) {
        let column = table.columns.iter().position(|column| &column.name == text).map_or(0, |n| n as u16 + 1);
        out.parts.push(IndexPart {
            text: out.names.intern(text),
            column,
            descending: false,
            nulls_first: false,
            opclass: None,
            collation: None,
            sub_part: 0,
        });
    }
    out.list.push(Index {
        id: 30_000 + out.list.len() as i64,
        rel,
        name: out.names.intern(&index.name),
        method: out.names.intern(&index.method),
        parts,
        key_parts: index.parts.len() as u16,
        include_parts: index.include.len() as u16,
        flags: index.flags,
        predicate: out.names.intern_opt(index.predicate.as_deref()),
        constraint: index.constraint.then(|| out.names.intern(&index.name)),
        parent: 0,
        options: None,
        comment: None,
        bytes: index.bytes,
        scans: index.scans,
        last_scan: index.last_scan,
        statistics: None,
        definition: None,
    });
}

fn push_key(out: &mut Keys, rel: RelId, key: &KeyDraft, relations: &Relations) {
    let parts = out.parts.len() as u32;
    let foreign = key.kind == KeyKind::Foreign;
    let no_columns = Vec::new();
    let ref_columns = key.reference.as_ref().map_or(&no_columns, |(_, _, columns)| columns);
    for text in key.columns.iter().chain(ref_columns) {
        out.parts.push(out.names.intern(text));
    }
    out.list.push(Key {
        id: 35_000 + out.list.len() as i64,
        rel,
        name: out.names.intern_opt(key.name.as_deref()),
        kind: key.kind,
        parts,
        columns: key.columns.len() as u16,
        ref_columns: ref_columns.len() as u16,
        ref_schema: key.reference.as_ref().map(|(schema, _, _)| out.names.intern(schema)),
        ref_table: key.reference.as_ref().map(|(_, name, _)| out.names.intern(name)),
        ref_rel: key.reference.as_ref().and_then(|(schema, name, _)| relations.find(schema, name)),
        on_update: foreign.then_some(Action::NoAction),
        on_delete: foreign.then_some(key.on_delete),
        validated: Some(true),
        enforced: Some(true),
        deferrable: false,
        initially_deferred: false,
        match_full: false,
        inherited: false,
        index: out.names.intern_opt(key.index.as_deref()),
        indexed: None,
        definition: out.names.intern_opt(key.definition.as_deref()),
    });
}

fn push_attached(out: &mut Objects, rel: RelId, table: &Table) {
    for (name, event, runs) in &table.triggers {
        out.triggers.push(Trigger {
            id: 45_000 + out.triggers.len() as i64,
            rel,
            name: out.names.intern(name),
            event: out.names.intern(event),
            runs: Some(out.names.intern(runs)),
            enabled: true,
            comment: None,
        });
    }
    for (name, command, roles) in &table.policies {
        out.policies.push(Policy {
            rel,
            name: out.names.intern(name),
            command: out.names.intern(command),
            permissive: true,
            roles: out.names.intern(roles),
            using: None,
            check: None,
        });
    }
}

/// Grants with the texts they use: `(grantee, privileges)`.
pub fn grants(names: &mut Names, list: &[(&str, &str)]) -> Vec<Grant> {
    let mut grants = Vec::new();
    for (grantee, privileges) in list {
        grants.push(Grant {
            grantee: names.intern(grantee),
            privileges: names.intern(privileges),
            grantor: Some(names.intern("app_owner")),
        });
    }
    grants
}
