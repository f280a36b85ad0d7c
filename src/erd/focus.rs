//! The table in the middle, one line for each relation beside its key: nothing to route, nothing crosses.
//!
//! ```text
//!  points to                                                    pointed to by
//!                       ╔ orders ══════════ ~212 M ═╗
//!                       ║ PK id              bigint ╟┼┼┬─○<┤ order_items  ~1.31 B
//!  customers  id ├┼┼─○<╢ FK customer_id     bigint  ║  └─○<┤ payments      ~188 M
//!                       ╚═══════════════════════════╝
//! ```
//!
//! In less than 64 columns the relations stand in two lists.

use super::canvas::{Canvas, Role};
use super::graph::{Graph, LinkId, Row, RowSet, TableId};
use super::scope::around;
use super::signs::Signs;
use crate::model::Action;
use crate::text::{count, width};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Where a relation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The focus points to it.
    Left,
    /// It points to the focus.
    Right,
    /// The focus points to itself.
    Itself,
}

/// How the view is drawn.
#[derive(Clone, Copy, Debug)]
pub struct FocusLook {
    pub signs: &'static Signs,
    /// Columns there are.
    pub width: usize,
    pub rows: RowSet,
    /// Relations away, 1 to 3.
    pub steps: u8,
    /// The relation that is marked.
    pub selected: Option<LinkId>,
    /// Shows hubs whole.
    pub unfolded: bool,
}

/// Relations of a side before a hub is folded.
const FOLD: usize = 12;
/// Relations further away that are listed.
const FAR: usize = 24;
/// Below this the sides do not fit beside the table.
const WIDE: usize = 64;

/// What is around one table, in the order in which it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Focus {
    pub table: TableId,
    pub left: Vec<LinkId>,
    pub right: Vec<LinkId>,
    pub itself: Vec<LinkId>,
    /// Folded relations of each side.
    pub more: (usize, usize),
    /// Tables of the relations shown, of the steps asked for, and itself.
    pub tables: usize,
}

impl Focus {
    /// Of a hub only the relations with the largest tables, unless `unfolded`; `hidden` tables are left out.
    pub fn new(graph: &Graph, table: TableId, unfolded: bool, hidden: &BTreeSet<TableId>) -> Self {
        let keys = graph.own_keys(table);
        let (itself, left): (Vec<LinkId>, Vec<LinkId>) =
            keys.into_iter().partition(|&link| graph.link(link).to_itself());
        let mut right: Vec<LinkId> =
            graph.into(table).iter().copied().filter(|&link| !graph.link(link).to_itself()).collect();
        right.sort_by_cached_key(|&id| {
            let link = graph.link(id);
            (link.guessed(), link.one_to_one(), graph.label(link.from), id)
        });
        let shown = |links: Vec<LinkId>, other: &dyn Fn(LinkId) -> TableId| -> (Vec<LinkId>, usize) {
            let mut links: Vec<LinkId> = links.into_iter().filter(|&link| !hidden.contains(&other(link))).collect();
            if unfolded || links.len() <= FOLD {
                return (links, 0);
            }
            let mut largest = links.clone();
            largest.sort_by_key(|&link| (Reverse(graph.table(other(link)).rows.unwrap_or(-1)), link));
            let kept: BTreeSet<LinkId> = largest.into_iter().take(FOLD).collect();
            let all = links.len();
            links.retain(|link| kept.contains(link));
            (links, all - kept.len())
        };
        let (left, more_left) = shown(left, &|link| graph.link(link).to);
        let (right, more_right) = shown(right, &|link| graph.link(link).from);
        let near = left.iter().map(|&link| graph.link(link).to);
        let near: BTreeSet<TableId> = near.chain(right.iter().map(|&link| graph.link(link).from)).collect();
        Self { table, left, right, itself, more: (more_left, more_right), tables: near.len() + 1 }
    }

    /// Every relation with its side: left, then right, then itself.
    pub fn links(&self) -> Vec<(LinkId, Side)> {
        let of = |links: &[LinkId], side| links.iter().map(|&link| (link, side)).collect::<Vec<_>>();
        [of(&self.left, Side::Left), of(&self.right, Side::Right), of(&self.itself, Side::Itself)].concat()
    }

    /// The drawing. Its spots are numbers of [`LinkId`]; a line of both sides has the left one's.
    pub fn paint(&self, graph: &Graph, look: FocusLook) -> Canvas {
        let mut canvas =
            if look.width >= WIDE { Wide::new(self, graph, look).paint() } else { narrow(self, graph, look) };
        tail(self, graph, look, &mut canvas);
        canvas
    }
}

/// `~212 M`.
fn rows_text(graph: &Graph, id: TableId) -> String {
    graph.table(id).rows.map_or(String::new(), |rows| format!("~{}", count(rows)))
}

fn role_of(graph: &Graph, id: LinkId, look: FocusLook) -> Role {
    if look.selected == Some(id) {
        return Role::Selected;
    }
    if graph.link(id).guessed() { Role::Guessed } else { Role::Text }
}

