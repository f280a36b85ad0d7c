//! The columns of the list.

use super::{Group, Line, Sizes, use_of};
use crate::model::{EngineKind, TableUse};
use crate::text;
use crate::tui::pane::Cx;
use crate::tui::pane::list::{Order, words};
use crate::tui::widget::table::{Cell, Col, Table};

/// A share of dead rows worth a mark.
const MANY_DEAD: f64 = 0.2;

pub(super) fn of(view: &Sizes, lines: &[Line], _order: &Order, room: u16, cx: &Cx) -> Table {
    let (theme, none) = (&cx.look.theme, cx.look.glyphs.none);
    let postgres = cx.facts.engine() == EngineKind::Postgresql;
    let name_max = if room == u16::MAX { 500 } else { room.saturating_sub(24).clamp(12, 60) };
    let count = if view.group == Group::Schema { "Tables" } else { "Rows" };
    let title = match view.group {
        Group::Table => "Table",
        Group::Schema => "Schema",
        Group::Index => "Index",
        Group::Tablespace => "Database, tablespace, file",
    };
    let cols = vec![
        Col::left(title, name_max.min(30), name_max, 0),
        Col::right("Total", 8, 9, 0),
        Col::left("Share", 8, 14, 4),
        Col::right("Table", 8, 9, 5),
        Col::right("Index", 8, 9, 6),
        Col::right("Toast", 8, 9, 9),
        Col::right(count, 7, 8, 7),
        Col::right("Dead", 5, 6, 8),
    ];
    let parts = matches!(view.group, Group::Table | Group::Schema);
    let rows = lines.iter().map(|line| {
        let total = line.size.total();
        // A tablespace holds databases: their sum says nothing.
        let share = total
            .get()
            .filter(|_| view.total > 0 && view.group != Group::Tablespace)
            .map(|bytes| bytes as f64 / view.total as f64);
        let cell = |text: String| Cell::new(&text, theme.plain);
        let part = |amount| if parts { cell(words::amount(amount, cx)) } else { cell(String::new()) };
        let of = use_of(line, cx);
        let dead = of.and_then(TableUse::dead_share);
        let dead = match dead {
            Some(share) if share >= MANY_DEAD => {
                Cell::new(&format!("{:.0} %{}", share * 100.0, cx.look.glyphs.warning), theme.warning)
            }
            Some(share) => cell(format!("{:.0} %", share * 100.0)),
            None => cell(String::new()),
        };
        let rows = match (view.group, line.rows) {
            (Group::Table, Some(rows)) => format!("~{}", text::count(rows)),
            (Group::Table, None) => none.into(),
            (_, Some(tables)) => text::count(tables),
            (_, None) => String::new(),
        };
        vec![
            cell(label(line)),
            cell(words::amount(total, cx)),
            cell(share.map_or(String::new(), |share| {
                let bar = words::bar(share, 8, cx);
                format!("{bar}{} {:>2.0} %", " ".repeat(8usize.saturating_sub(text::width(&bar))), share * 100.0)
            })),
            part(line.size.table),
            part(line.size.index),
            if postgres { part(line.size.toast) } else { cell(String::new()) },
            cell(rows),
            dead,
        ]
    });
    Table::new(cols, rows.collect())
}

fn label(line: &Line) -> String {
    match &line.leaves {
        Some(leaves) => format!("{} ({} parts)", line.name, leaves.len()),
        None => line.name.clone(),
    }
}
