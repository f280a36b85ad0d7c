//! Up to forty tables as boxes with their lines. Drawn on a canvas here, as a picture by the SVG export.

use super::canvas::{Canvas, Role};
use super::graph::{Graph, LinkId, RowMark, RowSet, TableId};
use super::layout::{Line, lay_out};
use super::place::Frame;
use super::route::{Area, Drawing, Piece, Point};
use super::scope::Part;
use super::signs::Signs;
use crate::text::{cut, sanitize, width};
use std::collections::BTreeMap;

/// Tables of a map; more are shown as groups.
pub const MOST: usize = 40;
/// Columns of a box between its sides, at most.
const INNER: usize = 30;

/// A word on the box of a table, from whoever knows more than the schema: size, writes, findings.
pub type Notes = BTreeMap<TableId, (String, Role)>;

/// How the map is drawn.
#[derive(Clone, Copy, Debug)]
pub struct MapLook<'a> {
    pub signs: &'static Signs,
    /// `None`: only names.
    pub rows: Option<RowSet>,
    pub selected: Option<TableId>,
    /// Columns up to which parts stand side by side.
    pub width: usize,
    pub notes: &'a Notes,
}

/// A drawn map.
#[derive(Clone, Debug, Default)]
pub struct Map {
    pub canvas: Canvas,
    /// Where each table stands.
    pub boxes: Vec<(TableId, Area)>,
}

/// One line of a box.
#[derive(Clone, Debug, PartialEq)]
pub struct CardRow {
    pub mark: RowMark,
    pub columns: Vec<String>,
    pub text: String,
    /// A key without an index.
    pub warn: bool,
    pub role: Role,
}

/// A box with its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    pub table: TableId,
    /// In the upper edge; empty when the name is a row.
    pub title: String,
    pub rows: Vec<CardRow>,
}

/// Boxes, lines and where they are.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub cards: Vec<Card>,
    /// By number of an edge of the drawing.
    pub links: Vec<LinkId>,
    /// Which rows of which cards each of them joins.
    pub lines: Vec<Line>,
    pub drawing: Drawing,
}

impl Plan {
    pub fn new(graph: &Graph, part: &Part, look: &MapLook<'_>) -> Self {
        let cards: Vec<Card> = part.tables.iter().map(|&table| card(graph, table, look)).collect();
        let frames: Vec<Frame> = cards.iter().map(frame).collect();
        let place = |table: TableId| part.tables.binary_search(&table).ok();
        let (mut lines, mut links) = (Vec::new(), Vec::new());
        for &id in &part.links {
            let link = graph.link(id);
            let (Some(from), Some(to)) = (place(link.to), place(link.from)) else { continue };
            let row = |at: usize, columns: Vec<&str>| {
                cards[at].rows.iter().position(|row| row.columns == columns).unwrap_or(0)
            };
            lines.push(Line {
                from,
                to,
                from_row: row(from, graph.ref_columns(link)),
                to_row: row(to, graph.columns(link)),
                kind: u8::from(link.guessed()) * 2 + u8::from(link.optional == Some(true)),
            });
            links.push(id);
        }
        let drawing = lay_out(&frames, &lines, look.width as i64);
        Self { cards, links, lines, drawing }
    }
}

fn card(graph: &Graph, table: TableId, look: &MapLook<'_>) -> Card {
    let name = graph.label(table);
    let plain = |text: String, role| CardRow { mark: RowMark::None, columns: Vec::new(), text, warn: false, role };
    let note = look.notes.get(&table).map(|(text, role)| plain(text.clone(), *role));
    let mut rows = Vec::new();
    let Some(set) = look.rows else {
        rows.push(plain(name, Role::Strong));
        rows.extend(note);
        return Card { table, title: String::new(), rows };
    };
    for row in graph.rows(table, set) {
        let null = if row.nullable { " ?" } else { "" };
        let text = format!("{}{null}", row.columns.join(", "));
        rows.push(CardRow { mark: row.mark, columns: row.columns, text, warn: row.unindexed, role: Role::Text });
    }
    for link in graph.out(table).map(|link| graph.link(link)).filter(|link| link.to_itself()) {
        rows.push(plain(format!("self: {}", graph.columns(link).join(", ")), Role::Dim));
    }
    rows.extend(note);
    Card { table, title: name, rows }
}

