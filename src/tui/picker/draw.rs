//! The picker's frame. Reads the state only.

use super::form::{Form, Value};
use super::{ACTIONS, Entry, Mode, Picker, Shown, World, words};
use crate::text::{self, width};
use crate::tui::app::App;
use crate::tui::glyphs;
use crate::tui::keymap::{self, Keymap};
use crate::tui::widget::scroll;
use crate::tui::widget::table::{Cell, Col, Slot, Table};
use crate::tui::widget::text::wrap;
use crate::tui::widget::{Look, put, put_cut, put_right, put_rule, right_of, rows_of};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::time::Duration;

const HELP: &str = "? help";
/// Columns before a name: the selection and the mark.
const MARGIN: u16 = 4;

/// ```text
/// title
/// rule      filter
/// head
/// list
/// rule      the chosen line
/// detail
/// rule
/// honesty
/// keys
/// ```
struct Areas {
    title: Rect,
    top: Rect,
    head: Rect,
    list: Rect,
    middle: Rect,
    detail: Rect,
    rule: Rect,
    honesty: Rect,
    keys: Rect,
}

fn areas(full: Rect, entries: usize) -> Areas {
    let height = full.height;
    let content = height.saturating_sub(5);
    let head = u16::from(content >= 8);
    let room = content.saturating_sub(head + 1);
    let detail = (room * 3 / 5).clamp(2, 15);
    let wanted = u16::try_from(entries + 1).unwrap_or(u16::MAX);
    let list = wanted.min(room.saturating_sub(detail)).max(1);
    let below = 2 + head + list;
    Areas {
        title: rows_of(full, 0, 1),
        top: rows_of(full, 1, 1),
        head: rows_of(full, 2, head),
        list: rows_of(full, 2 + head, list),
        middle: rows_of(full, below, 1),
        detail: rows_of(full, below + 1, height.saturating_sub(below + 4)),
        rule: rows_of(full, height.saturating_sub(3), 1),
        honesty: rows_of(full, height.saturating_sub(2), 1),
        keys: rows_of(full, height.saturating_sub(1), 1),
    }
}

/// Rows of the list, for moving in it.
pub fn list_height(full: Rect, picker: &Picker) -> usize {
    areas(full, picker.entries().len()).list.height as usize
}

/// The whole screen; the caller knows that it is large enough.
pub fn draw(app: &App, picker: &Picker, buf: &mut Buffer) {
    let full = app.full();
    let look = &app.look;
    let areas = areas(full, picker.entries().len());
    title(picker, areas.title, buf, look);
    put_rule(buf, areas.rule, 0, "", "", look);
    honesty(app, picker, areas.honesty, buf);
    if let Some(overlay) = app.overlays.last() {
        put_rule(buf, areas.top, 0, &overlay.title(), "", look);
        footer(&words_of(overlay.keys(), look), areas.keys, buf, look);
        overlay.draw(&app.cx(), full, buf);
        return;
    }
    match &picker.mode {
        Mode::Form(form) => {
            put_rule(buf, areas.top, 0, &form.title, "", look);
            let content = rows_of(full, 2, full.height.saturating_sub(5));
            draw_form(form, content, buf, look);
        }
        _ => {
            top(picker, areas.top, buf, look);
            list(app, picker, &areas, buf);
            detail(app, picker, &areas, buf);
        }
    }
    keys(picker, areas.keys, buf, look);
}

fn title(picker: &Picker, area: Rect, buf: &mut Buffer, look: &Look) {
    let version = concat!("version ", env!("CARGO_PKG_VERSION"));
    let text = match &picker.behind {
        Some(label) => format!("Choose a database    Esc goes back to {label}"),
        None => "Choose a database".into(),
    };
    let room = area.width.saturating_sub(width(version) as u16 + 4);
    put_cut(buf, area, 1, 0, room, &text, look.theme.strong, look);
    put_right(buf, area, area.width.saturating_sub(1), 0, version, look.theme.faint);
}

fn top(picker: &Picker, area: Rect, buf: &mut Buffer, look: &Look) {
    let filter = picker.filter.text();
    if filter.is_empty() {
        return put_rule(buf, area, 0, "", "", look);
    }
    let all = picker
        .world
        .as_ref()
        .map_or(0, |world| world.lines.len() + if picker.left_out { world.left_out.len() } else { 0 });
    let shown = picker.entries().iter().filter(|entry| matches!(entry, Entry::Line(_) | Entry::LeftOut(_))).count();
    put_rule(buf, area, 0, &format!("filter: {filter}"), &format!("{shown} of {all}"), look);
}

