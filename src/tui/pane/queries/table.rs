//! The columns of the list: what this server counts, the most telling first.

use super::lines::{Line, What, total};
use super::order::{Group, Order, temp};
use super::{QueriesPane, words};
use crate::model::{Counters, Num, Statement, ratio};
use crate::text;
use crate::tui::pane::Cx;
use crate::tui::pane::list::words::bar;
use crate::tui::widget::table::{Cell, Col, Table};

/// Cells of the bar of a load.
const BAR: usize = 5;

/// One number of a statement, as a cell; empty where it is not counted.
type Value = fn(&Counters) -> Option<String>;

/// Columns behind the ones that are always there, by importance.
const MORE: [(&str, u16, Value); 13] = [
    ("Cache", 5, |it| it.cache_hit().map(percent)),
    ("p95", 7, |it| it.p95_ns.get().map(|ns| time(ns as f64))),
    ("Rows", 6, |it| it.rows_per_call().map(rate)),
    ("Exam.", 6, |it| ratio(it.rows_examined, it.calls).map(rate)),
    ("No index", 8, |it| ratio(it.no_index_used, it.calls).map(percent)),
    ("Errors", 6, |it| it.errors.get().map(text::count)),
    ("Disk tmp", 8, |it| it.tmp_disk_tables.get().map(text::count)),
    ("Reads", 7, |it| it.shared_read.get().map(text::bytes)),
    ("Temp", 7, |it| it.temp_read.plus(it.temp_written).get().map(text::bytes)),
    ("WAL", 7, |it| it.wal_bytes.get().map(text::bytes)),
    ("Spread", 7, |it| it.stddev_ns.get().map(|ns| time(ns as f64))),
    ("Planning", 8, |it| ratio(it.plan_ns, it.plans).map(time)),
    ("JIT", 7, |it| it.jit_ns.get().filter(|ns| *ns > 0).and_then(|_| ratio(it.jit_ns, it.calls)).map(time)),
];

/// The column that shows what the list is sorted by.
fn of_order(order: Order) -> &'static [&'static str] {
    match order {
        Order::Rows => &["Rows"],
        Order::Reads => &["Reads", "Exam."],
        Order::Temp => &["Temp", "Disk tmp"],
        Order::Wal => &["WAL"],
        _ => &[],
    }
}

pub(super) fn time(ns: f64) -> String {
    if ns <= 0.0 { "0 ms".into() } else { text::millis(ns / 1e6) }
}

pub(super) fn percent(part: f64) -> String {
    match part * 100.0 {
        // Not all of it is not 100 %.
        p if p > 99.5 && part < 1.0 => format!("{p:.1} %").replace("100.0", "99.9"),
        p if p > 0.0 && p < 0.05 => "<0.1 %".into(),
        p if p > 0.0 && p < 0.95 => format!("{p:.1} %"),
        p => format!("{p:.0} %"),
    }
}

pub(super) fn rate(n: f64) -> String {
    match n {
        n if n < 0.05 && n > 0.0 => "<0.1".into(),
        n if n < 99.95 => format!("{n:.1}"),
        n => text::count(n.round() as i64),
    }
}

/// Position of the text in [`of`]: behind all numbers.
pub(super) const TEXT: usize = 5 + MORE.len();

pub(super) fn of(pane: &QueriesPane, lines: &[Line], room: u16, cx: &Cx) -> Table {
    let rank = |order: Order, usual: u8| if pane.order == order { 1 } else { usual };
    let ease = if room >= 95 { 40 } else { 26 };
    let text = if pane.group == Group::Statement { "Query" } else { "Group" };
    let mut cols = vec![
        Col::left("Load", 10, 10, 0),
        Col::right("Calls", 6, 8, rank(Order::Calls, 3)),
        Col::right("Mean", 7, 8, rank(Order::Mean, 2)),
        // The mark of those that are slower stands behind the number.
        Col::right("Now ", 8, 9, 1),
        Col::right("Max", 7, 8, rank(Order::Max, 4)),
    ];
    let shown = of_order(pane.order);
    for (n, (title, wide, _)) in MORE.iter().enumerate() {
        let rank = if shown.contains(title) { 1 } else { 5 + n as u8 };
        cols.push(Col::right(*title, *wide, wide + 1, rank));
    }
    cols.push(Col::left(text, 12, u16::MAX, 0).ease(ease));
    let total = total(pane.window, cx).total_ns;
    let most = pane.lines.iter().map(|line| line.total_ns).max().unwrap_or(0);
    Table::new(cols, lines.iter().map(|line| cells(line, total, most, cx)).collect())
}

