//! From a row along its foreign keys: to the row that it refers to, and to the rows that refer to it.

use super::SchemaPane;
use super::detail::{Tab, whole_table};
use super::preview::{Grid, condition, key_part};
use super::rows::Node;
use crate::model::{Catalog, Cell, Key, KeyKind, Keys, RelId, RowColumn, RowKey, RowsOf};
use crate::text;
use crate::tui::msg::{Action, Effect};
use crate::tui::pane::Cx;
use crate::tui::widget::Look;
use crate::tui::widget::scroll::Cursor;
use std::sync::Arc;

/// One way from a row, or why it leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub text: String,
    pub to: Option<(RelId, Vec<RowKey>)>,
    /// The columns of the row that lead there.
    through: Vec<String>,
}

/// The ways from the row under the cursor, over the rows.
#[derive(Clone, Debug, Default)]
pub struct Links {
    pub list: Vec<Link>,
    pub at: usize,
}

/// Every way from a row of `rel`: what it refers to first.
fn links(catalog: &Catalog, rel: RelId, of: &RowsOf, row: &[Cell], look: &Look) -> Vec<Link> {
    let Some(keys) = catalog.keys.value() else { return Vec::new() };
    let mut list: Vec<Link> = Vec::new();
    let mut add = |link: Link| {
        if !list.contains(&link) {
            list.push(link);
        }
    };
    for key in keys.of(rel).iter().filter(|key| key.kind == KeyKind::Foreign) {
        add(outgoing(catalog, keys, key, rel, of, row, look));
    }
    for key in keys.referencing(rel).filter(|key| !key.inherited) {
        add(incoming(catalog, keys, key, rel, of, row, look));
    }
    list
}

fn outgoing(catalog: &Catalog, keys: &Keys, key: &Key, rel: RelId, of: &RowsOf, row: &[Cell], look: &Look) -> Link {
    let arrow = look.glyphs.right;
    let through = keys.columns(key).map(str::to_owned).collect();
    let Some(to) = key.ref_rel else {
        let name = keys.names.opt(key.ref_table).unwrap_or("?");
        return Link { text: format!("{arrow} {name}: not seen by this role"), to: None, through };
    };
    let name = name_from(catalog, rel, to);
    let pairs: Vec<(&str, &str)> = keys.columns(key).zip(keys.ref_columns(key)).collect();
    match row_keys(catalog, to, of, row, &pairs, key) {
        Ok(found) => {
            Link { text: format!("{arrow} {name} where {}", condition(&found)), to: Some((to, found)), through }
        }
        Err(why) => Link { text: format!("{arrow} {name}: {why}"), to: None, through },
    }
}

fn incoming(catalog: &Catalog, keys: &Keys, key: &Key, rel: RelId, of: &RowsOf, row: &[Cell], look: &Look) -> Link {
    let arrow = look.glyphs.left;
    let through = keys.ref_columns(key).map(str::to_owned).collect();
    let from = whole_table(catalog, key.rel);
    let name = name_from(catalog, rel, from);
    let pairs: Vec<(&str, &str)> = keys.ref_columns(key).zip(keys.columns(key)).collect();
    match row_keys(catalog, from, of, row, &pairs, key) {
        Ok(found) => {
            let each = each(catalog, rel, from).map(|each| format!("   {each}")).unwrap_or_default();
            let slow = if key.indexed == Some(false) { "   no index: reads the table" } else { "" };
            let text = format!("{arrow} {name} where {}{each}{slow}", condition(&found));
            Link { text, to: Some((from, found)), through }
        }
        Err(why) => Link { text: format!("{arrow} {name}: {why}"), to: None, through },
    }
}

/// The condition on `target`: for each pair the value of the row's column, in the target's column.
fn row_keys(
    catalog: &Catalog,
    target: RelId,
    of: &RowsOf,
    row: &[Cell],
    pairs: &[(&str, &str)],
    key: &Key,
) -> Result<Vec<RowKey>, String> {
    if pairs.is_empty() || key.columns != key.ref_columns {
        return Err("its columns are not known".into());
    }
    pairs
        .iter()
        .map(|(own, other)| {
            let part = key_part(of, row, own).map_err(|why| format!("{why}, so there is nothing to follow"))?;
            let type_name = type_of(catalog, target, other).unwrap_or(part.column.type_name);
            Ok(RowKey { column: RowColumn { name: (*other).to_owned(), type_name }, value: part.value })
        })
        .collect()
}

fn type_of(catalog: &Catalog, rel: RelId, name: &str) -> Option<String> {
    let columns = catalog.columns.value()?;
    let column = columns.of(rel).iter().find(|column| columns.names.get(column.name) == name)?;
    Some(columns.names.get(column.type_name).to_owned())
}

/// The name, with its schema where that is another one.
fn name_from(catalog: &Catalog, here: RelId, there: RelId) -> String {
    let relations = &catalog.relations;
    match relations.schema_name(here) == relations.schema_name(there) {
        true => relations.name(there).to_owned(),
        false => format!("{}.{}", relations.schema_name(there), relations.name(there)),
    }
}

