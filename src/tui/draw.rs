//! The frame around the views: header, tabs, breadcrumb, honesty line, keys. Reads the state only.

use super::app::{App, STRIP_AFTER};
use super::facts::LinkState;
use super::keymap::{self, Binding};
use super::layout::{Areas, MIN, layout};
use super::msg::Action;
use super::widget::{put, put_cut, put_right, put_rule};
use crate::config::{Env, Family};
use crate::model::{Role, Server};
use crate::text::{self, width};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// The whole screen as it should be.
pub fn draw(app: &App) -> Buffer {
    let full = app.full();
    let mut buf = Buffer::empty(full);
    let Some(areas) = layout(full) else {
        too_small(app, &mut buf);
        return buf;
    };
    if let Some(picker) = &app.picker {
        super::picker::draw(app, picker, &mut buf);
        return buf;
    }
    header(app, areas.header, &mut buf);
    if let Some(area) = areas.tabs {
        tabs(app, area, &mut buf);
    }
    crumb(app, &areas, &mut buf);
    let cx = app.cx();
    let covered = app.overlays.last().is_some_and(|overlay| !overlay.is_small());
    if !covered {
        app.pane().draw(&cx, &mut buf);
    }
    let rule = app.look.glyphs.rule.repeat(areas.rule.width as usize);
    put(&mut buf, areas.rule, 0, 0, &rule, app.look.theme.faint);
    honesty(app, areas.honesty, &mut buf);
    keys(app, areas.keys, &mut buf);
    if let Some(overlay) = app.overlays.last() {
        overlay.draw(&cx, full, &mut buf);
    }
    buf
}

fn too_small(app: &App, buf: &mut Buffer) {
    let (columns, rows) = app.size;
    let theme = &app.look.theme;
    let lines = [
        format!("Too small: {columns} x {rows}."),
        format!("From {} x {} this works,", MIN.0, MIN.1),
        "80 x 24 is comfortable.".into(),
        String::new(),
        "q quit".into(),
    ];
    let full = app.full();
    // Room for a margin only where there is room.
    let (x, y) = (u16::from(columns > 26) * 2, u16::from(rows > 6));
    for (n, line) in lines.iter().enumerate() {
        put(buf, full, x, y + n as u16, line, theme.plain);
    }
}

// Row 1.

fn header(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = &app.look.theme;
    let production = app.facts.env == Some(Env::Prod);
    // Without a colour the badge says it alone: a whole row in reverse video is a selection.
    let colored = theme.production.fg.is_some() || theme.production.bg.is_some();
    let row = if production && colored { theme.production } else { theme.plain };
    if production && colored {
        buf.set_style(area, row);
    }
    let mut x = 0;
    if let Some(badge) = badge(app) {
        let style = if production { row.patch(theme.badge) } else { theme.badge };
        x += put(buf, area, 0, 0, &badge, style);
    }
    let (right, pause) = right_words(app, area.width);
    let right_wide: usize = width(&right) + 1;
    let room = (area.width as usize).saturating_sub(x as usize + right_wide + 2);
    let left = left_words(app, room, area.width);
    put_cut(buf, area, x + 1, 0, room as u16, &left, row, &app.look);
    let style = if app.facts.is_stale() || app.pane().is_old(&app.cx()) { row.patch(theme.strong) } else { row };
    put_right(buf, area, area.width.saturating_sub(1), 0, &right, style);
    if let Some((before, word)) = pause {
        let from = (area.width as usize).saturating_sub(right_wide) + before;
        let reversed = row.add_modifier.contains(Modifier::REVERSED);
        let style = if reversed { row.remove_modifier(Modifier::REVERSED).patch(theme.strong) } else { theme.badge };
        put(buf, area, from as u16, 0, &word, style);
    }
}

/// ` PROD `; with `?` where it was guessed from a name; in brackets where reverse video may be missing.
fn badge(app: &App) -> Option<String> {
    let word = match app.facts.env? {
        Env::Prod => "PROD",
        Env::Stage => "STAGE",
        Env::Dev => "DEV",
    };
    let guess = if app.facts.env_guessed { "?" } else { "" };
    Some(if app.look.glyphs.name == "ascii" { format!("[{word}{guess}]") } else { format!(" {word}{guess} ") })
}

