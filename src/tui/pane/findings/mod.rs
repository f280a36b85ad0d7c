//! View 8: everything that the rules found, worst first, each with its evidence, its script and what stands in
//! the way; and everything that is not shown, with why.
//!
//! ```text
//!  / filter                    │ ▲ WARN  catalog.stock.product_id has no index
//! ▌▲ WARN catalog.stock…       │ Why it matters …
//!                              │ Script  this tool shows it and never runs it
//!  Not shown                   │   CREATE INDEX CONCURRENTLY …
//!   Accepted  2                │ Locks   …
//! ```

pub mod detail;
mod list;
mod shared;
#[cfg(test)]
mod tests;
mod way;

use super::keyed::{self, Keyed, Stand};
use super::list::Sight;
use super::{Cx, Pane, Spot};
use crate::findings::{Check, Finding, Section};
use crate::tui::msg::{Action, Effect, Goto};
use crate::tui::widget::{put, right_of, rows_of};
use crossterm::event::KeyEvent;
use list::{Line, Show};
pub use list::{area_word, sign};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
pub use shared::{EVERY, accept, due, honesty, look, looked, permissions};
use std::time::Duration;
pub use way::{follow, plan, way};

/// From this width on the finding stands beside the list.
const SIDE_FROM: u16 = 70;
/// A place in this view, for Ctrl-O.
#[derive(Clone, Debug)]
pub struct Place {
    stand: Stand<String>,
    area: Option<Section>,
    open: bool,
}

#[derive(Debug, Default)]
pub struct FindingsPane {
    lines: Vec<Line>,
    /// By the key of the finding, or the id of the rule.
    list: Keyed<String>,
    show: Show,
    /// The keys move through the finding, not through the list; on a narrow screen it alone is shown.
    open: bool,
    scroll: usize,
}

const KEYS: &[Action] = &[
    Action::Enter,
    Action::Fix,
    Action::Copy,
    Action::SaveText,
    Action::Accept,
    Action::Filter,
    Action::Group,
    Action::Follow,
    Action::Relations,
    Action::Statements,
    Action::Explain,
    Action::Fold,
    Action::Guessed,
    Action::Permissions,
    Action::NextPane,
    Action::PrevPane,
    Action::Refresh,
    Action::CopyMarkdown,
    Action::Export,
];

