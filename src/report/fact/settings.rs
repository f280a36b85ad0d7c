//! `settings`: settings of the server or pragmas of the file.

use super::{Column, Context, Fact, Need, Row, live_status, numbered};
use crate::model::{LivePart, Variable, Variables};
use crate::report::Value;

pub const SETTINGS: Fact = Fact {
    id: "settings",
    parts: &[],
    needs: &[Need::Live(LivePart::Settings)],
    columns: &[
        Column::text("name", "name", |cx, row| text(cx, row, |it| Some(&it.name))),
        Column::text("value", "value", |cx, row| text(cx, row, |it| it.value.as_deref())),
        Column::text("unit", "unit", |cx, row| text(cx, row, |it| it.unit.as_deref())),
        Column::text("source", "from", |cx, row| text(cx, row, |it| it.source.as_deref())),
        Column::text("default", "default", |cx, row| text(cx, row, |it| it.default.as_deref())),
        Column::text("pending_restart", "waits for restart", |cx, row| {
            Value::flag(variable(cx, row).and_then(|it| it.pending_restart))
        }),
        Column::text("category", "category", |cx, row| text(cx, row, |it| it.category.as_deref())),
    ],
    status: |cx| live_status(cx, |live| &live.settings),
    rows: |cx| numbered(variables(cx).map_or(0, |it| it.list.len())),
    notes: |cx| variables(cx).map(|it| it.notes.clone()).unwrap_or_default(),
};

fn variables<'a>(cx: Context<'a>) -> Option<&'a Variables> {
    cx.measured.live?.settings.value().map(|it| &**it)
}

fn variable<'a>(cx: Context<'a>, row: Row) -> Option<&'a Variable> {
    let Row::Live(n) = row else { return None };
    variables(cx)?.list.get(n as usize)
}

fn text<'a>(cx: Context<'a>, row: Row, of: fn(&Variable) -> Option<&str>) -> Value<'a> {
    Value::opt_text(variable(cx, row).and_then(of))
}
