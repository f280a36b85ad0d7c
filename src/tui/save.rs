//! From a key to the question for a file name, and what is said afterwards.

use super::app::App;
use super::export::{Content, HandOver, Saved, file_name};
use super::overlay::Overlay;
use super::overlay::save::SaveLine;
use crate::text;

/// `x`: the page to hand over, tables and relations in view, or its rows, else its text.
pub fn export(app: &mut App) {
    if app.pane().hands_over() {
        return hand_over(app);
    }
    if let Some(content) = app.pane().sheet(&app.cx()) {
        return app.overlays.push(Overlay::Save(SaveLine::new("answer.csv", content)));
    }
    if let Some(document) = app.pane().document(&app.cx()) {
        let name = file_name(&[&document.title], "svg");
        app.overlays.push(Overlay::Save(SaveLine::new(&name, Content::Document(Box::new(document)))));
        return;
    }
    let Some(listing) = app.pane().listing(&app.cx()) else { return text(app) };
    let Some((server, at)) = &app.facts.server else { return text(app) };
    let name = file_name(&[&listing.name, listing.fact.id], "csv");
    let content = Content::Rows {
        fact: listing.fact,
        rows: listing.rows,
        catalog: listing.catalog,
        statements: listing.statements,
        server: server.clone(),
        at: app.pane().age(&app.cx()).unwrap_or(*at),
    };
    app.overlays.push(Overlay::Save(SaveLine::new(&name, content)));
}

/// The whole visit as a page: what is known by now.
fn hand_over(app: &mut App) {
    let (Some(facts), Some(looked)) = (app.facts.snapshot(), app.facts.health.looked.clone()) else {
        return app.say("The rules have not run yet: there is nothing to hand over.");
    };
    if !app.facts.health.has_read_all() {
        let (done, all) = app.facts.health.progress();
        return app.say(format!(
            "{done} of {all} parts are read: a page of half of it would say too little. Try again then."
        ));
    }
    let name = app.facts.label.clone();
    let file = file_name(&["hand-over", facts.server.database.as_deref().unwrap_or(&name)], "md");
    let at = looked.at.unwrap_or(facts.now);
    let page = HandOver { name, facts, checks: looked.checks.clone(), at };
    app.overlays.push(Overlay::Save(SaveLine::new(&file, Content::HandOver(Box::new(page)))));
}

/// `S`: what was copied last, while that is told of; else what is in view.
pub fn text(app: &mut App) {
    let (title, text) = app.pane().text_of(&app.cx());
    let copied = app.copied.take().filter(|_| app.toast.is_some());
    keep(app, &title, copied.unwrap_or(text));
}

/// Asks for the name of a file for a text.
pub fn keep(app: &mut App, title: &str, text: String) {
    if text.is_empty() {
        return app.say("There is nothing to save here.");
    }
    let ending =
        if text.trim_start().get(..7).is_some_and(|word| word.eq_ignore_ascii_case("create ")) { "sql" } else { "txt" };
    app.overlays.push(Overlay::Save(SaveLine::new(&file_name(&[title], ending), Content::Text(text))));
}

/// True when the end has to wait: it is said once, the second `q` ends it all the same.
pub fn holds(app: &mut App) -> bool {
    let holds = std::mem::take(&mut app.saving);
    if holds {
        app.say("A file is being written. q again quits without it.");
    }
    holds
}

/// The line stays open until the file is written.
pub fn on_saved(app: &mut App, saved: Saved) {
    app.dirty = true;
    app.saving = false;
    match saved {
        Saved::Done { path, bytes, rows } => {
            app.overlays.retain(|overlay| !matches!(overlay, Overlay::Save(_)));
            let rows = rows.map(|rows| format!("{rows} rows, ")).unwrap_or_default();
            app.say(format!("Wrote {rows}{} to {}", text::bytes(bytes as i64), path.display()));
        }
        Saved::Exists => {
            if let Some(Overlay::Save(line)) = app.overlays.last_mut() {
                line.exists();
            }
        }
        Saved::Failed(why) => match app.overlays.last_mut() {
            Some(Overlay::Save(line)) => line.failed(why),
            _ => app.say(why),
        },
    }
}
