//! The Columns tab, and everything of one column.

use super::detail::{Body, Source, Target, Wait};
use super::tabs::Rows;
use crate::model::{ColFlags, Column, Columns, Generated, Key, KeyKind, Keys, ObjectRef, RelFlags, RelId};
use crate::text;
use crate::tui::facts::Facts;
use crate::tui::widget::grid;
use crate::tui::widget::table::Col;

pub fn columns(source: Source, id: RelId, light: &Columns) -> Body {
    let theme = &source.look.theme;
    // The definition brings defaults, comments and statistics, which are not read for every table.
    let object = ObjectRef::Relation(id);
    let full = full_columns(source.facts, id);
    if full.is_none() && light.of(id).is_empty() && source.facts.definitions.get(object).is_none() {
        return Body::Wait(Wait::Definition(object));
    }
    let all = full.unwrap_or(light);
    let mut rows = Rows::new(vec![
        Col::right("#", 2, 4, 5),
        Col::left("Column", 8, 40, 0),
        Col::left("Type", 6, 28, 1).ease(16),
        Col::left("Null", 4, 4, 2),
        Col::left("Key", 3, 6, 3),
        Col::right("Distinct", 8, 9, 6),
        Col::right("Nulls", 5, 6, 4),
        Col::left("Default", 7, 30, 7),
        Col::left("Comment", 8, 60, 8),
    ]);
    let keys = source.catalog.keys.value();
    for column in all.of(id) {
        let name = all.names.get(column.name);
        let foreign = keys.and_then(|keys| foreign_key(keys, id, name));
        let nullable = if column.flags.has(ColFlags::NOT_NULL) { "no" } else { "yes" };
        let target = match foreign.and_then(|key| key.ref_rel) {
            Some(rel) => Target::Go(rel),
            None => Target::Column(id, column.position, name.to_owned()),
        };
        rows.push(
            vec![
                (column.position.to_string(), theme.faint),
                (name.to_owned(), theme.plain),
                (grid::short_type(all.names.get(column.type_name)), theme.plain),
                (nullable.to_owned(), theme.plain),
                (key_mark(source, keys, id, column, name, foreign.is_some()), theme.plain),
                (distinct(keys, id, column, name), theme.plain),
                (column.null_fraction.map(share).unwrap_or_default(), theme.plain),
                (default_of(all, column), theme.plain),
                (all.names.opt(column.comment).unwrap_or_default().to_owned(), theme.faint),
            ],
            name,
            Some(target),
        );
    }
    let broken = source.catalog.relations.get(id).is_some_and(|rel| rel.flags.has(RelFlags::BROKEN));
    rows.body(match broken {
        true => "Its columns are not known: something that it reads is gone, or may not be read. Its source is in the last tab.",
        false => "No columns.",
    })
}

/// The columns that came with the definition of a relation: all that is known of them.
pub fn full_columns(facts: &Facts, id: RelId) -> Option<&Columns> {
    let ddl = facts.definitions.ddl(ObjectRef::Relation(id))?;
    ddl.columns.as_ref().filter(|all| !all.of(id).is_empty())
}

pub fn foreign_key<'a>(keys: &'a Keys, id: RelId, column: &str) -> Option<&'a Key> {
    keys.of(id).iter().filter(|key| key.kind == KeyKind::Foreign).find(|key| keys.columns(key).any(|one| one == column))
}

/// True when this column alone tells rows apart.
fn alone(keys: &Keys, id: RelId, column: &str, kind: KeyKind) -> bool {
    keys.of(id).iter().any(|key| key.kind == kind && keys.columns(key).eq(std::iter::once(column)))
}

fn key_mark(
    source: Source,
    keys: Option<&std::sync::Arc<Keys>>,
    id: RelId,
    column: &Column,
    name: &str,
    foreign: bool,
) -> String {
    let primary = column.flags.has(ColFlags::PRIMARY);
    let arrow = source.look.glyphs.right;
    match (primary, foreign) {
        (true, true) => format!("PK {arrow}"),
        (true, false) => "PK".into(),
        (false, true) => format!("FK {arrow}"),
        (false, false) if keys.is_some_and(|keys| alone(keys, id, name, KeyKind::Unique)) => "UQ".into(),
        (false, false) => String::new(),
    }
}

fn distinct(keys: Option<&std::sync::Arc<Keys>>, id: RelId, column: &Column, name: &str) -> String {
    let Some(distinct) = column.distinct else { return String::new() };
    let unique = |kind| keys.is_some_and(|keys| alone(keys, id, name, kind));
    if unique(KeyKind::Primary) || unique(KeyKind::Unique) {
        return "unique".into();
    }
    let about = if distinct >= 1000.0 { "~" } else { "" };
    format!("{about}{}", text::count(distinct as i64))
}

/// `11 %`, `0 %`; below one percent but not nothing: `<1 %`.
fn share(fraction: f32) -> String {
    match fraction {
        f if f > 0.0 && f < 0.005 => "<1 %".into(),
        f => format!("{:.0} %", f * 100.0),
    }
}

/// Default or how the value is made, in short.
fn default_of(all: &Columns, column: &Column) -> String {
    let text = all.names.opt(column.default).unwrap_or_default();
    match column.generated {
        Some(Generated::IdentityAlways) => "identity always".into(),
        Some(Generated::IdentityByDefault) => "identity".into(),
        Some(Generated::AutoIncrement) => "auto_increment".into(),
        Some(Generated::Stored) => format!("stored: {text}"),
        Some(Generated::Virtual) => format!("virtual: {text}"),
        None if text.is_empty() && column.flags.has(ColFlags::DEFAULT_UNREAD) => "?".into(),
        None => text.to_owned(),
    }
}

/// Everything that is known of one column, one thing a line; empty when it is gone.
pub fn describe(facts: &Facts, id: RelId, position: u16) -> String {
    let Some(catalog) = &facts.schema.catalog else { return String::new() };
    let Some(all) = full_columns(facts, id).or(catalog.columns.value().map(|all| &**all)) else { return String::new() };
    let Some(column) = all.of(id).iter().find(|column| column.position == position) else { return String::new() };
    let names = &all.names;
    let place = format!("{}.{}", catalog.relations.schema_name(id), catalog.relations.name(id));
    let default = match default_of(all, column).as_str() {
        "" => "none".to_owned(),
        "?" => "has one, not read yet".to_owned(),
        default => default.to_owned(),
    };
    let more = [
        ("column", Some(format!("{place}.{}", names.get(column.name)))),
        ("type", Some(names.get(column.type_name).to_owned())),
        ("position", Some(column.position.to_string())),
        ("null", Some(if column.flags.has(ColFlags::NOT_NULL) { "not allowed" } else { "allowed" }.to_owned())),
        ("default", Some(default)),
        ("collation", names.opt(column.collation).map(str::to_owned)),
        ("comment", names.opt(column.comment).map(str::to_owned)),
        ("nulls", column.null_fraction.map(share)),
        ("distinct", column.distinct.map(|n| text::count(n as i64))),
        ("width", column.avg_width.map(|n| format!("{n} bytes on average"))),
        ("", column.flags.has(ColFlags::INVISIBLE).then(|| "invisible".into())),
    ];
    let lines = more.into_iter().filter_map(|(word, value)| Some(format!("{word:<12}{}", value?)));
    lines.collect::<Vec<_>>().join("\n")
}