fn row_text(row: &CardRow) -> String {
    let mark = row.mark.text();
    if mark.is_empty() { sanitize(&row.text).into_owned() } else { format!("{mark} {}", sanitize(&row.text)) }
}

fn frame(card: &Card) -> Frame {
    let title = width(&sanitize(&card.title)) + 2;
    let text = |row: &CardRow| width(&row_text(row)) + 2 + if row.warn { 2 } else { 0 };
    let inner = card.rows.iter().map(text).max().unwrap_or(0).max(title).clamp(8, INNER);
    Frame { width: inner + 2, rows: card.rows.len() }
}

/// Draws tables and relations of a part.
pub fn paint(graph: &Graph, part: &Part, look: &MapLook<'_>) -> Map {
    let plan = Plan::new(graph, part, look);
    let mut canvas = Canvas::new();
    lines(graph, &plan, look.signs, &mut canvas);
    for (card, area) in plan.cards.iter().zip(&plan.drawing.boxes) {
        paint_box(&mut canvas, card, *area, look);
    }
    tips(graph, &plan, look.signs, &mut canvas);
    let boxes = plan.cards.iter().zip(&plan.drawing.boxes).map(|(card, area)| (card.table, *area)).collect();
    Map { canvas, boxes }
}

fn paint_box(canvas: &mut Canvas, card: &Card, area: Area, look: &MapLook<'_>) {
    let signs = look.signs;
    let selected = look.selected == Some(card.table);
    let role = if selected { Role::Selected } else { Role::Strong };
    let [tl, tr, bl, br, flat, side] = match selected {
        true => signs.strong,
        false => [signs.lines[6], signs.lines[12], signs.lines[3], signs.lines[9], signs.lines[10], signs.lines[5]],
    };
    let (x, y) = (area.x as usize, area.y as usize);
    let (wide, high) = (area.width as usize, area.height as usize);
    for (line, left, right) in [(y, tl, tr), (y + high - 1, bl, br)] {
        canvas.put(x, line, left, role);
        canvas.run(x + 1, line, flat, wide - 2, role);
        canvas.put(x + wide - 1, line, right, role);
    }
    for line in y + 1..y + high - 1 {
        canvas.put(x, line, side, role);
        canvas.run(x + 1, line, ' ', wide - 2, Role::Text);
        canvas.put(x + wide - 1, line, side, role);
    }
    if !card.title.is_empty() {
        let title = cut(&sanitize(&card.title), wide - 4, signs.cut);
        canvas.text(x + 1, y, &format!(" {title} "), role);
    }
    for (n, row) in card.rows.iter().enumerate() {
        let room = wide - 4 - if row.warn { 2 } else { 0 };
        let text = row_text(row);
        let style = if selected && card.title.is_empty() && n == 0 { Role::Selected } else { row.role };
        let end = canvas.text(x + 2, y + 1 + n, &cut(&text, room, signs.cut), style);
        if row.warn {
            canvas.put(end + 1, y + 1 + n, signs.warning, Role::Warning);
        }
    }
}

/// What a cell of a line holds: the sides it leaves through, and the net that is drawn there.
#[derive(Clone, Copy, Debug, Default)]
struct Mesh {
    sides: u8,
    net: usize,
}

const UP: u8 = 1;
const RIGHT: u8 = 2;
const DOWN: u8 = 4;
const LEFT: u8 = 8;