// The list.

fn list(app: &App, picker: &Picker, areas: &Areas, buf: &mut Buffer) {
    let look = &app.look;
    let entries = picker.entries();
    let rows: Vec<Vec<Cell>> = entries.iter().map(|entry| cells(app, picker, *entry)).collect();
    let table = Table::new(columns(), rows);
    let room = areas.list.width.saturating_sub(MARGIN + 1);
    let slots = table.fit(room);
    table.draw_head(buf, right_of(areas.head, MARGIN), &slots, look);
    let height = areas.list.height as usize;
    let first = scroll::top(picker.cursor.top, picker.cursor.at, height, entries.len());
    // A blank before what is always there, when nothing is hidden for it.
    let built_in = entries.iter().position(|entry| matches!(entry, Entry::Demo | Entry::Paste));
    let gap = built_in.filter(|at| *at > 0 && entries.len() < height);
    for (n, entry) in entries.iter().enumerate().skip(first).take(height) {
        let y = (n - first + usize::from(gap.is_some_and(|at| n >= at))) as u16;
        let row = rows_of(areas.list, y, 1);
        let chosen = n == picker.cursor.at;
        if chosen {
            put(buf, row, 0, 0, look.glyphs.select, look.theme.strong);
        }
        draw_mark(picker, *entry, row, buf, look);
        let name = chosen.then_some(look.theme.selected);
        match entry {
            Entry::Demo | Entry::Paste => built_in_row(*entry, &slots, row, name, buf, look),
            _ => table.draw_row(buf, right_of(row, MARGIN), &slots, n, name, look),
        }
    }
    if picker.world.is_none() && gap.is_none() && entries.len() < height {
        let row = rows_of(areas.list, entries.len() as u16, 1);
        put_cut(buf, row, MARGIN, 0, room, "looking at files and variables", look.theme.faint, look);
    }
}

fn columns() -> Vec<Col> {
    vec![
        Col::left("Name", 10, 32, 0).ease(18),
        Col::left("Engine", 8, 8, 4),
        Col::left("Server", 12, 36, 2).ease(21),
        Col::left("User", 6, 20, 5).ease(12),
        Col::left("Database", 8, 24, 3).ease(12),
        Col::left("Last used", 9, 9, 7),
        Col::left("From", 6, 24, 6).ease(9),
    ]
}

fn cells(app: &App, picker: &Picker, entry: Entry) -> Vec<Cell> {
    let theme = &app.look.theme;
    let Some(shown) = picker.shown(entry).filter(|_| matches!(entry, Entry::Line(_) | Entry::LeftOut(_))) else {
        let name = if entry == Entry::Demo { "Demo" } else { "Paste a URL" };
        return vec![Cell::new(name, theme.plain)];
    };
    let known = &shown.line.known;
    let style = if matches!(entry, Entry::LeftOut(_)) || known.problem.is_some() { theme.faint } else { theme.plain };
    let none = app.look.glyphs.none;
    let or_none = |text: String| if text.is_empty() { none.to_owned() } else { text };
    let used = shown.line.used.map(|at| {
        let seconds = app.clock.at.as_second() - at.as_second();
        format!("{} ago", text::age(seconds))
    });
    let from = match shown.line.source {
        crate::config::Source::Service => "service",
        _ => known.from.split(", line").next().unwrap_or_default(),
    };
    let cell = |text: &str| Cell::new(text, style);
    vec![
        cell(&known.name),
        cell(words::engine(known.family)),
        cell(&or_none(known.server.clone())),
        cell(known.user.as_deref().unwrap_or_default()),
        cell(&or_none(words::database(&shown.line))),
        cell(&used.unwrap_or_else(|| none.to_owned())),
        cell(from),
    ]
}

fn draw_mark(picker: &Picker, entry: Entry, row: Rect, buf: &mut Buffer, look: &Look) {
    let Some(shown) = picker.shown(entry) else { return };
    let known = &shown.line.known;
    let style = match known.env {
        Some(crate::config::Env::Prod) => look.theme.critical,
        _ => look.theme.warning,
    };
    put(buf, row, 1, 0, &words::mark(known.env, known.env_guessed, look.glyphs), style);
}

