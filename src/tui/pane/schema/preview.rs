//! The Rows tab: a few rows of a table or view, read on a key and never by themselves.
//!
//! ```text
//! │  id      customer_id   status   note
//! │  bigint  bigint        text     text
//! │  PK      → customers
//! │▌ 1       7             paid     NULL
//! ```

use super::columns::full_columns;
use super::detail::{Body, Source, Tab, Wait, is_system};
use super::rows::Node;
use super::{SchemaPane, Side};
use crate::config::Family;
use crate::model::{
    Catalog, Cell, ColFlags, Columns, Known, RelFlags, RelId, RelKind, Relation, RowColumn, RowKey, RowLimits, RowsEnd,
    RowsOf, Value,
};
use crate::text;
use crate::tui::facts::Facts;
use crate::tui::msg::{Action, Effect};
use crate::tui::overlay::value::ValueView;
use crate::tui::pane::Cx;
use crate::tui::rows::{Good, Shown, Sight};
use crate::tui::widget::grid;
use std::ops::Deref;
use std::sync::Arc;

/// More columns than this are not asked for: a row of a table has at most a few hundred on any engine that
/// people read.
const COLUMNS: usize = 400;
/// Rows made ready to draw, and where they are from.
#[derive(Clone, Debug)]
pub struct Grid {
    grid: grid::Grid,
    pub good: Good,
}

impl Deref for Grid {
    type Target = grid::Grid;

    fn deref(&self) -> &grid::Grid {
        &self.grid
    }
}

impl Grid {
    fn new(source: Source, rel: RelId, good: &Good) -> Self {
        let mark = |name: &str| mark(source, rel, name);
        let grid = grid::Grid::new(&good.of.columns, &good.preview.rows, mark, source.look);
        Self { grid, good: good.clone() }
    }
}

/// `PK`, `→` for a foreign key, `←` for what others refer to.
fn mark(source: Source, rel: RelId, name: &str) -> String {
    let mut words = Vec::new();
    let columns = columns_of(source.catalog, source.facts, rel);
    let primary = columns.is_some_and(|all| {
        all.of(rel).iter().any(|column| column.flags.has(ColFlags::PRIMARY) && all.names.get(column.name) == name)
    });
    if primary {
        words.push("PK".to_owned());
    }
    if let Some(keys) = source.catalog.keys.value()
        && let Some(key) = super::columns::foreign_key(keys, rel, name)
    {
        let to = key.ref_rel.map(|to| format!(" {}", source.catalog.relations.name(to))).unwrap_or_default();
        words.push(format!("{}{to}", source.look.glyphs.right));
    }
    words.join(" ")
}

/// The columns that are known of a relation: those of the list, else those of its definition.
fn columns_of<'a>(catalog: &'a Catalog, facts: &'a Facts, rel: RelId) -> Option<&'a Columns> {
    let light = catalog.columns.value().map(|all| &**all).filter(|all| !all.of(rel).is_empty());
    light.or_else(|| full_columns(facts, rel))
}

/// True for what has rows to look at here.
pub fn has_rows(catalog: &Catalog, rel: &Relation) -> bool {
    rel.kind != RelKind::Sequence && !rel.flags.has(RelFlags::BROKEN) && !is_system(catalog, rel)
}

pub fn sight_of(catalog: &Catalog, rel: RelId, keys: &[RowKey]) -> Sight {
    let relations = &catalog.relations;
    Sight { schema: relations.schema_name(rel).into(), name: relations.name(rel).into(), keys: keys.to_vec() }
}

/// The question for the rows of `rel`; `None` while its columns are not known.
pub fn question(catalog: &Catalog, facts: &Facts, rel: RelId, keys: &[RowKey]) -> Option<RowsOf> {
    let all = columns_of(catalog, facts, rel)?;
    let hidden = |flags: ColFlags| facts.family == Family::Sqlite && flags.has(ColFlags::INVISIBLE);
    let columns: Vec<RowColumn> = all
        .of(rel)
        .iter()
        .filter(|column| !hidden(column.flags))
        .take(COLUMNS)
        .map(|column| RowColumn {
            name: all.names.get(column.name).to_owned(),
            type_name: all.names.get(column.type_name).to_owned(),
        })
        .collect();
    (!columns.is_empty()).then(|| RowsOf { rel, columns, keys: keys.to_vec(), limits: limits(catalog, rel) })
}

/// Fewer rows where the mean row is large.
fn limits(catalog: &Catalog, rel: RelId) -> RowLimits {
    let mean = catalog.relations.get(rel).and_then(|relation| {
        let bytes = relation.table_bytes? + relation.toast_bytes.unwrap_or(0);
        relation.rows.filter(|&rows| rows > 0).map(|rows| bytes / rows)
    });
    RowLimits::preview(mean)
}

