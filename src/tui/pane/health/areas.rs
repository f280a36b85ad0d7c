//! Every area, also the fine ones and those that nobody could look at, in two columns.

use super::looked;
use crate::findings::{Section, Severity};
use crate::tui::msg::Action;
use crate::tui::pane::Cx;
use crate::tui::pane::findings::area_word;
use crate::tui::widget::{put, put_cut, select_row};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// The areas that have room below the title.
pub(super) fn shown(area: Rect) -> Vec<Section> {
    if area.height < 2 {
        return Vec::new();
    }
    Section::ALL.into_iter().take(usize::from(area.height - 1) * 2).collect()
}

/// Where the `n`th one stands.
fn cell(area: Rect, n: usize) -> Rect {
    let half = (area.width.saturating_sub(1) / 2).max(1);
    Rect { x: area.x + half * (n as u16 % 2), y: area.y + 1 + n as u16 / 2, width: half, height: 1 }
}

/// The area under a click.
pub(super) fn at(area: Rect, column: u16, row: u16) -> Option<Section> {
    let hit = |n: &usize| cell(area, *n).contains((column, row).into());
    let shown = shown(area);
    (0..shown.len()).find(hit).and_then(|n| shown.get(n).copied())
}

/// The one that a key leads to.
pub(super) fn beside(from: Section, action: Action) -> Section {
    let all = Section::ALL;
    let at = all.iter().position(|one| *one == from).unwrap_or(0);
    let to = match action {
        Action::Up if at >= 2 => at - 2,
        Action::Down if at + 2 < all.len() => at + 2,
        Action::Left if at % 2 == 1 => at - 1,
        Action::Right if at.is_multiple_of(2) => at + 1,
        Action::First | Action::HalfUp => 0,
        Action::Last | Action::HalfDown => all.len() - 1,
        _ => at,
    };
    all.get(to).copied().unwrap_or(from)
}

/// `chosen` is the one that the keys are on.
pub(super) fn draw(area: Rect, chosen: Option<Section>, cx: &Cx, buf: &mut Buffer) {
    let shown = shown(area);
    if shown.is_empty() {
        return;
    }
    put(buf, area, 1, 0, "Areas", cx.look.theme.head);
    for (n, section) in shown.into_iter().enumerate() {
        draw_one(section, chosen == Some(section), cell(area, n), cx, buf);
    }
}

fn draw_one(section: Section, chosen: bool, cell: Rect, cx: &Cx, buf: &mut Buffer) {
    let Some(looked) = looked(cx) else { return };
    let theme = &cx.look.theme;
    let of = looked.area(section);
    let (glyph, style) = sign(of.worst, of.looked, of.blind, cx);
    if chosen {
        put(buf, cell, 0, 0, cx.look.glyphs.select, theme.plain);
    }
    put(buf, cell, 1, 0, glyph, style);
    let word = match of.findings {
        0 => area_word(section).to_owned(),
        many if cell.width < 16 => format!("{} {many}", area_word(section)),
        many => format!("{:<10} {many}", area_word(section)),
    };
    let name = if chosen { theme.selected } else { theme.plain };
    let from = 2 + crate::text::width(cx.look.glyphs.fine) as u16;
    put_cut(buf, cell, from, 0, cell.width.saturating_sub(from), &word, name, cx.look);
    if chosen {
        select_row(buf, cell, cx.look);
    }
}

fn sign(worst: Option<Severity>, looked: usize, blind: usize, cx: &Cx) -> (&'static str, Style) {
    let (glyphs, theme) = (cx.look.glyphs, &cx.look.theme);
    match (worst, looked, blind) {
        (Some(Severity::Critical), ..) => (glyphs.critical, theme.critical),
        (Some(Severity::Warning), ..) => (glyphs.warning, theme.warning),
        (Some(Severity::Notice), ..) => (glyphs.notice, theme.notice),
        (None, 0, 0) => (glyphs.none, theme.faint),
        // Half looked at is not fine.
        (None | Some(Severity::Info), _, blind) if blind > 0 => (glyphs.unknown, theme.faint),
        (Some(Severity::Info) | None, ..) => (glyphs.fine, theme.plain),
    }
}
