//! Fourth stage: lines between the columns, and where everything is in cells.
//!
//! ```text
//! box ├──┐ ┌──┤ box      each net has one upright piece (a track) in a gap; flat pieces lead to it from
//!        │ │             the left and from it to the right. Lines of two nets may cross, never run on
//! box ├──┼─┘             each other: where one would, the order of tracks is fixed, and where orders
//!        └────┤ box      contradict each other, one net changes its track on a free line.
//! ```

use super::order::{Layers, Net, Node};
use super::place::{Frame, Placed};
use std::collections::{BTreeMap, BTreeSet};

/// A place in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    pub x: i64,
    pub y: i64,
}

/// A box in cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
}

/// A straight piece of a net: flat or upright, both ends included, the first one left or above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    pub net: usize,
    pub from: Point,
    pub to: Point,
}

/// Where an edge meets a box: the cell beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tip {
    pub edge: usize,
    pub at: Point,
    /// At the right side of its box.
    pub right: bool,
    pub box_number: usize,
}

/// Everything in cells, from 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    pub boxes: Vec<Area>,
    pub pieces: Vec<Piece>,
    pub tips: Vec<Tip>,
    pub width: i64,
    pub height: i64,
}

/// Cells for the marks at each side of a gap.
const MARKS: i64 = 2;
/// With more nets than this in a gap their order is not searched for.
const SEARCHED: usize = 300;
const ROUNDS: usize = 8;

/// Draws the lines.
pub fn route(layers: &Layers, nets: &[Net], frames: &[Frame], placed: &Placed) -> Drawing {
    let mut drawing = Drawing { boxes: vec![Area::default(); frames.len()], ..Drawing::default() };
    let mut x = 0;
    for (n, column) in layers.columns.iter().enumerate() {
        let boxes = column.iter().filter_map(|&node| match layers.nodes[node] {
            Node::Box(at) => Some((node, at)),
            Node::Way(..) => None,
        });
        let width = boxes.clone().map(|(_, at)| frames[at].width as i64).max().unwrap_or(1);
        for (node, at) in boxes {
            let (y, height) = (placed.tops[node], placed.heights[node]);
            drawing.boxes[at] = Area { x, y, width: frames[at].width as i64, height };
        }
        for &node in column {
            if let Node::Way(net, _) = layers.nodes[node] {
                let y = placed.tops[node];
                drawing.pieces.push(Piece { net, from: Point { x, y }, to: Point { x: x + width - 1, y } });
            }
        }
        x += width;
        if n < layers.hops.len() {
            x = gap(layers, nets, placed, n, x, &mut drawing);
        }
    }
    finish(drawing)
}

/// One net within a gap, or one half of a net that changes its track.
#[derive(Clone, Debug)]
struct Track {
    net: usize,
    left: i64,
    /// Where it goes out, and how many edges do there.
    rights: BTreeMap<i64, i64>,
    /// This half comes from, or leads to, another one.
    half: Option<Half>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    First,
    Second,
}

impl Track {
    fn span(&self) -> (i64, i64) {
        let ys = self.rights.keys().copied().chain([self.left]);
        (ys.clone().min().unwrap_or(0), ys.max().unwrap_or(0))
    }

    fn straight(&self) -> bool {
        self.rights.keys().eq([&self.left])
    }

    /// Must stand left of `other`: its flat piece comes in on the line on which `other` goes out.
    fn before(&self, other: &Self) -> bool {
        if self.net == other.net {
            return self.half == Some(Half::First) && other.half == Some(Half::Second);
        }
        other.rights.contains_key(&self.left)
    }

    /// Edges of its upright piece that pass a line.
    fn passing(&self, y: i64) -> i64 {
        let beyond = |right: i64| (self.left < y && y < right) || (right < y && y < self.left);
        self.rights.iter().filter(|&(&right, _)| beyond(right)).map(|(_, count)| count).sum()
    }

    /// Pairs of edges that cross when this one stands left of `other`.
    fn crossings(&self, other: &Self) -> i64 {
        if self.net == other.net {
            return 0;
        }
        let out: i64 = self.rights.iter().map(|(&y, count)| count * other.passing(y)).sum();
        out + other.rights.values().sum::<i64>() * self.passing(other.left)
    }
}

