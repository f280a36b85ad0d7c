//! What stands below the list: the definition of the chosen index, the evidence, what it costs and what is
//! not known of it.

use super::{Line, What, definition, index, index_name, judged, missing, per_day, replicas, table_use, title, window};
use crate::findings::{Verdict, verdict};
use crate::model::{Catalog, Index, IndexFlags, KeyKind, Known, LayoutOf, ScanUnit, Window};
use crate::text;
use crate::tui::pane::Cx;
use crate::tui::pane::list::words;
use crate::tui::widget::{put_cut, put_rule};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub(super) fn draw(line: &Line, area: Rect, cx: &Cx, buf: &mut Buffer) {
    let theme = &cx.look.theme;
    put_rule(buf, area, 0, &line.name, title(line.verdict), cx.look);
    let unread = match line.what {
        What::Index(_) => "It has an expression or a predicate that is read with its definition: d.",
        What::Missing(_) => "No index begins with these columns: f shows the script that makes one.",
    };
    let definition = definition(line, cx).unwrap_or_else(|| unread.into());
    put_cut(buf, area, 1, 1, area.width.saturating_sub(2), &definition, theme.plain, cx.look);
    for (n, (word, text)) in facts(line, cx).into_iter().enumerate() {
        words::put_fact(buf, area, n as u16 + 2, word, &text, theme.plain, cx);
    }
}

fn facts(line: &Line, cx: &Cx) -> Vec<(&'static str, String)> {
    let Some((catalog, index)) = index(line, cx) else { return facts_of_missing(line, cx) };
    let mut facts = vec![
        ("Evidence", evidence(line, index, cx)),
        ("Serves", serves(catalog, index)),
        ("Cost", cost(line, cx)),
        ("Not known", not_known(index, cx)),
    ];
    facts.extend(bloat(line, cx).map(|said| ("Bloat", said)));
    facts
}

/// What a rebuild would give back, or why that is not known; nothing of what is no b-tree of PostgreSQL.
fn bloat(line: &Line, cx: &Cx) -> Option<String> {
    let What::Index(n) = line.what else { return None };
    let measures = &cx.facts.measures;
    if let Some(why) = measures.inside.get(&LayoutOf::Btree(n)).and_then(Known::reason) {
        return Some(format!("Not measured: {why}"));
    }
    // One over partitions holds nothing itself.
    let (_, index) = index(line, cx).filter(|(_, index)| !index.flags.has(IndexFlags::PARTITIONED))?;
    let method = cx.facts.schema.catalog.as_ref()?.indexes.value()?.names.get(index.method);
    Some(match measures.bloat(LayoutOf::Btree(n)).filter(|_| method == "btree")? {
        Ok(bloat) => {
            let (bytes, share) = (words::bloat_bytes(&bloat), words::bloat_share(&bloat, cx));
            match bloat.points() {
                Some(_) => format!("{bytes}, {share}, would come back from a rebuild: estimated; M measures it."),
                None => format!("{bytes}, {share} of its file, is free inside: measured."),
            }
        }
        Err(why) => format!("Not estimated: {}.", why.why()),
    })
}

fn facts_of_missing(line: &Line, cx: &Cx) -> Vec<(&'static str, String)> {
    let Some((keys, key)) = missing(line, cx) else { return Vec::new() };
    let name = keys.names.opt(key.name).unwrap_or("without a name");
    let target = keys.names.opt(key.ref_table).unwrap_or_default();
    let deletes = table_use(line, cx).and_then(|of| of.deletes.get());
    let partly = line.of.and_then(|n| index_name(cx.facts.schema.catalog.as_deref()?, n));
    let partly = partly.map_or(String::new(), |index| format!(" {index} helps a little: it begins with one column."));
    vec![
        ("Evidence", format!("Foreign key {name} to {target}: no index begins with its columns.{partly}")),
        ("Cost", format!("Each DELETE and key change in {target} reads this table whole.")),
        (
            "Not known",
            match deletes {
                Some(_) => format!("How often rows of {target} are deleted matters more than rows here."),
                None => "How often that happens.".into(),
            },
        ),
    ]
}

