//! View 1: what is wrong and what to do first. Left the findings, worst first; right the vital signs by own
//! samples, and every area with what could not be looked at; below, the chosen finding in words.

#[cfg(test)]
mod tests;
mod vitals;

use super::findings::{accept, detail, due, honesty, look, looked, permissions, place_of};
use super::{Cx, Pane, Spot};
use crate::findings::{Check, Finding, Section, Severity};
use crate::text;
use crate::tui::health::Group;
use crate::tui::msg::{Action, Effect, Goto};
use crate::tui::pane::findings::{area_word, sign};
use crate::tui::widget::scroll::{self, Cursor};
use crate::tui::widget::text::wrap;
use crate::tui::widget::{put, put_cut, put_right, put_rule, right_of, rows_of, select_row};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::time::Duration;

/// From this width on the vital signs stand beside the findings.
const SIDE_FROM: u16 = 70;
/// Rows of what to do first: its rule, three lines, a blank one.
const FIRST: u16 = 5;
/// From this height on there is room for it.
const FIRST_FROM: u16 = 16;

/// A place in this view, for Ctrl-O.
#[derive(Clone, Debug, Default)]
pub struct Place {
    key: Option<String>,
}

#[derive(Debug, Default)]
pub struct HealthPane {
    cursor: Cursor,
    /// The finding of the cursor, by its key: it outlives a refresh.
    at: Option<String>,
    seen: u64,
}

const KEYS: &[Action] = &[
    Action::Enter,
    Action::Fix,
    Action::Copy,
    Action::Refresh,
    Action::Accept,
    Action::Permissions,
    Action::Export,
    Action::Down,
    Action::Up,
    Action::First,
    Action::Last,
    Action::HalfDown,
    Action::HalfUp,
    Action::Plain,
    Action::Back,
    Action::LastPlace,
    Action::GoTo,
    Action::Pause,
    Action::Command,
    Action::Help,
    Action::Cancel,
    Action::Suspend,
    Action::Quit,
];

