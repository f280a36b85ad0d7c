//! Constraints: from the pragmas where they tell, names and checks from the text.

use super::columns;
use super::declared::{Constraint, TableText, What};
use super::wire::{Row, Wire};
use crate::engine::Result;
use crate::engine::guard::Statement;
use crate::model::{Action, IndexFlags, Indexes, Key, KeyKind, Keys, RelId, Relations};
use std::collections::HashMap;

const PRIMARY: Statement = Statement::file("sqlite/primary_keys.sql", include_str!("sql/primary_keys.sql"));
const UNIQUE: Statement = Statement::file("sqlite/unique_keys.sql", include_str!("sql/unique_keys.sql"));
const FOREIGN: Statement = Statement::file("sqlite/foreign_keys.sql", include_str!("sql/foreign_keys.sql"));

/// One constraint before its texts are interned.
#[derive(Default)]
struct Draft {
    name: Option<String>,
    columns: Vec<String>,
    ref_table: Option<String>,
    ref_rel: Option<RelId>,
    ref_columns: Vec<String>,
    on_update: Option<Action>,
    on_delete: Option<Action>,
    deferrable: bool,
    initially_deferred: bool,
    index: Option<String>,
    definition: Option<String>,
}

/// What keys are looked up in.
struct Tables<'r> {
    relations: &'r Relations,
    ids: HashMap<&'r str, RelId>,
    /// SQLite compares names without case.
    lower: HashMap<String, RelId>,
    texts: HashMap<RelId, TableText>,
    primary: HashMap<RelId, Vec<String>>,
}

impl Tables<'_> {
    fn constraints(&self, rel: RelId) -> &[Constraint] {
        self.texts.get(&rel).map(|text| text.constraints.as_slice()).unwrap_or_default()
    }

    /// The column's own spelling in its table; as given where there is no such column.
    fn spelled(&self, rel: RelId, column: &str) -> String {
        let own = self.texts.get(&rel).and_then(|text| text.column(column));
        own.map_or_else(|| column.to_owned(), |own| own.name.clone())
    }
}

pub(super) async fn keys(wire: &mut Wire, relations: &Relations, indexes: Option<&Indexes>) -> Result<Keys> {
    let ids = super::by_name(relations);
    let primary = wire.fetch(&PRIMARY, None).await?;
    let unique = wire.fetch(&UNIQUE, None).await?;
    let foreign = wire.fetch(&FOREIGN, None).await?;
    let texts = columns::texts(wire, &ids, None).await?;
    let lower = ids.iter().map(|(name, &id)| (name.to_ascii_lowercase(), id)).collect();
    let mut tables = Tables { relations, ids, lower, texts, primary: HashMap::new() };
    for row in &primary {
        if let Some(&rel) = tables.ids.get(row.text(0)) {
            tables.primary.entry(rel).or_default().push(row.text(1).to_owned());
        }
    }
    let mut drafts = Vec::new();
    primaries(&tables, indexes, &mut drafts);
    uniques(&unique, &tables, &mut drafts);
    foreigns(&foreign, &tables, &mut drafts);
    written(&tables, &mut drafts);
    // Stable: constraints without a name keep the order of the text.
    drafts.sort_by(|(rel, kind, a), (other, theirs, b)| (rel, kind, &a.name).cmp(&(other, theirs, &b.name)));
    let mut keys = build(drafts);
    keys.link(relations.list.len());
    if let Some(indexes) = indexes {
        keys.mark_indexed(indexes);
        mark_row_numbers(&mut keys);
    }
    keys.names.seal();
    Ok(keys)
}

fn same(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.eq_ignore_ascii_case(b))
}

/// The name that the text gives to the constraint of this kind on just these columns.
fn named(tables: &Tables<'_>, rel: RelId, what: &What, columns: &[String]) -> Option<String> {
    let constraints = tables.constraints(rel);
    constraints.iter().find(|one| one.what == *what && same(&one.columns, columns))?.name.clone()
}

fn primaries(tables: &Tables<'_>, indexes: Option<&Indexes>, drafts: &mut Vec<(RelId, KeyKind, Draft)>) {
    for (&rel, columns) in &tables.primary {
        let index = indexes.and_then(|indexes| {
            let own = indexes.of(rel).iter().find(|index| index.flags.has(IndexFlags::PRIMARY))?;
            Some(indexes.names.get(own.name).to_owned())
        });
        let name = named(tables, rel, &What::Primary, columns);
        drafts.push((rel, KeyKind::Primary, Draft { name, columns: columns.clone(), index, ..Draft::default() }));
    }
}

fn uniques(rows: &[Row], tables: &Tables<'_>, drafts: &mut Vec<(RelId, KeyKind, Draft)>) {
    for group in rows.chunk_by(|a, b| (a.text(0), a.text(1)) == (b.text(0), b.text(1))) {
        let Some(first) = group.first() else { continue };
        let Some(&rel) = tables.ids.get(first.text(0)) else { continue };
        let columns: Vec<String> = group.iter().map(|row| row.text(2).to_owned()).collect();
        let name = named(tables, rel, &What::Unique, &columns);
        let index = Some(first.text(1).to_owned());
        drafts.push((rel, KeyKind::Unique, Draft { name, columns, index, ..Draft::default() }));
    }
}