/// What needs no columns.
fn built_in_row(entry: Entry, slots: &[Slot], row: Rect, name: Option<Style>, buf: &mut Buffer, look: &Look) {
    let (title, text) = match entry {
        Entry::Demo => ("Demo", "built in, read from memory, no server needed"),
        _ => ("Paste a URL", "postgres://  mysql://  sqlite:  or a file path"),
    };
    let style = name.map_or(look.theme.plain, |name| look.theme.plain.patch(name));
    put(buf, row, MARGIN, 0, title, style);
    let x = MARGIN + slots.get(1).map_or(13, |slot| slot.x).max(13);
    put_cut(buf, row, x, 0, row.width.saturating_sub(x + 1), text, look.theme.plain, look);
}

// The chosen line.

fn detail(app: &App, picker: &Picker, areas: &Areas, buf: &mut Buffer) {
    let look = &app.look;
    let room = areas.detail.width.saturating_sub(2) as usize;
    let entry = picker.entry();
    let shown = picker.chosen();
    let (name, right) = match (entry, shown) {
        (Some(Entry::Paste), _) => ("Paste a URL".to_owned(), String::new()),
        (_, Some(shown)) => (shown.line.known.name.clone(), right_words(shown, look)),
        _ => (String::new(), String::new()),
    };
    put_rule(buf, areas.middle, 0, &name, &right, look);
    let mut lines = detail_lines(picker, room, look);
    // What the last rows have no room for.
    if let Some(message) = picker.message.as_ref().filter(|message| width(message) > room) {
        let wrapped = wrap(message, room).into_iter().map(|line| (line, look.theme.warning));
        lines.splice(0..0, wrapped.chain([(String::new(), look.theme.plain)]));
    }
    let height = areas.detail.height as usize;
    if lines.len() > height && height > 0 {
        let more = lines.len() - height + 1;
        lines.truncate(height - 1);
        lines.push((format!("{} {more} more lines: v shows them", look.glyphs.dots), look.theme.faint));
    }
    for (y, (line, style)) in lines.iter().enumerate() {
        put_cut(buf, areas.detail, 1, y as u16, room as u16, line, *style, look);
    }
}

/// Everything that is known of the chosen line, and of what was left out.
fn detail_lines(picker: &Picker, room: usize, look: &Look) -> Vec<(String, Style)> {
    let mut lines: Vec<(String, Style)> = Vec::new();
    match (picker.entry(), picker.chosen()) {
        (Some(Entry::Paste), _) => paste_lines(&mut lines, room, look),
        (_, Some(shown)) => shown_lines(picker, shown, room, look, &mut lines),
        _ => {}
    }
    if let Some(world) = &picker.world {
        world_lines(world, room, look, &mut lines);
    }
    lines
}

/// The same as a text, each sentence on a line of its own.
pub fn in_full(picker: &Picker) -> String {
    let look = Look::new(crate::tui::theme::Theme::mono(), &glyphs::UNICODE);
    let lines = detail_lines(picker, usize::from(u16::MAX), &look);
    lines.into_iter().map(|(line, _)| line).collect::<Vec<_>>().join("\n")
}

fn right_words(shown: &Shown, look: &Look) -> String {
    let known = &shown.line.known;
    let mark = words::mark(known.env, known.env_guessed, look.glyphs);
    format!("{} {}", mark.trim_end_matches('?'), words::env_word(known.env, known.env_guessed)).trim().to_owned()
}

fn paste_lines(lines: &mut Vec<(String, Style)>, room: usize, look: &Look) {
    let text = "Enter opens a line to type in; a paste anywhere here goes into it. A password in a URL is hidden on the \
                screen and written to no file.";
    lines.extend(wrap(text, room).into_iter().map(|line| (line, look.theme.plain)));
}

fn shown_lines(picker: &Picker, shown: &Shown, room: usize, look: &Look, lines: &mut Vec<(String, Style)>) {
    let theme = &look.theme;
    let known = &shown.line.known;
    if let Some(problem) = &known.problem {
        lines.extend(
            wrap(&format!("This can not be opened: {problem}"), room).into_iter().map(|line| (line, theme.warning)),
        );
        return;
    }
    let Some(target) = &shown.line.target else { return };
    let mut facts = vec![known.url.clone()];
    facts.extend(words::password(target).map(|from| format!("password: {from}")));
    facts.extend(words::tls(target).map(|words| format!("TLS: {words}")));
    lines.extend(together(&facts, room).into_iter().map(|line| (line, theme.plain)));
    if let Some(line) = test_line(picker, look) {
        lines.extend(wrap(&line.0, room).into_iter().map(|text| (text, line.1)));
    }
    lines.push((String::new(), theme.plain));
    lines.push(("On connect this tool will".into(), theme.strong));
    for sentence in &shown.will {
        let wrapped = wrap(sentence, room.saturating_sub(2));
        lines.extend(wrapped.into_iter().map(|line| (format!("  {line}"), theme.plain)));
    }
    for warning in &target.warnings {
        lines.extend(wrap(warning, room).into_iter().map(|line| (line, theme.warning)));
    }
}

