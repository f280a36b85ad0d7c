//! Second stage: the order of boxes within their column, so that few lines cross.
//!
//! A line that passes a column gets a place of its own there (a [`Node::Way`]); lines that leave the same
//! place of a box share it. Then the columns are sorted by the mean place of their neighbours, to and fro,
//! neighbours are swapped while that helps, and the best order is kept.

use super::place::Wish;
use super::rank::Edge;
use std::collections::{BTreeMap, HashMap};

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
    /// Edges that run here.
    pub count: usize,
}

/// Columns of nodes, and what runs between them.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    pub nodes: Vec<Node>,
    /// Per column: places in `nodes` from top to bottom.
    pub columns: Vec<Vec<usize>>,
    /// Per gap between columns.
    pub hops: Vec<Vec<Hop>>,
    nets: usize,
    twins: Vec<Twins>,
}

/// Hops by gap and number.
type Places = Vec<(usize, usize)>;

/// Nets with their hops.
type Twins = Vec<(usize, Places)>;

/// Rounds through all columns in one search.
const ROUNDS: usize = 24;
/// Orders that are tried from a good one.
const STARTS: usize = 24;
/// Pairs of hops that may be looked at in them.
const WORK: usize = 40_000;
/// Rounds without a better order after which one gives up.
const PATIENCE: usize = 3;
/// Nodes up to which the search is thorough.
const SEARCHED: usize = 600;
/// Rows of a box that are told apart, each for some nets.
const ROWS: usize = 64;
const NETS: usize = 4;

/// Splits nets into hops and orders the columns: from the order of numbers and from its reverse.
pub fn order(boxes: usize, edges: &[Edge], nets: &[Net], ranks: &[usize], wishes: &[Wish]) -> Layers {
    let mut layers = split(boxes, edges, nets, ranks, wishes);
    let first = layers.columns.clone();
    let mut best = Best { columns: first.clone(), crossings: crossings(&layers) };
    let rounds = ROUNDS.min(2 + WORK / 4 / layers.work().max(1));
    for start in 0..if layers.thorough() { 2 } else { 1 } {
        layers.columns.clone_from(&first);
        if start == 1 {
            layers.columns.iter_mut().for_each(|column| column.reverse());
        }
        let mut stale = 0;
        for round in 0..rounds {
            sort_all(&mut layers, (round + start) % 2 == 0);
            let sorted = layers.thorough().then(|| layers.columns.clone());
            stale = if settle(&mut layers, &mut best) { 0 } else { stale + 1 };
            if best.crossings == 0 || stale > PATIENCE {
                break;
            }
            // The next round goes on from the sorted order, not from where it was settled.
            layers.columns = sorted.unwrap_or(layers.columns);
        }
    }
    layers.columns = best.columns;
    layers
}

/// Moves some nodes of a good order elsewhere and settles again, several times; the best stays.
pub fn improve(layers: &mut Layers) {
    let mut best = Best { columns: layers.columns.clone(), crossings: crossings(layers) };
    let mut dice = Dice(1);
    let starts = STARTS.min(WORK / layers.work().max(1));
    for start in 0..starts {
        if best.crossings == 0 || !layers.thorough() {
            break;
        }
        layers.columns.clone_from(&best.columns);
        shake(&mut layers.columns, &mut dice, start);
        settle(layers, &mut best);
    }
    layers.columns = best.columns;
}

/// The best order so far.
struct Best {
    columns: Vec<Vec<usize>>,
    crossings: usize,
}

/// Sifts while that helps; true when this is better than the best.
fn settle(layers: &mut Layers, best: &mut Best) -> bool {
    let mut least = crossings(layers);
    let rounds = if layers.thorough() { ROUNDS.min(1 + WORK / 4 / layers.work().max(1)) } else { 0 };
    for _ in 0..rounds {
        sift_all(layers);
        let now = crossings(layers);
        if now >= least {
            break;
        }
        least = now;
    }
    let better = crossings(layers) < best.crossings;
    if better {
        *best = Best { columns: layers.columns.clone(), crossings: crossings(layers) };
    }
    better
}

impl Layers {
    /// Small enough to search for a good order.
    fn thorough(&self) -> bool {
        self.nodes.len() <= SEARCHED
    }

    /// How much one look at all pairs is, so that crowded maps are drawn as fast as others.
    fn work(&self) -> usize {
        self.hops.iter().map(|hops| hops.len() * hops.len()).sum()
    }
}

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }
}

