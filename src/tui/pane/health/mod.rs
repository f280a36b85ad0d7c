//! View 1: what is wrong and what to do first. Left the findings, worst first; right the vital signs by own
//! samples, and every area with what could not be looked at; below, the chosen finding in words. Tab goes over
//! to the areas, where Enter lists all that was looked at in one.

mod areas;
mod first;
#[cfg(test)]
mod tests;
mod vitals;

use super::findings::{accept, detail, due, follow, honesty, look, looked, permissions, plan, sign, way};
use super::keyed::{self, Keyed, Stand};
use super::list::Sight;
use super::{Cx, Pane, Spot};
use crate::findings::{Check, Finding, Section, Severity};
use crate::text;
use crate::tui::health::Group;
use crate::tui::msg::{Action, Effect, Goto};
use crate::tui::widget::text::wrap;
use crate::tui::widget::{put, put_cut, put_right, right_of, rows_of, select_row};
use jiff::Timestamp;
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
#[derive(Clone, Debug)]
pub struct Place {
    stand: Stand<String>,
    area: Option<Section>,
}

#[derive(Debug, Default)]
pub struct HealthPane {
    /// By the key of the finding, or of the worst of those that share a line.
    list: Keyed<String>,
    /// The area that the keys move over, instead of the findings.
    area: Option<Section>,
}

const KEYS: &[Action] = &[
    Action::Enter,
    Action::Fix,
    Action::Copy,
    Action::NextPane,
    Action::Refresh,
    Action::Accept,
    Action::Permissions,
    Action::Export,
    Action::Follow,
    Action::Relations,
    Action::Statements,
    Action::Explain,
];
/// Among the areas.
const AREA_KEYS: &[Action] = &[
    Action::Enter,
    Action::NextPane,
    Action::Left,
    Action::Right,
    Action::Refresh,
    Action::Permissions,
    Action::Export,
];

