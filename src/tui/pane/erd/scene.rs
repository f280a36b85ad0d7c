//! What is drawn: made from the place and the graph whenever one of them changes.

use super::{ErdPane, Name, View};
use crate::erd::map::{self, MapLook};
use crate::erd::path::{Path, paths};
use crate::erd::path_view::{self, PathLook};
use crate::erd::{
    Area, Canvas, Focus, FocusLook, Graph, LinkId, Part, Scope, Side, Signs, TableId, cascade, detail, groups, reading,
};
use crate::tui::pane::Cx;
use std::collections::BTreeSet;

/// A drawing and what in it can be chosen.
#[derive(Debug, Default)]
pub(super) struct Scene {
    pub canvas: Canvas,
    /// The relation in words.
    pub below: Option<Below>,
    /// Things that the cursor goes through, in order, with the line of each.
    pub items: Vec<Item>,
    /// Boxes of a map.
    pub boxes: Vec<(TableId, Area)>,
    /// Tables in sight.
    pub tables: Option<usize>,
    /// The chosen one is marked by the canvas itself.
    pub marked: bool,
}

#[derive(Debug)]
pub(super) struct Below {
    pub title: String,
    pub right: String,
    pub canvas: Canvas,
}

/// Something that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub line: usize,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Link(LinkId, Side),
    Table(TableId),
    Path(usize),
    Group(usize),
}

impl ErdPane {
    /// Makes the scene again. A table that is gone leads back to the reading order.
    pub(super) fn paint(&mut self, cx: &Cx) {
        let Some(graph) = self.graph.take() else {
            self.scene = Scene::default();
            return;
        };
        self.graph = Some(graph);
        if !self.is_here() {
            self.place = super::Place { view: View::Reading, at: 0, top: 0, left: 0 };
        }
        self.keep_what_is_slow();
        self.keep_layer(cx);
        if let Some(graph) = &self.graph {
            self.scene = self.scene_of(graph, cx);
        }
        self.place.at = self.place.at.min(self.scene.items.len().saturating_sub(1));
        self.keep_in_sight(cx);
    }

    /// Every table of the place still exists.
    fn is_here(&self) -> bool {
        let known = |name: &Name| self.find(name).is_some();
        match &self.place.view {
            View::Reading => true,
            View::Focus { table, .. } | View::Cascade { table } => known(table),
            View::Path { from, to } => known(from) && known(to),
            View::Map { of, .. } => of.iter().any(known),
            View::Groups { of, .. } => of.is_empty() || of.iter().any(known),
        }
    }

    fn keep_what_is_slow(&mut self) {
        let Some(graph) = &self.graph else { return };
        match &self.place.view {
            View::Reading if self.reading.is_none() => self.reading = Some(reading::reading_order(graph)),
            View::Groups { of, .. } if self.groups.as_ref().is_none_or(|(known, _)| known != of) => {
                let tables: Vec<TableId> = match of.is_empty() {
                    true => graph.ids().collect(),
                    false => of.iter().filter_map(|name| self.find(name)).collect(),
                };
                self.groups = Some((of.clone(), groups::groups(graph, &tables)));
            }
            View::Path { from, to } => {
                let ends = (from.clone(), to.clone());
                if self.paths.as_ref().is_none_or(|(known, _)| *known != ends)
                    && let (Some(a), Some(b)) = (self.find(from), self.find(to))
                {
                    self.paths = Some((ends, paths(graph, a, b)));
                }
            }
            _ => {}
        }
    }

