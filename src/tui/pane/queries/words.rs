//! Words around the list: windows and sort, the source and what it lacks.

use super::filter::Filter;
use super::lines::What;
use super::order::{Group, Window};
use super::{QueriesPane, wants};
use crate::model::{EngineKind, Known, StatementKey, Statements};
use crate::text;
use crate::tui::pane::{self, Cx};
use ratatui::style::Style;

/// True for an engine that keeps no statistics of statements at all.
pub(super) fn never(cx: &Cx) -> bool {
    cx.facts.engine() == EngineKind::Sqlite
}

/// Why, and what is there instead.
pub(super) fn why_never() -> String {
    let sql = pane::ALL.iter().any(|(digit, _)| *digit == 9);
    let instead = match sql {
        true => " 9 SQL shows the plan of a statement, dblens explain those of a file.",
        false => "",
    };
    format!("SQLite keeps no statistics of statements.{instead}")
}

/// `12 min`, of microseconds.
pub(super) fn span(us: i64) -> String {
    text::age(us / 1_000_000)
}

/// Since when the server counts: `23 d`.
fn lifetime(statements: &Statements) -> Option<String> {
    let since = statements.since.value()?;
    Some(span(statements.read_at.as_microsecond() - since.at.as_microsecond()))
}

/// Both windows, the sort and how much of the list a filter leaves.
pub(super) fn status(pane: &QueriesPane, cx: &Cx) -> String {
    let Some(statements) = cx.facts.queries.statements() else { return String::new() };
    if let Some(detail) = pane.detail.as_ref().filter(|_| pane.full.is_some()) {
        return detail.right(cx);
    }
    let mut words = Vec::new();
    let hides = pane.of.is_some() || Filter::new(&pane.list.query).is_some();
    let wide = cx.area.width >= if hides { 120 } else { 95 };
    if hides {
        words.push(format!("{} of {}", text::count(pane.lines.len() as i64), text::count(statements.all.len() as i64)));
    }
    let arrow = if pane.reverse { cx.look.glyphs.ascending } else { cx.look.glyphs.descending };
    if cx.area.width < 60 {
        words.push(format!("{} {arrow}", pane.order.word()));
        return words.join("   ");
    }
    let mean = lifetime(statements).unwrap_or_else(|| "lifetime".into());
    let track = &cx.facts.queries.track;
    let (delta, since) = match pane.window {
        Window::Refresh => (track.latest_all(), "since the last refresh"),
        Window::Life | Window::Connect => (track.now_all(), "since you connected"),
    };
    let now = match delta {
        Some(delta) if wide => format!("{}, {since}", span(delta.span_us)),
        Some(delta) => span(delta.span_us),
        None => "next refresh".into(),
    };
    match pane.window {
        Window::Life => words.extend([format!("Mean: {mean}"), format!("Now: {now}")]),
        Window::Connect | Window::Refresh => words.extend([format!("Load, Now: {now}"), format!("Mean: {mean}")]),
    }
    words.push(format!("sort: {} {arrow}", pane.order.word()));
    words.join("   ")
}

/// The source, how full it is, what is missing; what is wrong comes first.
pub(super) fn honesty(pane: &QueriesPane, cx: &Cx) -> (String, Style) {
    let (theme, queries) = (&cx.look.theme, &cx.facts.queries);
    if never(cx) {
        return (why_never(), theme.plain);
    }
    let old = if queries.statements().is_some() { " The numbers above are older." } else { "" };
    if let Some(error) = queries.failed() {
        let grant = error.grant.iter().fold(String::new(), |text, grant| format!("{text} {grant}"));
        let why = error.message.trim_end_matches('.');
        return (format!("Statements not read: {why}.{grant} r tries again.{old}"), theme.warning);
    }
    if let Some(Known::TimedOut { .. }) = queries.known() {
        let why = queries.known().and_then(Known::reason).unwrap_or_default();
        return (format!("Statements: {why}. r tries again."), theme.warning);
    }
    let Some(statements) = queries.statements() else { return sampled(cx) };
    if let Some(error) = queries.texts_failed() {
        let why = error.message.trim_end_matches('.');
        return (format!("Texts not read: {why}. r tries again."), theme.warning);
    }
    let mut words = Vec::new();
    let notes = queries.notes();
    for note in &notes {
        let text = note.text.trim_end_matches('.');
        words.extend(note.grant.as_ref().map(|grant| format!("{text}: {grant}")));
    }
    let begun = match queries.track.resets() {
        0 => None,
        1 => Some("The counters began again once since you connected.".to_owned()),
        n => Some(format!("The counters began again {n} times since you connected.")),
    };
    words.extend(begun);
    let cut = pane.detail.as_ref().is_some_and(|detail| detail.cut && pane.whole.contains(&detail.key));
    words.extend(cut.then(|| "The server keeps only the beginning of this text.".to_owned()));
    words.push(source(statements, cx.area.width));
    let slowed = cx.every.zip(queries.pace()).filter(|(every, pace)| pace > every);
    words.extend(slowed.map(|(_, pace)| {
        format!("Asked only every {}, because the answer takes long.", text::age(pace.as_secs() as i64))
    }));
    words.extend(notes.iter().filter(|note| note.grant.is_none()).map(|note| {
        let text = note.text.trim_end_matches('.');
        format!("{text}.")
    }));
    if pane.group != Group::Statement {
        words.insert(0, "Groups add up the dearest statements, which were read in full.".into());
    }
    (words.join(" "), theme.plain)
}

