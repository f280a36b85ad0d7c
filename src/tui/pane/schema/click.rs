//! The mouse in the schema view: a click chooses a row of the tree, a sub-tab or a row of the detail.

use super::{SchemaPane, Side, draw, draw_detail, draw_tree};
use crate::tui::msg::{Action, Effect};
use crate::tui::pane::{Cx, Pane};

impl SchemaPane {
    pub(super) fn clicked(&mut self, column: u16, row: u16, cx: &Cx) -> Vec<Effect> {
        let (x, y) = (column.saturating_sub(cx.area.x), row.saturating_sub(cx.area.y));
        let (tree, detail) = draw::split(cx.area, self.side);
        let in_tree = tree.is_some_and(|tree| detail.is_none() || x < tree.width);
        match (in_tree, detail) {
            (true, _) if y == 0 => return self.update(Action::Filter, cx),
            (true, _) => self.click_tree(y as usize - 1, cx),
            (false, Some(area)) => return self.click_detail(column.saturating_sub(area.x), y, cx),
            (false, None) => {}
        }
        Vec::new()
    }

    fn click_tree(&mut self, y: usize, cx: &Cx) {
        let at = draw_tree::top(self, cx) + y;
        if at >= self.rows.list.len() {
            return;
        }
        let again = self.side == Side::Tree && self.tree.at == at;
        self.side = Side::Tree;
        self.input = None;
        if again {
            // The chosen row once more: what has something inside folds.
            return self.toggle_only(cx);
        }
        self.go(at, cx);
    }

    fn toggle_only(&mut self, cx: &Cx) {
        if self.row().is_some_and(|row| row.fold != super::rows::Fold::Leaf) {
            self.toggle(cx);
        }
    }

    fn click_detail(&mut self, x: u16, y: u16, cx: &Cx) -> Vec<Effect> {
        let Some(detail) = &self.detail else { return Vec::new() };
        match draw_detail::what_is_at(self, detail, x, y, cx) {
            Some(draw_detail::Spot::Tab(tab)) => self.show_tab(tab, cx),
            Some(draw_detail::Spot::Row(at)) => {
                let (height, len) = self.detail_room(cx);
                self.side = Side::Detail;
                self.cursor.go(at, height, len);
                Vec::new()
            }
            None => {
                self.side = Side::Detail;
                Vec::new()
            }
        }
    }
}
