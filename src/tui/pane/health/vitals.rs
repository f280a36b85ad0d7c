//! The vital signs: numbers of now, and how they moved in the last ten minutes by our own samples. Nothing is
//! invented: what was not sampled is not drawn.

use crate::model::{Num, RelFlags, Relation, VitalCounters};
use crate::text;
use crate::tui::health::{Pulse, Sessions};
use crate::tui::pane::Cx;
use crate::tui::widget::{put, put_right};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// One sign: its name, its value now, and the values of the samples.
struct Sign {
    name: &'static str,
    value: String,
    past: Vec<Option<f64>>,
}

/// Rows of the areas: a title, and two in a row.
const AREAS: u16 = 5;
/// From this height on there is a blank row between.
const GAP_FROM: u16 = 15;

/// Rows that they take, their title and the gap below them included.
pub fn height(area: Rect, cx: &Cx) -> u16 {
    fitting(area, cx).len().max(1) as u16 + 1 + u16::from(area.height >= GAP_FROM)
}

/// Those for which there is room above the areas: the least telling ones go first.
fn fitting(area: Rect, cx: &Cx) -> Vec<Sign> {
    const FIRST_TO_GO: [&str; 5] = ["Tables", "Rollbacks", "Statements", "  idle in tx", "WAL"];
    let gap = u16::from(area.height >= GAP_FROM);
    let room = usize::from(area.height.saturating_sub(1 + gap + AREAS)).max(4);
    let mut signs = signs(cx);
    for name in FIRST_TO_GO {
        if signs.len() > room {
            signs.retain(|sign| sign.name != name);
        }
    }
    signs.truncate(room);
    signs
}

pub fn draw(area: Rect, cx: &Cx, buf: &mut Buffer) {
    let theme = &cx.look.theme;
    put(buf, area, 1, 0, "Now", theme.head);
    let signs = fitting(area, cx);
    if signs.is_empty() {
        put(buf, area, 1, 1, "no sample yet", theme.faint);
    }
    let spark = usize::from(area.width / 4).clamp(6, 12);
    if cx.facts.health.pulses.len() > 1 {
        put_right(buf, area, area.width.saturating_sub(1), 0, &minutes(cx), theme.faint);
    }
    for (n, sign) in signs.iter().enumerate() {
        let y = n as u16 + 1;
        put(buf, area, 1, y, sign.name, theme.plain);
        let end = area.width.saturating_sub(spark as u16 + 2);
        put_right(buf, area, end, y, &sign.value, theme.plain);
        put(buf, area, end + 1, y, &sparkline(&sign.past, spark, cx), theme.faint);
    }
}

