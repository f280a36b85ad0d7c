//! The table itself.

use super::{Entry, Group};
use crate::tui::msg::Action;

const fn bind(
    name: &'static str,
    keys: &'static [&'static str],
    action: Action,
    hint: &'static str,
    text: &'static str,
    group: Group,
) -> Entry {
    Entry { action, name, keys, hint, text, group }
}

/// Every view.
#[rustfmt::skip]
pub const ALL: &[Entry] = &[
    bind("down", &["j", "Down"], Action::Down, "down", "down", Group::Move),
    bind("up", &["k", "Up"], Action::Up, "up", "up", Group::Move),
    bind("first", &["g", "Home"], Action::First, "first", "first", Group::Move),
    bind("last", &["G", "End"], Action::Last, "last", "last", Group::Move),
    bind("half-down", &["Ctrl-D", "PgDn"], Action::HalfDown, "half page down", "half a page down", Group::Move),
    bind("half-up", &["Ctrl-U", "PgUp"], Action::HalfUp, "half page up", "half a page up", Group::Move),
    bind("left", &["h", "Left"], Action::Left, "fold", "fold, to the left", Group::Move),
    bind("right", &["l", "Right"], Action::Right, "unfold", "unfold, to the right", Group::Move),
    bind("next-pane", &["Tab"], Action::NextPane, "other side", "next pane", Group::Move),
    bind("prev-pane", &["Shift-Tab"], Action::PrevPane, "other side", "previous pane", Group::Move),
    bind("open", &["Enter"], Action::Enter, "open", "open, follow", Group::Move),
    bind("back", &["Esc", "Backspace"], Action::Back, "back", "close, clear filter, back", Group::Move),
    bind("last-place", &["Ctrl-O"], Action::LastPlace, "last place", "last place", Group::Move),
    bind("go-to", &["Ctrl-P"], Action::GoTo, "go to", "go to anything by its name", Group::Move),
    bind("next-tab", &[">"], Action::NextTab, "tab", "next tab", Group::Look),
    bind("prev-tab", &["<"], Action::PrevTab, "tab", "previous tab", Group::Look),
    bind("filter", &["/"], Action::Filter, "filter", "filter: fuzzy, =exact, !not, col:name", Group::Look),
    bind("next-found", &["n"], Action::NextMatch, "next", "next found", Group::Look),
    bind("prev-found", &["N"], Action::PrevMatch, "previous", "previous found", Group::Look),
    bind("sort", &["s"], Action::Sort, "sort", "sort, then n s or r", Group::Look),
    bind("sort-name", &["s n"], Action::SortName, "name", "sort by name, again: reverse", Group::Look),
    bind("sort-size", &["s s"], Action::SortSize, "size", "sort by size, again: reverse", Group::Look),
    bind("sort-rows", &["s r"], Action::SortRows, "rows", "sort by rows, again: reverse", Group::Look),
    bind("fold", &["z"], Action::Fold, "fold", "fold or unfold", Group::Look),
    bind("group", &["b"], Action::Group, "group", "group by: table, schema, index; ERD: groups of a large schema", Group::Look),
    bind("system", &["H"], Action::System, "system", "system objects", Group::Look),
    bind("fix", &["f"], Action::Fix, "fix script", "script for what is wrong: to read, never run", Group::Look),
    bind("definition", &["d"], Action::Definition, "DDL", "definition (DDL)", Group::Look),
    bind("follow", &["o"], Action::Follow, "follow keys", "follow a key of the row; a table's indexes, and back", Group::Look),
    bind("relations", &["e"], Action::Relations, "ERD here", "relations of the table, in the ERD", Group::Look),
    bind("erd-path", &["P"], Action::PathTo, "path to", "ERD: the way to another table, with its JOIN", Group::Look),
    bind("erd-map", &["m"], Action::Map, "map", "ERD: a map of boxes", Group::Look),
    bind("more", &["+", "="], Action::More, "steps", "ERD: more steps, zoom in", Group::Look),
    bind("less", &["-"], Action::Less, "steps", "ERD: less steps, zoom out", Group::Look),
    bind("columns", &["c"], Action::Columns, "columns", "columns: keys, indexed, all", Group::Look),
    bind("guessed", &["i"], Action::Guessed, "guessed", "relations that are not declared, guessed", Group::Look),
    bind("cascade", &["t"], Action::Cascade, "delete", "ERD: what a delete takes along", Group::Look),
    bind("explain", &["E"], Action::Explain, "plan", "plan of the statement, which is not run", Group::Look),
    bind("plain", &["v"], Action::Plain, "plain text", "plain text, for selection", Group::Look),
    bind("refresh", &["r"], Action::Refresh, "refresh", "refresh now, try again", Group::Do),
    bind("pause", &["Space"], Action::Pause, "pause", "pause the refresh, again: go on", Group::Do),
    bind("copy", &["y"], Action::Copy, "copy", "copy the name or the text", Group::Do),
    bind("copy-markdown", &["Y"], Action::CopyMarkdown, "copy Markdown", "copy as Markdown", Group::Do),
    bind("export", &["x"], Action::Export, "export", "export: CSV, JSON, Markdown", Group::Do),
    bind("save", &["S"], Action::SaveText, "save", "save the text as a file", Group::Do),
    bind("command", &[":"], Action::Command, "command", "command line", Group::Do),
    bind("help", &["?"], Action::Help, "help", "help", Group::Do),
    bind("cancel", &["Ctrl-C"], Action::Cancel, "cancel", "cancel the running query", Group::Do),
    bind("suspend", &["Ctrl-Z"], Action::Suspend, "suspend", "suspend", Group::Do),
    bind("quit", &["q"], Action::Quit, "quit", "quit", Group::Do),
];

