//! Second stage: the order of boxes within their column, so that few lines cross.
//!
//! A line that passes a column gets a place of its own there (a [`Node::Way`]); lines that leave the same
//! place of a box share it. Then the columns are sorted by the mean place of their neighbours, to and fro,
//! neighbours are swapped while that helps, and the best order is kept.

use super::place::Wish;
use super::rank::Edge;
use std::collections::{HashMap, HashSet};

/// Lines that start at one place of a box and run together as far as they can.
#[derive(Clone, Debug, PartialEq)]
pub struct Net {
    /// The referenced box.
    pub from: usize,
    /// Numbers of edges, and where they end: sorted.
    pub edges: Vec<usize>,
}

/// Something that stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Node {
    Box(usize),
    /// Where a net passes this column.
    Way(usize, usize),
}

/// A piece of a net between two columns that stand side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    pub net: usize,
    /// In the left column: place in `nodes`.
    pub left: usize,
    pub right: usize,
    /// The edge whose end is at the box on the left or right; `None` at a way.
    pub left_edge: Option<usize>,
    pub right_edge: Option<usize>,
    /// The row of each end at its box; 0 at a way.
    pub left_row: usize,
    pub right_row: usize,
}

/// Columns of nodes, and what runs between them.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    pub nodes: Vec<Node>,
    /// Per column: places in `nodes` from top to bottom.
    pub columns: Vec<Vec<usize>>,
    /// Per gap between columns.
    pub hops: Vec<Vec<Hop>>,
}

const SWEEPS: usize = 24;
/// Orders that are tried from the beginning.
const STARTS: usize = 4;
/// Nodes up to which the search is thorough.
const SEARCHED: usize = 600;
/// Rows of a box that are told apart.
const ROWS: usize = 64;

/// Splits nets into hops and orders the columns.
pub fn order(boxes: usize, edges: &[Edge], nets: &[Net], ranks: &[usize], wishes: &[Wish]) -> Layers {
    let mut layers = split(boxes, edges, nets, ranks, wishes);
    let first = layers.columns.clone();
    let (mut best, mut fewest) = (first.clone(), crossings(&layers));
    for start in 0..STARTS {
        if fewest == 0 || (start > 0 && layers.nodes.len() > SEARCHED) {
            break;
        }
        layers.columns = first.clone();
        if start % 2 == 1 {
            layers.columns.iter_mut().for_each(|column| column.reverse());
        }
        let mut stale = 0;
        for sweep in 0..SWEEPS {
            sort_all(&mut layers, (sweep + start / 2) % 2 == 0);
            if layers.nodes.len() <= SEARCHED {
                swap_neighbours(&mut layers);
            }
            let now = crossings(&layers);
            stale += 1;
            if now < fewest {
                (fewest, best, stale) = (now, layers.columns.clone(), 0);
            }
            if fewest == 0 || stale > 4 {
                break;
            }
        }
    }
    layers.columns = best;
    layers
}

/// Ways through columns, one for each net and column, and the hops between.
fn split(boxes: usize, edges: &[Edge], nets: &[Net], ranks: &[usize], wishes: &[Wish]) -> Layers {
    let count = ranks.iter().max().map_or(0, |most| most + 1);
    let mut layers = Layers {
        nodes: (0..boxes).map(Node::Box).collect(),
        columns: vec![Vec::new(); count],
        hops: vec![Vec::new(); count.saturating_sub(1)],
    };
    for (at, &rank) in ranks.iter().enumerate() {
        layers.columns[rank].push(at);
    }
    let mut ways: HashMap<Node, usize> = HashMap::new();
    let mut shared = HashSet::new();
    for (n, net) in nets.iter().enumerate() {
        for &edge in &net.edges {
            let ends = (edges[edge].from, edges[edge].to);
            let (left, right) = if ranks[ends.0] < ranks[ends.1] { ends } else { (ends.1, ends.0) };
            let mut at = left;
            for column in ranks[left]..ranks[right] {
                let last = column + 1 == ranks[right];
                let next = if last { right } else { way(&mut layers, &mut ways, n, column + 1) };
                let row = |node: usize| match node {
                    node if node >= boxes => 0,
                    node if node == net.from => wishes[edge].from.min(ROWS - 1),
                    _ => wishes[edge].to.min(ROWS - 1),
                };
                let hop = Hop {
                    net: n,
                    left_row: row(at),
                    right_row: row(next),
                    left: at,
                    right: next,
                    left_edge: (at < boxes).then_some(edge),
                    right_edge: (next < boxes).then_some(edge),
                };
                // Edges that share a way go there once.
                if next < boxes || shared.insert((n, at, next)) {
                    layers.hops[column].push(hop);
                }
                at = next;
            }
        }
    }
    layers
}

