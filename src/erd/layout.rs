//! The stages of a map one after the other, for each connected part of the drawing; the parts side by side.

use super::order::{self, Layers, Net};
use super::place::{self, Frame, Wish};
use super::rank::{self, Edge};
use super::route::{self, Area, Drawing, Point};
use std::collections::BTreeMap;

/// A relation that is to be drawn: from the referenced box to the referencing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub from: usize,
    pub to: usize,
    /// The row of the referenced key.
    pub from_row: usize,
    /// The row of the referencing key.
    pub to_row: usize,
    /// Only lines of one kind share a piece.
    pub kind: u8,
}

/// Cells between parts that are not connected.
const APART: (i64, i64) = (4, 1);

/// Places boxes and draws lines. A line of a box to itself is left out: the box says it.
///
/// `width` is what parts are put side by side up to; a single part may be wider.
pub fn lay_out(frames: &[Frame], lines: &[Line], width: i64) -> Drawing {
    let parts = parts(frames.len(), lines);
    let drawings: Vec<(Vec<usize>, Vec<usize>, Drawing)> = parts
        .into_iter()
        .map(|boxes| {
            let (edges, drawing) = one_part(&boxes, frames, lines);
            (boxes, edges, drawing)
        })
        .collect();
    pack(frames.len(), drawings, width)
}

/// Connected boxes, the largest part first, then by number. Numbers within a part ascend.
fn parts(boxes: usize, lines: &[Line]) -> Vec<Vec<usize>> {
    let mut root: Vec<usize> = (0..boxes).collect();
    fn find(root: &mut [usize], mut at: usize) -> usize {
        while root[at] != at {
            root[at] = root[root[at]];
            at = root[at];
        }
        at
    }
    for line in lines {
        let (a, b) = (find(&mut root, line.from), find(&mut root, line.to));
        root[a.max(b)] = a.min(b);
    }
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..boxes {
        let root = find(&mut root, at);
        parts.entry(root).or_default().push(at);
    }
    let mut parts: Vec<Vec<usize>> = parts.into_values().collect();
    parts.sort_by_key(|part| (std::cmp::Reverse(part.len()), part[0]));
    parts
}

/// The drawing of one part, in its own numbers, and the numbers of its lines in `lines`.
fn one_part(boxes: &[usize], frames: &[Frame], lines: &[Line]) -> (Vec<usize>, Drawing) {
    let inside = |at: usize| boxes.binary_search(&at).ok();
    let known: Vec<Known> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.from != line.to)
        .filter_map(|(n, line)| {
            let edge = Edge { from: inside(line.from)?, to: inside(line.to)? };
            Some((n, edge, Wish { from: line.from_row, to: line.to_row }, line.kind))
        })
        .collect();
    let frames: Vec<Frame> = boxes.iter().map(|&at| frames[at].clone()).collect();
    let wishes: Vec<Wish> = known.iter().map(|(_, _, wish, _)| *wish).collect();
    let (nets, layers) = ordered(frames.len(), &known);
    let placed = place::place(&layers, &nets, &frames, &wishes);
    let drawing = route::route(&layers, &nets, &frames, &placed);
    (known.iter().map(|(n, ..)| *n).collect(), drawing)
}

/// A relation of a part: its number in the whole, its boxes, its rows, its kind.
type Known = (usize, Edge, Wish, u8);

/// With more boxes only one way to place them in columns is tried.
const SEARCHED: usize = 60;
/// Of those that are tried, the ones that are improved further.
const IMPROVED: usize = 2;

/// Columns and their order with the fewest crossings, then with the shortest lines.
fn ordered(boxes: usize, known: &[Known]) -> (Vec<Net>, Layers) {
    let edges: Vec<Edge> = known.iter().map(|(_, edge, ..)| *edge).collect();
    let wishes: Vec<Wish> = known.iter().map(|(_, _, wish, _)| *wish).collect();
    let mut ways = rank::ranks(boxes, &edges);
    ways.truncate(if boxes > SEARCHED { 1 } else { ways.len() });
    let tried = ways.iter().map(|ranks| {
        let nets = nets(known, ranks);
        let layers = order::order(boxes, &edges, &nets, ranks, &wishes);
        (nets, layers)
    });
    let judge = |(_, layers): &(Vec<Net>, Layers)| (order::crossings(layers), layers.nodes.len());
    let mut tried: Vec<(Vec<Net>, Layers)> = tried.collect();
    tried.sort_by_cached_key(judge);
    tried.truncate(IMPROVED);
    tried.iter_mut().for_each(|(_, layers)| order::improve(layers));
    tried.into_iter().min_by_key(judge).unwrap_or_default()
}

/// Relations that run together.
fn nets(known: &[Known], ranks: &[usize]) -> Vec<Net> {
    let mut nets: BTreeMap<(usize, usize, u8, usize), Net> = BTreeMap::new();
    for (n, (_, edge, wish, kind)) in known.iter().enumerate() {
        // Only lines that leave to the right run together.
        let alone = if ranks[edge.from] < ranks[edge.to] { 0 } else { n + 1 };
        let net = nets.entry((edge.from, wish.from, *kind, alone));
        net.or_insert(Net { from: edge.from, edges: Vec::new() }).edges.push(n);
    }
    nets.into_values().collect()
}

/// Puts the parts in rows, the largest first.
fn pack(boxes: usize, drawings: Vec<(Vec<usize>, Vec<usize>, Drawing)>, width: i64) -> Drawing {
    let mut all = Drawing { boxes: vec![Area::default(); boxes], ..Drawing::default() };
    let limit = drawings.iter().map(|(_, _, drawing)| drawing.width).max().unwrap_or(0).max(width);
    let (mut x, mut y, mut row_height, mut first_net) = (0, 0, 0, 0);
    for (numbers, edges, drawing) in drawings {
        if x > 0 && x + drawing.width > limit {
            (x, y, row_height) = (0, y + row_height + APART.1, 0);
        }
        let moved = |at: Point| Point { x: at.x + x, y: at.y + y };
        for (area, &number) in drawing.boxes.iter().zip(&numbers) {
            all.boxes[number] = Area { x: area.x + x, y: area.y + y, ..*area };
        }
        let nets = drawing.pieces.iter().map(|piece| piece.net + 1).max().unwrap_or(0);
        all.pieces.extend(drawing.pieces.iter().map(|piece| route::Piece {
            net: piece.net + first_net,
            from: moved(piece.from),
            to: moved(piece.to),
        }));
        all.tips.extend(drawing.tips.iter().map(|tip| route::Tip {
            edge: edges[tip.edge],
            at: moved(tip.at),
            box_number: numbers[tip.box_number],
            ..*tip
        }));
        first_net += nets;
        all.width = all.width.max(x + drawing.width);
        all.height = all.height.max(y + drawing.height);
        row_height = row_height.max(drawing.height);
        x += drawing.width + APART.0;
    }
    all
}
