//! What keys do: walk, choose, change what is drawn, ask for a name.

use super::finder::Finder;
use super::scene::What;
use super::{Ask, ErdPane, Name, Place, View};
use crate::erd::path::paths;
use crate::erd::{Area, Side, Step, TableId, join_sql, map};
use crate::tui::msg::{Action, Effect};
use crate::tui::pane::Cx;
use crate::tui::pane::Pane;

/// Places that Esc leads back through.
const TRAIL: usize = 64;

impl ErdPane {
    pub(super) fn actions(&self) -> Vec<Action> {
        let mut all = match &self.place.view {
            View::Focus { .. } => vec![
                Action::Left,
                Action::Right,
                Action::Enter,
                Action::More,
                Action::Less,
                Action::Columns,
                Action::PathTo,
                Action::Map,
                Action::Copy,
                Action::Guessed,
                Action::Cascade,
                Action::Fold,
                Action::Export,
            ],
            View::Map { .. } => vec![
                Action::Left,
                Action::Right,
                Action::Enter,
                Action::More,
                Action::Less,
                Action::Group,
                Action::Columns,
                Action::Window,
                Action::Guessed,
                Action::PathTo,
                Action::Fold,
                Action::Copy,
                Action::Export,
            ],
            View::Path { .. } => vec![Action::Enter, Action::Copy, Action::Guessed, Action::Map, Action::Export],
            View::Groups { .. } => vec![Action::Enter, Action::Guessed, Action::Window, Action::Export],
            View::Reading => vec![Action::Enter, Action::Map, Action::Group, Action::Guessed, Action::Copy],
            View::Cascade { .. } => vec![Action::Enter],
        };
        if !self.hidden.is_empty() {
            all.push(Action::System);
        }
        let common = [
            Action::Filter,
            Action::Up,
            Action::Down,
            Action::First,
            Action::Last,
            Action::HalfUp,
            Action::HalfDown,
            Action::Plain,
            Action::Back,
            Action::LastPlace,
            Action::Refresh,
        ];
        all.extend(common);
        all
    }

    pub(super) fn act(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match action {
            Action::Enter => return self.enter(cx),
            Action::Copy => return self.copy(),
            Action::Filter => self.ask(Ask::Focus),
            Action::PathTo if self.table().is_some() => self.ask(Ask::PathTo),
            Action::Window => return self.lay_over(cx),
            Action::Map => return self.map(cx),
            Action::Group => return self.all_groups(cx),
            Action::Cascade => return self.cascade(cx),
            Action::Columns => self.rows = self.rows.next(),
            Action::Guessed => {
                self.inferred = !self.inferred;
                self.build(cx);
                return vec![Effect::Toast(self.guess_words())];
            }
            Action::Fold => return self.hide(),
            Action::System => self.hidden.clear(),
            Action::More | Action::Less => self.zoom(action == Action::More),
            _ => self.step(action, cx),
        }
        Vec::new()
    }

    fn guess_words(&self) -> String {
        let found = self.graph.as_ref().map_or(0, |graph| graph.guesses.len());
        match (self.inferred, found) {
            (false, _) => "Only declared relations.".into(),
            (true, 0) => "No relation is likely that is not declared.".into(),
            (true, n) => format!("{n} guessed relations, dotted."),
        }
    }

    fn zoom(&mut self, more: bool) {
        match self.place.view {
            View::Map { .. } => self.far = !more,
            _ if more => self.steps = (self.steps + 1).min(3),
            _ => self.steps = self.steps.saturating_sub(1).max(1),
        }
    }

    /// The table that the cursor is on, or that is in the middle.
    pub(super) fn table(&self) -> Option<TableId> {
        match &self.place.view {
            View::Focus { table, .. } | View::Cascade { table } => self.find(table),
            View::Map { at, .. } => self.find(at),
            View::Path { from, .. } => self.find(from),
            View::Reading | View::Groups { .. } => match self.scene.items.get(self.place.at)?.what {
                What::Table(table) => Some(table),
                _ => None,
            },
        }
    }

