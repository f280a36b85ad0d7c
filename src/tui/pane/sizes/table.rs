//! The columns of the list.

use super::{Group, Line, Sizes, bloat_of, grown, use_of};
use crate::model::{EngineKind, Growth, TableUse};
use crate::text;
use crate::tui::msg::Action;
use crate::tui::pane::Cx;
use crate::tui::pane::list::{Order, words};
use crate::tui::widget::table::{Cell, Col, Table};

/// A share of dead rows worth a mark.
const MANY_DEAD: f64 = 0.2;

pub(super) fn of(view: &Sizes, lines: &[Line], order: &Order, room: u16, cx: &Cx) -> Table {
    let rows = lines.iter().map(|line| row(view, line, order, cx)).collect();
    Table::new(cols(view, order, room, cx), rows)
}

fn cols(view: &Sizes, order: &Order, room: u16, cx: &Cx) -> Vec<Col> {
    let name_max = if room == u16::MAX { 500 } else { room.saturating_sub(24).clamp(12, 60) };
    let count = if view.group == Group::Schema { "Tables" } else { "Rows" };
    let title = match view.group {
        Group::Table => "Table",
        Group::Schema => "Schema",
        Group::Index => "Index",
        Group::Tablespace => "Database, tablespace, file",
    };
    // What it is sorted by stays longer than the rest.
    let rank = |key: Action, rank: u8| if order.key == Some(key) { 1 } else { rank };
    let growth = cx.facts.measures.growth.as_ref().map_or(String::new(), |growth| growth_title(growth, cx));
    vec![
        Col::left(title, name_max.min(30), name_max, 0),
        Col::right("Total", 8, 9, 0),
        Col::left("Share", 8, 14, 4),
        Col::right("Table", 8, 9, 5),
        Col::right("Index", 8, 9, 6),
        Col::right("Toast", 8, 9, 9),
        Col::right(count, 7, 8, rank(Action::SortRows, 7)),
        Col::right("Dead", 5, 6, rank(Action::SortDead, 8)),
        Col::right("Bloat", 8, 9, rank(Action::SortBloat, 10)),
        Col::right(growth, 8, 10, rank(Action::SortGrowth, 3)),
    ]
}

/// `In 2 d`: over what time it grew.
pub(super) fn growth_title(growth: &Growth, cx: &Cx) -> String {
    format!("In {}", text::age(cx.clock.at.duration_since(growth.since).as_secs()))
}

fn row(view: &Sizes, line: &Line, order: &Order, cx: &Cx) -> Vec<Cell> {
    let (theme, none) = (&cx.look.theme, cx.look.glyphs.none);
    let postgres = cx.facts.engine() == EngineKind::Postgresql;
    let total = line.size.total();
    let cell = |text: String| Cell::new(&text, theme.plain);
    let parts = matches!(view.group, Group::Table | Group::Schema);
    let part = |amount| if parts { words::amount(amount, cx) } else { String::new() };
    let rows = match (view.group, line.rows) {
        (Group::Table, Some(rows)) => format!("~{}", text::count(rows)),
        (Group::Table, None) => none.into(),
        (_, Some(tables)) => text::count(tables),
        (_, None) => String::new(),
    };
    // Each is computed; a list that is not sorted by it has its place for it only where there is room.
    let wide = cx.area.width >= 120 || order.key == Some(Action::SortBloat);
    let bloat = if wide { bloat_of(line, cx).and_then(Result::ok) } else { None };
    vec![
        cell(label(line)),
        cell(words::amount(total, cx)),
        cell(share(view, line, cx)),
        cell(part(line.size.table)),
        cell(part(line.size.index)),
        cell(if postgres { part(line.size.toast) } else { String::new() }),
        cell(rows),
        dead(line, cx),
        cell(bloat.map_or(String::new(), |bloat| words::bloat_bytes(&bloat))),
        cell(grown(line, cx).map_or(String::new(), words::grown)),
    ]
}

fn share(view: &Sizes, line: &Line, cx: &Cx) -> String {
    // A tablespace holds databases: their sum says nothing.
    let bytes = line.size.total().get().filter(|_| view.total > 0 && view.group != Group::Tablespace);
    bytes.map_or(String::new(), |bytes| {
        let share = bytes as f64 / view.total as f64;
        let bar = words::bar(share, 8, cx);
        format!("{bar}{} {:>2.0} %", " ".repeat(8usize.saturating_sub(text::width(&bar))), share * 100.0)
    })
}

fn dead(line: &Line, cx: &Cx) -> Cell {
    let theme = &cx.look.theme;
    match use_of(line, cx).and_then(TableUse::dead_share) {
        Some(share) if share >= MANY_DEAD => {
            Cell::new(&format!("{:.0} %{}", share * 100.0, cx.look.glyphs.warning), theme.warning)
        }
        Some(share) => Cell::new(&format!("{:.0} %", share * 100.0), theme.plain),
        None => Cell::new("", theme.plain),
    }
}

fn label(line: &Line) -> String {
    match &line.leaves {
        Some(leaves) => format!("{} ({} parts)", line.name, leaves.len()),
        None => line.name.clone(),
    }
}