/// READ-ONLY, what the line does, the age of the data; and where the word of a pause stands in it.
fn right_words(app: &App, wide: u16) -> (String, Option<(usize, String)>) {
    let narrow = wide < 60;
    let between = if narrow { " " } else { "  " };
    let mut words = vec![if narrow { "RO" } else { "READ-ONLY" }.to_owned()];
    let pause = app.paused.map(|since| {
        let age = text::age(app.clock.tick.saturating_sub(since).as_secs() as i64);
        if narrow { format!("PAUSED {age}") } else { format!(" PAUSED {age} ") }
    });
    let place = pause.map(|word| (width(&words[0]) + width(between), word));
    words.extend(place.iter().map(|(_, word)| word.clone()));
    let shown = app.pane().age(&app.cx());
    let age = shown.map(|at| text::age((app.clock.at.as_second() - at.as_second()).max(0)));
    match &app.facts.link {
        LinkState::Lost { trying: Some(_), .. } => {
            words.push("connecting".into());
            words.extend(age.map(|age| format!("stale {age}")));
        }
        LinkState::Lost { next, .. } => {
            let left = next.saturating_sub(app.now.tick).as_secs_f64().ceil() as i64;
            words.push(format!("retry {}", text::age(left)));
            words.extend(age.map(|age| format!("stale {age}")));
        }
        LinkState::Refused { .. } => words.push(age.map_or("refused".into(), |age| format!("stale {age}"))),
        _ if app.pane().is_old(&app.cx()) => words.extend(age.map(|age| format!("stale {age}"))),
        LinkState::Connecting { .. } if age.is_none() => words.push("connecting".into()),
        _ => words.extend(age.map(|age| if narrow { age } else { format!("{age} ago") })),
    }
    // The age goes on while newer data is on its way.
    if app.facts.schema.load.is_some() && shown.is_some() {
        return (format!("{} {}", words.join(between), app.look.glyphs.running), place);
    }
    (words.join(between), place)
}

/// As many facts as fit, the least important dropped first.
fn left_words(app: &App, room: usize, wide: u16) -> String {
    let label = match app.facts.other_database() {
        Some((wanted, is)) => format!("database {is}, not {wanted}: {}", label(app, false)),
        None => label(app, wide >= 100 || (wide >= 60 && !app.facts.usual_port())),
    };
    let Some((server, _)) = &app.facts.server else { return label };
    let title = engine_words(server, wide >= 90);
    let role = match server.role {
        Some(Role::File) | None => String::new(),
        Some(role) => format!(" {}", role.id()),
    };
    let up = server.started_at.map(|start| {
        let since = app.clock.at.as_second().max(server.now.as_second()) - start.as_second();
        format!("  up {}", text::age(since))
    });
    let full = format!("{label}  {title}{role}{}", up.unwrap_or_default());
    let protected = format!("{full}  {}", server.line);
    for text in [protected, full, format!("{label}  {title}{role}"), format!("{label}  {title}")] {
        if width(&text) <= room {
            return text;
        }
    }
    label
}

fn label(app: &App, port: bool) -> String {
    let facts = &app.facts;
    // A target without a database is named after its host already.
    let host = facts.server.as_ref().and_then(|(server, _)| server.host.as_deref()).unwrap_or_default();
    let named = !host.is_empty() && facts.label.starts_with(host);
    if facts.label.contains(" @ ") || facts.family == Family::Sqlite || named {
        return if port { facts.label.clone() } else { without_port(&facts.label) };
    }
    let place = facts.server.as_ref().and_then(|(server, _)| server.host.clone().map(|host| (host, server.port)));
    match place {
        Some((host, Some(number))) if port && !host.starts_with('/') => format!("{} @ {host}:{number}", facts.label),
        Some((host, _)) => format!("{} @ {host}", facts.label),
        None => facts.label.clone(),
    }
}

fn without_port(label: &str) -> String {
    match label.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => host.to_owned(),
        _ => label.to_owned(),
    }
}

fn engine_words(server: &Server, long: bool) -> String {
    let name = match server.engine {
        crate::model::EngineKind::Postgresql if !long => "PG",
        engine => engine.title(),
    };
    format!("{name} {}", server.version)
}

// Rows 2 and 3.

fn tabs(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = &app.look.theme;
    let cx = app.cx();
    let mut x = 0;
    for (n, text) in tab_texts(app).into_iter().enumerate() {
        let style = match &app.panes[n].1 {
            _ if n == app.active => theme.strong,
            pane if pane.offered(&cx) => theme.plain,
            _ => theme.faint,
        };
        x += put(buf, area, x, 0, &text, style);
    }
}

