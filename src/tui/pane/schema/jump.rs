//! Going to a thing by its names: the object in the tree, and its row in the tab that lists it.

use super::detail::{Body, Tab};
use super::rows::{Key, node_of};
use super::{SchemaPane, Side};
use crate::tui::msg::{Effect, RelPart, Thing};
use crate::tui::pane::Cx;
use crate::tui::widget::scroll::Cursor;

impl SchemaPane {
    pub(super) fn go_to(&mut self, thing: &Thing, cx: &Cx) -> Result<Vec<Effect>, String> {
        let Some(catalog) = cx.facts.schema.catalog.clone() else { return Err("The schema is not read yet.".into()) };
        let (key, row) = key_of(thing);
        let Some(node) = node_of(&key, &catalog) else {
            return Err(format!("{} is not there any more.", thing.path()));
        };
        let mut effects = self.walk_to(node, cx);
        if let Key::Schema(_) = key {
            self.open.insert(key);
            self.rows_again(cx);
            self.side = Side::Tree;
        }
        if let Some((part, name)) = row {
            self.tab = tab_of(part);
            self.rebuild_detail(cx);
            self.put_cursor(&name, cx);
            self.define = None;
            effects.extend(self.definition(cx));
        }
        Ok(effects)
    }

    fn put_cursor(&mut self, name: &str, cx: &Cx) {
        self.cursor = Cursor::default();
        let at = self.detail.as_ref().and_then(|detail| match &detail.body {
            Body::Table { copies, .. } => copies.iter().position(|copy| copy == name),
            _ => None,
        });
        let (height, len) = self.detail_room(cx);
        self.cursor.go(at.unwrap_or(0), height, len);
    }
}

fn tab_of(part: RelPart) -> Tab {
    match part {
        RelPart::Column => Tab::Columns,
        RelPart::Index => Tab::Indexes,
        RelPart::Key => Tab::Keys,
        RelPart::Trigger => Tab::Triggers,
    }
}

fn key_of(thing: &Thing) -> (Key, Option<(RelPart, String)>) {
    match thing {
        Thing::Schema(name) => (Key::Schema(name.clone()), None),
        Thing::Relation { schema, name, part } => (Key::Relation(schema.clone(), name.clone()), part.clone()),
        Thing::Routine { schema, name, arguments } => {
            (Key::Routine(schema.clone(), name.clone(), arguments.clone()), None)
        }
        Thing::Type { schema, name } => (Key::Type(schema.clone(), name.clone()), None),
        Thing::Extension(name) => (Key::Extension(name.clone()), None),
    }
}
