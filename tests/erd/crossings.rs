//! Lines that cross on the map, against Graphviz `dot` on the same graph.
//!
//! Both draw the same boxes in the same size, a relation from the line of the referenced key on the right of its
//! box to the line of the referencing one on the left of its box, columns from left to right. Counted are places
//! where the lines of two relations cross, for each pair of relations; not for two that have an end in common,
//! which dot fans out from one point and we draw as one line as far as they go the same way.
//!
//! - Ours: the pieces of the route from one end of the relation to the other, cell by cell. A line that crosses
//!   one that several relations share counts once for each of these.
//! - dot: its splines, each Bézier curve as 16 straight pieces.
//!
//! Also told, and not compared: crossings as they are drawn, a line that several relations share being one.

use crate::common;
use crate::real::schemas;
use dblens::erd::map::{MOST, MapLook, Notes, Plan};
use dblens::erd::{Graph, Line, Part, RowSet, Scope, TableId, UNICODE, groups};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Tables of a group that is compared, and of a whole schema.
const FEWEST: usize = 20;
const FEWEST_OF_ALL: usize = 10;
/// Ours by dot's, at most.
const RATIO: f64 = 1.5;

#[test]
fn few_lines_cross() {
    let Some(dot) = common::tool("dot", "-V") else { return };
    let mut report =
        String::from("\npart                                tables relations   ours as drawn   dot  ratio\n");
    let mut worse = Vec::new();
    for real in schemas() {
        let graph = real.graph();
        for (title, part) in parts(&graph) {
            let plan = plan(&graph, &part);
            let (pairs, drawn) = ours(&plan);
            let dots = dots(&dot, &plan);
            let ratio = if pairs == 0 { 0.0 } else { pairs as f64 / dots as f64 };
            let name = format!("{} {title}", real.label);
            let (tables, relations) = (part.tables.len(), plan.links.len());
            let _ = writeln!(report, "{name:<36}{tables:>6}{relations:>10}{pairs:>7}{drawn:>9}{dots:>6}{ratio:>7.2}");
            if ratio > RATIO {
                worse.push(name);
            }
        }
    }
    println!("{report}");
    assert!(worse.is_empty(), "{report}\nmore than {RATIO} times those of dot: {worse:?}");
}

/// The whole schema when it is of that size, else its groups that are.
fn parts(graph: &Graph) -> Vec<(String, Part)> {
    let all: Vec<TableId> = graph.ids().collect();
    let of = |tables: &[TableId]| Part::of(graph, &Scope::Tables(tables.to_vec()));
    if (FEWEST_OF_ALL..=MOST).contains(&all.len()) {
        return vec![(String::new(), of(&all))];
    }
    let found = groups::groups(graph, &all).list;
    let right = found.iter().filter(|group| (FEWEST..=MOST).contains(&group.tables.len()));
    right.map(|group| (graph.label(group.hub), of(&group.tables))).filter(|(_, part)| !part.links.is_empty()).collect()
}

fn plan(graph: &Graph, part: &Part) -> Plan {
    let notes = Notes::new();
    Plan::new(
        graph,
        part,
        &MapLook { signs: &UNICODE, rows: Some(RowSet::Keys), selected: None, width: 200, notes: &notes },
    )
}

// ---- ours ---------------------------------------------------------------------------------------

type Cell = (i64, i64);

