//! Third stage: from places in columns to lines of cells.
//!
//! Each end of a line gets a row of its own at the side of its box, the row of its key where that is free;
//! then columns are shifted up and down so that lines become short and straight, without changing an order.

use super::order::{self, Hop, Layers, Net, Node};
use std::collections::{BTreeMap, HashMap};

/// A box before it has a place. Its first row is one below its upper edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Columns of cells, edges included.
    pub width: usize,
    /// Rows between the edges.
    pub rows: usize,
}

/// The row at which an edge would like to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// At the referenced box.
    pub from: usize,
    /// At the referencing box.
    pub to: usize,
}

/// Lines of cells: of each node its first one, of each hop the line of both ends.
#[derive(Clone, Debug, Default)]
pub struct Placed {
    /// By node; of a way the line it runs on.
    pub tops: Vec<i64>,
    /// By node: lines it takes.
    pub heights: Vec<i64>,
    /// By gap and hop: below the top of the left and the right node.
    pub ports: Vec<Vec<(i64, i64)>>,
}

const SWEEPS: usize = 8;

/// Gives every node its lines.
pub fn place(layers: &Layers, nets: &[Net], frames: &[Frame], wishes: &[Wish]) -> Placed {
    let mut frames = frames.to_vec();
    let ports = ports(layers, nets, &mut frames, wishes);
    let heights: Vec<i64> = layers
        .nodes
        .iter()
        .map(|node| match node {
            Node::Box(n) => frames[*n].rows as i64 + 2,
            Node::Way(..) => 1,
        })
        .collect();
    let mut placed = Placed { tops: vec![0; layers.nodes.len()], heights, ports };
    for column in &layers.columns {
        let mut top = 0;
        for (n, &node) in column.iter().enumerate() {
            top += if n > 0 { gap(layers, column[n - 1], node) } else { 0 };
            placed.tops[node] = top;
            top += placed.heights[node];
        }
    }
    for sweep in 0..SWEEPS {
        let count = layers.columns.len();
        for step in 0..count {
            let column = if sweep % 2 == 0 { step } else { count - 1 - step };
            // The last two look both ways.
            let sides = if sweep + 2 >= SWEEPS { [true, true] } else { [sweep % 2 == 0, sweep % 2 == 1] };
            settle(layers, &mut placed, column, sides);
        }
    }
    placed
}

/// Free lines between two nodes of a column.
fn gap(layers: &Layers, above: usize, below: usize) -> i64 {
    let boxes = matches!((layers.nodes[above], layers.nodes[below]), (Node::Box(_), Node::Box(_)));
    i64::from(boxes)
}

// ---- ports --------------------------------------------------------------------------------------

/// One end of lines at a side of a box: those of one net at the referenced box, one edge elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct End {
    wish: usize,
    /// The turn of the net among those of this row.
    turn: usize,
    /// The place of the other end, so that ends that wish the same do not cross.
    other: usize,
    net: usize,
    edge: usize,
}

/// Below the top of the left and the right node, by gap and hop. Grows boxes with more ends than rows.
fn ports(layers: &Layers, nets: &[Net], frames: &mut [Frame], wishes: &[Wish]) -> Vec<Vec<(i64, i64)>> {
    let places = order::places(layers);
    let turns = order::turns(layers, &places);
    // By box and side: false left, true right.
    let mut ends: BTreeMap<(usize, bool), Vec<End>> = BTreeMap::new();
    for hop in layers.hops.iter().flatten() {
        for (node, other, edge, right) in
            [(hop.left, hop.right, hop.left_edge, true), (hop.right, hop.left, hop.right_edge, false)]
        {
            if let (Node::Box(at), Some(edge)) = (layers.nodes[node], edge) {
                let (net, edge, wish) = end_of(nets, wishes, hop, at, edge);
                let turn = if right { turns[net] } else { 0 };
                ends.entry((at, right)).or_default().push(End { wish, turn, other: places[other], net, edge });
            }
        }
    }
    let mut rows: HashMap<(usize, bool, usize, usize), i64> = HashMap::new();
    for ((at, right), mut ends) in ends {
        ends.sort();
        let mut known: Vec<(usize, usize)> = Vec::new();
        ends.retain(|end| {
            let new = !known.contains(&(end.net, end.edge));
            known.push((end.net, end.edge));
            new
        });
        for (end, row) in ends.iter().zip(spread(&ends, &mut frames[at])) {
            rows.insert((at, right, end.net, end.edge), row as i64 + 1);
        }
    }
    let port = |hop: &Hop, node: usize, edge: Option<usize>, right: bool| match (layers.nodes[node], edge) {
        (Node::Box(at), Some(edge)) => {
            let (net, edge, _) = end_of(nets, wishes, hop, at, edge);
            rows.get(&(at, right, net, edge)).copied().unwrap_or(1)
        }
        _ => 0,
    };
    let both = |hop: &Hop| (port(hop, hop.left, hop.left_edge, true), port(hop, hop.right, hop.right_edge, false));
    layers.hops.iter().map(|hops| hops.iter().map(both).collect()).collect()
}

