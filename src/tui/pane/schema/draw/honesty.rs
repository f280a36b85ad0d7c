//! The honesty line: source, age and what is missing.

use super::*;

/// The honesty line: what is wrong or missing first, then where the numbers come from.
pub fn honesty(pane: &SchemaPane, cx: &Cx) -> (String, Style) {
    let theme = &cx.look.theme;
    let schema = &cx.facts.schema;
    let Some(catalog) = &schema.catalog else { return (String::new(), theme.plain) };
    if let Some((part, error)) = schema.failed.first() {
        let grant = error.grant.as_deref().map(|grant| format!(" {grant}")).unwrap_or_default();
        return (format!("{} not read: {}{grant}", part_word(*part), error.message), theme.warning);
    }
    if let Some(text) = missing_part(catalog) {
        return (text, theme.warning);
    }
    if let Some(load) = &schema.load {
        let took = cx.now.tick.saturating_sub(load.since);
        if took >= QUIET && incomplete(catalog) {
            return (format!("loading, {}: reading {}", seconds(took), part_word(load.part)), theme.plain);
        }
    }
    if let Some(text) = definition_trouble(pane, cx) {
        return (text, theme.warning);
    }
    let mut notes = catalog.notes();
    notes.extend(cx.facts.server.iter().flat_map(|(server, _)| server.notes.iter().cloned()));
    if let Some(note) = notes.iter().find(|note| note.grant.is_some()).or(notes.first()) {
        let grant = note.grant.as_deref().map(|grant| format!("  {grant}")).unwrap_or_default();
        let more = if notes.len() > 1 { format!("  (+{}, :notes)", notes.len() - 1) } else { String::new() };
        return (format!("{}{grant}{more}", note.text), theme.plain);
    }
    (sources(pane, cx), theme.plain)
}

/// A part that is denied, absent or cut off, in one sentence.
fn missing_part(catalog: &Catalog) -> Option<String> {
    fn told<T>(word: &str, part: &Known<T>) -> Option<String> {
        match part {
            Known::Denied { grant, .. } => Some(format!("{word}: not permitted.  {grant}")),
            Known::TimedOut { what, .. } => Some(format!("{word}: no full answer in time, {what}. r tries again.")),
            _ => None,
        }
    }
    told("columns", &catalog.columns)
        .or_else(|| told("indexes", &catalog.indexes))
        .or_else(|| told("keys", &catalog.keys))
        .or_else(|| told("functions, triggers and types", &catalog.objects))
}

fn definition_trouble(pane: &SchemaPane, cx: &Cx) -> Option<String> {
    let object = pane.detail.as_ref()?.node.object()?;
    match cx.facts.definitions.get(object)? {
        Defined::Failed(error) => Some(format!("definition not read: {}", error.message)),
        Defined::Known(Known::Denied { what, grant }) => Some(format!("definition not permitted: {what}.  {grant}")),
        Defined::Known(known) => known.value().and_then(|ddl| ddl.notes.first()).map(|note| note.text.clone()),
    }
}

/// Where the numbers in view come from.
fn sources(pane: &SchemaPane, cx: &Cx) -> String {
    let mut words = Vec::new();
    let detail = pane.detail.as_ref();
    let tab = detail.map(|detail| detail.tab);
    let statistics = detail.is_some_and(|detail| match &detail.body {
        Body::Table { table, .. } => table.rows.iter().any(|row| row.get(5).is_some_and(|cell| !cell.text.is_empty())),
        _ => false,
    });
    if tab == Some(Tab::Columns) && statistics {
        words.push("Distinct and Nulls: the planner's statistics.".to_owned());
    }
    words.push("Sizes: estimates of the catalog.".to_owned());
    let took = cx.facts.schema.took;
    if cx.area.width >= 100 && !took.is_zero() {
        words.push(format!("Read in {}.", text::millis(took.as_secs_f64() * 1000.0)));
    }
    words.join(" ")
}

/// True when not everything of the schema could be read.
fn incomplete(catalog: &Catalog) -> bool {
    let ready = |known: bool| !known;
    ready(matches!(catalog.columns, Known::Ready(_)))
        || ready(matches!(catalog.indexes, Known::Ready(_)))
        || ready(matches!(catalog.keys, Known::Ready(_)))
        || ready(matches!(catalog.objects, Known::Ready(_)))
}