/// Draws one gap that begins at `x`; gives where it ends.
fn gap(layers: &Layers, nets: &[Net], placed: &Placed, gap: usize, x: i64, drawing: &mut Drawing) -> i64 {
    let mut tracks: BTreeMap<usize, Track> = BTreeMap::new();
    let mut starts: BTreeMap<usize, i64> = BTreeMap::new();
    let mut tips = Vec::new();
    for (hop, port) in layers.hops[gap].iter().zip(&placed.ports[gap]) {
        let (left, right) = (placed.tops[hop.left] + port.0, placed.tops[hop.right] + port.1);
        let track = tracks.entry(hop.net).or_insert(Track { net: hop.net, left, rights: BTreeMap::new(), half: None });
        *track.rights.entry(right).or_default() += hop.count as i64;
        if let (Node::Box(at), Some(edge)) = (layers.nodes[hop.left], hop.left_edge) {
            let edge_x = drawing.boxes[at].x + drawing.boxes[at].width;
            starts.insert(hop.net, edge_x);
            let edges = if nets[hop.net].from == at { nets[hop.net].edges.clone() } else { vec![edge] };
            let at_left = |edge| Tip { edge, at: Point { x: edge_x, y: left }, right: true, box_number: at };
            tips.extend(edges.into_iter().map(at_left));
        }
        if let (Node::Box(at), Some(edge)) = (layers.nodes[hop.right], hop.right_edge) {
            // Its column is not placed yet: the end of this gap.
            tips.push(Tip { edge, at: Point { x: i64::MIN, y: right }, right: false, box_number: at });
        }
    }
    let (straight, bent): (Vec<Track>, Vec<Track>) = tracks.into_values().partition(Track::straight);
    let free = straight.iter().chain(&bent).flat_map(|track| track.rights.keys().chain([&track.left])).copied();
    let used = free.collect();
    let bent = in_order(bent, used);
    let places = side_by_side(&bent);
    let count = places.iter().max().map_or(0, |most| most + 1);
    let step = if count <= 8 { 2 } else { 1 };
    let end = x + MARKS + (count * step).max(2) + MARKS;
    let column = |place: i64| x + MARKS + place * step;
    let start = |net: usize| starts.get(&net).copied().unwrap_or(x);
    let mut flat = |net, from, to, y| {
        drawing.pieces.push(Piece { net, from: Point { x: from, y }, to: Point { x: to, y } });
    };
    for track in &straight {
        flat(track.net, start(track.net), end - 1, track.left);
    }
    for (track, &place) in bent.iter().zip(&places) {
        let at = column(place);
        let second = bent.iter().zip(&places).find(|(other, _)| track.before(other) && other.net == track.net);
        let from = if track.half == Some(Half::Second) { at } else { start(track.net) };
        flat(track.net, from, at, track.left);
        for &right in track.rights.keys() {
            flat(track.net, at, second.map_or(end - 1, |(_, &place)| column(place)), right);
        }
    }
    for (track, &place) in bent.iter().zip(&places) {
        let (top, bottom) = track.span();
        let x = column(place);
        drawing.pieces.push(Piece { net: track.net, from: Point { x, y: top }, to: Point { x, y: bottom } });
    }
    tips.iter_mut().filter(|tip| !tip.right).for_each(|tip| tip.at.x = end - 1);
    drawing.tips.extend(tips);
    end
}

/// Tracks from left to right: no line runs on another, and few cross.
fn in_order(mut waiting: Vec<Track>, mut used: BTreeSet<i64>) -> Vec<Track> {
    waiting.sort_by_key(|track| (track.left, track.net));
    let mut order: Vec<Track> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let free = (0..waiting.len()).find(|&n| !waiting.iter().any(|other| other.before(&waiting[n])));
        match free {
            Some(next) => order.push(waiting.remove(next)),
            None => {
                let whole = waiting.iter().position(|track| track.half.is_none()).unwrap_or(0);
                let halves = split(waiting.remove(whole), &mut used);
                waiting.extend(halves);
            }
        }
    }
    if order.len() <= SEARCHED { sifted(order) } else { order }
}

