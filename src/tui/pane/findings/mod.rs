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
#[cfg(test)]
mod tests;

use super::{Cx, Pane, Spot};
use crate::findings::{Check, Finding, ObjectKind, Status};
use crate::tui::health::Looked;
use crate::tui::msg::{Action, Effect, Goto, RelPart, Thing};
use crate::tui::trouble;
use crate::tui::widget::scroll::Cursor;
use crate::tui::widget::{right_of, rows_of};
use crossterm::event::KeyEvent;
use list::Line;
pub use list::{Field, area_word, moves, sign};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::sync::Arc;
use std::time::Duration;

/// From this width on the finding stands beside the list.
const SIDE_FROM: u16 = 70;
/// How often what moves is looked at again.
pub const EVERY: Duration = Duration::from_secs(5);

/// A place in this view, for Ctrl-O.
#[derive(Clone, Debug, Default)]
pub struct Place {
    key: Option<String>,
    query: String,
    open: bool,
}

#[derive(Debug, Default)]
pub struct FindingsPane {
    field: Field,
    lines: Vec<Line>,
    cursor: Cursor,
    /// The line of the cursor, by its key: it outlives a refresh.
    at: Option<String>,
    /// Also what was accepted, and the rules that passed.
    accepted: bool,
    passed: bool,
    by_area: bool,
    /// The keys move through the finding, not through the list; on a narrow screen it alone is shown.
    open: bool,
    scroll: usize,
    seen: u64,
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
    Action::Fold,
    Action::Guessed,
    Action::Permissions,
    Action::NextPane,
    Action::PrevPane,
    Action::Refresh,
    Action::CopyMarkdown,
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

impl Pane for FindingsPane {
    fn title(&self) -> &'static str {
        "Findings"
    }

    fn badge(&self, cx: &Cx) -> Option<usize> {
        looked(cx).map(|looked| looked.open.len())
    }

    fn crumbs(&self, cx: &Cx) -> Vec<String> {
        self.chosen(cx).map(|(check, _)| check.meta.title.to_owned()).into_iter().collect()
    }

    fn status(&self, cx: &Cx) -> String {
        let Some(looked) = looked(cx) else { return String::new() };
        let open = looked.open.len();
        let at = self.lines.iter().take(self.cursor.at + 1).filter(|line| line.is_open()).count();
        match (open, self.field.query.is_empty()) {
            (0, _) => "nothing found".into(),
            (_, true) => format!("{} of {open}", at.max(1)),
            (_, false) => format!("{} of {open} shown", self.lines.iter().filter(|line| line.is_open()).count()),
        }
    }

    fn honesty(&self, cx: &Cx) -> (String, Style) {
        honesty(cx)
    }

    fn keys(&self, _cx: &Cx) -> Vec<Action> {
        KEYS.to_vec()
    }

