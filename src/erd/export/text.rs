//! A plain list: each table, then one line for each of its relations.

use super::Paper;
use crate::erd::graph::{Link, LinkId};
use crate::erd::signs::Signs;
use crate::text::{count, sanitize};
use std::fmt::Write;

pub fn write(paper: &Paper<'_>, signs: &Signs) -> String {
    let mut out = String::new();
    for &table in &paper.part.tables {
        let rows = paper.graph.table(table).rows.map_or(String::new(), |rows| format!("  ~{}", count(rows)));
        let _ = writeln!(out, "{}{rows}", sanitize(&paper.graph.label(table)));
        for id in paper.graph.out(table).filter(|id: &LinkId| paper.part.links.binary_search(id).is_ok()) {
            let _ = writeln!(out, "  {}", line(paper, paper.graph.link(id), signs));
        }
    }
    out
}

fn line(paper: &Paper<'_>, link: &Link, signs: &Signs) -> String {
    let graph = paper.graph;
    let child: String = signs.behind(!link.one_to_one(), true).iter().collect();
    let parent: String = signs.before(false, link.optional == Some(true)).iter().collect();
    let rule = if link.guessed() { signs.guessed[0] } else { signs.lines[10] };
    let columns = format!("{} {child}{rule}{parent} ", graph.columns(link).join(", "));
    let target = format!("{} ({})", graph.label(link.to), graph.ref_columns(link).join(", "));
    let index = if link.indexed == Some(false) { format!("  {} no index", signs.warning) } else { String::new() };
    format!("{}{}{index}", sanitize(&columns), sanitize(&target))
}
