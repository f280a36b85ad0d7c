//! Properties of drawings, over graphs that nobody would draw by hand.

use crate::erd::layout::{Line, lay_out};
use crate::erd::place::Frame;
use crate::erd::route::{Area, Drawing, Piece, Point};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn frames() -> impl Strategy<Value = Vec<Frame>> {
    let frame = (6_usize..24, 1_usize..9).prop_map(|(width, rows)| Frame { width, rows });
    prop::collection::vec(frame, 1..34)
}

fn graph() -> impl Strategy<Value = (Vec<Frame>, Vec<Line>)> {
    frames().prop_flat_map(|frames| {
        let count = frames.len();
        let line = (0..count, 0..count, 0_usize..9, 0_usize..9, 0_u8..4)
            .prop_map(|(from, to, from_row, to_row, kind)| Line { from, to, from_row, to_row, kind });
        (Just(frames), prop::collection::vec(line, 0..60))
    })
}

fn overlap(a: Area, b: Area) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/// Cells of a piece.
fn cells(piece: &Piece) -> impl Iterator<Item = Point> + use<> {
    let (from, to) = (piece.from, piece.to);
    (from.y..=to.y).flat_map(move |y| (from.x..=to.x).map(move |x| Point { x, y }))
}

fn inside(area: Area, at: Point) -> bool {
    at.x >= area.x && at.x < area.x + area.width && at.y >= area.y && at.y < area.y + area.height
}

fn check(frames: &[Frame], lines: &[Line]) -> Drawing {
    let drawing = lay_out(frames, lines, 120);
    for (n, a) in drawing.boxes.iter().enumerate() {
        for (m, b) in drawing.boxes.iter().enumerate().skip(n + 1) {
            assert!(!overlap(*a, *b), "boxes {n} {a:?} and {m} {b:?}");
        }
        assert!(a.width == frames[n].width as i64 && a.height >= frames[n].rows as i64 + 2);
    }
    // Which nets run through a cell, flat and upright.
    let mut runs: BTreeMap<(Point, bool), BTreeSet<usize>> = BTreeMap::new();
    let mut of_net: BTreeMap<usize, BTreeSet<Point>> = BTreeMap::new();
    for piece in &drawing.pieces {
        let flat = piece.from.y == piece.to.y;
        for at in cells(piece) {
            assert!(!drawing.boxes.iter().any(|area| inside(*area, at)), "{piece:?} runs through a box at {at:?}");
            runs.entry((at, flat)).or_default().insert(piece.net);
            of_net.entry(piece.net).or_default().insert(at);
        }
    }
    for ((at, flat), nets) in &runs {
        assert!(nets.len() == 1, "nets {nets:?} run on each other at {at:?}, flat: {flat}");
        let other = runs.get(&(*at, !flat));
        if let Some(other) = other.filter(|other| *other != nets) {
            // A crossing is no corner of either.
            let corner = drawing.pieces.iter().any(|piece| {
                (nets.contains(&piece.net) || other.contains(&piece.net)) && (piece.from == *at || piece.to == *at)
            });
            assert!(!corner, "nets {nets:?} and {other:?} meet at {at:?}");
        }
    }
    for (n, line) in lines.iter().enumerate() {
        let tips: Vec<_> = drawing.tips.iter().filter(|tip| tip.edge == n).collect();
        if line.from == line.to {
            assert!(tips.is_empty());
            continue;
        }
        let ends: BTreeSet<usize> = tips.iter().map(|tip| tip.box_number).collect();
        assert_eq!(ends, BTreeSet::from([line.from, line.to]), "line {n} {line:?}: {tips:?}");
        for tip in &tips {
            let area = drawing.boxes[tip.box_number];
            let beside = if tip.right { area.x + area.width } else { area.x - 1 };
            let rows = area.y + 1..area.y + area.height - 1;
            assert!(tip.at.x == beside && rows.contains(&tip.at.y), "line {n}: {tip:?} beside {area:?}");
        }
        assert!(connected(&of_net, tips[0].at, tips[1].at), "line {n}: {tips:?} are not joined");
    }
    drawing
}

/// True when a net leads from one cell to the other.
fn connected(of_net: &BTreeMap<usize, BTreeSet<Point>>, from: Point, to: Point) -> bool {
    of_net.values().filter(|cells| cells.contains(&from) && cells.contains(&to)).any(|cells| {
        let (mut seen, mut open) = (BTreeSet::from([from]), vec![from]);
        while let Some(at) = open.pop() {
            for (dx, dy) in [(1, 0), (-1, 0), (0, 1), (0, -1)] {
                let next = Point { x: at.x + dx, y: at.y + dy };
                if cells.contains(&next) && seen.insert(next) {
                    open.push(next);
                }
            }
        }
        seen.contains(&to)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn boxes_stand_apart_and_lines_join_them((frames, lines) in graph()) {
        let drawing = check(&frames, &lines);
        prop_assert_eq!(&drawing, &lay_out(&frames, &lines, 120));
    }
}

#[test]
fn two_keys_that_want_each_others_line() {
    let frames = vec![Frame { width: 10, rows: 4 }, Frame { width: 10, rows: 4 }];
    let line = |from_row, to_row| Line { from: 0, to: 1, from_row, to_row, kind: from_row as u8 };
    check(&frames, &[line(0, 1), line(1, 0), line(2, 3), line(3, 2)]);
}

#[test]
fn two_thousand_tables_with_cycles_loops_and_islands() {
    let frames: Vec<Frame> = (0..2_000).map(|n| Frame { width: 12, rows: 1 + n % 5 }).collect();
    let mut seed = 7_u64;
    let mut next = |most: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % most
    };
    let line = |from, to| Line { from, to, from_row: 0, to_row: 1, kind: 0 };
    let mut lines: Vec<Line> = (0..1_500).map(|_| line(next(1_700), next(1_700))).collect();
    lines.extend((0..200).map(|n| line(3, n)));
    lines.extend((0..40).map(|n| line(n, (n + 1) % 40)));
    let drawing = lay_out(&frames, &lines, 200);
    assert_eq!(drawing.boxes.len(), 2_000);
    let tips: BTreeSet<usize> = drawing.tips.iter().map(|tip| tip.edge).collect();
    let routed: BTreeSet<usize> = (0..lines.len()).filter(|&n| lines[n].from != lines[n].to).collect();
    assert_eq!(tips, routed);
}
