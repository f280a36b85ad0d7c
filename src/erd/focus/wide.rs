//! Relations beside the table, each on the line of its key.

use super::{Focus, FocusLook, flat, line_role, marks, role_of, rows_text};
use crate::erd::Sign;
use crate::erd::canvas::{Canvas, Role};
use crate::erd::graph::{Graph, LinkId, Row};
use crate::text::width;
use std::collections::BTreeSet;

pub(super) fn paint(focus: &Focus, graph: &Graph, look: FocusLook) -> Canvas {
    Wide::new(focus, graph, look).paint()
}

/// Widths of what stands side by side.
#[derive(Clone, Copy, Debug, Default)]
struct Widths {
    label: usize,
    refs: usize,
    name: usize,
    kind: usize,
    other: usize,
    rows: usize,
}

impl Widths {
    fn total(self, left: bool, right: bool) -> usize {
        let refs = if self.refs > 0 { self.refs + 1 } else { 0 };
        let rows = if self.rows > 0 { self.rows + 1 } else { 0 };
        let left = if left { self.label + 1 + refs + LINE } else { 1 };
        let right = if right { LINE + 1 + self.other + rows } else { 0 };
        1 + left + self.inner() + 2 + right
    }

    /// Columns between the sides of the box: ` PK name  type ?! `.
    fn inner(self) -> usize {
        let kind = if self.kind > 0 { self.kind + 1 } else { 0 };
        4 + self.name + 1 + kind + 3
    }
}

/// Columns of a line between two boxes.
const LINE: usize = 7;

struct Wide<'a> {
    focus: &'a Focus,
    graph: &'a Graph,
    look: FocusLook,
    rows: Vec<Row>,
    hidden_columns: usize,
    widths: Widths,
    canvas: Canvas,
}

impl<'a> Wide<'a> {
    fn new(focus: &'a Focus, graph: &'a Graph, look: FocusLook) -> Self {
        let rows = graph.rows(focus.table, look.rows);
        let all = graph.all_columns(focus.table).map_or(0, |(_, list)| list.len());
        let told: BTreeSet<&String> = rows.iter().flat_map(|row| &row.columns).collect();
        let hidden_columns = all.saturating_sub(told.len());
        let mut view =
            Self { focus, graph, look, rows, hidden_columns, widths: Widths::default(), canvas: Canvas::new() };
        view.widths = view.fit();
        view
    }

    /// What each column wants, then less until all fits: types, then estimates, then keys, then names.
    fn fit(&self) -> Widths {
        let (graph, focus) = (self.graph, self.focus);
        let most = |texts: &mut dyn Iterator<Item = String>| texts.map(|text| width(&text)).max().unwrap_or(0);
        let left = focus.left.iter().map(|&link| graph.link(link));
        let right = focus.right.iter().map(|&link| graph.link(link));
        let title = width(&graph.label(focus.table)) + width(&rows_text(graph, focus.table)) + 7;
        let mut widths = Widths {
            label: most(&mut left.clone().map(|link| graph.label(link.to))),
            refs: most(&mut left.map(|link| graph.ref_columns(link).join(", "))),
            name: most(&mut self.rows.iter().map(|row| row.columns.join(", "))).max(16),
            kind: most(&mut self.rows.iter().map(|row| row.type_name.clone())).min(16),
            other: most(&mut right.clone().map(|link| graph.label(link.from))),
            rows: most(&mut right.map(|link| rows_text(graph, link.from))),
        };
        widths.name = widths.name.max(title.saturating_sub(widths.inner() - widths.name));
        let sides = (!focus.left.is_empty(), !focus.right.is_empty());
        let over = |widths: Widths| widths.total(sides.0, sides.1).saturating_sub(self.look.width);
        // Keys of several columns that lead nowhere are cut first.
        let keys = self.rows.iter().filter(|row| !row.links.is_empty()).map(|row| row.columns.join(", "));
        let least = most(&mut { keys }).max(16).max(title.saturating_sub(widths.inner() - widths.name));
        widths.name -= over(widths).min(widths.name.saturating_sub(least));
        if over(widths) > 0 && widths.kind > 9 {
            widths.kind -= over(widths).min(widths.kind - 9);
        }
        if over(widths) > 0 && widths.refs > 8 {
            widths.refs -= over(widths).min(widths.refs - 8);
        }
        for drop in [|it: &mut Widths| it.kind = 0, |it: &mut Widths| it.rows = 0, |it: &mut Widths| it.refs = 0] {
            // Names are cut a little before anything is left out.
            let mut cut = widths;
            let too_much = over(cut);
            squeeze(&mut cut, too_much, 18);
            if over(cut) == 0 {
                return cut;
            }
            drop(&mut widths);
        }
        let too_much = over(widths);
        squeeze(&mut widths, too_much, 8);
        widths
    }