fn line_role(graph: &Graph, id: LinkId) -> Role {
    if graph.link(id).guessed() { Role::Guessed } else { Role::Line }
}

fn flat(graph: &Graph, id: LinkId, signs: &Signs) -> char {
    if graph.link(id).guessed() { signs.guessed[0] } else { signs.lines[10] }
}

/// Short words for what is wrong with a relation: no index, not valid, cascade.
fn marks(graph: &Graph, id: LinkId, signs: &Signs) -> String {
    let link = graph.link(id);
    let mut marks = String::new();
    if link.indexed == Some(false) && !link.guessed() {
        marks.push(signs.warning);
    }
    if link.on_delete == Some(Action::Cascade) {
        marks.push('*');
    }
    if link.validated == Some(false) || link.enforced == Some(false) {
        marks.push('!');
    }
    marks
}

// ---- wide ---------------------------------------------------------------------------------------

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
                if self.canvas.cell(x, y).is_none_or(|cell| cell.sign == super::Sign::Blank) {
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

// ---- narrow -------------------------------------------------------------------------------------

/// Two lists under the name of the table.
fn narrow(focus: &Focus, graph: &Graph, look: FocusLook) -> Canvas {
    let mut canvas = Canvas::new();
    let signs = look.signs;
    let title = format!("{}  {}", graph.label(focus.table), rows_text(graph, focus.table));
    canvas.field(1, 0, &title, look.width.saturating_sub(2), signs.cut, Role::Strong);
    let mut y = 1;
    for (side, words, more) in [(Side::Left, "points to", focus.more.0), (Side::Right, "pointed to by", focus.more.1)] {
        let links = if side == Side::Left { &focus.left } else { &focus.right };
        if links.is_empty() {
            continue;
        }
        canvas.text(1, y, words, Role::Dim);
        y += 1;
        for &id in links {
            narrow_line(&mut canvas, graph, look, y, id, side);
            y += 1;
        }
        if more > 0 {
            canvas.text(2, y, &format!("{} {more} more", signs.cut), Role::Dim);
            y += 1;
        }
    }
    canvas
}

fn narrow_line(canvas: &mut Canvas, graph: &Graph, look: FocusLook, y: usize, id: LinkId, side: Side) {
    let signs = look.signs;
    let link = graph.link(id);
    let (role, line) = (role_of(graph, id, look), line_role(graph, id));
    let (key, table) = match side {
        Side::Left => (graph.columns(link).join(", "), graph.label(link.to)),
        _ => (graph.ref_columns(link).join(", "), graph.label(link.from)),
    };
    let room = look.width.saturating_sub(1 + 6 + 2 + 3);
    let key_room = width(&key).min(room * 2 / 5);
    if look.selected == Some(id) {
        canvas.put(0, y, signs.select, Role::Selected);
    }
    let mut x = canvas.field(2, y, &key, key_room, signs.cut, Role::Text) + 1;
    let (near, far) = match side {
        Side::Left => (signs.behind(!link.one_to_one(), true), signs.before(false, link.optional == Some(true))),
        _ => (signs.behind(false, link.optional == Some(true)), signs.before(!link.one_to_one(), true)),
    };
    for sign in [near[0], near[1], flat(graph, id, signs), far[0], far[1]] {
        canvas.put(x, y, sign, line);
        x += 1;
    }
    x += 1;
    let marks = marks(graph, id, signs);
    let end = look.width.saturating_sub(if marks.is_empty() { 0 } else { width(&marks) + 1 });
    let table_room = width(&table).min(end.saturating_sub(x));
    let x = canvas.field(x, y, &table, table_room, signs.cut, role);
    canvas.text(x + 1, y, &marks, Role::Warning);
    canvas.spots.insert(y, id.0 as usize);
}

// ---- below both ---------------------------------------------------------------------------------

/// Self references, what is further away, what neighbours have more of, and what the signs mean.
fn tail(focus: &Focus, graph: &Graph, look: FocusLook, canvas: &mut Canvas) {
    let signs = look.signs;
    let mut y = canvas.height();
    for &id in &focus.itself {
        let link = graph.link(id);
        let key: String = signs.behind(!link.one_to_one(), true).iter().collect();
        let row: String = signs.before(false, link.optional == Some(true)).iter().collect();
        let (columns, refs) = (graph.columns(link).join(", "), graph.ref_columns(link).join(", "));
        let text = format!("self: {columns} {key}{}{row} {refs} {}", flat(graph, id, signs), marks(graph, id, signs));
        canvas.field(1, y, text.trim_end(), look.width.saturating_sub(1), signs.cut, role_of(graph, id, look));
        if look.selected == Some(id) {
            canvas.put(0, y, signs.select, Role::Selected);
        }
        canvas.spots.insert(y, id.0 as usize);
        y += 1;
    }
    if focus.left.is_empty() && focus.right.is_empty() && focus.itself.is_empty() {
        canvas.text(1, y, "No relations: nothing points to it, it points to nothing.", Role::Dim);
        y += 1;
    }
    if look.steps > 1 {
        y = further(focus, graph, look, canvas, y);
    } else if let Some(text) = neighbours(focus, graph) {
        canvas.field(1, y, &text, look.width.saturating_sub(1), signs.cut, Role::Dim);
        y += 1;
    }
    for line in legend(focus, graph, look) {
        canvas.field(1, y + 1, &line, look.width.saturating_sub(1), signs.cut, Role::Dim);
        y += 1;
    }
}

/// `customers has 9 more relations, addresses 4`.
fn neighbours(focus: &Focus, graph: &Graph) -> Option<String> {
    let mut seen = BTreeSet::from([focus.table]);
    let links = focus.links();
    let mut parts = Vec::new();
    for &(id, _) in &links {
        let link = graph.link(id);
        let other = if link.from == focus.table { link.to } else { link.from };
        if !seen.insert(other) {
            continue;
        }
        let ours = links.iter().filter(|(id, _)| [graph.link(*id).from, graph.link(*id).to].contains(&other));
        let more = graph.degree(other).saturating_sub(ours.count());
        if more > 0 {
            parts.push((graph.table(other).name.to_string(), more));
        }
    }
    let (first, rest) = parts.split_first()?;
    let mut text = format!("{} has {} more {}", first.0, first.1, if first.1 == 1 { "relation" } else { "relations" });
    rest.iter().for_each(|(name, more)| text.push_str(&format!(", {name} {more}")));
    Some(text)
}

/// Relations that begin where the last step ended, one line each.
fn further(focus: &Focus, graph: &Graph, look: FocusLook, canvas: &mut Canvas, mut y: usize) -> usize {
    let signs = look.signs;
    for step in 2..=look.steps {
        let (inner, outer) = (around(graph, focus.table, step - 1), around(graph, focus.table, step));
        let mut links: Vec<LinkId> = Vec::new();
        for &table in &inner {
            let both = graph.out(table).chain(graph.into(table).iter().copied());
            links.extend(both.filter(|&id| {
                let link = graph.link(id);
                outer.contains(&link.from)
                    && outer.contains(&link.to)
                    && (!inner.contains(&link.from) || !inner.contains(&link.to))
            }));
        }
        links.sort();
        links.dedup();
        if links.is_empty() {
            break;
        }
        canvas.text(1, y, &format!("{step} steps away"), Role::Dim);
        y += 1;
        let more = links.len().saturating_sub(FAR);
        links.sort_by_key(|&id| {
            let link = graph.link(id);
            let new = if inner.contains(&link.from) { link.to } else { link.from };
            (Reverse(graph.table(new).rows.unwrap_or(-1)), id)
        });
        links.truncate(FAR);
        links.sort();
        for id in links {
            let link = graph.link(id);
            let key: String = signs.behind(!link.one_to_one(), true).iter().collect();
            let row: String = signs.before(false, link.optional == Some(true)).iter().collect();
            let from = format!("{}.{}", graph.label(link.from), graph.columns(link).join(", "));
            let text = format!(
                "{from} {key}{}{row} {} {}",
                flat(graph, id, signs),
                graph.label(link.to),
                marks(graph, id, signs)
            );
            canvas.field(2, y, text.trim_end(), look.width.saturating_sub(2), signs.cut, role_of(graph, id, look));
            y += 1;
        }
        if more > 0 {
            canvas.text(2, y, &format!("{} {more} more", signs.cut), Role::Dim);
            y += 1;
        }
    }
    y
}

/// What the signs in sight mean, nothing else.
fn legend(focus: &Focus, graph: &Graph, look: FocusLook) -> Vec<String> {
    let signs = look.signs;
    let links: Vec<_> = focus.links().into_iter().map(|(id, _)| *graph.link(id)).collect();
    let pair = |marks: [char; 2]| marks.iter().collect::<String>();
    let mut parts = Vec::new();
    let mut add = |on: bool, sign: String, words: &str| {
        if on {
            parts.push(format!("{sign} {words}"));
        }
    };
    add(links.iter().any(|link| link.optional != Some(true)), pair(signs.behind(false, false)), "exactly one");
    let zero = links.iter().any(|link| link.optional == Some(true) || link.one_to_one());
    add(zero, pair(signs.behind(false, true)), "zero or one");
    add(links.iter().any(|link| !link.one_to_one()), pair(signs.before(true, true)), "zero or many");
    add(links.iter().any(|link| link.optional == Some(true)), "?".into(), "nullable");
    let unindexed = links.iter().any(|link| link.indexed == Some(false) && !link.guessed());
    add(unindexed, signs.warning.to_string(), "no index");
    add(links.iter().any(|link| link.on_delete == Some(Action::Cascade)), "*".into(), "cascade");
    let invalid = links.iter().any(|link| link.validated == Some(false) || link.enforced == Some(false));
    add(invalid, "!".into(), "not valid");
    add(links.iter().any(|link| link.guessed()), signs.guessed[0].to_string(), "guessed");
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if width(line) + 3 + width(&part) < look.width => line.push_str(&format!("   {part}")),
            _ => lines.push(part),
        }
    }
    lines
}