/// Crossings by pairs of relations, and as the eye sees them: places where lines cross.
fn ours(plan: &Plan) -> (usize, usize) {
    let mut nets: BTreeMap<usize, BTreeMap<Cell, BTreeSet<Cell>>> = BTreeMap::new();
    for piece in &plan.drawing.pieces {
        let net = nets.entry(piece.net).or_default();
        let cells: Vec<Cell> =
            (piece.from.y..=piece.to.y).flat_map(|y| (piece.from.x..=piece.to.x).map(move |x| (x, y))).collect();
        net.extend(
            cells
                .iter()
                .filter(|cell| !net.contains_key(*cell))
                .map(|&cell| (cell, BTreeSet::new()))
                .collect::<Vec<_>>(),
        );
        for pair in cells.windows(2) {
            net.entry(pair[0]).or_default().insert(pair[1]);
            net.entry(pair[1]).or_default().insert(pair[0]);
        }
    }
    // Pieces that lie end to end are joined.
    for cells in nets.values_mut() {
        let all: Vec<Cell> = cells.keys().copied().collect();
        for (x, y) in all {
            if cells.contains_key(&(x + 1, y)) {
                cells.get_mut(&(x, y)).unwrap().insert((x + 1, y));
                cells.get_mut(&(x + 1, y)).unwrap().insert((x, y));
            }
        }
    }
    // Relations that run straight through each cell: flat, upright.
    let mut through: BTreeMap<Cell, [Vec<(usize, usize)>; 2]> = BTreeMap::new();
    for edge in 0..plan.links.len() {
        let tips: Vec<Cell> =
            plan.drawing.tips.iter().filter(|tip| tip.edge == edge).map(|tip| (tip.at.x, tip.at.y)).collect();
        let [from, to] = tips.as_slice() else { continue };
        let found = nets.iter().find_map(|(net, cells)| Some((*net, way(cells, *from, *to)?)));
        let (net, way) = found.expect("the ends of a relation are joined");
        for at in way.windows(3) {
            let flat = at.iter().all(|cell| cell.1 == at[1].1);
            let upright = at.iter().all(|cell| cell.0 == at[1].0);
            if flat || upright {
                through.entry(at[1]).or_default()[usize::from(upright)].push((net, edge));
            }
        }
    }
    let (mut pairs, mut drawn) = (0, BTreeSet::new());
    for (cell, [flat, upright]) in &through {
        for (net, a) in flat {
            for (other, b) in upright.iter().filter(|(other, _)| other != net) {
                pairs += usize::from(!plan.lines[*a].meets(&plan.lines[*b]));
                drawn.insert((cell, net, other));
            }
        }
    }
    (pairs, drawn.len())
}

/// Whether two relations have an end in common.
trait Meets {
    fn meets(&self, other: &Self) -> bool;
}

impl Meets for Line {
    fn meets(&self, other: &Self) -> bool {
        (self.from, self.from_row) == (other.from, other.from_row) || (self.to, self.to_row) == (other.to, other.to_row)
    }
}

/// The shortest way through the cells of a net.
fn way(cells: &BTreeMap<Cell, BTreeSet<Cell>>, from: Cell, to: Cell) -> Option<Vec<Cell>> {
    if !cells.contains_key(&from) || !cells.contains_key(&to) {
        return None;
    }
    let mut before = BTreeMap::from([(from, from)]);
    let mut open = VecDeque::from([from]);
    while let Some(at) = open.pop_front() {
        for &next in &cells[&at] {
            if before.contains_key(&next) {
                continue;
            }
            before.insert(next, at);
            open.push_back(next);
        }
    }
    before.get(&to)?;
    let mut way = vec![to];
    while way[way.len() - 1] != from {
        way.push(before[&way[way.len() - 1]]);
    }
    Some(way)
}

// ---- dot ----------------------------------------------------------------------------------------

type Spot = (f64, f64);

/// A relation as dot draws it.
struct Curve<'a> {
    of: &'a Line,
    line: Vec<Spot>,
}

fn dots(dot: &str, plan: &Plan) -> usize {
    let curves = curves(&laid_out(dot, &script(plan)), plan);
    let mut sum = 0;
    for (n, a) in curves.iter().enumerate() {
        for b in &curves[..n] {
            if a.of.meets(b.of) {
                continue;
            }
            sum += a.line.windows(2).map(|a| b.line.windows(2).filter(|b| cross(a, b)).count()).sum::<usize>();
        }
    }
    sum
}