    fn paint(mut self) -> Canvas {
        let left_width = match self.focus.left.is_empty() {
            true => 2,
            false => 1 + self.widths.label + 1 + if self.widths.refs > 0 { self.widths.refs + 1 } else { 0 } + LINE,
        };
        let right_x = left_width + self.widths.inner() + 2;
        if !self.focus.left.is_empty() {
            self.canvas.text(1, 0, "points to", Role::Dim);
        }
        if !self.focus.right.is_empty() {
            let x = right_x + LINE + 1;
            let room = self.look.width.saturating_sub(x);
            self.canvas.field(x, 0, "pointed to by", room, self.look.signs.cut, Role::Dim);
        }
        self.head(left_width, right_x);
        let bottom = self.body(left_width, right_x);
        self.foot(left_width, right_x, bottom);
        self.canvas
    }

    fn head(&mut self, left: usize, right: usize) {
        let [corner, end, .., flat, _] = self.look.signs.strong;
        let canvas = &mut self.canvas;
        canvas.put(left - 1, 1, corner, Role::Strong);
        canvas.run(left, 1, flat, right - 1 - left, Role::Strong);
        canvas.put(right - 1, 1, end, Role::Strong);
        let rows = rows_text(self.graph, self.focus.table);
        let room = (right - left).saturating_sub(4 + if rows.is_empty() { 0 } else { width(&rows) + 3 });
        let name =
            crate::text::cut(&crate::text::sanitize(&self.graph.label(self.focus.table)), room, self.look.signs.cut);
        canvas.text(left, 1, &format!(" {name} "), Role::Strong);
        if !rows.is_empty() {
            canvas.text(right - 4 - width(&rows), 1, &format!(" {rows} "), Role::Strong);
        }
    }

    /// Lines of the box with what leads to and from them; gives the line below.
    fn body(&mut self, left: usize, right: usize) -> usize {
        let rows = std::mem::take(&mut self.rows);
        let mut groups = self.groups(&rows);
        let (mut y, mut free) = (2, 2);
        for (n, row) in rows.iter().enumerate() {
            let group = std::mem::take(&mut groups[n]);
            if !group.is_empty() {
                self.sides(left, right, y, free);
                y = y.max(free);
            }
            self.sides(left, right, y, y + 1);
            self.row(left, y, row);
            let links: Vec<LinkId> = row.links.iter().copied().filter(|link| self.focus.left.contains(link)).collect();
            for (at, &link) in links.iter().enumerate() {
                self.sides(left, right, y + at, y + at + 1);
                self.left_line(left, y + at, link);
            }
            if !group.is_empty() {
                let last = n + 1 == rows.len() || groups[n + 1..].iter().all(Vec::is_empty);
                self.group(right, y, &group, if last { self.focus.more.1 } else { 0 });
                free = y + group.len();
            }
            y += links.len().max(1);
        }
        if self.hidden_columns > 0 {
            self.sides(left, right, y, y + 1);
            let text = format!("{} {} more columns", self.look.signs.cut, self.hidden_columns);
            self.canvas.field(left + 1, y, &text, self.widths.inner() - 1, self.look.signs.cut, Role::Dim);
            y += 1;
        }
        self.sides(left, right, y, free);
        y.max(free)
    }

    /// Relations of the right side by the row that they point to.
    fn groups(&self, rows: &[Row]) -> Vec<Vec<LinkId>> {
        let mut groups = vec![Vec::new(); rows.len().max(1)];
        for &link in &self.focus.right {
            let columns = self.graph.ref_columns(self.graph.link(link));
            let row = rows.iter().position(|row| row.columns == columns).unwrap_or(0);
            groups[row].push(link);
        }
        groups
    }

    fn sides(&mut self, left: usize, right: usize, from: usize, to: usize) {
        let side = self.look.signs.strong[5];
        for y in from..to {
            for x in [left - 1, right - 1] {
                if self.canvas.cell(x, y).is_none_or(|cell| cell.sign == Sign::Blank) {
                    self.canvas.put(x, y, side, Role::Strong);
                }
            }
        }
    }

    fn row(&mut self, left: usize, y: usize, row: &Row) {
        let (widths, signs) = (self.widths, self.look.signs);
        let canvas = &mut self.canvas;
        canvas.text(left + 1, y, row.mark.text(), Role::Dim);
        let mut x = canvas.field(left + 4, y, &row.columns.join(", "), widths.name, signs.cut, Role::Text) + 1;
        if widths.kind > 0 {
            x = canvas.field(x, y, &row.type_name, widths.kind, signs.cut, Role::Dim) + 1;
        }
        if row.nullable {
            canvas.put(x, y, '?', Role::Text);
        }
        if row.unindexed {
            canvas.put(x + 1, y, signs.warning, Role::Warning);
        }
    }