impl Pane for FindingsPane {
    fn title(&self) -> &'static str {
        "Findings"
    }

    fn badge(&self, cx: &Cx) -> Option<usize> {
        looked(cx).map(|looked| looked.open.len())
    }

    fn crumbs(&self, cx: &Cx) -> Vec<String> {
        let area = self.show.area.map(|area| area_word(area).to_owned());
        area.into_iter().chain(self.chosen(cx).map(|(check, _)| check.meta.title.to_owned())).collect()
    }

    fn status(&self, cx: &Cx) -> String {
        let Some(looked) = looked(cx) else { return String::new() };
        let (all, shown) = (looked.open.len(), self.lines.iter().filter(|line| line.is_open()).count());
        let at = self.lines.iter().take(self.list.cursor() + 1).filter(|line| line.is_open()).count();
        match all {
            0 if !cx.facts.health.has_read_all() => "looking".into(),
            0 => "nothing found".into(),
            all if self.list.query().is_empty() && self.show.area.is_none() => format!("{} of {all}", at.max(1)),
            all => format!("{shown} of {all} shown"),
        }
    }

    fn honesty(&self, cx: &Cx) -> (String, Style) {
        honesty(cx)
    }

    fn keys(&self, _cx: &Cx) -> Vec<Action> {
        keyed::keys(KEYS)
    }

    fn hint(&self, action: Action) -> Option<&'static str> {
        match action {
            Action::Enter => Some("open object"),
            Action::Copy => Some("copy script"),
            Action::SaveText => Some("save script"),
            Action::Group => Some("group"),
            Action::Follow => Some("its indexes"),
            Action::Explain => Some("plan"),
            Action::Fold => Some("accepted"),
            Action::Guessed => Some("passed"),
            _ => None,
        }
    }

    fn typing(&self) -> bool {
        self.list.typing()
    }

    fn text(&mut self, event: KeyEvent, cx: &Cx) -> Vec<Effect> {
        let (sight, lines) = (self.sight(cx), &self.lines);
        if self.list.text(event, sight, |at| key(lines, at)) {
            self.build(cx);
        }
        self.scroll = 0;
        Vec::new()
    }

    fn paste(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        if self.list.paste(text) {
            self.build(cx);
        }
        Vec::new()
    }

    fn update(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match action {
            Action::Filter => self.list.open(),
            Action::Fold => self.show.accepted = !self.show.accepted,
            Action::Guessed => self.show.passed = !self.show.passed,
            Action::Group => self.show.by_area = !self.show.by_area,
            Action::NextPane | Action::PrevPane | Action::Right | Action::Left => {
                (self.open, self.scroll) = (!self.open, 0);
                return Vec::new();
            }
            Action::Enter => return self.enter(cx),
            Action::Fix => return self.script_view(cx),
            Action::Copy => return self.copy(cx),
            Action::Accept => return self.accept(cx),
            Action::Follow | Action::Relations | Action::Statements => {
                return self.chosen_finding(cx).map(|(_, finding)| follow(finding, action)).unwrap_or_default();
            }
            Action::Explain => return self.chosen_finding(cx).map(|(_, one)| plan(one, cx)).unwrap_or_default(),
            Action::Permissions => return vec![permissions(cx)],
            action if self.open => {
                self.scroll(action, cx);
                return Vec::new();
            }
            action => {
                let (sight, lines) = (self.sight(cx), &self.lines);
                if self.list.moves(action, sight, |at| key(lines, at)) {
                    self.scroll = 0;
                }
                return Vec::new();
            }
        }
        self.build(cx);
        Vec::new()
    }

    fn reload(&mut self, _cx: &Cx) -> Option<Vec<Effect>> {
        Some(vec![Effect::LookAgain])
    }

    fn back(&mut self, cx: &Cx) -> bool {
        if std::mem::take(&mut self.open) {
            return true;
        }
        if !self.list.clear() && self.show.area.take().is_none() {
            return false;
        }
        self.build(cx);
        true
    }

    fn inside(&self) -> Option<String> {
        Some(format!("{:?} {} {}", self.show.area, self.list.query(), self.open))
    }

    fn refresh(&mut self, cx: &Cx) {
        if self.list.is_new(cx.facts.health.revision) {
            self.build(cx);
        }
        self.list.fit(self.sight(cx));
    }

    fn tick(&mut self, cx: &Cx) -> Vec<Effect> {
        look(cx)
    }

    fn deadline(&self, cx: &Cx) -> Option<Duration> {
        due(cx)
    }

    fn goto(&mut self, goto: &Goto, cx: &Cx) -> Result<Vec<Effect>, String> {
        let before = self.place();
        let (query, area, key) = match goto {
            Goto::Finding(key) => ("", None, Some(key.clone())),
            Goto::FindingsOf(rule) => (*rule, None, None),
            Goto::Area(area) => ("", Some(*area), None),
            _ => return Err("That is in another view.".into()),
        };
        self.show.area = area;
        self.list.set_query(query);
        self.list.seek(key.clone());
        self.open = false;
        self.build(cx);
        if key.is_some() && self.list.key() != key.as_ref() {
            self.stand(before, cx);
            return Err("That finding is gone: what it was about has changed.".into());
        }
        // Where there is room for one of them only, the finding is what was meant.
        self.open = key.is_some() && !self.beside(cx);
        Ok(vec![Effect::Remember(Spot::Findings(Box::new(before)))])
    }

    fn spot(&self, _cx: &Cx) -> Spot {
        Spot::Findings(Box::new(self.place()))
    }

    fn restore(&mut self, spot: Spot, cx: &Cx) {
        if let Spot::Findings(place) = spot {
            self.stand(*place, cx);
        }
    }

    fn plain(&self, cx: &Cx) -> (String, String) {
        let Some((check, finding)) = self.chosen_finding(cx) else {
            let rows = self.lines.iter().map(|line| line.text.clone()).collect::<Vec<_>>();
            return ("Findings".into(), rows.join("\n"));
        };
        (finding.title(), detail::plain(check, finding, cx))
    }

    fn text_of(&self, cx: &Cx) -> (String, String) {
        match self.chosen_finding(cx) {
            Some((check, finding)) if finding.fix.is_some() => {
                (format!("{}.sql", check.meta.id), detail::script(finding, cx).unwrap_or_default())
            }
            _ => self.plain(cx),
        }
    }

    fn finding(&self, cx: &Cx) -> Option<String> {
        self.chosen_finding(cx).map(|(_, finding)| finding.key.clone())
    }

    fn click(&mut self, column: u16, row: u16, cx: &Cx) -> Vec<Effect> {
        let y = usize::from(row.saturating_sub(cx.area.y));
        let beside = self.beside(cx);
        if beside && column >= cx.area.x + list_width(cx.area) {
            self.open = true;
            return Vec::new();
        }
        self.open = false;
        if y == 0 {
            return self.update(Action::Filter, cx);
        }
        let (sight, lines, before) = (self.sight(cx), &self.lines, self.list.cursor());
        let action = self.list.click(y.checked_sub(1), 1, sight, |at| key(lines, at));
        if self.list.cursor() != before {
            self.scroll = 0;
        }
        action.map(|action| self.update(action, cx)).unwrap_or_default()
    }

    fn draw(&self, cx: &Cx, buf: &mut Buffer) {
        if cx.facts.schema.catalog.is_none() {
            return super::schema::nothing_yet(cx, buf);
        }
        let area = cx.area;
        if !self.beside(cx) {
            return match self.open {
                true => self.draw_finding(area, cx, buf),
                false => self.draw_list(area, cx, buf),
            };
        }
        let wide = list_width(area);
        self.draw_list(Rect { width: wide, ..area }, cx, buf);
        for y in 0..area.height {
            put(buf, area, wide, y, cx.look.glyphs.vertical, cx.look.theme.faint);
        }
        self.draw_finding(right_of(area, wide + 2), cx, buf);
    }
}