/// As many texts on one line as fit, with blanks between.
fn together(texts: &[String], room: usize) -> Vec<String> {
    const GAP: &str = "    ";
    let mut lines: Vec<String> = Vec::new();
    for text in texts {
        match lines.last_mut() {
            Some(last) if width(last) + GAP.len() + width(text) <= room => {
                last.push_str(GAP);
                last.push_str(text);
            }
            _ => lines.push(text.clone()),
        }
    }
    lines
}

fn test_line(picker: &Picker, look: &Look) -> Option<(String, Style)> {
    let test = picker.test_here()?;
    let theme = &look.theme;
    Some(match &test.result {
        None => {
            let took = picker.now.saturating_sub(test.since);
            (format!("Test: connecting{}. Esc stops it.", seconds(took)), theme.plain)
        }
        Some(Err(why)) => (format!("Test failed: {}.", why.trim_end_matches('.')), theme.warning),
        Some(Ok(tested)) => {
            let server = &tested.server;
            let role = server.role.map(|role| format!(" {}", role.id())).unwrap_or_default();
            let user = server.user.as_ref().map(|user| format!(" as {user}")).unwrap_or_default();
            let trip = tested.round_trip.map(|took| format!(", round trip {}", millis(took))).unwrap_or_default();
            let connected = millis(tested.connected);
            let title = server.engine.title();
            let line = if server.line.is_empty() { String::new() } else { format!(", {}", server.line) };
            let text =
                format!("Test passed: {title} {}{role}{user}{line}, connected in {connected}{trip}.", server.version);
            (text, theme.strong)
        }
    })
}

fn millis(took: Duration) -> String {
    text::millis(took.as_secs_f64() * 1000.0)
}

/// `, 3 s` once it is worth telling.
fn seconds(took: Duration) -> String {
    match took.as_secs() {
        _ if took < Duration::from_millis(300) => String::new(),
        0 => ", 0.3 s".into(),
        n => format!(", {n} s"),
    }
}

fn world_lines(world: &World, room: usize, look: &Look, lines: &mut Vec<(String, Style)>) {
    let theme = &look.theme;
    const TITLE: &str = "Found and left out   ";
    if !world.notes.is_empty() {
        lines.push((String::new(), theme.plain));
    }
    for (n, note) in world.notes.iter().enumerate() {
        let head = if n == 0 { TITLE.to_owned() } else { " ".repeat(TITLE.len()) };
        let wrapped = wrap(note, room.saturating_sub(TITLE.len()));
        lines.extend(wrapped.into_iter().enumerate().map(|(row, line)| {
            let head = if row == 0 { head.as_str() } else { "                     " };
            (format!("{head}{line}"), theme.plain)
        }));
    }
    for warning in &world.warnings {
        lines.extend(wrap(warning, room).into_iter().map(|line| (line, theme.warning)));
    }
}

// The form.

fn draw_form(form: &Form, area: Rect, buf: &mut Buffer, look: &Look) {
    const LABEL: u16 = 17;
    let theme = &look.theme;
    let message = form.message.as_ref().map(|message| wrap(message, area.width.saturating_sub(4) as usize));
    let message = message.unwrap_or_default();
    // The sentence that stands in the way is read in full, whatever has to make room for it.
    let all = area;
    let area = rows_of(all, 0, all.height.saturating_sub(message.len() as u16).max(1));
    let first = scroll::top(0, form.at, area.height as usize, form.fields.len());
    let wide = area.width >= 80;
    let room = if wide { 44.max(area.width / 2) } else { area.width.saturating_sub(LABEL + 3) };
    for (n, field) in form.fields.iter().enumerate().skip(first).take(area.height as usize) {
        let row = rows_of(area, (n - first) as u16, 1);
        let active = n == form.at;
        if active {
            put(buf, row, 0, 0, look.glyphs.select, theme.strong);
        }
        put(buf, row, 2, 0, field.kind.label(), if active { theme.selected } else { theme.plain });
        let place = Rect { width: room.min(row.width.saturating_sub(LABEL + 1)), ..right_of(row, LABEL) };
        match &field.value {
            Value::Text(input) if active => input.draw_as(&words::veil(input.text()), buf, place, theme.plain, look),
            Value::Text(input) => {
                put_cut(buf, place, 0, 0, place.width, &words::veil(input.text()), theme.plain, look);
            }
            Value::Choice { .. } => {
                let text = if field.text().is_empty() { look.glyphs.none } else { field.text() };
                let shown =
                    if active { format!("{} {text} {}", look.glyphs.left, look.glyphs.right) } else { text.into() };
                put_cut(buf, place, 0, 0, place.width, &shown, if active { theme.strong } else { theme.plain }, look);
            }
        }
        if wide {
            let x = LABEL + room + 2;
            put_cut(buf, row, x, 0, row.width.saturating_sub(x + 1), field.kind.help(), theme.faint, look);
        }
    }
    let below = (form.fields.len() as u16 + 1).min(area.height);
    for (n, line) in message.iter().enumerate() {
        put(buf, all, 2, below + n as u16, line, theme.warning);
    }
}

