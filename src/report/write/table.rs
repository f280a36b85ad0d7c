//! The aligned table for a terminal. Two passes: one measures, one prints, so no row is kept.
//!
//! Columns without a single value are left out and named below; long texts are cut to the terminal.

use super::{Look, Sheet};
use crate::report::{Align, Column, Value};
use crate::text::{cut, sanitize, width};
use std::io::{self, Write};

/// Blanks between columns.
const GAP: usize = 2;
/// No text column is cut below this.
const LEAST: usize = 16;
/// No cell is wider when there is a terminal to fit.
const MOST: usize = 60;

pub fn write(out: &mut dyn Write, sheet: &Sheet, look: Look) -> io::Result<()> {
    let columns = sheet.columns();
    if columns.is_empty() {
        return Ok(());
    }
    let wanted = measure(sheet, look);
    let empty: Vec<&str> =
        columns.iter().zip(&wanted).filter(|(_, width)| **width == 0).map(|(column, _)| column.id).collect();
    let (widths, dropped) = fit(columns, wanted, look.width);
    let headers = columns.iter().map(|column| column.title.to_owned());
    let header = line(columns, &widths, headers, look);
    match look.color {
        true => writeln!(out, "\x1b[1m{header}\x1b[0m")?,
        false => writeln!(out, "{header}")?,
    }
    for cells in sheet.cells() {
        let texts = columns.iter().zip(&cells).map(|(column, cell)| text(column, cell, look));
        writeln!(out, "{}", line(columns, &widths, texts, look))?;
    }
    let rows = sheet.rows.len();
    let list = |words: &str, ids: &[&str]| match ids.is_empty() || rows == 0 {
        true => String::new(),
        false => format!(", {words}: {}", ids.join(" ")),
    };
    let (without, narrow) = (list("no values in", &empty), list("no room here for", &dropped));
    writeln!(out, "({rows} {}{without}{narrow})", if rows == 1 { "row" } else { "rows" })
}

fn text(column: &Column, cell: &Value, look: Look) -> String {
    sanitize(&cell.shown(column.unit, look.none())).into_owned()
}

/// The width that each column wants; 0 for one without values.
fn measure(sheet: &Sheet, look: Look) -> Vec<usize> {
    let columns = sheet.columns();
    let mut widths = vec![0; columns.len()];
    for cells in sheet.cells() {
        for ((column, cell), widest) in columns.iter().zip(&cells).zip(&mut widths) {
            if !cell.is_null() {
                *widest = (*widest).max(width(&text(column, cell, look))).max(1);
            }
        }
    }
    let none = sheet.rows.is_empty();
    for (column, widest) in columns.iter().zip(&mut widths) {
        if *widest > 0 || none {
            *widest = (*widest).max(width(column.title));
        }
    }
    widths
}

/// Takes from the widest text columns until the line fits. Where that is not enough, columns go from the right,
/// where those of least use stand; their ids come back beside the widths.
fn fit(columns: &[Column], mut widths: Vec<usize>, room: Option<usize>) -> (Vec<usize>, Vec<&'static str>) {
    let Some(room) = room else { return (widths, Vec::new()) };
    for (column, width) in columns.iter().zip(&mut widths) {
        if column.align == Align::Left {
            *width = (*width).min(MOST);
        }
    }
    let used = |widths: &[usize]| -> usize {
        let shown = widths.iter().filter(|width| **width > 0);
        shown.map(|width| width + GAP).sum::<usize>().saturating_sub(GAP)
    };
    let least = |widths: &[usize]| -> Vec<usize> {
        let each = columns.iter().zip(widths);
        each.map(|(column, width)| if column.align == Align::Left { (*width).min(LEAST) } else { *width }).collect()
    };
    let mut dropped = Vec::new();
    while used(&least(&widths)) > room {
        let mut shown = (0..widths.len()).filter(|n| widths[*n] > 0);
        let (Some(_), Some(last)) = (shown.next(), shown.next_back()) else { break };
        widths[last] = 0;
        dropped.push(columns[last].id);
    }
    dropped.reverse();
    while used(&widths) > room {
        let texts = columns.iter().zip(&mut widths).filter(|(column, _)| column.align == Align::Left);
        match texts.max_by_key(|(_, width)| **width) {
            Some((_, width)) if *width > 1 => *width -= 1,
            _ => break,
        }
    }
    (widths, dropped)
}

fn line(columns: &[Column], widths: &[usize], texts: impl Iterator<Item = String>, look: Look) -> String {
    let mut line = String::new();
    for ((column, &room), text) in columns.iter().zip(widths).zip(texts).filter(|((_, room), _)| **room > 0) {
        let text = cut(&text, room, look.cut());
        let blanks = " ".repeat(room.saturating_sub(width(&text)));
        if !line.is_empty() {
            line.push_str(&" ".repeat(GAP));
        }
        match column.align {
            Align::Left => line.push_str(&format!("{text}{blanks}")),
            Align::Right => line.push_str(&format!("{blanks}{text}")),
        }
    }
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use crate::engine::fake::{shop_catalog, shop_now, shop_server};
    use crate::report::{Context, Envelope, Format, Look, Sheet, TABLES, write};

    fn shop(look: Look) -> String {
        let (server, catalog) = (shop_server(), shop_catalog());
        let context = Context {
            engine: server.engine,
            catalog: &catalog,
            only: None,
            system: false,
            measured: Default::default(),
        };
        let envelope = Envelope {
            tool: "dblens",
            taken_at: shop_now(),
            server: Some(&server),
            fact: "tables",
            status: "ready",
            reason: None,
            notes: Vec::new(),
        };
        let rows = (TABLES.rows)(context);
        let sheet = Sheet { envelope, fact: Some(&TABLES), context: Some(context), rows };
        let mut out = Vec::new();
        write(&mut out, &sheet, Format::Table, look).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn widest(text: &str) -> usize {
        text.lines().filter(|line| !line.starts_with('(')).map(crate::text::width).max().unwrap_or(0)
    }

    #[test]
    fn always_fits_the_terminal_and_names_what_is_left_out() {
        let whole = shop(Look::default());
        let ids = |text: &str| text.lines().next().unwrap().split("  ").filter(|word| !word.is_empty()).count();
        for room in [10, 20, 40, 60, 80, 100, 110, 140, 200] {
            let text = shop(Look { width: Some(room), ..Look::default() });
            assert!(widest(&text) <= room, "{room}: {}\n{text}", widest(&text));
            assert_eq!(ids(&text) < ids(&whole), text.contains("no room here for: "), "{room}\n{text}");
        }
        let narrow = shop(Look { width: Some(widest(&whole) - 1), ..Look::default() });
        assert!(widest(&narrow) < widest(&whole), "{narrow}");
    }

    #[test]
    fn cuts_nothing_without_a_terminal() {
        let text = shop(Look::default());
        assert!(!text.contains('…'), "{text}");
        let header = text.lines().next().unwrap();
        assert!(header.starts_with("schema ") && !header.contains("dead rows"), "{header}");
    }

    #[test]
    fn ascii_marks() {
        assert!(shop(Look { ascii: true, width: Some(80), ..Look::default() }).is_ascii());
    }
}