/// `customer_id = 7 and line = 2`.
pub fn condition(keys: &[RowKey]) -> String {
    let value = |value: &Value| match value {
        Value::Text(text) if text.parse::<f64>().is_ok() => text.clone(),
        Value::Text(text) | Value::Odd(text) => format!("'{}'", text::cut(text, 40, "..")),
        Value::Binary(bytes) => bytes.iter().take(20).fold("0x".to_owned(), |out, byte| format!("{out}{byte:02x}")),
        Value::Null => "NULL".into(),
    };
    let parts: Vec<String> = keys.iter().map(|key| format!("{} = {}", key.column.name, value(&key.value))).collect();
    parts.join(" and ")
}

/// What the tab shows: rows, or what is said instead of them.
pub fn body(source: Source, rel: RelId, keys: &[RowKey]) -> Body {
    let facts = source.facts;
    if facts.rows.is_off() {
        return Body::Say(off(facts));
    }
    let sight = sight_of(source.catalog, rel, keys);
    let shown = facts.rows.get(&sight);
    if let Some(good) = shown.and_then(|shown| shown.good.as_ref()) {
        return match good.preview.rows.is_empty() {
            true => Body::Say(vec![none(keys), String::new(), "r reads again.".into()]),
            false => Body::Rows(Box::new(Grid::new(source, rel, good))),
        };
    }
    if facts.rows.loading(&sight).is_some() {
        return Body::Wait(Wait::Rows(sight));
    }
    match shown.and_then(|shown| shown.trouble.as_ref()) {
        Some(trouble) => Body::Say(trouble.lines().into_iter().chain(["r tries again.".into()]).collect()),
        None => before(source, rel, keys),
    }
}

fn none(keys: &[RowKey]) -> String {
    if keys.is_empty() { "There are no rows.".into() } else { format!("No row where {}.", condition(keys)) }
}

/// On a production database: that, and what would change it.
fn off(facts: &Facts) -> Vec<String> {
    let guessed = if facts.env_guessed { " (guessed from its names)" } else { "" };
    vec![
        format!("This is a production database{guessed}: its rows are not read."),
        String::new(),
        format!("To allow it for {}, in config.toml:", facts.label),
        format!("[connections.{}]", crate::tui::rows::key_word(&facts.label)),
        "allow_sql = true".into(),
    ]
}

/// Before anything is read: what a key would read, and its limits.
fn before(source: Source, rel: RelId, keys: &[RowKey]) -> Body {
    let Some(of) = question(source.catalog, source.facts, rel, keys) else {
        return match source.catalog.columns {
            Known::NotYet => Body::Wait(Wait::Part("columns")),
            _ => Body::Say(vec!["Its columns are not known: the DDL tab may read them.".into()]),
        };
    };
    let sight = sight_of(source.catalog, rel, keys);
    let limits = of.limits;
    let which = if keys.is_empty() { String::new() } else { format!(" where {}", condition(keys)) };
    let mut lines = vec![
        format!("Enter reads at most {} rows of {}.{}{which}.", limits.rows, sight.schema, sight.name),
        String::new(),
        format!(
            "Limits: {} of each value, {} in all, {} s on the server. Not sorted.",
            text::bytes(i64::try_from(limits.characters(of.columns.len())).unwrap_or(0)),
            text::bytes(i64::try_from(limits.total).unwrap_or(0)),
            limits.time.as_secs()
        ),
    ];
    let relation = source.catalog.relations.get(rel);
    match relation.map(|relation| relation.kind) {
        Some(RelKind::View) => lines.push("A view may have to compute all of its rows to give the first.".into()),
        Some(RelKind::ForeignTable) => lines.push("A foreign table is read from another server.".into()),
        _ => {}
    }
    if relation.is_some_and(|relation| relation.flags.has(RelFlags::ROW_SECURITY)) {
        lines.push("Row security may hide rows from this role.".into());
    }
    if !keys.is_empty() && !is_indexed(source.catalog, rel, keys) {
        lines.push("No index begins with these columns: the table is read until they are found.".into());
    }
    Body::Say(lines)
}

fn is_indexed(catalog: &Catalog, rel: RelId, keys: &[RowKey]) -> bool {
    let Some(indexes) = catalog.indexes.value() else { return true };
    let columns: Vec<&str> = keys.iter().map(|key| key.column.name.as_str()).collect();
    indexes.of(rel).iter().any(|index| crate::model::index_serves(indexes, index, &columns))
}