/// Shortened where they do not fit in full.
fn tab_texts(app: &App) -> Vec<String> {
    let cx = app.cx();
    let one = |(n, (digit, pane)): (usize, &(u8, Box<dyn super::pane::Pane>))| {
        let title = if app.size.0 < 100 { short(pane.title()) } else { pane.title() };
        let count = match pane.badge(&cx) {
            Some(0) | None => String::new(),
            Some(n) if n > 99 => " 99+".into(),
            Some(n) => format!(" {n}"),
        };
        let count = if pane.offered(&cx) { count } else { app.look.glyphs.none.to_owned() };
        if n == app.active { format!("[{digit} {title}{count}]") } else { format!(" {digit} {title}{count} ") }
    };
    app.panes.iter().enumerate().map(one).collect()
}

/// A title for a narrow tab row, where nine of them have to stand in 80 columns.
fn short(title: &'static str) -> &'static str {
    match title {
        "Indexes" => "Index",
        "Queries" => "Query",
        "Activity" => "Act",
        "Findings" => "Find",
        other => other,
    }
}

/// The digit of the view whose tab is drawn at this column.
pub fn tab_at(app: &App, column: u16) -> Option<u8> {
    let mut end = 0;
    tab_texts(app).iter().zip(&app.panes).find_map(|(text, (digit, _))| {
        end += width(text) as u16;
        (column < end).then_some(*digit)
    })
}

fn crumb(app: &App, areas: &Areas, buf: &mut Buffer) {
    let separator = format!(" {} ", app.look.glyphs.crumb);
    let cx = app.cx();
    if let Some(overlay) = app.overlays.iter().rev().find(|overlay| !overlay.is_small()) {
        let title = [overlay.title(), app.pane().title().to_owned()].join(&separator);
        return put_rule(buf, areas.crumb, 0, &title, "", &app.look);
    }
    let mut parts = vec![match (areas.tabs, app.panes.get(app.active)) {
        // Without the row of views their number is told here.
        (None, Some((digit, pane))) => format!("{} {digit}/{}", pane.title(), app.panes.len()),
        _ => app.pane().title().to_owned(),
    }];
    parts.extend(app.pane().crumbs(&cx));
    let status = app.pane().status(&cx);
    put_rule(buf, areas.crumb, 0, &parts.join(&separator), &status, &app.look);
}

// The last rows.

fn honesty(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = &app.look.theme;
    let (text, style) = match (&app.toast, link_trouble(app)) {
        (Some(toast), _) => (toast.text.clone(), theme.strong),
        (None, Some(text)) => (text, theme.warning),
        (None, None) => app.pane().honesty(&app.cx()),
    };
    let room = area.width.saturating_sub(2);
    let full = width(text::prefix(&text::sanitize(&text), room as usize)) > room as usize;
    if full && app.toast.is_none() && room > 20 {
        // The rest can be read there.
        put_cut(buf, area, 1, 0, room - width(NOTES) as u16 - 1, &text, style, &app.look);
        return put_right(buf, area, room + 1, 0, NOTES, theme.strong);
    }
    put_cut(buf, area, 1, 0, room, &text, style, &app.look);
}

const NOTES: &str = ":notes";

/// What happened to the line, in words; the data above is older then.
pub fn link_trouble(app: &App) -> Option<String> {
    let has_data = app.facts.schema.catalog.is_some();
    let old = if has_data { " Data above is old." } else { "" };
    match &app.facts.link {
        LinkState::Lost { error, at, attempt, next, trying } => {
            let left = next.saturating_sub(app.now.tick).as_secs_f64().ceil() as i64;
            let when = match trying {
                Some(since) => {
                    format!("trying now, {}", text::age(app.now.tick.saturating_sub(*since).as_secs() as i64))
                }
                None => format!("next try in {}", text::age(left)),
            };
            let message = error.message.trim_end_matches('.');
            let what = if app.facts.server.is_some() { "Connection lost at" } else { "No connection since" };
            // The reason last: it may be long, and the pane has it whole when there is nothing else.
            Some(format!("{what} {}, {when}, number {attempt}.{old} {message}.", clock(*at)))
        }
        LinkState::Refused { error, at } if has_data => {
            let message = error.message.trim_end_matches('.');
            Some(format!("Connection refused at {}: {message}. r tries again.{old}", clock(*at)))
        }
        _ => app.facts.schema.stale.as_ref().filter(|_| has_data).map(|error| {
            let message = error.message.trim_end_matches('.');
            let grant = error.grant.as_deref().map(|grant| format!(" {grant}")).unwrap_or_default();
            format!("The last refresh failed: {message}.{grant} r tries again.{old}")
        }),
    }
}

fn clock(at: jiff::Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::system()).strftime("%H:%M:%S").to_string()
}