/// Moves some nodes to another place of their column.
fn shake(columns: &mut [Vec<usize>], dice: &mut Dice, start: usize) {
    for column in columns.iter_mut().filter(|column| column.len() > 1) {
        for _ in 0..1 + column.len() * (start % 4) / 8 {
            let (from, to) = (dice.below(column.len()), dice.below(column.len()));
            let node = column.remove(from);
            column.insert(to, node);
        }
    }
}

/// Ways through columns, one for each net and column, and the hops between.
fn split(boxes: usize, edges: &[Edge], nets: &[Net], ranks: &[usize], wishes: &[Wish]) -> Layers {
    let count = ranks.iter().max().map_or(0, |most| most + 1);
    let mut layers = Layers {
        nodes: (0..boxes).map(Node::Box).collect(),
        columns: vec![Vec::new(); count],
        hops: vec![Vec::new(); count.saturating_sub(1)],
        nets: nets.len(),
        twins: Vec::new(),
    };
    for (at, &rank) in ranks.iter().enumerate() {
        layers.columns[rank].push(at);
    }
    let mut ways: HashMap<Node, usize> = HashMap::new();
    let mut shared: HashMap<(usize, usize, usize), usize> = HashMap::new();
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
                    count: 1,
                };
                // Edges that share a way go there once.
                match shared.get(&(n, at, next)).filter(|_| next >= boxes) {
                    Some(&known) => layers.hops[column][known].count += 1,
                    None => {
                        shared.insert((n, at, next), layers.hops[column].len());
                        layers.hops[column].push(hop);
                    }
                }
                at = next;
            }
        }
    }
    layers.twins = twins(&layers);
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
pub fn places(layers: &Layers) -> Vec<usize> {
    let mut places = vec![0; layers.nodes.len()];
    for column in &layers.columns {
        for (place, &node) in column.iter().enumerate() {
            places[node] = place;
        }
    }
    places
}

/// By net: its turn among those that leave the same row of a box, from the top, by the mean place of where they
/// lead.
pub fn turns(layers: &Layers, places: &[usize]) -> Vec<usize> {
    let mut turns = vec![0; layers.nets];
    for nets in &layers.twins {
        let mean = |hops: &[(usize, usize)]| {
            let hops = hops.iter().map(|&(gap, n)| &layers.hops[gap][n]);
            let (sum, count) = hops.fold((0, 0), |(sum, count), hop| {
                (sum + hop.count * (places[hop.right] * ROWS + hop.right_row), count + hop.count)
            });
            sum as f64 / count.max(1) as f64
        };
        let mut sorted: Vec<(f64, usize)> = nets.iter().map(|(net, hops)| (mean(hops), *net)).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        sorted.iter().enumerate().for_each(|(turn, &(_, net))| turns[net] = turn.min(NETS - 1));
    }
    turns
}

/// Nets that leave the same row of a box, with their hops there.
fn twins(layers: &Layers) -> Vec<Twins> {
    let mut rows: BTreeMap<(usize, usize), BTreeMap<usize, Places>> = BTreeMap::new();
    for (gap, hops) in layers.hops.iter().enumerate() {
        for (n, hop) in hops.iter().enumerate().filter(|(_, hop)| hop.left_edge.is_some()) {
            rows.entry((hop.left, hop.left_row)).or_default().entry(hop.net).or_default().push((gap, n));
        }
    }
    rows.into_values().filter(|nets| nets.len() > 1).map(|nets| nets.into_iter().collect()).collect()
}

/// Where both ends of each hop are, from the top.
fn spots(layers: &Layers, gap: usize, places: &[usize], turns: &[usize]) -> Vec<(usize, usize)> {
    let spot = |node: usize, row: usize| (places[node] * ROWS + row) * NETS;
    let turn = |hop: &Hop| if hop.left_edge.is_some() { turns[hop.net] } else { 0 };
    let ends = |hop: &Hop| (spot(hop.left, hop.left_row) + turn(hop), spot(hop.right, hop.right_row));
    layers.hops[gap].iter().map(ends).collect()
}

