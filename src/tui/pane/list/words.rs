//! Words of lists: sizes with how sure they are, bars, ages, names.

use crate::config::Family;
use crate::findings::bloat::Bloat;
use crate::model::{Amount, Catalog, EngineKind, Index, Note, RelId, Relation, SizeSource, Sym};
use crate::text;
use crate::tui::pane::Cx;
use crate::tui::trouble;
use crate::tui::widget::{put, put_cut};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::time::Duration;

/// Why an empty list is no proof: this role may see no table of anybody; with the statement that helps.
pub fn hidden(cx: &Cx) -> Option<String> {
    let relations = &cx.facts.schema.catalog.as_ref()?.relations;
    let of_system = |rel: &Relation| relations.schemas.get(rel.schema.0 as usize).is_none_or(|schema| schema.system);
    if relations.list.iter().any(|rel| !of_system(rel)) {
        return None;
    }
    trouble::of_names(cx.facts).into_iter().find(|one| one.grant.is_some()).map(|one| one.line())
}

/// What is awaited and since when; nothing for the first moment, so that a quick answer does not flicker.
pub fn waited(since: Option<Duration>, what: &str, cx: &Cx) -> Option<String> {
    let took = cx.now.tick.saturating_sub(since?);
    (took >= Duration::from_millis(300)).then(|| format!("loading, {:.1} s: {what}", took.as_secs_f64()))
}

/// Bytes as a cell: `~` before an estimate, `*` before one that a lock keeps from being measured.
pub fn amount(amount: Amount, cx: &Cx) -> String {
    let Some(bytes) = amount.get() else {
        return if amount.source == SizeSource::Denied { "?".into() } else { cx.look.glyphs.none.into() };
    };
    let mark = match amount.source {
        SizeSource::Exact => "",
        SizeSource::Estimate => "~",
        SizeSource::Locked(_) => "*",
        SizeSource::Denied => "?",
    };
    format!("{mark}{}", text::bytes(bytes))
}

/// Where an estimate comes from.
pub fn estimated_by(family: Family) -> &'static str {
    match family {
        Family::Postgres => "the last VACUUM or ANALYZE",
        Family::Mysql => "the storage engine's statistics",
        Family::Sqlite => "the last ANALYZE",
    }
}

/// `~184 GB exact`, in words for the detail: why it is no measure.
pub fn source_words(amount: Amount, family: Family) -> String {
    match amount.source {
        SizeSource::Exact => "measured".into(),
        SizeSource::Estimate if amount.get().is_none() => "not known yet".into(),
        SizeSource::Estimate => format!("estimate of {}", estimated_by(family)),
        SizeSource::Locked(0) => "estimate: a prepared transaction holds an exclusive lock".into(),
        SizeSource::Locked(pid) => format!("estimate: process {pid} holds or awaits an exclusive lock"),
        SizeSource::Denied => "not permitted".into(),
    }
}

/// `share` of `room` columns as a bar, in eighths where the signs have them.
pub fn bar(share: f64, room: usize, cx: &Cx) -> String {
    let share = share.clamp(0.0, 1.0);
    let eighths = (share * room as f64 * 8.0).round() as usize;
    let levels = &cx.look.glyphs.bars;
    let mut text = levels[7].repeat(eighths / 8);
    if !eighths.is_multiple_of(8) && eighths / 8 < room {
        text.push_str(levels[eighths % 8 - 1]);
    }
    text
}

/// What is missing, and the statement that would bring it.
pub fn note(note: &Note) -> String {
    note.grant.iter().fold(note.text.clone(), |text, grant| format!("{text}  {grant}"))
}

/// `~22 % ±5`: the share of a file that a rewrite would give back, and how far off that may be.
pub fn bloat_share(bloat: &Bloat, cx: &Cx) -> String {
    let share = bloat.share * 100.0;
    match bloat.points() {
        Some(points) => format!("~{share:.0} % {}{points}", cx.look.glyphs.within),
        None => format!("{share:.0} %"),
    }
}

/// The same in bytes.
pub fn bloat_bytes(bloat: &Bloat) -> String {
    let mark = if bloat.points().is_some() { "~" } else { "" };
    format!("{mark}{}", text::bytes(bloat.bytes))
}

/// `+2.1 GB`, `-22 MB`, `0 B`.
pub fn grown(bytes: i64) -> String {
    match bytes {
        0 => text::bytes(0),
        bytes if bytes > 0 => format!("+{}", text::bytes(bytes)),
        bytes => format!("-{}", text::bytes(bytes.saturating_neg())),
    }
}

/// `3 h ago` from microseconds since 1970; the sign for nothing where it is unknown.
pub fn ago(at: Option<i64>, cx: &Cx) -> String {
    match at {
        Some(at) => format!("{} ago", text::age((cx.clock.at.as_microsecond() - at) / 1_000_000)),
        None => cx.look.glyphs.none.into(),
    }
}

/// `schema.name`; the schema left out where there is only one.
pub fn full_name(catalog: &Catalog, rel: RelId, name: Option<Sym>, alone: bool) -> String {
    let relations = &catalog.relations;
    let last = match (name, catalog.indexes.value()) {
        (Some(name), Some(indexes)) => indexes.names.get(name),
        _ => relations.name(rel),
    };
    if alone { last.to_owned() } else { format!("{}.{last}", relations.schema_name(rel)) }
}

/// The same of an index, with its table where names of indexes are only its own: each table of MySQL and
/// MariaDB has a `PRIMARY`.
pub fn index_name(catalog: &Catalog, index: &Index, engine: EngineKind, alone: bool) -> String {
    match (engine, catalog.indexes.value()) {
        (EngineKind::Mysql | EngineKind::Mariadb, Some(all)) => {
            format!("{}.{}", full_name(catalog, index.rel, None, alone), all.names.get(index.name))
        }
        _ => full_name(catalog, index.rel, Some(index.name), alone),
    }
}

/// Lines of a detail: a word and its text.
pub fn put_fact(buf: &mut Buffer, area: Rect, y: u16, word: &str, text: &str, style: Style, cx: &Cx) {
    put(buf, area, 1, y, word, cx.look.theme.faint);
    put_cut(buf, area, 12, y, area.width.saturating_sub(13), text, style, cx.look);
}
