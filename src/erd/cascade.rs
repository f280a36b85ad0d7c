//! What a delete in one table takes along: which tables, how many rows, and whether each hop has an index.

use super::canvas::{Canvas, Role};
use super::graph::{Graph, LinkId, TableId};
use super::signs::Signs;
use crate::model::Action;

/// What happens at one relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Rows go too, and what hangs on them.
    Cascade,
    /// Rows stay; the key is emptied.
    Clear,
    /// The delete is refused while there are rows.
    Refuse,
    /// The action is not known to this role.
    Unknown,
}

impl Effect {
    fn of(action: Option<Action>) -> Self {
        match action {
            Some(Action::Cascade) => Self::Cascade,
            Some(Action::SetNull | Action::SetDefault) => Self::Clear,
            Some(Action::NoAction | Action::Restrict) => Self::Refuse,
            None => Self::Unknown,
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Cascade => "deletes",
            Self::Clear => "empties the key of",
            Self::Refuse => "is refused by",
            Self::Unknown => "action not known:",
        }
    }
}

/// One relation on the way of a delete.
#[derive(Clone, Debug, PartialEq)]
pub struct Hop {
    pub link: LinkId,
    pub depth: usize,
    pub effect: Effect,
    /// Rows for each row deleted at the top, by the product of the means; `None` unknown.
    pub rows: Option<f64>,
    /// The table was reached on this way before: not followed again.
    pub again: bool,
    /// The last one below its table.
    pub last: bool,
}

/// Hops that are told.
const MOST: usize = 400;
const DEEP: usize = 12;

/// Depth first, in the order of names. Only declared keys; a key that is not enforced does nothing.
pub fn cascade(graph: &Graph, table: TableId) -> Vec<Hop> {
    let mut hops = Vec::new();
    follow(graph, table, Some(1.0), &mut vec![table], &mut hops);
    hops
}

fn follow(graph: &Graph, table: TableId, rows: Option<f64>, way: &mut Vec<TableId>, hops: &mut Vec<Hop>) {
    let links: Vec<LinkId> = graph
        .into(table)
        .iter()
        .copied()
        .filter(|&id| {
            let link = graph.link(id);
            !link.guessed() && link.enforced != Some(false)
        })
        .collect();
    for (n, &id) in links.iter().enumerate() {
        if hops.len() >= MOST {
            return;
        }
        let link = graph.link(id);
        let mean = if link.one_to_one() { share(graph, id) } else { graph.fan_out(link).map(|fan| fan.mean) };
        let rows = rows.zip(mean).map(|(rows, mean)| rows * mean);
        let effect = Effect::of(link.on_delete);
        let again = way.contains(&link.from);
        let last = n + 1 == links.len();
        hops.push(Hop { link: id, depth: way.len() - 1, effect, rows, again, last });
        if effect == Effect::Cascade && !again && way.len() < DEEP {
            way.push(link.from);
            follow(graph, link.from, rows, way, hops);
            way.pop();
        }
    }
}

/// Of one to one: the share of rows that have one.
fn share(graph: &Graph, id: LinkId) -> Option<f64> {
    let link = graph.link(id);
    let (child, parent) = (graph.table(link.from).rows?, graph.table(link.to).rows.filter(|&rows| rows > 0)?);
    Some((child as f64 / parent as f64).min(1.0))
}

/// The tree of a delete of one row.
pub fn paint(graph: &Graph, table: TableId, signs: &Signs, width: usize) -> Canvas {
    let hops = cascade(graph, table);
    let mut canvas = Canvas::new();
    canvas.text(1, 0, &format!("A delete of one row of {}", graph.label(table)), Role::Strong);
    if hops.is_empty() {
        canvas.text(1, 1, "takes nothing along: no declared key points to it.", Role::Text);
        return canvas;
    }
    let mut open: Vec<bool> = Vec::new();
    for (n, hop) in hops.iter().enumerate() {
        let y = n + 1;
        open.truncate(hop.depth);
        for (depth, _) in open.iter().enumerate().filter(|(_, more)| **more) {
            canvas.put(1 + depth * 3, y, signs.lines[5], Role::Dim);
        }
        open.push(!hop.last);
        let x = 1 + hop.depth * 3;
        canvas.put(x, y, signs.lines[if hop.last { 3 } else { 7 }], Role::Dim);
        canvas.put(x + 1, y, signs.lines[10], Role::Dim);
        let link = graph.link(hop.link);
        let rows = hop.rows.map_or("rows not known".to_owned(), |rows| match super::detail::mean(rows).as_str() {
            "1.0" => "1 row".to_owned(),
            mean => format!("{mean} rows"),
        });
        let (index, role) = match link.indexed {
            Some(false) => (format!("  {} no index: reads the whole table", signs.warning), Role::Warning),
            Some(true) => (String::new(), Role::Text),
            None => ("  index not known".to_owned(), Role::Text),
        };
        let again = if hop.again { "  (again)" } else { "" };
        let columns = graph.columns(link).join(", ");
        let text = format!("{} {} ({columns})  {rows}{again}{index}", hop.effect.title(), graph.label(link.from));
        canvas.field(x + 3, y, &text, width.saturating_sub(x + 3), signs.cut, role);
        canvas.spots.insert(y, hop.link.0 as usize);
    }
    if hops.len() >= MOST {
        canvas.text(1, hops.len() + 1, &format!("{} and more", signs.cut), Role::Dim);
    }
    canvas
}