fn foreigns(rows: &[Row], tables: &Tables<'_>, drafts: &mut Vec<(RelId, KeyKind, Draft)>) {
    for table in rows.chunk_by(|a, b| a.text(0) == b.text(0)) {
        let Some(&rel) = table.first().and_then(|row| tables.ids.get(row.text(0))) else { continue };
        let keys: Vec<&[Row]> = table.chunk_by(|a, b| a.int(1) == b.int(1)).collect();
        // SQLite numbers foreign keys from the last one of the text to the first.
        let mut written: Vec<&Constraint> =
            tables.constraints(rel).iter().filter(|one| matches!(one.what, What::Foreign { .. })).collect();
        written.reverse();
        // In the order of the text, as a reader expects them.
        for (n, key) in keys.iter().enumerate().rev() {
            let text = written.get(n).copied().filter(|_| written.len() == keys.len());
            drafts.extend(foreign(key, rel, tables, text).map(|draft| (rel, KeyKind::Foreign, draft)));
        }
    }
}

fn foreign(rows: &[Row], rel: RelId, tables: &Tables<'_>, text: Option<&Constraint>) -> Option<Draft> {
    let first = rows.first()?;
    let parent = first.text(2).to_owned();
    let ref_rel = tables.lower.get(&parent.to_ascii_lowercase()).copied();
    let columns: Vec<String> = rows.iter().map(|row| tables.spelled(rel, row.text(3))).collect();
    let mut draft = Draft {
        ref_columns: referenced(rows, ref_rel, tables),
        ref_table: Some(ref_rel.map_or(parent.clone(), |id| tables.relations.name(id).to_owned())),
        ref_rel,
        on_update: action(first.text(5)),
        on_delete: action(first.text(6)),
        ..Draft::default()
    };
    if let Some(Constraint { name, what: What::Foreign { table, deferrable, initially_deferred }, columns: own }) = text
        && table.eq_ignore_ascii_case(&parent)
        && same(own, &columns)
    {
        draft.name = name.clone();
        draft.deferrable = *deferrable;
        draft.initially_deferred = *initially_deferred;
    }
    draft.columns = columns;
    Some(draft)
}

/// The referenced columns. Where the text names none, the parent's primary key is meant; when that does not
/// fit (no parent, no key, another number of columns) they stay unknown.
fn referenced(rows: &[Row], parent: Option<RelId>, tables: &Tables<'_>) -> Vec<String> {
    let named: Vec<&str> = rows.iter().filter_map(|row| row.text_opt(4)).collect();
    match parent {
        Some(parent) if named.len() == rows.len() => {
            named.iter().map(|column| tables.spelled(parent, column)).collect()
        }
        Some(parent) => {
            let key = tables.primary.get(&parent).filter(|key| key.len() == rows.len());
            key.cloned().unwrap_or_default()
        }
        None => named.into_iter().map(str::to_owned).collect(),
    }
}

fn action(text: &str) -> Option<Action> {
    match text {
        "NO ACTION" => Some(Action::NoAction),
        "RESTRICT" => Some(Action::Restrict),
        "CASCADE" => Some(Action::Cascade),
        "SET NULL" => Some(Action::SetNull),
        "SET DEFAULT" => Some(Action::SetDefault),
        _ => None,
    }
}

/// Checks, and NOT NULLs that have a name; the others are a flag of their column.
fn written(tables: &Tables<'_>, drafts: &mut Vec<(RelId, KeyKind, Draft)>) {
    for (&rel, text) in &tables.texts {
        for one in &text.constraints {
            let mut draft = Draft { name: one.name.clone(), columns: one.columns.clone(), ..Draft::default() };
            match &one.what {
                What::Check(expression) => {
                    draft.definition = Some(format!("CHECK ({expression})"));
                    drafts.push((rel, KeyKind::Check, draft));
                }
                What::NotNull if one.name.is_some() => drafts.push((rel, KeyKind::NotNull, draft)),
                _ => {}
            }
        }
    }
}

fn build(drafts: Vec<(RelId, KeyKind, Draft)>) -> Keys {
    let mut keys = Keys::default();
    for (rel, kind, draft) in drafts {
        let parts = keys.parts.len() as u32;
        for column in draft.columns.iter().chain(&draft.ref_columns) {
            let sym = keys.names.intern(column);
            keys.parts.push(sym);
        }
        let names = &mut keys.names;
        let key = Key {
            id: 0,
            rel,
            name: names.intern_opt(draft.name.as_deref()),
            kind,
            parts,
            columns: draft.columns.len() as u16,
            ref_columns: draft.ref_columns.len() as u16,
            ref_schema: draft.ref_table.as_ref().map(|_| names.intern("main")),
            ref_table: names.intern_opt(draft.ref_table.as_deref()),
            ref_rel: draft.ref_rel,
            on_update: draft.on_update,
            on_delete: draft.on_delete,
            validated: None,
            enforced: None,
            deferrable: draft.deferrable,
            initially_deferred: draft.initially_deferred,
            match_full: false,
            inherited: false,
            index: names.intern_opt(draft.index.as_deref()),
            indexed: None,
            definition: names.intern_opt(draft.definition.as_deref()),
        };
        keys.list.push(key);
    }
    keys
}

/// A foreign key on the row number itself needs no index: the table is sorted by it. Such a primary key is
/// the one without an index behind it.
fn mark_row_numbers(keys: &mut Keys) {
    for n in 0..keys.list.len() {
        let key = &keys.list[n];
        if key.kind != KeyKind::Foreign || key.indexed != Some(false) {
            continue;
        }
        let columns: Vec<&str> = keys.columns(key).collect();
        let served = keys.of(key.rel).iter().any(|own| {
            own.kind == KeyKind::Primary && own.index.is_none() && keys.columns(own).eq(columns.iter().copied())
        });
        keys.list[n].indexed = Some(served);
    }
}