impl Pane for HealthPane {
    fn title(&self) -> &'static str {
        "Health"
    }

    fn age(&self, cx: &Cx) -> Option<Timestamp> {
        cx.facts.health.pulsed_at.or(cx.facts.schema.at)
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
        match (parts.is_empty(), cx.facts.health.has_read_all()) {
            (false, _) => parts.join("   "),
            (true, true) => format!("{} nothing serious found", glyphs.fine),
            (true, false) => format!("looking{}", glyphs.dots),
        }
    }

    fn honesty(&self, cx: &Cx) -> (String, Style) {
        honesty(cx)
    }

    fn keys(&self, _cx: &Cx) -> Vec<Action> {
        keyed::keys(if self.area.is_some() { AREA_KEYS } else { KEYS })
    }

    fn hint(&self, action: Action) -> Option<&'static str> {
        match action {
            Action::Enter if self.area.is_some() => Some("list the area"),
            Action::Enter => Some("details"),
            Action::Fix => Some("fix script"),
            Action::NextPane if self.area.is_some() => Some("findings"),
            Action::NextPane => Some("areas"),
            Action::Follow => Some("its object"),
            Action::Explain => Some("plan"),
            Action::Left | Action::Right => Some("area"),
            Action::Export => Some("hand over"),
            _ => None,
        }
    }

    fn hands_over(&self) -> bool {
        true
    }

    fn update(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match (action, self.area) {
            (Action::NextPane | Action::PrevPane, area) => self.change_side(area, cx),
            (Action::Enter, Some(area)) => return vec![Effect::Go(Goto::Area(area))],
            (Action::Permissions, _) => return vec![permissions(cx)],
            (action, Some(area)) => self.area = Some(areas::beside(area, action)),
            (action, None) => return self.on_finding(action, cx),
        }
        Vec::new()
    }

    fn reload(&mut self, _cx: &Cx) -> Option<Vec<Effect>> {
        Some(vec![Effect::LookAgain])
    }

    fn back(&mut self, _cx: &Cx) -> bool {
        self.area.take().is_some()
    }

    fn refresh(&mut self, cx: &Cx) {
        let sight = self.sight(cx);
        if self.list.is_new(cx.facts.health.revision) {
            let (lost, followed) = (self.list.cursor(), self.list.key().is_some());
            // At first the worst one; afterwards the same one.
            self.list.stay(lost, sight, |at| key(cx, at));
            if followed {
                self.list.hold(|at| key(cx, at));
            }
        }
        self.list.fit(sight);
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
        Spot::Health(Box::new(Place { stand: self.list.stand(), area: self.area }))
    }

    fn restore(&mut self, spot: Spot, cx: &Cx) {
        if let Spot::Health(place) = spot {
            self.list.stand_at(place.stand);
            self.area = place.area;
            self.list.stay(self.list.cursor(), self.sight(cx), |at| key(cx, at));
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

    fn click(&mut self, column: u16, row: u16, cx: &Cx) -> Vec<Effect> {
        if let Some(area) = areas::at(self.areas_rect(cx), column, row) {
            let again = self.area.replace(area) == Some(area);
            return if again { self.update(Action::Enter, cx) } else { Vec::new() };
        }
        let list = self.list_rect(cx);
        let inside = column < list.right() && row >= list.y;
        self.area = self.area.filter(|_| !inside);
        let row = inside.then(|| usize::from(row - list.y));
        let action = self.list.click(row, self.tall(cx).into(), self.sight(cx), |at| key(cx, at));
        action.map(|action| self.update(action, cx)).unwrap_or_default()
    }

    fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        let health = &cx.facts.health;
        if cx.facts.schema.catalog.is_none() && health.looked.is_none() && health.pulses.is_empty() {
            return super::schema::nothing_yet(cx, buf);
        }
        let (area, look) = (cx.area, cx.look);
        let body = self.body(cx);
        if area.width < SIDE_FROM {
            let last = body.height.saturating_sub(1);
            let words = vitals::in_a_row(cx);
            put_cut(buf, body, 1, last, body.width.saturating_sub(2), &words, look.theme.plain, look);
        } else {
            put(buf, body, 1, 0, "Needs attention", look.theme.head);
            let side = self.side(cx);
            for y in 0..body.height {
                put(buf, body, side.x - body.x - 1, y, look.glyphs.vertical, look.theme.faint);
            }
            vitals::draw(side, cx, buf);
            areas::draw(self.areas_rect(cx), self.area, cx, buf);
        }
        self.draw_list(self.list_rect(cx), cx, buf);
        if area.height >= FIRST_FROM {
            first::draw(self, rows_of(area, area.height - FIRST, FIRST), cx, buf);
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

/// The key of a line: that of its worst finding.
fn key(cx: &Cx, at: usize) -> Option<String> {
    let looked = looked(cx)?;
    let (_, finding) = looked.finding(looked.groups.get(at)?.first)?;
    Some(finding.key.clone())
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

    fn sight(&self, cx: &Cx) -> Sight {
        Sight { height: self.fits(cx), len: open(cx) }
    }

    /// Everything above what to do first.
    fn body(&self, cx: &Cx) -> Rect {
        let first = if cx.area.height >= FIRST_FROM { FIRST } else { 0 };
        rows_of(cx.area, 0, cx.area.height - first)
    }

    /// The findings; above them is a title, on a narrow screen below them the vital signs.
    fn list_rect(&self, cx: &Cx) -> Rect {
        let body = self.body(cx);
        match body.width < SIDE_FROM {
            true => rows_of(body, 0, body.height.saturating_sub(1)),
            false => Rect { width: body.width - vitals_width(body.width) - 1, ..rows_of(body, 1, body.height) },
        }
    }

    /// The vital signs, and below them the areas.
    fn side(&self, cx: &Cx) -> Rect {
        let body = self.body(cx);
        right_of(body, body.width.saturating_sub(vitals_width(body.width)))
    }

    /// Empty where there is no room for the areas.
    fn areas_rect(&self, cx: &Cx) -> Rect {
        let side = self.side(cx);
        match cx.area.width < SIDE_FROM || looked(cx).is_none() {
            true => Rect::ZERO,
            false => rows_of(side, vitals::height(side, cx), side.height),
        }
    }

    fn change_side(&mut self, area: Option<Section>, cx: &Cx) {
        let there = areas::shown(self.areas_rect(cx));
        self.area = if area.is_none() { there.first().copied() } else { None };
    }

    fn on_finding(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match action {
            Action::Enter => self.enter(cx),
            Action::Follow => match self.chosen(cx) {
                Some((check, one)) => {
                    vec![way(check, one, cx).unwrap_or_else(|| Effect::Go(Goto::Finding(one.key.clone())))]
                }
                None => Vec::new(),
            },
            Action::Relations | Action::Statements => {
                self.chosen(cx).map(|(_, one)| follow(one, action)).unwrap_or_default()
            }
            Action::Explain => self.chosen(cx).map(|(_, one)| plan(one, cx)).unwrap_or_default(),
            Action::Fix => self.fix(cx),
            Action::Copy => self.chosen(cx).map(|(_, one)| Effect::Copy(one.key.clone())).into_iter().collect(),
            Action::Accept => match self.single(cx) {
                Some((_, one)) => vec![accept(one, cx)],
                None => vec![Effect::Toast("One finding is accepted at a time: Enter lists them.".into())],
            },
            action => {
                let sight = self.sight(cx);
                self.list.moves(action, sight, |at| key(cx, at));
                Vec::new()
            }
        }
    }

    /// The worst finding of the chosen line.
    fn chosen<'a>(&self, cx: &Cx<'a>) -> Option<(&'a Check, &'a Finding)> {
        let looked = looked(cx)?;
        looked.finding(self.group(cx)?.first)
    }

    fn group(&self, cx: &Cx) -> Option<Group> {
        looked(cx)?.groups.get(self.list.cursor()).copied()
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

    fn draw_list(&self, area: Rect, cx: &Cx, buf: &mut Buffer) {
        let (look, theme) = (cx.look, &cx.look.theme);
        let Some(looked) = looked(cx) else {
            let (done, all) = cx.facts.health.progress();
            let said = format!("Looking: {done} of {all} parts read{}", look.glyphs.dots);
            put_cut(buf, area, 1, 1, area.width.saturating_sub(2), &said, theme.plain, look);
            return;
        };
        if looked.open.is_empty() {
            let (done, all) = cx.facts.health.progress();
            let said = match done < all {
                true => format!("Nothing found so far: {done} of {all} parts read{}", look.glyphs.dots),
                false => "Nothing found by the rules that could look. The areas say which could not.".to_owned(),
            };
            for (y, line) in wrap(&said, usize::from(area.width.saturating_sub(2))).iter().enumerate() {
                put(buf, area, 1, y as u16 + 1, line, theme.plain);
            }
            return;
        }
        let (tall, fits) = (self.tall(cx), self.fits(cx));
        let top = self.list.top(self.sight(cx));
        for (n, group) in looked.groups.iter().skip(top).take(fits).enumerate() {
            let rows = rows_of(area, n as u16 * tall, tall);
            self.draw_one(*group, top + n == self.list.cursor(), rows, cx, buf);
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
        let word: String = if narrow { word.chars().take(1).collect() } else { word };
        if chosen {
            for y in 0..rows.height {
                put(buf, rows, 0, y, look.glyphs.select, theme.plain);
            }
        }
        put(buf, rows, 1, 0, &word, style);
        let from = text::width(&word) as u16 + if text::width(&word) > 2 { 3 } else { 2 };
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