/// `~12 each`: the estimated rows of one table over those of the other.
fn each(catalog: &Catalog, one: RelId, many: RelId) -> Option<String> {
    let rows = |rel: RelId| catalog.relations.get(rel).and_then(|relation| relation.rows).filter(|&rows| rows > 0);
    let mean = rows(many)? as f64 / rows(one)? as f64;
    (mean >= 0.05).then(|| match mean {
        mean if mean >= 10.0 => format!("~{} each", text::count(mean.round() as i64)),
        mean => format!("~{mean:.1} each"),
    })
}

impl SchemaPane {
    /// Opens the list of ways from the row under the cursor.
    pub(super) fn open_links(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some((list, known)) = self.ways(cx) else { return Vec::new() };
        if list.is_empty() {
            let why = if known { "No foreign key leads from this table or to it." } else { "The keys are not known." };
            return vec![Effect::Toast(why.into())];
        }
        // The way of the column under the cursor first.
        let column = self.grid().and_then(|grid| grid.heads.get(self.column)).map(|head| head.name.as_str());
        let own = |link: &Link| column.is_some_and(|column| link.through.iter().any(|name| name == column));
        let at = list.iter().position(own).unwrap_or(0);
        self.links = Some(Links { list, at });
        Vec::new()
    }

    fn ways(&self, cx: &Cx) -> Option<(Vec<Link>, bool)> {
        let (grid, catalog) = (self.grid()?, cx.facts.schema.catalog.as_ref()?);
        let row = grid.good.preview.rows.get(self.cursor.at)?;
        let Node::Relation(rel) = self.detail.as_ref()?.node else { return None };
        let known = catalog.keys.value().is_some();
        Some((links(catalog, rel, &grid.good.of, row, cx.look), known))
    }

    /// True when the column of the cursor is part of a foreign key, of this table or of another one to it.
    pub(super) fn is_key_column(&self, grid: &Grid, cx: &Cx) -> bool {
        let (Some(detail), Some(catalog)) = (&self.detail, &cx.facts.schema.catalog) else { return false };
        let (Node::Relation(rel), Some(keys)) = (detail.node, catalog.keys.value()) else { return false };
        let Some(name) = grid.heads.get(self.column).map(|head| head.name.as_str()) else { return false };
        let out = keys.of(rel).iter().filter(|key| key.kind == KeyKind::Foreign);
        out.clone().any(|key| keys.columns(key).any(|column| column == name))
            || keys.referencing(rel).any(|key| keys.ref_columns(key).any(|column| column == name))
    }

    /// Keys while the list is open; `None` for those that close it.
    pub(super) fn links_action(&mut self, action: Action, cx: &Cx) -> Option<Vec<Effect>> {
        let links = self.links.as_mut()?;
        let last = links.list.len().saturating_sub(1);
        match action {
            Action::Up | Action::HalfUp => links.at = links.at.saturating_sub(1),
            Action::Down | Action::HalfDown => links.at = (links.at + 1).min(last),
            Action::First => links.at = 0,
            Action::Last => links.at = last,
            Action::Copy => {
                return Some(
                    links.list.get(links.at).map(|link| Effect::Copy(link.text.clone())).into_iter().collect(),
                );
            }
            Action::Enter => {
                let link = links.list.get(links.at)?.clone();
                return Some(match link.to {
                    Some((rel, keys)) => self.walk_rows(rel, keys, cx),
                    None => vec![Effect::Toast(link.text)],
                });
            }
            _ => {
                self.links = None;
                return None;
            }
        }
        Some(Vec::new())
    }

    /// Goes to the rows of `rel` that match `keys` and reads them; Esc and Ctrl-O come back.
    fn walk_rows(&mut self, rel: RelId, keys: Vec<RowKey>, cx: &Cx) -> Vec<Effect> {
        let Some(catalog) = cx.facts.schema.catalog.clone() else { return Vec::new() };
        self.links = None;
        let here = Arc::new(self.place());
        let mut effects = self.walk_to(Node::Relation(rel), cx);
        self.trail.push(here);
        self.where_ = super::rows::key_of(Node::Relation(rel), &catalog).map(|key| (key, keys));
        self.tab = Tab::Rows;
        self.cursor = Cursor::default();
        (self.column, self.left) = (0, 0);
        self.rebuild_detail(cx);
        self.define = None;
        effects.extend(self.read_rows(cx).unwrap_or_default());
        effects
    }

    /// One step back along the keys; false where nothing was followed.
    pub(super) fn back_from_rows(&mut self, cx: &Cx) -> bool {
        if self.links.take().is_some() {
            return true;
        }
        let filtered = self
            .detail
            .as_ref()
            .is_some_and(|detail| detail.tab == Tab::Rows && !self.keys_of(detail.node, cx).is_empty());
        if !filtered {
            return false;
        }
        match self.trail.pop() {
            Some(place) => self.restore_place((*place).clone(), cx),
            None => {
                self.where_ = None;
                self.cursor = Cursor::default();
                self.rebuild_detail(cx);
            }
        }
        true
    }
}
