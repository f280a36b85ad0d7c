//! A picture that needs nothing else: boxes, lines and crow's feet of the map, in pixels.

use super::dot::escaped;
use crate::erd::graph::{Graph, RowMark};
use crate::erd::map::Plan;
use crate::erd::route::{Piece, Point, Tip};
use std::fmt::Write;

/// Pixels of a cell.
const WIDE: i64 = 8;
const HIGH: i64 = 17;

const STYLE: &str = "\
.box{fill:#fff;stroke:#445}.head{fill:#eef1f5;stroke:#445}.name{font-weight:bold}.mark{fill:#789}\
.line{stroke:#445;fill:none}.guess{stroke:#889;fill:none;stroke-dasharray:4 3}.warn{fill:#c0392b}.zero{fill:#fff;stroke:#445}\
text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#112}";

pub fn write(graph: &Graph, plan: &Plan) -> String {
    let drawing = &plan.drawing;
    let (width, height) = ((drawing.width + 2) * WIDE, (drawing.height + 2) * HIGH);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <style>{STYLE}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
    );
    let guessed = |edge: usize| plan.links.get(edge).is_some_and(|&link| graph.link(link).guessed());
    let dotted: Vec<Point> = drawing.tips.iter().filter(|tip| guessed(tip.edge)).map(|tip| tip.at).collect();
    for piece in &drawing.pieces {
        let of_guess = drawing
            .pieces
            .iter()
            .any(|other| other.net == piece.net && dotted.iter().any(|at| other.from == *at || other.to == *at));
        let class = if of_guess { "guess" } else { "line" };
        // Pieces of a net that lie end to end are one line.
        let follows = |other: &&Piece| {
            let end = Point { x: piece.to.x + 1, y: piece.to.y };
            other.net == piece.net && piece.from.y == piece.to.y && other.from == end
        };
        let to = drawing.pieces.iter().find(follows).map_or(piece.to, |other| other.from);
        line(&mut out, class, center(piece.from), center(to));
    }
    for tip in &drawing.tips {
        foot(graph, plan, tip, &mut out);
    }
    for (card, area) in plan.cards.iter().zip(&drawing.boxes) {
        let (x, y) = center(Point { x: area.x, y: area.y });
        let (w, h) = ((area.width - 1) * WIDE, (area.height - 1) * HIGH);
        let _ = writeln!(out, "<rect class=\"box\" x=\"{x}\" y=\"{}\" width=\"{w}\" height=\"{}\"/>", y - 8, h + 8);
        if !card.title.is_empty() {
            let _ = writeln!(out, "<rect class=\"head\" x=\"{x}\" y=\"{}\" width=\"{w}\" height=\"17\"/>", y - 8);
            let title = crate::text::cut(&crate::text::sanitize(&card.title), (area.width - 2) as usize, "..");
            let _ = writeln!(out, "<text class=\"name\" x=\"{}\" y=\"{}\">{}</text>", x + 6, y + 5, escaped(&title));
        }
        for (n, row) in card.rows.iter().enumerate() {
            let y = y + (n as i64 + 1) * HIGH + 4;
            let mark = row.mark.text();
            let indent = if row.mark == RowMark::None { 0 } else { 3 * WIDE };
            if !mark.is_empty() {
                let _ = writeln!(out, "<text class=\"mark\" x=\"{}\" y=\"{y}\">{mark}</text>", x + 6);
            }
            let room = (area.width - 4 - indent / WIDE).max(1) as usize;
            let text = escaped(&crate::text::cut(&crate::text::sanitize(&row.text), room, ".."));
            let class = if row.warn { " class=\"warn\"" } else { "" };
            let _ = writeln!(out, "<text{class} x=\"{}\" y=\"{y}\">{text}</text>", x + 6 + indent);
        }
    }
    out.push_str("</svg>\n");
    out
}

fn center(point: Point) -> (i64, i64) {
    ((point.x + 1) * WIDE + WIDE / 2, (point.y + 1) * HIGH + HIGH / 2)
}

fn line(out: &mut String, class: &str, from: (i64, i64), to: (i64, i64)) {
    let ((x1, y1), (x2, y2)) = (from, to);
    let _ = writeln!(out, "<path class=\"{class}\" d=\"M{x1} {y1}L{x2} {y2}\"/>");
}

/// From the box outwards: one or many, then one or zero.
fn foot(graph: &Graph, plan: &Plan, tip: &Tip, out: &mut String) {
    let Some(&id) = plan.links.get(tip.edge) else { return };
    let link = graph.link(id);
    let referenced = plan.cards[tip.box_number].table == link.to;
    let many = !referenced && !link.one_to_one();
    let optional = !referenced || link.optional == Some(true);
    let away = if tip.right { 1 } else { -1 };
    let (x, y) = center(tip.at);
    let side = x - away * WIDE;
    line(out, "line", (side, y), (x, y));
    if many {
        for end in [y - 5, y + 5] {
            line(out, "line", (side, end), (side + away * 9, y));
        }
    } else {
        line(out, "line", (side + away * 6, y - 5), (side + away * 6, y + 5));
    }
    if optional {
        let _ = writeln!(out, "<circle class=\"zero\" cx=\"{}\" cy=\"{y}\" r=\"3\"/>", side + away * 13);
    } else {
        line(out, "line", (side + away * 11, y - 5), (side + away * 11, y + 5));
    }
}