/// The key of a line.
fn key(lines: &[Line], at: usize) -> Option<String> {
    lines.get(at).map(|line| line.key.clone())
}

/// Three tenths for the list, so that the script has room.
fn list_width(area: Rect) -> u16 {
    (area.width * 3 / 10).clamp(28, 44)
}

impl FindingsPane {
    fn beside(&self, cx: &Cx) -> bool {
        cx.area.width >= SIDE_FROM
    }

    /// Rows of the list: above it is the filter, below it what is not shown.
    fn height(&self, cx: &Cx) -> usize {
        let below = if cx.area.height >= 16 { list::NOT_SHOWN } else { 0 };
        cx.area.height.saturating_sub(1 + below).max(1) as usize
    }

    fn sight(&self, cx: &Cx) -> Sight {
        Sight { height: self.height(cx), len: self.lines.len() }
    }

    fn place(&self) -> Place {
        Place { stand: self.list.stand(), area: self.show.area, open: self.open }
    }

    fn stand(&mut self, place: Place, cx: &Cx) {
        self.list.stand_at(place.stand);
        (self.show.area, self.open) = (place.area, place.open);
        self.build(cx);
    }

    /// The lines anew, the cursor on the same one.
    fn build(&mut self, cx: &Cx) {
        let Some(looked) = looked(cx) else {
            self.lines.clear();
            return;
        };
        self.lines = list::lines(looked, self.show, self.list.query());
        let (sight, lines, lost) = (self.sight(cx), &self.lines, self.list.cursor());
        self.list.stay(lost, sight, |at| key(lines, at));
        self.list.hold(|at| key(lines, at));
    }

