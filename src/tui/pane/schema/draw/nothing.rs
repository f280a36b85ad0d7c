//! What stands there before the first answer, or instead of it.

use super::*;

/// Before the first answer: what is happening, or what went wrong and what to do, over the whole pane.
pub(super) fn nothing_yet(cx: &Cx, buf: &mut Buffer) {
    let theme = &cx.look.theme;
    let mut lines: Vec<(String, Style)> = Vec::new();
    match (&cx.facts.link, &cx.facts.schema.missing, &cx.facts.schema.stale) {
        (LinkState::Refused { error, .. } | LinkState::Lost { error, .. }, ..) => {
            lines.push((error.message.clone(), theme.strong));
            lines.extend(error.hint.iter().map(|hint| (hint.clone(), theme.plain)));
            lines.extend(error.grant.iter().map(|grant| (grant.clone(), theme.plain)));
            lines.push((String::new(), theme.plain));
            lines.push(("r tries again, q quits.".into(), theme.plain));
        }
        (_, Some(missing), _) => {
            let grant = match missing {
                Known::Denied { grant, .. } => Some(grant.clone()),
                _ => None,
            };
            lines.push((missing.reason().unwrap_or_default(), theme.strong));
            lines.extend(grant.map(|grant| (grant, theme.plain)));
            lines.push((String::new(), theme.plain));
            lines.push(("r tries again, q quits.".into(), theme.plain));
        }
        (_, _, Some(error)) => {
            lines.push((error.message.clone(), theme.strong));
            lines.extend(error.hint.iter().map(|hint| (hint.clone(), theme.plain)));
            lines.push((String::new(), theme.plain));
            lines.push(("r tries again, q quits.".into(), theme.plain));
        }
        (LinkState::Connecting { attempt, since }, ..) => {
            let took = cx.now.tick.saturating_sub(*since);
            lines.extend(connecting(cx, *attempt, took).map(|text| (text, theme.plain)));
        }
        (LinkState::Up, ..) => lines.extend(reading(cx).map(|text| (text, theme.plain))),
    }
    let room = cx.area.width.saturating_sub(4) as usize;
    let mut y = 1;
    for (line, style) in lines {
        for part in wrap(&line, room) {
            put(buf, cx.area, 2, y, &part, style);
            y += 1;
        }
    }
}

fn connecting(cx: &Cx, attempt: u32, took: Duration) -> Option<String> {
    let place = &cx.facts.place;
    match (attempt, took < QUIET) {
        (0 | 1, true) => Some(format!("Connecting to {place}")),
        (0 | 1, false) => Some(format!("Connecting to {place}, {}", seconds(took))),
        _ => Some(format!("Connecting to {place}, try {attempt}, {}", seconds(took))),
    }
}

fn reading(cx: &Cx) -> Option<String> {
    let load = cx.facts.schema.load.as_ref()?;
    let took = cx.now.tick.saturating_sub(load.since);
    (took >= QUIET).then(|| format!("loading, {}: reading names of schemas, tables and views", seconds(took)))
}

pub(super) fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

pub(super) fn part_word(part: Part) -> &'static str {
    match part {
        Part::Relations => "tables and views",
        Part::Columns => "columns",
        Part::Indexes => "indexes",
        Part::Keys => "keys",
        Part::Objects => "functions, triggers and types",
    }
}
