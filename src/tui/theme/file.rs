//! The text of a theme: `role = "bold red"`, one line each. A role that is left out is as in `terminal`.

use super::Theme;
use crate::config::{did_you_mean, near};
use crate::text::sanitize;
use ratatui::style::{Color, Modifier, Style};
use std::collections::BTreeMap;
use std::path::Path;
use toml::Spanned;

const WORDS: [(&str, Modifier); 4] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
];

const COLORS: [(&str, Color); 16] = [
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

/// Reads `NAME.toml` in `folder`.
pub fn read(name: &str, folder: &Path) -> Result<Theme, String> {
    let unknown = || {
        let meant = did_you_mean(&near(name, Theme::names()));
        let known = format!("Known: {}.", Theme::names().collect::<Vec<_>>().join(", "));
        format!("There is no theme {}. {}", sanitize(name), meant.unwrap_or(known))
    };
    // A name, not a way to another folder.
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')) {
        return Err(unknown());
    }
    let path = folder.join(format!("{name}.toml"));
    let shown = path.display().to_string();
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(name, &text, &shown),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(unknown()),
        Err(error) => Err(format!("{shown} can not be read: {error}.")),
    }
}

/// Parses a theme; `shown` is its file in errors.
pub fn parse(name: &str, text: &str, shown: &str) -> Result<Theme, String> {
    let line = |at: usize| text.get(..at).unwrap_or_default().matches('\n').count() + 1;
    let file: BTreeMap<String, Spanned<String>> = toml::from_str(text).map_err(|error| {
        let place = error.span().map(|span| format!(", line {}", line(span.start))).unwrap_or_default();
        let key = error.span().and_then(|span| key_at(text, span.start)).unwrap_or_default();
        let message = error.message().lines().next().unwrap_or_default();
        let wanted =
            if message.contains("expected a string") { "expected a text such as \"bold red\"" } else { message };
        format!("{shown}{place}{key}: {wanted}.")
    })?;
    let mut theme = if name == "terminal" { Theme::default() } else { Theme::terminal() };
    theme.name = name.to_owned();
    for (role, value) in file {
        let place = format!("{shown}, line {}, `{}`", line(value.span().start), sanitize(&role));
        let names: Vec<&str> = theme.roles().iter().map(|(name, _)| *name).collect();
        let meant = did_you_mean(&near(&role, names.iter().copied()));
        let Some((_, style)) = theme.roles().into_iter().find(|(known, _)| *known == role) else {
            return Err(format!("{place}: no such role. {}", meant.unwrap_or(format!("Roles: {}.", names.join(", ")))));
        };
        *style = look(value.get_ref()).map_err(|why| format!("{place}: {why}"))?;
    }
    Ok(theme)
}

/// ``, `role` `` of the line at `at`.
fn key_at(text: &str, at: usize) -> Option<String> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |n| n + 1);
    let key = text.get(start..)?.lines().next()?.split_once('=')?.0.trim();
    Some(format!(", `{}`", sanitize(key)))
}

/// `bold red`, `underline 208 on #202020`, or nothing at all.
fn look(text: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut behind = false;
    for word in text.split_whitespace() {
        if let Some((_, modifier)) = WORDS.iter().find(|(known, _)| *known == word) {
            style = style.add_modifier(*modifier);
            continue;
        }
        if word == "on" && !behind {
            behind = true;
            continue;
        }
        let color = color(word)?;
        style = if behind { style.bg(color) } else { style.fg(color) };
        behind = false;
    }
    if behind {
        return Err("after `on` comes a colour.".into());
    }
    Ok(style)
}

fn color(word: &str) -> Result<Color, String> {
    if let Some((_, color)) = COLORS.iter().find(|(known, _)| *known == word) {
        return Ok(*color);
    }
    if let Ok(number) = word.parse() {
        return Ok(Color::Indexed(number));
    }
    if let Some(hex) = word.strip_prefix('#').filter(|hex| hex.len() == 6)
        && let Ok(number) = u32::from_str_radix(hex, 16)
    {
        let [_, r, g, b] = number.to_be_bytes();
        return Ok(Color::Rgb(r, g, b));
    }
    let all = WORDS.iter().map(|(word, _)| *word).chain(COLORS.iter().map(|(word, _)| *word));
    let meant = did_you_mean(&near(word, all));
    let known = "A look is made of bold, dim, underline, reverse, a colour (red, bright-red, 208, #ff8700) and `on` \
                 with another one.";
    Err(format!("`{}` is no look. {}", sanitize(word), meant.unwrap_or(known.into())))
}