fn cells(line: &Line, total: i64, most: i64, cx: &Cx) -> Vec<Cell> {
    let (theme, none) = (&cx.look.theme, cx.look.glyphs.none);
    let cell = |text: &str| Cell::new(text, theme.plain);
    let full = match line.what {
        What::Statement(key) => cx.facts.queries.statements().and_then(|statements| statements.get(key)),
        What::Group(_) => None,
    };
    let now = match line.now_ns() {
        Some(ns) if line.slower => Cell::new(&format!("{}{}", time(ns), cx.look.glyphs.warning), theme.warning),
        // Slow in the last interval alone.
        Some(ns) => cell(&format!("{} ", time(ns))),
        None => cell(&format!("{none} ")),
    };
    let value = |of: Value| full.and_then(|full| of(&full.counters)).unwrap_or_default();
    let mut cells = vec![
        cell(&load(line.total_ns, total, most, cx)),
        cell(&text::count(line.calls)),
        cell(&line.mean_ns().map_or_else(|| none.to_owned(), time)),
        now,
        cell(&value(|it| it.max_ns.get().map(|ns| time(ns as f64)))),
    ];
    cells.extend(MORE.iter().map(|(_, _, of)| cell(&value(*of))));
    cells.push(cell(&words::name(&line.what, cx)));
    cells
}

/// `38 % █████`: the share of all, and a bar in the proportion to the dearest.
pub(super) fn load(own: i64, total: i64, most: i64, cx: &Cx) -> String {
    if total <= 0 {
        return cx.look.glyphs.none.into();
    }
    let share = own as f64 / total as f64;
    let words = if share > 0.0 && share < 0.005 { "<1 %".into() } else { format!("{:>2.0} %", share * 100.0) };
    let bar = bar(own as f64 / most.max(1) as f64, BAR, cx);
    format!("{words:>4} {bar}").trim_end().to_owned()
}

/// All counters of a statement in words with their units, for the detail.
pub(super) fn all(one: &Statement) -> Vec<(&'static str, String)> {
    let it = &one.counters;
    let ns = |num: Num| num.get().map(|ns| time(ns as f64));
    let bytes = |num: Num| num.get().map(text::bytes);
    let count = |num: Num| num.get().map(text::count);
    let list = [
        ("Calls", count(it.calls)),
        ("Total time", ns(it.total_ns)),
        ("Mean", it.mean_ns().map(time)),
        ("Shortest", ns(it.min_ns)),
        ("Longest", ns(it.max_ns)),
        ("Spread", ns(it.stddev_ns)),
        ("95 % below", ns(it.p95_ns)),
        ("99 % below", ns(it.p99_ns)),
        ("Rows", count(it.rows)),
        ("Rows a call", it.rows_per_call().map(rate)),
        ("Cache hit", it.cache_hit().map(percent)),
        ("Found cached", bytes(it.shared_hit)),
        ("Read", bytes(it.shared_read)),
        ("Read a call", ratio(it.shared_read, it.calls).map(|n| text::bytes(n as i64))),
        ("Dirtied", bytes(it.shared_dirtied)),
        ("Written", bytes(it.shared_written)),
        ("Temp tables", bytes(it.local_read.plus(it.local_written))),
        ("Temp files", bytes(temp(one))),
        ("Reading took", ns(it.read_ns)),
        ("Writing took", ns(it.write_ns)),
        ("WAL", bytes(it.wal_bytes)),
        ("WAL records", count(it.wal_records)),
        ("Page images", count(it.wal_fpi)),
        ("Planned", count(it.plans)),
        ("Planning", ratio(it.plan_ns, it.plans).map(time)),
        ("JIT", ns(it.jit_ns)),
        ("JIT functions", count(it.jit_functions)),
        ("Errors", count(it.errors)),
        ("Warnings", count(it.warnings)),
        ("Examined", count(it.rows_examined)),
        ("Exam. a call", ratio(it.rows_examined, it.calls).map(rate)),
        ("Without index", count(it.no_index_used)),
        ("Poor index", count(it.no_good_index_used)),
        ("Full joins", count(it.full_joins)),
        ("Temp tables", count(it.tmp_tables)),
        ("On disk", count(it.tmp_disk_tables)),
        ("Lock time", ns(it.lock_ns)),
        ("CPU time", ns(it.cpu_ns)),
    ];
    list.into_iter().filter_map(|(word, value)| Some((word, value?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_too_good() {
        assert_eq!(
            [1.0, 0.999, 0.61, 0.002, 0.0001, 0.0].map(percent),
            ["100 %", "99.9 %", "61 %", "0.2 %", "<0.1 %", "0 %"]
        );
        assert_eq!([3.8, 0.01, 0.0, 1_900_000.0].map(rate), ["3.8", "<0.1", "0.0", "1.90 M"]);
        assert_eq!([0.0, 466_000.0, 1.84e9].map(time), ["0 ms", "466 µs", "1.84 s"]);
    }
}