fn evidence(line: &Line, index: &Index, cx: &Cx) -> String {
    if !index.flags.has(IndexFlags::VALID) {
        let build = judged(cx).and_then(|judged| {
            verdict::build_of(&judged.facts, cx.facts.schema.catalog.as_deref()?.indexes.value()?, index)
        });
        return match build {
            Some(build) => format!("Process {} is building it right now.", build.pid),
            None => "A build of it failed: it is written but never read.".into(),
        };
    }
    let unit = match cx.facts.measures.usage().map(|usage| usage.unit) {
        Some(ScanUnit::Rows) => "rows read through it",
        _ => "scans",
    };
    let catalog = cx.facts.schema.catalog.as_deref();
    let of = line.of.and_then(|n| index_name(catalog?, n));
    let of = of.map_or_else(String::new, |of| match line.verdict {
        Verdict::Duplicate => format!("The same as {of}. "),
        _ => format!("Covered by {of}. "),
    });
    let counted = match (line.scans, window(cx)) {
        (Some(scans), Some(window)) => format!("{} {unit} {}.", text::count(scans), since(window, cx)),
        (Some(scans), None) => format!("{} {unit}, since an unknown time.", text::count(scans)),
        (None, _) => "Its use is not counted or not read yet.".into(),
    };
    format!("{of}{counted}")
}

fn cost(line: &Line, cx: &Cx) -> String {
    let size = format!("{} ({})", words::amount(line.size, cx), words::source_words(line.size, cx.facts.family));
    // Minutes say nothing of a day: below one no rate is told.
    let days = window(cx).map(Window::days).filter(|days| *days >= 1.0);
    let Some((of, days)) = table_use(line, cx).zip(days) else { return format!("{size}.") };
    let hot = of.hot_updates.get().unwrap_or(0);
    let writes = of.writes().map(|all| (all - hot - of.deletes.get().unwrap_or(0)).max(0) as f64 / days);
    match writes {
        Some(writes) => format!("{size}; about {} entries written a day.", per_day(writes)),
        None => format!("{size}."),
    }
}

fn not_known(index: &Index, cx: &Cx) -> String {
    let mut words = Vec::new();
    if let Some(window) = window(cx) {
        words.extend(replicas::not_known(window));
        if window.days() < 35.0 {
            words.push("Monthly jobs may need it.".into());
        }
    }
    if index.flags.has(IndexFlags::UNIQUE) {
        words.push("Checks of uniqueness are not counted.".into());
    }
    words.join(" ")
}

/// The keys that need this index: its own constraint, and foreign keys whose columns it begins with.
fn serves(catalog: &Catalog, index: &Index) -> String {
    let Some(all) = catalog.indexes.value() else { return String::new() };
    let mut words: Vec<String> =
        all.names.opt(index.constraint).map(|name| format!("constraint {name}")).into_iter().collect();
    if let Some(keys) = catalog.keys.value() {
        let served = keys.of(index.rel).iter().filter(|key| key.kind == KeyKind::Foreign);
        let columns = all.key(index);
        for key in served {
            let wanted: Vec<&str> = keys.columns(key).collect();
            let begins = columns.get(..wanted.len()).is_some_and(|parts| {
                parts.iter().all(|part| part.column > 0 && wanted.contains(&all.names.get(part.text)))
            });
            if begins {
                words.push(format!("foreign key {}", keys.names.opt(key.name).unwrap_or("without a name")));
            }
        }
    }
    if words.is_empty() { "no constraint and no foreign key".into() } else { words.join(", ") }
}

/// `since 28 Oct 02:14 (statistics reset, 23 d)`.
pub(super) fn since(window: &Window, cx: &Cx) -> String {
    let at = window.since.to_zoned(jiff::tz::TimeZone::UTC).strftime("%d %b %H:%M UTC").to_string();
    let _ = cx;
    let seconds = (window.days() * 86_400.0) as i64;
    format!("since {at} ({}, {})", window.began.title(), text::age(seconds))
}