fn way(layers: &mut Layers, ways: &mut HashMap<Node, usize>, net: usize, column: usize) -> usize {
    let node = Node::Way(net, column);
    *ways.entry(node).or_insert_with(|| {
        layers.nodes.push(node);
        let place = layers.nodes.len() - 1;
        layers.columns[column].push(place);
        place
    })
}

/// Place of each node in its column.
fn places(layers: &Layers) -> Vec<usize> {
    let mut places = vec![0; layers.nodes.len()];
    for column in &layers.columns {
        for (place, &node) in column.iter().enumerate() {
            places[node] = place;
        }
    }
    places
}

/// Pairs of hops that cross, of different nets.
pub fn crossings(layers: &Layers) -> usize {
    let places = places(layers);
    let mut sum = 0;
    for hops in &layers.hops {
        let spot = |node: usize, row: usize| places[node] * ROWS + row;
        let mut ends: Vec<(usize, usize)> =
            hops.iter().map(|hop| (spot(hop.left, hop.left_row), spot(hop.right, hop.right_row))).collect();
        ends.sort_unstable();
        let height = ends.iter().map(|end| end.1).max().map_or(0, |most| most + 1);
        let mut tree = vec![0_usize; height + 1];
        for (seen, end) in ends.iter().enumerate() {
            // Those before that end at or above this one do not cross it.
            let mut at = end.1 + 1;
            let mut above = 0;
            while at > 0 {
                above += tree[at];
                at &= at - 1;
            }
            sum += seen - above;
            let mut at = end.1 + 1;
            while at <= height {
                tree[at] += 1;
                at += at & at.wrapping_neg();
            }
        }
    }
    sum
}

fn sort_all(layers: &mut Layers, to_the_right: bool) {
    let count = layers.columns.len();
    for step in 1..count {
        let column = if to_the_right { step } else { count - 1 - step };
        let places = places(layers);
        let hops = if to_the_right { &layers.hops[column - 1] } else { &layers.hops[column] };
        let mut sums: HashMap<usize, (usize, usize)> = HashMap::new();
        for hop in hops {
            let (me, other, row) =
                if to_the_right { (hop.right, hop.left, hop.left_row) } else { (hop.left, hop.right, hop.right_row) };
            let sum = sums.entry(me).or_default();
            *sum = (sum.0 + places[other] * ROWS + row, sum.1 + 1);
        }
        // What has no neighbour there keeps its place among the others.
        let mean = |node: usize| match sums.get(&node) {
            Some(&(sum, count)) => sum as f64 / count as f64,
            None => (places[node] * ROWS) as f64,
        };
        layers.columns[column].sort_by(|&a, &b| mean(a).total_cmp(&mean(b)).then(places[a].cmp(&places[b])));
    }
}

/// Swaps two that stand side by side where fewer lines cross then.
fn swap_neighbours(layers: &mut Layers) {
    let mut near: Vec<[Vec<(usize, usize)>; 2]> = vec![[Vec::new(), Vec::new()]; layers.nodes.len()];
    for hop in layers.hops.iter().flatten() {
        near[hop.right][0].push((hop.left, hop.left_row));
        near[hop.left][1].push((hop.right, hop.right_row));
    }
    let mut places = places(layers);
    for _ in 0..8 {
        let mut better = false;
        for column in &mut layers.columns {
            for n in 1..column.len() {
                let (a, b) = (column[n - 1], column[n]);
                let (now, then) = pair(&near, &places, a, b);
                if then < now {
                    column.swap(n - 1, n);
                    (places[a], places[b]) = (n, n - 1);
                    better = true;
                }
            }
        }
        if !better {
            return;
        }
    }
}

/// Crossings between the lines of `a` above `b`, and of `b` above `a`.
fn pair(near: &[[Vec<(usize, usize)>; 2]], places: &[usize], a: usize, b: usize) -> (usize, usize) {
    let (mut now, mut then) = (0, 0);
    let spot = |end: (usize, usize)| places[end.0] * ROWS + end.1;
    for (side_a, side_b) in near[a].iter().zip(&near[b]) {
        for &of_a in side_a {
            for &of_b in side_b {
                match spot(of_a).cmp(&spot(of_b)) {
                    std::cmp::Ordering::Greater => now += 1,
                    std::cmp::Ordering::Less => then += 1,
                    std::cmp::Ordering::Equal => {}
                }
            }
        }
    }
    (now, then)
}