/// As many hints as fit left of `? help`, which is never cut.
fn keys(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = &app.look.theme;
    let key = app.keymap.binding(Action::Help).and_then(|binding| binding.strokes.first().copied());
    let help = key.map_or(":help".into(), |key| format!("{} help", keymap::label(&[key], app.look.glyphs)));
    let room = area.width.saturating_sub(width(&help) as u16 + 3);
    if let Some(overlay) = app.overlays.last() {
        let text = arrows(overlay.keys(), app);
        if !overlay.has_help() {
            put_cut(buf, area, 1, 0, area.width.saturating_sub(2), &text, theme.faint, &app.look);
            return;
        }
        let help = "? help";
        put_right(buf, area, area.width.saturating_sub(1), 0, help, theme.plain);
        let room = area.width.saturating_sub(width(help) as u16 + 3);
        let mut x = 1;
        for hint in text.split("  ") {
            let wide = width(hint) as u16;
            if x + wide > room {
                break;
            }
            put(buf, area, x, 0, hint, theme.faint);
            x += wide + 2;
        }
        return;
    }
    put_right(buf, area, area.width.saturating_sub(1), 0, &help, theme.plain);
    let mut x = 1;
    for hint in hints(app) {
        let wide = width(&hint) as u16;
        if x + wide > room {
            break;
        }
        let (key, words) = hint.split_once(' ').unwrap_or((&hint, ""));
        let at = x + put(buf, area, x, 0, key, theme.strong) + 1;
        put(buf, area, at, 0, words, theme.plain);
        x += wide + 2;
    }
}

fn arrows(text: &str, app: &App) -> String {
    let glyphs = app.look.glyphs;
    text.replace("{up}", glyphs.arrows[0]).replace("{down}", glyphs.arrows[1])
}

/// The footer: what matters here, or the second keys after a first one.
fn hints(app: &App) -> Vec<String> {
    let glyphs = app.look.glyphs;
    if let Some((first, since)) = app.prefix
        && app.now.tick.saturating_sub(since) >= STRIP_AFTER
    {
        let mut strip = vec![format!("{}:", app.keymap.prefix_title(first, glyphs))];
        let second = app.keymap.after(first);
        let meant = app.pane().keys(&app.cx());
        let second = second.filter(|(_, binding)| meant.contains(&binding.action));
        strip.extend(second.map(|(key, binding)| format!("{} {}", keymap::name(key, glyphs), binding.hint)));
        return strip;
    }
    if let Some(hints) = app.pane().writing_hints().filter(|_| app.pane().typing()) {
        return hints;
    }
    if app.pane().typing() {
        let [enter, esc] = app.pane().typing_hints();
        return vec![enter.into(), esc.into(), format!("{} {} choose", glyphs.arrows[0], glyphs.arrows[1])];
    }
    let cx = app.cx();
    let of_mouse = app.mouse.then(|| "Shift-drag selects".to_owned());
    let keys = app.pane().keys(&cx).into_iter().filter(|action| !matches!(action, Action::Help)).take(9);
    of_mouse.into_iter().chain(keys.filter_map(|action| hint(app, action))).collect()
}

/// `y copy name`; the two keys of a pair share one hint, at the place of the first.
fn hint(app: &App, action: Action) -> Option<String> {
    let key = |action| {
        let binding: &Binding = app.keymap.binding(action)?;
        binding.strokes.first().map(|stroke| keymap::label(&[*stroke], app.look.glyphs))
    };
    let words = app.pane().hint(action).or(app.keymap.binding(action).map(|binding| binding.hint))?;
    Some(match action {
        Action::PrevTab | Action::Right => return None,
        Action::NextTab => format!("{}{} {words}", key(Action::PrevTab)?, key(action)?),
        Action::Left => format!("{}{} {words}", key(action)?, key(Action::Right)?),
        action => format!("{} {words}", key(action)?),
    })
}