    fn chosen<'a>(&self, cx: &Cx<'a>) -> Option<(&'a Check, Option<&'a Finding>)> {
        let looked = looked(cx)?;
        let line = self.lines.get(self.list.cursor())?;
        let check = looked.checks.get(line.check as usize)?;
        Some((check, line.finding.and_then(|at| check.findings.get(at as usize))))
    }

    fn chosen_finding<'a>(&self, cx: &Cx<'a>) -> Option<(&'a Check, &'a Finding)> {
        let (check, finding) = self.chosen(cx)?;
        Some((check, finding?))
    }

    fn enter(&mut self, cx: &Cx) -> Vec<Effect> {
        if !self.beside(cx) && !self.open {
            (self.open, self.scroll) = (true, 0);
            return Vec::new();
        }
        let Some((check, finding)) = self.chosen_finding(cx) else { return Vec::new() };
        let page = || Effect::View { title: check.meta.title.to_owned(), text: detail::plain(check, finding, cx) };
        vec![way(check, finding, cx).unwrap_or_else(page)]
    }

    fn script_view(&self, cx: &Cx) -> Vec<Effect> {
        let Some((_, finding)) = self.chosen_finding(cx) else { return Vec::new() };
        match detail::script(finding, cx) {
            Some(text) => vec![Effect::View { title: finding.title(), text }],
            None => vec![Effect::Toast("There is no script for it: what to do is a decision.".into())],
        }
    }

    fn copy(&self, cx: &Cx) -> Vec<Effect> {
        let Some((_, finding)) = self.chosen_finding(cx) else { return Vec::new() };
        vec![Effect::Copy(detail::script(finding, cx).unwrap_or_else(|| finding.key.clone()))]
    }

    fn accept(&self, cx: &Cx) -> Vec<Effect> {
        match self.chosen_finding(cx) {
            Some((_, finding)) => vec![accept(finding, cx)],
            None => vec![Effect::Toast("Choose a finding first.".into())],
        }
    }

    fn scroll(&mut self, action: Action, cx: &Cx) {
        let half = usize::from(cx.area.height / 2).max(1);
        let wide = if self.beside(cx) { cx.area.width - list_width(cx.area) - 2 } else { cx.area.width };
        let lines = self.chosen(cx).map_or(0, |chosen| detail::lines(chosen, wide as usize, cx).len());
        let last = lines.saturating_sub(usize::from(cx.area.height));
        self.scroll = match action {
            Action::Up => self.scroll.saturating_sub(1),
            Action::Down => self.scroll + 1,
            Action::HalfUp => self.scroll.saturating_sub(half),
            Action::HalfDown => self.scroll + half,
            Action::First => 0,
            Action::Last => last,
            _ => self.scroll,
        }
        .min(last);
    }

    fn draw_list(&self, area: Rect, cx: &Cx, buf: &mut Buffer) {
        self.list.draw_filter(area, "/ filter  b group", cx, buf);
        let rows = rows_of(area, 1, self.height(cx) as u16);
        let at = (self.list.top(self.sight(cx)), self.list.cursor());
        list::draw(&self.lines, at, !self.open, rows, cx, buf);
        let below = rows_of(area, 1 + rows.height, area.height);
        if let Some(looked) = looked(cx).filter(|_| below.height >= list::NOT_SHOWN) {
            list::draw_not_shown(looked, below, cx, buf);
        }
    }

    fn draw_finding(&self, area: Rect, cx: &Cx, buf: &mut Buffer) {
        let Some(chosen) = self.chosen(cx) else { return };
        let lines = detail::lines(chosen, area.width as usize, cx);
        let top = self.scroll.min(lines.len().saturating_sub(usize::from(area.height)));
        detail::draw(&lines[top..], area, cx, buf);
    }
}