// The last rows.

fn honesty(app: &App, picker: &Picker, area: Rect, buf: &mut Buffer) {
    let theme = &app.look.theme;
    let form_message = match &picker.mode {
        Mode::Form(form) => form.message.clone().or_else(|| form.result().err().map(|error| super::sentence(&error))),
        _ => None,
    };
    let (text, style) = if let Some(message) = &picker.message {
        (message.clone(), theme.warning)
    } else if let Some(toast) = &app.toast {
        (toast.text.clone(), theme.strong)
    } else if let Mode::Form(form) = &picker.mode {
        let touched = form.message.is_some();
        match form_message {
            Some(message) => (message, if touched { theme.warning } else { theme.faint }),
            None => ("Enter saves. Passwords have no place in this file.".into(), theme.faint),
        }
    } else if let Some((_, since)) = picker.opening {
        (format!("opening{}", seconds(picker.now.saturating_sub(since))), theme.plain)
    } else if let Mode::Url(_) = picker.mode {
        (
            "postgres://user@host/database, mysql://user@host/database, sqlite:PATH, a path, or service=NAME".into(),
            theme.faint,
        )
    } else if let Some(warning) = picker.world.as_ref().and_then(|world| world.warnings.first()) {
        (warning.clone(), theme.warning)
    } else {
        ("Nothing is connected before Enter.".into(), theme.faint)
    };
    put_cut(buf, area, 1, 0, area.width.saturating_sub(2), &words_of(&text, &app.look), style, &app.look);
}

fn words_of(text: &str, look: &Look) -> String {
    let [up, down, ..] = look.glyphs.arrows;
    text.replace(glyphs::UNICODE.cut, look.glyphs.cut).replace("{up}", up).replace("{down}", down)
}

fn keys(picker: &Picker, area: Rect, buf: &mut Buffer, look: &Look) {
    let theme = &look.theme;
    match &picker.mode {
        Mode::Url(input) => {
            let at = put(buf, area, 1, 0, "URL or path: ", theme.strong) + 1;
            input.draw_as(&words::veil(input.text()), buf, right_of(area, at), theme.plain, look);
        }
        Mode::Filter => {
            let at = put(buf, area, 1, 0, "filter: ", theme.strong) + 1;
            picker.filter.draw(buf, right_of(area, at), theme.plain, look);
        }
        Mode::Form(_) => footer(&words_of("Enter save  Tab next field  Esc drop  Space choose", look), area, buf, look),
        Mode::List => list_keys(area, buf, look),
    }
}

fn footer(text: &str, area: Rect, buf: &mut Buffer, look: &Look) {
    put_cut(buf, area, 1, 0, area.width.saturating_sub(2), text, look.theme.faint, look);
}

/// As many hints as fit left of `? help`, which is never cut.
fn list_keys(area: Rect, buf: &mut Buffer, look: &Look) {
    let room = area.width.saturating_sub(width(HELP) as u16 + 3);
    put_right(buf, area, area.width.saturating_sub(1), 0, HELP, look.theme.plain);
    let mut x = 1;
    let keymap = Keymap::picker();
    for binding in ACTIONS.iter().take(8).filter_map(|action| keymap.binding(*action)) {
        let Some(key) = binding.strokes.first().map(|stroke| keymap::label(&[*stroke], look.glyphs)) else { continue };
        let wide = (width(&key) + 1 + width(binding.hint)) as u16;
        if x + wide > room {
            continue;
        }
        let at = x + put(buf, area, x, 0, &key, look.theme.strong) + 1;
        put(buf, area, at, 0, binding.hint, look.theme.plain);
        x += wide + 2;
    }
}