    fn left_line(&mut self, left: usize, y: usize, id: LinkId) {
        let (graph, signs, widths) = (self.graph, self.look.signs, self.widths);
        let link = graph.link(id);
        let role = role_of(graph, id, self.look);
        let line = line_role(graph, id);
        let canvas = &mut self.canvas;
        if self.look.selected == Some(id) {
            canvas.put(0, y, signs.select, Role::Selected);
        }
        let mut x = canvas.field(1, y, &graph.label(link.to), widths.label, signs.cut, role) + 1;
        if widths.refs > 0 {
            let refs = graph.ref_columns(link).join(", ");
            x = canvas.field_right(x, y, &refs, widths.refs, signs.cut, Role::Dim) + 1;
        }
        canvas.put(x, y, signs.joint[0], line);
        for (n, sign) in signs.behind(false, link.optional == Some(true)).into_iter().enumerate() {
            canvas.put(x + 1 + n, y, sign, line);
        }
        canvas.run(x + 3, y, flat(graph, id, signs), left - 6 - x, line);
        for (n, sign) in signs.before(!link.one_to_one(), true).into_iter().enumerate() {
            canvas.put(left - 3 + n, y, sign, line);
        }
        canvas.put(left - 1, y, signs.joint[3], Role::Strong);
        canvas.spots.insert(y, id.0 as usize);
    }

    /// Lines that leave one key to the right: a trunk with a branch for each relation.
    fn group(&mut self, right: usize, y: usize, group: &[LinkId], more: usize) {
        let (graph, signs) = (self.graph, self.look.signs);
        let optional = |id: LinkId| graph.link(id).optional == Some(true);
        let alike = group.iter().all(|&id| optional(id) == optional(group[0]));
        self.canvas.put(right - 1, y, signs.joint[2], Role::Strong);
        for (n, &id) in group.iter().enumerate() {
            let at = y + n;
            let line = line_role(graph, id);
            let link = graph.link(id);
            let (first, last) = (n == 0, n + 1 == group.len());
            let trunk = match (first, last) {
                (true, true) => 10,
                (true, false) => 14,
                (false, true) => 3,
                (false, false) => 7,
            };
            let parent = signs.behind(false, optional(id));
            let mark = |canvas: &mut Canvas, x: usize| {
                canvas.put(x, at, parent[0], line);
                canvas.put(x + 1, at, parent[1], line);
            };
            // Marks stand before the trunk when they hold for all of its branches.
            let trunk_x = if alike { right + 2 } else { right };
            if alike && first {
                mark(&mut self.canvas, right);
            }
            if !alike {
                mark(&mut self.canvas, right + 1);
            }
            self.canvas.put(trunk_x, at, signs.lines[trunk], line);
            let from = right + 3;
            self.canvas.put(from, at, flat(graph, id, signs), line);
            for (n, sign) in signs.before(!link.one_to_one(), true).into_iter().enumerate() {
                self.canvas.put(from + 1 + n, at, sign, line);
            }
            self.canvas.put(from + 3, at, signs.joint[1], line);
            self.right_label(right + LINE + 1, at, id);
        }
        if more > 0 {
            let text = format!("{} {more} more", signs.cut);
            self.canvas.text(right + LINE + 1, y + group.len(), &text, Role::Dim);
        }
    }

    fn right_label(&mut self, x: usize, y: usize, id: LinkId) {
        let (graph, signs, widths) = (self.graph, self.look.signs, self.widths);
        let other = graph.link(id).from;
        let role = role_of(graph, id, self.look);
        let canvas = &mut self.canvas;
        let mut end = canvas.field(x, y, &graph.label(other), widths.other, signs.cut, role);
        if widths.rows > 0 {
            end = canvas.field_right(end + 1, y, &rows_text(graph, other), widths.rows, signs.cut, Role::Dim);
        }
        let marks = marks(graph, id, signs);
        if end + 1 + width(&marks) <= self.look.width {
            canvas.text(end + 1, y, &marks, Role::Warning);
        }
        if self.look.selected == Some(id) {
            canvas.put(x - 1, y, signs.select, Role::Selected);
        }
        canvas.spots.entry(y).or_insert(id.0 as usize);
    }

    fn foot(&mut self, left: usize, right: usize, y: usize) {
        let [_, _, corner, end, flat, _] = self.look.signs.strong;
        self.canvas.put(left - 1, y, corner, Role::Strong);
        self.canvas.run(left, y, flat, right - 1 - left, Role::Strong);
        self.canvas.put(right - 1, y, end, Role::Strong);
        if self.focus.more.0 > 0 {
            let text = format!("{} {} more", self.look.signs.cut, self.focus.more.0);
            self.canvas.text(1, y, &text, Role::Dim);
        }
    }
}

/// Takes `over` columns from the three kinds of names, the widest first, none below `least`.
fn squeeze(widths: &mut Widths, over: usize, least: usize) {
    for _ in 0..over {
        let widest = widths.label.max(widths.name).max(widths.other);
        if widest <= least {
            return;
        }
        for part in [&mut widths.other, &mut widths.label, &mut widths.name] {
            if *part == widest {
                *part -= 1;
                break;
            }
        }
    }
}
