//! Ways from one table to another: the list, and the chosen one beside its SQL.

use super::canvas::{Canvas, Role};
use super::detail::wrap;
use super::graph::{Graph, TableId};
use super::path::{MOST, Path, mind_the_rows};
use super::signs::Signs;
use super::sql::join_sql;
use crate::text::{count, width};

/// How the view is drawn.
#[derive(Clone, Copy, Debug)]
pub struct PathLook {
    pub signs: &'static Signs,
    pub width: usize,
    /// The way that is drawn in full.
    pub chosen: usize,
}

/// The list of ways and the chosen one. Spots are places in the list.
pub fn paint(graph: &Graph, ends: (TableId, TableId), paths: &[Path], look: PathLook) -> Canvas {
    let mut canvas = Canvas::new();
    let Some(path) = paths.get(look.chosen).or(paths.first()) else {
        let (from, to) = (graph.label(ends.0), graph.label(ends.1));
        let text = format!("No way from {from} to {to} within {} joins.", super::path::JOINS);
        canvas.text(1, 0, &text, Role::Text);
        return canvas;
    };
    let count = match paths.len() {
        1 => "1 path.".to_owned(),
        n if n == MOST => format!("{n} paths, the best."),
        n => format!("{n} paths."),
    };
    let words = format!("{count} Declared and indexed keys first, then fewer joins. Guessed links come last.");
    let mut y = 0;
    for line in wrap(&words, look.width.saturating_sub(1)) {
        canvas.text(1, y, &line, Role::Dim);
        y += 1;
    }
    y += 1;
    let quality = paths.iter().map(|path| width(&path.quality(graph))).max().unwrap_or(0);
    for (n, path) in paths.iter().enumerate() {
        let chosen = n == look.chosen;
        let role = if chosen { Role::Selected } else { Role::Text };
        if chosen {
            canvas.put(0, y, look.signs.select, Role::Selected);
        }
        let joins = path.steps.len();
        let head = format!("{}  {joins} {}  ", n + 1, if joins == 1 { "join " } else { "joins" });
        let x = canvas.text(1, y, &head, role);
        let x = canvas.field(x, y, &path.quality(graph), quality, look.signs.cut, role) + 2;
        let crumb = format!(" {} ", look.signs.crumb);
        let tables: Vec<String> = path.tables(graph).iter().map(|&id| graph.table(id).name.to_string()).collect();
        canvas.field(x, y, &tables.join(&crumb), look.width.saturating_sub(x), look.signs.cut, role);
        canvas.spots.insert(y, n);
        y += 1;
    }
    let rule = format!("path {}", look.chosen + 1);
    canvas.run(0, y, look.signs.rule, look.width, Role::Dim);
    canvas.text(2, y, &format!(" {rule} "), Role::Dim);
    y += 1;
    let left = ladder(graph, path, look.signs);
    if look.width >= 72 {
        let split = (left.width() + 2).clamp(30, look.width / 2);
        let right = words_of(graph, path, look, look.width - split - 2);
        let height = left.height().max(right.height());
        canvas.stamp(1, y, &left);
        for line in 0..height {
            // What is wider than its half ends at the rule.
            canvas.put(split, y + line, look.signs.lines[5], Role::Dim);
        }
        clear(&mut canvas, split + 1, y, height);
        canvas.stamp(split + 2, y, &right);
    } else {
        canvas.stamp(1, y, &left);
        let y = y + left.height() + 1;
        canvas.stamp(1, y, &words_of(graph, path, look, look.width.saturating_sub(1)));
    }
    canvas
}

fn clear(canvas: &mut Canvas, from: usize, y: usize, height: usize) {
    for line in y..y + height {
        let end = canvas.line(line).len();
        canvas.run(from, line, ' ', end.saturating_sub(from), Role::Text);
    }
}

/// The tables from top to bottom with the keys between them.
fn ladder(graph: &Graph, path: &Path, signs: &Signs) -> Canvas {
    let mut canvas = Canvas::new();
    let mut y = 0;
    let name = |canvas: &mut Canvas, y: usize, id: TableId| {
        let x = canvas.text(0, y, &graph.label(id), Role::Strong);
        if let Some(rows) = graph.table(id).rows {
            canvas.text((x + 2).max(22), y, &format!("~{}", count(rows)), Role::Dim);
        }
    };
    name(&mut canvas, y, path.start);
    for step in &path.steps {
        let link = graph.link(step.link);
        let child = signs.before(!link.one_to_one(), true);
        let parent = signs.before(false, link.optional == Some(true));
        let (above, below) = if step.down { (parent, child) } else { (child, parent) };
        let columns = graph.columns(link).join(", ");
        let line = if link.guessed() { signs.guessed[1] } else { signs.lines[5] };
        let role = if link.guessed() { Role::Guessed } else { Role::Line };
        canvas.text(2, y + 1, &above.iter().collect::<String>(), role);
        canvas.put(3, y + 2, line, role);
        canvas.text(5, y + 2, &columns, Role::Text);
        canvas.text(2, y + 3, &below.iter().collect::<String>(), role);
        let (words, role) = match (step.multiplies(graph), link.indexed) {
            (true, _) => (format!("one to many {}", signs.warning), Role::Warning),
            (false, Some(false)) => (format!("no index {}", signs.warning), Role::Warning),
            _ => (String::new(), Role::Dim),
        };
        canvas.text(7, y + 3, &words, role);
        y += 4;
        name(&mut canvas, y, step.to(graph));
    }
    canvas
}

/// The SQL, then what it does to the number of rows.
fn words_of(graph: &Graph, path: &Path, look: PathLook, room: usize) -> Canvas {
    let mut canvas = Canvas::new();
    let mut y = 0;
    for line in join_sql(graph, path.start, &path.steps) {
        for part in wrap(&line, room) {
            canvas.text(0, y, &part, Role::Text);
            y += 1;
        }
    }
    let said = mind_the_rows(graph, path);
    if said.is_empty() {
        canvas.text(0, y + 1, "No step multiplies rows.", Role::Dim);
        return canvas;
    }
    canvas.text(0, y + 1, "Mind the rows", Role::Strong);
    y += 2;
    for sentence in said {
        for (n, part) in wrap(&sentence, room.saturating_sub(2)).iter().enumerate() {
            if n == 0 {
                canvas.put(0, y, look.signs.warning, Role::Warning);
            }
            canvas.text(2, y, part, Role::Text);
            y += 1;
        }
    }
    canvas
}
