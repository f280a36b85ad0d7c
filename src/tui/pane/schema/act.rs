//! What keys do in the schema view: filter, sort, tabs, moving in the tree and in the detail, walking.

use super::detail::{Detail, Tab, Target};
use super::digest::SortBy;
use super::filter::Filter;
use super::names::{best_row, copy_name, engine};
use super::rows::{self, Fold, Node, Row};
use super::{SchemaPane, Side, draw};
use crate::model::{Catalog, RelFlags};
use crate::tui::msg::{Action, Effect, Goto};
use crate::tui::pane::{Cx, Spot};
use crate::tui::widget::scroll::Cursor;
use std::sync::Arc;

impl SchemaPane {
    pub(super) fn set_query(&mut self, query: String, cx: &Cx) {
        let Some(catalog) = &cx.facts.schema.catalog else { return };
        self.query = query;
        self.filter = Filter::new(&self.query, catalog);
        if self.filter.is_none() {
            // What was found stays in sight.
            let node = self.at.as_ref().and_then(|key| rows::node_of(key, catalog));
            let above = node.map(|node| rows::above(node, catalog)).unwrap_or_default();
            self.open.extend(above.into_iter().filter_map(|node| rows::key_of(node, catalog)));
        }
        self.rows_again(cx);
        if let Some(filter) = &self.filter
            && let Some(best) = best_row(filter, &self.rows, catalog)
        {
            self.tree.top = 0;
            self.tree.go(best, draw::tree_height(cx.area), self.rows.list.len());
            self.remember_cursor(catalog);
        }
        self.moved = Some(cx.now.tick);
        self.define = None;
    }

    pub(super) fn next_match(&mut self, step: isize, cx: &Cx) {
        let len = self.rows.list.len() as isize;
        let from = self.tree.at as isize;
        let next =
            (1..=len).map(|n| (from + step * n).rem_euclid(len.max(1)) as usize).find(|&n| self.rows.list[n].found);
        if let Some(next) = next {
            self.go(next, cx);
        }
    }

    pub(super) fn sort_by(&mut self, by: SortBy, cx: &Cx) {
        self.sort = self.sort.then(by);
        self.digest_again(cx);
    }

    pub(super) fn show_tab(&mut self, tab: Tab, cx: &Cx) -> Vec<Effect> {
        self.follow(cx);
        let Some(detail) = &self.detail else { return Vec::new() };
        if !detail.tabs.iter().any(|(known, ..)| *known == tab) {
            return vec![Effect::Toast(format!(
                "{} has no {}.",
                detail.name,
                if tab == Tab::Ddl { "definition" } else { "such tab" }
            ))];
        }
        self.tab = tab;
        self.side = Side::Detail;
        self.cursor = Cursor::default();
        self.rebuild_detail(cx);
        self.define = None;
        self.definition(cx)
    }

    pub(super) fn turn_tab(&mut self, step: isize, cx: &Cx) -> Vec<Effect> {
        if self.moved.is_some() {
            self.follow(cx);
        }
        let Some(detail) = &self.detail else { return Vec::new() };
        let now = detail.tabs.iter().position(|(tab, ..)| *tab == detail.tab).unwrap_or(0) as isize;
        let len = detail.tabs.len() as isize;
        let Some((tab, ..)) = detail.tabs.get((now + step).rem_euclid(len.max(1)) as usize) else { return Vec::new() };
        self.tab = *tab;
        self.cursor = Cursor::default();
        self.rebuild_detail(cx);
        self.define = None;
        self.definition(cx)
    }

    pub(super) fn tree_action(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        let half = (draw::tree_height(cx.area) / 2).max(1) as isize;
        match action {
            Action::Up => self.step(-1, cx),
            Action::Down => self.step(1, cx),
            Action::HalfUp => self.step(-half, cx),
            Action::HalfDown => self.step(half, cx),
            Action::First => self.go(0, cx),
            Action::Last => self.go(usize::MAX, cx),
            Action::Left => self.fold_or_leave(cx),
            Action::Right => self.unfold_or_enter(cx),
            Action::Fold => self.toggle(cx),
            Action::Enter => self.open_row(cx),
            _ => {}
        }
        Vec::new()
    }

    pub(super) fn set_open(&mut self, row: Row, open: bool, cx: &Cx) {
        let Some(key) = cx.facts.schema.catalog.as_ref().and_then(|catalog| rows::key_of(row.node, catalog)) else {
            return;
        };
        if open {
            self.open.insert(key);
        } else {
            self.open.remove(&key);
        }
        self.rows_again(cx);
    }

    pub(super) fn fold_or_leave(&mut self, cx: &Cx) {
        let Some(row) = self.row() else { return };
        if row.fold == Fold::Open && self.filter.is_none() {
            return self.set_open(row, false, cx);
        }
        let above = (0..self.tree.at).rev().find(|&n| self.rows.list[n].depth < row.depth);
        if let Some(above) = above {
            self.go(above, cx);
        }
    }

    pub(super) fn unfold_or_enter(&mut self, cx: &Cx) {
        match self.row() {
            Some(row) if row.fold == Fold::Closed => self.set_open(row, true, cx),
            Some(row) if row.fold == Fold::Open => self.step(1, cx),
            _ => {
                self.follow(cx);
                self.side = Side::Detail;
            }
        }
    }

    pub(super) fn toggle(&mut self, cx: &Cx) {
        let Some(row) = self.row() else { return };
        match row.fold {
            Fold::Closed => self.set_open(row, true, cx),
            Fold::Open => self.set_open(row, false, cx),
            Fold::Leaf => self.fold_or_leave(cx),
        }
    }