/// `Source pg_stat_statements 1.10: 1,214 of 5,000 entries, none dropped.`
fn source(statements: &Statements, room: u16) -> String {
    let entries = match statements.capacity.get() {
        Some(capacity) => format!("{} of {} entries", grouped(statements.entries), grouped(capacity)),
        None => format!("{} entries", grouped(statements.entries)),
    };
    let lost = statements.lost.map(|rest| format!(", {} calls found no room", text::count(rest.calls)));
    let dropped = match statements.evicted.get() {
        Some(0) => Some(", none dropped".to_owned()),
        Some(n) => Some(format!(", {} dropped to make room", grouped(n))),
        None => None,
    };
    let hidden = statements.hidden.map(|rest| format!(", {} hidden from this role", grouped(rest.entries)));
    let more: String = [lost, dropped, hidden].into_iter().flatten().collect();
    let title = statements.source.title();
    let title = if room < 120 { title.split(' ').next().unwrap_or_default() } else { &title };
    format!("Source {title}: {entries}{more}. Server time, not client time.")
}

/// `1,204`.
pub(super) fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let parts: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|part| std::str::from_utf8(part).ok()).collect();
    format!("{}{}", if n < 0 { "-" } else { "" }, parts.join(","))
}

fn sampled(cx: &Cx) -> (String, Style) {
    let (theme, queries) = (&cx.look.theme, &cx.facts.queries);
    if let Some(error) = queries.running_failed() {
        let why = error.message.trim_end_matches('.');
        return (format!("What runs was not read: {why}. r tries again."), theme.warning);
    }
    match &queries.sample_missing {
        Some(known) => (known.reason().unwrap_or_default(), theme.warning),
        None if wants::samples(cx) && queries.needs_sample() => {
            ("Sampled: what runs, once a second while this view is open.".into(), theme.plain)
        }
        None => (String::new(), theme.plain),
    }
}

/// What stands where a text should be.
pub(super) fn no_text(key: StatementKey, cx: &Cx) -> String {
    let queries = &cx.facts.queries;
    match queries.text(key) {
        Some(Known::Denied { grant, .. }) => format!("<not permitted: {}>", grant.trim_end_matches(';')),
        Some(Known::Unsupported { what, .. }) => format!("<{what}>"),
        Some(Known::Ready(_)) => String::new(),
        Some(Known::TimedOut { .. } | Known::NotYet) | None => match queries.texts_failed() {
            Some(_) => "<the text was not read>".into(),
            None => cx.look.glyphs.dots.into(),
        },
    }
}

/// Why the list is empty.
pub(super) fn empty(pane: &QueriesPane, cx: &Cx) -> String {
    let searched = Filter::new(&pane.list.query).is_some_and(|filter| filter.needs_text()) || pane.of.is_some();
    let waits = searched && wants::reads_texts(pane, cx);
    let track = &cx.facts.queries.track;
    match () {
        () if pane.window != Window::Life && track.now_all().is_none() => {
            "This window begins with the next refresh.".into()
        }
        () if waits => format!("searching the texts{}", cx.look.glyphs.dots),
        () if pane.of.is_some() => {
            "No statement touches it, among the dearest 500 and as far as they were parsed.".into()
        }
        () if !pane.list.query.is_empty() => "Nothing fits. Esc shows all again.".into(),
        () if pane.window != Window::Life => "No statement ran in this window. w chooses another one.".into(),
        () => "The server has counted no statement yet.".into(),
    }
}

/// What a line is called where no column has its text.
pub(super) fn name(what: &What, cx: &Cx) -> String {
    match what {
        What::Group(name) => name.clone(),
        What::Statement(key) => match super::text_of(*key, cx) {
            Some(text) => crate::tui::widget::sql::fold(&text.text),
            None => no_text(*key, cx),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let cases = [(0, "0"), (999, "999"), (1_204, "1,204"), (-1_234_567, "-1,234,567")];
        for (n, words) in cases {
            assert_eq!(grouped(n), words);
        }
    }
}