/// Pairs of edges that cross between the columns.
pub fn crossings(layers: &Layers) -> usize {
    let places = places(layers);
    let turns = turns(layers, &places);
    let mut sum = 0;
    for (gap, hops) in layers.hops.iter().enumerate() {
        let spots = spots(layers, gap, &places, &turns);
        let mut ends: Vec<((usize, usize), usize)> = spots.into_iter().zip(hops.iter().map(|hop| hop.count)).collect();
        ends.sort_unstable();
        let height = ends.iter().map(|(end, _)| end.1).max().map_or(0, |most| most + 1);
        let mut tree = vec![0_usize; height + 1];
        let mut seen = 0;
        for &((_, right), count) in &ends {
            // Those before that end at or above this one do not cross it.
            let mut at = right + 1;
            let mut above = 0;
            while at > 0 {
                above += tree[at];
                at &= at - 1;
            }
            sum += (seen - above) * count;
            let mut at = right + 1;
            while at <= height {
                tree[at] += count;
                at += at & at.wrapping_neg();
            }
            seen += count;
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
            *sum = (sum.0 + hop.count * (places[other] * ROWS + row), sum.1 + hop.count);
        }
        // What has no neighbour there keeps its place among the others.
        let mean = |node: usize| match sums.get(&node) {
            Some(&(sum, count)) => sum as f64 / count as f64,
            None => (places[node] * ROWS) as f64,
        };
        layers.columns[column].sort_by(|&a, &b| mean(a).total_cmp(&mean(b)).then(places[a].cmp(&places[b])));
    }
}

/// One end of a hop as its node sees it: where the other end is, and how many edges run there.
type Far = (usize, usize);

/// Moves every node to the place of its column where its lines cross the fewest others.
fn sift_all(layers: &mut Layers) {
    let count = layers.columns.len();
    for column in (0..count).chain((0..count.saturating_sub(1)).rev()) {
        sift(layers, column);
    }
}

fn sift(layers: &mut Layers, column: usize) {
    let places = places(layers);
    let turns = turns(layers, &places);
    let mut near: Vec<[Vec<Far>; 2]> = vec![[Vec::new(), Vec::new()]; layers.columns[column].len()];
    let gaps = [column.checked_sub(1), Some(column).filter(|&gap| gap < layers.hops.len())];
    for (side, gap) in gaps.into_iter().enumerate() {
        let Some(gap) = gap else { continue };
        let spots = spots(layers, gap, &places, &turns);
        for (hop, spot) in layers.hops[gap].iter().zip(spots) {
            let (me, far) = if side == 0 { (hop.right, spot.0) } else { (hop.left, spot.1) };
            near[places[me]][side].push((far, hop.count));
        }
    }
    near.iter_mut().flatten().for_each(|ends| ends.sort_unstable());
    // Crossings of each pair when the first of it is above.
    let size = near.len();
    let mut costs = vec![0_usize; size * size];
    for a in 0..size {
        for b in (0..size).filter(|&b| b != a) {
            costs[a * size + b] = (0..2).map(|side| above(&near[a][side], &near[b][side])).sum();
        }
    }
    let mut order: Vec<usize> = (0..size).collect();
    for _ in 0..8 {
        let mut better = false;
        for node in 0..size {
            better |= resettle(&mut order, node, |a, b| costs[a * size + b]);
        }
        if !better {
            break;
        }
    }
    let nodes = layers.columns[column].clone();
    layers.columns[column] = order.into_iter().map(|n| nodes[n]).collect();
}

/// Crossings of lines of `a` with those of `b` below it: both sorted.
fn above(a: &[Far], b: &[Far]) -> usize {
    let (mut sum, mut higher, mut n) = (0, 0, 0);
    for &(far, count) in a {
        while n < b.len() && b[n].0 < far {
            higher += b[n].1;
            n += 1;
        }
        sum += higher * count;
    }
    sum
}

/// Takes a node to its best place; true when it moved to a better one.
fn resettle(order: &mut Vec<usize>, node: usize, cost: impl Fn(usize, usize) -> usize) -> bool {
    let Some(from) = order.iter().position(|&other| other == node) else { return false };
    // What is gained over its present place, going up and going down.
    let (mut best, mut gain, mut sum) = (from, 0_i64, 0_i64);
    for at in (0..from).rev() {
        sum += cost(order[at], node) as i64 - cost(node, order[at]) as i64;
        if sum > gain {
            (best, gain) = (at, sum);
        }
    }
    sum = 0;
    for (at, &other) in order.iter().enumerate().skip(from + 1) {
        sum += cost(node, other) as i64 - cost(other, node) as i64;
        if sum > gain {
            (best, gain) = (at, sum);
        }
    }
    if gain == 0 {
        return false;
    }
    order.remove(from);
    order.insert(best, node);
    true
}