impl Pane for HealthPane {
    fn title(&self) -> &'static str {
        "Health"
    }

    fn crumbs(&self, _cx: &Cx) -> Vec<String> {
        Vec::new()
    }

    /// `■ 2 critical   ▲ 6 warnings   ● 2 notices`
    fn status(&self, cx: &Cx) -> String {
        let Some(looked) = looked(cx) else { return String::new() };
        let glyphs = cx.look.glyphs;
        let wide = cx.area.width >= 90;
        let words = [
            (Severity::Critical, glyphs.critical, "critical", "critical"),
            (Severity::Warning, glyphs.warning, "warning", "warnings"),
            (Severity::Notice, glyphs.notice, "notice", "notices"),
        ];
        let parts = words.into_iter().filter_map(|(severity, glyph, one, many)| {
            let n = looked.count(severity);
            let word = if n == 1 { one } else { many };
            (n > 0).then(|| if wide { format!("{glyph} {n} {word}") } else { format!("{glyph} {n}") })
        });
        let parts: Vec<String> = parts.collect();
        if parts.is_empty() { format!("{} nothing serious found", glyphs.fine) } else { parts.join("   ") }
    }

    fn honesty(&self, cx: &Cx) -> (String, Style) {
        honesty(cx)
    }

    fn keys(&self, _cx: &Cx) -> Vec<Action> {
        KEYS.to_vec()
    }

    fn hint(&self, action: Action) -> Option<&'static str> {
        match action {
            Action::Enter => Some("details"),
            Action::Fix => Some("fix script"),
            Action::Export => Some("hand over"),
            _ => None,
        }
    }

    fn hands_over(&self) -> bool {
        true
    }

    fn update(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match action {
            Action::Enter => self.enter(cx),
            Action::Follow => {
                self.chosen(cx).and_then(|(_, one)| place_of(one, cx)).map(Effect::Go).into_iter().collect()
            }
            Action::Fix => self.fix(cx),
            Action::Copy => self.chosen(cx).map(|(_, one)| Effect::Copy(one.key.clone())).into_iter().collect(),
            Action::Accept => match self.single(cx) {
                Some((_, one)) => vec![accept(one, cx)],
                None => vec![Effect::Toast("One finding is accepted at a time: Enter lists them.".into())],
            },
            Action::Permissions => vec![permissions(cx)],
            action => {
                let fits = self.fits(cx);
                if super::findings::moves(&mut self.cursor, action, fits, open(cx)) {
                    self.moved(cx);
                }
                Vec::new()
            }
        }
    }

    fn reload(&mut self, _cx: &Cx) -> Option<Vec<Effect>> {
        Some(vec![Effect::LookAgain])
    }

    fn back(&mut self, _cx: &Cx) -> bool {
        false
    }

    fn refresh(&mut self, cx: &Cx) {
        if self.seen != cx.facts.health.revision {
            self.seen = cx.facts.health.revision;
            let known = self.at.as_ref().and_then(|key| {
                let all = looked(cx)?;
                all.groups.iter().position(|at| all.finding(at.first).is_some_and(|(_, one)| one.key == *key))
            });
            // At first the worst one; afterwards the same one.
            let at = known.unwrap_or(if self.at.is_some() { self.cursor.at } else { 0 });
            self.cursor.go(at, self.fits(cx), open(cx));
            if self.at.is_some() {
                self.moved(cx);
            }
        }
        let at = self.cursor.at;
        self.cursor.go(at, self.fits(cx), open(cx));
    }

    fn tick(&mut self, cx: &Cx) -> Vec<Effect> {
        look(cx)
    }

    fn deadline(&self, cx: &Cx) -> Option<Duration> {
        due(cx)
    }

    fn goto(&mut self, _goto: &Goto, _cx: &Cx) -> Result<Vec<Effect>, String> {
        Err("That is in another view.".into())
    }

    fn spot(&self, _cx: &Cx) -> Spot {
        Spot::Health(Box::new(Place { key: self.at.clone() }))
    }

    fn restore(&mut self, spot: Spot, cx: &Cx) {
        if let Spot::Health(place) = spot {
            self.at = place.key;
            self.seen = u64::MAX;
            self.refresh(cx);
        }
    }

    fn finding(&self, cx: &Cx) -> Option<String> {
        self.single(cx).map(|(_, one)| one.key.clone())
    }

    fn plain(&self, cx: &Cx) -> (String, String) {
        let Some(looked) = looked(cx) else { return ("Health".into(), "Nothing is judged yet.\n".into()) };
        let line = |at: &(u32, u32)| {
            let (_, one) = looked.finding(*at)?;
            Some(format!(
                "{}  {}\n      {}\n",
                one.severity.word(),
                text::sanitize(&one.title()),
                text::sanitize(&one.why)
            ))
        };
        ("Health".into(), looked.open.iter().filter_map(line).collect())
    }

    fn click(&mut self, _column: u16, row: u16, cx: &Cx) -> Vec<Effect> {
        let y = usize::from(row.saturating_sub(cx.area.y));
        let tall = self.tall(cx) as usize;
        let at = scroll::top(self.cursor.top, self.cursor.at, self.fits(cx), open(cx)) + y.saturating_sub(1) / tall;
        if y == 0 || (y - 1) / tall >= self.fits(cx) || at >= open(cx) {
            return Vec::new();
        }
        if at == self.cursor.at {
            return self.enter(cx);
        }
        self.cursor.go(at, self.fits(cx), open(cx));
        self.moved(cx);
        Vec::new()
    }

    fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        if cx.facts.schema.catalog.is_none() {
            return super::schema::nothing_yet(cx, buf);
        }
        let area = cx.area;
        let (body, first) = match area.height >= FIRST_FROM {
            true => (rows_of(area, 0, area.height - FIRST), Some(rows_of(area, area.height - FIRST, FIRST))),
            false => (area, None),
        };
        if area.width < SIDE_FROM {
            let list = rows_of(body, 0, body.height.saturating_sub(1));
            self.draw_list(list, false, cx, buf);
            let words = vitals::in_a_row(cx);
            put_cut(
                buf,
                body,
                1,
                body.height.saturating_sub(1),
                body.width.saturating_sub(2),
                &words,
                cx.look.theme.plain,
                cx.look,
            );
        } else {
            let right = vitals_width(area.width);
            let left = area.width - right - 1;
            self.draw_list(Rect { width: left, ..body }, true, cx, buf);
            for y in 0..body.height {
                put(buf, body, left, y, cx.look.glyphs.vertical, cx.look.theme.faint);
            }
            let side = right_of(body, left + 1);
            let used = vitals::draw(side, cx, buf);
            draw_areas(rows_of(side, used + 1, side.height), cx, buf);
        }
        if let Some(first) = first {
            self.draw_first(first, cx, buf);
        }
    }
}

/// Columns of the vital signs: narrow ones without words at 80.
fn vitals_width(width: u16) -> u16 {
    if width < 90 { 29 } else { 41 }
}

