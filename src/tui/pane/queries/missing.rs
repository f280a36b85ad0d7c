//! Where there are no statistics: why, the steps that bring them, and what is seen running meanwhile.

use super::QueriesPane;
use crate::collect::sample::Seen;
use crate::model::Known;
use crate::text;
use crate::tui::msg::Effect;
use crate::tui::pane::Cx;
use crate::tui::pane::list::words::waited;
use crate::tui::widget::sql::{fold, put_line};
use crate::tui::widget::text::wrap;
use crate::tui::widget::{put, put_cut, put_right, put_rule, rows_of, select_row};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns of a step before its place.
const STEP: usize = 46;

/// Why there are no statistics, and what brings them.
fn lines(cx: &Cx) -> Vec<(String, Style)> {
    let (theme, queries) = (&cx.look.theme, &cx.facts.queries);
    let room = cx.area.width.saturating_sub(2) as usize;
    let mut lines: Vec<(String, Style)> = Vec::new();
    let mut say = |text: &str, style: Style| lines.extend(wrap(text, room).into_iter().map(|line| (line, style)));
    match queries.known() {
        None | Some(Known::NotYet) => match (queries.failed(), queries.loading()) {
            (Some(error), _) => {
                say(&format!("Statements were not read: {}.", error.message.trim_end_matches('.')), theme.strong);
                error.hint.iter().chain(&error.grant).for_each(|line| say(line, theme.plain));
                say("r tries again.", theme.plain);
            }
            (None, since) => {
                if let Some(text) = waited(since, "reading statements", cx) {
                    say(&text, theme.plain);
                }
            }
        },
        Some(Known::Denied { what, grant }) => {
            say(&format!("Not permitted: {}.", what.trim_end_matches('.')), theme.strong);
            if queries.remedy().is_none() {
                say(grant, theme.plain);
            }
        }
        Some(other) => {
            let why = other.reason().unwrap_or_default();
            say(&format!("This view has no statistics: {}.", why.trim_end_matches('.')), theme.strong);
        }
    }
    if let Some(remedy) = queries.remedy() {
        lines.push((String::new(), theme.plain));
        lines.extend(steps(remedy, room, theme.plain));
        let checked = remedy.checked.iter().map(|(what, answer)| {
            let answer = answer.map_or("could not be seen", |yes| if yes { "yes" } else { "no" });
            format!("{what} ({answer})")
        });
        let checked: Vec<String> = checked.collect();
        if !checked.is_empty() {
            lines.push((String::new(), theme.plain));
            let all = format!("Checked: {}.", checked.join(", "));
            lines.extend(wrap(&all, room).into_iter().map(|line| (line, theme.plain)));
        }
    }
    if queries.needs_sample() {
        let text = match queries.sampled.looks {
            0 => "Until then this view lists what runs now, looked at each second.".to_owned(),
            n => format!("Until then this view lists what runs now, seen in {n} looks. It misses short statements."),
        };
        lines.extend(wrap(&text, room).into_iter().map(|line| (line, theme.plain)));
    }
    lines
}

/// `  1  CREATE EXTENSION pg_stat_statements;           in the database shop, by its owner`
fn steps(remedy: &crate::model::Remedy, room: usize, style: Style) -> Vec<(String, Style)> {
    let mut lines = Vec::new();
    for (n, step) in remedy.steps.iter().enumerate() {
        let one = format!("  {}  {:<STEP$}  {}", n + 1, step.what, step.place);
        if text::width(&one) <= room && text::width(&step.what) <= STEP {
            lines.push((one, style));
            continue;
        }
        let mut wrapped = wrap(&step.what, room.saturating_sub(5)).into_iter();
        lines.extend(wrapped.next().map(|line| (format!("  {}  {line}", n + 1), style)));
        lines.extend(wrapped.map(|line| (format!("     {line}"), style)));
        let place = wrap(&step.place, room.saturating_sub(7));
        lines.extend(place.into_iter().map(|line| (format!("       {line}"), style)));
    }
    lines
}

/// Rows of the text above the sample: all of it, or as much as leaves some lines below.
fn above(cx: &Cx) -> u16 {
    let all = lines(cx).len() as u16;
    if cx.facts.queries.needs_sample() {
        all.min(cx.area.height.saturating_sub(4).max(cx.area.height / 2))
    } else {
        all
    }
}