    fn hint(&self, action: Action) -> Option<&'static str> {
        match action {
            Action::Enter => Some("open object"),
            Action::Copy => Some("copy script"),
            Action::SaveText => Some("save script"),
            Action::Group => Some("group"),
            Action::Follow => Some("its indexes"),
            Action::Fold => Some("accepted"),
            Action::Guessed => Some("passed"),
            _ => None,
        }
    }

    fn typing(&self) -> bool {
        self.field.input.is_some()
    }

    fn text(&mut self, key: KeyEvent, cx: &Cx) -> Vec<Effect> {
        if self.field.text(key) {
            self.build(cx);
        }
        Vec::new()
    }

    fn paste(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        if self.field.paste(text) {
            self.build(cx);
        }
        Vec::new()
    }

    fn update(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match action {
            Action::Filter => self.field.open(),
            Action::Fold => self.accepted = !self.accepted,
            Action::Guessed => self.passed = !self.passed,
            Action::Group => self.by_area = !self.by_area,
            Action::NextPane | Action::PrevPane | Action::Right | Action::Left => {
                (self.open, self.scroll) = (!self.open, 0);
                return Vec::new();
            }
            Action::Enter => return self.enter(cx),
            Action::Fix => return self.script_view(cx),
            Action::Copy => return self.copy(cx),
            Action::Accept => return self.accept(cx),
            Action::Follow => return self.follow(cx, false),
            Action::Relations => return self.follow(cx, true),
            Action::Permissions => return vec![permissions(cx)],
            action if self.open => {
                self.scroll(action, cx);
                return Vec::new();
            }
            action => {
                let height = self.height(cx);
                if list::moves(&mut self.cursor, action, height, self.lines.len()) {
                    self.moved();
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
        if self.open {
            self.open = false;
        } else if !self.field.query.is_empty() {
            self.field.query.clear();
            self.build(cx);
        } else {
            return false;
        }
        true
    }

    fn refresh(&mut self, cx: &Cx) {
        if self.seen != cx.facts.health.revision {
            self.seen = cx.facts.health.revision;
            self.build(cx);
        }
        let (at, len) = (self.cursor.at, self.lines.len());
        self.cursor.go(at, self.height(cx), len);
    }

    fn tick(&mut self, cx: &Cx) -> Vec<Effect> {
        look(cx)
    }

    fn deadline(&self, cx: &Cx) -> Option<Duration> {
        due(cx)
    }

    fn goto(&mut self, goto: &Goto, cx: &Cx) -> Result<Vec<Effect>, String> {
        let before = self.place();
        let key = match goto {
            Goto::Finding(key) => {
                self.field.query.clear();
                key
            }
            Goto::FindingsOf(rule) => {
                (self.field.query, self.at) = ((*rule).to_owned(), None);
                self.build(cx);
                return Ok(vec![Effect::Remember(Spot::Findings(Box::new(before)))]);
            }
            _ => return Err("That is in another view.".into()),
        };
        self.at = Some(key.clone());
        self.build(cx);
        if self.lines.get(self.cursor.at).is_none_or(|line| line.key != *key) {
            return Err("That finding is gone: what it was about has changed.".into());
        }
        Ok(vec![Effect::Remember(Spot::Findings(Box::new(before)))])
    }

    fn spot(&self, _cx: &Cx) -> Spot {
        Spot::Findings(Box::new(self.place()))
    }

    fn restore(&mut self, spot: Spot, cx: &Cx) {
        if let Spot::Findings(place) = spot {
            (self.at, self.field.query, self.open) = (place.key, place.query, place.open);
            self.build(cx);
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
        let at = list::top(self.cursor, self.height(cx), self.lines.len()) + y - 1;
        if y > self.height(cx) || at >= self.lines.len() {
            return Vec::new();
        }
        if at == self.cursor.at {
            return self.update(Action::Enter, cx);
        }
        self.cursor.go(at, self.height(cx), self.lines.len());
        self.moved();
        Vec::new()
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
            crate::tui::widget::put(buf, area, wide, y, cx.look.glyphs.vertical, cx.look.theme.faint);
        }
        self.draw_finding(right_of(area, wide + 2), cx, buf);
    }
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

    fn place(&self) -> Place {
        Place { key: self.at.clone(), query: self.field.query.clone(), open: self.open }
    }

    fn moved(&mut self) {
        self.at = self.lines.get(self.cursor.at).map(|line| line.key.clone());
        self.scroll = 0;
    }

    /// The lines anew, the cursor on the same one.
    fn build(&mut self, cx: &Cx) {
        let Some(looked) = looked(cx) else {
            self.lines.clear();
            return;
        };
        self.lines = list::lines(looked, self.accepted, self.passed, self.by_area, &self.field.query);
        let known = self.at.as_ref().and_then(|key| self.lines.iter().position(|line| line.key == *key));
        let at = known.unwrap_or(if self.at.is_some() { self.cursor.at } else { 0 });
        self.cursor.go(at, self.height(cx), self.lines.len());
        self.at = self.lines.get(self.cursor.at).map(|line| line.key.clone());
    }

    fn chosen<'a>(&self, cx: &Cx<'a>) -> Option<(&'a Check, Option<&'a Finding>)> {
        let looked = looked(cx)?;
        let line = self.lines.get(self.cursor.at)?;
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
        match place_of(finding, cx) {
            Some(goto) => vec![Effect::Go(goto)],
            None => vec![Effect::View { title: check.meta.title.to_owned(), text: detail::plain(check, finding, cx) }],
        }
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

    /// To the indexes of its table, or to its relations.
    fn follow(&self, cx: &Cx, relations: bool) -> Vec<Effect> {
        let Some((_, finding)) = self.chosen_finding(cx) else { return Vec::new() };
        let (Some(schema), Some(name)) = (finding.object.schema.clone(), finding.object.table.clone()) else {
            return vec![Effect::Toast("It is about no table.".into())];
        };
        let goto = match relations {
            true => Goto::Relations { schema, name },
            false => Goto::IndexesOf { schema, name, index: None },
        };
        vec![Effect::Go(goto)]
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
        self.field.draw(area, cx, buf);
        let rows = rows_of(area, 1, self.height(cx) as u16);
        list::draw(&self.lines, self.cursor, !self.open, rows, cx, buf);
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

pub fn looked<'a>(cx: &Cx<'a>) -> Option<&'a Arc<Looked>> {
    cx.facts.health.looked.as_ref()
}

/// When something is to be asked, or the rules are to run; never while it is paused.
pub fn due(cx: &Cx) -> Option<Duration> {
    if cx.paused { None } else { cx.facts.look_due(EVERY) }
}

/// What is due to be asked.
pub fn look(cx: &Cx) -> Vec<Effect> {
    let now = due(cx).is_some_and(|at| at <= cx.now.tick);
    if now { vec![Effect::Look(EVERY)] } else { Vec::new() }
}

/// Where a finding's object is to be looked at.
pub fn place_of(finding: &Finding, cx: &Cx) -> Option<Goto> {
    let object = &finding.object;
    if object.kind == ObjectKind::Session {
        return object.name.strip_prefix("pid ")?.parse().ok().map(Goto::Session);
    }
    let (schema, table) = (object.schema.clone()?, object.table.clone()?);
    cx.facts.schema.catalog.as_ref()?.relations.find(&schema, &table)?;
    let relation = |part| Goto::Thing(Thing::Relation { schema: schema.clone(), name: table.clone(), part });
    Some(match object.kind {
        ObjectKind::Index => {
            Goto::IndexesOf { schema: schema.clone(), name: table.clone(), index: Some(object.name.clone()) }
        }
        // Several columns are one object: the first stands for them.
        ObjectKind::Column => {
            let first = object.name.split(',').next().unwrap_or_default();
            relation(Some((RelPart::Column, first.to_owned())))
        }
        ObjectKind::Key => relation(Some((RelPart::Key, object.name.clone()))),
        ObjectKind::Trigger => relation(Some((RelPart::Trigger, object.name.clone()))),
        _ => relation(None),
    })
}

/// The command line, with the words that accept it for three months.
pub fn accept(finding: &Finding, cx: &Cx) -> Effect {
    if finding.accepted.is_some() {
        return Effect::Toast("It is accepted already; the entry stands in dblens.toml.".into());
    }
    let today = cx.now.at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let until = today.checked_add(jiff::Span::new().days(90)).unwrap_or(today);
    Effect::Prompt(format!("accept {until} "))
}

/// All statements that would let it look at what it could not, as one script.
pub fn permissions(cx: &Cx) -> Effect {
    let mut grants: Vec<String> = looked(cx).map(|looked| looked.grants()).unwrap_or_default();
    grants.extend(trouble::notes(cx.facts).into_iter().filter_map(|one| one.grant));
    grants.sort();
    grants.dedup();
    if grants.is_empty() {
        return Effect::Toast("Nothing is missing that a GRANT would give, as far as the server told.".into());
    }
    let text = grants.iter().map(|grant| format!("{};\n", grant.trim_end_matches(';'))).collect::<String>();
    let text = format!("-- what this role lacks; for an owner or administrator to run, if wanted\n{text}");
    Effect::View { title: "Permissions".into(), text }
}

/// Counts of what was looked at, or what is under way.
pub fn honesty(cx: &Cx) -> (String, Style) {
    let (theme, health) = (&cx.look.theme, &cx.facts.health);
    if cx.facts.schema.catalog.is_none() {
        return (String::new(), theme.plain);
    }
    if let Some(hidden) = super::list::words::hidden(cx) {
        return (hidden, theme.warning);
    }
    let (done, all) = health.progress();
    let progress = (done < all).then(|| format!("{done} of {all} parts read"));
    let Some(looked) = &health.looked else {
        let failed = health.failed.as_ref().map(|error| error.message.clone());
        let said = failed.or(progress).unwrap_or_else(|| "the rules are running".into());
        return (format!("Nothing is judged yet: {said}."), theme.plain);
    };
    let count = |status| looked.ended(|check| check.status == status);
    let denied = looked.ended(|check| check.grant.is_some());
    let mut parts = vec![
        format!("{} ok", count(Status::Ok)),
        match looked.open.len() {
            1 => "1 finding".to_owned(),
            many => format!("{many} findings"),
        },
    ];
    for (n, words) in [
        (count(Status::TimedOut), "timed out"),
        (denied, "not permitted (p)"),
        (count(Status::CannotCheck).saturating_sub(denied), "could not look"),
        (looked.accepted.len(), "accepted"),
    ] {
        if n > 0 {
            parts.push(format!("{n} {words}"));
        }
    }
    parts.extend(progress);
    let checks = looked.checks.len() - count(Status::NotApplicable);
    let said = format!("{checks} checks: {}", parts.join(", "));
    match &health.failed {
        Some(error) => (format!("{}  {said}", error.message), theme.warning),
        None => (said, theme.plain),
    }
}