fn lines(graph: &Graph, plan: &Plan, signs: &Signs, canvas: &mut Canvas) {
    let guessed = guessed_nets(graph, plan);
    let mut cells: BTreeMap<(i64, i64), Mesh> = BTreeMap::new();
    for piece in &plan.drawing.pieces {
        for (point, sides) in cells_of(piece) {
            let cell = cells.entry((point.y, point.x)).or_insert(Mesh { sides: 0, net: piece.net });
            if cell.net == piece.net {
                cell.sides |= sides;
            } else if sides & (UP | DOWN) != 0 {
                // Where two cross, the upright one is in front.
                *cell = Mesh { sides, net: piece.net };
            }
        }
    }
    for ((y, x), cell) in cells {
        let dotted = guessed.contains(&cell.net);
        let (sign, role) = match (dotted, cell.sides) {
            (true, 2 | 8 | 10) => (signs.guessed[0], Role::Guessed),
            (true, 1 | 4 | 5) => (signs.guessed[1], Role::Guessed),
            (true, sides) => (signs.lines[sides as usize & 15], Role::Guessed),
            (false, sides) => (signs.lines[sides as usize & 15], Role::Line),
        };
        canvas.put(x as usize, y as usize, sign, role);
    }
}

/// Nets whose lines are guessed.
fn guessed_nets(graph: &Graph, plan: &Plan) -> Vec<usize> {
    let guessed = |edge: usize| plan.links.get(edge).is_some_and(|&link| graph.link(link).guessed());
    let tips = plan.drawing.tips.iter().filter(|tip| guessed(tip.edge));
    let starts: Vec<Point> = tips.map(|tip| tip.at).collect();
    let touches = |piece: &&Piece| starts.iter().any(|at| piece.from == *at || piece.to == *at);
    let mut nets: Vec<usize> = plan.drawing.pieces.iter().filter(touches).map(|piece| piece.net).collect();
    nets.sort_unstable();
    nets.dedup();
    nets
}

/// Cells of a piece with the sides it leaves them through.
fn cells_of(piece: &Piece) -> Vec<(Point, u8)> {
    let (from, to) = (piece.from, piece.to);
    if from.y == to.y {
        let sides = |x| if x > from.x { LEFT } else { 0 } | if x < to.x { RIGHT } else { 0 };
        return (from.x..=to.x).map(|x| (Point { x, y: from.y }, sides(x))).collect();
    }
    let sides = |y| if y > from.y { UP } else { 0 } | if y < to.y { DOWN } else { 0 };
    (from.y..=to.y).map(|y| (Point { x: from.x, y }, sides(y))).collect()
}

/// Marks of cardinality where lines meet boxes.
fn tips(graph: &Graph, plan: &Plan, signs: &Signs, canvas: &mut Canvas) {
    for tip in &plan.drawing.tips {
        let Some(&id) = plan.links.get(tip.edge) else { continue };
        let link = graph.link(id);
        let referenced = plan.cards[tip.box_number].table == link.to;
        let (many, optional) =
            if referenced { (false, link.optional == Some(true)) } else { (!link.one_to_one(), true) };
        let role = if link.guessed() { Role::Guessed } else { Role::Line };
        let (x, y) = (tip.at.x as usize, tip.at.y as usize);
        let (marks, first, side, joint) = match tip.right {
            true => (signs.behind(many, optional), x, x.saturating_sub(1), signs.joint[0]),
            false => (signs.before(many, optional), x.saturating_sub(1), x + 1, signs.joint[1]),
        };
        canvas.put(first, y, marks[0], role);
        canvas.put(first + 1, y, marks[1], role);
        if !is_strong(canvas, side, y, signs) {
            canvas.put(side, y, joint, Role::Strong);
        } else {
            canvas.put(side, y, if tip.right { signs.joint[2] } else { signs.joint[3] }, Role::Selected);
        }
    }
}

fn is_strong(canvas: &Canvas, x: usize, y: usize, signs: &Signs) -> bool {
    let strong = [signs.strong[5], signs.joint[2], signs.joint[3]];
    canvas.cell(x, y).is_some_and(|cell| {
        cell.role == Role::Selected && strong.iter().any(|&sign| cell.sign == super::Sign::Char(sign))
    })
}
