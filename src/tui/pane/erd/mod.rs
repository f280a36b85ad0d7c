//! View 7: relations. One table with what is around it, the way from one table to another, a map of boxes,
//! groups of a large schema, where to begin reading, what a delete takes along.
//!
//! ```text
//!  points to                                             pointed to by      the canvas of `erd`
//! ▌customers  id ├┼┼─○<╢ FK customer_id  bigint  ║
//! ── relation 1 of 10 ────────────────────────────── orders → customers ──
//!  FOREIGN KEY (customer_id) REFERENCES customers (id)                      the relation in words
//! ```
//!
//! Everything that is drawn is made in `update` and kept; `draw` copies cells.

mod act;
mod draw;
mod finder;
mod laid;
mod scene;
#[cfg(test)]
mod tests;

use super::{Cx, Document, Pane, Spot};
use crate::config::{Family, PaneState};
use crate::erd::overlay::{Layer, Overlay};
use crate::erd::path::Path;
use crate::erd::{Graph, Options, Part, RowSet, Scope, TableId, groups::Groups, path, reading::Entry};
use crate::model::{Catalog, EngineKind, Known, Overlaps};
use crate::text::count;
use crate::tui::msg::{Action, Effect, Goto, Thing};
use crossterm::event::{KeyCode, KeyEvent};
use finder::Finder;
use ratatui::buffer::Buffer;
use ratatui::style::Style;
use scene::Scene;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// A table by schema and name, which outlive a refresh.
pub(super) type Name = (String, String);

/// What is looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum View {
    /// Every table by what it seems to be.
    Reading,
    /// One table and its relations.
    Focus {
        table: Name,
        unfolded: bool,
    },
    Path {
        from: Name,
        to: Name,
    },
    /// Boxes of these tables.
    Map {
        of: Vec<Name>,
        title: String,
        at: Name,
    },
    /// Groups of these tables; empty: of all.
    Groups {
        of: Vec<Name>,
        title: String,
    },
    /// What a delete takes along.
    Cascade {
        table: Name,
    },
}

/// A place in this view, for Esc and Ctrl-O.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    view: View,
    at: usize,
    top: usize,
    left: usize,
}

/// Hidden tables that are kept.
const KEPT: usize = 500;

/// What a typed name is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Focus,
    PathTo,
}

#[derive(Debug)]
pub struct ErdPane {
    graph: Option<Arc<Graph>>,
    /// Generation of the catalog, whether guesses are in `graph`, and whether by their values.
    seen: Option<(u64, bool, bool)>,
    place: Place,
    /// Where Esc leads, oldest first.
    trail: Vec<Place>,
    rows: RowSet,
    steps: u8,
    /// Names only, in a map.
    far: bool,
    inferred: bool,
    hidden: BTreeSet<Name>,
    finder: Option<(Ask, Finder)>,
    overlay: Overlay,
    scene: Scene,
    // What takes long is kept until the graph is another one.
    reading: Option<Vec<Entry>>,
    groups: Option<(Vec<Name>, Groups)>,
    paths: Option<((Name, Name), Vec<Path>)>,
    /// What is laid over the tables, of this state of what is known.
    layer: Option<(u64, Layer)>,
}

impl Default for ErdPane {
    fn default() -> Self {
        Self {
            graph: None,
            seen: None,
            place: Place { view: View::Reading, at: 0, top: 0, left: 0 },
            trail: Vec::new(),
            rows: RowSet::Keys,
            steps: 1,
            far: false,
            inferred: false,
            hidden: BTreeSet::new(),
            finder: None,
            overlay: Overlay::None,
            scene: Scene::default(),
            reading: None,
            groups: None,
            paths: None,
            layer: None,
        }
    }
}