/// Rule, titles and lines of the sample.
pub(super) fn list_area(cx: &Cx) -> Rect {
    let above = above(cx);
    rows_of(cx.area, above, cx.area.height - above.min(cx.area.height))
}

pub(super) fn draw(pane: &QueriesPane, cx: &Cx, buf: &mut Buffer) {
    let above = above(cx);
    for (n, (line, style)) in lines(cx).into_iter().take(above as usize).enumerate() {
        put(buf, cx.area, 1, n as u16, &line, style);
    }
    if cx.facts.queries.needs_sample() {
        draw_sample(pane, list_area(cx), cx, buf);
    }
}

fn draw_sample(pane: &QueriesPane, area: Rect, cx: &Cx, buf: &mut Buffer) {
    let (look, sampled) = (cx.look, &cx.facts.queries.sampled);
    let count = match sampled.looks {
        1 => "1 sample".to_owned(),
        n => format!("{n} samples"),
    };
    put_rule(buf, area, 0, "Sampled", &count, look);
    let text_at = if area.width >= 60 { 30 } else { 17 };
    let head = rows_of(area, 1, 1);
    put(buf, head, 1, 0, "Seen", look.theme.head);
    put_right(buf, head, 16, 0, "Avg time", look.theme.head);
    if area.width >= 60 {
        put_right(buf, head, 27, 0, "Sessions", look.theme.head);
    }
    put(buf, head, text_at, 0, "Query", look.theme.head);
    let list = sampled.list();
    let top = pane.top(cx);
    for (n, seen) in list.iter().enumerate().skip(top).take(pane.height(cx)) {
        let row = rows_of(area, (n - top) as u16 + 2, 1);
        let chosen = n == pane.list.cursor.at;
        put(buf, row, 1, 0, &seen.looks.to_string(), if chosen { look.theme.selected } else { look.theme.plain });
        put_right(buf, row, 16, 0, &run_time(seen, cx), look.theme.plain);
        if area.width >= 60 {
            put_right(buf, row, 27, 0, &seen.most.to_string(), look.theme.plain);
        }
        let room = area.width.saturating_sub(text_at + 1);
        match &seen.last.text {
            Known::Ready(text) => drop(put_line(buf, row, text_at, 0, room, &fold(&text.text), look)),
            _ => drop(put_cut(buf, row, text_at, 0, room, &hidden(seen), look.theme.faint, look)),
        }
        if chosen {
            put(buf, row, 0, 0, look.glyphs.select, look.theme.plain);
            select_row(buf, row, look);
        }
    }
    if list.is_empty() && sampled.looks > 0 {
        put_cut(buf, area, 1, 3, area.width.saturating_sub(2), "Nothing was running so far.", look.theme.faint, look);
    }
}

fn run_time(seen: &Seen, cx: &Cx) -> String {
    seen.mean_runs_us().map_or_else(|| cx.look.glyphs.unknown.into(), |us| text::millis(us as f64 / 1e3))
}

fn hidden(seen: &Seen) -> String {
    match &seen.last.text {
        Known::Denied { grant, .. } => format!("<not permitted: {}>", grant.trim_end_matches(';')),
        other => format!("<{}>", other.reason().unwrap_or_default()),
    }
}

/// The steps as they are to be run; while there are none, what is chosen of the sample.
pub(super) fn copy(pane: &QueriesPane, cx: &Cx) -> Vec<Effect> {
    let remedy = cx.facts.queries.remedy().filter(|remedy| !remedy.steps.is_empty());
    if let Some(remedy) = remedy {
        let script: String = remedy.steps.iter().map(|step| format!("{}  -- {}\n", step.what, step.place)).collect();
        return vec![Effect::Copy(script)];
    }
    let list = cx.facts.queries.sampled.list();
    let chosen = list.get(pane.list.cursor.at).and_then(|seen| seen.last.text.value());
    chosen.map(|text| Effect::Copy(text.text.to_string())).into_iter().collect()
}

pub(super) fn plain(cx: &Cx) -> String {
    let mut text: String = lines(cx).into_iter().map(|(line, _)| format!("{line}\n")).collect();
    for seen in cx.facts.queries.sampled.list() {
        let query = seen.last.text.value().map_or_else(|| hidden(seen), |text| fold(&text.text));
        text.push_str(&format!("{}\t{}\t{}\t{query}\n", seen.looks, run_time(seen, cx), seen.most));
    }
    text
}
