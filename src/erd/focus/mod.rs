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

mod narrow;
mod tail;
mod wide;

use super::canvas::{Canvas, Role};
use super::graph::{Graph, LinkId, RowSet, TableId};
use super::signs::Signs;
use crate::model::Action;
use crate::text::count;
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
            if look.width >= WIDE { wide::paint(self, graph, look) } else { narrow::paint(self, graph, look) };
        tail::paint(self, graph, look, &mut canvas);
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