/// Net and edge under which an end is known, and its wish: at the referenced box one for the net.
fn end_of(nets: &[Net], wishes: &[Wish], hop: &Hop, at: usize, edge: usize) -> (usize, usize, usize) {
    let net = &nets[hop.net];
    // A table with itself is never routed, so that the box tells which end it is.
    if net.from == at {
        let first = net.edges.first().copied().unwrap_or(edge);
        return (hop.net, usize::MAX, wishes[first].from);
    }
    (hop.net, edge, wishes[edge].to)
}

/// A row of its own for each end, in the order of `ends`: the wish, else the nearest free one.
fn spread(ends: &[End], frame: &mut Frame) -> Vec<usize> {
    frame.rows = frame.rows.max(ends.len()).max(1);
    let mut taken = vec![false; frame.rows];
    let mut rows: Vec<Option<usize>> = vec![None; ends.len()];
    for (row, end) in rows.iter_mut().zip(ends) {
        let wish = end.wish.min(frame.rows - 1);
        if !taken[wish] {
            taken[wish] = true;
            *row = Some(wish);
        }
    }
    for (row, end) in rows.iter_mut().zip(ends) {
        if row.is_some() {
            continue;
        }
        let wish = end.wish.min(frame.rows - 1);
        let free = |row: &usize| !taken[*row];
        let nearest = (0..frame.rows).filter(free).min_by_key(|row| (row.abs_diff(wish), *row < wish));
        if let Some(nearest) = nearest {
            taken[nearest] = true;
            *row = Some(nearest);
        }
    }
    rows.into_iter().map(Option::unwrap_or_default).collect()
}

// ---- shifting -----------------------------------------------------------------------------------

/// Moves the nodes of a column to where their lines are straight, on average, in their order.
fn settle(layers: &Layers, placed: &mut Placed, column: usize, sides: [bool; 2]) {
    let mut wanted: HashMap<usize, (i64, i64)> = HashMap::new();
    let mut want = |node: usize, top: i64, weight: i64| {
        let sum = wanted.entry(node).or_default();
        *sum = (sum.0 + top * weight, sum.1 + weight);
    };
    let weight = |hop: &Hop| {
        let ways = [hop.left, hop.right].into_iter().filter(|&node| matches!(layers.nodes[node], Node::Way(..)));
        [1, 2, 8][ways.count()]
    };
    if sides[0] && column > 0 {
        for (hop, port) in layers.hops[column - 1].iter().zip(&placed.ports[column - 1]) {
            want(hop.right, placed.tops[hop.left] + port.0 - port.1, weight(hop));
        }
    }
    if sides[1] && column < layers.hops.len() {
        for (hop, port) in layers.hops[column].iter().zip(&placed.ports[column]) {
            want(hop.left, placed.tops[hop.right] + port.1 - port.0, weight(hop));
        }
    }
    // Least squares under a fixed order: neighbours that would overlap share the mean of what they want.
    let nodes = &layers.columns[column];
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    let mut offsets = Vec::with_capacity(nodes.len());
    let mut offset = 0;
    for (n, &node) in nodes.iter().enumerate() {
        if n > 0 {
            offset += placed.heights[nodes[n - 1]] + gap(layers, nodes[n - 1], node);
        }
        offsets.push(offset);
        let (top, weight) = match wanted.get(&node) {
            Some(&(sum, weight)) => (sum as f64 / weight as f64, weight as f64),
            None => (placed.tops[node] as f64, 0.1),
        };
        blocks.push(((top - offset as f64) * weight, weight, 1));
        while let [.., above, below] = blocks.as_slice()
            && above.0 / above.1 >= below.0 / below.1
        {
            let joined = (above.0 + below.0, above.1 + below.1, above.2 + below.2);
            blocks.truncate(blocks.len() - 2);
            blocks.push(joined);
        }
    }
    let shifts = blocks.iter().flat_map(|&(sum, weight, count)| vec![(sum / weight).round() as i64; count]);
    for ((&node, offset), shift) in nodes.iter().zip(offsets).zip(shifts) {
        placed.tops[node] = offset + shift;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_has_a_row() {
        let end = |wish| End { wish, turn: 0, other: 0, net: 0, edge: wish };
        let mut frame = Frame { width: 10, rows: 2 };
        assert_eq!(spread(&[end(0), end(0), end(5)], &mut frame), [0, 1, 2]);
        assert_eq!(frame.rows, 3);
    }
}