    /// Goes there; the old place is behind Esc and Ctrl-O.
    fn go(&mut self, view: View, cx: &Cx) -> Vec<Effect> {
        let here = Effect::Remember(self.spot(cx));
        self.push(view);
        vec![here]
    }

    fn push(&mut self, view: View) {
        if self.trail.len() >= TRAIL {
            self.trail.remove(0);
        }
        let old = std::mem::replace(&mut self.place, Place { view, at: 0, top: 0, left: 0 });
        self.trail.push(old);
    }

    /// Puts a table in the middle.
    pub(super) fn focus(&mut self, table: TableId) {
        self.push(View::Focus { table: self.name(table), unfolded: false });
    }

    fn enter(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(graph) = &self.graph else { return Vec::new() };
        if let View::Map { at, .. } = &self.place.view {
            let table = at.clone();
            return self.go(View::Focus { table, unfolded: false }, cx);
        }
        let Some(item) = self.scene.items.get(self.place.at) else { return Vec::new() };
        let table = match item.what {
            What::Table(table) => table,
            What::Link(link, Side::Left) => graph.link(link).to,
            What::Link(link, Side::Right) => graph.link(link).from,
            What::Link(_, Side::Itself) => return Vec::new(),
            What::Path(n) => {
                let path = self.paths.as_ref().and_then(|(_, paths)| paths.get(n));
                let Some(end) = path.and_then(|path| path.steps.last()).map(|step| step.to(graph)) else {
                    return Vec::new();
                };
                end
            }
            What::Group(n) => return self.open_group(n, cx),
        };
        let table = self.name(table);
        self.go(View::Focus { table, unfolded: false }, cx)
    }

    fn open_group(&mut self, n: usize, cx: &Cx) -> Vec<Effect> {
        let (Some(graph), Some((of, found))) = (&self.graph, &self.groups) else { return Vec::new() };
        let (tables, title) = match found.list.get(n) {
            Some(group) => (&group.tables, graph.label(group.hub)),
            None => (&found.islands, "islands".to_owned()),
        };
        let names: Vec<Name> = tables.iter().map(|&id| self.name(id)).collect();
        // A group that does not fall apart any more is shown by its best linked tables.
        let whole = !of.is_empty() && names.len() == of.len();
        if names.len() > map::MOST && n < found.list.len() && !whole {
            return self.go(View::Groups { of: names, title }, cx);
        }
        let tables = tables.clone();
        self.open_map(tables, title, cx)
    }

    /// A map of at most forty of these tables, those with the most relations.
    fn open_map(&mut self, mut tables: Vec<TableId>, title: String, cx: &Cx) -> Vec<Effect> {
        let Some(graph) = &self.graph else { return Vec::new() };
        let all = tables.len();
        let title = if all > map::MOST { format!("{title}, {} of {all}", map::MOST) } else { title };
        tables.sort_by_key(|&id| (std::cmp::Reverse(graph.degree(id)), id));
        tables.truncate(map::MOST);
        let Some(&first) = tables.first() else { return Vec::new() };
        let at = self.table().filter(|table| tables.contains(table)).unwrap_or(first);
        tables.sort();
        let view = View::Map { of: tables.iter().map(|&id| self.name(id)).collect(), title, at: self.name(at) };
        self.go(view, cx)
    }

    /// All tables, those of the schema in view, or those around the table in view: the first that is a map.
    fn map(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(graph) = &self.graph else { return Vec::new() };
        if graph.tables.len() <= map::MOST {
            let all = graph.ids().collect();
            let title = graph.home.as_deref().unwrap_or("all").to_owned();
            return self.open_map(all, title, cx);
        }
        let Some(table) = self.table() else { return self.all_groups(cx) };
        let schema = graph.table(table).schema.clone();
        let of_schema: Vec<TableId> = graph.ids().filter(|&id| graph.table(id).schema == schema).collect();
        if of_schema.len() <= map::MOST {
            return self.open_map(of_schema, schema.to_string(), cx);
        }
        let near: Vec<TableId> =
            crate::erd::Part::of(graph, &crate::erd::Scope::Focus(table, 1)).tables.into_iter().collect();
        let title = format!("around {}", graph.label(table));
        self.open_map(near, title, cx)
    }