/// `first 100 of ~12.4 k rows, 34 kB, 12 ms, not sorted`, or what is wrong; the second is true for trouble.
pub fn honesty(pane: &SchemaPane, cx: &Cx) -> Option<(String, bool)> {
    let (catalog, detail) = (cx.facts.schema.catalog.as_ref()?, pane.detail.as_ref()?);
    let Node::Relation(rel) = detail.node else { return None };
    if detail.tab != Tab::Rows {
        return None;
    }
    if cx.facts.rows.is_off() {
        return Some(("Rows of a production database are not read: allow_sql = true allows it.".into(), false));
    }
    let sight = sight_of(catalog, rel, pane.keys_of(detail.node, cx));
    let Some(shown) = cx.facts.rows.get(&sight).filter(|shown| shown.good.is_some()) else {
        let trouble = cx.facts.rows.get(&sight).and_then(|shown| shown.trouble.as_ref());
        return Some(match trouble {
            Some(trouble) => (trouble.lines().join("  "), true),
            None => ("Rows are read only on a key.".into(), false),
        });
    };
    let loading = cx.facts.rows.loading(&sight).map(|since| cx.now.tick.saturating_sub(since));
    let (text, wrong) = told(shown, catalog, rel, cx)?;
    Some(match loading.filter(|took| *took >= super::missing::QUIET) {
        Some(took) => (format!("reading again, {}; {text}", super::missing::seconds(took)), wrong),
        None => (text, wrong),
    })
}

fn told(shown: &Shown, catalog: &Catalog, rel: RelId, cx: &Cx) -> Option<(String, bool)> {
    let good = shown.good.as_ref()?;
    let preview = &good.preview;
    let count = preview.rows.len();
    let rows = |n: usize| if n == 1 { "1 row".to_owned() } else { format!("{n} rows") };
    let all = catalog.relations.get(rel).and_then(|relation| relation.rows).filter(|_| good.of.keys.is_empty());
    let some = match all.filter(|&all| all > count as i64) {
        Some(all) => format!("first {count} of ~{} rows", text::count(all)),
        None => format!("first {}", rows(count)),
    };
    let (what, mut wrong) = match preview.end {
        RowsEnd::All if good.of.keys.is_empty() => (format!("all {}", rows(count)), false),
        RowsEnd::All => (rows(count), false),
        RowsEnd::Rows => (some, false),
        RowsEnd::Bytes => (format!("{some}, the limit of bytes was reached"), false),
        RowsEnd::Time => (format!("{some}, then {}", good.cut.as_deref().unwrap_or("time was over")), true),
    };
    let bytes = text::bytes(i64::try_from(preview.bytes).unwrap_or(i64::MAX));
    let age = text::age(cx.clock.at.as_second() - good.at.as_second());
    let mut line = format!("{what}, {bytes}, {}, not sorted", text::millis(good.took.as_secs_f64() * 1000.0));
    let total = catalog.columns.value().map(|columns| columns.of(rel).len()).unwrap_or(0);
    if total > good.of.columns.len() && good.of.columns.len() == COLUMNS {
        line.push_str(&format!(", {COLUMNS} of {total} columns"));
    }
    if let Some(trouble) = &shown.trouble {
        line = format!("stale {age}: {}  {line}", trouble.lines().first().cloned().unwrap_or_default());
        wrong = true;
    } else {
        line.push_str(&format!(". Read {age} ago."));
    }
    Some((line, wrong))
}

impl SchemaPane {
    /// The condition on the rows of what is in view.
    pub(super) fn keys_of(&self, node: Node, cx: &Cx) -> &[RowKey] {
        let Some(catalog) = &cx.facts.schema.catalog else { return &[] };
        match &self.where_ {
            Some((key, keys)) if super::rows::key_of(node, catalog).as_ref() == Some(key) => keys,
            _ => &[],
        }
    }

    /// Reads the rows of the tab in view; `None` where another tab is.
    pub(super) fn read_rows(&self, cx: &Cx) -> Option<Vec<Effect>> {
        let (detail, catalog) = (self.detail.as_ref()?, cx.facts.schema.catalog.as_ref()?);
        let Node::Relation(rel) = detail.node else { return None };
        if detail.tab != Tab::Rows || self.side != Side::Detail {
            return None;
        }
        if cx.facts.rows.is_off() {
            return Some(vec![Effect::Toast("Rows of a production database are not read here.".into())]);
        }
        let of = question(catalog, cx.facts, rel, self.keys_of(detail.node, cx));
        Some(of.map(Effect::Rows).into_iter().collect())
    }

