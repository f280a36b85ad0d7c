//! The columns of the list.

use super::{Line, What, index, index_name, level, per_day, rank, table_use, title, use_of, window};
use crate::findings::Verdict;
use crate::model::{EngineKind, IndexFlags, LayoutOf, ScanUnit, TableUse, Window};
use crate::text;
use crate::tui::pane::Cx;
use crate::tui::pane::list::words;
use crate::tui::widget::table::{Cell, Col, Table};

pub(super) fn of(lines: &[Line], room: u16, cx: &Cx) -> Table {
    let (theme, glyphs) = (&cx.look.theme, cx.look.glyphs);
    let name_max = if room == u16::MAX { 500 } else { room.saturating_sub(26).clamp(12, 60) };
    let days = window(cx).map(Window::days).filter(|days| *days >= 1.0);
    let unit = cx.facts.measures.usage().map_or(ScanUnit::Scans, |usage| usage.unit);
    let scans = match (unit, days.is_some()) {
        (ScanUnit::Scans, true) => "Scans/d",
        (ScanUnit::Scans, false) => "Scans",
        (ScanUnit::Rows, true) => "Rows/d",
        (ScanUnit::Rows, false) => "Rows read",
    };
    let cols = vec![
        Col::left("Index", name_max.min(30), name_max, 0),
        Col::right("Size", 8, 9, 0),
        Col::right(scans, 8, 9, 2),
        Col::left("Last scan", 9, 12, 6),
        Col::left("Writes", 6, 6, 7),
        Col::left("Verdict", 9, 16, 1),
        Col::left("", 10, 60, 5).ease(20),
    ];
    let last = cx
        .facts
        .server
        .as_ref()
        .is_some_and(|(server, _)| server.engine == EngineKind::Postgresql && server.version_num >= 160_000);
    let row = |line: &Line| {
        let cell = |text: String| Cell::new(&text, theme.plain);
        let of = use_of(line, cx);
        let scans = match (line.scans, days) {
            (Some(scans), Some(days)) => per_day(scans as f64 / days),
            (Some(scans), None) => text::count(scans),
            (None, _) => glyphs.none.into(),
        };
        let seen = match of.and_then(|of| of.last_scan.get()) {
            Some(at) => words::ago(Some(at), cx),
            None if last && line.scans == Some(0) => "never".into(),
            None => String::new(),
        };
        let writes = table_use(line, cx).and_then(TableUse::writes).zip(days);
        let writes = writes.map_or(String::new(), |(rows, days)| level(rows as f64 / days).into());
        let (verdict, style) = match rank(line.verdict) {
            0..=4 => (format!("{} {}", glyphs.warning, title(line.verdict)), theme.warning),
            _ => (title(line.verdict).to_owned(), theme.plain),
        };
        vec![
            cell(line.name.clone()),
            cell(words::amount(line.size, cx)),
            cell(scans),
            cell(seen),
            cell(writes),
            Cell::new(&verdict, style),
            Cell::new(&remark(line, cx), theme.faint),
        ]
    };
    Table::new(cols, lines.iter().map(row).collect())
}

/// A share of bloat that is told in the list.
const MUCH: f64 = 0.2;

/// What the index is, in a few words.
fn remark(line: &Line, cx: &Cx) -> String {
    let of = line.of.and_then(|n| index_name(cx.facts.schema.catalog.as_deref()?, n));
    if line.verdict == Verdict::Missing {
        return "foreign key without an index".into();
    }
    let (Some((catalog, index)), What::Index(n)) = (index(line, cx), line.what) else { return String::new() };
    let Some(all) = catalog.indexes.value() else { return String::new() };
    let covered = of.map(|of| format!("of {of}"));
    let mut told: Vec<&str> = covered.iter().map(String::as_str).collect();
    let flags = index.flags;
    if flags.has(IndexFlags::PRIMARY) {
        told.push("primary key");
    } else if flags.has(IndexFlags::EXCLUSION) {
        told.push("exclusion");
    } else if flags.has(IndexFlags::UNIQUE) {
        told.push("unique");
    }
    let method = all.names.get(index.method);
    if method != "btree" {
        told.push(method);
    }
    if index.predicate.is_some() || flags.has(IndexFlags::PREDICATE_UNREAD) {
        told.push("partial");
    }
    let bloat = cx.facts.measures.bloat(LayoutOf::Btree(n)).and_then(Result::ok);
    let bloat = bloat.filter(|bloat| bloat.share >= MUCH && method == "btree");
    let bloat = bloat.map(|bloat| format!("{} bloat", words::bloat_share(&bloat, cx)));
    told.extend(bloat.as_deref());
    told.join(", ")
}