fn open(cx: &Cx) -> usize {
    looked(cx).map_or(0, |looked| looked.groups.len())
}

impl HealthPane {
    /// Rows of one finding: what, and from 24 rows on why it matters here.
    fn tall(&self, cx: &Cx) -> u16 {
        if cx.area.height >= 22 && cx.area.width >= 90 { 2 } else { 1 }
    }

    /// Findings in sight; below them stands how many more there are.
    fn fits(&self, cx: &Cx) -> usize {
        let area = cx.area;
        let below = match (area.height >= FIRST_FROM, area.width < SIDE_FROM) {
            (true, false) => FIRST,
            (true, true) => FIRST + 1,
            (false, true) => 1,
            (false, false) => 0,
        };
        let head = u16::from(area.width >= SIDE_FROM);
        let rows = area.height.saturating_sub(below + head + 1);
        usize::from(rows / self.tall(cx)).max(1)
    }

    fn moved(&mut self, cx: &Cx) {
        self.at = self.chosen(cx).map(|(_, one)| one.key.clone());
    }

    /// The worst finding of the chosen line.
    fn chosen<'a>(&self, cx: &Cx<'a>) -> Option<(&'a Check, &'a Finding)> {
        let looked = looked(cx)?;
        looked.finding(self.group(cx)?.first)
    }

    fn group(&self, cx: &Cx) -> Option<Group> {
        looked(cx)?.groups.get(self.cursor.at).copied()
    }

    /// The finding of the chosen line, where it stands for no other.
    fn single<'a>(&self, cx: &Cx<'a>) -> Option<(&'a Check, &'a Finding)> {
        self.chosen(cx).filter(|_| self.group(cx).is_some_and(|group| group.count == 1))
    }

    /// To the finding in full, with its script; there Enter goes on to its object.
    fn enter(&self, cx: &Cx) -> Vec<Effect> {
        let Some((check, one)) = self.chosen(cx) else { return Vec::new() };
        let goto = match self.single(cx) {
            Some(_) => Goto::Finding(one.key.clone()),
            None => Goto::FindingsOf(check.meta.id),
        };
        vec![Effect::Go(goto)]
    }

    fn fix(&self, cx: &Cx) -> Vec<Effect> {
        let Some((_, one)) = self.single(cx) else {
            return vec![Effect::Toast("Each has a script of its own: Enter lists them.".into())];
        };
        match detail::script(one, cx) {
            Some(text) => vec![Effect::View { title: one.title(), text }],
            None => vec![Effect::Toast("There is no script for it: what to do is a decision.".into())],
        }
    }

    fn draw_list(&self, area: Rect, head: bool, cx: &Cx, buf: &mut Buffer) {
        let (look, theme) = (cx.look, &cx.look.theme);
        let area = if head {
            put(buf, area, 1, 0, "Needs attention", theme.head);
            rows_of(area, 1, area.height)
        } else {
            area
        };
        let Some(looked) = looked(cx) else {
            let (done, all) = cx.facts.health.progress();
            let said = format!("Looking: {done} of {all} parts read{}", look.glyphs.dots);
            put_cut(buf, area, 1, 1, area.width.saturating_sub(2), &said, theme.plain, look);
            return;
        };
        if looked.open.is_empty() {
            let said = "Nothing found by the rules that could look. The areas say which could not.";
            for (y, line) in wrap(said, usize::from(area.width.saturating_sub(2))).iter().enumerate() {
                put(buf, area, 1, y as u16 + 1, line, theme.plain);
            }
            return;
        }
        let (tall, fits) = (self.tall(cx), self.fits(cx));
        let top = scroll::top(self.cursor.top, self.cursor.at, fits, looked.groups.len());
        for (n, group) in looked.groups.iter().skip(top).take(fits).enumerate() {
            let rows = rows_of(area, n as u16 * tall, tall);
            self.draw_one(*group, top + n == self.cursor.at, rows, cx, buf);
        }
        let more = looked.groups.len().saturating_sub(top + fits);
        if more > 0 {
            let said = format!("{} {more} more", look.glyphs.dots);
            put(buf, area, 1, fits as u16 * tall, &said, theme.faint);
        }
    }

    fn draw_one(&self, group: Group, chosen: bool, rows: Rect, cx: &Cx, buf: &mut Buffer) {
        let (look, theme) = (cx.look, &cx.look.theme);
        let Some((check, one)) = looked(cx).and_then(|looked| looked.finding(group.first)) else { return };
        let (what, why) = words(group, check, one);
        let narrow = rows.width < 45;
        let (word, style) = sign(one.severity, cx);
        let word = if narrow { word.chars().take(1).collect() } else { word };
        if chosen {
            for y in 0..rows.height {
                put(buf, rows, 0, y, look.glyphs.select, theme.plain);
            }
        }
        put(buf, rows, 1, 0, &word, style);
        let from = if narrow { 3 } else { 9 };
        let at = cx.facts.health.looked.as_ref().and_then(|looked| looked.at);
        let age = at.map(|at| text::age((cx.clock.at.as_second() - at.as_second()).max(0))).filter(|_| !narrow);
        let age = age.unwrap_or_default();
        let room = rows.width.saturating_sub(from + 2 + age.len() as u16);
        let name = if chosen { theme.selected } else { theme.plain };
        put_cut(buf, rows, from, 0, room, &what, name, look);
        put_right(buf, rows, rows.width.saturating_sub(1), 0, &age, theme.faint);
        if rows.height > 1 {
            put_cut(buf, rows, from, 1, rows.width.saturating_sub(from + 1), &why, theme.faint, look);
        }
        if chosen {
            select_row(buf, rows, look);
        }
    }

    fn draw_first(&self, area: Rect, cx: &Cx, buf: &mut Buffer) {
        let (look, theme) = (cx.look, &cx.look.theme);
        let Some((check, one)) = self.chosen(cx) else { return put_rule(buf, area, 0, "What to do first", "", look) };
        let group = self.group(cx).unwrap_or(Group { first: (0, 0), count: 1 });
        let (what, why) = words(group, check, one);
        let title = if self.cursor.at == 0 { "What to do first".to_owned() } else { what.clone() };
        put_rule(buf, area, 0, &title, &format!("{} of {}", self.cursor.at + 1, open(cx)), look);
        let act = match &one.fix {
            _ if group.count > 1 => "Enter lists them, each with its script; this tool never runs one.",
            Some(_) => "Enter shows it in full. f shows the script that mends it; this tool never runs it.",
            None => check.meta.fix,
        };
        let room = usize::from(area.width.saturating_sub(2));
        let mut lines = wrap(&format!("{what}. {why}"), room);
        lines.truncate(2);
        lines.extend(wrap(act, room));
        for (y, line) in lines.iter().take(usize::from(FIRST - 1)).enumerate() {
            put(buf, area, 1, y as u16 + 1, line, theme.plain);
        }
    }
}