    pub(super) fn open_row(&mut self, cx: &Cx) {
        let Some(row) = self.row() else { return };
        match row.node {
            Node::Hidden => {
                self.system = true;
                self.digest_again(cx);
            }
            Node::Schema(_) | Node::Group(..) | Node::Extensions if row.fold != Fold::Leaf => self.toggle(cx),
            _ => {
                self.follow(cx);
                self.side = Side::Detail;
            }
        }
    }

    pub(super) fn detail_action(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        if let Some(effects) = self.rows_action(action, cx) {
            return effects;
        }
        let (height, len) = self.detail_room(cx);
        let half = (height / 2).max(1) as isize;
        match action {
            Action::Up => self.cursor.by(-1, height, len),
            Action::Down => self.cursor.by(1, height, len),
            Action::HalfUp => self.cursor.by(-half, height, len),
            Action::HalfDown => self.cursor.by(half, height, len),
            Action::First => self.cursor.go(0, height, len),
            Action::Last => self.cursor.go(usize::MAX, height, len),
            Action::Left => self.move_among_neighbours(-1, cx),
            Action::Right => self.move_among_neighbours(1, cx),
            Action::Enter => return self.open_stop(cx),
            Action::Fold => self.side = Side::Tree,
            _ => {}
        }
        Vec::new()
    }

    /// Left and right walk along the neighbours; left of everything is the tree.
    pub(super) fn move_among_neighbours(&mut self, step: isize, cx: &Cx) {
        let (height, len) = self.detail_room(cx);
        let rows = self.detail.as_ref().map_or(0, Detail::rows);
        if self.cursor.at < rows || len == 0 || (step < 0 && self.cursor.at == rows) {
            if step < 0 {
                self.side = Side::Tree;
            }
            return;
        }
        self.cursor.by(step, height, len);
    }

    pub(super) fn open_stop(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(target) = self.detail.as_ref().and_then(|detail| detail.target(self.cursor.at)) else {
            return Vec::new();
        };
        match target {
            Target::Go(rel) => self.walk_to(Node::Relation(rel), cx),
            Target::Column(rel, position, title) => vec![Effect::ViewColumn { title, rel, position }],
            Target::Text(title, text) => vec![Effect::View { title, text }],
            Target::Object(object, title) => vec![Effect::ViewObject { title, object }],
        }
    }

    /// Goes to an object, unfolding what it is in; the way back is remembered.
    pub(super) fn walk_to(&mut self, node: Node, cx: &Cx) -> Vec<Effect> {
        let Some(catalog) = cx.facts.schema.catalog.clone() else { return Vec::new() };
        let back = Effect::Remember(Spot::Schema(Box::new(self.place())));
        self.input = None;
        if !self.is_in_tree(node, &catalog) {
            self.system = true;
            self.digest_again(cx);
        }
        if self.filter.is_some() {
            self.query.clear();
            self.filter = None;
        }
        for above in rows::above(node, &catalog) {
            self.open.extend(rows::key_of(above, &catalog));
        }
        self.at = rows::key_of(node, &catalog);
        self.rows_again(cx);
        self.follow(cx);
        self.side = Side::Detail;
        vec![back]
    }

    /// The table of the detail with its relations, in the ERD.
    pub(super) fn relations(&mut self, cx: &Cx) -> Vec<Effect> {
        if self.moved.is_some() {
            self.follow(cx);
        }
        let (Some(catalog), Some(detail)) = (&cx.facts.schema.catalog, &self.detail) else { return Vec::new() };
        let Node::Relation(rel) = detail.node else {
            return vec![Effect::Toast("The ERD shows tables: choose one.".into())];
        };
        let relations = &catalog.relations;
        let (schema, name) = (relations.schema_name(rel).to_owned(), relations.name(rel).to_owned());
        vec![Effect::Go(Goto::Relations { schema, name })]
    }

    /// The statements that touch the table of the detail.
    pub(super) fn statements(&mut self, cx: &Cx) -> Vec<Effect> {
        match self.relations(cx).as_slice() {
            [Effect::Go(Goto::Relations { schema, name })] => {
                vec![Effect::Go(Goto::StatementsOf { schema: schema.clone(), name: name.clone() })]
            }
            _ => vec![Effect::Toast("Statements touch tables: choose one.".into())],
        }
    }

    pub(super) fn is_in_tree(&self, node: Node, catalog: &Arc<Catalog>) -> bool {
        let Node::Relation(rel) = node else { return true };
        let Some(relation) = catalog.relations.get(rel) else { return false };
        let hidden = relation.flags.has(RelFlags::SYSTEM) && !self.system;
        self.digest.schemas.contains(&relation.schema) && !hidden
    }

    pub(super) fn copy(&mut self, side: Side, cx: &Cx) -> Vec<Effect> {
        if self.moved.is_some() {
            self.follow(cx);
        }
        let Some(catalog) = &cx.facts.schema.catalog else { return Vec::new() };
        if let Some(text) = self.cell_text().filter(|_| side == Side::Detail) {
            return vec![Effect::Copy(text)];
        }
        let of_detail =
            self.detail.as_ref().filter(|_| side == Side::Detail).and_then(|detail| detail.copy(self.cursor.at));
        let text = of_detail.or_else(|| self.row().map(|row| copy_name(row.node, catalog, engine(cx))));
        text.map(Effect::Copy).into_iter().collect()
    }
}