impl Pane for ErdPane {
    fn title(&self) -> &'static str {
        "ERD"
    }

    fn crumbs(&self, _cx: &Cx) -> Vec<String> {
        let label = |name: &Name| self.find(name).map_or_else(|| name.1.clone(), |id| self.label(id));
        match &self.place.view {
            View::Reading => vec!["reading order".into()],
            View::Focus { table, .. } => vec![label(table)],
            View::Path { from, to } => vec!["path".into(), format!("{} to {}", label(from), label(to))],
            View::Map { title, .. } => vec!["map".into(), title.clone()],
            View::Groups { title, .. } => vec!["groups".into(), title.clone()],
            View::Cascade { table } => vec![label(table), "delete".into()],
        }
    }

    fn status(&self, cx: &Cx) -> String {
        let Some(graph) = &self.graph else { return String::new() };
        let mut words = Vec::new();
        match &self.place.view {
            View::Focus { .. } if cx.area.width >= 60 => {
                words.push(format!("{} {}", self.steps, if self.steps == 1 { "step" } else { "steps" }));
                words.push(self.rows.title().to_owned());
            }
            View::Map { .. } => words.push(if self.far { "names" } else { self.rows.title() }.to_owned()),
            _ => {}
        }
        if self.overlay != Overlay::None && self.can_overlay() {
            words.push(self.overlay.title().to_owned());
        }
        if !self.hidden.is_empty() {
            words.push(format!("{} hidden", self.hidden.len()));
        }
        words.push(match self.scene.tables {
            Some(shown) => format!("{shown} of {} tables", count(graph.tables.len() as i64)),
            None => format!("{} tables", count(graph.tables.len() as i64)),
        });
        words.join("   ")
    }

    fn honesty(&self, cx: &Cx) -> (String, Style) {
        draw::honesty(self, cx)
    }

    fn keys(&self, _cx: &Cx) -> Vec<Action> {
        self.actions()
    }

    fn hint(&self, action: Action) -> Option<&'static str> {
        match (action, &self.place.view) {
            (Action::Enter, View::Groups { .. }) => Some("open group"),
            (Action::Enter, View::Path { .. }) => Some("focus its end"),
            (Action::Enter, _) => Some("focus there"),
            (Action::Left | Action::Right, View::Focus { .. }) => Some("side"),
            (Action::Left | Action::Right, _) => Some("move"),
            (Action::Fold, _) => Some("hide"),
            (Action::Group, _) => Some("groups"),
            (Action::System, _) => Some("show hidden"),
            (Action::More | Action::Less, View::Map { .. }) => Some("zoom"),
            (Action::Copy, View::Focus { .. } | View::Path { .. }) => Some("copy JOIN"),
            (Action::Copy, _) => Some("copy name"),
            (Action::Filter, _) => Some("table"),
            (Action::Window, _) => Some("overlay"),
            _ => None,
        }
    }

    fn typing(&self) -> bool {
        self.finder.is_some()
    }

    fn typing_hints(&self) -> [&'static str; 2] {
        match self.finder {
            Some((Ask::PathTo, _)) => ["Enter path to it", "Esc close"],
            _ => ["Enter focus there", "Esc close"],
        }
    }

    fn text(&mut self, key: KeyEvent, cx: &Cx) -> Vec<Effect> {
        let Some((ask, finder)) = &mut self.finder else { return Vec::new() };
        match key.code {
            KeyCode::Enter => {
                let (ask, found, text) = (*ask, finder.chosen(), finder.text().to_owned());
                self.finder = None;
                self.answer(ask, found, &text, cx)
            }
            KeyCode::Esc => {
                self.finder = None;
                Vec::new()
            }
            _ => {
                finder.key(key);
                Vec::new()
            }
        }
    }

    fn paste(&mut self, text: &str, _cx: &Cx) -> Vec<Effect> {
        if let Some((_, finder)) = &mut self.finder {
            finder.paste(text);
        }
        Vec::new()
    }

    fn update(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        if self.graph.is_none() {
            return Vec::new();
        }
        let effects = self.act(action, cx);
        self.paint(cx);
        effects
    }

    fn back(&mut self, cx: &Cx) -> bool {
        let Some(place) = self.trail.pop() else { return false };
        self.place = place;
        self.paint(cx);
        true
    }

    fn inside(&self) -> Option<String> {
        // What was looked at before, elsewhere, is not what led here.
        Some(format!("{:?} {}", self.place.view, self.trail.len()))
    }

    fn refresh(&mut self, cx: &Cx) {
        self.build(cx);
        self.paint(cx);
    }

    fn restyle(&mut self, cx: &Cx) {
        self.paint(cx);
    }

    fn tick(&mut self, cx: &Cx) -> Vec<Effect> {
        self.wants(cx).map(Effect::Measure).into_iter().collect()
    }

    fn deadline(&self, cx: &Cx) -> Option<Duration> {
        self.wants(cx).map(|_| cx.now.tick)
    }

    fn goto(&mut self, goto: &Goto, cx: &Cx) -> Result<Vec<Effect>, String> {
        self.build(cx);
        let (schema, name) = match goto {
            Goto::Relations { schema, name } => (schema, name),
            Goto::Thing(Thing::Relation { schema, name, .. }) => (schema, name),
            _ => return Err("The ERD shows tables only.".into()),
        };
        let graph = self.graph.as_ref().ok_or("The keys are not read yet.")?;
        let rel = graph.catalog().relations.find(schema, name);
        let table = rel.and_then(|rel| graph.of_rel(rel)).ok_or_else(|| format!("{name} is no table of the ERD."))?;
        let here = Effect::Remember(self.spot(cx));
        self.focus(table);
        self.paint(cx);
        Ok(vec![here])
    }

    fn spot(&self, _cx: &Cx) -> Spot {
        Spot::Erd(Box::new(self.place.clone()))
    }

    fn restore(&mut self, spot: Spot, cx: &Cx) {
        if let Spot::Erd(place) = spot {
            self.place = *place;
            self.build(cx);
            self.paint(cx);
        }
    }

    fn plain(&self, cx: &Cx) -> (String, String) {
        let title = format!("ERD {}", self.crumbs(cx).join(" "));
        let below = self.scene.below.as_ref().map(|below| format!("\n{}", below.canvas.to_text()));
        (title, format!("{}{}", self.scene.canvas.to_text(), below.unwrap_or_default()))
    }

    fn keep(&self) -> PaneState {
        let hidden = self.hidden.iter().map(|(schema, name)| vec!["hidden".to_owned(), schema.clone(), name.clone()]);
        PaneState { open: hidden.take(KEPT).collect(), ..PaneState::default() }
    }

    fn recall(&mut self, state: &PaneState, cx: &Cx) {
        let hidden = state.open.iter().filter_map(|words| match words.as_slice() {
            [kind, schema, name] if kind == "hidden" => Some((schema.clone(), name.clone())),
            _ => None,
        });
        self.hidden = hidden.collect();
        self.paint(cx);
    }

    fn document(&self, cx: &Cx) -> Option<Document> {
        let graph = self.graph.clone()?;
        let part = Part::of(&graph, &self.scope()?);
        let notes = self.notes(&part.tables);
        let (title, text) = self.plain(cx);
        Some(Document { title, text, graph, part, rows: self.rows, notes })
    }

    fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        draw::draw(self, cx, buf);
    }
}