/// The picker.
#[rustfmt::skip]
pub const PICKER: &[Entry] = &[
    bind("down", &["j", "Down"], Action::Down, "down", "down", Group::Move),
    bind("up", &["k", "Up"], Action::Up, "up", "up", Group::Move),
    bind("first", &["g", "Home"], Action::First, "first", "first", Group::Move),
    bind("last", &["G", "End"], Action::Last, "last", "last", Group::Move),
    bind("half-down", &["Ctrl-D", "PgDn"], Action::HalfDown, "half page down", "half a page down", Group::Move),
    bind("half-up", &["Ctrl-U", "PgUp"], Action::HalfUp, "half page up", "half a page up", Group::Move),
    bind("open", &["Enter"], Action::Enter, "connect", "connect to the chosen one", Group::Move),
    bind("back", &["Esc", "Backspace"], Action::Back, "back", "stop a test, clear the filter, back", Group::Move),
    bind("filter", &["/"], Action::Filter, "filter", "filter the list", Group::Look),
    bind("left-out", &["H"], Action::PickLeftOut, "left out", "what was found and left out", Group::Look),
    bind("plain", &["v"], Action::Plain, "in full", "everything about the chosen one, in full", Group::Look),
    bind("refresh", &["r"], Action::Refresh, "look again", "look for connections again", Group::Look),
    bind("new", &["n"], Action::PickNew, "new", "new connection in config.toml", Group::Do),
    bind("edit", &["e"], Action::PickEdit, "edit", "edit it, or copy it into config.toml", Group::Do),
    bind("mark", &["m"], Action::PickMark, "mark prod/staging/dev", "mark as prod, staging, dev or none", Group::Do),
    bind("test", &["t"], Action::PickTest, "test", "test the connection, then close it", Group::Do),
    bind("demo", &["d"], Action::PickDemo, "demo", "open the built-in demo", Group::Do),
    bind("url", &["u"], Action::PickUrl, "URL", "type or paste a URL or a path", Group::Do),
    bind("copy", &["y"], Action::Copy, "copy", "copy the URL, without a password", Group::Do),
    bind("help", &["?"], Action::Help, "help", "help", Group::Do),
    bind("cancel", &["Ctrl-C"], Action::Cancel, "cancel", "stop a test, close a field", Group::Do),
    bind("suspend", &["Ctrl-Z"], Action::Suspend, "suspend", "suspend", Group::Do),
    bind("quit", &["q"], Action::Quit, "quit", "quit", Group::Do),
];