/// Boxes of our size, a cell being 8 by 17 points, with a port on each line.
fn script(plan: &Plan) -> String {
    let mut out =
        String::from("digraph g {\nrankdir=LR; nodesep=0.25; ranksep=0.8;\nnode [shape=plain];\nedge [dir=none];\n");
    for (n, (card, area)) in plan.cards.iter().zip(&plan.drawing.boxes).enumerate() {
        let wide = area.width * 8;
        let cell = |port: &str| {
            format!("<tr><td port=\"{port}\" fixedsize=\"true\" width=\"{wide}\" height=\"17\"></td></tr>")
        };
        let rows: String = (0..card.rows.len()).map(|row| cell(&format!("r{row}"))).collect();
        let (title, rows) = (cell("t"), if rows.is_empty() { cell("r0") } else { rows });
        let _ = writeln!(
            out,
            "n{n} [label=<<table border=\"1\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"0\">{title}{rows}</table>>];"
        );
    }
    for line in plan.lines.iter().filter(|line| line.from != line.to) {
        let _ = writeln!(out, "n{}:r{}:e -> n{}:r{}:w;", line.from, line.from_row, line.to, line.to_row);
    }
    out.push_str("}\n");
    out
}

fn laid_out(dot: &str, script: &str) -> String {
    let mut command = Command::new(dot);
    let mut child = command.arg("-Tplain").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "dot: {:?}", out.status);
    String::from_utf8(out.stdout).unwrap()
}

/// `edge tail head n x1 y1 … xn yn …`, in the order of the script within each pair of nodes.
fn curves<'a>(plain: &str, plan: &'a Plan) -> Vec<Curve<'a>> {
    let mut waiting: BTreeMap<(String, String), VecDeque<usize>> = BTreeMap::new();
    for (n, line) in plan.lines.iter().enumerate().filter(|(_, line)| line.from != line.to) {
        waiting.entry((format!("n{}", line.from), format!("n{}", line.to))).or_default().push_back(n);
    }
    let mut curves = Vec::new();
    for line in plain.lines().filter_map(|line| line.strip_prefix("edge ")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let count: usize = words[2].parse().unwrap();
        let numbers: Vec<f64> = words[3..3 + 2 * count].iter().map(|word| word.parse().unwrap()).collect();
        let points: Vec<Spot> = numbers.chunks(2).map(|pair| (pair[0], pair[1])).collect();
        let ends = (words[0].to_owned(), words[1].to_owned());
        let known = waiting.get_mut(&ends).and_then(VecDeque::pop_front).expect("dot draws what it was given");
        curves.push(Curve { of: &plan.lines[known], line: straight(&points) });
    }
    curves
}

/// A B-spline of Graphviz as straight pieces.
fn straight(points: &[Spot]) -> Vec<Spot> {
    let mut line = Vec::new();
    for from in (0..points.len() - 1).step_by(3) {
        let [a, b, c, d] = [points[from], points[from + 1], points[from + 2], points[from + 3]];
        let at = |t: f64, pick: fn(Spot) -> f64| {
            let u = 1.0 - t;
            u * u * u * pick(a) + 3.0 * u * u * t * pick(b) + 3.0 * u * t * t * pick(c) + t * t * t * pick(d)
        };
        line.extend((0..16).map(|n| f64::from(n) / 16.0).map(|t| (at(t, |p| p.0), at(t, |p| p.1))));
    }
    line.extend(points.last());
    line
}

fn cross(a: &[Spot], b: &[Spot]) -> bool {
    let turn = |p: Spot, q: Spot, r: Spot| (q.0 - p.0) * (r.1 - p.1) - (q.1 - p.1) * (r.0 - p.0);
    turn(a[0], a[1], b[0]) * turn(a[0], a[1], b[1]) < 0.0 && turn(b[0], b[1], a[0]) * turn(b[0], b[1], a[1]) < 0.0
}