impl ErdPane {
    /// Makes the graph when the schema is another one, or guesses are switched.
    fn build(&mut self, cx: &Cx) {
        let Some(catalog) = &cx.facts.schema.catalog else {
            self.graph = None;
            self.seen = None;
            return;
        };
        let overlaps = cx.facts.measures.overlaps.as_ref().and_then(Known::value).map(AsRef::as_ref);
        let now = (cx.facts.schema.generation, self.inferred, overlaps.is_some());
        if self.seen == Some(now) {
            return;
        }
        self.seen = Some(now);
        self.graph = catalog.keys.value().map(|_| Arc::new(graph(catalog, cx, self.inferred, overlaps)));
        self.layer = None;
        (self.reading, self.groups, self.paths) = (None, None, None);
    }

    /// What a document of another tool holds of the view.
    fn scope(&self) -> Option<Scope> {
        let shown = |of: &[Name]| {
            let tables = of.iter().filter(|name| !self.hidden.contains(*name)).filter_map(|name| self.find(name));
            Scope::Tables(tables.collect())
        };
        Some(match &self.place.view {
            View::Reading => Scope::All,
            View::Groups { of, .. } if of.is_empty() => Scope::All,
            View::Groups { of, .. } | View::Map { of, .. } => shown(of),
            View::Focus { table, .. } => Scope::Focus(self.find(table)?, self.steps),
            View::Cascade { table } => Scope::Focus(self.find(table)?, 1),
            View::Path { .. } => {
                let (_, paths) = self.paths.as_ref()?;
                Scope::Path(paths.get(self.place.at).map(path::links)?)
            }
        })
    }

    fn find(&self, name: &Name) -> Option<TableId> {
        let graph = self.graph.as_ref()?;
        let key = |table: &crate::erd::Table| (table.schema.to_string(), table.name.to_string());
        let at = graph.tables.partition_point(|table| key(table) < *name);
        graph.tables.get(at).filter(|table| key(table) == *name).map(|_| TableId(at as u32))
    }

    fn name(&self, id: TableId) -> Name {
        let table = self.graph.as_ref().map(|graph| graph.table(id));
        table.map_or_else(Default::default, |table| (table.schema.to_string(), table.name.to_string()))
    }

    fn label(&self, id: TableId) -> String {
        self.graph.as_ref().map_or_else(String::new, |graph| graph.label(id))
    }
}

fn graph(catalog: &Catalog, cx: &Cx, inferred: bool, overlaps: Option<&Overlaps>) -> Graph {
    let engine = cx.facts.server.as_ref().map_or(
        match cx.facts.family {
            Family::Postgres => EngineKind::Postgresql,
            Family::Mysql => EngineKind::Mysql,
            Family::Sqlite => EngineKind::Sqlite,
        },
        |(server, _)| server.engine,
    );
    let only = cx.facts.database.as_deref().filter(|_| cx.facts.family == Family::Mysql);
    Graph::new(engine, catalog, Options { only, system: false, inferred, overlaps })
}