/// Each track at the place where it crosses the fewest others, as far as it may be moved.
fn sifted(tracks: Vec<Track>) -> Vec<Track> {
    let size = tracks.len();
    let pairs = |value: &dyn Fn(&Track, &Track) -> i64| -> Vec<i64> {
        tracks.iter().flat_map(|a| tracks.iter().map(move |b| value(a, b))).collect()
    };
    let costs = pairs(&|a, b| a.crossings(b));
    let fixed = pairs(&|a, b| i64::from(a.before(b)));
    let mut order: Vec<usize> = (0..size).collect();
    for _ in 0..ROUNDS {
        let mut better = false;
        for track in 0..size {
            better |= resettle(&mut order, track, |a, b| {
                (fixed[a * size + b] == 0).then(|| costs[b * size + a] - costs[a * size + b])
            });
        }
        if !better {
            break;
        }
    }
    order.into_iter().map(|n| tracks[n].clone()).collect()
}

/// Takes one to its best place; true when it moved to a better one. `change` is what it costs to swap two
/// neighbours, `None` when they must stay as they are.
fn resettle(order: &mut Vec<usize>, one: usize, change: impl Fn(usize, usize) -> Option<i64>) -> bool {
    let Some(from) = order.iter().position(|&other| other == one) else { return false };
    let (mut best, mut least, mut sum) = (from, 0, 0);
    for at in (0..from).rev() {
        let Some(cost) = change(order[at], one) else { break };
        sum += cost;
        if sum < least {
            (best, least) = (at, sum);
        }
    }
    sum = 0;
    for (at, &other) in order.iter().enumerate().skip(from + 1) {
        let Some(cost) = change(one, other) else { break };
        sum += cost;
        if sum < least {
            (best, least) = (at, sum);
        }
    }
    order.remove(from);
    order.insert(best, one);
    best != from
}

/// A net that changes its track on a line that nothing else uses in this gap.
fn split(track: Track, used: &mut BTreeSet<i64>) -> [Track; 2] {
    let (top, bottom) = track.span();
    let middle = top.midpoint(bottom);
    let free = (0..).flat_map(|far: i64| [middle + far, middle - far]).find(|y| !used.contains(y)).unwrap_or(top - 1);
    used.insert(free);
    let count = track.rights.values().sum();
    let second = Track { net: track.net, left: free, rights: track.rights, half: Some(Half::Second) };
    [
        Track { net: track.net, left: track.left, rights: BTreeMap::from([(free, count)]), half: Some(Half::First) },
        second,
    ]
}

/// Places of tracks that keep their order where they would touch.
fn side_by_side(tracks: &[Track]) -> Vec<i64> {
    let mut places: Vec<i64> = Vec::with_capacity(tracks.len());
    for (n, track) in tracks.iter().enumerate() {
        let (top, bottom) = track.span();
        let near = tracks[..n].iter().zip(&places).filter(|(other, _)| {
            let (above, below) = other.span();
            above <= bottom && top <= below
        });
        let place = near.map(|(_, place)| place + 1).max().unwrap_or(0);
        places.push(place);
    }
    places
}

/// Moves everything so that it begins at 0, in a stable order.
fn finish(mut drawing: Drawing) -> Drawing {
    let ys = drawing.pieces.iter().map(|piece| piece.from.y).chain(drawing.boxes.iter().map(|area| area.y));
    let top = ys.min().unwrap_or(0);
    drawing.boxes.iter_mut().for_each(|area| area.y -= top);
    for piece in &mut drawing.pieces {
        piece.from.y -= top;
        piece.to.y -= top;
    }
    drawing.tips.iter_mut().for_each(|tip| tip.at.y -= top);
    drawing.pieces.retain(|piece| piece.from.x <= piece.to.x);
    drawing.pieces.sort();
    drawing.pieces.dedup();
    drawing.tips.sort();
    drawing.tips.dedup();
    let right = drawing.boxes.iter().map(|area| area.x + area.width);
    let bottom = drawing.boxes.iter().map(|area| area.y + area.height);
    drawing.width = right.chain(drawing.pieces.iter().map(|piece| piece.to.x + 1)).max().unwrap_or(0);
    drawing.height = bottom.chain(drawing.pieces.iter().map(|piece| piece.to.y + 1)).max().unwrap_or(0);
    drawing
}