    fn scene_of(&self, graph: &Graph, cx: &Cx) -> Scene {
        let signs = Signs::named(cx.look.glyphs.name);
        let width = cx.area.width as usize;
        match &self.place.view {
            View::Reading => self.list_reading(graph, signs, width),
            View::Focus { table, unfolded } => {
                self.find(table).map(|table| self.around(graph, table, *unfolded, signs, width)).unwrap_or_default()
            }
            View::Path { from, to } => match (self.find(from), self.find(to)) {
                (Some(from), Some(to)) => self.ways(graph, (from, to), signs, width),
                _ => Scene::default(),
            },
            View::Map { of, at, .. } => self.boxes(graph, of, at, signs, width),
            View::Groups { .. } => {
                let Some((_, found)) = &self.groups else { return Scene::default() };
                let canvas = groups::paint(graph, found, usize::MAX, self.laid(), signs, width);
                let items = canvas.spots.iter().map(|(&line, &n)| Item { line, what: What::Group(n) }).collect();
                Scene { canvas, items, ..Scene::default() }
            }
            View::Cascade { table } => {
                let Some(table) = self.find(table) else { return Scene::default() };
                let canvas = cascade::paint(graph, table, signs, width);
                let item =
                    |(&line, &n): (&usize, &usize)| Item { line, what: What::Table(graph.link(LinkId(n as u32)).from) };
                let items = canvas.spots.iter().map(item).collect();
                Scene { canvas, items, ..Scene::default() }
            }
        }
    }

    fn list_reading(&self, graph: &Graph, signs: &'static Signs, width: usize) -> Scene {
        let Some(entries) = &self.reading else { return Scene::default() };
        let canvas = reading::paint(graph, entries, usize::MAX, signs, width);
        let item = |(&line, &n): (&usize, &usize)| Some(Item { line, what: What::Table(entries.get(n)?.table) });
        let items = canvas.spots.iter().filter_map(item).collect();
        Scene { canvas, items, ..Scene::default() }
    }

    fn around(&self, graph: &Graph, table: TableId, unfolded: bool, signs: &'static Signs, width: usize) -> Scene {
        let hidden: BTreeSet<TableId> = self.hidden.iter().filter_map(|name| self.find(name)).collect();
        let focus = Focus::new(graph, table, unfolded, &hidden);
        let links = focus.links();
        let at = self.place.at.min(links.len().saturating_sub(1));
        let selected = links.get(at).map(|(link, _)| *link);
        let look = FocusLook { signs, width, rows: self.rows, steps: self.steps, selected, unfolded };
        let canvas = focus.paint(graph, look);
        // A line may hold a relation of each side, and has one spot: the place in the list tells the line.
        let line = |link: LinkId, side: Side, n: usize| {
            let spot = canvas.spots.iter().find(|(_, id)| **id == link.0 as usize).map(|(line, _)| *line);
            spot.unwrap_or(if side == Side::Right { n.saturating_sub(focus.left.len()) + 2 } else { 0 })
        };
        let items: Vec<Item> = links
            .iter()
            .enumerate()
            .map(|(n, &(link, side))| Item { line: line(link, side, n), what: What::Link(link, side) })
            .collect();
        let below = links.get(at).map(|&(link, side)| {
            let it = graph.link(link);
            Below {
                title: format!("relation {} of {}", at + 1, links.len()),
                right: format!("{} {} {}", graph.label(it.from), signs.arrow, graph.label(it.to)),
                canvas: detail(graph, link, side == Side::Right, signs, width),
            }
        });
        Scene { canvas, below, items, tables: Some(focus.tables), marked: true, ..Scene::default() }
    }

    fn ways(&self, graph: &Graph, ends: (TableId, TableId), signs: &'static Signs, width: usize) -> Scene {
        let found: &[Path] = self.paths.as_ref().map_or(&[], |(_, paths)| paths);
        let chosen = self.place.at.min(found.len().saturating_sub(1));
        let canvas = path_view::paint(graph, ends, found, PathLook { signs, width, chosen });
        let items = canvas.spots.iter().map(|(&line, &n)| Item { line, what: What::Path(n) }).collect();
        Scene { canvas, items, marked: true, ..Scene::default() }
    }

    fn boxes(&self, graph: &Graph, of: &[Name], at: &Name, signs: &'static Signs, width: usize) -> Scene {
        let tables: Vec<TableId> =
            of.iter().filter(|name| !self.hidden.contains(*name)).filter_map(|name| self.find(name)).collect();
        let part = Part::of(graph, &Scope::Tables(tables));
        let rows = (!self.far).then_some(self.rows);
        let notes = self.notes(&part.tables);
        let look = MapLook { signs, rows, selected: self.find(at), width, notes: &notes };
        let map = map::paint(graph, &part, &look);
        let tables = Some(part.tables.len());
        Scene { canvas: map.canvas, boxes: map.boxes, tables, marked: true, ..Scene::default() }
    }
}
