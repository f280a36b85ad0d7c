//! What stands below the list: the parts of the chosen line, its largest indexes, its use and upkeep.

use super::{Group, Line, Sizes, What, bloat_of, use_of};
use crate::model::{EngineKind, LayoutOf, TableUse};
use crate::text;
use crate::tui::pane::Cx;
use crate::tui::pane::list::words;
use crate::tui::widget::{put, put_cut, put_right, put_rule};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::cmp::Reverse;

pub(super) fn draw(view: &Sizes, line: &Line, area: Rect, cx: &Cx, buf: &mut Buffer) {
    let (theme, total) = (&cx.look.theme, line.size.total());
    let source =
        if area.width < 60 { String::new() } else { format!(", {}", words::source_words(total, cx.facts.family)) };
    put_rule(buf, area, 0, &line.name, &format!("{}{source}", words::amount(total, cx)), cx.look);
    let whole = total.get().unwrap_or(0).max(1) as f64;
    let room = (area.width / 3).clamp(8, 40);
    let postgres = cx.facts.engine() == EngineKind::Postgresql;
    let mut y = 1;
    let parts =
        [("table", line.size.table, true), ("index", line.size.index, true), ("toast", line.size.toast, postgres)];
    let whole_only = !matches!(view.group, Group::Table | Group::Schema);
    for (word, amount, _) in parts.into_iter().filter(|(_, _, shown)| *shown && !whole_only) {
        let bytes = amount.get().unwrap_or(0);
        put_bar(word, bytes, whole, &words::amount(amount, cx), Rect { y: area.y + y, ..area }, cx, buf);
        y += 1;
    }
    draw_biggest(line, area, 8 + room + 14, usize::from(y) - 1, cx, buf);
    if let Some((bytes, amount, said)) = free(line, cx) {
        let row = Rect { y: area.y + y, height: 1, ..area };
        let x = match amount {
            Some(amount) => {
                put_bar("free", bytes, whole, &amount, row, cx, buf);
                8 + room + 14
            }
            None => {
                put(buf, row, 1, 0, "free", theme.faint);
                8
            }
        };
        put_cut(buf, row, x, 0, area.width.saturating_sub(x + 1), &said, theme.faint, cx.look);
        y += 1;
    }
    if let Some(of) = use_of(line, cx) {
        words::put_fact(buf, area, y, "use", &use_words(of, cx), theme.plain, cx);
        words::put_fact(buf, area, y + 1, "upkeep", &upkeep_words(of, cx), theme.plain, cx);
    }
}

/// `table  ████▊  96.2 GB` in the first row of `area`.
fn put_bar(word: &str, bytes: i64, whole: f64, amount: &str, area: Rect, cx: &Cx, buf: &mut Buffer) {
    let room = (area.width / 3).clamp(8, 40);
    put(buf, area, 1, 0, word, cx.look.theme.faint);
    put(buf, area, 8, 0, &words::bar(bytes as f64 / whole, room as usize, cx), cx.look.theme.plain);
    put_right(buf, area, 8 + room + 10, 0, amount, cx.look.theme.plain);
}

/// What is free inside: bytes for the bar, the same in words, and how that is known; without an amount, why.
fn free(line: &Line, cx: &Cx) -> Option<(i64, Option<String>, String)> {
    if let Some(bytes) = line.size.free.get() {
        // InnoDB counts free room of the file, which is no part of what the table takes.
        let said = if cx.facts.engine() == EngineKind::Sqlite { "of it unused" } else { "unused in its file" };
        return Some((bytes, Some(text::bytes(bytes)), said.into()));
    }
    if let Some(why) = not_measured(line, cx) {
        return Some((0, None, format!("not measured: {why}")));
    }
    Some(match bloat_of(line, cx)? {
        Ok(bloat) => {
            let share = words::bloat_share(&bloat, cx);
            let said = match bloat.points() {
                Some(_) => format!("{share}, estimated; M measures"),
                None => format!("{share} of its file, measured"),
            };
            (bloat.bytes, Some(words::bloat_bytes(&bloat)), said)
        }
        Err(why) => (0, None, format!("not estimated: {}", why.why())),
    })
}

/// Why a key could not measure it.
fn not_measured(line: &Line, cx: &Cx) -> Option<String> {
    let of = match line.what {
        What::Rel(id) => LayoutOf::Heap(id),
        What::Index(n) => LayoutOf::Btree(n),
        _ => return None,
    };
    cx.facts.measures.inside.get(&of)?.reason()
}

/// The largest indexes of the table, right of its bars, as many as there are bars.
fn draw_biggest(line: &Line, area: Rect, x: u16, bars: usize, cx: &Cx, buf: &mut Buffer) {
    let (What::Rel(id), Some(catalog), Some(sizes)) = (line.what, &cx.facts.schema.catalog, &cx.facts.measures.sizes)
    else {
        return;
    };
    let Some(all) = catalog.indexes.value().filter(|_| area.width >= x + 30) else { return };
    let mut list: Vec<usize> = all.slices.of(id.0 as usize).collect();
    list.sort_by_key(|&n| Reverse(sizes.index(n as u32).get().unwrap_or(-1)));
    for (row, &n) in list.iter().take(bars).enumerate() {
        let Some(index) = all.list.get(n) else { continue };
        let y = row as u16 + 1;
        put_cut(buf, area, x, y, area.width - x - 12, all.names.get(index.name), cx.look.theme.plain, cx.look);
        let amount = words::amount(sizes.index(n as u32), cx);
        put_right(buf, area, area.width.saturating_sub(1), y, &amount, cx.look.theme.plain);
    }
}

fn use_words(of: &TableUse, cx: &Cx) -> String {
    let unit = if cx.facts.engine() == EngineKind::Postgresql { "scans" } else { "rows read" };
    let mut words = Vec::new();
    let mut add = |value: Option<i64>, word: String| words.extend(value.map(|n| format!("{} {word}", text::count(n))));
    add(of.seq_scans.get(), format!("{unit} without an index"));
    add(of.idx_scans.get(), format!("{unit} by index"));
    add(of.inserts.get(), "inserts".into());
    add(of.updates.get(), "updates".into());
    add(of.deletes.get(), "deletes".into());
    words.join("   ")
}

fn upkeep_words(of: &TableUse, cx: &Cx) -> String {
    let mut words = Vec::new();
    if cx.facts.engine() == EngineKind::Postgresql {
        let dead = of.dead_rows.get().map(|n| format!("{} dead rows", text::count(n)));
        words.extend(dead);
        words.push(match of.vacuumed() {
            Some(at) => format!("vacuumed {}", words::ago(Some(at), cx)),
            None => "never vacuumed, as far as counted".into(),
        });
    }
    words.push(match of.analyzed() {
        Some(at) => format!("analyzed {}", words::ago(Some(at), cx)),
        None => "never analyzed, as far as counted".into(),
    });
    if of.autovacuum_off {
        words.push("autovacuum off".into());
    }
    words.join("   ")
}