    pub(super) fn on_rows(&self) -> bool {
        self.detail.as_ref().is_some_and(|detail| detail.tab == Tab::Rows)
    }

    pub(super) fn grid(&self) -> Option<&Grid> {
        match &self.detail.as_ref()?.body {
            Body::Rows(grid) => Some(grid),
            _ => None,
        }
    }

    /// Keys on the Rows tab; `None` where they mean what they mean elsewhere.
    pub(super) fn rows_action(&mut self, action: Action, cx: &Cx) -> Option<Vec<Effect>> {
        if self.detail.as_ref()?.tab != Tab::Rows {
            return None;
        }
        let Some(grid) = self.grid() else {
            return match action {
                Action::Enter => self.read_rows(cx),
                _ => None,
            };
        };
        let last = grid.heads.len().saturating_sub(1);
        match action {
            Action::Left if self.column > 0 => self.column -= 1,
            Action::Right => self.column = (self.column + 1).min(last),
            Action::Enter if self.is_key_column(grid, cx) => return Some(self.open_links(cx)),
            Action::Enter => return Some(self.open_cell(cx)),
            _ => return None,
        }
        self.settle_column(cx);
        Some(Vec::new())
    }

    /// The column of the cursor is in sight, whatever changed.
    pub(super) fn settle_column(&mut self, cx: &Cx) {
        let room = super::draw::detail_width(cx.area);
        let Some(grid) = self.grid() else { return };
        let column = self.column.min(grid.heads.len().saturating_sub(1));
        let left = grid.left(self.left, column, room);
        (self.column, self.left) = (column, left);
    }

    /// The value under the cursor, whole.
    fn open_cell(&self, cx: &Cx) -> Vec<Effect> {
        let (Some(grid), Some(catalog)) = (self.grid(), &cx.facts.schema.catalog) else { return Vec::new() };
        let of = &grid.good.of;
        let (Some(row), Some(column)) = (grid.good.preview.rows.get(self.cursor.at), of.columns.get(self.column))
        else {
            return Vec::new();
        };
        let Some(cell) = row.get(self.column) else { return Vec::new() };
        let (mut again, mut only) = (None, None);
        if cell.whole.is_some() {
            match row_key(catalog, of, row) {
                Ok(keys) => {
                    let columns = vec![column.clone()];
                    // The relation by its number now: the schema may have been read again since.
                    let rel = self.detail.as_ref().and_then(|detail| match detail.node {
                        Node::Relation(rel) => Some(rel),
                        _ => None,
                    });
                    again = rel.map(|rel| Arc::new(RowsOf { rel, columns, keys, limits: RowLimits::VALUE }));
                }
                Err(why) => only = Some(why),
            }
        }
        let title = format!("{} {} {}", of_name(catalog, self), cx.look.glyphs.crumb, column.name);
        vec![Effect::ViewValue(Box::new(ValueView { title, cell: cell.clone(), again, only }))]
    }

    /// The value under the cursor, to copy.
    pub(super) fn cell_text(&self) -> Option<String> {
        let grid = self.grid()?;
        let cell = grid.good.preview.rows.get(self.cursor.at)?.get(self.column)?;
        Some(grid::raw(cell))
    }
}

fn of_name(catalog: &Catalog, pane: &SchemaPane) -> String {
    pane.detail.as_ref().map(|detail| super::names::label(detail.node, catalog)).unwrap_or_default()
}

/// The condition that finds exactly this row again: its primary key. Or why there is none.
fn row_key(catalog: &Catalog, of: &RowsOf, row: &[Cell]) -> Result<Vec<RowKey>, String> {
    let none = || "only its beginning can be read: the row has no primary key".to_owned();
    let columns = catalog.columns.value().ok_or_else(none)?;
    let names: Vec<&str> = columns
        .of(of.rel)
        .iter()
        .filter(|column| column.flags.has(ColFlags::PRIMARY))
        .map(|column| columns.names.get(column.name))
        .collect();
    if names.is_empty() {
        return Err(none());
    }
    names.iter().map(|name| key_part(of, row, name)).collect()
}

/// One column of a row as a condition, or why it cannot be one.
pub fn key_part(of: &RowsOf, row: &[Cell], name: &str) -> Result<RowKey, String> {
    let found = of.columns.iter().zip(row).find(|(column, _)| column.name == name);
    let Some((column, cell)) = found else { return Err(format!("{name} was not read with the row")) };
    if cell.value == Value::Null {
        return Err(format!("{name} is NULL"));
    }
    if !cell.is_exact() {
        return Err(format!("{name} is too long or no text: it cannot be looked for"));
    }
    Ok(RowKey { column: column.clone(), value: cell.value.clone() })
}