    fn all_groups(&mut self, cx: &Cx) -> Vec<Effect> {
        self.go(View::Groups { of: Vec::new(), title: "all".into() }, cx)
    }

    fn cascade(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(table) = self.table() else { return Vec::new() };
        let table = self.name(table);
        self.go(View::Cascade { table }, cx)
    }

    /// Leaves out the table under the cursor until hidden ones are shown again.
    fn hide(&mut self) -> Vec<Effect> {
        let Some(graph) = &self.graph else { return Vec::new() };
        let table = match (&self.place.view, self.scene.items.get(self.place.at).map(|item| item.what)) {
            (View::Focus { .. }, Some(What::Link(link, Side::Left))) => Some(graph.link(link).to),
            (View::Focus { .. }, Some(What::Link(link, Side::Right))) => Some(graph.link(link).from),
            (View::Map { at, .. }, _) => self.find(at),
            _ => None,
        };
        let Some(table) = table else { return Vec::new() };
        let name = self.name(table);
        let said = format!("{} is hidden. H shows hidden ones again.", self.label(table));
        self.hidden.insert(name);
        if let View::Map { of, at, .. } = &mut self.place.view
            && let Some(other) = of.iter().find(|name| !self.hidden.contains(*name))
        {
            *at = other.clone();
        }
        vec![Effect::Toast(said)]
    }

    fn copy(&self) -> Vec<Effect> {
        let Some(graph) = &self.graph else { return Vec::new() };
        let text = match (&self.place.view, self.scene.items.get(self.place.at).map(|item| item.what)) {
            (View::Focus { .. }, Some(What::Link(link, side))) => {
                let step = Step { link, down: side == Side::Right };
                join_sql(graph, step.from(graph), &[step]).join("\n")
            }
            (View::Path { .. }, Some(What::Path(n))) => match self.paths.as_ref().and_then(|(_, paths)| paths.get(n)) {
                Some(path) => join_sql(graph, path.start, &path.steps).join("\n"),
                None => String::new(),
            },
            _ => self.table().map(|table| graph.full_name(table)).unwrap_or_default(),
        };
        vec![Effect::Copy(text)]
    }

    fn ask(&mut self, ask: Ask) {
        self.finder = self.graph.as_ref().map(|graph| (ask, Finder::new(graph.clone())));
    }

    /// What a chosen name leads to.
    pub(super) fn answer(&mut self, ask: Ask, found: Option<TableId>, text: &str, cx: &Cx) -> Vec<Effect> {
        let Some(table) = found else {
            return vec![Effect::Toast(format!("There is no table like {text} here."))];
        };
        let effects = match (ask, self.table()) {
            (Ask::PathTo, Some(from)) if from != table => {
                let view = View::Path { from: self.name(from), to: self.name(table) };
                let none = self.graph.as_ref().is_some_and(|graph| paths(graph, from, table).is_empty());
                let mut effects = self.go(view, cx);
                if none && !self.inferred {
                    effects.push(Effect::Toast("No way by declared keys: i allows guessed links.".into()));
                }
                effects
            }
            (Ask::PathTo, _) => return vec![Effect::Toast("A path leads to another table.".into())],
            (Ask::Focus, _) => {
                let table = self.name(table);
                self.go(View::Focus { table, unfolded: false }, cx)
            }
        };
        self.paint(cx);
        effects
    }

    // ---- moving ---------------------------------------------------------------------------------