/// What a line says, and why it matters.
fn words(group: Group, check: &Check, one: &Finding) -> (String, String) {
    match group.count {
        1 => (one.title(), one.why.clone()),
        many => {
            (format!("{many} times: {}", check.meta.title), format!("{} and others. {}", one.object.label, one.why))
        }
    }
}

/// Every area, also the fine ones and those that nobody could look at.
fn draw_areas(area: Rect, cx: &Cx, buf: &mut Buffer) {
    let Some(looked) = looked(cx) else { return };
    let (glyphs, theme) = (cx.look.glyphs, &cx.look.theme);
    if area.height < 2 {
        return;
    }
    put(buf, area, 1, 0, "Areas", theme.head);
    let half = (area.width.saturating_sub(2) / 2).max(1);
    for (n, section) in Section::ALL.into_iter().enumerate() {
        let of = looked.area(section);
        let (glyph, style) = match (of.worst, of.looked, of.blind) {
            (Some(Severity::Critical), ..) => (glyphs.critical, theme.critical),
            (Some(Severity::Warning), ..) => (glyphs.warning, theme.warning),
            (Some(Severity::Notice), ..) => (glyphs.notice, theme.notice),
            (None, 0, 0) => (glyphs.none, theme.faint),
            // Half looked at is not fine.
            (None | Some(Severity::Info), _, blind) if blind > 0 => (glyphs.unknown, theme.faint),
            (Some(Severity::Info) | None, ..) => (glyphs.fine, theme.plain),
        };
        let (x, y) = (1 + half * (n as u16 % 2), 1 + n as u16 / 2);
        put(buf, area, x, y, glyph, style);
        let word = match of.findings {
            0 => area_word(section).to_owned(),
            many if half < 16 => format!("{} {many}", area_word(section)),
            many => format!("{:<10} {many}", area_word(section)),
        };
        put_cut(buf, area, x + 2, y, half.saturating_sub(2), &word, theme.plain, cx.look);
    }
}