/// `act 38  wait 7  412 tx/s  cache 99.1 %`, for a screen without room; of a file what it is made of.
pub fn in_a_row(cx: &Cx) -> String {
    let signs = signs(cx);
    if signs.is_empty() {
        return "no sample yet".into();
    }
    let short = |name: &str, words: fn(&str) -> String| {
        signs.iter().find(|sign| sign.name.trim() == name).map(|sign| words(&sign.value))
    };
    let words = [
        short("active", |value| format!("act {value}")),
        short("waiting", |value| format!("wait {value}")),
        short("Commits", |value| format!("{} tx/s", value.trim_end_matches(" /s"))),
        short("Cache hit", |value| format!("cache {value}")),
        short("File", |value| format!("file {value}")),
        short("Free in it", |value| format!("free {value}")),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

/// Over how long the samples reach.
fn minutes(cx: &Cx) -> String {
    let pulses = &cx.facts.health.pulses;
    let seconds = match (pulses.front(), pulses.back()) {
        (Some(first), Some(last)) => last.vitals.at.as_second() - first.vitals.at.as_second(),
        _ => 0,
    };
    format!("last {}", text::age(seconds.max(0)))
}

fn signs(cx: &Cx) -> Vec<Sign> {
    let health = &cx.facts.health;
    let pulses: Vec<&Pulse> = health.pulses.iter().collect();
    let Some(now) = pulses.last() else { return of_file(cx) };
    let mut out = Vec::new();
    if let Some(sessions) = now.sessions {
        let past = |of: fn(&Sessions) -> Option<usize>| {
            pulses.iter().map(|one| one.sessions.as_ref().and_then(of).map(|n| n as f64)).collect()
        };
        let all = match now.vitals.max_connections.get() {
            Some(most) => format!("{} of {most}", sessions.all),
            None => sessions.all.to_string(),
        };
        out.push(Sign { name: "Sessions", value: all, past: past(|it| Some(it.all)) });
        let unknown = || cx.look.glyphs.unknown.to_owned();
        let count = |n: Option<usize>| n.map_or_else(unknown, |n| n.to_string());
        out.push(Sign { name: "  active", value: count(sessions.active), past: past(|it| it.active) });
        out.push(Sign { name: "  waiting", value: count(sessions.waiting), past: past(|it| it.waiting) });
        let idle = count(sessions.idle_in_transaction);
        out.push(Sign { name: "  idle in tx", value: idle, past: past(|it| it.idle_in_transaction) });
    }
    let rate = |of: fn(&VitalCounters) -> Num| -> Vec<Option<f64>> {
        pulses.windows(2).map(|pair| pair[1].vitals.rate(&pair[0].vitals, of)).collect()
    };
    let mut push_rate = |name, of: fn(&VitalCounters) -> Num, words: fn(f64) -> String| {
        let past = rate(of);
        if let Some(Some(value)) = past.last() {
            out.push(Sign { name, value: words(*value), past });
        }
    };
    push_rate("Commits", |it| it.commits, per_second);
    push_rate("Rollbacks", |it| it.rollbacks, per_second);
    push_rate("Statements", |it| it.questions, per_second);
    let hits = hits(&pulses);
    if let Some(Some(value)) = hits.last() {
        out.push(Sign { name: "Cache hit", value: format!("{:.1} %", value * 100.0), past: hits });
    }
    if let Some(longest) = now.sessions.and_then(|sessions| sessions.longest) {
        let past = pulses.iter().map(|one| one.sessions.and_then(|it| it.longest).map(|age| age as f64)).collect();
        out.push(Sign { name: "Longest tx", value: text::age(longest / 1_000_000), past });
    }
    let wal = rate(|it| it.wal_bytes);
    if let Some(Some(value)) = wal.last() {
        out.push(Sign { name: "WAL", value: format!("{}/s", text::bytes(*value as i64)), past: wal });
    }
    if let Some(lag) = now.lag {
        let past = pulses.iter().map(|one| one.lag.map(|lag| lag as f64)).collect();
        out.push(Sign { name: "Replica lag", value: text::millis(lag as f64 / 1000.0), past });
    }
    out.extend(size(cx));
    out
}

/// A file has no counters: what it is made of.
fn of_file(cx: &Cx) -> Vec<Sign> {
    let Some(file) = cx.facts.live.facts.integrity.value() else { return Vec::new() };
    let row = |name, value: String| Sign { name, value, past: Vec::new() };
    let mut out = vec![
        row("File", text::bytes(file.pages.saturating_mul(file.page_size))),
        row("Free in it", text::bytes(file.free_pages.saturating_mul(file.page_size))),
    ];
    out.extend(file.journal_mode.clone().map(|mode| row("Journal", mode)));
    out.extend(file.wal_bytes.map(|bytes| row("WAL file", text::bytes(bytes))));
    out
}

/// The users' tables with their indexes, estimated or measured; `>` where some are not known.
fn size(cx: &Cx) -> Option<Sign> {
    let (sizes, catalog) = (cx.facts.measures.sizes.as_ref()?, cx.facts.schema.catalog.as_ref()?);
    let relations = &catalog.relations;
    let ours = |rel: &Relation| {
        let system = relations.schemas.get(rel.schema.0 as usize).is_none_or(|schema| schema.system);
        rel.kind.is_table() && rel.parent.is_none() && !system && !rel.flags.has(RelFlags::SYSTEM)
    };
    let each: Vec<Option<i64>> =
        relations.iter().filter(|(_, rel)| ours(rel)).map(|(id, _)| sizes.of(id).total().get()).collect();
    let bytes = each.iter().flatten().fold(0, |sum: i64, bytes| sum.saturating_add(*bytes));
    let mark = if each.contains(&None) { ">" } else { "~" };
    (bytes > 0).then(|| Sign { name: "Tables", value: format!("{mark}{}", text::bytes(bytes)), past: Vec::new() })
}

/// Share of pages that the engine's cache had, between two samples each.
fn hits(pulses: &[&Pulse]) -> Vec<Option<f64>> {
    let share = |pair: &[&Pulse]| {
        let hit = pair[1].vitals.rate(&pair[0].vitals, |it| it.blocks_hit)?;
        let read = pair[1].vitals.rate(&pair[0].vitals, |it| it.blocks_read)?;
        (hit + read > 0.0).then(|| hit / (hit + read))
    };
    pulses.windows(2).map(share).collect()
}

fn per_second(value: f64) -> String {
    match value {
        v if v < 10.0 => format!("{v:.1} /s"),
        v => format!("{} /s", text::count(v as i64)),
    }
}

/// The last samples in `room` columns, each the mean of those it stands for; the lowest level is the least of
/// them, the highest the most. What moves by less than a tenth is level.
fn sparkline(past: &[Option<f64>], room: usize, cx: &Cx) -> String {
    if past.len() < 2 {
        return String::new();
    }
    let per = past.len().div_ceil(room);
    let means: Vec<Option<f64>> = past
        .rchunks(per)
        .rev()
        .map(|chunk| {
            let known: Vec<f64> = chunk.iter().flatten().copied().collect();
            (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
        })
        .collect();
    let most = means.iter().flatten().copied().fold(0.0, f64::max);
    let least = means.iter().flatten().copied().fold(most, f64::min);
    let levels = cx.look.glyphs.levels;
    let level = |value: &Option<f64>| match value {
        None => " ",
        Some(_) if most <= 0.0 => levels[1],
        Some(_) if most - least < most / 10.0 => levels[4],
        Some(value) => levels[1 + (((value - least) / (most - least) * 7.0).round() as usize).min(7)],
    };
    let line: String = means.iter().map(level).collect();
    format!("{}{line}", " ".repeat(room.saturating_sub(means.len())))
}