    fn step(&mut self, action: Action, cx: &Cx) {
        if let View::Map { .. } = self.place.view {
            return self.step_in_map(action);
        }
        let half = (cx.area.height as usize / 2).max(1);
        let last = self.scene.items.len().saturating_sub(1);
        let at = self.place.at;
        self.place.at = match action {
            Action::Up => at.saturating_sub(1),
            Action::Down => (at + 1).min(last),
            Action::HalfUp => at.saturating_sub(half),
            Action::HalfDown => (at + half).min(last),
            Action::First => 0,
            Action::Last => last,
            Action::Left | Action::Right => self.other_side(action == Action::Right).unwrap_or(at),
            _ => at,
        };
    }

    /// The relation of the other side that is nearest.
    fn other_side(&self, right: bool) -> Option<usize> {
        let wanted = if right { Side::Right } else { Side::Left };
        let line = self.scene.items.get(self.place.at)?.line;
        let of_side = self
            .scene
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| matches!(item.what, What::Link(_, side) if side == wanted));
        of_side.min_by_key(|(_, item)| item.line.abs_diff(line)).map(|(n, _)| n)
    }

    /// The nearest box in a direction.
    fn step_in_map(&mut self, action: Action) {
        let here = self.table().and_then(|table| self.scene.boxes.iter().find(|(id, _)| *id == table));
        let Some(&(_, from)) = here else { return };
        let middle = |area: Area| (area.x + area.width / 2, area.y + area.height / 2);
        let (x, y) = middle(from);
        let far = |area: Area| {
            let (other_x, other_y) = middle(area);
            let (dx, dy) = (other_x - x, other_y - y);
            // Cells are twice as high as wide; what lies straight ahead is near.
            match action {
                Action::Left if dx < 0 => Some(-dx + dy.abs() * 4),
                Action::Right if dx > 0 => Some(dx + dy.abs() * 4),
                Action::Up if dy < 0 => Some(-dy * 2 + dx.abs() * 2),
                Action::Down if dy > 0 => Some(dy * 2 + dx.abs() * 2),
                _ => None,
            }
        };
        let by_distance = self.scene.boxes.iter().filter_map(|(id, area)| Some((far(*area)?, *id)));
        let next = match action {
            Action::First => self.scene.boxes.first().map(|(id, _)| *id),
            Action::Last => self.scene.boxes.last().map(|(id, _)| *id),
            _ => by_distance.min().map(|(_, id)| id),
        };
        if let Some(next) = next {
            let name = self.name(next);
            if let View::Map { at, .. } = &mut self.place.view {
                *at = name;
            }
        }
    }

    /// Scrolls so that the chosen one is in sight.
    pub(super) fn keep_in_sight(&mut self, cx: &Cx) {
        let (width, height) = (cx.area.width as usize, super::draw::main_height(self, cx.area));
        if let View::Map { at, .. } = &self.place.view {
            let table = self.find(at);
            let area = self.scene.boxes.iter().find(|(id, _)| Some(*id) == table).map(|(_, area)| *area);
            if let Some(area) = area {
                self.place.left = follow(self.place.left, area.x as usize, area.width as usize, width);
                self.place.top = follow(self.place.top, area.y as usize, area.height as usize, height);
            }
            return;
        }
        self.place.left = 0;
        let line = self.scene.items.get(self.place.at).map_or(0, |item| item.line);
        // A heading above the first one stays in sight.
        let first = self.place.at == 0;
        self.place.top = if first { 0 } else { follow(self.place.top, line, 1, height) };
        let most = self.scene.canvas.height().saturating_sub(height);
        self.place.top = self.place.top.min(most);
    }
}

/// The first line in sight so that `size` lines from `at` are, with as little movement as possible.
fn follow(top: usize, at: usize, size: usize, room: usize) -> usize {
    if at < top {
        return at;
    }
    if at + size > top + room {
        return (at + size).saturating_sub(room).min(at);
    }
    top
}
