//! In a narrow window: two lists under the name of the table.

use super::{Focus, FocusLook, Side, flat, line_role, marks, role_of, rows_text};
use crate::erd::canvas::{Canvas, Role};
use crate::erd::graph::{Graph, LinkId};
use crate::text::width;

pub(super) fn paint(focus: &Focus, graph: &Graph, look: FocusLook) -> Canvas {
    let mut canvas = Canvas::new();
    let signs = look.signs;
    let title = format!("{}  {}", graph.label(focus.table), rows_text(graph, focus.table));
    canvas.field(1, 0, &title, look.width.saturating_sub(2), signs.cut, Role::Strong);
    let mut y = 1;
    for (side, words, more) in [(Side::Left, "points to", focus.more.0), (Side::Right, "pointed to by", focus.more.1)] {
        let links = if side == Side::Left { &focus.left } else { &focus.right };
        if links.is_empty() {
            continue;
        }
        canvas.text(1, y, words, Role::Dim);
        y += 1;
        for &id in links {
            line(&mut canvas, graph, look, y, id, side);
            y += 1;
        }
        if more > 0 {
            canvas.text(2, y, &format!("{} {more} more", signs.cut), Role::Dim);
            y += 1;
        }
    }
    canvas
}

fn line(canvas: &mut Canvas, graph: &Graph, look: FocusLook, y: usize, id: LinkId, side: Side) {
    let signs = look.signs;
    let link = graph.link(id);
    let (role, of_line) = (role_of(graph, id, look), line_role(graph, id));
    let (key, table) = match side {
        Side::Left => (graph.columns(link).join(", "), graph.label(link.to)),
        _ => (graph.ref_columns(link).join(", "), graph.label(link.from)),
    };
    let room = look.width.saturating_sub(1 + 6 + 2 + 3);
    let key_room = width(&key).min(room * 2 / 5);
    if look.selected == Some(id) {
        canvas.put(0, y, signs.select, Role::Selected);
    }
    let mut x = canvas.field(2, y, &key, key_room, signs.cut, Role::Text) + 1;
    let (near, far) = match side {
        Side::Left => (signs.behind(!link.one_to_one(), true), signs.before(false, link.optional == Some(true))),
        _ => (signs.behind(false, link.optional == Some(true)), signs.before(!link.one_to_one(), true)),
    };
    for sign in [near[0], near[1], flat(graph, id, signs), far[0], far[1]] {
        canvas.put(x, y, sign, of_line);
        x += 1;
    }
    x += 1;
    let marks = marks(graph, id, signs);
    let end = look.width.saturating_sub(if marks.is_empty() { 0 } else { width(&marks) + 1 });
    let table_room = width(&table).min(end.saturating_sub(x));
    let x = canvas.field(x, y, &table, table_room, signs.cut, role);
    canvas.text(x + 1, y, &marks, Role::Warning);
    canvas.spots.insert(y, id.0 as usize);
}
